// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record's entries, where journals lie in it, and its checkpoints. It must never put an entry anywhere but at the
// end, and never sign.
// Read first: docs/STORAGE.md, "The record".
#include "common/store/record_inside.h"

#include "common/base/file.h"
#include "common/format/pack.h"
#include "common/store/cell.h"

#include <stdlib.h>
#include <string.h>

#define FRONTIER_BYTES (8 + 64 * 32)

struct record *record_new(void)
{
    return mem_new(sizeof(struct record));
}

void record_free(struct record *r)
{
    free(r);
}

enum err record_load(struct record *r, struct kv_txn *t, struct why *why)
{
    memset(r, 0, sizeof *r);
    enum err e = tree_load(r, t, why);
    if (e != OK) {
        memset(r, 0, sizeof *r);
    }
    return e;
}

uint64_t record_size(const struct record *r)
{
    return r->frontier.size;
}

struct tree_head record_head(const struct record *r)
{
    return merkle_head(&r->frontier);
}

// --- slots: journal ‖ branch ‖ first seq -> u64 index ‖ u64 count, a run of entries that lie side by side ---

static void run_put(struct kv_txn *t, const struct slot_run *run)
{
    uint8_t value[16];
    struct key key = key_position(DB_SLOT, &run->first);
    be64_put(value, run->index);
    be64_put(value + 8, run->count);
    cell_put(t, DB_SLOT, key_slice(&key), SLICE_ARRAY(value));
}

static bool run_continues(const struct slot_run *run, const struct position *at, uint64_t index)
{
    return run->count > 0 && journal_id_equal(run->first.journal, at->journal) && run->first.branch == at->branch &&
           run->first.seq + run->count == at->seq && run->index + run->count == index;
}

void record_append(struct record *r, struct kv_txn *t, const struct record_item *item, uint64_t *index)
{
    uint64_t at = r->frontier.size;
    CHECK(item->at.branch < LIMIT_BRANCHES);
    leaf_put(t, at, item->id, item->entry, item->sealed, item->wrapped);
    if (item->control) {
        struct key key = key_index(DB_CONTROL, at);
        cell_put_last(t, DB_CONTROL, key_slice(&key), slice_of(NULL, 0));
    }
    if (run_continues(&r->run, &item->at, at)) {
        r->run.count++;
    } else {
        if (r->run.count > 0) {
            run_put(t, &r->run);
        }
        r->run = (struct slot_run){ item->at, at, 1 };
    }
    tree_append(r, t, item->id);
    if (index != NULL) {
        *index = at;
    }
}

void record_finish(struct record *r, struct kv_txn *t)
{
    if (r->run.count > 0) { // stays open: the next transaction may go on with it
        run_put(t, &r->run);
    }
    tree_finish(r, t);
}

enum err record_slot(struct kv_txn *t, const struct position *at, uint64_t *index)
{
    struct key_fields f = { .journal = at->journal, .branch = at->branch };
    struct key prefix = key_make(DB_SLOT, &f, 2);
    struct key upto = key_position(DB_SLOT, at);
    struct slice key;
    struct slice raw;
    struct slice value;
    if (!kv_last(t, DB_SLOT, key_slice(&prefix), key_slice(&upto), &key, &raw)) {
        enum err e = kv_error(t);
        return e != OK ? e : ERR_NOT_FOUND;
    }
    if (!key_parse(DB_SLOT, key, &f) || !cell_open(DB_SLOT, key, raw, &value) || value.n != 16) {
        return ERR_CORRUPT;
    }
    uint64_t offset = at->seq - f.seq;
    if (offset >= be64_get(value.p + 8)) {
        return ERR_NOT_FOUND;
    }
    *index = be64_get(value.p) + offset;
    return OK;
}

enum err record_places(struct kv_txn *t, const struct journal_id *journal, uint64_t seq,
                       struct record_place out[LIMIT_BRANCHES], size_t *n)
{
    size_t found = 0;
    for (uint8_t branch = 0; branch < LIMIT_BRANCHES; branch++) {
        struct position at = { *journal, seq, branch };
        struct stored entry;
        uint64_t index = 0;
        enum err e = record_slot(t, &at, &index);
        if (e == ERR_NOT_FOUND) {
            continue;
        }
        if (e == OK) {
            e = leaf_get(t, index, &entry, NULL);
        }
        if (e != OK) {
            return e == ERR_NOT_FOUND ? ERR_CORRUPT : e; // a slot without its entry
        }
        out[found++] = (struct record_place){ branch, index, entry.id };
    }
    *n = found;
    return OK;
}

bool record_next_control(struct kv_txn *t, uint64_t *index)
{
    struct key from = key_index(DB_CONTROL, *index);
    struct kv_range range = kv_range_new(t, DB_CONTROL, slice_of(NULL, 0), key_slice(&from));
    struct key_fields f;
    struct slice value;
    bool found = kv_range_next(&range);
    if (found && (!key_parse(DB_CONTROL, range.key, &f) || !cell_open(DB_CONTROL, range.key, range.value, &value))) {
        kv_fail(t, ERR_CORRUPT);
        found = false;
    }
    kv_range_done(&range);
    if (found) {
        *index = f.index;
    }
    return found;
}

// --- where journals end: journal ‖ branch -> [next, head, index, frontier] ---

void record_journal_put(struct kv_txn *t, const struct record_journal *journal)
{
    struct key_fields f = { .journal = journal->head.journal, .branch = (uint8_t)journal->head.branch };
    struct key key = key_make(DB_HEAD, &f, 0);
    struct buf frontier = buf_new(FRONTIER_BYTES);
    struct buf value = buf_new(FRONTIER_BYTES + 128);
    CHECK(journal->head.branch < LIMIT_BRANCHES);
    merkle_frontier_put(&journal->custody, &frontier);
    pack_array(&value, 4);
    pack_uint(&value, journal->head.next);
    pack_bin(&value, SLICE_ARRAY(journal->head.head.b));
    pack_uint(&value, journal->index);
    pack_bin(&value, buf_slice(&frontier));
    CHECK(buf_ok(&value));
    cell_put(t, DB_HEAD, key_slice(&key), buf_slice(&value));
    buf_done(&frontier);
    buf_done(&value);
}

static bool record_journal_parse(struct slice key, struct slice value, struct record_journal *out)
{
    struct key_fields f;
    struct record_journal j = { 0 };
    if (!key_parse(DB_HEAD, key, &f)) {
        return false;
    }
    struct cursor c = cursor_new(value, false);
    cursor_array_of(&c, 4);
    j.head.journal = f.journal;
    j.head.branch = f.branch;
    j.head.next = cursor_uint(&c);
    cursor_bin_fixed(&c, j.head.head.b, sizeof j.head.head.b);
    j.index = cursor_uint(&c);
    struct slice frontier = cursor_bin(&c);
    if (!cursor_done(&c) || !merkle_frontier_parse(frontier, &j.custody)) {
        return false;
    }
    *out = j;
    return true;
}

enum err record_journal_get(struct kv_txn *t, const struct journal_id *journal, uint64_t branch,
                            struct record_journal *out)
{
    struct key_fields f = { .journal = *journal, .branch = (uint8_t)branch };
    struct key key = key_make(DB_HEAD, &f, 0);
    struct slice value;
    CHECK(branch < LIMIT_BRANCHES);
    enum err e = cell_get(t, DB_HEAD, key_slice(&key), &value);
    if (e == OK && !record_journal_parse(key_slice(&key), value, out)) {
        e = ERR_CORRUPT;
    }
    return e;
}

struct record_journal_range record_journal_range_new(struct kv_txn *t)
{
    struct slice none = slice_of(NULL, 0);
    return (struct record_journal_range){ .range = kv_range_new(t, DB_HEAD, none, none) };
}

bool record_journal_range_next(struct record_journal_range *r)
{
    struct slice value;
    if (!kv_range_next(&r->range)) {
        return false;
    }
    if (!cell_open(DB_HEAD, r->range.key, r->range.value, &value) ||
        !record_journal_parse(r->range.key, value, &r->journal)) {
        kv_fail(r->range.t, ERR_CORRUPT);
        return false;
    }
    return true;
}

void record_journal_range_done(struct record_journal_range *r)
{
    kv_range_done(&r->range);
}

// --- checkpoints ---

void record_checkpoint_put(struct kv_txn *t, uint64_t size, struct slice note)
{
    struct key key = key_index(DB_CHECKPOINT, size);
    cell_put_last(t, DB_CHECKPOINT, key_slice(&key), note);
}

enum err record_checkpoint_get(struct kv_txn *t, uint64_t size, struct slice *note)
{
    struct key key = key_index(DB_CHECKPOINT, size);
    return cell_get(t, DB_CHECKPOINT, key_slice(&key), note);
}

enum err record_checkpoint_last(struct kv_txn *t, uint64_t *size, struct slice *note)
{
    struct slice none = slice_of(NULL, 0);
    struct slice key;
    struct slice raw;
    struct key_fields f;
    if (!kv_last(t, DB_CHECKPOINT, none, none, &key, &raw)) {
        enum err e = kv_error(t);
        return e != OK ? e : ERR_NOT_FOUND;
    }
    if (!key_parse(DB_CHECKPOINT, key, &f) || !cell_open(DB_CHECKPOINT, key, raw, note)) {
        return ERR_CORRUPT;
    }
    *size = f.index;
    return OK;
}

enum err record_checkpoint_keep(const char *path, struct slice note, struct why *why)
{
    return file_replace(path, note, 0600, why);
}

static void say_restored(uint64_t size, uint64_t was_signed, struct why *why)
{
    why_set(why, "the record holds %llu entries, but a checkpoint of %llu was signed: it was restored or cut off",
            (unsigned long long)size, (unsigned long long)was_signed);
}

// The record against a head that was signed: its tree must have had this root at this size.
static enum err head_compare(struct record *r, struct kv_txn *t, struct tree_head head, struct why *why)
{
    struct hash root;
    if (head.size > r->frontier.size) {
        say_restored(r->frontier.size, head.size, why);
        return ERR_COPIED;
    }
    enum err e = record_root(r, t, head.size, &root);
    if (e == OK && !hash_equal(root, head.root)) {
        why_set(why, "the record's first %llu entries are not those that a checkpoint was signed for",
                (unsigned long long)head.size);
        e = ERR_CORRUPT;
    }
    return e;
}

static bool claims_more(struct slice whole, uint64_t size, struct why *why)
{
    struct note note;
    struct checkpoint c;
    if (!note_parse(whole, &note, NULL) || !checkpoint_parse(note.text, CHECKPOINT_OURS, &c, NULL) ||
        c.head.size <= size) {
        return false;
    }
    say_restored(size, c.head.size, why);
    return true;
}

enum err record_check_outside(struct record *r, struct kv_txn *t, const char *path, const struct service_keys *keys,
                              struct tree_head *out, struct why *why)
{
    struct buf kept = buf_new(LIMIT_NOTE_BYTES);
    struct tree_head head = tree_head_empty();
    struct slice published;
    uint64_t size = 0;
    enum err e = file_read(path, false, &kept, why);
    if (e == OK && service_checkpoint_verify(keys, buf_slice(&kept), &head, why) != VERDICT_GOOD) {
        // Of a record that was restored to before a change of key the signature cannot be judged; its size can.
        e = claims_more(buf_slice(&kept), r->frontier.size, why) ? ERR_COPIED : ERR_CORRUPT;
    } else if (e == ERR_NOT_FOUND) {
        e = OK;
    }
    if (e == OK) {
        e = head_compare(r, t, head, why);
    }
    if (e == OK) {
        e = record_checkpoint_last(t, &size, &published);
        if (e == OK && size > head.size) { // the file is written first, so it is never the older one
            why_set(why, "a checkpoint of %llu was published, but %s is missing or older", (unsigned long long)size,
                    path);
            e = ERR_CORRUPT;
        } else if (e == ERR_NOT_FOUND) {
            e = OK;
        }
    }
    if (e == OK) {
        *out = head;
    }
    buf_done(&kept);
    return e;
}
