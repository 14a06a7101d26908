// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Where redactions were carried out. A site is known by its transport key: whoever writes there may say it for another.
// Read first: erased_where.h.
#include "tools/baraza/erased_where.h"

#include "common/base/table.h"
#include "tools/baraza/print.h"

#include <stdlib.h>

#define HUB (1u << ROLE_HUB)

// One `erased` entry.
struct told {
    size_t row;
    struct pubkey author;
    bool hub;
    uint64_t index;
};

// One redaction in force.
struct row {
    struct erasure_row redaction;
    bool written;          // its target is in the record, and was written by
    struct pubkey writer;
    bool by_hub;           // the writer is the hub itself
    bool here;             // the hub has said it
    bool there;            // and the writer's site
};

struct erased_where {
    struct table by_redaction, by_target; // number of the row, for the first that names a target
    size_t n, told_n;
    struct row *rows;
    struct told *told;
};

void erased_where_free(struct erased_where *w)
{
    if (w != NULL) {
        table_done(&w->by_redaction);
        table_done(&w->by_target);
        free(w->rows);
        free(w->told);
        free(w);
    }
}

static struct erased_where *start(const struct erasure *f)
{
    struct erased_where *w = mem_new(sizeof *w);
    w->by_redaction = table_new(sizeof(struct hash));
    w->by_target = table_new(sizeof(struct hash));
    for (size_t i = 0; i < erasure_count(f); i++) {
        struct erasure_row r = erasure_row(f, i);
        if (!r.in_force || table_find(&w->by_redaction, r.redaction.b, NULL)) {
            continue;
        }
        w->rows = mem_grow(w->rows, w->n + 1, sizeof *w->rows);
        w->rows[w->n] = (struct row){ .redaction = r };
        table_put(&w->by_redaction, r.redaction.b, w->n);
        if (!table_find(&w->by_target, r.target.b, NULL)) {
            table_put(&w->by_target, r.target.b, w->n);
        }
        w->n++;
    }
    return w;
}

static void take(struct erased_where *w, const struct reading_item *item, const struct roster *roster)
{
    uint32_t at = 0;
    const struct pubkey author = item->entry.place.author;
    if (table_find(&w->by_target, item->entry.id.b, &at)) {
        for (size_t i = at; i < w->n; i++) {
            if (hash_equal(w->rows[i].redaction.target, item->entry.id)) {
                w->rows[i].written = true;
                w->rows[i].writer = author;
                w->rows[i].by_hub = roster_has_role(roster, author, HUB);
            }
        }
    }
    if (reading_known(item) && item->body.kind == KIND_ERASED && item->standing == VERDICT_GOOD &&
        table_find(&w->by_redaction, item->body.as.erased.redaction.b, &at)) {
        w->told = mem_grow(w->told, w->told_n + 1, sizeof *w->told);
        w->told[w->told_n++] = (struct told){ at, author, roster_has_role(roster, author, HUB), item->index };
    }
}

// The computer that a key writes on, as the roster knows it.
static bool device_of(const struct roster *roster, struct pubkey key, struct boxkey *out)
{
    struct roster_member m;
    size_t i = 0;
    if (!roster_find(roster, key, &i)) {
        return false;
    }
    roster_member(roster, i, &m);
    *out = m.transport;
    return m.has_transport;
}

static bool same_site(const struct roster *roster, struct pubkey a, struct pubkey b)
{
    struct boxkey one;
    struct boxkey other;
    return pubkey_equal(a, b) ||
           (device_of(roster, a, &one) && device_of(roster, b, &other) && boxkey_equal(one, other));
}

int erased_where_read(struct reading *r, struct erased_where **out)
{
    struct erased_where *w = start(reading_erasures(r));
    const struct roster *roster = reading_roster(r);
    struct reading_item item;
    reading_rewind(r);
    while (w->n > 0 && reading_next(r, &item)) {
        take(w, &item, roster);
    }
    for (size_t i = 0; i < w->told_n; i++) {
        struct row *row = &w->rows[w->told[i].row];
        row->here = row->here || w->told[i].hub;
        row->there = row->there || (row->written && same_site(roster, w->told[i].author, row->writer));
    }
    int code = reading_end(r);
    reading_rewind(r);
    if (code >= 0) {
        erased_where_free(w);
        return code;
    }
    *out = w;
    return -1;
}

static bool site_to_come(const struct row *row)
{
    return row->written && !row->by_hub && !row->there;
}

static bool concerns(const struct row *row, struct hash id)
{
    return hash_equal(row->redaction.redaction, id) || hash_equal(row->redaction.target, id);
}

// --- one entry ---

static void put_row(const struct erased_where *w, size_t at, struct buf *out)
{
    const struct row *row = &w->rows[at];
    const char *before = "erased at: ";
    for (size_t i = 0; i < w->told_n; i++) {
        if (w->told[i].row != at) {
            continue;
        }
        buf_put_text(out, before);
        before = ", ";
        buf_put_text(out, w->told[i].hub ? "the hub" : "the site of ");
        if (!w->told[i].hub) {
            print_key(out, w->told[i].author);
        }
        buf_printf(out, " (entry %llu)", (unsigned long long)w->told[i].index);
    }
    if (!row->here) {
        buf_put_text(out, before[0] == ',' ? "; not yet at the hub" : "erased:   not yet at the hub");
        before = ", ";
    }
    if (site_to_come(row)) {
        buf_put_text(out, before[0] == ',' ? "; " : "erased:   ");
        buf_put_text(out, "not heard of yet: the site of ");
        print_key(out, row->writer);
        buf_put_text(out, ", which wrote it");
    }
    buf_put_u8(out, '\n');
}

void erased_where_put(const struct erased_where *w, struct hash id, struct buf *out)
{
    for (size_t i = 0; i < w->n; i++) {
        if (concerns(&w->rows[i], id)) {
            put_row(w, i, out);
        }
    }
}

json_t *erased_where_json(const struct erased_where *w, struct hash id)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->n; i++) {
        const struct row *row = &w->rows[i];
        if (!concerns(row, id)) {
            continue;
        }
        json_t *o = json_object();
        json_t *at = json_array();
        for (size_t k = 0; k < w->told_n; k++) {
            if (w->told[k].row == i) {
                json_t *one = json_object();
                json_put(one, "author", json_of_hex(SLICE_ARRAY(w->told[k].author.b)));
                json_put(one, "hub", json_boolean(w->told[k].hub));
                json_put(one, "index", json_of_number(w->told[k].index));
                json_push(at, one);
            }
        }
        json_put(o, "redaction", json_id(row->redaction.redaction));
        json_put(o, "erased_at", at);
        json_put(o, "hub_to_come", json_boolean(!row->here));
        json_put(o, "site_to_come", site_to_come(row) ? json_of_hex(SLICE_ARRAY(row->writer.b)) : json_null());
        json_push(list, o);
    }
    return list;
}

// --- all of them ---

struct totals {
    uint64_t here, to_come;
};

static struct totals count(const struct erased_where *w)
{
    struct totals t = { 0, 0 };
    for (size_t i = 0; i < w->n; i++) {
        t.here += w->rows[i].here;
        t.to_come += site_to_come(&w->rows[i]);
    }
    return t;
}

void erased_where_put_totals(const struct erased_where *w, struct buf *out)
{
    const struct totals t = count(w);
    if (w->n == 0) {
        return;
    }
    print_count(out, w->n, "redaction", "redactions");
    buf_printf(out, " in force, %llu carried out here", (unsigned long long)t.here);
    if (t.to_come > 0) {
        buf_printf(out, "; of %llu the site that wrote the words has not said yet that they are gone there: ",
                   (unsigned long long)t.to_come);
        for (size_t i = 0, shown = 0; i < w->n && shown < 8; i++) {
            if (site_to_come(&w->rows[i])) {
                buf_put_text(out, shown++ == 0 ? "" : ", ");
                print_id(out, w->rows[i].redaction.target, PRINT_ID);
            }
        }
        buf_put_text(out, " (baraza show ID)");
    }
    buf_put_u8(out, '\n');
}

json_t *erased_where_totals_json(const struct erased_where *w)
{
    const struct totals t = count(w);
    json_t *o = json_object();
    json_put(o, "redactions", json_of_number(w->n));
    json_put(o, "at_hub", json_of_number(t.here));
    json_put(o, "sites_to_come", json_of_number(t.to_come));
    return o;
}
