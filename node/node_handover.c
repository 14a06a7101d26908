// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Stop and wait: the hub acknowledges entries by their journal, which we do not know; so an acknowledgement or refusal
// of what is no entry of ours is the answer to the message under way. What is lost is sent again: it changes nothing.
// Read first: node_handover.h.
#include "node/node_handover.h"

#include "common/base/file.h"
#include "common/store/succession_store.h"
#include "node/node_carry.h"
#include "node/node_view.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 2000u        // how often what is carried is looked at
#define ANSWER_WAIT_MS 20000u // without a word to what was sent
#define SETTLE_MS 2500u      // from the last entries to the question: a checkpoint covers them by then
#define AGAIN_MS 60000u      // after something was put off
#define TRIES 3

enum handing { HAND_IDLE, HAND_GIVING, HAND_WAITING, HAND_ASKING, HAND_ASKED };

struct node_handover {
    const struct state *state;
    const struct log *log;
    enum handing at;
    struct node_carried what;    // the bundle under way
    int fd;
    uint8_t boxed[128];
    size_t boxed_bytes;
    struct hash bundle;
    uint64_t number;             // of the message under way
    struct buf frame;
    struct buf first;            // sealed message 0, which asks for the answer
    bool put_off;
    unsigned tries;
    uint64_t due_ms;             // nothing is done before
    uint8_t last[8];             // the bundle that was put off: others come first
};

struct node_handover *node_handover_open(const struct state *state, const struct log *log)
{
    struct node_handover *h = mem_new(sizeof *h);
    *h = (struct node_handover){ .state = state, .log = log, .fd = -1 };
    h->frame = buf_new(LIMIT_BUNDLE_FRAME + BUNDLE_LENGTH_BYTES);
    h->first = buf_new(LIMIT_BUNDLE_FRAME);
    return h;
}

static void let_go(struct node_handover *h, uint64_t due_ms)
{
    if (h->fd >= 0) {
        close(h->fd);
    }
    h->fd = -1;
    h->at = HAND_IDLE;
    h->due_ms = due_ms;
}

void node_handover_close(struct node_handover *h)
{
    if (h != NULL) {
        let_go(h, 0);
        buf_done(&h->frame);
        buf_done(&h->first);
        free(h);
    }
}

// --- the file ---

// Reads the next frame of the bundle under way. False at its end, or when it is damaged.
static bool next_frame(struct node_handover *h)
{
    uint8_t length[BUNDLE_LENGTH_BYTES];
    size_t n = 0;
    buf_reset(&h->frame);
    if (read(h->fd, length, sizeof length) != sizeof length || bundle_length(length, &n) != BUNDLE_FINE) {
        return false;
    }
    buf_put(&h->frame, SLICE_ARRAY(length));
    uint8_t *room = buf_room(&h->frame, n);
    return room != NULL && read(h->fd, room, n) == (ssize_t)n;
}

// Opens the bundle that was picked and takes its first message. ERR_CORRUPT: it is none; else an error of the file.
static enum err open_bundle(struct node_handover *h)
{
    uint8_t magic[BUNDLE_MAGIC_BYTES];
    uint64_t size = 0;
    struct slice boxed;
    char *path = node_carry_path(state_dir(h->state), &h->what);
    enum err e = file_open(path, false, &h->fd, &size, NULL);
    free(path);
    if (e != OK) {
        return e;
    }
    if (read(h->fd, magic, sizeof magic) != sizeof magic || !next_frame(h) ||
        !bundle_frame_boxed(buf_slice(&h->frame), &boxed) || boxed.n > sizeof h->boxed) {
        return ERR_CORRUPT;
    }
    memcpy(h->boxed, boxed.p, boxed.n);
    h->boxed_bytes = boxed.n;
    h->bundle = hash_of(buf_slice(&h->frame));
    buf_reset(&h->first);
    if (!next_frame(h) || !bundle_frame_sealed(buf_slice(&h->frame), &boxed) || boxed.n == 0) {
        return ERR_CORRUPT;
    }
    buf_put(&h->first, boxed);
    h->number = 0;
    h->put_off = false;
    h->tries = 0;
    return OK;
}

// It was damaged on this disk: whoever made it has it still, and it may come here once more.
static void drop_damaged(struct node_handover *h, uint64_t now_ms)
{
    node_carry_drop(state_dir(h->state), &h->what);
    let_go(h, now_ms);
}

// Picks the next bundle for the hub: the oldest, but not the one that was put off last when there is another.
static void pick(struct node_handover *h, uint64_t now_ms)
{
    struct node_carry all;
    const struct node_carried *best = NULL;
    h->due_ms = now_ms + LOOK_MS;
    if (node_carry_read(state_dir(h->state), &all, NULL) != OK) {
        return;
    }
    for (size_t i = 0; i < all.n; i++) {
        const struct node_carried *c = &all.items[i];
        const bool again = memcmp(c->id, h->last, sizeof h->last) == 0;
        if (c->state != CARRY_DOWN && (best == NULL || !again)) {
            best = c;
            if (!again) {
                break;
            }
        }
    }
    if (best == NULL) {
        return;
    }
    h->what = *best;
    memcpy(h->last, best->id, sizeof h->last);
    const enum err e = open_bundle(h);
    if (e == OK) {
        h->at = HAND_GIVING;
    } else if (e == ERR_CORRUPT) {
        drop_damaged(h, now_ms);
    } else {
        let_go(h, now_ms + AGAIN_MS); // what this computer has too little of at the moment is no fault of the bundle
    }
}

// --- sending ---

static bool send_one(struct node_handover *h, struct sock *sock, uint64_t number, struct slice sealed)
{
    struct buf out = buf_new(LIMIT_FRAME_BYTES);
    const struct msg m = { .type = MSG_CARRY,
                           .as.carry = { .bundle = h->bundle,
                                         .boxed = slice_of(h->boxed, h->boxed_bytes),
                                         .number = number,
                                         .sealed = sealed } };
    msg_make(&m, &out);
    const bool sent = buf_ok(&out) && sock_send(sock, NULL, buf_slice(&out)) == OK;
    buf_done(&out);
    return sent;
}

// The next message of the bundle; after the last one the answer is asked for.
static void give(struct node_handover *h, struct sock *sock, uint64_t now_ms)
{
    struct slice sealed = { NULL, 0 };
    if (!next_frame(h) || !bundle_frame_sealed(buf_slice(&h->frame), &sealed)) {
        drop_damaged(h, now_ms);
        return;
    }
    if (sealed.n == 0) {
        h->at = HAND_ASKING;
        h->due_ms = now_ms + (h->number == 0 ? 0 : SETTLE_MS);
        return;
    }
    h->number++;
    if (!send_one(h, sock, h->number, sealed)) {
        let_go(h, now_ms + AGAIN_MS); // the transport is full, or the message too large for it: again, or by stick
        return;
    }
    h->at = HAND_WAITING;
    h->due_ms = now_ms + ANSWER_WAIT_MS;
}

static void ask(struct node_handover *h, struct sock *sock, uint64_t now_ms)
{
    if (h->tries++ == TRIES || !send_one(h, sock, 0, buf_slice(&h->first))) {
        let_go(h, now_ms + AGAIN_MS);
        return;
    }
    h->at = HAND_ASKED;
    h->due_ms = now_ms + ANSWER_WAIT_MS / 4;
}

uint64_t node_handover_turn(struct node_handover *h, struct sock *sock, uint64_t now_ms)
{
    if (sock == NULL) {
        if (h->at != HAND_IDLE) {
            let_go(h, now_ms); // from its beginning, when there is a connection again
        }
        return UINT64_MAX;
    }
    if (now_ms < h->due_ms) {
        return h->due_ms;
    }
    switch (h->at) {
    case HAND_IDLE:
        pick(h, now_ms);
        break;
    case HAND_GIVING:
        give(h, sock, now_ms);
        break;
    case HAND_WAITING: // nothing was said: from the beginning, later
        let_go(h, now_ms + AGAIN_MS);
        break;
    case HAND_ASKING:
    case HAND_ASKED:
        ask(h, sock, now_ms);
        break;
    }
    return h->due_ms > now_ms ? h->due_ms : now_ms + 1;
}

// --- what comes back ---

// Looks at the answer as any courier does. False: it is none.
static bool label_of(const struct node_handover *h, struct slice answer, struct bundle_label *label)
{
    const struct charter *c = state_charter(h->state);
    struct bundle_expect expect = { .consultation = c->id };
    struct service_keys keys;
    struct bundle_reader r;
    struct buf none = buf_new(LIMIT_FRAME_BYTES);
    if (succession_keys(state_kv(h->state), c, &keys, NULL) != OK) {
        buf_done(&none);
        return false;
    }
    bundle_expect_keys(&expect, &keys);
    bundle_reader_init(&r, &expect);
    size_t at = BUNDLE_MAGIC_BYTES;
    enum bundle_fault f = answer.n < at ? BUNDLE_CUT : bundle_read_magic(&r, slice_of(answer.p, at));
    while (f == BUNDLE_FINE && r.stage != BUNDLE_AT_END) {
        size_t n = 0;
        f = answer.n - at < BUNDLE_LENGTH_BYTES ? BUNDLE_CUT : bundle_length(answer.p + at, &n);
        if (f == BUNDLE_FINE && answer.n - at - BUNDLE_LENGTH_BYTES < n) {
            f = BUNDLE_CUT;
        }
        if (f == BUNDLE_FINE) {
            f = bundle_read(&r, slice_of(answer.p + at, BUNDLE_LENGTH_BYTES + n), &none);
            at += BUNDLE_LENGTH_BYTES + n;
        }
    }
    *label = r.label;
    bundle_reader_done(&r);
    buf_done(&none);
    return f == BUNDLE_FINE && at == answer.n && label->way == BUNDLE_DOWN &&
           boxkey_equal(label->site, h->what.site);
}

static void keep_answer(struct node_handover *h, struct slice answer, uint64_t now_ms)
{
    const char *dir = state_dir(h->state);
    struct bundle_label label;
    enum node_view_fate view = VIEW_NOTHING;
    if (!label_of(h, answer, &label)) {
        let_go(h, now_ms + AGAIN_MS);
        return;
    }
    struct node_carried kept = { .state = CARRY_DOWN, .site = label.site };
    memcpy(kept.id, label.whole.b, sizeof kept.id);
    char *path = node_carry_path(dir, &kept);
    enum err e = file_replace(path, answer, 0600, NULL);
    free(path);
    if (e == OK) {
        e = node_view_meet(state_kv(h->state), state_charter(h->state), slice_of(label.view, label.view_bytes), &view,
                           NULL);
    }
    if (e == OK && !h->put_off) {
        node_carry_done(dir, &h->what);
        LOG_WITH(h->log, LOG_INFO, "node.handed-over", log_id("site", SLICE_ARRAY(label.site.b)));
    }
    node_carry_settle(dir, label.site);
    let_go(h, e == OK && !h->put_off ? now_ms : now_ms + AGAIN_MS);
}

// True when it is about an entry that is not here: of somebody whose bundle this is.
static bool is_foreign(const struct node_facts *facts)
{
    return facts != NULL && facts->count == 1 && !facts->at[0].here;
}

static bool is_answer(enum msg_type type)
{
    return type == MSG_ACK || type == MSG_REFUSE || type == MSG_HELD;
}

bool node_handover_hear(struct node_handover *h, const struct msg *m, const struct node_facts *facts, uint64_t now_ms)
{
    if (m->type == MSG_CARRIED) {
        const bool ours = h->at == HAND_ASKED && hash_equal(m->as.carried.bundle, h->bundle);
        if (ours && m->as.carried.answer.n > 0) {
            keep_answer(h, m->as.carried.answer, now_ms);
        } else if (ours) {
            h->at = HAND_ASKING; // not now
            h->due_ms = now_ms + SETTLE_MS;
        }
        return true;
    }
    const bool answered = h->at == HAND_WAITING && is_answer(m->type) && is_foreign(facts);
    if (answered) {
        h->put_off = h->put_off || (m->type == MSG_REFUSE && !m->as.refuse.is_signed) ||
                     (m->type == MSG_HELD && m->as.held.code != VERDICT_GOOD);
        h->at = HAND_GIVING;
        h->due_ms = now_ms;
    } else if (h->at == HAND_WAITING && m->type == MSG_ERROR) {
        let_go(h, now_ms + 10 * AGAIN_MS); // it cannot use this, or forgot who we are: others first
    }
    return false;
}
