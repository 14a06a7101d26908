// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Noticing a state that was copied or put back, and keeping two daemons from one state.
#include "tests/unit/store/scratch.h"

#include "common/base/file.h"
#include "common/store/mark.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Appends one entry and writes the mark as a program does, after the commit.
static void save(struct kv *kv, struct writer *w, const char *store, const char *path)
{
    struct kv_txn *t = NULL;
    struct mark mark = { .incarnation = w->journal.incarnation };
    struct written e = writer_next(w, "words");
    struct journal_item item = written_item(&e);
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert_eq(journal_append(t, &item), OK);
    cr_assert_eq(kv_commit(t), OK);
    mark.seq = e.at.seq;
    mark.id = e.id;
    cr_assert_eq(mark_of_file(store, &mark, NULL), OK);
    cr_assert_eq(mark_write(path, &mark, NULL), OK);
    written_done(&e);
}

// What a program does at start.
static enum err check(const char *store, const struct journal_id *journal, const char *path, struct why *why)
{
    struct mark mark;
    struct mark now;
    struct stored at = { 0 };
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    cr_assert_eq(mark_read(path, &mark, why), OK);
    cr_assert_eq(mark_of_file(store, &now, why), OK);
    cr_assert_eq(store_open(store, KV_NO_SYNC, 0, &kv, NULL, why), OK);
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    struct position place = { { journal->key, mark.incarnation }, mark.seq, 0 };
    enum err e = journal_get(t, &place, &at, why);
    cr_assert(e == OK || e == ERR_NOT_FOUND);
    e = mark_check(&mark, &now, at.id, why);
    kv_abort(t);
    kv_close(kv);
    return e;
}

static void copy(const char *from, const char *to)
{
    struct buf file = buf_new((size_t)1 << 28);
    char a[PATH_MAX];
    char b[PATH_MAX];
    cr_assert(snprintf(a, sizeof a, "%s/data.mdb", from) > 0);
    cr_assert(snprintf(b, sizeof b, "%s/data.mdb", to) > 0);
    cr_assert_eq(file_read(a, false, &file, NULL), OK);
    (void)mkdir(to, 0700);
    int fd = open(b, O_WRONLY | O_CREAT, 0600); // over the same file, as restoring with cp does
    cr_assert_eq(write(fd, file.p, file.n), (ssize_t)file.n);
    close(fd);
    buf_done(&file);
}

Test(mark, a_copied_and_a_restored_state_are_noticed_and_a_plain_restart_is_not)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer w = writer_new(1, 1);
    struct why why = { "" };
    uint8_t name[16] = { 1 };
    char path[LIMIT_MARK_PATH];
    char home[96];
    char old[96];
    cr_assert(snprintf(home, sizeof home, "%s/not/yet", s.dir) > 0);
    cr_assert(snprintf(old, sizeof old, "%s/old", s.dir) > 0);
    cr_assert_eq(mark_path(home, name, w.journal.key, path, 20), ERR_TOO_BIG);
    cr_assert_eq(mark_path(home, name, w.journal.key, path, sizeof path), OK);
    struct mark mark;
    cr_assert_eq(mark_read(path, &mark, &why), ERR_NOT_FOUND);
    cr_assert_eq(mkdir(old, 0700), 0);
    cr_assert(snprintf(home, sizeof home, "%s/not", s.dir) > 0);
    cr_assert_eq(mkdir(home, 0700), 0);

    save(kv, &w, s.store, path);
    kv_close(kv);
    cr_assert_eq(check(s.store, &w.journal, path, &why), OK, "%s", why.text);
    copy(s.store, old);
    cr_assert_eq(check(old, &w.journal, path, &why), ERR_COPIED); // the copy runs beside the original
    cr_assert_not_null(strstr(why.text, "another file"));

    cr_assert_eq(store_open(s.store, KV_NO_SYNC, 0, &kv, NULL, &why), OK);
    save(kv, &w, s.store, path);
    kv_close(kv);
    cr_assert_eq(check(s.store, &w.journal, path, &why), OK, "%s", why.text);
    copy(old, s.store); // put back into the same file: inode and birth are the same
    cr_assert_eq(check(s.store, &w.journal, path, &why), ERR_COPIED);
    cr_assert_not_null(strstr(why.text, "entry 1"));

    cr_assert_eq(truncate(path, 40), 0); // a torn mark is no mark
    cr_assert_eq(mark_read(path, &mark, &why), ERR_NOT_FOUND);
    scratch_done(&s);
}

Test(store, it_says_what_it_is_for_and_a_second_daemon_is_told_who_has_it)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_HUB);
    struct store_info info;
    struct why why = { "" };
    struct kv_txn *t = NULL;
    struct slice value;
    char path[96];
    int fd = -1;
    cr_assert(snprintf(path, sizeof path, "%s/lock", s.dir) > 0);
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert_eq(store_value_get(t, "seen", &value), ERR_NOT_FOUND);
    store_value_put(t, "seen", slice_text("x"));
    cr_assert_eq(store_value_get(t, "seen", &value), OK);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    cr_assert_eq(store_open(s.store, KV_NO_SYNC, 0, &kv, &info, &why), OK);
    cr_assert_eq(info.side, STORE_HUB);
    cr_assert_eq(info.consultation.b[2], 3);
    kv_close(kv);
    cr_assert_eq(state_lock_take(path, &fd, &why), OK);
    pid_t child = fork();
    if (child == 0) {
        int mine = -1;
        state_lock_drop(fd); // the child's copy of the descriptor holds the lock too, until its own end
        enum err e = state_lock_take(path, &mine, &why);
        char pid[32];
        cr_assert(snprintf(pid, sizeof pid, "%ld", (long)getppid()) > 0);
        _exit(e == ERR_BUSY && strstr(why.text, pid) != NULL ? 0 : 1);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0);
    state_lock_drop(fd);
    cr_assert_eq(state_lock_take(path, &fd, &why), OK);
    state_lock_drop(fd);
    scratch_done(&s);
}
