// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The entry: header and signature (PROTOCOL 3). Its id is its Merkle leaf hash.
// It checks form, id and signature; who may say what is the roster's business, what a body means that of kinds.
#ifndef BARAZA_FORMAT_ENTRY_H
#define BARAZA_FORMAT_ENTRY_H

#include "common/base/verdict.h"
#include "common/format/part.h"

#define ENTRY_VERSION 1
#define ENTRY_SIGN_PREFIX "baraza/entry/v1"

// A parsed entry. All slices borrow the bytes it was parsed from.
struct entry {
    struct slice bytes;        // the whole entry: [header, signature]
    struct slice header;       // what is signed
    struct sig signature;
    struct hash id;            // SHA-256(00 ‖ bytes)
    struct slice kind;         // lower-case ASCII and '-', at most LIMIT_KIND_BYTES
    struct place place;        // consultation, author, incarnation, seq
    struct hash prev;          // id of entry seq-1; zeros at 0
    uint64_t seen_size;        // last checkpoint the author verified
    struct hash seen_root;
    uint64_t claimed_s;        // claimed time, seconds since 1970
    uint64_t clock_class;      // 0 a claim, 1 bounded by a checkpoint seen since the last start
    size_t ref_count;
    struct slice refs;         // ref_count values of 34 bytes each: read with entry_ref
    size_t part_count;
    struct part_ref parts[LIMIT_PARTS];
    struct slice body;         // canonical array
};

// What is needed to make an entry; slices and pointers are borrowed.
struct entry_draft {
    struct slice kind;
    struct place place;
    struct hash prev;
    uint64_t seen_size;
    struct hash seen_root;
    uint64_t claimed_s;
    uint64_t clock_class;
    const struct hash *refs;
    size_t ref_count;
    const struct part_ref *parts;
    size_t part_count;
    struct slice body;         // canonical array; an empty slice stands for []
};

// Returns reference i; i < ref_count (CHECK).
struct hash entry_ref(const struct entry *e, size_t i);

// Reads bytes as an entry and computes its id. Form only: GOOD, TOO_LARGE or NOT_CANONICAL. out is untouched
// unless GOOD.
MUST_USE enum verdict entry_parse(struct slice bytes, struct entry *out);

// GOOD when e belongs to consultation and its signature is its author's; else WRONG_CONSULTATION, BAD_SIGNATURE.
MUST_USE enum verdict entry_verify(const struct entry *e, struct hash consultation);

// Appends the canonical header of draft to out. False, with out as it was, when a limit would be passed (header, refs,
// parts, body). The fields are not checked otherwise: entry_parse does that.
MUST_USE bool entry_header_make(const struct entry_draft *draft, struct buf *out);

// Appends [header, signature] to out: for one who rebuilt a header and has its signature.
void entry_wrap(struct slice header, struct sig signature, struct buf *out);

// Makes and signs an entry with sec (the author's key) and appends it to out. False, with out as it was, when the
// result would not pass entry_parse.
MUST_USE bool entry_make(const struct entry_draft *draft, const struct seckey *sec, struct buf *out);

// The id of whole entry bytes: SHA-256(00 ‖ bytes).
struct hash entry_id(struct slice bytes);

#endif
