// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Messages of the exchange from strangers, of every type: what is read has one form, and points into its frame.
#include "tests/fuzz/fuzz.h"

#include "common/exchange/msg.h"

static void check_borrowed(const struct msg *m, struct slice frame)
{
    switch (m->type) {
    case MSG_WELCOME:
        CHECK(lies_within(m->as.welcome.checkpoint, frame));
        break;
    case MSG_ENTRIES:
        CHECK(lies_within(m->as.entries.payload, frame));
        CHECK(m->as.entries.first + m->as.entries.count > m->as.entries.first);
        break;
    case MSG_PROOF:
        CHECK(lies_within(m->as.proof.checkpoint, frame));
        break;
    case MSG_DOWN:
        for (size_t i = 0; i < m->as.down.count; i++) {
            CHECK(lies_within(m->as.down.entries[i].entry, frame));
            CHECK(lies_within(m->as.down.entries[i].disclosure, frame));
        }
        break;
    case MSG_CHUNK:
        CHECK(lies_within(m->as.chunk.bytes, frame));
        break;
    case MSG_ERROR:
        CHECK(lies_within(m->as.error.detail, frame));
        break;
    case MSG_CARRY:
        CHECK(lies_within(m->as.carry.boxed, frame));
        CHECK(lies_within(m->as.carry.sealed, frame));
        break;
    case MSG_CARRIED:
        CHECK(lies_within(m->as.carried.answer, frame));
        break;
    case MSG_KEYS:
        CHECK(lies_within(m->as.keys, frame));
        break;
    case MSG_HELLO:
    case MSG_ACK:
    case MSG_REFUSE:
    case MSG_DOWN_ACK:
    case MSG_WANT:
    case MSG_HELD:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    struct slice frame = slice_of(data, n);
    struct msg m;
    if (msg_parse(frame, arena, &m) == VERDICT_GOOD) {
        struct buf again = buf_new(LIMIT_FRAME_BYTES);
        check_borrowed(&m, frame);
        msg_make(&m, &again);
        CHECK(slice_equal(frame, buf_slice(&again)));
        buf_done(&again);
    }
    arena_free(arena);
    return 0;
}
