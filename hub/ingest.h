// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a worker of the hub does with one ENTRIES message: open or decompress, rebuild the entries, check form,
// commitments and signatures, seal the parts for the vault. Any number of workers at once; they share only what is
// constant.
// It must never read the record or the roster: who may say what is admission's business.
// Read first: docs/PROTOCOL.md, "On the wire".
#ifndef BARAZA_HUB_INGEST_H
#define BARAZA_HUB_INGEST_H

#include "hub/admit.h"
#include "hub/keeper.h"

// What every worker needs; all constant while workers run. The shell fills it; borrowed by each call.
struct ingest {
    struct hash consultation;
    const struct box_ring *intakes;   // open unlock keys of outbox records
    struct keeper *keeper;            // of the key that wraps the entries' vault keys
};

// Turns an ENTRIES message into a batch. GOOD: *out (zeroed by the caller but for ticket, deliverer, class) is
// filled, all its memory in a new arena that batch_done frees; a bad entry in the middle ends the packets and is its
// fault. BAD_MESSAGE (it is not what the message says, or takes more memory than what the message says was charged
// for), TOO_LARGE, NOT_CANONICAL: the payload as a whole is not usable; *out needs no batch_done.
// m is borrowed until return only.
MUST_USE enum verdict ingest_verify(const struct ingest *in, const struct msg_entries *m, struct batch *out);

// Turns a CHUNK of an attachment of so many bytes (as a manifest says) into a batch. GOOD as above; BAD_MESSAGE: it is
// not that chunk of that root. m is borrowed until return only.
MUST_USE enum verdict ingest_chunk(const struct msg_chunk *m, uint64_t size, struct batch *out);

// Frees what a batch owns and empties it. Harmless on an empty batch.
void batch_done(struct batch *b);

#endif
