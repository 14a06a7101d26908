// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Makes batches as a node's outgoing side does, and checks entries as nobody can do faster.
// Read first: load.h.
#include "tests/bench/load.h"

#include "common/base/arena.h"
#include "common/exchange/msg.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES ((size_t)1 << 32)

// --- making ---
struct making {
    const struct scene *scene;
    struct load *load;
    struct writer *writer;
    size_t sender, batch;
    pthread_t thread;
};

static struct slice keep(struct arena *memory, struct slice s)
{
    struct slice kept;
    CHECK(arena_copy(memory, s, &kept));
    return kept;
}

// Takes an entry apart again from bytes of its own.
static void take_sample(struct arena *memory, const struct composed *c, struct sample *out)
{
    CHECK(entry_parse(keep(memory, c->entry.bytes), &out->entry) == VERDICT_GOOD);
    out->disclosure = c->disclosure;
    for (size_t i = 0; i < c->disclosure.count; i++) {
        out->disclosure.parts[i].bytes = keep(memory, c->disclosure.parts[i].bytes);
    }
}

static void make_frame(const struct making *k, struct wire_maker *maker, const struct wire_head *head,
                       struct parcel *out)
{
    struct buf payload = buf_new(LIMIT_FRAME_BYTES);
    *out = (struct parcel){ .frame = buf_new(LIMIT_FRAME_BYTES),
                            .first = head->seq,
                            .count = wire_count(maker),
                            .raw = wire_bytes(maker) };
    wire_end(maker, &payload);
    struct msg m = { .type = MSG_ENTRIES,
                     .as.entries = { .form = ENTRIES_WIRE,
                                     .journal = { k->writer->key, k->writer->incarnation },
                                     .first = head->seq,
                                     .prev = head->prev,
                                     .count = out->count,
                                     .raw = out->raw,
                                     .payload = buf_slice(&payload) } };
    msg_make(&m, &out->frame);
    CHECK(buf_ok(&out->frame));
    buf_done(&payload);
}

static void *make_main(void *arg)
{
    const struct making *k = arg;
    (void)pthread_setname_np(pthread_self(), "make");
    struct writer *w = k->writer;
    struct load *l = k->load;
    struct wire_maker *maker = wire_maker_new();
    struct said said;
    struct composed composed;
    size_t at = k->sender * l->per_sender * k->batch;
    said_init(&said);
    composed_init(&composed);
    for (size_t i = 0; i < l->per_sender; i++) {
        struct wire_head head = { .key = w->key, .incarnation = w->incarnation, .seq = w->next, .prev = w->prev };
        wire_begin(maker, &head);
        for (size_t j = 0; j < k->batch; j++) {
            said_make(k->scene->texts, &w->session, w->said++, l->imported, &said);
            writer_say(k->scene, w, &said.item, &composed);
            CHECK(wire_append(maker, &composed.entry, &composed.disclosure));
            if (l->samples != NULL) {
                take_sample(l->memory[k->sender], &composed, &l->samples[at++]);
            }
        }
        make_frame(k, maker, &head, &l->parcels[k->sender][i]);
    }
    said_done(&said);
    composed_done(&composed);
    wire_maker_free(maker);
    return NULL;
}

void load_make(struct scene *s, size_t per_sender, size_t batch, unsigned flags, struct load *out)
{
    struct making making[SENDERS];
    CHECK(batch <= LIMIT_BATCH_ENTRIES);
    *out = (struct load){ .entries = SENDERS * per_sender * batch, .per_sender = per_sender,
                          .imported = (flags & LOAD_IMPORTED) != 0 };
    if ((flags & LOAD_SAMPLES) != 0) {
        out->samples = mem_grow(NULL, out->entries, sizeof *out->samples);
    }
    for (size_t i = 0; i < SENDERS; i++) {
        out->parcels[i] = mem_new(per_sender * sizeof **out->parcels);
        out->memory[i] = arena_new(MEMORY_BYTES);
        making[i] = (struct making){ .scene = s, .load = out, .writer = &s->senders[i], .sender = i, .batch = batch };
        CHECK(pthread_create(&making[i].thread, NULL, make_main, &making[i]) == 0);
    }
    for (size_t i = 0; i < SENDERS; i++) {
        CHECK(pthread_join(making[i].thread, NULL) == 0);
        for (size_t k = 0; k < per_sender; k++) {
            out->frame_bytes += out->parcels[i][k].frame.n;
        }
    }
}

void load_done(struct load *l)
{
    for (size_t i = 0; i < SENDERS; i++) {
        for (size_t k = 0; k < l->per_sender; k++) {
            buf_done(&l->parcels[i][k].frame);
        }
        free(l->parcels[i]);
        arena_free(l->memory[i]);
    }
    free(l->samples);
    *l = (struct load){ .entries = 0 };
}

// --- the ceiling ---
#define PIECE 256 // entries a thread takes at a time

struct ceiling {
    const struct scene *scene;
    const struct load *load;
    atomic_size_t next;
    atomic_size_t bad;
};

static bool check_sample(const struct scene *s, const struct sample *k)
{
    const struct entry *e = &k->entry;
    struct hash leaf = entry_id(e->bytes);
    struct hash node = merkle_node(leaf, leaf);
    return entry_verify(e, s->charter.id) == VERDICT_GOOD && hash_equal(leaf, e->id) && !hash_is_zero(node) &&
           disclosure_check(&k->disclosure, &e->place, e->parts, e->part_count) == VERDICT_GOOD;
}

static void *ceiling_main(void *arg)
{
    struct ceiling *c = arg;
    (void)pthread_setname_np(pthread_self(), "ceiling");
    size_t from = atomic_fetch_add(&c->next, PIECE);
    while (from < c->load->entries) {
        size_t to = from + PIECE < c->load->entries ? from + PIECE : c->load->entries;
        for (size_t i = from; i < to; i++) {
            if (!check_sample(c->scene, &c->load->samples[i])) {
                atomic_fetch_add(&c->bad, 1);
            }
        }
        from = atomic_fetch_add(&c->next, PIECE);
    }
    return NULL;
}

struct effort effort_mean(struct effort a, struct effort b)
{
    return (struct effort){ (a.seconds + b.seconds) / 2, (a.processor + b.processor) / 2 };
}

struct effort ceiling_take(const struct scene *s, const struct load *l, unsigned threads)
{
    struct ceiling c = { .scene = s, .load = l };
    pthread_t workers[256];
    CHECK(l->samples != NULL);
    CHECK(threads <= sizeof workers / sizeof *workers);
    double began = clock_s();
    double processor = clock_processor_s();
    for (unsigned i = 0; i < threads; i++) {
        CHECK(pthread_create(&workers[i], NULL, ceiling_main, &c) == 0);
    }
    for (unsigned i = 0; i < threads; i++) {
        CHECK(pthread_join(workers[i], NULL) == 0);
    }
    struct effort e = { clock_s() - began, clock_processor_s() - processor };
    CHECK(atomic_load(&c.bad) == 0);
    return e;
}
