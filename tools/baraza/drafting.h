// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What clause, link and respond share: texts as they were typed, put in NFC; the part `reason`; saying that it is
// saved.
#ifndef BARAZA_TOOLS_BARAZA_DRAFTING_H
#define BARAZA_TOOLS_BARAZA_DRAFTING_H

#include "common/format/codes.h"
#include "common/format/content.h"
#include "tools/baraza/resolve.h"

#define DRAFTING_TEXTS 12 // typed for one entry

// Who writes, in which language, and where what she names may be found. All borrowed; NULL: not given.
struct drafting {
    const char *as, *lang;
    struct reading_from from;
};
#define DRAFTING_LANG(d) \
    { "lang", 'l', ARG_TEXT, "TAG", "language of the text; the consultation's first when not given", &(d)->lang }

// The rows that commands which draft share.
#define DRAFTING_ROWS(d) \
    WORK_AS(&(d)->as), DRAFTING_LANG(d), READING_RECORD(&(d)->from), READING_CHARTER(&(d)->from)

// --as names the person who writes, here as everywhere. A code of list in its place, when *code was not given, is taken
// as that, because nobody is called so: `respond ID --as accepted`.
void drafting_code(struct drafting *d, enum code_list list, const char **code);

// Texts in NFC, kept until the entry is written. All zeros: none yet.
struct typed {
    struct buf bufs[DRAFTING_TEXTS];
    size_t n;
    bool sealed; // what is typed will be sealed: no editor is opened for it
    bool bad; // one was not UTF-8, or too long
    enum err e;     // reading one failed
    struct why why; // and why
};
void typed_done(struct typed *t);

// Returns text in NFC, without line ends behind it; empty for NULL. A text that is none sets t->bad.
struct slice typed_text(struct typed *t, struct slice text);

// The same of what an option gave: NULL is empty, "-" is standard input or, at a terminal, the editor (ask_words).
struct slice typed_words(struct typed *t, const char *given);

// The language of what is typed: --lang, else the consultation's first. Borrows both.
struct slice drafting_language(const struct drafting *d, const struct work *w);

// -1, or reports that --lang is no language tag, or that a text is bad or could not be read.
int drafting_check(const struct drafting *d, const struct typed *t);

// Opens the state for writing as whoever d names, and checks what was typed: -1, or the exit code.
int drafting_begin(const struct cmd_context *context, const struct drafting *d, const struct typed *t, struct work *w);

// Says that an entry of that kind is saved. Returns the exit code.
int drafting_say(const struct cmd_context *context, enum kind kind, const struct append_result *result);

// Writes n entries in one transaction and says that each is saved. Returns the exit code.
int drafting_append(const struct cmd_context *context, struct work *w, const struct append_item *items, size_t n);

#endif
