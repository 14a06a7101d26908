// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Receipts from strangers, as one file: what parses lies within what was given and is made again to the same text; what
// verifies is of the consultation it was judged by.
#include "tests/fuzz/fuzz.h"

#include "common/format/receipt.h"

#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    CHECK(ident_init() == OK);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct slice text = slice_of(data, n);
    struct buf room = buf_new(LIMIT_NOTE_BYTES);
    struct buf again = buf_new(LIMIT_NOTE_BYTES);
    struct receipt *r = mem_new(sizeof *r);
    struct receipt_facts facts;
    struct charter charter;
    struct why why = { "" };
    if (receipt_parse(text, &room, r, &why)) {
        CHECK(r->n >= 1 && r->n <= LIMIT_RECEIPT_CHAIN);
        for (size_t i = 0; i < r->n; i++) {
            CHECK(lies_within(r->entries[i], buf_slice(&room)));
        }
        CHECK(receipt_make(r, &again));
        CHECK(slice_equal(buf_slice(&again), text));
        if (charter_verify(r->charter, &charter, &why) == VERDICT_GOOD &&
            receipt_verify(r, charter.id, &facts, &why) == VERDICT_GOOD) {
            CHECK(hash_equal(facts.entry.place.consultation, charter.id));
            CHECK(facts.index < facts.head.size);
        }
    } else {
        CHECK(why.text[0] != '\0');
    }
    free(r);
    buf_done(&again);
    buf_done(&room);
    return 0;
}
