// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sound, photographs and scans at a desk: taken in piece by piece beside a draft, or as whole files by a command; put
// into the contribution that is signed; and heard or seen again, as far as they are here.
// It must never leave a byte of them on the disk in the clear, nor show what a redaction covers.
// Read first: common/author/attach.h, docs/PROTOCOL.md 18.
#ifndef BARAZA_NODE_DESK_ATTACHING_H
#define BARAZA_NODE_DESK_ATTACHING_H

#include "common/author/attach.h"
#include "node/desk/contribute.h"

#define ATTACHING_PIECE 262144 // bytes in one call at most; the same come back from attaching_read

// --- beside a draft, which was kept (drafts.h) ---
// Begins one; name as attachment_name_ok, type a media type. Gives its name in *id. Troubles: attachment-kind,
// attachment-many, draft-gone.
MUST_USE enum err attaching_begin(struct desk *desk, struct draft_id draft, struct slice name, struct slice type,
                                  struct hash *id, struct trouble *trouble);

// Appends a piece at offset; *size: how much of it is here then. The first one, of 12 bytes or more, must begin as its
// type does. Troubles: attachment-offset (*size says from where on), attachment-kind, attachment-too-big,
// attachment-gone, disk-full.
MUST_USE enum err attaching_piece(struct desk *desk, struct draft_id draft, struct hash id, uint64_t offset,
                                  struct slice bytes, uint64_t *size, struct trouble *trouble);

// Ends one: *out (may be NULL) is it, without its key. Again is harmless.
MUST_USE enum err attaching_finish(struct desk *desk, struct draft_id draft, struct hash id, struct attach *out,
                                   struct trouble *trouble);
MUST_USE enum err attaching_drop(struct desk *desk, struct draft_id draft, struct hash id, struct trouble *trouble);

// Those of a draft, in the order in which they began, without their keys. *n 0 where the draft is not readable.
MUST_USE enum err attaching_list(struct desk *desk, struct draft_id draft, struct attach out[LIMIT_ATTACHMENTS],
                                 size_t *n, struct trouble *trouble);

// Appends at most ATTACHING_PIECE bytes of one from offset on; *found is it, without its key.
MUST_USE enum err attaching_read(struct desk *desk, struct draft_id draft, struct hash id, uint64_t offset,
                                 struct buf *out, struct attach *found, struct trouble *trouble);

// Puts what a draft has into g, for contribute.h: appends to manifest, which g borrows. Trouble attachment-not-done.
MUST_USE enum err attaching_give(struct desk *desk, struct draft_id draft, struct given *g, struct buf *manifest,
                                 struct trouble *trouble);

// --- whole files ---
// Takes n files in, and appends what names them to manifest. Until the entry is there they are those of a new draft of
// that forum, *draft, so that nobody takes them for what is left of one: the entry is appended with draft_import_key,
// then drafts_signed is called; drafts_discard when it came to nothing. What is cut short is offered as a draft.
// Troubles as above, those of drafts_keep, not-found; then there is no draft.
MUST_USE enum err attaching_files(struct desk *desk, struct hash session, uint64_t wall_s, const char *const *paths,
                                  size_t n, struct draft_id *draft, struct buf *manifest, struct trouble *trouble);

// --- of entries ---
struct attaching_row {
    struct attachment a;      // borrows the disclosure; a secret: wipe it. Name, type and key empty when sealed
    bool sealed;              // what opens it is sealed to named recipients
    uint64_t received;        // bytes that the hub is known to have
    enum attached_state state;
    bool here;                // all of it lies here
};

// What an entry names, from its disclosure, as far as it is readable. Returns how many; 0 also when the part is erased
// or no manifest. hub: this store is a hub's, whose state and received are what it has itself. t may be NULL: none is
// here.
size_t attaching_of(struct kv_txn *t, bool hub, const struct entry *e, const struct disclosure *d,
                    struct attaching_row out[LIMIT_ATTACHMENTS]);

// Appends at most `most` bytes of one from offset on. ERR_NOT_FOUND: it is not (all) here; ERR_CORRUPT, ERR_TOO_BIG.
MUST_USE enum err attaching_row_read(struct kv_txn *t, const struct attaching_row *row, uint64_t offset, size_t most,
                                     struct buf *out);

// The same for a contribution of this desk, by its id: the attachment of that number, from 0. type: copied. Troubles:
// entry-unknown, attachment-gone.
MUST_USE enum err attaching_read_entry(struct desk *desk, struct hash entry, size_t number, uint64_t offset,
                                       struct buf *out, uint64_t *size, char type[LIMIT_ATTACHMENT_TYPE + 1],
                                       struct trouble *trouble);

#endif
