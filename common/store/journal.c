// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Journals as ranges of keys: the end of one is its last key, so there is no counter that could disagree with it.
// It must never leave a hole: an entry is put only right behind the one before.
#include "common/store/journal.h"

#include "common/base/fault.h"
#include "common/format/armor.h"
#include "common/format/entry.h"
#include "common/store/cell.h"
#include "common/store/id_prefix.h"

#include <string.h>

static enum err absent(const struct kv_txn *t)
{
    enum err e = kv_error(t);
    return e != OK ? e : ERR_NOT_FOUND;
}

// Says where a damaged entry lies.
static enum err damaged(struct why *why, const struct position *at)
{
    const uint8_t *k = at->journal.key.b;
    why_set(why, "entry %llu of journal %02x%02x%02x%02x... is damaged in the store", (unsigned long long)at->seq, k[0],
            k[1], k[2], k[3]);
    return ERR_CORRUPT;
}

static void position_of(const struct key_fields *f, struct position *out)
{
    *out = (struct position){ f->journal, f->seq, f->branch };
}

// True when value is a whole entry that belongs at this position: a key has no checksum of its own.
static bool read_whole(struct slice value, const struct position *at, struct stored *out, struct entry *entry)
{
    struct stored s;
    if (!stored_parse(value, &s) || entry_parse(s.bytes, entry) != VERDICT_GOOD || entry->place.seq != at->seq ||
        !pubkey_equal(entry->place.author, at->journal.key) ||
        !incarnation_equal(entry->place.incarnation, at->journal.incarnation)) {
        return false;
    }
    *out = s;
    return true;
}

enum err journal_entry_id(struct kv_txn *t, const struct position *at, struct hash *out)
{
    struct position after = { at->journal, at->seq + 1, at->branch };
    struct key key = key_position(DB_JOURNAL, at);
    struct key next = key_position(DB_JOURNAL, &after);
    struct slice value = { NULL, 0 };
    struct slice behind;
    struct stored stored;
    struct entry entry;
    bool any = kv_get(t, DB_JOURNAL, key_slice(&key), &value);
    if (any && read_whole(value, at, &stored, &entry)) {
        *out = stored.id;
    } else if (kv_get(t, DB_JOURNAL, key_slice(&next), &behind) && read_whole(behind, &after, &stored, &entry)) {
        *out = entry.prev;
    } else if (any && value.n >= sizeof out->b) {
        memcpy(out->b, value.p, sizeof out->b);
    } else {
        return absent(t);
    }
    return OK;
}

// *next = the number after the last entry of a journal, and *last where that is; no entry is read.
static enum err journal_end(struct kv_txn *t, const struct journal_id *journal, struct position *last, uint64_t *next)
{
    struct key_fields f = { .journal = *journal };
    struct key prefix = key_make(DB_JOURNAL, &f, 1);
    struct slice key;
    *next = 0;
    if (!kv_last(t, DB_JOURNAL, key_slice(&prefix), slice_of(NULL, 0), &key, NULL)) {
        return kv_error(t);
    }
    if (!key_parse(DB_JOURNAL, key, &f)) {
        return ERR_CORRUPT;
    }
    position_of(&f, last);
    *next = f.seq + 1;
    return OK;
}

enum err journal_head(struct kv_txn *t, const struct journal_id *journal, struct journal_head *out)
{
    struct position last;
    struct journal_head head = { .journal = *journal };
    enum err e = journal_end(t, journal, &last, &head.next);
    if (e != OK || head.next == 0) {
        *out = head;
        return e;
    }
    e = journal_entry_id(t, &last, &head.head);
    if (e == OK || e == ERR_NOT_FOUND) {
        *out = head;
        return OK;
    }
    return e;
}

enum err journal_append(struct kv_txn *t, const struct journal_item *item)
{
    struct position last;
    uint64_t next = 0;
    CHECK(item->at.branch == 0);
    enum err e = journal_end(t, &item->at.journal, &last, &next);
    if (e != OK) {
        return e;
    }
    if (item->at.seq != next && !(FAULT(NUMBER_REUSED) && item->at.seq < next)) {
        return item->at.seq < next ? ERR_EXISTS : ERR_NOT_FOUND;
    }
    struct key key = key_position(DB_JOURNAL, &item->at);
    stored_put(t, DB_JOURNAL, key_slice(&key), item->id, item->entry);
    stored_put_parts(t, DB_PART, DB_VAULT, key_slice(&key), item->sealed, item->wrapped);
    if (item->outbox.n > 0) {
        struct key out = key_position(DB_OUTBOX, &item->at);
        cell_put_last(t, DB_OUTBOX, key_slice(&out), item->outbox);
    }
    return kv_error(t);
}

bool journal_next(struct kv_txn *t, bool started, struct journal_id *at)
{
    struct key from = { 0 };
    if (started) { // behind the last key that a journal could have: all ones where seq and branch are
        struct position end = { .journal = *at, .seq = UINT64_MAX, .branch = UINT8_MAX };
        from = key_position(DB_JOURNAL, &end);
    }
    struct kv_range range = kv_range_new(t, DB_JOURNAL, slice_of(NULL, 0), key_slice(&from));
    struct key_fields f;
    bool found = kv_range_next(&range);
    if (found && !key_parse(DB_JOURNAL, range.key, &f)) {
        kv_fail(t, ERR_CORRUPT);
        found = false;
    }
    kv_range_done(&range);
    if (found) {
        *at = f.journal;
    }
    return found;
}

enum err journal_get(struct kv_txn *t, const struct position *at, struct stored *out, struct why *why)
{
    struct key key = key_position(DB_JOURNAL, at);
    struct slice value;
    if (!kv_get(t, DB_JOURNAL, key_slice(&key), &value)) {
        return absent(t);
    }
    struct entry entry;
    return read_whole(value, at, out, &entry) ? OK : damaged(why, at);
}

enum err journal_parts(struct kv_txn *t, const struct store_key *key, const struct position *at, struct buf *out,
                       struct why *why)
{
    struct stored entry;
    enum err e = journal_get(t, at, &entry, why);
    if (e != OK) {
        return e;
    }
    struct key place = key_position(DB_PART, at);
    e = stored_parts(t, DB_PART, DB_VAULT, key_slice(&place), entry.id, key, out);
    return e == ERR_CORRUPT ? damaged(why, at) : e;
}

struct journal_range journal_range_new(struct kv_txn *t, const struct journal_id *journal, uint64_t from)
{
    struct key_fields f = { .journal = *journal, .seq = from };
    struct key prefix = key_make(DB_JOURNAL, &f, 1);
    struct key first = key_make(DB_JOURNAL, &f, 0);
    return (struct journal_range){ .range = kv_range_new(t, DB_JOURNAL, key_slice(&prefix), key_slice(&first)) };
}

bool journal_range_next(struct journal_range *r)
{
    struct key_fields f;
    struct entry entry;
    if (!kv_range_next(&r->range)) {
        return false;
    }
    if (!key_parse(DB_JOURNAL, r->range.key, &f)) {
        kv_fail(r->range.t, ERR_CORRUPT);
        return false;
    }
    position_of(&f, &r->at);
    r->whole = read_whole(r->range.value, &r->at, &r->entry, &entry);
    return true;
}

void journal_range_done(struct journal_range *r)
{
    kv_range_done(&r->range);
}

enum err journal_find(struct kv_txn *t, struct slice prefix, struct position *out)
{
    struct id_prefix p;
    struct key_fields f;
    uint64_t number = 0;
    if (!id_prefix_make(prefix, &p)) {
        return ERR_BAD_INPUT;
    }
    struct kv_range range = kv_range_new(t, DB_JOURNAL, slice_of(NULL, 0), slice_of(NULL, 0));
    while (!id_prefix_done(&p) && kv_range_next(&range)) {
        struct stored entry;
        bool first = !p.any;
        if (!stored_parse(range.value, &entry)) {
            continue; // nothing can be asked about it; who lists says that it is damaged
        }
        id_prefix_offer(&p, entry.id.b, number++);
        if (first && p.any && !key_parse(DB_JOURNAL, range.key, &f)) {
            kv_fail(t, ERR_CORRUPT);
        }
    }
    kv_range_done(&range);
    enum err e = kv_error(t);
    if (e == OK) {
        e = id_prefix_result(&p, &number);
    }
    if (e == OK || e == ERR_BUSY) {
        position_of(&f, out);
    }
    return e;
}

enum err journal_find_id(struct kv_txn *t, struct hash id, struct position *out)
{
    struct key_fields f;
    bool found = false;
    struct kv_range range = kv_range_new(t, DB_JOURNAL, slice_of(NULL, 0), slice_of(NULL, 0));
    while (!found && kv_range_next(&range)) {
        struct stored entry;
        found = stored_beside(range.value, id) && stored_parse(range.value, &entry) && hash_equal(entry.id, id) &&
                key_parse(DB_JOURNAL, range.key, &f);
    }
    kv_range_done(&range);
    if (found) {
        position_of(&f, out);
        return OK;
    }
    struct buf hex = buf_new(2 * sizeof id);
    armor_put_hex(&hex, SLICE_ARRAY(id.b));
    const enum err e = kv_error(t) == OK ? journal_find(t, buf_slice(&hex), out) : kv_error(t);
    buf_done(&hex);
    return e;
}

uint64_t journal_count(struct kv_txn *t)
{
    return kv_count(t, DB_JOURNAL);
}

bool journal_all_there(struct kv_txn *t)
{
    struct kv_range range = kv_range_new(t, DB_JOURNAL, slice_of(NULL, 0), slice_of(NULL, 0));
    uint64_t n = 0;
    while (kv_range_next(&range)) {
        n++;
    }
    kv_range_done(&range);
    return n == journal_count(t);
}

bool import_seen(struct kv_txn *t, struct hash source, struct hash *id)
{
    struct key_fields f = { .hash = source };
    struct key key = key_make(DB_IMPORT, &f, 0);
    struct slice value;
    enum err e = cell_get(t, DB_IMPORT, key_slice(&key), &value);
    if (e == ERR_NOT_FOUND) {
        return false;
    }
    if (e != OK || value.n != sizeof source.b) {
        kv_fail(t, e == OK ? ERR_CORRUPT : e); // not to be taken for "never imported"
        return false;
    }
    if (id != NULL) {
        memcpy(id->b, value.p, sizeof id->b);
    }
    return true;
}

bool import_made(struct kv_txn *t, struct hash id)
{
    struct kv_range range = kv_range_new(t, DB_IMPORT, slice_of(NULL, 0), slice_of(NULL, 0));
    bool made = false;
    while (!made && kv_range_next(&range)) {
        struct slice value;
        made = cell_open(DB_IMPORT, range.key, range.value, &value) && slice_equal(value, SLICE_ARRAY(id.b));
    }
    kv_range_done(&range);
    return made;
}

void import_put(struct kv_txn *t, struct hash source, struct hash id)
{
    struct key_fields f = { .hash = source };
    struct key key = key_make(DB_IMPORT, &f, 0);
    cell_put(t, DB_IMPORT, key_slice(&key), SLICE_ARRAY(id.b));
}
