// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub's end of the exchange, for all connected peers: who may send how much, what is verified, submitted and
// answered, as a pure function of events. It lives on the socket's thread and shares nothing with the writer.
// It must never read a clock, the record or a socket, and never hold a frame: frames are known by tickets.
// Read first: docs/PROTOCOL.md, "Exchange".
//
// The pipeline, and who owns what:
//   (A CHUNK of an attachment goes the same way as an ENTRIES message: ticket, worker, writer.)
//   socket thread   FRAME event (shell parsed it, and asked sequence_facts what the core must know)
//                   -> VERIFY{ticket}: the shell hands that frame (sock_frame, owned by the ticket from now on) to the
//                      pool of workers
//   worker          ingest_verify: decompress or open, rebuild, check commitments and signatures, seal parts
//                   -> VERIFIED{ticket, ...} event
//   socket thread   -> SUBMIT{ticket}: the shell hands the ticket's batch to the writer; or DISCARD{ticket}: frees it
//   writer          takes ALL submitted batches: sequence_commit (one transaction)
//                   -> COMMITTED{ticket, outcome} events, only after the commit; the batch is freed
//                   a failed commit -> COMMITTED with failed = true: nothing was stored, nothing is acknowledged
//   socket thread   -> REPLY(ack, refuse), which the shell encodes with msg_make and sends to the route given.
#ifndef BARAZA_HUB_PEER_CORE_H
#define BARAZA_HUB_PEER_CORE_H

#include "common/exchange/msg.h"

struct peer_core;

// Where to reply: a connection (ZeroMQ routing id), never an identity. The same bytes as net's struct sock_peer.
struct peer_route {
    uint8_t n;
    uint8_t b[255];
};

enum peer_event_type {
    PEER_FRAME,       // a message from an admitted connection
    PEER_TICK,
    PEER_VERIFIED,    // a worker is done with a ticket
    PEER_COMMITTED,   // the writer is done with a ticket
    PEER_CHECKPOINT,  // a checkpoint was published (also once at start, when there is one)
    PEER_KEYS,        // keys of the consultation were changed: said to every session from a place on, and from now on
                      // before each welcome. At start, and when it happens (again, with the next place, until all know)
    PEER_DOWN_READ,   // the answer to SEND_DOWN
    PEER_UNREACHED,   // a reply could not be sent: the connection is gone
    PEER_STOP,        // answer nothing more; tickets still under way are to be discarded
};

enum peer_class {
    PEER_MEMBER,      // a transport key of the roster
    PEER_INVITED,     // an invitation's key: may deliver one enrol entry; told apart by connection
};

// What sequence_facts found for a received frame, in a read transaction.
// HELLO: heads: every branch of each journal that hello names, ascending. ENTRIES: prev_known: entry first - 1 with
// that id is stored (or first is 0). WANT of a proof or custody: whether (seq, id) is in the record, and its index.
// CHUNK: whether its attachment is known, what its manifest says of its size, and whether this chunk is still wanted.
struct peer_facts {
    size_t head_count;
    const struct journal_head *heads;
    bool prev_known;
    bool has_index;
    uint64_t index;
    struct {
        bool known;
        bool wanted;
        uint64_t size;
    } attachment;
};

// What became of one batch: acknowledged up to a seq, and perhaps refused or deferred there.
struct batch_outcome {
    bool has_ack;
    struct msg_ack ack;          // complete but for its credit
    bool has_refuse;
    struct msg_refuse refuse;
    bool failed;                 // the commit failed: neither
    bool barred;                 // an invited peer sent anything but one enrol entry: protocol error, nothing stored
    enum verdict standing;       // of an invited peer's enrol entry: GOOD, or why it is without effect
};

struct peer_event {
    enum peer_event_type type;
    uint64_t now_ms;             // monotonic
    uint64_t rnd;                // 64 fresh random bits, for jitter
    uint64_t disk_free;          // bytes where the record is; below PEER_DISK_RESERVE entries are deferred (HUB_FULL)
    union {
        struct {
            struct boxkey user;          // ZAP User-Id: who
            enum peer_class class;
            struct peer_route route;     // where to
            const struct msg *msg;       // NULL when msg_parse refused it
            enum verdict fault;          // then what it said
            const struct peer_facts *facts;
        } frame;
        struct {
            uint64_t ticket;
            enum verdict verdict;        // ingest_verify's: not GOOD when the payload as a whole is not usable
        } verified;                      // refusals of single entries are the batch's business: GOOD
        struct {
            uint64_t ticket;
            const struct batch_outcome *outcome;
        } committed;
        struct {
            struct tree_head head;
            struct slice note;           // copied by the core
        } checkpoint;
        struct {
            struct slice succession;     // copied by the core
            size_t from;                 // number of a session; one step tells PEER_KEYS_EACH of them
        } keys;
        struct {
            struct boxkey user;
            uint64_t to;                 // where reading stopped; from again when nothing could be sent
            bool sent;                   // a DOWN message with this `to` was sent (else there was nothing to say)
        } down_read;
        struct peer_route unreached;
    } as;
};

#define PEER_DISK_RESERVE 268435456u // 256 MiB: below this the hub takes no entries, but answers and proves
#define PEER_DISK_RESERVE_CHUNKS 1073741824u // 1 GiB: the rest is for text, so below this it takes no attachments

enum peer_action_type {
    PEER_VERIFY,      // hand the frame of this event to a worker under this ticket
    PEER_SUBMIT,      // hand the ticket's verified batch to the writer
    PEER_DISCARD,     // free whatever belongs to the ticket
    PEER_REPLY,       // send one message
    PEER_SEND_PROOF,  // read the record, make a PROOF of (journal, seq) at the published size, and send it
    PEER_SEND_CUSTODY, // read the record, make an ACK of the chain up to (journal, seq, id), and send it
    PEER_SEND_HELD,   // read the store, make a HELD of an attachment, and send it
    PEER_SEND_DOWN,   // read the record from..to, send a DOWN of what concerns this peer; answer with DOWN_READ
    PEER_DESTROYED,   // a member says whose keys were destroyed on her device: to be kept and shown
    PEER_DROP,        // forget this connection (the shell may stop serving its route)
    PEER_ARM,
    PEER_TELL,        // for the log
};

enum peer_tell {
    PEER_TELL_HELLO,      // a peer said hello; value = sessions now
    PEER_TELL_REPLACED,   // an older session of the same user was dropped
    PEER_TELL_BUSY,       // the pool is full; value = bytes in it
    PEER_TELL_FULL,       // the disk is full
    PEER_TELL_FAULT,      // a peer broke the protocol: code
    PEER_TELL_FAILED,     // a commit failed
};

struct peer_action {
    enum peer_action_type type;
    struct boxkey user;
    struct peer_route route;     // REPLY, SEND_*, DROP
    union {
        uint64_t ticket;         // VERIFY, SUBMIT, DISCARD
        struct msg reply;        // borrows core and event until the next step
        struct {
            struct journal_id journal;
            uint64_t seq;
            struct hash id;
            uint64_t index;      // in the record, below the published size for SEND_PROOF
            uint64_t base;       // SEND_PROOF: the node's checkpoint, not larger than the published one
            uint64_t credit;     // SEND_CUSTODY: for the ACK
        } position;              // SEND_PROOF, SEND_CUSTODY
        struct {
            struct hash root;
            uint64_t retry_ms;   // when it is not known here
        } held;
        struct {
            uint64_t from, to;   // to: the published size
        } down;
        struct {
            size_t count;        // 1 to LIMIT_DESTROYED
            const struct journal_head *heads;
        } destroyed;
        uint64_t arm_ms;
        struct {
            enum peer_tell what;
            enum verdict code;
            uint64_t value;
        } tell;
    } as;
};

#define PEER_ACTIONS 256 // one step says at most this; what remains is said in the next (the core arms a TICK at once)

#define PEER_KEYS_EACH 200

struct peer_actions {
    size_t n;
    struct peer_action items[PEER_ACTIONS];
};

// What the core must know once. Copied.
struct peer_identity {
    struct hash consultation;
};

// Returns a core without sessions. Gives; NULL is harmless to free.
struct peer_core *peer_core_new(const struct peer_identity *identity);
void peer_core_free(struct peer_core *core);

// Takes one event and writes what to do to *actions (earlier content is forgotten). Borrows event until return;
// actions borrow core and event until the next step.
void peer_step(struct peer_core *core, const struct peer_event *event, struct peer_actions *actions);

// Bytes of memory that a batch of `count` entries and `raw` bytes may take at most while it is under way: what the
// pool is charged with.
uint64_t peer_charge(uint64_t raw, uint64_t count);

// The same for a chunk of an attachment: its frame and its copy.
#define PEER_CHUNK_CHARGE (4u * LIMIT_CHUNK_BYTES)

struct peer_status {
    size_t sessions;
    size_t tickets;              // batches under way
    uint64_t pool_bytes;         // charged for them; never above LIMIT_HUB_POOL_BYTES
};

// How much is going on, for status lines and tests.
struct peer_status peer_core_status(const struct peer_core *core);

// "hello", "disk full" ...: for logs and stories.
const char *peer_tell_name(enum peer_tell what);

#endif
