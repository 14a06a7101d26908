// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Makes corrections. Read first: correct.h.
#include "node/desk/correct.h"

#include "common/format/sealed.h"
#include "node/desk/reason.h"

void correct_init(struct correct *x, struct hash target)
{
    *x = (struct correct){ .target = target };
    for (size_t i = 0; i < AMEND_PARTS; i++) {
        x->made[i] = buf_new(LIMIT_DISCLOSURE_BYTES);
    }
    for (size_t i = 0; i < CORRECT_PARTS; i++) {
        x->now[i] = buf_new(LIMIT_DISCLOSURE_BYTES);
    }
    for (size_t i = 0; i < CORRECT_TEXTS; i++) {
        x->texts[i] = buf_new(LIMIT_DISCLOSURE_BYTES);
    }
    contribution_parts_init(&x->given);
}

static void wipe(struct buf *bufs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_wipe(&bufs[i]);
        buf_done(&bufs[i]);
    }
}

void correct_done(struct correct *x)
{
    wipe(x->made, AMEND_PARTS);
    wipe(x->now, CORRECT_PARTS);
    wipe(x->texts, CORRECT_TEXTS);
    contribution_parts_done(&x->given);
    *x = (struct correct){ .here = false };
}

// --- what it says now ---

// How the original is guarded, to whom it is sealed, and what stands in it now, where that can be read.
static void take_original(struct correct *x, const struct body *body, const struct disclosure *d)
{
    x->here = true;
    x->sealed = body->as.contribution.sensitivity == SENSITIVITY_SEALED;
    for (size_t i = 0; d != NULL && i < CORRECT_PARTS && i < d->count; i++) {
        const struct slice bytes = d->parts[i].state == PART_DISCLOSED ? d->parts[i].bytes : slice_of(NULL, 0);
        const size_t n = x->to.n == 0 ? sealed_recipients(bytes, x->to.keys) : 0;
        x->to.n += n;
        x->erased[i] = d->parts[i].state == PART_ERASED;
        if (!sealed_ok(bytes)) {
            buf_put(&x->now[i], bytes);
        }
    }
}

void correct_take(struct correct *x, const struct body *body, const struct disclosure *d)
{
    if (!x->here && body->kind == KIND_CONTRIBUTION) {
        take_original(x, body, d);
        for (size_t i = 0; i < CORRECT_PARTS; i++) {
            buf_wipe(&x->now[i]);
        }
    }
}

// Looks for the original in the notebooks here.
static enum err load_original(struct desk *desk, struct correct *x, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (err == OK && !x->here && local_next(l, &e)) {
        if (hash_equal(e.entry.id, x->target) && e.known && e.body.kind == KIND_CONTRIBUTION) {
            err = local_parts(l, &d, why);
            take_original(x, &e.body, err == OK ? &d : NULL);
            err = err == ERR_NOT_FOUND ? OK : err; // wiped: its header says how it is guarded
        }
    }
    enum err end = local_end(l, err == OK ? why : NULL);
    return err == OK ? end : err;
}

// Her own correction that stands goes over it, and is the one that the new one takes the place of.
enum err correct_find(struct desk *desk, struct correct *x, struct why *why)
{
    struct amends *a = NULL;
    enum err err = load_original(desk, x, why);
    if (err == OK) {
        err = amends_here(desk, &a, why);
    }
    const struct amend *m = err == OK ? amends_first(a, x->target) : NULL;
    for (; m != NULL; m = amends_next(a, m)) {
        if (m->kind != KIND_CORRECTION || m->replaced || !pubkey_equal(m->author, desk->who->person.key)) {
            continue;
        }
        x->previous = m->id;
        for (size_t i = 0; i < CORRECT_PARTS; i++) {
            if (m->parts[i].n > 0) {
                buf_reset(&x->now[i]);
                buf_put(&x->now[i], sealed_ok(m->parts[i]) ? slice_of(NULL, 0) : m->parts[i]);
                x->before[i] = true;
            }
        }
    }
    amends_free(a);
    return err;
}

// --- what is given ---

// Words of a sealed contribution are never written in the clear, so it must be known whether it is one.
static enum err take_guard(struct desk *desk, const struct correction *given, struct correct *x,
                           struct trouble *trouble)
{
    struct why why = { "" };
    if (!x->here && !given->guarded) {
        return trouble_set(trouble, TROUBLE_CORRECT_GUARD);
    }
    x->sealed = x->here ? x->sealed : given->sealed;
    if (!x->sealed) {
        return given->seal_to.n == 0 ? OK : trouble_set(trouble, TROUBLE_CORRECT_SEAL_TO);
    }
    if ((given->seal_to.n > 0 || x->to.n == 0) &&
        !recipients_find(state_charter(desk->state), &given->seal_to, &x->to, &why)) {
        const enum err e = trouble_set(trouble, TROUBLE_SEAL_TO);
        trouble_say(trouble, &why);
        return e;
    }
    return OK;
}

// Who spoke, and how it is guarded, is not corrected: whoever tries is told.
static enum err check_fields(const struct contribution *c, struct trouble *trouble)
{
    const char *field = c->identity.n > 0 ? "identity" : c->sensitivity != SENSITIVITY_OPEN ? "sensitivity" : NULL;
    return field == NULL ? OK : trouble_with(trouble, TROUBLE_DRAFT_WRONG, TROUBLE_STRING(field));
}

enum err correct_begin(struct desk *desk, const struct codebook *b, const struct correction *given, struct correct *x,
                       struct trouble *trouble)
{
    if (codes_find(CODES_CORRECT_REASON, given->reason) == NULL) {
        return trouble_with(trouble, TROUBLE_CODE_UNKNOWN, TROUBLE_STRING("reason"), TROUBLE_SLICE(given->reason));
    }
    if (codebook_must_stop(&given->c.flags)) {
        return trouble_set(trouble, TROUBLE_STOP);
    }
    enum err e = check_fields(&given->c, trouble);
    e = e == OK ? take_guard(desk, given, x, trouble) : e;
    return e == OK ? contribute_check(&given->c, given->new_codes ? NULL : b, trouble) : e;
}

static bool is_empty(const struct content_field *f)
{
    return f->type == CURSOR_STR && f->bytes.n == 0;
}

// The fields that are given, and those of now that are not: a correction's part stands in the place of the whole part.
// Nothing when nothing is given.
static void merge(struct slice given, struct slice now, struct buf *out)
{
    struct content over = { .count = 0 };
    struct content under = { .count = 0 };
    struct content all = { .count = 0 };
    CHECK(content_parse(given, &over)); // just made
    for (size_t i = 0; i < over.count; i++) {
        if (!is_empty(&over.fields[i])) {
            all.fields[all.count++] = over.fields[i];
        }
    }
    if (all.count == 0 || !content_parse(now, &under)) {
        under.count = 0;
    }
    const size_t fresh = all.count;
    for (size_t i = 0; i < under.count && all.count < LIMIT_FIELDS; i++) {
        bool taken = false;
        for (size_t k = 0; k < fresh; k++) {
            taken = taken || slice_equal(all.fields[k].key, under.fields[i].key);
        }
        if (!taken) {
            all.fields[all.count++] = under.fields[i];
        }
    }
    if (all.count > 0) {
        content_make(&all, out);
    }
}

static enum err too_long(struct trouble *trouble)
{
    return trouble_with(trouble, TROUBLE_TEXT_LONG, TROUBLE_NUMBER(LIMIT_DISCLOSURE_BYTES));
}

// Makes the parts that words of people are in.
static enum err make_parts(struct correct *x, const struct contribution *c, struct trouble *trouble)
{
    const struct body contribution = { .kind = KIND_CONTRIBUTION };
    struct append_item given = { .body = &contribution };
    size_t n = 0;
    if (!contribution_make(c, &x->given, &given, NULL)) {
        return too_long(trouble);
    }
    for (size_t i = 0; i < CORRECT_PARTS; i++) {
        merge(given.parts[i], buf_slice(&x->now[i]), &x->made[i]);
        n += x->made[i].n > 0 ? 1 : 0;
        if (x->made[i].n > 0 && x->erased[i]) {
            return trouble_with(trouble, TROUBLE_CORRECT_ERASED,
                                TROUBLE_STRING(kind_info(KIND_CONTRIBUTION)->parts[i]));
        }
        if (x->made[i].n == 0 && x->before[i] && x->now[i].n == 0) {
            return trouble_set(trouble, i == AMEND_SAID ? TROUBLE_CORRECT_TEXT : TROUBLE_CORRECT_SPEAKER);
        }
        if (x->made[i].n == 0 && x->before[i]) {
            buf_put(&x->made[i], buf_slice(&x->now[i]));
        }
    }
    return n == 0 ? trouble_set(trouble, TROUBLE_CORRECT_NOTHING) : OK;
}

// All of it as an item.
static enum err make_item(struct correct *x, const struct correction *given, struct trouble *trouble)
{
    size_t bytes = 0;
    x->body = (struct body){ .kind = KIND_CORRECTION };
    x->body.as.correction.reason = given->reason;
    x->refs[0] = x->target;
    x->refs[1] = x->previous;
    x->item = (struct append_item){ .body = &x->body, .refs = x->refs,
                                    .ref_count = hash_is_zero(x->previous) ? 1 : 2 };
    for (size_t i = 0; i < AMEND_PARTS; i++) {
        bytes += buf_ok(&x->made[i]) ? x->made[i].n : LIMIT_DISCLOSURE_BYTES + 1;
        x->item.parts[i] = buf_slice(&x->made[i]);
    }
    if (x->sealed) {
        x->item.sealed = sealed_due(KIND_CORRECTION, SENSITIVITY_SEALED);
        x->item.sealed_to = x->to.keys;
        x->item.sealed_to_count = x->to.n;
    }
    return bytes > LIMIT_DISCLOSURE_BYTES ? too_long(trouble) : OK;
}

enum err correct_make(struct desk *desk, const struct correction *given, struct correct *x, struct trouble *trouble)
{
    const struct slice lang = given->lang.n > 0 ? given->lang : state_charter(desk->state)->languages[0];
    struct contribution c = given->c;
    struct slice why = given->why;
    struct slice *const texts[CORRECT_TEXTS] = { &c.text, &c.summary, &c.ask, &why };
    enum err e = OK;
    for (size_t i = 0; i < CORRECT_TEXTS && e == OK; i++) {
        e = contribute_text(*texts[i], false, &x->texts[i], trouble);
        *texts[i] = buf_slice(&x->texts[i]);
    }
    x->unread = x->now[AMEND_SAID].n == 0 && !x->sealed;
    e = e == OK ? make_parts(x, &c, trouble) : e;
    if (e == OK) {
        reason_put(lang, why, slice_of(NULL, 0), NULL, &x->made[AMEND_REASON]);
        e = make_item(x, given, trouble);
    }
    return e;
}
