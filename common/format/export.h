// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The framing of an export: magic line, then frames u32be length ‖ canonical [type, body] (PROTOCOL, "Export").
// Writer and bounded reader over bytes; files are the caller's business, and what the frames say is audit.h's.
//   [1, charter note]  [2, checkpoint note]  [3, [leaf hash … up to 256]] …  [4, [entry, disclosure]] …
//   [5, SHA-256 of every byte before this frame]
#ifndef BARAZA_FORMAT_EXPORT_H
#define BARAZA_FORMAT_EXPORT_H

#include "common/base/verdict.h"
#include "common/base/why.h"
#include "common/format/ident.h"
#include "common/limits.h"

#define EXPORT_MAGIC "baraza/export/v1\n"

enum export_type { EXPORT_NONE, EXPORT_CHARTER, EXPORT_CHECKPOINT, EXPORT_LEAVES, EXPORT_ENTRY, EXPORT_END };

// --- writing ---
struct export_writer {
    struct sha256 hash;     // of everything appended so far
    enum export_type stage; // the last frame written
};

// Appends the magic line, charter and checkpoint (whole signed notes) to out and starts w.
void export_begin(struct export_writer *w, struct slice charter, struct slice checkpoint, struct buf *out);

// Appends a frame of n leaf hashes; 1 to LIMIT_EXPORT_LEAVES of them (CHECK), in order, all before the first entry.
// Every frame but the last is full.
void export_put_leaves(struct export_writer *w, const struct hash *leaves, size_t n, struct buf *out);

// Appends a whole entry with its disclosure, as frame_entry_make gives them. An export without parts has all withheld.
void export_put_entry(struct export_writer *w, struct slice item, struct buf *out);

// Appends the final frame. out may be emptied (written to the file) between any two of these calls.
void export_end(struct export_writer *w, struct buf *out);

// --- reading ---
// A frame taken apart. Slices borrow the reader or the chunk, until the next call.
struct export_frame {
    enum export_type type;
    struct slice note;       // CHARTER, CHECKPOINT
    struct slice leaves;     // LEAVES: leaf_count values of 34 bytes: read with export_leaf
    size_t leaf_count;
    struct slice item;       // ENTRY: for frame_entry_parse
};

struct hash export_leaf(const struct export_frame *f, size_t i); // i < leaf_count (CHECK)

enum export_step {
    EXPORT_STEP_MORE,  // the chunk is used up
    EXPORT_STEP_FRAME, // *frame is the next one
    EXPORT_STEP_DONE,  // the final frame was read and its hash is right; whatever may follow is still to be given
    EXPORT_STEP_BAD,   // not an export, frames out of order, a wrong final hash, bytes after the end: why says what
};

// The reader's state. Memory grows with what has really arrived, up to one frame.
struct export_reader {
    struct sha256 hash;
    struct buf part;      // of the magic line or of a frame that a chunk's end has cut
    enum export_type stage; // the last frame read
    bool magic, bad;
    bool part_used;       // the last frame lay in part
};

// Returns a reader before its first byte; frees what it holds.
struct export_reader export_reader_new(void);
void export_reader_done(struct export_reader *r);

// Takes bytes off *chunk (which it advances) up to the end of the next frame. After BAD it stays BAD.
enum export_step export_read(struct export_reader *r, struct slice *chunk, struct export_frame *frame, struct why *why);

// True when the input may end here: the final frame was read and nothing followed it.
MUST_USE bool export_ended(const struct export_reader *r);

#endif
