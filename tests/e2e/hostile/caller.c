// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See caller.h.
#include "tests/e2e/hostile/caller.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 20000
#define FULL_MS 5000

void caller_begin(struct caller *c, struct stage *s, struct net *net, const struct person *p)
{
    struct why why = { "" };
    *c = (struct caller){ .stage = s, .arena = arena_new(MSG_ARENA_BYTES) };
    must(s,
         sock_connect_dealer(net, s->hub.address, s->world.charter.exchange, p->transport, &p->transport_sec, &c->sock,
                             &why) == OK,
         "a socket");
}

void caller_close(struct caller *c)
{
    sock_frame_done(&c->frame);
    sock_close(c->sock);
    arena_free(c->arena);
    c->sock = NULL;
    c->arena = NULL;
}

enum sock_event caller_outcome(struct caller *c, uint64_t ms)
{
    uint64_t deadline = loop_now_ms() + ms;
    enum sock_event event = sock_event_next(c->sock);
    while (event == SOCK_NONE && loop_now_ms() < deadline) {
        struct loop_watch watch = { .sock = c->sock };
        CHECK(loop_wait(&watch, 1, deadline) == OK);
        event = sock_event_next(c->sock);
    }
    return event;
}

void caller_open(struct caller *c, struct stage *s, const struct person *p)
{
    uint64_t deadline = loop_now_ms() + PATIENCE_MS;
    caller_begin(c, s, s->net, p);
    enum sock_event event = caller_outcome(c, PATIENCE_MS);
    // On a machine under load a handshake may be cut by its time limit; libzmq tries again.
    while (event != SOCK_UP && event != SOCK_REFUSED && loop_now_ms() < deadline) {
        event = caller_outcome(c, PATIENCE_MS);
    }
    must(s, event == SOCK_UP, "an accredited device gets in");
}

bool caller_say_bytes(struct caller *c, struct slice bytes)
{
    uint64_t deadline = loop_now_ms() + FULL_MS;
    enum err e = sock_send(c->sock, NULL, bytes);
    while (e == ERR_AGAIN && loop_now_ms() < deadline) {
        pause_ms(2);
        e = sock_send(c->sock, NULL, bytes);
    }
    return e == OK;
}

bool caller_say(struct caller *c, const struct msg *m)
{
    struct buf out = buf_new(LIMIT_FRAME_BYTES);
    msg_make(m, &out);
    bool said = caller_say_bytes(c, buf_slice(&out));
    buf_done(&out);
    return said;
}

bool caller_say_letter(struct caller *c, const struct letter *l)
{
    return caller_say(c, &(struct msg){ .type = MSG_ENTRIES, .as.entries = l->m });
}

bool caller_want(struct caller *c, enum want_what what, const struct said *said, uint64_t base)
{
    const struct place *place = &said->entry.place;
    return caller_say(c, &(struct msg){ .type = MSG_WANT,
                                        .as.want = { .what = what,
                                                     .journal = { place->author, place->incarnation },
                                                     .seq = place->seq,
                                                     .id = said->entry.id,
                                                     .base = base } });
}

void caller_say_hello(struct caller *c, const struct journal_head *heads, size_t n, uint64_t down_cursor)
{
    (void)caller_say(c, &(struct msg){ .type = MSG_HELLO,
                                       .as.hello = { .version = EXCHANGE_VERSION,
                                                     .consultation = c->stage->world.charter.id,
                                                     .seen = tree_head_empty(),
                                                     .head_count = n,
                                                     .heads = heads,
                                                     .down_cursor = down_cursor } });
}

void caller_hello(struct caller *c)
{
    caller_say_hello(c, NULL, 0, UINT32_MAX);
    must(c->stage, caller_hear(c, MSG_WELCOME, PATIENCE_MS), "hello is answered with welcome");
}

bool caller_hear_any(struct caller *c, uint64_t ms)
{
    uint64_t deadline = loop_now_ms() + ms;
    enum err e = ERR_AGAIN;
    sock_frame_done(&c->frame);
    while (e != OK) {
        e = sock_receive(c->sock, &c->frame);
        if (e == ERR_AGAIN) {
            struct loop_watch watch = { .sock = c->sock };
            if (loop_now_ms() >= deadline || loop_wait(&watch, 1, deadline) != OK) {
                return false;
            }
            (void)sock_event_next(c->sock);
        }
    }
    arena_reset(c->arena);
    must(c->stage, msg_parse(c->frame.payload, c->arena, &c->msg) == VERDICT_GOOD, "the hub speaks as it should");
    return true;
}

bool caller_hear(struct caller *c, enum msg_type type, uint64_t ms)
{
    uint64_t deadline = loop_now_ms() + ms;
    bool heard = caller_hear_any(c, ms);
    while (heard && c->msg.type != type) {
        uint64_t now = loop_now_ms();
        heard = caller_hear_any(c, now < deadline ? deadline - now : 0);
    }
    return heard;
}

static void must_be(struct caller *c, enum verdict code, bool heard, enum verdict said, const char *what)
{
    if (!heard || said != code) {
        fprintf(stderr, "%s: the hub should say %s, but says %s\n", what, verdict_code(code),
                heard ? verdict_code(said) : "nothing");
    }
    must(c->stage, heard && said == code, what);
}

void caller_hear_error(struct caller *c, enum verdict code, const char *what)
{
    bool heard = caller_hear(c, MSG_ERROR, PATIENCE_MS);
    must_be(c, code, heard, heard ? c->msg.as.error.code : VERDICT_GOOD, what);
}

void caller_hear_refuse(struct caller *c, enum verdict code, const char *what)
{
    bool heard = caller_hear(c, MSG_REFUSE, PATIENCE_MS);
    must_be(c, code, heard, heard ? c->msg.as.refuse.code : VERDICT_GOOD, what);
}
