// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Entries, disclosures and their whole form from strangers. What parses is made again to the same bytes, whatever it
// borrows lies in its input, and a body that is of its kind is made again to a body that says the same.
#include "tests/fuzz/fuzz.h"

#include "common/format/content.h"
#include "common/format/frame.h"
#include "common/format/kinds.h"
#include "common/format/sealed.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    CHECK(ident_init() == OK);
    return 0;
}

static void check_body(const struct entry *e)
{
    struct body body;
    struct body again;
    struct entry other = *e;
    struct buf made = buf_new(LIMIT_BODY_BYTES);
    if (kind_parse(e, &body) == VERDICT_GOOD) {
        body_make(&body, &made);
        CHECK(buf_ok(&made));
        // Only the order of roles may differ.
        CHECK(made.n == e->body.n);
        other.body = buf_slice(&made);
        CHECK(kind_parse(&other, &again) == VERDICT_GOOD);
        CHECK(again.kind == body.kind);
    }
    buf_done(&made);
}

static void check_entry(const struct entry *e, struct slice s)
{
    struct hash refs[LIMIT_REFS];
    struct buf header = buf_new(LIMIT_HEADER_BYTES);
    struct buf whole = buf_new(LIMIT_ENTRY_BYTES);
    CHECK(lies_within(e->header, s));
    CHECK(lies_within(e->kind, s));
    CHECK(lies_within(e->refs, s));
    CHECK(lies_within(e->body, s));
    for (size_t i = 0; i < e->ref_count; i++) {
        refs[i] = entry_ref(e, i);
    }
    struct entry_draft draft = { .kind = e->kind, .place = e->place, .prev = e->prev, .seen_size = e->seen_size,
                                 .seen_root = e->seen_root, .claimed_s = e->claimed_s,
                                 .clock_class = e->clock_class, .refs = refs, .ref_count = e->ref_count,
                                 .parts = e->parts, .part_count = e->part_count, .body = e->body };
    CHECK(entry_header_make(&draft, &header));
    CHECK(slice_equal(buf_slice(&header), e->header));
    entry_wrap(buf_slice(&header), e->signature, &whole);
    CHECK(slice_equal(buf_slice(&whole), e->bytes));
    CHECK(entry_verify(e, e->place.consultation) != VERDICT_WRONG_CONSULTATION);
    check_body(e);
    buf_done(&header);
    buf_done(&whole);
}

static void check_disclosure(const struct disclosure *d, struct slice s)
{
    struct buf made = buf_new(LIMIT_FRAME_BYTES);
    disclosure_make(d, &made);
    CHECK(slice_equal(buf_slice(&made), s));
    CHECK(disclosure_bitmap(d) >> d->count == 0);
    for (size_t i = 0; i < d->count; i++) {
        CHECK(lies_within(d->parts[i].bytes, s));
    }
    buf_done(&made);
}

static void check_content(struct slice s)
{
    struct content content;
    struct buf made = buf_new(s.n + 1);
    if (content_parse(s, &content) && s.n > 0) {
        content_make(&content, &made);
        CHECK(slice_equal(buf_slice(&made), s));
    }
    buf_done(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice s = slice_of(data, n);
    struct entry e;
    struct disclosure d;
    struct buf made = buf_new(LIMIT_FRAME_BYTES);
    if (entry_parse(s, &e) == VERDICT_GOOD) {
        CHECK(slice_equal(e.bytes, s));
        check_entry(&e, s);
    }
    if (disclosure_parse(s, &d) == VERDICT_GOOD) {
        check_disclosure(&d, s);
    }
    if (frame_entry_parse(s, &e, &d) == VERDICT_GOOD) {
        CHECK(lies_within(e.bytes, s));
        frame_entry_make(e.bytes, &d, &made);
        CHECK(slice_equal(buf_slice(&made), s));
    }
    check_content(s);
    CHECK(!sealed_ok(s) || s.n > SEALED_PAD);
    buf_done(&made);
    return 0;
}
