// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The child gives up what it does not need: descriptors, the right to open more, memory, and with a filter of system
// calls everything but reading, writing, memory and its end. Read first: confine.h.
#include "common/ops/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_BYTES ((rlim_t)48 << 20)
#define PROCESSOR_S 60
#define IN_FD 3 // of the child, with OUT_FD the only ones it keeps
#define OUT_FD 4

#if defined(__x86_64__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#endif

// The sanitizers reserve memory and call the system as they like.
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

// --- the child's end ---

static bool limit(int what, rlim_t most)
{
    const struct rlimit r = { most, most };
    return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

#if defined(THIS_MACHINE)
#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static bool filter_calls(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_MACHINE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(pread64),
        ALLOW(write),
        ALLOW(brk),
        ALLOW(mmap),
        ALLOW(mremap),
        ALLOW(munmap),
        ALLOW(madvise),
        ALLOW(exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog program = { .len = sizeof rules / sizeof rules[0], .filter = rules };
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static bool filter_calls(void)
{
    return true; // the limits alone, on machines whose call numbers are not in the table above
}
#endif

// False when the child could not be confined: then it does nothing at all.
static bool give_up_rights(int in, int out)
{
    // First out of the way of each other, then to their places.
    const int a = dup2(in, 200);
    const int b = dup2(out, 201);
    bool good = a == 200 && b == 201 && dup2(a, IN_FD) == IN_FD && dup2(b, OUT_FD) == OUT_FD;
    good = good && close_range(0, IN_FD - 1, 0) == 0 && close_range(OUT_FD + 1, ~0U, 0) == 0;
    good = good && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
    good = good && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CPU, PROCESSOR_S);
    good = good && limit(RLIMIT_NOFILE, 0);
    if (SANITIZED) {
        return good;
    }
    return good && limit(RLIMIT_DATA, MEMORY_BYTES) && filter_calls();
}

void confine_say(int out, struct slice bytes)
{
    while (bytes.n > 0) {
        const ssize_t n = write(out, bytes.p, bytes.n);
        if (n < 0) {
            _exit(1);
        }
        bytes = slice_of(bytes.p + n, bytes.n - (size_t)n);
    }
}

// --- the parent's end ---

enum err confine_start(int in, confine_work *work, void *arg, struct confined *out, struct why *why)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        const int number = errno;
        why_set(why, "making a pipe: %s", strerror(number));
        return err_from_errno(number);
    }
    const pid_t pid = fork();
    if (pid == 0) {
        if (give_up_rights(in, ends[1])) {
            work(IN_FD, OUT_FD, arg);
        }
        _exit(0);
    }
    const int number = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        why_set(why, "starting a process that reads a file: %s", strerror(number));
        return err_from_errno(number);
    }
    *out = (struct confined){ .pid = pid, .fd = ends[0] };
    return OK;
}

bool confine_hear(const struct confined *c, void *p, size_t n)
{
    uint8_t *at = p;
    while (n > 0) {
        const ssize_t got = read(c->fd, at, n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        at += got;
        n -= (size_t)got;
    }
    return true;
}

void confine_end(struct confined *c)
{
    if (c->pid <= 0) {
        return;
    }
    close(c->fd);
    (void)kill(c->pid, SIGKILL);
    while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    *c = (struct confined){ .fd = -1 };
}
