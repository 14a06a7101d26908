// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub's end of an exchange by bundle, the way back: all that the hub would answer a site that asked for everything,
// said without being asked. What comes up in bundles goes through the door that everybody's entries go through.
// It must never write the record. Read first: hub/serve.h, docs/PROTOCOL.md 15.
#ifndef BARAZA_HUB_BUNDLE_H
#define BARAZA_HUB_BUNDLE_H

#include "common/exchange/bundle.h"
#include "hub/serve.h"

// Takes one message of a bundle that is made. Its error ends the making.
typedef enum err hub_bundle_sink(void *arg, struct slice message, struct why *why);

struct hub_bundle_options {
    struct kv *kv;
    struct serve *serve;       // of kv
    hub_bundle_sink *sink;
    void *arg;
    const uint64_t *answered;  // sizes of checkpoints that went to this site before: it may stand at any of them
    size_t answered_count;     // at most HUB_BUNDLE_ANSWERED
    const uint64_t *views;     // sizes of checkpoints that others showed to this site: to be compared with
    size_t view_count;         // at most LIMIT_VIEWS
    uint64_t before_down;      // when so many bytes are said, no more goes down than was begun; 0: all of it
};

#define HUB_BUNDLE_ANSWERED 32

struct hub_bundle_made {
    uint64_t received;   // journals acknowledged
    uint64_t refusals;
    uint64_t attachments; // of which it says how much is here
    uint64_t down;       // messages with entries from the record
    uint64_t size;       // of the checkpoint in it
};

// Makes the answer for one site. hello: what it said last, whole message; empty: what the record knows of it. Then the
// first message is a welcome (after the changes of keys, if there were any) with the last published checkpoint; proofs
// from every checkpoint that the site may stand at; acknowledgements, refusals, and proofs of all its journals; and,
// for a device that is accredited, what goes down.
// ERR_PERM with why: the site is not accredited and never said hello. ERR_NOT_FOUND with why: nothing is published yet.
// ERR_CORRUPT, or the store's or the sink's error.
MUST_USE enum err hub_bundle_make(const struct hub_bundle_options *options, struct hash consultation,
                                  struct boxkey site, struct slice hello, struct hub_bundle_made *made,
                                  struct why *why);

#endif
