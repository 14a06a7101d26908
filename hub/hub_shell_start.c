// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How a hub starts, ends, and starts over when keys of the consultation were changed: everything that knew the old keys
// is closed and opened again, which is the path of any restart.
#include "hub/hub_shell.h"

#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/net/loop.h"
#include "hub/hub_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINGER_MS 500u // before what was sent last is cut off

// On the writer's thread: nothing of h but what never changes is touched.
static bool held(void *arg, enum service service, struct pubkey key)
{
    const struct hub *h = arg;
    return hub_key_held(state_dir(h->options->state), service, key);
}

// The keys in force by the record, and the secrets that belong to them.
static enum err choose_keys(struct hub *h, struct why *why)
{
    const struct roster *roster = serve_roster(h->serve);
    enum err e = hub_keys_check(&h->keys, h->options->state, roster, why);
    if (e == OK) {
        h->exchange = *box_ring_find(&h->keys.exchanges, roster_exchange_key(roster));
        h->changes = roster_change_count(roster);
    }
    return e;
}

static enum err open_record(struct hub *h, struct why *why)
{
    const struct hub_options *o = h->options;
    struct sequence_keys writer = { .charter = state_charter(o->state),
                                    .keeper = h->keys.keeper,
                                    .logs = &h->keys.logs,
                                    .author = &h->keys.author,
                                    .author_key = h->keys.author_pub,
                                    .held = held,
                                    .arg = h };
    struct serve_keys reader = { .charter = writer.charter, .keeper = writer.keeper, .logs = writer.logs };
    struct publish_options publisher = { .keys = { .kv = state_kv(o->state),
                                                   .charter = writer.charter,
                                                   .logs = &h->keys.logs,
                                                   .path = h->keys.checkpoint_path },
                                         .commit_fd = h->commit_fd,
                                         .wake_fd = h->wake_fd };
    enum err e = publish_start(&publisher, &h->publish, why);
    if (e == OK) {
        e = sequence_open(state_kv(o->state), &writer, &h->sequence, why);
    }
    if (e == OK) {
        e = serve_open(state_kv(o->state), &reader, &h->serve, why);
    }
    return e == OK ? choose_keys(h, why) : e;
}

static enum err start_threads(struct hub *h, struct why *why)
{
    const struct hub_options *o = h->options;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t each = processors > 0 ? (size_t)processors : 1;
    struct pool_options options = { .workers = o->workers == 0 ? each : o->workers,
                                    .ingest = { .consultation = state_charter(o->state)->id,
                                                .intakes = &h->keys.intakes,
                                                .keeper = h->keys.keeper },
                                    .sequence = h->sequence,
                                    .wake_fd = h->wake_fd,
                                    .commit_fd = h->commit_fd };
    enum err e = pool_start(&options, &h->pool);
    if (e != OK) {
        why_set(why, "the threads that verify could not be started");
        return e;
    }
    const struct erase_loop_options erasing = { o->state, h->keys.keeper, h->pool, o->gather_s, o->log };
    return erase_loop_start(&erasing, &h->erasing, why);
}

// The door is closed to strangers before the socket is bound, and tried before it is trusted. Who belongs inside gets
// in from the first moment: whoever waited for the hub would else be told that it does not admit her any more.
static enum err open_socket(struct hub *h, struct why *why)
{
    loop_raise_files();
    h->net = net_new();
    enum err e = zap_start(h->net, &h->zap, why);
    if (e == OK && !FAULT(DOOR_LATE)) {
        e = hub_renew_door(h, why);
    }
    if (e == OK) {
        e = sock_bind_router(h->net, h->listen, &h->exchange.sec, &h->sock, why);
    }
    if (e == OK) {
        e = zap_probe(h->net, sock_endpoint(h->sock), h->exchange.pub, why);
    }
    if (e == OK) {
        struct boxkey ours[ZAP_REFUSED_KEPT];
        uint64_t times = 0;
        (void)zap_take_refused(h->zap, ours, &times); // that was us
    }
    return e;
}

// The exchange key before the one of now, while its secret is here; NULL: there is none.
static const struct box_pair *former_exchange(const struct hub *h)
{
    const struct roster *roster = serve_roster(h->serve);
    const struct box_pair *found = NULL;
    for (size_t i = 0; i < roster_change_count(roster); i++) {
        const struct roster_change *c = roster_change(roster, i);
        if (c->what == SERVICE_EXCHANGE) {
            struct boxkey old;
            memcpy(old.b, c->old_key.b, sizeof old.b);
            found = box_ring_find(&h->keys.exchanges, old);
        }
    }
    return found;
}

// Tells the core how keys were changed, and puts up the signpost. Without one the hub serves all the same.
static enum err show_changes(struct hub *h, struct why *why)
{
    struct buf succession = buf_new(LIMIT_SUCCESSION_BYTES);
    struct peer_event event = hub_event_new(h, PEER_KEYS);
    const struct box_pair *former = former_exchange(h);
    char address[LIMIT_NET_ADDRESS + 1];
    enum err e = h->changes > 0 ? serve_succession(h->serve, &succession, why) : OK;
    if (e == OK && succession.n > 0) {
        event.as.keys.succession = buf_slice(&succession);
        hub_step(h, &event);
    }
    if (e == OK && former != NULL) {
        struct why told = { "" };
        size_t n = 0;
        struct zap_key *keys = door_keys(serve_roster(h->serve), h->exchange.pub, &n);
        const struct signpost_says says = { buf_slice(&succession), keys, n };
        enum err up = signpost_address(sock_endpoint(h->sock), address, sizeof address)
                          ? signpost_open(address, &former->sec, &says, &h->signpost, &told)
                          : ERR_CONFIG;
        free(keys);
        LOG_WITH(h->options->log, up == OK ? LOG_INFO : LOG_WARN, "hub.former-key", log_yes("answers", up == OK));
    }
    buf_done(&succession);
    return e;
}

static enum err start(struct hub *h, struct why *why)
{
    struct peer_identity identity = { .consultation = state_charter(h->options->state)->id };
    enum err e = hub_keys_load(h->options->state, &h->keys, why);
    if (e == OK) {
        e = loop_signals_open(&h->signal_fd);
    }
    if (e == OK) {
        e = loop_wake_open(&h->wake_fd);
    }
    if (e == OK) {
        e = loop_wake_open(&h->commit_fd);
    }
    if (e == OK) {
        e = open_record(h, why);
    }
    if (e == OK) {
        e = start_threads(h, why);
    }
    if (e == OK) {
        h->carry = hub_carry_new(h->options->state, h->serve, &h->keys, &h->note);
        h->core = peer_core_new(&identity);
        e = open_socket(h, why);
    }
    if (e == OK) {
        e = show_changes(h, why);
    }
    if (e == OK) {
        e = hub_take_checkpoint(h, why);
    }
    return e == OK ? door_tell(h->options->state, sock_endpoint(h->sock), why) : e;
}

static void finish(struct hub *h)
{
    if (h->core != NULL) {
        struct peer_event event = hub_event_new(h, PEER_STOP);
        hub_step(h, &event);
    }
    for (size_t i = 0; i < LIMIT_TICKETS; i++) {
        // What is away belongs to the pool, which frees it; an unwanted job is in no place any more.
        if (h->jobs[i] != NULL && !h->jobs[i]->away) {
            job_free(h->jobs[i]);
        }
    }
    erase_loop_stop(h->erasing); // it speaks through the pool
    pool_stop(h->pool);
    publish_stop(h->publish);
    signpost_close(h->signpost);
    sock_close(h->sock);
    zap_stop(h->zap);
    net_free(h->net);
    serve_close(h->serve);
    sequence_close(h->sequence);
    peer_core_free(h->core);
    hub_keys_done(&h->keys);
    loop_fd_close(h->signal_fd);
    loop_fd_close(h->wake_fd);
    loop_fd_close(h->commit_fd);
    arena_free(h->arena);
    buf_done(&h->note);
    buf_done(&h->out);
    free(h);
}

// What was sent last is on its way in other threads.
static void linger(void)
{
    struct loop_watch nothing = { .fd = -1 };
    const uint64_t until = loop_now_ms() + LINGER_MS;
    while (loop_now_ms() < until && loop_wait(&nothing, 1, until) == OK) {
    }
}

// Serves until the end, or until keys were changed (*again). listen: where, and on return where it was, so that a free
// port that was taken is taken again.
static enum err serve_once(const struct hub_options *options, struct buf *listen, bool *again, struct why *why)
{
    struct hub *h = mem_new(sizeof *h);
    h->options = options;
    h->voice.log = options->log;
    h->listen = (const char *)listen->p;
    h->signal_fd = h->wake_fd = h->commit_fd = -1;
    h->note = buf_new(LIMIT_NOTE_BYTES);
    h->out = buf_new(LIMIT_FRAME_BYTES);
    h->arena = arena_new(MSG_ARENA_BYTES);
    h->tick_ms = UINT64_MAX;
    h->door_size = DOOR_CLOSED_SIZE;
    h->published = tree_head_empty();
    enum err e = start(h, why);
    if (e == OK) {
        printf("listening on %s\n", sock_endpoint(h->sock));
        fflush(stdout);
        LOG_WITH(options->log, LOG_INFO, "hub.serving", log_number("size", sequence_size(h->sequence)));
        buf_reset(listen);
        buf_put_text(listen, sock_endpoint(h->sock));
        buf_put_u8(listen, 0);
    }
    while (e == OK && !h->stopping) {
        e = hub_turn(h, why);
    }
    *again = e == OK && h->rekeyed;
    if (*again) {
        linger();
    }
    LOG_WITH(options->log, LOG_INFO, "hub.stopped", log_err("error", e));
    finish(h);
    return e;
}

enum err hub_run(const struct hub_options *options, struct why *why)
{
    struct buf listen = buf_new(LIMIT_NET_ADDRESS + 1);
    bool again = true;
    enum err e = OK;
    buf_put_text(&listen, options->listen);
    buf_put_u8(&listen, 0);
    while (e == OK && again) {
        e = buf_ok(&listen) ? serve_once(options, &listen, &again, why) : ERR_CONFIG;
    }
    buf_done(&listen);
    return e;
}
