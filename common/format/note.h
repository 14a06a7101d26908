// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// C2SP signed notes: a text, an empty line, signature lines. Verifier keys. Cosignatures (C2SP tlog-cosignature).
// Everything parsed is a borrowed view of the caller's bytes, except names of keys, which are copied.
// Read first: docs/PROTOCOL.md, "Notes"; c2sp.org/signed-note.
#ifndef BARAZA_FORMAT_NOTE_H
#define BARAZA_FORMAT_NOTE_H

#include "common/base/verdict.h"
#include "common/base/why.h"
#include "common/format/ident.h"
#include "common/limits.h"

// --- verifier keys: name+hex8(id)+base64(type || key) ---
enum vkey_type { VKEY_ED25519 = 0x01, VKEY_COSIGNATURE = 0x04 };

struct vkey {
    char name[LIMIT_KEY_NAME + 1]; // NUL-terminated; not empty, no Unicode space, no '+'
    uint32_t id;                   // first 4 bytes of SHA-256(name || 0A || type || key)
    enum vkey_type type;
    struct pubkey key;
};

// True when s may name a key: not empty, UTF-8, no control character, no Unicode space, no '+'.
// (Names in signature lines may be longer than LIMIT_KEY_NAME: they are then unknown.)
MUST_USE bool key_name_ok(struct slice s);

// Makes the verifier key of a name, copying it, with its id. False, and *out untouched, when name does not pass
// key_name_ok or is longer than LIMIT_KEY_NAME.
MUST_USE bool vkey_make(struct slice name, enum vkey_type type, struct pubkey key, struct vkey *out);

// Reads one verifier key (no newline, no space around it). False, and *out untouched, unless it has exactly its three
// fields, a type and length known here, and the id that belongs to it; why says which.
MUST_USE bool vkey_parse(struct slice text, struct vkey *out, struct why *why);

// Appends its text.
void vkey_put(const struct vkey *key, struct buf *out);

// True when all fields are equal.
bool vkey_equal(const struct vkey *a, const struct vkey *b);

// --- reading notes ---
struct note_line {
    struct slice name;
    uint32_t id;
    struct slice base64; // of id || signature; checked to be base64 of at least 5 bytes
};

struct note {
    struct slice text; // with its last newline: what is signed
    size_t n;
    struct note_line lines[LIMIT_NOTE_SIGNATURES];
};

// Takes a note apart without believing it; out borrows whole. False, and *out untouched, when it is not a note:
// longer than LIMIT_NOTE_BYTES, not UTF-8, a control character other than newline, no empty line before the
// signatures, a line after it that is no signature line, none or more than LIMIT_NOTE_SIGNATURES.
// The text is cut off at the last empty line, as C2SP signed-note says.
MUST_USE bool note_parse(struct slice whole, struct note *out, struct why *why);

// Verifies all lines of known keys. Lines of unknown name or id are ignored.
// VERDICT_GOOD: at least one key signed, no known line is wrong; *signers (may be NULL) has bit i set for keys[i].
// VERDICT_BAD_SIGNATURE: a known line is wrong, or two lines have one known name and id, or no key signed.
// n at most 64 (CHECK).
MUST_USE enum verdict note_verify(const struct note *note, const struct vkey *keys, size_t n, uint64_t *signers,
                                  struct why *why);

// What one key did to a note: nothing; signed it, and *seconds is the time of a cosignature (0 for VKEY_ED25519);
// or its line is wrong or there twice: the whole note is to be refused.
enum note_signed { NOTE_UNSIGNED, NOTE_SIGNED, NOTE_WRONG };
MUST_USE enum note_signed note_signed_by(const struct note *note, const struct vkey *key, uint64_t *seconds,
                                         struct why *why);

// --- writing notes ---
// True when text may be the text of a note: UTF-8, no control character but newline, a newline at its end.
MUST_USE bool note_text_ok(struct slice text);

// Appends text, an empty line and the signature line of key to out. text must pass note_text_ok, key be VKEY_ED25519
// and belong to sec (CHECK).
void note_sign(struct slice text, const struct vkey *key, const struct seckey *sec, struct buf *out);

// Appends a signature line for text to out, which already ends in a note of that text. key VKEY_ED25519.
void note_add_signature(struct slice text, const struct vkey *key, const struct seckey *sec, struct buf *out);

// The same for a cosignature/v1 made at `seconds` since 1970 (key VKEY_COSIGNATURE).
void note_add_cosignature(struct slice text, const struct vkey *key, const struct seckey *sec, uint64_t seconds,
                          struct buf *out);

#endif
