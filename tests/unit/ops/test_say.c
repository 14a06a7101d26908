// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What programs say: log lines, progress, how they end, near names, JSON values.
#include "common/ops/exit.h"
#include "common/ops/json.h"
#include "common/ops/log.h"
#include "common/ops/nearest.h"
#include "common/ops/progress.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

// A pipe whose reading end says what was written so far.
struct ear {
    int ends[2];
    char heard[4096];
};

static void ear_open(struct ear *ear)
{
    cr_assert_eq(pipe2(ear->ends, O_NONBLOCK), 0);
}

static const char *ear_read(struct ear *ear)
{
    ssize_t n = read(ear->ends[0], ear->heard, sizeof ear->heard - 1);
    ear->heard[n < 0 ? 0 : n] = '\0';
    return ear->heard;
}

Test(say, a_log_line_carries_codes_and_numbers_and_nothing_below_its_level)
{
    struct ear ear;
    ear_open(&ear);
    struct log log = { .fd = ear.ends[1], .level = LOG_WARN };
    cr_assert(log_level_parse(SLICE_LITERAL("info"), &log.level));
    cr_assert_not(log_level_parse(SLICE_LITERAL("loud"), &log.level));
    uint8_t id[32] = { 0xab, 0xcd, 1, 2, 3, 4, 5 };
    LOG_WITH(&log, LOG_INFO, "exchange.up", log_id("peer", SLICE_ARRAY(id)), log_number("entries", 17),
             log_err("err", ERR_NET), log_verdict("verdict", VERDICT_BAD_SIGNATURE), log_yes("first", true));
    cr_assert_str_eq(ear_read(&ear), "info exchange.up peer=abcd01020304 entries=17 err=ERR_NET verdict=bad-signature "
                                     "first=yes\n");
    LOG(&log, LOG_DEBUG, "loop.turn");
    cr_assert_str_eq(ear_read(&ear), "");
    LOG(&log, LOG_ERROR, "loop.end");
    cr_assert_str_eq(ear_read(&ear), "error loop.end\n");
}

Test(say, progress_is_silent_for_two_seconds_then_speaks_as_the_place_asks)
{
    struct ear ear;
    ear_open(&ear);
    struct progress p = progress_begin(ear.ends[1], false, false, "importing", "rows", 1000, 100);
    progress_step(&p, 10, 2099);
    cr_assert_str_eq(ear_read(&ear), "");
    progress_step(&p, 100, 2100);
    cr_assert_str_eq(ear_read(&ear), "importing 100/1000 rows, 50/s, 18 s left\n");
    progress_step(&p, 200, 7099);
    cr_assert_str_eq(ear_read(&ear), "");
    progress_step(&p, 700, 7100);
    cr_assert_str_eq(ear_read(&ear), "importing 700/1000 rows, 100/s, 3 s left\n");
    progress_step(&p, 1000, 10100);
    progress_end(&p, 10100);
    cr_assert_str_eq(ear_read(&ear), "importing 1000/1000 rows, 100/s\n");

    p = progress_begin(ear.ends[1], true, false, "verifying", "entries", 0, 0);
    progress_step(&p, 9, 3000);
    progress_step(&p, 10, 3100);
    progress_end(&p, 4000);
    cr_assert_str_eq(ear_read(&ear), "\rverifying 9 entries, 3.0/s\x1b[K\rverifying 10 entries, 2.5/s\x1b[K\n");

    p = progress_begin(ear.ends[1], true, true, "verifying", "entries", 0, 0);
    progress_step(&p, 9, 30000);
    progress_end(&p, 40000);
    p = progress_begin(ear.ends[1], false, false, "verifying", "entries", 5, 0);
    progress_step(&p, 5, 1000);
    progress_end(&p, 1000);
    cr_assert_str_eq(ear_read(&ear), "", "quiet, or short");
}

Test(say, time_left_is_told_in_a_unit_that_can_be_read)
{
    static const struct {
        uint64_t total;
        const char *says;
    } rows[] = { { 1050, "50 s left" }, { 4000, "50 min left" }, { 181000, "50 h left" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct progress p = progress_begin(2, false, false, "x", "y", rows[i].total, 0);
        p.done = 1000;
        struct buf out = buf_new(200);
        progress_line(&p, 1000000, &out);
        buf_put_u8(&out, 0);
        cr_expect_not_null(strstr((const char *)out.p, rows[i].says), "%s", (const char *)out.p);
        buf_done(&out);
    }
}

Test(say, a_failed_program_ends_with_a_harmless_sentence_and_the_right_code)
{
    struct ear ear;
    ear_open(&ear);
    dup2(ear.ends[1], STDERR_FILENO);
    struct why why;
    why_set(&why, "reading \x1b[31mx\ny");
    cr_assert_eq(exit_report("baraza", ERR_IO, &why), 74);
    cr_assert_str_eq(ear_read(&ear), "baraza: reading \xef\xbf\xbd[31mx y\n");
    cr_assert_eq(exit_report("baraza", ERR_USAGE, NULL), EXIT_USAGE);
    cr_assert_str_eq(ear_read(&ear), "baraza: the command or its options are not right\n");
    cr_assert_eq(exit_report("baraza", OK, NULL), EXIT_GOOD);
    cr_assert_str_eq(ear_read(&ear), "");
    cr_assert_eq(exit_code_of(ERR_CONFIG), 78);
}

Test(say, a_near_name_is_found_and_a_far_one_is_not_suggested)
{
    static const struct {
        const char *typed;
        const char *best;
    } rows[] = {
        { "lsit", "list" }, { "lst", "list" },    { "listt", "list" }, { "statsu", "status" },
        { "q", NULL },      { "", NULL },         { "xyzzy", NULL },   { "imprt", "import" },
        { "list", "list" }, { "exprot", "export" }, { "verfiy", "verify" },
    };
    static const char *const names[] = { "list", "status", "import", "export", "verify" };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct nearest n = { .typed = slice_text(rows[i].typed) };
        for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
            nearest_offer(&n, names[j]);
        }
        bool same = (n.best == NULL) == (rows[i].best == NULL) && (n.best == NULL || strcmp(n.best, rows[i].best) == 0);
        cr_expect(same, "%s: %s", rows[i].typed, n.best == NULL ? "nothing" : n.best);
    }
    char flood[5000];
    memset(flood, 'l', sizeof flood);
    struct nearest n = { .typed = slice_of(flood, sizeof flood) };
    nearest_offer(&n, "list");
    cr_expect_null(n.best);
}

Test(say, json_values_hold_any_bytes_without_loss)
{
    json_t *object = json_object();
    json_put(object, "text", json_of_bytes(SLICE_LITERAL("l\xc3\xa9 \"puits\"\n\0")));
    json_put(object, "bytes", json_of_bytes(SLICE_LITERAL("\xff\x00")));
    json_put(object, "empty", json_of_bytes((struct slice){ 0 }));
    json_put(object, "id", json_of_hex(SLICE_LITERAL("\xab\x01")));
    json_put(object, "n", json_of_number(INT64_MAX));
    json_put(object, "big", json_of_number(UINT64_MAX));
    json_t *list = json_array();
    json_push(list, json_of_number(0));
    json_put(object, "list", list);
    struct buf out = buf_new(1000);
    json_print(object, &out);
    const char *want = "{\"text\":\"l\xc3\xa9 \\\"puits\\\"\\n\\u0000\",\"bytes\":{\"base64\":\"/wA=\"},\"empty\":\"\","
                       "\"id\":\"ab01\",\"n\":9223372036854775807,\"big\":\"18446744073709551615\",\"list\":[0]}\n";
    cr_assert(slice_equal(buf_slice(&out), slice_text(want)), "%.*s", (int)out.n, (const char *)out.p);
    buf_done(&out);
    json_decref(object);
}
