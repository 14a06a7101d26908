// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Publishing a guide or a codebook, for the commands that do. Read first: node/desk/published.h.
#ifndef BARAZA_TOOLS_BARAZA_PUBLISH_H
#define BARAZA_TOOLS_BARAZA_PUBLISH_H

#include "node/desk/published.h"
#include "tools/baraza/work.h"

// Signs `content` as the next version of kind, as desk->who, and says so; refuses, with nothing saved, when she is
// not known here to be of the secretariat. Returns the exit code.
int publish_content(const struct cmd_context *context, struct work *w, enum kind kind, struct slice content);

// Opens the state for reading and gives the last version of kind, as far as it is known here. Returns -1, or has
// reported: the words are locked. last->content is the caller's to free, and w to close, in either case.
int publish_read(const struct cmd_context *context, struct work *w, enum kind kind, struct published_last *last);

// {"version", "id"} of it, for what --json shows. Gives.
json_t *publish_json(const struct published_last *last);

#endif
