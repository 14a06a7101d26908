// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Gathers a proof. Read first: proving.h.
#include "tools/baraza/proving.h"

#include "common/base/file.h"
#include "common/format/service_keys.h"
#include "node/desk/amends.h"
#include "node/desk/local.h"
#include "tools/baraza/print.h"

#include <stdlib.h>
#include <string.h>

void proving_init(struct proving *p)
{
    *p = (struct proving){ .erased = buf_new(1024) };
    proven_init(&p->it);
}

void proving_done(struct proving *p)
{
    proven_done(&p->it);
    buf_done(&p->erased);
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
        succession_begin(n, &p->it.succession);
    }
    while ((p->it.n == 0 || k < n) && reading_next(r, &item)) {
        if (item.index == index) {
            proven_add(&p->it, item.entry.bytes);
            amends_take_erased(amends, reading_erasures(r), &item.entry);
            amends_put_erased(amends, item.entry.id, &p->erased);
        }
        if (k < n && item.index == at[k]) {
            succession_put(item.index, item.entry.bytes, &p->it.succession);
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
        proof_make(&proof, &p->it.proof);
        buf_put(&p->it.charter, reading_charter_note(r));
        service_keys_of(reading_charter(r), reading_roster(r), &keys);
        p->it.key = *service_log_of_note(&keys, proof.checkpoint);
    }
    reading_close(r);
    return code;
}

// --- at a site ---

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

static int at_site(struct work *w, const char *typed, bool chain, struct proving *p)
{
    struct why why = { "" };
    struct hash id;
    const enum err e = proven_here(w->desk.state, slice_text(typed), chain, &p->it, &id, &why);
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
    return e == OK ? -1 : cmd_fail(e, &why);
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
        struct why why = { "" };
        const enum err e = proven_check(&p->it, &why);
        code = e == OK ? -1 : cmd_fail(e, &why);
    }
    work_close(&w);
    return code;
}
