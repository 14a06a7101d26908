// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Writing what one step of node_core decided, in one transaction.
#include "node/node_store.h"

#include "common/author/notebook.h"
#include "common/format/custody.h"
#include "common/format/kinds.h"
#include "common/format/pack.h"
#include "common/format/proof.h"
#include "common/store/attached.h"
#include "common/store/blob.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/leaf.h"
#include "common/store/outbox_store.h"
#include "common/store/store.h"
#include "node/node_custody.h"
#include "node/node_view.h"

#include <stdlib.h>

// --- acknowledgements ---
// The note as it is kept: what is not in it is the journal's name.
static void put_note(struct buf *out, const struct msg_ack *m)
{
    pack_array(out, 4);
    pack_uint(out, m->next - 1);
    pack_bin(out, SLICE_ARRAY(m->head.b));
    pack_bin(out, SLICE_ARRAY(m->root.b));
    pack_bin(out, SLICE_ARRAY(m->signature.b));
}

static void drop_copies(struct kv_txn *t, const struct msg_ack *m)
{
    struct unlock_id unlock;
    outbox_drop(t, &m->journal, m->next);
    if (outbox_count(t) == 0) { // the keys of earlier unlocks open nothing any more
        while (outbox_key_next(t, false, &unlock)) {
            outbox_key_drop(t, unlock);
        }
    }
}

static enum err store_ack(struct kv_txn *t, const struct msg_ack *m)
{
    struct exchange_journal x;
    struct buf note = buf_new(256);
    enum err e = exchange_journal_get(t, &m->journal, &x);
    if (e == OK && m->next > x.acked.next) {
        e = node_custody_extend(t, &m->journal, m->next, m->root, &x.custody);
        if (e == OK && !hash_equal(merkle_root(&x.custody), m->root)) {
            e = ERR_CORRUPT; // it was the same a moment ago
        }
        if (e == OK) {
            put_note(&note, m);
            CHECK(buf_ok(&note));
            x.acked = (struct journal_head){ .journal = m->journal, .next = m->next, .head = m->head };
            x.note = buf_slice(&note);
            exchange_journal_put(t, &m->journal, &x);
            drop_copies(t, m);
        }
    }
    buf_done(&note);
    return e;
}

// --- receipts ---
static void store_receipt(struct kv_txn *t, const struct msg_proof *m)
{
    struct buf text = buf_new(LIMIT_NOTE_BYTES + 8192);
    struct proof p = { .index = m->index, .n = m->inclusion_count, .checkpoint = m->checkpoint };
    for (size_t i = 0; i < m->inclusion_count; i++) {
        p.hashes[i] = m->inclusion[i];
    }
    proof_make(&p, &text);
    CHECK(buf_ok(&text));
    const struct position at = { .journal = m->journal, .seq = m->seq };
    receipt_put(t, &at, buf_slice(&text));
    buf_done(&text);
}

// A checkpoint that was verified is never followed by a smaller one, whoever moved it on: a bundle may have been taken
// since the core learnt where it stood.
static enum err put_checkpoint(struct kv_txn *t, struct slice note, struct tree_head head)
{
    struct tree_head known;
    struct slice before;
    enum err e = exchange_checkpoint_get(t, &known, &before);
    if (e == ERR_NOT_FOUND || (e == OK && known.size <= head.size)) {
        exchange_checkpoint_put(t, head, note);
        e = OK;
    }
    return e;
}

static enum err store_proof(struct kv_txn *t, const struct msg_proof *m, struct tree_head head)
{
    struct exchange_journal x;
    struct hash id;
    const struct position at = { .journal = m->journal, .seq = m->seq };
    enum err e = journal_entry_id(t, &at, &id);
    if (e == OK) {
        e = exchange_journal_get(t, &m->journal, &x);
    }
    if (e != OK) {
        return e;
    }
    store_receipt(t, m);
    e = put_checkpoint(t, m->checkpoint, head);
    if (e != OK) {
        return e;
    }
    if (m->seq >= x.proven.next) {
        struct buf note = buf_new(256);
        buf_put(&note, x.note); // it borrows what the next write may move
        x.note = buf_slice(&note);
        x.proven = (struct journal_head){ .journal = m->journal, .next = m->seq + 1, .head = id };
        exchange_journal_put(t, &m->journal, &x);
        buf_done(&note);
    }
    return kv_error(t);
}

// --- downwards ---
// Sealed under the public half of the store key, so that nothing that came down lies readable on a locked device.
static enum err store_down_entry(struct kv_txn *t, const struct msg_down_entry *d, struct buf *sealed)
{
    struct boxkey half;
    uint8_t key_id[8];
    struct wrapped wrapped;
    struct hash id = entry_id(d->entry);
    struct entry entry;
    if (entry_parse(d->entry, &entry) == VERDICT_GOOD && kind_of(entry.kind) == KIND_REDACTION) {
        leaf_redaction_put(t, d->index);
    }
    if (d->disclosure.n == 0) {
        leaf_put(t, d->index, id, d->entry, slice_of(NULL, 0), NULL);
        return kv_error(t);
    }
    enum err e = store_seal_key_get(t, &half, key_id);
    if (e == ERR_NOT_FOUND) {
        // Nobody has ever written here, so there is no key yet: the entry without its parts; all of it can come again.
        leaf_put(t, d->index, id, d->entry, slice_of(NULL, 0), NULL);
        return kv_error(t);
    }
    if (e == OK) {
        buf_reset(sealed);
        vault_seal_public(half, key_id, id, d->disclosure, sealed, &wrapped);
        CHECK(buf_ok(sealed));
        leaf_put(t, d->index, id, d->entry, buf_slice(sealed), &wrapped);
        e = kv_error(t);
    }
    return e;
}

static enum err store_down(struct kv_txn *t, const struct msg_down *m)
{
    struct buf sealed = buf_new(LIMIT_FRAME_BYTES + VAULT_SEAL_BYTES);
    enum err e = OK;
    for (size_t i = 0; i < m->count && e == OK; i++) {
        e = store_down_entry(t, &m->entries[i], &sealed);
    }
    uint64_t known = 0;
    if (e == OK) {
        e = exchange_down_get(t, &known);
    }
    if (e == OK && m->to > known) {
        exchange_down_put(t, m->to);
    }
    buf_done(&sealed);
    return e == OK ? kv_error(t) : e;
}

// --- refusals, evidence, new incarnations ---
static void store_refusal(struct kv_txn *t, struct hash consultation, const struct msg_refuse *m)
{
    const struct refused r = { .refusal = { .consultation = consultation,
                                            .key = m->journal.key,
                                            .incarnation = m->journal.incarnation,
                                            .seq = m->seq,
                                            .received = m->received,
                                            .code = m->code },
                               .sig = m->signature };
    refused_put(t, &r);
}

static enum err store_evidence(struct kv_txn *t, const struct node_action *a)
{
    const struct tree_head *view = a->as.store_evidence.by_view ? &a->as.store_evidence.view : NULL;
    return node_evidence_put(t, a->as.store_evidence.seen, a->as.store_evidence.note, view);
}

// The last one is enough: each is a proof of its own.
static void store_false(struct kv_txn *t, const struct msg_ack *m)
{
    struct buf value = buf_new(512);
    pack_array(&value, 3);
    pack_bin(&value, SLICE_ARRAY(m->journal.key.b));
    pack_bin(&value, SLICE_ARRAY(m->journal.incarnation.b));
    put_note(&value, m);
    CHECK(buf_ok(&value));
    store_value_put(t, NODE_FALSE_CUSTODY, buf_slice(&value));
    buf_done(&value);
}

static enum err strand(struct kv_txn *t, struct journal_id journal, uint64_t from)
{
    const struct stranded s = { .journal = journal, .from = from };
    return notebook_strand(t, &s);
}

// The incarnation that is written in now is followed by a new one. Of one that is closed already only what follows a
// refused entry matters: its author signs it anew in the present one.
static enum err store_renew(struct kv_txn *t, const struct node_action *a)
{
    struct notebook n;
    enum renew_cause cause = a->as.renew.cause;
    enum err e = notebook_get(t, a->as.renew.journal.key, &n);
    if (e != OK) {
        return e == ERR_NOT_FOUND ? OK : e;
    }
    if (!journal_id_equal(n.journal, a->as.renew.journal)) {
        return cause == RENEW_RESTORED ? OK : strand(t, a->as.renew.journal, a->as.renew.next);
    }
    if (n.renew == NOTEBOOK_REFUSED) {
        return OK;
    }
    if (cause == RENEW_RESTORED) {
        e = notebook_copy_note(t, &(struct notebook_copy){ .at_s = a->as.renew.at_s, .held = a->as.renew.held });
    }
    if (e == OK && cause == RENEW_RESTORED && n.renew == NOTEBOOK_UNACCREDITED) {
        e = strand(t, n.journal, n.from);
    }
    n.renew = cause == RENEW_RESTORED ? NOTEBOOK_RESTORED
              : cause == RENEW_REFUSED ? NOTEBOOK_REFUSED
                                       : NOTEBOOK_UNACCREDITED;
    n.from = cause == RENEW_RESTORED ? 0 : a->as.renew.next;
    return e == OK ? notebook_put(t, &n) : e;
}

// One that was erased here meanwhile is no more, and stays so.
static enum err store_held(struct kv_txn *t, const struct node_action *a)
{
    const struct node_attachment *at = &a->as.store_held.at;
    struct attached attached;
    enum err e = attached_get(t, &at->journal, at->seq, at->root, &attached);
    if (e == OK && attached.state == ATTACHED_WAITING) {
        attached.next = at->next;
        attached.state = a->as.store_held.state == NODE_ATTACHMENT_HELD   ? ATTACHED_HELD
                         : a->as.store_held.state == NODE_ATTACHMENT_LOST ? ATTACHED_LOST
                                                                          : ATTACHED_WAITING;
        attached.held = a->as.store_held.signature;
        attached_put(t, &attached);
    }
    return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? kv_error(t) : e;
}

// What is wiped here since it was held the hub asks for in vain: its signature stays.
static enum err store_again(struct kv_txn *t, struct hash root)
{
    struct attached *all = NULL;
    size_t n = 0;
    struct attached_range r = attached_range_new(t, NULL);
    while (attached_range_next(&r)) {
        struct blob b;
        const bool meant = hash_is_zero(root) || hash_equal(root, r.at.blob.root);
        if (meant && r.at.state == ATTACHED_HELD && blob_look(t, r.at.blob.root, &b) == OK && blob_whole(&b)) {
            all = mem_grow(all, n + 1, sizeof *all);
            all[n++] = r.at;
        }
    }
    attached_range_done(&r);
    for (size_t i = 0; i < n; i++) {
        all[i].state = ATTACHED_WAITING;
        all[i].next = 0;
        all[i].held = (struct sig){ { 0 } };
        attached_put(t, &all[i]);
    }
    free(all);
    return kv_error(t);
}

static bool is_store(enum node_action_type type)
{
    return type <= NODE_STORE_RENEW;
}

static enum err apply_one(struct kv_txn *t, struct hash consultation, const struct node_action *a)
{
    switch (a->type) {
    case NODE_STORE_ACK:
        return store_ack(t, &a->as.store_ack);
    case NODE_STORE_PROOF:
        return store_proof(t, &a->as.store_proof.proof, a->as.store_proof.head);
    case NODE_STORE_DOWN:
        return store_down(t, &a->as.store_down);
    case NODE_STORE_REFUSAL:
        store_refusal(t, consultation, &a->as.store_refusal);
        break;
    case NODE_STORE_EVIDENCE:
        return store_evidence(t, a);
    case NODE_STORE_VIEW:
        return node_view_drop(t, a->as.store_view);
    case NODE_STORE_FALSE:
        store_false(t, &a->as.store_ack);
        break;
    case NODE_STORE_HELD:
        return store_held(t, a);
    case NODE_STORE_AGAIN:
        return store_again(t, a->as.store_again.root);
    case NODE_STORE_RENEW:
        return store_renew(t, a);
    case NODE_CONNECT:
    case NODE_DISCONNECT:
    case NODE_SEND:
    case NODE_SEND_RANGE:
    case NODE_NEXT_ATTACHMENT:
    case NODE_SEND_CHUNK:
    case NODE_NEW_INCARNATION:
    case NODE_ARM:
    case NODE_TELL:
        break;
    }
    return kv_error(t);
}

enum err node_store_apply(struct kv *kv, struct hash consultation, const struct node_actions *actions)
{
    struct kv_txn *t = NULL;
    enum err e = OK;
    for (size_t i = 0; i < actions->n && e == OK; i++) {
        if (!is_store(actions->items[i].type)) {
            continue;
        }
        if (t == NULL) {
            e = kv_begin_write(kv, &t);
        }
        if (e == OK) {
            e = apply_one(t, consultation, &actions->items[i]);
        }
    }
    if (e == OK && t != NULL) {
        e = kv_commit(t);
        t = NULL;
    }
    kv_abort(t);
    return e;
}
