// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Normalisation and folding by utf8proc.
#include "common/format/nfc.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <utf8proc.h>

#define COMPOSE (UTF8PROC_STABLE | UTF8PROC_COMPOSE)
#define FOLD                                                                                                           \
    (UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE)

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

// Of Arabic what a decomposition leaves apart, and people do not: U+0649 and U+064A, U+0629 and U+0647; U+0640 is
// dropped. All of them have two bytes.
static void fold_arabic(uint8_t *p, size_t *n)
{
    size_t to = 0;
    for (size_t i = 0; i < *n; i++) {
        const bool arabic = i + 1 < *n && p[i] == 0xd9;
        if (arabic && p[i + 1] == 0x80) {
            i++;
            continue;
        }
        if (arabic && p[i + 1] == 0x89) {
            p[i + 1] = 0x8a;
        } else if (i + 1 < *n && p[i] == 0xd8 && p[i + 1] == 0xa9) {
            p[i] = 0xd9;
            p[i + 1] = 0x87;
        }
        p[to++] = p[i];
    }
    *n = to;
}

bool text_fold(struct slice text, struct buf *out)
{
    utf8proc_uint8_t *folded = NULL;
    const size_t before = out->n;
    if (!text_utf8_ok(text)) {
        return false;
    }
    if (is_ascii(text)) {
        for (size_t i = 0; i < text.n; i++) {
            const uint8_t c = text.p[i];
            buf_put_u8(out, c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c);
        }
    } else {
        const utf8proc_ssize_t n = utf8proc_map(text.p, (utf8proc_ssize_t)text.n, &folded, FOLD);
        CHECK(n != UTF8PROC_ERROR_NOMEM);
        size_t left = n < 0 ? 0 : (size_t)n;
        if (n >= 0) {
            fold_arabic(folded, &left);
            buf_put(out, slice_of(folded, left));
        }
        mem_wipe(folded, n < 0 ? 0 : (size_t)n);
        free(folded);
        if (n < 0) {
            return false;
        }
    }
    if (!buf_ok(out)) {
        out->n = before;
        return false;
    }
    return true;
}
