// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A state directory (0700): conf, lock, charter, keys/, store/, agent.sock. Made whole or not at all, opened with its
// charter and its store. Of a site (people write here, exchanges with a hub) or of a hub.
// It must never hold an unlocked secret: those are in a safe (keyring.h).
// Read first: docs/STORAGE.md "The state directory".
#ifndef BARAZA_AUTHOR_STATE_H
#define BARAZA_AUTHOR_STATE_H

#include "common/format/charter.h"
#include "common/store/outbox_cover.h"
#include "common/store/store.h"

// What the directory's files are called.
#define STATE_CONF "conf"
#define STATE_LOCK "lock"
#define STATE_CHARTER "charter"
#define STATE_KEYRING "keys/keyring"
#define STATE_KEYRING_LOCK "keys/keyring.lock" // held by whoever writes the keyring anew
#define STATE_TRANSPORT "keys/transport"   // site: its CURVE secret, usable while everybody is locked
#define STATE_OUTBOX "keys/outbox"         // site: what the keys of its outbox lie under; see outbox_cover.h
#define STATE_DRAFTS "keys/drafts"         // site: a key of each draft; see draft_keys.h
#define STATE_INVITATION "keys/invitation" // site: until it is enrolled, how it may first connect
#define STATE_HUB_LOG "keys/log"           // hub: one secret each, 64 hex digits and a newline, 0600
#define STATE_HUB_EXCHANGE "keys/exchange"
#define STATE_HUB_INTAKE "keys/intake"
#define STATE_HUB_AUTHOR "keys/author"
#define STATE_HUB_STORE "keys/store"
#define STATE_HUB_CHECKPOINT "checkpoint"  // hub: the last checkpoint it signed, outside the database
#define STATE_HUB_ENDPOINT "endpoint"      // hub: where it listens while it runs
#define STATE_HUB_SITES "sites"            // hub: what each site that came by bundle said of itself last
#define STATE_PAGE "page"                  // site: the address of its page, while that is served
#define STATE_STORE "store"
#define STATE_AGENT "agent.sock"

// A directory under making: beside its final place under another name, until state_make_commit renames it.
struct state_making {
    char *dir;   // where it is made: state_open opens it there
    char *final;
};

// Starts making a state that will be at dir, which must not exist or be an empty directory (ERR_EXISTS with why);
// parents are made. Writes the charter (a whole signed note; ERR_BAD_INPUT when it is none) and a fresh store. flags:
// of enum kv_flag. On success the caller ends with commit or abort.
MUST_USE enum err state_make_begin(enum store_side side, const char *dir, struct slice charter_note, unsigned flags,
                                   struct state_making *out, struct why *why);

// Writes one more file of the new state (0600), name as above.
MUST_USE enum err state_make_file(const struct state_making *m, const char *name, struct slice content,
                                  struct why *why);

// Writes a secret of 32 bytes as one (state_secret_load reads it).
MUST_USE enum err state_make_secret(const struct state_making *m, const char *name, const uint8_t secret[static 32],
                                    struct why *why);

// Puts the directory in its place, durably, and takes m. ERR_EXISTS when somebody else made one meanwhile.
// On failure nothing stays.
MUST_USE enum err state_make_commit(struct state_making *m, struct why *why);

// Removes what was made. Harmless after commit.
void state_make_abort(struct state_making *m);

struct state;

// Opens a state: charter and store. ERR_NOT_FOUND with why when there is none (it says how to get one); ERR_PERM when
// others may read it; ERR_CORRUPT: no charter, one that is not signed by its own roots, or a store of another
// consultation. flags: of enum kv_flag. Gives *out.
MUST_USE enum err state_open(const char *dir, unsigned flags, struct state **out, struct why *why);
void state_close(struct state *s);

// ERR_NOT_FOUND with why: the directory was removed, or another state put in its place; what is open is nobody's.
MUST_USE enum err state_there(const struct state *s, struct why *why);

// What it is made of; all borrowed until state_close. The charter's slices borrow its note.
const char *state_dir(const struct state *s);
const struct charter *state_charter(const struct state *s);
struct slice state_charter_note(const struct state *s);
const struct store_info *state_info(const struct state *s);
struct kv *state_kv(const struct state *s);

// What erasing_due found to be so while s is open, so that a daemon need not read every entry each time something else
// was written: with so many entries here, come down and remembered as erased nothing was to be erased. A note, no more.
struct state_rest {
    bool known;
    uint64_t entries, leaves, erased;
};
void state_rest_set(struct state *s, const struct state_rest *rest);
struct state_rest state_rest(const struct state *s);

// Returns the path of one of its files. Gives (free).
char *state_path(const struct state *s, const char *name);
char *state_path_in(const char *dir, const char *name);

// Reads a secret file of one 32-byte value. ERR_NOT_FOUND, ERR_CORRUPT, ERR_PERM (others may read it).
MUST_USE enum err state_secret_load(const char *dir, const char *name, uint8_t out[static 32], struct why *why);

// The site's transport pair, or that of its invitation while it has one (invited). ERR_* as state_secret_load.
struct state_transport {
    struct boxkey pub;
    struct boxsec sec;
    bool invited;
    struct boxkey invited_pub; // valid when invited
    struct boxsec invited_sec;
    struct boxkey hub;         // valid when invited: the hub's CURVE key, as the invitation says
};
MUST_USE enum err state_transport_load(const struct state *s, struct state_transport *out, struct why *why);

// Reads what the keys of the outbox lie under (keys/outbox). A file that is missing or damaged is no failure: *out has
// no key then, and what lies under one travels when somebody unlocks. The caller wipes (outbox_cover_done).
void state_cover_load(const struct state *s, struct outbox_cover *out);

#endif
