// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// From a request that was let through to a handler, and back. Read first: page.h, page_call.h.
#include "node/page/page_inside.h"

#include "common/base/file.h"
#include "common/net/loop.h"
#include "node/page/assets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define API "/api/"
#define PRINT "/print/"
#define JSON_TYPE "application/json"

// Of a page to print: nothing but its own style and drawings, and nobody may frame it.
#define PRINT_POLICY                                                                                                \
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "           \
    "frame-ancestors 'none'"

static const struct http_route file_route = { .kind = HTTP_FILE };
static const struct http_route print_route = { .kind = HTTP_ONCE };

// The status that goes with an error.
static unsigned status_of(enum err e)
{
    switch (e) {
    case OK: return 200;
    case ERR_LOCKED: return 401;
    case ERR_PERM:
    case ERR_CRYPTO: return 403;
    case ERR_NOT_FOUND: return 404;
    case ERR_EXISTS: return 409;
    case ERR_TOO_BIG: return 413;
    case ERR_USAGE:
    case ERR_BAD_INPUT: return 422;
    case ERR_BUSY:
    case ERR_NET:
    case ERR_COPIED:
    case ERR_AGAIN: return 503;
    case ERR_FULL: return 507;
    case ERR_IO:
    case ERR_CORRUPT:
    case ERR_CONFIG:
    case ERR_COUNT:
    default: return 500;
    }
}

static struct slice behind(struct slice target, size_t n)
{
    return slice_of(target.p + n, target.n - n);
}

static bool begins(struct slice target, const char *prefix)
{
    const size_t n = strlen(prefix);
    return target.n > n && memcmp(target.p, prefix, n) == 0;
}

static const struct http_route *find(void *context, struct slice target)
{
    struct page *p = context;
    if (begins(target, PRINT)) {
        return &print_route;
    }
    const struct page_route *routes = page_routes();
    for (size_t i = 0; begins(target, API) && routes[i].name != NULL; i++) {
        if (slice_equal(behind(target, strlen(API)), slice_text(routes[i].name))) {
            return &p->api[i];
        }
    }
    const struct page_asset *asset = page_asset_find(target);
    return asset != NULL && page_asset_type(asset) != NULL ? &file_route : NULL;
}

static const struct page_route *route_of(const struct page *p, const struct http_route *route)
{
    return &page_routes()[route - p->api];
}

// --- replies ---

json_t *page_error(const struct trouble *t)
{
    json_t *args = json_object();
    json_t *error = json_object();
    for (size_t i = 0; i < t->n; i++) {
        const struct trouble_arg *a = &t->args[i];
        json_put(args, a->name, a->is_text ? json_of_bytes(slice_text(a->text)) : json_of_number(a->number));
    }
    json_put(error, "code", json_string(t->code));
    json_put(error, "args", args);
    json_put(error, "why", json_of_bytes(slice_text(t->why.text)));
    return error;
}

static void reply(struct http_call *call, json_t *out, enum err e, struct trouble *t)
{
    if (e != OK) {
        (void)trouble_of_err(t, e, NULL);
        json_put(out, "error", page_error(t));
    }
    call->status = status_of(e);
    call->type = JSON_TYPE;
    json_print(out, &call->reply);
    if (!buf_ok(&call->reply)) {
        struct trouble big = { .err = OK };
        json_t *instead = json_object();
        buf_reset(&call->reply);
        (void)trouble_set(&big, TROUBLE_REPLY_BIG);
        json_put(instead, "error", page_error(&big));
        call->status = status_of(ERR_TOO_BIG);
        json_print(instead, &call->reply);
        json_decref(instead);
    }
}

static void refuse_locked(struct http_call *call)
{
    struct trouble t = { .err = OK };
    json_t *out = json_object();
    reply(call, out, trouble_set(&t, TROUBLE_LOCKED), &t);
    json_decref(out);
}

// --- calls ---

// Who calls, when the route needs to know: false, and she is refused, when nobody is logged in so.
static bool admit_login(struct page *p, struct http_call *call, struct unlocked **who)
{
    *who = NULL;
    if ((route_of(p, call->route)->flags & PAGE_LOGIN) == 0) {
        return true;
    }
    *who = call->login.n == LOGIN_TOKEN_TEXT ? login_of(p->logins, call->login) : NULL;
    if (*who == NULL) {
        refuse_locked(call);
    }
    return *who != NULL;
}

static bool admit(void *context, struct http_call *call)
{
    struct unlocked *who = NULL;
    return admit_login(context, call, &who);
}

static enum err run(struct page *p, const struct page_route *route, struct page_call *c, struct unlocked *who,
                    struct trouble *t)
{
    struct desk desk = { .state = NULL };
    if ((route->flags & PAGE_LOGIN) == 0) {
        return route->handler(c, t);
    }
    if ((route->flags & PAGE_QUIET) == 0) {
        who->used_ms = p->now_ms;
    }
    enum err e = login_desk(p->logins, who, (route->flags & PAGE_WRITES) != 0, &desk, t);
    if (e == OK) {
        c->desk = &desk;
        e = route->handler(c, t);
        login_desk_done(p->logins, &desk, e == OK);
    }
    return e;
}

static void serve_call(struct page *p, struct http_call *call)
{
    const struct page_route *route = route_of(p, call->route);
    const bool octets = (route->flags & PAGE_OCTETS) != 0;
    struct unlocked *who = NULL;
    struct trouble t = { .err = OK };
    struct buf bytes = buf_new(LIMIT_HTTP_REPLY);
    if (!admit_login(p, call, &who)) { // once more: she may have been locked while the body came
        return;
    }
    struct page_call c = { .site = &p->o,
                           .now_ms = p->now_ms,
                           .wall_s = loop_wall_s(),
                           .in = octets ? json_object() : json_read(call->body),
                           .out = json_object(),
                           .octets = octets ? call->body : slice_of("", 0),
                           .bytes = &bytes,
                           .page = p,
                           .request = call };
    enum err e = c.in == NULL ? trouble_set(&t, TROUBLE_NOT_RIGHT) : run(p, route, &c, who, &t);
    if (e == OK && (bytes.n > 0 || bytes.over)) {
        buf_done(&call->reply);
        call->reply = bytes;
        call->type = "application/octet-stream";
        bytes = buf_new(0);
    } else {
        reply(call, c.out, e, &t);
    }
    buf_wipe(&bytes);
    buf_done(&bytes);
    json_decref(c.in);
    json_decref(c.out);
}

static void serve(void *context, struct http_call *call)
{
    struct page *p = context;
    if (call->route == &file_route) {
        const struct page_asset *asset = page_asset_find(call->target);
        call->type = page_asset_type(asset);
        call->coding = "gzip"; // every browser takes it
        call->lasting = slice_of(asset->from, (size_t)(asset->to - asset->from));
    } else if (call->route == &print_route) {
        if (ticket_take(&p->tickets, behind(call->target, strlen(PRINT)), p->now_ms, &call->reply)) {
            call->type = "text/html; charset=utf-8";
            call->policy = PRINT_POLICY;
        } else {
            call->status = 404;
        }
    } else {
        serve_call(p, call);
    }
}

struct slice page_field(const struct page_call *c, const char *name)
{
    return http_call_field(c->request, name);
}

enum err page_print(struct page_call *c, struct buf *html, struct trouble *t)
{
    uint8_t text[TICKET_TEXT];
    if (!buf_ok(html) || html->n > LIMIT_HTTP_REPLY) {
        buf_wipe(html);
        buf_done(html);
        return trouble_set(t, TROUBLE_REPLY_BIG);
    }
    ticket_put(&c->page->tickets, c->desk->who->person.key, html, c->now_ms, text);
    json_put(c->out, "ticket", json_of_bytes(SLICE_ARRAY(text)));
    return OK;
}

// --- the page ---

// What cannot be written only `baraza page` will miss.
static void say(const struct state *state, const char *format, uint16_t port)
{
    struct buf text = buf_new(64);
    char *path = state_path(state, STATE_PAGE);
    buf_printf(&text, format, (unsigned)port);
    enum err e = file_replace(path, buf_slice(&text), 0600, NULL);
    (void)e;
    buf_done(&text);
    free(path);
}

void page_say_none(const struct state *state, uint16_t port)
{
    say(state, port == 0 ? "off\n" : "taken %u\n", port);
}

enum err page_open(uint16_t port, const struct page_options *options, struct page **out, struct why *why)
{
    struct page *p = mem_new(sizeof *p);
    p->o = *options;
    p->logins = logins_new(options->state, options->safe);
    p->standing = standing_new();
    p->errand = errand_new();
    page_carry_clean(options->state);
    const struct page_route *routes = page_routes();
    for (size_t i = 0; routes[i].name != NULL; i++) {
        CHECK(i < PAGE_ROUTES);
        const bool octets = (routes[i].flags & PAGE_OCTETS) != 0;
        p->api[i].kind = octets ? HTTP_OCTETS : HTTP_JSON;
        p->api[i].body_most = octets ? LIMIT_HTTP_OCTETS : LIMIT_HTTP_JSON;
        if ((routes[i].flags & PAGE_LOGIN) == 0) {
            p->api[i].body_most = PAGE_SMALL_BODY;
        }
    }
    const struct http_service service = { .context = p, .find = find, .admit = admit, .serve = serve };
    enum err e = http_open(port, &service, &p->http, why);
    if (e != OK) {
        page_close(p);
        return e;
    }
    say(options->state, "http://127.0.0.1:%u/\n", http_port(p->http));
    *out = p;
    return OK;
}

void page_forget(const struct state *state)
{
    char *address = state_path(state, STATE_PAGE);
    (void)unlink(address);
    free(address);
}

void page_close(struct page *p)
{
    if (p == NULL) {
        return;
    }
    http_close(p->http);
    ticket_drop(&p->tickets, NULL);
    logins_free(p->logins);
    standing_free(p->standing);
    forum_counts_done(&p->forums);
    errand_free(p->errand);
    page_carry_clean(p->o.state);
    free(p);
}

uint16_t page_port(const struct page *p)
{
    return http_port(p->http);
}

int page_fd(const struct page *p)
{
    return p != NULL ? http_fd(p->http) : -1;
}

uint64_t page_deadline(const struct page *p, uint64_t now_ms)
{
    uint64_t next = p != NULL ? http_deadline(p->http, now_ms) : UINT64_MAX;
    for (size_t i = 0; p != NULL && i < LIMIT_TICKETS_PRINT; i++) {
        const uint64_t end = p->tickets.held[i].end_ms;
        next = end != 0 && end < next ? end : next;
    }
    return next;
}

// What was rendered for somebody who is locked by now is not shown any more.
static void drop_tickets(struct page *p)
{
    for (size_t i = 0; i < LIMIT_TICKETS_PRINT; i++) {
        const struct ticket *t = &p->tickets.held[i];
        if (t->end_ms != 0 && safe_find(p->o.safe, t->owner) == NULL) {
            const struct pubkey owner = t->owner;
            ticket_drop(&p->tickets, &owner);
        }
    }
}

void page_turn(struct page *p, uint64_t now_ms)
{
    if (p == NULL) {
        return;
    }
    p->now_ms = now_ms;
    (void)logins_look(p->logins);
    page_carry_look(p);
    drop_tickets(p);
    (void)ticket_expire(&p->tickets, now_ms);
    http_turn(p->http, now_ms);
}
