// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who may do what: roles, areas, acts of the root, invitations. What ends is in test_roster_end.c.
#include "common/base/text.h"

#include "tests/lib/speech.h"

#include <criterion/criterion.h>
#include <string.h>

#define BIT(role) (1u << ROLE_##role)

static void begin(struct world *w, unsigned quorum)
{
    cr_assert_eq(ident_init(), OK);
    world_init(w, quorum);
}

static void expect(const struct said *s, enum verdict standing)
{
    cr_expect_eq(s->standing, standing, "seq %u of a %s: %s, not %s", (unsigned)s->entry.place.seq,
                 kind_info(s->body.kind)->name, verdict_code(s->standing), verdict_code(standing));
}

Test(roster, every_kind_is_in_force_from_those_roles_and_no_other_and_from_nobody_whose_key_has_ended)
{
    static const struct { enum kind kind; uint32_t roles; } rows[] = {
        { KIND_RESUME, UINT32_MAX }, { KIND_GUIDE, BIT(SECRETARIAT) }, { KIND_CODEBOOK, BIT(SECRETARIAT) },
        { KIND_SESSION, BIT(FACILITATOR) }, { KIND_CONTRIBUTION, BIT(FACILITATOR) }, { KIND_CLAUSE, BIT(DRAFTER) },
        { KIND_LINK, BIT(DRAFTER) }, { KIND_RESPONSE, BIT(DRAFTER) }, { KIND_REDACTION, BIT(PROTECTION) },
        { KIND_FORK_EVIDENCE, BIT(HUB) }, { KIND_FORUM_PLAN, BIT(SECRETARIAT) }, { KIND_ATTENDANCE, BIT(FACILITATOR) },
        { KIND_SHARE_SEAL, BIT(FACILITATOR) }, { KIND_SESSION_SEAL, BIT(FACILITATOR) },
        { KIND_CORRECTION, BIT(FACILITATOR) }, { KIND_WITHDRAWAL, BIT(FACILITATOR) | BIT(PROTECTION) },
        { KIND_ERASED, BIT(HUB) | BIT(FACILITATOR) }, { KIND_OPENED, UINT32_MAX }, { KIND_INCIDENT, UINT32_MAX },
    };
    static const struct { const char *way; uint32_t roles; } ways[] = {
        { "own-key", BIT(ATTESTER) }, { "sheet", BIT(FACILITATOR) },
    };
    struct world w;
    begin(&w, 1);
    struct person secretary = person_of("secretary");
    struct person host = person_of("host");
    (void)world_grant(&w, &w.root[0], &secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&w, &secretary, &host, BIT(FACILITATOR), NULL);
    const struct said *session = world_session(&w, &host, "LR-NIM", "LR-NIM-2026-001");
    const struct said *seal = world_say(&w, &host, &(struct body){ .kind = KIND_SESSION_SEAL }, &session->entry.id, 1,
                                        NULL);
    expect(seal, VERDICT_GOOD);
    static const struct { const char *reason; enum verdict ended; } ends[] = {
        { NULL, VERDICT_GOOD }, { "retired", VERDICT_LATE }, { "compromised", VERDICT_REVOKED },
    };
    for (enum role role = ROLE_REGISTRAR; role < ROLE_COUNT; role++) {
        struct person p = person_of(role_name(role));
        const bool high = role == ROLE_REGISTRAR || role == ROLE_SECRETARIAT || role == ROLE_HUB;
        expect(world_grant(&w, high ? &w.root[0] : &secretary, &p, 1u << role, NULL), VERDICT_GOOD);
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
            if (ends[k].reason != NULL) {
                expect(world_revoke(&w, &w.root[1], &p, ends[k].reason, NULL, 0), VERDICT_GOOD);
            }
            for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                expect(speech_of(&w, &p, rows[i].kind, session),
                       (rows[i].roles & (1u << role)) == 0 ? VERDICT_NO_ROLE : ends[k].ended);
            }
            for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
                expect(speech_attest(&w, &p, ways[i].way, seal),
                       (ways[i].roles & (1u << role)) == 0 ? VERDICT_NO_ROLE : ends[k].ended);
            }
        }
    }
    world_done(&w);
}

Test(roster, an_act_of_the_root_is_in_force_at_its_last_approval_by_distinct_roots)
{
    struct world w;
    begin(&w, 2);
    struct person secretary = person_of("secretary");
    struct person helper = person_of("helper");
    struct said *act = world_grant(&w, &w.root[0], &secretary, BIT(SECRETARIAT), NULL);
    expect(act, VERDICT_PENDING);
    cr_expect(!roster_enrolled(w.roster, secretary.pub));
    expect(world_approve(&w, &w.root[0], act), VERDICT_GOOD); // her own signature was the first
    cr_expect_eq(world_standing(&w, act), VERDICT_PENDING);
    struct said *early = world_grant(&w, &secretary, &helper, BIT(FACILITATOR), NULL);
    cr_expect_eq(early->admitted, VERDICT_NOT_ENROLLED);
    const uint64_t before = roster_generation(w.roster);
    struct said *second = world_approve(&w, &w.root[2], act);
    expect(second, VERDICT_GOOD);
    cr_expect_eq(world_standing(&w, act), VERDICT_GOOD);
    cr_expect_gt(roster_generation(w.roster), before);
    expect(world_approve(&w, &w.root[1], act), VERDICT_GOOD);
    secretary = person_again(&secretary, 1);
    expect(world_grant(&w, &secretary, &helper, BIT(FACILITATOR), NULL), VERDICT_GOOD);
    expect(world_approve(&w, &secretary, act), VERDICT_NO_ROLE);
    expect(world_approve(&w, &w.root[1], early), VERDICT_UNKNOWN_TARGET);
    size_t i = 0;
    struct roster_member m;
    struct roster_accreditation a;
    cr_assert(roster_find(w.roster, secretary.pub, &i));
    roster_member(w.roster, i, &m);
    roster_accreditation(w.roster, i, 0, &a);
    cr_expect_eq(m.since, second->index);
    cr_expect(pubkey_equal(a.by, w.root[0].pub));
    cr_expect(hash_equal(a.act, act->entry.id));
    world_done(&w);
}

Test(roster, a_change_of_root_voids_what_was_pending_and_the_old_key_ends)
{
    struct world w;
    begin(&w, 2);
    struct person secretary = person_of("secretary");
    struct person fresh = person_of("fresh root");
    struct said *grant = world_grant(&w, &w.root[0], &secretary, BIT(SECRETARIAT), NULL);
    struct said *change = speech_rekey(&w, &w.root[0], "root", w.root[1].pub, fresh.pub);
    expect(change, VERDICT_PENDING);
    (void)world_approve(&w, &w.root[2], change);
    cr_expect_eq(world_standing(&w, change), VERDICT_GOOD);
    cr_expect_eq(world_standing(&w, grant), VERDICT_VOID);
    expect(world_approve(&w, &w.root[2], grant), VERDICT_VOID);
    expect(world_grant(&w, &w.root[1], &secretary, BIT(SECRETARIAT), NULL), VERDICT_REVOKED);
    expect(speech_rekey(&w, &fresh, "root", w.root[0].pub, w.root[1].pub), VERDICT_BAD_BODY); // never again
    grant = world_grant(&w, &fresh, &secretary, BIT(SECRETARIAT), NULL);
    (void)world_approve(&w, &w.root[0], grant);
    cr_expect_eq(world_standing(&w, grant), VERDICT_GOOD);
    cr_expect_eq(roster_root_count(w.roster), 3);
    world_done(&w);
}

Test(roster, a_rekey_changes_the_log_and_the_door_only_from_the_key_of_now)
{
    struct world w;
    begin(&w, 1);
    const struct pubkey new_log = person_of("new log").pub;
    struct pubkey exchange;
    const struct boxkey was = roster_exchange_key(w.roster);
    memcpy(exchange.b, was.b, sizeof exchange.b);
    expect(speech_rekey(&w, &w.root[0], "log", new_log, w.hub.pub), VERDICT_UNKNOWN_TARGET);
    expect(speech_rekey(&w, &w.root[0], "log", w.hub.pub, (struct pubkey){ { 1 } }), VERDICT_BAD_BODY);
    expect(speech_rekey(&w, &w.root[0], "log", w.hub.pub, new_log), VERDICT_GOOD);
    expect(speech_rekey(&w, &w.root[1], "exchange", exchange, new_log), VERDICT_GOOD);
    expect(speech_rekey(&w, &w.root[1], "exchange", exchange, w.hub.pub), VERDICT_UNKNOWN_TARGET);
    cr_expect(pubkey_equal(roster_log_key(w.roster), new_log));
    cr_expect(memcmp(roster_exchange_key(w.roster).b, new_log.b, sizeof new_log.b) == 0);
    world_done(&w);
}

Test(roster, a_code_covers_itself_and_what_extends_it_with_a_hyphen)
{
    static const struct { const char *area, *code; bool covers; } rows[] = {
        { "LR-NIM", "LR-NIM", true }, { "LR-NIM", "LR-NIM-SAN", true }, { "LR-NIM", "LR-NIMBA", false },
        { "LR-NIM", "LR", false }, { "LR", "LR-NIM-SAN", true }, { "LR-NIM-SAN", "LR-NIM", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_eq(area_covers(slice_text(rows[i].area), slice_text(rows[i].code)), rows[i].covers, "%s %s",
                     rows[i].area, rows[i].code);
    }
}

Test(roster, nobody_accredits_beyond_her_own_roles_and_areas)
{
    struct world w;
    begin(&w, 1);
    struct person secretary = person_of("secretary");
    struct person registrar = person_of("registrar");
    (void)world_grant(&w, &w.root[0], &secretary, BIT(SECRETARIAT), "LR-NIM");
    (void)world_grant(&w, &w.root[0], &registrar, BIT(REGISTRAR), "LR-NIM");
    static const struct { uint32_t roles; const char *area; enum verdict root, secretary, registrar; } rows[] = {
        { BIT(FACILITATOR), "LR-NIM-SAN", VERDICT_NO_ROLE, VERDICT_GOOD, VERDICT_GOOD },
        { BIT(FACILITATOR) | BIT(DRAFTER), "LR-NIM", VERDICT_NO_ROLE, VERDICT_GOOD, VERDICT_GOOD },
        { BIT(FACILITATOR), "LR-BON", VERDICT_NO_ROLE, VERDICT_OUT_OF_AREA, VERDICT_OUT_OF_AREA },
        { BIT(FACILITATOR), NULL, VERDICT_NO_ROLE, VERDICT_OUT_OF_AREA, VERDICT_OUT_OF_AREA },
        { BIT(REGISTRAR), "LR-BON", VERDICT_GOOD, VERDICT_NO_ROLE, VERDICT_NO_ROLE },
        { BIT(HUB), NULL, VERDICT_GOOD, VERDICT_NO_ROLE, VERDICT_NO_ROLE },
        { BIT(SECRETARIAT) | BIT(FACILITATOR), "LR-NIM", VERDICT_NO_ROLE, VERDICT_NO_ROLE, VERDICT_NO_ROLE },
        { BIT(ROOT), NULL, VERDICT_NO_ROLE, VERDICT_NO_ROLE, VERDICT_NO_ROLE },
        { 0, NULL, VERDICT_NO_ROLE, VERDICT_NO_ROLE, VERDICT_NO_ROLE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char name[] = { 'p', (char)('a' + (char)i), '\0' };
        const struct person p = person_of(name);
        expect(world_grant(&w, &w.root[1], &p, rows[i].roles, rows[i].area), rows[i].root);
        expect(world_grant(&w, &secretary, &p, rows[i].roles, rows[i].area), rows[i].secretary);
        expect(world_invite(&w, &registrar, "invitation", rows[i].roles, rows[i].area, 1), rows[i].registrar);
    }
    const struct person p = person_of("someone");
    expect(world_grant(&w, &registrar, &p, BIT(FACILITATOR), "LR-NIM"), VERDICT_NO_ROLE);
    expect(world_invite(&w, &secretary, "invitation", BIT(FACILITATOR), "LR-NIM", 1), VERDICT_NO_ROLE);
    const struct person weak = { .pub = { { 1 } } };
    expect(world_grant(&w, &secretary, &weak, BIT(FACILITATOR), "LR-NIM"), VERDICT_BAD_BODY);
    cr_expect(!roster_enrolled(w.roster, weak.pub));
    world_done(&w);
}

Test(roster, duties_that_must_be_apart_are_never_held_together)
{
    static const struct { uint32_t first, second; bool root; } rows[] = {
        { BIT(WITNESS), BIT(FACILITATOR), false }, { BIT(DRAFTER), BIT(WITNESS), false },
        { BIT(ANALYST), BIT(PROTECTION), false },  { BIT(PROTECTION), BIT(ANALYST) | BIT(DRAFTER), false },
        { BIT(OPERATOR), BIT(REGISTRAR), true },   { BIT(REGISTRAR), BIT(HUB), true },
    };
    struct world w;
    begin(&w, 1);
    struct person secretary = person_of("secretary");
    struct person registrar = person_of("registrar");
    (void)world_grant(&w, &w.root[0], &secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&w, &w.root[0], &registrar, BIT(REGISTRAR), NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[] = { 'p', (char)('a' + (char)i), '\0' };
        const struct person p = person_of(name);
        struct person *second = rows[i].root ? &w.root[0] : &secretary;
        struct person *first = rows[i].first == BIT(REGISTRAR) ? &w.root[0] : &secretary;
        expect(world_grant(&w, second, &p, rows[i].first | rows[i].second, NULL), VERDICT_NO_ROLE);
        expect(world_grant(&w, first, &p, rows[i].first, NULL), VERDICT_GOOD);
        expect(world_grant(&w, second, &p, rows[i].second, NULL), VERDICT_NO_ROLE);
        cr_expect(!roster_has_role(w.roster, p.pub, rows[i].second));
        if (!rows[i].root) {
            expect(world_invite(&w, &registrar, name, rows[i].first | rows[i].second, NULL, 1), VERDICT_NO_ROLE);
        }
    }
    world_done(&w);
}

Test(roster, what_happens_at_a_forum_is_judged_by_its_area_and_an_attestation_by_the_forum_of_its_seal)
{
    struct world w;
    begin(&w, 1);
    struct person secretary = person_of("secretary");
    struct person host = person_of("host");
    struct person near = person_of("near");
    struct person far = person_of("far");
    (void)world_grant(&w, &w.root[0], &secretary, BIT(SECRETARIAT), "LR-NIM");
    (void)world_grant(&w, &secretary, &host, BIT(FACILITATOR), "LR-NIM");
    (void)world_grant(&w, &secretary, &near, BIT(ATTESTER), "LR-NIM");
    const struct said *any = world_grant(&w, &w.root[0], &far, BIT(SECRETARIAT), "LR-BON");
    expect(speech_of(&w, &far, KIND_FORUM_PLAN, any), VERDICT_OUT_OF_AREA);
    expect(speech_of(&w, &secretary, KIND_FORUM_PLAN, any), VERDICT_GOOD);
    struct person other = person_of("other");
    (void)world_grant(&w, &far, &other, BIT(FACILITATOR) | BIT(ATTESTER), "LR-BON");
    struct body b = { .kind = KIND_SESSION };
    b.as.session.area = b.as.session.code = b.as.session.type = SLICE_LITERAL("LR-NIM");
    struct said *session = world_make(&w, &host, &b, NULL, 0, NULL);
    struct person device = person_again(&host, 1);
    const struct body closing = { .kind = KIND_SESSION_SEAL };
    struct said *seal = world_make(&w, &device, &closing, &session->entry.id, 1, NULL);
    struct said *good = speech_attest(&w, &near, "own-key", seal);
    struct said *bad = speech_attest(&w, &other, "own-key", seal);
    expect(good, VERDICT_UNKNOWN_TARGET);
    cr_expect_eq(world_put(&w, seal), VERDICT_UNKNOWN_TARGET);
    cr_expect_eq(world_standing(&w, good), VERDICT_UNKNOWN_TARGET);
    const uint64_t before = roster_generation(w.roster);
    cr_expect_eq(world_put(&w, session), VERDICT_GOOD);
    cr_expect_gt(roster_generation(w.roster), before);
    cr_expect_eq(world_standing(&w, seal), VERDICT_GOOD);
    cr_expect_eq(world_standing(&w, good), VERDICT_GOOD);
    cr_expect_eq(world_standing(&w, bad), VERDICT_OUT_OF_AREA);
    expect(speech_of(&w, &other, KIND_ATTENDANCE, session), VERDICT_OUT_OF_AREA);
    expect(speech_of(&w, &device, KIND_ATTENDANCE, session), VERDICT_GOOD);
    world_done(&w);
}

Test(roster, contributions_are_judged_by_the_area_of_their_session_once_it_is_there)
{
    struct world w;
    begin(&w, 1);
    struct person secretary = person_of("secretary");
    struct person near = person_of("near");
    struct person far = person_of("far");
    (void)world_grant(&w, &w.root[0], &secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&w, &secretary, &near, BIT(FACILITATOR), "LR-NIM");
    (void)world_grant(&w, &secretary, &far, BIT(FACILITATOR), "LR-BON");
    expect(world_session(&w, &far, "LR-NIM", "LR-NIM-2026-009"), VERDICT_OUT_OF_AREA);
    struct body b = { .kind = KIND_SESSION };
    b.as.session.area = SLICE_LITERAL("LR-NIM-SAN");
    b.as.session.code = SLICE_LITERAL("LR-NIM-2026-001");
    b.as.session.type = SLICE_LITERAL("town-hall");
    struct said *session = world_make(&w, &near, &b, NULL, 0, NULL);
    struct person device = person_again(&near, 1);
    struct said *good = world_contribute(&w, &device, session, "The well was taken.");
    struct said *bad = world_contribute(&w, &far, session, "From elsewhere.");
    expect(good, VERDICT_UNKNOWN_TARGET);
    expect(bad, VERDICT_UNKNOWN_TARGET);
    const uint64_t before = roster_generation(w.roster);
    cr_expect_eq(world_put(&w, session), VERDICT_GOOD);
    cr_expect_gt(roster_generation(w.roster), before);
    cr_expect_eq(world_standing(&w, good), VERDICT_GOOD);
    cr_expect_eq(world_standing(&w, bad), VERDICT_OUT_OF_AREA);
    world_done(&w);
}

Test(roster, a_role_counts_from_the_index_it_was_given_and_not_before)
{
    struct world w;
    begin(&w, 1);
    struct person secretary = person_of("secretary");
    struct person p = person_of("someone");
    (void)world_grant(&w, &w.root[0], &secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&w, &secretary, &p, BIT(ANALYST), NULL);
    struct said *before = world_session(&w, &p, "LR-NIM", "LR-NIM-2026-001");
    expect(before, VERDICT_NO_ROLE);
    (void)world_grant(&w, &secretary, &p, BIT(FACILITATOR), NULL);
    expect(world_session(&w, &p, "LR-NIM", "LR-NIM-2026-002"), VERDICT_GOOD);
    cr_expect_eq(world_standing(&w, before), VERDICT_NO_ROLE);
    cr_expect(roster_has_role(w.roster, p.pub, BIT(FACILITATOR)));
    world_done(&w);
}

Test(roster, an_invitation_enrols_while_uses_remain_and_then_sixteen_without_effect)
{
    struct world w;
    begin(&w, 1);
    struct person registrar = person_of("registrar");
    struct person people[2 + LIMIT_INVITE_SPENT + 1];
    (void)world_grant(&w, &w.root[0], &registrar, BIT(REGISTRAR), NULL);
    struct said *invite = world_invite(&w, &registrar, "village", BIT(FACILITATOR), "LR-NIM", 2);
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        char name[] = { 'p', (char)('a' + (char)i), '\0' };
        people[i] = person_of(name);
        const struct said *s = world_enrol(&w, &people[i], invite, "village");
        const bool last = i == 2 + LIMIT_INVITE_SPENT;
        cr_expect_eq(s->admitted, last ? VERDICT_INVITE_SPENT_LIMIT : VERDICT_GOOD);
        expect(s, last ? VERDICT_INVITE_SPENT_LIMIT : i < 2 ? VERDICT_GOOD : VERDICT_INVITE_SPENT);
    }
    expect(world_session(&w, &people[0], "LR-NIM-SAN", "LR-NIM-2026-001"), VERDICT_GOOD);
    expect(world_session(&w, &people[1], "LR-BON", "LR-BON-2026-001"), VERDICT_OUT_OF_AREA);
    // Whose enrolment came too late waits; a grant, or another invitation, makes her work count.
    expect(world_session(&w, &people[2], "LR-NIM", "LR-NIM-2026-002"), VERDICT_INVITE_SPENT_LIMIT);
    cr_expect(!roster_enrolled(w.roster, people[2].pub));
    struct said *more = world_invite(&w, &registrar, "more", BIT(FACILITATOR), NULL, 1);
    people[2] = person_again(&people[2], 1);
    expect(world_enrol(&w, &people[2], more, "more"), VERDICT_GOOD);
    expect(world_session(&w, &people[2], "LR-NIM", "LR-NIM-2026-002"), VERDICT_GOOD);
    // Only a newcomer enrols.
    people[1] = person_again(&people[1], 1);
    expect(world_enrol(&w, &people[1], more, "more"), VERDICT_NO_ROLE);
    struct roster_invite shown;
    roster_invite(w.roster, 0, &shown);
    cr_expect_eq(shown.used, 2);
    cr_expect_eq(shown.spent, LIMIT_INVITE_SPENT);
    world_done(&w);
}

Test(roster, nobody_enrols_without_an_invitation_s_own_signature_over_her_keys)
{
    struct world w;
    begin(&w, 1);
    struct person registrar = person_of("registrar");
    (void)world_grant(&w, &w.root[0], &registrar, BIT(REGISTRAR), NULL);
    struct said *invite = world_invite(&w, &registrar, "village", BIT(FACILITATOR), NULL, 9);
    struct person p = person_of("newcomer");
    cr_expect_eq(world_enrol(&w, &p, invite, "another seed")->admitted, VERDICT_NOT_ENROLLED);
    cr_expect_eq(world_enrol(&w, &p, invite, "village")->admitted, VERDICT_NOT_ENROLLED, "not at seq 1");
    p = person_of("newcomer");
    cr_expect_eq(world_session(&w, &p, "LR-NIM", "LR-NIM-2026-001")->admitted, VERDICT_NOT_ENROLLED);
    p = person_of("newcomer");
    struct said missing = { 0 };
    cr_expect_eq(world_enrol(&w, &p, &missing, "village")->admitted, VERDICT_NOT_ENROLLED);
    struct person weak = person_of("weak");
    weak.pub = (struct pubkey){ { 1 } };
    cr_expect_eq(world_enrol(&w, &weak, invite, "village")->admitted, VERDICT_WEAK_KEY);
    p = person_of("newcomer");
    cr_expect_eq(world_enrol(&w, &p, invite, "village")->standing, VERDICT_GOOD);
    world_done(&w);
}

Test(roster, the_door_knows_members_and_invitations_and_forgets_who_is_compromised)
{
    struct world w;
    struct hash id;
    begin(&w, 1);
    struct person registrar = person_of("registrar");
    struct person one = person_of("one");
    struct person two = person_of("two");
    two.transport = one.transport; // two people of one site
    (void)world_grant(&w, &w.root[0], &registrar, BIT(REGISTRAR), NULL);
    cr_expect_eq(roster_transport(w.roster, one.transport, NULL), DOOR_CLOSED);
    struct said *invite = world_invite(&w, &registrar, "village", BIT(FACILITATOR), NULL, 2);
    cr_expect_eq(roster_transport(w.roster, person_of("village").transport, &id), DOOR_INVITATION);
    cr_expect(hash_equal(id, invite->entry.id));
    (void)world_enrol(&w, &one, invite, "village");
    (void)world_enrol(&w, &two, invite, "village");
    cr_expect_eq(roster_transport(w.roster, one.transport, NULL), DOOR_MEMBER);
    (void)world_revoke(&w, &w.root[0], &two, "compromised", NULL, 0);
    cr_expect_eq(roster_transport(w.roster, one.transport, NULL), DOOR_MEMBER);
    (void)world_revoke(&w, &w.root[0], &one, "retired", NULL, 0); // what she had written may still come
    cr_expect_eq(roster_transport(w.roster, one.transport, NULL), DOOR_MEMBER);
    (void)world_revoke(&w, &w.root[0], &one, "compromised", NULL, 0);
    cr_expect_eq(roster_transport(w.roster, one.transport, NULL), DOOR_CLOSED);
    cr_expect_eq(roster_transport_count(w.roster), 3);
    world_done(&w);
}

Test(roster, what_has_seen_another_record_is_marked_but_a_newcomer_is_enrolled_all_the_same)
{
    struct world w;
    begin(&w, 1);
    struct person registrar = person_of("registrar");
    struct person p = person_of("newcomer");
    (void)world_grant(&w, &w.root[0], &registrar, BIT(REGISTRAR), NULL);
    struct said *invite = world_invite(&w, &registrar, "village", BIT(FACILITATOR), NULL, 2);
    struct said *enrol = world_enrol(&w, &p, invite, "village");
    struct said *session = world_session(&w, &p, "LR-NIM", "LR-NIM-2026-001");
    struct roster *again = roster_new(&w.charter);
    for (size_t i = 0; i < w.n; i++) {
        const struct said *s = w.record[i];
        const enum verdict form = s == enrol || s == session ? VERDICT_SEEN_CONTRADICTS : s->form;
        cr_expect_eq(roster_apply(again, &s->entry, form, &s->body, i),
                     s == session ? VERDICT_SEEN_CONTRADICTS : VERDICT_GOOD);
    }
    cr_expect(roster_enrolled(again, p.pub));
    roster_free(again);
    world_done(&w);
}
