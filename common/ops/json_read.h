// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// JSON from outside: bounded before it is read, duplicate names refused. And how the memory of values is given back.
#ifndef BARAZA_OPS_JSON_READ_H
#define BARAZA_OPS_JSON_READ_H

#include "common/ops/json.h"

// Reads text as one object, not more than LIMIT_JSON_DEPTH deep and of at most LIMIT_JSON_VALUES values, with no name
// twice in one object and nothing behind it. NULL for anything else. Gives.
json_t *json_read(struct slice text);

// From now on all memory of JSON values in this process is wiped before it is given back: for programs through which
// passphrases and what people said pass as JSON. Once, before the first value is made.
void json_wipe_what_is_freed(void);

// Members of object, for whoever reads what was asked. False, and *out untouched, when there is none of that name or it
// is of another type. Text is UTF-8 without NUL, borrowed from object. A number is not negative.
MUST_USE bool json_text(const json_t *object, const char *name, struct slice *out);
MUST_USE bool json_number(const json_t *object, const char *name, uint64_t *out);
MUST_USE bool json_yes(const json_t *object, const char *name, bool *out);

// The same of a text that is n bytes in hex.
MUST_USE bool json_hex(const json_t *object, const char *name, void *out, size_t n);

#endif
