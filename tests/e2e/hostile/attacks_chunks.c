// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments as a weapon: chunks that nobody expects, that are not of their root, without end. Read first: attacks.h.
#include "tests/e2e/hostile/attacks.h"

#include "common/format/attachment.h"
#include "common/format/custody.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 20000
enum { CHUNKS = 40, SIZE = (CHUNKS - 1) * LIMIT_CHUNK_CLEAR + 100 };

// An attachment as an honest site has it.
struct sound {
    struct hash root;
    struct hash leaves[CHUNKS];
    struct buf chunks[CHUNKS];
    struct hash path[MERKLE_PLAN_MAX];
    struct symkey key;
};

static struct sound *sound_new(void)
{
    struct sound *s = mem_new(sizeof *s);
    uint8_t *piece = mem_new(LIMIT_CHUNK_CLEAR);
    s->key = symkey_new();
    for (uint32_t i = 0; i < CHUNKS; i++) {
        s->chunks[i] = buf_new(LIMIT_CHUNK_BYTES);
        attachment_encrypt(&s->key, i, slice_of(piece, i + 1 < CHUNKS ? LIMIT_CHUNK_CLEAR : 100), &s->chunks[i]);
        s->leaves[i] = merkle_leaf(buf_slice(&s->chunks[i]));
    }
    s->root = merkle_root_of(s->leaves, CHUNKS);
    free(piece);
    return s;
}

static void sound_free(struct sound *s)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        buf_done(&s->chunks[i]);
    }
    free(s);
}

static bool say_chunk(struct caller *c, struct sound *s, struct hash root, uint32_t number, uint32_t as)
{
    struct merkle_plan plan;
    CHECK(merkle_plan_inclusion(number, CHUNKS, &plan));
    merkle_plan_hashes(&plan, s->leaves, CHUNKS, s->path);
    const struct msg m = { .type = MSG_CHUNK, .as.chunk = { .root = root, .number = as,
                                                            .bytes = buf_slice(&s->chunks[number]),
                                                            .path_count = plan.n, .path = s->path } };
    return caller_say(c, &m);
}

// Says a contribution that names the sound, and waits for its custody.
static void say_manifest(struct caller *c, struct stage *s, struct person *p, const struct sound *sound)
{
    const struct attachment a = { .blob = { sound->root, SIZE }, .name = SLICE_LITERAL("voice"),
                                  .type = SLICE_LITERAL("audio/ogg"), .key = sound->key };
    const struct body body = { .kind = KIND_CONTRIBUTION };
    struct buf manifest = buf_new(LIMIT_MANIFEST_BYTES);
    struct said *said[2] = { stage_session(&s->world, p), NULL };
    struct letter letter;
    manifest_make(&a, 1, &manifest);
    const struct slice parts[LIMIT_PARTS] = { [5] = buf_slice(&manifest) };
    said[1] = world_make(&s->world, p, &body, &said[0]->entry.id, 1, parts);
    letter_wire(&letter, said, 2);
    must(s, caller_say_letter(c, &letter), "a batch can be said");
    must(s, caller_hear(c, MSG_ACK, ANSWER_MS), "an entry with a manifest is acknowledged");
    letter_done(&letter);
    buf_done(&manifest);
}

static void hear_held(struct caller *c, enum verdict code, const char *what)
{
    must(c->stage, caller_hear(c, MSG_HELD, ANSWER_MS), what);
    must(c->stage, c->msg.as.held.code == code, what);
}

void attack_chunks(struct stage *s, struct person *hostile)
{
    struct caller c;
    struct sound *sound = sound_new();
    caller_open(&c, s, hostile);
    caller_hello(&c);
    for (uint32_t i = 0; i < 300; i++) {
        must(s, say_chunk(&c, sound, (struct hash){ { (uint8_t)i, 9 } }, i % CHUNKS, i % CHUNKS), "it can be said");
        hear_held(&c, VERDICT_GAP, "what nobody expects is put off, unlooked at");
    }
    say_manifest(&c, s, hostile, sound);
    must(s, say_chunk(&c, sound, sound->root, 3, 4), "it can be said");
    caller_hear_error(&c, VERDICT_BAD_MESSAGE, "a chunk in another's place is a fault");
    must(s, say_chunk(&c, sound, sound->root, CHUNKS - 1, 0), "it can be said");
    caller_hear_error(&c, VERDICT_BAD_MESSAGE, "and so is one of another length");
    sound->chunks[5].p[100] ^= 1;
    must(s, say_chunk(&c, sound, sound->root, 5, 5), "it can be said");
    caller_hear_error(&c, VERDICT_BAD_MESSAGE, "and one with a changed byte");
    sound->chunks[5].p[100] ^= 1;
    for (uint32_t i = 0; i < CHUNKS; i++) { // without waiting: some are put off
        must(s, say_chunk(&c, sound, sound->root, i, i), "it can be said");
    }
    bool whole = false;
    for (uint32_t i = 0; i < CHUNKS; i++) {
        must(s, caller_hear(&c, MSG_HELD, ANSWER_MS), "each chunk is answered");
        whole = whole || c.msg.as.held.is_signed;
    }
    for (uint32_t i = 0, next = 0; !whole; i++) { // one after another
        must(s, i < 20 * CHUNKS, "with patience all of it is taken");
        must(s, say_chunk(&c, sound, sound->root, next, next), "it can be said again");
        must(s, caller_hear(&c, MSG_HELD, ANSWER_MS), "each chunk is answered");
        whole = c.msg.as.held.is_signed;
        next = c.msg.as.held.code == VERDICT_GOOD && c.msg.as.held.next < CHUNKS ? c.msg.as.held.next : next;
        if (!whole && c.msg.as.held.code != VERDICT_GOOD) {
            pause_ms(20);
        }
    }
    const struct held said = { .consultation = s->world.charter.id, .root = sound->root, .size = SIZE };
    must(s, held_verify(&said, s->world.hub.pub, c.msg.as.held.signature), "all of it is held, signed");
    caller_close(&c);
    sound_free(sound);
    tell("300 chunks of nothing, three wrong ones and forty at once do not stop the hub, nor what belongs there");
}
