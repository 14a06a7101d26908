// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Redactions of what is at the hub, on its way, or still at a site that comes late: the hub erases in steps between
// which it may be killed, renews its store key, and nothing that was erased comes back. Read first: hub/eraser.h.
#include "tests/sim/sim.h"

#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/format/erasure.h"
#include "common/format/roster.h"
#include "common/store/leaf.h"
#include "hub/store_key.h"

#include <stdio.h>

#define GATHER_MS 5000u
#define LOOK_MS 2000u

void erase_found(struct sim *s)
{
    char path[300];
    struct symkey key;
    struct buf text = buf_new(128);
    struct why why = { { 0 } };
    (void)snprintf(path, sizeof path, "%s/keys", s->hub.dir);
    sim_make_dir(path);
    ident_random(&key, sizeof key);
    armor_put_hex(&text, SLICE_ARRAY(key.b));
    buf_put_u8(&text, '\n');
    (void)snprintf(path, sizeof path, "%s/keys/store", s->hub.dir);
    CHECK(file_replace(path, buf_slice(&text), 0600, &why) == OK);
    buf_done(&text);
}

void erase_boot(struct sim *s)
{
    struct store_key key;
    struct why why = { { 0 } };
    keeper_free(s->hub.keeper);
    CHECK(store_key_settle(s->hub.dir, &why) == OK);
    CHECK(store_key_load(s->hub.dir, &key, NULL, &why) == OK);
    s->hub.keeper = keeper_new(&key);
}

static void say(void *arg, const struct erased_said *said, size_t n)
{
    struct sim *s = arg;
    struct why why = { { 0 } };
    if (sequence_say_erased(s->hub.sequence, said, n, SIM_WALL_S + s->now / 1000, &why) != OK) {
        sim_say(s, "the hub cannot say what it erased");
    } else if (!s->hub.publish_planned) {
        s->hub.publish_planned = true;
        sim_plan(s, 1000, (struct sim_event){ .what = SIM_HUB_PUBLISH, .life = s->hub.life });
    }
}

void erase_start(struct sim *s)
{
    struct why why = { { 0 } };
    const struct eraser_options options = { .kv = s->hub.kv, .charter = &s->charter, .dir = s->hub.dir,
                                            .keeper = s->hub.keeper, .gather_ms = GATHER_MS, .say = say, .arg = s };
    if (eraser_new(&options, &s->hub.eraser, &why) != OK) {
        sim_fail(s, "the hub cannot take up its erasing: %s", why.text);
        return;
    }
    s->hub.erasing = true;
    sim_plan(s, LOOK_MS, (struct sim_event){ .what = SIM_HUB_ERASE, .life = s->hub.life });
}

void erase_kill(struct sim *s)
{
    eraser_free(s->hub.eraser);
    s->hub.eraser = NULL;
}

void erase_turn(struct sim *s)
{
    struct hub *h = &s->hub;
    struct why why = { { 0 } };
    enum eraser_did did = ERASER_NOTHING;
    uint64_t count = 0;
    if (h->disk_full) {
        sim_disk(true);
    }
    enum err e = eraser_step(h->eraser, s->now, &did, &count, &why);
    sim_disk(false);
    if (e == ERR_CORRUPT || e == ERR_CRYPTO) {
        sim_fail(s, "the hub cannot erase: %s", why.text);
        return;
    }
    h->renewals += e == OK && did == ERASER_RENEWED;
    h->erasing = e != OK || did != ERASER_NOTHING;
    if (e == OK && (did == ERASER_ERASED || did == ERASER_RENEWED || did == ERASER_SAID)) {
        sim_say(s, "the hub %s %llu", did == ERASER_ERASED ? "erases" : did == ERASER_RENEWED ? "wraps anew" : "says",
                (unsigned long long)count);
    }
    if (h->crash_in > 0 && did != ERASER_NOTHING && sim_chance(s, 20)) {
        hub_kill(s, "is killed while it erases");
        return;
    }
    const bool rests = e != OK || did == ERASER_NOTHING || did == ERASER_SAID;
    sim_plan(s, rests ? LOOK_MS : 1 + sim_below(s, 50), (struct sim_event){ .what = SIM_HUB_ERASE, .life = h->life });
}

void erase_ask(struct sim *s, size_t i)
{
    const struct node *office = &s->nodes[SIM_OFFICE];
    struct body b = { .kind = KIND_REDACTION };
    size_t of_node = 0;
    for (size_t k = 0; k < s->saved_count; k++) {
        of_node += s->saved[k].node == i;
    }
    if (of_node == 0 || i == SIM_OFFICE || office->state == NULL || office->locked || office->disk_full) {
        return;
    }
    size_t pick = (size_t)sim_below(s, of_node);
    for (size_t k = 0; k < s->saved_count; k++) {
        const struct saved *e = &s->saved[k];
        if (e->node == i && pick-- == 0) {
            b.as.redaction.target = e->id;
            sim_say(s, "the office redacts entry %llu of %s", (unsigned long long)e->seq, sim_name(s, e->journal));
            break;
        }
    }
    b.as.redaction.part_count = 1;
    b.as.redaction.parts[0] = SLICE_LITERAL("said");
    b.as.redaction.reason = SLICE_LITERAL("risk");
    b.as.redaction.authority = SLICE_LITERAL("protection");
    people_protector_says(s, &b, &b.as.redaction.target);
}

struct erasure *erase_fold(struct sim *s, struct kv_txn *t, uint64_t size)
{
    struct roster *roster = roster_new(&s->charter);
    struct erasure *f = erasure_new();
    for (uint64_t i = 0; i < size; i++) {
        struct stored stored;
        struct entry e;
        struct body body;
        CHECK(leaf_get(t, i, &stored, NULL) == OK);
        CHECK(entry_parse(stored.bytes, &e) == VERDICT_GOOD);
        const enum verdict form = kind_parse(&e, &body);
        const enum verdict standing = roster_apply(roster, &e, form, &body, i);
        if (form == VERDICT_GOOD && body.kind == KIND_REDACTION) {
            erasure_put(f, &e, &body, i, standing);
        }
    }
    roster_free(roster);
    return f;
}
