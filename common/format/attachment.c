// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Chunks and manifests. It must never believe a manifest about a chunk: the root decides.
// Read first: attachment.h, docs/PROTOCOL.md 18.
#include "common/format/attachment.h"

#include "common/base/fault.h"
#include "common/base/text.h"
#include "common/format/content.h"
#include "common/format/merkle.h"
#include "common/format/sealed.h"

#include <string.h>

// --- chunks ---
uint32_t attachment_chunks(uint64_t size)
{
    CHECK(size <= LIMIT_ATTACHMENT_BYTES);
    return (uint32_t)((size + LIMIT_CHUNK_CLEAR - 1) / LIMIT_CHUNK_CLEAR);
}

size_t attachment_chunk_bytes(uint64_t size, uint32_t number)
{
    CHECK(number < attachment_chunks(size));
    uint64_t left = size - (uint64_t)number * LIMIT_CHUNK_CLEAR;
    return SEAL_NONCE_BYTES + SEAL_SECRET_EXTRA + (left < LIMIT_CHUNK_CLEAR ? (size_t)left : LIMIT_CHUNK_CLEAR);
}

uint64_t attachment_bytes(uint64_t size)
{
    return size + (uint64_t)attachment_chunks(size) * (SEAL_NONCE_BYTES + SEAL_SECRET_EXTRA);
}

#define CHUNK_PREFIX "baraza/chunk/v1" // its NUL goes with it

// PROTOCOL 18.1: bound to its number, so that chunks cannot change places; to its attachment by the key.
struct bound {
    uint8_t b[sizeof CHUNK_PREFIX + 4];
};

static struct slice bind(uint32_t number, struct bound *out)
{
    memcpy(out->b, CHUNK_PREFIX, sizeof CHUNK_PREFIX);
    be32_put(out->b + sizeof CHUNK_PREFIX, number);
    return SLICE_ARRAY(out->b);
}

void attachment_encrypt(const struct symkey *key, uint32_t number, struct slice piece, struct buf *out)
{
    struct bound bound;
    const struct nonce nonce = nonce_new();
    CHECK(piece.n > 0);
    CHECK(piece.n <= LIMIT_CHUNK_CLEAR);
    buf_put(out, SLICE_ARRAY(nonce.b));
    seal_encrypt(key, &nonce, bind(number, &bound), piece, out);
}

bool attachment_decrypt(const struct symkey *key, uint32_t number, struct slice chunk, struct buf *out)
{
    struct bound bound;
    struct nonce nonce;
    if (chunk.n <= SEAL_NONCE_BYTES + SEAL_SECRET_EXTRA || chunk.n > LIMIT_CHUNK_BYTES) {
        return false;
    }
    memcpy(nonce.b, chunk.p, sizeof nonce.b);
    return seal_decrypt(key, &nonce, bind(number, &bound), slice_of(chunk.p + sizeof nonce.b, chunk.n - sizeof nonce.b),
                        out);
}

bool attachment_chunk_ok(struct hash root, uint64_t size, uint32_t number, struct slice chunk,
                         const struct hash *path, size_t n)
{
    if (size == 0 || size > LIMIT_ATTACHMENT_BYTES || number >= attachment_chunks(size) ||
        chunk.n != attachment_chunk_bytes(size, number)) {
        return false;
    }
    const struct tree_head head = { .size = attachment_chunks(size), .root = root };
    return FAULT(CHUNK_UNVERIFIED) || merkle_inclusion_ok(number, merkle_leaf(chunk), head, path, n);
}

// --- manifests ---
bool attachment_name_ok(struct slice name)
{
    return name.n >= 1 && name.n <= LIMIT_ATTACHMENT_NAME && text_plain_ok(name);
}

static bool type_ok(struct slice type)
{
    return type.n >= 1 && type.n <= LIMIT_ATTACHMENT_TYPE && text_plain_ok(type);
}

static void put_blobs(const struct attachment_blob *blobs, size_t stride, size_t n, struct buf *out)
{
    pack_array(out, n);
    for (size_t i = 0; i < n; i++) {
        const struct attachment_blob *b = (const struct attachment_blob *)((const uint8_t *)blobs + i * stride);
        pack_array(out, 2);
        pack_bin(out, SLICE_ARRAY(b->root.b));
        pack_uint(out, b->size);
    }
}

static void put_content(struct slice blobs, struct slice list, struct buf *out)
{
    struct content c = { .count = 0 };
    content_add_value(&c, "blobs", blobs);
    content_add_bin(&c, "list", list);
    content_make(&c, out);
}

void manifest_make(const struct attachment *list, size_t n, struct buf *out)
{
    struct buf blobs = buf_new(LIMIT_MANIFEST_BYTES);
    struct buf secrets = buf_new(LIMIT_MANIFEST_BYTES);
    CHECK(n >= 1);
    CHECK(n <= LIMIT_ATTACHMENTS);
    pack_array(&secrets, n);
    for (size_t i = 0; i < n; i++) {
        CHECK(attachment_name_ok(list[i].name));
        CHECK(type_ok(list[i].type));
        CHECK(list[i].blob.size >= 1);
        CHECK(list[i].blob.size <= LIMIT_ATTACHMENT_BYTES);
        pack_array(&secrets, 3);
        pack_str(&secrets, list[i].name);
        pack_str(&secrets, list[i].type);
        pack_bin(&secrets, SLICE_ARRAY(list[i].key.b));
    }
    put_blobs(&list[0].blob, sizeof list[0], n, &blobs);
    CHECK(buf_ok(&secrets));
    CHECK(buf_ok(&blobs));
    put_content(buf_slice(&blobs), buf_slice(&secrets), out);
    buf_wipe(&secrets);
    buf_done(&secrets);
    buf_done(&blobs);
}

void manifest_seal(const struct manifest *m, struct slice sealed, struct buf *out)
{
    struct buf blobs = buf_new(LIMIT_MANIFEST_BYTES);
    put_blobs(m->blobs, sizeof m->blobs[0], m->count, &blobs);
    CHECK(buf_ok(&blobs));
    put_content(buf_slice(&blobs), sealed, out);
    buf_done(&blobs);
}

static bool root_twice(const struct manifest *m, struct hash root)
{
    for (size_t i = 0; i < m->count; i++) {
        if (hash_equal(m->blobs[i].root, root)) {
            return true;
        }
    }
    return false;
}

static bool read_blobs(struct slice value, struct manifest *out)
{
    struct cursor c = cursor_new(value, true);
    const size_t n = cursor_array(&c, LIMIT_ATTACHMENTS);
    for (size_t i = 0; i < n && cursor_ok(&c); i++) {
        struct attachment_blob b;
        cursor_array_of(&c, 2);
        cursor_bin_fixed(&c, b.root.b, sizeof b.root.b);
        b.size = cursor_uint(&c);
        if (b.size == 0 || b.size > LIMIT_ATTACHMENT_BYTES || root_twice(out, b.root)) {
            cursor_fail(&c);
        }
        out->blobs[out->count++] = b;
    }
    return cursor_done(&c) && n > 0;
}

bool manifest_parse(struct slice bytes, struct manifest *out)
{
    struct manifest m = { .count = 0 };
    struct content c;
    if (bytes.n == 0) {
        *out = m;
        return true;
    }
    if (bytes.n > LIMIT_MANIFEST_BYTES || !content_parse(bytes, &c) || c.count != 2 ||
        !read_blobs(content_value(&c, "blobs"), &m)) {
        return false;
    }
    m.list = content_text(&c, "list");
    if (m.list.n == 0) {
        return false;
    }
    *out = m;
    return true;
}

bool manifest_is_sealed(struct slice bytes)
{
    struct manifest m;
    return manifest_parse(bytes, &m) && m.count > 0 && sealed_ok(m.list);
}

bool manifest_list(const struct manifest *m, struct slice list, struct attachment out[LIMIT_ATTACHMENTS])
{
    struct cursor c = cursor_new(list, false);
    cursor_array_of(&c, m->count);
    for (size_t i = 0; i < m->count; i++) {
        out[i].blob = m->blobs[i];
        cursor_array_of(&c, 3);
        out[i].name = cursor_str(&c);
        out[i].type = cursor_str(&c);
        cursor_bin_fixed(&c, out[i].key.b, sizeof out[i].key.b);
        if (!attachment_name_ok(out[i].name) || !type_ok(out[i].type)) {
            cursor_fail(&c);
        }
    }
    return cursor_done(&c);
}

// --- what may be attached ---
static const struct {
    const char *type;
    size_t at;           // where its signature stands,
    const char *begins;
    size_t n;
    size_t then_at;      // and a second one; n2 0: none
    const char *then;
    size_t n2;
} types[] = {
    { "audio/webm", 0, "\x1a\x45\xdf\xa3", 4, 0, "", 0 },
    { "audio/ogg", 0, "OggS", 4, 0, "", 0 },
    { "audio/mp4", 4, "ftyp", 4, 0, "", 0 },
    { "audio/wav", 0, "RIFF", 4, 8, "WAVE", 4 },
    { "audio/mpeg", 0, "ID3", 3, 0, "", 0 },
    { "audio/mpeg", 0, "\xff\xfb", 2, 0, "", 0 },
    { "audio/mpeg", 0, "\xff\xf3", 2, 0, "", 0 },
    { "image/jpeg", 0, "\xff\xd8\xff", 3, 0, "", 0 },
    { "image/png", 0, "\x89PNG\r\n\x1a\n", 8, 0, "", 0 },
    { "image/webp", 0, "RIFF", 4, 8, "WEBP", 4 },
    { "application/pdf", 0, "%PDF-", 5, 0, "", 0 },
};

static bool stands(struct slice s, size_t at, const char *what, size_t n)
{
    return s.n >= at + n && (n == 0 || memcmp(s.p + at, what, n) == 0);
}

// A browser says more of a type than counts here: audio/webm;codecs=opus.
static bool is_called(struct slice named, const char *type)
{
    const size_t n = strlen(type);
    return named.n == 0 || (stands(named, 0, type, n) && (named.n == n || named.p[n] == ';'));
}

const char *attachment_type(struct slice begins, struct slice named)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (stands(begins, types[i].at, types[i].begins, types[i].n) &&
            stands(begins, types[i].then_at, types[i].then, types[i].n2) && is_called(named, types[i].type)) {
            return types[i].type;
        }
    }
    return NULL;
}

bool attachment_type_known(struct slice named)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (type_ok(named) && is_called(named, types[i].type)) {
            return true;
        }
    }
    return false;
}

uint64_t attachment_most(struct slice type)
{
    const bool sound = stands(type, 0, "audio/", 6);
    return sound ? LIMIT_ATTACHMENT_BYTES : LIMIT_ATTACHMENT_STILL;
}
