// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The fold of forums (common/format/forum.h) over what people wrote at this site. It must never write.
#ifndef BARAZA_NODE_DESK_GATHER_SITE_H
#define BARAZA_NODE_DESK_GATHER_SITE_H

#include "common/format/forum.h"
#include "node/desk/local.h"

// Folds the notebooks of desk's site; what was refused, or signed anew since, is left out. ERR_* with why. Gives.
MUST_USE enum err gather_site(struct desk *desk, struct forum_fold **out, struct why *why);

#endif
