// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See foresee.h.
#include "tools/baraza/foresee.h"

#include "node/desk/roster_here.h"

int foresee_member(struct work *w, const char *typed, struct pubkey *out)
{
    struct why why = { "" };
    enum err e = roster_here_member(&w->desk, typed, out, &why);
    return e == OK ? -1 : cmd_fail(e, &why);
}

int foresee_act(struct work *w, const struct body *body)
{
    struct why why = { "" };
    enum err e = roster_here_foresee(&w->desk, body, &why);
    return e == OK ? -1 : cmd_fail(e, &why);
}
