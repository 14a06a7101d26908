// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One connection over several addresses. Read first: node_link.h, common/net/sock.h.
#include "node/node_link.h"

#include "common/base/file.h"
#include "common/base/num.h"
#include "common/base/text.h"
#include "common/format/invitation.h"
#include "common/limits.h"

#include <stdlib.h>
#include <string.h>

#define SCHEME "tcp://"
#define ADDRESS_BYTES (sizeof SCHEME + LIMIT_NET_ADDRESS)

struct node_link {
    struct net *net;
    struct boxkey hub;
    size_t count;
    size_t turn;                // the address in use, or to be used next
    char addresses[LIMIT_INVITE_ADDRESSES][ADDRESS_BYTES];
    struct sock *sock;
    bool up;
    struct boxkey pub;          // of the connection under way
    struct boxsec sec;
    size_t tried;               // addresses that failed since node_link_connect
    bool stranger;              // at one of them somebody else answered
    bool former;                // the next ports are tried
    enum node_link_event told;  // something that happened at once, not told yet
};

// --- addresses ---

static bool take_word(struct slice *rest, struct slice *word)
{
    while (rest->n > 0 && rest->p[0] == ' ') {
        *rest = slice_of(rest->p + 1, rest->n - 1);
    }
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ') {
        n++;
    }
    *word = slice_of(rest->p, n);
    *rest = slice_of(rest->p + n, rest->n - n);
    return n > 0;
}

static bool add_address(struct node_link *l, struct slice word)
{
    char *to = l->addresses[l->count];
    struct buf text = buf_over(to, ADDRESS_BYTES);
    if (!text_starts(word, SCHEME, NULL)) {
        buf_put_text(&text, SCHEME);
    }
    buf_put(&text, word);
    struct slice address = buf_slice(&text);
    bool good = sock_address_ok(address, false);
    buf_put_u8(&text, 0);
    l->count += good && buf_ok(&text);
    return good && buf_ok(&text);
}

static enum err add_addresses(struct node_link *l, struct slice addresses, struct why *why)
{
    struct slice word;
    while (take_word(&addresses, &word)) {
        if (l->count == LIMIT_INVITE_ADDRESSES) {
            why_set(why, "the hub has more than %d addresses", LIMIT_INVITE_ADDRESSES);
            return ERR_CONFIG;
        }
        if (!add_address(l, word)) {
            why_set(why, "\"%.*s\" is no address of a hub: HOST:PORT is expected",
                    word.n < 100 ? (int)word.n : 100, (const char *)word.p);
            return ERR_CONFIG;
        }
    }
    if (l->count == 0) {
        why_set(why, "where the hub answers is not known: set hub = HOST:PORT in the conf file, or give --hub");
        return ERR_CONFIG;
    }
    return OK;
}

enum err node_link_open(struct slice addresses, struct node_link **out, struct why *why)
{
    struct node_link *l = mem_new(sizeof *l);
    enum err e = add_addresses(l, addresses, why);
    if (e != OK) {
        free(l);
        return e;
    }
    l->net = net_new();
    *out = l;
    return OK;
}

void node_link_hub(struct node_link *l, struct boxkey hub)
{
    l->hub = hub;
}

void node_link_close(struct node_link *l)
{
    if (l == NULL) {
        return;
    }
    node_link_drop(l);
    net_free(l->net);
    free(l);
}

// --- the connection ---

static void end(struct node_link *l)
{
    sock_close(l->sock);
    l->sock = NULL;
    l->up = false;
}

// The same address at the port behind it. False when there is none.
static bool next_port(const char *address, char out[static ADDRESS_BYTES])
{
    uint64_t port = 0;
    const char *colon = strrchr(address, ':');
    CHECK(colon != NULL);
    if (!num_parse_u64(slice_text(colon + 1), &port) || port >= 65535) {
        return false;
    }
    struct buf text = buf_over(out, ADDRESS_BYTES);
    buf_printf(&text, "%.*s:%u", (int)(colon - address), address, (unsigned)port + 1);
    buf_put_u8(&text, 0);
    return buf_ok(&text);
}

// Starts at the address in turn. A socket that cannot be made is an address that fails.
static bool start(struct node_link *l)
{
    char next[ADDRESS_BYTES];
    const char *address = l->addresses[l->turn];
    end(l);
    if (l->former) {
        if (!next_port(address, next)) {
            return false;
        }
        address = next;
    }
    return sock_connect_dealer(l->net, address, l->hub, l->pub, &l->sec, &l->sock, NULL) == OK;
}

// Goes on to the next address; returns what to tell when all have had their turn.
static enum node_link_event go_on(struct node_link *l)
{
    do {
        l->turn = (l->turn + 1) % l->count;
        l->tried++;
        if (l->tried >= l->count && l->stranger && !l->former) {
            l->former = true;
            l->tried = 0;
        } else if (l->tried >= l->count) {
            end(l);
            return l->stranger ? NODE_LINK_STRANGER : NODE_LINK_SILENT;
        }
    } while (!start(l));
    return NODE_LINK_NONE;
}

void node_link_connect(struct node_link *l, struct boxkey pub, const struct boxsec *sec)
{
    node_link_drop(l);
    l->pub = pub;
    l->sec = *sec;
    if (!start(l)) {
        l->told = go_on(l);
    }
}

void node_link_drop(struct node_link *l)
{
    if (l->sock != NULL && !l->up) {
        l->turn = (l->turn + 1) % l->count; // it was given up while it kept silent: another one's turn
    }
    end(l);
    mem_wipe(&l->sec, sizeof l->sec);
    l->tried = 0;
    l->stranger = false;
    l->former = false;
    l->told = NODE_LINK_NONE;
}

// What an event of the socket means for the connection.
static enum node_link_event event_of(struct node_link *l, enum sock_event event)
{
    switch (event) {
    case SOCK_NONE:
        break;
    case SOCK_UP:
        l->up = true;
        return NODE_LINK_UP;
    case SOCK_DOWN:
        end(l);
        return NODE_LINK_LOST;
    case SOCK_REFUSED:
        end(l);
        return NODE_LINK_REFUSED;
    case SOCK_NO_HANDSHAKE:
        l->stranger = true;
        return go_on(l);
    case SOCK_UNREACHED:
        return go_on(l);
    }
    return NODE_LINK_NONE;
}

enum node_link_event node_link_next(struct node_link *l)
{
    enum node_link_event told = l->told;
    l->told = NODE_LINK_NONE;
    while (told == NODE_LINK_NONE && l->sock != NULL) {
        enum sock_event event = sock_event_next(l->sock);
        if (event == SOCK_NONE) {
            break;
        }
        told = event_of(l, event);
    }
    return told;
}

struct sock *node_link_sock(struct node_link *l)
{
    return l->sock;
}

// The addresses that the invitation names, for a site whose configuration has none.
enum err node_link_invited(const struct state *state, struct buf *out, struct why *why)
{
    struct buf text = buf_new(LIMIT_INVITATION_BYTES);
    struct buf store = buf_new(LIMIT_INVITATION_BYTES);
    struct invitation inv;
    char *path = state_path(state, STATE_INVITATION);
    enum err e = file_read(path, false, &text, why);
    if (e == OK && !invitation_parse(buf_slice(&text), &store, &inv, why)) {
        e = ERR_CORRUPT;
    }
    for (size_t i = 0; e == OK && i < inv.address_count; i++) {
        buf_put(out, inv.addresses[i]);
        buf_put_u8(out, ' ');
    }
    buf_wipe(&text);
    buf_wipe(&store);
    buf_done(&text);
    buf_done(&store);
    free(path);
    return e;
}
