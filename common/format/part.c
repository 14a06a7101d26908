// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Commitments of parts and the form of disclosures.
// It never reads what a part says.
// Read first: docs/PROTOCOL.md, "Parts".
#include "common/format/part.h"

#include "common/base/fault.h"
#include "common/format/pack.h"

#include <string.h>

#define PART_PREFIX "baraza/part/v1" // its NUL is hashed with it

static struct symkey seed_key(struct seed seed)
{
    struct symkey key;
    memcpy(key.b, seed.b, sizeof key.b);
    return key;
}

static struct salt salt_under(const struct hmac *h, struct slice name)
{
    struct hash digest = hmac_under(h, name);
    struct salt salt;
    memcpy(salt.b, digest.b, sizeof salt.b);
    if (FAULT(SALT_THE_SAME)) {
        salt = (struct salt){ 0 };
    }
    return salt;
}

struct salt part_salt(struct seed seed, struct slice name)
{
    struct hmac h = hmac_key(seed_key(seed));
    return salt_under(&h, name);
}

struct part_base part_base(const struct place *place)
{
    struct part_base base;
    sha256_init(&base.state);
    sha256_add(&base.state, slice_of(PART_PREFIX, sizeof PART_PREFIX));
    sha256_add(&base.state, SLICE_ARRAY(place->consultation.b));
    sha256_add(&base.state, SLICE_ARRAY(place->author.b));
    sha256_add(&base.state, SLICE_ARRAY(place->incarnation.b));
    sha256_add_u64be(&base.state, place->seq);
    return base;
}

struct hash part_commit_on(const struct part_base *base, struct slice name, struct salt salt, struct slice bytes)
{
    // One call to the hash for all that is short: a call costs more than the bytes.
    uint8_t head[1 + LIMIT_PART_NAME + sizeof salt.b + 8];
    CHECK(name.n <= LIMIT_PART_NAME);
    size_t n = 0;
    head[n++] = (uint8_t)name.n;
    memcpy(head + n, name.p, name.n);
    n += name.n;
    memcpy(head + n, salt.b, sizeof salt.b);
    n += sizeof salt.b;
    be64_put(head + n, bytes.n);
    n += 8;
    struct sha256 state = base->state;
    sha256_add(&state, slice_of(head, n));
    sha256_add(&state, bytes);
    return sha256_done(&state);
}

struct hash part_commit(const struct place *place, struct slice name, struct salt salt, struct slice bytes)
{
    struct part_base base = part_base(place);
    return part_commit_on(&base, name, salt, bytes);
}

void disclosure_derive(struct disclosure *d, const struct part_ref *refs)
{
    CHECK(d->has_seed);
    struct hmac h = hmac_key(seed_key(d->seed));
    for (size_t i = 0; i < d->count; i++) {
        if (d->parts[i].state == PART_DISCLOSED) {
            d->parts[i].salt = salt_under(&h, refs[i].name);
        }
    }
    mem_wipe(&h, sizeof h);
}

static bool sizes_fit(const struct disclosure *d)
{
    size_t left = LIMIT_DISCLOSURE_BYTES;
    for (size_t i = 0; i < d->count; i++) {
        if (d->parts[i].state != PART_DISCLOSED) {
            continue;
        }
        if (d->parts[i].bytes.n > left) {
            return false;
        }
        left -= d->parts[i].bytes.n;
    }
    return true;
}

enum verdict disclosure_check(const struct disclosure *d, const struct place *place, const struct part_ref *refs,
                              size_t count)
{
    if (d->count != count) {
        return VERDICT_NOT_CANONICAL;
    }
    if (!sizes_fit(d)) {
        return VERDICT_TOO_LARGE;
    }
    struct part_base base = part_base(place);
    for (size_t i = 0; i < count; i++) {
        const struct part *p = &d->parts[i];
        if (p->state == PART_DISCLOSED &&
            !hash_equal(part_commit_on(&base, refs[i].name, p->salt, p->bytes), refs[i].commitment)) {
            return VERDICT_BAD_PART;
        }
    }
    return VERDICT_GOOD;
}

// PROTOCOL 4.2
bool part_seed_allowed(enum part_state state)
{
    return state == PART_DISCLOSED || state == PART_TO_COME;
}

void disclosure_make(const struct disclosure *d, struct buf *out)
{
    CHECK(d->count <= LIMIT_PARTS);
    pack_array(out, 2);
    pack_bin(out, d->has_seed ? SLICE_ARRAY(d->seed.b) : slice_of(NULL, 0));
    pack_array(out, d->count);
    for (size_t i = 0; i < d->count; i++) {
        const struct part *p = &d->parts[i];
        CHECK(!d->has_seed || part_seed_allowed(p->state));
        if (p->state == PART_DISCLOSED) {
            pack_array(out, 2);
            pack_bin(out, d->has_seed ? slice_of(NULL, 0) : SLICE_ARRAY(p->salt.b));
            pack_bin(out, p->bytes);
        } else {
            pack_uint(out, p->state);
        }
    }
}

static void read_part(struct cursor *c, bool has_seed, struct part *out)
{
    if (cursor_peek(c) == CURSOR_UINT) {
        uint64_t state = cursor_uint(c);
        if (state > PART_ERASED || (has_seed && !part_seed_allowed((enum part_state)state))) {
            cursor_fail(c);
            return;
        }
        out->state = (enum part_state)state;
        return;
    }
    out->state = PART_DISCLOSED;
    cursor_array_of(c, 2);
    if (has_seed) {
        cursor_bin_fixed(c, out->salt.b, 0);
    } else {
        cursor_bin_fixed(c, out->salt.b, sizeof out->salt.b);
    }
    out->bytes = cursor_bin(c);
}

enum verdict disclosure_parse(struct slice s, struct disclosure *out)
{
    struct disclosure d = { 0 };
    struct cursor c = cursor_new(s, false);
    cursor_array_of(&c, 2);
    struct slice seed = cursor_bin(&c);
    d.has_seed = seed.n == sizeof d.seed.b;
    if (d.has_seed) {
        memcpy(d.seed.b, seed.p, seed.n);
    } else if (seed.n != 0) {
        cursor_fail(&c);
    }
    d.count = cursor_array(&c, LIMIT_PARTS);
    for (size_t i = 0; i < d.count && cursor_ok(&c); i++) {
        read_part(&c, d.has_seed, &d.parts[i]);
    }
    if (!cursor_done(&c)) {
        return VERDICT_NOT_CANONICAL;
    }
    if (!sizes_fit(&d)) {
        return VERDICT_TOO_LARGE;
    }
    *out = d;
    return VERDICT_GOOD;
}

uint64_t disclosure_bitmap(const struct disclosure *d)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < d->count; i++) {
        bits |= (uint64_t)(d->parts[i].state == PART_DISCLOSED) << i;
    }
    return bits;
}

uint64_t disclosure_settled(const struct disclosure *d)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < d->count; i++) {
        bits |= (uint64_t)(d->parts[i].state == PART_DISCLOSED || d->parts[i].state == PART_ERASED) << i;
    }
    return bits;
}

uint64_t disclosure_erase(struct disclosure *d, const struct part_ref *refs, uint64_t mask)
{
    const uint64_t given = disclosure_bitmap(d) & mask;
    for (size_t i = 0; i < d->count; i++) {
        if ((mask >> i & 1) == 0 || d->parts[i].state == PART_ERASED) {
            continue;
        }
        if (d->has_seed) { // PROTOCOL 4.2: the seed tells every salt
            disclosure_derive(d, refs);
            d->has_seed = false;
            mem_wipe(&d->seed, sizeof d->seed);
        }
        mem_wipe(&d->parts[i], sizeof d->parts[i]);
        d->parts[i].state = PART_ERASED;
    }
    return given;
}
