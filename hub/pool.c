// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Three queues under one lock each. The writer takes everything that is ready at once: that is the group commit. What
// it costs the disk to make one batch durable it costs for eight, so while workers are busy it waits for some to join.
#include "hub/pool.h"

#include "common/net/loop.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define COMMIT_BATCHES 8 // the writer waits at most until so many jobs came back from the workers

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    size_t coming;   // to_write only: jobs with the workers, which may soon be put,
    size_t returned; // and how many came back since the writer took its last
    struct job *first;
    struct job **last;
    bool closed;
};

struct pool {
    struct pool_options options;
    struct queue to_verify;
    struct queue to_write;
    struct queue done;
    size_t started;
    pthread_t *workers;
    bool writing;
    pthread_t writer;
    pthread_mutex_t lock; // of the two below
    enum err failure;
    uint64_t failures;
};

static void queue_init(struct queue *q)
{
    CHECK(pthread_mutex_init(&q->lock, NULL) == 0);
    CHECK(pthread_cond_init(&q->filled, NULL) == 0);
    q->coming = q->returned = 0;
    q->first = NULL;
    q->last = &q->first;
    q->closed = false;
}

static void queue_put(struct queue *q, struct job *j)
{
    j->next = NULL;
    pthread_mutex_lock(&q->lock);
    *q->last = j;
    q->last = &j->next;
    pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

// Under the queue's lock: takes the first job, NULL when there is none.
static struct job *queue_pop(struct queue *q)
{
    struct job *j = q->first;
    if (j != NULL) {
        q->first = j->next;
        q->last = q->first == NULL ? &q->first : q->last;
    }
    return j;
}

// Takes the first job, or waits for one; NULL when the queue is closed.
static struct job *queue_wait(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (q->first == NULL && !q->closed) {
        pthread_cond_wait(&q->filled, &q->lock);
    }
    struct job *j = q->closed ? NULL : queue_pop(q);
    pthread_mutex_unlock(&q->lock);
    return j;
}

static struct job *queue_look(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct job *j = queue_pop(q);
    pthread_mutex_unlock(&q->lock);
    return j;
}

// Says that a job goes to the workers; that one came back from them, good or not.
static void queue_announce(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->coming++;
    pthread_mutex_unlock(&q->lock);
}

static void queue_returned(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->coming--;
    q->returned++;
    if (q->coming == 0 || q->returned == COMMIT_BATCHES) {
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
}

// Waits until there is a job, and then for others to join it, but not for long: rubbish keeps workers busy too.
static void queue_wait_joined(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->closed && (q->first == NULL || (q->coming > 0 && q->returned < COMMIT_BATCHES))) {
        pthread_cond_wait(&q->filled, &q->lock);
    }
    q->returned = 0;
    pthread_mutex_unlock(&q->lock);
}

static void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

static void queue_done(struct queue *q)
{
    for (struct job *j = queue_look(q); j != NULL; j = queue_look(q)) {
        job_free(j);
    }
    pthread_cond_destroy(&q->filled);
    pthread_mutex_destroy(&q->lock);
}

void job_free(struct job *j)
{
    if (j != NULL) {
        sock_frame_done(&j->frame);
        batch_done(&j->batch);
        free(j->said);
        free(j);
    }
}

// --- workers ---
static void verify(const struct ingest *in, struct job *j, struct arena *arena)
{
    struct msg m;
    arena_reset(arena);
    j->verdict = msg_parse(j->frame.payload, arena, &m);
    if (j->verdict == VERDICT_GOOD) {
        CHECK(m.type == MSG_ENTRIES || m.type == MSG_CHUNK); // peer_core gives out tickets for nothing else
        j->verdict = m.type == MSG_CHUNK ? ingest_chunk(&m.as.chunk, j->attachment, &j->batch)
                                         : ingest_verify(in, &m.as.entries, &j->batch);
    }
    sock_frame_done(&j->frame);
}

static void *worker_main(void *arg)
{
    struct pool *p = arg;
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    (void)pthread_setname_np(pthread_self(), "verify"); // for top and perf
    for (struct job *j = queue_wait(&p->to_verify); j != NULL; j = queue_wait(&p->to_verify)) {
        verify(&p->options.ingest, j, arena);
        queue_put(&p->done, j);
        loop_wake(p->options.wake_fd);
        queue_returned(&p->to_write);
    }
    arena_free(arena);
    return NULL;
}

// --- the writer ---
// All jobs that are ready, at most what one transaction should hold. Waits for the first.
static size_t gather(struct pool *p, struct job *jobs[LIMIT_TICKETS])
{
    size_t n = 0;
    size_t entries = 0;
    queue_wait_joined(&p->to_write);
    struct job *j = queue_wait(&p->to_write);
    while (j != NULL) {
        jobs[n++] = j;
        entries += j->batch.count;
        j = n == LIMIT_TICKETS || entries >= LIMIT_COMMIT_ENTRIES ? NULL : queue_look(&p->to_write);
    }
    return n;
}

static void note_failure(struct pool *p, enum err e)
{
    pthread_mutex_lock(&p->lock);
    p->failure = e;
    p->failures++;
    pthread_mutex_unlock(&p->lock);
}

static bool renews_door(const struct batch *b)
{
    bool yes = false;
    for (size_t i = 0; i < b->count && !yes; i++) {
        yes = b->packets[i].control && b->packets[i].fate == FATE_NEW;
    }
    return yes;
}

static void count_in_clear(struct job *j)
{
    for (size_t i = 0; i < j->batch.count; i++) {
        const struct packet *p = &j->batch.packets[i];
        if (p->fate == FATE_NEW && p->in_clear != 0) {
            j->in_clear++;
            j->in_clear_id = p->entry.id;
        }
    }
}

static void commit(struct pool *p, struct job *const *jobs, size_t n)
{
    struct batch *batches[LIMIT_TICKETS];
    struct batch_outcome *outcomes = mem_new(n * sizeof *outcomes);
    struct why why = { "" };
    for (size_t i = 0; i < n; i++) {
        batches[i] = &jobs[i]->batch;
    }
    enum err e = sequence_commit(p->options.sequence, batches, n, loop_wall_s(), outcomes, &why);
    if (e != OK) {
        note_failure(p, e);
    }
    for (size_t i = 0; i < n; i++) {
        jobs[i]->outcome = outcomes[i];
        jobs[i]->committed = true;
        if (e == OK) {
            count_in_clear(jobs[i]);
        }
        jobs[i]->renews_door = e == OK && renews_door(&jobs[i]->batch);
        batch_done(&jobs[i]->batch);
        queue_put(&p->done, jobs[i]);
    }
    free(outcomes);
    loop_wake(p->options.wake_fd);
    if (e == OK) {
        loop_wake(p->options.commit_fd);
    }
}

// What the hub has to say itself is a transaction of its own; its job does not come back.
static void say_erased(struct pool *p, struct job *j)
{
    struct why why = { "" };
    enum err e = sequence_say_erased(p->options.sequence, j->said, j->said_n, loop_wall_s(), &why);
    if (e != OK) {
        note_failure(p, e);
        loop_wake(p->options.wake_fd);
    } else {
        loop_wake(p->options.commit_fd);
    }
    job_free(j);
}

// Takes those jobs out of the n and does them; returns how many are left.
static size_t say_what_is_ours(struct pool *p, struct job **jobs, size_t n)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        if (jobs[i]->said != NULL) {
            say_erased(p, jobs[i]);
        } else {
            jobs[left++] = jobs[i];
        }
    }
    return left;
}

static void *writer_main(void *arg)
{
    struct pool *p = arg;
    struct job *jobs[LIMIT_TICKETS];
    (void)pthread_setname_np(pthread_self(), "write");
    for (size_t n = gather(p, jobs); n > 0; n = gather(p, jobs)) {
        size_t left = say_what_is_ours(p, jobs, n);
        if (left > 0) {
            commit(p, jobs, left);
        }
    }
    return NULL;
}

// --- the pool ---
enum err pool_start(const struct pool_options *options, struct pool **out)
{
    CHECK(options->workers > 0);
    struct pool *p = mem_new(sizeof *p);
    p->options = *options;
    p->workers = mem_new(options->workers * sizeof *p->workers);
    CHECK(pthread_mutex_init(&p->lock, NULL) == 0);
    queue_init(&p->to_verify);
    queue_init(&p->to_write);
    queue_init(&p->done);
    while (p->started < options->workers &&
           pthread_create(&p->workers[p->started], NULL, worker_main, p) == 0) {
        p->started++;
    }
    p->writing = p->started > 0 && pthread_create(&p->writer, NULL, writer_main, p) == 0;
    if (!p->writing) {
        pool_stop(p);
        return ERR_IO;
    }
    *out = p;
    return OK;
}

void pool_stop(struct pool *p)
{
    if (p == NULL) {
        return;
    }
    queue_close(&p->to_verify);
    for (size_t i = 0; i < p->started; i++) {
        pthread_join(p->workers[i], NULL);
    }
    queue_close(&p->to_write);
    if (p->writing) {
        pthread_join(p->writer, NULL);
    }
    queue_done(&p->to_verify);
    queue_done(&p->to_write);
    queue_done(&p->done);
    pthread_mutex_destroy(&p->lock);
    free(p->workers);
    free(p);
}

void pool_verify(struct pool *p, struct job *j)
{
    queue_announce(&p->to_write);
    queue_put(&p->to_verify, j);
}

void pool_submit(struct pool *p, struct job *j)
{
    queue_put(&p->to_write, j);
}

void pool_say_erased(struct pool *p, const struct erased_said *said, size_t n)
{
    struct job *j = mem_new(sizeof *j);
    j->said = mem_new(n * sizeof *j->said);
    memcpy(j->said, said, n * sizeof *j->said);
    j->said_n = n;
    queue_put(&p->to_write, j);
}

struct job *pool_take(struct pool *p)
{
    return queue_look(&p->done);
}

enum err pool_failure(struct pool *p, uint64_t *count)
{
    pthread_mutex_lock(&p->lock);
    enum err e = p->failure;
    *count = p->failures;
    pthread_mutex_unlock(&p->lock);
    return e;
}
