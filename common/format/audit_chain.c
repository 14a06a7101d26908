// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// PROTOCOL 13.4: whether each entry is in its journal's place: seq 0, or after the earlier entry it names. The usual
// case (it names the journal's head) is one look-up; ids are indexed at the first fork.
#include "common/format/audit_state.h"

#include "common/format/journal_id.h"

#include <stdlib.h>

struct audit_chain audit_chain_new(void)
{
    return (struct audit_chain){ .journal_of = table_new(sizeof(struct journal_id)),
                                 .author_of = table_new(sizeof(struct pubkey)),
                                 .index_of = table_new(sizeof(struct hash)) };
}

void audit_chain_done(struct audit_chain *c)
{
    table_done(&c->journal_of);
    table_done(&c->author_of);
    table_done(&c->index_of);
    free(c->places);
    free(c->journals);
}

static bool is_full(size_t n)
{
    return (n & (n - 1)) == 0; // capacities are powers of two
}

static void note(struct audit_chain *c, const struct entry *e, uint32_t journal)
{
    if (is_full(c->n)) {
        c->places = mem_grow(c->places, c->n == 0 ? 1 : c->n * 2, sizeof *c->places);
    }
    c->places[c->n] = (struct audit_place){ .journal = journal, .seq = (uint32_t)e->place.seq };
    if (c->indexed) {
        table_put(&c->index_of, e->id.b, c->n);
    }
    c->n++;
}

static void index_all(struct audit_chain *c, const struct hash *leaves)
{
    for (size_t i = 0; !c->indexed && i < c->n; i++) {
        table_put(&c->index_of, leaves[i].b, i);
    }
    c->indexed = true;
}

static bool start_journal(struct audit_chain *c, const struct entry *e, const struct journal_id *name, struct why *why)
{
    if (e->place.seq != 0) {
        why_set(why, "the entry before it in its journal is missing");
        return false;
    }
    if (!table_find(&c->author_of, e->place.author.b, NULL)) {
        table_put(&c->author_of, e->place.author.b, c->author_count++);
    }
    if (is_full(c->journal_count)) {
        c->journals = mem_grow(c->journals, c->journal_count == 0 ? 1 : c->journal_count * 2, sizeof *c->journals);
    }
    c->journals[c->journal_count] = (struct audit_journal){ .head = e->id, .next = 1 };
    table_put(&c->journal_of, name, c->journal_count);
    note(c, e, (uint32_t)c->journal_count++);
    return true;
}

// Not after the entry that was last added: on another branch, or a fault.
static bool add_branch(struct audit_chain *c, const struct entry *e, uint32_t journal, const struct hash *leaves,
                       struct why *why)
{
    uint32_t at = 0;
    index_all(c, leaves);
    if (table_find(&c->index_of, e->id.b, &at)) {
        why_set(why, "it is the same as entry %u", at);
        return false;
    }
    if (e->place.seq > 0) {
        if (!table_find(&c->index_of, e->prev.b, &at) || c->places[at].journal != journal ||
            (uint64_t)c->places[at].seq + 1 != e->place.seq) {
            why_set(why, "the entry before it in its journal is missing");
            return false;
        }
    }
    if (!c->journals[journal].forked) {
        c->fork_count++;
    }
    c->journals[journal] = (struct audit_journal){ .head = e->id, .next = e->place.seq + 1, .forked = true };
    note(c, e, journal);
    return true;
}

bool audit_chain_add(struct audit_chain *c, const struct entry *e, const struct hash *leaves, struct why *why)
{
    const struct journal_id name = { .key = e->place.author, .incarnation = e->place.incarnation };
    uint32_t i = 0;
    if (!table_find(&c->journal_of, &name, &i)) {
        return start_journal(c, e, &name, why);
    }
    struct audit_journal *j = &c->journals[i];
    if (j->next != e->place.seq || !hash_equal(j->head, e->prev)) {
        return add_branch(c, e, i, leaves, why);
    }
    j->head = e->id;
    j->next++;
    note(c, e, i);
    return true;
}
