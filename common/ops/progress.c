// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Progress lines: when to show one, and what it says.
#include "common/ops/progress.h"

#include <stdio.h>

enum { FIRST_MS = 2000, TERMINAL_MS = 250, LINE_MS = 5000 };

struct progress progress_begin(int fd, bool terminal, bool quiet, const char *doing, const char *unit, uint64_t total,
                               uint64_t now_ms)
{
    return (struct progress){ .fd = fd,
                              .terminal = terminal,
                              .quiet = quiet,
                              .doing = doing,
                              .unit = unit,
                              .total = total,
                              .start_ms = now_ms,
                              .shown_ms = now_ms };
}

static void put_duration(struct buf *out, double seconds)
{
    if (seconds < 100) {
        buf_printf(out, "%.0f s", seconds);
    } else if (seconds < 100 * 60) {
        buf_printf(out, "%.0f min", seconds / 60);
    } else {
        buf_printf(out, "%.0f h", seconds / 3600);
    }
}

void progress_line(const struct progress *p, uint64_t now_ms, struct buf *out)
{
    double seconds = now_ms > p->start_ms ? (double)(now_ms - p->start_ms) / 1000 : 0;
    double rate = seconds > 0 ? (double)p->done / seconds : 0;
    buf_printf(out, "%s %llu", p->doing, (unsigned long long)p->done);
    if (p->total > 0) {
        buf_printf(out, "/%llu", (unsigned long long)p->total);
    }
    buf_printf(out, " %s", p->unit);
    if (rate > 0) {
        buf_printf(out, rate < 10 ? ", %.1f/s" : ", %.0f/s", rate);
    }
    if (rate > 0 && p->done < p->total) {
        buf_put_text(out, ", ");
        put_duration(out, (double)(p->total - p->done) / rate);
        buf_put_text(out, " left");
    }
}

static void show(struct progress *p, uint64_t now_ms, const char *end)
{
    struct buf line = buf_new(512);
    buf_put_text(&line, p->terminal ? "\r" : "");
    progress_line(p, now_ms, &line);
    buf_put_text(&line, p->terminal ? "\x1b[K" : ""); // clears what a longer line before left
    dprintf(p->fd, "%.*s%s", (int)line.n, (const char *)line.p, end);
    buf_done(&line);
    p->shown = true;
    p->shown_ms = now_ms;
}

void progress_step(struct progress *p, uint64_t done, uint64_t now_ms)
{
    p->done = done;
    uint64_t pause = !p->shown ? FIRST_MS : p->terminal ? TERMINAL_MS : LINE_MS;
    if (!p->quiet && now_ms >= p->shown_ms + pause) {
        show(p, now_ms, p->terminal ? "" : "\n");
    }
}

void progress_end(struct progress *p, uint64_t now_ms)
{
    if (p->shown) {
        show(p, now_ms, "\n");
    }
}
