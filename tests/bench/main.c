// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Runs the measures and prints what they found. Called by tools/bench, which builds it and names the directories.
#include "common/format/ident.h"
#include "common/ops/args.h"
#include "common/ops/exit.h"
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "tools/bench"

static const struct measure measures[] = {
    { "ingest", "Hub: taking entries in", measure_ingest },
    { "hub", "Hub: taking entries in over the network", measure_hub },
    { "audit", "Auditor: verifying an export", measure_audit },
    { "save", "Site: one contribution after another, each durable", measure_save },
    { "import", "Site: importing a table", measure_import },
    { "wire", "Wire: bytes of a contribution on its way up", measure_wire },
    { "node", "Site: memory of baraza-node", measure_node },
    { "page", "Site: the page, at ten thousand entries", measure_page },
    { "typing", "Site: one contribution in rapid mode, on a processor six times slower", measure_typing },
    { "growth", "Hub: rate and disk as the record grows", measure_growth },
};

#define MEASURES (sizeof measures / sizeof *measures)

struct flags {
    const char *root, *programs, *dir;
    struct arg_list only;
    bool json, long_run, list;
};

static const char examples[] = "  tools/bench\n"
                               "  tools/bench --only ingest --only hub\n"
                               "  tools/bench --long --json >bench.json\n";

// --- running ---
static const struct measure *measure_find(const char *name)
{
    for (size_t i = 0; i < MEASURES; i++) {
        if (strcmp(measures[i].name, name) == 0) {
            return &measures[i];
        }
    }
    return NULL;
}

static bool wanted(const struct flags *flags, const struct measure *m)
{
    bool found = flags->only.n == 0;
    for (size_t i = 0; i < flags->only.n; i++) {
        found = found || strcmp(flags->only.values[i], m->name) == 0;
    }
    return found;
}

static void print(const struct buf *out)
{
    fwrite(out->p, 1, out->n, stdout);
    fflush(stdout);
}

static enum err run_one(struct bench *b, const struct flags *flags, const struct measure *m, struct why *why)
{
    struct buf table = buf_new(1 << 16);
    b->report.measure = m->name;
    if (!flags->json) {
        printf("%s\n", m->title);
        fflush(stdout);
    }
    enum err e = m->run(b, why);
    if (!flags->json) {
        report_table(&b->report, m->name, &table);
        print(&table);
    }
    buf_done(&table);
    return e;
}

static enum err run_all(struct bench *b, const struct flags *flags, struct why *why)
{
    enum err e = OK;
    report_machine(&b->report, b->dir, b->threads);
    if (!flags->json) {
        printf("%s\nTexts: %s, %d bytes a contribution\n", b->report.machine, b->texts.from, TEXT_BYTES);
        if (b->report.load > b->threads / 4.0) {
            printf("This machine is busy already (load %.1f): what follows is disturbed by it.\n", b->report.load);
        }
    }
    for (size_t i = 0; i < MEASURES && e == OK; i++) {
        if (wanted(flags, &measures[i])) {
            e = run_one(b, flags, &measures[i], why);
        }
    }
    return e;
}

static int bench(const struct flags *flags, struct why *why)
{
    struct bench *b = mem_new(sizeof *b);
    struct buf json = buf_new(1 << 20);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    b->threads = processors < 1 ? 1 : processors > 256 ? 256 : (unsigned)processors;
    b->long_run = flags->long_run;
    b->root = flags->root;
    b->programs = flags->programs;
    b->dir = flags->dir;
    enum err e = texts_load(flags->root, &b->texts, why);
    if (e == OK) {
        e = run_all(b, flags, why);
    }
    if (e == OK && flags->json) {
        report_json(&b->report, &json);
        print(&json);
    }
    bool good = report_good(&b->report);
    texts_done(&b->texts);
    buf_done(&json);
    free(b);
    if (e != OK) {
        return exit_report(PROGRAM, e, why);
    }
    if (!flags->json) {
        printf("%s\n", good ? "Every required ratio is reached." : "A required ratio is MISSED.");
    }
    return good ? 0 : 1;
}

static enum err check(const struct flags *flags, struct why *why)
{
    if (flags->dir == NULL && !flags->list) {
        why_set(why, "run it as tools/bench, which names a directory with --dir");
        return ERR_USAGE;
    }
    for (size_t i = 0; i < flags->only.n; i++) {
        if (measure_find(flags->only.values[i]) == NULL) {
            why_set(why, "there is no measure \"%s\"; --list shows which there are", flags->only.values[i]);
            return ERR_USAGE;
        }
    }
    return OK;
}

static int list(void)
{
    for (size_t i = 0; i < MEASURES; i++) {
        printf("%-8s %s\n", measures[i].name, measures[i].title);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct why why = { "" };
    struct flags flags = { .root = ".", .programs = "build/release/bin" };
    struct arg_spec specs[] = {
        { "only", 'o', ARG_LIST, "NAME", "only this measure (may be given several times)", &flags.only },
        { "long", 0, ARG_FLAG, NULL, "a million entries too (some minutes more)", &flags.long_run },
        { "json", 0, ARG_FLAG, NULL, "one JSON object instead of a table", &flags.json },
        { "list", 0, ARG_FLAG, NULL, "names of the measures", &flags.list },
        { "dir", 0, ARG_TEXT, "DIR", "an empty directory on a disk (tools/bench makes and removes it)", &flags.dir },
        { "root", 0, ARG_TEXT, "DIR", "the repository (tools/bench says it)", &flags.root },
        { "programs", 0, ARG_TEXT, "DIR", "where the programs are (tools/bench says it)", &flags.programs },
        { NULL, 0, ARG_FLAG, NULL, NULL, NULL },
    };
    struct arg_command command = { .name = PROGRAM,
                                   .summary = "Measures what the programs reach, as ratios to this machine's limits.",
                                   .positionals = "",
                                   .examples = examples,
                                   .options = specs };
    struct args args;
    struct buf help = buf_new(1 << 16);
    enum err e = ident_init();
    if (e == OK) {
        e = args_parse(&command, argc, argv, &args, &why);
    }
    if (e == OK && args.help) {
        args_help(&command, &help);
        print(&help);
        buf_done(&help);
        return 0;
    }
    if (e == OK) {
        e = check(&flags, &why);
    }
    if (e != OK) {
        return exit_report(PROGRAM, e, &why);
    }
    return flags.list ? list() : bench(&flags, &why);
}
