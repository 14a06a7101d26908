// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Bettering what was written down of a contribution. The original is kept and stays provable; a part of the correction
// stands in the place of the whole part, so what is not given is said again, as far as it can be read here.
// It must never write words of a sealed contribution in the clear.
// Read first: amends.h, contribute.h, docs/PROTOCOL.md 7.6.
#ifndef BARAZA_NODE_DESK_CORRECT_H
#define BARAZA_NODE_DESK_CORRECT_H

#include "node/desk/amends.h"
#include "node/desk/contribute.h"

#define CORRECT_PARTS AMEND_REASON // context, said, speaker, consent: those that words of people are in
#define CORRECT_TEXTS 4            // text, summary, ask, why

// What is given. All borrowed; empty: stays as it is.
struct correction {
    struct slice reason;      // code
    struct contribution c;    // what is right; its texts as they were typed
    struct slice why;         // more about the reason
    struct slice lang;        // of all that is typed; empty: the consultation's first
    struct code_set seal_to;  // of what is sealed; none: as the original
    bool guarded, sealed;     // how the original is guarded was said, for when it is not here
    bool new_codes;           // groups and themes that the codebook does not have are taken
};

// One being made. Must not be moved; correct_done wipes it.
struct correct {
    struct hash target;
    bool here;                      // the original was found, so that `sealed` is known
    bool sealed;                    // it is sealed, so its corrections are
    bool unread;                    // what it said is not here: of each part only what is given will stand in it
    struct recipients to;           // of the correction; none yet: n is 0
    struct hash previous;           // her own correction of it that stands; zeros: none
    struct buf now[CORRECT_PARTS];  // what each part says now; empty when it is not here
    bool before[CORRECT_PARTS];     // previous corrected this part: what it said is said again
    bool erased[CORRECT_PARTS];     // this part is erased: a correction of it would be, too (PROTOCOL 16.2)
    struct buf made[AMEND_PARTS];
    struct buf texts[CORRECT_TEXTS];
    struct contribution_parts given;
    struct body body;
    struct hash refs[2];
    struct append_item item;        // ready after correct_make; borrows all of the above, and the reason's code
};
void correct_init(struct correct *x, struct hash target);
void correct_done(struct correct *x);

// Finds the original in the notebooks here, and her own correction of it that stands. ERR_* with why.
MUST_USE enum err correct_find(struct desk *desk, struct correct *x, struct why *why);

// Takes the original from elsewhere, unless it was found: how it is guarded and what is erased; what others wrote is
// theirs to say again. d: its parts, or NULL.
void correct_take(struct correct *x, const struct body *body, const struct disclosure *d);

// Checks what is given but for its words, and to whom the correction is sealed. b: the codebook here. A trouble
// otherwise.
MUST_USE enum err correct_begin(struct desk *desk, const struct codebook *b, const struct correction *given,
                                struct correct *x, struct trouble *trouble);

// Takes the words, and makes x->item. A trouble otherwise: nothing is given, or what is erased, or what cannot be said
// again.
MUST_USE enum err correct_make(struct desk *desk, const struct correction *given, struct correct *x,
                               struct trouble *trouble);

#endif
