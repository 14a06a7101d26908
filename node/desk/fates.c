// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Judging how far entries have come. Read first: fates.h.
#include "node/desk/fates.h"

#include "common/author/mend.h"
#include "common/store/leaf.h"
#include "node/desk/roster_here.h"

#include <stdlib.h>
#include <string.h>

const char *fate_name(enum fate f)
{
    static const char *const names[FATE_COUNT] = {
        [FATE_WAITING] = "waiting",   [FATE_RECEIVED] = "received", [FATE_CONFIRMED] = "confirmed",
        [FATE_ANSWERED] = "answered", [FATE_REFUSED] = "refused",   [FATE_REPLACED] = "replaced",
        [FATE_LOST] = "lost",
    };
    CHECK(f < FATE_COUNT);
    return names[f];
}

static int hash_order(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hash));
}

// Gathers what the responses that came down name, for "answered": of those that are in force, by the roster as it is
// known here, so that nobody answers who may not.
static enum err load_answered(struct fates *f, struct kv_txn *t, struct desk *desk, struct why *why)
{
    struct roster *roster = NULL;
    enum err err = OK;
    struct leaf_range range = leaf_range_new(t, 0);
    while (err == OK && leaf_range_next(&range)) {
        struct entry e;
        struct body body;
        if (!range.whole || entry_parse(range.entry.bytes, &e) != VERDICT_GOOD || kind_of(e.kind) != KIND_RESPONSE ||
            kind_parse(&e, &body) != VERDICT_GOOD) {
            continue;
        }
        err = roster == NULL ? roster_here(desk, &roster, why) : OK;
        if (err != OK || roster_standing(roster, &e, VERDICT_GOOD, &body, range.index) != VERDICT_GOOD) {
            continue;
        }
        f->answered = mem_grow(f->answered, f->answered_count + e.ref_count, sizeof *f->answered);
        for (size_t i = 0; i < e.ref_count; i++) {
            f->answered[f->answered_count++] = entry_ref(&e, i);
        }
    }
    leaf_range_done(&range);
    roster_free(roster);
    if (f->answered_count > 0) {
        qsort(f->answered, f->answered_count, sizeof *f->answered, hash_order);
    }
    return err;
}

enum err fates_reload(struct kv_txn *t, struct fates *f)
{
    f->refused_count = 0;
    f->lost_count = 0;
    enum err e = notebook_all(t, f->notebooks, &f->notebook_count);
    if (e == OK) {
        e = notebook_stranded(t, f->stranded, &f->stranded_count);
    }
    struct refused_range refused = refused_range_new(t, NULL);
    while (e == OK && refused_range_next(&refused)) {
        f->refused = mem_grow(f->refused, f->refused_count + 1, sizeof *f->refused);
        f->refused[f->refused_count++] = refused.refused;
    }
    refused_range_done(&refused);
    struct lost_range lost = lost_range_new(t, NULL, 0);
    while (e == OK && lost_range_next(&lost)) {
        f->lost = mem_grow(f->lost, f->lost_count + 1, sizeof *f->lost);
        f->lost[f->lost_count++] = lost.lost;
    }
    lost_range_done(&lost);
    return e == OK ? kv_error(t) : e;
}

enum err fates_load(struct desk *desk, struct kv_txn *t, struct fates *out, struct why *why)
{
    struct fates f = { .answered = NULL };
    *out = f;
    enum err e = fates_reload(t, &f);
    if (e == OK) {
        e = load_answered(&f, t, desk, why);
    }
    if (e == OK) {
        *out = f;
    } else {
        fates_done(&f);
    }
    return e;
}

void fates_done(struct fates *f)
{
    free(f->answered);
    free(f->refused);
    free(f->lost);
    *f = (struct fates){ .answered = NULL };
}

enum err fates_journal(const struct fates *f, struct kv_txn *t, const struct journal_id *id,
                       struct fates_journal *out)
{
    *out = (struct fates_journal){ .id = *id };
    enum err e = exchange_journal_get(t, id, &out->exchange);
    if (e == ERR_CORRUPT && kv_error(t) == OK) {
        out->exchange = (struct exchange_journal){ .acked = { .next = 0 } };
        e = OK;
    }
    if (e == OK) {
        e = journal_head(t, id, &out->head);
    }
    for (size_t i = 0; i < f->notebook_count; i++) {
        out->current = out->current || journal_id_equal(f->notebooks[i].journal, *id);
    }
    return e;
}

static bool is_of(const struct refusal *r, const struct journal_id *id)
{
    return pubkey_equal(r->key, id->key) && incarnation_equal(r->incarnation, id->incarnation);
}

static const struct refused *refused_at(const struct fates *f, const struct journal_id *id, uint64_t seq)
{
    for (size_t i = 0; i < f->refused_count; i++) {
        if (is_of(&f->refused[i].refusal, id) && f->refused[i].refusal.seq == seq) {
            return &f->refused[i];
        }
    }
    return NULL;
}

static bool lost_at(const struct fates *f, const struct journal_id *id, uint64_t seq)
{
    for (size_t i = 0; i < f->lost_count; i++) {
        if (journal_id_equal(f->lost[i].at.journal, *id) && f->lost[i].at.seq == seq) {
            return true;
        }
    }
    return false;
}

// True when the journal was cut before seq, by a refusal or a loss.
static bool follows_cut(const struct fates *f, const struct journal_id *id, uint64_t seq)
{
    for (size_t i = 0; i < f->refused_count; i++) {
        if (is_of(&f->refused[i].refusal, id) && f->refused[i].refusal.seq < seq) {
            return true;
        }
    }
    for (size_t i = 0; i < f->lost_count; i++) {
        if (journal_id_equal(f->lost[i].at.journal, *id) && f->lost[i].at.seq < seq) {
            return true;
        }
    }
    return false;
}

// True when it was not signed anew yet: its author has not written since.
static bool to_come(const struct fates *f, const struct journal_id *id, uint64_t seq)
{
    for (size_t i = 0; i < f->stranded_count; i++) {
        if (journal_id_equal(f->stranded[i].journal, *id)) {
            return seq >= f->stranded[i].from;
        }
    }
    return false;
}

enum fate fates_of(const struct fates *f, const struct fates_journal *j, uint64_t seq, const struct hash *id,
                   uint64_t *code)
{
    if (seq < j->exchange.acked.next) {
        if (f->answered_count > 0 &&
            bsearch(id, f->answered, f->answered_count, sizeof *f->answered, hash_order) != NULL) {
            return FATE_ANSWERED;
        }
        return seq < j->exchange.proven.next ? FATE_CONFIRMED : FATE_RECEIVED;
    }
    if (lost_at(f, &j->id, seq)) {
        return FATE_LOST;
    }
    const struct refused *refused = refused_at(f, &j->id, seq);
    if (refused != NULL) {
        *code = refused->refusal.code;
        return FATE_REFUSED;
    }
    return !j->current && follows_cut(f, &j->id, seq) && !to_come(f, &j->id, seq) ? FATE_REPLACED : FATE_WAITING;
}

enum fate fates_of_damaged(const struct fates *f, const struct fates_journal *j, struct kv_txn *t,
                           const struct store_key *key, uint64_t seq, const struct hash *id)
{
    const struct position at = { .journal = j->id, .seq = seq };
    uint64_t code = 0;
    const enum fate fate = fates_of(f, j, seq, id, &code);
    return fate == FATE_WAITING && !mend_travels(t, key, &at) ? FATE_LOST : fate; // the exchange comes to it yet
}

void tally_add(struct tally *t, enum fate f)
{
    t->replaced += f == FATE_REPLACED;
    t->saved += f != FATE_REPLACED;
    t->waiting += f == FATE_WAITING;
    t->refused += f == FATE_REFUSED;
    t->lost += f == FATE_LOST;
    t->received += f == FATE_RECEIVED || f == FATE_CONFIRMED || f == FATE_ANSWERED;
    t->confirmed += f == FATE_CONFIRMED || f == FATE_ANSWERED;
    t->answered += f == FATE_ANSWERED;
}
