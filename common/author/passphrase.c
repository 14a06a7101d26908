// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Argon2id and what it opens. It must never keep a passphrase or a key. Read first: passphrase.h.
#include "common/author/passphrase.h"

#include "common/format/nfc.h"

#include <sodium.h>

#define ARGON_MEMORY 67108864u // 64 MiB
#define ARGON_PASSES 3u

static_assert(PASSPHRASE_SALT_BYTES == crypto_pwhash_SALTBYTES, "the library's salt");

struct passphrase_lock passphrase_lock_new(void)
{
    struct passphrase_lock lock = { .memory = ARGON_MEMORY, .passes = ARGON_PASSES, .nonce = nonce_new() };
    ident_random(lock.salt, sizeof lock.salt);
    return lock;
}

void passphrase_lock_pack(const struct passphrase_lock *lock, struct buf *out)
{
    pack_bin(out, SLICE_ARRAY(lock->salt));
    pack_uint(out, lock->memory);
    pack_uint(out, lock->passes);
    pack_bin(out, SLICE_ARRAY(lock->nonce.b));
}

void passphrase_lock_read(struct cursor *c, struct passphrase_lock *out)
{
    cursor_bin_fixed(c, out->salt, sizeof out->salt);
    out->memory = cursor_uint(c);
    out->passes = cursor_uint(c);
    cursor_bin_fixed(c, out->nonce.b, sizeof out->nonce.b);
    if (out->memory < crypto_pwhash_MEMLIMIT_MIN || out->memory > LIMIT_ARGON_MEMORY ||
        out->passes < crypto_pwhash_OPSLIMIT_MIN || out->passes > LIMIT_ARGON_PASSES) {
        cursor_fail(c);
    }
}

bool passphrase_ok(struct slice passphrase, struct why *why)
{
    if (passphrase.n == 0 || passphrase.n > LIMIT_PASSPHRASE) {
        why_set(why, "a passphrase has 1 to %d bytes", LIMIT_PASSPHRASE);
        return false;
    }
    return true;
}

static enum err derive(const struct passphrase_lock *lock, struct slice passphrase, struct symkey *out,
                       struct why *why)
{
    struct buf typed = buf_new(4 * LIMIT_PASSPHRASE);
    if (!text_nfc(passphrase, &typed)) {
        buf_put(&typed, passphrase);
    }
    int failed = crypto_pwhash(out->b, sizeof out->b, (const char *)typed.p, typed.n, lock->salt, lock->passes,
                               (size_t)lock->memory, crypto_pwhash_ALG_ARGON2ID13);
    buf_wipe(&typed);
    buf_done(&typed);
    if (failed != 0) {
        why_set(why, "there is not enough free memory to unlock (%u MiB are needed): close other programs",
                (unsigned)(lock->memory >> 20));
        return ERR_AGAIN;
    }
    return OK;
}

enum err passphrase_seal(const struct passphrase_lock *lock, struct slice passphrase, struct slice ad,
                         struct slice secret, struct buf *out, struct why *why)
{
    struct symkey key;
    enum err e = derive(lock, passphrase, &key, why);
    if (e == OK) {
        seal_encrypt(&key, &lock->nonce, ad, secret, out);
    }
    mem_wipe(&key, sizeof key);
    return e;
}

enum err passphrase_open(const struct passphrase_lock *lock, struct slice passphrase, struct slice ad,
                         struct slice sealed, struct buf *out, struct why *why)
{
    struct symkey key;
    enum err e = derive(lock, passphrase, &key, why);
    if (e == OK && !seal_decrypt(&key, &lock->nonce, ad, sealed, out)) {
        e = ERR_CRYPTO;
    }
    mem_wipe(&key, sizeof key);
    return e;
}
