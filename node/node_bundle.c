// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A bundle down is a conversation that was written down before it was held: the core connects, greets, and hears the
// answers; what it would say is not heard. Read first: node_bundle.h.
#include "node/node_bundle.h"

#include "common/author/mend.h"
#include "common/net/loop.h"
#include "common/store/exchange_state.h"
#include "common/store/store.h"
#include "common/store/succession_store.h"
#include "node/node_bundle_chunks.h"
#include "node/node_store.h"

#include <stdlib.h>

#define BUNDLE_EXTRA 64u // what sealing a message adds in a bundle
#define BUNDLE_ROOM (LIMIT_BUNDLE_BYTES - 4194304u) // of one, less its first and last frames, generously
#define NUMBER "bundles" // name of the stored count of bundles taken

// --- making ---

static int by_journal(const void *a, const void *b)
{
    return journal_id_order(((const struct journal_head *)a)->journal, ((const struct journal_head *)b)->journal);
}

static enum err say_who(const struct node_start *start, struct hash consultation, struct boxkey site,
                        node_bundle_sink *sink, void *arg, struct node_bundle_made *made, struct why *why)
{
    struct journal_head *heads = mem_new((start->count + 1) * sizeof *heads);
    struct buf hello = buf_new(LIMIT_FRAME_BYTES);
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    for (size_t i = 0; i < start->count; i++) {
        heads[i] = start->journals[i].local;
    }
    qsort(heads, start->count, sizeof *heads, by_journal);
    const struct msg m = { .type = MSG_HELLO,
                           .as.hello = { .version = EXCHANGE_VERSION,
                                         .consultation = consultation,
                                         .seen = start->seen,
                                         .head_count = start->count,
                                         .heads = heads,
                                         .down_cursor = start->down_cursor,
                                         .destroyed_count = start->destroyed_count,
                                         .destroyed = start->destroyed } };
    struct bundle_site who = { .site = site, .view_count = start->view_count };
    msg_make(&m, &hello);
    who.hello = buf_slice(&hello);
    for (size_t i = 0; i < start->view_count; i++) {
        who.views[i] = start->views[i].size;
    }
    bundle_site_make(&who, &message);
    CHECK(buf_ok(&message));
    enum err e = sink(arg, buf_slice(&message), why);
    made->bytes += message.n;
    buf_done(&hello);
    buf_done(&message);
    free(heads);
    return e;
}

// Hands over what is not acknowledged of one journal, message by message.
static enum err say_journal(struct kv *kv, const struct node_reader *reader, const struct node_journal *j,
                            node_bundle_sink *sink, void *arg, struct node_bundle_made *made, struct why *why)
{
    const bool cut = j->refused && j->refused_seq < j->local.next;
    struct node_action range = { .type = NODE_SEND_RANGE };
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    enum err e = OK;
    uint64_t from = j->received;
    uint64_t to = 0;
    uint64_t raw = 0;
    range.as.send_range.journal = j->local.journal;
    range.as.send_range.to = cut ? j->refused_seq : j->local.next;
    range.as.send_range.max_raw = LIMIT_BATCH_BYTES;
    while (e == OK && from < range.as.send_range.to) {
        range.as.send_range.from = from;
        buf_reset(&frame);
        e = node_store_range(kv, reader, &range, &frame, &to, &raw, why);
        if (e != OK || to == from) {
            break;
        }
        e = sink(arg, buf_slice(&frame), why);
        made->bytes += frame.n + BUNDLE_EXTRA;
        made->entries += to - from;
        from = to;
    }
    made->left += range.as.send_range.to > from ? range.as.send_range.to - from : 0;
    buf_done(&frame);
    return e;
}

enum err node_bundle_make(struct kv *kv, struct hash consultation, struct boxkey site,
                          const struct outbox_cover *cover, uint64_t most, node_bundle_sink *sink, void *arg,
                          struct node_bundle_made *made, struct why *why)
{
    const uint64_t room = most > 0 && most < BUNDLE_ROOM ? most : BUNDLE_ROOM;
    const struct node_reader reader = { .cover = cover };
    struct arena *arena = arena_new(NODE_STORE_ARENA_BYTES);
    struct node_start start;
    *made = (struct node_bundle_made){ .entries = 0 };
    struct mended found;
    enum err e = mend_site(kv, NULL, loop_wall_s(), &found, why);
    if (e == OK) {
        e = node_store_start(kv, arena, &start, why);
    }
    if (e == OK) {
        e = say_who(&start, consultation, site, sink, arg, made, why);
    }
    for (size_t i = 0; i < start.count && e == OK; i++) {
        e = say_journal(kv, &reader, &start.journals[i], sink, arg, made, why);
    }
    if (e == OK) {
        e = node_bundle_chunks(kv, &start, room, sink, arg, made, why);
    }
    arena_free(arena);
    return e;
}

// --- taking ---

struct taking {
    struct kv *kv;
    const struct charter *charter;
    struct node_identity identity;
    struct node_core *core;
    struct node_actions *actions;
    struct arena *arena;           // of the message at hand
    struct tree_head seen;         // verified here before
    struct tree_head head;         // of the bundle's welcome
    struct buf welcome;            // held back until the checkpoint is known to fit
    struct buf proof;              // the proof that showed it; given to the core after the acknowledgements
    bool proof_ours;               // it is of an entry that stands here
    bool proof_foreign;            // it is of a journal that another copy wrote in, too
    size_t foreign_count;          // journals of which the hub holds a chain that is not the one here
    struct journal_id foreign[LIMIT_HEADS];
    size_t view_count;             // what other sites were shown
    uint64_t views[LIMIT_VIEWS];
    struct buf compared[LIMIT_VIEWS]; // the proof from each of these, if there is one; given last
    bool rekeyed;                  // it told changes of key that are new here
    bool judged;                   // it fits, or its contradiction is being kept
    enum bundle_fault fault;
    struct node_helds helds;       // what it says of attachments; stored at the end
    const char *dir;
    uint64_t now_s;
    uint64_t now_ms;               // time stands still in a conversation that is read
    struct node_bundle_taken *taken;
};

static void hear(struct taking *t, const struct node_action *a)
{
    switch (a->as.tell.what) {
    case TELL_DOWN:
        t->taken->down += a->as.tell.value;
        break;
    case TELL_BAD_HUB:
        t->taken->bad++;
        break;
    case TELL_REFUSED:
        t->taken->refused++;
        break;
    case TELL_RESTORED:
        t->taken->restored = true;
        t->taken->held += a->as.tell.value;
        break;
    case TELL_CONTRADICTION:
        t->fault = BUNDLE_CONTRADICTION;
        break;
    case TELL_CONNECTED:
    case TELL_OFFLINE:
    case TELL_NOT_ADMITTED:
    case TELL_RECEIVED:
    case TELL_CONFIRMED:
    case TELL_DEFERRED:
    case TELL_LOCKED:
    case TELL_HUB_BEHIND:
    case TELL_HUB_ERROR:
    case TELL_ATTACHED:
    case TELL_ATTACHMENT_LOST:
    case TELL_DISK_LOW:
        break;
    }
}

// Takes one event through the core and stores what it decided. A range it asks for is answered with nothing: the core
// passes to the next journal, and in the end falls silent.
static enum err step(struct taking *t, struct node_event *event)
{
    bool again = true;
    enum err e = OK;
    while (again && e == OK) {
        again = false;
        event->now_ms = t->now_ms;
        event->disk_free = loop_disk_free(t->dir);
        event->wall_s = t->now_s;
        node_step(t->core, event, t->actions);
        e = node_store_apply(t->kv, t->charter->id, t->actions);
        for (size_t i = 0; i < t->actions->n && e == OK; i++) {
            const struct node_action *a = &t->actions->items[i];
            if (a->type == NODE_TELL) {
                hear(t, a);
            } else if (a->type == NODE_STORE_RENEW) {
                t->taken->renewed = true;
            } else if (a->type == NODE_SEND_RANGE) {
                struct node_event nothing = { .type = NODE_RANGE_SENT };
                nothing.as.range_sent.journal = a->as.send_range.journal;
                nothing.as.range_sent.from = nothing.as.range_sent.to = a->as.send_range.from;
                *event = nothing;
                again = true;
            } else if (a->type == NODE_NEXT_ATTACHMENT) {
                *event = (struct node_event){ .type = NODE_ATTACHMENT }; // none: what is held of them is said unasked
                again = true;
            }
        }
    }
    return e;
}

static enum err give(struct taking *t, struct slice message, struct why *why)
{
    struct node_event event = { .type = NODE_FRAME };
    struct node_facts facts;
    struct msg m;
    arena_reset(t->arena);
    event.as.frame.fault = msg_parse(message, t->arena, &m);
    CHECK(event.as.frame.fault == VERDICT_GOOD); // it was judged in form
    enum err e = node_store_facts(t->kv, t->charter->id, &m, t->arena, &facts, why);
    if (e != OK) {
        return e;
    }
    event.as.frame.msg = &m;
    event.as.frame.facts = &facts;
    return step(t, &event);
}

static bool is_foreign(const struct taking *t, struct journal_id journal)
{
    for (size_t i = 0; i < t->foreign_count; i++) {
        if (journal_id_equal(t->foreign[i], journal)) {
            return true;
        }
    }
    return false;
}

// The bundle is for this site, and perhaps for another copy of it: what is said of chains that only that one has is
// neither for us nor untrue.
static enum err find_foreign(struct taking *t, const struct msg *m, struct why *why)
{
    struct node_facts facts;
    enum err e = node_store_facts(t->kv, t->charter->id, m, t->arena, &facts, why);
    for (size_t i = 0; e == OK && i < facts.count; i++) {
        const struct journal_head *h = &m->as.welcome.heads[i];
        const bool here = h->next == 0 || (facts.at[i].here && hash_equal(facts.at[i].id, h->head));
        if (!here && t->foreign_count < LIMIT_HEADS && !is_foreign(t, h->journal)) {
            t->foreign[t->foreign_count++] = h->journal;
        }
    }
    return e;
}

// True when the proof is of the entry that stands here at its place.
static enum err is_ours(struct taking *t, const struct msg *m, bool *yes, struct why *why)
{
    struct node_facts facts;
    struct tree_head head;
    const struct msg_proof *p = &m->as.proof;
    enum err e = node_store_facts(t->kv, t->charter->id, m, t->arena, &facts, why);
    *yes = e == OK && facts.at[0].here &&
           service_checkpoint_verify(&t->identity.keys, p->checkpoint, &head, NULL) == VERDICT_GOOD &&
           merkle_inclusion_ok(p->index, facts.at[0].id, head, p->inclusion, p->inclusion_count);
    return e;
}

// True when the refusal is of the bytes that stand here, and has not been overtaken. The hub refuses whatever anybody
// delivers in our name, and what it takes later; the bundle repeats it all.
static enum err is_of_ours(struct taking *t, const struct msg *m, bool *yes, struct why *why)
{
    struct node_facts facts;
    enum err e = node_store_facts(t->kv, t->charter->id, m, t->arena, &facts, why);
    struct kv_txn *txn = NULL;
    struct exchange_journal x;
    if (e == OK) {
        e = kv_begin_read(t->kv, &txn);
    }
    if (e == OK) {
        e = exchange_journal_get(txn, &m->as.refuse.journal, &x);
    }
    *yes = e == OK && facts.at[0].here && hash_equal(facts.received, m->as.refuse.received) &&
           m->as.refuse.seq >= x.acked.next;
    kv_abort(txn);
    return e;
}

// The first message: is there anything new in what the hub shows?
static void hold_welcome(struct taking *t, const struct msg_welcome *m, struct slice message)
{
    t->head = tree_head_empty();
    if (m->checkpoint.n > 0 &&
        service_checkpoint_verify(&t->identity.keys, m->checkpoint, &t->head, NULL) != VERDICT_GOOD) {
        t->fault = BUNDLE_NOT_SIGNED;
    } else if (t->head.size < t->seen.size) {
        t->fault = BUNDLE_OLDER;
    } else if (t->head.size == t->seen.size || t->seen.size == 0) {
        t->judged = true; // equal sizes with other roots are the core's to say
    }
    buf_put(&t->welcome, message);
}

// A proof from a checkpoint that another site was shown.
static void hold_view(struct taking *t, const struct msg_proof *m, struct slice message, bool ours)
{
    for (size_t i = 0; i < t->view_count && (ours || !is_foreign(t, m->journal)); i++) {
        if (t->views[i] == m->base && t->compared[i].n == 0) {
            buf_put(&t->compared[i], message);
        }
    }
}

// Of several proofs from where this site stands, one of an entry that stands here is kept: it confirms as well.
static void hold_proof(struct taking *t, struct slice message, const struct msg_proof *m, bool ours)
{
    if (t->proof.n == 0 || (ours && !t->proof_ours)) {
        t->proof_foreign = is_foreign(t, m->journal);
        buf_reset(&t->proof);
        buf_put(&t->proof, message);
        t->proof_ours = ours;
    }
}

// A proof from where this site stands, to the bundle's checkpoint.
static void judge_proof(struct taking *t, const struct msg_proof *m, struct slice message, bool ours)
{
    struct tree_head head;
    const bool fits = m->base == t->seen.size &&
                      service_checkpoint_verify(&t->identity.keys, m->checkpoint, &head, NULL) == VERDICT_GOOD &&
                      head.size == t->head.size;
    if (!fits) {
        hold_view(t, m, message, ours);
        return; // for another state of this site
    }
    t->judged = true;
    if (!merkle_consistency_ok(t->seen, head, m->consistency, m->consistency_count)) {
        t->fault = BUNDLE_CONTRADICTION;
    }
    hold_proof(t, message, m, ours);
}

static enum err give_held(struct taking *t, struct buf *held, struct why *why)
{
    enum err e = held->n > 0 ? give(t, buf_slice(held), why) : OK;
    buf_reset(held);
    return e;
}

// The proof from where this site stands. One of an entry that only another copy has shows that the record was extended,
// and confirms nothing here.
static enum err give_proof(struct taking *t, struct why *why)
{
    if (!t->proof_ours && t->proof_foreign && t->fault == BUNDLE_FINE) {
        buf_reset(&t->proof);
    }
    return give_held(t, &t->proof, why);
}

// A message before the checkpoint was judged.
static enum err judge(struct taking *t, struct slice message, struct why *why)
{
    struct msg m;
    bool ours = false;
    enum err e = OK;
    arena_reset(t->arena);
    CHECK(msg_parse(message, t->arena, &m) == VERDICT_GOOD);
    if (m.type == MSG_WELCOME) {
        e = find_foreign(t, &m, why);
        hold_welcome(t, &m.as.welcome, message);
    } else if (m.type == MSG_PROOF) {
        e = is_ours(t, &m, &ours, why);
        judge_proof(t, &m.as.proof, message, ours);
    } else {
        t->fault = BUNDLE_ANOTHER_BASE;
    }
    if (e == OK && t->judged && (t->fault == BUNDLE_FINE || t->fault == BUNDLE_CONTRADICTION)) {
        e = give_held(t, &t->welcome, why);
        if (e == OK && t->fault == BUNDLE_CONTRADICTION) {
            e = give_held(t, &t->proof, why); // the core keeps the evidence
        }
    }
    return e;
}

// One message after the other, in the order of the bundle; the proof that was held goes after the acknowledgements.
static enum err take_message(struct taking *t, struct slice message, struct why *why)
{
    struct msg m;
    bool ours = true;
    if (!t->judged) {
        return judge(t, message, why);
    }
    arena_reset(t->arena);
    CHECK(msg_parse(message, t->arena, &m) == VERDICT_GOOD);
    enum err e = OK;
    if (m.type == MSG_HELD) {
        node_helds_add(&t->helds, &m.as.held);
        return OK;
    }
    if (m.type == MSG_PROOF) {
        e = is_ours(t, &m, &ours, why);
    } else if (m.type == MSG_REFUSE) {
        e = is_of_ours(t, &m, &ours, why);
    }
    if (e != OK || (m.type == MSG_REFUSE && !ours)) {
        return e;
    }
    // Of the proofs that start from earlier checkpoints, one is for this site as it is.
    if (m.type == MSG_PROOF && m.as.proof.base != t->head.size) {
        if (m.as.proof.base == t->seen.size) {
            hold_proof(t, message, &m.as.proof, ours);
        }
        hold_view(t, &m.as.proof, message, ours);
        return OK;
    }
    if (!ours && is_foreign(t, m.as.proof.journal)) {
        return OK;
    }
    e = m.type == MSG_PROOF || m.type == MSG_DOWN ? give_proof(t, why) : OK;
    return e == OK && t->fault == BUNDLE_FINE ? give(t, message, why) : e;
}

static enum err start(struct taking *t, struct why *why)
{
    struct node_event event = { .type = NODE_START };
    struct arena *arena = arena_new(NODE_STORE_ARENA_BYTES);
    enum err e = node_store_start(t->kv, arena, &event.as.start, why);
    if (e == OK) {
        t->seen = event.as.start.seen;
        t->view_count = event.as.start.view_count;
        for (size_t i = 0; i < t->view_count; i++) {
            t->views[i] = event.as.start.views[i].size;
        }
        t->fault = event.as.start.contradicted ? BUNDLE_CONTRADICTION : BUNDLE_FINE;
        e = step(t, &event);
    }
    arena_free(arena);
    // As if the transport had connected at once.
    for (int i = 0; i < 2 && e == OK; i++) {
        struct node_event next = { .type = i == 0 ? NODE_POKE : NODE_UP };
        e = step(t, &next);
    }
    return e;
}

enum err node_bundle_changed(struct kv *kv)
{
    struct kv_txn *t = NULL;
    uint8_t number[8];
    uint64_t before = 0;
    enum err e = node_bundle_number(kv, &before);
    if (e == OK) {
        e = kv_begin_write(kv, &t);
    }
    if (e == OK) {
        be64_put(number, before + 1);
        store_value_put(t, NUMBER, SLICE_ARRAY(number));
        e = kv_commit(t);
    }
    return e;
}

enum err node_bundle_number(struct kv *kv, uint64_t *out)
{
    struct kv_txn *t = NULL;
    struct slice value;
    *out = 0;
    enum err e = kv_begin_read(kv, &t);
    if (e == OK) {
        e = store_value_get(t, NUMBER, &value);
    }
    if (e == OK && value.n == 8) {
        *out = be64_get(value.p);
    }
    kv_abort(t);
    return e == ERR_NOT_FOUND ? OK : e;
}

// Changes of key come before anything that they sign; then the conversation begins.
static enum err take_first(struct taking *t, struct slice message, struct why *why)
{
    struct msg m;
    arena_reset(t->arena);
    CHECK(msg_parse(message, t->arena, &m) == VERDICT_GOOD);
    const bool keys = m.type == MSG_KEYS;
    enum err e = keys ? succession_take(t->kv, t->charter, m.as.keys, &t->rekeyed, why) : OK;
    if (e == ERR_BAD_INPUT) {
        t->fault = BUNDLE_NOT_SIGNED; // by a hub that names other keys than it did before
        return OK;
    }
    if (e == OK) {
        e = succession_keys(t->kv, t->charter, &t->identity.keys, why);
    }
    if (e == OK) {
        t->core = node_core_new(&t->identity);
        e = start(t, why);
    }
    return e == OK && !keys && t->fault == BUNDLE_FINE ? take_message(t, message, why) : e;
}

static enum err take_all(struct taking *t, node_bundle_source *source, void *arg, struct why *why)
{
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    bool more = true;
    enum err e = source(arg, &message, &more, why);
    if (e == OK && more) {
        e = take_first(t, buf_slice(&message), why);
    }
    while (e == OK && more && t->fault == BUNDLE_FINE) {
        e = source(arg, &message, &more, why);
        if (e == OK && more) {
            e = take_message(t, buf_slice(&message), why);
        }
    }
    if (e == OK && t->fault == BUNDLE_FINE && !t->judged) {
        t->fault = BUNDLE_ANOTHER_BASE;
    }
    if (e == OK && t->fault == BUNDLE_FINE) {
        e = give_proof(t, why);
    }
    for (size_t i = 0; i < LIMIT_VIEWS && e == OK && t->fault == BUNDLE_FINE; i++) {
        e = give_held(t, &t->compared[i], why);
    }
    if (e == OK && t->fault == BUNDLE_FINE) {
        e = node_helds_apply(&t->helds, t->kv, t->charter->id, &t->identity.keys, &t->taken->attachments,
                             &t->taken->bad);
    }
    node_helds_done(&t->helds);
    buf_done(&message);
    return e;
}

enum err node_bundle_take(struct kv *kv, const struct charter *charter, const char *dir, node_bundle_source *source,
                          void *arg, enum bundle_fault *fault, struct node_bundle_taken *taken, struct why *why)
{
    struct taking t = { .kv = kv,
                        .charter = charter,
                        .dir = dir,
                        .identity = { .consultation = charter->id },
                        .actions = mem_new(sizeof *t.actions),
                        .arena = arena_new(MSG_ARENA_BYTES + NODE_STORE_ARENA_BYTES),
                        .seen = tree_head_empty(),
                        .welcome = buf_new(LIMIT_FRAME_BYTES),
                        .proof = buf_new(LIMIT_FRAME_BYTES),
                        .fault = BUNDLE_FINE,
                        .now_s = loop_wall_s(),
                        .now_ms = loop_now_ms(),
                        .taken = taken };
    *taken = (struct node_bundle_taken){ .down = 0 };
    for (size_t i = 0; i < LIMIT_VIEWS; i++) {
        t.compared[i] = buf_new(LIMIT_FRAME_BYTES);
    }
    enum err e = take_all(&t, source, arg, why);
    const bool touched = t.judged || t.rekeyed;
    const enum err counted = touched ? node_bundle_changed(kv) : OK;
    taken->size = t.head.size;
    taken->rekeyed = t.rekeyed;
    *fault = t.fault;
    node_core_free(t.core);
    free(t.actions);
    arena_free(t.arena);
    buf_done(&t.welcome);
    buf_done(&t.proof);
    for (size_t i = 0; i < LIMIT_VIEWS; i++) {
        buf_done(&t.compared[i]);
    }
    return e == OK ? counted : e;
}
