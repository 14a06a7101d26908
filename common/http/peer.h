// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Whose program is at the other end of a connection within this computer, as the kernel knows it.
// It must never answer "ours" when it could not find out.
#ifndef BARAZA_HTTP_PEER_H
#define BARAZA_HTTP_PEER_H

#include <netinet/in.h>
#include <stdbool.h>

// True when the socket that is connected from `from` to `to` (both IPv4 of this computer) belongs to the user of this
// process. Asks the kernel for that one socket; where it does not answer, /proc/net/tcp is read.
bool peer_is_ours(const struct sockaddr_in *from, const struct sockaddr_in *to);

#endif
