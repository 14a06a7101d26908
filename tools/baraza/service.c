// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: service.h.
#include "tools/baraza/service.h"

#include "common/author/state.h"
#include "tools/baraza/work.h"

int service_of_hub(const struct cmd_context *context, const char *typed, enum service *what, struct service_here *out)
{
    struct why why = { "" };
    *out = (struct service_here){ .state = NULL };
    if (!service_parse(slice_text(typed), what) || *what == SERVICE_ROOT) {
        return cmd_usage("which key? log, exchange or intake (a root key is not the hub's: baraza rekey root)");
    }
    enum err e = state_open(context->state, work_store_flags(context), &out->state, &why);
    if (e == OK && state_charter(out->state)->practice) {
        cmd_practice();
    }
    if (e == OK && state_info(out->state)->side != STORE_HUB) {
        return cmd_usage("%s is a site's state: this is typed at the hub (--state DIR)", context->state);
    }
    if (e == OK) {
        e = hub_keys_load(out->state, &out->keys, &why);
    }
    if (e == OK) {
        const struct serve_keys keys = {
            .charter = state_charter(out->state), .keeper = out->keys.keeper, .logs = &out->keys.logs
        };
        e = serve_open(state_kv(out->state), &keys, &out->serve, &why);
    }
    if (e == OK) {
        out->roster = serve_roster(out->serve);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

void service_here_close(struct service_here *h)
{
    serve_close(h->serve);
    hub_keys_done(&h->keys);
    state_close(h->state);
    *h = (struct service_here){ .state = NULL };
}
