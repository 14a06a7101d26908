// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The audit of an export of 200,000 entries with all they disclose, as `baraza verify` runs it, against the ceiling.
// The export is made by `baraza export` from a hub's record; the ceiling checks the last quarter of the same entries.
#include "tests/bench/child.h"
#include "tests/bench/engine.h"
#include "tools/baraza/auditor.h"

#include <stdlib.h>
#include <sys/stat.h>

#define AUDIT_ENTRIES 200000
#define AUDIT_REQUIRED 0.85
#define QUARTERS 4
#define PER_SENDER 13 // batches of a sender in a quarter: 4 x 13 x 16 x 256 entries are 212,992
#define ROUNDS 3

static_assert(QUARTERS * PER_SENDER * SENDERS * LIMIT_BATCH_ENTRIES >= AUDIT_ENTRIES, "so many are audited");

// Fills the record and leaves the last load in *last.
static enum err fill(const struct bench *b, struct scene *scene, struct load *last, struct why *why)
{
    struct engine engine = { .wake_fd = -1, .commit_fd = -1 };
    enum err e = engine_start(scene, b->threads, &engine, why);
    for (size_t i = 0; i < QUARTERS && e == OK; i++) {
        struct engine_run run;
        load_done(last);
        load_make(scene, PER_SENDER, LIMIT_BATCH_ENTRIES, i + 1 == QUARTERS ? LOAD_SAMPLES : 0, last);
        engine_take(&engine, last, &run);
    }
    if (e == OK) {
        e = engine_publish(&engine, why);
    }
    engine_stop(&engine);
    return e;
}

static enum err export(const struct bench *b, const struct scene *scene, const char *path, struct why *why)
{
    const char *args[] = { "--state", scene->dir, "export", "--parts", "--out", path, NULL };
    struct child child;
    enum err e = child_start(b->programs, "baraza", args, &child, why);
    return e == OK ? child_wait(&child, "baraza export", why) : e;
}

// One audit: how long it took, and of how many entries.
static enum err audit(const struct bench *b, const struct scene *scene, const char *path, struct effort *effort,
                      double *entries, struct why *why)
{
    struct audit_report report;
    double began = clock_s();
    double processor = clock_processor_s();
    enum err e = auditor_run(path, scene->charter.id, b->threads, &report, why);
    *effort = (struct effort){ clock_s() - began, clock_processor_s() - processor };
    if (e == OK && (!report.good || report.entries < AUDIT_ENTRIES || report.disclosed < AUDIT_ENTRIES)) {
        why_set(why, "the audit of the bench's own record: %.100s", report.what.text);
        return ERR_CORRUPT;
    }
    *entries = e == OK ? (double)report.entries : 0;
    return e;
}

static double file_bytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (double)st.st_size : 0;
}

static enum err take_rounds(struct bench *b, const struct scene *scene, const struct load *last, const char *path,
                            struct why *why)
{
    double ratios[ROUNDS], rates[ROUNDS], us[ROUNDS], ceiling_us[ROUNDS], entries = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct effort ceiling = ceiling_take(scene, last, b->threads);
        struct effort effort;
        enum err e = audit(b, scene, path, &effort, &entries, why);
        if (e != OK) {
            return e;
        }
        ceiling = effort_mean(ceiling, ceiling_take(scene, last, b->threads));
        double n = (double)last->entries;
        rates[i] = entries / effort.seconds;
        ratios[i] = rates[i] / (n / ceiling.seconds);
        us[i] = effort.processor / entries * 1e6;
        ceiling_us[i] = ceiling.processor / n * 1e6;
    }
    report_plain(&b->report, median(rates, ROUNDS), "/s", "audit of %.0f entries with parts (%.0f MiB)", entries,
                 file_bytes(path) / 1024 / 1024);
    report_plain(&b->report, median(ceiling_us, ROUNDS), "us", "processor time of an entry: ceiling");
    report_plain(&b->report, median(us, ROUNDS), "us", "processor time of an entry: audit");
    report_bound(&b->report, median(ratios, ROUNDS), "ratio", ROW_AT_LEAST, AUDIT_REQUIRED, AUDIT_REQUIRED,
                 "audit over ceiling");
    return OK;
}

enum err measure_audit(struct bench *b, struct why *why)
{
    struct scene scene;
    struct load last = { .entries = 0 };
    char *path = state_path_in(b->dir, "audit.export");
    enum err e = scene_new(b, "audit", &scene, why);
    if (e == OK) {
        e = fill(b, &scene, &last, why);
    }
    if (e == OK) {
        e = export(b, &scene, path, why);
    }
    if (e == OK) {
        e = take_rounds(b, &scene, &last, path, why);
    }
    load_done(&last);
    scene_done(&scene);
    free(path);
    return e;
}
