// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: site.h.
#include "tests/unit/author/site.h"

#include "common/base/file.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// A charter with throw-away keys.
static void make_charter(struct site *s)
{
    struct pubkey root;
    struct pubkey log;
    struct seckey root_sec;
    struct seckey log_sec;
    struct boxsec box;
    struct buf text = buf_new(LIMIT_CHARTER_BYTES);
    struct charter c = {
        .title = slice_text("Test of the notebooks"), .prefix = slice_text("records.example.org/test"),
        .opened = slice_text("2026-03-01"), .root_count = 1, .quorum = 1, .officer_count = 2, .language_count = 1,
        .languages = { SLICE_LITERAL("en") }, .quantum_s = 3600, .threshold = 5 };
    struct why why = { "" };
    sign_keypair(&root, &root_sec);
    sign_keypair(&log, &log_sec);
    box_keypair(&c.exchange, &box);
    box_keypair(&c.intake, &box);
    c.log.key = log;
    c.officers[0].name = slice_text("one");
    c.officers[1].name = slice_text("two");
    box_keypair(&c.officers[0].key, &box);
    box_keypair(&c.officers[1].key, &box);
    cr_assert(vkey_make(slice_text("records.example.org/root"), VKEY_ED25519, root, &c.roots[0]));
    cr_assert(charter_make(&c, &text, &why), "%s", why.text);
    s->note = buf_new(LIMIT_CHARTER_BYTES);
    note_sign(buf_slice(&text), &c.roots[0], &root_sec, &s->note);
    s->intake = c.intake;
    buf_done(&text);
}

static void make_site(struct site *s)
{
    struct state_making m;
    struct why why = { "" };
    struct pubkey nobody = { { 0 } };
    cr_assert(mkdtemp(s->root) != NULL);
    snprintf(s->dir, sizeof s->dir, "%s/site", s->root);
    setenv("XDG_STATE_HOME", s->root, 1);
    safe_init(&s->safe);
    s->keyring = keyring_new();
    s->heron = safe_slot(&s->safe, nobody);
    cr_assert(keyring_add(s->keyring, "Heron", PASSPHRASE, NULL, s->intake, s->heron, &why) == OK, "%s", why.text);
    cr_assert(state_make_begin(STORE_NODE, s->dir, buf_slice(&s->note), KV_ANY_FILESYSTEM, &m, &why) == OK, "%s",
              why.text);
    cr_assert(state_make_commit(&m, &why) == OK, "%s", why.text);
}

void site_init(struct site *s)
{
    *s = (struct site){ .root = "/tmp/baraza-author.XXXXXX" };
    cr_assert(ident_init() == OK);
    make_charter(s);
    make_site(s);
}

void site_init_of(struct site *s, struct slice charter_note)
{
    struct charter c;
    *s = (struct site){ .root = "/tmp/baraza-author.XXXXXX", .note = buf_new(LIMIT_CHARTER_BYTES) };
    cr_assert(ident_init() == OK);
    buf_put(&s->note, charter_note);
    cr_assert(charter_verify(buf_slice(&s->note), &c, NULL) == VERDICT_GOOD);
    s->intake = c.intake;
    make_site(s);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void site_done(struct site *s)
{
    nftw(s->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    keyring_free(s->keyring);
    safe_done(&s->safe);
    buf_done(&s->note);
}

struct state *site_open(const struct site *s)
{
    struct state *state = NULL;
    struct why why = { "" };
    cr_assert(state_open(s->dir, KV_ANY_FILESYSTEM, &state, &why) == OK, "%s", why.text);
    return state;
}

struct hash site_say(struct state *state, const struct unlocked *who, const char *const *words, size_t n)
{
    struct author *a = NULL;
    struct why why = { "" };
    struct append_result session;
    struct append_result said = { .saved = false };
    struct body open = { .kind = KIND_SESSION };
    struct body contribution = { .kind = KIND_CONTRIBUTION };
    open.as.session.area = slice_text("XM-KIV");
    open.as.session.code = slice_text("XM-KIV-2026-003");
    open.as.session.type = slice_text("town-hall");
    const struct append_item first = { .body = &open };
    cr_assert(author_open(state, who, &a, &why) == OK, "%s", why.text);
    cr_assert(author_append(a, 1770000123, &first, 1, &session, &why) == OK, "%s", why.text);
    for (size_t i = 0; i < n; i++) {
        struct append_item item = { .body = &contribution, .refs = &session.id, .ref_count = 1 };
        item.parts[1] = slice_text(words[i]);
        cr_assert(author_append(a, 1770000123, &item, 1, &said, &why) == OK, "%s", why.text);
        cr_assert(said.saved);
    }
    author_close(a);
    return said.id;
}

void site_copy(const char *from, const char *to)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("cp", "cp", "-a", from, to, (char *)NULL);
        _exit(127);
    }
    int status = 1;
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(status == 0);
}
