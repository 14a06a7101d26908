// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The cover over the outbox: one or two lines of 64 hex digits, replaced so that what stood there is overwritten.
// It must never leave an old key readable once end returned. Read first: outbox_cover.h.
#include "common/store/outbox_cover.h"

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/format/armor.h"

#include <string.h>

#define COVER_PREFIX "baraza/cover/v1" // its NUL is part of the associated data
#define LINE_BYTES 65

void outbox_cover_done(struct outbox_cover *c)
{
    mem_wipe(c, sizeof *c);
}

enum err outbox_cover_load(const char *path, struct outbox_cover *out, struct why *why)
{
    struct buf text = buf_new(2 * LINE_BYTES);
    struct outbox_cover c = { .n = 0 };
    struct slice line;
    enum err e = file_read(path, false, &text, why);
    struct slice rest = buf_slice(&text);
    bool good = e == OK;
    while (good && rest.n > 0) {
        good = c.n < 2 && text_take_line(&rest, &line) && armor_hex_fixed(line, c.keys[c.n].b, sizeof c.keys[0].b);
        c.n += good;
    }
    if (e == OK && (!good || c.n == 0)) {
        why_set(why, "%s is damaged: entries that wait here travel once somebody unlocks", path);
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        *out = c;
    }
    buf_wipe(&text);
    buf_done(&text);
    outbox_cover_done(&c);
    return e;
}

static enum err save(const char *path, const struct outbox_cover *c, struct why *why)
{
    struct buf text = buf_new(2 * LINE_BYTES);
    for (size_t i = 0; i < c->n; i++) {
        armor_put_hex(&text, SLICE_ARRAY(c->keys[i].b));
        buf_put_u8(&text, '\n');
    }
    CHECK(buf_ok(&text));
    enum err e = file_supplant(path, buf_slice(&text), 0600, why);
    buf_wipe(&text);
    buf_done(&text);
    return e;
}

enum err outbox_cover_need(const char *path, struct outbox_cover *out, struct why *why)
{
    enum err e = outbox_cover_load(path, out, why);
    if (e != ERR_NOT_FOUND && e != ERR_CORRUPT) {
        return e;
    }
    struct outbox_cover c = { .n = 1, .keys = { symkey_new() } };
    e = save(path, &c, why);
    if (e == OK) {
        *out = c;
    }
    outbox_cover_done(&c);
    return e;
}

enum err outbox_cover_begin(const char *path, struct outbox_cover *out, struct why *why)
{
    struct outbox_cover c;
    enum err e = outbox_cover_need(path, &c, why);
    if (e == OK && c.n == 1) {
        c.keys[1] = c.keys[0];
        c.keys[0] = symkey_new();
        c.n = 2;
        e = save(path, &c, why);
    }
    if (e == OK) {
        *out = c;
    }
    outbox_cover_done(&c);
    return e;
}

enum err outbox_cover_end(const char *path, struct why *why)
{
    struct outbox_cover c;
    enum err e = outbox_cover_load(path, &c, why);
    if (e == OK && c.n == 2) {
        c.n = 1;
        e = save(path, &c, why);
    } else if (e == OK) {
        e = file_supplanted(path, why); // a crash may have left the old file beside it
    }
    outbox_cover_done(&c);
    return e == ERR_NOT_FOUND ? OK : e;
}

// --- values ---

#define AD_BYTES (sizeof COVER_PREFIX + sizeof(struct unlock_id))

static struct slice associated(struct unlock_id unlock, uint8_t room[static AD_BYTES])
{
    struct buf ad = buf_over(room, AD_BYTES);
    buf_put(&ad, slice_of(COVER_PREFIX, sizeof COVER_PREFIX));
    buf_put(&ad, SLICE_ARRAY(unlock.b));
    CHECK(buf_ok(&ad));
    return buf_slice(&ad);
}

void outbox_cover_seal(const struct outbox_cover *c, struct unlock_id unlock, struct slice record, struct buf *out)
{
    uint8_t room[AD_BYTES];
    struct nonce nonce = nonce_new();
    CHECK(c->n > 0);
    CHECK(record.n == OUTBOX_KEY_BYTES);
    buf_put(out, SLICE_ARRAY(nonce.b));
    seal_encrypt(&c->keys[0], &nonce, associated(unlock, room), record, out);
}

bool outbox_cover_open(const struct outbox_cover *c, struct unlock_id unlock, struct slice covered, struct buf *out)
{
    uint8_t room[AD_BYTES];
    struct nonce nonce;
    if (covered.n == OUTBOX_KEY_BYTES) {
        buf_put(out, covered);
        return buf_ok(out);
    }
    if (covered.n != OUTBOX_COVERED_BYTES) {
        return false;
    }
    memcpy(nonce.b, covered.p, sizeof nonce.b);
    struct slice sealed = slice_of(covered.p + sizeof nonce.b, covered.n - sizeof nonce.b);
    bool opened = false;
    for (size_t i = 0; i < c->n && !opened; i++) {
        opened = seal_decrypt(&c->keys[i], &nonce, associated(unlock, room), sealed, out);
    }
    return opened;
}
