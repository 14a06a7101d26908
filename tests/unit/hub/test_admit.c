// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Admission against a record that is a list in memory: what is new, what stands already, what forks, what waits.
#include "common/format/custody.h"
#include "hub/admit.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define MOST 64

// What the store would hold.
struct kept {
    struct journal_id journal;
    uint64_t seq, branch, index;
    struct hash id, prev, leaf;
};

struct bench {
    struct world world;
    struct ledger ledger;
    struct person amina;
    size_t n;
    struct kept kept[MOST];
    struct batch_outcome out;
    struct fork_found fork;
    struct packet packets[MOST];
    struct slot_fact slots[MOST];
};

static struct bench *bench_new(void)
{
    struct bench *b = mem_new(sizeof *b);
    cr_assert_eq(ident_init(), OK);
    world_init(&b->world, 1);
    b->amina = person_of("Amina");
    (void)world_grant(&b->world, &b->world.root[0], &b->amina, 1u << ROLE_SECRETARIAT, NULL);
    ledger_init(&b->ledger, b->world.charter.id, b->world.roster, erasure_new(), b->world.n);
    b->world.roster = NULL; // the ledger has it now
    return b;
}

static void bench_done(struct bench *b)
{
    ledger_done(&b->ledger);
    world_done(&b->world);
    free(b);
}

// Her next entry; *p moves on, so that a copy of her makes another one for the same place.
static const struct said *says(struct bench *b, struct person *p, uint64_t version)
{
    struct body body = { .kind = KIND_GUIDE };
    body.as.guide.version = version;
    return world_make(&b->world, p, &body, NULL, 0, NULL);
}

static void slot_of(const struct bench *b, struct journal_id journal, uint64_t seq, struct slot_fact *out)
{
    out->count = 0;
    for (size_t i = 0; i < b->n; i++) {
        const struct kept *k = &b->kept[i];
        if (journal_id_equal(k->journal, journal) && k->seq == seq) {
            out->at[out->count].branch = k->branch;
            out->at[out->count].index = k->index;
            out->at[out->count++].id = k->id;
        }
    }
}

static const struct kept *kept_of(const struct bench *b, struct hash id)
{
    for (size_t i = 0; i < b->n; i++) {
        if (hash_equal(b->kept[i].id, id)) {
            return &b->kept[i];
        }
    }
    return NULL;
}

static struct merkle_frontier custody_of(const struct bench *b, uint64_t next, struct hash prev)
{
    struct merkle_frontier f = { 0 };
    struct hash leaves[MOST];
    for (uint64_t seq = next; seq-- > 0;) {
        const struct kept *k = kept_of(b, prev);
        leaves[seq] = k->leaf;
        prev = k->prev;
    }
    for (uint64_t seq = 0; seq < next; seq++) {
        merkle_append(&f, leaves[seq], NULL);
    }
    return f;
}

static void keep_new(struct bench *b, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct packet *p = &batch->packets[i];
        if (p->fate == FATE_NEW) {
            b->kept[b->n++] = (struct kept){ .journal = batch->journal, .seq = p->entry.place.seq, .branch = p->branch,
                                             .index = p->index, .id = p->entry.id, .prev = p->entry.prev,
                                             .leaf = p->custody_leaf };
        }
    }
}

// Delivers n entries as one batch, as the writer does.
static void deliver(struct bench *b, const struct said *const *said, size_t n)
{
    struct batch batch = { .journal = { said[0]->entry.place.author, said[0]->entry.place.incarnation },
                           .first = said[0]->entry.place.seq, .prev = said[0]->entry.prev, .count = n,
                           .packets = b->packets };
    struct admit_facts facts = { .slots = b->slots };
    uint64_t fork = 0;
    struct hash prev;
    for (size_t i = 0; i < n; i++) {
        b->packets[i] = (struct packet){ .entry = said[i]->entry, .control = true,
                                         .form = said[i]->form, .body = &said[i]->body,
                                         .custody_leaf = custody_leaf(said[i]->entry.id, 1) };
        slot_of(b, batch.journal, batch.first + i, &b->slots[i]);
    }
    if (admit_needs(&b->ledger, &batch) == NEED_JOURNAL) {
        const struct ledger_journal fresh = { .id = batch.journal };
        (void)ledger_add(&b->ledger, &fresh);
    }
    bool slots = admit_needs(&b->ledger, &batch) == NEED_SLOTS;
    if (slots && batch.first > 0) {
        slot_of(b, batch.journal, batch.first - 1, &facts.prev);
    }
    if (slots && admit_fork_at(&b->ledger, &batch, &facts, &fork, &prev)) {
        facts.custody = custody_of(b, fork, prev);
    }
    b->out = (struct batch_outcome){ 0 };
    b->fork = (struct fork_found){ 0 };
    admit(&b->ledger, &batch, slots ? &facts : NULL, &b->out, &b->fork);
    keep_new(b, &batch);
}

static void deliver_one(struct bench *b, const struct said *said)
{
    deliver(b, &said, 1);
}

Test(admit, a_chain_is_sequenced_in_order_and_acknowledged_with_its_custody_root)
{
    struct bench *b = bench_new();
    const struct said *said[5];
    struct hash leaves[5];
    uint64_t size = b->ledger.size;
    for (size_t i = 0; i < 5; i++) {
        said[i] = says(b, &b->amina, i);
        leaves[i] = custody_leaf(said[i]->entry.id, 1);
    }
    deliver(b, said, 3);
    deliver(b, said + 3, 2);
    cr_assert(b->out.has_ack);
    cr_assert_not(b->out.has_refuse);
    cr_assert_eq(b->out.ack.next, 5);
    cr_assert(hash_equal(b->out.ack.head, said[4]->entry.id));
    cr_assert(hash_equal(b->out.ack.root, merkle_root_of(leaves, 5)));
    cr_assert_eq(b->ledger.size, size + 5);
    cr_assert_eq(b->packets[1].index, size + 4);
    bench_done(b);
}

Test(admit, what_stands_already_keeps_its_index_and_changes_nothing)
{
    struct bench *b = bench_new();
    const struct said *said[4];
    for (size_t i = 0; i < 4; i++) {
        said[i] = says(b, &b->amina, i);
    }
    deliver(b, said, 3);
    uint64_t size = b->ledger.size;
    deliver(b, said + 1, 2);
    cr_assert_eq(b->ledger.size, size);
    cr_assert_eq(b->packets[0].fate, FATE_DUPLICATE);
    cr_assert_eq(b->packets[0].index, kept_of(b, said[1]->entry.id)->index);
    cr_assert_eq(b->out.ack.next, 3);
    deliver(b, said, 4); // three again, one new
    cr_assert_eq(b->ledger.size, size + 1);
    cr_assert_eq(b->out.ack.next, 4);
    cr_assert_not(b->fork.found);
    bench_done(b);
}

Test(admit, an_entry_whose_predecessor_is_not_here_waits)
{
    struct bench *b = bench_new();
    const struct said *said[3];
    for (size_t i = 0; i < 3; i++) {
        said[i] = says(b, &b->amina, i);
    }
    uint64_t size = b->ledger.size;
    deliver_one(b, said[2]);
    cr_assert_eq(b->out.refuse.code, VERDICT_GAP);
    deliver_one(b, said[0]);
    deliver_one(b, said[2]);
    cr_assert_eq(b->out.refuse.code, VERDICT_GAP);
    cr_assert_not(b->out.has_ack);
    cr_assert_eq(b->ledger.size, size + 1);
    deliver_one(b, said[1]);
    deliver_one(b, said[2]);
    cr_assert(b->out.has_ack);
    bench_done(b);
}

Test(admit, two_continuations_of_one_entry_are_two_branches_and_each_goes_on)
{
    struct bench *b = bench_new();
    const struct said *first = says(b, &b->amina, 0);
    struct person twin = b->amina;
    const struct said *left[3];
    const struct said *right[3];
    struct hash leaves[4] = { custody_leaf(first->entry.id, 1) };
    for (size_t i = 0; i < 3; i++) {
        left[i] = says(b, &b->amina, 10 + i);
        right[i] = says(b, &twin, 20 + i);
        leaves[i + 1] = custody_leaf(right[i]->entry.id, 1);
    }
    deliver_one(b, first);
    deliver(b, left, 2);
    cr_assert_not(b->fork.found);
    deliver(b, right, 2);
    cr_assert(b->fork.found, "the first fork is told");
    cr_assert_eq(b->fork.seq, 1);
    cr_assert_eq(b->fork.id_count, 2);
    cr_assert_eq(b->out.ack.branch, 1);
    deliver_one(b, left[2]);
    cr_assert_eq(b->out.ack.branch, 0);
    cr_assert_eq(b->out.ack.next, 4);
    deliver_one(b, right[2]);
    cr_assert_eq(b->out.ack.branch, 1);
    cr_assert(hash_equal(b->out.ack.root, merkle_root_of(leaves, 4)), "custody is over the branch's own chain");
    bench_done(b);
}

Test(admit, a_copy_that_diverges_inside_a_batch_forks_where_it_diverges)
{
    struct bench *b = bench_new();
    const struct said *said[6];
    for (size_t i = 0; i < 3; i++) {
        said[i] = says(b, &b->amina, i);
    }
    struct person twin = b->amina;
    const struct said *more = says(b, &b->amina, 3);
    deliver(b, said, 3);
    deliver_one(b, more);
    for (size_t i = 3; i < 6; i++) {
        said[i] = says(b, &twin, 30 + i);
    }
    deliver(b, said, 6);
    cr_assert_eq(b->packets[2].fate, FATE_DUPLICATE);
    cr_assert_eq(b->packets[3].fate, FATE_NEW);
    cr_assert_eq(b->packets[3].branch, 1);
    cr_assert_eq(b->out.ack.next, 6);
    cr_assert(b->fork.found);
    cr_assert_eq(b->fork.seq, 3);
    bench_done(b);
}

Test(admit, a_fifth_branch_waits_for_the_registrar_and_the_first_four_go_on)
{
    struct bench *b = bench_new();
    for (uint64_t i = 0; i < LIMIT_BRANCHES; i++) {
        struct person twin = b->amina;
        deliver_one(b, says(b, &twin, i));
        cr_assert_eq(b->out.ack.branch, i);
        if (i == LIMIT_BRANCHES - 1) {
            b->amina = twin;
        }
    }
    struct person fifth = b->amina;
    fifth.next = 0;
    fifth.prev = (struct hash){ { 0 } };
    uint64_t size = b->ledger.size;
    deliver_one(b, says(b, &fifth, 99));
    cr_assert_eq(b->out.refuse.code, VERDICT_BRANCH_LIMIT);
    cr_assert_eq(b->ledger.size, size);
    deliver_one(b, says(b, &b->amina, 5));
    cr_assert_eq(b->out.ack.branch, LIMIT_BRANCHES - 1);
    bench_done(b);
}

Test(admit, a_key_that_never_enrolled_is_refused_with_what_was_received)
{
    struct bench *b = bench_new();
    struct person stranger = person_of("somebody else");
    const struct said *said = says(b, &stranger, 0);
    deliver_one(b, said);
    cr_assert(b->out.has_refuse);
    cr_assert_eq(b->out.refuse.code, VERDICT_NOT_ENROLLED);
    cr_assert(hash_equal(b->out.refuse.received, hash_of(said->entry.bytes)));
    cr_assert_not(b->out.has_ack);
    bench_done(b);
}

Test(admit, an_enrolment_waits_for_its_invitation_and_then_counts_at_once)
{
    struct bench *b = bench_new();
    struct person registrar = person_of("registrar");
    struct person newcomer = person_of("newcomer");
    // A second consultation in memory makes the invitation, whose entry this one has not seen yet.
    struct world other;
    world_init(&other, 1);
    (void)world_grant(&other, &other.root[0], &registrar, 1u << ROLE_REGISTRAR, NULL);
    const struct said *invite = world_invite(&other, &registrar, "room", 1u << ROLE_FACILITATOR, NULL, 1);
    const struct said *enrol = world_enrol(&other, &newcomer, invite, "room");
    deliver_one(b, enrol);
    cr_assert_eq(b->out.refuse.code, VERDICT_GAP, "its registrar's device may be slower");
    struct person root = person_again(&b->world.root[0], 1);
    struct body body = { .kind = KIND_GRANT };
    body.as.grant.key = registrar.pub;
    body.as.grant.roles = 1u << ROLE_REGISTRAR;
    deliver_one(b, world_make(&b->world, &root, &body, NULL, 0, NULL));
    deliver_one(b, invite);
    cr_assert(b->out.has_ack);
    deliver_one(b, enrol);
    cr_assert(b->out.has_ack);
    cr_assert_eq(b->out.standing, VERDICT_GOOD);
    cr_assert(roster_enrolled(b->ledger.roster, newcomer.pub));
    world_done(&other);
    bench_done(b);
}

Test(admit, the_ledger_finds_and_forgets_thousands_of_journals)
{
    struct bench *b = bench_new();
    for (uint32_t i = 0; i < 5000; i++) {
        struct ledger_journal j = { .branch_count = 1, .dirty = i % 2 == 0 };
        be32_put(j.id.key.b, i * 2654435761u);
        (void)ledger_add(&b->ledger, &j);
    }
    ledger_trim(&b->ledger, 100);
    cr_assert_eq(b->ledger.journal_count, 2500);
    for (uint32_t i = 0; i < 5000; i++) {
        struct journal_id id = { .key = { { 0 } } };
        be32_put(id.key.b, i * 2654435761u);
        cr_assert_eq(ledger_find(&b->ledger, id) != NULL, i % 2 == 0);
    }
    bench_done(b);
}
