// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Configuration by a table: defaults, then the file, then the environment, then flags; each value knows its origin.
// It must never guess: an unknown key, a line too long or a value out of its bounds refuses to start.
//
// Order of calls: conf_init; conf_options into the program's option table and args_parse; conf_load; then read.
#ifndef BARAZA_OPS_CONF_H
#define BARAZA_OPS_CONF_H

#include "common/ops/args.h"

enum conf_type {
    CONF_TEXT,   // any one line of text; may be empty
    CONF_UINT,   // decimal, between min and max
    CONF_BOOL,   // yes or no
    CONF_CHOICE, // one of `choices`
};

// One key. An empty row (name NULL) ends a table.
struct conf_key {
    const char *name;     // [a-z0-9-]; --name, BARAZA_NAME with _ for -
    enum conf_type type;
    const char *fallback; // the default, as it would stand in the file
    uint64_t min;         // CONF_UINT
    uint64_t max;
    const char *choices;  // CONF_CHOICE: "error warn info debug"
    const char *value;    // what help calls its value: "PORT"
    const char *help;     // one sentence without a full stop
};

enum conf_origin { CONF_DEFAULT, CONF_FILE, CONF_ENVIRONMENT, CONF_FLAG };

struct conf_value {
    char text[LIMIT_CONF_LINE + 1];
    enum conf_origin origin;
    unsigned line;      // in the file, when the origin is CONF_FILE
    const char *flag;   // what the command line gave for it; NULL: nothing
};

struct conf {
    const struct conf_key *keys; // keeps
    size_t n;
    struct conf_value values[LIMIT_CONF_KEYS];
};

// Sets all to the defaults of the table (whose own mistakes are CHECKed).
void conf_init(struct conf *c, const struct conf_key *keys);

// Writes one option per key into specs, which has room for that many and an empty row at the end (CHECK): so each key
// is also a flag, --KEY VALUE. Keeps pointers into c: c must not move afterwards. Returns how many were written.
size_t conf_options(struct conf *c, struct arg_spec *specs, size_t room);

// Reads the bytes of a configuration file: "key = value" lines, comments with # or ; at the start of a line or ; after
// a space. ERR_CONFIG with line number and nearest key in why for: more than LIMIT_CONF_BYTES, lines over
// LIMIT_CONF_LINE, a section, an unknown key, a key twice, a value out of its bounds, bytes that are not text.
// On failure c is as it was. name is what why calls the file.
MUST_USE enum err conf_parse(struct conf *c, const char *name, struct slice bytes, struct why *why);

// Takes BARAZA_KEY for each key from environment (as environ; a list ended by NULL). Variables of other names are
// not looked at: the programs share the prefix. ERR_CONFIG.
MUST_USE enum err conf_environment(struct conf *c, char *const *environment, struct why *why);

// Takes what conf_options' flags were given. ERR_CONFIG.
MUST_USE enum err conf_flags(struct conf *c, struct why *why);

// conf_parse of the file at path, then conf_environment, then conf_flags. A missing file is ERR_NOT_FOUND when
// required, else all its keys keep their defaults. ERR_CONFIG, or what file_read gives.
MUST_USE enum err conf_load(struct conf *c, const char *path, bool required, char *const *environment, struct why *why);

// Appends the effective configuration as a file that conf_parse reads back to the same values, each with its help
// and origin as a comment before it. file is the name shown for values from the file.
void conf_print(const struct conf *c, const char *file, struct buf *out);

// Values. name must be in the table with the fitting type (CHECK). Text is borrowed until c changes.
const char *conf_text(const struct conf *c, const char *name);
uint64_t conf_uint(const struct conf *c, const char *name);
bool conf_bool(const struct conf *c, const char *name);

#endif
