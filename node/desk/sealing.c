// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Gathers what a seal will say, refuses what does not add up, and writes it. Read first: sealing.h.
#include "node/desk/sealing.h"

#include "common/base/fault.h"
#include "common/format/nfc.h"
#include "common/ops/print.h"

#include <stdlib.h>
#include <string.h>

#define SEAL_DIGITS 16

static const char digest_prefix[] = "baraza/read-back/v1";

// --- what there is ---

static int number_order(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Takes the number of the form and the break-out group off a contribution's context.
static enum err take_context(struct local *l, const struct local_entry *e, struct sealing *s, struct why *why)
{
    struct disclosure d;
    enum err err = local_parts(l, &d, why);
    if (err == ERR_NOT_FOUND) {
        s->wiped++;
        return OK;
    }
    if (err != OK) {
        return err;
    }
    const struct content context = local_content(&e->entry, &d, "context");
    const uint64_t form = content_uint(&context, "form");
    if (form > 0) {
        s->forms = mem_grow(s->forms, s->form_n + 1, sizeof *s->forms);
        s->forms[s->form_n++] = form;
    }
    tables_add(&s->tables, content_text(&context, "table"));
    return OK;
}

static bool same_forum(const struct sealing *s, const struct body *body)
{
    return slice_equal(body->as.session.code, slice_text(s->session.code)) &&
           slice_equal(body->as.session.area, slice_text(s->session.area));
}

static void take_times(const struct local_entry *e, struct sealing *s)
{
    if (hash_equal(e->entry.id, s->session.id)) {
        s->opened_s = e->entry.claimed_s;
    } else if (hash_equal(e->entry.id, s->forum->seal)) {
        s->sealed_s = e->entry.claimed_s;
    }
}

static enum err take_entry(struct local *l, const struct local_entry *e, struct sealing *s, struct why *why)
{
    take_times(e, s);
    if (e->known && e->body.kind == KIND_SESSION && same_forum(s, &e->body) && s->session_n < SEALING_SESSIONS) {
        s->sessions[s->session_n++] = e->entry.id;
    }
    if (!e->known || e->body.kind != KIND_CONTRIBUTION || !hash_equal(entry_ref(&e->entry, 0), s->session.id)) {
        return OK;
    }
    if (e->fate == FATE_REFUSED) {
        s->refused++;
        return OK;
    }
    return e->fate == FATE_REPLACED ? OK : take_context(l, e, s, why);
}

static enum err scan(struct desk *desk, struct sealing *s, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (err == OK && local_next(l, &e)) {
        err = take_entry(l, &e, s, why);
    }
    const enum err ended = local_end(l, err == OK ? why : NULL);
    return err == OK ? ended : err;
}

static struct draft_count *count_of(struct drafts_count *all, struct pubkey owner)
{
    for (size_t i = 0; i < all->n; i++) {
        if (pubkey_equal(all->rows[i].owner, owner)) {
            return &all->rows[i];
        }
    }
    CHECK(all->n < LIMIT_PERSONS);
    all->rows[all->n] = (struct draft_count){ .owner = owner };
    return &all->rows[all->n++];
}

// A draft belongs to the session entry it was begun under; all of one forum are its drafts.
static enum err count_drafts(struct desk *desk, struct sealing *s, struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; i < s->session_n && e == OK; i++) {
        struct drafts_count one;
        e = drafts_of_session(desk->state, &s->sessions[i], &one, why);
        for (size_t k = 0; e == OK && k < one.n; k++) {
            struct draft_count *row = count_of(&s->drafts, one.rows[k].owner);
            row->drafts += one.rows[k].drafts;
            row->damaged += one.rows[k].damaged;
            s->own_drafts += pubkey_equal(row->owner, desk->who->person.key) ? one.rows[k].drafts : 0;
        }
        s->drafts.all += e == OK ? one.all : 0;
    }
    return e;
}

enum err sealing_open(struct desk *desk, const char *code, struct sealing *out, struct trouble *t)
{
    struct why why = { "" };
    *out = (struct sealing){ .fold = NULL };
    enum err e = local_session_find(desk, code, &out->session, &why);
    if (e == ERR_NOT_FOUND) {
        e = trouble_with(t, TROUBLE_FORUM_GONE, TROUBLE_STRING(code));
        trouble_say(t, &why);
        return e;
    }
    if (e == OK) {
        e = gather_site(desk, &out->fold, &why);
    }
    if (e == OK) {
        out->forum = forum_fold_find(out->fold, slice_text(out->session.code));
        CHECK(out->forum != NULL);
        e = scan(desk, out, &why);
    }
    if (e == OK) {
        e = count_drafts(desk, out, &why);
    }
    if (e == OK) {
        e = forms_printed(desk, &out->session, &out->printed, &why);
    }
    if (e != OK) {
        return trouble_of_err(t, e, &why);
    }
    if (out->form_n > 1) {
        qsort(out->forms, out->form_n, sizeof *out->forms, number_order);
    }
    forum_fold_share(out->fold, out->session.id, desk->who->person.key, &out->own);
    return OK;
}

void sealing_done(struct sealing *s)
{
    forum_fold_free(s->fold);
    free(s->forms);
    mem_wipe(&s->printed, sizeof s->printed);
    *s = (struct sealing){ .fold = NULL };
}

// --- shares of others ---

static enum err add_share(struct sealing *s, struct hash id, uint64_t count, struct trouble *t)
{
    for (size_t i = 0; i < s->share_n; i++) {
        if (hash_equal(s->shares[i], id)) {
            return trouble_set(t, TROUBLE_SHARE_TWICE);
        }
    }
    if (s->share_n == SEALING_SHARES - 1) {
        return trouble_with(t, TROUBLE_SHARE_MANY, TROUBLE_NUMBER(SEALING_SHARES));
    }
    s->shares[s->share_n++] = id;
    s->others += count;
    return OK;
}

enum err sealing_take_people(struct desk *desk, struct sealing *s, struct trouble *t)
{
    enum err e = OK;
    for (size_t i = 0; i < keyring_count(desk->keyring) && e == OK; i++) {
        const struct person *p = keyring_person(desk->keyring, i);
        struct forum_share share;
        if (pubkey_equal(p->key, desk->who->person.key)) {
            continue;
        }
        forum_fold_share(s->fold, s->session.id, p->key, &share);
        if (share.count > 0 && !share.sealed) {
            return trouble_with(t, TROUBLE_SHARE_OPEN, TROUBLE_STRING(p->name), TROUBLE_NUMBER(share.count),
                                TROUBLE_STRING(s->session.code));
        }
        if (share.count > 0) {
            e = add_share(s, share.seal, share.count, t);
        }
    }
    return e;
}

// A share seal of this consultation, signed by its author.
static bool share_good(struct slice bytes, struct hash consultation, struct entry *e, struct body *body)
{
    return entry_parse(bytes, e) == VERDICT_GOOD && entry_verify(e, consultation) == VERDICT_GOOD &&
           kind_parse(e, body) == VERDICT_GOOD && body->kind == KIND_SHARE_SEAL;
}

enum err sealing_take_share(struct desk *desk, struct sealing *s, struct slice bytes, const char *name,
                            struct trouble *t)
{
    struct entry e;
    struct body body;
    if (!share_good(bytes, state_charter(desk->state)->id, &e, &body)) {
        return trouble_with(t, TROUBLE_SHARE_WRONG, TROUBLE_STRING(name));
    }
    if (pubkey_equal(e.place.author, desk->who->person.key)) {
        return OK;
    }
    s->from_files++;
    return add_share(s, e.id, body.as.share_seal.count, t);
}

// --- does it add up? ---

uint64_t sealing_forms(const struct sealing *s, const struct closing *c)
{
    return c->forms == SEALING_PRINTED ? paper_count(&s->printed) : c->forms;
}

// The forms that were printed, or handed out, are blank, spoiled or typed in. What others typed is known to them alone:
// of theirs, and of what was wiped here since, only that there are not more forms than contributions; and only others
// can have forms from elsewhere.
static enum err check_forms(const struct sealing *s, const struct closing *c, struct trouble *t)
{
    const uint64_t forms = sealing_forms(s, c);
    const uint64_t count = s->own.count + s->others;
    const uint64_t printed = paper_count(&s->printed);
    if (forms < printed || (forms > printed && printed > 0 && s->share_n == 0)) {
        return trouble_with(t, TROUBLE_SEAL_PRINTED, TROUBLE_NUMBER(printed), TROUBLE_NUMBER(forms));
    }
    if (c->blank > forms || c->spoiled > forms - c->blank) {
        return trouble_with(t, TROUBLE_SEAL_UNUSED, TROUBLE_NUMBER(c->blank), TROUBLE_NUMBER(c->spoiled),
                            TROUBLE_NUMBER(forms));
    }
    const uint64_t written = forms - c->blank - c->spoiled;
    if (written < s->form_n || written > count || (s->share_n == 0 && s->wiped == 0 && written != s->form_n)) {
        return trouble_with(t, TROUBLE_SEAL_FORMS, TROUBLE_NUMBER(forms), TROUBLE_NUMBER(c->blank),
                            TROUBLE_NUMBER(c->spoiled), TROUBLE_NUMBER(s->form_n));
    }
    return OK;
}

static enum err check_anew(const struct sealing *s, const struct closing *c, struct trouble *t)
{
    if (s->forum->standing == FORUM_SEALED && s->forum->late == 0 && s->from_files == 0 &&
        s->forum->forms == sealing_forms(s, c) && s->forum->blank == c->blank && s->forum->spoiled == c->spoiled) {
        return trouble_with(t, TROUBLE_SEAL_ALREADY, TROUBLE_STRING(s->session.code));
    }
    return OK;
}

static enum err check_own(const struct sealing *s, bool whole, struct trouble *t)
{
    const uint64_t drafts = whole ? s->drafts.all : s->own_drafts;
    for (size_t i = 1; i < s->form_n; i++) {
        if (s->forms[i] == s->forms[i - 1]) {
            return trouble_with(t, TROUBLE_SEAL_TWICE, TROUBLE_NUMBER(s->forms[i]));
        }
    }
    if (s->refused > 0) {
        return trouble_with(t, TROUBLE_SEAL_REFUSED, TROUBLE_NUMBER(s->refused), TROUBLE_STRING(s->session.code));
    }
    if (drafts > 0 && !FAULT(SEAL_OVER_DRAFTS)) {
        return trouble_with(t, TROUBLE_SEAL_DRAFTS, TROUBLE_STRING(s->session.code), TROUBLE_NUMBER(drafts));
    }
    return OK;
}

enum err sealing_check(const struct sealing *s, const struct closing *c, bool whole, struct trouble *t)
{
    enum err e = check_own(s, whole, t);
    if (whole) {
        e = e == OK ? check_anew(s, c, t) : e;
        e = e == OK ? check_forms(s, c, t) : e;
    }
    return e;
}

// --- what is read back ---

struct hash sealing_digest(const struct sealing *s, const struct closing *c, bool whole)
{
    const uint64_t numbers[] = { whole, s->own.count, s->others, s->share_n, s->forum->people, sealing_forms(s, c),
                                 c->blank, c->spoiled, s->form_n, s->wiped, s->drafts.all };
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, slice_of(digest_prefix, sizeof digest_prefix)); // and its NUL
    sha256_add(&h, SLICE_ARRAY(s->session.id.b));
    sha256_add(&h, SLICE_ARRAY(s->own.root.b));
    for (size_t i = 0; i < s->share_n; i++) {
        sha256_add(&h, SLICE_ARRAY(s->shares[i].b));
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sha256_add_u64be(&h, numbers[i]);
    }
    return sha256_done(&h);
}

enum err sealing_unchanged(const struct sealing *s, const struct closing *c, bool whole, struct hash read,
                           struct trouble *t)
{
    const bool same = hash_equal(sealing_digest(s, c, whole), read) || FAULT(READ_BACK_STALE);
    return same ? OK : trouble_set(t, TROUBLE_SEAL_CHANGED);
}

// --- the entries ---

// False when the note is not UTF-8 or too long.
static bool make_note(const struct closing *c, struct buf *out)
{
    struct content content = { .count = 0 };
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    bool good = text_nfc(c->note, &text);
    if (good && c->note.n > 0) {
        content_add_text(&content, "lang", c->lang);
        content_add_text(&content, "text", buf_slice(&text));
        content_make(&content, out);
    }
    good = good && buf_ok(out);
    buf_done(&text);
    return good;
}

static enum err append(struct desk *desk, uint64_t wall_s, struct append_item *item, const struct closing *c,
                       struct hash *id, struct trouble *t)
{
    struct why why = { "" };
    struct append_result result;
    struct buf note = buf_new(LIMIT_DISCLOSURE_BYTES);
    enum err e = c == NULL || make_note(c, &note) ? OK : trouble_set(t, TROUBLE_SEAL_NOTE);
    if (e == OK) {
        item->parts[0] = buf_slice(&note);
        e = trouble_of_err(t, desk_append(desk, wall_s, item, 1, &result, &why), &why);
    }
    if (e == OK) {
        *id = result.id;
    }
    buf_done(&note);
    return e;
}

// c NULL: without a note.
static enum err append_share(struct desk *desk, uint64_t wall_s, struct sealing *s, const struct closing *c,
                             struct trouble *t)
{
    struct body body = { .kind = KIND_SHARE_SEAL };
    body.as.share_seal.count = s->own.count;
    body.as.share_seal.root = s->own.root;
    struct append_item item = { .body = &body, .refs = &s->session.id, .ref_count = 1 };
    enum err e = s->own.sealed ? OK : append(desk, wall_s, &item, c, &s->own.seal, t);
    s->own.sealed = e == OK;
    return e;
}

enum err sealing_share(struct desk *desk, uint64_t wall_s, struct sealing *s, const struct closing *c,
                       struct hash *out, struct trouble *t)
{
    enum err e = append_share(desk, wall_s, s, c, t);
    if (e == OK) {
        *out = s->own.seal;
    }
    return e;
}

enum err sealing_seal(struct desk *desk, uint64_t wall_s, struct sealing *s, const struct closing *c,
                      struct hash *out, struct trouble *t)
{
    struct hash refs[LIMIT_REFS];
    struct body body = { .kind = KIND_SESSION_SEAL };
    body.as.session_seal.count = s->own.count + s->others + FAULT(SEAL_WRONG_COUNT);
    body.as.session_seal.forms = sealing_forms(s, c);
    body.as.session_seal.blank = c->blank;
    body.as.session_seal.spoiled = c->spoiled;
    body.as.session_seal.has_minutes = c->has_minutes;
    body.as.session_seal.minutes = c->minutes;
    if (s->share_n > 0 && s->own.count > 0) { // one's own share first, when there are others beside it
        enum err e = append_share(desk, wall_s, s, NULL, t);
        if (e != OK) {
            return e;
        }
        s->shares[s->share_n++] = s->own.seal;
    }
    body.as.session_seal.root = s->share_n > 0 ? forum_root(s->shares, s->share_n) : s->own.root;
    refs[0] = s->session.id;
    memcpy(&refs[1], s->shares, s->share_n * sizeof *refs);
    struct append_item item = { .body = &body, .refs = refs, .ref_count = s->share_n + 1 };
    return append(desk, wall_s, &item, c, out, t);
}

enum err sealing_share_bytes(struct desk *desk, struct hash id, struct buf *out, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    bool found = false;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (!found && local_next(l, &e)) {
        found = hash_equal(e.entry.id, id);
    }
    if (found) {
        buf_put(out, e.entry.bytes);
    }
    err = local_end(l, why);
    return err == OK && !found ? ERR_NOT_FOUND : err;
}

void sealing_put_seal(struct buf *out, struct hash id)
{
    struct buf digits = buf_new(SEAL_DIGITS);
    print_id(&digits, id, SEAL_DIGITS);
    for (size_t i = 0; i < digits.n; i++) {
        buf_put_text(out, i > 0 && i % 4 == 0 ? " " : "");
        buf_put_u8(out, digits.p[i]);
    }
    buf_done(&digits);
}
