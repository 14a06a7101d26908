// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record read from an export: every entry once, with its standing by now; what is no record is not read. And what
// an entry's parts say, as JSON, byte for byte.
#include "tools/baraza/entry_json.h"
#include "tools/baraza/reading.h"

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/format/armor.h"
#include "common/format/content.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BIT(role) (1u << ROLE_##role)

struct scene {
    struct world w;
    struct person secretary, p;
    struct said *session;
    char folder[64], path[128], charter[128];
};

static void begin(struct scene *s)
{
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    s->secretary = person_of("secretary");
    s->p = person_of("facilitator");
    (void)world_grant(&s->w, &s->w.root[0], &s->secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&s->w, &s->secretary, &s->p, BIT(FACILITATOR), NULL);
    s->session = world_session(&s->w, &s->p, "LR-NIM", "LR-NIM-2026-001");
    snprintf(s->folder, sizeof s->folder, "/tmp/baraza-reading-XXXXXX");
    cr_assert(mkdtemp(s->folder) != NULL);
    snprintf(s->path, sizeof s->path, "%s/record.baraza", s->folder);
    snprintf(s->charter, sizeof s->charter, "%s/charter", s->folder);
    cr_assert_eq(file_replace(s->charter, buf_slice(&s->w.charter_note), 0600, NULL), OK);
}

static void write_export(struct scene *s, bool bent)
{
    struct buf out = buf_new(1 << 24);
    world_export(&s->w, true, &out);
    out.p[out.n / 2] ^= bent ? 1 : 0;
    cr_assert_eq(file_replace(s->path, buf_slice(&out), 0600, NULL), OK);
    buf_done(&out);
}

static void done(struct scene *s)
{
    cr_expect_eq(unlink(s->path), 0);
    cr_expect_eq(unlink(s->charter), 0);
    cr_expect_eq(rmdir(s->folder), 0);
    world_done(&s->w);
}

static int open_export(struct scene *s, struct cmd_context *context, struct reading **out)
{
    const struct reading_from from = { .record = s->path, .charter = s->charter };
    *context = (struct cmd_context){ .state = s->folder, .quiet = true };
    return reading_open(context, &from, out);
}

Test(reading, gives_each_entry_once_with_the_standing_it_has_by_now)
{
    struct scene s;
    struct cmd_context context;
    struct reading *r = NULL;
    struct reading_item item;
    begin(&s);
    // By somebody whose key turns out to be compromised; once after she saw another record than this one.
    struct said *early = world_contribute(&s.w, &s.p, s.session, "Said first.");
    s.w.seen = (struct tree_head){ .size = 2, .root = hash_of(SLICE_LITERAL("another record")) };
    struct said *contradicts = world_contribute(&s.w, &s.p, s.session, "Seen elsewhere.");
    s.w.seen = tree_head_empty();
    (void)world_revoke(&s.w, &s.secretary, &s.p, "compromised", NULL, 0);
    write_export(&s, false);
    cr_assert_eq(open_export(&s, &context, &r), -1);
    cr_expect_eq(reading_head(r).size, s.w.n);
    for (int pass = 0; pass < 2; pass++) {
        uint64_t n = 0;
        while (reading_next(r, &item)) {
            const struct said *said = s.w.record[n];
            cr_expect_eq(item.index, n);
            cr_expect(hash_equal(item.entry.id, said->entry.id));
            const enum verdict due = said == contradicts ? VERDICT_SEEN_CONTRADICTS : world_standing(&s.w, said);
            cr_expect_eq(item.standing, due, "entry %zu: %s", (size_t)n, verdict_code(item.standing));
            cr_expect_eq(reading_kind(r, n), said->body.kind);
            cr_expect_eq(item.has_parts, said->entry.part_count > 0);
            n++;
        }
        cr_expect_eq(n, s.w.n);
        cr_expect_eq(reading_end(r), -1);
        reading_rewind(r);
    }
    cr_expect_eq(world_standing(&s.w, early), VERDICT_REVOKED);
    reading_close(r);
    done(&s);
}

Test(reading, finds_by_the_beginning_of_an_id_only_what_is_meant)
{
    struct scene s;
    struct cmd_context context;
    struct reading *r = NULL;
    struct buf hex = buf_new(100);
    uint64_t index = 0;
    begin(&s);
    for (int i = 0; i < 300; i++) {
        (void)world_contribute(&s.w, &s.p, s.session, "Said again.");
    }
    write_export(&s, false);
    cr_assert_eq(open_export(&s, &context, &r), -1);
    const size_t digits = reading_digits(r);
    for (size_t i = 0; i < s.w.n; i++) {
        buf_reset(&hex);
        armor_put_hex(&hex, SLICE_ARRAY(s.w.record[i]->entry.id.b));
        cr_expect_eq(reading_look(r, slice_of(hex.p, digits), &index), OK);
        cr_expect_eq(index, i);
    }
    cr_expect_eq(reading_look(r, slice_of(hex.p, 3), &index), ERR_BAD_INPUT);
    cr_expect_eq(reading_look(r, SLICE_LITERAL("not hex"), &index), ERR_BAD_INPUT);
    hex.p[63] = hex.p[63] == '0' ? '1' : '0';
    cr_expect_eq(reading_look(r, buf_slice(&hex), &index), ERR_NOT_FOUND);
    buf_done(&hex);
    reading_close(r);
    done(&s);
}

Test(reading, refuses_an_export_that_is_not_good_or_of_another_consultation)
{
    struct scene s;
    struct cmd_context context;
    struct reading *r = NULL;
    begin(&s);
    write_export(&s, true);
    cr_expect_eq(open_export(&s, &context, &r), EXIT_FOUND);
    write_export(&s, false);
    const struct reading_from stranger = {
        .record = s.path, .charter = "0000000000000000000000000000000000000000000000000000000000000000" };
    cr_expect_eq(reading_open(&context, &stranger, &r), EXIT_FOUND);
    const struct reading_from nobody = { .record = s.path };
    context.state = "/nonexistent";
    cr_expect_eq(reading_open(&context, &nobody, &r), EXIT_USAGE);
    cr_expect(r == NULL);
    done(&s);
}

// The text of a contribution's JSON, back as bytes.
static void text_of(const struct said *said, struct buf *out)
{
    const struct charter nobody = { .officer_count = 0 };
    json_t *parts = parts_json(&nobody, NULL, &said->entry, &said->disclosure);
    json_t *text = json_object_get(json_object_get(parts, "said"), "text");
    char *line = json_dumps(text, JSON_COMPACT | JSON_ENCODE_ANY);
    json_t *again = json_loads(line, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (json_is_string(again)) {
        buf_put(out, slice_of(json_string_value(again), json_string_length(again)));
    } else {
        const json_t *base64 = json_object_get(again, "base64");
        cr_assert(armor_base64(slice_of(json_string_value(base64), json_string_length(base64)), out));
    }
    free(line);
    json_decref(again);
    json_decref(parts);
}

Test(reading, a_body_as_json_is_what_was_said_byte_for_byte)
{
    const struct slice bodies[] = {
        { NULL, 0 },
        SLICE_LITERAL("commas, \"quotes\", 'quotes', \\ and\r\nlines\n"),
        SLICE_LITERAL("\xe4\xb8\xad\xe6\x96\x87\xef\xbc\x8c\xe8\xaf\xad\xe8\xa8\x80"), // Chinese
        SLICE_LITERAL("cafe\xcc\x81, not composed"),
        SLICE_LITERAL("\xd8\xb7\xd8\xb1\xd9\x8a\xd9\x82 \xe2\x80\xae turned"),
        SLICE_LITERAL("a\0b, and \x01\x1f\x7f"),
        SLICE_LITERAL("\xff\xfe not UTF-8"),
        SLICE_LITERAL("\xef\xbf\xbf\xf4\x8f\xbf\xbf"), // the last points there are
        SLICE_LITERAL("thirty-two bytes of Latin 1: \xe9t\xe9"),
    };
    struct scene s;
    begin(&s);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct body body = { .kind = KIND_CONTRIBUTION };
        struct content said = { .count = 0 };
        struct buf part = buf_new(1000);
        struct buf back = buf_new(1000);
        struct slice parts[6] = { { NULL, 0 } };
        content_add_text(&said, "text", bodies[i]);
        content_make(&said, &part);
        parts[1] = buf_slice(&part);
        text_of(world_say(&s.w, &s.p, &body, &s.session->entry.id, 1, parts), &back);
        cr_expect(slice_equal(buf_slice(&back), bodies[i]), "body %zu", i);
        buf_done(&part);
        buf_done(&back);
    }
    write_export(&s, false);
    done(&s);
}
