// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Gathering the facts. Read first: standing.h.
#include "node/desk/standing.h"

#include "common/author/destroyed.h"
#include "common/net/loop.h"
#include "common/store/attached.h"
#include "common/store/leaf.h"
#include "node/desk/drafts.h"
#include "node/desk/exchanged.h"
#include "node/desk/roster_here.h"

#include <stdlib.h>
#include <string.h>

struct standing_book {
    struct ledger_book *ledger;
    bool read;                     // facts and standing fit the store as it was at `number`, for `who`
    uint64_t number;
    struct pubkey who;
    struct notice_facts facts;
    struct standing standing;
    struct notice_forum *forums;
    size_t forum_room;
    bool known;                    // what follows fits what had come down
    uint64_t leaves;
    uint64_t known_s;
    struct roster *roster;
};

struct standing_book *standing_new(void)
{
    struct standing_book *b = mem_new(sizeof *b);
    b->ledger = ledger_new();
    return b;
}

void standing_free(struct standing_book *b)
{
    if (b != NULL) {
        ledger_free(b->ledger);
        roster_free(b->roster);
        free(b->forums);
        free(b);
    }
}

// --- what came down ---

// The newest time that entries of two authors reach: one computer with a wrong clock makes no other one's wrong.
static uint64_t newest_of_two(struct kv_txn *t)
{
    struct pubkey first = { { 0 } };
    uint64_t best = 0;
    uint64_t second = 0;
    bool two = false;
    struct leaf_range range = leaf_range_new(t, 0);
    while (leaf_range_next(&range)) {
        struct entry e;
        if (!range.whole || entry_parse(range.entry.bytes, &e) != VERDICT_GOOD) {
            continue;
        }
        const bool same = best > 0 && pubkey_equal(first, e.place.author);
        two = two || (best > 0 && !same);
        if (e.claimed_s > best) {
            second = same ? second : best;
            best = e.claimed_s;
            first = e.place.author;
        } else if (!same && e.claimed_s > second) {
            second = e.claimed_s;
        }
    }
    leaf_range_done(&range);
    return two ? second : best;
}

static enum err know(struct standing_book *b, struct desk *desk, struct kv_txn *t, struct why *why)
{
    const uint64_t leaves = leaf_count(t);
    if (b->known && leaves == b->leaves) {
        return OK;
    }
    b->known = false;
    roster_free(b->roster);
    b->roster = NULL;
    b->known_s = newest_of_two(t);
    b->leaves = leaves;
    enum err e = kv_error(t);
    if (e == OK) {
        e = roster_here(desk, &b->roster, why);
    }
    b->known = e == OK;
    return e;
}

// --- facts ---

static void take_exchanged(struct standing_book *b, const struct exchanged *x)
{
    struct notice_facts *f = &b->facts;
    b->standing.verified = x->verified;
    b->standing.verified_size = x->verified ? x->head.size : 0;
    b->standing.contact = x->contact;
    b->standing.heard_s = x->heard_s;
    b->standing.carried = x->to_hub;
    b->standing.answers = x->answers;
    f->contact = x->contact;
    f->heard_s = x->heard_s;
    f->contradicted = x->contradicted;
    f->false_custody = x->false_custody;
    f->told_else = x->told_n;
    f->copied = x->copied;
    f->copied_gone = x->copied ? x->copy.gone : 0;
    f->copied_s = x->copied ? x->copy.at_s : 0;
    f->waits = x->waits;
}

static enum err read_attached(struct standing_book *b, struct kv_txn *t)
{
    const struct attached_sum sum = attached_sum(t);
    b->standing.sound_bytes = sum.waiting_bytes;
    b->facts.sound_bytes = sum.waiting_bytes;
    b->facts.sound_lost = sum.lost;
    return kv_error(t);
}

static enum err read_destroyed(struct standing_book *b, struct desk *desk, struct kv_txn *t)
{
    struct destroyed destroyed;
    enum err e = destroyed_get(t, &destroyed);
    const bool nobody = desk->keyring != NULL && keyring_count(desk->keyring) == 0;
    b->facts.destroyed_s = e == OK && destroyed.count > 0 && nobody ? destroyed.wall_s : 0;
    return e;
}

static void count_refused(struct notice_facts *f, const struct ledger *l)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct ledger_row *r = l->rows[i];
        size_t at = 0;
        if (r->fate != FATE_REFUSED) {
            continue;
        }
        while (at < f->refused_n && f->refused[at].code != r->refusal) {
            at++;
        }
        if (at == f->refused_n && at < NOTICE_REASONS) {
            f->refused[f->refused_n++].code = r->refusal;
        }
        f->refused[at < NOTICE_REASONS ? at : NOTICE_REASONS - 1].n++;
    }
}

static void take_ledger(struct notice_facts *f, const struct ledger *l)
{
    f->lost = l->entries.lost;
    f->hidden = l->hidden;
    f->waiting = l->entries.waiting;
    f->text_bytes = l->waiting_bytes;
    f->oldest_s = l->oldest_s;
    f->alone = l->alone;
    f->alone_s = l->alone_s;
    for (size_t i = 0; i < l->n; i++) {
        f->damaged += l->rows[i]->damaged && l->rows[i]->fate != FATE_LOST;
    }
    count_refused(f, l);
}

static void take_forums(struct standing_book *b, const struct desk *desk, const struct ledger *l)
{
    if (l->forum_n > b->forum_room) {
        b->forum_room = 2 * l->forum_n;
        b->forums = mem_grow(b->forums, b->forum_room, sizeof *b->forums);
    }
    for (size_t i = 0; i < l->forum_n; i++) {
        struct notice_forum *f = &b->forums[i];
        *f = (struct notice_forum){ .id = l->forums[i].id, .sealed = l->forums[i].sealed };
        memcpy(f->code, l->forums[i].code, sizeof f->code);
        memcpy(f->area, l->forums[i].area, sizeof f->area);
        f->outside = roster_here_nobody(b->roster, desk, slice_text(f->area));
    }
    b->facts.forums = b->forums;
    b->facts.forum_n = l->forum_n;
}

static bool unaccredited(const struct roster *r, struct pubkey key)
{
    struct roster_member m;
    size_t at = 0;
    if (!roster_find(r, key, &at)) {
        return false; // she is not enrolled yet, or nothing has come down
    }
    roster_member(r, at, &m);
    return m.state != MEMBER_IN_FORCE;
}

// Hers who looks, by forum.
static enum err take_drafts(struct standing_book *b, struct desk *desk, struct trouble *t)
{
    struct drafts drafts = { .rows = NULL };
    const enum err e = drafts_list(desk, NULL, &drafts, t);
    b->standing.drafts = e == OK ? drafts.n : 0;
    for (size_t i = 0; e == OK && i < drafts.n; i++) {
        const struct draft *d = &drafts.rows[i].draft;
        for (size_t k = 0; !drafts.rows[i].damaged && k < b->facts.forum_n; k++) {
            struct notice_forum *f = &b->forums[k];
            if (hash_equal(f->id, d->session)) {
                f->drafts++;
                f->oldest_s = f->oldest_s == 0 || d->kept_s < f->oldest_s ? d->kept_s : f->oldest_s;
            }
        }
    }
    drafts_done(&drafts);
    return e;
}

static enum err gather(struct standing_book *b, struct desk *desk, struct why *why, struct trouble *trouble)
{
    struct kv_txn *t = NULL;
    struct exchanged x;
    struct ledger *l = &b->standing.ledger;
    b->facts = (struct notice_facts){ .now_s = 0 };
    b->standing = (struct standing){ .drafts = 0 };
    b->number = kv_number(state_kv(desk->state)); // what is stored meanwhile is seen the next time
    enum err e = ledger_look(b->ledger, desk, l, why);
    if (e == OK) {
        e = kv_begin_read(state_kv(desk->state), &t);
    }
    if (e == OK) {
        e = know(b, desk, t, why);
    }
    if (e == OK) {
        e = read_attached(b, t);
    }
    if (e == OK) {
        e = read_destroyed(b, desk, t);
    }
    kv_abort(t);
    if (e == OK) {
        e = exchanged_look(desk, &x, why);
    }
    if (e == OK) {
        take_exchanged(b, &x);
        take_ledger(&b->facts, l);
        take_forums(b, desk, l);
        b->facts.known_s = b->known_s;
        b->facts.unaccredited = unaccredited(b->roster, desk->who->person.key);
        e = take_drafts(b, desk, trouble);
    }
    return e;
}

enum err standing_look(struct standing_book *b, struct desk *desk, uint64_t now_s, struct standing *out,
                       struct trouble *t)
{
    struct why why = { "" };
    const struct pubkey who = desk->who->person.key;
    const bool same = b->read && kv_number(state_kv(desk->state)) == b->number && pubkey_equal(who, b->who);
    const enum err e = same ? OK : gather(b, desk, &why, t);
    b->read = e == OK;
    b->who = who;
    if (e != OK) {
        return trouble_of_err(t, e, &why);
    }
    b->facts.now_s = now_s;
    b->facts.disk_free = loop_disk_free(state_dir(desk->state));
    b->standing.notice_n = notices_of(&b->facts, b->standing.notices);
    b->standing.clock_ok = true;
    for (size_t i = 0; i < b->standing.notice_n; i++) {
        const char *code = b->standing.notices[i].code;
        b->standing.clock_ok = b->standing.clock_ok && strcmp(code, notice_code(NOTICE_CLOCK_BEHIND)) != 0 &&
                               strcmp(code, notice_code(NOTICE_CLOCK_AHEAD)) != 0;
    }
    *out = b->standing;
    return OK;
}

enum err standing_ledger(struct standing_book *b, struct desk *desk, struct ledger *out, struct trouble *t)
{
    struct why why = { "" };
    const enum err e = ledger_look(b->ledger, desk, out, &why);
    return trouble_of_err(t, e, &why);
}
