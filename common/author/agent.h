// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Lends unlocked keys over agent.sock (0600, same user id by SO_PEERCRED), as ssh-agent does: the server is the daemon
// of the site, or a small process that `baraza unlock` leaves behind. One request and one reply per connection.
// It must never touch the store, write a secret to disk, or answer another user.
// Read first: docs/STORAGE.md "Agent".
#ifndef BARAZA_AUTHOR_AGENT_H
#define BARAZA_AUTHOR_AGENT_H

#include "common/author/keyring.h"

struct agent;

// Listens at path (replacing a socket that nobody answers). ERR_BUSY: an agent answers there. idle_ms: who was not
// used for so long is locked again; 0: never. safe: keeps; the server's own memory of secrets. Gives *out.
MUST_USE enum err agent_open(const char *path, struct safe *safe, uint64_t idle_ms, struct agent **out,
                             struct why *why);

// Removes the socket and frees; secrets in the safe are the caller's to wipe.
void agent_close(struct agent *a);

// The descriptor to wait on; readable when a request waits.
int agent_fd(const struct agent *a);

// Serves the requests that wait, each in at most a quarter of a second. True when somebody was unlocked or locked.
bool agent_serve(struct agent *a, uint64_t now_ms);

// Locks who was idle too long. Returns when to call again (UINT64_MAX: nobody is unlocked).
uint64_t agent_expire(struct agent *a, uint64_t now_ms);

// Locks everybody, as before the computer sleeps. True when somebody was unlocked.
bool agent_lock_all(struct agent *a);

// What who asks is told: everybody is locked before the computer sleeps, or only when it wakes up.
void agent_says(struct agent *a, bool in_advance);

// False when the socket is not ours any more: the state was removed, or another one put in its place.
bool agent_there(const struct agent *a);

// --- clients: all connect to path, ask once, and disconnect. ERR_NOT_FOUND: nobody listens there. ---

// Hands an unlocked person to the agent.
MUST_USE enum err agent_put(const char *path, const struct unlocked *u, struct why *why);

// Borrows an unlocked person into out (a slot of the caller's safe). ERR_LOCKED: the agent does not have her.
MUST_USE enum err agent_get(const char *path, struct pubkey key, struct unlocked *out, struct why *why);

// Locks one person, or everybody (key NULL).
MUST_USE enum err agent_lock(const char *path, const struct pubkey *key, struct why *why);

// The same for a person who is waiting for it: who is busy is asked again for five seconds. OK also when nobody
// listens, because then nobody is unlocked; everything else means that somebody may still be, and why says so.
MUST_USE enum err agent_lock_surely(const char *path, const struct pubkey *key, struct why *why);

// Is everybody locked before the computer sleeps (else when it wakes up)?
MUST_USE enum err agent_sleep(const char *path, bool *in_advance, struct why *why);

// Whose keys it holds: writes at most max people to out, and their number.
MUST_USE enum err agent_who(const char *path, struct person *out, size_t max, size_t *count, struct why *why);

#endif
