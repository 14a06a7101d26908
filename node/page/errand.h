// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Work that may take long (a slow stick, a large bundle), done by another process so that the daemon's loop goes on:
// this same program, started anew, without a key or a word in its memory. It is told what to do as a line of JSON, and
// says how far it is, and at the end what came of it, in the same way. Never two at a time.
// It must never be given more than names of files; and what it says is bounded, because it looked at a stranger's file.
// Read first: node/desk/courier.h.
#ifndef BARAZA_NODE_PAGE_ERRAND_H
#define BARAZA_NODE_PAGE_ERRAND_H

#include "common/ops/json.h"
#include "node/desk/trouble.h"

#define ERRAND_OPTION "--errand" // baraza-node alone with this runs errand_main

struct errand;

// Returns one that does nothing. errand_free stops what is under way; NULL is harmless.
struct errand *errand_new(void);
void errand_free(struct errand *x);

// Starts work. what: "out" or "in" (static); request: its members are below; takes. ERR_BUSY with t: something is under
// way. What came of the work before is forgotten.
// "out": {state, any (file system), where (folder or new file), stick (bool)}; paths in hex, because not all are text
//     -> {name, bytes, entries, left, carried, damaged}
// "in": {state, any, where (folder or file), stick}
//     -> {files, taken, received, confirmed, down, kept, known, passed, refused: [{file, reason, why}], refused_n,
//         rekeyed, differs}
MUST_USE enum err errand_start(struct errand *x, const char *what, json_t *request, struct trouble *t);

// Hears what it said since. True while it is under way.
bool errand_look(struct errand *x);

// Ends it at once; what it began leaves nothing with a name.
void errand_stop(struct errand *x);

// {doing: "out", "in" or null; last: the same of what ended; done, of: how far; result or error of what ended}. Gives.
json_t *errand_json(const struct errand *x);

// The program's other end: reads the request from standard input, works, and says what came of it on standard output.
// Returns the exit status.
int errand_main(void);

#endif
