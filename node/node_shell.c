// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The site's loop: signals, the agent's socket, the exchange, the page. Read first: node_shell.h.
#include "node/node_shell.h"

#include "common/author/agent.h"
#include "common/base/fault.h"
#include "common/net/loop.h"
#include "common/ops/sleep.h"
#include "node/node_exchange.h"
#include "node/node_tend.h"
#include "node/page/page.h"

#include <signal.h>
#include <stdlib.h>

#define HANDOVER_MS 3000u     // an agent that was asked to lock everybody has ended by then
#define HANDOVER_STEP_MS 20u
#define LOOK_MS 10000u        // so often the daemon looks whether its state is still there, and its port free

struct node_shell {
    const struct node_shell_options *o;
    struct safe safe;
    struct agent *agent;
    struct node_exchange *exchange;
    struct node_tend *tend;
    struct page *page;   // NULL: none is wanted, or another program has its port
    bool page_missed;    // and that was said
    int signals;
    struct sleep_watch *sleep;
    bool in_advance;     // as it was logged last
    uint64_t look_ms;    // when to look next whether the state is still there
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

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

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

// Whoever is unlocked is locked before the computer sleeps, and before anybody is served who comes when it wakes up.
static void look_asleep(struct node_shell *s)
{
    const bool watched = !safe_empty(&s->safe);
    if (sleep_turn(s->sleep, loop_now_ms(), loop_slept_ms(), watched)) {
        if (!FAULT(ASLEEP_UNLOCKED) && agent_lock_all(s->agent)) {
            LOG(s->o->log, LOG_INFO, "node.locked-for-sleep");
        }
        sleep_locked(s->sleep);
    }
    if (sleep_in_advance(s->sleep) != s->in_advance) {
        s->in_advance = !s->in_advance;
        agent_says(s->agent, s->in_advance);
        LOG_WITH(s->o->log, LOG_INFO, "node.sleep-watch", log_yes("logind", s->in_advance));
    }
}

// Nobody's exchange waits for a port that another program has: it is tried again.
static void try_page(struct node_shell *s)
{
    const struct page_options own = { .state = s->o->state,
                                      .safe = &s->safe,
                                      .exchange = s->exchange,
                                      .idle_ms = s->o->idle_ms,
                                      .sticks = s->o->sticks,
                                      .any_filesystem = s->o->any_filesystem,
                                      .log = s->o->log };
    if (s->page != NULL || s->o->page_port == 0) {
        return;
    }
    enum err e = page_open(s->o->page_port, &own, &s->page, NULL);
    if (e == OK) {
        LOG_WITH(s->o->log, LOG_INFO, "page.ready", log_number("port", page_port(s->page)));
    } else if (!s->page_missed) {
        page_say_none(s->o->state, s->o->page_port);
        LOG_WITH(s->o->log, LOG_WARN, e == ERR_BUSY ? "page.port-taken" : "page.not-served",
                 log_number("port", s->o->page_port), log_err("error", e));
    }
    s->page_missed = e != OK;
}

// Every now and then: is the state still where it was?
static enum err still_there(struct node_shell *s, struct why *why)
{
    const uint64_t now = loop_now_ms();
    if (now < s->look_ms) {
        return OK;
    }
    s->look_ms = now + LOOK_MS;
    try_page(s);
    return state_there(s->o->state, why);
}

static enum err serve(struct node_shell *s, struct why *why)
{
    LOG_WITH(s->o->log, LOG_INFO, "node.ready", log_yes("pinned", s->safe.pinned));
    for (;;) {
        look_asleep(s);
        enum err e = still_there(s, why);
        if (e != OK) {
            return e;
        }
        node_tend_turn(s->tend);
        node_exchange_turn(s->exchange);
        uint64_t locks = agent_expire(s->agent, loop_now_ms());
        uint64_t works = node_exchange_deadline(s->exchange);
        uint64_t rests = sooner(sleep_deadline(s->sleep), s->look_ms);
        struct loop_watch watches[] = { { .fd = s->signals },
                                        { .fd = agent_fd(s->agent) },
                                        { .sock = node_exchange_sock(s->exchange), .fd = -1 },
                                        { .fd = sleep_fd(s->sleep), .to_write = sleep_writes(s->sleep) },
                                        { .fd = sleep_fd(s->sleep) },
                                        { .fd = page_fd(s->page) } };
        e = loop_wait(watches, 6, sooner(sooner(locks, works), sooner(page_deadline(s->page, loop_now_ms()), rests)));
        if (e != OK) {
            return e;
        }
        if (watches[0].ready && take_signals(s)) {
            LOG(s->o->log, LOG_INFO, "node.ends");
            return OK;
        }
        look_asleep(s);
        if (watches[1].ready) {
            (void)agent_serve(s->agent, loop_now_ms()); // the next turn looks at the safe
        }
        page_turn(s->page, loop_now_ms());
    }
}

enum err node_shell_run(const struct node_shell_options *options, struct why *why)
{
    struct node_shell s = { .o = options, .signals = -1, .sleep = sleep_open() };
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
        page_forget(options->state);
        if (options->page_port == 0) {
            page_say_none(options->state, 0);
        }
        e = serve(&s, why);
    }
    page_close(s.page);
    page_forget(options->state);
    node_tend_close(s.tend);
    node_exchange_close(s.exchange);
    agent_close(s.agent);
    loop_fd_close(s.signals);
    safe_done(&s.safe);
    sleep_close(s.sleep); // only now the computer may sleep
    return e;
}
