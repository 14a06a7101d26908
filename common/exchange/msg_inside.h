// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the files of msg share and nobody else includes: one writer and one reader for each piece of a message.
// msg.c: the messages · msg_pieces.c: what they are made of, and those of attachments.
#ifndef BARAZA_EXCHANGE_MSG_INSIDE_H
#define BARAZA_EXCHANGE_MSG_INSIDE_H

#include "common/exchange/msg.h"
#include "common/format/pack.h"

// Writes and reads of fixed sizes; what is read is zeros after a fault of the cursor.
void msg_put_fixed(struct buf *out, const void *p, size_t n);
void msg_put_journal(struct buf *out, const struct journal_id *j);
void msg_get_journal(struct cursor *c, struct journal_id *j);
void msg_put_hash(struct buf *out, const struct hash *h);
struct hash msg_get_hash(struct cursor *c);

// A number that must be at most max.
uint64_t msg_get_uint_to(struct cursor *c, uint64_t max);

// A seq or index, far enough below the end that a batch's count can be added to it.
uint64_t msg_get_place(struct cursor *c);

// Room for the n values that a counted array announced; the count is already bounded by the bytes that are left.
void *msg_get_room(struct cursor *c, struct arena *arena, size_t n, size_t size);

// At most LIMIT_PROOF_HASHES of them; what is read lies in arena.
void msg_put_hashes(struct buf *out, const struct hash *hashes, size_t n);
const struct hash *msg_get_hashes(struct cursor *c, struct arena *arena, size_t *n);

// The messages about single things, without what says which they are. count: values in the message's array.
void msg_put_want(struct buf *out, const struct msg_want *m);
void msg_get_want(struct cursor *c, size_t count, struct msg_want *m);
void msg_put_chunk(struct buf *out, const struct msg_chunk *m);
void msg_get_chunk(struct cursor *c, struct arena *arena, struct msg_chunk *m);
void msg_put_held(struct buf *out, const struct msg_held *m);
void msg_get_held(struct cursor *c, struct msg_held *m);

#endif
