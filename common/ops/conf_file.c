// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading a configuration file: the only door to libinih, which splits lines at its buffer's end (in one program a
// long comment went on as a live setting), continues values over indented lines, and skips sections: all three are
// refused or taken away before it sees a line.
// Read first: common/ops/conf.h.
#include "common/ops/conf_inside.h"

#include "common/base/text.h"
#include "common/ops/nearest.h"

#include <ini.h>
#include <string.h>

struct reading {
    struct conf c; // what was read so far; the caller's stays as it was until all is good
    const char *name;
    struct slice rest;
    unsigned line;
    bool bad;
    struct why *why;
};

static void refuse(struct reading *r, const char *reason)
{
    if (!r->bad) {
        why_set(r->why, "%.80s, line %u: %.100s", r->name, r->line, reason);
        r->bad = true;
    }
}

static struct slice trim(struct slice line)
{
    while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t')) {
        line = slice_of(line.p + 1, line.n - 1);
    }
    return line;
}

// Gives libinih the next line, as fgets would. Ends early at the first fault.
static char *next_line(char *out, int room, void *stream)
{
    struct reading *r = stream;
    if (r->bad || r->rest.n == 0) {
        return NULL;
    }
    struct slice line = r->rest;
    if (!text_take_line(&r->rest, &line)) {
        r->rest = (struct slice){ 0 };
    }
    r->line++;
    if (line.n > 0 && line.p[line.n - 1] == '\r') {
        line.n--;
    }
    if (line.n > LIMIT_CONF_LINE || line.n >= (size_t)room) {
        refuse(r, "longer than 199 bytes");
        return NULL;
    }
    line = trim(line);
    for (size_t i = 0; i < line.n; i++) {
        if ((line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 0x7f) {
            refuse(r, "holds a control character");
            return NULL;
        }
    }
    if (line.n > 0 && line.p[0] == '[') {
        refuse(r, "sections are not known here, only 'key = value'");
        return NULL;
    }
    if (line.n > 0) {
        memcpy(out, line.p, line.n);
    }
    out[line.n] = '\0';
    return out;
}

static void refuse_key(struct reading *r, const char *key)
{
    struct nearest nearest = { .typed = slice_text(key) };
    for (size_t i = 0; i < r->c.n; i++) {
        nearest_offer(&nearest, r->c.keys[i].name);
    }
    struct why reason;
    if (nearest.best != NULL) {
        why_set(&reason, "unknown key '%.48s'; did you mean '%s'?", key, nearest.best);
    } else {
        why_set(&reason, "unknown key '%.48s'; --help lists all", key);
    }
    refuse(r, reason.text);
}

// Takes one pair from libinih. Returns 0 for a fault, as it wants.
static int take_pair(void *user, const char *section, const char *key, const char *value)
{
    struct reading *r = user;
    (void)section; // always "": next_line lets none through
    size_t i = 0;
    while (i < r->c.n && strcmp(r->c.keys[i].name, key) != 0) {
        i++;
    }
    struct why reason = { 0 };
    if (i == r->c.n) {
        refuse_key(r, key);
    } else if (r->c.values[i].origin == CONF_FILE) {
        why_set(&reason, "%s stands already in line %u", key, r->c.values[i].line);
        refuse(r, reason.text);
    } else if (!conf_set(&r->c, i, slice_text(value), CONF_FILE, &reason)) {
        refuse(r, reason.text);
    } else {
        r->c.values[i].line = r->line;
    }
    return r->bad ? 0 : 1;
}

enum err conf_parse(struct conf *c, const char *name, struct slice bytes, struct why *why)
{
    if (bytes.n > LIMIT_CONF_BYTES || !text_utf8_ok(bytes)) {
        why_set(why, "%.80s is %s", name, bytes.n > LIMIT_CONF_BYTES ? "longer than 64 KiB" : "not UTF-8 text");
        return ERR_CONFIG;
    }
    struct reading r = { .c = *c, .name = name, .rest = bytes, .why = why };
    for (size_t i = 0; i < c->n; i++) {
        CHECK(c->values[i].origin == CONF_DEFAULT); // the file is the first after the defaults
    }
    text_starts(bytes, "\xef\xbb\xbf", &r.rest); // some editors put a mark there
    // libinih goes on after a fault and tells the first bad line at the end; any answer but 0 is fatal.
    int answer = ini_parse_stream(next_line, &r, take_pair, &r);
    if (answer != 0) {
        r.line = answer > 0 ? (unsigned)answer : r.line;
        refuse(&r, "not of the form 'key = value'");
    }
    if (r.bad) {
        return ERR_CONFIG;
    }
    *c = r.c;
    return OK;
}
