// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The text of a receipt, and its verification: signature first, then the way from the leaf to the signed root.
// Read first: c2sp.org/tlog-proof.
#include "common/format/proof.h"

#include "common/base/num.h"
#include "common/base/text.h"
#include "common/format/armor.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

void proof_make(const struct proof *p, struct buf *out)
{
    buf_put_text(out, FIRST_LINE "\n");
    if (p->extra.n > 0) {
        buf_put_text(out, "extra ");
        buf_put(out, p->extra);
        buf_put_u8(out, '\n');
    }
    buf_printf(out, "index %llu\n", (unsigned long long)p->index);
    for (size_t i = 0; i < p->n; i++) {
        armor_put_base64(out, SLICE_ARRAY(p->hashes[i].b));
        buf_put_u8(out, '\n');
    }
    buf_put_u8(out, '\n');
    buf_put(out, p->checkpoint);
}

static bool base64_ok(struct slice text)
{
    struct buf scratch = buf_new(text.n);
    bool ok = text.n > 0 && armor_base64(text, &scratch);
    buf_done(&scratch);
    return ok;
}

static bool read_extra(struct slice *rest, struct slice *line, struct proof *p, struct why *why)
{
    if (!text_starts(*line, "extra ", &p->extra)) {
        p->extra = slice_of(NULL, 0);
        return true;
    }
    if (!base64_ok(p->extra) || !text_take_line(rest, line)) {
        why_set(why, "the extra line of the proof is not base64");
        return false;
    }
    return true;
}

static bool read_hashes(struct slice *rest, struct proof *p, struct why *why)
{
    struct slice line;
    for (p->n = 0;; p->n++) {
        if (!text_take_line(rest, &line)) {
            why_set(why, "the proof ends before its checkpoint");
            return false;
        }
        if (line.n == 0) {
            return true;
        }
        if (p->n == LIMIT_PROOF_HASHES) {
            why_set(why, "a proof of more than %d hashes", LIMIT_PROOF_HASHES);
            return false;
        }
        if (!armor_base64_fixed(line, p->hashes[p->n].b, sizeof p->hashes[0].b)) {
            why_set(why, "hash %zu of the proof is not base64 of 32 bytes", p->n);
            return false;
        }
    }
}

bool proof_parse(struct slice text, struct proof *out, struct why *why)
{
    struct proof p;
    struct slice line;
    struct slice index;
    if (!text_take_line(&text, &line) || !slice_equal(line, slice_text(FIRST_LINE))) {
        why_set(why, "not a proof: its first line is not " FIRST_LINE);
        return false;
    }
    if (!text_take_line(&text, &line)) {
        why_set(why, "the proof ends before its index");
        return false;
    }
    if (!read_extra(&text, &line, &p, why)) {
        return false;
    }
    if (!text_starts(line, "index ", &index) || !num_parse_u64(index, &p.index)) {
        why_set(why, "the proof has no line \"index N\" where it should be");
        return false;
    }
    if (!read_hashes(&text, &p, why)) {
        return false;
    }
    if (text.n == 0) {
        why_set(why, "the proof carries no checkpoint");
        return false;
    }
    p.checkpoint = text;
    *out = p;
    return true;
}

// A witness line that is there and wrong refuses the proof, as in every note.
static bool witnesses_ok(const struct note *note, const struct proof_trust *trust, struct why *why)
{
    size_t good = 0;
    for (size_t i = 0; i < trust->n; i++) {
        uint64_t seconds = 0;
        enum note_signed found = note_signed_by(note, &trust->witnesses[i], &seconds, why);
        if (found == NOTE_WRONG) {
            return false;
        }
        good += found == NOTE_SIGNED ? 1 : 0;
    }
    if (good < trust->quorum) {
        why_set(why, "%zu of the trusted witnesses cosigned; %zu are required", good, trust->quorum);
        return false;
    }
    return true;
}

static enum verdict head_of(struct slice whole, const struct proof_trust *trust, struct tree_head *head,
                            struct why *why)
{
    struct note note;
    struct checkpoint c;
    if (!note_parse(whole, &note, why)) {
        return VERDICT_NOT_CANONICAL;
    }
    enum verdict v = note_verify(&note, trust->log, 1, NULL, why);
    if (v != VERDICT_GOOD) {
        return v;
    }
    if (!witnesses_ok(&note, trust, why)) {
        return VERDICT_BAD_SIGNATURE;
    }
    if (!checkpoint_parse(note.text, trust->form, &c, why)) {
        return VERDICT_NOT_CANONICAL;
    }
    if (trust->form == CHECKPOINT_OURS && !slice_equal(c.origin, slice_text(trust->log->name))) {
        why_set(why, "the proof's checkpoint is of another log than %.100s", trust->log->name);
        return VERDICT_WRONG_CONSULTATION;
    }
    *head = c.head;
    return VERDICT_GOOD;
}

enum verdict proof_verify(struct slice text, struct hash leaf_hash, const struct proof_trust *trust, uint64_t *index,
                          struct tree_head *head, struct why *why)
{
    struct proof p;
    struct tree_head signed_head;
    if (!proof_parse(text, &p, why)) {
        return VERDICT_NOT_CANONICAL;
    }
    enum verdict v = head_of(p.checkpoint, trust, &signed_head, why);
    if (v != VERDICT_GOOD) {
        return v;
    }
    if (!merkle_inclusion_ok(p.index, leaf_hash, signed_head, p.hashes, p.n)) {
        why_set(why, "the proof does not lead from this leaf, as number %llu, to the root of the checkpoint",
                (unsigned long long)p.index);
        return VERDICT_BAD_PROOF;
    }
    if (index != NULL) {
        *index = p.index;
    }
    if (head != NULL) {
        *head = signed_head;
    }
    return VERDICT_GOOD;
}
