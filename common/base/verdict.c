// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The table behind enum verdict.
#include "common/base/verdict.h"

struct row {
    uint64_t number;
    enum verdict_class class;
    const char *code;
    const char *text;
};

#define VERDICT_ROW(name, number, class, code, text) { number, class, code, text },
static const struct row rows[] = { VERDICT_TABLE(VERDICT_ROW) };
#undef VERDICT_ROW

static const struct row *find(uint64_t number)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].number == number) {
            return &rows[i];
        }
    }
    return NULL;
}

bool verdict_known(uint64_t number, enum verdict *out)
{
    const struct row *row = find(number);
    if (row != NULL && out != NULL) {
        *out = (enum verdict)number;
    }
    return row != NULL;
}

enum verdict_class verdict_class_of(enum verdict v)
{
    const struct row *row = find(v);
    CHECK(row != NULL);
    return row->class;
}

const char *verdict_code(enum verdict v)
{
    const struct row *row = find(v);
    CHECK(row != NULL);
    return row->code;
}

const char *verdict_text(enum verdict v)
{
    const struct row *row = find(v);
    CHECK(row != NULL);
    return row->text;
}
