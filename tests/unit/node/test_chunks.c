// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments on their way up, event by event: after the words, from where the hub is, a few at a time, and believed
// only when it has signed for all.
#include "common/format/attachment.h"
#include "common/format/custody.h"
#include "node/node_core.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct bench {
    struct node_core *core;
    struct node_identity identity;
    struct seckey log;
    struct node_actions actions;
    uint64_t now;
    struct node_attachment at;
};

static void step(struct bench *b, struct node_event e)
{
    e.now_ms = b->now;
    e.rnd = 500;
    e.disk_free = (uint64_t)1 << 40;
    node_step(b->core, &e, &b->actions);
}

static const struct node_action *find(const struct bench *b, enum node_action_type type)
{
    for (size_t i = 0; i < b->actions.n; i++) {
        if (b->actions.items[i].type == type) {
            return &b->actions.items[i];
        }
    }
    return NULL;
}

static void receive(struct bench *b, const struct msg *m)
{
    const struct node_facts facts = { 0 };
    step(b, (struct node_event){ .type = NODE_FRAME, .as.frame = { .msg = m, .facts = &facts } });
}

static void connect_and_greet(struct bench *b)
{
    const struct msg m = { .type = MSG_WELCOME, .as.welcome = { .credit = LIMIT_CREDIT_BYTES } };
    b->now += 400000;
    step(b, (struct node_event){ .type = NODE_TICK });
    cr_assert_not_null(find(b, NODE_CONNECT));
    step(b, (struct node_event){ .type = NODE_UP });
    receive(b, &m);
}

// Connected to a hub that has all words; an attachment of eleven chunks waits, of which it has three.
static struct bench *bench_new(void)
{
    struct bench *b = mem_new(sizeof *b);
    struct pubkey pub;
    cr_assert_eq(ident_init(), OK);
    sign_keypair(&pub, &b->log);
    cr_assert(vkey_make(SLICE_LITERAL("records.example.org/x"), VKEY_ED25519, pub, &b->identity.keys.log[0].key));
    b->identity.keys.log_count = 1;
    b->core = node_core_new(&b->identity);
    b->at = (struct node_attachment){ .root = { { 9 } }, .size = 10 * LIMIT_CHUNK_CLEAR + 5, .next = 0 };
    step(b, (struct node_event){ .type = NODE_START, .as.start = { .seen = tree_head_empty() } });
    connect_and_greet(b);
    return b;
}

static void bench_done(struct bench *b)
{
    node_core_free(b->core);
    free(b);
}

static void found(struct bench *b, bool yes)
{
    cr_assert_not_null(find(b, NODE_NEXT_ATTACHMENT));
    step(b, (struct node_event){ .type = NODE_ATTACHMENT, .as.attachment = { .found = yes, .at = b->at } });
}

static void asked(const struct bench *b)
{
    const struct node_action *a = find(b, NODE_SEND);
    cr_assert_not_null(a);
    cr_assert_eq(a->as.send.type, MSG_WANT);
    cr_assert_eq(a->as.send.as.want.what, WANT_HELD);
    cr_expect(hash_equal(a->as.send.as.want.root, b->at.root));
}

static void held(struct bench *b, uint32_t next)
{
    const struct msg m = { .type = MSG_HELD, .as.held = { .root = b->at.root, .next = next } };
    receive(b, &m);
}

static void held_signed(struct bench *b, uint64_t size)
{
    const struct held h = { .consultation = b->identity.consultation, .root = b->at.root, .size = size };
    const struct msg m = { .type = MSG_HELD, .as.held = { .root = b->at.root, .next = 11, .is_signed = true,
                                                          .signature = held_sign(&h, &b->log) } };
    receive(b, &m);
}

static void put_off(struct bench *b, enum verdict code, uint64_t ms)
{
    const struct msg m = { .type = MSG_HELD,
                           .as.held = { .root = b->at.root, .code = code, .retry_after_ms = ms } };
    receive(b, &m);
}

// Lets the core send what it wants to, and returns how many chunks; each must be the one behind the last.
static size_t pour(struct bench *b, uint32_t from)
{
    size_t n = 0;
    for (const struct node_action *a = find(b, NODE_SEND_CHUNK); a != NULL; a = find(b, NODE_SEND_CHUNK)) {
        cr_assert_eq(a->as.send_chunk.number, from + n);
        cr_expect(hash_equal(a->as.send_chunk.root, b->at.root));
        n++;
        step(b, (struct node_event){ .type = NODE_CHUNK_SENT, .as.chunk_sent = { .readable = true, .queued = true } });
    }
    return n;
}

Test(chunks, go_from_where_the_hub_is_more_at_a_time_when_it_answers_quickly)
{
    struct bench *b = bench_new();
    found(b, true);
    asked(b);
    cr_expect_null(find(b, NODE_SEND_CHUNK), "nothing is sent unasked");
    held(b, 3);
    cr_expect_eq(pour(b, 3), 1);
    b->now += 200;
    held(b, 4);
    cr_expect_eq(pour(b, 4), 2);
    b->now += 200;
    held(b, 5);
    cr_expect_eq(pour(b, 6), 2, "three are under way at most");
    b->now += 5000;
    held(b, 8);
    cr_expect_leq(pour(b, 8), 1, "the line is slow: fewer");
    bench_done(b);
}

Test(chunks, after_a_cut_only_what_was_under_way_is_sent_again)
{
    struct bench *b = bench_new();
    found(b, true);
    held(b, 7);
    cr_expect_eq(pour(b, 7), 1);
    step(b, (struct node_event){ .type = NODE_DOWN });
    connect_and_greet(b);
    found(b, true);
    asked(b);
    held(b, 8);
    cr_expect_eq(pour(b, 8), 1, "the hub had stored what was under way");
    b->now += 61000;
    step(b, (struct node_event){ .type = NODE_TICK });
    asked(b);
    held(b, 8);
    cr_expect_eq(pour(b, 8), 1, "it was lost: again");
    bench_done(b);
}

Test(chunks, all_of_it_is_believed_only_with_a_signature_over_its_root_and_size)
{
    struct bench *b = bench_new();
    found(b, true);
    held(b, 11);
    cr_expect_null(find(b, NODE_STORE_HELD), "a number is no custody");
    held_signed(b, b->at.size + 1);
    cr_expect_null(find(b, NODE_STORE_HELD));
    found(b, false);
    b->now += 100000;
    step(b, (struct node_event){ .type = NODE_TICK });
    found(b, true);
    held_signed(b, b->at.size);
    const struct node_action *a = find(b, NODE_STORE_HELD);
    cr_assert_not_null(a);
    cr_expect_eq(a->as.store_held.state, NODE_ATTACHMENT_HELD);
    cr_expect_not_null(find(b, NODE_NEXT_ATTACHMENT), "the next has its turn");
    bench_done(b);
}

Test(chunks, what_cannot_be_read_here_is_lost_and_the_next_goes_on)
{
    struct bench *b = bench_new();
    found(b, true);
    held(b, 3);
    cr_assert_not_null(find(b, NODE_SEND_CHUNK));
    step(b, (struct node_event){ .type = NODE_CHUNK_SENT, .as.chunk_sent = { .readable = false } });
    const struct node_action *a = find(b, NODE_STORE_HELD);
    cr_assert_not_null(a);
    cr_expect_eq(a->as.store_held.state, NODE_ATTACHMENT_LOST);
    cr_expect_not_null(find(b, NODE_NEXT_ATTACHMENT));
    bench_done(b);
}

Test(chunks, a_hub_that_is_full_is_left_alone_and_one_that_does_not_know_it_yet_gets_the_others)
{
    struct bench *b = bench_new();
    found(b, true);
    put_off(b, VERDICT_GAP, 60000);
    cr_expect_not_null(find(b, NODE_NEXT_ATTACHMENT), "others may be known");
    b->at.root.b[0] = 10;
    found(b, true);
    put_off(b, VERDICT_HUB_FULL, 60000);
    cr_expect_null(find(b, NODE_NEXT_ATTACHMENT));
    b->now += 59000; // not before it said
    step(b, (struct node_event){ .type = NODE_TICK });
    cr_expect_null(find(b, NODE_NEXT_ATTACHMENT));
    b->now += 100000;
    step(b, (struct node_event){ .type = NODE_TICK });
    cr_expect_not_null(find(b, NODE_NEXT_ATTACHMENT));
    bench_done(b);
}

Test(chunks, a_hub_that_was_restored_gets_again_what_it_had_signed_for)
{
    struct bench *b = bench_new();
    found(b, false);
    for (unsigned i = 0; i < 70; i++) {
        const struct msg m = { .type = MSG_HELD, .as.held = { .root = { { 77, (uint8_t)i } }, .next = 4 } };
        receive(b, &m);
        const struct node_action *a = find(b, NODE_STORE_AGAIN);
        cr_assert_eq(a != NULL, i < 64, "%u", i);
        cr_expect(a == NULL || hash_equal(a->as.store_again.root, m.as.held.root));
        if (i == 0) {
            found(b, false); // it is looked for, with all that waits
        }
    }
    step(b, (struct node_event){ .type = NODE_DOWN });
    connect_and_greet(b);
    found(b, true);
    held(b, 4);
    cr_expect_null(find(b, NODE_STORE_AGAIN), "it is under way");
    const struct msg full = { .type = MSG_HELD, .as.held = { .root = { { 77 } }, .code = VERDICT_HUB_FULL } };
    receive(b, &full);
    cr_expect_null(find(b, NODE_STORE_AGAIN));
    bench_done(b);
}

Test(chunks, words_go_first)
{
    struct bench *b = bench_new();
    const struct journal_head local = { .journal = { .key = { { 1 } } }, .next = 2, .head = { { 2 } } };
    found(b, true);
    held(b, 3);
    cr_assert_eq(pour(b, 3), 1);
    step(b, (struct node_event){ .type = NODE_APPENDED, .as.appended = { .local = local, .current = true } });
    cr_assert_not_null(find(b, NODE_SEND_RANGE));
    held(b, 4);
    cr_expect_null(find(b, NODE_SEND_CHUNK));
    step(b, (struct node_event){ .type = NODE_RANGE_SENT,
                                 .as.range_sent = { .journal = local.journal, .to = 2, .raw = 500, .queued = true } });
    cr_expect_null(find(b, NODE_SEND_CHUNK), "they are under way");
    const struct msg busy = { .type = MSG_REFUSE, .as.refuse = { .journal = local.journal, .code = VERDICT_HUB_BUSY,
                                                                 .retry_after_ms = 60000 } };
    const struct node_fact at = { .here = true };
    const struct node_facts facts = { .count = 1, .at = &at };
    step(b, (struct node_event){ .type = NODE_FRAME, .as.frame = { .msg = &busy, .facts = &facts } });
    cr_expect_not_null(find(b, NODE_SEND_CHUNK), "nothing may be said now");
    bench_done(b);
}
