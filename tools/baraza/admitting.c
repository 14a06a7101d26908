// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Packs a journal as a node would and gives it to the hub's writer. Read first: admitting.h, hub/sequence.h.
#include "tools/baraza/admitting.h"

#include "common/author/notebook.h"
#include "common/net/loop.h"
#include "hub/hub_keys.h"
#include "hub/ingest.h"
#include "hub/sequence.h"
#include "node/node_store.h"

// The hub's end, opened for one batch.
struct hub_end {
    struct state *state;
    struct hub_keys secrets;
    struct sequence_keys keys;
    struct sequence *sequence;
};

static enum err hub_end_open(const char *dir, unsigned flags, struct hub_end *h, struct why *why)
{
    *h = (struct hub_end){ .state = NULL };
    enum err e = state_open(dir, flags, &h->state, why);
    if (e == OK) {
        e = hub_keys_load(h->state, &h->secrets, why);
    }
    if (e == OK) {
        h->keys = (struct sequence_keys){
            .charter = state_charter(h->state),
            .keeper = h->secrets.keeper,
            .logs = &h->secrets.logs,
            .author = &h->secrets.author,
            .author_key = h->secrets.author_pub,
        };
        e = sequence_open(state_kv(h->state), &h->keys, &h->sequence, why);
    }
    return e;
}

static void hub_end_close(struct hub_end *h)
{
    sequence_close(h->sequence);
    hub_keys_done(&h->secrets);
    state_close(h->state);
}

// Packs the journal from `from` on into frame, as much as one message takes; *to is where it stopped.
static enum err pack(struct state *s, const struct store_key *key, const struct journal_head *head, uint64_t from,
                     struct buf *frame, uint64_t *to, struct why *why)
{
    struct node_action range = { .type = NODE_SEND_RANGE };
    struct wire_maker *maker = wire_maker_new();
    uint64_t raw = 0;
    range.as.send_range.journal = head->journal;
    range.as.send_range.from = from;
    range.as.send_range.to = head->next;
    range.as.send_range.max_raw = LIMIT_BATCH_BYTES;
    const struct node_reader reader = { .key = key, .maker = maker };
    enum err e = node_store_range(state_kv(s), &reader, &range, frame, to, &raw, why);
    wire_maker_free(maker);
    return e;
}

// Gives one message to the hub's writer.
static enum err submit(struct hub_end *h, struct slice frame, struct why *why)
{
    const struct ingest in = {
        .consultation = state_charter(h->state)->id,
        .intakes = &h->secrets.intakes,
        .keeper = h->secrets.keeper,
    };
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    struct msg m;
    struct batch batch = { .class = PEER_MEMBER };
    struct batch *batches[] = { &batch };
    struct batch_outcome outcome = { .has_ack = false };
    enum err e = ERR_BAD_INPUT;
    if (msg_parse(frame, arena, &m) != VERDICT_GOOD || m.type != MSG_ENTRIES ||
        ingest_verify(&in, &m.as.entries, &batch) != VERDICT_GOOD) {
        why_set(why, "the founding entries could not be read back");
        goto out;
    }
    e = sequence_commit(h->sequence, batches, 1, loop_wall_s(), &outcome, why);
    if (e == OK && (outcome.has_refuse || !outcome.has_ack)) {
        why_set(why, "the hub does not admit them: %s",
                outcome.has_refuse ? verdict_text(outcome.refuse.code) : "nothing was acknowledged");
        e = ERR_BAD_INPUT;
    }
out:
    batch_done(&batch);
    arena_free(arena);
    return e;
}

static enum err find_head(struct state *s, struct pubkey key, struct journal_head *out)
{
    struct kv_txn *t = NULL;
    struct notebook n;
    enum err e = kv_begin_read(state_kv(s), &t);
    if (e == OK) {
        e = notebook_get(t, key, &n);
    }
    if (e == OK) {
        e = journal_head(t, &n.journal, out);
    }
    kv_abort(t);
    return e;
}

enum err admit_journal(struct state *from, const struct store_key *from_key, struct pubkey key, const char *hub_dir,
                       unsigned flags, struct why *why)
{
    struct hub_end hub;
    struct journal_head head;
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    uint64_t at = 0;
    enum err e = hub_end_open(hub_dir, flags, &hub, why);
    if (e == OK) {
        e = find_head(from, key, &head);
    }
    while (e == OK && at < head.next) {
        buf_reset(&frame);
        e = pack(from, from_key, &head, at, &frame, &at, why);
        if (e == OK) {
            e = submit(&hub, buf_slice(&frame), why);
        }
    }
    buf_wipe(&frame);
    buf_done(&frame);
    hub_end_close(&hub);
    return e;
}
