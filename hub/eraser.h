// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Carrying out redactions at a hub (PROTOCOL 16): gather those in force for a while, erase what they cover, renew the
// store key so that no page of the past can be opened, and only then have the hub say so. In steps, each of which may
// be the last before a crash: what is done stands on disk, and the next start goes on from there. It must never say
// "erased" while a key that opens what was there exists. Read first: common/store/erase.h, hub/store_key.h; the thread
// that runs it is erase_loop.h.
#ifndef BARAZA_HUB_ERASER_H
#define BARAZA_HUB_ERASER_H

#include "hub/keeper.h"
#include "hub/sequence.h"

struct eraser;

// Has the writer put the `erased` entries (sequence_say_erased), at once or soon. Copies what it needs.
typedef void eraser_say(void *arg, const struct erased_said *said, size_t n);

struct eraser_options {
    struct kv *kv;
    const struct charter *charter;
    const char *dir;        // the hub's state
    struct keeper *keeper;  // changed while the store key is renewed
    uint64_t gather_ms;     // how long redactions are gathered before they are carried out together
    eraser_say *say;
    void *arg;
};

// What an eraser has done last, for the log.
enum eraser_did {
    ERASER_NOTHING,    // nothing is to be done now
    ERASER_WORKED,     // a step of the work; more follows at once
    ERASER_WAITED,     // somebody still holds the store key of before: soon again
    ERASER_BEGAN,      // redactions are being carried out, *count of them
    ERASER_ERASED,     // parts of *count entries were erased
    ERASER_RENEWED,    // the store key is renewed, *count keys were wrapped anew, the old one is destroyed
    ERASER_SAID,       // *count redactions are carried out, and the writer was told
};

// Opens one. What a daemon that ended in the middle has left is taken up by the first steps, without gathering. Options
// are kept. ERR_CORRUPT, ERR_IO with why. Gives *out; eraser_free frees it, NULL is harmless.
MUST_USE enum err eraser_new(const struct eraser_options *options, struct eraser **out, struct why *why);
void eraser_free(struct eraser *e);

// One bounded step: at most a look at some thousand entries, or one transaction. *did, *count say what it was.
// ERR_FULL, ERR_AGAIN, ERR_IO: nothing of this step happened, and it may be tried again; ERR_CORRUPT, ERR_CRYPTO with
// why: the store or the key files are damaged.
MUST_USE enum err eraser_step(struct eraser *e, uint64_t now_ms, enum eraser_did *did, uint64_t *count,
                              struct why *why);

#endif
