// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A sentence for a person about what was being done when something failed, and to what.
#ifndef BARAZA_BASE_WHY_H
#define BARAZA_BASE_WHY_H

#include "common/base/check.h"

struct why {
    char text[200];
};

// Writes the formatted sentence into why, cut at the end of its room, as UTF-8 whatever was put in. why may be NULL:
// nothing happens.
void why_set(struct why *why, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
