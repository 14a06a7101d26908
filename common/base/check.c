// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What happens when one of our own assertions fails: say where, then abort.
#include "common/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "baraza: internal check failed: %s (%s:%d)\n", condition, file, line);
    abort();
}
