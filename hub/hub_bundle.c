// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who the site is and which ends of journals concern it; then one answer after the other. Read first: hub_bundle.h.
#include "hub/hub_bundle.h"

#include "common/store/attached.h"
#include "common/store/exchange_state.h"

#include <stdlib.h>

// Checkpoints that the site may stand at: what it was answered before, what it said last, what its entries say, none;
// and those that it has come by.
#define BASES (HUB_BUNDLE_ANSWERED + LIMIT_VIEWS + 16)

#define HELDS 2048 // attachments of which an answer says how much is here
#define HELD_BYTES 256 // one of these messages, with its frame, is not longer

#define ENDS_FOR_BASES 8 // entries by which the way from each of them is shown

// The end of a chain that is in the record.
struct end {
    struct journal_head head;
    uint64_t index;
};

struct answer {
    const struct hub_bundle_options *o;
    struct boxkey site;
    bool member;
    struct msg_hello hello;             // borrows arena
    struct journal_head *heads;         // LIMIT_WELCOME_HEADS: every branch in the record
    size_t head_count;
    struct end *ends;                   // what is acknowledged and proved
    size_t end_count;
    uint64_t bases[BASES];
    size_t base_count;
    struct tree_head published;
    struct buf note;
    struct buf out;
    struct arena *arena;
    struct hub_bundle_made *made;
    uint64_t said;                      // bytes
};

static enum err say(struct answer *a, struct why *why)
{
    CHECK(buf_ok(&a->out));
    a->said += a->out.n;
    enum err e = a->out.n > 0 ? a->o->sink(a->o->arg, buf_slice(&a->out), why) : OK;
    buf_reset(&a->out);
    return e;
}

static struct peer_action position_of(const struct answer *a, const struct end *end, uint64_t base)
{
    struct peer_action p = { .user = a->site };
    p.as.position.journal = end->head.journal;
    p.as.position.seq = end->head.next - 1;
    p.as.position.id = end->head.head;
    p.as.position.index = end->index;
    p.as.position.base = base;
    p.as.position.credit = LIMIT_CREDIT_BYTES;
    return p;
}

// --- who and what ---

static enum err read_published(struct answer *a, struct why *why)
{
    struct kv_txn *t = NULL;
    struct slice note = { NULL, 0 };
    uint64_t size = 0;
    enum err e = kv_begin_read(a->o->kv, &t);
    if (e == OK) {
        e = record_checkpoint_last(t, &size, &note);
    }
    if (e == OK) {
        buf_put(&a->note, note);
        a->published.size = size;
    }
    kv_abort(t);
    if (e != OK) {
        why_set(why, e == ERR_NOT_FOUND ? "this hub has published no checkpoint yet: start it once" : "%s",
                err_text(e));
    }
    return e;
}

static int by_journal(const void *x, const void *y)
{
    return journal_id_order(((const struct journal_head *)x)->journal, ((const struct journal_head *)y)->journal);
}

// True when the author enrolled with this site's device.
static bool wrote_here(const struct answer *a, struct pubkey key)
{
    const struct roster *roster = serve_roster(a->o->serve);
    struct roster_member member;
    size_t who = 0;
    if (!roster_find(roster, key, &who)) {
        return false;
    }
    roster_member(roster, who, &member);
    return member.has_transport && boxkey_equal(member.transport, a->site);
}

static bool greeted(const struct journal_head *heads, size_t n, struct journal_id journal)
{
    for (size_t i = 0; i < n; i++) {
        if (journal_id_equal(heads[i].journal, journal)) {
            return true;
        }
    }
    return false;
}

// Adds to the hello the journals that the record knows to be this site's, as far as there is room.
static enum err add_known(struct answer *a)
{
    struct journal_head *heads = arena_take(a->arena, LIMIT_HEADS * sizeof *heads);
    struct kv_txn *t = NULL;
    CHECK(heads != NULL);
    size_t n = a->hello.head_count;
    for (size_t i = 0; i < n; i++) {
        heads[i] = a->hello.heads[i];
    }
    enum err e = kv_begin_read(a->o->kv, &t);
    if (e != OK) {
        return e;
    }
    struct record_journal_range r = record_journal_range_new(t);
    while (n < LIMIT_HEADS && record_journal_range_next(&r)) {
        struct journal_id id = r.journal.head.journal;
        if (wrote_here(a, id.key) && !greeted(heads, n, id)) {
            heads[n++] = (struct journal_head){ .journal = id };
        }
    }
    record_journal_range_done(&r);
    e = kv_commit(t);
    qsort(heads, n, sizeof *heads, by_journal);
    a->hello.heads = heads;
    a->hello.head_count = n;
    return e;
}

static enum err know_site(struct answer *a, struct hash consultation, struct slice hello, struct why *why)
{
    struct msg m;
    a->hello = (struct msg_hello){ .version = EXCHANGE_VERSION, .consultation = consultation };
    a->member = roster_transport(serve_roster(a->o->serve), a->site, NULL) == DOOR_MEMBER;
    if (!a->member && hello.n == 0) {
        why_set(why, "no device with this key is accredited, and no bundle came from one");
        return ERR_PERM;
    }
    if (hello.n > 0) {
        if (msg_parse(hello, a->arena, &m) != VERDICT_GOOD || m.type != MSG_HELLO) {
            why_set(why, "what is kept of that site's last bundle is damaged");
            return ERR_CORRUPT;
        }
        a->hello = m.as.hello;
    }
    return add_known(a);
}

static void add_base(struct answer *a, uint64_t base)
{
    for (size_t i = 0; i < a->base_count; i++) {
        if (a->bases[i] == base) {
            return;
        }
    }
    if (a->base_count < BASES && base <= a->published.size) {
        a->bases[a->base_count++] = base;
    }
}

// Keeps an end if it is in the record, and the checkpoint that its entry names: its author had verified it.
static enum err add_end(struct answer *a, const struct journal_head *h, struct why *why)
{
    const struct msg_want want = { .what = WANT_CUSTODY, .journal = h->journal, .seq = h->next - 1, .id = h->head };
    const struct msg m = { .type = MSG_WANT, .as.want = want };
    struct peer_facts facts = { 0 };
    for (size_t i = 0; i < a->end_count; i++) {
        if (hash_equal(a->ends[i].head.head, h->head)) {
            return OK;
        }
    }
    enum err e = serve_facts(a->o->serve, &m, &facts, why);
    if (e != OK || !facts.has_index) {
        return e;
    }
    struct kv_txn *t = NULL;
    struct stored stored;
    struct entry entry;
    e = kv_begin_read(a->o->kv, &t);
    if (e == OK) {
        e = leaf_get(t, facts.index, &stored, why);
    }
    if (e == OK && entry_parse(stored.bytes, &entry) == VERDICT_GOOD) {
        add_base(a, entry.seen_size);
    }
    kv_abort(t);
    a->ends[a->end_count++] = (struct end){ .head = *h, .index = facts.index };
    return e;
}

// Ends that the site named, and ends of the branches here: mostly the same.
static enum err find_ends(struct answer *a, struct why *why)
{
    const struct msg m = { .type = MSG_HELLO, .as.hello = a->hello };
    struct peer_facts facts = { 0 };
    enum err e = serve_facts(a->o->serve, &m, &facts, why);
    for (size_t i = 0; e == OK && i < facts.head_count; i++) {
        a->heads[a->head_count++] = facts.heads[i];
    }
    add_base(a, 0);
    add_base(a, a->hello.seen.size);
    for (size_t i = 0; i < a->o->answered_count; i++) {
        add_base(a, a->o->answered[i]);
    }
    for (size_t i = 0; i < a->o->view_count; i++) {
        add_base(a, a->o->views[i]);
    }
    for (size_t i = 0; e == OK && i < a->hello.head_count; i++) {
        e = a->hello.heads[i].next > 0 ? add_end(a, &a->hello.heads[i], why) : OK;
    }
    for (size_t i = 0; e == OK && i < a->head_count; i++) {
        e = add_end(a, &a->heads[i], why);
    }
    return e;
}

// --- saying it ---

// PROTOCOL 15.5: before anything that a changed key signed.
static enum err say_keys(struct answer *a, struct why *why)
{
    struct buf succession = buf_new(LIMIT_SUCCESSION_BYTES);
    enum err e = serve_succession(a->o->serve, &succession, why);
    if (e == OK && succession.n > 0) {
        const struct msg m = { .type = MSG_KEYS, .as.keys = buf_slice(&succession) };
        msg_make(&m, &a->out);
        e = say(a, why);
    }
    buf_done(&succession);
    return e;
}

static enum err say_welcome(struct answer *a, struct why *why)
{
    const struct msg m = { .type = MSG_WELCOME,
                           .as.welcome = { .head_count = a->head_count,
                                           .heads = a->heads,
                                           .checkpoint = buf_slice(&a->note),
                                           .credit = LIMIT_CREDIT_BYTES } };
    msg_make(&m, &a->out);
    a->made->size = a->published.size;
    return say(a, why);
}

static enum err say_proof(struct answer *a, const struct end *end, uint64_t base, struct why *why)
{
    const struct peer_action p = position_of(a, end, base);
    if (end->index >= a->published.size) {
        return OK; // the next bundle has it
    }
    enum err e = serve_proof(a->o->serve, &p, a->published, buf_slice(&a->note), &a->out, why);
    return e == OK ? say(a, why) : e;
}

// From wherever the site may stand to the present checkpoint: by entries of it, each of which would do; but where a
// site runs from two copies, which of them takes the answer is not known, nor which entries it has.
static enum err say_bases(struct answer *a, struct why *why)
{
    enum err e = OK;
    size_t ends = 0;
    for (size_t k = 0; k < a->end_count && ends < ENDS_FOR_BASES && e == OK; k++) {
        if (a->ends[k].index >= a->published.size) {
            continue;
        }
        ends++;
        for (size_t i = 0; i < a->base_count && e == OK; i++) {
            e = say_proof(a, &a->ends[k], a->bases[i], why);
        }
    }
    return e;
}

static enum err say_ends(struct answer *a, struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; i < a->end_count && e == OK; i++) {
        const struct peer_action p = position_of(a, &a->ends[i], 0);
        e = serve_custody(a->o->serve, &p, &a->out, why);
        if (e == OK) {
            e = say(a, why);
            a->made->received++;
        }
    }
    return e;
}

// PROTOCOL 15.5: what is here of each attachment that these journals name; of many, the last. Of a small answer at most
// half, so that what goes down has its room behind them.
static enum err say_helds(struct answer *a, struct why *why)
{
    const size_t room = a->o->before_down / 2 / HELD_BYTES;
    const size_t most = a->o->before_down > 0 && room < HELDS ? room : HELDS;
    struct kv_txn *t = NULL;
    size_t n = 0;
    enum err e = kv_begin_read(a->o->kv, &t);
    for (int pass = 0; pass < 2 && e == OK; pass++) {
        size_t at = 0;
        for (size_t i = 0; i < a->hello.head_count && e == OK; i++) {
            struct attached_range r = attached_range_new(t, &a->hello.heads[i].journal);
            while (e == OK && attached_range_next(&r)) {
                struct msg m = { .type = MSG_HELD };
                if (pass == 0 || at++ + most < n) {
                    n += pass == 0;
                    continue;
                }
                serve_held_of(t, a->hello.consultation, serve_signer(a->o->serve), r.at.blob.root, &m.as.held);
                if (m.as.held.code == VERDICT_GOOD) {
                    msg_make(&m, &a->out);
                    e = say(a, why);
                    a->made->attachments++;
                }
            }
            attached_range_done(&r);
        }
    }
    if (e == OK) {
        return kv_commit(t);
    }
    kv_abort(t);
    return e;
}

static void make_refusal(const struct refused *r, struct buf *out)
{
    enum verdict code = VERDICT_NOT_CANONICAL;
    if (!verdict_known(r->refusal.code, &code)) {
        return;
    }
    const struct msg m = { .type = MSG_REFUSE,
                           .as.refuse = { .journal = { .key = r->refusal.key, .incarnation = r->refusal.incarnation },
                                          .seq = r->refusal.seq,
                                          .code = code,
                                          .received = r->refusal.received,
                                          .is_signed = true,
                                          .signature = r->sig } };
    msg_make(&m, out);
}

static enum err say_refusals(struct answer *a, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(a->o->kv, &t);
    for (size_t i = 0; i < a->hello.head_count && e == OK; i++) {
        struct refused_range r = refused_range_new(t, &a->hello.heads[i].journal);
        while (e == OK && refused_range_next(&r)) {
            make_refusal(&r.refused, &a->out);
            e = say(a, why);
            a->made->refusals++;
        }
        refused_range_done(&r);
    }
    if (e == OK) {
        e = kv_commit(t);
    } else {
        kv_abort(t);
    }
    return e;
}

static enum err say_proofs(struct answer *a, struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; i < a->end_count && e == OK; i++) {
        e = say_proof(a, &a->ends[i], a->published.size, why);
    }
    return e;
}

// Without a gap to the checkpoint: where nothing concerns the site, that is said too.
static enum err say_down(struct answer *a, struct why *why)
{
    struct peer_action p = { .user = a->site };
    uint64_t cursor = a->hello.down_cursor < a->published.size ? a->hello.down_cursor : a->published.size;
    enum err e = OK;
    const uint64_t most = a->o->before_down == 0 ? UINT64_MAX : a->o->before_down;
    while (e == OK && cursor < a->published.size && a->said < most) {
        const uint64_t from = cursor;
        bool any = false;
        p.as.down.from = from;
        p.as.down.to = a->published.size;
        e = serve_down(a->o->serve, &p, &a->out, &cursor, &any, why);
        if (e == OK && !any) {
            const struct msg nothing = { .type = MSG_DOWN, .as.down = { .from = from, .to = cursor } };
            msg_make(&nothing, &a->out);
        }
        if (e == OK) {
            e = say(a, why);
            a->made->down++;
        }
    }
    return e;
}

static enum err say_all(struct answer *a, struct why *why)
{
    static enum err (*const pieces[])(struct answer * a, struct why * why) = {
        say_keys, say_welcome, say_bases, say_ends, say_helds, say_refusals, say_proofs,
    };
    enum err e = OK;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0] && e == OK; i++) {
        e = pieces[i](a, why);
    }
    return e == OK && a->member ? say_down(a, why) : e;
}

enum err hub_bundle_make(const struct hub_bundle_options *options, struct hash consultation, struct boxkey site,
                         struct slice hello, struct hub_bundle_made *made, struct why *why)
{
    struct answer a = { .o = options,
                        .site = site,
                        .heads = mem_new(LIMIT_WELCOME_HEADS * sizeof *a.heads),
                        .ends = mem_new((LIMIT_WELCOME_HEADS + LIMIT_HEADS) * sizeof *a.ends),
                        .published = tree_head_empty(),
                        .note = buf_new(LIMIT_NOTE_BYTES),
                        .out = buf_new(LIMIT_FRAME_BYTES),
                        .arena = arena_new(MSG_ARENA_BYTES + LIMIT_HEADS * sizeof(struct journal_head)),
                        .made = made };
    *made = (struct hub_bundle_made){ .size = 0 };
    enum err e = read_published(&a, why);
    if (e == OK) {
        e = serve_follow(options->serve, NULL, why);
    }
    if (e == OK) {
        e = know_site(&a, consultation, hello, why);
    }
    if (e == OK) {
        e = find_ends(&a, why);
    }
    if (e == OK) {
        e = say_all(&a, why);
    }
    free(a.heads);
    free(a.ends);
    arena_free(a.arena);
    buf_done(&a.note);
    buf_done(&a.out);
    return e;
}
