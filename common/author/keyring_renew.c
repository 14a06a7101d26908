// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Renewing the store key: boxed anew to everybody's X25519 key, so that nobody has to be there. It must never leave the
// file without a key that opens the store: between begin and end it holds both.
// Read first: keyring.h, keyring_inside.h.
#include "common/author/keyring_inside.h"

#include <string.h>

#define OLDER_PREFIX "baraza/older/v1" // associated data, with its NUL

struct store_key unlocked_store_key(const struct unlocked *u)
{
    struct store_key key = store_key_of(u->store_key);
    if (u->renewing) {
        struct store_key older = store_key_of(u->older);
        key = store_key_after(key, &older);
        mem_wipe(&older, sizeof older);
    }
    return key;
}

void member_box_store_key(struct member *m, const struct symkey *store_key)
{
    struct buf boxed = buf_over(m->store_key, sizeof m->store_key);
    bool good = seal_box(m->box, SLICE_ARRAY(store_key->b), &boxed);
    CHECK(good); // her own key
    CHECK(boxed.n == sizeof m->store_key);
}

bool keyring_renewing(const struct keyring *k)
{
    return k->renewing;
}

void keyring_renew_begin(struct keyring *k, const struct symkey *now)
{
    struct symkey fresh = symkey_new();
    struct nonce nonce = nonce_new();
    struct buf older = buf_over(k->older, sizeof k->older);
    CHECK(!k->renewing);
    for (size_t i = 0; i < k->count; i++) {
        member_box_store_key(&k->members[i], &fresh);
    }
    buf_put(&older, SLICE_ARRAY(nonce.b));
    seal_encrypt(&fresh, &nonce, slice_of(OLDER_PREFIX, sizeof OLDER_PREFIX), SLICE_ARRAY(now->b), &older);
    CHECK(buf_ok(&older));
    CHECK(older.n == sizeof k->older);
    k->renewing = true;
    mem_wipe(&fresh, sizeof fresh);
}

void keyring_renew_end(struct keyring *k)
{
    mem_wipe(k->older, sizeof k->older);
    k->renewing = false;
}

// Opens the store key before, under the present one, into u.
static bool open_older(const struct keyring *k, struct unlocked *u)
{
    struct buf older = buf_over(u->older.b, sizeof u->older.b);
    struct nonce nonce;
    memcpy(nonce.b, k->older, sizeof nonce.b);
    return seal_decrypt(&u->store_key, &nonce, slice_of(OLDER_PREFIX, sizeof OLDER_PREFIX),
                        slice_of(k->older + sizeof nonce.b, sizeof k->older - sizeof nonce.b), &older);
}

// Gives an unlocked person her key for outbox copies.
static enum err outbox_begin(struct unlocked *u, struct boxkey intake, struct why *why)
{
    struct buf record = buf_over(u->outbox_record, sizeof u->outbox_record);
    ident_random(u->unlock.b, sizeof u->unlock.b);
    u->outbox_key = symkey_new();
    if (!outbox_key_make(u->unlock, &u->outbox_key, intake, &record)) {
        why_set(why, "the charter's intake key is not a key");
        return ERR_CORRUPT;
    }
    CHECK(record.n == sizeof u->outbox_record);
    return OK;
}

enum err member_refresh(const struct keyring *k, const struct member *m, struct boxkey intake, struct unlocked *u,
                        struct why *why)
{
    struct symkey opened;
    struct buf store_key = buf_over(opened.b, sizeof opened.b);
    bool good = seal_open(m->box, &u->box, SLICE_ARRAY(m->store_key), &store_key) && store_key.n == sizeof opened.b;
    if (good) {
        u->store_key = opened;
        u->renewing = k->renewing;
        mem_wipe(&u->older, sizeof u->older);
        good = !k->renewing || open_older(k, u);
    }
    mem_wipe(&opened, sizeof opened);
    if (!good) {
        why_set(why, "the keys of %s are damaged: restore the keyring from a backup", m->person.name);
        return ERR_CORRUPT;
    }
    return outbox_begin(u, intake, why);
}

enum err keyring_refresh(const struct keyring *k, struct boxkey intake, struct unlocked *u, struct why *why)
{
    for (size_t i = 0; i < k->count; i++) {
        if (pubkey_equal(k->members[i].person.key, u->person.key)) {
            return member_refresh(k, &k->members[i], intake, u, why);
        }
    }
    why_set(why, "%s is not among those who write here any more", u->person.name);
    return ERR_NOT_FOUND;
}
