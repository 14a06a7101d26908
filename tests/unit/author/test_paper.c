// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Numbers and codes of paper forms: no number twice, no code readable on the disk, none lost when the store
// key changes.
#include "common/author/paper.h"
#include "common/store/store.h"
#include "tests/unit/author/site.h"

#include <stdlib.h>
#include <string.h>

#define AREA SLICE_LITERAL("XM-KIV")
#define CODE SLICE_LITERAL("XM-KIV-2026-003")

static enum err print(struct state *s, const struct store_key *key, uint64_t from, uint64_t count, struct paper *out,
                      uint64_t *first)
{
    struct kv_txn *t = NULL;
    cr_assert(kv_begin_write(state_kv(s), &t) == OK);
    enum err e = paper_print(t, key, AREA, CODE, from, count, out, first);
    if (e == OK) {
        cr_assert(kv_commit(t) == OK);
    } else {
        kv_abort(t);
    }
    return e;
}

static enum err load(struct state *s, const struct store_key *key, struct slice code, struct paper *out)
{
    struct kv_txn *t = NULL;
    cr_assert(kv_begin_read(state_kv(s), &t) == OK);
    enum err e = paper_load(t, key, AREA, code, out);
    kv_abort(t);
    return e;
}

Test(paper, every_number_is_printed_once_with_a_code_of_its_own)
{
    struct site site;
    struct paper p;
    uint64_t first = 0;
    site_init(&site);
    struct state *s = site_open(&site);
    struct store_key key = store_key_of(site.heron->store_key);
    cr_assert_eq(load(s, &key, CODE, &p), OK);
    cr_assert_eq(p.n, 0);
    cr_assert_eq(print(s, &key, 0, 20, &p, &first), OK);
    cr_assert_eq(first, 1);
    cr_assert_eq(print(s, &key, 0, 5, &p, &first), OK);
    cr_assert_eq(first, 21);
    cr_assert_eq(p.n, 1); // one run
    cr_assert_eq(print(s, &key, 100, 10, &p, &first), OK);
    for (uint64_t from = 1; from <= 120; from++) { // each number that is there already, and each run that touches one
        const bool free = from > 25 && from + 2 < 100;
        cr_assert(free || from > 109 || print(s, &key, from, 3, &p, &first) == ERR_EXISTS, "%llu",
                  (unsigned long long)from);
    }
    cr_assert_eq(print(s, &key, PAPER_NUMBER_MOST, 2, &p, &first), ERR_TOO_BIG);
    cr_assert_eq(load(s, &key, CODE, &p), OK);
    cr_assert_eq(paper_count(&p), 35);
    cr_assert(paper_has(&p, 25) && !paper_has(&p, 26) && !paper_has(&p, 0) && paper_has(&p, 109));
    for (uint64_t i = 1; i <= 25; i++) {
        const struct slip slip = paper_slip(&p, i);
        cr_assert_eq(paper_number(&p, &slip), i);
    }
    cr_assert_eq(load(s, &key, SLICE_LITERAL("XM-KIV-2026-004"), &p), OK);
    cr_assert_eq(p.n, 0); // another forum
    state_close(s);
    site_done(&site);
}

Test(paper, what_was_printed_lies_under_the_store_key_and_follows_it_to_the_next)
{
    struct site site;
    struct paper p, after;
    uint64_t first = 0;
    struct kv_txn *t = NULL;
    site_init(&site);
    struct state *s = site_open(&site);
    struct store_key old = store_key_of(site.heron->store_key);
    struct symkey other = site.heron->store_key;
    other.b[0] ^= 1;
    struct store_key fresh = store_key_of(other);
    cr_assert_eq(print(s, &old, 7, 3, &p, &first), OK);
    cr_assert_neq(load(s, &fresh, CODE, &after), OK);
    cr_assert(kv_begin_write(state_kv(s), &t) == OK);
    struct store_key both = store_key_after(fresh, &old);
    store_seal_key_put(t, &both);
    cr_assert_eq(paper_rewrap(t, &both), OK);
    cr_assert(kv_commit(t) == OK);
    cr_assert_neq(load(s, &old, CODE, &after), OK);
    cr_assert_eq(load(s, &fresh, CODE, &after), OK);
    cr_assert_eq(memcmp(p.secret, after.secret, sizeof p.secret), 0);
    cr_assert_eq(paper_count(&after), 3);
    cr_assert_eq(print(s, &old, 0, 1, &p, &first), ERR_AGAIN); // whoever still holds the key of before
    cr_assert_eq(print(s, &fresh, 0, 1, &p, &first), OK);
    cr_assert_eq(first, 10);
    state_close(s);
    site_done(&site);
}
