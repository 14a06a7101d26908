// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Makes a session entry. What was typed is put in NFC here. Read first: session.h.
#include "tools/baraza/session.h"

#include "common/format/content.h"
#include "common/format/nfc.h"

#define CONTEXT_BYTES 16384

// Adds a typed text as a field, in NFC; its bytes lie in store.
static bool add_typed(struct content *c, const char *key, const char *text, struct buf *store)
{
    if (text == NULL) {
        return true;
    }
    if (!text_nfc(slice_text(text), store)) {
        return false;
    }
    content_add_text(c, key, buf_slice(store));
    return true;
}

// What add assumes at this forum; its bytes lie in store until the context is made. Nothing when nothing was given.
static void add_defaults(struct content *out, const struct session_fields *f, struct buf *store)
{
    struct content c = { .count = 0 };
    struct buf scopes = buf_new(CONTEXT_BYTES);
    struct buf seal_to = buf_new(CONTEXT_BYTES);
    if (f->consent != NULL) {
        content_add_text(&c, "basis", slice_text(f->consent));
    }
    if (f->channel != NULL) {
        content_add_text(&c, "channel", slice_text(f->channel));
    }
    if (f->scopes.n > 0) {
        content_make_list(f->scopes.codes, f->scopes.n, &scopes);
        content_add_value(&c, "scopes", buf_slice(&scopes));
    }
    if (f->sensitivity != NULL) {
        content_add_text(&c, "sensitivity", slice_text(f->sensitivity));
    }
    if (f->seal_to.n > 0) {
        content_make_list(f->seal_to.codes, f->seal_to.n, &seal_to);
        content_add_value(&c, "seal-to", buf_slice(&seal_to));
    }
    if (c.count > 0) {
        content_make(&c, store);
        content_add_value(out, "defaults", buf_slice(store));
    }
    buf_done(&scopes);
    buf_done(&seal_to);
}

// False when something typed is not UTF-8 or too long.
static bool make_context(const struct session_fields *f, struct buf *out)
{
    struct content c = { .count = 0 };
    struct buf title = buf_new(CONTEXT_BYTES);
    struct buf place = buf_new(CONTEXT_BYTES);
    struct buf date = buf_new(CONTEXT_BYTES);
    struct buf list = buf_new(CONTEXT_BYTES);
    struct buf defaults = buf_new(CONTEXT_BYTES);
    struct slice tags[LIMIT_ARGS_REPEAT];
    bool good = add_typed(&c, "title", f->title, &title) && add_typed(&c, "place", f->place, &place) &&
                add_typed(&c, "date", f->date, &date);
    for (size_t i = 0; i < f->languages.n; i++) {
        tags[i] = slice_text(f->languages.values[i]);
    }
    if (f->languages.n > 0) {
        content_make_list(tags, f->languages.n, &list);
        content_add_value(&c, "languages", buf_slice(&list));
    }
    add_defaults(&c, f, &defaults);
    if (good && c.count > 0) {
        content_make(&c, out);
    }
    buf_done(&title);
    buf_done(&place);
    buf_done(&date);
    buf_done(&list);
    buf_done(&defaults);
    return good && buf_ok(out);
}

int session_append(struct work *w, const struct session_fields *f, const struct hash *import_key,
                   struct append_result *out)
{
    struct body body = { .kind = KIND_SESSION };
    body.as.session.area = slice_text(f->area);
    body.as.session.code = slice_text(f->code);
    body.as.session.type = slice_text(f->type);
    struct buf context = buf_new(CONTEXT_BYTES);
    int code = -1;
    if (make_context(f, &context)) {
        struct append_item item = { .body = &body, .import_key = import_key };
        item.parts[0] = buf_slice(&context);
        code = work_append(w, &item, 1, out);
    } else {
        code = cmd_usage("title, place or date is not UTF-8 text, or is longer than %d bytes", CONTEXT_BYTES);
    }
    buf_done(&context);
    return code;
}
