// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// JSON values for listings. Never for foreign JSON: that is read with Jansson and JSON_REJECT_DUPLICATES.
#include "common/ops/json.h"

#include "common/base/text.h"
#include "common/format/armor.h"

#include <stdlib.h>
#include <string.h>

static json_t *json_of_text(struct slice text)
{
    json_t *value = json_stringn((const char *)text.p, text.n);
    CHECK(value != NULL);
    return value;
}

json_t *json_of_bytes(struct slice bytes)
{
    if (text_utf8_ok(bytes)) {
        return json_of_text(bytes.n == 0 ? SLICE_LITERAL("") : bytes);
    }
    struct buf text = buf_new(bytes.n / 3 * 4 + 8);
    armor_put_base64(&text, bytes);
    CHECK(buf_ok(&text));
    json_t *object = json_object();
    json_put(object, "base64", json_of_text(buf_slice(&text)));
    buf_done(&text);
    return object;
}

json_t *json_of_path(const char *path)
{
    return json_of_bytes(slice_text(path));
}

json_t *json_of_hex(struct slice bytes)
{
    struct buf text = buf_new(2 * bytes.n + 1);
    armor_put_hex(&text, bytes);
    CHECK(buf_ok(&text));
    json_t *value = json_of_text(text.n == 0 ? SLICE_LITERAL("") : buf_slice(&text));
    buf_done(&text);
    return value;
}

json_t *json_of_number(uint64_t n)
{
    if (n > INT64_MAX) {
        struct buf digits = buf_new(32);
        buf_printf(&digits, "%llu", (unsigned long long)n);
        json_t *text = json_of_text(buf_slice(&digits));
        buf_done(&digits);
        return text;
    }
    json_t *value = json_integer((json_int_t)n);
    CHECK(value != NULL);
    return value;
}

void json_put(json_t *object, const char *key, json_t *value)
{
    CHECK(json_object_set_new(object, key, value) == 0);
}

void json_put_named(json_t *object, struct slice key, json_t *value)
{
    CHECK(json_object_setn_new(object, key.n == 0 ? "" : (const char *)key.p, key.n, value) == 0);
}

void json_push(json_t *array, json_t *value)
{
    CHECK(json_array_append_new(array, value) == 0);
}

void json_print(const json_t *value, struct buf *out)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    CHECK(text != NULL);
    const size_t n = strlen(text);
    uint8_t *p = buf_room(out, n + 1); // at once: what grows leaves a copy behind
    if (p != NULL) {
        memcpy(p, text, n);
        p[n] = '\n';
    }
    mem_wipe(text, n); // it may be what somebody said
    free(text);
}
