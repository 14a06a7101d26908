// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// fork, exec and /proc. Read first: child.h.
#include "tests/bench/child.h"

#include "common/base/bytes.h"
#include "common/base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(const char *path, const char *const *args, int out)
{
    char *argv[CHILD_ARGS + 2];
    size_t n = 0;
    sigset_t none;
    argv[n++] = (char *)(uintptr_t)path; // execv writes to none of them
    while (args[n - 1] != NULL) {
        argv[n] = (char *)(uintptr_t)args[n - 1];
        n++;
    }
    argv[n] = NULL;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM); // it ends with the bench, however that ends
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)dup2(out, STDOUT_FILENO);
    (void)execv(path, argv);
    _exit(127);
}

enum err child_start(const char *dir, const char *program, const char *const *args, struct child *out, struct why *why)
{
    char path[4096];
    int ends[2];
    size_t n = 0;
    while (args[n] != NULL) {
        n++;
    }
    CHECK(n <= CHILD_ARGS);
    (void)snprintf(path, sizeof path, "%s/%s", dir, program);
    if (access(path, X_OK) != 0) {
        why_set(why, "%s is not built", path);
        return ERR_NOT_FOUND;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return err_from_errno(errno);
    }
    pid_t pid = fork();
    if (pid == 0) {
        run(path, args, ends[1]);
    }
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return err_from_errno(errno);
    }
    *out = (struct child){ .pid = pid, .out = ends[0] };
    return OK;
}

enum err child_wait_line(struct child *c, const char *lead, char *out, size_t room, struct why *why)
{
    char line[1024];
    size_t n = 0;
    while (read(c->out, &line[n], 1) == 1) {
        if (line[n] != '\n' && n + 1 < sizeof line) {
            n++;
            continue;
        }
        line[n] = '\0';
        if (strncmp(line, lead, strlen(lead)) == 0) {
            (void)snprintf(out, room, "%s", line + strlen(lead));
            return OK;
        }
        n = 0;
    }
    why_set(why, "a program under measurement ended before it said \"%s\"", lead);
    return ERR_IO;
}

static void drain(struct child *c)
{
    char some[4096];
    while (read(c->out, some, sizeof some) > 0) {
    }
    (void)close(c->out);
}

enum err child_wait(struct child *c, const char *program, struct why *why)
{
    int status = 0;
    drain(c);
    pid_t pid = waitpid(c->pid, &status, 0);
    *c = (struct child){ .pid = 0 };
    if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        why_set(why, "%s failed under measurement (status %d)", program, status);
        return ERR_IO;
    }
    return OK;
}

void child_stop(struct child *c)
{
    if (c->pid != 0) {
        (void)kill(c->pid, SIGTERM);
        drain(c);
        (void)waitpid(c->pid, NULL, 0);
    }
    *c = (struct child){ .pid = 0 };
}

double child_anonymous_bytes(const struct child *c)
{
    char path[64], line[256];
    double bytes = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)c->pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        uint64_t kib = 0;
        size_t from = strcspn(line, "0123456789");
        if (strncmp(line, "RssAnon:", 8) == 0 &&
            num_parse_u64(slice_of(line + from, strspn(line + from, "0123456789")), &kib)) {
            bytes = (double)kib * 1024;
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return bytes;
}

// Fields 14 and 15 of proc(5) stat, counted behind the name, which may hold anything: user and system clock ticks.
#define TICKS_FIELD 12

double child_processor_s(const struct child *c)
{
    char path[64], text[1024];
    double ticks = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)c->pid);
    FILE *f = fopen(path, "re");
    size_t n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    const char *at = strrchr(text, ')');
    for (int field = 1; at != NULL && field < TICKS_FIELD + 2; field++) {
        uint64_t value = 0;
        at = strchr(at + 1, ' ');
        if (at != NULL && field >= TICKS_FIELD &&
            num_parse_u64(slice_of(at + 1, strspn(at + 1, "0123456789")), &value)) {
            ticks += (double)value;
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return ticks / (double)sysconf(_SC_CLK_TCK);
}
