// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza wipe`: words that are safe elsewhere (wiping.h). `baraza wipe --emergency`: a person comes before data. The
// keys of this computer are destroyed at once, without a passphrase; what was signed and not yet delivered still
// travels, because only the hub can open it.
// It must destroy the keyring before anything that may fail or wait: what is counted beforehand is counted by a child,
// because a damaged store may end whoever reads it, or keep him waiting.
#include "common/author/agent.h"
#include "common/author/erasing.h"
#include "common/base/date.h"
#include "common/base/file.h"
#include "common/net/loop.h"
#include "node/desk/destroying.h"
#include "node/desk/wiping.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/print.h"
#include "tools/baraza/work.h"

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

struct emergency {
    struct cmd_context *context;
    bool outbox_too, yes;
    struct state *state;       // NULL: it cannot be opened; the keys are destroyed all the same
    bool counted;
    struct destroying_counts alone; // if counted
    struct destroyed destroyed;
};

static _Noreturn void count_in_child(const struct emergency *x, int out)
{
    const struct rlimit silent = { 0, 0 };
    struct state *state = NULL;
    struct destroying_counts found;
    (void)setrlimit(RLIMIT_CORE, &silent);
    (void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO); // of a fault the parent speaks
    enum err e = state_open(x->context->state, work_store_flags(x->context), &state, NULL);
    if (e == OK) {
        e = destroying_count(state_kv(state), x->outbox_too, &found);
    }
    if (e == OK) {
        e = file_put(out, "a pipe", slice_of(&found, sizeof found), NULL);
    }
    state_close(state);
    _exit(e == OK ? 0 : 1);
}

static void count_alone(struct emergency *x)
{
    struct destroying_counts found;
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
        x->alone = found;
        x->counted = true;
    }
    close(ends[0]);
    if (pid > 0) {
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
    }
}

static void put_counts(const struct emergency *x, struct buf *out)
{
    if (!x->counted) {
        return;
    }
    if (x->alone.drafts > 0) {
        print_count(out, x->alone.drafts, "draft is lost for ever. ", "drafts are lost for ever. ");
    }
    if (x->alone.carried + x->alone.lost == 0) {
        buf_put_text(out, "The hub has everything that was signed here. ");
        return;
    }
    print_count(out, x->alone.carried, "entry that the hub has not still travels",
                "entries that the hub has not still travel");
    buf_put_text(out, " from here (baraza sync, baraza bundle out), readable by the hub alone; ");
    print_count(out, x->alone.lost, "is lost for ever. ", "are lost for ever. ");
}

static enum err confirm(const struct emergency *x, struct why *why)
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

// Agent or daemon forget; where nobody listens, nobody is unlocked.
static void forget(const struct emergency *x)
{
    struct why why = { "" };
    char *path = state_path_in(x->context->state, STATE_AGENT);
    const enum err e = agent_lock_surely(path, NULL, &why);
    if (e != OK) {
        (void)cmd_fail(e, &why); // also to whoever wants no remarks
    }
    free(path);
}

static int print_wiped(const struct emergency *x)
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
        json_put(o, "carried", x->counted ? json_of_number(x->alone.carried) : json_null());
        json_put(o, "lost", x->counted ? json_of_number(x->alone.lost) : json_null());
        json_put(o, "drafts", x->counted ? json_of_number(x->alone.drafts) : json_null());
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
static int check_place(const struct emergency *x)
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
static int finish(struct emergency *x, enum err files, const struct why *of_files)
{
    struct why store = { "" };
    struct why why = { "" };
    if (!x->counted) {
        cmd_remark(x->context, "the keys are destroyed, nobody can open anything here; the store cannot be read");
    }
    enum err e = state_open(x->context->state, work_store_flags(x->context), &x->state, &store);
    if (e == OK) {
        e = destroying_store(x->state, x->outbox_too, loop_wall_s(), &x->destroyed);
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

static int emergency(struct emergency *x)
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
    enum err files = destroying_files(x->context->state, x->outbox_too, &why);
    forget(x);
    // A daemon that was renewing them may have written them once more.
    const enum err again = destroying_files(x->context->state, x->outbox_too, files == OK ? &why : NULL);
    files = files == OK ? again : files;
    if (x->yes) {
        count_alone(x);
    }
    return finish(x, files, &why);
}

// --- words that are safe elsewhere ---

struct words {
    struct cmd_context *context;
    const char *as;        // who unlocks for it; NULL: the only one
    struct wiping_wish wish;
    bool yes;
};

static void put_kept(struct buf *out, uint64_t n, const char *why)
{
    if (n > 0) {
        buf_printf(out, "kept %llu: %s\n", (unsigned long long)n, why);
    }
}

static int print_words(const struct words *x, const struct wiping_plan *p)
{
    if (x->context->json) {
        json_t *o = json_object();
        json_put(o, "wiped", json_of_number(p->n));
        json_put(o, "kept_waiting", json_of_number(p->waiting));
        json_put(o, "kept_without_receipt", json_of_number(p->unproven));
        json_put(o, "kept_forum_not_sealed", json_of_number(p->open));
        json_put(o, "kept_later", json_of_number(p->later));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(2048);
    buf_put_text(&out, "wiped the words of ");
    print_count(&out, p->n, "entry; its number stays\n", "entries; their numbers stay\n");
    put_kept(&out, p->waiting, "the hub has not received them, or refused them");
    put_kept(&out, p->unproven, "received, but without a receipt yet (baraza sync --wait)");
    put_kept(&out, p->open, "their forum is not sealed, or the seal has no receipt yet (--unsealed wipes them too)");
    put_kept(&out, p->later, "written on that day or after it");
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static enum err confirm_words(const struct words *x, const struct wiping_plan *p, struct why *why)
{
    struct buf question = buf_new(512);
    buf_put_text(&question, "Wipe the words of ");
    print_count(&question, p->n, "entry", "entries");
    buf_put_text(&question, " from this computer? The hub has them, and gave receipts. (yes/no)");
    buf_put_u8(&question, 0);
    enum err e = x->yes || p->n == 0 ? OK : ask_confirm((const char *)question.p, why);
    if (e == ERR_AGAIN) {
        why_set(why, "nothing was wiped");
    }
    buf_done(&question);
    return e;
}

// Counts, asks, wipes, and says what was kept and why.
static int wipe_ordinary(const struct words *x)
{
    struct why why = { "" };
    struct work w;
    struct wiping_plan plan = { .items = NULL };
    int code = work_write(x->context, x->as, &w);
    if (code < 0) {
        enum err e = wiping_look(&w.desk, &x->wish, &plan, &why);
        if (e == OK) {
            e = confirm_words(x, &plan, &why);
        }
        if (e == OK) {
            e = wiping_do(&w.desk, &plan, loop_wall_s(), &why);
        }
        if (e == OK && plan.n > 0) {
            erasing_tell_agent(w.desk.state);
        }
        code = e == OK ? print_words(x, &plan) : cmd_fail(e, &why);
    }
    wiping_plan_done(&plan);
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct emergency x = { .context = context };
    bool now = false;
    const char *before = NULL;
    struct words words = { .context = context, .wish = { .before_s = UINT64_MAX } };
    uint64_t days = 0;
    const struct arg_spec rows[] = {
        { "emergency", 0, ARG_FLAG, NULL, "destroy the keys of everybody on this computer, at once, for ever", &now },
        { "outbox-too", 0, ARG_FLAG, NULL, "with --emergency: also what waits for the hub, which then nobody can read",
          &x.outbox_too },
        { "yes", 'y', ARG_FLAG, NULL, "do not ask", &x.yes },
        { "before", 0, ARG_TEXT, "DATE", "without --emergency: only what was written before this day (2026-03-04)",
          &before },
        { "unsealed", 0, ARG_FLAG, NULL, "without --emergency: also of forums that are not sealed",
          &words.wish.unsealed },
        WORK_AS(&words.as),
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
        words.yes = x.yes;
        if (before != NULL && !date_parse(slice_text(before), &days)) {
            code = cmd_usage("--before takes a day such as 2026-03-04");
        } else if (now ? before != NULL || words.wish.unsealed || words.as != NULL : x.outbox_too) {
            code = cmd_usage("--outbox-too goes with --emergency, --before, --unsealed and --as go without it");
        } else {
            words.wish.before_s = before != NULL ? days * DAY_S : UINT64_MAX;
            code = now ? emergency(&x) : wipe_ordinary(&words);
        }
        state_close(x.state);
    }
    return code;
}

const struct cmd cmd_wipe = { "wipe", run, "wipe words that are safe; in danger, all keys, at once", CMD_PEOPLE };
