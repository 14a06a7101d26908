// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Exports from strangers, first byte the size of the pieces they are read in. Whatever the pieces, the report is the
// same; nothing is called good that is not of the one consultation, and whole.
#include "tests/fuzz/fuzz.h"

#include "common/format/audit.h"
#include "tests/lib/world.h"

#include <string.h>

static struct hash charter;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct world w;
    (void)argc;
    (void)argv;
    CHECK(ident_init() == OK);
    world_init(&w, 1); // the consultation that the seeds are of
    charter = w.charter.id;
    world_done(&w);
    return 0;
}

static void fold(struct audit *a)
{
    struct audit_batch *b = audit_take(a);
    if (b != NULL) {
        audit_batch_check(b);
        (void)audit_fold(a, b);
    }
}

static struct audit_report run(struct slice bytes, size_t piece)
{
    struct audit *a = audit_new(charter);
    struct audit_report report;
    enum audit_state state = AUDIT_MORE;
    while (bytes.n > 0 && state != AUDIT_STOP) {
        struct slice chunk = slice_of(bytes.p, bytes.n < piece ? bytes.n : piece);
        bytes = slice_of(bytes.p + chunk.n, bytes.n - chunk.n);
        while ((state = audit_feed(a, &chunk)) == AUDIT_BATCH) {
            fold(a);
        }
        CHECK(state == AUDIT_STOP || chunk.n == 0);
    }
    fold(a);
    audit_end(a, &report);
    audit_free(a);
    return report;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0) {
        return 0;
    }
    const struct slice bytes = slice_of(data + 1, n - 1);
    const struct audit_report whole = run(bytes, SIZE_MAX);
    const struct audit_report cut = run(bytes, (size_t)data[0] + 1);
    CHECK(whole.good == cut.good);
    CHECK(whole.has_index == cut.has_index);
    CHECK(whole.index == cut.index);
    CHECK(strcmp(whole.what.text, cut.what.text) == 0);
    CHECK(!whole.good || whole.entries == whole.head.size);
    CHECK(!whole.good || hash_equal(whole.consultation, charter));
    return 0;
}
