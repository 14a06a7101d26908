// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Making and taking apart entries: form, id, signature.
// It must never judge who may say what, nor read a body beyond its form.
// Read first: docs/PROTOCOL.md, "Entry".
#include "common/format/entry.h"

#include "common/base/fault.h"
#include "common/base/text.h"
#include "common/format/merkle.h"
#include "common/format/pack.h"

#include <string.h>

#define ENTRY_FIELDS 14
#define REF_BYTES (2 + sizeof(struct hash)) // a bin 8 head and the hash

struct hash entry_ref(const struct entry *e, size_t i)
{
    struct hash h;
    CHECK(i < e->ref_count);
    memcpy(h.b, e->refs.p + i * REF_BYTES + 2, sizeof h.b);
    return h;
}

struct hash entry_id(struct slice bytes)
{
    return merkle_leaf(bytes);
}

// Names of kinds and parts: lower-case ASCII letters and '-', a letter first.
static bool name_ok(struct slice s, size_t max)
{
    if (s.n == 0 || s.n > max || s.p[0] == '-') {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if ((s.p[i] < 'a' || s.p[i] > 'z') && s.p[i] != '-') {
            return false;
        }
    }
    return true;
}

static void read_refs(struct cursor *c, struct entry *e)
{
    struct hash ignored;
    e->ref_count = cursor_array(c, LIMIT_REFS);
    const uint8_t *start = c->rest.p;
    for (size_t i = 0; i < e->ref_count; i++) {
        cursor_bin_fixed(c, ignored.b, sizeof ignored.b);
    }
    if (cursor_ok(c)) {
        e->refs = slice_of(start, e->ref_count * REF_BYTES);
    }
}

static bool name_is_new(const struct entry *e, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (slice_equal(e->parts[j].name, e->parts[i].name)) {
            return false;
        }
    }
    return true;
}

static void read_parts(struct cursor *c, struct entry *e)
{
    e->part_count = cursor_array(c, LIMIT_PARTS);
    for (size_t i = 0; i < e->part_count && cursor_ok(c); i++) {
        cursor_array_of(c, 2);
        e->parts[i].name = cursor_str(c);
        cursor_bin_fixed(c, e->parts[i].commitment.b, sizeof e->parts[i].commitment.b);
        if (!name_ok(e->parts[i].name, LIMIT_PART_NAME) || !name_is_new(e, i)) {
            cursor_fail(c);
        }
    }
}

// PROTOCOL 3.4: a body holds unsigned integers, bytes, codes, and arrays of them; so no free text hides in a header.
// The cursor bounds the depth of the recursion.
static void read_body_value(struct cursor *c)
{
    switch (cursor_peek(c)) {
    case CURSOR_UINT:
        cursor_uint(c);
        return;
    case CURSOR_BIN:
        cursor_bin(c);
        return;
    case CURSOR_STR:
        if (!text_code_ok(cursor_str(c))) {
            cursor_fail(c);
        }
        return;
    case CURSOR_ARRAY: {
        size_t n = cursor_array(c, LIMIT_BODY_BYTES);
        for (size_t i = 0; i < n && cursor_ok(c); i++) {
            read_body_value(c);
        }
        return;
    }
    case CURSOR_MAP:
    case CURSOR_BOOL:
    case CURSOR_END:
    case CURSOR_BAD:
        cursor_fail(c);
        return;
    }
}

static void read_body(struct cursor *c, struct entry *e)
{
    const uint8_t *start = c->rest.p;
    if (cursor_peek(c) != CURSOR_ARRAY) {
        cursor_fail(c);
        return;
    }
    read_body_value(c);
    if (cursor_ok(c)) {
        e->body = slice_of(start, (size_t)(c->rest.p - start));
    }
}

// PROTOCOL 3.6: what holds between fields of a header, beyond their types.
static bool fields_ok(const struct entry *e, uint64_t version)
{
    return version == ENTRY_VERSION && name_ok(e->kind, LIMIT_KIND_BYTES) && e->clock_class <= 1 &&
           e->body.n <= LIMIT_BODY_BYTES && hash_is_zero(e->prev) == (e->place.seq == 0) &&
           (e->seen_size > 0 || hash_equal(e->seen_root, merkle_empty()));
}

static bool read_header(struct slice header, struct entry *e)
{
    struct cursor c = cursor_new(header, false);
    cursor_array_of(&c, ENTRY_FIELDS);
    uint64_t version = cursor_uint(&c);
    e->kind = cursor_str(&c);
    cursor_bin_fixed(&c, e->place.consultation.b, sizeof e->place.consultation.b);
    cursor_bin_fixed(&c, e->place.author.b, sizeof e->place.author.b);
    cursor_bin_fixed(&c, e->place.incarnation.b, sizeof e->place.incarnation.b);
    e->place.seq = cursor_uint(&c);
    cursor_bin_fixed(&c, e->prev.b, sizeof e->prev.b);
    e->seen_size = cursor_uint(&c);
    cursor_bin_fixed(&c, e->seen_root.b, sizeof e->seen_root.b);
    e->claimed_s = cursor_uint(&c);
    e->clock_class = cursor_uint(&c);
    read_refs(&c, e);
    read_parts(&c, e);
    read_body(&c, e);
    return cursor_done(&c) && fields_ok(e, version);
}

enum verdict entry_parse(struct slice bytes, struct entry *out)
{
    if (bytes.n > LIMIT_ENTRY_BYTES) {
        return VERDICT_TOO_LARGE;
    }
    struct entry e = { .bytes = bytes };
    struct cursor c = cursor_new(bytes, false);
    cursor_array_of(&c, 2);
    e.header = cursor_bin(&c);
    cursor_bin_fixed(&c, e.signature.b, sizeof e.signature.b);
    if (!cursor_done(&c) || !read_header(e.header, &e)) {
        return VERDICT_NOT_CANONICAL;
    }
    e.id = entry_id(bytes);
    *out = e;
    return VERDICT_GOOD;
}

// What is signed: u64be len(header) ‖ header; ident adds the prefix and its NUL.
struct signed_bytes {
    uint8_t p[8 + LIMIT_HEADER_BYTES];
    size_t n;
};

static struct slice to_sign(struct slice header, struct signed_bytes *s)
{
    CHECK(header.n <= LIMIT_HEADER_BYTES);
    be64_put(s->p, header.n);
    memcpy(s->p + 8, header.p, header.n);
    return slice_of(s->p, 8 + header.n);
}

enum verdict entry_verify(const struct entry *e, struct hash consultation)
{
    struct signed_bytes s;
    if (!hash_equal(e->place.consultation, consultation)) {
        return VERDICT_WRONG_CONSULTATION;
    }
    if (!FAULT(ANY_SIGNATURE) &&
        !ident_verify(e->place.author, ENTRY_SIGN_PREFIX, to_sign(e->header, &s), e->signature)) {
        return VERDICT_BAD_SIGNATURE;
    }
    return VERDICT_GOOD;
}

static void put_header(const struct entry_draft *d, struct buf *out)
{
    pack_array(out, ENTRY_FIELDS);
    pack_uint(out, ENTRY_VERSION);
    pack_str(out, d->kind);
    pack_bin(out, SLICE_ARRAY(d->place.consultation.b));
    pack_bin(out, SLICE_ARRAY(d->place.author.b));
    pack_bin(out, SLICE_ARRAY(d->place.incarnation.b));
    pack_uint(out, d->place.seq);
    pack_bin(out, SLICE_ARRAY(d->prev.b));
    pack_uint(out, d->seen_size);
    pack_bin(out, SLICE_ARRAY(d->seen_root.b));
    pack_uint(out, d->claimed_s);
    pack_uint(out, d->clock_class);
    pack_array(out, d->ref_count);
    for (size_t i = 0; i < d->ref_count; i++) {
        pack_bin(out, SLICE_ARRAY(d->refs[i].b));
    }
    pack_array(out, d->part_count);
    for (size_t i = 0; i < d->part_count; i++) {
        pack_array(out, 2);
        pack_str(out, d->parts[i].name);
        pack_bin(out, SLICE_ARRAY(d->parts[i].commitment.b));
    }
    if (d->body.n == 0) {
        pack_array(out, 0);
    } else {
        buf_put(out, d->body);
    }
}

bool entry_header_make(const struct entry_draft *draft, struct buf *out)
{
    if (draft->ref_count > LIMIT_REFS || draft->part_count > LIMIT_PARTS || draft->body.n > LIMIT_BODY_BYTES) {
        return false;
    }
    size_t before = out->n;
    put_header(draft, out);
    if (!buf_ok(out) || out->n - before > LIMIT_HEADER_BYTES) {
        out->n = before;
        return false;
    }
    return true;
}

void entry_wrap(struct slice header, struct sig signature, struct buf *out)
{
    pack_array(out, 2);
    pack_bin(out, header);
    pack_bin(out, SLICE_ARRAY(signature.b));
}

bool entry_make(const struct entry_draft *draft, const struct seckey *sec, struct buf *out)
{
    uint8_t room[LIMIT_HEADER_BYTES];
    struct buf header = buf_over(room, sizeof room);
    struct signed_bytes s;
    struct entry made;
    size_t before = out->n;
    if (!entry_header_make(draft, &header)) {
        return false;
    }
    entry_wrap(buf_slice(&header), ident_sign(sec, ENTRY_SIGN_PREFIX, to_sign(buf_slice(&header), &s)), out);
    if (!buf_ok(out) || entry_parse(slice_of(out->p + before, out->n - before), &made) != VERDICT_GOOD) {
        out->n = before;
        return false;
    }
    return true;
}
