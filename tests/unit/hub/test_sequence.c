// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The writer over a real store: what is admitted is there, once, acknowledged, and the same after reopening.
#include "tests/unit/hub/scene.h"

#include "common/format/custody.h"
#include "common/store/exchange_state.h"

#include <signal.h>
#include <sys/resource.h>

// --- looking at the record ---
static enum kind kind_at(struct scene *s, uint64_t index, struct entry *out)
{
    struct kv_txn *t = NULL;
    struct stored stored;
    static uint8_t bytes[LIMIT_ENTRY_BYTES];
    cr_assert_eq(kv_begin_read(s->house.kv, &t), OK);
    cr_assert_eq(leaf_get(t, index, &stored, NULL), OK);
    memcpy(bytes, stored.bytes.p, stored.bytes.n);
    struct slice copy = slice_of(bytes, stored.bytes.n);
    kv_abort(t);
    cr_assert_eq(entry_parse(copy, out), VERDICT_GOOD);
    return kind_of(out->kind);
}

static uint64_t refusals(struct scene *s)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_read(s->house.kv, &t), OK);
    uint64_t n = refused_count(t);
    kv_abort(t);
    return n;
}

static void reopen(struct scene *s)
{
    house_close(&s->house);
    house_open(&s->house);
}

Test(sequence, what_is_admitted_is_acknowledged_with_custody_and_is_the_same_after_reopening)
{
    struct scene s;
    struct said *said[8];
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 8);
    struct batch_outcome o = house_deliver(&s.house, said, 5);
    cr_assert(o.has_ack);
    cr_expect(house_ack_good(&s.w, &o.ack, said, 5));
    reopen(&s);
    cr_expect_eq(sequence_size(s.house.sequence), s.founded + 5);
    o = house_deliver(&s.house, said + 5, 3);
    cr_assert(o.has_ack);
    cr_expect(house_ack_good(&s.w, &o.ack, said, 8), "custody goes on over what was loaded from disk");
    cr_expect_eq(scene_size(&s), s.founded + 8);
    scene_done(&s);
}

Test(sequence, what_comes_again_whole_or_in_part_changes_nothing_and_is_acknowledged)
{
    struct scene s;
    struct said *said[8];
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 8);
    (void)house_deliver(&s.house, said, 6);
    static const struct { size_t from, to; } again[] = { { 0, 6 }, { 2, 4 }, { 5, 6 }, { 0, 8 }, { 4, 8 } };
    for (size_t i = 0; i < sizeof again / sizeof again[0]; i++) {
        struct batch_outcome o = house_deliver(&s.house, said + again[i].from, again[i].to - again[i].from);
        size_t end = i < 3 ? 6 : 8;
        cr_assert(o.has_ack);
        cr_expect(house_ack_good(&s.w, &o.ack, said, end), "row %zu", i);
        cr_expect_eq(scene_size(&s), s.founded + end, "row %zu", i);
    }
    scene_done(&s);
}

Test(sequence, batches_of_one_transaction_see_each_other)
{
    struct scene s;
    struct said *said[6];
    struct said *other[2];
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 6);
    scene_speak(&s, &s.bintu, other, 2);
    const struct ingest in = house_ingest(&s.house);
    struct { struct said **from; size_t n; uint64_t next; } rows[] = {
        { said, 3, 3 }, { other, 2, 2 }, { said + 3, 3, 6 }, { said, 3, 6 }, // the last is there already by then
    };
    struct letter letters[4];
    struct batch batch[4] = { 0 };
    struct batch *batches[4];
    struct batch_outcome outcomes[4];
    struct why why = { "" };
    for (size_t i = 0; i < 4; i++) {
        letter_wire(&letters[i], rows[i].from, rows[i].n);
        cr_assert_eq(ingest_verify(&in, &letters[i].m, &batch[i]), VERDICT_GOOD);
        batches[i] = &batch[i];
    }
    cr_assert_eq(sequence_commit(s.house.sequence, batches, 4, 0, outcomes, &why), OK, "%s", why.text);
    for (size_t i = 0; i < 4; i++) {
        cr_assert(outcomes[i].has_ack);
        cr_expect_eq(outcomes[i].ack.next, rows[i].next, "batch %zu", i);
        batch_done(&batch[i]);
        letter_done(&letters[i]);
    }
    cr_expect_eq(scene_size(&s), s.founded + 8);
    scene_done(&s);
}

Test(sequence, a_fork_keeps_four_branches_and_is_witnessed_once_by_the_hub_itself)
{
    struct scene s;
    struct said *stem[2];
    struct said *branch[LIMIT_BRANCHES + 1];
    scene_init(&s);
    scene_speak(&s, &s.amara, stem, 2);
    (void)house_deliver(&s.house, stem, 2);
    const struct person at = s.amara;
    for (size_t i = 0; i <= LIMIT_BRANCHES; i++) {
        char text[32] = "Branch 0";
        text[7] = (char)('0' + i);
        s.amara = at;
        branch[i] = world_contribute(&s.w, &s.amara, stem[0], text);
        struct batch_outcome o = house_deliver(&s.house, &branch[i], 1);
        struct said *chain[3] = { stem[0], stem[1], branch[i] };
        cr_expect_eq(o.has_ack, i < LIMIT_BRANCHES);
        if (o.has_ack) {
            cr_expect_eq(o.ack.branch, i);
            cr_expect(house_ack_good(&s.w, &o.ack, chain, 3), "branch %zu", i);
        } else {
            cr_expect_eq(o.refuse.code, VERDICT_BRANCH_LIMIT);
            cr_expect_not(o.refuse.is_signed);
        }
        if (i == 2) {
            reopen(&s); // what is known of branches and evidence comes from disk then
        }
    }
    struct entry e;
    struct body b;
    cr_expect_eq(scene_size(&s), s.founded + 2 + LIMIT_BRANCHES + 1);
    cr_assert_eq(kind_at(&s, s.founded + 4, &e), KIND_FORK_EVIDENCE);
    cr_assert_eq(kind_parse(&e, &b), VERDICT_GOOD);
    cr_expect(pubkey_equal(e.place.author, s.house.author.pub));
    cr_expect(pubkey_equal(b.as.fork_evidence.key, s.amara.pub));
    cr_expect_eq(b.as.fork_evidence.seq, 2);
    cr_expect_eq(b.as.fork_evidence.id_count, 2);
    cr_expect(hash_equal(b.as.fork_evidence.ids[0], branch[0]->entry.id));
    cr_expect(hash_equal(b.as.fork_evidence.ids[1], branch[1]->entry.id));
    scene_done(&s);
}

Test(sequence, a_gap_is_put_off_and_leaves_no_trace)
{
    struct scene s;
    struct said *said[4];
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 4);
    struct batch_outcome o = house_deliver(&s.house, said + 2, 2);
    cr_assert(o.has_refuse);
    cr_expect_not(o.has_ack);
    cr_expect_eq(o.refuse.code, VERDICT_GAP);
    cr_expect_not(o.refuse.is_signed);
    cr_expect_eq(refusals(&s), 0);
    cr_expect_eq(scene_size(&s), s.founded);
    cr_expect(house_deliver(&s.house, said, 4).has_ack);
    scene_done(&s);
}

static bool refusal_good(struct scene *s, const struct msg_refuse *m, struct hash received)
{
    const struct refusal r = { .consultation = s->w.charter.id,
                               .key = m->journal.key,
                               .incarnation = m->journal.incarnation,
                               .seq = m->seq,
                               .received = received,
                               .code = m->code };
    return m->is_signed && hash_equal(m->received, received) && refusal_verify(&r, s->w.hub.pub, m->signature);
}

Test(sequence, a_refusal_is_signed_and_kept_once_and_what_came_before_it_stands)
{
    struct scene s;
    struct said *said[4];
    struct person stranger = person_of("a stranger");
    struct buf altered = buf_new(LIMIT_ENTRY_BYTES);
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 4);
    said[2]->entry.signature.b[0] ^= 1;
    entry_wrap(said[2]->entry.header, said[2]->entry.signature, &altered);
    for (size_t i = 0; i < 2; i++) {
        struct batch_outcome o = house_deliver(&s.house, said, 4);
        cr_assert(o.has_ack);
        cr_expect_eq(o.ack.next, 2);
        cr_assert(o.has_refuse);
        cr_expect_eq(o.refuse.code, VERDICT_BAD_SIGNATURE);
        cr_expect_eq(o.refuse.seq, 2);
        cr_expect(refusal_good(&s, &o.refuse, hash_of(buf_slice(&altered))));
        cr_expect_eq(refusals(&s), 1);
    }
    struct said *unknown = world_session(&s.w, &stranger, "EL-ARN", "EL-ARN-2026-002");
    struct batch_outcome o = house_deliver(&s.house, &unknown, 1);
    cr_assert(o.has_refuse);
    cr_expect_eq(o.refuse.code, VERDICT_NOT_ENROLLED);
    cr_expect(refusal_good(&s, &o.refuse, hash_of(buf_slice(&unknown->bytes))));
    cr_expect_eq(refusals(&s), 2);
    cr_expect_eq(scene_size(&s), s.founded + 2);
    buf_done(&altered);
    scene_done(&s);
}

Test(sequence, content_whose_parts_are_not_all_here_waits_for_them)
{
    struct scene s;
    struct said *said[3];
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 2);
    said[2] = scene_withhold(&s, &s.amara, said[0]);
    struct batch_outcome o = house_deliver(&s.house, said, 3);
    cr_assert(o.has_ack);
    cr_expect_eq(o.ack.next, 2);
    cr_assert(o.has_refuse);
    cr_expect_eq(o.refuse.code, VERDICT_PARTS_MISSING);
    cr_expect_not(o.refuse.is_signed);
    scene_give(said[2]);
    o = house_deliver(&s.house, said + 2, 1);
    cr_assert(o.has_ack);
    cr_expect(house_ack_good(&s.w, &o.ack, said, 3));
    scene_done(&s);
}

Test(sequence, an_invited_peer_delivers_an_enrolment_and_nothing_else)
{
    struct scene s;
    struct person newcomer = person_of("a newcomer");
    struct said *said[2];
    struct letter l;
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 2);
    for (size_t n = 1; n <= 2; n++) {
        letter_wire(&l, said, n);
        struct batch_outcome o = house_admit(&s.house, &l, PEER_INVITED);
        cr_expect(o.barred);
        cr_expect_not(o.has_ack || o.has_refuse);
        letter_done(&l);
    }
    cr_expect_eq(scene_size(&s), s.founded);
    struct said *enrol = world_enrol(&s.w, &newcomer, s.invite, "an invitation");
    letter_wire(&l, &enrol, 1);
    struct batch_outcome o = house_admit(&s.house, &l, PEER_INVITED);
    cr_expect(o.has_ack);
    cr_expect_eq(o.standing, VERDICT_GOOD);
    letter_done(&l);
    scene_done(&s);
}

// Makes writing beyond the first page of any file fail, or not.
static void disk_full(bool full)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = full ? 4096 : limit.rlim_max;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(sequence, a_commit_that_fails_leaves_nothing_in_memory_and_the_next_one_goes_on)
{
    struct scene s;
    struct said *said[4];
    struct letter l;
    struct batch batch = { 0 };
    struct batch *batches[] = { &batch };
    struct batch_outcome o;
    struct why why = { "" };
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 4);
    (void)house_deliver(&s.house, said, 2);
    const struct ingest in = house_ingest(&s.house);
    letter_wire(&l, said + 2, 2);
    cr_assert_eq(ingest_verify(&in, &l.m, &batch), VERDICT_GOOD);
    disk_full(true);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_neq(sequence_commit(s.house.sequence, batches, 1, 0, &o, &why), OK);
        cr_expect(o.failed);
        cr_expect_not(o.has_ack || o.has_refuse);
    }
    disk_full(false);
    cr_expect_eq(scene_size(&s), s.founded + 2);
    cr_assert_eq(sequence_commit(s.house.sequence, batches, 1, 0, &o, &why), OK, "%s", why.text);
    cr_assert(o.has_ack);
    cr_expect(house_ack_good(&s.w, &o.ack, said, 4));
    cr_expect_eq(scene_size(&s), s.founded + 4);
    batch_done(&batch);
    letter_done(&l);
    scene_done(&s);
}

// The head of the record as it is on disk.
static struct tree_head head_now(struct scene *s)
{
    struct why why = { "" };
    struct kv_txn *t = NULL;
    struct record *r = record_new();
    cr_assert_eq(kv_begin_read(s->house.kv, &t), OK);
    cr_assert_eq(record_load(r, t, &why), OK);
    struct tree_head head = record_head(r);
    kv_abort(t);
    record_free(r);
    return head;
}

Test(sequence, an_act_that_names_a_head_inside_its_own_batch_is_judged_the_same_by_writer_reader_and_after_a_restart)
{
    struct scene s;
    struct said *said[3];
    struct person cleo = person_of("Cleo");
    struct person dara = person_of("Dara");
    struct person emeka = person_of("Emeka");
    scene_init(&s);
    said[0] = world_grant(&s.w, &s.secretariat, &cleo, 1u << ROLE_FACILITATOR, NULL);
    // She knows the record and so the head that it will have when her first act is in it.
    struct tree_head now = head_now(&s);
    struct merkle_frontier f = { 0 };
    for (uint64_t i = 0; i < now.size; i++) {
        struct entry e;
        (void)kind_at(&s, i, &e);
        merkle_append(&f, e.id, NULL);
    }
    cr_assert(hash_equal(merkle_root(&f), now.root));
    merkle_append(&f, said[0]->entry.id, NULL);
    s.w.seen = merkle_head(&f);
    said[1] = world_grant(&s.w, &s.secretariat, &dara, 1u << ROLE_FACILITATOR, NULL);
    s.w.seen.root.b[0] ^= 1;
    said[2] = world_grant(&s.w, &s.secretariat, &emeka, 1u << ROLE_FACILITATOR, NULL);
    struct batch_outcome o = house_deliver(&s.house, said, 3);
    cr_assert(o.has_ack);
    cr_expect_eq(o.ack.next, said[0]->entry.place.seq + 1, "the batch ends before an act that it cannot judge yet");
    cr_expect_not(o.has_refuse);
    o = house_deliver(&s.house, said + 1, 2);
    cr_assert(o.has_ack);
    cr_expect_eq(o.ack.next, said[2]->entry.place.seq + 1);
    struct why why = { "" };
    struct person *people[] = { &cleo, &dara, &emeka };
    static const bool counts[] = { true, true, false };
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(serve_follow(s.house.serve, NULL, &why), OK);
        cr_expect_eq(roster_enrolled(serve_roster(s.house.serve), people[i]->pub), counts[i], "reader, %zu", i);
        struct said *session = world_session(&s.w, people[i], "EL-ARN", "EL-ARN-2026-001");
        cr_expect_eq(house_deliver(&s.house, &session, 1).has_ack, counts[i], "writer, %zu", i);
        reopen(&s);
        cr_expect_eq(house_deliver(&s.house, &session, 1).has_ack, counts[i], "writer after a restart, %zu", i);
    }
    scene_done(&s);
}
