// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Options of a contribution: checked against the lists of codes, and what follows from risk flags.
// Read first: fields.h.
#include "tools/baraza/fields.h"

#include "common/base/num.h"
#include "common/base/text.h"
#include "node/desk/codebook.h"
#include "tools/baraza/print.h"

#include <string.h>

static bool optional_code(enum code_list list, const char *what, const char *value, struct slice *out)
{
    *out = value == NULL ? (struct slice){ NULL, 0 } : slice_text(value);
    return value == NULL || code_known(list, what, value);
}

static bool set_known(enum code_list list, const char *what, const struct code_set *codes)
{
    struct why why;
    for (size_t i = 0; i < codes->n; i++) {
        if (!code_check(list, what, codes->codes[i], &why)) {
            (void)cmd_usage("%s", why.text);
            return false;
        }
    }
    return true;
}

// "34/50".
static bool take_hands(const char *typed, struct contribution *c)
{
    const char *slash = strchr(typed, '/');
    return slash != NULL && num_parse_u64(slice_of((const uint8_t *)typed, (size_t)(slash - typed)), &c->hands_for) &&
           num_parse_u64(slice_text(slash + 1), &c->hands_of) && c->hands_of > 0 && c->hands_for <= c->hands_of;
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
        !code_set_of(&f->scopes, "--scope", &taken.scopes) || !code_set_of(&f->flags, "--flag", &taken.flags) ||
        !set_known(CODES_SCOPE, "--scope", &taken.scopes) || !set_known(CODES_RISK, "--flag", &taken.flags)) {
        return EXIT_USAGE;
    }
    if (f->hands != NULL && !take_hands(f->hands, &taken)) {
        return cmd_usage("--hands takes two numbers, those who raised a hand for it and all who were there: 34/50");
    }
    taken.table = slice_text(f->table != NULL ? f->table : "");
    if (taken.table.n > 0 && (taken.table.n > CONTRIBUTION_TABLE || !text_code_ok(taken.table))) {
        return cmd_usage("--table takes a code of at most %d letters: table-2", CONTRIBUTION_TABLE);
    }
    taken.question = slice_text(f->question != NULL ? f->question : "");
    *c = taken;
    return -1;
}

static int print_referral(const struct cmd_context *context, struct slice text)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "state", json_string("stopped"));
        json_put(o, "referral", json_of_bytes(text));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(4 * text.n + 64);
    print_text(&out, text, "  ");
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

int fields_stop(const struct cmd_context *context, const struct code_set *flags)
{
    struct work w;
    struct codebook *b = NULL;
    struct why why;
    if (!codebook_must_stop(flags)) {
        return -1;
    }
    // The guide's words need an unlocked site; help must not wait for that.
    if (work_read(context, &w) < 0 && state_info(w.desk.state)->side == STORE_NODE) {
        (void)(codebook_here(&w.desk, &b, NULL) == OK);
    }
    const enum language language = language_of(slice_text(context->language));
    int code = print_referral(context, codebook_referral(b, language));
    codebook_free(b);
    work_close(&w);
    if (code != EXIT_GOOD) {
        return code;
    }
    why_set(&why, "Stop: write down nothing of what this person says of it. Nothing was saved. Read out the above. "
                  "That it was raised may be recorded, without a word of it: --no-words");
    return cmd_fail(ERR_BAD_INPUT, &why);
}
