// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record from an export, frame by frame, after an audit of the whole file. Read first: reading.h.
#include "tools/baraza/reading_inside.h"

#include "common/base/file.h"
#include "common/format/frame.h"
#include "common/net/loop.h"
#include "tools/baraza/auditor.h"
#include "tools/baraza/trust.h"

#include <stdlib.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)1 << 20)

// Whether the file is a good record of that consultation. Returns -1, or has reported.
static int audit(struct reading *r, struct hash charter)
{
    struct auditor *auditor = NULL;
    struct audit_report report = { .good = false };
    struct why why = { "" };
    bool more = true;
    enum err e = auditor_open(r->file.path, charter, 0, &auditor, &why);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    struct progress progress = reading_progress(r, "verifying", 0);
    while (e == OK && more) {
        e = auditor_step(auditor, &more, &why);
        auditor_progress(auditor, &progress.done, &progress.total);
        progress_step(&progress, progress.done, loop_now_ms());
    }
    auditor_close(auditor, &report);
    progress_end(&progress, loop_now_ms());
    if (e == OK && !report.good) {
        cmd_remark(r->context, "%s is not good: %s", r->file.path, report.what.text);
        return EXIT_FOUND;
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

// *out = the next frame. False at the end of the file and on a failure; after the audit both mean that it was changed.
static bool next_frame(struct reading *r, struct export_frame *out)
{
    struct file_source *f = &r->file;
    size_t n = 0;
    for (;;) {
        switch (export_read(&f->frames, &f->rest, out, &r->why)) {
        case EXPORT_STEP_FRAME:
            return true;
        case EXPORT_STEP_MORE:
            r->e = file_next(f->fd, f->path, f->chunk, CHUNK_BYTES, &n, &r->why);
            f->rest = slice_of(f->chunk, n);
            if (r->e == OK && n > 0) {
                break;
            }
            why_set(&r->why, "%.150s was changed while it was read", f->path);
            r->e = r->e == OK ? ERR_CORRUPT : r->e;
            return false;
        case EXPORT_STEP_DONE:
        case EXPORT_STEP_BAD:
            why_set(&r->why, "%.150s was changed while it was read", f->path);
            r->e = ERR_CORRUPT;
            return false;
        }
    }
}

enum err reading_file_rewind(struct reading *r)
{
    struct file_source *f = &r->file;
    if (f->started) {
        export_reader_done(&f->frames);
    }
    f->frames = export_reader_new();
    f->started = true;
    f->rest = (struct slice){ NULL, 0 };
    return lseek(f->fd, 0, SEEK_SET) == 0 ? OK : ERR_IO;
}

// Charter and checkpoint stand at the head; the audit has judged them.
static enum err load_notes(struct reading *r, struct hash charter)
{
    struct export_frame frame;
    struct checkpoint checkpoint;
    struct note note;
    enum err e = reading_file_rewind(r);
    if (e != OK || !next_frame(r, &frame)) {
        return e != OK ? e : r->e;
    }
    buf_put(&r->charter_note, frame.note);
    bool good = charter_verify(buf_slice(&r->charter_note), &r->charter, &r->why) == VERDICT_GOOD &&
                hash_equal(r->charter.id, charter) && next_frame(r, &frame);
    if (good) {
        buf_put(&r->checkpoint, frame.note);
        good = note_parse(buf_slice(&r->checkpoint), &note, &r->why) &&
               checkpoint_parse(note.text, CHECKPOINT_OURS, &checkpoint, &r->why);
    }
    if (!good) {
        return ERR_CORRUPT;
    }
    r->head = checkpoint.head;
    return OK;
}

int reading_file_open(struct reading *r, const struct reading_from *from)
{
    struct file_source *f = &r->file;
    struct hash charter;
    uint64_t size = 0;
    f->path = from->record;
    f->fd = -1;
    int code = trust_charter(r->context, from->charter, from->record, &charter);
    if (code < 0) {
        code = audit(r, charter);
    }
    if (code >= 0) {
        return code;
    }
    f->chunk = mem_new(CHUNK_BYTES);
    enum err e = file_open(f->path, false, &f->fd, &size, &r->why);
    if (e == OK) {
        e = load_notes(r, charter);
    }
    return e == OK ? -1 : cmd_fail(e, &r->why);
}

void reading_file_close(struct reading *r)
{
    struct file_source *f = &r->file;
    if (f->started) {
        export_reader_done(&f->frames);
    }
    if (f->chunk != NULL && f->fd >= 0) {
        close(f->fd);
    }
    free(f->chunk);
}

bool reading_file_next(struct reading *r, struct reading_item *out)
{
    struct export_frame frame;
    do {
        if (!next_frame(r, &frame)) {
            return false;
        }
    } while (frame.type != EXPORT_ENTRY);
    if (frame_entry_parse(frame.item, &out->entry, &out->disclosure) != VERDICT_GOOD) {
        why_set(&r->why, "%.150s was changed while it was read", r->file.path);
        r->e = ERR_CORRUPT;
        return false;
    }
    out->has_parts = r->with_parts && disclosure_settled(&out->disclosure) != 0;
    return true;
}
