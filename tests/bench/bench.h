// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The bench: what the programs reach, as ratios to what this machine could reach at all, each measured in one run.
// Every measure alternates with its own ceiling, round by round, and medians are compared: so whatever else the
// machine does meanwhile hits both. Nothing here is a test of right or wrong, but a ratio below what is required fails.
#ifndef BARAZA_TESTS_BENCH_H
#define BARAZA_TESTS_BENCH_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "tests/bench/report.h"
#include "tests/bench/texts.h"

struct bench {
    const char *dir;         // on a real disk; whoever started the bench removes it
    const char *root;        // the repository
    const char *programs;    // directory of baraza, baraza-hub, baraza-node
    unsigned threads;        // processors of this machine
    bool long_run;           // the million too
    struct texts texts;
    struct report report;
};

// One measure: writes its rows to b->report. An error (with why) means that it could not be taken.
struct measure {
    const char *name;        // for --only
    const char *title;
    enum err (*run)(struct bench *b, struct why *why);
};

// Each in a file of its own, which says what it measures.
enum err measure_ingest(struct bench *b, struct why *why);
enum err measure_hub(struct bench *b, struct why *why);
enum err measure_audit(struct bench *b, struct why *why);
enum err measure_save(struct bench *b, struct why *why);
enum err measure_import(struct bench *b, struct why *why);
enum err measure_wire(struct bench *b, struct why *why);
enum err measure_node(struct bench *b, struct why *why);
enum err measure_page(struct bench *b, struct why *why);
enum err measure_typing(struct bench *b, struct why *why);
enum err measure_growth(struct bench *b, struct why *why);

#endif
