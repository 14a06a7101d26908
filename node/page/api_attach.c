// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The calls for sound and pictures. Read first: page_call.h, node/desk/attaching.h.
#include "node/page/api.h"

#include "common/base/num.h"
#include "common/format/armor.h"
#include "node/desk/attaching.h"

#include <string.h>

static bool read_draft(const struct page_call *c, struct draft_id *draft)
{
    return json_hex(c->in, "draft", draft->b, sizeof draft->b);
}

static bool read_both(const struct page_call *c, struct draft_id *draft, struct hash *id)
{
    return read_draft(c, draft) && json_hex(c->in, "attachment", id->b, sizeof id->b);
}

// attach/begin: {draft, name, type} -> {attachment}
enum err page_attach_begin(struct page_call *c, struct trouble *t)
{
    struct draft_id draft;
    struct hash id;
    struct slice name, type;
    if (!read_draft(c, &draft) || !json_text(c->in, "name", &name) || !json_text(c->in, "type", &type)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    enum err e = attaching_begin(c->desk, draft, name, type, &id, t);
    if (e == OK) {
        json_put(c->out, "attachment", json_of_hex(SLICE_ARRAY(id.b)));
    }
    return e;
}

// attach/chunk: octets, Baraza-Draft, Baraza-Attachment, Baraza-Offset -> {size}; the trouble attachment-offset says
// how much it has
enum err page_attach_chunk(struct page_call *c, struct trouble *t)
{
    struct draft_id draft;
    struct hash id;
    uint64_t offset = 0;
    uint64_t size = 0;
    if (!armor_hex_fixed(page_field(c, "Baraza-Draft"), draft.b, sizeof draft.b) ||
        !armor_hex_fixed(page_field(c, "Baraza-Attachment"), id.b, sizeof id.b) ||
        !num_parse_u64(page_field(c, "Baraza-Offset"), &offset)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    enum err e = attaching_piece(c->desk, draft, id, offset, c->octets, &size, t);
    if (e == OK) {
        json_put(c->out, "size", json_of_number(size));
    }
    return e;
}

static void put_attach(json_t *o, const struct attach *a)
{
    json_put(o, "attachment", json_of_hex(SLICE_ARRAY(a->id.b)));
    json_put(o, "name", json_of_bytes(slice_text(a->name)));
    json_put(o, "type", json_of_bytes(slice_text(a->type)));
    json_put(o, "size", json_of_number(a->size));
    json_put(o, "done", json_boolean(a->done));
}

// attach/done: {draft, attachment} -> {attachment, name, type, size, done}
enum err page_attach_done(struct page_call *c, struct trouble *t)
{
    struct draft_id draft;
    struct hash id;
    struct attach a;
    if (!read_both(c, &draft, &id)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    enum err e = attaching_finish(c->desk, draft, id, &a, t);
    if (e == OK) {
        put_attach(c->out, &a);
    }
    return e;
}

// attach/drop: {draft, attachment} -> {}
enum err page_attach_drop(struct page_call *c, struct trouble *t)
{
    struct draft_id draft;
    struct hash id;
    return read_both(c, &draft, &id) ? attaching_drop(c->desk, draft, id, t) : trouble_set(t, TROUBLE_NOT_RIGHT);
}

// attach/read: {draft, attachment, offset?} or {entry, number, offset?} -> octets; none at its end
enum err page_attach_read(struct page_call *c, struct trouble *t)
{
    struct draft_id draft;
    struct hash id;
    struct attach a;
    char type[LIMIT_ATTACHMENT_TYPE + 1];
    uint64_t offset = 0;
    uint64_t number = 0;
    uint64_t size = 0;
    if (json_object_get(c->in, "offset") != NULL && !json_number(c->in, "offset", &offset)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    if (read_both(c, &draft, &id)) {
        return attaching_read(c->desk, draft, id, offset, c->bytes, &a, t);
    }
    if (!json_hex(c->in, "entry", id.b, sizeof id.b) || !json_number(c->in, "number", &number)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    return attaching_read_entry(c->desk, id, (size_t)number, offset, c->bytes, &size, type, t);
}

json_t *page_attachments(struct desk *desk, struct draft_id draft)
{
    struct attach list[LIMIT_ATTACHMENTS];
    struct trouble t;
    size_t n = 0;
    json_t *rows = json_array();
    if (attaching_list(desk, draft, list, &n, &t) == OK) {
        for (size_t i = 0; i < n; i++) {
            json_t *o = json_object();
            put_attach(o, &list[i]);
            json_push(rows, o);
        }
    }
    return rows;
}
