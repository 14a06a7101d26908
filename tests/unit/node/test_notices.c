// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is told of which facts: a table, one fact out of order at a time, and several together.
#include "node/desk/notices.h"

#include <criterion/criterion.h>

#include <string.h>

#define DAY 86400u
#define NOW (1763000000u)

struct row {
    const char *name;
    const char *told; // codes with their values: "hub-silent 6 9 40960 21000000"
    struct notice_facts f;
};

#define FACTS .now_s = NOW, .disk_free = UINT64_MAX, .known_s = NOW - DAY
#define FACTS2(free) .now_s = NOW, .disk_free = (free), .known_s = NOW - DAY
#define CONTACT(s, welcomed) .contact = { .state = (s), .welcomed_s = (welcomed) }, .heard_s = (welcomed)

static const struct notice_forum open_forum[] = {
    { .code = "XM-KIV-2026-003", .area = "XM-KIV", .drafts = 3, .oldest_s = NOW - 2 * DAY },
    { .code = "XM-KIV-2026-004", .area = "XM-KIV", .drafts = 3, .oldest_s = NOW - 2 * DAY, .sealed = true },
    { .code = "XM-KIV-2026-005", .area = "XM-KIV", .drafts = 1, .oldest_s = NOW - DAY / 2 },
    { .code = "XM-KIV-2026-006", .area = "XM-KIV" },
};
static const struct notice_forum foreign_forum[] = { { .code = "XM-TUM-1", .area = "XM-TUM", .outside = true } };

static const struct row rows[] = {
    { "all is well", "", { FACTS } },
    { "offline, and nothing waits", "", { FACTS, CONTACT(CONTACT_SILENT, NOW - 40 * DAY) } },
    { "offline since this morning", "", { FACTS, CONTACT(CONTACT_SILENT, NOW - DAY / 2), .waiting = 6,
                                          .oldest_s = NOW - DAY / 2 } },
    { "a silent hub", "hub-silent 6 9 40960 21000000",
      { FACTS, CONTACT(CONTACT_SILENT, NOW - 9 * DAY), .waiting = 6, .text_bytes = 40960, .sound_bytes = 21000000,
        .oldest_s = NOW - 6 * DAY } },
    { "a hub that is silent, but answers by courier", "",
      { FACTS, .contact = { .state = CONTACT_SILENT, .welcomed_s = NOW - 30 * DAY }, .heard_s = NOW - DAY, .waiting = 6,
        .oldest_s = NOW - 6 * DAY } },
    { "a hub that was never reached", "hub-never 2 3 100 0",
      { FACTS, .waiting = 2, .text_bytes = 100, .oldest_s = NOW - 3 * DAY } },
    { "a backlog in no bundle", "not-carried 6 6", { FACTS, CONTACT(CONTACT_UP, NOW), .waiting = 6, .alone = 6,
                                                     .alone_s = NOW - 6 * DAY - 5 } },
    { "a backlog of today", "", { FACTS, CONTACT(CONTACT_UP, NOW), .waiting = 6, .alone = 6, .alone_s = NOW - 60 } },
    { "a disk that fills up", "disk-low 107374182 288", { .now_s = NOW, .disk_free = 107374182 } },
    { "a full disk", "disk-full 5000000", { .now_s = NOW, .disk_free = 5000000 } },
    { "a clock that was put back", "clock 1763000000 1763172801",
      { .now_s = NOW, .disk_free = UINT64_MAX, .known_s = NOW + 2 * DAY + 1 } },
    { "a clock that is a day behind", "", { .now_s = NOW, .disk_free = UINT64_MAX, .known_s = NOW + DAY } },
    { "a clock that is years ahead", "clock-ahead 1763000000 1699928000",
      { .now_s = NOW, .disk_free = UINT64_MAX, .known_s = NOW - 730 * DAY } },
    { "nothing came down yet", "", { .now_s = NOW, .disk_free = UINT64_MAX } },
    { "refusals of two kinds", "refused 1 not-enrolled; refused 3 too-large",
      { FACTS, .refused_n = 2, .refused = { { VERDICT_NOT_ENROLLED, 1 }, { VERDICT_TOO_LARGE, 3 } } } },
    { "a refusal that this version does not know", "refused 1 unknown",
      { FACTS, .refused_n = 1, .refused = { { 60000, 1 } } } },
    { "drafts of days ago at a forum that is open",
      "not-sealed 3 XM-KIV-2026-003 0000000000000000000000000000000000000000000000000000000000000000",
      { FACTS, .forums = open_forum, .forum_n = 4 } },
    { "a forum that nobody here may hold", "outside XM-TUM-1 XM-TUM",
      { FACTS, .forums = foreign_forum, .forum_n = 1 } },
    { "a door that was never open", "not-admitted", { FACTS, CONTACT(CONTACT_NOT_ADMITTED, 0) } },
    { "a door that is shut now", "shut-out", { FACTS, CONTACT(CONTACT_NOT_ADMITTED, NOW - DAY) } },
    { "somebody else at the hub's address", "stranger", { FACTS, CONTACT(CONTACT_STRANGER, NOW - DAY) } },
    { "a hub that does not verify", "untrue", { FACTS, CONTACT(CONTACT_UNTRUE, NOW) } },
    { "a hub that was put back", "hub-behind", { FACTS, CONTACT(CONTACT_BEHIND, NOW) } },
    { "a hub that is busy", "", { FACTS, .contact = { .state = CONTACT_PUT_OFF, .code = VERDICT_HUB_BUSY,
                                                       .welcomed_s = NOW } } },
    { "a hub that waits for the registrar", "put-off",
      { FACTS, .contact = { .state = CONTACT_PUT_OFF, .code = VERDICT_BRANCH_LIMIT, .welcomed_s = NOW } } },
    { "a store that could not be written", "not-stored", { FACTS, CONTACT(CONTACT_TROUBLE, NOW) } },
    { "a copy", "copy 4 1762000000", { FACTS, .copied = true, .copied_gone = 4, .copied_s = 1762000000 } },
    { "damage that costs nothing", "damaged 2", { FACTS, .damaged = 2 } },
    { "damage that costs sound", "sound-lost 2", { FACTS, .sound_lost = 2 } },
    { "damage that costs words", "lost 1; damaged 2", { FACTS, .lost = 1, .damaged = 2 } },
    { "what waits for somebody", "erasures 1; others-unlock 3",
      { FACTS, .waits = { .erasures = 1, .successors = 2, .notebooks = 1 } } },
    { "the gravest stands first", "hub-forked; told-else 2; key-ended; disk-low 104857600 279; not-carried 1 1",
      { FACTS2(104857600), .contradicted = true, .told_else = 2, .unaccredited = true, .alone = 1,
        .alone_s = NOW - DAY } },
    { "keys that were destroyed", "destroyed 1762000000", { FACTS, .destroyed_s = 1762000000 } },
    { "a false custody, and a tree that is damaged", "false-custody; hidden 7", { FACTS, .false_custody = true,
                                                                                   .hidden = 7 } },
};

static void say(const struct notice *x, struct buf *out)
{
    buf_put_text(out, x->code);
    for (size_t i = 0; i < x->n; i++) {
        if (x->args[i].is_text) {
            buf_printf(out, " %s", x->args[i].text);
        } else {
            buf_printf(out, " %llu", (unsigned long long)x->args[i].number);
        }
    }
}

Test(notices, each_fact_has_its_words_and_the_gravest_stand_first)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct notice told[NOTICE_MOST];
        struct buf out = buf_new(4096);
        const size_t n = notices_of(&rows[i].f, told);
        for (size_t k = 0; k < n; k++) {
            buf_put_text(&out, k == 0 ? "" : "; ");
            say(&told[k], &out);
            cr_assert(k == 0 || told[k].weight >= told[k - 1].weight, "%s", rows[i].name);
        }
        buf_put_u8(&out, 0);
        cr_assert_str_eq((const char *)out.p, rows[i].told, "%s: %s", rows[i].name, (const char *)out.p);
        buf_done(&out);
    }
}

Test(notices, every_row_of_the_table_is_told_of_some_fact)
{
    for (enum notice_code code = 0; code < NOTICE_COUNT; code++) {
        bool found = false;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            const char *at = strstr(rows[i].told, notice_code(code));
            found = found || at != NULL;
        }
        cr_assert(found, "%s", notice_code(code));
    }
}

Test(notices, so_many_that_they_do_not_fit_are_cut_and_nothing_is_written_behind)
{
    static struct notice_forum many[3 * NOTICE_MOST];
    struct notice told[NOTICE_MOST];
    for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
        many[i] = foreign_forum[0];
    }
    const struct notice_facts f = { .now_s = NOW, .disk_free = UINT64_MAX, .forums = many,
                                    .forum_n = sizeof many / sizeof *many, .lost = 1 };
    cr_assert_eq(notices_of(&f, told), NOTICE_MOST);
    cr_assert_str_eq(told[0].code, "lost");
}
