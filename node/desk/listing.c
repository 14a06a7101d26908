// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Going through the ledger, opening words where they are needed. Read first: listing.h.
#include "node/desk/listing.h"

#include "common/format/nfc.h"
#include "common/net/loop.h"
#include "common/ops/print.h"
#include "node/desk/local.h"
#include "node/desk/recipients.h"
#include "node/desk/roster_here.h"

#include <string.h>

#define SEARCH_MS 500u      // so long one call may read; the page is asked on
#define SEARCH_STEP 64      // and so often the clock is looked at
#define PART_SAID "said"

const char *listing_words_name(enum listing_words w)
{
    static const char *const names[LISTING_WORDS_COUNT] = {
        [LISTING_SAID] = "said",     [LISTING_NONE] = "none",           [LISTING_SEALED] = "sealed",
        [LISTING_HIDDEN] = "hidden", [LISTING_ERASED] = "erased",       [LISTING_WITHDRAWN] = "withdrawn",
        [LISTING_WIPED] = "wiped",   [LISTING_DAMAGED] = "damaged",     [LISTING_LOCKED] = "locked",
    };
    CHECK(w < LISTING_WORDS_COUNT);
    return names[w];
}

// What a state asks for that is no fate.
enum mark { MARK_ANY, MARK_WITHDRAWN, MARK_ERASED, MARK_NEVER };

struct listing {
    struct desk *desk;
    const struct ledger *ledger;
    const struct listing_wish *wish;
    struct kv_txn *t;
    struct amends *amends;
    struct erasure *erasures;
    enum fate fate;                // FATE_COUNT: any but replaced
    enum mark mark;
    struct buf wanted;             // the search, folded
    struct buf folded;             // words, folded
    struct buf parts;
    struct disclosure disclosure;
};

// --- one entry ---

static void open_parts(struct listing *x, struct listing_item *item)
{
    struct disclosure *d = &x->disclosure;
    buf_wipe(&x->parts);
    if (item->entry.part_count == 0 || !x->desk->readable) {
        item->words = item->entry.part_count == 0 ? LISTING_NONE : LISTING_LOCKED;
        return;
    }
    const enum err e = journal_parts(x->t, &x->desk->store_key, &item->row->at, &x->parts, NULL);
    if (e == OK && disclosure_parse(buf_slice(&x->parts), d) == VERDICT_GOOD && d->count == item->entry.part_count) {
        (void)disclosure_erase(d, item->entry.parts, erasure_mask(x->erasures, &item->entry));
        item->disclosure = d;
    } else {
        item->words = e == ERR_NOT_FOUND && x->desk->wiped ? LISTING_WIPED : LISTING_DAMAGED;
    }
}

static const struct part *part_named(const struct listing_item *item, const char *name)
{
    for (size_t i = 0; item->disclosure != NULL && i < item->entry.part_count; i++) {
        if (slice_equal(item->entry.parts[i].name, slice_text(name))) {
            return &item->disclosure->parts[i];
        }
    }
    return NULL;
}

bool listing_in_clear(const struct listing_item *item, const char *name)
{
    const uint32_t clear = item->whole ? amends_in_clear(item->amends, &item->entry, &item->body, item->disclosure) : 0;
    for (size_t i = 0; clear != 0 && i < item->entry.part_count; i++) {
        if ((clear & 1u << i) != 0 && (name == NULL || slice_equal(item->entry.parts[i].name, slice_text(name)))) {
            return true;
        }
    }
    return false;
}

struct content listing_part(const struct listing_item *item, const char *name)
{
    const bool shown = item->whole && item->disclosure != NULL && !listing_in_clear(item, name);
    return shown ? local_content(&item->entry, item->disclosure, name) : (struct content){ .count = 0 };
}

uint64_t listing_when(const struct listing_item *item)
{
    const struct content context = listing_part(item, "context");
    const uint64_t exact = content_uint(&context, "time");
    return exact > 0 ? exact : item->row->claimed_s;
}

bool listing_has_identity(const struct listing_item *item)
{
    const struct part *part = item->whole ? part_named(item, "identity") : NULL;
    return part != NULL && part->state == PART_DISCLOSED && sealed_ok(part->bytes);
}

// The words of a contribution, as far as who looks may see them.
static void judge_words(struct listing *x, struct listing_item *item)
{
    struct content said = { .count = 0 };
    const struct hash id = item->entry.id;
    const struct amend_erased *erased = amends_erased(x->amends, id);
    const struct part *part = part_named(item, PART_SAID);
    if (erased != NULL && erased->words) {
        item->words = LISTING_ERASED;
    } else if ((amends_withdrawn(x->amends, id) & amends_scope("record")) != 0) {
        item->words = LISTING_WITHDRAWN;
    } else if (part == NULL) {
        return; // locked, wiped or damaged: open_parts has said it
    } else if (listing_in_clear(item, PART_SAID)) {
        item->words = LISTING_HIDDEN;
    } else if (part->state == PART_DISCLOSED && sealed_ok(part->bytes)) {
        item->words = LISTING_SEALED;
    } else {
        const bool form = part->state == PART_DISCLOSED && content_parse(part->bytes, &said);
        item->text = amends_words(x->amends, id, form ? content_text(&said, "text") : slice_of(NULL, 0));
        item->words = item->text.n > 0 ? LISTING_SAID : LISTING_NONE;
    }
}

// Reads the row's entry; of a contribution also what may be shown of its words.
static enum err read_item(struct listing *x, const struct ledger_row *row, struct listing_item *item)
{
    struct stored stored;
    *item = (struct listing_item){ .row = row, .words = LISTING_DAMAGED, .amends = x->amends };
    if (row->damaged) {
        return OK;
    }
    const enum err e = journal_get(x->t, &row->at, &stored, NULL);
    if (e != OK || entry_parse(stored.bytes, &item->entry) != VERDICT_GOOD) {
        return kv_error(x->t); // damaged since it was read first
    }
    item->whole = kind_parse(&item->entry, &item->body) == VERDICT_GOOD;
    open_parts(x, item);
    amends_take_erased(x->amends, x->erasures, &item->entry);
    if (item->whole && item->body.kind == KIND_CONTRIBUTION) {
        item->forum = ledger_forum(x->ledger, row->about);
        amends_take(x->amends, &item->entry, &item->body, NULL); // that it is sealed, for its corrections
        judge_words(x, item);
    }
    return OK;
}

// --- what fits ---

static bool fits_forum(const struct listing *x, const struct ledger_row *r)
{
    const struct slice wanted = x->wish->session;
    if (wanted.n == 0) {
        return true;
    }
    const struct ledger_forum *f = ledger_forum(x->ledger, r->about);
    return (f != NULL && slice_equal(slice_text(f->code), wanted)) ||
           (r->kind == KIND_CONTRIBUTION && id_begins(r->about, wanted));
}

static bool fits_header(const struct listing *x, const struct ledger_row *r)
{
    const bool fate = x->fate == FATE_COUNT ? r->fate != FATE_REPLACED : r->fate == x->fate;
    return fate && (r->kind == KIND_CONTRIBUTION || r->damaged) && fits_forum(x, r);
}

static bool has_code(const struct content *c, const char *key, struct slice wanted)
{
    struct slice list[LIMIT_FIELDS];
    const size_t n = content_list(content_value(c, key), list, LIMIT_FIELDS);
    for (size_t i = 0; i < n; i++) {
        if (slice_equal(list[i], wanted)) {
            return true;
        }
    }
    return false;
}

// All words of the search are somewhere in the folded text.
static bool has_words(struct slice wanted, struct slice text)
{
    size_t at = 0;
    while (at < wanted.n) {
        const uint8_t *blank = memchr(wanted.p + at, ' ', wanted.n - at);
        const size_t n = blank == NULL ? wanted.n - at : (size_t)(blank - (wanted.p + at));
        if (n > 0 && (text.n < n || memmem(text.p, text.n, wanted.p + at, n) == NULL)) {
            return false;
        }
        at += n + 1;
    }
    return true;
}

static bool fits_words(struct listing *x, const struct listing_item *item)
{
    if (x->wanted.n == 0) {
        return true;
    }
    const bool shown = item->words == LISTING_SAID;
    const struct part *part = part_named(item, PART_SAID);
    struct content said = { .count = 0 };
    buf_wipe(&x->folded);
    bool good = shown && text_fold(item->text, &x->folded);
    // What it is in short, and what is asked for, stand beside the words.
    if (good && part->state == PART_DISCLOSED && content_parse(part->bytes, &said)) {
        buf_put_u8(&x->folded, '\n');
        good = text_fold(content_text(&said, "summary"), &x->folded);
        buf_put_u8(&x->folded, '\n');
        good = good && text_fold(content_text(&said, "ask"), &x->folded);
    }
    return good && has_words(buf_slice(&x->wanted), buf_slice(&x->folded));
}

static bool by_header(const struct listing *x)
{
    return x->wish->kind.n == 0 && x->wish->group.n == 0 && x->wanted.n == 0 && x->mark == MARK_ANY;
}

static bool fits_mark(const struct listing *x, const struct listing_item *item)
{
    switch (x->mark) {
    case MARK_ANY:
        return true;
    case MARK_WITHDRAWN:
        return item->whole && amends_withdrawn(x->amends, item->entry.id) != 0;
    case MARK_ERASED:
        return item->whole && amends_erased(x->amends, item->entry.id) != NULL;
    case MARK_NEVER:
        break;
    }
    return false;
}

static bool fits_content(struct listing *x, const struct listing_item *item)
{
    const struct listing_wish *w = x->wish;
    if (by_header(x)) {
        return true;
    }
    if (!fits_mark(x, item)) {
        return false;
    }
    const struct content context = listing_part(item, "context");
    const struct content speaker = listing_part(item, "speaker");
    return (w->kind.n == 0 || slice_equal(content_text(&context, "kind"), w->kind)) &&
           (w->group.n == 0 || has_code(&speaker, "groups", w->group)) && fits_words(x, item);
}

// --- going through ---

static bool amends_any(enum kind kind)
{
    return kind == KIND_CORRECTION || kind == KIND_WITHDRAWAL || kind == KIND_OPENED;
}

static enum err take_amends(struct listing *x, struct amends *a)
{
    struct listing_item item;
    enum err e = OK;
    for (size_t i = x->ledger->n; i-- > 0 && e == OK;) {
        const struct ledger_row *r = x->ledger->rows[i];
        if (amends_any(r->kind) && r->fate != FATE_REFUSED && r->fate != FATE_REPLACED) {
            e = read_item(x, r, &item);
            if (e == OK && item.whole) {
                amends_take(a, &item.entry, &item.body, item.disclosure);
            }
        }
    }
    return e;
}

static void finish(struct listing *x)
{
    kv_abort(x->t);
    amends_free(x->amends);
    erasure_free(x->erasures);
    buf_wipe(&x->wanted);
    buf_done(&x->wanted);
    buf_wipe(&x->folded);
    buf_done(&x->folded);
    buf_wipe(&x->parts);
    buf_done(&x->parts);
}

static enum err begin(struct listing *x, struct why *why)
{
    x->amends = amends_new();
    x->wanted = buf_new(4 * LIMIT_SEARCH_BYTES);
    x->folded = buf_new(4 * LIMIT_DISCLOSURE_BYTES);
    x->parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    enum err e = erasures_here(x->desk, &x->erasures, why);
    if (e == OK) {
        e = kv_begin_read(state_kv(x->desk->state), &x->t);
    }
    return e == OK ? take_amends(x, x->amends) : e;
}

// False: there is no such state. Whether something is put off or without effect is for the hub to say, entry by entry;
// here nothing is.
static bool parse_state(struct slice state, enum fate *fate, enum mark *mark)
{
    static const struct { const char *name; enum fate fate; enum mark mark; } others[] = {
        { "saved", FATE_WAITING, MARK_ANY },       { "superseded", FATE_REPLACED, MARK_ANY },
        { "withdrawn", FATE_COUNT, MARK_WITHDRAWN }, { "erased", FATE_COUNT, MARK_ERASED },
        { "deferred", FATE_COUNT, MARK_NEVER },    { "no-effect", FATE_COUNT, MARK_NEVER },
    };
    *fate = FATE_COUNT;
    *mark = MARK_ANY;
    for (enum fate f = FATE_WAITING; f < FATE_COUNT; f++) {
        if (slice_equal(state, slice_text(fate_name(f)))) {
            *fate = f;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (slice_equal(state, slice_text(others[i].name))) {
            *fate = others[i].fate;
            *mark = others[i].mark;
            return true;
        }
    }
    return state.n == 0;
}

static enum err parse_wish(struct listing *x, struct trouble *t)
{
    if (!parse_state(x->wish->state, &x->fate, &x->mark)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    const bool fits = x->wish->search.n <= LIMIT_SEARCH_BYTES && text_fold(x->wish->search, &x->wanted);
    return fits ? OK : trouble_set(t, TROUBLE_SEARCH_LONG);
}

static bool same_place(const struct position *a, const struct position *b)
{
    return a->seq == b->seq && journal_id_equal(a->journal, b->journal);
}

static enum err start_of(const struct listing *x, size_t *from, struct trouble *t)
{
    *from = 0;
    if (!x->wish->has_before) {
        return OK;
    }
    while (*from < x->ledger->n && !same_place(&x->ledger->rows[*from]->at, &x->wish->before)) {
        (*from)++;
    }
    return (*from)++ < x->ledger->n ? OK : trouble_set(t, TROUBLE_NOT_FOUND);
}

static enum err go_through(struct listing *x, size_t from, listing_take *take, void *arg, struct listing_end *end)
{
    const uint64_t until = loop_now_ms() + SEARCH_MS;
    struct listing_item item;
    enum err e = OK;
    size_t given = 0;
    size_t read = 0;
    end->counted = by_header(x);
    for (size_t i = 0; i < x->ledger->n && end->counted; i++) {
        end->total += fits_header(x, x->ledger->rows[i]);
    }
    for (size_t i = from; i < x->ledger->n && e == OK; i++) {
        const struct ledger_row *r = x->ledger->rows[i];
        if (!fits_header(x, r)) {
            continue;
        }
        const bool late = ++read % SEARCH_STEP == 0 && loop_now_ms() >= until;
        if (given == x->wish->most || late) {
            end->more = true;
            break;
        }
        e = read_item(x, r, &item);
        end->last = r->at;
        if (e == OK && fits_content(x, &item)) {
            take(arg, &item);
            given++;
        }
    }
    return e;
}

enum err listing_run(struct desk *desk, const struct ledger *l, const struct listing_wish *wish, listing_take *take,
                     void *arg, struct listing_end *end, struct trouble *t)
{
    struct listing x = { .desk = desk, .ledger = l, .wish = wish };
    struct why why = { "" };
    size_t from = 0;
    *end = (struct listing_end){ .more = false };
    enum err e = begin(&x, &why);
    if (e == OK) {
        e = parse_wish(&x, t);
    }
    if (e == OK) {
        e = start_of(&x, &from, t);
    }
    if (e == OK) {
        e = go_through(&x, from, take, arg, end);
    }
    finish(&x);
    return trouble_of_err(t, e, &why);
}

enum err listing_one(struct desk *desk, const struct ledger *l, struct hash id, listing_take *take, void *arg,
                     struct trouble *t)
{
    struct listing x = { .desk = desk, .ledger = l };
    struct listing_item item;
    struct why why = { "" };
    const struct ledger_row *row = ledger_find(l, id);
    if (row == NULL) {
        return trouble_set(t, TROUBLE_NOT_FOUND);
    }
    enum err e = begin(&x, &why);
    if (e == OK) {
        e = read_item(&x, row, &item);
    }
    if (e == OK) {
        take(arg, &item);
    }
    finish(&x);
    return trouble_of_err(t, e, &why);
}

enum err listing_amends(struct desk *desk, const struct ledger *l, struct amends **out, struct why *why)
{
    struct listing x = { .desk = desk, .ledger = l };
    enum err e = begin(&x, why);
    if (e == OK) {
        *out = x.amends;
        x.amends = NULL;
    }
    finish(&x);
    return e;
}
