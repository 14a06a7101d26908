// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Admission (PROTOCOL 12): journals are trees whose nodes name their parent, so a packet belongs where its prev
// stands. It hashes nothing but what custody needs and allocates nothing per entry: one writer does this for all.
#include "hub/admit.h"

#include "common/base/fault.h"
#include "common/format/custody.h"
#include "common/format/roster.h"

#include <stdlib.h>

// --- the ledger: an open-addressed table of journals ---
void ledger_init(struct ledger *l, struct hash consultation, struct roster *roster, struct erasure *erasures,
                 uint64_t size)
{
    *l = (struct ledger){
        .consultation = consultation, .roster = roster, .erasures = erasures, .size = size, .journal_room = 64
    };
    l->journals = mem_new(l->journal_room * sizeof(struct ledger_journal *));
}

void ledger_done(struct ledger *l)
{
    for (size_t i = 0; i < l->journal_room; i++) {
        free(l->journals[i]);
    }
    free(l->journals);
    roster_free(l->roster);
    erasure_free(l->erasures);
    *l = (struct ledger){ 0 };
}

// Incarnations are random and keys are points that their owners cannot choose freely at no cost: good enough to hash,
// and a bad spread costs time only.
static size_t journal_hash(struct journal_id id)
{
    return (size_t)(be64_get(id.key.b) ^ be64_get(id.incarnation.b));
}

static size_t ledger_slot(const struct ledger *l, struct journal_id id)
{
    size_t i = journal_hash(id) & (l->journal_room - 1);
    while (l->journals[i] != NULL && !journal_id_equal(l->journals[i]->id, id)) {
        i = (i + 1) & (l->journal_room - 1);
    }
    return i;
}

struct ledger_journal *ledger_find(const struct ledger *l, struct journal_id id)
{
    return l->journals[ledger_slot(l, id)];
}

static void ledger_resize(struct ledger *l, size_t room)
{
    struct ledger_journal **old = l->journals;
    size_t old_room = l->journal_room;
    l->journals = mem_new(room * sizeof(struct ledger_journal *));
    l->journal_room = room;
    for (size_t i = 0; i < old_room; i++) {
        if (old[i] != NULL) {
            l->journals[ledger_slot(l, old[i]->id)] = old[i];
        }
    }
    free(old);
}

struct ledger_journal *ledger_add(struct ledger *l, const struct ledger_journal *loaded)
{
    if (l->journal_count >= l->journal_room / 2) {
        ledger_resize(l, l->journal_room * 2);
    }
    size_t i = ledger_slot(l, loaded->id);
    CHECK(l->journals[i] == NULL);
    l->journals[i] = mem_new(sizeof **l->journals);
    *l->journals[i] = *loaded;
    l->journal_count++;
    return l->journals[i];
}

void ledger_trim(struct ledger *l, size_t keep)
{
    if (l->journal_count <= keep) {
        return;
    }
    for (size_t i = 0; i < l->journal_room; i++) {
        if (l->journals[i] != NULL && !l->journals[i]->dirty) {
            free(l->journals[i]);
            l->journals[i] = NULL;
            l->journal_count--;
        }
    }
    ledger_resize(l, l->journal_room); // closes the holes, which would end searches early
}

// --- what must be loaded ---
// The branch whose end is the entry `prev` at next - 1; LIMIT_BRANCHES when none.
static uint64_t branch_ending(const struct ledger_journal *j, uint64_t next, struct hash prev)
{
    for (size_t k = 0; k < j->branch_count; k++) {
        if (j->branches[k].next == next && hash_equal(j->branches[k].head, prev)) {
            return k;
        }
    }
    return LIMIT_BRANCHES;
}

enum admit_need admit_needs(const struct ledger *l, const struct batch *b)
{
    const struct ledger_journal *j = ledger_find(l, b->journal);
    if (j == NULL) {
        return NEED_JOURNAL;
    }
    bool fresh = j->branch_count == 0;
    // A longer branch can have an entry at the same place that a head ends before, so every branch is looked at.
    for (size_t k = 0; k < j->branch_count; k++) {
        if (j->branches[k].next > b->first) {
            return NEED_SLOTS;
        }
    }
    return fresh || branch_ending(j, b->first, b->prev) < LIMIT_BRANCHES ? NEED_NOTHING : NEED_SLOTS;
}

// Where the chain of a batch stands while it is followed.
struct walk {
    bool found;      // false: prev is not here
    uint64_t branch; // on which the entry before the next one stands
    uint64_t next;
    struct hash head;
};

static struct walk walk_start(const struct batch *b, const struct ledger_journal *j, const struct admit_facts *facts)
{
    struct walk w = { .next = b->first, .head = b->prev };
    if (b->first == 0) {
        w.found = true;
        return w;
    }
    w.branch = branch_ending(j, b->first, b->prev);
    w.found = w.branch < LIMIT_BRANCHES;
    for (size_t k = 0; !w.found && facts != NULL && k < facts->prev.count; k++) {
        if (hash_equal(facts->prev.at[k].id, b->prev)) {
            w.branch = facts->prev.at[k].branch;
            w.found = true;
        }
    }
    return w;
}

// What is to be done with the next entry of a chain.
enum step { STEP_DUPLICATE, STEP_EXTEND, STEP_FORK };

static enum step walk_step(const struct walk *w, const struct ledger_journal *j, const struct slot_fact *slot,
                           struct hash id, size_t *place)
{
    for (size_t k = 0; slot != NULL && k < slot->count; k++) {
        if (hash_equal(slot->at[k].id, id)) {
            *place = k;
            return STEP_DUPLICATE;
        }
    }
    if (j->branch_count == 0 || branch_ending(j, w->next, w->head) < LIMIT_BRANCHES) {
        return STEP_EXTEND;
    }
    return STEP_FORK;
}

bool admit_fork_at(const struct ledger *l, const struct batch *b, const struct admit_facts *facts, uint64_t *seq,
                   struct hash *prev)
{
    const struct ledger_journal *j = ledger_find(l, b->journal);
    CHECK(j != NULL);
    struct walk w = walk_start(b, j, facts);
    if (!w.found || j->branch_count >= LIMIT_BRANCHES) {
        return false;
    }
    for (size_t i = 0; i < b->count; i++) {
        size_t place = 0;
        enum step step = walk_step(&w, j, &facts->slots[i], b->packets[i].entry.id, &place);
        if (step != STEP_DUPLICATE) {
            *seq = w.next;
            *prev = w.head;
            return step == STEP_FORK;
        }
        w.head = b->packets[i].entry.id;
        w.next++;
    }
    return false;
}

// --- deciding ---
static void say_refuse(const struct batch *b, uint64_t seq, enum verdict code, struct hash received,
                       struct batch_outcome *out)
{
    out->has_refuse = true;
    out->refuse = (struct msg_refuse){ .journal = b->journal, .seq = seq, .code = code };
    if (verdict_class_of(code) == VERDICT_IS_REFUSAL) {
        out->refuse.received = received;
    }
}

static void say_ack(const struct batch *b, const struct ledger_journal *j, uint64_t branch, struct batch_outcome *out)
{
    const struct ledger_branch *k = &j->branches[branch];
    out->has_ack = true;
    out->ack = (struct msg_ack){
        .journal = b->journal,
        .branch = branch,
        .next = k->next,
        .head = k->head,
        .root = merkle_root(&k->custody),
    };
}

static void note_fork(const struct batch *b, const struct ledger_journal *j, const struct slot_fact *slot,
                      const struct packet *p, struct fork_found *fork)
{
    if (j->evidence || fork->found || FAULT(FORK_HIDDEN)) {
        return;
    }
    *fork = (struct fork_found){ .found = true, .journal = b->journal, .seq = p->entry.place.seq };
    for (size_t k = 0; k < slot->count && fork->id_count + 1 < LIMIT_BRANCHES; k++) {
        fork->ids[fork->id_count++] = slot->at[k].id;
    }
    fork->ids[fork->id_count++] = p->entry.id;
}

// Whether the record knows the invitation that an enrolment names.
static bool invite_known(const struct roster *r, struct hash id)
{
    struct roster_invite invite;
    for (size_t i = 0; i < roster_invite_count(r); i++) {
        roster_invite(r, i, &invite);
        if (hash_equal(invite.id, id)) {
            return true;
        }
    }
    return false;
}

// May this entry, which is not in the record, be sequenced? Called with the roster as it is before its index.
static enum verdict may_enter(const struct ledger *l, const struct packet *p)
{
    // The body of content says nothing about enrolment, so it is not read: any form but GOOD stands for that.
    enum verdict form = p->control ? p->form : VERDICT_BAD_BODY;
    enum verdict v = roster_admit(l->roster, &p->entry, form, p->body);
    if (v == VERDICT_NOT_ENROLLED && p->control && p->form == VERDICT_GOOD && p->body->kind == KIND_ENROL &&
        !invite_known(l->roster, p->body->as.enrol.invite)) {
        v = VERDICT_GAP; // PROTOCOL 12.4: the registrar's device may simply have been slower than the newcomer's
    }
    // PROTOCOL 16.3, 16.5: of a part that a redaction covers, or covered when it was destroyed, nothing is missing.
    if (v == VERDICT_GOOD && p->missing != 0 && !FAULT(CUSTODY_WITHOUT_PARTS) &&
        (p->missing & ~(p->erased & erasure_allowed(l->erasures, &p->entry))) != 0) {
        v = VERDICT_PARTS_MISSING;
    }
    return v;
}

static void enter(struct ledger *l, struct ledger_journal *j, uint64_t branch, struct packet *p)
{
    struct ledger_branch *k = &j->branches[branch];
    p->fate = FATE_NEW;
    p->index = l->size++;
    p->branch = branch;
    p->standing = p->control ? roster_apply(l->roster, &p->entry, p->form, p->body, p->index) : VERDICT_GOOD;
    if (p->control && p->form == VERDICT_GOOD) {
        erasure_put(l->erasures, &p->entry, p->body, p->index, p->standing);
    }
    k->next = p->entry.place.seq + 1;
    k->index = p->index;
    k->head = p->entry.id;
    merkle_append(&k->custody, p->custody_leaf, NULL);
    j->dirty = true;
}

// Decides one packet. GOOD and *w moved on, or why the batch ends here.
static enum verdict admit_packet(struct ledger *l, struct ledger_journal *j, const struct batch *b, size_t i,
                                 const struct admit_facts *facts, struct walk *w, struct fork_found *fork)
{
    struct packet *p = &b->packets[i];
    const struct slot_fact *slot = facts == NULL ? NULL : &facts->slots[i];
    size_t place = 0;
    enum step step = walk_step(w, j, slot, p->entry.id, &place);
    enum verdict v = step == STEP_DUPLICATE ? VERDICT_GOOD : may_enter(l, p);
    if (v == VERDICT_GOOD && step == STEP_FORK && j->branch_count >= LIMIT_BRANCHES) {
        v = VERDICT_BRANCH_LIMIT;
    }
    if (v != VERDICT_GOOD) {
        return v;
    }
    switch (step) {
    case STEP_DUPLICATE:
        p->fate = FATE_DUPLICATE;
        p->index = slot->at[place].index;
        p->branch = slot->at[place].branch;
        break;
    case STEP_EXTEND:
        if (j->branch_count == 0) {
            j->branch_count = 1;
            enter(l, j, 0, p);
        } else {
            enter(l, j, branch_ending(j, w->next, w->head), p);
        }
        break;
    case STEP_FORK:
        CHECK(facts != NULL);
        CHECK(facts->custody.size == p->entry.place.seq);
        note_fork(b, j, slot, p, fork);
        j->branches[j->branch_count] = (struct ledger_branch){ .custody = facts->custody };
        j->branch_count++;
        enter(l, j, j->branch_count - 1, p);
        break;
    }
    *w = (struct walk){ .found = true, .branch = p->branch, .next = p->entry.place.seq + 1, .head = p->entry.id };
    return VERDICT_GOOD;
}

void admit(struct ledger *l, struct batch *b, const struct admit_facts *facts, struct batch_outcome *out,
           struct fork_found *fork)
{
    CHECK(facts != NULL || admit_needs(l, b) == NEED_NOTHING);
    struct ledger_journal *j = ledger_find(l, b->journal);
    CHECK(j != NULL);
    struct walk w = walk_start(b, j, facts);
    if (!w.found) {
        say_refuse(b, b->first, VERDICT_GAP, (struct hash){ 0 }, out);
        return;
    }
    enum verdict v = VERDICT_GOOD;
    size_t i = 0;
    while (i < b->count && v == VERDICT_GOOD) {
        v = admit_packet(l, j, b, i, facts, &w, fork);
        if (v == VERDICT_GOOD) {
            i++;
        } else {
            say_refuse(b, b->packets[i].entry.place.seq, v, hash_of(b->packets[i].entry.bytes), out);
        }
    }
    if (i > 0) {
        say_ack(b, j, b->packets[i - 1].branch, out);
        out->standing = b->packets[0].standing;
    }
    if (v == VERDICT_GOOD && b->has_fault) {
        say_refuse(b, b->first + b->count, b->fault, b->fault_received, out);
    }
}
