// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// JSON from outside: what is refused, and the bounds.
#include "common/limits.h"
#include "common/ops/json_read.h"

#include <criterion/criterion.h>
#include <string.h>

static bool reads(const char *text)
{
    json_t *value = json_read(slice_text(text));
    const bool good = value != NULL;
    json_decref(value);
    return good;
}

Test(json_read, one_object_and_nothing_else_is_read)
{
    static const struct {
        bool good;
        const char *text;
    } rows[] = {
        { true, "{}" },
        { true, " {\"a\": [1, {\"b\": null}], \"c\": \"\\\"{[\"}\n" },
        { true, "{\"n\": 9223372036854775807}" },
        { false, "" },
        { false, "null" },
        { false, "[]" },
        { false, "\"a\"" },
        { false, "{" },
        { false, "{} {}" },
        { false, "{}x" },
        { false, "{\"a\": 1, \"a\": 2}" },
        { false, "{\"a\": 1, \"\\u0061\": 2}" },
        { false, "{\"a\": 9223372036854775808}" },
        { false, "{\"a\": \"\\u0000\"}" },
        { false, "{\"a\": \"\xff\"}" },
        { false, "{\"a\": \"\\ud800\"}" },
        { false, "{'a': 1}" },
        { false, "{\"a\": 1,}" },
        { false, "{\"a\": NaN}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect(reads(rows[i].text) == rows[i].good, "row %zu: %s", i, rows[i].text);
    }
    cr_expect(json_read(SLICE_LITERAL("{}\0")) == NULL, "a NUL behind it");
}

// {"a":[[[…]]]} as deep as wanted.
static bool reads_deep(size_t depth)
{
    struct buf b = buf_new(LIMIT_HTTP_JSON);
    buf_put_text(&b, "{\"a\":");
    for (size_t i = 1; i < depth; i++) {
        buf_put_text(&b, "[");
    }
    for (size_t i = 1; i < depth; i++) {
        buf_put_text(&b, "]");
    }
    buf_put_text(&b, "}");
    buf_put_u8(&b, 0);
    const bool good = reads((const char *)b.p);
    buf_done(&b);
    return good;
}

// {"a":[0,0,…]} with so many in the array.
static bool reads_wide(size_t n)
{
    struct buf b = buf_new(LIMIT_HTTP_JSON);
    buf_put_text(&b, "{\"a\":[0");
    for (size_t i = 1; i < n; i++) {
        buf_put_text(&b, ",0");
    }
    buf_put_text(&b, "]}");
    buf_put_u8(&b, 0);
    cr_assert(buf_ok(&b));
    const bool good = reads((const char *)b.p);
    buf_done(&b);
    return good;
}

Test(json_read, depth_and_number_of_values_are_bounded)
{
    cr_expect(reads_deep(LIMIT_JSON_DEPTH - 1));
    cr_expect(!reads_deep(LIMIT_JSON_DEPTH + 1));
    cr_expect(!reads_deep(LIMIT_HTTP_JSON / 4));
    cr_expect(reads_wide(LIMIT_JSON_VALUES - 2));
    cr_expect(!reads_wide(LIMIT_JSON_VALUES));
    cr_expect(!reads_wide(LIMIT_HTTP_JSON / 4));
}

Test(json_read, members_are_given_only_in_their_own_type)
{
    json_t *o = json_read(SLICE_LITERAL("{\"t\": \"text\", \"n\": 7, \"m\": -7, \"y\": true, \"h\": \"00ff\","
                                        " \"z\": null}"));
    struct slice text = { NULL, 0 };
    uint64_t n = 1;
    bool yes = false;
    uint8_t two[2] = { 9, 9 };
    cr_assert(o != NULL);
    cr_expect(json_text(o, "t", &text) && slice_equal(text, SLICE_LITERAL("text")));
    cr_expect(json_number(o, "n", &n) && n == 7);
    cr_expect(json_yes(o, "y", &yes) && yes);
    cr_expect(json_hex(o, "h", two, sizeof two) && two[0] == 0 && two[1] == 0xff);
    static const char *const names[] = { "t", "n", "m", "y", "h", "z", "none" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *name = names[i];
        const bool is_text = strchr("th", name[0]) != NULL;
        cr_expect(json_text(o, name, &text) == is_text, "%s", name);
        cr_expect(json_number(o, name, &n) == (strcmp(name, "n") == 0), "%s", name);
        cr_expect(json_yes(o, name, &yes) == (name[0] == 'y'), "%s", name);
        cr_expect(json_hex(o, name, two, sizeof two) == (name[0] == 'h'), "%s", name);
    }
    json_decref(o);
}
