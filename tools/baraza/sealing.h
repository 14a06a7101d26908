// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is about to be sealed at a site: one's own share, the shares of others on this computer, share seals that came
// from other devices as files; and the paper forms, which must add up. For `session share` and `session seal`.
#ifndef BARAZA_TOOLS_BARAZA_SEALING_H
#define BARAZA_TOOLS_BARAZA_SEALING_H

#include "node/desk/forms.h"
#include "tools/baraza/gather.h"
#include "tools/baraza/work.h"

#define SEALING_SHARES (LIMIT_REFS - 1)

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
    size_t share_n;                  // share seals of others, here or from files
    struct hash shares[SEALING_SHARES + 1]; // and room for one's own
    uint64_t others;                 // contributions under them
};

// Looks at the forum of that code. Returns -1, or has reported. sealing_done in either case; all zeros is harmless.
int sealing_open(struct work *w, const char *code, struct sealing *out);
void sealing_done(struct sealing *s);

// Adds the share seals of others who write on this computer. Returns -1, or reports that somebody has not sealed hers.
int sealing_take_people(struct work *w, struct sealing *s);

// Adds the share seals in files, as `session share --out` wrote them. Returns -1, or has reported.
int sealing_take_files(struct work *w, struct sealing *s, const struct arg_list *paths);

// Appends a seal in groups of four digits, for reading aloud.
void sealing_put_seal(struct buf *out, struct hash id);

#endif
