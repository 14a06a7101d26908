// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments of drafts: they grow piece by piece, are found again after a crash, and are moved by nothing when signed.
#include "tests/unit/author/site.h"

#include "common/author/attach.h"
#include "common/author/notebook.h"
#include "common/store/erase.h"
#include "common/store/wipe.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE = 3 * LIMIT_CHUNK_CLEAR + 1000 };

static const struct draft_id draft = { { 5 } };
static const struct symkey draft_key = { { 6 } };

static struct kv_txn *begin(struct state *state)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_write(state_kv(state), &t), OK);
    return t;
}

static uint8_t *sound(void)
{
    uint8_t *bytes = mem_new(SIZE);
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = (uint8_t)(i * 31 + i / 1000);
    }
    return bytes;
}

// Grows one by steps of that size, each in a transaction of its own that finds it anew.
static struct attach grown(struct state *state, const uint8_t *bytes, size_t step)
{
    struct attach a;
    struct kv_txn *t = begin(state);
    cr_assert_eq(attach_begin(t, draft, &draft_key, SLICE_LITERAL("voice"), "audio/ogg", &a, NULL), OK);
    cr_assert_eq(kv_commit(t), OK);
    for (size_t at = 0; at < SIZE; at += step) {
        const size_t n = SIZE - at < step ? SIZE - at : step;
        t = begin(state);
        cr_assert_eq(attach_get(t, draft, &draft_key, a.id, &a), OK);
        cr_assert_eq(a.size, at);
        cr_expect_eq(attach_append(t, draft, &draft_key, &a, at + 1, slice_of(bytes + at, n), NULL), ERR_EXISTS);
        cr_assert_eq(attach_append(t, draft, &draft_key, &a, at, slice_of(bytes + at, n), NULL), OK);
        cr_assert_eq(kv_commit(t), OK);
    }
    t = begin(state);
    cr_assert_eq(attach_finish(t, draft, &draft_key, &a, NULL), OK);
    cr_expect_eq(attach_append(t, draft, &draft_key, &a, SIZE, slice_of(bytes, 1), NULL), ERR_BAD_INPUT);
    cr_assert_eq(kv_commit(t), OK);
    return a;
}

static void expect_sound(struct state *state, const struct attach *a, const uint8_t *bytes)
{
    struct kv_txn *t = begin(state);
    struct buf out = buf_new(SIZE);
    while (out.n < SIZE) {
        cr_assert_eq(attach_read(t, a->id, &a->key, a->size, out.n, 100001, &out), OK);
    }
    cr_expect(slice_equal(buf_slice(&out), slice_of(bytes, SIZE)));
    cr_expect_eq(attach_read(t, a->id, &draft_key, a->size, 0, 10, &out), ERR_CORRUPT, "under another key");
    kv_abort(t);
    buf_done(&out);
}

static uint64_t rows(struct state *state, enum db db)
{
    struct kv_txn *t = begin(state);
    const uint64_t n = kv_count(t, db);
    kv_abort(t);
    return n;
}

Test(attach, it_grows_in_any_steps_and_reads_as_it_was)
{
    static const size_t steps[] = { 7001, LIMIT_CHUNK_CLEAR, 100000, SIZE };
    uint8_t *bytes = sound();
    struct site s;
    site_init(&s);
    struct state *state = site_open(&s);
    struct attach list[LIMIT_ATTACHMENTS];
    size_t n = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const struct attach a = grown(state, bytes, steps[i]);
        expect_sound(state, &a, bytes);
    }
    struct kv_txn *t = begin(state);
    const struct symkey wrong = { { 9 } };
    cr_expect_eq(attach_list(t, draft, &wrong, list, &n), ERR_CRYPTO);
    cr_assert_eq(attach_list(t, draft, &draft_key, list, &n), OK);
    cr_assert_eq(n, 4);
    for (size_t i = 0; i < n; i++) {
        cr_expect_eq(list[i].number, i, "in the order in which they began");
    }
    attach_drop(t, draft, list[1].id);
    cr_assert_eq(attach_list(t, draft, &draft_key, list, &n), OK);
    cr_expect_eq(n, 3);
    attach_drop_draft(t, draft);
    attach_drop_draft(t, draft);
    cr_assert_eq(kv_commit(t), OK);
    cr_expect_eq(rows(state, DB_BLOB), 0, "nothing is left of what was not signed");
    cr_expect_eq(rows(state, DB_DRAFT_BLOB), 0);
    state_close(state);
    site_done(&s);
    free(bytes);
}

Test(attach, names_types_sizes_and_counts_are_bounded)
{
    struct site s;
    site_init(&s);
    struct state *state = site_open(&s);
    struct kv_txn *t = begin(state);
    struct attach a;
    struct why why = { "" };
    uint8_t *much = mem_new(LIMIT_ATTACHMENT_STILL + 1);
    char name[LIMIT_ATTACHMENT_NAME + 2];
    memset(name, 'a', sizeof name);
    cr_expect_eq(attach_begin(t, draft, &draft_key, slice_of(name, sizeof name - 1), "image/png", &a, &why),
                 ERR_BAD_INPUT);
    cr_expect_eq(attach_begin(t, draft, &draft_key, SLICE_LITERAL("a\nb"), "image/png", &a, &why), ERR_BAD_INPUT);
    for (size_t i = 0; i < LIMIT_ATTACHMENTS; i++) {
        cr_assert_eq(attach_begin(t, draft, &draft_key, SLICE_LITERAL("photo"), "image/png", &a, &why), OK);
    }
    struct attach more;
    cr_expect_eq(attach_begin(t, draft, &draft_key, SLICE_LITERAL("photo"), "image/png", &more, &why), ERR_FULL);
    cr_expect_eq(attach_finish(t, draft, &draft_key, &a, &why), ERR_BAD_INPUT, "it is empty");
    cr_expect_eq(attach_append(t, draft, &draft_key, &a, 0, slice_of(much, LIMIT_ATTACHMENT_STILL + 1), &why),
                 ERR_TOO_BIG);
    cr_expect_eq(attach_append(t, draft, &draft_key, &a, 0, slice_of(much, LIMIT_ATTACHMENT_STILL), &why), OK);
    cr_expect_eq(attach_append(t, draft, &draft_key, &a, a.size, slice_of(much, 1), &why), ERR_TOO_BIG);
    kv_abort(t);
    free(much);
    state_close(state);
    site_done(&s);
}

// Signs a contribution with the manifest of what the draft has, and returns where it stands.
static struct position sign(struct state *state, const struct site *s)
{
    struct attach list[LIMIT_ATTACHMENTS];
    struct buf manifest = buf_new(LIMIT_MANIFEST_BYTES);
    struct body body = { .kind = KIND_CONTRIBUTION };
    struct author *author = NULL;
    struct append_result result;
    struct why why = { "" };
    struct hash session = { { 1 } };
    size_t n = 0;
    struct kv_txn *t = begin(state);
    cr_assert_eq(attach_list(t, draft, &draft_key, list, &n), OK);
    attach_manifest(list, n, &manifest);
    kv_abort(t);
    struct append_item item = { .body = &body, .refs = &session, .ref_count = 1 };
    item.parts[5] = buf_slice(&manifest);
    cr_assert_eq(author_open(state, s->heron, &author, &why), OK);
    cr_assert_eq(author_append(author, 0, &item, 1, &result, &why), OK, "%s", why.text);
    author_close(author);
    buf_done(&manifest);
    struct position at = { .seq = result.seq };
    t = begin(state);
    struct attached_range r = attached_range_new(t, NULL);
    cr_assert(attached_range_next(&r));
    at.journal = r.at.journal;
    attached_range_done(&r);
    kv_abort(t);
    return at;
}

Test(attach, signing_moves_nothing_and_what_is_signed_outlives_its_draft)
{
    uint8_t *bytes = sound();
    struct site s;
    site_init(&s);
    struct state *state = site_open(&s);
    const struct attach a = grown(state, bytes, 100000);
    const uint64_t before = rows(state, DB_BLOB);
    const struct position at = sign(state, &s);
    (void)sign(state, &s); // as after a crash between signing and the end of the draft
    cr_expect_eq(rows(state, DB_BLOB), before);
    struct attached list[LIMIT_ATTACHMENTS];
    struct kv_txn *t = begin(state);
    cr_expect_eq(attached_of(t, &at.journal, at.seq, list), 1);
    cr_expect_eq(list[0].state, ATTACHED_WAITING);
    cr_expect_eq(attached_sum(t).waiting_bytes, 2 * SIZE);
    attach_drop_draft(t, draft);
    cr_assert_eq(kv_commit(t), OK);
    cr_expect_eq(rows(state, DB_BLOB), before);
    expect_sound(state, &a, bytes);
    state_close(state);
    site_done(&s);
    free(bytes);
}

Test(attach, what_is_signed_anew_is_waited_for_once)
{
    uint8_t *bytes = sound();
    struct site s;
    site_init(&s);
    struct state *state = site_open(&s);
    (void)grown(state, bytes, SIZE);
    const struct position at = sign(state, &s);
    struct kv_txn *t = begin(state);
    const struct notebook renew = { .journal = at.journal, .renew = NOTEBOOK_REFUSED, .from = 0 };
    cr_assert_eq(notebook_put(t, &renew), OK);
    cr_assert_eq(kv_commit(t), OK);
    (void)sign(state, &s); // and so, first, the one that the hub refused
    t = begin(state);
    struct attached list[LIMIT_ATTACHMENTS];
    cr_expect_eq(attached_of(t, &at.journal, at.seq, list), 0);
    cr_expect_eq(attached_sum(t).waiting, 2);
    cr_expect_eq(attached_sum(t).waiting_bytes, 2 * SIZE);
    kv_abort(t);
    state_close(state);
    site_done(&s);
    free(bytes);
}

Test(attach, what_is_erased_takes_its_chunks_with_it)
{
    uint8_t *bytes = sound();
    struct site s;
    site_init(&s);
    struct state *state = site_open(&s);
    (void)grown(state, bytes, SIZE);
    const struct position at = sign(state, &s);
    struct kv_txn *t = begin(state);
    struct attached list[LIMIT_ATTACHMENTS];
    const struct store_key key = unlocked_store_key(s.heron);
    uint64_t gone = 0;
    attach_drop_draft(t, draft);
    cr_assert_eq(attached_of(t, &at.journal, at.seq, list), 1);
    cr_assert_eq(journal_erase(t, &key, &at, 1u << 1, &gone, NULL), OK);
    cr_expect_gt(kv_count(t, DB_BLOB), 1, "the words went, not the sound");
    cr_assert_eq(journal_erase(t, &key, &at, 1u << 5, &gone, NULL), OK);
    cr_expect_eq(gone, 1u << 5);
    cr_expect_eq(kv_count(t, DB_BLOB), 1, "the mark that it is gone");
    cr_expect_eq(attached_of(t, &at.journal, at.seq, list), 0);
    kv_abort(t);
    state_close(state);
    site_done(&s);
    free(bytes);
}

Test(attach, a_wipe_takes_what_the_hub_has_and_in_danger_all_but_what_waits)
{
    uint8_t *bytes = sound();
    struct site s;
    site_init(&s);
    struct state *state = site_open(&s);
    (void)grown(state, bytes, SIZE);
    const struct position at = sign(state, &s);
    struct kv_txn *t = begin(state);
    attach_drop_draft(t, draft);
    cr_assert_eq(kv_commit(t), OK);
    const uint64_t one = rows(state, DB_BLOB);
    (void)grown(state, bytes, SIZE); // of another draft, as it were
    t = begin(state);
    cr_assert_eq(wipe_keys(t), OK);
    cr_expect_eq(kv_count(t, DB_BLOB), one, "what waits travels");
    cr_expect_eq(kv_count(t, DB_DRAFT_BLOB), 0);
    uint64_t n = 0;
    cr_assert_eq(wipe_outbox(t, &n), OK);
    cr_expect_eq(kv_count(t, DB_BLOB), 0);
    kv_abort(t);
    t = begin(state);
    struct attached list[LIMIT_ATTACHMENTS];
    (void)wipe_words(t, &at);
    cr_expect_gt(kv_count(t, DB_BLOB), one, "the hub has not all of it");
    cr_assert_eq(attached_of(t, &at.journal, at.seq, list), 1);
    list[0].state = ATTACHED_HELD;
    attached_put(t, &list[0]);
    const uint64_t all = kv_count(t, DB_BLOB);
    (void)wipe_words(t, &at);
    cr_expect_eq(kv_count(t, DB_BLOB), all - one);
    kv_abort(t);
    state_close(state);
    site_done(&s);
    free(bytes);
}
