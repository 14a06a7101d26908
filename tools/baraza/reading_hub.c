// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record from a hub's store, in short transactions, so that a running hub is not held up. Read first: reading.h.
#include "tools/baraza/reading_inside.h"

#include "common/format/checkpoint.h"

#define TXN_ENTRIES 4096 // entries read in one transaction

// Whether the record is still the one that its last checkpoint was signed for.
static enum err compare(struct reading *r, struct record *record, uint64_t size, struct why *why)
{
    struct checkpoint checkpoint;
    struct note note;
    struct hash root;
    if (size > record_size(record)) {
        why_set(why, "the record is smaller than its last checkpoint: it was restored; keep it and ask for help");
        return ERR_CORRUPT;
    }
    enum err e = record_root(record, r->hub.t, size, &root);
    if (e != OK) {
        return e;
    }
    if (!note_parse(buf_slice(&r->checkpoint), &note, why) ||
        !checkpoint_parse(note.text, CHECKPOINT_OURS, &checkpoint, why)) {
        return ERR_CORRUPT;
    }
    if (checkpoint.head.size != size || !hash_equal(checkpoint.head.root, root)) {
        why_set(why, "the record is not the one that its last checkpoint was signed for");
        return ERR_CORRUPT;
    }
    r->head = checkpoint.head;
    return OK;
}

// The record ends at the checkpoint that was published last; before the first, where it is.
static enum err load_head(struct reading *r, struct why *why)
{
    struct record *record = record_new();
    struct slice note;
    uint64_t size = 0;
    enum err e = record_load(record, r->hub.t, why);
    if (e == OK) {
        e = record_checkpoint_last(r->hub.t, &size, &note);
    }
    if (e == OK) {
        buf_put(&r->checkpoint, note);
        e = compare(r, record, size, why);
    } else if (e == ERR_NOT_FOUND) {
        r->head = record_head(record);
        e = OK;
    }
    record_free(record);
    return e;
}

int reading_hub_open(struct reading *r, const char *dir)
{
    struct cmd_context there = *r->context;
    struct why why = { "" };
    there.state = dir;
    r->hub.bytes = buf_new(LIMIT_ENTRY_BYTES);
    r->hub.parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    int code = work_read(&there, &r->hub.work);
    if (code >= 0) {
        return code;
    }
    if (state_info(r->hub.work.desk.state)->side != STORE_HUB) {
        return cmd_usage("the record is at the hub: name its state with --state, or an export with --record FILE");
    }
    enum err e = kv_begin_read(state_kv(r->hub.work.desk.state), &r->hub.t);
    if (e == OK) {
        e = load_head(r, &why);
    }
    buf_put(&r->charter_note, state_charter_note(r->hub.work.desk.state));
    r->charter = *state_charter(r->hub.work.desk.state);
    return e == OK ? -1 : cmd_fail(e, &why);
}

void reading_hub_close(struct reading *r)
{
    kv_abort(r->hub.t);
    work_close(&r->hub.work);
    buf_wipe(&r->hub.parts);
    buf_done(&r->hub.parts);
    buf_done(&r->hub.bytes);
}

static enum err renew(struct hub_source *h)
{
    if (h->t != NULL && h->read < TXN_ENTRIES) {
        return OK;
    }
    kv_abort(h->t);
    h->t = NULL;
    h->read = 0;
    return kv_begin_read(state_kv(h->work.desk.state), &h->t);
}

static enum err read_parts(struct reading *r, struct reading_item *out)
{
    struct hub_source *h = &r->hub;
    buf_wipe(&h->parts);
    enum err e = leaf_parts(h->t, &h->work.desk.store_key, r->next, &h->parts, &r->why);
    if (e == ERR_CRYPTO) { // the hub at work has renewed its store key: its key of now, and the store of now
        h->read = TXN_ENTRIES;
        e = renew(h);
        e = e == OK ? work_hub_key(&h->work, &r->why) : e;
        e = e == OK ? leaf_parts(h->t, &h->work.desk.store_key, r->next, &h->parts, &r->why) : e;
    }
    if (e == ERR_NOT_FOUND) {
        return OK; // they never arrived, or were erased
    }
    if (e == OK && (disclosure_parse(buf_slice(&h->parts), &out->disclosure) != VERDICT_GOOD ||
                    out->disclosure.count != out->entry.part_count)) {
        e = ERR_CORRUPT;
    }
    if (e == ERR_CORRUPT && kv_error(h->t) == OK) {
        if (r->next >= r->words_told) {
            r->damaged_words++;
            r->words_told = r->next + 1;
            reading_warn("the words of entry %llu of the record are damaged on this hub's disk",
                         (unsigned long long)r->next);
        }
        return OK;
    }
    out->has_parts = e == OK;
    if (out->has_parts && out->disclosure.has_seed) {
        disclosure_derive(&out->disclosure, out->entry.parts);
    }
    return e;
}

bool reading_hub_next(struct reading *r, struct reading_item *out)
{
    struct hub_source *h = &r->hub;
    struct stored stored;
    r->e = renew(h);
    if (r->e == OK) {
        h->read++;
        r->e = leaf_get(h->t, r->next, &stored, &r->why);
    }
    if (r->e != OK) {
        return false;
    }
    buf_reset(&h->bytes);
    buf_put(&h->bytes, stored.bytes);
    if (!buf_ok(&h->bytes) || entry_parse(buf_slice(&h->bytes), &out->entry) != VERDICT_GOOD) {
        why_set(&r->why, "entry %llu of the record is damaged", (unsigned long long)r->next);
        r->e = ERR_CORRUPT;
        return false;
    }
    if (r->with_parts && out->entry.part_count > 0) {
        r->e = read_parts(r, out);
    }
    return r->e == OK;
}

bool reading_hub_pass(struct reading *r, struct hash *id)
{
    if (r->e != ERR_CORRUPT || r->hub.t == NULL || kv_error(r->hub.t) != OK || leaf_id(r->hub.t, r->next, id) != OK) {
        return false;
    }
    r->e = OK;
    return true;
}
