// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A new log key at the hub: which key signs what, before and after, also through a restart between any two steps; and a
// key whose secret the hub does not have.
#include "tests/unit/hub/scene.h"

#include "common/base/file.h"
#include "common/format/custody.h"
#include "common/store/succession_store.h"
#include "hub/checkpointer.h"

#include <stdlib.h>
#include <string.h>

static struct said *say_rekey(struct scene *s, struct person *by, struct pubkey old_key, struct pubkey new_key)
{
    struct body b = { .kind = KIND_REKEY };
    b.as.rekey.what = SLICE_LITERAL("log");
    b.as.rekey.old_key = SLICE_ARRAY(old_key.b);
    b.as.rekey.new_key = SLICE_ARRAY(new_key.b);
    return world_make(&s->w, by, &b, NULL, 0, NULL);
}

static void add_log(struct scene *s, const struct person *log)
{
    s->house.logs.at[s->house.logs.n++] = (struct log_pair){ log->pub, log->sec };
}

// Publishes in a process of its own; the note.
static enum err publish(struct scene *s, struct buf *note)
{
    struct checkpointer *c = NULL;
    struct why why = { "" };
    bool fresh = false;
    char *path = state_path_in(s->house.state, STATE_HUB_CHECKPOINT);
    const struct checkpointer_keys keys = {
        .kv = s->house.kv, .charter = &s->w.charter, .logs = &s->house.logs, .path = path
    };
    enum err e = checkpointer_open(&keys, &c, &why);
    if (e == OK) {
        e = checkpointer_publish(c, &fresh, &why);
        buf_reset(note);
        buf_put(note, checkpointer_note(c));
        checkpointer_close(c);
    }
    free(path);
    return e;
}

static bool signed_by(const struct scene *s, const struct buf *whole, struct pubkey key)
{
    struct note note;
    struct vkey by;
    cr_assert(note_parse(buf_slice(whole), &note, NULL));
    cr_assert(vkey_make(charter_origin(&s->w.charter), VKEY_ED25519, key, &by));
    return note_signed_by(&note, &by, &(uint64_t){ 0 }, NULL) == NOTE_SIGNED;
}

static bool acknowledged_by(const struct scene *s, const struct batch_outcome *o, struct pubkey key)
{
    const struct custody c = { .consultation = s->w.charter.id,
                               .key = o->ack.journal.key,
                               .incarnation = o->ack.journal.incarnation,
                               .seq = o->ack.next - 1,
                               .head = o->ack.head,
                               .root = o->ack.root };
    return o->has_ack && custody_verify(&c, key, o->ack.signature);
}

Test(rekey, the_first_checkpoint_under_a_new_key_bears_both_and_what_follows_the_new_one_alone)
{
    struct scene s;
    struct said *said[4];
    scene_init(&s);
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    const struct person next = person_of("log 2");
    scene_speak(&s, &s.amara, said, 4);
    (void)house_deliver(&s.house, said, 1);
    cr_assert_eq(publish(&s, &note), OK);
    cr_expect(signed_by(&s, &note, s.w.hub.pub) && !signed_by(&s, &note, next.pub));
    struct said *act = say_rekey(&s, &s.w.root[0], s.w.hub.pub, next.pub);
    struct batch_outcome o = house_deliver(&s.house, &act, 1);
    cr_expect(acknowledged_by(&s, &o, s.w.hub.pub), "what brings it into force is answered with the old key");
    // Killed before the new key signed anything; its secret is not here yet.
    cr_assert_eq(publish(&s, &note), ERR_AGAIN);
    house_close(&s.house);
    add_log(&s, &next);
    house_open(&s.house);
    cr_assert_eq(publish(&s, &note), OK);
    cr_expect(signed_by(&s, &note, s.w.hub.pub) && signed_by(&s, &note, next.pub));
    o = house_deliver(&s.house, said + 1, 1);
    cr_expect(acknowledged_by(&s, &o, next.pub) && !acknowledged_by(&s, &o, s.w.hub.pub));
    cr_assert_eq(publish(&s, &note), OK);
    cr_expect(!signed_by(&s, &note, s.w.hub.pub) && signed_by(&s, &note, next.pub));
    buf_done(&note);
    scene_done(&s);
}

Test(rekey, a_note_kept_outside_before_a_crash_is_made_again_with_both_signatures)
{
    struct scene s;
    scene_init(&s);
    struct buf before = buf_new(LIMIT_NOTE_BYTES);
    struct buf after = buf_new(LIMIT_NOTE_BYTES);
    const struct person next = person_of("log 2");
    char *data = state_path_in(s.house.state, "store/data.mdb");
    struct buf bytes = buf_new(64u << 20);
    cr_assert_eq(publish(&s, &before), OK);
    add_log(&s, &next);
    struct said *act = say_rekey(&s, &s.w.root[0], s.w.hub.pub, next.pub);
    (void)house_deliver(&s.house, &act, 1);
    house_close(&s.house);
    cr_assert_eq(file_read(data, false, &bytes, NULL), OK);
    house_open(&s.house);
    cr_assert_eq(publish(&s, &before), OK);
    house_close(&s.house);
    cr_assert_eq(file_replace(data, buf_slice(&bytes), 0600, NULL), OK); // the commit was lost, the file was not
    house_open(&s.house);
    cr_assert_eq(publish(&s, &after), OK);
    cr_expect(slice_equal(buf_slice(&before), buf_slice(&after)));
    cr_expect(signed_by(&s, &after, s.w.hub.pub) && signed_by(&s, &after, next.pub));
    buf_done(&before);
    buf_done(&after);
    buf_done(&bytes);
    free(data);
    scene_done(&s);
}

static bool held_in_ring(void *arg, enum service service, struct pubkey key)
{
    const struct log_ring *ring = arg;
    return service == SERVICE_LOG && log_ring_find(ring, key) != NULL;
}

Test(rekey, a_key_whose_secret_is_not_at_the_hub_is_refused_with_a_signature_and_one_put_away_later_is_a_duplicate)
{
    struct scene s;
    scene_init(&s);
    const struct person next = person_of("log 2");
    const struct person last = person_of("log 3");
    struct sequence_keys keys = s.house.writer;
    keys.held = held_in_ring;
    keys.arg = &s.house.logs;
    sequence_close(s.house.sequence);
    cr_assert_eq(sequence_open(s.house.kv, &keys, &s.house.sequence, NULL), OK);
    struct person spare = s.w.root[0];
    struct said *act = say_rekey(&s, &s.w.root[0], s.w.hub.pub, next.pub);
    struct batch_outcome o = house_deliver(&s.house, &act, 1);
    cr_assert(o.has_refuse && o.refuse.is_signed && !o.has_ack);
    cr_expect_eq(o.refuse.code, VERDICT_KEY_NOT_HELD);
    cr_expect_eq(scene_size(&s), s.founded);
    add_log(&s, &next);
    add_log(&s, &last);
    s.w.root[0] = spare;
    act = say_rekey(&s, &s.w.root[0], s.w.hub.pub, next.pub);
    cr_assert(house_deliver(&s.house, &act, 1).has_ack);
    struct said *second = say_rekey(&s, &s.w.root[0], next.pub, last.pub);
    cr_assert(house_deliver(&s.house, &second, 1).has_ack);
    s.house.logs.n = 1;
    s.house.logs.at[0] = (struct log_pair){ last.pub, last.sec }; // what came before was put away
    cr_expect(house_deliver(&s.house, &act, 1).has_ack, "it is in the record, whatever became of its key");
    cr_expect_eq(scene_size(&s), s.founded + 2);
    scene_done(&s);
}

Test(rekey, a_site_takes_what_its_charter_proves_keeps_it_and_never_less_or_other)
{
    struct scene s;
    struct why why = { "" };
    struct service_keys known;
    bool fresh = false;
    scene_init(&s);
    struct buf first = buf_new(LIMIT_SUCCESSION_BYTES);
    struct buf both = buf_new(LIMIT_SUCCESSION_BYTES);
    const struct person next = person_of("log 2");
    const struct person last = person_of("log 3");
    add_log(&s, &next);
    add_log(&s, &last);
    struct said *act = say_rekey(&s, &s.w.root[0], s.w.hub.pub, next.pub);
    (void)house_deliver(&s.house, &act, 1);
    cr_assert_eq(serve_succession(s.house.serve, &first, &why), OK, "%s", why.text);
    act = say_rekey(&s, &s.w.root[1], next.pub, last.pub);
    (void)house_deliver(&s.house, &act, 1);
    cr_assert_eq(serve_succession(s.house.serve, &both, &why), OK, "%s", why.text);
    // The hub's own store stands for a site's: the name is kept apart from all else.
    struct kv *kv = s.house.kv;
    cr_assert_eq(succession_take(kv, &s.w.charter, buf_slice(&first), &fresh, &why), OK);
    cr_expect(fresh);
    cr_assert_eq(succession_take(kv, &s.w.charter, buf_slice(&both), &fresh, &why), OK);
    cr_expect(fresh);
    cr_assert_eq(succession_take(kv, &s.w.charter, buf_slice(&first), &fresh, &why), OK); // from a bundle that was slow
    cr_expect_not(fresh);
    cr_assert_eq(succession_keys(kv, &s.w.charter, &known, &why), OK);
    cr_expect_eq(known.log_count, 3);
    cr_expect(pubkey_equal(service_log_now(&known)->key, last.pub));
    both.p[both.n / 2] ^= 1;
    cr_expect_eq(succession_take(kv, &s.w.charter, buf_slice(&both), &fresh, &why), ERR_BAD_INPUT);
    both.p[both.n / 2] ^= 1;
    // Another history that the same roots signed: not believed after this one.
    struct world w2;
    world_init(&w2, 1);
    struct body b = { .kind = KIND_REKEY };
    b.as.rekey.what = SLICE_LITERAL("log");
    b.as.rekey.old_key = SLICE_ARRAY(w2.hub.pub.b);
    b.as.rekey.new_key = SLICE_ARRAY(last.pub.b);
    (void)world_say(&w2, &w2.root[2], &b, NULL, 0, NULL);
    buf_reset(&first);
    succession_begin(1, &first);
    succession_put(0, buf_slice(&w2.record[0]->bytes), &first);
    cr_expect_eq(succession_take(kv, &s.w.charter, buf_slice(&first), &fresh, &why), ERR_BAD_INPUT);
    cr_expect_not_null(strstr(why.text, "other changes"), "%s", why.text);
    world_done(&w2);
    buf_done(&first);
    buf_done(&both);
    scene_done(&s);
}
