// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading the record: first a pass that folds ids, kinds and roster, then passes that give entries with their standing.
// Read first: reading.h, reading_inside.h.
#include "tools/baraza/reading_inside.h"

#include "common/base/file.h"
#include "common/net/loop.h"
#include "common/store/id_prefix.h"
#include "tools/baraza/print.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX_FEWEST 4

struct progress reading_progress(const struct reading *r, const char *doing, uint64_t total)
{
    return progress_begin(STDERR_FILENO, isatty(STDERR_FILENO) == 1, r->context->quiet, doing, "entries", total,
                          loop_now_ms());
}

bool reading_known(const struct reading_item *item)
{
    return item->form == VERDICT_GOOD || item->form == VERDICT_SEEN_CONTRADICTS;
}

void reading_rewind(struct reading *r)
{
    r->next = 0;
    if (r->is_file && r->e == OK) {
        r->e = reading_file_rewind(r);
    }
}

static void add_kind(struct reading *r, enum kind kind)
{
    const size_t n = r->tree.n;
    if ((n & (n - 1)) == 0) {
        r->kinds = mem_grow(r->kinds, n == 0 ? 1 : 2 * n, sizeof *r->kinds);
    }
    r->kinds[n] = (uint8_t)kind;
}

// An entry that a hub's disk damaged stops nobody from reading the others: its id keeps its place in the tree.
static bool pass_damaged(struct reading *r)
{
    struct hash id;
    if (r->is_file || !reading_hub_pass(r, &id)) {
        return false;
    }
    if (r->next == r->tree.n) { // the fold; later passes know of it
        add_kind(r, KIND_UNKNOWN);
        audit_tree_add(&r->tree, id);
        r->damaged++;
        reading_warn("entry %llu of the record is damaged on this hub's disk and left out: baraza check",
                     (unsigned long long)r->next);
    }
    r->next++;
    return true;
}

static bool read_entry(struct reading *r, struct reading_item *out)
{
    do {
        if (r->e != OK || r->next >= r->head.size) {
            return false;
        }
        *out = (struct reading_item){ .index = r->next };
        if (r->is_file ? reading_file_next(r, out) : reading_hub_next(r, out)) {
            break;
        }
    } while (pass_damaged(r));
    if (r->e != OK || r->next >= r->head.size) {
        return false;
    }
    out->form = kind_parse(&out->entry, &out->body);
    // An entry at index i has seen at most i entries, and of these the root that it names (PROTOCOL 6.9).
    if (out->form == VERDICT_GOOD &&
        (out->entry.seen_size > out->index || out->entry.seen_size > r->tree.n ||
         !hash_equal(audit_tree_root(&r->tree, out->entry.seen_size), out->entry.seen_root))) {
        out->form = VERDICT_SEEN_CONTRADICTS;
    }
    r->next++;
    return true;
}

void reading_warn(const char *format, ...)
{
    struct why why;
    va_list list;
    va_start(list, format);
    (void)vsnprintf(why.text, sizeof why.text, format, list);
    va_end(list);
    (void)exit_report("baraza", ERR_CORRUPT, &why); // said, and gone on
}

int reading_need_whole(const struct reading *r, bool words)
{
    struct why why;
    if (r->damaged == 0 && (!words || r->damaged_words == 0)) {
        return -1;
    }
    why_set(&why, "%llu entries of the record, and the words of %llu, are damaged on this hub's disk: what is written "
                  "of it could not be verified. Restore the last backup; baraza check names them",
            (unsigned long long)r->damaged, (unsigned long long)r->damaged_words);
    return cmd_fail(ERR_CORRUPT, &why);
}

// By the end of the record a redaction may have come into force, or be it no more.
static void judge_redactions(struct reading *r)
{
    struct reading_item item;
    reading_rewind(r);
    while (r->redacted && read_entry(r, &item)) {
        if (item.form == VERDICT_GOOD && item.body.kind == KIND_REDACTION) {
            erasure_put(r->erasures, &item.entry, &item.body, item.index,
                         roster_standing(r->roster, &item.entry, item.form, &item.body, item.index));
        }
    }
}

static enum err fold(struct reading *r)
{
    struct reading_item item;
    struct progress progress = reading_progress(r, "reading", r->head.size);
    r->roster = roster_new(&r->charter);
    r->erasures = erasure_new();
    reading_rewind(r);
    while (read_entry(r, &item)) {
        const enum verdict v = roster_apply(r->roster, &item.entry, item.form, &item.body, item.index);
        if (item.form == VERDICT_GOOD && item.body.kind == KIND_REDACTION) {
            r->redacted = true;
            erasure_put(r->erasures, &item.entry, &item.body, item.index, v);
        }
        add_kind(r, kind_of(item.entry.kind));
        audit_tree_add(&r->tree, item.entry.id);
        progress_step(&progress, r->next, loop_now_ms());
    }
    progress_end(&progress, loop_now_ms());
    if (r->e == OK && !hash_equal(merkle_root(&r->tree.frontier), r->head.root)) {
        why_set(&r->why, "the entries do not give the root that the checkpoint names");
        r->e = ERR_CORRUPT;
    }
    judge_redactions(r);
    r->with_parts = true;
    reading_rewind(r);
    return r->e;
}

bool reading_next(struct reading *r, struct reading_item *out)
{
    if (!read_entry(r, out)) {
        return false;
    }
    if (r->next > r->tree.n || !hash_equal(out->entry.id, r->tree.leaves[r->next - 1])) {
        why_set(&r->why, "the record was changed while it was read");
        r->e = ERR_CORRUPT;
        return false;
    }
    out->standing = roster_standing(r->roster, &out->entry, out->form, &out->body, out->index);
    // PROTOCOL 16.3: nobody is shown what is covered, also while it is still here.
    out->erased = erasure_mask(r->erasures, &out->entry);
    if (out->has_parts && out->erased != 0) {
        (void)disclosure_erase(&out->disclosure, out->entry.parts, out->erased);
    }
    return true;
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int reading_open(struct cmd_context *context, const struct reading_from *from, struct reading **out)
{
    struct reading *r = mem_new(sizeof *r);
    r->context = context;
    r->charter_note = buf_new(LIMIT_EXPORT_FRAME);
    r->checkpoint = buf_new(LIMIT_EXPORT_FRAME);
    r->is_file = from->record != NULL && !is_directory(from->record);
    int code = r->is_file ? reading_file_open(r, from)
                          : reading_hub_open(r, from->record != NULL ? from->record : context->state);
    if (code < 0) {
        enum err e = fold(r);
        code = e == OK ? -1 : cmd_fail(e, &r->why);
    }
    if (code >= 0) {
        reading_close(r);
        return code;
    }
    if (reading_charter(r)->practice) {
        cmd_practice();
    }
    *out = r;
    return -1;
}

bool reading_at_hub(const struct cmd_context *context)
{
    char *key = state_path_in(context->state, STATE_HUB_AUTHOR);
    const bool hub = file_exists(key);
    free(key);
    return hub;
}

int reading_parse(struct cmd_context *context, struct arg_command command, int argc, char **argv,
                  struct reading_from *from, struct args *args, bool *record)
{
    const struct arg_spec rows[] = {
        READING_RECORD(from),
        READING_CHARTER(from),
        { .name = NULL },
    };
    *from = (struct reading_from){ NULL, NULL };
    command.options = rows;
    int code = cmd_parse(context, &command, argc, argv, args);
    if (record != NULL) {
        *record = code < 0 && (from->record != NULL || reading_at_hub(context));
    }
    return code;
}

void reading_close(struct reading *r)
{
    if (r == NULL) {
        return;
    }
    reading_hub_close(r);
    reading_file_close(r);
    roster_free(r->roster);
    erasure_free(r->erasures);
    audit_tree_done(&r->tree);
    free(r->kinds);
    buf_done(&r->charter_note);
    buf_done(&r->checkpoint);
    free(r);
}

struct state *reading_state(const struct reading *r)
{
    return r->is_file ? NULL : r->hub.work.desk.state;
}

int reading_end(struct reading *r)
{
    return r->e == OK ? -1 : cmd_fail(r->e, &r->why);
}

int reading_need_checkpoint(const struct reading *r)
{
    struct why why;
    if (r->checkpoint.n > 0) {
        return -1;
    }
    why_set(&why, "the hub has not published a checkpoint yet: start it once (baraza-hub --state %.100s)",
            state_dir(r->hub.work.desk.state));
    return cmd_fail(ERR_NOT_FOUND, &why);
}

struct tree_head reading_head(const struct reading *r)
{
    return r->head;
}

struct slice reading_checkpoint(const struct reading *r)
{
    return buf_slice(&r->checkpoint);
}

const struct charter *reading_charter(const struct reading *r)
{
    return &r->charter;
}

struct hash reading_consultation(const struct reading *r)
{
    return r->charter.id;
}

struct slice reading_charter_note(const struct reading *r)
{
    return buf_slice(&r->charter_note);
}

const struct roster *reading_roster(const struct reading *r)
{
    return r->roster;
}

const struct erasure *reading_erasures(const struct reading *r)
{
    return r->erasures;
}

const struct hash *reading_ids(const struct reading *r)
{
    return r->tree.leaves;
}

enum kind reading_kind(const struct reading *r, uint64_t index)
{
    CHECK(index < r->tree.n);
    return (enum kind)r->kinds[index];
}

size_t reading_digits(const struct reading *r)
{
    struct print_ids ids = { NULL, 0, 0 };
    for (size_t i = 0; i < r->tree.n; i++) {
        print_ids_add(&ids, r->tree.leaves[i]);
    }
    size_t digits = print_ids_digits(&ids);
    print_ids_done(&ids);
    return digits;
}

enum err reading_look(const struct reading *r, struct slice typed, uint64_t *index)
{
    struct id_prefix prefix;
    if (typed.n < PREFIX_FEWEST || !id_prefix_make(typed, &prefix)) {
        return ERR_BAD_INPUT;
    }
    for (size_t i = 0; i < r->tree.n && !id_prefix_done(&prefix); i++) {
        id_prefix_offer(&prefix, r->tree.leaves[i].b, i);
    }
    uint64_t found = 0;
    enum err e = id_prefix_result(&prefix, &found);
    if (e == OK) {
        *index = found;
    }
    return e;
}

int reading_find(const struct reading *r, const char *typed, struct hash *out)
{
    struct why why = { "" };
    uint64_t index = 0;
    enum err e = reading_look(r, slice_text(typed), &index);
    if (e == OK) {
        *out = r->tree.leaves[index];
    }
    if (e == ERR_NOT_FOUND) {
        why_set(&why, "the record has no entry \"%.70s\"", typed);
    } else if (e == ERR_BUSY) {
        why_set(&why, "several entries begin with \"%.70s\": give more of the id", typed);
        e = ERR_BAD_INPUT;
    } else if (e == ERR_BAD_INPUT) {
        why_set(&why, "\"%.70s\" is no id: hex digits, 4 or more", typed);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}
