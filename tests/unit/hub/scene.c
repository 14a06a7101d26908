// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See scene.h.
#include "tests/unit/hub/scene.h"

#include <stdio.h>

void scene_init(struct scene *s)
{
    *s = (struct scene){ .founded = 0 };
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    house_new(&s->house, &s->w);
    s->registrar = person_of("registrar");
    s->secretariat = person_of("secretariat");
    s->amara = person_of("Amara");
    s->bintu = person_of("Bintu");
    (void)world_grant(&s->w, &s->w.root[0], &s->house.author, 1u << ROLE_HUB, NULL);
    (void)world_grant(&s->w, &s->w.root[0], &s->registrar, 1u << ROLE_REGISTRAR, NULL);
    (void)world_grant(&s->w, &s->w.root[0], &s->secretariat, 1u << ROLE_SECRETARIAT, NULL);
    (void)world_grant(&s->w, &s->secretariat, &s->amara, 1u << ROLE_FACILITATOR, NULL);
    (void)world_grant(&s->w, &s->secretariat, &s->bintu, 1u << ROLE_FACILITATOR, NULL);
    s->invite = world_invite(&s->w, &s->registrar, "an invitation", 1u << ROLE_FACILITATOR, NULL, 2);
    house_open(&s->house);
    cr_assert(house_deliver_all(&s->house, &s->w.root[0]).has_ack);
    cr_assert(house_deliver_all(&s->house, &s->secretariat).has_ack);
    cr_assert(house_deliver_all(&s->house, &s->registrar).has_ack);
    s->founded = sequence_size(s->house.sequence);
    cr_assert_eq(s->founded, 6);
}

void scene_done(struct scene *s)
{
    house_close(&s->house);
    house_done(&s->house);
    world_done(&s->w);
}

void scene_speak(struct scene *s, struct person *p, struct said **out, size_t n)
{
    char text[64];
    const struct said *session = NULL;
    for (size_t i = 0; i < s->w.made_count; i++) {
        const struct said *said = s->w.made[i];
        if (pubkey_equal(said->entry.place.author, p->pub) && said->body.kind == KIND_SESSION) {
            session = said;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (session == NULL) {
            session = out[i] = world_session(&s->w, p, "EL-ARN", "EL-ARN-2026-001");
        } else {
            snprintf(text, sizeof text, "Sentence number %llu of what was said.", (unsigned long long)p->next);
            out[i] = world_contribute(&s->w, p, session, text);
        }
    }
}

struct said *scene_withhold(struct scene *s, struct person *p, const struct said *session)
{
    struct said *said = world_contribute(&s->w, p, session, "What was said and is not shown yet.");
    said->disclosure.has_seed = false;
    said->disclosure.parts[1].state = PART_TO_COME;
    return said;
}

void scene_give(struct said *said)
{
    said->disclosure.has_seed = true;
    said->disclosure.parts[1].state = PART_DISCLOSED;
}

uint64_t scene_size(struct scene *s)
{
    struct why why = { "" };
    struct kv_txn *t = NULL;
    struct record *r = record_new();
    cr_assert_eq(kv_begin_read(s->house.kv, &t), OK);
    cr_assert_eq(record_load(r, t, &why), OK, "%s", why.text);
    uint64_t size = record_size(r);
    kv_abort(t);
    record_free(r);
    return size;
}

void scene_damage(struct scene *s, enum db db, uint64_t index)
{
    uint8_t room[4096];
    struct kv_txn *t = NULL;
    struct slice value;
    const struct key key = key_index(db, index);
    cr_assert_eq(kv_begin_write(s->house.kv, &t), OK);
    cr_assert(kv_get(t, db, key_slice(&key), &value));
    cr_assert_leq(value.n, sizeof room);
    memcpy(room, value.p, value.n);
    room[value.n - 1] ^= 1;
    kv_put(t, db, key_slice(&key), slice_of(room, value.n));
    cr_assert_eq(kv_commit(t), OK);
}

struct journal_id scene_journal(const struct person *p)
{
    return (struct journal_id){ p->pub, p->incarnation };
}
