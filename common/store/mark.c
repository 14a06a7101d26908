// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Marks of where journals ended, outside the state. It must never stop a program by itself: what a mark shows is a
// reason to begin a new incarnation, and its absence is none.
#include "common/store/mark.h"

#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/format/pack.h"
#include "common/store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/baraza-marks"
#define MARK_BYTES 256

static_assert(LIMIT_MARK_PATH >= PATH_MAX, "a path that the system takes fits");

enum err mark_path(const char *home, const uint8_t store[static 16], struct pubkey key, char *out, size_t n)
{
    struct buf b = buf_new(n - 1);
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_of(store, 16));
    sha256_add(&s, SLICE_ARRAY(key.b));
    struct hash name = sha256_done(&s); // the file's name says neither whose it is nor of what
    buf_put_text(&b, home);
    buf_put_text(&b, FOLDER "/");
    armor_put_hex(&b, slice_of(name.b, 16));
    bool good = buf_ok(&b);
    if (good) {
        memcpy(out, b.p, b.n);
        out[b.n] = '\0';
    }
    buf_done(&b);
    return good ? OK : ERR_TOO_BIG;
}

enum err mark_of_file(const char *store_path, struct mark *out, struct why *why)
{
    char file[PATH_MAX];
    struct statx st;
    enum err e = place_join(file, store_path, "/" PLACE_FILE, why);
    if (e != OK) {
        return e;
    }
    if (statx(AT_FDCWD, file, 0, STATX_INO | STATX_BTIME, &st) != 0) {
        int number = errno;
        why_set(why, "looking at %s: %s", file, strerror(number));
        return err_from_errno(number);
    }
    bool born = (st.stx_mask & STATX_BTIME) != 0;
    out->inode = st.stx_ino;
    out->born_s = born ? (uint64_t)st.stx_btime.tv_sec : 0;
    out->born_ns = born ? st.stx_btime.tv_nsec : 0;
    return OK;
}

// [incarnation, seq, id, inode, birth seconds, birth nanoseconds]
static void mark_put(const struct mark *mark, struct buf *out)
{
    pack_array(out, 6);
    pack_bin(out, SLICE_ARRAY(mark->incarnation.b));
    pack_uint(out, mark->seq);
    pack_bin(out, SLICE_ARRAY(mark->id.b));
    pack_uint(out, mark->inode);
    pack_uint(out, mark->born_s);
    pack_uint(out, mark->born_ns);
    CHECK(buf_ok(out));
}

// Makes the folder of marks, and the one it is in, when they are missing.
static enum err folder_make(const char *path, struct why *why)
{
    char folder[PATH_MAX];
    char parent[PATH_MAX];
    enum err e = place_parent(path, folder, why);
    if (e == OK) {
        e = place_parent(folder, parent, why);
    }
    if (e == OK && !file_exists(parent)) {
        e = file_make_dir(parent, why);
    }
    if ((e == OK || e == ERR_EXISTS) && !file_exists(folder)) {
        e = file_make_dir(folder, why);
    }
    return e == ERR_EXISTS ? OK : e;
}

// Written over in place: a mark is read with its checksum in mind (a torn one is no mark), and two more flushes for
// each saved entry would cost more than a hint is worth.
enum err mark_write(const char *path, const struct mark *mark, struct why *why)
{
    struct buf b = buf_new(MARK_BYTES);
    struct buf whole = buf_new(MARK_BYTES);
    enum err e = OK;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == ENOENT) {
        e = folder_make(path, why);
        fd = e == OK ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    }
    mark_put(mark, &b);
    struct hash check = hash_of(buf_slice(&b));
    buf_put(&whole, slice_of(check.b, sizeof check.b));
    buf_put(&whole, buf_slice(&b));
    if (e == OK && (fd < 0 || pwrite(fd, whole.p, whole.n, 0) != (ssize_t)whole.n ||
                    ftruncate(fd, (off_t)whole.n) != 0)) {
        int number = errno;
        why_set(why, "writing the mark %s: %s", path, strerror(number));
        e = err_from_errno(number);
    }
    if (fd >= 0) {
        close(fd);
    }
    buf_done(&b);
    buf_done(&whole);
    return e;
}

static bool mark_parse(struct slice s, struct mark *out)
{
    struct mark m = { 0 };
    struct hash check;
    if (s.n <= sizeof check.b) {
        return false;
    }
    struct slice rest = slice_of(s.p + sizeof check.b, s.n - sizeof check.b);
    memcpy(check.b, s.p, sizeof check.b);
    struct cursor c = cursor_new(rest, false);
    cursor_array_of(&c, 6);
    cursor_bin_fixed(&c, m.incarnation.b, sizeof m.incarnation.b);
    m.seq = cursor_uint(&c);
    cursor_bin_fixed(&c, m.id.b, sizeof m.id.b);
    m.inode = cursor_uint(&c);
    m.born_s = cursor_uint(&c);
    m.born_ns = cursor_uint(&c);
    if (!cursor_done(&c) || !hash_equal(check, hash_of(rest))) {
        return false;
    }
    *out = m;
    return true;
}

enum err mark_read(const char *path, struct mark *out, struct why *why)
{
    struct buf b = buf_new(MARK_BYTES);
    enum err e = file_read(path, false, &b, why);
    if (e == OK && !mark_parse(buf_slice(&b), out)) {
        why_set(why, "the mark %s was cut off", path);
        e = ERR_NOT_FOUND;
    }
    buf_done(&b);
    return e;
}

enum err mark_check(const struct mark *mark, const struct mark *now, struct hash id_at, struct why *why)
{
    const bool another = mark->inode != now->inode || mark->born_s != now->born_s || mark->born_ns != now->born_ns;
    if (another && !FAULT(COPY_UNNOTICED)) {
        why_set(why, "this store lies in another file than the one that was last written here");
        return ERR_COPIED;
    }
    if (!hash_equal(mark->id, id_at) && !FAULT(COPY_UNNOTICED)) {
        why_set(why, "this store does not hold entry %llu, which was saved here; it was restored from a copy",
                (unsigned long long)mark->seq);
        return ERR_COPIED;
    }
    return OK;
}
