// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which chain of a journal an entry is on. Journals are trees, nearly always without a branch: then a number and an id
// are all that is kept of one; from its first fork on the ids are kept as well.
// It must never decide what stands: it answers whether one entry leads to another.
#include "common/format/roster_state.h"

#include "common/format/journal_id.h"

#include <stdlib.h>
#include <string.h>

static struct journal_id name_of(struct pubkey key, struct incarnation incarnation)
{
    return (struct journal_id){ .key = key, .incarnation = incarnation };
}

static size_t branch_of(const struct fork *f, struct hash id)
{
    for (size_t i = f->note_count; i-- > 0;) {
        if (hash_equal(f->notes[i].id, id)) {
            return f->notes[i].branch;
        }
    }
    return 0;
}

static void add_note(struct fork *f, struct hash id, size_t branch)
{
    f->notes = list_grow(f->notes, f->note_count, sizeof *f->notes);
    f->notes[f->note_count++] = (struct fork_note){ .id = id, .branch = branch };
}

static void add_branch(struct fork *f, const struct entry *e, size_t parent)
{
    f->branches = list_grow(f->branches, f->branch_count, sizeof *f->branches);
    f->branches[f->branch_count] = (struct branch){
        .parent = parent, .first = e->place.seq, .next = e->place.seq + 1, .head = e->id };
    add_note(f, e->id, f->branch_count++);
}

// Puts e on the branch whose head it names, or on a new one. True: a new one.
static bool note_forked(struct fork *f, const struct entry *e)
{
    for (size_t i = 0; i < f->branch_count; i++) {
        struct branch *b = &f->branches[i];
        if (b->next == e->place.seq && hash_equal(b->head, e->prev)) {
            b->next++;
            b->head = e->id;
            add_note(f, e->id, i);
            return false;
        }
    }
    add_branch(f, e, branch_of(f, e->prev));
    return true;
}

static void start_fork(struct journal *j)
{
    j->fork = mem_new(sizeof *j->fork);
    j->fork->branches = list_grow(NULL, 0, sizeof *j->fork->branches);
    j->fork->branches[0] = (struct branch){ .next = j->next, .head = j->head };
    j->fork->branch_count = 1;
}

bool journal_note(struct roster *r, const struct entry *e)
{
    const struct journal_id name = name_of(e->place.author, e->place.incarnation);
    uint32_t i = 0;
    if (!table_find(&r->journal_of, &name, &i)) {
        r->journals = list_grow(r->journals, r->journal_count, sizeof *r->journals);
        r->journals[r->journal_count] = (struct journal){ .head = e->id, .next = e->place.seq + 1 };
        table_put(&r->journal_of, &name, r->journal_count++);
        return false;
    }
    struct journal *j = &r->journals[i];
    if (j->fork == NULL && e->place.seq >= j->next) {
        j->head = e->id;
        j->next = e->place.seq + 1;
        return false;
    }
    if (j->fork == NULL) {
        start_fork(j);
    }
    return note_forked(j->fork, e);
}

bool journal_leads_to(const struct roster *r, struct pubkey key, struct chain_end at, struct chain_end end)
{
    if (!incarnation_equal(at.incarnation, end.incarnation) || at.seq > end.seq) {
        return false;
    }
    if (at.seq == end.seq) {
        return hash_equal(at.id, end.id);
    }
    const struct journal_id name = name_of(key, at.incarnation);
    uint32_t i = 0;
    if (!table_find(&r->journal_of, &name, &i) || r->journals[i].fork == NULL) {
        return true;
    }
    const struct fork *f = r->journals[i].fork;
    size_t branch = branch_of(f, end.id);
    const size_t wanted = branch_of(f, at.id);
    uint64_t last = end.seq;
    while (branch != wanted) { // parents have lower numbers, so this ends
        if (branch == 0 || f->branches[branch].first == 0) {
            return false;
        }
        last = f->branches[branch].first - 1;
        branch = f->branches[branch].parent;
    }
    return at.seq <= last;
}

void journal_free(struct journal *j)
{
    if (j->fork != NULL) {
        free(j->fork->branches);
        free(j->fork->notes);
        free(j->fork);
    }
}
