// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a configuration takes, what it refuses and how it says so, and that what is printed reads back.
#include "common/ops/conf.h"

#include "common/base/file.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIGITS50 "01234567890123456789012345678901234567890123456789"

static const struct conf_key keys[] = {
    { .name = "listen",
      .type = CONF_TEXT,
      .fallback = "tcp://*:4740",
      .value = "ADDRESS",
      .help = "where nodes connect" },
    { .name = "page-port",
      .type = CONF_UINT,
      .fallback = "4741",
      .min = 1,
      .max = 65535,
      .value = "PORT",
      .help = "the port of the pages" },
    { .name = "relay", .type = CONF_BOOL, .fallback = "no", .value = "yes|no", .help = "whether to carry for others" },
    { .name = "log-level",
      .type = CONF_CHOICE,
      .fallback = "info",
      .choices = "error warn info debug",
      .value = "LEVEL",
      .help = "from which level on to log" },
    { 0 },
};

static struct conf fresh(void)
{
    struct conf c;
    conf_init(&c, keys);
    return c;
}

Test(conf, a_file_in_its_usual_forms_is_taken)
{
    struct conf c = fresh();
    struct why why;
    const char *file = "\xef\xbb\xbf# a comment\r\n\n  listen = tcp://10.0.0.1:1 ; for now\n; another\npage-port: 80\n"
                       "\trelay=yes\nlog-level = debug";
    cr_assert_eq(conf_parse(&c, "conf", slice_text(file), &why), OK, "%s", why.text);
    cr_assert_str_eq(conf_text(&c, "listen"), "tcp://10.0.0.1:1");
    cr_assert_eq(conf_uint(&c, "page-port"), 80);
    cr_assert(conf_bool(&c, "relay"));
    cr_assert_str_eq(conf_text(&c, "log-level"), "debug");
    cr_assert_eq(c.values[1].line, 5);

    c = fresh();
    file = "listen = " DIGITS50 DIGITS50 DIGITS50 "0123456789012345678901234567890123456789\r\n";
    cr_assert_eq(conf_parse(&c, "conf", slice_text(file), &why), OK, "%s", why.text);
    cr_assert_eq(strlen(conf_text(&c, "listen")), 190, "the longest line is taken whole");
}

Test(conf, a_file_with_any_doubt_in_it_refuses_to_start_and_changes_nothing)
{
    static const struct {
        const char *file;
        const char *says; // part of the sentence
    } rows[] = {
        { "lisen = x\n", "line 1: unknown key 'lisen'; did you mean 'listen'?" },
        { "relay = yes\nfrobnicate = x\n", "line 2: unknown key 'frobnicate'; --help lists all" },
        { "relay = yes\nrelay = no\n", "line 2: relay stands already in line 1" },
        { "listen = a\n b = c\n", "line 2: unknown key 'b'" },
        { "relay = maybe\n", "relay must be yes or no" },
        { "relay =\n", "relay must be yes or no" },
        { "page-port = 0\n", "page-port must be a number from 1 to 65535" },
        { "page-port = 65536\n", "must be a number" },
        { "page-port = 080\n", "must be a number" },
        { "page-port = -1\n", "must be a number" },
        { "log-level = loud\n", "must be one of: error warn info debug" },
        { "\n\nrelay\n\n", "line 3: not of the form 'key = value'" },
        { "[hub]\nrelay = yes\n", "line 1: sections are not known" },
        { "\xef\xbb\xbf[hub]\n", "line 1: sections are not known" },
        { "listen = a\x01", "line 1: holds a control character" },
        { "listen = a\tb\n", "not one short line" },
        { "listen = \xff\n", "not UTF-8" },
        { "listen = " DIGITS50 DIGITS50 DIGITS50 "01234567890123456789012345678901234567890\n", "longer than 199" },
        { "# " DIGITS50 DIGITS50 DIGITS50 DIGITS50 "\nrelay = yes\n", "line 1: longer than 199 bytes" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct conf c = fresh();
        struct conf before = c;
        struct why why = { 0 };
        cr_expect_eq(conf_parse(&c, "conf", slice_text(rows[i].file), &why), ERR_CONFIG, "row %zu", i);
        cr_expect_not_null(strstr(why.text, rows[i].says), "row %zu says: %s", i, why.text);
        cr_expect_eq(memcmp(&c, &before, sizeof c), 0, "row %zu", i);
    }
    struct conf c = fresh();
    struct why why;
    cr_expect_eq(conf_parse(&c, "conf", slice_of("relay = yes\0\n", 13), &why), ERR_CONFIG);
    char *big = calloc(1, LIMIT_CONF_BYTES + 1);
    memset(big, '\n', LIMIT_CONF_BYTES + 1);
    cr_expect_eq(conf_parse(&c, "conf", slice_of(big, LIMIT_CONF_BYTES), &why), OK);
    cr_expect_eq(conf_parse(&c, "conf", slice_of(big, LIMIT_CONF_BYTES + 1), &why), ERR_CONFIG);
    free(big);
}

Test(conf, flags_win_over_the_environment_which_wins_over_the_file_which_wins_over_defaults)
{
    struct conf c = fresh();
    struct arg_spec specs[LIMIT_CONF_KEYS];
    struct why why = { 0 };
    cr_assert_eq(conf_options(&c, specs, LIMIT_CONF_KEYS), 4);
    struct arg_command command = { .name = "baraza-hub", .summary = "x", .positionals = "", .options = specs };
    char *argv[] = { "baraza-hub", "--page-port", "3", NULL };
    struct args args;
    cr_assert_eq(args_parse(&command, 3, argv, &args, &why), OK, "%s", why.text);
    char path[] = "/tmp/baraza-conf-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    struct slice file = SLICE_LITERAL("page-port = 1\nrelay = yes\nlog-level = warn\n");
    cr_assert_eq(file_replace(path, file, 0600, &why), OK, "%s", why.text);
    char *environment[] = { "PATH=/bin", "BARAZA_PAGE_PORT=2", "BARAZA_RELAY=no", "BARAZA_RELAYX=maybe", NULL };
    cr_assert_eq(conf_load(&c, path, true, environment, &why), OK, "%s", why.text);
    unlink(path);
    cr_assert_eq(conf_uint(&c, "page-port"), 3);
    cr_assert_not(conf_bool(&c, "relay"));
    cr_assert_str_eq(conf_text(&c, "log-level"), "warn");
    cr_assert_str_eq(conf_text(&c, "listen"), "tcp://*:4740");

    struct buf out = buf_new(4096);
    conf_print(&c, path, &out);
    buf_put_u8(&out, 0);
    const char *text = (const char *)out.p;
    cr_assert_not_null(strstr(text, "# from the command line, --page-port\npage-port = 3\n"));
    cr_assert_not_null(strstr(text, "# from the environment, BARAZA_RELAY\nrelay = no\n"));
    cr_assert_not_null(strstr(text, "# from line 3 of /tmp/baraza-conf-"));
    cr_assert_not_null(strstr(text, "# from the default\nlisten = tcp://*:4740\n"));
    struct conf again = fresh();
    cr_assert_eq(conf_parse(&again, "printed", slice_of(out.p, out.n - 1), &why), OK, "%s", why.text);
    for (size_t i = 0; i < c.n; i++) {
        cr_assert_str_eq(again.values[i].text, c.values[i].text);
    }
    buf_done(&out);
}

Test(conf, what_the_file_could_not_hold_is_refused_from_flags_and_environment_too)
{
    static const char *const bad[] = { " a", "a ", "a ;b", ";a", "a\nb", "\xff", "a\x7f" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct conf c = fresh();
        struct why why;
        c.values[0].flag = bad[i];
        cr_expect_eq(conf_flags(&c, &why), ERR_CONFIG, "row %zu", i);
        char variable[64] = "BARAZA_LISTEN=";
        memcpy(variable + strlen(variable), bad[i], strlen(bad[i]) + 1);
        char *environment[] = { variable, NULL };
        cr_expect_eq(conf_environment(&c, environment, &why), ERR_CONFIG, "row %zu", i);
        cr_expect_str_eq(conf_text(&c, "listen"), "tcp://*:4740");
    }
}

Test(conf, a_missing_file_is_fine_unless_somebody_named_it)
{
    struct conf c = fresh();
    struct why why;
    char *environment[] = { NULL };
    cr_assert_eq(conf_load(&c, "/no/such/file", false, environment, &why), OK);
    cr_assert_eq(conf_load(&c, "/no/such/file", true, environment, &why), ERR_NOT_FOUND);
}
