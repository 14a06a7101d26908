// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a page gives to be kept, and what is read of a draft: JSON becomes one canonical value, which becomes the same
// JSON again; and whatever bytes stand for fields are read or refused.
#include "tests/fuzz/fuzz.h"

#include "common/format/pack.h"
#include "common/ops/json_pack.h"
#include "common/ops/json_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct slice input = slice_of(data, size);
    struct buf packed = buf_new((size_t)1 << 20);
    struct buf again = buf_new((size_t)1 << 20);
    json_t *value = json_read(input);
    if (value != NULL && json_pack_value(value, &packed) && buf_ok(&packed)) {
        CHECK(pack_canonical(buf_slice(&packed), true));
        json_t *back = json_unpack_value(buf_slice(&packed));
        CHECK(back != NULL);
        CHECK(json_equal(value, back));
        CHECK(json_pack_value(back, &again));
        CHECK(slice_equal(buf_slice(&packed), buf_slice(&again)));
        json_decref(back);
    }
    json_decref(value);
    value = json_unpack_value(input);
    if (value != NULL) {
        CHECK(pack_canonical(input, true));
    }
    json_decref(value);
    buf_done(&packed);
    buf_done(&again);
    return 0;
}
