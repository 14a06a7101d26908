// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See print.h.
#include "tools/baraza/print.h"

struct slice label_of(const struct cmd_context *context, enum code_list list, struct slice code)
{
    return code_label(language_of(slice_text(context->language)), list, code);
}

bool code_known(enum code_list list, const char *what, const char *value)
{
    struct why why;
    if (code_check(list, what, slice_text(value), &why)) {
        return true;
    }
    (void)cmd_usage("%s", why.text);
    return false;
}
