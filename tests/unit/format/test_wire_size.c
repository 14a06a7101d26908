// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a contribution costs on the way up, with words that people wrote: the promise that sites with little bandwidth
// are sold on.
#include "common/format/csv.h"
#include "common/format/wire.h"

#include "tests/unit/format/chain.h"

#define TEXTS 100
#define TEXT_BYTES 600
#define PROMISE 400 // bytes on the wire for a contribution of that size, in a batch of so many

// Reads the file at path below the shared folder. Skips the test when it is missing.
static struct buf shared_file(const char *path)
{
    char whole[4096];
    const char *shared = getenv("BARAZA_SHARED");
    struct buf b = buf_new(1 << 22);
    snprintf(whole, sizeof whole, "%s/%s", shared == NULL ? "../shared" : shared, path);
    FILE *f = fopen(whole, "rb");
    if (f == NULL) {
        cr_skip_test("skipped: no shared material at %s", whole);
    }
    for (int byte = getc(f); byte != EOF; byte = getc(f)) {
        buf_put_u8(&b, (uint8_t)byte);
    }
    fclose(f);
    return b;
}

// Joins comments to texts of at least TEXT_BYTES until there are enough. Returns how many there are.
static size_t read_texts(struct slice file, struct buf *texts)
{
    struct csv csv;
    size_t n = 0;
    csv_init(&csv, file, ',');
    while (n < TEXTS && csv_next(&csv) == CSV_ROW) {
        struct slice comment = csv.fields[csv.count - 1];
        if (!texts[n].max) {
            texts[n] = buf_new(1 << 16);
        } else {
            buf_put_u8(&texts[n], ' ');
        }
        buf_put(&texts[n], comment);
        n += texts[n].n >= TEXT_BYTES;
    }
    csv_done(&csv);
    return n;
}

static void add_text(struct chain *c, size_t i, struct slice text, struct link *out, struct buf *said)
{
    static const char *const kinds[] = { "need", "threat", "proposal", "experience" };
    static const char *const channels[] = { "oral-forum", "oral-private", "written" };
    static uint8_t context_room[4096];
    struct content context = { 0 };
    struct content words = { 0 };
    struct buf made = buf_over(context_room, sizeof context_room);
    content_add_text(&context, "channel", slice_text(channels[i % 3]));
    content_add_text(&context, "kind", slice_text(kinds[i % 4]));
    content_add_uint(&context, "guide", 1);
    content_add_uint(&context, "codebook", 1);
    content_make(&context, &made);
    content_add_text(&words, "lang", SLICE_LITERAL("en-LR"));
    content_add_text(&words, "text", text);
    *said = buf_new(1 << 16);
    content_make(&words, said);
    chain_contribute(c, buf_slice(&made), buf_slice(said), out);
    // The chain's sample seed is the same always; a real one is random and cannot be compressed.
    ident_random(out->d.seed.b, sizeof out->d.seed.b);
}

Test(wire, a_contribution_of_600_bytes_costs_at_most_400_on_the_wire)
{
    struct buf file = shared_file("data/polis/american-assembly.bowling-green/comments.csv");
    static struct buf texts[TEXTS + 1];
    static struct buf said[TEXTS];
    static struct link links[TEXTS];
    struct chain c = chain_start();
    struct wire_maker *m = wire_maker_new();
    struct buf out = buf_new(LIMIT_FRAME_BYTES);
    struct wire_head head = { .key = c.key, .incarnation = c.next.incarnation };
    cr_assert_eq(read_texts(buf_slice(&file), texts), TEXTS);
    wire_begin(m, &head);
    for (size_t i = 0; i < TEXTS; i++) {
        add_text(&c, i, buf_slice(&texts[i]), &links[i], &said[i]);
        cr_assert(wire_append(m, &links[i].e, &links[i].d));
    }
    wire_end(m, &out);
    cr_assert(out.n / TEXTS <= PROMISE, "%zu bytes each", out.n / TEXTS);
    for (size_t i = 0; i < TEXTS; i++) {
        buf_done(&links[i].bytes);
        buf_done(&said[i]);
        buf_done(&texts[i]);
    }
    buf_done(&out);
    buf_done(&file);
    wire_maker_free(m);
}
