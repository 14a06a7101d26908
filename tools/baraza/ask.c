// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Asking at the terminal. It must leave the terminal as it was, and no passphrase in memory that is freed.
#include "tools/baraza/ask.h"

#include "tools/baraza/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
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
        if (!buf_ok(out)) {
            break; // no passphrase, however long the line goes on
        }
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

// What ends a program that waits for somebody to type. Blocked while nothing is echoed: then the terminal can be put
// right first, and the signal comes after that.
static sigset_t ending_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGQUIT);
    return set;
}

// Reads a line from the terminal, until one of these signals is pending at stop (a signalfd): then ERR_AGAIN.
static enum err read_typed(int tty, int stop, struct buf *out, struct why *why)
{
    struct pollfd waits[] = { { .fd = tty, .events = POLLIN }, { .fd = stop, .events = POLLIN } };
    // The terminal gives whole lines, so one wait is enough.
    while (poll(waits, 2, -1) < 0) {
        if (errno != EINTR) {
            why_set(why, "waiting for the terminal: %s", strerror(errno));
            return ERR_IO;
        }
    }
    return waits[1].revents != 0 ? ERR_AGAIN : read_line(tty, out, why);
}

// Shows prompt on the terminal and reads a line without echo.
static enum err from_terminal(int tty, const char *prompt, struct buf *out, struct why *why)
{
    const sigset_t ending = ending_signals();
    sigset_t masked;
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
    CHECK(sigprocmask(SIG_BLOCK, &ending, &masked) == 0);
    const int stop = signalfd(-1, &ending, SFD_CLOEXEC);
    enum err e = read_typed(tty, stop, out, why);
    if (stop >= 0) {
        close(stop);
    }
    (void)tcsetattr(tty, TCSAFLUSH, &before);
    (void)dprintf(tty, "\n");
    CHECK(sigprocmask(SIG_SETMASK, &masked, NULL) == 0); // what is pending ends the program here
    if (e == ERR_AGAIN) {
        why_set(why, "nothing was typed");
    }
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

enum err ask_words(const char *given, const char *hint, struct buf *out, struct why *why)
{
    if (given == NULL || strcmp(given, "-") != 0) {
        buf_put_text(out, given != NULL ? given : "");
        return OK;
    }
    return isatty(STDIN_FILENO) ? editor_ask(hint, out, why) : cmd_read_input("-", out, why);
}

enum err ask_typed(const char *given, const char *what, struct buf *out, struct why *why)
{
    if (given != NULL && strcmp(given, "-") == 0 && isatty(STDIN_FILENO)) {
        (void)fprintf(stderr, "%s (Ctrl-D on a line of its own ends it):\n", what);
        return cmd_read_input("-", out, why);
    }
    return ask_words(given, NULL, out, why);
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
