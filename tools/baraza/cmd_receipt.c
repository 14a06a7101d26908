// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza receipt`: that an entry is in the record, as one file that anybody can check with the charter alone; the
// slip of a contribution to print beside it; and the check. No word that was said is in the file or on the slip.
#include "node/desk/slip_page.h"
#include "node/desk/slips.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"
#include "tools/baraza/proving.h"
#include "tools/baraza/receipt_check.h"
#include "tools/baraza/slip_rows.h"

#include <stdlib.h>

struct asking {
    const char *out, *slip_page, *check, *ask, *second;
    bool force;
    struct proving p;
};

static int write_receipt(const struct asking *a)
{
    struct why why = { "" };
    struct buf text = buf_new(LIMIT_NOTE_BYTES);
    const enum err e = proven_receipt(&a->p.it, &text, &why);
    int code = -1;
    if (e == ERR_TOO_BIG) {
        code = cmd_usage("the chain to its receipt is too long for one file: ask where the record is, with --record");
    } else if (e != OK) {
        code = cmd_fail(e, &why);
    } else {
        code = a->out == NULL ? cmd_print(buf_slice(&text)) : out_write(a->out, buf_slice(&text), 0644, a->force);
    }
    buf_done(&text);
    return code;
}

static int say_written(const struct cmd_context *context, const struct asking *a)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(a->out));
        json_put(o, "id", json_id(merkle_leaf(proven_entry(&a->p.it, 0)))); // an entry's id is its leaf hash
        json_put(o, "size", json_of_number(a->p.it.head.size));
        json_put(o, "slip_page", a->slip_page == NULL ? json_null() : json_of_path(a->slip_page));
        return cmd_print_json(o);
    }
    cmd_remark(context, "the receipt is in %s; anybody can check it, without network: baraza receipt --check %s "
                        "--charter CHARTER", a->out, a->out);
    return EXIT_GOOD;
}

// --- the slip ---

// The code of the contribution with that id among the notebooks here.
static int find_slip(struct work *w, struct hash id, struct slip *out)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    struct why why = { "" };
    bool found = false;
    enum err err = local_begin(&w->desk, &l, &why);
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    while (err == OK && !found && local_next(l, &e)) {
        if (hash_equal(e.entry.id, id)) {
            err = local_parts(l, &d, &why);
            found = err == OK && slips_of(&e.entry, &d, out);
            err = err == ERR_NOT_FOUND ? OK : err; // wiped
        }
    }
    const enum err end = local_end(l, err == OK ? &why : NULL);
    err = err == OK ? end : err;
    if (err == OK && !found) {
        why_set(&why, "it has no slip: only contributions that were written down here have one, until they are wiped");
        err = ERR_NOT_FOUND;
    }
    return err == OK ? -1 : cmd_fail(err, &why);
}

static int write_slip(struct cmd_context *context, const struct asking *a)
{
    struct work w = { .lent = false };
    struct slip slip;
    struct buf page = buf_new(A4_BYTES);
    int code = work_read(context, &w);
    if (code < 0 && state_info(w.desk.state)->side == STORE_HUB) {
        code = cmd_usage("slips are printed where the words were written down: baraza session slips");
    }
    if (code < 0) {
        code = find_slip(&w, merkle_leaf(proven_entry(&a->p.it, 0)), &slip);
    }
    if (code < 0) {
        const struct charter *c = state_charter(w.desk.state);
        const enum language first = language_of(slice_text(context->language));
        const struct slip_print print = { .first = first, .second = a4_second(c, a->second, first),
                                          .ask = slice_text(a->ask != NULL ? a->ask : ""), .practice = c->practice };
        slip_page_put_all(&page, c, &print, &slip, 1);
        code = out_write(a->slip_page, buf_slice(&page), 0600, a->force);
    }
    buf_done(&page);
    work_close(&w);
    return code;
}

static int give(struct cmd_context *context, struct asking *a, const char *typed)
{
    int code = slip_rows_check(a->ask);
    code = code < 0 ? out_check(a->out, a->force) : code;
    code = code < 0 ? out_check(a->slip_page, a->force) : code;
    code = code < 0 ? proving_gather(context, typed, true, &a->p) : code;
    if (code < 0 && a->slip_page != NULL) {
        code = write_slip(context, a);
    }
    if (code < 0) {
        code = write_receipt(a);
    }
    return code < 0 ? say_written(context, a) : code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct asking a = { .out = NULL };
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "FILE", "write the receipt to FILE; shown when not given", &a.out },
        { "slip-page", 0, ARG_TEXT, "FILE", "print the slip of the contribution, too (HTML, A4)", &a.slip_page },
        SLIP_ROWS_ASK(&a.ask),
        SLIP_ROWS_SECOND(&a.second),
        { "check", 0, ARG_TEXT, "FILE", "check a receipt instead of making one: 0 good, 1 not, 2 no charter",
          &a.check },
        READING_RECORD(&a.p.from),
        { "charter", 0, ARG_TEXT, "FILE|HASH", "the charter it must belong to, or its fingerprint; the state's when "
          "not given", &a.p.from.charter },
        OUT_FORCE(&a.force),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza receipt",
        .summary = "Give the receipt of an entry that is confirmed, as one file that anybody can check with nothing "
                   "but the charter or its fingerprint; or check one. No word that was said is in it",
        .positionals = "[ID]",
        .max = 1,
        .examples = "  baraza receipt 82011238 --out 82011238.receipt --slip-page slip.html --language fr\n"
                    "  baraza receipt --check 82011238.receipt --charter \"6d87 b9c2 d0e6 ...\"\n",
        .options = rows,
    };
    struct args args;
    proving_init(&a.p);
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if ((args.n == 0) == (a.check == NULL)) {
        return cmd_usage("name an entry by its id, or a receipt with --check FILE");
    }
    if (a.check != NULL && (a.out != NULL || a.slip_page != NULL || a.p.from.record != NULL)) {
        return cmd_usage("--check goes with --charter alone");
    }
    if (a.slip_page != NULL && a.out == NULL) {
        return cmd_usage("--slip-page goes with --out FILE");
    }
    code = a.check != NULL ? receipt_check(context, a.check, a.p.from.charter) : give(context, &a, args.positionals[0]);
    proving_done(&a.p);
    return code;
}

const struct cmd cmd_receipt = { "receipt", run, "give or check the receipt of an entry", CMD_CHECK };
