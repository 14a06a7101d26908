// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Tile paths against the published table.
#include "common/format/tile.h"

#include "tests/unit/shared.h"

static uint64_t number_at(json_t *row, size_t i)
{
    return (uint64_t)json_integer_value(json_array_get(row, i));
}

static void expect_text(struct buf *got, const char *expected)
{
    cr_assert(slice_equal(buf_slice(got), slice_text(expected)), "got %.*s, expected %s", (int)got->n,
              (const char *)got->p, expected);
    buf_done(got);
}

Test(tile, paths_are_the_published_ones)
{
    json_t *document = shared_json("vectors/note-and-proof/tile-paths.json");
    json_t *row;
    size_t i;
    json_array_foreach(json_object_get(document, "tile_path"), i, row) {
        struct buf b = buf_new(256);
        tile_put_path(&b, (unsigned)number_at(row, 0), number_at(row, 1), (unsigned)number_at(row, 2));
        expect_text(&b, json_string_value(json_array_get(row, 3)));
    }
    json_array_foreach(json_object_get(document, "entries_for_index"), i, row) {
        struct buf b = buf_new(256);
        uint64_t tile = number_at(row, 0) / TILE_WIDTH;
        tile_put_entries_path(&b, tile, tile_width(0, tile, number_at(row, 1)));
        expect_text(&b, json_string_value(json_array_get(row, 2)));
    }
    json_array_foreach(json_object_get(document, "index_encoding"), i, row) {
        struct buf b = buf_new(256);
        struct buf expected = buf_new(256);
        tile_put_entries_path(&b, number_at(row, 0), 0);
        buf_printf(&expected, "tile/entries/%s", json_string_value(json_array_get(row, 1)));
        cr_assert(slice_equal(buf_slice(&b), buf_slice(&expected)));
        buf_done(&b);
        buf_done(&expected);
    }
    json_decref(document);
}

Test(tile, only_full_tiles_feed_the_level_above)
{
    // What C2SP tlog-tiles gives as its examples: trees of 70,000 and of 256 leaves.
    static const struct {
        uint64_t size;
        unsigned level;
        uint64_t full;
        unsigned partial;
    } rows[] = {
        { 70000, 0, 273, 112 }, { 70000, 1, 1, 17 }, { 70000, 2, 0, 1 }, { 70000, 3, 0, 0 },
        { 256, 0, 1, 0 },       { 256, 1, 0, 1 },    { 0, 0, 0, 0 },     { UINT64_MAX, 7, 0, 255 },
        { UINT64_MAX, 8, 0, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t full = rows[i].full;
        cr_assert(full == 0 || tile_width(rows[i].level, full - 1, rows[i].size) == TILE_WIDTH);
        cr_assert_eq(tile_width(rows[i].level, full, rows[i].size), rows[i].partial);
        cr_assert_eq(tile_width(rows[i].level, full + 1, rows[i].size), 0);
    }
    struct buf b = buf_new(256);
    tile_put_path(&b, 63, UINT64_MAX, 256);
    expect_text(&b, "tile/63/x018/x446/x744/x073/x709/x551/615");
}
