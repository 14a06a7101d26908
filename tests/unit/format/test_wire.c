// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Batches: what goes up comes out as it was signed, and whatever else arrives gets a clear verdict.
#include "common/format/armor.h"
#include "common/format/outbox.h"
#include "common/format/pack.h"

#include "tests/unit/format/chain.h"

#include <zstd.h>

#define MAX 300

// A journal of n contributions with texts of their own.
struct journal {
    struct chain chain;
    struct wire_head head;
    size_t n;
    struct link links[MAX];
    struct buf said[MAX];
};

static struct journal *journal_new(size_t n, size_t text_bytes)
{
    struct journal *j = mem_new(sizeof *j);
    j->chain = chain_start();
    j->head = (struct wire_head){ .key = j->chain.key, .incarnation = j->chain.next.incarnation, .branch = 2 };
    for (j->n = 0; j->n < n; j->n++) {
        struct buf *said = &j->said[j->n];
        *said = buf_new(text_bytes + 64);
        pack_map(said, 1);
        pack_text(said, "text");
        struct buf text = buf_new(text_bytes + 64);
        for (uint32_t i = 0; text.n < text_bytes; i++) {
            struct hash h = hash_of(slice_of(&(uint32_t){ (uint32_t)j->n * 65536 + i }, 4));
            armor_put_hex(&text, SLICE_ARRAY(h.b));
        }
        pack_bin(said, slice_of(text.p, text_bytes));
        buf_done(&text);
        chain_contribute(&j->chain, SLICE_ARRAY(chain_context), buf_slice(said), &j->links[j->n]);
    }
    return j;
}

static void journal_free(struct journal *j)
{
    for (size_t i = 0; i < j->n; i++) {
        buf_done(&j->links[i].bytes);
        buf_done(&j->said[i]);
    }
    free(j);
}

// Appends entries from `from` on until the batch is full, ends it into out and returns how many went in.
static size_t batch(const struct journal *j, size_t from, struct buf *out)
{
    struct wire_maker *m = wire_maker_new();
    struct wire_head head = j->head;
    size_t i = from;
    head.seq = from;
    head.prev = from == 0 ? (struct hash){ { 0 } } : j->links[from - 1].e.id;
    wire_begin(m, &head);
    while (i < j->n && wire_append(m, &j->links[i].e, &j->links[i].d)) {
        i++;
    }
    cr_assert_eq(wire_count(m), i - from);
    cr_assert(wire_bytes(m) <= LIMIT_BATCH_BYTES);
    wire_end(m, out);
    cr_assert(buf_ok(out));
    wire_maker_free(m);
    return i - from;
}

// Opens a batch and compares each entry with the journal's. Returns how many there were.
static size_t same_as(const struct journal *j, struct slice bytes)
{
    struct arena *arena = arena_new(WIRE_OPEN_BYTES);
    struct wire_batch b;
    struct wire_item item;
    size_t n = 0;
    cr_assert_eq(wire_batch_open(bytes, j->chain.next.consultation, arena, &b), VERDICT_GOOD);
    cr_assert(pubkey_equal(b.head.key, j->head.key));
    cr_assert_eq(b.head.branch, 2);
    while (wire_batch_next(&b, &item)) {
        const struct link *l = &j->links[item.seq];
        cr_assert_eq(item.verdict, VERDICT_GOOD);
        cr_assert(slice_equal(item.entry.bytes, l->e.bytes));
        cr_assert(hash_equal(item.entry.id, l->e.id));
        cr_assert_eq(entry_verify(&item.entry, j->chain.next.consultation), VERDICT_GOOD);
        cr_assert_eq(disclosure_check(&item.disclosure, &item.entry.place, item.entry.parts, item.entry.part_count),
                     VERDICT_GOOD);
        cr_assert_eq(disclosure_bitmap(&item.disclosure), disclosure_bitmap(&l->d));
        n++;
    }
    cr_assert_eq(n, b.count);
    arena_free(arena);
    return n;
}

Test(wire, entries_come_out_of_a_batch_byte_for_byte)
{
    struct journal *j = journal_new(20, 200);
    struct buf b = buf_new(LIMIT_FRAME_BYTES);
    cr_assert_eq(batch(j, 0, &b), 20);
    cr_assert_eq(same_as(j, buf_slice(&b)), 20);
    buf_reset(&b);
    cr_assert_eq(batch(j, 7, &b), 13);
    cr_assert_eq(same_as(j, buf_slice(&b)), 13);
    buf_done(&b);
    journal_free(j);
}

Test(wire, a_batch_is_full_at_its_number_of_entries_and_at_its_bytes)
{
    struct buf b = buf_new(LIMIT_FRAME_BYTES);
    struct journal *many = journal_new(LIMIT_BATCH_ENTRIES + 1, 10);
    cr_assert_eq(batch(many, 0, &b), LIMIT_BATCH_ENTRIES);
    cr_assert_eq(same_as(many, buf_slice(&b)), LIMIT_BATCH_ENTRIES);
    journal_free(many);
    buf_reset(&b);
    struct journal *large = journal_new(5, LIMIT_DISCLOSURE_BYTES / 2);
    size_t n = batch(large, 0, &b);
    cr_assert_eq(n, 3);
    cr_assert_eq(same_as(large, buf_slice(&b)), n);
    journal_free(large);
    buf_reset(&b);
    struct journal *largest = journal_new(1, LIMIT_DISCLOSURE_BYTES - 64);
    cr_assert_eq(batch(largest, 0, &b), 1);
    cr_assert_eq(same_as(largest, buf_slice(&b)), 1);
    journal_free(largest);
    buf_done(&b);
}

Test(wire, an_unknown_kind_and_withheld_parts_travel)
{
    struct journal *j = journal_new(1, 50);
    static const char *const names[] = { "first", "second", "third" };
    const struct slice contents[] = { SLICE_LITERAL("\xa1" "a"), SLICE_LITERAL("\xa1" "b"), SLICE_LITERAL("\xa1" "c") };
    static const uint8_t deep[] = { 0x91, 0x91, 0x91, 0x91, 0x91, 0x05 }; // as deep as a header allows
    struct entry_draft draft = { .kind = SLICE_LITERAL("not-yet-known"), .body = SLICE_ARRAY(deep), .seen_size = 5 };
    struct link *l = &j->links[1];
    struct buf b = buf_new(LIMIT_FRAME_BYTES);
    chain_sign(&j->chain, draft, names, contents, 3, l);
    l->d.has_seed = false;
    l->d.parts[0] = (struct part){ .state = PART_WITHHELD };
    l->d.parts[2] = (struct part){ .state = PART_ERASED };
    j->said[1] = buf_new(0);
    j->n = 2;
    cr_assert_eq(batch(j, 0, &b), 2);
    cr_assert_eq(same_as(j, buf_slice(&b)), 2);
    buf_done(&b);
    journal_free(j);
}

Test(wire, any_one_damaged_byte_gives_a_clear_verdict)
{
    struct journal *j = journal_new(4, 120);
    struct buf b = buf_new(LIMIT_FRAME_BYTES);
    struct arena *arena = arena_new(WIRE_OPEN_BYTES);
    cr_assert_eq(batch(j, 0, &b), 4);
    for (size_t i = 0; i < b.n * 2; i++) {
        struct wire_batch open;
        struct wire_item item;
        size_t good = 0;
        uint8_t flip = i % 2 == 0 ? 0x01 : 0x80;
        b.p[i / 2] ^= flip;
        enum verdict v = wire_batch_open(buf_slice(&b), j->chain.next.consultation, arena, &open);
        while (v == VERDICT_GOOD && wire_batch_next(&open, &item)) {
            v = item.verdict == VERDICT_GOOD ? entry_verify(&item.entry, j->chain.next.consultation) : item.verdict;
            good += v == VERDICT_GOOD && hash_equal(item.entry.id, j->links[item.seq].e.id);
        }
        // Some bits of a compressed stream say nothing: then all is as it was signed.
        cr_assert(v == VERDICT_NOT_CANONICAL || v == VERDICT_TOO_LARGE || v == VERDICT_BAD_SIGNATURE || good == 4,
                  "byte %zu", i / 2);
        b.p[i / 2] ^= flip;
        arena_reset(arena);
    }
    arena_free(arena);
    buf_done(&b);
    journal_free(j);
}

static enum verdict open_packed(struct slice packed)
{
    struct arena *arena = arena_new(WIRE_OPEN_BYTES);
    struct buf b = buf_new(LIMIT_FRAME_BYTES);
    struct wire_batch open;
    pack_array(&b, 2);
    pack_bin(&b, slice_of(NULL, 0));
    pack_bin(&b, packed);
    enum verdict v = wire_batch_open(buf_slice(&b), (struct hash){ { 0 } }, arena, &open);
    cr_assert(arena_used(arena) <= LIMIT_BATCH_BYTES);
    arena_free(arena);
    buf_done(&b);
    return v;
}

// Compresses zeros; with or without the content's size in the frame.
static size_t zeros(size_t n, bool sized, uint8_t *out, size_t room)
{
    void *content = mem_new(n);
    ZSTD_CCtx *z = ZSTD_createCCtx();
    ZSTD_inBuffer in = { content, n, 0 };
    ZSTD_outBuffer to = { out, room, 0 };
    ZSTD_CCtx_setParameter(z, ZSTD_c_contentSizeFlag, sized);
    if (sized) {
        ZSTD_CCtx_setPledgedSrcSize(z, n);
    }
    cr_assert_eq(ZSTD_compressStream2(z, &to, &in, ZSTD_e_end), 0);
    ZSTD_freeCCtx(z);
    free(content);
    return to.pos;
}

Test(wire, a_frame_is_judged_before_anything_is_allocated_for_it)
{
    uint8_t frame[65536];
    static const uint8_t skippable[] = { 0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0 };
    size_t n = zeros(LIMIT_BATCH_BYTES + 1, true, frame, sizeof frame);
    cr_assert_eq(open_packed(slice_of(frame, n)), VERDICT_TOO_LARGE);
    n = zeros(LIMIT_BATCH_BYTES, true, frame, sizeof frame);
    cr_assert_eq(open_packed(slice_of(frame, n)), VERDICT_NOT_CANONICAL);
    n = zeros(1000, false, frame, sizeof frame);
    cr_assert_eq(open_packed(slice_of(frame, n)), VERDICT_NOT_CANONICAL);
    n = zeros(1000, true, frame, sizeof frame);
    memcpy(frame + n, frame, n); // two frames, the second of which would be ours to notice
    cr_assert_eq(open_packed(slice_of(frame, 2 * n)), VERDICT_NOT_CANONICAL);
    cr_assert_eq(open_packed(SLICE_ARRAY(skippable)), VERDICT_NOT_CANONICAL);
    cr_assert_eq(open_packed(slice_of(NULL, 0)), VERDICT_NOT_CANONICAL);
}

Test(wire, an_entry_alone_comes_back_only_where_it_stands)
{
    struct journal *j = journal_new(3, 80);
    struct buf b = buf_new(LIMIT_FRAME_BYTES);
    struct arena *arena = arena_new(WIRE_OPEN_BYTES);
    struct wire_item item;
    const struct link *l = &j->links[2];
    struct place other = l->e.place;
    struct wire_maker *m = wire_maker_new();
    wire_single_make(m, &l->e, &l->d, &b);
    wire_maker_free(m);
    wire_single_open(buf_slice(&b), &l->e.place, arena, &item);
    cr_assert_eq(item.verdict, VERDICT_GOOD);
    cr_assert(slice_equal(item.entry.bytes, l->e.bytes));
    other.seq = 1;
    wire_single_open(buf_slice(&b), &other, arena, &item);
    cr_assert_eq(item.verdict, VERDICT_GOOD);
    cr_assert_eq(entry_verify(&item.entry, other.consultation), VERDICT_BAD_SIGNATURE);
    arena_free(arena);
    buf_done(&b);
    journal_free(j);
}

Test(outbox, a_record_opens_with_its_key_at_its_place_only)
{
    struct journal *j = journal_new(2, 80);
    struct buf record = buf_new(OUTBOX_RECORD_BYTES);
    struct buf boxed = buf_new(OUTBOX_KEY_BYTES);
    struct arena *arena = arena_new(WIRE_OPEN_BYTES);
    struct wire_item item;
    struct unlock_id id = { { 9 } };
    struct unlock_id said;
    struct box_ring intakes = { .n = 2 };
    struct nonce nonce = nonce_new();
    struct symkey key = symkey_new();
    struct symkey opened;
    const struct link *l = &j->links[1];
    box_keypair(&intakes.at[0].pub, &intakes.at[0].sec);
    box_keypair(&intakes.at[1].pub, &intakes.at[1].sec);
    struct wire_maker *m = wire_maker_new();
    outbox_make(m, id, &key, &nonce, &l->e, &l->d, &record);
    wire_maker_free(m);
    cr_assert(outbox_key_make(id, &key, intakes.at[0].pub, &boxed));
    cr_assert_eq(boxed.n, OUTBOX_KEY_BYTES);
    cr_assert(outbox_parse(buf_slice(&record), &said));
    cr_assert_eq(memcmp(said.b, id.b, sizeof id.b), 0);
    cr_assert(outbox_key_parse(buf_slice(&boxed), &said));
    cr_assert(outbox_key_open(buf_slice(&boxed), &intakes, &opened));
    outbox_open(buf_slice(&record), &opened, &l->e.place, arena, &item);
    cr_assert_eq(item.verdict, VERDICT_GOOD);
    cr_assert(slice_equal(item.entry.bytes, l->e.bytes));
    outbox_open(buf_slice(&record), &opened, &j->links[0].e.place, arena, &item);
    cr_assert_eq(item.verdict, VERDICT_BAD_PART);
    record.p[record.n - 1] ^= 1;
    outbox_open(buf_slice(&record), &opened, &l->e.place, arena, &item);
    cr_assert_eq(item.verdict, VERDICT_BAD_PART);
    boxed.p[boxed.n - 1] ^= 1;
    cr_assert(!outbox_key_open(buf_slice(&boxed), &intakes, &opened));
    record.n--;
    cr_assert(!outbox_parse(buf_slice(&record), &said));
    arena_free(arena);
    buf_done(&record);
    buf_done(&boxed);
    journal_free(j);
}

Test(outbox, the_largest_entry_has_room)
{
    struct journal *j = journal_new(1, LIMIT_DISCLOSURE_BYTES - 64);
    struct buf record = buf_new(OUTBOX_RECORD_BYTES);
    struct symkey key = symkey_new();
    struct nonce nonce = nonce_new();
    struct wire_maker *m = wire_maker_new();
    outbox_make(m, (struct unlock_id){ { 1 } }, &key, &nonce, &j->links[0].e, &j->links[0].d, &record);
    wire_maker_free(m);
    cr_assert(buf_ok(&record));
    buf_done(&record);
    journal_free(j);
}
