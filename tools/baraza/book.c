// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading, checking and writing tables of codes. It must never change a byte of a text. Read first: book.h.
#include "tools/baraza/book.h"

#include "common/base/fault.h"
#include "common/base/text.h"
#include "common/format/codes.h"
#include "common/format/content.h"
#include "common/format/csv.h"
#include "common/format/nfc.h"
#include "node/desk/codebook.h"
#include "tools/baraza/cmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES ((size_t)64 << 20) // of all texts; what is read is bounded far below
#define NO_COLUMN SIZE_MAX
#define LEVELS 16 // of parents above a code
#define LABEL_HEAD "label_"

static const char *const field_names[BOOK_FIELDS] = { "code",    "parent",  "definition", "include",
                                                       "exclude", "example", "from",       "replaced" };
static const char *const list_names[BOOK_LISTS] = { "groups", "themes", "areas" };
static const char *const language_tags[LANG_COUNT] = { "en", "fr", "pt", "ar" };

const char *book_list_name(enum book_list list)
{
    return list_names[list];
}

void book_init(struct book *t)
{
    *t = (struct book){ .memory = arena_new(MEMORY_BYTES) };
}

void book_free(struct book *t)
{
    arena_free(t->memory);
    free(t->rows);
    *t = (struct book){ .n = 0 };
}

void book_fault(struct book_faults *f, uint64_t line, const char *format, ...)
{
    char sentence[600];
    va_list args;
    if (f->n++ >= BOOK_FAULTS) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (line > 0) {
        buf_printf(&f->text, "line %llu: ", (unsigned long long)line);
    }
    buf_printf(&f->text, "%s\n", sentence);
}

int book_read_file(const char *path, struct buf *out)
{
    struct why why = { "" };
    struct buf bytes = buf_new(BOOK_FILE_BYTES);
    enum err e = cmd_read_input(path, &bytes, &why);
    if (e == OK && !text_nfc(buf_slice(&bytes), out)) {
        why_set(&why, "%.100s is not UTF-8, or longer than %zu bytes: save it as UTF-8", path, BOOK_FILE_BYTES);
        e = ERR_BAD_INPUT;
    }
    buf_done(&bytes);
    return e == OK ? -1 : cmd_fail(e, &why);
}

int book_report(const struct book_faults *f, const char *path)
{
    struct why why;
    (void)fwrite(f->text.p, 1, f->text.n, stderr);
    why_set(&why, "Not published: %zu %s in %.120s", f->n, f->n == 1 ? "fault" : "faults", path);
    return cmd_fail(ERR_BAD_INPUT, &why);
}

// For "%.*s": cut, so that a sentence stays one.
static int width(struct slice s)
{
    return s.n < 80 ? (int)s.n : 80;
}

static const char *chars(struct slice s)
{
    return s.n > 0 ? (const char *)s.p : "";
}

static struct slice trim(struct slice s)
{
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) {
        s.n--;
    }
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s = slice_of(s.p + 1, s.n - 1);
    }
    return s;
}

static struct slice keep(struct book *t, struct slice s)
{
    struct slice kept = { NULL, 0 };
    return s.n > 0 && arena_copy(t->memory, s, &kept) ? kept : slice_of(NULL, 0);
}

static struct book_row *add_row(struct book *t)
{
    if ((t->n & (t->n - 1)) == 0) {
        t->rows = mem_grow(t->rows, t->n == 0 ? 1 : 2 * t->n, sizeof *t->rows);
    }
    t->rows[t->n] = (struct book_row){ .list = BOOK_GROUPS };
    return &t->rows[t->n++];
}

// The number of a tag, which is new when need be; BOOK_TAGS when there are too many.
static size_t tag_of(struct book *t, struct slice tag)
{
    size_t i = 0;
    while (i < t->tag_n && !slice_equal(t->tags[i], tag)) {
        i++;
    }
    if (i == t->tag_n && i < BOOK_TAGS) {
        t->tags[t->tag_n++] = keep(t, tag);
    }
    return i;
}

const struct book_row *book_find(const struct book *t, enum book_list list, struct slice code)
{
    for (size_t i = 0; i < t->n; i++) {
        if (t->rows[i].list == list && slice_equal(t->rows[i].fields[BOOK_CODE], code)) {
            return &t->rows[i];
        }
    }
    return NULL;
}

// --- the file ---

// What each column is: one of the fields, a language's label, or the list.
struct columns {
    size_t n;
    size_t list;
    size_t fields[BOOK_FIELDS];
    size_t labels[BOOK_TAGS];
};

static size_t *place_of(struct book *t, struct columns *c, struct slice heading)
{
    const size_t head = sizeof LABEL_HEAD - 1;
    if (slice_equal(heading, SLICE_LITERAL("list"))) {
        return &c->list;
    }
    for (size_t i = 0; i < BOOK_FIELDS; i++) {
        if (slice_equal(heading, slice_text(field_names[i]))) {
            return &c->fields[i];
        }
    }
    if (heading.n > head && memcmp(heading.p, LABEL_HEAD, head) == 0) {
        const struct slice tag = slice_of(heading.p + head, heading.n - head);
        const size_t i = language_tag_ok(tag) ? tag_of(t, tag) : BOOK_TAGS;
        return i < BOOK_TAGS ? &c->labels[i] : NULL;
    }
    return NULL;
}

static bool read_heading(struct book *t, const struct csv *csv, struct columns *c,
                         struct book_faults *faults)
{
    const size_t before = faults->n;
    *c = (struct columns){ .n = csv->count, .list = NO_COLUMN };
    for (size_t i = 0; i < BOOK_FIELDS; i++) {
        c->fields[i] = NO_COLUMN;
    }
    for (size_t i = 0; i < BOOK_TAGS; i++) {
        c->labels[i] = NO_COLUMN;
    }
    for (size_t i = 0; i < csv->count; i++) {
        const struct slice heading = trim(csv->fields[i]);
        size_t *place = place_of(t, c, heading);
        if (place == NULL) {
            book_fault(faults, csv->row_line, "there is no column \"%.*s\": list, code, parent, label_en, label_fr … "
                       "(at most %d of these), definition, include, exclude, example, from, replaced", width(heading),
                       chars(heading), BOOK_TAGS);
        } else if (*place != NO_COLUMN) {
            book_fault(faults, csv->row_line, "the column \"%.*s\" stands there twice", width(heading), chars(heading));
        } else {
            *place = i;
        }
    }
    if (c->list == NO_COLUMN || c->fields[BOOK_CODE] == NO_COLUMN || t->tag_n == 0) {
        book_fault(faults, csv->row_line, "the first line names the columns: list, code and a label at least "
                   "(label_en)");
    }
    return faults->n == before;
}

static struct slice cell(const struct csv *csv, size_t column)
{
    return column < csv->count ? trim(csv->fields[column]) : slice_of(NULL, 0);
}

static bool read_list(struct slice name, enum book_list *out)
{
    for (enum book_list l = BOOK_GROUPS; l < BOOK_LISTS; l++) {
        const struct slice many = slice_text(list_names[l]);
        if (slice_equal(name, many) || slice_equal(name, slice_of(many.p, many.n - 1))) {
            *out = l;
            return true;
        }
    }
    return false;
}

static void read_row(struct book *t, const struct csv *csv, const struct columns *c,
                     struct book_faults *faults)
{
    const uint64_t line = csv->row_line;
    const struct slice list = cell(csv, c->list);
    const struct slice code = cell(csv, c->fields[BOOK_CODE]);
    struct book_row row = { .line = line };
    bool labelled = false;
    if (csv->count > c->n) {
        book_fault(faults, line, "it has %zu fields, and the first line names %zu columns", csv->count, c->n);
    }
    if (!read_list(list, &row.list)) {
        book_fault(faults, line, "\"%.*s\" is no list: group, theme or area", width(list), chars(list));
    }
    if (!text_code_ok(code)) {
        book_fault(faults, line, "\"%.*s\" is no code: letters, digits, dot, dash and underscore, 1 to %d of them",
                   width(code), chars(code), LIMIT_CODE_BYTES);
    }
    for (size_t i = 0; i < BOOK_FIELDS; i++) {
        row.fields[i] = keep(t, cell(csv, c->fields[i]));
    }
    for (size_t i = 0; i < t->tag_n; i++) {
        row.labels[i] = keep(t, cell(csv, c->labels[i]));
        labelled = labelled || row.labels[i].n > 0;
        if (row.labels[i].n > CODEBOOK_LABEL) {
            book_fault(faults, line, "label_%.*s has %zu bytes, and %d is the most that fits on a form",
                       width(t->tags[i]), chars(t->tags[i]), row.labels[i].n, CODEBOOK_LABEL);
        }
    }
    if (!labelled) {
        book_fault(faults, line, "\"%.*s\" has no label in any language", width(code), chars(code));
    }
    *add_row(t) = row;
}

void book_read_csv(struct book *t, struct slice input, struct book_faults *faults)
{
    struct csv csv;
    struct columns columns;
    bool headed = false;
    bool good = true;
    enum csv_fault found = CSV_ROW;
    csv_init(&csv, input, 0);
    while (good && (found = csv_next(&csv)) != CSV_END) {
        if (found != CSV_ROW) {
            book_fault(faults, csv.row_line, "%s", csv_fault_text(found));
        } else if (!headed) {
            good = read_heading(t, &csv, &columns, faults);
            headed = true;
        } else {
            read_row(t, &csv, &columns, faults);
        }
    }
    if (good && t->n == 0) {
        book_fault(faults, 0, "there is no code in it");
    }
    csv_done(&csv);
}

// --- what was published, or comes with the program ---

static void take_list(struct book *t, enum book_list list, struct slice value)
{
    struct cursor c = cursor_new(value, true);
    const size_t n = value.n > 0 ? cursor_array(&c, CODEBOOK_CODES) : 0;
    for (size_t i = 0; i < n && cursor_ok(&c); i++) {
        struct content row = { .count = 0 };
        struct content labels = { .count = 0 };
        if (!content_parse(cursor_value(&c), &row) || !text_code_ok(content_text(&row, "code"))) {
            continue;
        }
        struct book_row *to = add_row(t);
        to->list = list;
        for (size_t k = 0; k < BOOK_FIELDS; k++) {
            to->fields[k] = keep(t, content_text(&row, field_names[k]));
        }
        for (size_t k = 0; content_parse(content_value(&row, "labels"), &labels) && k < labels.count; k++) {
            const size_t tag = tag_of(t, labels.fields[k].key);
            if (tag < BOOK_TAGS) {
                to->labels[tag] = keep(t, labels.fields[k].bytes);
            }
        }
    }
}

void book_take_content(struct book *t, struct slice content)
{
    struct content c = { .count = 0 };
    for (enum book_list l = BOOK_GROUPS; l < BOOK_LISTS && content_parse(content, &c); l++) {
        take_list(t, l, content_value(&c, list_names[l]));
    }
}

void book_take_starter(struct book *t)
{
    static const enum code_list lists[] = { [BOOK_GROUPS] = CODES_GROUP, [BOOK_THEMES] = CODES_THEME };
    for (enum book_list l = BOOK_GROUPS; l <= BOOK_THEMES; l++) {
        size_t n = 0;
        const struct code_row *rows = codes_list(lists[l], &n);
        for (size_t i = 0; i < n; i++) {
            struct book_row *to = add_row(t);
            to->list = l;
            to->fields[BOOK_CODE] = slice_text(rows[i].code);
            to->fields[BOOK_PARENT] = rows[i].parent != NULL ? slice_text(rows[i].parent) : slice_of(NULL, 0);
            for (enum language k = LANG_EN; k < LANG_COUNT; k++) {
                const size_t tag = tag_of(t, slice_text(language_tags[k]));
                t->rows[t->n - 1].labels[tag] = slice_text(rows[i].labels[k]);
            }
        }
    }
}

// --- what rows say of each other ---

static void check_row(const struct book *t, const struct book_row *row, struct book_faults *faults)
{
    const struct slice code = row->fields[BOOK_CODE];
    const struct book_row *first = book_find(t, row->list, code);
    if (first != row) {
        book_fault(faults, row->line, "\"%.*s\" stands on line %llu already", width(code), chars(code),
                   (unsigned long long)first->line);
    }
    for (size_t i = 0; i < 2; i++) {
        const struct slice other = row->fields[i == 0 ? BOOK_PARENT : BOOK_REPLACED];
        if (other.n > 0 && (book_find(t, row->list, other) == NULL || slice_equal(other, code))) {
            book_fault(faults, row->line, "%s of \"%.*s\": \"%.*s\" is no other code of the %s in this file",
                       i == 0 ? "parent" : "replaced", width(code), chars(code), width(other), chars(other),
                       list_names[row->list]);
        }
    }
    const struct book_row *above = row;
    size_t steps = 0;
    while (above != NULL && above->fields[BOOK_PARENT].n > 0 && steps <= LEVELS) {
        above = book_find(t, row->list, above->fields[BOOK_PARENT]);
        steps++;
    }
    if (steps > LEVELS) {
        book_fault(faults, row->line, "\"%.*s\" stands above itself, or has more than %d levels above it", width(code),
                   chars(code), LEVELS);
    }
}

void book_check(const struct book *t, const struct book *before, struct book_faults *faults)
{
    size_t of_list[BOOK_LISTS] = { 0 };
    for (size_t i = 0; i < t->n; i++) {
        if (++of_list[t->rows[i].list] == CODEBOOK_CODES + 1) {
            book_fault(faults, t->rows[i].line, "more than %d %s", CODEBOOK_CODES, list_names[t->rows[i].list]);
            return;
        }
    }
    for (size_t i = 0; i < t->n; i++) {
        check_row(t, &t->rows[i], faults);
    }
    for (size_t i = 0; i < before->n; i++) {
        const struct book_row *row = &before->rows[i];
        const struct slice code = row->fields[BOOK_CODE];
        const bool once = book_find(before, row->list, code) == row;
        if (!FAULT(CODE_DROPPED) && once && book_find(t, row->list, code) == NULL) {
            book_fault(faults, 0, "\"%.*s\" of the %s was published and is not in this file. A code stays valid for "
                       "ever: keep its row, and name in its column \"replaced\" the code that is used from now on",
                       width(code), chars(code), list_names[row->list]);
        }
    }
}

// --- back ---

static void put_labels(const struct book *t, const struct book_row *row, struct buf *out)
{
    struct content labels = { .count = 0 };
    char tags[BOOK_TAGS][LIMIT_FIELD_KEY + 1];
    for (size_t i = 0; i < t->tag_n; i++) {
        if (row->labels[i].n > 0 && t->tags[i].n <= LIMIT_FIELD_KEY) {
            memcpy(tags[i], t->tags[i].p, t->tags[i].n);
            tags[i][t->tags[i].n] = '\0';
            content_add_text(&labels, tags[i], row->labels[i]);
        }
    }
    content_make(&labels, out);
}

static void put_row(const struct book *t, const struct book_row *row, struct buf *scratch, struct buf *out)
{
    struct content c = { .count = 0 };
    for (size_t i = 0; i < BOOK_FIELDS; i++) {
        if (row->fields[i].n > 0) {
            content_add_text(&c, field_names[i], row->fields[i]);
        }
    }
    buf_reset(scratch);
    put_labels(t, row, scratch);
    content_add_value(&c, "labels", buf_slice(scratch));
    content_make(&c, out);
}

bool book_put_content(const struct book *t, struct buf *out)
{
    struct content c = { .count = 0 };
    struct buf lists[BOOK_LISTS];
    struct buf scratch = buf_new(LIMIT_DISCLOSURE_BYTES);
    bool fits = true;
    for (enum book_list l = BOOK_GROUPS; l < BOOK_LISTS; l++) {
        size_t n = 0;
        lists[l] = buf_new(LIMIT_DISCLOSURE_BYTES);
        for (size_t i = 0; i < t->n; i++) {
            n += t->rows[i].list == l;
        }
        pack_array(&lists[l], n);
        for (size_t i = 0; i < t->n && buf_ok(&lists[l]) && buf_ok(&scratch); i++) {
            if (t->rows[i].list == l) {
                put_row(t, &t->rows[i], &scratch, &lists[l]);
            }
        }
        fits = fits && buf_ok(&lists[l]) && buf_ok(&scratch);
        if (n > 0 && fits) {
            content_add_value(&c, list_names[l], buf_slice(&lists[l]));
        }
    }
    if (fits) {
        content_make(&c, out);
        fits = buf_ok(out);
    }
    for (enum book_list l = BOOK_GROUPS; l < BOOK_LISTS; l++) {
        buf_done(&lists[l]);
    }
    buf_done(&scratch);
    return fits;
}

void book_put_csv(const struct book *t, struct buf *out)
{
    struct slice cells[1 + BOOK_FIELDS + BOOK_TAGS];
    size_t n = 0;
    cells[n++] = SLICE_LITERAL("list");
    for (size_t i = 0; i < BOOK_FIELDS; i++) {
        cells[n++] = slice_text(field_names[i]);
    }
    csv_put_field(out, cells[0], ',', false);
    for (size_t i = 1; i < n; i++) {
        buf_put_u8(out, ',');
        csv_put_field(out, cells[i], ',', false);
    }
    for (size_t i = 0; i < t->tag_n; i++) {
        buf_put_text(out, "," LABEL_HEAD);
        csv_put_field(out, t->tags[i], ',', false);
    }
    buf_put_text(out, "\r\n");
    for (size_t r = 0; r < t->n; r++) {
        const struct book_row *row = &t->rows[r];
        const struct slice list = slice_text(list_names[row->list]);
        n = 0;
        cells[n++] = slice_of(list.p, list.n - 1);
        for (size_t i = 0; i < BOOK_FIELDS; i++) {
            cells[n++] = row->fields[i];
        }
        for (size_t i = 0; i < t->tag_n; i++) {
            cells[n++] = row->labels[i];
        }
        csv_put_row(out, cells, n, ',', false);
    }
}

static json_t *row_json(const struct book *t, const struct book_row *row)
{
    json_t *o = json_object();
    json_t *labels = json_object();
    for (size_t i = 0; i < BOOK_FIELDS; i++) {
        if (row->fields[i].n > 0) {
            json_put(o, field_names[i], json_of_bytes(row->fields[i]));
        }
    }
    for (size_t i = 0; i < t->tag_n; i++) {
        if (row->labels[i].n > 0) {
            json_put_named(labels, t->tags[i], json_of_bytes(row->labels[i]));
        }
    }
    json_put(o, "labels", labels);
    return o;
}

void book_put_json(const struct book *t, json_t *o)
{
    for (enum book_list l = BOOK_GROUPS; l < BOOK_LISTS; l++) {
        json_t *list = json_array();
        for (size_t i = 0; i < t->n; i++) {
            if (t->rows[i].list == l) {
                json_push(list, row_json(t, &t->rows[i]));
            }
        }
        json_put(o, list_names[l], list);
    }
}

struct slice book_label(const struct book *t, const struct book_row *row, struct slice tag)
{
    struct slice any = { NULL, 0 };
    struct slice english = { NULL, 0 };
    for (size_t i = 0; i < t->tag_n; i++) {
        if (row->labels[i].n > 0 && slice_equal(t->tags[i], tag)) {
            return row->labels[i];
        }
        english = slice_equal(t->tags[i], SLICE_LITERAL("en")) ? row->labels[i] : english;
        any = any.n == 0 ? row->labels[i] : any;
    }
    return english.n > 0 ? english : any;
}
