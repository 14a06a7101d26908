// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Folding entries into the drafting thread. Read first: thread.h, hub/draft/fold.h.
#include "tools/baraza/thread.h"

#include "common/base/table.h"
#include "common/store/leaf.h"
#include "node/desk/local.h"
#include "node/desk/roster_here.h"

// Takes all of a reading. seen (may be NULL) receives the ids.
static int take_record(struct draft *d, struct reading *r, struct table *seen)
{
    struct reading_item item;
    reading_rewind(r);
    while (reading_next(r, &item)) {
        const struct draft_item taken = {
            .index = item.index,
            .entry = &item.entry,
            .body = reading_known(&item) ? &item.body : NULL,
            .disclosure = item.has_parts ? &item.disclosure : NULL,
            .standing = item.standing,
        };
        draft_take(d, &taken);
        if (seen != NULL && !table_find(seen, item.entry.id.b, NULL)) {
            table_put(seen, item.entry.id.b, 0);
        }
    }
    return reading_end(r);
}

int thread_open(struct cmd_context *context, const struct reading_from *from, struct reading **reading,
                struct draft **draft)
{
    struct reading *r = NULL;
    int code = reading_open(context, from, &r);
    if (code >= 0) {
        return code;
    }
    struct draft *d = draft_new();
    code = take_record(d, r, NULL);
    if (code >= 0) {
        draft_free(d);
        reading_close(r);
        return code;
    }
    *reading = r;
    *draft = d;
    return -1;
}

// Entries of this state, added after those of the record.
struct adding {
    struct draft *d;
    struct table *seen;
    uint64_t next;
};

static void take_entry(struct adding *a, const struct entry *e, const struct body *body, const struct disclosure *given)
{
    const struct draft_item item = {
        .index = a->next, .entry = e, .body = body, .disclosure = given, .standing = VERDICT_GOOD };
    if (!table_find(a->seen, e->id.b, NULL)) {
        table_put(a->seen, e->id.b, 0);
        draft_take(a->d, &item);
        a->next++;
    }
}

static enum err take_leaves(struct adding *a, struct work *w, struct why *why)
{
    struct kv_txn *t = NULL;
    struct entry e;
    struct body body;
    struct disclosure d;
    struct erasure *erasures = NULL;
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    enum err err = erasures_here(&w->desk, &erasures, why);
    if (err == OK) {
        err = kv_begin_read(state_kv(w->desk.state), &t);
    }
    if (err != OK) {
        erasure_free(erasures);
        return err;
    }
    struct leaf_range range = leaf_range_new(t, 0);
    while (leaf_range_next(&range)) {
        if (range.whole && entry_parse(range.entry.bytes, &e) == VERDICT_GOOD &&
            kind_parse(&e, &body) == VERDICT_GOOD) {
            buf_wipe(&parts);
            bool given = w->desk.readable && leaf_parts(t, &w->desk.store_key, range.index, &parts, NULL) == OK &&
                         disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD && d.count == e.part_count;
            if (given) {
                (void)disclosure_erase(&d, e.parts, erasure_mask(erasures, &e));
            }
            take_entry(a, &e, &body, given ? &d : NULL);
        }
    }
    leaf_range_done(&range);
    err = kv_error(t);
    kv_abort(t);
    erasure_free(erasures);
    buf_wipe(&parts);
    buf_done(&parts);
    return err;
}

static enum err take_notebooks(struct adding *a, struct work *w, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    enum err err = local_begin(&w->desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        if (e.known && e.fate != FATE_REFUSED && e.fate != FATE_REPLACED) {
            bool given = e.entry.part_count > 0 && local_parts(l, &d, NULL) == OK;
            take_entry(a, &e.entry, &e.body, given ? &d : NULL);
        }
    }
    return local_end(l, why);
}

int thread_here(struct work *w, struct reading *record, struct draft **draft)
{
    struct table seen = table_new(sizeof(struct hash));
    struct adding a = { .d = draft_new(), .seen = &seen };
    struct why why = { "" };
    int code = -1;
    if (record != NULL) {
        code = take_record(a.d, record, &seen);
        a.next = reading_head(record).size;
    }
    if (code < 0) {
        enum err e = take_leaves(&a, w, &why);
        e = e == OK ? take_notebooks(&a, w, &why) : e;
        code = e == OK ? -1 : cmd_fail(e, &why);
    }
    table_done(&seen);
    if (code >= 0) {
        draft_free(a.d);
        return code;
    }
    *draft = a.d;
    return -1;
}
