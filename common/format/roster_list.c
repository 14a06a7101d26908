// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the roster shows: members, accreditations, invitations, the consultation's own keys. It changes nothing.
// Read first: common/format/roster.h.
#include "common/format/roster_state.h"

#include <string.h>

static struct boxkey box_of(struct pubkey bytes)
{
    struct boxkey key;
    memcpy(key.b, bytes.b, sizeof key.b);
    return key;
}

static const char *const service_names[] = {
    [SERVICE_ROOT] = "root", [SERVICE_LOG] = "log", [SERVICE_EXCHANGE] = "exchange", [SERVICE_INTAKE] = "intake",
};

const char *service_name(enum service s)
{
    CHECK(s < SERVICE_COUNT);
    return service_names[s];
}

bool service_parse(struct slice name, enum service *out)
{
    for (enum service s = SERVICE_ROOT; s < SERVICE_COUNT; s++) {
        if (slice_equal(name, slice_text(service_names[s]))) {
            *out = s;
            return true;
        }
    }
    return false;
}

struct pubkey roster_service_key(const struct roster *r, enum service s)
{
    CHECK(s > SERVICE_ROOT);
    CHECK(s < SERVICE_COUNT);
    return r->service[s];
}

size_t roster_change_count(const struct roster *r)
{
    return r->change_count;
}

const struct roster_change *roster_change(const struct roster *r, size_t i)
{
    CHECK(i < r->change_count);
    return &r->changes[i];
}

struct pubkey roster_log_key(const struct roster *r)
{
    return r->service[SERVICE_LOG];
}

struct boxkey roster_exchange_key(const struct roster *r)
{
    return box_of(r->service[SERVICE_EXCHANGE]);
}

struct boxkey roster_intake_key(const struct roster *r)
{
    return box_of(r->service[SERVICE_INTAKE]);
}

size_t roster_root_count(const struct roster *r)
{
    return r->root_count;
}

struct pubkey roster_root_key(const struct roster *r, size_t i)
{
    CHECK(i < r->root_count);
    return r->roots[i];
}

size_t roster_quorum(const struct roster *r)
{
    return r->quorum;
}

size_t roster_count(const struct roster *r)
{
    return r->member_count;
}

void roster_member(const struct roster *r, size_t i, struct roster_member *out)
{
    CHECK(i < r->member_count);
    const struct member *m = &r->members[i];
    *out = (struct roster_member){ .key = m->key, .state = m->state, .since = m->since, .until = m->until,
                                   .accreditations = m->accreditation_count, .has_transport = m->has_transport,
                                   .transport = m->transport };
    for (size_t k = 0; k < m->accreditation_count; k++) {
        out->roles |= m->accreditations[k].roles;
    }
}

static void show_areas(const struct areas *areas, size_t *n, struct slice out[LIMIT_AREAS])
{
    CHECK(areas->n <= LIMIT_AREAS);
    *n = areas->n;
    for (size_t i = 0; i < areas->n; i++) {
        out[i] = slice_of(areas->v[i].text, areas->v[i].n);
    }
}

void roster_accreditation(const struct roster *r, size_t i, size_t k, struct roster_accreditation *out)
{
    CHECK(i < r->member_count);
    CHECK(k < r->members[i].accreditation_count);
    const struct accreditation *a = &r->members[i].accreditations[k];
    *out = (struct roster_accreditation){ .roles = a->roles, .since = a->since, .by = a->by, .invited = a->invited,
                                          .act = a->act };
    show_areas(&a->areas, &out->area_count, out->areas);
}

bool roster_find(const struct roster *r, struct pubkey key, size_t *i)
{
    uint32_t number = 0;
    if (!table_find(&r->member_of, key.b, &number)) {
        return false;
    }
    *i = number;
    return true;
}

size_t roster_pending_count(const struct roster *r)
{
    return r->pending_count;
}

void roster_pending(const struct roster *r, size_t i, struct roster_pending *out)
{
    CHECK(i < r->pending_count);
    const struct pending *p = &r->pending[i];
    *out = (struct roster_pending){ .act = r->acts[p->act].id, .by = p->author, .grant = p->grant, .key = p->key,
                                    .roles = p->roles, .what = p->what, .old_key = p->old_key, .new_key = p->new_key,
                                    .approvers = p->approver_count };
    memcpy(out->approver, p->approvers, sizeof out->approver);
}

size_t roster_invite_count(const struct roster *r)
{
    return r->invite_count;
}

void roster_invite(const struct roster *r, size_t i, struct roster_invite *out)
{
    CHECK(i < r->invite_count);
    const struct invite *v = &r->invites[i];
    *out = (struct roster_invite){ .id = v->id, .by = v->by, .since = v->since, .roles = v->roles, .uses = v->uses,
                                   .used = v->used, .spent = v->spent };
    show_areas(&v->areas, &out->area_count, out->areas);
}
