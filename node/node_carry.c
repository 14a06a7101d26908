// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One file a bundle; its name says all that has to be known: site, state, and the beginning of the bundle's name.
// Read first: node_carry.h.
#include "node/node_carry.h"

#include "common/author/state.h"
#include "common/base/file.h"
#include "common/format/armor.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SITE_DIGITS 64
#define ID_DIGITS 16
#define SUFFIX ".bundle"
#define NAME_BYTES (SITE_DIGITS + 3 + ID_DIGITS + sizeof SUFFIX - 1) // SITE-u-ID.bundle
#define DONE NODE_CARRY_DIR "/done" // 8 bytes each, the latest last
#define ANSWERS 2 // kept for one site: a late stick may bring an older one than the network did

// --- names ---

static bool parse_name(const char *name, struct node_carried *out)
{
    struct node_carried c;
    const char *id = name + SITE_DIGITS + 3;
    if (strlen(name) != NAME_BYTES || name[SITE_DIGITS] != '-' || name[SITE_DIGITS + 2] != '-' ||
        strcmp(id + ID_DIGITS, SUFFIX) != 0) {
        return false;
    }
    const char state = name[SITE_DIGITS + 1];
    if ((state != CARRY_UP && state != CARRY_SENT && state != CARRY_DOWN) ||
        !armor_hex_fixed(slice_of(name, SITE_DIGITS), c.site.b, sizeof c.site.b) ||
        !armor_hex_fixed(slice_of(id, ID_DIGITS), c.id, sizeof c.id)) {
        return false;
    }
    c.state = (enum node_carry_state)state;
    c.bytes = 0;
    c.since_ns = 0;
    *out = c;
    return true;
}

char *node_carry_path(const char *dir, const struct node_carried *c)
{
    struct buf name = buf_new(256);
    buf_put_text(&name, NODE_CARRY_DIR "/");
    armor_put_hex(&name, SLICE_ARRAY(c->site.b));
    buf_printf(&name, "-%c-", (char)c->state);
    armor_put_hex(&name, SLICE_ARRAY(c->id));
    buf_put_text(&name, SUFFIX);
    buf_put_u8(&name, 0);
    CHECK(buf_ok(&name));
    char *path = state_path_in(dir, (const char *)name.p);
    buf_done(&name);
    return path;
}

// --- what is here ---

static int by_age(const void *a, const void *b)
{
    const struct node_carried *x = a;
    const struct node_carried *y = b;
    const int order = (x->since_ns > y->since_ns) - (x->since_ns < y->since_ns);
    return order != 0 ? order : memcmp(x->id, y->id, sizeof x->id);
}

static void look_at(const char *dir, const char *name, struct node_carry *out)
{
    struct stat st;
    struct node_carried c;
    if (out->n == LIMIT_CARRIED || !parse_name(name, &c)) {
        return;
    }
    char *path = node_carry_path(dir, &c);
    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        c.bytes = (uint64_t)st.st_size;
        c.since_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
        out->bytes += c.bytes;
        out->items[out->n++] = c;
    }
    free(path);
}

// The list of what has gone; one that is damaged is as good as none.
static void read_done(const char *dir, struct node_carry *out)
{
    char *path = state_path_in(dir, DONE);
    struct buf all = buf_over((uint8_t *)out->done, sizeof out->done);
    if (file_read(path, false, &all, NULL) == OK) {
        out->done_count = all.n / sizeof out->done[0];
    }
    free(path);
}

enum err node_carry_read(const char *dir, struct node_carry *out, struct why *why)
{
    char *path = state_path_in(dir, NODE_CARRY_DIR);
    DIR *folder = opendir(path);
    const int number = errno;
    enum err e = OK;
    *out = (struct node_carry){ .n = 0 };
    if (folder == NULL && number != ENOENT) {
        why_set(why, "reading %s: %s", path, strerror(number));
        e = err_from_errno(number);
    }
    for (struct dirent *d = folder == NULL ? NULL : readdir(folder); d != NULL; d = readdir(folder)) {
        look_at(dir, d->d_name, out);
    }
    if (folder != NULL) {
        closedir(folder);
    }
    qsort(out->items, out->n, sizeof out->items[0], by_age);
    if (folder != NULL) {
        read_done(dir, out);
    }
    free(path);
    return e;
}

enum err node_carry_make(const char *dir, struct why *why)
{
    char *path = state_path_in(dir, NODE_CARRY_DIR);
    enum err e = file_exists(path) ? OK : file_make_dir(path, why);
    free(path);
    return e == ERR_EXISTS ? OK : e;
}

// --- what is kept ---

enum node_carry_fate node_carry_judge(const struct node_carry *c, struct boxkey own, const struct bundle_label *label,
                                      uint64_t bytes, struct node_carried *as)
{
    const bool down = label->way == BUNDLE_DOWN;
    size_t of_site = 0;
    *as = (struct node_carried){ .state = down ? CARRY_DOWN : CARRY_UP, .site = label->site, .bytes = bytes };
    memcpy(as->id, label->whole.b, sizeof as->id);
    if (boxkey_equal(label->site, own)) {
        return CARRY_NOT;
    }
    for (size_t i = 0; i < c->done_count; i++) {
        if (memcmp(c->done[i], as->id, sizeof as->id) == 0) {
            return CARRY_KNOWN;
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        const struct node_carried *have = &c->items[i];
        if (boxkey_equal(have->site, label->site)) {
            of_site++;
            if (memcmp(have->id, as->id, sizeof as->id) == 0) {
                return CARRY_KNOWN;
            }
        }
    }
    if (down && of_site == 0) {
        return CARRY_NOT;
    }
    // What comes for a site that is known here may take the place of what it makes superfluous.
    const bool room = c->n < LIMIT_CARRIED - 1 || (of_site > 0 && c->n < LIMIT_CARRIED);
    return room && bytes <= LIMIT_CARRIED_BYTES && c->bytes <= LIMIT_CARRIED_BYTES - bytes ? CARRY_KEEP
                                                                                            : CARRY_NO_ROOM;
}

void node_carry_settle(const char *dir, struct boxkey site)
{
    struct node_carry all;
    size_t ups = 0;
    size_t answers = 0;
    if (node_carry_read(dir, &all, NULL) != OK) {
        return;
    }
    for (size_t i = all.n; i-- > 0;) { // the latest first
        const struct node_carried *c = &all.items[i];
        if (!boxkey_equal(c->site, site)) {
            continue;
        }
        const bool up = c->state != CARRY_DOWN;
        const bool superfluous = up ? ++ups > LIMIT_CARRIED_SITE || (c->state == CARRY_SENT && answers > 0)
                                    : ++answers > ANSWERS;
        if (superfluous) {
            node_carry_done(dir, c);
        }
    }
}

void node_carry_sent(const char *dir, const struct node_carried *c)
{
    struct node_carried sent = *c;
    if (c->state != CARRY_UP) {
        return;
    }
    sent.state = CARRY_SENT;
    char *from = node_carry_path(dir, c);
    char *to = node_carry_path(dir, &sent);
    (void)rename(from, to); // if it fails it is only kept for longer
    free(from);
    free(to);
}

void node_carry_drop(const char *dir, const struct node_carried *c)
{
    char *path = node_carry_path(dir, c);
    (void)unlink(path);
    free(path);
}

void node_carry_done(const char *dir, const struct node_carried *c)
{
    struct node_carry all = { .n = 0 };
    struct buf list = buf_new(sizeof all.done);
    char *path = state_path_in(dir, DONE);
    read_done(dir, &all);
    const size_t skip = all.done_count == NODE_CARRY_DONE ? 1 : 0;
    buf_put(&list, slice_of(all.done[skip], (all.done_count - skip) * sizeof all.done[0]));
    buf_put(&list, SLICE_ARRAY(c->id));
    if (file_replace(path, buf_slice(&list), 0600, NULL) == OK) {
        node_carry_drop(dir, c);
    }
    buf_done(&list);
    free(path);
}
