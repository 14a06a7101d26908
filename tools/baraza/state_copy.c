// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Files and folders of a state. Read first: state_copy.h.
#include "tools/baraza/state_copy.h"

#include "common/author/state.h"
#include "common/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH 3 // folders in folders of a state
#define PIECE 65536u

static enum err copy_file(const char *from, const char *to, struct why *why)
{
    struct file_writer w;
    int fd = -1;
    uint64_t size = 0;
    size_t n = 1;
    enum err e = file_open(from, false, &fd, &size, why);
    if (e != OK) {
        return e;
    }
    e = file_writer_begin(to, &w, why);
    if (e != OK) {
        close(fd);
        return e;
    }
    uint8_t *piece = mem_new(PIECE);
    while (e == OK && n > 0) {
        e = file_next(fd, from, piece, PIECE, &n, why);
        if (e == OK && n > 0) {
            e = file_writer_put(&w, slice_of(piece, n), why);
        }
    }
    mem_wipe(piece, PIECE); // it may have been a key
    free(piece);
    close(fd);
    if (e != OK) {
        file_writer_abort(&w);
        return e;
    }
    return file_writer_commit(&w, 0600, why);
}

// What is copied, and where it lies in the state.
struct copying {
    size_t root;                // bytes of the path of the state, with the slash behind it
    const char *const *without;
};

// path: of a file or folder called name.
static bool is_left_out(const struct copying *c, const char *path, const char *name)
{
    static const char *const of_programs[] = { STATE_STORE, STATE_LOCK, STATE_HUB_ENDPOINT, STATE_AGENT };
    const size_t n = strlen(name);
    const char *place = path + c->root;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || (n > 5 && strcmp(name + n - 5, ".lock") == 0)) {
        return true;
    }
    bool out = false;
    for (size_t i = 0; i < sizeof of_programs / sizeof of_programs[0]; i++) {
        out = out || strcmp(place, of_programs[i]) == 0;
    }
    for (size_t i = 0; c->without[i] != NULL; i++) {
        out = out || strcmp(place, c->without[i]) == 0;
    }
    return out;
}

static enum err copy_dir(const struct copying *c, const char *from, const char *to, unsigned depth, struct why *why);

static enum err copy_one(const struct copying *c, const char *from, const char *to, unsigned depth, struct why *why)
{
    struct stat st;
    if (lstat(from, &st) != 0) {
        return errno == ENOENT ? OK : err_from_errno(errno); // a temporary file of a program that runs
    }
    if (S_ISREG(st.st_mode)) {
        enum err e = copy_file(from, to, why);
        return e == ERR_NOT_FOUND ? OK : e;
    }
    if (!S_ISDIR(st.st_mode) || depth == DEPTH) {
        return OK;
    }
    enum err e = file_make_dir(to, why);
    return e == OK || e == ERR_EXISTS ? copy_dir(c, from, to, depth, why) : e;
}

static enum err copy_dir(const struct copying *c, const char *from, const char *to, unsigned depth, struct why *why)
{
    DIR *d = opendir(from);
    enum err e = OK;
    if (d == NULL) {
        why_set(why, "opening %s: %s", from, strerror(errno));
        return err_from_errno(errno);
    }
    for (struct dirent *entry = readdir(d); entry != NULL && e == OK; entry = readdir(d)) {
        char *a = state_path_in(from, entry->d_name);
        char *b = state_path_in(to, entry->d_name);
        e = is_left_out(c, a, entry->d_name) ? OK : copy_one(c, a, b, depth + 1, why);
        free(a);
        free(b);
    }
    closedir(d);
    return e == OK ? file_sync_dir(to, why) : e;
}

enum err state_copy(const char *from, const char *to, const char *const *without, struct why *why)
{
    const struct copying c = { .root = strlen(from) + 1, .without = without };
    return copy_dir(&c, from, to, 0, why);
}
