// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: seat.h.
#include "tests/bench/seat.h"

#include "common/base/arena.h"
#include "common/base/file.h"
#include "common/net/loop.h"

#include <stdlib.h>

#define PASSPHRASE "four words for measuring"
#define TOGETHER 256 // contributions in one transaction at most
#define ARENA_BYTES ((size_t)16 << 20)

static enum err make_people(const struct scene *s, struct seat *d, struct keyring *k, struct why *why)
{
    struct pubkey nobody = { { 0 } };
    safe_init(&d->safe);
    d->who = safe_slot(&d->safe, nobody);
    return keyring_add(k, "heron", SLICE_LITERAL(PASSPHRASE), NULL, s->charter.intake, d->who, why);
}

static enum err make_state(const struct scene *s, struct seat *d, struct keyring *k, struct why *why)
{
    struct state_making making;
    struct boxkey pub;
    struct boxsec transport;
    enum err e = state_make_begin(STORE_NODE, d->dir, buf_slice(&s->note), 0, &making, why);
    if (e != OK) {
        return e;
    }
    char *path = state_path_in(making.dir, STATE_KEYRING);
    e = keyring_save(k, path, why);
    free(path);
    box_keypair(&pub, &transport);
    if (e == OK) {
        e = state_make_secret(&making, STATE_TRANSPORT, transport.b, why);
    }
    if (e == OK) {
        e = state_make_file(&making, STATE_CONF, SLICE_LITERAL("hub = 127.0.0.1:9\n"), why);
    }
    if (e == OK) {
        e = state_make_commit(&making, why);
    }
    state_make_abort(&making);
    return e;
}

static enum err open_session(struct seat *d, struct why *why)
{
    struct body body = { .kind = KIND_SESSION };
    struct append_item item = { .body = &body };
    struct append_result result;
    body.as.session.area = SLICE_LITERAL("XM-ARV");
    body.as.session.code = SLICE_LITERAL("XM-ARV-2026-011");
    body.as.session.type = SLICE_LITERAL("town-hall");
    enum err e = author_append(d->author, loop_wall_s(), &item, 1, &result, why);
    if (e == OK) {
        d->session = result.id;
    }
    return e;
}

enum err seat_open(struct bench *b, const struct scene *s, const char *name, struct seat *out, struct why *why)
{
    struct keyring *k = keyring_new();
    *out = (struct seat){ .dir = state_path_in(b->dir, name), .passphrase = state_path_in(b->dir, "passphrase") };
    enum err e = file_replace(out->passphrase, SLICE_LITERAL(PASSPHRASE "\n"), 0600, why);
    if (e == OK) {
        e = make_people(s, out, k, why);
    }
    if (e == OK) {
        e = make_state(s, out, k, why);
    }
    if (e == OK) {
        e = state_open(out->dir, 0, &out->state, why);
    }
    if (e == OK) {
        e = author_open(out->state, out->who, &out->author, why);
    }
    if (e == OK) {
        e = open_session(out, why);
    }
    keyring_free(k);
    return e;
}

void seat_leave(struct seat *d)
{
    author_close(d->author);
    state_close(d->state);
    d->author = NULL;
    d->state = NULL;
}

void seat_close(struct seat *d)
{
    seat_leave(d);
    safe_done(&d->safe);
    free(d->dir);
    free(d->passphrase);
    *d = (struct seat){ .dir = NULL };
}

enum err seat_append(struct seat *d, const struct texts *t, uint64_t first, size_t n, struct why *why)
{
    struct append_item items[TOGETHER];
    struct append_result results[TOGETHER];
    struct arena *arena = arena_new(ARENA_BYTES);
    struct said said;
    said_init(&said);
    CHECK(n <= TOGETHER);
    for (size_t i = 0; i < n; i++) {
        said_make(t, &d->session, first + i, false, &said);
        items[i] = said.item;
        for (size_t k = 0; k < LIMIT_PARTS; k++) {
            CHECK(arena_copy(arena, said.item.parts[k], &items[i].parts[k]));
        }
    }
    enum err e = author_append(d->author, loop_wall_s(), items, n, results, why);
    said_done(&said);
    arena_free(arena);
    return e;
}
