// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading the journals of a state. Read first: local.h.
#include "node/desk/local.h"

#include "common/author/mend.h"
#include "common/format/armor.h"
#include "common/ops/print.h"
#include "common/store/leaf.h"
#include "node/desk/roster_here.h"

#include <stdlib.h>
#include <string.h>

struct local {
    const struct store_key *key; // NULL while nobody is unlocked
    struct kv_txn *t;
    struct fates fates;
    struct erasure *erasures;    // of the redactions that came down
    struct local_damage *damaged;
    size_t damaged_count;
    uint64_t hidden;
    uint64_t walked;             // entries gone through
    struct journal_id journal;   // being read
    bool started;
    bool reading;
    struct journal_range range;
    struct fates_journal stand;
    uint64_t expected;           // the number that comes next in this journal
    uint64_t claimed_s;          // of the entry before
    struct position at;
    uint64_t erased;             // of the entry last read: a bit for each part that is to be gone,
    size_t part_count;           // and its parts
    struct part_ref part_refs[LIMIT_PARTS];
    struct buf parts;
    enum err e;
    struct why why;
};

enum err local_begin(struct desk *desk, struct local **out, struct why *why)
{
    struct local *l = mem_new(sizeof *l);
    l->key = desk->readable ? &desk->store_key : NULL;
    l->parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    enum err e = kv_begin_read(state_kv(desk->state), &l->t);
    if (e == OK) {
        e = erasures_here(desk, &l->erasures, why);
    }
    if (e == OK) {
        e = fates_load(desk, l->t, &l->fates, why);
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
        uint64_t counted = journal_count(l->t);
        l->hidden = counted > l->walked ? counted - l->walked : 0;
        return false;
    }
    l->started = true;
    l->e = fates_journal(&l->fates, l->t, &l->journal, &l->stand);
    if (l->e != OK) {
        return false;
    }
    l->range = journal_range_new(l->t, &l->journal, 0);
    l->reading = true;
    l->expected = 0;
    l->claimed_s = 0;
    return true;
}

static void note_damage(struct local *l, uint64_t seq)
{
    struct local_damage d = { .at = { .journal = l->journal, .seq = seq }, .claimed_s = l->claimed_s };
    if (journal_entry_id(l->t, &d.at, &d.id) != OK) {
        d.id = (struct hash){ { 0 } };
    }
    d.fate = fates_of_damaged(&l->fates, &l->stand, l->t, l->key, seq, &d.id);
    l->damaged = mem_grow(l->damaged, l->damaged_count + 1, sizeof *l->damaged);
    l->damaged[l->damaged_count++] = d;
}

// Moves to the next whole entry of the journal at hand, past what is damaged or missing.
static bool next_whole(struct local *l)
{
    while (journal_range_next(&l->range)) {
        l->walked++;
        while (l->expected < l->range.at.seq) {
            note_damage(l, l->expected++);
        }
        l->expected = l->range.at.seq + 1;
        if (l->range.whole) {
            return true;
        }
        note_damage(l, l->range.at.seq);
    }
    return false;
}

bool local_next(struct local *l, struct local_entry *out)
{
    for (;;) {
        if (!l->reading && !next_journal(l)) {
            return false;
        }
        if (next_whole(l)) {
            break;
        }
        journal_range_done(&l->range);
        l->reading = false;
        if (kv_error(l->t) != OK) {
            return false;
        }
    }
    *out = (struct local_entry){ .at = l->range.at };
    enum verdict form = entry_parse(l->range.entry.bytes, &out->entry);
    CHECK(form == VERDICT_GOOD); // it is whole
    out->known = kind_parse(&out->entry, &out->body) == VERDICT_GOOD;
    out->fate = fates_of(&l->fates, &l->stand, out->at.seq, &out->entry.id, &out->refusal);
    l->at = out->at;
    l->claimed_s = out->entry.claimed_s;
    l->erased = erasure_mask(l->erasures, &out->entry);
    l->part_count = out->entry.part_count;
    memcpy(l->part_refs, out->entry.parts, sizeof l->part_refs);
    return true;
}

struct local_damages local_damages(const struct local *l)
{
    return (struct local_damages){ l->damaged, l->damaged_count, l->hidden };
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
    if (e == OK && l->erased != 0 && out->count == l->part_count) {
        (void)disclosure_erase(out, l->part_refs, l->erased);
    }
    return e;
}

const struct erasure *local_erasures(const struct local *l)
{
    return l->erasures;
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
    erasure_free(l->erasures);
    fates_done(&l->fates);
    free(l->damaged);
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

// --- finding a session: from the end of each notebook backwards, because it is mostly a recent one ---

static void copy_field(char *out, size_t room, struct slice text)
{
    if (text.n > 0 && text.n < room) {
        memcpy(out, text.p, text.n);
    }
}

// What the session says of all that is said there.
static void session_defaults(const struct content *context, struct local_session *out)
{
    struct content c = { .count = 0 };
    struct slice scopes[LIMIT_SCOPES];
    if (!content_parse(content_value(context, "defaults"), &c)) {
        return;
    }
    copy_field(out->basis, sizeof out->basis, content_text(&c, "basis"));
    copy_field(out->channel, sizeof out->channel, content_text(&c, "channel"));
    out->scope_n = content_list(content_value(&c, "scopes"), scopes, LIMIT_SCOPES);
    for (size_t i = 0; i < out->scope_n; i++) {
        copy_field(out->scopes[i], sizeof out->scopes[i], scopes[i]);
    }
    copy_field(out->sensitivity, sizeof out->sensitivity, content_text(&c, "sensitivity"));
    struct slice names[LIMIT_PROTECT_KEYS];
    out->seal_to_n = content_list(content_value(&c, "seal-to"), names, LIMIT_PROTECT_KEYS);
    for (size_t i = 0; i < out->seal_to_n; i++) {
        copy_field(out->seal_to[i], sizeof out->seal_to[i], names[i]);
    }
}

// The first of the forum's languages and its defaults, when its context can be read.
static void session_context(struct kv_txn *t, const struct desk *desk, const struct position *at, const struct entry *e,
                             struct local_session *out)
{
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct disclosure d;
    struct slice tags[LIMIT_LANGUAGES];
    if (desk->readable && journal_parts(t, &desk->store_key, at, &parts, NULL) == OK &&
        disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD) {
        struct content context = local_content(e, &d, "context");
        size_t n = content_list(content_value(&context, "languages"), tags, LIMIT_LANGUAGES);
        copy_field(out->lang, sizeof out->lang, n > 0 ? tags[0] : slice_of(NULL, 0));
        session_defaults(&context, out);
    }
    buf_wipe(&parts);
    buf_done(&parts);
}

// True when e is a session that wanted means (NULL: any); then *out is it, without what its context says.
static bool session_fits(const struct entry *e, const char *wanted, struct local_session *out)
{
    struct body body;
    if (kind_of(e->kind) != KIND_SESSION || kind_parse(e, &body) != VERDICT_GOOD) {
        return false;
    }
    struct slice code = body.as.session.code;
    struct slice area = body.as.session.area;
    if (wanted != NULL && !slice_equal(code, slice_text(wanted)) && !id_begins(e->id, slice_text(wanted))) {
        return false;
    }
    *out = (struct local_session){ .id = e->id };
    memcpy(out->code, code.p, code.n);
    memcpy(out->area, area.p, area.n);
    return true;
}

// Searches one notebook backwards. *claimed is when the session found says it was opened.
static enum err search_notebook(struct kv_txn *t, const struct desk *desk, const struct journal_id *journal,
                                const char *wanted, struct local_session *out, uint64_t *claimed)
{
    struct journal_head head;
    enum err e = journal_head(t, journal, &head);
    for (uint64_t seq = e == OK ? head.next : 0; seq-- > 0;) {
        struct position at = { .journal = *journal, .seq = seq };
        struct stored stored;
        struct entry entry;
        e = journal_get(t, &at, &stored, NULL);
        if (kv_error(t) != OK) {
            return e;
        }
        if (e != OK || entry_parse(stored.bytes, &entry) != VERDICT_GOOD) {
            e = OK; // what is damaged is no forum that anybody could write at
            continue;
        }
        // What an import opened for its rows is meant only when it is named.
        if (session_fits(&entry, wanted, out) && (wanted != NULL || !import_made(t, entry.id))) {
            session_context(t, desk, &at, &entry, out);
            *claimed = entry.claimed_s;
            return OK;
        }
    }
    return e == OK ? ERR_NOT_FOUND : e;
}

// Searches the notebooks that are current (a session of an older one travels all the same, but was opened long ago:
// those are searched when the current ones have nothing) and keeps the latest that fits.
static enum err search_all(struct kv_txn *t, const struct desk *desk, const char *wanted, struct local_session *out)
{
    struct notebook notebooks[LIMIT_PERSONS];
    struct journal_id journal;
    size_t n = 0;
    uint64_t latest = 0;
    bool found = false;
    enum err e = notebook_all(t, notebooks, &n);
    for (size_t i = 0; i < n && e == OK; i++) {
        struct local_session one;
        uint64_t claimed = 0;
        e = search_notebook(t, desk, &notebooks[i].journal, wanted, &one, &claimed);
        if (e == OK && (!found || claimed >= latest)) {
            *out = one;
            latest = claimed;
            found = true;
        }
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    for (bool started = false; e == OK && !found && journal_next(t, started, &journal); started = true) {
        e = search_notebook(t, desk, &journal, wanted, out, &latest);
        found = e == OK;
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    return e == OK && !found ? ERR_NOT_FOUND : e;
}

// By a whole id: without hashing every entry that was written since.
static enum err take_whole_id(struct kv_txn *t, const struct desk *desk, struct hash id, struct local_session *out)
{
    struct position at;
    struct stored stored;
    struct entry entry;
    enum err e = journal_find_id(t, id, &at);
    e = e == OK ? journal_get(t, &at, &stored, NULL) : e;
    if (e != OK) {
        return e;
    }
    if (entry_parse(stored.bytes, &entry) != VERDICT_GOOD || !session_fits(&entry, NULL, out)) {
        return ERR_NOT_FOUND;
    }
    session_context(t, desk, &at, &entry, out);
    return OK;
}

enum err local_session_find(struct desk *desk, const char *wanted, struct local_session *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct hash id;
    const bool whole = wanted != NULL && armor_hex_fixed(slice_text(wanted), id.b, sizeof id.b);
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    if (e == OK) {
        e = whole ? take_whole_id(t, desk, id, out) : search_all(t, desk, wanted, out);
    }
    kv_abort(t);
    if (e == ERR_NOT_FOUND && wanted == NULL) {
        why_set(why, "no forum is open here yet: baraza session open CODE --area AREA (or, of one that was imported, "
                     "--session CODE)");
    } else if (e == ERR_NOT_FOUND) {
        why_set(why, "no forum here has the code or id \"%.40s\": open it first, baraza session open CODE "
                     "--area AREA, or see baraza session list", wanted);
    }
    return e;
}
