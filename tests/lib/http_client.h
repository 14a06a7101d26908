// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The other side of the page, for tests: raw bytes to 127.0.0.1, and requests as a browser of ours sends them.
#ifndef BARAZA_TESTS_LIB_HTTP_CLIENT_H
#define BARAZA_TESTS_LIB_HTTP_CLIENT_H

#include "common/base/bytes.h"

struct reply {
    unsigned status;    // 0: nothing came, or no reply of HTTP
    struct buf bytes;   // all that came, ended by a NUL that is not counted
    const char *body;   // in it
    size_t body_n;
};

// Connects; -1 when that is not possible now.
int client_dial(uint16_t port);

// Sends bytes; false when the other side has closed.
bool client_say(int fd, const void *bytes, size_t n);

// Reads one whole reply, or what comes within wait_ms. reply_done frees it.
void client_hear(int fd, int wait_ms, struct reply *out);
void reply_done(struct reply *r);

// True when the other side closes, or has closed, within wait_ms; what comes before is thrown away.
bool client_closed(int fd, int wait_ms);

// Appends POST /api/NAME with everything that belongs to it; token may be NULL, more is "Name: value\r\n" lines.
void client_put_call(struct buf *out, uint16_t port, const char *name, const char *token, const char *type,
                     const char *more, struct slice body);

// One such call on a connection of its own. Returns the status.
unsigned client_call(uint16_t port, const char *name, const char *token, const char *json, struct reply *out);

// Copies the string member `name` of a reply's JSON, found as text, to out; false when there is none.
bool client_member(const struct reply *r, const char *name, char *out, size_t room);

#endif
