// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza clause add`: a clause of the policy, strategy or plan, or a new version of one. A version repeats what it
// does not change, so that each stands for itself. Reading clauses is cmd_clause_read.c's.
#include "tools/baraza/ask.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/print.h"
#include "tools/baraza/thread.h"

#include <string.h>

#define EDITOR_HINT                                       \
    "\n# The clause's text, as it is to stand.\n"         \
    "# Lines that start with # are not taken.\n"

// What an action must have (1-domain): each is a field of the text part.
enum { MUSTS = 6 };
static const char *const must_names[MUSTS] = { "aim", "resources", "process", "timing", "flexibility", "external" };

struct clausing {
    struct drafting d;
    const char *type, *title, *text, *revises, *parent;
    const char *musts[MUSTS];
};

// The version that is revised; all zeros for a new clause.
struct earlier {
    bool is;
    struct draft *draft;                 // its slices lie here
    const struct draft_version *version;
    struct hash stable;
};

static int load_earlier(struct resolver *r, const char *typed, struct earlier *out)
{
    struct resolved found;
    int code = resolve_kind(r, typed, KIND_CLAUSE, &found);
    if (code < 0) {
        code = thread_here(r->w, r->record, &out->draft);
    }
    if (code >= 0) {
        return code;
    }
    const struct draft_node node = draft_find(out->draft, found.id);
    const struct draft_clause *clauses = NULL;
    if (node.type != DRAFT_CLAUSE) {
        return cmd_usage("%.70s is no clause that is known here: name the record it is in with --record", typed);
    }
    (void)draft_clauses(out->draft, &clauses);
    out->version = draft_current(out->draft, node.i);
    out->stable = clauses[node.i].stable;
    out->is = true;
    return -1;
}

// Adds {lang: text} beside what other languages said before; its bytes lie in store until c is made. Nothing when there
// is nothing to say.
static void add_by_language(struct content *out, const struct content *before, const char *field, struct slice lang,
                            struct slice text, struct buf *store)
{
    struct content c = { .count = 0 };
    struct content old = { .count = 0 };
    char tag[LIMIT_FIELD_KEY + 1] = "";
    memcpy(tag, lang.p, lang.n < LIMIT_FIELD_KEY ? lang.n : LIMIT_FIELD_KEY);
    if (content_parse(content_value(before, field), &old)) {
        for (size_t i = 0; i < old.count; i++) {
            if (!slice_equal(old.fields[i].key, lang)) {
                c.fields[c.count++] = old.fields[i];
            }
        }
    }
    if (text.n > 0 && c.count < LIMIT_FIELDS) {
        content_add_text(&c, tag, text);
    } else if (content_find(&old, tag) != NULL) {
        content_add_text(&c, tag, content_text(&old, tag));
    }
    if (c.count > 0) {
        content_make(&c, store);
        content_add_value(out, field, buf_slice(store));
    }
}

// The part `text`: what is typed over what stood before.
static void put_text(const struct clausing *x, const struct content *before, struct slice lang, struct slice title,
                     struct slice words, struct typed *t, struct buf *out)
{
    struct content c = { .count = 0 };
    struct buf titles = buf_new(3 * (size_t)LIMIT_DISCLOSURE_BYTES); // the old and the new, each within the limit
    struct buf texts = buf_new(3 * (size_t)LIMIT_DISCLOSURE_BYTES);
    content_add_text(&c, "lang", lang);
    add_by_language(&c, before, "title", lang, title, &titles);
    add_by_language(&c, before, "text", lang, words, &texts);
    for (size_t i = 0; i < MUSTS; i++) {
        struct slice given = typed_text(t, slice_text(x->musts[i] != NULL ? x->musts[i] : ""));
        given = given.n > 0 ? given : content_text(before, must_names[i]);
        if (given.n > 0) {
            content_add_text(&c, must_names[i], given);
        }
    }
    content_make(&c, out);
    buf_done(&titles);
    buf_done(&texts);
}

// Body and references: [previous, parent], the parent of the version before when none is named.
static int place(struct resolver *r, const struct clausing *x, const struct earlier *earlier, struct body *body,
                 struct hash *refs, size_t *ref_count)
{
    struct resolved parent = { .kind = KIND_UNKNOWN };
    *body = (struct body){ .kind = KIND_CLAUSE };
    body->as.clause.version = 1;
    *ref_count = 0;
    refs[0] = refs[1] = (struct hash){ { 0 } };
    if (earlier->is) {
        refs[0] = earlier->version->id;
        refs[1] = earlier->version->parent;
        body->as.clause.stable = earlier->stable;
        body->as.clause.version = earlier->version->version + 1;
        *ref_count = hash_is_zero(refs[1]) ? 1 : 2;
    }
    body->as.clause.type = x->type != NULL ? slice_text(x->type) : earlier->version->type;
    if (x->parent == NULL) {
        return -1;
    }
    int code = resolve_kind(r, x->parent, KIND_CLAUSE, &parent);
    refs[1] = parent.id;
    *ref_count = 2;
    return code;
}

static int write_clause(struct cmd_context *context, const struct clausing *x, struct slice typed_words)
{
    struct work w;
    struct resolver r = { .context = context, .w = &w, .from = &x->d.from };
    struct typed t = { .n = 0 };
    struct earlier earlier = { .is = false };
    struct content before = { .count = 0 };
    struct body body;
    struct hash refs[2];
    size_t ref_count = 0;
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct slice title = typed_text(&t, slice_text(x->title != NULL ? x->title : ""));
    struct slice words = typed_text(&t, typed_words);
    int code = work_write(context, x->d.as, &w);
    if (code < 0 && x->revises != NULL) {
        code = load_earlier(&r, x->revises, &earlier);
    }
    if (code < 0) {
        code = drafting_check(&x->d, &t);
    }
    if (code < 0) {
        code = place(&r, x, &earlier, &body, refs, &ref_count);
    }
    if (code < 0) {
        (void)(earlier.is && content_parse(earlier.version->content, &before));
        put_text(x, &before, drafting_language(&x->d, &w), title, words, &t, &text);
        code = drafting_check(&x->d, &t);
    }
    if (code < 0 && !buf_ok(&text)) {
        code = cmd_usage("title and text together are longer than %d bytes", LIMIT_DISCLOSURE_BYTES);
    }
    if (code < 0) {
        struct append_item item = { .body = &body, .refs = refs, .ref_count = ref_count };
        item.parts[0] = buf_slice(&text);
        code = drafting_append(context, &w, &item, 1);
    }
    draft_free(earlier.draft);
    resolver_done(&r);
    typed_done(&t);
    buf_done(&text);
    work_close(&w);
    return code;
}

// Words: given, from standard input for "-", or from the editor when there is not even a title.
static int take_words(struct cmd_context *context, const struct clausing *x)
{
    struct buf words = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct why why = { "" };
    const bool nothing = x->text == NULL && x->title == NULL && x->revises == NULL;
    enum err e = ask_words(nothing ? "-" : x->text, EDITOR_HINT, &words, &why);
    int code = e != OK ? cmd_fail(e, &why) : -1;
    if (code < 0 && !buf_ok(&words)) {
        code = cmd_usage("the text is longer than %d bytes", LIMIT_DISCLOSURE_BYTES);
    }
    if (code < 0 && words.n == 0 && nothing) {
        code = cmd_usage("the clause has neither title nor text: nothing was saved");
    }
    if (code < 0) {
        code = write_clause(context, x, buf_slice(&words));
    }
    buf_done(&words);
    return code;
}

static int check(const struct clausing *x, const struct args *args)
{
    if (args->n > 0 && x->text != args->positionals[0]) {
        return cmd_usage("give the text once: as an argument, or with --text");
    }
    if (x->type == NULL && x->revises == NULL) {
        return cmd_usage("say what the clause is with --type: threat, need, objective, action …");
    }
    return x->type == NULL || code_known(CODES_CLAUSE_TYPE, "--type", x->type) ? -1 : EXIT_USAGE;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct clausing x = { .type = NULL };
    const struct arg_spec rows[] = {
        { "type", 't', ARG_TEXT, "TYPE",
          "principle, interest, value, threat, need, vision, objective; method, priority; action, indicator", &x.type },
        { "title", 0, ARG_TEXT, "TEXT", "a short title", &x.title },
        { "text", 0, ARG_TEXT, "TEXT", "its text; - reads standard input, or opens your editor", &x.text },
        { "revises", 0, ARG_TEXT, "ID", "a new version of this clause: what is not given stays as it was", &x.revises },
        { "parent", 0, ARG_TEXT, "ID", "the clause it is a part of", &x.parent },
        { "aim", 0, ARG_TEXT, "TEXT", "action: what it is to achieve", &x.musts[0] },
        { "resources", 0, ARG_TEXT, "TEXT", "action: amount, source, secured?", &x.musts[1] },
        { "process", 0, ARG_TEXT, "TEXT", "action: how the resources are used", &x.musts[2] },
        { "timing", 0, ARG_TEXT, "TEXT", "action: start, end, milestones", &x.musts[3] },
        { "flexibility", 0, ARG_TEXT, "TEXT", "action: review date, trigger, alternative", &x.musts[4] },
        { "external", 0, ARG_TEXT, "TEXT", "action: external factors", &x.musts[5] },
        DRAFTING_LANG(&x.d),
        READING_RECORD(&x.d.from),
        READING_CHARTER(&x.d.from),
        WORK_AS(&x.d.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza clause add",
        .summary = "Write a clause of the policy, strategy or plan, or a new version of one",
        .positionals = "[TEXT]",
        .max = 1,
        .examples = "  baraza clause add --type threat --title \"Land disputes\" \"Neighbours are at odds.\"\n"
                    "  baraza clause add --type action --title \"Land court\" --timing \"from March\" --text -\n"
                    "  baraza clause add --revises 3f2a91c0 --text \"Better words.\"\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (x.text == NULL && args.n > 0) {
        x.text = args.positionals[0];
    }
    code = check(&x, &args);
    return code < 0 ? take_words(context, &x) : code;
}

const struct cmd cmd_clause_add = { "clause add", run, "write a clause, or a new version of one", CMD_DRAFT };
