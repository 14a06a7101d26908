// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Going through what came down for responses. Read first: answers.h.
#include "node/desk/answers.h"

#include "common/store/leaf.h"
#include "node/desk/roster_here.h"

static bool names(const struct entry *e, struct hash id)
{
    bool yes = false;
    for (size_t i = 0; i < e->ref_count; i++) {
        yes = yes || hash_equal(entry_ref(e, i), id);
    }
    return yes;
}

static bool is_answer(struct slice bytes, struct hash id, struct entry *e, struct body *body)
{
    return entry_parse(bytes, e) == VERDICT_GOOD && kind_of(e->kind) == KIND_RESPONSE &&
           kind_parse(e, body) == VERDICT_GOOD && names(e, id);
}

enum err answers_here(struct desk *desk, struct hash id, answer_take *take, void *arg, struct why *why)
{
    struct kv_txn *t = NULL;
    struct roster *roster = NULL;
    struct erasure *erasures = NULL;
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    enum err err = roster_here(desk, &roster, why);
    if (err == OK) {
        err = erasures_here(desk, &erasures, why);
    }
    if (err == OK) {
        err = kv_begin_read(state_kv(desk->state), &t);
    }
    if (err != OK) {
        goto out;
    }
    struct leaf_range range = leaf_range_new(t, 0);
    while (leaf_range_next(&range)) {
        struct entry e;
        struct body body;
        struct disclosure d;
        if (!range.whole || !is_answer(range.entry.bytes, id, &e, &body)) {
            continue;
        }
        buf_wipe(&parts);
        const bool shown = desk->readable && leaf_parts(t, &desk->store_key, range.index, &parts, NULL) == OK &&
                           disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD && d.count == e.part_count;
        if (shown) {
            (void)disclosure_erase(&d, e.parts, erasure_mask(erasures, &e));
        }
        const struct answer a = {
            .index = range.index,
            .in_force = roster_standing(roster, &e, VERDICT_GOOD, &body, range.index) == VERDICT_GOOD,
            .entry = &e, .body = &body, .disclosure = shown ? &d : NULL };
        take(arg, &a);
    }
    leaf_range_done(&range);
    err = kv_error(t);
out:
    kv_abort(t);
    roster_free(roster);
    erasure_free(erasures);
    buf_wipe(&parts);
    buf_done(&parts);
    return err;
}
