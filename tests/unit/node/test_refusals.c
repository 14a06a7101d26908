// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Whatever a hub refuses, the person is told what to do.
#include "node/desk/refusals.h"

#include "common/base/verdict.h"
#include "common/store/exchange_state.h"
#include "common/store/store.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Test(refusals, each_reason_that_a_hub_can_have_says_what_to_do_in_words_of_its_own)
{
    const char *unknown = refusal_advice(31);
    size_t n = 0;
    for (uint64_t i = 0; i < 32; i++) { // the class of refusals (common/base/verdict.h)
        enum verdict v = VERDICT_GOOD;
        if (verdict_known(i, &v) && verdict_class_of(v) == VERDICT_IS_REFUSAL) {
            cr_assert_str_neq(refusal_advice(i), unknown, "%s", verdict_code(v));
            cr_assert_str_eq(refusal_code(i), verdict_code(v));
            n++;
        }
    }
    cr_assert_geq(n, 7);
    cr_assert_str_eq(refusal_code(31), "unknown");
    cr_assert(strstr(unknown, "same version") != NULL);
}

Test(refusals, they_are_counted_by_reason)
{
    static const uint64_t codes[] = { VERDICT_NOT_ENROLLED, VERDICT_TOO_LARGE, VERDICT_NOT_ENROLLED, 31 };
    char dir[] = "/tmp/baraza-refusals-XXXXXX";
    char store[64];
    char path[128];
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    struct buf out = buf_new(4096);
    cr_assert(mkdtemp(dir) != NULL);
    (void)snprintf(store, sizeof store, "%s/store", dir);
    cr_assert_eq(ident_init(), OK);
    const unsigned flags = KV_ANY_FILESYSTEM | KV_NO_SYNC;
    cr_assert_eq(store_create(store, STORE_NODE, hash_of(SLICE_LITERAL("trial")), flags, NULL), OK);
    cr_assert_eq(store_open(store, flags, 0, &kv, NULL, NULL), OK);
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct refused r = { .refusal = { .seq = i, .code = codes[i] } };
        refused_put(t, &r);
    }
    refusals_put(&out, t);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    buf_put_u8(&out, 0);
    const char *said = (const char *)out.p;
    cr_assert(strstr(said, "  2 refused: this key was never enrolled here (not-enrolled)\n    what to do: ask") != NULL,
              "%s", said);
    cr_assert(strstr(said, "  1 refused: larger than the limit (too-large)\n    what to do: ") != NULL);
    cr_assert(strstr(said, "  1 refused: for a reason that this version does not know (unknown)\n") != NULL);
    buf_done(&out);
    static const char *const files[] = { "store/data.mdb", "store/lock.mdb" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        cr_expect_eq(unlink(path), 0);
    }
    cr_expect_eq(rmdir(store), 0);
    cr_expect_eq(rmdir(dir), 0);
}
