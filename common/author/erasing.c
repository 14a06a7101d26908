// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The steps of an erasure at a site, each durable before the next:
//
//     KEYRING   the keyring has a new store key beside the old one, the outbox's cover a new key beside the old one
//     ERASE     in one transaction: the parts are gone, the outbox is made anew, and nothing is put under the old store
//               key any more (its public half is replaced, which every writer compares)
//     REWRAP    what was wrapped under the old store key is wrapped under the new one, some at a time
//     DESTROY   keyring and cover forget the old keys: only now the parts are gone from pages of the past too
//     SAY       an `erased` entry for each redaction
//
// A crash between any two leaves a state that opens, and is gone on with from KEYRING, which changes nothing twice.
// Read first: erasing.h.
#include "common/author/agent.h"
#include "common/author/append.h"
#include "common/author/erasing_inside.h"
#include "common/author/paper.h"
#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/store/erase.h"
#include "common/store/leaf.h"
#include "common/store/store.h"

#include <stdlib.h>
#include <string.h>

#define REWRAP_MOST 2048 // wrapped keys in one transaction: nobody who saves waits longer than a tenth of a second

enum step { STEP_KEYRING, STEP_ERASE, STEP_REWRAP, STEP_DESTROY, STEP_SAY, STEP_END };

struct erasing {
    struct state *state;
    struct safe *safe;
    uint64_t wall_s;
    int lock;
    char *keyring_path, *cover_path;
    struct keyring *keyring;
    struct outbox_cover cover;
    enum step step;
    struct rewrap rewrap;
    struct erasing_done done;
};

// --- who is unlocked ---

static struct unlocked *somebody(struct safe *safe)
{
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        if (safe->slots[i].taken) {
            return &safe->slots[i];
        }
    }
    return NULL;
}

static enum err refresh_all(struct erasing *x, struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; i < LIMIT_PERSONS && e == OK; i++) {
        struct unlocked *u = &x->safe->slots[i];
        e = u->taken ? keyring_refresh(x->keyring, state_charter(x->state)->intake, u, why) : OK;
    }
    return e;
}

// The id of the store key that the store is under. ERR_NOT_FOUND: nothing was ever written here.
static enum err store_id(struct state *s, uint8_t id[static 8])
{
    struct kv_txn *t = NULL;
    struct boxkey half;
    enum err e = kv_begin_read(state_kv(s), &t);
    if (e == OK) {
        e = store_seal_key_get(t, &half, id);
    }
    kv_abort(t);
    return e;
}

static bool is_stale(const struct unlocked *u, const uint8_t id[static 8])
{
    struct store_key key = store_key_of(u->store_key);
    bool stale = memcmp(key.id, id, sizeof key.id) != 0;
    mem_wipe(&key, sizeof key);
    return stale;
}

bool erasing_stale(struct state *s, const struct safe *safe)
{
    uint8_t id[8];
    bool known = store_id(s, id) == OK;
    bool stale = false;
    for (size_t i = 0; i < LIMIT_PERSONS && known; i++) {
        stale = stale || (safe->slots[i].taken && is_stale(&safe->slots[i], id));
    }
    return stale;
}

// Whoever has another store key than the store, or does not know that it is being renewed, gets those of now.
static enum err refresh_stale(struct erasing *x, struct why *why)
{
    uint8_t id[8];
    enum err e = store_id(x->state, id);
    for (size_t i = 0; i < LIMIT_PERSONS && e == OK; i++) {
        struct unlocked *u = &x->safe->slots[i];
        if (u->taken && (is_stale(u, id) || u->renewing != keyring_renewing(x->keyring))) {
            e = keyring_refresh(x->keyring, state_charter(x->state)->intake, u, why);
        }
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

static void tell_one(const char *agent, const struct keyring *k, struct boxkey intake, struct pubkey key,
                     const uint8_t id[static 8])
{
    struct safe safe;
    safe_init(&safe);
    struct unlocked *u = safe_slot(&safe, key);
    if (agent_get(agent, key, u, NULL) == OK && is_stale(u, id) && keyring_refresh(k, intake, u, NULL) == OK) {
        (void)!agent_put(agent, u, NULL);
    }
    safe_done(&safe);
}

void erasing_tell_agent(struct state *s)
{
    struct person people[LIMIT_PERSONS];
    struct keyring *k = NULL;
    uint8_t id[8];
    size_t n = 0;
    char *agent = state_path(s, STATE_AGENT);
    char *path = state_path(s, STATE_KEYRING);
    bool good = store_id(s, id) == OK && agent_who(agent, people, LIMIT_PERSONS, &n, NULL) == OK && n > 0 &&
                keyring_load(path, &k, NULL) == OK;
    for (size_t i = 0; good && i < n; i++) {
        tell_one(agent, k, state_charter(s)->intake, people[i].key, id);
    }
    keyring_free(k);
    free(agent);
    free(path);
}

// --- beginning ---

// Whether there is anything to destroy, here or of a renewal that was interrupted; else what is left is to say so.
static enum err first_step(struct erasing *x, struct why *why)
{
    struct erasing_due due;
    enum err e = erasing_due(x->state, &due, why);
    if (e == OK) {
        x->step = keyring_renewing(x->keyring) || due.redactions > 0 ? STEP_KEYRING
                  : due.notes > 0                                    ? STEP_SAY
                                                                     : STEP_END;
    }
    return e;
}

enum err erasing_open(struct state *s, struct safe *safe, uint64_t wall_s, struct erasing **out, struct why *why)
{
    if (somebody(safe) == NULL) {
        why_set(why, "nobody is unlocked");
        return ERR_LOCKED;
    }
    struct erasing *x = mem_new(sizeof *x);
    char *lock = state_path(s, STATE_KEYRING_LOCK);
    *x = (struct erasing){ .state = s, .safe = safe, .wall_s = wall_s, .lock = -1 };
    x->keyring_path = state_path(s, STATE_KEYRING);
    x->cover_path = state_path(s, STATE_OUTBOX);
    enum err e = state_lock_take(lock, &x->lock, why);
    if (e == OK) {
        e = file_supplanted(x->keyring_path, why);
    }
    if (e == OK) {
        e = keyring_load(x->keyring_path, &x->keyring, why);
    }
    if (e == OK) {
        e = refresh_stale(x, why);
    }
    if (e == OK && !keyring_renewing(x->keyring)) {
        e = outbox_cover_end(x->cover_path, why); // of a renewal that was interrupted at its very end
    }
    if (e == OK) {
        e = first_step(x, why);
    }
    free(lock);
    if (e != OK) {
        erasing_close(x);
        return e;
    }
    *out = x;
    return OK;
}

void erasing_close(struct erasing *x)
{
    if (x == NULL) {
        return;
    }
    keyring_free(x->keyring);
    outbox_cover_done(&x->cover);
    state_lock_drop(x->lock);
    free(x->keyring_path);
    free(x->cover_path);
    free(x);
}

struct erasing_done erasing_result(const struct erasing *x)
{
    return x->done;
}

// --- the steps ---

// Keys that somebody in danger destroyed meanwhile must not come back from memory.
static enum err save_keyring(const struct erasing *x, struct why *why)
{
    if (!file_exists(x->keyring_path)) {
        why_set(why, "the keys of this computer were destroyed");
        return ERR_NOT_FOUND;
    }
    return keyring_save(x->keyring, x->keyring_path, why);
}

// One of keyring and store may have been put back from a copy: what nothing opens then is not damaged, and is to be
// opened again once they fit.
static enum err check_fits(const struct erasing *x, struct why *why)
{
    uint8_t id[8];
    enum err e = store_id(x->state, id);
    if (e != OK) {
        return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? OK : e; // none was put yet, or who writes next puts it anew
    }
    struct store_key key = unlocked_store_key(somebody(x->safe));
    const bool fits = memcmp(key.id, id, sizeof id) == 0 ||
                      (key.has_older && memcmp(key.older_id, id, sizeof id) == 0);
    mem_wipe(&key, sizeof key);
    if (!fits) {
        why_set(why, "keys/keyring does not open this store: one of the two was put back from a copy; put the other "
                     "back too");
    }
    return fits ? OK : ERR_CRYPTO;
}

static enum err step_keyring(struct erasing *x, struct why *why)
{
    enum err e = check_fits(x, why);
    if (e == OK && !keyring_renewing(x->keyring)) {
        keyring_renew_begin(x->keyring, &somebody(x->safe)->store_key);
        e = save_keyring(x, why);
    }
    if (e == OK) {
        e = refresh_all(x, why);
    }
    struct kv_txn *t = NULL; // nobody who writes looks at the cover meanwhile, or makes one
    if (e == OK) {
        e = kv_begin_write(state_kv(x->state), &t);
    }
    if (e == OK) {
        e = outbox_cover_begin(x->cover_path, &x->cover, why);
    }
    kv_abort(t);
    return e;
}

// What cannot be opened any more cannot be given up in part: all of it goes.
static void drop_whole(struct kv_txn *t, const struct erasing_job *job)
{
    struct key part = job->leaf ? key_index(DB_LEAF_PART, job->index) : key_position(DB_PART, &job->at);
    (void)kv_del(t, job->leaf ? DB_LEAF_PART : DB_PART, key_slice(&part));
    (void)kv_del(t, job->leaf ? DB_LEAF_VAULT : DB_VAULT, key_slice(&part));
    if (!job->leaf) {
        (void)kv_del(t, DB_OUTBOX, key_slice(&part));
    }
}

static enum err erase_one(struct kv_txn *t, const struct store_key *key, const struct erasing_job *job,
                          struct erasing_memory *memory, struct erasing_done *done, struct why *why)
{
    uint64_t gone = 0;
    enum err e = job->leaf ? leaf_erase(t, key, job->index, job->mask, &gone, why)
                           : journal_erase(t, key, &job->at, job->mask, &gone, why);
    if ((e == ERR_CORRUPT || e == ERR_CRYPTO) && kv_error(t) == OK) {
        drop_whole(t, job);
        gone = job->mask;
        e = kv_error(t);
    }
    if (e != OK) {
        return e;
    }
    const size_t before = memory->note_count;
    for (size_t i = 0; i < LIMIT_PARTS; i++) {
        if ((gone >> i & 1) != 0) {
            erasing_memory_note(memory, &job->causes[i]);
        }
    }
    erasing_memory_add(memory, job);
    done->entries += gone != 0;
    done->redactions += memory->note_count - before;
    return OK;
}

static enum err erase_all(struct erasing *x, struct kv_txn *t, const struct store_key *key, struct why *why)
{
    struct erasing_list list = { .n = 0 };
    struct erasing_memory memory = { .count = 0 };
    enum err e = erasing_find(t, state_charter(x->state), &list, why);
    if (e == OK) {
        e = erasing_memory_get(t, &memory);
    }
    for (size_t i = 0; i < list.n && e == OK; i++) {
        e = erase_one(t, key, &list.jobs[i], &memory, &x->done, why);
    }
    if (e == OK && list.n > 0) {
        erasing_memory_put(t, &memory);
        e = kv_error(t);
    }
    erasing_memory_done(&memory);
    free(list.jobs);
    return e;
}

static enum err step_erase(struct erasing *x, struct why *why)
{
    const struct unlocked *u = somebody(x->safe);
    struct store_key key = unlocked_store_key(u);
    struct kv_txn *t = NULL;
    enum err e = kv_begin_write(state_kv(x->state), &t);
    if (e == OK) {
        store_seal_key_put(t, &key);
        e = erase_all(x, t, &key, why);
    }
    if (e == OK) {
        e = paper_rewrap(t, &key);
    }
    if (e == OK) {
        e = erasing_outbox(t, &key, &x->cover, u);
    }
    if (e == OK) {
        e = kv_commit(t);
        t = NULL;
    }
    kv_abort(t);
    mem_wipe(&key, sizeof key);
    return e;
}

static enum err step_rewrap(struct erasing *x, bool *more, struct why *why)
{
    struct store_key key = unlocked_store_key(somebody(x->safe));
    struct kv_txn *t = NULL;
    enum err e = kv_begin_write(state_kv(x->state), &t);
    if (e == OK) {
        e = rewrap_step(t, &key, &x->rewrap, REWRAP_MOST, more, why);
    }
    if (e == OK) {
        e = kv_commit(t);
        t = NULL;
    }
    kv_abort(t);
    mem_wipe(&key, sizeof key);
    return e;
}

static enum err step_destroy(struct erasing *x, struct why *why)
{
    if (!FAULT(SITE_KEY_KEPT)) {
        keyring_renew_end(x->keyring);
    }
    enum err e = save_keyring(x, why);
    if (e == OK) {
        e = outbox_cover_end(x->cover_path, why);
    }
    for (size_t i = 0; i < LIMIT_PERSONS && e == OK; i++) {
        x->safe->slots[i].renewing = false;
        mem_wipe(&x->safe->slots[i].older, sizeof x->safe->slots[i].older);
    }
    x->done.renewed = e == OK;
    return e;
}

// --- saying it ---

#define FACILITATOR (1u << ROLE_FACILITATOR)

// The one who says it: a facilitator who is unlocked. *wait: nobody is, but somebody here could be.
static const struct unlocked *speaker(const struct erasing *x, const struct roster *roster, bool *wait)
{
    *wait = false;
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        const struct unlocked *u = &x->safe->slots[i];
        if (u->taken && roster_has_role(roster, u->person.key, FACILITATOR)) {
            return u;
        }
    }
    for (size_t i = 0; i < keyring_count(x->keyring); i++) {
        *wait = *wait || roster_has_role(roster, keyring_person(x->keyring, i)->key, FACILITATOR);
    }
    return NULL;
}

static struct hash note_key(struct hash redaction)
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_of("baraza/erased/v1", sizeof "baraza/erased/v1"));
    sha256_add(&s, SLICE_ARRAY(redaction.b));
    return sha256_done(&s);
}

// Writes one entry; its key in the import table keeps it from being written twice.
static enum err say_one(struct erasing *x, struct author *author, const struct erasing_cause *cause, struct why *why)
{
    struct body body = { .kind = KIND_ERASED };
    struct append_result result;
    struct hash key = note_key(cause->redaction);
    body.as.erased.redaction = cause->redaction;
    body.as.erased.target = cause->target;
    const struct append_item item = {
        .body = &body, .refs = &cause->redaction, .ref_count = 1, .import_key = &key
    };
    enum err e = author_append(author, x->wall_s, &item, 1, &result, why);
    x->done.said += e == OK && result.saved;
    return e;
}

static enum err forget_notes(struct erasing *x)
{
    struct kv_txn *t = NULL;
    struct erasing_memory memory = { .count = 0 };
    enum err e = kv_begin_write(state_kv(x->state), &t);
    if (e == OK) {
        e = erasing_memory_get(t, &memory);
    }
    if (e == OK) {
        memory.note_count = 0;
        erasing_memory_put(t, &memory);
        e = kv_commit(t);
        t = NULL;
    }
    kv_abort(t);
    erasing_memory_done(&memory);
    return e;
}

static enum err read_notes(struct erasing *x, struct erasing_memory *memory, struct roster **roster, struct why *why)
{
    struct kv_txn *t = NULL;
    struct erasure *fold = NULL;
    enum err e = kv_begin_read(state_kv(x->state), &t);
    if (e == OK) {
        e = erasing_memory_get(t, memory);
    }
    if (e == OK) {
        e = erasing_fold(t, state_charter(x->state), roster, &fold, why);
    }
    kv_abort(t);
    erasure_free(fold);
    return e;
}

static enum err step_say(struct erasing *x, struct why *why)
{
    struct erasing_memory memory = { .count = 0 };
    struct roster *roster = NULL;
    struct author *author = NULL;
    bool wait = false;
    enum err e = read_notes(x, &memory, &roster, why);
    const struct unlocked *u = e == OK && memory.note_count > 0 ? speaker(x, roster, &wait) : NULL;
    if (u != NULL) {
        e = author_open(x->state, u, &author, why);
    }
    for (size_t i = 0; u != NULL && i < memory.note_count && e == OK; i++) {
        e = say_one(x, author, &memory.notes[i], why);
    }
    author_close(author);
    if (e == OK && memory.note_count > 0 && !wait) {
        e = forget_notes(x); // said; or by nobody, for where no facilitator is the record gives it no effect
    }
    erasing_memory_done(&memory);
    roster_free(roster);
    return e;
}

void erasing_renew(struct erasing *x)
{
    x->step = STEP_KEYRING;
}

enum err erasing_step(struct erasing *x, bool *more, struct why *why)
{
    bool again = false;
    enum err e = OK;
    switch (x->step) {
    case STEP_KEYRING:
        e = step_keyring(x, why);
        break;
    case STEP_ERASE:
        e = step_erase(x, why);
        break;
    case STEP_REWRAP:
        e = step_rewrap(x, &again, why);
        break;
    case STEP_DESTROY:
        e = step_destroy(x, why);
        break;
    case STEP_SAY:
        e = step_say(x, why);
        break;
    case STEP_END:
        break;
    }
    if (e == OK && !again && x->step != STEP_END) {
        x->step++;
    }
    *more = x->step != STEP_END;
    return e;
}

// Whether a renewal was interrupted, be it at its very end: told without the keyring's lock, which joining needs too.
static enum err interrupted(struct state *s, bool *yes, struct why *why)
{
    struct keyring *k = NULL;
    struct outbox_cover cover;
    char *path = state_path(s, STATE_KEYRING);
    char *old = state_path(s, STATE_KEYRING FILE_OLD);
    enum err e = keyring_load(path, &k, why);
    if (e == OK) {
        state_cover_load(s, &cover);
        *yes = keyring_renewing(k) || cover.n > 1 || file_exists(old);
        outbox_cover_done(&cover);
    }
    keyring_free(k);
    free(path);
    free(old);
    return e;
}

static enum err anything(struct state *s, const struct safe *safe, bool *yes, struct why *why)
{
    struct erasing_due due;
    enum err e = interrupted(s, yes, why);
    if (e == OK) {
        e = erasing_due(s, &due, why);
    }
    *yes = e == OK && (*yes || due.redactions + due.notes > 0 || erasing_stale(s, safe));
    return e;
}

enum err erasing_carry_out(struct state *s, struct safe *safe, uint64_t wall_s, struct erasing_done *out,
                           struct why *why)
{
    struct erasing *x = NULL;
    bool more = true;
    *out = (struct erasing_done){ .redactions = 0 };
    enum err e = anything(s, safe, &more, why);
    if (e != OK || !more) {
        return e;
    }
    e = erasing_open(s, safe, wall_s, &x, why);
    while (e == OK && more) {
        e = erasing_step(x, &more, why);
    }
    if (x != NULL) {
        *out = erasing_result(x);
    }
    erasing_close(x);
    return e;
}
