// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Whole small files. Only write, fsync, rename and fsync of the directory, in this order, outlive a power cut.
#include "common/base/file.h"

#include "common/base/fault.h"

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

enum err file_put(int fd, const char *name, struct slice bytes, struct why *why)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return failed(why, "writing", name);
        }
        bytes = slice_of(bytes.p + n, bytes.n - (size_t)n);
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

static void writer_free(struct file_writer *w)
{
    free(w->path);
    free(w->temporary);
    *w = (struct file_writer){ .fd = -1 };
}

enum err file_writer_begin(const char *path, struct file_writer *out, struct why *why)
{
    const size_t n = strlen(path);
    if (n + sizeof ".XXXXXX" > PATH_MAX) {
        why_set(why, "the path %.60s... is too long", path);
        return ERR_USAGE;
    }
    struct file_writer w = { .path = mem_new(n + 1), .temporary = mem_new(n + sizeof ".XXXXXX") };
    memcpy(w.path, path, n);
    memcpy(w.temporary, path, n);
    memcpy(w.temporary + n, ".XXXXXX", sizeof ".XXXXXX");
    w.fd = mkostemp(w.temporary, O_CLOEXEC);
    if (w.fd < 0) {
        enum err e = failed(why, "making a file beside", path);
        writer_free(&w);
        return e;
    }
    *out = w;
    return OK;
}

enum err file_writer_put(struct file_writer *w, struct slice bytes, struct why *why)
{
    return file_put(w->fd, w->path, bytes, why);
}

// Gives the file its name where none is yet. File systems that cannot do that in one step are asked first.
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    if (file_exists(to)) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

static enum err commit(struct file_writer *w, unsigned mode, bool fresh, struct why *why)
{
    enum err e = OK;
    if (fchmod(w->fd, (mode_t)mode) != 0 || (!FAULT(FILE_NOT_SYNCED) && fsync(w->fd) != 0)) {
        e = failed(why, "writing", w->path);
    }
    if (close(w->fd) != 0 && e == OK) {
        e = failed(why, "writing", w->path);
    }
    w->fd = -1;
    if (e == OK && (fresh ? rename_new(w->temporary, w->path) : rename(w->temporary, w->path)) != 0) {
        e = failed(why, "writing", w->path);
    }
    if (e == OK) {
        e = sync_parent(w->path, why);
    } else {
        unlink(w->temporary);
    }
    writer_free(w);
    return e;
}

enum err file_writer_commit(struct file_writer *w, unsigned mode, struct why *why)
{
    return commit(w, mode, false, why);
}

enum err file_writer_commit_new(struct file_writer *w, unsigned mode, struct why *why)
{
    return commit(w, mode, true, why);
}

void file_writer_abort(struct file_writer *w)
{
    if (w->temporary != NULL) {
        close(w->fd);
        unlink(w->temporary);
    }
    writer_free(w);
}

static enum err write_whole(const char *path, struct slice content, unsigned mode, bool fresh, struct why *why)
{
    struct file_writer w = { .fd = -1 };
    enum err e = file_writer_begin(path, &w, why);
    if (e == OK) {
        e = file_writer_put(&w, content, why);
    }
    if (e == OK) {
        return commit(&w, mode, fresh, why);
    }
    file_writer_abort(&w);
    return e;
}

enum err file_replace(const char *path, struct slice content, unsigned mode, struct why *why)
{
    return write_whole(path, content, mode, false, why);
}

enum err file_create(const char *path, struct slice content, unsigned mode, struct why *why)
{
    return write_whole(path, content, mode, true, why);
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
