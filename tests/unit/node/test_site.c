// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the node notices, counts and remarks in the store of a site.
#include "tests/unit/author/site.h"

#include "common/author/notebook.h"
#include "common/base/file.h"
#include "common/net/loop.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "node/node_contact.h"
#include "node/node_count.h"
#include "node/node_exchange.h"
#include "node/node_people.h"
#include "node/node_watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const words[] = { "The bridge is out", "The school has no roof", "Who asked the herders?" };
#define WORDS (sizeof words / sizeof words[0])

static struct notebook notebook_of(struct state *state, const struct unlocked *who)
{
    struct kv_txn *t = NULL;
    struct notebook n;
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    cr_assert(notebook_get(t, who->person.key, &n) == OK);
    kv_abort(t);
    return n;
}

static void flag(struct state *state, struct notebook n, enum notebook_renew renew, uint64_t from)
{
    struct kv_txn *t = NULL;
    n.renew = renew;
    n.from = from;
    cr_assert(kv_begin_write(state_kv(state), &t) == OK);
    cr_assert(notebook_put(t, &n) == OK);
    cr_assert(kv_commit(t) == OK);
}

Test(watch, what_grew_is_offered_once_and_so_is_a_notebook_that_ended)
{
    struct site site;
    const struct node_grown *grown = NULL;
    size_t n = 0;
    site_init(&site);
    struct state *state = site_open(&site);
    struct node_watch *w = node_watch_open(state_kv(state));
    cr_expect(node_watch_stirred(w));
    cr_assert(node_watch_look(w, &grown, &n) == OK);
    cr_expect_eq(n, 0);
    cr_expect_not(node_watch_stirred(w));
    struct hash last = site_say(state, site.heron, words, WORDS);
    cr_expect(node_watch_stirred(w));
    cr_assert(node_watch_look(w, &grown, &n) == OK);
    cr_assert_eq(n, 1);
    cr_expect_eq(grown[0].local.next, 1 + WORDS);
    cr_expect(hash_equal(grown[0].local.head, last));
    cr_expect(grown[0].current);
    cr_expect_not(node_watch_stirred(w));
    const struct node_contact remark = { .number = 1, .state = CONTACT_UP };
    cr_assert(node_contact_put(state_kv(state), &remark) == OK);
    cr_expect(node_watch_stirred(w), "another transaction");
    cr_assert(node_watch_look(w, &grown, &n) == OK);
    cr_expect_eq(n, 0, "but no journal grew");
    flag(state, notebook_of(state, site.heron), NOTEBOOK_RESTORED, 0);
    cr_assert(node_watch_look(w, &grown, &n) == OK);
    cr_assert_eq(n, 1);
    cr_expect_not(grown[0].current);
    node_watch_close(w);
    state_close(state);
    site_done(&site);
}

Test(people, a_new_notebook_begins_for_whom_one_is_due_once_she_is_unlocked)
{
    struct site site;
    struct safe nobody;
    struct store_key key;
    size_t begun = 9;
    struct why why = { "" };
    site_init(&site);
    safe_init(&nobody);
    struct state *state = site_open(&site);
    (void)site_say(state, site.heron, words, WORDS);
    struct notebook old = notebook_of(state, site.heron);
    flag(state, old, NOTEBOOK_RESTORED, 0);
    cr_expect_not(node_people_store_key(&nobody, &key));
    cr_expect(node_people_renew(state, &nobody, 1770000000, &begun, &why) == OK);
    cr_expect_eq(begun, 0);
    cr_expect(node_people_store_key(&site.safe, &key));
    cr_expect(node_people_renew(state, &site.safe, 1770000000, &begun, &why) == OK, "%s", why.text);
    cr_expect_eq(begun, 1);
    struct notebook now = notebook_of(state, site.heron);
    cr_expect_eq(now.renew, NOTEBOOK_GOOD);
    cr_expect_not(journal_id_equal(now.journal, old.journal));
    cr_expect(node_people_renew(state, &site.safe, 1770000000, &begun, &why) == OK);
    cr_expect_eq(begun, 0, "only once");
    struct kv_txn *t = NULL;
    const struct stranded left = { .journal = old.journal, .from = 2 };
    cr_assert(kv_begin_write(state_kv(state), &t) == OK);
    cr_assert(notebook_strand(t, &left) == OK);
    cr_assert(kv_commit(t) == OK);
    cr_expect(node_people_renew(state, &site.safe, 1770000000, &begun, &why) == OK, "%s", why.text);
    cr_expect_eq(begun, 1, "what a refusal left in a closed one is signed anew");
    safe_done(&nobody);
    state_close(state);
    site_done(&site);
}

// Puts what the exchange would have come to.
static void put_exchange(struct state *state, struct journal_id journal, uint64_t received, uint64_t confirmed,
                         const uint64_t *refused)
{
    struct kv_txn *t = NULL;
    struct exchange_journal x = { .acked = { .journal = journal, .next = received },
                                  .proven = { .journal = journal, .next = confirmed } };
    cr_assert(kv_begin_write(state_kv(state), &t) == OK);
    exchange_journal_put(t, &journal, &x);
    if (refused != NULL) {
        const struct refused r = { .refusal = { .key = journal.key,
                                                .incarnation = journal.incarnation,
                                                .seq = *refused,
                                                .code = VERDICT_NOT_ENROLLED } };
        refused_put(t, &r);
    }
    cr_assert(kv_commit(t) == OK);
}

Test(count, saved_is_received_and_waiting_and_refused_at_every_stage)
{
    struct site site;
    struct node_count c;
    struct why why = { "" };
    const uint64_t refused = 2;
    site_init(&site);
    struct state *state = site_open(&site);
    (void)site_say(state, site.heron, words, WORDS);
    struct notebook n = notebook_of(state, site.heron);
    static const struct {
        uint64_t received, confirmed;
        bool refused, due;
        struct node_count wanted; // saved, received, confirmed, waiting, refused, unsigned_anew
        bool done;
    } rows[] = {
        { 0, 0, false, false, { 4, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0 }, false },
        { 3, 1, false, false, { 4, 3, 1, 1, 0, 0, 0, 0, 0, 0, 0 }, false },
        { 4, 1, false, false, { 4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0 }, false },
        { 4, 4, false, false, { 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0 }, true },
        { 1, 1, true, true, { 4, 1, 1, 2, 1, 1, 0, 0, 0, 0, 0 }, false }, // 1 may still go; 3 must be signed anew
        { 2, 2, true, true, { 4, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0 }, true },
        { 2, 2, true, false, { 3, 2, 2, 0, 1, 0, 0, 0, 0, 0, 0 }, true },  // it was, in another journal
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_exchange(state, n.journal, rows[i].received, rows[i].confirmed, rows[i].refused ? &refused : NULL);
        flag(state, n, rows[i].due ? NOTEBOOK_REFUSED : NOTEBOOK_GOOD, rows[i].due ? refused + 1 : 0);
        cr_assert(node_count(state_kv(state), &c, &why) == OK, "%s", why.text);
        cr_expect(memcmp(&c, &rows[i].wanted, sizeof c) == 0, "row %zu", i);
        cr_expect_eq(c.saved, c.received + c.waiting + c.refused, "row %zu", i);
        cr_expect_eq(node_count_done(&c), rows[i].done, "row %zu", i);
    }
    state_close(state);
    site_done(&site);
}

Test(contact, a_remark_comes_back_and_every_state_has_its_words)
{
    struct site site;
    struct node_contact c;
    struct buf text = buf_new(512);
    site_init(&site);
    struct state *state = site_open(&site);
    cr_assert(node_contact_get(state_kv(state), &c) == OK);
    cr_expect_eq(c.state, CONTACT_NONE);
    cr_expect_eq(c.number, 0);
    for (unsigned i = CONTACT_NONE; i <= CONTACT_PUT_OFF; i++) {
        const struct node_contact put = { i + 1, (enum node_contact_state)i, VERDICT_QUOTA, 1770000000 + i, i };
        cr_assert(node_contact_put(state_kv(state), &put) == OK);
        cr_assert(node_contact_get(state_kv(state), &c) == OK);
        cr_expect(c.number == put.number && c.state == put.state && c.code == put.code && c.at_s == put.at_s &&
                  c.welcomed_s == put.welcomed_s);
        buf_reset(&text);
        node_contact_say(&put, &text);
        cr_expect(text.n > 0);
        cr_expect(node_contact_name(put.state)[0] != '\0');
    }
    buf_done(&text);
    state_close(state);
    site_done(&site);
}

// Gives the site a transport key; it has no invitation.
static void put_transport(const struct state *state)
{
    char *path = state_path(state, STATE_TRANSPORT);
    struct buf text = buf_new(128);
    for (unsigned i = 1; i <= 32; i++) {
        buf_printf(&text, "%02x", i);
    }
    buf_put_u8(&text, '\n');
    cr_assert(file_replace(path, buf_slice(&text), 0600, NULL) == OK);
    buf_done(&text);
    free(path);
}

Test(exchange, a_site_without_hub_says_what_is_the_matter_and_stops_cleanly)
{
    struct site site;
    struct node_exchange *x = NULL;
    struct why why = { "" };
    struct log log = { .fd = STDERR_FILENO, .level = LOG_ERROR };
    site_init(&site);
    struct state *state = site_open(&site);
    put_transport(state);
    (void)site_say(state, site.heron, words, WORDS);
    struct node_exchange_options options = { .state = state, .safe = &site.safe, .hub = "", .log = &log };
    cr_expect(node_exchange_open(&options, &x, &why) == ERR_CONFIG);
    cr_expect(strstr(why.text, "hub = HOST:PORT") != NULL, "%s", why.text);
    options.hub = "127.0.0.1:1";
    cr_assert(node_exchange_open(&options, &x, &why) == OK, "%s", why.text);
    cr_expect_eq(node_exchange_contact(x).state, CONTACT_NONE);
    node_exchange_poke(x);
    uint64_t end = loop_now_ms() + 20000;
    while (node_exchange_contact(x).state == CONTACT_NONE && loop_now_ms() < end) {
        struct loop_watch watch = { .sock = node_exchange_sock(x), .fd = -1 };
        cr_assert(loop_wait(&watch, 1, node_exchange_deadline(x)) == OK);
        node_exchange_turn(x);
    }
    cr_expect_eq(node_exchange_contact(x).state, CONTACT_SILENT);
    node_exchange_close(x);
    state_close(state);
    site_done(&site);
}
