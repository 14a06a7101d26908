// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Replacing a key file, each step durable before the next. Read first: store_key.h.
#include "hub/store_key.h"

#include "common/author/state.h"
#include "common/base/file.h"
#include "common/format/armor.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_NEW STATE_HUB_STORE ".new"
#define STORE_OLD STATE_HUB_STORE FILE_OLD // what file_supplanted overwrites and removes
#define FILE_BYTES 65 // 64 hex digits and a newline

static enum err load_one(const char *dir, const char *name, struct store_key *out, struct why *why)
{
    struct symkey key;
    enum err e = state_secret_load(dir, name, key.b, why);
    if (e == OK) {
        *out = store_key_of(key);
    }
    mem_wipe(&key, sizeof key);
    return e;
}

static bool there(const char *dir, const char *name)
{
    char *path = state_path_in(dir, name);
    bool yes = file_exists(path);
    free(path);
    return yes;
}

enum err store_key_load(const char *dir, struct store_key *out, bool *renewing, struct why *why)
{
    struct store_key now;
    struct store_key next;
    bool two = false;
    enum err e = load_one(dir, STATE_HUB_STORE, &now, why);
    if (e == OK && there(dir, FILE_NEW)) {
        e = load_one(dir, FILE_NEW, &next, why);
        two = e == OK;
        if (e == ERR_NOT_FOUND) { // it has just become the store key
            e = load_one(dir, STATE_HUB_STORE, &now, why);
        }
    }
    if (e == OK) {
        *out = two ? store_key_after(next, &now) : now;
    }
    if (e == OK && renewing != NULL) {
        *renewing = two;
    }
    mem_wipe(&now, sizeof now);
    mem_wipe(&next, sizeof next);
    return e;
}

enum err store_key_settle(const char *dir, struct why *why)
{
    char *path = state_path_in(dir, STATE_HUB_STORE);
    enum err e = file_supplanted(path, why);
    free(path);
    return e;
}

static void put_secret(const struct symkey *key, struct buf *text)
{
    armor_put_hex(text, SLICE_ARRAY(key->b));
    buf_put_u8(text, '\n');
    CHECK(buf_ok(text));
}

enum err store_key_begin(const char *dir, struct store_key *out, struct why *why)
{
    struct symkey fresh = symkey_new();
    char *path = state_path_in(dir, FILE_NEW);
    struct buf text = buf_new(FILE_BYTES);
    put_secret(&fresh, &text);
    enum err e = file_replace(path, buf_slice(&text), 0600, why);
    if (e == OK) {
        e = store_key_load(dir, out, NULL, why);
    }
    buf_wipe(&text);
    buf_done(&text);
    mem_wipe(&fresh, sizeof fresh);
    free(path);
    return e;
}

// Between the steps both files say the same key, which reads as a renewal in which nothing is left to be done. The
// second gets its other name before it is overwritten: a file with half of its zeros must not be taken for a key.
enum err store_key_end(const char *dir, struct store_key *out, struct why *why)
{
    struct store_key two;
    char *now = state_path_in(dir, STATE_HUB_STORE);
    char *next = state_path_in(dir, FILE_NEW);
    char *old = state_path_in(dir, STORE_OLD);
    char *keys = state_path_in(dir, "keys");
    struct buf text = buf_new(FILE_BYTES);
    bool renewing = false;
    enum err e = store_key_load(dir, &two, &renewing, why);
    if (e == OK && renewing) {
        put_secret(&two.key, &text);
        e = file_supplant(now, buf_slice(&text), 0600, why);
        if (e == OK && rename(next, old) != 0) {
            why_set(why, "%s could not be renamed", next);
            e = ERR_IO;
        }
        if (e == OK) {
            e = file_sync_dir(keys, why);
        }
        if (e == OK) {
            e = file_supplanted(now, why);
        }
    }
    if (e == OK) {
        e = store_key_load(dir, out, NULL, why);
    }
    mem_wipe(&two, sizeof two);
    buf_wipe(&text);
    buf_done(&text);
    free(now);
    free(next);
    free(old);
    free(keys);
    return e;
}
