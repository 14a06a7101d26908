// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments: sound, photographs and scans in encrypted chunks, and the manifest that names them in the part
// `attachments` of a contribution (PROTOCOL 18). The tree of an attachment is over its chunks as they are encrypted, so
// one copy of the bytes serves the disk of a site, a courier's stick and the hub, and its root tells nothing.
// It knows bytes only: where chunks lie is common/store/blob.h.
#ifndef BARAZA_FORMAT_ATTACHMENT_H
#define BARAZA_FORMAT_ATTACHMENT_H

#include "common/format/part.h"
#include "common/format/seal.h"

// --- chunks ---

// How many chunks `size` bytes make, before encryption; the bytes of chunk number, which must be one of them (CHECK).
uint32_t attachment_chunks(uint64_t size);
size_t attachment_chunk_bytes(uint64_t size, uint32_t number);

// The size of all chunks together.
uint64_t attachment_bytes(uint64_t size);

// Appends chunk `number`: a new nonce and the piece (1 to LIMIT_CHUNK_CLEAR bytes, CHECK), encrypted under the
// attachment's key and bound to its number. May be called again for a number whose piece has grown.
void attachment_encrypt(const struct symkey *key, uint32_t number, struct slice piece, struct buf *out);

// Reverses it and appends the piece. False, with out as it was, when key, number and chunk do not belong together.
MUST_USE bool attachment_decrypt(const struct symkey *key, uint32_t number, struct slice chunk, struct buf *out);

// True when chunk is the one of that number in the attachment of this root and size: its length, and the path (the
// sibling first) to the root.
MUST_USE bool attachment_chunk_ok(struct hash root, uint64_t size, uint32_t number, struct slice chunk,
                                  const struct hash *path, size_t n);

// --- manifests ---

// What anybody who holds the part may know of one: enough to ask for it and to check it, not to read it.
struct attachment_blob {
    struct hash root;
    uint64_t size;       // before encryption: 1 to LIMIT_ATTACHMENT_BYTES
};

// What opens and describes it. Slices borrow.
struct attachment {
    struct attachment_blob blob;
    struct slice name;   // 1 to LIMIT_ATTACHMENT_NAME bytes of text without control characters
    struct slice type;   // media type, at most LIMIT_ATTACHMENT_TYPE
    struct symkey key;
};

// True when name can be that of an attachment.
MUST_USE bool attachment_name_ok(struct slice name);

struct manifest {
    size_t count;                        // at most LIMIT_ATTACHMENTS
    struct attachment_blob blobs[LIMIT_ATTACHMENTS];
    struct slice list;                   // what manifest_list reads, or its sealed form; borrows
};

// Appends the part's content for n attachments, 1 to LIMIT_ATTACHMENTS, all within their limits (CHECK).
void manifest_make(const struct attachment *list, size_t n, struct buf *out);

// Appends the same content with its list replaced by `sealed` (sealed_make of manifest.list), and everything else as
// it is.
void manifest_seal(const struct manifest *m, struct slice sealed, struct buf *out);

// Reads a part's content. Zero bytes (a dummy) give a manifest without attachments. False, and *out untouched, when it
// is none, names a root twice, or breaks a limit.
MUST_USE bool manifest_parse(struct slice bytes, struct manifest *out);

// True when bytes are a manifest whose list is sealed.
MUST_USE bool manifest_is_sealed(struct slice bytes);

// Reads list (that of m, or what sealed_open gave of it) into out, with the roots and sizes of m. False when it is not
// the list of so many attachments. Keys are secrets: the caller wipes out.
MUST_USE bool manifest_list(const struct manifest *m, struct slice list, struct attachment out[LIMIT_ATTACHMENTS]);

// --- what may be attached ---

// The media type of a file that begins with these bytes (32 suffice), if it is one of those that may be attached;
// named: what its sender calls it, or empty. NULL when it is of no such type, or is called another. Static storage.
const char *attachment_type(struct slice begins, struct slice named);

// True when a media type (as a sender says it) is one of those that may be attached.
MUST_USE bool attachment_type_known(struct slice named);

// The most bytes that an attachment of a type may have.
uint64_t attachment_most(struct slice type);

#endif
