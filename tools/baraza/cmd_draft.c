// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza clause`, `baraza link` and `baraza respond`: the drafter's acts, each one entry.
// A public reason is not optional in a response; what was typed is put in NFC.
#include "common/base/text.h"
#include "common/format/content.h"
#include "common/format/nfc.h"
#include "tools/baraza/contribution.h"
#include "tools/baraza/local.h"
#include "tools/baraza/print.h"
#include "tools/baraza/resolve.h"

#include <string.h>

#define TEXT_BYTES LIMIT_DISCLOSURE_BYTES

// The musts of an action, in the words of the domain; each is a field of the text part.
struct musts {
    const char *aim, *resources, *process, *timing, *flexibility, *external;
};

// What the three commands share.
struct drafting {
    const char *as, *lang;
    struct reading_from from;
    // clause
    const char *type, *title, *revises, *parent;
    uint64_t version;
    struct musts musts;
    // link
    const char *relation, *reason;
    // respond
    const char *disposition, *where, *to;
};

// Texts in NFC, kept until the entry is written.
struct typed {
    struct buf bufs[12];
    size_t n;
};

static void typed_done(struct typed *t)
{
    for (size_t i = 0; i < t->n; i++) {
        buf_done(&t->bufs[i]);
    }
    t->n = 0;
}

// Returns text in NFC; *good turns false when it is not UTF-8 or too long. NULL gives an empty slice.
static struct slice typed_nfc(struct typed *t, const char *text, bool *good)
{
    if (text == NULL) {
        return (struct slice){ NULL, 0 };
    }
    CHECK(t->n < sizeof t->bufs / sizeof *t->bufs);
    struct buf *b = &t->bufs[t->n++];
    *b = buf_new(TEXT_BYTES);
    *good = text_nfc(slice_text(text), b) && *good;
    return buf_slice(b);
}

static void add_given(struct content *c, const char *key, struct slice text)
{
    if (text.n > 0) {
        content_add_text(c, key, text);
    }
}

// {language: text} as a value.
static void put_by_language(struct buf *out, const char *lang, struct slice text)
{
    struct content c = { .count = 0 };
    content_add_text(&c, lang, text);
    content_make(&c, out);
}

static int print_saved(const struct cmd_context *context, const char *what, struct hash id)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "id", json_id(id));
        json_put(o, "entry", json_string(what));
        json_put(o, "state", json_string("saved"));
        return cmd_print_json(o);
    }
    struct buf line = buf_new(256);
    buf_put_text(&line, "saved ");
    print_id(&line, id, PRINT_ID);
    buf_printf(&line, "  %s\n", what);
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

static int append_one(const struct cmd_context *context, struct work *w, const struct append_item *item)
{
    struct append_result result;
    int code = work_append(w, item, 1, &result);
    return code >= 0 ? code : print_saved(context, kind_info(item->body->kind)->name, result.id);
}

// The language of what is typed: --lang, else the consultation's first.
static void language_of_text(const struct drafting *d, const struct work *w, char out[static LIMIT_FIELD_KEY + 1])
{
    struct slice tag = d->lang != NULL ? slice_text(d->lang) : state_charter(w->state)->languages[0];
    size_t n = tag.n < LIMIT_FIELD_KEY ? tag.n : LIMIT_FIELD_KEY;
    memcpy(out, tag.p, n);
    out[n] = '\0';
}

static int not_text(void)
{
    return cmd_usage("the text is not UTF-8, or longer than %d bytes", TEXT_BYTES);
}

// --- clause ---
static bool make_clause_text(const struct drafting *d, const char *lang, const char *words, struct typed *t,
                             struct buf *out)
{
    const struct {
        const char *key, *given;
    } musts[] = {
        { "aim", d->musts.aim },         { "resources", d->musts.resources },     { "process", d->musts.process },
        { "timing", d->musts.timing },   { "flexibility", d->musts.flexibility }, { "external", d->musts.external },
    };
    bool good = true;
    struct content c = { .count = 0 };
    struct buf text = buf_new(TEXT_BYTES);
    struct buf title = buf_new(TEXT_BYTES);
    content_add_text(&c, "lang", slice_text(lang));
    put_by_language(&text, lang, typed_nfc(t, words, &good));
    content_add_value(&c, "text", buf_slice(&text));
    if (d->title != NULL) {
        put_by_language(&title, lang, typed_nfc(t, d->title, &good));
        content_add_value(&c, "title", buf_slice(&title));
    }
    for (size_t i = 0; i < sizeof musts / sizeof *musts; i++) {
        add_given(&c, musts[i].key, typed_nfc(t, musts[i].given, &good));
    }
    good = good && buf_ok(&text) && buf_ok(&title);
    if (good) {
        content_make(&c, out);
    }
    buf_done(&text);
    buf_done(&title);
    return good && buf_ok(out);
}

// What an earlier version says of itself: its stable id, its number, its type.
struct earlier {
    struct hash stable;
    uint64_t version;
    char type[LIMIT_CODE_BYTES + 1];
};

// Reads the clause to be revised from the journals here. ERR_NOT_FOUND: it is not here.
static enum err load_earlier(struct work *w, struct hash id, struct earlier *out)
{
    struct local *l = NULL;
    struct local_entry e;
    struct why why = { "" };
    bool found = false;
    enum err err = local_begin(w, &l, &why);
    if (err != OK) {
        return err;
    }
    while (!found && local_next(l, &e)) {
        if (e.known && e.body.kind == KIND_CLAUSE && hash_equal(e.entry.id, id)) {
            *out = (struct earlier){ .stable = e.body.as.clause.stable, .version = e.body.as.clause.version };
            out->stable = hash_is_zero(out->stable) ? id : out->stable;
            memcpy(out->type, e.body.as.clause.type.p, e.body.as.clause.type.n);
            found = true;
        }
    }
    err = local_end(l, &why);
    return err != OK ? err : found ? OK : ERR_NOT_FOUND;
}

// Fills the body and references of a new clause or a new version of one.
static int place_clause(struct cmd_context *context, struct work *w, const struct drafting *d, struct earlier *earlier,
                        struct body *body, struct hash *refs, size_t *ref_count)
{
    *body = (struct body){ .kind = KIND_CLAUSE };
    body->as.clause.type = slice_text(d->type != NULL ? d->type : "");
    body->as.clause.version = 1;
    *ref_count = 0;
    refs[0] = refs[1] = (struct hash){ { 0 } };
    int code = -1;
    if (d->revises != NULL) {
        code = resolve_id(context, w, &d->from, d->revises, &refs[0]);
        if (code < 0 && load_earlier(w, refs[0], earlier) != OK) {
            code = cmd_usage("clause \"%s\" was not written here: revise it where it was written", d->revises);
        }
        if (code < 0) {
            body->as.clause.stable = earlier->stable;
            body->as.clause.version = earlier->version + 1;
            body->as.clause.type = d->type != NULL ? slice_text(d->type) : slice_text(earlier->type);
            *ref_count = 1;
        }
    }
    if (code < 0 && d->parent != NULL) {
        code = resolve_id(context, w, &d->from, d->parent, &refs[1]);
        *ref_count = 2;
    }
    return code;
}

static int write_clause(struct cmd_context *context, const struct drafting *d, const char *words)
{
    struct work w;
    struct typed t = { .n = 0 };
    struct body body;
    struct earlier earlier;
    struct hash refs[2];
    size_t ref_count = 0;
    char lang[LIMIT_FIELD_KEY + 1];
    struct buf text = buf_new(TEXT_BYTES);
    int code = work_write(context, d->as, &w);
    if (code < 0) {
        code = place_clause(context, &w, d, &earlier, &body, refs, &ref_count);
    }
    if (code < 0) {
        language_of_text(d, &w, lang);
        code = make_clause_text(d, lang, words, &t, &text) ? -1 : not_text();
    }
    if (code < 0) {
        struct append_item item = { .body = &body, .refs = refs, .ref_count = ref_count };
        item.parts[0] = buf_slice(&text);
        code = append_one(context, &w, &item);
    }
    typed_done(&t);
    buf_done(&text);
    work_close(&w);
    return code;
}

static int run_clause(struct cmd_context *context, int argc, char **argv)
{
    struct drafting d = { .as = NULL };
    const struct arg_spec rows[] = {
        { "type", 't', ARG_TEXT, "TYPE", "threat, objective, action …; policy, strategy or plan follows from it",
          &d.type },
        { "title", 0, ARG_TEXT, "TEXT", "a short title", &d.title },
        { "lang", 'l', ARG_TEXT, "TAG", "language of the text; the consultation's first when not given", &d.lang },
        { "revises", 0, ARG_TEXT, "ID", "a new version of this clause", &d.revises },
        { "parent", 0, ARG_TEXT, "ID", "the clause it is a part of", &d.parent },
        { "aim", 0, ARG_TEXT, "TEXT", "action: what it is to achieve", &d.musts.aim },
        { "resources", 0, ARG_TEXT, "TEXT", "action: amount, source, secured?", &d.musts.resources },
        { "process", 0, ARG_TEXT, "TEXT", "action: how the resources are used", &d.musts.process },
        { "timing", 0, ARG_TEXT, "TEXT", "action: start, end, milestones", &d.musts.timing },
        { "flexibility", 0, ARG_TEXT, "TEXT", "action: review date, trigger, alternative", &d.musts.flexibility },
        { "external", 0, ARG_TEXT, "TEXT", "action: external factors", &d.musts.external },
        READING_RECORD(&d.from),
        READING_CHARTER(&d.from),
        WORK_AS(&d.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza clause",
        .summary = "Write a clause of the policy, strategy or plan, or a new version of one",
        .positionals = "TEXT",
        .min = 1,
        .max = 1,
        .examples = "  baraza clause --type threat --title \"Land disputes\" \"Disputes over land set neighbours at "
                    "odds.\"\n"
                    "  baraza clause --type action --title \"Land court\" --aim ... \"A mobile land court sits "
                    "twice a year.\"\n"
                    "  baraza clause --revises 3f2a91c0 \"Better words.\"\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (d.type == NULL && d.revises == NULL) {
        return cmd_usage("say what kind of clause it is with --type: threat, objective, action …");
    }
    if (d.type != NULL && !code_known(CODES_CLAUSE_TYPE, "--type", d.type)) {
        return EXIT_USAGE;
    }
    if (d.lang != NULL && !language_tag_ok(slice_text(d.lang))) {
        return cmd_usage("--lang takes a language tag such as sw, fr-CF or kpe-LR");
    }
    return write_clause(context, &d, args.positionals[0]);
}

// --- link ---
static bool make_reason(const struct drafting *d, const struct work *w, const char *words, const struct hash *where,
                        struct typed *t, struct buf *out)
{
    struct content c = { .count = 0 };
    char lang[LIMIT_FIELD_KEY + 1];
    bool good = true;
    if (words == NULL && where == NULL && d->to == NULL) {
        return true;
    }
    language_of_text(d, w, lang);
    content_add_text(&c, "lang", slice_text(lang));
    add_given(&c, "text", typed_nfc(t, words, &good));
    add_given(&c, "to", typed_nfc(t, d->to, &good));
    if (where != NULL) {
        content_add_bin(&c, "where", SLICE_ARRAY(where->b));
    }
    if (good) {
        content_make(&c, out);
    }
    return good && buf_ok(out);
}

static int write_link(struct cmd_context *context, const struct drafting *d, const char *from, const char *to)
{
    struct work w;
    struct typed t = { .n = 0 };
    struct body body = { .kind = KIND_LINK };
    struct hash refs[2];
    struct buf reason = buf_new(TEXT_BYTES);
    body.as.link.relation = slice_text(d->relation);
    int code = work_write(context, d->as, &w);
    if (code < 0) {
        code = resolve_id(context, &w, &d->from, from, &refs[0]);
    }
    if (code < 0) {
        code = resolve_id(context, &w, &d->from, to, &refs[1]);
    }
    if (code < 0 && !make_reason(d, &w, d->reason, NULL, &t, &reason)) {
        code = not_text();
    }
    if (code < 0) {
        struct append_item item = { .body = &body, .refs = refs, .ref_count = 2 };
        item.parts[0] = buf_slice(&reason);
        code = append_one(context, &w, &item);
    }
    typed_done(&t);
    buf_done(&reason);
    work_close(&w);
    return code;
}

static int run_link(struct cmd_context *context, int argc, char **argv)
{
    struct drafting d = { .relation = "originates" };
    const struct arg_spec rows[] = {
        { "relation", 'r', ARG_TEXT, "CODE",
          "originates (default), supports, modifies, contradicts, considered-not-used; between clauses: answers, "
          "implements, depends-on",
          &d.relation },
        { "reason", 0, ARG_TEXT, "TEXT", "why", &d.reason },
        { "lang", 'l', ARG_TEXT, "TAG", "language of the reason", &d.lang },
        READING_RECORD(&d.from),
        READING_CHARTER(&d.from),
        WORK_AS(&d.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza link",
        .summary = "Say what a clause stands on: from a contribution, or from another clause, to it",
        .positionals = "FROM TO",
        .min = 2,
        .max = 2,
        .examples = "  baraza link 82011238 3f2a91c0 --record record.baraza\n"
                    "  baraza link ACTION THREAT --relation answers\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (!code_known(CODES_RELATION, "--relation", d.relation)) {
        return EXIT_USAGE;
    }
    return write_link(context, &d, args.positionals[0], args.positionals[1]);
}

// --- respond ---
static int take_targets(struct cmd_context *context, struct work *w, const struct drafting *d, const struct args *args,
                        struct hash *refs)
{
    int code = -1;
    for (size_t i = 0; i < args->n && code < 0; i++) {
        code = resolve_id(context, w, &d->from, args->positionals[i], &refs[i]);
    }
    return code;
}

static int write_response(struct cmd_context *context, const struct drafting *d, const struct args *args)
{
    struct work w;
    struct typed t = { .n = 0 };
    struct body body = { .kind = KIND_RESPONSE };
    struct hash refs[LIMIT_REFS];
    struct hash where;
    struct buf reason = buf_new(TEXT_BYTES);
    body.as.response.disposition = slice_text(d->disposition);
    int code = work_write(context, d->as, &w);
    if (code < 0) {
        code = take_targets(context, &w, d, args, refs);
    }
    if (code < 0 && d->where != NULL) {
        code = resolve_id(context, &w, &d->from, d->where, &where);
    }
    if (code < 0 && !make_reason(d, &w, d->reason, d->where != NULL ? &where : NULL, &t, &reason)) {
        code = not_text();
    }
    if (code < 0) {
        struct append_item item = { .body = &body, .refs = refs, .ref_count = args->n };
        item.parts[0] = buf_slice(&reason);
        code = append_one(context, &w, &item);
    }
    typed_done(&t);
    buf_done(&reason);
    work_close(&w);
    return code;
}

static int run_respond(struct cmd_context *context, int argc, char **argv)
{
    struct drafting d = { .as = NULL };
    const struct arg_spec rows[] = {
        { "disposition", 'd', ARG_TEXT, "CODE",
          "accepted, accepted-in-part, already-covered, noted, deferred, referred, out-of-scope, not-accepted, "
          "not-published",
          &d.disposition },
        { "reason", 0, ARG_TEXT, "TEXT", "the public reason", &d.reason },
        { "where", 0, ARG_TEXT, "ID", "the clause that covers it", &d.where },
        { "to", 0, ARG_TEXT, "TEXT", "whom it was referred to", &d.to },
        { "lang", 'l', ARG_TEXT, "TAG", "language of the reason", &d.lang },
        READING_RECORD(&d.from),
        READING_CHARTER(&d.from),
        WORK_AS(&d.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza respond",
        .summary = "Say what became of contributions, with a public reason; it goes back to the sites they came from",
        .positionals = "ID...",
        .min = 1,
        .max = LIMIT_REFS,
        .examples = "  baraza respond 82011238 --disposition accepted --where 3f2a91c0 --reason \"It is the first "
                    "action.\"\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (d.disposition == NULL || d.reason == NULL || *d.reason == '\0') {
        return cmd_usage("say what became of it with --disposition CODE, and why with --reason TEXT");
    }
    if (!code_known(CODES_DISPOSITION, "--disposition", d.disposition)) {
        return EXIT_USAGE;
    }
    if (strcmp(d.disposition, "already-covered") == 0 && d.where == NULL) {
        return cmd_usage("already covered: say where with --where ID");
    }
    if (strcmp(d.disposition, "referred") == 0 && d.to == NULL) {
        return cmd_usage("referred: say to whom with --to TEXT");
    }
    return write_response(context, &d, &args);
}

const struct cmd cmd_clause = { "clause", run_clause, "write a clause, or a new version of one", CMD_DRAFT };
const struct cmd cmd_link = { "link", run_link, "say what a clause stands on", CMD_DRAFT };
const struct cmd cmd_respond = { "respond", run_respond, "say what became of contributions, and why", CMD_DRAFT };
