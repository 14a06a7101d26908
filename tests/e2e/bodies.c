// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// bodies EXPORT.json COLUMN CSV...: whether the contributions of `baraza export --parts --json` are exactly the fields
// of that column of these files, each as often, byte for byte. Exit 0 when they are; else the first that is not is
// shown.
#include "common/base/file.h"
#include "common/format/csv.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES (64u << 20)

struct list {
    struct slice *items;
    size_t n, room;
};

static void list_add(struct list *l, struct slice text)
{
    if (l->n == l->room) {
        l->room = l->room == 0 ? 1024 : 2 * l->room;
        l->items = mem_grow(l->items, l->room, sizeof *l->items);
    }
    uint8_t *copy = mem_new(text.n);
    if (text.n > 0) {
        memcpy(copy, text.p, text.n);
    }
    l->items[l->n++] = slice_of(copy, text.n);
}

static void list_done(struct list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free((void *)(uintptr_t)l->items[i].p);
    }
    free(l->items);
}

static int order(const void *a, const void *b)
{
    return slice_order(*(const struct slice *)a, *(const struct slice *)b);
}

static bool read_csv(const char *path, const char *column, struct list *out)
{
    struct buf bytes = buf_new(FILE_BYTES);
    struct why why = { "" };
    struct csv c;
    size_t wanted = LIMIT_CSV_FIELDS;
    if (file_read(path, true, &bytes, &why) != OK) {
        fprintf(stderr, "bodies: %s\n", why.text);
        return false;
    }
    csv_init(&c, buf_slice(&bytes), ',');
    while (csv_next(&c) == CSV_ROW) {
        for (size_t i = 0; wanted == LIMIT_CSV_FIELDS && i < c.count; i++) {
            wanted = slice_equal(c.fields[i], slice_text(column)) ? i : wanted;
        }
        if (c.row > 1 && wanted < c.count) {
            list_add(out, c.fields[wanted]);
        }
    }
    csv_done(&c);
    buf_done(&bytes);
    return true;
}

static bool read_export(const char *path, struct list *out)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    bool good = f != NULL;
    while (good && getline(&line, &room, f) > 0) {
        const char *kind = NULL;
        const char *text = NULL;
        size_t n = 0;
        json_t *o = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        good = o != NULL && json_unpack(o, "{s:s}", "kind", &kind) == 0;
        if (good && slice_equal(slice_text(kind), SLICE_LITERAL("contribution"))) {
            good = json_unpack(o, "{s:{s:{s:s%}}}", "parts", "said", "text", &text, &n) == 0;
            if (good) {
                list_add(out, slice_of(text, n));
            }
        }
        json_decref(o);
    }
    free(line);
    if (f != NULL) {
        fclose(f);
    }
    return good;
}

static bool same(struct list *said, struct list *kept)
{
    qsort(said->items, said->n, sizeof *said->items, order);
    qsort(kept->items, kept->n, sizeof *kept->items, order);
    for (size_t i = 0; i < said->n && i < kept->n; i++) {
        if (!slice_equal(said->items[i], kept->items[i])) {
            printf("said: %.*s\nkept: %.*s\n", (int)said->items[i].n, (const char *)said->items[i].p,
                   (int)kept->items[i].n, (const char *)kept->items[i].p);
            return false;
        }
    }
    printf("%zu said, %zu kept\n", said->n, kept->n);
    return said->n == kept->n && said->n > 0;
}

int main(int argc, char **argv)
{
    struct list said = { 0 };
    struct list kept = { 0 };
    bool good = argc > 3 && read_export(argv[1], &kept);
    for (int i = 3; good && i < argc; i++) {
        good = read_csv(argv[i], argv[2], &said);
    }
    good = good && same(&said, &kept);
    list_done(&said);
    list_done(&kept);
    return good ? 0 : 1;
}
