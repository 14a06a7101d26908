// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Keys of the consultation through their changes: each judged at its own index, and proved with the charter alone.
#include "common/format/service_keys.h"

#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct pubkey bytes_of(struct boxkey key)
{
    struct pubkey same;
    memcpy(same.b, key.b, sizeof same.b);
    return same;
}

static struct said *rekey(struct world *w, struct person *by, enum service what, struct pubkey old_key,
                          struct pubkey new_key)
{
    struct body b = { .kind = KIND_REKEY };
    b.as.rekey.what = slice_text(service_name(what));
    b.as.rekey.old_key = SLICE_ARRAY(old_key.b);
    b.as.rekey.new_key = SLICE_ARRAY(new_key.b);
    return world_say(w, by, &b, NULL, 0, NULL);
}

static void put(const struct world *w, struct buf *out)
{
    uint64_t at[LIMIT_SUCCESSION_ENTRIES];
    const size_t n = succession_indexes(w->roster, at);
    succession_begin(n, out);
    for (size_t i = 0; i < n; i++) {
        succession_put(at[i], buf_slice(&w->record[at[i]]->bytes), out);
    }
}

static void begin(struct world *w)
{
    cr_assert_eq(ident_init(), OK);
    world_init(w, 2);
}

// Roots 0 and 2 change the log's key, then root 1 gives way to a fresh one, who with root 2 changes all three keys.
static void change_all(struct world *w, struct person *fresh)
{
    *fresh = person_of("fresh root");
    struct said *log = rekey(w, &w->root[0], SERVICE_LOG, w->hub.pub, person_of("log 2").pub);
    (void)world_approve(w, &w->root[2], log);
    cr_assert_eq(world_standing(w, log), VERDICT_GOOD);
    struct said *root = rekey(w, &w->root[0], SERVICE_ROOT, w->root[1].pub, fresh->pub);
    struct said *other = rekey(w, &w->root[1], SERVICE_LOG, person_of("log 2").pub, person_of("log 9").pub);
    (void)world_approve(w, &w->root[2], root);
    cr_expect_eq(world_standing(w, other), VERDICT_VOID); // a change of root came first
    struct said *second = rekey(w, fresh, SERVICE_LOG, person_of("log 2").pub, person_of("log 3").pub);
    struct said *box = rekey(w, fresh, SERVICE_INTAKE, bytes_of(w->charter.intake), person_of("intake 2").pub);
    struct said *curve = rekey(w, &w->root[2], SERVICE_EXCHANGE, bytes_of(w->charter.exchange),
                               person_of("exchange 2").pub);
    (void)world_approve(w, &w->root[2], second);
    (void)world_approve(w, fresh, curve);
    (void)world_approve(w, &w->root[2], box);
    cr_assert_eq(world_standing(w, second), VERDICT_GOOD);
    cr_assert_eq(world_standing(w, box), VERDICT_GOOD);
    cr_assert_eq(world_standing(w, curve), VERDICT_GOOD);
}

Test(service_keys, a_checkpoint_is_signed_by_the_key_that_its_size_falls_to)
{
    struct world w;
    struct service_keys k;
    struct tree_head head;
    begin(&w);
    struct person second = person_of("log 2");
    struct said *log = rekey(&w, &w.root[0], SERVICE_LOG, w.hub.pub, second.pub);
    struct said *approval = world_approve(&w, &w.root[1], log);
    service_keys_of(&w.charter, w.roster, &k);
    cr_expect_eq(k.changes, 1);
    const struct { uint64_t size; const struct person *by; enum verdict v; } rows[] = {
        { log->index + 1, &w.hub, VERDICT_GOOD },  { approval->index, &w.hub, VERDICT_GOOD },
        { approval->index + 1, &second, VERDICT_GOOD }, { approval->index + 1, &w.hub, VERDICT_BAD_SIGNATURE },
        { approval->index, &second, VERDICT_BAD_SIGNATURE }, { UINT64_MAX, &second, VERDICT_GOOD },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf note = buf_new(4096);
        struct vkey by;
        cr_assert(vkey_make(charter_origin(&w.charter), VKEY_ED25519, rows[i].by->pub, &by));
        checkpoint_make((struct tree_head){ rows[i].size, { { 7 } } }, &by, &rows[i].by->sec, &note);
        cr_expect_eq(service_checkpoint_verify(&k, buf_slice(&note), &head, NULL), rows[i].v, "row %zu", i);
        buf_done(&note);
    }
    world_done(&w);
}

Test(service_keys, whoever_has_the_charter_alone_follows_every_change_through_a_change_of_root)
{
    struct world w;
    struct person fresh;
    struct roster *r = NULL;
    struct service_keys full, proved;
    struct why why = { "" };
    begin(&w);
    struct buf before = buf_new(LIMIT_SUCCESSION_BYTES);
    struct buf after = buf_new(LIMIT_SUCCESSION_BYTES);
    struct said *log = rekey(&w, &w.root[0], SERVICE_INTAKE, bytes_of(w.charter.intake), person_of("first").pub);
    (void)world_approve(&w, &w.root[1], log);
    put(&w, &before);
    world_done(&w);
    begin(&w);
    change_all(&w, &fresh);
    put(&w, &after);
    cr_assert_eq(succession_verify(buf_slice(&after), &w.charter, &r, &why), VERDICT_GOOD, "%s", why.text);
    service_keys_of(&w.charter, w.roster, &full);
    service_keys_of(&w.charter, r, &proved);
    cr_expect_eq(proved.changes, 5);
    cr_expect_eq(proved.log_count, 3);
    cr_expect(boxkey_equal(proved.exchange, full.exchange) && boxkey_equal(proved.intake, full.intake));
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(proved.log[i].from, full.log[i].from);
        cr_expect(vkey_equal(&proved.log[i].key, &full.log[i].key));
    }
    cr_expect(succession_extends((struct slice){ NULL, 0 }, buf_slice(&after)));
    cr_expect(succession_extends(buf_slice(&after), buf_slice(&after)));
    cr_expect(!succession_extends(buf_slice(&before), buf_slice(&after))); // of another history
    cr_expect(!succession_extends(buf_slice(&after), (struct slice){ NULL, 0 }));
    roster_free(r);
    buf_done(&before);
    buf_done(&after);
    world_done(&w);
}

Test(service_keys, a_succession_that_lacks_bends_or_adds_anything_proves_nothing)
{
    struct world w;
    struct person fresh;
    struct roster *r = NULL;
    uint64_t at[LIMIT_SUCCESSION_ENTRIES];
    begin(&w);
    change_all(&w, &fresh);
    const size_t n = succession_indexes(w.roster, at);
    struct buf bytes = buf_new(LIMIT_SUCCESSION_BYTES);
    for (size_t left_out = 0; left_out < n; left_out++) {
        buf_reset(&bytes);
        succession_begin(n - 1, &bytes);
        for (size_t i = 0; i < n; i++) {
            if (i != left_out) {
                succession_put(at[i], buf_slice(&w.record[at[i]]->bytes), &bytes);
            }
        }
        cr_expect_neq(succession_verify(buf_slice(&bytes), &w.charter, &r, NULL), VERDICT_GOOD, "%zu", left_out);
    }
    buf_reset(&bytes);
    put(&w, &bytes);
    for (size_t cut = 0; cut < bytes.n; cut += 7) {
        cr_expect_neq(succession_verify(slice_of(bytes.p, cut), &w.charter, &r, NULL), VERDICT_GOOD);
        bytes.p[cut] ^= 4;
        cr_expect_neq(succession_verify(buf_slice(&bytes), &w.charter, &r, NULL), VERDICT_GOOD, "bent at %zu", cut);
        bytes.p[cut] ^= 4;
    }
    cr_expect(r == NULL);
    buf_done(&bytes);
    world_done(&w);
}

Test(service_keys, a_key_that_served_before_never_comes_back_and_changes_have_an_end)
{
    struct world w;
    begin(&w);
    struct pubkey now = w.hub.pub;
    for (unsigned i = 0; i < LIMIT_KEY_CHANGES; i++) {
        char name[32];
        snprintf(name, sizeof name, "log %u", i);
        const struct pubkey next = person_of(name).pub;
        struct said *act = rekey(&w, &w.root[0], SERVICE_LOG, now, next);
        (void)world_approve(&w, &w.root[1], act);
        cr_expect_eq(world_standing(&w, act), VERDICT_GOOD);
        now = next;
        cr_expect_eq(rekey(&w, &w.root[0], SERVICE_LOG, now, w.hub.pub)->standing, VERDICT_BAD_BODY);
        cr_expect_eq(rekey(&w, &w.root[0], SERVICE_LOG, now, now)->standing, VERDICT_BAD_BODY);
    }
    struct said *more = rekey(&w, &w.root[0], SERVICE_LOG, now, person_of("one too many").pub);
    (void)world_approve(&w, &w.root[1], more);
    cr_expect_eq(world_standing(&w, more), VERDICT_VOID);
    struct buf bytes = buf_new(LIMIT_SUCCESSION_BYTES);
    struct roster *r = NULL;
    put(&w, &bytes);
    cr_expect(buf_ok(&bytes));
    cr_expect_eq(succession_verify(buf_slice(&bytes), &w.charter, &r, NULL), VERDICT_GOOD);
    roster_free(r);
    buf_done(&bytes);
    world_done(&w);
}
