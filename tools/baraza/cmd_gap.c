// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza gap`: what is missing between what was said and what was planned. Exit 1 when anything is.
// It says what it was computed from: checkpoint, rule, program, hash of the output.
#include "hub/draft/gap.h"
#include "tools/baraza/print.h"
#include "tools/baraza/thread.h"

static int print_json(const struct gap_report *report)
{
    int code = EXIT_GOOD;
    for (size_t i = 0; i < report->n && code == EXIT_GOOD; i++) {
        const struct gap_finding *f = &report->findings[i];
        json_t *o = json_object();
        json_put(o, "rule", json_string(f->rule->name));
        json_put(o, "says", json_string(f->rule->says));
        json_put(o, "subject", json_id(f->subject));
        json_put(o, "title", json_of_bytes(f->title));
        json_put(o, "text", json_string(f->text.text));
        json_put(o, "contributions", json_of_number(f->contributions));
        json_put(o, "forums", json_of_number(f->forums));
        json_put(o, "actions", json_of_number(f->actions));
        code = cmd_print_json(o);
    }
    json_t *o = json_object();
    json_put(o, "findings", json_of_number(report->n));
    json_put(o, "size", json_of_number(report->head.size));
    json_put(o, "root", json_id(report->head.root));
    json_put(o, "program", json_string(report->program));
    json_put(o, "output", json_id(report->output));
    return code == EXIT_GOOD ? cmd_print_json(o) : code;
}

static int print_text_report(const struct cmd_context *context, const struct gap_report *report)
{
    struct buf out = buf_new((size_t)1 << 26);
    for (size_t i = 0; i < report->n; i++) {
        const struct gap_finding *f = &report->findings[i];
        buf_printf(&out, "%-3s  ", f->rule->name);
        print_id(&out, f->subject, PRINT_ID);
        buf_put_text(&out, "  ");
        print_line(&out, slice_text(f->text.text), 200);
        buf_printf(&out, "  (%s)\n", f->rule->says);
    }
    if (!context->quiet) {
        buf_printf(&out, "%llu found, over %llu entries, root ", (unsigned long long)report->n,
                   (unsigned long long)report->head.size);
        print_id(&out, report->head.root, PRINT_ID);
        buf_printf(&out, ", by %s, output ", report->program);
        print_id(&out, report->output, PRINT_ID);
        buf_put_u8(&out, '\n');
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int unknown_rule(const char *rule)
{
    const struct gap_rule *rules = NULL;
    size_t n = gap_rules(&rules);
    struct buf all = buf_new(512);
    for (size_t i = 0; i < n; i++) {
        buf_printf(&all, "%s%s (%s)", i == 0 ? "" : ", ", rules[i].name, rules[i].says);
    }
    int code = cmd_usage("there is no rule \"%s\": %.*s", rule, (int)all.n, (const char *)all.p);
    buf_done(&all);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct reading_from from = { NULL, NULL };
    const char *rule = NULL;
    const struct arg_spec rows[] = {
        { "rule", 'r', ARG_TEXT, "RULE", "only this rule: G1, G4", &rule },
        READING_RECORD(&from),
        READING_CHARTER(&from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza gap",
        .summary = "Name what is missing: a threat without an action (G1), a contribution without an answer (G4). "
                   "Exit 1 when anything is",
        .positionals = "",
        .examples = "  baraza gap --rule G1 --state /srv/baraza\n"
                    "  baraza gap --record record.baraza --charter charter\n",
        .options = rows,
    };
    struct args args;
    struct reading *r = NULL;
    struct draft *d = NULL;
    struct gap_report report;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = thread_open(context, &from, &r, &d);
    }
    if (code >= 0) {
        return code;
    }
    if (gap_run(d, rule, reading_head(r), &report)) {
        code = context->json ? print_json(&report) : print_text_report(context, &report);
        code = code != EXIT_GOOD ? code : report.n > 0 ? EXIT_FOUND : EXIT_GOOD;
        gap_done(&report);
    } else {
        code = unknown_rule(rule);
    }
    draft_free(d);
    reading_close(r);
    return code;
}

const struct cmd cmd_gap = { "gap", run, "name what is missing; exit 1 when anything is", CMD_DRAFT };
