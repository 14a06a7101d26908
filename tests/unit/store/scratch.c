// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Scratch directories and sample journals for the store's tests.
#include "tests/unit/store/scratch.h"

#include "common/base/file.h"
#include "common/format/merkle.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch scratch_new(void)
{
    struct scratch s = { "/tmp/baraza-store-XXXXXX", "" };
    cr_assert_eq(ident_init(), OK);
    cr_assert_not_null(mkdtemp(s.dir));
    cr_assert(snprintf(s.store, sizeof s.store, "%s/store", s.dir) > 0);
    return s;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void scratch_remove(const char *path)
{
    (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void scratch_done(struct scratch *s)
{
    scratch_remove(s->dir);
}

struct kv *scratch_store(struct scratch *s, enum store_side side)
{
    struct hash consultation = { { 1, 2, 3 } };
    struct kv *kv = NULL;
    struct why why = { "" };
    cr_assert_eq(store_create(s->store, side, consultation, KV_NO_SYNC, &why), OK, "%s", why.text);
    cr_assert_eq(store_open(s->store, KV_NO_SYNC, 0, &kv, NULL, &why), OK, "%s", why.text);
    return kv;
}

struct writer writer_new(uint8_t who, uint8_t life)
{
    struct writer w = { .next = 0 };
    uint8_t seed[32] = { who };
    struct symkey key = { { 9, 9 } };
    sign_keypair_from_seed(seed, &w.journal.key, &w.sec);
    w.journal.incarnation.b[0] = life;
    w.key = store_key_of(key);
    return w;
}

struct written writer_next(struct writer *w, const char *words)
{
    struct written e = { .at = { w->journal, w->next, 0 },
                         .entry = buf_new(LIMIT_ENTRY_BYTES),
                         .plain = buf_new(LIMIT_DISCLOSURE_BYTES),
                         .sealed = buf_new(LIMIT_DISCLOSURE_BYTES + VAULT_SEAL_BYTES) };
    struct entry_draft draft = { .kind = slice_text("session"), .prev = w->head, .seen_root = merkle_empty() };
    draft.place = (struct place){ { { 1, 2, 3 } }, w->journal.key, w->journal.incarnation, w->next };
    cr_assert(entry_make(&draft, &w->sec, &e.entry));
    e.id = entry_id(buf_slice(&e.entry));
    buf_put_text(&e.plain, words);
    vault_seal(&w->key, e.id, buf_slice(&e.plain), &e.sealed, &e.wrapped);
    w->head = e.id;
    w->next++;
    return e;
}

void written_done(struct written *e)
{
    buf_done(&e->entry);
    buf_done(&e->plain);
    buf_done(&e->sealed);
}

struct journal_item written_item(const struct written *e)
{
    return (struct journal_item){ .at = e->at,
                                  .id = e->id,
                                  .entry = buf_slice(&e->entry),
                                  .sealed = buf_slice(&e->sealed),
                                  .wrapped = &e->wrapped };
}

bool scratch_damage(const struct scratch *s, struct slice needle)
{
    char path[PATH_MAX];
    struct buf file = buf_new((size_t)1 << 28);
    cr_assert(snprintf(path, sizeof path, "%s/data.mdb", s->store) > 0);
    cr_assert_eq(file_read(path, false, &file, NULL), OK);
    int fd = open(path, O_RDWR);
    bool any = false;
    size_t from = 0;
    for (;;) { // pages that are no longer in use may hold it too
        const uint8_t *at = memmem(file.p + from, file.n - from, needle.p, needle.n);
        if (at == NULL) {
            break;
        }
        uint8_t bad = (uint8_t)(at[needle.n / 2] ^ 1);
        cr_assert_eq(pwrite(fd, &bad, 1, at - file.p + (off_t)(needle.n / 2)), 1);
        from = (size_t)(at - file.p) + 1;
        any = true;
    }
    close(fd);
    buf_done(&file);
    return any;
}
