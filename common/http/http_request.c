// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One request, from its first line to its reply. Read first: http.h, http_inside.h.
#include "common/http/http_inside.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Nothing is fetched from elsewhere, nothing inline runs, nobody frames the page (docs/DESIGN.md "The page").
#define POLICY                                                                                                      \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; "              \
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

struct request {
    struct http_connection *connection;
    char target[LIMIT_HTTP_TARGET + 1];
    bool target_long;
    bool begun;              // its head was judged
    bool unwanted;           // its body is passed over, and the reply, which is there already, ends the connection
    uint8_t *body;
    size_t length, got;
    struct http_call call;
};

static struct http_connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info->socket_context;
}

void *http_request_begin(void *context, const char *target, struct MHD_Connection *connection)
{
    struct http *h = context;
    struct request *r = mem_new(sizeof *r);
    const size_t n = strlen(target);
    r->connection = connection_of(connection);
    r->connection->end_ms = h->now_ms + LIMIT_HTTP_REQUEST_MS;
    r->target_long = n > LIMIT_HTTP_TARGET;
    memcpy(r->target, target, r->target_long ? 0 : n);
    r->call.reply = buf_new(LIMIT_HTTP_REPLY);
    return r;
}

void http_request_end(void *context, struct MHD_Connection *connection, void **own,
                      enum MHD_RequestTerminationCode code)
{
    struct http *h = context;
    struct request *r = *own;
    (void)code;
    (void)connection;
    if (r == NULL) {
        return;
    }
    if (r->body != NULL) {
        mem_wipe(r->body, r->length);
        free(r->body);
        h->bodies -= r->length;
    }
    r->connection->end_ms = h->now_ms + LIMIT_HTTP_IDLE_MS;
    r->connection->renew_ms = r->connection->renew_ms != 0 ? LIMIT_HTTP_IDLE_MS : 0;
    buf_wipe(&r->call.reply);
    buf_done(&r->call.reply);
    mem_wipe(r, sizeof *r);
    free(r);
    *own = NULL;
}

// --- replying ---

static const char *const headers[][2] = {
    { "Cache-Control", "no-store" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()" },
};

// A reply's own memory, wiped when libmicrohttpd has sent it.
static void reply_free(void *context)
{
    struct buf *b = context;
    buf_wipe(b);
    buf_done(b);
    free(b);
}

static struct MHD_Response *response_of(struct http_call *call)
{
    static char nothing[1];
    if (call->type == NULL) {
        return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    }
    if (call->lasting.n > 0) {
        void *bytes = (void *)(uintptr_t)call->lasting.p; // only read, whatever its type says
        return MHD_create_response_from_buffer_with_free_callback_cls(call->lasting.n, bytes, NULL, NULL);
    }
    struct buf *own = mem_new(sizeof *own);
    *own = call->reply;
    call->reply = buf_new(0);
    return MHD_create_response_from_buffer_with_free_callback_cls(own->n, own->n == 0 ? (void *)nothing : own->p,
                                                                  reply_free, own);
}

static enum MHD_Result reply(struct MHD_Connection *connection, struct http_call *call, bool last)
{
    if (!buf_ok(&call->reply)) {
        call->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
        call->type = NULL;
    }
    struct MHD_Response *response = response_of(call);
    CHECK(response != NULL);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        CHECK(MHD_add_response_header(response, headers[i][0], headers[i][1]) == MHD_YES);
    }
    CHECK(MHD_add_response_header(response, "Content-Security-Policy",
                                  call->policy != NULL ? call->policy : POLICY) == MHD_YES);
    if (call->type != NULL) {
        CHECK(MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, call->type) == MHD_YES);
    }
    if (call->coding != NULL) {
        CHECK(MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, call->coding) == MHD_YES);
    }
    if (last) {
        CHECK(MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES);
    }
    enum MHD_Result result = MHD_queue_response(connection, call->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, struct http_call *call, unsigned status)
{
    call->status = status;
    call->type = NULL;
    return reply(connection, call, true);
}

// --- reading ---

static enum MHD_Result take_field(void *context, enum MHD_ValueKind kind, const char *name, size_t name_n,
                                  const char *value, size_t value_n)
{
    (void)kind;
    http_head_field(context, slice_of(name, name_n), slice_of(value == NULL ? "" : value, value_n));
    return MHD_YES;
}

struct search {
    const char *name;
    struct slice value;
    unsigned count;
};

static enum MHD_Result look_at(void *context, enum MHD_ValueKind kind, const char *name, size_t name_n,
                               const char *value, size_t value_n)
{
    struct search *s = context;
    (void)kind;
    if (name_n == strlen(s->name) && strncasecmp(name, s->name, name_n) == 0) {
        s->value = slice_of(value == NULL ? "" : value, value_n);
        s->count++;
    }
    return MHD_YES;
}

struct slice http_call_field(const struct http_call *call, const char *name)
{
    struct search s = { .name = name };
    (void)MHD_get_connection_values_n(call->head, MHD_HEADER_KIND, look_at, &s);
    return s.count == 1 ? s.value : slice_of("", 0);
}

// Judges the head, and makes room for the body that it announces.
static enum MHD_Result begin(struct http *h, struct request *r, struct MHD_Connection *connection, const char *method,
                             const char *version)
{
    struct http_head head = { .method = slice_text(method),
                              .version = slice_text(version),
                              .target = slice_text(r->target),
                              .target_long = r->target_long };
    r->begun = true;
    r->connection->end_ms = h->now_ms + LIMIT_HTTP_REQUEST_MS;
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_field, &head);
    const struct http_route *route = r->target_long ? NULL : h->service.find(h->service.context, head.target);
    unsigned status = http_judge(&head, h->port, route, &r->length);
    if (status == HTTP_GOOD && r->length > LIMIT_HTTP_BODIES - h->bodies) {
        status = HTTP_CROWDED;
    }
    if (status != HTTP_GOOD) {
        r->length = 0;
        return refuse(connection, &r->call, status);
    }
    struct http_call *call = &r->call;
    call->route = route;
    call->only_head = slice_equal(head.method, SLICE_LITERAL("HEAD"));
    call->target = head.target;
    call->login = head.login.count == 1 ? head.login.value : slice_of("", 0);
    call->head = connection;
    call->status = MHD_HTTP_OK;
    r->connection->served = true;
    r->unwanted = (route->kind == HTTP_JSON || route->kind == HTTP_OCTETS) &&
                  !h->service.admit(h->service.context, call);
    if (r->unwanted) {
        return MHD_YES; // a reply before its body has come is lost on its way where the body is large
    }
    r->body = mem_new(r->length);
    h->bodies += r->length;
    return MHD_YES;
}

enum MHD_Result http_request_step(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *piece, size_t *n, void **own)
{
    struct http *h = context;
    struct request *r = *own;
    (void)path; // decoded; the target is what was sent
    if (r == NULL) {
        return MHD_NO;
    }
    if (!r->begun) {
        return begin(h, r, connection, method, version);
    }
    if (*n > 0) {
        if (*n > r->length - r->got) {
            return MHD_NO;
        }
        if (!r->unwanted) {
            memcpy(r->body + r->got, piece, *n);
        }
        r->got += *n;
        *n = 0;
        return MHD_YES;
    }
    if (r->got != r->length) {
        return MHD_NO;
    }
    if (!r->unwanted) {
        r->call.body = slice_of(r->body, r->length);
        h->service.serve(h->service.context, &r->call);
        r->connection->renew_ms = LIMIT_HTTP_REQUEST_MS;
    }
    return reply(connection, &r->call, r->unwanted);
}
