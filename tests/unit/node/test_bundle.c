// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a site makes of the checkpoint that a bundle brings, before anything else in it counts.
#include "tests/unit/author/site.h"

#include "common/author/notebook.h"
#include "common/format/checkpoint.h"
#include "common/store/exchange_state.h"
#include "node/node_bundle.h"
#include "node/node_store.h"
#include "node/node_told.h"
#include "node/node_view.h"

struct scene {
    struct site site;
    struct state *state;
    struct charter charter;
    struct seckey log;
    struct journal_id journal;
    struct tree_head one, two, other_two; // other_two does not extend one, nor is it two
    struct hash leaf;                     // the consistency of one and two
    struct buf messages[3];
    size_t count, given;
};

static void scene_init(struct scene *s)
{
    static const char *const words[] = { "The bridge is out" };
    struct pubkey pub;
    struct kv_txn *t = NULL;
    struct notebook n;
    *s = (struct scene){ .count = 0 };
    site_init(&s->site);
    s->state = site_open(&s->site);
    (void)site_say(s->state, s->site.heron, words, 1);
    cr_assert(kv_begin_read(state_kv(s->state), &t) == OK);
    cr_assert(notebook_get(t, s->site.heron->person.key, &n) == OK);
    kv_abort(t);
    s->journal = n.journal;
    s->charter = *state_charter(s->state);
    sign_keypair(&pub, &s->log);
    cr_assert(vkey_make(slice_text("log.example.org"), VKEY_ED25519, pub, &s->charter.log));
    const struct hash first = merkle_leaf(SLICE_LITERAL("first"));
    s->leaf = merkle_leaf(SLICE_LITERAL("second"));
    s->one = (struct tree_head){ .size = 1, .root = first };
    s->two = (struct tree_head){ .size = 2, .root = merkle_node(first, s->leaf) };
    s->other_two = (struct tree_head){ .size = 2, .root = merkle_node(s->leaf, first) };
    for (size_t i = 0; i < 3; i++) {
        s->messages[i] = buf_new(LIMIT_FRAME_BYTES);
    }
}

static void scene_done(struct scene *s)
{
    for (size_t i = 0; i < 3; i++) {
        buf_done(&s->messages[i]);
    }
    state_close(s->state);
    site_done(&s->site);
}

static void put(struct scene *s, const struct msg *m)
{
    msg_make(m, &s->messages[s->count++]);
}

static void make_note(struct scene *s, struct tree_head head, struct buf *note)
{
    checkpoint_make(head, &s->charter.log, &s->log, note);
}

static enum err next(void *arg, struct buf *message, bool *more, struct why *why)
{
    struct scene *s = arg;
    (void)why;
    buf_reset(message);
    *more = s->given < s->count;
    if (*more) {
        buf_put(message, buf_slice(&s->messages[s->given++]));
    }
    return OK;
}

static struct tree_head seen_here(struct scene *s)
{
    struct kv_txn *t = NULL;
    struct tree_head head = tree_head_empty();
    struct slice note;
    cr_assert(kv_begin_read(state_kv(s->state), &t) == OK);
    cr_assert(exchange_checkpoint_get(t, &head, &note) == OK);
    kv_abort(t);
    return head;
}

// The site stands at `seen`; the bundle shows `head`, with a proof from `base` when that is not 0, then goes on.
static enum bundle_fault take(struct scene *s, struct tree_head seen, struct tree_head head, uint64_t base)
{
    struct buf note = buf_new(4096);
    struct kv_txn *t = NULL;
    struct node_bundle_taken taken;
    enum bundle_fault fault = BUNDLE_READER;
    s->count = s->given = 0;
    for (size_t i = 0; i < 3; i++) {
        buf_reset(&s->messages[i]);
    }
    cr_assert(kv_begin_write(state_kv(s->state), &t) == OK);
    make_note(s, seen, &note);
    exchange_checkpoint_put(t, seen, buf_slice(&note));
    exchange_down_put(t, 0);
    cr_assert(kv_commit(t) == OK);
    buf_reset(&note);
    make_note(s, head, &note);
    put(s, &(struct msg){ .type = MSG_WELCOME, .as.welcome = { .checkpoint = buf_slice(&note) } });
    if (base > 0) {
        put(s, &(struct msg){ .type = MSG_PROOF,
                              .as.proof = { .journal = s->journal, .base = base, .consistency = &s->leaf,
                                            .consistency_count = 1, .checkpoint = buf_slice(&note) } });
    }
    put(s, &(struct msg){ .type = MSG_DOWN, .as.down = { .from = 0, .to = 2 } });
    cr_assert_eq(node_bundle_take(state_kv(s->state), &s->charter, s->site.dir, next, s, &fault, &taken, NULL), OK);
    buf_done(&note);
    return fault;
}

static uint64_t cursor_here(struct scene *s)
{
    struct kv_txn *t = NULL;
    uint64_t cursor = 99;
    cr_assert(kv_begin_read(state_kv(s->state), &t) == OK);
    cr_assert(exchange_down_get(t, &cursor) == OK);
    kv_abort(t);
    return cursor;
}

Test(bundle, only_a_consistent_checkpoint_that_is_not_smaller_lets_a_bundle_in)
{
    struct scene s;
    uint64_t number = 0;
    scene_init(&s);
    cr_expect_eq(take(&s, s.two, s.one, 0), BUNDLE_OLDER);
    cr_expect_eq(cursor_here(&s), 0, "nothing of it was stored");
    cr_expect_eq(take(&s, s.one, s.two, 0), BUNDLE_ANOTHER_BASE);
    cr_expect_eq(cursor_here(&s), 0);
    cr_expect_eq(take(&s, s.one, s.two, 2), BUNDLE_ANOTHER_BASE, "a proof from where this site does not stand");
    cr_expect_eq(cursor_here(&s), 0);
    cr_assert_eq(node_bundle_number(state_kv(s.state), &number), OK);
    cr_expect_eq(number, 0);
    cr_expect_eq(take(&s, s.one, s.two, 1), BUNDLE_FINE);
    cr_expect_eq(cursor_here(&s), 2);
    cr_expect_eq(take(&s, s.two, s.two, 0), BUNDLE_FINE, "the same again");
    cr_assert_eq(node_bundle_number(state_kv(s.state), &number), OK);
    cr_expect_eq(number, 2);
    scene_done(&s);
}

Test(bundle, a_checkpoint_that_contradicts_is_kept_and_nothing_is_taken_any_more)
{
    for (int larger = 0; larger < 2; larger++) {
        struct scene s;
        struct node_start start;
        struct arena *arena = arena_new(NODE_STORE_ARENA_BYTES);
        scene_init(&s);
        const struct tree_head seen = larger == 1 ? s.one : s.two;
        cr_expect_eq(take(&s, seen, s.other_two, larger == 1), BUNDLE_CONTRADICTION);
        cr_expect_eq(cursor_here(&s), 0);
        cr_expect(hash_equal(seen_here(&s).root, seen.root));
        cr_assert_eq(node_store_start(state_kv(s.state), arena, &start, NULL), OK);
        cr_expect(start.contradicted, "the evidence is kept");
        cr_expect_eq(take(&s, seen, seen, 0), BUNDLE_CONTRADICTION);
        arena_free(arena);
        scene_done(&s);
    }
}

// What another site was shown is met here, where `seen` was verified.
static enum node_view_fate meet(struct scene *s, struct tree_head view, bool by_hub)
{
    struct buf note = buf_new(4096);
    enum node_view_fate fate = VIEW_MET;
    checkpoint_make(view, &s->charter.log, &s->log, &note);
    note.p[note.n - 20] = by_hub ? note.p[note.n - 20] : note.p[note.n - 20] == 'A' ? 'B' : 'A'; // of the signature
    cr_assert_eq(node_view_meet(state_kv(s->state), &s->charter, buf_slice(&note), &fate, NULL), OK);
    buf_done(&note);
    return fate;
}

static size_t views_here(struct scene *s, bool *contradicted)
{
    struct node_start start;
    struct arena *arena = arena_new(NODE_STORE_ARENA_BYTES);
    cr_assert_eq(node_store_start(state_kv(s->state), arena, &start, NULL), OK);
    const size_t n = start.view_count;
    *contradicted = start.contradicted;
    arena_free(arena);
    return n;
}

Test(bundle, what_another_site_was_shown_waits_until_it_is_compared_and_only_the_hub_can_contradict_itself)
{
    struct scene s;
    bool contradicted = false;
    scene_init(&s);
    (void)take(&s, s.two, s.two, 0);
    cr_expect_eq(meet(&s, s.other_two, false), VIEW_NOTHING, "anybody can write such a note");
    cr_expect_eq(meet(&s, s.two, true), VIEW_MET);
    cr_expect_eq(meet(&s, s.one, true), VIEW_WAITS);
    cr_expect_eq(meet(&s, s.one, true), VIEW_WAITS, "once is enough");
    cr_expect_eq(views_here(&s, &contradicted), 1);
    for (uint64_t i = 0; i < LIMIT_VIEWS + 4; i++) {
        cr_expect_eq(meet(&s, (struct tree_head){ .size = 100 + i, .root = s.leaf }, true), VIEW_WAITS);
    }
    cr_expect_eq(views_here(&s, &contradicted), LIMIT_VIEWS, "and they are bounded");
    cr_expect_not(contradicted);
    cr_expect_eq(meet(&s, (struct tree_head){ .size = 110, .root = s.one.root }, true), VIEW_CONTRADICTS,
                 "two that were never verified here are evidence too");
    (void)views_here(&s, &contradicted);
    cr_expect(contradicted);
    scene_done(&s);
}

// Changes the last byte of a named value, as a disk does.
static void damage(struct scene *s, const char *name)
{
    uint8_t room[4096];
    struct kv_txn *t = NULL;
    struct slice value;
    cr_assert(kv_begin_write(state_kv(s->state), &t) == OK);
    cr_assert(kv_get(t, DB_META, slice_text(name), &value), "%s", name);
    cr_assert_leq(value.n, sizeof room);
    memcpy(room, value.p, value.n);
    room[value.n - 1] ^= 1;
    kv_put(t, DB_META, slice_text(name), slice_of(room, value.n));
    cr_assert(kv_commit(t) == OK);
}

Test(bundle, what_is_remembered_of_others_keeps_nothing_from_coming_when_it_is_damaged)
{
    struct scene s;
    bool contradicted = false;
    bool differs = false;
    const struct node_told_other other = { .site = { { 4 } }, .told = { .any = true, .upto = 9 } };
    scene_init(&s);
    (void)take(&s, s.two, s.two, 0);
    cr_assert_eq(meet(&s, s.one, true), VIEW_WAITS);
    cr_assert_eq(node_told_meet(state_kv(s.state), &other, &differs, NULL), OK);
    damage(&s, "x-views");
    damage(&s, "x-told");
    cr_expect_eq(views_here(&s, &contradicted), 0);
    cr_expect_eq(take(&s, s.two, s.two, 0), BUNDLE_FINE);
    cr_expect_eq(meet(&s, s.one, true), VIEW_WAITS, "it comes again");
    cr_expect_eq(node_told_meet(state_kv(s.state), &other, &differs, NULL), OK);
    scene_done(&s);
}

Test(bundle, the_answer_from_the_hub_compares_what_another_site_was_shown)
{
    for (int evil = 0; evil < 2; evil++) {
        struct scene s;
        bool contradicted = false;
        scene_init(&s);
        (void)take(&s, s.two, s.two, 0);
        struct tree_head view = s.one;
        view.root = evil ? s.leaf : view.root;
        cr_expect_eq(meet(&s, view, true), VIEW_WAITS);
        // The bundle goes on from where this site stands, and has a proof from where the other one stood.
        cr_expect_eq(take(&s, s.two, s.two, 1), evil ? BUNDLE_CONTRADICTION : BUNDLE_FINE);
        cr_expect_eq(views_here(&s, &contradicted), evil ? 1 : 0);
        cr_expect_eq(contradicted, evil == 1);
        scene_done(&s);
    }
}
