// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What `add` asks of one contribution, asked of every row of a table: known codes, risk flags, sealing.
// Read first: codebook.h, recipients.h.
#ifndef BARAZA_TOOLS_BARAZA_IMPORT_GUARD_H
#define BARAZA_TOOLS_BARAZA_IMPORT_GUARD_H

#include "node/desk/codebook.h"
#include "node/desk/local.h"
#include "node/desk/recipients.h"

// What holds for all rows that do not say otherwise. All borrowed.
struct import_guard {
    const struct charter *charter;
    const struct codebook *codebook;
    const char *sensitivity;       // the command's; NULL: the forum's
    struct code_set seal_to;       // the command's; none: the forum's, else all of the charter
    struct local_session session;
    bool new_codes;                // groups and themes that the codebook does not have are taken
    uint64_t flagged;              // rows taken that are flagged as dangerous and not sealed
    bool stopped;                  // set when a row was refused because nothing verbatim may be taken
};

// What a row says of it. Borrows the row.
struct import_guarded {
    struct slice sensitivity;      // a code; empty: not said
    struct code_set seal_to;
};

// Judges c, which was read from a row, and decides its sensitivity and recipients (written to *to, which c borrows).
// False and why: the row is not taken.
MUST_USE bool import_guard_row(struct import_guard *g, const struct import_guarded *said, struct contribution *c,
                               struct recipients *to, struct why *why);

#endif
