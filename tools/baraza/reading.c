// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading the record. From a hub's store in short transactions; from an export frame by frame, after an audit of the
// whole file. Read first: reading.h.
#include "tools/baraza/reading.h"

#include "common/format/export.h"
#include "common/format/frame.h"
#include "common/store/record.h"
#include "hub/fold.h"
#include "tools/baraza/auditor.h"
#include "tools/baraza/print.h"
#include "tools/baraza/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)1 << 20)
#define TXN_ENTRIES 4096 // entries read in one transaction of a hub's store

struct reading {
    struct cmd_context *context;
    struct work work;             // a hub's state; or, with an export, nothing
    struct roster *roster;
    struct hash consultation;
    struct tree_head head;
    uint64_t next;                // index of the entry to come
    enum err e;
    struct why why;
    // a hub's store
    struct record *record;
    struct kv_txn *t;
    uint64_t read_in_txn;
    struct buf bytes, parts;
    // an export
    int fd;
    struct export_reader frames;
    uint8_t *chunk;
    struct slice rest;
    bool reader_ready;
};

// --- a hub's store ---
static enum err txn_renew(struct reading *r)
{
    if (r->t != NULL && r->read_in_txn < TXN_ENTRIES) {
        return OK;
    }
    kv_abort(r->t);
    r->t = NULL;
    r->read_in_txn = 0;
    return kv_begin_read(state_kv(r->work.state), &r->t);
}

static bool hub_next(struct reading *r, struct reading_item *out)
{
    struct stored stored;
    r->e = txn_renew(r);
    if (r->e == OK) {
        r->e = leaf_get(r->t, r->next, &stored, &r->why);
    }
    if (r->e != OK) {
        return false;
    }
    buf_reset(&r->bytes);
    buf_wipe(&r->parts);
    buf_put(&r->bytes, stored.bytes);
    CHECK(buf_ok(&r->bytes));
    if (entry_parse(buf_slice(&r->bytes), &out->entry) != VERDICT_GOOD) {
        r->e = ERR_CORRUPT;
        why_set(&r->why, "entry %llu of the record is damaged", (unsigned long long)r->next);
        return false;
    }
    if (out->entry.part_count > 0) {
        r->e = leaf_parts(r->t, &r->work.store_key, r->next, &r->parts, &r->why);
        out->has_parts = r->e == OK && disclosure_parse(buf_slice(&r->parts), &out->disclosure) == VERDICT_GOOD;
        if (r->e == ERR_NOT_FOUND) {
            r->e = OK; // they never arrived, or were erased
        }
    }
    r->read_in_txn++;
    return r->e == OK;
}

static enum err hub_open(struct reading *r)
{
    r->record = record_new();
    enum err e = kv_begin_read(state_kv(r->work.state), &r->t);
    if (e == OK) {
        e = record_load(r->record, r->t, &r->why);
    }
    if (e == OK) {
        r->head = record_head(r->record);
        r->consultation = state_charter(r->work.state)->id;
    }
    return e;
}

// --- an export ---
static bool file_next(struct reading *r, struct reading_item *out)
{
    struct export_frame frame;
    for (;;) {
        enum export_step step = export_read(&r->frames, &r->rest, &frame, &r->why);
        if (step == EXPORT_STEP_FRAME && frame.type == EXPORT_ENTRY) {
            out->has_parts = frame_entry_parse(frame.item, &out->entry, &out->disclosure) == VERDICT_GOOD;
            r->e = out->has_parts ? OK : ERR_CORRUPT;
            return out->has_parts;
        }
        if (step == EXPORT_STEP_DONE || step == EXPORT_STEP_BAD) {
            r->e = ERR_CORRUPT; // the audit passed: the file was changed since
            return false;
        }
        if (step == EXPORT_STEP_MORE) {
            ssize_t n = read(r->fd, r->chunk, CHUNK_BYTES);
            if (n <= 0) {
                r->e = ERR_IO;
                why_set(&r->why, "the export changed while it was read");
                return false;
            }
            r->rest = slice_of(r->chunk, (size_t)n);
        }
    }
}

static int file_open(struct reading *r, const char *path)
{
    struct audit_report report;
    struct why why = { "" };
    enum err e = auditor_run(path, r->consultation, 0, &report, &why);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (!report.good) {
        cmd_remark(r->context, "%s is not good: %s", path, report.what.text);
        return EXIT_FOUND;
    }
    r->head = report.head;
    r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    r->chunk = mem_new(CHUNK_BYTES);
    if (r->fd < 0) {
        why_set(&why, "opening %s: %s", path, strerror(errno));
        return cmd_fail(err_from_errno(errno), &why);
    }
    return -1;
}

// The charter stands at the head of an export; the audit has compared it.
static enum err file_roster(struct reading *r)
{
    struct export_frame frame;
    struct charter charter;
    for (;;) {
        enum export_step step = export_read(&r->frames, &r->rest, &frame, &r->why);
        if (step == EXPORT_STEP_FRAME && frame.type == EXPORT_CHARTER) {
            if (charter_verify(frame.note, &charter, &r->why) != VERDICT_GOOD) {
                return ERR_CORRUPT;
            }
            r->roster = roster_new(&charter);
            return OK;
        }
        ssize_t n = step == EXPORT_STEP_MORE ? read(r->fd, r->chunk, CHUNK_BYTES) : -1;
        if (n <= 0) {
            return ERR_CORRUPT;
        }
        r->rest = slice_of(r->chunk, (size_t)n);
    }
}

// --- both ---
void reading_rewind(struct reading *r)
{
    r->next = 0;
    if (r->fd < 0) {
        return;
    }
    if (r->reader_ready) {
        export_reader_done(&r->frames);
    }
    r->frames = export_reader_new();
    r->reader_ready = true;
    r->rest = (struct slice){ NULL, 0 };
    if (lseek(r->fd, 0, SEEK_SET) != 0) {
        r->e = ERR_IO;
    }
}

static bool read_entry(struct reading *r, struct reading_item *out)
{
    if (r->e != OK || r->next >= r->head.size) {
        return false;
    }
    *out = (struct reading_item){ .index = r->next };
    if (!(r->fd >= 0 ? file_next(r, out) : hub_next(r, out))) {
        return false;
    }
    out->form = kind_parse(&out->entry, &out->body);
    if (r->record != NULL) {
        r->e = fold_seen(r->record, r->t, &out->entry, &out->form);
    }
    r->next++;
    return r->e == OK;
}

static enum err fold(struct reading *r)
{
    struct reading_item item;
    if (r->fd >= 0) {
        r->e = file_roster(r);
    } else {
        r->roster = roster_new(state_charter(r->work.state));
    }
    while (read_entry(r, &item)) {
        (void)roster_apply(r->roster, &item.entry, item.form, &item.body, item.index);
    }
    enum err e = r->e;
    reading_rewind(r);
    return e;
}

bool reading_next(struct reading *r, struct reading_item *out)
{
    if (!read_entry(r, out)) {
        return false;
    }
    out->standing = roster_standing(r->roster, &out->entry, out->form, &out->body, out->index);
    return true;
}

static int open_either(struct cmd_context *context, const struct reading_from *from, struct reading *r)
{
    if (from->record != NULL) {
        int code = trust_charter(context, from->charter, from->record, &r->consultation);
        return code >= 0 ? code : file_open(r, from->record);
    }
    int code = work_read(context, &r->work);
    if (code >= 0) {
        return code;
    }
    if (state_info(r->work.state)->side != STORE_HUB) {
        return cmd_usage("the record is at the hub: name its state with --state, or an export with --record FILE");
    }
    enum err e = hub_open(r);
    return e == OK ? -1 : cmd_fail(e, &r->why);
}

int reading_open(struct cmd_context *context, const struct reading_from *from, struct reading **out)
{
    struct reading *r = mem_new(sizeof *r);
    r->context = context;
    r->fd = -1;
    r->bytes = buf_new(LIMIT_ENTRY_BYTES);
    r->parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    int code = open_either(context, from, r);
    if (code < 0) {
        reading_rewind(r);
        enum err e = fold(r);
        code = e == OK ? -1 : cmd_fail(e, &r->why);
    }
    if (code >= 0) {
        reading_close(r);
        return code;
    }
    *out = r;
    return -1;
}

void reading_close(struct reading *r)
{
    if (r == NULL) {
        return;
    }
    kv_abort(r->t);
    record_free(r->record);
    roster_free(r->roster);
    work_close(&r->work);
    if (r->reader_ready) {
        export_reader_done(&r->frames);
    }
    if (r->fd >= 0) {
        close(r->fd);
    }
    free(r->chunk);
    buf_wipe(&r->parts);
    buf_done(&r->parts);
    buf_done(&r->bytes);
    free(r);
}

int reading_end(struct reading *r)
{
    return r->e == OK ? -1 : cmd_fail(r->e, &r->why);
}

struct tree_head reading_head(const struct reading *r)
{
    return r->head;
}

const struct roster *reading_roster(const struct reading *r)
{
    return r->roster;
}

struct hash reading_consultation(const struct reading *r)
{
    return r->consultation;
}

const struct state *reading_state(const struct reading *r)
{
    return r->work.state;
}

int reading_find(struct reading *r, const char *prefix, struct hash *out)
{
    struct reading_item item;
    size_t fits = 0;
    reading_rewind(r);
    while (reading_next(r, &item)) {
        if (id_begins(item.entry.id, slice_text(prefix))) {
            *out = item.entry.id;
            fits++;
        }
    }
    int code = reading_end(r);
    reading_rewind(r);
    if (code >= 0) {
        return code;
    }
    if (fits != 1) {
        struct why why;
        why_set(&why, fits == 0 ? "the record has no entry \"%.70s\" (give 4 hex digits of its id, or more)"
                                : "several entries begin with \"%.70s\": give more of the id",
                prefix);
        return cmd_fail(fits == 0 ? ERR_NOT_FOUND : ERR_BAD_INPUT, &why);
    }
    return -1;
}
