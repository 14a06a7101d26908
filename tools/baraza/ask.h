// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a person is asked at the terminal: passphrases without echo, and words.
// A passphrase never comes from an argument or the environment, where other programs can see it.
#ifndef BARAZA_TOOLS_BARAZA_ASK_H
#define BARAZA_TOOLS_BARAZA_ASK_H

#include "tools/baraza/cmd.h"

// Appends a passphrase to out (empty, maximum LIMIT_PASSPHRASE): the first line of --passphrase-file, or typed at the
// terminal after prompt, twice when it is new. ERR_USAGE: there is neither, it is empty, or the two differ. Wipe out.
MUST_USE enum err ask_passphrase(const struct cmd_context *context, const char *prompt, bool is_new, struct buf *out,
                                 struct why *why);

// Appends words that an option or argument gave: nothing for NULL; for "-", standard input, or, where that is a
// terminal, what is written in an editor that begins with hint; else given itself. ERR_* with why.
MUST_USE enum err ask_words(const char *given, const char *hint, struct buf *out, struct why *why);

// The same without an editor, which may keep copies of its own: at a terminal, what is asked for there, as `what`, and
// typed to the end of input.
MUST_USE enum err ask_typed(const char *given, const char *what, struct buf *out, struct why *why);

// Shows question at the terminal and reads a line. OK: it was "yes", or the language's word for it; ERR_AGAIN: anything
// else; ERR_USAGE: there is no terminal (why says to give --yes).
MUST_USE enum err ask_confirm(const char *question, struct why *why);

#endif
