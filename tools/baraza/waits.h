// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What waits for an unlock (node/node_waits.h), as commands say it.
#ifndef BARAZA_TOOLS_BARAZA_WAITS_H
#define BARAZA_TOOLS_BARAZA_WAITS_H

#include "node/node_waits.h"
#include "tools/baraza/work.h"

// For --json: erasures, notes, notebooks, successors, untold, uncopied, asked_again. Gives.
json_t *waits_json(const struct node_waits *w);

// Says it on standard error, if anything waits.
void waits_remark(const struct cmd_context *context, const struct node_waits *w);

#endif
