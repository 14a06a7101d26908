// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The databases of a store and the one pair of functions that makes and parses their keys, big-endian, so that the
// order of bytes is the order of numbers. It knows keys only; values belong to the module of each database.
// Read first: docs/STORAGE.md.
#ifndef BARAZA_STORE_KEYS_H
#define BARAZA_STORE_KEYS_H

#include "common/format/journal_id.h"
#include "common/format/outbox.h"

// symbol, name in the file, fields of its keys in order (docs/STORAGE.md says what each holds)
#define DB_TABLE(X)                                                                                                    \
    X(META, "meta", FIELD_TEXT)                                                                                        \
    X(VAULT, "vault", FIELD_JOURNAL, FIELD_SEQ, FIELD_BRANCH)                                                          \
    X(JOURNAL, "journal", FIELD_JOURNAL, FIELD_SEQ, FIELD_BRANCH)                                                      \
    X(PART, "part", FIELD_JOURNAL, FIELD_SEQ, FIELD_BRANCH)                                                            \
    X(BLOB, "blob", FIELD_HASH, FIELD_CHUNK)                                                                           \
    X(IMPORT, "import", FIELD_HASH)                                                                                    \
    X(LEAF, "leaf", FIELD_INDEX)                                                                                       \
    X(LEAF_PART, "leaf-part", FIELD_INDEX)                                                                             \
    X(LEAF_VAULT, "leaf-vault", FIELD_INDEX)                                                                           \
    X(EXCHANGE, "exchange", FIELD_JOURNAL)                                                                             \
    X(REFUSED, "refused", FIELD_JOURNAL, FIELD_SEQ, FIELD_HASH)                                                        \
    X(OUTBOX, "outbox", FIELD_JOURNAL, FIELD_SEQ, FIELD_BRANCH)                                                        \
    X(UNLOCK, "unlock", FIELD_UNLOCK)                                                                                  \
    X(PROOF, "proof", FIELD_JOURNAL, FIELD_SEQ)                                                                        \
    X(SLOT, "slot", FIELD_JOURNAL, FIELD_BRANCH, FIELD_SEQ)                                                            \
    X(HEAD, "head", FIELD_JOURNAL, FIELD_BRANCH)                                                                       \
    X(TILE, "tile", FIELD_LEVEL, FIELD_INDEX)                                                                          \
    X(CHECKPOINT, "checkpoint", FIELD_INDEX)                                                                           \
    X(CONTROL, "control", FIELD_INDEX)                                                                                 \
    X(DRAFT, "draft", FIELD_OWNER, FIELD_DRAFT)                                                                        \
    X(ATTACHED, "attached", FIELD_JOURNAL, FIELD_SEQ, FIELD_HASH)                                                      \
    X(DRAFT_BLOB, "draft-blob", FIELD_DRAFT, FIELD_HASH)

#define DB_ENUM(name, text, ...) DB_##name,
enum db { DB_TABLE(DB_ENUM) DB_COUNT };
#undef DB_ENUM

// Databases from this one on came after the first stores: where one is missing, it is made when the store is opened.
#define DB_LATER DB_DRAFT

// Returns the names of all databases, by number, for kv_options; static storage.
const char *const *db_names(void);

// Where an entry lies in a journal. Branch 0 but for forks that a hub keeps.
struct position {
    struct journal_id journal;
    uint64_t seq;
    uint8_t branch;
};

struct draft_id { uint8_t b[16]; }; // random, made by whoever begins a draft

// What any key can be made of; each database uses its fields and ignores the others.
struct key_fields {
    struct journal_id journal;
    uint64_t seq;
    uint8_t branch;
    uint64_t index;      // place in the record, or size
    uint8_t level;       // of a tile
    struct hash hash;
    uint32_t chunk;
    struct unlock_id unlock;
    struct pubkey owner;
    struct draft_id draft;
    struct slice text;   // at most 64 bytes
};

struct key {
    uint8_t n;
    uint8_t b[96];
};

// Makes the key of db from the first `count` of its fields (0: all of them): fewer make a prefix for ranges.
struct key key_make(enum db db, const struct key_fields *fields, size_t count);

// Reads a whole key of db. False, and *out untouched, when the length does not fit. text borrows s.
MUST_USE bool key_parse(enum db db, struct slice s, struct key_fields *out);

// The key as a slice; borrows k.
struct slice key_slice(const struct key *k);

// The key of a position in db, which must have such keys (VAULT, JOURNAL, PART, OUTBOX, SLOT, PROOF); of an index; of
// a name in META.
struct key key_position(enum db db, const struct position *at);
struct key key_index(enum db db, uint64_t index);
struct key key_name(const char *name);

#endif
