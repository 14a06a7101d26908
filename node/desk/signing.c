// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Signs drafts. Read first: signing.h.
#include "node/desk/signing.h"

#include "common/base/fault.h"
#include "common/format/armor.h"
#include "common/store/draft.h"
#include "node/desk/attaching.h"
#include "node/desk/given.h"
#include "node/desk/slips.h"

#include <stdlib.h>
#include <string.h>

// One draft on its way.
struct making {
    struct signing_result *result;
    struct contribute x;
    struct hash key;        // of the import: the draft's
    bool ready;             // x.item is to be appended
};

struct signing {
    struct desk *desk;
    struct codebook *codebook;
    struct hash session_id;          // that session is of
    struct local_session session;
    bool has_session;
    struct making *makings;
    size_t n;
};

// --- what was signed before ---

// The number and the slip's code of an entry of hers.
static enum err read_signed(struct desk *desk, struct kv_txn *t, struct signing_result *r)
{
    struct position at;
    struct stored stored;
    struct entry e;
    struct disclosure d;
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    const enum err err = journal_find_id(t, r->entry, &at);
    if (err == OK) {
        r->saved = true;
        r->number = at.seq;
        const bool shown = journal_get(t, &at, &stored, NULL) == OK &&
                           entry_parse(stored.bytes, &e) == VERDICT_GOOD &&
                           journal_parts(t, &desk->store_key, &at, &parts, NULL) == OK &&
                           disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD;
        if (!shown || !slips_of(&e, &d, &r->slip)) {
            r->slip = (struct slip){ .text = "" };
        }
    }
    buf_wipe(&parts);
    buf_done(&parts);
    return err;
}

// True when the draft was signed before; then r is about its entry.
static bool was_signed(struct desk *desk, struct signing_result *r)
{
    struct kv_txn *t = NULL;
    bool is = false;
    if (kv_begin_read(state_kv(desk->state), &t) == OK &&
        draft_signed(t, desk->who->person.key, r->id, &r->entry)) {
        is = read_signed(desk, t, r) == OK;
    }
    kv_abort(t);
    return is;
}

// --- one draft ---

static enum err find_session(struct signing *s, struct hash id, struct trouble *trouble)
{
    struct why why = { "" };
    struct buf hex = buf_new(2 * sizeof id + 1);
    if (s->has_session && hash_equal(s->session_id, id)) {
        return OK;
    }
    armor_put_hex(&hex, SLICE_ARRAY(id.b));
    buf_put_u8(&hex, 0);
    const enum err e = local_session_find(s->desk, (const char *)hex.p, &s->session, &why);
    s->has_session = e == OK;
    s->session_id = id;
    buf_done(&hex);
    return e == ERR_NOT_FOUND ? trouble_set(trouble, TROUBLE_NOT_FOUND) : trouble_of_err(trouble, e, &why);
}

// Two drafts of one forum with the same form, or two with the same code, cannot both be signed.
static enum err check_others(const struct signing *s, const struct making *m, struct trouble *trouble)
{
    for (const struct making *o = s->makings; o < m; o++) {
        if (!o->ready) {
            continue;
        }
        const bool forum = strcmp(o->x.session.code, m->x.session.code) == 0 &&
                           strcmp(o->x.session.area, m->x.session.area) == 0;
        if (m->x.c.form > 0 && o->x.c.form == m->x.c.form && forum) {
            return trouble_with(trouble, TROUBLE_FORM_TYPED, TROUBLE_NUMBER(m->x.c.form),
                                TROUBLE_STRING(m->x.session.code));
        }
        if (slip_equal(&o->x.slip, &m->x.slip)) {
            return trouble_with(trouble, TROUBLE_SLIP_TAKEN, TROUBLE_STRING(m->x.slip.text));
        }
    }
    return OK;
}

static enum err make(struct signing *s, struct making *m, const struct draft *draft)
{
    struct given g;
    struct trouble *trouble = &m->result->trouble;
    enum trouble_code needs[CONTRIBUTE_NEEDS];
    struct buf manifest = buf_new(LIMIT_MANIFEST_BYTES);
    enum err e = given_read(draft->fields, &g, trouble);
    e = e == OK ? attaching_give(s->desk, draft->id, &g, &manifest, trouble) : e;
    if (e == OK && contribute_needs(&g, needs) > 0) {
        e = needs[0] == TROUBLE_HANDS ? trouble_with(trouble, TROUBLE_HANDS, TROUBLE_NUMBER(g.c.hands_for),
                                                     TROUBLE_NUMBER(g.c.hands_of))
                                      : trouble_set(trouble, needs[0]);
    }
    if (e == OK && g.c.form > 0) {
        g.c.typed_by = slice_text(s->desk->who->person.name);
    }
    e = e == OK ? find_session(s, draft->session, trouble) : e;
    e = e == OK ? contribute_begin(s->desk, &s->session, s->codebook, &g, &m->x, trouble) : e;
    e = e == OK ? contribute_words(&g, &m->x, trouble) : e;
    buf_wipe(&manifest);
    buf_done(&manifest);
    return e == OK ? check_others(s, m, trouble) : e;
}

// Makes the item of one draft, or says in its result why there is none.
static void prepare(struct signing *s, struct making *m)
{
    struct drafts one = { .n = 0 };
    struct why why = { "" };
    struct trouble *trouble = &m->result->trouble;
    if (was_signed(s->desk, m->result)) {
        return;
    }
    enum err e = drafts_get(s->desk, m->result->id, &one, trouble);
    e = e == OK ? make(s, m, &one.rows[0].draft) : e;
    if (e == OK && !author_item_ok(&m->x.item, &why)) {
        e = trouble_with(trouble, TROUBLE_TEXT_LONG, TROUBLE_NUMBER(LIMIT_DISCLOSURE_BYTES));
        trouble_say(trouble, &why);
    }
    m->ready = e == OK;
    m->key = draft_import_key(s->desk->who->person.key, m->result->id);
    m->x.item.import_key = FAULT(SIGNED_TWICE) ? NULL : &m->key;
    drafts_done(&one);
}

// --- all of them ---

// Puts away the drafts of what is on the disk now. What fails is put away when drafts are listed next.
static void put_away(const struct signing *s)
{
    struct draft_id *ids = mem_new(s->n * sizeof *ids);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->makings[i].result->saved) {
            ids[n++] = s->makings[i].result->id;
        }
    }
    if (n > 0 && drafts_signed(s->desk, ids, n, NULL) != OK) {
        n = 0;
    }
    free(ids);
}

// Appends what is ready, all or nothing.
static enum err append(struct signing *s, uint64_t wall_s, struct trouble *trouble)
{
    struct append_item *items = mem_new(s->n * sizeof *items);
    struct append_result *results = mem_new(s->n * sizeof *results);
    struct why why = { "" };
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->makings[i].ready) {
            items[n++] = s->makings[i].x.item;
        }
    }
    const enum err e = n == 0 ? OK : desk_append(s->desk, wall_s, items, n, results, &why);
    for (size_t i = 0, at = 0; i < s->n && e == OK; i++) {
        struct making *m = &s->makings[i];
        if (!m->ready) {
            continue;
        }
        const struct append_result *r = &results[at++];
        m->result->saved = r->saved;
        m->result->entry = r->id;
        m->result->number = r->seq;
        m->result->slip = m->x.slip;
        if (!r->saved) { // the same draft, named twice
            m->result->saved = was_signed(s->desk, m->result);
        }
    }
    free(items);
    free(results);
    return trouble_of_err(trouble, e, &why);
}

enum err signing_sign(struct desk *desk, uint64_t wall_s, const struct draft_id *ids, size_t n,
                      struct signing_result *results, struct trouble *trouble)
{
    struct signing s = { .desk = desk, .n = n };
    struct why why = { "" };
    CHECK(n > 0 && n <= SIGNING_MOST);
    enum err e = codebook_here(desk, &s.codebook, &why);
    if (e != OK) {
        return trouble_of_err(trouble, e, &why);
    }
    s.makings = mem_new(n * sizeof *s.makings);
    for (size_t i = 0; i < n; i++) {
        results[i] = (struct signing_result){ .id = ids[i] };
        s.makings[i].result = &results[i];
        prepare(&s, &s.makings[i]);
    }
    if (FAULT(DRAFT_DROPPED_FIRST)) {
        e = drafts_signed(desk, ids, n, trouble);
    }
    e = append(&s, wall_s, trouble);
    if (e == OK) {
        put_away(&s);
    }
    for (size_t i = 0; i < n; i++) {
        contribute_done(&s.makings[i].x);
    }
    free(s.makings);
    codebook_free(s.codebook);
    return e;
}
