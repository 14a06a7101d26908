// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who may: roles and areas at an index, keys that have ended, enrolments (PROTOCOL, "Roster"). Changes nothing.
// Roles and areas are asked first and the end of the key last, so that LATE means: nothing else is wrong.
#include "common/format/invitation.h"
#include "common/format/roster_state.h"

#include <string.h>

bool area_covers(struct slice area, struct slice code)
{
    return code.n >= area.n && memcmp(area.p, code.p, area.n) == 0 && (code.n == area.n || code.p[area.n] == '-');
}

static bool areas_cover(const struct areas *areas, struct slice code)
{
    for (size_t i = 0; i < areas->n; i++) {
        if (area_covers(slice_of(areas->v[i].text, areas->v[i].n), code)) {
            return true;
        }
    }
    return areas->n == 0;
}

static bool holds(const struct accreditation *a, uint32_t roles, uint64_t index)
{
    return (a->roles & roles) != 0 && a->since <= index;
}

// One of m's accreditations with one of roles covers code; or, without a code, is for everywhere.
static bool covered(const struct member *m, uint32_t roles, const struct slice *code, uint64_t index)
{
    for (size_t i = 0; i < m->accreditation_count; i++) {
        const struct accreditation *a = &m->accreditations[i];
        if (holds(a, roles, index) && (code != NULL ? areas_cover(&a->areas, *code) : a->areas.n == 0)) {
            return true;
        }
    }
    return false;
}

enum verdict judge_anywhere(const struct member *m, uint32_t roles, uint64_t index)
{
    for (size_t i = 0; i < m->accreditation_count; i++) {
        if (holds(&m->accreditations[i], roles, index)) {
            return VERDICT_GOOD;
        }
    }
    return VERDICT_NO_ROLE;
}

enum verdict judge_role(const struct member *m, uint32_t roles, const struct slice *areas, size_t n, uint64_t index)
{
    bool good = n > 0 || covered(m, roles, NULL, index);
    for (size_t i = 0; good && i < n; i++) {
        good = covered(m, roles, &areas[i], index);
    }
    const enum verdict v = judge_anywhere(m, roles, index);
    return v == VERDICT_GOOD && !good ? VERDICT_OUT_OF_AREA : v;
}

static bool chain_stands(const struct roster *r, const struct member *m, struct chain_end at)
{
    for (size_t i = 0; i < m->chain_count; i++) {
        if (journal_leads_to(r, m->key, at, m->chains[i])) {
            return true;
        }
    }
    return false;
}

bool act_stands(const struct member *m, struct hash id)
{
    for (size_t i = 0; i < m->chain_count; i++) {
        if (hash_equal(m->chains[i].id, id)) {
            return true;
        }
    }
    return false;
}

enum verdict judge_ended(const struct member *m, const struct entry *e)
{
    if (m->state == MEMBER_IN_FORCE || act_stands(m, e->id)) {
        return VERDICT_GOOD;
    }
    return m->state == MEMBER_RETIRED ? VERDICT_LATE : VERDICT_REVOKED;
}

// The same for content, where whole chains stand; and of a compromised key, nothing else does, whenever it came.
static enum verdict judge_chain(const struct roster *r, const struct member *m, const struct entry *e, uint64_t index)
{
    const struct chain_end at = { .incarnation = e->place.incarnation, .seq = e->place.seq, .id = e->id };
    if ((m->state != MEMBER_COMPROMISED && index <= m->until) || chain_stands(r, m, at)) {
        return VERDICT_GOOD;
    }
    return judge_ended(m, e);
}

// In the area of that session, once it is there.
static enum verdict judge_at_session(const struct roster *r, const struct member *m, struct hash session,
                                     uint32_t roles, uint64_t index)
{
    uint32_t i = 0;
    if (!table_find(&r->session_of, session.b, &i)) {
        const enum verdict v = judge_anywhere(m, roles, index);
        return v != VERDICT_GOOD ? v : VERDICT_UNKNOWN_TARGET;
    }
    const struct slice area = slice_of(r->sessions[i].text, r->sessions[i].n);
    return judge_role(m, roles, &area, 1, index);
}

// An attester signs with her own key; a sheet is photographed by a facilitator.
static enum verdict judge_attest(const struct roster *r, const struct member *m, const struct entry *e,
                                 const struct body *body, uint64_t index)
{
    const bool own = slice_equal(body->as.attest.way, SLICE_LITERAL("own-key"));
    const uint32_t roles = 1u << (own ? ROLE_ATTESTER : ROLE_FACILITATOR);
    const struct hash seal = entry_ref(e, 0);
    uint32_t i = 0;
    const bool known = table_find(&r->seal_of, seal.b, &i);
    return judge_at_session(r, m, known ? r->seals[i] : (struct hash){ { 0 } }, roles, index);
}

static enum verdict judge_by_role(const struct roster *r, const struct member *m, const struct entry *e,
                                  const struct body *body, uint64_t index)
{
    const uint32_t roles = kind_info(body->kind)->roles;
    if (roles == 0) {
        return VERDICT_GOOD; // anybody who is enrolled
    }
    switch (body->kind) {
    case KIND_SESSION:
        return judge_role(m, roles, &body->as.session.area, 1, index);
    case KIND_FORUM_PLAN:
        return judge_role(m, roles, &body->as.forum_plan.area, 1, index);
    case KIND_CONTRIBUTION: case KIND_ATTENDANCE: case KIND_SHARE_SEAL: case KIND_SESSION_SEAL:
        return judge_at_session(r, m, entry_ref(e, 0), roles, index);
    case KIND_ATTEST:
        return judge_attest(r, m, e, body, index);
    case KIND_ROOT_APPROVAL: case KIND_GRANT: case KIND_REKEY: case KIND_INVITE: case KIND_ENROL: case KIND_RESUME:
    case KIND_REVOKE: case KIND_ACCEPT_LATE: case KIND_GUIDE: case KIND_CODEBOOK: case KIND_CLAUSE: case KIND_LINK:
    case KIND_RESPONSE: case KIND_REDACTION: case KIND_FORK_EVIDENCE: case KIND_CORRECTION: case KIND_WITHDRAWAL:
    case KIND_ERASED: case KIND_OPENED: case KIND_INCIDENT: case KIND_COUNT:
        break;
    }
    return judge_anywhere(m, roles, index);
}

enum verdict judge_content(const struct roster *r, const struct entry *e, const struct body *body, uint64_t index)
{
    const struct member *m = roster_member_of(r, e->place.author);
    if (m == NULL) {
        return VERDICT_NOT_ENROLLED;
    }
    const enum verdict v = judge_by_role(r, m, e, body, index);
    return v != VERDICT_GOOD ? v : judge_chain(r, m, e, index);
}

enum verdict judge_enrol(const struct roster *r, const struct entry *e, const struct body *body,
                         struct invite **invite)
{
    // PROTOCOL 6.6: "`enrol` is seq 0 of a newcomer's first incarnation": elsewhere it enrols nobody.
    if (body->kind != KIND_ENROL || e->place.seq != 0 || !hash_equal(entry_ref(e, 0), body->as.enrol.invite)) {
        return VERDICT_NOT_ENROLLED;
    }
    struct invite *found = roster_invite_of(r, body->as.enrol.invite);
    if (found == NULL || !enrol_proof_verify(found->sign_key, r->consultation, e->place.author,
                                             body->as.enrol.transport, body->as.enrol.proof)) {
        return VERDICT_NOT_ENROLLED;
    }
    if (!pubkey_valid(e->place.author)) {
        return VERDICT_WEAK_KEY;
    }
    if (found->used >= found->uses && found->spent >= LIMIT_INVITE_SPENT) {
        return VERDICT_INVITE_SPENT_LIMIT;
    }
    *invite = found;
    return VERDICT_GOOD;
}
