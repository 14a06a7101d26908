// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a site knows of the codebook and the guide that were published: codes of all versions, the words to read out.
#include "node/desk/codebook.h"

#include "common/format/content.h"
#include "common/store/leaf.h"
#define person world_person // the keyring has a person of its own
#include "tests/lib/world.h"
#include "node/desk/desk.h"
#undef person

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#define BIT(role) (1u << ROLE_##role)

struct scene {
    struct world w;
    struct world_person secretary, stranger;
    char root[64], dir[96];
    struct desk desk;
    struct symkey key;
};

static void begin(struct scene *s)
{
    struct state_making m;
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    s->secretary = person_of("secretary");
    s->stranger = person_of("facilitator");
    (void)world_grant(&s->w, &s->w.root[0], &s->secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&s->w, &s->secretary, &s->stranger, BIT(FACILITATOR), NULL);
    snprintf(s->root, sizeof s->root, "/tmp/baraza-codebook-XXXXXX");
    cr_assert(mkdtemp(s->root) != NULL);
    snprintf(s->dir, sizeof s->dir, "%s/site", s->root);
    cr_assert_eq(state_make_begin(STORE_NODE, s->dir, buf_slice(&s->w.charter_note), KV_ANY_FILESYSTEM, &m, NULL), OK);
    cr_assert_eq(state_make_commit(&m, NULL), OK);
    s->desk = (struct desk){ .readable = true };
    cr_assert_eq(state_open(s->dir, KV_ANY_FILESYSTEM, &s->desk.state, NULL), OK);
    s->desk.store_key = store_key_of(s->key);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void done(struct scene *s)
{
    state_close(s->desk.state);
    nftw(s->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    world_done(&s->w);
}

// A list of maps with these codes.
static void put_codes(struct buf *out, const char *const *codes, size_t n)
{
    pack_array(out, n);
    for (size_t i = 0; i < n; i++) {
        struct content row = { .count = 0 };
        content_add_text(&row, "code", slice_text(codes[i]));
        content_make(&row, out);
    }
}

static void publish(struct scene *s, struct world_person *by, enum kind kind, uint64_t version,
                    const struct content *content)
{
    struct body body = { .kind = kind };
    struct buf bytes = buf_new(4096);
    body.as.guide.version = version;
    content_make(content, &bytes);
    const struct slice part = buf_slice(&bytes);
    (void)world_say(&s->w, by, &body, NULL, 0, &part);
    buf_done(&bytes);
}

static void publish_groups(struct scene *s, struct world_person *by, uint64_t version, const char *const *codes,
                           size_t n)
{
    struct content c = { .count = 0 };
    struct buf list = buf_new(4096);
    put_codes(&list, codes, n);
    content_add_value(&c, "groups", buf_slice(&list));
    publish(s, by, KIND_CODEBOOK, version, &c);
    buf_done(&list);
}

static void publish_referral(struct scene *s, uint64_t version, const char *lang, const char *words)
{
    struct content c = { .count = 0 };
    struct content by_language = { .count = 0 };
    struct buf map = buf_new(4096);
    content_add_text(&by_language, lang, slice_text(words));
    content_make(&by_language, &map);
    content_add_value(&c, "referral", buf_slice(&map));
    publish(s, &s->secretary, KIND_GUIDE, version, &c);
    buf_done(&map);
}

// As if all of the record had come down.
static void bring_down(struct scene *s)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_write(state_kv(s->desk.state), &t), OK);
    for (size_t i = 0; i < s->w.n; i++) {
        const struct said *said = s->w.record[i];
        struct buf sealed = buf_new(1 << 16);
        struct wrapped wrapped;
        vault_seal(&s->desk.store_key, said->entry.id, buf_slice(&said->given), &sealed, &wrapped);
        leaf_put(t, i, said->entry.id, said->entry.bytes, buf_slice(&sealed), &wrapped);
        buf_done(&sealed);
    }
    cr_assert_eq(kv_commit(t), OK);
}

static bool knows(const struct codebook *b, const char *group, const char *theme, struct why *why)
{
    struct contribution c = { .form = 0 };
    if (group != NULL) {
        c.groups.codes[c.groups.n++] = slice_text(group);
    }
    if (theme != NULL) {
        c.themes.codes[c.themes.n++] = slice_text(theme);
    }
    return codebook_check(b, &c, NULL, why);
}

Test(codebook, without_one_the_starter_codebook_holds_and_a_typo_is_told)
{
    struct scene s;
    struct codebook *b = NULL;
    struct why why = { "" };
    begin(&s);
    cr_assert_eq(codebook_here(&s.desk, &b, &why), OK);
    cr_expect(knows(b, "women", "land-disputes", &why));
    cr_expect(!knows(b, "wmoen", NULL, &why));
    cr_expect(strstr(why.text, "did you mean \"women\"?") != NULL, "%s", why.text);
    cr_expect(!knows(b, NULL, "xylophones", &why));
    cr_expect(strstr(why.text, "…") != NULL, "%s", why.text);
    for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
        cr_expect_gt(codebook_referral(b, l).n, 100);
    }
    codebook_free(b);
    done(&s);
}

Test(codebook, codes_of_every_published_version_hold_and_nobody_elses)
{
    static const char *const first[] = { "fishers", "women" };
    static const char *const second[] = { "weavers" };
    static const char *const wrong[] = { "ghosts" };
    struct scene s;
    struct codebook *b = NULL;
    struct why why = { "" };
    begin(&s);
    publish_groups(&s, &s.secretary, 1, first, 2);
    publish_groups(&s, &s.secretary, 2, second, 1);
    publish_groups(&s, &s.stranger, 3, wrong, 1); // a facilitator publishes nothing
    bring_down(&s);
    cr_assert_eq(codebook_here(&s.desk, &b, &why), OK);
    for (size_t i = 0; i < 2; i++) {
        cr_expect(knows(b, first[i], NULL, &why), "%s", why.text);
    }
    cr_expect(knows(b, "weavers", "land-disputes", &why), "its list of themes is empty: the starter's holds");
    cr_expect(!knows(b, "ghosts", NULL, &why));
    cr_expect(!knows(b, "herders", NULL, &why), "the process replaced the starter's groups");
    cr_expect(!knows(b, "fisher", NULL, &why));
    cr_expect(strstr(why.text, "did you mean \"fishers\"?") != NULL, "%s", why.text);
    codebook_free(b);
    s.desk.readable = false;
    cr_assert_eq(codebook_here(&s.desk, &b, &why), OK);
    cr_expect(knows(b, "herders", NULL, &why), "locked, the starter codebook stands in");
    codebook_free(b);
    done(&s);
}

Test(codebook, the_guides_words_are_read_out_in_the_language_asked_for_or_in_english)
{
    struct scene s;
    struct codebook *b = NULL;
    begin(&s);
    publish_referral(&s, 2, "fr", "Appelez le 116.");
    publish_referral(&s, 1, "fr", "Ancien texte.");
    bring_down(&s);
    cr_assert_eq(codebook_here(&s.desk, &b, NULL), OK);
    cr_expect(slice_equal(codebook_referral(b, LANG_FR), SLICE_LITERAL("Appelez le 116.")));
    cr_expect(slice_equal(codebook_referral(b, LANG_PT), codebook_referral(NULL, LANG_PT)));
    codebook_free(b);
    publish_referral(&s, 3, "en", "Call 116.");
    bring_down(&s);
    cr_assert_eq(codebook_here(&s.desk, &b, NULL), OK);
    cr_expect(slice_equal(codebook_referral(b, LANG_PT), SLICE_LITERAL("Call 116.")));
    codebook_free(b);
    done(&s);
}

Test(codebook, a_form_has_the_guides_groups_and_script_and_the_codebooks_names_for_them)
{
    static const char *const second[] = { "weavers" };
    struct scene s;
    struct codebook *b = NULL;
    struct slice groups[CODEBOOK_GROUPS];
    struct content guide = { .count = 0 };
    struct content labels = { .count = 0 };
    struct content row = { .count = 0 };
    struct content book = { .count = 0 };
    struct content script = { .count = 0 };
    struct buf bytes[5];
    for (size_t i = 0; i < 5; i++) {
        bytes[i] = buf_new(4096);
    }
    begin(&s);
    cr_assert_eq(codebook_here(&s.desk, &b, NULL), OK);
    cr_expect_eq(codebook_groups(b, groups), CODEBOOK_GROUPS);
    cr_expect(slice_equal(groups[1], SLICE_LITERAL("women")));
    cr_expect(slice_equal(codebook_label(b, CODES_GROUP, groups[1], LANG_FR), SLICE_LITERAL("groupe de femmes")));
    cr_expect_eq(codebook_script(b, LANG_FR).n, 0);
    codebook_free(b);

    content_add_text(&labels, "fr", SLICE_LITERAL("pêcheurs"));
    content_make(&labels, &bytes[0]);
    content_add_text(&row, "code", SLICE_LITERAL("fishers"));
    content_add_value(&row, "labels", buf_slice(&bytes[0]));
    pack_array(&bytes[1], 1);
    content_make(&row, &bytes[1]);
    content_add_value(&book, "groups", buf_slice(&bytes[1]));
    publish(&s, &s.secretary, KIND_CODEBOOK, 1, &book);
    publish_groups(&s, &s.secretary, 2, second, 1);
    bring_down(&s);
    cr_assert_eq(codebook_here(&s.desk, &b, NULL), OK);
    cr_expect_eq(codebook_groups(b, groups), 2, "the codebook's, while no guide names any");
    cr_expect(slice_equal(codebook_label(b, CODES_GROUP, groups[0], LANG_FR), SLICE_LITERAL("pêcheurs")));
    cr_expect(slice_equal(codebook_label(b, CODES_GROUP, groups[1], LANG_FR), SLICE_LITERAL("weavers")));
    codebook_free(b);

    const struct slice asked[] = { SLICE_LITERAL("weavers"), SLICE_LITERAL("women") };
    content_make_list(asked, 2, &bytes[2]);
    content_add_text(&script, "fr", SLICE_LITERAL("Puis-je noter ?"));
    content_make(&script, &bytes[3]);
    content_add_value(&guide, "groups", buf_slice(&bytes[2]));
    content_add_value(&guide, "script", buf_slice(&bytes[3]));
    publish(&s, &s.secretary, KIND_GUIDE, 1, &guide);
    bring_down(&s);
    cr_assert_eq(codebook_here(&s.desk, &b, NULL), OK);
    cr_expect_eq(codebook_groups(b, groups), 2);
    cr_expect(slice_equal(groups[0], asked[0]) && slice_equal(groups[1], asked[1]));
    cr_expect(slice_equal(codebook_script(b, LANG_FR), SLICE_LITERAL("Puis-je noter ?")));
    cr_expect_eq(codebook_script(b, LANG_AR).n, 0);
    codebook_free(b);
    for (size_t i = 0; i < 5; i++) {
        buf_done(&bytes[i]);
    }
    done(&s);
}

// The guide that these tests publish: a script in two languages, one of which has no interface, one question, two asks.
static void publish_guide(struct scene *s)
{
    struct content guide = { .count = 0 };
    struct content script = { .count = 0 };
    struct content text = { .count = 0 };
    struct content question = { .count = 0 };
    struct buf bytes[4];
    const struct slice asks[] = { SLICE_LITERAL("age"), SLICE_LITERAL("shoe-size"), SLICE_LITERAL("sex") };
    for (size_t i = 0; i < 4; i++) {
        bytes[i] = buf_new(4096);
    }
    content_add_text(&script, "sw", SLICE_LITERAL("Naomba kuandika?"));
    content_add_text(&script, "en", SLICE_LITERAL("May I write?"));
    content_make(&script, &bytes[0]);
    content_add_text(&text, "en", SLICE_LITERAL("What makes you feel unsafe?"));
    content_make(&text, &bytes[1]);
    content_add_text(&question, "code", SLICE_LITERAL("q1"));
    content_add_value(&question, "text", buf_slice(&bytes[1]));
    pack_array(&bytes[2], 1);
    content_make(&question, &bytes[2]);
    content_make_list(asks, 3, &bytes[3]);
    content_add_value(&guide, "script", buf_slice(&bytes[0]));
    content_add_value(&guide, "questions", buf_slice(&bytes[2]));
    content_add_value(&guide, "asks", buf_slice(&bytes[3]));
    publish(s, &s->secretary, KIND_GUIDE, 7, &guide);
    for (size_t i = 0; i < 4; i++) {
        buf_done(&bytes[i]);
    }
}

Test(codebook, a_page_is_given_every_code_every_question_and_every_language_that_is_read_aloud)
{
    static const char *const groups[] = { "fishers", "weavers" };
    struct scene s;
    struct codebook *b = NULL;
    struct codebook_row row;
    struct codebook_text text;
    struct slice asks[CODEBOOK_ASKS];
    size_t n = 0;
    begin(&s);
    cr_assert_eq(codebook_here(&s.desk, &b, NULL), OK);
    const struct code_row *starter = codes_list(CODES_THEME, &n);
    cr_assert(codebook_row(b, CODES_THEME, n - 1, LANG_PT, &row));
    cr_expect(slice_equal(row.code, slice_text(starter[n - 1].code)), "the starter codebook, until there is another");
    cr_expect_not(codebook_row(b, CODES_THEME, n, LANG_PT, &row));
    cr_expect_not(codebook_question(b, 0, LANG_EN, &row));
    cr_expect_not(codebook_aloud(b, CODEBOOK_SCRIPT, 0, &text));
    cr_expect_eq(codebook_asks(b, asks), 0);
    cr_expect_eq(codebook_version(b) + codebook_guide_version(b), 0);
    codebook_free(b);

    publish_groups(&s, &s.secretary, 3, groups, 2);
    publish_guide(&s);
    bring_down(&s);
    cr_assert_eq(codebook_here(&s.desk, &b, NULL), OK);
    cr_expect_eq(codebook_version(b), 3);
    cr_expect_eq(codebook_guide_version(b), 7);
    cr_assert(codebook_row(b, CODES_GROUP, 1, LANG_FR, &row));
    cr_expect(slice_equal(row.code, SLICE_LITERAL("weavers")) && row.parent.n == 0);
    cr_expect_not(codebook_row(b, CODES_GROUP, 2, LANG_FR, &row));
    cr_assert(codebook_question(b, 0, LANG_FR, &row));
    cr_expect(slice_equal(row.label, SLICE_LITERAL("What makes you feel unsafe?")), "English where there is no French");
    cr_assert(codebook_aloud(b, CODEBOOK_SCRIPT, 1, &text));
    cr_expect(slice_equal(text.lang, SLICE_LITERAL("sw")) && slice_equal(text.text, SLICE_LITERAL("Naomba kuandika?")));
    cr_expect_not(codebook_aloud(b, CODEBOOK_SCRIPT, 2, &text));
    cr_assert_eq(codebook_asks(b, asks), 2, "what is not known is not asked");
    cr_expect(slice_equal(asks[0], SLICE_LITERAL("sex")) && slice_equal(asks[1], SLICE_LITERAL("age")));
    codebook_free(b);
    done(&s);
}
