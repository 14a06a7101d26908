// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Canonical values as JSON. Recursion is bounded by the cursor's depth (LIMIT_PACK_DEPTH). Read first: parts_json.h.
#include "tools/baraza/parts_json.h"

#include "common/format/pack.h"

static json_t *value_json(struct cursor *c);

static json_t *array_json(struct cursor *c)
{
    json_t *array = json_array();
    size_t n = cursor_array(c, SIZE_MAX);
    for (size_t i = 0; i < n && cursor_ok(c); i++) {
        json_push(array, value_json(c));
    }
    return array;
}

static json_t *map_json(struct cursor *c)
{
    json_t *object = json_object();
    size_t n = cursor_map(c, SIZE_MAX);
    for (size_t i = 0; i < n && cursor_ok(c); i++) {
        struct slice key = cursor_str(c);
        char name[LIMIT_FIELD_KEY + 1] = "";
        size_t length = key.n < LIMIT_FIELD_KEY ? key.n : LIMIT_FIELD_KEY;
        for (size_t k = 0; k < length; k++) {
            name[k] = (char)key.p[k];
        }
        json_put(object, name, value_json(c));
    }
    return object;
}

static json_t *bin_json(struct slice bytes)
{
    json_t *value = json_of_bytes(bytes);
    if (bytes.n != sizeof(struct hash) && json_is_object(value)) {
        return value;
    }
    // Ids, and bytes that happen to be text: they were bytes all the same, so say so.
    json_decref(value);
    value = json_object();
    json_put(value, "hex", json_of_hex(bytes));
    return value;
}

static json_t *value_json(struct cursor *c)
{
    switch (cursor_peek(c)) {
    case CURSOR_UINT:
        return json_of_number(cursor_uint(c));
    case CURSOR_STR:
        return json_of_bytes(cursor_str(c));
    case CURSOR_BIN:
        return bin_json(cursor_bin(c));
    case CURSOR_BOOL:
        return json_boolean(cursor_bool(c));
    case CURSOR_ARRAY:
        return array_json(c);
    case CURSOR_MAP:
        return map_json(c);
    case CURSOR_END:
    case CURSOR_BAD:
        break;
    }
    cursor_fail(c);
    return json_null();
}

static json_t *part_json(const struct part *p)
{
    static const char *const states[] = {
        [PART_WITHHELD] = "withheld", [PART_TO_COME] = "to come", [PART_ERASED] = "erased",
    };
    if (p->state != PART_DISCLOSED) {
        return json_string(states[p->state]);
    }
    struct cursor c = cursor_new(p->bytes, true);
    json_t *value = value_json(&c);
    if (cursor_done(&c)) {
        return value;
    }
    json_decref(value);
    return bin_json(p->bytes); // a sealed part, or one of a later version
}

json_t *parts_json(const struct entry *e, const struct disclosure *d)
{
    json_t *object = json_object();
    for (size_t i = 0; i < e->part_count && i < d->count; i++) {
        const struct part *p = &d->parts[i];
        if (p->state == PART_DISCLOSED && p->bytes.n == 0) {
            continue;
        }
        char name[LIMIT_PART_NAME + 1] = "";
        for (size_t k = 0; k < e->parts[i].name.n && k < LIMIT_PART_NAME; k++) {
            name[k] = (char)e->parts[i].name.p[k];
        }
        json_put(object, name, part_json(p));
    }
    return object;
}
