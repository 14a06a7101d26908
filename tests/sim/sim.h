// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A whole network in one process under one seed: nodes, a hub, couriers and hostile peers on a virtual clock, with the
// real store in a temporary directory. Everything but the transport is what the programs run.
// sim_main.c: seeds and processes · sim_world.c: founding, time, chance, story · sim_net.c: frames and their fate ·
// sim_node.c, sim_hub.c: the shells · sim_people.c: who writes, and what goes wrong · sim_sticks.c: bundles ·
// sim_attach.c · sim_erase.c · sim_rest.c · sim_copies.c · sim_hostile.c · sim_check.c: what must hold.
// It must never read a clock or the system's randomness: the same seed gives the same story to the byte.
#ifndef BARAZA_TESTS_SIM_SIM_H
#define BARAZA_TESTS_SIM_SIM_H

#include "common/author/append.h"
#include "common/author/erasing.h"
#include "common/author/state.h"
#include "common/exchange/bundle.h"
#include "common/format/charter.h"
#include "common/format/invitation.h"
#include "common/format/wire.h"
#include "common/store/record.h"
#include "hub/checkpointer.h"
#include "hub/eraser.h"
#include "hub/ingest.h"
#include "hub/peer_core.h"
#include "hub/sequence.h"
#include "hub/serve.h"
#include "node/node_store.h"

#define SIM_NODES 8
#define SIM_PEOPLE 4        // of one node
#define SIM_OFFICE 0        // the node of root, registrar and secretary
#define SIM_FLAGS (KV_NO_SYNC | KV_ANY_FILESYSTEM)
#define SIM_ACTIVE_MS 240000u    // people write and things break until then
#define SIM_PATIENCE_MS 14400000u // by then everything has arrived, or never will
#define SIM_WALL_S 1780000000u
#define SIM_CAPTURED 16     // honest messages that couriers and hostile peers have got hold of

// Faults planted in the harness, to see that it would notice (sim_planted only).
enum sim_plant { PLANT_NONE, PLANT_ACK_BEFORE_COMMIT, PLANT_NO_FSYNC, PLANT_FORGET_PARTS, PLANT_COUNT };

struct rng {
    uint64_t state;
};

enum sim_what {
    SIM_TO_HUB,
    SIM_TO_NODE,
    SIM_NODE_UP,
    SIM_NODE_DOWN,
    SIM_NODE_TICK,
    SIM_NODE_BOOT,
    SIM_NODE_ERASE,
    SIM_HUB_TICK,
    SIM_HUB_BOOT,
    SIM_HUB_VERIFIED,
    SIM_HUB_COMMIT,
    SIM_HUB_PUBLISH,
    SIM_HUB_ERASE,
    SIM_PERSON,
    SIM_FAULT,
    SIM_FAULT_ENDS,
    SIM_STICK,          // arrives: at the hub or its site, or at a node that only carries it on
    SIM_STICK_ANSWER,   // the hub makes its answer to a node
    SIM_HEAL,
    SIM_CHECK,
};

struct sim_event {
    uint64_t at;
    uint64_t order;          // ties: first come, first served
    enum sim_what what;
    size_t node;             // or the hostile peer: SIM_NODES and up
    uint64_t life;           // of the process it is for: events for one that died are dropped
    uint64_t conn;
    uint64_t value;          // a ticket, a kind of fault
    struct buf frame;        // owned by the event
};

struct writer {
    const char *name;
    struct unlocked u;
    struct hash session;     // her forum, once she has opened it
    bool has_session;
    bool enrols;             // her first entry enrols her under the node's invitation
    bool begun;
};

struct node {
    bool exists;
    char name[24];
    char dir[200];
    char marks[200];
    struct state *state;     // NULL: the process is not running
    struct node_core *core;
    uint64_t life;
    uint64_t failures;
    uint64_t arm_at;
    uint64_t crash_in;       // actions until it is killed; 0: not planned
    bool locked, disk_full, partitioned, cloned_from;
    int64_t skew_s;
    uint64_t conn;           // 0: none
    bool conn_up;
    bool conn_invited;
    struct boxkey transport;
    struct boxsec transport_sec;
    bool has_invitation;
    struct invitation invitation;
    struct hash invite_id;
    size_t people_count;
    struct writer people[SIM_PEOPLE];
    bool has_snapshot;
    char snapshot[200];
    size_t told_bad;         // times it said that the hub is not to be trusted
    struct erasing *erasing; // redactions are being carried out
    struct safe safe;
    bool tend_planned;
    uint64_t heard;          // redactions that had come down when it last looked; UINT64_MAX: it has to look
    bool destroyed, outbox_destroyed; // its keys, in danger; what waited for the hub, too
};

struct hub_ticket {
    uint64_t ticket;         // 0: free
    struct buf frame;
    struct batch batch;
    uint64_t attachment;     // of a chunk
    bool submitted;
    struct peer_route route;
};

struct hub {
    char dir[200];
    struct kv *kv;           // NULL: the process is not running
    struct sequence *sequence;
    struct serve *serve;
    struct peer_core *core;
    struct checkpointer *checkpointer;
    char checkpoint[256];    // kept outside the database
    uint64_t life;
    uint64_t arm_at;
    uint64_t crash_in;
    bool disk_full, disk_lies; // full; and not even known to be
    bool has_backup, restored; // restored: it has acknowledged what it does not hold any more
    uint64_t backup_size;      // of the checkpoint it had published then
    struct eraser *eraser;
    uint64_t renewals;         // of the store key: a backup from before opens nothing any more
    bool erasing;              // there is something left to do
    bool commit_planned, publish_planned;
    struct hub_ticket tickets[LIMIT_TICKETS];
    size_t queue_count;
    uint64_t queue[LIMIT_TICKETS];
    // keys
    struct seckey log, author;
    struct pubkey log_pub, author_pub;
    struct boxkey intake;
    struct boxsec intake_sec;
    struct keeper *keeper;
    struct log_ring logs;
    struct box_ring intakes;
};

// A peer that runs no node: a courier of other people's messages, or somebody hostile.
struct stranger {
    const char *name;
    bool hostile;
    struct boxkey transport;
    struct pubkey key;
    struct seckey sec;
    struct incarnation incarnation;
    uint64_t conn;
    uint64_t next;
    struct hash prev;
};
#define SIM_STRANGERS 2

// A bundle on somebody's stick.
struct sim_stick {
    uint64_t number;         // 0: none
    enum bundle_way way;
    size_t node;             // whose it is
    struct buf bytes;
};
#define SIM_STICKS 24

// An entry that somebody was told is saved.
struct saved {
    struct hash id;
    size_t node;
    struct journal_id journal;
    uint64_t seq;
    bool excused;            // its disk was lost before anything of it could leave
};

struct sim {
    uint64_t seed;
    enum sim_plant plant;
    struct rng rng;
    uint64_t now;
    uint64_t order;
    bool healed;
    bool done;
    bool failed;
    bool aloud;               // the story is printed as it happens
    struct buf story;
    struct buf failure;      // the first thing that did not hold
    char dir[128];

    size_t event_count, event_room;
    struct sim_event *events; // a binary heap

    unsigned lose, twice;     // of 100 frames
    uint64_t slow_ms;

    struct buf charter_note;
    struct charter charter;
    struct hub hub;
    struct node nodes[SIM_NODES];
    size_t node_count;
    uint64_t last_conn;
    struct stranger strangers[SIM_STRANGERS];

    uint64_t stick_count;
    struct sim_stick sticks[SIM_STICKS];
    struct buf firsts[SIM_NODES]; // what each node said of itself in the last bundle that reached the hub

    size_t saved_count, saved_room;
    struct saved *saved;
    size_t held_count, held_room;
    struct hash *held;        // ids the hub has committed: open addressing

    size_t name_count;
    struct { struct journal_id journal; char name[32]; } names[64];

    size_t captured_count;
    struct buf captured[SIM_CAPTURED];

    struct node_actions node_actions;
    struct peer_actions peer_actions;
    struct arena *arena;
    struct wire_maker *maker;
};

// --- sim_world.c ---
// Chance: a number below n (n > 0); true in percent of cases.
uint64_t sim_below(struct sim *s, uint64_t n);
bool sim_chance(struct sim *s, unsigned percent);

// Plans ev (which it takes) at s->now + in_ms.
void sim_plan(struct sim *s, uint64_t in_ms, struct sim_event ev);
// Takes the next event; false when there is none.
bool sim_next(struct sim *s, struct sim_event *out);

// Adds a line to the story, with the time before it.
void sim_say(struct sim *s, const char *format, ...) PRINTF_LIKE(2, 3);
// Notes what did not hold (the first time) and ends the run.
void sim_fail(struct sim *s, const char *format, ...) PRINTF_LIKE(2, 3);
// "Amina", "Amina's second notebook": borrowed until the end.
const char *sim_name(struct sim *s, struct journal_id journal);

// Founds the consultation: charter, keys, directories. Then events do the rest.
void sim_found(struct sim *s);
void sim_done(struct sim *s);
// Runs one seed to its end; dir is an empty directory. False when something did not hold.
bool sim_run(struct sim *s, uint64_t seed, enum sim_plant plant, const char *dir);

// Files can grow no more in this process (a full disk), or again.
void sim_disk(bool full);
void sim_copy_file(const char *from, const char *to);
void sim_make_dir(const char *path);
void sim_remove_file(const char *path);
// What a planted fault loses: the store as it was is put aside, and put back when the process is killed.
void sim_put_aside(const struct sim *s, enum sim_plant plant, const char *dir);
void sim_put_back(const struct sim *s, enum sim_plant plant, const char *dir);

// --- sim_net.c ---
void sim_send_to_hub(struct sim *s, size_t node, struct slice frame);
void sim_send_to_node(struct sim *s, const struct peer_route *route, struct slice frame);
void sim_connect(struct sim *s, size_t node, bool invited);
void sim_disconnect(struct sim *s, size_t node);
void sim_break_connections(struct sim *s); // the hub has died
struct peer_route sim_route(size_t node, uint64_t conn);

// --- sim_node.c ---
void node_boot(struct sim *s, size_t i);
void node_kill(struct sim *s, size_t i, const char *why);
void node_take(struct sim *s, size_t i, struct node_event *event);
void node_receive(struct sim *s, size_t i, struct slice frame);
void node_renew_due(struct sim *s, size_t i);
void node_afresh(struct sim *s, size_t i); // something was stored behind the core's back
void node_grew(struct sim *s, size_t i, struct pubkey key);
void sim_capture(struct sim *s, struct slice frame); // others may get hold of it
struct node_event node_event_now(struct sim *s, size_t i, enum node_event_type type);

// --- sim_hub.c ---
void hub_boot(struct sim *s);
void hub_kill(struct sim *s, const char *why);
void hub_backup(struct sim *s);
void hub_restore(struct sim *s); // when nothing was signed since: else it would contradict itself
void hub_receive(struct sim *s, const struct sim_event *ev);
void hub_tick(struct sim *s);
void hub_verified(struct sim *s, uint64_t ticket);
void hub_commit(struct sim *s);
void hub_publish(struct sim *s);
bool hub_class(struct sim *s, struct boxkey user, enum peer_class *class);
void hub_unreached(struct sim *s, const struct peer_route *route);
bool sim_holds(const struct sim *s, struct hash id);
void sim_hold(struct sim *s, struct hash id);

// --- sim_people.c ---
void people_found(struct sim *s);          // what is written before anything starts
void people_write(struct sim *s, size_t node, uint64_t who); // who: 0 anybody, else person who - 1, whatever happens
void people_office_says(struct sim *s, const struct body *body); // the secretary, before anything starts
void people_protector_says(struct sim *s, const struct body *body, const struct hash *ref);
void people_plan(struct sim *s);           // who writes when, and what goes wrong when
void people_fault(struct sim *s, size_t node, uint64_t kind);
void people_fault_ends(struct sim *s, size_t node, uint64_t kind);
void people_heal(struct sim *s);
void sim_saved(struct sim *s, size_t node, struct journal_id journal, uint64_t seq, struct hash id);

// --- sim_attach.c ---
void attach_some(struct sim *s, size_t node, struct buf *manifest); // appends nothing while the disk is full
struct node_event attach_answer(struct sim *s, size_t node, const struct node_action *a);
void attach_said(struct sim *s, struct hash root); // the hub signs that it wants nothing more of it
void attach_missing(struct sim *s, const struct peer_action *reply); // what follows it, when it is a welcome
bool attach_settled(struct sim *s, size_t node);
void attach_check(struct sim *s, size_t node);

// --- sim_erase.c ---
void erase_found(struct sim *s);           // the hub's store key, as a file
void erase_boot(struct sim *s);            // before the store is read; then erase_start
void erase_start(struct sim *s);
void erase_kill(struct sim *s);
void erase_turn(struct sim *s);
void erase_ask(struct sim *s, size_t node); // the office redacts what somebody at that node said
// What must be gone of each entry of the record, by its redactions; fails where it is there. Gives the fold.
struct erasure *erase_fold(struct sim *s, struct kv_txn *t, uint64_t size);

// --- sim_rest.c ---
void rest_found(struct sim *s, size_t node);  // the keyring
void rest_unlock(struct sim *s, size_t node); // everybody there has the keys of now
void rest_soon(struct sim *s, size_t node, uint64_t in_ms); // looks whether something is to be erased, and does it
void rest_again(struct sim *s, size_t node); // whatever it has seen before: every ten minutes a site looks once more
void rest_turn(struct sim *s, size_t node);
void rest_kill(struct node *n);
void rest_destroy(struct sim *s, size_t node); // the emergency wipe
void rest_hear(struct sim *s, const struct peer_action *a); // the hub is told of one
// True when it has heard of that many redactions and nothing of them is left to do.
bool rest_settled(struct sim *s, size_t node, uint64_t redactions);
void rest_check(struct sim *s, size_t node, const struct erasure *erasures);

// --- sim_copies.c ---
void copies_backup(struct sim *s, size_t node);
void copies_restore(struct sim *s, size_t node);
void copies_copy(struct sim *s, size_t node);

// --- sim_hostile.c ---
void strangers_found(struct sim *s);
void strangers_act(struct sim *s, size_t which);
void strangers_hello(struct sim *s, size_t which);
void strangers_deliver(struct sim *s, size_t which, struct slice frame); // some seconds later

// --- sim_sticks.c ---
void sticks_out(struct sim *s, size_t node);
void sticks_arrive(struct sim *s, const struct sim_event *ev);
void sticks_answer(struct sim *s, size_t node);
void sticks_done(struct sim *s);

// --- sim_check.c ---
// True when every node has nothing left to do.
bool check_settled(struct sim *s);
// Everything that must hold at the end.
void check_all(struct sim *s);

#endif
