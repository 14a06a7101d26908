// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza export`: the hub's record up to its last checkpoint, for auditors (PROTOCOL 13), or as lines of JSON.
// It must never write what was not asked for: words only with --parts, restricted ones only with --restricted.
#include "common/base/file.h"
#include "common/format/export.h"
#include "common/format/frame.h"
#include "common/net/loop.h"
#include "common/ops/progress.h"
#include "common/store/record.h"
#include "tools/baraza/parts_json.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)1 << 20) // written at a time

struct exporting {
    const char *out;
    bool parts, restricted;
    struct buf checkpoint;   // note
    struct tree_head head;
    int fd;
    char temporary[4096];    // while --out FILE is under making
    struct buf piece;
    uint64_t written;
};

// The checkpoint that the hub published last lies beside its database.
static enum err load_checkpoint(const struct cmd_context *context, struct exporting *x, const struct charter *charter,
                                struct why *why)
{
    char *path = state_path_in(context->state, STATE_HUB_CHECKPOINT);
    enum err e = file_read(path, false, &x->checkpoint, why);
    if (e == ERR_NOT_FOUND) {
        why_set(why, "the hub has not published a checkpoint yet: start it once (baraza-hub --state %s)",
                context->state);
    } else if (e == OK && checkpoint_verify(buf_slice(&x->checkpoint), &charter->log, &x->head, why) != VERDICT_GOOD) {
        e = ERR_CORRUPT;
    }
    free(path);
    return e;
}

static enum err open_out(struct exporting *x, struct why *why)
{
    if (x->out == NULL) {
        x->fd = STDOUT_FILENO;
        return OK;
    }
    int n = snprintf(x->temporary, sizeof x->temporary, "%s.XXXXXX", x->out);
    x->fd = n < 0 || (size_t)n >= sizeof x->temporary ? -1 : mkostemp(x->temporary, O_CLOEXEC);
    if (x->fd < 0) {
        why_set(why, "making a file beside %s: %s", x->out, strerror(errno));
        return err_from_errno(errno);
    }
    return OK;
}

static enum err write_piece(struct exporting *x, struct why *why)
{
    struct slice rest = buf_slice(&x->piece);
    while (rest.n > 0) {
        ssize_t n = write(x->fd, rest.p, rest.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            why_set(why, "writing the export: %s", strerror(errno));
            return err_from_errno(errno);
        }
        rest = slice_of(rest.p + n, rest.n - (size_t)n);
        x->written += (uint64_t)n;
    }
    buf_reset(&x->piece);
    return OK;
}

// Old file or new one, never half: written whole, synced, then renamed.
static enum err close_out(struct exporting *x, enum err e, struct why *why)
{
    if (x->out == NULL || x->fd < 0) {
        return e;
    }
    if (e == OK && fsync(x->fd) != 0) {
        e = err_from_errno(errno);
    }
    if (close(x->fd) != 0 && e == OK) {
        e = err_from_errno(errno);
    }
    if (e == OK && rename(x->temporary, x->out) != 0) {
        e = err_from_errno(errno);
    }
    if (e != OK) {
        why_set(why, "%s", why->text[0] != '\0' ? why->text : err_text(e));
        (void)unlink(x->temporary);
    }
    return e;
}

static bool may_show(const struct exporting *x, const struct reading_item *item)
{
    bool open = item->form != VERDICT_GOOD || item->body.kind != KIND_CONTRIBUTION ||
                item->body.as.contribution.sensitivity == 0;
    return x->parts && (open || x->restricted);
}

static enum err put_leaves(struct exporting *x, struct export_writer *w, struct reading *r, struct why *why)
{
    struct hash leaves[LIMIT_EXPORT_LEAVES];
    struct reading_item item;
    size_t n = 0;
    enum err e = OK;
    while (e == OK && reading_next(r, &item) && item.index < x->head.size) {
        leaves[n++] = item.entry.id;
        if (n == LIMIT_EXPORT_LEAVES) {
            export_put_leaves(w, leaves, n, &x->piece);
            n = 0;
            e = write_piece(x, why);
        }
    }
    if (e == OK && n > 0) {
        export_put_leaves(w, leaves, n, &x->piece);
    }
    return e;
}

static void put_entry(struct exporting *x, struct export_writer *w, const struct reading_item *item,
                      struct buf *scratch)
{
    struct disclosure none = { .count = item->entry.part_count };
    const struct disclosure *shown = item->has_parts && may_show(x, item) ? &item->disclosure : &none;
    buf_reset(scratch);
    frame_entry_make(item->entry.bytes, shown, scratch);
    CHECK(buf_ok(scratch));
    export_put_entry(w, buf_slice(scratch), &x->piece);
}

static struct progress start_progress(const struct cmd_context *context, const struct exporting *x)
{
    return progress_begin(STDERR_FILENO, isatty(STDERR_FILENO) == 1, context->quiet, "exporting", "entries",
                          x->head.size, loop_now_ms());
}

static enum err write_export(const struct cmd_context *context, struct exporting *x, struct reading *r,
                             struct slice charter, struct why *why)
{
    struct export_writer w;
    struct reading_item item;
    struct buf scratch = buf_new(LIMIT_EXPORT_FRAME);
    struct progress progress = start_progress(context, x);
    export_begin(&w, charter, buf_slice(&x->checkpoint), &x->piece);
    enum err e = put_leaves(x, &w, r, why);
    reading_rewind(r);
    while (e == OK && reading_next(r, &item) && item.index < x->head.size) {
        put_entry(x, &w, &item, &scratch);
        if (x->piece.n > PIECE_BYTES) {
            e = write_piece(x, why);
            progress_step(&progress, item.index + 1, loop_now_ms());
        }
    }
    if (e == OK) {
        export_end(&w, &x->piece);
        e = write_piece(x, why);
    }
    progress_end(&progress, loop_now_ms());
    buf_wipe(&scratch);
    buf_done(&scratch);
    return e;
}

static void put_json_entry(const struct exporting *x, const struct reading_item *item, struct buf *out)
{
    json_t *o = json_object();
    json_put(o, "index", json_of_number(item->index));
    json_put(o, "id", json_id(item->entry.id));
    json_put(o, "kind", json_of_bytes(item->entry.kind));
    json_put(o, "author", json_of_hex(SLICE_ARRAY(item->entry.place.author.b)));
    json_put(o, "incarnation", json_of_hex(SLICE_ARRAY(item->entry.place.incarnation.b)));
    json_put(o, "number", json_of_number(item->entry.place.seq));
    json_put(o, "time", json_time(item->entry.claimed_s));
    json_put(o, "standing", json_string(verdict_code(item->standing)));
    json_t *refs = json_array();
    for (size_t i = 0; i < item->entry.ref_count; i++) {
        json_push(refs, json_id(entry_ref(&item->entry, i)));
    }
    json_put(o, "refs", refs);
    if (item->has_parts && may_show(x, item)) {
        json_put(o, "parts", parts_json(&item->entry, &item->disclosure));
    }
    json_print(o, out);
    json_decref(o);
}

static enum err write_json(const struct cmd_context *context, struct exporting *x, struct reading *r, struct why *why)
{
    struct reading_item item;
    struct progress progress = start_progress(context, x);
    enum err e = OK;
    while (e == OK && reading_next(r, &item) && item.index < x->head.size) {
        put_json_entry(x, &item, &x->piece);
        if (x->piece.n > PIECE_BYTES) {
            e = write_piece(x, why);
            progress_step(&progress, item.index + 1, loop_now_ms());
        }
    }
    progress_end(&progress, loop_now_ms());
    return e == OK ? write_piece(x, why) : e;
}

static int export(struct cmd_context *context, struct exporting *x)
{
    const struct reading_from from = { NULL, NULL };
    struct reading *r = NULL;
    struct why why = { "" };
    int code = reading_open(context, &from, &r);
    if (code >= 0) {
        return code;
    }
    const struct state *state = reading_state(r);
    enum err e = load_checkpoint(context, x, state_charter(state), &why);
    if (e == OK && x->head.size > reading_head(r).size) {
        why_set(&why, "the record is smaller than its last checkpoint: it was restored; keep it and ask for help");
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        e = open_out(x, &why);
    }
    if (e == OK) {
        e = context->json ? write_json(context, x, r, &why)
                          : write_export(context, x, r, state_charter_note(state), &why);
        code = reading_end(r);
        e = close_out(x, e != OK ? e : code >= 0 ? ERR_CORRUPT : OK, &why);
    }
    reading_close(r);
    if (code >= 0) {
        return code;
    }
    if (e == OK && x->out != NULL) {
        cmd_remark(context, "%llu entries, %llu bytes, in %s", (unsigned long long)x->head.size,
                   (unsigned long long)x->written, x->out);
    }
    return e == OK ? EXIT_GOOD : cmd_fail(e, &why);
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct exporting x = { .fd = -1 };
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "FILE", "write to FILE; standard output when not given", &x.out },
        { "parts", 'p', ARG_FLAG, NULL, "with what was said, for those who may read it", &x.parts },
        { "restricted", 0, ARG_FLAG, NULL, "with what is restricted or sealed, too", &x.restricted },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza export",
        .summary = "Write the hub's record up to its last checkpoint into one file that anybody can verify",
        .positionals = "",
        .examples = "  baraza export --state /srv/baraza --out record.baraza\n"
                    "  baraza export --state /srv/baraza --parts --json | jq -r '.parts.said.text // empty'\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (x.out == NULL && !context->json && isatty(STDOUT_FILENO) == 1) {
        return cmd_usage("an export is not for the terminal: name a file with --out FILE, or ask for --json");
    }
    x.checkpoint = buf_new(LIMIT_NOTE_BYTES);
    x.piece = buf_new(4 * PIECE_BYTES);
    code = export(context, &x);
    buf_done(&x.checkpoint);
    buf_wipe(&x.piece);
    buf_done(&x.piece);
    return code;
}

const struct cmd cmd_export = { "export", run, "write the record into a file for auditors", CMD_CHECK };
