// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The node's end of the exchange: what to send, to store and to wait for, as a pure function of events.
// It must never read a clock, a disk or a socket: time and randomness come in the event, bytes of journals are named
// by range and read by the shell. Appending is not here: it is author/, and is told by APPENDED.
// Read first: docs/PROTOCOL.md, "Exchange".
//
// The shell's loop, for each event:
//   1. load:   a received frame is first given to node_store_facts, which looks up what the core must compare;
//   2. decide: node_step(core, &event, &actions);
//   3. apply:  all NODE_STORE_* of that one step, in one transaction (node_store_apply), and commit;
//   4. then:   everything else, in order. SEND_RANGE is answered by a RANGE_SENT event right after.
// When 3 fails nothing of 4 is done: the shell frees the core, makes a new one and starts it from disk with
// start.failures one higher. That is the same path as a crash.
#ifndef BARAZA_NODE_CORE_H
#define BARAZA_NODE_CORE_H

#include "common/exchange/msg.h"
#include "common/format/service_keys.h"

struct node_core;

enum node_event_type {
    NODE_START,       // once, first: what is on disk
    NODE_TICK,        // the time asked for by ARM has come (earlier is harmless)
    NODE_UP,          // the transport is connected and the hub has proved its key
    NODE_DOWN,        // the transport ended, or the hub's door refused us
    NODE_FRAME,       // a message arrived
    NODE_APPENDED,    // a journal of this site grew, or is new (also by the command line, noticed later)
    NODE_RANGE_SENT,  // the answer to SEND_RANGE
    NODE_ATTACHMENT,  // the answer to NEXT_ATTACHMENT
    NODE_CHUNK_SENT,  // the answer to SEND_CHUNK
    NODE_UNLOCKED,    // some person's key can sign now, and parts can be read
    NODE_LOCKED,
    NODE_POKE,        // a person asks to try now ("sync"): skip the back-off, or greet again
    NODE_STOP,        // disconnect, nothing more
};

// What the store knows of one journal of this site.
struct node_journal {
    struct journal_head local;  // where it ends here; branch 0
    uint64_t received;          // custody of seq below this is verified and stored
    struct hash received_head;  // id of entry received - 1; zeros when received is 0
    uint64_t confirmed;         // a verified receipt covers seq below this
    bool current;               // new entries go here; at most one journal per key
    bool refused;               // the entry at refused_seq was refused for good, or lost here: nothing after it goes
    uint64_t refused_seq;
    uint64_t refused_code;      // the verdict; GOOD: it was lost here
};

// An attachment of an entry of this site that the hub has not all of.
struct node_attachment {
    struct journal_id journal;
    uint64_t seq;
    struct hash root;
    uint64_t size;
    uint32_t next;              // the hub has all chunks below
};

struct node_start {
    const struct node_journal *journals; // unfinished ones first, in the order in which their authors began here;
                                // what goes beyond LIMIT_HEADS waits for the next start
    size_t count;
    struct tree_head seen;      // last checkpoint verified here
    uint64_t down_cursor;
    size_t view_count;          // at most LIMIT_VIEWS: what other sites were shown, to be compared
    struct tree_head views[LIMIT_VIEWS];
    size_t destroyed_count;     // people whose keys were destroyed here: where their journals ended
    const struct journal_head *destroyed; // copied by the core
    bool invited;               // this device is not enrolled yet: connect with the invitation's key
    bool contradicted;          // evidence against the hub is kept here: never exchange again
    uint64_t failures;          // restarts after failed commits in a row: the first connection waits accordingly
};

// What node_store_facts found for a received frame. Which fields are set depends on the message:
// WELCOME: at[i] for heads[i]: which entry is here at seq next - 1 of that journal.
// ACK: at[0] for seq next - 1; custody is the root computed here over seq 0 to next - 1 (has_custody).
// PROOF, REFUSE: at[0] for seq; REFUSE: received, SHA-256 of the whole entry here; and when it says not-enrolled,
// accredited: a grant for that key has come down already.
// HELD: at[0].here, when an attachment of this root is known here.
// DOWN: at[i] for entries[i]: here when it is an entry of this consultation with a good signature, which belongs to
// its author and to its disclosures; id is its id.
struct node_fact {
    bool here;
    struct hash id;
};

struct node_facts {
    size_t count;
    const struct node_fact *at;
    bool has_custody;
    struct hash custody;
    struct hash received;
    bool accredited;
};

struct node_event {
    enum node_event_type type;
    uint64_t now_ms;            // monotonic
    uint64_t wall_s;            // a claim; used in texts only
    uint64_t rnd;               // 64 fresh random bits, for jitter
    uint64_t disk_free;         // bytes; below NODE_DISK_RESERVE nothing is asked of the hub that must be stored
    union {
        struct node_start start;
        struct {
            const struct msg *msg;        // parsed by the shell; NULL when msg_parse refused it
            enum verdict fault;           // then what msg_parse said
            const struct node_facts *facts;
        } frame;
        struct {
            struct journal_head local;
            bool current;                 // true makes the journal the current one of its key
        } appended;
        struct {
            struct journal_id journal;
            uint64_t from, to;            // what was really sent; to == from: nothing could be read now (locked)
            uint64_t raw;                 // its msg_entries.raw
            bool queued;                  // false: the transport took nothing (full or gone); nothing is under way
        } range_sent;
        struct {
            bool found;                   // false: none is behind that place
            struct node_attachment at;    // the next one whose entry the hub has given custody of
        } attachment;
        struct {
            bool readable;                // false: the chunk is damaged here, or not here any more
            bool queued;                  // false: the transport took nothing
        } chunk_sent;
        struct {
            bool refused;                 // the hub's door does not admit this key
        } down;
    } as;
};

#define NODE_DISK_RESERVE 16777216u // 16 MiB kept free for what people still have to say

enum node_action_type {
    // --- to be stored, in one transaction ---
    NODE_STORE_ACK,        // custody note of a journal up to next; drop its outbox copies below next
    NODE_STORE_PROOF,      // verified receipt: inclusion of (journal, seq), new verified checkpoint
    NODE_STORE_DOWN,       // entries of the record for this site, and the cursor
    NODE_STORE_REFUSAL,    // signed refusal: evidence, kept for ever
    NODE_STORE_EVIDENCE,   // two checkpoints that contradict each other: kept for ever
    NODE_STORE_VIEW,       // what another site was shown is of the record that was verified here: it waits no longer
    NODE_STORE_FALSE,      // a signed custody note for other contents than those here: kept for ever
    NODE_STORE_HELD,       // how much of an attachment the hub has
    NODE_STORE_AGAIN,      // the hub has lost what it had: attachments it signed for wait again, where they are here
    NODE_STORE_RENEW,      // this journal ends here: its author must open a new incarnation (see cause)
    // --- to be done after the commit, in order ---
    NODE_CONNECT,          // with the invitation's key or the device's own
    NODE_DISCONNECT,
    NODE_SEND,             // one message
    NODE_SEND_RANGE,       // entries of a journal from a seq: the shell reads, packs and sends what fits
    NODE_NEXT_ATTACHMENT,  // look for the next attachment that waits, behind a place
    NODE_SEND_CHUNK,       // one chunk of an attachment: the shell reads and sends it
    NODE_NEW_INCARNATION,  // after STORE_RENEW: let author/ begin now if the key is unlocked. The mark of STORE_RENEW
                           // stays: whoever unlocks or starts later looks for it, the core does not ask again.
    NODE_ARM,              // send TICK at at_ms (replaces the earlier one)
    NODE_TELL,             // something a person or the log should know
};

enum node_attachment_state {
    NODE_ATTACHMENT_WAITING,
    NODE_ATTACHMENT_HELD, // the hub's signed word that it wants nothing more of it
    NODE_ATTACHMENT_LOST, // a chunk cannot be read here
};

enum renew_cause {
    RENEW_RESTORED = 1, // the hub has entries of this journal that are not here: the store was restored or copied
    RENEW_REFUSED = 2,  // an entry was refused: its successors are signed anew, each naming the one it replaces
    RENEW_UNACCREDITED = 3, // the same, but its author is not accredited: only once she is (RENEW_REFUSED follows then)
};

enum node_tell {
    TELL_CONNECTED,        // welcome received
    TELL_OFFLINE,          // connection lost or never made; value = ms until the next try
    TELL_NOT_ADMITTED,     // the hub does not admit this device
    TELL_RECEIVED,         // journal up to seq is received
    TELL_CONFIRMED,        // journal up to seq is confirmed
    TELL_REFUSED,          // entry seq was refused: code
    TELL_DEFERRED,         // entry seq waits: code
    TELL_RESTORED,         // this store was restored or copied; a new notebook begins; value = renew.held
    TELL_LOCKED,           // entries wait here that need an unlock before they can travel; code GAP: the hub had
                           // received them, and lost them
    TELL_DOWN,             // entries from the hub arrived; value = how many
    TELL_CONTRADICTION,    // the hub signed two records that exclude each other: exchange has stopped for good
    TELL_HUB_BEHIND,       // the hub shows less than it showed before (restored?); value = its size
    TELL_BAD_HUB,          // the hub sent something that does not verify; code
    TELL_HUB_ERROR,        // the hub answered with an error; code and text
    TELL_ATTACHED,         // the hub has all of an attachment of entry seq; value = its bytes
    TELL_ATTACHMENT_LOST,  // a chunk of an attachment of entry seq cannot be read here; value = its number
    TELL_DISK_LOW,         // too little room to take what the hub has for us; value = bytes free
};

struct node_action {
    enum node_action_type type;
    union {
        struct msg_ack store_ack;         // STORE_ACK and STORE_FALSE
        struct {
            struct msg_proof proof;       // borrows the event's frame
            struct tree_head head;        // of its checkpoint, verified
        } store_proof;
        struct msg_down store_down;       // borrows the event's frame
        struct msg_refuse store_refusal;
        struct {
            struct tree_head seen;        // what was verified before (its note is in the store)
            struct slice note;            // what contradicts it; borrows the event's frame
            bool by_view;                 // or another site's view does, whose note is in the store
            struct tree_head view;
        } store_evidence;
        struct tree_head store_view;
        struct {
            struct journal_id journal;
            uint64_t next;                // entries from here on must be signed anew; the local end if none
            enum renew_cause cause;
            uint64_t held;                // RESTORED: so many entries at most the hub has that are not here
            uint64_t at_s;                // when, a claim
        } renew;                          // STORE_RENEW and NEW_INCARNATION
        struct {
            struct node_attachment at;
            enum node_attachment_state state;
            struct sig signature;         // HELD
        } store_held;
        struct {
            struct hash root;             // of this one only; zeros: of all
        } store_again;
        struct {
            bool after;                   // false: from the first one
            struct node_attachment place;
        } next_attachment;
        struct {
            struct hash root;
            uint32_t number;
        } send_chunk;
        struct {
            bool invited;
        } connect;
        struct msg send;                  // borrows core and event until the next step
        struct {
            struct journal_id journal;
            uint64_t branch;
            uint64_t from;
            uint64_t to;                  // end of what is there, as far as the core knows: never beyond
            uint64_t max_raw;             // bytes before compression; at least one entry is sent whatever its size
        } send_range;                     // also at most LIMIT_BATCH_ENTRIES
        uint64_t arm_ms;
        struct {
            enum node_tell what;
            struct journal_id journal;
            uint64_t seq;
            enum verdict code;
            uint64_t value;
            struct slice text;            // foreign; borrows the event's frame
        } tell;
    } as;
};

// One step says at most this many things; what remains is said in the next (the core arms a TICK at once).
#define NODE_ACTIONS 160

struct node_actions {
    size_t n;
    struct node_action items[NODE_ACTIONS];
};

// What the core must know once. Copied.
struct node_identity {
    struct hash consultation;
    struct service_keys keys;     // the log's verify custody notes and refusals (that of now) and checkpoints
};

// Returns a core that waits for START. Gives.
struct node_core *node_core_new(const struct node_identity *identity);

// NULL is harmless.
void node_core_free(struct node_core *core);

// Takes one event and writes what to do to *actions (earlier content is forgotten). Borrows event until return;
// actions borrow core and event until the next step. The first event must be START, and only it (CHECK).
void node_step(struct node_core *core, const struct node_event *event, struct node_actions *actions);

// For status lines: what the core believes now. next_try_ms: UINT64_MAX when none is planned.
struct node_status {
    bool connected;
    bool stopped;
    uint64_t next_try_ms;
    uint64_t in_flight;           // raw bytes
    size_t deferred;              // journals that wait for something at the hub
};

// What the core believes now.
struct node_status node_core_status(const struct node_core *core);

// "connected", "received" ...: for logs and stories.
const char *node_tell_name(enum node_tell what);

#endif
