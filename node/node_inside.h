// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the files of node_core share and nobody else includes: its state.
// node_core.c: events, connection, timers · node_lanes.c: journals on their way up · node_record.c: what comes down ·
// node_views.c: what other sites were shown · node_chunks.c: attachments on their way up.
#ifndef BARAZA_NODE_INSIDE_H
#define BARAZA_NODE_INSIDE_H

#include "node/node_core.h"

#define NODE_FLIGHTS 32             // ENTRIES messages without an answer
#define NODE_NEVER UINT64_MAX
#define NODE_CONNECT_MS 30000u      // a connection that is not up by then is given up
#define NODE_WELCOME_MS 20000u      // so is one where hello is not answered
#define NODE_ANSWER_MS 120000u      // or entries are not
#define NODE_GREET_AGAIN_MS 900000u // a quiet connection says hello again, which repairs whatever was lost
#define NODE_WANT_MS 15000u         // a want that is not answered is sent again, later each time
#define NODE_WANT_MAX_MS 600000u
#define NODE_CHUNK_WINDOW 8         // chunks of an attachment under way at most
#define NODE_CHUNK_QUICK_MS 1500u   // one that is acknowledged so soon lets another go with it
#define NODE_CHUNK_WAIT_MS 60000u   // so long none is acknowledged before the hub is asked again
#define NODE_CHUNK_STORED 16        // chunks after which it is stored how far the hub is
#define NODE_WANTED_AGAIN 64        // attachments that the hub may want again in one connection (PROTOCOL 18.5)
#define NODE_BACKOFF_MS 1000u
#define NODE_BACKOFF_MAX_MS 300000u
#define NODE_BACKOFF_DOOR_MS 60000u // the hub's door refused us: that changes by a person's doing only

// One journal on its way up.
struct lane {
    struct node_journal j;
    bool welcomed;       // compared with what the hub holds, in this connection
    uint64_t hub_next;   // the hub holds our chain below this, as far as this connection has told
    struct hash hub_head; // id of entry hub_next - 1 here; zeros when that is not known
    uint64_t branch;
    uint64_t sent;       // sent up to here; between hub_next and here it is under way
    bool unreadable;     // nothing could be read from `sent` on: locked, and no outbox copy
    uint64_t retry_ms;   // deferred: not before
    bool deferred;
    bool sealed;         // deferred because its sealed copies open to nobody any more: it waits for an unlock
    bool aside;          // deferred for its author's own sake: other journals do not wait behind it
    uint64_t want_ms;    // when to ask (again) for custody or proof
    uint64_t want_wait_ms;
};

struct flight {
    struct journal_id journal;
    uint64_t to;
    uint64_t raw;
    uint64_t sent_ms;
};

// The attachment on its way up.
struct chunks {
    bool asking;          // NEXT_ATTACHMENT or SEND_CHUNK without its answer
    bool here;            // at is under way,
    bool begun;           // or was, in this round: the next is behind it
    struct node_attachment at; // next: the hub has all chunks below, as far as this connection has told
    bool known;           // it has told
    uint32_t sent;        // sent up to here
    uint32_t stored;      // of at.next, what the store knows
    unsigned window;      // how many may be under way
    uint32_t timed;       // a chunk,
    uint64_t timed_ms;    // and when it was sent; 0: none is timed
    uint64_t want_ms;     // when to ask (again) what is wanted
    uint64_t want_wait_ms;
    uint64_t asked_ms;    // since when a question has no answer
    uint64_t look_ms;     // when to look for the next
    uint64_t again_ms;    // when to begin again from the first
    unsigned wanted_again; // how often this connection's hub wanted something of one that was not under way
};

enum link {
    LINK_IDLE,       // waits for next_try_ms
    LINK_CONNECTING,
    LINK_GREETING,   // hello sent
    LINK_READY,
    LINK_STOPPED,
};

struct node_core {
    struct node_identity identity;
    bool started;
    enum link link;
    uint64_t link_ms;     // when the link took this state
    uint64_t next_try_ms;
    unsigned tries;       // in a row without a welcome
    bool invited;         // the hub is not known to know our own key
    bool knock_own;       // all the same it is tried next: with the invitation we were sent away
    bool disk_low_told;

    struct tree_head seen;
    uint64_t down_cursor;
    size_t view_count;
    struct tree_head views[LIMIT_VIEWS]; // that the hub has not yet shown to be of its record
    uint64_t view_ms;     // when to ask (again) for what compares the first of them
    uint64_t view_wait_ms;
    bool view_behind;     // the hub's last checkpoint is ahead of what was seen here: that must move on first

    size_t lane_count;
    struct lane lanes[LIMIT_HEADS];
    size_t turn;          // lane that may send next
    bool asking;          // SEND_RANGE without RANGE_SENT
    uint64_t credit;
    uint64_t in_flight;
    size_t flight_count;
    struct flight flights[NODE_FLIGHTS];

    struct chunks chunks;
    bool asked_again;     // the hub was found behind what it had: once is enough

    struct journal_head greeting[LIMIT_HEADS]; // hello's heads while it is being sent
    size_t destroyed_count;
    struct journal_head destroyed[LIMIT_DESTROYED]; // said in every hello
    // of the event being worked on
    const struct node_event *event;
    struct node_actions *actions;
    bool crowded;         // there was more to say than room
};

// Appends an action; NULL, and the rest comes with the next TICK, when there is no room.
struct node_action *node_do(struct node_core *c, enum node_action_type type);

// Appends a TELL about a journal (NULL: none).
void node_tell(struct node_core *c, enum node_tell what, const struct journal_id *journal, uint64_t seq,
               enum verdict code, uint64_t value);

// A span of ms with jitter: between half and three halves of it.
uint64_t node_jitter(const struct node_core *c, uint64_t ms);

// Ends the connection and plans the next one after wait_ms.
void node_hang_up(struct node_core *c, uint64_t wait_ms);

// Ends the exchange for good, keeping what contradicts the checkpoint seen.
void node_contradicted(struct node_core *c, struct slice note);

// The same, when what contradicts it was shown to another site.
void node_contradicted_by(struct node_core *c, struct tree_head view);

// --- node_lanes.c ---
struct lane *node_lane(struct node_core *c, struct journal_id journal);
void node_lanes_start(struct node_core *c, const struct node_start *start);
void node_lanes_down(struct node_core *c);
void node_lanes_appended(struct node_core *c);
void node_lanes_welcome(struct node_core *c, const struct msg_welcome *m);
void node_lanes_range_sent(struct node_core *c);
void node_lanes_ack(struct node_core *c, const struct msg_ack *m);
void node_lanes_refuse(struct node_core *c, const struct msg_refuse *m);
void node_lanes_readable(struct node_core *c);
void node_lanes_accredited(struct node_core *c, struct pubkey key); // a grant for key has come down
void node_lanes_pump(struct node_core *c);      // sends what may be sent
void node_lanes_want(struct node_core *c);      // asks for custody and proofs that are missing
uint64_t node_lanes_deadline(const struct node_core *c);

// --- node_chunks.c ---
void node_chunks_start(struct node_core *c);    // a connection begins: nothing is known of the hub
void node_chunks_received(struct node_core *c); // custody of more words has come: their attachments may go
void node_chunks_found(struct node_core *c);
void node_chunks_sent(struct node_core *c);
void node_chunks_held(struct node_core *c, const struct msg_held *m);
void node_chunks_pump(struct node_core *c);
void node_chunks_again(struct node_core *c);    // the hub has less than it had
bool node_chunks_unanswered(const struct node_core *c); // for so long that the connection is given up
uint64_t node_chunks_deadline(const struct node_core *c);

// --- node_record.c ---
void node_record_welcome(struct node_core *c, const struct msg_welcome *m);
void node_record_proof(struct node_core *c, const struct msg_proof *m);
void node_record_down(struct node_core *c, const struct msg_down *m);

// --- node_views.c ---
void node_views_start(struct node_core *c, const struct node_start *start);
void node_views_seen(struct node_core *c);      // compares what can be compared with the checkpoint seen now
bool node_views_proof(struct node_core *c, const struct msg_proof *m, struct tree_head head); // false: it ended all
void node_views_want(struct node_core *c);
uint64_t node_views_deadline(const struct node_core *c);

#endif
