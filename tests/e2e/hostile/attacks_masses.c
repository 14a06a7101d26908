// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Much of everything, by peers that do not read the answers. See attacks.h.
#include "tests/e2e/hostile/attacks.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 20000
#define CROWD 8 // connections of one person

static void open_all(struct stage *s, struct person *hostile, struct caller *callers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        caller_open(&callers[i], s, &hostile[i]);
        caller_hello(&callers[i]);
    }
}

static void close_all(struct caller *callers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        caller_close(&callers[i]);
    }
}

void attack_garbage(struct stage *s, struct person *hostile)
{
    struct caller c;
    uint8_t *bytes = malloc(LIMIT_FRAME_BYTES);
    must(s, bytes != NULL, "memory");
    caller_open(&c, s, hostile);
    caller_hello(&c);
    ident_random(bytes, LIMIT_FRAME_BYTES);
    for (size_t i = 0; i < 400; i++) {
        size_t n = i % 20 == 0 ? LIMIT_FRAME_BYTES : 1 + i * 37 % 3000;
        size_t from = n == LIMIT_FRAME_BYTES ? 0 : i * 1009 % (LIMIT_FRAME_BYTES - n);
        bytes[from] = (uint8_t)(i % 3 == 0 ? 0x9a : bytes[from]); // now and then the array of an ENTRIES message
        must(s, caller_say_bytes(&c, slice_of(bytes + from, n)), "garbage can be said");
    }
    must(s, caller_hear(&c, MSG_ERROR, ANSWER_MS), "garbage is an error");
    caller_close(&c);
    free(bytes);
    tell("400 frames of garbage, up to a mebibyte each, are errors");
}

void attack_hellos(struct stage *s, struct person *hostile)
{
    struct journal_head heads[LIMIT_HEADS] = { 0 };
    struct caller c;
    caller_open(&c, s, hostile);
    for (size_t i = 0; i < LIMIT_HEADS; i++) {
        heads[i].journal.key.b[0] = (uint8_t)i;
        heads[i].next = 1;
        heads[i].head.b[0] = 1;
    }
    for (size_t i = 0; i < 300; i++) {
        caller_say_hello(&c, heads, LIMIT_HEADS, i % 2 == 0 ? 0 : UINT32_MAX);
    }
    must(s, caller_hear(&c, MSG_WELCOME, ANSWER_MS), "a hello is answered");
    caller_close(&c);
    tell("300 hellos with 256 journals each are answered one after another");
}

void attack_wants(struct stage *s, struct person *hostile)
{
    struct caller c;
    const struct said *known = s->invite;
    caller_open(&c, s, hostile);
    caller_hello(&c);
    for (size_t i = 0; i < 1500; i++) {
        must(s, caller_want(&c, i % 2 == 0 ? WANT_PROOF : WANT_CUSTODY, known, i % 7), "a want can be said");
    }
    must(s, caller_hear(&c, MSG_ACK, ANSWER_MS), "custody of anybody's chain is given");
    must(s, caller_hear(&c, MSG_PROOF, ANSWER_MS), "and a proof");
    caller_close(&c);
    tell("1,500 wants do not stop the hub");
}

// Hears the answers to what was sent until one acknowledges it all. When the hub has put off everything, says it again.
static void until_acknowledged(struct caller *c, const struct letter *l)
{
    uint64_t deadline = loop_now_ms() + ANSWER_MS;
    bool done = false;
    while (!done) {
        must(c->stage, loop_now_ms() < deadline, "what is said again is acknowledged");
        if (!caller_hear_any(c, 500)) {
            must(c->stage, caller_say_letter(c, l), "a batch can be said again");
        } else {
            done = c->msg.type == MSG_ACK && c->msg.as.ack.next == LIMIT_BATCH_ENTRIES;
        }
    }
}

void attack_replays(struct stage *s, struct person *hostile, size_t n)
{
    struct caller callers[HOSTILES];
    struct letter letters[HOSTILES];
    struct said *said[LIMIT_BATCH_ENTRIES];
    open_all(s, hostile, callers, n);
    for (size_t i = 0; i < n; i++) {
        said[0] = stage_session(&s->world, &hostile[i]);
        for (size_t k = 1; k < LIMIT_BATCH_ENTRIES; k++) {
            said[k] = stage_contribution(&s->world, &hostile[i], said[0]->entry.id, 40);
        }
        letter_wire(&letters[i], said, LIMIT_BATCH_ENTRIES);
    }
    for (size_t round = 0; round < 12; round++) {
        for (size_t i = 0; i < n; i++) {
            must(s, caller_say_letter(&callers[i], &letters[i]), "a batch can be said again");
        }
    }
    for (size_t i = 0; i < n; i++) {
        until_acknowledged(&callers[i], &letters[i]);
        letter_done(&letters[i]);
    }
    close_all(callers, n);
    tell("batches of 256 entries that are said again and again change nothing");
}

void attack_held_payloads(struct stage *s, struct person *hostile, size_t n)
{
    struct caller callers[HOSTILES];
    struct letter l;
    uint8_t *bytes = calloc(1, LIMIT_BATCH_BYTES);
    must(s, bytes != NULL, "memory");
    open_all(s, hostile, callers, n);
    for (size_t round = 0; round < 10; round++) {
        for (size_t i = 0; i < n; i++) {
            struct said *said = stage_session(&s->world, &hostile[i]);
            letter_wire(&l, &said, 1);
            l.m.first = 0;
            l.m.prev = (struct hash){ { 0 } };
            l.m.count = round % 2 == 0 ? 1 : LIMIT_BATCH_ENTRIES;
            l.m.raw = LIMIT_BATCH_BYTES;
            l.m.payload = slice_of(bytes, LIMIT_BATCH_BYTES);
            must(s, caller_say_letter(&callers[i], &l), "a large payload can be said");
            letter_done(&l);
        }
    }
    for (size_t i = 0; i < n; i++) {
        must(s, caller_hear(&callers[i], MSG_ERROR, ANSWER_MS), "a payload that is none is an error");
    }
    close_all(callers, n);
    free(bytes);
    tell("payloads of half a mebibyte that are none do not fill the pool");
}

void attack_deaf(struct stage *s, struct person *hostile, size_t n)
{
    static struct caller callers[HOSTILES][CROWD];
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < CROWD; k++) {
            caller_open(&callers[i][k], s, &hostile[i]);
            for (size_t again = 0; again < 60; again++) {
                caller_say_hello(&callers[i][k], NULL, 0, 0);
                (void)caller_say(&callers[i][k], &(struct msg){ .type = MSG_DOWN_ACK, .as.down_ack = 0 });
            }
        }
    }
    must(s, caller_hear(&callers[n - 1][0], MSG_DOWN, ANSWER_MS), "what goes down is there for who reads");
    must(s, caller_hear(&callers[n - 1][CROWD - 1], MSG_WELCOME, ANSWER_MS), "and every hello is answered");
    for (size_t i = 0; i < n; i++) {
        close_all(callers[i], CROWD);
    }
    tell("who asks for everything again and again, over many connections, and never reads, fills no memory");
}
