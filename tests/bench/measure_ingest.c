// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Ingest without sockets: the hub's own threads and disk against the ceiling.
#include "tests/bench/engine.h"

#define ROUNDS 5
#define PER_SENDER 12 // batches of a sender in a round
#define INGEST_REQUIRED 0.75
#define INGEST_AIM 0.9

// One value of each round.
struct rounds {
    size_t n;
    double ceiling[ROUNDS], ceiling_us[ROUNDS]; // entries a second; processor time of one
    double ingest[ROUNDS], ingest_us[ROUNDS];
    double ratio[ROUNDS], ratio_us[ROUNDS], commit[ROUNDS];
};

static void take_round(const struct bench *b, struct scene *scene, struct engine *engine, struct rounds *r)
{
    struct load load;
    struct engine_run run;
    load_make(scene, PER_SENDER, LIMIT_BATCH_ENTRIES, LOAD_SAMPLES, &load);
    struct effort ceiling = ceiling_take(scene, &load, b->threads);
    engine_take(engine, &load, &run);
    ceiling = effort_mean(ceiling, ceiling_take(scene, &load, b->threads));
    double n = (double)load.entries;
    size_t i = r->n++;
    r->ceiling[i] = n / ceiling.seconds;
    r->ceiling_us[i] = ceiling.processor / n * 1e6;
    r->ingest[i] = n / run.effort.seconds;
    r->ingest_us[i] = run.effort.processor / n * 1e6;
    r->ratio[i] = ceiling.seconds / run.effort.seconds;
    r->ratio_us[i] = ceiling.processor / run.effort.processor;
    r->commit[i] = n / (double)run.commits;
    load_done(&load);
}

enum err measure_ingest(struct bench *b, struct why *why)
{
    struct scene scene;
    struct engine engine = { .wake_fd = -1, .commit_fd = -1 };
    struct rounds rounds = { .n = 0 };
    enum err e = scene_new(b, "ingest", &scene, why);
    if (e == OK) {
        e = engine_start(&scene, b->threads, &engine, why);
    }
    while (e == OK && rounds.n < ROUNDS) {
        take_round(b, &scene, &engine, &rounds);
    }
    engine_stop(&engine);
    scene_done(&scene);
    if (e == OK) {
        struct report *r = &b->report;
        report_plain(r, median(rounds.ceiling, ROUNDS), "/s", "ceiling: signatures and hashes on %u threads",
                     b->threads);
        report_plain(r, median(rounds.ingest, ROUNDS), "/s", "ingest, %d senders, durable, without sockets", SENDERS);
        report_plain(r, median(rounds.ceiling_us, ROUNDS), "us", "processor time of an entry: ceiling");
        report_plain(r, median(rounds.ingest_us, ROUNDS), "us", "processor time of an entry: ingest");
        report_plain(r, median(rounds.ratio_us, ROUNDS), "ratio", "processor time: ceiling over ingest");
        report_plain(r, median(rounds.commit, ROUNDS), "", "entries in a transaction");
        report_bound(r, median(rounds.ratio, ROUNDS), "ratio", ROW_AT_LEAST, INGEST_REQUIRED, INGEST_AIM,
                     "ingest over ceiling");
    }
    return e;
}
