// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Options of a contribution: checked against the lists of codes. Read first: fields.h.
#include "tools/baraza/fields.h"

#include "tools/baraza/print.h"

// Flags at which nothing verbatim is taken (1-domain: they stop the form and show the referral text).
static bool must_stop(const struct code_set *flags)
{
    for (size_t i = 0; i < flags->n; i++) {
        if (slice_equal(flags->codes[i], SLICE_LITERAL("child")) ||
            slice_equal(flags->codes[i], SLICE_LITERAL("gender-based-violence"))) {
            return true;
        }
    }
    return false;
}

static bool optional_code(enum code_list list, const char *what, const char *value, struct slice *out)
{
    *out = value == NULL ? (struct slice){ NULL, 0 } : slice_text(value);
    return value == NULL || code_known(list, what, value);
}

int fields_take(const struct fields *f, struct contribution *c)
{
    struct contribution taken = { .lang = slice_text(f->lang != NULL ? f->lang : "") };
    if (f->lang != NULL && !language_tag_ok(taken.lang)) {
        return cmd_usage("--lang takes a language tag such as sw, fr-CF or kpe-LR");
    }
    if (!optional_code(CODES_STATEMENT, "--kind", f->kind, &taken.kind) ||
        !optional_code(CODES_CHANNEL, "--channel", f->channel, &taken.channel) ||
        !optional_code(CODES_SCALE, "--scale", f->scale, &taken.scale) ||
        !optional_code(CODES_SUPPORT, "--support", f->support, &taken.support) ||
        !optional_code(CODES_SPEAKER, "--speaker", f->speaker, &taken.speaker) ||
        !optional_code(CODES_CONSENT_BASIS, "--consent", f->consent, &taken.basis) ||
        !code_set_of(&f->groups, "--group", &taken.groups) || !code_set_of(&f->themes, "--theme", &taken.themes) ||
        !code_set_of(&f->scopes, "--scope", &taken.scopes) || !code_set_of(&f->flags, "--flag", &taken.flags)) {
        return EXIT_USAGE;
    }
    if (must_stop(&taken.flags)) {
        struct why why;
        why_set(&why, "Stop: write nothing of what this person says about it. Read out where help is found instead, "
                      "and record only that a need was named. Nothing was saved");
        return cmd_fail(ERR_BAD_INPUT, &why);
    }
    taken.question = slice_text(f->question != NULL ? f->question : "");
    *c = taken;
    return -1;
}
