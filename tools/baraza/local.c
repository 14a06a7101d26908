// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading the journals of a state. Read first: local.h.
#include "tools/baraza/local.h"

#include "common/store/leaf.h"
#include "tools/baraza/print.h"

#include <stdlib.h>
#include <string.h>

struct local {
    const struct store_key *key; // NULL while nobody is unlocked
    struct kv_txn *t;
    struct notebook notebooks[LIMIT_PERSONS];
    size_t notebook_count;
    struct hash *answered;       // ids that a response here names, ascending
    size_t answered_count;
    struct refused *refused;     // of all journals
    size_t refused_count;
    struct journal_id journal;   // being read
    bool started;
    bool reading;
    struct journal_range range;
    struct exchange_journal exchange;
    struct position at;
    struct buf parts;
    enum err e;
    struct why why;
};

const char *fate_name(enum fate f)
{
    static const char *const names[FATE_COUNT] = {
        [FATE_WAITING] = "waiting",   [FATE_RECEIVED] = "received", [FATE_CONFIRMED] = "confirmed",
        [FATE_ANSWERED] = "answered", [FATE_REFUSED] = "refused",   [FATE_REPLACED] = "replaced",
    };
    CHECK(f < FATE_COUNT);
    return names[f];
}

static int hash_order(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hash));
}

// Gathers what the responses that came down name, for "answered".
static void load_answered(struct local *l)
{
    struct leaf_range range = leaf_range_new(l->t, 0);
    while (leaf_range_next(&range, &l->why)) {
        struct entry e;
        if (entry_parse(range.entry.bytes, &e) != VERDICT_GOOD || kind_of(e.kind) != KIND_RESPONSE) {
            continue;
        }
        l->answered = mem_grow(l->answered, l->answered_count + e.ref_count, sizeof *l->answered);
        for (size_t i = 0; i < e.ref_count; i++) {
            l->answered[l->answered_count++] = entry_ref(&e, i);
        }
    }
    leaf_range_done(&range);
    if (l->answered_count > 0) {
        qsort(l->answered, l->answered_count, sizeof *l->answered, hash_order);
    }
}

static void load_refused(struct local *l)
{
    struct refused_range range = refused_range_new(l->t, NULL);
    while (refused_range_next(&range)) {
        l->refused = mem_grow(l->refused, l->refused_count + 1, sizeof *l->refused);
        l->refused[l->refused_count++] = range.refused;
    }
    refused_range_done(&range);
}

enum err local_begin(struct work *w, struct local **out, struct why *why)
{
    struct local *l = mem_new(sizeof *l);
    l->key = w->readable ? &w->store_key : NULL;
    l->parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    enum err e = kv_begin_read(state_kv(w->state), &l->t);
    if (e == OK) {
        e = notebook_all(l->t, l->notebooks, &l->notebook_count);
    }
    if (e == OK) {
        load_answered(l);
        load_refused(l);
        e = kv_error(l->t);
    }
    if (e != OK) {
        l->e = e;
        return local_end(l, why);
    }
    *out = l;
    return OK;
}

// Goes to the next journal that has entries.
static bool next_journal(struct local *l)
{
    if (!journal_next(l->t, l->started, &l->journal)) {
        return false;
    }
    l->started = true;
    l->e = exchange_journal_get(l->t, &l->journal, &l->exchange);
    if (l->e != OK) {
        return false;
    }
    l->range = journal_range_new(l->t, &l->journal, 0);
    l->reading = true;
    return true;
}

static const struct refused *refused_at(const struct local *l, uint64_t seq)
{
    for (size_t i = 0; i < l->refused_count; i++) {
        const struct refusal *r = &l->refused[i].refusal;
        if (pubkey_equal(r->key, l->journal.key) && incarnation_equal(r->incarnation, l->journal.incarnation) &&
            r->seq == seq) {
            return &l->refused[i];
        }
    }
    return NULL;
}

static bool is_current(const struct local *l)
{
    for (size_t i = 0; i < l->notebook_count; i++) {
        if (journal_id_equal(l->notebooks[i].journal, l->journal)) {
            return true;
        }
    }
    return false;
}

static bool follows_refused(const struct local *l, uint64_t seq)
{
    for (size_t i = 0; i < l->refused_count; i++) {
        const struct refusal *r = &l->refused[i].refusal;
        if (pubkey_equal(r->key, l->journal.key) && incarnation_equal(r->incarnation, l->journal.incarnation) &&
            r->seq < seq) {
            return true;
        }
    }
    return false;
}

static enum fate fate_of(const struct local *l, const struct local_entry *e, uint64_t *code)
{
    if (e->at.seq < l->exchange.acked.next) {
        if (l->answered_count > 0 && bsearch(&e->entry.id, l->answered, l->answered_count, sizeof *l->answered,
                                             hash_order) != NULL) {
            return FATE_ANSWERED;
        }
        return e->at.seq < l->exchange.proven.next ? FATE_CONFIRMED : FATE_RECEIVED;
    }
    const struct refused *refused = refused_at(l, e->at.seq);
    if (refused != NULL) {
        *code = refused->refusal.code;
        return FATE_REFUSED;
    }
    return !is_current(l) && follows_refused(l, e->at.seq) ? FATE_REPLACED : FATE_WAITING;
}

bool local_next(struct local *l, struct local_entry *out)
{
    for (;;) {
        if (!l->reading && !next_journal(l)) {
            return false;
        }
        if (journal_range_next(&l->range, &l->why)) {
            break;
        }
        journal_range_done(&l->range);
        l->reading = false;
        if (kv_error(l->t) != OK) {
            return false;
        }
    }
    *out = (struct local_entry){ .at = l->range.at };
    if (entry_parse(l->range.entry.bytes, &out->entry) != VERDICT_GOOD) {
        why_set(&l->why, "entry %llu of a notebook here is damaged", (unsigned long long)out->at.seq);
        l->e = ERR_CORRUPT;
        return false;
    }
    out->known = kind_parse(&out->entry, &out->body) == VERDICT_GOOD;
    out->fate = fate_of(l, out, &out->refusal);
    l->at = out->at;
    return true;
}

enum err local_parts(struct local *l, struct disclosure *out, struct why *why)
{
    buf_wipe(&l->parts);
    if (l->key == NULL) {
        why_set(why, "the words are locked: run `baraza unlock` first");
        return ERR_LOCKED;
    }
    enum err e = journal_parts(l->t, l->key, &l->at, &l->parts, why);
    if (e == OK && disclosure_parse(buf_slice(&l->parts), out) != VERDICT_GOOD) {
        why_set(why, "the words of entry %llu are damaged", (unsigned long long)l->at.seq);
        e = ERR_CORRUPT;
    }
    return e;
}

enum err local_end(struct local *l, struct why *why)
{
    if (l->reading) {
        journal_range_done(&l->range);
    }
    enum err e = l->e;
    if (l->t != NULL) {
        enum err read = kv_error(l->t);
        kv_abort(l->t);
        e = e == OK ? read : e;
    }
    if (e != OK && l->why.text[0] != '\0') {
        why_set(why, "%s", l->why.text);
    }
    buf_wipe(&l->parts);
    buf_done(&l->parts);
    free(l->answered);
    free(l->refused);
    free(l);
    return e;
}

struct content local_content(const struct entry *e, const struct disclosure *d, const char *name)
{
    struct content c = { .count = 0 };
    for (size_t i = 0; i < e->part_count && i < d->count; i++) {
        if (slice_equal(e->parts[i].name, slice_text(name)) && d->parts[i].state == PART_DISCLOSED &&
            !content_parse(d->parts[i].bytes, &c)) {
            return (struct content){ .count = 0 };
        }
    }
    return c;
}

void tally_add(struct tally *t, enum fate f)
{
    t->replaced += f == FATE_REPLACED;
    t->saved += f != FATE_REPLACED;
    t->waiting += f == FATE_WAITING;
    t->refused += f == FATE_REFUSED;
    t->received += f == FATE_RECEIVED || f == FATE_CONFIRMED || f == FATE_ANSWERED;
    t->confirmed += f == FATE_CONFIRMED || f == FATE_ANSWERED;
    t->answered += f == FATE_ANSWERED;
}

// The first of the forum's languages, when its context can be read.
static void session_language(struct local *l, const struct local_entry *e, struct local_session *out)
{
    struct disclosure d;
    struct slice tags[LIMIT_LANGUAGES];
    if (local_parts(l, &d, NULL) != OK) {
        return;
    }
    struct content context = local_content(&e->entry, &d, "context");
    size_t n = content_list(content_value(&context, "languages"), tags, LIMIT_LANGUAGES);
    if (n > 0 && tags[0].n < sizeof out->lang) {
        memcpy(out->lang, tags[0].p, tags[0].n);
    }
}

static void session_copy(struct local *l, const struct local_entry *e, struct local_session *out)
{
    struct slice code = e->body.as.session.code;
    struct slice area = e->body.as.session.area;
    *out = (struct local_session){ .id = e->entry.id };
    memcpy(out->code, code.p, code.n);
    memcpy(out->area, area.p, area.n);
    session_language(l, e, out);
}

enum err local_session_find(struct work *w, const char *wanted, struct local_session *out, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    uint64_t latest = 0;
    size_t fits = 0;
    enum err err = local_begin(w, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        if (!e.known || e.body.kind != KIND_SESSION || e.fate == FATE_REPLACED || e.fate == FATE_REFUSED) {
            continue;
        }
        bool by_code = wanted != NULL && slice_equal(e.body.as.session.code, slice_text(wanted));
        if (wanted == NULL ? e.entry.claimed_s >= latest : by_code || id_begins(e.entry.id, slice_text(wanted))) {
            latest = e.entry.claimed_s;
            fits++;
            session_copy(l, &e, out);
        }
    }
    err = local_end(l, why);
    if (err != OK) {
        return err;
    }
    if (fits == 0 && wanted == NULL) {
        why_set(why, "no forum is open here yet: baraza session open CODE --area AREA");
        return ERR_NOT_FOUND;
    }
    if (fits == 0) {
        why_set(why, "no forum here has the code or id \"%.40s\": see baraza session list", wanted);
        return ERR_NOT_FOUND;
    }
    if (fits > 1 && wanted != NULL) {
        why_set(why, "several forums here fit \"%.40s\": give more of the id (baraza session list)", wanted);
        return ERR_BAD_INPUT;
    }
    return OK;
}
