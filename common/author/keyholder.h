// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A second keyholder: somebody who can give a person her keys back when her passphrase is forgotten. She has a key pair
// in a file of her own, under her own passphrase, kept elsewhere; its public line is what others name her by.
// It must never write the secret in the clear. What she can open is in the keyring (keyring.h), not here.
//
// file = the line, then "baraza-keyholder-secret/v1:" base64 of [salt, memory, passes, nonce, sealed X25519 secret]
// line = "baraza-keyholder/v1:" base64 of [name, X25519 key] ‖ first 4 bytes of its SHA-256
#ifndef BARAZA_AUTHOR_KEYHOLDER_H
#define BARAZA_AUTHOR_KEYHOLDER_H

#include "common/author/passphrase.h"

// As others know her. The name is chosen, as those of people are.
struct keyholder {
    char name[LIMIT_PERSON_NAME + 1];
    struct boxkey box;
};

// Appends the line, without a line end, of a keyholder with a good name (CHECK).
void keyholder_line_make(const struct keyholder *k, struct buf *out);

// Reads a line, or the first line of a file, white space around it left out. False with why when it is none.
MUST_USE bool keyholder_line_parse(struct slice text, struct keyholder *out, struct why *why);

// Whether somebody may be called so, here or as a keyholder. False with why.
MUST_USE bool person_name_ok(struct slice name, struct why *why);

// Makes a new keyholder under passphrase: appends her file to out. ERR_USAGE with why: name or passphrase; ERR_AGAIN.
MUST_USE enum err keyholder_new(const char *name, struct slice passphrase, struct keyholder *out, struct buf *file,
                                struct why *why);

// Opens her file. *sec is the caller's to wipe. ERR_BAD_INPUT with why: it is none, or damaged; ERR_CRYPTO with why:
// the passphrase does not fit; ERR_AGAIN.
MUST_USE enum err keyholder_open(struct slice file, struct slice passphrase, struct keyholder *out,
                                 struct boxsec *sec, struct why *why);

#endif
