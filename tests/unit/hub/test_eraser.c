// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A hub carries out redactions, whatever is cut off in the midst; and what comes late, or again, brings nothing back.
#include "tests/unit/hub/scene.h"

#include "common/base/file.h"
#include "common/store/erase.h"
#include "hub/eraser.h"
#include "hub/store_key.h"

#define PART_SAID 1
#define BIT_SAID (1u << PART_SAID)
#define SAID 6
#define STEPS_MOST 100

struct desk {
    struct scene s;
    struct person officer;
    struct said *said[SAID];
    struct eraser *eraser;
    uint64_t now_ms;
};

static void say(void *arg, const struct erased_said *said, size_t n)
{
    struct desk *d = arg;
    struct why why = { "" };
    cr_assert_eq(sequence_say_erased(d->s.house.sequence, said, n, 1772409600, &why), OK, "%s", why.text);
}

static void start_eraser(struct desk *d, uint64_t gather_ms)
{
    struct why why = { "" };
    const struct eraser_options o = { .kv = d->s.house.kv, .charter = &d->s.w.charter, .dir = d->s.house.state,
                                      .keeper = d->s.house.keeper, .gather_ms = gather_ms, .say = say, .arg = d };
    cr_assert_eq(eraser_new(&o, &d->eraser, &why), OK, "%s", why.text);
}

static void desk_new(struct desk *d)
{
    *d = (struct desk){ .now_ms = 1000 };
    scene_init(&d->s);
    d->officer = person_of("officer");
    (void)world_grant(&d->s.w, &d->s.secretariat, &d->officer, 1u << ROLE_PROTECTION, NULL);
    cr_assert(house_deliver_all(&d->s.house, &d->s.secretariat).has_ack);
    scene_speak(&d->s, &d->s.amara, d->said, SAID);
}

static void desk_done(struct desk *d)
{
    eraser_free(d->eraser);
    scene_done(&d->s);
}

// The process is gone; the next one begins with what is on disk.
static void crash(struct desk *d)
{
    struct store_key key;
    struct why why = { "" };
    eraser_free(d->eraser);
    d->eraser = NULL;
    house_close(&d->s.house);
    keeper_free(d->s.house.keeper);
    cr_assert_eq(store_key_load(d->s.house.state, &key, NULL, &why), OK, "%s", why.text);
    d->s.house.keeper = keeper_new(&key);
    house_open(&d->s.house);
    start_eraser(d, 0);
}

// Steps until there is nothing to do, at most `most` of them. Returns how many there were.
static size_t run(struct desk *d, size_t most)
{
    size_t n = 0;
    enum eraser_did did = ERASER_WORKED;
    for (; n < most && did != ERASER_NOTHING; n++) {
        uint64_t count = 0;
        struct why why = { "" };
        cr_assert_eq(eraser_step(d->eraser, d->now_ms, &did, &count, &why), OK, "%s", why.text);
        cr_assert_neq(did, ERASER_WAITED, "nobody holds a key here");
    }
    cr_assert_lt(n, STEPS_MOST);
    return n;
}

// The disclosure of the entry at index, as any reader with the key of now finds it; all that is there must fit.
static uint64_t erased_at(struct desk *d, uint64_t index)
{
    struct kv_txn *t = NULL;
    struct buf plain = buf_new(LIMIT_BATCH_BYTES);
    struct stored stored;
    struct entry e;
    struct disclosure x;
    struct why why = { "" };
    const struct store_key *key = keeper_hold(d->s.house.keeper);
    cr_assert_eq(kv_begin_read(d->s.house.kv, &t), OK);
    cr_assert_eq(leaf_get(t, index, &stored, &why), OK);
    cr_assert_eq(entry_parse(stored.bytes, &e), VERDICT_GOOD);
    cr_assert_eq(leaf_parts(t, key, index, &plain, &why), OK, "%s", why.text);
    cr_assert_eq(disclosure_parse(buf_slice(&plain), &x), VERDICT_GOOD);
    if (x.has_seed) {
        disclosure_derive(&x, e.parts);
    }
    cr_expect_eq(disclosure_check(&x, &e.place, e.parts, e.part_count), VERDICT_GOOD);
    kv_abort(t);
    keeper_release(d->s.house.keeper, key);
    buf_done(&plain);
    return disclosure_settled(&x) & ~disclosure_bitmap(&x);
}

static size_t erased_said(struct desk *d)
{
    struct kv_txn *t = NULL;
    size_t n = 0;
    cr_assert_eq(kv_begin_read(d->s.house.kv, &t), OK);
    struct leaf_range r = leaf_range_new(t, 0);
    while (leaf_range_next(&r)) {
        struct entry e;
        cr_assert_eq(entry_parse(r.entry.bytes, &e), VERDICT_GOOD);
        n += kind_of(e.kind) == KIND_ERASED;
    }
    leaf_range_done(&r);
    kv_abort(t);
    return n;
}

static struct said *redact(struct desk *d, const struct said *target)
{
    struct said *redaction = world_redact(&d->s.w, &d->officer, target->entry.id, "said", NULL);
    cr_assert(house_deliver_all(&d->s.house, &d->officer).has_ack);
    return redaction;
}

static struct hash key_on_disk(struct desk *d)
{
    struct hash h;
    cr_assert_eq(state_secret_load(d->s.house.state, STATE_HUB_STORE, h.b, NULL), OK);
    return h;
}

Test(eraser, a_redaction_is_carried_out_whatever_step_is_the_last_before_a_crash)
{
    size_t all = STEPS_MOST;
    for (size_t cut = 0; cut <= all; cut++) {
        struct desk d;
        desk_new(&d);
        const struct hash old = key_on_disk(&d);
        (void)house_deliver(&d.s.house, d.said, SAID);
        const uint64_t first = d.s.founded + 1; // the officer's grant stands before
        (void)redact(&d, d.said[2]);
        start_eraser(&d, 0);
        const size_t steps = run(&d, cut == 0 ? STEPS_MOST - 1 : cut);
        all = cut == 0 ? steps : all;
        crash(&d);
        (void)run(&d, STEPS_MOST - 1);
        cr_expect_eq(erased_at(&d, first + 2), BIT_SAID, "cut after step %zu", cut);
        cr_expect_eq(erased_at(&d, first + 1), 0);
        cr_expect_eq(erased_said(&d), 1, "cut after step %zu", cut);
        const struct hash now = key_on_disk(&d);
        cr_expect_not(hash_equal(old, now), "cut after step %zu", cut);
        cr_expect_not(file_exists(house_path(&d.s.house, STATE_HUB_STORE ".new")));
        cr_expect_not(file_exists(house_path(&d.s.house, STATE_HUB_STORE ".old")));
        // And nothing is left to do for the next one.
        crash(&d);
        cr_expect_eq(run(&d, STEPS_MOST - 1), 1, "cut after step %zu", cut);
        desk_done(&d);
    }
    cr_expect_gt(all, 6);
}

Test(eraser, what_comes_late_or_again_is_taken_without_what_is_erased_and_its_author_gets_custody)
{
    struct desk d;
    desk_new(&d);
    (void)house_deliver(&d.s.house, d.said, 2);
    (void)redact(&d, d.said[3]); // not here yet
    start_eraser(&d, 0);
    (void)run(&d, STEPS_MOST - 1);
    cr_expect_eq(erased_said(&d), 0);
    const uint64_t next = scene_size(&d.s);
    struct batch_outcome o = house_deliver(&d.s.house, d.said + 2, SAID - 2);
    cr_assert(o.has_ack);
    cr_expect(house_ack_good(&d.s.w, &o.ack, d.said, SAID), "custody is that of an entry of which all was given");
    cr_expect_eq(erased_at(&d, next), 0);
    cr_expect_eq(erased_at(&d, next + 1), BIT_SAID);
    o = house_deliver(&d.s.house, d.said, SAID); // an old bundle
    cr_assert(o.has_ack);
    cr_expect_eq(scene_size(&d.s), next + SAID - 2);
    cr_expect_eq(erased_at(&d, next + 1), BIT_SAID);
    const struct hash old = key_on_disk(&d);
    (void)run(&d, STEPS_MOST - 1);
    cr_expect_eq(erased_said(&d), 1);
    const struct hash now = key_on_disk(&d);
    cr_expect(hash_equal(old, now), "nothing was on the disk, so no key had to go");
    // A fork makes the hub compute custody from what it holds: it is the same.
    struct said *other[1];
    struct person twin = d.s.amara;
    twin.next = SAID - 1;
    twin.prev = d.said[SAID - 2]->entry.id;
    scene_speak(&d.s, &twin, other, 1);
    o = house_deliver(&d.s.house, other, 1);
    cr_assert(o.has_ack);
    struct said *chain[SAID];
    memcpy(chain, d.said, sizeof chain);
    chain[SAID - 1] = other[0];
    cr_expect(house_ack_good(&d.s.w, &o.ack, chain, SAID));
    desk_done(&d);
}

Test(eraser, a_part_that_comes_as_erased_is_believed_only_with_a_redaction)
{
    struct desk d;
    desk_new(&d);
    (void)house_deliver(&d.s.house, d.said, 2);
    (void)disclosure_erase(&d.said[2]->disclosure, d.said[2]->entry.parts, BIT_SAID);
    struct batch_outcome o = house_deliver(&d.s.house, d.said + 2, 1);
    cr_assert(o.has_refuse);
    cr_expect_eq(o.refuse.code, VERDICT_PARTS_MISSING);
    cr_expect_not(o.refuse.is_signed);
    (void)redact(&d, d.said[2]);
    const uint64_t at = scene_size(&d.s);
    o = house_deliver(&d.s.house, d.said + 2, SAID - 2);
    cr_assert(o.has_ack);
    cr_expect(house_ack_good(&d.s.w, &o.ack, d.said, SAID));
    cr_expect_eq(erased_at(&d, at), BIT_SAID);
    desk_done(&d);
}

Test(eraser, what_was_destroyed_for_a_redaction_that_lost_its_force_since_is_still_taken)
{
    struct desk d;
    desk_new(&d);
    (void)house_deliver(&d.s.house, d.said, 2); // a hub that was put back lacks the rest
    (void)redact(&d, d.said[2]);
    (void)world_revoke(&d.s.w, &d.s.secretariat, &d.officer, "compromised", NULL, 0);
    cr_assert(house_deliver_all(&d.s.house, &d.s.secretariat).has_ack);
    (void)disclosure_erase(&d.said[2]->disclosure, d.said[2]->entry.parts, BIT_SAID);
    const uint64_t at = scene_size(&d.s);
    struct batch_outcome o = house_deliver(&d.s.house, d.said + 2, SAID - 2);
    cr_assert(o.has_ack);
    cr_expect(house_ack_good(&d.s.w, &o.ack, d.said, SAID));
    cr_expect_eq(erased_at(&d, at), BIT_SAID);
    desk_done(&d);
}

Test(eraser, redactions_are_gathered_and_carried_out_together)
{
    struct desk d;
    uint64_t count = 0;
    enum eraser_did did = ERASER_NOTHING;
    desk_new(&d);
    (void)house_deliver(&d.s.house, d.said, SAID);
    start_eraser(&d, 5000);
    (void)run(&d, STEPS_MOST - 1); // so that what comes now is not left from before
    (void)redact(&d, d.said[2]);
    (void)run(&d, STEPS_MOST - 1);
    d.now_ms += 4000;
    (void)redact(&d, d.said[3]);
    (void)run(&d, STEPS_MOST - 1);
    cr_expect_eq(erased_said(&d), 0);
    d.now_ms += 1000;
    cr_assert_eq(eraser_step(d.eraser, d.now_ms, &did, &count, NULL), OK);
    cr_expect_eq(did, ERASER_BEGAN);
    cr_expect_eq(count, 2);
    const struct hash old = key_on_disk(&d);
    (void)run(&d, STEPS_MOST - 1);
    cr_expect_eq(erased_said(&d), 2);
    cr_expect_eq(erased_at(&d, d.s.founded + 3), BIT_SAID);
    cr_expect_eq(erased_at(&d, d.s.founded + 4), BIT_SAID);
    const struct hash now = key_on_disk(&d);
    cr_expect_not(hash_equal(old, now));
    desk_done(&d);
}

Test(eraser, the_old_key_is_not_given_up_while_somebody_has_sealed_under_it)
{
    struct desk d;
    uint64_t count = 0;
    enum eraser_did did = ERASER_WORKED;
    desk_new(&d);
    (void)house_deliver(&d.s.house, d.said, SAID - 1);
    (void)redact(&d, d.said[2]);
    // A worker has verified and sealed the last entry; the writer does not have it yet.
    const struct ingest in = house_ingest(&d.s.house);
    struct letter l;
    struct batch batch = { .class = PEER_MEMBER };
    struct batch *batches[] = { &batch };
    struct batch_outcome o;
    letter_wire(&l, d.said + SAID - 1, 1);
    cr_assert_eq(ingest_verify(&in, &l.m, &batch), VERDICT_GOOD);
    start_eraser(&d, 0);
    for (size_t i = 0; i < STEPS_MOST && did != ERASER_WAITED; i++) {
        cr_assert_eq(eraser_step(d.eraser, d.now_ms, &did, &count, NULL), OK);
    }
    cr_assert_eq(did, ERASER_WAITED);
    const uint64_t at = scene_size(&d.s);
    cr_assert_eq(sequence_commit(d.s.house.sequence, batches, 1, 1772409600, &o, NULL), OK);
    cr_assert_eq(eraser_step(d.eraser, d.now_ms, &did, &count, NULL), OK);
    cr_assert_eq(did, ERASER_WAITED, "what it sealed may still come");
    batch_done(&batch);
    letter_done(&l);
    (void)run(&d, STEPS_MOST - 1);
    cr_expect_eq(erased_said(&d), 1);
    cr_expect_eq(erased_at(&d, at), 0, "it opens under the new key");
    desk_done(&d);
}

Test(eraser, a_redaction_that_has_lost_its_force_before_is_not_carried_out_and_one_that_is_accepted_late_is)
{
    struct desk d;
    desk_new(&d);
    (void)house_deliver(&d.s.house, d.said, SAID - 1);
    const uint64_t first = d.s.founded + 1;
    (void)redact(&d, d.said[2]);
    (void)redact(&d, d.said[SAID - 1]);
    (void)world_revoke(&d.s.w, &d.s.secretariat, &d.officer, "compromised", NULL, 0);
    cr_assert(house_deliver_all(&d.s.house, &d.s.secretariat).has_ack);
    const uint64_t last = scene_size(&d.s);
    (void)house_deliver(&d.s.house, d.said, SAID);
    start_eraser(&d, 0);
    (void)run(&d, STEPS_MOST - 1);
    cr_expect_eq(erased_said(&d), 0);
    cr_expect_eq(erased_at(&d, first + 2), 0);
    cr_expect_eq(erased_at(&d, last), 0, "the writer has judged it anew before this came");
    // The registrar looks into it and lets the redactions stand.
    struct said *made[4];
    const size_t n = house_said_by(&d.s.w, &d.officer, made, 4);
    (void)world_accept(&d.s.w, &d.s.registrar, &d.officer, made[n - 1]);
    cr_assert(house_deliver_all(&d.s.house, &d.s.registrar).has_ack);
    (void)run(&d, STEPS_MOST - 1);
    cr_expect_eq(erased_said(&d), 2);
    cr_expect_eq(erased_at(&d, first + 2), BIT_SAID);
    cr_expect_eq(erased_at(&d, last), BIT_SAID);
    desk_done(&d);
}

static bool has_key(struct desk *d, uint64_t index)
{
    struct kv_txn *t = NULL;
    struct slice value;
    const struct key key = key_index(DB_LEAF_VAULT, index);
    cr_assert_eq(kv_begin_read(d->s.house.kv, &t), OK);
    const bool there = kv_get(t, DB_LEAF_VAULT, key_slice(&key), &value);
    kv_abort(t);
    return there;
}

Test(eraser, damaged_words_are_destroyed_too_and_keep_no_others_from_being_erased)
{
    struct desk d;
    desk_new(&d);
    const struct hash old = key_on_disk(&d);
    (void)house_deliver(&d.s.house, d.said, SAID);
    const uint64_t first = d.s.founded + 1;
    scene_damage(&d.s, DB_LEAF_PART, first + 1);  // words that are to be erased,
    scene_damage(&d.s, DB_LEAF_VAULT, first + 3); // and a key of words that are not
    (void)redact(&d, d.said[1]);
    (void)redact(&d, d.said[2]);
    start_eraser(&d, 0);
    (void)run(&d, STEPS_MOST - 1);
    cr_expect_eq(erased_at(&d, first + 2), BIT_SAID);
    cr_expect_eq(erased_at(&d, first + 4), 0);
    cr_expect_not(has_key(&d, first + 1), "of damaged words most are still there");
    cr_expect(has_key(&d, first + 3));
    cr_expect_eq(erased_said(&d), 2);
    const struct hash now = key_on_disk(&d);
    cr_expect_not(hash_equal(old, now));
    crash(&d);
    cr_expect_eq(run(&d, STEPS_MOST - 1), 1, "nothing is left to do");
    desk_done(&d);
}
