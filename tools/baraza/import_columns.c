// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which heading means what, for each source; columns are found by name, never by place. Read first: import.h.
#include "tools/baraza/import.h"

#include "common/base/text.h"
#include "common/format/codes.h"

#include <string.h>

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct import_source sources[] = {
    {
        // Polis: comments.csv of a conversation. Its exports differ in order, in '-' against '_', and in some names.
        .tool = "polis",
        .file = "comments.csv",
        .channel = "online",
        .basis = "public-speech",
        .passed_over = "datetime",
        .number_required = true,
        .names = {
            [COLUMN_NUMBER] = NAMES("comment-id", "tid"),
            [COLUMN_TEXT] = NAMES("comment-body", "txt", "comment", "body"),
            [COLUMN_TIME] = NAMES("timestamp", "created", "datetime"),
            [COLUMN_AUTHOR] = NAMES("author-id", "pid"),
            [COLUMN_AGREES] = NAMES("agrees"),
            [COLUMN_DISAGREES] = NAMES("disagrees"),
            [COLUMN_MODERATED] = NAMES("moderated", "mod"),
            [COLUMN_LANG] = NAMES("lang", "language"),
        },
    },
    {
        .tool = "csv",
        .channel = "oral-forum",
        .basis = "oral-witnessed",
        .names = {
            [COLUMN_NUMBER] = NAMES("id", "number", "key", "-uuid", "-id"),
            [COLUMN_TEXT] = NAMES("said", "text", "verbatim", "body"),
            [COLUMN_LANG] = NAMES("language", "lang"),
            [COLUMN_KIND] = NAMES("kind"),
            [COLUMN_GROUP] = NAMES("group", "groups"),
            [COLUMN_THEME] = NAMES("theme", "themes"),
            [COLUMN_QUESTION] = NAMES("question"),
            [COLUMN_SUMMARY] = NAMES("summary"),
            [COLUMN_ASK] = NAMES("ask"),
            [COLUMN_TIME] = NAMES("time", "timestamp", "date"),
            [COLUMN_AUTHOR] = NAMES("author"),
            [COLUMN_IDENTITY] = NAMES("identity"),
            [COLUMN_SENSITIVITY] = NAMES("sensitivity"),
            [COLUMN_SEAL_TO] = NAMES("seal-to"),
            [COLUMN_FLAGS] = NAMES("flags", "flag"),
        },
    },
};

const struct import_source *import_source_find(const char *tool)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (strcmp(sources[i].tool, tool) == 0) {
            return &sources[i];
        }
    }
    return NULL;
}

// Headings are compared without case and spaces around them, with '_' as '-'.
static bool heading_is(struct slice heading, const char *name)
{
    while (heading.n > 0 && heading.p[heading.n - 1] == ' ') {
        heading.n--;
    }
    while (heading.n > 0 && heading.p[0] == ' ') {
        heading = slice_of(heading.p + 1, heading.n - 1);
    }
    if (heading.n != strlen(name)) {
        return false;
    }
    for (size_t i = 0; i < heading.n; i++) {
        uint8_t c = heading.p[i];
        c = c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c == '_' ? '-' : c;
        if (c != (uint8_t)name[i]) {
            return false;
        }
    }
    return true;
}

// The place of the first of names that the heading has; SIZE_MAX when none is there. *twice: it stands there again.
static size_t find_column(const struct csv *heading, const char *const *names, bool *twice)
{
    for (; names != NULL && *names != NULL; names++) {
        size_t at = SIZE_MAX;
        for (size_t i = 0; i < heading->count; i++) {
            if (heading_is(heading->fields[i], *names)) {
                *twice = *twice || at != SIZE_MAX;
                at = at == SIZE_MAX ? i : at;
            }
        }
        if (at != SIZE_MAX) {
            return at;
        }
    }
    return SIZE_MAX;
}

static bool is_taken(const struct import_columns *c, size_t at)
{
    for (size_t k = 0; k < COLUMN_COUNT; k++) {
        if (c->at[k] == at) {
            return true;
        }
    }
    return false;
}

static void list_unknown(const struct import_source *source, const struct import_columns *c, const struct csv *heading,
                         struct buf *unknown)
{
    for (size_t i = 0; i < heading->count; i++) {
        bool passed = source->passed_over != NULL && heading_is(heading->fields[i], source->passed_over);
        if (!passed && !is_taken(c, i)) {
            buf_put_text(unknown, unknown->n == 0 ? "" : ", ");
            text_put_safe(unknown, heading->fields[i], true);
        }
    }
}

bool import_columns_read(const struct import_source *source, const struct csv *heading, struct import_columns *out,
                         struct buf *unknown, struct why *why)
{
    struct import_columns c = { .count = heading->count };
    for (size_t k = 0; k < COLUMN_COUNT; k++) {
        bool twice = false;
        c.at[k] = find_column(heading, source->names[k], &twice);
        if (twice) {
            why_set(why, "the column \"%s\" stands twice in the heading: rename one of them", source->names[k][0]);
            return false;
        }
    }
    enum import_column missing = c.at[COLUMN_TEXT] == SIZE_MAX ? COLUMN_TEXT : COLUMN_NUMBER;
    if (c.at[missing] == SIZE_MAX && (missing == COLUMN_TEXT || source->number_required)) {
        why_set(why, "there is no column \"%s\" in the first line, which must name the columns",
                source->names[missing][0]);
        return false;
    }
    list_unknown(source, &c, heading, unknown);
    *out = c;
    return true;
}

static struct slice field(const struct import_columns *columns, const struct csv *row, enum import_column k)
{
    return columns->at[k] == SIZE_MAX ? (struct slice){ NULL, 0 } : row->fields[columns->at[k]];
}

// A field that must be empty or a known code of a closed list.
static bool take_code(enum code_list list, const char *what, struct slice code, struct slice *out, struct why *why)
{
    if (code.n > 0 && codes_find(list, code) == NULL) {
        why_set(why, "its %s \"%.*s\" is not one of the list", what, (int)(code.n > 40 ? 40 : code.n),
                (const char *)code.p);
        return false;
    }
    *out = code;
    return true;
}

bool import_row_read(const struct import_source *source, const struct import_columns *columns, const struct csv *row,
                     struct slice lang, struct contribution *c, struct import_guarded *guarded, struct why *why)
{
    const struct code_set scopes = { { SLICE_LITERAL("record"), SLICE_LITERAL("analyse") }, 2 };
    if (row->count != columns->count) {
        why_set(why, "it has %zu columns, the heading %zu: a quotation mark is missing, or a comma too many",
                row->count, columns->count);
        return false;
    }
    *c = (struct contribution){ .scopes = scopes };
    c->channel = slice_text(source->channel);
    c->basis = slice_text(source->basis);
    c->text = field(columns, row, COLUMN_TEXT);
    c->summary = field(columns, row, COLUMN_SUMMARY);
    c->ask = field(columns, row, COLUMN_ASK);
    c->identity = field(columns, row, COLUMN_IDENTITY);
    guarded->sensitivity = field(columns, row, COLUMN_SENSITIVITY);
    c->question = field(columns, row, COLUMN_QUESTION);
    c->lang = field(columns, row, COLUMN_LANG);
    c->lang = c->lang.n == 0 ? lang : c->lang;
    c->source = (struct contribution_source){
        .row = row->row - 1,
        .number = field(columns, row, COLUMN_NUMBER),
        .time = field(columns, row, COLUMN_TIME),
        .author = field(columns, row, COLUMN_AUTHOR),
        .agrees = field(columns, row, COLUMN_AGREES),
        .disagrees = field(columns, row, COLUMN_DISAGREES),
        .moderated = field(columns, row, COLUMN_MODERATED),
        .tool = slice_text(source->tool),
    };
    if (c->text.n == 0) {
        why_set(why, "its text is empty");
        return false;
    }
    if (source->number_required && c->source.number.n == 0) {
        why_set(why, "its %s is empty: it could not be known again", source->names[COLUMN_NUMBER][0]);
        return false;
    }
    if (!language_tag_ok(c->lang)) {
        why_set(why, "its language is no tag such as sw, fr-CF or kpe-LR");
        return false;
    }
    return take_code(CODES_STATEMENT, "kind", field(columns, row, COLUMN_KIND), &c->kind, why) &&
           code_set_parse(field(columns, row, COLUMN_GROUP), &c->groups, why) &&
           code_set_parse(field(columns, row, COLUMN_THEME), &c->themes, why) &&
           code_set_parse(field(columns, row, COLUMN_FLAGS), &c->flags, why) &&
           code_set_parse(field(columns, row, COLUMN_SEAL_TO), &guarded->seal_to, why);
}

static void add_counted(struct sha256 *s, struct slice bytes)
{
    sha256_add_u64be(s, bytes.n);
    sha256_add(s, bytes);
}

struct hash import_key(const char *tool, struct slice name, struct slice number)
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_of("baraza/import/v1", sizeof "baraza/import/v1"));
    add_counted(&s, slice_text(tool));
    add_counted(&s, name);
    add_counted(&s, number);
    return sha256_done(&s);
}
