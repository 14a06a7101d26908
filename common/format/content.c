// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Maps of named fields: sorted when made, found by name when read.
// It must never change a byte of what it is given.
#include "common/format/content.h"

#include "common/base/text.h"

#include <stdlib.h>

static struct content_field *add(struct content *c, const char *key, enum cursor_type type)
{
    struct slice name = slice_text(key);
    CHECK(name.n >= 1);
    CHECK(name.n <= LIMIT_FIELD_KEY);
    CHECK(c->count < LIMIT_FIELDS);
    CHECK(content_find(c, key) == NULL);
    struct content_field *field = &c->fields[c->count++];
    *field = (struct content_field){ .key = name, .type = type };
    return field;
}

void content_add_text(struct content *c, const char *key, struct slice text)
{
    add(c, key, text_utf8_ok(text) ? CURSOR_STR : CURSOR_BIN)->bytes = text;
}

void content_add_uint(struct content *c, const char *key, uint64_t v)
{
    add(c, key, CURSOR_UINT)->number = v;
}

void content_add_bool(struct content *c, const char *key, bool v)
{
    add(c, key, CURSOR_BOOL)->number = v;
}

void content_add_bin(struct content *c, const char *key, struct slice bytes)
{
    add(c, key, CURSOR_BIN)->bytes = bytes;
}

void content_add_value(struct content *c, const char *key, struct slice canonical)
{
    CHECK(pack_canonical(canonical, true));
    struct cursor cursor = cursor_new(canonical, true);
    add(c, key, cursor_peek(&cursor))->value = canonical;
}

static int by_key(const void *a, const void *b)
{
    const struct content_field *const *left = a;
    const struct content_field *const *right = b;
    return slice_order((*left)->key, (*right)->key);
}

static void put_field(const struct content_field *field, struct buf *out)
{
    pack_str(out, field->key);
    if (field->value.n > 0) {
        buf_put(out, field->value);
    } else if (field->type == CURSOR_STR) {
        pack_str(out, field->bytes);
    } else if (field->type == CURSOR_BIN) {
        pack_bin(out, field->bytes);
    } else if (field->type == CURSOR_BOOL) {
        pack_bool(out, field->number != 0);
    } else {
        pack_uint(out, field->number);
    }
}

void content_make(const struct content *c, struct buf *out)
{
    const struct content_field *sorted[LIMIT_FIELDS];
    for (size_t i = 0; i < c->count; i++) {
        sorted[i] = &c->fields[i];
    }
    qsort(sorted, c->count, sizeof sorted[0], by_key);
    pack_map(out, c->count);
    for (size_t i = 0; i < c->count; i++) {
        put_field(sorted[i], out);
    }
}

// Reads what a field's value is, whose form has been checked.
static void read_value(struct content_field *field)
{
    struct cursor c = cursor_new(field->value, true);
    field->type = cursor_peek(&c);
    if (field->type == CURSOR_STR) {
        field->bytes = cursor_str(&c);
    } else if (field->type == CURSOR_BIN) {
        field->bytes = cursor_bin(&c);
    } else if (field->type == CURSOR_UINT) {
        field->number = cursor_uint(&c);
    } else if (field->type == CURSOR_BOOL) {
        field->number = cursor_bool(&c);
    }
}

bool content_parse(struct slice bytes, struct content *out)
{
    struct content c = { 0 };
    if (bytes.n == 0) {
        *out = c;
        return true;
    }
    struct cursor cursor = cursor_new(bytes, true);
    c.count = cursor_map(&cursor, LIMIT_FIELDS);
    for (size_t i = 0; i < c.count && cursor_ok(&cursor); i++) {
        c.fields[i].key = cursor_str(&cursor);
        c.fields[i].value = cursor_value(&cursor);
        read_value(&c.fields[i]);
    }
    if (!cursor_done(&cursor)) {
        return false;
    }
    *out = c;
    return true;
}

const struct content_field *content_find(const struct content *c, const char *key)
{
    for (size_t i = 0; i < c->count; i++) {
        if (slice_equal(c->fields[i].key, slice_text(key))) {
            return &c->fields[i];
        }
    }
    return NULL;
}

struct slice content_text(const struct content *c, const char *key)
{
    const struct content_field *field = content_find(c, key);
    return field == NULL ? slice_of(NULL, 0) : field->bytes;
}

uint64_t content_uint(const struct content *c, const char *key)
{
    const struct content_field *field = content_find(c, key);
    return field == NULL || field->type != CURSOR_UINT ? 0 : field->number;
}

bool content_bool(const struct content *c, const char *key)
{
    const struct content_field *field = content_find(c, key);
    return field != NULL && field->type == CURSOR_BOOL && field->number != 0;
}

struct slice content_value(const struct content *c, const char *key)
{
    const struct content_field *field = content_find(c, key);
    return field == NULL ? slice_of(NULL, 0) : field->value;
}

size_t content_list(struct slice value, struct slice *out, size_t max)
{
    struct cursor c = cursor_new(value, true);
    size_t n = cursor_array(&c, max);
    for (size_t i = 0; i < n; i++) {
        out[i] = cursor_str(&c);
    }
    return cursor_done(&c) ? n : 0;
}

void content_make_list(const struct slice *texts, size_t n, struct buf *out)
{
    pack_array(out, n);
    for (size_t i = 0; i < n; i++) {
        pack_str(out, texts[i]);
    }
}
