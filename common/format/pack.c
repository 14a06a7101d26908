// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The only door to msgpack-c, which packs here and never reads: reading is the cursor below.
// The cursor must never allocate, nor believe a count before it is compared with the bytes that are there.
// Read first: docs/PROTOCOL.md, "Canonical msgpack"; the msgpack specification's table of formats.
#include "common/format/pack.h"

#include "common/base/text.h"

#include <msgpack.h>
#include <string.h>

static int write_to_buf(void *out, const char *bytes, size_t n)
{
    buf_put(out, slice_of(bytes, n));
    return 0;
}

static msgpack_packer packer_on(struct buf *out)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, out, write_to_buf);
    return packer;
}

void pack_uint(struct buf *out, uint64_t v)
{
    msgpack_packer packer = packer_on(out);
    msgpack_pack_uint64(&packer, v);
}

void pack_str(struct buf *out, struct slice text)
{
    CHECK(text_utf8_ok(text));
    msgpack_packer packer = packer_on(out);
    msgpack_pack_str(&packer, text.n);
    msgpack_pack_str_body(&packer, text.p, text.n);
}

void pack_text(struct buf *out, const char *text)
{
    pack_str(out, slice_text(text));
}

void pack_bin(struct buf *out, struct slice bytes)
{
    msgpack_packer packer = packer_on(out);
    msgpack_pack_bin(&packer, bytes.n);
    msgpack_pack_bin_body(&packer, bytes.p, bytes.n);
}

void pack_bool(struct buf *out, bool v)
{
    msgpack_packer packer = packer_on(out);
    if (v) {
        msgpack_pack_true(&packer);
    } else {
        msgpack_pack_false(&packer);
    }
}

void pack_array(struct buf *out, size_t count)
{
    msgpack_packer packer = packer_on(out);
    msgpack_pack_array(&packer, count);
}

void pack_map(struct buf *out, size_t count)
{
    msgpack_packer packer = packer_on(out);
    msgpack_pack_map(&packer, count);
}

// What follows a first byte of 0xc0 to 0xdf: a type, the bytes of its number, and the least number that needs them.
// Absent rows (width and type 0, which is CURSOR_END) are the forms we do not allow: nil, ext, floats, signed.
struct form {
    uint8_t type;
    uint8_t width;
    uint32_t least;
};

static const struct form forms[32] = {
    [0x02] = { CURSOR_BOOL, 0, 0 },       [0x03] = { CURSOR_BOOL, 0, 0 },       [0x04] = { CURSOR_BIN, 1, 0 },
    [0x05] = { CURSOR_BIN, 2, 0x100 },    [0x06] = { CURSOR_BIN, 4, 0x10000 },  [0x0c] = { CURSOR_UINT, 1, 0x80 },
    [0x0d] = { CURSOR_UINT, 2, 0x100 },   [0x0e] = { CURSOR_UINT, 4, 0x10000 }, [0x0f] = { CURSOR_UINT, 8, 0 },
    [0x19] = { CURSOR_STR, 1, 32 },       [0x1a] = { CURSOR_STR, 2, 0x100 },    [0x1b] = { CURSOR_STR, 4, 0x10000 },
    [0x1c] = { CURSOR_ARRAY, 2, 16 },     [0x1d] = { CURSOR_ARRAY, 4, 0x10000 }, [0x1e] = { CURSOR_MAP, 2, 16 },
    [0x1f] = { CURSOR_MAP, 4, 0x10000 },
};

// The first bytes of a value: its number (value, length or count), its type, and how many bytes said so. Two registers:
// one of these is read for each of some hundred values in an entry.
struct head {
    uint64_t number;
    enum cursor_type type;
    uint32_t size;
};

static_assert(sizeof(struct head) == 16, "a head is returned in two registers");
static const struct head no_head = { 0, CURSOR_BAD, 0 };

static uint64_t number_of(const uint8_t *p, unsigned width)
{
    switch (width) {
    case 1:
        return p[0];
    case 2:
        return be16_get(p);
    case 4:
        return be32_get(p);
    default:
        return be64_get(p);
    }
}

static struct head long_head(struct slice s)
{
    const struct form *form = &forms[s.p[0] - 0xc0];
    if (form->type == CURSOR_END || s.n - 1 < form->width) {
        return no_head;
    }
    if (form->type == CURSOR_BOOL) {
        return (struct head){ s.p[0] & 1, CURSOR_BOOL, 1 };
    }
    uint64_t number = number_of(s.p + 1, form->width);
    if (number < form->least || (form->width == 8 && number <= UINT32_MAX)) {
        return no_head; // there is a shorter form
    }
    return (struct head){ number, (enum cursor_type)form->type, 1u + form->width };
}

static inline struct head read_head(struct slice s)
{
    if (s.n == 0) {
        return no_head;
    }
    uint8_t first = s.p[0];
    if (first < 0x80) {
        return (struct head){ first, CURSOR_UINT, 1 };
    }
    if (first < 0x90) {
        return (struct head){ first & 0x0f, CURSOR_MAP, 1 };
    }
    if (first < 0xa0) {
        return (struct head){ first & 0x0f, CURSOR_ARRAY, 1 };
    }
    if (first < 0xc0) {
        return (struct head){ first & 0x1f, CURSOR_STR, 1 };
    }
    return first < 0xe0 ? long_head(s) : no_head;
}

struct cursor cursor_new(struct slice s, bool contents)
{
    struct cursor c; // levels are written when they are entered
    c.rest = s;
    c.levels[0] = (struct cursor_level){ .left = 1 };
    c.depth = 0;
    c.contents = contents;
    c.bad = false;
    return c;
}

void cursor_fail(struct cursor *c)
{
    c->bad = true;
}

// The innermost level that still expects a value, or 0. Levels close here, when the next value is asked for.
static unsigned open_depth(const struct cursor *c)
{
    unsigned depth = c->depth;
    while (depth > 0 && c->levels[depth].left == 0) {
        depth--;
    }
    return depth;
}

static struct slice take_bytes(struct cursor *c, size_t n)
{
    struct slice taken = slice_of(c->rest.p, n);
    c->rest = slice_of(c->rest.p + n, c->rest.n - n);
    return taken;
}

// A key must come after the one before it, byte by byte.
static bool key_in_order(struct cursor_level *level, struct slice key)
{
    bool ok = level->key.p == NULL || slice_order(level->key, key) < 0;
    level->key = key;
    return ok;
}

static bool enter(struct cursor *c, bool map, uint64_t count)
{
    uint64_t values = map ? count * 2 : count; // count < 2^32
    if (c->depth == LIMIT_PACK_DEPTH || values > c->rest.n) {
        return false;
    }
    c->depth++;
    c->levels[c->depth] = (struct cursor_level){ .left = values, .map = map };
    return true;
}

// Checks and steps over what a head announces: the body of a str or bin (into *body), or the start of a level.
static bool take_body(struct cursor *c, struct head head, bool key, struct cursor_level *level, struct slice *body)
{
    switch (head.type) {
    case CURSOR_UINT:
        return true;
    case CURSOR_BOOL:
        return c->contents;
    case CURSOR_STR:
        if (head.number > c->rest.n) {
            return false;
        }
        *body = take_bytes(c, (size_t)head.number);
        return text_utf8_ok(*body) && (!key || key_in_order(level, *body));
    case CURSOR_BIN:
        if (head.number > c->rest.n) {
            return false;
        }
        *body = take_bytes(c, (size_t)head.number);
        return true;
    case CURSOR_ARRAY:
        return enter(c, false, head.number);
    case CURSOR_MAP:
        return c->contents && enter(c, true, head.number);
    case CURSOR_END:
    case CURSOR_BAD:
        break;
    }
    return false;
}

// Reads one head and its body; the values of an array or map follow. type: what it must be, or CURSOR_END for any.
// Returns the number of the head, 0 after a fault.
static uint64_t take(struct cursor *c, enum cursor_type type, struct slice *body)
{
    if (c->bad) {
        return 0;
    }
    c->depth = open_depth(c);
    struct cursor_level *level = &c->levels[c->depth];
    struct head head = level->left == 0 ? no_head : read_head(c->rest);
    bool key = level->map && level->left % 2 == 0;
    if (head.type == CURSOR_BAD || (type != CURSOR_END && head.type != type) || (key && head.type != CURSOR_STR)) {
        c->bad = true;
        return 0;
    }
    take_bytes(c, head.size);
    level->left--;
    if (!take_body(c, head, key, level, body)) {
        c->bad = true;
        return 0;
    }
    return head.number;
}

static struct slice take_slice(struct cursor *c, enum cursor_type type)
{
    struct slice body = { NULL, 0 };
    take(c, type, &body);
    return c->bad ? (struct slice){ NULL, 0 } : body;
}

static size_t take_count(struct cursor *c, enum cursor_type type, size_t max)
{
    struct slice none;
    uint64_t count = take(c, type, &none);
    if (count > max) {
        c->bad = true;
    }
    return c->bad ? 0 : (size_t)count;
}

uint64_t cursor_uint(struct cursor *c)
{
    struct slice none;
    return take(c, CURSOR_UINT, &none);
}

struct slice cursor_str(struct cursor *c)
{
    return take_slice(c, CURSOR_STR);
}

struct slice cursor_bin(struct cursor *c)
{
    return take_slice(c, CURSOR_BIN);
}

bool cursor_bool(struct cursor *c)
{
    struct slice none;
    return take(c, CURSOR_BOOL, &none) == 1;
}

size_t cursor_array(struct cursor *c, size_t max)
{
    return take_count(c, CURSOR_ARRAY, max);
}

size_t cursor_map(struct cursor *c, size_t max)
{
    return take_count(c, CURSOR_MAP, max);
}

void cursor_array_of(struct cursor *c, size_t count)
{
    if (take_count(c, CURSOR_ARRAY, count) != count) {
        c->bad = true;
    }
}

void cursor_bin_fixed(struct cursor *c, void *out, size_t n)
{
    struct slice bytes = take_slice(c, CURSOR_BIN);
    if (bytes.n != n) {
        c->bad = true;
    }
    if (c->bad) {
        memset(out, 0, n);
    } else if (n > 0) {
        memcpy(out, bytes.p, n);
    }
}

struct slice cursor_value(struct cursor *c)
{
    struct slice none;
    const uint8_t *start = c->rest.p;
    unsigned outside = open_depth(c);
    // The first turn opens the value, further turns read what is inside it; each takes at least one byte.
    do {
        take(c, CURSOR_END, &none);
    } while (!c->bad && open_depth(c) > outside);
    return c->bad ? (struct slice){ NULL, 0 } : slice_of(start, (size_t)(c->rest.p - start));
}

enum cursor_type cursor_peek(const struct cursor *c)
{
    if (c->bad) {
        return CURSOR_BAD;
    }
    if (c->levels[open_depth(c)].left == 0) {
        return c->rest.n == 0 ? CURSOR_END : CURSOR_BAD;
    }
    enum cursor_type type = read_head(c->rest).type;
    return !c->contents && (type == CURSOR_BOOL || type == CURSOR_MAP) ? CURSOR_BAD : type;
}

bool cursor_ok(const struct cursor *c)
{
    return !c->bad;
}

bool cursor_done(const struct cursor *c)
{
    return !c->bad && c->rest.n == 0 && c->levels[open_depth(c)].left == 0;
}

bool pack_canonical(struct slice s, bool contents)
{
    struct cursor c = cursor_new(s, contents);
    (void)cursor_value(&c);
    return cursor_done(&c);
}
