// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Keyholders as they are given on a command line, and the keyring changed as a whole: what join, keyholder, recover and
// passphrase share.
#ifndef BARAZA_TOOLS_BARAZA_RECOVERY_H
#define BARAZA_TOOLS_BARAZA_RECOVERY_H

#include "tools/baraza/work.h"

// Reads the public line of a keyholder: given itself, or the file it names. ERR_* with why.
MUST_USE enum err recovery_keyholder(const char *given, struct keyholder *out, struct why *why);

// Names all of list keyholders of key, whose passphrase this is. ERR_* with why; the keyring is then not to be saved.
MUST_USE enum err recovery_name(struct keyring *k, struct pubkey key, struct slice passphrase,
                                const struct arg_list *list, struct why *why);

// Says that a passphrase forgotten would be final, when p has no keyholder, and how to name one.
void recovery_remark(const struct cmd_context *context, const struct keyring *k, const struct person *p);

// keyring_save, but for a keyring that was destroyed since it was read: that stays destroyed. ERR_LOCKED with why.
MUST_USE enum err recovery_save(const struct keyring *k, const char *path, struct why *why);

// A state whose keyring nobody else changes meanwhile.
struct recovery {
    struct cmd_context *context;
    struct work work;
    int lock;
};

// Opens the state of context. Returns -1, and recovery_end is to be called; or has reported, and nothing is open.
int recovery_begin(struct cmd_context *context, struct recovery *r);

// Writes the keyring anew, over the old one, when e is OK; closes; returns the exit code, and reports what failed.
int recovery_end(struct recovery *r, enum err e, struct why *why);

// Asks for a passphrase: the first line of file (NULL: not given), or at the terminal; else as ask_passphrase.
MUST_USE enum err recovery_ask(const struct cmd_context *context, const char *file, const char *whose, bool is_new,
                               struct buf *out, struct why *why);

#endif
