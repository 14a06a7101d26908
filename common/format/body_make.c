// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Writes the machine-read bodies of the kinds. The readers are in body.c.
// It must never write what body.c would not read.
// Read first: docs/PROTOCOL.md, "Kinds".
#include "common/format/kinds.h"

#include "common/base/text.h"
#include "common/format/pack.h"

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

static void put_forum_plan(const struct body *b, struct buf *out)
{
    pack_array(out, 4);
    put_code(out, b->as.forum_plan.area);
    put_code(out, b->as.forum_plan.code);
    put_code(out, b->as.forum_plan.type);
    pack_uint(out, b->as.forum_plan.date);
}

void attendance_put(const struct attendance *row, struct buf *rows)
{
    CHECK(row->displaced <= 2 && row->disability <= 2);
    CHECK(row->count > 0 && row->count <= LIMIT_ATTENDANCE);
    pack_array(rows, 5);
    put_code(rows, row->sex);
    put_code(rows, row->age);
    pack_uint(rows, row->displaced);
    pack_uint(rows, row->disability);
    pack_uint(rows, row->count);
}

static void put_session_seal(const struct body *b, struct buf *out)
{
    pack_array(out, 6);
    pack_uint(out, b->as.session_seal.count);
    pack_bin(out, SLICE_ARRAY(b->as.session_seal.root.b));
    pack_uint(out, b->as.session_seal.forms);
    pack_uint(out, b->as.session_seal.blank);
    pack_uint(out, b->as.session_seal.spoiled);
    pack_bin(out, b->as.session_seal.has_minutes ? SLICE_ARRAY(b->as.session_seal.minutes.b) : slice_of(NULL, 0));
}

// What happens at a forum, and to what was said there later on.
static void put_forum_body(const struct body *b, struct buf *out)
{
    if (b->kind == KIND_FORUM_PLAN) {
        put_forum_plan(b, out);
    } else if (b->kind == KIND_ATTENDANCE) {
        pack_array(out, b->as.attendance.count);
        buf_put(out, b->as.attendance.rows);
    } else if (b->kind == KIND_SHARE_SEAL) {
        pack_array(out, 2);
        pack_uint(out, b->as.share_seal.count);
        pack_bin(out, SLICE_ARRAY(b->as.share_seal.root.b));
    } else if (b->kind == KIND_SESSION_SEAL) {
        put_session_seal(b, out);
    } else if (b->kind == KIND_ATTEST) {
        put_word(out, b->as.attest.way);
    } else if (b->kind == KIND_CORRECTION) {
        put_word(out, b->as.correction.reason);
    } else if (b->kind == KIND_WITHDRAWAL) {
        put_codes(out, b->as.withdrawal.scopes, b->as.withdrawal.scope_count, LIMIT_SCOPES);
    } else if (b->kind == KIND_ERASED) {
        pack_array(out, 2);
        pack_bin(out, SLICE_ARRAY(b->as.erased.redaction.b));
        pack_bin(out, SLICE_ARRAY(b->as.erased.target.b));
    } else if (b->kind == KIND_OPENED) {
        pack_array(out, 2);
        put_code(out, b->as.opened.part);
        put_code(out, b->as.opened.reason);
    } else {
        put_word(out, b->as.incident.code);
    }
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
    case KIND_FORUM_PLAN: case KIND_ATTENDANCE: case KIND_SHARE_SEAL: case KIND_SESSION_SEAL: case KIND_ATTEST:
    case KIND_CORRECTION: case KIND_WITHDRAWAL: case KIND_ERASED: case KIND_OPENED: case KIND_INCIDENT:
        put_forum_body(b, out);
        return;
    case KIND_UNKNOWN:
        break;
    }
    CHECK(b->kind != KIND_UNKNOWN);
}
