// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// C2SP tlog-tiles, "Merkle Tree": paths. Tile level L holds the hashes of tree level 8 x L.
#include "common/format/tile.h"

// N in groups of three digits, the most significant first, all but the last led by an x.
static void put_index(struct buf *out, uint64_t index)
{
    uint64_t unit = 1;
    while (index / unit >= 1000) {
        unit *= 1000;
    }
    for (; unit > 1; unit /= 1000) {
        buf_printf(out, "x%03u/", (unsigned)(index / unit % 1000));
    }
    buf_printf(out, "%03u", (unsigned)(index % 1000));
}

static void put_width(struct buf *out, unsigned width)
{
    CHECK(width <= TILE_WIDTH);
    if (width > 0 && width < TILE_WIDTH) {
        buf_printf(out, ".p/%u", width);
    }
}

void tile_put_path(struct buf *out, unsigned level, uint64_t index, unsigned width)
{
    CHECK(level < 64);
    buf_printf(out, "tile/%u/", level);
    put_index(out, index);
    put_width(out, width);
}

void tile_put_entries_path(struct buf *out, uint64_t index, unsigned width)
{
    buf_put_text(out, "tile/entries/");
    put_index(out, index);
    put_width(out, width);
}

unsigned tile_width(unsigned level, uint64_t index, uint64_t size)
{
    CHECK(level < 64);
    uint64_t hashes = level >= 8 ? 0 : size >> (8 * level); // complete subtrees of 256^level leaves
    uint64_t full = hashes / TILE_WIDTH;
    if (index < full) {
        return TILE_WIDTH;
    }
    return index == full ? (unsigned)(hashes % TILE_WIDTH) : 0;
}
