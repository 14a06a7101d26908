// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Founding entries into the hub's record, before there is any network: by the code that admits everybody's.
#ifndef BARAZA_TOOLS_BARAZA_ADMITTING_H
#define BARAZA_TOOLS_BARAZA_ADMITTING_H

#include "tools/baraza/work.h"

// Admits the whole journal of key in from (a site's state, with its store key) into the hub's state in hub_dir, as a
// batch that came over the wire. ERR_BAD_INPUT with why when the hub would not have it; ERR_* of either store.
MUST_USE enum err admit_journal(struct state *from, const struct store_key *from_key, struct pubkey key,
                                const char *hub_dir, unsigned flags, struct why *why);

#endif
