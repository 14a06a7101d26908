// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// An index of corrections, withdrawals and openings. It judges nobody: what it is given is in force.
// Read first: amends.h.
#include "node/desk/amends.h"

#include "common/base/table.h"
#include "common/format/sealed.h"
#include "common/ops/print.h"
#include "node/desk/desk.h"
#include "node/desk/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_SHOWN 40

struct amends {
    struct table first_of; // target -> number of its first
    struct amend *rows;
    size_t n, room;
    struct table sealed;   // contributions that are
    struct table erased_of; // entry -> number of its erasure
    struct amend_erased *erased;
};

struct amends *amends_new(void)
{
    struct amends *a = mem_new(sizeof *a);
    a->first_of = table_new(sizeof(struct hash));
    a->sealed = table_new(sizeof(struct hash));
    a->erased_of = table_new(sizeof(struct hash));
    return a;
}

void amends_free(struct amends *a)
{
    if (a == NULL) {
        return;
    }
    for (size_t i = 0; i < a->n; i++) {
        for (size_t k = 0; k < AMEND_PARTS; k++) {
            void *copy = (void *)(uintptr_t)a->rows[i].parts[k].p;
            if (copy != NULL) {
                mem_wipe(copy, a->rows[i].parts[k].n);
                free(copy);
            }
        }
    }
    table_done(&a->first_of);
    table_done(&a->sealed);
    table_done(&a->erased_of);
    free(a->erased);
    free(a->rows);
    free(a);
}

uint32_t amends_scope(const char *code)
{
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SCOPE, &n);
    const struct code_row *row = codes_find(CODES_SCOPE, slice_text(code));
    CHECK(row != NULL);
    return 1u << (size_t)(row - rows);
}

static uint32_t all_scopes(void)
{
    size_t n = 0;
    (void)codes_list(CODES_SCOPE, &n);
    return (1u << n) - 1;
}

static uint32_t scopes_of(const struct body *body)
{
    uint32_t scopes = 0;
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SCOPE, &n);
    for (size_t i = 0; i < body->as.withdrawal.scope_count; i++) {
        const struct code_row *row = codes_find(CODES_SCOPE, body->as.withdrawal.scopes[i]);
        CHECK(row != NULL); // kind_parse lets no other through
        scopes |= 1u << (size_t)(row - rows);
    }
    return body->as.withdrawal.scope_count == 0 ? all_scopes() : scopes;
}

static struct slice copy_of(struct slice s)
{
    if (s.n == 0) {
        return (struct slice){ NULL, 0 };
    }
    void *copy = mem_new(s.n);
    memcpy(copy, s.p, s.n);
    return slice_of(copy, s.n);
}

static void copy_parts(struct amend *m, const struct disclosure *d)
{
    const size_t shift = m->kind == KIND_CORRECTION ? 0 : AMEND_REASON;
    for (size_t i = 0; d != NULL && i < d->count && i + shift < AMEND_PARTS; i++) {
        if (d->parts[i].state == PART_DISCLOSED) {
            m->parts[i + shift] = copy_of(d->parts[i].bytes);
        }
    }
}

// Which comes before the other in the record is chance, so both ways are looked at.
static void mark_replaced(struct amends *a, struct amend *m)
{
    uint32_t first = 0;
    if (!table_find(&a->first_of, m->target.b, &first)) {
        return;
    }
    for (size_t i = first; i != SIZE_MAX; i = a->rows[i].next) {
        struct amend *other = &a->rows[i];
        other->replaced = other->replaced || hash_equal(m->previous, other->id);
        m->replaced = m->replaced || hash_equal(other->previous, m->id);
    }
}

static void hang(struct amends *a, size_t number)
{
    const struct hash target = a->rows[number].target;
    uint32_t first = 0;
    if (!table_find(&a->first_of, target.b, &first)) {
        table_put(&a->first_of, target.b, number);
        return;
    }
    size_t last = first;
    while (a->rows[last].next != SIZE_MAX) {
        last = a->rows[last].next;
    }
    a->rows[last].next = number;
}

static bool amends_kind(enum kind kind)
{
    return kind == KIND_CORRECTION || kind == KIND_WITHDRAWAL || kind == KIND_OPENED;
}

static bool is_sealed(const struct body *body)
{
    return body->kind == KIND_CONTRIBUTION && body->as.contribution.sensitivity == SENSITIVITY_SEALED;
}

uint32_t amends_in_clear(const struct amends *a, const struct entry *e, const struct body *body,
                         const struct disclosure *d)
{
    if (d == NULL) {
        return 0;
    }
    if (body->kind != KIND_CORRECTION) {
        return sealed_missing(sealed_due_by(body), d);
    }
    const struct hash target = entry_ref(e, 0);
    const bool sealed = table_find(&a->sealed, target.b, NULL);
    return sealed_missing(sealed_due(body->kind, sealed ? SENSITIVITY_SEALED : SENSITIVITY_OPEN), d);
}

void amends_take(struct amends *a, const struct entry *e, const struct body *body, const struct disclosure *d)
{
    if (is_sealed(body) && !table_find(&a->sealed, e->id.b, NULL)) {
        table_put(&a->sealed, e->id.b, 0);
    }
    if (!amends_kind(body->kind)) {
        return;
    }
    struct amend m = { .id = e->id, .target = entry_ref(e, 0), .kind = body->kind, .author = e->place.author,
                       .next = SIZE_MAX };
    if (m.kind == KIND_CORRECTION) {
        m.reason = codes_find(CODES_CORRECT_REASON, body->as.correction.reason);
        m.previous = e->ref_count > 1 ? entry_ref(e, 1) : m.previous;
    } else if (m.kind == KIND_OPENED) {
        const struct slice part = body->as.opened.part;
        m.reason = codes_find(CODES_OPEN_REASON, body->as.opened.reason);
        CHECK(part.n < sizeof m.part); // kind_parse lets no longer one through
        memcpy(m.part, part.p, part.n);
    } else {
        m.scopes = scopes_of(body);
    }
    copy_parts(&m, d);
    mark_replaced(a, &m);
    if (a->n == a->room) {
        a->room = a->room == 0 ? 16 : 2 * a->room;
        a->rows = mem_grow(a->rows, a->room, sizeof *a->rows);
    }
    a->rows[a->n] = m;
    hang(a, a->n++);
}

// The part that is shown of an entry in a line.
static bool is_words(enum kind kind, struct slice name)
{
    const char *words = kind == KIND_CONTRIBUTION || kind == KIND_CORRECTION ? "said" : kind_info(kind)->parts[0];
    return words != NULL && slice_equal(name, slice_text(words));
}

static void say_erased(struct amend_erased *x, const struct erasure_row *by)
{
    struct buf when = buf_new(64);
    print_time(&when, by->claimed_s);
    (void)snprintf(x->text, sizeof x->text, "(erased by entry %llu on %.10s)", (unsigned long long)by->index,
                   buf_ok(&when) && when.n >= 10 ? (const char *)when.p : "");
    buf_done(&when);
}

void amends_take_erased(struct amends *a, const struct erasure *f, const struct entry *e)
{
    const uint64_t mask = erasure_mask(f, e);
    if (mask == 0 || table_find(&a->erased_of, e->id.b, NULL)) {
        return;
    }
    const size_t n = a->erased_of.n;
    a->erased = mem_grow(a->erased, n + 1, sizeof *a->erased);
    struct amend_erased *x = &a->erased[n];
    *x = (struct amend_erased){ .parts = mask, .part_count = e->part_count };
    for (size_t i = e->part_count; i-- > 0;) {
        memcpy(x->name[i], e->parts[i].name.p, e->parts[i].name.n);
        if (erasure_of(f, e, i, &x->by[i])) {
            const bool words = is_words(kind_of(e->kind), e->parts[i].name);
            if (words || !x->words) {
                say_erased(x, &x->by[i]);
            }
            x->words = x->words || words;
        }
    }
    table_put(&a->erased_of, e->id.b, n);
}

const struct amend_erased *amends_erased(const struct amends *a, struct hash target)
{
    uint32_t number = 0;
    return table_find(&a->erased_of, target.b, &number) ? &a->erased[number] : NULL;
}

enum err amends_here(struct desk *desk, struct amends **out, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    struct amends *a = amends_new();
    while (local_next(l, &e)) {
        const bool amends = e.known && (amends_kind(e.body.kind) || is_sealed(&e.body));
        if (amends && e.fate != FATE_REFUSED && e.fate != FATE_REPLACED) {
            const bool given = desk->readable && amends_kind(e.body.kind) && local_parts(l, &d, NULL) == OK;
            amends_take(a, &e.entry, &e.body, given ? &d : NULL);
        }
        amends_take_erased(a, local_erasures(l), &e.entry);
    }
    err = local_end(l, why);
    if (err != OK) {
        amends_free(a);
        return err;
    }
    *out = a;
    return OK;
}

const struct amend *amends_first(const struct amends *a, struct hash target)
{
    uint32_t first = 0;
    return table_find(&a->first_of, target.b, &first) ? &a->rows[first] : NULL;
}

const struct amend *amends_next(const struct amends *a, const struct amend *m)
{
    return m->next == SIZE_MAX ? NULL : &a->rows[m->next];
}

uint32_t amends_withdrawn(const struct amends *a, struct hash target)
{
    uint32_t scopes = 0;
    for (const struct amend *m = amends_first(a, target); m != NULL; m = amends_next(a, m)) {
        scopes |= m->scopes;
    }
    return scopes;
}

size_t amends_opened(const struct amends *a, struct hash target)
{
    size_t n = 0;
    for (const struct amend *m = amends_first(a, target); m != NULL; m = amends_next(a, m)) {
        n += m->kind == KIND_OPENED;
    }
    return n;
}

// How many corrections stand that none takes the place of; *last is the last of them.
static size_t current(const struct amends *a, struct hash target, const struct amend **last)
{
    size_t n = 0;
    for (const struct amend *m = amends_first(a, target); m != NULL; m = amends_next(a, m)) {
        if (m->kind == KIND_CORRECTION && !m->replaced) {
            *last = m;
            n++;
        }
    }
    return n;
}

const struct amend *amends_sole(const struct amends *a, struct hash target)
{
    const struct amend *m = NULL;
    return current(a, target, &m) == 1 ? m : NULL;
}

struct slice amends_words(const struct amends *a, struct hash target, struct slice original)
{
    struct content said = { .count = 0 };
    const struct amend *m = amends_sole(a, target);
    const struct amend_erased *erased = amends_erased(a, target);
    if (erased != NULL && erased->words) {
        return slice_text(erased->text);
    }
    if ((amends_withdrawn(a, target) & amends_scope("record")) != 0) {
        return SLICE_LITERAL("(withdrawn)");
    }
    const bool better = m != NULL && content_parse(m->parts[AMEND_SAID], &said) && content_text(&said, "text").n > 0;
    return better ? content_text(&said, "text") : original;
}

static void put_withdrawn(enum language language, uint32_t scopes, struct buf *out)
{
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SCOPE, &n);
    buf_put_text(out, "  [withdrawn");
    for (size_t i = 0, shown = 0; scopes != all_scopes() && i < n; i++) {
        if ((scopes & 1u << i) != 0) {
            buf_put_text(out, shown++ == 0 ? ": " : ", ");
            print_line(out, code_label(language, CODES_SCOPE, slice_text(rows[i].code)), LABEL_SHOWN);
        }
    }
    buf_put_u8(out, ']');
}

// "erased by entry 12 on 2026-03-04: said, speaker"; brief: without by which and when.
static void put_erased(const struct amend_erased *x, bool brief, struct buf *out)
{
    buf_printf(out, "%.*s: ", brief ? (int)strlen("erased") : (int)strlen(x->text) - 2, x->text + 1);
    for (size_t i = 0, shown = 0; i < x->part_count; i++) {
        if ((x->parts >> i & 1) != 0) {
            buf_printf(out, "%s%s", shown++ == 0 ? "" : ", ", x->name[i]);
        }
    }
}

void amends_put_erased(const struct amends *a, struct hash target, struct buf *out)
{
    if (amends_erased(a, target) != NULL) {
        buf_put_text(out, ", parts ");
        put_erased(amends_erased(a, target), false, out);
    }
}

static json_t *erased_json(const struct amend_erased *x)
{
    json_t *list = json_array();
    for (size_t i = 0; i < x->part_count; i++) {
        if ((x->parts >> i & 1) != 0) {
            json_t *row = json_object();
            json_put(row, "part", json_string(x->name[i]));
            json_put(row, "index", json_of_number(x->by[i].index));
            json_put(row, "redaction", json_id(x->by[i].redaction));
            json_put(row, "time", json_time(x->by[i].claimed_s));
            json_push(list, row);
        }
    }
    return list;
}

void amends_put_marks(enum language language, const struct amends *a, struct hash target, struct buf *out)
{
    const struct amend *m = NULL;
    const uint32_t scopes = amends_withdrawn(a, target);
    const size_t n = current(a, target, &m);
    if (scopes != 0) {
        put_withdrawn(language, scopes, out);
    }
    if (n == 1) {
        buf_put_text(out, "  [corrected: ");
        print_line(out, code_label(language, CODES_CORRECT_REASON, slice_text(m->reason->code)), LABEL_SHOWN);
        buf_put_u8(out, ']');
    } else if (n > 1) {
        buf_printf(out, "  [%zu corrections compete]", n);
    }
    const size_t opened = amends_opened(a, target);
    if (opened > 0) {
        buf_put_text(out, "  [opened ");
        print_count(out, opened, "time]", "times]");
    }
    if (amends_erased(a, target) != NULL) {
        buf_put_text(out, "  [");
        put_erased(amends_erased(a, target), amends_erased(a, target)->words, out); // the words' place says the rest
        buf_put_u8(out, ']');
    }
}

static void put_openings(const struct amends *a, struct hash target, json_t *o)
{
    json_t *list = json_array();
    for (const struct amend *m = amends_first(a, target); m != NULL; m = amends_next(a, m)) {
        if (m->kind == KIND_OPENED) {
            json_t *row = json_object();
            json_put(row, "id", json_id(m->id));
            json_put(row, "part", json_string(m->part));
            json_put(row, "reason", json_string(m->reason->code));
            json_put(row, "author", json_of_hex(SLICE_ARRAY(m->author.b)));
            json_push(list, row);
        }
    }
    json_put(o, "opened", list);
}

void amends_put_json(const struct amends *a, struct hash target, json_t *o)
{
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SCOPE, &n);
    const uint32_t scopes = amends_withdrawn(a, target);
    json_t *list = json_array();
    for (const struct amend *m = amends_first(a, target); m != NULL; m = amends_next(a, m)) {
        if (m->kind == KIND_CORRECTION) {
            json_t *row = json_object();
            json_put(row, "id", json_id(m->id));
            json_put(row, "reason", json_string(m->reason->code));
            json_put(row, "author", json_of_hex(SLICE_ARRAY(m->author.b)));
            json_put(row, "current", json_boolean(!m->replaced));
            json_push(list, row);
        }
    }
    if (json_array_size(list) > 0) {
        json_put(o, "corrections", list);
    } else {
        json_decref(list);
    }
    if (amends_opened(a, target) > 0) {
        put_openings(a, target, o);
    }
    if (scopes != 0) {
        json_t *taken = json_array();
        for (size_t i = 0; i < n; i++) {
            if ((scopes & 1u << i) != 0) {
                json_push(taken, json_string(rows[i].code));
            }
        }
        json_put(o, "withdrawn", taken);
    }
    if (amends_erased(a, target) != NULL) {
        json_put(o, "erased", erased_json(amends_erased(a, target)));
    }
}
