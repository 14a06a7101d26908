// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Batches: what the receiver can rebuild is left out, the rest is compressed.
// It must never allocate on a claimed size, nor say that a rebuilt entry is anybody's word.
// Read first: docs/PROTOCOL.md, "On the wire".
#include "common/format/wire.h"

#include "common/base/num.h"
#include "common/format/pack.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

// Measured on real comments of about 600 bytes, 100 to a batch: 346 bytes each, of which 96 are secrets (364 when those
// lie inside). Level 3 takes 5 % more; level 19 saves 2 % in ten times the time.
#define ZSTD_LEVEL 9
// One entry alone: level 9 saves half a percent in twice the time.
#define ZSTD_LEVEL_SINGLE 3

// A frame's first bytes. Skippable and legacy frames are not ours.
static const uint8_t zstd_magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };

#define CONTENT_FIELDS 7
#define ENTRY_FIELDS 9
#define SINGLE_FIELDS 4
#define HEAD_BYTES 160 // of a batch's content, above its shapes and entries; generously
#define SHAPE_BYTES (8 + LIMIT_KIND_BYTES + LIMIT_PARTS * (LIMIT_PART_NAME + 2))

struct wire_shape {
    struct slice kind;
    size_t count;
    struct slice names[LIMIT_PARTS];
};

// What is known of a wire entry before it is rebuilt.
struct wire_row {
    struct slice wire;
    size_t shape;
    bool has_seed;
};

// --- making ---

struct wire_maker {
    struct wire_head head;
    size_t count;
    struct hash prev;          // id of the entry appended last
    struct buf secrets;
    struct buf shapes;
    size_t shape_count;
    size_t shape_ends[LIMIT_BATCH_ENTRIES];
    struct buf entries;
    struct buf content;
    struct buf packed;
    ZSTD_CCtx *zstd;
};

static ZSTD_CCtx *compressor_new(void)
{
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    CHECK(zstd != NULL);
    // A frame with its own checksum: damage on a stick is one clear verdict instead of a wrong rebuilding.
    CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1)));
    return zstd;
}

struct wire_maker *wire_maker_new(void)
{
    struct wire_maker *m = mem_new(sizeof *m);
    m->secrets = buf_new(LIMIT_BATCH_ENTRIES * (sizeof(struct sig) + sizeof(struct seed)));
    m->shapes = buf_new(LIMIT_BATCH_BYTES);
    m->entries = buf_new(2 * LIMIT_BATCH_BYTES);
    m->content = buf_new(LIMIT_BATCH_BYTES);
    m->packed = buf_new(LIMIT_FRAME_BYTES);
    m->zstd = compressor_new();
    return m;
}

void wire_maker_free(struct wire_maker *m)
{
    if (m == NULL) {
        return;
    }
    buf_wipe(&m->secrets);
    buf_done(&m->secrets);
    buf_done(&m->shapes);
    buf_wipe(&m->entries);
    buf_done(&m->entries);
    buf_wipe(&m->content);
    buf_done(&m->content);
    buf_done(&m->packed);
    ZSTD_freeCCtx(m->zstd);
    free(m);
}

void wire_begin(struct wire_maker *m, const struct wire_head *head)
{
    m->head = *head;
    m->count = 0;
    m->prev = head->prev;
    m->shape_count = 0;
    buf_reset(&m->secrets);
    buf_reset(&m->shapes);
    buf_reset(&m->entries);
}

static void put_shape(const struct entry *e, struct buf *out)
{
    pack_array(out, 2);
    pack_str(out, e->kind);
    pack_array(out, e->part_count);
    for (size_t i = 0; i < e->part_count; i++) {
        pack_str(out, e->parts[i].name);
    }
}

// Returns the number of e's shape, which is appended when it is new.
static size_t shape_number(struct wire_maker *m, const struct entry *e)
{
    uint8_t room[SHAPE_BYTES];
    struct buf shape = buf_over(room, sizeof room);
    size_t start = 0;
    put_shape(e, &shape);
    CHECK(buf_ok(&shape));
    for (size_t i = 0; i < m->shape_count; i++) {
        if (slice_equal(slice_of(m->shapes.p + start, m->shape_ends[i] - start), buf_slice(&shape))) {
            return i;
        }
        start = m->shape_ends[i];
    }
    buf_put(&m->shapes, buf_slice(&shape));
    m->shape_ends[m->shape_count] = m->shapes.n;
    return m->shape_count++;
}

static void put_part(const struct part_ref *ref, const struct part *p, bool has_seed, struct buf *out)
{
    if (p->state == PART_DISCLOSED && has_seed) {
        pack_bin(out, p->bytes);
        return;
    }
    pack_array(out, 2);
    if (p->state == PART_DISCLOSED) {
        pack_bin(out, SLICE_ARRAY(p->salt.b));
        pack_bin(out, p->bytes);
    } else {
        CHECK(!has_seed || part_seed_allowed(p->state));
        pack_bin(out, SLICE_ARRAY(ref->commitment.b));
        pack_uint(out, p->state);
    }
}

static void put_entry(size_t shape, const struct entry *e, const struct disclosure *d, struct buf *out)
{
    CHECK(d->count == e->part_count);
    pack_array(out, ENTRY_FIELDS);
    pack_uint(out, shape);
    pack_uint(out, d->has_seed);
    pack_uint(out, e->seen_size);
    pack_bin(out, SLICE_ARRAY(e->seen_root.b));
    pack_uint(out, e->claimed_s);
    pack_uint(out, e->clock_class);
    pack_array(out, e->ref_count);
    buf_put(out, e->refs); // canonical bins already
    pack_bin(out, e->body);
    pack_array(out, d->count);
    for (size_t i = 0; i < d->count; i++) {
        put_part(&e->parts[i], &d->parts[i], d->has_seed, out);
    }
}

static void put_secrets(const struct entry *e, const struct disclosure *d, struct buf *out)
{
    buf_put(out, SLICE_ARRAY(e->signature.b));
    if (d->has_seed) {
        buf_put(out, SLICE_ARRAY(d->seed.b));
    }
}

size_t wire_count(const struct wire_maker *m)
{
    return m->count;
}

size_t wire_bytes(const struct wire_maker *m)
{
    return HEAD_BYTES + m->shapes.n + m->entries.n;
}

bool wire_append(struct wire_maker *m, const struct entry *e, const struct disclosure *d)
{
    CHECK(pubkey_equal(e->place.author, m->head.key));
    CHECK(incarnation_equal(e->place.incarnation, m->head.incarnation));
    CHECK(e->place.seq == m->head.seq + m->count);
    CHECK(hash_equal(e->prev, m->prev));
    if (m->count == LIMIT_BATCH_ENTRIES) {
        return false;
    }
    size_t shape_count = m->shape_count;
    size_t shapes = m->shapes.n;
    size_t entries = m->entries.n;
    put_entry(shape_number(m, e), e, d, &m->entries);
    if (wire_bytes(m) > LIMIT_BATCH_BYTES) {
        CHECK(m->count > 0); // any one entry fits
        m->shape_count = shape_count;
        m->shapes.n = shapes;
        m->entries.n = entries;
        return false;
    }
    put_secrets(e, d, &m->secrets);
    m->prev = e->id;
    m->count++;
    return true;
}

static void compress(ZSTD_CCtx *zstd, int level, struct slice content, struct buf *out)
{
    size_t before = out->n;
    CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, level)));
    uint8_t *p = buf_room(out, ZSTD_compressBound(content.n));
    if (p != NULL) {
        size_t n = ZSTD_compress2(zstd, p, out->n - before, content.p, content.n);
        CHECK(!ZSTD_isError(n));
        out->n = before + n;
    }
}

void wire_end(struct wire_maker *m, struct buf *out)
{
    CHECK(m->count > 0);
    buf_reset(&m->content);
    buf_reset(&m->packed);
    pack_array(&m->content, CONTENT_FIELDS);
    pack_bin(&m->content, SLICE_ARRAY(m->head.key.b));
    pack_bin(&m->content, SLICE_ARRAY(m->head.incarnation.b));
    pack_uint(&m->content, m->head.branch);
    pack_uint(&m->content, m->head.seq);
    pack_bin(&m->content, SLICE_ARRAY(m->head.prev.b));
    pack_array(&m->content, m->shape_count);
    buf_put(&m->content, buf_slice(&m->shapes));
    pack_array(&m->content, m->count);
    buf_put(&m->content, buf_slice(&m->entries));
    CHECK(buf_ok(&m->content));
    compress(m->zstd, ZSTD_LEVEL, buf_slice(&m->content), &m->packed);
    CHECK(buf_ok(&m->packed));
    pack_array(out, 2);
    pack_bin(out, buf_slice(&m->secrets));
    pack_bin(out, buf_slice(&m->packed));
}

// --- opening ---

// Decompresses one whole frame. In one call zstd writes straight to its destination and needs no window.
static enum verdict decompress(struct slice packed, struct arena *arena, struct slice *out)
{
    if (packed.n < sizeof zstd_magic || memcmp(packed.p, zstd_magic, sizeof zstd_magic) != 0) {
        return VERDICT_NOT_CANONICAL;
    }
    unsigned long long size = ZSTD_getFrameContentSize(packed.p, packed.n);
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) {
        return VERDICT_NOT_CANONICAL;
    }
    if (size > LIMIT_BATCH_BYTES) {
        return VERDICT_TOO_LARGE;
    }
    if (ZSTD_findFrameCompressedSize(packed.p, packed.n) != packed.n) {
        return VERDICT_NOT_CANONICAL;
    }
    uint8_t *p = arena_room(arena, (size_t)size);
    if (p == NULL) {
        return VERDICT_TOO_LARGE;
    }
    if (ZSTD_decompress(p, (size_t)size, packed.p, packed.n) != size) {
        return VERDICT_NOT_CANONICAL;
    }
    *out = slice_of(p, (size_t)size);
    return VERDICT_GOOD;
}

static void read_shape(struct cursor *c, struct wire_shape *out)
{
    cursor_array_of(c, 2);
    out->kind = cursor_str(c);
    out->count = cursor_array(c, LIMIT_PARTS);
    for (size_t i = 0; i < out->count; i++) {
        out->names[i] = cursor_str(c);
    }
}

static void read_head(struct cursor *c, struct wire_head *out)
{
    cursor_array_of(c, CONTENT_FIELDS);
    cursor_bin_fixed(c, out->key.b, sizeof out->key.b);
    cursor_bin_fixed(c, out->incarnation.b, sizeof out->incarnation.b);
    out->branch = cursor_uint(c);
    out->seq = cursor_uint(c);
    cursor_bin_fixed(c, out->prev.b, sizeof out->prev.b);
}

static bool read_shapes(struct cursor *c, struct wire_batch *b, size_t *count)
{
    *count = cursor_array(c, LIMIT_BATCH_ENTRIES);
    b->shapes = arena_take(b->arena, *count * sizeof *b->shapes);
    if (b->shapes == NULL) {
        return false;
    }
    for (size_t i = 0; i < *count && cursor_ok(c); i++) {
        read_shape(c, &b->shapes[i]);
    }
    return true;
}

// Reads what must be known of a wire entry before the rest of it: its shape's number, whether its seed is given.
static void read_row(struct cursor *c, size_t shape_count, struct wire_row *out)
{
    out->wire = cursor_value(c);
    struct cursor inside = cursor_new(out->wire, false);
    cursor_array_of(&inside, ENTRY_FIELDS);
    uint64_t shape = cursor_uint(&inside);
    uint64_t has_seed = cursor_uint(&inside);
    if (!cursor_ok(&inside) || shape >= shape_count || has_seed > 1) {
        cursor_fail(c);
        return;
    }
    out->shape = (size_t)shape;
    out->has_seed = has_seed == 1;
}

static size_t secret_bytes(const struct wire_row *row)
{
    return sizeof(struct sig) + (row->has_seed ? sizeof(struct seed) : 0);
}

static bool read_rows(struct cursor *c, struct wire_batch *b, size_t shape_count, size_t *secrets)
{
    b->count = cursor_array(c, LIMIT_BATCH_ENTRIES);
    b->rows = arena_take(b->arena, b->count * sizeof *b->rows);
    if (b->rows == NULL) {
        return false;
    }
    for (size_t i = 0; i < b->count && cursor_ok(c); i++) {
        read_row(c, shape_count, &b->rows[i]);
        *secrets += secret_bytes(&b->rows[i]);
    }
    return true;
}

static enum verdict read_content(struct slice content, struct wire_batch *b)
{
    size_t shape_count = 0;
    size_t secrets = 0;
    uint64_t end = 0;
    struct cursor c = cursor_new(content, false);
    read_head(&c, &b->head);
    if (!read_shapes(&c, b, &shape_count) || !read_rows(&c, b, shape_count, &secrets)) {
        return VERDICT_TOO_LARGE;
    }
    if (!cursor_done(&c) || b->count == 0 || secrets != b->secrets.n || !num_add(b->head.seq, b->count, &end)) {
        return VERDICT_NOT_CANONICAL;
    }
    b->prev = b->head.prev;
    b->raw = content.n;
    return VERDICT_GOOD;
}

enum verdict wire_batch_open(struct slice bytes, struct hash consultation, struct arena *arena, struct wire_batch *out)
{
    struct wire_batch b = { .consultation = consultation, .arena = arena };
    struct slice content = { NULL, 0 };
    struct cursor c = cursor_new(bytes, false);
    cursor_array_of(&c, 2);
    b.secrets = cursor_bin(&c);
    struct slice packed = cursor_bin(&c);
    if (!cursor_done(&c)) {
        return VERDICT_NOT_CANONICAL;
    }
    enum verdict v = decompress(packed, arena, &content);
    if (v == VERDICT_GOOD) {
        v = read_content(content, &b);
    }
    if (v == VERDICT_GOOD) {
        *out = b;
    }
    return v;
}

// An entry while it is put together again.
struct rebuilding {
    struct entry_draft draft;
    struct hash refs[LIMIT_REFS];
    struct part_ref parts[LIMIT_PARTS];
    struct sig signature;
    struct disclosure disclosure;
};

static void read_part(struct cursor *c, bool has_seed, struct part *p, struct part_ref *ref)
{
    if (cursor_peek(c) == CURSOR_BIN) {
        p->state = PART_DISCLOSED;
        p->bytes = cursor_bin(c);
        if (!has_seed) {
            cursor_fail(c);
        }
        return;
    }
    struct hash first;
    cursor_array_of(c, 2);
    cursor_bin_fixed(c, first.b, sizeof first.b);
    if (cursor_peek(c) == CURSOR_BIN) {
        p->state = PART_DISCLOSED;
        memcpy(p->salt.b, first.b, sizeof p->salt.b);
        p->bytes = cursor_bin(c);
        if (has_seed) {
            cursor_fail(c);
        }
        return;
    }
    uint64_t state = cursor_uint(c);
    if (state > PART_ERASED || (has_seed && !part_seed_allowed((enum part_state)state))) {
        cursor_fail(c);
        return;
    }
    p->state = (enum part_state)state;
    ref->commitment = first;
}

static void read_wire_parts(struct cursor *c, const struct wire_shape *shape, struct rebuilding *r)
{
    cursor_array_of(c, shape->count);
    for (size_t i = 0; i < shape->count && cursor_ok(c); i++) {
        r->parts[i].name = shape->names[i];
        read_part(c, r->disclosure.has_seed, &r->disclosure.parts[i], &r->parts[i]);
    }
    r->disclosure.count = shape->count;
    r->draft.parts = r->parts;
    r->draft.part_count = shape->count;
}

// Reads a wire entry, whose shape's number the caller knows already, into r.
static bool read_wire_entry(struct slice wire, const struct wire_shape *shape, struct rebuilding *r)
{
    struct cursor c = cursor_new(wire, false);
    cursor_array_of(&c, ENTRY_FIELDS);
    (void)cursor_uint(&c);
    (void)cursor_uint(&c);
    r->draft.kind = shape->kind;
    r->draft.seen_size = cursor_uint(&c);
    cursor_bin_fixed(&c, r->draft.seen_root.b, sizeof r->draft.seen_root.b);
    r->draft.claimed_s = cursor_uint(&c);
    r->draft.clock_class = cursor_uint(&c);
    r->draft.ref_count = cursor_array(&c, LIMIT_REFS);
    r->draft.refs = r->refs;
    for (size_t i = 0; i < r->draft.ref_count && cursor_ok(&c); i++) {
        cursor_bin_fixed(&c, r->refs[i].b, sizeof r->refs[i].b);
    }
    r->draft.body = cursor_bin(&c);
    read_wire_parts(&c, shape, r);
    return cursor_done(&c) && r->draft.body.n > 0;
}

// secrets holds what the row says it has.
static void read_secrets(const uint8_t *secrets, bool has_seed, struct rebuilding *r)
{
    memcpy(r->signature.b, secrets, sizeof r->signature.b);
    r->disclosure.has_seed = has_seed;
    if (has_seed) {
        memcpy(r->disclosure.seed.b, secrets + sizeof r->signature.b, sizeof r->disclosure.seed.b);
    }
}

// PROTOCOL 10.3: computes salts and the commitments of what is disclosed.
static bool commit_parts(struct rebuilding *r)
{
    size_t left = LIMIT_DISCLOSURE_BYTES;
    struct part_base base = part_base(&r->draft.place);
    if (r->disclosure.has_seed) {
        disclosure_derive(&r->disclosure, r->parts);
    }
    for (size_t i = 0; i < r->disclosure.count; i++) {
        const struct part *p = &r->disclosure.parts[i];
        if (p->state != PART_DISCLOSED) {
            continue;
        }
        if (p->bytes.n > left) {
            return false;
        }
        left -= p->bytes.n;
        r->parts[i].commitment = part_commit_on(&base, r->parts[i].name, p->salt, p->bytes);
    }
    return true;
}

// Makes the whole entry in the arena and reads it as anybody would: there is one judge of an entry's form.
static enum verdict finish(struct rebuilding *r, struct arena *arena, struct wire_item *item)
{
    uint8_t room[LIMIT_HEADER_BYTES];
    struct buf header = buf_over(room, sizeof room);
    if (!commit_parts(r) || !entry_header_make(&r->draft, &header)) {
        return VERDICT_TOO_LARGE;
    }
    size_t size = header.n + (LIMIT_ENTRY_BYTES - LIMIT_HEADER_BYTES);
    uint8_t *p = arena_room(arena, size);
    if (p == NULL) {
        return VERDICT_TOO_LARGE;
    }
    struct buf whole = buf_over(p, size);
    entry_wrap(buf_slice(&header), r->signature, &whole);
    CHECK(buf_ok(&whole));
    enum verdict v = entry_parse(buf_slice(&whole), &item->entry);
    if (v == VERDICT_GOOD) {
        item->disclosure = r->disclosure;
    }
    return v;
}

// Rebuilds one entry that stands at place after prev; secrets hold what belongs to row.
static void rebuild(const struct wire_row *row, const struct wire_shape *shape, const uint8_t *secrets,
                    const struct place *place, struct hash prev, struct arena *arena, struct wire_item *item)
{
    struct rebuilding r; // its arrays are written as far as they are read
    r.draft = (struct entry_draft){ .place = *place, .prev = prev };
    r.disclosure = (struct disclosure){ 0 };
    item->seq = place->seq;
    item->wire = row->wire;
    read_secrets(secrets, row->has_seed, &r);
    item->verdict = read_wire_entry(row->wire, shape, &r) ? finish(&r, arena, item) : VERDICT_NOT_CANONICAL;
}

bool wire_batch_next(struct wire_batch *b, struct wire_item *item)
{
    if (b->next == b->count) {
        return false;
    }
    const struct wire_row *row = &b->rows[b->next];
    struct place place = { .consultation = b->consultation, .author = b->head.key,
                           .incarnation = b->head.incarnation, .seq = b->head.seq + b->next };
    rebuild(row, &b->shapes[row->shape], b->secrets.p, &place, b->prev, b->arena, item);
    if (item->verdict != VERDICT_GOOD) {
        b->next = b->count;
        return true;
    }
    size_t used = secret_bytes(row);
    b->secrets = slice_of(b->secrets.p + used, b->secrets.n - used);
    b->prev = item->entry.id;
    b->next++;
    return true;
}

// --- one entry alone ---

void wire_single_make(struct wire_maker *m, const struct entry *e, const struct disclosure *d, struct buf *out)
{
    uint8_t room[sizeof(struct sig) + sizeof(struct seed)];
    struct buf secrets = buf_over(room, sizeof room);
    struct buf *content = &m->content;
    buf_reset(content);
    put_secrets(e, d, &secrets);
    pack_array(content, SINGLE_FIELDS);
    pack_bin(content, SLICE_ARRAY(e->prev.b));
    put_shape(e, content);
    put_entry(0, e, d, content);
    pack_bin(content, buf_slice(&secrets));
    CHECK(buf_ok(content));
    compress(m->zstd, ZSTD_LEVEL_SINGLE, buf_slice(content), out);
    mem_wipe(room, sizeof room);
}

void wire_single_open(struct slice bytes, const struct place *place, struct arena *arena, struct wire_item *item)
{
    struct slice content = { NULL, 0 };
    struct wire_shape shape;
    struct wire_row row = { 0 };
    struct hash prev;
    item->seq = place->seq;
    item->wire = bytes;
    item->verdict = decompress(bytes, arena, &content);
    if (item->verdict != VERDICT_GOOD) {
        return;
    }
    struct cursor c = cursor_new(content, false);
    cursor_array_of(&c, SINGLE_FIELDS);
    cursor_bin_fixed(&c, prev.b, sizeof prev.b);
    read_shape(&c, &shape);
    read_row(&c, 1, &row);
    struct slice secrets = cursor_bin(&c);
    if (!cursor_done(&c) || secrets.n != secret_bytes(&row)) {
        item->verdict = VERDICT_NOT_CANONICAL;
        return;
    }
    rebuild(&row, &shape, secrets.p, place, prev, arena, item);
}
