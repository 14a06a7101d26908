// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The page of a site over its own port, in one thread: what counts as use, what a lock in the midst of a request does,
// and what becomes of a page to print.
#include "node/page/page_inside.h"
#include "tests/lib/http_client.h"
#include "tests/unit/author/site.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scene {
    struct site site;
    struct state *state;
    struct safe safe;
    struct log log;
    struct page_options options;
    struct page *page;
    char token[LOGIN_TOKEN_TEXT + 1], key[65];
    uint64_t now;
};

static void turns(struct scene *s)
{
    for (int i = 0; i < 20; i++) {
        page_turn(s->page, s->now);
    }
}

// One call; its status.
static unsigned call(struct scene *s, const char *name, const char *json, struct reply *r)
{
    struct buf request = buf_new(65536);
    client_put_call(&request, page_port(s->page), name, s->token[0] != '\0' ? s->token : NULL, "application/json", "",
                    slice_text(json));
    int fd = client_dial(page_port(s->page));
    cr_assert(fd >= 0 && client_say(fd, request.p, request.n));
    turns(s);
    client_hear(fd, 0, r);
    close(fd);
    buf_done(&request);
    return r->status;
}

static unsigned status_of(struct scene *s, const char *name, const char *json)
{
    struct reply r;
    const unsigned status = call(s, name, json, &r);
    reply_done(&r);
    return status;
}

static void log_in(struct scene *s)
{
    struct reply r;
    char json[200];
    s->token[0] = '\0';
    cr_assert(call(s, "hello", "{}", &r) == 200 && client_member(&r, "key", s->key, sizeof s->key), "%s", r.body);
    reply_done(&r);
    snprintf(json, sizeof json, "{\"key\":\"%s\",\"passphrase\":\"three herons stand\"}", s->key);
    cr_assert(call(s, "unlock", json, &r) == 200);
    cr_assert(client_member(&r, "token", s->token, sizeof s->token), "%s", r.body);
    reply_done(&r);
}

static void scene_init(struct scene *s)
{
    struct why why = { "" };
    memset(s, 0, sizeof *s);
    site_init(&s->site);
    s->state = site_open(&s->site);
    char *path = state_path(s->state, STATE_KEYRING);
    cr_assert(keyring_save(s->site.keyring, path, &why) == OK, "%s", why.text);
    free(path);
    safe_init(&s->safe);
    s->now = 1000000;
    s->log = (struct log){ .fd = STDERR_FILENO, .level = LOG_ERROR };
    s->options = (struct page_options){
        .state = s->state, .safe = &s->safe, .idle_ms = 60000, .sticks = "/nowhere", .log = &s->log
    };
    cr_assert(page_open(0, &s->options, &s->page, &why) == OK, "%s", why.text);
    log_in(s);
}

static void scene_done(struct scene *s)
{
    page_close(s->page);
    safe_done(&s->safe);
    state_close(s->state);
    site_done(&s->site);
}

Test(page, what_a_person_asks_puts_off_the_idle_lock)
{
    struct scene s;
    scene_init(&s);
    const struct unlocked *heron = safe_find(&s.safe, s.site.heron->person.key);
    cr_assert(heron != NULL && heron->used_ms == s.now);
    s.now += 5000;
    cr_expect_eq(status_of(&s, "prefs", "{}"), 200u);
    cr_expect_eq(heron->used_ms, s.now);
    s.now += 5000; // what the page asks of itself does not
    cr_expect_eq(status_of(&s, "state", "{}"), 200u);
    cr_expect_eq(heron->used_ms, s.now - 5000);
    scene_done(&s);
}

Test(page, who_is_locked_while_her_request_comes_is_not_served)
{
    struct scene s;
    struct reply r;
    struct buf request = buf_new(4096);
    scene_init(&s);
    cr_expect_eq(status_of(&s, "prefs", "{\"language\":\"fr\"}"), 200u);
    client_put_call(&request, page_port(s.page), "prefs", s.token, "application/json", "",
                    SLICE_LITERAL("{\"language\":\"ar\"}"));
    int fd = client_dial(page_port(s.page));
    cr_assert(client_say(fd, request.p, request.n - 4));
    turns(&s); // her login was looked at, and was good
    safe_forget(safe_find(&s.safe, s.site.heron->person.key));
    cr_assert(client_say(fd, request.p + request.n - 4, 4));
    turns(&s);
    client_hear(fd, 0, &r);
    cr_expect_eq(r.status, 401u);
    reply_done(&r);
    close(fd);
    log_in(&s);
    cr_assert(call(&s, "prefs", "{}", &r) == 200);
    cr_expect(strstr(r.body, "\"fr\"") != NULL, "%s", r.body);
    reply_done(&r);
    buf_done(&request);
    scene_done(&s);
}

// GET /print/TICKET; its status.
static unsigned fetch(struct scene *s, const uint8_t ticket[static TICKET_TEXT], const char *method, struct reply *r)
{
    struct buf request = buf_new(1024);
    buf_printf(&request, "%s /print/%.*s HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", method, TICKET_TEXT,
               (const char *)ticket, (unsigned)page_port(s->page));
    int fd = client_dial(page_port(s->page));
    cr_assert(fd >= 0 && client_say(fd, request.p, request.n));
    turns(s);
    client_hear(fd, 0, r);
    close(fd);
    buf_done(&request);
    return r->status;
}

static void put(struct scene *s, uint8_t ticket[static TICKET_TEXT])
{
    struct buf html = buf_new(100);
    buf_put_text(&html, "<p>a sheet");
    ticket_put(&s->page->tickets, s->site.heron->person.key, &html, s->now, ticket);
}

Test(page, a_page_to_print_is_shown_once_without_scripts_and_not_after_a_lock)
{
    struct scene s;
    struct reply r;
    uint8_t ticket[TICKET_TEXT];
    scene_init(&s);
    put(&s, ticket);
    cr_expect_eq(fetch(&s, ticket, "HEAD", &r), 405u, "looking does not use it up");
    reply_done(&r);
    cr_expect_eq(fetch(&s, ticket, "GET", &r), 200u);
    cr_expect(strstr(r.body, "<p>a sheet") != NULL);
    cr_expect(strstr((const char *)r.bytes.p, "default-src 'none'; style-src 'unsafe-inline'; img-src data:;") != NULL);
    cr_expect(strstr((const char *)r.bytes.p, "script-src") == NULL);
    reply_done(&r);
    cr_expect_eq(fetch(&s, ticket, "GET", &r), 404u, "once");
    reply_done(&r);
    put(&s, ticket);
    cr_expect_eq(status_of(&s, "lock", "{}"), 200u);
    cr_expect_eq(fetch(&s, ticket, "GET", &r), 404u, "not after a lock");
    reply_done(&r);
    log_in(&s);
    put(&s, ticket);
    s.now += LIMIT_TICKET_MS;
    cr_expect_eq(fetch(&s, ticket, "GET", &r), 404u, "not later");
    reply_done(&r);
    scene_done(&s);
}

// One object with a value under every name that calls read.
static void put_all(struct buf *out, const char *value)
{
    static const char *const names[] = {
        "age", "anew", "area", "ask", "basis", "before", "channel", "code", "confirm", "consent", "count", "defaults",
        "explained", "fields", "flags", "form", "forms", "groups", "hands", "id", "ids", "interpreter", "key", "kind",
        "lang", "language", "languages", "note", "passphrase", "plan", "precision", "read", "reason", "rows", "scopes",
        "seal_to", "search", "second", "sensitivity", "session", "sex", "shares", "slip", "state", "stick", "support",
        "tables", "text", "themes", "total", "type", "version",
    };
    buf_reset(out);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        buf_printf(out, "%s\"%s\":%s", i == 0 ? "{" : ",", names[i], value);
    }
    buf_put_text(out, "}");
    buf_put_u8(out, 0);
    cr_assert(buf_ok(out));
}

Test(page, whatever_a_call_is_asked_it_answers_in_json_and_goes_on)
{
    static const char *const values[] = {
        "null", "true", "0", "-1", "9223372036854775807", "1.5e300", "\"\"", "\"\\u202e\\n\\u0001\"", "[]", "{}",
        "[null]", "[[[[[]]]]]", "{\"a\":{\"b\":[1]}}", "[\"a\",\"a\",1]", "\"../../keys/keyring\"", "\"%s%n\"",
        "\"0000000000000000000000000000000000000000000000000000000000000000\"", "\"00000000000000000000000000000001\"",
        "\"XM-KIV-2026-003\"", "[\"women\"]", "[{\"sex\":1},{\"sex\":\"f\",\"age\":\"x\",\"count\":-1}]",
    };
    struct scene s;
    struct buf json = buf_new(16384);
    scene_init(&s);
    for (const struct page_route *route = page_routes(); route->name != NULL; route++) {
        for (size_t i = 0; i < sizeof values / sizeof values[0] && (route->flags & PAGE_LOGIN) != 0; i++) {
            struct reply r;
            put_all(&json, values[i]);
            if ((route->flags & PAGE_OCTETS) != 0 || strcmp(route->name, "send") == 0) {
                continue; // send asks an exchange that is not here
            }
            const unsigned status = call(&s, route->name, (const char *)json.p, &r);
            const bool answered = (status >= 200 && status < 500) || status == 503;
            cr_expect(answered, "%s of %s: %u %s", route->name, values[i], status, r.body);
            json_t *answer = json_read(slice_of(r.body, r.body_n));
            cr_expect(answer != NULL, "%s of %s: %s", route->name, values[i], r.body);
            cr_expect((status == 200) == (json_object_get(answer, "error") == NULL), "%s", r.body);
            json_decref(answer);
            reply_done(&r);
            if (safe_empty(&s.safe)) {
                log_in(&s); // it was "lock"
            }
        }
    }
    buf_done(&json);
    scene_done(&s);
}

Test(page, no_call_but_those_of_logging_in_is_answered_without_a_login)
{
    struct scene s;
    scene_init(&s);
    s.token[0] = '\0';
    size_t open = 0;
    for (const struct page_route *r = page_routes(); r->name != NULL; r++) {
        if ((r->flags & PAGE_LOGIN) == 0) {
            open++;
            cr_expect(strcmp(r->name, "hello") == 0 || strcmp(r->name, "unlock") == 0 ||
                      strcmp(r->name, "emergency") == 0, "%s needs no login", r->name);
        } else if ((r->flags & PAGE_OCTETS) == 0) {
            cr_expect_eq(status_of(&s, r->name, "{}"), 401u, "%s", r->name);
        }
    }
    cr_expect_geq(open, 2u);
    scene_done(&s);
}
