// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The configuration table: values by name, their bounds, their origins, how they are printed.
// Reading the file is in conf_file.c. Read first: common/ops/conf.h.
#include "common/ops/conf_inside.h"

#include "common/base/file.h"
#include "common/base/num.h"
#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

// True when the file can hold value as it is: one line, no comment in it, no blanks at its ends that would be lost.
static bool value_fits_line(const struct conf_key *key, struct slice value)
{
    bool blank = true; // as at the start: what stands there would be a comment or be lost
    for (size_t i = 0; i < value.n; i++) {
        uint8_t c = value.p[i];
        if (c < ' ' || c == 0x7f || (blank && c == ';') || (i == 0 && c == ' ')) {
            return false;
        }
        blank = c == ' ';
    }
    return (value.n == 0 || !blank) && text_utf8_ok(value) && value.n + strlen(key->name) + 3 <= LIMIT_CONF_LINE;
}

static bool choice_ok(const char *choices, struct slice value)
{
    while (*choices != '\0') {
        size_t n = strcspn(choices, " ");
        if (slice_equal(slice_of(choices, n), value)) {
            return true;
        }
        choices += n + (choices[n] == ' ' ? 1 : 0);
    }
    return false;
}

// Says in why what a value of this key must be, when value is not.
static bool value_ok(const struct conf_key *key, struct slice value, struct why *why)
{
    uint64_t n = 0;
    if (!value_fits_line(key, value)) {
        why_set(why, "%s: not one short line of plain text", key->name);
        return false;
    }
    switch (key->type) {
    case CONF_TEXT:
        return true;
    case CONF_UINT:
        if (!num_parse_u64(value, &n) || n < key->min || n > key->max) {
            why_set(why, "%s must be a number from %llu to %llu", key->name, (unsigned long long)key->min,
                    (unsigned long long)key->max);
            return false;
        }
        return true;
    case CONF_BOOL:
        if (!choice_ok("yes no", value)) {
            why_set(why, "%s must be yes or no", key->name);
            return false;
        }
        return true;
    case CONF_CHOICE:
        if (!choice_ok(key->choices, value)) {
            why_set(why, "%s must be one of: %s", key->name, key->choices);
            return false;
        }
        return true;
    }
    CHECK(false);
    return false;
}

bool conf_set(struct conf *c, size_t i, struct slice value, enum conf_origin origin, struct why *why)
{
    CHECK(i < c->n);
    if (!value_ok(&c->keys[i], value, why)) {
        return false;
    }
    struct conf_value *v = &c->values[i];
    CHECK(value.n < sizeof v->text);
    memcpy(v->text, value.p, value.n);
    v->text[value.n] = '\0';
    v->origin = origin;
    v->line = 0;
    return true;
}

static bool key_name_ok(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n > 0 && n <= LIMIT_CONF_NAME && name[n] == '\0';
}

void conf_init(struct conf *c, const struct conf_key *keys)
{
    *c = (struct conf){ .keys = keys };
    for (; keys[c->n].name != NULL; c->n++) {
        CHECK(c->n < LIMIT_CONF_KEYS);
        CHECK(key_name_ok(keys[c->n].name));
        CHECK(strlen(keys[c->n].help) + 2 <= LIMIT_CONF_LINE);
    }
    for (size_t i = 0; i < c->n; i++) {
        CHECK(conf_set(c, i, slice_text(keys[i].fallback), CONF_DEFAULT, NULL));
    }
}

size_t conf_options(struct conf *c, struct arg_spec *specs, size_t room)
{
    CHECK(c->n < room);
    for (size_t i = 0; i < c->n; i++) {
        specs[i] = (struct arg_spec){ .name = c->keys[i].name,
                                      .type = ARG_TEXT,
                                      .value = c->keys[i].value,
                                      .help = c->keys[i].help,
                                      .into = &c->values[i].flag };
    }
    specs[c->n] = (struct arg_spec){ 0 };
    return c->n;
}

// BARAZA_KEY for a key.
static void variable_name(const char *key, char out[static sizeof "BARAZA_" + LIMIT_CONF_NAME])
{
    char *to = out + snprintf(out, sizeof "BARAZA_", "BARAZA_");
    for (; *key != '\0'; key++) {
        *to++ = *key == '-' ? '_' : (char)(*key >= 'a' && *key <= 'z' ? *key - 'a' + 'A' : *key);
    }
    *to = '\0';
}

enum err conf_environment(struct conf *c, char *const *environment, struct why *why)
{
    for (size_t i = 0; i < c->n; i++) {
        char name[sizeof "BARAZA_" + LIMIT_CONF_NAME];
        variable_name(c->keys[i].name, name);
        size_t n = strlen(name);
        for (char *const *entry = environment; *entry != NULL; entry++) {
            struct why reason = { 0 };
            if (strncmp(*entry, name, n) == 0 && (*entry)[n] == '=' &&
                !conf_set(c, i, slice_text(*entry + n + 1), CONF_ENVIRONMENT, &reason)) {
                why_set(why, "environment variable %s: %s", name, reason.text);
                return ERR_CONFIG;
            }
        }
    }
    return OK;
}

enum err conf_flags(struct conf *c, struct why *why)
{
    for (size_t i = 0; i < c->n; i++) {
        struct why reason = { 0 };
        const char *flag = c->values[i].flag;
        if (flag != NULL && !conf_set(c, i, slice_text(flag), CONF_FLAG, &reason)) {
            why_set(why, "option --%s: %s", c->keys[i].name, reason.text);
            return ERR_CONFIG;
        }
    }
    return OK;
}

enum err conf_load(struct conf *c, const char *path, bool required, char *const *environment, struct why *why)
{
    struct buf bytes = buf_new(LIMIT_CONF_BYTES);
    enum err e = file_read(path, true, &bytes, why);
    if (e == OK) {
        e = conf_parse(c, path, buf_slice(&bytes), why);
    } else if (e == ERR_NOT_FOUND && !required) {
        e = OK;
    }
    buf_done(&bytes);
    if (e == OK) {
        e = conf_environment(c, environment, why);
    }
    if (e == OK) {
        e = conf_flags(c, why);
    }
    return e;
}

static void put_origin(struct buf *out, const struct conf_key *key, const struct conf_value *v, struct slice file)
{
    char name[sizeof "BARAZA_" + LIMIT_CONF_NAME];
    switch (v->origin) {
    case CONF_DEFAULT:
        buf_put_text(out, "the default");
        break;
    case CONF_FILE:
        buf_printf(out, "line %u of ", v->line);
        text_put_safe(out, file, true);
        break;
    case CONF_ENVIRONMENT:
        variable_name(key->name, name);
        buf_printf(out, "the environment, %s", name);
        break;
    case CONF_FLAG:
        buf_printf(out, "the command line, --%s", key->name);
        break;
    }
}

void conf_print(const struct conf *c, const char *file, struct buf *out)
{
    // A path longer than a line of the file keeps its end, the part that tells files apart.
    enum { FILE_MOST = 120 };
    struct slice shown = slice_text(file);
    if (shown.n > FILE_MOST) {
        shown = slice_of(shown.p + shown.n - FILE_MOST, FILE_MOST);
    }
    for (size_t i = 0; i < c->n; i++) {
        buf_printf(out, "%s# %s\n# from ", i == 0 ? "" : "\n", c->keys[i].help);
        put_origin(out, &c->keys[i], &c->values[i], shown);
        buf_printf(out, "\n%s = %s\n", c->keys[i].name, c->values[i].text);
    }
}

static const struct conf_value *find(const struct conf *c, const char *name, bool of_number, bool of_bool)
{
    size_t i = 0;
    while (i < c->n && strcmp(c->keys[i].name, name) != 0) {
        i++;
    }
    CHECK(i < c->n);
    CHECK((c->keys[i].type == CONF_UINT) == of_number);
    CHECK((c->keys[i].type == CONF_BOOL) == of_bool);
    return &c->values[i];
}

const char *conf_text(const struct conf *c, const char *name)
{
    return find(c, name, false, false)->text;
}

uint64_t conf_uint(const struct conf *c, const char *name)
{
    uint64_t n = 0;
    CHECK(num_parse_u64(slice_text(find(c, name, true, false)->text), &n));
    return n;
}

bool conf_bool(const struct conf *c, const char *name)
{
    return strcmp(find(c, name, false, true)->text, "yes") == 0;
}
