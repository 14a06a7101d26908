// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Writes files that a person named. Read first: out.h.
#include "tools/baraza/out.h"

#include <string.h>
#include <sys/stat.h>

static void say_there(const char *path, struct why *why)
{
    why_set(why, "%.160s is there already, and was left as it is: give another name, or --force to write over it",
            path);
}

int out_check(const char *path, bool force)
{
    struct stat st;
    struct why why;
    if (path == NULL || strcmp(path, "-") == 0 || force || lstat(path, &st) != 0) {
        return -1;
    }
    say_there(path, &why);
    return cmd_fail(ERR_EXISTS, &why);
}

int out_write(const char *path, struct slice content, unsigned mode, bool force)
{
    struct why why = { "" };
    enum err e = force ? file_replace(path, content, mode, &why) : file_create(path, content, mode, &why);
    if (e == ERR_EXISTS) {
        say_there(path, &why);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

enum err out_commit(struct file_writer *w, unsigned mode, bool force, struct why *why)
{
    char path[sizeof why->text];
    const size_t n = strlen(w->path) < sizeof path ? strlen(w->path) : sizeof path - 1;
    memcpy(path, w->path, n);
    path[n] = '\0';
    enum err e = force ? file_writer_commit(w, mode, why) : file_writer_commit_new(w, mode, why);
    if (e == ERR_EXISTS) {
        say_there(path, why);
    }
    return e;
}
