// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading a hub's secrets.
#include "hub/hub_keys.h"

#include "common/format/charter.h"
#include "common/format/seal.h"
#include "hub/store_key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static enum err load_sign(const char *dir, const char *name, struct pubkey *pub, struct seckey *sec, struct why *why)
{
    uint8_t seed[32];
    enum err e = state_secret_load(dir, name, seed, why);
    if (e == OK) {
        sign_keypair_from_seed(seed, pub, sec);
    }
    mem_wipe(seed, sizeof seed);
    return e;
}

static enum err load_box(const char *dir, const char *name, struct boxkey *pub, struct boxsec *sec, struct why *why)
{
    enum err e = state_secret_load(dir, name, sec->b, why);
    if (e == OK) {
        *pub = box_public(sec);
    }
    return e;
}

static enum err load_store(const char *dir, struct keeper **out, struct why *why)
{
    struct store_key key;
    enum err e = store_key_load(dir, &key, NULL, why);
    if (e == OK) {
        *out = keeper_new(&key);
    }
    mem_wipe(&key, sizeof key);
    return e;
}

enum err hub_keys_load(const struct state *s, struct hub_keys *out, struct why *why)
{
    const char *dir = state_dir(s);
    const struct charter *charter = state_charter(s);
    struct pubkey log_pub;
    *out = (struct hub_keys){ 0 };
    // Without the right to lock memory a hub still serves: its disk holds the same secrets.
    (void)mlock(out, sizeof *out);
    enum err e = load_sign(dir, STATE_HUB_LOG, &log_pub, &out->log, why);
    if (e == OK) {
        e = load_sign(dir, STATE_HUB_AUTHOR, &out->author_pub, &out->author, why);
    }
    if (e == OK) {
        e = load_box(dir, STATE_HUB_EXCHANGE, &out->exchange_pub, &out->exchange, why);
    }
    if (e == OK) {
        e = load_box(dir, STATE_HUB_INTAKE, &out->intake_pub, &out->intake, why);
    }
    if (e == OK) {
        e = load_store(dir, &out->keeper, why);
    }
    if (e == OK && (!pubkey_equal(log_pub, charter->log.key) || !boxkey_equal(out->exchange_pub, charter->exchange) ||
                    !boxkey_equal(out->intake_pub, charter->intake))) {
        why_set(why, "the keys in %s are not those that the charter names", dir);
        e = ERR_CORRUPT;
    }
    if (e != OK) {
        hub_keys_done(out);
        return e;
    }
    out->checkpoint_path = state_path(s, STATE_HUB_CHECKPOINT);
    return OK;
}

void hub_keys_done(struct hub_keys *k)
{
    free(k->checkpoint_path);
    keeper_free(k->keeper);
    mem_wipe(k, sizeof *k);
    (void)munlock(k, sizeof *k);
}
