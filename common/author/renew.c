// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Beginning a new incarnation. It must never drop an entry: what followed a refused one is signed again, with its parts
// as they were, and names the entry it replaces. Read first: renew.h.
#include "common/author/renew.h"

#include "common/author/attach.h"
#include "common/author/mend.h"
#include "common/base/date.h"
#include "common/format/content.h"
#include "common/format/sealed.h"

#define DAY_S 86400u

// An old entry being signed anew.
struct renewing {
    struct buf bytes; // the entry
    struct buf parts; // its disclosure
};

struct hash renew_current(const struct writing *w, struct hash id)
{
    for (size_t i = 0; i < w->replaced_count; i++) {
        if (hash_equal(w->replaced[i].old_id, id)) {
            return w->replaced[i].new_id;
        }
    }
    return id;
}

// References as before, to the new entries where there are any; then the entry that is replaced, in the kind's
// last place, if the kind has one for it (kinds.c: content of a fixed number of references).
static size_t renew_refs(const struct writing *w, const struct entry *e, const struct kind_info *info,
                         struct hash *refs)
{
    size_t n = 0;
    for (; n < e->ref_count; n++) {
        refs[n] = renew_current(w, entry_ref(e, n));
    }
    if (!info->content || info->refs_max == LIMIT_REFS) {
        return n;
    }
    for (; n < info->refs_max; n++) {
        refs[n] = (struct hash){ { 0 } };
    }
    refs[n - 1] = e->id;
    return n;
}

// Reads the old entry at a position into r, out of the transaction's reach.
static enum err load_old(struct writing *w, const struct position *at, struct renewing *r, struct entry *e,
                         struct disclosure *d, struct why *why)
{
    struct stored stored;
    buf_reset(&r->bytes);
    buf_wipe(&r->parts);
    *d = (struct disclosure){ .count = 0 };
    enum err err = journal_get(w->t, at, &stored, why);
    if (err != OK) {
        return err == ERR_NOT_FOUND && kv_error(w->t) == OK ? ERR_CORRUPT : err;
    }
    buf_put(&r->bytes, stored.bytes);
    if (!buf_ok(&r->bytes) || entry_parse(buf_slice(&r->bytes), e) != VERDICT_GOOD) {
        return ERR_CORRUPT;
    }
    if (e->part_count == 0) {
        return OK;
    }
    err = journal_parts(w->t, &w->store_key, at, &r->parts, why);
    err = err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
    if (err == OK && disclosure_parse(buf_slice(&r->parts), d) != VERDICT_GOOD) {
        err = ERR_CORRUPT;
    }
    return err;
}

// What cannot be read any more cannot be signed anew: an incident says so in its place, so that everybody who reads
// the record knows that something was said there. Which number of which notebook it was is sealed, as the text of every
// incident (PROTOCOL 4.7).
static enum err tell_lost(struct writing *w, const struct position *at, struct why *why)
{
    struct lost lost;
    enum err e = mend_lose(w->t, at, w->claimed_s, &lost);
    if (e != OK || lost.told) {
        return e;
    }
    struct body body = { .kind = KIND_INCIDENT, .as.incident.code = slice_text("damaged") };
    struct buf said = buf_new(512);
    struct buf text = buf_new(1024);
    struct content content = { .count = 0 };
    const uint8_t *book = at->journal.incarnation.b;
    buf_printf(&said, "Number %llu of notebook %02x%02x%02x%02x, written about ", (unsigned long long)at->seq, book[0],
               book[1], book[2], book[3]);
    date_put(&said, lost.claimed_s / DAY_S);
    buf_put_text(&said, lost.words ? ": the disk of its site damaged what it said." :
                                     ": the disk of its site damaged it.");
    content_add_text(&content, "lang", slice_text("en"));
    content_add_text(&content, "text", buf_slice(&said));
    content_make(&content, &text);
    CHECK(buf_ok(&text));
    struct boxkey officers[LIMIT_PROTECT_KEYS];
    const struct append_item item = { .body = &body, .refs = &lost.id, .ref_count = !hash_is_zero(lost.id),
                                      .parts = { buf_slice(&text) }, .sealed = sealed_due_by(&body),
                                      .sealed_to = officers,
                                      .sealed_to_count = charter_officer_keys(state_charter(w->state), officers) };
    struct hash id;
    e = writing_put(w, &item, &id, why);
    if (e == OK) {
        lost.told = true;
        lost_put(w->t, &lost);
    }
    buf_done(&text);
    buf_done(&said);
    return e == OK ? kv_error(w->t) : e;
}

static enum err renew_one(struct writing *w, const struct position *at, struct renewing *r, struct why *why)
{
    struct entry e;
    struct disclosure d;
    struct body body;
    struct hash refs[LIMIT_REFS];
    enum err err = load_old(w, at, r, &e, &d, why);
    if (err == ERR_CORRUPT && kv_error(w->t) == OK) {
        return tell_lost(w, at, why);
    }
    if (err != OK) {
        return err;
    }
    if (kind_parse(&e, &body) != VERDICT_GOOD || body.kind == KIND_RESUME) {
        return OK; // it had no effect, or says what the new resume says
    }
    struct append_item item = { .body = &body, .refs = refs };
    item.ref_count = renew_refs(w, &e, kind_info(body.kind), refs);
    for (size_t i = 0; i < d.count; i++) {
        item.parts[i] = d.parts[i].bytes;
    }
    struct hash id;
    err = writing_put(w, &item, &id, why);
    if (err == OK) {
        attach_unbind(w->t, at);
        w->replaced = mem_grow(w->replaced, w->replaced_count + 1, sizeof *w->replaced);
        w->replaced[w->replaced_count++] = (struct replaced){ e.id, id };
    }
    return err;
}

// Signs anew the entries of a journal from seq `from` to its end `next`.
static enum err renew_refused(struct writing *w, const struct journal_id *journal, uint64_t from, uint64_t next,
                              struct why *why)
{
    struct renewing r = {
        .bytes = buf_new(LIMIT_ENTRY_BYTES),
        .parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES),
    };
    enum err e = OK;
    for (uint64_t seq = from; seq < next && e == OK; seq++) {
        struct position at = { .journal = *journal, .seq = seq };
        e = renew_one(w, &at, &r, why);
    }
    buf_wipe(&r.parts);
    buf_done(&r.parts);
    buf_done(&r.bytes);
    return e;
}

enum err renew_write(struct writing *w, const struct notebook *old, const struct journal_head *ended, struct why *why)
{
    if (ended->next == 0) {
        return OK; // nothing was ever written in the one before
    }
    struct body body = { .kind = KIND_RESUME };
    body.as.resume.old = (struct chain_end){ ended->journal.incarnation, ended->next - 1, ended->head };
    const struct append_item item = { .body = &body };
    struct hash id;
    enum err e = writing_put(w, &item, &id, why);
    if (e == OK && old->renew == NOTEBOOK_REFUSED) {
        e = renew_refused(w, &old->journal, old->from, ended->next, why);
    }
    return e;
}

enum err renew_stranded(struct writing *w, struct why *why)
{
    enum err e = OK;
    while (e == OK) {
        struct stranded s;
        struct journal_head head;
        e = notebook_take_stranded(w->t, w->u->person.key, &s);
        if (e == OK) {
            e = journal_head(w->t, &s.journal, &head);
        }
        if (e == OK) {
            e = renew_refused(w, &s.journal, s.from, head.next, why);
        }
    }
    return e == ERR_NOT_FOUND ? OK : e;
}
