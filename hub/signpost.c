// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: signpost.h.
#include "hub/signpost.h"

#include "common/base/num.h"
#include "common/exchange/msg.h"

#include <stdlib.h>
#include <string.h>

#define ANSWERS_A_TURN 16

struct signpost {
    struct net *net; // of its own: a context has one door
    struct zap *zap;
    struct sock *sock;
    struct buf answer;
};

bool signpost_address(const char *endpoint, char *out, size_t room)
{
    uint64_t port = 0;
    const char *colon = strrchr(endpoint, ':');
    if (colon == NULL || !num_parse_u64(slice_text(colon + 1), &port) || port == 0 || port >= 65535) {
        return false;
    }
    struct buf text = buf_over(out, room);
    buf_put(&text, slice_of((const uint8_t *)endpoint, (size_t)(colon - endpoint)));
    buf_printf(&text, ":%u", (unsigned)port + 1);
    buf_put_u8(&text, 0);
    return buf_ok(&text);
}

enum err signpost_open(const char *address, const struct boxsec *former, const struct signpost_says *says,
                       struct signpost **out, struct why *why)
{
    struct signpost *s = mem_new(sizeof *s);
    const struct msg m = { .type = MSG_KEYS, .as.keys = says->succession };
    s->answer = buf_new(LIMIT_FRAME_BYTES);
    msg_make(&m, &s->answer);
    CHECK(buf_ok(&s->answer));
    s->net = net_new();
    enum err e = zap_start(s->net, &s->zap, why);
    if (e == OK) {
        signpost_admit(s, says->keys, says->n);
        e = sock_bind_router(s->net, address, former, &s->sock, why);
    }
    if (e != OK) {
        signpost_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void signpost_close(struct signpost *s)
{
    if (s == NULL) {
        return;
    }
    sock_close(s->sock);
    zap_stop(s->zap);
    net_free(s->net);
    buf_done(&s->answer);
    free(s);
}

void signpost_admit(struct signpost *s, const struct zap_key *keys, size_t n)
{
    if (s != NULL) {
        zap_replace(s->zap, keys, n);
    }
}

struct sock *signpost_sock(struct signpost *s)
{
    return s == NULL ? NULL : s->sock;
}

void signpost_answer(struct signpost *s)
{
    for (int i = 0; i < ANSWERS_A_TURN; i++) {
        struct sock_frame frame = { 0 };
        enum err e = sock_receive(s->sock, &frame);
        if (e == OK && zap_class_of(s->zap, frame.user) != ZAP_UNKNOWN) {
            e = sock_send(s->sock, &frame.from, buf_slice(&s->answer));
            e = e == ERR_NET || e == ERR_AGAIN ? OK : e; // gone, or does not read: it asks again
        }
        sock_frame_done(&frame);
        if (e == ERR_AGAIN || e == ERR_NET) {
            return;
        }
    }
}
