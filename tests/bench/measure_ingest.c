// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Ingest without sockets: the hub's own threads and disk against the ceiling.
#include "tests/bench/engine.h"

#define ROUNDS 5
#define PER_SENDER 12 // batches of a sender in a round
#define INGEST_REQUIRED 0.75
#define INGEST_AIM 0.9

enum err measure_ingest(struct bench *b, struct why *why)
{
    struct scene scene;
    struct engine engine = { .wake_fd = -1, .commit_fd = -1 };
    double ceilings[ROUNDS], rates[ROUNDS], ratios[ROUNDS], processor[ROUNDS], commits[ROUNDS];
    enum err e = scene_new(b, "ingest", &scene, why);
    if (e == OK) {
        e = engine_start(&scene, b->threads, &engine, why);
    }
    for (size_t i = 0; i < ROUNDS && e == OK; i++) {
        struct load load;
        struct engine_run run;
        load_make(&scene, PER_SENDER, LIMIT_BATCH_ENTRIES, true, &load);
        double before = ceiling_rate(&scene, &load, b->threads);
        engine_take(&engine, &load, &run);
        // The ceiling once more: the mean of both sides is what this round's machine could do.
        ceilings[i] = (before + ceiling_rate(&scene, &load, b->threads)) / 2;
        rates[i] = (double)load.entries / run.seconds;
        ratios[i] = rates[i] / ceilings[i];
        processor[i] = run.processor / (double)load.entries * 1e6;
        commits[i] = (double)load.entries / (double)run.commits;
        load_done(&load);
    }
    engine_stop(&engine);
    scene_done(&scene);
    if (e == OK) {
        struct report *r = &b->report;
        double ceiling = median(ceilings, ROUNDS);
        report_plain(r, ceiling, "/s", "ceiling: signatures and hashes on %u threads", b->threads);
        report_plain(r, b->threads / ceiling * 1e6, "us", "ceiling: processor time of an entry");
        report_plain(r, median(rates, ROUNDS), "/s", "ingest, %d senders, durable, without sockets", SENDERS);
        report_plain(r, median(processor, ROUNDS), "us", "ingest: processor time of an entry");
        report_plain(r, median(commits, ROUNDS), "", "entries in a transaction");
        report_bound(r, median(ratios, ROUNDS), "ratio", ROW_AT_LEAST, INGEST_REQUIRED, INGEST_AIM,
                     "ingest over ceiling");
    }
    return e;
}
