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
#include "common/format/attachment.h"
#include "common/format/erasure.h"
#include "common/format/kinds.h"
#include "hub/peer_core.h"

struct keeper;
struct roster;
struct store_key;
struct wrapped;

enum admit_fate {
    FATE_NONE,       // not reached: an earlier entry of the batch was refused or deferred
    FATE_NEW,        // sequenced at index: to be written
    FATE_DUPLICATE,  // stands at index already
};

// One entry of a batch: first what a worker found, then what admission decided.
struct packet {
    struct entry entry;         // borrows the batch's memory
    struct hash custody_leaf;   // leaf hash of what custody says of it (PROTOCOL 9.1)
    uint64_t missing;           // parts its kind requires that are not disclosed: a bit for each, bit 0 the first,
    uint64_t erased;            // and which of them it says are erased
    uint32_t in_clear;          // parts that should be sealed and are not (PROTOCOL 4.7), as bits; 0 for corrections
    size_t attachment_count;    // what its manifest names, if it has a readable one; in the batch's memory
    const struct attachment_blob *attachments;
    bool control;               // of a kind that rules read: body is given, if the form is GOOD
    enum verdict form;          // of its body (kind_parse), or SEEN_CONTRADICTS (the writer looked it up)
    const struct body *body;
    struct slice sealed;        // its disclosure, sealed for the vault; empty when the entry has no parts
    const struct wrapped *wrapped; // the key of that, wrapped; NULL when sealed is empty
    // decided
    enum admit_fate fate;
    uint64_t index;             // NEW and DUPLICATE
    uint64_t branch;
    enum verdict standing;      // NEW: in force, or why not, at its own index (GOOD for what is not control)
};

// Consecutive entries of one journal: each packet's prev is the id of the one before (the worker saw to it). Or, when
// has_chunk is set, no entry but one chunk of an attachment, which the worker found to belong to its root.
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
    enum verdict fault;         // class REFUSAL, or DEFERRAL for what could not be opened here
    struct hash fault_received;
    bool has_chunk;
    struct msg_chunk chunk;     // without its path
    struct arena *arena;        // owns all of it
    struct keeper *keeper;      // of whom key is held until batch_done: what is sealed here is wrapped under it
    const struct store_key *key;
};

// --- what the hub knows of a journal ---
struct ledger_branch {
    uint64_t next;
    uint64_t index;             // in the record, of entry next - 1
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
    struct roster *roster;      // folded over every entry below size,
    struct erasure *erasures;   // and so are redactions
    uint64_t size;              // of the record: index of the next leaf
    size_t journal_count;
    size_t journal_room;        // a power of two
    struct ledger_journal **journals; // open addressing by journal id
};

// An empty ledger over a roster and the redactions under it, both of which it takes. ledger_done frees all.
void ledger_init(struct ledger *l, struct hash consultation, struct roster *roster, struct erasure *erasures,
                 uint64_t size);
void ledger_done(struct ledger *l);

// Returns what is loaded of id; NULL when it is not loaded. The pointer is good until ledger_trim or ledger_done.
struct ledger_journal *ledger_find(const struct ledger *l, struct journal_id id);

// Adds what the store says of id (branch_count 0: nothing), which must not be loaded yet (CHECK); returns it.
struct ledger_journal *ledger_add(struct ledger *l, const struct ledger_journal *loaded);

// Forgets journals that are not dirty when more than `keep` are loaded.
void ledger_trim(struct ledger *l, size_t keep);

// --- facts that are loaded before a batch that does not simply continue a head ---
// Entries at one seq of a journal: one per branch that has its own there.
struct slot_fact {
    size_t count;
    struct {
        uint64_t branch;
        uint64_t index;
        struct hash id;
    } at[LIMIT_BRANCHES];
};

struct admit_facts {
    struct slot_fact prev;         // at seq first - 1 (count 0 when first is 0)
    const struct slot_fact *slots; // at first + i, for each packet
    struct merkle_frontier custody; // when admit_fork_at says so: over the chain below that seq
};

enum admit_need {
    NEED_NOTHING,               // facts may be NULL
    NEED_JOURNAL,               // load it into the ledger and ask again
    NEED_SLOTS,                 // load prev and slots, then ask admit_fork_at
};

// What must be loaded before b can be decided.
enum admit_need admit_needs(const struct ledger *l, const struct batch *b);

// True when b will leave a chain where something else stands already and a new branch is possible: then *seq is where,
// and facts->custody must be loaded for the chain that ends with *prev at *seq - 1.
bool admit_fork_at(const struct ledger *l, const struct batch *b, const struct admit_facts *facts, uint64_t *seq,
                   struct hash *prev);

// The position and branches of a fork that has no evidence in the record yet.
struct fork_found {
    bool found;
    struct journal_id journal;
    uint64_t seq;
    size_t id_count;
    struct hash ids[LIMIT_BRANCHES];
};

// Decides a batch, in order, against the ledger, and moves the ledger on: writes the fates in b->packets, the
// acknowledgement or refusal (both unsigned: signature, credit and retry time are zero) to *out, a new fork to *fork.
// What was delivered again inside a chain is acknowledged with the end of that chain. Needs must be met (CHECK).
void admit(struct ledger *l, struct batch *b, const struct admit_facts *facts, struct batch_outcome *out,
           struct fork_found *fork);

#endif
