// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the drafter's commands share. Read first: drafting.h.
#include "tools/baraza/drafting.h"

#include "common/format/nfc.h"
#include "node/desk/contribution.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/print.h"

#include <stdlib.h>

#define EDITOR_HINT "\n# Write above. Lines that start with # are not taken.\n"

void typed_done(struct typed *t)
{
    for (size_t i = 0; i < t->n; i++) {
        buf_wipe(&t->bufs[i]);
        buf_done(&t->bufs[i]);
    }
    *t = (struct typed){ .n = 0 };
}

struct slice typed_text(struct typed *t, struct slice text)
{
    if (text.n == 0) {
        return text;
    }
    CHECK(t->n < DRAFTING_TEXTS);
    struct buf *b = &t->bufs[t->n++];
    *b = buf_new(LIMIT_DISCLOSURE_BYTES);
    t->bad = !text_nfc(text, b) || t->bad;
    while (b->n > 0 && (b->p[b->n - 1] == '\n' || b->p[b->n - 1] == '\r')) {
        b->n--;
    }
    return buf_slice(b);
}

struct slice typed_words(struct typed *t, const char *given)
{
    struct buf words = buf_new(LIMIT_DISCLOSURE_BYTES);
    enum err e = t->sealed ? ask_typed(given, "The words", &words, &t->why)
                           : ask_words(given, EDITOR_HINT, &words, &t->why);
    t->e = t->e == OK ? e : t->e;
    t->bad = !buf_ok(&words) || t->bad;
    struct slice text = typed_text(t, buf_slice(&words));
    buf_wipe(&words);
    buf_done(&words);
    return text;
}

struct slice drafting_language(const struct drafting *d, const struct work *w)
{
    return d->lang != NULL ? slice_text(d->lang) : state_charter(w->desk.state)->languages[0];
}

int drafting_begin(const struct cmd_context *context, const struct drafting *d, const struct typed *t, struct work *w)
{
    int code = work_write(context, d->as, w);
    return code < 0 ? drafting_check(d, t) : code;
}

void drafting_code(struct drafting *d, enum code_list list, const char **code)
{
    if (*code == NULL && d->as != NULL && codes_find(list, slice_text(d->as)) != NULL) {
        *code = d->as;
        d->as = NULL;
    }
}

int drafting_check(const struct drafting *d, const struct typed *t)
{
    if (d->lang != NULL && !language_tag_ok(slice_text(d->lang))) {
        return cmd_usage("--lang takes a language tag such as sw, fr-CF or kpe-LR");
    }
    if (t->e != OK) {
        return cmd_fail(t->e, &t->why);
    }
    return t->bad ? cmd_usage("a text is not UTF-8, or longer than %d bytes", LIMIT_DISCLOSURE_BYTES) : -1;
}

int drafting_say(const struct cmd_context *context, enum kind kind, const struct append_result *result)
{
    const char *what = kind_info(kind)->name;
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "id", json_id(result->id));
        json_put(o, "number", json_of_number(result->seq));
        json_put(o, "entry", json_string(what));
        json_put(o, "state", json_string("saved"));
        return cmd_print_json(o);
    }
    struct buf line = buf_new(256);
    buf_put_text(&line, "saved ");
    print_id(&line, result->id, PRINT_ID);
    buf_printf(&line, "  %s, number %llu\n", what, (unsigned long long)result->seq);
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

int drafting_append(const struct cmd_context *context, struct work *w, const struct append_item *items, size_t n)
{
    struct append_result *results = mem_new(n * sizeof *results);
    int code = work_append(w, items, n, results);
    if (code < 0) {
        code = EXIT_GOOD;
        for (size_t i = 0; i < n && code == EXIT_GOOD; i++) {
            code = drafting_say(context, items[i].body->kind, &results[i]);
        }
    }
    free(results);
    return code;
}
