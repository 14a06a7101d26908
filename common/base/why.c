// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sentences for people, of fixed size, so that failing needs no memory.
#include "common/base/why.h"

#include "common/base/bytes.h"
#include "common/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CHARACTER 4 // bytes of the longest

// Names of files may be any bytes, and the end of the room may be in the midst of a character: a sentence is UTF-8 all
// the same, because it is printed, and put into JSON.
static void make_whole(char *text, size_t room)
{
    const bool full = strlen(text) == room - 1;
    struct slice rest = slice_text(text);
    while (rest.n > 0) {
        size_t n = rest.n < CHARACTER ? rest.n : CHARACTER;
        while (n > 0 && !text_utf8_ok(slice_of(rest.p, n))) {
            n--;
        }
        char *at = text + (rest.p - (const uint8_t *)text);
        if (n == 0 && rest.n < CHARACTER && full) {
            *at = '\0'; // cut
            return;
        }
        if (n == 0) {
            *at = '?';
            n = 1;
        }
        rest = slice_of(rest.p + n, rest.n - n);
    }
}

void why_set(struct why *why, const char *format, ...)
{
    if (why == NULL) {
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    make_whole(why->text, sizeof why->text);
}
