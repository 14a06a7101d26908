// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read back, rehash, sign, keep outside, put into the database: in this order, so that at no moment a checkpoint is
// known to anybody that a restart could contradict.
#include "hub/checkpointer.h"

#include "hub/fold.h"

#include <stdlib.h>

#define READ_BACK_SLICE 20000u // entries rehashed in one read transaction, which must be short

struct checkpointer {
    struct checkpointer_keys keys;
    struct record *record;
    struct fold fold;            // up to `folded`, for the log's keys
    uint64_t folded;
    struct service_keys *service; // by that roster
    struct merkle_frontier verified; // what was read back from disk since the start
    struct tree_head head;
    struct buf note;
};

// Which keys the log has had by now. After an error the fold begins anew.
static enum err follow_keys(struct checkpointer *c, struct kv_txn *t, struct why *why)
{
    const uint64_t size = record_size(c->record);
    if (c->fold.roster == NULL) {
        c->fold = fold_new(c->keys.charter);
        c->folded = 0;
    }
    enum err e = fold_follow(&c->fold, c->record, t, c->folded, size, why);
    if (e != OK) {
        fold_done(&c->fold);
        c->fold = (struct fold){ .roster = NULL };
        return e;
    }
    c->folded = size;
    service_keys_of(c->keys.charter, c->fold.roster, c->service);
    return OK;
}

static enum err load_last(struct checkpointer *c, struct kv_txn *t, struct why *why)
{
    struct slice note;
    struct tree_head outside;
    uint64_t size = 0;
    enum err e = record_load(c->record, t, why);
    if (e == OK) {
        e = follow_keys(c, t, why);
    }
    if (e == OK) {
        e = record_check_outside(c->record, t, c->keys.path, c->service, &outside, why);
    }
    if (e != OK) {
        return e;
    }
    // A note that was kept outside but not put in was seen by nobody: it is made again, byte for byte.
    e = record_checkpoint_last(t, &size, &note);
    if (e == OK) {
        e = record_root(c->record, t, size, &c->head.root);
    }
    if (e == OK) {
        c->head.size = size;
        buf_put(&c->note, note);
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err checkpointer_open(const struct checkpointer_keys *keys, struct checkpointer **out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct checkpointer *c = mem_new(sizeof *c);
    c->keys = *keys;
    c->record = record_new();
    c->service = mem_new(sizeof *c->service);
    c->head = tree_head_empty();
    c->note = buf_new(LIMIT_NOTE_BYTES);
    enum err e = kv_begin_read(keys->kv, &t);
    if (e == OK) {
        e = load_last(c, t, why);
        enum err end = kv_commit(t);
        e = e != OK ? e : end;
    }
    if (e != OK) {
        checkpointer_close(c);
        return e;
    }
    *out = c;
    return OK;
}

void checkpointer_close(struct checkpointer *c)
{
    if (c != NULL) {
        record_free(c->record);
        fold_done(&c->fold);
        free(c->service);
        buf_done(&c->note);
        free(c);
    }
}

// Reads back and rehashes up to the record's end; *head is the record's in the last transaction.
static enum err read_back(struct checkpointer *c, struct tree_head *head, struct why *why)
{
    bool more = true;
    enum err e = OK;
    while (e == OK && more) {
        struct kv_txn *t = NULL;
        e = kv_begin_read(c->keys.kv, &t);
        if (e != OK) {
            return e;
        }
        e = record_load(c->record, t, why);
        if (e == OK) {
            uint64_t size = record_size(c->record);
            *head = record_head(c->record);
            more = size - c->verified.size > READ_BACK_SLICE;
            e = record_verify(c->record, t, more ? c->verified.size + READ_BACK_SLICE : size, &c->verified, why);
        }
        if (e == OK && !more) {
            e = follow_keys(c, t, why);
        }
        enum err end = kv_commit(t);
        e = e != OK ? e : end;
    }
    return e;
}

// PROTOCOL 8.9. The old key's signature says that this log goes on from the one it signed; when its secret is lost,
// what the roots said of the new key stands alone.
static enum err sign(struct checkpointer *c, struct tree_head head, struct buf *note, struct why *why)
{
    const struct vkey *key = service_log_at(c->service, head.size);
    const struct vkey *before = service_log_at(c->service, c->head.size);
    const struct seckey *sec = log_ring_find(c->keys.logs, key->key);
    const struct seckey *sec_before = log_ring_find(c->keys.logs, before->key);
    if (sec == NULL) {
        why_set(why, "the secret of the consultation's log key is not at this hub: restore it from a backup");
        return ERR_AGAIN; // it may have been made since these were read: the hub starts over (hub_shell.c)
    }
    checkpoint_make(head, key, sec, note);
    if (c->head.size > 0 && !vkey_equal(key, before) && sec_before != NULL) {
        struct buf text = buf_new(LIMIT_KEY_NAME + 128);
        checkpoint_put_text(slice_text(key->name), head, &text);
        note_add_signature(buf_slice(&text), before, sec_before, note);
        buf_done(&text);
    }
    return OK;
}

static enum err keep(struct checkpointer *c, struct tree_head head, struct slice note, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = record_checkpoint_keep(c->keys.path, note, why);
    if (e == OK) {
        e = kv_begin_write(c->keys.kv, &t);
    }
    if (e == OK) {
        record_checkpoint_put(t, head.size, note);
        e = kv_commit(t);
    }
    return e;
}

enum err checkpointer_publish(struct checkpointer *c, bool *fresh, struct why *why)
{
    struct tree_head head = tree_head_empty();
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    *fresh = false;
    enum err e = read_back(c, &head, why);
    if (e == OK && head.size > c->head.size) {
        e = sign(c, head, &note, why);
    }
    if (e == OK && head.size > c->head.size) {
        e = keep(c, head, buf_slice(&note), why);
        // Of a write that a full disk cut short LMDB says EIO. Writing may be tried again; what was read is good.
        e = e == ERR_IO ? ERR_AGAIN : e;
    }
    if (e == OK && head.size > c->head.size) {
        c->head = head;
        buf_reset(&c->note);
        buf_put(&c->note, buf_slice(&note));
        *fresh = true;
    }
    buf_done(&note);
    return e;
}

struct tree_head checkpointer_head(const struct checkpointer *c)
{
    return c->head;
}

struct slice checkpointer_note(const struct checkpointer *c)
{
    return buf_slice(&c->note);
}
