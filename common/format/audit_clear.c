// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What should be sealed and is not, counted while a record is audited (PROTOCOL 4.7). A correction may come before what
// it corrects, so both ways are looked at. Read first: common/format/audit_state.h.
#include "common/format/audit_state.h"

#include "common/format/sealed.h"

struct audit_clear audit_clear_new(void)
{
    const size_t id = sizeof(struct hash);
    return (struct audit_clear){ .sealed = table_new(id), .corrected = table_new(id) };
}

void audit_clear_done(struct audit_clear *c)
{
    table_done(&c->sealed);
    table_done(&c->corrected);
}

uint32_t audit_clear_parts(const struct body *body, const struct disclosure *d)
{
    // A correction as if it corrected a sealed one: whether it does is known once both are here.
    return sealed_missing(body->kind == KIND_CORRECTION ? sealed_due(body->kind, SENSITIVITY_SEALED)
                                                        : sealed_due_by(body), d);
}

static void found(struct audit_clear *c, uint64_t index)
{
    c->first = c->n == 0 || index < c->first ? index : c->first;
    c->n++;
}

void audit_clear_add(struct audit_clear *c, uint64_t index, const struct entry *e, const struct body *body,
                     uint32_t parts)
{
    uint32_t corrected = 0;
    if (parts != 0 && body->kind != KIND_CORRECTION) {
        found(c, index);
    }
    if (body->kind == KIND_CONTRIBUTION) {
        const bool is_new = !table_find(&c->sealed, e->id.b, NULL);
        if (body->as.contribution.sensitivity == SENSITIVITY_SEALED && is_new) {
            table_put(&c->sealed, e->id.b, 0);
            if (table_find(&c->corrected, e->id.b, &corrected)) {
                found(c, corrected);
            }
        }
    } else if (body->kind == KIND_CORRECTION && parts != 0) {
        const struct hash target = entry_ref(e, 0);
        if (table_find(&c->sealed, target.b, NULL)) {
            found(c, index);
        } else if (!table_find(&c->corrected, target.b, NULL)) {
            table_put(&c->corrected, target.b, (size_t)index);
        }
    }
}
