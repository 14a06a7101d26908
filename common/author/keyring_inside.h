// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the files of the keyring share and nobody else includes: its members as they are in the file.
// keyring.c: the file and passphrases, safes · keyring_recover.c: keyholders, new passphrases · keyring_renew.c: the
// store key.
#ifndef BARAZA_AUTHOR_KEYRING_INSIDE_H
#define BARAZA_AUTHOR_KEYRING_INSIDE_H

#include "common/author/keyring.h"

// What a passphrase, or a keyholder, opens. Wiped by whoever has one.
struct member_secrets {
    uint8_t seed[32]; // Ed25519
    struct boxsec box;
};
static_assert(sizeof(struct member_secrets) == 64, "sealed as it lies in memory");

#define HELD_PREFIX "baraza/keyholder/v1" // with its NUL
#define SECRETS_SEALED (sizeof(struct member_secrets) + SEAL_SECRET_EXTRA)
#define STORE_BOXED (32 + SEAL_BOX_EXTRA)
#define HELD_PLAIN (sizeof HELD_PREFIX + 32 + sizeof(struct member_secrets))
#define HELD_BOXED (HELD_PLAIN + SEAL_BOX_EXTRA)
#define AD_BYTES 256

// The secrets once more, boxed to a keyholder: prefix 00 ‖ author key ‖ seed ‖ X25519 secret.
struct held {
    struct keyholder who;
    uint8_t boxed[HELD_BOXED];
};

struct member {
    struct person person;
    struct boxkey box;
    struct passphrase_lock lock;
    uint8_t secrets[SECRETS_SEALED];
    uint8_t store_key[STORE_BOXED];
    size_t held_count;
    struct held held[LIMIT_KEYHOLDERS];
};

// The store key before, under the new one, while it is renewed: nonce ‖ XChaCha20-Poly1305.
#define OLDER_SEALED (SEAL_NONCE_BYTES + 32 + SEAL_SECRET_EXTRA)

struct keyring {
    size_t count;
    bool renewing;
    uint8_t older[OLDER_SEALED];
    struct member members[LIMIT_PERSONS];
};

static_assert(LIMIT_PERSONS * (sizeof(struct member) + 128) < LIMIT_KEYRING_BYTES, "a full keyring fits its file");

// The place of the member of that key, who must be there (CHECK).
size_t keyring_index(const struct keyring *k, struct pubkey key);

// Seals secrets under a passphrase and a new lock. ERR_AGAIN with why, and nothing is changed.
MUST_USE enum err member_seal(struct member *m, struct slice passphrase, const struct member_secrets *secrets,
                              struct why *why);

// Opens them. ERR_CRYPTO: the passphrase does not fit; ERR_CORRUPT, ERR_AGAIN; with why, and nothing is in *out.
MUST_USE enum err member_open(const struct member *m, struct slice passphrase, struct member_secrets *out,
                              struct why *why);

// True when they are this member's.
bool member_secrets_fit(const struct member *m, const struct member_secrets *secrets);

// Boxes the store key to her.
void member_box_store_key(struct member *m, const struct symkey *store_key);

// Opens the store key, and the one before, with u->box, and gives her a key for outbox copies. Errors as
// keyring_refresh.
MUST_USE enum err member_refresh(const struct keyring *k, const struct member *m, struct boxkey intake,
                                 struct unlocked *u, struct why *why);

#endif
