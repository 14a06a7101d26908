// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is carried for others and has been damaged here is not taken for carried.
#include "tests/unit/author/site.h"

#include "common/base/file.h"
#include "common/exchange/bundle.h"
#include "node/node_carry.h"
#include "node/node_handover.h"

#include <stdlib.h>

#define TURNS 8

// Keeps a bundle up with one message for the hub, of which only so many bytes are there; 0: all.
static void carry(const struct site *site, const struct state *state, size_t cut, struct node_carried *out)
{
    struct bundle_writer w;
    struct why why = { "" };
    struct buf bundle = buf_new(65536);
    const struct bundle_about about = { .site = { { 9 } } };
    cr_assert(bundle_begin(&w, BUNDLE_UP, state_charter(state)->id, site->intake, &about, &bundle));
    bundle_put(&w, SLICE_LITERAL("who it is of"), &bundle);
    const size_t whole = bundle.n;
    bundle_put(&w, SLICE_LITERAL("what it holds"), &bundle);
    bundle_end(&w, NULL, &bundle);
    *out = (struct node_carried){ .state = CARRY_UP, .site = about.site, .id = { 7 } };
    cr_assert_eq(node_carry_make(state_dir(state), &why), OK);
    char *path = node_carry_path(state_dir(state), out);
    const size_t n = cut == 0 ? bundle.n : whole + cut;
    cr_assert_eq(file_replace(path, slice_of(bundle.p, n), 0600, &why), OK, "%s", why.text);
    free(path);
    buf_done(&bundle);
}

Test(handover, a_bundle_that_was_cut_off_on_this_disk_is_not_noted_as_delivered_and_may_come_again)
{
    struct site site;
    struct node_carried carried;
    struct node_carry left;
    struct why why = { "" };
    struct boxkey pub;
    struct boxsec sec;
    struct sock *sock = NULL;
    site_init(&site);
    struct state *state = site_open(&site);
    struct net *net = net_new();
    box_keypair(&pub, &sec);
    cr_assert_eq(sock_connect_dealer(net, "tcp://127.0.0.1:1", site.intake, pub, &sec, &sock, &why), OK);
    for (size_t cut = 0; cut < 60; cut += 20) { // in the length and in the second message; at 0 all is there
        uint64_t now = 1000;
        carry(&site, state, cut == 0 ? 0 : cut - 18, &carried);
        struct node_handover *h = node_handover_open(state, NULL);
        for (size_t i = 0; i < TURNS; i++, now += 1000) {
            (void)node_handover_turn(h, sock, now);
        }
        cr_assert_eq(node_carry_read(state_dir(state), &left, &why), OK, "%s", why.text);
        cr_expect_eq(left.n, cut == 0 ? 1 : 0, "cut %zu", cut);
        cr_expect_eq(left.done_count, 0, "cut %zu", cut);
        node_carry_drop(state_dir(state), &carried);
        node_handover_close(h);
    }
    sock_close(sock);
    net_free(net);
    state_close(state);
    site_done(&site);
}
