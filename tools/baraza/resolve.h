// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// From what a person types as an id to the id: whole, or a beginning of an entry of her own notebooks, of what came
// down from the hub, or of an export she names.
#ifndef BARAZA_TOOLS_BARAZA_RESOLVE_H
#define BARAZA_TOOLS_BARAZA_RESOLVE_H

#include "tools/baraza/reading.h"

// from->record is used when the entry is not here. Returns -1 and *out, or has reported.
int resolve_id(struct cmd_context *context, struct work *w, const struct reading_from *from, const char *typed,
               struct hash *out);

#endif
