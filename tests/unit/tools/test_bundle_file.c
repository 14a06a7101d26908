// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Hostile bundles on a stick: each is refused with its reason, gives out nothing, and leaves nothing behind.
#include "common/exchange/msg.h"
#include "node/desk/bundle_file.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MESSAGES 6

struct scene {
    char stick[64], state[64], path[96];
    struct hash consultation;
    struct box_ring ring;
    struct seckey log;
    struct bundle_expect expect;
    size_t judged;
};

static void scene_init(struct scene *s)
{
    static const uint8_t seed[32] = { 3 };
    cr_assert_eq(ident_init(), OK);
    *s = (struct scene){ .stick = "/tmp/baraza-stick-XXXXXX", .state = "/tmp/baraza-state-XXXXXX" };
    cr_assert_not_null(mkdtemp(s->stick));
    cr_assert_not_null(mkdtemp(s->state));
    (void)snprintf(s->path, sizeof s->path, "%s/a.bundle", s->stick);
    s->consultation = hash_of(SLICE_LITERAL("a consultation"));
    s->ring.n = 1;
    box_keypair(&s->ring.at[0].pub, &s->ring.at[0].sec);
    s->expect = (struct bundle_expect){
        .way = BUNDLE_UP, .consultation = s->consultation, .ring = &s->ring
    };
    sign_keypair_from_seed(seed, &s->expect.log, &s->log);
}

static size_t names_in(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;
    cr_assert_not_null(dir);
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        n += d->d_name[0] != '.';
    }
    closedir(dir);
    return n;
}

static void scene_done(struct scene *s)
{
    (void)unlink(s->path);
    cr_expect_eq(names_in(s->stick), 0);
    cr_expect_eq(names_in(s->state), 0, "nothing is left in the state");
    (void)rmdir(s->stick);
    (void)rmdir(s->state);
}

// --- what a bundle is made of ---

static void put_hello(struct hash consultation, struct buf *out)
{
    const struct boxkey site = { { 5 } };
    struct buf hello = buf_new(4096);
    const struct msg m = { .type = MSG_HELLO,
                           .as.hello = { .version = EXCHANGE_VERSION, .consultation = consultation,
                                         .seen = tree_head_empty() } };
    msg_make(&m, &hello);
    const struct bundle_site who = { .site = site, .hello = buf_slice(&hello) };
    bundle_site_make(&who, out);
    buf_done(&hello);
}

static void put_entries(uint64_t first, struct buf *out)
{
    static const uint8_t payload[300] = { 0x92, 0x90, 0x90 };
    struct msg m = { .type = MSG_ENTRIES,
                     .as.entries = { .form = ENTRIES_OUTBOX, .first = first, .count = 1, .raw = 400,
                                     .payload = SLICE_ARRAY(payload) } };
    m.as.entries.prev.b[0] = first > 0;
    msg_make(&m, out);
}

// A good bundle with `more` put in as one more message, if it is not empty.
static struct buf make(const struct scene *s, enum bundle_way way, bool greeting, struct slice more)
{
    struct bundle_writer w;
    struct buf file = buf_new(1 << 22);
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    const struct bundle_about about = { .site = way == BUNDLE_DOWN ? s->ring.at[0].pub : (struct boxkey){ { 5 } } };
    cr_assert(bundle_begin(&w, way, s->consultation, s->ring.at[0].pub, &about, &file));
    if (greeting) {
        put_hello(s->consultation, &message);
        bundle_put(&w, buf_slice(&message), &file);
    }
    for (uint64_t i = 0; i < MESSAGES; i++) {
        buf_reset(&message);
        put_entries(i, &message);
        bundle_put(&w, buf_slice(&message), &file);
    }
    if (more.n > 0) {
        bundle_put(&w, more, &file);
    }
    bundle_end(&w, way == BUNDLE_DOWN ? &s->log : NULL, &file);
    cr_assert(buf_ok(&file));
    buf_done(&message);
    return file;
}

// --- judging ---

static enum bundle_fault judge(struct scene *s, const char *path, size_t *messages)
{
    struct why why = { "" };
    struct bundle_file *f = NULL;
    enum bundle_fault fault = BUNDLE_FINE;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    const size_t before = names_in(s->stick);
    bool more = true;
    *messages = 0;
    const enum err e = bundle_file_open(path, s->state, &s->expect, &f, &fault, &why);
    cr_assert_eq(e, OK, "%s", why.text);
    cr_expect_eq(f == NULL, fault != BUNDLE_FINE);
    while (f != NULL && more) {
        cr_assert_eq(bundle_file_next(f, &message, &more, &why), OK, "%s", why.text);
        *messages += more;
    }
    bundle_file_close(f);
    buf_done(&message);
    cr_expect_eq(names_in(s->stick), before);
    cr_expect_eq(names_in(s->state), 0);
    s->judged++;
    return fault;
}

static enum bundle_fault judge_bytes(struct scene *s, struct slice bytes)
{
    size_t n = 0;
    cr_assert_eq(file_replace(s->path, bytes, 0600, NULL), OK);
    return judge(s, s->path, &n);
}

#define EXPECT_FAULT(s, bytes, wanted)                                                                                 \
    do {                                                                                                               \
        const enum bundle_fault got_ = judge_bytes(s, bytes);                                                          \
        cr_expect_eq(got_, wanted, "%s, not %s", bundle_fault_name(got_), bundle_fault_name(wanted));                  \
    } while (0)

// Where frame number i begins.
static size_t frame_at(struct slice file, size_t i)
{
    size_t at = BUNDLE_MAGIC_BYTES;
    while (i-- > 0) {
        at += BUNDLE_LENGTH_BYTES + be32_get(file.p + at);
    }
    return at;
}

Test(bundle_file, a_good_one_gives_its_messages_and_can_be_taken_again)
{
    struct scene s;
    size_t n = 0;
    scene_init(&s);
    struct buf file = make(&s, BUNDLE_UP, true, slice_of(NULL, 0));
    cr_assert_eq(file_replace(s.path, buf_slice(&file), 0600, NULL), OK);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(judge(&s, s.path, &n), BUNDLE_FINE);
        cr_expect_eq(n, 1 + MESSAGES);
    }
    buf_done(&file);
    scene_done(&s);
}

Test(bundle_file, one_that_is_cut_anywhere_or_changed_is_refused)
{
    struct scene s;
    scene_init(&s);
    struct buf file = make(&s, BUNDLE_UP, true, slice_of(NULL, 0));
    for (size_t n = 0; n < file.n; n += 64) {
        const enum bundle_fault wanted = n > 0 && n < BUNDLE_MAGIC_BYTES ? BUNDLE_NOT_A_BUNDLE : BUNDLE_CUT;
        EXPECT_FAULT(&s, slice_of(file.p, n), wanted);
    }
    for (size_t i = 32; i < file.n; i += 64) {
        file.p[i] ^= 1;
        cr_expect_neq(judge_bytes(&s, buf_slice(&file)), BUNDLE_FINE, "changed at %zu", i);
        file.p[i] ^= 1;
    }
    cr_expect_geq(s.judged, 60);
    buf_done(&file);
    scene_done(&s);
}

Test(bundle_file, frames_moved_doubled_left_out_or_added_are_noticed)
{
    struct scene s;
    scene_init(&s);
    struct buf file = make(&s, BUNDLE_UP, true, slice_of(NULL, 0));
    struct buf other = make(&s, BUNDLE_UP, true, slice_of(NULL, 0));
    const struct slice all = buf_slice(&file);
    for (size_t i = 1; i <= MESSAGES + 1; i++) {
        const size_t at = frame_at(all, i);
        const size_t end = frame_at(all, i + 1);
        const struct slice pieces[][4] = {
            // left out, doubled, taken from another bundle, and the first of all behind it
            { slice_of(all.p, at), slice_of(all.p + end, all.n - end) },
            { slice_of(all.p, end), slice_of(all.p + at, all.n - at) },
            { slice_of(all.p, at), slice_of(other.p + at, end - at), slice_of(all.p + end, all.n - end) },
            { slice_of(all.p, end), slice_of(all.p + BUNDLE_MAGIC_BYTES, all.n - BUNDLE_MAGIC_BYTES) },
        };
        for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
            struct buf forged = buf_new(1 << 22);
            for (size_t p = 0; p < 4; p++) {
                buf_put(&forged, pieces[k][p]);
            }
            EXPECT_FAULT(&s, buf_slice(&forged), k == 3 ? BUNDLE_ORDER : BUNDLE_DAMAGED);
            buf_done(&forged);
        }
    }
    buf_put_text(&file, "more");
    EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_TRAILING);
    buf_done(&file);
    buf_done(&other);
    scene_done(&s);
}

Test(bundle_file, claims_and_bombs_cost_nothing)
{
    static const char *const bombs[] = {
        "\x92\x01\xdd\xff\xff\xff\xff", "\x92\x02\xc6\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff",
        "\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91", "\x92\x04\xc4\x01", "\x92\x02\xdb\xff\xff\xff\xff",
    };
    struct scene s;
    scene_init(&s);
    const uint32_t lengths[] = { 0, LIMIT_BUNDLE_FRAME + 1, 0x7fffffff, 0xfffffffe, 0xffffffff };
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct buf file = buf_new(4096);
        buf_put_text(&file, BUNDLE_MAGIC);
        buf_put_u32be(&file, lengths[i]);
        buf_put_text(&file, "xxxxxxxx");
        EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_LENGTH);
        buf_done(&file);
    }
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
        struct buf file = buf_new(4096);
        buf_put_text(&file, BUNDLE_MAGIC);
        buf_put_u32be(&file, (uint32_t)strlen(bombs[i]));
        buf_put_text(&file, bombs[i]);
        const enum bundle_fault f = judge_bytes(&s, buf_slice(&file));
        cr_expect(f == BUNDLE_FORM || f == BUNDLE_ORDER, "%s", bundle_fault_name(f));
        buf_done(&file);
    }
    // 4 GB that are not there.
    size_t n = 0;
    int fd = open(s.path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert(fd >= 0 && ftruncate(fd, (off_t)4 << 30) == 0);
    close(fd);
    cr_expect_eq(judge(&s, s.path, &n), BUNDLE_TOO_LARGE);
    scene_done(&s);
}

Test(bundle_file, what_is_no_plain_file_is_not_even_opened)
{
    struct scene s;
    size_t n = 0;
    scene_init(&s);
    struct buf file = make(&s, BUNDLE_UP, true, slice_of(NULL, 0));
    char real[128];
    (void)snprintf(real, sizeof real, "%s/real", s.stick);
    cr_assert_eq(file_replace(real, buf_slice(&file), 0600, NULL), OK);
    cr_assert_eq(symlink(real, s.path), 0);
    cr_expect_eq(judge(&s, s.path, &n), BUNDLE_NOT_A_FILE, "a link, even to a good one");
    (void)unlink(s.path);
    cr_assert_eq(symlink("/nowhere/at/all", s.path), 0);
    cr_expect_eq(judge(&s, s.path, &n), BUNDLE_NOT_A_FILE, "a link to nothing");
    (void)unlink(s.path);
    cr_assert_eq(mkfifo(s.path, 0600), 0);
    cr_expect_eq(judge(&s, s.path, &n), BUNDLE_NOT_A_FILE, "a pipe that nobody writes to");
    (void)unlink(real);
    cr_expect_eq(judge(&s, s.stick, &n), BUNDLE_NOT_A_FILE, "a folder");
    cr_expect_eq(judge(&s, "/dev/zero", &n), BUNDLE_NOT_A_FILE, "a device");
    buf_done(&file);
    scene_done(&s);
}

Test(bundle_file, others_bundles_and_wrong_messages_are_refused_by_name)
{
    struct scene s;
    scene_init(&s);
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    struct buf file = make(&s, BUNDLE_DOWN, true, slice_of(NULL, 0));
    EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_WAY);
    s.expect.way = BUNDLE_DOWN;
    EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_MESSAGE); // a hello and entries do not come down
    s.expect.way = BUNDLE_UP;
    buf_done(&file);
    file = make(&s, BUNDLE_UP, false, slice_of(NULL, 0));
    EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_MESSAGE); // does not say whose it is
    buf_done(&file);
    put_hello(s.consultation, &message);
    file = make(&s, BUNDLE_UP, true, buf_slice(&message));
    EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_MESSAGE); // says it twice
    buf_done(&file);
    file = make(&s, BUNDLE_UP, true, SLICE_LITERAL("\x92\x03\xdd\xff\xff\xff\xff"));
    EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_MESSAGE);
    struct scene mine = s;
    s.expect.consultation = hash_of(SLICE_LITERAL("another consultation"));
    EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_CONSULTATION);
    s.expect = mine.expect;
    mine.ring.n = 1;
    box_keypair(&mine.ring.at[0].pub, &mine.ring.at[0].sec);
    s.expect.ring = &mine.ring;
    EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_NOT_FOR_US);
    file.p[BUNDLE_MAGIC_BYTES - 2] = '0';
    EXPECT_FAULT(&s, buf_slice(&file), BUNDLE_OTHER_VERSION);
    buf_done(&file);
    buf_done(&message);
    scene_done(&s);
}

Test(bundle_file, a_new_one_has_its_name_only_when_it_is_whole_and_replaces_nothing)
{
    struct scene s;
    size_t n = 0;
    struct why why = { "" };
    struct bundle_making m;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    const struct bundle_about about = { .site = { { 5 } } };
    scene_init(&s);
    put_hello(s.consultation, &message);
    cr_assert_eq(bundle_making_begin(s.path, BUNDLE_UP, s.consultation, s.ring.at[0].pub, &about, &m, &why), OK, "%s",
                 why.text);
    cr_assert_eq(bundle_making_put(&m, buf_slice(&message), &why), OK);
    cr_expect_not(file_exists(s.path));
    bundle_making_abort(&m);
    cr_expect_eq(names_in(s.stick), 0);
    cr_assert_eq(bundle_making_begin(s.path, BUNDLE_UP, s.consultation, s.ring.at[0].pub, &about, &m, &why), OK);
    cr_assert_eq(bundle_making_put(&m, buf_slice(&message), &why), OK);
    cr_assert_eq(bundle_making_commit(&m, NULL, &why), OK, "%s", why.text);
    cr_expect_eq(judge(&s, s.path, &n), BUNDLE_FINE);
    cr_expect_eq(n, 1);
    cr_expect_eq(bundle_making_begin(s.path, BUNDLE_UP, s.consultation, s.ring.at[0].pub, &about, &m, &why),
                 ERR_EXISTS);
    buf_done(&message);
    scene_done(&s);
}
