// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a contribution of TEXT_BYTES costs on its way up: whole ENTRIES messages, divided by the entries in them. What
// CURVE and TCP add is some 100 bytes a message.
#include "tests/bench/load.h"

#define WIRE_REQUIRED 450
#define WIRE_AIM 400

static double wire_bytes_each(struct scene *s, size_t batch, unsigned flags)
{
    struct load load;
    for (size_t i = 0; i < SENDERS; i++) {
        s->senders[i].said = 0; // the same texts for each row
    }
    load_make(s, 1, batch, flags, &load);
    double each = (double)load.frame_bytes / (double)load.entries;
    load_done(&load);
    return each;
}

enum err measure_wire(struct bench *b, struct why *why)
{
    static const struct {
        size_t batch;
        unsigned flags;
        bool bound; // "in batches" is a hundred and more; smaller ones are shown
        const char *how;
    } rows[] = {
        { 256, 0, true, "256" },
        { 100, 0, true, "100" },
        { 100, LOAD_IMPORTED, true, "100, imported with their origin" },
        { 16, 0, false, "16" },
        { 1, 0, false, "1" },
    };
    struct scene scene;
    enum err e = scene_new(b, "wire", &scene, why);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && e == OK; i++) {
        double each = wire_bytes_each(&scene, rows[i].batch, rows[i].flags);
        if (rows[i].bound) {
            report_bound(&b->report, each, "B", ROW_AT_MOST, WIRE_REQUIRED, WIRE_AIM, "in batches of %s", rows[i].how);
        } else {
            report_plain(&b->report, each, "B", "in batches of %s", rows[i].how);
        }
    }
    scene_done(&scene);
    return e;
}
