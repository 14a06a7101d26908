// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The journals of the people of one state: entries by (key, incarnation, seq), their parts sealed at rest, and the
// outbox copies. A node keeps its people's journals here; a hub keeps its own author's here before they are sequenced.
// It must never judge an entry: what is put here was made or checked by author/.
// Read first: docs/STORAGE.md, "Journals".
#ifndef BARAZA_STORE_JOURNAL_H
#define BARAZA_STORE_JOURNAL_H

#include "common/store/stored.h"

// What one append puts. All borrowed.
struct journal_item {
    struct position at;            // branch 0
    struct hash id;
    struct slice entry;
    struct slice sealed;           // from vault_seal; empty: the entry has no parts
    const struct wrapped *wrapped; // NULL with an empty sealed
    struct slice outbox;           // outbox record; empty: none (the hub's own journal)
};

// Puts one entry with all that belongs to it. It must be the next of its journal: ERR_EXISTS when something is there
// already, ERR_NOT_FOUND when seq - 1 is not; then nothing is written and t is still good. Else the error of t.
MUST_USE enum err journal_append(struct kv_txn *t, const struct journal_item *item);

// *out = the end of a journal (next 0 when it is empty). When the last entry is damaged (journal_get says so) its id is
// the one that was stored beside it. The error of t, or ERR_CORRUPT: a key that is none.
MUST_USE enum err journal_head(struct kv_txn *t, const struct journal_id *journal, struct journal_head *out);

// Moves *at to the journal after it; started false: to the first. False when there is no more or t has failed.
MUST_USE bool journal_next(struct kv_txn *t, bool started, struct journal_id *at);

// *out = the entry at a position, rehashed. ERR_NOT_FOUND, ERR_CORRUPT (why names the position), the error of t.
MUST_USE enum err journal_get(struct kv_txn *t, const struct position *at, struct stored *out, struct why *why);

// *out = the id of the entry at a position that may be damaged or missing: its own hash; else what the entry behind it
// names as the one before; else what was stored beside the damaged bytes. ERR_NOT_FOUND: nothing here tells; the error
// of t.
MUST_USE enum err journal_entry_id(struct kv_txn *t, const struct position *at, struct hash *out);

// Appends the canonical disclosure bytes of the entry at a position to out (read them with disclosure_parse).
// ERR_NOT_FOUND: it has no parts here. ERR_LOCKED, ERR_CRYPTO, ERR_CORRUPT as vault_open; the error of t.
MUST_USE enum err journal_parts(struct kv_txn *t, const struct store_key *key, const struct position *at,
                                struct buf *out, struct why *why);

// Entries of one journal in order of seq. A damaged one is passed on as such; one that is missing is seen from its
// number.
struct journal_range {
    struct position at; // of the entry last read
    bool whole;         // entry is valid: its bytes are what was written, and it belongs at this position
    struct stored entry;
    // private
    struct kv_range range;
};
struct journal_range journal_range_new(struct kv_txn *t, const struct journal_id *journal, uint64_t from);
// False at the end, or when t has failed.
MUST_USE bool journal_range_next(struct journal_range *r);
void journal_range_done(struct journal_range *r);

// Finds the one entry of all journals here whose id begins with the hex digits `prefix` (1 to 64, checked: others are
// ERR_BAD_INPUT). ERR_NOT_FOUND, ERR_BUSY when several begin so (*out is then the first). Reads every id; what is
// damaged is passed over.
MUST_USE enum err journal_find(struct kv_txn *t, struct slice prefix, struct position *out);

// The same of a whole id: hashes no other entry, unless none lies beside that id (it may be what was damaged).
MUST_USE enum err journal_find_id(struct kv_txn *t, struct hash id, struct position *out);

// How many entries all journals here have together.
uint64_t journal_count(struct kv_txn *t);

// True when going through all journals shows as many entries as the database counts: a damaged page of the tree can
// hide some without any other sign. Reads every key.
bool journal_all_there(struct kv_txn *t);

// --- what was imported: so that an import run twice adds nothing ---
// source: a hash of what names the row in its source. True and *id (may be NULL) when it was imported before.
bool import_seen(struct kv_txn *t, struct hash source, struct hash *id);
// True when the entry with that id was made by an import. Reads through all that was imported.
bool import_made(struct kv_txn *t, struct hash id);
void import_put(struct kv_txn *t, struct hash source, struct hash id);

#endif
