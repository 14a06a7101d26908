// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza clause list` and `baraza clause show`: clauses as they stand, with what they stand on. From a hub's state, an
// export, or a drafter's own state with what she has not sent yet.
#include "common/base/file.h"
#include "common/format/content.h"
#include "tools/baraza/amends_read.h"
#include "tools/baraza/print.h"
#include "tools/baraza/resolve.h"
#include "tools/baraza/thread.h"

#include <stdlib.h>

#define TITLE_SHOWN 70

// What is read: the draft, and what keeps it.
struct clauses {
    struct cmd_context *context;
    struct reading_from from;
    const char *type;
    struct work w;            // a site's state, when that is read
    struct resolver resolver; // of it
    struct reading *r;        // else the record
    struct draft *d;
    struct amends *amends;    // what was erased since
};

static bool is_site(const struct clauses *x)
{
    char *charter = state_path_in(x->context->state, STATE_CHARTER);
    const bool site = file_exists(charter) && !reading_at_hub(x->context);
    free(charter);
    return site;
}

static int clauses_open(struct clauses *x)
{
    struct why why = { "" };
    if (!is_site(x)) {
        int opened = thread_open(x->context, &x->from, &x->r, &x->d);
        return opened < 0 ? amends_read(x->r, &x->amends) : opened;
    }
    int code = work_read(x->context, &x->w);
    x->resolver = (struct resolver){ .context = x->context, .w = &x->w, .from = &x->from };
    if (code < 0) {
        code = resolver_record(&x->resolver);
    }
    if (code < 0) {
        code = thread_here(&x->w, x->resolver.record, &x->d);
    }
    if (code < 0 && x->resolver.record != NULL) {
        code = amends_read(x->resolver.record, &x->amends);
    } else if (code < 0) {
        enum err e = amends_here(&x->w.desk, &x->amends, &why);
        code = e == OK ? -1 : cmd_fail(e, &why);
    }
    if (code < 0 && !x->w.desk.readable) {
        cmd_remark(x->context, "the words are locked: baraza unlock shows them");
    }
    return code;
}

static void clauses_close(struct clauses *x)
{
    amends_free(x->amends);
    draft_free(x->d);
    resolver_done(&x->resolver);
    reading_close(x->r);
    work_close(&x->w);
}

// The words under which a clause is listed.
static struct slice heading(const struct clauses *x, const struct draft_version *v)
{
    const struct slice words = amends_words(x->amends, v->id, v->title.n > 0 ? v->title : v->text);
    return words.n > 0 ? words : SLICE_LITERAL("(not shown)");
}

static json_t *id_or_null(struct hash id)
{
    return hash_is_zero(id) ? json_null() : json_id(id);
}

// A site's own words that nobody was unlocked for are left out, not shown as empty.
static json_t *clause_json(const struct clauses *x, const struct draft_clause *c, const struct draft_version *v)
{
    const bool locked = x->w.desk.state != NULL && !x->w.desk.readable && v->title.n == 0 && v->text.n == 0;
    json_t *o = json_object();
    json_put(o, "id", json_id(c->stable));
    json_put(o, "current", json_id(v->id));
    json_put(o, "version", json_of_number(v->version));
    json_put(o, "type", json_of_bytes(v->type));
    json_put(o, "parent", id_or_null(v->parent));
    if (locked) {
        json_put(o, "locked", json_true());
        return o;
    }
    json_put(o, "lang", json_of_bytes(v->lang));
    json_put(o, "title", json_of_bytes(v->title));
    json_put(o, "text", json_of_bytes(v->text));
    amends_put_json(x->amends, v->id, o);
    return o;
}

static int print_row(const struct clauses *x, const struct draft_clause *c, const struct draft_version *v)
{
    if (x->context->json) {
        return cmd_print_json(clause_json(x, c, v));
    }
    struct buf line = buf_new(8192);
    print_id(&line, c->stable, PRINT_ID);
    buf_put_text(&line, "  ");
    print_line(&line, label_of(x->context, CODES_CLAUSE_TYPE, v->type), 24);
    if (v->version > 1) {
        buf_printf(&line, ", version %llu", (unsigned long long)v->version);
    }
    buf_put_text(&line, "  ");
    print_line(&line, heading(x, v), TITLE_SHOWN);
    buf_put_u8(&line, '\n');
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

static int list(const struct clauses *x)
{
    const struct draft_clause *clauses = NULL;
    const size_t n = draft_clauses(x->d, &clauses);
    size_t shown = 0;
    int code = EXIT_GOOD;
    for (size_t i = 0; i < n && code == EXIT_GOOD; i++) {
        const struct draft_version *v = draft_current(x->d, i);
        if (x->type == NULL || slice_equal(v->type, slice_text(x->type))) {
            code = print_row(x, &clauses[i], v);
            shown++;
        }
    }
    if (shown == 0) {
        cmd_remark(x->context, "no clause here%s: baraza clause add writes one",
                   x->type != NULL ? " of that type" : "");
    }
    return code;
}

// --- show ---

static void put_fields(struct buf *out, const struct draft_version *v)
{
    struct content c = { .count = 0 };
    if (!content_parse(v->content, &c)) {
        return;
    }
    for (size_t i = 0; i < c.count; i++) {
        const struct content_field *f = &c.fields[i];
        if (f->type == CURSOR_STR && !slice_equal(f->key, SLICE_LITERAL("lang")) &&
            !slice_equal(f->key, SLICE_LITERAL("text")) && !slice_equal(f->key, SLICE_LITERAL("title"))) {
            print_line(out, f->key, LIMIT_FIELD_KEY);
            buf_put_text(out, ": ");
            print_line(out, f->bytes, SIZE_MAX);
            buf_put_u8(out, '\n');
        }
    }
}

static void put_end(struct buf *out, const struct clauses *x, struct hash id)
{
    const struct draft *d = x->d;
    const struct draft_node node = draft_find(d, id);
    const struct draft_contribution *contributions = NULL;
    print_id(out, id, PRINT_ID);
    buf_put_text(out, "  ");
    if (node.type == DRAFT_CLAUSE) {
        print_line(out, heading(x, draft_current(d, node.i)), TITLE_SHOWN);
    } else if (node.type == DRAFT_CONTRIBUTION) {
        (void)draft_contributions(d, &contributions);
        const bool sealed = contributions[node.i].sensitivity == SENSITIVITY_SEALED;
        const struct slice text = sealed ? SLICE_LITERAL("(sealed)")
                                         : amends_words(x->amends, id, contributions[node.i].text);
        print_line(out, text.n > 0 ? text : SLICE_LITERAL("(not shown)"), TITLE_SHOWN);
    }
    buf_put_u8(out, '\n');
}

// Links that lead to the clause, then those that start at it.
static void put_links(struct buf *out, const struct clauses *x, size_t clause)
{
    const struct draft_link *links = NULL;
    const size_t n = draft_links(x->d, &links);
    for (size_t i = 0; i < 2 * n; i++) {
        const struct draft_link *l = &links[i % n];
        const struct draft_node node = draft_find(x->d, i < n ? l->to : l->from);
        if (node.type != DRAFT_CLAUSE || node.i != clause) {
            continue;
        }
        if (i >= n) {
            buf_put_text(out, "this ");
        }
        print_line(out, label_of(x->context, CODES_RELATION, l->relation), 40);
        buf_put_text(out, i < n ? " this: " : ": ");
        put_end(out, x, i < n ? l->from : l->to);
    }
}

static int print_clause(const struct clauses *x, size_t i)
{
    const struct draft_clause *clauses = NULL;
    const struct draft_version *versions = NULL;
    (void)draft_clauses(x->d, &clauses);
    const size_t n = draft_versions(x->d, &versions);
    const struct draft_version *v = draft_current(x->d, i);
    if (x->context->json) {
        return cmd_print_json(clause_json(x, &clauses[i], v));
    }
    struct buf out = buf_new((size_t)1 << 24);
    print_line(&out, label_of(x->context, CODES_CLAUSE_TYPE, v->type), 40);
    buf_put_u8(&out, ' ');
    print_id(&out, clauses[i].stable, 2 * sizeof(struct hash));
    buf_put_u8(&out, '\n');
    print_line(&out, heading(x, v), SIZE_MAX);
    buf_put_text(&out, "\n\n");
    if (v->text.n > 0) {
        print_text(&out, v->text, "  ");
    }
    put_fields(&out, v);
    for (size_t k = 0; k < n; k++) {
        if (versions[k].clause == i) {
            buf_printf(&out, "version %llu: ", (unsigned long long)versions[k].version);
            print_id(&out, versions[k].id, PRINT_ID);
            buf_put_text(&out, ", by ");
            print_key(&out, versions[k].author);
            buf_put_text(&out, &versions[k] == v ? " (current)\n" : "\n");
        }
    }
    if (!hash_is_zero(v->parent)) {
        buf_put_text(&out, "part of: ");
        put_end(&out, x, v->parent);
    }
    put_links(&out, x, i);
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

// Finds a clause by any of its versions' ids, or the beginning of one.
static int find(const struct clauses *x, const char *typed, size_t *clause)
{
    const struct draft_version *versions = NULL;
    const size_t n = draft_versions(x->d, &versions);
    struct why why = { "" };
    size_t fits = 0;
    for (size_t i = 0; i < n; i++) {
        if (id_begins(versions[i].id, slice_text(typed))) {
            fits += fits == 0 || *clause != versions[i].clause ? 1 : 0;
            *clause = versions[i].clause;
        }
    }
    if (fits == 1) {
        return -1;
    }
    why_set(&why, fits == 0 ? "no clause here begins with \"%.70s\": 4 hex digits or more (baraza clause list)"
                            : "several clauses begin with \"%.70s\": give more of the id", typed);
    return cmd_fail(fits == 0 ? ERR_NOT_FOUND : ERR_BAD_INPUT, &why);
}

static int run_list(struct cmd_context *context, int argc, char **argv)
{
    struct clauses x = { .context = context };
    const struct arg_spec rows[] = {
        { "type", 't', ARG_TEXT, "TYPE", "only these: threat, objective, action …", &x.type },
        READING_RECORD(&x.from),
        READING_CHARTER(&x.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza clause list",
        .summary = "List the clauses as they stand: of the record, or of your own state with what was not sent yet",
        .positionals = "",
        .examples = "  baraza clause list --type threat --state /srv/baraza\n"
                    "  baraza clause list --record record.baraza --json\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (x.type != NULL && !code_known(CODES_CLAUSE_TYPE, "--type", x.type)) {
        return EXIT_USAGE;
    }
    code = clauses_open(&x);
    code = code < 0 ? list(&x) : code;
    clauses_close(&x);
    return code;
}

static int run_show(struct cmd_context *context, int argc, char **argv)
{
    struct clauses x = { .context = context };
    const struct arg_spec rows[] = {
        READING_RECORD(&x.from),
        READING_CHARTER(&x.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza clause show",
        .summary = "Show one clause: its text, its versions, and what it stands on",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza clause show 3f2a91c0 --state /srv/baraza\n",
        .options = rows,
    };
    struct args args;
    size_t clause = 0;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = clauses_open(&x);
    if (code < 0) {
        code = find(&x, args.positionals[0], &clause);
    }
    code = code < 0 ? print_clause(&x, clause) : code;
    clauses_close(&x);
    return code;
}

const struct cmd cmd_clause_list = { "clause list", run_list, "list the clauses as they stand", CMD_DRAFT };
const struct cmd cmd_clause_show = { "clause show", run_show, "show one clause and what it stands on", CMD_DRAFT };
