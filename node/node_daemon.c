// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The site's loop: signals, the agent's socket, the exchange. Read first: node_daemon.h.
#include "node/node_daemon.h"

#include "common/author/agent.h"
#include "common/net/loop.h"
#include "node/node_shell.h"

#include <signal.h>
#include <stdlib.h>

#define HANDOVER_MS 3000u     // an agent that was asked to lock everybody has ended by then
#define HANDOVER_STEP_MS 20u

struct daemon {
    const struct node_daemon_options *o;
    struct safe safe;
    struct agent *agent;
    struct node_shell *shell;
    int signals;
};

// --- the agent ---

// Takes over the keys of an agent that runs already, and asks it to end.
static void take_over(struct daemon *d, const char *path)
{
    struct person people[LIMIT_PERSONS];
    size_t n = 0;
    if (agent_who(path, people, LIMIT_PERSONS, &n, NULL) != OK) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct unlocked *slot = safe_slot(&d->safe, people[i].key);
        if (slot != NULL && !slot->taken && agent_get(path, people[i].key, slot, NULL) == OK) {
            slot->used_ms = loop_now_ms();
        }
    }
    if (agent_lock(path, NULL, NULL) == OK) {
        LOG_WITH(d->o->log, LOG_INFO, "node.agent-taken-over", log_number("people", n));
    }
}

static enum err open_agent(struct daemon *d, struct why *why)
{
    char *path = state_path(d->o->state, STATE_AGENT);
    uint64_t end = loop_now_ms() + HANDOVER_MS;
    enum err e = agent_open(path, &d->safe, d->o->idle_ms, &d->agent, why);
    if (e == ERR_BUSY) {
        take_over(d, path);
    }
    while (e == ERR_BUSY && loop_now_ms() < end) {
        struct loop_watch nothing = { .fd = -1 };
        e = loop_wait(&nothing, 1, loop_now_ms() + HANDOVER_STEP_MS);
        if (e == OK) {
            e = agent_open(path, &d->safe, d->o->idle_ms, &d->agent, why);
        }
    }
    free(path);
    return e;
}

// --- the loop ---

// Takes the signals that wait. True when one asks to end.
static bool take_signals(struct daemon *d)
{
    bool end = false;
    for (int number = loop_signals_take(d->signals); number != 0; number = loop_signals_take(d->signals)) {
        if (number == SIGHUP) {
            node_shell_poke(d->shell);
        } else {
            end = true;
        }
    }
    return end;
}

static enum err serve(struct daemon *d)
{
    LOG_WITH(d->o->log, LOG_INFO, "node.ready", log_yes("pinned", d->safe.pinned));
    for (;;) {
        node_shell_turn(d->shell);
        uint64_t locks = agent_expire(d->agent, loop_now_ms());
        uint64_t works = node_shell_deadline(d->shell);
        struct loop_watch watches[] = { { .fd = d->signals },
                                        { .fd = agent_fd(d->agent) },
                                        { .sock = node_shell_sock(d->shell), .fd = -1 } };
        enum err e = loop_wait(watches, 3, locks < works ? locks : works);
        if (e != OK) {
            return e;
        }
        if (watches[0].ready && take_signals(d)) {
            LOG(d->o->log, LOG_INFO, "node.ends");
            return OK;
        }
        if (watches[1].ready) {
            (void)agent_serve(d->agent, loop_now_ms()); // the next turn looks at the safe
        }
    }
}

enum err node_daemon_run(const struct node_daemon_options *options, struct why *why)
{
    struct daemon d = { .o = options, .signals = -1 };
    safe_init(&d.safe);
    enum err e = loop_signals_open(&d.signals);
    if (e == OK) {
        e = open_agent(&d, why);
    }
    if (e == OK) {
        const struct node_shell_options exchange = {
            .state = options->state, .safe = &d.safe, .hub = options->hub, .log = options->log
        };
        e = node_shell_open(&exchange, &d.shell, why);
    }
    if (e == OK) {
        e = serve(&d);
    }
    node_shell_close(d.shell);
    agent_close(d.agent);
    loop_fd_close(d.signals);
    safe_done(&d.safe);
    return e;
}
