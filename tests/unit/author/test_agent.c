// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
#include "tests/unit/author/site.h"

#include "common/author/agent.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// What a client does, in a process of its own; its exit status is the number of the first step that went wrong.
static int client(const char *path, struct unlocked *heron)
{
    struct safe mine;
    struct person who[LIMIT_PERSONS];
    struct why why = { "" };
    size_t n = 0;
    safe_init(&mine);
    struct unlocked *slot = safe_slot(&mine, heron->person.key);
    if (agent_get(path, heron->person.key, slot, &why) != ERR_LOCKED) {
        return 1;
    }
    if (agent_put(path, heron, &why) != OK || agent_get(path, heron->person.key, slot, &why) != OK) {
        return 2;
    }
    if (memcmp(&slot->sign, &heron->sign, sizeof slot->sign) != 0 ||
        memcmp(slot->outbox_record, heron->outbox_record, sizeof slot->outbox_record) != 0) {
        return 3;
    }
    if (agent_who(path, who, LIMIT_PERSONS, &n, &why) != OK || n != 1 || strcmp(who[0].name, "Heron") != 0) {
        return 4;
    }
    if (agent_lock(path, &heron->person.key, &why) != OK || agent_who(path, who, LIMIT_PERSONS, &n, &why) != OK ||
        n != 0) {
        return 5;
    }
    return agent_put(path, heron, &why) == OK ? 0 : 6;
}

static void serve_until_over(struct agent *agent, pid_t child, int *status)
{
    while (waitpid(child, status, WNOHANG) == 0) {
        struct pollfd fd = { .fd = agent_fd(agent), .events = POLLIN };
        (void)poll(&fd, 1, 50);
        (void)agent_serve(agent, 1000);
    }
}

// The second runs with a path that does not fit a socket's address.
Test(agent, lends_keys_to_the_same_user_until_they_are_locked_or_idle)
{
    static const char *const names[] = {
        "agent.sock",
        "a-directory-with-a-name-that-is-much-too-long-for-the-address-of-a-socket-but-not-for-a-directory/agent.sock",
    };
    struct site s;
    site_init(&s);
    for (size_t i = 0; i < 2; i++) {
        char path[256];
        struct safe held;
        struct agent *agent = NULL;
        struct agent *second = NULL;
        struct why why = { "" };
        struct stat st;
        int status = -1;
        snprintf(path, sizeof path, "%s/%s", s.root, names[i]);
        *strrchr(path, '/') = '\0';
        (void)mkdir(path, 0700);
        path[strlen(path)] = '/';
        safe_init(&held);
        cr_assert(agent_open(path, &held, 500, &agent, &why) == OK, "%s", why.text);
        cr_assert(stat(path, &st) == 0);
        cr_assert_eq(st.st_mode & 0777, 0600);
        cr_assert(agent_open(path, &held, 500, &second, &why) == ERR_BUSY);
        (void)agent_serve(agent, 1000); // the look of the second one
        pid_t child = fork();
        if (child == 0) {
            _exit(client(path, s.heron));
        }
        serve_until_over(agent, child, &status);
        cr_assert(WIFEXITED(status));
        cr_assert_eq(WEXITSTATUS(status), 0, "step %d went wrong", WEXITSTATUS(status));
        cr_assert(!safe_empty(&held));
        cr_assert_eq(agent_expire(agent, 1200), 1500);
        cr_assert_eq(agent_expire(agent, 1500), UINT64_MAX);
        cr_assert(safe_empty(&held), "who is idle too long is locked");
        agent_close(agent);
        cr_assert(stat(path, &st) != 0, "the socket goes with the agent");
        cr_assert(agent_put(path, s.heron, &why) == ERR_NOT_FOUND);
        safe_done(&held);
    }
    site_done(&s);
}
