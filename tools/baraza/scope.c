// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Scopes of consent. Read first: scope.h.
#include "tools/baraza/scope.h"

#include "common/base/fault.h"
#include "common/format/attachment.h"
#include "common/format/content.h"
#include "common/format/sealed.h"

static bool is_part(const struct entry *e, size_t i, const char *name)
{
    return slice_equal(e->parts[i].name, slice_text(name));
}

// True when the consent given covers a scope. What cannot be read covers nothing.
static bool consented(const struct scope *s, struct slice consent, const char *scope)
{
    struct content c = { .count = 0 };
    struct slice scopes[LIMIT_FIELDS];
    if (!content_parse(consent, &c)) {
        return false;
    }
    const struct slice until = content_text(&c, "until");
    if (until.n > 0 && slice_order(until, s->today) < 0) {
        return false;
    }
    if (content_find(&c, "scopes") == NULL) {
        return slice_equal(slice_text(scope), SLICE_LITERAL("record")); // the default: record and analyse
    }
    const size_t n = content_list(content_value(&c, "scopes"), scopes, LIMIT_FIELDS);
    for (size_t i = 0; i < n; i++) {
        if (slice_equal(scopes[i], slice_text(scope))) {
            return true;
        }
    }
    return false;
}

// True when the consent to this contribution, with all that was said of it since, covers a scope.
static bool covers(const struct scope *s, const struct entry *e, const struct disclosure *d, const char *scope)
{
    bool consent = slice_equal(slice_text(scope), SLICE_LITERAL("record")); // without a consent part: the default
    bool corrected = false;
    if (!FAULT(CONSENT_IGNORED) && s->amends != NULL &&
        (amends_withdrawn(s->amends, e->id) & amends_scope(scope)) != 0) {
        return false;
    }
    const struct amend *m = s->amends != NULL ? amends_first(s->amends, e->id) : NULL;
    for (; m != NULL; m = amends_next(s->amends, m)) {
        if (m->kind == KIND_CORRECTION && !m->replaced && m->parts[AMEND_CONSENT].n > 0) {
            consent = (consent || !corrected) && consented(s, m->parts[AMEND_CONSENT], scope);
            corrected = true;
        }
    }
    for (size_t i = 0; !corrected && i < d->count; i++) {
        if (is_part(e, i, "consent")) {
            consent = d->parts[i].state == PART_DISCLOSED && consented(s, d->parts[i].bytes, scope);
        }
    }
    return consent;
}

static bool asked_for(const struct scope *s, uint64_t sensitivity)
{
    return sensitivity == SENSITIVITY_OPEN || (sensitivity == SENSITIVITY_RESTRICTED && s->restricted) ||
           (sensitivity == SENSITIVITY_SEALED && s->sealed);
}

void scope_look(struct scope *s, const struct entry *e, const struct body *body, const struct disclosure *d)
{
    if (s->amends == NULL || amends_first(s->amends, e->id) == NULL || table_find(&s->allowed, e->id.b, NULL)) {
        return;
    }
    const bool contribution = body->kind == KIND_CONTRIBUTION;
    const uint64_t sensitivity = contribution ? body->as.contribution.sensitivity : SENSITIVITY_OPEN;
    if (asked_for(s, sensitivity) && (!contribution || covers(s, e, d, "record"))) {
        table_put(&s->allowed, e->id.b, sensitivity);
    }
}

void scope_done(struct scope *s)
{
    if (s->allowed.key_size > 0) {
        table_done(&s->allowed);
    }
}

// Whether anything of an entry of this kind may leave, consent to a contribution apart.
static bool kind_leaves(const struct scope *s, const struct entry *e, const struct body *body)
{
    if (body == NULL) {
        return s->restricted;
    }
    if (body->kind == KIND_CONTRIBUTION) {
        return asked_for(s, body->as.contribution.sensitivity);
    }
    if (body->kind == KIND_CORRECTION) {
        const struct hash target = entry_ref(e, 0);
        return table_find(&s->allowed, target.b, NULL);
    }
    const bool guarded = body->kind == KIND_WITHDRAWAL || body->kind == KIND_OPENED || body->kind == KIND_INCIDENT;
    return s->restricted || !guarded;
}

// A voice tells who spoke: it leaves only where that was agreed to by name.
static bool sound_leaves(const struct scope *s, const struct entry *e, const struct disclosure *d, const struct part *p)
{
    if (p->bytes.n == 0) {
        return true;
    }
    const bool agreed = FAULT(VOICE_UNASKED) || covers(s, e, d, "publish-audio");
    return manifest_is_sealed(p->bytes) ? s->sealed : s->attachments && agreed;
}

// Whether part i of a contribution may leave.
static bool may_leave(const struct scope *s, const struct entry *e, size_t i, const struct disclosure *d, bool consent)
{
    const struct part *p = &d->parts[i];
    if (!consent) {
        return is_part(e, i, "consent");
    }
    if (is_part(e, i, "attachments")) {
        return sound_leaves(s, e, d, p);
    }
    return !is_part(e, i, "identity") || p->bytes.n == 0 || s->sealed;
}

// Withholds what is not kept: then the seed, which would tell every salt, stays too.
static void withhold(struct disclosure *d, size_t i)
{
    d->has_seed = false;
    d->parts[i] = (struct part){ .state = PART_WITHHELD };
}

// The parts of e that have to be sealed. A correction's follow the entry it names, where that may leave.
static uint32_t due_of(const struct scope *s, const struct entry *e, const struct body *body)
{
    uint32_t sensitivity = 0;
    if (body == NULL) {
        return 0;
    }
    if (body->kind == KIND_CORRECTION) {
        const struct hash target = entry_ref(e, 0);
        return table_find(&s->allowed, target.b, &sensitivity) ? sealed_due(body->kind, sensitivity) : 0;
    }
    return sealed_due_by(body);
}

bool scope_limit(const struct scope *s, const struct entry *e, const struct body *body, const struct disclosure *d,
                 uint64_t erased, struct disclosure *out)
{
    const bool contribution = body != NULL && body->kind == KIND_CONTRIBUTION;
    const bool consent = !contribution || covers(s, e, d, "record");
    const bool kind = kind_leaves(s, e, body);
    const bool incident = body != NULL && body->kind == KIND_INCIDENT;
    const uint32_t clear = sealed_missing(due_of(s, e, body), d);
    bool kept_back = false;
    struct disclosure limited = *d;
    for (size_t i = 0; i < d->count; i++) {
        const struct part *p = &d->parts[i];
        if (p->state == PART_ERASED && (erased >> i & 1) != 0) {
            limited.has_seed = false; // as it lies in the record; it is said whatever else leaves
            continue;
        }
        const bool leaves = s->parts && kind && p->state == PART_DISCLOSED &&
                            (!contribution || may_leave(s, e, i, d, consent)) &&
                            (!incident || p->bytes.n == 0 || s->sealed);
        const bool in_clear = !FAULT(CLEAR_EXPORTED) && (clear & 1u << i) != 0;
        if (!leaves || in_clear) {
            withhold(&limited, i);
        }
        kept_back = kept_back || (s->parts && in_clear);
    }
    *out = limited;
    return kept_back;
}
