// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Ingest end to end: the real baraza-hub in a process of its own, sixteen sites over CURVE, against the ceiling.
#include "tests/bench/child.h"
#include "tests/bench/senders.h"

#define ROUNDS 5
#define PER_SENDER 16 // batches of a sender in a round
#define INGEST_REQUIRED 0.75
#define INGEST_AIM 0.9
#define MIB (1024.0 * 1024.0)

struct rounds {
    size_t n;
    double hub[ROUNDS], hub_us[ROUNDS], ceiling_us[ROUNDS], ratio[ROUNDS];
};

static enum err take_round(const struct bench *b, struct scene *scene, struct senders *senders,
                           const struct child *hub, struct rounds *r, struct why *why)
{
    struct load load;
    double seconds = 0;
    load_make(scene, PER_SENDER, LIMIT_BATCH_ENTRIES, LOAD_SAMPLES, &load);
    struct effort ceiling = ceiling_take(scene, &load, b->threads);
    double processor = child_processor_s(hub);
    enum err e = senders_send(senders, &load, &seconds, why);
    processor = child_processor_s(hub) - processor;
    ceiling = effort_mean(ceiling, ceiling_take(scene, &load, b->threads));
    double n = (double)load.entries;
    size_t i = r->n++;
    r->hub[i] = n / seconds;
    r->hub_us[i] = processor / n * 1e6;
    r->ceiling_us[i] = ceiling.processor / n * 1e6;
    r->ratio[i] = ceiling.seconds / seconds;
    load_done(&load);
    return e;
}

enum err measure_hub(struct bench *b, struct why *why)
{
    char address[256];
    struct scene scene;
    struct child hub = { .pid = 0 };
    struct senders senders = { .scene = NULL };
    struct rounds rounds = { .n = 0 };
    enum err e = scene_new(b, "hub", &scene, why);
    if (e == OK) {
        const char *args[] = { "--state", scene.dir, "--listen", "tcp://127.0.0.1:0", "--log-level", "warn", NULL };
        e = child_start(b->programs, "baraza-hub", args, &hub, why);
    }
    if (e == OK) {
        e = child_wait_line(&hub, "listening on ", address, sizeof address, why);
    }
    double idle = child_anonymous_bytes(&hub);
    if (e == OK) {
        e = senders_start(&scene, address, &senders, why);
    }
    while (e == OK && rounds.n < ROUNDS) {
        e = take_round(b, &scene, &senders, &hub, &rounds, why);
    }
    double after = child_anonymous_bytes(&hub);
    uint64_t deferrals = senders.deferrals;
    senders_stop(&senders);
    child_stop(&hub);
    scene_done(&scene);
    if (e == OK) {
        struct report *r = &b->report;
        report_plain(r, median(rounds.hub, ROUNDS), "/s", "ingest, %d sites over CURVE, durable", SENDERS);
        report_plain(r, median(rounds.ceiling_us, ROUNDS), "us", "processor time of an entry: ceiling");
        report_plain(r, median(rounds.hub_us, ROUNDS), "us", "processor time of an entry: baraza-hub alone");
        report_plain(r, (double)deferrals, "", "times the hub said \"not now\"");
        report_bound(r, median(rounds.ratio, ROUNDS), "ratio", ROW_AT_LEAST, INGEST_REQUIRED, INGEST_AIM,
                     "ingest over ceiling, end to end");
        report_plain(r, idle / MIB, "MiB", "anonymous memory of baraza-hub: idle");
        report_plain(r, after / MIB, "MiB", "anonymous memory of baraza-hub: after ingest");
    }
    return e;
}
