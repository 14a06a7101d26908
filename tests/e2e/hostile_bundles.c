// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Hostile bundles before the reader as it is released: built without sanitizers, so that the confined process has its
// filter of system calls and its limit of memory. Each is judged as by a hub, a site and a courier, refused with
// a name, leaves nothing behind, and costs little. The confinement itself is tried first.
#include "common/exchange/msg.h"
#include "common/ops/confine.h"
#include "node/desk/bundle_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#error "this is to be built as it is released"
#endif

#define MOST_KIB (64 * 1024) // of memory, for the reader and for whoever asked it
#define MESSAGES 6

struct trial {
    char stick[64], state[64], path[96];
    struct hash consultation;
    struct boxkey pub;
    struct boxsec sec;
    struct box_ring ring;
    struct seckey log_sec;
    struct pubkey log;
    const char *reader;
    struct bundle_expect expect;
    enum bundle_way way;
    size_t judged, wrong;
    size_t of_fault[BUNDLE_FAULTS];
};

static void failed(struct trial *t, const char *what, const char *more)
{
    printf("FAILED: %s, %s: %s\n", t->reader, what, more);
    t->wrong++;
}

// --- what is confined ---

static void open_file(int in, int out, void *arg)
{
    static const uint8_t yes = 1;
    (void)in;
    (void)arg;
    const int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
    confine_say(out, slice_of(&yes, 1));
    (void)fd;
}

static void open_socket(int in, int out, void *arg)
{
    static const uint8_t yes = 1;
    (void)in;
    (void)arg;
    (void)socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    confine_say(out, slice_of(&yes, 1));
}

static void write_input(int in, int out, void *arg)
{
    uint8_t yes = 1;
    (void)arg;
    if (write(in, &yes, 1) == 1) {
        confine_say(out, slice_of(&yes, 1));
    }
}

static void take_memory(int in, int out, void *arg)
{
    static const uint8_t yes = 1;
    (void)in;
    (void)arg;
    uint8_t *p = malloc((size_t)100 << 20);
    if (p != NULL) {
        memset(p, 1, (size_t)100 << 20);
        confine_say(out, slice_of(&yes, 1));
    }
}

static void answer(int in, int out, void *arg)
{
    uint8_t byte = 0;
    (void)arg;
    if (pread(in, &byte, 1, 0) == 1) {
        confine_say(out, slice_of(&byte, 1));
    }
}

static void try_confinement(struct trial *t)
{
    static const struct { const char *what; confine_work *work; bool may; } rows[] = {
        { "reading its file", answer, true },     { "opening a file", open_file, false },
        { "opening a socket", open_socket, false }, { "writing to its file", write_input, false },
        { "taking 100 MiB", take_memory, false },
    };
    struct why why = { "" };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct confined c = { 0 };
        uint8_t said = 0;
        const int fd = open(t->state, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        CHECK(fd >= 0 && write(fd, "x", 1) == 1);
        const int readable = open("/dev/null", O_RDONLY | O_CLOEXEC);
        CHECK(readable >= 0);
        CHECK(confine_start(rows[i].work == write_input ? readable : fd, rows[i].work, NULL, &c, &why) == OK);
        if (confine_hear(&c, &said, 1) != rows[i].may) {
            failed(t, rows[i].what, rows[i].may ? "it could not" : "it could");
        }
        confine_end(&c);
        close(readable);
        close(fd);
    }
}

// --- judging ---

static size_t names_in(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;
    CHECK(dir != NULL);
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        n++;
    }
    closedir(dir);
    return n;
}

static enum bundle_fault judge(struct trial *t, const char *what, bool good)
{
    struct why why = { "" };
    struct bundle_file *f = NULL;
    struct bundle_label label;
    enum bundle_fault fault = BUNDLE_FINE;
    const size_t before = names_in(t->stick) + names_in(t->state);
    CHECK(bundle_file_open(t->path, t->state, &t->expect, &f, &fault, &why) == OK);
    if (good && (fault != BUNDLE_FINE || (t->expect.ring == NULL && bundle_file_label(f, &label, &why) != OK))) {
        failed(t, what, bundle_fault_name(fault));
    } else if (!good && (fault == BUNDLE_FINE || fault == BUNDLE_READER)) {
        failed(t, what, bundle_fault_name(fault));
    }
    bundle_file_close(f);
    if (names_in(t->stick) + names_in(t->state) != before) {
        failed(t, what, "something was left behind");
    }
    t->judged += !good;
    t->of_fault[fault]++;
    return fault;
}

static void judge_bytes(struct trial *t, const char *what, struct slice bytes, bool good)
{
    CHECK(file_replace(t->path, bytes, 0600, NULL) == OK);
    (void)judge(t, what, good);
}

// --- what a bundle is made of ---

static void put_first(const struct trial *t, struct buf *out)
{
    struct buf hello = buf_new(4096);
    const struct msg m = { .type = MSG_HELLO,
                           .as.hello = { .version = EXCHANGE_VERSION, .consultation = t->consultation,
                                         .seen = tree_head_empty() } };
    msg_make(&m, &hello);
    const struct bundle_site who = { .site = t->pub, .hello = buf_slice(&hello) };
    bundle_site_make(&who, out);
    buf_done(&hello);
}

static void put_message(enum bundle_way way, uint64_t i, struct buf *out)
{
    static const uint8_t payload[300] = { 0x92, 0x90, 0x90 };
    struct msg m = { .type = MSG_ENTRIES, .as.entries = { .form = ENTRIES_OUTBOX, .first = i, .count = 1, .raw = 400,
                                                          .payload = SLICE_ARRAY(payload) } };
    m.as.entries.prev.b[0] = i > 0;
    if (way == BUNDLE_DOWN) {
        m = (struct msg){ .type = MSG_ACK, .as.ack = { .next = i + 1 } };
    }
    msg_make(&m, out);
}

static struct buf make(const struct trial *t, enum bundle_way way, struct hash consultation, struct boxkey to,
                       struct slice more)
{
    struct bundle_writer w;
    struct buf file = buf_new(1 << 22);
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    const struct bundle_about about = { .site = to };
    CHECK(bundle_begin(&w, way, consultation, to, &about, &file));
    if (way == BUNDLE_UP) {
        put_first(t, &message);
        bundle_put(&w, buf_slice(&message), &file);
        buf_reset(&message);
    }
    const struct msg welcome = { .type = MSG_WELCOME };
    if (way == BUNDLE_DOWN) {
        msg_make(&welcome, &message);
        bundle_put(&w, buf_slice(&message), &file);
    }
    for (uint64_t i = 0; i < MESSAGES; i++) {
        buf_reset(&message);
        put_message(way, i, &message);
        bundle_put(&w, buf_slice(&message), &file);
    }
    if (more.n > 0) {
        bundle_put(&w, more, &file);
    }
    bundle_end(&w, way == BUNDLE_DOWN ? &t->log_sec : NULL, &file);
    CHECK(buf_ok(&file));
    buf_done(&message);
    return file;
}

static size_t frame_at(struct slice file, size_t i)
{
    size_t at = BUNDLE_MAGIC_BYTES;
    while (i-- > 0) {
        at += BUNDLE_LENGTH_BYTES + be32_get(file.p + at);
    }
    return at;
}

// The largest message there may be, as often as some courier brings it.
static void large(struct trial *t)
{
    uint8_t *payload = mem_new(LIMIT_FRAME_BYTES - 400);
    struct bundle_writer w;
    struct buf file = buf_new((size_t)24 << 20);
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    const struct bundle_about about = { .site = t->pub };
    const struct msg m = { .type = MSG_ENTRIES,
                           .as.entries = { .form = ENTRIES_OUTBOX, .count = 1, .raw = LIMIT_BATCH_BYTES,
                                           .payload = slice_of(payload, LIMIT_FRAME_BYTES - 400) } };
    msg_make(&m, &message);
    CHECK(bundle_begin(&w, BUNDLE_UP, t->consultation, t->pub, &about, &file));
    for (int i = 0; i < 20; i++) {
        bundle_put(&w, buf_slice(&message), &file);
    }
    bundle_end(&w, NULL, &file);
    CHECK(buf_ok(&file));
    judge_bytes(t, "20 MB in which nobody says whose they are", buf_slice(&file), t->expect.ring == NULL);
    buf_done(&file);
    buf_done(&message);
    free(payload);
}

// --- the hostile ones ---

static void cut_and_changed(struct trial *t, struct buf *file)
{
    for (size_t n = 0; n < file->n; n += 64) {
        judge_bytes(t, "cut", slice_of(file->p, n), false);
    }
    for (size_t i = 20; i + 200 < file->n; i += 64) { // what closes it only the reader can check
        file->p[i] ^= 1;
        judge_bytes(t, "changed", buf_slice(file), false);
        file->p[i] ^= 1;
    }
}

static void moved_frames(struct trial *t, struct slice all, struct slice other)
{
    for (size_t i = 1; i < MESSAGES; i++) {
        const size_t a = frame_at(all, i);
        const size_t b = frame_at(all, i + 1);
        const size_t c = frame_at(all, i + 2);
        const struct slice pieces[][4] = {
            { slice_of(all.p, a), slice_of(all.p + b, c - b), slice_of(all.p + a, b - a),
              slice_of(all.p + c, all.n - c) },
            { slice_of(all.p, b), slice_of(all.p + a, all.n - a) },
            { slice_of(all.p, a), slice_of(all.p + b, all.n - b) },
            { slice_of(all.p, a), slice_of(other.p + a, b - a), slice_of(all.p + b, all.n - b) },
        };
        for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
            struct buf forged = buf_new(1 << 22);
            for (size_t p = 0; p < 4; p++) {
                buf_put(&forged, pieces[k][p]);
            }
            judge_bytes(t, "frames swapped, doubled, left out, of another bundle", buf_slice(&forged), false);
            buf_done(&forged);
        }
    }
}

static void claims(struct trial *t)
{
    static const char *const bombs[] = {
        "\x92\x01\xdd\xff\xff\xff\xff", "\x92\x02\xc6\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff",
        "\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91", "\x92\x04\xc4\x01", "\x92\x02\xdb\xff\xff\xff\xff",
    };
    const uint32_t lengths[] = { 0, LIMIT_BUNDLE_FRAME + 1, 0x7fffffff, 0xfffffffe, 0xffffffff };
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct buf file = buf_new(4096);
        buf_put_text(&file, BUNDLE_MAGIC);
        buf_put_u32be(&file, lengths[i]);
        buf_put_text(&file, "xxxxxxxx");
        judge_bytes(t, "a length that is none", buf_slice(&file), false);
        buf_done(&file);
    }
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
        struct buf file = buf_new(4096);
        buf_put_text(&file, BUNDLE_MAGIC);
        buf_put_u32be(&file, (uint32_t)strlen(bombs[i]));
        buf_put_text(&file, bombs[i]);
        judge_bytes(t, "a claim of 4 GB, or depth", buf_slice(&file), false);
        buf_done(&file);
    }
}

static void no_files(struct trial *t, struct slice good)
{
    char real[128];
    (void)snprintf(real, sizeof real, "%s/real", t->stick);
    CHECK(file_replace(real, good, 0600, NULL) == OK);
    (void)unlink(t->path);
    CHECK(symlink(real, t->path) == 0);
    (void)judge(t, "a link", false);
    (void)unlink(t->path);
    CHECK(mkfifo(t->path, 0600) == 0);
    (void)judge(t, "a pipe", false);
    (void)unlink(t->path);
    (void)unlink(real);
    const int fd = open(t->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && ftruncate(fd, (off_t)4 << 30) == 0);
    close(fd);
    (void)judge(t, "4 GB that are not there", false);
    (void)unlink(t->path);
}

// Good in form, and not what may be in it; what is sealed a courier does not see.
static void messages(struct trial *t)
{
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    put_first(t, &message);
    const struct slice bad[] = { SLICE_LITERAL("\x92\x03\xdd\xff\xff\xff\xff"), SLICE_LITERAL("rubbish"),
                                 t->way == BUNDLE_UP ? buf_slice(&message) : SLICE_LITERAL("\x91\x01") };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf file = make(t, t->way, t->consultation, t->pub, bad[i]);
        judge_bytes(t, "a message that is none", buf_slice(&file), t->expect.ring == NULL);
        buf_done(&file);
    }
    buf_done(&message);
}

static void others(struct trial *t, struct buf *file)
{
    struct boxkey pub;
    struct boxsec sec;
    box_keypair(&pub, &sec);
    struct buf elsewhere = make(t, t->way, hash_of(SLICE_LITERAL("another")), t->pub, slice_of(NULL, 0));
    struct buf foreign = make(t, t->way, t->consultation, pub, slice_of(NULL, 0));
    struct buf back = make(t, t->way == BUNDLE_UP ? BUNDLE_DOWN : BUNDLE_UP, t->consultation, t->pub,
                           slice_of(NULL, 0));
    judge_bytes(t, "of another consultation", buf_slice(&elsewhere), false);
    judge_bytes(t, "for somebody else", buf_slice(&foreign), t->expect.ring == NULL);
    judge_bytes(t, "the other way", buf_slice(&back), t->expect.ring == NULL);
    file->p[BUNDLE_MAGIC_BYTES - 2] = '0';
    judge_bytes(t, "of an older version", buf_slice(file), false);
    file->p[BUNDLE_MAGIC_BYTES - 2] = '1';
    buf_put_u8(file, 0);
    judge_bytes(t, "with a byte behind its end", buf_slice(file), false);
    file->n--;
    buf_done(&elsewhere);
    buf_done(&foreign);
    buf_done(&back);
}

static void try_reader(struct trial *t, const char *reader, enum bundle_way way, bool courier)
{
    struct rusage used;
    t->reader = reader;
    t->way = way;
    t->ring = (struct box_ring){ .n = 1, .at = { { t->pub, t->sec } } };
    t->expect = (struct bundle_expect){ .way = way, .consultation = t->consultation,
                                        .ring = courier ? NULL : &t->ring, .log = t->log };
    t->judged = 0;
    memset(t->of_fault, 0, sizeof t->of_fault);
    struct buf file = make(t, way, t->consultation, t->pub, slice_of(NULL, 0));
    struct buf other = make(t, way, t->consultation, t->pub, slice_of(NULL, 0));
    judge_bytes(t, "a good one", buf_slice(&file), true);
    judge_bytes(t, "a good one again", buf_slice(&file), true);
    large(t);
    cut_and_changed(t, &file);
    moved_frames(t, buf_slice(&file), buf_slice(&other));
    claims(t);
    messages(t);
    others(t, &file);
    no_files(t, buf_slice(&file));
    buf_done(&file);
    buf_done(&other);
    CHECK(getrusage(RUSAGE_CHILDREN, &used) == 0);
    const long children = used.ru_maxrss;
    CHECK(getrusage(RUSAGE_SELF, &used) == 0);
    printf("%s: %zu hostile bundles refused, in at most %ld KiB; %ld KiB for who asked\n", reader, t->judged, children,
           used.ru_maxrss);
    for (size_t i = 0; i < BUNDLE_FAULTS; i++) {
        if (t->of_fault[i] > 0) {
            printf("    %s %zu\n", bundle_fault_name((enum bundle_fault)i), t->of_fault[i]);
        }
    }
    if (t->judged < 60 || children > MOST_KIB || used.ru_maxrss > MOST_KIB) {
        failed(t, "in all", "too few, or too much memory");
    }
}

int main(void)
{
    static const uint8_t seed[32] = { 3 };
    struct trial t = { .stick = "/tmp/baraza-stick-XXXXXX", .state = "/tmp/baraza-state-XXXXXX", .reader = "any" };
    CHECK(ident_init() == OK);
    CHECK(mkdtemp(t.stick) != NULL && mkdtemp(t.state) != NULL);
    (void)snprintf(t.path, sizeof t.path, "%s/a.bundle", t.stick);
    t.consultation = hash_of(SLICE_LITERAL("a consultation"));
    box_keypair(&t.pub, &t.sec);
    sign_keypair_from_seed(seed, &t.log, &t.log_sec);
    try_confinement(&t);
    try_reader(&t, "a hub", BUNDLE_UP, false);
    try_reader(&t, "a site", BUNDLE_DOWN, false);
    try_reader(&t, "a courier, upwards", BUNDLE_UP, true);
    try_reader(&t, "a courier, downwards", BUNDLE_DOWN, true);
    (void)unlink(t.path);
    if (rmdir(t.stick) != 0 || rmdir(t.state) != 0) {
        failed(&t, "in the end", "something was left behind");
    }
    return t.wrong == 0 ? 0 : 1;
}
