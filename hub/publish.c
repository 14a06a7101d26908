// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The publisher's thread: wait for a commit, wait for the second to pass, publish, tell the socket's thread.
#include "hub/publish.h"

#include "common/net/loop.h"

#include <pthread.h>
#include <stdlib.h>

#define PUBLISH_MS 1000 // at most one checkpoint in this time

struct publish {
    struct publish_options options;
    struct checkpointer *checkpointer; // the thread's, once it runs
    int stop_fd;
    bool running;
    pthread_t thread;
    pthread_mutex_t lock; // of all below
    struct tree_head head;
    struct buf note;
    enum err failure;
    struct why why;
};

// What others may see of the last checkpoint.
static void show(struct publish *p)
{
    pthread_mutex_lock(&p->lock);
    p->head = checkpointer_head(p->checkpointer);
    buf_reset(&p->note);
    buf_put(&p->note, checkpointer_note(p->checkpointer));
    pthread_mutex_unlock(&p->lock);
}

static void give_up(struct publish *p, enum err e, const struct why *why)
{
    pthread_mutex_lock(&p->lock);
    p->failure = e;
    p->why = *why;
    pthread_mutex_unlock(&p->lock);
    loop_wake(p->options.wake_fd);
}

// A full disk passes; a record that does not read back as it was written does not.
static bool passes(enum err e)
{
    return e == ERR_FULL || e == ERR_AGAIN;
}

// Waits until the second has passed and there is something to do. False when the thread is to end.
static bool wait_turn(struct publish *p, bool again)
{
    struct loop_watch watches[2] = { { .fd = p->stop_fd }, { .fd = p->options.commit_fd } };
    uint64_t not_before = loop_now_ms() + PUBLISH_MS;
    if (loop_wait(watches, 1, not_before) != OK || watches[0].ready) {
        return false;
    }
    if (loop_wait(watches, 2, again ? not_before : UINT64_MAX) != OK || watches[0].ready) {
        return false;
    }
    loop_wake_clear(p->options.commit_fd);
    return true;
}

static void *publish_main(void *arg)
{
    struct publish *p = arg;
    enum err e = OK;
    (void)pthread_setname_np(pthread_self(), "publish");
    do {
        struct why why = { "" };
        bool fresh = false;
        e = checkpointer_publish(p->checkpointer, &fresh, &why);
        if (fresh) {
            show(p);
            loop_wake(p->options.wake_fd);
        }
        if (e != OK && !passes(e)) {
            give_up(p, e, &why);
            return NULL;
        }
    } while (wait_turn(p, e != OK));
    return NULL;
}

enum err publish_start(const struct publish_options *options, struct publish **out, struct why *why)
{
    struct publish *p = mem_new(sizeof *p);
    p->options = *options;
    p->note = buf_new(LIMIT_NOTE_BYTES);
    p->stop_fd = -1;
    CHECK(pthread_mutex_init(&p->lock, NULL) == 0);
    enum err e = checkpointer_open(&options->keys, &p->checkpointer, why);
    if (e == OK) {
        show(p);
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
    checkpointer_close(p->checkpointer);
    buf_done(&p->note);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

bool publish_last(struct publish *p, uint64_t known_size, struct tree_head *head, struct buf *out)
{
    pthread_mutex_lock(&p->lock);
    bool yes = p->head.size > 0 && p->head.size != known_size;
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
