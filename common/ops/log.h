// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One line per event on standard error: "level code key=value ...". Only shells log.
// It must never carry contents: there is no field for a text that somebody else made, and none may be added.
#ifndef BARAZA_OPS_LOG_H
#define BARAZA_OPS_LOG_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/verdict.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

// Where lines go and from which level on they are dropped. Lives in main, passed down; safe to share between threads.
struct log {
    int fd;
    enum log_level level;
};

// Reads "error", "warn", "info" or "debug". False, and *out untouched, for anything else.
MUST_USE bool log_level_parse(struct slice text, enum log_level *out);

struct log_field {
    const char *key;
    enum { LOG_FIELD_NUMBER, LOG_FIELD_ID, LOG_FIELD_WORD } type;
    uint64_t number;
    const char *word;
    uint8_t id[6];
};

// Fields. key is a literal of [a-z0-9_]. log_id shows the first 6 bytes in hex; bytes must have as many.
struct log_field log_number(const char *key, uint64_t n);
struct log_field log_id(const char *key, struct slice bytes);
struct log_field log_err(const char *key, enum err e);
struct log_field log_verdict(const char *key, enum verdict v);
struct log_field log_yes(const char *key, bool yes);

// Writes the event with its n fields in one write; a line that cannot be written is lost, never an error.
// code is a literal of [a-z0-9.-], "subsystem.what" (CHECK). No time: systemd and the like add it.
void log_event(const struct log *log, enum log_level level, const char *code, const struct log_field *fields, size_t n);

// LOG(&log, LOG_INFO, "exchange.up") and LOG_WITH(&log, LOG_INFO, "commit.done", log_number("entries", n), ...)
#define LOG(log, level, code) log_event((log), (level), (code), NULL, 0)
#define LOG_WITH(log, level, code, ...)                                       \
    log_event((log), (level), (code), (const struct log_field[]){ __VA_ARGS__ }, \
              sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))

#endif
