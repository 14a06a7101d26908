// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A sample journal: one author with a fixed key, whose entries follow one another, with all they disclose.
// Included once by each test file that needs entries.
#ifndef BARAZA_TESTS_UNIT_FORMAT_CHAIN_H
#define BARAZA_TESTS_UNIT_FORMAT_CHAIN_H

#include "common/format/content.h"
#include "common/format/kinds.h"

#include "tests/unit/shared.h"

struct link {
    struct buf bytes;
    struct entry e;
    struct disclosure d;
};

struct chain {
    struct pubkey key;
    struct seckey sec;
    struct place next; // where the next entry will stand
    struct hash prev;
};

// Sets n bytes at p to v.
static inline void fill(void *p, uint8_t v, size_t n)
{
    memset(p, v, n);
}

// Starts the journal of the key with seed 0x42 …, in incarnation 0x07 …, of "sample consultation".
static inline struct chain chain_start(void)
{
    struct chain c = { .prev = { { 0 } } };
    uint8_t seed[32];
    cr_assert_eq(ident_init(), OK);
    fill(seed, 0x42, sizeof seed);
    sign_keypair_from_seed(seed, &c.key, &c.sec);
    c.next.consultation = hash_of(SLICE_LITERAL("sample consultation"));
    c.next.author = c.key;
    fill(c.next.incarnation.b, 0x07, sizeof c.next.incarnation.b);
    return c;
}

// Signs draft's entry, whose parts' contents are given, as the next of c. The seed is 0x11 …. buf_done(&out->bytes).
static inline void chain_sign(struct chain *c, struct entry_draft draft, const char *const *names,
                              const struct slice *contents, size_t n, struct link *out)
{
    struct part_ref refs[LIMIT_PARTS];
    *out = (struct link){ .bytes = buf_new(LIMIT_ENTRY_BYTES) };
    out->d.has_seed = true;
    out->d.count = n;
    fill(out->d.seed.b, 0x11, sizeof out->d.seed.b);
    for (size_t i = 0; i < n; i++) {
        refs[i].name = slice_text(names[i]);
        out->d.parts[i].state = PART_DISCLOSED;
        out->d.parts[i].bytes = contents[i];
    }
    disclosure_derive(&out->d, refs);
    for (size_t i = 0; i < n; i++) {
        refs[i].commitment = part_commit(&c->next, refs[i].name, out->d.parts[i].salt, contents[i]);
    }
    draft.place = c->next;
    draft.prev = c->prev;
    draft.seen_root = draft.seen_size == 0 ? hash_of(slice_of(NULL, 0)) : hash_of(SLICE_LITERAL("a root"));
    draft.claimed_s = 1767225600;
    draft.parts = refs;
    draft.part_count = n;
    cr_assert(entry_make(&draft, &c->sec, &out->bytes));
    cr_assert_eq(entry_parse(buf_slice(&out->bytes), &out->e), VERDICT_GOOD);
    c->prev = out->e.id;
    c->next.seq++;
}

static const uint8_t chain_open_body[] = { 0x91, 0x00 }; // [0]: an open contribution

// Adds a contribution with two parts that say something and four dummies. The contents are the caller's.
static inline void chain_contribute(struct chain *c, struct slice context, struct slice said, struct link *out)
{
    struct hash session = hash_of(SLICE_LITERAL("a session"));
    struct slice none = { NULL, 0 };
    const struct slice contents[] = { context, said, none, none, none, none };
    struct entry_draft draft = { .kind = SLICE_LITERAL("contribution"), .refs = &session, .ref_count = 1,
                                 .body = SLICE_ARRAY(chain_open_body) };
    chain_sign(c, draft, kind_info(KIND_CONTRIBUTION)->parts, contents, 6, out);
}

// The contents of the first entry of the known answers.
static const uint8_t chain_context[] = { 0x81, 0xa4, 'k', 'i', 'n', 'd', 0xa4, 'n', 'e', 'e', 'd' };
#define CHAIN_SAID SLICE_LITERAL("\x82\xa4lang\xa2" "en\xa4text\xb3" "The bridge is down.")

// True when h is that hexadecimal number.
static inline bool is_hex(const void *p, size_t n, const char *hex)
{
    struct buf want = hex_buf(hex);
    bool same = slice_equal(slice_of(p, n), buf_slice(&want));
    buf_done(&want);
    return same;
}

#endif
