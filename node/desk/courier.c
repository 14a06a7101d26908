// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Out: node_bundle_make into a bundle_file. In: a bundle_file into node_bundle_take, or into carry. Read first:
// courier.h.
#include "node/desk/courier.h"

#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/net/loop.h"
#include "common/ops/print.h"
#include "common/store/exchange_state.h"
#include "common/store/succession_store.h"
#include "node/desk/outward.h"
#include "node/node_told.h"
#include "node/node_view.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_DIGITS 8 // of a site's transport key, in a file's name
#define SAME_SECOND 100

// --- names ---

bool courier_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void put_second(struct buf *out)
{
    struct buf text = buf_new(64);
    const uint64_t now = loop_wall_s();
    print_time(&text, now); // 2026-03-04 13:00
    for (size_t i = 0; i < text.n; i++) {
        const uint8_t c = text.p[i];
        if (c >= '0' && c <= '9') {
            buf_put_u8(out, c);
        } else if (c == ' ') {
            buf_put_u8(out, 'T');
        }
    }
    buf_printf(out, "%02u", (unsigned)(now % 60));
    buf_done(&text);
}

char *courier_name(const char *where, const char *way, struct boxkey site)
{
    struct buf path = buf_new(8192);
    if (!courier_is_folder(where)) {
        buf_put_text(&path, where);
        buf_put_u8(&path, 0);
        return (char *)path.p;
    }
    for (unsigned i = 0; i < SAME_SECOND; i++) {
        buf_reset(&path);
        buf_printf(&path, "%s/", where);
        put_second(&path);
        if (i > 0) {
            buf_printf(&path, "-%u", i);
        }
        buf_printf(&path, "-%s-", way);
        armor_put_hex(&path, slice_of(site.b, KEY_DIGITS / 2));
        buf_put_text(&path, BUNDLE_SUFFIX);
        buf_put_u8(&path, 0);
        if (!file_exists((const char *)path.p)) {
            break;
        }
    }
    return (char *)path.p;
}

// --- out ---

static enum err put(void *arg, struct slice message, struct why *why)
{
    return bundle_making_put(arg, message, why);
}

// The last checkpoint that was verified here: whoever carries the bundle may compare it with her own.
static enum err read_view(const struct state *s, struct buf *out, struct bundle_told *told)
{
    struct kv_txn *t = NULL;
    struct tree_head head;
    struct slice note;
    enum err e = kv_begin_read(state_kv(s), &t);
    if (e == OK) {
        e = exchange_checkpoint_get(t, &head, &note);
    }
    if (e == OK) {
        buf_put(out, note);
    }
    if (e == OK || e == ERR_NOT_FOUND) {
        e = node_told_here(t, UINT64_MAX, told);
    }
    kv_abort(t);
    return e;
}

// The bundle itself, at out->path.
static enum err make(struct state *s, struct boxkey own, struct boxkey intake, uint64_t most,
                     struct courier_made *out, struct why *why)
{
    struct buf view = buf_new(LIMIT_NOTE_BYTES);
    struct bundle_about about = { .site = own };
    struct bundle_making file = { .file = { .fd = -1 } };
    const struct hash consultation = state_charter(s)->id;
    enum err e = read_view(s, &view, &about.told);
    if (e == OK) {
        about.view = view.n <= LIMIT_BUNDLE_VIEW ? buf_slice(&view) : slice_of(NULL, 0);
        e = bundle_making_begin(out->path, BUNDLE_UP, consultation, intake, &about, &file, why);
    }
    if (e == OK) {
        struct outbox_cover cover;
        state_cover_load(s, &cover);
        e = node_bundle_make(state_kv(s), consultation, own, &cover, most, put, &file, &out->made, why);
        outbox_cover_done(&cover);
        if (e == OK) {
            e = bundle_making_commit(&file, NULL, why);
        } else {
            bundle_making_abort(&file);
        }
    }
    buf_done(&view);
    return e;
}

// What is carried for others goes along, when there is a folder to put it into.
static enum err give_carried(struct state *s, const char *where, struct boxkey own, struct courier_made *out,
                             struct why *why)
{
    const struct charter *charter = state_charter(s);
    struct service_keys keys;
    const struct carry_site site = { .state = state_dir(s), .own = own, .consultation = charter->id, .keys = &keys };
    struct node_carry all;
    enum err e = succession_keys(state_kv(s), charter, &keys, why);
    if (e != OK) {
        return e;
    }
    if (courier_is_folder(where)) {
        return carry_give(&site, where, &out->others, why);
    }
    e = node_carry_read(state_dir(s), &all, why);
    out->stayed = e == OK ? all.n : 0;
    return e;
}

// Nine tenths of what is free there: a stick that is filled to its last byte takes no answer.
static uint64_t room_at(const char *where, uint64_t most)
{
    char *copy = strdup(where);
    CHECK(copy != NULL);
    const uint64_t left = loop_disk_free(courier_is_folder(where) ? where : dirname(copy)) / 10 * 9;
    free(copy);
    return most > 0 && most < left ? most : left;
}

enum err courier_out(struct state *s, const char *where, uint64_t most, struct courier_made *out, struct why *why)
{
    struct state_transport transport;
    struct service_keys keys;
    struct outward taken = { .count = 0 };
    struct stat st;
    *out = (struct courier_made){ .path = NULL };
    enum err e = state_transport_load(s, &transport, why);
    if (e == OK) {
        e = succession_keys(state_kv(s), state_charter(s), &keys, why);
    }
    if (e == OK) {
        e = outward_look(state_kv(s), &taken);
    }
    if (e == OK) {
        out->site = transport.pub;
        out->path = courier_name(where, "from", transport.pub);
        e = make(s, transport.pub, keys.intake, room_at(where, most), out, why);
    }
    if (e == OK) {
        out->bytes = stat(out->path, &st) == 0 ? (uint64_t)st.st_size : 0;
        taken.at_s = loop_wall_s();
        // Only a remark: whoever cannot be told of this bundle is asked for another one.
        if (out->made.left == 0 && outward_put(state_kv(s), &taken) != OK) {
            taken.count = 0;
        }
        e = give_carried(s, where, transport.pub, out, why);
    }
    mem_wipe(&transport, sizeof transport);
    return e;
}

void courier_made_done(struct courier_made *m)
{
    free(m->path);
    *m = (struct courier_made){ .path = NULL };
}

// --- in ---

enum err courier_open(struct state *s, struct courier *out, struct why *why)
{
    const struct charter *charter = state_charter(s);
    *out = (struct courier){ .state = s };
    out->expect = (struct bundle_expect){
        .way = BUNDLE_DOWN, .consultation = charter->id, .ring = &out->ring, .charter = charter };
    enum err e = state_transport_load(s, &out->transport, why);
    if (e == OK) {
        out->ring = (struct box_ring){ .n = 1, .at = { { out->transport.pub, out->transport.sec } } };
    }
    return e;
}

void courier_close(struct courier *c)
{
    mem_wipe(c, sizeof *c);
}

static enum err next(void *arg, struct buf *message, bool *more, struct why *why)
{
    return bundle_file_next(arg, message, more, why);
}

static enum err take_ours(struct courier *c, struct bundle_file *f, struct courier_taken *out, struct why *why)
{
    struct kv *kv = state_kv(c->state);
    enum err e = node_bundle_take(kv, state_charter(c->state), state_dir(c->state), next, f, &out->fault, &out->taken,
                                  why);
    out->fate = out->fault == BUNDLE_FINE ? COURIER_TAKEN : COURIER_REFUSED;
    if (e == OK && out->fault == BUNDLE_FINE) {
        e = outward_answered(kv, loop_wall_s());
    }
    return e == OK && out->fault == BUNDLE_FINE ? node_count(kv, &out->count, why) : e;
}

static void judge_others(const struct carry_taken *c, enum node_view_fate view, bool patient,
                         struct courier_taken *out)
{
    out->way = c->label.way;
    out->fate = COURIER_REFUSED;
    if (c->fault == BUNDLE_NOT_SIGNED && patient) {
        out->fate = COURIER_LATER; // signed with a log key that another bundle of the folder may prove
    } else if (c->fault != BUNDLE_FINE) {
        out->fault = c->fault;
    } else if (view == VIEW_CONTRADICTS) {
        out->fault = BUNDLE_CONTRADICTION;
    } else if (c->fate == CARRY_NO_ROOM) {
        out->fault = BUNDLE_CARRY_FULL;
    } else if (c->fate != CARRY_NOT) {
        out->fate = c->fate == CARRY_KEEP ? COURIER_KEPT : COURIER_KNOWN;
    }
}

// What is not for this site is carried for whom it is for, when that is a site or the hub of this consultation.
static enum err take_for_others(struct courier *c, const char *path, bool patient, struct courier_taken *out,
                                struct why *why)
{
    struct carry_taken taken;
    struct service_keys keys;
    struct kv *kv = state_kv(c->state);
    const struct charter *charter = state_charter(c->state);
    const struct carry_site site = {
        .state = state_dir(c->state), .own = c->transport.pub, .consultation = charter->id, .keys = &keys };
    enum err e = succession_keys(kv, charter, &keys, why);
    if (e == OK) {
        e = carry_take(&site, path, &taken, why);
    }
    if (e != OK) {
        return e;
    }
    enum node_view_fate view = VIEW_NOTHING;
    if (taken.fault == BUNDLE_FINE) {
        out->site = taken.label.site;
        e = node_view_meet(kv, charter, slice_of(taken.label.view, taken.label.view_bytes), &view, why);
    }
    if (e == OK && taken.fault == BUNDLE_FINE && taken.label.way == BUNDLE_UP) {
        const struct node_told_other other = { .site = taken.label.site, .told = taken.label.told };
        e = node_told_meet(kv, &other, &out->differs, why);
    }
    if (e == OK) {
        judge_others(&taken, view, patient, out);
    }
    return e;
}

enum err courier_take(struct courier *c, const char *path, bool patient, struct courier_taken *out, struct why *why)
{
    struct bundle_file *f = NULL;
    struct service_keys known;
    *out = (struct courier_taken){ .fate = COURIER_REFUSED, .fault = BUNDLE_FINE };
    // Which log key signs what comes down: the bundle before this one may have told a change.
    enum err e = succession_keys(state_kv(c->state), state_charter(c->state), &known, why);
    if (e == OK) {
        bundle_expect_keys(&c->expect, &known);
        e = bundle_file_open(path, state_dir(c->state), &c->expect, &f, &out->fault, why);
    }
    if (e == OK && (out->fault == BUNDLE_NOT_FOR_US || out->fault == BUNDLE_WAY)) {
        e = take_for_others(c, path, patient, out, why);
    } else if (e == OK && out->fault == BUNDLE_FINE) {
        e = take_ours(c, f, out, why);
    }
    bundle_file_close(f);
    return e;
}

// --- a folder ---

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Goes through n of them. Those that must wait for others, which may stand behind them, come to the front; returns how
// many.
static size_t through(char **names, size_t n, courier_each *each, void *arg, bool patient)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        if (each(arg, names[i], patient)) {
            names[left++] = names[i];
        } else {
            free(names[i]);
        }
    }
    return left;
}

enum err courier_folder(const char *path, courier_each *each, void *arg, struct courier_folder *out, struct why *why)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        const int number = errno;
        why_set(why, "opening %s: %s", path, strerror(number));
        return err_from_errno(number);
    }
    char **names = mem_new(LIMIT_BUNDLE_FOLDER * sizeof *names);
    size_t n = 0;
    struct dirent *d = NULL;
    while (n < LIMIT_BUNDLE_FOLDER && (d = readdir(dir)) != NULL) {
        if (bundle_file_is_named(d->d_name)) {
            names[n++] = state_path_in(path, d->d_name);
        }
    }
    closedir(dir);
    *out = (struct courier_folder){ .n = n, .cut = d != NULL };
    qsort(names, n, sizeof *names, by_name);
    size_t left = n;
    for (size_t before = n + 1; left > 0 && left < before;) {
        before = left;
        left = through(names, left, each, arg, true);
    }
    left = through(names, left, each, arg, false);
    CHECK(left == 0);
    free(names);
    return OK;
}
