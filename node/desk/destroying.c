// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The steps of an emergency wipe. Read first: destroying.h.
#include "node/desk/destroying.h"

#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/store/outbox_store.h"
#include "common/store/wipe.h"
#include "node/node_bundle.h"
#include "node/node_count.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum err destroying_count(struct kv *kv, bool outbox_too, struct destroying_counts *out)
{
    struct kv_txn *t = NULL;
    struct node_count c;
    enum err e = node_count(kv, &c, NULL);
    if (e == OK) {
        e = kv_begin_read(kv, &t);
    }
    if (e == OK) {
        const uint64_t copies = outbox_count(t);
        const uint64_t ready = c.waiting - c.unsigned_anew; // what follows a refused entry needs a signature
        const uint64_t carried = outbox_too ? 0 : copies < ready ? copies : ready;
        *out = (struct destroying_counts){
            .carried = carried, .lost = c.waiting - carried, .drafts = kv_count(t, DB_DRAFT)
        };
    }
    kv_abort(t);
    return e;
}

// What lets a locked site send what waits: it opens nothing that was said.
static bool stays(const char *name, bool outbox_too)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "transport") == 0 ||
           strcmp(name, "invitation") == 0 || (strcmp(name, "outbox") == 0 && !outbox_too);
}

// Overwrites and removes one file. What cannot be overwritten at least loses its name.
static enum err destroy_file(const char *path, struct why *why)
{
    const enum err e = FAULT(WIPE_LEAVES_KEYS) ? OK : file_shred(path, why);
    if (e != OK && e != ERR_NOT_FOUND) {
        (void)unlink(path);
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err destroying_files(const char *dir, bool outbox_too, struct why *why)
{
    char *keyring = state_path_in(dir, STATE_KEYRING);
    char *folder = state_path_in(dir, "keys");
    enum err e = destroy_file(keyring, why);
    DIR *d = opendir(folder);
    for (const struct dirent *f = d != NULL ? readdir(d) : NULL; f != NULL; f = readdir(d)) {
        char name[16 + sizeof f->d_name];
        (void)snprintf(name, sizeof name, "keys/%s", f->d_name);
        char *path = state_path_in(dir, name);
        enum err one = stays(f->d_name, outbox_too) ? OK : destroy_file(path, e == OK ? why : NULL);
        e = e == OK ? one : e;
        free(path);
    }
    if (d != NULL) {
        closedir(d);
    }
    if (e == OK) {
        e = file_sync_dir(folder, why);
    }
    free(keyring);
    free(folder);
    return e;
}

enum err destroying_store(struct state *s, bool outbox_too, uint64_t wall_s, struct destroyed *out)
{
    struct kv_txn *t = NULL;
    struct destroyed destroyed;
    uint64_t n = 0;
    struct kv *kv = state_kv(s);
    enum err e = kv_begin_write(kv, &t);
    if (e != OK) {
        return e;
    }
    e = destroyed_put(t, wall_s);
    if (e == OK) {
        e = wipe_keys(t);
    }
    if (e == OK && outbox_too) {
        e = wipe_outbox(t, &n);
    }
    if (e == OK) {
        e = destroyed_get(t, &destroyed);
    }
    enum err end = kv_commit(t);
    e = e == OK ? end : e;
    if (e == OK) {
        *out = destroyed;
    }
    return e == OK ? node_bundle_changed(kv) : e;
}
