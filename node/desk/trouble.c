// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The table of troubles at work. Read first: trouble.h.
#include "node/desk/trouble.h"

#include "common/base/text.h"

#include <string.h>

#define SENTENCE_BYTES 1024

#define TROUBLE_ROW(symbol, err, code, text) { err, code, text },
static const struct {
    enum err err;
    const char *code;
    const char *text;
} rows[] = { TROUBLE_TABLE(TROUBLE_ROW) };
#undef TROUBLE_ROW

static_assert(sizeof rows / sizeof *rows == TROUBLE_COUNT, "one row per trouble");

const char *trouble_code(enum trouble_code code)
{
    CHECK(code < TROUBLE_COUNT);
    return rows[code].code;
}

const char *trouble_sentence(enum trouble_code code)
{
    CHECK(code < TROUBLE_COUNT);
    return rows[code].text;
}

// Takes the next {name} off *rest, and what stands before it. False: there is none any more, *before is the rest.
static bool take_name(const char **rest, struct slice *before, struct slice *name)
{
    const char *open = strchr(*rest, '{');
    const char *close = open == NULL ? NULL : strchr(open, '}');
    if (close == NULL) {
        *before = slice_text(*rest);
        return false;
    }
    *before = slice_of((const uint8_t *)*rest, (size_t)(open - *rest));
    *name = slice_of((const uint8_t *)open + 1, (size_t)(close - open) - 1);
    *rest = close + 1;
    return true;
}

// The value of that name, which is the next one of those given when it stands there for the first time.
static const struct trouble_arg *find_arg(struct trouble *t, struct slice name, const struct trouble_value *values,
                                          size_t n)
{
    for (size_t i = 0; i < t->n; i++) {
        if (slice_equal(slice_text(t->args[i].name), name)) {
            return &t->args[i];
        }
    }
    CHECK(t->n < n);
    CHECK(name.n <= TROUBLE_NAME);
    const struct trouble_value *v = &values[t->n];
    struct trouble_arg *arg = &t->args[t->n++];
    *arg = (struct trouble_arg){ .is_text = v->is_text, .number = v->number };
    memcpy(arg->name, name.p, name.n);
    if (v->is_text && v->text.n > 0) {
        size_t cut = v->text.n > TROUBLE_TEXT ? TROUBLE_TEXT : v->text.n;
        while (cut < v->text.n && cut > 0 && (v->text.p[cut] & 0xc0) == 0x80) {
            cut--; // not in the middle of a character
        }
        memcpy(arg->text, v->text.p, cut);
    }
    return arg;
}

enum err trouble_set_values(struct trouble *t, enum trouble_code code, const struct trouble_value *values, size_t n)
{
    CHECK(code < TROUBLE_COUNT);
    CHECK(n <= TROUBLE_VALUES);
    struct trouble made = { .err = rows[code].err, .code = rows[code].code };
    struct buf sentence = buf_new(SENTENCE_BYTES);
    const char *rest = rows[code].text;
    struct slice before = { NULL, 0 };
    struct slice name = { NULL, 0 };
    while (take_name(&rest, &before, &name)) {
        const struct trouble_arg *arg = find_arg(&made, name, values, n);
        buf_put(&sentence, before);
        if (arg->is_text) {
            text_put_safe(&sentence, slice_text(arg->text), true);
        } else {
            buf_printf(&sentence, "%llu", (unsigned long long)arg->number);
        }
    }
    buf_put(&sentence, before);
    CHECK(made.n == n);
    why_set(&made.why, "%.*s", (int)sentence.n, (const char *)sentence.p);
    buf_done(&sentence);
    if (t != NULL) {
        *t = made;
    }
    return made.err;
}

enum err trouble_set(struct trouble *t, enum trouble_code code)
{
    return trouble_set_values(t, code, NULL, 0);
}

void trouble_say(struct trouble *t, const struct why *why)
{
    if (t != NULL && why != NULL && why->text[0] != '\0') {
        t->why = *why;
    }
}

// The generic row of e.
static enum trouble_code generic(enum err e)
{
    for (size_t i = 0; i < TROUBLE_OTHER; i++) {
        if (rows[i].err == e) {
            return (enum trouble_code)i;
        }
    }
    return e == ERR_USAGE ? TROUBLE_NOT_RIGHT : e == ERR_COPIED ? TROUBLE_AGAIN : TROUBLE_OTHER;
}

enum err trouble_of_err(struct trouble *t, enum err e, const struct why *why)
{
    if (e != OK && t != NULL && t->code == NULL) {
        (void)trouble_set(t, generic(e));
        t->err = e;
        trouble_say(t, why);
    }
    return e;
}
