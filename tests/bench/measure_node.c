// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What an idle baraza-node keeps in memory with ten thousand contributions in its store, while its hub is away.
#include "tests/bench/child.h"
#include "tests/bench/seat.h"

#include "common/net/loop.h"

#define NODE_ENTRIES 10000
#define TOGETHER 250
#define NODE_REQUIRED 16
#define MIB (1024.0 * 1024.0)
#define SETTLE_MS 3000

// The least of some seconds after it has settled: what is idle, and not what a try to reach the hub takes meanwhile.
static double idle_bytes(const struct child *node)
{
    CHECK(loop_wait(NULL, 0, loop_now_ms() + SETTLE_MS) == OK);
    double least = child_anonymous_bytes(node);
    for (uint64_t end_ms = loop_now_ms() + SETTLE_MS; loop_now_ms() < end_ms;) {
        CHECK(loop_wait(NULL, 0, loop_now_ms() + 200) == OK);
        double now = child_anonymous_bytes(node);
        least = now < least ? now : least;
    }
    return least;
}

enum err measure_node(struct bench *b, struct why *why)
{
    struct scene scene;
    struct seat seat = { .dir = NULL };
    struct child node = { .pid = 0 };
    enum err e = scene_new(b, "node-hub", &scene, why);
    if (e == OK) {
        e = seat_open(b, &scene, "node", &seat, why);
    }
    for (uint64_t i = 0; i < NODE_ENTRIES && e == OK; i += TOGETHER) {
        e = seat_append(&seat, &b->texts, i, TOGETHER, why);
    }
    seat_leave(&seat);
    if (e == OK) {
        const char *args[] = { "--state", seat.dir, "--log-level", "error", NULL };
        e = child_start(b->programs, "baraza-node", args, &node, why);
    }
    if (e == OK) {
        double bytes = idle_bytes(&node);
        report_bound(&b->report, bytes / MIB, "MiB", ROW_AT_MOST, NODE_REQUIRED, NODE_REQUIRED,
                     "anonymous memory, idle, %d entries", NODE_ENTRIES);
    }
    child_stop(&node);
    seat_close(&seat);
    scene_done(&scene);
    return e;
}
