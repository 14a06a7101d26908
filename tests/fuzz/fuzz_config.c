// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Configuration files from strangers. What is refused changes nothing and says why; what is taken stands within its
// bounds, names the line it came from, and is printed as a file that reads back to the same.
#include "tests/fuzz/fuzz.h"

#include "common/ops/conf.h"

#include <string.h>

static const struct conf_key keys[] = {
    { .name = "listen", .type = CONF_TEXT, .fallback = "tcp://*:4740", .value = "ADDRESS", .help = "where to listen" },
    { .name = "empty", .type = CONF_TEXT, .fallback = "", .value = "TEXT", .help = "may be nothing" },
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

static void check_values(const struct conf *c, struct slice file)
{
    uint64_t port = conf_uint(c, "page-port");
    CHECK(port >= 1);
    CHECK(port <= 65535);
    CHECK(conf_bool(c, "relay") == (strcmp(c->values[3].text, "yes") == 0));
    CHECK(strstr(" error warn info debug ", conf_text(c, "log-level")) != NULL);
    size_t lines = 1;
    for (size_t i = 0; i < file.n; i++) {
        lines += file.p[i] == '\n' ? 1 : 0;
    }
    for (size_t i = 0; i < c->n; i++) {
        const struct conf_value *v = &c->values[i];
        CHECK(v->origin == CONF_DEFAULT || v->origin == CONF_FILE);
        CHECK((v->origin == CONF_FILE) == (v->line > 0));
        CHECK(v->line <= lines);
        if (v->origin == CONF_DEFAULT) {
            CHECK(strcmp(v->text, c->keys[i].fallback) == 0);
        }
    }
}

static void check_printed(const struct conf *c)
{
    struct buf out = buf_new(LIMIT_CONF_BYTES);
    struct conf again;
    struct why why = { "" };
    conf_print(c, "some\nfile", &out);
    CHECK(buf_ok(&out));
    conf_init(&again, keys);
    CHECK(conf_parse(&again, "printed", buf_slice(&out), &why) == OK);
    for (size_t i = 0; i < c->n; i++) {
        CHECK(strcmp(again.values[i].text, c->values[i].text) == 0);
    }
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice file = slice_of(data, n);
    struct conf c;
    struct conf before;
    struct why why = { "" };
    conf_init(&c, keys);
    conf_init(&before, keys);
    if (conf_parse(&c, "conf", file, &why) != OK) {
        CHECK(why.text[0] != '\0');
        for (size_t i = 0; i < c.n; i++) {
            CHECK(c.values[i].origin == CONF_DEFAULT);
            CHECK(strcmp(c.values[i].text, before.values[i].text) == 0);
        }
        return 0;
    }
    check_values(&c, file);
    check_printed(&c);
    return 0;
}
