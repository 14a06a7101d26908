// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How things look (common/ops/print.h), in the language that a command was asked for, and codes that were typed.
#ifndef BARAZA_TOOLS_BARAZA_PRINT_H
#define BARAZA_TOOLS_BARAZA_PRINT_H

#include "common/ops/print.h"
#include "node/desk/contribution.h"
#include "tools/baraza/cmd.h"

// The language that was asked for.
enum language language_asked(const struct cmd_context *context);

// The label of a code in the language of the context; the code itself when the list has none.
struct slice label_of(const struct cmd_context *context, enum code_list list, struct slice code);

// As code_check, and what is wrong is reported.
MUST_USE bool code_known(enum code_list list, const char *what, const char *value);

// The codes in all values of an option, as code_set_parse; what is wrong is reported, as of `what`. Borrows them.
MUST_USE bool code_set_of(const struct arg_list *list, const char *what, struct code_set *out);

#endif
