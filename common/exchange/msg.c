// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One writer and one reader per message, side by side in the order of the wire. The cursor bounds and poisons; here
// only what a number may be is checked.
#include "common/exchange/msg_inside.h"

// --- heads ---
static void put_heads(struct buf *out, const struct journal_head *heads, size_t n)
{
    pack_array(out, n);
    for (size_t i = 0; i < n; i++) {
        pack_array(out, 5);
        msg_put_journal(out, &heads[i].journal);
        pack_uint(out, heads[i].branch);
        pack_uint(out, heads[i].next);
        msg_put_hash(out, &heads[i].head);
    }
}

// Heads ascend by journal, then branch, so that none is named twice and either end can merge two lists.
static bool heads_ascend(const struct journal_head *a, const struct journal_head *b)
{
    int order = journal_id_order(a->journal, b->journal);
    return order < 0 || (order == 0 && a->branch < b->branch);
}

static const struct journal_head *get_heads(struct cursor *c, struct arena *arena, size_t max, size_t *n)
{
    *n = cursor_array(c, max);
    struct journal_head *heads = msg_get_room(c, arena, *n, sizeof *heads);
    for (size_t i = 0; i < *n && cursor_ok(c); i++) {
        cursor_array_of(c, 5);
        msg_get_journal(c, &heads[i].journal);
        heads[i].branch = msg_get_uint_to(c, LIMIT_BRANCHES - 1);
        heads[i].next = msg_get_place(c);
        heads[i].head = msg_get_hash(c);
        if (hash_is_zero(heads[i].head) != (heads[i].next == 0) || (i > 0 && !heads_ascend(&heads[i - 1], &heads[i]))) {
            cursor_fail(c);
        }
    }
    return heads;
}

// --- hello, welcome ---
static void put_hello(struct buf *out, const struct msg_hello *m)
{
    CHECK(m->head_count <= LIMIT_HEADS);
    CHECK(m->destroyed_count <= LIMIT_DESTROYED);
    pack_array(out, 8);
    pack_uint(out, MSG_HELLO);
    pack_uint(out, m->version);
    msg_put_hash(out, &m->consultation);
    pack_uint(out, m->seen.size);
    msg_put_hash(out, &m->seen.root);
    put_heads(out, m->heads, m->head_count);
    pack_uint(out, m->down_cursor);
    put_heads(out, m->destroyed, m->destroyed_count);
}

// Heads of journals as their device has them: no branches.
static const struct journal_head *get_own_heads(struct cursor *c, struct arena *arena, size_t max, size_t *n)
{
    const struct journal_head *heads = get_heads(c, arena, max, n);
    for (size_t i = 0; i < *n && cursor_ok(c); i++) {
        if (heads[i].branch != 0) {
            cursor_fail(c);
        }
    }
    return heads;
}

static void get_hello(struct cursor *c, struct arena *arena, struct msg_hello *m)
{
    m->consultation = msg_get_hash(c);
    m->seen.size = msg_get_place(c);
    m->seen.root = msg_get_hash(c);
    m->heads = get_own_heads(c, arena, LIMIT_HEADS, &m->head_count);
    m->down_cursor = msg_get_place(c);
    m->destroyed = get_own_heads(c, arena, LIMIT_DESTROYED, &m->destroyed_count);
}

static void put_welcome(struct buf *out, const struct msg_welcome *m)
{
    CHECK(m->head_count <= LIMIT_WELCOME_HEADS);
    pack_array(out, 4);
    pack_uint(out, MSG_WELCOME);
    put_heads(out, m->heads, m->head_count);
    pack_bin(out, m->checkpoint);
    pack_uint(out, m->credit);
}

static void get_welcome(struct cursor *c, struct arena *arena, struct msg_welcome *m)
{
    m->heads = get_heads(c, arena, LIMIT_WELCOME_HEADS, &m->head_count);
    m->checkpoint = cursor_bin(c);
    m->credit = msg_get_uint_to(c, LIMIT_CREDIT_BYTES);
}

// --- entries, ack, refuse ---
static void put_entries(struct buf *out, const struct msg_entries *m)
{
    CHECK(m->count >= 1);
    CHECK(m->count <= LIMIT_BATCH_ENTRIES);
    pack_array(out, 10);
    pack_uint(out, MSG_ENTRIES);
    pack_uint(out, m->form);
    msg_put_journal(out, &m->journal);
    pack_uint(out, m->branch);
    pack_uint(out, m->first);
    msg_put_hash(out, &m->prev);
    pack_uint(out, m->count);
    pack_uint(out, m->raw);
    pack_bin(out, m->payload);
}

static void get_entries(struct cursor *c, struct msg_entries *m)
{
    m->form = msg_get_uint_to(c, ENTRIES_OUTBOX) == ENTRIES_WIRE ? ENTRIES_WIRE : ENTRIES_OUTBOX;
    msg_get_journal(c, &m->journal);
    m->branch = msg_get_uint_to(c, LIMIT_BRANCHES - 1);
    m->first = msg_get_place(c);
    m->prev = msg_get_hash(c);
    m->count = msg_get_uint_to(c, LIMIT_BATCH_ENTRIES);
    m->raw = msg_get_uint_to(c, LIMIT_BATCH_BYTES);
    m->payload = cursor_bin(c);
    if (m->count == 0 || m->raw == 0 || hash_is_zero(m->prev) != (m->first == 0)) {
        cursor_fail(c);
    }
}

static void put_ack(struct buf *out, const struct msg_ack *m)
{
    pack_array(out, 9);
    pack_uint(out, MSG_ACK);
    msg_put_journal(out, &m->journal);
    pack_uint(out, m->branch);
    pack_uint(out, m->next);
    msg_put_hash(out, &m->head);
    msg_put_hash(out, &m->root);
    msg_put_fixed(out, m->signature.b, sizeof m->signature.b);
    pack_uint(out, m->credit);
}

static void get_ack(struct cursor *c, struct msg_ack *m)
{
    msg_get_journal(c, &m->journal);
    m->branch = msg_get_uint_to(c, LIMIT_BRANCHES - 1);
    m->next = msg_get_place(c);
    m->head = msg_get_hash(c);
    m->root = msg_get_hash(c);
    cursor_bin_fixed(c, m->signature.b, sizeof m->signature.b);
    m->credit = msg_get_uint_to(c, LIMIT_CREDIT_BYTES);
    if (m->next == 0) {
        cursor_fail(c);
    }
}

static void put_refuse(struct buf *out, const struct msg_refuse *m)
{
    pack_array(out, 8);
    pack_uint(out, MSG_REFUSE);
    msg_put_journal(out, &m->journal);
    pack_uint(out, m->seq);
    pack_uint(out, m->code);
    msg_put_hash(out, &m->received);
    pack_bin(out, m->is_signed ? SLICE_ARRAY(m->signature.b) : slice_of(NULL, 0));
    pack_uint(out, m->retry_after_ms);
}

static void get_refuse(struct cursor *c, struct msg_refuse *m)
{
    enum verdict code = VERDICT_GOOD;
    msg_get_journal(c, &m->journal);
    m->seq = msg_get_place(c);
    bool known = verdict_known(cursor_uint(c), &code);
    m->received = msg_get_hash(c);
    struct slice signature = cursor_bin(c);
    m->retry_after_ms = msg_get_uint_to(c, UINT32_MAX);
    m->code = code;
    m->is_signed = signature.n > 0;
    enum verdict_class class = verdict_class_of(code);
    bool refusal = class == VERDICT_IS_REFUSAL && signature.n == sizeof m->signature.b;
    bool deferral = class == VERDICT_IS_DEFERRAL && signature.n == 0;
    if (!cursor_ok(c) || !known || !(refusal || deferral)) {
        cursor_fail(c);
        return;
    }
    if (refusal) {
        memcpy(m->signature.b, signature.p, signature.n);
    }
}

// --- proof, down ---
static void put_proof(struct buf *out, const struct msg_proof *m)
{
    CHECK(m->inclusion_count <= LIMIT_PROOF_HASHES);
    CHECK(m->consistency_count <= LIMIT_PROOF_HASHES);
    pack_array(out, 9);
    pack_uint(out, MSG_PROOF);
    msg_put_journal(out, &m->journal);
    pack_uint(out, m->seq);
    pack_uint(out, m->index);
    msg_put_hashes(out, m->inclusion, m->inclusion_count);
    pack_uint(out, m->base);
    msg_put_hashes(out, m->consistency, m->consistency_count);
    pack_bin(out, m->checkpoint);
}

static void get_proof(struct cursor *c, struct arena *arena, struct msg_proof *m)
{
    msg_get_journal(c, &m->journal);
    m->seq = msg_get_place(c);
    m->index = msg_get_place(c);
    m->inclusion = msg_get_hashes(c, arena, &m->inclusion_count);
    m->base = msg_get_place(c);
    m->consistency = msg_get_hashes(c, arena, &m->consistency_count);
    m->checkpoint = cursor_bin(c);
}

static void put_down(struct buf *out, const struct msg_down *m)
{
    CHECK(m->count <= LIMIT_DOWN_ENTRIES);
    pack_array(out, 4);
    pack_uint(out, MSG_DOWN);
    pack_uint(out, m->from);
    pack_uint(out, m->to);
    pack_array(out, m->count);
    for (size_t i = 0; i < m->count; i++) {
        pack_array(out, 3);
        pack_uint(out, m->entries[i].index);
        pack_bin(out, m->entries[i].entry);
        pack_bin(out, m->entries[i].disclosure);
    }
}

static void get_down(struct cursor *c, struct arena *arena, struct msg_down *m)
{
    m->from = msg_get_place(c);
    m->to = msg_get_place(c);
    m->count = cursor_array(c, LIMIT_DOWN_ENTRIES);
    struct msg_down_entry *entries = msg_get_room(c, arena, m->count, sizeof *entries);
    uint64_t least = m->from;
    for (size_t i = 0; i < m->count && cursor_ok(c); i++) {
        cursor_array_of(c, 3);
        entries[i].index = msg_get_place(c);
        entries[i].entry = cursor_bin(c);
        entries[i].disclosure = cursor_bin(c);
        if (entries[i].index < least || entries[i].index >= m->to || entries[i].entry.n > LIMIT_ENTRY_BYTES) {
            cursor_fail(c);
        }
        least = entries[i].index + 1;
    }
    m->entries = entries;
    if (m->to < m->from) {
        cursor_fail(c);
    }
}

// --- errors ---
static void put_error(struct buf *out, const struct msg_error *m)
{
    CHECK(m->detail.n <= LIMIT_ERROR_DETAIL);
    pack_array(out, 3);
    pack_uint(out, MSG_ERROR);
    pack_uint(out, m->code);
    pack_str(out, m->detail);
}

static void get_error(struct cursor *c, struct msg_error *m)
{
    if (!verdict_known(cursor_uint(c), &m->code)) {
        cursor_fail(c);
    }
    m->detail = cursor_str(c);
    if (m->detail.n > LIMIT_ERROR_DETAIL) {
        cursor_fail(c);
    }
}

// --- bundles of others ---
static void put_carry(struct buf *out, const struct msg_carry *m)
{
    pack_array(out, 5);
    pack_uint(out, MSG_CARRY);
    msg_put_hash(out, &m->bundle);
    pack_bin(out, m->boxed);
    pack_uint(out, m->number);
    pack_bin(out, m->sealed);
}

static void get_carry(struct cursor *c, struct msg_carry *m)
{
    m->bundle = msg_get_hash(c);
    m->boxed = cursor_bin(c);
    m->number = cursor_uint(c);
    m->sealed = cursor_bin(c);
}

// --- all of them ---
static const struct {
    const char *name;
    size_t count; // values in the array; 0: it depends
} messages[] = {
    [MSG_HELLO] = { "hello", 8 }, [MSG_WELCOME] = { "welcome", 4 }, [MSG_ENTRIES] = { "entries", 10 },
    [MSG_ACK] = { "ack", 9 },     [MSG_REFUSE] = { "refuse", 8 },   [MSG_PROOF] = { "proof", 9 },
    [MSG_DOWN] = { "down", 4 },   [MSG_DOWN_ACK] = { "down-ack", 2 }, [MSG_WANT] = { "want", 0 },
    [MSG_CHUNK] = { "chunk", 5 }, [MSG_ERROR] = { "error", 3 },     [MSG_CARRY] = { "carry", 5 },
    [MSG_CARRIED] = { "carried", 3 }, [MSG_KEYS] = { "keys", 2 },   [MSG_HELD] = { "held", 6 },
};

const char *msg_name(enum msg_type type)
{
    CHECK(type >= MSG_HELLO);
    CHECK(type <= MSG_HELD);
    return messages[type].name;
}

void msg_make(const struct msg *m, struct buf *out)
{
    switch (m->type) {
    case MSG_HELLO:
        put_hello(out, &m->as.hello);
        break;
    case MSG_WELCOME:
        put_welcome(out, &m->as.welcome);
        break;
    case MSG_ENTRIES:
        put_entries(out, &m->as.entries);
        break;
    case MSG_ACK:
        put_ack(out, &m->as.ack);
        break;
    case MSG_REFUSE:
        put_refuse(out, &m->as.refuse);
        break;
    case MSG_PROOF:
        put_proof(out, &m->as.proof);
        break;
    case MSG_DOWN:
        put_down(out, &m->as.down);
        break;
    case MSG_DOWN_ACK:
        pack_array(out, 2);
        pack_uint(out, MSG_DOWN_ACK);
        pack_uint(out, m->as.down_ack);
        break;
    case MSG_WANT:
        msg_put_want(out, &m->as.want);
        break;
    case MSG_CHUNK:
        msg_put_chunk(out, &m->as.chunk);
        break;
    case MSG_ERROR:
        put_error(out, &m->as.error);
        break;
    case MSG_CARRY:
        put_carry(out, &m->as.carry);
        break;
    case MSG_CARRIED:
        pack_array(out, 3);
        pack_uint(out, MSG_CARRIED);
        msg_put_hash(out, &m->as.carried.bundle);
        pack_bin(out, m->as.carried.answer);
        break;
    case MSG_KEYS:
        CHECK(m->as.keys.n >= 1);
        CHECK(m->as.keys.n <= LIMIT_SUCCESSION_BYTES);
        pack_array(out, 2);
        pack_uint(out, MSG_KEYS);
        pack_bin(out, m->as.keys);
        break;
    case MSG_HELD:
        msg_put_held(out, &m->as.held);
        break;
    }
}

static void get_message(struct cursor *c, struct arena *arena, size_t count, struct msg *m)
{
    switch (m->type) {
    case MSG_HELLO:
        get_hello(c, arena, &m->as.hello);
        break;
    case MSG_WELCOME:
        get_welcome(c, arena, &m->as.welcome);
        break;
    case MSG_ENTRIES:
        get_entries(c, &m->as.entries);
        break;
    case MSG_ACK:
        get_ack(c, &m->as.ack);
        break;
    case MSG_REFUSE:
        get_refuse(c, &m->as.refuse);
        break;
    case MSG_PROOF:
        get_proof(c, arena, &m->as.proof);
        break;
    case MSG_DOWN:
        get_down(c, arena, &m->as.down);
        break;
    case MSG_DOWN_ACK:
        m->as.down_ack = msg_get_place(c);
        break;
    case MSG_WANT:
        msg_get_want(c, count, &m->as.want);
        break;
    case MSG_CHUNK:
        msg_get_chunk(c, arena, &m->as.chunk);
        break;
    case MSG_ERROR:
        get_error(c, &m->as.error);
        break;
    case MSG_CARRY:
        get_carry(c, &m->as.carry);
        break;
    case MSG_CARRIED:
        m->as.carried.bundle = msg_get_hash(c);
        m->as.carried.answer = cursor_bin(c);
        break;
    case MSG_KEYS:
        m->as.keys = cursor_bin(c);
        if (m->as.keys.n < 1 || m->as.keys.n > LIMIT_SUCCESSION_BYTES) {
            cursor_fail(c);
        }
        break;
    case MSG_HELD:
        msg_get_held(c, &m->as.held);
        break;
    }
}

enum verdict msg_parse(struct slice frame, struct arena *arena, struct msg *out)
{
    if (frame.n > LIMIT_FRAME_BYTES) {
        return VERDICT_TOO_LARGE;
    }
    struct msg m = { 0 };
    struct cursor c = cursor_new(frame, false);
    size_t count = cursor_array(&c, LIMIT_FRAME_BYTES);
    uint64_t type = cursor_uint(&c);
    if (!cursor_ok(&c)) {
        return VERDICT_NOT_CANONICAL;
    }
    if (type < MSG_HELLO || type > MSG_HELD) {
        return VERDICT_BAD_MESSAGE;
    }
    m.type = (enum msg_type)type;
    if (m.type == MSG_HELLO) {
        // PROTOCOL 11.2: of another version's hello nothing but the version is understood.
        m.as.hello.version = cursor_uint(&c);
        if (cursor_ok(&c) && m.as.hello.version != EXCHANGE_VERSION) {
            return VERDICT_WRONG_VERSION;
        }
    }
    if (messages[type].count != 0 && messages[type].count != count) {
        return VERDICT_NOT_CANONICAL;
    }
    get_message(&c, arena, count, &m);
    if (!cursor_done(&c)) {
        return VERDICT_NOT_CANONICAL;
    }
    *out = m;
    return VERDICT_GOOD;
}
