// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza page`: where the page of this site is, and whether it is served now. It must never open the state's store,
// nor start a daemon or a browser without being told to.
#include "common/author/state.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "common/net/loop.h"
#include "tools/baraza/cmd.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADDRESS_BYTES 64
#define TAKEN "taken "
#define DAEMON "baraza-node"
#define START_MS 15000u      // a daemon that serves no page after this long serves none
#define START_STEP_MS 50u

// How the daemon of this state is: it serves the page, another program has the page's port, it was told to serve none,
// it has only begun, or there is no daemon.
enum page_is { PAGE_SERVED, PAGE_TAKEN, PAGE_OFF, PAGE_NOT_YET, PAGE_NO_DAEMON };

// Reads what the daemon wrote (node/page/page.h): its address, or why there is none. The daemon holds the state's lock
// while it lives: what lies here without it was left behind by one that was killed.
static enum page_is look(const struct cmd_context *context, struct buf *address)
{
    int lock = -1;
    char *path = state_path_in(context->state, STATE_LOCK);
    const enum err held = state_lock_take(path, &lock, NULL);
    state_lock_drop(lock);
    free(path);
    if (held != ERR_BUSY) {
        return PAGE_NO_DAEMON;
    }
    path = state_path_in(context->state, STATE_PAGE);
    const enum err e = file_read(path, false, address, NULL);
    free(path);
    if (e != OK || address->n == 0 || address->p[address->n - 1] != '\n') {
        return PAGE_NOT_YET;
    }
    address->p[address->n - 1] = '\0';
    const struct slice said = slice_of(address->p, address->n - 1);
    return text_starts(said, "http://", NULL)  ? PAGE_SERVED
           : text_starts(said, TAKEN, NULL)    ? PAGE_TAKEN
                                               : PAGE_OFF;
}

// Becomes the daemon of this state: no terminal, its log goes nowhere. The one beside this program, else that of PATH.
static _Noreturn void become_daemon(const char *state)
{
    char path[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof DAEMON - 1);
    const int null = open("/dev/null", O_RDWR);
    (void)setsid();
    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++) {
        (void)dup2(null, fd);
    }
    path[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL) {
        memcpy(slash + 1, DAEMON, sizeof DAEMON);
        execl(path, DAEMON, "--state", state, (char *)NULL);
    }
    execlp(DAEMON, DAEMON, "--state", state, (char *)NULL);
    _exit(127);
}

// Starts the daemon, which outlives this program, and waits until it serves the page: *is and *address as by look. A
// person who clicks twice starts one: the second finds the state's lock held and ends.
static enum err start_daemon(const struct cmd_context *context, struct buf *address, enum page_is *is, struct why *why)
{
    const uint64_t end = loop_now_ms() + START_MS;
    const pid_t child = fork();
    if (child == 0) {
        become_daemon(context->state);
    }
    int status = 0;
    while (child > 0 && (*is == PAGE_NO_DAEMON || *is == PAGE_NOT_YET) && loop_now_ms() < end) {
        struct loop_watch nothing = { .fd = -1 };
        if (loop_wait(&nothing, 1, loop_now_ms() + START_STEP_MS) != OK) {
            break;
        }
        address->n = 0;
        *is = look(context, address);
        if (*is == PAGE_NO_DAEMON && waitpid(child, &status, WNOHANG) == child) {
            break;
        }
    }
    if (*is != PAGE_NO_DAEMON) {
        return OK;
    }
    why_set(why, DAEMON " could not be started for %.120s: type " DAEMON " to see why", context->state);
    return ERR_IO;
}

// Has the desktop open the address in whatever browser is usual.
static enum err open_browser(const char *address, struct why *why)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("xdg-open", "xdg-open", address, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        why_set(why, "no browser could be started: open %s in one", address);
        return ERR_NOT_FOUND;
    }
    return OK;
}

// said: what look read.
static void say_why_not(const struct cmd_context *context, enum page_is is, const struct buf *said)
{
    if (is == PAGE_TAKEN) {
        cmd_remark(context, "baraza-node runs, but another program has port %s of this computer: end that, or choose "
                   "another page-port (%s in the state directory) and start baraza-node again",
                   (const char *)said->p + strlen(TAKEN), STATE_CONF);
    } else if (is == PAGE_OFF || (is == PAGE_NO_DAEMON && conf_uint(&context->conf, "page-port") == 0)) {
        cmd_remark(context, "no page is wanted here: page-port is 0 (%s in the state directory)", STATE_CONF);
    } else if (is == PAGE_NOT_YET) {
        cmd_remark(context, "baraza-node has only begun: ask again in a moment");
    } else {
        cmd_remark(context, "baraza-node does not run here; baraza page --open starts it, and the browser");
    }
}

static int show(struct cmd_context *context, bool open)
{
    struct why why = { "" };
    struct buf address = buf_new(ADDRESS_BYTES);
    enum page_is is = look(context, &address);
    enum err e = OK;
    if (is == PAGE_NO_DAEMON && open && conf_uint(&context->conf, "page-port") != 0) {
        e = start_daemon(context, &address, &is, &why);
    }
    if (e != OK) {
        buf_done(&address);
        return cmd_fail(e, &why);
    }
    const char *text = is == PAGE_SERVED ? (const char *)address.p : NULL;
    int code = EXIT_GOOD;
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "daemon", json_boolean(is != PAGE_NO_DAEMON));
        json_put(o, "address", text != NULL ? json_string(text) : json_null());
        code = cmd_print_json(o);
    } else if (text != NULL) {
        struct buf line = buf_new(ADDRESS_BYTES + 1);
        buf_put_text(&line, text);
        buf_put_text(&line, "\n");
        code = cmd_print(buf_slice(&line));
        buf_done(&line);
    }
    if (text == NULL) {
        say_why_not(context, is, &address);
        code = code == EXIT_GOOD ? EXIT_FOUND : code;
    } else if (open && code == EXIT_GOOD) {
        e = open_browser(text, &why);
    }
    buf_done(&address);
    return e == OK ? code : cmd_fail(e, &why);
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    bool open = false;
    const struct arg_spec options[] = {
        { "open", 0, ARG_FLAG, NULL, "start baraza-node, if it does not run, and the browser", &open },
        { NULL, 0, ARG_FLAG, NULL, NULL, NULL },
    };
    const struct arg_command command = {
        .name = "baraza page",
        .summary = "Say where the page of this site is (for a browser on this computer), and whether it is served",
        .positionals = "",
        .options = options,
        .examples = "  baraza page\n"
                    "  baraza page --open\n"
                    "\n"
                    "baraza-node serves it, to programs of the same user on this computer only. Exit status 1: it is\n"
                    "not served now. The entry Baraza in the menu of a desktop does what --open does.\n",
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (!file_exists(context->state)) {
        struct why why;
        why_set(&why, "there is no state at %.120s: baraza join makes one", context->state);
        return cmd_fail(ERR_NOT_FOUND, &why);
    }
    char *hub = state_path_in(context->state, STATE_HUB_LOG);
    const bool is_hub = file_exists(hub);
    free(hub);
    return is_hub ? cmd_usage("%s is a hub's state: it has no page", context->state) : show(context, open);
}

const struct cmd cmd_page = { "page", run, "say where the page for browsers is", CMD_WRITE };
