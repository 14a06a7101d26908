// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The proof that one entry is in the record, gathered from a hub's state, an export, or what the hub has given to a
// site: what prove and receipt hand out. It must never give out a proof that it has not verified.
#ifndef BARAZA_TOOLS_BARAZA_PROVING_H
#define BARAZA_TOOLS_BARAZA_PROVING_H

#include "common/format/proof.h"
#include "node/desk/proven.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/work.h"

struct proving {
    struct reading_from from;
    struct proven it;
    struct buf erased;                  // ", parts erased by entry 12 …"; empty: nothing is, or it is not known here
};

// Makes the buffers; frees them.
void proving_init(struct proving *p);
void proving_done(struct proving *p);

// Finds the entry that typed begins and its proof; p->from says where, else the state does. chain: a proof of a later
// entry of its journal will do, with what lies between. Returns -1, or has reported: when it is not confirmed yet, how
// far it has come and what to do.
int proving_gather(struct cmd_context *context, const char *typed, bool chain, struct proving *p);

#endif
