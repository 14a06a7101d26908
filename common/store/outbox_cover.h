// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The cover over a site's outbox: a key of this computer alone (keys/outbox, usable while everybody is locked), under
// which the boxed keys of the outbox lie in the store. The hub's intake key alone therefore opens no page of a site's
// disk, and destroying the cover leaves nothing of the outbox that anybody could open.
// Read first: docs/STORAGE.md "Outbox".
#ifndef BARAZA_STORE_OUTBOX_COVER_H
#define BARAZA_STORE_OUTBOX_COVER_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/format/outbox.h"

// What the file holds: the key of now first; while it is renewed, the one before it too. n 0: there is none.
struct outbox_cover {
    size_t n;
    struct symkey keys[2];
};

// A boxed key under the cover: nonce 24 ‖ XChaCha20-Poly1305(key record).
#define OUTBOX_COVERED_BYTES (SEAL_NONCE_BYTES + OUTBOX_KEY_BYTES + SEAL_SECRET_EXTRA)

// Reads the file. ERR_NOT_FOUND: there is none (yet, or it was destroyed); ERR_CORRUPT, ERR_IO with why.
MUST_USE enum err outbox_cover_load(const char *path, struct outbox_cover *out, struct why *why);

// The same, and makes the file when there is none, or a damaged one in whose place nothing better can be put: what lay
// under it travels when somebody unlocks. To be called in a write transaction of the store, which keeps two
// programs from making two, and from writing under a cover that is being replaced.
MUST_USE enum err outbox_cover_need(const char *path, struct outbox_cover *out, struct why *why);

// Renews it in two steps, each durable: begin puts a new key before the old one; then all that is still needed is put
// under it in one transaction; end destroys the old one. Begin again (after a crash) keeps the keys of the first time.
MUST_USE enum err outbox_cover_begin(const char *path, struct outbox_cover *out, struct why *why);
MUST_USE enum err outbox_cover_end(const char *path, struct why *why);

// Wipes the keys.
void outbox_cover_done(struct outbox_cover *c);

// Appends a key record (outbox_key_make) under the present key of the cover, bound to its unlock. c must have one.
void outbox_cover_seal(const struct outbox_cover *c, struct unlock_id unlock, struct slice record, struct buf *out);

// Appends the key record to out. False, with out as it was, when no key of c opens it. A record that lies bare, as
// programs without a cover wrote it, is given as it is.
MUST_USE bool outbox_cover_open(const struct outbox_cover *c, struct unlock_id unlock, struct slice covered,
                                struct buf *out);

#endif
