// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Names and keys of those who may open. Read first: recipients.h.
#include "node/desk/recipients.h"

#include "common/format/armor.h"

#define KEY_SHOWN 12 // hex digits of a key that has no name

static const struct charter_officer *officer_of(const struct charter *c, struct boxkey key)
{
    for (size_t i = 0; i < c->officer_count; i++) {
        if (boxkey_equal(c->officers[i].key, key)) {
            return &c->officers[i];
        }
    }
    return NULL;
}

static void why_unknown(const struct charter *c, struct slice name, struct why *why)
{
    struct buf names = buf_new(LIMIT_PROTECT_KEYS * (LIMIT_CODE_BYTES + 2));
    for (size_t i = 0; i < c->officer_count; i++) {
        buf_printf(&names, "%s%.*s", i == 0 ? "" : ", ", (int)c->officers[i].name.n,
                   (const char *)c->officers[i].name.p);
    }
    why_set(why, "\"%.*s\" is not in the charter; those who may open what is sealed: %.*s", (int)name.n,
            (const char *)name.p, (int)names.n, (const char *)names.p);
    buf_done(&names);
}

static void take(struct recipients *r, struct boxkey key)
{
    for (size_t i = 0; i < r->n; i++) {
        if (boxkey_equal(r->keys[i], key)) {
            return;
        }
    }
    r->keys[r->n++] = key;
}

bool recipients_find(const struct charter *c, const struct code_set *names, struct recipients *out, struct why *why)
{
    struct recipients r = { .n = 0 };
    for (size_t i = 0; i < names->n; i++) {
        const struct charter_officer *found = NULL;
        for (size_t k = 0; k < c->officer_count; k++) {
            found = slice_equal(c->officers[k].name, names->codes[i]) ? &c->officers[k] : found;
        }
        if (found == NULL) {
            why_unknown(c, names->codes[i], why);
            return false;
        }
        take(&r, found->key);
    }
    if (names->n == 0) {
        r.n = charter_officer_keys(c, r.keys);
    }
    if (r.n < SEALED_FEWEST) {
        why_set(why, "it is sealed to at least %d, so that no one of them alone decides whether it is ever read: name "
                     "another, or nobody for all of the charter", SEALED_FEWEST);
        return false;
    }
    *out = r;
    return true;
}

static void put_name(const struct charter *c, struct boxkey key, struct buf *out)
{
    const struct charter_officer *officer = officer_of(c, key);
    if (officer != NULL) {
        buf_put(out, officer->name);
    } else {
        buf_put_text(out, "key ");
        armor_put_hex(out, slice_of(key.b, KEY_SHOWN / 2));
    }
}

void recipients_put(const struct charter *c, const struct boxkey *keys, size_t n, struct buf *out)
{
    CHECK(n > 0);
    for (size_t i = 0; i < n; i++) {
        buf_put_text(out, i == 0 ? "" : i + 1 == n ? " and " : ", ");
        put_name(c, keys[i], out);
    }
}

bool recipients_put_sealed(const struct charter *c, struct slice part, struct buf *out)
{
    struct boxkey keys[LIMIT_PROTECT_KEYS];
    const size_t n = sealed_recipients(part, keys);
    if (n == 0) {
        return false;
    }
    buf_put_text(out, "(sealed to ");
    recipients_put(c, keys, n, out);
    buf_put_u8(out, ')');
    return true;
}

json_t *recipients_json(const struct charter *c, struct slice part)
{
    struct boxkey keys[LIMIT_PROTECT_KEYS];
    const size_t n = sealed_recipients(part, keys);
    if (n == 0) {
        return NULL;
    }
    json_t *o = json_object();
    json_t *to = json_array();
    for (size_t i = 0; i < n; i++) {
        struct buf name = buf_new(LIMIT_CODE_BYTES + 4 + KEY_SHOWN);
        put_name(c, keys[i], &name);
        json_push(to, json_of_bytes(buf_slice(&name)));
        buf_done(&name);
    }
    json_put(o, "to", to);
    json_put(o, "bytes", json_of_number(part.n));
    return o;
}
