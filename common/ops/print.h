// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How ids, times and words look on a terminal and in JSON.
#ifndef BARAZA_OPS_PRINT_H
#define BARAZA_OPS_PRINT_H

#include "common/base/why.h"
#include "common/format/codes.h"
#include "common/format/ident.h"
#include "common/ops/json.h"
#include "common/ops/nearest.h"

#define PRINT_ID 12 // hex digits of an id that is shown alone: two among a million share them once in 500 records

// Ids that are shown together, for the shortest beginning that tells them apart (at least 8 digits).
struct print_ids {
    struct hash *ids;
    size_t n;
    size_t room;
};
void print_ids_add(struct print_ids *p, struct hash id);
size_t print_ids_digits(struct print_ids *p); // sorts; call once all are added
void print_ids_done(struct print_ids *p);

// Appends the first digits of an id; a time in UTC as "2026-03-04 13:00"; a text on one line, harmless, cut to
// `characters`, and isolated from what stands beside it when it is written from right to left; a key's first digits.
void print_id(struct buf *out, struct hash id, size_t digits);
void print_time(struct buf *out, uint64_t seconds);
void print_line(struct buf *out, struct slice text, size_t characters);
void print_key(struct buf *out, struct pubkey key);

// Appends text on lines of its own, harmless, each begun with indent.
void print_text(struct buf *out, struct slice text, const char *indent);

// Appends a JSON object for people: a line for each member, those of objects in it below, deeper; texts harmless.
void print_fields(struct buf *out, json_t *object, const char *indent);

// JSON: the whole id in hex; a time as "2026-03-04T13:00:00Z".
json_t *json_id(struct hash id);
json_t *json_time(uint64_t seconds);

// True when hex is a beginning of id: at least 4 digits, in either case.
bool id_begins(struct hash id, struct slice hex);

// The label of a code in a language; the code itself when the list has none.
struct slice code_label(enum language language, enum code_list list, struct slice code);

// False, and says what the list has (or the nearest), when code is none of list. what: "--kind".
MUST_USE bool code_check(enum code_list list, const char *what, struct slice code, struct why *why);

// "X \"Y\" is not known; did you mean …", or what there is: all, with commas.
void why_no_code(const char *what, const struct nearest *nearest, const struct buf *all, struct why *why);

// "1 contribution", "2 contributions".
void print_count(struct buf *out, uint64_t n, const char *one, const char *many);

#endif
