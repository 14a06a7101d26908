// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Entries: the one form, the id, the signature.
#include "common/format/frame.h"
#include "common/format/pack.h"

#include "tests/unit/format/chain.h"

Test(entry, the_bytes_are_those_that_the_protocol_defines)
{
    struct chain c = chain_start();
    struct link l;
    chain_contribute(&c, SLICE_ARRAY(chain_context), CHAIN_SAID, &l);
    cr_assert_eq(l.bytes.n, 545);
    cr_assert(is_hex(l.e.id.b, sizeof l.e.id.b, "6bb5fa5c06943bcff343084d301e21259f2a09f5aed98ae3633efc5f2b1a315b"));
    cr_assert_eq(entry_verify(&l.e, c.next.consultation), VERDICT_GOOD);
    cr_assert_eq(entry_verify(&l.e, l.e.id), VERDICT_WRONG_CONSULTATION);
    buf_done(&l.bytes);
}

Test(entry, what_was_put_in_comes_out)
{
    struct chain c = chain_start();
    struct link first;
    struct link l;
    chain_contribute(&c, SLICE_ARRAY(chain_context), CHAIN_SAID, &first);
    chain_contribute(&c, SLICE_ARRAY(chain_context), CHAIN_SAID, &l);
    cr_assert(slice_equal(l.e.kind, SLICE_LITERAL("contribution")));
    cr_assert_eq(l.e.place.seq, 1);
    cr_assert(hash_equal(l.e.prev, first.e.id));
    cr_assert(pubkey_equal(l.e.place.author, c.key));
    cr_assert_eq(l.e.claimed_s, 1767225600);
    cr_assert_eq(l.e.ref_count, 1);
    cr_assert(hash_equal(entry_ref(&l.e, 0), hash_of(SLICE_LITERAL("a session"))));
    cr_assert_eq(l.e.part_count, 6);
    cr_assert(slice_equal(l.e.parts[5].name, SLICE_LITERAL("attachments")));
    cr_assert(slice_equal(l.e.body, SLICE_ARRAY(chain_open_body)));
    buf_done(&first.bytes);
    buf_done(&l.bytes);
}

Test(entry, a_changed_or_missing_byte_is_noticed_wherever_it_is)
{
    struct chain c = chain_start();
    struct link l;
    struct entry e;
    chain_contribute(&c, SLICE_ARRAY(chain_context), CHAIN_SAID, &l);
    uint8_t *copy = mem_new(l.bytes.n);
    for (size_t i = 0; i < l.bytes.n; i++) {
        cr_assert_eq(entry_parse(slice_of(l.bytes.p, i), &e), VERDICT_NOT_CANONICAL, "cut at %zu", i);
        memcpy(copy, l.bytes.p, l.bytes.n);
        copy[i] ^= (uint8_t)(1u << i % 8);
        enum verdict v = entry_parse(slice_of(copy, l.bytes.n), &e);
        if (v == VERDICT_GOOD) {
            v = entry_verify(&e, c.next.consultation);
            cr_assert(!hash_equal(e.id, l.e.id), "byte %zu", i);
        }
        cr_assert(v == VERDICT_NOT_CANONICAL || v == VERDICT_BAD_SIGNATURE || v == VERDICT_WRONG_CONSULTATION,
                  "byte %zu", i);
    }
    free(copy);
    buf_done(&l.bytes);
}

// A header in the one form that entry_parse accepts, for changing one field at a time.
struct fields {
    uint64_t version, seq, seen_size, claimed_s, clock_class;
    const char *kind;
    uint8_t prev;
    bool seen_other;
    const char *names[3];
    const char *body; // hex
};

static void put_fields(const struct fields *f, struct buf *out)
{
    uint8_t header_room[4096];
    uint8_t fixed[64];
    struct buf header = buf_over(header_room, sizeof header_room);
    struct hash seen = hash_of(f->seen_other ? SLICE_LITERAL("other") : slice_of(NULL, 0));
    pack_array(&header, 14);
    pack_uint(&header, f->version);
    pack_text(&header, f->kind);
    fill(fixed, 1, sizeof fixed);
    pack_bin(&header, slice_of(fixed, 32));
    pack_bin(&header, slice_of(fixed, 32));
    pack_bin(&header, slice_of(fixed, 16));
    pack_uint(&header, f->seq);
    fill(fixed, f->prev, sizeof fixed);
    pack_bin(&header, slice_of(fixed, 32));
    pack_uint(&header, f->seen_size);
    pack_bin(&header, SLICE_ARRAY(seen.b));
    pack_uint(&header, f->claimed_s);
    pack_uint(&header, f->clock_class);
    pack_array(&header, 0);
    size_t n = 0;
    while (n < 3 && f->names[n] != NULL) {
        n++;
    }
    pack_array(&header, n);
    for (size_t i = 0; i < n; i++) {
        pack_array(&header, 2);
        pack_text(&header, f->names[i]);
        pack_bin(&header, slice_of(fixed, 32));
    }
    hex_append(f->body, &header);
    cr_assert(buf_ok(&header));
    entry_wrap(buf_slice(&header), (struct sig){ { 0 } }, out);
}

Test(entry, headers_of_another_form_are_refused)
{
    static const struct {
        struct fields f;
        bool good;
        const char *what;
    } rows[] = {
        { { .version = 1, .kind = "session", .body = "90" }, true, "the least" },
        { { .version = 1, .kind = "new-kind", .names = { "a", "b" }, .body = "93 05 a461626364 9191c401ff" }, true,
          "an unknown kind" },
        { { .version = 1, .kind = "s", .seq = 1, .prev = 1, .body = "90" }, true, "a second entry" },
        { { .version = 1, .kind = "s", .seen_size = 3, .seen_other = true, .clock_class = 1, .body = "90" }, true,
          "a checkpoint was seen" },
        { { .version = 2, .kind = "session", .body = "90" }, false, "version" },
        { { .version = 1, .kind = "", .body = "90" }, false, "no kind" },
        { { .version = 1, .kind = "Session", .body = "90" }, false, "an upper-case kind" },
        { { .version = 1, .kind = "-session", .body = "90" }, false, "a kind that starts with -" },
        { { .version = 1, .kind = "abcdefghijklmnopqrstuvwxy", .body = "90" }, false, "a kind of 25" },
        { { .version = 1, .kind = "s", .seq = 1, .body = "90" }, false, "a second entry after nothing" },
        { { .version = 1, .kind = "s", .prev = 1, .body = "90" }, false, "a first entry after something" },
        { { .version = 1, .kind = "s", .seen_other = true, .body = "90" }, false, "a root of nothing" },
        { { .version = 1, .kind = "s", .clock_class = 2, .body = "90" }, false, "a third class of clock" },
        { { .version = 1, .kind = "s", .names = { "a", "a" }, .body = "90" }, false, "a part twice" },
        { { .version = 1, .kind = "s", .names = { "" }, .body = "90" }, false, "a part without a name" },
        { { .version = 1, .kind = "s", .names = { "A" }, .body = "90" }, false, "an upper-case part" },
        { { .version = 1, .kind = "s", .body = "05" }, false, "a body that is no array" },
        { { .version = 1, .kind = "s", .body = "91a96672656520746578 74" }, false, "free text in a body" },
        { { .version = 1, .kind = "s", .body = "9191a0" }, false, "an empty code, nested" },
        { { .version = 1, .kind = "s", .body = "91c3" }, false, "a boolean" },
        { { .version = 1, .kind = "s", .body = "90 00" }, false, "something behind it" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry e;
        struct buf b = buf_new(LIMIT_ENTRY_BYTES);
        put_fields(&rows[i].f, &b);
        cr_assert_eq(entry_parse(buf_slice(&b), &e), rows[i].good ? VERDICT_GOOD : VERDICT_NOT_CANONICAL, "%s",
                     rows[i].what);
        buf_done(&b);
    }
}

Test(entry, the_limits_are_exact)
{
    struct chain c = chain_start();
    struct hash refs[LIMIT_REFS + 1];
    uint8_t body[LIMIT_BODY_BYTES + 1] = { 0x91, 0xc5, (LIMIT_BODY_BYTES - 4) >> 8, (LIMIT_BODY_BYTES - 4) & 0xff };
    struct buf b = buf_new(LIMIT_ENTRY_BYTES);
    struct entry e;
    fill(refs, 5, sizeof refs);
    struct entry_draft draft = { .kind = SLICE_LITERAL("clause"), .place = c.next, .refs = refs,
                                 .seen_root = hash_of(slice_of(NULL, 0)), .ref_count = LIMIT_REFS,
                                 .body = slice_of(body, LIMIT_BODY_BYTES) };
    cr_assert(entry_make(&draft, &c.sec, &b));
    cr_assert_eq(entry_parse(buf_slice(&b), &e), VERDICT_GOOD);
    cr_assert_eq(e.ref_count, LIMIT_REFS);
    buf_reset(&b);
    draft.ref_count = LIMIT_REFS + 1;
    cr_assert(!entry_make(&draft, &c.sec, &b));
    draft.ref_count = 0;
    draft.body.n = LIMIT_BODY_BYTES + 1;
    cr_assert(!entry_make(&draft, &c.sec, &b));
    cr_assert_eq(b.n, 0);
    uint8_t large[LIMIT_ENTRY_BYTES + 1] = { 0 };
    cr_assert_eq(entry_parse(SLICE_ARRAY(large), &e), VERDICT_TOO_LARGE);
    buf_done(&b);
}

Test(entry, the_whole_form_carries_an_entry_with_what_is_disclosed_of_it)
{
    struct chain c = chain_start();
    struct link l;
    struct entry e;
    struct disclosure d;
    struct buf b = buf_new(LIMIT_EXPORT_FRAME);
    chain_contribute(&c, SLICE_ARRAY(chain_context), CHAIN_SAID, &l);
    frame_entry_make(l.e.bytes, &l.d, &b);
    cr_assert_eq(frame_entry_parse(buf_slice(&b), &e, &d), VERDICT_GOOD);
    cr_assert(hash_equal(e.id, l.e.id));
    cr_assert_eq(disclosure_check(&d, &e.place, e.parts, e.part_count), VERDICT_GOOD);
    cr_assert_eq(frame_entry_parse(slice_of(b.p, b.n - 1), &e, &d), VERDICT_NOT_CANONICAL);
    buf_reset(&b);
    l.d.count = 5;
    frame_entry_make(l.e.bytes, &l.d, &b);
    cr_assert_eq(frame_entry_parse(buf_slice(&b), &e, &d), VERDICT_NOT_CANONICAL);
    buf_done(&b);
    buf_done(&l.bytes);
}
