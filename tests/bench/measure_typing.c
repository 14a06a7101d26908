// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What one contribution costs the person who types it in rapid mode: keystrokes and seconds, in a real browser on a
// processor that is made six times slower. The work is tests/page/rapid.mjs, which prints a line of figures; where no
// browser can be had it says why, and nothing is measured.
#include "tests/bench/bench.h"
#include "tests/bench/child.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE 1024

// Runs the browser's script and prints its figures; without them, an empty object, and its last words for the person.
static const char script[] = "out=$(bash \"$1/tests/page/run\" \"$1/tests/page/rapid.mjs\" 2>&1)\n"
                             "printf '%s\\n' \"$out\" | grep '^figures: ' && exit 0\n"
                             "printf '%s\\n' \"$out\" | tail -n 3 >&2\n"
                             "echo 'figures: {}'\n";

static double figure(const json_t *figures, const char *name)
{
    return json_number_value(json_object_get(figures, name));
}

static void put_figures(struct report *r, const json_t *figures)
{
    if (json_object_get(figures, "strokes") == NULL) {
        return;
    }
    report_plain(r, figure(figures, "strokes"), "", "keystrokes of a contribution, the last one keeps it");
    report_bound(r, figure(figures, "strokes_beside_text"), "", ROW_AT_MOST, 1, 1, "of them beside its text");
    report_plain(r, figure(figures, "seconds"), "s", "from its first keystroke until the next one can be typed");
    report_plain(r, figure(figures, "seconds_beside_typing"), "s", "of it beside 60 ms for each keystroke");
    report_bound(r, figure(figures, "key_ms"), "ms", ROW_AT_MOST, 16, 16, "work of the page for a keystroke");
    report_bound(r, figure(figures, "interactive_ms"), "ms", ROW_AT_MOST, 1500, 1500, "until one can type in it");
}

enum err measure_typing(struct bench *b, struct why *why)
{
    const char *const args[] = { "-c", script, "bash", b->root, NULL };
    char line[LINE];
    char packages[LINE];
    struct child child;
    snprintf(packages, sizeof packages, "%s/../page", b->programs);
    if (setenv("BARAZA_BIN", b->programs, 1) != 0 || setenv("BARAZA_PAGE", packages, 1) != 0) {
        why_set(why, "no memory for the environment of a browser");
        return ERR_IO;
    }
    enum err e = child_start("/bin", "bash", args, &child, why);
    if (e != OK) {
        return e;
    }
    e = child_wait_line(&child, "figures: ", line, sizeof line, why);
    json_t *figures = e == OK ? json_loads(line, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (e == OK) {
        put_figures(&b->report, figures);
    }
    json_decref(figures);
    child_stop(&child);
    return e;
}
