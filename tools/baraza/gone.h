// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// At a hub: people whose keys were destroyed on their devices, how far each had come, and how much of it came.
#ifndef BARAZA_TOOLS_BARAZA_GONE_H
#define BARAZA_TOOLS_BARAZA_GONE_H

#include "common/format/entry.h"
#include "hub/hub_destroyed.h"
#include "tools/baraza/cmd.h"

struct gone {
    struct hub_destroyed_list list;
    uint64_t *received;      // of each row: one past the last number in the record
};

// Reads what devices said; gone_done frees. ERR_IO with why, and it is empty.
MUST_USE enum err gone_load(const struct cmd_context *context, struct gone *out, struct why *why);
void gone_done(struct gone *g);

// Counts one entry of the record: all of them, once.
void gone_take(struct gone *g, const struct entry *e);

// A list, and a line each; nothing when there are none.
json_t *gone_json(const struct gone *g, const struct roster *r);
void gone_put(struct buf *out, const struct gone *g, const struct roster *r);

#endif
