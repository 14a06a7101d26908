// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Erasing at rest. It must never leave an erased part's bytes in memory that was not wiped, and never put a value whose
// key is not put with it. Read first: erase.h.
#include "common/store/erase.h"

#include "common/base/fault.h"
#include "common/format/entry.h"
#include "common/store/attached.h"
#include "common/store/blob.h"

#include <stdlib.h>
#include <string.h>

// --- parts of one entry ---

// A bit for each part that is not erased yet.
static uint64_t parts_left(const struct disclosure *d)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < d->count; i++) {
        bits |= (uint64_t)(d->parts[i].state != PART_ERASED) << i;
    }
    return bits;
}

// Which attachments go with the parts of bits.
static void find_attachments(const struct entry *entry, const struct disclosure *d, uint64_t bits,
                             struct manifest *out)
{
    struct manifest m;
    out->count = 0;
    for (size_t i = 0; i < d->count; i++) {
        if ((bits >> i & 1) != 0 && d->parts[i].state == PART_DISCLOSED &&
            slice_equal(entry->parts[i].name, slice_text("attachments")) && manifest_parse(d->parts[i].bytes, &m)) {
            *out = m;
        }
    }
    out->list = slice_of(NULL, 0); // it lies in memory that is about to be wiped
}

enum err erase_sealed(const struct store_key *key, const struct entry *entry, uint64_t mask, struct slice sealed,
                      struct slice wrapped, struct buf *out, struct wrapped *out_wrapped, uint64_t *gone,
                      struct manifest *attachments)
{
    struct disclosure d = { 0 };
    struct buf plain = buf_new(LIMIT_BATCH_BYTES);
    struct buf made = buf_new(LIMIT_BATCH_BYTES);
    uint64_t bits = 0;
    enum err e = vault_open(key, entry->id, wrapped, sealed, &plain);
    if (e == OK && (disclosure_parse(buf_slice(&plain), &d) != VERDICT_GOOD || d.count != entry->part_count)) {
        e = ERR_CORRUPT;
    }
    if (e == OK && attachments != NULL) {
        find_attachments(entry, &d, mask, attachments);
    }
    if (e == OK && (mask & parts_left(&d)) != 0) {
        bits = disclosure_erase(&d, entry->parts, mask);
        disclosure_make(&d, &made);
        vault_seal(key, entry->id, buf_slice(&made), out, out_wrapped);
        CHECK(buf_ok(&made));
        CHECK(buf_ok(out));
    }
    mem_wipe(&d, sizeof d);
    buf_wipe(&plain);
    buf_wipe(&made);
    buf_done(&plain);
    buf_done(&made);
    if (e == OK && gone != NULL) {
        *gone = bits;
    }
    return e;
}

// PROTOCOL 16.3: with the part go the chunks it names; without it nothing opens them, wherever else they lie.
static void drop_attachments(struct kv_txn *t, const struct entry *entry, const struct manifest *m)
{
    for (size_t i = 0; i < m->count && !FAULT(ATTACHMENT_KEPT); i++) {
        const struct attached a = { .journal = { entry->place.author, entry->place.incarnation },
                                    .seq = entry->place.seq,
                                    .blob = m->blobs[i] };
        attached_drop(t, &a);
        blob_drop(t, a.blob.root, true);
    }
}

static enum err erase_at(struct kv_txn *t, const struct store_key *key, enum db parts, enum db vault, struct slice at,
                         const struct stored *stored, uint64_t mask, uint64_t *gone)
{
    struct entry entry;
    struct slice sealed;
    struct slice wrapped;
    struct wrapped made_wrapped;
    struct manifest attachments = { .count = 0 };
    struct buf made = buf_new(LIMIT_BATCH_BYTES);
    enum err e = OK;
    if (!kv_get(t, parts, at, &sealed)) {
        e = kv_error(t); // it has no parts, or none came down to here
        goto out;
    }
    if (!kv_get(t, vault, at, &wrapped) || entry_parse(stored->bytes, &entry) != VERDICT_GOOD) {
        e = kv_error(t) != OK ? kv_error(t) : ERR_CORRUPT;
        goto out;
    }
    e = erase_sealed(key, &entry, mask, sealed, wrapped, &made, &made_wrapped, gone, &attachments);
    if (e == OK && made.n > 0) {
        stored_put_parts(t, parts, vault, at, buf_slice(&made), &made_wrapped);
        drop_attachments(t, &entry, &attachments);
        e = kv_error(t);
    }
out:
    buf_done(&made);
    return e;
}

enum err journal_erase(struct kv_txn *t, const struct store_key *key, const struct position *at, uint64_t mask,
                       uint64_t *gone, struct why *why)
{
    struct stored stored;
    struct key place = key_position(DB_PART, at);
    enum err e = journal_get(t, at, &stored, why);
    if (gone != NULL) {
        *gone = 0;
    }
    return e != OK ? e : erase_at(t, key, DB_PART, DB_VAULT, key_slice(&place), &stored, mask, gone);
}

enum err leaf_erase(struct kv_txn *t, const struct store_key *key, uint64_t index, uint64_t mask, uint64_t *gone,
                    struct why *why)
{
    struct stored stored;
    struct key place = key_index(DB_LEAF_PART, index);
    enum err e = leaf_get(t, index, &stored, why);
    if (gone != NULL) {
        *gone = 0;
    }
    return e != OK ? e : erase_at(t, key, DB_LEAF_PART, DB_LEAF_VAULT, key_slice(&place), &stored, mask, gone);
}

bool leaf_erase_key(struct kv_txn *t, uint64_t index)
{
    const struct key place = key_index(DB_LEAF_VAULT, index);
    return kv_del(t, DB_LEAF_VAULT, key_slice(&place));
}

// --- the store key ---

static const enum db stages[] = { DB_VAULT, DB_LEAF_VAULT };
#define STAGES (sizeof stages / sizeof stages[0])

uint64_t rewrap_total(struct kv_txn *t)
{
    return kv_count(t, DB_VAULT) + kv_count(t, DB_LEAF_VAULT);
}

// A wrapped key to be put anew.
struct found {
    struct key key;
    struct wrapped wrapped;
};

// Whether what stands under `place` is to be put anew; *out is what to put then. A wrapped key is bound to the id that
// stands beside its entry, or where damage hit that, to the one that the entry's bytes have. ERR_CORRUPT, ERR_CRYPTO:
// nothing that is here opens it.
static enum err look_at(struct kv_txn *t, const struct store_key *key, enum db db, struct slice place,
                        struct slice value, struct wrapped *out, bool *changes)
{
    struct slice entry;
    struct hash id;
    if (!kv_get(t, db == DB_VAULT ? DB_JOURNAL : DB_LEAF, place, &entry) || entry.n < sizeof id.b) {
        return ERR_CORRUPT;
    }
    memcpy(id.b, entry.p, sizeof id.b);
    enum err e = vault_rewrap(key, id, value, out, changes);
    if (e == ERR_CORRUPT) {
        e = vault_rewrap(key, entry_id(slice_of(entry.p + sizeof id.b, entry.n - sizeof id.b)), value, out, changes);
    }
    return e;
}

// What no key opens is as lost with the old store key as without it, and must not keep that key for all the others.
static enum err pass_over(struct kv_txn *t, enum err e)
{
    return e == ERR_CORRUPT || e == ERR_CRYPTO ? kv_error(t) : e;
}

// Looks at the keys behind r->after, until `most` were looked at; what is to be put anew goes to found.
static enum err look(struct kv_txn *t, const struct store_key *key, enum db db, struct rewrap *r, size_t most,
                     struct found *found, size_t *n, bool *end)
{
    struct kv_range range = kv_range_new(t, db, slice_of(NULL, 0), key_slice(&r->after));
    enum err e = OK;
    for (size_t looked = 0; e == OK && looked < most && !*end;) {
        bool changes = false;
        *end = !kv_range_next(&range);
        if (*end || slice_equal(range.key, key_slice(&r->after))) {
            continue;
        }
        CHECK(range.key.n <= sizeof r->after.b);
        r->after.n = (uint8_t)range.key.n;
        memcpy(r->after.b, range.key.p, range.key.n);
        r->looked++;
        looked++;
        e = pass_over(t, look_at(t, key, db, range.key, range.value, &found[*n].wrapped, &changes));
        if (changes) {
            found[(*n)++].key = r->after;
        }
    }
    kv_range_done(&range);
    return e == OK ? kv_error(t) : e;
}

static enum err rewrap_stage(struct kv_txn *t, const struct store_key *key, struct rewrap *r, size_t most, bool *end)
{
    const enum db db = stages[r->stage];
    struct found *found = mem_new(most * sizeof *found);
    size_t n = 0;
    enum err e = look(t, key, db, r, most, found, &n, end);
    for (size_t i = 0; i < n; i++) {
        kv_put(t, db, key_slice(&found[i].key), slice_of(found[i].wrapped.b, found[i].wrapped.n));
        r->changed++;
    }
    free(found);
    return e == OK ? kv_error(t) : e;
}

enum err rewrap_step(struct kv_txn *t, const struct store_key *key, struct rewrap *r, size_t most, bool *more,
                     struct why *why)
{
    bool end = false;
    CHECK(r->stage < STAGES);
    CHECK(most > 0);
    enum err e = rewrap_stage(t, key, r, most, &end);
    if (e != OK) {
        why_set(why, "wrapping the keys of %s anew: %s", db_names()[stages[r->stage]], err_text(e));
        return e;
    }
    if (end) {
        r->stage++;
        r->after.n = 0;
    }
    *more = r->stage < STAGES;
    return OK;
}
