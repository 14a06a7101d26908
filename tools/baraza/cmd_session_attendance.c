// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session attendance`: who was at a forum, by counts. It must never take a name.
#include "common/base/num.h"
#include "common/net/loop.h"
#include "node/desk/attendance.h"
#include "tools/baraza/drafting.h"

#include <stdlib.h>

#define FIELDS 5 // of one count: sex, age, number, displaced, disability

// "yes", "no"; empty: not asked.
static bool take_answer(struct slice word, uint64_t *out)
{
    if (slice_equal(word, SLICE_LITERAL("yes"))) {
        *out = 1;
    } else if (slice_equal(word, SLICE_LITERAL("no"))) {
        *out = 0;
    } else {
        *out = 2;
    }
    return word.n == 0 || *out != 2;
}

// "female:18-35:12:no:yes". False when it is none.
static bool take_count(struct slice typed, struct attendance *out)
{
    struct slice fields[FIELDS] = { { NULL, 0 } };
    size_t n = 0;
    size_t from = 0;
    for (size_t i = 0; i <= typed.n; i++) {
        if (i < typed.n && typed.p[i] != ':') {
            continue;
        }
        if (n == FIELDS) {
            return false;
        }
        fields[n++] = slice_of(typed.p + from, i - from);
        from = i + 1;
    }
    out->sex = fields[0];
    out->age = fields[1];
    return n >= 3 && num_parse_u64(fields[2], &out->count) && take_answer(fields[3], &out->displaced) &&
           take_answer(fields[4], &out->disability);
}

static int take_counts(const struct args *args, struct attendance *rows)
{
    for (size_t i = 1; i < args->n; i++) {
        const char *typed = args->positionals[i];
        if (!take_count(slice_text(typed), &rows[i - 1])) {
            return cmd_usage("\"%s\" is no count: SEX:AGE:NUMBER, then :yes or :no for displaced and for disability "
                             "where that was asked (female:18-35:12:no)", typed);
        }
    }
    return -1;
}

static int save(struct cmd_context *context, const char *as, const char *forum, const struct attendance *rows,
                size_t n)
{
    struct work w;
    struct local_session session;
    struct append_result result;
    struct trouble t = { .code = NULL };
    struct why why = { "" };
    uint64_t people = 0;
    int code = work_write(context, as, &w);
    if (code < 0) {
        enum err e = trouble_of_err(&t, local_session_find(&w.desk, forum, &session, &why), &why);
        e = e == OK ? attendance_save(&w.desk, loop_wall_s(), session.id, rows, n, &result, &people, &t) : e;
        code = e == OK ? drafting_say(context, KIND_ATTENDANCE, &result) : work_fail(&t);
        if (e == OK) {
            cmd_remark(context, "%llu people at %s", (unsigned long long)people, session.code);
        }
    }
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const char *as = NULL;
    const struct arg_spec rows[] = {
        WORK_AS(&as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session attendance",
        .summary = "Write down how many people came, never who: counts by sex and age band and, where it was asked, "
                   "displaced and disability (yes or no). Said again, it replaces what was said before",
        .positionals = "CODE SEX:AGE:NUMBER[:DISPLACED[:DISABILITY]]...",
        .min = 2,
        .max = SIZE_MAX,
        .examples = "  baraza session attendance XM-KIV-2026-003 female:18-35:12 female:60-over:4 male:36-59:9\n"
                    "  baraza session attendance XM-KIV-2026-003 female:18-35:10:no female:18-35:2:yes\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    struct attendance *counts = mem_new((args.n - 1) * sizeof *counts);
    code = take_counts(&args, counts);
    code = code < 0 ? save(context, as, args.positionals[0], counts, args.n - 1) : code;
    free(counts);
    return code;
}

const struct cmd cmd_session_attendance = { "session attendance", run, "how many people came, by counts", CMD_WRITE };
