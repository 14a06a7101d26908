// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza wipe`: words that are safe elsewhere (wiping.h). `baraza wipe --emergency`: a person comes before data. The
// keys of this computer are destroyed at once, without a passphrase; what was signed and not yet delivered still
// travels, because only the hub can open it.
// It must destroy the keyring before anything that may fail or wait: what is counted beforehand is counted by a child,
// because a damaged store may end whoever reads it, or keep him waiting.
#include "common/author/agent.h"
#include "common/base/date.h"
#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/net/loop.h"
#include "common/store/outbox_store.h"
#include "common/store/wipe.h"
#include "node/node_bundle.h"
#include "node/node_count.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/print.h"
#include "tools/baraza/wiping.h"
#include "tools/baraza/work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAY_S 86400u
#define COUNT_MS 3000

struct wiping {
    struct cmd_context *context;
    bool outbox_too, yes;
    struct state *state;       // NULL: it cannot be opened; the keys are destroyed all the same
    bool counted;
    uint64_t carried, lost;    // of what only this computer has; if counted
    struct destroyed destroyed;
};

// How much only this computer has: copies that it could send, and entries that wait.
struct alone {
    uint64_t copies, ready, waiting;
};

static enum err count(struct kv *kv, struct alone *out)
{
    struct kv_txn *t = NULL;
    struct node_count c;
    enum err e = node_count(kv, &c, NULL);
    if (e == OK) {
        e = kv_begin_read(kv, &t);
    }
    if (e == OK) {
        // What follows a refused entry needs a signature.
        *out = (struct alone){ outbox_count(t), c.waiting - c.unsigned_anew, c.waiting };
    }
    kv_abort(t);
    return e;
}

static _Noreturn void count_in_child(const struct wiping *x, int out)
{
    const struct rlimit silent = { 0, 0 };
    struct state *state = NULL;
    struct alone found;
    (void)setrlimit(RLIMIT_CORE, &silent);
    (void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO); // of a fault the parent speaks
    enum err e = state_open(x->context->state, work_store_flags(x->context), &state, NULL);
    if (e == OK) {
        e = count(state_kv(state), &found);
    }
    if (e == OK) {
        e = file_put(out, "a pipe", slice_of(&found, sizeof found), NULL);
    }
    state_close(state);
    _exit(e == OK ? 0 : 1);
}

static void count_alone(struct wiping *x)
{
    struct alone found;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return;
    }
    const pid_t pid = fork();
    if (pid == 0) {
        count_in_child(x, ends[1]);
    }
    close(ends[1]);
    struct pollfd ready = { .fd = ends[0], .events = POLLIN };
    // One write to a pipe of this size is whole or not there.
    if (pid > 0 && poll(&ready, 1, COUNT_MS) == 1 && read(ends[0], &found, sizeof found) == (ssize_t)sizeof found) {
        x->carried = x->outbox_too ? 0 : found.copies < found.ready ? found.copies : found.ready;
        x->lost = found.waiting - x->carried;
        x->counted = true;
    }
    close(ends[0]);
    if (pid > 0) {
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
    }
}

static void put_counts(const struct wiping *x, struct buf *out)
{
    if (!x->counted) {
        return;
    }
    if (x->carried + x->lost == 0) {
        buf_put_text(out, "The hub has everything that was written here. ");
        return;
    }
    print_count(out, x->carried, "entry that the hub has not still travels",
                "entries that the hub has not still travel");
    buf_put_text(out, " from here (baraza sync, baraza bundle out), readable by the hub alone; ");
    print_count(out, x->lost, "is lost for ever. ", "are lost for ever. ");
}

static enum err confirm(const struct wiping *x, struct why *why)
{
    struct buf question = buf_new(1024);
    buf_put_text(&question, "Destroy the keys on this computer? Nobody will ever read here what was written here. ");
    put_counts(x, &question);
    buf_put_text(&question, "(yes/no)");
    buf_put_u8(&question, 0);
    enum err e = ask_confirm((const char *)question.p, why);
    if (e == ERR_AGAIN) {
        why_set(why, "nothing was destroyed");
    }
    buf_done(&question);
    return e;
}

// What lets a locked site send what waits: it opens nothing that was said.
static bool stays(const struct wiping *x, const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "transport") == 0 ||
           strcmp(name, "invitation") == 0 || (strcmp(name, "outbox") == 0 && !x->outbox_too);
}

// Overwrites and removes one file. What cannot be overwritten at least loses its name.
static enum err destroy_file(const char *path, struct why *why)
{
    const enum err e = FAULT(WIPE_LEAVES_KEYS) ? OK : file_shred(path, why);
    if (e != OK && e != ERR_NOT_FOUND) {
        (void)unlink(path);
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

// Overwrites and removes what is in keys/: the keyring first, then all but what stays.
static enum err destroy_files(const struct wiping *x, struct why *why)
{
    char *keyring = state_path_in(x->context->state, STATE_KEYRING);
    char *folder = state_path_in(x->context->state, "keys");
    enum err e = destroy_file(keyring, why);
    DIR *d = opendir(folder);
    for (const struct dirent *f = d != NULL ? readdir(d) : NULL; f != NULL; f = readdir(d)) {
        char name[16 + sizeof f->d_name];
        (void)snprintf(name, sizeof name, "keys/%s", f->d_name);
        char *path = state_path_in(x->context->state, name);
        enum err one = stays(x, f->d_name) ? OK : destroy_file(path, e == OK ? why : NULL);
        e = e == OK ? one : e;
        free(path);
    }
    if (d != NULL) {
        closedir(d);
    }
    if (e == OK) {
        e = file_sync_dir(folder, why);
    }
    free(keyring);
    free(folder);
    return e;
}

// Agent or daemon forget; where nobody listens, nobody is unlocked.
static void forget(const struct wiping *x)
{
    struct why why = { "" };
    char *path = state_path_in(x->context->state, STATE_AGENT);
    const enum err e = agent_lock_surely(path, NULL, &why);
    if (e != OK) {
        (void)cmd_fail(e, &why); // also to whoever wants no remarks
    }
    free(path);
}

// In the store: the keys of the entries, and what the hub is told.
static enum err destroy_store(struct wiping *x)
{
    struct kv_txn *t = NULL;
    uint64_t n = 0;
    struct kv *kv = state_kv(x->state);
    enum err e = kv_begin_write(kv, &t);
    if (e != OK) {
        return e;
    }
    e = destroyed_put(t, loop_wall_s());
    if (e == OK) {
        e = wipe_keys(t);
    }
    if (e == OK && x->outbox_too) {
        e = wipe_outbox(t, &n);
    }
    if (e == OK) {
        e = destroyed_get(t, &x->destroyed);
    }
    enum err end = kv_commit(t);
    e = e == OK ? end : e;
    return e == OK ? node_bundle_changed(kv) : e;
}

static int print_wiped(const struct wiping *x)
{
    if (x->context->json) {
        json_t *people = json_array();
        for (size_t i = 0; i < x->destroyed.count; i++) {
            const struct journal_head *h = &x->destroyed.heads[i];
            json_t *o = json_object();
            json_put(o, "key", json_of_hex(SLICE_ARRAY(h->journal.key.b)));
            json_put(o, "last", h->next == 0 ? json_null() : json_of_number(h->next - 1));
            json_push(people, o);
        }
        json_t *o = json_object();
        json_put(o, "destroyed", people);
        json_put(o, "carried", x->counted ? json_of_number(x->carried) : json_null());
        json_put(o, "lost", x->counted ? json_of_number(x->lost) : json_null());
        return cmd_print_json(o);
    }
    struct buf out = buf_new(8192);
    buf_put_text(&out, "The keys of this computer are destroyed. ");
    put_counts(x, &out);
    buf_put_u8(&out, '\n');
    for (size_t i = 0; i < x->destroyed.count; i++) {
        const struct journal_head *h = &x->destroyed.heads[i];
        buf_put_text(&out, "The hub will show of ");
        print_key(&out, h->journal.key);
        buf_printf(&out, ": destroyed, last known number %llu\n", (unsigned long long)(h->next == 0 ? 0 : h->next - 1));
    }
    buf_put_text(&out, "Tell the registrar, who revokes the keys. To write again, join with a new invitation.\n");
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

// A site's state, however little of it is left. A hub's is refused.
static int check_place(const struct wiping *x)
{
    const char *dir = x->context->state;
    char *hub = state_path_in(dir, STATE_HUB_AUTHOR);
    char *charter = state_path_in(dir, STATE_CHARTER);
    char *transport = state_path_in(dir, STATE_TRANSPORT);
    char *keyring = state_path_in(dir, STATE_KEYRING);
    int code = -1;
    if (file_exists(hub)) {
        code = cmd_usage("%s is a hub's state: the record in it is everybody's", dir);
    } else if (!file_exists(charter) && !file_exists(transport) && !file_exists(keyring)) {
        struct why why;
        why_set(&why, "%s is no state directory: name the one to be destroyed with --state", dir);
        code = cmd_fail(ERR_NOT_FOUND, &why);
    }
    free(hub);
    free(charter);
    free(transport);
    free(keyring);
    return code;
}

// The keys are gone; now the store, which may be damaged, full, or in the hands of a program that stands still.
static int finish(struct wiping *x, enum err files, const struct why *of_files)
{
    struct why store = { "" };
    struct why why = { "" };
    if (!x->counted) {
        cmd_remark(x->context, "the keys are destroyed, nobody can open anything here; the store cannot be read");
    }
    enum err e = state_open(x->context->state, work_store_flags(x->context), &x->state, &store);
    if (e == OK) {
        e = destroy_store(x);
        why_set(&store, "%s", err_text(e));
    }
    if (files != OK) {
        return cmd_fail(files, of_files);
    }
    if (e != OK) {
        why_set(&why, "the keyring is destroyed, nobody can open anything here; the store is unchanged, run this again "
                      "when it can be written: %s", store.text);
        return cmd_fail(e, &why);
    }
    return print_wiped(x);
}

static int emergency(struct wiping *x)
{
    struct why why = { "" };
    const int code = check_place(x);
    if (code >= 0) {
        return code;
    }
    if (!x->yes) {
        count_alone(x);
        enum err asked = confirm(x, &why);
        if (asked != OK) {
            return cmd_fail(asked, &why);
        }
    }
    enum err files = destroy_files(x, &why);
    forget(x);
    // A daemon that was renewing them may have written them once more.
    const enum err again = destroy_files(x, files == OK ? &why : NULL);
    files = files == OK ? again : files;
    if (x->yes) {
        count_alone(x);
    }
    return finish(x, files, &why);
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct wiping x = { .context = context };
    bool now = false;
    const char *before = NULL;
    struct wiping_wish wish = { .before_s = UINT64_MAX };
    uint64_t days = 0;
    const struct arg_spec rows[] = {
        { "emergency", 0, ARG_FLAG, NULL, "destroy the keys of everybody on this computer, at once, for ever", &now },
        { "outbox-too", 0, ARG_FLAG, NULL, "with --emergency: also what waits for the hub, which then nobody can read",
          &x.outbox_too },
        { "yes", 'y', ARG_FLAG, NULL, "do not ask", &x.yes },
        { "before", 0, ARG_TEXT, "DATE", "without --emergency: only what was written before this day (2026-03-04)",
          &before },
        { "unsealed", 0, ARG_FLAG, NULL, "without --emergency: also of forums that are not sealed", &wish.unsealed },
        WORK_AS(&wish.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza wipe",
        .summary = "Wipe from this computer the words that the hub has, with a receipt for each; numbers stay. "
                   "In danger, destroy all keys here at once (--emergency): no passphrase is asked; what waits for the "
                   "hub still travels, readable by the hub alone",
        .positionals = "",
        .examples = "  baraza wipe\n  baraza wipe --before 2026-03-04 --as Heron\n"
                    "  baraza wipe --emergency\n  baraza wipe --emergency --outbox-too --yes\n",
        .options = rows,
    };
    struct args args;
    context->conf_may_fail = true;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        wish.yes = x.yes;
        if (before != NULL && !date_parse(slice_text(before), &days)) {
            code = cmd_usage("--before takes a day such as 2026-03-04");
        } else if (now ? before != NULL || wish.unsealed || wish.as != NULL : x.outbox_too) {
            code = cmd_usage("--outbox-too goes with --emergency, --before, --unsealed and --as go without it");
        } else {
            wish.before_s = before != NULL ? days * DAY_S : UINT64_MAX;
            code = now ? emergency(&x) : wiping_words(context, &wish);
        }
        state_close(x.state);
    }
    return code;
}

const struct cmd cmd_wipe = { "wipe", run, "wipe words that are safe; in danger, all keys, at once", CMD_PEOPLE };
