// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What --json needs beside Jansson itself: values that cannot fail to be made, whatever the bytes are.
// Values are Jansson's (json_t, reference counted); errors here are only "no memory", which ends the process.
#ifndef BARAZA_OPS_JSON_H
#define BARAZA_OPS_JSON_H

#include "common/base/bytes.h"

#include <jansson.h>

// Returns bytes as a string when they are UTF-8, else as {"base64": "..."}: so nothing is lost or altered. Gives.
json_t *json_of_bytes(struct slice bytes);

// The same of a file's name, which may be any bytes.
json_t *json_of_path(const char *path);

// Returns bytes as a string of lower-case hex. Gives.
json_t *json_of_hex(struct slice bytes);

// Returns n as an integer; above 2^63-1, which Jansson's integers do not hold, as a string of digits. Gives.
json_t *json_of_number(uint64_t n);

// Sets object[key]; the same with a key that somebody else chose (UTF-8); appends to array. Take value.
void json_put(json_t *object, const char *key, json_t *value);
void json_put_named(json_t *object, struct slice key, json_t *value);
void json_push(json_t *array, json_t *value);

// Appends value as one line with a newline at the end, in the order members were put. Borrows value.
void json_print(const json_t *value, struct buf *out);

#endif
