// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Labels for the page. Read first: labels.h.
#include "node/page/labels.h"

#include "common/base/text.h"
#include "common/ops/print.h"
#include "node/desk/codebook.h"

#include <stdlib.h>

struct labels {
    enum language language;
    struct codebook *codebook;
};

enum err labels_open(struct page_call *c, struct labels **out, struct trouble *t)
{
    struct labels *l = mem_new(sizeof *l);
    struct slice language;
    struct why why = { "" };
    l->language = json_text(c->in, "language", &language) ? language_of(language) : LANG_EN;
    const enum err e = codebook_here(c->desk, &l->codebook, &why);
    if (e != OK) {
        labels_close(l);
        return trouble_of_err(t, e, &why);
    }
    *out = l;
    return OK;
}

void labels_close(struct labels *l)
{
    if (l != NULL) {
        codebook_free(l->codebook);
        free(l);
    }
}

json_t *labels_json(const struct labels *l, enum code_list list, struct slice code)
{
    const bool book = list == CODES_GROUP || list == CODES_THEME;
    return labels_text(book ? codebook_label(l->codebook, list, code, l->language)
                            : code_label(l->language, list, code));
}

json_t *labels_list_json(const struct labels *l, enum code_list list, struct slice codes)
{
    struct slice each[LIMIT_FIELDS];
    json_t *out = json_array();
    const size_t n = content_list(codes, each, LIMIT_FIELDS);
    for (size_t i = 0; i < n; i++) {
        json_push(out, labels_json(l, list, each[i]));
    }
    return out;
}

json_t *labels_text(struct slice text)
{
    if (text_utf8_ok(text)) {
        return json_of_bytes(text);
    }
    struct buf safe = buf_new(4 * text.n + 16);
    text_put_safe(&safe, text, false);
    json_t *out = json_of_bytes(buf_slice(&safe));
    buf_wipe(&safe);
    buf_done(&safe);
    return out;
}

void labels_put_about(const struct labels *l, const struct listing_item *item, json_t *o)
{
    const struct content context = listing_part(item, "context");
    const struct content speaker = listing_part(item, "speaker");
    const struct slice kind = content_text(&context, "kind");
    json_put(o, "groups", labels_list_json(l, CODES_GROUP, content_value(&speaker, "groups")));
    json_put(o, "kind", kind.n > 0 ? labels_json(l, CODES_STATEMENT, kind) : json_null());
}
