// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The agent, both ends. It must never touch the store, write a secret to disk, or answer another user.
// Read first: agent.h.
//
// Each message is u32be length ‖ canonical array. Requests: [1] who; [2, key] get; [3, key or empty] lock;
// [4, unlocked…] put; [5] sleep. Replies: [error, …]: who adds [[name, key] …], get adds the unlocked person's fields.
#include "common/author/agent.h"

#include "common/base/fault.h"
#include "common/format/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMEOUT_US 250000 // one request or reply
#define BACKLOG 16
#define LOCK_TRIES 20  // of at most TIMEOUT_US each
#define UNLOCKED_FIELDS 9

enum request { REQUEST_WHO = 1, REQUEST_GET = 2, REQUEST_LOCK = 3, REQUEST_PUT = 4, REQUEST_SLEEP = 5 };

struct agent {
    char *path;
    struct safe *safe;
    uint64_t idle_ms;
    int fd;
    bool in_advance;      // agent_says
    dev_t device;         // of the socket's file
    ino_t inode;
};

// A socket's address holds 107 bytes of path; a longer one is reached by way of its open directory.
static enum err address_of(const char *path, struct sockaddr_un *out, int *dir_fd, struct why *why)
{
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    *dir_fd = -1;
    size_t n = strlen(path);
    if (n < sizeof out->sun_path) {
        memcpy(out->sun_path, path, n + 1);
        return OK;
    }
    const char *slash = strrchr(path, '/');
    CHECK(slash != NULL);
    char *dir = strndup(path, (size_t)(slash - path));
    CHECK(dir != NULL);
    *dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(dir);
    if (*dir_fd < 0) {
        why_set(why, "opening the directory of %.100s: %s", path, strerror(errno));
        return err_from_errno(errno);
    }
    (void)snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d%.60s", *dir_fd, slash);
    return OK;
}

static void fd_close(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

static int socket_new(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static bool set_timeouts(int fd)
{
    struct timeval limit = { .tv_usec = TIMEOUT_US };
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0;
}

// Gives a socket connected to the agent at path. ERR_NOT_FOUND: nobody listens.
static enum err connect_to(const char *path, int *out, struct why *why)
{
    struct sockaddr_un address;
    int dir_fd = -1;
    int fd = -1;
    enum err e = address_of(path, &address, &dir_fd, why);
    if (e != OK) {
        return e;
    }
    fd = socket_new();
    if (fd < 0 || !set_timeouts(fd) || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int number = errno;
        why_set(why, "no agent answers at %.120s: %s", path, strerror(number));
        e = number == ECONNREFUSED ? ERR_NOT_FOUND : number == EAGAIN ? ERR_AGAIN : err_from_errno(number);
        fd_close(fd);
        fd = -1;
    }
    fd_close(dir_fd);
    *out = fd;
    return e;
}

static bool send_all(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int fd, uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t got = recv(fd, p, n, 0);
        if (got <= 0) {
            return false;
        }
        p += got;
        n -= (size_t)got;
    }
    return true;
}

static bool send_message(int fd, const struct buf *message)
{
    uint8_t length[4];
    CHECK(buf_ok(message));
    be32_put(length, (uint32_t)message->n);
    return send_all(fd, length, sizeof length) && send_all(fd, message->p, message->n);
}

static bool receive_message(int fd, struct buf *out)
{
    uint8_t length[4];
    if (!receive_all(fd, length, sizeof length) || be32_get(length) > LIMIT_AGENT_BYTES) {
        return false;
    }
    uint8_t *room = buf_room(out, be32_get(length));
    return room != NULL && receive_all(fd, room, be32_get(length));
}

static struct buf message_new(void)
{
    return buf_new(LIMIT_AGENT_BYTES);
}

static void message_done(struct buf *message)
{
    buf_wipe(message);
    buf_done(message);
}

static void unlocked_pack(const struct unlocked *u, struct buf *out)
{
    pack_text(out, u->person.name);
    pack_bin(out, SLICE_ARRAY(u->person.key.b));
    pack_bin(out, SLICE_ARRAY(u->sign.b));
    pack_bin(out, SLICE_ARRAY(u->box.b));
    pack_bin(out, SLICE_ARRAY(u->store_key.b));
    pack_bin(out, slice_of(u->older.b, u->renewing ? sizeof u->older.b : 0));
    pack_bin(out, SLICE_ARRAY(u->unlock.b));
    pack_bin(out, SLICE_ARRAY(u->outbox_key.b));
    pack_bin(out, SLICE_ARRAY(u->outbox_record));
}

static void person_read(struct cursor *c, struct person *out)
{
    *out = (struct person){ .name = "" };
    struct slice name = cursor_str(c);
    cursor_bin_fixed(c, out->key.b, sizeof out->key.b);
    if (name.n == 0 || name.n > LIMIT_PERSON_NAME) {
        cursor_fail(c);
        return;
    }
    memcpy(out->name, name.p, name.n);
}

// out is a slot of a safe: secrets go nowhere else.
static void unlocked_read(struct cursor *c, struct unlocked *out)
{
    person_read(c, &out->person);
    cursor_bin_fixed(c, out->sign.b, sizeof out->sign.b);
    cursor_bin_fixed(c, out->box.b, sizeof out->box.b);
    cursor_bin_fixed(c, out->store_key.b, sizeof out->store_key.b);
    struct slice older = cursor_bin(c);
    out->renewing = older.n == sizeof out->older.b;
    if (out->renewing) {
        memcpy(out->older.b, older.p, older.n);
    } else if (older.n > 0) {
        cursor_fail(c);
    }
    cursor_bin_fixed(c, out->unlock.b, sizeof out->unlock.b);
    cursor_bin_fixed(c, out->outbox_key.b, sizeof out->outbox_key.b);
    cursor_bin_fixed(c, out->outbox_record, sizeof out->outbox_record);
}

// --- the server ---

static void reply_who(struct agent *a, struct buf *reply)
{
    size_t n = 0;
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        n += a->safe->slots[i].taken;
    }
    pack_array(reply, 2);
    pack_uint(reply, OK);
    pack_array(reply, n);
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        if (a->safe->slots[i].taken) {
            pack_array(reply, 2);
            pack_text(reply, a->safe->slots[i].person.name);
            pack_bin(reply, SLICE_ARRAY(a->safe->slots[i].person.key.b));
        }
    }
}

static void reply_only(struct buf *reply, enum err e)
{
    buf_reset(reply);
    pack_array(reply, 1);
    pack_uint(reply, (uint64_t)e);
}

static void reply_get(struct agent *a, struct pubkey key, uint64_t now_ms, struct buf *reply)
{
    struct unlocked *u = safe_find(a->safe, key);
    if (u == NULL) {
        reply_only(reply, ERR_LOCKED);
        return;
    }
    u->used_ms = now_ms;
    pack_array(reply, 1 + UNLOCKED_FIELDS);
    pack_uint(reply, OK);
    unlocked_pack(u, reply);
}

static bool lock_matching(struct agent *a, struct slice key)
{
    bool changed = false;
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        struct unlocked *u = &a->safe->slots[i];
        if (u->taken && (key.n == 0 || slice_equal(key, SLICE_ARRAY(u->person.key.b)))) {
            safe_forget(u);
            changed = true;
        }
    }
    return changed;
}

// Reads an unlocked person from the rest of a request into the safe.
static enum err take_put(struct agent *a, struct cursor *c, uint64_t now_ms)
{
    struct cursor look = *c;
    struct person person;
    person_read(&look, &person);
    struct unlocked *slot = safe_slot(a->safe, person.key);
    if (slot == NULL) {
        return ERR_FULL;
    }
    const uint64_t serial = slot->serial; // she was not locked in between: logins of hers go on
    safe_forget(slot);
    slot->serial = serial;
    unlocked_read(c, slot);
    if (!cursor_done(c)) {
        safe_forget(slot);
        return ERR_BAD_INPUT;
    }
    slot->taken = true;
    slot->used_ms = now_ms;
    return OK;
}

// Answers one request. Returns whether somebody was unlocked or locked.
static bool answer(struct agent *a, struct slice request, uint64_t now_ms, struct buf *reply)
{
    struct cursor c = cursor_new(request, false);
    size_t fields = cursor_array(&c, 1 + UNLOCKED_FIELDS);
    uint64_t what = cursor_uint(&c);
    if (what == REQUEST_WHO && fields == 1 && cursor_done(&c)) {
        reply_who(a, reply);
        return false;
    }
    if (what == REQUEST_SLEEP && fields == 1 && cursor_done(&c)) {
        pack_array(reply, 2);
        pack_uint(reply, OK);
        pack_uint(reply, a->in_advance ? 1 : 0);
        return false;
    }
    if (what == REQUEST_GET && fields == 2) {
        struct pubkey key;
        cursor_bin_fixed(&c, key.b, sizeof key.b);
        if (cursor_done(&c)) {
            reply_get(a, key, now_ms, reply);
            return false;
        }
    }
    if (what == REQUEST_LOCK && fields == 2) {
        struct slice key = cursor_bin(&c);
        if (cursor_done(&c) && (key.n == 0 || key.n == sizeof(struct pubkey))) {
            reply_only(reply, OK);
            return lock_matching(a, key);
        }
    }
    if (what == REQUEST_PUT && fields == 1 + UNLOCKED_FIELDS) {
        enum err e = take_put(a, &c, now_ms);
        reply_only(reply, e);
        return e == OK;
    }
    reply_only(reply, ERR_BAD_INPUT);
    return false;
}

static bool same_user(int fd)
{
    struct ucred peer = { .uid = (uid_t)-1 };
    socklen_t n = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 && peer.uid == geteuid();
}

bool agent_serve(struct agent *a, uint64_t now_ms)
{
    bool changed = false;
    for (int i = 0; i < BACKLOG; i++) {
        int fd = accept4(a->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            break;
        }
        struct buf request = message_new();
        struct buf reply = message_new();
        if (same_user(fd) && set_timeouts(fd) && receive_message(fd, &request)) {
            changed = answer(a, buf_slice(&request), now_ms, &reply) || changed;
            (void)send_message(fd, &reply); // who does not wait for the reply does not get one
        }
        message_done(&request);
        message_done(&reply);
        close(fd);
    }
    return changed;
}

uint64_t agent_expire(struct agent *a, uint64_t now_ms)
{
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < LIMIT_PERSONS && a->idle_ms > 0; i++) {
        struct unlocked *u = &a->safe->slots[i];
        if (!u->taken) {
            continue;
        }
        uint64_t end = u->used_ms + a->idle_ms;
        if (end <= now_ms) {
            safe_forget(u);
        } else if (end < next) {
            next = end;
        }
    }
    return next;
}

// Binds fd at path; a socket file that nobody answers any more is replaced.
static enum err bind_at(int fd, const char *path, struct why *why)
{
    struct sockaddr_un address;
    int dir_fd = -1;
    int other = -1;
    enum err e = connect_to(path, &other, NULL);
    fd_close(other);
    if (e == OK) {
        why_set(why, "an agent answers at %.120s already", path);
        return ERR_BUSY;
    }
    if (unlink(path) != 0 && errno != ENOENT) {
        why_set(why, "removing %.120s: %s", path, strerror(errno));
        return err_from_errno(errno);
    }
    e = address_of(path, &address, &dir_fd, why);
    if (e != OK) {
        return e;
    }
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0600) != 0 ||
        listen(fd, BACKLOG) != 0) {
        why_set(why, "listening at %.120s: %s", path, strerror(errno));
        e = err_from_errno(errno);
    }
    fd_close(dir_fd);
    return e;
}

enum err agent_open(const char *path, struct safe *safe, uint64_t idle_ms, struct agent **out, struct why *why)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        why_set(why, "making a socket: %s", strerror(errno));
        return err_from_errno(errno);
    }
    mode_t mask = umask(0177);
    enum err e = bind_at(fd, path, why);
    umask(mask);
    if (e != OK) {
        close(fd);
        return e;
    }
    struct agent *a = mem_new(sizeof *a);
    *a = (struct agent){ .path = strdup(path), .safe = safe, .idle_ms = idle_ms, .fd = fd };
    CHECK(a->path != NULL);
    struct stat st;
    if (lstat(path, &st) == 0) {
        a->device = st.st_dev;
        a->inode = st.st_ino;
    }
    *out = a;
    return OK;
}

bool agent_lock_all(struct agent *a)
{
    return lock_matching(a, slice_of(NULL, 0));
}

void agent_says(struct agent *a, bool in_advance)
{
    a->in_advance = in_advance;
}

bool agent_there(const struct agent *a)
{
    struct stat st;
    return lstat(a->path, &st) == 0 && st.st_dev == a->device && st.st_ino == a->inode;
}

void agent_close(struct agent *a)
{
    if (a == NULL) {
        return;
    }
    if (agent_there(a)) {
        (void)unlink(a->path);
    }
    close(a->fd);
    free(a->path);
    free(a);
}

int agent_fd(const struct agent *a)
{
    return a->fd;
}

// --- clients ---

// Asks once; *c then stands after the reply's error, which is returned. reply owns the bytes.
static enum err ask(const char *path, const struct buf *request, struct buf *reply, struct cursor *c, struct why *why)
{
    int fd = -1;
    enum err e = connect_to(path, &fd, why);
    if (e != OK) {
        return e;
    }
    if (!send_message(fd, request) || !receive_message(fd, reply)) {
        why_set(why, "the agent at %.120s does not answer", path);
        e = ERR_AGAIN;
    }
    close(fd);
    if (e != OK) {
        return e;
    }
    *c = cursor_new(buf_slice(reply), false);
    (void)cursor_array(c, 1 + UNLOCKED_FIELDS);
    uint64_t code = cursor_uint(c);
    if (!cursor_ok(c) || code >= ERR_COUNT) {
        why_set(why, "the agent at %.120s answers something else", path);
        return ERR_BAD_INPUT;
    }
    return (enum err)code;
}

enum err agent_put(const char *path, const struct unlocked *u, struct why *why)
{
    struct buf request = message_new();
    struct buf reply = message_new();
    struct cursor c;
    pack_array(&request, 1 + UNLOCKED_FIELDS);
    pack_uint(&request, REQUEST_PUT);
    unlocked_pack(u, &request);
    enum err e = ask(path, &request, &reply, &c, why);
    message_done(&request);
    message_done(&reply);
    return e;
}

enum err agent_get(const char *path, struct pubkey key, struct unlocked *out, struct why *why)
{
    CHECK(!out->taken);
    struct buf request = message_new();
    struct buf reply = message_new();
    struct cursor c;
    pack_array(&request, 2);
    pack_uint(&request, REQUEST_GET);
    pack_bin(&request, SLICE_ARRAY(key.b));
    enum err e = ask(path, &request, &reply, &c, why);
    if (e == OK) {
        unlocked_read(&c, out);
        if (!cursor_done(&c) || !pubkey_equal(out->person.key, key)) {
            why_set(why, "the agent at %.120s answers something else", path);
            safe_forget(out);
            e = ERR_BAD_INPUT;
        } else {
            out->taken = true;
        }
    }
    message_done(&request);
    message_done(&reply);
    return e;
}

enum err agent_lock(const char *path, const struct pubkey *key, struct why *why)
{
    struct buf request = message_new();
    struct buf reply = message_new();
    struct cursor c;
    pack_array(&request, 2);
    pack_uint(&request, REQUEST_LOCK);
    pack_bin(&request, key == NULL ? (struct slice){ NULL, 0 } : SLICE_ARRAY(key->b));
    enum err e = ask(path, &request, &reply, &c, why);
    message_done(&request);
    message_done(&reply);
    return e;
}

enum err agent_lock_surely(const char *path, const struct pubkey *key, struct why *why)
{
    enum err e = agent_lock(path, key, NULL);
    for (int i = 1; i < LOCK_TRIES && e == ERR_AGAIN; i++) {
        e = agent_lock(path, key, NULL);
    }
    if (e == OK || e == ERR_NOT_FOUND || FAULT(LOCK_UNANSWERED)) {
        return OK;
    }
    why_set(why, "whoever is unlocked may still be in memory, the program that holds the keys does not answer: SWITCH "
                 "THIS COMPUTER OFF NOW");
    return e;
}

enum err agent_sleep(const char *path, bool *in_advance, struct why *why)
{
    struct buf request = message_new();
    struct buf reply = message_new();
    struct cursor c;
    pack_array(&request, 1);
    pack_uint(&request, REQUEST_SLEEP);
    enum err e = ask(path, &request, &reply, &c, why);
    const uint64_t answer = e == OK ? cursor_uint(&c) : 0;
    if (e == OK && cursor_done(&c)) {
        *in_advance = answer == 1;
    } else if (e == OK) {
        why_set(why, "the agent at %.120s answers something else", path);
        e = ERR_BAD_INPUT;
    }
    message_done(&request);
    message_done(&reply);
    return e;
}

enum err agent_who(const char *path, struct person *out, size_t max, size_t *count, struct why *why)
{
    struct buf request = message_new();
    struct buf reply = message_new();
    struct cursor c;
    pack_array(&request, 1);
    pack_uint(&request, REQUEST_WHO);
    enum err e = ask(path, &request, &reply, &c, why);
    if (e == OK) {
        size_t n = cursor_array(&c, max);
        for (size_t i = 0; i < n; i++) {
            cursor_array_of(&c, 2);
            person_read(&c, &out[i]);
        }
        if (cursor_done(&c)) {
            *count = n;
        } else {
            why_set(why, "the agent at %.120s answers something else", path);
            e = ERR_BAD_INPUT;
        }
    }
    message_done(&request);
    message_done(&reply);
    return e;
}
