// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What acts do to the roster: grants, invitations, enrolments, revocations, changes of key (PROTOCOL, "Roster").
// An act that is not in force changes nothing. Acts are never undone: who was accredited by a key that was found
// compromised later is revoked by name.
#include "common/format/roster_state.h"

#include "common/base/fault.h"

#include <stdlib.h>
#include <string.h>

bool kind_is_act(enum kind k)
{
    switch (k) {
    case KIND_ROOT_APPROVAL: case KIND_GRANT: case KIND_REKEY: case KIND_INVITE: case KIND_ENROL: case KIND_REVOKE:
    case KIND_ACCEPT_LATE:
        return true;
    case KIND_RESUME: case KIND_GUIDE: case KIND_CODEBOOK: case KIND_SESSION: case KIND_CONTRIBUTION: case KIND_CLAUSE:
    case KIND_LINK: case KIND_RESPONSE: case KIND_REDACTION: case KIND_FORK_EVIDENCE:
    case KIND_FORUM_PLAN: case KIND_ATTENDANCE: case KIND_SHARE_SEAL: case KIND_SESSION_SEAL: case KIND_ATTEST:
    case KIND_CORRECTION: case KIND_WITHDRAWAL: case KIND_ERASED: case KIND_OPENED: case KIND_INCIDENT: case KIND_COUNT:
        return false;
    }
    return false;
}

#define BIT(role) (1u << ROLE_##role)

// PROTOCOL 6.4: duties that nobody holds together, whatever grants they came by.
static bool duties_apart(uint32_t roles)
{
    const uint32_t witness = BIT(WITNESS);
    return ((roles & witness) == 0 || roles == witness) &&
           ((roles & BIT(ANALYST)) == 0 || (roles & BIT(PROTECTION)) == 0) &&
           ((roles & BIT(REGISTRAR)) == 0 || (roles & (BIT(HUB) | BIT(OPERATOR))) == 0);
}

// All roles that m (NULL: nobody yet) holds.
static uint32_t roles_of(const struct member *m)
{
    uint32_t roles = 0;
    for (size_t i = 0; m != NULL && i < m->accreditation_count; i++) {
        roles |= m->accreditations[i].roles;
    }
    return roles;
}

static bool is_revoked(const struct member *m)
{
    return m->state != MEMBER_IN_FORCE && m->state != MEMBER_SPENT;
}

static void accredit(struct roster *r, struct pubkey key, struct accreditation a)
{
    struct member *m = roster_member_of(r, key);
    if (m == NULL) {
        m = roster_member_add(r, key);
        m->since = a.since;
    } else if (m->state == MEMBER_SPENT) {
        m->state = MEMBER_IN_FORCE;
        m->since = a.since;
    }
    m->accreditations = list_grow(m->accreditations, m->accreditation_count, sizeof *m->accreditations);
    m->accreditations[m->accreditation_count++] = a;
}

// --- acts of the root, and their approval ---

static void drop_pending(struct roster *r, size_t i)
{
    areas_free(&r->pending[i].areas);
    memmove(&r->pending[i], &r->pending[i + 1], (r->pending_count - i - 1) * sizeof *r->pending);
    r->pending_count--;
}

// PROTOCOL 6.3: "A change of root voids acts that are pending, and ends the old key."
static void change_root(struct roster *r, struct pubkey old_key, struct pubkey new_key, uint64_t index)
{
    for (size_t i = 0; i < r->root_count; i++) {
        if (pubkey_equal(r->roots[i], old_key)) {
            r->roots[i] = new_key;
        }
    }
    struct member *m = roster_member_of(r, old_key);
    m->state = MEMBER_REPLACED;
    m->until = index;
    roster_drop_transport(r, m);
    accredit(r, new_key, (struct accreditation){ .roles = 1u << ROLE_ROOT, .since = index, .by = old_key });
    while (r->pending_count > 0) {
        r->acts[r->pending[0].act].standing = VERDICT_VOID;
        drop_pending(r, 0);
        r->generation++;
    }
}

// May new_key take the place of a root key? It must be good, and neither a root nor a key that has ended.
static bool root_eligible(const struct roster *r, struct pubkey key)
{
    const struct member *m = roster_member_of(r, key);
    return pubkey_valid(key) && !roster_is_root(r, key) && (m == NULL || !is_revoked(m));
}

static enum verdict run_grant(struct roster *r, struct pending *p, uint64_t index)
{
    const struct member *known = roster_member_of(r, p->key);
    if (known != NULL && is_revoked(known)) {
        return VERDICT_REVOKED; // a key that has ended stays so: who returns enrols with a new one
    }
    if (!duties_apart(roles_of(known) | p->roles)) {
        return VERDICT_NO_ROLE;
    }
    accredit(r, p->key, (struct accreditation){ .roles = p->roles, .areas = p->areas, .since = index, .by = p->author,
                                                .act = r->acts[p->act].id });
    p->areas = (struct areas){ 0 };
    if (p->has_transport) {
        roster_set_transport(r, roster_member_of(r, p->key), p->transport);
    }
    return VERDICT_GOOD;
}

// May new_key take the place of a service key? It must be good, and none that served for this before.
static bool service_eligible(const struct roster *r, enum service what, struct pubkey key)
{
    bool fresh = !pubkey_equal(r->service[what], key);
    for (size_t i = 0; i < r->change_count && fresh; i++) {
        fresh = r->changes[i].what != what || !pubkey_equal(r->changes[i].old_key, key);
    }
    return fresh && (what != SERVICE_LOG || pubkey_valid(key));
}

static void note_change(struct roster *r, const struct pending *p, uint64_t index)
{
    struct roster_change change = { .what = p->what, .old_key = p->old_key, .new_key = p->new_key,
                                    .act = r->acts[p->act].id, .since = index, .said_count = p->approver_count };
    memcpy(change.said, p->said, sizeof change.said);
    r->changes = list_grow(r->changes, r->change_count, sizeof *r->changes);
    r->changes[r->change_count++] = change;
}

static enum verdict run_rekey(struct roster *r, const struct pending *p, uint64_t index)
{
    if (r->change_count == LIMIT_KEY_CHANGES) {
        return VERDICT_VOID;
    }
    if (p->what != SERVICE_ROOT) {
        if (!pubkey_equal(r->service[p->what], p->old_key)) {
            return VERDICT_VOID;
        }
        r->service[p->what] = p->new_key;
    } else {
        if (!roster_is_root(r, p->old_key) || !root_eligible(r, p->new_key)) {
            return VERDICT_VOID;
        }
        change_root(r, p->old_key, p->new_key, index);
    }
    note_change(r, p, index);
    return VERDICT_GOOD;
}

// PROTOCOL 6.3: "in force at the index of the q-th approval by distinct keys that are root at that index".
static void settle(struct roster *r, size_t i, uint64_t index)
{
    struct pending p = r->pending[i];
    if (p.approver_count < r->quorum && !FAULT(QUORUM_OF_ONE)) {
        return;
    }
    r->pending[i].areas = (struct areas){ 0 };
    drop_pending(r, i); // first: a change of root voids the others
    r->acts[p.act].standing = p.grant ? run_grant(r, &p, index) : run_rekey(r, &p, index);
    areas_free(&p.areas);
    r->generation++;
}

static enum verdict add_pending(struct roster *r, struct pending p, const struct entry *e, uint64_t index)
{
    // apply_act has just noted the act, so it is the last one
    p.act = r->act_count - 1;
    p.author = e->place.author;
    p.said[p.approver_count] = index;
    p.approvers[p.approver_count++] = e->place.author;
    r->acts[p.act].standing = VERDICT_PENDING;
    r->pending = list_grow(r->pending, r->pending_count, sizeof *r->pending);
    r->pending[r->pending_count++] = p;
    settle(r, r->pending_count - 1, index);
    return r->acts[p.act].standing;
}

static enum verdict apply_approval(struct roster *r, const struct entry *e, uint64_t index)
{
    const struct hash act = entry_ref(e, 0);
    uint32_t number = 0;
    if (!roster_is_root(r, e->place.author)) {
        return VERDICT_NO_ROLE;
    }
    if (!table_find(&r->act_of, act.b, &number)) {
        return VERDICT_UNKNOWN_TARGET;
    }
    for (size_t i = 0; i < r->pending_count; i++) {
        struct pending *p = &r->pending[i];
        if (p->act != number) {
            continue;
        }
        for (size_t k = 0; k < p->approver_count; k++) {
            if (pubkey_equal(p->approvers[k], e->place.author)) {
                return VERDICT_GOOD; // counts once
            }
        }
        CHECK(p->approver_count < LIMIT_ROOT_KEYS); // distinct roots, of which there are no more
        p->said[p->approver_count] = index;
        p->approvers[p->approver_count++] = e->place.author;
        settle(r, i, index);
        return VERDICT_GOOD;
    }
    return r->acts[number].standing == VERDICT_VOID ? VERDICT_VOID : VERDICT_GOOD;
}

static enum verdict apply_rekey(struct roster *r, const struct entry *e, const struct body *body, uint64_t index)
{
    struct pending p = { 0 };
    if (!roster_is_root(r, e->place.author)) {
        return VERDICT_NO_ROLE;
    }
    CHECK(service_parse(body->as.rekey.what, &p.what)); // kind_parse lets no other through, nor a key of another length
    memcpy(p.old_key.b, body->as.rekey.old_key.p, sizeof p.old_key.b);
    memcpy(p.new_key.b, body->as.rekey.new_key.p, sizeof p.new_key.b);
    const bool known = p.what == SERVICE_ROOT ? roster_is_root(r, p.old_key)
                                              : pubkey_equal(r->service[p.what], p.old_key);
    if (!known) {
        return VERDICT_UNKNOWN_TARGET;
    }
    const bool eligible = p.what == SERVICE_ROOT ? root_eligible(r, p.new_key)
                                                 : service_eligible(r, p.what, p.new_key);
    return eligible ? add_pending(r, p, e, index) : VERDICT_BAD_BODY;
}

// --- accreditation ---

static enum verdict apply_grant(struct roster *r, const struct member *m, const struct entry *e,
                                const struct body *body, uint64_t index)
{
    const uint32_t roles = body->as.grant.roles;
    const bool high = (roles & ROSTER_HIGH_ROLES) != 0;
    const bool mixed = high && (roles & ~ROSTER_HIGH_ROLES) != 0;
    if (roles == 0 || mixed || (roles & BIT(ROOT)) != 0 || (high && !roster_is_root(r, m->key)) ||
        !duties_apart(roles | roles_of(roster_member_of(r, body->as.grant.key)))) {
        return VERDICT_NO_ROLE;
    }
    if (!high) {
        const enum verdict v = judge_role(m, 1u << ROLE_SECRETARIAT, body->as.grant.areas,
                                          body->as.grant.area_count, index);
        if (v != VERDICT_GOOD) {
            return v;
        }
    }
    const struct member *known = roster_member_of(r, body->as.grant.key);
    if (known != NULL && is_revoked(known)) {
        return VERDICT_REVOKED;
    }
    if (!pubkey_valid(body->as.grant.key)) {
        return VERDICT_BAD_BODY;
    }
    struct pending p = { .grant = true, .key = body->as.grant.key, .has_transport = body->as.grant.has_transport,
                         .transport = body->as.grant.transport, .roles = roles,
                         .areas = areas_copy(body->as.grant.areas, body->as.grant.area_count) };
    if (high) {
        return add_pending(r, p, e, index);
    }
    p.act = r->act_count - 1;
    p.author = m->key;
    return run_grant(r, &p, index);
}

static enum verdict apply_invite(struct roster *r, const struct member *m, const struct entry *e,
                                 const struct body *body, uint64_t index)
{
    const uint32_t roles = body->as.invite.roles;
    if (roles == 0 || (roles & (ROSTER_HIGH_ROLES | BIT(ROOT))) != 0 || !duties_apart(roles)) {
        return VERDICT_NO_ROLE;
    }
    const enum verdict v = judge_role(m, kind_info(KIND_INVITE)->roles, body->as.invite.areas,
                                      body->as.invite.area_count, index);
    if (v != VERDICT_GOOD) {
        return v;
    }
    if (!pubkey_valid(body->as.invite.sign_key)) {
        return VERDICT_BAD_BODY;
    }
    r->invites = list_grow(r->invites, r->invite_count, sizeof *r->invites);
    r->invites[r->invite_count] = (struct invite){
        .id = e->id, .by = m->key, .since = index, .sign_key = body->as.invite.sign_key, .roles = roles,
        .areas = areas_copy(body->as.invite.areas, body->as.invite.area_count), .uses = body->as.invite.uses };
    table_put(&r->invite_of, e->id.b, r->invite_count++);
    roster_add_invitation_door(r, body->as.invite.curve_key, e->id);
    return VERDICT_GOOD;
}

static enum verdict apply_enrol(struct roster *r, const struct member *m, const struct entry *e,
                                const struct body *body, uint64_t index)
{
    struct invite *invite = NULL;
    if (m != NULL && m->state != MEMBER_SPENT) {
        return VERDICT_NO_ROLE; // only a newcomer enrols
    }
    const enum verdict v = judge_enrol(r, e, body, &invite);
    if (v != VERDICT_GOOD) {
        return v;
    }
    if (invite->used >= invite->uses && !FAULT(INVITE_WITHOUT_END)) {
        invite->spent++;
        if (m == NULL) {
            struct member *spent = roster_member_add(r, e->place.author);
            spent->state = MEMBER_SPENT;
            spent->since = index;
        }
        return VERDICT_INVITE_SPENT;
    }
    invite->used++;
    struct slice areas[LIMIT_AREAS];
    for (size_t i = 0; i < invite->areas.n; i++) {
        areas[i] = slice_of(invite->areas.v[i].text, invite->areas.v[i].n);
    }
    accredit(r, e->place.author, (struct accreditation){ .roles = invite->roles, .since = index, .by = invite->by,
                                                         .areas = areas_copy(areas, invite->areas.n),
                                                         .invited = true, .act = invite->id });
    roster_set_transport(r, roster_member_of(r, e->place.author), body->as.enrol.transport);
    return VERDICT_GOOD;
}

// --- the end of a key ---

// May m, with one of roles, decide about target? Its role must cover all areas of target.
static enum verdict judge_over(const struct member *m, uint32_t roles, const struct member *target, uint64_t index)
{
    enum verdict v = judge_anywhere(m, roles, index);
    for (size_t i = 0; v == VERDICT_GOOD && i < target->accreditation_count; i++) {
        const struct areas *of = &target->accreditations[i].areas;
        struct slice areas[LIMIT_AREAS];
        for (size_t k = 0; k < of->n; k++) {
            areas[k] = slice_of(of->v[k].text, of->v[k].n);
        }
        v = judge_role(m, roles, areas, of->n, index);
    }
    return v;
}

static void add_chains(struct member *m, const struct chain_end *chains, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        m->chains = list_grow(m->chains, m->chain_count, sizeof *m->chains);
        m->chains[m->chain_count++] = chains[i];
    }
}

// PROTOCOL 6.8: what a compromised registrar left open is closed, but for invitations that are named themselves.
static void close_invitations(struct roster *r, const struct member *m)
{
    for (size_t i = 0; i < r->invite_count; i++) {
        struct invite *v = &r->invites[i];
        if (pubkey_equal(v->by, m->key) && v->used < v->uses && !act_stands(m, v->id)) {
            v->uses = v->used;
        }
    }
}

static enum verdict apply_revoke(struct roster *r, const struct member *m, const struct body *body, uint64_t index)
{
    struct member *target = roster_member_of(r, body->as.revoke.key);
    if (!roster_is_root(r, m->key) && judge_anywhere(m, 1u << ROLE_SECRETARIAT, index) != VERDICT_GOOD) {
        return VERDICT_NO_ROLE;
    }
    if (target == NULL || target->state == MEMBER_SPENT) {
        return VERDICT_UNKNOWN_TARGET;
    }
    if (roster_is_root(r, target->key)) {
        return VERDICT_NO_ROLE; // a root key ends by rekey
    }
    if (!roster_is_root(r, m->key)) {
        const bool high = judge_anywhere(target, ROSTER_HIGH_ROLES, index) == VERDICT_GOOD;
        const enum verdict v = high ? VERDICT_NO_ROLE : judge_over(m, 1u << ROLE_SECRETARIAT, target, index);
        if (v != VERDICT_GOOD) {
            return v;
        }
    }
    const bool retired = slice_equal(body->as.revoke.reason, SLICE_LITERAL("retired"));
    const bool worse = target->state == MEMBER_RETIRED && !retired;
    if (target->state != MEMBER_IN_FORCE && !worse) {
        return VERDICT_GOOD; // had ended before: nothing changes
    }
    target->until = worse ? target->until : index;
    target->state = retired ? MEMBER_RETIRED : MEMBER_COMPROMISED;
    target->chain_count = 0;
    add_chains(target, body->as.revoke.chains, body->as.revoke.chain_count);
    if (!retired) {
        // Who has retired may still deliver what she had written: it is late, but not lost.
        roster_drop_transport(r, target);
        close_invitations(r, target);
        r->generation++;
    }
    return VERDICT_GOOD;
}

static enum verdict apply_accept(struct roster *r, const struct member *m, const struct body *body, uint64_t index)
{
    struct member *target = roster_member_of(r, body->as.accept_late.key);
    const uint32_t roles = kind_info(KIND_ACCEPT_LATE)->roles;
    if (judge_anywhere(m, roles, index) != VERDICT_GOOD) {
        return VERDICT_NO_ROLE;
    }
    if (target == NULL || (target->state != MEMBER_RETIRED && target->state != MEMBER_COMPROMISED)) {
        return VERDICT_UNKNOWN_TARGET; // nothing of that key is late
    }
    const enum verdict v = judge_over(m, roles, target, index);
    if (v == VERDICT_GOOD) {
        add_chains(target, body->as.accept_late.chains, body->as.accept_late.chain_count);
        r->generation++;
    }
    return v;
}

enum verdict act_apply(struct roster *r, struct member *m, const struct entry *e, const struct body *body,
                       uint64_t index)
{
    // Who had no right is told so first; acts of a key that has ended come too late even when nothing else is wrong.
    if (m != NULL && body->kind != KIND_ENROL) {
        const enum verdict ended = judge_ended(m, e);
        if (ended != VERDICT_GOOD) {
            return ended;
        }
    }
    switch (body->kind) {
    case KIND_ROOT_APPROVAL:
        return apply_approval(r, e, index);
    case KIND_GRANT:
        return apply_grant(r, m, e, body, index);
    case KIND_REKEY:
        return apply_rekey(r, e, body, index);
    case KIND_INVITE:
        return apply_invite(r, m, e, body, index);
    case KIND_ENROL:
        return apply_enrol(r, m, e, body, index);
    case KIND_REVOKE:
        return apply_revoke(r, m, body, index);
    case KIND_ACCEPT_LATE:
        return apply_accept(r, m, body, index);
    case KIND_RESUME: case KIND_GUIDE: case KIND_CODEBOOK: case KIND_SESSION: case KIND_CONTRIBUTION: case KIND_CLAUSE:
    case KIND_LINK: case KIND_RESPONSE: case KIND_REDACTION: case KIND_FORK_EVIDENCE:
    case KIND_FORUM_PLAN: case KIND_ATTENDANCE: case KIND_SHARE_SEAL: case KIND_SESSION_SEAL: case KIND_ATTEST:
    case KIND_CORRECTION: case KIND_WITHDRAWAL: case KIND_ERASED: case KIND_OPENED: case KIND_INCIDENT: case KIND_COUNT:
        break;
    }
    CHECK(kind_is_act(body->kind));
    return VERDICT_UNKNOWN_KIND;
}
