// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What unit tests share: published vectors from ${BARAZA_SHARED:-../shared}, hex as bytes.
// Included once by each test file; a test that finds no shared material is skipped, and says so.
#ifndef BARAZA_TESTS_UNIT_SHARED_H
#define BARAZA_TESTS_UNIT_SHARED_H

#include "common/base/bytes.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Returns the JSON document at path below the shared folder; the caller decrefs it. Skips the test when it is missing.
static inline json_t *shared_json(const char *path)
{
    char whole[4096];
    json_error_t error;
    const char *shared = getenv("BARAZA_SHARED");
    snprintf(whole, sizeof whole, "%s/%s", shared == NULL ? "../shared" : shared, path);
    FILE *f = fopen(whole, "rb");
    if (f == NULL) {
        cr_skip_test("skipped: no shared material at %s", whole);
    }
    json_t *document = json_loadf(f, JSON_REJECT_DUPLICATES, &error);
    fclose(f);
    cr_assert(document != NULL, "%s: %s", whole, error.text);
    return document;
}

// Appends the bytes of hexadecimal text to out; '-' and spaces between bytes are passed over.
static inline void hex_append(const char *text, struct buf *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned high = 16;
    for (; *text != '\0'; text++) {
        const char *digit = strchr(digits, *text | 0x20);
        if (*text == '-' || *text == ' ') {
            continue;
        }
        cr_assert(digit != NULL);
        unsigned v = (unsigned)(digit - digits);
        if (high == 16) {
            high = v;
        } else {
            buf_put_u8(out, (uint8_t)(high << 4 | v));
            high = 16;
        }
    }
    cr_assert(high == 16);
}

// The same into a fresh buffer; buf_done releases it.
static inline struct buf hex_buf(const char *text)
{
    struct buf out = buf_new(1 << 20);
    hex_append(text, &out);
    cr_assert(buf_ok(&out));
    return out;
}

#endif
