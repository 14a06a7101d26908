// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reads tables of comments and joins them. Read first: texts.h.
#include "tests/bench/texts.h"

#include "common/base/file.h"
#include "common/format/csv.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL_BYTES ((size_t)64 << 20)
#define SHIFT 37 // odd, so that later rounds cut elsewhere

// The column of that name, or csv->count.
static size_t column_of(const struct csv *csv, const char *name)
{
    size_t i = 0;
    while (i < csv->count && !slice_equal(csv->fields[i], slice_text(name))) {
        i++;
    }
    return i;
}

static enum err take_file(const char *path, const char *column, struct buf *all, struct why *why)
{
    struct buf file = buf_new(ALL_BYTES);
    struct csv csv;
    enum err e = file_read(path, true, &file, why);
    if (e == OK) {
        csv_init(&csv, buf_slice(&file), 0);
        size_t at = csv_next(&csv) == CSV_ROW ? column_of(&csv, column) : SIZE_MAX;
        for (enum csv_fault f = csv_next(&csv); f != CSV_END; f = csv_next(&csv)) {
            if (f == CSV_ROW && at < csv.count && csv.fields[at].n > 0) {
                buf_put(all, csv.fields[at]);
                buf_put_text(all, " ");
            }
        }
        csv_done(&csv);
    }
    buf_done(&file);
    return e;
}

static enum err take_all(const char *pattern, const char *column, struct buf *all, struct why *why)
{
    glob_t found;
    enum err e = OK;
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc && e == OK; i++) {
            e = take_file(found.gl_pathv[i], column, all, why);
        }
        globfree(&found);
    }
    return e;
}

enum err texts_load(const char *root, struct texts *out, struct why *why)
{
    char pattern[4096];
    const char *shared = getenv("BARAZA_SHARED");
    struct texts t = { .all = buf_new(ALL_BYTES), .from = "real comments (Polis)" };
    if (shared != NULL && shared[0] != '\0') {
        (void)snprintf(pattern, sizeof pattern, "%s/data/polis/*/comments.csv", shared);
    } else {
        (void)snprintf(pattern, sizeof pattern, "%s/../shared/data/polis/*/comments.csv", root);
    }
    enum err e = take_all(pattern, "comment-body", &t.all, why);
    if (e == OK && t.all.n < 16 * TEXT_BYTES) {
        t.from = "the sample forums";
        (void)snprintf(pattern, sizeof pattern, "%s/tests/data/forums/X*.csv", root);
        e = take_all(pattern, "said", &t.all, why);
    }
    if (e == OK && t.all.n < 16 * TEXT_BYTES) {
        why_set(why, "no texts: neither %s nor shared comments were found", pattern);
        e = ERR_NOT_FOUND;
    }
    if (e != OK) {
        texts_done(&t);
        return e;
    }
    *out = t;
    return OK;
}

void texts_done(struct texts *t)
{
    buf_done(&t->all);
}

size_t texts_count(const struct texts *t)
{
    return t->all.n / TEXT_BYTES - 1; // what is left at the end is room for the shift
}

static bool inside_character(const struct texts *t, size_t at)
{
    return at < t->all.n && (t->all.p[at] & 0xc0) == 0x80;
}

struct slice texts_piece(const struct texts *t, uint64_t i)
{
    uint64_t count = texts_count(t);
    size_t shift = (size_t)(i / count * SHIFT % TEXT_BYTES);
    size_t from = (size_t)(i % count) * TEXT_BYTES + shift;
    size_t to = from + TEXT_BYTES;
    while (inside_character(t, from)) {
        from++;
    }
    while (inside_character(t, to)) {
        to++;
    }
    return slice_of(t->all.p + from, to - from);
}
