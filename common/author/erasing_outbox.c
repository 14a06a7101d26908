// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The outbox after an erasure. A key of the outbox opens every copy of its unlock, also those in pages that were freed;
// so it is not enough to take a copy away: what still waits is sealed anew under a key that never sealed anything else.
// Read first: erasing_inside.h, docs/STORAGE.md "Outbox".
#include "common/author/erasing_inside.h"

#include "common/base/fault.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/outbox_store.h"

#include <stdlib.h>
#include <string.h>

struct repacking {
    struct kv_txn *t;
    const struct store_key *key;
    const struct outbox_cover *cover;
    const struct unlocked *u;
    struct wire_maker *maker;
    struct buf bytes, parts, record;
    size_t kept_count;       // unlocks of copies that stay as they are
    struct unlock_id *kept;
};

// Where all copies lie, also those that are damaged: they are put anew one by one.
static enum err positions(struct kv_txn *t, struct position **out, size_t *n)
{
    struct journal_id id;
    enum err e = OK;
    for (bool more = journal_next(t, false, &id); more && e == OK; more = journal_next(t, true, &id)) {
        struct journal_head head;
        struct exchange_journal x = { .acked = { .next = 0 } };
        e = journal_head(t, &id, &head);
        if (e == OK) {
            e = exchange_journal_get(t, &id, &x);
        }
        for (uint64_t seq = x.acked.next; e == OK && seq < head.next; seq++) {
            const struct position at = { .journal = id, .seq = seq };
            struct slice record;
            if (outbox_get(t, &at, &record) != ERR_NOT_FOUND) {
                *out = mem_grow(*out, *n + 1, sizeof **out);
                (*out)[(*n)++] = at;
            }
        }
    }
    return e == OK ? kv_error(t) : e;
}

// Reads the entry at a position and its parts out of the transaction's reach.
static enum err load(struct repacking *r, const struct position *at, struct entry *e, struct disclosure *d)
{
    struct stored stored;
    buf_reset(&r->bytes);
    buf_wipe(&r->parts);
    *d = (struct disclosure){ .count = 0 };
    enum err err = journal_get(r->t, at, &stored, NULL);
    if (err != OK) {
        return err;
    }
    buf_put(&r->bytes, stored.bytes);
    if (entry_parse(buf_slice(&r->bytes), e) != VERDICT_GOOD) {
        return ERR_CORRUPT;
    }
    if (e->part_count == 0) {
        return OK;
    }
    err = journal_parts(r->t, r->key, at, &r->parts, NULL);
    if (err == OK && (disclosure_parse(buf_slice(&r->parts), d) != VERDICT_GOOD || d->count != e->part_count)) {
        return ERR_CORRUPT;
    }
    if (err == OK && d->has_seed) {
        disclosure_derive(d, e->parts);
    }
    return err;
}

// A damaged entry's copy is the only good one there is.
static enum err keep(struct repacking *r, const struct position *at)
{
    struct slice record;
    struct unlock_id id;
    if (outbox_get(r->t, at, &record) == OK && outbox_parse(record, &id)) {
        r->kept = mem_grow(r->kept, r->kept_count + 1, sizeof *r->kept);
        r->kept[r->kept_count++] = id;
    }
    return kv_error(r->t);
}

static enum err repack(struct repacking *r, const struct position *at)
{
    struct entry e;
    struct disclosure d;
    struct nonce nonce = nonce_new();
    enum err err = load(r, at, &e, &d);
    if (FAULT(OUTBOX_KEY_KEPT) || err == ERR_CORRUPT || err == ERR_NOT_FOUND || err == ERR_CRYPTO) {
        err = keep(r, at);
    } else if (err == OK) {
        buf_reset(&r->record);
        outbox_make(r->maker, r->u->unlock, &r->u->outbox_key, &nonce, &e, &d, &r->record);
        CHECK(buf_ok(&r->record));
        outbox_put(r->t, at, buf_slice(&r->record));
        err = kv_error(r->t);
    }
    mem_wipe(&d, sizeof d);
    return err;
}

// Puts the keys of what is kept under the present key of the cover, and drops all others but u's.
static enum err settle_keys(struct repacking *r)
{
    struct unlock_id *ids = NULL;
    struct unlock_id id;
    size_t n = 0;
    enum err e = OK;
    for (bool more = outbox_key_next(r->t, false, &id); more; more = outbox_key_next(r->t, true, &id)) {
        ids = mem_grow(ids, n + 1, sizeof *ids);
        ids[n++] = id;
    }
    for (size_t i = 0; i < n && e == OK; i++) {
        struct buf record = buf_new(OUTBOX_KEY_BYTES);
        bool needed = false;
        for (size_t k = 0; k < r->kept_count; k++) {
            needed = needed || memcmp(&r->kept[k], &ids[i], sizeof ids[i]) == 0;
        }
        if (needed && outbox_key_get(r->t, r->cover, ids[i], &record) == OK) {
            outbox_key_put(r->t, r->cover, ids[i], buf_slice(&record));
        } else {
            outbox_key_drop(r->t, ids[i]);
        }
        buf_done(&record);
        e = kv_error(r->t);
    }
    free(ids);
    if (e == OK) {
        outbox_key_put(r->t, r->cover, r->u->unlock, SLICE_ARRAY(r->u->outbox_record));
        e = kv_error(r->t);
    }
    return e;
}

enum err erasing_outbox(struct kv_txn *t, const struct store_key *key, const struct outbox_cover *cover,
                        const struct unlocked *u)
{
    struct repacking r = { .t = t, .key = key, .cover = cover, .u = u, .maker = wire_maker_new(),
                           .bytes = buf_new(LIMIT_ENTRY_BYTES),
                           .parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES),
                           .record = buf_new(OUTBOX_RECORD_BYTES) };
    struct position *all = NULL;
    size_t n = 0;
    enum err e = positions(t, &all, &n);
    for (size_t i = 0; i < n && e == OK; i++) {
        e = repack(&r, &all[i]);
    }
    if (e == OK) {
        e = settle_keys(&r);
    }
    wire_maker_free(r.maker);
    buf_wipe(&r.parts);
    buf_done(&r.parts);
    buf_done(&r.bytes);
    buf_done(&r.record);
    free(r.kept);
    free(all);
    return e;
}
