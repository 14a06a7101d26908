// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session attendance`: who was at a forum, by counts. It must never take a name.
#include "common/base/num.h"
#include "common/base/text.h"
#include "node/desk/local.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/print.h"

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
    return n >= 3 && text_code_ok(out->sex) && text_code_ok(out->age) && num_parse_u64(fields[2], &out->count) &&
           out->count >= 1 && out->count <= LIMIT_ATTENDANCE && take_answer(fields[3], &out->displaced) &&
           take_answer(fields[4], &out->disability);
}

static bool same_people(const struct attendance *a, const struct attendance *b)
{
    return slice_equal(a->sex, b->sex) && slice_equal(a->age, b->age) && a->displaced == b->displaced &&
           a->disability == b->disability;
}

// True when a count for the same people stands among the first n of typed.
static bool said_before(const struct args *args, size_t n, const struct attendance *row)
{
    struct attendance before;
    for (size_t i = 1; i < n; i++) {
        if (take_count(slice_text(args->positionals[i]), &before) && same_people(&before, row)) {
            return true;
        }
    }
    return false;
}

static int take_counts(const struct args *args, struct buf *rows, uint64_t *people)
{
    struct attendance row;
    *people = 0;
    for (size_t i = 1; i < args->n; i++) {
        const char *typed = args->positionals[i];
        if (!take_count(slice_text(typed), &row)) {
            return cmd_usage("\"%s\" is no count: SEX:AGE:NUMBER, then :yes or :no for displaced and for disability "
                             "where that was asked (female:18-35:12:no)", typed);
        }
        char sex[LIMIT_CODE_BYTES + 1];
        char age[LIMIT_CODE_BYTES + 1];
        snprintf(sex, sizeof sex, "%.*s", (int)row.sex.n, (const char *)row.sex.p);
        snprintf(age, sizeof age, "%.*s", (int)row.age.n, (const char *)row.age.p);
        if (!code_known(CODES_SEX, "sex", sex) || !code_known(CODES_AGE, "age", age)) {
            return EXIT_USAGE;
        }
        if (said_before(args, i, &row)) {
            return cmd_usage("\"%s\": these people are counted twice", typed);
        }
        attendance_put(&row, rows);
        *people += row.count;
    }
    return buf_ok(rows) ? -1 : cmd_usage("these are more rows than an entry holds (%d bytes)", LIMIT_BODY_BYTES);
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
    struct work w;
    struct local_session session;
    struct why why = { "" };
    uint64_t people = 0;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    struct buf counts = buf_new(LIMIT_BODY_BYTES - 8);
    code = take_counts(&args, &counts, &people);
    if (code < 0) {
        code = work_write(context, as, &w);
        enum err e = code < 0 ? local_session_find(&w.desk, args.positionals[0], &session, &why) : OK;
        if (code < 0 && e == OK) {
            struct body body = { .kind = KIND_ATTENDANCE };
            body.as.attendance.count = args.n - 1;
            body.as.attendance.rows = buf_slice(&counts);
            const struct append_item item = { .body = &body, .refs = &session.id, .ref_count = 1 };
            code = drafting_append(context, &w, &item, 1);
            cmd_remark(context, "%llu people at %s", (unsigned long long)people, session.code);
        } else if (code < 0) {
            code = cmd_fail(e, &why);
        }
        work_close(&w);
    }
    buf_done(&counts);
    return code;
}

const struct cmd cmd_session_attendance = { "session attendance", run, "how many people came, by counts", CMD_WRITE };
