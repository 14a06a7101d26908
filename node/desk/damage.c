// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Damage in words. Read first: damage.h.
#include "node/desk/damage.h"

#include "common/ops/print.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 20 // lines; who wants all of them asks for --json

void damage_take(struct damage *d, const struct local *l)
{
    const struct local_damages all = local_damages(l);
    damage_done(d);
    d->hidden = all.hidden;
    d->n = all.n;
    if (all.n > 0) {
        d->rows = mem_grow(NULL, all.n, sizeof *d->rows);
        memcpy(d->rows, all.rows, all.n * sizeof *d->rows);
    }
}

void damage_done(struct damage *d)
{
    free(d->rows);
    *d = (struct damage){ .rows = NULL };
}

static void put_who(struct buf *out, const struct desk *desk, struct pubkey key)
{
    for (size_t i = 0; desk->keyring != NULL && i < keyring_count(desk->keyring); i++) {
        const struct person *p = keyring_person(desk->keyring, i);
        if (pubkey_equal(p->key, key)) {
            print_line(out, slice_text(p->name), LIMIT_PERSON_NAME);
            return;
        }
    }
    buf_printf(out, "%02x%02x%02x%02x", key.b[0], key.b[1], key.b[2], key.b[3]);
}

static void put_row(const struct local_damage *row, const struct desk *desk, struct buf *out)
{
    buf_printf(out, "  number %llu of ", (unsigned long long)row->at.seq);
    put_who(out, desk, row->at.journal.key);
    if (row->claimed_s > 0) {
        buf_put_text(out, ", written about ");
        print_time(out, row->claimed_s);
    }
    switch (row->fate) {
    case FATE_RECEIVED:
    case FATE_CONFIRMED:
    case FATE_ANSWERED:
        buf_put_text(out, ": the hub has it\n");
        break;
    case FATE_WAITING:
        buf_put_text(out, ": its copy for the hub is whole, and will be sent\n");
        break;
    case FATE_REFUSED:
    case FATE_REPLACED:
        buf_put_text(out, ": it was signed anew, or refused\n");
        break;
    case FATE_LOST:
    case FATE_COUNT:
        buf_put_text(out, ": LOST. If anybody remembers what was said, write it again: baraza add\n");
        break;
    }
}

void damage_put(const struct damage *d, const struct desk *desk, struct buf *out)
{
    if (d->n > 0) {
        print_count(out, d->n, "entry is", "entries are");
        buf_put_text(out, " damaged on this disk, and cannot be shown:\n");
        for (size_t i = 0; i < d->n && i < SHOWN; i++) {
            put_row(&d->rows[i], desk, out);
        }
        if (d->n > SHOWN) {
            buf_printf(out, "  and %llu more: baraza status --json\n", (unsigned long long)(d->n - SHOWN));
        }
        buf_put_text(out, "A disk that damages what is on it will do it again: copy what is here (baraza backup), and "
                          "use another.\n");
    }
    if (d->hidden > 0) {
        print_count(out, d->hidden, "entry is", "entries are");
        buf_put_text(out, " counted here and not found: the store itself is damaged. What can still be read goes into "
                          "a new one: baraza salvage NEWDIR\n");
    }
}

json_t *damage_json(const struct damage *d)
{
    json_t *o = json_object();
    json_t *rows = json_array();
    uint64_t lost = 0;
    for (size_t i = 0; i < d->n; i++) {
        const struct local_damage *row = &d->rows[i];
        json_t *r = json_object();
        lost += row->fate == FATE_LOST;
        json_put(r, "number", json_of_number(row->at.seq));
        json_put(r, "author", json_of_hex(SLICE_ARRAY(row->at.journal.key.b)));
        json_put(r, "id", hash_is_zero(row->id) ? json_null() : json_id(row->id));
        json_put(r, "time", row->claimed_s == 0 ? json_null() : json_time(row->claimed_s));
        json_put(r, "state", json_string(fate_name(row->fate)));
        json_push(rows, r);
    }
    json_put(o, "entries", json_of_number(d->n));
    json_put(o, "lost", json_of_number(lost));
    json_put(o, "hidden", json_of_number(d->hidden));
    json_put(o, "rows", rows);
    return o;
}
