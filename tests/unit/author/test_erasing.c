// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Redactions carried out at a site, and the renewal of its keys, with a crash between any two steps.
#include "tests/unit/author/redacted.h"
#include "tests/unit/author/site.h"

#include "common/author/erasing.h"
#include "common/author/notebook.h"
#include "common/author/paper.h"
#include "common/store/journal.h"
#include "common/store/leaf.h"
#include "common/store/outbox_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AREA SLICE_LITERAL("XM-KIV")
#define CODE SLICE_LITERAL("XM-KIV-2026-003")
#define ACACIA SLICE_LITERAL("another one")

static const char *const words[] = { "The bridge is out", "They asked for my name, it is on the list",
                                     "Who asked the herders?" };
#define WORDS (sizeof words / sizeof words[0])
#define SAID 1        // the part, of a contribution
#define REDACTED 1    // which of the words

struct scene {
    struct redacted *record;
    struct site site;
    struct unlocked *acacia;
    struct state *state;
    struct hash id;       // of the entry whose words are to go
    struct journal_id journal;
    // of before
    struct symkey store_key;
    struct unlock_id unlock;
    struct outbox_cover cover;
    struct paper forms;
};

static void save_keyring(struct site *s)
{
    struct why why = { "" };
    char path[160];
    snprintf(path, sizeof path, "%s/" STATE_KEYRING, s->dir);
    cr_assert(keyring_save(s->keyring, path, &why) == OK, "%s", why.text);
}

static struct notebook notebook_of(struct state *state, struct pubkey key)
{
    struct kv_txn *t = NULL;
    struct notebook n;
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    cr_assert(notebook_get(t, key, &n) == OK);
    kv_abort(t);
    return n;
}

static struct position place_of(const struct scene *c, size_t word)
{
    return (struct position){ .journal = c->journal, .seq = 1 + word }; // behind the session
}

// Two people write at a site; Heron, who is a facilitator, wrote the words that are redacted.
// Three paper forms, whose codes are under the store key too.
static void print_forms(struct scene *c)
{
    struct kv_txn *t = NULL;
    uint64_t first = 0;
    const struct store_key key = store_key_of(c->store_key);
    cr_assert(kv_begin_write(state_kv(c->state), &t) == OK);
    cr_assert(paper_print(t, &key, AREA, CODE, 0, 3, &c->forms, &first) == OK);
    cr_assert(kv_commit(t) == OK);
}

static void scene_init(struct scene *c)
{
    struct slice note;
    struct why why = { "" };
    struct pubkey nobody = { { 0 } };
    struct kv_txn *t = NULL;
    struct stored stored;
    *c = (struct scene){ .record = redacted_new(&note) };
    site_init_of(&c->site, note);
    c->acacia = safe_slot(&c->site.safe, nobody);
    cr_assert(keyring_add(c->site.keyring, "Acacia", ACACIA, c->site.heron, c->site.intake, c->acacia, &why) == OK);
    save_keyring(&c->site);
    c->state = site_open(&c->site);
    (void)site_say(c->state, c->site.heron, words, WORDS);
    c->journal = notebook_of(c->state, c->site.heron->person.key).journal;
    struct position at = place_of(c, REDACTED);
    cr_assert(kv_begin_read(state_kv(c->state), &t) == OK);
    cr_assert(journal_get(t, &at, &stored, &why) == OK);
    c->id = stored.id;
    kv_abort(t);
    c->store_key = c->site.heron->store_key;
    print_forms(c);
    c->unlock = c->site.heron->unlock;
    state_cover_load(c->state, &c->cover);
    redacted_accredit(c->record, c->site.heron->person.key);
    (void)redacted_ask(c->record, c->id, "said");
    redacted_come_down(c->record, state_kv(c->state));
}

static void scene_done(struct scene *c)
{
    state_close(c->state);
    site_done(&c->site);
    redacted_free(c->record);
}

// Everything in memory is lost.
static void crash(struct scene *c)
{
    state_close(c->state);
    safe_done(&c->site.safe);
    safe_init(&c->site.safe);
    c->site.heron = c->acacia = NULL;
    c->state = site_open(&c->site);
}

static struct unlocked *unlock(struct scene *c, const char *name, struct slice passphrase)
{
    struct keyring *k = NULL;
    struct why why = { "" };
    struct person p;
    char path[160];
    snprintf(path, sizeof path, "%s/" STATE_KEYRING, c->site.dir);
    cr_assert(keyring_load(path, &k, &why) == OK, "%s", why.text);
    cr_assert(keyring_find(k, name, &p, &why) == OK, "%s", why.text);
    struct unlocked *slot = safe_slot(&c->site.safe, p.key);
    cr_assert(keyring_unlock(k, p.key, passphrase, c->site.intake, slot, &why) == OK, "%s", why.text);
    keyring_free(k);
    return slot;
}

static void expect_words(const struct scene *c, const struct unlocked *u)
{
    struct store_key key = unlocked_store_key(u);
    struct kv_txn *t = NULL;
    cr_assert(kv_begin_read(state_kv(c->state), &t) == OK);
    for (size_t i = 0; i < WORDS; i++) {
        struct position at = place_of(c, i);
        struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES);
        struct disclosure d;
        struct why why = { "" };
        cr_assert(journal_parts(t, &key, &at, &parts, &why) == OK, "word %zu: %s", i, why.text);
        cr_assert(disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD);
        if (i == REDACTED) {
            cr_expect_eq(d.parts[SAID].state, PART_ERASED);
            cr_expect_not(d.has_seed);
            cr_expect_eq(d.parts[0].state, PART_DISCLOSED, "only what was named");
        } else {
            cr_expect(slice_equal(d.parts[SAID].bytes, slice_text(words[i])));
        }
        buf_done(&parts);
    }
    kv_abort(t);
}

static size_t count_erased(struct state *state)
{
    struct kv_txn *t = NULL;
    struct journal_id id;
    size_t n = 0;
    cr_assert(kv_begin_read(state_kv(state), &t) == OK);
    for (bool more = journal_next(t, false, &id); more; more = journal_next(t, true, &id)) {
        struct journal_range r = journal_range_new(t, &id, 0);
        while (journal_range_next(&r)) {
            struct entry e;
            n += entry_parse(r.entry.bytes, &e) == VERDICT_GOOD && kind_of(e.kind) == KIND_ERASED;
        }
        journal_range_done(&r);
    }
    kv_abort(t);
    return n;
}

// No key of before opens anything, and what waits for the hub has copies under keys of now.
static void expect_renewed(const struct scene *c, const struct unlocked *u)
{
    const struct store_key old = store_key_of(c->store_key);
    const struct store_key now = store_key_of(u->store_key);
    struct paper forms;
    struct outbox_cover cover;
    struct kv_txn *t = NULL;
    struct unlock_id id = { { 0 } };
    cr_expect(memcmp(&u->store_key, &c->store_key, sizeof u->store_key) != 0);
    cr_expect_not(u->renewing);
    state_cover_load(c->state, &cover);
    cr_assert_eq(cover.n, 1);
    cr_expect(memcmp(&cover.keys[0], &c->cover.keys[0], sizeof cover.keys[0]) != 0);
    cr_assert(kv_begin_read(state_kv(c->state), &t) == OK);
    for (size_t i = 0; i < WORDS; i++) {
        struct position at = place_of(c, i);
        struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES);
        struct slice record;
        cr_expect_eq(journal_parts(t, &old, &at, &parts, NULL), ERR_CRYPTO);
        cr_assert(outbox_get(t, &at, &record) == OK);
        cr_assert(outbox_parse(record, &id));
        cr_expect(memcmp(&id, &c->unlock, sizeof id) != 0);
        cr_assert(outbox_key_get(t, &cover, id, &parts) == OK);
        buf_done(&parts);
    }
    cr_expect_not(outbox_key_here(t, c->unlock), "the key of the copies of before is gone");
    cr_expect_neq(paper_load(t, &old, AREA, CODE, &forms), OK);
    cr_assert_eq(paper_load(t, &now, AREA, CODE, &forms), OK);
    cr_expect_eq(memcmp(&forms, &c->forms, sizeof forms), 0, "the codes of printed forms are as before");
    kv_abort(t);
}

Test(erasing, it_is_gone_on_with_after_a_crash_between_any_two_steps, .timeout = 120)
{
    for (size_t steps = 0, all = 1; steps <= all; steps++) {
        struct scene c;
        struct erasing *x = NULL;
        struct erasing_done done;
        struct erasing_due due;
        struct why why = { "" };
        bool more = true;
        size_t made = 0;
        scene_init(&c);
        cr_assert(erasing_due(c.state, &due, &why) == OK, "%s", why.text);
        cr_assert_eq(due.redactions, 1);
        cr_assert(erasing_open(c.state, &c.site.safe, 1770000000, &x, &why) == OK, "%s", why.text);
        while (more && made < steps) {
            cr_assert(erasing_step(x, &more, &why) == OK, "step %zu: %s", made, why.text);
            made++;
        }
        all = more ? steps + 1 : made;
        erasing_close(x);
        crash(&c);
        // It may be another one who unlocks first.
        struct unlocked *acacia = unlock(&c, "Acacia", ACACIA);
        cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "after %zu: %s", steps,
                  why.text);
        expect_words(&c, acacia);
        expect_renewed(&c, acacia);
        struct unlocked *heron = unlock(&c, "Heron", PASSPHRASE);
        expect_words(&c, heron);
        cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "%s", why.text);
        cr_expect_eq(count_erased(c.state), 1, "said once, by the facilitator, after %zu steps", steps);
        cr_assert(erasing_due(c.state, &due, &why) == OK);
        cr_expect_eq(due.redactions + due.notes, 0);
        cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK);
        cr_expect_not(done.renewed, "nothing is due any more");
        (void)site_say(c.state, heron, words, 1);
        scene_done(&c);
    }
}

Test(erasing, who_holds_a_key_of_before_writes_nothing_under_it_and_gets_the_new_one)
{
    struct scene c;
    struct safe other; // another program's
    struct erasing_done done;
    struct author *a = NULL;
    struct append_result result;
    struct why why = { "" };
    struct body body = { .kind = KIND_SESSION };
    body.as.session.area = slice_text("XM");
    body.as.session.code = slice_text("XM-1");
    body.as.session.type = slice_text("radio");
    const struct append_item item = { .body = &body };
    scene_init(&c);
    safe_init(&other);
    struct unlocked *stale = safe_slot(&other, c.site.heron->person.key);
    *stale = *c.site.heron;
    cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "%s", why.text);
    cr_expect(done.renewed);
    cr_expect_eq(done.entries, 1);
    cr_expect_eq(done.said, 1);
    cr_assert(author_open(c.state, stale, &a, &why) == OK);
    cr_expect_eq(author_append(a, 1, &item, 1, &result, &why), ERR_AGAIN);
    cr_assert(erasing_carry_out(c.state, &other, 1770000000, &done, &why) == OK, "%s", why.text);
    cr_expect(memcmp(&stale->store_key, &c.site.heron->store_key, sizeof stale->store_key) == 0);
    cr_expect(author_append(a, 1, &item, 1, &result, &why) == OK, "%s", why.text);
    author_close(a);
    safe_done(&other);
    scene_done(&c);
}

// Marks a notebook as one of which the hub refused the entry before `from`, and signs anew what follows.
static void sign_anew(struct scene *c, uint64_t from)
{
    struct kv_txn *t = NULL;
    struct author *a = NULL;
    struct why why = { "" };
    struct notebook n = notebook_of(c->state, c->site.heron->person.key);
    n.renew = NOTEBOOK_REFUSED;
    n.from = from;
    cr_assert(kv_begin_write(state_kv(c->state), &t) == OK);
    cr_assert(notebook_put(t, &n) == OK);
    cr_assert(kv_commit(t) == OK);
    cr_assert(author_open(c->state, c->site.heron, &a, &why) == OK);
    cr_assert(author_append(a, 1770000123, NULL, 0, NULL, &why) == OK, "%s", why.text);
    author_close(a);
}

// The state of a part of an entry at a position, or (journal NULL) at an index of the record.
static enum part_state state_of(const struct scene *c, const struct position *at, uint64_t index, size_t part)
{
    struct store_key key = unlocked_store_key(c->site.heron);
    struct kv_txn *t = NULL;
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct disclosure d;
    struct why why = { "" };
    cr_assert(kv_begin_read(state_kv(c->state), &t) == OK);
    enum err e = at != NULL ? journal_parts(t, &key, at, &parts, &why) : leaf_parts(t, &key, index, &parts, &why);
    cr_assert(e == OK, "%s", why.text);
    cr_assert(disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD);
    kv_abort(t);
    enum part_state state = d.parts[part].state;
    buf_done(&parts);
    return state;
}

Test(erasing, what_came_down_goes_too_and_what_stands_here_twice_goes_twice)
{
    struct scene c;
    struct erasing_done done;
    struct erasing_due due;
    struct why why = { "" };
    struct kv_txn *t = NULL;
    struct stored stored;
    uint64_t index = 0;
    scene_init(&c);
    // The hub refused the first words: what follows stands in a new notebook as well, behind its resume.
    sign_anew(&c, 2);
    struct position second = { .journal = notebook_of(c.state, c.site.heron->person.key).journal, .seq = 2 };
    cr_assert(!journal_id_equal(second.journal, c.journal));
    cr_assert(kv_begin_read(state_kv(c.state), &t) == OK);
    cr_assert(journal_get(t, &second, &stored, &why) == OK);
    struct hash id = stored.id;
    kv_abort(t);
    (void)redacted_ask(c.record, id, "said"); // names only the new one
    struct hash guide = redacted_guide(c.record, SLICE_LITERAL("A question with somebody's name in it"), &index);
    (void)redacted_ask(c.record, guide, "content");
    redacted_come_down(c.record, state_kv(c.state));
    cr_expect_eq(state_of(&c, NULL, index, 0), PART_DISCLOSED);
    cr_assert(erasing_due(c.state, &due, &why) == OK);
    cr_assert_eq(due.redactions, 3);
    cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "%s", why.text);
    cr_expect_eq(done.redactions, 3);
    cr_expect_eq(done.said, 3);
    struct position first = { .journal = c.journal, .seq = 3 };
    cr_expect_eq(state_of(&c, &second, 0, SAID), PART_ERASED);
    cr_expect_eq(state_of(&c, &first, 0, SAID), PART_ERASED, "the one that it stands in the place of");
    cr_expect_eq(state_of(&c, NULL, index, 0), PART_ERASED);
    cr_assert(erasing_due(c.state, &due, &why) == OK);
    cr_expect_eq(due.redactions + due.notes, 0);
    scene_done(&c);
}

Test(erasing, keys_that_were_destroyed_meanwhile_do_not_come_back_from_memory)
{
    for (size_t steps = 0; steps < 4; steps++) {
        struct scene c;
        struct erasing *x = NULL;
        struct why why = { "" };
        enum err e = OK;
        bool more = true;
        char path[160];
        scene_init(&c);
        snprintf(path, sizeof path, "%s/" STATE_KEYRING, c.site.dir);
        cr_assert(erasing_open(c.state, &c.site.safe, 1770000000, &x, &why) == OK, "%s", why.text);
        for (size_t i = 0; i < steps; i++) {
            cr_assert(erasing_step(x, &more, &why) == OK, "%s", why.text);
        }
        cr_assert(unlink(path) == 0);
        while (more && e == OK) {
            e = erasing_step(x, &more, &why);
        }
        cr_expect_eq(e, ERR_NOT_FOUND, "after %zu steps: %s", steps, err_name(e));
        cr_expect(access(path, F_OK) != 0, "after %zu steps", steps);
        erasing_close(x);
        scene_done(&c);
    }
}

static void seal_id(const struct scene *c, uint8_t id[static 8])
{
    struct kv_txn *t = NULL;
    struct boxkey half;
    cr_assert(kv_begin_read(state_kv(c->state), &t) == OK);
    cr_assert(store_seal_key_get(t, &half, id) == OK);
    kv_abort(t);
}

Test(erasing, beside_a_keyring_that_was_put_back_nothing_is_destroyed)
{
    struct scene c;
    struct erasing_done done;
    struct position other;
    struct stored stored;
    struct kv_txn *t = NULL;
    struct keyring *k = NULL;
    struct why why = { "" };
    uint8_t before[8];
    uint8_t after[8];
    char path[160];
    scene_init(&c);
    cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "%s", why.text);
    seal_id(&c, before);
    other = place_of(&c, 0);
    cr_assert(kv_begin_read(state_kv(c.state), &t) == OK);
    cr_assert(journal_get(t, &other, &stored, &why) == OK);
    const struct hash id = stored.id;
    kv_abort(t);
    crash(&c);
    save_keyring(&c.site); // as it was before the renewal
    struct unlocked *heron = unlock(&c, "Heron", PASSPHRASE);
    (void)redacted_ask(c.record, id, "said");
    redacted_come_down(c.record, state_kv(c.state));
    cr_expect_eq(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why), ERR_CRYPTO);
    cr_expect(strstr(why.text, "put back") != NULL, "%s", why.text);
    cr_expect_eq(done.entries, 0);
    seal_id(&c, after);
    cr_expect_eq(memcmp(before, after, sizeof before), 0);
    snprintf(path, sizeof path, "%s/" STATE_KEYRING, c.site.dir);
    cr_assert(keyring_load(path, &k, &why) == OK);
    cr_expect_not(keyring_renewing(k));
    cr_expect(heron->taken);
    keyring_free(k);
    scene_done(&c);
}

Test(erasing, words_whose_key_was_damaged_go_whole_and_keep_nobody_from_writing)
{
    for (size_t byte = 1; byte <= 40; byte += 39) { // which store key it is under; the wrapped key
        struct scene c;
        struct erasing_done done;
        struct erasing_due due;
        struct slice value;
        struct kv_txn *t = NULL;
        struct why why = { "" };
        uint8_t room[128];
        scene_init(&c);
        const struct position at = place_of(&c, REDACTED);
        const struct key key = key_position(DB_VAULT, &at);
        cr_assert(kv_begin_write(state_kv(c.state), &t) == OK);
        cr_assert(kv_get(t, DB_VAULT, key_slice(&key), &value));
        cr_assert_leq(value.n, sizeof room);
        memcpy(room, value.p, value.n);
        room[byte] ^= 1;
        kv_put(t, DB_VAULT, key_slice(&key), slice_of(room, value.n));
        cr_assert(kv_commit(t) == OK);
        cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "%s", why.text);
        cr_expect(done.renewed);
        cr_expect_eq(done.entries, 1);
        cr_assert(kv_begin_read(state_kv(c.state), &t) == OK);
        cr_expect_not(kv_get(t, DB_VAULT, key_slice(&key), &value));
        kv_abort(t);
        cr_assert(erasing_due(c.state, &due, &why) == OK);
        cr_expect_eq(due.redactions + due.notes, 0);
        (void)site_say(c.state, c.site.heron, words, 1);
        scene_done(&c);
    }
}

Test(erasing, what_was_done_is_done_once_more_when_the_memory_of_it_is_damaged)
{
    struct scene c;
    struct erasing_done done;
    struct erasing_due due;
    struct slice value;
    struct kv_txn *t = NULL;
    struct why why = { "" };
    uint8_t room[256];
    scene_init(&c);
    cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "%s", why.text);
    cr_assert(kv_begin_write(state_kv(c.state), &t) == OK);
    cr_assert(kv_get(t, DB_META, SLICE_LITERAL("x-erased"), &value));
    cr_assert_leq(value.n, sizeof room);
    memcpy(room, value.p, value.n);
    room[0] ^= 1;
    kv_put(t, DB_META, SLICE_LITERAL("x-erased"), slice_of(room, value.n));
    cr_assert(kv_commit(t) == OK);
    cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "%s", why.text);
    cr_assert(erasing_due(c.state, &due, &why) == OK);
    cr_expect_eq(due.redactions + due.notes, 0);
    cr_expect_eq(count_erased(c.state), 1);
    expect_words(&c, c.site.heron);
    scene_done(&c);
}

Test(erasing, what_was_looked_at_once_is_not_looked_at_again_until_there_is_more)
{
    struct scene c;
    struct erasing_done done;
    struct erasing_due due;
    struct hash other;
    struct kv_txn *t = NULL;
    struct why why = { "" };
    scene_init(&c);
    cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "%s", why.text);
    cr_assert(erasing_due(c.state, &due, &why) == OK);
    cr_expect(state_rest(c.state).known);
    cr_assert(erasing_due(c.state, &due, &why) == OK);
    cr_expect_eq(due.redactions + due.notes, 0);
    cr_assert(kv_begin_read(state_kv(c.state), &t) == OK);
    const struct position at = place_of(&c, 0);
    cr_assert(journal_entry_id(t, &at, &other) == OK);
    kv_abort(t);
    (void)redacted_ask(c.record, other, "said");
    redacted_come_down(c.record, state_kv(c.state));
    cr_assert(erasing_due(c.state, &due, &why) == OK);
    cr_expect_eq(due.redactions, 1, "another redaction came down");
    cr_expect_not(state_rest(c.state).known);
    cr_assert(erasing_carry_out(c.state, &c.site.safe, 1770000000, &done, &why) == OK, "%s", why.text);
    cr_expect_eq(done.entries, 1);
    scene_done(&c);
}
