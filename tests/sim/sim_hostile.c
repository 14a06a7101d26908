// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Peers that run no node: a courier, who delivers other people's messages as they are, and somebody hostile with a
// good accreditation, who sends whatever a program can send.
#include "tests/sim/sim.h"

#include <string.h>

void strangers_found(struct sim *s)
{
    static const char *const names[SIM_STRANGERS] = { "the courier", "the intruder" };
    for (size_t i = 0; i < SIM_STRANGERS; i++) {
        struct stranger *p = &s->strangers[i];
        struct boxsec unused;
        p->name = names[i];
        p->hostile = i == 1;
        sign_keypair(&p->key, &p->sec);
        box_keypair(&p->transport, &unused);
        ident_random(&p->incarnation, sizeof p->incarnation);
        // Both are accredited like others: the office writes the grant before anything starts.
        struct body b = { .kind = KIND_GRANT };
        b.as.grant.key = p->key;
        b.as.grant.roles = 1u << ROLE_FACILITATOR;
        b.as.grant.has_transport = true;
        b.as.grant.transport = p->transport;
        people_office_says(s, &b);
    }
}

void strangers_hello(struct sim *s, size_t which)
{
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    const struct msg hello = { .type = MSG_HELLO,
                               .as.hello = { .version = EXCHANGE_VERSION, .consultation = s->charter.id,
                                             .seen = tree_head_empty() } };
    s->strangers[which].conn = ++s->last_conn;
    msg_make(&hello, &frame);
    sim_send_to_hub(s, SIM_NODES + which, buf_slice(&frame));
    buf_done(&frame);
}

// Frames of one peer may overtake each other; these follow the hello after a while.
void strangers_deliver(struct sim *s, size_t which, struct slice frame)
{
    struct sim_event ev = { .what = SIM_TO_HUB, .node = SIM_NODES + which, .conn = s->strangers[which].conn,
                            .life = s->hub.life };
    ev.frame = buf_new(frame.n);
    buf_put(&ev.frame, frame);
    sim_plan(s, 6000 + sim_below(s, 2000), ev);
}

static void deliver_others(struct sim *s, size_t which)
{
    sim_say(s, "%s delivers %zu messages of others", s->strangers[which].name, s->captured_count);
    for (size_t i = 0; i < s->captured_count; i++) {
        strangers_deliver(s, which, buf_slice(&s->captured[i]));
    }
}

static void deliver_damaged(struct sim *s, size_t which)
{
    sim_say(s, "%s delivers messages of others with changed bytes", s->strangers[which].name);
    for (size_t i = 0; i < s->captured_count; i++) {
        struct buf copy = buf_new(LIMIT_FRAME_BYTES);
        buf_put(&copy, buf_slice(&s->captured[i]));
        for (uint64_t k = 1 + sim_below(s, 3); k > 0; k--) {
            copy.p[sim_below(s, copy.n)] ^= (uint8_t)(1 + sim_below(s, 255));
        }
        size_t n = sim_chance(s, 20) ? (size_t)sim_below(s, copy.n + 1) : copy.n;
        strangers_deliver(s, which, slice_of(copy.p, n));
        buf_done(&copy);
    }
}

static void send_noise(struct sim *s, size_t which)
{
    uint8_t noise[512];
    sim_say(s, "%s sends noise", s->strangers[which].name);
    for (size_t i = 0; i < 12; i++) {
        ident_random(noise, sizeof noise);
        noise[0] = (uint8_t)(0x90 + sim_below(s, 16)); // arrays, so that some of it is read a little further
        noise[1] = (uint8_t)(1 + sim_below(s, 12));
        strangers_deliver(s, which, slice_of(noise, 2 + (size_t)sim_below(s, sizeof noise - 2)));
    }
}

// Makes entry `seq` of the intruder's own journal, after prev, and packs it as a batch.
static struct hash own_entry(struct sim *s, struct stranger *p, uint64_t seq, struct hash prev, uint64_t version,
                             struct buf *payload, uint64_t *raw)
{
    struct body body = { .kind = KIND_RESUME };
    body.as.resume.old.seq = version;
    struct buf body_bytes = buf_new(LIMIT_BODY_BYTES);
    struct buf bytes = buf_new(LIMIT_ENTRY_BYTES);
    struct entry e;
    const struct disclosure none = { .count = 0 };
    body_make(&body, &body_bytes);
    const struct entry_draft draft = { .kind = SLICE_LITERAL("resume"),
                                       .place = { s->charter.id, p->key, p->incarnation, seq },
                                       .prev = prev,
                                       .seen_root = tree_head_empty().root,
                                       .body = buf_slice(&body_bytes) };
    CHECK(entry_make(&draft, &p->sec, &bytes));
    CHECK(entry_parse(buf_slice(&bytes), &e) == VERDICT_GOOD);
    const struct wire_head head = { p->key, p->incarnation, 0, seq, prev };
    wire_begin(s->maker, &head);
    CHECK(wire_append(s->maker, &e, &none));
    *raw = wire_bytes(s->maker);
    wire_end(s->maker, payload);
    struct hash id = e.id;
    buf_done(&body_bytes);
    buf_done(&bytes);
    return id;
}

static struct hash send_own(struct sim *s, size_t which, uint64_t seq, struct hash prev, uint64_t version)
{
    struct stranger *p = &s->strangers[which];
    struct buf payload = buf_new(LIMIT_FRAME_BYTES);
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    struct msg m = { .type = MSG_ENTRIES, .as.entries = { .form = ENTRIES_WIRE, .journal = { p->key, p->incarnation },
                                                          .first = seq, .prev = prev, .count = 1 } };
    struct hash id = own_entry(s, p, seq, prev, version, &payload, &m.as.entries.raw);
    m.as.entries.payload = buf_slice(&payload);
    m.as.entries.raw = sim_chance(s, 10) ? LIMIT_BATCH_BYTES : m.as.entries.raw; // a claim of more than there is
    msg_make(&m, &frame);
    strangers_deliver(s, which, buf_slice(&frame));
    buf_done(&payload);
    buf_done(&frame);
    return id;
}

// Signs several entries for one place, and goes on from one of them; sometimes leaves a gap.
static void fork_own(struct sim *s, size_t which)
{
    struct stranger *p = &s->strangers[which];
    uint64_t versions = 1 + sim_below(s, 6);
    sim_say(s, "%s signs %llu entries for one place of the same notebook", p->name, (unsigned long long)versions);
    struct hash id = { { 0 } };
    for (uint64_t v = 0; v < versions; v++) {
        id = send_own(s, which, p->next, p->prev, sim_below(s, 1000000));
    }
    p->prev = id;
    p->next++;
    if (sim_chance(s, 30)) {
        struct hash gap;
        ident_random(&gap, sizeof gap);
        (void)send_own(s, which, p->next + 1 + sim_below(s, 5), gap, 0);
    }
}

void strangers_act(struct sim *s, size_t which)
{
    if (s->hub.kv == NULL) {
        return;
    }
    strangers_hello(s, which);
    if (!s->strangers[which].hostile) {
        deliver_others(s, which);
        return;
    }
    switch (sim_below(s, 4)) {
    case 0:
        deliver_damaged(s, which);
        break;
    case 1:
        send_noise(s, which);
        break;
    case 2:
        deliver_others(s, which);
        break;
    default:
        fork_own(s, which);
        break;
    }
}
