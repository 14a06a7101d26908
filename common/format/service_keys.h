// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The keys of the consultation itself, as its charter names them and `rekey` changed them: which key of the log signs a
// checkpoint of which size, with which key the hub answers, to which one outbox keys are boxed. And the succession: the
// few entries that prove it to whoever has the charter alone (PROTOCOL 8.8 to 8.10). Pure: no store, no network.
// It must never take a key from anything but the charter and acts of the root that are in force.
#ifndef BARAZA_FORMAT_SERVICE_KEYS_H
#define BARAZA_FORMAT_SERVICE_KEYS_H

#include "common/format/charter.h"
#include "common/format/checkpoint.h"
#include "common/format/roster.h"

// A key of the log, and the smallest size of a checkpoint that it signs.
struct log_key {
    uint64_t from;
    struct vkey key;
};

struct service_keys {
    size_t log_count;                       // 1 or more, ascending by from
    struct log_key log[LIMIT_KEY_CHANGES + 1];
    struct boxkey exchange;                 // of now
    struct boxkey intake;                   // of now
    size_t changes;                         // rekeys in force, of all kinds
};

// What holds by the charter alone (roster NULL), or by the charter and a roster of it. Copies what it needs.
void service_keys_of(const struct charter *charter, const struct roster *roster, struct service_keys *out);

// The key that signs a checkpoint of that size; the newest one, which signs custody, refusals and bundles. Borrow k.
const struct vkey *service_log_at(const struct service_keys *k, uint64_t size);
const struct vkey *service_log_now(const struct service_keys *k);

// The key that must have signed this note, by the size it claims; the newest one when it claims none. Verifies nothing.
const struct vkey *service_log_of_note(const struct service_keys *k, struct slice note);

// checkpoint_verify with the key of its size: errors as there.
MUST_USE enum verdict service_checkpoint_verify(const struct service_keys *k, struct slice note, struct tree_head *out,
                                                struct why *why);

// --- succession: canonical array [[index, entry] …], ascending: rekeys in force and the approvals that counted ---

// Writes the indexes of its entries, each once, ascending; returns how many: 0 while no key was changed.
size_t succession_indexes(const struct roster *r, uint64_t out[static LIMIT_SUCCESSION_ENTRIES]);

// Appends the beginning for n entries (at most LIMIT_SUCCESSION_ENTRIES), then one of them.
void succession_begin(size_t n, struct buf *out);
void succession_put(uint64_t index, struct slice entry, struct buf *out);

// Folds it over the charter: each entry is a rekey or an approval, good, signed by a key that is root there, and each
// rekey comes into force. GOOD, and *out (given; roster_free) knows the changes; else a verdict with why, and *out
// untouched. It may be believed without being told by whom: a quorum of root keys said all of it. What it leaves out
// nobody can see.
MUST_USE enum verdict succession_verify(struct slice bytes, const struct charter *charter, struct roster **out,
                                        struct why *why);

// What a receipt must be judged by for one who has the charter alone: the charter's keys, and the changes that the
// receipt's `extra` line proves (base64 as proof_parse gives it). An extra that proves nothing, or belongs to somebody
// else, changes nothing.
void service_keys_of_receipt(const struct charter *charter, struct slice extra, struct service_keys *out);

// True when every entry of `before` is in `after`; both passed succession_verify, or are empty.
MUST_USE bool succession_extends(struct slice before, struct slice after);

#endif
