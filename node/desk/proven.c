// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Gathering and checking what proves an entry. Read first: proven.h.
#include "node/desk/proven.h"

#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/succession_store.h"

#include <stdlib.h>

void proven_init(struct proven *p)
{
    *p = (struct proven){ .charter = buf_new(LIMIT_CHARTER_BYTES), .proof = buf_new(LIMIT_NOTE_BYTES),
                          .bytes = buf_new(LIMIT_NOTE_BYTES), .succession = buf_new(LIMIT_SUCCESSION_BYTES) };
}

void proven_done(struct proven *p)
{
    buf_done(&p->charter);
    buf_done(&p->succession);
    buf_done(&p->proof);
    buf_done(&p->bytes);
}

struct slice proven_entry(const struct proven *p, size_t i)
{
    CHECK(i < p->n);
    const size_t from = i == 0 ? 0 : p->ends[i - 1];
    return slice_of(p->bytes.p + from, p->ends[i] - from);
}

void proven_add(struct proven *p, struct slice bytes)
{
    CHECK(p->n < LIMIT_RECEIPT_CHAIN);
    buf_put(&p->bytes, bytes);
    p->ends[p->n++] = p->bytes.n;
}

static enum err add_chain(struct kv_txn *t, const struct position *at, uint64_t to, struct proven *p, struct why *why)
{
    enum err e = OK;
    if (to - at->seq >= LIMIT_RECEIPT_CHAIN) {
        why_set(why, "the receipt kept here is of number %llu of this notebook, too far from number %llu: ask for one "
                     "where the record is, with --record", (unsigned long long)to, (unsigned long long)at->seq);
        return ERR_TOO_BIG;
    }
    for (struct position now = *at; e == OK && now.seq <= to; now.seq++) {
        struct stored stored;
        e = journal_get(t, &now, &stored, why);
        if (e == OK) {
            proven_add(p, stored.bytes);
        }
    }
    return e == OK && !buf_ok(&p->bytes) ? ERR_TOO_BIG : e;
}

static enum err find_receipt(struct kv_txn *t, struct slice typed, bool chain, struct proven *p, struct hash *id,
                             struct why *why)
{
    struct position at;
    struct stored stored;
    struct slice receipt;
    uint64_t found = 0;
    enum err e = journal_find(t, typed, &at);
    if (e == OK) {
        e = journal_get(t, &at, &stored, why);
    }
    if (e != OK) {
        return e;
    }
    *id = stored.id;
    e = receipt_get(t, &at, &found, &receipt);
    if (e == ERR_NOT_FOUND) {
        return ERR_AGAIN;
    }
    if (e == OK && found != at.seq && !chain) {
        why_set(why, "the receipt kept here is of number %llu of this notebook, and covers number %llu through the "
                     "chain between them: baraza receipt %.*s… holds both; for one of its own, --record EXPORT",
                (unsigned long long)found, (unsigned long long)at.seq, (int)(typed.n < 12 ? typed.n : 12),
                (const char *)typed.p);
        return ERR_NOT_FOUND;
    }
    if (e == OK) {
        buf_put(&p->proof, receipt);
        e = add_chain(t, &at, found, p, why);
    }
    return e;
}

// Which key must have signed the receipt, and what proves it.
static enum err know_keys(const struct state *s, struct proven *p, struct why *why)
{
    struct service_keys keys;
    struct proof proof;
    enum err e = succession_keys(state_kv(s), state_charter(s), &keys, why);
    if (e == OK) {
        e = succession_known(state_kv(s), &p->succession);
    }
    if (e == OK && !proof_parse(buf_slice(&p->proof), &proof, why)) {
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        p->key = *service_log_of_note(&keys, proof.checkpoint);
    }
    return e;
}

enum err proven_here(struct state *s, struct slice typed, bool chain, struct proven *p, struct hash *id,
                     struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(state_kv(s), &t);
    if (e == OK) {
        e = find_receipt(t, typed, chain, p, id, why);
    }
    kv_abort(t);
    buf_put(&p->charter, state_charter_note(s));
    return e == OK ? know_keys(s, p, why) : e;
}

enum err proven_check(struct proven *p, struct why *why)
{
    struct why below = { "" };
    const struct proof_trust trust = { .log = &p->key, .form = CHECKPOINT_OURS };
    const struct hash leaf = merkle_leaf(proven_entry(p, p->n - 1));
    if (proof_verify(buf_slice(&p->proof), leaf, &trust, &p->index, &p->head, &below) == VERDICT_GOOD) {
        return OK;
    }
    why_set(why, "the receipt is not good, so it is not handed out: %.120s", below.text);
    return ERR_CORRUPT;
}

enum err proven_receipt(const struct proven *p, struct buf *text, struct why *why)
{
    struct receipt *r = mem_new(sizeof *r);
    struct receipt_facts facts;
    struct entry entry;
    struct why below = { "" };
    CHECK(entry_parse(proven_entry(p, 0), &entry) == VERDICT_GOOD); // it is stored here, rehashed
    *r = (struct receipt){ .charter = buf_slice(&p->charter),
                           .succession = buf_slice(&p->succession),
                           .n = p->n,
                           .proof = buf_slice(&p->proof) };
    for (size_t i = 0; i < p->n; i++) {
        r->entries[i] = proven_entry(p, i);
    }
    enum err e = receipt_make(r, text) ? OK : ERR_TOO_BIG;
    if (e == OK && receipt_verify(r, entry.place.consultation, &facts, &below) != VERDICT_GOOD) {
        why_set(why, "the receipt would not be good, so it is not handed out: %.120s", below.text);
        e = ERR_CORRUPT;
    }
    free(r);
    return e;
}
