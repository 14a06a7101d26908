// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See house.h.
#include "tests/lib/hub/house.h"

#include "common/format/custody.h"
#include "common/format/outbox.h"
#include "common/format/pack.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WALL_S 1772409600u
#define LETTER_SAID 1024
#define STORE_FLAGS (KV_NO_SYNC | KV_ANY_FILESYSTEM)

static void must(enum err e, const struct why *why)
{
    if (e != OK) {
        fprintf(stderr, "house: %s: %s\n", err_text(e), why->text);
    }
    CHECK(e == OK);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

static struct hash store_secret(void)
{
    return hash_of(SLICE_LITERAL("the hub's store"));
}

static void put_secrets(const struct state_making *making)
{
    const struct person exchange = person_of("exchange");
    const struct person intake = person_of("intake");
    const struct hash log = hash_of(SLICE_LITERAL("the hub's log"));
    const struct hash author = hash_of(SLICE_LITERAL("the hub's author"));
    const struct hash store = store_secret();
    struct why why = { "" };
    must(state_make_secret(making, STATE_HUB_LOG, log.b, &why), &why);
    must(state_make_secret(making, STATE_HUB_AUTHOR, author.b, &why), &why);
    must(state_make_secret(making, STATE_HUB_EXCHANGE, exchange.transport_sec.b, &why), &why);
    must(state_make_secret(making, STATE_HUB_INTAKE, intake.transport_sec.b, &why), &why);
    must(state_make_secret(making, STATE_HUB_STORE, store.b, &why), &why);
}

void house_new(struct house *h, struct world *w)
{
    struct state_making making;
    struct why why = { "" };
    struct symkey store;
    const struct hash secret = store_secret();
    *h = (struct house){ .world = w, .author = person_of("the hub's author"), .intake = person_of("intake") };
    h->logs = (struct log_ring){ .n = 1, .at = { { w->hub.pub, w->hub.sec } } };
    h->intakes = (struct box_ring){ .n = 1, .at = { { h->intake.transport, h->intake.transport_sec } } };
    memcpy(store.b, secret.b, sizeof store.b);
    h->store_key = store_key_of(store);
    h->keeper = keeper_new(&h->store_key);
    snprintf(h->dir, sizeof h->dir, "/tmp/baraza-house-XXXXXX");
    CHECK(mkdtemp(h->dir) != NULL);
    snprintf(h->state, sizeof h->state, "%s/hub", h->dir);
    must(state_make_begin(STORE_HUB, h->state, buf_slice(&w->charter_note), STORE_FLAGS, &making, &why), &why);
    put_secrets(&making);
    must(state_make_commit(&making, &why), &why);
}

void house_done(struct house *h)
{
    CHECK(h->kv == NULL);
    keeper_free(h->keeper);
    (void)nftw(h->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *house_path(struct house *h, const char *name)
{
    snprintf(h->path, sizeof h->path, "%s/%s", h->state, name);
    return h->path;
}

void house_open(struct house *h)
{
    struct why why = { "" };
    must(store_open(house_path(h, STATE_STORE), STORE_FLAGS, 0, &h->kv, NULL, &why), &why);
    h->writer = (struct sequence_keys){ .charter = &h->world->charter,
                                        .keeper = h->keeper,
                                        .logs = &h->logs,
                                        .author = &h->author.sec,
                                        .author_key = h->author.pub };
    h->reader = (struct serve_keys){ .charter = h->writer.charter, .keeper = h->keeper, .logs = &h->logs };
    must(sequence_open(h->kv, &h->writer, &h->sequence, &why), &why);
    must(serve_open(h->kv, &h->reader, &h->serve, &why), &why);
}

void house_close(struct house *h)
{
    serve_close(h->serve);
    sequence_close(h->sequence);
    kv_close(h->kv);
    h->serve = NULL;
    h->sequence = NULL;
    h->kv = NULL;
}

struct ingest house_ingest(const struct house *h)
{
    return (struct ingest){ .consultation = h->world->charter.id,
                            .intakes = &h->intakes,
                            .keeper = h->keeper };
}

// --- messages ---
static void letter_begin(struct letter *l, const struct said *first, enum entries_form form)
{
    const struct place *place = &first->entry.place;
    *l = (struct letter){ .m = { .form = form,
                                 .journal = { .key = place->author, .incarnation = place->incarnation },
                                 .first = place->seq,
                                 .prev = first->entry.prev },
                          .payload = buf_new(LIMIT_FRAME_BYTES) };
}

size_t letter_fill(struct letter *l, struct said *const *said, size_t n)
{
    size_t packed = 0;
    struct wire_maker *maker = wire_maker_new();
    letter_begin(l, said[0], ENTRIES_WIRE);
    const struct wire_head head = { .key = l->m.journal.key,
                                    .incarnation = l->m.journal.incarnation,
                                    .seq = l->m.first,
                                    .prev = l->m.prev };
    wire_begin(maker, &head);
    while (packed < n && wire_append(maker, &said[packed]->entry, &said[packed]->disclosure)) {
        packed++;
    }
    l->m.count = packed;
    l->m.raw = wire_bytes(maker);
    wire_end(maker, &l->payload);
    l->m.payload = buf_slice(&l->payload);
    wire_maker_free(maker);
    return packed;
}

void letter_wire(struct letter *l, struct said *const *said, size_t n)
{
    CHECK(letter_fill(l, said, n) == n);
}

static struct symkey unlock_key(struct unlock_id *id)
{
    const struct hash key = hash_of(SLICE_LITERAL("an unlock"));
    struct symkey out;
    memcpy(out.b, key.b, sizeof out.b);
    memset(id, 7, sizeof *id);
    return out;
}

static void put_unlock(struct letter *l, const struct house *h, struct unlock_id id, const struct symkey *key)
{
    struct buf boxed = buf_new(OUTBOX_KEY_BYTES);
    CHECK(outbox_key_make(id, key, h->intake.transport, &boxed));
    pack_array(&l->payload, 2);
    pack_array(&l->payload, 1);
    pack_bin(&l->payload, buf_slice(&boxed));
    buf_done(&boxed);
}

void letter_outbox(struct letter *l, const struct house *h, struct said *const *said, size_t n)
{
    struct unlock_id id;
    const struct symkey key = unlock_key(&id);
    struct buf record = buf_new(OUTBOX_RECORD_BYTES);
    struct wire_maker *m = wire_maker_new();
    letter_begin(l, said[0], ENTRIES_OUTBOX);
    put_unlock(l, h, id, &key);
    pack_array(&l->payload, n);
    for (size_t i = 0; i < n; i++) {
        const struct nonce nonce = nonce_new();
        buf_reset(&record);
        outbox_make(m, id, &key, &nonce, &said[i]->entry, &said[i]->disclosure, &record);
        pack_bin(&l->payload, buf_slice(&record));
        l->m.raw += said[i]->bytes.n + said[i]->given.n;
    }
    wire_maker_free(m);
    buf_done(&record);
    l->m.count = n;
    l->m.payload = buf_slice(&l->payload);
    l->m.raw = l->m.raw > l->payload.n ? l->m.raw : l->payload.n;
}

void letter_outbox_of(struct letter *l, const struct house *h, const struct said *said, struct slice content)
{
    struct unlock_id id;
    const struct symkey key = unlock_key(&id);
    const struct nonce nonce = nonce_new();
    const struct place *place = &said->entry.place;
    struct buf record = buf_new(OUTBOX_RECORD_BYTES);
    struct buf cipher = buf_new(OUTBOX_RECORD_BYTES);
    struct buf ad = buf_new(256);
    uint8_t seq[8];
    be64_put(seq, place->seq);
    buf_put(&ad, slice_of("baraza/outbox/v1", 17));
    buf_put(&ad, SLICE_ARRAY(place->consultation.b));
    buf_put(&ad, SLICE_ARRAY(place->author.b));
    buf_put(&ad, SLICE_ARRAY(place->incarnation.b));
    buf_put(&ad, SLICE_ARRAY(seq));
    seal_encrypt(&key, &nonce, buf_slice(&ad), content, &cipher);
    letter_begin(l, said, ENTRIES_OUTBOX);
    put_unlock(l, h, id, &key);
    pack_array(&l->payload, 1);
    pack_array(&record, 3);
    pack_bin(&record, SLICE_ARRAY(id.b));
    pack_bin(&record, SLICE_ARRAY(nonce.b));
    pack_bin(&record, buf_slice(&cipher));
    pack_bin(&l->payload, buf_slice(&record));
    l->m.count = 1;
    l->m.raw = l->payload.n;
    l->m.payload = buf_slice(&l->payload);
    buf_done(&record);
    buf_done(&cipher);
    buf_done(&ad);
}

void letter_frame(const struct letter *l, struct buf *out)
{
    const struct msg m = { .type = MSG_ENTRIES, .as.entries = l->m };
    msg_make(&m, out);
    CHECK(buf_ok(out));
}

void letter_done(struct letter *l)
{
    buf_done(&l->payload);
}

// --- delivering ---
size_t house_said_by(const struct world *w, const struct person *p, struct said **out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < w->made_count && n < room; i++) {
        const struct place *place = &w->made[i]->entry.place;
        if (pubkey_equal(place->author, p->pub) &&
            memcmp(&place->incarnation, &p->incarnation, sizeof p->incarnation) == 0) {
            out[n++] = w->made[i];
        }
    }
    return n;
}

struct batch_outcome house_admit(struct house *h, const struct letter *l, enum peer_class class)
{
    const struct ingest in = house_ingest(h);
    struct batch batch = { .class = class };
    struct batch *batches[] = { &batch };
    struct batch_outcome outcome;
    struct why why = { "" };
    CHECK(ingest_verify(&in, &l->m, &batch) == VERDICT_GOOD);
    must(sequence_commit(h->sequence, batches, 1, WALL_S, &outcome, &why), &why);
    batch_done(&batch);
    return outcome;
}

struct batch_outcome house_deliver(struct house *h, struct said *const *said, size_t n)
{
    struct letter l;
    letter_wire(&l, said, n);
    struct batch_outcome outcome = house_admit(h, &l, PEER_MEMBER);
    letter_done(&l);
    return outcome;
}

struct batch_outcome house_deliver_all(struct house *h, const struct person *p)
{
    struct said *said[LETTER_SAID];
    size_t n = house_said_by(h->world, p, said, LETTER_SAID);
    struct batch_outcome outcome = { 0 };
    for (size_t i = 0; i < n;) {
        struct letter l;
        i += letter_fill(&l, said + i, n - i);
        outcome = house_admit(h, &l, PEER_MEMBER);
        letter_done(&l);
    }
    return outcome;
}

bool house_ack_good(const struct world *w, const struct msg_ack *ack, struct said *const *said, size_t n)
{
    struct merkle_frontier f = { 0 };
    for (size_t i = 0; i < n; i++) {
        merkle_append(&f, custody_leaf(said[i]->entry.id, disclosure_settled(&said[i]->disclosure)), NULL);
    }
    const struct custody c = { .consultation = w->charter.id,
                               .key = ack->journal.key,
                               .incarnation = ack->journal.incarnation,
                               .seq = ack->next - 1,
                               .head = ack->head,
                               .root = ack->root };
    return ack->next == n && hash_equal(ack->head, said[n - 1]->entry.id) && hash_equal(ack->root, merkle_root(&f)) &&
           custody_verify(&c, w->hub.pub, ack->signature);
}
