// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The starter codebook: groups and themes that a process may take over or replace. Reached through codes.h.
#ifndef BARAZA_FORMAT_CODES_STARTER_H
#define BARAZA_FORMAT_CODES_STARTER_H

#include "common/format/codes.h"

// Return the rows and their count; static storage.
const struct code_row *codes_starter_groups(size_t *count);
const struct code_row *codes_starter_themes(size_t *count);

#endif
