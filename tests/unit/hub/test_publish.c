// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Publishing: only what extends the last checkpoint, only what reads back from disk, at most once a second.
#include "tests/unit/hub/scene.h"

#include "common/base/file.h"
#include "common/net/loop.h"
#include "hub/publish.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *checkpoint_path(struct scene *s)
{
    return state_path_in(s->house.state, STATE_HUB_CHECKPOINT);
}

static struct checkpointer_keys keys_of(struct scene *s, const char *path)
{
    return (struct checkpointer_keys){
        .kv = s->house.kv, .charter = &s->w.charter, .logs = &s->house.logs, .path = path
    };
}

// Opens a checkpointer and publishes once; what either says.
static enum err publish_once(struct scene *s, const char *path, struct tree_head *head, struct why *why)
{
    struct checkpointer *c = NULL;
    const struct checkpointer_keys keys = keys_of(s, path);
    bool fresh = false;
    enum err e = checkpointer_open(&keys, &c, why);
    if (e == OK) {
        e = checkpointer_publish(c, &fresh, why);
        *head = checkpointer_head(c);
        checkpointer_close(c);
    }
    return e;
}

static void copy_file(const char *from, const char *to)
{
    struct buf bytes = buf_new(64u << 20);
    struct why why = { "" };
    cr_assert_eq(file_read(from, false, &bytes, &why), OK, "%s", why.text);
    cr_assert_eq(file_replace(to, buf_slice(&bytes), 0600, &why), OK, "%s", why.text);
    buf_done(&bytes);
}

// The file that LMDB keeps the record in.
static char *data_path(struct scene *s)
{
    char *store = state_path_in(s->house.state, STATE_STORE);
    char *path = state_path_in(store, "data.mdb");
    free(store);
    return path;
}

Test(publish, a_record_that_was_restored_to_less_than_was_signed_is_refused)
{
    struct scene s;
    struct said *said[6];
    struct tree_head head;
    struct why why = { "" };
    scene_init(&s);
    char *path = checkpoint_path(&s);
    char *data = data_path(&s);
    char *backup = state_path_in(s.house.dir, "backup");
    scene_speak(&s, &s.amara, said, 6);
    (void)house_deliver(&s.house, said, 3);
    cr_assert_eq(publish_once(&s, path, &head, &why), OK, "%s", why.text);
    house_close(&s.house);
    copy_file(data, backup);
    house_open(&s.house);
    (void)house_deliver(&s.house, said + 3, 3);
    cr_assert_eq(publish_once(&s, path, &head, &why), OK, "%s", why.text);
    cr_assert_eq(head.size, s.founded + 6);
    house_close(&s.house);
    copy_file(backup, data);
    house_open(&s.house);
    cr_expect_eq(publish_once(&s, path, &head, &why), ERR_COPIED);
    cr_expect_not_null(strstr(why.text, "restored"), "%s", why.text);
    free(path);
    free(data);
    free(backup);
    scene_done(&s);
}

Test(publish, a_record_whose_past_is_not_what_was_signed_is_refused_and_so_is_a_missing_or_altered_file)
{
    struct scene s;
    struct said *said[3];
    struct tree_head head;
    struct why why = { "" };
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    struct buf right = buf_new(LIMIT_NOTE_BYTES);
    scene_init(&s);
    char *path = checkpoint_path(&s);
    scene_speak(&s, &s.amara, said, 3);
    (void)house_deliver(&s.house, said, 3);
    cr_assert_eq(publish_once(&s, path, &head, &why), OK, "%s", why.text);
    cr_assert_eq(file_read(path, false, &right, &why), OK);
    struct tree_head other = head;
    other.root.b[9] ^= 1;
    checkpoint_make(other, &s.w.charter.log, &s.w.hub.sec, &note);
    cr_assert_eq(file_replace(path, buf_slice(&note), 0600, &why), OK);
    cr_expect_eq(publish_once(&s, path, &head, &why), ERR_CORRUPT);
    cr_expect_not_null(strstr(why.text, "not those"), "%s", why.text);
    right.p[right.n - 5] ^= 1;
    cr_assert_eq(file_replace(path, buf_slice(&right), 0600, &why), OK);
    cr_expect_eq(publish_once(&s, path, &head, &why), ERR_CORRUPT);
    cr_assert_eq(unlink(path), 0);
    cr_expect_eq(publish_once(&s, path, &head, &why), ERR_CORRUPT);
    cr_expect_not_null(strstr(why.text, "missing"), "%s", why.text);
    buf_done(&note);
    buf_done(&right);
    free(path);
    scene_done(&s);
}

Test(publish, a_checkpoint_that_was_kept_outside_but_not_inside_is_extended)
{
    struct scene s;
    struct said *said[6];
    struct tree_head first;
    struct tree_head second;
    struct tree_head third;
    struct why why = { "" };
    scene_init(&s);
    char *path = checkpoint_path(&s);
    char *data = data_path(&s);
    char *backup = state_path_in(s.house.dir, "backup");
    scene_speak(&s, &s.amara, said, 6);
    cr_assert_eq(publish_once(&s, path, &first, &why), OK);
    (void)house_deliver(&s.house, said, 3);
    house_close(&s.house);
    copy_file(data, backup); // as if the power failed between the file and the database
    house_open(&s.house);
    cr_assert_eq(publish_once(&s, path, &second, &why), OK);
    house_close(&s.house);
    copy_file(backup, data);
    house_open(&s.house);
    (void)house_deliver(&s.house, said + 3, 3);
    cr_expect_eq(publish_once(&s, path, &third, &why), OK, "%s", why.text);
    cr_expect_gt(third.size, second.size);
    free(path);
    free(data);
    free(backup);
    scene_done(&s);
}

// Flips one bit of the store's file where needle stands in it.
static void damage(const char *path, struct slice needle)
{
    struct buf bytes = buf_new(64u << 20);
    struct why why = { "" };
    cr_assert_eq(file_read(path, false, &bytes, &why), OK);
    uint8_t *at = memmem(bytes.p, bytes.n, needle.p, needle.n);
    cr_assert_not_null(at);
    at[needle.n / 2] ^= 1;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(pwrite(fd, at, needle.n, at - bytes.p), (ssize_t)needle.n);
    close(fd);
    buf_done(&bytes);
}

Test(publish, an_entry_that_does_not_read_back_stops_publishing_for_good)
{
    enum { MANY = 300 }; // what the tree's edge needs is checked at each start; this is behind it
    static struct said *said[MANY];
    struct scene s;
    struct tree_head head = tree_head_empty();
    struct why why = { "" };
    scene_init(&s);
    char *path = checkpoint_path(&s);
    char *data = data_path(&s);
    scene_speak(&s, &s.amara, said, MANY);
    (void)house_deliver_all(&s.house, &s.amara);
    house_close(&s.house);
    damage(data, said[4]->entry.header);
    house_open(&s.house);
    cr_expect_eq(publish_once(&s, path, &head, &why), ERR_CORRUPT);
    cr_expect_not_null(strstr(why.text, "10"), "the index is named: %s", why.text);
    cr_expect_eq(head.size, 0);
    cr_expect_not(file_exists(path));
    struct publish *p = NULL;
    struct publish_options o = { .keys = keys_of(&s, path), .commit_fd = -1, .wake_fd = -1 };
    cr_assert_eq(loop_wake_open(&o.commit_fd), OK);
    cr_assert_eq(loop_wake_open(&o.wake_fd), OK);
    cr_assert_eq(publish_start(&o, &p, &why), OK);
    struct loop_watch watch = { .fd = o.wake_fd };
    cr_assert_eq(loop_wait(&watch, 1, loop_now_ms() + 10000), OK);
    cr_expect(watch.ready);
    cr_expect_eq(publish_failure(p, &why), ERR_CORRUPT);
    publish_stop(p);
    loop_fd_close(o.commit_fd);
    loop_fd_close(o.wake_fd);
    free(path);
    free(data);
    scene_done(&s);
}

Test(publish, at_most_one_checkpoint_a_second_each_larger_and_the_last_covers_all)
{
    enum { ROUNDS = 24, PAUSE_MS = 100 };
    struct scene s;
    struct said *said[ROUNDS];
    struct why why = { "" };
    struct publish *p = NULL;
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    struct tree_head head = tree_head_empty();
    size_t seen = 0;
    uint64_t last_ms = 0;
    scene_init(&s);
    char *path = checkpoint_path(&s);
    struct publish_options o = { .keys = keys_of(&s, path), .commit_fd = -1, .wake_fd = -1 };
    cr_assert_eq(loop_wake_open(&o.commit_fd), OK);
    cr_assert_eq(loop_wake_open(&o.wake_fd), OK);
    cr_assert_eq(publish_start(&o, &p, &why), OK, "%s", why.text);
    scene_speak(&s, &s.amara, said, ROUNDS);
    for (size_t i = 0; i < ROUNDS || head.size < s.founded + ROUNDS; i++) {
        struct loop_watch watch = { .fd = o.wake_fd };
        if (i < ROUNDS) {
            (void)house_deliver(&s.house, said + i, 1);
            loop_wake(o.commit_fd);
        }
        cr_assert_lt(i, ROUNDS + 60, "the last entries are published");
        cr_assert_eq(loop_wait(&watch, 1, loop_now_ms() + PAUSE_MS), OK);
        loop_wake_clear(o.wake_fd);
        uint64_t before = head.size;
        buf_reset(&note);
        if (publish_last(p, head.size, &head, &note)) {
            struct tree_head signed_head;
            uint64_t now = loop_now_ms();
            cr_expect_gt(head.size, before);
            cr_expect(seen == 0 || now - last_ms >= 900, "%d ms after the one before", (int)(now - last_ms));
            cr_assert_eq(checkpoint_verify(buf_slice(&note), &s.w.charter.log, &signed_head, &why), VERDICT_GOOD);
            cr_expect(tree_head_equal(signed_head, head));
            last_ms = now;
            seen++;
        }
    }
    cr_expect_geq(seen, 2);
    cr_expect_leq(seen, 5);
    publish_stop(p);
    loop_fd_close(o.commit_fd);
    loop_fd_close(o.wake_fd);
    buf_done(&note);
    free(path);
    scene_done(&s);
}
