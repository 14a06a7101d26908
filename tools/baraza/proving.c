// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Gathers a proof. Read first: proving.h.
#include "tools/baraza/proving.h"

#include "common/base/file.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/succession_store.h"
#include "node/desk/amends.h"
#include "node/desk/local.h"
#include "tools/baraza/print.h"

#include <stdlib.h>
#include <string.h>

void proving_init(struct proving *p)
{
    *p = (struct proving){ .charter = buf_new(LIMIT_CHARTER_BYTES), .proof = buf_new(LIMIT_NOTE_BYTES),
                           .bytes = buf_new(LIMIT_NOTE_BYTES), .erased = buf_new(1024),
                           .succession = buf_new(LIMIT_SUCCESSION_BYTES) };
}

void proving_done(struct proving *p)
{
    buf_done(&p->charter);
    buf_done(&p->succession);
    buf_done(&p->proof);
    buf_done(&p->bytes);
    buf_done(&p->erased);
}

struct slice proving_entry(const struct proving *p, size_t i)
{
    CHECK(i < p->n);
    const size_t from = i == 0 ? 0 : p->ends[i - 1];
    return slice_of(p->bytes.p + from, p->ends[i] - from);
}

static void add_entry(struct proving *p, struct slice bytes)
{
    CHECK(p->n < LIMIT_RECEIPT_CHAIN);
    buf_put(&p->bytes, bytes);
    p->ends[p->n++] = p->bytes.n;
}

// --- from the record ---

// In one pass: the bytes of the entry at an index and what is erased of it, and the entries that changed keys of the
// consultation.
static int load_entries(struct reading *r, uint64_t index, struct proving *p)
{
    struct reading_item item;
    struct amends *amends = amends_new();
    uint64_t *at = mem_new(LIMIT_SUCCESSION_ENTRIES * sizeof *at);
    const size_t n = succession_indexes(reading_roster(r), at);
    size_t k = 0;
    if (n > 0) {
        succession_begin(n, &p->succession);
    }
    while ((p->n == 0 || k < n) && reading_next(r, &item)) {
        if (item.index == index) {
            add_entry(p, item.entry.bytes);
            amends_take_erased(amends, reading_erasures(r), &item.entry);
            amends_put_erased(amends, item.entry.id, &p->erased);
        }
        if (k < n && item.index == at[k]) {
            succession_put(item.index, item.entry.bytes, &p->succession);
            k++;
        }
    }
    amends_free(amends);
    free(at);
    return reading_end(r);
}

static int from_record(struct cmd_context *context, const char *typed, struct proving *p)
{
    struct reading *r = NULL;
    struct merkle_plan plan;
    struct hash id;
    uint64_t index = 0;
    int code = reading_open(context, &p->from, &r);
    if (code < 0) {
        code = reading_need_checkpoint(r);
    }
    if (code < 0) {
        code = reading_find(r, typed, &id);
    }
    if (code < 0) {
        CHECK(reading_look(r, slice_text(typed), &index) == OK);
        code = load_entries(r, index, p);
    }
    if (code < 0) {
        const uint64_t size = reading_head(r).size;
        struct hash hashes[MERKLE_PLAN_MAX];
        struct service_keys keys;
        CHECK(merkle_plan_inclusion(index, size, &plan));
        CHECK(plan.n <= LIMIT_PROOF_HASHES);
        merkle_plan_hashes(&plan, reading_ids(r), (size_t)size, hashes);
        struct proof proof = { .index = index, .n = plan.n, .checkpoint = reading_checkpoint(r) };
        memcpy(proof.hashes, hashes, plan.n * sizeof *hashes);
        proof_make(&proof, &p->proof);
        buf_put(&p->charter, reading_charter_note(r));
        service_keys_of(reading_charter(r), reading_roster(r), &keys);
        p->key = *service_log_of_note(&keys, proof.checkpoint);
    }
    reading_close(r);
    return code;
}

// --- at a site: what the hub sent, of this very entry or of a later one of its journal ---

static enum err add_chain(struct kv_txn *t, const struct position *at, uint64_t to, struct proving *p, struct why *why)
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
            add_entry(p, stored.bytes);
        }
    }
    return e == OK && !buf_ok(&p->bytes) ? ERR_TOO_BIG : e;
}

static enum err find_receipt(struct kv_txn *t, const char *typed, bool chain, struct proving *p, struct hash *id,
                             struct why *why)
{
    struct position at;
    struct stored stored;
    struct slice receipt;
    uint64_t found = 0;
    enum err e = journal_find(t, slice_text(typed), &at);
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
                     "chain between them: baraza receipt %.12s… holds both; for one of its own, --record EXPORT",
                (unsigned long long)found, (unsigned long long)at.seq, typed);
        return ERR_NOT_FOUND;
    }
    if (e == OK) {
        buf_put(&p->proof, receipt);
        e = add_chain(t, &at, found, p, why);
    }
    return e;
}

// It has no receipt yet: says which tick it has, and what to do for the next.
static int say_tick(struct work *w, struct hash id)
{
    struct local *l = NULL;
    struct local_entry e;
    struct why why = { "" };
    enum fate fate = FATE_WAITING;
    enum err err = local_begin(&w->desk, &l, &why);
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    while (local_next(l, &e)) {
        fate = hash_equal(e.entry.id, id) ? e.fate : fate;
    }
    err = local_end(l, &why);
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    err = ERR_AGAIN;
    if (fate == FATE_REFUSED || fate == FATE_REPLACED || fate == FATE_LOST) {
        why_set(&why, "it will have no receipt: it is %s; baraza show %02x%02x%02x%02x says more", fate_name(fate),
                id.b[0], id.b[1], id.b[2], id.b[3]);
        err = ERR_NOT_FOUND;
    } else if (fate == FATE_WAITING) {
        why_set(&why, "it is saved, and not received by the hub yet: connect with baraza sync --wait, or carry a "
                      "bundle; a receipt follows when it is confirmed");
    } else {
        why_set(&why, "it is received, and not confirmed yet: the hub's next checkpoint must cover it; baraza sync "
                      "--wait, then ask again");
    }
    return cmd_fail(err, &why);
}

// Which key must have signed the receipt, and what proves it.
static enum err know_keys(const struct work *w, struct proving *p, struct why *why)
{
    struct service_keys keys;
    struct proof proof;
    enum err e = succession_keys(state_kv(w->desk.state), state_charter(w->desk.state), &keys, why);
    if (e == OK) {
        e = succession_known(state_kv(w->desk.state), &p->succession);
    }
    if (e == OK && !proof_parse(buf_slice(&p->proof), &proof, why)) {
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        p->key = *service_log_of_note(&keys, proof.checkpoint);
    }
    return e;
}

static int at_site(struct work *w, const char *typed, bool chain, struct proving *p)
{
    struct kv_txn *t = NULL;
    struct why why = { "" };
    struct hash id;
    enum err e = kv_begin_read(state_kv(w->desk.state), &t);
    if (e == OK) {
        e = find_receipt(t, typed, chain, p, &id, &why);
    }
    kv_abort(t);
    if (e == ERR_AGAIN) {
        return say_tick(w, id);
    }
    if (e != OK && why.text[0] == '\0') {
        why_set(&why, e == ERR_BUSY        ? "several entries begin with \"%.70s\": give more of the id"
                      : e == ERR_NOT_FOUND ? "no entry of the notebooks here begins with \"%.70s\""
                      : e == ERR_TOO_BIG   ? "the chain from \"%.70s\" to its receipt is too long for one file"
                                           : "\"%.70s\" is no id: hex digits",
                typed);
    }
    buf_put(&p->charter, state_charter_note(w->desk.state));
    if (e == OK) {
        e = know_keys(w, p, &why);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int check(struct proving *p)
{
    struct why why = { "" };
    const struct proof_trust trust = { .log = &p->key, .form = CHECKPOINT_OURS };
    const struct hash leaf = merkle_leaf(proving_entry(p, p->n - 1));
    if (proof_verify(buf_slice(&p->proof), leaf, &trust, &p->index, &p->head, &why) == VERDICT_GOOD) {
        return -1;
    }
    struct why told;
    why_set(&told, "the receipt is not good, so it is not handed out: %.120s", why.text);
    return cmd_fail(ERR_CORRUPT, &told);
}

int proving_gather(struct cmd_context *context, const char *typed, bool chain, struct proving *p)
{
    struct work w = { .lent = false };
    char *log = state_path_in(context->state, STATE_HUB_AUTHOR);
    const bool record = p->from.record != NULL || file_exists(log);
    free(log);
    int code = record ? from_record(context, typed, p) : work_state(context, &w);
    if (code < 0 && !record) {
        code = at_site(&w, typed, chain, p);
    }
    if (code < 0) {
        code = check(p);
    }
    work_close(&w);
    return code;
}
