// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The line that adds up, over a table of what can become of a notebook: by the ledger, by reading all journals, and by
// what the daemon counts, it is the same line, and the list has as many rows of each state.
#include "common/store/exchange_state.h"
#include "common/store/lost.h"
#include "node/desk/forums.h"
#include "node/desk/ledger.h"
#include "node/desk/listing.h"
#include "node/node_count.h"
#include "tests/unit/node/desk_scene.h"

#define SAID 8
#define NONE UINT64_MAX

enum end { GOES_ON, ENDED, TO_COME }; // of the notebook: written in, ended, ended with something to be signed anew

struct row {
    const char *name;
    uint64_t acked, proven, refused, lost; // numbers; of the last two NONE: none was
    enum end end;
    uint64_t waiting, received, confirmed, refused_n, lost_n, replaced; // of all entries
};

// The notebook: 0 the scene's forum, 1 another forum, 2 to 9 what was said there.
#define ALL 10
static const struct row rows[] = {
    { "nothing was sent", 0, 0, NONE, NONE, GOES_ON, ALL, 0, 0, 0, 0, 0 },
    { "some is received", 4, 0, NONE, NONE, GOES_ON, 6, 4, 0, 0, 0, 0 },
    { "some of it is confirmed", 4, 2, NONE, NONE, GOES_ON, 6, 4, 2, 0, 0, 0 },
    { "a proof came before its custody", 4, 9, NONE, NONE, GOES_ON, 6, 4, 4, 0, 0, 0 },
    { "all is confirmed", ALL, ALL, NONE, NONE, GOES_ON, 0, ALL, ALL, 0, 0, 0 },
    { "one is refused, what follows waits", 4, 4, 4, NONE, TO_COME, 5, 4, 4, 1, 0, 0 },
    { "what followed it was signed anew", 4, 4, 4, NONE, ENDED, 0, 4, 4, 1, 0, 5 },
    { "the last one is refused", 9, 9, 9, NONE, ENDED, 0, 9, 9, 1, 0, 0 },
    { "the first one is refused", 0, 0, 0, NONE, TO_COME, 9, 0, 0, 1, 0, 0 },
    { "one is lost, what follows waits", 3, 1, NONE, 5, TO_COME, 6, 3, 1, 0, 1, 0 },
    { "what followed the loss was signed anew", 3, 1, NONE, 5, ENDED, 2, 3, 1, 0, 1, 4 },
    { "a refusal before a loss", 2, 2, 3, 6, ENDED, 1, 2, 2, 1, 1, 5 },
    { "a notebook that ended whole", 5, 5, NONE, NONE, ENDED, 5, 5, 5, 0, 0, 0 },
};

static struct journal_id journal_of(struct kv_txn *t)
{
    struct journal_id id;
    struct journal_head head;
    cr_assert(journal_next(t, false, &id));
    cr_assert_eq(journal_head(t, &id, &head), OK);
    cr_assert_eq(head.next, ALL);
    return id;
}

static void end_notebook(struct kv_txn *t, const struct row *r, struct journal_id id)
{
    struct notebook next = { .journal = id };
    const uint64_t cut = r->refused < r->lost ? r->refused : r->lost;
    const struct stranded left = { .journal = id, .from = cut + 1 };
    ident_random(next.journal.incarnation.b, sizeof next.journal.incarnation.b);
    cr_assert_eq(notebook_put(t, &next), OK);
    if (r->end == TO_COME) {
        cr_assert_eq(notebook_strand(t, &left), OK);
    }
}

// Puts the store into the row's state.
static void arrange(struct kv *kv, const struct row *r)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    const struct journal_id id = journal_of(t);
    const struct exchange_journal x = { .acked = { .journal = id, .next = r->acked },
                                        .proven = { .journal = id, .next = r->proven } };
    exchange_journal_put(t, &id, &x);
    if (r->refused != NONE) {
        const struct refused refused = { .refusal = { .key = id.key, .incarnation = id.incarnation, .seq = r->refused,
                                                      .code = VERDICT_TOO_LARGE } };
        refused_put(t, &refused);
    }
    if (r->lost != NONE) {
        const struct lost lost = { .at = { .journal = id, .seq = r->lost } };
        lost_put(t, &lost);
    }
    if (r->end != GOES_ON) {
        end_notebook(t, r, id);
    }
    cr_assert_eq(kv_commit(t), OK);
}

static void same_tally(const char *name, const struct tally *a, const struct tally *b)
{
    cr_assert_eq(a->saved, b->saved, "%s", name);
    cr_assert_eq(a->received, b->received, "%s", name);
    cr_assert_eq(a->waiting, b->waiting, "%s", name);
    cr_assert_eq(a->refused, b->refused, "%s", name);
    cr_assert_eq(a->lost, b->lost, "%s", name);
    cr_assert_eq(a->confirmed, b->confirmed, "%s", name);
    cr_assert_eq(a->replaced, b->replaced, "%s", name);
}

static void adds_up(const char *name, const struct tally *t)
{
    cr_assert_eq(t->saved, t->received + t->waiting + t->refused + t->lost, "%s", name);
    cr_assert_leq(t->confirmed, t->received, "%s", name);
}

static void count_row(void *arg, const struct listing_item *item)
{
    struct tally *t = arg;
    tally_add(t, item->row->fate);
}

// The list, state by state.
static void list_all(struct desk *desk, const struct ledger *l, struct tally *out)
{
    *out = (struct tally){ .saved = 0 };
    for (enum fate f = FATE_WAITING; f < FATE_COUNT; f++) {
        const struct listing_wish wish = { .state = slice_text(fate_name(f)), .most = 100 };
        struct listing_end end;
        struct trouble t = { .err = OK };
        const uint64_t before = out->saved + out->replaced;
        cr_assert_eq(listing_run(desk, l, &wish, count_row, out, &end, &t), OK, "%s", t.why.text);
        cr_assert(end.counted);
        cr_assert_eq(end.total, out->saved + out->replaced - before);
    }
}

static void try_row(const struct row *r)
{
    static const char *const words[SAID] = { "a well", "a ford", "a road", "a school", "a fence", "a market", "a mine",
                                             "a map" };
    struct desk_scene s;
    struct ledger l;
    struct forums forums;
    struct node_count counted;
    struct tally listed;
    struct why why = { "" };
    desk_scene_init(&s);
    struct ledger_book *book = ledger_new();
    cr_assert_eq(ledger_look(book, &s.desk, &l, &why), OK, "%s: %s", r->name, why.text);
    (void)site_say(s.desk.state, s.desk.who, words, SAID);
    arrange(state_kv(s.desk.state), r);
    cr_assert_eq(ledger_look(book, &s.desk, &l, &why), OK, "%s: %s", r->name, why.text);
    cr_assert_eq(forums_load(&s.desk, &forums, &why), OK, "%s: %s", r->name, why.text);
    cr_assert_eq(node_count(state_kv(s.desk.state), &counted, &why), OK, "%s: %s", r->name, why.text);
    list_all(&s.desk, &l, &listed);
    adds_up(r->name, &l.entries);
    adds_up(r->name, &l.shown);
    same_tally(r->name, &l.entries, &forums.entries);
    same_tally(r->name, &l.shown, &forums.contributions);
    same_tally(r->name, &l.shown, &listed);
    cr_assert_eq(l.entries.waiting, r->waiting, "%s: %llu", r->name, (unsigned long long)l.entries.waiting);
    cr_assert_eq(l.entries.received, r->received, "%s", r->name);
    cr_assert_eq(l.entries.confirmed, r->confirmed, "%s", r->name);
    cr_assert_eq(l.entries.refused, r->refused_n, "%s", r->name);
    cr_assert_eq(l.entries.lost, r->lost_n, "%s", r->name);
    cr_assert_eq(l.entries.replaced, r->replaced, "%s: %llu", r->name, (unsigned long long)l.entries.replaced);
    cr_assert_eq(l.n, ALL, "%s", r->name);
    cr_assert_eq(counted.received, r->received, "%s", r->name);
    cr_assert_eq(counted.confirmed, r->confirmed, "%s", r->name);
    cr_assert_eq(counted.refused, r->refused_n, "%s", r->name);
    cr_assert_eq(counted.waiting, r->waiting, "%s: %llu", r->name, (unsigned long long)counted.waiting);
    forums_done(&forums);
    ledger_free(book);
    desk_scene_done(&s);
}

Test(ledger, whatever_became_of_a_notebook_its_line_adds_up_and_is_the_same_everywhere)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        try_row(&rows[i]);
    }
}

static struct ledger look(struct ledger_book *book, struct desk_scene *s)
{
    struct ledger l;
    struct why why = { "" };
    cr_assert_eq(ledger_look(book, &s->desk, &l, &why), OK, "%s", why.text);
    return l;
}

Test(ledger, what_is_new_is_added_in_front_and_what_was_read_stays)
{
    static const char *const first[] = { "one", "two" };
    static const char *const later[] = { "three" };
    struct desk_scene s;
    desk_scene_init(&s);
    struct ledger_book *book = ledger_new();
    (void)site_say(s.desk.state, s.desk.who, first, 2);
    struct ledger l = look(book, &s);
    const size_t n = l.n;
    const struct hash newest = l.rows[0]->id;
    cr_assert_eq(l.shown.waiting, 2);
    const struct hash id = site_say(s.desk.state, s.desk.who, later, 1);
    l = look(book, &s);
    cr_assert_gt(l.n, n);
    cr_assert(hash_equal(l.rows[0]->id, id));
    cr_assert_not_null(ledger_find(&l, newest));
    cr_assert_eq(l.shown.waiting, 3);
    for (size_t i = 1; i < l.n; i++) {
        cr_assert_geq(l.rows[i - 1]->order_s, l.rows[i]->order_s);
    }
    ledger_free(book);
    desk_scene_done(&s);
}
