// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Invitations: copied by people and machines, whole or not at all.
#include "common/format/invitation.h"
#include "common/format/seal.h"

#include "tests/unit/format/chain.h"

#define STORE 4096

static struct invitation sample(void)
{
    struct invitation inv = { .charter = hash_of(SLICE_LITERAL("sample consultation")), .address_count = 2,
                              .addresses = { SLICE_LITERAL("hub.example.org:4740"),
                                             SLICE_LITERAL("[2001:db8::1]:4740") } };
    cr_assert_eq(ident_init(), OK);
    fill(inv.hub.b, 0x55, sizeof inv.hub.b);
    fill(inv.seed, 0x21, sizeof inv.seed);
    return inv;
}

static bool parse(const char *text, struct invitation *out)
{
    struct why why = { "" };
    struct buf store = buf_new(STORE);
    bool ok = invitation_parse(slice_text(text), &store, out, &why);
    cr_assert(ok || why.text[0] != '\0');
    buf_done(&store);
    return ok;
}

Test(invitation, a_file_and_a_pasted_line_give_the_same_invitation)
{
    struct invitation inv = sample();
    for (unsigned one_line = 0; one_line < 2; one_line++) {
        struct buf b = buf_new(STORE);
        struct buf store = buf_new(STORE);
        struct invitation back;
        struct why why = { "" };
        cr_assert(invitation_make(&inv, one_line == 1, &b));
        cr_assert_eq(memchr(b.p, '\n', b.n) == NULL, one_line == 1);
        cr_assert(invitation_parse(buf_slice(&b), &store, &back, &why), "%s", why.text);
        cr_assert(hash_equal(back.charter, inv.charter));
        cr_assert_eq(back.address_count, 2);
        cr_assert(slice_equal(back.addresses[1], inv.addresses[1]));
        cr_assert(boxkey_equal(back.hub, inv.hub));
        cr_assert_eq(memcmp(back.seed, inv.seed, sizeof inv.seed), 0);
        buf_done(&store);
        buf_done(&b);
    }
}

Test(invitation, white_space_that_a_mail_program_adds_does_no_harm)
{
    struct invitation inv = sample();
    struct invitation back;
    struct buf b = buf_new(STORE);
    char spaced[STORE] = "  \r\n";
    cr_assert(invitation_make(&inv, false, &b));
    size_t n = strlen(spaced);
    for (size_t i = 0; i < b.n; i++) {
        spaced[n++] = (char)b.p[i];
        if (i % 40 == 39) {
            memcpy(spaced + n, "\r\n ", 3);
            n += 3;
        }
    }
    cr_assert(parse(spaced, &back));
    buf_done(&b);
}

Test(invitation, a_changed_or_missing_character_is_noticed_wherever_it_is)
{
    struct invitation inv = sample();
    struct invitation back;
    struct buf b = buf_new(STORE);
    char copy[STORE];
    cr_assert(invitation_make(&inv, true, &b));
    for (size_t i = 0; i < b.n; i++) {
        memcpy(copy, b.p, b.n);
        copy[b.n] = '\0';
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        if (copy[i] != (char)b.p[i] && b.p[i] != ' ') {
            cr_assert(!parse(copy, &back), "character %zu", i);
        }
        memcpy(copy, b.p, i);
        copy[i] = '\0';
        cr_assert(!parse(copy, &back), "cut at %zu", i);
    }
    buf_done(&b);
}

Test(invitation, an_address_is_a_host_and_a_port)
{
    static const char *const bad[] = { "", "hub.example.org", "hub.example.org:", ":4740", "hub:0", "hub:65536",
                                       "hub:47x", "a hub:4740", "h\xc3\xbc" "b:4740", "hub:99999999999999999999" };
    struct buf b = buf_new(STORE);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct invitation inv = sample();
        inv.addresses[1] = slice_text(bad[i]);
        cr_assert(!invitation_make(&inv, true, &b), "%s", bad[i]);
        cr_assert_eq(b.n, 0);
    }
    struct invitation none = sample();
    none.address_count = 0;
    cr_assert(!invitation_make(&none, true, &b));
}

Test(invitation, its_keys_and_proof_are_those_that_the_protocol_defines)
{
    struct invitation inv = sample();
    struct chain c = chain_start();
    struct pubkey sign;
    struct seckey sign_sec;
    struct boxkey curve;
    struct boxkey transport;
    invitation_sign_key(&inv, &sign, &sign_sec);
    invitation_curve_key(&inv, &curve, NULL);
    cr_assert(is_hex(sign.b, 32, "ca0f75820e2701a34d1d8e15c815dcae535482d1cb4a9b6b6f0e43907f607d08"));
    cr_assert(is_hex(curve.b, 32, "70440319fc771e2308d68cbe16686501d1ef16bcbe33cdc1b55a7a4996c42700"));
    fill(transport.b, 0x33, sizeof transport.b);
    struct sig proof = enrol_proof_make(&sign_sec, inv.charter, c.key, transport);
    cr_assert(is_hex(proof.b, 64, "f42c9cafd4d65866c2b94170f6d039e8c66ffb35445a09bdc85eaf94cc632cbe"
                                  "55b44259bed9d7264b67709e417b1f1c3ff1b13bcdaa2401c7ea9a6581b3b90c"));
    cr_assert(enrol_proof_verify(sign, inv.charter, c.key, transport, proof));
    cr_assert(!enrol_proof_verify(sign, inv.charter, sign, transport, proof));
    cr_assert(!enrol_proof_verify(sign, inv.charter, c.key, curve, proof));
    cr_assert(!enrol_proof_verify(sign, hash_of(SLICE_LITERAL("other")), c.key, transport, proof));
}
