// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A record in which somebody of a site is accredited and a redaction of her words comes down, for the tests of what a
// site does then. (The consultation in memory is kept apart: it has people of its own.)
#ifndef BARAZA_TESTS_UNIT_AUTHOR_REDACTED_H
#define BARAZA_TESTS_UNIT_AUTHOR_REDACTED_H

#include "common/format/ident.h"
#include "common/store/kv.h"

struct redacted;

// Founds a consultation; its note is borrowed until redacted_free.
struct redacted *redacted_new(struct slice *charter_note);
void redacted_free(struct redacted *r);

// Accredits a key as facilitator.
void redacted_accredit(struct redacted *r, struct pubkey key);

// Has a protection officer ask for one part of target; returns the redaction's id.
struct hash redacted_ask(struct redacted *r, struct hash target, const char *part);

// Has the secretariat publish a guide with this content; returns its id, and *index.
struct hash redacted_guide(struct redacted *r, struct slice content, uint64_t *index);

// Puts what is new of the record into a site's store, as if it came down while everybody is locked.
void redacted_come_down(struct redacted *r, struct kv *kv);

#endif
