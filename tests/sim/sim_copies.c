// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Devices that are backed up, restored to what they were, and copied to a second machine that works on as well.
#include "tests/sim/sim.h"

#include "common/author/notebook.h"
#include "common/base/file.h"
#include "common/store/journal.h"

#include <stdio.h>
#include <string.h>

static void store_file(const char *dir, char out[300])
{
    (void)snprintf(out, 300, "%s/store/data.mdb", dir);
}

// A backup has the keys of its time.
static void copy_keys(const char *from_dir, const char *to_dir)
{
    static const char *const files[] = { STATE_KEYRING, STATE_OUTBOX };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char from[300];
        char to[300];
        (void)snprintf(from, sizeof from, "%s/%s", from_dir, files[i]);
        (void)snprintf(to, sizeof to, "%s/%s", to_dir, files[i]);
        if (file_exists(from)) {
            sim_copy_file(from, to);
        }
    }
}

void copies_backup(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    char file[300];
    (void)snprintf(file, sizeof file, "%s/data.mdb", n->snapshot);
    if (n->state == NULL || n->has_snapshot || n->destroyed) {
        return;
    }
    sim_make_dir(n->snapshot);
    CHECK(kv_backup(state_kv(n->state), n->snapshot, &why) == OK);
    (void)snprintf(file, sizeof file, "%s/keys", n->snapshot);
    sim_make_dir(file);
    copy_keys(n->dir, n->snapshot);
    n->has_snapshot = true;
    sim_say(s, "%s is backed up", n->name);
}

// What was saved on this disk after the backup, and had not left, is gone with it.
static void excuse_lost(struct sim *s, size_t i)
{
    struct kv_txn *t = NULL;
    struct stored stored;
    CHECK(kv_begin_read(state_kv(s->nodes[i].state), &t) == OK);
    for (size_t k = 0; k < s->saved_count; k++) {
        struct saved *e = &s->saved[k];
        struct position at = { .journal = e->journal, .seq = e->seq };
        if (e->node == i && (journal_get(t, &at, &stored, NULL) != OK || !hash_equal(stored.id, e->id))) {
            e->excused = true;
        }
    }
    kv_abort(t);
}

static void forget_session(struct sim *s, struct node *n)
{
    struct kv_txn *t = NULL;
    CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
    for (size_t k = 0; k < n->people_count; k++) {
        struct notebook book;
        n->people[k].begun = notebook_get(t, n->people[k].u.person.key, &book) == OK;
    }
    kv_abort(t);
    (void)s;
}

static void put_back(struct sim *s, size_t i, const char *snapshot_dir, bool keep_marks)
{
    struct node *n = &s->nodes[i];
    char from[300];
    char to[300];
    (void)snprintf(from, sizeof from, "%s/data.mdb", snapshot_dir);
    store_file(n->dir, to);
    sim_remove_file(to);
    sim_copy_file(from, to);
    if (!keep_marks) {
        // Another machine, or a person who cleaned up: there is no hint left that the store was copied.
        size_t length = strlen(n->marks);
        (void)snprintf(n->marks + length, sizeof n->marks - length, "-%llu", (unsigned long long)s->now);
        sim_make_dir(n->marks);
    }
}

void copies_restore(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    if (!n->has_snapshot || n->state == NULL || i == SIM_OFFICE) {
        return;
    }
    node_kill(s, i, "loses its disk, and is restored from the backup");
    put_back(s, i, n->snapshot, sim_chance(s, 50));
    copy_keys(n->snapshot, n->dir);
    if (n->destroyed) { // who kept a backup and a passphrase writes on
        n->destroyed = n->outbox_destroyed = n->locked = false;
    }
    node_boot(s, i);
    excuse_lost(s, i);
    forget_session(s, n);
}

void copies_copy(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    size_t to = s->node_count;
    if (!n->has_snapshot || i == SIM_OFFICE || to == SIM_NODES || n->cloned_from) {
        return;
    }
    struct node *c = &s->nodes[to];
    char name[24];
    char file[300];
    char charter[300];
    *c = *n;
    n->cloned_from = true;
    c->cloned_from = true;
    c->state = NULL;
    c->core = NULL;
    c->has_snapshot = false;
    c->erasing = NULL;
    c->safe = (struct safe){ .slots = NULL };
    c->tend_planned = c->destroyed = c->outbox_destroyed = false;
    c->locked = c->disk_full = c->partitioned = false;
    (void)snprintf(name, sizeof name, "%.16s-copy", n->name);
    (void)snprintf(c->name, sizeof c->name, "%s", name);
    (void)snprintf(c->dir, sizeof c->dir, "%s/%s", s->dir, name);
    (void)snprintf(c->marks, sizeof c->marks, "%s/%s-marks", s->dir, name);
    (void)snprintf(c->snapshot, sizeof c->snapshot, "%s/%s-snapshot", s->dir, name);
    sim_make_dir(c->dir);
    sim_make_dir(c->marks);
    (void)snprintf(file, sizeof file, "%s/store", c->dir);
    sim_make_dir(file);
    (void)snprintf(file, sizeof file, "%s/charter", n->dir);
    (void)snprintf(charter, sizeof charter, "%s/charter", c->dir);
    sim_copy_file(file, charter);
    (void)snprintf(file, sizeof file, "%s/keys", c->dir);
    sim_make_dir(file);
    copy_keys(n->snapshot, c->dir);
    s->node_count++;
    put_back(s, to, n->snapshot, true);
    sim_say(s, "somebody copies the backup of %s to another machine and works there", n->name);
    node_boot(s, to);
    forget_session(s, c);
    for (size_t k = 0; k < 4; k++) {
        sim_plan(s, sim_below(s, SIM_ACTIVE_MS / 4), (struct sim_event){ .what = SIM_PERSON, .node = to });
    }
}
