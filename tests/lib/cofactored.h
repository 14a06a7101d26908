// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The Ed25519 equation of newer libsodium, made of the parts of the one at hand (RFC 8032, 5.1.7: both are allowed).
#ifndef BARAZA_TESTS_LIB_COFACTORED_H
#define BARAZA_TESTS_LIB_COFACTORED_H

#include "common/format/ident.h"

// True when 8SB = 8R + 8kA and S is canonical. key must be valid.
MUST_USE bool verify_cofactored(struct pubkey key, struct slice message, struct sig sig);

#endif
