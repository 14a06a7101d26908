// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The daemon's end of an errand: starting, listening, ending. Read first: errand.h.
#include "node/page/errand.h"

#include "common/base/file.h"
#include "common/ops/json_read.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SELF "/proc/self/exe"
#define SAID_BYTES 262144 // of all that one says

struct errand {
    const char *what;   // NULL: never anything
    pid_t pid;          // 0: nothing is under way
    pid_t ending;       // was killed, and the kernel still has it: it may be in the midst of writing to a slow stick
    int fd;             // what it says
    struct buf said;
    uint64_t done, of;
    json_t *end;        // {result} or {error}
};

struct errand *errand_new(void)
{
    struct errand *x = mem_new(sizeof *x);
    x->fd = -1;
    x->said = buf_new(SAID_BYTES);
    return x;
}

static void forget(struct errand *x)
{
    json_decref(x->end);
    x->end = NULL;
    x->done = 0;
    x->of = 0;
    buf_reset(&x->said);
}

// True when none is ending any more. It never waits: of a stick that hangs nobody knows how long.
static bool has_ended(struct errand *x)
{
    if (x->ending > 0 && waitpid(x->ending, NULL, WNOHANG) != 0) {
        x->ending = 0;
    }
    return x->ending == 0;
}

// The same of one that said its last word, or was stopped, just now.
static bool ends_soon(struct errand *x)
{
    const struct timespec moment = { .tv_nsec = 5000000 };
    for (int i = 0; i < 20 && !has_ended(x); i++) {
        (void)nanosleep(&moment, NULL);
    }
    return has_ended(x);
}

// Not a step of its own does it take from here on.
static void kill_it(struct errand *x)
{
    if (x->pid > 0) {
        (void)kill(x->pid, SIGKILL);
        x->ending = x->pid;
    }
    if (x->fd >= 0) {
        close(x->fd);
    }
    x->pid = 0;
    x->fd = -1;
    (void)has_ended(x);
}

void errand_stop(struct errand *x)
{
    kill_it(x);
    forget(x);
    x->what = NULL;
}

void errand_free(struct errand *x)
{
    if (x != NULL) {
        errand_stop(x);
        buf_done(&x->said);
        free(x);
    }
}

// --- starting ---

// In the child. Nothing of the daemon's goes along: no descriptor, no signal that is held back.
static _Noreturn void become(int in, int out)
{
    char name[] = "baraza-node";
    char option[] = ERRAND_OPTION;
    char *const argv[] = { name, option, NULL };
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); // it ends with the daemon
    // Both ends stand above the three, which every program has open.
    if (dup2(in, STDIN_FILENO) == STDIN_FILENO && dup2(out, STDOUT_FILENO) == STDOUT_FILENO) {
        (void)close_range(STDERR_FILENO + 1, ~0U, 0);
        (void)execv(SELF, argv);
    }
    _exit(127);
}

static enum err fork_it(int in, int out, pid_t *pid, struct why *why)
{
    *pid = fork();
    if (*pid == 0) {
        become(in, out);
    }
    const int number = errno;
    if (*pid < 0) {
        why_set(why, "starting a program: %s", strerror(number));
        return err_from_errno(number);
    }
    return OK;
}

static void close_both(int ends[2])
{
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) {
            close(ends[i]);
        }
        ends[i] = -1;
    }
}

static enum err start(struct errand *x, struct slice request, struct why *why)
{
    int to[2] = { -1, -1 };
    int from[2] = { -1, -1 };
    enum err e = OK;
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0 || fcntl(from[0], F_SETFL, O_NONBLOCK) != 0) {
        const int number = errno;
        why_set(why, "making a pipe: %s", strerror(number));
        e = err_from_errno(number);
    }
    if (e == OK) {
        e = file_put(to[1], "a pipe", request, why); // it fits: a pipe holds 64 KiB
    }
    if (e == OK) {
        e = fork_it(to[0], from[1], &x->pid, why);
    }
    if (e == OK) {
        x->fd = from[0];
        from[0] = -1;
    }
    close_both(to);
    close_both(from);
    return e;
}

enum err errand_start(struct errand *x, const char *what, json_t *request, struct trouble *t)
{
    struct buf line = buf_new(32768);
    struct why why = { "" };
    json_put(request, "do", json_string(what));
    json_print(request, &line);
    json_decref(request);
    enum err e = errand_look(x) || !ends_soon(x) ? trouble_set(t, TROUBLE_JOB_BUSY) : OK;
    if (e == OK && !buf_ok(&line)) {
        e = trouble_set(t, TROUBLE_TOO_BIG);
    }
    if (e == OK) {
        forget(x);
        x->what = what;
        e = trouble_of_err(t, start(x, buf_slice(&line), &why), &why);
    }
    buf_done(&line);
    return e;
}

// --- listening ---

static void take_line(struct errand *x, struct slice line)
{
    json_t *said = json_read(line);
    if (said != NULL && (json_object_get(said, "result") != NULL || json_object_get(said, "error") != NULL)) {
        json_decref(x->end);
        x->end = said;
        return;
    }
    uint64_t done = 0;
    uint64_t of = 0;
    if (said != NULL && json_number(said, "done", &done) && json_number(said, "of", &of)) {
        x->done = done;
        x->of = of;
    }
    json_decref(said);
}

static void take_lines(struct errand *x)
{
    const uint8_t *end = NULL;
    while (x->said.n > 0 && (end = memchr(x->said.p, '\n', x->said.n)) != NULL) {
        const size_t n = (size_t)(end - x->said.p);
        take_line(x, slice_of(x->said.p, n));
        memmove(x->said.p, x->said.p + n + 1, x->said.n - n - 1);
        x->said.n -= n + 1;
    }
}

// It ended, in whatever way.
static void finish(struct errand *x)
{
    kill_it(x);
    if (x->end == NULL) {
        x->end = json_object();
        json_t *error = json_object();
        json_put(error, "code", json_string(trouble_code(TROUBLE_JOB_DIED)));
        json_put(error, "args", json_object());
        json_put(error, "why", json_string(trouble_sentence(TROUBLE_JOB_DIED)));
        json_put(x->end, "error", error);
    }
}

bool errand_look(struct errand *x)
{
    uint8_t block[4096];
    (void)has_ended(x);
    while (x->pid > 0) {
        const ssize_t n = read(x->fd, block, sizeof block);
        if (n > 0) {
            buf_put(&x->said, slice_of(block, (size_t)n));
            take_lines(x);
        }
        if (n == 0 || !buf_ok(&x->said) || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            finish(x);
        } else if (n < 0 && errno == EAGAIN) {
            return true;
        }
    }
    return false;
}

json_t *errand_json(const struct errand *x)
{
    json_t *o = json_object();
    json_put(o, "doing", x->pid > 0 ? json_string(x->what) : json_null());
    json_put(o, "last", x->pid == 0 && x->what != NULL ? json_string(x->what) : json_null());
    json_put(o, "done", json_of_number(x->done));
    json_put(o, "of", json_of_number(x->of));
    if (x->end != NULL) {
        (void)json_object_update(o, x->end);
    }
    return o;
}
