// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The messages of the exchange between a node and its hub, and their one canonical form (PROTOCOL, "Exchange").
// It knows bytes and bounds; what a message means to either end is decided in node_core and peer_core.
//
// A message is a canonical array [uint type, ...] of at most LIMIT_FRAME_BYTES. Everything parsed borrows the frame;
// lists of fixed-size values are copied to the caller's arena.
#ifndef BARAZA_EXCHANGE_MSG_H
#define BARAZA_EXCHANGE_MSG_H

#include "common/base/arena.h"
#include "common/base/verdict.h"
#include "common/format/journal_id.h"
#include "common/format/merkle.h"

#define EXCHANGE_VERSION 1

// An arena of this size holds whatever one message needs.
#define MSG_ARENA_BYTES (LIMIT_WELCOME_HEADS * 128u + 65536u)

// Numbers are on the wire and never reused. "up" is node to hub.
enum msg_type {
    MSG_HELLO = 1,     // up: who I am, what I hold, what I have verified
    MSG_WELCOME = 2,   // down: what the hub holds of that
    MSG_ENTRIES = 3,   // up: consecutive entries of one journal, with parts
    MSG_ACK = 4,       // down: on disk at the hub, with the signed custody note
    MSG_REFUSE = 5,    // down: refused for good (signed), or deferred (not signed)
    MSG_PROOF = 6,     // down: one position's inclusion, with consistency from what the node has verified
    MSG_DOWN = 7,      // down: entries of the record that this site needs
    MSG_DOWN_ACK = 8,  // up: they are on disk here
    MSG_WANT = 9,      // up: asks for a proof, a custody note, or what is wanted of an attachment
    MSG_CHUNK = 10,    // up: one chunk of an attachment
    MSG_ERROR = 11,    // either: not understood, or not now; text for people
    MSG_CARRY = 12,    // up: one message of a bundle that this site carries for another, as it is
    MSG_CARRIED = 13,  // down: the hub's answer to the site whose bundle that was: a bundle, sealed to it
    MSG_KEYS = 14,     // down: how the keys of the consultation were changed, before anything that they sign
    MSG_HELD = 15,     // down: how much of an attachment is on disk at the hub; of all of it, signed
};

// Heads carry the id of the last entry, so that either end sees at once whether the other's journal is its own.
struct msg_hello {
    uint64_t version;            // EXCHANGE_VERSION
    struct hash consultation;
    struct tree_head seen;       // last checkpoint this node verified (size 0 and the empty root if none)
    size_t head_count;           // at most LIMIT_HEADS, strictly ascending by journal
    const struct journal_head *heads; // branch is 0
    uint64_t down_cursor;        // index up to which entries downwards are on disk here
    size_t destroyed_count;      // at most LIMIT_DESTROYED: where the journals ended whose authors' keys were
    const struct journal_head *destroyed; // destroyed on this device; as heads
};

struct msg_welcome {
    size_t head_count;           // at most LIMIT_WELCOME_HEADS: every branch of each journal named in hello
    const struct journal_head *heads; // strictly ascending by journal, then branch; none: nothing of it is here
    struct slice checkpoint;     // the latest published note, or empty
    uint64_t credit;             // bytes (as entries.raw counts them) that may be under way unacknowledged
};

enum entries_form {
    ENTRIES_WIRE = 0,   // payload is one compressed wire batch (PROTOCOL 10.1)
    ENTRIES_OUTBOX = 1, // payload is the canonical array of outbox records and boxed unlock keys (PROTOCOL 10.4)
};

// What the payload says of its place is repeated outside, so that a hub can put off what it cannot use before it
// decompresses or verifies anything; a payload that says otherwise is BAD_MESSAGE.
struct msg_entries {
    enum entries_form form;
    struct journal_id journal;
    uint64_t branch;             // the sender's guess; the hub finds the branch by prev
    uint64_t first;              // seq of the first entry
    struct hash prev;            // id of entry first - 1; zeros at 0
    uint64_t count;              // 1 to LIMIT_BATCH_ENTRIES
    uint64_t raw;                // bytes after decompression: what is charged to the deliverer's credit
    struct slice payload;
};

// The hub's signed word that it holds the journal up to next - 1 with all parts (PROTOCOL 9.1).
struct msg_ack {
    struct journal_id journal;
    uint64_t branch;
    uint64_t next;               // at least 1
    struct hash head;            // id of entry next - 1
    struct hash root;            // custody root over seq 0 to next - 1
    struct sig signature;
    uint64_t credit;
};

struct msg_refuse {
    struct journal_id journal;
    uint64_t seq;
    enum verdict code;           // class REFUSAL or DEFERRAL
    struct hash received;        // SHA-256 of the whole entry as it was rebuilt; zeros in deferrals
    bool is_signed;
    struct sig signature;        // of a refusal (PROTOCOL 9.2)
    uint64_t retry_after_ms;     // deferrals: not before; 0 in refusals
};

struct msg_proof {
    struct journal_id journal;
    uint64_t seq;
    uint64_t index;              // in the record
    size_t inclusion_count;      // at most LIMIT_PROOF_HASHES
    const struct hash *inclusion;
    uint64_t base;               // size of the checkpoint that consistency is shown from
    size_t consistency_count;
    const struct hash *consistency;
    struct slice checkpoint;     // the note
};

struct msg_down_entry {
    uint64_t index;
    struct slice entry;          // whole
    struct slice disclosure;     // disclosure_make's bytes; empty when none is shown
};

// Entries of the record in [from, to) that concern this site, ascending; the others were passed over.
struct msg_down {
    uint64_t from, to;
    size_t count;                // at most LIMIT_DOWN_ENTRIES; may be 0
    const struct msg_down_entry *entries;
};

enum want_what {
    WANT_PROOF = 0,              // answered by PROOF, once a checkpoint covers it
    WANT_HELD = 1,               // answered by HELD
    WANT_CUSTODY = 2,            // answered by ACK: an acknowledgement was lost, or came for more than is here
};

// Fields that `what` does not use are zero.
struct msg_want {
    enum want_what what;
    struct journal_id journal;   // PROOF, CUSTODY: which position
    uint64_t seq;
    struct hash id;              // PROOF, CUSTODY: of the entry there (a forked journal has several)
    uint64_t base;               // PROOF: size of the checkpoint to show consistency from
    struct hash root;            // HELD: of the attachment
};

struct msg_chunk {
    struct hash root;            // of the attachment's tree
    uint32_t number;             // below LIMIT_ATTACHMENT_CHUNKS
    struct slice bytes;          // at most LIMIT_CHUNK_BYTES
    size_t path_count;
    const struct hash *path;     // inclusion of the chunk in the tree
};

// What the hub has of an attachment, and wants of it.
struct msg_held {
    struct hash root;
    uint32_t next;               // chunks below are on its disk; the next that it wants
    enum verdict code;           // GOOD; DEFERRAL: no chunk will be taken now
    bool is_signed;              // GOOD: nothing more of it is wanted (PROTOCOL 9.4)
    struct sig signature;
    uint64_t retry_after_ms;     // deferrals: not before; else 0
};

struct msg_error {
    enum verdict code;
    struct slice detail;         // at most LIMIT_ERROR_DETAIL bytes of UTF-8; foreign text: show with text_put_safe
};

// What the deliverer has of a bundle that she cannot open (bundle.h). Message 0 says whose it is, and asks for the
// answer.
struct msg_carry {
    struct hash bundle;          // SHA-256 of its first frame
    struct slice boxed;          // its key, boxed to the hub
    uint64_t number;
    struct slice sealed;
};

struct msg_carried {
    struct hash bundle;          // as in CARRY
    struct slice answer;         // a whole bundle down; empty: not now
};

struct msg {
    enum msg_type type;
    union {
        struct msg_hello hello;
        struct msg_welcome welcome;
        struct msg_entries entries;
        struct msg_ack ack;
        struct msg_refuse refuse;
        struct msg_proof proof;
        struct msg_down down;
        uint64_t down_ack;       // the cursor: entries below this index are on disk at the node
        struct msg_want want;
        struct msg_chunk chunk;
        struct msg_held held;
        struct msg_error error;
        struct msg_carry carry;
        struct msg_carried carried;
        struct slice keys;       // a succession (service_keys.h): 1 to LIMIT_SUCCESSION_BYTES bytes
    } as;
};

// Reads one frame. GOOD and *out written (borrowing frame and arena), else TOO_LARGE, NOT_CANONICAL (form, bounds,
// order, an unknown verdict), BAD_MESSAGE (a type this version does not know), and *out untouched.
// A hello of another version is read up to its version only: WRONG_VERSION.
MUST_USE enum verdict msg_parse(struct slice frame, struct arena *arena, struct msg *out);

// Appends the message to out, whose maximum should be LIMIT_FRAME_BYTES. m must be within the bounds above (CHECK).
void msg_make(const struct msg *m, struct buf *out);

// "hello", "welcome" ...: for logs and stories.
const char *msg_name(enum msg_type type);

#endif
