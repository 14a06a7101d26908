// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Resolving ids. Read first: resolve.h.
#include "tools/baraza/resolve.h"

#include "common/format/armor.h"
#include "common/store/leaf.h"
#include "tools/baraza/print.h"

#define PREFIX_FEWEST 4

// What was found so far: an entry may lie in several places, which is once.
struct finding {
    bool found, several;
    struct resolved at;
};

static void take(struct finding *f, struct hash id, enum kind kind)
{
    f->several = f->several || (f->found && !hash_equal(f->at.id, id));
    f->found = true;
    f->at = (struct resolved){ .id = id, .kind = kind };
}

// Takes what a look-up gave, and returns whether that was an answer.
static enum err take_stored(struct finding *f, enum err e, const struct stored *stored)
{
    struct entry entry;
    if (e == OK && entry_parse(stored->bytes, &entry) == VERDICT_GOOD) {
        take(f, entry.id, kind_of(entry.kind));
    }
    f->several = f->several || e == ERR_BUSY;
    return e == ERR_NOT_FOUND || e == ERR_BUSY ? OK : e;
}

// Looks among the journals here, and among what came down.
static enum err look_here(struct work *w, struct slice typed, struct finding *f)
{
    struct kv_txn *t = NULL;
    struct position at;
    struct stored stored;
    uint64_t index = 0;
    enum err e = kv_begin_read(state_kv(w->desk.state), &t);
    if (e != OK) {
        return e;
    }
    e = journal_find(t, typed, &at);
    e = take_stored(f, e == OK ? journal_get(t, &at, &stored, NULL) : e, &stored);
    if (e == OK) {
        e = leaf_find(t, typed, &index);
        e = take_stored(f, e == OK ? leaf_get(t, index, &stored, NULL) : e, &stored);
    }
    kv_abort(t);
    return e;
}

int resolver_record(struct resolver *r)
{
    if (r->record != NULL || r->from->record == NULL) {
        return -1;
    }
    int code = reading_open(r->context, r->from, &r->record);
    if (code < 0 && !hash_equal(reading_charter(r->record)->id, state_charter(r->w->desk.state)->id)) {
        code = cmd_usage("%s belongs to another consultation than %s", r->from->record, state_dir(r->w->desk.state));
    }
    return code;
}

void resolver_done(struct resolver *r)
{
    reading_close(r->record);
    r->record = NULL;
}

static void look_in_record(const struct resolver *r, struct slice typed, struct finding *f)
{
    uint64_t index = 0;
    enum err e = r->record == NULL ? ERR_NOT_FOUND : reading_look(r->record, typed, &index);
    if (e == OK) {
        take(f, reading_ids(r->record)[index], reading_kind(r->record, index));
    }
    f->several = f->several || e == ERR_BUSY;
}

int resolve_id(struct resolver *r, const char *typed, struct resolved *out)
{
    struct why why = { "" };
    struct finding f = { .found = false };
    struct slice text = slice_text(typed);
    struct resolved whole = { .kind = KIND_UNKNOWN };
    const bool is_whole = armor_hex_fixed(text, whole.id.b, sizeof whole.id.b);
    int code = resolver_record(r);
    if (code >= 0) {
        return code;
    }
    enum err e = text.n < PREFIX_FEWEST ? ERR_BAD_INPUT : look_here(r->w, text, &f);
    if (e == ERR_BAD_INPUT) {
        why_set(&why, "\"%.70s\" is no id: it takes hex digits, 4 or more", typed);
    }
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    look_in_record(r, text, &f);
    if (f.several) {
        why_set(&why, "several entries begin with \"%.70s\": give more of the id", typed);
        return cmd_fail(ERR_BAD_INPUT, &why);
    }
    if (!f.found && !is_whole) {
        why_set(&why, "nothing here begins with \"%.70s\": give the whole id, or the record it is in with --record",
                typed);
        return cmd_fail(ERR_NOT_FOUND, &why);
    }
    *out = f.found ? f.at : whole; // a whole id may name what is not here yet
    return -1;
}

int resolve_kind(struct resolver *r, const char *typed, enum kind wanted, struct resolved *out)
{
    struct resolved found;
    int code = resolve_id(r, typed, &found);
    if (code < 0 && found.kind != KIND_UNKNOWN && found.kind != wanted) {
        code = cmd_usage("%.70s names a %s, where a %s is needed", typed, kind_info(found.kind)->name,
                         kind_info(wanted)->name);
    }
    if (code < 0) {
        *out = found;
    }
    return code;
}
