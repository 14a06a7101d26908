// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A row for each attachment of a draft: nonce 24 ‖ XChaCha20-Poly1305 under the draft's key of
// [name, type, key, size, number, root or empty], bound to draft and id, a cell. Read first: attach.h.
#include "common/author/attach.h"

#include "common/format/pack.h"
#include "common/store/cell.h"

#include <stdlib.h>
#include <string.h>

#define PLAIN_BYTES 320
#define ROW_PREFIX "baraza/draft-blob/v1" // its NUL goes with it

// --- rows ---
static struct key row_key(struct draft_id draft, struct hash id, size_t fields)
{
    const struct key_fields f = { .hash = id, .draft = draft };
    return key_make(DB_DRAFT_BLOB, &f, fields);
}

struct bound {
    uint8_t b[sizeof ROW_PREFIX + 16 + 32];
};

static struct slice bind(struct draft_id draft, struct hash id, struct bound *out)
{
    memcpy(out->b, ROW_PREFIX, sizeof ROW_PREFIX);
    memcpy(out->b + sizeof ROW_PREFIX, draft.b, sizeof draft.b);
    memcpy(out->b + sizeof ROW_PREFIX + sizeof draft.b, id.b, sizeof id.b);
    return SLICE_ARRAY(out->b);
}

static void row_put(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key, const struct attach *a)
{
    uint8_t plain_room[PLAIN_BYTES];
    uint8_t room[PLAIN_BYTES + SEAL_NONCE_BYTES + SEAL_SECRET_EXTRA];
    struct buf plain = buf_over(plain_room, sizeof plain_room);
    struct buf row = buf_over(room, sizeof room);
    struct key at = row_key(draft, a->id, 0);
    struct bound bound;
    const struct nonce nonce = nonce_new();
    pack_array(&plain, 6);
    pack_text(&plain, a->name);
    pack_text(&plain, a->type);
    pack_bin(&plain, SLICE_ARRAY(a->key.b));
    pack_uint(&plain, a->size);
    pack_uint(&plain, a->number);
    pack_bin(&plain, a->done ? SLICE_ARRAY(a->root.b) : slice_of(NULL, 0));
    CHECK(buf_ok(&plain));
    buf_put(&row, SLICE_ARRAY(nonce.b));
    seal_encrypt(draft_key, &nonce, bind(draft, a->id, &bound), buf_slice(&plain), &row);
    CHECK(buf_ok(&row));
    cell_put(t, DB_DRAFT_BLOB, key_slice(&at), buf_slice(&row));
    mem_wipe(plain_room, sizeof plain_room);
}

static bool read_text(struct slice s, char *out, size_t room)
{
    const bool fits = s.n < room;
    memcpy(out, s.p, fits ? s.n : 0);
    out[fits ? s.n : 0] = '\0';
    return fits;
}

static bool read_plain(struct slice plain, struct attach *out)
{
    struct cursor c = cursor_new(plain, false);
    struct attach a = { .id = out->id };
    cursor_array_of(&c, 6);
    const struct slice name = cursor_str(&c);
    const struct slice type = cursor_str(&c);
    cursor_bin_fixed(&c, a.key.b, sizeof a.key.b);
    a.size = cursor_uint(&c);
    a.number = cursor_uint(&c);
    const struct slice root = cursor_bin(&c);
    bool good = cursor_done(&c) && a.size <= LIMIT_ATTACHMENT_BYTES && (root.n == 0 || root.n == sizeof a.root.b) &&
                read_text(name, a.name, sizeof a.name) && read_text(type, a.type, sizeof a.type);
    a.done = root.n > 0;
    if (good && a.done) {
        memcpy(a.root.b, root.p, sizeof a.root.b);
    }
    if (good) {
        *out = a;
    }
    mem_wipe(&a, sizeof a);
    return good;
}

static enum err row_open(struct draft_id draft, const struct symkey *draft_key, struct slice row, struct attach *out)
{
    uint8_t room[PLAIN_BYTES];
    struct buf plain = buf_over(room, sizeof room);
    struct bound bound;
    struct nonce nonce;
    if (row.n < SEAL_NONCE_BYTES + SEAL_SECRET_EXTRA || row.n > PLAIN_BYTES) {
        return ERR_CORRUPT;
    }
    memcpy(nonce.b, row.p, sizeof nonce.b);
    if (!seal_decrypt(draft_key, &nonce, bind(draft, out->id, &bound),
                      slice_of(row.p + sizeof nonce.b, row.n - sizeof nonce.b), &plain)) {
        return ERR_CRYPTO;
    }
    enum err e = read_plain(buf_slice(&plain), out) ? OK : ERR_CORRUPT;
    mem_wipe(room, sizeof room);
    return e;
}

enum err attach_get(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key, struct hash id,
                    struct attach *out)
{
    struct key at = row_key(draft, id, 0);
    struct slice row;
    struct attach a = { .id = id };
    enum err e = cell_get(t, DB_DRAFT_BLOB, key_slice(&at), &row);
    e = e == OK ? row_open(draft, draft_key, row, &a) : e;
    if (e == OK) {
        *out = a;
    }
    mem_wipe(&a, sizeof a);
    return e;
}

// Names of what a draft has, in no order; returns how many.
static size_t list_ids(struct kv_txn *t, struct draft_id draft, struct hash out[LIMIT_ATTACHMENTS])
{
    struct key prefix = row_key(draft, (struct hash){ { 0 } }, 1);
    struct kv_range r = kv_range_new(t, DB_DRAFT_BLOB, key_slice(&prefix), slice_of(NULL, 0));
    size_t n = 0;
    while (n < LIMIT_ATTACHMENTS && kv_range_next(&r)) {
        struct key_fields f;
        if (key_parse(DB_DRAFT_BLOB, r.key, &f)) {
            out[n++] = f.hash;
        }
    }
    kv_range_done(&r);
    return n;
}

static void swap(struct attach *a, struct attach *b)
{
    struct attach c = *a;
    *a = *b;
    *b = c;
    mem_wipe(&c, sizeof c);
}

enum err attach_list(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key,
                     struct attach out[LIMIT_ATTACHMENTS], size_t *n)
{
    struct hash ids[LIMIT_ATTACHMENTS];
    const size_t count = list_ids(t, draft, ids);
    enum err e = kv_error(t);
    for (size_t i = 0; i < count && e == OK; i++) {
        e = attach_get(t, draft, draft_key, ids[i], &out[i]);
        for (size_t k = i; e == OK && k > 0 && out[k].number < out[k - 1].number; k--) {
            swap(&out[k], &out[k - 1]);
        }
    }
    *n = e == OK ? count : 0;
    return e;
}

// --- growing ---
enum err attach_begin(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key, struct slice name,
                      const char *type, struct attach *out, struct why *why)
{
    struct attach list[LIMIT_ATTACHMENTS];
    size_t n = 0;
    enum err e = attach_list(t, draft, draft_key, list, &n);
    struct attach a = { .number = n > 0 ? list[n - 1].number + 1 : 0, .key = symkey_new() };
    mem_wipe(list, sizeof list);
    ident_random(a.id.b, sizeof a.id.b);
    if (e == OK && n == LIMIT_ATTACHMENTS) {
        why_set(why, "a contribution has at most %d attachments", LIMIT_ATTACHMENTS);
        e = ERR_FULL;
    }
    if (e == OK && (!attachment_name_ok(name) || !read_text(name, a.name, sizeof a.name) ||
                    !read_text(slice_text(type), a.type, sizeof a.type))) {
        why_set(why, "the name of an attachment is one line of at most %d bytes", LIMIT_ATTACHMENT_NAME);
        e = ERR_BAD_INPUT;
    }
    if (e == OK) {
        row_put(t, draft, draft_key, &a);
        *out = a;
        e = kv_error(t);
    }
    mem_wipe(&a, sizeof a);
    return e;
}

// The last chunk again, longer: `kept` bytes of it are here.
static enum err reopen_last(struct kv_txn *t, const struct attach *a, struct buf *piece)
{
    const size_t kept = (size_t)(a->size % LIMIT_CHUNK_CLEAR);
    return kept == 0 ? OK : attach_read(t, a->id, &a->key, a->size, a->size - kept, kept, piece);
}

static void put_piece(struct kv_txn *t, const struct attach *a, uint32_t number, struct slice piece)
{
    struct buf chunk = buf_new(LIMIT_CHUNK_BYTES);
    attachment_encrypt(&a->key, number, piece, &chunk);
    CHECK(buf_ok(&chunk));
    blob_grow(t, a->id, number, buf_slice(&chunk));
    buf_done(&chunk);
}

enum err attach_append(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key, struct attach *a,
                       uint64_t offset, struct slice bytes, struct why *why)
{
    const uint64_t most = attachment_most(slice_text(a->type));
    if (a->done) {
        return ERR_BAD_INPUT;
    }
    if (offset != a->size) {
        return ERR_EXISTS;
    }
    if (bytes.n > most - a->size) {
        why_set(why, "%s has more than the limit of %llu MB for %s", a->name, (unsigned long long)(most >> 20),
                a->type);
        return ERR_TOO_BIG;
    }
    struct buf piece = buf_new(LIMIT_CHUNK_CLEAR);
    uint32_t number = (uint32_t)(a->size / LIMIT_CHUNK_CLEAR);
    enum err e = reopen_last(t, a, &piece);
    for (size_t at = 0; e == OK && at < bytes.n; number++) {
        const size_t room = LIMIT_CHUNK_CLEAR - piece.n;
        const size_t n = bytes.n - at < room ? bytes.n - at : room;
        buf_put(&piece, slice_of(bytes.p + at, n));
        put_piece(t, a, number, buf_slice(&piece));
        buf_wipe(&piece);
        at += n;
        e = kv_error(t);
    }
    buf_wipe(&piece);
    buf_done(&piece);
    if (e == OK) {
        a->size += bytes.n;
        row_put(t, draft, draft_key, a);
        e = kv_error(t);
    }
    return e;
}

enum err attach_finish(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key, struct attach *a,
                       struct why *why)
{
    if (a->done) {
        return OK;
    }
    if (a->size == 0) {
        why_set(why, "%s is empty", a->name);
        return ERR_BAD_INPUT;
    }
    enum err e = blob_finish(t, a->id, a->size, &a->root);
    if (e == OK) {
        a->done = true;
        row_put(t, draft, draft_key, a);
        e = kv_error(t);
    }
    return e;
}

// --- the end of a draft ---
static bool is_bound(struct kv_txn *t, struct hash id)
{
    struct blob b;
    return blob_named(t, id, &b) && b.bound;
}

void attach_drop(struct kv_txn *t, struct draft_id draft, struct hash id)
{
    struct key at = row_key(draft, id, 0);
    if (kv_del(t, DB_DRAFT_BLOB, key_slice(&at)) && !is_bound(t, id)) {
        blob_drop_grown(t, id);
    }
}

void attach_drop_draft(struct kv_txn *t, struct draft_id draft)
{
    struct hash ids[LIMIT_ATTACHMENTS];
    const size_t n = list_ids(t, draft, ids);
    for (size_t i = 0; i < n; i++) {
        attach_drop(t, draft, ids[i]);
    }
}

void attach_sweep(struct kv_txn *t, bool (*there)(const void *arg, struct draft_id draft), const void *arg)
{
    struct draft_id *gone = NULL;
    size_t n = 0;
    struct kv_range r = kv_range_new(t, DB_DRAFT_BLOB, slice_of(NULL, 0), slice_of(NULL, 0));
    while (kv_range_next(&r)) {
        struct key_fields f;
        if (key_parse(DB_DRAFT_BLOB, r.key, &f) && !there(arg, f.draft)) {
            gone = mem_grow(gone, n + 1, sizeof *gone);
            gone[n++] = f.draft;
        }
    }
    kv_range_done(&r);
    for (size_t i = 0; i < n; i++) {
        attach_drop_draft(t, gone[i]);
    }
    free(gone);
}

// --- reading ---
enum err attach_read(struct kv_txn *t, struct hash id, const struct symkey *key, uint64_t size, uint64_t offset,
                     size_t most, struct buf *out)
{
    const struct blob b = { .id = id, .size = size };
    struct buf piece = buf_new(LIMIT_CHUNK_CLEAR);
    enum err e = OK;
    while (e == OK && most > 0 && offset < size) {
        const uint32_t number = (uint32_t)(offset / LIMIT_CHUNK_CLEAR);
        const size_t skip = (size_t)(offset % LIMIT_CHUNK_CLEAR);
        struct slice chunk;
        buf_wipe(&piece);
        e = blob_get(t, &b, number, &chunk);
        if (e == OK && (!attachment_decrypt(key, number, chunk, &piece) || piece.n <= skip)) {
            e = ERR_CORRUPT;
        }
        if (e == OK) {
            const size_t n = piece.n - skip < most ? piece.n - skip : most;
            buf_put(out, slice_of(piece.p + skip, n));
            offset += n;
            most -= n;
            e = buf_ok(out) ? OK : ERR_TOO_BIG;
        }
    }
    buf_wipe(&piece);
    buf_done(&piece);
    return e;
}

// --- signing ---
void attach_manifest(const struct attach *list, size_t n, struct buf *out)
{
    struct attachment made[LIMIT_ATTACHMENTS];
    CHECK(n <= LIMIT_ATTACHMENTS);
    for (size_t i = 0; i < n; i++) {
        CHECK(list[i].done);
        made[i] = (struct attachment){ .blob = { list[i].root, list[i].size },
                                       .name = slice_text(list[i].name),
                                       .type = slice_text(list[i].type),
                                       .key = list[i].key };
    }
    if (n > 0) {
        manifest_make(made, n, out);
    }
    mem_wipe(made, sizeof made);
}

static bool is_here(struct kv_txn *t, const struct attachment_blob *a)
{
    struct blob b;
    return blob_look(t, a->root, &b) == OK && blob_whole(&b) && b.size == a->size;
}

bool attach_here(struct kv_txn *t, struct slice manifest)
{
    struct manifest m;
    bool here = true;
    if (manifest_parse(manifest, &m)) {
        for (size_t i = 0; i < m.count && here; i++) {
            here = is_here(t, &m.blobs[i]);
        }
    }
    return here;
}

void attach_bind(struct kv_txn *t, const struct journal_id *journal, uint64_t seq, struct slice manifest)
{
    struct manifest m;
    if (!manifest_parse(manifest, &m)) {
        return; // what an entry says that was made elsewhere is nobody's to refuse
    }
    for (size_t i = 0; i < m.count; i++) {
        const struct attached a = { .journal = *journal,
                                    .seq = seq,
                                    .blob = m.blobs[i],
                                    .state = is_here(t, &m.blobs[i]) ? ATTACHED_WAITING : ATTACHED_LOST };
        blob_bind(t, m.blobs[i].root);
        attached_put(t, &a);
    }
}

void attach_unbind(struct kv_txn *t, const struct position *at)
{
    struct attached list[LIMIT_ATTACHMENTS];
    const size_t n = attached_of(t, &at->journal, at->seq, list);
    for (size_t i = 0; i < n; i++) {
        attached_drop(t, &list[i]);
    }
}
