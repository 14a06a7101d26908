// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Logins. A login is good while the safe holds its person under the serial number she had when it began: the number
// goes with the secrets when she is locked. Read first: login.h.
#include "node/page/login.h"

#include "common/author/destroyed.h"
#include "common/author/erasing.h"
#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/net/loop.h"
#include "common/store/succession_store.h"
#include "common/store/wipe.h"
#include "node/page/ticket.h"

#include <stdlib.h>

#define WAIT_LONGEST_S 32u // after six wrong passphrases and more

static_assert(LOGIN_TOKEN_TEXT == TICKET_TEXT, "both are 32 random bytes as text");

struct logins {
    struct state *state;
    struct safe *safe;
    struct login {
        struct hash token;
        struct pubkey key;
        uint64_t serial;       // 0: this place is free
        uint64_t used;         // when, counted in logins and requests
    } held[LIMIT_LOGINS];
    struct seat {
        struct pubkey key;
        uint64_t serial;       // the author is of this unlock
        struct author *author; // NULL: this place is free
    } seats[LIMIT_PERSONS];
    struct wrong {
        struct pubkey key;
        unsigned times;        // 0: this place is free
        uint64_t until_ms;
    } wrongs[LIMIT_PERSONS];
    uint64_t clock;
};

struct logins *logins_new(struct state *state, struct safe *safe)
{
    struct logins *l = mem_new(sizeof *l);
    l->state = state;
    l->safe = safe;
    return l;
}

void logins_free(struct logins *l)
{
    for (size_t i = 0; l != NULL && i < LIMIT_PERSONS; i++) {
        author_close(l->seats[i].author);
    }
    free(l);
}

// --- wrong passphrases ---

// The place of key, or a free one, or the one whose wait is over first.
static struct wrong *wrong_of(struct logins *l, struct pubkey key)
{
    struct wrong *best = &l->wrongs[0];
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        struct wrong *w = &l->wrongs[i];
        if (w->times > 0 && pubkey_equal(w->key, key)) {
            return w;
        }
        best = w->until_ms < best->until_ms ? w : best;
    }
    *best = (struct wrong){ .key = key };
    return best;
}

static enum err note_wrong(struct wrong *w, const char *name, uint64_t now_ms, struct trouble *t)
{
    const unsigned wait_s = w->times < 5 ? 1u << w->times : WAIT_LONGEST_S;
    w->times++;
    w->until_ms = now_ms + wait_s * 1000u;
    return trouble_with(t, TROUBLE_PASSPHRASE_WRONG, TROUBLE_STRING(name), TROUBLE_NUMBER(wait_s));
}

// --- unlocking ---

enum err login_keyring(struct state *state, struct keyring **out, struct trouble *t)
{
    struct kv_txn *txn = NULL;
    struct destroyed destroyed = { .count = 0 };
    char *path = state_path(state, STATE_KEYRING);
    enum err e = keyring_load(path, out, NULL);
    free(path);
    if (e == OK) {
        return OK;
    }
    e = kv_begin_read(state_kv(state), &txn);
    if (e == OK) {
        e = destroyed_get(txn, &destroyed);
    }
    kv_abort(txn);
    return trouble_set(t, e == OK && destroyed.count > 0 ? TROUBLE_KEYS_DESTROYED : TROUBLE_KEYRING_GONE);
}

static const struct person *person_of(const struct keyring *k, struct pubkey key)
{
    for (size_t i = 0; i < keyring_count(k); i++) {
        if (pubkey_equal(keyring_person(k, i)->key, key)) {
            return keyring_person(k, i);
        }
    }
    return NULL;
}

// Unlocks her in a safe of its own, because a failure wipes its slot, and she may be unlocked in l->safe. Then she is
// there, if she was not.
static enum err unlock(struct logins *l, const struct keyring *k, const struct person *p, struct slice passphrase,
                       struct unlocked **who, struct trouble *t)
{
    struct safe trial;
    struct service_keys keys;
    struct why why = { "" };
    struct unlocked *slot = safe_slot(l->safe, p->key);
    CHECK(slot != NULL);
    enum err e = succession_keys(state_kv(l->state), state_charter(l->state), &keys, &why);
    if (e != OK) {
        return trouble_of_err(t, e, &why);
    }
    safe_init(&trial);
    e = keyring_unlock(k, p->key, passphrase, keys.intake, trial.slots, &why);
    if (e == OK && !slot->taken) {
        *slot = trial.slots[0];
    }
    safe_done(&trial);
    if (e == OK) {
        *who = slot;
    }
    return e == ERR_CRYPTO ? e : trouble_of_err(t, e, &why);
}

// Her keys may have been destroyed while her passphrase was tried.
static enum err still_there(struct logins *l, struct unlocked *who, struct trouble *t)
{
    char *path = state_path(l->state, STATE_KEYRING);
    const bool there = file_exists(path);
    free(path);
    if (!there) {
        safe_forget(who);
        return trouble_set(t, TROUBLE_KEYS_DESTROYED);
    }
    return OK;
}

// Gives her a token; the login that was not used for longest makes room.
static void give_token(struct logins *l, struct unlocked *who, uint8_t token[static LOGIN_TOKEN_TEXT])
{
    struct login *place = &l->held[0];
    for (size_t i = 0; i < LIMIT_LOGINS && place->serial != 0; i++) {
        if (l->held[i].serial == 0 || l->held[i].used < place->used) {
            place = &l->held[i];
        }
    }
    while (who->serial == 0) {
        ident_random(&who->serial, sizeof who->serial);
    }
    uint8_t random[32];
    ident_random(random, sizeof random);
    ticket_text(random, token);
    mem_wipe(random, sizeof random);
    *place = (struct login){ .token = hash_of(slice_of(token, LOGIN_TOKEN_TEXT)),
                             .key = who->person.key,
                             .serial = who->serial,
                             .used = ++l->clock };
}

enum err login_begin(struct logins *l, struct pubkey key, struct slice passphrase, uint64_t now_ms,
                     uint8_t token[static LOGIN_TOKEN_TEXT], struct unlocked **who, struct trouble *t)
{
    struct keyring *k = NULL;
    struct unlocked *slot = NULL;
    enum err e = login_keyring(l->state, &k, t);
    const struct person *p = e == OK ? person_of(k, key) : NULL;
    if (e == OK && p == NULL) {
        e = trouble_set(t, TROUBLE_PERSON_UNKNOWN);
    }
    struct wrong *w = e == OK ? wrong_of(l, key) : NULL;
    if (e == OK && w->times > 0 && now_ms < w->until_ms) {
        e = trouble_with(t, TROUBLE_PASSPHRASE_WAIT, TROUBLE_NUMBER((w->until_ms - now_ms + 999) / 1000));
    } else if (e == OK) {
        e = unlock(l, k, p, passphrase, &slot, t);
        e = e == ERR_CRYPTO ? note_wrong(w, p->name, now_ms, t) : e;
    }
    if (e == OK) {
        *w = (struct wrong){ .times = 0 };
        e = still_there(l, slot, t);
    }
    if (e == OK) {
        slot->used_ms = now_ms;
        give_token(l, slot, token);
        *who = slot;
    }
    keyring_free(k);
    return e;
}

// --- logins ---

static struct unlocked *person_of_login(const struct logins *l, const struct login *login)
{
    struct unlocked *who = safe_find(l->safe, login->key);
    return who != NULL && (FAULT(TOKEN_AFTER_LOCK) || who->serial == login->serial) ? who : NULL;
}

struct unlocked *login_of(struct logins *l, struct slice token)
{
    const struct hash wanted = hash_of(token);
    (void)logins_look(l);
    for (size_t i = 0; i < LIMIT_LOGINS; i++) {
        struct login *login = &l->held[i];
        if (login->serial != 0 && hash_equal(login->token, wanted)) {
            login->used = ++l->clock;
            return person_of_login(l, login);
        }
    }
    return NULL;
}

bool logins_look(struct logins *l)
{
    bool any = false;
    for (size_t i = 0; i < LIMIT_LOGINS; i++) {
        struct login *login = &l->held[i];
        if (login->serial != 0 && !FAULT(TOKEN_AFTER_LOCK) && person_of_login(l, login) == NULL) {
            *login = (struct login){ .serial = 0 };
            any = true;
        }
    }
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        struct seat *seat = &l->seats[i];
        const struct unlocked *who = seat->author != NULL ? safe_find(l->safe, seat->key) : NULL;
        if (seat->author != NULL && (who == NULL || who->serial != seat->serial)) {
            author_close(seat->author);
            *seat = (struct seat){ .author = NULL };
        }
    }
    return any;
}

void login_lock(struct logins *l, struct pubkey key)
{
    struct unlocked *who = safe_find(l->safe, key);
    if (who != NULL) {
        safe_forget(who);
    }
    (void)logins_look(l);
}

// --- her desk ---

static enum err open_author(struct logins *l, struct unlocked *who, struct author **out, struct trouble *t)
{
    struct why why = { "" };
    struct seat *seat = NULL;
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        struct seat *s = &l->seats[i];
        if (s->author != NULL && s->serial == who->serial && pubkey_equal(s->key, who->person.key)) {
            *out = s->author;
            return OK;
        }
        seat = s->author == NULL ? s : seat;
    }
    CHECK(seat != NULL); // as many as there are people, and those of whoever was locked are free again
    enum err e = author_open(l->state, who, out, &why);
    if (e == OK) {
        *seat = (struct seat){ .key = who->person.key, .serial = who->serial, .author = *out };
    }
    return trouble_of_err(t, e, &why);
}

// Another program renewed the keys of this computer a moment ago: hers are those of before.
static enum err freshen(struct logins *l, struct trouble *t)
{
    struct erasing_done done;
    struct why why = { "" };
    if (!erasing_stale(l->state, l->safe)) {
        return OK;
    }
    return trouble_of_err(t, erasing_carry_out(l->state, l->safe, loop_wall_s(), &done, &why), &why);
}

enum err login_desk(struct logins *l, struct unlocked *who, bool writes, struct desk *out, struct trouble *t)
{
    struct kv_txn *txn = NULL;
    struct desk desk = { .state = l->state, .safe = l->safe, .who = who, .readable = true };
    enum err e = login_keyring(l->state, &desk.keyring, t);
    if (e == OK) {
        e = freshen(l, t);
    }
    if (e == OK && writes) {
        e = open_author(l, who, &desk.author, t);
    }
    if (e == OK) {
        e = trouble_of_err(t, kv_begin_read(state_kv(l->state), &txn), NULL);
        desk.wiped = e == OK && wipe_done(txn);
        kv_abort(txn);
    }
    if (e != OK) {
        keyring_free(desk.keyring);
        return e;
    }
    desk.store_key = unlocked_store_key(who);
    *out = desk;
    return OK;
}

void login_desk_done(struct logins *l, struct desk *desk, bool good)
{
    for (size_t i = 0; i < LIMIT_PERSONS && !good; i++) {
        if (l->seats[i].author != NULL && l->seats[i].author == desk->author) {
            author_close(l->seats[i].author); // it is opened anew, and looks at the store anew
            l->seats[i] = (struct seat){ .author = NULL };
        }
    }
    keyring_free(desk->keyring);
    mem_wipe(&desk->store_key, sizeof desk->store_key);
    *desk = (struct desk){ .state = NULL };
}
