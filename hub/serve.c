// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Answers from the record. Every call opens a read transaction, follows the record to it, and closes it again.
#include "hub/serve.h"

#include "common/base/fault.h"
#include "common/format/custody.h"
#include "common/store/attached.h"
#include "common/store/blob.h"
#include "common/store/succession_store.h"
#include "hub/chain.h"
#include "hub/finder.h"
#include "hub/fold.h"

#include <stdlib.h>

#define DOWN_BYTES (LIMIT_FRAME_BYTES - LIMIT_DISCLOSURE_BYTES - LIMIT_ENTRY_BYTES - 4096)
#define DOWN_LOOKS 2048 // entries looked at in one call, so that the socket's thread is not kept from others

struct serve {
    struct kv *kv;
    struct serve_keys keys;
    const struct seckey *signer; // of the log key that was in force at serve_open
    struct record *record;
    struct fold fold;
    struct finder *finder; // follows only when it is asked
    uint64_t folded;       // the roster knows the record up to here
    struct journal_head heads[LIMIT_WELCOME_HEADS];
};

// --- following ---
static enum err follow(struct serve *s, struct kv_txn *t, bool *grew, struct why *why)
{
    uint64_t before = s->folded;
    enum err e = record_load(s->record, t, why);
    if (e == OK) {
        e = fold_follow(&s->fold, s->record, t, before, record_size(s->record), why);
    }
    if (e == OK) {
        s->folded = record_size(s->record);
    } else {
        // Half a fold is no roster: start again from the first entry the next time.
        fold_done(&s->fold);
        s->fold = fold_new(s->keys.charter);
        s->folded = 0;
    }
    if (grew != NULL) {
        *grew = e == OK && s->folded > before;
    }
    return e;
}

static enum err begin(struct serve *s, struct kv_txn **t, struct why *why)
{
    enum err e = kv_begin_read(s->kv, t);
    if (e != OK) {
        why_set(why, "reading the record: %s", err_text(e));
        return e;
    }
    e = follow(s, *t, NULL, why);
    if (e != OK) {
        kv_abort(*t);
        *t = NULL;
    }
    return e;
}

static enum err end(struct kv_txn *t, enum err e)
{
    if (e != OK) {
        kv_abort(t);
        return e;
    }
    return kv_commit(t);
}

enum err serve_open(struct kv *kv, const struct serve_keys *keys, struct serve **out, struct why *why)
{
    struct serve *s = mem_new(sizeof *s);
    s->kv = kv;
    s->keys = *keys;
    s->record = record_new();
    s->fold = fold_new(keys->charter);
    s->finder = finder_new();
    enum err e = serve_follow(s, NULL, why);
    if (e == OK) {
        s->signer = log_ring_find(keys->logs, roster_log_key(s->fold.roster));
        e = s->signer != NULL ? OK : ERR_NOT_FOUND;
    }
    if (e == ERR_NOT_FOUND) {
        why_set(why, "the secret of the consultation's log key is not at this hub: restore it from a backup");
    }
    if (e != OK) {
        serve_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void serve_close(struct serve *s)
{
    if (s == NULL) {
        return;
    }
    record_free(s->record);
    fold_done(&s->fold);
    finder_free(s->finder);
    free(s);
}

enum err serve_follow(struct serve *s, bool *grew, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(s->kv, &t);
    if (e != OK) {
        why_set(why, "reading the record: %s", err_text(e));
        return e;
    }
    return end(t, follow(s, t, grew, why));
}

const struct roster *serve_roster(const struct serve *s)
{
    return s->fold.roster;
}

const struct seckey *serve_signer(const struct serve *s)
{
    return s->signer;
}

uint64_t serve_size(const struct serve *s)
{
    return s->folded;
}

enum err serve_succession(struct serve *s, struct buf *out, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = begin(s, &t, why);
    return e != OK ? e : end(t, succession_build(t, s->fold.roster, out, why));
}

// --- facts for a message ---
static enum err hello_facts(struct serve *s, struct kv_txn *t, const struct msg_hello *m, struct peer_facts *out)
{
    size_t n = 0;
    for (size_t i = 0; i < m->head_count; i++) {
        struct ledger_journal j;
        enum err e = chain_journal(t, m->heads[i].journal, &j);
        if (e != OK) {
            return e;
        }
        for (size_t k = 0; k < j.branch_count; k++) {
            CHECK(n < LIMIT_WELCOME_HEADS);
            s->heads[n++] = (struct journal_head){
                .journal = j.id, .branch = k, .next = j.branches[k].next, .head = j.branches[k].head
            };
        }
    }
    out->heads = s->heads;
    out->head_count = n;
    return OK;
}

static enum err entries_facts(struct kv_txn *t, const struct msg_entries *m, struct peer_facts *out)
{
    uint64_t index = 0;
    if (m->first == 0) {
        out->prev_known = hash_is_zero(m->prev);
        return OK;
    }
    enum err e = chain_index(t, m->journal, m->first - 1, m->prev, &index);
    out->prev_known = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err chunk_facts(struct kv_txn *t, const struct msg_chunk *m, struct peer_facts *out)
{
    struct blob b;
    struct slice here;
    enum err e = blob_look(t, m->root, &b);
    if (e == OK) {
        out->attachment.known = true;
        out->attachment.size = b.size;
        out->attachment.wanted = !b.gone && m->number >= b.next && blob_get(t, &b, m->number, &here) != OK;
    }
    return e == ERR_NOT_FOUND ? OK : e != OK ? e : kv_error(t);
}

static enum err want_facts(struct kv_txn *t, const struct msg_want *m, struct peer_facts *out)
{
    if (m->what == WANT_HELD) {
        return OK;
    }
    enum err e = chain_index(t, m->journal, m->seq, m->id, &out->index);
    out->has_index = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err serve_facts(struct serve *s, const struct msg *m, struct peer_facts *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct peer_facts facts = { 0 };
    enum err e = kv_begin_read(s->kv, &t);
    if (e != OK) {
        why_set(why, "reading the record: %s", err_text(e));
        return e;
    }
    if (m->type == MSG_HELLO) {
        e = hello_facts(s, t, &m->as.hello, &facts);
    } else if (m->type == MSG_ENTRIES) {
        e = entries_facts(t, &m->as.entries, &facts);
    } else if (m->type == MSG_WANT) {
        e = want_facts(t, &m->as.want, &facts);
    } else if (m->type == MSG_CHUNK) {
        e = chunk_facts(t, &m->as.chunk, &facts);
    }
    e = end(t, e);
    if (e == OK) {
        *out = facts;
    } else {
        why_set(why, "looking up a message of the exchange: %s", err_text(e));
    }
    return e;
}

// --- proofs and custody ---
static enum err read_proofs(struct serve *s, struct kv_txn *t, const struct peer_action *a, uint64_t size,
                            struct record_proof *inclusion, struct record_proof *consistency)
{
    uint64_t index = a->as.position.index;
    uint64_t base = a->as.position.base;
    if (index >= size || base > size || size > record_size(s->record)) {
        return ERR_NOT_FOUND;
    }
    enum err e = record_inclusion(s->record, t, index, size, inclusion);
    if (e == OK) {
        e = record_consistency(s->record, t, base, size, consistency);
    }
    return e;
}

enum err serve_proof(struct serve *s, const struct peer_action *a, struct tree_head head, struct slice note,
                     struct buf *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct record_proof inclusion = { 0 };
    struct record_proof consistency = { 0 };
    enum err e = begin(s, &t, why);
    if (e != OK) {
        return e;
    }
    e = end(t, read_proofs(s, t, a, head.size, &inclusion, &consistency));
    if (e != OK) {
        why_set(why, "making a proof: %s", err_text(e));
        return e;
    }
    struct msg m = { .type = MSG_PROOF,
                     .as.proof = { .journal = a->as.position.journal,
                                   .seq = a->as.position.seq,
                                   .index = a->as.position.index,
                                   .inclusion_count = inclusion.n,
                                   .inclusion = inclusion.hashes,
                                   .base = a->as.position.base,
                                   .consistency_count = consistency.n,
                                   .consistency = consistency.hashes,
                                   .checkpoint = note } };
    msg_make(&m, out);
    return OK;
}

// The custody frontier of the chain that ends with a position: kept for the end of a branch, else computed.
static enum err custody_at(const struct store_key *key, struct kv_txn *t, const struct peer_action *a,
                           struct merkle_frontier *out, struct why *why)
{
    const struct journal_id *journal = &a->as.position.journal;
    struct record_journal branch;
    uint64_t index = 0;
    enum err e = OK;
    for (uint64_t k = 0; k < LIMIT_BRANCHES && e == OK; k++) {
        e = record_journal_get(t, journal, k, &branch);
        if (e == OK && branch.head.next == a->as.position.seq + 1 && hash_equal(branch.head.head, a->as.position.id)) {
            *out = branch.custody;
            return OK;
        }
    }
    if (e == OK || e == ERR_NOT_FOUND) {
        e = chain_index(t, *journal, a->as.position.seq, a->as.position.id, &index);
    }
    return e != OK ? e : chain_custody(t, key, *journal, a->as.position.seq + 1, a->as.position.id, out, why);
}

enum err serve_custody(struct serve *s, const struct peer_action *a, struct buf *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct merkle_frontier f;
    struct journal_id journal = a->as.position.journal;
    uint64_t next = a->as.position.seq + 1;
    const struct store_key *key = keeper_hold(s->keys.keeper);
    enum err e = begin(s, &t, why);
    if (e == OK) {
        e = end(t, custody_at(key, t, a, &f, why));
    }
    keeper_release(s->keys.keeper, key);
    if (e != OK) {
        return e;
    }
    struct msg m = { .type = MSG_ACK,
                     .as.ack = { .journal = journal,
                                 .next = next,
                                 .head = a->as.position.id,
                                 .root = merkle_root(&f),
                                 .credit = a->as.position.credit } };
    struct custody c = { .consultation = s->keys.charter->id,
                         .key = journal.key,
                         .incarnation = journal.incarnation,
                         .seq = next - 1,
                         .head = m.as.ack.head,
                         .root = m.as.ack.root };
    m.as.ack.signature = custody_sign(&c, s->signer);
    msg_make(&m, out);
    return OK;
}

void serve_held_of(struct kv_txn *t, struct hash consultation, const struct seckey *signer, struct hash root,
                   struct msg_held *out)
{
    struct blob b;
    *out = (struct msg_held){ .root = root, .code = VERDICT_GAP };
    if (blob_look(t, root, &b) != OK) {
        return;
    }
    out->code = VERDICT_GOOD;
    out->next = b.next;
    if (b.gone || blob_whole(&b) || FAULT(CUSTODY_WITHOUT_ATTACHMENTS)) {
        const struct held held = { .consultation = consultation, .root = root, .size = b.size };
        out->next = attachment_chunks(b.size);
        out->is_signed = true;
        out->signature = held_sign(&held, signer);
    }
}

enum err serve_held(struct serve *s, const struct peer_action *a, struct buf *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct msg m = { .type = MSG_HELD };
    enum err e = kv_begin_read(s->kv, &t);
    if (e == OK) {
        serve_held_of(t, s->keys.charter->id, s->signer, a->as.held.root, &m.as.held);
        e = kv_commit(t);
    }
    if (e != OK) {
        why_set(why, "looking for an attachment: %s", err_text(e));
        return e;
    }
    m.as.held.retry_after_ms = m.as.held.code == VERDICT_GOOD ? 0 : a->as.held.retry_ms;
    msg_make(&m, out);
    return OK;
}

size_t serve_missing(struct serve *s, const struct journal_head *heads, size_t n, struct hash out[SERVE_MISSING])
{
    struct kv_txn *t = NULL;
    size_t found = 0;
    size_t looks = 0;
    if (kv_begin_read(s->kv, &t) != OK) {
        return 0; // the next hello asks again
    }
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && journal_id_equal(heads[i - 1].journal, heads[i].journal)) {
            continue; // another branch of it
        }
        struct attached_range r = attached_range_new(t, &heads[i].journal);
        while (found < SERVE_MISSING && looks < DOWN_LOOKS && attached_range_next(&r)) {
            struct blob b;
            looks++;
            if (blob_look(t, r.at.blob.root, &b) == OK && !b.gone && !blob_whole(&b)) {
                out[found++] = r.at.blob.root;
            }
        }
        attached_range_done(&r);
    }
    kv_abort(t);
    return found;
}

// --- what goes down ---
// Whether somebody who enrolled with this user's device wrote the entry that a response answers.
static enum err answers_user(struct serve *s, struct kv_txn *t, const struct entry *response, struct boxkey user,
                             bool *yes)
{
    enum err e = finder_follow(s->finder, s->record, t);
    *yes = false;
    for (size_t i = 0; i < response->ref_count && e == OK && !*yes; i++) {
        struct stored stored;
        struct entry target;
        struct roster_member member;
        uint64_t index = 0;
        size_t who = 0;
        e = finder_find(s->finder, s->record, t, entry_ref(response, i), &index);
        if (e == ERR_NOT_FOUND) {
            e = OK; // what it answers is not in the record (yet)
            continue;
        }
        if (e == OK) {
            e = leaf_get(t, index, &stored, NULL);
        }
        if (e == OK && entry_parse(stored.bytes, &target) == VERDICT_GOOD &&
            roster_find(s->fold.roster, target.place.author, &who)) {
            roster_member(s->fold.roster, who, &member);
            *yes = member.has_transport && boxkey_equal(member.transport, user);
        }
    }
    return e;
}

// PROTOCOL 11.11: what is written for everybody, and answers; not who holds which office.
static bool shows_parts(enum kind kind)
{
    return kind == KIND_GUIDE || kind == KIND_CODEBOOK || kind == KIND_FORUM_PLAN || kind == KIND_RESPONSE;
}

struct down {
    const struct store_key *key;
    struct arena *arena;
    size_t bytes;
    size_t count;
    struct msg_down_entry entries[LIMIT_DOWN_ENTRIES];
};

// PROTOCOL 16.3: what is covered goes down as erased, also while it is still here.
static enum err leave_out_erased(const struct serve *s, const struct entry *e, struct buf *plain)
{
    const uint64_t mask = erasure_mask(s->fold.erasures, e);
    struct disclosure d;
    if (mask == 0) {
        return OK;
    }
    if (disclosure_parse(buf_slice(plain), &d) != VERDICT_GOOD || d.count != e->part_count) {
        return ERR_CORRUPT;
    }
    struct buf made = buf_new(LIMIT_BATCH_BYTES);
    (void)disclosure_erase(&d, e->parts, mask);
    disclosure_make(&d, &made);
    buf_wipe(plain);
    buf_put(plain, buf_slice(&made));
    buf_wipe(&made);
    buf_done(&made);
    mem_wipe(&d, sizeof d);
    return OK;
}

// Adds the entry at index if it concerns the user.
static enum err down_add(struct serve *s, struct kv_txn *t, struct boxkey user, uint64_t index, struct down *d,
                         struct buf *plain, struct why *why)
{
    struct stored stored;
    struct entry entry;
    bool wanted = true;
    enum err e = leaf_get(t, index, &stored, why);
    if (e != OK) {
        return e;
    }
    if (entry_parse(stored.bytes, &entry) != VERDICT_GOOD) {
        return ERR_CORRUPT;
    }
    if (kind_of(entry.kind) == KIND_RESPONSE) {
        e = answers_user(s, t, &entry, user, &wanted);
    }
    if (e != OK || !wanted) {
        return e;
    }
    buf_reset(plain);
    if (shows_parts(kind_of(entry.kind)) && entry.part_count > 0) {
        e = leaf_parts(t, d->key, index, plain, why);
    }
    if (e == ERR_CORRUPT && kv_error(t) == OK) { // PROTOCOL 11.11: what follows does not wait for damaged words
        buf_wipe(plain);
        e = OK;
    }
    if (e == OK && plain->n > 0) {
        e = leave_out_erased(s, &entry, plain);
    }
    struct msg_down_entry *out = &d->entries[d->count];
    out->index = index;
    if (e == OK && arena_copy(d->arena, stored.bytes, &out->entry) &&
        arena_copy(d->arena, buf_slice(plain), &out->disclosure)) {
        d->bytes += out->entry.n + out->disclosure.n + 32;
        d->count++;
    }
    return e;
}

static enum err down_read(struct serve *s, struct kv_txn *t, const struct peer_action *a, struct down *d,
                          uint64_t *upto, struct why *why)
{
    struct buf plain = buf_new(LIMIT_BATCH_BYTES);
    uint64_t to = a->as.down.to < record_size(s->record) ? a->as.down.to : record_size(s->record);
    uint64_t index = a->as.down.from;
    enum err e = OK;
    size_t looks = 0;
    while (e == OK && d->count < LIMIT_DOWN_ENTRIES && d->bytes < DOWN_BYTES && looks < DOWN_LOOKS && index < to &&
           record_next_control(t, &index) && index < to) {
        e = down_add(s, t, a->user, index, d, &plain, why);
        index++;
        looks++;
    }
    // A full message, or a long look, ends behind its last entry; else everything up to `to` was looked at.
    bool full = d->count == LIMIT_DOWN_ENTRIES || d->bytes >= DOWN_BYTES || looks == DOWN_LOOKS;
    *upto = full && index < to ? index : to;
    buf_wipe(&plain);
    buf_done(&plain);
    return e;
}

enum err serve_down(struct serve *s, const struct peer_action *a, struct buf *out, uint64_t *upto, bool *any,
                    struct why *why)
{
    struct kv_txn *t = NULL;
    struct down *d = NULL;
    uint64_t stop = a->as.down.from;
    const struct store_key *key = keeper_hold(s->keys.keeper);
    enum err e = begin(s, &t, why);
    if (e != OK) {
        keeper_release(s->keys.keeper, key);
        return e;
    }
    d = mem_new(sizeof *d);
    d->key = key;
    d->arena = arena_new(LIMIT_FRAME_BYTES);
    e = end(t, down_read(s, t, a, d, &stop, why));
    // A long look that found nothing is said too: else the device would never hear how far it was looked for it, and
    // send the hub back to where it began.
    const bool looked = stop > a->as.down.from && stop < a->as.down.to && !FAULT(LONG_LOOK_SILENT);
    const bool tells = e == OK && (d->count > 0 || looked);
    keeper_release(s->keys.keeper, key);
    if (e == OK) {
        *upto = stop;
        *any = tells;
    }
    if (tells) {
        struct msg m = { .type = MSG_DOWN,
                         .as.down = { .from = a->as.down.from, .to = stop, .count = d->count, .entries = d->entries } };
        msg_make(&m, out);
    }
    arena_free(d->arena);
    free(d);
    return e;
}
