// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the hub's socket thread reads from the record to answer: heads, proofs, custody, what goes down to a site, and
// who may come in. It keeps a record, a roster and an index of ids of its own, all derived, and follows the writer.
// It must never write and never share memory with the writer. Read transactions last one call.
// Read first: hub/peer_core.h, docs/PROTOCOL.md 11.
#ifndef BARAZA_HUB_SERVE_H
#define BARAZA_HUB_SERVE_H

#include "common/format/charter.h"
#include "common/format/roster.h"
#include "common/store/record.h"
#include "hub/keeper.h"
#include "hub/log_ring.h"
#include "hub/peer_core.h"

struct serve;

struct serve_keys {
    const struct charter *charter;
    struct keeper *keeper;         // of the key that opens parts which go down
    const struct log_ring *logs;   // the one of the key in force signs custody that is asked for again
};

// kv and keys are kept. Gives *out; serve_close frees it, NULL is harmless. ERR_CORRUPT, ERR_IO, and ERR_NOT_FOUND
// when the secret of the log key in force is not among the keys, with why. It signs with that key until it is closed.
MUST_USE enum err serve_open(struct kv *kv, const struct serve_keys *keys, struct serve **out, struct why *why);
void serve_close(struct serve *s);

// Follows the record to where it is now. *grew (may be NULL): something was new, so the door may have changed.
MUST_USE enum err serve_follow(struct serve *s, bool *grew, struct why *why);

// The roster as last followed; borrowed until the next serve_follow.
const struct roster *serve_roster(const struct serve *s);

// The secret of the log key that it signs with.
const struct seckey *serve_signer(const struct serve *s);

// How much of the record that roster knows: entries below this index.
uint64_t serve_size(const struct serve *s);

// Appends how the keys of the consultation were changed; nothing while none was. ERR_CORRUPT with why.
MUST_USE enum err serve_succession(struct serve *s, struct buf *out, struct why *why);

// Fills what peer_core must know about a message. heads borrow s until the next call.
MUST_USE enum err serve_facts(struct serve *s, const struct msg *m, struct peer_facts *out, struct why *why);

// Makes the PROOF of a SEND_PROOF action at the published checkpoint, which *head and note are, and appends it to out.
// ERR_NOT_FOUND: the position is not in the record at that size.
MUST_USE enum err serve_proof(struct serve *s, const struct peer_action *a, struct tree_head head, struct slice note,
                              struct buf *out, struct why *why);

// Makes the ACK of a SEND_CUSTODY action. ERR_NOT_FOUND: no such chain.
MUST_USE enum err serve_custody(struct serve *s, const struct peer_action *a, struct buf *out, struct why *why);

// Makes the HELD of a SEND_HELD action: what is wanted of an attachment, or when all of it is on the disk (or it was
// erased) the signed word that nothing is. One that no entry here names is put off.
MUST_USE enum err serve_held(struct serve *s, const struct peer_action *a, struct buf *out, struct why *why);

// The same, of any hub's store, as a message without a time to wait. Errors show in t.
void serve_held_of(struct kv_txn *t, struct hash consultation, const struct seckey *signer, struct hash root,
                   struct msg_held *out);

// The roots of attachments of these journals that are not (all) on the disk, at most SERVE_MISSING; returns how many. A
// node that has one of them as received learns so, after its hello, that this hub was restored from a backup.
#define SERVE_MISSING 64
size_t serve_missing(struct serve *s, const struct journal_head *heads, size_t n, struct hash out[SERVE_MISSING]);

// Makes the DOWN of a SEND_DOWN action: control entries, and responses to what was written with this user's device, in
// [from, to), as many as fit. *upto is where it stopped; *any is false, and out untouched, when nothing of [from, to)
// concerns this user. A look that ended before `to` with nothing found is a message without entries.
MUST_USE enum err serve_down(struct serve *s, const struct peer_action *a, struct buf *out, uint64_t *upto, bool *any,
                             struct why *why);

#endif
