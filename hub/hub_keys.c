// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading a hub's secrets.
#include "hub/hub_keys.h"

#include "common/format/seal.h"
#include "hub/store_key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void hub_key_name(enum service service, unsigned n, struct buf *out)
{
    CHECK(service != SERVICE_ROOT);
    buf_printf(out, "keys/%s", service_name(service));
    if (n > 1) {
        buf_printf(out, ".%u", n);
    }
    buf_put_u8(out, 0);
}

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

// Loads number n of a service into pair or sign, whichever it is. ERR_NOT_FOUND: there is none of that number.
static enum err load_number(const char *dir, enum service service, unsigned n, struct log_pair *sign,
                            struct box_pair *pair, struct why *why)
{
    struct buf name = buf_new(64);
    hub_key_name(service, n, &name);
    enum err e = OK;
    if (service == SERVICE_LOG) {
        e = load_sign(dir, (const char *)name.p, &sign->pub, &sign->sec, why);
    } else {
        e = state_secret_load(dir, (const char *)name.p, pair->sec.b, why);
        if (e == OK) {
            pair->pub = box_public(&pair->sec);
        }
    }
    buf_done(&name);
    return e;
}

static enum err load_logs(const char *dir, struct log_ring *out, struct why *why)
{
    enum err e = OK;
    for (unsigned n = 1; n <= LIMIT_HUB_KEYS && e == OK; n++) {
        e = load_number(dir, SERVICE_LOG, n, &out->at[out->n], NULL, why);
        out->n += e == OK;
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    return e;
}

static enum err load_boxes(const char *dir, enum service service, struct box_ring *out, struct why *why)
{
    enum err e = OK;
    for (unsigned n = 1; n <= LIMIT_HUB_KEYS && e == OK; n++) {
        e = load_number(dir, service, n, NULL, &out->at[out->n], why);
        out->n += e == OK;
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    return e;
}

enum err hub_key_public(const char *dir, enum service service, unsigned n, struct pubkey *out, struct why *why)
{
    struct log_pair sign;
    struct box_pair pair;
    enum err e = load_number(dir, service, n, &sign, &pair, why);
    if (e == OK && service == SERVICE_LOG) {
        *out = sign.pub;
    } else if (e == OK) {
        memcpy(out->b, pair.pub.b, sizeof out->b);
    }
    mem_wipe(&sign, sizeof sign);
    mem_wipe(&pair, sizeof pair);
    return e;
}

bool hub_key_held(const char *dir, enum service service, struct pubkey key)
{
    for (unsigned n = 1; n <= LIMIT_HUB_KEYS; n++) {
        struct pubkey here;
        if (hub_key_public(dir, service, n, &here, NULL) == OK && pubkey_equal(here, key)) {
            return true;
        }
    }
    return false;
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
    *out = (struct hub_keys){ 0 };
    // Without the right to lock memory a hub still serves: its disk holds the same secrets.
    (void)mlock(out, sizeof *out);
    enum err e = load_logs(dir, &out->logs, why);
    if (e == OK) {
        e = load_sign(dir, STATE_HUB_AUTHOR, &out->author_pub, &out->author, why);
    }
    if (e == OK) {
        e = load_boxes(dir, SERVICE_EXCHANGE, &out->exchanges, why);
    }
    if (e == OK) {
        e = load_boxes(dir, SERVICE_INTAKE, &out->intakes, why);
    }
    if (e == OK) {
        e = load_store(dir, &out->keeper, why);
    }
    if (e != OK) {
        hub_keys_done(out);
        return e;
    }
    out->checkpoint_path = state_path(s, STATE_HUB_CHECKPOINT);
    return OK;
}

enum err hub_keys_check(const struct hub_keys *k, const struct state *s, const struct roster *roster, struct why *why)
{
    enum service missing = SERVICE_ROOT;
    if (log_ring_find(&k->logs, roster_log_key(roster)) == NULL) {
        missing = SERVICE_LOG;
    } else if (box_ring_find(&k->exchanges, roster_exchange_key(roster)) == NULL) {
        missing = SERVICE_EXCHANGE;
    } else if (box_ring_find(&k->intakes, roster_intake_key(roster)) == NULL) {
        missing = SERVICE_INTAKE;
    }
    if (missing == SERVICE_ROOT) {
        return OK;
    }
    why_set(why, "the secret of the consultation's %s key is not in %s/keys: restore it from a backup",
            service_name(missing), state_dir(s));
    return ERR_NOT_FOUND;
}

void hub_keys_done(struct hub_keys *k)
{
    free(k->checkpoint_path);
    keeper_free(k->keeper);
    mem_wipe(k, sizeof *k);
    (void)munlock(k, sizeof *k);
}
