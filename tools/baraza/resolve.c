// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Resolving ids. Read first: resolve.h.
#include "tools/baraza/resolve.h"

#include "common/format/armor.h"
#include "common/store/leaf.h"
#include "tools/baraza/print.h"

#include <string.h>

#define PREFIX_FEWEST 4

// Looks among the journals here, then among what came down. ERR_NOT_FOUND; ERR_BUSY: several.
static enum err find_here(struct work *w, struct slice typed, struct hash *out)
{
    struct kv_txn *t = NULL;
    struct position at;
    struct stored stored;
    uint64_t index = 0;
    enum err e = kv_begin_read(state_kv(w->state), &t);
    if (e == OK) {
        e = journal_find(t, typed, &at);
    }
    if (e == OK) {
        e = journal_get(t, &at, &stored, NULL);
    } else if (e == ERR_NOT_FOUND) {
        e = leaf_find(t, typed, &index);
        if (e == OK) {
            e = leaf_get(t, index, &stored, NULL);
        }
    }
    if (e == OK) {
        *out = stored.id;
    }
    kv_abort(t);
    return e;
}

static int find_in_record(struct cmd_context *context, const struct work *w, const struct reading_from *from,
                          const char *typed, struct hash *out)
{
    struct reading *r = NULL;
    struct reading_from there = *from;
    int code = reading_open(context, &there, &r);
    if (code < 0 && !hash_equal(reading_consultation(r), state_charter(w->state)->id)) {
        code = cmd_usage("%s belongs to another consultation", from->record);
    }
    if (code < 0) {
        code = reading_find(r, typed, out);
    }
    reading_close(r);
    return code;
}

int resolve_id(struct cmd_context *context, struct work *w, const struct reading_from *from, const char *typed,
               struct hash *out)
{
    struct why why = { "" };
    struct slice text = slice_text(typed);
    if (armor_hex_fixed(text, out->b, sizeof out->b)) {
        return -1; // whole: it may name what is not here yet
    }
    enum err e = text.n < PREFIX_FEWEST ? ERR_BAD_INPUT : find_here(w, text, out);
    if (e == ERR_NOT_FOUND && from->record != NULL) {
        return find_in_record(context, w, from, typed, out);
    }
    if (e == ERR_NOT_FOUND) {
        why_set(&why, "nothing here begins with \"%.70s\": give the whole id, or the record with --record FILE", typed);
    } else if (e == ERR_BUSY) {
        why_set(&why, "several entries begin with \"%.70s\": give more of the id", typed);
        e = ERR_BAD_INPUT;
    } else if (e == ERR_BAD_INPUT) {
        why_set(&why, "\"%.70s\" is no id: hex digits, 4 or more", typed);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}
