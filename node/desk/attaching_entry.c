// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments of entries: what they are called, how far the hub is, and their bytes. Read first: attaching.h.
#include "node/desk/attaching.h"

#include "common/author/erasing.h"
#include "common/format/armor.h"

#include <string.h>

// The part's bytes; empty when there are none to be read.
static struct slice part_of(const struct entry *e, const struct disclosure *d)
{
    for (size_t i = 0; i < e->part_count && i < d->count; i++) {
        if (slice_equal(e->parts[i].name, slice_text("attachments")) && d->parts[i].state == PART_DISCLOSED) {
            return d->parts[i].bytes;
        }
    }
    return slice_of(NULL, 0);
}

static void look(struct kv_txn *t, bool hub, const struct entry *e, struct attaching_row *row)
{
    struct blob b;
    struct attached at;
    const struct journal_id journal = { e->place.author, e->place.incarnation };
    const bool known = blob_look(t, row->a.blob.root, &b) == OK;
    row->here = known && blob_whole(&b);
    if (hub && known && !b.gone) {
        const uint64_t bytes = (uint64_t)b.next * LIMIT_CHUNK_CLEAR;
        row->received = row->here || bytes > b.size ? b.size : bytes;
        row->state = row->here ? ATTACHED_HELD : ATTACHED_WAITING;
    } else if (!hub && attached_get(t, &journal, e->place.seq, row->a.blob.root, &at) == OK) {
        row->received = attached_received(&at);
        row->state = at.state;
    } else if (!hub && row->here) {
        row->state = ATTACHED_WAITING; // of what was signed anew: it goes up behind that
    }
}

size_t attaching_of(struct kv_txn *t, bool hub, const struct entry *e, const struct disclosure *d,
                    struct attaching_row out[LIMIT_ATTACHMENTS])
{
    struct manifest m;
    struct attachment list[LIMIT_ATTACHMENTS];
    if (!manifest_parse(part_of(e, d), &m)) {
        return 0;
    }
    const bool open = m.count > 0 && manifest_list(&m, m.list, list);
    for (size_t i = 0; i < m.count; i++) {
        out[i] = (struct attaching_row){ .a.blob = m.blobs[i], .sealed = !open };
        if (open) {
            out[i].a = list[i];
        }
        out[i].state = ATTACHED_LOST;
        if (t != NULL) {
            look(t, hub, e, &out[i]);
        }
    }
    mem_wipe(list, sizeof list);
    return m.count;
}

enum err attaching_row_read(struct kv_txn *t, const struct attaching_row *row, uint64_t offset, size_t most,
                            struct buf *out)
{
    struct blob b;
    enum err e = blob_look(t, row->a.blob.root, &b);
    if (e != OK || row->sealed || !blob_whole(&b) || b.size != row->a.blob.size) {
        return e != OK ? e : ERR_NOT_FOUND;
    }
    return attach_read(t, b.id, &row->a.key, b.size, offset, most, out);
}

// Drops what a redaction covers that came down, also while it is still here.
static enum err hide_erased(struct desk *desk, struct kv_txn *t, const struct entry *e, struct disclosure *d)
{
    struct erasure *erasures = NULL;
    struct why why = { "" };
    enum err err = erasing_fold(t, state_charter(desk->state), NULL, &erasures, &why);
    if (err == OK) {
        (void)disclosure_erase(d, e->parts, erasure_mask(erasures, e));
        erasure_free(erasures);
    }
    return err;
}

static enum err read_entry(struct desk *desk, struct kv_txn *t, struct hash id, struct buf *parts, struct entry *e,
                           struct disclosure *d)
{
    struct position at;
    struct stored stored;
    struct buf hex = buf_new(2 * sizeof id);
    armor_put_hex(&hex, SLICE_ARRAY(id.b));
    enum err err = journal_find(t, buf_slice(&hex), &at);
    buf_done(&hex);
    if (err == OK) {
        err = journal_get(t, &at, &stored, NULL);
    }
    if (err == OK && entry_parse(stored.bytes, e) != VERDICT_GOOD) {
        err = ERR_CORRUPT;
    }
    if (err == OK) {
        err = journal_parts(t, desk->readable ? &desk->store_key : NULL, &at, parts, NULL);
    }
    if (err == OK && disclosure_parse(buf_slice(parts), d) != VERDICT_GOOD) {
        err = ERR_CORRUPT;
    }
    return err == OK ? hide_erased(desk, t, e, d) : err;
}

enum err attaching_read_entry(struct desk *desk, struct hash id, size_t number, uint64_t offset, struct buf *out,
                              uint64_t *size, char type[LIMIT_ATTACHMENT_TYPE + 1], struct trouble *trouble)
{
    struct kv_txn *t = NULL;
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct attaching_row rows[LIMIT_ATTACHMENTS];
    struct entry e;
    struct disclosure d = { .count = 0 };
    enum err err = kv_begin_read(state_kv(desk->state), &t);
    const bool begun = err == OK;
    if (begun) {
        err = read_entry(desk, t, id, &parts, &e, &d);
        err = err == ERR_NOT_FOUND ? trouble_set(trouble, TROUBLE_ENTRY_UNKNOWN) : trouble_of_err(trouble, err, NULL);
    } else {
        err = trouble_of_err(trouble, err, NULL);
    }
    const size_t n = err == OK ? attaching_of(t, false, &e, &d, rows) : 0;
    if (err == OK && (number >= n || attaching_row_read(t, &rows[number], offset, ATTACHING_PIECE, out) != OK)) {
        err = trouble_set(trouble, TROUBLE_ATTACHMENT_GONE);
    }
    if (err == OK) {
        *size = rows[number].a.blob.size;
        CHECK(rows[number].a.type.n <= LIMIT_ATTACHMENT_TYPE);
        memcpy(type, rows[number].a.type.p, rows[number].a.type.n);
        type[rows[number].a.type.n] = '\0';
    }
    mem_wipe(rows, sizeof rows);
    mem_wipe(&d, sizeof d);
    kv_abort(t);
    buf_wipe(&parts);
    buf_done(&parts);
    return err;
}
