// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Hashing and signing against published answers; one verdict on every signature, whatever the library's equation.
#include "common/format/ident.h"
#include "common/format/armor.h"

#include "tests/lib/cofactored.h"
#include "tests/unit/shared.h"

#include <sodium.h>

Test(ident, the_mixed_order_signature_is_good_with_the_cofactor_and_refused_by_us)
{
    struct pubkey key;
    struct sig sig;
    struct slice message = SLICE_LITERAL("baraza");
    cr_assert_eq(ident_init(), OK);
    cr_assert(armor_hex_fixed(slice_text("2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db12"), key.b,
                              32));
    cr_assert(armor_hex_fixed(slice_text("f123ade41ffe95a5418274fbf3fa6c396c79446b1a53e5ff06b56877503f93cd"
                                         "efe421b7b6c0a8870784d02ac497279610c84763700207f678625917afc3bd0d"),
                              sig.b, 64));
    cr_assert(pubkey_valid(key));
    cr_assert(verify_cofactored(key, message, sig));
    cr_assert_not(crypto_core_ed25519_is_valid_point(sig.b)); // what refuses it behind a cofactored library
    cr_assert_not(ident_verify(key, NULL, message, sig));
    cr_assert_not(ident_verify_as(true, key, NULL, message, sig));
}

Test(ident, every_published_signature_gets_its_verdict_whatever_the_equation)
{
    json_t *document = shared_json("vectors/wycheproof/ed25519_test.json");
    json_t *group;
    json_t *row;
    size_t i;
    size_t k;
    size_t seen = 0;
    cr_assert_eq(ident_init(), OK);
    json_array_foreach(json_object_get(document, "testGroups"), i, group) {
        struct pubkey key;
        const char *hex = json_string_value(json_object_get(json_object_get(group, "publicKey"), "pk"));
        cr_assert(armor_hex_fixed(slice_text(hex), key.b, sizeof key.b));
        cr_assert(pubkey_valid(key));
        json_array_foreach(json_object_get(group, "tests"), k, row) {
            const char *result = json_string_value(json_object_get(row, "result"));
            struct buf message = hex_buf(json_string_value(json_object_get(row, "msg")));
            struct sig sig;
            const char *sig_hex = json_string_value(json_object_get(row, "sig"));
            bool fits = armor_hex_fixed(slice_text(sig_hex), sig.b, sizeof sig.b);
            struct slice m = buf_slice(&message);
            bool ours = fits && ident_verify(key, NULL, m, sig);
            bool r_valid = fits && crypto_core_ed25519_is_valid_point(sig.b) == 1;
            json_int_t id = json_integer_value(json_object_get(row, "tcId"));
            cr_assert_eq(ours, strcmp(result, "valid") == 0, "tcId %lld", (long long)id);
            cr_assert_eq(fits && ident_verify_as(true, key, NULL, m, sig), ours, "tcId %lld", (long long)id);
            cr_assert_eq(r_valid && verify_cofactored(key, m, sig), ours, "tcId %lld", (long long)id);
            buf_done(&message);
            seen++;
        }
    }
    cr_assert_eq(seen, 151);
    json_decref(document);
}

Test(ident, a_signature_fits_one_purpose_and_one_message)
{
    static uint8_t big[5000];
    struct pubkey pub;
    struct seckey sec;
    cr_assert_eq(ident_init(), OK);
    sign_keypair(&pub, &sec);
    for (size_t n = 0; n <= sizeof big; n += 1250) { // short ones are joined on the stack, long ones elsewhere
        struct slice message = slice_of(big, n);
        struct sig sig = ident_sign(&sec, "baraza/entry/v1", message);
        cr_assert(ident_verify(pub, "baraza/entry/v1", message, sig));
        cr_assert_not(ident_verify(pub, "baraza/enrol/v1", message, sig));
        cr_assert_not(ident_verify(pub, NULL, message, sig));
        cr_assert_not(ident_verify(pub, "baraza/entry/v1", slice_of(big, n == 0 ? 1 : n - 1), sig));
    }
}

Test(ident, points_that_are_no_author_keys_are_told)
{
    static const char *const bad[] = {
        "0000000000000000000000000000000000000000000000000000000000000000", // order 4
        "0100000000000000000000000000000000000000000000000000000000000000", // the neutral point
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
        "f123ade41ffe95a5418274fbf3fa6c396c79446b1a53e5ff06b56877503f93cd", // mixed order
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p: not canonical
        "0200000000000000000000000000000000000000000000000000000000000000", // not on the curve
    };
    struct pubkey key;
    cr_assert_eq(ident_init(), OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert(armor_hex_fixed(slice_text(bad[i]), key.b, sizeof key.b));
        cr_assert_not(pubkey_valid(key), "%s", bad[i]);
    }
}

Test(ident, hashes_and_hmacs_are_the_published_ones)
{
    // RFC 4231, test case 1, with its key of 20 bytes filled up with zeros (what HMAC does with short keys).
    struct symkey key = { { 0 } };
    struct hash expected;
    memset(key.b, 0x0b, 20);
    cr_assert(armor_hex_fixed(slice_text("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
                              expected.b, 32));
    cr_assert(hash_equal(hmac_of(key, slice_text("Hi There")), expected));
    // A hash fed in pieces, and forked by assignment.
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_text("ab"));
    struct sha256 fork = s;
    sha256_add_u8(&s, 'c');
    sha256_add_u8(&fork, 'd');
    cr_assert(hash_equal(sha256_done(&s), hash_of(slice_text("abc"))));
    cr_assert(hash_equal(sha256_done(&fork), hash_of(slice_text("abd"))));
    sha256_init(&s);
    sha256_add_u64be(&s, 0x6162636465666768);
    cr_assert(hash_equal(sha256_done(&s), hash_of(slice_text("abcdefgh"))));
    cr_assert(hash_is_zero((struct hash){ { 0 } }));
    cr_assert_not(hash_is_zero(expected));
}
