// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See site_roster.h.
#include "node/desk/site_roster.h"

#include "common/store/leaf.h"

enum err site_roster(struct state *s, struct roster **out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct entry e;
    struct body body;
    enum err err = kv_begin_read(state_kv(s), &t);
    if (err != OK) {
        return err;
    }
    struct roster *roster = roster_new(state_charter(s));
    struct leaf_range range = leaf_range_new(t, 0);
    while (leaf_range_next(&range)) {
        if (range.whole && entry_parse(range.entry.bytes, &e) == VERDICT_GOOD) {
            enum verdict form = kind_parse(&e, &body);
            (void)roster_apply(roster, &e, form, &body, range.index);
        }
    }
    leaf_range_done(&range);
    err = kv_error(t);
    kv_abort(t);
    if (err != OK) {
        why_set(why, "reading who is accredited: %s", err_text(err));
        roster_free(roster);
        return err;
    }
    *out = roster;
    return OK;
}
