// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Keys of the consultation and the proof of their changes. Read first: service_keys.h.
#include "common/format/service_keys.h"

#include "common/format/armor.h"
#include "common/format/pack.h"

#include <stdlib.h>

void service_keys_of(const struct charter *charter, const struct roster *roster, struct service_keys *out)
{
    out->log_count = 1;
    out->log[0] = (struct log_key){ .from = 0, .key = charter->log };
    out->exchange = charter->exchange;
    out->intake = charter->intake;
    out->changes = 0;
    if (roster == NULL) {
        return;
    }
    out->exchange = roster_exchange_key(roster);
    out->intake = roster_intake_key(roster);
    out->changes = roster_change_count(roster);
    for (size_t i = 0; i < out->changes; i++) {
        const struct roster_change *c = roster_change(roster, i);
        if (c->what == SERVICE_LOG) {
            struct log_key *next = &out->log[out->log_count++];
            next->from = c->since + 1;
            CHECK(vkey_make(charter_origin(charter), VKEY_ED25519, c->new_key, &next->key));
        }
    }
}

const struct vkey *service_log_at(const struct service_keys *k, uint64_t size)
{
    size_t i = k->log_count - 1;
    while (k->log[i].from > size) {
        i--; // the first is from 0
    }
    return &k->log[i].key;
}

const struct vkey *service_log_now(const struct service_keys *k)
{
    return &k->log[k->log_count - 1].key;
}

const struct vkey *service_log_of_note(const struct service_keys *k, struct slice whole)
{
    struct note note;
    struct checkpoint c;
    if (!note_parse(whole, &note, NULL) || !checkpoint_parse(note.text, CHECKPOINT_OURS, &c, NULL)) {
        return service_log_now(k);
    }
    return service_log_at(k, c.head.size);
}

enum verdict service_checkpoint_verify(const struct service_keys *k, struct slice note, struct tree_head *out,
                                       struct why *why)
{
    return checkpoint_verify(note, service_log_of_note(k, note), out, why);
}

// --- succession ---

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

size_t succession_indexes(const struct roster *r, uint64_t out[static LIMIT_SUCCESSION_ENTRIES])
{
    size_t n = 0;
    for (size_t i = 0; i < roster_change_count(r); i++) {
        const struct roster_change *c = roster_change(r, i);
        for (size_t k = 0; k < c->said_count; k++) {
            out[n++] = c->said[k]; // an entry belongs to one change only
        }
    }
    qsort(out, n, sizeof *out, by_number);
    return n;
}

void succession_begin(size_t n, struct buf *out)
{
    pack_array(out, n);
}

void succession_put(uint64_t index, struct slice entry, struct buf *out)
{
    pack_array(out, 2);
    pack_uint(out, index);
    pack_bin(out, entry);
}

// Takes the next entry; false when it has not the form.
static bool take(struct cursor *c, uint64_t *index, struct slice *entry)
{
    cursor_array_of(c, 2);
    *index = cursor_uint(c);
    *entry = cursor_bin(c);
    return cursor_ok(c);
}

static enum verdict fold_one(struct roster *r, struct slice bytes, uint64_t index, struct hash consultation)
{
    struct entry e;
    struct body body;
    enum verdict v = entry_parse(bytes, &e);
    if (v == VERDICT_GOOD) {
        v = entry_verify(&e, consultation);
    }
    if (v == VERDICT_GOOD) {
        v = kind_parse(&e, &body);
    }
    if (v == VERDICT_GOOD && body.kind != KIND_REKEY && body.kind != KIND_ROOT_APPROVAL) {
        v = VERDICT_NOT_CANONICAL;
    }
    if (v == VERDICT_GOOD) {
        v = roster_admit(r, &e, VERDICT_GOOD, &body);
    }
    if (v == VERDICT_GOOD) {
        v = roster_apply(r, &e, VERDICT_GOOD, &body, index);
    }
    return v == VERDICT_PENDING ? VERDICT_GOOD : v;
}

enum verdict succession_verify(struct slice bytes, const struct charter *charter, struct roster **out, struct why *why)
{
    struct roster *r = roster_new(charter);
    struct cursor c = cursor_new(bytes, false);
    const size_t n = cursor_array(&c, LIMIT_SUCCESSION_ENTRIES);
    enum verdict v = bytes.n <= LIMIT_SUCCESSION_BYTES && cursor_ok(&c) && n > 0 ? VERDICT_GOOD : VERDICT_NOT_CANONICAL;
    uint64_t least = 0;
    for (size_t i = 0; i < n && v == VERDICT_GOOD; i++) {
        struct slice entry = { NULL, 0 };
        uint64_t index = 0;
        v = take(&c, &index, &entry) && index >= least && index < UINT64_MAX - 1 ? VERDICT_GOOD : VERDICT_NOT_CANONICAL;
        if (v == VERDICT_GOOD) {
            v = fold_one(r, entry, index, charter->id);
            least = index + 1;
        }
    }
    if (v == VERDICT_GOOD && !cursor_done(&c)) {
        v = VERDICT_NOT_CANONICAL;
    }
    // Approvals that belong to nothing are good where they stand, and prove nothing here.
    if (v == VERDICT_GOOD && (roster_pending_count(r) > 0 || roster_change_count(r) == 0)) {
        v = VERDICT_PENDING;
    }
    if (v != VERDICT_GOOD) {
        why_set(why, "the proof of changed keys is not good: %s", verdict_text(v));
        roster_free(r);
        return v;
    }
    *out = r;
    return VERDICT_GOOD;
}

void service_keys_of_receipt(const struct charter *charter, struct slice extra, struct service_keys *out)
{
    struct roster *roster = NULL;
    struct buf bytes = buf_new(LIMIT_SUCCESSION_BYTES);
    if (extra.n == 0 || !armor_base64(extra, &bytes) ||
        succession_verify(buf_slice(&bytes), charter, &roster, NULL) != VERDICT_GOOD) {
        roster = NULL;
    }
    service_keys_of(charter, roster, out);
    roster_free(roster);
    buf_done(&bytes);
}

bool succession_extends(struct slice before, struct slice after)
{
    struct cursor old = cursor_new(before, false);
    struct cursor new = cursor_new(after, false);
    size_t n = before.n == 0 ? 0 : cursor_array(&old, LIMIT_SUCCESSION_ENTRIES);
    size_t left = after.n == 0 ? 0 : cursor_array(&new, LIMIT_SUCCESSION_ENTRIES);
    while (n > 0) {
        uint64_t index = 0;
        uint64_t at = 0;
        struct slice entry;
        struct slice found;
        if (!take(&old, &index, &entry)) {
            return false;
        }
        do {
            if (left == 0 || !take(&new, &at, &found)) {
                return false;
            }
            left--;
        } while (at < index);
        if (at != index || !slice_equal(entry, found)) {
            return false;
        }
        n--;
    }
    return true;
}
