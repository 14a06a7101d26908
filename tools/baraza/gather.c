// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Where forums are folded from, and how they are shown. Read first: gather.h.
#include "tools/baraza/gather.h"

#include "common/base/date.h"
#include "tools/baraza/print.h"

#define DAY_S 86400u

int gather_record(struct reading *r, struct forum_fold **out)
{
    struct reading_item item;
    struct forum_fold *f = forum_fold_new();
    reading_rewind(r);
    while (reading_next(r, &item)) {
        if (reading_known(&item) && (item.standing == VERDICT_GOOD || item.standing == VERDICT_UNKNOWN_TARGET)) {
            forum_fold_add(f, &item.entry, &item.body);
        }
    }
    int code = reading_end(r);
    if (code >= 0) {
        forum_fold_free(f);
        return code;
    }
    forum_fold_end(f);
    *out = f;
    return -1;
}

int gather(struct cmd_context *context, const struct reading_from *from, struct forum_fold **out)
{
    struct work w = { .lent = false };
    struct reading *r = NULL;
    struct why why = { "" };
    bool record = from->record != NULL;
    int code = record ? -1 : work_state(context, &w);
    if (code < 0 && !record) {
        record = state_info(w.desk.state)->side == STORE_HUB;
        enum err e = record ? OK : gather_site(&w.desk, out, &why);
        code = e == OK ? -1 : cmd_fail(e, &why);
    }
    work_close(&w); // a store is open once in a process
    if (code < 0 && record) {
        code = reading_open(context, from, &r);
        if (code < 0) {
            code = gather_record(r, out);
            reading_close(r);
        }
    }
    return code;
}

const struct forum_state *gather_find(const struct forum_fold *f, const char *code, int *exit_code)
{
    const struct forum_state *forum = forum_fold_find(f, slice_text(code));
    if (forum == NULL) {
        struct why why;
        why_set(&why, "no forum here has the code \"%.40s\": see baraza session list", code);
        *exit_code = cmd_fail(ERR_NOT_FOUND, &why);
    }
    return forum;
}

static void put_number(struct buf *out, const char *before, uint64_t n, const char *after)
{
    if (n > 0) {
        buf_printf(out, "%s%llu%s", before, (unsigned long long)n, after);
    }
}

void gather_put_standing(struct buf *out, const struct forum_state *forum, bool whole)
{
    switch (forum->standing) {
    case FORUM_SILENT:
        buf_put_text(out, "silent: planned for ");
        date_put(out, forum->date);
        return;
    case FORUM_OPEN:
        buf_put_text(out, "open: ");
        print_count(out, forum->contributions, "contribution", "contributions");
        return;
    case FORUM_SEALED:
    case FORUM_MISSING:
    case FORUM_DIFFERS:
    case FORUM_STANDINGS:
        break;
    }
    buf_put_text(out, "sealed: ");
    print_count(out, forum->count, "contribution", "contributions");
    put_number(out, ", ", forum->missing, whole ? " missing" : " not on this computer");
    buf_put_text(out, forum->standing == FORUM_DIFFERS ? ", NOT what was sealed" : "");
    put_number(out, ", ", forum->late, " added after it");
    put_number(out, "; attested by key: ", forum->attested_keys, "");
    put_number(out, "; attested by signed sheet: ", forum->attested_sheets, "");
}

json_t *gather_json(const struct forum_state *forum)
{
    json_t *o = json_object();
    json_put(o, "code", json_string(forum->code));
    json_put(o, "area", json_string(forum->area));
    json_put(o, "type", json_string(forum->type));
    json_put(o, "standing", json_string(forum_standing_name(forum->standing)));
    json_put(o, "planned", json_boolean(forum->planned));
    if (forum->planned) {
        struct buf date = buf_new(32);
        date_put(&date, forum->date);
        json_put(o, "date", json_of_bytes(buf_slice(&date)));
        buf_done(&date);
    }
    if (forum->held) {
        json_put(o, "id", json_id(forum->session));
        json_put(o, "contributions", json_of_number(forum->contributions));
        json_put(o, "people", json_of_number(forum->people));
    }
    if (forum->sealed) {
        json_put(o, "seal", json_id(forum->seal));
        json_put(o, "sealed", json_of_number(forum->count));
        json_put(o, "missing", json_of_number(forum->missing));
        json_put(o, "late", json_of_number(forum->late));
        json_put(o, "shares", json_of_number(forum->shares));
        json_put(o, "forms", json_of_number(forum->forms));
        json_put(o, "blank", json_of_number(forum->blank));
        json_put(o, "spoiled", json_of_number(forum->spoiled));
        json_put(o, "attested_keys", json_of_number(forum->attested_keys));
        json_put(o, "attested_sheets", json_of_number(forum->attested_sheets));
    }
    return o;
}

// Of the silent ones: whose day has not yet come.
static uint64_t count_ahead(const struct forum_fold *f, uint64_t now_s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < forum_fold_count(f); i++) {
        const struct forum_state *forum = forum_fold_at(f, i);
        n += forum->standing == FORUM_SILENT && forum->date >= now_s / DAY_S;
    }
    return n;
}

void gather_put_totals(struct buf *out, const struct forum_fold *f, uint64_t now_s)
{
    const struct forum_totals t = forum_fold_totals(f);
    buf_printf(out, "%llu planned, %llu held, %llu sealed, %llu silent", (unsigned long long)t.planned,
               (unsigned long long)t.held, (unsigned long long)t.sealed, (unsigned long long)t.silent);
    put_number(out, " (", count_ahead(f, now_s), " still ahead)");
    put_number(out, "; held without a plan: ", t.unplanned, "");
    put_number(out, "; sealed with missing or other contributions: ", t.incomplete, "");
    buf_put_u8(out, '\n');
    for (size_t i = 0; i < forum_fold_count(f); i++) {
        gather_put_incomplete(out, forum_fold_at(f, i));
    }
}

json_t *gather_totals_json(const struct forum_fold *f, uint64_t now_s)
{
    const struct forum_totals t = forum_fold_totals(f);
    json_t *o = json_object();
    json_put(o, "planned", json_of_number(t.planned));
    json_put(o, "held", json_of_number(t.held));
    json_put(o, "sealed", json_of_number(t.sealed));
    json_put(o, "silent", json_of_number(t.silent));
    json_put(o, "ahead", json_of_number(count_ahead(f, now_s)));
    json_put(o, "unplanned", json_of_number(t.unplanned));
    json_t *incomplete = json_array();
    for (size_t i = 0; i < forum_fold_count(f); i++) {
        const struct forum_state *forum = forum_fold_at(f, i);
        if (forum->standing == FORUM_MISSING || forum->standing == FORUM_DIFFERS) {
            json_push(incomplete, gather_json(forum));
        }
    }
    json_put(o, "incomplete", incomplete);
    return o;
}

void gather_put_incomplete(struct buf *out, const struct forum_state *forum)
{
    if (forum->standing == FORUM_MISSING || forum->standing == FORUM_DIFFERS) {
        buf_printf(out, "  %s  ", forum->code);
        gather_put_standing(out, forum, true);
        buf_put_u8(out, '\n');
    }
}
