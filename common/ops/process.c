// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A program's start. It must never fail for want of a protection that this system does not offer.
// Read first: process.h.
#include "common/ops/process.h"

#include "common/base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void process_close_up(void)
{
    // One byte, not none: a limit of 0 does not keep the kernel from piping a core to a collector, and 1 does (core(5),
    // do_coredump: it is how the collector itself is kept from it). Neither is enough for a file.
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
        memset(argv[i] + kept, ' ', n - kept);
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
    const char *variable = getenv("BARAZA_STATE");
    const char *xdg = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    const char *base = named != NULL && named[0] != '\0' ? named : variable;
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
