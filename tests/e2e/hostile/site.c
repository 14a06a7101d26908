// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See site.h. What the hub defers is sent again when it says; a connection that ends is made anew.
#include "tests/e2e/hostile/site.h"

#include "common/format/checkpoint.h"

#include <stdio.h>

#define TEXT_BYTES 600
#define ANSWER_MS 30000
#define PROGRESS_MS 60000
#define PAUSE_MS 20
#define IMPATIENCE_MS 500

// Connects and says hello, as often as it takes.
static void connect_site(struct site *site)
{
    struct stage *s = site->stage;
    uint64_t deadline = loop_now_ms() + PROGRESS_MS;
    bool up = false;
    while (!up) {
        caller_begin(&site->caller, s, site->net, &site->me);
        up = caller_outcome(&site->caller, 5000) == SOCK_UP;
        if (up) {
            caller_say_hello(&site->caller, NULL, 0, UINT32_MAX);
            up = caller_hear(&site->caller, MSG_WELCOME, 5000);
        }
        if (!up) {
            caller_close(&site->caller);
            must(s, loop_now_ms() < deadline, "the honest site gets in");
        }
    }
}

static void reconnect(struct site *site)
{
    caller_close(&site->caller);
    connect_site(site);
    site->reconnected++;
}

// Waits for custody of all that was said, sending it from `first` on as often as is needed.
static void deliver(struct site *site, size_t first)
{
    struct stage *s = site->stage;
    uint64_t began = loop_now_ms();
    bool received = false;
    struct letter l;
    letter_wire(&l, site->said + first, site->n - first);
    bool sent = caller_say_letter(&site->caller, &l);
    while (!received) {
        bool heard = sent && caller_hear_any(&site->caller, ANSWER_MS / 10);
        // libzmq connects again by itself, to a hub that has been started anew and knows of no hello.
        bool anew = heard && site->caller.msg.type == MSG_ERROR &&
                    site->caller.msg.as.error.code == VERDICT_OUT_OF_TURN;
        if (!heard || anew) {
            must(s, loop_now_ms() < began + PROGRESS_MS, "the honest site is answered");
            reconnect(site);
            sent = caller_say_letter(&site->caller, &l);
        } else if (site->caller.msg.type == MSG_ACK) {
            // What was said twice, over two connections, is acknowledged twice: the second time perhaps only now.
            const struct msg_ack *ack = &site->caller.msg.as.ack;
            must(s, ack->next <= site->n && house_ack_good(&s->world, ack, site->said, (size_t)ack->next),
                 "the honest site's custody verifies");
            received = ack->next == site->n;
        } else if (site->caller.msg.type == MSG_REFUSE) {
            must(s, !site->caller.msg.as.refuse.is_signed, "nothing of the honest site is refused");
            site->deferred++;
            uint64_t wait_ms = site->caller.msg.as.refuse.retry_after_ms;
            pause_ms(wait_ms < IMPATIENCE_MS ? wait_ms : IMPATIENCE_MS); // a node would wait longer
            sent = caller_say_letter(&site->caller, &l);
        } else {
            must(s, site->caller.msg.type != MSG_ERROR, "the honest site does nothing wrong");
        }
    }
    letter_done(&l);
    uint64_t took = loop_now_ms() - began;
    site->slowest_ms = took > site->slowest_ms ? took : site->slowest_ms;
    atomic_store(&site->received, site->n);
}

static void *site_run(void *arg)
{
    struct site *site = arg;
    connect_site(site);
    site->said[site->n++] = stage_session(&site->world, &site->me);
    deliver(site, 0);
    while (!atomic_load(&site->stop) && site->n + SITE_BATCH <= SITE_SAID) {
        size_t first = site->n;
        for (size_t i = 0; i < SITE_BATCH; i++) {
            site->said[site->n++] = stage_contribution(&site->world, &site->me, site->said[0]->entry.id, TEXT_BYTES);
        }
        deliver(site, first);
        pause_ms(PAUSE_MS);
    }
    caller_close(&site->caller);
    return NULL;
}

void site_begin(struct site *site, struct stage *s)
{
    *site = (struct site){ .stage = s, .net = net_new(), .me = s->site, .verified = tree_head_empty() };
    world_init(&site->world, 1);
    must(s, pthread_create(&site->thread, NULL, site_run, site) == 0, "a thread for the honest site");
}

void site_end(struct site *site)
{
    atomic_store(&site->stop, true);
    pthread_join(site->thread, NULL);
}

void site_progress(struct site *site, size_t n)
{
    size_t aim = atomic_load(&site->received) + n;
    uint64_t deadline = loop_now_ms() + PROGRESS_MS;
    while (atomic_load(&site->received) < aim) {
        must(site->stage, hub_alive(site->stage), "the hub is still there");
        must(site->stage, loop_now_ms() < deadline, "the honest site gets on");
        pause_ms(5);
    }
}

void site_prove(struct site *site)
{
    struct stage *s = site->stage;
    const struct said *last = site->said[site->n - 1];
    struct why why = { "" };
    struct tree_head head;
    connect_site(site);
    must(s, caller_want(&site->caller, WANT_PROOF, last, site->verified.size), "a proof can be asked for");
    must(s, caller_hear(&site->caller, MSG_PROOF, ANSWER_MS), "a proof comes");
    const struct msg_proof *p = &site->caller.msg.as.proof;
    must(s, checkpoint_verify(p->checkpoint, &s->world.charter.log, &head, &why) == VERDICT_GOOD,
         "the checkpoint is signed by the log");
    must(s, merkle_inclusion_ok(p->index, last->entry.id, head, p->inclusion, p->inclusion_count),
         "the last contribution is in the record");
    must(s, merkle_consistency_ok(site->verified, head, p->consistency, p->consistency_count),
         "the record has only grown");
    site->verified = head;
    caller_close(&site->caller);
}

void site_done(struct site *site)
{
    net_free(site->net);
    world_done(&site->world);
}
