// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the files of erasing share and nobody else includes.
// erasing.c: the steps · erasing_find.c: what there is to erase, and what was · erasing_outbox.c: the outbox anew.
#ifndef BARAZA_AUTHOR_ERASING_INSIDE_H
#define BARAZA_AUTHOR_ERASING_INSIDE_H

#include "common/author/erasing.h"
#include "common/store/keys.h"

// A redaction and what it names.
struct erasing_cause {
    struct hash redaction, target;
};

// Parts of one entry here that are to be gone, as far as they are not yet.
struct erasing_job {
    bool leaf;                                // it came down, and lies at index; else in a journal
    struct position at;
    uint64_t index;
    struct hash id;
    struct hash replaced;                     // the entry in whose place it was signed anew; zeros: none
    uint64_t mask;
    struct erasing_cause causes[LIMIT_PARTS]; // of each part of the mask
};

struct erasing_list {
    bool unread;              // some entry is damaged, so that it is not known whether a part of it is to be gone
    size_t n;
    struct erasing_job *jobs;
};

// Finds all jobs. *out is freed by the caller (jobs). ERR_CORRUPT with why, or the error of t.
MUST_USE enum err erasing_find(struct kv_txn *t, const struct charter *charter, struct erasing_list *out,
                               struct why *why);

// What was erased here, and what is to be said of it: a named value of the store.
struct erasing_memory {
    size_t count;
    struct {
        struct hash id;
        uint64_t mask; // of its parts in a journal, and above them of those that came down
    } *erased;
    size_t note_count;
    struct erasing_cause *notes; // carried out, and not said yet
};
MUST_USE enum err erasing_memory_get(struct kv_txn *t, struct erasing_memory *out);
void erasing_memory_put(struct kv_txn *t, const struct erasing_memory *m);
void erasing_memory_done(struct erasing_memory *m);
// What of this job's entry, where it lies, was erased before; and that the job is done.
uint64_t erasing_memory_mask(const struct erasing_memory *m, const struct erasing_job *job);
void erasing_memory_add(struct erasing_memory *m, const struct erasing_job *job);
void erasing_memory_note(struct erasing_memory *m, const struct erasing_cause *cause); // unless it is there

// Makes every copy in the outbox anew under the key of u, as its entry is now, and drops the keys of all others. One
// whose entry cannot be read here stays as it is, with its key, under the present key of the cover. The error of t.
MUST_USE enum err erasing_outbox(struct kv_txn *t, const struct store_key *key, const struct outbox_cover *cover,
                                 const struct unlocked *u);

#endif
