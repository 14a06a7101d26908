// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Admission: what happens to entries that passed the workers' checks, as one function over an ordered list of batches.
// It must never read or write a store: what stands at a place is loaded before (admit_needs), what was decided is
// written after (sequence.c). It judges nothing by a clock.
// Read first: docs/PROTOCOL.md, "Admission".
#ifndef BARAZA_HUB_ADMIT_H
#define BARAZA_HUB_ADMIT_H

#include "common/exchange/msg.h"
#include "common/format/entry.h"
#include "hub/peer_core.h"

struct roster;

enum admit_fate {
    FATE_NONE,       // not reached: an earlier entry of the batch was refused or deferred
    FATE_NEW,        // sequenced at index: to be written
    FATE_DUPLICATE,  // stands at index already
};

// One entry of a batch: first what a worker found, then what admission decided.
struct packet {
    struct entry entry;         // borrows the batch's memory
    struct hash received;       // SHA-256 of the whole entry: what a refusal would name
    struct hash custody_leaf;   // leaf hash of what custody says of it (PROTOCOL 9.1)
    uint64_t bitmap;            // parts that are disclosed
    bool complete;              // every part its kind requires is here
    struct slice disclosure;    // as it is to be stored: sealed for the vault; empty when the entry has no parts
    struct slice wrapped_key;   // the entry's vault key, wrapped
    // decided
    enum admit_fate fate;
    uint64_t index;             // NEW and DUPLICATE
    uint64_t branch;
    struct hash custody_top;    // NEW: root of the largest complete custody subtree that this entry ends
    enum verdict standing;      // NEW: in force, or why not
};

// Consecutive entries of one journal: each packet's prev is the id of the one before (the worker saw to it).
struct batch {
    uint64_t ticket;
    struct boxkey deliverer;
    enum peer_class class;
    struct journal_id journal;
    uint64_t first;
    struct hash prev;           // id of entry first - 1; zeros at 0
    size_t count;
    struct packet *packets;
    bool has_fault;             // the entry after the last packet was found bad by the worker
    enum verdict fault;         // class REFUSAL
    struct hash fault_received;
    struct arena *arena;        // owns all of it
};

// --- what the hub knows of a journal ---
struct ledger_branch {
    uint64_t from;              // first seq that is this branch's own; below it the chain runs on in `parent`
    uint64_t parent;            // branch it left; itself for branch 0
    uint64_t next;
    struct hash head;
    struct merkle_frontier custody; // over seq 0 to next - 1
};

struct ledger_journal {
    struct journal_id id;
    size_t branch_count;        // 0: nothing of it is here
    struct ledger_branch branches[LIMIT_BRANCHES];
    bool evidence;              // a fork-evidence entry about this journal is in the record
    bool dirty;                 // differs from the store
};

// What the writer keeps between transactions. After a failed commit it is freed and loaded anew.
struct ledger {
    struct hash consultation;
    struct roster *roster;      // folded over every entry below size
    uint64_t size;              // of the record: index of the next leaf
    size_t journal_count;
    size_t journal_room;        // a power of two
    struct ledger_journal **journals; // open addressing by journal id
};

// An empty ledger over a roster, which it takes. ledger_done frees all.
void ledger_init(struct ledger *l, struct hash consultation, struct roster *roster, uint64_t size);
void ledger_done(struct ledger *l);

// Returns what is loaded of id; NULL when it is not loaded. The pointer is good until ledger_trim or ledger_done.
struct ledger_journal *ledger_find(const struct ledger *l, struct journal_id id);

// Adds what the store says of id (branch_count 0: nothing), which must not be loaded yet (CHECK); returns it.
struct ledger_journal *ledger_add(struct ledger *l, const struct ledger_journal *loaded);

// Forgets journals that are not dirty when more than `keep` are loaded.
void ledger_trim(struct ledger *l, size_t keep);

// --- facts that are loaded before a batch that does not simply continue a head ---
struct slot_fact {
    size_t count;               // entries at this seq, one per branch that has its own
    struct {
        uint64_t branch;
        struct hash id;
        uint64_t index;
        struct hash custody_top;
    } at[LIMIT_BRANCHES];
};

struct admit_facts {
    struct slot_fact prev;              // at seq first - 1 (count 0 when first is 0)
    const struct slot_fact *slots;      // at first + i, for each packet
    struct merkle_frontier custody;     // over seq 0 to first - 1, on the branch where prev stands (empty when it does not)
};

enum admit_need {
    NEED_NOTHING,               // facts may be NULL
    NEED_JOURNAL,               // load it into the ledger and ask again
    NEED_SLOTS,                 // load facts
};
enum admit_need admit_needs(const struct ledger *l, const struct batch *b);

// The position and branches of a fork that has no evidence in the record yet.
struct fork_found {
    bool found;
    struct journal_id journal;
    uint64_t seq;
    size_t id_count;
    struct hash ids[LIMIT_BRANCHES];
};

// Decides a batch, in order, against the ledger, and moves the ledger on: writes the fates in b->packets, the
// acknowledgement (unsigned: signature and credit are zero) or refusal (unsigned) to *out, a new fork to *fork.
// needs must be met (CHECK). facts as admit_needs asked.
void admit(struct ledger *l, struct batch *b, const struct admit_facts *facts, struct batch_outcome *out,
           struct fork_found *fork);

#endif
