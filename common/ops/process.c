// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A program's start. It must never fail for want of a protection that this system does not offer.
// Read first: process.h.
#include "common/ops/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void process_close_up(void)
{
    struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
}

void process_open_up(void)
{
    (void)prctl(PR_SET_DUMPABLE, 1);
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
