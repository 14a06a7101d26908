// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sound and pictures at a desk: beside a draft from piece to piece, in the contribution that is signed, and read again.
#include "node/desk/attaching.h"

#include "common/base/file.h"
#include "node/desk/drafts.h"
#include "tests/unit/node/desk_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 200000, PIECE = 65536 };

static const struct draft_id draft = { { 4 } };

static uint8_t *sound(void)
{
    uint8_t *bytes = mem_new(SIZE);
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 300);
    }
    memcpy(bytes, "OggS", 4);
    return bytes;
}

static void keep(struct desk_scene *s, bool anew)
{
    struct drafts theirs = { .n = 0 };
    struct trouble trouble = { .err = OK };
    struct draft d = { .id = draft, .version = anew ? 1 : 0, .session = s->session.id, .kept_s = 1,
                       .fields = SLICE_LITERAL("\x80") };
    if (anew) {
        d.fields = SLICE_LITERAL("\x81\xa4lang\xa2sw");
    }
    cr_assert_eq(drafts_keep(&s->desk, &d, anew, &theirs, &trouble), OK, "%s", trouble.why.text);
}

static struct hash record(struct desk_scene *s, const uint8_t *bytes)
{
    struct trouble trouble = { .err = OK };
    struct hash id;
    uint64_t size = 0;
    cr_assert_eq(attaching_begin(&s->desk, draft, SLICE_LITERAL("sound"), SLICE_LITERAL("audio/ogg"), &id, &trouble),
                 OK, "%s", trouble.why.text);
    for (size_t at = 0; at < SIZE; at += PIECE) {
        const size_t n = SIZE - at < PIECE ? SIZE - at : PIECE;
        cr_assert_eq(attaching_piece(&s->desk, draft, id, at, slice_of(bytes + at, n), &size, &trouble), OK);
        cr_assert_eq(size, at + n);
        cr_expect_neq(attaching_piece(&s->desk, draft, id, at, slice_of(bytes + at, n), &size, &trouble), OK);
        cr_expect_str_eq(trouble.code, trouble_code(TROUBLE_ATTACHMENT_OFFSET), "the answer was lost");
        cr_expect_eq(size, at + n);
    }
    return id;
}

static uint64_t rows(struct desk_scene *s, enum db db)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_read(state_kv(s->desk.state), &t), OK);
    const uint64_t n = kv_count(t, db);
    kv_abort(t);
    return n;
}

Test(attaching, a_sound_of_a_draft_is_signed_with_it_and_heard_again)
{
    struct desk_scene s;
    struct trouble trouble = { .err = OK };
    struct given g = { .c = { .groups = { .codes = { SLICE_LITERAL("women") }, .n = 1 } } };
    struct buf manifest = buf_new(LIMIT_MANIFEST_BYTES), heard = buf_new(SIZE);
    struct contribute x = { .begun = false };
    struct append_result result;
    struct why why = { "" };
    struct attach found;
    uint8_t *bytes = sound();
    desk_scene_init(&s);
    keep(&s, false);
    const struct hash id = record(&s, bytes);
    cr_expect_neq(attaching_give(&s.desk, draft, &g, &manifest, &trouble), OK);
    cr_expect_str_eq(trouble.code, trouble_code(TROUBLE_ATTACHMENT_NOT_DONE));
    cr_assert_eq(attaching_finish(&s.desk, draft, id, &found, &trouble), OK);
    cr_expect(found.done);
    cr_assert_eq(attaching_read(&s.desk, draft, id, 0, &heard, &found, &trouble), OK);
    cr_expect(slice_equal(buf_slice(&heard), slice_of(bytes, SIZE)));
    cr_assert_eq(attaching_give(&s.desk, draft, &g, &manifest, &trouble), OK);
    cr_assert_eq(g.attached, 1);
    cr_assert_eq(contribute_begin(&s.desk, &s.session, s.codebook, &g, &x, &trouble), OK, "%s", trouble.why.text);
    cr_assert_eq(contribute_words(&g, &x, &trouble), OK, "a sound needs no text: %s", trouble.why.text);
    cr_assert_eq(desk_append(&s.desk, DESK_SCENE_WALL, &x.item, 1, &result, &why), OK, "%s", why.text);
    contribute_done(&x);
    const uint64_t chunks = rows(&s, DB_BLOB);
    cr_assert_eq(drafts_signed(&s.desk, &draft, 1, &trouble), OK);
    cr_expect_eq(rows(&s, DB_BLOB), chunks, "what is signed stays where it was");
    cr_expect_eq(rows(&s, DB_DRAFT_BLOB), 0);
    char type[LIMIT_ATTACHMENT_TYPE + 1];
    uint64_t size = 0;
    buf_reset(&heard);
    cr_assert_eq(attaching_read_entry(&s.desk, result.id, 0, 100000, &heard, &size, type, &trouble), OK, "%s",
                 trouble.why.text);
    cr_expect_eq(size, SIZE);
    cr_expect_str_eq(type, "audio/ogg");
    cr_expect(slice_equal(buf_slice(&heard), slice_of(bytes + 100000, SIZE - 100000)));
    cr_expect_neq(attaching_read_entry(&s.desk, result.id, 1, 0, &heard, &size, type, &trouble), OK);
    buf_done(&manifest);
    buf_done(&heard);
    free(bytes);
    desk_scene_done(&s);
}

Test(attaching, what_is_discarded_or_kept_anew_leaves_no_sound_behind)
{
    struct desk_scene s;
    struct trouble trouble = { .err = OK };
    struct attach list[LIMIT_ATTACHMENTS];
    uint8_t *bytes = sound();
    size_t n = 0;
    desk_scene_init(&s);
    keep(&s, false);
    (void)record(&s, bytes);
    cr_assert_eq(attaching_list(&s.desk, draft, list, &n, &trouble), OK);
    cr_expect_eq(n, 1);
    cr_expect_eq(list[0].size, SIZE);
    keep(&s, true);
    cr_expect_eq(rows(&s, DB_BLOB), 0);
    cr_assert_eq(attaching_list(&s.desk, draft, list, &n, &trouble), OK);
    cr_expect_eq(n, 0);
    const struct hash id = record(&s, bytes);
    cr_assert_eq(attaching_drop(&s.desk, draft, id, &trouble), OK);
    cr_expect_eq(rows(&s, DB_BLOB), 0);
    (void)record(&s, bytes);
    cr_assert_eq(drafts_discard(&s.desk, draft, &trouble), OK);
    cr_expect_eq(rows(&s, DB_BLOB), 0);
    struct hash none;
    cr_expect_neq(attaching_begin(&s.desk, draft, SLICE_LITERAL("sound"), SLICE_LITERAL("audio/ogg"), &none, &trouble),
                  OK);
    cr_expect_str_eq(trouble.code, trouble_code(TROUBLE_DRAFT_GONE));
    free(bytes);
    desk_scene_done(&s);
}

// Another who writes here, unlocked.
static struct desk second(struct desk_scene *s)
{
    struct why why = { "" };
    struct desk other = s->desk;
    other.who = safe_slot(&s->site.safe, (struct pubkey){ { 0 } });
    cr_assert_eq(keyring_add(s->site.keyring, "Acacia", SLICE_LITERAL("two acacias bend"), s->site.heron,
                             s->site.intake, other.who, &why), OK, "%s", why.text);
    other.author = NULL;
    return other;
}

Test(attaching, what_others_do_meanwhile_takes_away_no_sound)
{
    struct desk_scene s;
    struct trouble trouble = { .err = OK };
    struct attach list[LIMIT_ATTACHMENTS];
    struct buf manifest = buf_new(LIMIT_MANIFEST_BYTES);
    struct draft_id files;
    struct drafts all;
    char path[128];
    uint8_t *bytes = sound();
    size_t n = 0;
    desk_scene_init(&s);
    struct desk acacia = second(&s);
    keep(&s, false);
    (void)record(&s, bytes);
    cr_assert_eq(drafts_discard(&acacia, draft, &trouble), OK, "she has none of that id");
    cr_assert_eq(attaching_list(&s.desk, draft, list, &n, &trouble), OK);
    cr_expect_eq(n, 1);

    // Files that are taken in for an entry which is not there yet.
    (void)snprintf(path, sizeof path, "%s/voice.ogg", s.site.root);
    cr_assert_eq(file_replace(path, slice_of(bytes, SIZE), 0600, NULL), OK);
    const char *const paths[] = { path };
    cr_assert_eq(attaching_files(&s.desk, s.session.id, 7, paths, 1, &files, &manifest, &trouble), OK, "%s",
                 trouble.why.text);
    const uint64_t chunks = rows(&s, DB_BLOB);
    struct draft d = { .id = { { 9 } }, .session = s.session.id, .fields = SLICE_LITERAL("\x80") };
    struct drafts theirs = { .n = 0 };
    cr_assert_eq(drafts_keep(&acacia, &d, false, &theirs, &trouble), OK);
    cr_assert_eq(drafts_discard(&acacia, d.id, &trouble), OK);
    cr_expect_eq(rows(&s, DB_BLOB), chunks);
    cr_assert_eq(drafts_list(&s.desk, NULL, &all, &trouble), OK);
    cr_expect_eq(all.n, 2, "what is cut short here is offered as a draft");
    drafts_done(&all);
    cr_assert_eq(drafts_discard(&s.desk, files, &trouble), OK);
    cr_expect_lt(rows(&s, DB_BLOB), chunks);
    const char *const nothing[] = { path, "/nowhere/at/all" };
    cr_expect_neq(attaching_files(&s.desk, s.session.id, 7, nothing, 2, &files, &manifest, &trouble), OK);
    cr_assert_eq(drafts_list(&s.desk, NULL, &all, &trouble), OK);
    cr_expect_eq(all.n, 1, "nothing is left of files that were not taken");
    drafts_done(&all);
    buf_done(&manifest);
    free(bytes);
    desk_scene_done(&s);
}

Test(attaching, what_is_no_sound_and_no_picture_is_not_taken)
{
    struct desk_scene s;
    struct trouble trouble = { .err = OK };
    struct hash id;
    uint64_t size = 0;
    desk_scene_init(&s);
    keep(&s, false);
    cr_expect_neq(attaching_begin(&s.desk, draft, SLICE_LITERAL("film"), SLICE_LITERAL("video/mp4"), &id, &trouble),
                  OK);
    cr_expect_str_eq(trouble.code, trouble_code(TROUBLE_ATTACHMENT_KIND));
    cr_assert_eq(attaching_begin(&s.desk, draft, SLICE_LITERAL("photo"), SLICE_LITERAL("image/jpeg"), &id, &trouble),
                 OK);
    cr_expect_neq(attaching_piece(&s.desk, draft, id, 0, SLICE_LITERAL("<svg xmlns=\"x\">"), &size, &trouble), OK);
    cr_expect_str_eq(trouble.code, trouble_code(TROUBLE_ATTACHMENT_KIND));
    // In pieces so short that none can be told by.
    cr_assert_eq(attaching_piece(&s.desk, draft, id, 0, SLICE_LITERAL("<svg xml"), &size, &trouble), OK);
    cr_assert_eq(attaching_piece(&s.desk, draft, id, 8, SLICE_LITERAL("ns=\"x\"> and more"), &size, &trouble), OK);
    cr_expect_neq(attaching_finish(&s.desk, draft, id, NULL, &trouble), OK);
    cr_expect_str_eq(trouble.code, trouble_code(TROUBLE_ATTACHMENT_KIND));
    desk_scene_done(&s);
}
