// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: redacted.h, tests/lib/world.h.
#include "tests/unit/author/redacted.h"

#include "common/store/leaf.h"
#include "common/store/store.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct redacted {
    struct world world;
    struct person secretary, officer;
    size_t down; // entries that came down
};

struct redacted *redacted_new(struct slice *charter_note)
{
    struct redacted *r = mem_new(sizeof *r);
    cr_assert(ident_init() == OK);
    world_init(&r->world, 1);
    r->secretary = person_of("secretary");
    r->officer = person_of("officer");
    (void)world_grant(&r->world, &r->world.root[0], &r->secretary, 1u << ROLE_SECRETARIAT, NULL);
    (void)world_grant(&r->world, &r->secretary, &r->officer, 1u << ROLE_PROTECTION, NULL);
    *charter_note = buf_slice(&r->world.charter_note);
    return r;
}

void redacted_free(struct redacted *r)
{
    world_done(&r->world);
    free(r);
}

void redacted_accredit(struct redacted *r, struct pubkey key)
{
    struct person somebody = { .pub = key };
    const struct said *s = world_grant(&r->world, &r->secretary, &somebody, 1u << ROLE_FACILITATOR, NULL);
    cr_assert(s->standing == VERDICT_GOOD, "%s", verdict_code(s->standing));
}

struct hash redacted_ask(struct redacted *r, struct hash target, const char *part)
{
    struct body body = { .kind = KIND_REDACTION };
    body.as.redaction.target = target;
    body.as.redaction.part_count = 1;
    body.as.redaction.parts[0] = slice_text(part);
    body.as.redaction.reason = slice_text("protection");
    body.as.redaction.authority = slice_text("officer");
    const struct said *s = world_say(&r->world, &r->officer, &body, &target, 1, NULL);
    cr_assert(s->standing == VERDICT_GOOD, "%s", verdict_code(s->standing));
    return s->entry.id;
}

struct hash redacted_guide(struct redacted *r, struct slice content, uint64_t *index)
{
    struct body body = { .kind = KIND_GUIDE };
    struct slice parts[LIMIT_PARTS] = { content };
    body.as.guide.version = 1;
    const struct said *s = world_say(&r->world, &r->secretary, &body, NULL, 0, parts);
    cr_assert(s->standing == VERDICT_GOOD, "%s", verdict_code(s->standing));
    *index = s->index;
    return s->entry.id;
}

static void put_sealed(struct kv_txn *t, const struct said *s)
{
    struct boxkey half;
    uint8_t key_id[8];
    struct wrapped wrapped;
    struct buf sealed = buf_new(LIMIT_DISCLOSURE_BYTES);
    cr_assert(store_seal_key_get(t, &half, key_id) == OK);
    vault_seal_public(half, key_id, s->entry.id, buf_slice(&s->given), &sealed, &wrapped);
    leaf_put(t, s->index, s->entry.id, s->entry.bytes, buf_slice(&sealed), &wrapped);
    buf_done(&sealed);
}

void redacted_come_down(struct redacted *r, struct kv *kv)
{
    struct kv_txn *t = NULL;
    cr_assert(kv_begin_write(kv, &t) == OK);
    for (; r->down < r->world.n; r->down++) {
        const struct said *s = r->world.record[r->down];
        if (s->body.kind == KIND_GUIDE) {
            put_sealed(t, s);
        } else {
            leaf_put(t, s->index, s->entry.id, s->entry.bytes, slice_of(NULL, 0), NULL);
        }
        if (s->body.kind == KIND_REDACTION) {
            leaf_redaction_put(t, s->index);
        }
    }
    cr_assert(kv_commit(t) == OK);
}
