// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The other end of an errand: a process of its own, that opens the state and does one thing with a courier's stick.
// Read first: errand.h, node/desk/courier.h.
#include "common/author/state.h"
#include "common/format/armor.h"
#include "common/ops/json_read.h"
#include "node/desk/courier.h"
#include "node/page/errand.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST_BYTES 65536
#define REFUSED_SHOWN 50 // of bundles that were refused; more are only counted

struct work {
    json_t *in;
    bool stick;              // the place is a medium that somebody plugged in
    char where[LIMIT_STICK_PATH + 64];
    char dir[LIMIT_STICK_PATH + 64];
    struct state *state;
    // in
    struct courier courier;
    uint64_t done, of, taken, down, kept, known, passed, refused_n, differs;
    bool rekeyed;
    json_t *refused;
    enum err e;              // the first failure: the rest is not tried
    struct why why;
};

static void say(json_t *o)
{
    struct buf line = buf_new(131072);
    json_print(o, &line);
    json_decref(o);
    for (size_t at = 0; buf_ok(&line) && at < line.n;) {
        const ssize_t n = write(STDOUT_FILENO, line.p + at, line.n - at);
        if (n <= 0) {
            break; // nobody listens any more; the work is done all the same
        }
        at += (size_t)n;
    }
    buf_done(&line);
}

static void say_result(json_t *result)
{
    json_t *o = json_object();
    json_put(o, "result", result);
    say(o);
}

static int say_error(const struct trouble *t)
{
    json_t *o = json_object();
    json_t *error = json_object();
    json_t *args = json_object();
    for (size_t i = 0; i < t->n; i++) {
        const struct trouble_arg *a = &t->args[i];
        json_put(args, a->name, a->is_text ? json_of_bytes(slice_text(a->text)) : json_of_number(a->number));
    }
    json_put(error, "code", json_string(t->code));
    json_put(error, "args", args);
    json_put(error, "why", json_of_bytes(slice_text(t->why.text)));
    json_put(o, "error", error);
    say(o);
    return 1;
}

// What failed below, said of the stick where it is the stick's.
static enum err judge(const struct work *w, struct trouble *t, enum err e, const struct why *why)
{
    if (w->stick && (e == ERR_FULL || e == ERR_IO || e == ERR_PERM)) {
        (void)trouble_set(t, e == ERR_FULL ? TROUBLE_STICK_FULL : TROUBLE_STICK_FAILED);
        trouble_say(t, why);
        return e;
    }
    return trouble_of_err(t, e, why);
}

// --- out ---

static enum err bring_out(struct work *w, struct trouble *t)
{
    struct courier_made made = { .path = NULL };
    struct why why = { "" };
    const enum err e = courier_out(w->state, w->where, 0, &made, &why);
    if (e == OK) {
        // In a browser's downloads it is to be called as it would be on a stick.
        char *name = w->stick ? NULL : courier_name("/", "from", made.site);
        const char *slash = strrchr(w->stick ? made.path : name, '/');
        json_t *o = json_object();
        CHECK(slash != NULL);
        json_put(o, "name", json_of_path(slash + 1));
        free(name);
        json_put(o, "bytes", json_of_number(made.bytes));
        json_put(o, "entries", json_of_number(made.made.entries));
        json_put(o, "left", json_of_number(made.made.left));
        json_put(o, "carried", json_of_number(made.others.given + made.others.there));
        json_put(o, "damaged", json_of_number(made.others.damaged));
        say_result(o);
    }
    courier_made_done(&made);
    return judge(w, t, e, &why);
}

// --- in ---

// Reasons that mean the same to whoever holds the stick are one.
static const char *reason_of(enum bundle_fault f)
{
    switch (f) {
    case BUNDLE_OTHER_VERSION:
    case BUNDLE_CONSULTATION:
    case BUNDLE_WAY:
    case BUNDLE_NOT_FOR_US:
    case BUNDLE_NOT_SIGNED:
    case BUNDLE_OLDER:
    case BUNDLE_ANOTHER_BASE:
    case BUNDLE_CONTRADICTION:
    case BUNDLE_CARRY_FULL:
        return bundle_fault_name(f);
    case BUNDLE_FINE:
    case BUNDLE_NOT_A_FILE:
    case BUNDLE_TOO_LARGE:
    case BUNDLE_NOT_A_BUNDLE:
    case BUNDLE_CUT:
    case BUNDLE_LENGTH:
    case BUNDLE_FORM:
    case BUNDLE_ORDER:
    case BUNDLE_DAMAGED:
    case BUNDLE_TRAILING:
    case BUNDLE_MESSAGE:
    case BUNDLE_READER:
    case BUNDLE_FAULTS:
        break;
    }
    return "broken";
}

static void note_refused(struct work *w, const char *path, enum bundle_fault fault)
{
    const char *slash = strrchr(path, '/');
    if (w->of > 1 && (fault == BUNDLE_NOT_FOR_US || fault == BUNDLE_WAY || fault == BUNDLE_OLDER)) {
        w->passed++; // others', or overtaken: on a stick that is how it should be
        return;
    }
    w->refused_n++;
    if (json_array_size(w->refused) < REFUSED_SHOWN) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(slash == NULL ? path : slash + 1));
        json_put(o, "reason", json_string(reason_of(fault)));
        json_put(o, "why", json_string(bundle_fault_text(fault)));
        json_push(w->refused, o);
    }
}

static void note(struct work *w, const char *path, const struct courier_taken *c)
{
    w->rekeyed = w->rekeyed || c->taken.rekeyed;
    w->differs += c->differs;
    w->down += c->taken.down;
    switch (c->fate) {
    case COURIER_TAKEN:
        w->taken++;
        break;
    case COURIER_KEPT:
        w->kept++;
        break;
    case COURIER_KNOWN:
        w->known++;
        break;
    case COURIER_REFUSED:
        note_refused(w, path, c->fault);
        break;
    case COURIER_LATER:
        break;
    }
}

static void say_progress(const struct work *w)
{
    json_t *o = json_object();
    json_put(o, "done", json_of_number(w->done));
    json_put(o, "of", json_of_number(w->of));
    say(o);
}

static bool take(void *arg, const char *path, bool patient)
{
    struct work *w = arg;
    struct courier_taken taken;
    if (w->e != OK) {
        return false;
    }
    w->e = courier_take(&w->courier, path, patient, &taken, &w->why);
    if (w->e == OK) {
        note(w, path, &taken);
        w->done += taken.fate != COURIER_LATER;
        say_progress(w);
    }
    return w->e == OK && taken.fate == COURIER_LATER;
}

// How many there are, so that it can be said how far one is.
static bool count(void *arg, const char *path, bool patient)
{
    struct work *w = arg;
    (void)path;
    (void)patient;
    w->of++;
    return false;
}

static enum err take_all(struct work *w, struct trouble *t)
{
    struct courier_folder folder = { .n = 1 };
    if (!courier_is_folder(w->where)) {
        w->of = 1;
        (void)take(w, w->where, false);
        return judge(w, t, w->e, &w->why);
    }
    enum err e = courier_folder(w->where, count, w, &folder, &w->why);
    if (e == OK) {
        e = courier_folder(w->where, take, w, &folder, &w->why);
    }
    if (e == OK && folder.n == 0) {
        return trouble_set(t, TROUBLE_STICK_NO_BUNDLE);
    }
    return judge(w, t, e == OK ? w->e : e, &w->why);
}

static enum err take_in(struct work *w, struct trouble *t)
{
    struct node_count before = { .received = 0 };
    struct node_count after = { .received = 0 };
    struct why why = { "" };
    w->refused = json_array();
    enum err e = courier_open(w->state, &w->courier, &why);
    if (e == OK) {
        e = node_count(state_kv(w->state), &before, &why);
    }
    e = trouble_of_err(t, e, &why);
    if (e == OK) {
        e = take_all(w, t);
    }
    if (e == OK) {
        e = trouble_of_err(t, node_count(state_kv(w->state), &after, &why), &why);
    }
    courier_close(&w->courier);
    if (e == OK) {
        json_t *o = json_object();
        json_put(o, "files", json_of_number(w->of));
        json_put(o, "taken", json_of_number(w->taken));
        json_put(o, "received", json_of_number(after.received - before.received));
        json_put(o, "confirmed", json_of_number(after.confirmed - before.confirmed));
        json_put(o, "down", json_of_number(w->down));
        json_put(o, "kept", json_of_number(w->kept));
        json_put(o, "known", json_of_number(w->known));
        json_put(o, "passed", json_of_number(w->passed));
        json_put(o, "refused", json_incref(w->refused));
        json_put(o, "refused_n", json_of_number(w->refused_n));
        json_put(o, "rekeyed", json_boolean(w->rekeyed));
        json_put(o, "differs", json_of_number(w->differs));
        say_result(o);
    }
    json_decref(w->refused);
    return e;
}

// --- the request ---

static json_t *read_request(void)
{
    struct buf text = buf_new(REQUEST_BYTES);
    uint8_t block[4096];
    ssize_t n = 0;
    while ((n = read(STDIN_FILENO, block, sizeof block)) > 0) {
        buf_put(&text, slice_of(block, (size_t)n));
    }
    json_t *o = buf_ok(&text) ? json_read(buf_slice(&text)) : NULL;
    buf_done(&text);
    return o;
}

static bool copy_path(const json_t *o, const char *name, char *out, size_t room)
{
    struct slice hex;
    if (!json_text(o, name, &hex) || hex.n == 0 || hex.n / 2 >= room || !armor_hex_fixed(hex, out, hex.n / 2)) {
        return false;
    }
    out[hex.n / 2] = '\0';
    return true;
}

static enum err work(struct work *w, struct trouble *t)
{
    struct slice what;
    struct why why = { "" };
    bool any = false;
    if (!json_text(w->in, "do", &what) || !json_yes(w->in, "any", &any) || !json_yes(w->in, "stick", &w->stick) ||
        !copy_path(w->in, "where", w->where, sizeof w->where) || !copy_path(w->in, "state", w->dir, sizeof w->dir)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    const enum err e = state_open(w->dir, any ? KV_ANY_FILESYSTEM : 0, &w->state, &why);
    if (e != OK) {
        return trouble_of_err(t, e, &why);
    }
    return slice_equal(what, SLICE_LITERAL("out")) ? bring_out(w, t) : take_in(w, t);
}

int errand_main(void)
{
    struct work w = { .in = read_request() };
    struct trouble t = { .err = OK };
    (void)signal(SIGPIPE, SIG_IGN);
    const enum err e = w.in == NULL ? trouble_set(&t, TROUBLE_NOT_RIGHT) : work(&w, &t);
    const int code = e == OK ? 0 : say_error(&t);
    state_close(w.state);
    json_decref(w.in);
    return code;
}
