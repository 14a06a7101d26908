// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a subcommand works with: the state, the person who writes, her journal. Opened and closed in one place.
#ifndef BARAZA_TOOLS_BARAZA_WORK_H
#define BARAZA_TOOLS_BARAZA_WORK_H

#include "common/author/destroyed.h"
#include "common/author/notebook.h"
#include "common/store/vault.h"
#include "node/desk/damage.h"
#include "node/desk/trouble.h"
#include "tools/baraza/cmd.h"

struct work {
    struct desk desk;          // closed by work_close
    struct safe safe;
    bool lent;                 // her keys are the agent's, which has its idle limit
    struct destroyed destroyed; // whose keys were destroyed here (baraza wipe --emergency)
    struct why keyless;         // why the keyring has nobody, when nothing says that it was destroyed
};

// Each returns -1 when the subcommand goes on, otherwise it has reported and this is the exit code.
// work_close is to be called in either case; an all-zero struct is harmless.

// Opens the state for reading. The words are readable when somebody is unlocked at the agent, when a passphrase file is
// given, or at a hub.
int work_read(const struct cmd_context *context, struct work *w);

// Opens the state for writing as the person called `as` (NULL: the only one): the agent lends her keys, or she is
// asked for her passphrase. Says so when a new notebook begins because the state was copied or restored.
int work_write(const struct cmd_context *context, const char *as, struct work *w);

// Around the time in which a person writes, which may be long: gives back keys that the agent lent, and takes them up
// again as work_write does (and asks for the passphrase when she was locked meanwhile). Nothing of w may be used in
// between. Other keys are kept: she would be asked twice.
void work_pause(struct work *w);
int work_resume(const struct cmd_context *context, const char *as, struct work *w);

// Opens only the state, nobody's keys.
int work_state(const struct cmd_context *context, struct work *w);

// Reads a hub's store key: work_read does; again by who meets ERR_CRYPTO later, because a hub at work renews it.
MUST_USE enum err work_hub_key(struct work *w, struct why *why);

// Closes what was opened and wipes secrets.
void work_close(struct work *w);

// What is known of another copy of this site's state. False: nothing.
bool work_copy(struct work *w, struct notebook_copy *out);

// Asks for p's passphrase and unlocks her into w->desk.who. ERR_* with why.
MUST_USE enum err work_unlock(const struct cmd_context *context, struct work *w, const struct person *p,
                              struct why *why);

// The hub's intake key by what is known here. ERR_* with why.
MUST_USE enum err work_intake(const struct work *w, struct boxkey *out, struct why *why);

// Borrows the keys of everybody who is unlocked at the agent: with them readable entries travel smaller, and what waits
// for an unlock can be done. Returns for how many.
size_t work_borrow(struct work *w);

// Sees to it that whoever is unlocked in w has the store key of now, and carries out what waits for an unlock
// (common/author/erasing.h); says so. Harmless when nothing is due, or when another program is at it. An agent that
// runs is told of new keys. ERR_* with why: what was begun is taken up again another time.
MUST_USE enum err work_settle(const struct cmd_context *context, struct work *w, struct why *why);

// True, and why says what happened and what to do, when keys were destroyed here and nobody has joined anew, or when
// there is no keyring that can be read.
bool work_destroyed(const struct work *w, struct why *why);

// The same, and begins the notebooks that are due (node/node_people.h): what `baraza unlock` does where no daemon runs.
MUST_USE enum err work_do_due(const struct cmd_context *context, struct work *w, struct why *why);

// What the configuration says of the file system, for state_open and state_make_begin.
unsigned work_store_flags(const struct cmd_context *context);

// Appends n items, reporting failure ("Not saved: ...").
int work_append(struct work *w, const struct append_item *items, size_t n, struct append_result *results);

// Reports what a function of the desk could not do, and returns the exit code.
int work_fail(const struct trouble *t);

// Says what is damaged to standard error, whatever --quiet says: for commands that go on with the rest.
void work_warn(const struct work *w, const struct damage *d);

// The option rows that subcommands which write share.
#define WORK_AS(into) { "as", 0, ARG_TEXT, "NAME", "who writes, where several people do", (into) }

#endif
