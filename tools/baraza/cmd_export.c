// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza export`: the record up to its last published checkpoint, for auditors (PROTOCOL 13), or as lines of JSON.
// It must never write what was not asked for, or what consent does not cover: scope.h decides.
#include "common/base/file.h"
#include "common/format/export.h"
#include "common/format/frame.h"
#include "common/net/loop.h"
#include "common/ops/progress.h"
#include "tools/baraza/amends_read.h"
#include "tools/baraza/attached_files.h"
#include "tools/baraza/entry_json.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"
#include "tools/baraza/scope.h"

#include <string.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)1 << 20) // written at a time
#define DATE_BYTES 10

struct exporting {
    const char *path;          // NULL: standard output
    bool force;                // write over what is there
    struct reading_from from;
    struct scope scope;
    const char *folder;        // for attachments; NULL: without
    struct attached_files files;
    struct reading *r;
    struct amends *amends;     // corrections and withdrawals in the record
    struct file_writer file;   // while FILE is under making
    struct buf piece;
    uint64_t written;
    uint64_t in_clear;         // entries with a part that should be sealed and is not
    struct progress progress;
    struct why why;
};

static enum err write_piece(struct exporting *x)
{
    x->written += x->piece.n;
    CHECK(buf_ok(&x->piece));
    enum err e = x->path != NULL ? file_writer_put(&x->file, buf_slice(&x->piece), &x->why)
                                 : file_put(STDOUT_FILENO, "standard output", buf_slice(&x->piece), &x->why);
    buf_wipe(&x->piece);
    return e;
}

static enum err write_full_piece(struct exporting *x, uint64_t done)
{
    if (x->piece.n < PIECE_BYTES) {
        return OK;
    }
    progress_step(&x->progress, done, loop_now_ms());
    return write_piece(x);
}

static const struct body *body_of(const struct reading_item *item)
{
    return reading_known(item) ? &item->body : NULL;
}

static void limit(struct exporting *x, const struct reading_item *item, struct disclosure *shown)
{
    x->in_clear += scope_limit(&x->scope, &item->entry, body_of(item), &item->disclosure, item->erased, shown) ? 1 : 0;
}

static enum err put_leaves(struct exporting *x, struct export_writer *w)
{
    const uint64_t size = reading_head(x->r).size;
    enum err e = OK;
    for (uint64_t at = 0; e == OK && at < size; at += LIMIT_EXPORT_LEAVES) {
        const uint64_t n = size - at < LIMIT_EXPORT_LEAVES ? size - at : LIMIT_EXPORT_LEAVES;
        export_put_leaves(w, reading_ids(x->r) + at, n, &x->piece);
        e = write_full_piece(x, 0);
    }
    return e;
}

// What leaves of attachments leaves as files beside the export.
static enum err put_files(struct exporting *x, const struct entry *e, const struct disclosure *shown)
{
    struct kv_txn *t = NULL;
    if (x->folder == NULL) {
        return OK;
    }
    enum err err = kv_begin_read(state_kv(reading_state(x->r)), &t);
    if (err == OK) {
        err = attached_files_put(t, e, shown, x->folder, &x->files, &x->why);
    }
    kv_abort(t);
    return err;
}

static enum err write_binary(struct exporting *x)
{
    struct export_writer w;
    struct reading_item item;
    struct disclosure shown;
    struct buf frame = buf_new(LIMIT_EXPORT_FRAME);
    export_begin(&w, reading_charter_note(x->r), reading_checkpoint(x->r), &x->piece);
    enum err e = put_leaves(x, &w);
    while (e == OK && reading_next(x->r, &item)) {
        shown = (struct disclosure){ .count = item.entry.part_count };
        if (item.has_parts) {
            limit(x, &item, &shown);
        }
        frame_entry_make(item.entry.bytes, &shown, &frame);
        CHECK(buf_ok(&frame));
        export_put_entry(&w, buf_slice(&frame), &x->piece);
        buf_wipe(&frame);
        e = put_files(x, &item.entry, &shown);
        e = e == OK ? write_full_piece(x, item.index + 1) : e;
    }
    buf_done(&frame);
    if (e == OK) {
        export_end(&w, &x->piece);
        e = write_piece(x);
    }
    return e;
}

static enum err write_json(struct exporting *x)
{
    struct reading_item item;
    struct disclosure shown;
    enum err e = OK;
    while (e == OK && reading_next(x->r, &item)) {
        if (item.has_parts) {
            limit(x, &item, &shown);
        }
        const bool parts = item.has_parts && x->scope.parts;
        json_t *o = entry_json(reading_charter(x->r), x->amends, &item, parts ? &shown : NULL);
        amends_put_json(x->amends, item.entry.id, o);
        cmd_mark(o);
        json_print(o, &x->piece);
        json_decref(o);
        e = write_full_piece(x, item.index + 1);
    }
    return e == OK ? write_piece(x) : e;
}

// Old file or new one, never half. A failure to read is reported by reading_end.
static int write_out(struct cmd_context *context, struct exporting *x)
{
    enum err e = x->path == NULL ? OK : file_writer_begin(x->path, &x->file, &x->why);
    if (e != OK) {
        return cmd_fail(e, &x->why);
    }
    x->progress = progress_begin(STDERR_FILENO, isatty(STDERR_FILENO) == 1, context->quiet, "exporting", "entries",
                                 reading_head(x->r).size, loop_now_ms());
    e = context->json ? write_json(x) : write_binary(x);
    progress_end(&x->progress, loop_now_ms());
    int code = reading_end(x->r);
    if (e == OK && code < 0 && x->path != NULL) {
        e = out_commit(&x->file, x->scope.parts ? 0600 : 0644, x->force, &x->why);
    }
    file_writer_abort(&x->file);
    return code >= 0 ? code : e == OK ? EXIT_GOOD : cmd_fail(e, &x->why);
}

// Looks through the record for what was corrected and withdrawn since, before any word leaves.
static int look_back(struct exporting *x)
{
    struct reading_item item;
    int code = amends_read(x->r, &x->amends);
    if (code >= 0) {
        return code;
    }
    x->scope.amends = x->amends;
    x->scope.allowed = table_new(sizeof(struct hash));
    while (reading_next(x->r, &item)) {
        if (item.has_parts && reading_known(&item) && item.standing == VERDICT_GOOD) {
            scope_look(&x->scope, &item.entry, &item.body, &item.disclosure);
        }
    }
    code = reading_end(x->r);
    reading_rewind(x->r);
    return code;
}

static int make_folder(struct exporting *x)
{
    if (reading_state(x->r) == NULL) {
        return cmd_usage("attachments are at a hub: name its state");
    }
    enum err e = file_exists(x->folder) ? OK : file_make_dir(x->folder, &x->why);
    return e == OK ? -1 : cmd_fail(e, &x->why);
}

static int export(struct cmd_context *context, struct exporting *x)
{
    struct buf today = buf_new(64);
    print_time(&today, loop_wall_s());
    x->scope.today = slice_of(today.p, today.n < DATE_BYTES ? today.n : DATE_BYTES);
    x->piece = buf_new(8 * PIECE_BYTES);
    int code = reading_open(context, &x->from, &x->r);
    if (code < 0) {
        code = reading_need_checkpoint(x->r);
    }
    if (code < 0) {
        code = look_back(x);
    }
    if (code < 0) {
        code = reading_need_whole(x->r, x->scope.parts);
    }
    if (code < 0 && x->folder != NULL) {
        code = make_folder(x);
    }
    if (code < 0) {
        code = write_out(context, x);
    }
    if (code == EXIT_GOOD && x->folder != NULL) {
        cmd_remark(context, "%llu sounds and pictures in %s, encrypted: what opens them is in the export%s",
                   (unsigned long long)x->files.files, x->folder,
                   x->files.missing > 0 ? "; some are not (wholly) at this hub yet" : "");
    }
    if (code == EXIT_GOOD && x->path != NULL) {
        cmd_remark(context, "%llu entries, %llu bytes, in %s%s", (unsigned long long)reading_head(x->r).size,
                   (unsigned long long)x->written, x->path,
                   x->scope.parts ? ": it holds words people said; give it to those who may read them" : "");
    }
    if (code == EXIT_GOOD && x->in_clear > 0) {
        cmd_remark(context, "kept back: parts of %llu that should be sealed and are not (baraza log marks them); a "
                   "protection officer should have them erased", (unsigned long long)x->in_clear);
    }
    reading_close(x->r);
    scope_done(&x->scope);
    amends_free(x->amends);
    buf_done(&x->piece);
    buf_done(&today);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct exporting x = { .path = NULL };
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "FILE", "write to FILE; standard output when not given, or -", &x.path },
        { "parts", 'p', ARG_FLAG, NULL, "with what was said, where the speaker agreed to a record", &x.scope.parts },
        { "restricted", 0, ARG_FLAG, NULL, "with --parts: what is for named roles only, too", &x.scope.restricted },
        { "sealed", 0, ARG_FLAG, NULL, "with --parts: sealed parts too, as they are: for those who can open them",
          &x.scope.sealed },
        { "attachments", 0, ARG_TEXT, "DIR", "with --parts: sound and pictures too, where the speaker agreed to "
          "publish-audio, as encrypted files in DIR; what opens them is in the export", &x.folder },
        READING_RECORD(&x.from),
        READING_CHARTER(&x.from),
        OUT_FORCE(&x.force),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza export",
        .summary = "Write the record up to its last checkpoint into one file that anybody can verify; or, with --json, "
                   "one line for each entry",
        .positionals = "",
        .examples = "  baraza export --state /srv/baraza --out record.baraza\n"
                    "  baraza export --state /srv/baraza --parts --json | jq -r '.parts.said.text // empty'\n"
                    "  baraza export --state /srv/baraza --parts --restricted --sealed --out officers.baraza\n"
                    "  baraza export --record record.baraza --charter charter --json\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (x.path != NULL && strcmp(x.path, "-") == 0) {
        x.path = NULL;
    }
    if ((x.scope.restricted || x.scope.sealed) && !x.scope.parts) {
        return cmd_usage("--restricted and --sealed are about words: give --parts too");
    }
    if (x.folder != NULL && (!x.scope.parts || context->json)) {
        return cmd_usage("--attachments goes with --parts and a file");
    }
    x.scope.attachments = x.folder != NULL;
    if (x.scope.sealed && context->json) {
        return cmd_usage("lines of JSON carry no sealed bytes: write a file with --out FILE, and see baraza open");
    }
    if (x.path == NULL && !context->json && isatty(STDOUT_FILENO) == 1) {
        return cmd_usage("an export is not for the terminal: name a file with --out FILE, or ask for --json");
    }
    code = out_check(x.path, x.force);
    return code < 0 ? export(context, &x) : code;
}

const struct cmd cmd_export = { "export", run, "write the record into a file for auditors", CMD_CHECK };
