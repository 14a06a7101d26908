// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Log lines: built whole, written once, so that threads do not mix theirs.
#include "common/ops/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = { "error", "warn", "info", "debug" };
static_assert(sizeof level_names / sizeof level_names[0] == LOG_DEBUG + 1, "one name per level");

bool log_level_parse(struct slice text, enum log_level *out)
{
    for (size_t i = 0; i <= LOG_DEBUG; i++) {
        if (slice_equal(text, slice_text(level_names[i]))) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

struct log_field log_number(const char *key, uint64_t n)
{
    return (struct log_field){ .key = key, .type = LOG_FIELD_NUMBER, .number = n };
}

struct log_field log_id(const char *key, struct slice bytes)
{
    struct log_field f = { .key = key, .type = LOG_FIELD_ID };
    CHECK(bytes.n >= sizeof f.id);
    memcpy(f.id, bytes.p, sizeof f.id);
    return f;
}

struct log_field log_err(const char *key, enum err e)
{
    return (struct log_field){ .key = key, .type = LOG_FIELD_WORD, .word = err_name(e) };
}

struct log_field log_verdict(const char *key, enum verdict v)
{
    return (struct log_field){ .key = key, .type = LOG_FIELD_WORD, .word = verdict_code(v) };
}

struct log_field log_yes(const char *key, bool yes)
{
    return (struct log_field){ .key = key, .type = LOG_FIELD_WORD, .word = yes ? "yes" : "no" };
}

// A text that came from outside has no place where a name of ours is expected.
static bool name_ok(const char *name, const char *others)
{
    for (const char *c = name; *c != '\0'; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        if (!letter && strchr(others, *c) == NULL) {
            return false;
        }
    }
    return name[0] != '\0';
}

static void put_field(struct buf *line, const struct log_field *f)
{
    CHECK(name_ok(f->key, "_"));
    buf_printf(line, " %s=", f->key);
    switch (f->type) {
    case LOG_FIELD_NUMBER:
        buf_printf(line, "%llu", (unsigned long long)f->number);
        break;
    case LOG_FIELD_ID:
        for (size_t i = 0; i < sizeof f->id; i++) {
            buf_printf(line, "%02x", f->id[i]);
        }
        break;
    case LOG_FIELD_WORD:
        buf_put_text(line, f->word);
        break;
    }
}

void log_event(const struct log *log, enum log_level level, const char *code, const struct log_field *fields, size_t n)
{
    CHECK(name_ok(code, ".-"));
    CHECK((unsigned)level <= LOG_DEBUG);
    if (level > log->level) {
        return;
    }
    struct buf line = buf_new(4096);
    buf_printf(&line, "%s %s", level_names[level], code);
    for (size_t i = 0; i < n; i++) {
        put_field(&line, &fields[i]);
    }
    buf_put_text(&line, "\n");
    CHECK(buf_ok(&line));
    ssize_t wrote = 0;
    do {
        wrote = write(log->fd, line.p, line.n);
    } while (wrote < 0 && errno == EINTR);
    buf_done(&line);
}
