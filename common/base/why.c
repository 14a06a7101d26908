// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sentences for people, of fixed size, so that failing needs no memory.
#include "common/base/why.h"

#include <stdarg.h>
#include <stdio.h>

void why_set(struct why *why, const char *format, ...)
{
    if (why == NULL) {
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
}
