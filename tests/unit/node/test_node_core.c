// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The node's end of the exchange, event by event, against a hub that the test plays.
#include "common/format/checkpoint.h"
#include "common/format/custody.h"
#include "common/format/kinds.h"
#include "node/node_core.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define LOCAL 5 // entries of the one journal

struct bench {
    struct node_core *core;
    struct node_identity identity;
    struct seckey log;
    struct node_actions actions;
    uint64_t now;
    struct journal_head local;
    struct hash ids[LOCAL];
    struct buf note;
};

static struct bench *bench_new(void)
{
    struct bench *b = mem_new(sizeof *b);
    struct pubkey pub;
    cr_assert_eq(ident_init(), OK);
    sign_keypair(&pub, &b->log);
    cr_assert(vkey_make(SLICE_LITERAL("records.example.org/x"), VKEY_ED25519, pub, &b->identity.keys.log[0].key));
    b->identity.keys.log_count = 1;
    b->core = node_core_new(&b->identity);
    b->local = (struct journal_head){ .journal = { .key = { { 1 } }, .incarnation = { { 2 } } }, .next = LOCAL };
    for (uint8_t i = 0; i < LOCAL; i++) {
        b->ids[i] = merkle_leaf(slice_of(&i, 1));
    }
    b->local.head = b->ids[LOCAL - 1];
    b->note = buf_new(LIMIT_NOTE_BYTES);
    return b;
}

static void bench_done(struct bench *b)
{
    node_core_free(b->core);
    buf_done(&b->note);
    free(b);
}

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

static bool told(const struct bench *b, enum node_tell what)
{
    for (size_t i = 0; i < b->actions.n; i++) {
        if (b->actions.items[i].type == NODE_TELL && b->actions.items[i].as.tell.what == what) {
            return true;
        }
    }
    return false;
}

static void start(struct bench *b)
{
    struct node_journal j = { .local = b->local, .current = true };
    step(b, (struct node_event){ .type = NODE_START, .as.start = { .journals = &j, .count = 1,
                                                                   .seen = tree_head_empty() } });
}

static void tick_to(struct bench *b, uint64_t ms)
{
    b->now = ms;
    step(b, (struct node_event){ .type = NODE_TICK });
}

static void receive(struct bench *b, const struct msg *m, const struct node_facts *facts)
{
    step(b, (struct node_event){ .type = NODE_FRAME, .as.frame = { .msg = m, .facts = facts } });
}

static void welcome(struct bench *b, const struct journal_head *heads, size_t n, const struct node_fact *at)
{
    const struct msg m = { .type = MSG_WELCOME, .as.welcome = { .head_count = n, .heads = heads,
                                                                .credit = LIMIT_CREDIT_BYTES } };
    const struct node_facts facts = { .count = n, .at = at };
    receive(b, &m, &facts);
}

// Connected, and the hub has nothing yet.
static void greeted(struct bench *b)
{
    start(b);
    tick_to(b, 10000);
    cr_assert_not_null(find(b, NODE_CONNECT));
    step(b, (struct node_event){ .type = NODE_UP });
    cr_assert_eq(find(b, NODE_SEND)->as.send.type, MSG_HELLO);
    welcome(b, NULL, 0, NULL);
}

static void sent(struct bench *b, uint64_t from, uint64_t to, uint64_t raw)
{
    step(b, (struct node_event){ .type = NODE_RANGE_SENT,
                                 .as.range_sent = { .journal = b->local.journal, .from = from, .to = to, .raw = raw,
                                                    .queued = true } });
}

// The hub's acknowledgement up to next; root is what it signs, mine what the store computed.
static void ack(struct bench *b, uint64_t next, struct hash root, struct hash mine)
{
    const struct custody c = { .consultation = b->identity.consultation, .key = b->local.journal.key,
                               .incarnation = b->local.journal.incarnation, .seq = next - 1,
                               .head = b->ids[next - 1], .root = root };
    const struct msg m = { .type = MSG_ACK, .as.ack = { .journal = b->local.journal, .next = next, .head = c.head,
                                                        .root = root, .signature = custody_sign(&c, &b->log),
                                                        .credit = LIMIT_CREDIT_BYTES } };
    const struct node_fact at = { .here = true, .id = b->ids[next - 1] };
    const struct node_facts facts = { .count = 1, .at = &at, .has_custody = true, .custody = mine };
    receive(b, &m, &facts);
}

static void refuse(struct bench *b, uint64_t seq, enum verdict code, uint64_t retry_ms)
{
    const struct hash received = { { 7 } };
    const struct refusal r = { .consultation = b->identity.consultation, .key = b->local.journal.key,
                               .incarnation = b->local.journal.incarnation, .seq = seq, .received = received,
                               .code = code };
    bool refusal = verdict_class_of(code) == VERDICT_IS_REFUSAL;
    struct msg m = { .type = MSG_REFUSE, .as.refuse = { .journal = b->local.journal, .seq = seq, .code = code,
                                                        .retry_after_ms = retry_ms, .is_signed = refusal } };
    if (refusal) {
        m.as.refuse.received = received;
        m.as.refuse.signature = refusal_sign(&r, &b->log);
    }
    const struct node_fact at = { .here = true, .id = b->ids[seq] };
    const struct node_facts facts = { .count = 1, .at = &at, .received = received };
    receive(b, &m, &facts);
}

// A proof of entry seq in a record of `size` leaves of which it is the last, from base; here is that entry's id by
// the site's own store.
static void proof_for(struct bench *b, uint64_t seq, uint64_t size, uint64_t base, struct hash here)
{
    struct hash leaves[8] = { { { 0 } } };
    struct merkle_plan plan;
    struct hash inclusion[MERKLE_PLAN_MAX];
    struct hash consistency[MERKLE_PLAN_MAX];
    leaves[size - 1] = b->ids[seq];
    cr_assert(merkle_plan_inclusion(size - 1, size, &plan));
    merkle_plan_hashes(&plan, leaves, size, inclusion);
    size_t inclusion_count = plan.n;
    cr_assert(merkle_plan_consistency(base, size, &plan));
    merkle_plan_hashes(&plan, leaves, size, consistency);
    buf_reset(&b->note);
    checkpoint_make((struct tree_head){ size, merkle_root_of(leaves, size) }, service_log_now(&b->identity.keys),
                    &b->log, &b->note);
    const struct msg m = { .type = MSG_PROOF,
                           .as.proof = { .journal = b->local.journal, .seq = seq, .index = size - 1,
                                         .inclusion_count = inclusion_count, .inclusion = inclusion, .base = base,
                                         .consistency_count = plan.n, .consistency = consistency,
                                         .checkpoint = buf_slice(&b->note) } };
    const struct node_fact at = { .here = true, .id = here };
    const struct node_facts facts = { .count = 1, .at = &at };
    receive(b, &m, &facts);
}

static void proof(struct bench *b, uint64_t seq, uint64_t size, uint64_t base)
{
    proof_for(b, seq, size, base, b->ids[seq]);
}

Test(node_core, what_is_sent_is_received_by_custody_and_confirmed_by_a_proof)
{
    struct bench *b = bench_new();
    const struct hash root = { { 9 } };
    greeted(b);
    const struct node_action *range = find(b, NODE_SEND_RANGE);
    cr_assert_not_null(range);
    cr_assert_eq(range->as.send_range.from, 0);
    cr_assert_eq(range->as.send_range.to, LOCAL);
    sent(b, 0, 3, 1000);
    cr_assert_eq(find(b, NODE_SEND_RANGE)->as.send_range.from, 3, "the next one does not wait for an answer");
    sent(b, 3, LOCAL, 1000);
    cr_assert_eq(node_core_status(b->core).in_flight, 2000);
    ack(b, 3, root, root);
    cr_assert_eq(find(b, NODE_STORE_ACK)->as.store_ack.next, 3);
    cr_assert(told(b, TELL_RECEIVED));
    ack(b, LOCAL, root, root);
    cr_assert_eq(node_core_status(b->core).in_flight, 0);
    const struct node_action *want = find(b, NODE_SEND);
    cr_assert_eq(want->as.send.type, MSG_WANT);
    cr_assert_eq(want->as.send.as.want.what, WANT_PROOF);
    proof(b, LOCAL - 1, 4, 0);
    cr_assert_not_null(find(b, NODE_STORE_PROOF));
    cr_assert(told(b, TELL_CONFIRMED));
    bench_done(b);
}

Test(node_core, custody_of_another_root_than_the_one_computed_here_is_not_believed)
{
    struct bench *b = bench_new();
    greeted(b);
    sent(b, 0, LOCAL, 1000);
    ack(b, LOCAL, (struct hash){ { 1 } }, (struct hash){ { 2 } });
    cr_assert_null(find(b, NODE_STORE_ACK));
    cr_assert(told(b, TELL_BAD_HUB));
    bench_done(b);
}

Test(node_core, a_signed_custody_note_for_other_contents_is_kept_and_one_that_nobody_signed_is_not)
{
    struct bench *b = bench_new();
    const struct hash theirs = { { 8 } };
    const struct hash ours = { { 9 } };
    greeted(b);
    sent(b, 0, LOCAL, 1000);
    ack(b, LOCAL, theirs, ours);
    cr_assert_not_null(find(b, NODE_STORE_FALSE));
    cr_expect(hash_equal(find(b, NODE_STORE_FALSE)->as.store_ack.root, theirs));
    cr_expect(told(b, TELL_BAD_HUB));
    b->log.b[0] ^= 1; // a stranger's signature
    ack(b, LOCAL, theirs, ours);
    cr_expect_null(find(b, NODE_STORE_FALSE));
    cr_expect(told(b, TELL_BAD_HUB));
    bench_done(b);
}

Test(node_core, a_head_at_the_hub_that_is_not_here_ends_the_incarnation_and_sends_everything)
{
    struct bench *b = bench_new();
    start(b);
    tick_to(b, 10000);
    step(b, (struct node_event){ .type = NODE_UP });
    const struct journal_head other = { .journal = b->local.journal, .next = LOCAL + 3, .head = { { 99 } } };
    const struct node_fact absent = { .here = false };
    welcome(b, &other, 1, &absent);
    cr_assert_eq(find(b, NODE_STORE_RENEW)->as.renew.cause, RENEW_RESTORED);
    cr_assert_not_null(find(b, NODE_NEW_INCARNATION));
    cr_assert_eq(find(b, NODE_SEND_RANGE)->as.send_range.from, 0);
    // Its own end inside the hub's longer chain: custody of that is asked for.
    sent(b, 0, LOCAL, 1000);
    const struct msg m = { .type = MSG_ACK, .as.ack = { .journal = other.journal, .next = other.next,
                                                        .head = other.head, .credit = LIMIT_CREDIT_BYTES } };
    const struct node_facts facts = { .count = 1, .at = &absent };
    receive(b, &m, &facts);
    cr_assert_null(find(b, NODE_STORE_ACK));
    cr_assert_eq(find(b, NODE_SEND)->as.send.as.want.what, WANT_CUSTODY);
    cr_assert_eq(find(b, NODE_SEND)->as.send.as.want.seq, LOCAL - 1);
    bench_done(b);
}

Test(node_core, what_the_hub_has_acknowledged_inside_a_longer_chain_is_not_sent_again)
{
    struct bench *b = bench_new();
    struct node_journal j = { .local = b->local, .received = LOCAL, .received_head = b->local.head };
    step(b, (struct node_event){ .type = NODE_START, .as.start = { .journals = &j, .count = 1,
                                                                   .seen = tree_head_empty() } });
    tick_to(b, 10000);
    step(b, (struct node_event){ .type = NODE_UP });
    const struct journal_head other = { .journal = b->local.journal, .next = LOCAL + 3, .head = { { 99 } } };
    const struct node_fact absent = { .here = false };
    welcome(b, &other, 1, &absent);
    cr_assert_null(find(b, NODE_SEND_RANGE));
    cr_assert_null(find(b, NODE_STORE_RENEW), "it is not written in any more");
    refuse(b, LOCAL - 1, VERDICT_GAP, 1000);
    tick_to(b, b->now + 2000);
    cr_assert_eq(find(b, NODE_SEND_RANGE)->as.send_range.from, 0, "the hub has lost it");
    bench_done(b);
}

Test(node_core, whose_place_another_copy_took_connects_anew_only_when_it_waits_for_an_answer)
{
    const struct msg m = { .type = MSG_ERROR, .as.error = { .code = VERDICT_REPLACED } };
    struct bench *b = bench_new();
    greeted(b);
    sent(b, 0, 5, 1000);
    receive(b, &m, NULL);
    cr_expect_not_null(find(b, NODE_DISCONNECT), "it would wait for an answer that went to the other");
    bench_done(b);
    b = bench_new();
    greeted(b);
    receive(b, &m, NULL);
    cr_expect_null(find(b, NODE_DISCONNECT), "two that only listen would push each other off for ever");
    bench_done(b);
}

Test(node_core, custody_that_was_lost_on_its_way_is_asked_for)
{
    struct bench *b = bench_new();
    start(b);
    tick_to(b, 10000);
    step(b, (struct node_event){ .type = NODE_UP });
    const struct node_fact at = { .here = true, .id = b->local.head };
    welcome(b, &b->local, 1, &at);
    cr_assert_null(find(b, NODE_SEND_RANGE));
    cr_assert_eq(find(b, NODE_SEND)->as.send.as.want.what, WANT_CUSTODY);
    tick_to(b, b->now + 1000);
    cr_assert_null(find(b, NODE_SEND));
    tick_to(b, b->now + 60000);
    cr_assert_eq(find(b, NODE_SEND)->as.send.as.want.what, WANT_CUSTODY, "and again in time");
    bench_done(b);
}

Test(node_core, a_refusal_is_kept_and_its_journal_ends_there)
{
    struct bench *b = bench_new();
    greeted(b);
    sent(b, 0, LOCAL, 1000);
    refuse(b, 2, VERDICT_BAD_SIGNATURE, 0);
    cr_assert_not_null(find(b, NODE_STORE_REFUSAL));
    cr_assert_eq(find(b, NODE_STORE_RENEW)->as.renew.next, 3);
    cr_assert_not_null(find(b, NODE_NEW_INCARNATION));
    cr_assert_eq(find(b, NODE_SEND_RANGE)->as.send_range.to, 2, "what comes before it still goes up");
    bench_done(b);
}

// A grant for the journal's author comes down.
static void grant(struct bench *b)
{
    struct body body = { .kind = KIND_GRANT };
    struct buf packed = buf_new(LIMIT_BODY_BYTES);
    struct buf bytes = buf_new(LIMIT_ENTRY_BYTES);
    body.as.grant.key = b->local.journal.key;
    body.as.grant.roles = 1u << ROLE_FACILITATOR;
    body_make(&body, &packed);
    const struct part_ref office = { .name = SLICE_LITERAL("office") };
    const struct entry_draft draft = { .kind = SLICE_LITERAL("grant"), .seen_root = merkle_empty(), .parts = &office,
                                       .part_count = 1, .body = buf_slice(&packed) };
    cr_assert(entry_make(&draft, &b->log, &bytes));
    const struct msg_down_entry down = { .index = 0, .entry = buf_slice(&bytes) };
    const struct msg m = { .type = MSG_DOWN, .as.down = { .to = 1, .count = 1, .entries = &down } };
    const struct node_fact at = { .here = true };
    const struct node_facts facts = { .count = 1, .at = &at };
    receive(b, &m, &facts);
    buf_done(&packed);
    buf_done(&bytes);
}

Test(node_core, who_is_refused_unaccredited_signs_anew_only_when_a_grant_for_her_comes_down)
{
    struct bench *b = bench_new();
    greeted(b);
    sent(b, 0, LOCAL, 1000);
    refuse(b, 0, VERDICT_NOT_ENROLLED, 0);
    cr_assert_eq(find(b, NODE_STORE_RENEW)->as.renew.cause, RENEW_UNACCREDITED);
    cr_assert_null(find(b, NODE_NEW_INCARNATION));
    grant(b);
    cr_assert_not_null(find(b, NODE_STORE_DOWN));
    cr_assert_eq(find(b, NODE_STORE_RENEW)->as.renew.cause, RENEW_REFUSED);
    cr_assert_eq(find(b, NODE_STORE_RENEW)->as.renew.next, 1);
    cr_assert_not_null(find(b, NODE_NEW_INCARNATION));
    bench_done(b);
}

Test(node_core, what_is_deferred_comes_again_in_its_time_and_not_before)
{
    struct bench *b = bench_new();
    greeted(b);
    sent(b, 0, LOCAL, 1000);
    refuse(b, 0, VERDICT_HUB_BUSY, 4000);
    cr_assert_null(find(b, NODE_SEND_RANGE));
    tick_to(b, b->now + 3999);
    cr_assert_null(find(b, NODE_SEND_RANGE));
    tick_to(b, b->now + 4000);
    cr_assert_eq(find(b, NODE_SEND_RANGE)->as.send_range.from, 0);
    bench_done(b);
}

Test(node_core, a_proof_of_other_bytes_than_those_here_confirms_nothing)
{
    struct bench *b = bench_new();
    const struct hash root = { { 9 } };
    struct hash other = b->ids[LOCAL - 1];
    other.b[0] ^= 1;
    greeted(b);
    sent(b, 0, LOCAL, 1000);
    ack(b, LOCAL, root, root);
    proof_for(b, LOCAL - 1, 4, 0, other);
    cr_assert_not(told(b, TELL_CONFIRMED));
    cr_assert(told(b, TELL_BAD_HUB));
    cr_assert_null(find(b, NODE_STORE_PROOF));
    bench_done(b);
}

Test(node_core, a_larger_record_with_another_past_ends_the_exchange_for_good)
{
    struct bench *b = bench_new();
    const struct hash root = { { 9 } };
    greeted(b);
    sent(b, 0, LOCAL, 1000);
    ack(b, LOCAL, root, root);
    proof(b, LOCAL - 1, 4, 0);
    proof(b, 0, 5, 4); // its fourth leaf is not the one that was proven
    cr_assert_not(told(b, TELL_CONFIRMED));
    cr_assert_not_null(find(b, NODE_STORE_EVIDENCE));
    cr_assert(node_core_status(b->core).stopped);
    bench_done(b);
}

Test(node_core, two_checkpoints_that_exclude_each_other_end_the_exchange_for_good)
{
    struct bench *b = bench_new();
    const struct hash root = { { 9 } };
    greeted(b);
    sent(b, 0, LOCAL, 1000);
    ack(b, LOCAL, root, root);
    proof(b, LOCAL - 1, 4, 0);
    cr_assert(told(b, TELL_CONFIRMED));
    b->ids[0].b[0] ^= 1; // another record of the same size
    proof(b, 0, 4, 4);
    cr_assert_not_null(find(b, NODE_STORE_EVIDENCE));
    cr_assert_not_null(find(b, NODE_DISCONNECT));
    cr_assert(node_core_status(b->core).stopped);
    step(b, (struct node_event){ .type = NODE_POKE });
    tick_to(b, b->now + 100000000);
    cr_assert_eq(b->actions.n, 0);
    bench_done(b);
}

Test(node_core, who_was_refused_as_unknown_does_not_wait_for_her_grant_on_her_invitations_connection)
{
    struct bench *b = bench_new();
    const struct node_journal j = { .local = b->local,
                                    .current = true,
                                    .refused = true,
                                    .refused_code = VERDICT_NOT_ENROLLED };
    const struct node_start start = { .journals = &j, .count = 1, .seen = tree_head_empty(), .invited = true };
    step(b, (struct node_event){ .type = NODE_START, .as.start = start });
    tick_to(b, 10000);
    cr_assert(find(b, NODE_CONNECT)->as.connect.invited);
    step(b, (struct node_event){ .type = NODE_UP });
    welcome(b, NULL, 0, NULL);
    cr_assert_not_null(find(b, NODE_DISCONNECT));
    tick_to(b, b->now + 200000);
    cr_assert_not_null(find(b, NODE_CONNECT));
    cr_assert_not(find(b, NODE_CONNECT)->as.connect.invited, "the grant comes to her own key");
    bench_done(b);
}

// What the root is of a record whose leaves are zeros, but for the last one when `id` is not NULL.
static struct tree_head head_of(uint64_t size, const struct hash *id)
{
    struct hash leaves[8] = { { { 0 } } };
    if (id != NULL) {
        leaves[size - 1] = *id;
    }
    return (struct tree_head){ size, merkle_root_of(leaves, size) };
}

// Connected, with nothing more to send, at the checkpoint seen, and with what another site was shown.
static void greeted_with_view(struct bench *b, struct tree_head seen, struct tree_head view)
{
    const struct node_journal j = { .local = b->local,
                                    .current = true,
                                    .received = LOCAL,
                                    .received_head = b->local.head,
                                    .confirmed = LOCAL };
    const struct node_fact at = { .here = true, .id = b->local.head };
    const struct node_start start = {
        .journals = &j, .count = 1, .seen = seen, .view_count = 1, .views = { view }
    };
    step(b, (struct node_event){ .type = NODE_START, .as.start = start });
    tick_to(b, 10000);
    step(b, (struct node_event){ .type = NODE_UP });
    welcome(b, &b->local, 1, &at);
}

Test(node_core, what_another_site_was_shown_is_compared_by_a_proof_and_kept_as_evidence_when_it_is_of_another_record)
{
    for (int evil = 0; evil < 2; evil++) {
        for (int ahead = 0; ahead < 2; ahead++) {
            struct bench *b = bench_new();
            const struct hash *last = &b->ids[LOCAL - 1];
            const struct hash other = { { 77 } };
            struct tree_head seen = ahead ? head_of(4, NULL) : head_of(4, last);
            struct tree_head view = ahead ? head_of(5, last) : head_of(2, NULL);
            if (evil) {
                view = head_of(view.size, &other);
            }
            greeted_with_view(b, seen, view);
            const struct node_action *want = find(b, NODE_SEND);
            cr_assert_not_null(want);
            cr_expect_eq(want->as.send.type, MSG_WANT);
            cr_expect_eq(want->as.send.as.want.base, ahead ? 4 : 2, "what is ahead is waited for");
            proof(b, LOCAL - 1, ahead ? 5 : 4, ahead ? 4 : 2);
            const struct node_action *evidence = find(b, NODE_STORE_EVIDENCE);
            cr_expect_eq(find(b, NODE_STORE_VIEW) != NULL, evil == 0);
            cr_expect_eq(evidence != NULL, evil == 1);
            cr_expect(evidence == NULL ||
                      (evidence->as.store_evidence.by_view && tree_head_equal(evidence->as.store_evidence.view, view)));
            cr_expect_eq(node_core_status(b->core).stopped, evil == 1);
            bench_done(b);
        }
    }
}

Test(node_core, a_view_that_the_hub_does_not_explain_is_asked_for_again_and_harms_nothing)
{
    struct bench *b = bench_new();
    greeted_with_view(b, head_of(4, NULL), head_of(7, NULL));
    for (int i = 0; i < 3; i++) { // the hub's record ends before what another site was shown
        cr_expect_eq(find(b, NODE_SEND)->as.send.as.want.base, 4);
        const struct msg m = { .type = MSG_ERROR, .as.error = { .code = VERDICT_HUB_BUSY } };
        receive(b, &m, NULL);
        cr_expect_null(find(b, NODE_STORE_EVIDENCE));
        tick_to(b, b->now + 3 * 600000 / 2);
        if (find(b, NODE_SEND) == NULL || find(b, NODE_SEND)->as.send.type == MSG_HELLO) {
            break; // a quiet connection says hello again
        }
    }
    cr_expect_not(node_core_status(b->core).stopped);
    bench_done(b);
}

Test(node_core, nothing_goes_up_from_a_locked_device_that_has_no_copies_until_it_is_unlocked)
{
    struct bench *b = bench_new();
    greeted(b);
    sent(b, 0, 0, 0);
    cr_assert(told(b, TELL_LOCKED));
    cr_assert_null(find(b, NODE_SEND_RANGE));
    step(b, (struct node_event){ .type = NODE_UNLOCKED });
    cr_assert_not_null(find(b, NODE_SEND_RANGE));
    bench_done(b);
}

Test(node_core, no_more_than_the_credit_is_under_way_but_one_message_always)
{
    struct bench *b = bench_new();
    greeted(b);
    sent(b, 0, 1, LIMIT_CREDIT_BYTES);
    cr_assert_null(find(b, NODE_SEND_RANGE));
    const struct hash root = { { 9 } };
    ack(b, 1, root, root);
    cr_assert_not_null(find(b, NODE_SEND_RANGE));
    bench_done(b);
}

Test(node_core, it_knocks_less_and_less_often_at_a_door_where_nobody_answers)
{
    struct bench *b = bench_new();
    uint64_t last = 0;
    start(b);
    for (size_t i = 0; i < 14; i++) {
        tick_to(b, node_core_status(b->core).next_try_ms);
        cr_assert_not_null(find(b, NODE_CONNECT));
        step(b, (struct node_event){ .type = NODE_DOWN });
        uint64_t wait = node_core_status(b->core).next_try_ms - b->now;
        cr_assert_geq(wait, last);
        cr_assert_leq(wait, 450000);
        last = wait < 150000 ? wait : 150000;
    }
    cr_assert_geq(last, 150000);
    bench_done(b);
}

Test(node_core, a_journal_begun_later_waits_for_the_one_before_it)
{
    struct bench *b = bench_new();
    const struct hash root = { { 9 } };
    greeted(b);
    const struct journal_head second = { .journal = { .key = { { 0 } }, .incarnation = { { 1 } } }, .next = 1,
                                         .head = { { 5 } } };
    sent(b, 0, LOCAL, 1000);
    step(b, (struct node_event){ .type = NODE_APPENDED, .as.appended = { .local = second, .current = true } });
    cr_assert_null(find(b, NODE_SEND_RANGE), "the first person's entries are not acknowledged yet");
    ack(b, LOCAL, root, root);
    const struct node_action *range = find(b, NODE_SEND_RANGE);
    cr_assert_not_null(range);
    cr_assert(journal_id_equal(range->as.send_range.journal, second.journal));
    bench_done(b);
}
