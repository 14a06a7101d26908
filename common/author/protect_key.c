// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Key files of protection officers. It must never write a secret in the clear. Read first: protect_key.h.
//
// text = "baraza/protect-key/v1" nl
//        "protect " name " " base64 X25519 nl
//        "sealed " base64 of the canonical array [salt, memory, passes, nonce, secret] nl
// secret: XChaCha20-Poly1305 of the X25519 secret under Argon2id.
// The associated data are the first two lines.
#include "common/author/protect_key.h"

#include "common/author/passphrase.h"
#include "common/base/text.h"
#include "common/format/armor.h"

#include <string.h>

#define HEAD "baraza/protect-key/v1\n"
#define LOCK_VALUES 4
#define SEALED_BYTES 256 // of the array; it takes about 110

void protect_key_new(const char *name, struct protect_key *out)
{
    CHECK(text_code_ok(slice_text(name)));
    *out = (struct protect_key){ .name = "" };
    memcpy(out->name, name, strlen(name));
    box_keypair(&out->pub, &out->sec);
}

void protect_key_put_line(const struct protect_key *k, struct buf *out)
{
    buf_printf(out, "protect %s ", k->name);
    armor_put_base64(out, SLICE_ARRAY(k->pub.b));
    buf_put_u8(out, '\n');
}

enum err protect_key_seal(const struct protect_key *k, struct slice passphrase, struct buf *out, struct why *why)
{
    const struct passphrase_lock lock = passphrase_lock_new();
    struct buf text = buf_new(PROTECT_KEY_FILE_BYTES);
    struct buf secret = buf_new(SEALED_BYTES);
    struct buf sealed = buf_new(SEALED_BYTES);
    if (!passphrase_ok(passphrase, why)) {
        return ERR_USAGE;
    }
    buf_put_text(&text, HEAD);
    protect_key_put_line(k, &text);
    enum err e = passphrase_seal(&lock, passphrase, buf_slice(&text), SLICE_ARRAY(k->sec.b), &secret, why);
    if (e == OK) {
        pack_array(&sealed, LOCK_VALUES + 1);
        passphrase_lock_pack(&lock, &sealed);
        pack_bin(&sealed, buf_slice(&secret));
        CHECK(buf_ok(&sealed));
        buf_put_text(&text, "sealed ");
        armor_put_base64(&text, buf_slice(&sealed));
        buf_put_u8(&text, '\n');
        CHECK(buf_ok(&text));
        buf_put(out, buf_slice(&text));
    }
    buf_done(&text);
    buf_done(&secret);
    buf_done(&sealed);
    return e;
}

// Takes the text up to the next space, or all of it.
static struct slice take_word(struct slice *rest)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ') {
        n++;
    }
    const struct slice word = slice_of(rest->p, n);
    const size_t skip = n < rest->n ? n + 1 : n;
    *rest = slice_of(rest->p + skip, rest->n - skip);
    return word;
}

static bool read_line(struct slice line, struct slice *name, struct boxkey *pub)
{
    struct slice rest = { NULL, 0 };
    struct boxkey key;
    if (!text_starts(line, "protect ", &rest)) {
        return false;
    }
    const struct slice word = take_word(&rest);
    if (!text_code_ok(word) || !armor_base64_fixed(rest, key.b, sizeof key.b)) {
        return false;
    }
    *name = word;
    *pub = key;
    return true;
}

bool protect_key_read_line(struct slice text, struct slice *name, struct boxkey *pub)
{
    struct slice line = { NULL, 0 };
    while (text_take_line(&text, &line)) {
        if (read_line(line, name, pub)) {
            return true;
        }
    }
    return read_line(text, name, pub); // pasted without its newline
}

// A key file taken apart. Slices borrow the text, and bytes.
struct file {
    struct slice name, ad, secret;
    struct boxkey pub;
    struct passphrase_lock lock;
};

static bool read_file(struct slice text, struct buf *bytes, struct file *out)
{
    const struct slice whole = text;
    struct slice line = { NULL, 0 };
    struct slice rest = { NULL, 0 };
    if (!text_starts(text, HEAD, &text) || !text_take_line(&text, &line) || !read_line(line, &out->name, &out->pub)) {
        return false;
    }
    out->ad = slice_of(whole.p, whole.n - text.n);
    if (!text_take_line(&text, &line) || text.n > 0 || !text_starts(line, "sealed ", &rest) ||
        !armor_base64(rest, bytes)) {
        return false;
    }
    struct cursor c = cursor_new(buf_slice(bytes), false);
    cursor_array_of(&c, LOCK_VALUES + 1);
    passphrase_lock_read(&c, &out->lock);
    out->secret = cursor_bin(&c);
    return cursor_done(&c);
}

enum err protect_key_open(struct slice text, struct slice passphrase, struct protect_key *out, struct why *why)
{
    struct file f;
    struct buf bytes = buf_new(SEALED_BYTES);
    struct protect_key k = { .name = "" };
    struct buf secret = buf_over(k.sec.b, sizeof k.sec.b);
    enum err e = ERR_BAD_INPUT;
    if (!read_file(text, &bytes, &f)) {
        why_set(why, "it is no protection key file, or it is damaged (it begins with baraza/protect-key/v1)");
        goto out;
    }
    k.pub = f.pub;
    memcpy(k.name, f.name.p, f.name.n);
    e = passphrase_open(&f.lock, passphrase, f.ad, f.secret, &secret, why);
    if (e == ERR_CRYPTO) {
        why_set(why, "this passphrase does not open the key of %s (capitals and spaces matter)", k.name);
    } else if (e == OK && (secret.n != sizeof k.sec.b || !boxkey_equal(box_public(&k.sec), k.pub))) {
        why_set(why, "the key file of %s is damaged: its halves do not belong together", k.name);
        e = ERR_BAD_INPUT;
    } else if (e == OK) {
        *out = k;
    }
out:
    mem_wipe(&k, sizeof k);
    buf_done(&bytes);
    return e;
}
