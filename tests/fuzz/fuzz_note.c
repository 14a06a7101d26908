// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Notes and verifier keys from strangers. What parses is made of its input's own bytes and nothing else; what verifies
// is a text that our key signed, and it signed one.
#include "tests/fuzz/fuzz.h"

#include "common/base/text.h"
#include "common/format/note.h"

static struct vkey log_key;
static struct vkey witness_key;

#define SIGNED "forum.example/log\n5\nsigned by the key of 32 bytes 0x42\n"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    uint8_t seed[32];
    struct pubkey pub;
    struct seckey sec;
    (void)argc;
    (void)argv;
    CHECK(ident_init() == OK);
    for (size_t i = 0; i < sizeof seed; i++) {
        seed[i] = 0x42;
    }
    sign_keypair_from_seed(seed, &pub, &sec);
    CHECK(vkey_make(slice_text("forum.example/log"), VKEY_ED25519, pub, &log_key));
    CHECK(vkey_make(slice_text("witness.example"), VKEY_COSIGNATURE, pub, &witness_key));
    return 0;
}

static void check_parts(const struct note *note, struct slice whole)
{
    struct buf again = buf_new(whole.n);
    CHECK(note_text_ok(note->text));
    CHECK(note->n >= 1);
    CHECK(note->n <= LIMIT_NOTE_SIGNATURES);
    buf_put(&again, note->text);
    buf_put_u8(&again, '\n');
    for (size_t i = 0; i < note->n; i++) {
        CHECK(key_name_ok(note->lines[i].name));
        buf_put_text(&again, "\xe2\x80\x94 ");
        buf_put(&again, note->lines[i].name);
        buf_put_u8(&again, ' ');
        buf_put(&again, note->lines[i].base64);
        buf_put_u8(&again, '\n');
    }
    CHECK(slice_equal(buf_slice(&again), whole));
    buf_done(&again);
}

static void check_vkey(struct slice line)
{
    struct vkey key;
    struct vkey again;
    struct buf text = buf_new(1024);
    struct why why;
    if (vkey_parse(line, &key, &why)) {
        vkey_put(&key, &text);
        CHECK(vkey_parse(buf_slice(&text), &again, NULL));
        CHECK(vkey_equal(&key, &again));
        CHECK(text.n == line.n); // only the case of the id's digits may differ
    }
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice whole = slice_of(data, n);
    struct slice rest = whole;
    struct slice line;
    struct note note;
    struct why why;
    check_vkey(whole);
    if (text_take_line(&rest, &line)) {
        check_vkey(line);
    }
    if (!note_parse(whole, &note, &why)) {
        return 0;
    }
    check_parts(&note, whole);
    const struct vkey keys[] = { log_key, witness_key };
    uint64_t signers = 0;
    if (note_verify(&note, keys, 2, &signers, &why) == VERDICT_GOOD) {
        CHECK(signers >= 1);
        CHECK(signers <= 3);
        CHECK(slice_equal(note.text, slice_text(SIGNED)));
    }
    return 0;
}
