// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The editor, and the folder it works in. It must never put words on a disk. Read first: editor.h.
#include "tools/baraza/editor.h"

#include "common/base/file.h"
#include "common/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER_BYTES 512
#define FILE_NAME "/words.txt"

// Appends text without the lines that start with '#'.
static void put_without_hints(struct buf *out, struct slice text)
{
    struct slice line = { NULL, 0 };
    while (text_take_line(&text, &line)) {
        if (line.n == 0 || line.p[0] != '#') {
            buf_put(out, line);
            buf_put_u8(out, '\n');
        }
    }
    if (text.n > 0 && text.p[0] != '#') {
        buf_put(out, text);
    }
}

static bool is_memory(const char *dir)
{
    struct statfs fs;
    return statfs(dir, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

// Makes a folder of our own (0700) where files are memory.
static enum err folder_make(char path[static FOLDER_BYTES], struct why *why)
{
    const char *places[] = { getenv("XDG_RUNTIME_DIR"), "/dev/shm" };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i] == NULL || places[i][0] != '/' || !is_memory(places[i])) {
            continue;
        }
        int n = snprintf(path, FOLDER_BYTES, "%s/baraza-XXXXXX", places[i]);
        if (n > 0 && n < FOLDER_BYTES && mkdtemp(path) != NULL) {
            return OK;
        }
    }
    why_set(why, "there is no file system in memory here for the editor (/run/user, /dev/shm), and words are not put "
                 "on a disk in the clear: pipe them in");
    return ERR_USAGE;
}

// Removes the folder and the files in it: ours, and what the editor left beside it.
static void folder_remove(const char *path)
{
    DIR *dir = opendir(path);
    for (const struct dirent *d = dir != NULL ? readdir(dir) : NULL; d != NULL; d = readdir(dir)) {
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0) {
            (void)unlinkat(dirfd(dir), d->d_name, 0);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    (void)rmdir(path);
}

// In the child. Does not return.
static NO_RETURN void become_editor(const char *editor, const char *folder, const char *path)
{
    // Their own files beside ours are in the folder; what they would keep at home is asked for not to be kept.
    (void)setenv("VIMINIT", "set nocompatible viminfo= noswapfile nobackup nowritebackup noundofile", 1);
    (void)setenv("TMPDIR", folder, 1);
    // The variable may hold options ("emacs -nw"), so a shell reads it, as git and crontab do.
    (void)execl("/bin/sh", "sh", "-c", "exec $0 \"$1\"", editor, path, (char *)NULL);
    _exit(127);
}

// Waits until the editor ends. INT and QUIT are the editor's, as the terminal sends them to both; TERM and HUP end it.
static bool editor_wait(pid_t child, const sigset_t *taken)
{
    int status = -1;
    bool ended = false;
    while (!ended) {
        int number = sigwaitinfo(taken, NULL);
        if (number == SIGTERM || number == SIGHUP) {
            (void)kill(child, SIGTERM);
            (void)kill(child, SIGHUP);
        }
        ended = waitpid(child, &status, WNOHANG) == child;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Who chose none gets the system's (on Debian nano comes before vi), which shows how to leave it.
static const char *choose_editor(void)
{
    static const char *const usual[] = { "/usr/bin/editor", "/usr/bin/nano" };
    const char *names[] = { getenv("VISUAL"), getenv("EDITOR") };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i] != NULL && *names[i] != '\0') {
            return names[i];
        }
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (access(usual[i], X_OK) == 0) {
            return usual[i];
        }
    }
    return "vi";
}

static enum err run_editor(const char *folder, const char *path, struct why *why)
{
    sigset_t taken, before;
    const char *editor = choose_editor();
    (void)sigemptyset(&taken);
    const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        (void)sigaddset(&taken, signals[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &taken, &before);
    pid_t child = fork();
    if (child == 0) {
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        become_editor(editor, folder, path);
    }
    bool good = child > 0 && editor_wait(child, &taken);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (!good) {
        why_set(why, "the editor \"%.80s\" did not end well: nothing was saved", editor);
        return ERR_AGAIN;
    }
    return OK;
}

static enum err write_hint(const char *path, const char *hint, struct why *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        why_set(why, "making a file for the editor: %s", strerror(errno));
        return err_from_errno(errno);
    }
    enum err e = file_put(fd, path, slice_text(hint), why);
    close(fd);
    return e;
}

enum err editor_ask(const char *hint, struct buf *out, struct why *why)
{
    char folder[FOLDER_BYTES];
    char path[FOLDER_BYTES + sizeof FILE_NAME];
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        why_set(why, "there is nothing to write down: give the text, or pipe it in");
        return ERR_USAGE;
    }
    enum err e = folder_make(folder, why);
    if (e != OK) {
        return e;
    }
    struct buf text = buf_new(out->max);
    (void)snprintf(path, sizeof path, "%s" FILE_NAME, folder);
    e = write_hint(path, hint, why);
    if (e == OK) {
        e = run_editor(folder, path, why);
    }
    if (e == OK) {
        e = file_read(path, false, &text, why);
    }
    if (e == OK) {
        put_without_hints(out, buf_slice(&text));
    }
    folder_remove(folder);
    buf_wipe(&text);
    buf_done(&text);
    return e;
}
