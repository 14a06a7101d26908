// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read back, rehash, sign, keep outside, put into the database: in this order, so that at no moment a checkpoint is
// known to anybody that a restart could contradict.
#include "hub/checkpointer.h"

#include <stdlib.h>

#define READ_BACK_SLICE 20000u // entries rehashed in one read transaction, which must be short

struct checkpointer {
    struct checkpointer_keys keys;
    struct record *record;
    struct merkle_frontier verified; // what was read back from disk since the start
    struct tree_head head;
    struct buf note;
};

static enum err load_last(struct checkpointer *c, struct kv_txn *t, struct why *why)
{
    struct slice note;
    struct tree_head outside;
    uint64_t size = 0;
    enum err e = record_load(c->record, t, why);
    if (e == OK) {
        e = record_check_outside(c->record, t, c->keys.path, c->keys.log, &outside, why);
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
        enum err end = kv_commit(t);
        e = e != OK ? e : end;
    }
    return e;
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
        checkpoint_make(head, c->keys.log, c->keys.secret, &note);
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
