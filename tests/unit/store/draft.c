// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Drafts: what is kept is there, another's opens to nobody, two who write fight over nothing, and what was discarded
// opens with no key that is left, on no page and in no copy of the store.
#include "tests/unit/store/scratch.h"

#include "common/base/file.h"
#include "common/store/cell.h"
#include "common/store/draft.h"
#include "common/store/wipe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CANARY "they took the land of the Odalo family by the river"

struct desk {
    struct scratch s;
    struct kv *kv;
    char keys_path[100];
    struct draft_owner heron, acacia;
    struct kv_txn *t;
    struct draft_keys *keys;
    struct why why;
};

static const struct hash forum = { "the forum at Kivu, of the record" };
static const struct hash other_forum = { "another" };

static struct draft_owner owner_of(uint8_t who)
{
    struct draft_owner o;
    const struct boxsec box = { { who, 9 } };
    const struct pubkey key = { { who } };
    draft_owner_init(&o, key, &box);
    return o;
}

static struct draft_id id_of(uint8_t n)
{
    return (struct draft_id){ { n, 7 } };
}

static struct desk desk_new(void)
{
    struct desk d = { .s = scratch_new(), .heron = owner_of(1), .acacia = owner_of(2) };
    d.kv = scratch_store(&d.s, STORE_NODE);
    (void)snprintf(d.keys_path, sizeof d.keys_path, "%s/drafts", d.s.dir);
    return d;
}

static void desk_done(struct desk *d)
{
    kv_close(d->kv);
    scratch_done(&d->s);
}

static void begin(struct desk *d, bool write)
{
    cr_assert_eq(write ? kv_begin_write(d->kv, &d->t) : kv_begin_read(d->kv, &d->t), OK);
    cr_assert_eq(draft_keys_open(d->keys_path, &d->keys, &d->why), OK);
}

static enum err end(struct desk *d, enum err e)
{
    if (e == OK) {
        e = kv_commit(d->t);
    } else {
        kv_abort(d->t);
    }
    draft_keys_close(d->keys);
    d->keys = NULL;
    return e;
}

// Keeps words as what is based on *version, which moves on.
static enum err keep(struct desk *d, const struct draft_owner *o, uint8_t id, struct hash session, uint64_t *version,
                     const char *words, bool anew)
{
    struct draft draft = {
        .id = id_of(id), .version = *version, .session = session, .kept_s = 1000 + *version, .fields = slice_text(words)
    };
    begin(d, true);
    enum err e = draft.version == 0 ? draft_sweep(d->t, d->keys, &d->why) : OK;
    e = end(d, e == OK ? draft_keep(d->t, d->keys, o, &draft, anew, &d->why) : e);
    if (e == OK) {
        *version = draft.version;
    }
    return e;
}

static enum err discard(struct desk *d, const struct draft_owner *o, uint8_t id)
{
    begin(d, true);
    return end(d, draft_discard(d->t, d->keys, o->key, id_of(id), &d->why));
}

static enum err sweep(struct desk *d)
{
    begin(d, true);
    return end(d, draft_sweep(d->t, d->keys, &d->why));
}

// What is read of a draft; its words are compared with `words`, unless there are none.
static enum err get(struct desk *d, const struct draft_owner *o, uint8_t id, struct draft *out, const char *words)
{
    struct buf room = buf_new(DRAFT_ROOM);
    begin(d, false);
    enum err e = draft_get(d->t, d->keys, o, id_of(id), out, &room);
    if (e == OK) {
        cr_assert(slice_equal(out->fields, slice_text(words)));
    }
    out->fields = slice_of(NULL, 0);
    buf_done(&room);
    return end(d, e);
}

static size_t count_next(struct desk *d, const struct draft_owner *o)
{
    struct draft_id id = { { 0 } };
    uint64_t bytes = 0;
    size_t n = 0;
    begin(d, false);
    while (draft_next(d->t, d->keys, o->key, &id, &bytes)) {
        cr_assert_gt(bytes, 0);
        n++;
    }
    cr_assert_eq(end(d, OK), OK);
    return n;
}

static void reopen(struct desk *d)
{
    kv_close(d->kv);
    cr_assert_eq(store_open(d->s.store, 0, 0, &d->kv, NULL, NULL), OK);
}

static void copy(const char *from, const char *to)
{
    struct buf b = buf_new((size_t)1 << 28);
    cr_assert_eq(file_read(from, false, &b, NULL), OK);
    cr_assert_eq(file_replace(to, buf_slice(&b), 0600, NULL), OK);
    buf_done(&b);
}

// Copies the store's file as it is, or puts the copy back.
static void store_file(struct desk *d, const char *name, bool back)
{
    char file[200];
    char held[200];
    (void)snprintf(file, sizeof file, "%s/data.mdb", d->s.store);
    (void)snprintf(held, sizeof held, "%s/%s", d->s.dir, name);
    kv_close(d->kv);
    copy(back ? held : file, back ? file : held);
    cr_assert_eq(store_open(d->s.store, 0, 0, &d->kv, NULL, NULL), OK);
}

Test(draft, is_there_as_it_was_kept_last_with_its_version_number_and_time)
{
    struct desk d = desk_new();
    struct draft read;
    uint64_t version = 0;
    for (uint64_t i = 1; i <= 5; i++) {
        char words[32];
        (void)snprintf(words, sizeof words, "words %llu", (unsigned long long)i);
        cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, words, false), OK);
        cr_assert_eq(version, i);
        reopen(&d);
        cr_assert_eq(get(&d, &d.heron, 1, &read, words), OK);
        cr_assert_eq(read.version, i);
        cr_assert_eq(read.number, 1);
        cr_assert_eq(read.kept_s, 999 + i);
        cr_assert(hash_equal(read.session, forum));
    }
    cr_assert_eq(get(&d, &d.heron, 2, &read, ""), ERR_NOT_FOUND);
    cr_assert_eq(count_next(&d, &d.heron), 1);
    desk_done(&d);
}

Test(draft, two_windows_overwrite_nothing_of_each_other_and_a_lost_answer_is_given_again)
{
    struct desk d = desk_new();
    struct draft read;
    uint64_t one = 0;
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &one, "a", false), OK);
    uint64_t two = one;
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &one, "of window one", false), OK);
    const uint64_t bases[] = { two, 0, 7 }; // the other window; one that thinks it is new; one from a store put back
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        uint64_t base = bases[i];
        cr_assert_eq(keep(&d, &d.heron, 1, forum, &base, "of window two", false), ERR_EXISTS);
        cr_assert_eq(keep(&d, &d.heron, 1, forum, &base, "of window two", true), ERR_EXISTS, "not by removing either");
    }
    cr_assert_eq(get(&d, &d.heron, 1, &read, "of window one"), OK);
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &two, "of window one", false), OK, "the same once more");
    cr_assert_eq(two, one);
    cr_assert_eq(get(&d, &d.heron, 1, &read, "of window one"), OK);
    cr_assert_eq(read.version, one);

    cr_assert_eq(discard(&d, &d.heron, 1), OK);
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &one, "again", false), ERR_NOT_FOUND, "discarded is discarded");
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &one, "again", true), ERR_NOT_FOUND);
    cr_assert_eq(discard(&d, &d.heron, 1), OK, "twice is harmless");
    desk_done(&d);
}

Test(draft, numbers_are_counted_for_each_person_and_forum_and_never_given_twice)
{
    struct desk d = desk_new();
    struct draft read;
    uint64_t version = 0;
    for (uint8_t i = 1; i <= 4; i++) {
        version = 0;
        cr_assert_eq(keep(&d, &d.heron, i, i == 3 ? other_forum : forum, &version, "x", false), OK);
    }
    cr_assert_eq(get(&d, &d.heron, 4, &read, "x"), OK);
    cr_assert_eq(read.number, 3);
    cr_assert_eq(get(&d, &d.heron, 3, &read, "x"), OK);
    cr_assert_eq(read.number, 1);
    version = 0;
    cr_assert_eq(keep(&d, &d.acacia, 4, forum, &version, "y", false), OK);
    cr_assert_eq(get(&d, &d.acacia, 4, &read, "y"), OK);
    cr_assert_eq(read.number, 1);
    cr_assert_eq(discard(&d, &d.heron, 4), OK);
    reopen(&d);
    version = 0;
    cr_assert_eq(keep(&d, &d.heron, 5, forum, &version, "x", false), OK);
    cr_assert_eq(get(&d, &d.heron, 5, &read, "x"), OK);
    cr_assert_eq(read.number, 4);
    for (unsigned i = 0; i < 2 * LIMIT_DRAFT_FORUMS; i++) { // more forums than are remembered
        const struct hash many = { { (uint8_t)(3 + i), 1 } };
        version = 0;
        cr_assert_eq(keep(&d, &d.heron, 6, many, &version, "x", false), OK);
        cr_assert_eq(get(&d, &d.heron, 6, &read, "x"), OK);
        cr_assert_eq(read.number, 1);
        cr_assert_eq(discard(&d, &d.heron, 6), OK);
    }
    desk_done(&d);
}

Test(draft, of_another_person_is_not_listed_and_opens_with_nothing_that_she_has)
{
    struct desk d = desk_new();
    struct draft read;
    struct draft_count counts[LIMIT_PERSONS];
    size_t n = 0;
    uint64_t version = 0;
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, CANARY, false), OK);
    cr_assert_eq(count_next(&d, &d.acacia), 0);
    cr_assert_eq(get(&d, &d.acacia, 1, &read, ""), ERR_NOT_FOUND);
    struct draft_owner thief = d.heron; // who knows where it lies, and has every file of this computer
    thief.secret = d.acacia.secret;
    cr_assert_eq(get(&d, &thief, 1, &read, ""), ERR_CORRUPT);
    version = 0;
    cr_assert_eq(keep(&d, &d.acacia, 1, forum, &version, "hers", false), OK, "the same id is no matter");
    version = 0;
    cr_assert_eq(keep(&d, &d.acacia, 2, other_forum, &version, "hers", false), OK);
    begin(&d, false);
    cr_assert_eq(draft_count(d.t, d.keys, &forum, counts, &n), OK);
    cr_assert_eq(end(&d, OK), OK);
    cr_assert_eq(n, 2);
    cr_assert_eq(counts[0].drafts + counts[1].drafts, 2);
    begin(&d, false);
    cr_assert_eq(draft_count(d.t, d.keys, NULL, counts, &n), OK);
    cr_assert_eq(end(&d, OK), OK);
    cr_assert_eq(counts[0].drafts + counts[1].drafts, 3);
    kv_close(d.kv);
    cr_assert(!scratch_damage(&d.s, SLICE_LITERAL(CANARY)), "it stands there in the clear");
    cr_assert(!scratch_damage(&d.s, SLICE_ARRAY(forum.b)), "of which forum it is stands there in the clear");
    cr_assert_eq(store_open(d.s.store, 0, 0, &d.kv, NULL, NULL), OK);
    desk_done(&d);
}

// True when what the file of the store held at that time opens with the keys of now.
static bool past_opens(struct desk *d, const char *name)
{
    struct draft read;
    store_file(d, "now", false);
    store_file(d, name, true);
    const bool opens = get(d, &d->heron, 1, &read, CANARY) == OK;
    store_file(d, "now", true);
    return opens;
}

Test(draft, what_was_discarded_or_whose_text_was_removed_opens_no_more_in_any_page_of_the_past)
{
    struct desk d = desk_new();
    struct draft read;
    uint64_t version = 0;
    uint64_t second = 0;
    cr_assert_eq(keep(&d, &d.heron, 2, forum, &second, "another draft", false), OK);
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, CANARY, false), OK);
    store_file(&d, "before", false);
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, "rewritten", false), OK);
    cr_assert(past_opens(&d, "before"), "this very search finds what is there");

    cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, "the text was removed", true), OK);
    cr_assert(!past_opens(&d, "before"));
    cr_assert_eq(get(&d, &d.heron, 1, &read, "the text was removed"), OK);
    cr_assert_eq(read.number, 2);
    store_file(&d, "after", false);
    cr_assert_eq(discard(&d, &d.heron, 1), OK);
    cr_assert(!past_opens(&d, "before"));
    cr_assert(!past_opens(&d, "after"));
    cr_assert_eq(get(&d, &d.heron, 2, &read, "another draft"), OK);
    desk_done(&d);
}

Test(draft, whose_key_is_destroyed_is_gone_also_when_the_store_could_not_be_written)
{
    struct desk d = desk_new();
    struct draft read;
    uint64_t version = 0;
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, CANARY, false), OK);
    begin(&d, true);
    cr_assert_eq(draft_discard(d.t, d.keys, d.heron.key, id_of(1), &d.why), OK);
    cr_assert_eq(end(&d, ERR_FULL), ERR_FULL); // power was cut, or the disk was full, before the commit
    cr_assert_eq(get(&d, &d.heron, 1, &read, ""), ERR_NOT_FOUND);
    cr_assert_eq(count_next(&d, &d.heron), 0);
    begin(&d, false);
    cr_assert(draft_untidy(d.t, d.keys));
    cr_assert_eq(end(&d, OK), OK);
    cr_assert_eq(sweep(&d), OK);
    begin(&d, false);
    cr_assert_eq(kv_count(d.t, DB_DRAFT), 0);
    cr_assert(!draft_untidy(d.t, d.keys));
    cr_assert_eq(end(&d, OK), OK);

    version = 0;
    cr_assert_eq(keep(&d, &d.heron, 2, forum, &version, CANARY, false), OK);
    struct draft removed = { .id = id_of(2), .version = version, .session = forum, .fields = slice_text("nothing") };
    begin(&d, true);
    cr_assert_eq(draft_keep(d.t, d.keys, &d.heron, &removed, true, &d.why), OK);
    cr_assert_eq(end(&d, ERR_FULL), ERR_FULL);
    cr_assert_eq(get(&d, &d.heron, 2, &read, ""), ERR_NOT_FOUND, "the text is gone at once");
    cr_assert_eq(keep(&d, &d.heron, 2, forum, &version, "nothing", true), OK, "the rest is kept when there is room");
    cr_assert_eq(get(&d, &d.heron, 2, &read, "nothing"), OK);

    begin(&d, true); // a key that was made, and then the power was cut
    cr_assert_eq(draft_keys_renew(d.keys, d.heron.key, id_of(3), &d.why), OK);
    cr_assert_eq(end(&d, ERR_IO), ERR_IO);
    version = 0;
    cr_assert_eq(keep(&d, &d.heron, 3, forum, &version, "x", false), OK);
    cr_assert_eq(get(&d, &d.heron, 3, &read, "x"), OK);
    desk_done(&d);
}

Test(draft, that_is_damaged_is_named_and_stops_no_other)
{
    struct desk d = desk_new();
    struct draft read;
    uint64_t version = 0;
    for (uint8_t i = 1; i <= 3; i++) {
        version = 0;
        cr_assert_eq(keep(&d, &d.heron, i, forum, &version, "x", false), OK);
    }
    const int fd = open(d.keys_path, O_RDWR);
    cr_assert_geq(fd, 0);
    uint8_t byte = 0;
    size_t at = 0;
    for (size_t i = 0; i < 4 * 128; i += 128) { // the slot of draft 2, wherever it lies
        uint8_t slot[128];
        cr_assert_eq(pread(fd, slot, sizeof slot, (off_t)i), 128);
        at = slot[32] == 2 && slot[33] == 7 ? i : at;
    }
    cr_assert_eq(pread(fd, &byte, 1, (off_t)at + 60), 1);
    byte ^= 4;
    cr_assert_eq(pwrite(fd, &byte, 1, (off_t)at + 60), 1);
    cr_assert_eq(get(&d, &d.heron, 1, &read, "x"), OK);
    cr_assert_eq(get(&d, &d.heron, 2, &read, ""), ERR_CORRUPT);
    cr_assert_eq(count_next(&d, &d.heron), 3);
    version = 1;
    cr_assert_eq(keep(&d, &d.heron, 2, forum, &version, "y", false), ERR_CORRUPT);
    cr_assert_eq(sweep(&d), OK);
    cr_assert_eq(get(&d, &d.heron, 2, &read, ""), ERR_CORRUPT, "nothing tidies damage away");
    cr_assert_eq(discard(&d, &d.heron, 2), OK);
    cr_assert_eq(sweep(&d), OK);
    cr_assert_eq(count_next(&d, &d.heron), 2);
    begin(&d, false);
    cr_assert(draft_keys_whole(d.keys));
    cr_assert_eq(end(&d, OK), OK);

    // A flipped bit in a value; then all keys lost at once.
    begin(&d, true);
    const struct key_fields f = { .owner = d.heron.key, .draft = id_of(3) };
    const struct key key = key_make(DB_DRAFT, &f, 0);
    struct slice value;
    struct buf bad = buf_new(4096);
    cr_assert(kv_get(d.t, DB_DRAFT, key_slice(&key), &value));
    buf_put(&bad, value);
    bad.p[value.n / 2] ^= 1;
    kv_put(d.t, DB_DRAFT, key_slice(&key), buf_slice(&bad));
    cr_assert_eq(end(&d, OK), OK);
    cr_assert_eq(get(&d, &d.heron, 3, &read, ""), ERR_CORRUPT);
    cr_assert_eq(get(&d, &d.heron, 1, &read, "x"), OK);
    cr_assert_eq(unlink(d.keys_path), 0);
    cr_assert_eq(get(&d, &d.heron, 1, &read, ""), ERR_CORRUPT);
    version = 0;
    cr_assert_eq(keep(&d, &d.heron, 4, forum, &version, "new", false), OK);
    cr_assert_eq(get(&d, &d.heron, 1, &read, ""), ERR_CORRUPT, "a new file of keys hides nothing");
    cr_assert_eq(count_next(&d, &d.heron), 3);
    buf_done(&bad);
    close(fd);
    desk_done(&d);
}

Test(draft, is_bounded_in_length_and_in_number_and_an_emergency_leaves_none)
{
    struct desk d = desk_new();
    struct draft read;
    uint64_t version = 0;
    char *words = mem_new(LIMIT_DRAFT_BYTES + 2);
    memset(words, 'w', LIMIT_DRAFT_BYTES + 1);
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, words, false), ERR_TOO_BIG);
    words[LIMIT_DRAFT_BYTES] = '\0';
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, words, false), OK);
    cr_assert_eq(get(&d, &d.heron, 1, &read, words), OK);
    free(words);
    begin(&d, true);
    for (size_t i = 1; i <= LIMIT_DRAFTS_PERSON; i++) {
        struct draft draft = { .id = { { 9, (uint8_t)i, (uint8_t)(i >> 8) } }, .session = forum };
        const enum err e = draft_keep(d.t, d.keys, &d.heron, &draft, false, &d.why);
        cr_assert_eq(e, i < LIMIT_DRAFTS_PERSON ? OK : ERR_USAGE, "%zu", i);
        cr_assert_eq(draft.number, i < LIMIT_DRAFTS_PERSON ? i + 1 : 0);
    }
    cr_assert_eq(end(&d, OK), OK);
    cr_assert_eq(count_next(&d, &d.heron), LIMIT_DRAFTS_PERSON);
    version = 0;
    cr_assert_eq(keep(&d, &d.acacia, 1, forum, &version, "x", false), OK, "she has room of her own");
    begin(&d, true);
    cr_assert_eq(wipe_keys(d.t), OK);
    cr_assert_eq(kv_count(d.t, DB_DRAFT), 0);
    cr_assert_eq(end(&d, OK), OK);
    desk_done(&d);
}

Test(draft, that_became_an_entry_is_neither_kept_nor_counted_any_more)
{
    struct desk d = desk_new();
    struct draft_count counts[LIMIT_PERSONS];
    size_t n = 0;
    uint64_t version = 0;
    const struct hash entry = { { 77 } };
    struct hash found;
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, "x", false), OK);
    begin(&d, true);
    cr_assert(!draft_signed(d.t, d.heron.key, id_of(1), NULL));
    const struct key_fields f = { .hash = draft_import_key(d.heron.key, id_of(1)) };
    const struct key key = key_make(DB_IMPORT, &f, 0);
    cell_put(d.t, DB_IMPORT, key_slice(&key), SLICE_ARRAY(entry.b)); // as author_append does
    cr_assert(draft_signed(d.t, d.heron.key, id_of(1), &found));
    cr_assert(hash_equal(found, entry));
    cr_assert(!draft_signed(d.t, d.acacia.key, id_of(1), NULL));
    cr_assert_eq(end(&d, OK), OK);
    cr_assert_eq(keep(&d, &d.heron, 1, forum, &version, "y", false), ERR_NOT_FOUND);
    begin(&d, false);
    cr_assert_eq(draft_count(d.t, d.keys, &forum, counts, &n), OK);
    cr_assert_eq(counts[0].drafts, 0);
    cr_assert_eq(end(&d, OK), OK);
    desk_done(&d);
}

Test(draft, is_kept_in_a_store_that_an_older_program_made)
{
    struct scratch s = scratch_new();
    struct kv_options older = { .names = db_names(), .count = DB_LATER };
    struct kv_options now = { .names = db_names(), .count = DB_COUNT, .later = DB_LATER };
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_create(s.store, &older, NULL, 0, NULL), OK);
    now.flags = KV_READ_ONLY;
    cr_assert_eq(kv_open(s.store, &now, &kv, NULL), ERR_NOT_FOUND, "nothing is made by who only reads");
    now.flags = 0;
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(kv_open(s.store, &now, &kv, NULL), OK);
        cr_assert_eq(kv_begin_write(kv, &t), OK);
        cr_assert_eq(kv_count(t, DB_DRAFT), (uint64_t)i);
        kv_put(t, DB_DRAFT, SLICE_LITERAL("k"), SLICE_LITERAL("v"));
        cr_assert_eq(kv_commit(t), OK);
        kv_close(kv);
    }
    scratch_done(&s);
}
