// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// G1, after the strategy that listed threats (land disputes first) for which its schedule had no action; and G4.
#include "hub/draft/gap.h"

#include "common/base/text.h"
#include "tests/unit/hub/drafting.h"

#include <string.h>

static struct gap_report run(const struct drafting *t, struct draft **d, const char *rule)
{
    struct gap_report r = { 0 };
    *d = drafting_fold(t);
    cr_assert(gap_run(*d, rule, merkle_head(&t->w.tree), &r));
    return r;
}

static void expect(const struct drafting *t, const char *rule, const char *const *texts, size_t n)
{
    struct draft *d = NULL;
    struct gap_report r = run(t, &d, rule);
    cr_expect_eq(r.n, n);
    for (size_t i = 0; i < r.n && i < n; i++) {
        cr_expect_str_eq(r.findings[i].text.text, texts[i]);
    }
    gap_done(&r);
    draft_free(d);
}

Test(gap, g1_names_each_threat_with_no_action_and_what_it_stands_on)
{
    struct drafting t;
    drafting_init(&t);
    struct said *land = world_clause(&t.w, &t.drafter, "threat", "land disputes", NULL, 1, NULL);
    struct said *roads = world_clause(&t.w, &t.drafter, "threat", "unsafe roads", NULL, 1, NULL);
    for (size_t i = 0; i < 3; i++) {
        (void)world_link(&t.w, &t.drafter, i == 0 ? "originates" : "supports", t.land[i], land);
    }
    (void)world_link(&t.w, &t.drafter, "modifies", t.land[0], land); // counts once
    (void)world_link(&t.w, &t.drafter, "contradicts", t.road, land); // does not carry it
    (void)world_link(&t.w, &t.drafter, "originates", t.road, roads);
    static const char *const both[] = { "land disputes: 3 contributions, 2 forums, 0 actions",
                                        "unsafe roads: 1 contribution, 1 forum, 0 actions" };
    expect(&t, "G1", both, 2);

    struct said *action = world_clause(&t.w, &t.drafter, "action", "register plots", NULL, 1, NULL);
    (void)world_link(&t.w, &t.drafter, "depends-on", action, land);  // is no answer
    (void)world_link(&t.w, &t.facilitator, "answers", action, land); // nor is hers, who has no role for it
    expect(&t, "G1", both, 2);
    struct said *answer = world_link(&t.w, &t.drafter, "answers", action, land);
    expect(&t, "G1", &both[1], 1);
    (void)world_revoke(&t.w, &t.secretary, &t.drafter, "compromised", (const struct said *const *)&action, 1);
    cr_assert_eq(world_standing(&t.w, answer), VERDICT_REVOKED);
    expect(&t, "G1", both, 2);
    drafting_done(&t);
}

Test(gap, g1_takes_an_action_through_an_objective_but_not_an_objective_alone)
{
    struct drafting t;
    drafting_init(&t);
    struct said *land = world_clause(&t.w, &t.drafter, "threat", "land disputes", NULL, 1, NULL);
    struct said *objective = world_clause(&t.w, &t.drafter, "objective", "secure titles", NULL, 1, NULL);
    (void)world_link(&t.w, &t.drafter, "answers", objective, land);
    (void)world_link(&t.w, &t.drafter, "answers", land, objective); // a cycle
    static const char *const alone[] = { "land disputes: 0 contributions, 0 forums, 0 actions" };
    expect(&t, "G1", alone, 1);
    struct said *action = world_clause(&t.w, &t.drafter, "action", "register plots", NULL, 1, objective);
    expect(&t, "G1", NULL, 0);
    (void)world_clause(&t.w, &t.drafter, "method", "register plots some day", action, 2, objective);
    expect(&t, "G1", alone, 1); // its current version is no action any more
    drafting_done(&t);
}

Test(gap, g4_names_each_contribution_that_no_response_names)
{
    struct drafting t;
    drafting_init(&t);
    (void)world_respond(&t.w, &t.drafter, t.land[0], "accepted");
    (void)world_respond(&t.w, &t.drafter, t.road, "referred");
    (void)world_respond(&t.w, &t.facilitator, t.land[2], "noted"); // without effect
    static const char *const texts[] = { "entry 6, forum LR-NIM-2026-001: no response",
                                         "entry 7, forum LR-BON-2026-001: no response" };
    expect(&t, "G4", texts, 2);
    drafting_done(&t);
}

Test(gap, a_report_says_what_it_was_computed_from_and_is_the_same_each_time)
{
    struct drafting t;
    struct draft *d = NULL;
    struct draft *e = NULL;
    const struct gap_rule *rules = NULL;
    drafting_init(&t);
    (void)world_clause(&t.w, &t.drafter, "threat", "land\ndisputes \xe2\x80\xae", NULL, 1, NULL);
    struct gap_report one = run(&t, &d, NULL);
    struct gap_report two = run(&t, &e, NULL);
    cr_expect_eq(one.n, 1 + 4);
    cr_expect_str_eq(one.findings[0].text.text, "land disputes \xef\xbf\xbd: 0 contributions, 0 forums, 0 actions");
    cr_expect(hash_equal(one.output, two.output));
    cr_expect_eq(one.head.size, t.w.n);
    cr_expect(strncmp(one.program, "baraza ", 7) == 0);
    gap_done(&two);
    draft_free(e);
    (void)world_respond(&t.w, &t.drafter, t.road, "noted");
    two = run(&t, &e, NULL);
    cr_expect(!hash_equal(one.output, two.output));
    cr_expect(!gap_run(e, "G99", merkle_head(&t.w.tree), &two));
    cr_expect_eq(gap_rules(&rules), 2);
    gap_done(&one);
    gap_done(&two);
    draft_free(d);
    draft_free(e);
    drafting_done(&t);
}

Test(gap, a_title_that_is_long_or_not_shown_leaves_room_for_the_numbers)
{
    struct drafting t;
    struct gap_report r = { 0 };
    drafting_init(&t);
    char chinese[3 * 80 + 1] = "";
    for (size_t i = 0; i < 80; i++) {
        memcpy(chinese + 3 * i, "\xe5\x9c\xb0", 3);
    }
    (void)world_clause(&t.w, &t.drafter, "threat", chinese, NULL, 1, NULL);
    struct said *hidden = world_clause(&t.w, &t.drafter, "threat", "hidden", NULL, 1, NULL);
    hidden->disclosure = (struct disclosure){ .count = hidden->disclosure.count };
    struct draft *d = NULL;
    r = run(&t, &d, "G1");
    cr_assert_eq(r.n, 2);
    cr_expect(text_utf8_ok(slice_text(r.findings[0].text.text)));
    for (size_t i = 0; i < 2; i++) {
        cr_expect(strstr(r.findings[i].text.text, ": 0 contributions, 0 forums, 0 actions") != NULL, "%s",
                  r.findings[i].text.text);
    }
    cr_expect(strstr(r.findings[1].text.text, "words not shown") != NULL);
    gap_done(&r);
    draft_free(d);
    drafting_done(&t);
}
