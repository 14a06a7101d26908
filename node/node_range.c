// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The bytes of a range that node_core named: a compressed batch while somebody is unlocked, else the outbox copies
// that only the hub can open (PROTOCOL 10.1, 10.4).
#include "node/node_store.h"

#include "common/format/outbox.h"
#include "common/format/pack.h"
#include "common/store/journal.h"
#include "common/store/outbox_store.h"

// A message under making.
struct packing {
    struct kv_txn *t;
    const struct node_action *range;
    const struct outbox_cover *cover;
    struct msg_entries m;
    struct buf payload;
    struct buf parts;
    struct why *why;
};

// --- readable entries ---
static enum err read_parts(struct packing *p, const struct store_key *key, const struct position *at,
                           const struct entry *e, struct disclosure *d)
{
    *d = (struct disclosure){ .count = 0 };
    buf_wipe(&p->parts);
    if (e->part_count == 0) {
        return OK;
    }
    enum err err = journal_parts(p->t, key, at, &p->parts, p->why);
    if (err == OK && disclosure_parse(buf_slice(&p->parts), d) != VERDICT_GOOD) {
        err = ERR_CORRUPT;
    }
    if (err == OK && d->has_seed) {
        disclosure_derive(d, e->parts);
    }
    return err;
}

static bool fits(const struct packing *p, const struct wire_maker *maker, const struct entry *e)
{
    uint64_t more = e->bytes.n + buf_slice(&p->parts).n;
    return wire_count(maker) == 0 || wire_bytes(maker) + more <= p->range->as.send_range.max_raw;
}

static enum err pack_wire(struct packing *p, const struct store_key *key, struct wire_maker *maker)
{
    struct journal_range r = journal_range_new(p->t, &p->m.journal, p->m.first);
    enum err err = OK;
    bool more = true;
    while (more && p->m.first + p->m.count < p->range->as.send_range.to && journal_range_next(&r)) {
        struct entry e;
        struct disclosure d;
        // What is damaged here may have a whole copy: the message ends before it.
        if (!r.whole || r.at.seq != p->m.first + p->m.count || entry_parse(r.entry.bytes, &e) != VERDICT_GOOD) {
            break;
        }
        err = read_parts(p, key, &r.at, &e, &d);
        if (err == ERR_CORRUPT || err == ERR_NOT_FOUND) {
            err = OK;
            break;
        }
        if (err != OK) {
            break;
        }
        if (p->m.count == 0) {
            p->m.prev = e.prev;
            const struct wire_head head = { p->m.journal.key, p->m.journal.incarnation, p->m.branch, e.place.seq,
                                            e.prev };
            wire_begin(maker, &head);
        }
        more = fits(p, maker, &e) && wire_append(maker, &e, &d);
        p->m.count += more;
    }
    journal_range_done(&r);
    if (err == OK) {
        err = kv_error(p->t);
    }
    if (err == OK && p->m.count > 0) {
        p->m.form = ENTRIES_WIRE;
        p->m.raw = wire_bytes(maker);
        wire_end(maker, &p->payload);
    }
    return err;
}

// --- outbox copies ---
// What the entry would be after decompression, which a locked device cannot see: its bytes and those of its parts; the
// most it can be when it is damaged.
static enum err raw_of(struct packing *p, const struct position *at, struct hash *prev, uint64_t *raw)
{
    struct stored stored;
    struct entry e;
    struct slice sealed = { NULL, 0 };
    struct key key = key_position(DB_PART, at);
    struct position before = { at->journal, at->seq - 1, at->branch };
    enum err err = journal_get(p->t, at, &stored, p->why);
    (void)kv_get(p->t, DB_PART, key_slice(&key), &sealed);
    if (err == OK && entry_parse(stored.bytes, &e) == VERDICT_GOOD) {
        *prev = e.prev;
        *raw = stored.bytes.n + sealed.n;
        return OK;
    }
    *raw = LIMIT_ENTRY_BYTES + sealed.n;
    *prev = (struct hash){ { 0 } };
    return at->seq > 0 ? journal_entry_id(p->t, &before, prev) : kv_error(p->t);
}

// The unlock keys that the records of one message need: few, mostly one.
struct unlocks {
    size_t n;
    struct unlock_id ids[16];
    uint8_t records[16][OUTBOX_KEY_BYTES];
};

// Takes the key of a record into the message. False when there is no room for one more, or it cannot be had: it is
// damaged, or the cover was destroyed. What is under it travels when somebody unlocks.
static bool add_unlock(struct packing *p, struct unlocks *u, struct unlock_id id)
{
    for (size_t i = 0; i < u->n; i++) {
        if (memcmp(&u->ids[i], &id, sizeof id) == 0) {
            return true;
        }
    }
    if (u->n == sizeof u->ids / sizeof u->ids[0]) {
        return false;
    }
    struct buf record = buf_over(u->records[u->n], sizeof u->records[0]);
    if (outbox_key_get(p->t, p->cover, id, &record) != OK) {
        return false;
    }
    u->ids[u->n++] = id;
    return true;
}

// Adds the copy at a position. *more: false when it does not belong into this message any more, or cannot be sent as a
// copy because that is missing or damaged.
static enum err add_copy(struct packing *p, const struct position *at, struct unlocks *unlocks, struct buf *records,
                         bool *more)
{
    struct slice record;
    struct hash prev;
    struct unlock_id id;
    uint64_t raw = 0;
    *more = outbox_get(p->t, at, &record) == OK && outbox_parse(record, &id) && raw_of(p, at, &prev, &raw) == OK &&
            (p->m.count == 0 || p->m.raw + raw <= p->range->as.send_range.max_raw) && add_unlock(p, unlocks, id);
    if (*more) {
        p->m.prev = p->m.count == 0 ? prev : p->m.prev;
        p->m.raw += raw;
        p->m.count++;
        pack_bin(records, record);
    }
    return kv_error(p->t);
}

static enum err pack_outbox(struct packing *p)
{
    struct unlocks unlocks = { 0 };
    struct buf records = buf_new(LIMIT_FRAME_BYTES);
    struct position at = { .journal = p->m.journal, .seq = p->m.first };
    enum err err = OK;
    bool more = true;
    while (err == OK && more && at.seq < p->range->as.send_range.to && p->m.count < LIMIT_OUTBOX_RECORDS) {
        err = add_copy(p, &at, &unlocks, &records, &more);
        at.seq++;
    }
    if (err == OK && p->m.count > 0) {
        p->m.form = ENTRIES_OUTBOX;
        pack_array(&p->payload, 2);
        pack_array(&p->payload, unlocks.n);
        for (size_t i = 0; i < unlocks.n; i++) {
            pack_bin(&p->payload, SLICE_ARRAY(unlocks.records[i]));
        }
        pack_array(&p->payload, p->m.count);
        buf_put(&p->payload, buf_slice(&records));
        uint64_t least = buf_slice(&p->payload).n;
        p->m.raw = p->m.raw > least ? p->m.raw : least;
    }
    buf_done(&records);
    return err;
}

// An entry that somebody unlocked cannot read here travels as its copy. Nothing: that cannot be sent either.
static enum err pack(struct packing *p, const struct node_reader *reader)
{
    enum err e = reader->key != NULL ? pack_wire(p, reader->key, reader->maker) : OK;
    return e == OK && p->m.count == 0 ? pack_outbox(p) : e;
}

enum err node_store_range(struct kv *kv, const struct node_reader *reader, const struct node_action *range,
                          struct buf *frame, uint64_t *to, uint64_t *raw, struct why *why)
{
    CHECK(range->type == NODE_SEND_RANGE);
    struct packing p = { .range = range,
                         .cover = reader->cover,
                         .m = { .journal = range->as.send_range.journal,
                                .branch = range->as.send_range.branch,
                                .first = range->as.send_range.from },
                         .payload = buf_new(LIMIT_FRAME_BYTES),
                         .parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES),
                         .why = why };
    enum err e = kv_begin_read(kv, &p.t);
    if (e == OK) {
        e = pack(&p, reader);
    }
    if (e == OK && p.m.count > 0) {
        CHECK(buf_ok(&p.payload));
        p.m.payload = buf_slice(&p.payload);
        const struct msg m = { .type = MSG_ENTRIES, .as.entries = p.m };
        msg_make(&m, frame);
        CHECK(buf_ok(frame));
    }
    if (e == OK) {
        *to = p.m.first + p.m.count;
        *raw = p.m.raw;
    }
    kv_abort(p.t);
    buf_wipe(&p.parts);
    buf_done(&p.parts);
    buf_done(&p.payload);
    return e;
}
