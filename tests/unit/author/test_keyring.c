// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
#include "tests/unit/author/site.h"

#include "common/base/file.h"

#include <stdio.h>
#include <string.h>

Test(keyring, each_person_opens_the_same_store_with_her_own_passphrase)
{
    struct site s;
    struct why why = { "" };
    struct keyring *read = NULL;
    struct person found;
    struct pubkey nobody = { { 0 } };
    char path[128];
    site_init(&s);
    snprintf(path, sizeof path, "%s/keyring", s.root);
    struct unlocked *acacia = safe_slot(&s.safe, nobody);
    cr_assert(keyring_add(s.keyring, "Acacia", SLICE_LITERAL("another one"), s.heron, s.intake, acacia, &why) == OK);
    cr_assert(keyring_save(s.keyring, path, &why) == OK);
    cr_assert(keyring_load(path, &read, &why) == OK);
    cr_assert_eq(keyring_count(read), 2);

    struct safe other;
    safe_init(&other);
    struct unlocked *one = safe_slot(&other, nobody);
    cr_assert(keyring_unlock(read, s.heron->person.key, PASSPHRASE, s.intake, one, &why) == OK);
    struct unlocked *two = safe_slot(&other, nobody);
    cr_assert(one != two);
    cr_assert(keyring_unlock(read, acacia->person.key, SLICE_LITERAL("another one"), s.intake, two, &why) == OK);
    cr_assert(memcmp(&one->store_key, &two->store_key, sizeof one->store_key) == 0);
    cr_assert(memcmp(&one->sign, &s.heron->sign, sizeof one->sign) == 0);
    cr_assert(memcmp(&two->sign, &acacia->sign, sizeof two->sign) == 0);
    cr_assert(memcmp(&one->unlock, &s.heron->unlock, sizeof one->unlock) != 0, "each unlock has a key of its own");

    safe_forget(one);
    cr_assert(keyring_unlock(read, s.heron->person.key, SLICE_LITERAL("three herons sit"), s.intake, one, &why) ==
              ERR_CRYPTO);
    cr_assert(!one->taken);
    cr_assert(keyring_find(read, "Acacia", &found, &why) == OK);
    cr_assert(pubkey_equal(found.key, acacia->person.key));
    cr_assert(keyring_find(read, NULL, &found, &why) == ERR_USAGE, "with two people one has to say who");
    cr_assert(strstr(why.text, "Heron, Acacia") != NULL, "%s", why.text);
    cr_assert(keyring_add(read, "Heron", PASSPHRASE, two, s.intake, one, &why) == ERR_EXISTS);
    safe_done(&other);
    keyring_free(read);
    site_done(&s);
}

Test(keyring, a_damaged_file_or_one_that_asks_for_too_much_is_refused)
{
    struct site s;
    struct why why = { "" };
    struct buf bytes = buf_new(LIMIT_KEYRING_BYTES);
    char path[128];
    site_init(&s);
    snprintf(path, sizeof path, "%s/keyring", s.root);
    cr_assert(keyring_save(s.keyring, path, &why) == OK);
    cr_assert(file_read(path, false, &bytes, &why) == OK);
    size_t opened = 0;
    // 64 MiB stand as ce 04 00 00 00: a file that asks for 4 GiB must not be obeyed.
    uint8_t *memory = memmem(bytes.p, bytes.n, "\xce\x04\x00\x00\x00", 5);
    cr_assert(memory != NULL);
    for (size_t i = 0; i <= 40; i++) {
        size_t at = i == 40 ? (size_t)(memory - bytes.p) + 1 : i * (bytes.n - 1) / 40;
        uint8_t was = bytes.p[at];
        struct keyring *read = NULL;
        bytes.p[at] = i == 40 ? 0xff : (uint8_t)(was ^ 1);
        cr_assert(file_replace(path, buf_slice(&bytes), 0600, &why) == OK);
        enum err e = keyring_load(path, &read, &why);
        cr_assert(e == OK || e == ERR_CORRUPT);
        cr_assert(i < 40 || e == ERR_CORRUPT, "4 GiB of memory were agreed to");
        if (e == OK && opened < 3) { // unlocking is slow: a few are enough
            struct safe other;
            struct pubkey key = keyring_person(read, 0)->key;
            safe_init(&other);
            e = keyring_unlock(read, key, PASSPHRASE, s.intake, safe_slot(&other, key), &why);
            cr_assert(e == ERR_CRYPTO || e == ERR_CORRUPT, "byte %zu: %s", at, err_name(e));
            safe_done(&other);
            opened++;
        }
        keyring_free(read);
        bytes.p[at] = was;
    }
    cr_assert(opened > 0);
    buf_done(&bytes);
    site_done(&s);
}

Test(keyring, a_keyholder_gives_a_new_passphrase_and_nobody_else_does)
{
    struct site s;
    struct why why = { "" };
    struct keyholder owl, found, hawk;
    struct boxsec owl_sec, hawk_sec;
    struct keyring *read = NULL;
    struct buf file = buf_new(4096);
    struct buf other = buf_new(4096);
    char path[128];
    const struct slice fresh = SLICE_LITERAL("reeds bend in the wind");
    site_init(&s);
    snprintf(path, sizeof path, "%s/keyring", s.root);
    const struct pubkey key = s.heron->person.key;
    cr_assert(keyholder_new("Owl", SLICE_LITERAL("owl's own"), &owl, &file, &why) == OK);
    cr_assert(keyholder_new("Hawk", SLICE_LITERAL("hawk's own"), &hawk, &other, &why) == OK);
    cr_assert(keyholder_line_parse(buf_slice(&file), &found, &why) && boxkey_equal(found.box, owl.box));
    cr_assert(keyholder_open(buf_slice(&file), SLICE_LITERAL("hawk's own"), &found, &owl_sec, &why) == ERR_CRYPTO);
    cr_assert(keyholder_open(buf_slice(&file), SLICE_LITERAL("owl's own"), &found, &owl_sec, &why) == OK);
    cr_assert(keyholder_open(buf_slice(&other), SLICE_LITERAL("hawk's own"), &found, &hawk_sec, &why) == OK);

    cr_assert(keyring_keyholder_add(s.keyring, key, SLICE_LITERAL("a guess"), &owl, &why) == ERR_CRYPTO,
              "being unlocked is not enough to name a keyholder");
    cr_assert(keyring_keyholder_add(s.keyring, key, PASSPHRASE, &owl, &why) == OK);
    cr_assert(keyring_keyholder_add(s.keyring, key, PASSPHRASE, &owl, &why) == ERR_EXISTS);
    cr_assert(keyring_save(s.keyring, path, &why) == OK && keyring_load(path, &read, &why) == OK);
    cr_assert(keyring_recover(read, key, &hawk, &hawk_sec, fresh, &why) == ERR_PERM);
    found = owl;
    cr_assert(keyring_recover(read, key, &found, &hawk_sec, fresh, &why) == ERR_CORRUPT, "another's secret");
    cr_assert(keyring_recover(read, key, &owl, &owl_sec, fresh, &why) == OK);

    struct safe safe;
    safe_init(&safe);
    struct unlocked *one = safe_slot(&safe, key);
    cr_assert(keyring_unlock(read, key, PASSPHRASE, s.intake, one, &why) == ERR_CRYPTO, "the old one opens nothing");
    cr_assert(keyring_unlock(read, key, fresh, s.intake, one, &why) == OK);
    cr_assert(memcmp(&one->sign, &s.heron->sign, sizeof one->sign) == 0, "the keys are the same as before");
    cr_assert(memcmp(&one->store_key, &s.heron->store_key, sizeof one->store_key) == 0);
    cr_assert(keyring_passphrase(read, key, fresh, PASSPHRASE, &why) == OK);
    cr_assert(keyring_unlock(read, key, PASSPHRASE, s.intake, one, &why) == OK);
    cr_assert(keyring_recover(read, key, &owl, &owl_sec, fresh, &why) == OK, "keyholders outlast a passphrase");
    cr_assert(keyring_keyholder_drop(read, key, "Owl", &why) == OK);
    cr_assert(keyring_recover(read, key, &owl, &owl_sec, fresh, &why) == ERR_PERM);
    safe_done(&safe);
    keyring_free(read);
    buf_done(&file);
    buf_done(&other);
    site_done(&s);
}

Test(keyring, a_keyholders_name_is_one_that_any_terminal_shows_as_it_is)
{
    static const char *const names[] = { "", "Owl\x1b[2J", "Owl\nHawk", "Owl\xe2\x80\xaeklaH" };
    struct why why = { "" };
    struct keyholder found;
    struct buf line = buf_new(4096);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct keyholder owl = { .name = "" };
        (void)snprintf(owl.name, sizeof owl.name, "%s", names[i]);
        buf_reset(&line);
        keyholder_line_make(&owl, &line);
        cr_assert(!keyholder_line_parse(buf_slice(&line), &found, &why), "name %zu", i);
        cr_assert(strstr(why.text, "chosen name") != NULL);
    }
    buf_done(&line);
}

Test(keyring, a_keyholders_line_or_file_that_was_changed_is_refused)
{
    struct why why = { "" };
    struct keyholder owl, found;
    struct boxsec sec;
    struct buf file = buf_new(4096);
    cr_assert(ident_init() == OK);
    cr_assert(keyholder_new("Owl", SLICE_LITERAL("owl's own"), &owl, &file, &why) == OK);
    const uint8_t *end = memchr(file.p, '\n', file.n);
    const size_t line = (size_t)(end - file.p);
    for (size_t i = 0; i < line; i++) {
        uint8_t was = file.p[i];
        file.p[i] = was == 'A' ? 'B' : 'A';
        cr_assert(!keyholder_line_parse(slice_of(file.p, line), &found, &why), "byte %zu", i);
        cr_assert(!keyholder_line_parse(slice_of(file.p, i), &found, &why), "%zu bytes", i);
        file.p[i] = was;
    }
    cr_assert(keyholder_open(slice_of(file.p, line), SLICE_LITERAL("owl's own"), &found, &sec, &why) == ERR_BAD_INPUT);
    cr_assert(strstr(why.text, "only the public line") != NULL);
    cr_assert(keyholder_open(slice_of(file.p, file.n - 8), SLICE_LITERAL("owl's own"), &found, &sec, &why) ==
              ERR_BAD_INPUT);
    file.p[file.n - 8] ^= 1; // of the sealed secret
    cr_assert(keyholder_open(buf_slice(&file), SLICE_LITERAL("owl's own"), &found, &sec, &why) != OK);
    buf_done(&file);
}
