// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Hostile peers on a live hub: one after another and together they do what they should not, while an honest site goes
// on delivering. At the end nothing of the honest site is lost, the hub's memory stayed under its stated bound
// (LIMIT_HUB_MEMORY), and the record verifies.
#include "tests/e2e/hostile/attacks.h"
#include "tests/e2e/hostile/site.h"

#include "hub/checkpointer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void attack(struct stage *s, struct site *site)
{
    int idle[IDLE_CONNECTIONS];
    struct person *h = s->hostile;
    attack_idle_open(s, idle);
    attack_unknown_key(s);
    site_progress(site, SITE_BATCH);
    attack_spent_invitation(s);
    attack_invitation_misused(s);
    attack_bad_signature(s, &h[0]);
    attack_gap(s, &h[1]);
    attack_fork(s, &h[2]);
    attack_other_consultation(s, &h[3]);
    attack_unsealed(s, &h[HOSTILES - 1]);
    attack_false_claims(s, &h[4]);
    attack_bombs(s, &h[5]);
    attack_revoked(s, &h[6]);
    site_progress(site, SITE_BATCH);
    attack_garbage(s, &h[7]);
    attack_hellos(s, &h[8]);
    attack_wants(s, &h[9]);
    attack_replays(s, &h[10], 6);
    attack_held_payloads(s, &h[16], 8);
    attack_deaf(s, &h[24], 8);
    attack_chunks(s, &h[HOSTILES - 1]);
    site_progress(site, SITE_BATCH);
    attack_idle_close(idle);
}

// Each is in the record once, in its place, and so is one word about the fork.
static void check_record(struct stage *s, const struct site *site)
{
    struct house *h = &s->house;
    struct why why = { "" };
    struct kv_txn *t = NULL;
    struct record *r = record_new();
    struct merkle_frontier read_back = { 0 };
    house_open(h);
    must(s, kv_begin_read(h->kv, &t) == OK && record_load(r, t, &why) == OK, "the record loads");
    must(s, record_verify(r, t, record_size(r), &read_back, &why) == OK, "the record verifies");
    const struct journal_id journal = { site->me.pub, site->me.incarnation };
    for (size_t i = 0; i < site->n; i++) {
        struct record_place places[LIMIT_BRANCHES];
        size_t n = 0;
        must(s, record_places(t, &journal, i, places, &n) == OK && n == 1, "an honest entry is there once");
        must(s, hash_equal(places[0].id, site->said[i]->entry.id), "as it was said");
    }
    const struct journal_id own = { h->author.pub, { { 0 } } };
    size_t evidence = 0;
    for (struct record_journal_range range = record_journal_range_new(t); record_journal_range_next(&range);) {
        bool hubs = pubkey_equal(range.journal.head.journal.key, own.key);
        evidence += hubs ? (size_t)range.journal.head.next : 0;
        if (hubs) {
            record_journal_range_done(&range);
            break;
        }
    }
    must(s, evidence == 1, "the fork is witnessed once");
    kv_abort(t);
    record_free(r);
    house_close(h);
}

static void check_memory(struct stage *s)
{
    unsigned long most = atomic_load(&s->hub.rss_kb);
    unsigned long bound = LIMIT_HUB_MEMORY / 1024ul; // under a sanitizer too, which takes more
    printf("the hub took at most %lu MiB of memory; its bound is %lu MiB\n", most / 1024, bound / 1024);
    must(s, most > 0, "the hub's memory was looked at");
    must(s, most <= bound, "the hub's memory stays under its stated bound");
}

// Writing beyond the first pages of any file fails in the hub, or not any more.
static void limit_files(struct stage *s, bool on)
{
    struct rlimit limit;
    must(s, prlimit(s->hub.pid, RLIMIT_FSIZE, NULL, &limit) == 0, "the hub's limits can be read");
    limit.rlim_cur = on ? 65536 : limit.rlim_max;
    must(s, prlimit(s->hub.pid, RLIMIT_FSIZE, &limit, NULL) == 0, "the hub's limits can be set");
}

static void fill_disk(struct stage *s, struct site *site)
{
    limit_files(s, true);
    pause_ms(500);
    size_t before = atomic_load(&site->received);
    pause_ms(2000);
    must(s, hub_alive(s), "a hub that cannot write goes on");
    must(s, atomic_load(&site->received) == before, "nothing is acknowledged that cannot be written");
    limit_files(s, false);
    site_progress(site, SITE_BATCH);
    tell("a hub that cannot write acknowledges nothing, and goes on when it can");
}

static void restart(struct stage *s, struct site *site)
{
    struct early early;
    int status = hub_stop(s, SIGTERM);
    must(s, WIFEXITED(status) && WEXITSTATUS(status) == 0, "a hub that is told to end ends well, with work under way");
    early_begin(&early, s, &s->secretariat);
    hub_start(s);
    early_end(&early);
    site_progress(site, SITE_BATCH);
    status = hub_stop(s, SIGKILL);
    must(s, WIFSIGNALED(status), "a hub that is killed is killed");
    early_begin(&early, s, &s->registrar);
    hub_start(s);
    early_end(&early);
    site_progress(site, SITE_BATCH);
    tell("ended and killed in the middle, the hub goes on where it was");
}

int main(void)
{
    static struct stage s;
    static struct site site;
    if (ident_init() != OK) {
        return 1;
    }
    stage_open(&s);
    site_begin(&site, &s);
    site_progress(&site, SITE_BATCH);
    attack(&s, &site);
    fill_disk(&s, &site);
    restart(&s, &site);
    site_end(&site);
    site_prove(&site);
    must(&s, hub_alive(&s), "the hub is still there");
    int status = hub_stop(&s, SIGTERM);
    must(&s, WIFEXITED(status) && WEXITSTATUS(status) == 0, "the hub ends well");
    check_memory(&s);
    check_record(&s, &site);
    printf("the honest site: %zu entries, all with custody and in the record once; slowest answer %llu ms, put off %zu "
           "times, reconnected %zu times\n",
           site.n, (unsigned long long)site.slowest_ms, site.deferred, site.reconnected);
    site_done(&site);
    stage_close(&s);
    return 0;
}
