// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// People whose keys were destroyed, with how much of theirs came. Read first: gone.h.
#include "tools/baraza/gone.h"

#include "tools/baraza/print.h"

#include <stdlib.h>

enum err gone_load(const struct cmd_context *context, struct gone *out, struct why *why)
{
    *out = (struct gone){ .received = NULL };
    enum err e = hub_destroyed_load(context->state, &out->list, why);
    out->received = mem_new((out->list.n + 1) * sizeof *out->received);
    return e;
}

void gone_done(struct gone *g)
{
    hub_destroyed_free(&g->list);
    free(g->received);
}

void gone_take(struct gone *g, const struct entry *e)
{
    for (size_t i = 0; i < g->list.n; i++) {
        const struct journal_id *j = &g->list.rows[i].head.journal;
        if (pubkey_equal(j->key, e->place.author) && incarnation_equal(j->incarnation, e->place.incarnation) &&
            e->place.seq >= g->received[i]) {
            g->received[i] = e->place.seq + 1;
        }
    }
}

// True when row i is of a member, and said by her own device.
static bool gone_stands(const struct gone *g, const struct roster *r, size_t i, struct roster_member *m)
{
    size_t at = 0;
    if (!roster_find(r, g->list.rows[i].head.journal.key, &at)) {
        return false;
    }
    roster_member(r, at, m);
    return hub_destroyed_of(&g->list, m) == &g->list.rows[i];
}

json_t *gone_json(const struct gone *g, const struct roster *r)
{
    json_t *list = json_array();
    struct roster_member m;
    for (size_t i = 0; i < g->list.n; i++) {
        const struct hub_destroyed_row *row = &g->list.rows[i];
        if (gone_stands(g, r, i, &m)) {
            json_t *o = json_object();
            json_put(o, "key", json_of_hex(SLICE_ARRAY(m.key.b)));
            json_put(o, "last", row->head.next == 0 ? json_null() : json_of_number(row->head.next - 1));
            json_put(o, "entries", json_of_number(row->head.next));
            json_put(o, "received", json_of_number(g->received[i]));
            json_put(o, "by", json_string(row->by_bundle ? "bundle" : "network"));
            json_put(o, "revoked", json_boolean(m.state != MEMBER_IN_FORCE));
            json_push(list, o);
        }
    }
    return list;
}

void gone_put(struct buf *out, const struct gone *g, const struct roster *r)
{
    struct roster_member m;
    for (size_t i = 0; i < g->list.n; i++) {
        const struct hub_destroyed_row *row = &g->list.rows[i];
        if (!gone_stands(g, r, i, &m)) {
            continue;
        }
        print_key(out, m.key);
        buf_put_text(out, ": destroyed, ");
        if (row->head.next > 0) {
            buf_printf(out, "last known number %llu; ", (unsigned long long)(row->head.next - 1));
        }
        buf_printf(out, "%llu of %llu entries are in the record.", (unsigned long long)g->received[i],
                   (unsigned long long)row->head.next);
        if (row->by_bundle) {
            buf_put_text(out, " (A bundle says so, which anybody could have made: ask her.)");
        }
        if (m.state == MEMBER_IN_FORCE) {
            buf_put_text(out, " The registrar revokes it: baraza revoke ");
            print_key(out, m.key);
            buf_put_text(out, " --reason retired");
        }
        buf_put_u8(out, '\n');
    }
}
