// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which charter to trust. Read first: trust.h.
#include "tools/baraza/trust.h"

#include "common/author/state.h"
#include "common/base/file.h"
#include "common/format/audit.h"
#include "common/format/charter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    while (fd >= 0 && out->n < out->max) {
        uint8_t block[4096];
        size_t want = out->max - out->n < sizeof block ? out->max - out->n : sizeof block;
        ssize_t n = read(fd, block, want);
        if (n <= 0) {
            break;
        }
        buf_put(out, slice_of(block, (size_t)n));
    }
    if (fd >= 0) {
        close(fd);
    }
}

static int show_claim(const char *record)
{
    struct buf head = buf_new(LIMIT_EXPORT_HEAD);
    struct buf text = buf_new(4096);
    struct hash id;
    read_head(record, &head);
    bool claimed = audit_peek_charter(buf_slice(&head), &id);
    if (claimed) {
        charter_put_fingerprint(id, &text);
    }
    int code = claimed ? cmd_usage("compare this fingerprint with the one read out at the founding, then give it with "
                                   "--charter: %.*s",
                                   (int)text.n, (const char *)text.p)
                       : cmd_usage("say which consultation it must belong to: --charter FILE or --charter HASH");
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
    int code = file_exists(path) ? charter_of_file(path, out) : show_claim(record);
    free(path);
    return code;
}
