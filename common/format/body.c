// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The machine-read bodies of the kinds: one reader and one writer for each, and nothing that needs a part.
// A body that is not of its kind is no fault of form: the entry is sequenced without effect.
// Read first: docs/PROTOCOL.md, "Bodies".
#include "common/format/kinds.h"

#include "common/base/text.h"
#include "common/format/codes.h"
#include "common/format/pack.h"

#include <string.h>

// --- reading ---

static struct slice read_code(struct cursor *c)
{
    struct slice code = cursor_str(c);
    if (!text_code_ok(code)) {
        cursor_fail(c);
    }
    return code;
}

static struct slice read_listed(struct cursor *c, enum code_list list)
{
    struct slice code = cursor_str(c);
    if (codes_find(list, code) == NULL) {
        cursor_fail(c);
    }
    return code;
}

static struct hash read_hash(struct cursor *c)
{
    struct hash h;
    cursor_bin_fixed(c, h.b, sizeof h.b);
    return h;
}

static struct pubkey read_pubkey(struct cursor *c)
{
    struct pubkey key;
    cursor_bin_fixed(c, key.b, sizeof key.b);
    return key;
}

static struct boxkey read_boxkey(struct cursor *c)
{
    struct boxkey key;
    cursor_bin_fixed(c, key.b, sizeof key.b);
    return key;
}

static uint32_t read_roles(struct cursor *c)
{
    uint32_t roles = 0;
    size_t n = cursor_array(c, LIMIT_ROLES);
    for (size_t i = 0; i < n && cursor_ok(c); i++) {
        enum role role = ROLE_ROOT;
        if (!role_parse(cursor_str(c), &role) || (roles & 1u << role) != 0) {
            cursor_fail(c);
        }
        roles |= 1u << role;
    }
    return roles;
}

static size_t read_codes(struct cursor *c, struct slice *out, size_t max)
{
    size_t n = cursor_array(c, max);
    for (size_t i = 0; i < n && cursor_ok(c); i++) {
        out[i] = read_code(c);
    }
    return n;
}

static struct chain_end read_chain_fields(struct cursor *c)
{
    struct chain_end chain;
    cursor_bin_fixed(c, chain.incarnation.b, sizeof chain.incarnation.b);
    chain.seq = cursor_uint(c);
    chain.id = read_hash(c);
    return chain;
}

static size_t read_chains(struct cursor *c, struct chain_end *out)
{
    size_t n = cursor_array(c, LIMIT_REVOKE_CHAINS);
    for (size_t i = 0; i < n && cursor_ok(c); i++) {
        cursor_array_of(c, 3);
        out[i] = read_chain_fields(c);
    }
    return n;
}

static void read_grant(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 4);
    b->as.grant.key = read_pubkey(c);
    struct slice transport = cursor_bin(c);
    b->as.grant.has_transport = transport.n != 0;
    if (transport.n == sizeof b->as.grant.transport.b) {
        memcpy(b->as.grant.transport.b, transport.p, transport.n);
    } else if (transport.n != 0) {
        cursor_fail(c);
    }
    b->as.grant.roles = read_roles(c);
    b->as.grant.area_count = read_codes(c, b->as.grant.areas, LIMIT_AREAS);
}

static void read_rekey(struct cursor *c, struct body *b)
{
    static const char *const whats[] = { "root", "log", "exchange", "intake" };
    bool known = false;
    cursor_array_of(c, 3);
    b->as.rekey.what = cursor_str(c);
    b->as.rekey.old_key = cursor_bin(c);
    b->as.rekey.new_key = cursor_bin(c);
    for (size_t i = 0; i < sizeof whats / sizeof whats[0]; i++) {
        known = known || slice_equal(b->as.rekey.what, slice_text(whats[i]));
    }
    if (!known || b->as.rekey.old_key.n != sizeof(struct pubkey) || b->as.rekey.new_key.n != sizeof(struct pubkey)) {
        cursor_fail(c);
    }
}

static void read_invite(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 5);
    b->as.invite.sign_key = read_pubkey(c);
    b->as.invite.curve_key = read_boxkey(c);
    b->as.invite.roles = read_roles(c);
    b->as.invite.area_count = read_codes(c, b->as.invite.areas, LIMIT_AREAS);
    b->as.invite.uses = cursor_uint(c);
}

static void read_enrol(struct cursor *c, const struct entry *e, struct body *b)
{
    cursor_array_of(c, 3);
    b->as.enrol.invite = read_hash(c);
    b->as.enrol.transport = read_boxkey(c);
    cursor_bin_fixed(c, b->as.enrol.proof.b, sizeof b->as.enrol.proof.b);
    // Said twice (body and reference), so it must be the same.
    if (!hash_equal(entry_ref(e, 0), b->as.enrol.invite)) {
        cursor_fail(c);
    }
}

static void read_revoke(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 3);
    b->as.revoke.key = read_pubkey(c);
    b->as.revoke.reason = read_listed(c, CODES_REVOKE_REASON);
    b->as.revoke.chain_count = read_chains(c, b->as.revoke.chains);
}

static void read_accept_late(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 2);
    b->as.accept_late.key = read_pubkey(c);
    b->as.accept_late.chain_count = read_chains(c, b->as.accept_late.chains);
}

static void read_session(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 3);
    b->as.session.area = read_code(c);
    b->as.session.code = read_code(c);
    b->as.session.type = read_code(c);
}

static void read_contribution(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 1);
    b->as.contribution.sensitivity = cursor_uint(c);
    if (b->as.contribution.sensitivity > 2) {
        cursor_fail(c);
    }
}

static void read_clause(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 3);
    b->as.clause.type = read_listed(c, CODES_CLAUSE_TYPE);
    b->as.clause.stable = read_hash(c);
    b->as.clause.version = cursor_uint(c);
}

static void read_redaction(struct cursor *c, const struct entry *e, struct body *b)
{
    cursor_array_of(c, 4);
    b->as.redaction.target = read_hash(c);
    b->as.redaction.part_count = read_codes(c, b->as.redaction.parts, LIMIT_PARTS);
    b->as.redaction.reason = read_code(c);
    b->as.redaction.authority = read_code(c);
    if (b->as.redaction.part_count == 0 || !hash_equal(entry_ref(e, 0), b->as.redaction.target)) {
        cursor_fail(c);
    }
}

static void read_fork_evidence(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 4);
    b->as.fork_evidence.key = read_pubkey(c);
    cursor_bin_fixed(c, b->as.fork_evidence.incarnation.b, sizeof b->as.fork_evidence.incarnation.b);
    b->as.fork_evidence.seq = cursor_uint(c);
    b->as.fork_evidence.id_count = cursor_array(c, LIMIT_BRANCHES);
    for (size_t i = 0; i < b->as.fork_evidence.id_count; i++) {
        b->as.fork_evidence.ids[i] = read_hash(c);
    }
    if (b->as.fork_evidence.id_count < 2) {
        cursor_fail(c);
    }
}

static void read_body(struct cursor *c, const struct entry *e, struct body *b)
{
    switch (b->kind) {
    case KIND_ROOT_APPROVAL:
        cursor_array_of(c, 0);
        return;
    case KIND_GRANT:
        read_grant(c, b);
        return;
    case KIND_REKEY:
        read_rekey(c, b);
        return;
    case KIND_INVITE:
        read_invite(c, b);
        return;
    case KIND_ENROL:
        read_enrol(c, e, b);
        return;
    case KIND_RESUME:
        cursor_array_of(c, 3);
        b->as.resume.old = read_chain_fields(c);
        return;
    case KIND_REVOKE:
        read_revoke(c, b);
        return;
    case KIND_ACCEPT_LATE:
        read_accept_late(c, b);
        return;
    case KIND_GUIDE:
    case KIND_CODEBOOK:
        cursor_array_of(c, 1);
        b->as.guide.version = cursor_uint(c);
        return;
    case KIND_SESSION:
        read_session(c, b);
        return;
    case KIND_CONTRIBUTION:
        read_contribution(c, b);
        return;
    case KIND_CLAUSE:
        read_clause(c, b);
        return;
    case KIND_LINK:
        cursor_array_of(c, 1);
        b->as.link.relation = read_listed(c, CODES_RELATION);
        return;
    case KIND_RESPONSE:
        cursor_array_of(c, 1);
        b->as.response.disposition = read_listed(c, CODES_DISPOSITION);
        return;
    case KIND_REDACTION:
        read_redaction(c, e, b);
        return;
    case KIND_FORK_EVIDENCE:
        read_fork_evidence(c, b);
        return;
    case KIND_UNKNOWN:
        cursor_fail(c);
        return;
    }
}

static bool parts_fit(const struct entry *e, const struct kind_info *info)
{
    for (size_t i = 0; i < e->part_count; i++) {
        if (info->parts[i] == NULL || !slice_equal(e->parts[i].name, slice_text(info->parts[i]))) {
            return false;
        }
    }
    return info->parts[e->part_count] == NULL;
}

enum verdict kind_parse(const struct entry *e, struct body *out)
{
    struct body b = { .kind = kind_of(e->kind) };
    if (b.kind == KIND_UNKNOWN) {
        return VERDICT_UNKNOWN_KIND;
    }
    const struct kind_info *info = kind_info(b.kind);
    if (e->ref_count < info->refs_min || e->ref_count > info->refs_max || !parts_fit(e, info)) {
        return VERDICT_BAD_BODY;
    }
    struct cursor c = cursor_new(e->body, false);
    read_body(&c, e, &b);
    if (!cursor_done(&c)) {
        return VERDICT_BAD_BODY;
    }
    *out = b;
    return VERDICT_GOOD;
}

// --- writing ---

static void put_code(struct buf *out, struct slice code)
{
    CHECK(text_code_ok(code));
    pack_str(out, code);
}

static void put_codes(struct buf *out, const struct slice *codes, size_t n, size_t max)
{
    CHECK(n <= max);
    pack_array(out, n);
    for (size_t i = 0; i < n; i++) {
        put_code(out, codes[i]);
    }
}

static void put_roles(struct buf *out, uint32_t roles)
{
    CHECK(roles >> ROLE_COUNT == 0);
    pack_array(out, (size_t)__builtin_popcount(roles));
    for (enum role r = ROLE_ROOT; r < ROLE_COUNT; r++) {
        if ((roles & 1u << r) != 0) {
            pack_text(out, role_name(r));
        }
    }
}

static void put_chain(struct buf *out, const struct chain_end *chain)
{
    pack_array(out, 3);
    pack_bin(out, SLICE_ARRAY(chain->incarnation.b));
    pack_uint(out, chain->seq);
    pack_bin(out, SLICE_ARRAY(chain->id.b));
}

static void put_chains(struct buf *out, const struct chain_end *chains, size_t n)
{
    CHECK(n <= LIMIT_REVOKE_CHAINS);
    pack_array(out, n);
    for (size_t i = 0; i < n; i++) {
        put_chain(out, &chains[i]);
    }
}

static void put_grant(const struct body *b, struct buf *out)
{
    pack_array(out, 4);
    pack_bin(out, SLICE_ARRAY(b->as.grant.key.b));
    pack_bin(out, b->as.grant.has_transport ? SLICE_ARRAY(b->as.grant.transport.b) : slice_of(NULL, 0));
    put_roles(out, b->as.grant.roles);
    put_codes(out, b->as.grant.areas, b->as.grant.area_count, LIMIT_AREAS);
}

static void put_invite(const struct body *b, struct buf *out)
{
    pack_array(out, 5);
    pack_bin(out, SLICE_ARRAY(b->as.invite.sign_key.b));
    pack_bin(out, SLICE_ARRAY(b->as.invite.curve_key.b));
    put_roles(out, b->as.invite.roles);
    put_codes(out, b->as.invite.areas, b->as.invite.area_count, LIMIT_AREAS);
    pack_uint(out, b->as.invite.uses);
}

static void put_rekey(const struct body *b, struct buf *out)
{
    pack_array(out, 3);
    put_code(out, b->as.rekey.what);
    pack_bin(out, b->as.rekey.old_key);
    pack_bin(out, b->as.rekey.new_key);
}

static void put_enrol(const struct body *b, struct buf *out)
{
    pack_array(out, 3);
    pack_bin(out, SLICE_ARRAY(b->as.enrol.invite.b));
    pack_bin(out, SLICE_ARRAY(b->as.enrol.transport.b));
    pack_bin(out, SLICE_ARRAY(b->as.enrol.proof.b));
}

static void put_revoke(const struct body *b, struct buf *out)
{
    pack_array(out, 3);
    pack_bin(out, SLICE_ARRAY(b->as.revoke.key.b));
    put_code(out, b->as.revoke.reason);
    put_chains(out, b->as.revoke.chains, b->as.revoke.chain_count);
}

static void put_accept_late(const struct body *b, struct buf *out)
{
    pack_array(out, 2);
    pack_bin(out, SLICE_ARRAY(b->as.accept_late.key.b));
    put_chains(out, b->as.accept_late.chains, b->as.accept_late.chain_count);
}

static void put_session(const struct body *b, struct buf *out)
{
    pack_array(out, 3);
    put_code(out, b->as.session.area);
    put_code(out, b->as.session.code);
    put_code(out, b->as.session.type);
}

static void put_clause(const struct body *b, struct buf *out)
{
    pack_array(out, 3);
    put_code(out, b->as.clause.type);
    pack_bin(out, SLICE_ARRAY(b->as.clause.stable.b));
    pack_uint(out, b->as.clause.version);
}

static void put_redaction(const struct body *b, struct buf *out)
{
    pack_array(out, 4);
    pack_bin(out, SLICE_ARRAY(b->as.redaction.target.b));
    put_codes(out, b->as.redaction.parts, b->as.redaction.part_count, LIMIT_PARTS);
    put_code(out, b->as.redaction.reason);
    put_code(out, b->as.redaction.authority);
}

static void put_fork_evidence(const struct body *b, struct buf *out)
{
    CHECK(b->as.fork_evidence.id_count <= LIMIT_BRANCHES);
    pack_array(out, 4);
    pack_bin(out, SLICE_ARRAY(b->as.fork_evidence.key.b));
    pack_bin(out, SLICE_ARRAY(b->as.fork_evidence.incarnation.b));
    pack_uint(out, b->as.fork_evidence.seq);
    pack_array(out, b->as.fork_evidence.id_count);
    for (size_t i = 0; i < b->as.fork_evidence.id_count; i++) {
        pack_bin(out, SLICE_ARRAY(b->as.fork_evidence.ids[i].b));
    }
}

static void put_number(struct buf *out, uint64_t v)
{
    pack_array(out, 1);
    pack_uint(out, v);
}

static void put_word(struct buf *out, struct slice code)
{
    pack_array(out, 1);
    put_code(out, code);
}

void body_make(const struct body *b, struct buf *out)
{
    switch (b->kind) {
    case KIND_ROOT_APPROVAL:
        pack_array(out, 0);
        return;
    case KIND_GRANT:
        put_grant(b, out);
        return;
    case KIND_REKEY:
        put_rekey(b, out);
        return;
    case KIND_INVITE:
        put_invite(b, out);
        return;
    case KIND_ENROL:
        put_enrol(b, out);
        return;
    case KIND_RESUME:
        put_chain(out, &b->as.resume.old);
        return;
    case KIND_REVOKE:
        put_revoke(b, out);
        return;
    case KIND_ACCEPT_LATE:
        put_accept_late(b, out);
        return;
    case KIND_GUIDE:
    case KIND_CODEBOOK:
        put_number(out, b->as.guide.version);
        return;
    case KIND_SESSION:
        put_session(b, out);
        return;
    case KIND_CONTRIBUTION:
        put_number(out, b->as.contribution.sensitivity);
        return;
    case KIND_CLAUSE:
        put_clause(b, out);
        return;
    case KIND_LINK:
        put_word(out, b->as.link.relation);
        return;
    case KIND_RESPONSE:
        put_word(out, b->as.response.disposition);
        return;
    case KIND_REDACTION:
        put_redaction(b, out);
        return;
    case KIND_FORK_EVIDENCE:
        put_fork_evidence(b, out);
        return;
    case KIND_UNKNOWN:
        break;
    }
    CHECK(b->kind != KIND_UNKNOWN);
}
