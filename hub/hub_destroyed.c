// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Files of [way, [[author key, incarnation, next, head] …]], way 1 by network, 2 by bundle.
// Read first: hub_destroyed.h.
#include "hub/hub_destroyed.h"

#include "common/author/state.h"
#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/format/pack.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".destroyed"
#define FILE_BYTES (64 + LIMIT_DESTROYED * 128)

// Returns STATE/sites/KEY.destroyed. Gives.
static char *path_of(const char *dir, struct boxkey site)
{
    struct buf name = buf_new(256);
    buf_put_text(&name, STATE_HUB_SITES "/");
    armor_put_hex(&name, SLICE_ARRAY(site.b));
    buf_put(&name, slice_of(SUFFIX, sizeof SUFFIX));
    char *path = state_path_in(dir, (const char *)name.p);
    buf_done(&name);
    return path;
}

static void make(const struct hub_destroyed *said, struct buf *out)
{
    pack_array(out, 2);
    pack_uint(out, said->by_bundle ? 2 : 1);
    pack_array(out, said->count);
    for (size_t i = 0; i < said->count; i++) {
        const struct journal_head *h = &said->heads[i];
        pack_array(out, 4);
        pack_bin(out, SLICE_ARRAY(h->journal.key.b));
        pack_bin(out, SLICE_ARRAY(h->journal.incarnation.b));
        pack_uint(out, h->next);
        pack_bin(out, SLICE_ARRAY(h->head.b));
    }
    CHECK(buf_ok(out));
}

// Reads a file's content into heads. False when it is none.
static bool parse(struct slice bytes, bool *by_bundle, struct journal_head heads[static LIMIT_DESTROYED], size_t *n)
{
    struct cursor c = cursor_new(bytes, false);
    cursor_array_of(&c, 2);
    uint64_t way = cursor_uint(&c);
    *n = cursor_array(&c, LIMIT_DESTROYED);
    for (size_t i = 0; i < *n; i++) {
        heads[i] = (struct journal_head){ .branch = 0 };
        cursor_array_of(&c, 4);
        cursor_bin_fixed(&c, heads[i].journal.key.b, sizeof heads[i].journal.key.b);
        cursor_bin_fixed(&c, heads[i].journal.incarnation.b, sizeof heads[i].journal.incarnation.b);
        heads[i].next = cursor_uint(&c);
        cursor_bin_fixed(&c, heads[i].head.b, sizeof heads[i].head.b);
    }
    *by_bundle = way == 2;
    return cursor_done(&c);
}

enum err hub_destroyed_put(const char *dir, const struct hub_destroyed *said, bool *fresh, struct why *why)
{
    struct journal_head heads[LIMIT_DESTROYED];
    struct buf before = buf_new(FILE_BYTES);
    struct buf now = buf_new(FILE_BYTES);
    bool was_bundle = false;
    size_t n = 0;
    char *sites = state_path_in(dir, STATE_HUB_SITES);
    char *path = path_of(dir, said->site);
    enum err e = file_exists(sites) ? OK : file_make_dir(sites, why);
    e = e == ERR_EXISTS ? OK : e;
    make(said, &now);
    const bool there = file_read(path, false, &before, NULL) == OK;
    const bool proved = there && parse(buf_slice(&before), &was_bundle, heads, &n) && !was_bundle;
    const bool changed = !slice_equal(buf_slice(&before), buf_slice(&now)) && !(proved && said->by_bundle);
    if (e == OK && changed) {
        e = file_replace(path, buf_slice(&now), 0600, why);
    }
    if (fresh != NULL) {
        *fresh = e == OK && changed;
    }
    buf_done(&before);
    buf_done(&now);
    free(sites);
    free(path);
    return e;
}

void hub_destroyed_hear(const char *dir, const struct peer_action *a, const struct log *log)
{
    const struct hub_destroyed said = {
        .site = a->user, .count = a->as.destroyed.count, .heads = a->as.destroyed.heads
    };
    bool fresh = false;
    enum err e = hub_destroyed_put(dir, &said, &fresh, NULL);
    if (fresh || e != OK) {
        LOG_WITH(log, LOG_WARN, "hub.keys-destroyed", log_id("peer", SLICE_ARRAY(a->user.b)),
                 log_number("people", said.count), log_err("error", e));
    }
}

static void take_file(const char *dir, const char *name, struct hub_destroyed_list *out)
{
    struct journal_head heads[LIMIT_DESTROYED];
    struct hub_destroyed_row row = { .by_bundle = false };
    struct buf bytes = buf_new(FILE_BYTES);
    size_t n = 0;
    const size_t digits = 2 * sizeof row.site.b;
    if (strlen(name) != digits + sizeof SUFFIX - 1 || strcmp(name + digits, SUFFIX) != 0 ||
        !armor_hex_fixed(slice_of(name, digits), row.site.b, sizeof row.site.b)) {
        return;
    }
    char *path = path_of(dir, row.site);
    if (file_read(path, false, &bytes, NULL) == OK && parse(buf_slice(&bytes), &row.by_bundle, heads, &n)) {
        out->rows = mem_grow(out->rows, out->n + n, sizeof *out->rows);
        for (size_t i = 0; i < n; i++) {
            row.head = heads[i];
            out->rows[out->n++] = row;
        }
    }
    free(path);
    buf_done(&bytes);
}

enum err hub_destroyed_load(const char *dir, struct hub_destroyed_list *out, struct why *why)
{
    char *sites = state_path_in(dir, STATE_HUB_SITES);
    *out = (struct hub_destroyed_list){ .n = 0 };
    enum err e = OK;
    if (file_exists(sites)) {
        DIR *d = opendir(sites);
        if (d == NULL) {
            why_set(why, "%.200s cannot be read", sites);
            e = ERR_IO;
        }
        for (const struct dirent *f = d != NULL ? readdir(d) : NULL; f != NULL; f = readdir(d)) {
            take_file(dir, f->d_name, out);
        }
        if (d != NULL) {
            closedir(d);
        }
    }
    free(sites);
    return e;
}

void hub_destroyed_free(struct hub_destroyed_list *list)
{
    free(list->rows);
    *list = (struct hub_destroyed_list){ .n = 0 };
}

const struct hub_destroyed_row *hub_destroyed_of(const struct hub_destroyed_list *list, const struct roster_member *m)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct hub_destroyed_row *r = &list->rows[i];
        if (m->has_transport && boxkey_equal(r->site, m->transport) && pubkey_equal(r->head.journal.key, m->key)) {
            return r;
        }
    }
    return NULL;
}
