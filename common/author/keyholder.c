// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A keyholder's file and line. It must never write the secret in the clear. Read first: keyholder.h.
#include "common/author/keyholder.h"

#include "common/base/text.h"
#include "common/format/armor.h"

#include <string.h>

#define LINE_HEAD "baraza-keyholder/v1:"
#define SECRET_HEAD "baraza-keyholder-secret/v1:"
#define AD_PREFIX "baraza/keyholder-file/v1" // with its NUL
#define CHECK_BYTES 4
#define SEALED_BYTES (32 + SEAL_SECRET_EXTRA)
#define PACKED_BYTES 512

bool person_name_ok(struct slice name, struct why *why)
{
    if (name.n == 0 || name.n > LIMIT_PERSON_NAME || !text_plain_ok(name)) {
        why_set(why, "a chosen name has 1 to %d bytes, in one line, and no control characters", LIMIT_PERSON_NAME);
        return false;
    }
    return true;
}

void keyholder_line_make(const struct keyholder *k, struct buf *out)
{
    uint8_t room[PACKED_BYTES];
    struct buf bytes = buf_over(room, sizeof room);
    CHECK(text_utf8_ok(slice_text(k->name)));
    pack_array(&bytes, 2);
    pack_text(&bytes, k->name);
    pack_bin(&bytes, SLICE_ARRAY(k->box.b));
    struct hash sum = hash_of(buf_slice(&bytes));
    buf_put(&bytes, slice_of(sum.b, CHECK_BYTES));
    CHECK(buf_ok(&bytes));
    buf_put_text(out, LINE_HEAD);
    armor_put_base64(out, buf_slice(&bytes));
}

// The first line of *text without white space around it, and what follows it.
static struct slice take_line(struct slice *text)
{
    struct slice line = { NULL, 0 };
    do {
        if (!text_take_line(text, &line)) {
            line = *text;
            *text = slice_of(NULL, 0);
        }
        while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t')) {
            line = slice_of(line.p + 1, line.n - 1);
        }
        while (line.n > 0 && line.p[line.n - 1] <= ' ') {
            line.n--;
        }
    } while (line.n == 0 && text->n > 0);
    return line;
}

static bool read_line(struct slice line, struct keyholder *out, struct why *why)
{
    uint8_t room[PACKED_BYTES];
    struct buf bytes = buf_over(room, sizeof room);
    struct slice base64;
    struct keyholder k = { .name = "" };
    if (!text_starts(line, LINE_HEAD, &base64)) {
        why_set(why, "a keyholder's line starts with %s", LINE_HEAD);
        return false;
    }
    if (!armor_base64(base64, &bytes) || bytes.n <= CHECK_BYTES) {
        why_set(why, "the keyholder's line is cut off or has other characters in it; copy it again, whole");
        return false;
    }
    struct slice packed = slice_of(bytes.p, bytes.n - CHECK_BYTES);
    struct hash sum = hash_of(packed);
    struct cursor c = cursor_new(packed, false);
    cursor_array_of(&c, 2);
    struct slice name = cursor_str(&c);
    cursor_bin_fixed(&c, k.box.b, sizeof k.box.b);
    if (!cursor_done(&c) || memcmp(sum.b, packed.p + packed.n, CHECK_BYTES) != 0) {
        why_set(why, "the keyholder's line was changed in copying; copy it again, whole");
        return false;
    }
    if (!person_name_ok(name, why)) { // it is shown to people, and whoever made the line chose it
        return false;
    }
    memcpy(k.name, name.p, name.n);
    *out = k;
    return true;
}

bool keyholder_line_parse(struct slice text, struct keyholder *out, struct why *why)
{
    return read_line(take_line(&text), out, why);
}

static void make_ad(const struct keyholder *k, struct buf *out)
{
    buf_put(out, slice_of(AD_PREFIX, sizeof AD_PREFIX));
    buf_put_text(out, k->name);
    buf_put(out, SLICE_ARRAY(k->box.b));
    CHECK(buf_ok(out));
}

enum err keyholder_new(const char *name, struct slice passphrase, struct keyholder *out, struct buf *file,
                       struct why *why)
{
    struct keyholder k = { .name = "" };
    struct boxsec sec;
    struct slice n = slice_text(name);
    if (!person_name_ok(n, why) || !passphrase_ok(passphrase, why)) {
        return ERR_USAGE;
    }
    struct passphrase_lock lock = passphrase_lock_new();
    struct buf ad = buf_new(PACKED_BYTES);
    struct buf sealed = buf_new(SEALED_BYTES);
    struct buf packed = buf_new(PACKED_BYTES);
    memcpy(k.name, name, n.n);
    box_keypair(&k.box, &sec);
    make_ad(&k, &ad);
    enum err e = passphrase_seal(&lock, passphrase, buf_slice(&ad), SLICE_ARRAY(sec.b), &sealed, why);
    if (e == OK) {
        pack_array(&packed, 5);
        passphrase_lock_pack(&lock, &packed);
        pack_bin(&packed, buf_slice(&sealed));
        keyholder_line_make(&k, file);
        buf_put_text(file, "\n" SECRET_HEAD);
        armor_put_base64(file, buf_slice(&packed));
        buf_put_u8(file, '\n');
        *out = k;
    }
    mem_wipe(&sec, sizeof sec);
    buf_done(&ad);
    buf_done(&sealed);
    buf_done(&packed);
    return e;
}

// Reads the line of the secret.
static bool read_secret(struct slice line, struct passphrase_lock *lock, uint8_t sealed[static SEALED_BYTES],
                        struct why *why)
{
    uint8_t room[PACKED_BYTES];
    struct buf bytes = buf_over(room, sizeof room);
    struct slice base64;
    if (!text_starts(line, SECRET_HEAD, &base64)) {
        why_set(why, "this is only the public line of a keyholder: the file that baraza keyholder new wrote is needed");
        return false;
    }
    bool ok = armor_base64(base64, &bytes);
    struct cursor c = cursor_new(buf_slice(&bytes), false);
    cursor_array_of(&c, 5);
    passphrase_lock_read(&c, lock);
    cursor_bin_fixed(&c, sealed, SEALED_BYTES);
    if (!ok || !cursor_done(&c)) {
        why_set(why, "the keyholder's file is damaged: take another copy of it");
        return false;
    }
    return true;
}

enum err keyholder_open(struct slice file, struct slice passphrase, struct keyholder *out, struct boxsec *sec,
                        struct why *why)
{
    struct keyholder k;
    struct passphrase_lock lock;
    uint8_t sealed[SEALED_BYTES];
    struct slice first = take_line(&file);
    if (!read_line(first, &k, why) || !read_secret(take_line(&file), &lock, sealed, why)) {
        return ERR_BAD_INPUT;
    }
    struct buf ad = buf_new(PACKED_BYTES);
    struct buf secret = buf_new(sizeof sec->b);
    make_ad(&k, &ad);
    enum err e = passphrase_open(&lock, passphrase, buf_slice(&ad), SLICE_ARRAY(sealed), &secret, why);
    if (e == ERR_CRYPTO) {
        why_set(why, "this passphrase does not open the file of keyholder %s (capitals and spaces matter)", k.name);
    }
    if (e == OK) {
        struct boxsec s;
        CHECK(secret.n == sizeof s.b);
        memcpy(s.b, secret.p, sizeof s.b);
        struct boxkey pub = box_public(&s);
        if (!boxkey_equal(pub, k.box)) {
            why_set(why, "the keyholder's file is damaged: take another copy of it");
            e = ERR_CORRUPT;
        } else {
            *sec = s;
            *out = k;
        }
        mem_wipe(&s, sizeof s);
    }
    buf_wipe(&secret);
    buf_done(&secret);
    buf_done(&ad);
    return e;
}
