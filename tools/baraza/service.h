// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the commands about the hub's own keys share: the hub's state, and the roster of its record.
#ifndef BARAZA_TOOLS_BARAZA_SERVICE_H
#define BARAZA_TOOLS_BARAZA_SERVICE_H

#include "common/format/roster.h"
#include "hub/hub_keys.h"
#include "hub/serve.h"
#include "tools/baraza/cmd.h"

struct service_here {
    struct state *state;
    struct hub_keys keys;
    struct serve *serve;
    const struct roster *roster; // borrows serve
};

// Reads log, exchange or intake; opens the hub's state and folds its record. Returns -1, or has reported why not.
// service_here_close in either case.
int service_of_hub(const struct cmd_context *context, const char *typed, enum service *what, struct service_here *out);
void service_here_close(struct service_here *h);

#endif
