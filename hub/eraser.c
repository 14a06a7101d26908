// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which redactions are still to be carried out is read from the record and from marks that are put with the hub's
// `erased` entries; that a store key must be renewed, from a mark that is put with the first part that is erased. So no
// step has to be remembered in memory. Read first: eraser.h.
#include "hub/eraser.h"

#include "common/store/erase.h"
#include "common/store/store.h"
#include "hub/finder.h"
#include "hub/fold.h"
#include "hub/store_key.h"

#include <stdlib.h>

#define LOOKS 4096        // entries looked at in one read transaction
#define WRAPS 2048        // keys wrapped anew in one write transaction: some 20 ms, in which the writer waits
#define MARK "erasing"    // a value of the store: parts were erased and the store key was not renewed since

enum phase { IDLE, SCAN, RENEW_BEGIN, RENEW_WRAP, RENEW_END, UNMARK, SAY };

struct eraser {
    struct eraser_options o;
    struct record *record;
    struct fold fold;
    struct finder *finder;
    uint64_t folded;           // the fold knows the record up to here
    uint64_t seen;             // number of the transaction at which was looked last
    enum phase phase;
    bool at_once;              // what a daemon before this one has left is not gathered
    uint64_t due_ms;           // when what was gathered is carried out; UINT64_MAX: nothing is
    struct erased_said *pending;
    size_t pending_n;
    uint64_t scanned, scan_to;
    uint64_t erased;           // entries
    struct store_key key;      // while the store key is renewed: the new one, with the older
    struct rewrap wrap;
    uint64_t wrapped;
};

enum err eraser_new(const struct eraser_options *options, struct eraser **out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct slice value;
    struct store_key key;
    bool renewing = false;
    enum err err = store_key_settle(options->dir, why);
    if (err == OK) {
        err = store_key_load(options->dir, &key, &renewing, why);
    }
    mem_wipe(&key, sizeof key);
    if (err == OK) {
        err = kv_begin_read(options->kv, &t);
    }
    if (err != OK) {
        return err;
    }
    err = store_value_get(t, MARK, &value);
    const bool marked = err == OK;
    enum err end = kv_commit(t);
    err = err == ERR_NOT_FOUND ? end : err;
    if (err != OK) {
        why_set(why, "reading what is still to be erased: %s", err_text(err));
        return err;
    }
    struct eraser *e = mem_new(sizeof *e);
    e->o = *options;
    e->record = record_new();
    e->fold = fold_new(options->charter);
    e->finder = finder_new();
    e->due_ms = UINT64_MAX;
    e->at_once = true;
    e->seen = UINT64_MAX;
    e->phase = marked || renewing ? RENEW_BEGIN : IDLE;
    *out = e;
    return OK;
}

void eraser_free(struct eraser *e)
{
    if (e != NULL) {
        fold_done(&e->fold);
        record_free(e->record);
        finder_free(e->finder);
        free(e->pending);
        mem_wipe(&e->key, sizeof e->key);
        free(e);
    }
}

// --- what is to be done ---

static enum err follow(struct eraser *e, struct kv_txn *t, struct why *why)
{
    enum err err = record_load(e->record, t, why);
    if (err == OK) {
        err = fold_follow(&e->fold, e->record, t, e->folded, record_size(e->record), why);
    }
    if (err == OK) {
        e->folded = record_size(e->record);
    } else {
        fold_done(&e->fold);
        e->fold = fold_new(e->o.charter);
        e->folded = 0;
    }
    return err;
}

// A redaction is to be carried out when it is in force, its target is here and has such parts, and nothing was said
// yet.
static enum err is_pending(struct eraser *e, struct kv_txn *t, const struct erasure_row *row, bool *yes,
                           struct why *why)
{
    struct stored stored;
    struct entry entry;
    uint64_t index = 0;
    *yes = false;
    if (!row->in_force || sequence_erased(t, row->redaction)) {
        return OK;
    }
    enum err err = finder_find(e->finder, e->record, t, row->target, &index);
    if (err == OK) {
        err = leaf_get(t, index, &stored, why);
    }
    if (err == OK && entry_parse(stored.bytes, &entry) == VERDICT_GOOD) {
        *yes = erasure_mask(e->fold.erasures, &entry) != 0;
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err list_pending(struct eraser *e, struct kv_txn *t, struct why *why)
{
    const size_t n = erasure_count(e->fold.erasures);
    enum err err = n > 0 ? finder_follow(e->finder, e->record, t) : OK;
    e->pending_n = 0;
    for (size_t i = 0; i < n && err == OK; i++) {
        const struct erasure_row row = erasure_row(e->fold.erasures, i);
        bool yes = false;
        err = is_pending(e, t, &row, &yes, why);
        if (yes) {
            e->pending = mem_grow(e->pending, e->pending_n + 1, sizeof *e->pending);
            e->pending[e->pending_n++] = (struct erased_said){ .redaction = row.redaction, .target = row.target };
        }
    }
    return err != OK ? err : kv_error(t);
}

static enum err look(struct eraser *e, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err err = kv_begin_read(e->o.kv, &t);
    if (err != OK) {
        return err;
    }
    err = follow(e, t, why);
    if (err == OK) {
        err = list_pending(e, t, why);
    }
    const uint64_t number = kv_txn_number(t);
    enum err end = kv_commit(t);
    err = err != OK ? err : end;
    e->seen = err == OK ? number : e->seen;
    return err;
}

static enum err step_idle(struct eraser *e, uint64_t now_ms, enum eraser_did *did, uint64_t *count, struct why *why)
{
    enum err err = e->seen == kv_number(e->o.kv) ? OK : look(e, why);
    if (err != OK) {
        return err;
    }
    if (e->pending_n == 0) {
        e->due_ms = UINT64_MAX;
    } else if (e->due_ms == UINT64_MAX) {
        e->due_ms = e->at_once ? now_ms : now_ms + e->o.gather_ms;
    }
    e->at_once = false;
    if (now_ms >= e->due_ms) {
        e->due_ms = UINT64_MAX;
        e->phase = SCAN;
        e->scanned = e->erased = 0;
        e->scan_to = e->folded;
        *did = ERASER_BEGAN;
        *count = e->pending_n;
    }
    return err;
}

// --- erasing ---

// An entry of which something is to be gone.
struct found {
    uint64_t index;
    uint64_t mask;
};

// Looks at the next entries. What comes behind scan_to is covered by the writer before it reaches the disk.
static enum err scan_some(struct eraser *e, struct found *found, size_t *n, struct why *why)
{
    struct kv_txn *t = NULL;
    struct entry entry;
    enum err err = kv_begin_read(e->o.kv, &t);
    if (err != OK) {
        return err;
    }
    uint64_t looked = e->scanned;
    struct leaf_range range = leaf_range_new(t, e->scanned);
    while (err == OK && looked - e->scanned < LOOKS && looked < e->scan_to && leaf_range_next(&range)) {
        looked = range.index + 1;
        if (!range.whole) {
            why_set(why, "entry %llu of the record is damaged in the store", (unsigned long long)range.index);
            err = ERR_CORRUPT;
        } else if (entry_parse(range.entry.bytes, &entry) == VERDICT_GOOD) {
            const uint64_t mask = erasure_mask(e->fold.erasures, &entry);
            if (mask != 0) {
                found[(*n)++] = (struct found){ range.index, mask };
            }
        }
    }
    leaf_range_done(&range);
    enum err end = kv_commit(t);
    err = err != OK ? err : end;
    e->scanned = err == OK ? looked : e->scanned;
    return err;
}

static enum err erase_one(struct kv_txn *t, const struct store_key *key, const struct found *found, bool *gone,
                          struct why *why)
{
    uint64_t bits = 0;
    enum err err = leaf_erase(t, key, found->index, found->mask, &bits, why);
    *gone = bits != 0;
    if (err == ERR_CORRUPT && kv_error(t) == OK) { // one damaged value must not keep all others from being erased
        *gone = leaf_erase_key(t, found->index);
        err = kv_error(t);
    }
    return err;
}

static enum err erase_found(struct eraser *e, const struct found *found, size_t n, struct why *why)
{
    struct kv_txn *t = NULL;
    uint64_t entries = 0;
    const struct store_key *key = keeper_hold(e->o.keeper);
    enum err err = kv_begin_write(e->o.kv, &t);
    for (size_t i = 0; i < n && err == OK; i++) {
        bool gone = false;
        err = erase_one(t, key, &found[i], &gone, why);
        entries += gone;
    }
    if (err == OK && entries > 0) {
        store_value_put(t, MARK, SLICE_LITERAL("1"));
        err = kv_commit(t);
    } else {
        kv_abort(t);
    }
    keeper_release(e->o.keeper, key);
    e->erased += err == OK ? entries : 0;
    return err;
}

static enum err step_scan(struct eraser *e, enum eraser_did *did, uint64_t *count, struct why *why)
{
    struct found *found = mem_new(LOOKS * sizeof *found);
    const uint64_t from = e->scanned;
    size_t n = 0;
    enum err err = scan_some(e, found, &n, why);
    if (err == OK && n > 0) {
        err = erase_found(e, found, n, why);
    }
    free(found);
    if (err != OK) {
        e->scanned = from;
        return err;
    }
    *did = ERASER_WORKED;
    if (e->scanned >= e->scan_to) {
        e->phase = e->erased > 0 ? RENEW_BEGIN : SAY;
        *did = ERASER_ERASED;
        *count = e->erased;
    }
    return OK;
}

// --- the store key ---

static enum err step_begin(struct eraser *e, enum eraser_did *did, struct why *why)
{
    bool renewing = false;
    enum err err = store_key_load(e->o.dir, &e->key, &renewing, why);
    if (err == OK && !renewing) {
        err = store_key_begin(e->o.dir, &e->key, why);
    }
    if (err == OK) {
        keeper_change(e->o.keeper, &e->key);
        e->wrap = (struct rewrap){ .stage = 0 };
        e->wrapped = 0;
        e->phase = RENEW_WRAP;
        *did = ERASER_WORKED;
    }
    return err;
}

// Nobody may seal under the old key any more when the last pass begins, so nobody may when any does.
static enum err step_wrap(struct eraser *e, enum eraser_did *did, struct why *why)
{
    struct kv_txn *t = NULL;
    struct rewrap wrap = e->wrap;
    bool more = false;
    if (!keeper_settled(e->o.keeper)) {
        *did = ERASER_WAITED;
        return OK;
    }
    enum err err = kv_begin_write(e->o.kv, &t);
    if (err == OK) {
        err = rewrap_step(t, &e->key, &wrap, WRAPS, &more, why);
    }
    if (err == OK && wrap.changed != e->wrap.changed) {
        err = kv_commit(t);
    } else {
        kv_abort(t);
    }
    if (err != OK) {
        return err;
    }
    e->wrapped += wrap.changed - e->wrap.changed;
    e->wrap = wrap;
    if (!more) {
        e->phase = wrap.changed == 0 ? RENEW_END : RENEW_WRAP;
        e->wrap = (struct rewrap){ .stage = 0 };
    }
    *did = ERASER_WORKED;
    return OK;
}

static enum err step_end(struct eraser *e, enum eraser_did *did, struct why *why)
{
    enum err err = store_key_end(e->o.dir, &e->key, why);
    if (err == OK) {
        keeper_change(e->o.keeper, &e->key);
        mem_wipe(&e->key, sizeof e->key);
        e->phase = UNMARK;
        *did = ERASER_WORKED;
    }
    return err;
}

static enum err step_unmark(struct eraser *e, enum eraser_did *did, uint64_t *count)
{
    struct kv_txn *t = NULL;
    if (!keeper_settled(e->o.keeper)) { // in memory, too, it is to be gone before anybody is told
        *did = ERASER_WAITED;
        return OK;
    }
    enum err err = kv_begin_write(e->o.kv, &t);
    if (err == OK) {
        store_value_drop(t, MARK);
        err = kv_commit(t);
    }
    if (err == OK) {
        e->phase = SAY;
        *did = ERASER_RENEWED;
        *count = e->wrapped;
    }
    return err;
}

static enum err step_say(struct eraser *e, enum eraser_did *did, uint64_t *count)
{
    if (e->pending_n > 0) {
        e->o.say(e->o.arg, e->pending, e->pending_n);
        *did = ERASER_SAID;
        *count = e->pending_n;
    } else {
        *did = ERASER_WORKED;
    }
    e->pending_n = 0;
    e->phase = IDLE;
    return OK;
}

enum err eraser_step(struct eraser *e, uint64_t now_ms, enum eraser_did *did, uint64_t *count, struct why *why)
{
    *did = ERASER_NOTHING;
    *count = 0;
    switch (e->phase) {
    case IDLE:
        return step_idle(e, now_ms, did, count, why);
    case SCAN:
        return step_scan(e, did, count, why);
    case RENEW_BEGIN:
        return step_begin(e, did, why);
    case RENEW_WRAP:
        return step_wrap(e, did, why);
    case RENEW_END:
        return step_end(e, did, why);
    case UNMARK:
        return step_unmark(e, did, count);
    case SAY:
        return step_say(e, did, count);
    }
    return OK;
}
