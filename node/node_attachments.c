// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the store says of attachments on their way up. Read first: node_store.h, node_chunks.c.
#include "node/node_store.h"

#include "common/store/attached.h"
#include "common/store/blob.h"
#include "common/store/exchange_state.h"

// PROTOCOL 18.5: sound follows the words it belongs to.
static enum err is_ready(struct kv_txn *t, const struct attached *a, bool *yes)
{
    struct exchange_journal x;
    enum err e = a->state == ATTACHED_WAITING ? exchange_journal_get(t, &a->journal, &x) : ERR_NOT_FOUND;
    *yes = e == OK && a->seq < x.acked.next;
    return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? kv_error(t) : e;
}

enum err node_store_attachment(struct kv *kv, const struct node_action *next, struct node_event *out)
{
    const struct node_attachment *place = &next->as.next_attachment.place;
    const struct attached from = { .journal = place->journal, .seq = place->seq, .blob.root = place->root };
    struct kv_txn *t = NULL;
    bool found = false;
    enum err e = kv_begin_read(kv, &t);
    if (e != OK) {
        return e;
    }
    struct attached_range r = next->as.next_attachment.after ? attached_range_after(t, &from)
                                                             : attached_range_new(t, NULL);
    while (e == OK && !found && attached_range_next(&r)) {
        e = is_ready(t, &r.at, &found);
    }
    *out = (struct node_event){ .type = NODE_ATTACHMENT, .as.attachment.found = found };
    if (found) {
        out->as.attachment.at = (struct node_attachment){ .journal = r.at.journal,
                                                          .seq = r.at.seq,
                                                          .root = r.at.blob.root,
                                                          .size = r.at.blob.size,
                                                          .next = r.at.next };
    }
    attached_range_done(&r);
    enum err end = kv_commit(t);
    return e != OK ? e : end;
}

enum err node_store_chunk(struct kv *kv, struct hash root, uint32_t number, struct buf *frame, bool *readable)
{
    struct kv_txn *t = NULL;
    struct blob b;
    struct hash path[LIMIT_PROOF_HASHES];
    struct msg m = { .type = MSG_CHUNK, .as.chunk = { .root = root, .number = number, .path = path } };
    enum err e = kv_begin_read(kv, &t);
    if (e != OK) {
        return e;
    }
    *readable = blob_look(t, root, &b) == OK && blob_path(t, root, &b, number, path, &m.as.chunk.path_count) == OK &&
                blob_get(t, &b, number, &m.as.chunk.bytes) == OK;
    if (*readable) {
        msg_make(&m, frame);
    }
    return kv_commit(t);
}
