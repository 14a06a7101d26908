// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// That an entry is in the record, as the hub proved it to a site: gathered from what is kept here, verified, and put
// into one file that anybody can check. No word that was said is in it. It must never hand out what does not verify.
#ifndef BARAZA_NODE_DESK_PROVEN_H
#define BARAZA_NODE_DESK_PROVEN_H

#include "common/author/state.h"
#include "common/format/receipt.h"

struct proven {
    struct buf charter;                 // its note
    struct buf succession;              // empty while no key of the consultation was changed
    struct buf proof;                   // tlog-proof of the last entry
    struct buf bytes;                   // the entries, one behind the other
    size_t n;                           // the one that was asked for, and what follows it up to the one proved
    size_t ends[LIMIT_RECEIPT_CHAIN];   // of each in bytes
    struct vkey key;                    // that the proof is signed by
    uint64_t index;                     // of the last entry in the record
    struct tree_head head;
};

// Makes the buffers; frees them.
void proven_init(struct proven *p);
void proven_done(struct proven *p);

// Adds one entry behind the others (at most LIMIT_RECEIPT_CHAIN: CHECK); entry i < n; borrows p.
void proven_add(struct proven *p, struct slice bytes);
struct slice proven_entry(const struct proven *p, size_t i);

// Gathers what the hub sent of the entry whose id begins with typed (hex), or, with chain, of a later one of its
// journal, with what lies between. ERR_AGAIN, and *id: it has no receipt yet; ERR_NOT_FOUND, ERR_BUSY (several begin
// so), ERR_BAD_INPUT (no id), ERR_TOO_BIG: too far from the receipt; with why where more is to be said.
MUST_USE enum err proven_here(struct state *s, struct slice typed, bool chain, struct proven *p, struct hash *id,
                              struct why *why);

// Verifies the proof; sets index and head. ERR_CORRUPT with why.
MUST_USE enum err proven_check(struct proven *p, struct why *why);

// Appends the receipt's text (common/format/receipt.h), verified as whoever gets it verifies it. ERR_TOO_BIG, or
// ERR_CORRUPT with why: then nothing is to be handed out.
MUST_USE enum err proven_receipt(const struct proven *p, struct buf *text, struct why *why);

#endif
