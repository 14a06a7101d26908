// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The tables behind enum err.
#include "common/base/err.h"

#include <errno.h>

#define ERR_ROW(name, text, code) { #name, text, code },
static const struct {
    const char *name;
    const char *text;
    int code;
} rows[] = { ERR_TABLE(ERR_ROW) };
#undef ERR_ROW

static_assert(sizeof rows / sizeof rows[0] == ERR_COUNT, "one row per error");

const char *err_name(enum err e)
{
    CHECK((unsigned)e < ERR_COUNT);
    return rows[e].name;
}

const char *err_text(enum err e)
{
    CHECK((unsigned)e < ERR_COUNT);
    return rows[e].text;
}

int err_exit_code(enum err e)
{
    CHECK((unsigned)e < ERR_COUNT);
    return rows[e].code;
}

enum err err_from_errno(int number)
{
    CHECK(number != 0);
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_FULL;
    case ENOENT:
        return ERR_NOT_FOUND;
    case EEXIST:
        return ERR_EXISTS;
    case EACCES:
    case EPERM:
        return ERR_PERM;
    default:
        return ERR_IO;
    }
}
