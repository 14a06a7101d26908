// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which parts are erased, by which redaction; and what an auditor says of a part that is erased, or is not.
#include "tests/lib/world.h"

#include "common/format/audit.h"
#include "common/format/erasure.h"

#include <criterion/criterion.h>

#define PART_CONTEXT 0
#define PART_SAID 1
#define BIT(part) (1u << PART_##part)

struct scene {
    struct world w;
    struct person secretariat, amara, officer;
    struct said *session, *first, *second;
    struct erasure *f;
};

static void scene_new(struct scene *s)
{
    *s = (struct scene){ .f = erasure_new() };
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    s->secretariat = person_of("secretariat");
    s->amara = person_of("Amara");
    s->officer = person_of("officer");
    (void)world_grant(&s->w, &s->w.root[0], &s->secretariat, 1u << ROLE_SECRETARIAT, NULL);
    (void)world_grant(&s->w, &s->secretariat, &s->amara, 1u << ROLE_FACILITATOR, NULL);
    (void)world_grant(&s->w, &s->secretariat, &s->officer, 1u << ROLE_PROTECTION, NULL);
    s->session = world_session(&s->w, &s->amara, "XM-KIV", "XM-KIV-2026-003");
    s->first = world_contribute(&s->w, &s->amara, s->session, "the colonel took the herd");
    s->second = world_contribute(&s->w, &s->amara, s->session, "the well is dry");
}

static void scene_done(struct scene *s)
{
    erasure_free(s->f);
    world_done(&s->w);
}

static void put(struct scene *s, const struct said *redaction, enum verdict standing)
{
    erasure_put(s->f, &redaction->entry, &redaction->body, redaction->index, standing);
}

Test(erasure, covers_the_parts_that_are_named_of_the_target_and_of_its_corrections_and_of_nothing_else)
{
    struct scene s;
    struct erasure_row by;
    scene_new(&s);
    struct said *before = world_correct(&s.w, &s.amara, s.first, "somebody took the herd");
    struct said *redaction = world_redact(&s.w, &s.officer, s.first->entry.id, "said", "nosuch");
    struct said *after = world_correct(&s.w, &s.amara, s.first, "the herd is gone");
    struct said *other = world_correct(&s.w, &s.amara, s.second, "the well was dry");
    cr_expect_eq(erasure_mask(s.f, &s.first->entry), 0, "nothing was taken yet");
    put(&s, redaction, redaction->standing);
    cr_expect_eq(erasure_count(s.f), 1);
    cr_expect_eq(erasure_mask(s.f, &s.first->entry), BIT(SAID));
    cr_expect_eq(erasure_mask(s.f, &before->entry), BIT(SAID));
    cr_expect_eq(erasure_mask(s.f, &after->entry), BIT(SAID));
    cr_expect_eq(erasure_mask(s.f, &s.second->entry), 0);
    cr_expect_eq(erasure_mask(s.f, &other->entry), 0);
    cr_expect_eq(erasure_mask(s.f, &s.session->entry), 0);
    cr_expect(erasure_of(s.f, &after->entry, PART_SAID, &by));
    cr_expect_eq(by.index, redaction->index);
    cr_expect(hash_equal(by.redaction, redaction->entry.id));
    cr_expect_not(erasure_of(s.f, &s.first->entry, PART_CONTEXT, &by));
    scene_done(&s);
}

Test(erasure, may_come_before_its_target_and_covers_what_was_signed_anew_in_its_place)
{
    struct scene s;
    struct hash replaced;
    struct body b = { .kind = KIND_CONTRIBUTION };
    scene_new(&s);
    struct said *lost = world_make(&s.w, &s.amara, &b, &s.session->entry.id, 1, NULL); // refused: never in the record
    const struct hash refs[2] = { s.session->entry.id, lost->entry.id };
    put(&s, world_redact(&s.w, &s.officer, lost->entry.id, "said", NULL), VERDICT_GOOD);
    struct person again = person_again(&s.amara, 2);
    struct said *anew = world_say(&s.w, &again, &b, refs, 2, NULL);
    cr_assert(erasure_replaced(&anew->entry, &replaced));
    cr_expect(hash_equal(replaced, lost->entry.id));
    cr_expect_not(erasure_replaced(&lost->entry, &replaced));
    cr_expect_eq(erasure_mask(s.f, &lost->entry), BIT(SAID));
    cr_expect_eq(erasure_mask(s.f, &anew->entry), BIT(SAID));
    scene_done(&s);
}

Test(erasure, only_content_is_erased_and_only_by_what_is_in_force)
{
    struct scene s;
    scene_new(&s);
    struct said *office = s.w.record[1]; // a grant, whose part `office` is no content
    put(&s, world_redact(&s.w, &s.officer, office->entry.id, "office", NULL), VERDICT_GOOD);
    cr_expect_eq(erasure_mask(s.f, &office->entry), 0);
    struct said *nobody = world_redact(&s.w, &s.amara, s.first->entry.id, "said", NULL); // a facilitator
    cr_expect_eq(nobody->standing, VERDICT_NO_ROLE);
    put(&s, nobody, nobody->standing);
    cr_expect_eq(erasure_mask(s.f, &s.first->entry), 0);
    cr_expect_eq(erasure_allowed(s.f, &s.first->entry), 0);
    cr_expect_eq(erasure_count(s.f), 1);
    cr_assert_eq(erasure_offered_count(s.f), 2, "it is to be judged again all the same");
    cr_expect_eq(erasure_offered(s.f, 1), nobody->index);
    // Accepted later, in force; then its author's key turns out compromised: what is gone stays rightly gone.
    put(&s, nobody, VERDICT_GOOD);
    cr_expect_eq(erasure_mask(s.f, &s.first->entry), BIT(SAID));
    put(&s, nobody, VERDICT_REVOKED);
    cr_expect_eq(erasure_count(s.f), 2);
    cr_expect_eq(erasure_offered_count(s.f), 2, "once each");
    cr_expect_eq(erasure_mask(s.f, &s.first->entry), 0);
    cr_expect_eq(erasure_allowed(s.f, &s.first->entry), BIT(SAID));
    scene_done(&s);
}

// --- the auditor ---

static struct audit_report audit(const struct scene *s)
{
    struct audit *a = audit_new(s->w.charter.id);
    struct audit_report report;
    struct buf out = buf_new((size_t)1 << 24);
    world_export(&s->w, true, &out);
    struct slice chunk = buf_slice(&out);
    cr_assert_eq(audit_feed(a, &chunk), AUDIT_MORE);
    struct audit_batch *b = audit_take(a);
    audit_batch_check(b);
    (void)audit_fold(a, b);
    audit_end(a, &report);
    audit_free(a);
    buf_done(&out);
    return report;
}

static void erase(struct said *said, uint64_t mask)
{
    (void)disclosure_erase(&said->disclosure, said->entry.parts, mask);
}

Test(erasure, a_verifier_accepts_an_erased_part_exactly_when_a_redaction_covers_it_wherever_that_stands)
{
    struct scene s;
    scene_new(&s);
    cr_expect(audit(&s).good);
    erase(s.first, BIT(SAID));
    struct audit_report report = audit(&s);
    cr_expect_not(report.good);
    cr_expect(report.has_index);
    cr_expect_eq(report.index, s.first->index);
    cr_expect(strstr(report.what.text, "no redaction") != NULL, "%s", report.what.text);
    (void)world_redact(&s.w, &s.officer, s.first->entry.id, "said", NULL); // it comes later than its target
    report = audit(&s);
    cr_expect(report.good, "%s", report.what.text);
    cr_expect_eq(report.erased, 1);
    cr_expect_eq(report.erased_first[0].index, s.first->index);
    cr_expect_eq(report.erased_first[0].by, s.w.n - 1);
    cr_expect_str_eq(report.erased_first[0].parts, "said");
    erase(s.first, BIT(CONTEXT)); // which nobody asked for
    report = audit(&s);
    cr_expect_not(report.good);
    cr_expect_eq(report.index, s.first->index);
    scene_done(&s);
}

Test(erasure, a_verifier_names_what_an_export_gives_out_although_it_must_be_gone)
{
    struct scene s;
    scene_new(&s);
    struct said *redaction = world_redact(&s.w, &s.officer, s.first->entry.id, "said", NULL);
    struct audit_report report = audit(&s);
    cr_expect_not(report.good);
    cr_expect_eq(report.index, s.first->index);
    cr_expect(strstr(report.what.text, "whoever made the file") != NULL, "%s", report.what.text);
    erase(s.first, BIT(SAID));
    cr_expect(audit(&s).good);
    struct said *correction = world_correct(&s.w, &s.amara, s.first, "somebody took the herd");
    report = audit(&s);
    cr_expect_not(report.good);
    cr_expect_eq(report.index, correction->index);
    erase(correction, BIT(SAID));
    cr_expect(audit(&s).good);
    // Once the redaction has no force any more, it neither demands nor forbids.
    (void)world_revoke(&s.w, &s.secretariat, &s.officer, "compromised", NULL, 0);
    cr_expect_neq(world_standing(&s.w, redaction), VERDICT_GOOD);
    cr_expect(audit(&s).good);
    (void)world_correct(&s.w, &s.amara, s.first, "the herd is gone");
    cr_expect(audit(&s).good);
    scene_done(&s);
}
