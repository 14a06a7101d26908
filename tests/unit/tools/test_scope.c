// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What may leave the hub: consent is obeyed, and what leaves still fits its commitments.
#include "tools/baraza/scope.h"

#include "common/format/attachment.h"
#include "common/format/content.h"
#include "common/format/frame.h"
#include "common/format/sealed.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <string.h>

#define BIT(role) (1u << ROLE_##role)

enum { CONTEXT, SAID, SPEAKER, CONSENT, IDENTITY, ATTACHMENTS };

struct scene {
    struct world w;
    struct person p;
    struct said *session;
    struct slice attached; // what the next contribution has in its part `attachments`
};

static void begin(struct scene *s)
{
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    s->attached = slice_of(NULL, 0);
    struct person secretary = person_of("secretary");
    s->p = person_of("facilitator");
    (void)world_grant(&s->w, &s->w.root[0], &secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&s->w, &secretary, &s->p, BIT(FACILITATOR), NULL);
    s->session = world_session(&s->w, &s->p, "LR-NIM", "LR-NIM-2026-001");
}

enum identity { NOT_GIVEN, SEALED, IN_THE_CLEAR };

// For two keys that nobody has, as of a place that nobody looks at.
static struct slice seal(struct slice bytes, const char *name, struct buf *out)
{
    const struct place place = { .seq = 0 };
    struct boxkey to[2];
    struct boxsec sec;
    box_keypair(&to[0], &sec);
    box_keypair(&to[1], &sec);
    cr_assert(sealed_make(&place, slice_text(name), bytes, to, 2, out));
    return buf_slice(out);
}

// A contribution with this sensitivity, whose consent names these one or two scopes (NULL: none are named) and ends at
// `until` (NULL: never), with an identity or without. In the clear: of a sealed one, what was said too.
static const struct said *contribute(struct scene *s, uint64_t sensitivity, const char *scope, const char *until,
                                     enum identity in)
{
    struct body body = { .kind = KIND_CONTRIBUTION };
    struct slice parts[ATTACHMENTS + 1] = { { NULL, 0 } };
    struct content said = { .count = 0 };
    struct content consent = { .count = 0 };
    struct buf bytes[5] = { buf_new(1000), buf_new(1000), buf_new(1000), buf_new(1000), buf_new(1000) };
    body.as.contribution.sensitivity = sensitivity;
    content_add_text(&said, "text", SLICE_LITERAL("The road is unsafe after dark."));
    content_make(&said, &bytes[0]);
    content_add_text(&consent, "basis", SLICE_LITERAL("oral-witnessed"));
    if (scope != NULL) {
        struct slice scopes[3] = { SLICE_LITERAL("analyse"), slice_text(scope) };
        const char *second = strchr(scope, ' ');
        scopes[1].n = second != NULL ? (size_t)(second - scope) : scopes[1].n;
        scopes[2] = second != NULL ? slice_text(second + 1) : scopes[2];
        content_make_list(scopes, second != NULL ? 3 : 2, &bytes[2]);
        content_add_value(&consent, "scopes", buf_slice(&bytes[2]));
    }
    if (until != NULL) {
        content_add_text(&consent, "until", slice_text(until));
    }
    content_make(&consent, &bytes[1]);
    const bool sealed = sensitivity == SENSITIVITY_SEALED && in != IN_THE_CLEAR;
    parts[SAID] = sealed ? seal(buf_slice(&bytes[0]), "said", &bytes[3]) : buf_slice(&bytes[0]);
    parts[CONSENT] = buf_slice(&bytes[1]);
    parts[IDENTITY] = in == SEALED ? seal(SLICE_LITERAL("\x80"), "identity", &bytes[4])
                                   : slice_of("\x80", in == IN_THE_CLEAR ? 1 : 0);
    parts[ATTACHMENTS] = s->attached;
    const struct said *made = world_say(&s->w, &s->p, &body, &s->session->entry.id, 1, parts);
    for (size_t i = 0; i < 5; i++) {
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
    (void)scope_limit(scope, &made->entry, made->form == VERDICT_GOOD ? &made->body : NULL, &derived, 0, &shown);
    frame_entry_make(buf_slice(&made->bytes), &shown, &item);
    cr_assert_eq(frame_entry_parse(buf_slice(&item), &e, &read), VERDICT_GOOD);
    cr_expect_eq(disclosure_check(&read, &e.place, e.parts, e.part_count), VERDICT_GOOD);
    const uint64_t bitmap = disclosure_bitmap(&read);
    buf_done(&item);
    return bitmap;
}

Test(scope, what_leaves_follows_consent_sensitivity_and_what_was_asked_for)
{
    static const uint64_t all = 0x3f, consent = 1u << CONSENT, no_identity = 0x3f & ~(1u << IDENTITY),
                          neither = 0x3f & ~(1u << IDENTITY | 1u << SAID);
    static const struct {
        uint64_t sensitivity;
        const char *scope, *until;
        enum identity in;
        uint64_t leaves[4]; // with --parts; with --restricted too; with --sealed too; with both
        bool kept_back;
    } cases[] = {
        { 0, "record", NULL, NOT_GIVEN, { all, all, all, all }, false },
        { 0, NULL, NULL, NOT_GIVEN, { all, all, all, all }, false },       // no scopes given: record and analyse
        { 0, "archive", NULL, NOT_GIVEN, { consent, consent, consent, consent }, false }, // without the record
        { 0, "record", "2026-03-03", NOT_GIVEN, { consent, consent, consent, consent }, false }, // ended yesterday
        { 0, "record", "2026-03-04", NOT_GIVEN, { all, all, all, all }, false },                 // ends today
        { 1, "record", NULL, NOT_GIVEN, { 0, all, 0, all }, false },
        { 2, "record", NULL, NOT_GIVEN, { 0, 0, all, all }, false },
        { 2, "archive", NULL, SEALED, { 0, 0, consent, consent }, false },
        { 1, "archive", NULL, NOT_GIVEN, { 0, consent, 0, consent }, false },
        { 0, "record", NULL, SEALED, { no_identity, no_identity, all, all }, false },
        { 1, "record", NULL, SEALED, { 0, no_identity, 0, all }, false },
        { 0, "record", NULL, IN_THE_CLEAR, { no_identity, no_identity, no_identity, no_identity }, true },
        { 2, "record", NULL, IN_THE_CLEAR, { 0, 0, neither, neither }, true },
    };
    struct scene s;
    begin(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct said *made = contribute(&s, cases[i].sensitivity, cases[i].scope, cases[i].until, cases[i].in);
        struct scope scope = { .today = SLICE_LITERAL("2026-03-04") };
        struct disclosure shown;
        cr_expect_eq(leaves(made, &scope), 0, "case %zu: words left without being asked for", i);
        scope.parts = true;
        for (unsigned k = 0; k < 4; k++) {
            scope.restricted = (k & 1) != 0;
            scope.sealed = (k & 2) != 0;
            cr_expect_eq(leaves(made, &scope), cases[i].leaves[k], "case %zu, %u", i, k);
        }
        cr_expect_eq(scope_limit(&scope, &made->entry, &made->body, &made->disclosure, 0, &shown), cases[i].kept_back,
                     "case %zu: what should be sealed and is not", i);
    }
    world_done(&s.w);
}

Test(scope, the_text_of_an_incident_leaves_sealed_and_to_whom_asked_for_it_or_not_at_all)
{
    struct scene s;
    struct disclosure shown;
    struct buf sealed = buf_new(2000);
    const struct body body = { .kind = KIND_INCIDENT, .as.incident.code = SLICE_LITERAL("leak") };
    begin(&s);
    (void)seal(SLICE_LITERAL("\x80"), "text", &sealed);
    const struct slice texts[] = { SLICE_LITERAL("\x80"), buf_slice(&sealed), { NULL, 0 } };
    for (size_t i = 0; i < 3; i++) {
        const struct said *made = world_say(&s.w, &s.p, &body, NULL, 0, &texts[i]);
        for (unsigned k = 0; k < 4; k++) {
            const bool restricted = (k & 1) != 0;
            const bool asked = (k & 2) != 0;
            const struct scope scope = { .parts = true, .restricted = restricted, .sealed = asked };
            cr_expect_eq(leaves(made, &scope), i > 0 && restricted && (asked || i == 2) ? 1 : 0, "%zu, %u", i, k);
            cr_expect_eq(scope_limit(&scope, &made->entry, &made->body, &made->disclosure, 0, &shown), i == 0);
        }
    }
    buf_done(&sealed);
    world_done(&s.w);
}

Test(scope, what_is_no_contribution_leaves_whole_and_what_is_unknown_stays)
{
    struct scene s;
    struct disclosure shown;
    begin(&s);
    struct scope scope = { .parts = true, .today = SLICE_LITERAL("2026-03-04") };
    cr_expect_eq(leaves(s.session, &scope), 1);
    cr_expect(!scope_limit(&scope, &s.session->entry, NULL, &s.session->disclosure, 0, &shown));
    cr_expect_eq(disclosure_bitmap(&shown), 0);
    world_done(&s.w);
}

// What is said of a contribution later; consent: a scope that the corrected consent names, or NULL.
static void correct(struct scene *s, struct amends *a, const struct said *target, const char *text, const char *consent,
                    const struct said **made)
{
    struct body body = { .kind = KIND_CORRECTION };
    struct slice parts[AMEND_PARTS] = { { NULL, 0 } };
    struct content said = { .count = 0 };
    struct content agreed = { .count = 0 };
    struct buf bytes[3] = { buf_new(1000), buf_new(1000), buf_new(1000) };
    body.as.correction.reason = SLICE_LITERAL("misheard");
    content_add_text(&said, "text", slice_text(text));
    content_make(&said, &bytes[0]);
    parts[AMEND_SAID] = buf_slice(&bytes[0]);
    if (consent != NULL) {
        const struct slice scope = slice_text(consent);
        content_make_list(&scope, 1, &bytes[2]);
        content_add_value(&agreed, "scopes", buf_slice(&bytes[2]));
        content_make(&agreed, &bytes[1]);
        parts[AMEND_CONSENT] = buf_slice(&bytes[1]);
    }
    *made = world_say(&s->w, &s->p, &body, &target->entry.id, 1, parts);
    amends_take(a, &(*made)->entry, &(*made)->body, &(*made)->disclosure);
    for (size_t i = 0; i < 3; i++) {
        buf_done(&bytes[i]);
    }
}

static const struct said *withdraw(struct scene *s, struct amends *a, const struct said *target, const char *scope)
{
    struct body body = { .kind = KIND_WITHDRAWAL };
    const struct slice reason = SLICE_LITERAL("\x80");
    if (scope != NULL) {
        body.as.withdrawal.scopes[body.as.withdrawal.scope_count++] = slice_text(scope);
    }
    const struct said *made = world_say(&s->w, &s->p, &body, &target->entry.id, 1, &reason);
    amends_take(a, &made->entry, &made->body, &made->disclosure);
    return made;
}

Test(scope, what_was_taken_back_stays_with_its_corrections_and_with_the_reason_why)
{
    static const uint64_t all = 0x3f, consent = 1u << CONSENT, whole = 0x1f;
    static const struct {
        const char *given;                   // the scope that consent named at first
        const char *corrected[2];            // the scopes of two corrections of it that compete; NULL: left as it was
        bool withdrawn;
        const char *scope;                   // withdrawn; NULL: all
        uint64_t target, correction;         // what leaves
    } cases[] = {
        { "record", { NULL, NULL }, false, NULL, all, whole },
        { "record", { NULL, NULL }, true, NULL, consent, 0 },
        { "record", { NULL, NULL }, true, "record", consent, 0 },
        { "record", { NULL, NULL }, true, "publish-text", all, whole },
        { "archive", { NULL, NULL }, false, NULL, consent, 0 },
        { "archive", { "record", NULL }, false, NULL, all, whole },
        { "record", { "archive", NULL }, false, NULL, consent, 0 },
        { "record", { "archive", "record" }, false, NULL, consent, 0 },
        { "archive", { "record", NULL }, true, NULL, consent, 0 },
    };
    struct scene s;
    begin(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct amends *a = amends_new();
        const struct said *target = contribute(&s, 0, cases[i].given, NULL, NOT_GIVEN);
        const struct said *first = NULL;
        const struct said *second = NULL;
        const struct said *gone = cases[i].withdrawn ? withdraw(&s, a, target, cases[i].scope) : NULL;
        correct(&s, a, target, "The road is closed after dark.", cases[i].corrected[0], &first);
        correct(&s, a, target, "There is no road.", cases[i].corrected[1], &second);
        struct scope scope = { .parts = true, .today = SLICE_LITERAL("2026-03-04"), .amends = a,
                               .allowed = table_new(sizeof(struct hash)) };
        scope_look(&scope, &target->entry, &target->body, &target->disclosure);
        cr_expect_eq(leaves(target, &scope), cases[i].target, "case %zu", i);
        cr_expect_eq(leaves(first, &scope), cases[i].correction, "case %zu, a correction", i);
        cr_expect_eq(leaves(second, &scope), cases[i].correction, "case %zu, the other", i);
        cr_expect(gone == NULL || leaves(gone, &scope) == 0, "case %zu: why it was taken back", i);
        scope_done(&scope);
        amends_free(a);
    }
    world_done(&s.w);
}

// The words of a correction in the clear never leave when it is of a sealed contribution: with it or without.
static void expect_with_target(uint64_t sensitivity)
{
    struct scene s;
    begin(&s);
    struct amends *a = amends_new();
    const struct said *target = contribute(&s, sensitivity, "record", NULL, NOT_GIVEN);
    const struct said *made = NULL;
    correct(&s, a, target, "It was closed.", NULL, &made);
    for (unsigned asked = 0; asked < 2; asked++) {
        struct scope scope = { .parts = true, .restricted = asked == 1, .sealed = asked == 1,
                               .today = SLICE_LITERAL("2026-03-04"), .amends = a,
                               .allowed = table_new(sizeof(struct hash)) };
        cr_expect_eq(leaves(made, &scope), 0, "a correction left before its target was seen");
        scope_look(&scope, &target->entry, &target->body, &target->disclosure);
        const uint64_t left = leaves(made, &scope);
        cr_expect_eq(left != 0, asked == 1);
        cr_expect_eq((left & 1u << AMEND_SAID) != 0, asked == 1 && sensitivity == SENSITIVITY_RESTRICTED);
        scope_done(&scope);
    }
    amends_free(a);
    world_done(&s.w);
}

Test(scope, corrections_of_what_is_for_named_roles_or_sealed_stay_with_it)
{
    expect_with_target(SENSITIVITY_RESTRICTED);
    expect_with_target(SENSITIVITY_SEALED);
}

// A manifest of one sound; sealed: only its recipients learn what opens it.
static void attach(struct scene *s, bool sealed, struct buf *out)
{
    const struct attachment a = { .blob = { .size = 1000 }, .name = SLICE_LITERAL("voice.ogg"),
                                  .type = SLICE_LITERAL("audio/ogg") };
    struct manifest m;
    struct buf plain = buf_new(1000);
    struct buf list = buf_new(2000);
    manifest_make(&a, 1, sealed ? &plain : out);
    if (sealed) {
        cr_assert(manifest_parse(buf_slice(&plain), &m));
        manifest_seal(&m, seal(m.list, "attachments", &list), out);
    }
    s->attached = buf_slice(out);
    buf_done(&plain);
    buf_done(&list);
}

Test(scope, a_voice_leaves_only_where_that_was_agreed_to_by_name_and_asked_for)
{
    static const struct {
        uint64_t sensitivity;
        const char *scope, *withdrawn;
        bool leaves[4]; // with --attachments; with --sealed; with both; with neither
    } cases[] = {
        { 0, "record", NULL, { false, false, false, false } }, // to have it written down is not to have it heard
        { 0, NULL, NULL, { false, false, false, false } },
        { 0, "publish-audio", NULL, { false, false, false, false } }, // not even the record
        { 0, "record publish-audio", NULL, { true, false, true, false } },
        { 0, "record publish-audio", "publish-audio", { false, false, false, false } },
        { 0, "record publish-audio", "archive", { true, false, true, false } },
        { 1, "record publish-audio", NULL, { true, false, true, false } },
        { 2, "record", NULL, { false, true, true, false } },
    };
    struct scene s;
    begin(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf manifest = buf_new(4000);
        struct amends *a = amends_new();
        attach(&s, cases[i].sensitivity == SENSITIVITY_SEALED, &manifest);
        const struct said *made = contribute(&s, cases[i].sensitivity, cases[i].scope, NULL, NOT_GIVEN);
        if (cases[i].withdrawn != NULL) {
            (void)withdraw(&s, a, made, cases[i].withdrawn);
        }
        for (unsigned k = 0; k < 4; k++) {
            const struct scope scope = { .parts = true, .restricted = true, .attachments = k == 0 || k == 2,
                                         .sealed = k == 1 || k == 2, .today = SLICE_LITERAL("2026-03-04"),
                                         .amends = a };
            const bool left = (leaves(made, &scope) & 1u << ATTACHMENTS) != 0;
            cr_expect_eq(left, cases[i].leaves[k], "case %zu, %u", i, k);
        }
        amends_free(a);
        buf_done(&manifest);
    }
    world_done(&s.w);
}
