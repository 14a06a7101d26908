// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See print.h.
#include "tools/baraza/print.h"

enum language language_asked(const struct cmd_context *context)
{
    return language_of(slice_text(context->language));
}

struct slice label_of(const struct cmd_context *context, enum code_list list, struct slice code)
{
    return code_label(language_asked(context), list, code);
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

bool code_set_of(const struct arg_list *list, const char *what, struct code_set *out)
{
    struct why why = { "" };
    *out = (struct code_set){ .n = 0 };
    for (size_t i = 0; i < list->n; i++) {
        struct code_set some;
        if (!code_set_parse(slice_text(list->values[i]), &some, &why)) {
            (void)cmd_usage("%s: %s", what, why.text);
            return false;
        }
        for (size_t k = 0; k < some.n; k++) {
            if (out->n == CONTRIBUTION_CODES) {
                (void)cmd_usage("%s: at most %d codes", what, CONTRIBUTION_CODES);
                return false;
            }
            out->codes[out->n++] = some.codes[k];
        }
    }
    return true;
}
