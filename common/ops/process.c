// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A program's start. It must never fail for want of a protection that this system does not offer.
// Read first: process.h.
#include "common/ops/process.h"

#include "common/base/bytes.h"
#include "common/base/fault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

// A damaged page of a store's tree may end the process: LMDB believes what it reads. Whoever sees that should know what
// to do. The sanitizers say more, in builds that have them.
static void say_fault(int number)
{
    static const char text[] = "ended by a fault in reading. If that happens again, the disk may have damaged the "
                               "store: baraza check says what, baraza salvage saves the rest of a site\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) >= 0) {
        (void)raise(number); // as it would have ended without this
    }
}

static void hear_faults(void)
{
#if !defined(__SANITIZE_ADDRESS__)
    struct sigaction once = { .sa_handler = say_fault, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER) };
    (void)sigaction(SIGSEGV, &once, NULL);
    (void)sigaction(SIGBUS, &once, NULL);
#else
    (void)say_fault;
#endif
}

void process_close_up(void)
{
    hear_faults();
    // One byte, not none: a limit of 0 does not keep the kernel from piping a core to a collector, and 1 does (core(5),
    // do_coredump: it is how the collector itself is kept from it). Neither is enough for a file.
    if (FAULT(CORE_DUMPED)) {
        return;
    }
    struct rlimit none = { 1, 1 };
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
}

void process_open_up(void)
{
    (void)prctl(PR_SET_DUMPABLE, 1);
}

// Bytes of a long option's name at the start of an argument: 0 when it is none.
static size_t option_name(const char *argument)
{
    size_t n = strncmp(argument, "--", 2) == 0 ? 2 + strspn(argument + 2, "abcdefghijklmnopqrstuvwxyz-") : 0;
    return n > 2 && (argument[n] == '\0' || argument[n] == '=') ? n : 0;
}

struct process_arguments process_take_arguments(int argc, char **argv, int keep)
{
    struct process_arguments a = { .argc = argc, .argv = mem_new(((size_t)argc + 1) * sizeof *a.argv) };
    bool names = true;
    for (int i = 0; i < argc; i++) {
        a.n += strlen(argv[i]) + 1;
    }
    a.bytes = mem_new(a.n + 1);
    char *at = a.bytes;
    for (int i = 0; i < argc; i++) {
        const size_t n = strlen(argv[i]);
        a.argv[i] = memcpy(at, argv[i], n + 1);
        at += n + 1;
        names = names && strcmp(argv[i], "--") != 0;
        const size_t kept = i < keep ? n : names ? option_name(argv[i]) : 0;
        if (!FAULT(ARGUMENTS_SHOWN)) {
            memset(argv[i] + kept, ' ', n - kept);
        }
    }
    return a;
}

void process_arguments_done(struct process_arguments *a)
{
    mem_wipe(a->bytes, a->n);
    free(a->bytes);
    free(a->argv);
    *a = (struct process_arguments){ .argv = NULL };
}

enum err process_state(const char *named, char out[static PROCESS_STATE_BYTES], bool *given, struct why *why)
{
    if (named != NULL && named[0] == '\0') { // a variable that is not set, in a script: never the default instead
        why_set(why, "--state needs a directory, and \"\" names none");
        return ERR_USAGE;
    }
    const char *variable = getenv("BARAZA_STATE");
    const char *xdg = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    const char *base = named != NULL ? named : variable;
    const char *below = "";
    bool chosen = base != NULL && base[0] != '\0';
    if (!chosen) {
        bool is_xdg = xdg != NULL && xdg[0] == '/';
        base = is_xdg ? xdg : home;
        below = is_xdg ? "/baraza" : "/.local/share/baraza";
    }
    if (base == NULL || (!chosen && base[0] != '/')) {
        why_set(why, "no home directory is known: name the state with --state DIR");
        return ERR_USAGE;
    }
    int n = snprintf(out, PROCESS_STATE_BYTES, "%s%s", base, below);
    if (n < 0 || n >= PROCESS_STATE_BYTES) {
        why_set(why, "the path of the state directory is longer than %d bytes", PROCESS_STATE_BYTES - 1);
        return ERR_USAGE;
    }
    if (given != NULL) {
        *given = chosen;
    }
    return OK;
}
