// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See sample.h. Values are small and large numbers, so that every length of the packed form occurs.
#include "tests/unit/exchange/sample.h"

static const struct journal_head heads[] = {
    { .journal = { .key = { { 1 } }, .incarnation = { { 1 } } }, .next = 0 },
    { .journal = { .key = { { 1 } }, .incarnation = { { 2 } } }, .next = 1, .head = { { 9 } } },
    { .journal = { .key = { { 2 } }, .incarnation = { { 1 } } }, .next = 70000, .head = { { 8 } } },
};

static const struct journal_head branches[] = {
    { .journal = { .key = { { 1 } }, .incarnation = { { 2 } } }, .branch = 0, .next = 200, .head = { { 1 } } },
    { .journal = { .key = { { 1 } }, .incarnation = { { 2 } } }, .branch = 1, .next = 3, .head = { { 2 } } },
    { .journal = { .key = { { 2 } }, .incarnation = { { 1 } } }, .branch = 0, .next = UINT32_MAX, .head = { { 3 } } },
};

static const struct hash path[] = { { { 1 } }, { { 2 } }, { { 3 } } };
static const uint8_t payload[300] = { 0xde, 0xad };

static const struct msg_down_entry entries[] = {
    { .index = 5, .entry = { payload, 20 }, .disclosure = { payload, 0 } },
    { .index = 300, .entry = { payload, 300 }, .disclosure = { payload, 33 } },
};

static const struct msg samples[SAMPLES] = {
    { MSG_HELLO, { .hello = { 1, { { 4 } }, { 12345, { { 5 } } }, 3, heads, 17, 2, heads + 1 } } },
    { MSG_HELLO, { .hello = { .version = 1 } } },
    { MSG_WELCOME, { .welcome = { 3, branches, { payload, 200 }, LIMIT_CREDIT_BYTES } } },
    { MSG_ENTRIES, { .entries = { ENTRIES_WIRE, { { { 7 } }, { { 6 } } }, 0, 0, { { 0 } }, 1, 1, { payload, 1 } } } },
    { MSG_ENTRIES,
      { .entries = { ENTRIES_OUTBOX, { { { 7 } }, { { 6 } } }, 3, 256, { { 1 } }, 256, 524288, { payload, 300 } } } },
    { MSG_ACK, { .ack = { { { { 7 } }, { { 6 } } }, 2, 1u << 20, { { 1 } }, { { 2 } }, { { 3 } }, 65536 } } },
    { MSG_REFUSE,
      { .refuse = { { { { 7 } }, { { 6 } } }, 9, VERDICT_BAD_SIGNATURE, { { 1 } }, true, { { 2 } }, 0 } } },
    { MSG_REFUSE, { .refuse = { { { { 7 } }, { { 6 } } }, 9, VERDICT_GAP, { { 0 } }, false, { { 0 } }, 2500 } } },
    { MSG_PROOF, { .proof = { { { { 7 } }, { { 6 } } }, 4, 1000, 3, path, 17, 2, path, { payload, 250 } } } },
    { MSG_DOWN, { .down = { 5, 301, 2, entries } } },
    { MSG_DOWN_ACK, { .down_ack = 301 } },
    { MSG_WANT, { .want = { .what = WANT_PROOF, .journal = { { { 7 } }, { { 6 } } }, .seq = 3, .id = { { 1 } },
                            .base = 99 } } },
    { MSG_WANT, { .want = { .what = WANT_CUSTODY, .journal = { { { 7 } }, { { 6 } } }, .seq = 3, .id = { { 1 } } } } },
    { MSG_WANT, { .want = { .what = WANT_HELD, .root = { { 1 } } } } },
    { MSG_HELD, { .held = { { { 1 } }, 1025, VERDICT_GOOD, true, { { 2 } }, 0 } } },
    { MSG_HELD, { .held = { { { 1 } }, 7, VERDICT_GOOD, false, { { 0 } }, 0 } } },
    { MSG_HELD, { .held = { { { 1 } }, 0, VERDICT_HUB_FULL, false, { { 0 } }, 60000 } } },
    { MSG_CHUNK, { .chunk = { { { 1 } }, 511, { payload, 300 }, 3, path } } },
    { MSG_CARRY, { .carry = { { { 1 } }, { payload, 80 }, 3, { payload, 300 } } } },
    { MSG_CARRIED, { .carried = { { { 1 } }, { payload, 300 } } } },
    { MSG_CARRIED, { .carried = { .bundle = { { 1 } } } } },
    { MSG_ERROR, { .error = { VERDICT_OUT_OF_TURN, { (const uint8_t *)"nach hello, bitte", 17 } } } },
    { MSG_KEYS, { .keys = { payload, 300 } } },
};

void sample_message(size_t i, struct msg *out)
{
    CHECK(i < SAMPLES);
    *out = samples[i];
}
