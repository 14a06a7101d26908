// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments as bytes: chunks that open where they stand and nowhere else, manifests, what may be attached.
#include "common/format/attachment.h"
#include "common/format/content.h"
#include "common/format/merkle.h"
#include "common/format/sealed.h"

#include <criterion/criterion.h>
#include <string.h>

Test(attachment, sizes_and_numbers_of_chunks_are_those_that_the_protocol_says)
{
    static const struct { uint64_t size; uint32_t chunks; size_t last; } rows[] = {
        { 1, 1, 41 }, { 65480, 1, 65520 }, { 65481, 2, 41 }, { 130960, 2, 65520 }, { 67108864, 1025, 57384 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_eq(attachment_chunks(rows[i].size), rows[i].chunks);
        cr_expect_eq(attachment_chunk_bytes(rows[i].size, rows[i].chunks - 1), rows[i].last, "row %zu", i);
        cr_expect_eq(attachment_bytes(rows[i].size), rows[i].size + 40 * rows[i].chunks);
    }
}

Test(attachment, a_chunk_opens_under_its_key_and_number_and_is_another_each_time)
{
    const struct symkey key = { { 1 } }, other = { { 2 } };
    struct buf chunk = buf_new(LIMIT_CHUNK_BYTES), again = buf_new(LIMIT_CHUNK_BYTES), out = buf_new(LIMIT_CHUNK_CLEAR);
    cr_assert_eq(ident_init(), OK);
    attachment_encrypt(&key, 3, SLICE_LITERAL("a voice"), &chunk);
    attachment_encrypt(&key, 3, SLICE_LITERAL("a voice"), &again);
    cr_expect(!slice_equal(buf_slice(&chunk), buf_slice(&again)));
    cr_expect(!attachment_decrypt(&key, 4, buf_slice(&chunk), &out));
    cr_expect(!attachment_decrypt(&other, 3, buf_slice(&chunk), &out));
    cr_assert(attachment_decrypt(&key, 3, buf_slice(&chunk), &out));
    cr_expect(slice_equal(buf_slice(&out), SLICE_LITERAL("a voice")));
    for (size_t i = 0; i < chunk.n; i++) {
        chunk.p[i] ^= 1;
        cr_expect(!attachment_decrypt(&key, 3, buf_slice(&chunk), &out), "byte %zu", i);
        cr_expect(!attachment_decrypt(&key, 3, slice_of(chunk.p, i), &out));
        chunk.p[i] ^= 1;
    }
    buf_done(&chunk);
    buf_done(&again);
    buf_done(&out);
}

static const struct attachment two[2] = {
    { .blob = { { { 1 } }, 3000000 }, .name = { (const uint8_t *)"voice 14", 8 },
      .type = { (const uint8_t *)"audio/ogg", 9 }, .key = { { 7 } } },
    { .blob = { { { 2 } }, 1 }, .name = { (const uint8_t *)"\xd8\xb5\xd9\x88\xd8\xb1\xd8\xa9", 8 },
      .type = { (const uint8_t *)"image/jpeg", 10 }, .key = { { 8 } } },
};

Test(attachment, a_manifest_says_what_was_put_into_it_and_sealed_it_still_names_its_chunks)
{
    const struct place place = { .seq = 4 };
    struct buf bytes = buf_new(LIMIT_MANIFEST_BYTES), sealed = buf_new(LIMIT_MANIFEST_BYTES);
    struct buf whole = buf_new(LIMIT_MANIFEST_BYTES), opened = buf_new(LIMIT_MANIFEST_BYTES);
    struct boxkey officers[2];
    struct boxsec secrets[2];
    struct attachment got[LIMIT_ATTACHMENTS];
    struct manifest m;
    cr_assert_eq(ident_init(), OK);
    manifest_make(two, 2, &bytes);
    cr_assert(manifest_parse(buf_slice(&bytes), &m));
    cr_assert_eq(m.count, 2);
    cr_assert(manifest_list(&m, m.list, got));
    for (size_t i = 0; i < 2; i++) {
        cr_expect(hash_equal(got[i].blob.root, two[i].blob.root));
        cr_expect_eq(got[i].blob.size, two[i].blob.size);
        cr_expect(slice_equal(got[i].name, two[i].name));
        cr_expect(slice_equal(got[i].type, two[i].type));
        cr_expect_eq(memcmp(&got[i].key, &two[i].key, sizeof got[i].key), 0);
    }
    cr_expect(!manifest_is_sealed(buf_slice(&bytes)));
    box_keypair(&officers[0], &secrets[0]);
    box_keypair(&officers[1], &secrets[1]);
    cr_assert(sealed_make(&place, SLICE_LITERAL("attachments"), m.list, officers, 2, &sealed));
    manifest_seal(&m, buf_slice(&sealed), &whole);
    cr_assert(buf_ok(&whole));
    cr_expect(manifest_is_sealed(buf_slice(&whole)));
    cr_assert(manifest_parse(buf_slice(&whole), &m));
    cr_expect_eq(m.blobs[0].size, 3000000);
    cr_expect(!manifest_list(&m, m.list, got));
    cr_assert_eq(sealed_open(m.list, &place, false, SLICE_LITERAL("attachments"), officers[1], &secrets[1], &opened),
                 SEALED_OPENED);
    cr_expect(manifest_list(&m, buf_slice(&opened), got));
    buf_done(&bytes);
    buf_done(&sealed);
    buf_done(&whole);
    buf_done(&opened);
}

// A manifest of n blobs, made by hand.
static bool parses(const struct attachment_blob *blobs, size_t n, struct slice list)
{
    struct buf packed = buf_new(LIMIT_MANIFEST_BYTES), bytes = buf_new(2 * LIMIT_MANIFEST_BYTES);
    struct content c = { .count = 0 };
    struct manifest m;
    pack_array(&packed, n);
    for (size_t i = 0; i < n; i++) {
        pack_array(&packed, 2);
        pack_bin(&packed, SLICE_ARRAY(blobs[i].root.b));
        pack_uint(&packed, blobs[i].size);
    }
    content_add_value(&c, "blobs", buf_slice(&packed));
    content_add_bin(&c, "list", list);
    content_make(&c, &bytes);
    const bool good = manifest_parse(buf_slice(&bytes), &m);
    buf_done(&packed);
    buf_done(&bytes);
    return good;
}

Test(attachment, a_manifest_beyond_its_limits_is_none)
{
    struct attachment_blob blobs[LIMIT_ATTACHMENTS + 1];
    const struct slice list = SLICE_LITERAL("x");
    struct manifest m;
    for (size_t i = 0; i <= LIMIT_ATTACHMENTS; i++) {
        blobs[i] = (struct attachment_blob){ { { (uint8_t)(i + 1) } }, i + 1 };
    }
    cr_expect(parses(blobs, 1, list));
    cr_expect(parses(blobs, LIMIT_ATTACHMENTS, list));
    cr_expect(!parses(blobs, LIMIT_ATTACHMENTS + 1, list));
    cr_expect(!parses(blobs, 0, list));
    cr_expect(!parses(blobs, 1, slice_of(NULL, 0)));
    blobs[0].size = 0;
    cr_expect(!parses(blobs, 1, list));
    blobs[0].size = LIMIT_ATTACHMENT_BYTES;
    cr_expect(parses(blobs, 2, list));
    blobs[0].size++;
    cr_expect(!parses(blobs, 2, list));
    blobs[0] = blobs[1];
    cr_expect(!parses(blobs, 2, list), "one root twice");
    cr_assert(manifest_parse(slice_of(NULL, 0), &m));
    cr_expect_eq(m.count, 0, "a dummy names nothing");
    cr_expect(!manifest_parse(SLICE_LITERAL("\x80"), &m));
}

Test(attachment, what_may_be_attached_is_told_by_how_it_begins)
{
    static const struct { const char *bytes; size_t n; const char *named; const char *type; } rows[] = {
        { "OggS....", 8, "", "audio/ogg" },
        { "OggS....", 8, "audio/ogg", "audio/ogg" },
        { "OggS....", 8, "audio/mpeg", NULL },
        { "\x1a\x45\xdf\xa3", 4, "audio/webm;codecs=opus", "audio/webm" },
        { "....ftypisom", 12, "audio/mp4", "audio/mp4" },
        { "RIFF....WAVEfmt ", 16, "", "audio/wav" },
        { "RIFF....WEBPVP8 ", 16, "", "image/webp" },
        { "RIFF....AVI ", 12, "", NULL },
        { "ID3\x03", 4, "", "audio/mpeg" },
        { "\xff\xd8\xff\xe0", 4, "image/jpeg", "image/jpeg" },
        { "\x89PNG\r\n\x1a\n", 8, "", "image/png" },
        { "%PDF-1.4", 8, "application/pdf", "application/pdf" },
        { "MZ......", 8, "", NULL },
        { "<svg xmlns", 10, "image/png", NULL },
        { "", 0, "audio/ogg", NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *type = attachment_type(slice_of(rows[i].bytes, rows[i].n), slice_text(rows[i].named));
        cr_expect(rows[i].type == NULL ? type == NULL : type != NULL && strcmp(type, rows[i].type) == 0, "row %zu", i);
    }
    cr_expect(attachment_type_known(SLICE_LITERAL("audio/webm;codecs=opus")));
    cr_expect_not(attachment_type_known(SLICE_LITERAL("audio/webm;\a")), "no manifest could say so");
    cr_expect_not(attachment_type_known(SLICE_LITERAL("")));
    cr_expect_eq(attachment_most(SLICE_LITERAL("audio/ogg")), LIMIT_ATTACHMENT_BYTES);
    cr_expect_eq(attachment_most(SLICE_LITERAL("image/png")), LIMIT_ATTACHMENT_STILL);
}
