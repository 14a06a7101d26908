// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Invitations as text, and the keys derived from them.
// Everything here is as secret as the seed: work memory is wiped.
// Read first: docs/PROTOCOL.md, "Roster".
#include "common/format/invitation.h"

#include "common/base/text.h"
#include "common/format/armor.h"
#include "common/format/pack.h"
#include "common/format/seal.h"

#include <string.h>

#define SIGN_PREFIX "baraza/invite-sign/v1"   // } hashed with its NUL
#define CURVE_PREFIX "baraza/invite-curve/v1" // }
#define ENROL_PREFIX "baraza/enrol/v1"

#define CHECK_BYTES 4
#define INVITATION_BYTES (1 + 34 + 1 + LIMIT_INVITE_ADDRESSES * (2 + LIMIT_NET_ADDRESS) + 34 + 18 + 34 + CHECK_BYTES)
#define TEXT_BYTES (2 * INVITATION_BYTES) // base64 and some white space

static bool address_ok(struct slice s)
{
    const uint8_t *colon = s.n == 0 ? NULL : memrchr(s.p, ':', s.n);
    if (colon == NULL || colon == s.p || s.n > LIMIT_NET_ADDRESS) {
        return false;
    }
    uint64_t port = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f) {
            return false;
        }
    }
    for (const uint8_t *p = colon + 1; p < s.p + s.n; p++) {
        if (*p < '0' || *p > '9' || port > 65535) {
            return false;
        }
        port = port * 10 + (uint64_t)(*p - '0');
    }
    return port >= 1 && port <= 65535;
}

static bool addresses_ok(const struct invitation *inv)
{
    bool ok = inv->address_count >= 1 && inv->address_count <= LIMIT_INVITE_ADDRESSES;
    for (size_t i = 0; ok && i < inv->address_count; i++) {
        ok = address_ok(inv->addresses[i]);
    }
    return ok;
}

// The text of an invitation, or of a letter, which has no seed.
static bool make_text(const struct invitation *inv, bool letter, bool one_line, struct buf *out)
{
    uint8_t room[INVITATION_BYTES];
    struct buf bytes = buf_over(room, sizeof room);
    if (!addresses_ok(inv)) {
        return false;
    }
    pack_array(&bytes, letter ? 4 : 5);
    pack_bin(&bytes, SLICE_ARRAY(inv->charter.b));
    pack_array(&bytes, inv->address_count);
    for (size_t i = 0; i < inv->address_count; i++) {
        pack_str(&bytes, inv->addresses[i]);
    }
    pack_bin(&bytes, SLICE_ARRAY(inv->hub.b));
    if (!letter) {
        pack_bin(&bytes, SLICE_ARRAY(inv->seed));
    }
    pack_bin(&bytes, SLICE_ARRAY(inv->invite.b));
    struct hash sum = hash_of(buf_slice(&bytes));
    buf_put(&bytes, slice_of(sum.b, CHECK_BYTES));
    CHECK(buf_ok(&bytes));
    buf_put_text(out, letter ? INVITATION_LETTER_HEAD : INVITATION_HEAD);
    buf_put_u8(out, one_line ? ' ' : '\n');
    armor_put_base64(out, buf_slice(&bytes));
    if (!one_line) {
        buf_put_u8(out, '\n');
    }
    mem_wipe(room, sizeof room);
    return true;
}

bool invitation_make(const struct invitation *inv, bool one_line, struct buf *out)
{
    return make_text(inv, false, one_line, out);
}

bool invitation_letter_make(const struct invitation *inv, struct buf *out)
{
    return make_text(inv, true, false, out);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Copies text without its white space to room. False when it does not fit.
static bool squeeze(struct slice text, struct buf *room)
{
    for (size_t i = 0; i < text.n && buf_ok(room); i++) {
        if (!is_space(text.p[i])) {
            buf_put_u8(room, text.p[i]);
        }
    }
    return buf_ok(room);
}

static bool read_fields(struct slice bytes, bool letter, struct invitation *inv)
{
    struct cursor c = cursor_new(bytes, false);
    cursor_array_of(&c, letter ? 4 : 5);
    cursor_bin_fixed(&c, inv->charter.b, sizeof inv->charter.b);
    inv->address_count = cursor_array(&c, LIMIT_INVITE_ADDRESSES);
    for (size_t i = 0; i < inv->address_count; i++) {
        inv->addresses[i] = cursor_str(&c);
    }
    cursor_bin_fixed(&c, inv->hub.b, sizeof inv->hub.b);
    if (!letter) {
        cursor_bin_fixed(&c, inv->seed, sizeof inv->seed);
    }
    cursor_bin_fixed(&c, inv->invite.b, sizeof inv->invite.b);
    return cursor_done(&c) && addresses_ok(inv);
}

static bool parse_text(struct slice text, bool letter, struct buf *store, struct invitation *out, struct why *why)
{
    const char *head = letter ? INVITATION_LETTER_HEAD : INVITATION_HEAD;
    uint8_t room[TEXT_BYTES];
    struct buf squeezed = buf_over(room, sizeof room);
    struct invitation inv = { 0 };
    struct slice base64 = { NULL, 0 };
    bool ok = false;
    if (!squeeze(text, &squeezed) || !text_starts(buf_slice(&squeezed), head, &base64)) {
        why_set(why, "%s starts with %s", letter ? "a letter, which words belong to," : "an invitation", head);
    } else if (!armor_base64(base64, store) || store->n <= CHECK_BYTES) {
        why_set(why, "the invitation is cut off or has other characters in it; copy it again, whole");
    } else {
        struct slice bytes = slice_of(store->p, store->n - CHECK_BYTES);
        struct hash sum = hash_of(bytes);
        ok = memcmp(sum.b, bytes.p + bytes.n, CHECK_BYTES) == 0 && read_fields(bytes, letter, &inv);
        if (!ok) {
            why_set(why, "the invitation was changed in copying; copy it again, whole");
        }
    }
    if (ok) {
        *out = inv;
    }
    mem_wipe(room, sizeof room);
    return ok;
}

bool invitation_parse(struct slice text, struct buf *store, struct invitation *out, struct why *why)
{
    return parse_text(text, false, store, out, why);
}

bool invitation_letter_parse(struct slice text, struct buf *store, struct invitation *out, struct why *why)
{
    return parse_text(text, true, store, out, why);
}

// SHA-256(prefix with its NUL ‖ charter ‖ seed).
static struct hash derive(const struct invitation *inv, struct slice prefix)
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, prefix);
    sha256_add(&s, SLICE_ARRAY(inv->charter.b));
    sha256_add(&s, SLICE_ARRAY(inv->seed));
    return sha256_done(&s);
}

void invitation_sign_key(const struct invitation *inv, struct pubkey *pub, struct seckey *sec)
{
    struct pubkey p;
    struct seckey s;
    struct hash seed = derive(inv, slice_of(SIGN_PREFIX, sizeof SIGN_PREFIX));
    sign_keypair_from_seed(seed.b, &p, &s);
    if (pub != NULL) {
        *pub = p;
    }
    if (sec != NULL) {
        *sec = s;
    }
    mem_wipe(&seed, sizeof seed);
    mem_wipe(&s, sizeof s);
}

void invitation_curve_key(const struct invitation *inv, struct boxkey *pub, struct boxsec *sec)
{
    struct boxsec s;
    struct hash secret = derive(inv, slice_of(CURVE_PREFIX, sizeof CURVE_PREFIX));
    memcpy(s.b, secret.b, sizeof s.b);
    if (pub != NULL) {
        *pub = box_public(&s);
    }
    if (sec != NULL) {
        *sec = s;
    }
    mem_wipe(&secret, sizeof secret);
    mem_wipe(&s, sizeof s);
}

#define PROOF_BYTES (sizeof(struct hash) + sizeof(struct pubkey) + sizeof(struct boxkey))

static struct slice put_proof(struct hash consultation, struct pubkey author, struct boxkey transport,
                              uint8_t room[static PROOF_BYTES])
{
    struct buf message = buf_over(room, PROOF_BYTES);
    buf_put(&message, SLICE_ARRAY(consultation.b));
    buf_put(&message, SLICE_ARRAY(author.b));
    buf_put(&message, SLICE_ARRAY(transport.b));
    CHECK(buf_ok(&message));
    return buf_slice(&message);
}

struct sig enrol_proof_make(const struct seckey *invitation, struct hash consultation, struct pubkey author,
                            struct boxkey transport)
{
    uint8_t room[PROOF_BYTES];
    return ident_sign(invitation, ENROL_PREFIX, put_proof(consultation, author, transport, room));
}

bool enrol_proof_verify(struct pubkey invitation, struct hash consultation, struct pubkey author,
                        struct boxkey transport, struct sig proof)
{
    uint8_t room[PROOF_BYTES];
    return ident_verify(invitation, ENROL_PREFIX, put_proof(consultation, author, transport, room), proof);
}
