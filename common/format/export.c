// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Export framing: what is written is hashed as it goes by; what is read is bounded before it is kept.
// It must never believe a length: memory grows with the bytes that came.
// Read first: docs/PROTOCOL.md, "Export".
#include "common/format/export.h"

#include "common/format/pack.h"

#define LENGTH_BYTES 4
#define LEAF_BYTES (2 + sizeof(struct hash)) // a bin 8 head and the hash

// --- writing ---

// Starts a frame at the end of out and returns where; the length is filled in by frame_close.
static size_t frame_open(struct buf *out, enum export_type type)
{
    const size_t at = out->n;
    buf_put_u32be(out, 0);
    pack_array(out, 2);
    pack_uint(out, type);
    return at;
}

static void frame_close(struct export_writer *w, struct buf *out, size_t at, enum export_type type)
{
    if (buf_ok(out)) {
        const size_t n = out->n - at - LENGTH_BYTES;
        CHECK(n <= LIMIT_EXPORT_FRAME);
        be32_put(out->p + at, (uint32_t)n);
        sha256_add(&w->hash, slice_of(out->p + at, LENGTH_BYTES + n));
    }
    w->stage = type;
}

static void put_note(struct export_writer *w, enum export_type type, struct slice note, struct buf *out)
{
    const size_t at = frame_open(out, type);
    pack_bin(out, note);
    frame_close(w, out, at, type);
}

void export_begin(struct export_writer *w, struct slice charter, struct slice checkpoint, struct buf *out)
{
    *w = (struct export_writer){ .stage = EXPORT_NONE };
    sha256_init(&w->hash);
    buf_put_text(out, EXPORT_MAGIC);
    sha256_add(&w->hash, SLICE_LITERAL(EXPORT_MAGIC));
    put_note(w, EXPORT_CHARTER, charter, out);
    put_note(w, EXPORT_CHECKPOINT, checkpoint, out);
}

void export_put_leaves(struct export_writer *w, const struct hash *leaves, size_t n, struct buf *out)
{
    CHECK(w->stage == EXPORT_CHECKPOINT || w->stage == EXPORT_LEAVES);
    CHECK(n >= 1);
    CHECK(n <= LIMIT_EXPORT_LEAVES);
    const size_t at = frame_open(out, EXPORT_LEAVES);
    pack_array(out, n);
    for (size_t i = 0; i < n; i++) {
        pack_bin(out, SLICE_ARRAY(leaves[i].b));
    }
    frame_close(w, out, at, EXPORT_LEAVES);
}

void export_put_entry(struct export_writer *w, struct slice item, struct buf *out)
{
    CHECK(w->stage == EXPORT_LEAVES || w->stage == EXPORT_ENTRY);
    const size_t at = frame_open(out, EXPORT_ENTRY);
    buf_put(out, item);
    frame_close(w, out, at, EXPORT_ENTRY);
}

void export_end(struct export_writer *w, struct buf *out)
{
    CHECK(w->stage != EXPORT_NONE);
    CHECK(w->stage != EXPORT_END);
    struct sha256 all = w->hash;
    const struct hash h = sha256_done(&all);
    const size_t at = frame_open(out, EXPORT_END);
    pack_bin(out, SLICE_ARRAY(h.b));
    frame_close(w, out, at, EXPORT_END);
}

// --- reading ---

struct export_reader export_reader_new(void)
{
    struct export_reader r = { .part = buf_new(LIMIT_EXPORT_FRAME + LENGTH_BYTES), .stage = EXPORT_NONE };
    sha256_init(&r.hash);
    return r;
}

void export_reader_done(struct export_reader *r)
{
    buf_done(&r->part);
}

struct hash export_leaf(const struct export_frame *f, size_t i)
{
    struct hash h;
    CHECK(i < f->leaf_count);
    for (size_t k = 0; k < sizeof h.b; k++) {
        h.b[k] = f->leaves.p[i * LEAF_BYTES + 2 + k];
    }
    return h;
}

static bool may_follow(enum export_type last, enum export_type next)
{
    switch (next) {
    case EXPORT_CHARTER:
        return last == EXPORT_NONE;
    case EXPORT_CHECKPOINT:
        return last == EXPORT_CHARTER;
    case EXPORT_LEAVES:
        return last == EXPORT_CHECKPOINT || last == EXPORT_LEAVES;
    case EXPORT_ENTRY:
        return last == EXPORT_LEAVES || last == EXPORT_ENTRY;
    case EXPORT_END:
        return last == EXPORT_CHECKPOINT || last == EXPORT_LEAVES || last == EXPORT_ENTRY;
    case EXPORT_NONE:
        return false;
    }
    return false;
}

static void read_leaves(struct cursor *c, struct export_frame *f)
{
    struct hash ignored;
    f->leaf_count = cursor_array(c, LIMIT_EXPORT_LEAVES);
    f->leaves = slice_of(c->rest.p, f->leaf_count * LEAF_BYTES);
    for (size_t i = 0; i < f->leaf_count; i++) {
        cursor_bin_fixed(c, ignored.b, sizeof ignored.b);
    }
    if (f->leaf_count == 0) {
        cursor_fail(c);
    }
}

// Reads [type, body]; *end is what a final frame says.
static bool frame_parse(struct slice body, struct export_frame *out, struct hash *end)
{
    struct export_frame f = { .type = EXPORT_NONE };
    struct cursor c = cursor_new(body, false);
    cursor_array_of(&c, 2);
    const uint64_t type = cursor_uint(&c);
    if (type < EXPORT_CHARTER || type > EXPORT_END) {
        return false;
    }
    f.type = (enum export_type)type;
    switch (f.type) {
    case EXPORT_CHARTER:
    case EXPORT_CHECKPOINT:
        f.note = cursor_bin(&c);
        break;
    case EXPORT_LEAVES:
        read_leaves(&c, &f);
        break;
    case EXPORT_ENTRY:
        f.item = cursor_value(&c);
        break;
    case EXPORT_END:
        cursor_bin_fixed(&c, end->b, sizeof end->b);
        break;
    case EXPORT_NONE:
        return false;
    }
    if (!cursor_done(&c)) {
        return false;
    }
    *out = f;
    return true;
}

static enum export_step fail(struct export_reader *r, struct why *why, const char *what)
{
    r->bad = true;
    why_set(why, "%s", what);
    return EXPORT_STEP_BAD;
}

// `whole`: the frame's length and body, all there.
static enum export_step take_frame(struct export_reader *r, struct slice whole, struct export_frame *frame,
                                   struct why *why)
{
    struct export_frame f;
    struct hash end = { { 0 } };
    if (!frame_parse(slice_of(whole.p + LENGTH_BYTES, whole.n - LENGTH_BYTES), &f, &end)) {
        return fail(r, why, "a frame is not in the one allowed form");
    }
    if (!may_follow(r->stage, f.type)) {
        return fail(r, why, "a frame is not in its place");
    }
    r->stage = f.type;
    if (f.type != EXPORT_END) {
        sha256_add(&r->hash, whole);
        *frame = f;
        return EXPORT_STEP_FRAME;
    }
    struct sha256 all = r->hash;
    if (!hash_equal(sha256_done(&all), end)) {
        return fail(r, why, "the final hash does not fit what comes before it");
    }
    return EXPORT_STEP_DONE;
}

// Moves bytes from *chunk to the cut piece until it holds n. False: there were not enough.
static bool fill(struct export_reader *r, struct slice *chunk, size_t n)
{
    const size_t missing = n > r->part.n ? n - r->part.n : 0;
    const size_t take = missing < chunk->n ? missing : chunk->n;
    if (take > 0) {
        buf_put(&r->part, slice_of(chunk->p, take));
        CHECK(buf_ok(&r->part));
        *chunk = slice_of(chunk->p + take, chunk->n - take);
    }
    return take == missing;
}

static bool read_magic(struct export_reader *r, struct slice *chunk, struct why *why)
{
    const struct slice magic = SLICE_LITERAL(EXPORT_MAGIC);
    const bool whole = fill(r, chunk, magic.n);
    if (!slice_equal(buf_slice(&r->part), slice_of(magic.p, r->part.n))) {
        (void)fail(r, why, "not an export of this version");
        return false;
    }
    if (!whole) {
        return false;
    }
    sha256_add(&r->hash, magic);
    r->magic = true;
    buf_reset(&r->part);
    return true;
}

static bool length_ok(const uint8_t *p, size_t *n)
{
    *n = LENGTH_BYTES + (size_t)be32_get(p);
    return *n > LENGTH_BYTES && *n <= LENGTH_BYTES + LIMIT_EXPORT_FRAME;
}

static enum export_step read_frame(struct export_reader *r, struct slice *chunk, struct export_frame *frame,
                                   struct why *why)
{
    size_t n = 0;
    if (r->part.n == 0 && chunk->n >= LENGTH_BYTES && length_ok(chunk->p, &n) && n <= chunk->n) {
        const struct slice whole = slice_of(chunk->p, n);
        *chunk = slice_of(chunk->p + n, chunk->n - n);
        return take_frame(r, whole, frame, why);
    }
    if (!fill(r, chunk, LENGTH_BYTES)) {
        return EXPORT_STEP_MORE;
    }
    if (!length_ok(r->part.p, &n)) {
        return fail(r, why, "a frame's length is not possible");
    }
    if (!fill(r, chunk, n)) {
        return EXPORT_STEP_MORE;
    }
    r->part_used = true;
    return take_frame(r, buf_slice(&r->part), frame, why);
}

enum export_step export_read(struct export_reader *r, struct slice *chunk, struct export_frame *frame, struct why *why)
{
    if (r->bad) {
        return EXPORT_STEP_BAD;
    }
    if (r->part_used) {
        buf_reset(&r->part);
        r->part_used = false;
    }
    if (r->stage == EXPORT_END) {
        return chunk->n == 0 ? EXPORT_STEP_DONE : fail(r, why, "bytes follow the end");
    }
    if (!r->magic && !read_magic(r, chunk, why)) {
        return r->bad ? EXPORT_STEP_BAD : EXPORT_STEP_MORE;
    }
    return read_frame(r, chunk, frame, why);
}

bool export_ended(const struct export_reader *r)
{
    return !r->bad && r->stage == EXPORT_END;
}
