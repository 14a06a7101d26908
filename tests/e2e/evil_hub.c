// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// evil_hub HUB SITE LIE IN OUT: what a hub that lies would have written in place of the honest bundle IN for that site:
// it has the hub's own keys, so everything is signed as it must be, and only what it says is not true.
//   custody   signs that it holds other contents than it was given
//   receipt   gives the receipt of one place for an entry at another
//   past      signs another record of the same size
//   growth    signs a larger record that does not begin with the one it signed before
//   withhold  keeps the revocations from the site, and says that it has been told everything
// HUB and SITE are state directories.
#include "common/author/state.h"
#include "common/base/file.h"
#include "common/exchange/msg.h"
#include "common/format/checkpoint.h"
#include "common/format/custody.h"
#include "common/format/entry.h"
#include "node/desk/bundle_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum lie { LIE_CUSTODY, LIE_RECEIPT, LIE_WITHHOLD, LIE_PAST, LIE_GROWTH, LIES };
static const char *const lie_names[LIES] = { "custody", "receipt", "withhold", "past", "growth" };

struct evil {
    enum lie lie;
    struct charter charter;
    struct buf charter_note;
    struct pubkey log_pub;
    struct seckey log;
    struct boxkey site;
    struct boxsec site_sec;
    struct buf note; // the checkpoint that a lie needs
    struct msg_down_entry kept[LIMIT_DOWN_ENTRIES];
    size_t told;     // lies in this bundle
};

static struct slice other_checkpoint(struct evil *v, struct slice honest)
{
    struct tree_head head;
    if (checkpoint_verify(honest, &v->charter.log, &head, NULL) != VERDICT_GOOD) {
        return honest;
    }
    head.root.b[0] ^= 1;
    head.size += v->lie == LIE_GROWTH ? 1 : 0;
    buf_reset(&v->note);
    checkpoint_make(head, &v->charter.log, &v->log, &v->note);
    v->told++;
    return buf_slice(&v->note);
}

static void lie_about_custody(struct evil *v, struct msg_ack *m)
{
    m->root.b[0] ^= 1;
    const struct custody said = { .consultation = v->charter.id, .key = m->journal.key,
                                  .incarnation = m->journal.incarnation, .seq = m->next - 1, .head = m->head,
                                  .root = m->root };
    m->signature = custody_sign(&said, &v->log);
    v->told++;
}

static void withhold(struct evil *v, struct msg_down *m)
{
    struct entry e;
    size_t n = 0;
    for (size_t i = 0; i < m->count; i++) {
        CHECK(entry_parse(m->entries[i].entry, &e) == VERDICT_GOOD);
        if (slice_equal(e.kind, SLICE_LITERAL("revoke"))) {
            v->told++;
        } else {
            v->kept[n++] = m->entries[i];
        }
    }
    m->count = n;
    m->entries = v->kept;
}

static void bend(struct evil *v, struct msg *m)
{
    if (v->lie == LIE_CUSTODY && m->type == MSG_ACK) {
        lie_about_custody(v, &m->as.ack);
    } else if (v->lie == LIE_RECEIPT && m->type == MSG_PROOF && m->as.proof.index > 0) {
        m->as.proof.index--;
        v->told++;
    } else if (v->lie == LIE_WITHHOLD && m->type == MSG_DOWN) {
        withhold(v, &m->as.down);
    } else if (v->lie >= LIE_PAST && m->type == MSG_WELCOME) {
        m->as.welcome.checkpoint = other_checkpoint(v, m->as.welcome.checkpoint);
    } else if (v->lie >= LIE_PAST && m->type == MSG_PROOF) {
        m->as.proof.checkpoint = other_checkpoint(v, m->as.proof.checkpoint);
    }
}

// Passes one message on, bent.
static enum err pass(struct evil *v, struct slice message, struct bundle_making *out, struct why *why)
{
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    struct buf bent = buf_new(LIMIT_FRAME_BYTES);
    struct msg m;
    CHECK(msg_parse(message, arena, &m) == VERDICT_GOOD);
    bend(v, &m);
    msg_make(&m, &bent);
    enum err e = bundle_making_put(out, buf_slice(&bent), why);
    buf_done(&bent);
    arena_free(arena);
    return e;
}

// Reads the honest bundle, which is in memory, frame by frame.
static enum err retell(struct evil *v, struct slice in, struct bundle_making *out, struct why *why)
{
    const struct box_ring ring = { .n = 1, .at = { { v->site, v->site_sec } } };
    const struct bundle_expect expect = { .way = BUNDLE_DOWN, .consultation = v->charter.id, .ring = &ring,
                                          .log = v->log_pub };
    struct bundle_reader r;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    size_t at = BUNDLE_MAGIC_BYTES;
    enum err e = OK;
    bundle_reader_init(&r, &expect);
    CHECK(bundle_read_magic(&r, slice_of(in.p, BUNDLE_MAGIC_BYTES)) == BUNDLE_FINE);
    while (e == OK && r.stage != BUNDLE_AT_END) {
        size_t n = 0;
        CHECK(bundle_length(in.p + at, &n) == BUNDLE_FINE);
        buf_reset(&message);
        const enum bundle_fault f = bundle_read(&r, slice_of(in.p + at, BUNDLE_LENGTH_BYTES + n), &message);
        if (f != BUNDLE_FINE) {
            why_set(why, "the bundle to bend is not good: fault %d", (int)f);
            e = ERR_BAD_INPUT;
        } else if (message.n > 0) {
            e = pass(v, buf_slice(&message), out, why);
        }
        at += BUNDLE_LENGTH_BYTES + n;
    }
    bundle_reader_done(&r);
    buf_done(&message);
    return e;
}

static enum err keys(struct evil *v, const char *hub, const char *site, struct why *why)
{
    uint8_t seed[32];
    char path[512];
    snprintf(path, sizeof path, "%s/" STATE_CHARTER, hub);
    v->charter_note = buf_new(LIMIT_CHARTER_BYTES);
    enum err e = file_read(path, true, &v->charter_note, why);
    if (e == OK && charter_verify(buf_slice(&v->charter_note), &v->charter, why) != VERDICT_GOOD) {
        e = ERR_BAD_INPUT;
    }
    if (e == OK) {
        e = state_secret_load(hub, STATE_HUB_LOG, seed, why);
    }
    if (e == OK) {
        sign_keypair_from_seed(seed, &v->log_pub, &v->log);
        e = state_secret_load(site, STATE_TRANSPORT, v->site_sec.b, why);
    }
    if (e == OK) {
        v->site = box_public(&v->site_sec);
    }
    return e;
}

static enum err run(struct evil *v, const char *from, const char *to, struct why *why)
{
    struct bundle_making out = { .bytes = 0 };
    struct buf in = buf_new(1 << 26);
    enum err e = file_read(from, true, &in, why);
    if (e == OK) {
        const struct bundle_about about = { .site = v->site };
        e = bundle_making_begin(to, BUNDLE_DOWN, v->charter.id, v->site, &about, &out, why);
    }
    if (e == OK) {
        e = retell(v, buf_slice(&in), &out, why);
    }
    if (e == OK) {
        e = bundle_making_commit(&out, &v->log, why);
    } else {
        bundle_making_abort(&out);
    }
    buf_done(&in);
    return e;
}

int main(int argc, char **argv)
{
    struct why why = { "usage: evil_hub HUB SITE LIE IN OUT" };
    struct evil v = { .lie = LIES, .note = buf_new(LIMIT_NOTE_BYTES) };
    for (int i = 0; argc == 6 && i < LIES; i++) {
        v.lie = strcmp(argv[3], lie_names[i]) == 0 ? (enum lie)i : v.lie;
    }
    enum err e = v.lie == LIES ? ERR_USAGE : ident_init();
    if (e == OK) {
        e = keys(&v, argv[1], argv[2], &why);
    }
    if (e == OK) {
        e = run(&v, argv[4], argv[5], &why);
    }
    if (e == OK && v.told == 0) {
        why_set(&why, "there was nothing in this bundle to lie about");
        e = ERR_BAD_INPUT;
    }
    if (e != OK) {
        fprintf(stderr, "evil_hub: %s\n", why.text);
    }
    buf_done(&v.note);
    buf_done(&v.charter_note);
    return e == OK ? 0 : 1;
}
