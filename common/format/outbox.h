// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The outbox: copies of entries that a locked device or a courier can carry but not read (PROTOCOL 10.4).
// record = [unlock id, nonce, XChaCha20-Poly1305(wire_single_make)]; associated data = "baraza/outbox/v1" 00 ‖
// consultation ‖ author ‖ incarnation ‖ u64be seq. Its key, new at each unlock, is boxed to the hub's intake key.
// Read first: common/format/wire.h, seal.h.
#ifndef BARAZA_FORMAT_OUTBOX_H
#define BARAZA_FORMAT_OUTBOX_H

#include "common/format/seal.h"
#include "common/format/wire.h"

struct unlock_id { uint8_t b[16]; }; // names one unlock and its key; random

// The most a record takes, and a key record (which is always so long).
#define OUTBOX_RECORD_BYTES (LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES + 4096)
#define OUTBOX_KEY_BYTES (1 + 2 + 16 + 2 + 32 + SEAL_BOX_EXTRA)

// Appends the record of e and d under the unlock's key. m: as wire_single_make.
void outbox_make(struct wire_maker *m, struct unlock_id id, const struct symkey *key, const struct nonce *nonce,
                 const struct entry *e, const struct disclosure *d, struct buf *out);

// Reads whose key a record is under. False, and *out untouched, when it is no record.
MUST_USE bool outbox_parse(struct slice record, struct unlock_id *out);

// Opens a record that is said to stand at place, and rebuilds the entry into arena. item->verdict: GOOD (form; verify
// the signature next), BAD_PART (does not open: other key, other place, damage), NOT_CANONICAL, TOO_LARGE.
void outbox_open(struct slice record, const struct symkey *key, const struct place *place, struct arena *arena,
                 struct wire_item *item);

// Appends the key record [unlock id, boxed key] for the hub's intake key. False, with out as it was, when intake is no
// key.
MUST_USE bool outbox_key_make(struct unlock_id id, const struct symkey *key, struct boxkey intake, struct buf *out);

// Reads whose key it is; opens it with one of the intake pairs. False, and *out untouched, when it is not such a
// record or does
// not open.
MUST_USE bool outbox_key_parse(struct slice record, struct unlock_id *out);
MUST_USE bool outbox_key_open(struct slice record, const struct box_ring *intakes, struct symkey *out);

#endif
