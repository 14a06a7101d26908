// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza unlock` and `baraza lock`: hand a person's keys to the agent, and take them back. The agent is the site's
// daemon, or, where none runs, a small process left behind here, which ends when nobody is unlocked any more.
// That process must never open the store (an LMDB environment does not cross a fork) nor keep the terminal.
#include "common/author/agent.h"
#include "common/base/file.h"
#include "common/net/loop.h"
#include "common/ops/sleep.h"
#include "tools/baraza/work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MINUTE_MS 60000u
#define LOOK_MS 10000u // so often the agent looks whether its state is still there

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

// Serves until everybody is locked, the computer sleeps, or the state was removed or replaced. Does not return.
static NO_RETURN void serve(struct agent *agent, struct safe *safe, int signals)
{
    struct sleep_watch *sleep = sleep_open();
    while (!safe_empty(safe) && agent_there(agent)) {
        uint64_t now = loop_now_ms();
        if (sleep_turn(sleep, now, loop_slept_ms(), true)) {
            break; // what is in memory is wiped below, before the computer may sleep
        }
        agent_says(agent, sleep_in_advance(sleep));
        uint64_t deadline = sooner(agent_expire(agent, now), sooner(now + LOOK_MS, sleep_deadline(sleep)));
        struct loop_watch watches[] = { { .fd = agent_fd(agent) },
                                        { .fd = signals },
                                        { .fd = sleep_fd(sleep), .to_write = sleep_writes(sleep) },
                                        { .fd = sleep_fd(sleep) } };
        if (safe_empty(safe) || loop_wait(watches, 4, deadline) != OK || watches[1].ready) {
            break;
        }
        if (sleep_turn(sleep, loop_now_ms(), loop_slept_ms(), true)) { // before anybody is served
            break;
        }
        (void)agent_serve(agent, loop_now_ms());
    }
    agent_close(agent);
    safe_done(safe);
    sleep_close(sleep);
    _exit(EXIT_GOOD);
}

// The child: leaves the terminal and the directory, opens the socket, tells the parent, serves.
static NO_RETURN void become_agent(const char *path, const struct unlocked *u, uint64_t idle_ms, int tell)
{
    struct safe safe;
    struct agent *agent = NULL;
    struct why why = { "" };
    int signals = -1;
    safe_init(&safe);
    struct unlocked *slot = safe_slot(&safe, u->person.key);
    *slot = *u;
    slot->used_ms = loop_now_ms();
    (void)setsid();
    enum err e = agent_open(path, &safe, idle_ms, &agent, &why);
    if (e == OK) {
        e = loop_signals_open(&signals);
    }
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2 && null >= 0; fd++) {
        (void)dup2(null, fd);
    }
    uint8_t code = (uint8_t)e;
    bool told = write(tell, &code, 1) == 1;
    close(tell);
    if (e != OK || !told) {
        safe_done(&safe);
        _exit(EXIT_FOUND);
    }
    serve(agent, &safe, signals);
}

// Starts the agent process with u's keys; returns when it listens.
static enum err start_agent(const char *path, const struct unlocked *u, uint64_t idle_ms, struct why *why)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        why_set(why, "starting the agent: %s", strerror(errno));
        return ERR_IO;
    }
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        become_agent(path, u, idle_ms, ends[1]);
    }
    close(ends[1]);
    uint8_t code = ERR_IO;
    bool heard = child > 0 && read(ends[0], &code, 1) == 1;
    close(ends[0]);
    if (!heard || code != OK) {
        why_set(why, "the agent could not be started at %.120s: %s", path,
                heard && code < ERR_COUNT ? err_text((enum err)code) : strerror(errno));
        return ERR_IO;
    }
    return OK;
}

static int unlock(struct cmd_context *context, const char *name)
{
    struct work w;
    struct person person;
    struct why why = { "" };
    char *path = NULL;
    int code = work_state(context, &w);
    if (code >= 0) {
        work_close(&w);
        return code;
    }
    if (w.desk.keyring == NULL) {
        work_close(&w);
        return cmd_usage("%s is a hub's state: a hub has nobody to unlock", context->state);
    }
    uint64_t idle_ms = conf_uint(&context->conf, "idle") * MINUTE_MS;
    enum err e = work_destroyed(&w, &why) ? ERR_NOT_FOUND : keyring_find(w.desk.keyring, name, &person, &why);
    if (e == OK) {
        e = work_unlock(context, &w, &person, &why);
    }
    if (e == OK) {
        e = work_do_due(context, &w, &why);
    }
    path = state_path(w.desk.state, STATE_AGENT);
    state_close(w.desk.state); // before the fork: the agent must not inherit the store
    w.desk.state = NULL;
    if (e == OK) {
        e = agent_put(path, w.desk.who, &why);
        if (e == ERR_NOT_FOUND) {
            e = start_agent(path, w.desk.who, idle_ms, &why);
        }
    }
    if (e == OK) {
        cmd_remark(context, "%s is unlocked; baraza lock ends that", person.name);
    }
    free(path);
    work_close(&w);
    return e == OK ? EXIT_GOOD : cmd_fail(e, &why);
}

static int run_unlock(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza unlock",
        .summary = "Unlock a person's keys, so that her commands ask for no passphrase until she is idle too long",
        .positionals = "[NAME]",
        .max = 1,
        .examples = "  baraza unlock Heron\n",
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code >= 0 ? code : unlock(context, args.n > 0 ? args.positionals[0] : NULL);
}

// Names whose keys are locked now: of one person, or (NULL) of everybody here.
static int print_locked(const struct keyring *k, const struct person *one)
{
    json_t *names = json_array();
    for (size_t i = 0; i < (one != NULL ? 1 : keyring_count(k)); i++) {
        json_push(names, json_string(one != NULL ? one->name : keyring_person(k, i)->name));
    }
    json_t *o = json_object();
    json_put(o, "locked", names);
    return cmd_print_json(o);
}

static int run_lock(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza lock",
        .summary = "Lock one person's keys, or everybody's. What waits here still travels",
        .positionals = "[NAME]",
        .max = 1,
        .examples = "  baraza lock\n",
    };
    struct args args;
    struct work w;
    struct person person;
    struct why why = { "" };
    context->conf_may_fail = true;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    // Everybody is locked before anything of the state is read: it may be damaged.
    char *agent = state_path_in(context->state, STATE_AGENT);
    const enum err early = args.n == 0 ? agent_lock_surely(agent, NULL, &why) : OK;
    free(agent);
    if (early != OK) {
        return cmd_fail(early, &why);
    }
    code = work_state(context, &w);
    if (code < 0 && w.desk.keyring == NULL) {
        code = cmd_usage("%s is a hub's state: a hub has nobody to lock", context->state);
    }
    if (code < 0) {
        enum err e = args.n > 0 ? keyring_find(w.desk.keyring, args.positionals[0], &person, &why) : OK;
        char *path = state_path(w.desk.state, STATE_AGENT);
        if (e == OK) {
            e = args.n > 0 ? agent_lock_surely(path, &person.key, &why) : OK;
        }
        free(path);
        code = e != OK ? cmd_fail(e, &why) : EXIT_GOOD;
        if (e == OK && context->json) {
            code = print_locked(w.desk.keyring, args.n > 0 ? &person : NULL);
        }
    }
    work_close(&w);
    return code;
}

const struct cmd cmd_unlock = { "unlock", run_unlock, "unlock somebody's keys for a while", CMD_PEOPLE };
const struct cmd cmd_lock = { "lock", run_lock, "lock them again", CMD_PEOPLE };
