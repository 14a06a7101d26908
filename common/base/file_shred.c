// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Files of keys: what is given up is overwritten first. On a file system that copies on write, and on flash memory, the
// old bytes may outlive that; docs/STORAGE.md says so. Read first: file.h.
#include "common/base/file.h"

#include "common/base/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY 7 // ".XXXXXX", as file_writer_begin names it

static enum err failed(struct why *why, const char *doing, const char *path)
{
    int number = errno;
    why_set(why, "%s %s: %s", doing, path, strerror(number));
    return err_from_errno(number);
}

static enum err overwrite(int fd, const char *path, struct why *why)
{
    static const uint8_t zeros[4096];
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return failed(why, "overwriting", path);
    }
    enum err e = OK;
    for (uint64_t left = (uint64_t)st.st_size; left > 0 && e == OK;) {
        size_t n = left < sizeof zeros ? (size_t)left : sizeof zeros;
        e = file_put(fd, path, slice_of(zeros, n), why);
        left -= n;
    }
    return e == OK && fsync(fd) != 0 ? failed(why, "overwriting", path) : e;
}

enum err file_shred(const char *path, struct why *why)
{
    const int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    int fd = open(path, flags);
    if (fd < 0 && errno == EACCES && fchmodat(AT_FDCWD, path, 0600, AT_SYMLINK_NOFOLLOW) == 0) {
        fd = open(path, flags); // a mode that forbids writing to its owner protects no key
    }
    if (fd < 0) {
        return failed(why, "overwriting", path);
    }
    enum err e = FAULT(KEYS_ONLY_REMOVED) ? OK : overwrite(fd, path, why);
    close(fd);
    if (e == OK && unlink(path) != 0) {
        e = failed(why, "removing", path);
    }
    return e;
}

// True for what a crash may have left of the file called name.
static bool is_left(const char *entry, const char *name, size_t n)
{
    const char *rest = entry + n;
    return strncmp(entry, name, n) == 0 && rest[0] == '.' && (strcmp(rest, FILE_OLD) == 0 || strlen(rest) == TEMPORARY);
}

// A crash before the rename leaves two names of one file, which is the one in use: then only the name goes.
static enum err give_up(const char *left, const char *path, struct why *why)
{
    struct stat one;
    struct stat other;
    if (stat(left, &one) == 0 && stat(path, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino) {
        return unlink(left) == 0 ? OK : failed(why, "removing", left);
    }
    return file_shred(left, why);
}

enum err file_supplanted(const char *path, struct why *why)
{
    char place[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t dir = (size_t)(name - path);
    if (dir + NAME_MAX >= sizeof place) {
        why_set(why, "the path %.60s... is too long", path);
        return ERR_USAGE;
    }
    memcpy(place, dir == 0 ? "." : path, dir == 0 ? 1 : dir);
    place[dir == 0 ? 1 : dir] = '\0';
    DIR *d = opendir(place);
    if (d == NULL) {
        return failed(why, "reading directory", place);
    }
    enum err e = OK;
    for (struct dirent *entry = readdir(d); entry != NULL && e == OK; entry = readdir(d)) {
        if (is_left(entry->d_name, name, strlen(name))) {
            (void)snprintf(place + dir, sizeof place - dir, "%s", entry->d_name);
            e = give_up(place, path, why);
        }
    }
    closedir(d);
    return e;
}

enum err file_supplant(const char *path, struct slice content, unsigned mode, struct why *why)
{
    char old[PATH_MAX];
    enum err e = file_supplanted(path, why);
    if (e == OK && (size_t)snprintf(old, sizeof old, "%s" FILE_OLD, path) >= sizeof old) {
        why_set(why, "the path %.60s... is too long", path);
        e = ERR_USAGE;
    }
    // The old file keeps a name until it is overwritten, so that a crash does not lose it out of sight.
    if (e == OK && link(path, old) != 0 && errno != ENOENT) {
        e = failed(why, "keeping for a moment", path);
    }
    if (e == OK) {
        e = file_replace(path, content, mode, why);
    }
    if (e == OK && file_exists(old)) {
        e = file_shred(old, why);
    }
    return e;
}
