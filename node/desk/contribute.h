// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Writing down what somebody said: from what a note-taker gave to an entry that is ready to be appended. What she left
// out is as the forum's session says; codes are those of the codebook; what is sealed is sealed to whom it should be.
// The one door of whoever writes a contribution by hand: command and page.
// It must never change what was said but for its normal form, nor take words where the careful flags say to stop.
// Read first: contribution.h, docs/PROTOCOL.md 7.5.
#ifndef BARAZA_NODE_DESK_CONTRIBUTE_H
#define BARAZA_NODE_DESK_CONTRIBUTE_H

#include "common/author/append.h"
#include "common/format/slip.h"
#include "node/desk/codebook.h"
#include "node/desk/local.h"
#include "node/desk/recipients.h"
#include "node/desk/trouble.h"

#define CONTRIBUTE_TEXTS 6 // text, summary, ask, written_by, typed_by, identity

// What she gave. All borrowed; empty: not given.
struct given {
    struct contribution c;    // texts as they were typed; slip, seal_to and versions are not hers to give
    bool guarded;             // c.sensitivity was chosen, and is not to be the forum's
    bool identified;          // there is, or will be, an identity
    struct code_set seal_to;  // names of the charter; none: the forum's, or all
    struct slice slip;        // of a paper form: the code on its foot
    size_t attached;          // attachments that go with it: then there may be no text,
    struct slice manifest;    // and the part that names them (attaching.h)
    bool new_codes;           // groups and themes that the codebook does not have are taken
    bool refused;             // whoever spoke did not agree that it is written down
};

// A contribution being made. Must not be moved; contribute_done wipes it (an all-zero one is harmless).
struct contribute {
    struct local_session session;
    struct contribution c;
    struct recipients to;
    struct slip slip;
    struct buf texts[CONTRIBUTE_TEXTS];
    struct contribution_parts parts;
    struct buf manifest;
    struct body body;
    struct append_item item;  // ready after contribute_words; borrows all of the above
    bool begun;
};
void contribute_done(struct contribute *x);

// Checks the codes of c's closed lists, its language and its hands; groups and themes too, by the codebook (NULL: any
// are taken). A trouble otherwise.
MUST_USE enum err contribute_check(const struct contribution *c, const struct codebook *b, struct trouble *trouble);

// What a draft still lacks, as troubles that tell its writer what to do; out: at most CONTRIBUTE_NEEDS of them. Returns
// how many: none, and it can be signed. It looks at nothing but g, so it is the same on every computer.
#define CONTRIBUTE_NEEDS 4
size_t contribute_needs(const struct given *g, enum trouble_code out[static CONTRIBUTE_NEEDS]);

// Decides everything but the words: checks g, and fills what it leaves out by the session; finds to whom it is sealed;
// and the slip's code, of a paper form that was not typed in before or a new one. So that whoever asks for words knows
// before that they will be taken. b: the codebook here. Borrows g's texts and b until contribute_done, and copies
// the session. A trouble otherwise; contribute_done in either case.
MUST_USE enum err contribute_begin(struct desk *desk, const struct local_session *session, const struct codebook *b,
                                   const struct given *g, struct contribute *x, struct trouble *trouble);

// Puts a text into out (whose maximum is LIMIT_DISCLOSURE_BYTES) in NFC, without the line ends that an editor or a pipe
// leaves behind it. A trouble otherwise: empty when it is needed, too long, no UTF-8.
MUST_USE enum err contribute_text(struct slice typed, bool needed, struct buf *out, struct trouble *trouble);

// Takes the words of g (which may come later than the rest, and be another struct then), in NFC, and makes x->item. A
// trouble otherwise: empty, too long, no UTF-8.
MUST_USE enum err contribute_words(const struct given *g, struct contribute *x, struct trouble *trouble);

#endif
