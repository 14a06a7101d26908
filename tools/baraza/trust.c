// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which charter to trust. Read first: trust.h.
#include "tools/baraza/trust.h"

#include "common/author/state.h"
#include "common/base/file.h"
#include "common/format/audit.h"
#include "common/format/charter.h"
#include "common/format/proof.h"
#include "common/format/service_keys.h"

#include <stdlib.h>
#include <unistd.h>

// A proof's own word on keys, and the key that must have signed it.
struct proving_key {
    struct slice extra, checkpoint;
    struct vkey key;
};

// Reads a charter's file. key (may be NULL): the log's is found for what it says.
static int charter_of_file(const char *path, struct hash *out, struct proving_key *key)
{
    struct buf note = buf_new(LIMIT_CHARTER_BYTES);
    struct charter c;
    struct why why = { "" };
    enum err e = file_read(path, true, &note, &why);
    if (e == OK && charter_verify(buf_slice(&note), &c, &why) != VERDICT_GOOD) {
        struct why detail = why;
        why_set(&why, "%.80s is no good charter: %.100s", path, detail.text);
        e = ERR_BAD_INPUT;
    }
    if (e == OK) {
        *out = c.id;
    }
    if (e == OK && key != NULL) {
        struct service_keys keys;
        service_keys_of_receipt(&c, key->extra, &keys);
        key->key = *service_log_of_note(&keys, key->checkpoint);
    }
    buf_done(&note);
    return e == OK ? -1 : cmd_fail(e, &why);
}

// Reads the beginning of a file, as much as is there.
static void read_head(const char *path, struct buf *out)
{
    int fd = -1;
    uint64_t size = 0;
    size_t n = 1;
    if (file_open(path, false, &fd, &size, NULL) != OK) {
        return;
    }
    while (n > 0 && out->n < out->max) {
        uint8_t block[4096];
        const size_t room = out->max - out->n < sizeof block ? out->max - out->n : sizeof block;
        if (file_next(fd, path, block, room, &n, NULL) != OK) {
            break;
        }
        buf_put(out, slice_of(block, n));
    }
    close(fd);
}

// Shows the fingerprint that a file claims, to be compared.
static int show_fingerprint(struct hash id)
{
    struct buf text = buf_new(8192);
    buf_put_text(&text, "Which consultation must it belong to? The file says, of itself, the one with this "
                        "fingerprint:\n  ");
    charter_put_fingerprint(id, &text);
    buf_put_text(&text, "\nCompare it with the fingerprint that was read out at the founding. If they are the "
                        "same, say so:\n  --charter \"");
    charter_put_fingerprint(id, &text);
    buf_put_text(&text, "\"\n");
    (void)fwrite(text.p, 1, text.n, stderr); // a question, no answer: who wants JSON gets none
    buf_done(&text);
    return EXIT_USAGE;
}

static int show_claim(const char *record)
{
    struct buf head = buf_new(LIMIT_EXPORT_HEAD);
    struct hash id;
    read_head(record, &head);
    int code = audit_peek_charter(buf_slice(&head), &id)
                   ? show_fingerprint(id)
                   : cmd_usage("say which consultation it must belong to: --charter FILE or --charter HASH");
    buf_done(&head);
    return code;
}

// What the person names, or her state has; *known false when neither is there. Returns -1, or has reported.
static int charter_known(const struct cmd_context *context, const char *named, bool *known, struct hash *out,
                         struct proving_key *key)
{
    struct hash wanted;
    const bool fingerprint = named != NULL && charter_parse_fingerprint(slice_text(named), &wanted);
    char *path = state_path_in(context->state, STATE_CHARTER);
    int code = -1;
    *known = true;
    if (fingerprint && key == NULL) {
        *out = wanted;
    } else if (named != NULL && !fingerprint) {
        code = charter_of_file(named, out, key);
    } else if (context->state_given || file_exists(path)) {
        code = charter_of_file(path, out, key);
    } else {
        *known = false;
    }
    if (code < 0 && fingerprint && key != NULL && (!*known || !hash_equal(*out, wanted))) {
        code = cmd_usage("a fingerprint alone does not say which key the log has: name the charter's file with "
                         "--charter FILE");
    }
    free(path);
    return code;
}

int trust_charter(const struct cmd_context *context, const char *named, const char *record, struct hash *out)
{
    bool known = false;
    int code = charter_known(context, named, &known, out, NULL);
    return code < 0 && !known ? show_claim(record) : code;
}

int trust_receipt(const struct cmd_context *context, const char *named, struct hash claimed, struct hash *out)
{
    bool known = false;
    int code = charter_known(context, named, &known, out, NULL);
    return code < 0 && !known ? show_fingerprint(claimed) : code;
}

int trust_log_key(const struct cmd_context *context, const char *named, struct hash claimed, struct slice text,
                  struct vkey *out)
{
    bool known = false;
    struct hash id;
    struct proof proof;
    struct proving_key k = { .extra = { NULL, 0 } };
    const bool whole = proof_parse(text, &proof, NULL);
    if (whole) {
        k.extra = proof.extra;
        k.checkpoint = proof.checkpoint;
    }
    int code = charter_known(context, named, &known, &id, &k);
    *out = k.key;
    return code < 0 && !known ? show_fingerprint(claimed) : code;
}
