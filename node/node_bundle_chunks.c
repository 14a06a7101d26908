// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: node_bundle_chunks.h.
#include "node/node_bundle_chunks.h"

#include "common/format/custody.h"
#include "common/store/attached.h"
#include "common/store/blob.h"
#include "common/store/exchange_state.h"
#include "node/node_store.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_ROOM (LIMIT_CHUNK_BYTES + LIMIT_PROOF_HASHES * 34u + 256u) // of a bundle, at most

// Its words are at the hub, or in this bundle.
static bool goes_along(struct kv_txn *t, const struct node_start *start, const struct attached *a)
{
    struct exchange_journal x;
    for (size_t i = 0; i < start->count; i++) {
        const struct node_journal *j = &start->journals[i];
        if (journal_id_equal(j->local.journal, a->journal)) {
            return a->seq < (j->refused && j->refused_seq < j->local.next ? j->refused_seq : j->local.next);
        }
    }
    return exchange_journal_get(t, &a->journal, &x) == OK && a->seq < x.acked.next;
}

// Those that wait, in their order.
static enum err find_waiting(struct kv *kv, const struct node_start *start, struct attached **out, size_t *n)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(kv, &t);
    if (e != OK) {
        return e;
    }
    struct attached_range r = attached_range_new(t, NULL);
    while (attached_range_next(&r)) {
        if (r.at.state == ATTACHED_WAITING && goes_along(t, start, &r.at)) {
            *out = mem_grow(*out, *n + 1, sizeof **out);
            (*out)[(*n)++] = r.at;
        }
    }
    attached_range_done(&r);
    return kv_commit(t);
}

static enum err say_one(struct kv *kv, const struct attached *a, uint64_t most, node_bundle_sink *sink, void *arg,
                        struct node_bundle_made *made, struct why *why)
{
    const uint32_t count = attachment_chunks(a->blob.size);
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    enum err e = OK;
    uint32_t number = a->next;
    for (bool readable = true; e == OK && readable && number < count && made->bytes + CHUNK_ROOM <= most; number++) {
        buf_reset(&frame);
        e = node_store_chunk(kv, a->blob.root, number, &frame, &readable);
        if (e == OK && readable) {
            e = sink(arg, buf_slice(&frame), why);
            made->bytes += frame.n + 64;
            made->chunks++;
        }
    }
    if (number < count) {
        const uint64_t from = (uint64_t)number * LIMIT_CHUNK_CLEAR;
        made->chunks_left += count - number;
        made->chunk_bytes_left += a->blob.size - from;
    }
    buf_done(&frame);
    return e;
}

enum err node_bundle_chunks(struct kv *kv, const struct node_start *start, uint64_t most, node_bundle_sink *sink,
                            void *arg, struct node_bundle_made *made, struct why *why)
{
    struct attached *waiting = NULL;
    size_t n = 0;
    enum err e = find_waiting(kv, start, &waiting, &n);
    for (size_t i = 0; i < n && e == OK; i++) {
        e = say_one(kv, &waiting[i], most, sink, arg, made, why);
    }
    free(waiting);
    return e;
}

// --- down ---
void node_helds_add(struct node_helds *h, const struct msg_held *m)
{
    if (h->n < NODE_HELDS && m->code == VERDICT_GOOD) {
        h->items = mem_grow(h->items, h->n + 1, sizeof *h->items);
        h->items[h->n++] = *m;
    }
}

void node_helds_done(struct node_helds *h)
{
    free(h->items);
    *h = (struct node_helds){ .n = 0 };
}

static int by_root(const void *a, const void *b)
{
    return memcmp(((const struct msg_held *)a)->root.b, ((const struct msg_held *)b)->root.b, sizeof(struct hash));
}

static const struct msg_held *find(const struct node_helds *h, struct hash root)
{
    const struct msg_held wanted = { .root = root };
    return h->n == 0 ? NULL : bsearch(&wanted, h->items, h->n, sizeof *h->items, by_root);
}

// What m says of a, if that is more than is known. False: it says nothing new.
static bool moves(struct attached *a, const struct msg_held *m, struct hash consultation,
                  const struct service_keys *keys, uint64_t *bad)
{
    const struct held said = { .consultation = consultation, .root = a->blob.root, .size = a->blob.size };
    if (m->is_signed && !held_verify(&said, service_log_now(keys)->key, m->signature)) {
        ++*bad;
        return false;
    }
    if (m->is_signed) {
        a->state = ATTACHED_HELD;
        a->held = m->signature;
        a->next = attachment_chunks(a->blob.size);
        return true;
    }
    if (m->next <= a->next || m->next > attachment_chunks(a->blob.size)) {
        return false;
    }
    a->next = m->next;
    return true;
}

enum err node_helds_apply(struct node_helds *h, struct kv *kv, struct hash consultation,
                          const struct service_keys *keys, uint64_t *received, uint64_t *bad)
{
    struct kv_txn *t = NULL;
    struct attached *moved = NULL;
    size_t n = 0;
    if (h->n == 0) {
        return OK;
    }
    qsort(h->items, h->n, sizeof *h->items, by_root);
    enum err e = kv_begin_write(kv, &t);
    if (e != OK) {
        return e;
    }
    struct attached_range r = attached_range_new(t, NULL);
    while (attached_range_next(&r)) {
        const struct msg_held *m = r.at.state == ATTACHED_WAITING ? find(h, r.at.blob.root) : NULL;
        struct attached a = r.at;
        if (m != NULL && moves(&a, m, consultation, keys, bad)) {
            moved = mem_grow(moved, n + 1, sizeof *moved);
            moved[n++] = a;
        }
    }
    attached_range_done(&r);
    for (size_t i = 0; i < n; i++) {
        attached_put(t, &moved[i]);
        *received += moved[i].state == ATTACHED_HELD;
    }
    free(moved);
    return kv_commit(t);
}
