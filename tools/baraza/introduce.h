// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The line with which a person is introduced to whoever accredits her: her key, her computer's transport key, and a
// check (PROTOCOL 6.13), all in hex with '-' between. No secret; it can be sent by message or read out.
#ifndef BARAZA_TOOLS_BARAZA_INTRODUCE_H
#define BARAZA_TOOLS_BARAZA_INTRODUCE_H

#include "common/format/ident.h"

// Appends it, without newline.
void introduce_put(struct pubkey key, struct boxkey transport, struct buf *out);

// Reads one; white space anywhere is passed over. False, and the outputs untouched, when it is none, or was mistyped.
MUST_USE bool introduce_parse(struct slice text, struct pubkey *key, struct boxkey *transport);

#endif
