// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: engine.h, hub/pool.h.
#include "tests/bench/engine.h"

#include "common/net/loop.h"

#include <stdlib.h>

enum err engine_start(const struct scene *s, unsigned threads, struct engine *out, struct why *why)
{
    *out = (struct engine){ .wake_fd = -1, .commit_fd = -1 };
    enum err e = state_open(s->dir, 0, &out->state, why);
    if (e == OK) {
        e = hub_keys_load(out->state, &out->keys, why);
    }
    if (e == OK) {
        e = loop_wake_open(&out->wake_fd);
    }
    if (e == OK) {
        e = loop_wake_open(&out->commit_fd);
    }
    if (e == OK) {
        struct publish_options o = { .keys = { .kv = state_kv(out->state),
                                               .charter = &s->charter,
                                               .logs = &out->keys.logs,
                                               .path = out->keys.checkpoint_path },
                                     .commit_fd = out->commit_fd,
                                     .wake_fd = out->wake_fd };
        e = publish_start(&o, &out->publish, why);
    }
    if (e == OK) {
        struct sequence_keys k = { .charter = &s->charter,
                                   .keeper = out->keys.keeper,
                                   .logs = &out->keys.logs,
                                   .author = &out->keys.author,
                                   .author_key = out->keys.author_pub };
        e = sequence_open(state_kv(out->state), &k, &out->sequence, why);
    }
    if (e == OK) {
        struct pool_options o = { .workers = threads,
                                  .ingest = { .consultation = s->charter.id,
                                              .intakes = &out->keys.intakes,
                                              .keeper = out->keys.keeper },
                                  .sequence = out->sequence,
                                  .wake_fd = out->wake_fd,
                                  .commit_fd = out->commit_fd };
        e = pool_start(&o, &out->pool);
    }
    return e;
}

void engine_stop(struct engine *e)
{
    pool_stop(e->pool);
    publish_stop(e->publish);
    sequence_close(e->sequence);
    hub_keys_done(&e->keys);
    loop_fd_close(e->wake_fd);
    loop_fd_close(e->commit_fd);
    state_close(e->state);
    *e = (struct engine){ .wake_fd = -1, .commit_fd = -1 };
}

// --- one load ---
// How far one sender's batches are.
struct lane {
    size_t given, submitted, acknowledged;
    struct job **jobs; // by number of the batch: verified, waiting for the one before
};

struct taking {
    struct engine *engine;
    const struct load *load;
    struct lane lanes[SENDERS];
    uint64_t charged;  // as peer_core charges its pool
    size_t left;       // batches not acknowledged
};

static const struct parcel *parcel_of(const struct taking *t, const struct job *j)
{
    return &t->load->parcels[j->ticket % SENDERS][j->ticket / SENDERS];
}

// Hands over the next batch of every sender while there is room for it.
static void give(struct taking *t)
{
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < SENDERS; i++) {
            struct lane *lane = &t->lanes[i];
            if (lane->given == t->load->per_sender) {
                continue;
            }
            const struct parcel *p = &t->load->parcels[i][lane->given];
            uint64_t charge = peer_charge(p->raw, p->count);
            if (t->charged + charge > LIMIT_HUB_POOL_BYTES) {
                return;
            }
            t->charged += charge;
            struct job *j = mem_new(sizeof *j);
            j->ticket = lane->given++ * SENDERS + i;
            j->batch.ticket = j->ticket;
            j->batch.class = PEER_MEMBER;
            j->frame.payload = buf_slice(&p->frame);
            pool_verify(t->engine->pool, j);
            more = true;
        }
    }
}

// A journal's batches go to the writer in their order.
static void on_verified(struct taking *t, struct job *j)
{
    struct lane *lane = &t->lanes[j->ticket % SENDERS];
    CHECK(j->verdict == VERDICT_GOOD);
    CHECK(j->batch.count == parcel_of(t, j)->count);
    lane->jobs[j->ticket / SENDERS] = j;
    while (lane->submitted < t->load->per_sender && lane->jobs[lane->submitted] != NULL) {
        pool_submit(t->engine->pool, lane->jobs[lane->submitted]);
        lane->jobs[lane->submitted++] = NULL;
    }
}

static void on_committed(struct taking *t, struct job *j)
{
    const struct parcel *p = parcel_of(t, j);
    CHECK(j->outcome.has_ack);
    CHECK(!j->outcome.has_refuse);
    CHECK(j->outcome.ack.next >= p->first + p->count);
    t->charged -= peer_charge(p->raw, p->count);
    t->left--;
    job_free(j);
}

static void take_jobs(struct taking *t)
{
    for (struct job *j = pool_take(t->engine->pool); j != NULL; j = pool_take(t->engine->pool)) {
        if (j->committed) {
            on_committed(t, j);
        } else {
            on_verified(t, j);
        }
    }
}

void engine_take(struct engine *e, const struct load *l, struct engine_run *out)
{
    struct taking t = { .engine = e, .load = l, .left = SENDERS * l->per_sender };
    struct loop_watch watch = { .fd = e->wake_fd };
    for (size_t i = 0; i < SENDERS; i++) {
        t.lanes[i].jobs = mem_new(l->per_sender * sizeof(struct job *));
    }
    uint64_t commits = kv_number(state_kv(e->state));
    double began = clock_s();
    double processor = clock_processor_s();
    give(&t);
    while (t.left > 0) {
        CHECK(loop_wait(&watch, 1, UINT64_MAX) == OK);
        loop_wake_clear(e->wake_fd);
        take_jobs(&t);
        give(&t);
    }
    out->effort = (struct effort){ clock_s() - began, clock_processor_s() - processor };
    out->commits = kv_number(state_kv(e->state)) - commits;
    for (size_t i = 0; i < SENDERS; i++) {
        free(t.lanes[i].jobs);
    }
}

enum err engine_publish(struct engine *e, struct why *why)
{
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    struct tree_head head = tree_head_empty();
    struct loop_watch watch = { .fd = e->wake_fd };
    enum err err = OK;
    while (err == OK && head.size < sequence_size(e->sequence)) {
        loop_wake_clear(e->wake_fd);
        buf_reset(&note);
        if (!publish_last(e->publish, head.size, &head, &note)) {
            err = publish_failure(e->publish, why);
            CHECK(loop_wait(&watch, 1, loop_now_ms() + 100) == OK);
        }
    }
    buf_done(&note);
    return err;
}
