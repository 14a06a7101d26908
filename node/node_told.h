// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What this site was told of the roster, beside what others were told: everybody is told all of it, so where two sites
// have read down to the same place, they must have come by the same entries (PROTOCOL 15.12). That is how a revocation
// is noticed that the hub keeps from one of them.
// It must never take an entry that is damaged here for one that was kept back.
#ifndef BARAZA_NODE_TOLD_H
#define BARAZA_NODE_TOLD_H

#include "common/base/why.h"
#include "common/exchange/bundle.h"
#include "common/store/kv.h"

// *out = what this site was told below upto, at most below where it has read down to. any is false before it has read
// anything, and when something of it is damaged here. The error of t.
MUST_USE enum err node_told_here(struct kv_txn *t, uint64_t upto, struct bundle_told *out);

struct node_told_other {
    struct boxkey site;
    struct bundle_told told;
};

// Takes note of what another site was told; the last word of each of LIMIT_VIEWS sites is kept. *differs: it is not
// what was told here. When this site has not read so far yet, it is compared later. ERR_* with why.
MUST_USE enum err node_told_meet(struct kv *kv, const struct node_told_other *other, bool *differs, struct why *why);

// The sites that were told something else than this one, as far as can be said by now: at most LIMIT_VIEWS of them, and
// their number. The error of t.
MUST_USE enum err node_told_differs(struct kv_txn *t, struct boxkey out[static LIMIT_VIEWS], size_t *n);

#endif
