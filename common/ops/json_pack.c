// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Between JSON and canonical msgpack. Recursion is bounded by LIMIT_PACK_DEPTH both ways. Read first: json_pack.h.
#include "common/ops/json_pack.h"

#include "common/format/pack.h"

#include <stdlib.h>

static bool pack_at(const json_t *value, unsigned depth, struct buf *out);

static bool pack_list(const json_t *list, unsigned depth, struct buf *out)
{
    const size_t n = json_array_size(list);
    bool good = true;
    pack_array(out, n);
    for (size_t i = 0; i < n && good && buf_ok(out); i++) {
        good = pack_at(json_array_get(list, i), depth + 1, out);
    }
    return good;
}

static int key_order(const void *a, const void *b)
{
    const struct slice *x = a;
    const struct slice *y = b;
    return slice_order(*x, *y);
}

static bool pack_object(const json_t *object, unsigned depth, struct buf *out)
{
    struct slice keys[LIMIT_FIELDS];
    const char *name = NULL;
    json_t *value = NULL;
    size_t n = 0;
    if (json_object_size(object) > LIMIT_FIELDS) {
        return false;
    }
    json_t *names = json_incref((json_t *)(uintptr_t)object); // Jansson's loop takes no const
    json_object_foreach(names, name, value) {
        keys[n++] = slice_text(name);
    }
    bool good = true;
    if (n > 0) {
        qsort(keys, n, sizeof *keys, key_order);
    }
    pack_map(out, n);
    for (size_t i = 0; i < n && good; i++) {
        pack_str(out, keys[i]);
        good = pack_at(json_object_get(names, (const char *)keys[i].p), depth + 1, out);
    }
    json_decref(names);
    return good;
}

static bool pack_at(const json_t *value, unsigned depth, struct buf *out)
{
    const bool holds = json_is_array(value) || json_is_object(value);
    if (holds && depth >= LIMIT_PACK_DEPTH) {
        return false;
    }
    if (json_is_array(value)) {
        return pack_list(value, depth, out);
    }
    if (json_is_object(value)) {
        return pack_object(value, depth, out);
    }
    if (json_is_string(value)) {
        pack_str(out, slice_of(json_string_value(value), json_string_length(value)));
        return true;
    }
    if (json_is_boolean(value)) {
        pack_bool(out, json_is_true(value));
        return true;
    }
    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        pack_uint(out, (uint64_t)json_integer_value(value));
        return true;
    }
    return false;
}

bool json_pack_value(const json_t *value, struct buf *out)
{
    return pack_at(value, 0, out);
}

// --- back ---

static json_t *unpack(struct cursor *c);

static json_t *unpack_list(struct cursor *c)
{
    json_t *list = json_array();
    const size_t n = cursor_array(c, SIZE_MAX);
    for (size_t i = 0; i < n && cursor_ok(c); i++) {
        json_push(list, unpack(c));
    }
    return list;
}

static json_t *unpack_object(struct cursor *c)
{
    json_t *object = json_object();
    const size_t n = cursor_map(c, LIMIT_FIELDS);
    for (size_t i = 0; i < n && cursor_ok(c); i++) {
        const struct slice key = cursor_str(c);
        json_put_named(object, key, unpack(c));
    }
    return object;
}

static json_t *unpack(struct cursor *c)
{
    switch (cursor_peek(c)) {
    case CURSOR_UINT:
        return json_of_number(cursor_uint(c));
    case CURSOR_STR:
        return json_of_bytes(cursor_str(c));
    case CURSOR_BOOL:
        return json_boolean(cursor_bool(c));
    case CURSOR_ARRAY:
        return unpack_list(c);
    case CURSOR_MAP:
        return unpack_object(c);
    case CURSOR_BIN:
    case CURSOR_END:
    case CURSOR_BAD:
        break;
    }
    cursor_fail(c);
    return json_null();
}

json_t *json_unpack_value(struct slice bytes)
{
    struct cursor c = cursor_new(bytes, true);
    json_t *value = unpack(&c);
    if (!cursor_done(&c)) {
        json_decref(value);
        return NULL;
    }
    return value;
}
