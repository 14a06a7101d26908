// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// In and out go through the same judging as any bundle: a confined process reads it all, then it is copied, read back
// and named. Read first: carry.h.
#include "node/desk/carry.h"

#include "common/base/file.h"
#include "common/format/armor.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 65536u
#define NAMES_TRIED 9

static struct bundle_expect courier(const struct carry_site *site)
{
    struct bundle_expect expect = { .consultation = site->consultation };
    bundle_expect_keys(&expect, site->keys);
    return expect;
}

static uint64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static enum err keep(const struct carry_site *site, struct bundle_file *f, const struct node_carried *as,
                     struct why *why)
{
    char *path = node_carry_path(site->state, as);
    enum err e = node_carry_make(site->state, why);
    if (e == OK) {
        e = bundle_file_copy(f, path, why);
    }
    if (e == OK) {
        node_carry_settle(site->state, as->site);
    }
    free(path);
    return e;
}

enum err carry_take(const struct carry_site *site, const char *path, struct carry_taken *out, struct why *why)
{
    const struct bundle_expect expect = courier(site);
    struct bundle_file *f = NULL;
    struct node_carry all;
    struct node_carried as;
    *out = (struct carry_taken){ .fate = CARRY_NOT };
    enum err e = bundle_file_open(path, site->state, &expect, &f, &out->fault, why);
    if (e != OK || out->fault != BUNDLE_FINE) {
        return e;
    }
    e = bundle_file_label(f, &out->label, why);
    if (e == OK) {
        e = node_carry_read(site->state, &all, why);
    }
    if (e == OK) {
        out->fate = node_carry_judge(&all, site->own, &out->label, size_of(path), &as);
    }
    if (e == OK && out->fate == CARRY_KEEP) {
        e = keep(site, f, &as, why);
    }
    bundle_file_close(f);
    return e;
}

// "FOLDER/relayed-4f2a91c0-0123456789abcdef.bundle": the same each time, so that one stick holds it once; with "-1" and
// so on behind it where that name is something else's. Gives.
static char *name_on_stick(const char *folder, const struct node_carried *c, unsigned again)
{
    struct buf path = buf_new(8192);
    buf_printf(&path, "%s/relayed-", folder);
    armor_put_hex(&path, slice_of(c->site.b, 4));
    buf_put_u8(&path, '-');
    armor_put_hex(&path, SLICE_ARRAY(c->id));
    if (again > 0) {
        buf_printf(&path, "-%u", again);
    }
    buf_put_text(&path, BUNDLE_SUFFIX);
    buf_put_u8(&path, 0);
    return (char *)path.p;
}

// True when both are plain files with the same bytes. That something has the right name and size is no proof: a stick
// that was pulled out, or that fails, may hold zeros.
static bool same_files(const char *one, const char *other)
{
    const char *const paths[2] = { one, other };
    uint8_t *blocks = mem_new(2 * (size_t)BLOCK_BYTES);
    int fds[2] = { -1, -1 };
    uint64_t sizes[2] = { 0, 0 };
    size_t n[2] = { 0, 0 };
    bool same = file_open(one, false, &fds[0], &sizes[0], NULL) == OK &&
                file_open(other, false, &fds[1], &sizes[1], NULL) == OK && sizes[0] == sizes[1];
    for (bool more = same; same && more;) {
        for (size_t i = 0; i < 2; i++) {
            uint8_t *p = blocks + i * BLOCK_BYTES;
            same = same && file_next(fds[i], paths[i], p, BLOCK_BYTES, &n[i], NULL) == OK;
        }
        same = same && n[0] == n[1] && memcmp(blocks, blocks + BLOCK_BYTES, n[0]) == 0;
        more = n[0] > 0;
    }
    for (size_t i = 0; i < 2; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    free(blocks);
    return same;
}

// The name under which it is to be written; NULL when it is on the stick already, whole. Gives.
static char *free_name(const char *folder, const struct node_carried *c, const char *from)
{
    for (unsigned again = 0;; again++) {
        char *to = name_on_stick(folder, c, again);
        struct stat st;
        if (again == NAMES_TRIED || lstat(to, &st) != 0) {
            return to;
        }
        const bool there = same_files(from, to);
        free(to);
        if (there) {
            return NULL;
        }
    }
}

static enum err give(const struct carry_site *site, const char *folder, const struct node_carried *c,
                     struct carry_given *out, struct why *why)
{
    const struct bundle_expect expect = courier(site);
    struct bundle_file *f = NULL;
    enum bundle_fault fault = BUNDLE_FINE;
    char *from = node_carry_path(site->state, c);
    char *to = free_name(folder, c, from);
    enum err e = OK;
    if (to == NULL) {
        out->there++;
        node_carry_sent(site->state, c);
        goto out;
    }
    e = bundle_file_open(from, site->state, &expect, &f, &fault, why);
    if (e == OK && fault != BUNDLE_FINE) {
        out->damaged++; // whoever made it has it still
        node_carry_drop(site->state, c);
    } else if (e == OK) {
        e = bundle_file_copy(f, to, why);
        out->given += e == OK;
        if (e == OK) {
            node_carry_sent(site->state, c);
        }
    }
out:
    bundle_file_close(f);
    free(from);
    free(to);
    return e;
}

enum err carry_give(const struct carry_site *site, const char *folder, struct carry_given *out, struct why *why)
{
    struct node_carry all;
    *out = (struct carry_given){ .given = 0 };
    enum err e = node_carry_read(site->state, &all, why);
    for (size_t i = 0; i < all.n && e == OK; i++) {
        e = give(site, folder, &all.items[i], out, why);
    }
    return e;
}
