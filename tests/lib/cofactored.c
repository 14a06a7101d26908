// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See cofactored.h.
#include "tests/lib/cofactored.h"

#include <sodium.h>
#include <string.h>

bool verify_cofactored(struct pubkey key, struct slice message, struct sig sig)
{
    crypto_hash_sha512_state h;
    uint8_t digest[64];
    uint8_t k[32];
    uint8_t wide[64] = { 0 };
    uint8_t s[32];
    uint8_t left[32];
    uint8_t right[32];
    memcpy(wide, sig.b + 32, 32);
    crypto_core_ed25519_scalar_reduce(s, wide);
    if (memcmp(s, sig.b + 32, 32) != 0) {
        return false; // S is not canonical
    }
    crypto_hash_sha512_init(&h);
    crypto_hash_sha512_update(&h, sig.b, 32);
    crypto_hash_sha512_update(&h, key.b, 32);
    crypto_hash_sha512_update(&h, message.p, message.n);
    crypto_hash_sha512_final(&h, digest);
    crypto_core_ed25519_scalar_reduce(k, digest);
    if (crypto_scalarmult_ed25519_base_noclamp(left, s) != 0 ||
        crypto_scalarmult_ed25519_noclamp(right, k, key.b) != 0 ||
        crypto_core_ed25519_add(right, right, sig.b) != 0) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        if (crypto_core_ed25519_add(left, left, left) != 0 || crypto_core_ed25519_add(right, right, right) != 0) {
            return false;
        }
    }
    return memcmp(left, right, sizeof left) == 0;
}
