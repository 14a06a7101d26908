// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The page of a site with ten thousand entries, as its daemon serves it: until it can be used (all files, hello, state,
// list), against a bare request to a program that does nothing else; from the button to "saved" (draft/keep and
// draft/sign), against a bare fdatasync; what it weighs; and what baraza-node holds in memory meanwhile. Logging in is
// not in it: that is Argon2id, which is slow on purpose.
#include "tests/bench/child.h"
#include "tests/bench/seat.h"

#include "common/base/file.h"
#include "common/net/loop.h"
#include "node/page/assets.h"
#include "tests/lib/http_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTRIES 10000
#define TOGETHER 250
#define ROUNDS 7
#define TIMES 40 // saves, and flushes, in a round
#define BARE_TIMES 200
#define MIB (1024.0 * 1024.0)
#define MEMORY_REQUIRED 32
#define WEIGHT_REQUIRED 150
#define WAIT_MS 30000u
#define FLUSHED 4096

struct visit {
    uint16_t port, bare_port;
    pid_t bare;
    char token[64], session[65];
    unsigned drafts;
};

// --- the ceiling: a program that answers each connection with the same 200 bytes ---

static void serve_bare(int listener)
{
    char request[4096];
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
                                "----------------------------------------------------------------------------------"
                                "------------------";
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0 || recv(fd, request, sizeof request, 0) <= 0 ||
            send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL) <= 0) {
            _exit(1);
        }
        close(fd);
    }
}

// A listening socket at any free port of 127.0.0.1; -1 when there is none.
static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && (bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 16) != 0 ||
                    getsockname(fd, (struct sockaddr *)&at, &n) != 0)) {
        close(fd);
        fd = -1;
    }
    *port = ntohs(at.sin_port);
    return fd;
}

static enum err start_bare(struct visit *v, struct why *why)
{
    int listener = listen_anywhere(&v->bare_port);
    v->bare = listener >= 0 ? fork() : -1;
    if (v->bare == 0) {
        serve_bare(listener);
    }
    if (listener >= 0) {
        close(listener);
    }
    if (v->bare < 0) {
        why_set(why, "a port of this computer could not be had");
        return ERR_IO;
    }
    return OK;
}

// --- requests ---

// GET; 0 when it is not answered, else the bytes of its body.
static size_t get(uint16_t port, const char *path)
{
    struct buf request = buf_new(512);
    struct reply r;
    size_t n = 0;
    buf_printf(&request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", path, (unsigned)port);
    int fd = client_dial(port);
    if (fd >= 0 && client_say(fd, request.p, request.n)) {
        client_hear(fd, 10000, &r);
        n = r.status == 200 ? r.body_n : 0;
        reply_done(&r);
    }
    if (fd >= 0) {
        close(fd);
    }
    buf_done(&request);
    return n;
}

static enum err call(const struct visit *v, const char *name, const char *json, struct why *why)
{
    struct reply r;
    const unsigned status = client_call(v->port, name, v->token, json, &r);
    if (status != 200 || strstr(r.body, "\"error\"") != NULL) {
        why_set(why, "%s was answered with %u: %.100s", name, status, r.body);
    }
    const bool good = status == 200 && strstr(r.body, "\"error\"") == NULL;
    reply_done(&r);
    return good ? OK : ERR_NET;
}

// Seconds of one bare request.
static double bare_s(const struct visit *v)
{
    const double began = clock_s();
    for (int i = 0; i < BARE_TIMES; i++) {
        if (get(v->bare_port, "/") == 0) {
            return 0;
        }
    }
    return (clock_s() - began) / BARE_TIMES;
}

// Seconds until the page can be used, and of its list alone; each request with a connection of its own.
static enum err open_page(const struct visit *v, double *page_s, double *list_s, struct why *why)
{
    const double began = clock_s();
    size_t n = get(v->port, "/") > 0 ? 1 : 0;
    for (const struct page_asset *a = page_assets(); a->path != NULL && n > 0; a++) {
        const bool other = strncmp(a->path, "/lang/", 6) == 0 && strcmp(a->path, "/lang/en.json") != 0;
        n = other || get(v->port, a->path) > 0 ? n + 1 : 0;
    }
    if (n == 0) {
        why_set(why, "a file of the page is not served");
        return ERR_NET;
    }
    enum err e = call(v, "hello", "{}", why);
    if (e == OK) {
        e = call(v, "state", "{}", why);
    }
    const double before = clock_s();
    if (e == OK) {
        e = call(v, "list", "{\"language\":\"en\"}", why);
    }
    *list_s = clock_s() - before;
    *page_s = clock_s() - began;
    return e;
}

// Seconds of one contribution: kept, then signed.
static enum err save_s(struct visit *v, double *each_s, struct why *why)
{
    char json[1024];
    enum err e = OK;
    const double began = clock_s();
    for (int i = 0; i < TIMES && e == OK; i++) {
        snprintf(json, sizeof json,
                 "{\"id\":\"%032x\",\"session\":\"%s\",\"version\":0,\"fields\":{\"text\":\"The ford is gone since the "
                 "rains, and nobody comes to mend it.\",\"lang\":\"en\",\"kind\":\"threat\",\"groups\":[\"women\"],"
                 "\"basis\":\"written\",\"scopes\":[\"record\",\"analyse\"],\"sensitivity\":\"open\"}}",
                 ++v->drafts, v->session);
        e = call(v, "draft/keep", json, why);
        if (e == OK) {
            snprintf(json, sizeof json, "{\"ids\":[\"%032x\"]}", v->drafts);
            e = call(v, "draft/sign", json, why);
        }
    }
    *each_s = (clock_s() - began) / TIMES;
    return e;
}

// Seconds of a page written and flushed.
static double flush_s(const char *path)
{
    static const uint8_t page[FLUSHED] = { 1 };
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    const double began = clock_s();
    for (int i = 0; i < TIMES && fd >= 0; i++) {
        CHECK(write(fd, page, sizeof page) == FLUSHED && fdatasync(fd) == 0);
    }
    const double took = clock_s() - began;
    if (fd >= 0) {
        (void)close(fd);
    }
    return took / TIMES;
}

// --- the site ---

static enum err log_in(struct visit *v, const struct seat *seat, struct why *why)
{
    struct reply r;
    struct buf passphrase = buf_new(256);
    char key[80] = "", json[512];
    enum err e = file_read(seat->passphrase, false, &passphrase, why);
    const unsigned hello = client_call(v->port, "hello", NULL, "{}", &r);
    if (e == OK && (hello != 200 || !client_member(&r, "key", key, sizeof key))) {
        e = ERR_NET;
    }
    reply_done(&r);
    if (e == OK) {
        snprintf(json, sizeof json, "{\"key\":\"%s\",\"passphrase\":\"%.*s\"}", key, (int)passphrase.n - 1,
                 (const char *)passphrase.p);
        const unsigned status = client_call(v->port, "unlock", NULL, json, &r);
        e = status == 200 && client_member(&r, "token", v->token, sizeof v->token) ? OK : ERR_NET;
        why_set(why, "logging in was answered with %u: %.100s", status, r.body);
        reply_done(&r);
    }
    buf_done(&passphrase);
    return e;
}

static enum err start_node(struct bench *b, struct visit *v, const struct seat *seat, struct child *node,
                           struct why *why)
{
    char port[16];
    char *address = state_path_in(seat->dir, STATE_PAGE);
    int held = listen_anywhere(&v->port);
    if (held >= 0) {
        close(held);
    }
    snprintf(port, sizeof port, "%u", (unsigned)v->port);
    const char *args[] = { "--state", seat->dir, "--log-level", "error", "--page-port", port, NULL };
    enum err e = child_start(b->programs, "baraza-node", args, node, why);
    const uint64_t end_ms = loop_now_ms() + WAIT_MS;
    while (e == OK && !file_exists(address) && loop_now_ms() < end_ms) {
        e = loop_wait(NULL, 0, loop_now_ms() + 20);
    }
    free(address);
    return e == OK ? log_in(v, seat, why) : e;
}

static void report_weight(struct report *r)
{
    size_t unpacked = 0, sent = 0, catalogue = 0;
    for (const struct page_asset *a = page_assets(); a->path != NULL; a++) {
        const size_t n = page_asset_unpacked(a);
        sent += (size_t)(a->to - a->from);
        if (strncmp(a->path, "/lang/", 6) != 0) {
            unpacked += n;
        } else if (n > catalogue) {
            catalogue = n;
        }
    }
    report_bound(r, (double)sent / 1024, "KB", ROW_AT_MOST, WEIGHT_REQUIRED, WEIGHT_REQUIRED,
                 "weight of the page in all its languages, as it is sent");
    report_plain(r, (double)(unpacked + catalogue) / 1024, "KB", "unpacked, in its longest language");
}

static enum err take_rounds(struct bench *b, struct visit *v, struct why *why)
{
    double bare[ROUNDS], page[ROUNDS], list[ROUNDS], flushed[ROUNDS], saved[ROUNDS];
    double page_ratio[ROUNDS], list_ratio[ROUNDS], save_ratio[ROUNDS];
    char *path = state_path_in(b->dir, "flushed");
    enum err e = OK;
    for (size_t i = 0; i < ROUNDS && e == OK; i++) {
        bare[i] = bare_s(v);
        e = open_page(v, &page[i], &list[i], why);
        bare[i] = (bare[i] + bare_s(v)) / 2;
        flushed[i] = flush_s(path);
        if (e == OK) {
            e = save_s(v, &saved[i], why);
        }
        flushed[i] = (flushed[i] + flush_s(path)) / 2;
        if (e == OK) {
            page_ratio[i] = page[i] / bare[i];
            list_ratio[i] = list[i] / bare[i];
            save_ratio[i] = saved[i] / flushed[i];
        }
    }
    free(path);
    if (e == OK) {
        report_plain(&b->report, median(bare, ROUNDS) * 1000, "ms", "a bare request within this computer");
        report_plain(&b->report, median(page, ROUNDS) * 1000, "ms",
                     "until the page can be used: files, hello, state, list");
        report_plain(&b->report, median(page_ratio, ROUNDS), "ratio", "the page over a bare request");
        report_plain(&b->report, median(list, ROUNDS) * 1000, "ms", "the list alone");
        report_plain(&b->report, median(list_ratio, ROUNDS), "ratio", "the list over a bare request");
        report_plain(&b->report, median(flushed, ROUNDS) * 1000, "ms", "a page written and flushed (fdatasync)");
        report_plain(&b->report, median(saved, ROUNDS) * 1000, "ms",
                     "from the button to \"saved\" (kept, then signed)");
        report_plain(&b->report, median(save_ratio, ROUNDS), "ratio", "\"saved\" over a flush");
    }
    return e;
}

enum err measure_page(struct bench *b, struct why *why)
{
    struct scene scene;
    struct visit visit = { .bare = -1 };
    struct seat seat = { .dir = NULL };
    struct child node = { .pid = 0 };
    enum err e = scene_new(b, "page-hub", &scene, why);
    if (e == OK) {
        e = seat_open(b, &scene, "page", &seat, why);
    }
    for (uint64_t i = 0; i < ENTRIES && e == OK; i += TOGETHER) {
        e = seat_append(&seat, &b->texts, i, TOGETHER, why);
    }
    for (size_t i = 0; i < sizeof seat.session.b; i++) {
        snprintf(visit.session + 2 * i, 3, "%02x", seat.session.b[i]);
    }
    seat_leave(&seat);
    if (e == OK) {
        e = start_bare(&visit, why);
    }
    if (e == OK) {
        e = start_node(b, &visit, &seat, &node, why);
    }
    if (e == OK) {
        e = take_rounds(b, &visit, why);
    }
    if (e == OK) {
        report_weight(&b->report);
        report_bound(&b->report, child_anonymous_bytes(&node) / MIB, "MiB", ROW_AT_MOST, MEMORY_REQUIRED,
                     MEMORY_REQUIRED, "anonymous memory, the page open, %d entries", ENTRIES);
    }
    if (visit.bare > 0) {
        (void)kill(visit.bare, SIGKILL);
        (void)waitpid(visit.bare, NULL, 0);
    }
    child_stop(&node);
    seat_close(&seat);
    scene_done(&scene);
    return e;
}
