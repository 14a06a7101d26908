// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The key of a protection officer, or of an independent body, to which parts are sealed (PROTOCOL 4.6, 5.1). Its file
// lies where its owner keeps it, never in a state; its secret is under her passphrase.
// Read first: docs/STORAGE.md "Protection keys".
#ifndef BARAZA_AUTHOR_PROTECT_KEY_H
#define BARAZA_AUTHOR_PROTECT_KEY_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/format/seal.h"
#include "common/limits.h"

#define PROTECT_KEY_FILE_BYTES 1024 // a key file has fewer

// A pair that was opened. The secret half: wipe it.
struct protect_key {
    char name[LIMIT_CODE_BYTES + 1];
    struct boxkey pub;
    struct boxsec sec;
};

// Makes a new pair under name, which is a code (CHECK).
void protect_key_new(const char *name, struct protect_key *out);

// Appends "protect NAME KEY", the line of the charter, with a newline: what its owner may give to anybody.
void protect_key_put_line(const struct protect_key *k, struct buf *out);

// Appends the text of its file: that line, and the secret under passphrase. ERR_USAGE: the passphrase is empty or too
// long; ERR_AGAIN: no memory for Argon2id.
MUST_USE enum err protect_key_seal(const struct protect_key *k, struct slice passphrase, struct buf *out,
                                   struct why *why);

// Reads the public half, from the text of a key file or from anything that holds the line of it. False when none is
// there; then *name and *pub are untouched. Borrows text.
MUST_USE bool protect_key_read_line(struct slice text, struct slice *name, struct boxkey *pub);

// Opens the text of a key file. ERR_BAD_INPUT: it is none, or damaged; ERR_CRYPTO: the passphrase does not fit.
MUST_USE enum err protect_key_open(struct slice text, struct slice passphrase, struct protect_key *out,
                                   struct why *why);

#endif
