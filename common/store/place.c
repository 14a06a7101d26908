// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Where a store's files lie. Paths and file systems only; it never opens the file.
#include "common/store/place.h"

#include "common/base/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

// Network and memory file systems lose what LMDB thinks it wrote, or its locks. Numbers from statfs(2).
enum err place_check(const char *path, bool any, struct why *why)
{
    static const struct {
        uint32_t type;
        const char *name;
    } bad[] = {
        { 0x01021994, "tmpfs" }, { 0x858458f6, "ramfs" }, { 0x6969, "NFS" },        { 0xff534d42, "CIFS" },
        { 0xfe534d42, "SMB" },   { 0x65735546, "FUSE" },  { 0x01021997, "9p" },     { 0x4d44, "vfat" },
        { 0x2011bab0, "exfat" },
    };
    struct statfs s;
    if (statfs(path, &s) != 0) {
        int number = errno;
        why_set(why, "looking at the file system of %s: %s", path, strerror(number));
        return err_from_errno(number);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if ((uint32_t)s.f_type == bad[i].type && !any) {
            why_set(why, "%s is on %s, where stored data is not safe; choose a directory on this machine's own disk",
                    path, bad[i].name);
            return ERR_CONFIG;
        }
    }
    return OK;
}

enum err place_join(char out[static PATH_MAX], const char *a, const char *b, struct why *why)
{
    int n = snprintf(out, PATH_MAX, "%s%s", a, b);
    if (n < 0 || n >= PATH_MAX) {
        why_set(why, "the path %.60s... is too long", a);
        return ERR_USAGE;
    }
    return OK;
}

enum err place_look(const char *path, struct why *why)
{
    char file[PATH_MAX];
    struct stat st;
    enum err e = place_join(file, path, "/" PLACE_FILE, why);
    if (e != OK) {
        return e;
    }
    if (stat(file, &st) != 0) {
        int number = errno;
        why_set(why, "opening %s: %s", file, strerror(number));
        return err_from_errno(number);
    }
    if (!S_ISREG(st.st_mode) || st.st_size < 2 * 4096) {
        why_set(why, "%s is damaged: it is no store file or was cut off", file);
        return ERR_CORRUPT;
    }
    return OK;
}

void place_remove(const char *dir)
{
    static const char *const files[] = { "/" PLACE_FILE, "/lock.mdb", "" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[PATH_MAX];
        if (place_join(path, dir, files[i], NULL) == OK) {
            (void)remove(path);
        }
    }
}

enum err place_parent(const char *path, char out[static PATH_MAX], struct why *why)
{
    enum err e = place_join(out, path, "", why);
    char *slash = e == OK ? strrchr(out, '/') : NULL;
    if (e == OK && slash == NULL) {
        return place_join(out, ".", "", why);
    }
    if (e == OK) {
        slash[slash == out ? 1 : 0] = '\0';
    }
    return e;
}
