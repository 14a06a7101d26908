// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the hub's socket thread reads from the record: everything it gives out verifies with what a node has.
#include "tests/unit/hub/scene.h"

#include "common/format/content.h"
#include "hub/checkpointer.h"

struct reply {
    struct buf frame;
    struct arena *arena;
    struct msg msg;
};

static void reply_init(struct reply *r)
{
    *r = (struct reply){ .frame = buf_new(LIMIT_FRAME_BYTES), .arena = arena_new(MSG_ARENA_BYTES) };
}

static void reply_done(struct reply *r)
{
    buf_done(&r->frame);
    arena_free(r->arena);
}

static void reply_read(struct reply *r, enum msg_type type)
{
    arena_reset(r->arena);
    cr_assert(buf_ok(&r->frame));
    cr_assert_eq(msg_parse(buf_slice(&r->frame), r->arena, &r->msg), VERDICT_GOOD);
    cr_assert_eq(r->msg.type, type);
}

// Publishes the record as it is now.
static struct tree_head publish(struct scene *s, struct buf *note)
{
    struct checkpointer *c = NULL;
    struct why why = { "" };
    bool fresh = false;
    const struct checkpointer_keys keys = { .kv = s->house.kv,
                                            .charter = &s->w.charter,
                                            .logs = &s->house.logs,
                                            .path = house_path(&s->house, STATE_HUB_CHECKPOINT) };
    cr_assert_eq(checkpointer_open(&keys, &c, &why), OK, "%s", why.text);
    cr_assert_eq(checkpointer_publish(c, &fresh, &why), OK, "%s", why.text);
    struct tree_head head = checkpointer_head(c);
    buf_reset(note);
    buf_put(note, checkpointer_note(c));
    checkpointer_close(c);
    return head;
}

static struct peer_action position_of(enum peer_action_type type, const struct said *said, uint64_t index,
                                      uint64_t base)
{
    const struct place *place = &said->entry.place;
    struct peer_action a = { .type = type };
    a.as.position.journal = (struct journal_id){ place->author, place->incarnation };
    a.as.position.seq = place->seq;
    a.as.position.id = said->entry.id;
    a.as.position.index = index;
    a.as.position.base = base;
    return a;
}

Test(serve, a_hello_hears_of_every_branch_of_the_journals_it_names)
{
    struct scene s;
    struct said *said[3];
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 2);
    (void)house_deliver(&s.house, said, 2);
    s.amara.next--;
    s.amara.prev = said[0]->entry.id;
    said[2] = world_contribute(&s.w, &s.amara, said[0], "Another at the same place.");
    (void)house_deliver(&s.house, said + 2, 1);
    const struct journal_head asked[2] = { { .journal = scene_journal(&s.amara) },
                                           { .journal = scene_journal(&s.bintu) } };
    const struct msg hello = { .type = MSG_HELLO, .as.hello = { .head_count = 2, .heads = asked } };
    struct peer_facts facts;
    struct why why = { "" };
    cr_assert_eq(serve_facts(s.house.serve, &hello, &facts, &why), OK, "%s", why.text);
    cr_assert_eq(facts.head_count, 2, "of a journal that is not here nothing is said");
    for (size_t k = 0; k < 2; k++) {
        cr_expect(journal_id_equal(facts.heads[k].journal, asked[0].journal));
        cr_expect_eq(facts.heads[k].branch, k);
        cr_expect_eq(facts.heads[k].next, 2);
        cr_expect(hash_equal(facts.heads[k].head, said[k + 1]->entry.id));
    }
    scene_done(&s);
}

Test(serve, whether_what_comes_before_a_batch_is_here_and_where_an_entry_stands)
{
    struct scene s;
    struct said *said[4];
    struct peer_facts facts;
    struct why why = { "" };
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 4);
    (void)house_deliver(&s.house, said, 3);
    struct msg m = { .type = MSG_ENTRIES, .as.entries = { .journal = scene_journal(&s.amara) } };
    for (uint64_t first = 0; first <= 4; first++) {
        m.as.entries.first = first;
        m.as.entries.prev = first == 0 ? (struct hash){ { 0 } } : said[first - 1]->entry.id;
        cr_assert_eq(serve_facts(s.house.serve, &m, &facts, &why), OK);
        cr_expect_eq(facts.prev_known, first <= 3, "from %d", (int)first);
    }
    m.as.entries.first = 2;
    m.as.entries.prev = said[2]->entry.id;
    cr_assert_eq(serve_facts(s.house.serve, &m, &facts, &why), OK);
    cr_expect_not(facts.prev_known, "the right entry at another place is not it");
    m = (struct msg){ .type = MSG_WANT, .as.want = { .what = WANT_PROOF, .journal = scene_journal(&s.amara) } };
    for (uint64_t seq = 0; seq < 4; seq++) {
        m.as.want.seq = seq;
        m.as.want.id = said[seq]->entry.id;
        cr_assert_eq(serve_facts(s.house.serve, &m, &facts, &why), OK);
        cr_expect_eq(facts.has_index, seq < 3);
        cr_expect(seq == 3 || facts.index == s.founded + seq);
    }
    scene_done(&s);
}

Test(serve, proofs_of_every_entry_from_every_earlier_checkpoint_verify)
{
    struct scene s;
    struct said *said[12];
    struct tree_head heads[3];
    struct reply r;
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    struct why why = { "" };
    scene_init(&s);
    reply_init(&r);
    scene_speak(&s, &s.amara, said, 12);
    heads[0] = tree_head_empty();
    (void)house_deliver(&s.house, said, 5);
    heads[1] = publish(&s, &note);
    (void)house_deliver(&s.house, said + 5, 7);
    heads[2] = publish(&s, &note);
    for (size_t base = 0; base < 3; base++) {
        for (size_t i = 0; i < 12; i++) {
            struct peer_action a = position_of(PEER_SEND_PROOF, said[i], s.founded + i, heads[base].size);
            struct tree_head head;
            buf_reset(&r.frame);
            enum err e = serve_proof(s.house.serve, &a, heads[2], buf_slice(&note), &r.frame, &why);
            cr_assert_eq(e, OK, "%s", why.text);
            reply_read(&r, MSG_PROOF);
            const struct msg_proof *p = &r.msg.as.proof;
            cr_assert_eq(checkpoint_verify(p->checkpoint, &s.w.charter.log, &head, &why), VERDICT_GOOD);
            cr_expect(merkle_inclusion_ok(p->index, said[i]->entry.id, head, p->inclusion, p->inclusion_count));
            cr_expect(merkle_consistency_ok(heads[base], head, p->consistency, p->consistency_count));
        }
    }
    struct peer_action beyond = position_of(PEER_SEND_PROOF, said[11], s.founded + 11, 0);
    cr_expect_eq(serve_proof(s.house.serve, &beyond, heads[1], buf_slice(&note), &r.frame, &why), ERR_NOT_FOUND);
    beyond.as.position.base = heads[2].size + 1;
    cr_expect_eq(serve_proof(s.house.serve, &beyond, heads[2], buf_slice(&note), &r.frame, &why), ERR_NOT_FOUND);
    buf_done(&note);
    reply_done(&r);
    scene_done(&s);
}

Test(serve, custody_of_any_end_of_a_chain_is_what_was_acknowledged_then)
{
    struct scene s;
    struct said *said[7];
    struct reply r;
    struct why why = { "" };
    scene_init(&s);
    reply_init(&r);
    scene_speak(&s, &s.amara, said, 6);
    (void)house_deliver(&s.house, said, 6);
    s.amara.next = 4;
    s.amara.prev = said[3]->entry.id;
    said[6] = world_contribute(&s.w, &s.amara, said[0], "A branch that leaves after the fourth.");
    cr_assert(house_deliver(&s.house, said + 6, 1).has_ack);
    for (size_t i = 0; i < 7; i++) {
        struct peer_action a = position_of(PEER_SEND_CUSTODY, said[i], 0, 0);
        struct said *chain[6] = { said[0], said[1], said[2], said[3], said[4], said[5] };
        size_t n = i + 1;
        if (i == 6) {
            chain[4] = said[6];
            n = 5;
        }
        buf_reset(&r.frame);
        cr_assert_eq(serve_custody(s.house.serve, &a, &r.frame, &why), OK, "%s", why.text);
        reply_read(&r, MSG_ACK);
        cr_expect(house_ack_good(&s.w, &r.msg.as.ack, chain, n), "%zu", i);
    }
    struct peer_action none = position_of(PEER_SEND_CUSTODY, said[5], 0, 0);
    none.as.position.id.b[0] ^= 1;
    cr_expect_eq(serve_custody(s.house.serve, &none, &r.frame, &why), ERR_NOT_FOUND);
    reply_done(&r);
    scene_done(&s);
}

// --- downwards ---
// Reads everything that goes down to a device, message by message; fails the test when one is larger than a message.
struct gone_down {
    size_t messages, entries, with_parts, erased, of_kind[KIND_COUNT];
};

static struct gone_down take_down(struct scene *s, const struct person *who, uint64_t from, uint64_t to)
{
    struct gone_down d = { 0 };
    struct reply r;
    struct why why = { "" };
    reply_init(&r);
    while (from < to) {
        struct peer_action a = { .type = PEER_SEND_DOWN, .user = who->transport };
        uint64_t upto = from;
        bool any = false;
        a.as.down.from = from;
        a.as.down.to = to;
        buf_reset(&r.frame);
        cr_assert_eq(serve_down(s->house.serve, &a, &r.frame, &upto, &any, &why), OK, "%s", why.text);
        cr_assert_gt(upto, from);
        cr_assert_eq(any, r.frame.n > 0);
        from = upto;
        if (!any) {
            continue;
        }
        reply_read(&r, MSG_DOWN);
        d.messages++;
        for (size_t i = 0; i < r.msg.as.down.count; i++) {
            const struct msg_down_entry *e = &r.msg.as.down.entries[i];
            struct entry entry;
            struct disclosure x = { .count = 0 };
            cr_assert_eq(entry_parse(e->entry, &entry), VERDICT_GOOD);
            cr_assert(e->disclosure.n == 0 || disclosure_parse(e->disclosure, &x) == VERDICT_GOOD);
            d.erased += disclosure_settled(&x) != disclosure_bitmap(&x);
            d.entries++;
            d.with_parts += e->disclosure.n > 0;
            d.of_kind[kind_of(entry.kind)]++;
        }
    }
    reply_done(&r);
    return d;
}

static void deliver_one(struct scene *s, struct said *said)
{
    cr_assert(house_deliver(&s->house, &said, 1).has_ack);
}

Test(serve, downwards_go_acts_for_all_and_answers_to_whose_words_they_answer)
{
    struct scene s;
    struct said *amara[2];
    struct said *bintu[2];
    struct person drafter = person_of("a drafter");
    scene_init(&s);
    deliver_one(&s, world_grant(&s.w, &s.secretariat, &drafter, 1u << ROLE_DRAFTER, NULL));
    scene_speak(&s, &s.amara, amara, 2);
    scene_speak(&s, &s.bintu, bintu, 2);
    (void)house_deliver(&s.house, amara, 2);
    (void)house_deliver(&s.house, bintu, 2);
    deliver_one(&s, world_respond(&s.w, &drafter, amara[1], "accepted"));
    deliver_one(&s, world_respond(&s.w, &drafter, amara[1], "noted"));
    deliver_one(&s, world_respond(&s.w, &drafter, bintu[1], "noted"));
    uint64_t size = scene_size(&s);
    const struct { const struct person *who; size_t answers; } rows[] = {
        { &s.amara, 2 }, { &s.bintu, 1 }, { &s.registrar, 0 },
    };
    for (size_t i = 0; i < 3; i++) {
        struct gone_down d = take_down(&s, rows[i].who, 0, size);
        cr_expect_eq(d.of_kind[KIND_RESPONSE], rows[i].answers, "%zu", i);
        cr_expect_eq(d.of_kind[KIND_GRANT], 6);
        cr_expect_eq(d.of_kind[KIND_INVITE], 1);
        cr_expect_eq(d.of_kind[KIND_CONTRIBUTION], 0);
        cr_expect_eq(d.with_parts, rows[i].answers, "who holds which office is not shown, why an answer is given is");
    }
    cr_expect_eq(take_down(&s, &s.bintu, size - 1, size).entries, 1);
    cr_expect_eq(take_down(&s, &s.amara, size - 1, size).entries, 0);
    scene_done(&s);
}

Test(serve, what_follows_damaged_words_goes_down_all_the_same)
{
    struct scene s;
    struct said *amara[2];
    struct person drafter = person_of("a drafter");
    scene_init(&s);
    deliver_one(&s, world_grant(&s.w, &s.secretariat, &drafter, 1u << ROLE_DRAFTER, NULL));
    scene_speak(&s, &s.amara, amara, 2);
    (void)house_deliver(&s.house, amara, 2);
    for (int i = 0; i < 2; i++) {
        deliver_one(&s, world_respond(&s.w, &drafter, amara[1], "noted"));
    }
    const uint64_t size = scene_size(&s);
    scene_damage(&s, DB_LEAF_PART, size - 2);
    const struct gone_down d = take_down(&s, &s.amara, 0, size);
    cr_expect_eq(d.of_kind[KIND_RESPONSE], 2);
    cr_expect_eq(d.with_parts, 1);
    scene_done(&s);
}

Test(serve, a_device_is_led_through_a_long_stretch_that_does_not_concern_it)
{
    struct scene s;
    struct said *amara[2];
    struct said *bintu[2];
    static struct said *many[2300];
    struct person drafter = person_of("a drafter");
    struct reply r;
    struct why why = { "" };
    const size_t n = sizeof many / sizeof many[0];
    scene_init(&s);
    reply_init(&r);
    deliver_one(&s, world_grant(&s.w, &s.secretariat, &drafter, 1u << ROLE_DRAFTER, NULL));
    scene_speak(&s, &s.amara, amara, 2);
    scene_speak(&s, &s.bintu, bintu, 2);
    (void)house_deliver(&s.house, amara, 2);
    (void)house_deliver(&s.house, bintu, 2);
    const uint64_t before = scene_size(&s);
    for (size_t i = 0; i < n; i++) {
        many[i] = world_respond(&s.w, &drafter, i + 1 < n ? amara[1] : bintu[1], "noted");
    }
    for (size_t i = 0; i < n; i += 100) {
        cr_assert(house_deliver(&s.house, many + i, 100).has_ack);
    }
    // The hub goes on from where it looked last; the device moves by what it is told, and else says where it stands.
    const uint64_t size = scene_size(&s);
    uint64_t hub = before;
    uint64_t device = before;
    size_t answers = 0;
    for (int turns = 0; device < size && turns < 100; turns++) {
        struct peer_action a = { .type = PEER_SEND_DOWN, .user = s.bintu.transport };
        bool any = false;
        a.as.down.from = hub;
        a.as.down.to = size;
        buf_reset(&r.frame);
        cr_assert_eq(serve_down(s.house.serve, &a, &r.frame, &hub, &any, &why), OK, "%s", why.text);
        if (!any) {
            continue;
        }
        reply_read(&r, MSG_DOWN);
        const bool fits = r.msg.as.down.from <= device && r.msg.as.down.to > device;
        for (size_t i = 0; i < r.msg.as.down.count; i++) {
            struct entry entry;
            cr_assert_eq(entry_parse(r.msg.as.down.entries[i].entry, &entry), VERDICT_GOOD);
            answers += fits && kind_of(entry.kind) == KIND_RESPONSE;
        }
        device = fits ? r.msg.as.down.to : device;
        hub = device;
    }
    cr_expect_eq(device, size, "it came to %d of %d", (int)device, (int)size);
    cr_expect_eq(answers, 1);
    reply_done(&r);
    scene_done(&s);
}

Test(serve, what_a_redaction_covers_goes_down_as_erased_also_while_it_is_still_here)
{
    struct scene s;
    struct said *amara[2];
    struct person drafter = person_of("a drafter");
    struct person officer = person_of("an officer");
    scene_init(&s);
    deliver_one(&s, world_grant(&s.w, &s.secretariat, &drafter, 1u << ROLE_DRAFTER, NULL));
    deliver_one(&s, world_grant(&s.w, &s.secretariat, &officer, 1u << ROLE_PROTECTION, NULL));
    scene_speak(&s, &s.amara, amara, 2);
    (void)house_deliver(&s.house, amara, 2);
    struct said *answer = world_respond(&s.w, &drafter, amara[1], "noted");
    deliver_one(&s, answer);
    deliver_one(&s, world_respond(&s.w, &drafter, amara[1], "accepted"));
    struct gone_down d = take_down(&s, &s.amara, 0, scene_size(&s));
    cr_expect_eq(d.of_kind[KIND_RESPONSE], 2);
    cr_expect_eq(d.erased, 0);
    deliver_one(&s, world_redact(&s.w, &officer, answer->entry.id, "reason", NULL));
    d = take_down(&s, &s.amara, 0, scene_size(&s));
    cr_expect_eq(d.of_kind[KIND_RESPONSE], 2);
    cr_expect_eq(d.of_kind[KIND_REDACTION], 1, "it says itself what was erased");
    cr_expect_eq(d.erased, 1);
    scene_done(&s);
}

Test(serve, many_and_large_entries_go_down_in_messages_that_fit)
{
    struct scene s;
    struct content content = { 0 };
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf map = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct hash previous = { { 0 } };
    scene_init(&s);
    while (text.n < LIMIT_DISCLOSURE_BYTES - 64) {
        buf_put_text(&text, "x");
    }
    content_add_text(&content, "title", buf_slice(&text));
    content_make(&content, &map);
    const struct slice parts[LIMIT_PARTS] = { buf_slice(&map) };
    for (uint64_t i = 1; i <= 7; i++) {
        struct body b = { .kind = KIND_GUIDE };
        b.as.guide.version = i;
        struct said *guide = world_say(&s.w, &s.secretariat, &b, &previous, i > 1, parts);
        previous = guide->entry.id;
        deliver_one(&s, guide);
    }
    for (size_t i = 0; i < 150; i++) {
        deliver_one(&s, world_grant(&s.w, &s.secretariat, &s.amara, 1u << ROLE_ATTESTER, NULL));
    }
    struct gone_down d = take_down(&s, &s.amara, 0, scene_size(&s));
    cr_expect_eq(d.of_kind[KIND_GUIDE], 7);
    cr_expect_eq(d.of_kind[KIND_GRANT], 155);
    cr_expect_eq(d.with_parts, 7);
    cr_expect_leq(d.messages, 7);
    buf_done(&text);
    buf_done(&map);
    scene_done(&s);
}

Test(serve, the_roster_follows_and_says_how_far)
{
    struct scene s;
    struct why why = { "" };
    bool grew = false;
    struct person late = person_of("a late one");
    scene_init(&s);
    cr_assert_eq(serve_follow(s.house.serve, &grew, &why), OK);
    cr_expect(grew);
    cr_expect_eq(serve_size(s.house.serve), s.founded);
    cr_expect_eq(roster_transport(serve_roster(s.house.serve), late.transport, NULL), DOOR_CLOSED);
    deliver_one(&s, world_grant(&s.w, &s.secretariat, &late, 1u << ROLE_FACILITATOR, NULL));
    cr_assert_eq(serve_follow(s.house.serve, &grew, &why), OK);
    cr_expect(grew);
    cr_expect_eq(serve_size(s.house.serve), s.founded + 1);
    cr_expect_eq(roster_transport(serve_roster(s.house.serve), late.transport, NULL), DOOR_MEMBER);
    cr_assert_eq(serve_follow(s.house.serve, &grew, &why), OK);
    cr_expect_not(grew);
    scene_done(&s);
}
