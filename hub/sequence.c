// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// load -> decide -> apply -> commit -> sign. The ledger and the edge of the tree live between transactions; after any
// failure both are read from disk again, as after a crash.
#include "hub/sequence.h"

#include "common/base/fault.h"
#include "common/format/armor.h"
#include "common/format/custody.h"
#include "common/format/roster.h"
#include "common/store/attached.h"
#include "common/store/blob.h"
#include "common/store/erase.h"
#include "common/store/exchange_state.h"
#include "common/store/store.h"
#include "hub/chain.h"
#include "hub/fold.h"

#include <stdlib.h>

#define LEDGER_JOURNALS 1024 // journals kept in memory between transactions (9 KB each)
#define REFUSALS_KEPT 100000 // signed refusals a hub keeps; beyond this the newest are signed but not kept

struct sequence {
    struct kv *kv;
    struct sequence_keys keys;
    struct record *record;
    struct ledger ledger;
    bool loaded;
    const struct seckey *signer; // of the log key in force
    struct incarnation own; // of the hub's author
    uint64_t generation;    // of the roster, when redactions were judged last
    struct slot_fact slots[LIMIT_BATCH_ENTRIES];
    struct admit_facts facts;
    struct buf sealed;      // scratch: an entry that came with what is erased, sealed anew
};

// --- loading ---
static void unload(struct sequence *s)
{
    if (s->loaded) {
        ledger_done(&s->ledger);
    }
    s->loaded = false;
}

#define OWN_INCARNATION "author-incarnation"

static enum err load_own(struct sequence *s, struct kv_txn *t)
{
    struct slice value;
    enum err e = store_value_get(t, OWN_INCARNATION, &value);
    if (e == OK && value.n != sizeof s->own) {
        return ERR_CORRUPT;
    }
    if (e == OK) {
        memcpy(&s->own, value.p, sizeof s->own);
    }
    // Chosen at random the first time; kept with the first entry that is written in it.
    if (e == ERR_NOT_FOUND) {
        ident_random(&s->own, sizeof s->own);
        e = OK;
    }
    return e;
}

static enum err choose_signer(struct sequence *s, struct why *why)
{
    const struct seckey *found = log_ring_find(s->keys.logs, roster_log_key(s->ledger.roster));
    s->signer = found == NULL ? s->signer : found;
    if (found == NULL) {
        why_set(why, "the secret of the consultation's log key is not at this hub: restore it from a backup");
    }
    return found == NULL ? ERR_NOT_FOUND : OK;
}

static enum err load(struct sequence *s, struct why *why)
{
    struct kv_txn *t = NULL;
    struct fold fold = { .roster = NULL };
    unload(s);
    enum err e = kv_begin_read(s->kv, &t);
    if (e != OK) {
        why_set(why, "reading the record: %s", err_text(e));
        return e;
    }
    e = record_load(s->record, t, why);
    if (e == OK) {
        e = load_own(s, t);
    }
    if (e == OK) {
        fold = fold_new(s->keys.charter);
        e = fold_follow(&fold, s->record, t, 0, record_size(s->record), why);
    }
    if (e == OK) {
        ledger_init(&s->ledger, s->keys.charter->id, fold.roster, fold.erasures, record_size(s->record));
        s->generation = fold.generation;
        s->loaded = true;
        fold = (struct fold){ .roster = NULL };
        e = choose_signer(s, why);
    }
    fold_done(&fold);
    enum err end = kv_commit(t);
    return e != OK ? e : end;
}

enum err sequence_open(struct kv *kv, const struct sequence_keys *keys, struct sequence **out, struct why *why)
{
    struct sequence *s = mem_new(sizeof *s);
    s->kv = kv;
    s->keys = *keys;
    s->record = record_new();
    s->sealed = buf_new(LIMIT_BATCH_BYTES);
    enum err e = load(s, why);
    if (e != OK) {
        sequence_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void sequence_close(struct sequence *s)
{
    if (s == NULL) {
        return;
    }
    unload(s);
    record_free(s->record);
    buf_done(&s->sealed);
    free(s);
}

uint64_t sequence_size(const struct sequence *s)
{
    return s->ledger.size;
}

// --- facts ---
static enum err load_slots(struct sequence *s, struct kv_txn *t, const struct batch *b, struct why *why)
{
    uint64_t fork = 0;
    struct hash prev;
    CHECK(b->count <= LIMIT_BATCH_ENTRIES);
    // Batches of this transaction that came before may have filled these places.
    record_finish(s->record, t);
    enum err e = chain_slot(t, b->journal, b->first == 0 ? UINT64_MAX : b->first - 1, &s->facts.prev);
    for (size_t i = 0; i < b->count && e == OK; i++) {
        e = chain_slot(t, b->journal, b->first + i, &s->slots[i]);
    }
    s->facts.slots = s->slots;
    if (e == OK && admit_fork_at(&s->ledger, b, &s->facts, &fork, &prev)) {
        const struct store_key *key = keeper_hold(s->keys.keeper);
        e = chain_custody(t, key, b->journal, fork, prev, &s->facts.custody, why);
        keeper_release(s->keys.keeper, key);
    }
    return e;
}

// Loads what admission needs for b. *facts is what to give it.
static enum err load_facts(struct sequence *s, struct kv_txn *t, const struct batch *b,
                           const struct admit_facts **facts, struct why *why)
{
    enum err e = OK;
    *facts = NULL;
    if (admit_needs(&s->ledger, b) == NEED_JOURNAL) {
        struct ledger_journal j;
        e = chain_journal(t, b->journal, &j);
        if (e != OK) {
            return e;
        }
        (void)ledger_add(&s->ledger, &j);
    }
    if (admit_needs(&s->ledger, b) == NEED_SLOTS) {
        s->facts = (struct admit_facts){ 0 };
        e = load_slots(s, t, b, why);
        *facts = &s->facts;
    }
    return e;
}

// PROTOCOL 6.9: a control entry that names a checkpoint this record contradicts is marked. (Content is judged by
// whoever shows it.) What it names may be as large as the record before it; that counts entries of the same batch,
// which are not in the record yet: then the batch ends before it, and it comes again as the first of its batch.
static enum err mark_seen(struct sequence *s, struct kv_txn *t, struct batch *b)
{
    enum err e = OK;
    for (size_t i = 0; i < b->count && e == OK; i++) {
        struct packet *p = &b->packets[i];
        if (p->control && p->form == VERDICT_GOOD) {
            record_finish(s->record, t);
            if (i > 0 && p->entry.seen_size > record_size(s->record)) {
                b->count = i;
                b->has_fault = false;
                return OK;
            }
            e = fold_seen(s->record, t, &p->entry, &p->form);
        }
    }
    return e;
}

// --- writing ---
// PROTOCOL 16.3: what a redaction covers never touches the disk. Seals item anew without it: the content lies in
// s->sealed until the next call, the key in *wrapped. The packet stays as it was.
static enum err leave_out_erased(struct sequence *s, const struct batch *b, const struct packet *p,
                                 struct wrapped *wrapped, struct record_item *item)
{
    const uint64_t mask = p->sealed.n == 0 ? 0 : erasure_mask(s->ledger.erasures, &p->entry);
    if (mask == 0 || FAULT(ERASED_RESURRECTED)) {
        return OK;
    }
    buf_reset(&s->sealed);
    enum err e = erase_sealed(b->key, &p->entry, mask, p->sealed, slice_of(p->wrapped->b, p->wrapped->n), &s->sealed,
                              wrapped, NULL, NULL);
    if (e == OK && s->sealed.n > 0) {
        item->sealed = buf_slice(&s->sealed);
        item->wrapped = wrapped;
    }
    return e;
}

// PROTOCOL 18.3: what this entry names is expected; what a redaction covers is wanted no more, before any of it came.
static void expect_attachments(struct sequence *s, struct kv_txn *t, const struct batch *b, const struct packet *p)
{
    const uint64_t mask = p->attachment_count > 0 ? erasure_mask(s->ledger.erasures, &p->entry) : 0;
    bool erased = false;
    for (size_t i = 0; i < p->entry.part_count; i++) {
        erased = erased || ((mask >> i & 1) != 0 && slice_equal(p->entry.parts[i].name, slice_text("attachments")));
    }
    for (size_t i = 0; i < p->attachment_count; i++) {
        const struct attached a = { .journal = b->journal, .seq = p->entry.place.seq, .blob = p->attachments[i] };
        blob_expect(t, a.blob.root, a.blob.size);
        if (erased) {
            blob_drop(t, a.blob.root, true);
        } else {
            attached_put(t, &a);
        }
    }
}

// What is gone by now, or was never expected, is not taken; the answer says so. Anything else is the store's error.
static enum err put_chunk(struct kv_txn *t, const struct msg_chunk *m)
{
    enum err e = blob_put(t, m->root, m->number, m->bytes, NULL);
    return e == ERR_NOT_FOUND || e == ERR_EXISTS || e == ERR_BAD_INPUT ? kv_error(t) : e;
}

static enum err put_packets(struct sequence *s, struct kv_txn *t, const struct batch *b)
{
    const struct packet *last = NULL;
    for (size_t i = 0; i < b->count; i++) {
        const struct packet *p = &b->packets[i];
        struct wrapped wrapped;
        if (p->fate != FATE_NEW) {
            continue;
        }
        struct record_item item = {
            .at = { .journal = b->journal, .seq = p->entry.place.seq, .branch = (uint8_t)p->branch },
            .id = p->entry.id,
            .entry = p->entry.bytes,
            .sealed = p->sealed,
            .wrapped = p->wrapped,
            .control = fold_wants(&p->entry),
        };
        enum err e = leave_out_erased(s, b, p, &wrapped, &item);
        if (e != OK) {
            return e;
        }
        uint64_t index = 0;
        record_append(s->record, t, &item, &index);
        CHECK(index == p->index);
        expect_attachments(s, t, b, p);
        last = p;
    }
    if (last == NULL) {
        return OK;
    }
    // The new entries of a batch are one chain, so they end one branch.
    struct ledger_journal *j = ledger_find(&s->ledger, b->journal);
    const struct ledger_branch *k = &j->branches[last->branch];
    struct record_journal journal = {
        .head = { .journal = b->journal, .branch = last->branch, .next = k->next, .head = k->head },
        .index = last->index,
        .custody = k->custody,
    };
    record_journal_put(t, &journal);
    j->dirty = false;
    return kv_error(t);
}

// Signs what admission refused and keeps it. A hub keeps many refusals, but not without end.
static void put_refusal(struct sequence *s, struct kv_txn *t, struct batch_outcome *out)
{
    struct msg_refuse *m = &out->refuse;
    if (!out->has_refuse || verdict_class_of(m->code) != VERDICT_IS_REFUSAL) {
        return;
    }
    struct refused refused = { .refusal = { .consultation = s->keys.charter->id,
                                            .key = m->journal.key,
                                            .incarnation = m->journal.incarnation,
                                            .seq = m->seq,
                                            .received = m->received,
                                            .code = m->code } };
    refused.sig = refusal_sign(&refused.refusal, s->signer);
    m->is_signed = true;
    m->signature = refused.sig;
    if (refused_count(t) < REFUSALS_KEPT) {
        refused_put(t, &refused);
    }
}

// PROTOCOL 11.4: an invitation's key opens the door for one enrolment and nothing else.
static bool barred(const struct batch *b)
{
    if (b->class == PEER_MEMBER) {
        return false;
    }
    if (b->has_fault && b->count == 0 && verdict_class_of(b->fault) == VERDICT_IS_DEFERRAL) {
        return false; // nobody has seen yet what it carries
    }
    return b->has_fault || b->first != 0 || b->count != 1 || kind_of(b->packets[0].entry.kind) != KIND_ENROL;
}

// True when e would change the key of now, or do so once it is approved, to one whose secret is not here.
static bool is_unheld_rekey(const struct sequence *s, const struct packet *p)
{
    enum service what = SERVICE_ROOT;
    struct pubkey old_key, new_key;
    if (!p->control || p->form != VERDICT_GOOD || p->body->kind != KIND_REKEY ||
        !service_parse(p->body->as.rekey.what, &what) || what == SERVICE_ROOT) {
        return false;
    }
    memcpy(old_key.b, p->body->as.rekey.old_key.p, sizeof old_key.b);
    memcpy(new_key.b, p->body->as.rekey.new_key.p, sizeof new_key.b);
    // What comes again from long ago changes nothing, and its key may have been put away since.
    return pubkey_equal(roster_service_key(s->ledger.roster, what), old_key) &&
           !s->keys.held(s->keys.arg, what, new_key);
}

// PROTOCOL 12.3: refused, while there is still a key to say so with.
static void end_before_unheld(const struct sequence *s, struct batch *b)
{
    for (size_t i = 0; i < b->count && s->keys.held != NULL; i++) {
        const struct packet *p = &b->packets[i];
        if (is_unheld_rekey(s, p)) {
            b->has_fault = true;
            b->fault = VERDICT_KEY_NOT_HELD;
            b->fault_received = hash_of(p->entry.bytes);
            b->count = i;
        }
    }
}

static enum err take_batch(struct sequence *s, struct kv_txn *t, struct batch *b, struct batch_outcome *out,
                           struct fork_found *fork, struct why *why)
{
    const struct admit_facts *facts = NULL;
    if (b->has_chunk) {
        return put_chunk(t, &b->chunk);
    }
    if (barred(b)) {
        out->barred = true;
        return OK;
    }
    end_before_unheld(s, b);
    enum err e = load_facts(s, t, b, &facts, why);
    if (e == OK) {
        e = mark_seen(s, t, b);
    }
    if (e == OK) {
        admit(&s->ledger, b, facts, out, fork);
        e = put_packets(s, t, b);
    }
    if (e == OK) {
        put_refusal(s, t, out);
    }
    return e;
}

// --- the hub's own entries ---
static enum err own_head(struct sequence *s, struct kv_txn *t, struct place *place, struct hash *prev)
{
    struct journal_id id = { .key = s->keys.author_key, .incarnation = s->own };
    struct record_journal head;
    enum err e = record_journal_get(t, &id, 0, &head);
    *place = (struct place){ .consultation = s->keys.charter->id, .author = id.key, .incarnation = id.incarnation };
    *prev = (struct hash){ 0 };
    if (e == OK) {
        place->seq = head.head.next;
        *prev = head.head.head;
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

// Writes an entry without parts as the hub's own, through the same admission as all others. *fate: what became of it.
static enum err put_own(struct sequence *s, struct kv_txn *t, const struct body *body, const struct hash *ref,
                        uint64_t wall_s, enum admit_fate *fate, struct why *why)
{
    struct tree_head seen = tree_head_empty();
    struct entry_draft draft = { .kind = slice_text(kind_info(body->kind)->name),
                                 .seen_size = seen.size,
                                 .seen_root = seen.root,
                                 .claimed_s = wall_s - wall_s % s->keys.charter->quantum_s,
                                 .refs = ref,
                                 .ref_count = ref != NULL };
    struct buf bytes = buf_new(LIMIT_ENTRY_BYTES);
    struct buf body_bytes = buf_new(LIMIT_BODY_BYTES);
    struct packet packet = { .control = true, .form = VERDICT_GOOD, .body = body };
    struct fork_found none = { 0 };
    struct batch_outcome out = { 0 };
    enum err e = own_head(s, t, &draft.place, &draft.prev);
    if (e == OK) {
        body_make(body, &body_bytes);
        draft.body = buf_slice(&body_bytes);
        CHECK(entry_make(&draft, s->keys.author, &bytes));
        CHECK(entry_parse(buf_slice(&bytes), &packet.entry) == VERDICT_GOOD);
        packet.custody_leaf = custody_leaf(packet.entry.id, 0);
        struct batch batch = { .class = PEER_MEMBER,
                               .journal = { .key = draft.place.author, .incarnation = draft.place.incarnation },
                               .first = draft.place.seq,
                               .prev = draft.prev,
                               .count = 1,
                               .packets = &packet };
        store_value_put(t, OWN_INCARNATION, slice_of(&s->own, sizeof s->own));
        e = take_batch(s, t, &batch, &out, &none, why);
    }
    *fate = packet.fate;
    buf_done(&bytes);
    buf_done(&body_bytes);
    return e;
}

// The evidence of a fork (PROTOCOL 12.6).
static enum err put_evidence(struct sequence *s, struct kv_txn *t, const struct fork_found *fork, uint64_t wall_s,
                             struct why *why)
{
    struct body body = { .kind = KIND_FORK_EVIDENCE };
    enum admit_fate fate = FATE_NONE;
    body.as.fork_evidence.key = fork->journal.key;
    body.as.fork_evidence.incarnation = fork->journal.incarnation;
    body.as.fork_evidence.seq = fork->seq;
    body.as.fork_evidence.id_count = fork->id_count;
    memcpy(body.as.fork_evidence.ids, fork->ids, sizeof fork->ids);
    enum err e = put_own(s, t, &body, NULL, wall_s, &fate, why);
    // The hub's author is accredited at the founding; if it no longer is, the fork stays visible in the branches.
    if (e == OK && fate == FATE_NEW) {
        chain_evidence_put(t, fork->journal);
        ledger_find(&s->ledger, fork->journal)->evidence = true;
    }
    return e;
}

// --- one transaction ---
static enum err write_all(struct sequence *s, struct kv_txn *t, struct batch *const *batches, size_t n,
                          uint64_t wall_s, struct batch_outcome *outcomes, struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; i < n && e == OK; i++) {
        struct fork_found fork = { 0 };
        e = take_batch(s, t, batches[i], &outcomes[i], &fork, why);
        if (e == OK && fork.found) {
            e = put_evidence(s, t, &fork, wall_s, why);
        }
    }
    if (e == OK) {
        record_finish(s->record, t);
    }
    return e;
}

static void sign_ack(const struct sequence *s, struct msg_ack *ack)
{
    struct custody c = { .consultation = s->keys.charter->id,
                         .key = ack->journal.key,
                         .incarnation = ack->journal.incarnation,
                         .seq = ack->next - 1,
                         .head = ack->head,
                         .root = ack->root };
    ack->signature = custody_sign(&c, s->signer);
}

// What came may have changed who had which role: then redactions are judged anew before anything else comes.
static enum err judge_again(struct sequence *s, struct why *why)
{
    struct kv_txn *t = NULL;
    struct fold fold = { s->ledger.roster, s->ledger.erasures, s->generation };
    if (s->generation == roster_generation(s->ledger.roster)) {
        return OK;
    }
    enum err e = kv_begin_read(s->kv, &t);
    if (e == OK) {
        e = fold_judge(&fold, s->record, t, why);
    }
    kv_abort(t);
    s->generation = fold.generation;
    return e;
}

enum err sequence_commit(struct sequence *s, struct batch *const *batches, size_t n, uint64_t wall_s,
                         struct batch_outcome *outcomes, struct why *why)
{
    struct kv_txn *t = NULL;
    memset(outcomes, 0, n * sizeof *outcomes);
    enum err e = s->loaded ? OK : load(s, why);
    if (e == OK) {
        e = kv_begin_write(s->kv, &t);
    }
    if (e == OK) {
        e = write_all(s, t, batches, n, wall_s, outcomes, why);
        if (e == OK) {
            e = kv_commit(t);
        } else {
            kv_abort(t);
        }
    }
    if (e != OK) {
        unload(s);
        for (size_t i = 0; i < n; i++) {
            outcomes[i] = (struct batch_outcome){ .failed = true };
        }
        return e;
    }
    for (size_t i = 0; i < n; i++) {
        if (outcomes[i].has_ack) {
            sign_ack(s, &outcomes[i].ack);
        }
    }
    // Whoever shows what follows has told the sites of a new key first; a hub without it stops there (hub_shell.c).
    (void)choose_signer(s, why);
    ledger_trim(&s->ledger, LEDGER_JOURNALS);
    if (judge_again(s, why) != OK) {
        unload(s); // what was committed stands; the next call reads it again
    }
    return OK;
}

// --- what was carried out ---
static void erased_name(struct hash redaction, char out[static 40])
{
    struct buf name = buf_new(39);
    buf_put_text(&name, "erased-");
    armor_put_hex(&name, slice_of(redaction.b, 16));
    CHECK(buf_ok(&name));
    memcpy(out, name.p, name.n);
    out[name.n] = '\0';
    buf_done(&name);
}

bool sequence_erased(struct kv_txn *t, struct hash redaction)
{
    char name[40];
    struct slice value;
    erased_name(redaction, name);
    return store_value_get(t, name, &value) == OK;
}

static enum err say_one(struct sequence *s, struct kv_txn *t, const struct erased_said *said, uint64_t wall_s,
                        struct why *why)
{
    char name[40];
    struct body body = { .kind = KIND_ERASED };
    enum admit_fate fate = FATE_NONE;
    body.as.erased.redaction = said->redaction;
    body.as.erased.target = said->target;
    erased_name(said->redaction, name);
    if (sequence_erased(t, said->redaction)) {
        return OK;
    }
    // A hub whose author is not accredited any more has erased all the same, and says it to nobody.
    store_value_put(t, name, SLICE_LITERAL("1"));
    return put_own(s, t, &body, &said->redaction, wall_s, &fate, why);
}

enum err sequence_say_erased(struct sequence *s, const struct erased_said *said, size_t n, uint64_t wall_s,
                             struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = s->loaded ? OK : load(s, why);
    if (e == OK) {
        e = kv_begin_write(s->kv, &t);
    }
    for (size_t i = 0; i < n && e == OK; i++) {
        e = say_one(s, t, &said[i], wall_s, why);
    }
    if (e == OK) {
        record_finish(s->record, t);
        e = kv_commit(t);
    } else {
        kv_abort(t);
    }
    if (e != OK) {
        unload(s);
    }
    return e;
}
