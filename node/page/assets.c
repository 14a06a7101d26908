// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Finding the files of the page. Read first: assets.h.
#include "node/page/assets.h"

#include <string.h>

static const char *const types[][2] = {
    { ".html", "text/html; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".json", "application/json" },
    { ".svg", "image/svg+xml" },
};

const struct page_asset *page_asset_find(struct slice target)
{
    struct slice wanted = slice_equal(target, SLICE_LITERAL("/")) ? SLICE_LITERAL("/index.html") : target;
    for (const struct page_asset *a = page_assets(); a->path != NULL; a++) {
        if (slice_equal(slice_text(a->path), wanted)) {
            return a;
        }
    }
    return NULL;
}

size_t page_asset_unpacked(const struct page_asset *asset)
{
    CHECK(asset->to - asset->from >= 18); // what gzip adds to nothing at all
    const uint8_t *end = asset->to - 4;
    return (size_t)end[0] | (size_t)end[1] << 8 | (size_t)end[2] << 16 | (size_t)end[3] << 24;
}

const char *page_asset_type(const struct page_asset *asset)
{
    const char *ending = strrchr(asset->path, '.');
    for (size_t i = 0; ending != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(ending, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return NULL;
}
