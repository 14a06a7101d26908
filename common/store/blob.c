// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments: under chunk number 2^32-1 the blob's head, under the others its chunks, each encrypted by itself with
// the blob's key. It must never hold more of an attachment in memory than one chunk.
// head = u64 size ‖ sealed key 48 ‖ wrapped key (as a part's), checksummed: a renewed store key rewrites heads only
// chunk = nonce 24 ‖ XChaCha20-Poly1305
#include "common/store/blob.h"

#include "common/store/cell.h"

#include <string.h>

#define HEAD_CHUNK UINT32_MAX
static_assert(LIMIT_ATTACHMENT_BYTES / LIMIT_CHUNK_BYTES < HEAD_CHUNK, "no chunk has the head's number");

static struct key blob_key(struct hash root, uint32_t number)
{
    struct key_fields f = { .hash = root, .chunk = number };
    return key_make(DB_BLOB, &f, 0);
}

// What a chunk's cipher is bound to: root and number, so that chunks cannot change places.
struct bound {
    uint8_t b[32 + 4];
};

static struct slice bind(struct hash root, uint32_t number, struct bound *out)
{
    memcpy(out->b, root.b, 32);
    be32_put(out->b + 32, number);
    return SLICE_ARRAY(out->b);
}

static uint32_t chunk_count(uint64_t size)
{
    return (uint32_t)((size + LIMIT_CHUNK_BYTES - 1) / LIMIT_CHUNK_BYTES);
}

#define SEALED_KEY_BYTES (32 + VAULT_SEAL_BYTES)

void blob_begin(struct kv_txn *t, const struct store_key *key, struct hash root, uint64_t size)
{
    struct key at = blob_key(root, HEAD_CHUNK);
    struct slice known;
    uint8_t room[8 + SEALED_KEY_BYTES + sizeof((struct wrapped *)NULL)->b];
    struct buf head = buf_over(room, sizeof room);
    struct wrapped wrapped;
    CHECK(size <= LIMIT_ATTACHMENT_BYTES);
    if (kv_get(t, DB_BLOB, key_slice(&at), &known)) {
        return;
    }
    struct symkey blob = symkey_new();
    buf_put_u64be(&head, size);
    vault_seal(key, root, SLICE_ARRAY(blob.b), &head, &wrapped);
    buf_put(&head, slice_of(wrapped.b, wrapped.n));
    CHECK(buf_ok(&head));
    cell_put(t, DB_BLOB, key_slice(&at), buf_slice(&head));
    mem_wipe(&blob, sizeof blob);
}

static enum err head_get(struct kv_txn *t, struct hash root, struct slice *out)
{
    struct key at = blob_key(root, HEAD_CHUNK);
    enum err e = cell_get(t, DB_BLOB, key_slice(&at), out);
    return e == OK && out->n <= 8 + SEALED_KEY_BYTES ? ERR_CORRUPT : e;
}

static enum err head_open(struct kv_txn *t, const struct store_key *key, struct hash root, uint64_t *size,
                          struct symkey *blob)
{
    struct slice head;
    struct buf plain = buf_over(blob->b, sizeof blob->b);
    enum err e = head_get(t, root, &head);
    if (e == OK) {
        struct slice sealed = slice_of(head.p + 8, SEALED_KEY_BYTES);
        struct slice wrapped = slice_of(sealed.p + sealed.n, head.n - 8 - SEALED_KEY_BYTES);
        *size = be64_get(head.p);
        e = vault_open(key, root, wrapped, sealed, &plain);
    }
    return e;
}

enum err blob_put(struct kv_txn *t, const struct store_key *key, struct hash root, uint32_t number,
                  struct slice bytes)
{
    struct symkey blob;
    struct bound bound;
    uint64_t size = 0;
    enum err e = head_open(t, key, root, &size, &blob);
    if (e != OK) {
        return e;
    }
    uint64_t first = (uint64_t)number * LIMIT_CHUNK_BYTES;
    bool last = first < size && size - first <= LIMIT_CHUNK_BYTES;
    if (first >= size || bytes.n != (last ? size - first : LIMIT_CHUNK_BYTES)) {
        mem_wipe(&blob, sizeof blob);
        return ERR_BAD_INPUT;
    }
    struct key at = blob_key(root, number);
    struct buf value = buf_new(SEAL_NONCE_BYTES + bytes.n + SEAL_SECRET_EXTRA);
    struct nonce nonce = nonce_new();
    buf_put(&value, SLICE_ARRAY(nonce.b));
    seal_encrypt(&blob, &nonce, bind(root, number, &bound), bytes, &value);
    CHECK(buf_ok(&value));
    kv_put(t, DB_BLOB, key_slice(&at), buf_slice(&value));
    buf_done(&value);
    mem_wipe(&blob, sizeof blob);
    return kv_error(t);
}

enum err blob_get(struct kv_txn *t, const struct store_key *key, struct hash root, uint32_t number, struct buf *out)
{
    struct symkey blob;
    struct bound bound;
    struct nonce nonce;
    struct slice value;
    uint64_t size = 0;
    struct key at = blob_key(root, number);
    enum err e = head_open(t, key, root, &size, &blob);
    if (e != OK) {
        return e;
    }
    if (number >= chunk_count(size) || !kv_get(t, DB_BLOB, key_slice(&at), &value)) {
        e = kv_error(t) != OK ? kv_error(t) : ERR_NOT_FOUND;
    } else if (value.n < SEAL_NONCE_BYTES + SEAL_SECRET_EXTRA) {
        e = ERR_CORRUPT;
    } else if (value.n - SEAL_NONCE_BYTES - SEAL_SECRET_EXTRA > out->max - out->n) {
        e = ERR_TOO_BIG;
    } else {
        struct slice rest = slice_of(value.p + SEAL_NONCE_BYTES, value.n - SEAL_NONCE_BYTES);
        memcpy(nonce.b, value.p, SEAL_NONCE_BYTES);
        e = seal_decrypt(&blob, &nonce, bind(root, number, &bound), rest, out) ? OK : ERR_CORRUPT;
    }
    mem_wipe(&blob, sizeof blob);
    return e;
}

enum err blob_missing(struct kv_txn *t, struct hash root, uint32_t from, uint64_t *size, uint32_t *next)
{
    struct slice head;
    enum err e = head_get(t, root, &head);
    if (e != OK) {
        return e;
    }
    uint64_t bytes = be64_get(head.p);
    uint32_t at = from;
    for (; at < chunk_count(bytes); at++) {
        struct key key = blob_key(root, at);
        struct slice value;
        if (!kv_get(t, DB_BLOB, key_slice(&key), &value)) {
            break;
        }
    }
    if (kv_error(t) == OK) {
        *size = bytes;
        *next = at;
    }
    return kv_error(t);
}

bool blob_is_head(struct slice place)
{
    struct key_fields f;
    return key_parse(DB_BLOB, place, &f) && f.chunk == HEAD_CHUNK;
}

enum err blob_rewrap(struct kv_txn *t, const struct store_key *key, struct slice place, bool *changed)
{
    struct key_fields f;
    struct slice head;
    struct wrapped wrapped;
    uint8_t room[8 + SEALED_KEY_BYTES + sizeof wrapped.b];
    struct buf made = buf_over(room, sizeof room);
    CHECK(key_parse(DB_BLOB, place, &f));
    enum err e = head_get(t, f.hash, &head);
    if (e == OK) {
        struct slice old = slice_of(head.p + 8 + SEALED_KEY_BYTES, head.n - 8 - SEALED_KEY_BYTES);
        e = vault_rewrap(key, f.hash, old, &wrapped, changed);
    }
    if (e == OK && *changed) {
        buf_put(&made, slice_of(head.p, 8 + SEALED_KEY_BYTES));
        buf_put(&made, slice_of(wrapped.b, wrapped.n));
        CHECK(buf_ok(&made));
        cell_put(t, DB_BLOB, place, buf_slice(&made));
    }
    return e == OK ? kv_error(t) : e;
}
