// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the roster known here says to a command, reported. Read first: node/desk/roster_here.h.
#ifndef BARAZA_TOOLS_BARAZA_FORESEE_H
#define BARAZA_TOOLS_BARAZA_FORESEE_H

#include "tools/baraza/work.h"

// As roster_here_member and roster_here_foresee. Each returns -1 when the command goes on, else has reported.
int foresee_member(struct work *w, const char *typed, struct pubkey *out);
int foresee_act(struct work *w, const struct body *body);

#endif
