// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
#include "common/author/protect_key.h"

#include <criterion/criterion.h>
#include <string.h>

#define PASSPHRASE SLICE_LITERAL("four kites over Kivuli")

Test(protect_key, a_file_opens_under_its_passphrase_only_and_shows_its_public_half_to_all)
{
    struct protect_key k;
    struct protect_key back;
    struct why why = { "" };
    struct slice name = { NULL, 0 };
    struct boxkey pub;
    struct buf file = buf_new(PROTECT_KEY_FILE_BYTES);
    protect_key_new("ombuds", &k);
    cr_assert(protect_key_seal(&k, slice_of(NULL, 0), &file, &why) == ERR_USAGE);
    cr_assert(protect_key_seal(&k, PASSPHRASE, &file, &why) == OK);
    cr_assert(buf_ok(&file));
    cr_assert(memmem(file.p, file.n, k.sec.b, sizeof k.sec.b) == NULL);
    cr_assert(protect_key_read_line(buf_slice(&file), &name, &pub));
    cr_assert(slice_equal(name, SLICE_LITERAL("ombuds")) && boxkey_equal(pub, k.pub));
    cr_assert(protect_key_open(buf_slice(&file), SLICE_LITERAL("four kites"), &back, &why) == ERR_CRYPTO);
    cr_assert(protect_key_open(buf_slice(&file), PASSPHRASE, &back, &why) == OK, "%s", why.text);
    cr_assert(strcmp(back.name, "ombuds") == 0 && boxkey_equal(back.pub, k.pub));
    cr_assert(memcmp(back.sec.b, k.sec.b, sizeof k.sec.b) == 0);
    buf_done(&file);
}

Test(protect_key, no_byte_of_a_file_can_be_changed_unnoticed)
{
    struct protect_key k;
    struct protect_key back;
    struct buf file = buf_new(PROTECT_KEY_FILE_BYTES);
    struct slice name = { NULL, 0 };
    struct boxkey pub;
    protect_key_new("officer-1", &k);
    cr_assert(protect_key_seal(&k, PASSPHRASE, &file, NULL) == OK);
    const size_t places[] = { 5, 22, 31, 40, 90, 110, file.n - 60, file.n - 3, file.n - 1 };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        file.p[places[i]] ^= 1;
        cr_assert(protect_key_open(buf_slice(&file), PASSPHRASE, &back, NULL) != OK, "byte %zu", places[i]);
        file.p[places[i]] ^= 1;
    }
    cr_assert(protect_key_open(slice_of(file.p, file.n - 1), PASSPHRASE, &back, NULL) == ERR_BAD_INPUT);
    cr_assert(protect_key_open(buf_slice(&file), PASSPHRASE, &back, NULL) == OK);
    cr_assert(!protect_key_read_line(SLICE_LITERAL("protect a b\nprotected x y\n"), &name, &pub));
    buf_done(&file);
}
