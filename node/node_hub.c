// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: node_hub.h.
#include "node/node_hub.h"

#include "common/store/succession_store.h"

enum err node_hub_link(const struct state *state, const char *conf, const struct state_transport *transport,
                       struct node_link **out, struct why *why)
{
    struct buf addresses = buf_new(LIMIT_INVITATION_BYTES);
    enum err e = OK;
    buf_put_text(&addresses, conf);
    if (addresses.n == 0 && transport->invited) {
        e = node_link_invited(state, &addresses, why);
    }
    if (e == OK) {
        e = node_link_open(buf_slice(&addresses), out, why);
    }
    buf_done(&addresses);
    return e;
}

enum err node_hub_keys(const struct state *state, const struct state_transport *transport, struct service_keys *out,
                       struct boxkey *dial, struct why *why)
{
    enum err e = succession_keys(state_kv(state), state_charter(state), out, why);
    if (e == OK) {
        // Whoever invited may have known a later key than the charter's.
        *dial = out->changes == 0 && transport->invited ? transport->hub : out->exchange;
    }
    return e;
}
