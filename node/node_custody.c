// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the hub's custody note must say of a journal, from what stands here, damaged entries included.
// Read first: node_custody.h.
#include "node/node_custody.h"

#include "common/format/custody.h"
#include "common/format/entry.h"
#include "common/limits.h"
#include "common/store/journal.h"

#include <stdlib.h>

#define TRIED 2 // damaged entries whose numbers of parts are looked for each by itself; of more, one number for all

// What the leaves of the entries between are made of.
struct span {
    struct hash *ids;
    uint8_t *parts;        // how many each entry has
    size_t n;
    size_t *unknown;       // places of those that are damaged
    size_t unknown_count;
};

static enum err load_damaged(struct kv_txn *t, const struct position *at, struct span *s)
{
    s->unknown[s->unknown_count++] = s->n;
    s->parts[s->n] = 0;
    enum err e = journal_entry_id(t, at, &s->ids[s->n]);
    return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

static enum err load_span(struct kv_txn *t, const struct journal_id *journal, uint64_t from, uint64_t next,
                          struct span *s)
{
    enum err e = OK;
    for (uint64_t seq = from; seq < next && e == OK; seq++) {
        const struct position at = { .journal = *journal, .seq = seq };
        struct stored stored;
        struct entry entry;
        e = journal_get(t, &at, &stored, NULL);
        if (e == OK && entry_parse(stored.bytes, &entry) == VERDICT_GOOD) {
            s->ids[s->n] = entry.id;
            s->parts[s->n] = (uint8_t)entry.part_count;
        } else if (kv_error(t) == OK) {
            e = load_damaged(t, &at, s);
        }
        s->n++;
    }
    return e;
}

static struct merkle_frontier grow(const struct merkle_frontier *f, const struct span *s)
{
    struct merkle_frontier grown = *f;
    for (size_t i = 0; i < s->n; i++) {
        // The author discloses every part to the hub, so its bitmap is full.
        uint64_t bitmap = ((uint64_t)1 << s->parts[i]) - 1;
        merkle_append(&grown, custody_leaf(s->ids[i], bitmap), NULL);
    }
    return grown;
}

// Counts the unknown numbers of parts up, like the digits of a number; many together, which are contributions mostly.
// False when all have been tried.
static bool next_guess(struct span *s)
{
    for (size_t i = 1; s->unknown_count > TRIED && i < s->unknown_count; i++) {
        s->parts[s->unknown[i]] = (uint8_t)(s->parts[s->unknown[0]] + 1);
    }
    if (s->unknown_count > TRIED) {
        return s->parts[s->unknown[0]]++ < LIMIT_PARTS;
    }
    for (size_t i = 0; i < s->unknown_count; i++) {
        uint8_t *parts = &s->parts[s->unknown[i]];
        if (*parts < LIMIT_PARTS) {
            ++*parts;
            return true;
        }
        *parts = 0;
    }
    return false;
}

enum err node_custody_extend(struct kv_txn *t, const struct journal_id *journal, uint64_t next, struct hash wanted,
                             struct merkle_frontier *f)
{
    if (next < f->size) {
        return ERR_CORRUPT;
    }
    size_t room = (size_t)(next - f->size) + 1;
    struct span s = { .ids = mem_grow(NULL, room, sizeof *s.ids), .parts = mem_grow(NULL, room, sizeof *s.parts),
                      .unknown = mem_grow(NULL, room, sizeof *s.unknown) };
    enum err e = load_span(t, journal, f->size, next, &s);
    if (e == OK) {
        struct merkle_frontier grown = grow(f, &s);
        while (s.unknown_count > 0 && !hash_equal(merkle_root(&grown), wanted) && next_guess(&s)) {
            grown = grow(f, &s);
        }
        *f = grown;
    }
    free(s.ids);
    free(s.parts);
    free(s.unknown);
    return e;
}
