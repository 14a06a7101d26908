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
    struct hash audio = hash_of(SLICE_LITERAL("audio"));
    chain_contribute(&start, SLICE_ARRAY(chain_context), CHAIN_SAID, &l);
    struct custody custody = { .consultation = c->next.consultation, .key = c->key,
                               .incarnation = c->next.incarnation, .head = l.e.id,
                               .root = custody_leaf(l.e.id, disclosure_bitmap(&l.d), &audio, 1) };
    buf_done(&l.bytes);
    return custody;
}

Test(custody, leaf_and_signatures_are_those_that_the_protocol_defines)
{
    struct chain c = chain_start();
    struct custody custody = sample(&c);
    cr_assert(is_hex(custody.root.b, 32, "1021a2bdf61d984da032e35532056adf5d65b7a0ce1db3a481a27d834d04cf5d"));
    struct sig sig = custody_sign(&custody, &c.sec);
    cr_assert(is_hex(sig.b, 64, "462d3202ed93143bf0e7f0e4898ea3573651d3d9626aa5a488c60fe5cc66fd3d"
                                "eb3ac3b37e8e10d0015c2e32704865d5fbc4f1a4f191676cc7054f6427580e0f"));
    struct refusal refusal = { .consultation = custody.consultation, .key = c.key,
                               .incarnation = custody.incarnation, .seq = 5,
                               .received = hash_of(SLICE_LITERAL("received")), .code = VERDICT_BAD_SIGNATURE };
    sig = refusal_sign(&refusal, &c.sec);
    cr_assert(is_hex(sig.b, 64, "888a418733cadc0b12afab3def032046912704b34ef51d75dafff76f1fd09b69"
                                "a01f062b89a55ebe26cd9400e136fb23c965414ae9d80a838ce1872d78aec90d"));
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
