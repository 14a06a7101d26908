// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The keyring file and passphrases (Argon2id, RFC 9106, by libsodium). It must never write a secret in the clear.
// Read first: keyring.h, docs/STORAGE.md "Keyring".
//
// file   = [1, [person …]], canonical
// person = [name, author key, X25519 key, salt 16, memory in bytes, passes, nonce 24, secrets, store key]
// secrets: XChaCha20-Poly1305 of (Ed25519 seed ‖ X25519 secret) under Argon2id(passphrase, salt), with the associated
// data "baraza/keyring/v1" 00 ‖ name ‖ author key ‖ X25519 key. store key: sealed box to the X25519 key.
#include "common/author/keyring.h"

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/format/armor.h"
#include "common/format/nfc.h"
#include "common/format/pack.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define KEYRING_VERSION 1
#define ARGON_MEMORY 67108864u // 64 MiB
#define ARGON_PASSES 3u
#define SECRETS_BYTES 64
#define SECRETS_SEALED (SECRETS_BYTES + SEAL_SECRET_EXTRA)
#define STORE_BOXED (32 + SEAL_BOX_EXTRA)
#define PREFIX_FEWEST 4 // hex digits that may stand for a key

static_assert(SECRETS_BYTES == 32 + sizeof(struct boxsec), "a seed and a box secret");

struct member {
    struct person person;
    struct boxkey box;
    uint8_t salt[crypto_pwhash_SALTBYTES];
    uint64_t memory;
    uint64_t passes;
    struct nonce nonce;
    uint8_t secrets[SECRETS_SEALED];
    uint8_t store_key[STORE_BOXED];
};

struct keyring {
    size_t count;
    struct member members[LIMIT_PERSONS];
};

static_assert(LIMIT_PERSONS * (sizeof(struct member) + 64) < LIMIT_KEYRING_BYTES, "a full keyring fits its file");

void safe_init(struct safe *s)
{
    s->slots = sodium_allocarray(LIMIT_PERSONS, sizeof *s->slots);
    CHECK(s->slots != NULL);
    s->pinned = sodium_mlock(s->slots, LIMIT_PERSONS * sizeof *s->slots) == 0;
    sodium_memzero(s->slots, LIMIT_PERSONS * sizeof *s->slots);
}

void safe_done(struct safe *s)
{
    if (s->slots != NULL) {
        sodium_free(s->slots); // wipes
    }
    *s = (struct safe){ .slots = NULL };
}

struct unlocked *safe_find(struct safe *s, struct pubkey key)
{
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        if (s->slots[i].taken && pubkey_equal(s->slots[i].person.key, key)) {
            return &s->slots[i];
        }
    }
    return NULL;
}

struct unlocked *safe_slot(struct safe *s, struct pubkey key)
{
    struct unlocked *slot = safe_find(s, key);
    for (size_t i = 0; slot == NULL && i < LIMIT_PERSONS; i++) {
        if (!s->slots[i].taken) {
            slot = &s->slots[i];
        }
    }
    return slot;
}

void safe_forget(struct unlocked *u)
{
    mem_wipe(u, sizeof *u);
}

bool safe_empty(const struct safe *s)
{
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        if (s->slots[i].taken) {
            return false;
        }
    }
    return true;
}

struct keyring *keyring_new(void)
{
    return mem_new(sizeof(struct keyring));
}

void keyring_free(struct keyring *k)
{
    free(k);
}

static void member_pack(const struct member *m, struct buf *out)
{
    pack_array(out, 9);
    pack_text(out, m->person.name);
    pack_bin(out, SLICE_ARRAY(m->person.key.b));
    pack_bin(out, SLICE_ARRAY(m->box.b));
    pack_bin(out, SLICE_ARRAY(m->salt));
    pack_uint(out, m->memory);
    pack_uint(out, m->passes);
    pack_bin(out, SLICE_ARRAY(m->nonce.b));
    pack_bin(out, SLICE_ARRAY(m->secrets));
    pack_bin(out, SLICE_ARRAY(m->store_key));
}

static void member_read(struct cursor *c, struct member *m)
{
    *m = (struct member){ .memory = 0 };
    cursor_array_of(c, 9);
    struct slice name = cursor_str(c);
    cursor_bin_fixed(c, m->person.key.b, sizeof m->person.key.b);
    cursor_bin_fixed(c, m->box.b, sizeof m->box.b);
    cursor_bin_fixed(c, m->salt, sizeof m->salt);
    m->memory = cursor_uint(c);
    m->passes = cursor_uint(c);
    cursor_bin_fixed(c, m->nonce.b, sizeof m->nonce.b);
    cursor_bin_fixed(c, m->secrets, sizeof m->secrets);
    cursor_bin_fixed(c, m->store_key, sizeof m->store_key);
    bool bounded = name.n > 0 && name.n <= LIMIT_PERSON_NAME && memchr(name.p, 0, name.n) == NULL &&
                   m->memory >= crypto_pwhash_MEMLIMIT_MIN && m->memory <= LIMIT_ARGON_MEMORY &&
                   m->passes >= crypto_pwhash_OPSLIMIT_MIN && m->passes <= LIMIT_ARGON_PASSES;
    if (!bounded) {
        cursor_fail(c);
        return;
    }
    memcpy(m->person.name, name.p, name.n);
}

enum err keyring_load(const char *path, struct keyring **out, struct why *why)
{
    struct buf bytes = buf_new(LIMIT_KEYRING_BYTES);
    struct keyring *k = NULL;
    enum err e = file_read(path, false, &bytes, why);
    if (e != OK) {
        goto out;
    }
    k = keyring_new();
    struct cursor c = cursor_new(buf_slice(&bytes), false);
    cursor_array_of(&c, 2);
    uint64_t version = cursor_uint(&c);
    k->count = cursor_array(&c, LIMIT_PERSONS);
    for (size_t i = 0; i < k->count; i++) {
        member_read(&c, &k->members[i]);
    }
    if (!cursor_done(&c) || version != KEYRING_VERSION) {
        why_set(why, "%s is damaged, or of another version: restore it from a backup", path);
        e = ERR_CORRUPT;
        goto out;
    }
    *out = k;
    k = NULL;
out:
    keyring_free(k);
    buf_done(&bytes);
    return e;
}

enum err keyring_save(const struct keyring *k, const char *path, struct why *why)
{
    struct buf bytes = buf_new(LIMIT_KEYRING_BYTES);
    pack_array(&bytes, 2);
    pack_uint(&bytes, KEYRING_VERSION);
    pack_array(&bytes, k->count);
    for (size_t i = 0; i < k->count; i++) {
        member_pack(&k->members[i], &bytes);
    }
    CHECK(buf_ok(&bytes));
    enum err e = file_replace(path, buf_slice(&bytes), 0600, why);
    buf_done(&bytes);
    return e;
}

size_t keyring_count(const struct keyring *k)
{
    return k->count;
}

const struct person *keyring_person(const struct keyring *k, size_t i)
{
    CHECK(i < k->count);
    return &k->members[i].person;
}

static bool key_begins(struct pubkey key, const char *hex)
{
    struct buf text = buf_new(2 * sizeof key.b);
    armor_put_hex(&text, SLICE_ARRAY(key.b));
    size_t n = strlen(hex);
    bool begins = n >= PREFIX_FEWEST && n <= text.n && memcmp(text.p, hex, n) == 0;
    buf_done(&text);
    return begins;
}

static void why_names(const struct keyring *k, const char *wanted, struct why *why)
{
    struct buf names = buf_new(120);
    for (size_t i = 0; i < k->count; i++) {
        buf_printf(&names, "%s%s", i == 0 ? "" : ", ", k->members[i].person.name);
    }
    buf_put_u8(&names, 0);
    const char *list = buf_ok(&names) ? (const char *)names.p : "many people";
    if (wanted == NULL) {
        why_set(why, "%s write here: say who you are with --as NAME", list);
    } else {
        why_set(why, "nobody here is called \"%.40s\"; those who write here: %s", wanted, list);
    }
    buf_done(&names);
}

enum err keyring_find(const struct keyring *k, const char *wanted, struct person *out, struct why *why)
{
    const struct person *found = NULL;
    size_t fits = 0;
    for (size_t i = 0; i < k->count; i++) {
        const struct person *p = &k->members[i].person;
        if (wanted != NULL && strcmp(p->name, wanted) == 0) {
            *out = *p;
            return OK;
        }
        if (wanted == NULL || key_begins(p->key, wanted)) {
            found = p;
            fits++;
        }
    }
    if (k->count == 0) {
        why_set(why, "nobody writes here yet: join with an invitation (baraza join FILE)");
        return ERR_NOT_FOUND;
    }
    if (fits != 1) {
        why_names(k, wanted, why);
        return wanted == NULL ? ERR_USAGE : ERR_NOT_FOUND;
    }
    *out = *found;
    return OK;
}

static void member_ad(const struct member *m, struct buf *out)
{
    buf_put(out, slice_of("baraza/keyring/v1", sizeof "baraza/keyring/v1"));
    buf_put_text(out, m->person.name);
    buf_put(out, SLICE_ARRAY(m->person.key.b));
    buf_put(out, SLICE_ARRAY(m->box.b));
    CHECK(buf_ok(out));
}

// The passphrase is normalised, so that it opens on another keyboard too. ERR_TOO_BIG: no memory for Argon2id.
static enum err passphrase_key(const struct member *m, struct slice passphrase, struct symkey *out, struct why *why)
{
    struct buf typed = buf_new(4 * LIMIT_PASSPHRASE);
    if (!text_nfc(passphrase, &typed)) {
        buf_put(&typed, passphrase);
    }
    int failed = crypto_pwhash(out->b, sizeof out->b, (const char *)typed.p, typed.n, m->salt, m->passes,
                               (size_t)m->memory, crypto_pwhash_ALG_ARGON2ID13);
    buf_wipe(&typed);
    buf_done(&typed);
    if (failed != 0) {
        why_set(why, "there is not enough free memory to unlock (%u MiB are needed): close other programs",
                (unsigned)(m->memory >> 20));
        return ERR_AGAIN;
    }
    return OK;
}

// Gives an unlocked person her key for outbox copies.
static enum err outbox_begin(struct unlocked *u, struct boxkey intake, struct why *why)
{
    ident_random(u->unlock.b, sizeof u->unlock.b);
    u->outbox_key = symkey_new();
    struct buf record = buf_new(OUTBOX_KEY_BYTES);
    bool made = outbox_key_make(u->unlock, &u->outbox_key, intake, &record);
    if (made) {
        CHECK(record.n == sizeof u->outbox_record);
        memcpy(u->outbox_record, record.p, record.n);
    } else {
        why_set(why, "the charter's intake key is not a key");
    }
    buf_done(&record);
    return made ? OK : ERR_CORRUPT;
}

static enum err member_seal(struct member *m, struct slice passphrase, const struct seckey *sign,
                            const struct boxsec *box, const struct symkey *store_key, struct why *why)
{
    struct symkey key;
    struct buf secrets = buf_new(SECRETS_BYTES);
    struct buf sealed = buf_new(SECRETS_SEALED);
    struct buf boxed = buf_new(STORE_BOXED);
    struct buf ad = buf_new(256);
    enum err e = passphrase_key(m, passphrase, &key, why);
    if (e != OK) {
        goto out;
    }
    buf_put(&secrets, slice_of(sign->b, 32));
    buf_put(&secrets, SLICE_ARRAY(box->b));
    member_ad(m, &ad);
    seal_encrypt(&key, &m->nonce, buf_slice(&ad), buf_slice(&secrets), &sealed);
    CHECK(seal_box(m->box, SLICE_ARRAY(store_key->b), &boxed));
    CHECK(sealed.n == sizeof m->secrets);
    CHECK(boxed.n == sizeof m->store_key);
    memcpy(m->secrets, sealed.p, sealed.n);
    memcpy(m->store_key, boxed.p, boxed.n);
out:
    mem_wipe(&key, sizeof key);
    buf_wipe(&secrets);
    buf_done(&secrets);
    buf_done(&sealed);
    buf_done(&boxed);
    buf_done(&ad);
    return e;
}

static enum err newcomer_check(const struct keyring *k, const char *name, struct slice passphrase, struct why *why)
{
    struct slice n = slice_text(name);
    if (n.n == 0 || n.n > LIMIT_PERSON_NAME || !text_utf8_ok(n)) {
        why_set(why, "a chosen name has 1 to %d bytes", LIMIT_PERSON_NAME);
        return ERR_USAGE;
    }
    if (passphrase.n == 0 || passphrase.n > LIMIT_PASSPHRASE) {
        why_set(why, "a passphrase has 1 to %d bytes", LIMIT_PASSPHRASE);
        return ERR_USAGE;
    }
    if (k->count == LIMIT_PERSONS) {
        why_set(why, "%d people write here already, which is the limit: make another state directory", LIMIT_PERSONS);
        return ERR_FULL;
    }
    for (size_t i = 0; i < k->count; i++) {
        if (strcmp(k->members[i].person.name, name) == 0) {
            why_set(why, "somebody here is called \"%s\" already: choose another name", name);
            return ERR_EXISTS;
        }
    }
    return OK;
}

enum err keyring_add(struct keyring *k, const char *name, struct slice passphrase, const struct unlocked *by,
                     struct boxkey intake, struct unlocked *out, struct why *why)
{
    CHECK((by == NULL) == (k->count == 0));
    CHECK(!out->taken);
    enum err e = newcomer_check(k, name, passphrase, why);
    if (e != OK) {
        return e;
    }
    struct member m = { .memory = ARGON_MEMORY, .passes = ARGON_PASSES };
    struct boxsec box;
    memcpy(m.person.name, name, strlen(name));
    sign_keypair(&m.person.key, &out->sign);
    box_keypair(&m.box, &box);
    ident_random(m.salt, sizeof m.salt);
    m.nonce = nonce_new();
    out->store_key = by != NULL ? by->store_key : symkey_new();
    e = member_seal(&m, passphrase, &out->sign, &box, &out->store_key, why);
    if (e == OK) {
        e = outbox_begin(out, intake, why);
    }
    mem_wipe(&box, sizeof box);
    if (e != OK) {
        safe_forget(out);
        return e;
    }
    out->person = m.person;
    out->taken = true;
    k->members[k->count++] = m;
    return OK;
}

// Opens a member's secrets into out (not yet taken).
static enum err member_open(const struct member *m, const struct symkey *key, struct unlocked *out, struct why *why)
{
    enum err e = ERR_CRYPTO;
    struct boxsec box;
    struct pubkey pub;
    struct buf ad = buf_new(256);
    struct buf secrets = buf_new(SECRETS_BYTES);
    struct buf store_key = buf_new(sizeof out->store_key.b);
    member_ad(m, &ad);
    if (!seal_decrypt(key, &m->nonce, buf_slice(&ad), SLICE_ARRAY(m->secrets), &secrets)) {
        why_set(why, "this passphrase does not unlock %s (capitals and spaces matter)", m->person.name);
        goto out;
    }
    CHECK(secrets.n == SECRETS_BYTES);
    sign_keypair_from_seed(secrets.p, &pub, &out->sign);
    memcpy(box.b, secrets.p + 32, sizeof box.b);
    if (!pubkey_equal(pub, m->person.key) || !seal_open(m->box, &box, SLICE_ARRAY(m->store_key), &store_key) ||
        store_key.n != sizeof out->store_key.b) {
        why_set(why, "the keys of %s are damaged: restore the keyring from a backup", m->person.name);
        e = ERR_CORRUPT;
        goto out;
    }
    memcpy(out->store_key.b, store_key.p, store_key.n);
    e = OK;
out:
    mem_wipe(&box, sizeof box);
    buf_wipe(&secrets);
    buf_wipe(&store_key);
    buf_done(&ad);
    buf_done(&secrets);
    buf_done(&store_key);
    return e;
}

enum err keyring_unlock(const struct keyring *k, struct pubkey key, struct slice passphrase, struct boxkey intake,
                        struct unlocked *out, struct why *why)
{
    const struct member *m = NULL;
    for (size_t i = 0; i < k->count; i++) {
        if (pubkey_equal(k->members[i].person.key, key)) {
            m = &k->members[i];
        }
    }
    CHECK(m != NULL);
    struct symkey derived;
    enum err e = passphrase_key(m, passphrase, &derived, why);
    if (e == OK) {
        e = member_open(m, &derived, out, why);
    }
    if (e == OK) {
        e = outbox_begin(out, intake, why);
    }
    mem_wipe(&derived, sizeof derived);
    if (e != OK) {
        safe_forget(out);
        return e;
    }
    out->person = m->person;
    out->taken = true;
    return OK;
}
