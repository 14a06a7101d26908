// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Whether a hub stays what it was: the rate of taking entries in and the disk they take, at ten thousand entries, at a
// hundred thousand, and (--long) at a million. Rates are compared as ratios to the ceiling beside them, because other
// work on this machine changes between the first and the last.
#include "tests/bench/engine.h"

#include <stdlib.h>
#include <sys/stat.h>

#define WINDOWS 5
#define WINDOW 2              // batches of a sender in a window: 8,192 entries
#define FILL 8                // the same between the windows
#define EVEN_RATE 0.8         // the worst over the best
#define EVEN_DISK 0.8

struct point {
    uint64_t size;            // of the record, when it was measured
    double rate, ratio;       // medians of the windows after it
    double disk;              // bytes of an entry
};

static void grow(struct scene *scene, struct engine *engine, uint64_t to)
{
    while (sequence_size(engine->sequence) < to) {
        uint64_t left = (to - sequence_size(engine->sequence)) / (SENDERS * LIMIT_BATCH_ENTRIES);
        struct load load;
        struct engine_run run;
        load_make(scene, left > FILL ? FILL : left > 0 ? (size_t)left : 1, LIMIT_BATCH_ENTRIES, 0, &load);
        engine_take(engine, &load, &run);
        load_done(&load);
    }
}

static double disk_bytes(const struct scene *scene)
{
    struct stat st;
    char *path = state_path_in(scene->dir, STATE_STORE "/data.mdb");
    double bytes = stat(path, &st) == 0 ? (double)st.st_blocks * 512 : 0;
    free(path);
    return bytes;
}

static void take_windows(const struct bench *b, struct scene *scene, struct engine *engine, struct point *p)
{
    double rates[WINDOWS], ratios[WINDOWS];
    p->size = sequence_size(engine->sequence);
    p->disk = disk_bytes(scene) / (double)p->size;
    for (size_t i = 0; i < WINDOWS; i++) {
        struct load load;
        struct engine_run run;
        load_make(scene, WINDOW, LIMIT_BATCH_ENTRIES, LOAD_SAMPLES, &load);
        struct effort ceiling = ceiling_take(scene, &load, b->threads);
        engine_take(engine, &load, &run);
        ceiling = effort_mean(ceiling, ceiling_take(scene, &load, b->threads));
        rates[i] = (double)load.entries / run.effort.seconds;
        ratios[i] = ceiling.seconds / run.effort.seconds;
        load_done(&load);
    }
    p->rate = median(rates, WINDOWS);
    p->ratio = median(ratios, WINDOWS);
}

static void report_points(struct report *r, const struct point *points, size_t n)
{
    double least_ratio = points[0].ratio, most_ratio = points[0].ratio;
    double least_disk = points[0].disk, most_disk = points[0].disk;
    for (size_t i = 0; i < n; i++) {
        const struct point *p = &points[i];
        report_plain(r, p->rate, "/s", "rate at %llu entries", (unsigned long long)p->size);
        report_plain(r, p->ratio, "ratio", "over its ceiling at %llu entries", (unsigned long long)p->size);
        report_plain(r, p->disk, "B", "disk of an entry at %llu entries", (unsigned long long)p->size);
        least_ratio = p->ratio < least_ratio ? p->ratio : least_ratio;
        most_ratio = p->ratio > most_ratio ? p->ratio : most_ratio;
        least_disk = p->disk < least_disk ? p->disk : least_disk;
        most_disk = p->disk > most_disk ? p->disk : most_disk;
    }
    report_bound(r, least_ratio / most_ratio, "ratio", ROW_AT_LEAST, EVEN_RATE, EVEN_RATE,
                 "slowest over fastest (over their ceilings)");
    report_bound(r, least_disk / most_disk, "ratio", ROW_AT_LEAST, EVEN_DISK, EVEN_DISK, "least over most disk");
}

enum err measure_growth(struct bench *b, struct why *why)
{
    static const uint64_t sizes[] = { 10000, 100000, 1000000 };
    struct point points[3];
    struct scene scene;
    struct engine engine = { .wake_fd = -1, .commit_fd = -1 };
    size_t n = b->long_run ? 3 : 2;
    enum err e = scene_new(b, "growth", &scene, why);
    if (e == OK) {
        e = engine_start(&scene, b->threads, &engine, why);
    }
    for (size_t i = 0; i < n && e == OK; i++) {
        grow(&scene, &engine, sizes[i]);
        take_windows(b, &scene, &engine, &points[i]);
    }
    engine_stop(&engine);
    scene_done(&scene);
    if (e == OK) {
        report_points(&b->report, points, n);
    }
    return e;
}
