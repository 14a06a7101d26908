// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A newer libsodium, to be preloaded: its verifier multiplies by the cofactor, and so takes signatures that the one
// of Debian 12 refuses. Whoever judges a signature through ident.h must not notice. Never linked into a program.
#include "tests/lib/cofactored.h"

#include <sodium.h>
#include <string.h>

int crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *m, unsigned long long n,
                                const unsigned char *pk)
{
    struct pubkey key;
    struct sig signature;
    memcpy(key.b, pk, sizeof key.b);
    memcpy(signature.b, sig, sizeof signature.b);
    return verify_cofactored(key, slice_of(m, (size_t)n), signature) ? 0 : -1;
}
