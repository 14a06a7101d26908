// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The files of the page as they are built in: all of them can be served.
#include "node/page/assets.h"

#include <criterion/criterion.h>

Test(assets, every_file_of_the_page_can_be_served)
{
    size_t n = 0;
    for (const struct page_asset *a = page_assets(); a->path != NULL; a++, n++) {
        cr_expect(page_asset_type(a) != NULL, "%s has an ending that nothing of the page should have", a->path);
        cr_expect(page_asset_find(slice_text(a->path)) == a, "%s", a->path);
        cr_expect(a->to > a->from && a->from[0] == 0x1f && a->from[1] == 0x8b, "%s is not packed", a->path);
    }
    cr_assert(n > 5);
    cr_assert(page_asset_find(SLICE_LITERAL("/")) != NULL);
    cr_expect(page_asset_find(SLICE_LITERAL("/")) == page_asset_find(SLICE_LITERAL("/index.html")));
    cr_expect(page_asset_find(SLICE_LITERAL("")) == NULL);
    cr_expect(page_asset_find(SLICE_LITERAL("/lang")) == NULL);
    cr_expect(page_asset_find(SLICE_LITERAL("/lang/../index.html")) == NULL);
}
