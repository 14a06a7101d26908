// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which incarnation each author of a store writes in now, and whether a new one has to begin: because the hub holds
// entries that are not here (the store was restored), or refused one. The node's exchange asks for it, author/ does it.
// Read first: docs/STORAGE.md "Notebooks".
#ifndef BARAZA_AUTHOR_NOTEBOOK_H
#define BARAZA_AUTHOR_NOTEBOOK_H

#include "common/format/journal_id.h"
#include "common/store/kv.h"

enum notebook_renew {
    NOTEBOOK_GOOD = 0,     // go on writing in it
    NOTEBOOK_RESTORED = 1, // the store was restored or copied: begin a new incarnation
    NOTEBOOK_REFUSED = 2,  // begin a new one, and sign anew in it what stands here from `from` on
    NOTEBOOK_UNACCREDITED = 3, // refused because its author is not accredited: go on writing until she is
};

// True when entries are written in it as it is.
static inline bool notebook_goes_on(enum notebook_renew renew)
{
    return renew == NOTEBOOK_GOOD || renew == NOTEBOOK_UNACCREDITED;
}

struct notebook {
    struct journal_id journal; // the author, and the incarnation that is current
    enum notebook_renew renew;
    uint64_t from;             // REFUSED, UNACCREDITED: first seq that is to be signed anew, behind the refused one
};

// *out = the notebook of key. ERR_NOT_FOUND: she has written nothing here yet; ERR_CORRUPT, the error of t.
MUST_USE enum err notebook_get(struct kv_txn *t, struct pubkey key, struct notebook *out);

// Puts it, in place of the one this author had. ERR_FULL: LIMIT_PERSONS; ERR_CORRUPT, the error of t.
MUST_USE enum err notebook_put(struct kv_txn *t, const struct notebook *n);

// Reads all into out (LIMIT_PERSONS of them) and their number into *count.
MUST_USE enum err notebook_all(struct kv_txn *t, struct notebook *out, size_t *count);

// --- a copy, or an earlier state ---
// What is known here of the other copy of this store: for people, who are told it until the end.
struct notebook_copy {
    uint64_t at_s;  // when it was noticed, by this computer's clock
    uint64_t gone;  // at least so many entries were saved on this computer that are not here
    uint64_t held;  // at most so many of an earlier notebook the hub holds that are not here
};

// Notes it, with what was noted before: the larger numbers, the first time. The error of t.
MUST_USE enum err notebook_copy_note(struct kv_txn *t, const struct notebook_copy *copy);

// ERR_NOT_FOUND: this store was never found to be a copy. ERR_CORRUPT, the error of t.
MUST_USE enum err notebook_copy_get(struct kv_txn *t, struct notebook_copy *out);

// Appends what it means, in plain words: what is here, what is at the hub, what is neither.
void notebook_copy_say(const struct notebook_copy *copy, struct buf *out);

// Forgets all of them, where what was kept is damaged: begin_anew of mend.h then finds who wrote here. The error of t.
MUST_USE enum err notebook_forget(struct kv_txn *t);

// --- journals that are not written in any more, of which the hub refused an entry ---
// What follows it there is to be signed anew in the author's present notebook when she writes next.
struct stranded {
    struct journal_id journal;
    uint64_t from; // first seq that is to be signed anew
};

// Adds one, unless this journal is there already. ERR_FULL: LIMIT_STRANDED; ERR_CORRUPT, the error of t.
MUST_USE enum err notebook_strand(struct kv_txn *t, const struct stranded *s);

// Reads all into out (LIMIT_STRANDED of them) and their number into *count. ERR_CORRUPT, the error of t.
MUST_USE enum err notebook_stranded(struct kv_txn *t, struct stranded *out, size_t *count);

// Takes one of key's out of the list into *out. ERR_NOT_FOUND: there is none (any more); ERR_CORRUPT, the error of t.
MUST_USE enum err notebook_take_stranded(struct kv_txn *t, struct pubkey key, struct stranded *out);

#endif
