// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a person does with forums at the desk: opened with all that is inherited, counted, and sealed only when it adds
// up and is what was read back.
#include "node/desk/attendance.h"
#include "node/desk/attesting.h"
#include "node/desk/forum_view.h"
#include "node/desk/sealing.h"
#include "node/desk/session.h"
#include "tests/unit/node/desk_scene.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(forums, a_group_of_few_is_never_shown_nor_can_it_be_subtracted)
{
    static const struct {
        const char *groups; // one letter a contribution; '-': in none
        size_t n;
        bool shown;
    } rows[] = {
        { "", 0, false },
        { "aaaaabbbbb", 2, true },
        { "ababababab", 2, true },
        { "aaaaabbbb", 2, false },
        { "aaaaabbbbb-", 2, false },
        { "aaaaabbbbb-----", 2, true },
        { "-----", 0, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tables t = { .n = 0 };
        for (const char *c = rows[i].groups; *c != '\0'; c++) {
            tables_add(&t, slice_of((const uint8_t *)c, *c == '-' ? 0 : 1));
        }
        cr_assert_eq(t.n, rows[i].n, "%s", rows[i].groups);
        cr_assert_eq(tables_may_be_shown(&t), rows[i].shown, "%s", rows[i].groups);
        for (size_t k = 1; k < t.n; k++) {
            cr_assert_lt(t.rows[k - 1].name[0], t.rows[k].name[0]);
        }
    }
}

// A row changes one thing of a forum that can be opened.
static void fields_of(struct session_fields *f)
{
    *f = (struct session_fields){ .code = SLICE_LITERAL("XM-KIV-2026-009"), .area = SLICE_LITERAL("XM-KIV"),
                                  .type = SLICE_LITERAL("town-hall"), .date = SLICE_LITERAL("2026-03-04"),
                                  .precision = SLICE_LITERAL("district"), .interpreted = true };
    f->languages[f->language_n++] = SLICE_LITERAL("sw");
    f->tables[f->table_n++] = (struct session_table){ .name = SLICE_LITERAL("1") };
    f->tables[0].groups.codes[f->tables[0].groups.n++] = SLICE_LITERAL("women");
}

Test(forums, what_cannot_be_a_forum_is_refused_by_its_field_and_opens_nothing)
{
    struct desk_scene s;
    struct append_result result;
    struct session_fields f;
    desk_scene_init(&s);
    for (int row = 0; row < 10; row++) {
        static const enum trouble_code wanted[] = {
            TROUBLE_FORUM_CODE, TROUBLE_FORUM_AREA, TROUBLE_FORUM_FIELD, TROUBLE_FORUM_DATE, TROUBLE_FORUM_FIELD,
            TROUBLE_FORUM_LANGUAGE, TROUBLE_FORUM_TABLE, TROUBLE_FORUM_AREA, TROUBLE_FORUM_SEAL_TO,
            TROUBLE_FORUM_OPEN,
        };
        struct trouble t = { .code = NULL };
        fields_of(&f);
        switch (row) {
        case 0: f.code = SLICE_LITERAL("no code"); break;
        case 1: f.area = SLICE_LITERAL(""); break;
        case 2: f.type = SLICE_LITERAL("garden-party"); break;
        case 3: f.date = SLICE_LITERAL("2026-02-30"); break;
        case 4: f.authorities.codes[f.authorities.n++] = SLICE_LITERAL("mayor"); break;
        case 5: f.languages[0] = SLICE_LITERAL("not a tag"); break;
        case 6: f.tables[f.table_n++] = f.tables[0]; break;
        case 7: f.tables[0].groups.codes[0] = SLICE_LITERAL("the women"); break;
        case 8: f.seal_to.codes[f.seal_to.n++] = SLICE_LITERAL("nobody"); break;
        default: f.code = SLICE_LITERAL(DESK_SCENE_FORUM); break;
        }
        cr_assert_neq(session_open(&s.desk, DESK_SCENE_WALL, &f, &result, &t), OK, "row %d", row);
        cr_assert_str_eq(t.code, trouble_code(wanted[row]), "row %d: %s", row, t.code);
    }
    struct forum_counts counts = { .fold = NULL };
    struct forum_view v;
    cr_assert_eq(forum_view_load(&s.desk, &counts, &v, NULL), OK);
    cr_assert_eq(v.n, 1);
    forum_view_done(&v);
    fields_of(&f);
    cr_assert_eq(session_open(&s.desk, DESK_SCENE_WALL, &f, &result, NULL), OK);
    cr_assert_eq(forum_view_load(&s.desk, &counts, &v, NULL), OK, "what was counted is counted anew");
    cr_assert_eq(v.n, 2);
    struct content said;
    cr_assert(content_parse(buf_slice(&v.rows[1].context), &said));
    cr_assert(content_bool(&said, "interpreter"));
    cr_assert(slice_equal(content_text(&said, "precision"), SLICE_LITERAL("district")));
    forum_view_done(&v);
    forum_counts_done(&counts);
    desk_scene_done(&s);
}

Test(forums, people_are_counted_by_known_codes_each_once)
{
    static const struct {
        const char *sex[2], *age[2];
        uint64_t count;
        enum trouble_code trouble; // TROUBLE_COUNT: none
    } rows[] = {
        { { "female", "male" }, { "18-35", "18-35" }, 12, TROUBLE_COUNT },
        { { "female", "female" }, { "18-35", "18-35" }, 12, TROUBLE_ATTENDANCE_TWICE },
        { { "Amina", "male" }, { "18-35", "18-35" }, 1, TROUBLE_ATTENDANCE_CODE },
        { { "female", "male" }, { "18-35", "old" }, 1, TROUBLE_ATTENDANCE_CODE },
        { { "female", "male" }, { "18-35", "18-35" }, 0, TROUBLE_ATTENDANCE_COUNT },
        { { "female", "male" }, { "18-35", "18-35" }, LIMIT_ATTENDANCE + 1, TROUBLE_ATTENDANCE_COUNT },
    };
    struct desk_scene s;
    desk_scene_init(&s);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct attendance a[2];
        struct append_result result;
        struct trouble t = { .code = NULL };
        uint64_t people = 7;
        for (size_t k = 0; k < 2; k++) {
            a[k] = (struct attendance){ .sex = slice_text(rows[i].sex[k]), .age = slice_text(rows[i].age[k]),
                                        .count = rows[i].count, .displaced = 2, .disability = 2 };
        }
        const enum err e = attendance_save(&s.desk, DESK_SCENE_WALL, s.session.id, a, 2, &result, &people, &t);
        if (rows[i].trouble == TROUBLE_COUNT) {
            cr_assert_eq(e, OK, "row %zu", i);
            cr_assert_eq(people, 2 * rows[i].count);
        } else {
            cr_assert_neq(e, OK, "row %zu", i);
            cr_assert_str_eq(t.code, trouble_code(rows[i].trouble), "row %zu", i);
            cr_assert_eq(people, 7, "row %zu", i);
        }
    }
    struct buf last = buf_new(LIMIT_BODY_BYTES);
    cr_assert_eq(attendance_last(&s.desk, s.session.id, &last, NULL), OK);
    cr_assert_gt(last.n, 0);
    buf_done(&last);
    desk_scene_done(&s);
}

Test(forums, the_digest_of_what_was_read_back_is_of_every_number_that_was_read)
{
    struct desk_scene s;
    struct sealing x = { .fold = NULL };
    struct trouble t = { .code = NULL };
    desk_scene_init(&s);
    cr_assert_eq(sealing_open(&s.desk, DESK_SCENE_FORUM, &x, &t), OK, "%s", t.why.text);
    const struct closing c = { .forms = SEALING_PRINTED };
    const struct hash read = sealing_digest(&x, &c, true);
    cr_assert_eq(sealing_unchanged(&x, &c, true, read, &t), OK);
    for (int row = 0; row < 9; row++) {
        struct sealing y = x;
        struct closing d = c;
        struct forum_state forum = *x.forum;
        bool whole = true;
        y.forum = &forum;
        switch (row) {
        case 0: y.own.count++; break;
        case 1: y.own.root.b[0] ^= 1; break;
        case 2: y.others++; break;
        case 3: y.shares[y.share_n++] = x.session.id; break;
        case 4: forum.people++; break;
        case 5: d.forms = 3; break;
        case 6: d.spoiled = 1; break;
        case 7: y.drafts.all++; break;
        default: whole = false; break;
        }
        cr_assert_eq(sealing_unchanged(&y, &d, whole, read, &t), ERR_AGAIN, "row %d", row);
        cr_assert_str_eq(t.code, "seal-changed");
    }
    sealing_done(&x);
    desk_scene_done(&s);
}

Test(forums, who_sealed_a_forum_does_not_attest_it_and_a_sheet_is_a_picture)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum trouble_code trouble; // TROUBLE_COUNT: none
    } rows[] = {
        { "\xff\xd8\xff\xe0", LIMIT_DISCLOSURE_BYTES, TROUBLE_SHEET_BIG },
        { "not a picture", 13, TROUBLE_SHEET_KIND },
        { "", 0, TROUBLE_SHEET_KIND },
        { "\xff\xd8\xff\xe0", 200000, TROUBLE_COUNT },
        { "%PDF-1.4", 8, TROUBLE_COUNT },
    };
    struct desk_scene s;
    struct sealing x = { .fold = NULL };
    struct trouble t = { .code = NULL };
    struct append_result result;
    struct hash seal;
    const struct closing c = { .forms = SEALING_PRINTED };
    desk_scene_init(&s);
    cr_assert_eq(sealing_open(&s.desk, DESK_SCENE_FORUM, &x, &t), OK, "%s", t.why.text);
    cr_assert_eq(sealing_check(&x, &c, true, &t), OK, "%s", t.why.text);
    cr_assert_eq(sealing_seal(&s.desk, DESK_SCENE_WALL, &x, &c, &seal, &t), OK, "%s", t.why.text);
    cr_assert_neq(attesting_attest(&s.desk, DESK_SCENE_WALL, seal, NULL, &result, &t), OK);
    cr_assert_str_eq(t.code, "attest-own");
    uint8_t *bytes = mem_new(LIMIT_DISCLOSURE_BYTES);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(bytes, 0, LIMIT_DISCLOSURE_BYTES);
        memcpy(bytes, rows[i].bytes, strlen(rows[i].bytes));
        const struct sheet_file sheet = { .name = SLICE_LITERAL("sheet"), .bytes = slice_of(bytes, rows[i].n) };
        t = (struct trouble){ .code = NULL };
        const enum err e = attesting_attest(&s.desk, DESK_SCENE_WALL, seal, &sheet, &result, &t);
        cr_assert_eq(e == OK, rows[i].trouble == TROUBLE_COUNT, "row %zu: %s", i, t.why.text);
        if (e != OK) {
            cr_assert_str_eq(t.code, trouble_code(rows[i].trouble), "row %zu", i);
        }
    }
    free(bytes);
    sealing_done(&x);
    desk_scene_done(&s);
}
