// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Forums add up, or it is said by how much they do not: what was planned, held, sealed, and is there.
#include "common/format/forum.h"

#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <string.h>

#define CODE "LR-NIM-2026-003"
#define STATEMENTS 5

struct stage {
    struct world w;
    struct person heron, crane, elder;
    struct said *session;
    struct said *said[STATEMENTS]; // by Heron
};

static void begin(struct stage *s)
{
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    s->heron = person_of("Heron");
    s->crane = person_of("Crane");
    s->elder = person_of("Elder");
    s->session = world_session(&s->w, &s->heron, "LR-NIM", CODE);
    for (size_t i = 0; i < STATEMENTS; i++) {
        s->said[i] = world_contribute(&s->w, &s->heron, s->session, "The bridge is down.");
    }
}

static void add(struct forum_fold *f, const struct said *said)
{
    forum_fold_add(f, &said->entry, &said->body);
}

static struct said *plan(struct stage *s, const char *code)
{
    struct body b = { .kind = KIND_FORUM_PLAN };
    b.as.forum_plan.area = SLICE_LITERAL("LR-NIM");
    b.as.forum_plan.code = slice_text(code);
    b.as.forum_plan.type = SLICE_LITERAL("town-hall");
    b.as.forum_plan.date = 20516;
    return world_make(&s->w, &s->elder, &b, NULL, 0, NULL);
}

static struct said *share_seal(struct stage *s, struct person *by, const struct said *session, uint64_t count,
                               struct hash root)
{
    struct body b = { .kind = KIND_SHARE_SEAL };
    b.as.share_seal.count = count;
    b.as.share_seal.root = root;
    return world_make(&s->w, by, &b, &session->entry.id, 1, NULL);
}

// refs: the session, then shares.
static struct said *session_seal(struct stage *s, const struct hash *refs, size_t n, uint64_t count, struct hash root,
                                 uint64_t forms)
{
    struct body b = { .kind = KIND_SESSION_SEAL };
    b.as.session_seal.count = count;
    b.as.session_seal.root = root;
    b.as.session_seal.forms = forms;
    return world_make(&s->w, &s->heron, &b, refs, n, NULL);
}

static struct said *attest(struct stage *s, struct person *by, const char *way, struct hash seal)
{
    struct body b = { .kind = KIND_ATTEST };
    b.as.attest.way = slice_text(way);
    return world_make(&s->w, by, &b, &seal, 1, NULL);
}

static struct hash root_of(struct said *const *said, size_t n)
{
    struct hash ids[STATEMENTS];
    for (size_t i = 0; i < n; i++) {
        ids[i] = said[i]->entry.id;
    }
    return forum_root(ids, n);
}

Test(forum, what_is_missing_other_or_added_after_a_seal_is_seen)
{
    static const struct {
        const char *what;
        size_t here, later;   // Heron's contributions that are there before the seal, and after it
        uint64_t count;
        bool right;           // the seal's root is that of its count of contributions
        uint64_t forms;
        enum forum_standing standing;
        uint64_t missing, late;
    } rows[] = {
        { "all is there", 5, 0, 5, true, 0, FORUM_SEALED, 0, 0 },
        { "one is missing", 4, 0, 5, true, 0, FORUM_MISSING, 1, 0 },
        { "all are missing", 0, 0, 5, true, 0, FORUM_MISSING, 5, 0 },
        { "one was added after it", 4, 1, 4, true, 0, FORUM_SEALED, 0, 1 },
        { "as many, but others", 5, 0, 5, false, 0, FORUM_DIFFERS, 0, 0 },
        { "more than were sealed", 5, 0, 4, true, 0, FORUM_DIFFERS, 0, 0 },
        { "nothing was said", 0, 0, 0, true, 0, FORUM_SEALED, 0, 0 },
        { "as many forms as contributions", 5, 0, 5, true, 5, FORUM_SEALED, 0, 0 },
        { "more forms than contributions", 5, 0, 5, true, 6, FORUM_DIFFERS, 0, 0 },
    };
    struct stage s;
    begin(&s);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct forum_fold *f = forum_fold_new();
        struct hash root = root_of(s.said, (size_t)rows[i].count);
        root.b[0] ^= rows[i].right ? 0 : 1;
        const struct said *seal = session_seal(&s, &s.session->entry.id, 1, rows[i].count, root, rows[i].forms);
        for (size_t k = 0; k < rows[i].here; k++) {
            add(f, s.said[k]); // before its session: that may come later
        }
        add(f, s.session);
        add(f, seal);
        for (size_t k = 0; k < rows[i].later; k++) {
            add(f, s.said[rows[i].here + k]);
        }
        forum_fold_end(f);
        const struct forum_state *forum = forum_fold_find(f, SLICE_LITERAL(CODE));
        cr_assert_not_null(forum);
        cr_expect_eq(forum->standing, rows[i].standing, "%s: %s", rows[i].what, forum_standing_name(forum->standing));
        cr_expect_eq(forum->missing, rows[i].missing, "%s", rows[i].what);
        cr_expect_eq(forum->late, rows[i].late, "%s", rows[i].what);
        forum_fold_free(f);
    }
    world_done(&s.w);
}

// Crane wrote on another device, under a session entry of the same code.
Test(forum, a_seal_over_shares_needs_each_of_them_whole_and_of_the_same_forum)
{
    struct stage s;
    begin(&s);
    const struct said *session = world_session(&s.w, &s.crane, "LR-NIM", CODE);
    const struct said *elsewhere = world_session(&s.w, &s.crane, "LR-BON", CODE);
    struct said *theirs[2] = { world_contribute(&s.w, &s.crane, session, "a"),
                               world_contribute(&s.w, &s.crane, session, "b") };
    const struct said *mine = share_seal(&s, &s.heron, s.session, STATEMENTS, root_of(s.said, STATEMENTS));
    const struct said *good = share_seal(&s, &s.crane, session, 2, root_of(theirs, 2));
    const struct said *other = share_seal(&s, &s.crane, elsewhere, 2, root_of(theirs, 2));
    enum { WHOLE, NO_SHARE, NO_STATEMENT, OTHER_FORUM, TWICE, CASES };
    static const enum forum_standing wanted[CASES] = { FORUM_SEALED, FORUM_MISSING, FORUM_MISSING, FORUM_DIFFERS,
                                                       FORUM_DIFFERS };
    static const uint64_t missing[CASES] = { 0, 2, 1, 2, 0 };
    for (int i = WHOLE; i < CASES; i++) {
        const struct said *named = i == OTHER_FORUM ? other : i == TWICE ? mine : good;
        struct hash ids[] = { mine->entry.id, named->entry.id };
        const struct hash root = forum_root(ids, 2);
        const struct hash refs[] = { s.session->entry.id, named->entry.id, mine->entry.id };
        const struct said *seal = session_seal(&s, refs, 3, STATEMENTS + 2, root, 0);
        struct forum_fold *f = forum_fold_new();
        add(f, s.session);
        for (size_t k = 0; k < STATEMENTS; k++) {
            add(f, s.said[k]);
        }
        add(f, mine);
        add(f, seal); // before the share of the other device
        add(f, session);
        add(f, elsewhere);
        add(f, theirs[0]);
        if (i != NO_STATEMENT) {
            add(f, theirs[1]);
        }
        add(f, other);
        if (i != NO_SHARE) {
            add(f, good);
        }
        forum_fold_end(f);
        const struct forum_state *forum = forum_fold_find(f, SLICE_LITERAL(CODE));
        cr_expect_eq(forum->standing, wanted[i], "case %d: %s", i, forum_standing_name(forum->standing));
        cr_expect(i == TWICE || forum->missing == missing[i], "case %d: %llu missing", i,
                  (unsigned long long)forum->missing);
        forum_fold_free(f);
    }
    world_done(&s.w);
}

Test(forum, silence_is_seen_and_the_last_seal_is_the_one_that_is_attested)
{
    struct stage s;
    begin(&s);
    struct forum_fold *f = forum_fold_new();
    const struct hash *session = &s.session->entry.id;
    const struct said *first = session_seal(&s, session, 1, 4, root_of(s.said, 4), 0);
    const struct said *second = session_seal(&s, session, 1, 5, root_of(s.said, 5), 0);
    add(f, plan(&s, CODE));
    add(f, plan(&s, "LR-NIM-2026-004"));
    add(f, s.session);
    add(f, world_session(&s.w, &s.crane, "LR-BON", "LR-BON-2026-001")); // without a plan
    for (size_t i = 0; i < STATEMENTS; i++) {
        add(f, s.said[i]);
        if (i == 3) {
            add(f, first);
        }
    }
    add(f, attest(&s, &s.elder, "own-key", second->entry.id)); // may come before its seal
    add(f, second);
    add(f, attest(&s, &s.elder, "own-key", first->entry.id));   // of a seal that no longer counts
    add(f, attest(&s, &s.heron, "own-key", second->entry.id));  // whoever sealed is no witness of it
    add(f, attest(&s, &s.heron, "sheet", second->entry.id));
    forum_fold_end(f);
    const struct forum_totals t = forum_fold_totals(f);
    cr_expect_eq(t.planned, 2);
    cr_expect_eq(t.unplanned, 1);
    cr_expect_eq(t.held, 2);
    cr_expect_eq(t.sealed, 1);
    cr_expect_eq(t.silent, 1);
    cr_expect_eq(t.incomplete, 0);
    const struct forum_state *forum = forum_fold_find(f, SLICE_LITERAL(CODE));
    cr_expect(hash_equal(forum->seal, second->entry.id));
    cr_expect_eq(forum->attested_keys, 1);
    cr_expect_eq(forum->attested_sheets, 1);
    cr_expect_eq(forum_fold_find(f, SLICE_LITERAL("LR-NIM-2026-004"))->standing, FORUM_SILENT);
    cr_expect_null(forum_fold_find(f, SLICE_LITERAL("LR-NIM-2026-005")));
    forum_fold_free(f);
    world_done(&s.w);
}

Test(forum, a_root_does_not_depend_on_the_order_of_the_ids)
{
    struct hash one[] = { { { 3 } }, { { 1 } }, { { 2 } } };
    struct hash two[] = { { { 1 } }, { { 2 } }, { { 3 } } };
    cr_assert_eq(ident_init(), OK);
    cr_expect(hash_equal(forum_root(one, 3), merkle_root_of(two, 3)));
    cr_expect(hash_equal(forum_root(NULL, 0), merkle_empty()));
}
