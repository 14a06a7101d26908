// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The child reads the private copy twice: first all of it, which gives the answer, then again, saying each message.
// Read first: bundle_file.h.
#include "node/desk/bundle_file.h"

#include "common/base/arena.h"
#include "common/base/fault.h"
#include "common/exchange/msg.h"
#include "common/net/loop.h"
#include "common/ops/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES 65536u
#define DISK_RESERVE ((uint64_t)64 << 20) // left free when a bundle is copied

struct bundle_file {
    int copy;
    struct confined reader;
};

bool bundle_file_is_named(const char *name)
{
    const size_t n = strlen(name);
    const size_t suffix = sizeof BUNDLE_SUFFIX - 1;
    return name[0] != '.' && n > suffix && strcmp(name + n - suffix, BUNDLE_SUFFIX) == 0;
}

// --- in the confined process ---

struct reading {
    const struct bundle_expect *expect;
    struct bundle_reader r;
    bool keys;                 // its first message told changes of key
    int in;
    off_t at;
    struct buf frame, message;
    struct arena *arena;
};

// Reads up to n bytes; fewer at the end of the file.
static size_t take(struct reading *g, uint8_t *p, size_t n)
{
    size_t got = 0;
    while (got < n) {
        const ssize_t more = pread(g->in, p + got, n - got, g->at);
        if (more <= 0) {
            break;
        }
        got += (size_t)more;
        g->at += more;
    }
    return got;
}

// Which messages may travel in which bundle, and in which order, is PROTOCOL 15.
static bool may_carry(enum bundle_way way, uint64_t number, bool keys, enum msg_type type)
{
    if (number == 1) {
        return type == (way == BUNDLE_UP ? MSG_HELLO : MSG_WELCOME) || (way == BUNDLE_DOWN && type == MSG_KEYS);
    }
    if (number == 2 && keys) {
        return type == MSG_WELCOME;
    }
    return way == BUNDLE_UP
               ? type == MSG_ENTRIES || type == MSG_CHUNK
               : type == MSG_ACK || type == MSG_REFUSE || type == MSG_PROOF || type == MSG_HELD || type == MSG_DOWN;
}

// The bundle may be signed with a log key that this site has not heard of: it proves it first.
static enum bundle_fault learn_keys(struct reading *g, struct slice succession)
{
    struct roster *roster = NULL;
    struct service_keys keys;
    if (g->expect->charter == NULL ||
        succession_verify(succession, g->expect->charter, &roster, NULL) != VERDICT_GOOD) {
        return BUNDLE_MESSAGE;
    }
    service_keys_of(g->expect->charter, roster, &keys);
    bundle_reader_keys(&g->r, &keys);
    roster_free(roster);
    return BUNDLE_FINE;
}

static enum bundle_fault judge_message(struct reading *g)
{
    struct msg m;
    struct bundle_site who;
    struct slice bytes = buf_slice(&g->message);
    arena_reset(g->arena);
    if (g->expect->way == BUNDLE_UP && g->r.count == 1) {
        if (!bundle_site_parse(bytes, &who) || !boxkey_equal(who.site, g->r.label.site)) {
            return BUNDLE_MESSAGE; // or what couriers were told is not so
        }
        bytes = who.hello;
    }
    const bool good = msg_parse(bytes, g->arena, &m) == VERDICT_GOOD &&
                      may_carry(g->expect->way, g->r.count, g->keys, m.type);
    if (good && m.type == MSG_KEYS) {
        g->keys = true;
        return learn_keys(g, m.as.keys);
    }
    return good ? BUNDLE_FINE : BUNDLE_MESSAGE;
}

static enum bundle_fault next_frame(struct reading *g)
{
    uint8_t length[BUNDLE_LENGTH_BYTES];
    size_t n = 0;
    if (take(g, length, sizeof length) != sizeof length) {
        return BUNDLE_CUT;
    }
    const enum bundle_fault f = bundle_length(length, &n);
    if (f != BUNDLE_FINE) {
        return f;
    }
    buf_reset(&g->frame);
    buf_reset(&g->message);
    buf_put(&g->frame, SLICE_ARRAY(length));
    uint8_t *room = buf_room(&g->frame, n);
    CHECK(room != NULL);
    if (take(g, room, n) != n) {
        return BUNDLE_CUT;
    }
    return bundle_read(&g->r, buf_slice(&g->frame), &g->message);
}

// Reads it all; with out >= 0 says each message as u32be length ‖ bytes.
static enum bundle_fault pass(struct reading *g, int out)
{
    uint8_t head[BUNDLE_MAGIC_BYTES];
    g->at = 0;
    g->keys = false;
    bundle_reader_init(&g->r, g->expect);
    const size_t n = take(g, head, sizeof head);
    enum bundle_fault f = n == 0 ? BUNDLE_CUT : bundle_read_magic(&g->r, slice_of(head, n));
    while (f == BUNDLE_FINE && g->r.stage != BUNDLE_AT_END) {
        f = next_frame(g);
        if (f == BUNDLE_FINE && g->message.n > 0) {
            f = judge_message(g);
        }
        if (f == BUNDLE_FINE && g->message.n > 0 && out >= 0) {
            uint8_t length[BUNDLE_LENGTH_BYTES];
            be32_put(length, (uint32_t)g->message.n);
            confine_say(out, SLICE_ARRAY(length));
            confine_say(out, buf_slice(&g->message));
        }
    }
    if (f == BUNDLE_FINE && g->r.count == 0) {
        f = BUNDLE_MESSAGE;
    }
    if (f == BUNDLE_FINE && take(g, head, 1) != 0) {
        f = BUNDLE_TRAILING;
    }
    return f;
}

// Says one byte, the fault; when there is none, all messages and a length of zero, or to a courier the label.
static void read_bundle(int in, int out, void *arg)
{
    struct reading g = { .expect = arg,
                         .in = in,
                         .frame = buf_new(LIMIT_BUNDLE_FRAME + BUNDLE_LENGTH_BYTES),
                         .message = buf_new(LIMIT_FRAME_BYTES),
                         .arena = arena_new(MSG_ARENA_BYTES) };
    static const uint8_t end[BUNDLE_LENGTH_BYTES] = { 0 };
    const uint8_t fault = (uint8_t)pass(&g, -1);
    confine_say(out, slice_of(&fault, 1));
    if (fault == BUNDLE_FINE && g.expect->ring == NULL) {
        confine_say(out, slice_of(&g.r.label, sizeof g.r.label));
    } else if (fault == BUNDLE_FINE && pass(&g, out) == BUNDLE_FINE) {
        confine_say(out, SLICE_ARRAY(end));
    }
    bundle_reader_done(&g.r);
}

// --- opening ---

static enum err system_error(struct why *why, const char *doing, const char *path)
{
    const int number = errno;
    why_set(why, "%s %s: %s", doing, path, strerror(number));
    return err_from_errno(number);
}

static enum err open_copy(const char *state, uint64_t size, int *out, struct why *why)
{
    if (loop_disk_free(state) < size + DISK_RESERVE) {
        why_set(why, "there is too little room in %s for a copy of the bundle", state);
        return ERR_FULL;
    }
    *out = open(state, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return *out < 0 ? system_error(why, "making a copy in", state) : OK;
}

// Copies at most what any bundle may have; the file may grow meanwhile.
static enum err copy_file(int from, int to, const char *path, enum bundle_fault *fault, struct why *why)
{
    uint8_t *block = mem_new(BLOCK_BYTES);
    uint64_t all = 0;
    size_t n = 0;
    enum err e = file_next(from, path, block, BLOCK_BYTES, &n, why);
    while (e == OK && n > 0 && *fault == BUNDLE_FINE) {
        all += n;
        if (all > LIMIT_BUNDLE_BYTES) {
            *fault = BUNDLE_TOO_LARGE;
            break;
        }
        e = file_put(to, "the copy of a bundle", slice_of(block, n), why);
        if (e == OK) {
            e = file_next(from, path, block, BLOCK_BYTES, &n, why);
        }
    }
    free(block);
    return e;
}

// A link, a pipe, a device: no bundle, whatever is behind it.
static bool no_file(enum err e, const char *path)
{
    char byte;
    return e == ERR_BAD_INPUT || (e != OK && readlink(path, &byte, 1) >= 0);
}

static enum err judge(struct bundle_file *f, const struct bundle_expect *expect, enum bundle_fault *fault,
                      struct why *why)
{
    uint8_t said = 0;
    struct bundle_expect copy = *expect;
    enum err e = confine_start(f->copy, read_bundle, &copy, &f->reader, why);
    if (e == OK) {
        const bool heard = confine_hear(&f->reader, &said, 1) && said < BUNDLE_FAULTS;
        *fault = heard ? (enum bundle_fault)said : BUNDLE_READER;
    }
    return e;
}

enum err bundle_file_open(const char *path, const char *state, const struct bundle_expect *expect,
                          struct bundle_file **out, enum bundle_fault *fault, struct why *why)
{
    int fd = -1;
    uint64_t size = 0;
    struct bundle_file *f = NULL;
    *fault = BUNDLE_FINE;
    enum err e = file_open(path, false, &fd, &size, why);
    if (no_file(e, path)) {
        *fault = BUNDLE_NOT_A_FILE;
        return OK;
    }
    if (e == OK && size > LIMIT_BUNDLE_BYTES) {
        *fault = BUNDLE_TOO_LARGE;
        goto out;
    }
    if (e != OK) {
        return e;
    }
    f = mem_new(sizeof *f);
    f->copy = -1;
    e = open_copy(state, size, &f->copy, why);
    if (e == OK) {
        e = copy_file(fd, f->copy, path, fault, why);
    }
    if (e == OK && *fault == BUNDLE_FINE) {
        e = judge(f, expect, fault, why);
    }
    if (e == OK && *fault == BUNDLE_FINE) {
        *out = f;
        f = NULL;
    }
out:
    bundle_file_close(f);
    close(fd);
    return e;
}

enum err bundle_file_next(struct bundle_file *f, struct buf *out, bool *more, struct why *why)
{
    uint8_t length[BUNDLE_LENGTH_BYTES];
    buf_reset(out);
    *more = false;
    bool heard = confine_hear(&f->reader, length, sizeof length);
    const size_t n = heard ? be32_get(length) : 0;
    if (heard && n > 0) {
        uint8_t *room = n <= LIMIT_FRAME_BYTES ? buf_room(out, n) : NULL;
        heard = room != NULL && confine_hear(&f->reader, room, n);
        *more = heard;
    }
    if (!heard) {
        buf_reset(out);
        why_set(why, "the process that reads the bundle has ended");
        return ERR_IO;
    }
    return OK;
}

enum err bundle_file_label(struct bundle_file *f, struct bundle_label *out, struct why *why)
{
    struct bundle_label said;
    const bool heard = confine_hear(&f->reader, &said, sizeof said) && said.view_bytes <= sizeof said.view &&
                       (said.way == BUNDLE_UP || said.way == BUNDLE_DOWN);
    if (!heard) {
        why_set(why, "the process that reads the bundle has ended");
        return ERR_IO;
    }
    *out = said;
    return OK;
}

void bundle_file_close(struct bundle_file *f)
{
    if (f != NULL) {
        confine_end(&f->reader);
        if (f->copy >= 0) {
            close(f->copy);
        }
        free(f);
    }
}

// --- writing ---

static enum err flush(struct bundle_making *m, struct why *why)
{
    CHECK(buf_ok(&m->out));
    sha256_add(&m->hash, buf_slice(&m->out));
    m->bytes += m->out.n;
    if (m->bytes > LIMIT_BUNDLE_BYTES) {
        why_set(why, "there is more to carry than one bundle takes");
        return ERR_TOO_BIG;
    }
    enum err e = file_writer_put(&m->file, buf_slice(&m->out), why);
    buf_reset(&m->out);
    return e;
}

static enum err must_be_new(const char *path, struct why *why)
{
    if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        why_set(why, "%s is there already, and is not replaced", path);
        return ERR_EXISTS;
    }
    return OK;
}

enum err bundle_making_begin(const char *path, enum bundle_way way, struct hash consultation, struct boxkey to,
                             const struct bundle_about *about, struct bundle_making *out, struct why *why)
{
    *out = (struct bundle_making){ .file = { .fd = -1 } };
    enum err e = must_be_new(path, why);
    if (e == OK) {
        e = file_writer_begin(path, &out->file, why);
    }
    if (e != OK) {
        return e;
    }
    out->out = buf_new(2 * LIMIT_BUNDLE_FRAME);
    sha256_init(&out->hash);
    if (!bundle_begin(&out->writer, way, consultation, to, about, &out->out)) {
        why_set(why, "the key that the bundle is for is not a key");
        e = ERR_BAD_INPUT;
    } else {
        e = flush(out, why);
    }
    if (e != OK) {
        bundle_making_abort(out);
    }
    return e;
}

enum err bundle_making_put(struct bundle_making *m, struct slice message, struct why *why)
{
    bundle_put(&m->writer, message, &m->out);
    return flush(m, why);
}

// Reads the file back from the medium, not from memory where the system lets us choose.
static enum err read_back(const struct bundle_making *m, struct why *why)
{
    struct sha256 all;
    struct sha256 written = m->hash;
    int fd = -1;
    uint64_t size = 0;
    size_t n = 0;
    if (FAULT(FILE_NOT_SYNCED)) {
        return OK;
    }
    if (fsync(m->file.fd) != 0) {
        return system_error(why, "writing", m->file.path);
    }
    (void)posix_fadvise(m->file.fd, 0, 0, POSIX_FADV_DONTNEED);
    enum err e = file_open(m->file.temporary, false, &fd, &size, why);
    if (e != OK) {
        return e;
    }
    uint8_t *block = mem_new(BLOCK_BYTES);
    sha256_init(&all);
    do {
        e = file_next(fd, m->file.temporary, block, BLOCK_BYTES, &n, why);
        if (e == OK) {
            sha256_add(&all, slice_of(block, n));
        }
    } while (e == OK && n > 0);
    free(block);
    close(fd);
    if (e == OK && !hash_equal(sha256_done(&all), sha256_done(&written))) {
        why_set(why, "what was written to %s does not read back as it was written: use another stick", m->file.path);
        e = ERR_IO;
    }
    return e;
}

// Reads it back, and names it if all is well. Takes m.
static enum err give_name(struct bundle_making *m, enum err e, struct why *why)
{
    if (e == OK) {
        e = read_back(m, why);
    }
    if (e == OK) {
        e = must_be_new(m->file.path, why);
    }
    if (e == OK) {
        e = file_writer_commit(&m->file, 0644, why);
    }
    bundle_making_abort(m);
    return e;
}

enum err bundle_making_commit(struct bundle_making *m, const struct seckey *log, struct why *why)
{
    bundle_end(&m->writer, log, &m->out);
    return give_name(m, flush(m, why), why);
}

enum err bundle_file_copy(struct bundle_file *f, const char *path, struct why *why)
{
    struct bundle_making m = { .file = { .fd = -1 }, .out = buf_new(BLOCK_BYTES) };
    uint8_t *block = mem_new(BLOCK_BYTES);
    ssize_t n = 0;
    off_t at = 0;
    sha256_init(&m.hash);
    enum err e = must_be_new(path, why);
    if (e == OK) {
        e = file_writer_begin(path, &m.file, why);
    }
    while (e == OK && (n = pread(f->copy, block, BLOCK_BYTES, at)) > 0) {
        buf_put(&m.out, slice_of(block, (size_t)n));
        at += n;
        e = flush(&m, why);
    }
    free(block);
    return give_name(&m, e == OK && n < 0 ? system_error(why, "reading", "the copy of a bundle") : e, why);
}

void bundle_making_abort(struct bundle_making *m)
{
    file_writer_abort(&m->file);
    buf_done(&m->out);
    mem_wipe(&m->writer, sizeof m->writer);
}
