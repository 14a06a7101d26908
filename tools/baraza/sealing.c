// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Gathers what a seal will say, and refuses what does not add up. Read first: sealing.h.
#include "tools/baraza/sealing.h"

#include "common/base/file.h"
#include "tools/baraza/print.h"

#include <stdlib.h>

#define SEAL_DIGITS 16

static int number_order(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Takes the number of the form off a contribution's context, when it was typed from one.
static enum err take_form(struct local *l, const struct local_entry *e, struct sealing *s, struct why *why)
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
    return OK;
}

static enum err scan(struct work *w, struct sealing *s, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    enum err err = local_begin(&w->desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (err == OK && local_next(l, &e)) {
        if (!e.known || e.body.kind != KIND_CONTRIBUTION || !hash_equal(entry_ref(&e.entry, 0), s->session.id)) {
            continue;
        }
        if (e.fate == FATE_REFUSED) {
            s->refused++;
        } else if (e.fate != FATE_REPLACED) {
            err = take_form(l, &e, s, why);
        }
    }
    const enum err ended = local_end(l, why);
    return err == OK ? ended : err;
}

int sealing_open(struct work *w, const char *code, struct sealing *out)
{
    struct why why = { "" };
    *out = (struct sealing){ .fold = NULL };
    enum err e = local_session_find(&w->desk, code, &out->session, &why);
    if (e == OK) {
        e = gather_site(w, &out->fold, &why);
    }
    if (e == OK) {
        e = scan(w, out, &why);
    }
    if (e == OK) {
        e = forms_printed(&w->desk, &out->session, &out->printed, &why);
    }
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (out->form_n > 1) {
        qsort(out->forms, out->form_n, sizeof *out->forms, number_order);
    }
    for (size_t i = 1; i < out->form_n; i++) {
        if (out->forms[i] == out->forms[i - 1]) {
            why_set(&why, "form %llu was typed in twice: nothing was sealed", (unsigned long long)out->forms[i]);
            return cmd_fail(ERR_BAD_INPUT, &why);
        }
    }
    if (out->refused > 0) {
        why_set(&why, "the hub refused %llu contributions to %s: see baraza list --only refused; nothing was sealed",
                (unsigned long long)out->refused, out->session.code);
        return cmd_fail(ERR_BAD_INPUT, &why);
    }
    out->forum = forum_fold_find(out->fold, slice_text(out->session.code));
    CHECK(out->forum != NULL);
    forum_fold_share(out->fold, out->session.id, w->desk.who->person.key, &out->own);
    return -1;
}

void sealing_done(struct sealing *s)
{
    forum_fold_free(s->fold);
    free(s->forms);
    mem_wipe(&s->printed, sizeof s->printed);
    *s = (struct sealing){ .fold = NULL };
}

static int add_share(struct sealing *s, struct hash id, uint64_t count)
{
    for (size_t i = 0; i < s->share_n; i++) {
        if (hash_equal(s->shares[i], id)) {
            return cmd_usage("the same share was given twice");
        }
    }
    if (s->share_n == SEALING_SHARES - 1) {
        return cmd_usage("at most %d shares in one seal", SEALING_SHARES);
    }
    s->shares[s->share_n++] = id;
    s->others += count;
    return -1;
}

int sealing_take_people(struct work *w, struct sealing *s)
{
    int code = -1;
    for (size_t i = 0; i < keyring_count(w->desk.keyring) && code < 0; i++) {
        const struct person *p = keyring_person(w->desk.keyring, i);
        struct forum_share share;
        if (pubkey_equal(p->key, w->desk.who->person.key)) {
            continue;
        }
        forum_fold_share(s->fold, s->session.id, p->key, &share);
        if (share.count > 0 && !share.sealed) {
            struct why why;
            why_set(&why, "%s wrote %llu contributions to %s and has not closed this share: baraza session share %s "
                          "--as NAME; nothing was sealed", p->name, (unsigned long long)share.count, s->session.code,
                    s->session.code);
            return cmd_fail(ERR_BAD_INPUT, &why);
        }
        if (share.count > 0) {
            code = add_share(s, share.seal, share.count);
        }
    }
    return code;
}

// A share seal of this consultation, signed by its author.
static bool share_good(struct slice bytes, struct hash consultation, struct entry *e, struct body *body)
{
    return entry_parse(bytes, e) == VERDICT_GOOD && entry_verify(e, consultation) == VERDICT_GOOD &&
           kind_parse(e, body) == VERDICT_GOOD && body->kind == KIND_SHARE_SEAL;
}

int sealing_take_files(struct work *w, struct sealing *s, const struct arg_list *paths)
{
    struct buf bytes = buf_new(LIMIT_ENTRY_BYTES);
    struct why why = { "" };
    int code = -1;
    for (size_t i = 0; i < paths->n && code < 0; i++) {
        struct entry e;
        struct body body;
        buf_reset(&bytes);
        enum err err = file_read(paths->values[i], true, &bytes, &why);
        if (err == OK && !share_good(buf_slice(&bytes), state_charter(w->desk.state)->id, &e, &body)) {
            why_set(&why, "%.200s is no share of this consultation: baraza session share CODE --out FILE makes one",
                    paths->values[i]);
            err = ERR_BAD_INPUT;
        }
        code = err != OK ? cmd_fail(err, &why) : -1;
        if (code < 0 && !pubkey_equal(e.place.author, w->desk.who->person.key)) {
            code = add_share(s, e.id, body.as.share_seal.count);
        }
    }
    buf_done(&bytes);
    return code;
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
