// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What may leave the hub: consent is obeyed, and what leaves still fits its commitments.
#include "tools/baraza/scope.h"

#include "common/format/content.h"
#include "common/format/frame.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>

#define BIT(role) (1u << ROLE_##role)

enum { CONTEXT, SAID, SPEAKER, CONSENT, IDENTITY, ATTACHMENTS };

struct scene {
    struct world w;
    struct person p;
    struct said *session;
};

static void begin(struct scene *s)
{
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    struct person secretary = person_of("secretary");
    s->p = person_of("facilitator");
    (void)world_grant(&s->w, &s->w.root[0], &secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&s->w, &secretary, &s->p, BIT(FACILITATOR), NULL);
    s->session = world_session(&s->w, &s->p, "LR-NIM", "LR-NIM-2026-001");
}

// A contribution with this sensitivity, whose consent names these scopes (NULL: none are named) and ends at `until`
// (NULL: never), with or without an identity.
static const struct said *contribute(struct scene *s, uint64_t sensitivity, const char *scope, const char *until,
                                     bool identity)
{
    struct body body = { .kind = KIND_CONTRIBUTION };
    struct slice parts[ATTACHMENTS + 1] = { { NULL, 0 } };
    struct content said = { .count = 0 };
    struct content consent = { .count = 0 };
    struct buf bytes[3] = { buf_new(1000), buf_new(1000), buf_new(1000) };
    body.as.contribution.sensitivity = sensitivity;
    content_add_text(&said, "text", SLICE_LITERAL("The road is unsafe after dark."));
    content_make(&said, &bytes[0]);
    content_add_text(&consent, "basis", SLICE_LITERAL("oral-witnessed"));
    if (scope != NULL) {
        const struct slice scopes[] = { SLICE_LITERAL("analyse"), slice_text(scope) };
        content_make_list(scopes, 2, &bytes[2]);
        content_add_value(&consent, "scopes", buf_slice(&bytes[2]));
    }
    if (until != NULL) {
        content_add_text(&consent, "until", slice_text(until));
    }
    content_make(&consent, &bytes[1]);
    parts[SAID] = buf_slice(&bytes[0]);
    parts[CONSENT] = buf_slice(&bytes[1]);
    parts[IDENTITY] = identity ? SLICE_LITERAL("sealed") : (struct slice){ NULL, 0 };
    const struct said *made = world_say(&s->w, &s->p, &body, &s->session->entry.id, 1, parts);
    for (size_t i = 0; i < 3; i++) {
        buf_done(&bytes[i]);
    }
    return made;
}

// The bitmap of what leaves; also that it can be written, read and checked.
static uint64_t leaves(const struct said *made, const struct scope *scope)
{
    struct disclosure derived = made->disclosure;
    struct disclosure shown;
    struct disclosure read;
    struct entry e;
    struct buf item = buf_new(LIMIT_EXPORT_FRAME);
    if (derived.has_seed) {
        disclosure_derive(&derived, made->entry.parts);
    }
    scope_limit(scope, &made->entry, made->form == VERDICT_GOOD ? &made->body : NULL, &derived, &shown);
    frame_entry_make(buf_slice(&made->bytes), &shown, &item);
    cr_assert_eq(frame_entry_parse(buf_slice(&item), &e, &read), VERDICT_GOOD);
    cr_expect_eq(disclosure_check(&read, &e.place, e.parts, e.part_count), VERDICT_GOOD);
    const uint64_t bitmap = disclosure_bitmap(&read);
    buf_done(&item);
    return bitmap;
}

Test(scope, what_leaves_follows_consent_sensitivity_and_what_was_asked_for)
{
    static const uint64_t all = 0x3f, consent = 1u << CONSENT, no_identity = 0x3f & ~(1u << IDENTITY);
    static const struct {
        uint64_t sensitivity;
        const char *scope, *until;
        bool identity;
        uint64_t plain, restricted; // what leaves with --parts, and with --restricted too
    } cases[] = {
        { 0, "record", NULL, false, all, all },
        { 0, NULL, NULL, false, all, all },                       // no scopes given: record and analyse
        { 0, "archive", NULL, false, consent, consent },          // the record is not among them
        { 0, "record", "2026-03-03", false, consent, consent },   // ended yesterday
        { 0, "record", "2026-03-04", false, all, all },           // ends today
        { 1, "record", NULL, false, 0, all },
        { 2, "record", NULL, false, 0, all },
        { 1, "archive", NULL, false, 0, consent },
        { 0, "record", NULL, true, no_identity, all },
    };
    struct scene s;
    begin(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct said *made =
            contribute(&s, cases[i].sensitivity, cases[i].scope, cases[i].until, cases[i].identity);
        struct scope scope = { .today = SLICE_LITERAL("2026-03-04") };
        cr_expect_eq(leaves(made, &scope), 0, "case %zu: words left without being asked for", i);
        scope.parts = true;
        cr_expect_eq(leaves(made, &scope), cases[i].plain, "case %zu", i);
        scope.restricted = true;
        cr_expect_eq(leaves(made, &scope), cases[i].restricted, "case %zu, restricted", i);
    }
    world_done(&s.w);
}

Test(scope, what_is_no_contribution_leaves_whole_and_what_is_unknown_stays)
{
    struct scene s;
    struct disclosure shown;
    begin(&s);
    struct scope scope = { .parts = true, .today = SLICE_LITERAL("2026-03-04") };
    cr_expect_eq(leaves(s.session, &scope), 1);
    scope_limit(&scope, &s.session->entry, NULL, &s.session->disclosure, &shown);
    cr_expect_eq(disclosure_bitmap(&shown), 0);
    world_done(&s.w);
}
