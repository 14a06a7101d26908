// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Chance, time, the story, and the founding of the little world.
#include "tests/sim/sim.h"

#include "common/base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

// --- chance: splitmix64 ---
static uint64_t draw(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t sim_below(struct sim *s, uint64_t n)
{
    CHECK(n > 0);
    return draw(&s->rng) % n;
}

bool sim_chance(struct sim *s, unsigned percent)
{
    return sim_below(s, 100) < percent;
}

// --- time: a binary heap ---
static bool before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void swap(struct sim_event *a, struct sim_event *b)
{
    struct sim_event t = *a;
    *a = *b;
    *b = t;
}

void sim_plan(struct sim *s, uint64_t in_ms, struct sim_event ev)
{
    if (s->event_count == s->event_room) {
        s->event_room = s->event_room == 0 ? 256 : s->event_room * 2;
        s->events = mem_grow(s->events, s->event_room, sizeof *s->events);
    }
    ev.at = s->now + in_ms;
    ev.order = s->order++;
    size_t i = s->event_count++;
    s->events[i] = ev;
    for (; i > 0 && before(&s->events[i], &s->events[(i - 1) / 2]); i = (i - 1) / 2) {
        swap(&s->events[i], &s->events[(i - 1) / 2]);
    }
}

bool sim_next(struct sim *s, struct sim_event *out)
{
    if (s->event_count == 0) {
        return false;
    }
    *out = s->events[0];
    s->events[0] = s->events[--s->event_count];
    size_t i = 0;
    for (;;) {
        size_t least = i;
        for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < s->event_count; k++) {
            least = before(&s->events[k], &s->events[least]) ? k : least;
        }
        if (least == i) {
            return true;
        }
        swap(&s->events[i], &s->events[least]);
        i = least;
    }
}

// --- the story ---
static void put_line(struct sim *s, const char *format, va_list args)
{
    char line[400];
    size_t from = s->story.n;
    (void)vsnprintf(line, sizeof line, format, args);
    buf_printf(&s->story, "%3llu:%02llu.%03llu  %s\n", (unsigned long long)(s->now / 60000),
               (unsigned long long)(s->now / 1000 % 60), (unsigned long long)(s->now % 1000), line);
    if (s->aloud) {
        (void)fwrite(s->story.p + from, 1, s->story.n - from, stdout);
        (void)fflush(stdout);
    }
}

void sim_say(struct sim *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put_line(s, format, args);
    va_end(args);
}

void sim_fail(struct sim *s, const char *format, ...)
{
    char line[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (!s->failed) {
        buf_put_text(&s->failure, line);
    }
    s->failed = true;
    sim_say(s, "FAILED: %s", line);
}

const char *sim_name(struct sim *s, struct journal_id journal)
{
    static const char *const books[] = { "notebook", "second notebook", "third notebook", "fourth notebook" };
    size_t same = 0;
    for (size_t i = 0; i < s->name_count; i++) {
        if (journal_id_equal(s->names[i].journal, journal)) {
            return s->names[i].name;
        }
        same += pubkey_equal(s->names[i].journal.key, journal.key);
    }
    const char *who = pubkey_equal(s->hub.author_pub, journal.key) ? "the hub" : "somebody";
    for (size_t i = 0; i < s->node_count; i++) {
        for (size_t k = 0; k < s->nodes[i].people_count; k++) {
            if (pubkey_equal(s->nodes[i].people[k].u.person.key, journal.key)) {
                who = s->nodes[i].people[k].name;
            }
        }
    }
    for (size_t i = 0; i < SIM_STRANGERS; i++) {
        who = pubkey_equal(s->strangers[i].key, journal.key) ? s->strangers[i].name : who;
    }
    if (s->name_count == sizeof s->names / sizeof s->names[0]) {
        return who;
    }
    s->names[s->name_count].journal = journal;
    char *name = s->names[s->name_count].name;
    (void)snprintf(name, sizeof s->names[0].name, "%s's %s", who, same < 4 ? books[same] : "late notebook");
    s->name_count++;
    return name;
}

// --- files ---
void sim_disk(bool full)
{
    // A limit on the size of files stands for a full disk: the store's own writes fail, at any of their places.
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = full ? 4096 : limit.rlim_max;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

void sim_copy_file(const char *from, const char *to)
{
    char piece[65536];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(in >= 0);
    CHECK(out >= 0);
    for (ssize_t n = read(in, piece, sizeof piece); n > 0; n = read(in, piece, sizeof piece)) {
        CHECK(write(out, piece, (size_t)n) == n);
    }
    CHECK(close(in) == 0);
    CHECK(close(out) == 0);
}

void sim_make_dir(const char *path)
{
    CHECK(mkdir(path, 0700) == 0);
}

void sim_remove_file(const char *path)
{
    (void)unlink(path);
}

void sim_put_aside(const struct sim *s, enum sim_plant plant, const char *dir)
{
    char from[300];
    char to[300];
    if (s->plant == plant) {
        (void)snprintf(from, sizeof from, "%s/store/data.mdb", dir);
        (void)snprintf(to, sizeof to, "%s/aside", dir);
        sim_copy_file(from, to);
    }
}

void sim_put_back(const struct sim *s, enum sim_plant plant, const char *dir)
{
    char from[300];
    char to[300];
    (void)snprintf(from, sizeof from, "%s/aside", dir);
    if (s->plant == plant && access(from, R_OK) == 0) {
        (void)snprintf(to, sizeof to, "%s/store/data.mdb", dir);
        sim_remove_file(to);
        sim_copy_file(from, to);
    }
}

// --- founding ---
static void make_charter(struct sim *s, const struct unlocked *root)
{
    struct charter c = { .title = SLICE_LITERAL("Security policy of Eldoria"),
                         .prefix = SLICE_LITERAL("records.example.org/eldoria"),
                         .opened = SLICE_LITERAL("2026-03-01"),
                         .root_count = 1,
                         .quorum = 1,
                         .officer_count = 2,
                         .language_count = 1,
                         .quantum_s = 3600,
                         .threshold = 5 };
    struct why why = { { 0 } };
    struct boxsec unused;
    struct buf text = buf_new(LIMIT_CHARTER_BYTES);
    CHECK(vkey_make(SLICE_LITERAL("root.eldoria"), VKEY_ED25519, root->person.key, &c.roots[0]));
    c.log.key = s->hub.log_pub;
    c.intake = s->hub.intake;
    box_keypair(&c.exchange, &unused);
    c.officers[0].name = SLICE_LITERAL("first");
    c.officers[1].name = SLICE_LITERAL("second");
    box_keypair(&c.officers[0].key, &unused);
    box_keypair(&c.officers[1].key, &unused);
    c.languages[0] = SLICE_LITERAL("en");
    CHECK(charter_make(&c, &text, &why));
    s->charter_note = buf_new(LIMIT_CHARTER_BYTES);
    note_sign(buf_slice(&text), &c.roots[0], &root->sign, &s->charter_note);
    buf_done(&text);
    CHECK(charter_verify(buf_slice(&s->charter_note), &s->charter, &why) == VERDICT_GOOD);
}

static void make_hub_keys(struct hub *h)
{
    sign_keypair(&h->log_pub, &h->log);
    sign_keypair(&h->author_pub, &h->author);
    box_keypair(&h->intake, &h->intake_sec);
    h->logs = (struct log_ring){ .n = 1, .at = { { h->log_pub, h->log } } };
    h->intakes = (struct box_ring){ .n = 1, .at = { { h->intake, h->intake_sec } } };
}

void sim_found(struct sim *s)
{
    struct why why = { { 0 } };
    make_hub_keys(&s->hub);
    struct writer *root = &s->nodes[SIM_OFFICE].people[0];
    sign_keypair(&root->u.person.key, &root->u.sign);
    make_charter(s, &root->u);
    (void)snprintf(s->hub.dir, sizeof s->hub.dir, "%s/hub", s->dir);
    sim_make_dir(s->hub.dir);
    erase_found(s);
    char store[256];
    (void)snprintf(store, sizeof store, "%s/store", s->hub.dir);
    CHECK(store_create(store, STORE_HUB, s->charter.id, SIM_FLAGS, &why) == OK);
    people_found(s);
    strangers_found(s);
}

// Events for a node's process; those for one that has died are dropped.
static void to_node(struct sim *s, struct sim_event *ev)
{
    struct node *n = &s->nodes[ev->node];
    bool alive = n->state != NULL && n->life == ev->life;
    bool connected = alive && n->conn == ev->conn;
    struct node_event e;
    if (ev->what == SIM_NODE_BOOT && n->state == NULL && n->life == ev->life) {
        node_boot(s, ev->node);
    } else if (ev->what == SIM_NODE_ERASE && alive) {
        rest_turn(s, ev->node);
    } else if (ev->what == SIM_TO_NODE && connected) {
        node_receive(s, ev->node, buf_slice(&ev->frame));
    } else if (ev->what == SIM_NODE_UP && connected) {
        n->conn_up = true;
        e = node_event_now(s, ev->node, NODE_UP);
        node_take(s, ev->node, &e);
    } else if (ev->what == SIM_NODE_DOWN && connected) {
        n->conn_up = false;
        e = node_event_now(s, ev->node, NODE_DOWN);
        e.as.down.refused = ev->value != 0;
        node_take(s, ev->node, &e);
    } else if (ev->what == SIM_NODE_TICK && alive && n->arm_at == ev->at) {
        n->arm_at = UINT64_MAX;
        e = node_event_now(s, ev->node, NODE_TICK);
        node_take(s, ev->node, &e);
    }
}

// The same for the hub's.
static void to_hub(struct sim *s, const struct sim_event *ev)
{
    bool alive = s->hub.kv != NULL && s->hub.life == ev->life;
    if (ev->what == SIM_HUB_BOOT && s->hub.kv == NULL && s->hub.life == ev->life) {
        hub_boot(s);
    } else if (ev->what == SIM_TO_HUB && alive) {
        hub_receive(s, ev);
    } else if (ev->what == SIM_HUB_TICK && alive && s->hub.arm_at == ev->at) {
        hub_tick(s);
    } else if (ev->what == SIM_HUB_VERIFIED && alive) {
        hub_verified(s, ev->value);
    } else if (ev->what == SIM_HUB_COMMIT && alive) {
        hub_commit(s);
    } else if (ev->what == SIM_HUB_PUBLISH && alive) {
        hub_publish(s);
    } else if (ev->what == SIM_HUB_ERASE && alive) {
        erase_turn(s);
    }
}

static void dispatch(struct sim *s, struct sim_event *ev)
{
    switch (ev->what) {
    case SIM_TO_NODE:
    case SIM_NODE_UP:
    case SIM_NODE_DOWN:
    case SIM_NODE_TICK:
    case SIM_NODE_BOOT:
    case SIM_NODE_ERASE:
        to_node(s, ev);
        break;
    case SIM_TO_HUB:
    case SIM_HUB_TICK:
    case SIM_HUB_BOOT:
    case SIM_HUB_VERIFIED:
    case SIM_HUB_COMMIT:
    case SIM_HUB_PUBLISH:
    case SIM_HUB_ERASE:
        to_hub(s, ev);
        break;
    case SIM_PERSON:
        people_write(s, ev->node, ev->value);
        break;
    case SIM_FAULT:
        people_fault(s, ev->node, ev->value);
        break;
    case SIM_FAULT_ENDS:
        people_fault_ends(s, ev->node, ev->value);
        break;
    case SIM_STICK:
        sticks_arrive(s, ev);
        break;
    case SIM_STICK_ANSWER:
        sticks_answer(s, ev->node);
        break;
    case SIM_HEAL:
        people_heal(s);
        break;
    case SIM_CHECK:
        s->done = check_settled(s);
        if (!s->done) {
            for (size_t i = 0; i < s->node_count; i++) {
                rest_again(s, i);
            }
            sim_plan(s, 5000, (struct sim_event){ .what = SIM_CHECK });
        }
        break;
    }
}

bool sim_run(struct sim *s, uint64_t seed, enum sim_plant plant, const char *dir)
{
    s->seed = seed;
    s->plant = plant;
    s->rng.state = seed * 0x2545f4914f6cdd1du + 1;
    s->story = buf_new((size_t)64 << 20);
    s->failure = buf_new(1024);
    s->arena = arena_new(MSG_ARENA_BYTES + NODE_STORE_ARENA_BYTES);
    s->maker = wire_maker_new();
    (void)snprintf(s->dir, sizeof s->dir, "%s", dir);
    sim_found(s);
    people_plan(s);
    struct sim_event ev;
    while (!s->done && !s->failed && sim_next(s, &ev)) {
        s->now = ev.at;
        dispatch(s, &ev);
        buf_done(&ev.frame);
        if (s->now > SIM_PATIENCE_MS && !s->done) {
            check_all(s);
            sim_fail(s, "four hours after all was well again something is still missing");
        }
    }
    if (!s->failed) {
        check_all(s);
    }
    return !s->failed;
}

void sim_done(struct sim *s)
{
    struct sim_event ev;
    while (sim_next(s, &ev)) {
        buf_done(&ev.frame);
    }
    for (size_t i = 0; i < s->node_count; i++) {
        if (s->nodes[i].state != NULL) {
            node_kill(s, i, NULL);
        }
    }
    if (s->hub.kv != NULL) {
        hub_kill(s, NULL);
    }
    for (size_t i = 0; i < s->captured_count; i++) {
        buf_done(&s->captured[i]);
    }
    sticks_done(s);
    buf_done(&s->charter_note);
    keeper_free(s->hub.keeper);
    buf_done(&s->story);
    buf_done(&s->failure);
    free(s->events);
    free(s->saved);
    free(s->held);
    arena_free(s->arena);
    wire_maker_free(s->maker);
}
