// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read back, rehash, sign, keep outside, put into the database, tell: in this order, so that at no moment a checkpoint
// is known to anybody that a restart could contradict.
#include "hub/publish.h"

#include "common/net/loop.h"

#include <pthread.h>
#include <stdlib.h>

#define PUBLISH_MS 1000       // at most one checkpoint in this time
#define PUBLISH_SLICE 20000u  // entries rehashed in one read transaction

struct publish {
    struct publish_options options;
    struct record *record;
    struct merkle_frontier verified; // what was read back from disk since the start
    int stop_fd;
    bool running;
    pthread_t thread;
    pthread_mutex_t lock; // of all below
    struct tree_head head;
    struct buf note;
    enum err failure;
    struct why why;
};

// Reads back and rehashes up to the record's end, in slices, so that no read transaction is long. The last slice's
// head is the record's.
static enum err read_back(struct publish *p, struct tree_head *head, struct why *why)
{
    bool more = true;
    enum err e = OK;
    while (e == OK && more) {
        struct kv_txn *t = NULL;
        e = kv_begin_read(p->options.kv, &t);
        if (e != OK) {
            return e;
        }
        e = record_load(p->record, t, why);
        uint64_t size = record_size(p->record);
        if (e == OK) {
            *head = record_head(p->record);
            more = size - p->verified.size > PUBLISH_SLICE;
            e = record_verify(p->record, t, more ? p->verified.size + PUBLISH_SLICE : size, &p->verified, why);
        }
        enum err end = kv_commit(t);
        e = e != OK ? e : end;
    }
    return e;
}

static enum err keep(struct publish *p, struct tree_head head, struct slice note, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = record_checkpoint_keep(p->options.path, note, why);
    if (e == OK) {
        e = kv_begin_write(p->options.kv, &t);
    }
    if (e == OK) {
        record_checkpoint_put(t, head.size, note);
        e = kv_commit(t);
    }
    return e;
}

static enum err publish_one(struct publish *p, struct why *why)
{
    struct tree_head head = tree_head_empty();
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    enum err e = read_back(p, &head, why);
    if (e == OK && head.size > p->head.size) {
        checkpoint_make(head, p->options.log, p->options.secret, &note);
        e = keep(p, head, buf_slice(&note), why);
        if (e == OK) {
            pthread_mutex_lock(&p->lock);
            p->head = head;
            buf_reset(&p->note);
            buf_put(&p->note, buf_slice(&note));
            pthread_mutex_unlock(&p->lock);
            loop_wake(p->options.wake_fd);
        }
    }
    buf_done(&note);
    return e;
}

// A full disk passes; a record that does not read back as it was written does not.
static bool passes(enum err e)
{
    return e == ERR_FULL || e == ERR_AGAIN;
}

static void *publish_main(void *arg)
{
    struct publish *p = arg;
    uint64_t not_before = 0;
    bool stopping = false;
    struct loop_watch watches[2] = { { .fd = p->stop_fd }, { .fd = p->options.commit_fd } };
    while (!stopping) {
        struct why why = { "" };
        enum err e = publish_one(p, &why);
        if (e != OK && !passes(e)) {
            pthread_mutex_lock(&p->lock);
            p->failure = e;
            p->why = why;
            pthread_mutex_unlock(&p->lock);
            loop_wake(p->options.wake_fd);
            return NULL;
        }
        not_before = loop_now_ms() + PUBLISH_MS;
        // First wait for the second to pass, deaf to commits; then for something to publish.
        stopping = loop_wait(watches, 1, not_before) != OK || watches[0].ready;
        uint64_t deadline = e == OK ? UINT64_MAX : not_before + PUBLISH_MS;
        stopping = stopping || loop_wait(watches, 2, deadline) != OK || watches[0].ready;
        loop_wake_clear(p->options.commit_fd);
    }
    return NULL;
}

static enum err load_last(struct publish *p, struct why *why)
{
    struct kv_txn *t = NULL;
    struct slice note;
    struct tree_head outside;
    uint64_t size = 0;
    enum err e = kv_begin_read(p->options.kv, &t);
    if (e != OK) {
        return e;
    }
    e = record_load(p->record, t, why);
    if (e == OK) {
        e = record_check_outside(p->record, t, p->options.path, p->options.log, &outside, why);
    }
    if (e == OK) {
        e = record_checkpoint_last(t, &size, &note);
        if (e == OK && size <= outside.size) {
            buf_put(&p->note, note);
            p->head.size = size;
            e = record_root(p->record, t, size, &p->head.root);
        }
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    enum err end = kv_commit(t);
    return e != OK ? e : end;
}

enum err publish_start(const struct publish_options *options, struct publish **out, struct why *why)
{
    struct publish *p = mem_new(sizeof *p);
    p->options = *options;
    p->record = record_new();
    p->head = tree_head_empty();
    p->note = buf_new(LIMIT_NOTE_BYTES);
    p->stop_fd = -1;
    CHECK(pthread_mutex_init(&p->lock, NULL) == 0);
    enum err e = load_last(p, why);
    if (e == OK) {
        e = loop_wake_open(&p->stop_fd);
    }
    if (e == OK) {
        p->running = pthread_create(&p->thread, NULL, publish_main, p) == 0;
        e = p->running ? OK : ERR_IO;
    }
    if (e != OK) {
        publish_stop(p);
        return e;
    }
    *out = p;
    return OK;
}

void publish_stop(struct publish *p)
{
    if (p == NULL) {
        return;
    }
    if (p->running) {
        loop_wake(p->stop_fd);
        pthread_join(p->thread, NULL);
    }
    loop_fd_close(p->stop_fd);
    record_free(p->record);
    buf_done(&p->note);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

bool publish_last(struct publish *p, uint64_t changed_since, struct tree_head *head, struct buf *out)
{
    pthread_mutex_lock(&p->lock);
    bool yes = p->head.size > 0 && p->head.size != changed_since;
    if (yes) {
        *head = p->head;
        buf_put(out, buf_slice(&p->note));
    }
    pthread_mutex_unlock(&p->lock);
    return yes;
}

enum err publish_failure(struct publish *p, struct why *why)
{
    pthread_mutex_lock(&p->lock);
    enum err e = p->failure;
    *why = p->why;
    pthread_mutex_unlock(&p->lock);
    return e;
}
