// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Keeping and discarding. The order is what matters: a key is made before anything is put under it, and destroyed
// before what lies under it is removed; so whatever is cut short leaves a draft as it was, or one that nothing opens.
// Read first: draft.h, docs/STORAGE.md "Drafts".
//
// Numbers: `x-drafts-` and 32 hex digits of SHA-256("baraza/draft-numbers/v1" 00 ‖ owner) = nonce 24 ‖
// XChaCha20-Poly1305 of [[forum's id, next number] …], the forum numbered last at the end, under the owner's secret.
#include "common/store/draft_inside.h"

#include "common/base/fault.h"
#include "common/format/armor.h"
#include "common/format/pack.h"
#include "common/store/store.h"

#include <string.h>

#define NUMBERS_PREFIX "baraza/draft-numbers/v1"
#define NUMBERS_BYTES (8 + LIMIT_DRAFT_FORUMS * 48)

// --- numbers ---

struct numbers {
    size_t n;
    struct numbers_row {
        struct hash session;
        uint64_t next;
    } rows[LIMIT_DRAFT_FORUMS];
};

struct numbers_name {
    char text[8 + 32];
};

static void name_of(struct pubkey owner, struct numbers_name *out)
{
    uint8_t room[sizeof NUMBERS_PREFIX + 32];
    struct buf b = buf_over(room, sizeof room);
    struct buf text = buf_over(out->text, sizeof out->text);
    buf_put(&b, slice_of(NUMBERS_PREFIX, sizeof NUMBERS_PREFIX));
    buf_put(&b, SLICE_ARRAY(owner.b));
    CHECK(buf_ok(&b));
    const struct hash h = hash_of(buf_slice(&b));
    buf_put_text(&text, "drafts-");
    armor_put_hex(&text, slice_of(h.b, 16));
    buf_put_u8(&text, 0);
    CHECK(buf_ok(&text));
}

static const struct slice numbers_ad = { (const uint8_t *)NUMBERS_PREFIX, sizeof NUMBERS_PREFIX };

// What is damaged is begun anew: a number may then be given twice, and nothing else happens.
static void numbers_get(struct kv_txn *t, const struct draft_owner *o, struct numbers *out)
{
    struct numbers_name name;
    struct slice value;
    struct nonce nonce;
    uint8_t room[NUMBERS_BYTES];
    struct buf plain = buf_over(room, sizeof room);
    *out = (struct numbers){ .n = 0 };
    name_of(o->key, &name);
    if (store_value_get(t, name.text, &value) != OK || value.n < sizeof nonce.b) {
        return;
    }
    memcpy(nonce.b, value.p, sizeof nonce.b);
    const struct slice sealed = slice_of(value.p + sizeof nonce.b, value.n - sizeof nonce.b);
    if (!seal_decrypt(&o->secret, &nonce, numbers_ad, sealed, &plain)) {
        return;
    }
    struct cursor c = cursor_new(buf_slice(&plain), false);
    const size_t n = cursor_array(&c, LIMIT_DRAFT_FORUMS);
    for (size_t i = 0; i < n; i++) {
        cursor_array_of(&c, 2);
        cursor_bin_fixed(&c, out->rows[i].session.b, sizeof out->rows[i].session.b);
        out->rows[i].next = cursor_uint(&c);
    }
    out->n = cursor_done(&c) ? n : 0;
}

static void numbers_put(struct kv_txn *t, const struct draft_owner *o, const struct numbers *m)
{
    struct numbers_name name;
    const struct nonce nonce = nonce_new();
    uint8_t plain_room[NUMBERS_BYTES];
    uint8_t room[SEAL_NONCE_BYTES + NUMBERS_BYTES + SEAL_SECRET_EXTRA];
    struct buf plain = buf_over(plain_room, sizeof plain_room);
    struct buf value = buf_over(room, sizeof room);
    pack_array(&plain, m->n);
    for (size_t i = 0; i < m->n; i++) {
        pack_array(&plain, 2);
        pack_bin(&plain, SLICE_ARRAY(m->rows[i].session.b));
        pack_uint(&plain, m->rows[i].next);
    }
    CHECK(buf_ok(&plain));
    buf_put(&value, SLICE_ARRAY(nonce.b));
    seal_encrypt(&o->secret, &nonce, numbers_ad, buf_slice(&plain), &value);
    CHECK(buf_ok(&value));
    name_of(o->key, &name);
    store_value_put(t, name.text, buf_slice(&value));
}

// Gives the next number of a forum.
static uint64_t number_next(struct kv_txn *t, const struct draft_owner *o, struct hash session)
{
    struct numbers m;
    struct numbers_row row = { .session = session, .next = 1 };
    numbers_get(t, o, &m);
    size_t i = 0;
    while (i < m.n && !hash_equal(m.rows[i].session, session)) {
        i++;
    }
    if (i < m.n) {
        row = m.rows[i];
    }
    if (i == LIMIT_DRAFT_FORUMS) { // the one that was numbered longest ago makes room
        i = 0;
    }
    if (i < m.n) {
        memmove(&m.rows[i], &m.rows[i + 1], (m.n - i - 1) * sizeof m.rows[0]);
        m.n--;
    }
    const uint64_t number = row.next++;
    m.rows[m.n++] = row;
    numbers_put(t, o, &m);
    return number;
}

// --- keeping ---

static enum err room_for_one(struct kv_txn *t, const struct draft_keys *keys, struct pubkey owner, struct why *why)
{
    struct draft_id id = { { 0 } };
    uint64_t bytes = 0;
    size_t n = 0;
    while (draft_next(t, keys, owner, &id, &bytes)) {
        n++;
    }
    if (n >= LIMIT_DRAFTS_PERSON) {
        why_set(why, "you keep %zu drafts, which is the limit: sign or discard some", n);
        return ERR_USAGE;
    }
    return kv_error(t);
}

// A draft that was never kept, or (anew, after its text was removed and the disk was full) that lost its value.
static enum err keep_first(struct kv_txn *t, struct draft_keys *keys, const struct draft_owner *o, struct draft *d,
                           struct why *why)
{
    enum err e = room_for_one(t, keys, o->key, why);
    if (e == OK) {
        e = draft_keys_renew(keys, o->key, d->id, why);
    }
    if (e == OK) {
        struct draft first = *d;
        first.version++;
        first.number = number_next(t, o, d->session);
        draft_put(t, draft_keys_find(keys, o->key, d->id), o, &first);
        e = kv_error(t);
        *d = e == OK ? first : *d;
    }
    return e;
}

static bool is_same(const struct draft *a, const struct draft *b)
{
    return hash_equal(a->session, b->session) && slice_equal(a->fields, b->fields);
}

static enum err keep_over(struct kv_txn *t, struct draft_keys *keys, const struct draft_owner *o,
                          const struct draft_seen *seen, struct draft *d, bool anew, struct why *why)
{
    struct draft there;
    struct buf room = buf_new(DRAFT_ROOM);
    enum err e = draft_open(seen, o, d->id, &there, &room);
    const bool repeated = e == OK && there.version == d->version + 1 && is_same(&there, d);
    if (e == OK && there.version != d->version && !repeated && !FAULT(DRAFT_OVERWRITTEN)) {
        e = ERR_EXISTS;
    }
    if (e == OK && anew) {
        e = draft_keys_renew(keys, o->key, d->id, why);
    }
    if (e == OK) {
        struct draft next = *d;
        next.number = there.number;
        next.version = repeated ? there.version : there.version + 1;
        next.kept_s = repeated ? there.kept_s : d->kept_s;
        if (anew || !repeated) {
            draft_put(t, draft_keys_find(keys, o->key, d->id), o, &next);
        }
        e = kv_error(t);
        *d = e == OK ? next : *d;
    }
    buf_wipe(&room);
    buf_done(&room);
    return e;
}

enum err draft_keep(struct kv_txn *t, struct draft_keys *keys, const struct draft_owner *o, struct draft *d, bool anew,
                    struct why *why)
{
    struct draft_seen seen;
    if (d->fields.n > LIMIT_DRAFT_BYTES) {
        return ERR_TOO_BIG;
    }
    if (draft_signed(t, o->key, d->id, NULL)) {
        return ERR_NOT_FOUND;
    }
    const enum draft_state state = draft_look(t, keys, o->key, d->id, &seen);
    if (kv_error(t) != OK) {
        return kv_error(t);
    }
    switch (state) {
    case DRAFT_THERE:
        return keep_over(t, keys, o, &seen, d, anew, why);
    case DRAFT_DAMAGED:
        return ERR_CORRUPT;
    case DRAFT_ABSENT:
        return d->version == 0 || (anew && seen.key != NULL) ? keep_first(t, keys, o, d, why) : ERR_NOT_FOUND;
    case DRAFT_GONE:
        break;
    }
    return anew && seen.key != NULL ? keep_first(t, keys, o, d, why) : ERR_NOT_FOUND;
}

// --- discarding ---

enum err draft_discard(struct kv_txn *t, struct draft_keys *keys, struct pubkey owner, struct draft_id id,
                       struct why *why)
{
    const struct key at = draft_key(owner, id);
    enum err e = draft_keys_destroy(keys, owner, id, why);
    if (e == OK) {
        (void)kv_del(t, DB_DRAFT, key_slice(&at));
        e = kv_error(t);
    }
    return e;
}

// True when the key in a slot has no value.
static bool is_idle(struct kv_txn *t, const struct draft_keys *keys, size_t i, struct pubkey *owner,
                    struct draft_id *id)
{
    struct slice value;
    if (!draft_keys_at(keys, i, owner, id)) {
        return false;
    }
    const struct key at = draft_key(*owner, *id);
    return !kv_get(t, DB_DRAFT, key_slice(&at), &value) && kv_error(t) == OK;
}

bool draft_untidy(struct kv_txn *t, const struct draft_keys *keys)
{
    struct pubkey owner = { { 0 } };
    struct draft_id id = { { 0 } };
    struct draft_seen seen;
    uint64_t bytes = 0;
    bool untidy = false;
    for (size_t i = 0; i < draft_keys_slots(keys) && !untidy; i++) {
        untidy = is_idle(t, keys, i, &owner, &id);
    }
    owner = (struct pubkey){ { 0 } };
    id = (struct draft_id){ { 0 } };
    while (!untidy && draft_any_next(t, &owner, &id, &bytes)) {
        untidy = draft_look(t, keys, owner, id, &seen) == DRAFT_GONE;
    }
    return untidy;
}

// Removes values that nothing opens any more and that are no damage. *damaged: some are.
static void sweep_values(struct kv_txn *t, const struct draft_keys *keys, bool *damaged)
{
    struct pubkey owner = { { 0 } };
    struct draft_id id = { { 0 } };
    uint64_t bytes = 0;
    while (draft_any_next(t, &owner, &id, &bytes)) {
        struct draft_seen seen;
        const enum draft_state state = draft_look(t, keys, owner, id, &seen);
        *damaged = *damaged || state == DRAFT_DAMAGED;
        if (state == DRAFT_GONE) {
            const struct key at = draft_key(owner, id);
            (void)kv_del(t, DB_DRAFT, key_slice(&at));
        }
    }
}

enum err draft_sweep(struct kv_txn *t, struct draft_keys *keys, struct why *why)
{
    bool damaged = false;
    enum err e = OK;
    sweep_values(t, keys, &damaged);
    for (size_t i = 0; i < draft_keys_slots(keys) && e == OK; i++) {
        struct pubkey owner;
        struct draft_id id;
        e = is_idle(t, keys, i, &owner, &id) ? draft_keys_destroy(keys, owner, id, why) : kv_error(t);
    }
    if (e == OK && !damaged && kv_error(t) == OK) {
        e = draft_keys_mend(keys, why);
    }
    return e == OK ? kv_error(t) : e;
}
