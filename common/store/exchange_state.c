// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A node's memory of its exchange, as checksummed values. It must never decide what is acknowledged.
#include "common/store/exchange_state.h"

#include "common/format/pack.h"
#include "common/store/cell.h"

#include <string.h>

#define FRONTIER_BYTES (8 + 64 * 32)
#define JOURNAL_VALUE_BYTES (FRONTIER_BYTES + LIMIT_NOTE_BYTES + 256)

static const char checkpoint_name[] = "exchange-checkpoint";
static const char down_name[] = "exchange-down";

static struct key journal_key(const struct journal_id *journal)
{
    struct key_fields f = { .journal = *journal };
    return key_make(DB_EXCHANGE, &f, 0);
}

// --- per journal: [acked next, acked head, frontier, note, proven next, proven head] ---

void exchange_journal_put(struct kv_txn *t, const struct journal_id *journal, const struct exchange_journal *state)
{
    struct buf frontier = buf_new(FRONTIER_BYTES);
    struct buf value = buf_new(JOURNAL_VALUE_BYTES);
    struct key key = journal_key(journal);
    merkle_frontier_put(&state->custody, &frontier);
    pack_array(&value, 6);
    pack_uint(&value, state->acked.next);
    pack_bin(&value, SLICE_ARRAY(state->acked.head.b));
    pack_bin(&value, buf_slice(&frontier));
    pack_bin(&value, state->note);
    pack_uint(&value, state->proven.next);
    pack_bin(&value, SLICE_ARRAY(state->proven.head.b));
    CHECK(buf_ok(&value));
    cell_put(t, DB_EXCHANGE, key_slice(&key), buf_slice(&value));
    buf_done(&frontier);
    buf_done(&value);
}

enum err exchange_journal_get(struct kv_txn *t, const struct journal_id *journal, struct exchange_journal *out)
{
    struct key key = journal_key(journal);
    struct exchange_journal state = { .acked = { .journal = *journal }, .proven = { .journal = *journal } };
    struct slice value;
    enum err e = cell_get(t, DB_EXCHANGE, key_slice(&key), &value);
    if (e == OK) {
        struct cursor c = cursor_new(value, false);
        cursor_array_of(&c, 6);
        state.acked.next = cursor_uint(&c);
        cursor_bin_fixed(&c, state.acked.head.b, sizeof state.acked.head.b);
        struct slice frontier = cursor_bin(&c);
        state.note = cursor_bin(&c);
        state.proven.next = cursor_uint(&c);
        cursor_bin_fixed(&c, state.proven.head.b, sizeof state.proven.head.b);
        if (!cursor_done(&c) || !merkle_frontier_parse(frontier, &state.custody)) {
            return ERR_CORRUPT;
        }
    }
    if (e == OK || e == ERR_NOT_FOUND) {
        *out = state;
        return OK;
    }
    return e;
}

// --- the last checkpoint: [size, root, note]; how far down: [next] ---

void exchange_checkpoint_put(struct kv_txn *t, struct tree_head head, struct slice note)
{
    struct buf value = buf_new(LIMIT_NOTE_BYTES + 64);
    struct key key = key_name(checkpoint_name);
    pack_array(&value, 3);
    pack_uint(&value, head.size);
    pack_bin(&value, SLICE_ARRAY(head.root.b));
    pack_bin(&value, note);
    CHECK(buf_ok(&value));
    cell_put(t, DB_META, key_slice(&key), buf_slice(&value));
    buf_done(&value);
}

enum err exchange_checkpoint_get(struct kv_txn *t, struct tree_head *head, struct slice *note)
{
    struct key key = key_name(checkpoint_name);
    struct tree_head h = { 0 };
    struct slice value;
    enum err e = cell_get(t, DB_META, key_slice(&key), &value);
    if (e != OK) {
        return e;
    }
    struct cursor c = cursor_new(value, false);
    cursor_array_of(&c, 3);
    h.size = cursor_uint(&c);
    cursor_bin_fixed(&c, h.root.b, sizeof h.root.b);
    struct slice text = cursor_bin(&c);
    if (!cursor_done(&c)) {
        return ERR_CORRUPT;
    }
    *head = h;
    *note = text;
    return OK;
}

void exchange_down_put(struct kv_txn *t, uint64_t next)
{
    uint8_t value[8];
    struct key key = key_name(down_name);
    be64_put(value, next);
    cell_put(t, DB_META, key_slice(&key), SLICE_ARRAY(value));
}

enum err exchange_down_get(struct kv_txn *t, uint64_t *next)
{
    struct key key = key_name(down_name);
    struct slice value;
    enum err e = cell_get(t, DB_META, key_slice(&key), &value);
    if (e == OK && value.n != 8) {
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        *next = be64_get(value.p);
    } else if (e == ERR_NOT_FOUND) {
        *next = 0;
        e = OK;
    }
    return e;
}

// --- receipts ---

void receipt_put(struct kv_txn *t, const struct position *at, struct slice proof)
{
    struct key key = key_position(DB_PROOF, at);
    cell_put_last(t, DB_PROOF, key_slice(&key), proof);
}

enum err receipt_get(struct kv_txn *t, const struct position *at, uint64_t *found, struct slice *proof)
{
    struct key_fields f = { .journal = at->journal };
    struct key prefix = key_make(DB_PROOF, &f, 1);
    struct key from = key_position(DB_PROOF, at);
    struct kv_range range = kv_range_new(t, DB_PROOF, key_slice(&prefix), key_slice(&from));
    enum err e = OK;
    struct slice value;
    if (!kv_range_next(&range)) {
        e = kv_error(t) != OK ? kv_error(t) : ERR_NOT_FOUND;
    } else if (!key_parse(DB_PROOF, range.key, &f) || !cell_open(DB_PROOF, range.key, range.value, &value)) {
        e = ERR_CORRUPT;
    } else {
        *found = f.seq;
        *proof = value;
    }
    kv_range_done(&range);
    return e;
}

// --- refusals: [consultation, code, signature] under journal, seq, hash of what was received ---

void refused_put(struct kv_txn *t, const struct refused *refused)
{
    const struct refusal *r = &refused->refusal;
    struct key_fields f = { .journal = { r->key, r->incarnation }, .seq = r->seq, .hash = r->received };
    struct key key = key_make(DB_REFUSED, &f, 0);
    struct buf value = buf_new(256);
    pack_array(&value, 3);
    pack_bin(&value, SLICE_ARRAY(r->consultation.b));
    pack_uint(&value, r->code);
    pack_bin(&value, SLICE_ARRAY(refused->sig.b));
    CHECK(buf_ok(&value));
    cell_put(t, DB_REFUSED, key_slice(&key), buf_slice(&value));
    buf_done(&value);
}

uint64_t refused_count(struct kv_txn *t)
{
    return kv_count(t, DB_REFUSED);
}

struct refused_range refused_range_new(struct kv_txn *t, const struct journal_id *journal)
{
    struct key prefix = { 0 };
    if (journal != NULL) {
        struct key_fields f = { .journal = *journal };
        prefix = key_make(DB_REFUSED, &f, 1);
    }
    return (struct refused_range){ .range = kv_range_new(t, DB_REFUSED, key_slice(&prefix), slice_of(NULL, 0)) };
}

static bool refused_parse(struct slice key, struct slice raw, struct refused *out)
{
    struct key_fields f;
    struct slice value;
    struct refused r = { 0 };
    if (!key_parse(DB_REFUSED, key, &f) || !cell_open(DB_REFUSED, key, raw, &value)) {
        return false;
    }
    struct cursor c = cursor_new(value, false);
    cursor_array_of(&c, 3);
    cursor_bin_fixed(&c, r.refusal.consultation.b, sizeof r.refusal.consultation.b);
    r.refusal.code = cursor_uint(&c);
    cursor_bin_fixed(&c, r.sig.b, sizeof r.sig.b);
    r.refusal.key = f.journal.key;
    r.refusal.incarnation = f.journal.incarnation;
    r.refusal.seq = f.seq;
    r.refusal.received = f.hash;
    if (!cursor_done(&c)) {
        return false;
    }
    *out = r;
    return true;
}

bool refused_range_next(struct refused_range *r)
{
    if (!kv_range_next(&r->range)) {
        return false;
    }
    if (!refused_parse(r->range.key, r->range.value, &r->refused)) {
        kv_fail(r->range.t, ERR_CORRUPT);
        return false;
    }
    return true;
}

void refused_range_done(struct refused_range *r)
{
    kv_range_done(&r->range);
}
