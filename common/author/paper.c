// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Numbers and codes of paper forms. Read first: paper.h.
#include "common/author/paper.h"

#include "common/format/armor.h"
#include "common/store/cell.h"
#include "common/store/store.h"

#include <stdlib.h>
#include <string.h>

#define NAME "forms-"
#define NAME_HASH 16 // bytes of the forum's hash in the name
#define NAME_BYTES (sizeof NAME + (size_t)2 * NAME_HASH)
#define PREFIX "x-" NAME // as store_value_put names it

static const char forum_prefix[] = "baraza/paper/v1";

// The value's name: no forum's code stands in it readable.
static void name_of(struct slice area, struct slice code, char out[static NAME_BYTES])
{
    struct buf b = buf_new(256);
    buf_put(&b, slice_of(forum_prefix, sizeof forum_prefix)); // and its NUL
    buf_put(&b, area);
    buf_put_u8(&b, 0);
    buf_put(&b, code);
    const struct hash h = hash_of(buf_slice(&b));
    buf_reset(&b);
    buf_put_text(&b, NAME);
    armor_put_hex(&b, slice_of(h.b, NAME_HASH));
    CHECK(b.n == NAME_BYTES - 1);
    memcpy(out, b.p, b.n);
    out[b.n] = '\0';
    buf_done(&b);
}

// --- the sealed value: u8 length ‖ wrapped key ‖ sealed (secret ‖ (u64 from ‖ u64 count) …) ---

#define PLAIN_MOST (32 + 16 * LIMIT_PAPER_RANGES)

static void seal(const struct store_key *key, const char *name, struct slice plain, struct buf *out)
{
    struct buf sealed = buf_new(PLAIN_MOST + VAULT_SEAL_BYTES);
    struct wrapped wrapped;
    vault_seal(key, hash_of(slice_text(name)), plain, &sealed, &wrapped);
    buf_put_u8(out, wrapped.n);
    buf_put(out, slice_of(wrapped.b, wrapped.n));
    buf_put(out, buf_slice(&sealed));
    CHECK(buf_ok(&sealed) && buf_ok(out));
    buf_done(&sealed);
}

static enum err unseal(const struct store_key *key, const char *name, struct slice value, struct buf *plain)
{
    const size_t n = value.n > 0 ? value.p[0] : 0;
    if (value.n < 1 + n) {
        return ERR_CORRUPT;
    }
    return vault_open(key, hash_of(slice_text(name)), slice_of(value.p + 1, n),
                      slice_of(value.p + 1 + n, value.n - 1 - n), plain);
}

static bool parse(struct slice plain, struct paper *out)
{
    struct paper p = { .n = 0 };
    if (plain.n < sizeof p.secret || (plain.n - sizeof p.secret) % 16 != 0 || plain.n > PLAIN_MOST) {
        return false;
    }
    memcpy(p.secret, plain.p, sizeof p.secret);
    for (size_t at = sizeof p.secret; at < plain.n; at += 16) {
        p.ranges[p.n++] = (struct paper_range){ be64_get(plain.p + at), be64_get(plain.p + at + 8) };
    }
    *out = p;
    return true;
}

static void put(struct kv_txn *t, const struct store_key *key, const char *name, const struct paper *p)
{
    struct buf plain = buf_new(PLAIN_MOST);
    struct buf value = buf_new(PLAIN_MOST + 1024);
    buf_put(&plain, SLICE_ARRAY(p->secret));
    for (size_t i = 0; i < p->n; i++) {
        buf_put_u64be(&plain, p->ranges[i].from);
        buf_put_u64be(&plain, p->ranges[i].count);
    }
    seal(key, name, buf_slice(&plain), &value);
    store_value_put(t, name, buf_slice(&value));
    buf_wipe(&plain);
    buf_done(&plain);
    buf_done(&value);
}

static enum err load(struct kv_txn *t, const struct store_key *key, const char *name, struct paper *out)
{
    struct slice value;
    struct buf plain = buf_new(PLAIN_MOST);
    *out = (struct paper){ .n = 0 };
    enum err e = store_value_get(t, name, &value);
    if (e == OK) {
        e = unseal(key, name, value, &plain);
        e = e == OK && !parse(buf_slice(&plain), out) ? ERR_CORRUPT : e;
    }
    buf_wipe(&plain);
    buf_done(&plain);
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err paper_load(struct kv_txn *t, const struct store_key *key, struct slice area, struct slice code,
                    struct paper *out)
{
    char name[NAME_BYTES];
    name_of(area, code, name);
    return load(t, key, name, out);
}

// --- printing ---

// Puts a range in its place, together with one that it continues. False when there is no place for it.
static bool add_range(struct paper *p, uint64_t from, uint64_t count)
{
    size_t at = 0;
    while (at < p->n && p->ranges[at].from < from) {
        at++;
    }
    if (at > 0 && p->ranges[at - 1].from + p->ranges[at - 1].count == from) {
        p->ranges[at - 1].count += count;
        return true;
    }
    if (p->n == LIMIT_PAPER_RANGES) {
        return false;
    }
    memmove(&p->ranges[at + 1], &p->ranges[at], (p->n - at) * sizeof *p->ranges);
    p->ranges[at] = (struct paper_range){ from, count };
    p->n++;
    return true;
}

// What is sealed under a key that was renewed meanwhile could soon be opened by nobody.
static enum err check_key(struct kv_txn *t, const struct store_key *key)
{
    struct boxkey half;
    uint8_t id[8];
    enum err e = store_seal_key_get(t, &half, id);
    if (e == OK && memcmp(id, key->id, sizeof id) != 0) {
        e = ERR_AGAIN;
    }
    return e == ERR_NOT_FOUND ? OK : e; // nobody wrote here yet
}

enum err paper_print(struct kv_txn *t, const struct store_key *key, struct slice area, struct slice code,
                     uint64_t from, uint64_t count, struct paper *out, uint64_t *first)
{
    char name[NAME_BYTES];
    struct paper p;
    name_of(area, code, name);
    enum err e = check_key(t, key);
    if (e == OK) {
        e = load(t, key, name, &p);
    }
    if (e != OK) {
        return e;
    }
    if (p.n == 0) {
        ident_random(p.secret, sizeof p.secret);
    }
    if (from == 0) {
        from = p.n == 0 ? 1 : p.ranges[p.n - 1].from + p.ranges[p.n - 1].count;
    }
    const bool fits = count > 0 && count <= PAPER_NUMBER_MOST && from <= PAPER_NUMBER_MOST - count + 1;
    for (size_t i = 0; fits && i < p.n && e == OK; i++) {
        const bool meets = from < p.ranges[i].from + p.ranges[i].count && p.ranges[i].from < from + count;
        e = meets ? ERR_EXISTS : OK;
    }
    if (e == OK && (!fits || !add_range(&p, from, count))) {
        e = ERR_TOO_BIG;
    }
    if (e == OK) {
        put(t, key, name, &p);
        *out = p;
        *first = from;
        e = kv_error(t);
    }
    mem_wipe(&p, sizeof p);
    return e;
}

bool paper_has(const struct paper *p, uint64_t number)
{
    for (size_t i = 0; i < p->n; i++) {
        if (number >= p->ranges[i].from && number - p->ranges[i].from < p->ranges[i].count) {
            return true;
        }
    }
    return false;
}

uint64_t paper_count(const struct paper *p)
{
    uint64_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        n += p->ranges[i].count;
    }
    return n;
}

struct slip paper_slip(const struct paper *p, uint64_t number)
{
    uint8_t be[8];
    struct symkey secret;
    CHECK(paper_has(p, number) && sizeof secret.b == sizeof p->secret);
    memcpy(secret.b, p->secret, sizeof secret.b);
    be64_put(be, number);
    const struct hash h = hmac_of(secret, SLICE_ARRAY(be));
    mem_wipe(&secret, sizeof secret);
    return slip_make(h.b);
}

uint64_t paper_number(const struct paper *p, const struct slip *slip)
{
    for (size_t i = 0; i < p->n; i++) {
        for (uint64_t k = 0; k < p->ranges[i].count; k++) {
            const struct slip other = paper_slip(p, p->ranges[i].from + k);
            if (slip_equal(&other, slip)) {
                return p->ranges[i].from + k;
            }
        }
    }
    return 0;
}

enum err paper_rewrap(struct kv_txn *t, const struct store_key *key)
{
    char (*names)[NAME_BYTES] = NULL;
    size_t n = 0;
    struct kv_range range = kv_range_new(t, DB_META, SLICE_LITERAL(PREFIX), slice_of(NULL, 0));
    while (kv_range_next(&range)) {
        if (range.key.n == NAME_BYTES - 1 + 2) {
            names = mem_grow(names, n + 1, sizeof *names);
            memcpy(names[n], range.key.p + 2, NAME_BYTES - 1);
            names[n++][NAME_BYTES - 1] = '\0';
        }
    }
    kv_range_done(&range);
    enum err e = kv_error(t);
    for (size_t i = 0; i < n && e == OK; i++) {
        struct paper p;
        const enum err loaded = load(t, key, names[i], &p);
        if (loaded == OK) {
            put(t, key, names[i], &p);
        }
        e = kv_error(t);
        mem_wipe(&p, sizeof p);
    }
    free(names);
    return e;
}
