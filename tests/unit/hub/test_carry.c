// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a member hands over of somebody else's bundle: entries and nothing else come out of it, and the answer that goes
// back is for the other site alone.
#include "tests/unit/hub/scene.h"

#include "common/exchange/bundle.h"
#include "hub/hub_carry.h"
#include "hub/checkpointer.h"

struct carried {
    struct scene s;
    struct hub_keys keys;
    struct buf note, bundle, out;
    struct hub_carry carry;
    struct hash head;
    struct slice boxed;
    struct slice sealed[4];
};

// A bundle of Bintu's site with her two entries, then a hello, which is none of its business.
static void pack(struct carried *c)
{
    struct said *said[2];
    struct letter letter;
    struct bundle_writer w;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    struct buf hello = buf_new(LIMIT_FRAME_BYTES);
    const struct msg m = { .type = MSG_HELLO,
                           .as.hello = { .version = EXCHANGE_VERSION, .consultation = c->s.w.charter.id,
                                         .seen = tree_head_empty() } };
    const struct bundle_about about = { .site = c->s.bintu.transport };
    struct bundle_site who = { .site = c->s.bintu.transport };
    scene_speak(&c->s, &c->s.bintu, said, 2);
    msg_make(&m, &hello);
    who.hello = buf_slice(&hello);
    bundle_site_make(&who, &message);
    cr_assert(bundle_begin(&w, BUNDLE_UP, c->s.w.charter.id, c->keys.intakes.at[0].pub, &about, &c->bundle));
    bundle_put(&w, buf_slice(&message), &c->bundle);
    letter_outbox(&letter, &c->s.house, said, 2);
    buf_reset(&message);
    letter_frame(&letter, &message);
    bundle_put(&w, buf_slice(&message), &c->bundle);
    bundle_put(&w, buf_slice(&hello), &c->bundle);
    bundle_end(&w, NULL, &c->bundle);
    letter_done(&letter);
    buf_done(&message);
    buf_done(&hello);
}

static void carried_init(struct carried *c)
{
    struct why why = { "" };
    struct checkpointer *publisher = NULL;
    bool fresh = false;
    *c = (struct carried){ .note = buf_new(4096), .bundle = buf_new(1 << 20), .out = buf_new(LIMIT_FRAME_BYTES) };
    scene_init(&c->s);
    c->keys.intakes = c->s.house.intakes;
    c->keys.logs = c->s.house.logs;
    const struct checkpointer_keys keys = { .kv = c->s.house.kv, .charter = &c->s.w.charter, .logs = &c->keys.logs,
                                            .path = house_path(&c->s.house, STATE_HUB_CHECKPOINT) };
    cr_assert_eq(checkpointer_open(&keys, &publisher, &why), OK, "%s", why.text);
    cr_assert_eq(checkpointer_publish(publisher, &fresh, &why), OK, "%s", why.text);
    buf_put(&c->note, checkpointer_note(publisher));
    checkpointer_close(publisher);
    c->carry = (struct hub_carry){ c->s.house.kv, c->s.house.serve, &c->keys, &c->s.w.charter, &c->note, 0 };
    pack(c);
    struct slice rest = buf_slice(&c->bundle);
    rest = slice_of(rest.p + BUNDLE_MAGIC_BYTES, rest.n - BUNDLE_MAGIC_BYTES);
    for (size_t i = 0; i < 5; i++) {
        const size_t n = BUNDLE_LENGTH_BYTES + be32_get(rest.p);
        const struct slice frame = slice_of(rest.p, n);
        if (i == 0) {
            cr_assert(bundle_frame_boxed(frame, &c->boxed));
            c->head = hash_of(frame);
        } else {
            cr_assert(bundle_frame_sealed(frame, &c->sealed[i - 1]));
        }
        rest = slice_of(rest.p + n, rest.n - n);
    }
    cr_assert_eq(c->sealed[3].n, 0, "its end holds no message");
}

static void carried_done(struct carried *c)
{
    buf_done(&c->note);
    buf_done(&c->bundle);
    buf_done(&c->out);
    scene_done(&c->s);
}

static enum hub_carry_what take(struct carried *c, uint64_t number, struct slice sealed, uint64_t now_ms,
                            struct sock_frame *inner)
{
    const struct sock_frame frame = { .user = c->s.amara.transport };
    const struct msg_carry m = { .bundle = c->head, .boxed = c->boxed, .number = number, .sealed = sealed };
    buf_reset(&c->out);
    return hub_carry_take(&c->carry, &frame, &m, now_ms, inner, &c->out);
}

Test(carry, entries_come_out_as_the_deliverers_and_nothing_else_does)
{
    struct carried c;
    struct sock_frame inner = { 0 };
    struct msg m;
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    carried_init(&c);
    cr_assert_eq(take(&c, 1, c.sealed[1], 0, &inner), CARRY_ENTRIES);
    cr_expect(boxkey_equal(inner.user, c.s.amara.transport));
    cr_assert_eq(msg_parse(inner.payload, arena, &m), VERDICT_GOOD);
    cr_expect_eq(m.type, MSG_ENTRIES);
    cr_expect_eq(m.as.entries.count, 2);
    sock_frame_done(&inner);
    cr_expect_eq(take(&c, 2, c.sealed[2], 0, &inner), CARRY_BAD, "a hello is not carried");
    cr_expect_eq(take(&c, 2, c.sealed[1], 0, &inner), CARRY_BAD, "nor is a message in another's place");
    cr_expect_eq(take(&c, 0, c.sealed[1], 0, &inner), CARRY_BAD);
    c.head.b[0] ^= 1;
    cr_expect_eq(take(&c, 1, c.sealed[1], 0, &inner), CARRY_BAD, "nor of another bundle");
    c.head.b[0] ^= 1;
    cr_expect_eq(take(&c, 1, slice_of(c.sealed[1].p, c.sealed[1].n - 1), 0, &inner), CARRY_BAD);
    c.boxed.n--;
    cr_expect_eq(take(&c, 1, c.sealed[1], 0, &inner), CARRY_BAD);
    arena_free(arena);
    carried_done(&c);
}

Test(carry, the_answer_is_a_bundle_that_only_its_site_can_open_and_is_not_made_too_often)
{
    struct carried c;
    struct sock_frame inner = { 0 };
    struct msg m;
    struct bundle_reader r;
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    carried_init(&c);
    cr_assert_eq(take(&c, 0, c.sealed[0], 1000, &inner), CARRY_ASKS);
    cr_assert_eq(msg_parse(buf_slice(&c.out), arena, &m), VERDICT_GOOD);
    cr_assert_eq(m.type, MSG_CARRIED);
    cr_expect(hash_equal(m.as.carried.bundle, c.head));
    const struct slice answer = m.as.carried.answer;
    const struct bundle_expect courier = { .consultation = c.s.w.charter.id, .log = c.s.w.charter.log.key };
    struct buf none = buf_new(LIMIT_FRAME_BYTES);
    bundle_reader_init(&r, &courier);
    cr_assert_gt(answer.n, BUNDLE_MAGIC_BYTES);
    cr_assert_eq(bundle_read_magic(&r, slice_of(answer.p, BUNDLE_MAGIC_BYTES)), BUNDLE_FINE);
    for (size_t at = BUNDLE_MAGIC_BYTES; at < answer.n;) {
        const size_t n = BUNDLE_LENGTH_BYTES + be32_get(answer.p + at);
        cr_assert_eq(bundle_read(&r, slice_of(answer.p + at, n), &none), BUNDLE_FINE);
        cr_expect_eq(none.n, 0);
        at += n;
    }
    cr_expect_eq(r.stage, BUNDLE_AT_END);
    cr_expect(boxkey_equal(r.label.site, c.s.bintu.transport));
    cr_expect(slice_equal(slice_of(r.label.view, r.label.view_bytes), buf_slice(&c.note)));
    bundle_reader_done(&r);
    cr_expect_eq(take(&c, 0, c.sealed[0], 1001, &inner), CARRY_LATER);
    buf_reset(&c.note); // nothing is published
    cr_assert_eq(take(&c, 0, c.sealed[0], 9000, &inner), CARRY_ASKS);
    cr_assert_eq(msg_parse(buf_slice(&c.out), arena, &m), VERDICT_GOOD);
    cr_expect_eq(m.as.carried.answer.n, 0, "not now");
    buf_done(&none);
    arena_free(arena);
    carried_done(&c);
}
