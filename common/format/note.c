// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Signed notes as C2SP signed-note and golang.org/x/mod/sumdb/note read them, with one difference: two lines of one
// known key refuse the note here, where Go drops the second.
// It must never look into the text of a note: what a text means is for the caller, after the signature.
#include "common/format/note.h"

#include "common/base/text.h"
#include "common/format/armor.h"

#include <string.h>

#define LINE_START "\xe2\x80\x94 " // em dash, space
#define ID_BYTES 4
#define COSIGNATURE_BYTES (8 + sizeof(struct sig))

// --- names and verifier keys ---

// Unicode White_Space beyond ASCII, as UTF-8: U+0085, U+00A0, U+1680, U+2000-200A, U+2028, U+2029, U+202F, U+205F,
// U+3000. What Go's unicode.IsSpace and the C2SP text mean by "Unicode spaces".
static bool wide_space(struct slice s)
{
    if (s.n >= 2 && s.p[0] == 0xc2) {
        return s.p[1] == 0x85 || s.p[1] == 0xa0;
    }
    if (s.n < 3) {
        return false;
    }
    unsigned point = (s.p[0] & 0x0fu) << 12 | (s.p[1] & 0x3fu) << 6 | (s.p[2] & 0x3fu);
    bool three = (s.p[0] & 0xf0) == 0xe0;
    return three && (point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
                     point == 0x202f || point == 0x205f || point == 0x3000);
}

bool key_name_ok(struct slice s)
{
    if (s.n == 0 || !text_utf8_ok(s)) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] == '+' || wide_space(slice_of(s.p + i, s.n - i))) {
            return false;
        }
    }
    return true;
}

// C2SP signed-note: key ID = SHA-256(key name || 0x0A || signature type || public key)[:4]
static uint32_t key_id(struct slice name, enum vkey_type type, struct pubkey key)
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, name);
    sha256_add_u8(&s, '\n');
    sha256_add_u8(&s, (uint8_t)type);
    sha256_add(&s, SLICE_ARRAY(key.b));
    return be32_get(sha256_done(&s).b);
}

bool vkey_make(struct slice name, enum vkey_type type, struct pubkey key, struct vkey *out)
{
    if (!key_name_ok(name) || name.n > LIMIT_KEY_NAME) {
        return false;
    }
    *out = (struct vkey){ .id = key_id(name, type, key), .type = type, .key = key };
    memcpy(out->name, name.p, name.n);
    return true;
}

// Takes what stands before the first separator off *rest; false when there is none.
static bool take_field(struct slice *rest, uint8_t separator, struct slice *field)
{
    const uint8_t *end = rest->n == 0 ? NULL : memchr(rest->p, separator, rest->n);
    if (end == NULL) {
        return false;
    }
    size_t n = (size_t)(end - rest->p);
    *field = slice_of(rest->p, n);
    *rest = slice_of(end + 1, rest->n - n - 1);
    return true;
}

bool vkey_parse(struct slice text, struct vkey *out, struct why *why)
{
    struct slice name;
    struct slice hex;
    uint8_t id[ID_BYTES];
    uint8_t typed[1 + sizeof(struct pubkey)];
    struct pubkey key;
    struct vkey parsed;
    // The third field is base64, in which '+' is a digit: only the first two '+' separate.
    if (!take_field(&text, '+', &name) || !take_field(&text, '+', &hex)) {
        why_set(why, "a verifier key is name+id+key, with two '+' before the key");
        return false;
    }
    if (!armor_hex_fixed(hex, id, sizeof id)) {
        why_set(why, "the id in a verifier key is eight hexadecimal digits");
        return false;
    }
    if (!armor_base64_fixed(text, typed, sizeof typed)) {
        why_set(why, "the key in a verifier key is base64 of a type and 32 bytes");
        return false;
    }
    if (typed[0] != VKEY_ED25519 && typed[0] != VKEY_COSIGNATURE) {
        why_set(why, "a verifier key of type %u: only 1 (Ed25519) and 4 (cosignature) are known here", typed[0]);
        return false;
    }
    memcpy(key.b, typed + 1, sizeof key.b);
    if (!vkey_make(name, (enum vkey_type)typed[0], key, &parsed)) {
        why_set(why, "the name in a verifier key is empty, too long, or has a space in it");
        return false;
    }
    if (parsed.id != be32_get(id)) {
        why_set(why, "the id in the verifier key is not that of its name and key; was it copied whole?");
        return false;
    }
    *out = parsed;
    return true;
}

void vkey_put(const struct vkey *key, struct buf *out)
{
    uint8_t typed[1 + sizeof key->key.b];
    typed[0] = (uint8_t)key->type;
    memcpy(typed + 1, key->key.b, sizeof key->key.b);
    buf_printf(out, "%s+%08x+", key->name, key->id);
    armor_put_base64(out, SLICE_ARRAY(typed));
}

bool vkey_equal(const struct vkey *a, const struct vkey *b)
{
    return a->id == b->id && a->type == b->type && strcmp(a->name, b->name) == 0 && pubkey_equal(a->key, b->key);
}

// --- reading ---

static bool characters_ok(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 0x20 && s.p[i] != '\n') {
            return false;
        }
    }
    return text_utf8_ok(s);
}

bool note_text_ok(struct slice text)
{
    return text.n > 0 && text.p[text.n - 1] == '\n' && characters_ok(text);
}

// Finds the last empty line: *text ends with the newline before it, *rest starts after it.
static bool split_note(struct slice whole, struct slice *text, struct slice *rest)
{
    for (size_t i = whole.n; i-- > 1;) {
        if (whole.p[i] == '\n' && whole.p[i - 1] == '\n') {
            *text = slice_of(whole.p, i);
            *rest = slice_of(whole.p + i + 1, whole.n - i - 1);
            return true;
        }
    }
    return false;
}

static bool read_line(struct slice line, struct note_line *out)
{
    struct slice rest;
    struct buf raw = buf_new(LIMIT_NOTE_LINE);
    struct note_line parsed;
    if (line.n > LIMIT_NOTE_LINE || !text_starts(line, LINE_START, &rest) || !take_field(&rest, ' ', &parsed.name) ||
        !key_name_ok(parsed.name)) {
        return false;
    }
    bool ok = armor_base64(rest, &raw) && raw.n > ID_BYTES;
    if (ok) {
        parsed.id = be32_get(raw.p);
        parsed.base64 = rest;
        *out = parsed;
    }
    buf_done(&raw);
    return ok;
}

static bool read_lines(struct slice rest, struct note *note, struct why *why)
{
    while (rest.n > 0) {
        struct slice line;
        if (!text_take_line(&rest, &line)) {
            why_set(why, "not a signed note: the last line does not end with a newline");
            return false;
        }
        if (note->n == LIMIT_NOTE_SIGNATURES) {
            why_set(why, "a signed note with more than %d signatures", LIMIT_NOTE_SIGNATURES);
            return false;
        }
        if (!read_line(line, &note->lines[note->n])) {
            why_set(why, "not a signed note: line %zu after the last empty line is not a signature", note->n + 1);
            return false;
        }
        note->n++;
    }
    return true;
}

bool note_parse(struct slice whole, struct note *out, struct why *why)
{
    struct note note = { .n = 0 };
    struct slice rest;
    if (whole.n > LIMIT_NOTE_BYTES) {
        why_set(why, "a signed note of more than %d bytes", LIMIT_NOTE_BYTES);
        return false;
    }
    if (!characters_ok(whole)) {
        why_set(why, "not a signed note: not UTF-8, or a control character in it");
        return false;
    }
    if (!split_note(whole, &note.text, &rest)) {
        why_set(why, "not a signed note: no empty line before the signatures");
        return false;
    }
    if (rest.n == 0) {
        why_set(why, "not a signed note: no signature after the last empty line");
        return false;
    }
    if (!read_lines(rest, &note, why)) {
        return false;
    }
    *out = note;
    return true;
}

// C2SP tlog-cosignature: "cosignature/v1\n" || "time <seconds>\n" || the note's text.
static void put_cosigned(struct buf *out, uint64_t seconds, struct slice text)
{
    buf_printf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)seconds);
    buf_put(out, text);
}

static struct buf cosigned_new(uint64_t seconds, struct slice text)
{
    struct buf message = buf_new(text.n + 64);
    put_cosigned(&message, seconds, text);
    CHECK(buf_ok(&message));
    return message;
}

// Verifies one line under the key it names; *seconds is the time of a cosignature, 0 otherwise.
static bool line_ok(struct slice text, const struct note_line *line, const struct vkey *key, uint64_t *seconds)
{
    uint8_t raw[ID_BYTES + COSIGNATURE_BYTES];
    struct sig sig;
    switch (key->type) {
    case VKEY_ED25519:
        if (!armor_base64_fixed(line->base64, raw, ID_BYTES + sizeof sig)) {
            return false;
        }
        memcpy(sig.b, raw + ID_BYTES, sizeof sig);
        *seconds = 0;
        return ident_verify(key->key, NULL, text, sig);
    case VKEY_COSIGNATURE:
        break;
    }
    if (!armor_base64_fixed(line->base64, raw, sizeof raw)) {
        return false;
    }
    uint64_t time = be64_get(raw + ID_BYTES);
    memcpy(sig.b, raw + ID_BYTES + 8, sizeof sig);
    struct buf message = cosigned_new(time, text);
    bool ok = ident_verify(key->key, NULL, buf_slice(&message), sig);
    buf_done(&message);
    if (ok) {
        *seconds = time;
    }
    return ok;
}

static bool line_names(const struct note_line *line, const struct vkey *key)
{
    return line->id == key->id && slice_equal(line->name, slice_text(key->name));
}

enum note_signed note_signed_by(const struct note *note, const struct vkey *key, uint64_t *seconds, struct why *why)
{
    enum note_signed found = NOTE_UNSIGNED;
    for (size_t i = 0; i < note->n; i++) {
        const struct note_line *line = &note->lines[i];
        if (!line_names(line, key)) {
            continue;
        }
        if (found == NOTE_SIGNED) {
            why_set(why, "two signatures of one key, %.100s", key->name);
            return NOTE_WRONG;
        }
        if (!line_ok(note->text, line, key, seconds)) {
            why_set(why, "the signature of %.100s does not fit the text", key->name);
            return NOTE_WRONG;
        }
        found = NOTE_SIGNED;
    }
    return found;
}

enum verdict note_verify(const struct note *note, const struct vkey *keys, size_t n, uint64_t *signers,
                         struct why *why)
{
    uint64_t good = 0;
    CHECK(n <= 64);
    for (size_t k = 0; k < n; k++) {
        uint64_t seconds = 0;
        enum note_signed found = note_signed_by(note, &keys[k], &seconds, why);
        if (found == NOTE_WRONG) {
            return VERDICT_BAD_SIGNATURE;
        }
        if (found == NOTE_SIGNED) {
            good |= (uint64_t)1 << k;
        }
    }
    if (good == 0) {
        why_set(why, "not signed by %.100s", n == 1 ? keys[0].name : "any key that is trusted here");
        return VERDICT_BAD_SIGNATURE;
    }
    if (signers != NULL) {
        *signers = good;
    }
    return VERDICT_GOOD;
}

// --- writing ---

static void put_line(struct buf *out, const struct vkey *key, struct slice signature)
{
    uint8_t raw[ID_BYTES + COSIGNATURE_BYTES];
    CHECK(signature.n <= COSIGNATURE_BYTES);
    be32_put(raw, key->id);
    memcpy(raw + ID_BYTES, signature.p, signature.n);
    buf_printf(out, LINE_START "%s ", key->name);
    armor_put_base64(out, slice_of(raw, ID_BYTES + signature.n));
    buf_put_u8(out, '\n');
}

void note_add_signature(struct slice text, const struct vkey *key, const struct seckey *sec, struct buf *out)
{
    CHECK(key->type == VKEY_ED25519);
    CHECK(note_text_ok(text));
    CHECK(memcmp(sec->b + 32, key->key.b, sizeof key->key.b) == 0);
    struct sig sig = ident_sign(sec, NULL, text);
    put_line(out, key, SLICE_ARRAY(sig.b));
}

void note_add_cosignature(struct slice text, const struct vkey *key, const struct seckey *sec, uint64_t seconds,
                          struct buf *out)
{
    uint8_t stamped[COSIGNATURE_BYTES];
    CHECK(key->type == VKEY_COSIGNATURE);
    CHECK(note_text_ok(text));
    CHECK(memcmp(sec->b + 32, key->key.b, sizeof key->key.b) == 0);
    struct buf message = cosigned_new(seconds, text);
    struct sig sig = ident_sign(sec, NULL, buf_slice(&message));
    buf_done(&message);
    be64_put(stamped, seconds);
    memcpy(stamped + 8, sig.b, sizeof sig.b);
    put_line(out, key, SLICE_ARRAY(stamped));
}

void note_sign(struct slice text, const struct vkey *key, const struct seckey *sec, struct buf *out)
{
    CHECK(note_text_ok(text));
    buf_put(out, text);
    buf_put_u8(out, '\n');
    note_add_signature(text, key, sec, out);
}
