// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub's threads beside the socket's: workers that verify, and the one writer. Jobs go to them and come back over
// queues; a job belongs to one thread at a time. It must never decide anything: that was peer_core, or will be admit.
// Read first: hub/peer_core.h, "The pipeline".
#ifndef BARAZA_HUB_POOL_H
#define BARAZA_HUB_POOL_H

#include "common/net/sock.h"
#include "hub/ingest.h"
#include "hub/sequence.h"

// One ENTRIES or CHUNK message on its way.
struct job {
    struct job *next;
    uint64_t ticket;
    struct sock_frame frame;       // until it is verified
    struct batch batch;            // once verified, until it is committed
    uint64_t attachment;           // of a CHUNK: the size of the attachment it is said to belong to
    enum verdict verdict;          // of ingest_verify, ingest_chunk
    struct batch_outcome outcome;  // once committed
    bool committed;
    uint64_t in_clear;             // once committed: its new entries with a part that should be sealed and is not,
    struct hash in_clear_id;       // and one of them
    struct erased_said *said;      // instead of a batch: what the hub itself has to say (pool_say_erased)
    size_t said_n;
    bool renews_door;              // once committed: it brought entries that say who may connect
    bool away;                     // socket thread only: a worker or the writer has it
    bool unwanted;                 // socket thread only: to be freed when it comes back
};

// Frees a job with all it owns. NULL is harmless.
void job_free(struct job *j);

struct pool;

struct pool_options {
    size_t workers;                // threads that verify; at least 1 (CHECK)
    struct ingest ingest;          // kept, with what it points to
    struct sequence *sequence;     // kept; used by the writer's thread only from now on
    int wake_fd;                   // made ready (loop_wake) when something came back
    int commit_fd;                 // made ready after each commit that stored something
};

// Starts the threads. Signals must be blocked before. Gives *out. ERR_IO: no thread could be started.
MUST_USE enum err pool_start(const struct pool_options *options, struct pool **out);

// Ends the threads after the jobs they have in hand, and frees all other jobs. NULL is harmless.
void pool_stop(struct pool *p);

// Hands a job on. Takes; it comes back through pool_take.
void pool_verify(struct pool *p, struct job *j);
void pool_submit(struct pool *p, struct job *j);

// Has the writer say that redactions are carried out (sequence_say_erased), with its next commit or at once. Copied;
// what fails is asked for again by whoever sees that it was not said. Any thread.
void pool_say_erased(struct pool *p, const struct erased_said *said, size_t n);

// Takes the next job that is done (verified or committed); NULL when there is none. Gives.
struct job *pool_take(struct pool *p);

// The last failure of a commit, and how many there were; OK when none.
enum err pool_failure(struct pool *p, uint64_t *count);

#endif
