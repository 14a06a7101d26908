// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The keyring file and passphrases (Argon2id, RFC 9106, by libsodium). It must never write a secret in the clear.
// Read first: keyring.h, docs/STORAGE.md "Keyring".
//
// file   = [2, [person …], store key before], canonical
// person = [name, author key, X25519 key, salt 16, memory in bytes, passes, nonce 24, secrets, store key,
//           [[keyholder's name, X25519 key, box] …]]
// secrets: XChaCha20-Poly1305 of (Ed25519 seed ‖ X25519 secret) under Argon2id(passphrase, salt), with the associated
// data "baraza/keyring/v1" 00 ‖ name ‖ author key ‖ X25519 key. store key: sealed box to the X25519 key. Keyholders'
// boxes: keyring_recover.c. store key before: empty, but while it is renewed (keyring_renew.c).
#include "common/author/keyring_inside.h"

#include "common/base/file.h"
#include "common/format/armor.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define KEYRING_VERSION 2
#define MEMBER_VALUES 10
#define PREFIX_FEWEST 4 // hex digits that may stand for a key

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
    pack_array(out, MEMBER_VALUES);
    pack_text(out, m->person.name);
    pack_bin(out, SLICE_ARRAY(m->person.key.b));
    pack_bin(out, SLICE_ARRAY(m->box.b));
    passphrase_lock_pack(&m->lock, out);
    pack_bin(out, SLICE_ARRAY(m->secrets));
    pack_bin(out, SLICE_ARRAY(m->store_key));
    pack_array(out, m->held_count);
    for (size_t i = 0; i < m->held_count; i++) {
        pack_array(out, 3);
        pack_text(out, m->held[i].who.name);
        pack_bin(out, SLICE_ARRAY(m->held[i].who.box.b));
        pack_bin(out, SLICE_ARRAY(m->held[i].boxed));
    }
}

// Reads a chosen name into room for one.
static void name_read(struct cursor *c, char out[static LIMIT_PERSON_NAME + 1])
{
    struct slice name = cursor_str(c);
    if (name.n == 0 || name.n > LIMIT_PERSON_NAME || memchr(name.p, 0, name.n) != NULL) {
        cursor_fail(c);
        return;
    }
    memcpy(out, name.p, name.n);
}

static void member_read(struct cursor *c, struct member *m)
{
    *m = (struct member){ .held_count = 0 };
    cursor_array_of(c, MEMBER_VALUES);
    name_read(c, m->person.name);
    cursor_bin_fixed(c, m->person.key.b, sizeof m->person.key.b);
    cursor_bin_fixed(c, m->box.b, sizeof m->box.b);
    passphrase_lock_read(c, &m->lock);
    cursor_bin_fixed(c, m->secrets, sizeof m->secrets);
    cursor_bin_fixed(c, m->store_key, sizeof m->store_key);
    m->held_count = cursor_array(c, LIMIT_KEYHOLDERS);
    for (size_t i = 0; i < m->held_count; i++) {
        cursor_array_of(c, 3);
        name_read(c, m->held[i].who.name);
        cursor_bin_fixed(c, m->held[i].who.box.b, sizeof m->held[i].who.box.b);
        cursor_bin_fixed(c, m->held[i].boxed, sizeof m->held[i].boxed);
    }
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
    cursor_array_of(&c, 3);
    uint64_t version = cursor_uint(&c);
    k->count = cursor_array(&c, LIMIT_PERSONS);
    for (size_t i = 0; i < k->count; i++) {
        member_read(&c, &k->members[i]);
    }
    struct slice older = cursor_bin(&c);
    if (older.n == sizeof k->older) {
        memcpy(k->older, older.p, older.n);
        k->renewing = true;
    } else if (older.n > 0) {
        cursor_fail(&c);
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
    pack_array(&bytes, 3);
    pack_uint(&bytes, KEYRING_VERSION);
    pack_array(&bytes, k->count);
    for (size_t i = 0; i < k->count; i++) {
        member_pack(&k->members[i], &bytes);
    }
    pack_bin(&bytes, slice_of(k->older, k->renewing ? sizeof k->older : 0));
    CHECK(buf_ok(&bytes));
    enum err e = file_supplant(path, buf_slice(&bytes), 0600, why);
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

enum err member_seal(struct member *m, struct slice passphrase, const struct member_secrets *secrets, struct why *why)
{
    const struct passphrase_lock lock = passphrase_lock_new();
    struct buf sealed = buf_new(SECRETS_SEALED);
    struct buf ad = buf_new(AD_BYTES);
    member_ad(m, &ad);
    enum err e = passphrase_seal(&lock, passphrase, buf_slice(&ad), slice_of(secrets, sizeof *secrets), &sealed, why);
    if (e == OK) {
        CHECK(sealed.n == sizeof m->secrets);
        memcpy(m->secrets, sealed.p, sealed.n);
        m->lock = lock;
    }
    buf_done(&sealed);
    buf_done(&ad);
    return e;
}

static enum err newcomer_check(const struct keyring *k, const char *name, struct slice passphrase, struct why *why)
{
    struct slice n = slice_text(name);
    if (!person_name_ok(n, why) || !passphrase_ok(passphrase, why)) {
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
    struct member m = { .held_count = 0 };
    struct member_secrets secrets;
    memcpy(m.person.name, name, strlen(name));
    sign_keypair(&m.person.key, &out->sign);
    memcpy(secrets.seed, out->sign.b, sizeof secrets.seed);
    box_keypair(&m.box, &secrets.box);
    out->box = secrets.box;
    struct symkey store_key = by != NULL ? by->store_key : symkey_new();
    member_box_store_key(&m, &store_key);
    e = member_seal(&m, passphrase, &secrets, why);
    if (e == OK) {
        e = member_refresh(k, &m, intake, out, why);
    }
    mem_wipe(&store_key, sizeof store_key);
    mem_wipe(&secrets, sizeof secrets);
    if (e != OK) {
        safe_forget(out);
        return e;
    }
    out->person = m.person;
    out->taken = true;
    k->members[k->count++] = m;
    return OK;
}

bool member_secrets_fit(const struct member *m, const struct member_secrets *secrets)
{
    struct pubkey pub;
    struct seckey sec;
    sign_keypair_from_seed(secrets->seed, &pub, &sec);
    mem_wipe(&sec, sizeof sec);
    return pubkey_equal(pub, m->person.key) && boxkey_equal(box_public(&secrets->box), m->box);
}

enum err member_open(const struct member *m, struct slice passphrase, struct member_secrets *out, struct why *why)
{
    struct buf ad = buf_new(AD_BYTES);
    struct buf secrets = buf_new(sizeof *out);
    member_ad(m, &ad);
    enum err e = passphrase_open(&m->lock, passphrase, buf_slice(&ad), SLICE_ARRAY(m->secrets), &secrets, why);
    if (e == ERR_CRYPTO) {
        why_set(why, "this passphrase does not unlock %s (capitals and spaces matter)", m->person.name);
    }
    if (e == OK) {
        CHECK(secrets.n == sizeof *out);
        memcpy(out, secrets.p, sizeof *out);
        if (!member_secrets_fit(m, out)) {
            why_set(why, "the keys of %s are damaged: restore the keyring from a backup", m->person.name);
            mem_wipe(out, sizeof *out);
            e = ERR_CORRUPT;
        }
    }
    buf_wipe(&secrets);
    buf_done(&secrets);
    buf_done(&ad);
    return e;
}

size_t keyring_index(const struct keyring *k, struct pubkey key)
{
    size_t i = 0;
    while (i < k->count && !pubkey_equal(k->members[i].person.key, key)) {
        i++;
    }
    CHECK(i < k->count);
    return i;
}

enum err keyring_unlock(const struct keyring *k, struct pubkey key, struct slice passphrase, struct boxkey intake,
                        struct unlocked *out, struct why *why)
{
    const struct member *m = &k->members[keyring_index(k, key)];
    struct member_secrets secrets;
    struct pubkey pub;
    enum err e = member_open(m, passphrase, &secrets, why);
    if (e == OK) {
        sign_keypair_from_seed(secrets.seed, &pub, &out->sign);
        out->box = secrets.box;
        mem_wipe(&secrets, sizeof secrets);
        e = member_refresh(k, m, intake, out, why);
    }
    if (e != OK) {
        safe_forget(out);
        return e;
    }
    out->person = m->person;
    out->taken = true;
    return OK;
}
