// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
#include "hub/hub_destroyed.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    return remove(path);
}

Test(hub_destroyed, a_device_speaks_for_its_own_people_and_a_bundle_does_not_outdo_the_network)
{
    char dir[] = "/tmp/baraza-destroyed-XXXXXX";
    struct why why = { "" };
    struct hub_destroyed_list list;
    bool fresh = false;
    cr_assert_not_null(mkdtemp(dir));
    const struct journal_head heads[] = { { .journal = { .key = { { 1 } } }, .next = 26, .head = { { 9 } } },
                                          { .journal = { .key = { { 2 } } }, .next = 0 } };
    const struct journal_head forged[] = { { .journal = { .key = { { 1 } } }, .next = 3, .head = { { 9 } } } };
    struct hub_destroyed said = { .site = { { 7 } }, .by_bundle = true, .count = 1, .heads = forged };
    cr_assert(hub_destroyed_load(dir, &list, &why) == OK && list.n == 0);
    cr_assert(hub_destroyed_put(dir, &said, &fresh, &why) == OK && fresh);
    said = (struct hub_destroyed){ .site = { { 7 } }, .count = 2, .heads = heads };
    cr_assert(hub_destroyed_put(dir, &said, &fresh, &why) == OK && fresh, "the network outdoes a bundle");
    cr_assert(hub_destroyed_put(dir, &said, &fresh, &why) == OK && !fresh, "said again it is no news");
    said = (struct hub_destroyed){ .site = { { 7 } }, .by_bundle = true, .count = 1, .heads = forged };
    cr_assert(hub_destroyed_put(dir, &said, &fresh, &why) == OK && !fresh, "a bundle does not outdo the network");
    said = (struct hub_destroyed){ .site = { { 8 } }, .count = 1, .heads = forged };
    cr_assert(hub_destroyed_put(dir, &said, &fresh, &why) == OK && fresh);

    cr_assert(hub_destroyed_load(dir, &list, &why) == OK);
    cr_assert_eq(list.n, 3);
    struct roster_member m = { .key = { { 1 } }, .has_transport = true, .transport = { { 7 } } };
    const struct hub_destroyed_row *row = hub_destroyed_of(&list, &m);
    cr_assert(row != NULL && row->head.next == 26 && !row->by_bundle);
    m.transport = (struct boxkey){ { 8 } };
    row = hub_destroyed_of(&list, &m);
    cr_assert(row != NULL && row->head.next == 3, "what her own device says");
    m.transport = (struct boxkey){ { 9 } };
    cr_assert_null(hub_destroyed_of(&list, &m), "another device says nothing of her");
    m = (struct roster_member){ .key = { { 3 } }, .has_transport = true, .transport = { { 7 } } };
    cr_assert_null(hub_destroyed_of(&list, &m), "nothing is said of others");
    hub_destroyed_free(&list);
    cr_assert_eq(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}
