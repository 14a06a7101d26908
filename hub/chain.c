// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading journals back from the record. A chain is followed by prev, from its end to its beginning, because
// branches share what lies below their fork.
#include "hub/chain.h"

#include "common/format/armor.h"
#include "common/format/custody.h"
#include "common/store/store.h"

#include <stdlib.h>

// A store value's name for a journal: short, because the name is a key.
static void evidence_name(struct journal_id journal, char out[static 40])
{
    struct buf name = buf_new(39);
    struct hash h = hash_of(slice_of(&journal, sizeof journal));
    buf_put_text(&name, "fork-");
    armor_put_hex(&name, slice_of(h.b, 16));
    CHECK(buf_ok(&name));
    memcpy(out, name.p, name.n);
    out[name.n] = '\0';
    buf_done(&name);
}

void chain_evidence_put(struct kv_txn *t, struct journal_id journal)
{
    char name[40];
    evidence_name(journal, name);
    store_value_put(t, name, SLICE_LITERAL("1"));
}

enum err chain_journal(struct kv_txn *t, struct journal_id id, struct ledger_journal *out)
{
    struct ledger_journal j = { .id = id };
    struct record_journal branch;
    enum err e = OK;
    while (j.branch_count < LIMIT_BRANCHES && e == OK) {
        e = record_journal_get(t, &id, j.branch_count, &branch);
        if (e == OK) {
            j.branches[j.branch_count++] = (struct ledger_branch){
                .next = branch.head.next, .head = branch.head.head, .index = branch.index, .custody = branch.custody
            };
        }
    }
    if (e != OK && e != ERR_NOT_FOUND) {
        return e;
    }
    char name[40];
    struct slice value;
    evidence_name(id, name);
    e = store_value_get(t, name, &value);
    if (e != OK && e != ERR_NOT_FOUND) {
        return e;
    }
    j.evidence = e == OK;
    *out = j;
    return OK;
}

enum err chain_slot(struct kv_txn *t, struct journal_id journal, uint64_t seq, struct slot_fact *out)
{
    struct record_place places[LIMIT_BRANCHES];
    size_t n = 0;
    enum err e = seq == UINT64_MAX ? OK : record_places(t, &journal, seq, places, &n);
    if (e != OK && e != ERR_NOT_FOUND) {
        return e;
    }
    *out = (struct slot_fact){ .count = n };
    for (size_t i = 0; i < n; i++) {
        out->at[i].branch = places[i].branch;
        out->at[i].index = places[i].index;
        out->at[i].id = places[i].id;
    }
    return OK;
}

enum err chain_index(struct kv_txn *t, struct journal_id journal, uint64_t seq, struct hash id, uint64_t *index)
{
    struct slot_fact slot;
    enum err e = chain_slot(t, journal, seq, &slot);
    for (size_t i = 0; e == OK && i < slot.count; i++) {
        if (hash_equal(slot.at[i].id, id)) {
            *index = slot.at[i].index;
            return OK;
        }
    }
    return e == OK ? ERR_NOT_FOUND : e;
}

// The custody leaf and prev of the entry at index.
static enum err read_leaf(struct kv_txn *t, const struct store_key *key, uint64_t index, struct hash *leaf,
                          struct hash *prev, struct buf *plain, struct why *why)
{
    struct stored stored;
    struct entry entry;
    struct disclosure d = { 0 };
    enum err e = leaf_get(t, index, &stored, why);
    if (e != OK) {
        return e;
    }
    if (entry_parse(stored.bytes, &entry) != VERDICT_GOOD) {
        return ERR_CORRUPT;
    }
    buf_reset(plain);
    e = entry.part_count == 0 ? OK : leaf_parts(t, key, index, plain, why);
    if (e == OK && entry.part_count > 0 && disclosure_parse(buf_slice(plain), &d) != VERDICT_GOOD) {
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        *leaf = custody_leaf(entry.id, disclosure_settled(&d));
        *prev = entry.prev;
    }
    return e;
}

enum err chain_custody(struct kv_txn *t, const struct store_key *key, struct journal_id journal, uint64_t next,
                       struct hash prev, struct merkle_frontier *out, struct why *why)
{
    struct hash *leaves = mem_grow(NULL, (size_t)next, sizeof *leaves);
    struct buf plain = buf_new(LIMIT_BATCH_BYTES);
    struct merkle_frontier f = { 0 };
    enum err e = OK;
    for (uint64_t seq = next; seq > 0 && e == OK; seq--) {
        uint64_t index = 0;
        e = chain_index(t, journal, seq - 1, prev, &index);
        if (e == ERR_NOT_FOUND) {
            why_set(why, "a chain of the record has no entry %llu", (unsigned long long)(seq - 1));
            e = ERR_CORRUPT;
        }
        if (e == OK) {
            e = read_leaf(t, key, index, &leaves[seq - 1], &prev, &plain, why);
        }
    }
    for (uint64_t i = 0; i < next && e == OK; i++) {
        merkle_append(&f, leaves[i], NULL);
    }
    buf_wipe(&plain);
    buf_done(&plain);
    free(leaves);
    if (e == OK) {
        *out = f;
    }
    return e;
}
