// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza slip`: a participant comes with the code she took home, and asks what became of what she said. She may not be
// the one who said it: so it shows how far it came and the public answer, and never a word of it, nor its id, group,
// forum or place (PROTOCOL 7.9).
#include "common/base/file.h"
#include "node/desk/slip_fate.h"
#include "node/desk/slip_say.h"
#include "tools/baraza/amends_read.h"
#include "tools/baraza/print.h"
#include "tools/baraza/slip_find.h"

#include <stdlib.h>

static int say_text(const struct cmd_context *context, const struct slip *slip, const struct slip_fate *f)
{
    struct buf out = buf_new((size_t)1 << 24);
    buf_printf(&out, "%s  ", slip->text);
    slip_say(f, language_asked(context), &out);
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int say_json(const struct cmd_context *context, const struct slip *slip, const struct slip_fate *f)
{
    const enum language l = language_asked(context);
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SCOPE, &n);
    json_t *o = json_object();
    json_put(o, "slip", json_string(slip->text));
    json_put(o, "state", json_string(slip_state(f)));
    json_put(o, "says", json_string(slip_state_words(f, l)));
    json_t *withdrawn = json_array();
    for (size_t i = 0; i < n; i++) {
        if ((f->withdrawn & (1u << i)) != 0) {
            json_push(withdrawn, json_string(rows[i].code));
        }
    }
    json_put(o, "withdrawn", withdrawn);
    json_put(o, "erased", json_boolean(f->erased));
    json_t *answers = json_array();
    for (size_t i = 0; i < f->answer_n; i++) {
        const struct slip_answer *a = &f->answers[i];
        json_t *row = json_object();
        json_put(row, "disposition", json_string(a->disposition->code));
        json_put(row, "label", json_string(a->disposition->labels[l]));
        json_put(row, "lang", json_of_bytes(buf_slice(&a->lang)));
        json_put(row, "reason", json_of_bytes(buf_slice(&a->reason)));
        json_put(row, "to", json_of_bytes(buf_slice(&a->to)));
        json_push(answers, row);
    }
    json_put(o, "answers", answers);
    return cmd_print_json(o);
}

static int say(const struct cmd_context *context, const struct slip *slip, const struct slip_fate *f)
{
    return context->json ? say_json(context, slip, f) : say_text(context, slip, f);
}

// Gathers what became of one hit from the record it is in. Returns -1 and *out, or has reported.
static int fate_in_record(struct reading *r, const struct slip_hit *hit, struct slip_fate *out)
{
    struct amends *amends = NULL;
    struct reading_item item;
    *out = (struct slip_fate){ .hit = *hit };
    int code = amends_read(r, &amends);
    if (code >= 0) {
        return code;
    }
    slip_fate_amends(out, amends);
    while (reading_next(r, &item)) {
        if (reading_known(&item) && item.standing == VERDICT_GOOD) {
            slip_fate_take(out, &item.entry, &item.body, item.has_parts ? &item.disclosure : NULL);
        }
    }
    code = reading_end(r);
    reading_rewind(r);
    amends_free(amends);
    return code;
}

static int ask_in_record(struct cmd_context *context, const struct reading_from *from, const struct slip *slip)
{
    struct reading *r = NULL;
    struct slip_hits hits = { .n = 0 };
    int code = reading_open(context, from, &r);
    code = code < 0 ? slip_find_in(r, slip, &hits) : code;
    if (code < 0 && hits.n == 0) {
        code = slip_find_none(slip, &hits, from->record != NULL ? from->record : context->state);
    }
    for (size_t i = 0; i < hits.n && (code < 0 || code == EXIT_GOOD); i++) {
        struct slip_fate f;
        code = fate_in_record(r, &hits.hits[i], &f);
        code = code < 0 ? say(context, slip, &f) : code;
        slip_fate_done(&f);
    }
    reading_close(r);
    return code;
}

static int ask_at_site(struct cmd_context *context, const struct slip *slip)
{
    struct work w;
    struct slip_hits hits = { .n = 0 };
    struct why why = { "" };
    int code = work_read(context, &w);
    if (code < 0 && !w.desk.readable) {
        why_set(&why, "the codes are locked, like the words: run `baraza unlock` first");
        code = cmd_fail(ERR_LOCKED, &why);
    }
    code = code < 0 ? slip_find_here(&w, slip, &hits) : code;
    if (code < 0 && hits.n == 0) {
        code = slip_find_none(slip, &hits, "the notebooks of this computer");
    }
    for (size_t i = 0; i < hits.n && (code < 0 || code == EXIT_GOOD); i++) {
        struct slip_fate f;
        enum err e = slip_fate_here(&w.desk, &hits.hits[i], &f, &why);
        code = e == OK ? say(context, slip, &f) : cmd_fail(e, &why);
        slip_fate_done(&f);
    }
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza slip",
        .summary = "Say what became of the contribution that a slip's code belongs to: whether it was received, and "
                   "the public answer; never what was said, by whom or where. 66: no contribution here has the code; "
                   "65: it is no code. Asked at the site, at the hub, or of an export with words",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza slip K7Q-42M-9XD --language fr\n"
                    "  baraza slip \"k7q 42m 9xd\" --state /srv/baraza\n",
    };
    struct reading_from from;
    struct args args;
    bool record = false;
    struct slip slip;
    int code = reading_parse(context, command, argc, argv, &from, &args, &record);
    code = code < 0 ? slip_find_parse(args.positionals[0], &slip) : code;
    if (code >= 0) {
        return code;
    }
    return record ? ask_in_record(context, &from, &slip) : ask_at_site(context, &slip);
}

const struct cmd cmd_slip = { "slip", run, "say what became of a contribution, by the code on its slip", CMD_READ };
