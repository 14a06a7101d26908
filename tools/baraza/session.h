// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A session entry from what was typed: shared by `session open` and by import, which opens one for its file.
#ifndef BARAZA_TOOLS_BARAZA_SESSION_H
#define BARAZA_TOOLS_BARAZA_SESSION_H

#include "node/desk/contribution.h"
#include "tools/baraza/work.h"

// All borrowed; NULL where not given. code, area and type must be codes.
struct session_fields {
    const char *code, *area, *type;
    const char *title, *date, *place;
    struct arg_list languages;
    const char *consent, *channel; // what add assumes there
    struct code_set scopes;
    const char *sensitivity;
    struct code_set seal_to;
};

// Appends the session (import_key: as in append_item; NULL: always anew). Returns -1 and *out, or has reported.
int session_append(struct work *w, const struct session_fields *f, const struct hash *import_key,
                   struct append_result *out);

#endif
