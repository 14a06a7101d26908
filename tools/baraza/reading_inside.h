// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Inside of reading: what its two sources share, a hub's store and an export. For reading*.c alone.
#ifndef BARAZA_TOOLS_BARAZA_READING_INSIDE_H
#define BARAZA_TOOLS_BARAZA_READING_INSIDE_H

#include "common/format/audit_state.h"
#include "common/format/export.h"
#include "common/ops/progress.h"
#include "common/store/record.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/work.h"

struct reading {
    struct cmd_context *context;
    struct buf charter_note, checkpoint;
    struct charter charter;
    struct tree_head head;
    struct roster *roster;
    struct erasure *erasures;     // by the roster at the end
    bool redacted;                // there are redactions
    struct audit_tree tree;       // of all ids, once folded
    uint8_t *kinds;               // of all entries, once folded
    uint64_t next;                // index of the entry to come
    bool with_parts;              // the fold needs none
    uint64_t damaged;             // entries that this hub's disk damaged, and of which only the words
    uint64_t damaged_words;
    uint64_t words_told;          // index up to which they have been named
    enum err e;
    struct why why;

    bool is_file;
    struct hub_source {
        struct work work;
        struct kv_txn *t;
        uint64_t read;            // entries read in t
        struct buf bytes, parts;
    } hub;
    struct file_source {
        const char *path;
        int fd;
        bool started;
        struct export_reader frames;
        uint8_t *chunk;
        struct slice rest;
    } file;
};

// Open a source: head, checkpoint, charter. Return -1, or have reported. What they opened is freed by *_close, which
// is harmless on what was not opened.
int reading_hub_open(struct reading *r, const char *dir);
int reading_file_open(struct reading *r, const struct reading_from *from);
void reading_hub_close(struct reading *r);
void reading_file_close(struct reading *r);

// Read the entry r->next into entry, has_parts and disclosure. False on a failure, which is in r->e then.
MUST_USE bool reading_hub_next(struct reading *r, struct reading_item *out);
// True when the failure was a damaged entry: it is passed over, and *id is what it was.
MUST_USE bool reading_hub_pass(struct reading *r, struct hash *id);
MUST_USE bool reading_file_next(struct reading *r, struct reading_item *out);

// Starts an export again from its first frame.
MUST_USE enum err reading_file_rewind(struct reading *r);

// Says what is damaged to standard error; reading goes on.
void reading_warn(const char *format, ...) PRINTF_LIKE(1, 2);

// A line of progress for a pass over all entries.
struct progress reading_progress(const struct reading *r, const char *doing, uint64_t total);

#endif
