// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading JSON. Jansson recurses and allocates for whatever it is given, so depth and number of values are counted
// first. Read first: json_read.h.
#include "common/ops/json_read.h"

#include "common/format/armor.h"
#include "common/limits.h"

#include <malloc.h>
#include <stdlib.h>

// True when text is within the bounds, as far as brackets and commas outside of strings tell.
static bool is_bounded(struct slice text)
{
    size_t depth = 0, values = 1;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        const uint8_t c = text.p[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
            continue;
        }
        in_string = c == '"';
        depth += c == '{' || c == '[';
        depth -= depth > 0 && (c == '}' || c == ']');
        values += c == ',' || c == '{' || c == '[';
        if (depth > LIMIT_JSON_DEPTH || values > LIMIT_JSON_VALUES) {
            return false;
        }
    }
    return true;
}

json_t *json_read(struct slice text)
{
    json_t *value = is_bounded(text) ? json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!json_is_object(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

static void wipe_and_free(void *p)
{
    if (p != NULL) {
        mem_wipe(p, malloc_usable_size(p));
        free(p);
    }
}

void json_wipe_what_is_freed(void)
{
    json_set_alloc_funcs(malloc, wipe_and_free);
}

bool json_text(const json_t *object, const char *name, struct slice *out)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) {
        return false;
    }
    *out = slice_of(json_string_value(value), json_string_length(value));
    return true;
}

bool json_number(const json_t *object, const char *name, uint64_t *out)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return false;
    }
    *out = (uint64_t)json_integer_value(value);
    return true;
}

bool json_yes(const json_t *object, const char *name, bool *out)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_boolean(value)) {
        return false;
    }
    *out = json_is_true(value);
    return true;
}

bool json_hex(const json_t *object, const char *name, void *out, size_t n)
{
    struct slice text;
    return json_text(object, name, &text) && armor_hex_fixed(text, out, n);
}
