// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Values that prove themselves. Read first: whole.h.
#include "common/store/whole.h"

#include "common/format/entry.h"
#include "common/store/cell.h"
#include "common/store/stored.h"

static bool is_cell(enum db db, struct slice key, struct slice value)
{
    struct slice inner;
    return cell_open(db, key, value, &inner);
}

static bool is_entry(struct slice value, struct entry *out)
{
    struct stored s;
    return stored_parse(value, &s) && entry_parse(s.bytes, out) == VERDICT_GOOD;
}

static bool is_journal_entry(const struct key_fields *f, struct slice value)
{
    struct entry e;
    return is_entry(value, &e) && e.place.seq == f->seq && pubkey_equal(e.place.author, f->journal.key) &&
           incarnation_equal(e.place.incarnation, f->journal.incarnation);
}

bool whole_value(enum db db, struct slice key, struct slice value)
{
    struct key_fields f;
    struct entry e;
    if (!key_parse(db, key, &f)) {
        return false;
    }
    switch (db) {
    case DB_JOURNAL:
        return is_journal_entry(&f, value);
    case DB_LEAF:
        return is_entry(value, &e);
    case DB_PART:
    case DB_LEAF_PART:
        return value.n >= VAULT_SEAL_BYTES;
    case DB_VAULT:
    case DB_LEAF_VAULT:
        return value.n > 0 && value.n <= sizeof(((struct wrapped *)NULL)->b) && (value.p[0] == 1 || value.p[0] == 2);
    case DB_BLOB: // head and leaves are cells; of a chunk its tree knows
        return f.chunk < LIMIT_ATTACHMENT_CHUNKS ? value.n <= LIMIT_CHUNK_BYTES : is_cell(db, key, value);
    case DB_META:
    case DB_DRAFT:
    case DB_IMPORT:
    case DB_EXCHANGE:
    case DB_REFUSED:
    case DB_OUTBOX:
    case DB_UNLOCK:
    case DB_PROOF:
    case DB_SLOT:
    case DB_HEAD:
    case DB_TILE:
    case DB_CHECKPOINT:
    case DB_CONTROL:
    case DB_ATTACHED:
    case DB_DRAFT_BLOB:
        return is_cell(db, key, value);
    case DB_COUNT:
        break;
    }
    return false;
}

enum db whole_home(struct slice key, struct slice value)
{
    static const enum db cells[] = {
        DB_OUTBOX,   DB_PROOF, DB_EXCHANGE,   DB_UNLOCK, DB_REFUSED, DB_IMPORT,
        DB_ATTACHED, DB_DRAFT, DB_DRAFT_BLOB, DB_META,
    };
    struct key_fields f;
    if (key_parse(DB_JOURNAL, key, &f) && is_journal_entry(&f, value)) {
        return DB_JOURNAL;
    }
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        if (key_parse(cells[i], key, &f) && is_cell(cells[i], key, value)) {
            return cells[i];
        }
    }
    return DB_COUNT;
}
