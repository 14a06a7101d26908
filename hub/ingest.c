// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One ENTRIES message becomes one batch of packets. This is where the hub's time goes: per entry one signature, a few
// hashes, one sealing, and no memory of its own but what the batch's arena gives.
// It must never believe a message about its payload: what the payload says is compared.
// Read first: hub/ingest.h, docs/PROTOCOL.md 10.
#include "hub/ingest.h"

#include "common/format/custody.h"
#include "common/format/outbox.h"
#include "common/base/num.h"
#include "common/format/attachment.h"
#include "common/format/pack.h"
#include "common/format/sealed.h"

// What the packets of one message are made with; the scratch buffers serve every entry in turn.
struct work {
    const struct ingest *in;
    const struct msg_entries *m;
    struct batch *batch;
    struct hash prev;   // id of the entry before
    struct buf plain;   // canonical disclosure of one entry
    struct buf sealed;  // the same, sealed
    struct vault_keys keys;
    bool starved;       // the memory that was charged for is used up before the first entry
};

// True when the arena, not the entry, is what a TOO_LARGE is about.
static bool arena_spent(const struct work *w)
{
    uint64_t cap = peer_charge(w->m->raw, w->m->count);
    return arena_used(w->batch->arena) + LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES > cap;
}

// What is not here of content, and what of it is said to be erased; whether rightly, admission knows. Of other kinds
// nothing is ever erased (PROTOCOL 16.1): there it only says that a part is withheld.
static void look_at_parts(struct wire_item *item, struct packet *p)
{
    const enum kind kind = kind_of(p->entry.kind);
    const bool content = kind != KIND_UNKNOWN && kind_info(kind)->content;
    for (size_t i = 0; i < p->entry.part_count; i++) {
        struct part *part = &item->disclosure.parts[i];
        if (!content && part->state == PART_ERASED) {
            part->state = PART_WITHHELD;
        }
        p->missing |= (uint64_t)(content && part->state != PART_DISCLOSED) << i;
        p->erased |= (uint64_t)(part->state == PART_ERASED) << i;
    }
}

// Parts of a contribution or an incident that should be sealed and are not. A correction's depend on what it corrects,
// which only who reads the record knows.
static uint32_t in_clear(const struct entry *e, const struct disclosure *d)
{
    struct body body;
    const enum kind kind = kind_of(e->kind);
    const bool seals = kind == KIND_CONTRIBUTION || kind == KIND_INCIDENT;
    return seals && kind_parse(e, &body) == VERDICT_GOOD ? sealed_missing(sealed_due_by(&body), d) : 0;
}

// Seals what the entry discloses into the batch's arena. False when the arena is full.
static bool seal_parts(struct work *w, const struct wire_item *item, struct packet *p)
{
    struct arena *arena = w->batch->arena;
    if (item->entry.part_count == 0) {
        return true;
    }
    buf_reset(&w->plain);
    buf_reset(&w->sealed);
    disclosure_make(&item->disclosure, &w->plain);
    struct wrapped *wrapped = arena_room(arena, sizeof *wrapped);
    if (wrapped == NULL) {
        return false;
    }
    vault_seal_next(&w->keys, w->batch->key, item->entry.id, buf_slice(&w->plain), &w->sealed, wrapped);
    CHECK(buf_ok(&w->plain));
    CHECK(buf_ok(&w->sealed));
    p->wrapped = wrapped;
    return arena_copy(arena, buf_slice(&w->sealed), &p->sealed);
}

// PROTOCOL 18.3: what a manifest names is expected from now on. False when the arena is full.
static bool read_attachments(struct work *w, const struct wire_item *item, struct packet *p)
{
    struct manifest m;
    for (size_t i = 0; i < p->entry.part_count; i++) {
        const struct part *part = &item->disclosure.parts[i];
        if (part->state != PART_DISCLOSED || part->bytes.n == 0 ||
            !slice_equal(p->entry.parts[i].name, slice_text("attachments")) || !manifest_parse(part->bytes, &m)) {
            continue;
        }
        struct attachment_blob *blobs = arena_take(w->batch->arena, m.count * sizeof *blobs);
        if (blobs == NULL) {
            return false;
        }
        memcpy(blobs, m.blobs, m.count * sizeof *blobs);
        p->attachments = blobs;
        p->attachment_count = m.count;
    }
    return true;
}

// Reads the body of a kind that rules read. False when the arena is full.
static bool read_body(struct work *w, struct packet *p)
{
    enum kind kind = kind_of(p->entry.kind);
    p->form = VERDICT_GOOD;
    p->control = kind != KIND_UNKNOWN && kind_info(kind)->control;
    if (!p->control) {
        return true;
    }
    struct body *body = arena_take(w->batch->arena, sizeof *body);
    if (body == NULL) {
        return false;
    }
    p->form = kind_parse(&p->entry, body);
    p->body = body;
    return true;
}

static void end_with_fault(struct work *w, const struct wire_item *item, enum verdict v)
{
    struct batch *b = w->batch;
    b->has_fault = true;
    b->fault = v;
    // An entry that could not be rebuilt has no bytes of its own: what was received stands for it.
    if (verdict_class_of(v) == VERDICT_IS_DEFERRAL) {
        return;
    }
    b->fault_received = hash_of(item->verdict == VERDICT_GOOD ? item->entry.bytes : item->wire);
}

// Checks one rebuilt entry and adds its packet. False when the batch ends before it: with a fault, or because the
// arena is full (what is left comes again after the acknowledgement; if nothing came before it, the message lied).
static bool take_item(struct work *w, struct wire_item *item)
{
    struct batch *b = w->batch;
    enum verdict v = item->verdict;
    if (v == VERDICT_GOOD && !hash_equal(item->entry.prev, w->prev)) {
        v = VERDICT_NOT_CANONICAL;
    }
    if (v == VERDICT_GOOD) {
        v = entry_verify(&item->entry, w->in->consultation);
    }
    if (v == VERDICT_TOO_LARGE && (b->count > 0 || arena_spent(w))) {
        w->starved = b->count == 0;
        return false;
    }
    if (v != VERDICT_GOOD) {
        end_with_fault(w, item, v);
        return false;
    }
    struct packet *p = &b->packets[b->count];
    *p = (struct packet){ .entry = item->entry };
    look_at_parts(item, p);
    p->in_clear = in_clear(&p->entry, &item->disclosure);
    p->custody_leaf = custody_leaf(p->entry.id, disclosure_settled(&item->disclosure));
    if (!read_body(w, p) || !read_attachments(w, item, p) || !seal_parts(w, item, p)) {
        w->starved = b->count == 0;
        return false;
    }
    w->prev = p->entry.id;
    b->count++;
    return true;
}

static enum verdict open_wire(struct work *w)
{
    const struct msg_entries *m = w->m;
    struct wire_batch wire;
    enum verdict v = wire_batch_open(m->payload, w->in->consultation, w->batch->arena, &wire);
    if (v != VERDICT_GOOD) {
        return v;
    }
    struct journal_id journal = { .key = wire.head.key, .incarnation = wire.head.incarnation };
    // PROTOCOL 11.5: what the message says of its payload was used to admit it here, so it must be true.
    if (!journal_id_equal(journal, m->journal) || wire.head.seq != m->first || !hash_equal(wire.head.prev, m->prev) ||
        wire.count != m->count || wire.raw > m->raw) {
        return VERDICT_BAD_MESSAGE;
    }
    struct wire_item item;
    while (wire_batch_next(&wire, &item) && take_item(w, &item)) {
    }
    return w->starved ? VERDICT_BAD_MESSAGE : VERDICT_GOOD;
}

// One unlock's key, opened when its first record needs it.
struct unlock {
    struct unlock_id id;
    struct slice boxed;
    bool open;
    bool tried;
    struct symkey key;
};

static struct unlock *find_unlock(struct work *w, struct unlock *unlocks, size_t n, struct unlock_id id)
{
    for (size_t i = 0; i < n; i++) {
        if (memcmp(&unlocks[i].id, &id, sizeof id) != 0) {
            continue;
        }
        if (!unlocks[i].tried) {
            unlocks[i].tried = true;
            unlocks[i].open = outbox_key_open(unlocks[i].boxed, w->in->intakes, &unlocks[i].key);
        }
        return unlocks[i].open ? &unlocks[i] : NULL;
    }
    return NULL;
}

// Reads the boxed keys of an outbox payload. False when the arena is full.
static bool read_unlocks(struct work *w, struct cursor *c, struct unlock **out, size_t *n)
{
    size_t count = cursor_array(c, LIMIT_OUTBOX_RECORDS);
    struct unlock *unlocks = arena_take(w->batch->arena, count * sizeof *unlocks);
    for (size_t i = 0; unlocks != NULL && i < count; i++) {
        unlocks[i].boxed = cursor_bin(c);
        if (cursor_ok(c) && !outbox_key_parse(unlocks[i].boxed, &unlocks[i].id)) {
            cursor_fail(c);
        }
    }
    *out = unlocks;
    *n = count;
    return unlocks != NULL;
}

static bool take_record(struct work *w, struct slice record, uint64_t seq, struct unlock *unlocks, size_t n)
{
    struct wire_item item = { .verdict = VERDICT_NOT_CANONICAL, .seq = seq, .wire = record };
    struct place place = { .consultation = w->in->consultation,
                           .author = w->m->journal.key,
                           .incarnation = w->m->journal.incarnation,
                           .seq = seq };
    struct unlock_id id;
    if (outbox_parse(record, &id)) {
        struct unlock *unlock = find_unlock(w, unlocks, n, id);
        item.verdict = VERDICT_SEALED_TO_FORMER; // PROTOCOL 12.4: not the author's fault
        if (unlock != NULL) {
            outbox_open(record, &unlock->key, &place, w->batch->arena, &item);
        }
    }
    return take_item(w, &item);
}

static enum verdict open_outbox(struct work *w)
{
    const struct msg_entries *m = w->m;
    struct unlock *unlocks = NULL;
    size_t unlock_count = 0;
    struct cursor c = cursor_new(m->payload, false);
    cursor_array_of(&c, 2);
    if (!read_unlocks(w, &c, &unlocks, &unlock_count)) {
        return VERDICT_TOO_LARGE;
    }
    // The records are looked at twice: nothing is opened before the payload is known to be whole.
    struct cursor again = c;
    size_t count = cursor_array(&c, LIMIT_OUTBOX_RECORDS);
    for (size_t i = 0; i < count && cursor_ok(&c); i++) {
        (void)cursor_bin(&c);
    }
    if (!cursor_done(&c)) {
        return VERDICT_NOT_CANONICAL;
    }
    if (count != m->count || m->raw < m->payload.n) {
        return VERDICT_BAD_MESSAGE;
    }
    (void)cursor_array(&again, LIMIT_OUTBOX_RECORDS);
    for (size_t i = 0; i < count && take_record(w, cursor_bin(&again), m->first + i, unlocks, unlock_count); i++) {
    }
    for (size_t i = 0; i < unlock_count; i++) {
        mem_wipe(&unlocks[i].key, sizeof unlocks[i].key);
    }
    return w->starved ? VERDICT_BAD_MESSAGE : VERDICT_GOOD;
}

enum verdict ingest_verify(const struct ingest *in, const struct msg_entries *m, struct batch *out)
{
    uint64_t end = 0;
    if (!num_add(m->first, m->count, &end)) {
        return VERDICT_NOT_CANONICAL;
    }
    out->journal = m->journal;
    out->first = m->first;
    out->prev = m->prev;
    // A batch may take what its message was charged for and not a byte more, whatever its payload unpacks to.
    out->arena = arena_new((size_t)peer_charge(m->raw, m->count));
    out->packets = arena_room(out->arena, m->count * sizeof *out->packets);
    CHECK(out->packets != NULL);
    out->keeper = in->keeper;
    out->key = keeper_hold(in->keeper);
    struct work w = { .in = in,
                      .m = m,
                      .batch = out,
                      .prev = m->prev,
                      .plain = buf_new(LIMIT_BATCH_BYTES),
                      .sealed = buf_new(LIMIT_BATCH_BYTES) };
    enum verdict v = m->form == ENTRIES_WIRE ? open_wire(&w) : open_outbox(&w);
    vault_keys_done(&w.keys);
    buf_wipe(&w.plain);
    buf_done(&w.plain);
    buf_done(&w.sealed);
    if (v != VERDICT_GOOD) {
        batch_done(out);
    }
    return v;
}

enum verdict ingest_chunk(const struct msg_chunk *m, uint64_t size, struct batch *out)
{
    if (!attachment_chunk_ok(m->root, size, m->number, m->bytes, m->path, m->path_count)) {
        return VERDICT_BAD_MESSAGE;
    }
    out->arena = arena_new(LIMIT_CHUNK_BYTES + 4096);
    out->has_chunk = true;
    out->chunk = (struct msg_chunk){ .root = m->root, .number = m->number };
    CHECK(arena_copy(out->arena, m->bytes, &out->chunk.bytes));
    return VERDICT_GOOD;
}

void batch_done(struct batch *b)
{
    if (b->key != NULL) {
        keeper_release(b->keeper, b->key);
    }
    arena_free(b->arena);
    *b = (struct batch){ .ticket = b->ticket };
}
