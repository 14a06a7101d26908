// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Corrections and withdrawals by the entry they name: which stand, which compete, what is shown for the words.
#include "node/desk/amends.h"

#include "common/format/content.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>

static struct said *correction(struct world *w, struct person *p, const struct said *target,
                               const struct said *previous, const char *text)
{
    struct body body = { .kind = KIND_CORRECTION };
    struct content said = { .count = 0 };
    struct slice parts[AMEND_PARTS] = { { NULL, 0 } };
    struct hash refs[2] = { target->entry.id };
    struct buf bytes = buf_new(1000);
    body.as.correction.reason = SLICE_LITERAL("misheard");
    if (previous != NULL) {
        refs[1] = previous->entry.id;
    }
    content_add_text(&said, "text", slice_text(text));
    content_make(&said, &bytes);
    parts[AMEND_SAID] = buf_slice(&bytes);
    struct said *made = world_make(w, p, &body, refs, previous != NULL ? 2 : 1, parts);
    buf_done(&bytes);
    return made;
}

static void take(struct amends *a, const struct said *s)
{
    cr_assert_eq(s->form, VERDICT_GOOD);
    amends_take(a, &s->entry, &s->body, &s->disclosure);
}

static void expect_words(const struct amends *a, const struct said *target, const char *words)
{
    const struct slice shown = amends_words(a, target->entry.id, SLICE_LITERAL("as written"));
    cr_expect(slice_equal(shown, slice_text(words)), "%s", words);
}

Test(amends, the_last_of_a_chain_of_corrections_stands_in_whatever_order_they_come)
{
    static const size_t orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 1, 2, 0 }, { 0, 2, 1 } };
    struct world w;
    cr_assert_eq(ident_init(), OK);
    world_init(&w, 1);
    struct person p = person_of("host");
    const struct said *session = world_session(&w, &p, "LR-NIM", "LR-NIM-2026-001");
    const struct said *target = world_contribute(&w, &p, session, "as written");
    const struct said *chain[3] = { NULL };
    chain[0] = correction(&w, &p, target, NULL, "first");
    chain[1] = correction(&w, &p, target, chain[0], "second");
    chain[2] = correction(&w, &p, target, chain[1], "third");
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct amends *a = amends_new();
        expect_words(a, target, "as written");
        for (size_t k = 0; k < 3; k++) {
            take(a, chain[orders[i][k]]);
        }
        const struct amend *m = amends_sole(a, target->entry.id);
        cr_assert_not_null(m);
        cr_expect(hash_equal(m->id, chain[2]->entry.id), "order %zu", i);
        expect_words(a, target, "third");
        expect_words(a, session, "as written");
        amends_free(a);
    }
    world_done(&w);
}

Test(amends, corrections_that_compete_leave_the_words_as_they_were_written)
{
    struct world w;
    struct amends *a = amends_new();
    cr_assert_eq(ident_init(), OK);
    world_init(&w, 1);
    struct person host = person_of("host");
    struct person other = person_of("other");
    const struct said *session = world_session(&w, &host, "LR-NIM", "LR-NIM-2026-001");
    const struct said *target = world_contribute(&w, &host, session, "as written");
    const struct said *first = correction(&w, &host, target, NULL, "one says");
    take(a, first);
    take(a, correction(&w, &other, target, NULL, "the other says"));
    cr_expect_null(amends_sole(a, target->entry.id));
    expect_words(a, target, "as written");
    take(a, correction(&w, &other, target, first, "they agree"));
    cr_expect_null(amends_sole(a, target->entry.id));
    size_t n = 0;
    for (const struct amend *m = amends_first(a, target->entry.id); m != NULL; m = amends_next(a, m)) {
        n++;
    }
    cr_expect_eq(n, 3);
    amends_free(a);
    world_done(&w);
}

Test(amends, words_go_when_the_record_is_no_more_agreed_to_and_stay_for_any_other_scope)
{
    static const struct { const char *scopes[2]; bool gone; } cases[] = {
        { { NULL, NULL }, true }, { { "record", NULL }, true }, { { "publish-text", "archive" }, false },
        { { "archive", "record" }, true },
    };
    struct world w;
    cr_assert_eq(ident_init(), OK);
    world_init(&w, 1);
    struct person p = person_of("host");
    const struct said *session = world_session(&w, &p, "LR-NIM", "LR-NIM-2026-001");
    const struct said *target = world_contribute(&w, &p, session, "as written");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct amends *a = amends_new();
        struct body body = { .kind = KIND_WITHDRAWAL };
        uint32_t mask = 0;
        for (size_t k = 0; k < 2 && cases[i].scopes[k] != NULL; k++) {
            body.as.withdrawal.scopes[body.as.withdrawal.scope_count++] = slice_text(cases[i].scopes[k]);
            mask |= amends_scope(cases[i].scopes[k]);
        }
        take(a, world_make(&w, &p, &body, &target->entry.id, 1, NULL));
        const uint32_t taken = amends_withdrawn(a, target->entry.id);
        cr_expect(mask == 0 ? taken == 0x1ff : taken == mask, "case %zu", i);
        expect_words(a, target, cases[i].gone ? "(withdrawn)" : "as written");
        amends_free(a);
    }
    world_done(&w);
}

Test(amends, what_must_be_sealed_follows_the_contribution_whichever_comes_first)
{
    struct world w;
    struct body body = { .kind = KIND_CONTRIBUTION };
    cr_assert_eq(ident_init(), OK);
    world_init(&w, 1);
    struct person p = person_of("host");
    const struct said *session = world_session(&w, &p, "LR-NIM", "LR-NIM-2026-001");
    for (uint64_t sensitivity = SENSITIVITY_OPEN; sensitivity <= SENSITIVITY_SEALED; sensitivity++) {
        struct amends *a = amends_new();
        const struct slice parts[LIMIT_PARTS] = { [1] = SLICE_LITERAL("\x80"), [4] = SLICE_LITERAL("\x80") };
        body.as.contribution.sensitivity = sensitivity;
        const struct said *target = world_say(&w, &p, &body, &session->entry.id, 1, parts);
        const struct said *better = correction(&w, &p, target, NULL, "in the clear");
        const bool sealed = sensitivity == SENSITIVITY_SEALED;
        take(a, better);
        cr_expect_eq(amends_in_clear(a, &better->entry, &better->body, &better->disclosure), 0, "not known yet");
        take(a, target);
        cr_expect_eq(amends_in_clear(a, &better->entry, &better->body, &better->disclosure),
                     sealed ? 1u << AMEND_SAID : 0);
        cr_expect_eq(amends_in_clear(a, &target->entry, &target->body, &target->disclosure),
                     1u << 4 | (sealed ? 1u << 1 : 0));
        cr_expect_eq(amends_in_clear(a, &target->entry, &target->body, NULL), 0);
        amends_free(a);
    }
    world_done(&w);
}
