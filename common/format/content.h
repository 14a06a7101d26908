// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What parts say: canonical maps of named fields, built in any order, read by name (docs/PROTOCOL.md, "Part contents").
// It knows no part's fields: which there are for each part, and what they hold, is in docs/PROTOCOL.md 7.5.
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
// content_add_text stores text that is not valid UTF-8 as bin, so that imported bytes stay what they were; an empty
// text is stored as one. content_add_value takes any canonical value that contents may have: lists, maps.
void content_add_text(struct content *c, const char *key, struct slice text);
void content_add_uint(struct content *c, const char *key, uint64_t v);
void content_add_bool(struct content *c, const char *key, bool v);
void content_add_bin(struct content *c, const char *key, struct slice bytes);
void content_add_value(struct content *c, const char *key, struct slice canonical);

// Appends the canonical map, keys in order. Going over out's maximum shows in buf_ok.
void content_make(const struct content *c, struct buf *out);

// Reads the bytes of a part or of a value that is a map. Zero bytes (a dummy) give zero fields. False, and *out
// untouched, when it is not a canonical map or has more than LIMIT_FIELDS fields.
MUST_USE bool content_parse(struct slice bytes, struct content *out);

// Returns the field of that name, or NULL. Borrows c.
const struct content_field *content_find(const struct content *c, const char *key);

// Returns the bytes of a field that is a str, or a bin (imported text that is not UTF-8: show it with text_put_safe);
// the number or truth of a field that is one; the canonical bytes of any field that was read, not added. Empty, zero or
// false when there is no such field, or it is of another type.
struct slice content_text(const struct content *c, const char *key);
uint64_t content_uint(const struct content *c, const char *key);
bool content_bool(const struct content *c, const char *key);
struct slice content_value(const struct content *c, const char *key);

// Reads a canonical list of texts (themes, groups, scopes) into at most max slices. Returns how many; 0 when value is
// no such list or longer than max.
size_t content_list(struct slice value, struct slice *out, size_t max);

// Appends a canonical list of n texts, each valid UTF-8 (CHECK): a value for content_add_value.
void content_make_list(const struct slice *texts, size_t n, struct buf *out);

#endif
