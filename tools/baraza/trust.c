// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which charter to trust. Read first: trust.h.
#include "tools/baraza/trust.h"

#include "common/author/state.h"
#include "common/base/file.h"
#include "common/format/audit.h"
#include "common/format/charter.h"

#include <stdlib.h>
#include <unistd.h>

static int charter_of_file(const char *path, struct hash *out)
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

static int show_claim(const char *record)
{
    struct buf head = buf_new(LIMIT_EXPORT_HEAD);
    struct buf text = buf_new(8192);
    struct hash id;
    int code = EXIT_USAGE;
    read_head(record, &head);
    if (audit_peek_charter(buf_slice(&head), &id)) {
        buf_put_text(&text, "Which consultation must it belong to? The file says, of itself, the one with this "
                            "fingerprint:\n  ");
        charter_put_fingerprint(id, &text);
        buf_put_text(&text, "\nCompare it with the fingerprint that was read out at the founding. If they are the "
                            "same, say so:\n  --charter \"");
        charter_put_fingerprint(id, &text);
        buf_put_text(&text, "\"\n");
        code = cmd_print(buf_slice(&text));
        code = code == EXIT_GOOD ? EXIT_USAGE : code;
    } else {
        code = cmd_usage("say which consultation it must belong to: --charter FILE or --charter HASH");
    }
    buf_done(&head);
    buf_done(&text);
    return code;
}

int trust_charter(const struct cmd_context *context, const char *named, const char *record, struct hash *out)
{
    if (named != NULL && charter_parse_fingerprint(slice_text(named), out)) {
        return -1;
    }
    if (named != NULL) {
        return charter_of_file(named, out);
    }
    char *path = state_path_in(context->state, STATE_CHARTER);
    int code = context->state_given || file_exists(path) ? charter_of_file(path, out) : show_claim(record);
    free(path);
    return code;
}
