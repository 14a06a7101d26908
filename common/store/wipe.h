// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Wiping at rest: the keys of everything here, at once; or the words of one entry that is safe elsewhere. Headers and
// numbers stay, so that counts still add up. It must never touch an entry, or what was exchanged.
// Read first: docs/STORAGE.md, "Wiping".
#ifndef BARAZA_STORE_WIPE_H
#define BARAZA_STORE_WIPE_H

#include "common/store/journal.h"

// Removes the wrapped key of everything sealed here (parts of journals and record), all attachments but those that wait
// for the hub, and the public half under which a locked store seals; what is read then has no parts here, until
// something is sealed again. The error of t.
MUST_USE enum err wipe_keys(struct kv_txn *t);

// True when something was wiped here: what is missing is no damage.
bool wipe_done(struct kv_txn *t);

// True when wipe_keys was here: a part without its key is no damage either.
bool wipe_closed(struct kv_txn *t);

// Removes the copies in the outbox, the keys they are under, and the attachments that wait with them: what was not
// acknowledged travels no more. *n: how many copies. The error of t.
MUST_USE enum err wipe_outbox(struct kv_txn *t, uint64_t *n);

// Removes the words of one entry and their key, and what the hub has of its attachments; pages of the past still hold
// both until the store key is renewed (erasing_renew). True when there were any. Errors show in t.
bool wipe_words(struct kv_txn *t, const struct position *at);

// True when the words of that entry are here.
bool wipe_present(struct kv_txn *t, const struct position *at);

#endif
