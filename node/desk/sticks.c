// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sticks by /proc/self/mountinfo. Read first: sticks.h; proc(5).
#include "node/desk/sticks.h"

#include "common/base/fault.h"
#include "node/desk/bundle_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MOUNTINFO "/proc/self/mountinfo"

// --- the table ---

// The next word of line, empty at its end.
static struct slice word(struct slice *line)
{
    size_t n = 0;
    while (line->n > 0 && line->p[0] == ' ') {
        *line = slice_of(line->p + 1, line->n - 1);
    }
    while (n < line->n && line->p[n] != ' ') {
        n++;
    }
    const struct slice w = slice_of(line->p, n);
    *line = slice_of(line->p + n, line->n - n);
    return w;
}

static bool octal(uint8_t c)
{
    return c >= '0' && c <= '7';
}

// Undoes \040 and the like. False when it does not fit.
static bool unescape(struct slice text, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == '\\' && i + 3 < text.n && octal(text.p[i + 1]) && octal(text.p[i + 2]) && octal(text.p[i + 3])) {
            c = (uint8_t)((text.p[i + 1] - '0') * 64 + (text.p[i + 2] - '0') * 8 + (text.p[i + 3] - '0'));
            i += 3;
        }
        if (n + 1 >= room || c == '\0') {
            return false;
        }
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return true;
}

static bool below(const char *path, const char *roots)
{
    struct slice left = slice_text(roots);
    for (struct slice root = word(&left); root.n > 0; root = word(&left)) {
        const size_t n = root.p[root.n - 1] == '/' ? root.n - 1 : root.n;
        if (n > 0 && strncmp(path, (const char *)root.p, n) == 0 && path[n] == '/' && path[n + 1] != '\0') {
            return true;
        }
    }
    return false;
}

// What is no medium that a courier could carry away.
static bool no_medium(struct slice kind)
{
    static const char *const kinds[] = { "autofs", "cgroup", "cgroup2", "cifs", "devpts", "devtmpfs", "fuse.gvfsd-fuse",
                                         "fuse.portal", "fuse.sshfs", "nfs", "nfs4", "overlay", "proc", "smb3",
                                         "squashfs", "sysfs" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (slice_equal(kind, slice_text(kinds[i]))) {
            return true;
        }
    }
    return false;
}

// "36 35 98:0 /root /mount options [field ...] - kind source options"
static bool parse_line(struct slice line, const char *roots, struct stick *out)
{
    for (int i = 0; i < 4; i++) {
        (void)word(&line);
    }
    const struct slice path = word(&line);
    struct slice w = word(&line);
    while (w.n > 0 && !slice_equal(w, SLICE_LITERAL("-"))) {
        w = word(&line);
    }
    const struct slice kind = word(&line);
    *out = (struct stick){ .writable = false };
    return kind.n > 0 && !no_medium(kind) && unescape(path, out->path, sizeof out->path) &&
           unescape(kind, out->kind, sizeof out->kind) && (FAULT(ANY_MOUNT_A_STICK) || below(out->path, roots));
}

// A second mount over the first hides it.
static size_t place_of(const struct stick *sticks, size_t n, const char *path)
{
    size_t i = 0;
    while (i < n && strcmp(sticks[i].path, path) != 0) {
        i++;
    }
    return i;
}

size_t sticks_parse(struct slice mountinfo, const char *roots, struct stick out[static LIMIT_STICKS])
{
    size_t n = 0;
    while (mountinfo.n > 0) {
        const uint8_t *end = memchr(mountinfo.p, '\n', mountinfo.n);
        const size_t length = end == NULL ? mountinfo.n : (size_t)(end - mountinfo.p);
        struct stick one;
        if (parse_line(slice_of(mountinfo.p, length), roots, &one)) {
            const size_t at = place_of(out, n, one.path);
            if (at < LIMIT_STICKS) {
                out[at] = one;
                n = at == n ? n + 1 : n;
            }
        }
        const size_t step = end == NULL ? length : length + 1;
        mountinfo = slice_of(mountinfo.p + step, mountinfo.n - step);
    }
    return n;
}

// --- this computer ---

static uint64_t count_bundles(const char *path)
{
    DIR *dir = opendir(path);
    uint64_t n = 0;
    const struct dirent *d = NULL;
    while (dir != NULL && n < LIMIT_BUNDLE_FOLDER && (d = readdir(dir)) != NULL) {
        n += bundle_file_is_named(d->d_name);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return n;
}

static void look_at(struct stick *s)
{
    struct statvfs v;
    if (statvfs(s->path, &v) == 0) {
        s->free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
        s->bytes = (uint64_t)v.f_blocks * v.f_frsize;
        s->writable = (v.f_flag & ST_RDONLY) == 0 && access(s->path, W_OK | X_OK) == 0;
    }
    s->bundles = count_bundles(s->path);
}

size_t sticks_look(const char *roots, struct stick out[static LIMIT_STICKS])
{
    struct buf table = buf_new(LIMIT_MOUNTINFO_BYTES);
    const int fd = open(MOUNTINFO, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t got = 1;
    while (fd >= 0 && got > 0 && table.n < LIMIT_MOUNTINFO_BYTES) {
        uint8_t block[4096];
        const size_t room = LIMIT_MOUNTINFO_BYTES - table.n;
        got = read(fd, block, room < sizeof block ? room : sizeof block);
        buf_put(&table, slice_of(block, got > 0 ? (size_t)got : 0));
    }
    if (fd >= 0) {
        close(fd);
        n = sticks_parse(buf_slice(&table), roots, out);
    }
    for (size_t i = 0; i < n; i++) {
        look_at(&out[i]);
    }
    buf_done(&table);
    return n;
}
