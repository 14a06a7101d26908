// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Signing drafts: each becomes one entry and no more, and none is put away before its entry is on the disk.
#include "node/desk/signing.h"

#include "common/base/file.h"
#include "common/format/content.h"
#include "tests/unit/node/desk_scene.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

static void begin(struct desk_scene *s)
{
    desk_scene_init(s);
    char *keys = state_path_in(s->site.dir, "keys");
    cr_assert(file_exists(keys) || file_make_dir(keys, NULL) == OK);
    free(keys);
}

static struct draft_id id_of(uint8_t n)
{
    return (struct draft_id){ { 0xd0, n } };
}

// Keeps a draft with these words; group NULL: nobody was chosen; form 0: none.
static void keep(struct desk_scene *s, uint8_t id, const char *text, const char *group, const char *flag,
                 uint64_t form)
{
    struct content c = { .count = 0 };
    struct buf fields = buf_new(LIMIT_DRAFT_BYTES);
    struct buf lists[2] = { buf_new(256), buf_new(256) };
    struct drafts theirs = { .n = 0 };
    struct trouble trouble = { .err = OK };
    const struct slice codes[2] = { slice_text(group != NULL ? group : ""), slice_text(flag != NULL ? flag : "") };
    content_add_text(&c, "text", slice_text(text));
    content_make_list(&codes[0], 1, &lists[0]);
    content_make_list(&codes[1], 1, &lists[1]);
    if (group != NULL) {
        content_add_value(&c, "groups", buf_slice(&lists[0]));
    }
    if (flag != NULL) {
        content_add_value(&c, "flags", buf_slice(&lists[1]));
    }
    if (form > 0) {
        content_add_uint(&c, "form", form);
    }
    content_make(&c, &fields);
    struct draft d = { .id = id_of(id), .session = s->session.id, .kept_s = DESK_SCENE_WALL,
                       .fields = buf_slice(&fields) };
    cr_assert_eq(drafts_keep(&s->desk, &d, false, &theirs, &trouble), OK, "%s", trouble.why.text);
    buf_done(&fields);
    buf_done(&lists[0]);
    buf_done(&lists[1]);
}

static size_t kept(struct desk_scene *s)
{
    struct drafts all = { .n = 0 };
    cr_assert_eq(drafts_list(&s->desk, NULL, &all, NULL), OK);
    const size_t n = all.n;
    drafts_done(&all);
    return n;
}

static size_t contributions(struct desk_scene *s)
{
    struct local *l = NULL;
    struct local_entry e;
    size_t n = 0;
    cr_assert_eq(local_begin(&s->desk, &l, NULL), OK);
    while (local_next(l, &e)) {
        n += e.known && e.body.kind == KIND_CONTRIBUTION;
    }
    cr_assert_eq(local_end(l, NULL), OK);
    return n;
}

Test(signing, what_can_be_signed_is_and_the_others_say_what_they_need)
{
    struct desk_scene s;
    begin(&s);
    keep(&s, 1, "They took the land.", "women", NULL, 0);
    keep(&s, 2, "The ford is gone.", NULL, NULL, 0);
    keep(&s, 3, "He is nine.", "youth", "child", 0);
    keep(&s, 4, "The well is dry.", "elders", NULL, 0);
    const struct draft_id ids[] = { id_of(1), id_of(2), id_of(3), id_of(4), id_of(9) };
    struct signing_result r[5];
    struct trouble trouble = { .err = OK };
    cr_assert_eq(signing_sign(&s.desk, DESK_SCENE_WALL, ids, 5, r, &trouble), OK, "%s", trouble.why.text);
    cr_expect(r[0].saved && r[3].saved);
    cr_expect_eq(r[3].number, r[0].number + 1, "in the order in which they were named");
    cr_expect(r[0].slip.text[0] != '\0' && !slip_equal(&r[0].slip, &r[3].slip));
    cr_expect_not(r[1].saved || r[2].saved || r[4].saved);
    cr_expect_str_eq(r[1].trouble.code, "group-needed");
    cr_expect_str_eq(r[2].trouble.code, "stop");
    cr_expect_str_eq(r[4].trouble.code, "draft-gone");
    cr_expect_eq(kept(&s), 2);
    cr_expect_eq(contributions(&s), 2);
    desk_scene_done(&s);
}

Test(signing, a_draft_becomes_one_entry_however_often_it_is_signed)
{
    struct desk_scene s;
    begin(&s);
    keep(&s, 1, "They took the land.", "women", NULL, 0);
    const struct draft_id ids[] = { id_of(1), id_of(1) };
    struct signing_result r[2];
    struct signing_result again[1];
    cr_assert_eq(signing_sign(&s.desk, DESK_SCENE_WALL, ids, 2, r, NULL), OK);
    cr_expect(r[0].saved && r[1].saved);
    cr_expect(hash_equal(r[0].entry, r[1].entry), "named twice, written once");
    cr_assert_eq(signing_sign(&s.desk, DESK_SCENE_WALL, ids, 1, again, NULL), OK); // the answer was lost
    cr_expect(again[0].saved);
    cr_expect(hash_equal(again[0].entry, r[0].entry));
    cr_expect_eq(again[0].number, r[0].number);
    cr_expect(slip_equal(&again[0].slip, &r[0].slip));
    cr_expect_eq(contributions(&s), 1);
    desk_scene_done(&s);
}

Test(signing, what_a_crash_left_between_the_entry_and_its_draft_is_put_away_and_not_written_again)
{
    struct desk_scene s;
    begin(&s);
    keep(&s, 1, "They took the land.", "women", NULL, 0);
    const struct draft_id id = id_of(1);
    const struct hash key = draft_import_key(s.site.heron->person.key, id);
    const struct body body = { .kind = KIND_CONTRIBUTION };
    const struct append_item item = { .body = &body, .refs = &s.session.id, .ref_count = 1, .import_key = &key };
    struct append_result written;
    struct signing_result r[1];
    cr_assert_eq(desk_append(&s.desk, DESK_SCENE_WALL, &item, 1, &written, NULL), OK);
    cr_assert_eq(signing_sign(&s.desk, DESK_SCENE_WALL, &id, 1, r, NULL), OK); // after the crash she signs again
    cr_expect(r[0].saved);
    cr_expect(hash_equal(r[0].entry, written.id));
    cr_expect_eq(r[0].number, written.seq);
    cr_expect_eq(contributions(&s), 1);
    cr_expect_eq(kept(&s), 0);
    desk_scene_done(&s);
}

// Makes writing beyond the first page of any file fail, or not.
static void disk_full(bool full)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = full ? 4096 : limit.rlim_max;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(signing, a_disk_that_is_full_keeps_every_draft_and_it_can_be_signed_later)
{
    struct desk_scene s;
    begin(&s);
    keep(&s, 1, "They took the land.", "women", NULL, 0);
    keep(&s, 2, "The ford is gone.", "youth", NULL, 0);
    const struct draft_id ids[] = { id_of(1), id_of(2) };
    struct signing_result r[2];
    struct trouble trouble = { .err = OK };
    disk_full(true);
    cr_assert_neq(signing_sign(&s.desk, DESK_SCENE_WALL, ids, 2, r, &trouble), OK);
    disk_full(false);
    cr_assert_not_null(trouble.code);
    cr_expect_not(r[0].saved || r[1].saved);
    cr_expect_eq(kept(&s), 2);
    cr_expect_eq(contributions(&s), 0);
    cr_assert_eq(signing_sign(&s.desk, DESK_SCENE_WALL, ids, 2, r, &trouble), OK, "%s", trouble.why.text);
    cr_expect(r[0].saved && r[1].saved);
    cr_expect_eq(kept(&s), 0);
    cr_expect_eq(contributions(&s), 2);
    desk_scene_done(&s);
}

Test(signing, one_paper_form_is_not_two_contributions)
{
    struct desk_scene s;
    begin(&s);
    keep(&s, 1, "They took the land.", "women", NULL, 7);
    keep(&s, 2, "They took the land again.", "women", NULL, 7);
    const struct draft_id ids[] = { id_of(1), id_of(2) };
    struct signing_result r[2];
    cr_assert_eq(signing_sign(&s.desk, DESK_SCENE_WALL, ids, 2, r, NULL), OK);
    cr_expect(r[0].saved);
    cr_expect_not(r[1].saved);
    cr_expect_str_eq(r[1].trouble.code, "form-typed");
    cr_assert_eq(signing_sign(&s.desk, DESK_SCENE_WALL, &ids[1], 1, &r[1], NULL), OK);
    cr_expect_not(r[1].saved);
    cr_expect_str_eq(r[1].trouble.code, "form-typed");
    cr_expect_eq(kept(&s), 1);
    desk_scene_done(&s);
}
