// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The answer is the bundle that `baraza bundle out` makes, small enough for one message. Read first: hub_carry.h,
// hub_bundle.h.
#include "hub/hub_carry.h"

#include "common/exchange/bundle.h"
#include "hub/hub_bundle.h"

#define ANSWER_BYTES (LIMIT_FRAME_BYTES - 4096)
#define BEFORE_DOWN 131072 // with so much said, what goes down waits for another time: a message of it may be large
#define ANSWER_MS 200u

struct hub_carry hub_carry_new(const struct state *state, struct serve *serve, const struct hub_keys *keys,
                       const struct buf *note)
{
    return (struct hub_carry){
        .kv = state_kv(state), .serve = serve, .keys = keys, .charter = state_charter(state), .note = note
    };
}

struct packing {
    struct bundle_writer w;
    struct buf *out;
};

static enum err put(void *arg, struct slice message, struct why *why)
{
    struct packing *p = arg;
    (void)why;
    if (p->out->n + message.n + LIMIT_BUNDLE_FRAME - LIMIT_FRAME_BYTES > ANSWER_BYTES) {
        return ERR_TOO_BIG;
    }
    bundle_put(&p->w, message, p->out);
    return OK;
}

static enum err make(const struct hub_carry *c, const struct bundle_site *who, struct buf *out)
{
    struct hub_bundle_made made;
    struct packing p = { .out = out };
    const struct bundle_about about = { .site = who->site, .view = buf_slice(c->note) };
    const struct hub_bundle_options options = { .kv = c->kv, .serve = c->serve, .sink = put, .arg = &p,
                                                .views = who->views, .view_count = who->view_count,
                                                .before_down = BEFORE_DOWN };
    if (c->note->n == 0 || c->note->n > LIMIT_BUNDLE_VIEW ||
        !bundle_begin(&p.w, BUNDLE_DOWN, c->charter->id, who->site, &about, out)) {
        return ERR_NOT_FOUND;
    }
    enum err e = hub_bundle_make(&options, c->charter->id, who->site, who->hello, &made, NULL);
    if (e == OK) {
        bundle_end(&p.w, serve_signer(c->serve), out);
    }
    mem_wipe(&p.w, sizeof p.w);
    return e;
}

static enum hub_carry_what answer(struct hub_carry *c, struct hash bundle, const struct bundle_site *who,
                                  uint64_t now_ms, struct buf *out)
{
    struct msg m = { .type = MSG_CARRIED, .as.carried = { .bundle = bundle } };
    if (now_ms < c->answer_ms) {
        return CARRY_LATER;
    }
    struct buf bytes = buf_new(LIMIT_FRAME_BYTES);
    c->answer_ms = now_ms + ANSWER_MS;
    if (make(c, who, &bytes) == OK) {
        m.as.carried.answer = buf_slice(&bytes);
    }
    msg_make(&m, out);
    buf_done(&bytes);
    return CARRY_ASKS;
}

// Only what a bundle up may carry: entries sealed by whoever wrote them, and chunks of what they name.
static bool is_entries(struct slice message)
{
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    struct msg m;
    const bool is = msg_parse(message, arena, &m) == VERDICT_GOOD && (m.type == MSG_ENTRIES || m.type == MSG_CHUNK);
    arena_free(arena);
    return is;
}

enum hub_carry_what hub_carry_take(struct hub_carry *c, const struct sock_frame *frame, const struct msg_carry *m,
                           uint64_t now_ms, struct sock_frame *inner, struct buf *out)
{
    struct bundle_site who;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    enum hub_carry_what what = CARRY_BAD;
    if (!bundle_open_one(&c->keys->intakes, m->bundle, m->boxed, m->number, m->sealed, &message)) {
        what = CARRY_BAD;
    } else if (m->number == 0) {
        what = bundle_site_parse(buf_slice(&message), &who) ? answer(c, m->bundle, &who, now_ms, out) : CARRY_BAD;
    } else if (is_entries(buf_slice(&message))) {
        what = sock_frame_like(frame, buf_slice(&message), inner) == OK ? CARRY_ENTRIES : CARRY_LATER;
    }
    buf_done(&message);
    return what;
}
