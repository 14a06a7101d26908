// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// An entry of each kind, good in form, from anybody: for tests of who may say what. Read first: world.h.
#ifndef BARAZA_TESTS_LIB_SPEECH_H
#define BARAZA_TESTS_LIB_SPEECH_H

#include "tests/lib/world.h"

// Says an entry of that kind about session (which also stands for its other references). Kinds of content, resume,
// redaction, fork-evidence, erased, opened, incident; an attestation and the acts of the roster have their own (CHECK).
struct said *speech_of(struct world *w, struct person *p, enum kind kind, const struct said *session);

// An attestation of seal, by "own-key" or "sheet".
struct said *speech_attest(struct world *w, struct person *p, const char *way, const struct said *seal);

// A change of one of the consultation's keys: what is "root", "log", "exchange" or "intake".
struct said *speech_rekey(struct world *w, struct person *by, const char *what, struct pubkey old_key,
                          struct pubkey new_key);

#endif
