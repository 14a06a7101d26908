// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Charters: one form, the quorum of its own roots, the origin and the fingerprint.
#include "common/format/charter.h"
#include "common/format/seal.h"

#include "tests/unit/shared.h"

#define ROOTS 3

struct founding {
    struct charter c;
    struct seckey roots[ROOTS];
    struct buf text;
    struct buf note;
};

// A charter of three roots and a quorum of two, and its text. founding_done releases it.
static struct founding *founding_new(void)
{
    struct founding *f = mem_new(sizeof *f);
    cr_assert_eq(ident_init(), OK);
    f->c = (struct charter){ .title = SLICE_LITERAL("Sécurité en République de Kalindi"),
                             .prefix = SLICE_LITERAL("records.example.org/kalindi-2026"),
                             .opened = SLICE_LITERAL("2028-02-29"), .root_count = ROOTS, .quorum = 2,
                             .officer_count = 2, .language_count = 2, .quantum_s = 3600, .threshold = 5 };
    for (uint8_t i = 0; i < ROOTS; i++) {
        uint8_t seed[32] = { i };
        struct pubkey pub;
        char name[] = "root-0";
        name[5] = (char)(name[5] + i);
        sign_keypair_from_seed(seed, &pub, &f->roots[i]);
        cr_assert(vkey_make(slice_text(name), VKEY_ED25519, pub, &f->c.roots[i]));
    }
    f->c.log.key = f->c.roots[0].key;
    f->c.exchange.b[0] = 1;
    f->c.intake.b[0] = 2;
    f->c.officers[0] = (struct charter_officer){ .name = SLICE_LITERAL("ombuds"), .key = { { 3 } } };
    f->c.officers[1] = (struct charter_officer){ .name = SLICE_LITERAL("red-cross"), .key = { { 4 } } };
    f->c.languages[0] = SLICE_LITERAL("fr");
    f->c.languages[1] = SLICE_LITERAL("kpe-LR");
    f->text = buf_new(LIMIT_CHARTER_BYTES);
    f->note = buf_new(LIMIT_CHARTER_BYTES);
    return f;
}

static void founding_done(struct founding *f)
{
    buf_done(&f->text);
    buf_done(&f->note);
    free(f);
}

static void make(struct founding *f)
{
    struct why why = { "" };
    cr_assert(charter_make(&f->c, &f->text, &why), "%s", why.text);
}

Test(charter, what_was_founded_comes_back_with_its_id_and_origin)
{
    struct founding *f = founding_new();
    struct charter c;
    struct why why = { "" };
    make(f);
    cr_assert(charter_parse(buf_slice(&f->text), &c, &why), "%s", why.text);
    cr_assert(hash_equal(c.id, hash_of(buf_slice(&f->text))));
    cr_assert(slice_equal(c.title, f->c.title));
    cr_assert_eq(c.root_count, ROOTS);
    cr_assert(vkey_equal(&c.roots[2], &f->c.roots[2]));
    cr_assert(slice_equal(c.officers[1].name, SLICE_LITERAL("red-cross")));
    cr_assert_eq(c.officers[1].key.b[0], 4);
    cr_assert(slice_equal(c.languages[1], SLICE_LITERAL("kpe-LR")));
    cr_assert(!c.practice);
    cr_assert(!c.plan_first);
    struct slice origin = charter_origin(&c);
    cr_assert_eq(origin.n, f->c.prefix.n + 1 + 64);
    cr_assert_eq(memcmp(origin.p, "records.example.org/kalindi-2026/", 33), 0);
    struct vkey log;
    cr_assert(vkey_make(origin, VKEY_ED25519, f->c.log.key, &log));
    cr_assert(vkey_equal(&log, &c.log));
    founding_done(f);
}

Test(charter, the_text_is_the_one_that_the_protocol_defines)
{
    struct founding *f = founding_new();
    f->c.root_count = 1;
    f->c.quorum = 1;
    f->c.practice = true;
    f->c.plan_first = true;
    make(f);
    struct buf want = buf_new(4096);
    buf_put_text(&want, "baraza/charter/v1\ntitle Sécurité en République de Kalindi\n"
                        "prefix records.example.org/kalindi-2026\nopened 2028-02-29\nroot ");
    vkey_put(&f->c.roots[0], &want);
    buf_put_text(&want, "\nquorum 1\nlog O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=\n"
                        "exchange AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                        "intake AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                        "protect ombuds AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                        "protect red-cross BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                        "language fr\nlanguage kpe-LR\nquantum 3600\nthreshold 5\nmode practice\n"
                        "drafting plan-first\n");
    cr_assert(slice_equal(buf_slice(&f->text), buf_slice(&want)));
    buf_done(&want);
    founding_done(f);
}

Test(charter, a_quorum_of_its_own_roots_makes_it_good)
{
    struct founding *f = founding_new();
    struct charter c;
    struct why why = { "" };
    struct pubkey stranger;
    struct seckey stranger_sec;
    struct vkey stranger_key;
    make(f);
    sign_keypair(&stranger, &stranger_sec);
    cr_assert(vkey_make(SLICE_LITERAL("stranger"), VKEY_ED25519, stranger, &stranger_key));
    note_sign(buf_slice(&f->text), &f->c.roots[2], &f->roots[2], &f->note);
    cr_assert_eq(charter_verify(buf_slice(&f->note), &c, &why), VERDICT_BAD_SIGNATURE);
    note_add_signature(buf_slice(&f->text), &stranger_key, &stranger_sec, &f->note);
    cr_assert_eq(charter_verify(buf_slice(&f->note), &c, &why), VERDICT_BAD_SIGNATURE);
    note_add_signature(buf_slice(&f->text), &f->c.roots[0], &f->roots[0], &f->note);
    cr_assert_eq(charter_verify(buf_slice(&f->note), &c, &why), VERDICT_GOOD, "%s", why.text);
    cr_assert(hash_equal(c.id, hash_of(buf_slice(&f->text))));
    uint8_t *inside = f->note.p + f->note.n - 20; // of the last signature
    *inside = *inside == 'A' ? 'B' : 'A';
    cr_assert_eq(charter_verify(buf_slice(&f->note), &c, &why), VERDICT_BAD_SIGNATURE);
    founding_done(f);
}

Test(charter, a_text_with_any_line_missing_twice_or_changed_is_refused)
{
    struct founding *f = founding_new();
    struct charter c;
    struct why why;
    make(f);
    struct buf other = buf_new(LIMIT_CHARTER_BYTES);
    size_t lines = 0;
    for (size_t start = 0; start < f->text.n; lines++) {
        size_t end = start;
        while (f->text.p[end] != '\n') {
            end++;
        }
        struct slice line = slice_of(f->text.p + start, end + 1 - start);
        struct slice after = slice_of(f->text.p + end + 1, f->text.n - end - 1);
        for (unsigned way = 0; way < 3; way++) {
            buf_reset(&other);
            buf_put(&other, slice_of(f->text.p, start));
            if (way == 1) {
                buf_put(&other, line);
                buf_put(&other, line);
            } else if (way == 2) {
                buf_put(&other, slice_of(line.p, line.n - 1));
                buf_put_text(&other, " \n");
            }
            buf_put(&other, after);
            // Leaving out one of three roots or one of two languages gives another charter, which is good.
            bool fewer = way == 0 && (memcmp(line.p, "root ", 5) == 0 || memcmp(line.p, "language", 8) == 0);
            cr_assert_eq(charter_parse(buf_slice(&other), &c, &why), fewer, "line %zu, way %u", lines, way);
        }
        start = end + 1;
    }
    cr_assert_eq(lines, 19);
    cr_assert(!charter_parse(slice_of(f->text.p, f->text.n - 1), &c, &why));
    buf_put_text(&f->text, "more\n");
    cr_assert(!charter_parse(buf_slice(&f->text), &c, &why));
    buf_done(&other);
    founding_done(f);
}

// Each changes one field to something that no charter has.
static void spoil(struct charter *c, unsigned how)
{
    static uint8_t long_title[LIMIT_TITLE_BYTES + 1];
    memset(long_title, 'a', sizeof long_title);
    const struct slice titles[] = { SLICE_LITERAL(""), SLICE_LITERAL("a\nb"), SLICE_LITERAL("a\xe2\x80\xae" "b"),
                                    SLICE_LITERAL(" a"), SLICE_LITERAL("\xff"), SLICE_ARRAY(long_title) };
    const struct slice prefixes[] = { SLICE_LITERAL(""), SLICE_LITERAL("https://example.org"),
                                      SLICE_LITERAL("/example.org"), SLICE_LITERAL("example.org/"),
                                      SLICE_LITERAL("Example.org"), SLICE_LITERAL("a b") };
    const struct slice dates[] = { SLICE_LITERAL("2026-02-29"), SLICE_LITERAL("2026-13-01"),
                                   SLICE_LITERAL("2026-1-001"), SLICE_LITERAL("26-01-01"),
                                   SLICE_LITERAL("2026-00-10"), SLICE_LITERAL("2100-02-29") };
    if (how < 6) {
        c->title = titles[how];
    } else if (how < 12) {
        c->prefix = prefixes[how - 6];
    } else if (how < 18) {
        c->opened = dates[how - 12];
    }
    switch (how) {
    case 18:
        c->quorum = 0;
        break;
    case 19:
        c->quorum = c->root_count + 1;
        break;
    case 20:
        c->roots[1] = c->roots[0];
        break;
    case 21:
        memset(c->roots[1].key.b, 0, sizeof c->roots[1].key.b);
        break;
    case 22:
        c->officer_count = 1;
        break;
    case 23:
        c->officers[1].key = c->officers[0].key;
        break;
    case 24:
        c->officers[0].name = SLICE_LITERAL("two words");
        break;
    case 25:
        c->language_count = 0;
        break;
    case 26:
        c->languages[1] = SLICE_LITERAL("fr FR");
        break;
    case 27:
        c->quantum_s = 0;
        break;
    case 28:
        c->threshold = 0;
        break;
    default:
        break;
    }
}

Test(charter, fields_that_no_charter_has_are_refused_with_a_sentence)
{
    for (unsigned how = 0; how < 29; how++) {
        struct founding *f = founding_new();
        struct why why = { "" };
        spoil(&f->c, how);
        cr_assert(!charter_make(&f->c, &f->text, &why), "%u", how);
        cr_assert(why.text[0] != '\0');
        cr_assert_eq(f->text.n, 0);
        founding_done(f);
    }
}

Test(charter, a_fingerprint_is_spoken_in_groups_and_read_back)
{
    struct hash id = hash_of(SLICE_LITERAL("a charter"));
    struct hash back;
    struct buf b = buf_new(256);
    charter_put_fingerprint(id, &b);
    cr_assert_eq(b.n, 16 * 5 - 1);
    cr_assert_eq(b.p[4], ' ');
    cr_assert(charter_parse_fingerprint(buf_slice(&b), &back));
    cr_assert(hash_equal(id, back));
    buf_put_text(&b, "0");
    cr_assert(!charter_parse_fingerprint(buf_slice(&b), &back));
    b.n -= 2;
    cr_assert(!charter_parse_fingerprint(buf_slice(&b), &back));
    buf_done(&b);
}
