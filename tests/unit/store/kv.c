// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The engine: what is durable, what is refused, and that a damaged or full file is an error and never a guess.
#include "tests/unit/store/scratch.h"

#include "common/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = { "one", "two" };
static const struct kv_options plain = { .flags = KV_NO_SYNC, .map_bytes = 1 << 28, .names = names, .count = 2 };

static struct kv *made(const char *path, const struct kv_options *options)
{
    struct kv *kv = NULL;
    cr_assert_eq(kv_create(path, options, NULL, 0, NULL), OK);
    cr_assert_eq(kv_open(path, options, &kv, NULL), OK);
    return kv;
}

static void put_one(struct kv *kv, const char *key, const char *value)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    kv_put(t, 0, slice_text(key), slice_text(value));
    cr_assert_eq(kv_commit(t), OK);
}

static bool has(struct kv *kv, const char *key, const char *value)
{
    struct kv_txn *t = NULL;
    struct slice v;
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    bool found = kv_get(t, 0, slice_text(key), &v) && slice_equal(v, slice_text(value));
    cr_assert_eq(kv_commit(t), OK);
    return found;
}

Test(kv, what_was_committed_is_there_after_opening_again_and_what_was_aborted_is_not)
{
    struct scratch s = scratch_new();
    struct kv *kv = made(s.store, &plain);
    struct kv_txn *t = NULL;
    uint64_t before = kv_number(kv);
    put_one(kv, "kept", "yes");
    cr_assert_eq(kv_number(kv), before + 1);
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    kv_put(t, 0, slice_text("lost"), slice_text("no"));
    kv_abort(t);
    cr_assert_eq(kv_number(kv), before + 1);
    kv_close(kv);
    cr_assert_eq(kv_open(s.store, &plain, &kv, NULL), OK);
    cr_assert(has(kv, "kept", "yes"));
    cr_assert(!has(kv, "lost", "no"));
    kv_close(kv);
    scratch_done(&s);
}

Test(kv, the_file_of_locks_has_no_holes_that_a_full_disk_could_not_fill)
{
    struct scratch s = scratch_new();
    struct kv *kv = made(s.store, &plain);
    char path[4096];
    struct stat st;
    kv_close(kv);
    cr_assert_lt(snprintf(path, sizeof path, "%s/lock.mdb", s.store), (int)sizeof path);
    for (int there = 0; there < 2; there++) { // as a copy leaves it: not there, or all one hole
        cr_assert_eq(stat(path, &st), 0);
        cr_assert_eq(there ? truncate(path, 0) : unlink(path), 0);
        cr_assert(!there || truncate(path, st.st_size) == 0);
        cr_assert_eq(kv_open(s.store, &plain, &kv, NULL), OK);
        cr_assert_eq(stat(path, &st), 0);
        cr_assert_geq(st.st_blocks * 512, st.st_size);
        kv_close(kv);
    }
    scratch_done(&s);
}

Test(kv, a_file_of_locks_that_is_a_link_or_a_pipe_is_refused_and_what_it_points_to_is_left_alone)
{
    struct scratch s = scratch_new();
    struct kv *kv = made(s.store, &plain);
    char path[4096];
    char victim[4096];
    struct stat st;
    kv_close(kv);
    cr_assert_lt(snprintf(path, sizeof path, "%s/lock.mdb", s.store), (int)sizeof path);
    cr_assert_lt(snprintf(victim, sizeof victim, "%s/victim", s.store), (int)sizeof victim);
    cr_assert_eq(file_create(victim, slice_text("kept"), 0600, NULL), OK);
    for (int pipe = 0; pipe < 2; pipe++) {
        cr_assert_eq(unlink(path), 0);
        cr_assert_eq(pipe ? mkfifo(path, 0600) : symlink(victim, path), 0);
        cr_assert_eq(kv_open(s.store, &plain, &kv, NULL), ERR_BAD_INPUT);
    }
    cr_assert_eq(stat(victim, &st), 0);
    cr_assert_eq(st.st_size, 4);
    cr_assert_eq(unlink(victim), 0);
    scratch_done(&s);
}

Test(kv, another_process_is_noticed_by_the_transaction_number_and_its_death_in_mid_write_changes_nothing)
{
    struct scratch s = scratch_new();
    cr_assert_eq(kv_create(s.store, &plain, NULL, 0, NULL), OK);
    for (int dies = 0; dies < 2; dies++) {
        struct kv *kv = NULL;
        pid_t child = fork(); // before the environment is open here
        if (child == 0) {
            struct kv_txn *t = NULL;
            if (kv_open(s.store, &plain, &kv, NULL) != OK || kv_begin_write(kv, &t) != OK) {
                _exit(1);
            }
            kv_put(t, 0, slice_text(dies ? "torn" : "told"), slice_text("x"));
            if (!dies && kv_commit(t) != OK) {
                _exit(1);
            }
            _exit(0);
        }
        int status = 0;
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert_eq(status, 0);
        cr_assert_eq(kv_open(s.store, &plain, &kv, NULL), OK);
        cr_assert(has(kv, "told", "x"));
        cr_assert(!has(kv, "torn", "x"));
        put_one(kv, "after", "x"); // the dead writer's lock is free
        kv_close(kv);
    }
    scratch_done(&s);
}

Test(kv, the_first_error_stays_and_nothing_of_the_transaction_happens)
{
    struct scratch s = scratch_new();
    struct kv *kv = made(s.store, &plain);
    struct kv_txn *t = NULL;
    struct slice v;
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    kv_put(t, 0, slice_text("a"), slice_text("1"));
    kv_fail(t, ERR_CORRUPT);
    kv_fail(t, ERR_IO);
    cr_assert(!kv_get(t, 0, slice_text("a"), &v));
    kv_put(t, 0, slice_text("b"), slice_text("2"));
    cr_assert_eq(kv_error(t), ERR_CORRUPT);
    cr_assert_eq(kv_commit(t), ERR_CORRUPT);
    cr_assert(!has(kv, "a", "1"));
    kv_close(kv);
    scratch_done(&s);
}

Test(kv, ranges_give_keys_in_order_within_prefix_and_bound_and_last_finds_from_behind)
{
    struct scratch s = scratch_new();
    struct kv *kv = made(s.store, &plain);
    struct kv_txn *t = NULL;
    static const char *const keys[] = { "a", "b1", "b2", "b4", "b\xff\xff", "c" };
    static const struct {
        const char *prefix, *from, *first;
        int count;
    } ranges[] = { { "", "", "a", 6 },    { "b", "", "b1", 4 }, { "b", "b3", "b4", 2 }, { "b", "a", "b1", 4 },
                   { "b\xff", "", "b\xff\xff", 1 }, { "d", "", "", 0 }, { "b", "c", "", 0 } };
    static const struct {
        const char *prefix, *upto, *found;
    } lasts[] = { { "", "", "c" },     { "b", "", "b\xff\xff" }, { "b", "b3", "b2" }, { "b", "b2", "b2" },
                  { "b", "b0", NULL }, { "d", "", NULL },        { "", "z", "c" },    { "\xff", "", NULL } };
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    for (size_t i = 0; i < 6; i++) {
        kv_put_last(t, 0, slice_text(keys[(i * 5) % 6]), slice_text("v")); // most are not the last: still stored
    }
    cr_assert_eq(kv_count(t, 0), 6);
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        struct kv_range r = kv_range_new(t, 0, slice_text(ranges[i].prefix), slice_text(ranges[i].from));
        int n = 0;
        while (kv_range_next(&r)) {
            cr_assert(n > 0 || slice_equal(r.key, slice_text(ranges[i].first)), "range %zu", i);
            n++;
        }
        kv_range_done(&r);
        cr_assert_eq(n, ranges[i].count, "range %zu", i);
    }
    for (size_t i = 0; i < sizeof lasts / sizeof lasts[0]; i++) {
        struct slice key;
        bool found = kv_last(t, 0, slice_text(lasts[i].prefix), slice_text(lasts[i].upto), &key, NULL);
        cr_assert_eq(found, lasts[i].found != NULL, "last %zu", i);
        cr_assert(!found || slice_equal(key, slice_text(lasts[i].found)), "last %zu", i);
    }
    cr_assert(kv_del(t, 0, slice_text("a")));
    cr_assert(!kv_del(t, 0, slice_text("a")));
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    scratch_done(&s);
}

Test(kv, a_full_map_and_the_byte_bound_are_told_as_full_and_the_store_goes_on)
{
    struct scratch s = scratch_new();
    struct kv_options small = plain;
    small.map_bytes = 1 << 20;
    struct kv *kv = made(s.store, &small);
    uint8_t block[4000] = { 0 };
    enum err e = OK;
    put_one(kv, "kept", "yes");
    for (uint64_t i = 0; i < 400 && e == OK; i++) {
        struct kv_txn *t = NULL;
        uint8_t key[8];
        be64_put(key, i);
        cr_assert_eq(kv_begin_write(kv, &t), OK);
        kv_put_last(t, 1, SLICE_ARRAY(key), SLICE_ARRAY(block));
        e = kv_commit(t);
    }
    cr_assert_eq(e, ERR_FULL);
    cr_assert(has(kv, "kept", "yes"));
    kv_close(kv);
    small.map_bytes = 1 << 24;
    small.max_bytes = 4096;
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_open(s.store, &small, &kv, NULL), OK);
    cr_assert_eq(kv_begin_write(kv, &t), ERR_FULL);
    cr_assert(has(kv, "kept", "yes"));
    kv_close(kv);
    small.max_bytes = 0;
    cr_assert_eq(kv_open(s.store, &small, &kv, NULL), OK);
    put_one(kv, "more", "room");
    kv_close(kv);
    scratch_done(&s);
}

// A reader that died with its snapshot open would keep every freed page; clearing it gives them back.
Test(kv, a_reader_that_died_is_cleared)
{
    struct scratch s = scratch_new();
    struct kv *kv = NULL;
    int ready[2];
    cr_assert_eq(kv_create(s.store, &plain, NULL, 0, NULL), OK);
    cr_assert_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct kv_txn *t = NULL;
        if (kv_open(s.store, &plain, &kv, NULL) != OK || kv_begin_read(kv, &t) != OK) {
            _exit(1);
        }
        (void)!write(ready[1], "r", 1);
        pause();
    }
    char c = 0;
    cr_assert_eq(read(ready[0], &c, 1), 1);
    cr_assert_eq(kv_open(s.store, &plain, &kv, NULL), OK);
    cr_assert_eq(kill(child, SIGKILL), 0);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    cr_assert_eq(kv_check_readers(kv), 1);
    cr_assert_eq(kv_check_readers(kv), 0);
    kv_close(kv);
    scratch_done(&s);
}

Test(kv, creation_leaves_all_or_nothing_and_survives_what_a_power_cut_left)
{
    struct scratch s = scratch_new();
    char half[PATH_MAX];
    char file[PATH_MAX];
    struct why why;
    struct kv *kv = NULL;
    cr_assert(snprintf(half, sizeof half, "%s.new", s.store) > 0);
    cr_assert(snprintf(file, sizeof file, "%s.new/data.mdb", s.store) > 0);
    cr_assert_eq(mkdir(half, 0700), 0);
    int fd = open(file, O_WRONLY | O_CREAT, 0600);
    cr_assert_eq(write(fd, "torn", 4), 4);
    close(fd);
    cr_assert_eq(kv_open(s.store, &plain, &kv, &why), ERR_NOT_FOUND);
    kv = made(s.store, &plain);
    kv_close(kv);
    cr_assert(!file_exists(half));
    cr_assert_eq(kv_create(s.store, &plain, NULL, 0, &why), ERR_EXISTS);
    cr_assert_eq(kv_create("/proc/store", &plain, NULL, 0, &why), ERR_NOT_FOUND, "%s", why.text);
    scratch_done(&s);
}

Test(kv, a_store_in_memory_only_is_refused_unless_told)
{
    static const char path[] = "/dev/shm/baraza-store-test";
    struct kv_options told = plain;
    struct kv *kv = NULL;
    struct why why = { "" };
    told.flags |= KV_ANY_FILESYSTEM;
    if (access("/dev/shm", W_OK) != 0) {
        cr_skip_test("no writable /dev/shm");
    }
    cr_assert_eq(kv_create(path, &plain, NULL, 0, &why), ERR_CONFIG);
    cr_assert_not_null(strstr(why.text, "tmpfs"));
    cr_assert_eq(kv_create(path, &told, NULL, 0, &why), OK);
    cr_assert_eq(kv_open(path, &plain, &kv, &why), ERR_CONFIG);
    cr_assert_eq(kv_open(path, &told, &kv, &why), OK);
    kv_close(kv);
    scratch_remove(path);
}

Test(kv, a_file_that_was_cut_off_or_is_none_is_damaged_and_never_made_anew)
{
    struct scratch s = scratch_new();
    struct kv_options durable = plain;
    durable.flags = 0;
    struct kv *kv = made(s.store, &durable);
    char file[PATH_MAX];
    struct why why;
    struct stat st;
    uint8_t block[3000] = { 7 };
    for (uint8_t i = 0; i < 40; i++) {
        struct kv_txn *t = NULL;
        cr_assert_eq(kv_begin_write(kv, &t), OK);
        kv_put(t, 1, slice_of(&i, 1), SLICE_ARRAY(block));
        cr_assert_eq(kv_commit(t), OK);
    }
    uint64_t used = kv_usage(kv).file_bytes;
    kv_close(kv);
    cr_assert(snprintf(file, sizeof file, "%s/data.mdb", s.store) > 0);
    cr_assert_eq(stat(file, &st), 0);
    cr_assert_geq((uint64_t)st.st_size, used);
    const off_t sizes[] = { (off_t)used - 1, 4 * 4096, 4096, 0 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        cr_assert_eq(truncate(file, sizes[i]), 0);
        cr_assert_eq(kv_open(s.store, &durable, &kv, &why), ERR_CORRUPT, "%zu: %s", i, why.text);
    }
    int fd = open(file, O_WRONLY | O_TRUNC);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(write(fd, block, sizeof block), (ssize_t)sizeof block);
    }
    close(fd);
    cr_assert_eq(kv_open(s.store, &durable, &kv, &why), ERR_CORRUPT);
    cr_assert_eq(unlink(file), 0);
    cr_assert_eq(kv_open(s.store, &durable, &kv, &why), ERR_NOT_FOUND);
    cr_assert(!file_exists(file));
    scratch_done(&s);
}

Test(kv, a_backup_opens_with_the_same_content)
{
    struct scratch s = scratch_new();
    char copy[PATH_MAX];
    struct kv *kv = made(s.store, &plain);
    put_one(kv, "k", "v");
    cr_assert(snprintf(copy, sizeof copy, "%s/copy", s.dir) > 0);
    cr_assert_eq(mkdir(copy, 0700), 0);
    cr_assert_eq(kv_backup(kv, copy, NULL), OK);
    kv_close(kv);
    cr_assert_eq(kv_open(copy, &plain, &kv, NULL), OK);
    cr_assert(has(kv, "k", "v"));
    kv_close(kv);
    scratch_done(&s);
}
