// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Closing what one person wrote at a forum (a share), and the forum over all shares (a seal): gathers what there is,
// says what does not add up, gives what is to be read back and a digest of it, and writes. What was read back and what
// is sealed are the same, or nothing is sealed. It must never seal over drafts, nor what does not add up.
#ifndef BARAZA_NODE_DESK_SEALING_H
#define BARAZA_NODE_DESK_SEALING_H

#include "node/desk/drafts.h"
#include "node/desk/forms.h"
#include "node/desk/gather_site.h"
#include "node/desk/tables.h"
#include "node/desk/trouble.h"

#define SEALING_SHARES (LIMIT_REFS - 1)
#define SEALING_PRINTED UINT64_MAX // not said how many forms there were: as many as were printed here
#define SEALING_SESSIONS 64        // entries of one forum on this computer that drafts are looked for under

struct sealing {
    struct local_session session;
    struct forum_fold *fold;
    const struct forum_state *forum; // borrows fold
    struct forum_share own;
    uint64_t refused;                // contributions to it that the hub refused
    uint64_t *forms;                 // numbers of the forms that were typed here, ascending
    size_t form_n;
    uint64_t wiped;                  // contributions whose words, and so numbers of forms, are no more here
    struct paper printed;            // the forms that were printed here for this forum
    struct tables tables;            // contributions here by break-out group
    struct drafts_count drafts;      // of everybody here, at this forum
    uint64_t own_drafts;             // of these desk->who's
    uint64_t opened_s;               // claimed time of the session entry
    uint64_t sealed_s;               // of the seal; 0: there is none
    size_t share_n;                  // share seals of others, here or from files
    struct hash shares[SEALING_SHARES + 1]; // and room for one's own
    size_t from_files;               // of these
    uint64_t others;                 // contributions under them
    struct hash sessions[SEALING_SESSIONS]; // private
    size_t session_n;
};

// What whoever closes says.
struct closing {
    uint64_t forms;          // paper forms that were there, or SEALING_PRINTED
    uint64_t blank, spoiled; // of these
    struct slice note, lang; // what readers should know, as it was typed, and its language; empty: none
    bool has_minutes;
    struct hash minutes;
};

// Looks at the forum of that code, or id of a session, as desk->who. sealing_done in either case; all zeros is
// harmless. ERR_* with t.
MUST_USE enum err sealing_open(struct desk *desk, const char *code, struct sealing *out, struct trouble *t);
void sealing_done(struct sealing *s);

// For a seal: adds the share seals of others who write on this computer (ERR_BAD_INPUT: somebody has not closed hers),
// and one that came from another device, as sealing_share_bytes gave it there; name: of its file, for t.
MUST_USE enum err sealing_take_people(struct desk *desk, struct sealing *s, struct trouble *t);
MUST_USE enum err sealing_take_share(struct desk *desk, struct sealing *s, struct slice bytes, const char *name,
                                     struct trouble *t);

// How many forms there were, by c or by what was printed.
uint64_t sealing_forms(const struct sealing *s, const struct closing *c);

// OK when what there is can be closed as c says; else what does not add up. whole: a seal, not a share.
MUST_USE enum err sealing_check(const struct sealing *s, const struct closing *c, bool whole, struct trouble *t);

// The digest of everything that is read back, and of what it would be written over.
struct hash sealing_digest(const struct sealing *s, const struct closing *c, bool whole);

// OK when `read` is that digest still: what was read back is what would be sealed. ERR_AGAIN with t.
MUST_USE enum err sealing_unchanged(const struct sealing *s, const struct closing *c, bool whole, struct hash read,
                                    struct trouble *t);

// Write the share seal, or the seal (and before it one's own share seal, when there are others). The caller has had
// sealing_check say OK. A share that is closed already gives the id of its seal. ERR_* with t: nothing of the last
// step was saved.
MUST_USE enum err sealing_share(struct desk *desk, uint64_t wall_s, struct sealing *s, const struct closing *c,
                                struct hash *out, struct trouble *t);
MUST_USE enum err sealing_seal(struct desk *desk, uint64_t wall_s, struct sealing *s, const struct closing *c,
                               struct hash *out, struct trouble *t);

// Appends the bytes of an entry that was written here: a share seal, for the device where the forum is sealed.
// ERR_NOT_FOUND, ERR_* with why.
MUST_USE enum err sealing_share_bytes(struct desk *desk, struct hash id, struct buf *out, struct why *why);

// Appends a seal in groups of four digits, for reading aloud.
void sealing_put_seal(struct buf *out, struct hash id);

#endif
