// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Drafts in the store. It must never leave what was opened in memory that is not the caller's, and never take a value
// whose key was destroyed for damage. Read first: draft.h, draft_inside.h, docs/STORAGE.md "Drafts".
//
// value  = cell of: 01 ‖ key's mark 8 ‖ forum's tag 16 ‖ nonce 24 ‖ XChaCha20-Poly1305(sealed)
// sealed = [version, number, kept, forum's id, fields], bound to
//          "baraza/draft-value/v1" 00 ‖ owner ‖ id ‖ 01 ‖ mark ‖ tag
#include "common/store/draft_inside.h"

#include "common/base/fault.h"
#include "common/format/pack.h"
#include "common/store/cell.h"

#include <string.h>

#define OWNER_PREFIX "baraza/draft-owner/v1"
#define KEY_PREFIX "baraza/draft-key/v1"
#define MARK_PREFIX "baraza/draft-mark/v1"
#define FORUM_PREFIX "baraza/draft-forum/v1"
#define VALUE_PREFIX "baraza/draft-value/v1"
#define IMPORT_PREFIX "baraza/draft/v1"
#define VALUE_VERSION 1
#define HEAD_BYTES (1 + DRAFT_MARK_BYTES + DRAFT_TAG_BYTES)
#define VALUE_BYTES (HEAD_BYTES + SEAL_NONCE_BYTES + DRAFT_ROOM + SEAL_SECRET_EXTRA)

void draft_owner_init(struct draft_owner *o, struct pubkey key, const struct boxsec *box)
{
    struct symkey secret;
    memcpy(secret.b, box->b, sizeof secret.b);
    const struct hash h = hmac_of(secret, slice_of(OWNER_PREFIX, sizeof OWNER_PREFIX));
    o->key = key;
    memcpy(o->secret.b, h.b, sizeof o->secret.b);
    mem_wipe(&secret, sizeof secret);
}

void draft_owner_done(struct draft_owner *o)
{
    mem_wipe(o, sizeof *o);
}

// --- keys ---

struct key draft_key(struct pubkey owner, struct draft_id id)
{
    struct key_fields f = { .owner = owner, .draft = id };
    return key_make(DB_DRAFT, &f, 0);
}

static struct key owner_prefix(struct pubkey owner)
{
    struct key_fields f = { .owner = owner };
    return key_make(DB_DRAFT, &f, 1);
}

static void secret_of(const struct draft_owner *o, const struct symkey *key, struct draft_id id, struct symkey *out)
{
    uint8_t room[sizeof KEY_PREFIX + 32 + 32 + 16];
    struct buf b = buf_over(room, sizeof room);
    buf_put(&b, slice_of(KEY_PREFIX, sizeof KEY_PREFIX));
    buf_put(&b, SLICE_ARRAY(key->b));
    buf_put(&b, SLICE_ARRAY(o->key.b));
    buf_put(&b, SLICE_ARRAY(id.b));
    CHECK(buf_ok(&b));
    const struct hash h = hmac_of(o->secret, buf_slice(&b));
    memcpy(out->b, h.b, sizeof out->b);
    buf_wipe(&b);
}

// Says which key a value is under, and nothing about it to who has not got it.
static void mark_of(const struct symkey *key, uint8_t out[static DRAFT_MARK_BYTES])
{
    const struct hash h = hmac_of(*key, slice_of(MARK_PREFIX, sizeof MARK_PREFIX));
    memcpy(out, h.b, DRAFT_MARK_BYTES);
}

// Says of which forum a draft is, to who has its key and asks for that one.
static void tag_of(const struct symkey *key, struct hash session, uint8_t out[static DRAFT_TAG_BYTES])
{
    uint8_t room[sizeof FORUM_PREFIX + 32];
    struct buf b = buf_over(room, sizeof room);
    buf_put(&b, slice_of(FORUM_PREFIX, sizeof FORUM_PREFIX));
    buf_put(&b, SLICE_ARRAY(session.b));
    CHECK(buf_ok(&b));
    const struct hash h = hmac_of(*key, buf_slice(&b));
    memcpy(out, h.b, DRAFT_TAG_BYTES);
}

// --- values ---

struct associated {
    uint8_t b[sizeof VALUE_PREFIX + 32 + 16 + HEAD_BYTES];
};

static struct slice associate(struct pubkey owner, struct draft_id id, const uint8_t *head, struct associated *out)
{
    struct buf ad = buf_over(out->b, sizeof out->b);
    buf_put(&ad, slice_of(VALUE_PREFIX, sizeof VALUE_PREFIX));
    buf_put(&ad, SLICE_ARRAY(owner.b));
    buf_put(&ad, SLICE_ARRAY(id.b));
    buf_put(&ad, slice_of(head, HEAD_BYTES));
    CHECK(buf_ok(&ad));
    return buf_slice(&ad);
}

enum draft_state draft_look(struct kv_txn *t, const struct draft_keys *keys, struct pubkey owner, struct draft_id id,
                            struct draft_seen *out)
{
    const struct key at = draft_key(owner, id);
    const struct symkey *key = draft_keys_find(keys, owner, id);
    uint8_t mark[DRAFT_MARK_BYTES];
    *out = (struct draft_seen){ .key = key };
    const enum err e = cell_get(t, DB_DRAFT, key_slice(&at), &out->value);
    if (e == ERR_NOT_FOUND) {
        return DRAFT_ABSENT;
    }
    if (e != OK || out->value.n < HEAD_BYTES + SEAL_NONCE_BYTES + SEAL_SECRET_EXTRA ||
        out->value.p[0] != VALUE_VERSION) {
        return DRAFT_DAMAGED;
    }
    if (key == NULL) {
        return draft_keys_whole(keys) ? DRAFT_GONE : DRAFT_DAMAGED;
    }
    mark_of(key, mark);
    return memcmp(mark, out->value.p + 1, sizeof mark) == 0 ? DRAFT_THERE : DRAFT_GONE;
}

bool draft_of_forum(const struct draft_seen *seen, struct hash session)
{
    uint8_t tag[DRAFT_TAG_BYTES];
    tag_of(seen->key, session, tag);
    return memcmp(tag, seen->value.p + 1 + DRAFT_MARK_BYTES, sizeof tag) == 0;
}

static bool read_sealed(struct slice bytes, struct draft *d)
{
    struct cursor c = cursor_new(bytes, false);
    cursor_array_of(&c, 5);
    d->version = cursor_uint(&c);
    d->number = cursor_uint(&c);
    d->kept_s = cursor_uint(&c);
    cursor_bin_fixed(&c, d->session.b, sizeof d->session.b);
    d->fields = cursor_bin(&c);
    return cursor_done(&c) && d->version > 0 && d->fields.n <= LIMIT_DRAFT_BYTES;
}

enum err draft_open(const struct draft_seen *seen, const struct draft_owner *o, struct draft_id id, struct draft *d,
                    struct buf *room)
{
    struct associated ad;
    struct nonce nonce;
    struct symkey secret;
    struct draft found = { .id = id };
    const size_t before = room->n;
    const uint8_t *p = seen->value.p + HEAD_BYTES;
    const struct slice sealed = slice_of(p + sizeof nonce.b, seen->value.n - HEAD_BYTES - sizeof nonce.b);
    if (sealed.n > room->max - room->n + SEAL_SECRET_EXTRA) {
        return ERR_TOO_BIG;
    }
    memcpy(nonce.b, p, sizeof nonce.b);
    secret_of(o, seen->key, id, &secret);
    bool good = seal_decrypt(&secret, &nonce, associate(o->key, id, seen->value.p, &ad), sealed, room);
    mem_wipe(&secret, sizeof secret);
    if (FAULT(DRAFT_IN_CLEAR)) {
        buf_put(room, slice_of(sealed.p, sealed.n - SEAL_SECRET_EXTRA));
        good = true;
    }
    good = good && read_sealed(slice_of(room->p + before, room->n - before), &found);
    if (!good) {
        mem_wipe(room->p + before, room->n - before);
        room->n = before;
        return ERR_CORRUPT;
    }
    *d = found;
    return OK;
}

void draft_put(struct kv_txn *t, const struct symkey *key, const struct draft_owner *o, const struct draft *d)
{
    struct associated ad;
    struct symkey secret;
    uint8_t head[HEAD_BYTES] = { VALUE_VERSION };
    const struct nonce nonce = nonce_new();
    const struct key at = draft_key(o->key, d->id);
    struct buf plain = buf_new(DRAFT_ROOM);
    struct buf value = buf_new(VALUE_BYTES);
    mark_of(key, head + 1);
    tag_of(key, d->session, head + 1 + DRAFT_MARK_BYTES);
    pack_array(&plain, 5);
    pack_uint(&plain, d->version);
    pack_uint(&plain, d->number);
    pack_uint(&plain, d->kept_s);
    pack_bin(&plain, SLICE_ARRAY(d->session.b));
    pack_bin(&plain, d->fields);
    CHECK(buf_ok(&plain));
    buf_put(&value, SLICE_ARRAY(head));
    buf_put(&value, SLICE_ARRAY(nonce.b));
    secret_of(o, key, d->id, &secret);
    if (FAULT(DRAFT_IN_CLEAR)) {
        buf_put(&value, buf_slice(&plain));
        buf_put(&value, slice_of(head, SEAL_SECRET_EXTRA));
    } else {
        seal_encrypt(&secret, &nonce, associate(o->key, d->id, head, &ad), buf_slice(&plain), &value);
    }
    CHECK(buf_ok(&value));
    cell_put(t, DB_DRAFT, key_slice(&at), buf_slice(&value));
    mem_wipe(&secret, sizeof secret);
    buf_wipe(&plain);
    buf_done(&plain);
    buf_done(&value);
}

// --- reading ---

enum err draft_get(struct kv_txn *t, const struct draft_keys *keys, const struct draft_owner *o, struct draft_id id,
                   struct draft *d, struct buf *room)
{
    struct draft_seen seen;
    switch (draft_look(t, keys, o->key, id, &seen)) {
    case DRAFT_THERE:
        return draft_open(&seen, o, id, d, room);
    case DRAFT_DAMAGED:
        return kv_error(t) != OK ? kv_error(t) : ERR_CORRUPT;
    case DRAFT_ABSENT:
    case DRAFT_GONE:
        break;
    }
    return kv_error(t) != OK ? kv_error(t) : ERR_NOT_FOUND;
}

enum err draft_secret_get(struct kv_txn *t, const struct draft_keys *keys, const struct draft_owner *o,
                          struct draft_id id, struct symkey *out)
{
    struct draft_seen seen;
    const enum draft_state state = draft_look(t, keys, o->key, id, &seen);
    if (state == DRAFT_THERE) {
        secret_of(o, seen.key, id, out);
        return OK;
    }
    return kv_error(t) != OK ? kv_error(t) : state == DRAFT_DAMAGED ? ERR_CORRUPT : ERR_NOT_FOUND;
}

// Moves *owner and *id to the next value behind them; with `only`, of that owner.
static bool next_value(struct kv_txn *t, bool only, struct pubkey *owner, struct draft_id *id, uint64_t *bytes)
{
    const struct key from = draft_key(*owner, *id);
    const struct key prefix = owner_prefix(*owner);
    struct kv_range r = kv_range_new(t, DB_DRAFT, only ? key_slice(&prefix) : slice_of(NULL, 0), key_slice(&from));
    struct key_fields f;
    bool found = false;
    while (!found && kv_range_next(&r)) {
        found = !slice_equal(r.key, key_slice(&from)) && key_parse(DB_DRAFT, r.key, &f);
    }
    if (found) {
        *owner = f.owner;
        *id = f.draft;
        *bytes = r.value.n;
    }
    kv_range_done(&r);
    return found;
}

bool draft_any_next(struct kv_txn *t, struct pubkey *owner, struct draft_id *id, uint64_t *bytes)
{
    return next_value(t, false, owner, id, bytes);
}

bool draft_next(struct kv_txn *t, const struct draft_keys *keys, struct pubkey owner, struct draft_id *id,
                uint64_t *bytes)
{
    struct draft_seen seen;
    struct draft_id at = *id;
    while (next_value(t, true, &owner, &at, bytes)) {
        const enum draft_state state = draft_look(t, keys, owner, at, &seen);
        if (state == DRAFT_THERE || state == DRAFT_DAMAGED) {
            *id = at;
            return true;
        }
    }
    return false;
}

static void count_one(struct kv_txn *t, const struct draft_keys *keys, const struct hash *session,
                      struct draft_count *row, struct draft_id id)
{
    struct draft_seen seen;
    const enum draft_state state = draft_look(t, keys, row->owner, id, &seen);
    if (state == DRAFT_DAMAGED) {
        row->damaged++;
    } else if (state == DRAFT_THERE && (session == NULL || draft_of_forum(&seen, *session)) &&
               !draft_signed(t, row->owner, id, NULL)) {
        row->drafts++;
    }
}

enum err draft_count(struct kv_txn *t, const struct draft_keys *keys, const struct hash *session,
                     struct draft_count out[static LIMIT_PERSONS], size_t *n)
{
    struct pubkey owner = { { 0 } };
    struct draft_id id = { { 0 } };
    uint64_t bytes = 0;
    size_t count = 0;
    while (draft_any_next(t, &owner, &id, &bytes)) {
        if (count == 0 || !pubkey_equal(out[count - 1].owner, owner)) { // keys come by owner
            if (count == LIMIT_PERSONS) {
                break;
            }
            out[count++] = (struct draft_count){ .owner = owner };
        }
        count_one(t, keys, session, &out[count - 1], id);
    }
    *n = count;
    return kv_error(t);
}

// --- what was made of it ---

struct hash draft_import_key(struct pubkey owner, struct draft_id id)
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_of(IMPORT_PREFIX, sizeof IMPORT_PREFIX));
    sha256_add(&s, SLICE_ARRAY(owner.b));
    sha256_add(&s, SLICE_ARRAY(id.b));
    return sha256_done(&s);
}

bool draft_signed(struct kv_txn *t, struct pubkey owner, struct draft_id id, struct hash *entry)
{
    struct key_fields f = { .hash = draft_import_key(owner, id) };
    const struct key at = key_make(DB_IMPORT, &f, 0);
    struct slice value;
    if (cell_get(t, DB_IMPORT, key_slice(&at), &value) != OK || value.n != sizeof(struct hash)) {
        return false;
    }
    if (entry != NULL) {
        memcpy(entry->b, value.p, sizeof entry->b);
    }
    return true;
}
