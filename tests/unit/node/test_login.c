// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Logging in at the page: what a token is good for and when it ends, how wrong passphrases are slowed down; what people
// chose; pages that wait to be printed.
#include "node/page/login.h"

#include "common/author/erasing.h"
#include "node/page/prefs.h"
#include "node/page/ticket.h"
#include "tests/unit/author/site.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scene {
    struct site site;
    struct state *state;
    struct safe safe;      // the daemon's
    struct logins *logins;
    struct pubkey heron;
    uint64_t now;
};

static void scene_init(struct scene *s)
{
    struct why why = { "" };
    site_init(&s->site);
    s->state = site_open(&s->site);
    char *path = state_path(s->state, STATE_KEYRING);
    cr_assert(keyring_save(s->site.keyring, path, &why) == OK, "%s", why.text);
    free(path);
    s->heron = s->site.heron->person.key;
    s->now = 1000;
    safe_init(&s->safe);
    s->logins = logins_new(s->state, &s->safe);
}

static void scene_done(struct scene *s)
{
    logins_free(s->logins);
    safe_done(&s->safe);
    state_close(s->state);
    site_done(&s->site);
}

static enum err try_login(struct scene *s, const char *passphrase, uint8_t token[static LOGIN_TOKEN_TEXT],
                          struct trouble *t)
{
    struct unlocked *who = NULL;
    *t = (struct trouble){ .err = OK };
    enum err e = login_begin(s->logins, s->heron, slice_text(passphrase), s->now, token, &who, t);
    cr_expect((e == OK) == (who != NULL && who->taken && pubkey_equal(who->person.key, s->heron)));
    return e;
}

#define RIGHT "three herons stand"

static bool is_good(struct scene *s, const uint8_t token[static LOGIN_TOKEN_TEXT])
{
    return login_of(s->logins, slice_of(token, LOGIN_TOKEN_TEXT)) != NULL;
}

Test(login, a_token_ends_with_the_unlock_it_belongs_to)
{
    struct scene s;
    struct trouble t;
    uint8_t first[LOGIN_TOKEN_TEXT], second[LOGIN_TOKEN_TEXT], later[LOGIN_TOKEN_TEXT];
    scene_init(&s);
    cr_assert(try_login(&s, RIGHT, first, &t) == OK, "%s", t.why.text);
    cr_assert(try_login(&s, RIGHT, second, &t) == OK, "another tab");
    cr_expect(memcmp(first, second, sizeof first) != 0);
    cr_expect(is_good(&s, first) && is_good(&s, second));
    first[0] ^= 1;
    cr_expect(!is_good(&s, first));
    first[0] ^= 1;
    cr_expect(login_of(s.logins, SLICE_LITERAL("")) == NULL);
    // Locked and unlocked again before anybody looked: as agent and command line do in one breath.
    safe_forget(safe_find(&s.safe, s.heron));
    cr_assert(try_login(&s, RIGHT, later, &t) == OK);
    cr_expect(!is_good(&s, first) && !is_good(&s, second));
    cr_expect(is_good(&s, later));
    login_lock(s.logins, s.heron);
    cr_expect(!is_good(&s, later));
    cr_expect(safe_empty(&s.safe));
    scene_done(&s);
}

Test(login, a_wrong_passphrase_locks_nobody_and_is_slowed_down)
{
    static const uint64_t waits[] = { 1, 2, 4, 8, 16, 32, 32 };
    struct scene s;
    struct trouble t;
    uint8_t token[LOGIN_TOKEN_TEXT], other[LOGIN_TOKEN_TEXT];
    scene_init(&s);
    cr_assert(try_login(&s, RIGHT, token, &t) == OK);
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        cr_assert(try_login(&s, "three herons sit", other, &t) == ERR_CRYPTO);
        cr_expect_str_eq(t.code, "passphrase-wrong");
        cr_expect_eq(t.args[1].number, waits[i], "try %zu: %llu", i, (unsigned long long)t.args[1].number);
        cr_expect(is_good(&s, token), "who is logged in stays so");
        cr_expect(try_login(&s, RIGHT, other, &t) == ERR_CRYPTO, "nobody is asked while it lasts");
        cr_expect_str_eq(t.code, "passphrase-wait");
        cr_expect_eq(t.args[0].number, waits[i]);
        s.now += waits[i] * 1000 - 1;
        cr_expect(try_login(&s, RIGHT, other, &t) == ERR_CRYPTO);
        s.now++;
    }
    cr_assert(try_login(&s, RIGHT, other, &t) == OK);
    cr_assert(try_login(&s, "three herons sit", other, &t) == ERR_CRYPTO);
    cr_expect_eq(t.args[1].number, 1u, "a right one ends it");
    scene_done(&s);
}

Test(login, nobody_logs_in_where_keys_were_destroyed_or_who_is_not_here)
{
    struct scene s;
    struct trouble t;
    struct unlocked *who = NULL;
    struct pubkey nobody = { { 7 } };
    uint8_t token[LOGIN_TOKEN_TEXT];
    scene_init(&s);
    t = (struct trouble){ .err = OK };
    cr_expect(login_begin(s.logins, nobody, slice_text(RIGHT), s.now, token, &who, &t) == ERR_NOT_FOUND);
    cr_expect_str_eq(t.code, "person-unknown");
    char *path = state_path(s.state, STATE_KEYRING);
    cr_assert(unlink(path) == 0);
    free(path);
    cr_expect(try_login(&s, RIGHT, token, &t) == ERR_NOT_FOUND);
    cr_expect_str_eq(t.code, "keyring-gone");
    scene_done(&s);
}

Test(login, the_login_that_was_not_used_for_longest_makes_room)
{
    struct scene s;
    struct trouble t;
    static uint8_t tokens[LIMIT_LOGINS + 1][LOGIN_TOKEN_TEXT];
    scene_init(&s);
    for (size_t i = 0; i < LIMIT_LOGINS; i++) {
        cr_assert(try_login(&s, RIGHT, tokens[i], &t) == OK);
    }
    cr_expect(is_good(&s, tokens[0]));
    cr_assert(try_login(&s, RIGHT, tokens[LIMIT_LOGINS], &t) == OK);
    cr_expect(is_good(&s, tokens[0]) && !is_good(&s, tokens[1]) && is_good(&s, tokens[LIMIT_LOGINS]));
    scene_done(&s);
}

// Writes the session of a forum from a desk.
static enum err write_session(struct desk *desk)
{
    struct body open = { .kind = KIND_SESSION };
    struct append_result result;
    open.as.session.area = slice_text("XM-KIV");
    open.as.session.code = slice_text("XM-KIV-2026-003");
    open.as.session.type = slice_text("town-hall");
    const struct append_item item = { .body = &open };
    return desk_append(desk, 1770000000, &item, 1, &result, NULL);
}

Test(login, a_desk_writes_for_whoever_is_logged_in_and_is_hers_alone)
{
    struct scene s;
    struct trouble t;
    struct desk desk, again;
    uint8_t token[LOGIN_TOKEN_TEXT];
    scene_init(&s);
    cr_assert(try_login(&s, RIGHT, token, &t) == OK);
    struct unlocked *who = login_of(s.logins, SLICE_ARRAY(token));
    cr_assert(login_desk(s.logins, who, false, &desk, &t) == OK);
    cr_expect(desk.author == NULL && desk.readable && desk.who == who && keyring_count(desk.keyring) == 1);
    login_desk_done(s.logins, &desk, true);
    cr_assert(login_desk(s.logins, who, true, &desk, &t) == OK);
    cr_assert(write_session(&desk) == OK);
    struct author *kept = desk.author;
    login_desk_done(s.logins, &desk, true);
    cr_assert(login_desk(s.logins, who, true, &again, &t) == OK);
    cr_expect(again.author == kept, "the author is kept while all is well");
    login_desk_done(s.logins, &again, true);
    // Whoever is unlocked again, in the same place of the safe, has an author of her own.
    safe_forget(who);
    cr_assert(try_login(&s, RIGHT, token, &t) == OK);
    who = login_of(s.logins, SLICE_ARRAY(token));
    cr_assert(login_desk(s.logins, who, true, &again, &t) == OK);
    cr_assert(write_session(&again) == OK);
    login_desk_done(s.logins, &again, false);
    scene_done(&s);
}

// Renews the keys of the state, as another program does that has somebody unlocked in a safe of its own.
static void renew_elsewhere(struct scene *s)
{
    struct erasing *x = NULL;
    struct why why = { "" };
    bool more = true;
    cr_assert(erasing_open(s->state, &s->site.safe, 1770000000, &x, &why) == OK, "%s", why.text);
    erasing_renew(x);
    while (more) {
        cr_assert(erasing_step(x, &more, &why) == OK, "%s", why.text);
    }
    erasing_close(x);
}

Test(login, keys_that_another_program_renewed_are_hers_at_the_next_call)
{
    struct scene s;
    struct trouble t;
    struct desk desk;
    uint8_t token[LOGIN_TOKEN_TEXT];
    scene_init(&s);
    cr_assert(try_login(&s, RIGHT, token, &t) == OK);
    struct unlocked *who = login_of(s.logins, SLICE_ARRAY(token));
    cr_assert(login_desk(s.logins, who, true, &desk, &t) == OK);
    cr_assert(write_session(&desk) == OK);
    login_desk_done(s.logins, &desk, true);
    renew_elsewhere(&s);
    const uint8_t *now = s.site.heron->store_key.b;
    cr_assert(memcmp(who->store_key.b, now, sizeof who->store_key.b) != 0, "hers are those of before");
    cr_expect(is_good(&s, token), "nobody was locked");
    cr_assert(login_desk(s.logins, who, true, &desk, &t) == OK, "%s", t.why.text);
    cr_expect(memcmp(who->store_key.b, now, sizeof who->store_key.b) == 0);
    cr_expect(write_session(&desk) == OK);
    login_desk_done(s.logins, &desk, true);
    cr_expect(is_good(&s, token));
    scene_done(&s);
}

Test(prefs, each_person_has_her_own_and_they_last)
{
    struct scene s;
    struct prefs p;
    struct pubkey crane = { { 3 } };
    scene_init(&s);
    cr_assert(prefs_get(s.state, s.heron, &p) == OK);
    cr_expect(p.language[0] == '\0' && !p.explained);
    memcpy(p.language, "sw", 3);
    p.explained = true;
    cr_assert(prefs_put(s.state, &p) == OK);
    cr_assert(prefs_get(s.state, crane, &p) == OK);
    cr_expect(p.language[0] == '\0');
    memcpy(p.language, "ar", 3);
    cr_assert(prefs_put(s.state, &p) == OK);
    state_close(s.state);
    s.state = site_open(&s.site);
    cr_assert(prefs_get(s.state, s.heron, &p) == OK);
    cr_expect(strcmp(p.language, "sw") == 0 && p.explained);
    for (uint8_t i = 4; prefs_put(s.state, &(struct prefs){ .key = { { i } } }) == OK; i++) {
        cr_assert(i < 100, "there is a bound");
    }
    logins_free(s.logins);
    s.logins = NULL;
    scene_done(&s);
}

Test(prefs, a_language_is_a_tag)
{
    cr_expect(prefs_language_ok(SLICE_LITERAL("en")) && prefs_language_ok(SLICE_LITERAL("pt-MZ")));
    static const char *const bad[] = { "", "e", "-en", "en-", "en_GB", "en\"", "../x", "abcdefghijklmnopq" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect(!prefs_language_ok(slice_text(bad[i])), "%s", bad[i]);
    }
}

static struct buf html(const char *text)
{
    struct buf b = buf_new(100);
    buf_put_text(&b, text);
    return b;
}

Test(tickets, a_page_is_fetched_once_and_soon)
{
    static struct tickets t;
    uint8_t text[TICKET_TEXT], other[TICKET_TEXT];
    struct pubkey heron = { { 1 } }, crane = { { 2 } };
    struct buf out = buf_new(0), b = html("<p>one");
    ticket_put(&t, heron, &b, 1000, text);
    cr_expect(!ticket_take(&t, SLICE_LITERAL(""), 1000, &out));
    cr_assert(ticket_take(&t, SLICE_ARRAY(text), 1000, &out));
    cr_expect(slice_equal(buf_slice(&out), SLICE_LITERAL("<p>one")));
    buf_done(&out);
    cr_expect(!ticket_take(&t, SLICE_ARRAY(text), 1000, &out), "once");
    b = html("<p>two");
    ticket_put(&t, heron, &b, 1000, text);
    cr_expect(!ticket_take(&t, SLICE_ARRAY(text), 1000 + LIMIT_TICKET_MS, &out), "soon");
    cr_expect_eq(ticket_expire(&t, 2000), 1000 + LIMIT_TICKET_MS);
    cr_expect_eq(ticket_expire(&t, 1000 + LIMIT_TICKET_MS), UINT64_MAX);
    for (size_t i = 0; i <= LIMIT_TICKETS_PRINT; i++) { // the oldest makes room
        b = html("<p>more");
        ticket_put(&t, i % 2 == 0 ? heron : crane, &b, 3000 + i, i == 0 ? text : other);
    }
    cr_expect(!ticket_take(&t, SLICE_ARRAY(text), 3000, &out));
    ticket_drop(&t, &crane);
    ticket_drop(&t, &heron);
    cr_expect_eq(ticket_expire(&t, 3000), UINT64_MAX);
}
