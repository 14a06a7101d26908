// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Erasing at rest: parts of one entry, and then the renewal of the store key, without which pages of the past could
// still be opened. Pure store functions that are given the keys: which parts, and where keys are kept, is the business
// of their caller. Read first: docs/STORAGE.md, "Erasing".
//
//     1. the new store key is kept, durably, beside the old one          (the caller)
//     2. journal_erase, leaf_erase: what is to be gone                   (may also come before 1)
//     3. rewrap_step until nothing changes any more: a mixed state is good, and is what a crash leaves
//     4. the old store key is destroyed                                  (the caller): only now the parts are gone
#ifndef BARAZA_STORE_ERASE_H
#define BARAZA_STORE_ERASE_H

#include "common/format/attachment.h"
#include "common/format/entry.h"
#include "common/store/leaf.h"

// The same over bytes, before they are put anywhere: appends to out, and to *out_wrapped, what is left of a value that
// vault_seal made, sealed under a new key; out stays as it was when there is nothing of mask to erase. *gone (may be
// NULL) as below; *attachments (may be NULL): what went with the part that names attachments (blobs alone). Errors as
// vault_open.
MUST_USE enum err erase_sealed(const struct store_key *key, const struct entry *entry, uint64_t mask,
                               struct slice sealed, struct slice wrapped, struct buf *out, struct wrapped *out_wrapped,
                               uint64_t *gone, struct manifest *attachments);

// Erases the parts of `mask` (erasure_mask) of the entry at a position, or at an index: opens the value, drops their
// bytes, their salts and the seed, keeps the other salts, seals what is left under a new key, and puts both values over
// the old ones. With the part that names attachments their chunks go. *gone (may be NULL): the bits of parts that had
// been here; nothing is put when all of mask was erased already, or no parts are here. OK; ERR_NOT_FOUND: no such
// entry; ERR_LOCKED, ERR_CRYPTO, ERR_CORRUPT as vault_open; the error of t.
MUST_USE enum err journal_erase(struct kv_txn *t, const struct store_key *key, const struct position *at, uint64_t mask,
                                uint64_t *gone, struct why *why);
MUST_USE enum err leaf_erase(struct kv_txn *t, const struct store_key *key, uint64_t index, uint64_t mask,
                             uint64_t *gone, struct why *why);

// For parts that leaf_erase cannot open (ERR_CORRUPT): of damaged words most are still there, so their key goes, and
// who reads finds them damaged as before. True when there was a key. Errors show in t.
bool leaf_erase_key(struct kv_txn *t, uint64_t index);

// Where a renewal stands. All zeros: at its beginning, to which whoever was interrupted goes back: what is done already
// is passed over quickly.
struct rewrap {
    unsigned stage;    // number of the database
    struct key after;  // key it ended behind; n 0: none yet
    uint64_t looked;   // wrapped keys looked at in this pass,
    uint64_t changed;  // and wrapped anew
};

// How many wrapped keys there are, for progress.
uint64_t rewrap_total(struct kv_txn *t);

// Wraps at most `most` keys anew (of vault, leaf-vault, and the heads of blobs) under key, whose older one they may be
// wrapped under. *more is false at the end of a pass. Whoever may have sealed under the older key meanwhile makes
// passes, each from an all-zero struct, until one has changed nothing. What opens under neither, being damaged or left
// from a store of before, stays as it is. The error of t: r is then to be thrown away with t.
MUST_USE enum err rewrap_step(struct kv_txn *t, const struct store_key *key, struct rewrap *r, size_t most, bool *more,
                              struct why *why);

#endif
