// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Asking at the terminal. It must leave the terminal as it was, and no passphrase in memory that is freed.
#include "tools/baraza/ask.h"

#include "common/base/file.h"
#include "common/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

// Reads one line from fd, byte by byte so that nothing behind it is taken; without its line end.
static enum err read_line(int fd, struct buf *out, struct why *why)
{
    for (;;) {
        uint8_t c = 0;
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            why_set(why, "reading the passphrase: %s", strerror(errno));
            return ERR_IO;
        }
        if (n == 0 || c == '\n') {
            break;
        }
        buf_put_u8(out, c);
    }
    if (out->n > 0 && out->p[out->n - 1] == '\r') {
        out->n--;
    }
    if (!buf_ok(out) || out->n == 0) {
        why_set(why, buf_ok(out) ? "the passphrase is empty" : "the passphrase is longer than %d bytes",
                LIMIT_PASSPHRASE);
        return ERR_USAGE;
    }
    return OK;
}

static enum err from_file(const char *path, struct buf *out, struct why *why)
{
    if (strcmp(path, "-") == 0) {
        return read_line(STDIN_FILENO, out, why);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        why_set(why, "opening the passphrase file %s: %s", path, strerror(errno));
        return err_from_errno(errno);
    }
    enum err e = read_line(fd, out, why);
    close(fd);
    return e;
}

// Shows prompt on the terminal and reads a line without echo.
static enum err from_terminal(int tty, const char *prompt, struct buf *out, struct why *why)
{
    struct termios before;
    if (tcgetattr(tty, &before) != 0) {
        why_set(why, "the terminal cannot be asked: %s", strerror(errno));
        return ERR_IO;
    }
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    if (tcsetattr(tty, TCSAFLUSH, &silent) != 0) {
        why_set(why, "the terminal cannot be asked without showing what is typed: %s", strerror(errno));
        return ERR_IO;
    }
    (void)dprintf(tty, "%s: ", prompt);
    enum err e = read_line(tty, out, why);
    (void)tcsetattr(tty, TCSAFLUSH, &before);
    (void)dprintf(tty, "\n");
    return e;
}

static enum err confirm(int tty, const struct buf *first, struct why *why)
{
    struct buf second = buf_new(LIMIT_PASSPHRASE);
    enum err e = from_terminal(tty, "The same again", &second, why);
    if (e == OK && !slice_equal(buf_slice(first), buf_slice(&second))) {
        why_set(why, "the two differ: nothing was changed; try again");
        e = ERR_USAGE;
    }
    buf_wipe(&second);
    buf_done(&second);
    return e;
}

enum err ask_passphrase(const struct cmd_context *context, const char *prompt, bool is_new, struct buf *out,
                        struct why *why)
{
    if (context->passphrase_file != NULL) {
        return from_file(context->passphrase_file, out, why);
    }
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0) {
        why_set(why, "a passphrase is needed and there is no terminal to ask at: give --passphrase-file FILE, or run "
                     "`baraza unlock` first");
        return ERR_USAGE;
    }
    enum err e = from_terminal(tty, prompt, out, why);
    if (e == OK && is_new) {
        e = confirm(tty, out, why);
    }
    close(tty);
    return e;
}

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

static enum err run_editor(const char *path, struct why *why)
{
    const char *editor = getenv("VISUAL");
    editor = editor == NULL || *editor == '\0' ? getenv("EDITOR") : editor;
    editor = editor == NULL || *editor == '\0' ? "vi" : editor;
    pid_t child = fork();
    if (child == 0) {
        // The variable may hold options ("emacs -nw"), so a shell reads it, as git and crontab do.
        (void)execl("/bin/sh", "sh", "-c", "exec $0 \"$1\"", editor, path, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        why_set(why, "the editor \"%.80s\" did not end well: nothing was saved", editor);
        return ERR_AGAIN;
    }
    return OK;
}

enum err ask_editor(const char *hint, struct buf *out, struct why *why)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        why_set(why, "there is nothing to write down: give the text, or pipe it in");
        return ERR_USAGE;
    }
    // In the runtime directory where there is one: it is memory, not disk.
    const char *dir = getenv("XDG_RUNTIME_DIR");
    char path[512];
    int n = snprintf(path, sizeof path, "%s/baraza-XXXXXX", dir != NULL && dir[0] == '/' ? dir : "/tmp");
    int fd = n < 0 || (size_t)n >= sizeof path ? -1 : mkstemp(path);
    if (fd < 0) {
        why_set(why, "making a file for the editor: %s", strerror(errno));
        return ERR_IO;
    }
    struct buf text = buf_new(out->max);
    enum err e = write(fd, hint, strlen(hint)) == (ssize_t)strlen(hint) ? OK : ERR_IO;
    close(fd);
    if (e == OK) {
        e = run_editor(path, why);
    }
    if (e == OK) {
        e = file_read(path, false, &text, why);
    }
    if (e == OK) {
        put_without_hints(out, buf_slice(&text));
    }
    (void)unlink(path);
    buf_wipe(&text);
    buf_done(&text);
    return e;
}

#define ANSWER_BYTES 64

enum err ask_confirm(const char *question, struct why *why)
{
    static const char *const yes[] = { "yes", "y", "oui", "o", "sim", "s", "نعم" };
    struct buf answer = buf_new(ANSWER_BYTES);
    enum err e = ERR_AGAIN;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0) {
        why_set(why, "there is no terminal to ask at: give --yes when what was read back is right");
        e = ERR_USAGE;
        goto out;
    }
    (void)dprintf(tty, "%s ", question);
    (void)read_line(tty, &answer, NULL);
    for (size_t i = 0; i < sizeof yes / sizeof *yes && e != OK; i++) {
        e = slice_equal(buf_slice(&answer), slice_text(yes[i])) ? OK : ERR_AGAIN;
    }
    close(tty);
    if (e != OK) {
        why_set(why, "nothing was saved");
    }
out:
    buf_done(&answer);
    return e;
}
