// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One counted copy of the store key for each time it was changed. Read first: hub/keeper.h.
#include "hub/keeper.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct held {
    struct store_key key; // first: what is given out
    uint64_t holders;
    struct held *before;  // an earlier one that somebody holds
};

struct keeper {
    pthread_mutex_t lock;
    struct held *now;
};

static struct held *held_new(const struct store_key *key)
{
    struct held *h = mem_new(sizeof *h);
    (void)mlock(h, sizeof *h);
    h->key = *key;
    return h;
}

static void held_free(struct held *h)
{
    mem_wipe(h, sizeof *h);
    (void)munlock(h, sizeof *h);
    free(h);
}

struct keeper *keeper_new(const struct store_key *key)
{
    struct keeper *k = mem_new(sizeof *k);
    CHECK(pthread_mutex_init(&k->lock, NULL) == 0);
    k->now = held_new(key);
    return k;
}

void keeper_free(struct keeper *k)
{
    if (k != NULL) {
        CHECK(k->now->holders == 0);
        CHECK(k->now->before == NULL);
        held_free(k->now);
        pthread_mutex_destroy(&k->lock);
        free(k);
    }
}

const struct store_key *keeper_hold(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    struct held *h = k->now;
    h->holders++;
    pthread_mutex_unlock(&k->lock);
    return &h->key;
}

// Under the lock: wipes those of the past that nobody holds.
static void sweep(struct keeper *k)
{
    for (struct held **at = &k->now->before; *at != NULL;) {
        struct held *h = *at;
        if (h->holders == 0) {
            *at = h->before;
            held_free(h);
        } else {
            at = &h->before;
        }
    }
}

void keeper_release(struct keeper *k, const struct store_key *key)
{
    pthread_mutex_lock(&k->lock);
    struct held *h = k->now;
    while (h != NULL && &h->key != key) {
        h = h->before;
    }
    CHECK(h != NULL);
    CHECK(h->holders > 0);
    h->holders--;
    sweep(k);
    pthread_mutex_unlock(&k->lock);
}

void keeper_change(struct keeper *k, const struct store_key *next)
{
    struct held *h = held_new(next);
    pthread_mutex_lock(&k->lock);
    h->before = k->now;
    k->now = h;
    sweep(k);
    pthread_mutex_unlock(&k->lock);
}

bool keeper_settled(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    bool settled = k->now->before == NULL;
    pthread_mutex_unlock(&k->lock);
    return settled;
}
