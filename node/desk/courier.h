// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A site and its couriers: a bundle for the hub onto a stick, and what comes on one: the hub's answers, which are taken
// in, and what is for others of the consultation, which is kept and carried along. The same for the commands and the
// page. It must never take a bundle that is not whole, nor replace a file.
// Read first: node/node_bundle.h, bundle_file.h, carry.h.
#ifndef BARAZA_NODE_DESK_COURIER_H
#define BARAZA_NODE_DESK_COURIER_H

#include "common/author/state.h"
#include "node/desk/carry.h"
#include "node/node_bundle.h"
#include "node/node_count.h"

// --- out ---

// The path of a new bundle: where as given, or when that is a folder a free name in it, with the time and the first
// digits of the site's key: names sort by time. way: "from" or "to". Gives.
char *courier_name(const char *where, const char *way, struct boxkey site);

// True when path is a folder.
bool courier_is_folder(const char *path);

struct courier_made {
    char *path;                    // of the bundle; courier_made_done frees
    struct boxkey site;            // whose it is
    uint64_t bytes;                // of it
    struct node_bundle_made made;
    struct carry_given others;     // bundles of other sites that went along
    size_t stayed;                 // that did not, because `where` is no folder
};

// Frees; harmless on all zeros.
void courier_made_done(struct courier_made *m);

// Makes the site's bundle for its hub at where (a folder, or a new file): durable, read back, and named when OK. Into a
// folder goes also what is carried for others. Sound and pictures go along as far as they fit below `most` bytes (0:
// what there is room for) and the free space of where. Nobody need be unlocked. ERR_EXISTS, ERR_FULL, ERR_IO ... with
// why: then no bundle has a name, but *out may be of one when carrying the others' failed.
MUST_USE enum err courier_out(struct state *s, const char *where, uint64_t most, struct courier_made *out,
                               struct why *why);

// --- in ---

// Whom bundles may be for here. Opened once for all of a folder.
struct courier {
    struct state *state;
    struct state_transport transport;
    struct box_ring ring;
    struct bundle_expect expect;
};
MUST_USE enum err courier_open(struct state *s, struct courier *out, struct why *why);
void courier_close(struct courier *c); // wipes

enum courier_fate {
    COURIER_TAKEN,   // for this site: taken in
    COURIER_REFUSED, // for the reason `fault`; nothing of it was taken
    COURIER_KEPT,    // for others: kept here, and carried along
    COURIER_KNOWN,   // for others: it is, or was, carried already
    COURIER_LATER,   // another bundle of the folder may have to come first
};

struct courier_taken {
    enum courier_fate fate;
    enum bundle_fault fault;         // REFUSED
    struct node_bundle_taken taken;  // TAKEN, and when it told changes of the hub's keys (taken.rekeyed)
    struct node_count count;         // TAKEN: how far this site's entries have come
    enum bundle_way way;             // KEPT, KNOWN: for the hub (UP), or the hub's answer to a site
    struct boxkey site;              // KEPT, KNOWN, or when `differs`
    bool differs;                    // that site was told something else of who may take part than this one
};

// Takes one bundle. patient: others of the folder follow (LATER may come back). ERR_* with why: it could not be judged
// or stored; what was stored before is good, and the same bundle can be taken again.
MUST_USE enum err courier_take(struct courier *c, const char *path, bool patient, struct courier_taken *out,
                               struct why *why);

// --- a folder, at a site or a hub ---

// Told of each bundle of a folder in turn. True: it must wait for others, and is told of again.
typedef bool courier_each(void *arg, const char *path, bool patient);

struct courier_folder {
    size_t n;  // bundles in it
    bool cut;  // there are more than LIMIT_BUNDLE_FOLDER: the rest was left alone
};

// Goes through the bundles (*.bundle) of a folder in the order of their names, which is that in which they were made;
// those that wait for others are gone through again for as long as that moves them on, the last time without patience.
// ERR_* with why when the folder cannot be read.
MUST_USE enum err courier_folder(const char *path, courier_each *each, void *arg, struct courier_folder *out,
                                 struct why *why);

#endif
