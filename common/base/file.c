// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Whole small files. Only write, fsync, rename and fsync of the directory, in this order, outlive a power cut.
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err failed(struct why *why, const char *doing, const char *path)
{
    int number = errno;
    why_set(why, "%s %s: %s", doing, path, strerror(number));
    return err_from_errno(number);
}

enum err file_open(const char *path, bool follow, int *fd, uint64_t *size, struct why *why)
{
    // O_NONBLOCK: opening a FIFO must not hang before fstat can refuse it.
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
    if (opened < 0) {
        return failed(why, "opening", path);
    }
    struct stat st;
    enum err e = OK;
    if (fstat(opened, &st) != 0) {
        e = failed(why, "reading", path);
    } else if (!S_ISREG(st.st_mode)) {
        why_set(why, "%s is not an ordinary file", path);
        e = ERR_BAD_INPUT;
    }
    if (e != OK) {
        close(opened);
        return e;
    }
    *fd = opened;
    *size = (uint64_t)st.st_size;
    return OK;
}

enum err file_next(int fd, const char *path, uint8_t *p, size_t room, size_t *n, struct why *why)
{
    ssize_t got = -1;
    do {
        got = read(fd, p, room);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return failed(why, "reading", path);
    }
    *n = (size_t)got;
    return OK;
}

static enum err read_all(int fd, const char *path, uint64_t size, struct buf *out, struct why *why)
{
    if (size > out->max) {
        why_set(why, "%s has %llu bytes, more than the %zu allowed", path, (unsigned long long)size, out->max);
        return ERR_TOO_BIG;
    }
    for (;;) {
        uint8_t block[65536];
        size_t n = 0;
        enum err e = file_next(fd, path, block, sizeof block, &n, why);
        if (e != OK || n == 0) {
            return e;
        }
        buf_put(out, slice_of(block, n));
        if (!buf_ok(out)) {
            why_set(why, "%s grew beyond the %zu bytes allowed", path, out->max);
            return ERR_TOO_BIG;
        }
    }
}

enum err file_read(const char *path, bool follow, struct buf *out, struct why *why)
{
    CHECK(out->n == 0);
    int fd = -1;
    uint64_t size = 0;
    enum err e = file_open(path, follow, &fd, &size, why);
    if (e != OK) {
        return e;
    }
    e = read_all(fd, path, size, out, why);
    close(fd);
    if (e != OK) {
        buf_reset(out);
    }
    return e;
}

static enum err write_all(int fd, struct slice content)
{
    while (content.n > 0) {
        ssize_t n = write(fd, content.p, content.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return err_from_errno(errno);
        }
        content = slice_of(content.p + n, content.n - (size_t)n);
    }
    return OK;
}

static enum err sync_parent(const char *path, struct why *why)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);
    if (slash == NULL) {
        return file_sync_dir(".", why);
    }
    if (n == 0) {
        return file_sync_dir("/", why);
    }
    CHECK(n < sizeof parent);
    memcpy(parent, path, n);
    parent[n] = '\0';
    return file_sync_dir(parent, why);
}

enum err file_sync_dir(const char *path, struct why *why)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return failed(why, "opening directory", path);
    }
    enum err e = fsync(fd) == 0 ? OK : failed(why, "syncing directory", path);
    close(fd);
    return e;
}

enum err file_replace(const char *path, struct slice content, unsigned mode, struct why *why)
{
    char temporary[PATH_MAX];
    int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (length < 0 || (size_t)length >= sizeof temporary) {
        why_set(why, "the path %.60s... is too long", path);
        return ERR_USAGE;
    }
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        return failed(why, "making a file beside", path);
    }
    enum err e = write_all(fd, content);
    if (e == OK && (fchmod(fd, (mode_t)mode) != 0 || fsync(fd) != 0)) {
        e = err_from_errno(errno);
    }
    if (close(fd) != 0 && e == OK) {
        e = err_from_errno(errno);
    }
    if (e == OK && rename(temporary, path) != 0) {
        e = err_from_errno(errno);
    }
    if (e != OK) {
        why_set(why, "writing %s: %s", path, err_text(e));
        unlink(temporary);
        return e;
    }
    return sync_parent(path, why);
}

enum err file_make_dir(const char *path, struct why *why)
{
    if (mkdir(path, 0700) != 0) {
        return failed(why, "making directory", path);
    }
    return sync_parent(path, why);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
