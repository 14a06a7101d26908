// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The people of one state directory: each with her own author key, unlocked by her own passphrase (Argon2id), and the
// state's store key boxed to each of them. One file, keys/keyring, written anew as a whole.
// It knows keys, never what they sign; it must never write a secret in the clear or leave one outside guarded memory.
// Read first: docs/STORAGE.md "Keyring".
#ifndef BARAZA_AUTHOR_KEYRING_H
#define BARAZA_AUTHOR_KEYRING_H

#include "common/author/keyholder.h"
#include "common/format/outbox.h"
#include "common/limits.h"
#include "common/store/vault.h"

// Somebody who writes here. The name is chosen, not real, and stays in this file: it is never sent.
struct person {
    char name[LIMIT_PERSON_NAME + 1];
    struct pubkey key;
};

// What an unlocked person can use. Lives in a safe only; memory of a safe is guarded, locked when the system
// allows, and wiped.
struct unlocked {
    struct person person;
    struct seckey sign;
    struct boxsec box;         // opens what the keyring holds for her, also after a renewal (keyring_refresh)
    struct symkey store_key;   // wraps the entries' keys in the vault
    bool renewing;             // the store key is being renewed, or that was interrupted:
    struct symkey older;       // this one, before it, still opens what is not wrapped anew
    struct unlock_id unlock;   // this unlock, and the key under which its outbox copies are encrypted
    struct symkey outbox_key;
    uint8_t outbox_record[OUTBOX_KEY_BYTES]; // that key for the hub's intake key alone (outbox_key_make)
    uint64_t used_ms;          // when it was last used, for the idle limit
    uint64_t serial;           // which time of being unlocked this is, as the page's logins know it; 0: no login
    bool taken;
};

// The store key as the store takes it, with the one before while it is renewed. The caller wipes.
struct store_key unlocked_store_key(const struct unlocked *u);

// Guarded memory for all unlocked people of one process.
struct safe {
    struct unlocked *slots; // LIMIT_PERSONS of them
    bool pinned;            // the system agreed to keep this memory off the disk; else whoever logs should warn
};

// Makes an empty safe. safe_done wipes and frees it (an empty struct is harmless).
void safe_init(struct safe *s);
void safe_done(struct safe *s);

// Returns the unlocked person of that key, or NULL.
struct unlocked *safe_find(struct safe *s, struct pubkey key);

// Returns the slot of that key, or a free one; NULL when all are taken.
struct unlocked *safe_slot(struct safe *s, struct pubkey key);

// Wipes one person's secrets.
void safe_forget(struct unlocked *u);

// True when nobody is unlocked.
bool safe_empty(const struct safe *s);

struct keyring;

// Returns a keyring without people and a new random store key that only the first person added will box. Gives.
struct keyring *keyring_new(void);
void keyring_free(struct keyring *k);

// Reads, and durably replaces, a keyring file. Parameters of Argon2id in it are bounded when read. ERR_CORRUPT,
// ERR_NOT_FOUND, ERR_IO with why. What is replaced is overwritten (file_supplant): whoever saves holds
// keys/keyring.lock.
MUST_USE enum err keyring_load(const char *path, struct keyring **out, struct why *why);
MUST_USE enum err keyring_save(const struct keyring *k, const char *path, struct why *why);

// The people, in the order they joined.
size_t keyring_count(const struct keyring *k);
const struct person *keyring_person(const struct keyring *k, size_t i);

// Finds somebody by chosen name, or by a beginning of her key in hex (4 digits or more); wanted NULL: the only
// person there is. ERR_NOT_FOUND with why (which names there are) when nobody, or several, fit.
MUST_USE enum err keyring_find(const struct keyring *k, const char *wanted, struct person *out, struct why *why);

// Adds a person with a new signing key under passphrase. The first one makes the store key; for a later one, by must
// be somebody of this keyring who is unlocked, because the store key has to be boxed for the newcomer.
// intake: the hub's key, for her outbox. *out (a slot of a safe) is then unlocked. ERR_EXISTS: the name is taken;
// ERR_USAGE: the name or passphrase is empty or too long; ERR_FULL: LIMIT_PERSONS. Nothing is written: keyring_save.
MUST_USE enum err keyring_add(struct keyring *k, const char *name, struct slice passphrase, const struct unlocked *by,
                              struct boxkey intake, struct unlocked *out, struct why *why);

// Unlocks a person into out (a slot of a safe) and makes this unlock's outbox key, boxed to intake. Takes about a
// tenth of a second and 64 MiB. ERR_CRYPTO: the passphrase does not fit; ERR_CORRUPT.
MUST_USE enum err keyring_unlock(const struct keyring *k, struct pubkey key, struct slice passphrase,
                                 struct boxkey intake, struct unlocked *out, struct why *why);

// --- when a passphrase is changed or forgotten. key must be of somebody here (CHECK); keyring_save makes it last. ---
// Copies of the keyring that were made before (backups) still open as before.

// Puts her keys under another passphrase. ERR_CRYPTO: the old one does not fit; ERR_USAGE: the new one is empty or too
// long; ERR_CORRUPT, ERR_AGAIN.
MUST_USE enum err keyring_passphrase(struct keyring *k, struct pubkey key, struct slice old, struct slice fresh,
                                     struct why *why);

// Names who can give her a new passphrase. Her passphrase is asked for although she may be unlocked: else whoever finds
// her laptop open could name himself. ERR_EXISTS, ERR_FULL: LIMIT_KEYHOLDERS; ERR_BAD_INPUT: no key; else as above.
MUST_USE enum err keyring_keyholder_add(struct keyring *k, struct pubkey key, struct slice passphrase,
                                        const struct keyholder *who, struct why *why);

// Takes one back, by name. What she has a copy of stays hers. ERR_NOT_FOUND with why.
MUST_USE enum err keyring_keyholder_drop(struct keyring *k, struct pubkey key, const char *name, struct why *why);

// Writes her keyholders to out and returns how many.
size_t keyring_keyholders(const struct keyring *k, struct pubkey key, struct keyholder out[static LIMIT_KEYHOLDERS]);

// Puts her keys under a new passphrase with what a keyholder (keyholder_open) holds. ERR_PERM with why: she is none of
// hers; ERR_CORRUPT, ERR_USAGE, ERR_AGAIN.
MUST_USE enum err keyring_recover(struct keyring *k, struct pubkey key, const struct keyholder *who,
                                  const struct boxsec *sec, struct slice fresh, struct why *why);

// --- renewing the store key, for everybody and without anybody's passphrase (STORAGE "Renewing the store key") ---

// True while the file holds the key before, too: a renewal is under way, or was interrupted.
bool keyring_renewing(const struct keyring *k);

// Boxes a new store key to everybody here and keeps `now`, the present one, under it. Not while renewing (CHECK).
void keyring_renew_begin(struct keyring *k, const struct symkey *now);

// Forgets the key before.
void keyring_renew_end(struct keyring *k);

// Gives somebody who is unlocked the store key (and the one before) as this keyring has them, and a new key for her
// outbox copies: none of before is hers any more. ERR_NOT_FOUND: she is not in it; ERR_CORRUPT with why.
MUST_USE enum err keyring_refresh(const struct keyring *k, struct boxkey intake, struct unlocked *u, struct why *why);

#endif
