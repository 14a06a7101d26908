// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The founding text of one consultation and its signatures (PROTOCOL 5.1, 5.2, 5.4). Its hash is the consultation's id.
// It checks form and signatures; whether this is the charter a person meant is for her to say: compare fingerprints.
// Read first: common/format/note.h.
#ifndef BARAZA_FORMAT_CHARTER_H
#define BARAZA_FORMAT_CHARTER_H

#include "common/format/note.h"

#define CHARTER_HEAD "baraza/charter/v1"

struct charter_officer {
    struct slice name; // a code
    struct boxkey key;
};

// A charter's fields. Slices borrow the text it was parsed from, or are the caller's (for charter_make).
struct charter {
    struct slice text;      // what is signed and hashed, with its last newline   } not read by
    struct hash id;         // SHA-256(text): the consultation's id               } charter_make
    struct vkey log;        // the log's key; its name is the origin. charter_make reads log.key only
    struct slice title;     // 1 to LIMIT_TITLE_BYTES of one line without control characters or bidi overrides
    struct slice prefix;    // 1 to LIMIT_PREFIX_BYTES of [a-z0-9._/-], no '/' at an end: records.example.org/2026
    struct slice opened;    // a date, "2026-03-01"
    size_t root_count;      // 1 or more, all different
    struct vkey roots[LIMIT_ROOT_KEYS];
    uint64_t quorum;        // 1 to root_count
    struct boxkey exchange; // the hub's CURVE key
    struct boxkey intake;   // outbox keys are boxed to it
    size_t officer_count;   // protection officers, 2 or more, names and keys all different
    struct charter_officer officers[LIMIT_PROTECT_KEYS];
    size_t language_count;  // 1 or more BCP 47 tags, all different
    struct slice languages[LIMIT_LANGUAGES];
    uint64_t quantum_s;     // claimed times are rounded down to it; 1 to 604800
    uint64_t threshold;     // counts below it are not published; 1 to 1000
    bool practice;          // marked on every screen, refused elsewhere
    bool plan_first;        // drafting plan-first: the plan comes before the policy
};

// Appends the text of c (not a note yet: sign it with note_sign and note_add_signature). False, with out as it was
// and a sentence in why, when a field is not as described above.
MUST_USE bool charter_make(const struct charter *c, struct buf *out, struct why *why);

// Reads a charter's text and computes id, log and origin. One form only: making the charter again from its fields
// gives the same bytes. False, and *out untouched, for anything else; why says what.
MUST_USE bool charter_parse(struct slice text, struct charter *out, struct why *why);

// Takes a whole note, reads its text and checks that at least `quorum` of its own root keys signed it.
// GOOD and *out written (borrows whole); NOT_CANONICAL, TOO_LARGE (LIMIT_CHARTER_BYTES) or BAD_SIGNATURE, and *out
// untouched.
// That these are the right root keys is shown by the id only, which the caller compares with what it trusts.
MUST_USE enum verdict charter_verify(struct slice whole, struct charter *out, struct why *why);

// prefix ‖ '/' ‖ hex(id): what checkpoints start with, and the name of the log's key. Borrows c.
struct slice charter_origin(const struct charter *c);

// Writes the keys of all protection officers, in the charter's order, and returns how many: SEALED_FEWEST or more.
size_t charter_officer_keys(const struct charter *c, struct boxkey out[static LIMIT_PROTECT_KEYS]);

// Appends id in hex in groups of four digits with spaces between, for speaking and comparing: "4f2a 91c0 …".
void charter_put_fingerprint(struct hash id, struct buf *out);

// Reads a fingerprint or plain hex of 32 bytes: spaces, line ends and colons are passed over, both cases taken.
MUST_USE bool charter_parse_fingerprint(struct slice text, struct hash *out);

#endif
