// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Parts at rest: what opens them and what does not. Keys of databases.
#include "tests/unit/store/scratch.h"

#include <string.h>

struct made {
    struct hash id;
    struct buf sealed;
    struct wrapped wrapped;
};

static struct made sealed_one(const struct store_key *key, bool in_public, const char *words)
{
    struct made m = { hash_of(slice_text(words)), buf_new(1000), { 0, { 0 } } };
    if (in_public) {
        vault_seal_public(store_key_public(key), key->id, m.id, slice_text(words), &m.sealed, &m.wrapped);
    } else {
        vault_seal(key, m.id, slice_text(words), &m.sealed, &m.wrapped);
    }
    return m;
}

static enum err open_one(const struct store_key *key, const struct made *m, struct buf *out)
{
    return vault_open(key, m->id, slice_of(m->wrapped.b, m->wrapped.n), buf_slice(&m->sealed), out);
}

Test(vault, any_flipped_bit_any_cut_and_any_exchange_between_entries_is_noticed)
{
    cr_assert_eq(ident_init(), OK);
    struct symkey raw = { { 3 } };
    struct store_key key = store_key_of(raw);
    struct buf out = buf_new(1000);
    for (int in_public = 0; in_public < 2; in_public++) {
        struct made m = sealed_one(&key, in_public != 0, "the well is dry");
        struct made other = sealed_one(&key, in_public != 0, "the bridge is down");
        cr_assert_eq(open_one(&key, &m, &out), OK);
        cr_assert(slice_equal(buf_slice(&out), slice_text("the well is dry")));
        buf_reset(&out);
        for (size_t i = 0; i < m.wrapped.n; i++) {
            m.wrapped.b[i] ^= 4;
            enum err e = open_one(&key, &m, &out);
            cr_assert_eq(e, i >= 1 && i < 9 ? ERR_CRYPTO : ERR_CORRUPT, "byte %zu", i);
            m.wrapped.b[i] ^= 4;
        }
        for (size_t i = 0; i < m.sealed.n; i++) {
            m.sealed.p[i] ^= 4;
            cr_assert_eq(open_one(&key, &m, &out), ERR_CORRUPT, "byte %zu", i);
            m.sealed.p[i] ^= 4;
        }
        for (size_t n = 0; n < m.wrapped.n; n++) {
            cr_assert_eq(vault_open(&key, m.id, slice_of(m.wrapped.b, n), buf_slice(&m.sealed), &out), ERR_CORRUPT);
        }
        cr_assert_eq(vault_open(&key, m.id, slice_of(m.wrapped.b, m.wrapped.n), slice_of(m.sealed.p, 15), &out),
                     ERR_CORRUPT);
        struct made mixed = { m.id, other.sealed, other.wrapped }; // another entry's, whole
        cr_assert_eq(open_one(&key, &mixed, &out), ERR_CORRUPT);
        mixed.wrapped = m.wrapped;
        cr_assert_eq(open_one(&key, &mixed, &out), ERR_CORRUPT);
        cr_assert_eq(out.n, 0);
        buf_done(&m.sealed);
        buf_done(&other.sealed);
    }
    buf_done(&out);
}

Test(vault, another_store_key_opens_nothing_and_no_key_serves_twice)
{
    cr_assert_eq(ident_init(), OK);
    struct symkey raw[2] = { { { 3 } }, { { 4 } } };
    struct store_key key = store_key_of(raw[0]);
    struct store_key other = store_key_of(raw[1]);
    struct buf out = buf_new(1000);
    for (int in_public = 0; in_public < 2; in_public++) {
        struct made a = sealed_one(&key, in_public != 0, "who said it");
        struct made b = sealed_one(&key, in_public != 0, "who said it");
        cr_assert_eq(open_one(NULL, &a, &out), ERR_LOCKED);
        cr_assert_eq(open_one(&other, &a, &out), ERR_CRYPTO);
        cr_assert(!slice_equal(buf_slice(&a.sealed), buf_slice(&b.sealed)));
        memcpy(a.wrapped.b + 1, other.id, sizeof other.id); // the id alone makes no key
        cr_assert_eq(open_one(&other, &a, &out), ERR_CORRUPT);
        buf_done(&a.sealed);
        buf_done(&b.sealed);
    }
    buf_done(&out);
}

Test(keys, every_database_s_keys_parse_back_refuse_another_length_and_order_as_numbers_do)
{
    static const uint64_t numbers[] = { 0, 1, 255, 256, 65535, 1ull << 32, UINT64_MAX };
    for (unsigned db = 0; db < DB_COUNT; db++) {
        struct key last = { 0 };
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
            struct key_fields f = { .seq = numbers[i],
                                    .index = numbers[i],
                                    .chunk = (uint32_t)i,
                                    .level = (uint8_t)i,
                                    .branch = (uint8_t)i,
                                    .hash = { { (uint8_t)i } },
                                    .unlock = { { (uint8_t)i } },
                                    .owner = { { (uint8_t)i } },
                                    .text = slice_of("abcdefg", i + 1) };
            struct key_fields back;
            f.journal.key.b[31] = 7;
            f.journal.incarnation.b[0] = 8;
            struct key key = key_make((enum db)db, &f, 0);
            cr_assert(key_parse((enum db)db, key_slice(&key), &back), "%s", db_names()[db]);
            struct key again = key_make((enum db)db, &back, 0);
            cr_assert(slice_equal(key_slice(&key), key_slice(&again)), "%s", db_names()[db]);
            cr_assert(i == 0 || db == DB_EXCHANGE || slice_order(key_slice(&last), key_slice(&key)) < 0, "%s",
                      db_names()[db]);
            if (db != DB_META) {
                struct key longer = key;
                longer.n++;
                cr_assert(!key_parse((enum db)db, slice_of(key.b, key.n - 1u), &back));
                cr_assert(!key_parse((enum db)db, key_slice(&longer), &back));
            }
            last = key;
        }
    }
}
