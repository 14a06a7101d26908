// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// From a JSON file to a guide's content. A field that it does not know is a fault, because a misspelt one would be
// missed by nobody until it is needed. Read first: guide_file.h.
#include "tools/baraza/guide_file.h"

#include "common/base/text.h"
#include "common/format/content.h"
#include "node/desk/codebook.h"

#include <stdio.h>
#include <string.h>

#define PLACE_BYTES 64

struct reader {
    struct book_faults *faults;
    const struct book *book;
};

static struct slice text_of(const json_t *value)
{
    return slice_of((const uint8_t *)json_string_value(value), json_string_length(value));
}

// {tag: text}: true when it can be packed.
static bool check_texts(struct reader *r, const char *place, json_t *value, size_t most)
{
    const size_t before = r->faults->n;
    const char *tag;
    json_t *text;
    if (!json_is_object(value) || json_object_size(value) == 0 || json_object_size(value) > BOOK_TAGS) {
        book_fault(r->faults, 0, "%s: a text for each language, at most %d: {\"en\": \"…\", \"fr\": \"…\"}", place,
                   BOOK_TAGS);
        return false;
    }
    json_object_foreach (value, tag, text) {
        if (strlen(tag) > LIMIT_FIELD_KEY || !language_tag_ok(slice_text(tag))) {
            book_fault(r->faults, 0, "%s: \"%.40s\" is no language tag such as en, sw or pt-MZ", place, tag);
        } else if (!json_is_string(text) || json_string_length(text) == 0 || json_string_length(text) > most) {
            book_fault(r->faults, 0, "%s: %s is a text of 1 to %zu bytes", place, tag, most);
        }
    }
    return r->faults->n == before;
}

static void put_texts(json_t *value, struct buf *out)
{
    struct content c = { .count = 0 };
    const char *tag;
    json_t *text;
    json_object_foreach (value, tag, text) {
        content_add_text(&c, tag, text_of(text));
    }
    content_make(&c, out);
}

static bool check_list(struct reader *r, const char *place, const json_t *value, size_t most)
{
    const bool good = json_is_array(value) && json_array_size(value) <= most;
    if (!good) {
        book_fault(r->faults, 0, "%s: a list of at most %zu: [ …, … ]", place, most);
    }
    return good;
}

static bool twice(const json_t *list, size_t at, const char *member)
{
    for (size_t i = 0; i < at; i++) {
        const json_t *one = json_array_get(list, i);
        const json_t *other = json_array_get(list, at);
        if (member == NULL ? json_equal(one, other)
                           : json_equal(json_object_get(one, member), json_object_get(other, member))) {
            return true;
        }
    }
    return false;
}

static bool read_questions(struct reader *r, const json_t *list, struct buf *out)
{
    const size_t before = r->faults->n;
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    if (!check_list(r, "questions", list, GUIDE_QUESTIONS)) {
        buf_done(&text);
        return false;
    }
    pack_array(out, json_array_size(list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *question = json_array_get(list, i);
        const json_t *code = json_object_get(question, "code");
        struct content c = { .count = 0 };
        char place[PLACE_BYTES];
        snprintf(place, sizeof place, "question %zu", i + 1);
        if (!json_is_string(code) || !text_code_ok(text_of(code)) || json_object_size(question) != 2) {
            book_fault(r->faults, 0, "%s: it has a code (letters, digits, dot, dash and underscore) and a text: "
                       "{\"code\": \"q1\", \"text\": {\"en\": \"…\"}}", place);
        } else if (twice(list, i, "code")) {
            book_fault(r->faults, 0, "%s: its code stands there already", place);
        } else if (check_texts(r, place, json_object_get(question, "text"), CODEBOOK_ALOUD)) {
            buf_reset(&text);
            put_texts(json_object_get(question, "text"), &text);
            content_add_text(&c, "code", text_of(code));
            content_add_value(&c, "text", buf_slice(&text));
            content_make(&c, out);
        }
    }
    buf_done(&text);
    return r->faults->n == before;
}

// The codes of groups to ask for, or of what is asked of a speaker.
static bool read_codes(struct reader *r, const char *name, const json_t *list, struct buf *out)
{
    static const char *const asked[] = { "sex", "age", "displaced", "disability" };
    const bool groups = strcmp(name, "groups") == 0;
    const size_t before = r->faults->n;
    if (!check_list(r, name, list, groups ? CODEBOOK_GROUPS : sizeof asked / sizeof *asked)) {
        return false;
    }
    pack_array(out, json_array_size(list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *value = json_array_get(list, i);
        const char *code = json_is_string(value) ? json_string_value(value) : "";
        const struct book_row *row = groups ? book_find(r->book, BOOK_GROUPS, slice_text(code)) : NULL;
        bool known = row != NULL;
        for (size_t k = 0; !groups && k < sizeof asked / sizeof *asked; k++) {
            known = known || strcmp(asked[k], code) == 0;
        }
        if (!known) {
            book_fault(r->faults, 0, "%s: \"%.40s\" is %s", name, code,
                       groups ? "no group of the codebook (baraza codebook show)"
                              : "none of sex, age, displaced, disability");
        } else if (row != NULL && row->fields[BOOK_REPLACED].n > 0) {
            book_fault(r->faults, 0, "%s: \"%.40s\" is replaced by %.*s", name, code,
                       (int)row->fields[BOOK_REPLACED].n, (const char *)row->fields[BOOK_REPLACED].p);
        } else if (twice(list, i, NULL)) {
            book_fault(r->faults, 0, "%s: \"%.40s\" stands there twice", name, code);
        } else {
            pack_str(out, slice_text(code));
        }
    }
    return r->faults->n == before;
}

// What a guide aims at, in fields that its secretariat chooses: texts and numbers.
static bool read_targets(struct reader *r, const json_t *list, struct buf *out)
{
    const size_t before = r->faults->n;
    if (!check_list(r, "targets", list, GUIDE_QUESTIONS)) {
        return false;
    }
    pack_array(out, json_array_size(list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *target = json_array_get(list, i);
        struct content c = { .count = 0 };
        const char *key;
        json_t *value;
        bool good = json_is_object(target) && json_object_size(target) > 0 && json_object_size(target) <= LIMIT_FIELDS;
        json_object_foreach (target, key, value) {
            const bool number = json_is_integer(value) && json_integer_value(value) >= 0;
            good = good && strlen(key) > 0 && strlen(key) <= LIMIT_FIELD_KEY && (number || json_is_string(value));
            if (good && number) {
                content_add_uint(&c, key, (uint64_t)json_integer_value(value));
            } else if (good) {
                content_add_text(&c, key, text_of(value));
            }
        }
        if (good) {
            content_make(&c, out);
        } else {
            book_fault(r->faults, 0, "target %zu: names with texts or whole numbers: {\"group\": \"women\", "
                       "\"count\": 40}", i + 1);
        }
    }
    return r->faults->n == before;
}

static bool read_field(struct reader *r, const char *name, json_t *value, struct buf *out)
{
    if (strcmp(name, "title") == 0 || strcmp(name, "script") == 0 || strcmp(name, "referral") == 0) {
        if (!check_texts(r, name, value, CODEBOOK_ALOUD)) {
            return false;
        }
        put_texts(value, out);
        return true;
    }
    if (strcmp(name, "questions") == 0) {
        return read_questions(r, value, out);
    }
    if (strcmp(name, "groups") == 0 || strcmp(name, "asks") == 0) {
        return read_codes(r, name, value, out);
    }
    if (strcmp(name, "targets") == 0) {
        return read_targets(r, value, out);
    }
    book_fault(r->faults, 0, "there is no field \"%.40s\": title, questions, groups, script, referral, asks, targets",
               name);
    return false;
}

// What `guide show --json` adds to the guide's own.
static bool is_added(const char *name)
{
    return strcmp(name, "version") == 0 || strcmp(name, "id") == 0 || strcmp(name, "practice") == 0;
}

void guide_read(struct slice text, const struct book *groups, struct buf *out, struct book_faults *faults)
{
    struct reader r = { .faults = faults, .book = groups };
    struct content c = { .count = 0 };
    struct buf values[7]; // the fields there are
    size_t n = 0;
    json_error_t error;
    const char *name;
    json_t *value;
    json_t *guide = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(guide)) {
        book_fault(faults, guide == NULL && error.line > 0 ? (uint64_t)error.line : 1, "no JSON object: %.200s",
                   guide == NULL ? error.text : "it begins with { and ends with }");
        json_decref(guide);
        return;
    }
    json_object_foreach (guide, name, value) {
        struct buf bytes = buf_new(LIMIT_DISCLOSURE_BYTES);
        if (is_added(name) || !read_field(&r, name, value, &bytes)) {
            buf_done(&bytes);
            continue;
        }
        if (!buf_ok(&bytes)) {
            book_fault(faults, 0, "%s is too long", name);
        }
        values[n] = bytes;
        content_add_value(&c, name, buf_slice(&values[n++]));
    }
    if (c.count == 0 && faults->n == 0) {
        book_fault(faults, 0, "there is nothing in it");
    }
    if (faults->n == 0) {
        content_make(&c, out);
        if (!buf_ok(out)) {
            book_fault(faults, 0, "the guide is longer than %d bytes", LIMIT_DISCLOSURE_BYTES);
        }
    }
    while (n > 0) {
        buf_done(&values[--n]);
    }
    json_decref(guide);
}
