// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// powercut: runs a command on a disk, pulls the plug while it works, and asks another command what is left.
// What the commands print stays outside that disk, so it survives the cut as what people saw on a screen would.
// Read first: tests/crash/powercut.h.
#include "common/base/bytes.h"
#include "common/base/num.h"
#include "tests/crash/powercut.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIPPED 77
#define EXIT_BROKEN 70
#define WAIT_LINES_MS 60000u // so long may the command take to print the lines that a cut waits for
#define STEP_MS 2u

struct plan {
    const char *dir;
    const char *prepare; // NULL: nothing to prepare
    const char *run;
    const char *check;
    uint64_t megabytes;
    uint64_t after_ms;
    uint64_t after_lines;
    char out[4096]; // what the command printed
};

static const char usage[] =
    "usage: powercut --work-dir DIR --run CMD --check CMD [--prepare CMD] [--image-mb N]\n"
    "                [--cut-after-lines N] [--cut-after-ms N]\n"
    "\n"
    "Mounts a disk (DIR/disk.img; one that is there is used again) and runs, with sh, in the mounted directory:\n"
    "  --prepare   to its end, and writes everything out: this cannot be lost\n"
    "  --run       with its standard output in DIR/run.out; the power is cut when it has printed N lines and then\n"
    "              N milliseconds have passed, or as soon as it ends by itself\n"
    "  --check     after the disk came back; its exit status is the answer\n"
    "They find the disk in $POWERCUT_DISK and the output of --run in $POWERCUT_OUT.\n"
    "\n"
    "Exit status: 0 the check was content, 1 it was not, 2 usage, 70 the trial itself failed, 77 skipped (it needs\n"
    "root and loop devices).\n"
    "\n"
    "example: powercut --work-dir \"$(mktemp -d)\" --run 'echo a >f; echo saved' --check 'grep -q a f'\n";

// The group of processes on the disk, for the one case in which this program is asked to end before them.
static volatile pid_t group;

static void end_early(int signal_number)
{
    (void)signal_number;
    if (group > 0) {
        (void)kill(-group, SIGKILL);
    }
    _exit(EXIT_BROKEN);
}

static void pause_ms(uint64_t ms)
{
    struct timespec t = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 };
    while (nanosleep(&t, &t) != 0 && errno == EINTR) {
    }
}

// Starts `sh -c command` in the disk's directory, as the leader of a group of its own. out: its standard output.
static pid_t start(const struct powercut *p, const char *command, int out)
{
    pid_t pid = fork();
    if (pid != 0) {
        (void)setpgid(pid, pid);
        group = pid;
        return pid;
    }
    (void)setpgid(0, 0);
    if (dup2(out, STDOUT_FILENO) < 0 || chdir(p->mount) != 0) {
        _exit(126);
    }
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static int finish(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return 127;
        }
    }
    group = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static uint64_t count_lines(const char *path)
{
    uint64_t lines = 0;
    char block[65536];
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (n = read(fd, block, sizeof block)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            lines += block[i] == '\n';
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return lines;
}

// True when pid has ended; it stays to be waited for.
static bool has_ended(pid_t pid)
{
    siginfo_t info = { .si_pid = 0 };
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

// Returns when it is time for the cut, or the command has ended; false when the lines never came.
static bool wait_for_moment(const struct plan *plan, pid_t pid)
{
    for (uint64_t waited = 0; count_lines(plan->out) < plan->after_lines; waited += STEP_MS) {
        if (has_ended(pid)) {
            return true;
        }
        if (waited > WAIT_LINES_MS) {
            return false;
        }
        pause_ms(STEP_MS);
    }
    for (uint64_t waited = 0; waited < plan->after_ms && !has_ended(pid); waited += STEP_MS) {
        pause_ms(STEP_MS);
    }
    return true;
}

static enum powercut_result run_and_cut(struct powercut *p, const struct plan *plan, struct why *why)
{
    // Emptied before the command starts: lines of an earlier run must not count.
    int out = open(plan->out, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    pid_t pid = out < 0 ? -1 : start(p, plan->run, out);
    if (pid < 0) {
        why_set(why, "cannot start the command: %s", strerror(errno));
        if (out >= 0) {
            close(out);
        }
        return POWERCUT_BROKEN;
    }
    close(out);
    bool timely = wait_for_moment(plan, pid);
    bool ended = has_ended(pid);
    // A real cut stops the processor too. Without the stop, a sync that is under way while the journal is aborted may
    // return success (the kernel no longer finds the transaction to wait for), and the program would print a promise
    // that no program prints after a real cut.
    (void)kill(-pid, SIGSTOP);
    enum powercut_result result = powercut_cut(p, why);
    (void)kill(-pid, SIGKILL);
    int status = finish(pid);
    if (result == POWERCUT_DONE && !timely) {
        why_set(why, "the command did not print %llu lines", (unsigned long long)plan->after_lines);
        result = POWERCUT_BROKEN;
    }
    if (result == POWERCUT_DONE && ended && status != 0) {
        why_set(why, "the command ended with %d before the cut", status);
        result = POWERCUT_BROKEN;
    }
    return result;
}

static enum powercut_result trial(struct powercut *p, const struct plan *plan, int *verdict, struct why *why)
{
    enum powercut_result result = powercut_open(p, plan->dir, (unsigned)plan->megabytes, why);
    if (result == POWERCUT_DONE && plan->prepare != NULL) {
        int status = finish(start(p, plan->prepare, STDOUT_FILENO));
        if (status != 0) {
            why_set(why, "the preparation ended with %d", status);
            return POWERCUT_BROKEN;
        }
        result = powercut_settle(p, why);
    }
    if (result == POWERCUT_DONE) {
        result = run_and_cut(p, plan, why);
    }
    if (result == POWERCUT_DONE) {
        result = powercut_restore(p, why);
    }
    if (result == POWERCUT_DONE) {
        *verdict = finish(start(p, plan->check, STDOUT_FILENO));
    }
    return result;
}

static bool number(const char *text, uint64_t max, uint64_t *out)
{
    return num_parse_u64(slice_text(text), out) && *out <= max;
}

static bool read_plan(int argc, char **argv, struct plan *plan)
{
    static const struct option options[] = {
        { "work-dir", required_argument, NULL, 'd' },        { "run", required_argument, NULL, 'r' },
        { "check", required_argument, NULL, 'c' },           { "prepare", required_argument, NULL, 'p' },
        { "image-mb", required_argument, NULL, 'm' },        { "cut-after-ms", required_argument, NULL, 't' },
        { "cut-after-lines", required_argument, NULL, 'l' }, { NULL, 0, NULL, 0 },
    };
    bool good = true;
    for (int c = 0; good && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'd': plan->dir = optarg; break;
        case 'r': plan->run = optarg; break;
        case 'c': plan->check = optarg; break;
        case 'p': plan->prepare = optarg; break;
        case 'm': good = number(optarg, 65536, &plan->megabytes) && plan->megabytes >= 8; break;
        case 't': good = number(optarg, 3600000, &plan->after_ms); break;
        case 'l': good = number(optarg, UINT32_MAX, &plan->after_lines); break;
        default: good = false;
        }
    }
    return good && optind == argc && plan->dir != NULL && plan->run != NULL && plan->check != NULL;
}

int main(int argc, char **argv)
{
    struct plan plan = { .megabytes = 64 };
    if (!read_plan(argc, argv, &plan)) {
        fputs(usage, stderr);
        return 2;
    }
    char *dir = realpath(plan.dir, NULL);
    if (dir == NULL || strlen(dir) + 16 > sizeof plan.out) {
        fprintf(stderr, "powercut: %s is no directory to work in\n", plan.dir);
        free(dir);
        return EXIT_BROKEN;
    }
    plan.dir = dir;
    (void)snprintf(plan.out, sizeof plan.out, "%s/run.out", dir);
    (void)signal(SIGTERM, end_early);
    (void)signal(SIGINT, end_early);
    struct powercut disk;
    struct why why = { .text = "" };
    char mount[4096];
    (void)snprintf(mount, sizeof mount, "%s/disk", dir);
    (void)setenv("POWERCUT_DISK", mount, 1);
    (void)setenv("POWERCUT_OUT", plan.out, 1);
    int verdict = 0;
    enum powercut_result result = trial(&disk, &plan, &verdict, &why);
    powercut_close(&disk);
    free(dir);
    if (result == POWERCUT_CANNOT) {
        printf("skipped: power cuts need root and loop devices (%s)\n", why.text);
        return EXIT_SKIPPED;
    }
    if (result == POWERCUT_BROKEN) {
        fprintf(stderr, "powercut: %s\n", why.text);
        return EXIT_BROKEN;
    }
    return verdict == 0 ? 0 : 1;
}
