// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What stands when a key ends: retired, compromised, named chains, forks, late entries that are accepted.
#include "tests/lib/world.h"

#include <criterion/criterion.h>

#define BIT(role) (1u << ROLE_##role)

// A secretary, a registrar, and a facilitator with a session and two contributions in the record.
struct scene {
    struct world w;
    struct person secretary, registrar, p;
    struct said *session, *first, *second;
};

static void begin(struct scene *s)
{
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    s->secretary = person_of("secretary");
    s->registrar = person_of("registrar");
    s->p = person_of("facilitator");
    (void)world_grant(&s->w, &s->w.root[0], &s->secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&s->w, &s->w.root[0], &s->registrar, BIT(REGISTRAR), NULL);
    (void)world_grant(&s->w, &s->secretary, &s->p, BIT(FACILITATOR), NULL);
    s->session = world_session(&s->w, &s->p, "LR-NIM", "LR-NIM-2026-001");
    s->first = world_contribute(&s->w, &s->p, s->session, "The road is unsafe after dark.");
    s->second = world_contribute(&s->w, &s->p, s->session, "Land was sold twice.");
}

static void expect(const struct scene *s, const struct said *said, enum verdict standing)
{
    const enum verdict v = world_standing(&s->w, said);
    cr_expect_eq(v, standing, "entry %u: %s, not %s", (unsigned)said->index, verdict_code(v), verdict_code(standing));
}

Test(roster_end, the_work_of_a_retired_key_stands_and_what_comes_later_waits_for_a_registrar)
{
    struct scene s;
    begin(&s);
    (void)world_revoke(&s.w, &s.secretary, &s.p, "retired", NULL, 0);
    struct said *late = world_contribute(&s.w, &s.p, s.session, "Written before she left.");
    struct said *later = world_contribute(&s.w, &s.p, s.session, "Written after.");
    expect(&s, s.first, VERDICT_GOOD);
    cr_expect_eq(late->admitted, VERDICT_GOOD, "a revoked key's entries are sequenced");
    expect(&s, late, VERDICT_LATE);
    cr_expect_eq(world_accept(&s.w, &s.p, &s.p, late)->standing, VERDICT_LATE);
    const uint64_t before = roster_generation(s.w.roster);
    cr_expect_eq(world_accept(&s.w, &s.secretary, &s.p, late)->standing, VERDICT_NO_ROLE);
    cr_expect_eq(world_accept(&s.w, &s.registrar, &s.secretary, late)->standing, VERDICT_UNKNOWN_TARGET);
    cr_expect_eq(world_accept(&s.w, &s.registrar, &s.p, late)->standing, VERDICT_GOOD);
    cr_expect_gt(roster_generation(s.w.roster), before);
    expect(&s, late, VERDICT_GOOD);
    expect(&s, later, VERDICT_LATE);
    world_done(&s.w);
}

Test(roster_end, what_a_revocation_names_stands_also_when_it_arrives_afterwards)
{
    struct scene s;
    begin(&s);
    const struct body b = { .kind = KIND_CONTRIBUTION };
    struct said *made = world_make(&s.w, &s.p, &b, &s.session->entry.id, 1, NULL);
    struct said *after = world_make(&s.w, &s.p, &b, &s.session->entry.id, 1, NULL);
    const struct said *stands = made;
    (void)world_revoke(&s.w, &s.secretary, &s.p, "retired", &stands, 1);
    cr_expect_eq(world_put(&s.w, made), VERDICT_GOOD);
    cr_expect_eq(world_put(&s.w, after), VERDICT_LATE);
    world_done(&s.w);
}

Test(roster_end, of_a_compromised_key_only_the_named_chain_stands)
{
    struct scene s;
    begin(&s);
    const struct said *stands = s.first;
    cr_expect_eq(world_revoke(&s.w, &s.secretary, &s.p, "compromised", &stands, 1)->standing, VERDICT_GOOD);
    struct person other = person_again(&s.p, 1);
    struct said *elsewhere = world_contribute(&s.w, &other, s.session, "From a stolen copy.");
    expect(&s, s.session, VERDICT_GOOD);
    expect(&s, s.first, VERDICT_GOOD);
    expect(&s, s.second, VERDICT_REVOKED);
    expect(&s, elsewhere, VERDICT_REVOKED);
    (void)world_accept(&s.w, &s.registrar, &s.p, s.second);
    expect(&s, s.second, VERDICT_GOOD);
    expect(&s, elsewhere, VERDICT_REVOKED);
    world_done(&s.w);
}

Test(roster_end, of_a_forked_journal_only_the_branch_that_leads_to_the_named_end_stands)
{
    struct scene s;
    begin(&s);
    struct person thief = s.p; // the device was copied here
    struct said *stolen[3];
    struct said *honest[3];
    for (size_t i = 0; i < 3; i++) {
        stolen[i] = world_contribute(&s.w, &thief, s.session, i == 0 ? "Forged." : "More of it.");
        honest[i] = world_contribute(&s.w, &s.p, s.session, i == 0 ? "Said." : "Said too.");
    }
    struct person late_copy = thief;
    late_copy.next = 1; // a branch from the start
    late_copy.prev = s.session->entry.id;
    struct said *old = world_contribute(&s.w, &late_copy, s.session, "Forged early.");
    const struct said *stands = honest[1];
    (void)world_revoke(&s.w, &s.secretary, &s.p, "compromised", &stands, 1);
    expect(&s, s.session, VERDICT_GOOD);
    expect(&s, s.second, VERDICT_GOOD);
    expect(&s, honest[0], VERDICT_GOOD);
    expect(&s, honest[1], VERDICT_GOOD);
    expect(&s, honest[2], VERDICT_REVOKED);
    expect(&s, old, VERDICT_REVOKED);
    for (size_t i = 0; i < 3; i++) {
        expect(&s, stolen[i], VERDICT_REVOKED);
    }
    world_done(&s.w);
}

Test(roster_end, who_was_accredited_by_a_compromised_key_stays_but_its_open_invitations_close)
{
    struct scene s;
    begin(&s);
    struct said *named = world_invite(&s.w, &s.registrar, "named", BIT(FACILITATOR), NULL, 2);
    struct said *open = world_invite(&s.w, &s.registrar, "open", BIT(FACILITATOR), NULL, 2);
    struct person one = person_of("one");
    struct person two = person_of("two");
    struct person three = person_of("three");
    (void)world_enrol(&s.w, &one, open, "open");
    cr_expect_eq(world_revoke(&s.w, &s.secretary, &s.registrar, "compromised", NULL, 0)->standing, VERDICT_NO_ROLE);
    const struct said *stands = named;
    (void)world_revoke(&s.w, &s.w.root[1], &s.registrar, "compromised", &stands, 1);
    cr_expect_eq(world_enrol(&s.w, &two, open, "open")->standing, VERDICT_INVITE_SPENT);
    cr_expect_eq(world_enrol(&s.w, &three, named, "named")->standing, VERDICT_GOOD);
    cr_expect_eq(world_session(&s.w, &one, "LR-NIM", "LR-NIM-2026-003")->standing, VERDICT_GOOD);
    cr_expect_eq(world_invite(&s.w, &s.registrar, "again", BIT(FACILITATOR), NULL, 2)->standing, VERDICT_REVOKED);
    expect(&s, open, VERDICT_GOOD);
    world_done(&s.w);
}

Test(roster_end, no_chain_leads_to_an_act_so_one_that_comes_late_must_be_named_itself)
{
    struct scene s;
    begin(&s);
    struct said *before = world_invite(&s.w, &s.registrar, "before", BIT(FACILITATOR), NULL, 2);
    struct body b = { .kind = KIND_INVITE };
    b.as.invite.roles = BIT(FACILITATOR);
    b.as.invite.uses = 1;
    b.as.invite.sign_key = person_of("late").pub;
    struct said *unnamed = world_make(&s.w, &s.registrar, &b, NULL, 0, NULL);
    struct said *named = world_make(&s.w, &s.registrar, &b, NULL, 0, NULL);
    const struct said *stands = named;
    (void)world_revoke(&s.w, &s.w.root[1], &s.registrar, "compromised", &stands, 1);
    cr_expect_eq(world_put(&s.w, unnamed), VERDICT_REVOKED);
    cr_expect_eq(world_put(&s.w, named), VERDICT_GOOD);
    struct person p = person_of("newcomer");
    cr_expect_eq(world_enrol(&s.w, &p, before, "before")->standing, VERDICT_INVITE_SPENT, "closed");
    p = person_of("another");
    cr_expect_eq(world_enrol(&s.w, &p, unnamed, "late")->admitted, VERDICT_NOT_ENROLLED);
    cr_expect_eq(world_enrol(&s.w, &s.p, named, "late")->standing, VERDICT_NO_ROLE);
    p = person_of("another");
    cr_expect_eq(world_enrol(&s.w, &p, named, "late")->standing, VERDICT_GOOD);
    world_done(&s.w);
}

Test(roster_end, a_retired_key_can_be_found_compromised_and_never_comes_back)
{
    struct scene s;
    begin(&s);
    (void)world_revoke(&s.w, &s.secretary, &s.p, "retired", NULL, 0);
    expect(&s, s.first, VERDICT_GOOD);
    (void)world_revoke(&s.w, &s.secretary, &s.p, "compromised", NULL, 0);
    expect(&s, s.first, VERDICT_REVOKED);
    (void)world_revoke(&s.w, &s.secretary, &s.p, "retired", NULL, 0);
    expect(&s, s.first, VERDICT_REVOKED);
    cr_expect_eq(world_grant(&s.w, &s.secretary, &s.p, BIT(FACILITATOR), NULL)->standing, VERDICT_REVOKED);
    cr_expect_eq(world_revoke(&s.w, &s.secretary, &s.w.root[2], "retired", NULL, 0)->standing, VERDICT_NO_ROLE);
    struct person nobody = person_of("nobody");
    cr_expect_eq(world_revoke(&s.w, &s.secretary, &nobody, "retired", NULL, 0)->standing, VERDICT_UNKNOWN_TARGET);
    world_done(&s.w);
}
