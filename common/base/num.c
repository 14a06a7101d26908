// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Strict decimal numbers: one text for each value, so that signed texts have one form.
#include "common/base/num.h"

bool num_parse_u64(struct slice s, uint64_t *out)
{
    uint64_t v = 0;
    if (s.n == 0 || s.n > 20 || (s.n > 1 && s.p[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        if (!num_mul(v, 10, &v) || !num_add(v, (uint64_t)(s.p[i] - '0'), &v)) {
            return false;
        }
    }
    *out = v;
    return true;
}
