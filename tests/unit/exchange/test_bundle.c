// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The framing of bundles, byte by byte: what was put in comes out, and nothing else does.
#include "common/exchange/bundle.h"

#include <criterion/criterion.h>

#define MESSAGES 5

struct scene {
    struct hash consultation;
    struct box_ring ring;
    struct pubkey log;
    struct seckey log_sec;
    struct bundle_about about;
    struct buf file;
};

static void scene_init(struct scene *s, enum bundle_way way)
{
    static const uint8_t seed[32] = { 7 };
    struct bundle_writer w;
    cr_assert_eq(ident_init(), OK);
    *s = (struct scene){ .consultation = hash_of(SLICE_LITERAL("a consultation")), .file = buf_new(1 << 20) };
    s->ring.n = 2; // one of an earlier time, which is still opened
    box_keypair(&s->ring.at[0].pub, &s->ring.at[0].sec);
    box_keypair(&s->ring.at[1].pub, &s->ring.at[1].sec);
    sign_keypair_from_seed(seed, &s->log, &s->log_sec);
    s->about = (struct bundle_about){ .site = s->ring.at[0].pub, .view = SLICE_LITERAL("a checkpoint"),
                                       .told = { .any = way == BUNDLE_UP, .upto = 7, .root = { { 9 } } } };
    cr_assert(bundle_begin(&w, way, s->consultation, s->ring.at[0].pub, &s->about, &s->file));
    for (uint8_t i = 0; i < MESSAGES; i++) {
        const uint8_t message[] = { i, i, i };
        bundle_put(&w, SLICE_ARRAY(message), &s->file);
    }
    bundle_end(&w, way == BUNDLE_DOWN ? &s->log_sec : NULL, &s->file);
    cr_assert(buf_ok(&s->file));
}

static struct bundle_expect expect_of(const struct scene *s, enum bundle_way way)
{
    return (struct bundle_expect){
        .way = way, .consultation = s->consultation, .ring = &s->ring, .log = s->log
    };
}

// Reads a bundle as a file is read; *n is how many messages came before the answer.
static enum bundle_fault read_all(const struct bundle_expect *expect, struct slice file, size_t *n)
{
    struct bundle_reader r;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    const size_t head = file.n < BUNDLE_MAGIC_BYTES ? file.n : BUNDLE_MAGIC_BYTES;
    *n = 0;
    bundle_reader_init(&r, expect);
    enum bundle_fault f = bundle_read_magic(&r, slice_of(file.p, head));
    size_t at = head;
    while (f == BUNDLE_FINE && r.stage != BUNDLE_AT_END) {
        size_t length = 0;
        f = file.n - at < BUNDLE_LENGTH_BYTES ? BUNDLE_CUT : bundle_length(file.p + at, &length);
        if (f == BUNDLE_FINE && file.n - at - BUNDLE_LENGTH_BYTES < length) {
            f = BUNDLE_CUT;
        }
        if (f != BUNDLE_FINE) {
            break;
        }
        buf_reset(&message);
        f = bundle_read(&r, slice_of(file.p + at, BUNDLE_LENGTH_BYTES + length), &message);
        at += BUNDLE_LENGTH_BYTES + length;
        if (f == BUNDLE_FINE && message.n > 0) {
            cr_expect_eq(message.n, 3);
            cr_expect_eq(message.p[0], *n);
            (*n)++;
        }
    }
    bundle_reader_done(&r);
    buf_done(&message);
    return f == BUNDLE_FINE && at < file.n ? BUNDLE_TRAILING : f;
}

Test(bundle, a_courier_reads_whose_it_is_what_was_seen_and_what_was_told_and_nothing_else)
{
    struct scene s;
    size_t n = 0;
    scene_init(&s, BUNDLE_UP);
    struct bundle_expect courier = { .consultation = s.consultation, .log = s.log };
    struct bundle_reader r;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    cr_expect_eq(read_all(&courier, buf_slice(&s.file), &n), BUNDLE_FINE);
    cr_expect_eq(n, 0);
    bundle_reader_init(&r, &courier);
    cr_assert_eq(bundle_read_magic(&r, slice_of(s.file.p, BUNDLE_MAGIC_BYTES)), BUNDLE_FINE);
    cr_assert_eq(bundle_length(s.file.p + BUNDLE_MAGIC_BYTES, &n), BUNDLE_FINE);
    cr_assert_eq(bundle_read(&r, slice_of(s.file.p + BUNDLE_MAGIC_BYTES, BUNDLE_LENGTH_BYTES + n), &message),
                 BUNDLE_FINE);
    cr_expect(boxkey_equal(r.label.site, s.ring.at[0].pub));
    cr_expect(slice_equal(slice_of(r.label.view, r.label.view_bytes), s.about.view));
    cr_expect(r.label.told.any && r.label.told.upto == 7 && hash_equal(r.label.told.root, s.about.told.root));
    bundle_reader_done(&r);
    buf_done(&message);
    buf_done(&s.file);
}

Test(bundle, what_was_put_in_comes_out_both_ways)
{
    for (enum bundle_way way = BUNDLE_UP; way <= BUNDLE_DOWN; way++) {
        struct scene s;
        size_t n = 0;
        scene_init(&s, way);
        const struct bundle_expect expect = expect_of(&s, way);
        cr_expect_eq(read_all(&expect, buf_slice(&s.file), &n), BUNDLE_FINE);
        cr_expect_eq(n, MESSAGES);
        buf_done(&s.file);
    }
}

Test(bundle, no_byte_can_be_changed_and_no_end_cut_off)
{
    for (enum bundle_way way = BUNDLE_UP; way <= BUNDLE_DOWN; way++) {
        struct scene s;
        size_t n = 0;
        scene_init(&s, way);
        const struct bundle_expect expect = expect_of(&s, way);
        for (size_t i = 0; i < s.file.n; i++) {
            cr_expect_neq(read_all(&expect, slice_of(s.file.p, i), &n), BUNDLE_FINE, "cut at %zu", i);
            s.file.p[i] ^= 0x10;
            cr_expect_neq(read_all(&expect, buf_slice(&s.file), &n), BUNDLE_FINE, "changed at %zu", i);
            s.file.p[i] ^= 0x10;
        }
        buf_put_u8(&s.file, 0);
        cr_expect_eq(read_all(&expect, buf_slice(&s.file), &n), BUNDLE_TRAILING);
        buf_done(&s.file);
    }
}

Test(bundle, a_courier_sees_whose_it_is_and_that_it_is_whole_and_nothing_else)
{
    for (enum bundle_way way = BUNDLE_UP; way <= BUNDLE_DOWN; way++) {
        struct scene s;
        size_t n = 0;
        scene_init(&s, way);
        struct bundle_expect courier = { .consultation = s.consultation, .log = s.log };
        cr_expect_eq(read_all(&courier, buf_slice(&s.file), &n), BUNDLE_FINE);
        cr_expect_eq(n, 0, "no message comes out");
        for (size_t i = 0; i < s.file.n; i++) {
            cr_expect_neq(read_all(&courier, slice_of(s.file.p, i), &n), BUNDLE_FINE, "cut at %zu", i);
            s.file.p[i] ^= 0x10;
            // What closes it is sealed: only the reader sees that it was changed.
            const enum bundle_fault f = read_all(&courier, buf_slice(&s.file), &n);
            cr_expect(f != BUNDLE_FINE || i > s.file.n - 160, "changed at %zu", i);
            s.file.p[i] ^= 0x10;
        }
        courier.log.b[0] ^= 1;
        cr_expect_eq(read_all(&courier, buf_slice(&s.file), &n), way == BUNDLE_UP ? BUNDLE_FINE : BUNDLE_NOT_SIGNED);
        buf_done(&s.file);
    }
}

Test(bundle, another_reader_is_told_why_it_is_not_for_him)
{
    struct scene s;
    size_t n = 0;
    scene_init(&s, BUNDLE_DOWN);
    struct box_ring others = { .n = 1 };
    box_keypair(&others.at[0].pub, &others.at[0].sec);
    struct bundle_expect other = expect_of(&s, BUNDLE_DOWN);
    other.ring = &others;
    cr_expect_eq(read_all(&other, buf_slice(&s.file), &n), BUNDLE_NOT_FOR_US);
    struct bundle_expect elsewhere = expect_of(&s, BUNDLE_DOWN);
    elsewhere.consultation = hash_of(SLICE_LITERAL("another"));
    cr_expect_eq(read_all(&elsewhere, buf_slice(&s.file), &n), BUNDLE_CONSULTATION);
    const struct bundle_expect upward = expect_of(&s, BUNDLE_UP);
    cr_expect_eq(read_all(&upward, buf_slice(&s.file), &n), BUNDLE_WAY);
    struct bundle_expect other_hub = expect_of(&s, BUNDLE_DOWN);
    other_hub.log.b[0] ^= 1;
    cr_expect_eq(read_all(&other_hub, buf_slice(&s.file), &n), BUNDLE_NOT_SIGNED);
    other_hub.former[other_hub.former_count++] = s.log; // made before the log's key was changed
    cr_expect_eq(read_all(&other_hub, buf_slice(&s.file), &n), BUNDLE_OLDER);
    s.file.p[BUNDLE_MAGIC_BYTES - 2] = '2';
    const struct bundle_expect own = expect_of(&s, BUNDLE_DOWN);
    cr_expect_eq(read_all(&own, buf_slice(&s.file), &n), BUNDLE_OTHER_VERSION);
    buf_done(&s.file);
}

Test(bundle, the_site_and_its_hello_come_back_from_the_first_message)
{
    const struct bundle_site said = {
        .site = { { 1, 2, 3 } }, .hello = SLICE_LITERAL("hello"), .view_count = 2, .views = { 7, 300 }
    };
    struct bundle_site read;
    struct buf message = buf_new(256);
    bundle_site_make(&said, &message);
    cr_assert(bundle_site_parse(buf_slice(&message), &read));
    cr_expect(boxkey_equal(read.site, said.site));
    cr_expect(slice_equal(read.hello, said.hello));
    cr_expect_eq(read.view_count, 2);
    cr_expect_eq(read.views[1], 300);
    cr_expect_not(bundle_site_parse(slice_of(message.p, message.n - 1), &read));
    buf_done(&message);
}
