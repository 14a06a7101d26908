// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See reason.h.
#include "node/desk/reason.h"

#include "common/format/content.h"

void reason_put(struct slice lang, struct slice text, struct slice to, const struct hash *where, struct buf *out)
{
    struct content c = { .count = 0 };
    if (text.n > 0) {
        content_add_text(&c, "lang", lang);
        content_add_text(&c, "text", text);
    }
    if (to.n > 0) {
        content_add_text(&c, "to", to);
    }
    if (where != NULL) {
        content_add_bin(&c, "where", SLICE_ARRAY(where->b));
    }
    if (c.count > 0) {
        content_make(&c, out);
    }
}
