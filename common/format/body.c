// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reads the machine-read bodies of the kinds, and nothing that needs a part. The writers are in body_make.c.
// A body that is not of its kind is no fault of form: the entry is sequenced without effect.
// Read first: docs/PROTOCOL.md, "Kinds".
#include "common/format/kinds.h"

#include "common/base/text.h"
#include "common/format/codes.h"
#include "common/format/pack.h"

#include <string.h>

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
    if (b->as.contribution.sensitivity > SENSITIVITY_SEALED) {
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

static void read_forum_plan(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 4);
    b->as.forum_plan.area = read_code(c);
    b->as.forum_plan.code = read_code(c);
    b->as.forum_plan.type = read_code(c);
    b->as.forum_plan.date = cursor_uint(c);
}

static struct attendance read_attendance_row(struct cursor *c)
{
    struct attendance row;
    cursor_array_of(c, 5);
    row.sex = read_code(c);
    row.age = read_code(c);
    row.displaced = cursor_uint(c);
    row.disability = cursor_uint(c);
    row.count = cursor_uint(c);
    if (row.displaced > 2 || row.disability > 2 || row.count == 0 || row.count > LIMIT_ATTENDANCE) {
        cursor_fail(c);
    }
    return row;
}

bool attendance_next(struct slice *rows, struct attendance *out)
{
    struct cursor c = cursor_new(*rows, false);
    const struct attendance row = read_attendance_row(&c);
    if (!cursor_ok(&c)) {
        return false;
    }
    *out = row;
    *rows = c.rest;
    return true;
}

static void read_attendance(struct cursor *c, struct body *b)
{
    b->as.attendance.count = cursor_array(c, SIZE_MAX);
    const uint8_t *first = c->rest.p;
    for (size_t i = 0; i < b->as.attendance.count && cursor_ok(c); i++) {
        (void)read_attendance_row(c);
    }
    b->as.attendance.rows = cursor_ok(c) ? slice_of(first, (size_t)(c->rest.p - first)) : slice_of(NULL, 0);
    if (b->as.attendance.count == 0) {
        cursor_fail(c);
    }
}

static void read_session_seal(struct cursor *c, struct body *b)
{
    cursor_array_of(c, 6);
    b->as.session_seal.count = cursor_uint(c);
    b->as.session_seal.root = read_hash(c);
    b->as.session_seal.forms = cursor_uint(c);
    b->as.session_seal.blank = cursor_uint(c);
    b->as.session_seal.spoiled = cursor_uint(c);
    struct slice minutes = cursor_bin(c);
    b->as.session_seal.has_minutes = minutes.n != 0;
    if (minutes.n == sizeof b->as.session_seal.minutes.b) {
        memcpy(b->as.session_seal.minutes.b, minutes.p, minutes.n);
    } else if (minutes.n != 0) {
        cursor_fail(c);
    }
}

static void read_withdrawal(struct cursor *c, struct body *b)
{
    b->as.withdrawal.scope_count = cursor_array(c, LIMIT_SCOPES);
    for (size_t i = 0; i < b->as.withdrawal.scope_count && cursor_ok(c); i++) {
        b->as.withdrawal.scopes[i] = read_listed(c, CODES_SCOPE);
    }
}

static void read_erased(struct cursor *c, const struct entry *e, struct body *b)
{
    cursor_array_of(c, 2);
    b->as.erased.redaction = read_hash(c);
    b->as.erased.target = read_hash(c);
    if (!hash_equal(entry_ref(e, 0), b->as.erased.redaction)) {
        cursor_fail(c);
    }
}

// What happens at a forum, and to what was said there later on.
static void read_forum_body(struct cursor *c, const struct entry *e, struct body *b)
{
    if (b->kind == KIND_FORUM_PLAN) {
        read_forum_plan(c, b);
    } else if (b->kind == KIND_ATTENDANCE) {
        read_attendance(c, b);
    } else if (b->kind == KIND_SHARE_SEAL) {
        cursor_array_of(c, 2);
        b->as.share_seal.count = cursor_uint(c);
        b->as.share_seal.root = read_hash(c);
    } else if (b->kind == KIND_SESSION_SEAL) {
        read_session_seal(c, b);
    } else if (b->kind == KIND_ATTEST) {
        cursor_array_of(c, 1);
        b->as.attest.way = read_listed(c, CODES_ATTEST_WAY);
    } else if (b->kind == KIND_CORRECTION) {
        cursor_array_of(c, 1);
        b->as.correction.reason = read_listed(c, CODES_CORRECT_REASON);
    } else if (b->kind == KIND_WITHDRAWAL) {
        read_withdrawal(c, b);
    } else if (b->kind == KIND_ERASED) {
        read_erased(c, e, b);
    } else if (b->kind == KIND_OPENED) {
        cursor_array_of(c, 2);
        b->as.opened.part = read_code(c);
        b->as.opened.reason = read_listed(c, CODES_OPEN_REASON);
    } else {
        cursor_array_of(c, 1);
        b->as.incident.code = read_listed(c, CODES_INCIDENT);
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
    case KIND_FORUM_PLAN: case KIND_ATTENDANCE: case KIND_SHARE_SEAL: case KIND_SESSION_SEAL: case KIND_ATTEST:
    case KIND_CORRECTION: case KIND_WITHDRAWAL: case KIND_ERASED: case KIND_OPENED: case KIND_INCIDENT:
        read_forum_body(c, e, b);
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
