// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who writes what, and what goes wrong: crashes, full disks, cut lines, wrong clocks, locked devices, who retires.
#include "tests/sim/sim.h"

#include "common/author/notebook.h"
#include "common/format/outbox.h"
#include "common/format/pack.h"
#include "common/store/journal.h"

#include <stdio.h>
#include <stdlib.h>

enum fault {
    FAULT_KILL_NODE,
    FAULT_KILL_HUB,
    FAULT_CUT_LINE,
    FAULT_NODE_DISK,
    FAULT_HUB_DISK,
    FAULT_CLOCK,
    FAULT_LOCK,
    FAULT_SNAPSHOT,
    FAULT_RESTORE,
    FAULT_COPY,
    FAULT_COURIER,
    FAULT_HOSTILE,
    FAULT_STICK,
    FAULT_STICKS,    // of everybody
    FAULT_RETIRE,
    FAULT_HUB_BACKUP,
    FAULT_HUB_RESTORE,
    FAULT_REDACT,
    FAULT_DESTROY,
    FAULT_COUNT,
};

static const char *const words[] = {
    "The road to the market is not safe after dark.",
    "La terre près de la rivière est disputée depuis deux ans.",
    "Queremos saber quem responde quando a polícia não vem.",
    "Young people have no work, and the border is near.",
    "The wells must be shared with the herders, and somebody must say how.",
    "Les femmes demandent une escorte le jour du marché.",
};

static const char *const first_names[] = { "Amina", "Bako", "Chidi", "Dalia", "Efua", "Fatou", "Goran", "Hawa",
                                           "Imran", "Jadwiga", "Kofi", "Lulu", "Moussa", "Nadia", "Omar", "Paloma" };

// --- founding ---
static void fill_person(struct sim *s, struct node *n, struct writer *p, const char *name, bool has_key)
{
    struct buf record = buf_new(OUTBOX_KEY_BYTES);
    p->name = name;
    if (!has_key) {
        sign_keypair(&p->u.person.key, &p->u.sign);
    }
    p->u.store_key = n->people[0].u.store_key;
    p->u.taken = true;
    ident_random(&p->u.unlock, sizeof p->u.unlock);
    ident_random(&p->u.outbox_key, sizeof p->u.outbox_key);
    CHECK(outbox_key_make(p->u.unlock, &p->u.outbox_key, s->hub.intake, &record));
    CHECK(buf_slice(&record).n == sizeof p->u.outbox_record);
    memcpy(p->u.outbox_record, record.p, sizeof p->u.outbox_record);
    buf_done(&record);
}

static void make_node(struct sim *s, size_t i, const char *name)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    struct state_making making;
    n->exists = true;
    (void)snprintf(n->name, sizeof n->name, "%s", name);
    (void)snprintf(n->dir, sizeof n->dir, "%s/%s", s->dir, name);
    (void)snprintf(n->marks, sizeof n->marks, "%s/%s-marks", s->dir, name);
    (void)snprintf(n->snapshot, sizeof n->snapshot, "%s/%s-snapshot", s->dir, name);
    sim_make_dir(n->marks);
    box_keypair(&n->transport, &n->transport_sec);
    ident_random(&n->people[0].u.store_key, sizeof n->people[0].u.store_key);
    CHECK(state_make_begin(STORE_NODE, n->dir, buf_slice(&s->charter_note), SIM_FLAGS, &making, &why) == OK);
    CHECK(state_make_commit(&making, &why) == OK);
    s->node_count = i + 1;
}

static enum err write_items(struct sim *s, size_t i, struct writer *p, const struct append_item *items, size_t count,
                            struct append_result *results)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    struct author *author = NULL;
    struct kv_txn *t = NULL;
    struct notebook book;
    (void)setenv("XDG_STATE_HOME", n->marks, 1);
    CHECK(author_open(n->state, &p->u, &author, &why) == OK);
    sim_put_aside(s, PLANT_NO_FSYNC, n->dir);
    if (n->disk_full) {
        sim_disk(true);
    }
    uint64_t wall = (uint64_t)((int64_t)(SIM_WALL_S + s->now / 1000) + n->skew_s);
    enum err e = author_append(author, wall, items, count, results, &why);
    sim_disk(false);
    author_close(author);
    if (e != OK) {
        sim_say(s, "%s at %s cannot save: %s", p->name, n->name, err_text(e));
        const bool renewing = e == ERR_AGAIN && n->erasing != NULL; // between two keys: she is told to try again
        if (!n->disk_full && !renewing) {
            sim_fail(s, "%s cannot save: %s %s", p->name, err_text(e), why.text);
        }
        return e;
    }
    CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
    CHECK(notebook_get(t, p->u.person.key, &book) == OK);
    kv_abort(t);
    p->begun = true;
    for (size_t k = 0; k < count; k++) {
        sim_saved(s, i, book.journal, results[k].seq, results[k].id);
    }
    if (count > 0) {
        sim_say(s, "%s at %s saves %zu, now %llu in %s", p->name, n->name, count,
                (unsigned long long)results[count - 1].seq + 1, sim_name(s, book.journal));
    }
    return OK;
}

void sim_saved(struct sim *s, size_t node, struct journal_id journal, uint64_t seq, struct hash id)
{
    if (s->saved_count == s->saved_room) {
        s->saved_room = s->saved_room == 0 ? 256 : s->saved_room * 2;
        s->saved = mem_grow(s->saved, s->saved_room, sizeof *s->saved);
    }
    s->saved[s->saved_count++] = (struct saved){ .id = id, .node = node, .journal = journal, .seq = seq };
}

static struct append_result write_one(struct sim *s, size_t i, struct writer *p, const struct body *body,
                                      const struct hash *refs, size_t ref_count, struct slice said)
{
    struct append_item item = { .body = body, .refs = refs, .ref_count = ref_count };
    struct append_result result = { .saved = false };
    if (said.n > 0) {
        item.parts[body->kind == KIND_CONTRIBUTION ? 1 : 0] = said;
    }
    (void)write_items(s, i, p, &item, 1, &result);
    return result;
}

void people_protector_says(struct sim *s, const struct body *body, const struct hash *ref)
{
    struct node *office = &s->nodes[SIM_OFFICE];
    (void)write_one(s, SIM_OFFICE, &office->people[3], body, ref, 1, slice_of(NULL, 0));
    if (office->core != NULL && office->state != NULL) {
        node_grew(s, SIM_OFFICE, office->people[3].u.person.key);
    }
}

static void grant(struct sim *s, struct writer *by, struct pubkey key, const struct boxkey *transport, uint32_t roles)
{
    struct body b = { .kind = KIND_GRANT };
    b.as.grant.key = key;
    b.as.grant.roles = roles;
    if (transport != NULL) {
        b.as.grant.has_transport = true;
        b.as.grant.transport = *transport;
    }
    (void)write_one(s, SIM_OFFICE, by, &b, NULL, 0, slice_of(NULL, 0));
}

static void invite(struct sim *s, struct node *site, uint64_t uses)
{
    struct body b = { .kind = KIND_INVITE };
    struct invitation *inv = &site->invitation;
    inv->charter = s->charter.id;
    ident_random(inv->seed, sizeof inv->seed);
    invitation_sign_key(inv, &b.as.invite.sign_key, NULL);
    invitation_curve_key(inv, &b.as.invite.curve_key, NULL);
    b.as.invite.roles = 1u << ROLE_FACILITATOR;
    b.as.invite.uses = uses;
    site->invite_id = write_one(s, SIM_OFFICE, &s->nodes[SIM_OFFICE].people[1], &b, NULL, 0, slice_of(NULL, 0)).id;
    site->has_invitation = true;
}

#define ROLE(name) (1u << ROLE_##name)

static void found_office(struct sim *s)
{
    struct node *office = &s->nodes[SIM_OFFICE];
    make_node(s, SIM_OFFICE, "office");
    fill_person(s, office, &office->people[0], "Root", true);
    fill_person(s, office, &office->people[1], "Registrar", false);
    fill_person(s, office, &office->people[2], "Secretary", false);
    fill_person(s, office, &office->people[3], "Protector", false);
    office->people_count = 4;
    rest_found(s, SIM_OFFICE);
    struct why why = { { 0 } };
    CHECK(state_open(office->dir, SIM_FLAGS, &office->state, &why) == OK);
    struct writer *root = &office->people[0];
    grant(s, root, s->hub.author_pub, NULL, ROLE(HUB));
    grant(s, root, office->people[1].u.person.key, &office->transport, ROLE(REGISTRAR));
    grant(s, root, office->people[2].u.person.key, &office->transport, ROLE(SECRETARIAT));
    grant(s, &office->people[2], office->people[3].u.person.key, &office->transport, ROLE(PROTECTION));
}

void people_found(struct sim *s)
{
    size_t sites = 1 + (size_t)sim_below(s, 3);
    size_t name = (size_t)sim_below(s, sizeof first_names / sizeof first_names[0]);
    found_office(s);
    for (size_t i = 1; i <= sites; i++) {
        struct node *n = &s->nodes[i];
        char label[24];
        (void)snprintf(label, sizeof label, "site-%zu", i);
        make_node(s, i, label);
        n->people_count = 1 + (size_t)sim_below(s, 2);
        // Now and then an invitation is for fewer than come: the last one's enrolment is spent.
        uint64_t uses = sim_chance(s, 15) ? 1 : n->people_count;
        invite(s, n, uses);
        for (size_t k = 0; k < n->people_count; k++) {
            name = (name + 1) % (sizeof first_names / sizeof first_names[0]);
            fill_person(s, n, &n->people[k], first_names[name], false);
            // Somebody may write who was never invited; she is refused until the secretary accredits her.
            n->people[k].enrols = k == 0 || !sim_chance(s, 10);
        }
        rest_found(s, i);
    }
}

void people_office_says(struct sim *s, const struct body *body)
{
    (void)write_one(s, SIM_OFFICE, &s->nodes[SIM_OFFICE].people[2], body, NULL, 0, slice_of(NULL, 0));
}

// --- writing ---
static void enrol(struct sim *s, size_t i, struct writer *p)
{
    struct node *n = &s->nodes[i];
    struct body b = { .kind = KIND_ENROL };
    struct seckey sec;
    invitation_sign_key(&n->invitation, NULL, &sec);
    b.as.enrol.invite = n->invite_id;
    b.as.enrol.transport = n->transport;
    b.as.enrol.proof = enrol_proof_make(&sec, s->charter.id, p->u.person.key, n->transport);
    (void)write_one(s, i, p, &b, &n->invite_id, 1, slice_of(NULL, 0));
}

static void open_session(struct sim *s, size_t i, struct writer *p)
{
    struct body b = { .kind = KIND_SESSION };
    b.as.session.area = SLICE_LITERAL("EL-NOR");
    b.as.session.code = SLICE_LITERAL("EL-NOR-2026-001");
    b.as.session.type = SLICE_LITERAL("town-hall");
    struct append_result r = write_one(s, i, p, &b, NULL, 0, SLICE_LITERAL("\x80"));
    p->has_session = r.saved;
    p->session = r.id;
}

static void contribute(struct sim *s, size_t i, struct writer *p, size_t count)
{
    struct append_item items[16];
    struct append_result results[16];
    struct body body = { .kind = KIND_CONTRIBUTION };
    struct buf texts = buf_new(65536);
    struct buf manifest = buf_new(LIMIT_MANIFEST_BYTES);
    CHECK(count <= 16);
    for (size_t k = 0; k < count; k++) {
        const char *text = words[sim_below(s, sizeof words / sizeof words[0])];
        size_t from = buf_slice(&texts).n;
        pack_map(&texts, 1);
        pack_text(&texts, "text");
        pack_text(&texts, text);
        items[k] = (struct append_item){ .body = &body, .refs = &p->session, .ref_count = 1 };
        items[k].parts[1] = (struct slice){ NULL, buf_slice(&texts).n - from };
    }
    const uint8_t *at = texts.p; // it moved while it grew
    for (size_t k = 0; k < count; k++) {
        items[k].parts[1].p = at;
        at += items[k].parts[1].n;
    }
    if (sim_chance(s, 30)) {
        attach_some(s, i, &manifest);
        items[0].parts[5] = buf_slice(&manifest);
    }
    (void)write_items(s, i, p, items, count, results);
    buf_done(&manifest);
    buf_done(&texts);
}

static void office_work(struct sim *s)
{
    struct body b = { .kind = KIND_GUIDE };
    b.as.guide.version = 1 + sim_below(s, 9);
    (void)write_one(s, SIM_OFFICE, &s->nodes[SIM_OFFICE].people[2], &b, NULL, 0, SLICE_LITERAL("\x80"));
    if (s->nodes[SIM_OFFICE].core != NULL) {
        node_grew(s, SIM_OFFICE, s->nodes[SIM_OFFICE].people[2].u.person.key);
    }
}

void people_write(struct sim *s, size_t i, uint64_t who)
{
    struct node *n = &s->nodes[i];
    if (n->state == NULL || n->locked || (s->healed && who == 0)) {
        return;
    }
    if (i == SIM_OFFICE) {
        office_work(s);
        return;
    }
    struct writer *p = &n->people[who > 0 ? who - 1 : sim_below(s, n->people_count)];
    if (p->enrols && !p->begun) {
        enrol(s, i, p);
    } else if (!p->has_session) {
        open_session(s, i, p);
    } else {
        contribute(s, i, p, 1 + (size_t)sim_below(s, 12));
    }
    if (n->state != NULL && n->core != NULL) {
        node_grew(s, i, p->u.person.key);
    }
}

// --- plans ---
void people_plan(struct sim *s)
{
    s->lose = sim_chance(s, 50) ? (unsigned)sim_below(s, 30) : 0;
    s->twice = sim_chance(s, 50) ? (unsigned)sim_below(s, 20) : 0;
    s->slow_ms = 10 + sim_below(s, sim_chance(s, 20) ? 5000 : 200);
    sim_say(s, "seed %llu: %zu sites; of 100 frames %u are lost and %u doubled", (unsigned long long)s->seed,
            s->node_count - 1, s->lose, s->twice);
    state_close(s->nodes[SIM_OFFICE].state);
    s->nodes[SIM_OFFICE].state = NULL;
    for (size_t i = 0; i < s->node_count; i++) {
        sim_plan(s, sim_below(s, 20000), (struct sim_event){ .what = SIM_NODE_BOOT, .node = i });
        size_t bursts = i == SIM_OFFICE ? 2 : 3 + (size_t)sim_below(s, 8);
        for (size_t k = 0; k < bursts; k++) {
            sim_plan(s, sim_below(s, SIM_ACTIVE_MS), (struct sim_event){ .what = SIM_PERSON, .node = i });
        }
    }
    // Sites work before there is a hub.
    sim_plan(s, sim_chance(s, 50) ? 1000 : sim_below(s, SIM_ACTIVE_MS / 2), (struct sim_event){ .what = SIM_HUB_BOOT });
    if (sim_chance(s, 25)) { // one site never has a line, only couriers
        const size_t i = 1 + (size_t)sim_below(s, s->node_count - 1);
        s->nodes[i].partitioned = true;
        sim_say(s, "%s has no line", s->nodes[i].name);
        for (uint64_t at = 20000; at < SIM_ACTIVE_MS; at += 30000) {
            sim_plan(s, at, (struct sim_event){ .what = SIM_FAULT, .node = i, .value = FAULT_STICK });
        }
    }
    size_t faults = (size_t)sim_below(s, 18);
    for (size_t k = 0; k < faults; k++) {
        sim_plan(s, sim_below(s, SIM_ACTIVE_MS),
                 (struct sim_event){ .what = SIM_FAULT, .node = (size_t)sim_below(s, s->node_count),
                                     .value = sim_below(s, FAULT_COUNT) });
    }
    sim_plan(s, SIM_ACTIVE_MS, (struct sim_event){ .what = SIM_HEAL });
}

// --- what goes wrong ---
// Somebody stops: what she still writes comes late, and is recorded all the same.
static void retire(struct sim *s, size_t i)
{
    struct node *office = &s->nodes[SIM_OFFICE];
    struct body b = { .kind = KIND_REVOKE };
    if (i == SIM_OFFICE || office->state == NULL || office->locked) {
        return;
    }
    const struct writer *p = &s->nodes[i].people[sim_below(s, s->nodes[i].people_count)];
    b.as.revoke.key = p->u.person.key;
    b.as.revoke.reason = SLICE_LITERAL("retired");
    sim_say(s, "%s retires", p->name);
    (void)write_one(s, SIM_OFFICE, &office->people[2], &b, NULL, 0, SLICE_LITERAL("\x80"));
    if (office->core != NULL && office->state != NULL) {
        node_grew(s, SIM_OFFICE, office->people[2].u.person.key);
    }
}

static void lock(struct sim *s, size_t i, bool locked)
{
    struct node *n = &s->nodes[i];
    if (n->destroyed) {
        return;
    }
    n->locked = locked;
    sim_say(s, "%s is %s", n->name, locked ? "locked" : "unlocked");
    if (n->core != NULL && n->state != NULL) {
        struct node_event e = node_event_now(s, i, locked ? NODE_LOCKED : NODE_UNLOCKED);
        node_take(s, i, &e);
    }
    if (!locked && n->state != NULL && n->core != NULL) {
        rest_unlock(s, i);
        node_renew_due(s, i);
        rest_soon(s, i, 10);
    }
}

static void sticks_of_all(struct sim *s, size_t i)
{
    (void)i;
    for (size_t k = 0; k < s->node_count; k++) {
        sticks_out(s, k);
    }
}

static void courier(struct sim *s, size_t i)
{
    (void)i;
    strangers_act(s, 0);
}

static void intruder(struct sim *s, size_t i)
{
    (void)i;
    strangers_act(s, 1);
}

static void restore_hub(struct sim *s, size_t i)
{
    (void)i;
    hub_restore(s);
}

// What is done at once, and has no end of its own.
static void (*const doings[FAULT_COUNT])(struct sim *s, size_t i) = {
    [FAULT_RESTORE] = copies_restore, [FAULT_COPY] = copies_copy,      [FAULT_COURIER] = courier,
    [FAULT_HOSTILE] = intruder,       [FAULT_STICK] = sticks_out,      [FAULT_STICKS] = sticks_of_all,
    [FAULT_RETIRE] = retire,          [FAULT_HUB_RESTORE] = restore_hub, [FAULT_REDACT] = erase_ask,
    [FAULT_DESTROY] = rest_destroy,
};

void people_fault(struct sim *s, size_t i, uint64_t kind)
{
    struct node *n = &s->nodes[i];
    uint64_t lasts = 1000 + sim_below(s, 60000);
    const struct sim_event ends = { .what = SIM_FAULT_ENDS, .node = i, .value = kind };
    if (s->healed) {
        return;
    }
    if (doings[kind] != NULL) {
        doings[kind](s, i);
        return;
    }
    switch ((enum fault)kind) {
    case FAULT_KILL_NODE:
        n->crash_in = 1 + sim_below(s, 40);
        break;
    case FAULT_KILL_HUB:
        s->hub.crash_in = 1 + sim_below(s, 60);
        break;
    case FAULT_CUT_LINE:
        n->partitioned = true;
        sim_say(s, "the line of %s is cut", n->name);
        sim_plan(s, lasts, ends);
        break;
    case FAULT_NODE_DISK:
        n->disk_full = true;
        sim_say(s, "the disk of %s is full", n->name);
        sim_plan(s, lasts, ends);
        break;
    case FAULT_HUB_DISK:
        s->hub.disk_full = true;
        s->hub.disk_lies = sim_chance(s, 50);
        sim_say(s, "the hub's disk is full%s", s->hub.disk_lies ? ", and says it is not" : "");
        sim_plan(s, lasts, ends);
        break;
    case FAULT_CLOCK:
        n->skew_s += sim_chance(s, 50) ? 86400 * 400 : -86400 * 400;
        sim_say(s, "the clock of %s jumps", n->name);
        break;
    case FAULT_LOCK:
        lock(s, i, true);
        sim_plan(s, lasts, ends);
        break;
    case FAULT_SNAPSHOT:
        copies_backup(s, i);
        // A backup is there to be used.
        sim_plan(s, lasts, (struct sim_event){ .what = SIM_FAULT, .node = i,
                                               .value = sim_chance(s, 50) ? FAULT_RESTORE : FAULT_COPY });
        break;
    case FAULT_HUB_BACKUP:
        hub_backup(s);
        sim_plan(s, 200 + sim_below(s, 3000), (struct sim_event){ .what = SIM_FAULT, .value = FAULT_HUB_RESTORE });
        break;
    case FAULT_RESTORE: case FAULT_COPY: case FAULT_COURIER: case FAULT_HOSTILE: case FAULT_STICK: case FAULT_STICKS:
    case FAULT_RETIRE: case FAULT_HUB_RESTORE: case FAULT_REDACT: case FAULT_DESTROY:
    case FAULT_COUNT:
        break;
    }
}

void people_fault_ends(struct sim *s, size_t i, uint64_t kind)
{
    struct node *n = &s->nodes[i];
    switch ((enum fault)kind) {
    case FAULT_CUT_LINE:
        n->partitioned = false;
        sim_say(s, "the line of %s works again", n->name);
        break;
    case FAULT_NODE_DISK:
        n->disk_full = false;
        sim_say(s, "the disk of %s has room again", n->name);
        break;
    case FAULT_HUB_DISK:
        s->hub.disk_full = false;
        sim_say(s, "the hub's disk has room again");
        break;
    case FAULT_LOCK:
        lock(s, i, false);
        break;
    case FAULT_KILL_NODE:
    case FAULT_KILL_HUB:
    case FAULT_CLOCK:
    case FAULT_SNAPSHOT:
    case FAULT_RESTORE:
    case FAULT_COPY:
    case FAULT_COURIER:
    case FAULT_HOSTILE:
    case FAULT_STICK:
    case FAULT_STICKS:
    case FAULT_RETIRE:
    case FAULT_HUB_BACKUP:
    case FAULT_HUB_RESTORE:
    case FAULT_REDACT:
    case FAULT_DESTROY:
    case FAULT_COUNT:
        break;
    }
}

// --- the end of all trouble ---
// Whoever came too late for her invitation is accredited by the secretary.
static void accredit_late(struct sim *s)
{
    struct node *office = &s->nodes[SIM_OFFICE];
    for (size_t i = 1; i < s->node_count && office->state != NULL; i++) {
        for (size_t k = 0; k < s->nodes[i].people_count; k++) {
            grant(s, &office->people[2], s->nodes[i].people[k].u.person.key, &s->nodes[i].transport,
                  ROLE(FACILITATOR));
            if (!s->nodes[i].people[k].enrols && s->nodes[i].people[k].begun) {
                sim_plan(s, 1800000, (struct sim_event){ .what = SIM_PERSON, .node = i, .value = k + 1 });
            }
        }
    }
    if (office->core != NULL) {
        node_grew(s, SIM_OFFICE, office->people[2].u.person.key);
    }
}

void people_heal(struct sim *s)
{
    s->healed = true;
    sim_say(s, "all is well again");
    s->hub.disk_full = false;
    s->hub.crash_in = 0;
    if (s->hub.kv == NULL) {
        s->hub.life++;
        hub_boot(s);
    }
    for (size_t i = 0; i < s->node_count && !s->failed; i++) {
        struct node *n = &s->nodes[i];
        n->partitioned = n->disk_full = false;
        n->crash_in = 0;
        if (n->locked) {
            lock(s, i, false);
        }
        if (n->state == NULL) {
            n->life++;
            node_boot(s, i);
        }
    }
    accredit_late(s);
    sim_plan(s, 1805000, (struct sim_event){ .what = SIM_CHECK });
}
