// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See forum_json.h.
#include "node/page/forum_json.h"

#include "common/format/armor.h"
#include "node/desk/sealing.h"

bool forum_json_texts(const json_t *object, const char *name, struct slice *out, size_t max, size_t *n)
{
    const json_t *list = json_object_get(object, name);
    if (list == NULL) {
        *n = 0;
        return true;
    }
    if (!json_is_array(list) || json_array_size(list) > max) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *text = json_array_get(list, i);
        if (!json_is_string(text)) {
            return false;
        }
        out[i] = slice_of((const uint8_t *)json_string_value(text), json_string_length(text));
    }
    *n = json_array_size(list);
    return true;
}

static void put_hex(struct hash id, char out[static FORUM_JSON_ID])
{
    for (size_t i = 0; i < sizeof id.b; i++) {
        snprintf(out + 2 * i, 3, "%02x", id.b[i]);
    }
}

enum err forum_json_session(struct page_call *c, struct hash id, struct local_session *out, struct trouble *t)
{
    struct local_session found;
    struct why why = { "" };
    char text[FORUM_JSON_ID];
    put_hex(id, text);
    const enum err e = local_session_find(c->desk, text, &found, &why);
    if (e == ERR_NOT_FOUND) {
        return trouble_with(t, TROUBLE_FORUM_GONE, TROUBLE_STRING(text));
    }
    if (e == OK && out != NULL) {
        *out = found;
    }
    return trouble_of_err(t, e, &why);
}

enum err forum_json_id(struct page_call *c, char id[static FORUM_JSON_ID], struct trouble *t)
{
    struct hash hash;
    if (!json_hex(c->in, "id", hash.b, sizeof hash.b)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    put_hex(hash, id);
    return OK;
}

bool forum_json_field(struct slice field, char id[static FORUM_JSON_ID])
{
    struct hash hash;
    if (!armor_hex_fixed(field, hash.b, sizeof hash.b)) {
        return false;
    }
    put_hex(hash, id);
    return true;
}

json_t *forum_json_seal(struct hash seal)
{
    struct buf digits = buf_new(64);
    json_t *list = json_array();
    sealing_put_seal(&digits, seal);
    struct slice rest = buf_slice(&digits);
    for (size_t from = 0; from < rest.n; from += 5) { // four digits and what stands between
        json_push(list, json_of_bytes(slice_of(rest.p + from, rest.n - from < 4 ? rest.n - from : 4)));
    }
    buf_done(&digits);
    return list;
}
