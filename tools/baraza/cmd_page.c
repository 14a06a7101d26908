// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza page`: where the page of this site is, and whether it is served now. It must never open the state's store,
// nor a browser without being told to.
#include "common/author/state.h"
#include "common/base/file.h"
#include "tools/baraza/cmd.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADDRESS_BYTES 64

// How the daemon of this state is.
enum page_is { PAGE_SERVED, PAGE_NOT_SERVED, PAGE_NO_DAEMON };

// Reads the address that the daemon wrote when it began to serve. The daemon holds the state's lock while it lives:
// what lies here without it was left behind by one that was killed.
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
        return PAGE_NOT_SERVED;
    }
    address->p[address->n - 1] = '\0';
    return PAGE_SERVED;
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

static void say_why_not(const struct cmd_context *context, enum page_is is)
{
    const unsigned port = (unsigned)conf_uint(&context->conf, "page-port");
    if (is == PAGE_NO_DAEMON && port != 0) {
        cmd_remark(context, "baraza-node does not run here; start it (baraza-node &), then open http://127.0.0.1:%u/",
                   port);
    } else if (port == 0) {
        cmd_remark(context, "no page is wanted here: page-port is 0 (%s in the state directory)", STATE_CONF);
    } else {
        cmd_remark(context, "baraza-node runs, but another program has port %u of this computer: end that, or choose "
                   "another page-port (%s in the state directory) and start baraza-node again", port, STATE_CONF);
    }
}

static int show(struct cmd_context *context, bool open)
{
    struct why why = { "" };
    struct buf address = buf_new(ADDRESS_BYTES);
    enum err e = OK;
    const enum page_is is = look(context, &address);
    const char *text = is == PAGE_SERVED ? (const char *)address.p : NULL;
    int code = EXIT_GOOD;
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "daemon", json_boolean(is != PAGE_NO_DAEMON));
        json_put(o, "address", text != NULL ? json_string(text) : json_null());
        code = cmd_print_json(o);
    } else if (text != NULL) {
        code = cmd_print(slice_text(text));
    }
    if (text == NULL) {
        say_why_not(context, is);
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
        { "open", 0, ARG_FLAG, NULL, "start the browser too", &open },
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
                    "not served now.\n",
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
