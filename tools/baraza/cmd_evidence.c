// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza evidence`: what a site holds of the hub's signed word, as a file for others; and what such a file proves,
// alone or beside a record. Exit 0: it all fits; 1: it does not.
// It must never say that nothing is wrong where it could not look.
#include "common/base/file.h"
#include "common/store/succession_store.h"
#include "tools/baraza/held.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/work.h"

#include <stdlib.h>
#include <string.h>

struct asking {
    const char *out, *check;
    bool force;
    struct reading_from from;
};

// --- giving ---

static int say_given(const struct cmd_context *context, const char *path, const struct evidence *e)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(path));
        json_put(o, "checkpoints", json_of_number(e->note_count));
        json_put(o, "receipts", json_of_number(e->receipt_count));
        json_put(o, "custody", json_of_number(e->custody_count));
        return cmd_print_json(o);
    }
    struct buf line = buf_new(1024);
    buf_put_text(&line, "written ");
    print_line(&line, slice_text(path), 300);
    buf_put_text(&line, ": what the hub signed for this site: ");
    print_count(&line, e->note_count, "checkpoint, ", "checkpoints, ");
    print_count(&line, e->receipt_count, "receipt, ", "receipts, ");
    print_count(&line, e->custody_count, "custody note", "custody notes");
    buf_put_text(&line, ". No word that was said is in it.\nGive it to an auditor: baraza evidence --check FILE "
                        "--record RECORD --charter CHARTER\n");
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

static int give(const struct cmd_context *context, const struct asking *a)
{
    struct work w = { .lent = false };
    struct why why = { "" };
    struct arena *room = arena_new(HELD_BYTES);
    struct buf bytes = buf_new(LIMIT_EVIDENCE_BYTES);
    struct evidence *e = mem_new(sizeof *e);
    int code = out_check(a->out, a->force);
    if (code < 0) {
        code = work_state(context, &w);
    }
    if (code < 0 && w.desk.keyring == NULL && state_info(w.desk.state)->side == STORE_HUB) {
        code = cmd_usage("a hub holds no word of a hub: run this at a site");
    }
    if (code < 0) {
        enum err err = held_evidence(w.desk.state, room, e, &why);
        code = err == OK ? -1 : cmd_fail(err, &why);
    }
    if (code < 0) {
        evidence_make(e, &bytes);
        CHECK(buf_ok(&bytes));
        code = out_write(a->out, buf_slice(&bytes), 0644, a->force);
    }
    if (code < 0) {
        code = say_given(context, a->out, e);
    }
    free(e);
    arena_free(room);
    buf_done(&bytes);
    work_close(&w);
    return code;
}

// --- checking ---

// Of each entry of the record what a judgement needs.
static int load_record(struct reading *r, struct evidence_entry **out)
{
    struct reading_item item;
    const uint64_t size = reading_head(r).size;
    struct evidence_entry *entries = mem_new((size_t)(size + 1) * sizeof *entries);
    while (reading_next(r, &item)) {
        if (item.index < size) {
            entries[item.index] = (struct evidence_entry){ .id = item.entry.id, .prev = item.entry.prev,
                                                           .seq = item.entry.place.seq,
                                                           .parts = item.entry.part_count };
        }
    }
    *out = entries;
    return reading_end(r);
}

static const char *fault_code(enum evidence_fault f)
{
    static const char *const codes[EVIDENCE_FAULTS] = { "unsigned", "forked", "rewritten", "shorter",
                                                        "moved",    "dropped", "false-custody" };
    return codes[f];
}

static json_t *finding_json(const struct evidence_finding *f)
{
    static const struct hash none = { { 0 } };
    json_t *o = json_object();
    json_put(o, "fault", json_string(fault_code(f->fault)));
    json_put(o, "what", json_string(evidence_fault_text(f->fault)));
    json_put(o, "a", json_of_number(f->a));
    json_put(o, "b", json_of_number(f->b));
    if (!hash_equal(f->id, none)) {
        json_put(o, "id", json_id(f->id));
    }
    return o;
}

static void put_finding(struct buf *out, const struct evidence_finding *f)
{
    static const struct hash none = { { 0 } };
    buf_printf(out, "  %-14s %s", fault_code(f->fault), evidence_fault_text(f->fault));
    if (f->fault == EVIDENCE_FORKED || f->fault == EVIDENCE_REWRITTEN || f->fault == EVIDENCE_SHORTER) {
        buf_printf(out, " (sizes %llu and %llu)", (unsigned long long)f->a, (unsigned long long)f->b);
    }
    if (!hash_equal(f->id, none)) {
        buf_printf(out, " (number %llu, ", (unsigned long long)f->a);
        print_id(out, f->id, 12);
        buf_put_text(out, ")");
    }
    buf_put_text(out, "\n");
}

static int say_found(const struct cmd_context *context, const struct evidence *e, bool record,
                     const struct evidence_finding *found, size_t n)
{
    const size_t named = n < LIMIT_EVIDENCE_FINDINGS ? n : LIMIT_EVIDENCE_FINDINGS;
    int code = EXIT_GOOD;
    if (context->json) {
        json_t *list = json_array();
        json_t *o = json_object();
        for (size_t i = 0; i < named; i++) {
            json_push(list, finding_json(&found[i]));
        }
        json_put(o, "good", json_boolean(n == 0));
        json_put(o, "findings", list);
        json_put(o, "finding_count", json_of_number(n));
        json_put(o, "beside_record", json_boolean(record));
        code = cmd_print_json(o);
    } else {
        struct buf out = buf_new(65536);
        buf_printf(&out, n == 0 ? "GOOD  " : "NOT GOOD  ");
        print_count(&out, e->note_count, "checkpoint, ", "checkpoints, ");
        print_count(&out, e->receipt_count, "receipt and ", "receipts and ");
        print_count(&out, e->custody_count, "custody note", "custody notes");
        buf_put_text(&out, n > 0 ? ":\n" : record ? " fit this record\n" : " do not contradict each other\n");
        for (size_t i = 0; i < named; i++) {
            put_finding(&out, &found[i]);
        }
        if (n > named) {
            buf_printf(&out, "  and %zu more\n", n - named);
        }
        if (!record) {
            buf_put_text(&out, "Whether the record has what was promised shows only beside it: --record FILE\n");
        }
        code = cmd_print(buf_slice(&out));
        buf_done(&out);
    }
    return code != EXIT_GOOD ? code : n == 0 ? EXIT_GOOD : EXIT_FOUND;
}

// Every key that the log has had, by the record or by what is known at this site.
static int log_keys(const struct charter *charter, const struct reading *r, const struct work *w,
                    struct vkey out[static LIMIT_KEY_CHANGES + 1], size_t *n)
{
    struct service_keys keys;
    struct why why = { "" };
    enum err e = OK;
    if (r != NULL) {
        service_keys_of(charter, reading_roster(r), &keys);
    } else {
        e = succession_keys(state_kv(w->desk.state), charter, &keys, &why);
    }
    for (*n = 0; e == OK && *n < keys.log_count; ++*n) {
        out[*n] = keys.log[*n].key;
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int judge(struct cmd_context *context, const struct asking *a, const struct evidence *e)
{
    struct work w = { .lent = false };
    struct reading *r = NULL;
    struct evidence_entry *entries = NULL;
    struct evidence_finding found[LIMIT_EVIDENCE_FINDINGS];
    struct vkey keys[LIMIT_KEY_CHANGES + 1];
    size_t n = 0;
    const struct charter *charter = NULL;
    int code = -1;
    if (a->from.record != NULL) {
        code = reading_open(context, &a->from, &r);
        code = code < 0 ? load_record(r, &entries) : code;
        charter = code < 0 ? reading_charter(r) : NULL;
    } else {
        code = work_state(context, &w);
        charter = code < 0 ? state_charter(w.desk.state) : NULL;
    }
    if (code < 0 && !hash_equal(charter->id, e->consultation)) {
        code = cmd_usage("this file of evidence is of another consultation");
    }
    if (code < 0) {
        code = log_keys(charter, r, &w, keys, &n);
    }
    if (code < 0) {
        const struct evidence_record record = { .entries = entries, .size = r != NULL ? reading_head(r).size : 0 };
        const size_t faults = evidence_judge(e, keys, n, r != NULL ? &record : NULL, found);
        code = say_found(context, e, r != NULL, found, faults);
    }
    free(entries);
    reading_close(r);
    work_close(&w);
    return code;
}

static int check(struct cmd_context *context, const struct asking *a)
{
    struct why why = { "" };
    struct buf bytes = buf_new(LIMIT_EVIDENCE_BYTES);
    struct evidence *e = mem_new(sizeof *e);
    enum err err = file_read(a->check, true, &bytes, &why);
    int code = err == OK ? -1 : cmd_fail(err, &why);
    if (code < 0 && !evidence_parse(buf_slice(&bytes), e, &why)) {
        code = cmd_fail(ERR_CORRUPT, &why);
    }
    if (code < 0) {
        code = judge(context, a, e);
    }
    free(e);
    buf_done(&bytes);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct asking a = { .out = NULL };
    const struct arg_spec rows[] = {
        { "out", 0, ARG_TEXT, "FILE", "write what this site holds of the hub's signed word", &a.out },
        OUT_FORCE(&a.force),
        { "check", 0, ARG_TEXT, "FILE", "say what such a file proves", &a.check },
        READING_RECORD(&a.from),
        READING_CHARTER(&a.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza evidence",
        .summary = "What the hub signed for this site (checkpoints, receipts, custody notes), as a file to show to "
                   "others; and what such a file proves, alone or beside a record. Exit 0: it all fits; 1: it does "
                   "not",
        .positionals = "",
        .examples = "  baraza evidence --out heron.evidence\n"
                    "  baraza evidence --check heron.evidence --record record.baraza --charter charter\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if ((a.out == NULL) == (a.check == NULL)) {
        return cmd_usage("say --out FILE to write evidence, or --check FILE to judge it");
    }
    if (a.out != NULL && a.from.record != NULL) {
        return cmd_usage("--record goes with --check");
    }
    return a.check != NULL ? check(context, &a) : give(context, &a);
}

const struct cmd cmd_evidence = { "evidence", run, "what the hub signed, to show to others, and what it proves",
                                  CMD_CHECK };
