// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What messages are made of, and those about single things: wants, chunks and what is held of an attachment.
// Read first: msg_inside.h.
#include "common/exchange/msg_inside.h"

#include <string.h>

// --- pieces ---
void msg_put_fixed(struct buf *out, const void *p, size_t n)
{
    pack_bin(out, slice_of(p, n));
}

void msg_put_journal(struct buf *out, const struct journal_id *j)
{
    msg_put_fixed(out, j->key.b, sizeof j->key.b);
    msg_put_fixed(out, j->incarnation.b, sizeof j->incarnation.b);
}

void msg_get_journal(struct cursor *c, struct journal_id *j)
{
    cursor_bin_fixed(c, j->key.b, sizeof j->key.b);
    cursor_bin_fixed(c, j->incarnation.b, sizeof j->incarnation.b);
}

void msg_put_hash(struct buf *out, const struct hash *h)
{
    msg_put_fixed(out, h->b, sizeof h->b);
}

struct hash msg_get_hash(struct cursor *c)
{
    struct hash h;
    cursor_bin_fixed(c, h.b, sizeof h.b);
    return h;
}

uint64_t msg_get_uint_to(struct cursor *c, uint64_t max)
{
    uint64_t v = cursor_uint(c);
    if (v > max) {
        cursor_fail(c);
        return 0;
    }
    return v;
}

uint64_t msg_get_place(struct cursor *c)
{
    return msg_get_uint_to(c, UINT64_MAX - LIMIT_COMMIT_ENTRIES);
}

void *msg_get_room(struct cursor *c, struct arena *arena, size_t n, size_t size)
{
    void *p = n == 0 || !cursor_ok(c) ? NULL : arena_take(arena, n * size);
    if (p == NULL && n > 0) {
        cursor_fail(c);
    }
    return p;
}

void msg_put_hashes(struct buf *out, const struct hash *hashes, size_t n)
{
    pack_array(out, n);
    for (size_t i = 0; i < n; i++) {
        msg_put_hash(out, &hashes[i]);
    }
}

const struct hash *msg_get_hashes(struct cursor *c, struct arena *arena, size_t *n)
{
    *n = cursor_array(c, LIMIT_PROOF_HASHES);
    struct hash *hashes = msg_get_room(c, arena, *n, sizeof *hashes);
    for (size_t i = 0; i < *n && cursor_ok(c); i++) {
        hashes[i] = msg_get_hash(c);
    }
    return hashes;
}

// --- want, chunk, held ---
static size_t want_count(enum want_what what)
{
    return what == WANT_PROOF ? 7 : what == WANT_CUSTODY ? 6 : 3;
}

void msg_put_want(struct buf *out, const struct msg_want *m)
{
    pack_array(out, want_count(m->what));
    pack_uint(out, MSG_WANT);
    pack_uint(out, m->what);
    if (m->what == WANT_HELD) {
        msg_put_hash(out, &m->root);
        return;
    }
    msg_put_journal(out, &m->journal);
    pack_uint(out, m->seq);
    msg_put_hash(out, &m->id);
    if (m->what == WANT_PROOF) {
        pack_uint(out, m->base);
    }
}

void msg_get_want(struct cursor *c, size_t count, struct msg_want *m)
{
    uint64_t what = msg_get_uint_to(c, WANT_CUSTODY);
    m->what = what == WANT_PROOF ? WANT_PROOF : what == WANT_HELD ? WANT_HELD : WANT_CUSTODY;
    if (count != want_count(m->what)) {
        cursor_fail(c);
    }
    if (m->what == WANT_HELD) {
        m->root = msg_get_hash(c);
        return;
    }
    msg_get_journal(c, &m->journal);
    m->seq = msg_get_place(c);
    m->id = msg_get_hash(c);
    if (m->what == WANT_PROOF) {
        m->base = msg_get_place(c);
    }
}

void msg_put_chunk(struct buf *out, const struct msg_chunk *m)
{
    CHECK(m->bytes.n <= LIMIT_CHUNK_BYTES);
    CHECK(m->path_count <= LIMIT_PROOF_HASHES);
    pack_array(out, 5);
    pack_uint(out, MSG_CHUNK);
    msg_put_hash(out, &m->root);
    pack_uint(out, m->number);
    pack_bin(out, m->bytes);
    msg_put_hashes(out, m->path, m->path_count);
}

void msg_get_chunk(struct cursor *c, struct arena *arena, struct msg_chunk *m)
{
    m->root = msg_get_hash(c);
    m->number = (uint32_t)msg_get_uint_to(c, LIMIT_ATTACHMENT_CHUNKS - 1);
    m->bytes = cursor_bin(c);
    m->path = msg_get_hashes(c, arena, &m->path_count);
    if (m->bytes.n > LIMIT_CHUNK_BYTES) {
        cursor_fail(c);
    }
}

void msg_put_held(struct buf *out, const struct msg_held *m)
{
    pack_array(out, 6);
    pack_uint(out, MSG_HELD);
    msg_put_hash(out, &m->root);
    pack_uint(out, m->next);
    pack_uint(out, m->code);
    msg_put_fixed(out, m->signature.b, m->is_signed ? sizeof m->signature.b : 0);
    pack_uint(out, m->retry_after_ms);
}

void msg_get_held(struct cursor *c, struct msg_held *m)
{
    m->root = msg_get_hash(c);
    m->next = (uint32_t)msg_get_uint_to(c, LIMIT_ATTACHMENT_CHUNKS);
    if (!verdict_known(cursor_uint(c), &m->code)) {
        cursor_fail(c);
    }
    struct slice signature = cursor_bin(c);
    m->retry_after_ms = cursor_uint(c);
    m->is_signed = signature.n > 0;
    if (!cursor_ok(c)) {
        return;
    }
    // Signed says that nothing more is wanted; a deferral says when to ask again.
    const bool deferral = verdict_class_of(m->code) == VERDICT_IS_DEFERRAL;
    if ((m->code != VERDICT_GOOD && !deferral) || (deferral && m->is_signed) || (!deferral && m->retry_after_ms != 0) ||
        (m->is_signed && signature.n != sizeof m->signature.b)) {
        cursor_fail(c);
    } else if (m->is_signed) {
        memcpy(m->signature.b, signature.p, sizeof m->signature.b);
    }
}
