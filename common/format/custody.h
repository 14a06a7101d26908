// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub's signed words to a journal's author: that it holds all of it up to a number (custody), that it refuses an
// entry (refusal), that it holds an attachment. Signed with the log key under prefixes of their own (PROTOCOL 9).
// It never decides what is held or refused.
#ifndef BARAZA_FORMAT_CUSTODY_H
#define BARAZA_FORMAT_CUSTODY_H

#include "common/base/verdict.h"
#include "common/format/ident.h"
#include "common/limits.h"

// What a custody note says: all entries 0 to seq of this chain, with the parts that its leaves name.
struct custody {
    struct hash consultation;
    struct pubkey key;
    struct incarnation incarnation;
    uint64_t seq;
    struct hash head; // id of entry seq
    struct hash root; // RFC 6962 over custody_leaf of entries 0 to seq
};

// What a refusal says. code: a verdict of the refusal class.
struct refusal {
    struct hash consultation;
    struct pubkey key;
    struct incarnation incarnation;
    uint64_t seq;
    struct hash received; // SHA-256 of what was received
    uint64_t code;
};

// What the hub's word about an attachment says: nothing more of it is wanted.
struct held {
    struct hash consultation;
    struct hash root;
    uint64_t size;
};

// The leaf hash, SHA-256(00 ‖ canonical [id, part bitmap, []]). bitmap: disclosure_settled.
struct hash custody_leaf(struct hash id, uint64_t bitmap);

// Signs with the log key, or verifies under it.
struct sig custody_sign(const struct custody *c, const struct seckey *log);
MUST_USE bool custody_verify(const struct custody *c, struct pubkey log, struct sig sig);
struct sig refusal_sign(const struct refusal *r, const struct seckey *log);
MUST_USE bool refusal_verify(const struct refusal *r, struct pubkey log, struct sig sig);
struct sig held_sign(const struct held *h, const struct seckey *log);
MUST_USE bool held_verify(const struct held *h, struct pubkey log, struct sig sig);

#endif
