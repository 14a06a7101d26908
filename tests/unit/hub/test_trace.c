// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// From a sentence to its clauses, actions and response, and back; through versions, parents and cycles.
#include "hub/draft/trace.h"

#include "tests/unit/hub/drafting.h"

#include <stdio.h>
#include <string.h>

// The trace as text: a line for each step, two spaces for each level, '^' for what was listed before.
static struct buf story(const struct draft *d, struct hash id, enum trace_way way)
{
    struct trace t = { 0 };
    struct buf out = buf_new(1 << 16);
    const struct draft_session *sessions = NULL;
    const struct draft_contribution *contributions = NULL;
    const struct draft_response *responses = NULL;
    (void)draft_sessions(d, &sessions);
    (void)draft_contributions(d, &contributions);
    (void)draft_responses(d, &responses);
    cr_assert(trace_run(d, id, way, &t));
    for (size_t i = 0; i < t.n; i++) {
        const struct trace_step *s = &t.steps[i];
        struct slice says = { 0 };
        switch (s->node.type) {
        case DRAFT_SESSION:
            says = sessions[s->node.i].code;
            break;
        case DRAFT_CONTRIBUTION:
            says = contributions[s->node.i].text;
            break;
        case DRAFT_CLAUSE:
            says = draft_current(d, s->node.i)->title;
            break;
        case DRAFT_RESPONSE:
            says = responses[s->node.i].disposition;
            break;
        case DRAFT_UNKNOWN:
            cr_assert_fail();
        }
        buf_printf(&out, "%*s", (int)(2 * s->depth), "");
        buf_put(&out, s->relation);
        buf_put_text(&out, s->relation.n > 0 ? ": " : "");
        buf_put(&out, says);
        buf_put_text(&out, s->again ? " ^\n" : "\n");
    }
    trace_done(&t);
    buf_put_u8(&out, 0);
    return out;
}

static void expect(const struct drafting *t, const struct said *from, enum trace_way way, const char *text)
{
    struct draft *d = drafting_fold(t);
    struct buf out = story(d, from->entry.id, way);
    cr_expect_str_eq((const char *)out.p, text);
    buf_done(&out);
    draft_free(d);
}

Test(trace, leads_from_a_sentence_to_clause_action_and_response_and_back)
{
    struct drafting t;
    drafting_init(&t);
    struct said *threat = world_clause(&t.w, &t.drafter, "threat", "land disputes", NULL, 1, NULL);
    struct said *objective = world_clause(&t.w, &t.drafter, "objective", "secure titles", NULL, 1, NULL);
    struct said *action = world_clause(&t.w, &t.drafter, "action", "register plots", NULL, 1, objective);
    (void)world_link(&t.w, &t.drafter, "originates", t.land[0], threat);
    (void)world_link(&t.w, &t.drafter, "supports", t.land[2], threat);
    (void)world_link(&t.w, &t.drafter, "answers", objective, threat);
    (void)world_link(&t.w, &t.drafter, "depends-on", action, threat);
    (void)world_respond(&t.w, &t.drafter, t.land[0], "accepted");
    expect(&t, t.land[0], TRACE_ONWARD,
           "The same plot was sold twice.\n"
           "  originates: land disputes\n"
           "    answers: secure titles\n"
           "      parent: register plots\n"
           "  response: accepted\n");
    expect(&t, action, TRACE_BACK,
           "register plots\n"
           "  parent: secure titles\n"
           "    answers: land disputes\n"
           "      originates: The same plot was sold twice.\n"
           "        forum: LR-NIM-2026-001\n"
           "      supports: The same plot was sold twice.\n"
           "        forum: LR-BON-2026-001\n");
    drafting_done(&t);
}

Test(trace, any_version_names_the_clause_and_shows_the_current_one)
{
    struct drafting t;
    drafting_init(&t);
    struct said *first = world_clause(&t.w, &t.drafter, "threat", "land", NULL, 1, NULL);
    struct said *third = world_clause(&t.w, &t.drafter, "threat", "land disputes", first, 3, NULL);
    (void)world_clause(&t.w, &t.drafter, "threat", "an older wording, late", first, 2, NULL);
    (void)world_clause(&t.w, &t.facilitator, "threat", "by nobody's right", first, 9, NULL);
    (void)world_link(&t.w, &t.drafter, "originates", t.road, third);
    for (int i = 0; i <= 1; i++) {
        expect(&t, i == 0 ? first : third, TRACE_BACK,
               "land disputes\n  originates: The road is unsafe after dark.\n    forum: LR-BON-2026-001\n");
    }
    struct draft *d = drafting_fold(&t);
    const struct draft_clause *clauses = NULL;
    cr_expect_eq(draft_clauses(d, &clauses), 1);
    cr_expect_eq(clauses[0].version_count, 3);
    cr_expect(hash_equal(clauses[0].stable, first->entry.id));
    draft_free(d);
    drafting_done(&t);
}

Test(trace, a_cycle_is_listed_once_and_not_followed_again)
{
    struct drafting t;
    drafting_init(&t);
    struct said *a = world_clause(&t.w, &t.drafter, "objective", "first", NULL, 1, NULL);
    struct said *b = world_clause(&t.w, &t.drafter, "objective", "second", NULL, 1, a);
    (void)world_link(&t.w, &t.drafter, "implements", a, b);
    (void)world_link(&t.w, &t.drafter, "supports", a, a);
    expect(&t, a, TRACE_ONWARD, "first\n  supports: first ^\n  parent: second\n    implements: first ^\n");
    expect(&t, b, TRACE_BACK, "second\n  parent: first\n    implements: second ^\n    supports: first ^\n");
    drafting_done(&t);
}

Test(trace, a_response_stands_for_what_it_answers_and_what_came_first_is_found_all_the_same)
{
    struct drafting t;
    struct trace none;
    drafting_init(&t);
    const struct body b = { .kind = KIND_CONTRIBUTION };
    struct said *late = world_make(&t.w, &t.facilitator, &b, &t.forums[0]->entry.id, 1, NULL);
    struct said *threat = world_clause(&t.w, &t.drafter, "threat", "roads", NULL, 1, NULL);
    (void)world_link(&t.w, &t.drafter, "supports", late, threat); // before it is in the record
    struct said *response = world_respond(&t.w, &t.drafter, late, "noted");
    struct draft *d = drafting_fold(&t);
    cr_expect(!trace_run(d, late->entry.id, TRACE_ONWARD, &none));
    draft_free(d);
    cr_assert_eq(world_put(&t.w, late), VERDICT_GOOD);
    expect(&t, response, TRACE_ONWARD, "noted\n  response: \n    supports: roads\n    response: noted ^\n");
    expect(&t, response, TRACE_BACK, "noted\n  response: \n    forum: LR-NIM-2026-001\n");
    drafting_done(&t);
}
