// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Exit codes and the last sentence of a program that failed.
#include "common/ops/exit.h"

#include "common/base/bytes.h"
#include "common/base/text.h"

#include <stdio.h>

int exit_code_of(enum err e)
{
    return e == ERR_USAGE ? EXIT_USAGE : err_exit_code(e);
}

int exit_report(const char *program, enum err e, const struct why *why)
{
    if (e == OK) {
        return EXIT_GOOD;
    }
    const char *sentence = why != NULL && why->text[0] != '\0' ? why->text : err_text(e);
    struct buf line = buf_new(4096);
    buf_printf(&line, "%s: ", program);
    text_put_safe(&line, slice_text(sentence), true);
    buf_put_text(&line, "\n");
    fwrite(line.p, 1, line.n, stderr);
    buf_done(&line);
    return exit_code_of(e);
}
