// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Choices of people, one value of the store: [[author key, language, explained] …]. Read first: prefs.h.
#include "node/page/prefs.h"

#include "common/format/pack.h"
#include "common/limits.h"

#include <string.h>

#define NAME "page"
#define VALUE_BYTES (LIMIT_PERSONS * (PREFS_LANGUAGE + 48))

struct all {
    size_t n;
    struct prefs of[LIMIT_PERSONS];
};

bool prefs_language_ok(struct slice tag)
{
    bool good = tag.n >= 2 && tag.n <= PREFS_LANGUAGE && tag.p[0] != '-' && tag.p[1] != '-' && tag.p[tag.n - 1] != '-';
    for (size_t i = 0; good && i < tag.n; i++) {
        const uint8_t c = tag.p[i];
        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    }
    return good;
}

static enum err load(struct kv_txn *t, struct all *out)
{
    struct slice value;
    *out = (struct all){ .n = 0 };
    enum err e = store_value_get(t, NAME, &value);
    if (e != OK) {
        return e == ERR_NOT_FOUND ? kv_error(t) : e;
    }
    struct cursor c = cursor_new(value, false);
    out->n = cursor_array(&c, LIMIT_PERSONS);
    for (size_t i = 0; i < out->n; i++) {
        struct prefs *p = &out->of[i];
        cursor_array_of(&c, 3);
        cursor_bin_fixed(&c, p->key.b, sizeof p->key.b);
        struct slice language = cursor_str(&c);
        if (language.n > PREFS_LANGUAGE) {
            cursor_fail(&c);
            break;
        }
        memcpy(p->language, language.p, language.n);
        p->explained = cursor_uint(&c) != 0;
    }
    return cursor_done(&c) ? OK : ERR_CORRUPT;
}

static void store(struct kv_txn *t, const struct all *all)
{
    struct buf value = buf_new(VALUE_BYTES);
    pack_array(&value, all->n);
    for (size_t i = 0; i < all->n; i++) {
        pack_array(&value, 3);
        pack_bin(&value, SLICE_ARRAY(all->of[i].key.b));
        pack_text(&value, all->of[i].language);
        pack_uint(&value, all->of[i].explained);
    }
    CHECK(buf_ok(&value));
    store_value_put(t, NAME, buf_slice(&value));
    buf_done(&value);
}

static size_t index_of(const struct all *all, struct pubkey key)
{
    size_t i = 0;
    while (i < all->n && !pubkey_equal(all->of[i].key, key)) {
        i++;
    }
    return i;
}

enum err prefs_get(struct state *state, struct pubkey key, struct prefs *out)
{
    struct kv_txn *t = NULL;
    struct all all = { .n = 0 };
    enum err e = kv_begin_read(state_kv(state), &t);
    if (e == OK) {
        e = load(t, &all);
    }
    kv_abort(t);
    if (e == OK) {
        const size_t i = index_of(&all, key);
        *out = i < all.n ? all.of[i] : (struct prefs){ .key = key };
    }
    return e;
}

enum err prefs_put(struct state *state, const struct prefs *p)
{
    struct kv_txn *t = NULL;
    struct all all = { .n = 0 };
    enum err e = kv_begin_write(state_kv(state), &t);
    if (e == OK) {
        e = load(t, &all);
    }
    const size_t i = e == OK ? index_of(&all, p->key) : 0;
    if (e == OK && i == LIMIT_PERSONS) {
        e = ERR_FULL;
    }
    if (e != OK) {
        kv_abort(t);
        return e;
    }
    all.of[i] = *p;
    all.n = i < all.n ? all.n : i + 1;
    store(t, &all);
    return kv_commit(t);
}
