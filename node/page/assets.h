// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The files of the page, built into the program (node/page/assets, packed and embedded by node/page/embed.cmake).
#ifndef BARAZA_NODE_PAGE_ASSETS_H
#define BARAZA_NODE_PAGE_ASSETS_H

#include "common/base/bytes.h"

struct page_asset {
    const char *path;        // "/index.html", "/lang/en.json"
    const uint8_t *from, *to; // gzip (RFC 1952)
};

// All of them, in the order of their paths, ended by a row without a path; static storage.
const struct page_asset *page_assets(void);

// The asset at target ("/" is "/index.html"), or NULL.
const struct page_asset *page_asset_find(struct slice target);

// How many bytes it has when it is unpacked (RFC 1952 2.3.1, ISIZE).
size_t page_asset_unpacked(const struct page_asset *asset);

// Its Content-Type; NULL for an ending that no file of the page should have.
const char *page_asset_type(const struct page_asset *asset);

#endif
