// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub's signed words.
#include "common/format/custody.h"

#include "tests/unit/format/chain.h"

// The custody of a journal of one entry, with the leaf of the known answers as its root.
static struct custody sample(const struct chain *c)
{
    struct link l;
    struct chain start = *c;
    chain_contribute(&start, SLICE_ARRAY(chain_context), CHAIN_SAID, &l);
    struct custody custody = { .consultation = c->next.consultation, .key = c->key,
                               .incarnation = c->next.incarnation, .head = l.e.id,
                               .root = custody_leaf(l.e.id, disclosure_bitmap(&l.d)) };
    buf_done(&l.bytes);
    return custody;
}

Test(custody, leaf_and_signatures_are_those_that_the_protocol_defines)
{
    struct chain c = chain_start();
    struct custody custody = sample(&c);
    cr_assert(is_hex(custody.root.b, 32, "a7f8417f7aa9e4bb1eb16f6019baa2e686258325bc3983b08e4ad052f1651a17"));
    struct sig sig = custody_sign(&custody, &c.sec);
    cr_assert(is_hex(sig.b, 64, "a7132cda8580a8c0705db88b8f7881e7b5f77ac885d2174e5f5d583f9c29ab54"
                                "904287ca4990cc6787c65160881ce0315b2d06c611779aa7e84e2d25feb14b0c"));
    struct refusal refusal = { .consultation = custody.consultation, .key = c.key,
                               .incarnation = custody.incarnation, .seq = 5,
                               .received = hash_of(SLICE_LITERAL("received")), .code = VERDICT_BAD_SIGNATURE };
    sig = refusal_sign(&refusal, &c.sec);
    cr_assert(is_hex(sig.b, 64, "888a418733cadc0b12afab3def032046912704b34ef51d75dafff76f1fd09b69"
                                "a01f062b89a55ebe26cd9400e136fb23c965414ae9d80a838ce1872d78aec90d"));
    const struct held held = { .consultation = custody.consultation, .root = custody.root, .size = 100000 };
    sig = held_sign(&held, &c.sec);
    cr_assert(is_hex(sig.b, 64, "3690bb11376f103d25e359276291527b85195717b3b77a76de4b8a65b3d6d8ef"
                                "d23d077bc9bbcd5249e498ac5100f54be993a672ed1f5b74c8eecc34f8f82f0b"));
}

Test(custody, each_field_is_signed)
{
    struct chain c = chain_start();
    struct custody custody = sample(&c);
    struct refusal refusal = { .consultation = custody.consultation, .key = c.key, .seq = 1, .code = 3 };
    struct sig held = custody_sign(&custody, &c.sec);
    struct sig refused = refusal_sign(&refusal, &c.sec);
    cr_assert(custody_verify(&custody, c.key, held));
    cr_assert(refusal_verify(&refusal, c.key, refused));
    cr_assert(!custody_verify(&custody, c.key, refused));
    const struct hash cons = custody.consultation;
    const struct held attachments[] = { { cons, custody.root, 7 }, { cons, custody.root, 8 }, { cons, custody.head, 7 },
                                        { custody.root, custody.root, 7 } };
    const struct sig held_sig = held_sign(&attachments[0], &c.sec);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_eq(held_verify(&attachments[i], c.key, held_sig), i == 0);
    }
    struct custody others[6] = { custody, custody, custody, custody, custody, custody };
    others[0].consultation.b[0] ^= 1;
    others[1].key.b[0] ^= 1;
    others[2].incarnation.b[0] ^= 1;
    others[3].seq ^= 1;
    others[4].head.b[0] ^= 1;
    others[5].root.b[0] ^= 1;
    struct refusal other_refusals[3] = { refusal, refusal, refusal };
    other_refusals[0].seq ^= 1;
    other_refusals[1].received.b[0] ^= 1;
    other_refusals[2].code ^= 1;
    for (size_t i = 0; i < 6; i++) {
        cr_assert(!custody_verify(&others[i], c.key, held), "field %zu", i);
    }
    for (size_t i = 0; i < 3; i++) {
        cr_assert(!refusal_verify(&other_refusals[i], c.key, refused), "field %zu", i);
    }
}
