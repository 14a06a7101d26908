// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza import` of a table, the program as people run it, against the least that importing can cost: hashing and
// signing each contribution and writing it to the disk in transactions of the same size, on one thread.
#include "tests/bench/child.h"
#include "tests/bench/seat.h"

#include "common/format/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <fcntl.h>

#define ROWS 10000
#define ROUNDS 3
#define TOGETHER 256

// Writes a table in Polis' form. The bytes are the texts' own.
static enum err write_table(const struct bench *b, const char *path, size_t rows, struct why *why)
{
    static const char *const names[] = { "timestamp", "datetime",  "comment-id", "author-id",
                                         "agrees",    "disagrees", "moderated",  "comment-body" };
    struct slice fields[8];
    char number[24];
    struct buf out = buf_new((size_t)1 << 30);
    for (size_t k = 0; k < 8; k++) {
        fields[k] = slice_text(names[k]);
    }
    csv_put_row(&out, fields, 8, ',', false);
    for (size_t i = 0; i < rows; i++) {
        (void)snprintf(number, sizeof number, "%zu", i);
        fields[0] = SLICE_LITERAL("1772409600000");
        fields[1] = SLICE_LITERAL("Mon Mar 02 2026");
        fields[2] = fields[3] = slice_text(number);
        fields[4] = SLICE_LITERAL("12");
        fields[5] = SLICE_LITERAL("3");
        fields[6] = SLICE_LITERAL("1");
        fields[7] = texts_piece(&b->texts, i);
        csv_put_row(&out, fields, 8, ',', false);
    }
    CHECK(buf_ok(&out));
    FILE *f = fopen(path, "we");
    bool good = f != NULL && fwrite(out.p, 1, out.n, f) == out.n;
    good = f != NULL && fclose(f) == 0 && good;
    buf_done(&out);
    if (!good) {
        why_set(why, "writing %s failed", path);
    }
    return good ? OK : ERR_IO;
}

// Seconds the program takes for the table.
static enum err import_once(struct bench *b, const struct scene *scene, const char *name, const char *table,
                            double *seconds, struct why *why)
{
    struct seat seat;
    struct child child;
    enum err e = seat_open(b, scene, name, &seat, why);
    seat_leave(&seat);
    if (e == OK) {
        const char *args[] = { "--state",  seat.dir,          "--passphrase-file", seat.passphrase, "import", "--from",
                               "polis",    "--session",       "XM-ARV-2026-011",   "--lang",        "en",     table,
                               NULL };
        double began = clock_s();
        e = child_start(b->programs, "baraza", args, &child, why);
        if (e == OK) {
            e = child_wait(&child, "baraza import", why);
        }
        *seconds = clock_s() - began;
    }
    seat_close(&seat);
    return e;
}

// Seconds for ROWS contributions when only what must be done is done.
static double ceiling_once(struct scene *s, const char *path)
{
    struct writer *w = &s->senders[0];
    struct said said;
    struct composed composed;
    struct buf out = buf_new((size_t)4 << 20);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0;
    said_init(&said);
    composed_init(&composed);
    double began = clock_s();
    for (size_t i = 0; i < ROWS && good; i++) {
        said_make(s->texts, &w->session, i, true, &said);
        writer_say(s, w, &said.item, &composed);
        buf_put(&out, composed.entry.bytes);
        disclosure_make(&composed.disclosure, &out);
        if (i % TOGETHER == TOGETHER - 1 || i + 1 == ROWS) {
            good = write(fd, out.p, out.n) == (ssize_t)out.n && fdatasync(fd) == 0;
            buf_reset(&out);
        }
    }
    double took = clock_s() - began;
    if (fd >= 0) {
        (void)close(fd);
    }
    said_done(&said);
    composed_done(&composed);
    buf_done(&out);
    CHECK(good);
    return took;
}

enum err measure_import(struct bench *b, struct why *why)
{
    double ceilings[ROUNDS], rates[ROUNDS], ratios[ROUNDS], one = 0;
    struct scene scene;
    char *table = state_path_in(b->dir, "comments.csv");
    char *small = state_path_in(b->dir, "one.csv");
    char *path = state_path_in(b->dir, "imported");
    enum err e = scene_new(b, "import-hub", &scene, why);
    if (e == OK) {
        e = write_table(b, table, ROWS, why);
    }
    if (e == OK) {
        e = write_table(b, small, 1, why);
    }
    for (size_t i = 0; i < ROUNDS && e == OK; i++) {
        char name[32];
        double seconds = 0;
        (void)snprintf(name, sizeof name, "import-%zu", i);
        double ceiling = ceiling_once(&scene, path);
        e = import_once(b, &scene, name, table, &seconds, why);
        ceiling = (ceiling + ceiling_once(&scene, path)) / 2;
        (void)snprintf(name, sizeof name, "import-one-%zu", i);
        if (e == OK) {
            e = import_once(b, &scene, name, small, &one, why);
        }
        ceilings[i] = ROWS / ceiling;
        rates[i] = ROWS / (seconds - one);
        ratios[i] = rates[i] / ceilings[i];
    }
    scene_done(&scene);
    free(table);
    free(small);
    free(path);
    if (e == OK) {
        report_plain(&b->report, median(ceilings, ROUNDS), "/s", "ceiling: made, hashed, signed, written, flushed");
        report_plain(&b->report, median(rates, ROUNDS), "/s", "rows of `baraza import`, %d of them", ROWS);
        report_plain(&b->report, one * 1000, "ms", "an import of one row (the passphrase's share included)");
        report_plain(&b->report, median(ratios, ROUNDS), "ratio", "import over ceiling");
    }
    return e;
}
