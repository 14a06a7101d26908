// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Keeping and listing the roster, and the order in which an entry is looked at. What acts do is in roster_acts.c, who
// may do them in roster_judge.c.
// Read first: common/format/roster.h, common/format/roster_state.h.
#include "common/format/roster.h"

#include "common/format/charter.h"
#include "common/format/roster_state.h"

#include <stdlib.h>
#include <string.h>

void *list_grow(void *list, size_t n, size_t size)
{
    if ((n & (n - 1)) != 0) {
        return list; // capacities are powers of two, so there is room until n is one
    }
    return mem_grow(list, n == 0 ? 1 : n * 2, size);
}

struct roster *roster_new(const struct charter *charter)
{
    CHECK(charter->root_count >= 1);
    CHECK(charter->quorum >= 1);
    struct roster *r = mem_new(sizeof *r);
    r->consultation = charter->id;
    r->quorum = (size_t)charter->quorum;
    r->member_of = table_new(sizeof(struct pubkey));
    r->invite_of = table_new(sizeof(struct hash));
    r->door_of = table_new(sizeof(struct boxkey));
    r->act_of = table_new(sizeof(struct hash));
    r->session_of = table_new(sizeof(struct hash));
    r->seal_of = table_new(sizeof(struct hash));
    r->journal_of = table_new(sizeof(struct pubkey) + sizeof(struct incarnation));
    r->service[SERVICE_LOG] = charter->log.key;
    memcpy(r->service[SERVICE_EXCHANGE].b, charter->exchange.b, sizeof charter->exchange.b);
    memcpy(r->service[SERVICE_INTAKE].b, charter->intake.b, sizeof charter->intake.b);
    for (size_t i = 0; i < charter->root_count; i++) {
        struct member *m = roster_member_add(r, charter->roots[i].key);
        m->accreditations = list_grow(NULL, 0, sizeof *m->accreditations);
        m->accreditations[m->accreditation_count++] = (struct accreditation){ .roles = 1u << ROLE_ROOT };
        r->roots[r->root_count++] = m->key;
    }
    return r;
}

void roster_free(struct roster *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->member_count; i++) {
        for (size_t k = 0; k < r->members[i].accreditation_count; k++) {
            areas_free(&r->members[i].accreditations[k].areas);
        }
        free(r->members[i].accreditations);
        free(r->members[i].chains);
    }
    for (size_t i = 0; i < r->invite_count; i++) {
        areas_free(&r->invites[i].areas);
    }
    for (size_t i = 0; i < r->pending_count; i++) {
        areas_free(&r->pending[i].areas);
    }
    for (size_t i = 0; i < r->journal_count; i++) {
        journal_free(&r->journals[i]);
    }
    struct table *tables[] = { &r->member_of,  &r->invite_of, &r->door_of,   &r->act_of,
                               &r->session_of, &r->seal_of,   &r->journal_of };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        table_done(tables[i]);
    }
    void *lists[] = { r->members, r->invites, r->doors, r->pending, r->acts, r->sessions, r->seals, r->journals,
                      r->changes };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        free(lists[i]);
    }
    free(r);
}

struct member *roster_member_of(const struct roster *r, struct pubkey key)
{
    uint32_t i = 0;
    return table_find(&r->member_of, key.b, &i) ? &r->members[i] : NULL;
}

struct member *roster_member_add(struct roster *r, struct pubkey key)
{
    r->members = list_grow(r->members, r->member_count, sizeof *r->members);
    r->members[r->member_count] = (struct member){ .key = key, .state = MEMBER_IN_FORCE, .until = UINT64_MAX };
    table_put(&r->member_of, key.b, r->member_count);
    return &r->members[r->member_count++];
}

struct invite *roster_invite_of(const struct roster *r, struct hash id)
{
    uint32_t i = 0;
    return table_find(&r->invite_of, id.b, &i) ? &r->invites[i] : NULL;
}

bool roster_is_root(const struct roster *r, struct pubkey key)
{
    for (size_t i = 0; i < r->root_count; i++) {
        if (pubkey_equal(r->roots[i], key)) {
            return true;
        }
    }
    return false;
}

struct areas areas_copy(const struct slice *areas, size_t n)
{
    struct areas out = { .n = n, .v = n == 0 ? NULL : mem_new(n * sizeof(struct area)) };
    for (size_t i = 0; i < n; i++) {
        CHECK(areas[i].n <= LIMIT_CODE_BYTES);
        out.v[i].n = (uint8_t)areas[i].n;
        memcpy(out.v[i].text, areas[i].p, areas[i].n);
    }
    return out;
}

void areas_free(struct areas *a)
{
    free(a->v);
    *a = (struct areas){ 0 };
}

// --- the door ---

static struct door *door_of(struct roster *r, struct boxkey key)
{
    uint32_t i = 0;
    if (table_find(&r->door_of, key.b, &i)) {
        return &r->doors[i];
    }
    r->doors = list_grow(r->doors, r->door_count, sizeof *r->doors);
    r->doors[r->door_count] = (struct door){ .key = key };
    table_put(&r->door_of, key.b, r->door_count);
    return &r->doors[r->door_count++];
}

void roster_set_transport(struct roster *r, struct member *m, struct boxkey key)
{
    roster_drop_transport(r, m);
    m->has_transport = true;
    m->transport = key;
    door_of(r, key)->members++;
}

void roster_drop_transport(struct roster *r, struct member *m)
{
    if (m->has_transport) {
        door_of(r, m->transport)->members--;
        m->has_transport = false;
    }
}

void roster_add_invitation_door(struct roster *r, struct boxkey key, struct hash invite)
{
    struct door *d = door_of(r, key);
    d->invitation = true;
    d->invite = invite;
}

enum roster_door roster_transport(const struct roster *r, struct boxkey key, struct hash *invite)
{
    uint32_t i = 0;
    if (!table_find(&r->door_of, key.b, &i)) {
        return DOOR_CLOSED;
    }
    const struct door *d = &r->doors[i];
    if (d->members > 0) {
        return DOOR_MEMBER;
    }
    if (d->invitation && invite != NULL) {
        *invite = d->invite;
    }
    return d->invitation ? DOOR_INVITATION : DOOR_CLOSED;
}

size_t roster_transport_count(const struct roster *r)
{
    return r->door_count;
}

struct boxkey roster_transport_key(const struct roster *r, size_t i)
{
    CHECK(i < r->door_count);
    return r->doors[i].key;
}

// --- the fold ---

static bool body_given(enum verdict form)
{
    return form == VERDICT_GOOD || form == VERDICT_SEEN_CONTRADICTS;
}

enum verdict roster_admit(const struct roster *r, const struct entry *e, enum verdict form, const struct body *body)
{
    const struct member *m = roster_member_of(r, e->place.author);
    if (m != NULL && m->state != MEMBER_SPENT) {
        return VERDICT_GOOD;
    }
    struct invite *invite = NULL;
    const enum verdict v = body_given(form) ? judge_enrol(r, e, body, &invite) : VERDICT_NOT_ENROLLED;
    return v == VERDICT_NOT_ENROLLED && m != NULL ? VERDICT_INVITE_SPENT_LIMIT : v;
}

static void note_session(struct roster *r, const struct entry *e, const struct body *body)
{
    if (table_find(&r->session_of, e->id.b, NULL)) {
        return;
    }
    const struct slice area = body->as.session.area;
    CHECK(area.n <= LIMIT_CODE_BYTES);
    r->sessions = list_grow(r->sessions, r->session_count, sizeof *r->sessions);
    r->sessions[r->session_count] = (struct area){ .n = (uint8_t)area.n };
    memcpy(r->sessions[r->session_count].text, area.p, area.n);
    table_put(&r->session_of, e->id.b, r->session_count++);
    r->generation += r->dangling > 0 ? 1 : 0;
}

static void note_seal(struct roster *r, const struct entry *e)
{
    if (!table_find(&r->seal_of, e->id.b, NULL)) {
        r->seals = list_grow(r->seals, r->seal_count, sizeof *r->seals);
        r->seals[r->seal_count] = entry_ref(e, 0);
        table_put(&r->seal_of, e->id.b, r->seal_count++);
        r->generation += r->dangling > 0 ? 1 : 0;
    }
}

static enum verdict apply_act(struct roster *r, const struct entry *e, enum verdict form, const struct body *body,
                              uint64_t index)
{
    uint32_t known = 0;
    if (table_find(&r->act_of, e->id.b, &known)) {
        return r->acts[known].standing;
    }
    // A newcomer is not made to lose her work for what she was shown before: her enrolment is not marked for `seen`.
    const size_t number = r->act_count;
    r->acts = list_grow(r->acts, r->act_count, sizeof *r->acts);
    r->acts[number] = (struct act){ .id = e->id, .standing = form };
    table_put(&r->act_of, e->id.b, r->act_count++);
    if (form == VERDICT_GOOD || body->kind == KIND_ENROL) {
        r->acts[number].standing = act_apply(r, roster_member_of(r, e->place.author), e, body, index);
    }
    return r->acts[number].standing;
}

enum verdict roster_apply(struct roster *r, const struct entry *e, enum verdict form, const struct body *body,
                          uint64_t index)
{
    const enum verdict admitted = roster_admit(r, e, form, body);
    if (admitted != VERDICT_GOOD) {
        return admitted;
    }
    const bool forked = journal_note(r, e);
    enum verdict v = form;
    if (body_given(form) && kind_is_act(body->kind)) {
        v = apply_act(r, e, form, body, index);
    } else if (body_given(form)) {
        if (body->kind == KIND_SESSION) {
            note_session(r, e, body);
        } else if (body->kind == KIND_SESSION_SEAL) {
            note_seal(r, e);
        }
        v = form == VERDICT_GOOD ? judge_content(r, e, body, index) : form;
        r->dangling += v == VERDICT_UNKNOWN_TARGET ? 1 : 0;
    }
    if (forked && roster_member_of(r, e->place.author)->chain_count > 0) {
        r->generation++; // which entries lead to the ends that stand may be seen otherwise now
    }
    return v;
}

enum verdict roster_standing(const struct roster *r, const struct entry *e, enum verdict form, const struct body *body,
                             uint64_t index)
{
    if (!body_given(form)) {
        return form;
    }
    if (!kind_is_act(body->kind)) {
        return form == VERDICT_GOOD ? judge_content(r, e, body, index) : form;
    }
    uint32_t i = 0;
    return table_find(&r->act_of, e->id.b, &i) ? r->acts[i].standing : VERDICT_NOT_ENROLLED;
}

uint64_t roster_generation(const struct roster *r)
{
    return r->generation;
}

bool roster_enrolled(const struct roster *r, struct pubkey key)
{
    const struct member *m = roster_member_of(r, key);
    return m != NULL && m->state != MEMBER_SPENT;
}

bool roster_has_role(const struct roster *r, struct pubkey key, uint32_t roles)
{
    const struct member *m = roster_member_of(r, key);
    return m != NULL && m->state == MEMBER_IN_FORCE && judge_anywhere(m, roles, UINT64_MAX) == VERDICT_GOOD;
}
