// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Charters and invitations from strangers. What parses is made again to the same bytes; a charter that verifies was
// signed by its own roots.
#include "tests/fuzz/fuzz.h"

#include "common/format/charter.h"
#include "common/format/invitation.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    CHECK(ident_init() == OK);
    return 0;
}

static void check_charter(struct slice s)
{
    struct charter c;
    struct charter verified;
    struct why why = { "" };
    struct buf again = buf_new(LIMIT_CHARTER_BYTES);
    if (charter_parse(s, &c, &why)) {
        CHECK(charter_make(&c, &again, &why));
        CHECK(slice_equal(buf_slice(&again), s));
        CHECK(lies_within(c.title, s));
        CHECK(c.root_count >= c.quorum);
        CHECK(charter_origin(&c).n == c.prefix.n + 65);
    } else {
        CHECK(why.text[0] != '\0');
    }
    if (charter_verify(s, &verified, &why) == VERDICT_GOOD) {
        CHECK(lies_within(verified.text, s));
        CHECK(hash_equal(verified.id, hash_of(verified.text)));
    }
    buf_done(&again);
}

static void check_invitation(struct slice s)
{
    struct invitation inv;
    struct invitation second;
    struct why why = { "" };
    struct buf store = buf_new(4096);
    struct buf store_again = buf_new(4096);
    struct buf text = buf_new(8192);
    if (invitation_parse(s, &store, &inv, &why)) {
        CHECK(invitation_make(&inv, s.n % 2 == 0, &text));
        CHECK(invitation_parse(buf_slice(&text), &store_again, &second, &why));
        CHECK(slice_equal(buf_slice(&store), buf_slice(&store_again)));
    } else {
        CHECK(why.text[0] != '\0');
    }
    buf_done(&store);
    buf_done(&store_again);
    buf_done(&text);
}

static void check_fingerprint(struct slice s)
{
    struct hash id;
    struct hash again;
    struct buf text = buf_new(128);
    if (charter_parse_fingerprint(s, &id)) {
        charter_put_fingerprint(id, &text);
        CHECK(charter_parse_fingerprint(buf_slice(&text), &again));
        CHECK(hash_equal(id, again));
    }
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice s = slice_of(data, n);
    check_charter(s);
    check_invitation(s);
    check_fingerprint(s);
    return 0;
}
