// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Rows to tables. Numbers here are for people to compare, so they are floating; nothing of the project reads them back.
#include "tests/bench/report.h"

#include "common/ops/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <time.h>

static struct row *row_new(struct report *r, double value, const char *unit, const char *what, va_list values)
{
    CHECK(r->n < REPORT_ROWS);
    struct row *row = &r->rows[r->n++];
    *row = (struct row){ .measure = r->measure, .unit = unit, .value = value };
    (void)vsnprintf(row->what, sizeof row->what, what, values);
    return row;
}

void report_plain(struct report *r, double value, const char *unit, const char *what, ...)
{
    va_list values;
    va_start(values, what);
    (void)row_new(r, value, unit, what, values);
    va_end(values);
}

void report_bound(struct report *r, double value, const char *unit, enum row_bound bound, double required, double aim,
                  const char *what, ...)
{
    va_list values;
    va_start(values, what);
    struct row *row = row_new(r, value, unit, what, values);
    va_end(values);
    row->bound = bound;
    row->required = required;
    row->aim = aim;
}

static bool holds(const struct row *row, double bound)
{
    return row->bound == ROW_AT_LEAST ? row->value >= bound : row->value <= bound;
}

bool report_good(const struct report *r)
{
    for (size_t i = 0; i < r->n; i++) {
        if (r->rows[i].bound != ROW_PLAIN && !holds(&r->rows[i], r->rows[i].required)) {
            return false;
        }
    }
    return true;
}

// --- the machine ---
static void processor_model(char *out, size_t room)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "re");
    (void)snprintf(out, room, "unknown processor");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            line[strcspn(line, "\n")] = '\0';
            (void)snprintf(out, room, "%s", colon + 2);
            break;
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
}

static const char *file_system(const char *dir)
{
    static const struct {
        unsigned long type;
        const char *name;
    } known[] = { { 0xef53, "ext4" }, { 0x58465342, "xfs" }, { 0x9123683e, "btrfs" }, { 0x794c7630, "overlay" },
                  { 0x2fc12fc1, "zfs" }, { 0x01021994, "tmpfs" }, { 0xf2f52010, "f2fs" } };
    struct statfs s;
    if (statfs(dir, &s) != 0) {
        return "unknown";
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if ((unsigned long)s.f_type == known[i].type) {
            return known[i].name;
        }
    }
    return "another";
}

void report_machine(struct report *r, const char *dir, unsigned threads)
{
    char model[128];
    struct utsname u;
    processor_model(model, sizeof model);
    CHECK(uname(&u) == 0);
    r->load = getloadavg(&r->load, 1) == 1 ? r->load : 0;
    (void)snprintf(r->machine, sizeof r->machine, "%u processors (%s), %s file system, %s %s", threads, model,
                   file_system(dir), u.sysname, u.release);
}

// --- printing ---
static void put_number(struct buf *out, double value, const char *unit)
{
    char text[64];
    if (strcmp(unit, "ratio") == 0) {
        (void)snprintf(text, sizeof text, "%.2f", value);
    } else if (value >= 1000 || value == (double)(long)value) {
        (void)snprintf(text, sizeof text, "%.0f %s", value, unit);
    } else {
        (void)snprintf(text, sizeof text, "%.2f %s", value, unit);
    }
    buf_printf(out, "%16s", text);
}

static void put_bound(struct buf *out, const struct row *row)
{
    const char *word = row->bound == ROW_AT_LEAST ? "at least" : "at most";
    bool required = holds(row, row->required);
    buf_printf(out, "  %s %g", word, row->required);
    if (row->aim != row->required) {
        buf_printf(out, ", aim %g", row->aim);
    }
    buf_printf(out, "  %s", !required ? "MISSED" : holds(row, row->aim) ? "ok" : "ok (below the aim)");
}

void report_table(const struct report *r, const char *measure, struct buf *out)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct row *row = &r->rows[i];
        if (strcmp(row->measure, measure) != 0) {
            continue;
        }
        buf_printf(out, "  %-58s", row->what);
        put_number(out, row->value, row->unit);
        if (row->bound != ROW_PLAIN) {
            put_bound(out, row);
        }
        buf_put_text(out, "\n");
    }
}

void report_json(const struct report *r, struct buf *out)
{
    json_t *all = json_object();
    json_t *rows = json_array();
    for (size_t i = 0; i < r->n; i++) {
        const struct row *row = &r->rows[i];
        json_t *o = json_object();
        json_put(o, "measure", json_string(row->measure));
        json_put(o, "what", json_string(row->what));
        json_put(o, "value", json_real(row->value));
        json_put(o, "unit", json_string(row->unit));
        if (row->bound != ROW_PLAIN) {
            json_put(o, row->bound == ROW_AT_LEAST ? "at_least" : "at_most", json_real(row->required));
            json_put(o, "aim", json_real(row->aim));
            json_put(o, "good", json_boolean(holds(row, row->required)));
        }
        json_push(rows, o);
    }
    json_put(all, "machine", json_string(r->machine));
    json_put(all, "load_before", json_real(r->load));
    json_put(all, "rows", rows);
    json_put(all, "good", json_boolean(report_good(r)));
    json_print(all, out);
    json_decref(all);
}

// --- taking times ---
static double clock_of(clockid_t id)
{
    struct timespec t;
    CHECK(clock_gettime(id, &t) == 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double clock_s(void)
{
    return clock_of(CLOCK_MONOTONIC);
}

double clock_processor_s(void)
{
    return clock_of(CLOCK_PROCESS_CPUTIME_ID);
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

double median(double *values, size_t n)
{
    CHECK(n > 0);
    qsort(values, n, sizeof *values, compare);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}
