// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What lies at a site: keyrings as files, redactions carried out in steps between which the site may be killed, locked
// or full, and the emergency wipe, after which only what is boxed to the hub still travels.
// Read first: common/author/erasing.h, docs/STORAGE.md "Wiping".
#include "tests/sim/sim.h"

#include "common/author/destroyed.h"
#include "common/author/erasing.h"
#include "common/author/keyring_inside.h"
#include "common/base/file.h"
#include "common/store/journal.h"
#include "common/store/leaf.h"
#include "common/store/wipe.h"
#include "hub/hub_destroyed.h"
#include "node/node_bundle.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define AGAIN_MS 2000u

// --- keys ---
static void keyring_path(const struct node *n, char out[300])
{
    (void)snprintf(out, 300, "%s/" STATE_KEYRING, n->dir);
}

// Nobody types a passphrase here: what one would open is left out, and people have their X25519 secret at hand.
void rest_found(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct keyring *k = keyring_new();
    struct why why = { { 0 } };
    char path[300];
    for (size_t p = 0; p < n->people_count; p++) {
        struct unlocked *u = &n->people[p].u;
        struct member *m = &k->members[k->count++];
        (void)snprintf(u->person.name, sizeof u->person.name, "%s", n->people[p].name);
        box_keypair(&m->box, &u->box);
        m->person = u->person;
        m->lock = (struct passphrase_lock){ .memory = crypto_pwhash_MEMLIMIT_MIN, .passes = 1 };
        member_box_store_key(m, &u->store_key);
    }
    keyring_path(n, path);
    CHECK(keyring_save(k, path, &why) == OK);
    keyring_free(k);
}

// Everybody gets the keys as the keyring has them now, as whoever unlocks does.
void rest_unlock(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct keyring *k = NULL;
    struct why why = { { 0 } };
    char path[300];
    keyring_path(n, path);
    n->heard = UINT64_MAX;
    enum err e = file_supplanted(path, &why);
    if (e == OK) {
        e = keyring_load(path, &k, &why);
    }
    for (size_t p = 0; p < n->people_count && e == OK; p++) {
        e = keyring_refresh(k, s->charter.intake, &n->people[p].u, &why);
    }
    keyring_free(k);
    if (e != OK) {
        sim_fail(s, "nobody can unlock at %s any more: %s %s", n->name, err_text(e), why.text);
    }
}

// --- erasing ---
void rest_soon(struct sim *s, size_t i, uint64_t in_ms)
{
    struct node *n = &s->nodes[i];
    if (n->state != NULL && !n->tend_planned && !n->destroyed) {
        n->tend_planned = true;
        sim_plan(s, in_ms, (struct sim_event){ .what = SIM_NODE_ERASE, .node = i, .life = n->life });
    }
}

static uint64_t count_heard(const struct node *n)
{
    struct kv_txn *t = NULL;
    CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
    const uint64_t heard = leaf_redactions(t);
    kv_abort(t);
    return heard;
}

void rest_kill(struct node *n)
{
    erasing_close(n->erasing);
    safe_done(&n->safe);
    n->erasing = NULL;
    n->tend_planned = false;
}

void rest_again(struct sim *s, size_t i)
{
    s->nodes[i].heard = UINT64_MAX;
    rest_soon(s, i, 10);
}

static void copy_people(struct node *n, bool to_safe)
{
    for (size_t p = 0; p < n->people_count; p++) {
        if (to_safe) {
            n->safe.slots[p] = n->people[p].u;
        } else {
            n->people[p].u = n->safe.slots[p];
        }
    }
}

static enum err step(struct sim *s, struct node *n, bool *more, struct why *why)
{
    enum err e = OK;
    uint64_t wall = (uint64_t)((int64_t)(SIM_WALL_S + s->now / 1000) + n->skew_s);
    (void)setenv("XDG_STATE_HOME", n->marks, 1);
    sim_disk(n->disk_full);
    if (n->erasing == NULL) {
        safe_init(&n->safe);
        copy_people(n, true);
        e = erasing_open(n->state, &n->safe, wall, &n->erasing, why);
    } else {
        copy_people(n, true);
    }
    if (e == OK) {
        e = erasing_step(n->erasing, more, why);
    }
    sim_disk(false);
    copy_people(n, false);
    return e;
}

static void end_erasing(struct sim *s, size_t i, enum err e)
{
    struct node *n = &s->nodes[i];
    const struct erasing_done done =
        n->erasing == NULL ? (struct erasing_done){ .redactions = 0 } : erasing_result(n->erasing);
    rest_kill(n);
    if (done.entries + done.said > 0 || done.renewed) {
        sim_say(s, "%s erases %llu, says %llu: %s", n->name, (unsigned long long)done.entries,
                (unsigned long long)done.said, err_text(e));
    }
    for (size_t p = 0; p < n->people_count && done.said > 0 && n->state != NULL; p++) {
        node_grew(s, i, n->people[p].u.person.key);
    }
    if (e != OK) {
        n->heard = UINT64_MAX;
        rest_soon(s, i, AGAIN_MS);
    }
}

void rest_turn(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    bool more = false;
    n->tend_planned = false;
    if (n->locked || n->destroyed) {
        rest_kill(n); // whoever unlocks goes on with it
        return;
    }
    const uint64_t heard = count_heard(n);
    if (n->erasing == NULL && heard == n->heard) {
        return;
    }
    n->heard = heard;
    enum err e = step(s, n, &more, &why);
    if (e != OK && !n->disk_full) {
        sim_fail(s, "%s cannot erase: %s %s", n->name, err_text(e), why.text);
    } else if (n->crash_in > 0 && more && sim_chance(s, 30)) {
        node_kill(s, i, "is killed while it erases");
        sim_plan(s, 500 + sim_below(s, 30000), (struct sim_event){ .what = SIM_NODE_BOOT, .node = i, .life = n->life });
    } else if (e != OK || !more) {
        end_erasing(s, i, e);
    } else {
        rest_soon(s, i, 1 + sim_below(s, 2000));
    }
}

// --- the emergency wipe ---

// What is not at the hub, and cannot travel any more.
static void excuse_unsent(struct sim *s, size_t i)
{
    for (size_t k = 0; k < s->saved_count; k++) {
        struct saved *e = &s->saved[k];
        e->excused = e->excused || (e->node == i && !sim_holds(s, e->id));
    }
}

static enum err destroy_store(struct node *n, bool outbox_too)
{
    struct kv_txn *t = NULL;
    uint64_t count = 0;
    enum err e = kv_begin_write(state_kv(n->state), &t);
    if (e == OK) {
        e = destroyed_put(t, SIM_WALL_S);
    }
    if (e == OK) {
        e = wipe_keys(t);
    }
    if (e == OK && outbox_too) {
        e = wipe_outbox(t, &count);
    }
    if (e == OK) {
        e = kv_commit(t);
        t = NULL;
    }
    kv_abort(t);
    return e == OK ? node_bundle_changed(state_kv(n->state)) : e;
}

void rest_destroy(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    char path[300];
    const bool outbox_too = sim_chance(s, 20);
    if (i == SIM_OFFICE || n->state == NULL || n->destroyed || n->disk_full) {
        return;
    }
    sim_say(s, "the keys of %s are destroyed%s", n->name, outbox_too ? ", its outbox too" : "");
    keyring_path(n, path);
    CHECK(file_shred(path, &why) == OK);
    n->destroyed = n->locked = true;
    if (outbox_too) {
        (void)snprintf(path, sizeof path, "%s/" STATE_OUTBOX, n->dir);
        enum err e = file_shred(path, &why);
        CHECK(e == OK || e == ERR_NOT_FOUND);
        n->outbox_destroyed = true;
        excuse_unsent(s, i);
    }
    const bool half = n->crash_in > 0 || sim_chance(s, 10);
    if (!half && destroy_store(n, outbox_too) != OK) {
        sim_fail(s, "%s cannot be wiped", n->name);
    }
    node_kill(s, i, half ? "is switched off in the midst of it" : "starts again");
    sim_plan(s, 500 + sim_below(s, 10000), (struct sim_event){ .what = SIM_NODE_BOOT, .node = i, .life = n->life });
}

// --- at the hub ---
void rest_hear(struct sim *s, const struct peer_action *a)
{
    const struct hub_destroyed said = { .site = a->user, .count = a->as.destroyed.count,
                                        .heads = a->as.destroyed.heads };
    struct why why = { { 0 } };
    sim_disk(s->hub.disk_full);
    enum err e = hub_destroyed_put(s->hub.dir, &said, NULL, &why);
    sim_disk(false);
    if (e != OK && !s->hub.disk_full) {
        sim_fail(s, "the hub cannot keep what was destroyed: %s", why.text);
    }
}

// --- what must hold ---

// Whether the hub knows this device: whoever lost her keys before her enrolment arrived, or went back to a backup of
// before it, stands at the door.
static bool joined(struct sim *s, const struct node *n)
{
    struct node_start start;
    struct why why = { { 0 } };
    bool any = !n->has_invitation;
    arena_reset(s->arena);
    CHECK(node_store_start(state_kv(n->state), s->arena, &start, &why) == OK);
    for (size_t k = 0; k < start.count; k++) {
        any = any || start.journals[k].received > 0;
    }
    return any;
}

bool rest_settled(struct sim *s, size_t i, uint64_t redactions)
{
    struct node *n = &s->nodes[i];
    struct erasing_due due = { .redactions = 0 };
    struct why why = { { 0 } };
    if (!n->destroyed && erasing_due(n->state, &due, &why) != OK) {
        sim_fail(s, "%s does not know what is to be erased: %s", n->name, why.text);
    }
    return (count_heard(n) >= redactions || !joined(s, n)) && n->erasing == NULL && due.redactions + due.notes == 0;
}

static void check_gone(struct sim *s, const struct node *n, enum err read, const struct buf *parts, uint64_t gone)
{
    struct disclosure d;
    if (read == ERR_NOT_FOUND) {
        return;
    }
    if (read != OK || disclosure_parse(buf_slice(parts), &d) != VERDICT_GOOD) {
        sim_fail(s, "%s cannot open parts of its own: %s", n->name, err_text(read));
        return;
    }
    for (size_t k = 0; k < d.count; k++) {
        if ((gone & (uint64_t)1 << k) != 0 && d.parts[k].state == PART_DISCLOSED) {
            sim_fail(s, "part %zu of an entry at %s was redacted and is there", k, n->name);
        }
    }
}

static void check_journals(struct sim *s, struct node *n, struct kv_txn *t, const struct store_key *key,
                           const struct erasure *erasures, struct buf *parts)
{
    struct journal_id id;
    for (bool more = journal_next(t, false, &id); more && !s->failed; more = journal_next(t, true, &id)) {
        struct journal_range r = journal_range_new(t, &id, 0);
        while (journal_range_next(&r) && !s->failed) {
            struct entry e;
            CHECK(entry_parse(r.entry.bytes, &e) == VERDICT_GOOD);
            if (e.part_count > 0) {
                buf_reset(parts);
                check_gone(s, n, journal_parts(t, key, &r.at, parts, NULL), parts, erasure_mask(erasures, &e));
            }
        }
        journal_range_done(&r);
    }
}

static void check_leaves(struct sim *s, struct node *n, struct kv_txn *t, const struct store_key *key,
                         const struct erasure *erasures, struct buf *parts)
{
    struct leaf_range r = leaf_range_new(t, 0);
    while (leaf_range_next(&r) && !s->failed) {
        struct entry e;
        CHECK(entry_parse(r.entry.bytes, &e) == VERDICT_GOOD);
        if (e.part_count > 0) {
            buf_reset(parts);
            check_gone(s, n, leaf_parts(t, key, r.index, parts, NULL), parts, erasure_mask(erasures, &e));
        }
    }
    leaf_range_done(&r);
}

// The hub was told where each of its notebooks ended.
static void check_told(struct sim *s, const struct node *n, struct kv_txn *t)
{
    struct hub_destroyed_list list;
    struct destroyed said;
    struct why why = { { 0 } };
    CHECK(destroyed_get(t, &said) == OK);
    CHECK(hub_destroyed_load(s->hub.dir, &list, &why) == OK);
    for (size_t k = 0; k < said.count; k++) {
        bool found = false;
        for (size_t r = 0; r < list.n; r++) {
            const struct journal_head *head = &list.rows[r].head;
            found = found || (boxkey_equal(list.rows[r].site, n->transport) && head->next == said.heads[k].next &&
                              journal_id_equal(head->journal, said.heads[k].journal));
        }
        if (!found) {
            sim_fail(s, "the hub does not know where %s ended at %s", sim_name(s, said.heads[k].journal), n->name);
        }
    }
    hub_destroyed_free(&list);
}

void rest_check(struct sim *s, size_t i, const struct erasure *erasures)
{
    struct node *n = &s->nodes[i];
    struct kv_txn *t = NULL;
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES);
    CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
    if (n->destroyed) {
        if (joined(s, n)) {
            check_told(s, n, t);
        }
    } else {
        rest_unlock(s, i);
        const struct store_key key = unlocked_store_key(&n->people[0].u);
        check_journals(s, n, t, &key, erasures, &parts);
        check_leaves(s, n, t, &key, erasures, &parts);
    }
    kv_abort(t);
    buf_done(&parts);
}
