// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Whole entries with their disclosures.
// It checks form only.
#include "common/format/frame.h"

#include "common/format/pack.h"

void frame_entry_make(struct slice entry, const struct disclosure *d, struct buf *out)
{
    pack_array(out, 2);
    pack_bin(out, entry);
    disclosure_make(d, out);
}

enum verdict frame_entry_parse(struct slice s, struct entry *e, struct disclosure *d)
{
    struct entry entry;
    struct disclosure disclosure;
    struct cursor c = cursor_new(s, false);
    cursor_array_of(&c, 2);
    struct slice bytes = cursor_bin(&c);
    struct slice disclosed = cursor_value(&c);
    if (!cursor_done(&c)) {
        return VERDICT_NOT_CANONICAL;
    }
    enum verdict v = entry_parse(bytes, &entry);
    if (v == VERDICT_GOOD) {
        v = disclosure_parse(disclosed, &disclosure);
    }
    if (v != VERDICT_GOOD) {
        return v;
    }
    if (disclosure.count != entry.part_count) {
        return VERDICT_NOT_CANONICAL;
    }
    if (disclosure.has_seed) {
        disclosure_derive(&disclosure, entry.parts);
    }
    *e = entry;
    *d = disclosure;
    return VERDICT_GOOD;
}
