// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub's end of the exchange, event by event: who is heard, what is taken, in which order, what is answered.
#include "hub/peer_core.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct bench {
    struct peer_core *core;
    struct peer_actions actions;
    uint64_t now;
    uint64_t disk_free;
};

static const struct journal_id journal = { .key = { { 1 } }, .incarnation = { { 2 } } };

static struct bench *bench_new(void)
{
    struct bench *b = mem_new(sizeof *b);
    const struct peer_identity identity = { .consultation = { { 3 } } };
    b->core = peer_core_new(&identity);
    b->disk_free = (uint64_t)1 << 40;
    return b;
}

static void bench_done(struct bench *b)
{
    peer_core_free(b->core);
    free(b);
}

static void step(struct bench *b, struct peer_event *e)
{
    e->now_ms = b->now;
    e->disk_free = b->disk_free;
    peer_step(b->core, e, &b->actions);
}

static const struct peer_action *find(const struct bench *b, enum peer_action_type type)
{
    for (size_t i = 0; i < b->actions.n; i++) {
        if (b->actions.items[i].type == type) {
            return &b->actions.items[i];
        }
    }
    return NULL;
}

// The one reply of the step: of that type.
static const struct peer_action *replied(const struct bench *b, enum msg_type type)
{
    const struct peer_action *a = find(b, PEER_REPLY);
    cr_assert_not_null(a);
    cr_assert_eq(a->as.reply.type, type, "%s", msg_name(a->as.reply.type));
    return a;
}

static void receive(struct bench *b, uint8_t user, uint8_t route, enum peer_class class, const struct msg *m,
                    const struct peer_facts *facts)
{
    struct peer_event e = { .type = PEER_FRAME,
                            .as.frame = { .user = { { user } }, .class = class, .route = { .n = 1, .b = { route } },
                                          .msg = m, .fault = VERDICT_NOT_CANONICAL, .facts = facts } };
    step(b, &e);
}

static void hello(struct bench *b, uint8_t user, uint8_t route, enum peer_class class)
{
    const struct msg m = { .type = MSG_HELLO, .as.hello = { .version = 1, .consultation = { { 3 } } } };
    const struct peer_facts facts = { 0 };
    receive(b, user, route, class, &m, &facts);
    bool welcome = false; // behind what an older connection is told
    for (size_t i = 0; i < b->actions.n; i++) {
        welcome |= b->actions.items[i].type == PEER_REPLY && b->actions.items[i].as.reply.type == MSG_WELCOME;
    }
    cr_assert(welcome);
}

static void entries(struct bench *b, uint8_t user, uint8_t route, enum peer_class class, uint64_t first,
                    uint64_t count, uint64_t raw, bool prev_known)
{
    const struct msg m = { .type = MSG_ENTRIES, .as.entries = { .journal = journal, .first = first, .count = count,
                                                                .raw = raw } };
    const struct peer_facts facts = { .prev_known = prev_known };
    receive(b, user, route, class, &m, &facts);
}

static uint64_t taken(struct bench *b, uint64_t first, uint64_t count, bool prev_known)
{
    entries(b, 1, 1, PEER_MEMBER, first, count, 1000, prev_known);
    const struct peer_action *a = find(b, PEER_VERIFY);
    cr_assert_not_null(a);
    return a->as.ticket;
}

static void verified(struct bench *b, uint64_t ticket, enum verdict verdict)
{
    struct peer_event e = { .type = PEER_VERIFIED, .as.verified = { .ticket = ticket, .verdict = verdict } };
    step(b, &e);
}

static void committed(struct bench *b, uint64_t ticket, const struct batch_outcome *outcome)
{
    struct peer_event e = { .type = PEER_COMMITTED, .as.committed = { .ticket = ticket, .outcome = outcome } };
    step(b, &e);
}

static void publish(struct bench *b, uint64_t size)
{
    struct peer_event e = { .type = PEER_CHECKPOINT, .as.checkpoint = { .head = { .size = size },
                                                                        .note = SLICE_LITERAL("note") } };
    step(b, &e);
}

Test(peer_core, nothing_is_heard_before_hello_or_from_an_older_connection)
{
    struct bench *b = bench_new();
    entries(b, 1, 1, PEER_MEMBER, 0, 1, 100, true);
    cr_assert_eq(replied(b, MSG_ERROR)->as.reply.as.error.code, VERDICT_OUT_OF_TURN);
    hello(b, 1, 1, PEER_MEMBER);
    const struct msg again = { .type = MSG_HELLO, .as.hello = { .version = 1, .consultation = { { 3 } } } };
    receive(b, 1, 2, PEER_MEMBER, &again, &(const struct peer_facts){ 0 });
    const struct peer_action *told = replied(b, MSG_ERROR);
    cr_assert_eq(told->as.reply.as.error.code, VERDICT_REPLACED, "the one that has waited is told");
    cr_assert_eq(told->route.b[0], 1);
    cr_assert_eq(peer_core_status(b->core).sessions, 1);
    entries(b, 1, 1, PEER_MEMBER, 0, 1, 100, true);
    cr_assert_eq(replied(b, MSG_ERROR)->as.reply.as.error.code, VERDICT_OUT_OF_TURN);
    entries(b, 1, 2, PEER_MEMBER, 0, 1, 100, true);
    cr_assert_not_null(find(b, PEER_VERIFY));
    bench_done(b);
}

Test(peer_core, destroyed_keys_are_kept_when_a_member_says_so_and_not_when_an_invitation_does)
{
    struct bench *b = bench_new();
    const struct peer_facts facts = { 0 };
    const struct journal_head ended = { .journal = journal, .next = 26, .head = { { 7 } } };
    const struct msg m = { .type = MSG_HELLO,
                           .as.hello = { .version = 1,
                                         .consultation = { { 3 } },
                                         .destroyed_count = 1,
                                         .destroyed = &ended } };
    hello(b, 1, 1, PEER_MEMBER);
    cr_assert_null(find(b, PEER_DESTROYED));
    receive(b, 1, 1, PEER_MEMBER, &m, &facts);
    const struct peer_action *a = find(b, PEER_DESTROYED);
    cr_assert_not_null(a);
    cr_assert(a->as.destroyed.count == 1 && a->as.destroyed.heads[0].next == 26 && a->user.b[0] == 1);
    receive(b, 2, 2, PEER_INVITED, &m, &facts);
    cr_assert_not_null(replied(b, MSG_WELCOME));
    cr_assert_null(find(b, PEER_DESTROYED));
    bench_done(b);
}

Test(peer_core, changed_keys_are_said_to_all_who_are_here_and_before_each_welcome_from_then_on)
{
    struct bench *b = bench_new();
    hello(b, 1, 1, PEER_MEMBER);
    hello(b, 2, 2, PEER_MEMBER);
    struct peer_event e = { .type = PEER_KEYS, .as.keys = { .succession = SLICE_LITERAL("succession") } };
    step(b, &e);
    size_t told = 0;
    for (size_t i = 0; i < b->actions.n; i++) {
        const struct peer_action *a = &b->actions.items[i];
        told += a->type == PEER_REPLY && a->as.reply.type == MSG_KEYS &&
                slice_equal(a->as.reply.as.keys, SLICE_LITERAL("succession"));
    }
    cr_expect_eq(told, 2);
    e.as.keys.from = 1; // those before were told
    step(b, &e);
    cr_expect_eq(replied(b, MSG_KEYS)->user.b[0], 2);
    const struct msg m = { .type = MSG_HELLO, .as.hello = { .version = 1, .consultation = { { 3 } } } };
    const struct peer_facts facts = { 0 };
    receive(b, 3, 3, PEER_MEMBER, &m, &facts);
    const struct peer_action *keys = replied(b, MSG_KEYS); // first: the welcome's checkpoint may bear the new key alone
    cr_expect_eq(keys->user.b[0], 3);
    cr_expect(keys[1].type == PEER_REPLY && keys[1].as.reply.type == MSG_WELCOME);
    bench_done(b);
}

Test(peer_core, another_consultation_is_told_so)
{
    struct bench *b = bench_new();
    const struct msg m = { .type = MSG_HELLO, .as.hello = { .version = 1, .consultation = { { 4 } } } };
    const struct peer_facts facts = { 0 };
    receive(b, 1, 1, PEER_MEMBER, &m, &facts);
    cr_assert_eq(replied(b, MSG_ERROR)->as.reply.as.error.code, VERDICT_WRONG_CONSULTATION);
    bench_done(b);
}

Test(peer_core, batches_reach_the_writer_in_the_order_of_their_journal)
{
    struct bench *b = bench_new();
    hello(b, 1, 1, PEER_MEMBER);
    uint64_t first = taken(b, 0, 10, true);
    uint64_t second = taken(b, 10, 10, false); // its predecessor is under way, not in the record
    uint64_t third = taken(b, 20, 5, false);
    verified(b, third, VERDICT_GOOD);
    cr_assert_null(find(b, PEER_SUBMIT));
    verified(b, second, VERDICT_GOOD);
    cr_assert_null(find(b, PEER_SUBMIT));
    verified(b, first, VERDICT_GOOD);
    uint64_t order[3] = { 0 };
    size_t n = 0;
    for (size_t i = 0; i < b->actions.n; i++) {
        if (b->actions.items[i].type == PEER_SUBMIT) {
            order[n++] = b->actions.items[i].as.ticket;
        }
    }
    cr_assert_eq(n, 3);
    cr_assert_eq(order[0], first);
    cr_assert_eq(order[1], second);
    cr_assert_eq(order[2], third);
    bench_done(b);
}

Test(peer_core, what_cannot_be_used_is_put_off_before_anybody_looks_at_it)
{
    struct bench *b = bench_new();
    hello(b, 1, 1, PEER_MEMBER);
    entries(b, 1, 1, PEER_MEMBER, 10, 1, 100, false);
    cr_assert_eq(replied(b, MSG_REFUSE)->as.reply.as.refuse.code, VERDICT_GAP);
    cr_assert_not(replied(b, MSG_REFUSE)->as.reply.as.refuse.is_signed);
    cr_assert_null(find(b, PEER_VERIFY));
    b->disk_free = 1000;
    entries(b, 1, 1, PEER_MEMBER, 0, 1, 100, true);
    cr_assert_eq(replied(b, MSG_REFUSE)->as.reply.as.refuse.code, VERDICT_HUB_FULL);
    cr_assert_null(find(b, PEER_VERIFY));
    bench_done(b);
}

Test(peer_core, the_pool_is_never_over_its_bound_and_empties_again)
{
    struct bench *b = bench_new();
    uint64_t tickets[LIMIT_TICKETS];
    size_t n = 0;
    bool full = false;
    for (unsigned user = 1; user < 200; user++) {
        hello(b, (uint8_t)user, (uint8_t)user, PEER_MEMBER);
        for (unsigned k = 0; k < 4; k++) {
            entries(b, (uint8_t)user, (uint8_t)user, PEER_MEMBER, 256 * k, 256, LIMIT_CREDIT_BYTES / 4, true);
            cr_assert_leq(peer_core_status(b->core).pool_bytes, LIMIT_HUB_POOL_BYTES);
            const struct peer_action *a = find(b, PEER_VERIFY);
            if (a != NULL) {
                tickets[n++] = a->as.ticket;
            } else {
                cr_assert_eq(replied(b, MSG_REFUSE)->as.reply.as.refuse.code, VERDICT_HUB_BUSY);
                full = true;
            }
        }
    }
    cr_assert(full);
    const struct batch_outcome failed = { .failed = true };
    for (size_t i = 0; i < n; i++) {
        verified(b, tickets[i], VERDICT_GOOD);
    }
    for (size_t i = 0; i < n; i++) {
        committed(b, tickets[i], &failed);
        cr_assert_eq(replied(b, MSG_REFUSE)->as.reply.as.refuse.code, VERDICT_HUB_BUSY);
    }
    cr_assert_eq(peer_core_status(b->core).pool_bytes, 0);
    cr_assert_eq(peer_core_status(b->core).tickets, 0);
    bench_done(b);
}

Test(peer_core, an_acknowledgement_goes_out_only_after_the_commit_and_to_the_connection_of_now)
{
    struct bench *b = bench_new();
    hello(b, 1, 1, PEER_MEMBER);
    uint64_t ticket = taken(b, 0, 3, true);
    verified(b, ticket, VERDICT_GOOD);
    cr_assert_null(find(b, PEER_REPLY));
    hello(b, 1, 9, PEER_MEMBER);
    const struct batch_outcome outcome = { .has_ack = true, .ack = { .journal = journal, .next = 3 } };
    committed(b, ticket, &outcome);
    cr_assert_eq(replied(b, MSG_ACK)->route.b[0], 9);
    cr_assert_gt(replied(b, MSG_ACK)->as.reply.as.ack.credit, 0);
    bench_done(b);
}

Test(peer_core, a_payload_that_is_not_what_its_message_says_is_a_fault_and_eight_faults_are_enough)
{
    struct bench *b = bench_new();
    hello(b, 1, 1, PEER_MEMBER);
    for (unsigned i = 0; i < 8; i++) {
        uint64_t ticket = taken(b, 0, 1, true);
        verified(b, ticket, VERDICT_BAD_MESSAGE);
        cr_assert_not_null(find(b, PEER_DISCARD));
        cr_assert_eq(find(b, PEER_DROP) != NULL, i == 7);
    }
    entries(b, 1, 1, PEER_MEMBER, 0, 1, 100, true);
    cr_assert_null(find(b, PEER_VERIFY));
    bench_done(b);
}

Test(peer_core, a_proof_waits_for_the_checkpoint_that_covers_it)
{
    struct bench *b = bench_new();
    hello(b, 1, 1, PEER_MEMBER);
    publish(b, 10);
    const struct msg m = { .type = MSG_WANT, .as.want = { .what = WANT_PROOF, .journal = journal, .base = 10 } };
    const struct peer_facts facts = { .has_index = true, .index = 12 };
    receive(b, 1, 1, PEER_MEMBER, &m, &facts);
    cr_assert_null(find(b, PEER_SEND_PROOF));
    publish(b, 12);
    cr_assert_null(find(b, PEER_SEND_PROOF));
    publish(b, 13);
    cr_assert_not_null(find(b, PEER_SEND_PROOF));
    cr_assert_eq(find(b, PEER_SEND_PROOF)->as.position.index, 12);
    publish(b, 14);
    cr_assert_null(find(b, PEER_SEND_PROOF));
    bench_done(b);
}

Test(peer_core, entries_go_down_one_message_at_a_time)
{
    struct bench *b = bench_new();
    hello(b, 1, 1, PEER_MEMBER);
    publish(b, 10);
    cr_assert_eq(find(b, PEER_SEND_DOWN)->as.down.from, 0);
    struct peer_event read = { .type = PEER_DOWN_READ, .as.down_read = { .user = { { 1 } }, .to = 6, .sent = true } };
    step(b, &read);
    publish(b, 11);
    cr_assert_null(find(b, PEER_SEND_DOWN));
    const struct msg m = { .type = MSG_DOWN_ACK, .as.down_ack = 6 };
    const struct peer_facts facts = { 0 };
    receive(b, 1, 1, PEER_MEMBER, &m, &facts);
    cr_assert_eq(find(b, PEER_SEND_DOWN)->as.down.from, 6);
    cr_assert_eq(find(b, PEER_SEND_DOWN)->as.down.to, 11);
    bench_done(b);
}

Test(peer_core, an_invitation_carries_one_entry_and_each_connection_stands_for_itself)
{
    struct bench *b = bench_new();
    hello(b, 7, 1, PEER_INVITED);
    hello(b, 7, 2, PEER_INVITED);
    cr_assert_eq(peer_core_status(b->core).sessions, 2);
    entries(b, 7, 1, PEER_INVITED, 0, 2, 100, true);
    cr_assert_eq(replied(b, MSG_ERROR)->as.reply.as.error.code, VERDICT_NOT_ADMITTED);
    entries(b, 7, 2, PEER_INVITED, 0, 1, 100, true);
    uint64_t ticket = find(b, PEER_VERIFY)->as.ticket;
    verified(b, ticket, VERDICT_GOOD);
    const struct batch_outcome spent = { .has_ack = true, .ack = { .next = 1 }, .standing = VERDICT_INVITE_SPENT };
    committed(b, ticket, &spent);
    bool said = false;
    for (size_t i = 0; i < b->actions.n; i++) {
        const struct peer_action *a = &b->actions.items[i];
        said = said || (a->type == PEER_REPLY && a->as.reply.type == MSG_ERROR &&
                        a->as.reply.as.error.code == VERDICT_INVITE_SPENT && a->route.b[0] == 2);
    }
    cr_assert(said, "the newcomer hears that her enrolment has no effect");
    bench_done(b);
}

// --- what one peer may not take from the others ---
Test(peer_core, one_peer_has_at_most_sixty_four_batches_under_way_and_another_still_finds_a_place)
{
    struct bench *b = bench_new();
    size_t n = 0;
    for (uint8_t user = 1; user <= 16; user++) {
        hello(b, user, user, PEER_MEMBER);
        for (unsigned k = 0; k < 70; k++) {
            entries(b, user, user, PEER_MEMBER, 0, 1, 100, true);
            bool verify = find(b, PEER_VERIFY) != NULL;
            n += verify;
            if (user == 1) {
                cr_expect_eq(verify, k < 64);
            }
            if (!verify) {
                enum verdict code = replied(b, MSG_REFUSE)->as.reply.as.refuse.code;
                cr_expect(code == VERDICT_QUOTA || (code == VERDICT_HUB_BUSY && user > 1));
            }
        }
    }
    cr_expect_lt(n, LIMIT_TICKETS);
    hello(b, 99, 99, PEER_MEMBER);
    entries(b, 99, 99, PEER_MEMBER, 0, 1, 100, true);
    cr_expect_not_null(find(b, PEER_VERIFY), "who has nothing under way is taken in");
    bench_done(b);
}

Test(peer_core, of_a_pool_that_is_nearly_full_the_rest_is_for_those_who_have_nothing_under_way)
{
    struct bench *b = bench_new();
    bool busy = false;
    for (uint8_t user = 1; user < 100 && !busy; user++) {
        hello(b, user, user, PEER_MEMBER);
        entries(b, user, user, PEER_MEMBER, 0, 256, LIMIT_BATCH_BYTES, true);
        cr_assert_not_null(find(b, PEER_VERIFY), "peer %u", user);
        entries(b, user, user, PEER_MEMBER, 256, 256, LIMIT_BATCH_BYTES, true);
        busy = find(b, PEER_VERIFY) == NULL;
    }
    cr_assert(busy);
    cr_expect_eq(replied(b, MSG_REFUSE)->as.reply.as.refuse.code, VERDICT_HUB_BUSY);
    hello(b, 200, 200, PEER_MEMBER);
    entries(b, 200, 200, PEER_MEMBER, 0, 256, LIMIT_BATCH_BYTES, true);
    cr_expect_not_null(find(b, PEER_VERIFY));
    cr_expect_leq(peer_core_status(b->core).pool_bytes, LIMIT_HUB_POOL_BYTES);
    bench_done(b);
}

Test(peer_core, more_than_the_credit_is_a_fault_and_a_new_connection_is_no_new_credit)
{
    struct bench *b = bench_new();
    hello(b, 1, 1, PEER_MEMBER);
    entries(b, 1, 1, PEER_MEMBER, 0, 10, LIMIT_CREDIT_BYTES / 2, true);
    uint64_t first = find(b, PEER_VERIFY)->as.ticket;
    entries(b, 1, 1, PEER_MEMBER, 10, 10, LIMIT_CREDIT_BYTES / 2, true);
    uint64_t second = find(b, PEER_VERIFY)->as.ticket;
    entries(b, 1, 1, PEER_MEMBER, 20, 1, 1, true);
    cr_expect_eq(replied(b, MSG_ERROR)->as.reply.as.error.code, VERDICT_OVER_CREDIT);
    // The connection ends, as the hub notices, and she comes again while her batches are still under way.
    struct peer_event gone = { .type = PEER_UNREACHED, .as.unreached = { .n = 1, .b = { 1 } } };
    step(b, &gone);
    hello(b, 1, 2, PEER_MEMBER);
    entries(b, 1, 2, PEER_MEMBER, 20, 1, 1, true);
    cr_expect_eq(replied(b, MSG_REFUSE)->as.reply.as.refuse.code, VERDICT_HUB_BUSY);
    verified(b, first, VERDICT_BAD_MESSAGE);
    verified(b, second, VERDICT_BAD_MESSAGE);
    entries(b, 1, 2, PEER_MEMBER, 20, 1, 1, true);
    cr_expect_not_null(find(b, PEER_VERIFY));
    bench_done(b);
}

Test(peer_core, a_payload_larger_than_its_message_says_is_a_fault_before_it_is_held)
{
    struct bench *b = bench_new();
    hello(b, 1, 1, PEER_MEMBER);
    uint8_t *bytes = calloc(1, LIMIT_BATCH_BYTES);
    const struct {
        uint64_t raw, count;
        size_t payload;
        bool good;
    } rows[] = {
        { 1, 1, LIMIT_BATCH_BYTES, false },
        { 1000, 1, 1000 + 128 + 4096, true },
        { 1000, 1, 1000 + 128 + 4097, false },
        { LIMIT_BATCH_BYTES, 256, LIMIT_BATCH_BYTES, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct msg m = { .type = MSG_ENTRIES,
                               .as.entries = { .journal = journal,
                                               .count = rows[i].count,
                                               .raw = rows[i].raw,
                                               .payload = slice_of(bytes, rows[i].payload) } };
        const struct peer_facts facts = { .prev_known = true };
        receive(b, 1, 1, PEER_MEMBER, &m, &facts);
        cr_expect_eq(find(b, PEER_VERIFY) != NULL, rows[i].good, "row %zu", i);
        if (!rows[i].good) {
            cr_expect_eq(replied(b, MSG_ERROR)->as.reply.as.error.code, VERDICT_BAD_MESSAGE, "row %zu", i);
        }
    }
    free(bytes);
    bench_done(b);
}

Test(peer_core, after_eight_faults_a_key_is_not_heard_for_a_minute_by_any_connection)
{
    struct bench *b = bench_new();
    const struct msg m = { .type = MSG_HELLO, .as.hello = { .version = 1, .consultation = { { 3 } } } };
    const struct peer_facts facts = { 0 };
    b->now = 1000;
    hello(b, 1, 1, PEER_MEMBER);
    uint64_t ticket = taken(b, 0, 1, true);
    for (unsigned i = 0; i < 8; i++) {
        receive(b, 1, 1, PEER_MEMBER, NULL, &facts);
    }
    cr_expect_not_null(find(b, PEER_DROP));
    receive(b, 1, 2, PEER_MEMBER, &m, &facts);
    cr_expect_eq(replied(b, MSG_ERROR)->as.reply.as.error.code, VERDICT_QUOTA);
    // What she had under way is carried to its end all the same.
    const struct batch_outcome outcome = { .has_ack = true, .ack = { .journal = journal, .next = 1 } };
    verified(b, ticket, VERDICT_GOOD);
    cr_expect_not_null(find(b, PEER_SUBMIT));
    committed(b, ticket, &outcome);
    cr_expect_null(find(b, PEER_REPLY));
    b->now += 60000;
    hello(b, 1, 2, PEER_MEMBER);
    bench_done(b);
}

// The shell read and sent what a SEND_DOWN asked for, up to an index.
static void down_sent(struct bench *b, uint8_t user, uint64_t to)
{
    struct peer_event e = { .type = PEER_DOWN_READ, .as.down_read = { .user = { { user } }, .to = to, .sent = true } };
    step(b, &e);
}

Test(peer_core, what_was_sent_to_a_key_is_sent_again_eight_times_in_half_a_minute)
{
    struct bench *b = bench_new();
    b->now = 100000;
    hello(b, 1, 1, PEER_MEMBER);
    publish(b, 100);
    cr_assert_not_null(find(b, PEER_SEND_DOWN));
    down_sent(b, 1, 60);
    size_t again = 0;
    for (uint8_t i = 0; i < 40; i++) {
        hello(b, 1, (uint8_t)(2 + i % 2), PEER_MEMBER); // two connections of one key in turn
        again += find(b, PEER_SEND_DOWN) != NULL;
        down_sent(b, 1, 60);
    }
    cr_expect_eq(again, 8);
    const struct msg forth = { .type = MSG_DOWN_ACK, .as.down_ack = 60 };
    const struct msg back = { .type = MSG_DOWN_ACK, .as.down_ack = 10 };
    const struct peer_facts facts = { 0 };
    receive(b, 1, 3, PEER_MEMBER, &forth, &facts);
    cr_expect_not_null(find(b, PEER_SEND_DOWN), "what is new goes at once");
    down_sent(b, 1, 100);
    receive(b, 1, 3, PEER_MEMBER, &back, &facts);
    cr_expect_null(find(b, PEER_SEND_DOWN));
    uint64_t due = find(b, PEER_ARM)->as.arm_ms;
    cr_expect_leq(due, b->now + 30000);
    b->now = due;
    struct peer_event tick = { .type = PEER_TICK };
    step(b, &tick);
    cr_expect_not_null(find(b, PEER_SEND_DOWN), "and the rest when it is due");
    bench_done(b);
}

Test(peer_core, one_invitation_has_at_most_thirty_two_connections_and_pushes_out_its_own)
{
    struct bench *b = bench_new();
    hello(b, 7, 1, PEER_INVITED);
    for (uint8_t route = 2; route < 100; route++) {
        b->now++;
        hello(b, 8, route, PEER_INVITED);
    }
    cr_expect_eq(peer_core_status(b->core).sessions, 33);
    entries(b, 7, 1, PEER_INVITED, 0, 1, 100, true);
    cr_expect_not_null(find(b, PEER_VERIFY), "a newcomer with another invitation is still there");
    bench_done(b);
}

// Takes an event and then, as the shell does, what its actions caused; returns the most that waited at a time.
static size_t shell_step(struct bench *b, const struct peer_event *event, uint64_t to, size_t *downs)
{
    struct boxkey waiting[1024];
    size_t n = 0;
    size_t most = 0;
    struct peer_event e = *event;
    step(b, &e);
    for (;;) {
        for (size_t i = 0; i < b->actions.n; i++) {
            if (b->actions.items[i].type == PEER_SEND_DOWN) {
                cr_assert_lt(n, 1024);
                waiting[n++] = b->actions.items[i].user;
                (*downs)++;
            }
        }
        most = n > most ? n : most;
        if (n == 0) {
            return most;
        }
        e = (struct peer_event){ .type = PEER_DOWN_READ,
                                 .as.down_read = { .user = waiting[--n], .to = to, .sent = true } };
        step(b, &e);
    }
}

Test(peer_core, of_three_thousand_sites_each_is_told_of_a_checkpoint_and_no_step_causes_more_than_fits)
{
    struct bench *b = bench_new();
    const struct msg m = { .type = MSG_HELLO, .as.hello = { .version = 1, .consultation = { { 3 } } } };
    const struct peer_facts facts = { 0 };
    for (unsigned i = 0; i < 3000; i++) {
        struct peer_event e = { .type = PEER_FRAME,
                                .as.frame = { .user = { { (uint8_t)i, (uint8_t)(i >> 8), 1 } },
                                              .class = PEER_MEMBER,
                                              .route = { .n = 2, .b = { (uint8_t)i, (uint8_t)(i >> 8) } },
                                              .msg = &m,
                                              .facts = &facts } };
        step(b, &e);
    }
    size_t downs = 0;
    size_t most = 0;
    struct peer_event e = { .type = PEER_CHECKPOINT,
                            .as.checkpoint = { .head = { .size = 10 }, .note = SLICE_LITERAL("note") } };
    for (size_t turn = 0; turn < 100 && downs < 3000; turn++) {
        size_t waited = shell_step(b, &e, 10, &downs);
        most = waited > most ? waited : most;
        cr_assert(downs == 3000 || find(b, PEER_ARM)->as.arm_ms <= b->now, "the rest is said at once");
        e = (struct peer_event){ .type = PEER_TICK };
    }
    cr_expect_eq(downs, 3000);
    cr_expect_leq(most, PEER_ACTIONS);
    bench_done(b);
}
