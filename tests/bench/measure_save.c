// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// "Saved", one by one: signed, sealed, in the store and on the disk, against a bare fdatasync of a page on the same
// disk. LMDB flushes twice for a commit, the mark is written besides: a half is what can be hoped for.
#include "tests/bench/seat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS 5
#define TIMES 100 // of each in a round
#define PAGE 4096

// Writes so many pages behind each other, each flushed. Returns how many a second, 0 when the disk fails.
static double flush_rate(const char *path)
{
    static const uint8_t page[PAGE] = { 1 };
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    double began = clock_s();
    bool good = fd >= 0;
    for (int i = 0; i < TIMES && good; i++) {
        good = write(fd, page, sizeof page) == PAGE && fdatasync(fd) == 0;
    }
    double took = clock_s() - began;
    if (fd >= 0) {
        (void)close(fd);
    }
    return good ? TIMES / took : 0;
}

static enum err save_rate(struct bench *b, struct seat *d, size_t round, double *rate, struct why *why)
{
    enum err e = OK;
    double began = clock_s();
    for (size_t i = 0; i < TIMES && e == OK; i++) {
        e = seat_append(d, &b->texts, round * TIMES + i, 1, why);
    }
    *rate = TIMES / (clock_s() - began);
    return e;
}

enum err measure_save(struct bench *b, struct why *why)
{
    double flushes[ROUNDS], saves[ROUNDS], ratios[ROUNDS];
    struct scene scene;
    struct seat seat = { .dir = NULL };
    char *path = state_path_in(b->dir, "flushed");
    enum err e = scene_new(b, "save-hub", &scene, why);
    if (e == OK) {
        e = seat_open(b, &scene, "save", &seat, why);
    }
    for (size_t i = 0; i < ROUNDS && e == OK; i++) {
        flushes[i] = flush_rate(path);
        e = save_rate(b, &seat, i, &saves[i], why);
        flushes[i] = (flushes[i] + flush_rate(path)) / 2;
        ratios[i] = saves[i] / flushes[i];
    }
    seat_close(&seat);
    scene_done(&scene);
    free(path);
    if (e == OK) {
        report_plain(&b->report, median(flushes, ROUNDS), "/s", "a page written and flushed (fdatasync)");
        report_plain(&b->report, median(saves, ROUNDS), "/s", "a contribution saved");
        report_plain(&b->report, median(ratios, ROUNDS), "ratio", "saves over flushes");
    }
    return e;
}
