// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The eraser's thread: step while there is something to do, else look again soon. What fails is tried again later; the
// hub serves on meanwhile, because what is not destroyed yet is already shown to nobody.
#include "hub/erase_loop.h"

#include "common/net/loop.h"

#include <pthread.h>
#include <stdlib.h>

#define LOOK_MS 500   // how often the record is looked at
#define SOON_MS 20    // when somebody must let go of a key first
#define FAILED_MS 10000

struct erase_loop {
    const struct log *log;
    struct eraser *eraser; // the thread's, once it runs
    int stop_fd;
    bool running;
    pthread_t thread;
};

static void tell(const struct erase_loop *e, enum eraser_did did, uint64_t count)
{
    switch (did) {
    case ERASER_BEGAN:
        LOG_WITH(e->log, LOG_INFO, "hub.erasing", log_number("redactions", count));
        break;
    case ERASER_ERASED:
        LOG_WITH(e->log, LOG_INFO, "hub.erased", log_number("entries", count));
        break;
    case ERASER_RENEWED:
        LOG_WITH(e->log, LOG_INFO, "hub.store-key-renewed", log_number("keys", count));
        break;
    case ERASER_SAID:
        LOG_WITH(e->log, LOG_INFO, "hub.redactions-carried-out", log_number("redactions", count));
        break;
    case ERASER_NOTHING:
    case ERASER_WORKED:
    case ERASER_WAITED:
        break;
    }
}

static uint64_t pause_after(enum err e, enum eraser_did did)
{
    if (e != OK) {
        return FAILED_MS;
    }
    return did == ERASER_NOTHING || did == ERASER_SAID ? LOOK_MS : did == ERASER_WAITED ? SOON_MS : 0;
}

static void *erase_loop_main(void *arg)
{
    struct erase_loop *e = arg;
    struct loop_watch stop = { .fd = e->stop_fd };
    (void)pthread_setname_np(pthread_self(), "erase");
    do {
        struct why why = { "" };
        enum eraser_did did = ERASER_NOTHING;
        uint64_t count = 0;
        enum err err = eraser_step(e->eraser, loop_now_ms(), &did, &count, &why);
        if (err != OK) {
            LOG_WITH(e->log, LOG_ERROR, "hub.not-erased", log_err("error", err));
        }
        tell(e, did, count);
        if (loop_wait(&stop, 1, loop_now_ms() + pause_after(err, did)) != OK) {
            LOG(e->log, LOG_ERROR, "hub.erasing-ended");
            return NULL;
        }
    } while (!stop.ready);
    return NULL;
}

static void have_it_said(void *arg, const struct erased_said *said, size_t n)
{
    struct pool *pool = arg;
    pool_say_erased(pool, said, n);
}

enum err erase_loop_start(const struct erase_loop_options *options, struct erase_loop **out, struct why *why)
{
    const struct eraser_options eraser = { .kv = state_kv(options->state),
                                           .charter = state_charter(options->state),
                                           .dir = state_dir(options->state),
                                           .keeper = options->keeper,
                                           .gather_ms = options->gather_s * 1000,
                                           .say = have_it_said,
                                           .arg = options->pool };
    struct erase_loop *e = mem_new(sizeof *e);
    e->log = options->log;
    e->stop_fd = -1;
    enum err err = eraser_new(&eraser, &e->eraser, why);
    if (err == OK) {
        err = loop_wake_open(&e->stop_fd);
    }
    if (err == OK) {
        e->running = pthread_create(&e->thread, NULL, erase_loop_main, e) == 0;
        err = e->running ? OK : ERR_IO;
    }
    if (err != OK) {
        erase_loop_stop(e);
        return err;
    }
    *out = e;
    return OK;
}

void erase_loop_stop(struct erase_loop *e)
{
    if (e == NULL) {
        return;
    }
    if (e->running) {
        loop_wake(e->stop_fd);
        pthread_join(e->thread, NULL);
    }
    loop_fd_close(e->stop_fd);
    eraser_free(e->eraser);
    free(e);
}
