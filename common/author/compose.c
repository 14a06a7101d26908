// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Builds entries. The dummies of parts that were not given are parts of zero bytes, so that their presence tells
// nothing. Read first: compose.h.
#include "common/author/compose.h"

#include "common/base/fault.h"
#include "common/format/attachment.h"
#include "common/format/sealed.h"

#include <string.h>

void composed_init(struct composed *out)
{
    *out = (struct composed){ .bytes = buf_new(LIMIT_ENTRY_BYTES) };
    for (size_t i = 0; i < LIMIT_PARTS; i++) {
        out->sealed[i] = buf_new(LIMIT_DISCLOSURE_BYTES);
    }
}

void composed_done(struct composed *out)
{
    mem_wipe(&out->disclosure, sizeof out->disclosure);
    buf_done(&out->bytes);
    for (size_t i = 0; i < LIMIT_PARTS; i++) {
        buf_done(&out->sealed[i]);
    }
}

static size_t count_parts(const struct kind_info *info)
{
    size_t n = 0;
    while (info->parts[n] != NULL) {
        n++;
    }
    return n;
}

static bool why_too_long(uint64_t total, struct why *why)
{
    why_set(why, "its text has %llu bytes together, more than the limit of %d", (unsigned long long)total,
            LIMIT_DISCLOSURE_BYTES);
    return false;
}

// Says which limit would be passed, before anything is made.
static bool fits(const struct append_item *item, const struct kind_info *info, size_t parts, struct why *why)
{
    uint64_t total = 0;
    for (size_t i = 0; i < LIMIT_PARTS; i++) {
        CHECK(i < parts || item->parts[i].n == 0);
        total += item->parts[i].n;
    }
    if (total > LIMIT_DISCLOSURE_BYTES) {
        return why_too_long(total, why);
    }
    if (item->ref_count < info->refs_min || item->ref_count > info->refs_max) {
        why_set(why, "an entry of kind %s names %zu to %zu others, not %zu", info->name, info->refs_min, info->refs_max,
                item->ref_count);
        return false;
    }
    return true;
}

// PROTOCOL 18.4: of attachments what opens them is sealed; which chunks they have the hub must know.
static bool seal_part(const struct append_item *item, const struct place *place, const char *name, struct slice bytes,
                      struct buf *out)
{
    struct manifest m;
    if (!slice_equal(slice_text(name), slice_text("attachments"))) {
        return sealed_make(place, slice_text(name), bytes, item->sealed_to, item->sealed_to_count, out);
    }
    struct buf list = buf_new(LIMIT_MANIFEST_BYTES);
    bool good = manifest_parse(bytes, &m) &&
                sealed_make(place, slice_text(name), m.list, item->sealed_to, item->sealed_to_count, &list);
    if (good) {
        manifest_seal(&m, buf_slice(&list), out);
    }
    buf_done(&list);
    return good;
}

// Seals the parts that are to be, so that from here on their words are nowhere but in item (PROTOCOL 4.6).
static bool seal(const struct append_item *item, const struct place *place, const struct kind_info *info, size_t parts,
                 struct slice *out, struct composed *made, struct why *why)
{
    uint64_t total = 0;
    for (size_t i = 0; i < parts; i++) {
        out[i] = item->parts[i];
        if (!FAULT(UNSEALED) && (item->sealed & 1u << i) != 0 && item->parts[i].n > 0) {
            buf_reset(&made->sealed[i]);
            if (!seal_part(item, place, info->parts[i], item->parts[i], &made->sealed[i])) {
                why_set(why, "part %s cannot be sealed: it is too long, or a recipient's key is none", info->parts[i]);
                return false;
            }
            out[i] = buf_slice(&made->sealed[i]);
        }
        total += out[i].n;
    }
    return total <= LIMIT_DISCLOSURE_BYTES || why_too_long(total, why);
}

// commit false: for a check of form alone. Commitments are always as long, and are most of the work of an entry.
static void disclose(const struct slice *contents, const struct place *place, const struct kind_info *info,
                     size_t parts, bool commit, struct part_ref *refs, struct disclosure *d)
{
    *d = (struct disclosure){ .count = parts, .has_seed = parts > 0 };
    for (size_t i = 0; i < parts; i++) {
        d->parts[i] = (struct part){ .state = PART_DISCLOSED, .bytes = contents[i] };
        refs[i] = (struct part_ref){ .name = slice_text(info->parts[i]) };
    }
    if (parts == 0 || !commit) {
        return;
    }
    ident_random(d->seed.b, sizeof d->seed.b);
    disclosure_derive(d, refs);
    for (size_t i = 0; i < parts; i++) {
        refs[i].commitment = part_commit(place, refs[i].name, d->parts[i].salt, d->parts[i].bytes);
    }
}

static bool sign(const struct entry_draft *draft, const struct seckey *sec, struct buf *out)
{
    if (sec != NULL) {
        return entry_make(draft, sec, out);
    }
    struct buf header = buf_new(LIMIT_HEADER_BYTES);
    bool made = entry_header_make(draft, &header);
    if (made) {
        entry_wrap(buf_slice(&header), (struct sig){ { 0 } }, out);
    }
    buf_done(&header);
    return made;
}

bool compose(const struct compose_place *at, const struct append_item *item, const struct seckey *sec,
             struct composed *out, struct why *why)
{
    const struct kind_info *info = kind_info(item->body->kind);
    size_t parts = count_parts(info);
    if (!fits(item, info, parts, why)) {
        return false;
    }
    struct part_ref refs[LIMIT_PARTS];
    struct slice contents[LIMIT_PARTS];
    if (!seal(item, &at->place, info, parts, contents, out, why)) {
        return false;
    }
    struct buf body = buf_new(LIMIT_BODY_BYTES);
    struct body read;
    disclose(contents, &at->place, info, parts, sec != NULL, refs, &out->disclosure);
    body_make(item->body, &body);
    struct entry_draft draft = {
        .kind = slice_text(info->name),
        .place = at->place,
        .prev = at->prev,
        .seen_size = at->seen_size,
        .seen_root = at->seen_root,
        .claimed_s = at->claimed_s,
        .refs = item->refs,
        .ref_count = item->ref_count,
        .parts = refs,
        .part_count = parts,
        .body = buf_slice(&body),
    };
    buf_reset(&out->bytes);
    bool good = buf_ok(&body) && sign(&draft, sec, &out->bytes);
    if (!good) {
        why_set(why, "an entry of kind %s would pass the limit of %d bytes", info->name, LIMIT_ENTRY_BYTES);
    } else {
        CHECK(entry_parse(buf_slice(&out->bytes), &out->entry) == VERDICT_GOOD);
        good = kind_parse(&out->entry, &read) == VERDICT_GOOD;
        if (!good) {
            why_set(why, "a code in it is not one: letters, digits, dot, dash and underscore, at most %d of them",
                    LIMIT_CODE_BYTES);
        }
    }
    buf_done(&body);
    return good;
}
