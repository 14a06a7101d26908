// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The site's loop: signals, the agent's socket, the exchange. Read first: node_shell.h.
#include "node/node_shell.h"

#include "common/author/agent.h"
#include "common/net/loop.h"
#include "node/node_exchange.h"
#include "node/node_tend.h"

#include <signal.h>
#include <stdlib.h>

#define HANDOVER_MS 3000u     // an agent that was asked to lock everybody has ended by then
#define HANDOVER_STEP_MS 20u

struct node_shell {
    const struct node_shell_options *o;
    struct safe safe;
    struct agent *agent;
    struct node_exchange *exchange;
    struct node_tend *tend;
    int signals;
};

// --- the agent ---

// Takes over the keys of an agent that runs already, and asks it to end.
static void take_over(struct node_shell *s, const char *path)
{
    struct person people[LIMIT_PERSONS];
    size_t n = 0;
    if (agent_who(path, people, LIMIT_PERSONS, &n, NULL) != OK) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct unlocked *slot = safe_slot(&s->safe, people[i].key);
        if (slot != NULL && !slot->taken && agent_get(path, people[i].key, slot, NULL) == OK) {
            slot->used_ms = loop_now_ms();
        }
    }
    if (agent_lock(path, NULL, NULL) == OK) {
        LOG_WITH(s->o->log, LOG_INFO, "node.agent-taken-over", log_number("people", n));
    }
}

static enum err open_agent(struct node_shell *s, struct why *why)
{
    char *path = state_path(s->o->state, STATE_AGENT);
    uint64_t end = loop_now_ms() + HANDOVER_MS;
    enum err e = agent_open(path, &s->safe, s->o->idle_ms, &s->agent, why);
    if (e == ERR_BUSY) {
        take_over(s, path);
    }
    while (e == ERR_BUSY && loop_now_ms() < end) {
        struct loop_watch nothing = { .fd = -1 };
        e = loop_wait(&nothing, 1, loop_now_ms() + HANDOVER_STEP_MS);
        if (e == OK) {
            e = agent_open(path, &s->safe, s->o->idle_ms, &s->agent, why);
        }
    }
    free(path);
    return e;
}

// --- the loop ---

// Takes the signals that wait. True when one asks to end.
static bool take_signals(struct node_shell *s)
{
    bool end = false;
    for (int number = loop_signals_take(s->signals); number != 0; number = loop_signals_take(s->signals)) {
        if (number == SIGHUP) {
            node_exchange_poke(s->exchange);
        } else {
            end = true;
        }
    }
    return end;
}

static enum err serve(struct node_shell *s)
{
    LOG_WITH(s->o->log, LOG_INFO, "node.ready", log_yes("pinned", s->safe.pinned));
    for (;;) {
        node_tend_turn(s->tend);
        node_exchange_turn(s->exchange);
        uint64_t locks = agent_expire(s->agent, loop_now_ms());
        uint64_t works = node_exchange_deadline(s->exchange);
        struct loop_watch watches[] = { { .fd = s->signals },
                                        { .fd = agent_fd(s->agent) },
                                        { .sock = node_exchange_sock(s->exchange), .fd = -1 } };
        enum err e = loop_wait(watches, 3, locks < works ? locks : works);
        if (e != OK) {
            return e;
        }
        if (watches[0].ready && take_signals(s)) {
            LOG(s->o->log, LOG_INFO, "node.ends");
            return OK;
        }
        if (watches[1].ready) {
            (void)agent_serve(s->agent, loop_now_ms()); // the next turn looks at the safe
        }
    }
}

enum err node_shell_run(const struct node_shell_options *options, struct why *why)
{
    struct node_shell s = { .o = options, .signals = -1 };
    safe_init(&s.safe);
    enum err e = loop_signals_open(&s.signals);
    if (e == OK) {
        e = open_agent(&s, why);
    }
    if (e == OK) {
        const struct node_exchange_options work = {
            .state = options->state, .safe = &s.safe, .hub = options->hub, .log = options->log
        };
        e = node_exchange_open(&work, &s.exchange, why);
    }
    if (e == OK) {
        const struct node_tend_options own = {
            .state = options->state, .safe = &s.safe, .log = options->log, .own_agent = true
        };
        s.tend = node_tend_open(&own);
        e = serve(&s);
    }
    node_tend_close(s.tend);
    node_exchange_close(s.exchange);
    agent_close(s.agent);
    loop_fd_close(s.signals);
    safe_done(&s.safe);
    return e;
}
