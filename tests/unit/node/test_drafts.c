// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Drafts at the desk: what a person is told, that she sees her own only, and that none becomes two entries.
#include "tests/unit/author/site.h"

#include "common/base/file.h"
#include "common/format/content.h"
#include "common/store/wipe.h"
#include "node/desk/drafts.h"
#include "node/desk/desk.h"
#include "node/desk/trouble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scene {
    struct site site;
    struct state *state;
    struct desk heron, acacia;
    struct hash forum;
    struct trouble trouble;
};

static void scene_init(struct scene *s)
{
    struct why why = { "" };
    const struct pubkey nobody = { { 0 } };
    *s = (struct scene){ .forum = { "the forum" } };
    site_init(&s->site);
    s->state = site_open(&s->site);
    struct unlocked *acacia = safe_slot(&s->site.safe, nobody);
    cr_assert(keyring_add(s->site.keyring, "Acacia", SLICE_LITERAL("two acacias bend"), s->site.heron, s->site.intake,
                          acacia, &why) == OK);
    char *keys = state_path_in(s->site.dir, "keys");
    cr_assert(file_exists(keys) || file_make_dir(keys, NULL) == OK);
    free(keys);
    s->heron = (struct desk){ .state = s->state, .keyring = s->site.keyring, .safe = &s->site.safe, .readable = true };
    s->acacia = s->heron;
    s->heron.who = s->site.heron;
    s->acacia.who = acacia;
}

static void scene_done(struct scene *s)
{
    state_close(s->state);
    site_done(&s->site);
}

static struct draft_id id_of(uint8_t n)
{
    return (struct draft_id){ { 0xd0, n } };
}

static enum err keep_as(struct scene *s, struct desk *desk, uint8_t id, uint64_t version, const char *text, bool anew,
                        struct drafts *theirs)
{
    struct content c = { .count = 0 };
    struct buf fields = buf_new((size_t)4 * LIMIT_DRAFT_BYTES);
    content_add_text(&c, "text", slice_text(text));
    content_make(&c, &fields);
    struct draft d = {
        .id = id_of(id), .version = version, .session = s->forum, .kept_s = 99, .fields = buf_slice(&fields)
    };
    s->trouble = (struct trouble){ .err = OK };
    const enum err e = drafts_keep(desk, &d, anew, theirs, &s->trouble);
    cr_assert_eq(e, s->trouble.err);
    cr_assert_eq(e == OK, s->trouble.code == NULL);
    cr_assert(e != OK || d.version == version + 1);
    buf_done(&fields);
    return e;
}

static enum err keep(struct scene *s, uint8_t id, uint64_t version, const char *text)
{
    struct drafts theirs = { .n = 0 };
    const enum err e = keep_as(s, &s->heron, id, version, text, false, &theirs);
    drafts_done(&theirs);
    return e;
}

static size_t listed(struct scene *s, struct desk *desk, const struct hash *session)
{
    struct drafts d;
    cr_assert_eq(drafts_list(desk, session, &d, &s->trouble), OK);
    const size_t n = d.n;
    drafts_done(&d);
    return n;
}

static uint64_t counted(struct scene *s, const struct hash *session)
{
    struct drafts_count c;
    cr_assert_eq(drafts_of_session(s->state, session, &c, NULL), OK);
    return c.all;
}

Test(drafts, each_trouble_of_keeping_has_its_own_word)
{
    struct scene s;
    struct drafts theirs = { .n = 0 };
    char *longest = mem_new(LIMIT_DRAFT_BYTES + 1);
    memset(longest, 'w', LIMIT_DRAFT_BYTES);
    scene_init(&s);
    cr_assert_eq(keep(&s, 1, 0, "one"), OK);
    cr_assert_eq(keep(&s, 1, 1, "two"), OK);
    cr_assert_eq(keep_as(&s, &s.heron, 1, 1, "of another window", false, &theirs), ERR_EXISTS);
    cr_assert_str_eq(s.trouble.code, "draft-changed");
    cr_assert_eq(theirs.n, 1);
    cr_assert_eq(theirs.rows[0].draft.version, 2);
    struct content c;
    cr_assert(content_parse(theirs.rows[0].draft.fields, &c));
    cr_assert(slice_equal(content_text(&c, "text"), SLICE_LITERAL("two")));
    drafts_done(&theirs);
    cr_assert_eq(keep(&s, 2, 1, "never kept"), ERR_NOT_FOUND);
    cr_assert_str_eq(s.trouble.code, "draft-gone");
    cr_assert_eq(keep(&s, 2, 0, longest), ERR_TOO_BIG);
    cr_assert_str_eq(s.trouble.code, "draft-too-long");
    struct draft no_map = { .id = id_of(3), .session = s.forum, .fields = SLICE_LITERAL("\xa3one") };
    cr_assert_eq(drafts_keep(&s.heron, &no_map, false, &theirs, &s.trouble), ERR_BAD_INPUT);
    struct desk locked = s.heron;
    locked.who = NULL;
    cr_assert_eq(keep_as(&s, &locked, 4, 0, "x", false, &theirs), ERR_LOCKED);
    cr_assert_str_eq(s.trouble.code, "locked");
    struct drafts one;
    cr_assert_eq(drafts_get(&s.heron, id_of(9), &one, &s.trouble), ERR_NOT_FOUND);
    cr_assert_str_eq(s.trouble.code, "draft-gone");
    cr_assert_eq(listed(&s, &s.heron, NULL), 1);

    struct kv_txn *t = NULL; // after an emergency nobody keeps anything with what was left in memory
    cr_assert_eq(kv_begin_write(state_kv(s.state), &t), OK);
    cr_assert_eq(wipe_keys(t), OK);
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(keep(&s, 5, 0, "x"), ERR_LOCKED);
    free(longest);
    scene_done(&s);
}

Test(drafts, of_two_people_are_listed_to_their_own_and_counted_for_everybody)
{
    struct scene s;
    struct drafts theirs = { .n = 0 };
    struct drafts one;
    scene_init(&s);
    cr_assert_eq(counted(&s, NULL), 0);
    for (uint8_t i = 1; i <= 3; i++) {
        cr_assert_eq(keep(&s, i, 0, "heron's"), OK);
    }
    const struct hash forum = s.forum;
    s.forum = (struct hash){ "another forum" };
    cr_assert_eq(keep_as(&s, &s.acacia, 7, 0, "acacia's", false, &theirs), OK);
    cr_assert_eq(listed(&s, &s.heron, NULL), 3);
    cr_assert_eq(listed(&s, &s.heron, &forum), 3);
    cr_assert_eq(listed(&s, &s.heron, &s.forum), 0);
    cr_assert_eq(listed(&s, &s.acacia, NULL), 1);
    cr_assert_eq(drafts_get(&s.acacia, id_of(1), &one, &s.trouble), ERR_NOT_FOUND);
    cr_assert_eq(drafts_discard(&s.acacia, id_of(1), &s.trouble), OK);
    cr_assert_eq(listed(&s, &s.heron, NULL), 3, "nobody discards another's");
    safe_forget(s.acacia.who); // locked
    cr_assert_eq(counted(&s, NULL), 4);
    cr_assert_eq(counted(&s, &forum), 3);
    cr_assert_eq(counted(&s, &s.forum), 1);

    // A new passphrase, and the keys are the same.
    struct why why = { "" };
    struct unlocked *again = safe_slot(&s.site.safe, (struct pubkey){ { 0 } });
    const struct pubkey key = s.site.heron->person.key;
    cr_assert_eq(keyring_passphrase(s.site.keyring, key, PASSPHRASE, SLICE_LITERAL("four herons fly"), &why), OK);
    cr_assert_eq(keyring_unlock(s.site.keyring, key, SLICE_LITERAL("four herons fly"), s.site.intake, again, &why), OK);
    s.heron.who = again;
    again->store_key = symkey_new(); // and another key of the store, as after a redaction
    cr_assert_eq(listed(&s, &s.heron, &forum), 3);
    cr_assert_eq(drafts_discard(&s.heron, id_of(2), &s.trouble), OK);
    cr_assert_eq(listed(&s, &s.heron, &forum), 2);
    scene_done(&s);
}

Test(drafts, a_draft_becomes_one_entry_also_when_power_was_cut_in_between)
{
    struct scene s;
    struct author *author = NULL;
    struct append_result first, again;
    struct why why = { "" };
    struct drafts one;
    scene_init(&s);
    (void)site_say(s.state, s.site.heron, (const char *[]){ "before" }, 1);
    cr_assert_eq(keep(&s, 1, 0, "to be signed"), OK);
    cr_assert_eq(keep(&s, 2, 0, "stays"), OK);
    const struct hash from = draft_import_key(s.site.heron->person.key, id_of(1));
    const struct body body = { .kind = KIND_CONTRIBUTION };
    const struct hash session = { { 5 } };
    struct append_item item = { .body = &body, .refs = &session, .ref_count = 1, .import_key = &from };
    item.parts[1] = SLICE_LITERAL("to be signed");
    cr_assert_eq(author_open(s.state, s.site.heron, &author, &why), OK);
    cr_assert_eq(author_append(author, 1770000123, &item, 1, &first, &why), OK);
    cr_assert(first.saved);
    // Power was cut here: drafts_signed was never called.
    cr_assert_eq(keep(&s, 1, 1, "typed on"), ERR_EXISTS);
    cr_assert_str_eq(s.trouble.code, "draft-signed");
    cr_assert_eq(drafts_get(&s.heron, id_of(1), &one, &s.trouble), ERR_EXISTS);
    cr_assert_eq(counted(&s, NULL), 1);
    cr_assert_eq(author_append(author, 1770000123, &item, 1, &again, &why), OK);
    cr_assert(!again.saved);
    cr_assert(hash_equal(first.id, again.id));
    cr_assert_eq(listed(&s, &s.heron, NULL), 1, "and this puts it away");
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_read(state_kv(s.state), &t), OK);
    cr_assert_eq(kv_count(t, DB_DRAFT), 1);
    kv_abort(t);
    const struct draft_id ids[] = { id_of(1), id_of(2) };
    cr_assert_eq(drafts_signed(&s.heron, ids, 2, &s.trouble), OK);
    cr_assert_eq(drafts_signed(&s.heron, ids, 2, &s.trouble), OK, "twice is harmless");
    cr_assert_eq(listed(&s, &s.heron, NULL), 0);
    author_close(author);
    scene_done(&s);
}
