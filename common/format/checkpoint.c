// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Checkpoints. Ours have three lines and nothing else; what others wrote may have more.
// Read first: c2sp.org/tlog-checkpoint.
#include "common/format/checkpoint.h"

#include "common/base/num.h"
#include "common/base/text.h"
#include "common/format/armor.h"

void checkpoint_put_text(struct slice origin, struct tree_head head, struct buf *out)
{
    buf_put(out, origin);
    buf_printf(out, "\n%llu\n", (unsigned long long)head.size);
    armor_put_base64(out, SLICE_ARRAY(head.root.b));
    buf_put_u8(out, '\n');
}

void checkpoint_make(struct tree_head head, const struct vkey *log, const struct seckey *sec, struct buf *out)
{
    struct buf text = buf_new(LIMIT_KEY_NAME + 128);
    checkpoint_put_text(slice_text(log->name), head, &text);
    CHECK(buf_ok(&text));
    note_sign(buf_slice(&text), log, sec, out);
    buf_done(&text);
}

static bool extensions_ok(struct slice rest)
{
    struct slice line;
    while (rest.n > 0) {
        if (!text_take_line(&rest, &line) || line.n == 0) {
            return false;
        }
    }
    return true;
}

bool checkpoint_parse(struct slice text, enum checkpoint_form form, struct checkpoint *out, struct why *why)
{
    struct checkpoint c;
    struct slice size;
    struct slice root;
    if (!text_take_line(&text, &c.origin) || c.origin.n == 0) {
        why_set(why, "not a checkpoint: no origin on its first line");
        return false;
    }
    if (!text_take_line(&text, &size) || !num_parse_u64(size, &c.head.size)) {
        why_set(why, "not a checkpoint: its second line is not a size");
        return false;
    }
    if (!text_take_line(&text, &root) || !armor_base64_fixed(root, c.head.root.b, sizeof c.head.root.b)) {
        why_set(why, "not a checkpoint: its third line is not the base64 of a root");
        return false;
    }
    c.extensions = text;
    if (form == CHECKPOINT_OURS && text.n > 0) {
        why_set(why, "a checkpoint of more than three lines, which our logs do not write");
        return false;
    }
    if (!extensions_ok(text)) {
        why_set(why, "not a checkpoint: an empty line after the root");
        return false;
    }
    if (form == CHECKPOINT_OURS && c.head.size == 0 && !hash_equal(c.head.root, merkle_empty())) {
        why_set(why, "a checkpoint of size 0 whose root is not that of the empty tree");
        return false;
    }
    *out = c;
    return true;
}

enum verdict checkpoint_verify(struct slice whole, const struct vkey *log, struct tree_head *out, struct why *why)
{
    struct note note;
    struct checkpoint c;
    if (!note_parse(whole, &note, why)) {
        return VERDICT_NOT_CANONICAL;
    }
    enum verdict v = note_verify(&note, log, 1, NULL, why);
    if (v != VERDICT_GOOD) {
        return v;
    }
    if (!checkpoint_parse(note.text, CHECKPOINT_OURS, &c, why)) {
        return VERDICT_NOT_CANONICAL;
    }
    if (!slice_equal(c.origin, slice_text(log->name))) {
        why_set(why, "a checkpoint of another log than %.100s", log->name);
        return VERDICT_WRONG_CONSULTATION;
    }
    *out = c.head;
    return VERDICT_GOOD;
}
