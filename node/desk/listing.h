// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The contributions of a site, newest first, page by page: by forum, by how far they have come, by group and kind, and
// by a word in them. Headers come from the ledger; words are opened only for what is shown or searched, and wiped.
// Read first: node/desk/ledger.h, node/desk/amends.h.
#ifndef BARAZA_NODE_DESK_LISTING_H
#define BARAZA_NODE_DESK_LISTING_H

#include "common/format/content.h"
#include "node/desk/amends.h"
#include "node/desk/ledger.h"
#include "node/desk/trouble.h"

// What is asked for. Slices are borrowed; empty: any.
struct listing_wish {
    struct slice session;     // a forum's code or the id of one
    struct slice state;       // a fate's name, or "withdrawn", "erased", "deferred", "no-effect"; also "saved" for
                              // waiting, "superseded" for replaced; empty: all but those
    struct slice kind, group; // codes of what was said
    struct slice search;      // a word, or several that all must be there
    bool has_before;
    struct position before;   // only what stands behind this one: the last that the page before looked at
    size_t most;              // rows of a page
};

// What stands in the place of words.
enum listing_words {
    LISTING_SAID,      // the words: those of the correction that stands, else the original
    LISTING_NONE,      // no words were taken
    LISTING_SEALED,    // they are sealed to others
    LISTING_HIDDEN,    // they should have been sealed and lie in the clear: nobody is shown them
    LISTING_ERASED, LISTING_WITHDRAWN,
    LISTING_WIPED,     // wiped from this computer; the hub has them
    LISTING_DAMAGED,   // damaged on this disk
    LISTING_LOCKED,
    LISTING_WORDS_COUNT,
};

// "said", "none", "sealed" ...: for JSON and catalogues; static storage.
const char *listing_words_name(enum listing_words w);

// One row. Borrowed until the function it is given to returns.
struct listing_item {
    const struct ledger_row *row;
    const struct ledger_forum *forum;  // NULL: not known here
    bool whole;                        // entry and body are there (not damaged)
    struct entry entry;
    struct body body;
    const struct disclosure *disclosure; // NULL: locked, wiped or damaged
    enum listing_words words;
    struct slice text;                 // LISTING_SAID
    const struct amends *amends;
};

// Takes one.
typedef void listing_take(void *arg, const struct listing_item *item);

struct listing_end {
    bool more;            // there may be more behind `last`
    struct position last; // when `more`: the last that was looked at, the next page's `before`
    bool counted;         // it can be told without reading words:
    uint64_t total;       // how many fit, on all pages
};

// Gives the rows of a page, in order. A search that takes long ends early, with `more` and perhaps no row: the caller
// asks on. ERR_NOT_FOUND: `before` is not here; ERR_BAD_INPUT: no such state, or a search that is too long or no UTF-8;
// others with t.
MUST_USE enum err listing_run(struct desk *desk, const struct ledger *l, const struct listing_wish *wish,
                              listing_take *take, void *arg, struct listing_end *end, struct trouble *t);

// When it was said, as exactly as who looks may know; else when it was written, rounded (PROTOCOL 3).
uint64_t listing_when(const struct listing_item *item);

// True when who said it is sealed beside it.
bool listing_has_identity(const struct listing_item *item);

// True when that part of it (NULL: any) should be sealed and lies in the clear: nobody is shown it.
bool listing_in_clear(const struct listing_item *item, const char *name);

// The fields of one of its parts, none when it may not be shown or is no map. Borrows item.
struct content listing_part(const struct listing_item *item, const char *name);

// Reads one entry here whole, as listing_run would give it, whatever its kind. ERR_NOT_FOUND; others with t.
MUST_USE enum err listing_one(struct desk *desk, const struct ledger *l, struct hash id, listing_take *take, void *arg,
                              struct trouble *t);

// What was said of entries later, here: as amends_here, by the ledger. The caller frees *out. ERR_* with why.
MUST_USE enum err listing_amends(struct desk *desk, const struct ledger *l, struct amends **out, struct why *why);

#endif
