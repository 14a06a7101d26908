// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who is there: one session per User-Id, or per connection for those who share an invitation's key (PROTOCOL 11.3).
// An index over a dense list; both are bounded.
#include "hub/peer_inside.h"

#include <stdlib.h>

bool peer_route_equal(const struct peer_route *a, const struct peer_route *b)
{
    return a->n == b->n && memcmp(a->b, b->b, a->n) == 0;
}

static bool is_of(const struct session *s, struct boxkey user, enum peer_class class, const struct peer_route *route)
{
    return s->class == class && memcmp(&s->user, &user, sizeof user) == 0 &&
           (class == PEER_MEMBER || peer_route_equal(&s->route, route));
}

static size_t start_of(const struct peer_core *c, struct boxkey user, enum peer_class class,
                       const struct peer_route *route)
{
    uint64_t h = be64_get(user.b);
    for (size_t i = 0; class == PEER_INVITED && i < route->n; i++) {
        h = (h ^ route->b[i]) * 0x100000001b3u; // FNV-1a
    }
    return (size_t)(h ^ h >> 32) & (c->room - 1);
}

static size_t index_of(const struct peer_core *c, struct boxkey user, enum peer_class class,
                       const struct peer_route *route)
{
    size_t i = start_of(c, user, class, route);
    while (c->index[i] != 0 && !is_of(c->sessions[c->index[i] - 1], user, class, route)) {
        i = (i + 1) & (c->room - 1);
    }
    return i;
}

struct session *peer_session(struct peer_core *c, struct boxkey user, enum peer_class class,
                             const struct peer_route *route)
{
    uint32_t place = c->index[index_of(c, user, class, route)];
    return place == 0 ? NULL : c->sessions[place - 1];
}

// Sessions come and go slowly, and there are few: building the index anew is simpler than mending it.
static void reindex(struct peer_core *c)
{
    memset(c->index, 0, c->room * sizeof *c->index);
    for (size_t k = 0; k < c->session_count; k++) {
        const struct session *s = c->sessions[k];
        c->index[index_of(c, s->user, s->class, &s->route)] = (uint32_t)k + 1;
    }
}

static bool of_invitation(const struct session *s, const struct boxkey *key)
{
    return s->class == PEER_INVITED && (key == NULL || memcmp(&s->user, key, sizeof *key) == 0);
}

static size_t of_invitation_count(const struct peer_core *c, const struct boxkey *key)
{
    size_t n = 0;
    for (size_t k = 0; k < c->session_count; k++) {
        n += of_invitation(c->sessions[k], key);
    }
    return n;
}

// Of all, or of those with an invitation's key (key NULL: any).
static size_t idlest(const struct peer_core *c, bool invited, const struct boxkey *key)
{
    size_t found = LIMIT_SESSIONS;
    for (size_t k = 0; k < c->session_count; k++) {
        const struct session *s = c->sessions[k];
        if (s->tickets == 0 && (!invited || of_invitation(s, key)) &&
            (found == LIMIT_SESSIONS || s->heard_ms < c->sessions[found]->heard_ms)) {
            found = k;
        }
    }
    return found;
}

struct session *peer_session_open(struct peer_core *c, struct boxkey user, enum peer_class class,
                                  const struct peer_route *route)
{
    struct session *s = peer_session(c, user, class, route);
    if (s != NULL) {
        return s;
    }
    // Who floods with one invitation pushes out its own connections, not those of other newcomers.
    bool many_own = class == PEER_INVITED && of_invitation_count(c, &user) >= PEER_INVITED_EACH;
    bool many_invited = many_own || (class == PEER_INVITED && c->invited_count >= LIMIT_INVITED_SESSIONS);
    if (c->session_count == LIMIT_SESSIONS || many_invited) {
        size_t k = idlest(c, many_invited, many_own ? &user : NULL);
        if (k == LIMIT_SESSIONS) {
            return NULL;
        }
        peer_session_close(c, c->sessions[k]);
    }
    s = mem_new(sizeof *s);
    s->user = user;
    s->class = class;
    s->route = *route;
    s->heard_ms = c->event->now_ms;
    c->invited_count += class == PEER_INVITED;
    c->sessions[c->session_count++] = s;
    c->index[index_of(c, user, class, route)] = (uint32_t)c->session_count;
    return s;
}

void peer_session_close(struct peer_core *c, struct session *s)
{
    for (size_t k = 0; k < c->session_count; k++) {
        if (c->sessions[k] == s) {
            c->sessions[k] = c->sessions[--c->session_count];
            c->invited_count -= s->class == PEER_INVITED;
            c->active_count -= s->tickets > 0;
            free(s);
            reindex(c);
            return;
        }
    }
    CHECK(false); // not one of ours
}

void peer_session_leave(struct peer_core *c, struct session *s)
{
    s->gone = true;
    s->down_busy = false;
    s->want_count = 0;
    if (s->tickets == 0 && c->event->now_ms >= s->shut_ms) {
        peer_session_close(c, s);
    }
}
