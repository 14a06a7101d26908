// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Chunks at the hub: each is verified before it is stored, custody is signed for all of them alone, and whoever sends
// rubbish, too much or for ever is bounded.
#include "tests/unit/hub/scene.h"

#include "common/format/custody.h"
#include "common/store/attached.h"
#include "common/store/blob.h"
#include "hub/serve.h"

#include <stdlib.h>

enum { SIZE = 4 * LIMIT_CHUNK_CLEAR + 9, CHUNKS = 5 };

// An attachment with its tree.
struct sound {
    struct hash root;
    struct hash leaves[CHUNKS];
    struct buf chunks[CHUNKS];
    struct hash path[MERKLE_PLAN_MAX];
};

static struct sound *sound_new(void)
{
    struct sound *s = mem_new(sizeof *s);
    const struct symkey key = { { 3 } };
    uint8_t *piece = mem_new(LIMIT_CHUNK_CLEAR);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        s->chunks[i] = buf_new(LIMIT_CHUNK_BYTES);
        attachment_encrypt(&key, i, slice_of(piece, i + 1 < CHUNKS ? LIMIT_CHUNK_CLEAR : 9), &s->chunks[i]);
        s->leaves[i] = merkle_leaf(buf_slice(&s->chunks[i]));
    }
    s->root = merkle_root_of(s->leaves, CHUNKS);
    free(piece);
    return s;
}

static void sound_free(struct sound *s)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        buf_done(&s->chunks[i]);
    }
    free(s);
}

// The message of a chunk; borrows s until the next.
static struct msg_chunk chunk_of(struct sound *s, uint32_t number)
{
    struct merkle_plan plan;
    cr_assert(merkle_plan_inclusion(number, CHUNKS, &plan));
    merkle_plan_hashes(&plan, s->leaves, CHUNKS, s->path);
    return (struct msg_chunk){ .root = s->root, .number = number, .bytes = buf_slice(&s->chunks[number]),
                               .path_count = plan.n, .path = s->path };
}

static struct msg_held ask(struct scene *s, struct hash root)
{
    struct kv_txn *t = NULL;
    struct msg_held held;
    cr_assert_eq(kv_begin_read(s->house.kv, &t), OK);
    serve_held_of(t, s->w.charter.id, &s->w.hub.sec, root, &held);
    kv_abort(t);
    return held;
}

static void expect(struct scene *s, struct hash root, bool gone)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_write(s->house.kv, &t), OK);
    blob_expect(t, root, SIZE);
    if (gone) {
        blob_drop(t, root, true);
    }
    cr_assert_eq(kv_commit(t), OK);
}

static void deliver(struct scene *s, const struct msg_chunk *m)
{
    struct batch batch = { .class = PEER_MEMBER };
    struct batch *batches[] = { &batch };
    struct batch_outcome outcome;
    struct why why = { "" };
    cr_assert_eq(ingest_chunk(m, SIZE, &batch), VERDICT_GOOD);
    cr_assert_eq(sequence_commit(s->house.sequence, batches, 1, 0, &outcome, &why), OK, "%s", why.text);
    batch_done(&batch);
}

Test(chunks, custody_is_signed_when_all_are_on_the_disk_and_not_before)
{
    static const uint32_t order[] = { 1, 4, 0, 0, 3, 2 };
    static const uint32_t next[] = { 0, 0, 2, 2, 2, 5 };
    struct scene s;
    scene_init(&s);
    struct sound *sound = sound_new();
    cr_expect_eq(ask(&s, sound->root).code, VERDICT_GAP, "no entry here names it");
    expect(&s, sound->root, false);
    for (size_t i = 0; i < 6; i++) {
        const struct msg_chunk m = chunk_of(sound, order[i]);
        deliver(&s, &m);
        const struct msg_held held = ask(&s, sound->root);
        cr_expect_eq(held.code, VERDICT_GOOD);
        cr_expect_eq(held.next, next[i], "after %zu", i);
        cr_expect_eq(held.is_signed, i == 5);
    }
    const struct msg_held held = ask(&s, sound->root);
    const struct held said = { .consultation = s.w.charter.id, .root = sound->root, .size = SIZE };
    cr_expect(held_verify(&said, s.w.charter.log.key, held.signature));
    sound_free(sound);
    scene_done(&s);
}

Test(chunks, a_hub_knows_what_it_lacks_of_a_journal_after_it_was_restored)
{
    struct scene s;
    scene_init(&s);
    struct sound *sound = sound_new();
    struct serve *serve = s.house.serve;
    struct kv_txn *t = NULL;
    struct hash out[SERVE_MISSING];
    const struct journal_head heads[3] = { { .journal = { .key = { { 4 } } } },
                                           { .journal = { .key = { { 4 } } }, .branch = 1 },
                                           { .journal = { .key = { { 5 } } } } };
    cr_expect_eq(serve_missing(serve, heads, 3, out), 0);
    expect(&s, sound->root, false);
    expect(&s, (struct hash){ { 1 } }, true);
    cr_assert_eq(kv_begin_write(s.house.kv, &t), OK);
    for (uint8_t i = 0; i < 2; i++) { // the second one was erased
        const struct attached a = { .journal = heads[0].journal, .seq = 3,
                                    .blob = { i == 0 ? sound->root : (struct hash){ { 1 } }, SIZE } };
        attached_put(t, &a);
    }
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(serve_missing(serve, heads, 3, out), 1);
    cr_expect(hash_equal(out[0], sound->root));
    cr_expect_eq(serve_missing(serve, &heads[2], 1, out), 0, "of other journals nothing is said");
    for (uint32_t i = 0; i < CHUNKS; i++) {
        const struct msg_chunk m = chunk_of(sound, i);
        deliver(&s, &m);
    }
    cr_expect_eq(serve_missing(serve, heads, 3, out), 0);
    sound_free(sound);
    scene_done(&s);
}

Test(chunks, one_that_is_not_of_its_root_place_and_length_is_not_stored)
{
    struct scene s;
    scene_init(&s);
    struct sound *sound = sound_new();
    for (int wrong = 0; wrong < 6; wrong++) {
        struct msg_chunk m = chunk_of(sound, 2);
        struct batch batch = { .class = PEER_MEMBER };
        struct hash path[MERKLE_PLAN_MAX];
        memcpy(path, sound->path, sizeof path);
        uint64_t size = SIZE;
        switch (wrong) {
        case 0:
            m.bytes = buf_slice(&sound->chunks[1]);
            break;
        case 1:
            m.number = 1;
            break;
        case 2:
            m.path_count--;
            break;
        case 3:
            path[0].b[5] ^= 1;
            m.path = path;
            break;
        case 4:
            size = SIZE - LIMIT_CHUNK_CLEAR;
            break;
        default:
            m.bytes.n--;
            break;
        }
        cr_expect_eq(ingest_chunk(&m, size, &batch), VERDICT_BAD_MESSAGE, "row %d", wrong);
    }
    sound_free(sound);
    scene_done(&s);
}

Test(chunks, of_what_was_erased_nothing_is_taken_and_nothing_wanted)
{
    struct scene s;
    scene_init(&s);
    struct sound *sound = sound_new();
    struct kv_txn *t = NULL;
    expect(&s, sound->root, true);
    const struct msg_chunk m = chunk_of(sound, 0);
    deliver(&s, &m);
    cr_expect(ask(&s, sound->root).is_signed);
    cr_assert_eq(kv_begin_read(s.house.kv, &t), OK);
    cr_expect_eq(kv_count(t, DB_BLOB), 1, "only the mark");
    kv_abort(t);
    sound_free(sound);
    scene_done(&s);
}

// --- peer_core ---
struct bench {
    struct peer_core *core;
    struct peer_actions actions;
    uint64_t disk_free;
};

static const struct peer_action *find(const struct bench *b, enum peer_action_type type)
{
    for (size_t i = 0; i < b->actions.n; i++) {
        if (b->actions.items[i].type == type) {
            return &b->actions.items[i];
        }
    }
    return NULL;
}

static void receive(struct bench *b, enum peer_class class, const struct msg *m, const struct peer_facts *facts)
{
    struct peer_event e = { .type = PEER_FRAME, .disk_free = b->disk_free,
                            .as.frame = { .user = { { 1 } }, .class = class, .route = { .n = 1, .b = { 1 } }, .msg = m,
                                          .facts = facts } };
    peer_step(b->core, &e, &b->actions);
}

static struct bench *bench_new(enum peer_class class)
{
    struct bench *b = mem_new(sizeof *b);
    const struct peer_identity identity = { .consultation = { { 3 } } };
    const struct msg m = { .type = MSG_HELLO, .as.hello = { .version = 1, .consultation = { { 3 } } } };
    const struct peer_facts facts = { 0 };
    b->core = peer_core_new(&identity);
    b->disk_free = (uint64_t)1 << 40;
    receive(b, class, &m, &facts);
    return b;
}

static void bench_done(struct bench *b)
{
    peer_core_free(b->core);
    free(b);
}

static void chunk(struct bench *b, enum peer_class class, bool known, bool wanted, size_t n)
{
    static const uint8_t bytes[LIMIT_CHUNK_BYTES];
    const struct msg m = { .type = MSG_CHUNK, .as.chunk = { .root = { { 7 } }, .number = 1, .bytes = { bytes, n } } };
    const struct peer_facts facts = { .attachment = { known, wanted, SIZE } };
    receive(b, class, &m, &facts);
}

Test(chunks, a_peer_has_a_few_under_way_and_the_pool_keeps_room_for_words)
{
    struct bench *b = bench_new(PEER_MEMBER);
    uint64_t tickets[16];
    for (size_t i = 0; i < 16; i++) {
        chunk(b, PEER_MEMBER, true, true, LIMIT_CHUNK_BYTES);
        cr_assert_not_null(find(b, PEER_VERIFY), "chunk %zu", i);
        tickets[i] = find(b, PEER_VERIFY)->as.ticket;
    }
    cr_expect_eq(peer_core_status(b->core).pool_bytes, 16 * PEER_CHUNK_CHARGE);
    chunk(b, PEER_MEMBER, true, true, LIMIT_CHUNK_BYTES);
    cr_expect_null(find(b, PEER_VERIFY));
    cr_expect_eq(find(b, PEER_REPLY)->as.reply.as.held.code, VERDICT_QUOTA);
    for (size_t i = 0; i < 16; i++) {
        struct peer_event e = { .type = PEER_VERIFIED, .as.verified = { .ticket = tickets[i] } };
        peer_step(b->core, &e, &b->actions);
        cr_assert_not_null(find(b, PEER_SUBMIT));
        const struct batch_outcome outcome = { .failed = i == 0 };
        struct peer_event done = { .type = PEER_COMMITTED,
                                   .as.committed = { .ticket = tickets[i], .outcome = &outcome } };
        peer_step(b->core, &done, &b->actions);
        cr_expect_eq(find(b, PEER_SEND_HELD) == NULL, i == 0, "nothing is said of what is not on the disk");
    }
    cr_expect_eq(peer_core_status(b->core).pool_bytes, 0);
    cr_expect_eq(peer_core_status(b->core).tickets, 0);
    bench_done(b);
}

Test(chunks, one_whose_peer_is_gone_is_stored_and_nobody_is_told)
{
    struct bench *b = bench_new(PEER_MEMBER);
    chunk(b, PEER_MEMBER, true, true, LIMIT_CHUNK_BYTES);
    const uint64_t ticket = find(b, PEER_VERIFY)->as.ticket;
    struct peer_event gone = { .type = PEER_UNREACHED, .as.unreached = { .n = 1, .b = { 1 } } };
    peer_step(b->core, &gone, &b->actions);
    struct peer_event e = { .type = PEER_VERIFIED, .as.verified = { .ticket = ticket } };
    peer_step(b->core, &e, &b->actions);
    cr_assert_not_null(find(b, PEER_SUBMIT));
    const struct batch_outcome outcome = { .failed = false };
    struct peer_event done = { .type = PEER_COMMITTED, .as.committed = { .ticket = ticket, .outcome = &outcome } };
    peer_step(b->core, &done, &b->actions);
    cr_expect_null(find(b, PEER_SEND_HELD));
    cr_expect_eq(peer_core_status(b->core).sessions, 0);
    cr_expect_eq(peer_core_status(b->core).pool_bytes, 0);
    bench_done(b);
}

Test(chunks, what_is_not_expected_or_not_wanted_costs_the_hub_nothing)
{
    struct bench *b = bench_new(PEER_MEMBER);
    chunk(b, PEER_MEMBER, false, false, LIMIT_CHUNK_BYTES);
    cr_expect_null(find(b, PEER_VERIFY));
    cr_expect_not_null(find(b, PEER_SEND_HELD));
    chunk(b, PEER_MEMBER, true, false, LIMIT_CHUNK_BYTES);
    cr_expect_null(find(b, PEER_VERIFY));
    cr_expect_not_null(find(b, PEER_SEND_HELD));
    chunk(b, PEER_MEMBER, true, true, 100);
    cr_expect_null(find(b, PEER_VERIFY));
    cr_expect_eq(find(b, PEER_REPLY)->as.reply.type, MSG_ERROR, "not of that length");
    b->disk_free = PEER_DISK_RESERVE_CHUNKS - 1;
    chunk(b, PEER_MEMBER, true, true, LIMIT_CHUNK_BYTES);
    cr_expect_eq(find(b, PEER_REPLY)->as.reply.as.held.code, VERDICT_HUB_FULL);
    bench_done(b);
    b = bench_new(PEER_INVITED);
    chunk(b, PEER_INVITED, true, true, LIMIT_CHUNK_BYTES);
    cr_expect_null(find(b, PEER_VERIFY));
    cr_expect_eq(find(b, PEER_REPLY)->as.reply.as.error.code, VERDICT_NOT_ADMITTED);
    bench_done(b);
}

Test(chunks, one_that_does_not_verify_is_a_fault_and_eight_shut_the_door)
{
    struct bench *b = bench_new(PEER_MEMBER);
    for (int i = 0; i < 8; i++) {
        chunk(b, PEER_MEMBER, true, true, LIMIT_CHUNK_BYTES);
        cr_assert_not_null(find(b, PEER_VERIFY));
        struct peer_event e = { .type = PEER_VERIFIED, .as.verified = { .ticket = find(b, PEER_VERIFY)->as.ticket,
                                                                        .verdict = VERDICT_BAD_MESSAGE } };
        peer_step(b->core, &e, &b->actions);
        cr_expect_not_null(find(b, PEER_DISCARD));
        cr_expect_eq(find(b, PEER_DROP) != NULL, i == 7);
    }
    cr_expect_eq(peer_core_status(b->core).pool_bytes, 0);
    bench_done(b);
}
