// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: senders.h, docs/PROTOCOL.md 11.
#include "tests/bench/senders.h"

#include "common/base/arena.h"
#include "common/exchange/msg.h"

#include <string.h>

#define PATIENCE_MS 60000u // without a word from the hub

static_assert(SENDERS <= LIMIT_LOOP_WATCHES, "one loop can wait for all senders");

static enum err bad(struct why *why, const char *what)
{
    why_set(why, "a sender: %s", what);
    return ERR_BAD_INPUT;
}

static enum err say_hello(const struct senders *s, struct site *site)
{
    struct buf out = buf_new(LIMIT_FRAME_BYTES);
    struct msg m = { .type = MSG_HELLO,
                     .as.hello = { .version = EXCHANGE_VERSION,
                                   .consultation = s->scene->charter.id,
                                   .seen = tree_head_empty() } };
    msg_make(&m, &out);
    enum err e = sock_send(site->sock, NULL, buf_slice(&out));
    buf_done(&out);
    return e;
}

// --- what a hub says ---
static void on_ack(struct site *site, const struct parcel *parcels, const struct msg_ack *m)
{
    site->credit = m->credit;
    while (site->acknowledged < site->sent &&
           parcels[site->acknowledged].first + parcels[site->acknowledged].count <= m->next) {
        site->in_flight -= parcels[site->acknowledged++].raw;
    }
}

// Not now: what was sent from there on is sent again after a while.
static void on_deferral(struct senders *s, struct site *site, const struct parcel *parcels, const struct msg_refuse *m)
{
    s->deferrals++;
    while (site->sent > site->acknowledged && parcels[site->sent - 1].first >= m->seq) {
        site->in_flight -= parcels[--site->sent].raw;
    }
    site->wait_ms = loop_now_ms() + m->retry_after_ms;
}

static enum err on_message(struct senders *s, struct site *site, const struct load *l, const struct msg *m,
                           struct why *why)
{
    const struct parcel *parcels = l != NULL ? l->parcels[site - s->sites] : NULL;
    if (m->type == MSG_WELCOME) {
        site->welcome = true;
        site->credit = m->as.welcome.credit;
    } else if (m->type == MSG_ACK && parcels != NULL) {
        on_ack(site, parcels, &m->as.ack);
    } else if (m->type == MSG_REFUSE && parcels != NULL && !m->as.refuse.is_signed) {
        on_deferral(s, site, parcels, &m->as.refuse);
    } else if (m->type == MSG_REFUSE || m->type == MSG_ERROR) {
        return bad(why, m->type == MSG_ERROR ? verdict_text(m->as.error.code) : "an entry was refused");
    }
    return OK;
}

static enum err receive(struct senders *s, struct site *site, const struct load *l, struct why *why)
{
    struct sock_frame frame = { 0 };
    enum err e = sock_receive(site->sock, &frame);
    while (e == OK) {
        struct msg m;
        arena_reset(s->arena);
        e = msg_parse(frame.payload, s->arena, &m) == VERDICT_GOOD ? on_message(s, site, l, &m, why)
                                                                   : bad(why, "a message that is none");
        sock_frame_done(&frame);
        if (e == OK) {
            e = sock_receive(site->sock, &frame);
        }
    }
    return e == ERR_AGAIN ? OK : e;
}

static enum err take_events(struct senders *s, struct site *site, struct why *why)
{
    enum err e = OK;
    for (enum sock_event event = sock_event_next(site->sock); event != SOCK_NONE && e == OK;
         event = sock_event_next(site->sock)) {
        if (event == SOCK_UP) {
            e = say_hello(s, site);
        } else {
            e = bad(why, "its connection ended");
        }
    }
    return e;
}

// Waits until something came for somebody, and takes it.
static enum err turn(struct senders *s, const struct load *l, uint64_t deadline_ms, struct why *why)
{
    struct loop_watch watches[SENDERS];
    for (size_t i = 0; i < SENDERS; i++) {
        watches[i] = (struct loop_watch){ .sock = s->sites[i].sock, .fd = -1 };
    }
    enum err e = loop_wait(watches, SENDERS, deadline_ms);
    for (size_t i = 0; i < SENDERS && e == OK; i++) {
        if (watches[i].ready) {
            e = take_events(s, &s->sites[i], why);
            if (e == OK) {
                e = receive(s, &s->sites[i], l, why);
            }
        }
    }
    return e;
}

// --- sending ---
static enum err send_some(struct site *site, const struct parcel *parcels, size_t count)
{
    enum err e = OK;
    while (e == OK && site->sent < count && loop_now_ms() >= site->wait_ms) {
        const struct parcel *p = &parcels[site->sent];
        if (site->in_flight > 0 && site->in_flight + p->raw > site->credit) {
            break;
        }
        e = sock_send(site->sock, NULL, buf_slice(&p->frame));
        if (e == OK) {
            site->in_flight += p->raw;
            site->sent++;
        }
    }
    return e == ERR_AGAIN ? OK : e;
}

static bool all_acknowledged(const struct senders *s, const struct load *l)
{
    for (size_t i = 0; i < SENDERS; i++) {
        if (s->sites[i].acknowledged < l->per_sender) {
            return false;
        }
    }
    return true;
}

enum err senders_send(struct senders *s, const struct load *l, double *seconds, struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; i < SENDERS; i++) {
        s->sites[i].sent = s->sites[i].acknowledged = 0;
        s->sites[i].in_flight = 0;
    }
    uint64_t patience_ms = loop_now_ms() + PATIENCE_MS;
    double began = clock_s();
    while (e == OK && !all_acknowledged(s, l)) {
        for (size_t i = 0; i < SENDERS && e == OK; i++) {
            e = send_some(&s->sites[i], l->parcels[i], l->per_sender);
        }
        if (e == OK) {
            // A deferral that ends, or a queue that empties, makes no message: look again soon.
            e = turn(s, l, loop_now_ms() + 20, why);
        }
        if (loop_now_ms() > patience_ms) {
            return bad(why, "the hub does not take what it is sent");
        }
    }
    *seconds = clock_s() - began;
    return e;
}

// --- starting and ending ---
static bool all_welcome(const struct senders *s)
{
    for (size_t i = 0; i < SENDERS; i++) {
        if (!s->sites[i].welcome) {
            return false;
        }
    }
    return true;
}

enum err senders_start(const struct scene *s, const char *address, struct senders *out, struct why *why)
{
    *out = (struct senders){ .scene = s, .net = net_new(), .arena = arena_new(MSG_ARENA_BYTES) };
    enum err e = OK;
    for (size_t i = 0; i < SENDERS && e == OK; i++) {
        const struct writer *w = &s->senders[i];
        e = sock_connect_dealer(out->net, address, s->charter.exchange, w->transport, &w->transport_sec,
                                &out->sites[i].sock, why);
    }
    uint64_t patience_ms = loop_now_ms() + PATIENCE_MS;
    while (e == OK && !all_welcome(out)) {
        e = turn(out, NULL, loop_now_ms() + 100, why);
        if (loop_now_ms() > patience_ms) {
            return bad(why, "the hub does not welcome it");
        }
    }
    return e;
}

void senders_stop(struct senders *s)
{
    for (size_t i = 0; i < SENDERS; i++) {
        sock_close(s->sites[i].sock);
    }
    net_free(s->net);
    arena_free(s->arena);
    *s = (struct senders){ .scene = NULL };
}
