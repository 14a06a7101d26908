// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// State directories: made beside their place and renamed, so that a power cut leaves none or a whole one.
// It must never follow what it finds into other directories. Read first: state.h.
#include "common/author/state.h"

#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/format/invitation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_TEXT 65 // 64 hex digits and a newline
#define REMOVE_FILES 16

struct state {
    char *dir;
    struct buf note;
    struct charter charter;
    struct store_info info;
    struct kv *kv;
    struct stat charter_file, store_file; // as they were opened
    struct state_rest rest;
};

void state_rest_set(struct state *s, const struct state_rest *rest)
{
    s->rest = *rest;
}

struct state_rest state_rest(const struct state *s)
{
    return s->rest;
}

char *state_path_in(const char *dir, const char *name)
{
    size_t n = strlen(dir) + 1 + strlen(name) + 1;
    char *path = mem_new(n);
    (void)snprintf(path, n, "%s/%s", dir, name);
    return path;
}

char *state_path(const struct state *s, const char *name)
{
    return state_path_in(s->dir, name);
}

// A copy of dir without slashes at its end.
static char *plain_dir(const char *dir)
{
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/') {
        n--;
    }
    char *copy = mem_new(n + 1);
    memcpy(copy, dir, n);
    return copy;
}

static bool dir_is_empty(const char *path)
{
    DIR *d = opendir(path);
    if (d == NULL) {
        return false;
    }
    bool empty = true;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        empty = empty && (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
    }
    closedir(d);
    return empty;
}

// Makes the directories above path that are missing.
static enum err make_parents(const char *path, struct why *why)
{
    char *copy = plain_dir(path);
    enum err e = OK;
    for (char *slash = strchr(copy + 1, '/'); slash != NULL && e == OK; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!file_exists(copy)) {
            e = file_make_dir(copy, why);
            e = e == ERR_EXISTS ? OK : e; // somebody else made it just now
        }
        *slash = '/';
    }
    free(copy);
    return e;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void state_make_abort(struct state_making *m)
{
    if (m->dir != NULL) {
        (void)nftw(m->dir, remove_one, REMOVE_FILES, FTW_DEPTH | FTW_PHYS);
    }
    free(m->dir);
    free(m->final);
    *m = (struct state_making){ NULL, NULL };
}

static enum err refuse_existing(const char *dir, struct why *why)
{
    why_set(why, "%s exists already and is not empty: nothing was changed; name another directory", dir);
    return ERR_EXISTS;
}

// Fills the new directory with what every state has.
static enum err make_content(enum store_side side, const struct state_making *m, const struct charter *charter,
                             struct slice note, unsigned flags, struct why *why)
{
    char *keys = state_path_in(m->dir, "keys");
    char *store = state_path_in(m->dir, STATE_STORE);
    enum err e = file_make_dir(keys, why);
    if (e == OK) {
        e = state_make_file(m, STATE_CHARTER, note, why);
    }
    if (e == OK) {
        e = store_create(store, side, charter->id, flags, why);
    }
    if (e == OK && side == STORE_NODE) {
        struct symkey cover = symkey_new();
        e = state_make_secret(m, STATE_OUTBOX, cover.b, why);
        mem_wipe(&cover, sizeof cover);
    }
    free(keys);
    free(store);
    return e;
}

enum err state_make_begin(enum store_side side, const char *dir, struct slice charter_note, unsigned flags,
                          struct state_making *out, struct why *why)
{
    struct charter charter;
    if (charter_verify(charter_note, &charter, why) != VERDICT_GOOD) {
        return ERR_BAD_INPUT;
    }
    struct state_making m = { .final = plain_dir(dir) };
    if (file_exists(m.final) && !dir_is_empty(m.final)) {
        enum err e = refuse_existing(m.final, why);
        free(m.final);
        return e;
    }
    enum err e = make_parents(m.final, why);
    if (e != OK) {
        goto out;
    }
    size_t n = strlen(m.final) + sizeof ".new-XXXXXX";
    m.dir = mem_new(n);
    (void)snprintf(m.dir, n, "%s.new-XXXXXX", m.final);
    if (mkdtemp(m.dir) == NULL) {
        why_set(why, "making a directory beside %s: %s", m.final, strerror(errno));
        e = err_from_errno(errno);
        free(m.dir);
        m.dir = NULL;
        goto out;
    }
    e = make_content(side, &m, &charter, charter_note, flags, why);
out:
    if (e != OK) {
        state_make_abort(&m);
        return e;
    }
    *out = m;
    return OK;
}

enum err state_make_file(const struct state_making *m, const char *name, struct slice content, struct why *why)
{
    char *path = state_path_in(m->dir, name);
    enum err e = file_replace(path, content, 0600, why);
    free(path);
    return e;
}

enum err state_make_secret(const struct state_making *m, const char *name, const uint8_t secret[static 32],
                           struct why *why)
{
    struct buf text = buf_new(SECRET_TEXT);
    armor_put_hex(&text, slice_of(secret, 32));
    buf_put_text(&text, "\n");
    enum err e = state_make_file(m, name, buf_slice(&text), why);
    buf_wipe(&text);
    buf_done(&text);
    return e;
}

enum err state_make_commit(struct state_making *m, struct why *why)
{
    enum err e = file_sync_dir(m->dir, why);
    if (e == OK && rename(m->dir, m->final) != 0) {
        int number = errno;
        why_set(why, "putting %s in its place: %s", m->final, strerror(number));
        e = number == ENOTEMPTY || number == EEXIST ? refuse_existing(m->final, why) : err_from_errno(number);
    }
    if (e != OK) {
        state_make_abort(m);
        return e;
    }
    char *parent = plain_dir(m->final);
    char *slash = strrchr(parent, '/');
    if (slash == NULL) {
        e = file_sync_dir(".", why);
    } else {
        slash[slash == parent] = '\0';
        e = file_sync_dir(parent, why);
    }
    free(parent);
    free(m->dir);
    free(m->final);
    *m = (struct state_making){ NULL, NULL };
    return e;
}

static enum err check_private(const char *path, const struct stat *st, struct why *why)
{
    if ((st->st_mode & 077) != 0) {
        why_set(why, "other users can read %s, which holds keys: run chmod go-rwx on it, and consider them seen", path);
        return ERR_PERM;
    }
    return OK;
}

static enum err check_dir(const char *dir, struct why *why)
{
    char *charter = state_path_in(dir, STATE_CHARTER);
    struct stat st;
    enum err e = OK;
    if (stat(dir, &st) != 0 || !file_exists(charter)) {
        why_set(why, "%s is no state directory: join with an invitation (baraza join FILE), found a consultation "
                     "(baraza hub init), or name one with --state", dir);
        e = ERR_NOT_FOUND;
    } else {
        e = check_private(dir, &st, why);
    }
    free(charter);
    return e;
}

static enum err load_charter(struct state *s, struct why *why)
{
    char *path = state_path(s, STATE_CHARTER);
    enum err e = file_read(path, false, &s->note, why);
    if (e == OK && charter_verify(buf_slice(&s->note), &s->charter, NULL) != VERDICT_GOOD) {
        why_set(why, "%s is damaged: fetch the charter again and compare its fingerprint", path);
        e = ERR_CORRUPT;
    }
    free(path);
    return e;
}

static enum err load_store(struct state *s, unsigned flags, struct why *why)
{
    char *path = state_path(s, STATE_STORE);
    enum err e = store_open(path, flags, 0, &s->kv, &s->info, why);
    if (e == OK && !hash_equal(s->info.consultation, s->charter.id)) {
        why_set(why, "the store in %s belongs to another consultation than its charter", s->dir);
        e = ERR_CORRUPT;
    }
    free(path);
    return e;
}

// Which files are at the state's place now. False when they are not there.
static bool look(const struct state *s, struct stat *charter, struct stat *store)
{
    char *charter_path = state_path(s, STATE_CHARTER);
    char *store_path = state_path(s, STATE_STORE "/data.mdb");
    const bool there = stat(charter_path, charter) == 0 && stat(store_path, store) == 0;
    free(charter_path);
    free(store_path);
    return there;
}

enum err state_open(const char *dir, unsigned flags, struct state **out, struct why *why)
{
    struct state *s = mem_new(sizeof *s);
    s->dir = plain_dir(dir);
    s->note = buf_new(LIMIT_CHARTER_BYTES);
    enum err e = check_dir(s->dir, why);
    if (e == OK) {
        e = load_charter(s, why);
    }
    if (e == OK) {
        e = load_store(s, flags, why);
    }
    if (e == OK && !look(s, &s->charter_file, &s->store_file)) {
        why_set(why, "%.200s disappeared while it was opened", s->dir);
        e = ERR_NOT_FOUND;
    }
    if (e != OK) {
        state_close(s);
        return e;
    }
    *out = s;
    return OK;
}

enum err state_there(const struct state *s, struct why *why)
{
    struct stat charter;
    struct stat store;
    if (look(s, &charter, &store) && charter.st_ino == s->charter_file.st_ino &&
        charter.st_dev == s->charter_file.st_dev && store.st_ino == s->store_file.st_ino &&
        store.st_dev == s->store_file.st_dev) {
        return OK;
    }
    why_set(why, "%.200s was removed, or another state put in its place: this program ends", s->dir);
    return ERR_NOT_FOUND;
}

void state_close(struct state *s)
{
    if (s == NULL) {
        return;
    }
    kv_close(s->kv);
    buf_done(&s->note);
    free(s->dir);
    free(s);
}

const char *state_dir(const struct state *s)
{
    return s->dir;
}

const struct charter *state_charter(const struct state *s)
{
    return &s->charter;
}

struct slice state_charter_note(const struct state *s)
{
    return buf_slice(&s->note);
}

const struct store_info *state_info(const struct state *s)
{
    return &s->info;
}

struct kv *state_kv(const struct state *s)
{
    return s->kv;
}

enum err state_secret_load(const char *dir, const char *name, uint8_t out[static 32], struct why *why)
{
    char *path = state_path_in(dir, name);
    struct buf text = buf_new(SECRET_TEXT);
    struct stat st;
    enum err e = file_read(path, false, &text, why);
    if (e == OK && stat(path, &st) == 0) {
        e = check_private(path, &st, why);
    }
    if (e == OK && (text.n != SECRET_TEXT || text.p[SECRET_TEXT - 1] != '\n' ||
                    !armor_hex_fixed(slice_of(text.p, SECRET_TEXT - 1), out, 32))) {
        why_set(why, "%s is damaged: 64 hex digits and a line end are expected; restore it from a backup", path);
        e = ERR_CORRUPT;
    }
    buf_wipe(&text);
    buf_done(&text);
    free(path);
    return e;
}

static enum err load_invited(const struct state *s, const char *path, struct state_transport *out, struct why *why)
{
    struct buf text = buf_new(LIMIT_INVITATION_BYTES);
    struct buf store = buf_new(LIMIT_INVITATION_BYTES);
    struct invitation inv;
    enum err e = file_read(path, false, &text, why);
    if (e == OK &&
        (!invitation_parse(buf_slice(&text), &store, &inv, why) || !hash_equal(inv.charter, s->charter.id))) {
        why_set(why, "%s is damaged, or an invitation elsewhere", path);
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        invitation_curve_key(&inv, &out->invited_pub, &out->invited_sec);
        out->hub = inv.hub;
        out->invited = true;
    }
    buf_wipe(&text);
    buf_wipe(&store);
    buf_done(&text);
    buf_done(&store);
    return e;
}

enum err state_transport_load(const struct state *s, struct state_transport *out, struct why *why)
{
    struct state_transport t = { .invited = false };
    enum err e = state_secret_load(s->dir, STATE_TRANSPORT, t.sec.b, why);
    if (e != OK) {
        return e;
    }
    t.pub = box_public(&t.sec);
    char *path = state_path(s, STATE_INVITATION);
    if (file_exists(path)) {
        e = load_invited(s, path, &t, why);
    }
    free(path);
    if (e == OK) {
        *out = t;
    }
    mem_wipe(&t, sizeof t);
    return e;
}

void state_cover_load(const struct state *s, struct outbox_cover *out)
{
    char *path = state_path(s, STATE_OUTBOX);
    *out = (struct outbox_cover){ .n = 0 };
    if (outbox_cover_load(path, out, NULL) != OK) {
        outbox_cover_done(out);
    }
    free(path);
}
