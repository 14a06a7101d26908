// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// In and out go through the same judging as any bundle: a confined process reads it all, then it is copied, read back
// and named. Read first: carry.h.
#include "tools/baraza/carry.h"

#include "common/format/armor.h"

#include <stdlib.h>
#include <sys/stat.h>

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

// "FOLDER/relayed-4f2a91c0-0123456789abcdef.bundle": the same each time, so that one stick holds it once. Gives.
static char *name_on_stick(const char *folder, const struct node_carried *c)
{
    struct buf path = buf_new(8192);
    buf_printf(&path, "%s/relayed-", folder);
    armor_put_hex(&path, slice_of(c->site.b, 4));
    buf_put_u8(&path, '-');
    armor_put_hex(&path, SLICE_ARRAY(c->id));
    buf_put_text(&path, BUNDLE_SUFFIX);
    buf_put_u8(&path, 0);
    return (char *)path.p;
}

static enum err give(const struct carry_site *site, const char *folder, const struct node_carried *c,
                     struct carry_given *out, struct why *why)
{
    const struct bundle_expect expect = courier(site);
    struct bundle_file *f = NULL;
    enum bundle_fault fault = BUNDLE_FINE;
    char *from = node_carry_path(site->state, c);
    char *to = name_on_stick(folder, c);
    enum err e = OK;
    if (size_of(to) == c->bytes) {
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
