// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
#include "tests/unit/author/site.h"

#include "common/author/notebook.h"
#include "common/format/sealed.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/outbox_store.h"

#include <stdio.h>
#include <string.h>

// Reads the whole of Heron's current notebook into entries; returns their number. bytes keeps them.
static size_t read_notebook(struct state *state, const struct unlocked *who, struct entry *out, size_t max,
                            struct buf *bytes, struct journal_id *journal)
{
    struct kv_txn *t = NULL;
    struct notebook n;
    size_t count = 0;
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    cr_assert(notebook_get(t, who->person.key, &n) == OK);
    struct journal_range r = journal_range_new(t, &n.journal, 0);
    cr_assert(buf_room(bytes, 1 << 20) != NULL); // so that nothing moves afterwards
    buf_reset(bytes);
    while (journal_range_next(&r)) {
        cr_assert(count < max);
        size_t at = bytes->n;
        buf_put(bytes, r.entry.bytes);
        cr_assert(entry_parse(slice_of(bytes->p + at, r.entry.bytes.n), &out[count]) == VERDICT_GOOD);
        cr_assert(entry_verify(&out[count], state_charter(state)->id) == VERDICT_GOOD);
        cr_assert_eq(out[count].place.seq, count);
        count++;
    }
    journal_range_done(&r);
    cr_assert(kv_commit(t) == OK);
    *journal = n.journal;
    return count;
}

static void expect_words(struct state *state, const struct unlocked *who, const struct journal_id *journal,
                         const struct entry *e, const char *words)
{
    struct kv_txn *t = NULL;
    struct disclosure d;
    struct why why = { "" };
    struct store_key key = store_key_of(who->store_key);
    struct position at = { .journal = *journal, .seq = e->place.seq };
    struct buf parts = buf_new(1 << 20);
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    cr_assert(journal_parts(t, &key, &at, &parts, &why) == OK, "%s", why.text);
    cr_assert(disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD);
    disclosure_derive(&d, e->parts);
    cr_assert(disclosure_check(&d, &e->place, e->parts, e->part_count) == VERDICT_GOOD);
    cr_assert(slice_equal(d.parts[1].bytes, slice_text(words)), "other words came back");
    kv_abort(t);
    buf_done(&parts);
}

Test(append, what_is_saved_is_signed_chained_readable_and_has_a_copy_for_the_hub)
{
    static const char *const words[] = { "They took the land when the river moved.", "شرب" };
    struct site s;
    struct entry entries[8];
    struct journal_id journal;
    struct kv_txn *t = NULL;
    struct buf bytes = buf_new(1 << 20);
    site_init(&s);
    struct state *state = site_open(&s);
    struct hash last = site_say(state, s.heron, words, 2);
    cr_assert_eq(read_notebook(state, s.heron, entries, 8, &bytes, &journal), 3);
    cr_assert(hash_equal(entries[2].id, last));
    cr_assert(hash_equal(entries[2].prev, entries[1].id));
    cr_assert_eq(entries[2].claimed_s, 1770000000 - 1770000000 % 3600, "times are rounded down to the quantum");
    cr_assert_eq(entries[2].part_count, 6, "dummies are there too");
    expect_words(state, s.heron, &journal, &entries[2], words[1]);
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    cr_assert_eq(outbox_count(t), 3);
    struct outbox_cover cover;
    struct buf record = buf_new(OUTBOX_KEY_BYTES);
    state_cover_load(state, &cover);
    cr_assert(outbox_key_get(t, &cover, s.heron->unlock, &record) == OK);
    cr_assert(slice_equal(buf_slice(&record), SLICE_ARRAY(s.heron->outbox_record)));
    kv_abort(t);
    buf_done(&record);
    state_close(state);
    buf_done(&bytes);
    site_done(&s);
}

Test(append, an_item_of_the_same_source_is_saved_once_and_a_bad_item_saves_nothing)
{
    struct site s;
    struct author *a = NULL;
    struct why why = { "" };
    struct append_result results[3];
    struct hash source = hash_of(SLICE_LITERAL("row 1"));
    struct body session = { .kind = KIND_SESSION };
    session.as.session.area = slice_text("XM");
    session.as.session.code = slice_text("XM-1");
    session.as.session.type = slice_text("radio");
    struct append_item items[3] = { { .body = &session, .import_key = &source } };
    site_init(&s);
    struct state *state = site_open(&s);
    cr_assert(author_open(state, s.heron, &a, &why) == OK);
    items[1] = items[0];
    cr_assert(author_append(a, 1, items, 2, results, &why) == OK, "%s", why.text);
    cr_assert(results[0].saved);
    cr_assert(!results[1].saved);
    cr_assert(hash_equal(results[0].id, results[1].id));

    struct body nowhere = { .kind = KIND_CONTRIBUTION };
    items[1] = (struct append_item){ .body = &nowhere }; // names no session
    items[0].import_key = NULL;
    cr_assert(!author_item_ok(&items[1], &why));
    cr_assert(author_append(a, 1, items, 2, results, &why) == ERR_BAD_INPUT);
    struct kv_txn *t = NULL;
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    cr_assert_eq(journal_count(t), 1, "all of a transaction or nothing of it");
    kv_abort(t);
    author_close(a);
    state_close(state);
    site_done(&s);
}

Test(append, a_copied_state_begins_a_new_notebook_that_names_the_end_of_the_old_one)
{
    static const char *const words[] = { "one", "two" };
    struct site s;
    struct entry before[8];
    struct entry after[8];
    struct journal_id old;
    struct journal_id fresh;
    struct body body;
    struct author *a = NULL;
    struct why why = { "" };
    char copy[sizeof s.dir];
    struct buf first = buf_new(1 << 20);
    struct buf second = buf_new(1 << 20);
    site_init(&s);
    struct state *state = site_open(&s);
    site_say(state, s.heron, words, 2);
    size_t n = read_notebook(state, s.heron, before, 8, &first, &old);
    state_close(state);
    snprintf(copy, sizeof copy, "%.63s/copy", s.root);
    site_copy(s.dir, copy);
    memcpy(s.dir, copy, sizeof copy);
    state = site_open(&s);
    cr_assert(author_open(state, s.heron, &a, &why) == OK);
    cr_assert(author_moved(a));
    cr_expect_eq(author_gone(a), 0, "all of it is here");
    author_close(a);
    site_say(state, s.heron, words, 1);
    cr_assert_eq(read_notebook(state, s.heron, after, 8, &second, &fresh), 3);
    cr_assert(!incarnation_equal(old.incarnation, fresh.incarnation));
    cr_assert(kind_parse(&after[0], &body) == VERDICT_GOOD);
    cr_assert(body.kind == KIND_RESUME);
    cr_assert(hash_equal(body.as.resume.old.id, before[n - 1].id));
    cr_assert_eq(body.as.resume.old.seq, n - 1);
    cr_assert(author_open(state, s.heron, &a, &why) == OK);
    cr_assert(!author_moved(a), "once is enough");
    author_close(a);
    state_close(state);
    buf_done(&first);
    buf_done(&second);
    site_done(&s);
}

static struct journal_head head_of(struct state *state, const struct unlocked *who)
{
    struct kv_txn *t = NULL;
    struct notebook n;
    struct journal_head head;
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    cr_assert(notebook_get(t, who->person.key, &n) == OK);
    cr_assert(journal_head(t, &n.journal, &head) == OK);
    kv_abort(t);
    return head;
}

Test(append, a_state_that_was_put_back_knows_how_much_it_lacks)
{
    static const char *const words[] = { "one", "two", "three" };
    struct site s;
    struct author *a = NULL;
    struct why why = { "" };
    struct kv_txn *t = NULL;
    struct notebook_copy noted;
    char copy[80];
    site_init(&s);
    struct state *state = site_open(&s);
    site_say(state, s.heron, words, 2);
    state_close(state);
    snprintf(copy, sizeof copy, "%.63s/copy", s.root);
    site_copy(s.dir, copy);
    state = site_open(&s);
    const uint64_t before = head_of(state, s.heron).next;
    site_say(state, s.heron, words, 3);
    const uint64_t gone = head_of(state, s.heron).next - before;
    state_close(state);
    memcpy(s.dir, copy, sizeof copy);
    state = site_open(&s);
    cr_assert(author_open(state, s.heron, &a, &why) == OK);
    cr_expect(author_moved(a));
    cr_expect_geq(gone, 3);
    cr_expect_eq(author_gone(a), gone);
    author_close(a);
    site_say(state, s.heron, words, 1);
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    cr_assert(notebook_copy_get(t, &noted) == OK);
    kv_abort(t);
    cr_expect_eq(noted.gone, gone);
    state_close(state);
    site_done(&s);
}

Test(append, after_a_refusal_what_followed_is_signed_anew_and_names_what_it_replaces)
{
    static const char *const words[] = { "one", "two" };
    struct site s;
    struct entry before[8];
    struct entry after[8];
    struct journal_id old;
    struct journal_id fresh;
    struct kv_txn *t = NULL;
    struct author *a = NULL;
    struct append_result result;
    struct why why = { "" };
    struct buf first = buf_new(1 << 20);
    struct buf second = buf_new(1 << 20);
    struct body contribution = { .kind = KIND_CONTRIBUTION };
    site_init(&s);
    struct state *state = site_open(&s);
    site_say(state, s.heron, words, 1); // 0 a session, 1 what will be refused
    site_say(state, s.heron, words, 2); // 2 a session, 3 and 4 said there
    cr_assert_eq(read_notebook(state, s.heron, before, 8, &first, &old), 5);
    const struct notebook renew = { .journal = old, .renew = NOTEBOOK_REFUSED, .from = 2 };
    cr_assert(kv_begin_write(state_kv(state), &t) == OK);
    cr_assert(notebook_put(t, &renew) == OK);
    cr_assert(kv_commit(t) == OK);

    struct append_item item = { .body = &contribution, .refs = &before[2].id, .ref_count = 1 };
    cr_assert(author_open(state, s.heron, &a, &why) == OK);
    cr_assert(author_append(a, 1770000123, &item, 1, &result, &why) == OK, "%s", why.text);
    author_close(a);
    cr_assert_eq(read_notebook(state, s.heron, after, 8, &second, &fresh), 5, "resume, the three, and the new one");
    cr_assert(hash_equal(entry_ref(&after[1], 1), before[2].id), "the session names the one it replaces");
    for (size_t i = 2; i < 4; i++) {
        cr_assert_eq(after[i].ref_count, 2);
        cr_assert(hash_equal(entry_ref(&after[i], 0), after[1].id), "it belongs to the session as it stands now");
        cr_assert(hash_equal(entry_ref(&after[i], 1), before[i + 1].id), "what it replaces");
        expect_words(state, s.heron, &fresh, &after[i], words[i - 2]);
    }
    cr_assert(hash_equal(entry_ref(&after[4], 0), after[1].id), "so does what was said just now");
    state_close(state);
    buf_done(&first);
    buf_done(&second);
    site_done(&s);
}

// The parts of entry e as they stand in the store. Borrows bytes.
static struct disclosure parts_of(struct state *state, const struct unlocked *who, const struct journal_id *journal,
                                  const struct entry *e, struct buf *bytes)
{
    struct kv_txn *t = NULL;
    struct disclosure d;
    struct store_key key = store_key_of(who->store_key);
    struct position at = { .journal = *journal, .seq = e->place.seq };
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    cr_assert(journal_parts(t, &key, &at, bytes, NULL) == OK);
    kv_abort(t);
    cr_assert(disclosure_parse(buf_slice(bytes), &d) == VERDICT_GOOD);
    return d;
}

Test(append, what_is_sealed_opens_for_its_recipients_where_it_stands_and_where_it_was_signed_anew)
{
    static const char words[] = "They burned the granary of Zemio.";
    struct site s;
    struct entry entries[8];
    struct journal_id journal;
    struct boxkey to[2];
    struct boxsec sec[2];
    struct author *a = NULL;
    struct append_result session, result;
    struct why why = { "" };
    struct body open = { .kind = KIND_SESSION };
    struct body contribution = { .kind = KIND_CONTRIBUTION };
    open.as.session.area = open.as.session.code = open.as.session.type = SLICE_LITERAL("XM");
    contribution.as.contribution.sensitivity = SENSITIVITY_SEALED;
    struct buf read = buf_new(1 << 20);
    site_init(&s);
    struct state *state = site_open(&s);
    const struct append_item first = { .body = &open };
    cr_assert(author_open(state, s.heron, &a, &why) == OK);
    cr_assert(author_append(a, 1770000123, &first, 1, &session, &why) == OK, "%s", why.text);
    box_keypair(&to[0], &sec[0]);
    box_keypair(&to[1], &sec[1]);
    struct append_item item = { .body = &contribution, .refs = &session.id, .ref_count = 1,
                                .sealed = sealed_due(KIND_CONTRIBUTION, SENSITIVITY_SEALED), .sealed_to = to,
                                .sealed_to_count = 2 };
    item.parts[0] = SLICE_LITERAL("\x80");
    item.parts[1] = slice_text(words);
    cr_assert(author_append(a, 1770000123, &item, 1, &result, &why) == OK, "%s", why.text);
    for (int anew = 0; anew < 2; anew++) {
        struct buf bytes = buf_new(1 << 20);
        struct buf opened = buf_new(1000);
        buf_reset(&read);
        const size_t n = read_notebook(state, s.heron, entries, 8, &read, &journal);
        const struct entry *e = &entries[anew == 0 ? 1 : 2]; // a resume stands before what was signed anew
        cr_assert_eq(n, anew == 0 ? 2 : 4);
        const struct disclosure d = parts_of(state, s.heron, &journal, e, &bytes);
        cr_expect(memmem(bytes.p, bytes.n, words, strlen(words)) == NULL, "the words are in the store");
        cr_expect_eq(d.parts[0].bytes.n, 1, "what is not sealed stays as it is");
        cr_expect_eq(d.parts[2].bytes.n, 0, "a dummy stays one");
        cr_assert_eq(sealed_anew(KIND_CONTRIBUTION, e->ref_count), anew == 1);
        for (size_t i = 0; i < 2; i++) {
            buf_reset(&opened);
            cr_assert_eq(sealed_open(d.parts[1].bytes, &e->place, anew == 1, e->parts[1].name, to[i], &sec[i], &opened),
                         SEALED_OPENED);
            cr_expect(slice_equal(buf_slice(&opened), slice_text(words)));
        }
        buf_done(&bytes);
        buf_done(&opened);
        // Now the hub refuses the session, and all of it is signed again with the next entry.
        struct kv_txn *t = NULL;
        const struct notebook renew = { .journal = journal, .renew = NOTEBOOK_REFUSED, .from = 0 };
        cr_assert(kv_begin_write(state_kv(state), &t) == OK);
        cr_assert(notebook_put(t, &renew) == OK);
        cr_assert(kv_commit(t) == OK);
        cr_assert(anew == 1 || author_append(a, 1770000123, &first, 1, &session, &why) == OK, "%s", why.text);
    }
    author_close(a);
    state_close(state);
    buf_done(&read);
    site_done(&s);
}

Test(state, is_made_whole_beside_its_place_and_never_over_another)
{
    struct site s;
    struct state_making m;
    struct state *state = NULL;
    struct why why = { "" };
    char empty[128];
    site_init(&s);
    cr_assert(state_make_begin(STORE_NODE, s.dir, buf_slice(&s.note), KV_ANY_FILESYSTEM, &m, &why) == ERR_EXISTS);
    snprintf(empty, sizeof empty, "%s/deep/er/hub/", s.root);
    cr_assert(state_make_begin(STORE_HUB, empty, buf_slice(&s.note), KV_ANY_FILESYSTEM, &m, &why) == OK, "%s",
              why.text);
    uint8_t secret[32] = { 7 };
    uint8_t back[32] = { 0 };
    cr_assert(state_make_secret(&m, STATE_HUB_LOG, secret, &why) == OK);
    cr_assert(state_open(empty, KV_ANY_FILESYSTEM, &state, &why) == ERR_NOT_FOUND, "not before it is whole");
    cr_assert(state_make_commit(&m, &why) == OK, "%s", why.text);
    cr_assert(state_secret_load(empty, STATE_HUB_LOG, back, &why) == OK);
    cr_assert(memcmp(secret, back, 32) == 0);
    cr_assert(state_open(empty, KV_ANY_FILESYSTEM, &state, &why) == OK, "%s", why.text);
    cr_assert(state_info(state)->side == STORE_HUB);
    state_close(state);
    site_done(&s);
}
