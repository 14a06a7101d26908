// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Small files: whole or refused when read, old or new when written.
#include "common/base/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void enter_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/baraza-file-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert_eq(chdir(folder), 0);
}

static void leave_folder(void)
{
    static const char *const made[] = { "f", "four", "two", "link", "fifo" };
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        unlink(made[i]);
    }
    rmdir("d");
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(folder), 0); // fails when something else was left behind
}

static size_t files_here(void)
{
    size_t n = 0;
    DIR *d = opendir(".");
    cr_assert(d != NULL);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        n += e->d_name[0] != '.' ? 1 : 0;
    }
    closedir(d);
    return n;
}

TestSuite(file, .init = enter_folder, .fini = leave_folder);

Test(file, what_was_written_is_read_and_nothing_else_stays)
{
    static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 200000 };
    static uint8_t content[200000];
    memset(content, 'z', sizeof content);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf b = buf_new(200000);
        struct stat st;
        struct why why = { "" };
        struct slice all = slice_of(content, sizes[i]);
        cr_assert_eq(file_replace("f", all, i % 2 == 0 ? 0600 : 0644, &why), OK, "%s", why.text);
        cr_assert_eq(file_read("f", false, &b, &why), OK, "%s", why.text);
        cr_assert(slice_equal(buf_slice(&b), all));
        cr_assert_eq(stat("f", &st), 0);
        cr_assert_eq(st.st_mode & 0777, i % 2 == 0 ? 0600 : 0644);
        cr_assert_eq(files_here(), 1);
        buf_done(&b);
    }
}

Test(file, only_regular_files_of_a_fitting_size_are_read)
{
    struct buf b = buf_new(3);
    struct why why = { "" };
    cr_assert_eq(file_read("missing", false, &b, &why), ERR_NOT_FOUND);
    cr_assert(strstr(why.text, "missing") != NULL);
    cr_assert_eq(file_replace("four", slice_text("four"), 0600, NULL), OK);
    cr_assert_eq(file_read("four", false, &b, &why), ERR_TOO_BIG);
    cr_assert_eq(b.n, 0);
    cr_assert_eq(file_read(".", false, &b, &why), ERR_BAD_INPUT);
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    cr_assert_eq(file_read("fifo", false, &b, &why), ERR_BAD_INPUT); // and it does not hang
    cr_assert_eq(file_replace("two", slice_text("2\n"), 0600, NULL), OK);
    cr_assert_eq(symlink("two", "link"), 0);
    cr_assert_neq(file_read("link", false, &b, &why), OK);
    cr_assert_eq(b.n, 0);
    cr_assert_eq(file_read("link", true, &b, &why), OK);
    cr_assert(slice_equal(buf_slice(&b), slice_text("2\n")));
    buf_reset(&b);
    cr_assert_eq(file_read("/proc/self/mounts", false, &b, &why), ERR_TOO_BIG); // its size is 0, it says
    buf_done(&b);
}

Test(file, a_write_that_fails_leaves_the_old_file_and_no_other)
{
    struct why why = { "" };
    struct buf b = buf_new(64);
    cr_assert_eq(file_replace("f", slice_text("old"), 0600, NULL), OK);
    cr_assert_neq(file_replace("no/such/folder/f", slice_text("new"), 0600, &why), OK);
    cr_assert_neq(why.text[0], '\0');
    cr_assert_eq(file_make_dir("d", NULL), OK);
    cr_assert_eq(file_make_dir("d", &why), ERR_EXISTS);
    cr_assert_neq(file_replace("d", slice_text("new"), 0600, &why), OK); // a directory stands there
    cr_assert_eq(files_here(), 2);
    cr_assert_eq(file_read("f", false, &b, NULL), OK);
    cr_assert(slice_equal(buf_slice(&b), slice_text("old")));
    cr_assert(file_exists("f"));
    cr_assert_not(file_exists("g"));
    cr_assert_eq(file_sync_dir("d", NULL), OK);
    cr_assert_eq(file_sync_dir("missing", &why), ERR_NOT_FOUND);
    buf_done(&b);
}

Test(file, a_new_file_never_takes_the_place_of_another)
{
    struct why why = { "" };
    struct buf b = buf_new(64);
    cr_assert_eq(file_create("f", slice_text("first"), 0600, &why), OK);
    cr_assert_eq(file_create("f", slice_text("second"), 0600, &why), ERR_EXISTS);
    cr_assert(strstr(why.text, "f") != NULL);
    cr_assert_eq(symlink("nowhere", "link"), 0);
    cr_assert_eq(file_create("link", slice_text("third"), 0600, &why), ERR_EXISTS);
    cr_assert_eq(files_here(), 2);
    cr_assert_eq(file_read("f", false, &b, NULL), OK);
    cr_assert(slice_equal(buf_slice(&b), slice_text("first")));
    buf_done(&b);
}

// True when the file that fd was opened on before holds nothing but zeros now.
static bool only_zeros(int fd, size_t n)
{
    uint8_t was[5000];
    cr_assert_eq(pread(fd, was, sizeof was, 0), (ssize_t)n);
    for (size_t i = 0; i < n; i++) {
        if (was[i] != 0) {
            return false;
        }
    }
    return true;
}

Test(file, keys_are_overwritten_before_they_go_or_are_replaced)
{
    static uint8_t content[5000];
    struct why why = { "" };
    struct buf b = buf_new(sizeof content);
    memset(content, 'k', sizeof content);
    cr_assert_eq(file_replace("f", SLICE_ARRAY(content), 0600, &why), OK);
    int fd = open("f", O_RDONLY | O_CLOEXEC);
    cr_assert(fd >= 0);
    cr_assert_eq(file_supplant("f", SLICE_LITERAL("new"), 0600, &why), OK, "%s", why.text);
    cr_assert(only_zeros(fd, sizeof content), "the old keys are still on the disk");
    close(fd);
    cr_assert_eq(file_read("f", false, &b, &why), OK);
    cr_assert(slice_equal(buf_slice(&b), SLICE_LITERAL("new")));
    fd = open("f", O_RDONLY | O_CLOEXEC);
    cr_assert(fd >= 0);
    cr_assert_eq(file_shred("f", &why), OK, "%s", why.text);
    cr_assert(only_zeros(fd, 3));
    close(fd);
    cr_assert(!file_exists("f"));
    cr_assert_eq(files_here(), 0);
    cr_assert_eq(file_shred("f", &why), ERR_NOT_FOUND);
    buf_done(&b);
}
