// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Batches and entries alone from strangers. Whatever is rebuilt fits its own commitments, and sent again gives the
// same entries. Inputs start with a choice: a batch as it travels, or what is inside one (compressed here, so that the
// fuzzer need not learn to), or an entry alone.
#include "tests/fuzz/fuzz.h"

#include "common/format/outbox.h"
#include "common/format/pack.h"

#include <stdlib.h>
#include <zstd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    CHECK(ident_init() == OK);
    return 0;
}

static void check_item(const struct wire_item *item)
{
    const struct entry *e = &item->entry;
    struct disclosure d = item->disclosure;
    CHECK(e->place.seq == item->seq);
    CHECK(disclosure_check(&d, &e->place, e->parts, e->part_count) == VERDICT_GOOD);
    CHECK(entry_verify(e, e->place.consultation) != VERDICT_WRONG_CONSULTATION);
}

// Rebuilds all of a batch, and sends what was good again.
static void check_batch(struct slice bytes, bool again)
{
    struct hash consultation = { { 1 } };
    struct arena *arena = arena_new(WIRE_OPEN_BYTES);
    struct wire_maker *m = wire_maker_new();
    struct buf out = buf_new(LIMIT_FRAME_BYTES);
    struct wire_batch b;
    struct wire_item item;
    size_t good = 0;
    if (wire_batch_open(bytes, consultation, arena, &b) == VERDICT_GOOD) {
        wire_begin(m, &b.head);
        while (wire_batch_next(&b, &item)) {
            if (item.verdict == VERDICT_GOOD) {
                check_item(&item);
                CHECK(wire_append(m, &item.entry, &item.disclosure) || wire_bytes(m) > LIMIT_BATCH_BYTES / 2);
                good++;
            }
        }
        CHECK(arena_used(arena) <= WIRE_OPEN_BYTES);
    }
    if (good > 0 && again) {
        wire_end(m, &out);
        check_batch(buf_slice(&out), false);
    }
    buf_done(&out);
    wire_maker_free(m);
    arena_free(arena);
}

static void compressed(struct slice content, struct buf *out)
{
    uint8_t *p = buf_room(out, ZSTD_compressBound(content.n));
    CHECK(p != NULL);
    size_t n = ZSTD_compress(p, out->n, content.p, content.n, 1);
    CHECK(!ZSTD_isError(n));
    out->n = n;
}

static void check_single(struct slice bytes)
{
    struct place place = { .seq = bytes.n % 2 };
    struct arena *arena = arena_new(WIRE_OPEN_BYTES);
    struct buf again = buf_new(LIMIT_FRAME_BYTES);
    struct wire_item item;
    struct wire_item second;
    wire_single_open(bytes, &place, arena, &item);
    if (item.verdict == VERDICT_GOOD) {
        check_item(&item);
        struct wire_maker *m = wire_maker_new();
        wire_single_make(m, &item.entry, &item.disclosure, &again);
        wire_maker_free(m);
        wire_single_open(buf_slice(&again), &place, arena, &second);
        CHECK(second.verdict == VERDICT_GOOD);
        CHECK(slice_equal(item.entry.bytes, second.entry.bytes));
    }
    buf_done(&again);
    arena_free(arena);
}

// content: canonical [secrets, content of a batch], to be compressed on the way.
static void check_inside(struct slice content)
{
    struct cursor c = cursor_new(content, false);
    struct buf packed = buf_new(2 * LIMIT_FRAME_BYTES);
    struct buf bytes = buf_new(2 * LIMIT_FRAME_BYTES);
    cursor_array_of(&c, 2);
    struct slice secrets = cursor_bin(&c);
    if (cursor_ok(&c)) {
        compressed(c.rest, &packed);
        pack_array(&bytes, 2);
        pack_bin(&bytes, secrets);
        pack_bin(&bytes, buf_slice(&packed));
        check_batch(buf_slice(&bytes), true);
    }
    buf_done(&packed);
    buf_done(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf packed = buf_new(2 * LIMIT_FRAME_BYTES);
    struct unlock_id id;
    if (n == 0 || n > LIMIT_FRAME_BYTES) {
        return 0;
    }
    struct slice rest = slice_of(data + 1, n - 1);
    switch (data[0] % 4) {
    case 0:
        check_batch(rest, true);
        break;
    case 1:
        check_inside(rest);
        break;
    case 2:
        check_single(rest);
        break;
    default:
        compressed(rest, &packed);
        check_single(buf_slice(&packed));
        break;
    }
    CHECK(!outbox_parse(rest, &id) || rest.n <= OUTBOX_RECORD_BYTES);
    CHECK(!outbox_key_parse(rest, &id) || rest.n == OUTBOX_KEY_BYTES);
    buf_done(&packed);
    return 0;
}
