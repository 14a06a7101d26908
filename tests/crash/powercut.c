// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The disk with a plug. mkfs.ext4 and mount(8) do what they do well; the cut is one ioctl.
#include "tests/crash/powercut.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// From the kernel's ext4 interface; no header of user space has them under Debian 12.
#define EXT4_IOC_SHUTDOWN_CALL _IOR('X', 125, uint32_t)
#define EXT4_SHUTDOWN_NO_LOG_FLUSH 2u

// Runs a program of the system with its output thrown away, and returns its exit status, 127 when it cannot start.
static int run_quietly(char *const argv[])
{
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        if (null >= 0) {
            (void)dup2(null, 0);
            (void)dup2(null, 1);
            (void)dup2(null, 2);
        }
        execvp(argv[0], argv);
        _exit(127);
    }
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        return 127;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

static enum powercut_result mount_image(struct powercut *p, struct why *why)
{
    char *argv[] = { "mount", "-t", "ext4", "-o", "loop", p->image, p->mount, NULL };
    int status = run_quietly(argv);
    if (status != 0) {
        why_set(why, "mount -o loop ended with %d", status);
        return POWERCUT_CANNOT;
    }
    p->mounted = true;
    return POWERCUT_DONE;
}

static enum powercut_result make_image(struct powercut *p, unsigned megabytes, struct why *why)
{
    struct stat st;
    if (stat(p->image, &st) == 0) {
        return POWERCUT_DONE;
    }
    int fd = open(p->image, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)megabytes << 20) != 0) {
        why_set(why, "cannot make the disk image: %s", strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return POWERCUT_BROKEN;
    }
    close(fd);
    // No fast_commit: its shutdown path is not the one that disks in the field run. No lazy work in the background.
    char *argv[] = { "mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^fast_commit", "-E",
                     "lazy_itable_init=0,lazy_journal_init=0", p->image, NULL };
    int status = run_quietly(argv);
    if (status != 0) {
        why_set(why, "mkfs.ext4 ended with %d", status);
        return status == 127 ? POWERCUT_CANNOT : POWERCUT_BROKEN;
    }
    return POWERCUT_DONE;
}

enum powercut_result powercut_open(struct powercut *p, const char *dir, unsigned megabytes, struct why *why)
{
    *p = (struct powercut){ .mounted = false };
    int a = snprintf(p->image, sizeof p->image, "%s/disk.img", dir);
    int b = snprintf(p->mount, sizeof p->mount, "%s/disk", dir);
    if (a < 0 || b < 0 || (size_t)a >= sizeof p->image || (size_t)b >= sizeof p->mount) {
        why_set(why, "the path %s is too long", dir);
        return POWERCUT_BROKEN;
    }
    if (geteuid() != 0) {
        why_set(why, "it needs root");
        return POWERCUT_CANNOT;
    }
    // Private from the directory down, so that nobody outside ever sees the mount.
    if (unshare(CLONE_NEWNS) != 0 || mount(dir, dir, NULL, MS_BIND, NULL) != 0 ||
        mount("none", dir, NULL, MS_PRIVATE, NULL) != 0) {
        why_set(why, "a mount namespace is not allowed here: %s", strerror(errno));
        return POWERCUT_CANNOT;
    }
    if (mkdir(p->mount, 0700) != 0 && errno != EEXIST) {
        why_set(why, "cannot make %s: %s", p->mount, strerror(errno));
        return POWERCUT_BROKEN;
    }
    enum powercut_result made = make_image(p, megabytes, why);
    return made == POWERCUT_DONE ? mount_image(p, why) : made;
}

static int open_root(const struct powercut *p, struct why *why)
{
    int fd = open(p->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        why_set(why, "cannot open %s: %s", p->mount, strerror(errno));
    }
    return fd;
}

enum powercut_result powercut_settle(struct powercut *p, struct why *why)
{
    int fd = open_root(p, why);
    if (fd < 0) {
        return POWERCUT_BROKEN;
    }
    enum powercut_result result = POWERCUT_DONE;
    if (syncfs(fd) != 0) {
        why_set(why, "syncfs: %s", strerror(errno));
        result = POWERCUT_BROKEN;
    }
    close(fd);
    return result;
}

enum powercut_result powercut_cut(struct powercut *p, struct why *why)
{
    int fd = open_root(p, why);
    if (fd < 0) {
        return POWERCUT_BROKEN;
    }
    enum powercut_result result = POWERCUT_DONE;
    uint32_t how = EXT4_SHUTDOWN_NO_LOG_FLUSH;
    if (ioctl(fd, EXT4_IOC_SHUTDOWN_CALL, &how) != 0) {
        why_set(why, "FS_IOC_SHUTDOWN: %s", strerror(errno));
        result = POWERCUT_CANNOT;
    }
    close(fd);
    return result;
}

enum powercut_result powercut_restore(struct powercut *p, struct why *why)
{
    // The last descriptors of killed processes may close a moment after they were waited for.
    for (int tries = 0; umount2(p->mount, 0) != 0; tries++) {
        if (errno != EBUSY || tries == 100) {
            why_set(why, "cannot unmount: %s", strerror(errno));
            return POWERCUT_BROKEN;
        }
        (void)usleep(50000);
    }
    p->mounted = false;
    enum powercut_result result = mount_image(p, why);
    return result == POWERCUT_CANNOT ? POWERCUT_BROKEN : result;
}

void powercut_close(struct powercut *p)
{
    if (p->mounted) {
        (void)umount2(p->mount, MNT_DETACH);
        p->mounted = false;
    }
}
