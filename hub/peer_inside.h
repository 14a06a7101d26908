// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the files of peer_core share and nobody else includes: its state.
// peer_core.c: events and answers · peer_sessions.c: who is there · peer_tickets.c: what is under way.
#ifndef BARAZA_HUB_PEER_INSIDE_H
#define BARAZA_HUB_PEER_INSIDE_H

#include "hub/peer_core.h"

#define PEER_IDLE_MS 7200000u       // a session that said nothing for so long is forgotten
#define PEER_SWEEP_MS 600000u       // how often that is looked at
#define PEER_FAULTS 8               // protocol errors after which a connection is dropped,
#define PEER_SHUT_MS 60000u         // and its key is not listened to for so long
#define PEER_TICKETS 64             // batches that one peer may have under way
#define PEER_DOWN_AGAIN 8           // times that a peer is sent the same entries again
#define PEER_DOWN_MS 30000u         // in so long
#define PEER_RETRY_MS 2000u         // what is deferred for want of memory comes again after about this
#define PEER_RETRY_FULL_MS 60000u   // for want of disk
#define PEER_RETRY_PERSON_MS 600000u // for want of what a person must do
#define PEER_RETRY_UNKNOWN_MS 300000u // for want of the entry that names an attachment
#define PEER_INVITED_MS 1000u       // an invitation's connection may deliver once in so long
#define PEER_SWELL 8                // raw bytes of contributions become so many times as much memory (peer_charge)
#define PEER_SENDERS 16             // so many share the pool at least: who begins to send finds room
#define PEER_INVITED_EACH 32        // connections that one invitation's key may have here at a time
#define PEER_CUSTODY_BURST 512u     // custody notes that one peer may ask for in PEER_CUSTODY_MS,
#define PEER_CUSTODY_ENTRIES 65536u // and entries of chains that are walked for them; one note always
#define PEER_CUSTODY_MS 60000u
#define PEER_HELD_BURST 4096u       // times in PEER_CUSTODY_MS that one peer may ask what is wanted of attachments
#define PEER_CHUNKS 16              // chunks that one peer may have under way

static_assert(LIMIT_HUB_POOL_BYTES / PEER_SWELL / PEER_SENDERS >= LIMIT_BATCH_BYTES, "a full batch each is under way");
static_assert(2 * PEER_TICKETS + 8 < PEER_ACTIONS, "one step can submit all that one peer has under way");
static_assert(PEER_SENDERS * PEER_TICKETS <= LIMIT_TICKETS, "so many peers find a place");

// A proof that waits for the checkpoint that covers it.
struct want {
    struct journal_id journal;
    uint64_t seq;
    struct hash id;
    uint64_t index;
    uint64_t base;
};

struct session {
    struct boxkey user;
    enum peer_class class;
    struct peer_route route;
    uint64_t heard_ms;
    unsigned faults;
    uint64_t shut_ms;        // nothing is heard from this peer before
    bool gone;               // its connection ended: kept for what it has under way, so that a new one is no new credit
    unsigned tickets;
    uint64_t in_flight;      // raw bytes under way for this peer,
    uint64_t in_flight_here; // and those of them that came by the present connection
    uint64_t delivered_ms;   // invited: when it last delivered
    uint64_t custody_ms;     // start of the present burst
    unsigned custody_count;
    uint64_t custody_entries;
    unsigned held_count;     // in the same burst
    unsigned chunks;         // of its tickets, those of chunks
    uint64_t down_cursor;    // the peer has, or needs not, what is below
    bool down_busy;          // a DOWN is under way, or being read
    uint64_t down_to;        // what is below was sent
    uint64_t down_again_ms;  // since when
    unsigned down_again;     // how often some of that was sent again
    size_t want_count;
    struct want wants[LIMIT_WANTS];
};

// A batch under way.
struct ticket {
    uint64_t number;         // 0: free
    struct boxkey user;
    struct peer_route route; // the connection it came by: answers go to its session, if that is still there
    struct journal_id journal;
    uint64_t first;
    uint64_t count;
    uint64_t raw;
    uint64_t charge;         // what the pool is charged with
    bool chunk;              // of an attachment: no journal, then, and nothing that is raw
    struct hash root;
    uint64_t after;          // ticket whose batch this one continues, not yet submitted when it came; 0: none
    bool verified;
    bool submitted;
};

struct peer_core {
    struct peer_identity identity;
    size_t session_count;
    size_t invited_count;
    size_t active_count;                      // sessions that have batches under way
    struct session *sessions[LIMIT_SESSIONS]; // dense, in no order
    size_t room;                              // of the index below, a power of two
    uint32_t *index;                          // open addressing by user and, for invitations, route: 1 + place
    struct ticket tickets[LIMIT_TICKETS];
    uint64_t last_ticket;
    size_t ticket_count;
    uint64_t pool;                            // bytes charged
    struct tree_head published;
    struct buf note;
    struct buf keys;                          // the succession; empty while no key was changed
    size_t sweep;                             // sessions from here on have not been looked at since the last news
    uint64_t down_ms;                         // when a DOWN that was put off is due; UINT64_MAX: none was
    uint64_t sweep_ms;                        // when idle sessions are looked for next
    bool busy_told, full_told;
    bool stopped;
    // of the event being worked on
    const struct peer_event *event;
    struct peer_actions *actions;
    bool crowded;
};

// Appends an action addressed to s (NULL: to nobody); NULL when there is no room (the rest comes with the next TICK).
struct peer_action *peer_do(struct peer_core *c, enum peer_action_type type, const struct session *s);
void peer_tell(struct peer_core *c, const struct session *s, enum peer_tell what, enum verdict code, uint64_t value);

// Raw bytes a peer may have under way, as the pool is now: its share among those who send, so that a hub does not
// promise what it has to put off.
uint64_t peer_credit(const struct peer_core *c);

// --- peer_sessions.c ---
// The session of a user (and, for invitations, of a connection), or NULL.
struct session *peer_session(struct peer_core *c, struct boxkey user, enum peer_class class,
                             const struct peer_route *route);
// The same, made when it is not there; the idlest one goes when there are too many (of all, of invited ones, or of
// those with this invitation's key). NULL: all have work under way.
struct session *peer_session_open(struct peer_core *c, struct boxkey user, enum peer_class class,
                                  const struct peer_route *route);
void peer_session_close(struct peer_core *c, struct session *s);
// Ends the conversation: nothing is sent any more, and the session goes with the last of what it has under way.
void peer_session_leave(struct peer_core *c, struct session *s);
bool peer_route_equal(const struct peer_route *a, const struct peer_route *b);

// --- peer_tickets.c ---
// Takes an ENTRIES message in: VERIFY, or says why not.
void peer_ticket_open(struct peer_core *c, struct session *s, const struct msg_entries *m);
// The same for a CHUNK of an attachment.
void peer_chunk_open(struct peer_core *c, struct session *s, const struct msg_chunk *m);
// Says how much of an attachment is here.
void peer_send_held(struct peer_core *c, struct session *s, struct hash root);
void peer_ticket_verified(struct peer_core *c);
void peer_ticket_committed(struct peer_core *c);

// Answers.
void peer_error(struct peer_core *c, struct session *s, enum verdict code, const char *detail);
void peer_defer(struct peer_core *c, struct session *s, struct journal_id journal, uint64_t seq, enum verdict code,
                uint64_t retry_ms);

#endif
