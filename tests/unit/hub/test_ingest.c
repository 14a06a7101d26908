// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a worker makes of a message: the same packets from both forms, never more memory than was charged, and nothing
// believed that the payload does not say itself.
#include "tests/unit/hub/scene.h"

#include "common/format/content.h"
#include "common/format/custody.h"
#include "common/format/pack.h"

#define MANY 5

static enum verdict verify(const struct scene *s, const struct letter *l, struct batch *out)
{
    const struct ingest in = house_ingest(&s->house);
    *out = (struct batch){ .ticket = 9 };
    return ingest_verify(&in, &l->m, out);
}

static void letter_of(struct letter *l, const struct scene *s, bool outbox, struct said *const *said, size_t n)
{
    if (outbox) {
        letter_outbox(l, &s->house, said, n);
    } else {
        letter_wire(l, said, n);
    }
}

// A packet is the entry, with its parts sealed so that the store key opens them.
static void expect_packet(const struct scene *s, const struct packet *p, const struct said *said)
{
    struct buf plain = buf_new(LIMIT_BATCH_BYTES);
    cr_expect(slice_equal(p->entry.bytes, buf_slice(&said->bytes)));
    cr_expect(hash_equal(p->entry.id, said->entry.id));
    cr_expect_eq(p->missing, 0);
    cr_expect(hash_equal(p->custody_leaf, custody_leaf(said->entry.id, disclosure_bitmap(&said->disclosure))));
    cr_assert_eq(p->wrapped != NULL, said->entry.part_count > 0);
    if (p->wrapped != NULL) {
        cr_assert_eq(vault_open(&s->house.store_key, p->entry.id, slice_of(p->wrapped->b, p->wrapped->n), p->sealed,
                                &plain),
                     OK);
        cr_expect(slice_equal(buf_slice(&plain), buf_slice(&said->given)));
    }
    buf_done(&plain);
}

Test(ingest, both_forms_give_the_same_packets)
{
    struct scene s;
    struct said *said[MANY];
    scene_init(&s);
    scene_speak(&s, &s.amara, said, MANY);
    for (int outbox = 0; outbox < 2; outbox++) {
        struct letter l;
        struct batch b;
        letter_of(&l, &s, outbox == 1, said, MANY);
        cr_assert_eq(verify(&s, &l, &b), VERDICT_GOOD);
        cr_assert_eq(b.count, MANY);
        cr_expect_not(b.has_fault);
        cr_expect_eq(b.ticket, 9);
        for (size_t i = 0; i < MANY; i++) {
            expect_packet(&s, &b.packets[i], said[i]);
            cr_expect_not(b.packets[i].control);
        }
        batch_done(&b);
        letter_done(&l);
    }
    scene_done(&s);
}

Test(ingest, the_body_of_an_act_is_read_and_a_body_that_is_none_is_marked_not_refused)
{
    struct scene s;
    struct letter l;
    struct batch b;
    scene_init(&s);
    struct said *act = world_grant(&s.w, &s.secretariat, &s.amara, 1u << ROLE_ATTESTER, "EL-ARN");
    letter_wire(&l, &act, 1);
    cr_assert_eq(verify(&s, &l, &b), VERDICT_GOOD);
    cr_assert(b.packets[0].control);
    cr_expect_eq(b.packets[0].form, VERDICT_GOOD);
    cr_expect(pubkey_equal(b.packets[0].body->as.grant.key, s.amara.pub));
    batch_done(&b);
    letter_done(&l);
    scene_done(&s);
}

// --- messages that lie ---
static void claim_count(struct letter *l, const struct scene *s)
{
    (void)s;
    l->m.count++;
}

static void claim_fewer(struct letter *l, const struct scene *s)
{
    (void)s;
    l->m.count--;
}

static void claim_first(struct letter *l, const struct scene *s)
{
    (void)s;
    l->m.first++;
}

static void claim_prev(struct letter *l, const struct scene *s)
{
    (void)s;
    l->m.prev.b[7] ^= 1;
}

static void claim_key(struct letter *l, const struct scene *s)
{
    l->m.journal.key = s->bintu.pub;
}

static void claim_incarnation(struct letter *l, const struct scene *s)
{
    (void)s;
    l->m.journal.incarnation.b[3] ^= 1;
}

static void claim_raw(struct letter *l, const struct scene *s)
{
    (void)s;
    l->m.raw /= 2;
}

Test(ingest, what_a_message_says_of_its_batch_must_be_what_the_batch_says)
{
    static const struct {
        const char *what;
        void (*alter)(struct letter *, const struct scene *);
    } rows[] = {
        { "count", claim_count }, { "fewer", claim_fewer },
        { "first", claim_first }, { "prev", claim_prev },
        { "key", claim_key },     { "incarnation", claim_incarnation },
        { "raw", claim_raw },
    };
    struct scene s;
    struct said *said[MANY];
    scene_init(&s);
    scene_speak(&s, &s.amara, said, MANY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct letter l;
        struct batch b;
        letter_wire(&l, said + 1, MANY - 1);
        rows[i].alter(&l, &s);
        cr_expect_eq(verify(&s, &l, &b), VERDICT_BAD_MESSAGE, "%s", rows[i].what);
        cr_expect_null(b.arena);
        letter_done(&l);
    }
    scene_done(&s);
}

// In an outbox payload only the records know their place: what is said of it must open them.
Test(ingest, outbox_records_open_only_at_their_place_and_are_as_many_as_said)
{
    static const struct {
        const char *what;
        void (*alter)(struct letter *, const struct scene *);
        enum verdict verdict, fault;
    } rows[] = {
        { "count", claim_count, VERDICT_BAD_MESSAGE, VERDICT_GOOD },
        { "fewer", claim_fewer, VERDICT_BAD_MESSAGE, VERDICT_GOOD },
        { "raw", claim_raw, VERDICT_BAD_MESSAGE, VERDICT_GOOD },
        { "first", claim_first, VERDICT_GOOD, VERDICT_BAD_PART },
        { "key", claim_key, VERDICT_GOOD, VERDICT_BAD_PART },
        { "incarnation", claim_incarnation, VERDICT_GOOD, VERDICT_BAD_PART },
        { "prev", claim_prev, VERDICT_GOOD, VERDICT_NOT_CANONICAL },
    };
    struct scene s;
    struct said *said[MANY];
    scene_init(&s);
    scene_speak(&s, &s.amara, said, MANY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct letter l;
        struct batch b;
        letter_outbox(&l, &s.house, said + 1, MANY - 1);
        l.m.raw = l.m.payload.n; // the least
        rows[i].alter(&l, &s);
        cr_assert_eq(verify(&s, &l, &b), rows[i].verdict, "%s", rows[i].what);
        if (rows[i].verdict == VERDICT_GOOD) {
            cr_expect_eq(b.count, 0, "%s", rows[i].what);
            cr_expect(b.has_fault);
            cr_expect_eq(b.fault, rows[i].fault, "%s", rows[i].what);
        }
        batch_done(&b);
        letter_done(&l);
    }
    scene_done(&s);
}

Test(ingest, a_record_whose_key_is_boxed_to_none_that_this_hub_has_is_put_off_and_opens_while_an_old_one_is_kept)
{
    struct scene s;
    struct said *said[2];
    struct letter l;
    struct batch b;
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 2);
    struct house elsewhere = s.house;
    elsewhere.intake = person_of("another intake");
    letter_outbox(&l, &elsewhere, said, 2);
    cr_assert_eq(verify(&s, &l, &b), VERDICT_GOOD);
    cr_expect_eq(b.count, 0);
    cr_assert(b.has_fault);
    cr_expect_eq(b.fault, VERDICT_SEALED_TO_FORMER);
    cr_expect(hash_is_zero(b.fault_received)); // nobody is accused
    batch_done(&b);
    const struct batch_outcome off = house_admit(&s.house, &l, PEER_INVITED);
    cr_expect(off.has_refuse && !off.refuse.is_signed && !off.barred);
    cr_expect_eq(off.refuse.code, VERDICT_SEALED_TO_FORMER);
    s.house.intakes.at[s.house.intakes.n++] = (struct box_pair){ elsewhere.intake.transport,
                                                                 elsewhere.intake.transport_sec };
    cr_assert_eq(verify(&s, &l, &b), VERDICT_GOOD);
    cr_expect_eq(b.count, 2);
    cr_expect_not(b.has_fault);
    batch_done(&b);
    letter_done(&l);
    scene_done(&s);
}

Test(ingest, a_wrong_signature_in_the_middle_ends_the_packets_there)
{
    struct scene s;
    struct said *said[MANY];
    struct buf altered = buf_new(LIMIT_ENTRY_BYTES);
    scene_init(&s);
    scene_speak(&s, &s.amara, said, MANY);
    said[2]->entry.signature.b[1] ^= 4;
    entry_wrap(said[2]->entry.header, said[2]->entry.signature, &altered);
    for (int outbox = 0; outbox < 2; outbox++) {
        struct letter l;
        struct batch b;
        letter_of(&l, &s, outbox == 1, said, MANY);
        cr_assert_eq(verify(&s, &l, &b), VERDICT_GOOD);
        cr_expect_eq(b.count, 2);
        cr_assert(b.has_fault);
        cr_expect_eq(b.fault, VERDICT_BAD_SIGNATURE);
        cr_expect(hash_equal(b.fault_received, hash_of(buf_slice(&altered))));
        batch_done(&b);
        letter_done(&l);
    }
    buf_done(&altered);
    scene_done(&s);
}

Test(ingest, content_with_a_part_to_come_is_not_complete_and_custody_says_which)
{
    struct scene s;
    struct said *said[2];
    struct letter l;
    struct batch b;
    scene_init(&s);
    scene_speak(&s, &s.amara, said, 1);
    said[1] = scene_withhold(&s, &s.amara, said[0]);
    letter_wire(&l, said, 2);
    cr_assert_eq(verify(&s, &l, &b), VERDICT_GOOD);
    cr_assert_eq(b.count, 2);
    cr_expect_eq(b.packets[0].missing, 0);
    cr_expect_neq(b.packets[1].missing, 0);
    cr_expect(hash_equal(b.packets[1].custody_leaf, custody_leaf(said[1]->entry.id, 0x3d)));
    batch_done(&b);
    letter_done(&l);
    scene_done(&s);
}

// --- memory ---
// What an honest node sends must always fit what it is charged with, or it would be cut off for ever.
static void expect_fits(const struct scene *s, struct said *const *said, size_t n, const char *what)
{
    for (int outbox = 0; outbox < 2; outbox++) {
        for (size_t first = 0; first < n;) {
            struct letter l;
            struct batch b;
            size_t count = letter_fill(&l, said + first, n - first);
            if (outbox == 1) {
                letter_done(&l);
                letter_outbox(&l, &s->house, said + first, count);
                l.m.raw = l.m.raw < LIMIT_BATCH_BYTES ? l.m.raw : LIMIT_BATCH_BYTES;
            }
            cr_assert_eq(verify(s, &l, &b), VERDICT_GOOD, "%s, form %d", what, outbox);
            cr_expect_eq(b.count, count, "%s, form %d: %zu of %zu", what, outbox, b.count, count);
            cr_expect_not(b.has_fault, "%s, form %d", what, outbox);
            cr_expect_leq(arena_used(b.arena), peer_charge(l.m.raw, l.m.count));
            first += count;
            batch_done(&b);
            letter_done(&l);
        }
    }
}

// A contribution whose text cannot be compressed, so that its outbox record is as large as it.
static struct said *random_text(struct scene *s, const struct said *session, size_t n)
{
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf map = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct content said = { 0 };
    for (size_t i = 0; i < n; i++) {
        uint8_t c = 0;
        ident_random(&c, 1);
        c = (uint8_t)(' ' + c % 95);
        buf_put(&text, slice_of(&c, 1));
    }
    content_add_text(&said, "lang", SLICE_LITERAL("en"));
    content_add_text(&said, "text", buf_slice(&text));
    content_make(&said, &map);
    const struct slice parts[LIMIT_PARTS] = { [1] = buf_slice(&map) };
    struct said *made = world_say(&s->w, &s->amara, &(struct body){ .kind = KIND_CONTRIBUTION }, &session->entry.id, 1,
                                  parts);
    buf_done(&text);
    buf_done(&map);
    return made;
}

// An act with as large a body as there is.
static struct said *large_act(struct scene *s)
{
    static const char *const areas[LIMIT_AREAS] = {
        "EL-01", "EL-02", "EL-03", "EL-04", "EL-05", "EL-06", "EL-07", "EL-08",
        "EL-09", "EL-10", "EL-11", "EL-12", "EL-13", "EL-14", "EL-15", "EL-16",
    };
    struct body b = { .kind = KIND_GRANT };
    b.as.grant.key = s->amara.pub;
    b.as.grant.has_transport = true;
    b.as.grant.transport = s->amara.transport;
    b.as.grant.roles = 1u << ROLE_FACILITATOR | 1u << ROLE_ATTESTER | 1u << ROLE_DRAFTER | 1u << ROLE_ANALYST;
    b.as.grant.area_count = LIMIT_AREAS;
    for (size_t i = 0; i < LIMIT_AREAS; i++) {
        b.as.grant.areas[i] = slice_text(areas[i]);
    }
    return world_say(&s->w, &s->secretariat, &b, NULL, 0, NULL);
}

Test(ingest, what_an_honest_node_sends_fits_the_memory_it_is_charged_with)
{
    struct scene s;
    struct said *said[LIMIT_BATCH_ENTRIES];
    scene_init(&s);
    scene_speak(&s, &s.bintu, said, LIMIT_BATCH_ENTRIES);
    expect_fits(&s, said, LIMIT_BATCH_ENTRIES, "many short texts");
    expect_fits(&s, said, 1, "one short text");
    struct said *session = world_session(&s.w, &s.amara, "EL-ARN", "EL-ARN-2026-003");
    for (size_t i = 0; i < 40; i++) {
        said[i] = random_text(&s, session, 1 + i * i * 7);
    }
    expect_fits(&s, said, 40, "texts that do not compress");
    said[0] = random_text(&s, session, LIMIT_DISCLOSURE_BYTES - 64);
    expect_fits(&s, said, 1, "the largest text");
    for (size_t i = 0; i < 100; i++) {
        said[i] = large_act(&s);
    }
    expect_fits(&s, said, 100, "acts with large bodies");
    expect_fits(&s, said, 1, "one of them");
    scene_done(&s);
}

Test(ingest, a_payload_that_opens_to_more_than_was_charged_is_an_error_and_takes_no_more)
{
    struct scene s;
    struct said *said[3];
    struct letter l;
    struct batch b;
    scene_init(&s);
    said[0] = world_session(&s.w, &s.amara, "EL-ARN", "EL-ARN-2026-004");
    struct content content = { 0 };
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf map = buf_new(LIMIT_DISCLOSURE_BYTES);
    while (text.n < 200000) {
        buf_put_text(&text, "the same again ");
    }
    content_add_text(&content, "text", buf_slice(&text));
    content_make(&content, &map);
    const struct slice parts[LIMIT_PARTS] = { [1] = buf_slice(&map) };
    for (size_t i = 1; i < 3; i++) {
        said[i] = world_say(&s.w, &s.amara, &(struct body){ .kind = KIND_CONTRIBUTION }, &said[0]->entry.id, 1, parts);
    }
    letter_outbox(&l, &s.house, said + 1, 2); // 400,000 bytes that were compressed to a few hundred
    cr_assert_lt(l.m.payload.n, 4096);
    l.m.raw = l.m.payload.n;
    cr_expect_eq(verify(&s, &l, &b), VERDICT_BAD_MESSAGE);
    cr_expect_null(b.arena);
    l.m.raw = 3 * 200000; // room for one: it is taken, and the rest comes again
    cr_assert_eq(verify(&s, &l, &b), VERDICT_GOOD);
    cr_expect_leq(arena_used(b.arena), peer_charge(l.m.raw, l.m.count));
    cr_expect_not(b.has_fault);
    batch_done(&b);
    letter_done(&l);
    buf_done(&text);
    buf_done(&map);
    scene_done(&s);
}
