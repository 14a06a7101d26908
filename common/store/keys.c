// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Keys from one table of fields. It must never be asked for a key that is longer than LMDB takes; the table is short
// enough that it cannot.
#include "common/store/keys.h"

#include <string.h>

enum field {
    FIELD_END,
    FIELD_TEXT,    // the rest of the key
    FIELD_JOURNAL, // key 32 ‖ incarnation 16
    FIELD_SEQ,     // u64be
    FIELD_BRANCH,  // u8
    FIELD_INDEX,   // u64be
    FIELD_LEVEL,   // u8
    FIELD_HASH,    // 32
    FIELD_CHUNK,   // u32be
    FIELD_UNLOCK,  // 16
    FIELD_OWNER,   // key 32
    FIELD_DRAFT,   // 16
};

#define FIELDS_MAX 3
#define TEXT_MAX 64

#define DB_NAME(name, text, ...) text,
static const char *const names[] = { DB_TABLE(DB_NAME) };
#undef DB_NAME

#define DB_FIELDS(name, text, ...) { __VA_ARGS__ },
static const enum field fields_of[DB_COUNT][FIELDS_MAX + 1] = { DB_TABLE(DB_FIELDS) };
#undef DB_FIELDS

static_assert(sizeof names / sizeof names[0] == DB_COUNT, "each database has a name");
static_assert(DB_COUNT <= LIMIT_STORE_DATABASES, "all databases fit one environment");
static_assert(48 + 8 + 32 <= sizeof((struct key *)NULL)->b, "the longest key of the table fits");

const char *const *db_names(void)
{
    return names;
}

static void add(struct key *k, const void *p, size_t n)
{
    CHECK(n <= sizeof k->b - k->n);
    if (n > 0) {
        memcpy(k->b + k->n, p, n);
    }
    k->n = (uint8_t)(k->n + n);
}

static void add_u64(struct key *k, uint64_t v)
{
    uint8_t b[8];
    be64_put(b, v);
    add(k, b, sizeof b);
}

static void add_u32(struct key *k, uint32_t v)
{
    uint8_t b[4];
    be32_put(b, v);
    add(k, b, sizeof b);
}

static void add_field(struct key *k, enum field field, const struct key_fields *f)
{
    switch (field) {
    case FIELD_TEXT:
        CHECK(f->text.n <= TEXT_MAX);
        add(k, f->text.p, f->text.n);
        return;
    case FIELD_JOURNAL:
        add(k, f->journal.key.b, 32);
        add(k, f->journal.incarnation.b, 16);
        return;
    case FIELD_SEQ:
        add_u64(k, f->seq);
        return;
    case FIELD_BRANCH:
        add(k, &f->branch, 1);
        return;
    case FIELD_INDEX:
        add_u64(k, f->index);
        return;
    case FIELD_LEVEL:
        add(k, &f->level, 1);
        return;
    case FIELD_HASH:
        add(k, f->hash.b, 32);
        return;
    case FIELD_CHUNK:
        add_u32(k, f->chunk);
        return;
    case FIELD_UNLOCK:
        add(k, f->unlock.b, 16);
        return;
    case FIELD_OWNER:
        add(k, f->owner.b, 32);
        return;
    case FIELD_DRAFT:
        add(k, f->draft.b, 16);
        return;
    case FIELD_END:
        return;
    }
}

struct key key_make(enum db db, const struct key_fields *fields, size_t count)
{
    CHECK(db < DB_COUNT);
    struct key k = { 0 };
    for (size_t i = 0; fields_of[db][i] != FIELD_END && (count == 0 || i < count); i++) {
        add_field(&k, fields_of[db][i], fields);
    }
    return k;
}

// Takes n bytes off *s to out. False when there are not so many.
static bool take(struct slice *s, void *out, size_t n)
{
    if (s->n < n) {
        return false;
    }
    memcpy(out, s->p, n);
    *s = slice_of(s->p + n, s->n - n);
    return true;
}

static bool take_u64(struct slice *s, uint64_t *out)
{
    uint8_t b[8];
    if (!take(s, b, sizeof b)) {
        return false;
    }
    *out = be64_get(b);
    return true;
}

static bool take_u32(struct slice *s, uint32_t *out)
{
    uint8_t b[4];
    if (!take(s, b, sizeof b)) {
        return false;
    }
    *out = be32_get(b);
    return true;
}

static bool take_field(struct slice *s, enum field field, struct key_fields *f)
{
    switch (field) {
    case FIELD_TEXT:
        f->text = *s;
        *s = slice_of(NULL, 0);
        return f->text.n <= TEXT_MAX;
    case FIELD_JOURNAL:
        return take(s, f->journal.key.b, 32) && take(s, f->journal.incarnation.b, 16);
    case FIELD_SEQ:
        return take_u64(s, &f->seq);
    case FIELD_BRANCH:
        return take(s, &f->branch, 1);
    case FIELD_INDEX:
        return take_u64(s, &f->index);
    case FIELD_LEVEL:
        return take(s, &f->level, 1);
    case FIELD_HASH:
        return take(s, f->hash.b, 32);
    case FIELD_CHUNK:
        return take_u32(s, &f->chunk);
    case FIELD_UNLOCK:
        return take(s, f->unlock.b, 16);
    case FIELD_OWNER:
        return take(s, f->owner.b, 32);
    case FIELD_DRAFT:
        return take(s, f->draft.b, 16);
    case FIELD_END:
        break;
    }
    return true;
}

bool key_parse(enum db db, struct slice s, struct key_fields *out)
{
    CHECK(db < DB_COUNT);
    struct key_fields f = { 0 };
    bool good = true;
    for (size_t i = 0; good && fields_of[db][i] != FIELD_END; i++) {
        good = take_field(&s, fields_of[db][i], &f);
    }
    if (!good || s.n != 0) {
        return false;
    }
    *out = f;
    return true;
}

struct slice key_slice(const struct key *k)
{
    return slice_of(k->b, k->n);
}

struct key key_position(enum db db, const struct position *at)
{
    struct key_fields f = { .journal = at->journal, .seq = at->seq, .branch = at->branch };
    CHECK(fields_of[db][0] == FIELD_JOURNAL);
    return key_make(db, &f, 0);
}

struct key key_index(enum db db, uint64_t index)
{
    struct key_fields f = { .index = index };
    CHECK(fields_of[db][0] == FIELD_INDEX);
    return key_make(db, &f, 0);
}

struct key key_name(const char *name)
{
    struct key_fields f = { .text = slice_text(name) };
    return key_make(DB_META, &f, 0);
}
