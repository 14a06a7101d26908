// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Opening a state for a subcommand. Read first: work.h.
#include "tools/baraza/work.h"

#include "common/author/agent.h"
#include "common/author/erasing.h"
#include "common/author/mend.h"
#include "common/base/file.h"
#include "common/net/loop.h"
#include "common/store/succession_store.h"
#include "common/store/wipe.h"
#include "hub/store_key.h"
#include "node/node_people.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/print.h"

#include <stdlib.h>
#include <unistd.h>

unsigned work_store_flags(const struct cmd_context *context)
{
    return conf_bool(&context->conf, "any-filesystem") ? KV_ANY_FILESYSTEM : 0;
}

static enum err load_destroyed(struct work *w)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(state_kv(w->desk.state), &t);
    if (e == OK) {
        e = destroyed_get(t, &w->destroyed);
        w->desk.wiped = wipe_done(t);
    }
    kv_abort(t);
    return e;
}

// Whoever began to destroy the keys of this computer and was cut short leaves no keyring, or one that is overwritten in
// part: nobody can unlock, and what waits for the hub travels all the same.
static enum err load_keyring(struct work *w, const char *path, struct why *why)
{
    enum err e = keyring_load(path, &w->desk.keyring, why);
    if (e == ERR_NOT_FOUND || e == ERR_CORRUPT) {
        why_set(&w->keyless, "nobody can unlock here, %s is %s; what waits for the hub still travels. End a wipe that "
                "was cut short (baraza wipe --emergency --yes), or restore that file from a backup", STATE_KEYRING,
                e == ERR_CORRUPT ? "damaged" : "not there");
        w->desk.keyring = keyring_new();
        e = OK;
    }
    return e;
}

static enum err open_state(const struct cmd_context *context, struct work *w, struct why *why)
{
    *w = (struct work){ .lent = false };
    safe_init(&w->safe);
    w->desk.safe = &w->safe;
    enum err e = state_open(context->state, work_store_flags(context), &w->desk.state, why);
    if (e == OK && state_charter(w->desk.state)->practice) {
        cmd_practice();
    }
    if (e != OK || state_info(w->desk.state)->side == STORE_HUB) {
        return e;
    }
    e = mend_notebooks(state_kv(w->desk.state));
    if (e == OK) {
        e = load_destroyed(w);
    }
    if (e != OK) {
        return e;
    }
    char *path = state_path(w->desk.state, STATE_KEYRING);
    if (w->destroyed.count > 0 && !file_exists(path)) {
        w->desk.keyring = keyring_new(); // nobody, until somebody joins anew
    } else {
        e = load_keyring(w, path, why);
    }
    free(path);
    return e;
}

bool work_destroyed(const struct work *w, struct why *why)
{
    if (w->desk.keyring == NULL || keyring_count(w->desk.keyring) > 0) {
        return false;
    }
    if (w->destroyed.count == 0) {
        *why = w->keyless;
        return true;
    }
    struct buf when = buf_new(64);
    print_time(&when, w->destroyed.wall_s);
    buf_put_u8(&when, 0);
    why_set(why, "the keys of this computer were destroyed on %s; what waits for the hub still travels (baraza sync). "
                 "To write again, join with a new invitation: baraza join FILE", (const char *)when.p);
    buf_done(&when);
    return true;
}

int work_state(const struct cmd_context *context, struct work *w)
{
    struct why why = { "" };
    enum err e = open_state(context, w, &why);
    return e == OK ? -1 : cmd_fail(e, &why);
}

enum err work_hub_key(struct work *w, struct why *why)
{
    enum err e = store_key_load(state_dir(w->desk.state), &w->desk.store_key, NULL, why);
    w->desk.readable = w->desk.readable || e == OK;
    return e;
}

// Borrows p's keys from the agent, if one runs and has them.
static bool borrow(struct work *w, const struct person *p)
{
    char *path = state_path(w->desk.state, STATE_AGENT);
    struct unlocked *slot = safe_slot(&w->safe, p->key);
    bool lent = slot != NULL && agent_get(path, p->key, slot, NULL) == OK;
    free(path);
    if (lent) {
        w->desk.who = slot;
    }
    return lent;
}

enum err work_intake(const struct work *w, struct boxkey *out, struct why *why)
{
    struct service_keys keys;
    enum err e = succession_keys(state_kv(w->desk.state), state_charter(w->desk.state), &keys, why);
    if (e == OK) {
        *out = keys.intake;
    }
    return e;
}

enum err work_unlock(const struct cmd_context *context, struct work *w, const struct person *p, struct why *why)
{
    struct buf prompt = buf_new(128);
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    struct unlocked *slot = safe_slot(&w->safe, p->key);
    CHECK(slot != NULL);
    buf_printf(&prompt, "Passphrase of %s", p->name);
    buf_put_u8(&prompt, 0);
    struct boxkey intake;
    enum err e = ask_passphrase(context, (const char *)prompt.p, false, &passphrase, why);
    char *path = state_path(w->desk.state, STATE_KEYRING);
    if (e == OK && !file_exists(path)) { // destroyed while the passphrase was awaited: what was read of it is void
        why_set(why, "the keys of this computer were destroyed meanwhile: nothing was done");
        e = ERR_LOCKED;
    }
    free(path);
    if (e == OK) {
        e = work_intake(w, &intake, why);
    }
    if (e == OK) {
        e = keyring_unlock(w->desk.keyring, p->key, buf_slice(&passphrase), intake, slot, why);
    }
    if (e == OK) {
        w->desk.who = slot;
    }
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    buf_done(&prompt);
    return e;
}

size_t work_borrow(struct work *w)
{
    char *path = state_path(w->desk.state, STATE_AGENT);
    size_t lent = 0;
    for (size_t i = 0; i < keyring_count(w->desk.keyring); i++) {
        const struct person *p = keyring_person(w->desk.keyring, i);
        struct unlocked *slot = safe_slot(&w->safe, p->key);
        lent += slot != NULL && !slot->taken && agent_get(path, p->key, slot, NULL) == OK;
    }
    free(path);
    return lent;
}

enum err work_settle(const struct cmd_context *context, struct work *w, struct why *why)
{
    struct erasing_done done;
    enum err e = erasing_carry_out(w->desk.state, &w->safe, loop_wall_s(), &done, why);
    if (done.renewed) {
        erasing_tell_agent(w->desk.state);
    }
    if (done.entries > 0) {
        cmd_remark(context, "erased here, as redactions in the record ask: parts of %llu %s; this computer's keys were "
                   "renewed", (unsigned long long)done.entries, done.entries == 1 ? "entry" : "entries");
    }
    return e == ERR_BUSY ? OK : e; // another program does it, or is changing the keyring
}

enum err work_do_due(const struct cmd_context *context, struct work *w, struct why *why)
{
    size_t begun = 0;
    enum err e = work_settle(context, w, why);
    if (e == OK) {
        e = node_people_renew(w->desk.state, &w->safe, loop_wall_s(), &begun, why);
    }
    if (begun > 0) {
        cmd_remark(context, "a new notebook has begun; nothing is lost: baraza sync");
    }
    return e;
}

// Whoever the passphrase file unlocks: to read, one person's keys are as good as another's.
static enum err unlock_anybody(const struct cmd_context *context, struct work *w, struct why *why)
{
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    struct boxkey intake;
    enum err e = work_intake(w, &intake, why);
    if (e == OK) {
        e = ask_passphrase(context, "Passphrase", false, &passphrase, why);
    }
    for (size_t i = 0; i < keyring_count(w->desk.keyring) && e == OK && w->desk.who == NULL; i++) {
        struct pubkey key = keyring_person(w->desk.keyring, i)->key;
        struct unlocked *slot = safe_slot(&w->safe, key);
        enum err opened = keyring_unlock(w->desk.keyring, key, buf_slice(&passphrase), intake, slot, why);
        w->desk.who = opened == OK ? slot : NULL;
        e = opened == ERR_CRYPTO ? OK : opened;
    }
    if (e == OK && w->desk.who == NULL) {
        why_set(why, "this passphrase unlocks nobody who writes here");
        e = ERR_CRYPTO;
    }
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    return e;
}

int work_read(const struct cmd_context *context, struct work *w)
{
    struct why why = { "" };
    enum err e = open_state(context, w, &why);
    if (e == OK && w->desk.keyring == NULL) {
        e = work_hub_key(w, &why);
    } else if (e == OK) {
        size_t n = keyring_count(w->desk.keyring);
        for (size_t i = 0; i < n && w->desk.who == NULL; i++) {
            (void)borrow(w, keyring_person(w->desk.keyring, i)); // anybody: the store key is the same for all
        }
        if (w->desk.who == NULL && n > 0 && context->passphrase_file != NULL) {
            e = unlock_anybody(context, w, &why);
        }
        if (e == OK && w->desk.who != NULL) {
            e = work_settle(context, w, &why);
            w->desk.store_key = unlocked_store_key(w->desk.who);
            w->desk.readable = true;
        }
    }
    if (e == OK && work_destroyed(w, &why)) {
        cmd_remark(context, "%s", why.text);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

// Said once, when the person writes for the first time in a copy; baraza status says it from then on.
static void remark_copy(const struct cmd_context *context, uint64_t gone)
{
    struct buf text = buf_new(2048);
    const struct notebook_copy copy = { .gone = gone };
    notebook_copy_say(&copy, &text);
    cmd_remark(context, "%.*s", (int)text.n, (const char *)text.p);
    buf_done(&text);
}

int work_write(const struct cmd_context *context, const char *as, struct work *w)
{
    struct why why = { "" };
    struct person person;
    enum err e = open_state(context, w, &why);
    if (e == OK && w->desk.keyring == NULL) {
        return cmd_usage("%s is a hub's state: people write at a site, in a state of their own", context->state);
    }
    if (e == OK && work_destroyed(w, &why)) {
        e = ERR_NOT_FOUND;
    }
    if (e == OK) {
        e = keyring_find(w->desk.keyring, as, &person, &why);
    }
    w->lent = e == OK && borrow(w, &person);
    if (e == OK && !w->lent) {
        e = work_unlock(context, w, &person, &why);
    }
    if (e == OK) {
        e = work_settle(context, w, &why);
    }
    if (e == OK) {
        w->desk.store_key = unlocked_store_key(w->desk.who);
        w->desk.readable = true;
        e = author_open(w->desk.state, w->desk.who, &w->desk.author, &why);
    }
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (!w->safe.pinned) {
        cmd_remark(context, "this system does not keep keys out of its swap file (a limit of locked memory)");
    }
    if (author_moved(w->desk.author)) {
        remark_copy(context, author_gone(w->desk.author));
    }
    return -1;
}

bool work_copy(struct work *w, struct notebook_copy *out)
{
    struct kv_txn *t = NULL;
    const bool is = kv_begin_read(state_kv(w->desk.state), &t) == OK && notebook_copy_get(t, out) == OK;
    kv_abort(t);
    return is;
}

void work_close(struct work *w)
{
    author_close(w->desk.author);
    keyring_free(w->desk.keyring);
    state_close(w->desk.state);
    safe_done(&w->safe);
    mem_wipe(&w->desk.store_key, sizeof w->desk.store_key);
    *w = (struct work){ .lent = false };
}

void work_pause(struct work *w)
{
    if (w->lent) {
        work_close(w);
    }
}

int work_resume(const struct cmd_context *context, const char *as, struct work *w)
{
    struct cmd_context again = *context;
    again.quiet = true; // what there is to remark was said
    return w->desk.state != NULL ? -1 : work_write(&again, as, w);
}

int work_append(struct work *w, const struct append_item *items, size_t n, struct append_result *results)
{
    struct why why = { "" };
    enum err e = desk_append(&w->desk, loop_wall_s(), items, n, results, &why);
    if (e == OK) {
        return -1;
    }
    struct why told;
    why_set(&told, "Not saved: %s", why.text[0] != '\0' ? why.text : err_text(e));
    return cmd_fail(e, &told);
}

int work_fail(const struct trouble *t)
{
    return cmd_fail(t->err, &t->why);
}

void work_warn(const struct work *w, const struct damage *d)
{
    struct buf out = buf_new(16384);
    damage_put(d, &w->desk, &out);
    // Standard error: if nobody can read that, there is nobody to tell.
    if (out.n > 0 && write(STDERR_FILENO, out.p, out.n) < 0) {
        out.n = 0;
    }
    buf_done(&out);
}
