// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The invitation: a bounded right to enrol, as a small text that is a file or is pasted (PROTOCOL 6.5, 6.10).
// Whoever holds it can enrol under it: it is a secret and is never logged. Its keys are derived from its seed.
// Read first: common/format/kinds.h, the bodies of invite and enrol.
#ifndef BARAZA_FORMAT_INVITATION_H
#define BARAZA_FORMAT_INVITATION_H

#include "common/base/why.h"
#include "common/format/ident.h"
#include "common/limits.h"

#define INVITATION_HEAD "baraza/invitation/v1"

struct invitation {
    struct hash charter;   // the consultation's id: the charter is fetched and compared
    size_t address_count;  // 1 or more
    struct slice addresses[LIMIT_INVITE_ADDRESSES]; // "host:port", printable ASCII without spaces
    struct boxkey hub;     // the hub's CURVE key
    uint8_t seed[16];
    struct hash invite;    // id of the `invite` entry, which enrol names
};

// Appends the invitation's text: the head, a line end (one_line: a space), base64 of canonical
// [charter, [address …], hub, seed, invite] ‖ first 4 bytes of its SHA-256, and a line end (one_line: nothing).
// False, with out as it was, when an address or the count is not as described.
MUST_USE bool invitation_make(const struct invitation *inv, bool one_line, struct buf *out);

// Reads such a text in either form; white space between and around its pieces, and inside the base64, is passed over.
// store receives the decoded bytes, which *out borrows; it was empty, with a maximum of its own.
// False, and *out untouched, when it is no invitation or was damaged in copying; why says which.
MUST_USE bool invitation_parse(struct slice text, struct buf *store, struct invitation *out, struct why *why);

// The letter: the same but for the seed, which goes another way as words (words.h). It is no secret.
#define INVITATION_LETTER_HEAD "baraza/letter/v1"
MUST_USE bool invitation_letter_make(const struct invitation *inv, struct buf *out);

// Reads one as invitation_parse does; the seed is zeros.
MUST_USE bool invitation_letter_parse(struct slice text, struct buf *store, struct invitation *out, struct why *why);

// The invitation's keys: Ed25519 from SHA-256("baraza/invite-sign/v1" 00 ‖ charter ‖ seed), CURVE secret the same
// with "baraza/invite-curve/v1". Each output may be NULL.
void invitation_sign_key(const struct invitation *inv, struct pubkey *pub, struct seckey *sec);
void invitation_curve_key(const struct invitation *inv, struct boxkey *pub, struct boxsec *sec);

// The signature inside an enrol entry, by the invitation's signing key, over "baraza/enrol/v1" 00 ‖ consultation ‖
// author key ‖ transport key.
struct sig enrol_proof_make(const struct seckey *invitation, struct hash consultation, struct pubkey author,
                            struct boxkey transport);
MUST_USE bool enrol_proof_verify(struct pubkey invitation, struct hash consultation, struct pubkey author,
                                 struct boxkey transport, struct sig proof);

#endif
