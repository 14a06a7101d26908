// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What parts say: canonical maps of named fields, built in any order, read by name (docs/PROTOCOL.md, "Part contents").
// It knows no part's fields: the names used for each part are listed below, for those who write and read them.
//
//   context  channel, kind, question, scale, support, themes [code], guide, codebook (uint versions),
//            flags [code], hands [for, of], time (exact seconds), note;
//            source {row, number, time, author, file, tool} for imports; for a session: date, place, languages [tag],
//            interpreter, observers, authorities, phase, precision, defaults {…}, planned, title
//   said     lang (BCP 47), text, summary (a paraphrase, marked so), ask
//   speaker  kind, groups [code], sex, age, displaced, disability
//   consent  basis, script (uint version), lang, scopes [code], minor (bool), until (date)
//   identity, attachments: sealed; manifests
//   office   name, office, contact
//   text     lang (of the original), text {lang: text}, title {lang: text}, and the musts of an action: aim, resources,
//            process, timing, flexibility, external …
//   reason   lang, text, where (an id as bin), to
//   content  of a guide or codebook: see docs/PROTOCOL.md
#ifndef BARAZA_FORMAT_CONTENT_H
#define BARAZA_FORMAT_CONTENT_H

#include "common/format/pack.h"
#include "common/limits.h"

struct content_field {
    struct slice key;   // 1 to LIMIT_FIELD_KEY bytes of text
    struct slice value; // its canonical bytes; empty until made, when the field was added
    enum cursor_type type;
    struct slice bytes; // of a str or bin
    uint64_t number;    // of a uint or bool
};

// A map being built or read. Everything in it is borrowed. Set to all zeros to start one.
struct content {
    size_t count;
    struct content_field fields[LIMIT_FIELDS];
};

// Add a field; names must be new, and count stays at most LIMIT_FIELDS (CHECK: these are our names, not foreign ones).
// content_add_text stores text that is not valid UTF-8 as bin, so that imported bytes stay what they were; an empty text is
// stored as one. content_add_value takes any canonical value (with cursor's contents allowed): lists, maps.
void content_add_text(struct content *c, const char *key, struct slice text);
void content_add_uint(struct content *c, const char *key, uint64_t v);
void content_add_bool(struct content *c, const char *key, bool v);
void content_add_bin(struct content *c, const char *key, struct slice bytes);
void content_add_value(struct content *c, const char *key, struct slice canonical);

// Appends the canonical map, keys in order. Going over out's maximum shows in buf_ok.
void content_make(const struct content *c, struct buf *out);

// Reads the bytes of a part or of a value that is a map. Zero bytes (a dummy) give zero fields. False, and *out untouched,
// when it is not a canonical map or has more than LIMIT_FIELDS fields.
MUST_USE bool content_parse(struct slice bytes, struct content *out);

// Returns the field of that name, or NULL. Borrows c.
const struct content_field *content_find(const struct content *c, const char *key);

// The field's value when it is there and of that type, else the empty or zero value. content_text gives the bytes of a str
// or of a bin (imported text that is not UTF-8: show it with text_put_safe); content_value the canonical bytes of anything.
struct slice content_text(const struct content *c, const char *key);
uint64_t content_uint(const struct content *c, const char *key);
bool content_bool(const struct content *c, const char *key);
struct slice content_value(const struct content *c, const char *key);

// Reads a canonical list of texts (themes, groups, scopes) into at most max slices; returns how many, 0 when value is no
// such list or longer than max.
size_t content_list(struct slice value, struct slice *out, size_t max);

// Appends a canonical list of n texts, each valid UTF-8 (CHECK): a value for content_add_value.
void content_make_list(const struct slice *texts, size_t n, struct buf *out);

#endif
