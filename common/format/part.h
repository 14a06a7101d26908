// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Parts: salted content behind commitments in an entry's header, and how they are disclosed (PROTOCOL 4.1 to 4.5).
// It must never read what a part says: that is the business of whoever shows it.
#ifndef BARAZA_FORMAT_PART_H
#define BARAZA_FORMAT_PART_H

#include "common/base/verdict.h"
#include "common/format/ident.h"
#include "common/limits.h"

struct salt { uint8_t b[32]; };
struct seed { uint8_t b[32]; }; // from which all salts of one entry are derived

// Where an entry stands: what every commitment of its parts is bound to.
struct place {
    struct hash consultation;
    struct pubkey author;
    struct incarnation incarnation;
    uint64_t seq;
};

// What a header says of one part.
struct part_ref {
    struct slice name;
    struct hash commitment;
};

enum part_state {
    PART_WITHHELD = 0,  // the holder does not show it
    PART_TO_COME = 1,   // not here yet
    PART_ERASED = 2,    // erased; valid only with a redaction in force
    PART_DISCLOSED = 3, // bytes are given, with salt or under the seed
};

struct part {
    enum part_state state;
    struct salt salt;    // valid when DISCLOSED
    struct slice bytes;  // valid when DISCLOSED; zero bytes for a dummy
};

// The disclosures of one entry, in the order of its header's parts. Slices borrow.
struct disclosure {
    bool has_seed;       // the seed travels while all parts are disclosed
    struct seed seed;
    size_t count;
    struct part parts[LIMIT_PARTS];
};

// salt = HMAC-SHA-256(seed, name).
struct salt part_salt(struct seed seed, struct slice name);

// The commitment of one part: SHA-256("baraza/part/v1" 00 ‖ consultation ‖ author ‖ incarnation ‖ u64be seq ‖
// u8 len(name) ‖ name ‖ salt ‖ u64be len ‖ bytes). name at most LIMIT_PART_NAME bytes (CHECK).
struct hash part_commit(const struct place *place, struct slice name, struct salt salt, struct slice bytes);

// The same for several parts of one place: what they have in common is hashed once.
struct part_base { struct sha256 state; };
struct part_base part_base(const struct place *place);
struct hash part_commit_on(const struct part_base *base, struct slice name, struct salt salt, struct slice bytes);

// Fills the salts of all disclosed parts from d->seed (d->has_seed must be true); names come from refs.
void disclosure_derive(struct disclosure *d, const struct part_ref *refs);

// GOOD when d has the count of refs, is at most LIMIT_DISCLOSURE_BYTES together, and each disclosed part fits its
// commitment; NOT_CANONICAL (count), TOO_LARGE, BAD_PART.
MUST_USE enum verdict disclosure_check(const struct disclosure *d, const struct place *place,
                                       const struct part_ref *refs, size_t count);

// True when an entry's seed may be given while a part of it is in this state: the seed tells every salt.
bool part_seed_allowed(enum part_state state);

// Canonical bytes of a disclosure: [seed or empty bin, [part …]], part = uint state, or [salt or empty bin, bytes].
// A seed beside a withheld or erased part would tell that part's salt, so it is never written (CHECK) nor read.
void disclosure_make(const struct disclosure *d, struct buf *out);

// Reads them back; slices borrow s. Salts under a seed are left for disclosure_derive. NOT_CANONICAL, TOO_LARGE.
MUST_USE enum verdict disclosure_parse(struct slice s, struct disclosure *out);

// Erases the parts of `mask` (bit 0 the first; bits beyond d->count are passed over): bytes and salt go, and with them
// the seed, so the salts of the others are derived from it first (names from refs). Returns the bits of those that were
// DISCLOSED until now. What d's slices borrow is untouched.
uint64_t disclosure_erase(struct disclosure *d, const struct part_ref *refs, uint64_t mask);

// One bit for each part that is DISCLOSED, bit 0 the first.
uint64_t disclosure_bitmap(const struct disclosure *d);

// One bit for each part of which nothing more is wanted, because it is DISCLOSED or ERASED: the bitmap of a custody
// note (PROTOCOL 9.1), which an erasure therefore does not change.
uint64_t disclosure_settled(const struct disclosure *d);

#endif
