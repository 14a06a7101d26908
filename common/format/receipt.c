// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Receipts as one file. Read first: receipt.h.
#include "common/format/receipt.h"

#include "common/base/fault.h"
#include "common/format/armor.h"
#include "common/format/pack.h"
#include "common/format/service_keys.h"

// --- the extra line: canonical [charter, succession, [entry …]] ---

bool receipt_make(const struct receipt *r, struct buf *out)
{
    struct proof proof;
    struct buf extra = buf_new(LIMIT_NOTE_BYTES);
    struct buf text = buf_new(LIMIT_NOTE_BYTES);
    struct buf whole = buf_new(LIMIT_NOTE_BYTES);
    CHECK(r->n >= 1 && r->n <= LIMIT_RECEIPT_CHAIN);
    pack_array(&extra, 3);
    pack_bin(&extra, r->charter);
    pack_bin(&extra, r->succession);
    pack_array(&extra, r->n);
    for (size_t i = 0; i < r->n; i++) {
        pack_bin(&extra, r->entries[i]);
    }
    armor_put_base64(&text, buf_slice(&extra));
    bool ok = buf_ok(&extra) && buf_ok(&text) && proof_parse(r->proof, &proof, NULL);
    if (ok) {
        proof.extra = buf_slice(&text);
        proof_make(&proof, &whole);
        ok = buf_ok(&whole);
    }
    if (ok) {
        buf_put(out, buf_slice(&whole));
    }
    buf_done(&extra);
    buf_done(&text);
    buf_done(&whole);
    return ok;
}

bool receipt_parse(struct slice text, struct buf *room, struct receipt *out, struct why *why)
{
    struct proof proof;
    if (!proof_parse(text, &proof, why)) {
        return false;
    }
    if (proof.extra.n == 0 || !armor_base64(proof.extra, room)) {
        why_set(why, "a proof alone, without the entry and the charter that a receipt holds");
        return false;
    }
    struct cursor c = cursor_new(buf_slice(room), false);
    cursor_array_of(&c, 3);
    out->charter = cursor_bin(&c);
    out->succession = cursor_bin(&c);
    out->n = cursor_array(&c, LIMIT_RECEIPT_CHAIN);
    for (size_t i = 0; i < out->n && cursor_ok(&c); i++) {
        out->entries[i] = cursor_bin(&c);
    }
    if (!cursor_done(&c) || out->n == 0) {
        why_set(why, "what the receipt says of its entry is not in the one allowed form");
        return false;
    }
    out->proof = text;
    return true;
}

// Each entry names the one before it, in one journal.
static enum verdict chain_verify(const struct receipt *r, const struct entry *first, struct why *why)
{
    struct entry before = *first;
    for (size_t i = 1; i < r->n; i++) {
        struct entry e;
        if (entry_parse(r->entries[i], &e) != VERDICT_GOOD) {
            why_set(why, "entry %zu of the receipt's chain is not in the one allowed form", i);
            return VERDICT_NOT_CANONICAL;
        }
        if (!pubkey_equal(e.place.author, before.place.author) ||
            !incarnation_equal(e.place.incarnation, before.place.incarnation) ||
            e.place.seq != before.place.seq + 1 || !hash_equal(e.prev, before.id)) {
            why_set(why, "entry %zu of the receipt's chain does not follow the one before it", i);
            return VERDICT_BAD_PROOF;
        }
        before = e;
    }
    return VERDICT_GOOD;
}

static enum verdict charter_of(const struct receipt *r, struct hash consultation, struct charter *out, struct why *why)
{
    enum verdict v = charter_verify(r->charter, out, why);
    if (v == VERDICT_GOOD && !hash_equal(out->id, consultation) && !FAULT(RECEIPT_ANY_CHARTER)) {
        why_set(why, "the receipt is of another consultation");
        v = VERDICT_WRONG_CONSULTATION;
    }
    return v;
}

// The log's key that must have signed, by the charter and the changes that the receipt proves (8.10).
static enum verdict key_of(const struct receipt *r, const struct charter *charter, struct vkey *out, struct why *why)
{
    struct roster *roster = NULL;
    struct service_keys keys;
    struct proof proof;
    if (!proof_parse(r->proof, &proof, why)) {
        return VERDICT_NOT_CANONICAL;
    }
    enum verdict v = r->succession.n > 0 ? succession_verify(r->succession, charter, &roster, why) : VERDICT_GOOD;
    if (v == VERDICT_GOOD) {
        service_keys_of(charter, roster, &keys);
        *out = *service_log_of_note(&keys, proof.checkpoint);
    }
    roster_free(roster);
    return v;
}

enum verdict receipt_verify(const struct receipt *r, struct hash consultation, struct receipt_facts *out,
                            struct why *why)
{
    struct receipt_facts f;
    struct vkey key;
    enum verdict v = charter_of(r, consultation, &f.charter, why);
    if (v != VERDICT_GOOD) {
        return v;
    }
    v = entry_parse(r->entries[0], &f.entry);
    if (v == VERDICT_GOOD) {
        v = entry_verify(&f.entry, consultation);
    }
    if (v != VERDICT_GOOD) {
        why_set(why, "the entry in the receipt: %s", verdict_text(v));
        return v;
    }
    v = chain_verify(r, &f.entry, why);
    if (v == VERDICT_GOOD) {
        v = key_of(r, &f.charter, &key, why);
    }
    if (v == VERDICT_GOOD) {
        const struct proof_trust trust = { .log = &key, .form = CHECKPOINT_OURS };
        v = proof_verify(r->proof, merkle_leaf(r->entries[r->n - 1]), &trust, &f.index, &f.head, why);
    }
    if (v == VERDICT_GOOD) {
        *out = f;
    }
    return v;
}
