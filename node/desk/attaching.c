// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments of drafts and files at a desk. Those of entries are in attaching_entry.c. Read first: attaching.h.
#include "node/desk/attaching.h"

#include "common/base/file.h"
#include "common/format/nfc.h"
#include "common/net/loop.h"
#include "common/store/draft.h"
#include "node/desk/drafts.h"

#include <stdlib.h>
#include <string.h>

#define KIND_BYTES 12 // of its beginning, by which a type is told

// One transaction with what opens a draft.
struct working {
    struct kv_txn *t;
    struct symkey secret;
    struct why why;
};

static enum err work_end(struct working *w, enum err e)
{
    if (e == OK) {
        e = kv_commit(w->t);
    } else {
        kv_abort(w->t);
    }
    mem_wipe(&w->secret, sizeof w->secret);
    w->t = NULL;
    return e;
}

static enum err read_secret(struct desk *desk, struct working *w, struct draft_id draft)
{
    struct draft_keys *keys = NULL;
    struct draft_owner owner;
    char *path = state_path(desk->state, STATE_DRAFTS);
    enum err e = draft_keys_open(path, &keys, &w->why);
    free(path);
    if (e == OK) {
        draft_owner_init(&owner, desk->who->person.key, &desk->who->box);
        e = draft_secret_get(w->t, keys, &owner, draft, &w->secret);
        draft_owner_done(&owner);
    }
    draft_keys_close(keys);
    return e;
}

static enum err work_begin(struct desk *desk, bool write, struct draft_id draft, struct working *w,
                           struct trouble *trouble)
{
    *w = (struct working){ .t = NULL };
    if (desk->who == NULL) {
        return trouble_set(trouble, TROUBLE_LOCKED);
    }
    struct kv *kv = state_kv(desk->state);
    enum err e = write ? kv_begin_write(kv, &w->t) : kv_begin_read(kv, &w->t);
    if (e == OK) {
        e = read_secret(desk, w, draft);
    }
    if (e == OK) {
        return OK;
    }
    (void)work_end(w, e);
    return e == ERR_NOT_FOUND ? trouble_set(trouble, TROUBLE_DRAFT_GONE) : trouble_of_err(trouble, e, &w->why);
}

// What an error of attach.h means to whoever attaches a.
static enum err say(struct trouble *trouble, enum err e, const struct attach *a, const struct why *why)
{
    switch ((int)e) {
    case ERR_TOO_BIG:
        return trouble_with(trouble, TROUBLE_ATTACHMENT_BIG, TROUBLE_STRING(a->name),
                            TROUBLE_NUMBER(attachment_most(slice_text(a->type)) >> 20));
    case ERR_EXISTS:
        return trouble_with(trouble, TROUBLE_ATTACHMENT_OFFSET, TROUBLE_NUMBER(a->size));
    case ERR_NOT_FOUND:
    case ERR_CRYPTO: // of a draft that was kept anew since
        return trouble_set(trouble, TROUBLE_ATTACHMENT_GONE);
    default:
        return trouble_of_err(trouble, e, why);
    }
}

static enum err say_kind(struct trouble *trouble, const char *name)
{
    return trouble_with(trouble, TROUBLE_ATTACHMENT_KIND, TROUBLE_STRING(name));
}

// --- drafts ---
enum err attaching_begin(struct desk *desk, struct draft_id draft, struct slice name, struct slice type,
                         struct hash *id, struct trouble *trouble)
{
    struct working w;
    struct attach a = { .size = 0 };
    char text[LIMIT_ATTACHMENT_TYPE + 1];
    if (!attachment_name_ok(name) || !attachment_type_known(type)) {
        return say_kind(trouble, "it");
    }
    CHECK(type.n < sizeof text);
    memcpy(text, type.p, type.n);
    text[type.n] = '\0';
    enum err e = work_begin(desk, true, draft, &w, trouble);
    if (e != OK) {
        return e;
    }
    e = attach_begin(w.t, draft, &w.secret, name, text, &a, &w.why);
    const bool many = e == ERR_FULL && kv_error(w.t) == OK;
    e = work_end(&w, e);
    *id = a.id;
    mem_wipe(&a, sizeof a);
    return many ? trouble_with(trouble, TROUBLE_ATTACHMENTS_MANY, TROUBLE_NUMBER(LIMIT_ATTACHMENTS))
                : trouble_of_err(trouble, e, &w.why);
}

// Sound is large, and words must always be kept: it does not fill the disk.
static enum err need_room(const struct desk *desk, uint64_t bytes, struct trouble *trouble)
{
    const uint64_t left = loop_disk_free(state_dir(desk->state));
    return left >= bytes && left - bytes >= LIMIT_DISK_WORDS ? OK : trouble_set(trouble, TROUBLE_DISK_FULL);
}

enum err attaching_piece(struct desk *desk, struct draft_id draft, struct hash id, uint64_t offset,
                         struct slice bytes, uint64_t *size, struct trouble *trouble)
{
    struct working w;
    struct attach a = { .size = 0 };
    *size = 0;
    enum err e = need_room(desk, bytes.n, trouble);
    e = e == OK ? work_begin(desk, true, draft, &w, trouble) : e;
    if (e != OK) {
        return e;
    }
    e = attach_get(w.t, draft, &w.secret, id, &a);
    *size = a.size;
    const bool wrong = e == OK && offset == 0 && a.size == 0 && bytes.n >= KIND_BYTES &&
                       attachment_type(bytes, slice_text(a.type)) == NULL;
    if (e == OK && !wrong) {
        e = attach_append(w.t, draft, &w.secret, &a, offset, bytes, &w.why);
    }
    const uint64_t now = a.size;
    e = work_end(&w, wrong ? ERR_BAD_INPUT : e);
    *size = e == OK ? now : *size;
    e = wrong ? say_kind(trouble, a.name) : e != OK ? say(trouble, e, &a, &w.why) : OK;
    mem_wipe(&a, sizeof a);
    return e;
}

// What came in pieces too short to be told by: now it is all here.
static bool is_of_its_kind(struct kv_txn *t, const struct attach *a)
{
    struct buf begins = buf_new(KIND_BYTES);
    const bool is = attach_read(t, a->id, &a->key, a->size, 0, KIND_BYTES, &begins) == OK &&
                    attachment_type(buf_slice(&begins), slice_text(a->type)) != NULL;
    buf_wipe(&begins);
    buf_done(&begins);
    return is;
}

enum err attaching_finish(struct desk *desk, struct draft_id draft, struct hash id, struct attach *out,
                          struct trouble *trouble)
{
    struct working w;
    struct attach a = { .size = 0 };
    enum err e = work_begin(desk, true, draft, &w, trouble);
    if (e != OK) {
        return e;
    }
    e = attach_get(w.t, draft, &w.secret, id, &a);
    const bool wrong = e == OK && a.size > 0 && !is_of_its_kind(w.t, &a);
    if (e == OK && !wrong) {
        e = attach_finish(w.t, draft, &w.secret, &a, &w.why);
    }
    e = work_end(&w, wrong ? ERR_BAD_INPUT : e);
    mem_wipe(&a.key, sizeof a.key);
    if (e == OK && out != NULL) {
        *out = a;
    }
    return wrong ? say_kind(trouble, a.name) : e == OK ? OK : say(trouble, e, &a, &w.why);
}

enum err attaching_drop(struct desk *desk, struct draft_id draft, struct hash id, struct trouble *trouble)
{
    struct working w;
    enum err e = work_begin(desk, true, draft, &w, trouble);
    if (e != OK) {
        return e;
    }
    attach_drop(w.t, draft, id);
    return trouble_of_err(trouble, work_end(&w, kv_error(w.t)), &w.why);
}

enum err attaching_list(struct desk *desk, struct draft_id draft, struct attach out[LIMIT_ATTACHMENTS], size_t *n,
                        struct trouble *trouble)
{
    struct working w;
    *n = 0;
    enum err e = work_begin(desk, false, draft, &w, trouble);
    if (e != OK) {
        return e;
    }
    e = attach_list(w.t, draft, &w.secret, out, n);
    if (e == ERR_CRYPTO) {
        *n = 0; // of before the draft was kept anew: gone
        e = kv_error(w.t);
    }
    for (size_t i = 0; i < *n; i++) {
        mem_wipe(&out[i].key, sizeof out[i].key);
    }
    e = work_end(&w, e);
    return trouble_of_err(trouble, e, &w.why);
}

enum err attaching_read(struct desk *desk, struct draft_id draft, struct hash id, uint64_t offset, struct buf *out,
                        struct attach *found, struct trouble *trouble)
{
    struct working w;
    struct attach a = { .size = 0 };
    enum err e = work_begin(desk, false, draft, &w, trouble);
    if (e != OK) {
        return e;
    }
    e = attach_get(w.t, draft, &w.secret, id, &a);
    if (e == OK) {
        e = attach_read(w.t, a.id, &a.key, a.size, offset, ATTACHING_PIECE, out);
    }
    e = work_end(&w, e);
    mem_wipe(&a.key, sizeof a.key);
    *found = a;
    return e == OK ? OK : say(trouble, e, &a, &w.why);
}

enum err attaching_give(struct desk *desk, struct draft_id draft, struct given *g, struct buf *manifest,
                        struct trouble *trouble)
{
    struct working w;
    struct attach list[LIMIT_ATTACHMENTS];
    size_t n = 0;
    enum err e = work_begin(desk, false, draft, &w, trouble);
    if (e != OK) {
        return e;
    }
    e = attach_list(w.t, draft, &w.secret, list, &n);
    if (e == ERR_CRYPTO) {
        n = 0;
        e = kv_error(w.t);
    }
    const char *unfinished = NULL;
    for (size_t i = 0; i < n && unfinished == NULL; i++) {
        unfinished = list[i].done ? NULL : list[i].name;
    }
    if (e == OK && unfinished == NULL) {
        attach_manifest(list, n, manifest);
        g->attached = n;
        g->manifest = buf_slice(manifest);
    }
    e = work_end(&w, e);
    e = unfinished != NULL ? trouble_with(trouble, TROUBLE_ATTACHMENT_NOT_DONE, TROUBLE_STRING(unfinished))
                           : trouble_of_err(trouble, e, &w.why);
    mem_wipe(list, sizeof list);
    return e;
}

// --- files ---
// The last part of a path, in NFC, as far as it fits and can be shown; else "file".
static void name_of(const char *path, struct buf *out)
{
    const char *slash = strrchr(path, '/');
    const struct slice name = slice_text(slash != NULL ? slash + 1 : path);
    buf_reset(out);
    if (!text_nfc(name, out) || !buf_ok(out) || !attachment_name_ok(buf_slice(out))) {
        buf_reset(out);
        buf_put_text(out, "file");
    }
}

static enum err take_bytes(struct kv_txn *t, struct draft_id draft, const struct symkey *key, struct slice bytes,
                           struct attach *a, struct why *why)
{
    enum err e = OK;
    for (size_t at = 0; at < bytes.n && e == OK;) {
        const size_t n = bytes.n - at < ATTACHING_PIECE ? bytes.n - at : ATTACHING_PIECE;
        e = attach_append(t, draft, key, a, at, slice_of(bytes.p + at, n), why);
        at += n;
    }
    return e == OK ? attach_finish(t, draft, key, a, why) : e;
}

static enum err take_file(struct kv_txn *t, struct draft_id draft, const struct symkey *key, const char *path,
                          struct attach *a, struct trouble *trouble)
{
    struct buf bytes = buf_new(LIMIT_ATTACHMENT_BYTES);
    struct buf name = buf_new(LIMIT_ATTACHMENT_NAME);
    struct why why = { "" };
    enum err e = file_read(path, false, &bytes, &why);
    name_of(path, &name);
    if (e == ERR_TOO_BIG) {
        char text[LIMIT_ATTACHMENT_NAME + 1] = "";
        memcpy(text, name.p, name.n);
        e = trouble_with(trouble, TROUBLE_ATTACHMENT_BIG, TROUBLE_STRING(text),
                         TROUBLE_NUMBER(LIMIT_ATTACHMENT_BYTES >> 20));
    } else if (e != OK) {
        e = trouble_of_err(trouble, e, &why);
    } else {
        const char *type = attachment_type(buf_slice(&bytes), slice_of(NULL, 0));
        char text[LIMIT_ATTACHMENT_NAME + 1] = "";
        memcpy(text, name.p, name.n);
        if (type == NULL) {
            e = say_kind(trouble, text);
        } else {
            e = attach_begin(t, draft, key, buf_slice(&name), type, a, &why);
            e = e == OK ? take_bytes(t, draft, key, buf_slice(&bytes), a, &why) : e;
            e = e == OK ? OK : say(trouble, e, a, &why);
        }
    }
    buf_wipe(&bytes);
    buf_done(&bytes);
    buf_done(&name);
    return e;
}

enum err attaching_files(struct desk *desk, struct hash session, uint64_t wall_s, const char *const *paths, size_t n,
                         struct draft_id *draft, struct buf *manifest, struct trouble *trouble)
{
    static const uint8_t nothing[] = { 0x80 }; // a map without fields
    struct attach list[LIMIT_ATTACHMENTS];
    struct drafts theirs = { .n = 0 };
    struct draft d = { .session = session, .kept_s = wall_s, .fields = SLICE_ARRAY(nothing) };
    struct working w;
    uint64_t bytes = 0;
    if (n > LIMIT_ATTACHMENTS) {
        return trouble_with(trouble, TROUBLE_ATTACHMENTS_MANY, TROUBLE_NUMBER(LIMIT_ATTACHMENTS));
    }
    ident_random(d.id.b, sizeof d.id.b);
    enum err e = drafts_keep(desk, &d, false, &theirs, trouble);
    e = e == OK ? work_begin(desk, true, d.id, &w, trouble) : e;
    if (e != OK) {
        return e;
    }
    for (size_t i = 0; i < n && e == OK; i++) {
        e = take_file(w.t, d.id, &w.secret, paths[i], &list[i], trouble);
        bytes += e == OK ? list[i].size : 0;
        e = e == OK ? need_room(desk, bytes, trouble) : e;
    }
    if (e == OK) {
        attach_manifest(list, n, manifest);
    }
    e = trouble_of_err(trouble, work_end(&w, e), &w.why);
    mem_wipe(list, sizeof list);
    if (e != OK) {
        return drafts_discard(desk, d.id, NULL) == OK ? e : trouble_of_err(trouble, e, NULL);
    }
    *draft = d.id;
    return OK;
}
