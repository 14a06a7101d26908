// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Normalisation by utf8proc.
#include "common/format/nfc.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <utf8proc.h>

#define COMPOSE (UTF8PROC_STABLE | UTF8PROC_COMPOSE)

static bool is_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

bool text_nfc(struct slice text, struct buf *out)
{
    bool ok = false;
    utf8proc_uint8_t *composed = NULL;
    size_t before = out->n;
    if (!text_utf8_ok(text)) {
        return false;
    }
    if (is_ascii(text)) {
        buf_put(out, text);
        ok = buf_ok(out);
        goto out;
    }
    utf8proc_ssize_t n = utf8proc_map(text.p, (utf8proc_ssize_t)text.n, &composed, COMPOSE);
    CHECK(n != UTF8PROC_ERROR_NOMEM);
    if (n < 0) {
        goto out;
    }
    buf_put(out, slice_of(composed, (size_t)n));
    ok = buf_ok(out);
out:
    if (!ok) {
        out->n = before;
    }
    free(composed);
    return ok;
}

bool text_is_nfc(struct slice text)
{
    // NFC is never more than three times as long (Unicode Standard Annex 15, "Growth factors").
    struct buf composed = buf_new(text.n * 3 + 16);
    bool ok = text_nfc(text, &composed) && slice_equal(buf_slice(&composed), text);
    buf_done(&composed);
    return ok;
}
