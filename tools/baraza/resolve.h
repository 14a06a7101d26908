// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// From what a person types as an id to the entry it names: a whole id, or a beginning of one that fits a single entry
// among her own notebooks, what came down from the hub, and the record she names.
#ifndef BARAZA_TOOLS_BARAZA_RESOLVE_H
#define BARAZA_TOOLS_BARAZA_RESOLVE_H

#include "tools/baraza/reading.h"
#include "tools/baraza/work.h"

struct resolver {
    struct cmd_context *context;     // keeps
    struct work *w;                  // keeps
    const struct reading_from *from; // keeps; its record is opened when it is needed first, and only once
    struct reading *record;          // NULL: not opened
};

// Starts with r->record NULL and the rest set; resolver_done frees.
void resolver_done(struct resolver *r);

// Opens the record that was named, if one was. Returns -1, or has reported (another consultation's record, too).
int resolver_record(struct resolver *r);

// What an id names; kind is KIND_UNKNOWN when a whole id names nothing that is known here.
struct resolved {
    struct hash id;
    enum kind kind;
};

// Returns -1 and *out, or has reported what to do.
int resolve_id(struct resolver *r, const char *typed, struct resolved *out);

// The same, and reports when it is known to be of another kind.
int resolve_kind(struct resolver *r, const char *typed, enum kind wanted, struct resolved *out);

#endif
