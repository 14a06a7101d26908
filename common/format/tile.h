// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Paths of tiles and entry bundles, as C2SP tlog-tiles names them.
// It knows names only: what a tile holds is made elsewhere.
#ifndef BARAZA_FORMAT_TILE_H
#define BARAZA_FORMAT_TILE_H

#include "common/base/bytes.h"

#define TILE_WIDTH 256 // hashes in a full tile, entries in a full bundle

// Appends "tile/<level>/<N>" or, for width 1 to 255, "tile/<level>/<N>.p/<width>"; width 0 or 256 is a full tile.
// N in groups of three digits, all but the last with an x before: x001/x234/067.
// level 0 to 63, width at most 256 (CHECK).
void tile_put_path(struct buf *out, unsigned level, uint64_t index, unsigned width);

// The same for the bundle of entries number index: "tile/entries/<N>[.p/<width>]".
void tile_put_entries_path(struct buf *out, uint64_t index, unsigned width);

// Returns how many hashes tile `index` of `level` holds in a tree of size leaves: 256 full, 0 none, else partial.
// Only full tiles feed the level above.
unsigned tile_width(unsigned level, uint64_t index, uint64_t size);

#endif
