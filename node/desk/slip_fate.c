// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What became of one contribution. Read first: slip_fate.h.
#include "node/desk/slip_fate.h"

#include "common/store/leaf.h"
#include "node/desk/roster_here.h"

#include <stdlib.h>

#define FIELD_BYTES LIMIT_DISCLOSURE_BYTES

static void copy(struct buf *out, struct slice text)
{
    *out = buf_new(FIELD_BYTES);
    buf_put(out, text);
}

void slip_fate_take(struct slip_fate *f, const struct entry *e, const struct body *body, const struct disclosure *d)
{
    bool names = false;
    for (size_t i = 0; i < e->ref_count && body->kind == KIND_RESPONSE; i++) {
        names = names || hash_equal(entry_ref(e, i), f->hit.id);
    }
    if (!names) {
        return;
    }
    const struct content reason = d == NULL ? (struct content){ .count = 0 } : local_content(e, d, "reason");
    f->answers = mem_grow(f->answers, f->answer_n + 1, sizeof *f->answers);
    struct slip_answer *a = &f->answers[f->answer_n++];
    a->disposition = codes_find(CODES_DISPOSITION, body->as.response.disposition);
    CHECK(a->disposition != NULL); // kind_parse lets no other through
    copy(&a->lang, content_text(&reason, "lang"));
    copy(&a->reason, content_text(&reason, "text"));
    copy(&a->to, content_text(&reason, "to"));
}

void slip_fate_amends(struct slip_fate *f, const struct amends *a)
{
    const struct amend_erased *erased = amends_erased(a, f->hit.id);
    f->withdrawn = amends_withdrawn(a, f->hit.id);
    f->erased = erased != NULL && erased->words;
}

// What came down from the hub, as far as it is in force by the roster as it is known here.
static enum err take_down(struct desk *desk, struct kv_txn *t, const struct roster *roster,
                          const struct erasure *erasures, struct slip_fate *f)
{
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct leaf_range range = leaf_range_new(t, 0);
    while (leaf_range_next(&range)) {
        struct entry e;
        struct body body;
        struct disclosure d;
        if (!range.whole || entry_parse(range.entry.bytes, &e) != VERDICT_GOOD ||
            kind_parse(&e, &body) != VERDICT_GOOD ||
            roster_standing(roster, &e, VERDICT_GOOD, &body, range.index) != VERDICT_GOOD) {
            continue;
        }
        buf_wipe(&parts);
        const bool shown = leaf_parts(t, &desk->store_key, range.index, &parts, NULL) == OK &&
                           disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD && d.count == e.part_count;
        if (shown) {
            (void)disclosure_erase(&d, e.parts, erasure_mask(erasures, &e));
        }
        slip_fate_take(f, &e, &body, shown ? &d : NULL);
    }
    leaf_range_done(&range);
    buf_wipe(&parts);
    buf_done(&parts);
    return kv_error(t);
}

enum err slip_fate_here(struct desk *desk, const struct slip_hit *hit, struct slip_fate *out, struct why *why)
{
    struct roster *roster = NULL;
    struct erasure *erasures = NULL;
    struct amends *amends = NULL;
    struct kv_txn *t = NULL;
    *out = (struct slip_fate){ .hit = *hit };
    enum err e = roster_here(desk, &roster, why);
    if (e == OK) {
        e = amends_here(desk, &amends, why);
    }
    if (e == OK) {
        e = erasures_here(desk, &erasures, why);
    }
    if (e == OK) {
        slip_fate_amends(out, amends);
        e = kv_begin_read(state_kv(desk->state), &t);
    }
    if (e == OK) {
        e = take_down(desk, t, roster, erasures, out);
    }
    kv_abort(t);
    amends_free(amends);
    erasure_free(erasures);
    roster_free(roster);
    return e;
}

void slip_fate_done(struct slip_fate *f)
{
    for (size_t i = 0; i < f->answer_n; i++) {
        buf_done(&f->answers[i].lang);
        buf_done(&f->answers[i].reason);
        buf_done(&f->answers[i].to);
    }
    free(f->answers);
    *f = (struct slip_fate){ .answers = NULL };
}
