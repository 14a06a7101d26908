// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record read from a hub's state while the hub is at work: what its daemon does meanwhile stops no reader, and what
// a redaction covers is shown to nobody, also before it is destroyed.
#include "common/ops/settings.h"
#include "common/store/erase.h"
#include "hub/store_key.h"
#include "tests/lib/hub/house.h"
#include "tools/baraza/amends_read.h"

#include <criterion/criterion.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSES 600 // over eight entries or more: several transactions of a reader
#define BIT(role) (1u << ROLE_##role)

struct scene {
    struct world w;
    struct house h;
    struct person secretary, amara, officer;
    struct said *said[3];
    struct cmd_context context;
    struct reading *r;
};

static void begin(struct scene *s)
{
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    house_new(&s->h, &s->w);
    s->secretary = person_of("secretary");
    s->amara = person_of("Amara");
    s->officer = person_of("officer");
    (void)world_grant(&s->w, &s->w.root[0], &s->secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&s->w, &s->secretary, &s->amara, BIT(FACILITATOR), NULL);
    (void)world_grant(&s->w, &s->secretary, &s->officer, BIT(PROTECTION), NULL);
    struct said *session = world_session(&s->w, &s->amara, "XM-KIV", "XM-KIV-2026-003");
    s->said[0] = world_contribute(&s->w, &s->amara, session, "the colonel took the herd");
    s->said[1] = world_contribute(&s->w, &s->amara, session, "the well is dry");
    s->said[2] = world_correct(&s->w, &s->amara, s->said[0], "somebody took the herd");
    (void)world_redact(&s->w, &s->officer, s->said[0]->entry.id, "said", NULL);
    house_open(&s->h);
    cr_assert(house_deliver_all(&s->h, &s->w.root[0]).has_ack);
    cr_assert(house_deliver_all(&s->h, &s->secretary).has_ack);
    cr_assert(house_deliver_all(&s->h, &s->amara).has_ack);
    cr_assert(house_deliver_all(&s->h, &s->officer).has_ack);
    house_close(&s->h);
    s->context = (struct cmd_context){ .state = s->h.state, .quiet = true };
    conf_init(&s->context.conf, settings_hub());
    cr_assert_eq(conf_parse(&s->context.conf, "conf", SLICE_LITERAL("any-filesystem = yes\n"), NULL), OK);
    const struct reading_from here = { NULL, NULL };
    cr_assert_eq(reading_open(&s->context, &here, &s->r), -1);
}

static void done(struct scene *s)
{
    reading_close(s->r);
    house_done(&s->h);
    world_done(&s->w);
}

// What the daemon does, in a process of its own.
static void renew_store_key(const struct scene *s)
{
    const pid_t pid = fork();
    int status = 0;
    cr_assert(pid >= 0);
    if (pid == 0) {
        struct store_key key;
        struct kv *kv = NULL;
        struct kv_txn *t = NULL;
        struct rewrap r = { .stage = 0 };
        bool more = true;
        struct why why = { "" };
        char *store = state_path_in(s->h.state, STATE_STORE);
        enum err e = store_key_begin(s->h.state, &key, &why);
        e = e == OK ? store_open(store, KV_ANY_FILESYSTEM, 0, &kv, NULL, &why) : e;
        e = e == OK ? kv_begin_write(kv, &t) : e;
        while (e == OK && more) {
            e = rewrap_step(t, &key, &r, 100, &more, &why);
        }
        e = e == OK ? kv_commit(t) : e;
        e = e == OK ? store_key_end(s->h.state, &key, &why) : e;
        _exit(e == OK ? 0 : 1);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// Reads all; returns how many entries came with parts.
static size_t pass(struct scene *s)
{
    struct reading_item item;
    size_t given = 0;
    reading_rewind(s->r);
    while (reading_next(s->r, &item)) {
        given += item.has_parts;
    }
    cr_assert_eq(reading_end(s->r), -1);
    return given;
}

Test(reading_hub, goes_on_when_the_store_key_is_renewed_under_it)
{
    struct scene s;
    begin(&s);
    const size_t given = pass(&s);
    cr_assert_gt(given, 3);
    for (size_t i = 0; i < PASSES; i++) {
        if (i == 10 || i == PASSES / 2) {
            renew_store_key(&s);
        }
        cr_assert_eq(pass(&s), given, "pass %zu", i);
    }
    done(&s);
}

Test(reading_hub, shows_nothing_that_a_redaction_covers_although_it_is_still_there)
{
    struct scene s;
    struct reading_item item;
    struct amends *amends = NULL;
    begin(&s);
    cr_assert_eq(amends_read(s.r, &amends), -1);
    size_t seen = 0;
    while (reading_next(s.r, &item)) {
        const bool covered = hash_equal(item.entry.id, s.said[0]->entry.id) ||
                             hash_equal(item.entry.id, s.said[2]->entry.id);
        cr_expect_eq(item.erased != 0, covered);
        if (item.has_parts && item.entry.part_count > 1) {
            cr_expect_eq(item.disclosure.parts[1].state, covered ? PART_ERASED : PART_DISCLOSED);
            cr_expect_eq(item.disclosure.has_seed, !covered);
            cr_expect_eq(disclosure_check(&item.disclosure, &item.entry.place, item.entry.parts, item.entry.part_count),
                         VERDICT_GOOD);
            seen++;
        }
    }
    cr_expect_eq(seen, 3);
    const struct slice words = amends_words(amends, s.said[0]->entry.id, SLICE_LITERAL("words"));
    const char due[] = "(erased by entry ";
    cr_expect(words.n > sizeof due && memcmp(words.p, due, sizeof due - 1) == 0);
    cr_expect(slice_equal(amends_words(amends, s.said[1]->entry.id, SLICE_LITERAL("words")), SLICE_LITERAL("words")));
    amends_free(amends);
    done(&s);
}
