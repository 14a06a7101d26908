// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The file of the drafts' keys. A slot is owner 32 ‖ draft id 16 ‖ key 32 ‖ first 8 bytes of
// SHA-256("baraza/draft-slot/v1" 00 ‖ what stands before) ‖ zeros, or all zeros: free. It is written by one write
// within one sector, so a power cut leaves the old one or the new one. Read first: draft_keys.h.
#include "common/store/draft_keys.h"

#include "common/base/fault.h"
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOT_BYTES 128
#define SLOT_USED 80  // before the check
#define CHECK_BYTES 8
#define GROWTH 32     // slots that the file grows by
#define SLOTS_MAX (LIMIT_DRAFTS + GROWTH)
#define SLOT_PREFIX "baraza/draft-slot/v1"

static_assert(512 % SLOT_BYTES == 0, "no slot lies in two sectors");

enum slot_state { SLOT_FREE, SLOT_TAKEN, SLOT_DAMAGED };

struct slot {
    enum slot_state state;
    struct pubkey owner;
    struct draft_id id;
    struct symkey key;
};

struct draft_keys {
    char *path;
    bool there;            // the file
    size_t n;
    struct slot slots[SLOTS_MAX];
};

static bool draft_id_equal(struct draft_id a, struct draft_id b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

static void check_of(const uint8_t *slot, uint8_t out[static CHECK_BYTES])
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_of(SLOT_PREFIX, sizeof SLOT_PREFIX));
    sha256_add(&s, slice_of(slot, SLOT_USED));
    const struct hash h = sha256_done(&s);
    memcpy(out, h.b, CHECK_BYTES);
}

static void slot_read(const uint8_t *bytes, struct slot *out)
{
    static const uint8_t zeros[SLOT_BYTES];
    uint8_t check[CHECK_BYTES];
    check_of(bytes, check);
    *out = (struct slot){ .state = SLOT_FREE };
    if (memcmp(bytes, zeros, sizeof zeros) == 0) {
        return;
    }
    out->state = memcmp(check, bytes + SLOT_USED, sizeof check) == 0 ? SLOT_TAKEN : SLOT_DAMAGED;
    memcpy(out->owner.b, bytes, 32);
    memcpy(out->id.b, bytes + 32, 16);
    memcpy(out->key.b, bytes + 48, 32);
}

// A slot that is damaged stays one, without what was in it.
static void slot_make(const struct slot *slot, uint8_t out[static SLOT_BYTES])
{
    memset(out, 0, SLOT_BYTES);
    if (slot->state == SLOT_DAMAGED) {
        memset(out, 0xff, SLOT_USED);
    } else if (slot->state == SLOT_TAKEN) {
        memcpy(out, slot->owner.b, 32);
        memcpy(out + 32, slot->id.b, 16);
        memcpy(out + 48, slot->key.b, 32);
        check_of(out, out + SLOT_USED);
    }
}

enum err draft_keys_open(const char *path, struct draft_keys **out, struct why *why)
{
    struct buf bytes = buf_new((size_t)SLOTS_MAX * SLOT_BYTES);
    enum err e = file_read(path, false, &bytes, why);
    if (e == OK || e == ERR_NOT_FOUND) {
        struct draft_keys *k = mem_new(sizeof *k);
        k->path = strdup(path);
        CHECK(k->path != NULL);
        k->there = e == OK;
        // What is behind the last whole slot was being made when the power went.
        for (k->n = 0; (k->n + 1) * SLOT_BYTES <= bytes.n; k->n++) {
            slot_read(bytes.p + k->n * SLOT_BYTES, &k->slots[k->n]);
        }
        *out = k;
        e = OK;
    }
    buf_wipe(&bytes);
    buf_done(&bytes);
    return e;
}

void draft_keys_close(struct draft_keys *k)
{
    if (k != NULL) {
        free(k->path);
        mem_wipe(k, sizeof *k);
        free(k);
    }
}

// The place of its slot; k->n: it has none.
static size_t find(const struct draft_keys *k, struct pubkey owner, struct draft_id id)
{
    size_t i = 0;
    while (i < k->n && !(k->slots[i].state == SLOT_TAKEN && draft_id_equal(k->slots[i].id, id) &&
                         pubkey_equal(k->slots[i].owner, owner))) {
        i++;
    }
    return i;
}

const struct symkey *draft_keys_find(const struct draft_keys *k, struct pubkey owner, struct draft_id id)
{
    const size_t i = find(k, owner, id);
    return i < k->n ? &k->slots[i].key : NULL;
}

// --- writing ---

static enum err failed(const struct draft_keys *k, struct why *why)
{
    const int number = errno;
    why_set(why, "writing %s: %s", k->path, strerror(number));
    return err_from_errno(number);
}

// Writes bytes at `at`, durably.
static enum err put_at(const struct draft_keys *k, uint64_t at, struct slice bytes, struct why *why)
{
    const int fd = open(k->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return failed(k, why);
    }
    enum err e = OK;
    const ssize_t n = pwrite(fd, bytes.p, bytes.n, (off_t)at);
    if (n < 0) {
        e = failed(k, why);
    } else if ((size_t)n != bytes.n) {
        why_set(why, "writing %s: the disk is full", k->path);
        e = ERR_FULL;
    } else if (fsync(fd) != 0) {
        e = failed(k, why);
    }
    close(fd);
    return e;
}

// Writes one slot where it lies and, once the disk has it, in memory.
static enum err slot_put(struct draft_keys *k, size_t i, const struct slot *slot, struct why *why)
{
    uint8_t bytes[SLOT_BYTES];
    slot_make(slot, bytes);
    const bool keeps = FAULT(DRAFT_KEY_KEPT) && slot->state == SLOT_FREE;
    const enum err e = keeps ? OK : put_at(k, (uint64_t)i * SLOT_BYTES, SLICE_ARRAY(bytes), why);
    if (e == OK) {
        k->slots[i] = *slot;
    }
    mem_wipe(bytes, sizeof bytes);
    return e;
}

// Makes the file, with free slots. lost: keys were lost with it; one slot says so until nothing misses one.
static enum err make(struct draft_keys *k, bool lost, struct why *why)
{
    uint8_t bytes[GROWTH * SLOT_BYTES] = { 0 };
    const struct slot first = { .state = lost ? SLOT_DAMAGED : SLOT_FREE };
    slot_make(&first, bytes);
    enum err e = file_create(k->path, SLICE_ARRAY(bytes), 0600, why);
    if (e == OK) {
        k->there = true;
        k->n = GROWTH;
        k->slots[0] = first;
    }
    return e;
}

static enum err grow(struct draft_keys *k, struct why *why)
{
    static const uint8_t zeros[GROWTH * SLOT_BYTES];
    enum err e = put_at(k, (uint64_t)k->n * SLOT_BYTES, SLICE_ARRAY(zeros), why);
    if (e == OK) {
        k->n += GROWTH;
    }
    return e;
}

// The place of a free slot.
static enum err free_slot(struct draft_keys *k, size_t *out, struct why *why)
{
    size_t taken = 0;
    enum err e = k->there ? OK : make(k, true, why);
    for (size_t i = 0; i < k->n; i++) {
        taken += k->slots[i].state == SLOT_TAKEN;
    }
    if (e == OK && taken >= LIMIT_DRAFTS) {
        why_set(why, "%d drafts are kept here, which is the limit: sign or discard some", LIMIT_DRAFTS);
        return ERR_USAGE;
    }
    size_t i = 0;
    while (i < k->n && k->slots[i].state != SLOT_FREE) {
        i++;
    }
    if (e == OK && i == k->n && k->n + GROWTH > SLOTS_MAX) {
        why_set(why, "%s is damaged: sign or discard the drafts that are left", k->path);
        return ERR_USAGE;
    }
    if (e == OK && i == k->n) {
        e = grow(k, why);
    }
    if (e == OK) {
        *out = i;
    }
    return e;
}

enum err draft_keys_renew(struct draft_keys *k, struct pubkey owner, struct draft_id id, struct why *why)
{
    struct slot slot = { .state = SLOT_TAKEN, .owner = owner, .id = id, .key = symkey_new() };
    size_t i = find(k, owner, id);
    enum err e = i < k->n ? OK : free_slot(k, &i, why);
    if (e == OK) {
        e = slot_put(k, i, &slot, why);
    }
    mem_wipe(&slot, sizeof slot);
    return e;
}

enum err draft_keys_destroy(struct draft_keys *k, struct pubkey owner, struct draft_id id, struct why *why)
{
    const struct slot nothing = { .state = SLOT_FREE };
    const struct slot lost = { .state = SLOT_DAMAGED };
    const size_t i = find(k, owner, id);
    if (i < k->n) {
        return slot_put(k, i, &nothing, why);
    }
    // Its key may stand in a slot that is damaged beside it.
    enum err e = OK;
    for (size_t d = 0; d < k->n && e == OK; d++) {
        if (k->slots[d].state == SLOT_DAMAGED) {
            e = slot_put(k, d, &lost, why);
        }
    }
    return e;
}

enum err draft_keys_mend(struct draft_keys *k, struct why *why)
{
    const struct slot nothing = { .state = SLOT_FREE };
    enum err e = k->there ? OK : make(k, false, why);
    for (size_t i = 0; i < k->n && e == OK; i++) {
        if (k->slots[i].state == SLOT_DAMAGED) {
            e = slot_put(k, i, &nothing, why);
        }
    }
    return e;
}

// --- looking ---

size_t draft_keys_slots(const struct draft_keys *k)
{
    return k->n;
}

bool draft_keys_at(const struct draft_keys *k, size_t i, struct pubkey *owner, struct draft_id *id)
{
    CHECK(i < k->n);
    *owner = k->slots[i].owner;
    *id = k->slots[i].id;
    return k->slots[i].state == SLOT_TAKEN;
}

bool draft_keys_whole(const struct draft_keys *k)
{
    bool whole = k->there;
    for (size_t i = 0; i < k->n && whole; i++) {
        whole = k->slots[i].state != SLOT_DAMAGED;
    }
    return whole;
}
