// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza sync`: exchange with the hub now, and say how far it has come. Where the site's daemon runs, it is asked to
// try at once, and its work is followed in the store; where none runs, the same exchange runs here until all is done.
// It must never say more than the store says. Read first: node/node_exchange.h, node/node_count.h.
#include "common/base/file.h"
#include "common/base/num.h"
#include "common/base/text.h"
#include "common/net/loop.h"
#include "node/node_carry.h"
#include "node/node_count.h"
#include "node/node_exchange.h"
#include "node/node_tend.h"
#include "tools/baraza/print.h"
#include "tools/baraza/waits.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 200u          // how often the store is looked at
#define QUIET_MS 500u         // nothing came down for so long: the hub has said what it has for us
#define CARRY_MS 8000u        // the same while something is carried for others: it goes last
#define SETTLED_MS 250u       // nothing was stored for so long: what waits for an unlock can be looked for
#define SHOW_MS 1000u         // how often progress is said, when it changed
#define TIMEOUT_S 30u         // without --wait
#define TIMEOUT_WAIT_S 600u

enum outcome {
    GOING_ON,
    COMPLETE,
    LOCKED_IN,     // all that can travel has; the rest has to be signed anew by somebody who is locked
    NO_USE,        // to wait any longer; contact says why
    CONTRADICTED,
    TIMED_OUT,
    INTERRUPTED,
};

struct sync {
    struct cmd_context *context;
    struct work w;
    bool wait;
    uint64_t deadline_ms;        // UINT64_MAX: none
    struct log log;
    int lock;
    int signals;
    struct node_exchange *exchange; // NULL while the daemon does the work
    struct node_tend *tend;      // with it
    struct node_waits waits;     // what waits for an unlock, as it was
    bool waits_known;            // since the store's last transaction
    bool asked;                  // the daemon was
    struct node_contact before;  // when sync began
    struct node_contact contact;
    uint64_t held_before;        // what was known of another copy of this state
    struct node_count first;
    struct node_count count;
    size_t carried;              // bundles that are carried here to the hub
    uint64_t number;             // the store's last transaction, and when it was first seen
    uint64_t number_ms;
    uint64_t shown_ms;
    char shown[240];
    enum node_contact_state told; // why it waits, as it was last said
};

// --- who exchanges ---

// Asks the daemon that holds the lock to try now.
static void ask_daemon(struct sync *s, const char *lock_path)
{
    struct buf text = buf_new(32);
    struct slice line;
    uint64_t pid = 0;
    if (file_read(lock_path, false, &text, NULL) == OK) {
        struct slice rest = buf_slice(&text);
        if (text_take_line(&rest, &line) && num_parse_u64(line, &pid) && pid > 1 && pid <= INT32_MAX) {
            s->asked = kill((pid_t)pid, SIGHUP) == 0;
        }
    }
    buf_done(&text);
}

static enum err begin_exchange(struct sync *s, struct why *why)
{
    const struct node_exchange_options options = {
        .state = s->w.desk.state, .safe = &s->w.safe, .hub = conf_text(&s->context->conf, "hub"), .log = &s->log
    };
    (void)work_borrow(&s->w); // nobody is as good: then the outbox copies travel
    enum err e = loop_signals_open(&s->signals);
    if (e == OK) {
        e = node_exchange_open(&options, &s->exchange, why);
    }
    if (e == OK) {
        const struct node_tend_options tending = { .state = s->w.desk.state, .safe = &s->w.safe, .log = &s->log };
        s->tend = node_tend_open(&tending);
        node_exchange_poke(s->exchange);
    }
    return e;
}

// Sees to it that somebody exchanges: the daemon, asked once, or this process when there is none (any more).
static enum err engage(struct sync *s, struct why *why)
{
    if (s->exchange != NULL) {
        return OK;
    }
    char *path = state_path(s->w.desk.state, STATE_LOCK);
    enum err e = state_lock_take(path, &s->lock, why);
    if (e == OK) {
        e = begin_exchange(s, why);
    } else if (e == ERR_BUSY) {
        e = OK;
        if (!s->asked) {
            ask_daemon(s, path);
        }
    }
    free(path);
    return e;
}

// Waits a little, working meanwhile if the work is ours. False when a signal asks to end.
static bool pass_time(struct sync *s)
{
    uint64_t until = loop_now_ms() + LOOK_MS;
    if (s->exchange == NULL) {
        struct loop_watch nothing = { .fd = -1 };
        return loop_wait(&nothing, 1, until) == OK;
    }
    while (loop_now_ms() < until) {
        node_tend_turn(s->tend);
        node_exchange_turn(s->exchange);
        uint64_t due = node_exchange_deadline(s->exchange);
        struct loop_watch watches[] = { { .fd = s->signals }, { .sock = node_exchange_sock(s->exchange), .fd = -1 } };
        if (loop_wait(watches, 2, due < until ? due : until) != OK) {
            return false;
        }
        int signal = watches[0].ready ? loop_signals_take(s->signals) : 0;
        if (signal == SIGHUP) {
            node_exchange_poke(s->exchange);
        } else if (signal != 0) {
            return false;
        }
    }
    return true;
}

// --- how far it has come ---

static size_t count_carried(const struct sync *s)
{
    struct node_carry all = { .n = 0 };
    size_t n = 0;
    enum err e = node_carry_read(s->context->state, &all, NULL);
    for (size_t i = 0; e == OK && i < all.n; i++) {
        n += all.items[i].state != CARRY_DOWN;
    }
    return n;
}

static enum err look(struct sync *s, struct why *why)
{
    struct kv *kv = state_kv(s->w.desk.state);
    enum err e = node_count(kv, &s->count, why);
    if (e == OK) {
        e = node_contact_get(kv, &s->contact);
    }
    const uint64_t number = kv_number(kv);
    const size_t carried = count_carried(s);
    if (number != s->number || carried != s->carried) {
        s->carried = carried;
        s->number = number;
        s->number_ms = loop_now_ms();
        s->waits_known = false;
    }
    // It reads all that has not left yet: not while that goes on.
    if (e == OK && !s->waits_known && loop_now_ms() >= s->number_ms + SETTLED_MS) {
        e = node_waits_look(s->w.desk.state, &s->waits, why);
        s->waits_known = e == OK;
    }
    return e;
}

// The hub has answered since sync began.
static bool heard(const struct sync *s)
{
    bool moved = s->count.received != s->first.received || s->count.confirmed != s->first.confirmed;
    return node_contact_heard(&s->contact) && (s->contact.number != s->before.number || moved);
}

static enum outcome judge(const struct sync *s, uint64_t now)
{
    const struct node_count *c = &s->count;
    bool fresh = s->contact.number != s->before.number;
    bool all = s->wait ? node_count_done(c) : c->waiting == c->unsigned_anew;
    if (s->contact.state == CONTACT_CONTRADICTION) {
        return CONTRADICTED;
    }
    // What came down may ask for work that is done here at once.
    const bool tending = s->exchange != NULL && !safe_empty(&s->w.safe) && s->waits.erasures > 0;
    const uint64_t quiet_ms = s->carried > 0 ? CARRY_MS : QUIET_MS;
    const bool quiet = !tending && s->waits_known && now >= s->number_ms + quiet_ms;
    // All else has travelled, and what is left the hub has asked for in vain.
    if (s->contact.state == CONTACT_UNLOCK && fresh && quiet && s->waits.uncopied + s->waits.asked_again > 0) {
        return LOCKED_IN;
    }
    if (heard(s) && all && quiet) {
        return c->unsigned_anew > 0 || c->untold > 0 ? LOCKED_IN : COMPLETE;
    }
    const bool answers = s->contact.state == CONTACT_UP || s->contact.state == CONTACT_UNLOCK ||
                         s->contact.state == CONTACT_BEHIND;
    if (fresh && (node_contact_stuck(&s->contact) || (!s->wait && !answers))) {
        return NO_USE;
    }
    return now >= s->deadline_ms ? TIMED_OUT : GOING_ON;
}

static void put_counts(const struct node_count *c, struct buf *out)
{
    buf_printf(out, "%llu of %llu entries received, %llu confirmed", (unsigned long long)c->received,
               (unsigned long long)c->saved, (unsigned long long)c->confirmed);
    if (c->refused > 0) {
        buf_printf(out, ", %llu refused", (unsigned long long)c->refused);
    }
    if (c->lost > 0) {
        buf_printf(out, ", %llu lost by a damaged disk (baraza status names them)", (unsigned long long)c->lost);
    }
    if (c->attachments > 0) {
        buf_printf(out, "; %llu KB of sound and pictures to go",
                   (unsigned long long)(c->attachment_bytes + 1023) / 1024);
    }
}

// While it waits: why, once for each reason. Who waits may be the only one who can do something about it.
static void tell_why(struct sync *s)
{
    const bool fresh = s->contact.number != s->before.number;
    if (s->context->quiet || !fresh || node_contact_heard(&s->contact) || s->contact.state == s->told) {
        return;
    }
    struct buf text = buf_new(1024);
    node_contact_say(&s->contact, &text);
    if (isatty(STDERR_FILENO) == 1) {
        (void)dprintf(STDERR_FILENO, "\r\x1b[K");
    }
    cmd_remark(s->context, "%.*s; it is tried again", (int)text.n, (const char *)text.p);
    buf_done(&text);
    s->told = s->contact.state;
    s->shown[0] = '\0'; // the line is written anew below it
}

// Says how far it has come, when that changed: on a terminal in one line that rewrites itself.
static void show(struct sync *s, uint64_t now, bool last)
{
    struct buf line = buf_over(s->shown, sizeof s->shown);
    char before[sizeof s->shown];
    memcpy(before, s->shown, sizeof before);
    if (s->context->quiet || (!last && now < s->shown_ms + SHOW_MS)) {
        return;
    }
    put_counts(&s->count, &line);
    if (!last && !node_contact_heard(&s->contact)) {
        buf_put_text(&line, "; waiting for the hub");
    }
    buf_put_u8(&line, 0);
    bool terminal = isatty(STDERR_FILENO) == 1;
    if (!last && strcmp(before, s->shown) != 0) {
        (void)dprintf(STDERR_FILENO, terminal ? "\r%s\x1b[K" : "%s\n", s->shown);
    } else if (last && terminal && before[0] != '\0') {
        (void)dprintf(STDERR_FILENO, "\r\x1b[K"); // the result follows on standard output
    }
    s->shown_ms = now;
}

static uint64_t held_by_hub(struct sync *s)
{
    struct notebook_copy copy;
    return work_copy(&s->w, &copy) ? copy.held : 0;
}

// Said in the exchange that found out; baraza status says it from then on.
static void remark_copy(struct sync *s)
{
    struct notebook_copy copy;
    if (work_copy(&s->w, &copy) && copy.held > s->held_before) {
        struct buf text = buf_new(2048);
        notebook_copy_say(&copy, &text);
        cmd_remark(s->context, "%.*s", (int)text.n, (const char *)text.p);
        buf_done(&text);
    }
}

static enum err follow(struct sync *s, enum outcome *out, struct why *why)
{
    enum err e = look(s, why);
    s->before = s->contact;
    s->first = s->count;
    s->held_before = held_by_hub(s);
    *out = GOING_ON;
    s->shown_ms = loop_now_ms();
    while (e == OK && *out == GOING_ON) {
        e = engage(s, why);
        if (e != OK) {
            break;
        }
        bool going = pass_time(s);
        e = look(s, why);
        *out = going ? judge(s, loop_now_ms()) : INTERRUPTED;
        if (*out == GOING_ON) {
            tell_why(s);
            show(s, loop_now_ms(), false);
        }
    }
    show(s, loop_now_ms(), true);
    remark_copy(s);
    return e;
}

// --- the result ---

// Appends why it is not complete, as a sentence.
static void put_reason(const struct sync *s, enum outcome outcome, struct buf *out)
{
    bool fresh = s->contact.number != s->before.number;
    switch (outcome) {
    case GOING_ON:
    case COMPLETE:
        break;
    case LOCKED_IN:
        node_waits_say(&s->waits, out);
        buf_put_text(out, node_waits_count(&s->waits) > 0
                              ? ". Run baraza unlock, then baraza sync"
                              : "what followed a refused entry waits until its author is accredited");
        break;
    case INTERRUPTED:
        buf_put_text(out, "interrupted; nothing is lost, and the rest travels next time");
        break;
    case TIMED_OUT:
        if (fresh && s->contact.state != CONTACT_UP) {
            node_contact_say(&s->contact, out);
        } else if (heard(s)) {
            buf_put_text(out, "the time is up; nothing is lost, and the rest travels next time");
        } else {
            buf_put_text(out, "the hub did not answer in time; nothing is lost");
        }
        break;
    case NO_USE:
    case CONTRADICTED:
        node_contact_say(&s->contact, out);
        break;
    }
}

static int code_of(enum outcome outcome)
{
    if (outcome == COMPLETE) {
        return EXIT_GOOD;
    }
    return outcome == CONTRADICTED ? EXIT_FOUND : exit_code_of(ERR_AGAIN);
}

static int print_json(const struct sync *s, enum outcome outcome, struct slice reason)
{
    const struct node_count *c = &s->count;
    json_t *o = json_object();
    json_put(o, "complete", json_boolean(outcome == COMPLETE));
    json_put(o, "saved", json_of_number(c->saved));
    json_put(o, "received", json_of_number(c->received));
    json_put(o, "confirmed", json_of_number(c->confirmed));
    json_put(o, "pending", json_of_number(c->waiting));
    json_put(o, "refused", json_of_number(c->refused));
    json_put(o, "lost", json_of_number(c->lost));
    json_put(o, "attachments", json_of_number(c->attachments));
    json_put(o, "attachment_bytes", json_of_number(c->attachment_bytes));
    json_put(o, "hub", json_string(node_contact_name(s->contact.state)));
    if (reason.n > 0) {
        json_put(o, "reason", json_of_bytes(reason));
    }
    json_put(o, "waits", waits_json(&s->waits));
    return cmd_print_json(o);
}

// What somebody should know although everything went.
static void remark(const struct sync *s)
{
    struct buf text = buf_new(1024);
    if (s->contact.state == CONTACT_BEHIND) {
        node_contact_say(&s->contact, &text);
        cmd_remark(s->context, "%.*s", (int)text.n, (const char *)text.p);
    }
    if (keyring_count(s->w.desk.keyring) > 0) {
        waits_remark(s->context, &s->waits);
    }
    buf_done(&text);
}

static int print_result(const struct sync *s, enum outcome outcome)
{
    struct buf out = buf_new(512);
    struct buf reason = buf_new(1024);
    struct why why = { "" };
    put_reason(s, outcome, &reason);
    put_counts(&s->count, &out);
    buf_put_u8(&out, '\n');
    int code = s->context->json ? print_json(s, outcome, buf_slice(&reason)) : cmd_print(buf_slice(&out));
    if (code == EXIT_GOOD && outcome != COMPLETE) {
        why_set(&why, "%.*s", (int)reason.n, (const char *)reason.p);
        (void)cmd_fail(ERR_AGAIN, &why);
        code = code_of(outcome);
    } else if (code == EXIT_GOOD && !s->context->json) {
        remark(s);
    }
    buf_done(&out);
    buf_done(&reason);
    return code;
}

static void sync_done(struct sync *s)
{
    node_tend_close(s->tend);
    node_exchange_close(s->exchange);
    loop_fd_close(s->signals);
    state_lock_drop(s->lock);
    work_close(&s->w);
}

static int sync_now(struct sync *s, uint64_t timeout_s)
{
    struct why why = { "" };
    enum outcome outcome = GOING_ON;
    int code = work_state(s->context, &s->w);
    if (code < 0 && s->w.desk.keyring == NULL) {
        code = cmd_usage("%s is a hub's state: sites come to it, it goes to nobody", s->context->state);
    }
    if (code >= 0) {
        return code;
    }
    s->deadline_ms = timeout_s == 0 ? UINT64_MAX : loop_now_ms() + timeout_s * 1000;
    enum err e = follow(s, &outcome, &why);
    return e == OK ? print_result(s, outcome) : cmd_fail(e, &why);
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct sync s = {
        .context = context, .log = { .fd = STDERR_FILENO, .level = LOG_ERROR }, .lock = -1, .signals = -1
    };
    uint64_t timeout_s = UINT64_MAX;
    const struct arg_spec rows[] = {
        { "wait", 'w', ARG_FLAG, NULL, "until the hub has everything and has confirmed it, also if it comes back later",
          &s.wait },
        { "timeout", 0, ARG_UINT, "SECONDS", "give up after so long; 0: never; 600 with --wait, else 30", &timeout_s },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza sync",
        .summary = "Exchange with the hub now: hand over what waits here, take what is there for this site. Needs no "
                   "passphrase",
        .positionals = "",
        .examples = "  baraza sync\n"
                    "  baraza sync --wait\n"
                    "  baraza sync --wait --timeout 60 --json\n"
                    "\n"
                    "received: the hub has it on disk and signed for it. confirmed: its place in the record was\n"
                    "proved and checked here. Where baraza-node runs, this happens by itself; sync makes it try\n"
                    "at once. What is carried for other sites (baraza bundle in) goes along.\n"
                    "Status 75: not everything went; the sentence says why, and nothing is lost.\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (timeout_s == UINT64_MAX) {
        timeout_s = s.wait ? TIMEOUT_WAIT_S : TIMEOUT_S;
    }
    if (timeout_s > UINT32_MAX) {
        return cmd_usage("--timeout is longer than a century");
    }
    code = sync_now(&s, timeout_s);
    sync_done(&s);
    return code;
}

const struct cmd cmd_sync = { "sync", run, "exchange with the hub now", CMD_READ };
