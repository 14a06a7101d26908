// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Signed notes and verifier keys: the published ones, and every way of being no note.
#include "common/format/note.h"

#include "tests/unit/shared.h"

#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define ENOCH "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
#define TEXT "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
#define PETER_BASE64 "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
#define PETER_LINE "— PeterNeumann " PETER_BASE64 "\n"
#define ENOCH_LINE                                                                                                     \
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

static struct vkey key_of(const char *text)
{
    struct vkey key;
    struct why why = { "" };
    cr_assert(vkey_parse(slice_text(text), &key, &why), "%s", why.text);
    return key;
}

// Parses and verifies in one go; malformed notes give VERDICT_NOT_CANONICAL.
static enum verdict judge(const char *whole, const struct vkey *keys, size_t n, uint64_t *signers)
{
    struct note note;
    struct why why = { "" };
    if (!note_parse(slice_text(whole), &note, &why)) {
        cr_assert_neq(why.text[0], '\0');
        return VERDICT_NOT_CANONICAL;
    }
    return note_verify(&note, keys, n, signers, &why);
}

Test(note, published_notes_verify_and_published_bad_keys_do_not_parse)
{
    json_t *document = shared_json("vectors/note-and-proof/notes.json");
    json_t *row;
    size_t i;
    cr_assert_eq(ident_init(), OK);
    json_array_foreach(json_object_get(document, "notes"), i, row) {
        const char *text = json_string_value(json_object_get(row, "vkey"));
        struct vkey key = key_of(text);
        struct buf again = buf_new(512);
        vkey_put(&key, &again);
        cr_assert(slice_equal(buf_slice(&again), slice_text(text)));
        cr_assert_eq(judge(json_string_value(json_object_get(row, "note")), &key, 1, NULL), VERDICT_GOOD);
        buf_done(&again);
    }
    json_array_foreach(json_object_get(document, "bad_vkeys"), i, row) {
        struct vkey key;
        cr_assert_not(vkey_parse(slice_text(json_string_value(json_object_get(row, "vkey"))), &key, NULL));
    }
    json_decref(document);
}

Test(note, a_verifier_key_with_any_part_missing_or_any_character_changed_is_none)
{
    struct vkey key;
    char text[sizeof PETER];
    size_t n = strlen(PETER);
    for (size_t from = 0; from <= n; from++) {
        for (size_t to = from; to <= n; to++) {
            bool whole = from == 0 && to == n;
            cr_assert_eq(vkey_parse(slice_of(PETER + from, to - from), &key, NULL), whole);
        }
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(text, PETER, sizeof PETER);
        text[i]++;
        cr_assert_not(vkey_parse(slice_text(text), &key, NULL), "%s", text);
    }
    cr_assert_not(vkey_parse(slice_text(PETER "\n"), &key, NULL));
    cr_assert_not(vkey_parse(slice_text(PETER "+"), &key, NULL));
}

Test(note, names_of_keys_hold_no_space_of_any_script)
{
    static const char *const bad[] = { "", " ", "a b", "a\tb", "a\nb", "a+b", "a\xc2\x85", "a\xc2\xa0", "a\xe1\x9a\x80",
                                       "a\xe2\x80\x80", "a\xe2\x80\x8a", "a\xe2\x80\xa8", "a\xe2\x80\xa9",
                                       "a\xe2\x80\xaf", "a\xe2\x81\x9f", "a\xe3\x80\x80", "\xff", "a\x01" };
    static const char *const good[] = { "a", "example.com/log", "r\xc3\xa9union.example/\xd9\x85", "\xe2\x80\x8b", "-",
                                        "\xf0\x92\x80\x80" };
    struct pubkey pub = { { 7 } };
    struct vkey key;
    char longest[LIMIT_KEY_NAME + 2];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_not(key_name_ok(slice_text(bad[i])), "row %zu", i);
        cr_assert_not(vkey_make(slice_text(bad[i]), VKEY_ED25519, pub, &key));
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_assert(key_name_ok(slice_text(good[i])), "row %zu", i);
    }
    memset(longest, 'n', sizeof longest);
    cr_assert(vkey_make(slice_of(longest, LIMIT_KEY_NAME), VKEY_ED25519, pub, &key));
    cr_assert_eq(strlen(key.name), LIMIT_KEY_NAME);
    cr_assert_not(vkey_make(slice_of(longest, LIMIT_KEY_NAME + 1), VKEY_ED25519, pub, &key));
}

Test(note, lines_of_known_keys_decide_and_lines_of_unknown_keys_do_not)
{
    struct vkey both[] = { key_of(PETER), key_of(ENOCH) };
    uint64_t signers = 0;
    cr_assert_eq(ident_init(), OK);
    cr_assert_eq(judge(TEXT "\n" PETER_LINE ENOCH_LINE, both, 1, &signers), VERDICT_GOOD);
    cr_assert_eq(signers, 1);
    cr_assert_eq(judge(TEXT "\n" PETER_LINE ENOCH_LINE, both, 2, &signers), VERDICT_GOOD);
    cr_assert_eq(signers, 3);
    cr_assert_eq(judge(TEXT "\n" ENOCH_LINE, both, 2, &signers), VERDICT_GOOD);
    cr_assert_eq(signers, 2);
    cr_assert_eq(judge(TEXT "\n" PETER_LINE, both + 1, 1, &signers), VERDICT_BAD_SIGNATURE); // nobody known signed
    cr_assert_eq(judge(TEXT "\n" PETER_LINE, both, 0, &signers), VERDICT_BAD_SIGNATURE);
    cr_assert_eq(judge(TEXT "\n" PETER_LINE PETER_LINE, both, 1, &signers), VERDICT_BAD_SIGNATURE); // twice
    cr_assert_eq(judge(TEXT "\n" PETER_LINE ENOCH_LINE ENOCH_LINE, both, 1, &signers), VERDICT_GOOD); // unknown, twice
    // A known line that is wrong refuses the note, wherever it stands and whoever else signed.
    cr_assert_eq(judge("X" TEXT "\n" PETER_LINE, both, 1, &signers), VERDICT_BAD_SIGNATURE);
    cr_assert_eq(judge(TEXT "\n" ENOCH_LINE "— PeterNeumann x08go/ZJ\n", both, 2, &signers), VERDICT_BAD_SIGNATURE);
    // The same id under another name, the same name with another id: unknown.
    cr_assert_eq(judge(TEXT "\n" PETER_LINE "— PeterNeumanX " PETER_BASE64 "\n", both, 1, &signers), VERDICT_GOOD);
    cr_assert_eq(judge(TEXT "\n" PETER_LINE "— PeterNeumann AAAAAAAA\n", both, 1, &signers), VERDICT_GOOD);
}

Test(note, what_is_not_of_the_form_is_no_note)
{
    static const char *const bad[] = {
        "", "\n", "\n\n", TEXT, TEXT "\n", PETER_LINE, "\n" PETER_LINE, // no text, no empty line, no signature
        TEXT "\n— PeterNeumann " PETER_BASE64,                        // no newline at the end
        TEXT "\n" PETER_LINE "\n",                                    // an empty line after the signatures
        TEXT "\n" PETER_LINE "Unexpected line.\n",
        TEXT "\n— Bad Name " PETER_BASE64 "\n",
        TEXT "\n- PeterNeumann " PETER_BASE64 "\n",
        TEXT "\n—  PeterNeumann " PETER_BASE64 "\n",
        TEXT "\n— PeterNeumann  " PETER_BASE64 "\n",
        TEXT "\n— PeterNeumann " PETER_BASE64 " \n",
        TEXT "\n— Peter+Neumann " PETER_BASE64 "\n",
        TEXT "\n— Peter\xc2\xa0Neumann " PETER_BASE64 "\n",
        TEXT "\n— PeterNeumann\n", TEXT "\n— PeterNeumann \n", TEXT "\n— PeterNeumann x08g\n",
        TEXT "\n— PeterNeumann x08gow==\n", // an id and no signature
        TEXT "\n— PeterNeumann x08go/ZJ\r\n", "a\r\n\r\n" PETER_LINE, "\x01" TEXT "\n" PETER_LINE,
        "\t" TEXT "\n" PETER_LINE, "\xff" TEXT "\n" PETER_LINE,
    };
    struct vkey peter = key_of(PETER);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(judge(bad[i], &peter, 1, NULL), VERDICT_NOT_CANONICAL, "row %zu: %s", i, bad[i]);
    }
    struct note note;
    cr_assert_not(note_parse(slice_of("a\n\0\n\n" PETER_LINE, 6 + strlen(PETER_LINE)), &note, NULL)); // NUL
    cr_assert(note_parse(slice_text("\n\n" PETER_LINE), &note, NULL)); // a text of one empty line
    cr_assert_eq(note.text.n, 1);
    cr_assert(note_parse(slice_text("a\n\nb\n\n" PETER_LINE), &note, NULL)); // cut at the last empty line
    cr_assert(slice_equal(note.text, slice_text("a\n\nb\n")));
}

// A note with `count` lines of unknown keys before Peter's, each with a signature of n bytes.
static enum verdict with_lines(size_t count, size_t n)
{
    struct buf b = buf_new(2 * LIMIT_NOTE_BYTES);
    struct note note;
    struct vkey peter = key_of(PETER);
    buf_put_text(&b, TEXT "\n");
    for (size_t i = 0; i < count; i++) {
        buf_printf(&b, "— witness%zu.example ", i);
        for (size_t k = 0; k < (n + 4) / 3; k++) {
            buf_put_text(&b, "abcd");
        }
        buf_put_u8(&b, '\n');
    }
    buf_put_text(&b, PETER_LINE);
    enum verdict v = VERDICT_NOT_CANONICAL;
    if (note_parse(buf_slice(&b), &note, NULL)) {
        v = note_verify(&note, &peter, 1, NULL, NULL);
    }
    buf_done(&b);
    return v;
}

Test(note, many_and_large_signatures_are_borne_and_endless_ones_refused)
{
    cr_assert_eq(ident_init(), OK);
    cr_assert_eq(with_lines(16, 5000), VERDICT_GOOD);
    cr_assert_eq(with_lines(LIMIT_NOTE_SIGNATURES - 1, 64), VERDICT_GOOD);
    cr_assert_eq(with_lines(LIMIT_NOTE_SIGNATURES, 64), VERDICT_NOT_CANONICAL);
    cr_assert_eq(with_lines(1, LIMIT_NOTE_LINE), VERDICT_NOT_CANONICAL);
    struct buf b = buf_new(2 * LIMIT_NOTE_BYTES);
    struct note note;
    for (size_t i = 0; i < LIMIT_NOTE_BYTES; i++) {
        buf_put_u8(&b, 'a');
    }
    buf_put_text(&b, "\n\n" PETER_LINE);
    cr_assert_not(note_parse(buf_slice(&b), &note, NULL));
    buf_done(&b);
}

Test(note, what_we_sign_verifies_and_cosignatures_carry_their_time)
{
    struct slice text = slice_text("prefix.example/1\n7\nroot\n");
    struct pubkey pub[2];
    struct seckey sec[2];
    struct vkey keys[2];
    struct note note;
    uint64_t signers = 0;
    uint64_t seconds = 1;
    struct buf b = buf_new(4096);
    cr_assert_eq(ident_init(), OK);
    sign_keypair(&pub[0], &sec[0]);
    sign_keypair(&pub[1], &sec[1]);
    cr_assert(vkey_make(slice_text("prefix.example/1"), VKEY_ED25519, pub[0], &keys[0]));
    cr_assert(vkey_make(slice_text("witness.example/w"), VKEY_COSIGNATURE, pub[1], &keys[1]));
    note_sign(text, &keys[0], &sec[0], &b);
    note_add_cosignature(text, &keys[1], &sec[1], 1700000000, &b);
    cr_assert(note_parse(buf_slice(&b), &note, NULL));
    cr_assert(slice_equal(note.text, text));
    cr_assert_eq(note_verify(&note, keys, 2, &signers, NULL), VERDICT_GOOD);
    cr_assert_eq(signers, 3);
    cr_assert_eq(note_signed_by(&note, &keys[1], &seconds, NULL), NOTE_SIGNED);
    cr_assert_eq(seconds, 1700000000);
    cr_assert_eq(note_signed_by(&note, &keys[0], &seconds, NULL), NOTE_SIGNED);
    cr_assert_eq(seconds, 0);
    // Neither kind of signature passes for the other, even of one key.
    struct vkey other;
    cr_assert(vkey_make(slice_text("prefix.example/1"), VKEY_COSIGNATURE, pub[0], &other));
    cr_assert_neq(other.id, keys[0].id);
    cr_assert_eq(note_signed_by(&note, &other, &seconds, NULL), NOTE_UNSIGNED);
    other.id = keys[0].id;
    cr_assert_eq(note_signed_by(&note, &other, &seconds, NULL), NOTE_WRONG);
    // Any byte of the text counts.
    for (size_t i = 0; i + 1 < text.n; i++) {
        b.p[i] ^= 1;
        if (note_parse(buf_slice(&b), &note, NULL)) {
            cr_assert_eq(note_verify(&note, keys, 1, NULL, NULL), VERDICT_BAD_SIGNATURE);
            cr_assert_eq(note_verify(&note, keys + 1, 1, NULL, NULL), VERDICT_BAD_SIGNATURE);
        }
        b.p[i] ^= 1;
    }
    cr_assert_not(note_text_ok(slice_text("no newline")));
    cr_assert_not(note_text_ok(slice_text("")));
    cr_assert_not(note_text_ok(slice_text("a\tb\n")));
    buf_done(&b);
}
