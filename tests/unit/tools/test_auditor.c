// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The audit of a file says the same with any number of threads.
#include "tools/baraza/auditor.h"

#include "common/base/file.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BIT(role) (1u << ROLE_##role)
#define ENTRIES 1500

static void make_export(struct world *w, struct buf *out)
{
    world_init(w, 1);
    struct person secretary = person_of("secretary");
    struct person p = person_of("facilitator");
    (void)world_grant(w, &w->root[0], &secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(w, &secretary, &p, BIT(FACILITATOR), NULL);
    const struct said *session = world_session(w, &p, "LR-NIM", "LR-NIM-2026-001");
    while (w->n < ENTRIES) {
        (void)world_contribute(w, &p, session, "The road is unsafe after dark.");
    }
    world_export(w, true, out);
}

Test(auditor, finds_the_same_with_one_thread_or_many_in_a_good_and_in_an_altered_file)
{
    static const unsigned threads[] = { 1, 2, 7, 0 };
    char folder[] = "/tmp/baraza-auditor-XXXXXX";
    char path[64];
    struct world w;
    struct why why = { { 0 } };
    struct buf export = buf_new(1 << 24);
    cr_assert_eq(ident_init(), OK);
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/export", folder);
    make_export(&w, &export);
    for (int bent = 0; bent <= 1; bent++) {
        export.p[export.n * 3 / 4] ^= (uint8_t)bent;
        cr_assert_eq(file_replace(path, buf_slice(&export), 0600, &why), OK, "%s", why.text);
        uint64_t index = UINT64_MAX;
        for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
            struct audit_report r;
            cr_assert_eq(auditor_run(path, w.charter.id, threads[i], &r, &why), OK, "%s", why.text);
            cr_expect_eq(r.good, bent == 0, "%s", r.what.text);
            cr_expect_eq(r.has_index, bent != 0);
            cr_expect(index == UINT64_MAX || r.index == index);
            cr_expect(bent != 0 || r.entries == ENTRIES);
            index = r.index;
        }
    }
    cr_expect_eq(unlink(path), 0);
    cr_expect_eq(rmdir(folder), 0);
    buf_done(&export);
    world_done(&w);
}

Test(auditor, refuses_what_is_no_ordinary_file)
{
    char folder[] = "/tmp/baraza-auditor-XXXXXX";
    char path[64];
    struct audit_report r;
    struct why why = { { 0 } };
    const struct hash nobody = { { 0 } };
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/export", folder);
    cr_expect_eq(auditor_run(path, nobody, 1, &r, &why), ERR_NOT_FOUND);
    cr_expect(strstr(why.text, path) != NULL);
    cr_expect_eq(auditor_run(folder, nobody, 1, &r, &why), ERR_BAD_INPUT);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_eq(auditor_run(path, nobody, 1, &r, &why), ERR_BAD_INPUT);
    cr_expect_eq(unlink(path), 0);
    cr_expect_eq(rmdir(folder), 0);
}
