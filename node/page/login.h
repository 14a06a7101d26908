// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who is logged in at the page. A token stands for one person and one unlock of hers: when she is locked, by whatever
// means, it is over at once. Tokens are kept as hashes. Wrong passphrases are slowed down, without anybody waiting.
#ifndef BARAZA_NODE_PAGE_LOGIN_H
#define BARAZA_NODE_PAGE_LOGIN_H

#include "node/desk/desk.h"
#include "node/desk/trouble.h"

#define LOGIN_TOKEN_TEXT 43 // 32 bytes in base64url, without padding

struct logins;

// state and safe are kept. Gives; NULL is harmless to free.
struct logins *logins_new(struct state *state, struct safe *safe);
void logins_free(struct logins *l);

// The keyring of a site as it is now. ERR_NOT_FOUND with t: there is none to be read, and why. Gives.
MUST_USE enum err login_keyring(struct state *state, struct keyring **out, struct trouble *t);

// Unlocks the person of that key in the safe, or tries her passphrase when she is, and gives a token. ERR_CRYPTO
// (passphrase-wrong, passphrase-wait: with wait_s), ERR_NOT_FOUND (person-unknown, or as login_keyring), and what
// keyring_unlock gives. On success *who is her slot of the safe. Of LIMIT_LOGINS the one longest unused makes room.
MUST_USE enum err login_begin(struct logins *l, struct pubkey key, struct slice passphrase, uint64_t now_ms,
                              uint8_t token[static LOGIN_TOKEN_TEXT], struct unlocked **who, struct trouble *t);

// The person of a token, or NULL: there is no such login, or it is over.
struct unlocked *login_of(struct logins *l, struct slice token);

// Her desk, readable; with her author when `writes`. Good until login_desk_done, which wipes the store key in it.
// ERR_* with t.
MUST_USE enum err login_desk(struct logins *l, struct unlocked *who, bool writes, struct desk *out, struct trouble *t);
void login_desk_done(struct logins *l, struct desk *desk, bool good);

// Locks her: her tokens are over, on whatever page.
void login_lock(struct logins *l, struct pubkey key);

// Forgets the logins of whoever was locked since. True when there were any.
bool logins_look(struct logins *l);

#endif
