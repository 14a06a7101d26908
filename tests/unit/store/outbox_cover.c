// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The cover over the outbox, and its renewal whenever a crash comes.
#include "tests/unit/store/scratch.h"

#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/store/outbox_cover.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct unlock_id unlock = { { 5 } };

// How many files beside path hold this key's digits.
static size_t files_with(const char *dir, const struct symkey *key)
{
    struct buf hex = buf_new(64);
    size_t n = 0;
    armor_put_hex(&hex, SLICE_ARRAY(key->b));
    DIR *d = opendir(dir);
    cr_assert(d != NULL);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        struct buf text = buf_new(4096);
        char path[512];
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (file_read(path, false, &text, NULL) == OK && text.n >= hex.n) {
            n += memmem(text.p, text.n, hex.p, hex.n) != NULL;
        }
        buf_done(&text);
    }
    closedir(d);
    buf_done(&hex);
    return n;
}

Test(cover, what_lies_under_it_opens_with_it_and_for_its_unlock_only)
{
    const struct outbox_cover one = { .n = 1, .keys = { { { 1 } } } };
    const struct outbox_cover two = { .n = 2, .keys = { { { 2 } }, { { 1 } } } };
    const struct outbox_cover none = { .n = 0 };
    const struct unlock_id other = { { 6 } };
    const uint8_t record[OUTBOX_KEY_BYTES] = { 9, 8, 7 };
    struct buf covered = buf_new(512);
    struct buf out = buf_new(OUTBOX_KEY_BYTES);
    cr_assert(ident_init() == OK);
    outbox_cover_seal(&one, unlock, SLICE_ARRAY(record), &covered);
    cr_assert_eq(covered.n, OUTBOX_COVERED_BYTES);
    cr_expect_not(outbox_cover_open(&one, other, buf_slice(&covered), &out));
    cr_expect_not(outbox_cover_open(&none, unlock, buf_slice(&covered), &out));
    cr_assert(outbox_cover_open(&two, unlock, buf_slice(&covered), &out), "the key before is the second");
    cr_expect(slice_equal(buf_slice(&out), SLICE_ARRAY(record)));
    buf_reset(&out);
    cr_expect(outbox_cover_open(&none, unlock, SLICE_ARRAY(record), &out), "older programs left it bare");
    cr_expect_eq(out.n, sizeof record);
    buf_done(&covered);
    buf_done(&out);
}

// A crash is a step that is not made: whoever comes next begins again.
Test(cover, its_renewal_goes_on_after_a_crash_and_leaves_nothing_of_the_old_key)
{
    for (int crash = 0; crash < 4; crash++) {
        struct scratch s = scratch_new();
        struct outbox_cover first;
        struct outbox_cover both;
        struct outbox_cover again;
        struct outbox_cover now;
        struct why why = { "" };
        char path[128];
        char left[160];
        cr_assert(ident_init() == OK);
        snprintf(path, sizeof path, "%s/outbox", s.dir);
        cr_assert_eq(outbox_cover_load(path, &first, &why), ERR_NOT_FOUND);
        cr_assert(outbox_cover_need(path, &first, &why) == OK, "%s", why.text);
        cr_assert(outbox_cover_begin(path, &both, &why) == OK, "%s", why.text);
        cr_assert_eq(both.n, 2);
        cr_assert(memcmp(&both.keys[1], &first.keys[0], sizeof first.keys[0]) == 0);
        if (crash == 1) { // before everything was put under the new key
            cr_assert(outbox_cover_begin(path, &again, &why) == OK, "%s", why.text);
            cr_assert(memcmp(&again, &both, sizeof both) == 0, "the keys are those of the first time");
        } else if (crash == 2) { // in the middle of replacing the file: the old one has a second name
            snprintf(left, sizeof left, "%s.old", path);
            cr_assert(link(path, left) == 0);
        } else if (crash == 3) { // when it was not in its place yet
            snprintf(left, sizeof left, "%s.Ab3x_9", path);
            struct buf text = buf_new(256);
            cr_assert(file_read(path, false, &text, &why) == OK);
            cr_assert(file_replace(left, buf_slice(&text), 0600, &why) == OK);
            buf_done(&text);
        }
        cr_assert(outbox_cover_end(path, &why) == OK, "%s", why.text);
        cr_assert(outbox_cover_load(path, &now, &why) == OK, "%s", why.text);
        cr_assert_eq(now.n, 1);
        cr_assert(memcmp(&now.keys[0], &both.keys[0], sizeof now.keys[0]) == 0);
        cr_expect_eq(files_with(s.dir, &first.keys[0]), 0, "crash %d", crash);
        cr_expect_eq(files_with(s.dir, &now.keys[0]), 1, "crash %d", crash);
        scratch_done(&s);
    }
}
