// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Entries that are not what they should be, and messages that lie about them. See attacks.h.
#include "tests/e2e/hostile/attacks.h"

#include "common/base/file.h"
#include "common/format/custody.h"
#include "common/format/pack.h"

#include <string.h>

#define ANSWER_MS 20000
#define BOMB_BLOCK 131072u // the largest block of a zstd frame (RFC 8878)

static void connect_as(struct caller *c, struct stage *s, const struct person *p)
{
    caller_open(c, s, p);
    caller_hello(c);
}

static void say_letter(struct caller *c, const struct letter *l)
{
    must(c->stage, caller_say_letter(c, l), "a message can be said");
}

static void say_all(struct caller *c, struct said *const *said, size_t n)
{
    struct letter l;
    letter_wire(&l, said, n);
    say_letter(c, &l);
    letter_done(&l);
}

static void acknowledged(struct caller *c, uint64_t next, const char *what)
{
    must(c->stage, caller_hear(c, MSG_ACK, ANSWER_MS) && c->msg.as.ack.next == next, what);
}

// A session and n - 1 contributions.
static void speak(struct stage *s, struct person *p, struct said **said, size_t n)
{
    said[0] = stage_session(&s->world, p);
    for (size_t i = 1; i < n; i++) {
        said[i] = stage_contribution(&s->world, p, said[0]->entry.id, 80);
    }
}

static bool refusal_good(const struct stage *s, const struct msg_refuse *m, struct hash received)
{
    const struct refusal r = { .consultation = s->world.charter.id,
                               .key = m->journal.key,
                               .incarnation = m->journal.incarnation,
                               .seq = m->seq,
                               .received = received,
                               .code = m->code };
    return m->is_signed && hash_equal(m->received, received) && refusal_verify(&r, s->world.hub.pub, m->signature);
}

// True when a line of the hub's log says that much, and none holds the words.
static bool hub_warned(struct stage *s, const char *line, const char *words)
{
    struct buf log = buf_new(1 << 24);
    bool good = file_read(house_path(&s->house, "../hub.log"), false, &log, NULL) == OK;
    good = good && memmem(log.p, log.n, line, strlen(line)) != NULL;
    good = good && memmem(log.p, log.n, words, strlen(words)) == NULL;
    buf_done(&log);
    return good;
}

void attack_unsealed(struct stage *s, struct person *hostile)
{
    static const char name[] = "Adjoua of the seventh house";
    struct caller c;
    struct said *said[2];
    const struct body body = { .kind = KIND_CONTRIBUTION };
    const struct slice parts[LIMIT_PARTS] = { [4] = slice_text(name) };
    connect_as(&c, s, hostile);
    said[0] = stage_session(&s->world, hostile);
    said[1] = world_make(&s->world, hostile, &body, &said[0]->entry.id, 1, parts);
    must(s, !hub_warned(s, "hub.not-sealed", name), "nothing was in the clear before");
    say_all(&c, said, 2);
    acknowledged(&c, said[1]->entry.place.seq + 1, "an identity in the clear is nobody's reason to lose an entry");
    must(s, hub_warned(s, "hub.not-sealed count=1", name), "but the hub says so, and not what it is");
    caller_close(&c);
    tell("an identity in the clear is sequenced, and the hub's log warns of it without a word of it");
}

void attack_bad_signature(struct stage *s, struct person *hostile)
{
    struct caller c;
    struct said *said[4];
    struct buf altered = buf_new(LIMIT_ENTRY_BYTES);
    connect_as(&c, s, hostile);
    speak(s, hostile, said, 4);
    said[2]->entry.signature.b[5] ^= 1;
    entry_wrap(said[2]->entry.header, said[2]->entry.signature, &altered);
    say_all(&c, said, 4);
    acknowledged(&c, 2, "what comes before a wrong signature is acknowledged");
    caller_hear_refuse(&c, VERDICT_BAD_SIGNATURE, "a wrong signature is refused");
    must(s, c.msg.as.refuse.seq == 2 && refusal_good(s, &c.msg.as.refuse, hash_of(buf_slice(&altered))),
         "with a signature that names what was received");
    said[2]->entry.signature.b[5] ^= 1;
    say_all(&c, said, 4);
    acknowledged(&c, 4, "the journal goes on with the right one");
    caller_close(&c);
    buf_done(&altered);
    tell("a wrong signature in the middle of a batch is refused with evidence, the rest stands");
}

void attack_gap(struct stage *s, struct person *hostile)
{
    struct caller c;
    struct said *said[4];
    connect_as(&c, s, hostile);
    speak(s, hostile, said, 4);
    say_all(&c, said + 2, 2);
    caller_hear_refuse(&c, VERDICT_GAP, "a gap is put off");
    must(s, !c.msg.as.refuse.is_signed && c.msg.as.refuse.retry_after_ms > 0, "unsigned, with a time");
    say_all(&c, said, 4);
    acknowledged(&c, 4, "and taken when it is closed");
    caller_close(&c);
    tell("a gap is put off, and taken when it is closed");
}

void attack_fork(struct stage *s, struct person *hostile)
{
    struct caller c;
    struct said *session = stage_session(&s->world, hostile);
    const struct person at = *hostile;
    connect_as(&c, s, hostile);
    say_all(&c, &session, 1);
    acknowledged(&c, 1, "a session is taken");
    for (size_t i = 0; i <= LIMIT_BRANCHES; i++) {
        *hostile = at; // the same place again, with another text
        struct said *branch = stage_contribution(&s->world, hostile, session->entry.id, 50 + i);
        say_all(&c, &branch, 1);
        if (i < LIMIT_BRANCHES) {
            acknowledged(&c, 2, "a branch is taken");
        } else {
            caller_hear_refuse(&c, VERDICT_BRANCH_LIMIT, "the fifth branch is put off");
        }
    }
    caller_close(&c);
    tell("four entries at one place are kept as branches, the fifth is put off");
}

void attack_other_consultation(struct stage *s, struct person *hostile)
{
    struct caller c;
    struct said *said = stage_session(&s->elsewhere, hostile);
    connect_as(&c, s, hostile);
    say_all(&c, &said, 1);
    caller_hear_refuse(&c, VERDICT_BAD_SIGNATURE, "what was signed for another consultation is not signed here");
    (void)caller_say(&c, &(struct msg){ .type = MSG_HELLO,
                                        .as.hello = { .version = EXCHANGE_VERSION,
                                                      .consultation = s->elsewhere.charter.id,
                                                      .seen = tree_head_empty() } });
    caller_hear_error(&c, VERDICT_WRONG_CONSULTATION, "a hello for another consultation is told so");
    caller_close(&c);
    tell("entries of another consultation are refused, and so is its hello");
}

static void say_claim(struct caller *c, struct letter l, enum verdict code, const char *what)
{
    say_letter(c, &l);
    caller_hear_error(c, code, what);
}

// An ENTRIES message that says it has so many entries; no maker of messages makes it.
static void say_count(struct caller *c, const struct letter *l, uint64_t count)
{
    struct buf out = buf_new(LIMIT_FRAME_BYTES);
    pack_array(&out, 10);
    pack_uint(&out, MSG_ENTRIES);
    pack_uint(&out, ENTRIES_WIRE);
    pack_bin(&out, SLICE_ARRAY(l->m.journal.key.b));
    pack_bin(&out, SLICE_ARRAY(l->m.journal.incarnation.b));
    pack_uint(&out, 0);
    pack_uint(&out, l->m.first);
    pack_bin(&out, SLICE_ARRAY(l->m.prev.b));
    pack_uint(&out, count);
    pack_uint(&out, l->m.raw);
    pack_bin(&out, l->m.payload);
    must(c->stage, caller_say_bytes(c, buf_slice(&out)), "bytes can be said");
    buf_done(&out);
    caller_hear_error(c, VERDICT_NOT_CANONICAL, "2^60 entries are no message");
}

void attack_false_claims(struct stage *s, struct person *hostile)
{
    static const uint8_t array[5] = { 0xdd, 0xff, 0xff, 0xff, 0xff };
    struct caller c;
    struct said *said[3];
    struct letter good;
    connect_as(&c, s, hostile);
    speak(s, hostile, said, 3);
    letter_wire(&good, said, 3);
    struct letter l = good;
    l.m.count = 4;
    say_claim(&c, l, VERDICT_BAD_MESSAGE, "more entries than there are");
    l = good;
    l.m.journal.key = s->site.pub;
    say_claim(&c, l, VERDICT_BAD_MESSAGE, "another's journal");
    l = good;
    l.m.raw = good.m.raw / 2;
    say_claim(&c, l, VERDICT_BAD_MESSAGE, "fewer bytes than there are");
    struct buf much = buf_new(LIMIT_FRAME_BYTES);
    while (much.n < LIMIT_FRAME_BYTES - 65536) {
        buf_put(&much, good.m.payload);
    }
    l = good;
    l.m.raw = 1;
    l.m.payload = buf_slice(&much);
    say_claim(&c, l, VERDICT_BAD_MESSAGE, "a large payload that says it is small");
    say_count(&c, &good, 1ull << 60);
    must(s, caller_say_bytes(&c, SLICE_ARRAY(array)), "bytes can be said");
    caller_hear_error(&c, VERDICT_NOT_CANONICAL, "an array of four thousand million");
    l = good;
    l.m.first = 1ull << 60;
    l.m.prev = said[0]->entry.id;
    say_letter(&c, &l);
    caller_hear_refuse(&c, VERDICT_GAP, "a place beyond everything");
    say_letter(&c, &good);
    acknowledged(&c, 3, "the truth is taken");
    caller_close(&c);
    buf_done(&much);
    letter_done(&good);
    tell("messages that lie about their payload, and claims of 2^60, are errors; the truth is taken");
}

// A whole zstd frame (RFC 8878) of `size` zeros in a few bytes; claimed: what it says its size is.
static void put_bomb(struct buf *out, size_t size, uint64_t claimed)
{
    uint8_t head[13] = { 0x28, 0xb5, 0x2f, 0xfd, 0xe0 }; // magic; one segment, size in 8 bytes
    for (size_t i = 0; i < 8; i++) {
        head[5 + i] = (uint8_t)(claimed >> (8 * i));
    }
    buf_put(out, SLICE_ARRAY(head));
    for (size_t left = size; left > 0;) {
        uint32_t n = left < BOMB_BLOCK ? (uint32_t)left : BOMB_BLOCK;
        left -= n;
        uint32_t block = n << 3 | 1u << 1 | (left == 0); // one byte, many times
        uint8_t bytes[4] = { (uint8_t)block, (uint8_t)(block >> 8), (uint8_t)(block >> 16), 0 };
        buf_put(out, SLICE_ARRAY(bytes));
    }
}

static void say_bomb(struct caller *c, const struct said *said, size_t size, uint64_t claimed, uint64_t raw,
                     enum verdict code)
{
    struct letter l;
    struct buf bomb = buf_new(4096);
    struct buf payload = buf_new(4096);
    put_bomb(&bomb, size, claimed);
    pack_array(&payload, 2);
    pack_bin(&payload, slice_of(NULL, 0));
    pack_bin(&payload, buf_slice(&bomb));
    struct said *one[1];
    memcpy(one, &said, sizeof said);
    letter_wire(&l, one, 1);
    l.m.payload = buf_slice(&payload);
    l.m.raw = raw;
    say_claim(c, l, code, "a bomb of zeros");
    letter_done(&l);
    buf_done(&bomb);
    buf_done(&payload);
}

void attack_bombs(struct stage *s, struct person *hostile)
{
    struct caller c;
    struct letter l;
    struct buf bomb = buf_new(4096);
    struct said *said = stage_session(&s->world, hostile);
    connect_as(&c, s, hostile);
    say_bomb(&c, said, LIMIT_BATCH_BYTES, LIMIT_BATCH_BYTES, 100, VERDICT_TOO_LARGE);
    say_bomb(&c, said, LIMIT_BATCH_BYTES, LIMIT_BATCH_BYTES, LIMIT_BATCH_BYTES, VERDICT_NOT_CANONICAL);
    say_bomb(&c, said, 64 * LIMIT_BATCH_BYTES, 64 * LIMIT_BATCH_BYTES, LIMIT_BATCH_BYTES, VERDICT_TOO_LARGE);
    say_bomb(&c, said, 1000, 1ull << 60, LIMIT_BATCH_BYTES, VERDICT_TOO_LARGE);
    put_bomb(&bomb, LIMIT_BATCH_BYTES, LIMIT_BATCH_BYTES);
    letter_outbox_of(&l, &s->house, said, buf_slice(&bomb));
    say_claim(&c, l, VERDICT_BAD_MESSAGE, "a bomb in an outbox record that says it is small");
    l.m.raw = LIMIT_BATCH_BYTES;
    say_letter(&c, &l);
    caller_hear_refuse(&c, VERDICT_NOT_CANONICAL, "zeros in an outbox record");
    letter_done(&l);
    say_all(&c, &said, 1);
    acknowledged(&c, 1, "and still an honest word is taken");
    caller_close(&c);
    buf_done(&bomb);
    tell("bombs of zeros, in batches and in outbox records, open to no more than was charged for");
}
