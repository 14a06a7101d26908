// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Runs seeds, each in a directory of its own, over as many processes as there are processors.
//   sim [--seeds N] [--from K]     many seeds; a failing one is named and its story printed
//   sim --seed K                   one seed, with its story
//   sim --twice [--seeds N]        each seed twice: the stories must be the same to the byte
//   sim_planted --teeth            every planted fault must be noticed by some seed
#include "tests/sim/sim.h"

#include "common/base/num.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// The system's randomness, replaced by that of the seed. The library asks it through a table without a context.
static struct rng chance;

static uint32_t chance_u32(void)
{
    chance.state = chance.state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = chance.state;
    x = (x ^ x >> 33) * 0xff51afd7ed558ccdu;
    return (uint32_t)(x >> 32);
}

static const char *chance_name(void)
{
    return "seed";
}

static void chance_bytes(void *const p, const size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ((uint8_t *)p)[i] = (uint8_t)chance_u32();
    }
}

static randombytes_implementation chance_table = { .implementation_name = chance_name,
                                                   .random = chance_u32,
                                                   .buf = chance_bytes };

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

struct result {
    bool good;
    struct hash story;
};

static struct result run_seed(uint64_t seed, enum sim_plant plant, const char *base, bool print)
{
    char dir[120];
    struct sim *s = mem_new(sizeof *s);
    (void)snprintf(dir, sizeof dir, "%s/%llu", base, (unsigned long long)seed);
    sim_make_dir(dir);
    chance.state = seed;
    s->aloud = print;
    struct result r = { .good = sim_run(s, seed, plant, dir) };
    r.story = hash_of(buf_slice(&s->story));
    if (!r.good && plant == PLANT_NONE) {
        printf("seed %llu: %.*s\n", (unsigned long long)seed, (int)s->failure.n, (const char *)s->failure.p);
        (void)fflush(stdout);
    }
    sim_done(s);
    free(s);
    (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return r;
}

struct wish {
    uint64_t from, seeds;
    bool twice;
    enum sim_plant plant;
    const char *base;
};

// One worker's share: every jobs-th seed. Its exit code is 1 when a seed was not good.
static int run_share(const struct wish *w, uint64_t first, uint64_t jobs)
{
    int code = 0;
    for (uint64_t seed = w->from + first; seed < w->from + w->seeds; seed += jobs) {
        struct result r = run_seed(seed, w->plant, w->base, false);
        if (w->twice) {
            struct result again = run_seed(seed, w->plant, w->base, false);
            if (!hash_equal(r.story, again.story)) {
                printf("seed %llu tells two stories\n", (unsigned long long)seed);
                code = 1;
            }
        }
        code = r.good ? code : 1;
        if (!r.good && w->plant != PLANT_NONE) {
            break; // noticed: enough
        }
    }
    (void)fflush(stdout);
    return code;
}

// Returns how many workers did not end well.
static unsigned run_all(const struct wish *w)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = processors < 1 ? 1 : (uint64_t)processors;
    unsigned bad = 0;
    (void)fflush(stdout);
    for (uint64_t i = 0; i < jobs; i++) {
        pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid == 0) {
            exit(run_share(w, i, jobs));
        }
    }
    for (uint64_t i = 0; i < jobs; i++) {
        int status = 0;
        while (wait(&status) < 0 && errno == EINTR) {
        }
        bad += !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        if (!WIFEXITED(status)) {
            printf("a worker died of signal %d\n", WTERMSIG(status));
        }
    }
    return bad;
}

#ifdef SIM_PLANTED
static int show_teeth(struct wish *w)
{
    static const char *const names[PLANT_COUNT] = { "none", "acknowledge before the commit", "save without fsync",
                                                    "forget the parts of what is admitted" };
    int code = 0;
    for (int p = PLANT_NONE + 1; p < PLANT_COUNT; p++) {
        w->plant = (enum sim_plant)p;
        bool noticed = run_all(w) > 0;
        printf("%s: %s\n", names[p], noticed ? "noticed" : "NOT noticed");
        code = noticed ? code : 1;
    }
    return code;
}
#endif

static uint64_t number_of(const char *text)
{
    uint64_t n = 0;
    if (text == NULL || !num_parse_u64(slice_text(text), &n)) {
        fprintf(stderr, "sim: a number is expected, not \"%s\"\n", text == NULL ? "" : text);
        exit(2);
    }
    return n;
}

static void make_base(char base[64])
{
    // In memory when possible: thousands of small stores are made and forgotten.
    bool shm = access("/dev/shm", W_OK) == 0;
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(base, 64, "%.40s/baraza-sim-XXXXXX", shm ? "/dev/shm" : tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(base) == NULL) {
        fprintf(stderr, "sim: %s: %s\n", base, strerror(errno));
        exit(74);
    }
}

int main(int argc, char **argv)
{
    struct wish w = { .seeds = 100 };
    bool one = false;
    bool teeth = false;
    char base[64];
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seeds") == 0) {
            w.seeds = number_of(argv[++i]);
        } else if (strcmp(argv[i], "--from") == 0) {
            w.from = number_of(argv[++i]);
        } else if (strcmp(argv[i], "--seed") == 0) {
            w.from = number_of(argv[++i]);
            one = true;
        } else if (strcmp(argv[i], "--twice") == 0) {
            w.twice = true;
        } else if (strcmp(argv[i], "--teeth") == 0) {
            teeth = true;
        } else {
            fprintf(stderr, "usage: sim [--seeds N] [--from K] [--twice] | --seed K\n");
            return 2;
        }
    }
    CHECK(randombytes_set_implementation(&chance_table) == 0);
    CHECK(ident_init() == OK);
    (void)signal(SIGXFSZ, SIG_IGN);
    make_base(base);
    w.base = base;
    int code = 0;
    if (one) {
        code = run_seed(w.from, PLANT_NONE, base, true).good ? 0 : 1;
    } else if (teeth) {
#ifdef SIM_PLANTED
        code = show_teeth(&w);
#endif
    } else {
        unsigned bad = run_all(&w);
        printf("%llu seeds: %s\n", (unsigned long long)w.seeds, bad == 0 ? "all good" : "NOT all good");
        code = bad == 0 ? 0 : 1;
    }
    (void)nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return code;
}
