// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The calls for drafts. Read first: page_call.h, node/desk/drafts.h.
#include "node/page/api.h"

#include "common/ops/json_pack.h"
#include "node/desk/drafts.h"
#include "node/desk/given.h"

#include <string.h>

#define LIST_BYTES (LIMIT_HTTP_REPLY / 8) // of fields in one list: JSON may write a byte as six

// Members that describe where a draft stands.
static void put_standing(json_t *o, const struct draft *d)
{
    json_put(o, "version", json_of_number(d->version));
    json_put(o, "number", json_of_number(d->number));
    json_put(o, "kept_s", json_of_number(d->kept_s));
}

static json_t *fields_json(const struct draft *d)
{
    json_t *fields = json_unpack_value(d->fields);
    return fields != NULL ? fields : json_object();
}

// The draft that is meant. An id of zeros is none.
static bool read_id(const struct page_call *c, struct draft_id *out)
{
    static const struct draft_id none;
    return json_hex(c->in, "id", out->b, sizeof out->b) && memcmp(out->b, none.b, sizeof none.b) != 0;
}

// draft/keep: {id, session, version, fields, anew?} -> {version, number, kept_s}; draft-changed: and
// "theirs": {version, number, kept_s, session, fields}
enum err page_draft_keep(struct page_call *c, struct trouble *t)
{
    struct draft d = { .kept_s = c->wall_s };
    struct drafts theirs = { .n = 0 };
    bool anew = false;
    const json_t *fields = json_object_get(c->in, "fields");
    if (!read_id(c, &d.id) || !json_hex(c->in, "session", d.session.b, sizeof d.session.b) ||
        !json_number(c->in, "version", &d.version) || !json_is_object(fields) ||
        (json_object_get(c->in, "anew") != NULL && !json_yes(c->in, "anew", &anew))) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    struct buf packed = buf_new(LIMIT_DRAFT_BYTES);
    enum err e = json_pack_value(fields, &packed) ? OK : trouble_set(t, TROUBLE_NOT_RIGHT);
    if (e == OK && !buf_ok(&packed)) {
        e = trouble_with(t, TROUBLE_DRAFT_TOO_LONG, TROUBLE_NUMBER(LIMIT_DRAFT_BYTES / 1024));
    }
    if (e == OK) {
        d.fields = buf_slice(&packed);
        e = drafts_keep(c->desk, &d, anew, &theirs, t);
    }
    if (e == OK) {
        put_standing(c->out, &d);
    } else if (theirs.n > 0) {
        json_t *o = json_object();
        put_standing(o, &theirs.rows[0].draft);
        json_put(o, "session", json_of_hex(SLICE_ARRAY(theirs.rows[0].draft.session.b)));
        json_put(o, "fields", fields_json(&theirs.rows[0].draft));
        json_put(c->out, "theirs", o);
    }
    drafts_done(&theirs);
    buf_wipe(&packed);
    buf_done(&packed);
    return e;
}

// What it still lacks before it can be signed, as words for the catalogue (need.WORD).
static json_t *needs_json(const struct draft *d, size_t attachments)
{
    const char *needs[CONTRIBUTE_NEEDS];
    const size_t n = given_needs(d->fields, attachments, needs);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_push(list, json_string(needs[i]));
    }
    return list;
}

static json_t *row_json(struct desk *desk, const struct drafts_row *row, bool whole)
{
    json_t *o = json_object();
    json_put(o, "id", json_of_hex(SLICE_ARRAY(row->draft.id.b)));
    json_put(o, "bytes", json_of_number(row->bytes));
    if (row->damaged) {
        json_put(o, "damaged", json_true());
        return o;
    }
    json_put(o, "session", json_of_hex(SLICE_ARRAY(row->draft.session.b)));
    put_standing(o, &row->draft);
    json_t *attachments = page_attachments(desk, row->draft.id);
    json_put(o, "needs", needs_json(&row->draft, json_array_size(attachments)));
    json_put(o, "attachments", attachments);
    if (whole) {
        json_put(o, "fields", fields_json(&row->draft));
    }
    return o;
}

// draft/list: {session?} -> {drafts: [{id, bytes, session, version, number, kept_s, needs, attachments, fields} or
// {id, bytes, damaged}]}, by forum and number. When they are many and long, the last come without fields: draft/get.
enum err page_draft_list(struct page_call *c, struct trouble *t)
{
    struct hash session;
    struct drafts all = { .n = 0 };
    const bool one = json_object_get(c->in, "session") != NULL;
    size_t bytes = 0;
    if (one && !json_hex(c->in, "session", session.b, sizeof session.b)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    enum err e = drafts_list(c->desk, one ? &session : NULL, &all, t);
    if (e != OK) {
        return e;
    }
    json_t *rows = json_array();
    for (size_t i = 0; i < all.n; i++) {
        bytes += all.rows[i].draft.fields.n;
        json_push(rows, row_json(c->desk, &all.rows[i], bytes <= LIST_BYTES));
    }
    json_put(c->out, "drafts", rows);
    drafts_done(&all);
    return OK;
}

// draft/get: {id} -> as a row of draft/list
enum err page_draft_get(struct page_call *c, struct trouble *t)
{
    struct draft_id id;
    struct drafts one = { .n = 0 };
    enum err e = read_id(c, &id) ? drafts_get(c->desk, id, &one, t) : trouble_set(t, TROUBLE_NOT_RIGHT);
    if (e == OK) {
        json_t *o = row_json(c->desk, &one.rows[0], true);
        (void)json_object_update(c->out, o);
        json_decref(o);
    }
    drafts_done(&one);
    return e;
}

// draft/discard: {id} -> {}
enum err page_draft_discard(struct page_call *c, struct trouble *t)
{
    struct draft_id id;
    return read_id(c, &id) ? drafts_discard(c->desk, id, t) : trouble_set(t, TROUBLE_NOT_RIGHT);
}
