// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The succession of the consultation's keys on disk: made from the record's entries at a hub, kept as it came at a
// site. A site believes nothing but what its charter's roots signed, and never less than it believed before.
// Read first: common/format/service_keys.h.
#ifndef BARAZA_STORE_SUCCESSION_STORE_H
#define BARAZA_STORE_SUCCESSION_STORE_H

#include "common/format/service_keys.h"
#include "common/store/kv.h"

// Appends the succession of roster's changes to out, from the entries of the record that are here; nothing while no key
// was changed. ERR_CORRUPT with why, the error of t.
MUST_USE enum err succession_build(struct kv_txn *t, const struct roster *roster, struct buf *out, struct why *why);

// Site: takes what a hub says. OK, with *fresh when it is more than was known here and is on disk now; OK without, when
// it is known, or less than that. ERR_BAD_INPUT with why: it does not follow from the charter, or is another than what
// is known here; nothing changes. Or the store's error.
MUST_USE enum err succession_take(struct kv *kv, const struct charter *charter, struct slice bytes, bool *fresh,
                                  struct why *why);

// Site: appends what is known here; nothing while no change is known.
MUST_USE enum err succession_known(struct kv *kv, struct buf *out);

// Site: the keys by what is known here. ERR_CORRUPT with why when that is damaged; the store's error.
MUST_USE enum err succession_keys(struct kv *kv, const struct charter *charter, struct service_keys *out,
                                  struct why *why);

#endif
