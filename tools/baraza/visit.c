// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One message at a time, each answered before the next: a courier's bundle is in no hurry, and its order is kept.
// Read first: visit.h.
#include "tools/baraza/visit.h"

#include "common/base/file.h"
#include "common/format/seal.h"
#include "common/net/loop.h"
#include "common/store/record.h"
#include "hub/hub_shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECT_MS 20000u
#define ANSWER_MS 60000u
#define SECOND_MS 300u      // a refusal comes right behind the acknowledgement of what stands before it
#define PUT_OFF_MS 2000u    // at most so long is waited before what was put off for want of memory is given again
#define PUT_OFF_TIMES 30
#define PUBLISHED_MS 5000u
#define PUBLISHED_STEP_MS 50u
#define SHUT_MS 75000u      // the hub does not listen for a minute after eight messages that it did not understand
#define SHUT_STEP_MS 3000u
#define FAR_AHEAD (UINT64_MAX / 2) // as the place we have read up to: nothing is to come down here

static void nap(uint64_t ms)
{
    struct loop_watch nothing = { .fd = -1 };
    const uint64_t until = loop_now_ms() + ms;
    while (loop_now_ms() < until && loop_wait(&nothing, 1, until) == OK) {
    }
}

// --- the daemon ---

// In the child: the hub's daemon on a free port of this computer. Its first line is the endpoint, or why not.
static void run_daemon(const char *dir, unsigned flags)
{
    struct log log = { .fd = STDERR_FILENO, .level = LOG_ERROR };
    struct hub_options options = { .listen = "tcp://127.0.0.1:0", .log = &log };
    struct why why = { "" };
    int lock = -1;
    char *path = state_path_in(dir, STATE_LOCK);
    enum err e = state_lock_take(path, &lock, &why);
    if (e == OK) {
        e = state_open(dir, flags, &options.state, &why);
    }
    if (e == OK) {
        e = hub_run(&options, &why);
    }
    if (e != OK) {
        printf("%s\n", e == ERR_BUSY && lock < 0 ? "busy" : why.text);
        fflush(stdout);
    }
    state_close(options.state);
    state_lock_drop(lock);
    free(path);
    _exit(0);
}

static pid_t start_daemon(const char *dir, unsigned flags, int *out_fd)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    const pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        (void)dup2(ends[1], STDOUT_FILENO);
        run_daemon(dir, flags);
    }
    close(ends[1]);
    *out_fd = ends[0];
    return pid;
}

static void read_line(int fd, char *out, size_t room)
{
    size_t n = 0;
    char c = 0;
    while (n + 1 < room) {
        const ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0 || c == '\n') {
            break;
        }
        out[n++] = c;
    }
    out[n] = '\0';
}

static void end_daemon(struct host *h)
{
    if (h->pid > 0) {
        (void)kill(h->pid, SIGTERM);
        while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    h->pid = 0;
}

static enum err find_daemon(const char *dir, struct host *h, struct why *why)
{
    char *path = state_path_in(dir, STATE_HUB_ENDPOINT);
    struct buf text = buf_new(LIMIT_NET_ADDRESS);
    enum err e = file_read(path, false, &text, why);
    if (e == OK) {
        memcpy(h->endpoint, text.p, text.n);
        h->endpoint[text.n] = '\0';
    } else if (e == ERR_NOT_FOUND) {
        why_set(why, "another program works on this hub's state; try again when it has ended");
        e = ERR_BUSY;
    }
    buf_done(&text);
    free(path);
    return e;
}

enum err host_open(const char *dir, unsigned flags, struct host *out, struct why *why)
{
    static const char listening[] = "listening on ";
    char line[sizeof listening + LIMIT_NET_ADDRESS];
    struct host h = { .pid = 0 };
    int fd = -1;
    h.pid = start_daemon(dir, flags, &fd);
    if (h.pid < 0) {
        why_set(why, "starting the hub: %s", strerror(errno));
        return ERR_IO;
    }
    read_line(fd, line, sizeof line);
    close(fd);
    enum err e = OK;
    if (strncmp(line, listening, sizeof listening - 1) == 0) {
        memcpy(h.endpoint, line + sizeof listening - 1, strlen(line) - (sizeof listening - 1) + 1);
    } else {
        end_daemon(&h);
        why_set(why, "the hub does not start: %s", line);
        e = strcmp(line, "busy") == 0 ? find_daemon(dir, &h, why) : ERR_AGAIN;
    }
    if (e == OK) {
        *out = h;
    }
    return e;
}

// True when a published checkpoint covers the whole record, or nothing can be learnt about it.
static bool published(struct kv *kv, struct record *record)
{
    struct kv_txn *t = NULL;
    struct slice note;
    uint64_t size = 0;
    enum err e = kv_begin_read(kv, &t);
    if (e == OK) {
        e = record_load(record, t, NULL);
    }
    if (e == OK) {
        e = record_checkpoint_last(t, &size, &note);
    }
    const bool yes = e != ERR_NOT_FOUND && (e != OK || size >= record_size(record));
    kv_abort(t);
    return yes;
}

void host_close(struct host *h, const char *dir, unsigned flags)
{
    struct state *state = NULL;
    const uint64_t until = loop_now_ms() + PUBLISHED_MS;
    if (h->endpoint[0] != '\0' && state_open(dir, flags, &state, NULL) == OK) {
        struct record *record = record_new();
        while (!published(state_kv(state), record) && loop_now_ms() < until) {
            nap(PUBLISHED_STEP_MS);
        }
        record_free(record);
        state_close(state);
    }
    end_daemon(h);
    h->endpoint[0] = '\0';
}

// --- the conversation ---

struct visit {
    struct net *net;
    struct sock *sock;
    struct arena *arena; // of the message received last
    struct hash consultation;
    bool anew;           // the connection was made anew: the hub has changed its keys, and does not know us any more
    struct sock_frame frame;
    struct buf out;
};

static enum err no_answer(struct why *why)
{
    why_set(why, "the hub on this computer does not answer");
    return ERR_NET;
}

// Waits for the next message of the hub. ERR_AGAIN: none came in time.
static enum err listen_for(struct visit *v, uint64_t until, struct msg *out)
{
    for (;;) {
        sock_frame_done(&v->frame);
        enum err e = sock_receive(v->sock, &v->frame);
        if (e == OK) {
            arena_reset(v->arena);
            if (msg_parse(v->frame.payload, v->arena, out) == VERDICT_GOOD) {
                return OK;
            }
            continue;
        }
        for (enum sock_event event = SOCK_UP; event != SOCK_NONE;) {
            event = sock_event_next(v->sock);
            v->anew = v->anew || event == SOCK_UP;
        }
        if (v->anew) {
            return ERR_NET;
        }
        struct loop_watch watch = { .sock = v->sock, .fd = -1 };
        if (e == ERR_NET || loop_now_ms() >= until || loop_wait(&watch, 1, until) != OK) {
            return e == ERR_NET ? e : ERR_AGAIN;
        }
    }
}

static bool is_up(struct visit *v)
{
    const uint64_t until = loop_now_ms() + CONNECT_MS;
    while (loop_now_ms() < until) {
        const enum sock_event event = sock_event_next(v->sock);
        if (event == SOCK_UP || event == SOCK_REFUSED) {
            return event == SOCK_UP;
        }
        struct loop_watch watch = { .sock = v->sock, .fd = -1 };
        if (event == SOCK_NONE && loop_wait(&watch, 1, until) != OK) {
            return false;
        }
    }
    return false;
}

// Says hello once the connection is up.
static enum err greet(struct visit *v, struct why *why)
{
    const struct tree_head none = tree_head_empty();
    const struct msg hello = { .type = MSG_HELLO,
                               .as.hello = { .version = EXCHANGE_VERSION,
                                             .consultation = v->consultation,
                                             .seen = none,
                                             .down_cursor = FAR_AHEAD } };
    const uint64_t until = loop_now_ms() + SHUT_MS;
    struct msg m = { .type = MSG_ERROR };
    buf_reset(&v->out);
    msg_make(&hello, &v->out);
    CHECK(buf_ok(&v->out));
    enum err e = OK;
    v->anew = false;
    while (e == OK && m.type != MSG_WELCOME && loop_now_ms() < until) {
        e = sock_send(v->sock, NULL, buf_slice(&v->out));
        if (e == OK) {
            e = listen_for(v, loop_now_ms() + ANSWER_MS, &m);
        }
        if (e == OK && m.type == MSG_KEYS) { // said before each welcome; we have the keys themselves
            e = listen_for(v, loop_now_ms() + ANSWER_MS, &m);
        }
        // Bad bundles make the hub deaf to us for a while; those after them are given all the same.
        if (e == OK && m.type != MSG_WELCOME) {
            nap(SHUT_STEP_MS);
        }
    }
    return e == OK && m.type == MSG_WELCOME ? OK : no_answer(why);
}

enum err visit_open(const struct host *h, const struct charter *charter, const struct boxsec *exchange,
                    struct visit **out, struct why *why)
{
    struct visit *v = mem_new(sizeof *v);
    v->net = net_new();
    v->arena = arena_new(MSG_ARENA_BYTES);
    v->out = buf_new(LIMIT_FRAME_BYTES);
    const struct boxkey own = box_public(exchange);
    enum err e = sock_connect_dealer(v->net, h->endpoint, own, own, exchange, &v->sock, why);
    if (e == OK) {
        v->consultation = charter->id;
        e = is_up(v) ? greet(v, why) : no_answer(why);
    }
    if (e != OK) {
        visit_close(v);
        return e;
    }
    *out = v;
    return OK;
}

void visit_close(struct visit *v)
{
    if (v != NULL) {
        sock_frame_done(&v->frame);
        sock_close(v->sock);
        net_free(v->net);
        arena_free(v->arena);
        buf_done(&v->out);
        free(v);
    }
}

// --- one message ---

// How one message fares.
struct giving {
    struct journal_id journal;
    uint64_t first, end;
    uint64_t next;        // acknowledged up to here
    bool refused;
    bool put_off;         // for want of memory: it is given again
    bool over;            // nothing more is to be expected of it
    bool bad;             // it was not understood
    uint64_t wait_ms;
    enum verdict code;
};

static bool about(const struct giving *g, const struct msg *m)
{
    if (m->type == MSG_ACK) {
        return journal_id_equal(m->as.ack.journal, g->journal) && m->as.ack.next > g->first;
    }
    return m->type == MSG_REFUSE && journal_id_equal(m->as.refuse.journal, g->journal) &&
           m->as.refuse.seq >= g->first && m->as.refuse.seq < g->end;
}

static void refused(struct giving *g, const struct msg_refuse *m)
{
    g->code = m->code;
    g->refused = m->is_signed;
    g->put_off = m->code == VERDICT_HUB_BUSY || m->code == VERDICT_QUOTA;
    g->over = !g->put_off;
    g->wait_ms = m->retry_after_ms < PUT_OFF_MS ? m->retry_after_ms : PUT_OFF_MS;
}

// Sends it once and hears what there is to hear.
static enum err give_once(struct visit *v, struct slice message, struct giving *g, struct why *why)
{
    struct msg m;
    uint64_t until = loop_now_ms() + ANSWER_MS;
    const uint64_t before = g->next;
    bool answered = false;
    enum err e = sock_send(v->sock, NULL, message);
    g->put_off = false;
    while (e == OK && !g->over && !g->put_off) {
        e = listen_for(v, until, &m);
        if (e == OK && m.type == MSG_ERROR) {
            g->code = m.as.error.code;
            g->over = g->bad = true;
        } else if (e == OK && about(g, &m) && m.type == MSG_ACK) {
            g->next = m.as.ack.next > g->next ? m.as.ack.next : g->next;
            g->over = g->next >= g->end;
            answered = true;
            until = loop_now_ms() + SECOND_MS;
        } else if (e == OK && about(g, &m)) {
            refused(g, &m.as.refuse);
        }
    }
    if (e == ERR_AGAIN && answered) {
        g->over = g->next == before; // what is left of it is given again, as long as that moves it on
        return OK;
    }
    return e == OK ? OK : no_answer(why);
}

static void add_up(const struct giving *g, uint64_t count, struct delivered *sum)
{
    const uint64_t end = g->next < g->end ? g->next : g->end;
    const uint64_t received = end > g->first ? end - g->first : 0;
    sum->entries += count;
    sum->received += received;
    sum->refused += g->refused;
    sum->later += count - received - g->refused;
    sum->bad = sum->bad || g->bad;
    sum->code = received < count ? g->code : sum->code;
}

// Sends a chunk until the hub has it, or will not have it now.
static enum err give_chunk(struct visit *v, struct slice message, struct hash root, struct delivered *sum,
                           struct why *why)
{
    enum err e = OK;
    bool over = false;
    sum->chunks++;
    for (int times = 0; e == OK && !over && times < PUT_OFF_TIMES; times++) {
        struct msg m = { .type = MSG_ACK };
        const uint64_t until = loop_now_ms() + ANSWER_MS;
        e = sock_send(v->sock, NULL, message);
        while (e == OK && m.type != MSG_ERROR && (m.type != MSG_HELD || !hash_equal(m.as.held.root, root))) {
            e = listen_for(v, until, &m);
        }
        if (e == ERR_NET && v->anew) {
            e = greet(v, why);
        } else if (e != OK) {
            return no_answer(why);
        } else if (m.type == MSG_ERROR) {
            sum->bad = over = true;
        } else if (m.as.held.code == VERDICT_HUB_FULL) {
            why_set(why, "%s", verdict_text(VERDICT_HUB_FULL));
            return ERR_FULL;
        } else if (m.as.held.code == VERDICT_GOOD || m.as.held.code == VERDICT_GAP) {
            sum->chunks_here += m.as.held.code == VERDICT_GOOD;
            over = true;
        } else {
            nap(m.as.held.retry_after_ms < PUT_OFF_MS ? m.as.held.retry_after_ms : PUT_OFF_MS);
        }
    }
    return e;
}

enum err visit_give(struct visit *v, struct slice message, struct delivered *sum, struct why *why)
{
    struct msg m;
    arena_reset(v->arena);
    CHECK(msg_parse(message, v->arena, &m) == VERDICT_GOOD);
    if (m.type == MSG_CHUNK) {
        return give_chunk(v, message, m.as.chunk.root, sum, why);
    }
    CHECK(m.type == MSG_ENTRIES);
    const uint64_t count = m.as.entries.count;
    struct giving g = { .journal = m.as.entries.journal,
                        .first = m.as.entries.first,
                        .end = m.as.entries.first + count,
                        .next = m.as.entries.first };
    enum err e = OK;
    for (int times = 0; e == OK && !g.over && times < PUT_OFF_TIMES; times++) {
        if (g.put_off) {
            nap(g.wait_ms);
        }
        e = give_once(v, message, &g, why);
        if (e == ERR_NET && v->anew) {
            e = greet(v, why); // and given again: what it has of it already it acknowledges once more
        }
    }
    if (e == OK && g.code == VERDICT_HUB_FULL) {
        why_set(why, "%s", verdict_text(g.code));
        e = ERR_FULL;
    }
    add_up(&g, count, sum);
    return e;
}
