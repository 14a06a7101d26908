// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The files of a hub's store key: whatever a crash left of them, the next start reads the right key and ends with one.
#include "tests/unit/hub/scene.h"

#include "common/base/file.h"
#include "hub/store_key.h"

#include <unistd.h>

#define NEW STATE_HUB_STORE ".new"
#define OLD STATE_HUB_STORE ".old"

// What a crash can leave: a key by its number, a file of zeros, or no file.
enum left { NONE, FIRST, SECOND, ZEROS };

static void leave(struct house *h, const char *name, enum left what)
{
    static const char digits[] = "0123";
    char text[66] = { 0 };
    if (what == NONE) {
        (void)unlink(house_path(h, name));
        return;
    }
    memset(text, what == ZEROS ? 0 : digits[what], 64);
    text[64] = what == ZEROS ? '\0' : '\n';
    cr_assert_eq(file_replace(house_path(h, name), slice_of(text, 65), 0600, NULL), OK);
}

static struct store_key numbered(enum left which)
{
    struct symkey key;
    memset(key.b, which == FIRST ? 0x11 : 0x22, sizeof key.b);
    return store_key_of(key);
}

static bool same(const struct store_key *key, enum left which)
{
    const struct store_key due = numbered(which);
    return memcmp(key->id, due.id, sizeof due.id) == 0;
}

Test(store_key, is_read_and_renewed_from_whatever_a_crash_has_left)
{
    static const struct {
        enum left now, next, old; // in keys/
        enum left seals, opens;   // opens: NONE when there is no older one
        bool renewing;
    } rows[] = {
        { FIRST, NONE, NONE, FIRST, NONE, false },
        { FIRST, SECOND, NONE, SECOND, FIRST, true },     // begun
        { FIRST, SECOND, FIRST, SECOND, FIRST, true },    // the old one has its second name
        { SECOND, SECOND, FIRST, SECOND, SECOND, true },  // the new one is in its place
        { SECOND, SECOND, ZEROS, SECOND, SECOND, true },
        { SECOND, SECOND, NONE, SECOND, SECOND, true },
        { SECOND, NONE, SECOND, SECOND, NONE, false },    // the other copy is on its way to be overwritten
        { SECOND, NONE, ZEROS, SECOND, NONE, false },
    };
    struct world w;
    struct house h;
    cr_assert_eq(ident_init(), OK);
    world_init(&w, 1);
    house_new(&h, &w);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct store_key key;
        struct why why = { "" };
        bool renewing = false;
        leave(&h, STATE_HUB_STORE, rows[i].now);
        leave(&h, NEW, rows[i].next);
        leave(&h, OLD, rows[i].old);
        cr_assert_eq(store_key_load(h.state, &key, &renewing, &why), OK, "row %zu: %s", i, why.text);
        cr_expect_eq(renewing, rows[i].renewing, "row %zu", i);
        cr_expect(same(&key, rows[i].seals), "row %zu", i);
        cr_expect_eq(key.has_older, rows[i].opens != NONE, "row %zu", i);
        const struct store_key older = numbered(rows[i].opens);
        cr_expect(!key.has_older || memcmp(key.older_id, older.id, sizeof older.id) == 0, "row %zu", i);
        cr_assert_eq(store_key_settle(h.state, &why), OK, "row %zu: %s", i, why.text);
        cr_expect_not(file_exists(house_path(&h, OLD)), "row %zu", i);
        cr_assert_eq(store_key_end(h.state, &key, &why), OK, "row %zu: %s", i, why.text);
        cr_expect(same(&key, rows[i].seals), "row %zu", i);
        cr_expect_not(key.has_older, "row %zu", i);
        cr_expect_not(file_exists(house_path(&h, NEW)), "row %zu", i);
        cr_expect_not(file_exists(house_path(&h, OLD)), "row %zu", i);
    }
    house_done(&h);
    world_done(&w);
}
