// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The transaction in which an author writes, and how a new incarnation begins in it: with a `resume` that names the end
// of the one before, and, after a refusal, with its successors signed anew.
// Private to author/. Read first: append.h, notebook.h.
#ifndef BARAZA_AUTHOR_RENEW_H
#define BARAZA_AUTHOR_RENEW_H

#include "common/author/compose.h"
#include "common/author/notebook.h"
#include "common/store/journal.h"

// An entry that was signed anew, and what stands for it now.
struct replaced {
    struct hash old_id;
    struct hash new_id;
};

struct writing {
    struct state *state;
    const struct unlocked *u;
    struct kv_txn *t;
    bool outbox;               // copies for the hub are made (a hub's own journal needs none)
    struct journal_head head;  // where the next entry goes
    uint64_t seen_size;
    struct hash seen_root;
    uint64_t claimed_s;
    struct store_key store_key;
    struct composed composed;  // scratch of one entry
    struct wire_maker *maker;  // for outbox copies; NULL when none are made
    struct buf plain, sealed, record;
    struct wrapped wrapped;
    struct replaced *replaced; // by renew_write in this transaction, in the order of signing
    size_t replaced_count;
};

// What stands for id by now: itself, unless it was replaced in this transaction.
struct hash renew_current(const struct writing *w, struct hash id);

// Writes one entry at w->head and moves it on. ERR_BAD_INPUT (why), or the transaction's error.
MUST_USE enum err writing_put(struct writing *w, const struct append_item *item, struct hash *id, struct why *why);

// Writes what a new incarnation (w->head, empty) begins with: old says why it begins, ended where the old one ended.
MUST_USE enum err renew_write(struct writing *w, const struct notebook *old, const struct journal_head *ended,
                              struct why *why);

// Signs anew, at w->head, what is stranded in journals that this author does not write in any more.
MUST_USE enum err renew_stranded(struct writing *w, struct why *why);

#endif
