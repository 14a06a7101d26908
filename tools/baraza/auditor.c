// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A ring of batches: the caller's thread reads, fills and folds them in order, the others check them. When the ring is
// full the oldest is folded first, so memory is bounded.
#include "tools/baraza/auditor.h"

#include "common/base/file.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)1 << 20)
#define RING ((size_t)4 * LIMIT_AUDIT_THREADS)

struct slot {
    struct audit_batch *batch;
    bool checked;
};

struct auditor {
    struct audit *audit;
    const char *path;
    int fd;
    uint8_t *chunk;
    bool stopped;                // nothing more is worth reading
    size_t thread_count;
    pthread_t threads[LIMIT_AUDIT_THREADS];

    pthread_mutex_t lock;        // guards all below
    pthread_cond_t filled;       // a batch is to be checked, or quit
    pthread_cond_t checked;      // a batch was checked
    bool quit;
    size_t room;                 // slots in use at most
    uint64_t folded, taken, put; // numbers of batches: folded <= taken <= put <= folded + room
    struct slot slots[RING];
};

static void *check_batches(void *argument)
{
    struct auditor *a = argument;
    CHECK(pthread_mutex_lock(&a->lock) == 0);
    for (;;) {
        while (a->taken == a->put && !a->quit) {
            CHECK(pthread_cond_wait(&a->filled, &a->lock) == 0);
        }
        if (a->taken == a->put) {
            break;
        }
        struct slot *slot = &a->slots[a->taken++ % RING];
        CHECK(pthread_mutex_unlock(&a->lock) == 0);
        audit_batch_check(slot->batch);
        CHECK(pthread_mutex_lock(&a->lock) == 0);
        slot->checked = true;
        CHECK(pthread_cond_signal(&a->checked) == 0);
    }
    CHECK(pthread_mutex_unlock(&a->lock) == 0);
    return NULL;
}

static size_t processors(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > LIMIT_AUDIT_THREADS ? LIMIT_AUDIT_THREADS : (size_t)n;
}

// Starts as many as the system gives; with none, the caller's thread checks.
static void start_threads(struct auditor *a, size_t wanted)
{
    while (a->thread_count < wanted && a->thread_count < LIMIT_AUDIT_THREADS &&
           pthread_create(&a->threads[a->thread_count], NULL, check_batches, a) == 0) {
        a->thread_count++;
    }
    a->room = 8 * a->thread_count < RING ? 8 * a->thread_count : RING;
}

enum err auditor_open(const char *path, struct hash charter_id, unsigned threads, struct auditor **out, struct why *why)
{
    int fd = -1;
    uint64_t size = 0;
    enum err e = file_open(path, false, &fd, &size, why);
    if (e != OK) {
        return e;
    }
    struct auditor *a = mem_new(sizeof *a);
    a->audit = audit_new(charter_id);
    a->path = path;
    a->fd = fd;
    a->chunk = mem_new(CHUNK_BYTES);
    CHECK(pthread_mutex_init(&a->lock, NULL) == 0);
    CHECK(pthread_cond_init(&a->filled, NULL) == 0);
    CHECK(pthread_cond_init(&a->checked, NULL) == 0);
    start_threads(a, threads == 0 ? processors() : threads);
    *out = a;
    return OK;
}

// Waits for the oldest batch and folds it.
static void fold_oldest(struct auditor *a)
{
    struct slot *slot = &a->slots[a->folded % RING];
    CHECK(pthread_mutex_lock(&a->lock) == 0);
    while (!slot->checked) {
        CHECK(pthread_cond_wait(&a->checked, &a->lock) == 0);
    }
    struct audit_batch *batch = slot->batch;
    *slot = (struct slot){ 0 };
    a->folded++;
    CHECK(pthread_mutex_unlock(&a->lock) == 0);
    a->stopped = !audit_fold(a->audit, batch) || a->stopped;
}

static void put_batch(struct auditor *a, struct audit_batch *batch)
{
    if (batch == NULL) {
        return;
    }
    if (a->thread_count == 0) {
        audit_batch_check(batch);
        a->stopped = !audit_fold(a->audit, batch) || a->stopped;
        return;
    }
    if (a->put - a->folded == a->room) {
        fold_oldest(a);
    }
    CHECK(pthread_mutex_lock(&a->lock) == 0);
    a->slots[a->put++ % RING] = (struct slot){ .batch = batch };
    CHECK(pthread_cond_signal(&a->filled) == 0);
    CHECK(pthread_mutex_unlock(&a->lock) == 0);
}

enum err auditor_step(struct auditor *a, bool *more, struct why *why)
{
    size_t n = 0;
    enum err e = file_next(a->fd, a->path, a->chunk, CHUNK_BYTES, &n, why);
    if (e != OK) {
        return e;
    }
    struct slice chunk = slice_of(a->chunk, n);
    enum audit_state state = AUDIT_BATCH;
    while (state == AUDIT_BATCH && n > 0) {
        state = audit_feed(a->audit, &chunk);
        if (state == AUDIT_BATCH) {
            put_batch(a, audit_take(a->audit));
        }
    }
    a->stopped = a->stopped || state == AUDIT_STOP;
    *more = n > 0 && !a->stopped;
    return OK;
}

void auditor_progress(const struct auditor *a, uint64_t *done, uint64_t *total)
{
    audit_progress(a->audit, done, total);
}

void auditor_close(struct auditor *a, struct audit_report *report)
{
    if (a == NULL) {
        return;
    }
    put_batch(a, audit_take(a->audit));
    while (a->folded < a->put) {
        fold_oldest(a);
    }
    CHECK(pthread_mutex_lock(&a->lock) == 0);
    a->quit = true;
    CHECK(pthread_cond_broadcast(&a->filled) == 0);
    CHECK(pthread_mutex_unlock(&a->lock) == 0);
    for (size_t i = 0; i < a->thread_count; i++) {
        CHECK(pthread_join(a->threads[i], NULL) == 0);
    }
    if (report != NULL) {
        audit_end(a->audit, report);
    }
    CHECK(pthread_cond_destroy(&a->checked) == 0);
    CHECK(pthread_cond_destroy(&a->filled) == 0);
    CHECK(pthread_mutex_destroy(&a->lock) == 0);
    audit_free(a->audit);
    close(a->fd);
    free(a->chunk);
    free(a);
}

enum err auditor_run(const char *path, struct hash charter_id, unsigned threads, struct audit_report *report,
                     struct why *why)
{
    struct auditor *a = NULL;
    enum err e = auditor_open(path, charter_id, threads, &a, why);
    for (bool more = true; e == OK && more;) {
        e = auditor_step(a, &more, why);
    }
    auditor_close(a, e == OK ? report : NULL);
    return e;
}
