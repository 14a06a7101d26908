// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Bundles from strangers: first byte 0, from the magic line on; else frames after a good head of ours. No message may
// come out that nobody put in with the key, and no bundle is good that was not closed with it.
#include "tests/fuzz/fuzz.h"

#include "common/exchange/bundle.h"

#include <string.h>

static struct box_ring ring;
static struct bundle_expect expect;
static struct boxsec secret;
static struct buf head; // magic line and first frame

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct bundle_writer w;
    (void)argc;
    (void)argv;
    CHECK(ident_init() == OK);
    memset(secret.b, 9, sizeof secret.b);
    head = buf_new(4096);
    ring = (struct box_ring){ .n = 1, .at = { { box_public(&secret), secret } } };
    expect = (struct bundle_expect){ .way = BUNDLE_UP, .ring = &ring };
    const struct bundle_about about = { .site = ring.at[0].pub, .view = SLICE_LITERAL("a checkpoint") };
    CHECK(bundle_begin(&w, BUNDLE_UP, expect.consultation, ring.at[0].pub, &about, &head));
    return 0;
}

// Reads frames as long as there are whole ones; returns the last answer.
static enum bundle_fault read_frames(struct bundle_reader *r, struct slice rest)
{
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    enum bundle_fault f = BUNDLE_FINE;
    while (f == BUNDLE_FINE && r->stage != BUNDLE_AT_END) {
        size_t n = 0;
        f = rest.n < BUNDLE_LENGTH_BYTES ? BUNDLE_CUT : bundle_length(rest.p, &n);
        if (f == BUNDLE_FINE && rest.n - BUNDLE_LENGTH_BYTES < n) {
            f = BUNDLE_CUT;
        }
        if (f == BUNDLE_FINE) {
            buf_reset(&message);
            f = bundle_read(r, slice_of(rest.p, BUNDLE_LENGTH_BYTES + n), &message);
            rest = slice_of(rest.p + BUNDLE_LENGTH_BYTES + n, rest.n - BUNDLE_LENGTH_BYTES - n);
            CHECK(message.n == 0); // nobody here has the key
        }
    }
    buf_done(&message);
    return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bundle_reader r;
    const struct slice start = buf_slice(&head);
    bundle_reader_init(&r, &expect);
    if (n > 0 && data[0] == 0) { // from the first byte on
        const size_t magic = n - 1 < BUNDLE_MAGIC_BYTES ? n - 1 : BUNDLE_MAGIC_BYTES;
        if (bundle_read_magic(&r, slice_of(data + 1, magic)) == BUNDLE_FINE) {
            CHECK(read_frames(&r, slice_of(data + 1 + magic, n - 1 - magic)) != BUNDLE_FINE);
        }
    } else if (n > 0) {
        CHECK(bundle_read_magic(&r, slice_of(start.p, BUNDLE_MAGIC_BYTES)) == BUNDLE_FINE);
        CHECK(read_frames(&r, slice_of(start.p + BUNDLE_MAGIC_BYTES, start.n - BUNDLE_MAGIC_BYTES)) == BUNDLE_CUT);
        CHECK(r.stage == BUNDLE_IN_MESSAGES);
        CHECK(read_frames(&r, slice_of(data + 1, n - 1)) != BUNDLE_FINE);
    }
    bundle_reader_done(&r);
    return 0;
}
