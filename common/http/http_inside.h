// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the two files of the server share and nobody else includes. Read first: http.h.
#ifndef BARAZA_HTTP_HTTP_INSIDE_H
#define BARAZA_HTTP_HTTP_INSIDE_H

#include "common/http/http.h"
#include "common/limits.h"

#include <microhttpd.h>

struct http_connection {
    int fd;          // -1: this place is free
    uint64_t end_ms; // then it is cut, unless it was served until then
    uint64_t renew_ms; // not 0: from the next turn on it has so long, because whoever served it may have taken long
    bool served;     // a request of it was let through
    bool is_cut;
};

struct http {
    struct http_service service;
    struct MHD_Daemon *daemon;
    int listener;
    int poll;              // an epoll over the listener and libmicrohttpd's own epoll
    uint16_t port;
    uint64_t now_ms;       // of this turn
    uint64_t paused_until; // 0: connections are accepted
    size_t count;          // of connections
    size_t bodies;         // bytes of all bodies that are being read
    struct http_connection connections[LIMIT_HTTP_CONNECTIONS];
};

// libmicrohttpd's callbacks for one request: its first line came; more of it came (called again and again); it is over.
void *http_request_begin(void *context, const char *target, struct MHD_Connection *connection);
enum MHD_Result http_request_step(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *piece, size_t *n, void **own);
void http_request_end(void *context, struct MHD_Connection *connection, void **own,
                      enum MHD_RequestTerminationCode code);

#endif
