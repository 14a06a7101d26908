// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza gap`: what is missing between what was said and what was planned. Exit 1 when anything is.
// It says what it was computed from: checkpoint, rule, program, hash of the output.
#include "hub/draft/gap.h"
#include "tools/baraza/print.h"
#include "tools/baraza/thread.h"

#include <string.h>

static json_t *finding_json(const struct gap_finding *f)
{
    json_t *o = json_object();
    json_put(o, "rule", json_string(f->rule->name));
    json_put(o, "says", json_string(f->rule->says));
    json_put(o, "subject", json_id(f->subject));
    json_put(o, "title", json_of_bytes(f->title));
    json_put(o, "text", json_string(f->text.text));
    if (f->node.type == DRAFT_CLAUSE) {
        json_put(o, "contributions", json_of_number(f->contributions));
        json_put(o, "forums", json_of_number(f->forums));
        json_put(o, "actions", json_of_number(f->actions));
    }
    return o;
}

// A line for each finding, then one for what they were computed from.
static int print_json(const struct gap_report *report, const char *rule)
{
    int code = EXIT_GOOD;
    for (size_t i = 0; i < report->n && code == EXIT_GOOD; i++) {
        code = cmd_print_json(finding_json(&report->findings[i]));
    }
    if (code != EXIT_GOOD) {
        return code;
    }
    json_t *o = json_object();
    json_put(o, "findings", json_of_number(report->n));
    json_put(o, "rules", json_string(rule != NULL ? rule : "all"));
    json_put(o, "size", json_of_number(report->head.size));
    json_put(o, "root", json_id(report->head.root));
    json_put(o, "program", json_string(report->program));
    json_put(o, "output", json_id(report->output));
    return cmd_print_json(o);
}

static void put_rules(struct buf *out, const char *rule)
{
    const struct gap_rule *rules = NULL;
    const size_t n = gap_rules(&rules);
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (rule == NULL || strcmp(rule, rules[i].name) == 0) {
            buf_printf(out, "%s%s (%s)", first ? "" : ", ", rules[i].name, rules[i].says);
            first = false;
        }
    }
}

static int print_text_report(const struct gap_report *report, const char *rule)
{
    struct buf out = buf_new(8192);
    int code = EXIT_GOOD;
    for (size_t i = 0; i < report->n && code == EXIT_GOOD; i++) {
        const struct gap_finding *f = &report->findings[i];
        buf_printf(&out, "%s ", f->rule->name);
        print_line(&out, slice_text(f->text.text), sizeof f->text.text);
        buf_put_text(&out, "  [");
        print_id(&out, f->subject, PRINT_ID);
        buf_put_text(&out, "]\n");
        code = cmd_print(buf_slice(&out));
        buf_reset(&out);
    }
    buf_put_text(&out, report->n == 0 ? "Nothing is missing.\n" : "");
    buf_put_text(&out, "Rule: ");
    put_rules(&out, rule);
    buf_printf(&out, "\nComputed from: checkpoint of %llu entries, root ", (unsigned long long)report->head.size);
    print_id(&out, report->head.root, 2 * sizeof report->head.root.b);
    buf_printf(&out, "; %s; output ", report->program);
    print_id(&out, report->output, 2 * sizeof report->output.b);
    buf_put_u8(&out, '\n');
    code = code == EXIT_GOOD ? cmd_print(buf_slice(&out)) : code;
    buf_done(&out);
    return code;
}

static int check_rule(const char *rule)
{
    const struct gap_rule *rules = NULL;
    const size_t n = gap_rules(&rules);
    struct buf all = buf_new(512);
    int code = rule == NULL ? -1 : EXIT_USAGE;
    for (size_t i = 0; i < n && code >= 0; i++) {
        code = strcmp(rule, rules[i].name) == 0 ? -1 : code;
    }
    if (code >= 0) {
        put_rules(&all, NULL);
        code = cmd_usage("there is no rule \"%.20s\": %.*s", rule, (int)all.n, (const char *)all.p);
    }
    buf_done(&all);
    return code;
}

static int gap(struct cmd_context *context, const struct reading_from *from, const char *rule)
{
    struct reading *r = NULL;
    struct draft *d = NULL;
    struct gap_report report;
    int code = thread_open(context, from, &r, &d);
    if (code >= 0) {
        return code;
    }
    code = reading_need_checkpoint(r);
    if (code < 0) {
        CHECK(gap_run(d, rule, reading_head(r), &report));
        code = context->json ? print_json(&report, rule) : print_text_report(&report, rule);
        code = code != EXIT_GOOD ? code : report.n > 0 ? EXIT_FOUND : EXIT_GOOD;
        gap_done(&report);
    }
    draft_free(d);
    reading_close(r);
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
                    "  baraza gap --record record.baraza --charter charter --json\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = check_rule(rule);
    }
    return code < 0 ? gap(context, &from, rule) : code;
}

const struct cmd cmd_gap = { "gap", run, "name what is missing; exit 1 when anything is", CMD_DRAFT };
