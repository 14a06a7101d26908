// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Messages have one form: what is read is what was made, and nothing else is read.
#include "tests/unit/exchange/sample.h"

#include "common/format/pack.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct made {
    struct buf frame;
    struct arena *arena;
};

static void make(struct made *m, const struct msg *msg)
{
    *m = (struct made){ .frame = buf_new(LIMIT_FRAME_BYTES), .arena = arena_new(MSG_ARENA_BYTES) };
    msg_make(msg, &m->frame);
    cr_assert(buf_ok(&m->frame));
}

static void done(struct made *m)
{
    buf_done(&m->frame);
    arena_free(m->arena);
}

// Whether a frame reads and, made again, is the same bytes.
static enum verdict read_again(struct slice frame, struct arena *arena)
{
    struct msg m;
    arena_reset(arena);
    enum verdict v = msg_parse(frame, arena, &m);
    if (v == VERDICT_GOOD) {
        struct buf again = buf_new(LIMIT_FRAME_BYTES);
        msg_make(&m, &again);
        cr_assert(slice_equal(frame, buf_slice(&again)), "a %s has two forms", msg_name(m.type));
        buf_done(&again);
    }
    return v;
}

Test(msg, every_message_reads_back_to_the_bytes_it_was_made_of)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        struct msg m;
        struct made made;
        sample_message(i, &m);
        make(&made, &m);
        cr_assert_eq(read_again(buf_slice(&made.frame), made.arena), VERDICT_GOOD, "sample %zu", i);
        done(&made);
    }
}

Test(msg, a_message_cut_short_or_with_bytes_behind_it_is_not_read)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        struct msg m;
        struct made made;
        sample_message(i, &m);
        make(&made, &m);
        struct slice whole = buf_slice(&made.frame);
        for (size_t n = 0; n < whole.n; n++) {
            cr_assert_neq(read_again(slice_of(whole.p, n), made.arena), VERDICT_GOOD, "sample %zu cut at %zu", i, n);
        }
        buf_put_u8(&made.frame, 0);
        cr_assert_neq(read_again(buf_slice(&made.frame), made.arena), VERDICT_GOOD);
        done(&made);
    }
}

Test(msg, a_changed_byte_never_gives_a_second_form)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        struct msg m;
        struct made made;
        sample_message(i, &m);
        make(&made, &m);
        for (size_t at = 0; at < buf_slice(&made.frame).n; at++) {
            for (unsigned bit = 0; bit < 8; bit++) {
                made.frame.p[at] ^= (uint8_t)(1u << bit);
                (void)read_again(buf_slice(&made.frame), made.arena);
                made.frame.p[at] ^= (uint8_t)(1u << bit);
            }
        }
        done(&made);
    }
}

// Makes m although it is not as a message must be, and asks what is said of it.
static enum verdict judge(const struct msg *m)
{
    struct made made;
    struct msg read;
    make(&made, m);
    enum verdict v = msg_parse(buf_slice(&made.frame), made.arena, &read);
    done(&made);
    return v;
}

Test(msg, what_breaks_a_rule_of_its_message_is_not_read)
{
    struct msg m;
    struct journal_head heads[2] = { { .journal = { .key = { { 2 } } } }, { .journal = { .key = { { 1 } } } } };

    sample_message(0, &m);
    m.as.hello.heads = heads;
    m.as.hello.head_count = 2;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "heads that do not ascend");
    heads[1] = heads[0];
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "a head twice");
    m.as.hello.head_count = 1;
    heads[0].branch = 1;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "a branch in hello");
    heads[0] = (struct journal_head){ .next = 4 };
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "an end without the id that stands there");

    sample_message(4, &m);
    m.as.entries.first = 0;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "something before the first entry");
    sample_message(4, &m);
    m.as.entries.raw = LIMIT_BATCH_BYTES + 1;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "more than a batch");
    sample_message(4, &m);
    m.as.entries.first = UINT64_MAX;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "a seq at the end of all numbers");

    sample_message(5, &m);
    m.as.ack.next = 0;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "an acknowledgement of nothing");

    sample_message(6, &m);
    m.as.refuse.is_signed = false;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "a refusal without signature");
    m.as.refuse.code = VERDICT_NO_ROLE;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "a standing as a refusal");
    sample_message(7, &m);
    m.as.refuse.is_signed = true;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "a signed deferral");

    sample_message(9, &m);
    m.as.down.to = 300;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "an entry beyond the end");
    m.as.down.from = 6;
    cr_assert_eq(judge(&m), VERDICT_NOT_CANONICAL, "an entry before the start");
}

Test(msg, of_another_version_only_the_version_is_read)
{
    struct buf frame = buf_new(64);
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    struct msg m;
    pack_array(&frame, 3);
    pack_uint(&frame, MSG_HELLO);
    pack_uint(&frame, 2);
    pack_text(&frame, "whatever version 2 says");
    cr_assert_eq(msg_parse(buf_slice(&frame), arena, &m), VERDICT_WRONG_VERSION);
    buf_reset(&frame);
    pack_array(&frame, 2);
    pack_uint(&frame, 16);
    pack_uint(&frame, 0);
    cr_assert_eq(msg_parse(buf_slice(&frame), arena, &m), VERDICT_BAD_MESSAGE);
    buf_done(&frame);
    arena_free(arena);
}

Test(msg, the_largest_hello_and_welcome_fit_a_frame_and_their_arena)
{
    struct journal_head *heads = mem_new(LIMIT_WELCOME_HEADS * sizeof *heads);
    for (size_t i = 0; i < LIMIT_WELCOME_HEADS; i++) {
        heads[i] = (struct journal_head){ .branch = i % LIMIT_BRANCHES, .next = UINT32_MAX, .head = { { 1 } } };
        be32_put(heads[i].journal.key.b, (uint32_t)(i / LIMIT_BRANCHES));
    }
    struct msg m = { MSG_WELCOME, { .welcome = { LIMIT_WELCOME_HEADS, heads, { NULL, 0 }, 0 } } };
    cr_assert_eq(judge(&m), VERDICT_GOOD);
    for (size_t i = 0; i < LIMIT_HEADS; i++) {
        heads[i] = heads[i * LIMIT_BRANCHES];
    }
    m = (struct msg){ MSG_HELLO, { .hello = { .version = 1, .head_count = LIMIT_HEADS, .heads = heads } } };
    cr_assert_eq(judge(&m), VERDICT_GOOD);
    free(heads);
}
