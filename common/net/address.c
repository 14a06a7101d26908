// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which addresses may reach libzmq: tcp://HOST:PORT and nothing else it would understand ("ipc:", "eth0;host:1").
#include "common/limits.h"
#include "common/net/sock.h"

#include "common/base/num.h"
#include "common/base/text.h"

// True when c lies in one of the ranges from[i] to to[i].
static bool one_of(uint8_t c, const char *from, const char *to)
{
    for (size_t i = 0; from[i] != '\0'; i++) {
        if (c >= (uint8_t)from[i] && c <= (uint8_t)to[i]) {
            return true;
        }
    }
    return false;
}

// Names and IPv4 numbers; in brackets, IPv6 without a zone. libzmq checks the numbers themselves.
static bool host_ok(struct slice host, bool to_bind)
{
    if (to_bind && slice_equal(host, SLICE_LITERAL("*"))) {
        return true;
    }
    bool six = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (six) {
        host = slice_of(host.p + 1, host.n - 2);
    }
    for (size_t i = 0; i < host.n; i++) {
        bool good = six ? one_of(host.p[i], "0aA:.", "9fF:.") : one_of(host.p[i], "0aA.-_", "9zZ.-_");
        if (!good) {
            return false;
        }
    }
    return host.n > 0;
}

bool sock_address_ok(struct slice text, bool to_bind)
{
    struct slice rest = { 0 };
    if (text.n > LIMIT_NET_ADDRESS || !text_starts(text, "tcp://", &rest)) {
        return false;
    }
    size_t colon = rest.n;
    while (colon > 0 && rest.p[colon - 1] != ':') {
        colon--;
    }
    uint64_t port = 0;
    if (colon == 0 || !num_parse_u64(slice_of(rest.p + colon, rest.n - colon), &port)) {
        return false;
    }
    return host_ok(slice_of(rest.p, colon - 1), to_bind) && port <= 65535 && (to_bind || port > 0);
}
