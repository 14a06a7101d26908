// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the exchange of a site has come to: how far it was verified, what the hub did that it must not do, what waits
// for somebody, what is carried for others. It needs nobody's key and changes nothing.
#ifndef BARAZA_NODE_DESK_EXCHANGED_H
#define BARAZA_NODE_DESK_EXCHANGED_H

#include "common/author/notebook.h"
#include "common/format/merkle.h"
#include "node/desk/desk.h"
#include "node/node_contact.h"
#include "node/node_waits.h"

struct exchanged {
    bool verified;               // a checkpoint was verified here:
    struct tree_head head;
    struct node_contact contact; // how the last try to reach the hub ended
    uint64_t heard_s;            // when the hub was heard last, by network or by a bundle of its own; 0: never
    bool contradicted;           // the hub signed two records that exclude each other
    bool false_custody;          // the hub signed that it holds something else than what was given to it
    struct boxkey told_else[LIMIT_VIEWS]; // sites that were told something else of the roster
    size_t told_n;
    bool copied;                 // this store was found to be a copy:
    struct notebook_copy copy;
    struct node_waits waits;     // what waits for an unlock
    uint64_t to_hub, answers;    // bundles carried for other sites: for the hub, which the next exchange or bundle
                                 // takes along; and its answers, which only a bundle takes to whom they are for
};

// Looks. ERR_CORRUPT with why, or the store's error.
MUST_USE enum err exchanged_look(struct desk *desk, struct exchanged *out, struct why *why);

#endif
