// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza guide publish` and `baraza guide show`: what is asked at a forum, what is read out there, and which groups
// a form asks for. Shown, edited as a text file, published as the next version.
// Read first: guide_file.h, published.h.
#include "node/desk/codebook.h"
#include "tools/baraza/entry_json.h"
#include "tools/baraza/guide_file.h"
#include "tools/baraza/print.h"
#include "tools/baraza/publish.h"

static int read_book(struct work *w, struct book *book)
{
    struct published_last last = { .version = 0 };
    struct why why = { "" };
    enum err e = published_last(&w->desk, KIND_CODEBOOK, &last, &why);
    if (e == OK && last.version > 0) {
        book_take_content(book, buf_slice(&last.content));
    }
    bool groups = false;
    for (size_t i = 0; i < book->n; i++) {
        groups = groups || book->rows[i].list == BOOK_GROUPS;
    }
    if (!groups) {
        book_take_starter(book);
    }
    buf_done(&last.content);
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int publish(struct cmd_context *context, const char *as, const char *path)
{
    struct work w = { .lent = false };
    struct book book;
    struct book_faults faults = { .text = buf_new((size_t)64 << 10) };
    struct buf file = buf_new(BOOK_FILE_BYTES);
    struct buf content = buf_new(LIMIT_DISCLOSURE_BYTES);
    book_init(&book);
    int code = book_read_file(path, &file);
    if (code < 0) {
        code = work_write(context, as, &w);
    }
    if (code < 0) {
        code = read_book(&w, &book);
    }
    if (code < 0) {
        guide_read(buf_slice(&file), &book, &content, &faults);
        code = faults.n > 0 ? book_report(&faults, path)
                            : publish_content(context, &w, KIND_GUIDE, buf_slice(&content));
    }
    work_close(&w);
    book_free(&book);
    buf_done(&content);
    buf_done(&file);
    buf_done(&faults.text);
    return code;
}

// What is in use while nothing was published: the usual groups, and the program's own words to read out.
static json_t *own_guide(struct work *w)
{
    static const char *const tags[LANG_COUNT] = { "en", "fr", "pt", "ar" };
    struct slice codes[CODEBOOK_GROUPS];
    struct codebook *b = NULL;
    json_t *o = json_object();
    json_t *groups = json_array();
    json_t *referral = json_object();
    if (codebook_here(&w->desk, &b, NULL) == OK) {
        const size_t n = codebook_groups(b, codes);
        for (size_t i = 0; i < n; i++) {
            json_push(groups, json_of_bytes(codes[i]));
        }
    }
    for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
        json_put(referral, tags[l], json_of_bytes(codebook_referral(NULL, l)));
    }
    json_put(o, "groups", groups);
    json_put(o, "referral", referral);
    codebook_free(b);
    return o;
}

// For people each question stands under its code.
static void spread_questions(json_t *guide)
{
    json_t *questions = json_object();
    const json_t *list = json_object_get(guide, "questions");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const char *code = json_string_value(json_object_get(one, "code"));
        json_t *text = json_object_get(one, "text");
        if (code != NULL && text != NULL) {
            json_put_named(questions, slice_text(code), json_incref(text));
        }
    }
    if (json_object_size(questions) > 0) {
        json_put(guide, "questions", questions);
    } else {
        json_decref(questions);
    }
}

static int print_guide(const struct cmd_context *context, json_t *guide, const struct published_last *last)
{
    if (context->json) {
        json_t *o = publish_json(last);
        (void)json_object_update(o, guide);
        return cmd_print_json(o);
    }
    struct buf out = buf_new((size_t)4 << 20);
    if (last->version == 0) {
        buf_put_text(&out, "no guide was published, as far as is known here; without one:\n");
    } else {
        buf_printf(&out, "guide, version %llu\n", (unsigned long long)last->version);
    }
    spread_questions(guide);
    print_fields(&out, guide, "  ");
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int show(const struct cmd_context *context)
{
    struct work w;
    struct published_last last;
    int code = publish_read(context, &w, KIND_GUIDE, &last);
    if (code < 0) {
        json_t *guide = last.version > 0 ? content_json(buf_slice(&last.content)) : own_guide(&w);
        code = print_guide(context, guide, &last);
        json_decref(guide);
    }
    buf_done(&last.content);
    work_close(&w);
    return code;
}

static int run_publish(struct cmd_context *context, int argc, char **argv)
{
    const char *as = NULL;
    const struct arg_spec rows[] = {
        WORK_AS(&as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza guide publish",
        .summary = "Publish the guide in a JSON file as its next version: questions, the groups that forms ask for, "
                   "what is read aloud. Sites print and read it out once it came down to them. For the secretariat",
        .positionals = "FILE",
        .min = 1,
        .max = 1,
        .examples = "  baraza guide show --json > guide.json     # then edit it, in any text editor\n"
                    "  baraza guide publish guide.json --as registrar\n"
                    "Every field may be left out:\n"
                    "  {\"title\": {\"en\": \"The forums of 2026\", \"fr\": \"Les forums de 2026\"},\n"
                    "   \"questions\": [{\"code\": \"q1\", \"text\": {\"en\": \"What makes you feel unsafe?\"}}],\n"
                    "   \"groups\": [\"women\", \"youth\"],\n"
                    "   \"script\": {\"en\": \"Read aloud before anything is written down.\"},\n"
                    "   \"referral\": {\"en\": \"Read to whoever speaks of a child or of gender-based violence.\"},\n"
                    "   \"asks\": [\"sex\", \"age\"],\n"
                    "   \"targets\": [{\"group\": \"women\", \"count\": 40}]}\n"
                    "groups: at most eight, of the codebook. asks: of sex, age, displaced, disability.\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code < 0 ? publish(context, as, args.positionals[0]) : code;
}

static int run_show(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_spec rows[] = {
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza guide show",
        .summary = "Show the guide in its last version known here; with --json as the file that guide publish takes",
        .positionals = "",
        .examples = "  baraza guide show\n"
                    "  baraza guide show --json > guide.json\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code < 0 ? show(context) : code;
}

const struct cmd cmd_guide_publish = { "guide publish", run_publish,
                                       "publish what is asked and read out at forums", CMD_FOUND };
const struct cmd cmd_guide_show = { "guide show", run_show, "show what is asked and read out at forums", CMD_READ };
