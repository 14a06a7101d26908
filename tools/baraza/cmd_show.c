// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza show`: one entry whole: what was said, by whom in general terms, how far it has come, and what answered it.
// From the notebooks of this site, from a hub's state, or from an export.
#include "common/base/file.h"
#include "node/desk/answers.h"
#include "node/desk/forums.h"
#include "node/desk/refusals.h"
#include "tools/baraza/amends_read.h"
#include "tools/baraza/entry_json.h"
#include "tools/baraza/erased_where.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/work.h"

#include <stdlib.h>

// What is known of the entry besides itself.
struct showing {
    const struct entry *entry;
    const struct disclosure *disclosure; // NULL: locked, or without parts
    bool wiped;                          // words were wiped from this computer
    const char *state;                   // how far it has come; NULL when read from the record
    bool refused;                        // by the hub, for the reason of this number
    uint64_t refusal;
    bool indexed;
    uint64_t index;
    enum verdict standing;
    const struct amends *amends;         // what was said of it since; NULL: not looked for
    const struct erased_where *where;    // where it was erased, if it was; NULL: not looked for
    const struct charter *charter;
    const struct amends *all;            // for what must not be shown
};

// Of a contribution: open, restricted or sealed.
static struct slice guard_of(const struct entry *e)
{
    struct body body;
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SENSITIVITY, &n);
    const bool contribution = kind_parse(e, &body) == VERDICT_GOOD && body.kind == KIND_CONTRIBUTION;
    return contribution ? slice_text(rows[body.as.contribution.sensitivity].code) : slice_of(NULL, 0);
}

static bool signed_well(const struct entry *e)
{
    return entry_verify(e, e->place.consultation) == VERDICT_GOOD;
}

static int print_json(const struct showing *s)
{
    json_t *o = json_object();
    json_put(o, "id", json_id(s->entry->id));
    json_put(o, "kind", json_of_bytes(s->entry->kind));
    json_put(o, "author", json_of_hex(SLICE_ARRAY(s->entry->place.author.b)));
    json_put(o, "incarnation", json_of_hex(SLICE_ARRAY(s->entry->place.incarnation.b)));
    json_put(o, "number", json_of_number(s->entry->place.seq));
    json_put(o, "time", json_time(s->entry->claimed_s));
    json_put(o, "seen", json_of_number(s->entry->seen_size));
    json_t *refs = json_array();
    for (size_t i = 0; i < s->entry->ref_count; i++) {
        json_push(refs, json_id(entry_ref(s->entry, i)));
    }
    json_put(o, "refs", refs);
    if (s->state != NULL) {
        json_put(o, "state", json_string(s->state));
    }
    if (s->refused) {
        refusal_put_json(o, s->refusal);
    }
    if (s->indexed) {
        json_put(o, "index", json_of_number(s->index));
        json_put(o, "standing", json_string(verdict_code(s->standing)));
        json_put(o, "signed", json_boolean(signed_well(s->entry)));
    }
    if (s->amends != NULL) {
        amends_put_json(s->amends, s->entry->id, o);
    }
    if (s->where != NULL) {
        json_put(o, "erasures", erased_where_json(s->where, s->entry->id));
    }
    const struct slice guard = guard_of(s->entry);
    if (guard.n > 0) {
        json_put(o, "sensitivity", json_of_bytes(guard));
    }
    if (s->disclosure != NULL) {
        json_put(o, "parts", parts_json(s->charter, s->all, s->entry, s->disclosure));
    }
    return cmd_print_json(o);
}

static bool has_marks(const struct amends *a, struct hash id)
{
    return amends_first(a, id) != NULL || amends_erased(a, id) != NULL;
}

static int print_entry(const struct cmd_context *context, const struct showing *s)
{
    if (context->json) {
        return print_json(s);
    }
    struct buf out = buf_new((size_t)8 << 20);
    const struct entry *e = s->entry;
    buf_printf(&out, "%.*s ", (int)e->kind.n, (const char *)e->kind.p);
    print_id(&out, e->id, 2 * sizeof e->id.b);
    buf_put_text(&out, "\nwritten:  ");
    print_time(&out, e->claimed_s);
    buf_put_text(&out, " or later (a claim), by ");
    print_key(&out, e->place.author);
    buf_printf(&out, ", number %llu\n", (unsigned long long)e->place.seq);
    if (s->state != NULL) {
        buf_printf(&out, "state:    %s\n", s->state);
    }
    if (s->refused) {
        refusal_put(&out, s->refusal, "          ");
    }
    if (s->indexed) {
        buf_printf(&out, "record:   entry %llu, %s; %s, included", (unsigned long long)s->index,
                   s->standing == VERDICT_GOOD ? "in force" : verdict_text(s->standing),
                   signed_well(e) ? "signature good" : "SIGNATURE NOT GOOD");
        if (s->amends != NULL && amends_erased(s->amends, e->id) != NULL) {
            amends_put_erased(s->amends, e->id, &out);
        }
        buf_put_u8(&out, '\n');
    }
    const struct slice guard = guard_of(e);
    if (guard.n > 0 && !slice_equal(guard, SLICE_LITERAL("open"))) {
        buf_put_text(&out, "guarded:  ");
        print_line(&out, label_of(context, CODES_SENSITIVITY, guard), 40);
        buf_put_u8(&out, '\n');
    }
    if (s->amends != NULL && has_marks(s->amends, e->id)) {
        buf_put_text(&out, "since:  ");
        amends_put_marks(language_asked(context), s->amends, e->id, &out);
        buf_put_u8(&out, '\n');
    }
    if (s->where != NULL) {
        erased_where_put(s->where, e->id, &out);
    }
    for (size_t i = 0; i < e->ref_count; i++) {
        buf_put_text(&out, "names:    ");
        print_id(&out, entry_ref(e, i), PRINT_ID);
        buf_put_u8(&out, '\n');
    }
    if (s->disclosure != NULL) {
        json_t *parts = parts_json(s->charter, s->all, e, s->disclosure);
        print_fields(&out, parts, "");
        json_decref(parts);
    } else if (e->part_count > 0) {
        buf_put_text(&out, s->wiped ? "(the words are locked, or were wiped from this computer: the hub has those)\n"
                                    : "(the words are locked, or not shown here)\n");
    }
    int code = cmd_print(buf_slice(&out));
    buf_wipe(&out);
    buf_done(&out);
    return code;
}

// The answers that came down, printed below the entry.
struct answering {
    const struct cmd_context *context;
    struct work *w;
    const struct amends *amends;
    int code;
};

static void show_answer(void *arg, const struct answer *a)
{
    struct answering *x = arg;
    const struct showing s = { .entry = a->entry, .disclosure = a->disclosure, .state = "the answer to it",
                               .charter = state_charter(x->w->desk.state), .all = x->amends };
    x->code = x->code == EXIT_GOOD ? print_entry(x->context, &s) : x->code;
}

static int show_answers(const struct cmd_context *context, struct work *w, const struct amends *amends, struct hash id)
{
    struct answering x = { .context = context, .w = w, .amends = amends, .code = EXIT_GOOD };
    struct why why = { "" };
    enum err e = answers_here(&w->desk, id, show_answer, &x, &why);
    return e == OK ? x.code : cmd_fail(e, &why);
}

static bool amends_it(const struct entry *e, const struct body *body, struct hash id)
{
    const bool later = body->kind == KIND_CORRECTION || body->kind == KIND_WITHDRAWAL || body->kind == KIND_OPENED;
    return later && hash_equal(entry_ref(e, 0), id);
}

// What stands beside an entry, in a few words; NULL: it is no correction, withdrawal or opening of it.
static const char *beside(const struct amends *a, const struct entry *e, struct hash id)
{
    const struct amend *m = amends_first(a, id);
    while (m != NULL && !hash_equal(m->id, e->id)) {
        m = amends_next(a, m);
    }
    return m == NULL                        ? NULL
           : m->kind == KIND_WITHDRAWAL     ? "consent to it, taken back"
           : m->kind == KIND_OPENED         ? "a part of it was opened"
           : m->replaced                    ? "a correction of it; a later one takes its place"
           : amends_sole(a, id) == m        ? "the correction of it"
                                            : "a correction of it; another one says otherwise";
}

// The corrections, withdrawals and openings of an entry in the notebooks here, printed below it.
static int print_amends_here(const struct cmd_context *context, struct work *w, const struct amends *a, struct hash id)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    struct why why = { "" };
    int code = EXIT_GOOD;
    enum err err = local_begin(&w->desk, &l, &why);
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    while (code == EXIT_GOOD && local_next(l, &e)) {
        const char *what = e.known && amends_it(&e.entry, &e.body, id) ? beside(a, &e.entry, id) : NULL;
        if (what != NULL) {
            const bool readable = w->desk.readable && local_parts(l, &d, NULL) == OK;
            const struct showing s = { .entry = &e.entry, .disclosure = readable ? &d : NULL, .wiped = w->desk.wiped,
                                       .state = what, .charter = state_charter(w->desk.state), .all = a };
            code = print_entry(context, &s);
        }
    }
    err = local_end(l, &why);
    return err == OK ? code : cmd_fail(err, &why);
}

// The same from the record; r is somewhere in it.
static int print_amends_read(const struct cmd_context *context, struct reading *r, const struct amends *a,
                             struct hash id)
{
    struct reading_item item;
    int code = EXIT_GOOD;
    reading_rewind(r);
    while (code == EXIT_GOOD && amends_first(a, id) != NULL && reading_next(r, &item)) {
        const char *what = reading_known(&item) && amends_it(&item.entry, &item.body, id) ? beside(a, &item.entry, id)
                                                                                          : NULL;
        if (what != NULL) {
            const struct showing s = { .entry = &item.entry, .disclosure = item.has_parts ? &item.disclosure : NULL,
                                       .state = what, .indexed = true, .index = item.index,
                                       .standing = item.standing, .charter = reading_charter(r), .all = a };
            code = print_entry(context, &s);
        }
    }
    return code;
}

static int show_at_site(struct cmd_context *context, const char *typed)
{
    struct work w;
    struct local *l = NULL;
    struct amends *amends = NULL;
    struct local_entry e;
    struct disclosure d;
    struct why why = { "" };
    struct hash found;
    size_t fits = 0;
    int code = work_read(context, &w);
    enum err err = code < 0 ? amends_here(&w.desk, &amends, &why) : OK;
    if (code < 0 && err == OK) {
        err = local_begin(&w.desk, &l, &why);
    }
    if (code >= 0 || err != OK) {
        amends_free(amends);
        work_close(&w);
        return code >= 0 ? code : cmd_fail(err, &why);
    }
    while (local_next(l, &e)) {
        if (!id_begins(e.entry.id, slice_text(typed))) {
            continue;
        }
        found = e.entry.id;
        fits++;
        bool readable = w.desk.readable && e.entry.part_count > 0 && local_parts(l, &d, &why) == OK;
        const struct showing s = {
            .entry = &e.entry, .disclosure = readable ? &d : NULL, .wiped = w.desk.wiped,
            .state = fate_name(e.fate), .amends = amends,
            .charter = state_charter(w.desk.state), .all = amends,
            .refused = e.fate == FATE_REFUSED, .refusal = e.refusal };
        code = print_entry(context, &s);
    }
    err = local_end(l, &why);
    if (err != OK) {
        code = cmd_fail(err, &why);
    } else if (fits == 0) {
        why_set(&why, "nothing here begins with \"%.70s\" (4 hex digits or more; baraza list)", typed);
        code = cmd_fail(ERR_NOT_FOUND, &why);
    } else if (fits == 1 && code == EXIT_GOOD) {
        code = print_amends_here(context, &w, amends, found);
        code = code == EXIT_GOOD ? show_answers(context, &w, amends, found) : code;
    } else if (fits > 1) {
        cmd_remark(context, "%zu entries begin with \"%s\"", fits, typed);
    }
    amends_free(amends);
    work_close(&w);
    return code;
}

static int show_in_record(struct cmd_context *context, const struct reading_from *from, const char *typed)
{
    struct reading *r = NULL;
    struct reading_item item;
    struct amends *amends = NULL;
    struct erased_where *where = NULL;
    struct hash id;
    int code = reading_open(context, from, &r);
    if (code < 0) {
        code = reading_find(r, typed, &id);
    }
    if (code < 0) {
        code = amends_read(r, &amends);
    }
    if (code < 0) {
        code = erased_where_read(r, &where);
    }
    if (code < 0) {
        code = EXIT_GOOD;
        while (code == EXIT_GOOD && reading_next(r, &item)) {
            if (hash_equal(item.entry.id, id)) {
                const struct showing s = { .entry = &item.entry,
                                           .disclosure = item.has_parts ? &item.disclosure : NULL,
                                           .indexed = true,
                                           .index = item.index,
                                           .standing = item.standing,
                                           .amends = amends,
                                           .all = amends,
                                           .where = where,
                                           .charter = reading_charter(r) };
                code = print_entry(context, &s);
            }
        }
        code = code == EXIT_GOOD ? print_amends_read(context, r, amends, id) : code;
        int failed = reading_end(r);
        code = failed >= 0 ? failed : code;
    }
    amends_free(amends);
    erased_where_free(where);
    reading_close(r);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza show",
        .summary = "Show one entry whole: what was said, how far it has come, and the answer to it",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza show 82011238\n  baraza show 82011238 --state /srv/baraza --json\n",
    };
    struct reading_from from;
    struct args args;
    bool record = false;
    int code = reading_parse(context, command, argc, argv, &from, &args, &record);
    if (code >= 0) {
        return code;
    }
    return record ? show_in_record(context, &from, args.positionals[0]) : show_at_site(context, args.positionals[0]);
}

const struct cmd cmd_show = { "show", run, "show one entry whole, with the answer to it", CMD_READ };
