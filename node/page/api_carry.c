// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Couriers, from the page: which sticks are there, a bundle onto one or as a file, and what one brings. The work itself
// is an errand. It must never write to a place that is not a stick of now.
// Read first: page_call.h, errand.h, node/desk/sticks.h.
#include "node/page/api.h"

#include "common/author/state.h"
#include "common/base/file.h"
#include "common/net/loop.h"
#include "node/desk/sticks.h"
#include "node/page/page_inside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UPLOAD "page-in.bundle"    // in the state: what comes from a browser, piece by piece
#define DOWNLOAD "page-out.bundle" // and what goes to one
#define RESERVE ((uint64_t)64 << 20) // left free for what people say

// --- sticks ---
// {} -> {sticks: [{id, label, kind, writable, free, bytes, bundles}]}

static json_t *stick_json(const struct stick *s)
{
    const char *slash = strrchr(s->path, '/');
    json_t *o = json_object();
    json_put(o, "id", json_of_hex(slice_text(s->path)));
    json_put(o, "label", json_of_path(slash == NULL ? s->path : slash + 1));
    json_put(o, "kind", json_of_path(s->kind));
    json_put(o, "writable", json_boolean(s->writable));
    json_put(o, "free", json_of_number(s->free_bytes));
    json_put(o, "bytes", json_of_number(s->bytes));
    json_put(o, "bundles", json_of_number(s->bundles));
    return o;
}

enum err page_sticks(struct page_call *c, struct trouble *t)
{
    struct stick found[LIMIT_STICKS];
    json_t *list = json_array();
    const size_t n = sticks_look(c->site->sticks, found);
    (void)t;
    for (size_t i = 0; i < n; i++) {
        json_push(list, stick_json(&found[i]));
    }
    json_put(c->out, "sticks", list);
    return OK;
}

// The stick that was chosen, if it is still there. ERR_NOT_FOUND with t.
static enum err find_stick(const struct page_call *c, struct slice id, struct stick *out, struct trouble *t)
{
    struct stick found[LIMIT_STICKS];
    const size_t n = sticks_look(c->site->sticks, found);
    for (size_t i = 0; i < n; i++) {
        json_t *hex = json_of_hex(slice_text(found[i].path));
        const bool same = slice_equal(slice_text(json_string_value(hex)), id);
        json_decref(hex);
        if (same) {
            *out = found[i];
            return OK;
        }
    }
    return trouble_set(t, TROUBLE_STICK_GONE);
}

// --- bundle/out, bundle/in: begins; what comes of it is asked with bundle/job ---
// {stick?: id} -> {}; without a stick: to be fetched with bundle/get, from what came by bundle/put.

// A bundle must not take the room that the next words need.
static enum err need_room(const struct page_call *c, uint64_t bytes, struct trouble *t)
{
    const uint64_t left = loop_disk_free(state_dir(c->site->state));
    return left >= bytes && left - bytes >= RESERVE ? OK : trouble_set(t, TROUBLE_DISK_FULL);
}

// Of a bundle that is made now, about: what waits, and what sealing adds.
static enum err need_room_out(const struct page_call *c, struct trouble *t)
{
    struct standing s;
    const enum err e = standing_look(c->page->standing, c->desk, c->wall_s, &s, t);
    return e == OK ? need_room(c, 2 * (s.ledger.waiting_bytes + s.sound_bytes), t) : e;
}

static enum err begin(struct page_call *c, const char *what, const char *file, struct trouble *t)
{
    struct slice id;
    struct stick stick;
    const bool to_stick = json_text(c->in, "stick", &id);
    const bool out = strcmp(what, "out") == 0;
    enum err e = to_stick ? find_stick(c, id, &stick, t) : out ? need_room_out(c, t) : OK;
    if (e != OK) {
        return e;
    }
    char *path = state_path(c->site->state, file);
    json_t *request = json_object();
    json_put(request, "state", json_of_hex(slice_text(state_dir(c->site->state))));
    json_put(request, "any", json_boolean(c->site->any_filesystem));
    json_put(request, "stick", json_boolean(to_stick));
    json_put(request, "where", json_of_hex(slice_text(to_stick ? stick.path : path)));
    if (!to_stick && out && !errand_look(c->page->errand)) {
        (void)unlink(path); // nothing is ever replaced: what was made for a browser before was for that one
    }
    e = errand_start(c->page->errand, what, request, t);
    c->page->uploaded = e == OK ? !to_stick && !out : c->page->uploaded;
    free(path);
    return e;
}

void page_carry_look(struct page *p)
{
    if (!errand_look(p->errand) && p->uploaded) { // it was read, or is of no use
        char *path = state_path(p->o.state, UPLOAD);
        (void)unlink(path);
        free(path);
        p->uploaded = false;
    }
}

enum err page_bundle_out(struct page_call *c, struct trouble *t)
{
    return begin(c, "out", DOWNLOAD, t);
}

enum err page_bundle_in(struct page_call *c, struct trouble *t)
{
    return begin(c, "in", UPLOAD, t);
}

// --- bundle/job: how far the work is, and what came of it ---
// {} -> {doing, last, done, of, result?, error?}: errand.h

enum err page_bundle_job(struct page_call *c, struct trouble *t)
{
    (void)t;
    page_carry_look(c->page);
    json_t *job = errand_json(c->page->errand);
    (void)json_object_update(c->out, job);
    json_decref(job);
    json_t *error = json_object_get(c->out, "error");
    if (error != NULL) { // that of the work, not of this call
        json_put(c->out, "failed", json_incref(error));
        (void)json_object_del(c->out, "error");
    }
    return OK;
}

// --- bundle/get: a piece of the bundle that was made for a browser ---
// {offset} -> octet-stream of 1 MiB, less at its end: then it is removed here

#define PIECE ((size_t)1 << 20)

enum err page_bundle_get(struct page_call *c, struct trouble *t)
{
    uint64_t offset = 0;
    if (!json_number(c->in, "offset", &offset) || offset > LIMIT_BUNDLE_BYTES) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    char *path = state_path(c->site->state, DOWNLOAD);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const bool there = fd >= 0 && !errand_look(c->page->errand);
    uint8_t *room = there ? buf_room(c->bytes, PIECE) : NULL;
    const ssize_t n = there ? pread(fd, room, PIECE, (off_t)offset) : -1;
    if (there) {
        c->bytes->n -= PIECE - (n > 0 ? (size_t)n : 0);
    }
    if (there && n >= 0 && (size_t)n < PIECE) {
        (void)unlink(path); // that was the last of it
    }
    if (fd >= 0) {
        close(fd);
    }
    free(path);
    return !there ? trouble_set(t, TROUBLE_JOB_NONE) : n < 0 ? trouble_set(t, TROUBLE_DISK) : OK;
}

// --- bundle/put: a piece of a bundle that a browser reads from a file ---
// octet-stream, Baraza-Offset: how much was put before (0 begins anew) -> {size}

static bool parse_offset(struct slice text, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || *out > LIMIT_BUNDLE_BYTES) {
            return false;
        }
        *out = *out * 10 + (uint64_t)(text.p[i] - '0');
    }
    return text.n > 0;
}

static enum err put_piece(const char *path, uint64_t offset, struct slice octets, uint64_t *size, struct trouble *t)
{
    struct why why = { "" };
    struct stat st;
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (offset == 0 ? O_TRUNC : 0), 0600);
    enum err e = fd >= 0 && fstat(fd, &st) == 0 ? OK : trouble_set(t, TROUBLE_DISK);
    if (e == OK && (uint64_t)st.st_size != offset) {
        e = trouble_with(t, TROUBLE_UPLOAD, TROUBLE_NUMBER(st.st_size));
    }
    if (e == OK && lseek(fd, (off_t)offset, SEEK_SET) < 0) {
        e = trouble_set(t, TROUBLE_DISK);
    }
    if (e == OK) {
        e = trouble_of_err(t, file_put(fd, UPLOAD, octets, &why), &why);
    }
    if (fd >= 0) {
        close(fd);
    }
    *size = offset + octets.n;
    return e;
}

enum err page_bundle_put(struct page_call *c, struct trouble *t)
{
    uint64_t offset = 0;
    uint64_t size = 0;
    if (!parse_offset(page_field(c, "Baraza-Offset"), &offset)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    if (offset + c->octets.n > LIMIT_BUNDLE_BYTES) {
        return trouble_set(t, TROUBLE_TOO_BIG);
    }
    if (errand_look(c->page->errand)) {
        return trouble_set(t, TROUBLE_JOB_BUSY);
    }
    char *path = state_path(c->site->state, UPLOAD);
    enum err e = need_room(c, c->octets.n, t);
    if (e == OK) {
        e = put_piece(path, offset, c->octets, &size, t);
    }
    free(path);
    if (e == OK) {
        json_put(c->out, "size", json_of_number(size));
    }
    return e;
}

// What a browser left behind is of no use to anybody.
void page_carry_clean(struct state *state)
{
    static const char *const names[] = { UPLOAD, DOWNLOAD };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = state_path(state, names[i]);
        (void)unlink(path);
        free(path);
    }
}
