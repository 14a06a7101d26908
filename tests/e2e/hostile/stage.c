// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See stage.h.
#include "tests/e2e/hostile/stage.h"

#include "common/base/num.h"
#include "common/format/content.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MS 20000
#define GUIDES 3
#define GUIDE_BYTES 200000

void tell(const char *what)
{
    printf("%s\n", what);
    fflush(stdout);
}

void pause_ms(uint64_t ms)
{
    CHECK(loop_wait(NULL, 0, loop_now_ms() + ms) == OK);
}

void must(struct stage *s, bool holds, const char *what)
{
    if (holds) {
        return;
    }
    fprintf(stderr, "\nnot so: %s\n", what);
    bool alive = hub_alive(s);
    if (!alive) {
        fprintf(stderr, "the hub has ended\n");
    }
    fprintf(stderr, "its log: %s\n", house_path(&s->house, "../hub.log"));
    if (alive) {
        kill(s->hub.pid, SIGKILL);
    }
    exit(1);
}

// --- the program ---
// The sanitizers keep freed memory for a while; here that would be taken for the hub's.
static void lean_sanitizers(void)
{
    const char *given = getenv("ASAN_OPTIONS");
    char options[1024];
    snprintf(options, sizeof options, "%s%squarantine_size_mb=1:malloc_context_size=2", given != NULL ? given : "",
             given != NULL ? ":" : "");
    setenv("ASAN_OPTIONS", options, 1);
}

static void run_hub(const struct stage *s, const char *listen, int out, int log)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    lean_sanitizers();
    dup2(out, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl(s->hub.program, "baraza-hub", "--state", s->house.state, "--listen", listen, "--log-level", "info", NULL);
    _exit(127);
}

static void read_address(struct stage *s, int fd)
{
    char line[256] = "";
    size_t n = 0;
    struct loop_watch watch = { .fd = fd };
    uint64_t deadline = loop_now_ms() + START_MS;
    while (strchr(line, '\n') == NULL && n + 1 < sizeof line) {
        must(s, loop_wait(&watch, 1, deadline) == OK && watch.ready, "the hub says where it listens");
        ssize_t got = read(fd, line + n, sizeof line - 1 - n);
        must(s, got > 0, "the hub starts");
        n += (size_t)got;
    }
    const char lead[] = "listening on ";
    must(s, strncmp(line, lead, sizeof lead - 1) == 0, "the hub says where it listens");
    size_t length = strcspn(line + sizeof lead - 1, "\n");
    must(s, length < sizeof s->hub.address, "the address has room");
    memcpy(s->hub.address, line + sizeof lead - 1, length);
    s->hub.address[length] = '\0';
}

void hub_start(struct stage *s)
{
    int ends[2];
    char listen[64];
    snprintf(listen, sizeof listen, "%s", s->hub.address[0] != '\0' ? s->hub.address : "tcp://127.0.0.1:0");
    int log = open(house_path(&s->house, "../hub.log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    must(s, log >= 0 && pipe2(ends, O_CLOEXEC) == 0, "files for the hub");
    s->hub.pid = fork();
    must(s, s->hub.pid >= 0, "a process for the hub");
    if (s->hub.pid == 0) {
        run_hub(s, listen, ends[1], log);
    }
    close(ends[1]);
    close(log);
    read_address(s, ends[0]);
    close(ends[0]);
    atomic_store(&s->hub.watched, s->hub.pid); // not before: until it runs the program, its memory is that of this one
}

int hub_stop(struct stage *s, int signal_number)
{
    int status = 0;
    uint64_t deadline = loop_now_ms() + START_MS;
    pid_t ended = 0;
    atomic_store(&s->hub.watched, 0);
    kill(s->hub.pid, signal_number);
    while (ended == 0 && loop_now_ms() < deadline) {
        ended = waitpid(s->hub.pid, &status, WNOHANG);
        pause_ms(5);
    }
    must(s, ended == s->hub.pid, "the hub ends when it is told to");
    s->hub.pid = 0;
    return status;
}

bool hub_alive(struct stage *s)
{
    return s->hub.pid > 0 && waitpid(s->hub.pid, NULL, WNOHANG) == 0;
}

// The value of a line "NAME:  number kB" of a process's status; 0 when it is not there.
static unsigned long status_kb(pid_t pid, const char *name)
{
    char path[64];
    char line[256];
    uint64_t value = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && value == 0 && fgets(line, sizeof line, f) != NULL) {
        const char *number = strpbrk(line, "0123456789");
        if (strncmp(line, name, strlen(name)) == 0 && number != NULL &&
            !num_parse_u64(slice_of(number, strcspn(number, " ")), &value)) {
            value = 0;
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return (unsigned long)value;
}

static void *watch_memory(void *arg)
{
    struct stage *s = arg;
    while (atomic_load(&s->hub.watching)) {
        int pid = atomic_load(&s->hub.watched);
        unsigned long kb = pid > 0 ? status_kb(pid, "RssAnon:") : 0;
        if (kb > atomic_load(&s->hub.rss_kb)) {
            atomic_store(&s->hub.rss_kb, kb);
        }
        pause_ms(20);
    }
    return NULL;
}

// --- the consultation ---
struct said *stage_session(struct world *w, struct person *p)
{
    struct body b = { .kind = KIND_SESSION };
    b.as.session.area = SLICE_LITERAL("EL-ARN");
    b.as.session.code = SLICE_LITERAL("EL-ARN-2026-001");
    b.as.session.type = SLICE_LITERAL("town-hall");
    return world_make(w, p, &b, NULL, 0, NULL);
}

struct said *stage_contribution(struct world *w, struct person *p, struct hash session, size_t bytes)
{
    struct content said = { 0 };
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf map = buf_new(LIMIT_DISCLOSURE_BYTES);
    static const char *const words[] = { "water ", "road ", "herders ", "market ", "night ", "school ", "land " };
    uint64_t x = p->next * 2654435761u + p->pub.b[0];
    while (text.n < bytes) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        buf_put_text(&text, words[(x >> 33) % 7]);
    }
    content_add_text(&said, "lang", SLICE_LITERAL("en"));
    content_add_text(&said, "text", slice_of(text.p, bytes));
    content_make(&said, &map);
    const struct slice parts[LIMIT_PARTS] = { [1] = buf_slice(&map) };
    struct said *made = world_make(w, p, &(struct body){ .kind = KIND_CONTRIBUTION }, &session, 1, parts);
    buf_done(&text);
    buf_done(&map);
    return made;
}

static void accredit(struct stage *s)
{
    struct world *w = &s->world;
    struct person *root = &w->root[0];
    (void)world_grant(w, root, &s->house.author, 1u << ROLE_HUB, NULL);
    (void)world_grant(w, root, &s->registrar, 1u << ROLE_REGISTRAR, NULL);
    (void)world_grant(w, root, &s->secretariat, 1u << ROLE_SECRETARIAT, NULL);
    (void)world_grant(w, &s->secretariat, &s->site, 1u << ROLE_FACILITATOR, NULL);
    for (size_t i = 0; i < HOSTILES; i++) {
        (void)world_grant(w, &s->secretariat, &s->hostile[i], 1u << ROLE_FACILITATOR, NULL);
    }
    s->invite = world_invite(w, &s->registrar, "an invitation", 1u << ROLE_FACILITATOR, NULL, 1);
}

// Large entries that go down to every site, so that a peer can ask for much.
static void publish_guides(struct stage *s)
{
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf map = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct content content = { 0 };
    while (text.n < GUIDE_BYTES) {
        buf_put_text(&text, "What keeps people here from sleeping well? ");
    }
    content_add_text(&content, "title", buf_slice(&text));
    content_make(&content, &map);
    const struct slice parts[LIMIT_PARTS] = { buf_slice(&map) };
    struct hash previous = { { 0 } };
    for (uint64_t i = 1; i <= GUIDES; i++) {
        struct body b = { .kind = KIND_GUIDE };
        b.as.guide.version = i;
        previous = world_say(&s->world, &s->secretariat, &b, &previous, i > 1, parts)->entry.id;
    }
    buf_done(&text);
    buf_done(&map);
}

static void found(struct stage *s)
{
    char name[32];
    world_init(&s->world, 1);
    world_init(&s->elsewhere, 2); // another quorum: another charter
    s->registrar = person_of("the registrar");
    s->secretariat = person_of("the secretariat");
    s->site = person_of("an honest site");
    for (size_t i = 0; i < HOSTILES; i++) {
        snprintf(name, sizeof name, "hostile %zu", i);
        s->hostile[i] = person_of(name);
    }
    house_new(&s->house, &s->world);
    accredit(s);
    publish_guides(s);
    house_open(&s->house);
    must(s, house_deliver_all(&s->house, &s->world.root[0]).has_ack, "the root's acts are admitted");
    must(s, house_deliver_all(&s->house, &s->secretariat).has_ack, "the secretariat's acts are admitted");
    must(s, house_deliver_all(&s->house, &s->registrar).has_ack, "the registrar's acts are admitted");
    s->founded = (size_t)sequence_size(s->house.sequence);
    house_close(&s->house);
}

void stage_open(struct stage *s)
{
    const char *bin = getenv("BARAZA_BIN");
    static char program[512];
    loop_raise_files();
    memset(s, 0, sizeof *s);
    snprintf(program, sizeof program, "%s/baraza-hub", bin != NULL ? bin : "build/test/bin");
    s->hub.program = program;
    if (access(program, X_OK) != 0) {
        fprintf(stderr, "skipped: %s is not built (BARAZA_BIN)\n", program);
        exit(77);
    }
    found(s);
    hub_start(s);
    atomic_store(&s->hub.watching, true);
    must(s, pthread_create(&s->hub.watcher, NULL, watch_memory, s) == 0, "a thread to watch");
    s->net = net_new();
}

void stage_close(struct stage *s)
{
    atomic_store(&s->hub.watching, false);
    pthread_join(s->hub.watcher, NULL);
    net_free(s->net);
    house_done(&s->house);
    world_done(&s->world);
    world_done(&s->elsewhere);
}
