// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// bad_bundles CHARTER DIR: bundles that are good in form and boxed to the hub, as anybody can make them, whose entries
// are none: rubbish, claims, a bomb. Files 1.bundle and so on, at most seven: after eight the hub is deaf for a minute.
#include "common/base/file.h"
#include "common/exchange/msg.h"
#include "common/format/charter.h"
#include "common/format/pack.h"
#include "node/desk/bundle_file.h"

#include <stdio.h>

#define KINDS 7

static void put_payload(unsigned kind, struct buf *out)
{
    // A zstd frame that states 4 GB of content and holds three bytes of it.
    static const uint8_t bomb[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 0x19, 0, 0, 'a', 'b', 'c' };
    switch (kind) {
    case 1: // rubbish
        buf_put_text(out, "these are no entries");
        break;
    case 2: // a batch with a bomb
        pack_array(out, 2);
        pack_bin(out, slice_of(bomb, 0));
        pack_bin(out, SLICE_ARRAY(bomb));
        break;
    case 3: // more records than bytes
        buf_put(out, SLICE_LITERAL("\x92\x90\xdd\xff\xff\xff\xff"));
        break;
    case 4: // no records at all
        pack_array(out, 2);
        pack_array(out, 0);
        pack_array(out, 0);
        break;
    case 5: // a record that claims 4 GB
        buf_put(out, SLICE_LITERAL("\x92\x90\x91\xc6\xff\xff\xff\xff"));
        break;
    case 6: // deep
        for (int i = 0; i < 1000; i++) {
            pack_array(out, 1);
        }
        break;
    default: // longer than it says
        for (int i = 0; i < 100000; i++) {
            buf_put_u8(out, 0);
        }
        break;
    }
}

static enum err make(const struct charter *charter, const char *dir, unsigned kind, struct why *why)
{
    char path[512];
    struct bundle_making m;
    struct buf hello = buf_new(4096);
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    struct buf payload = buf_new(LIMIT_BATCH_BYTES);
    const struct boxkey site = { { (uint8_t)kind } };
    struct msg greeting = { .type = MSG_HELLO,
                            .as.hello = { .version = EXCHANGE_VERSION, .consultation = charter->id,
                                          .seen = tree_head_empty() } };
    (void)snprintf(path, sizeof path, "%s/%u" BUNDLE_SUFFIX, dir, kind);
    put_payload(kind, &payload);
    struct msg entries = { .type = MSG_ENTRIES,
                           .as.entries = { .form = kind == 2 ? ENTRIES_WIRE : ENTRIES_OUTBOX, .count = 1, .raw = 64,
                                           .payload = buf_slice(&payload) } };
    msg_make(&greeting, &hello);
    const struct bundle_site who = { .site = site, .hello = buf_slice(&hello) };
    bundle_site_make(&who, &message);
    const struct bundle_about about = { .site = site };
    enum err e = bundle_making_begin(path, BUNDLE_UP, charter->id, charter->intake, &about, &m, why);
    if (e == OK) {
        e = bundle_making_put(&m, buf_slice(&message), why);
        buf_reset(&message);
        msg_make(&entries, &message);
    }
    if (e == OK) {
        e = bundle_making_put(&m, buf_slice(&message), why);
    }
    if (e == OK) {
        e = bundle_making_commit(&m, NULL, why);
    }
    buf_done(&hello);
    buf_done(&message);
    buf_done(&payload);
    return e;
}

int main(int argc, char **argv)
{
    struct buf note = buf_new(LIMIT_CHARTER_BYTES);
    struct charter charter;
    struct why why = { "usage: bad_bundles CHARTER DIR" };
    enum err e = argc == 3 ? ident_init() : ERR_USAGE;
    if (e == OK) {
        e = file_read(argv[1], true, &note, &why);
    }
    if (e == OK && charter_verify(buf_slice(&note), &charter, &why) != VERDICT_GOOD) {
        e = ERR_BAD_INPUT;
    }
    for (unsigned kind = 1; kind <= KINDS && e == OK; kind++) {
        e = make(&charter, argv[2], kind, &why);
    }
    buf_done(&note);
    if (e != OK) {
        fprintf(stderr, "bad_bundles: %s\n", why.text);
    }
    return e == OK ? 0 : 1;
}
