// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reads published guides and codebooks. What they say was written by the secretariat, but its form is checked like
// anybody's. Read first: codebook.h, docs/PROTOCOL.md 7.5.
#include "node/desk/codebook.h"

#include "common/base/text.h"
#include "common/format/content.h"
#include "common/ops/print.h"
#include "node/desk/published.h"

#include <stdlib.h>
#include <string.h>

struct code {
    char text[LIMIT_CODE_BYTES + 1];
    char parent[LIMIT_CODE_BYTES + 1];           // empty: at the top
    char labels[LANG_COUNT][CODEBOOK_LABEL + 1]; // empty: not given, or longer
    bool replaced;                    // valid for ever, but no longer asked for, by the last version that has it
};

// The codes of one list that were published; none: the starter codebook's count.
struct published {
    struct code *codes;
    size_t n;
};

struct question {
    char code[LIMIT_CODE_BYTES + 1];
    struct buf text[LANG_COUNT];       // empty: not given
};

struct codebook {
    struct published groups, themes;
    uint64_t version;                  // of the last codebook
    uint64_t guide;                    // version of the guide that what follows is from
    struct question *questions;
    size_t question_n;
    struct slice asks[CODEBOOK_ASKS];  // static
    size_t ask_n;
    struct buf referral[LANG_COUNT];   // empty: not given
    struct buf script[LANG_COUNT];     // empty: not given
    struct buf aloud[CODEBOOK_ALOUD_COUNT]; // maps from language to text, as they were published
    char asked[CODEBOOK_GROUPS][LIMIT_CODE_BYTES + 1];
    size_t asked_n;
};

// --- what is read out ---

static const char *const own_referral[LANG_COUNT] = {
    [LANG_EN] = "Thank you for your trust. I will not write down what you tell me about this, so that it cannot fall "
                "into wrong hands. There are people whose work it is to listen and to help, for a child or for anybody "
                "who was hurt. I will tell you now where they are and how to reach them, or take you there if you "
                "wish. You decide. If somebody is in danger now, we look for help first.",
    [LANG_FR] = "Merci de votre confiance. Je n'écrirai pas ce que vous me dites à ce sujet, pour que cela ne tombe "
                "pas entre de mauvaises mains. Il existe des personnes dont le travail est d'écouter et d'aider un "
                "enfant ou toute personne qui a subi des violences. Je vais vous dire où elles sont et comment les "
                "joindre, ou vous accompagner si vous le souhaitez. C'est vous qui décidez. Si quelqu'un est en danger "
                "maintenant, nous cherchons d'abord de l'aide.",
    [LANG_PT] = "Obrigado pela sua confiança. Não vou escrever o que me conta sobre isto, para que não caia em mãos "
                "erradas. Há pessoas cujo trabalho é ouvir e ajudar uma criança ou qualquer pessoa que sofreu "
                "violência. Vou dizer-lhe agora onde estão e como as contactar, ou acompanhá-lo se quiser. A decisão "
                "é sua. Se alguém está em perigo agora, primeiro procuramos ajuda.",
    [LANG_AR] = "شكراً على ثقتك. لن أكتب ما تقوله لي عن هذا الأمر حتى لا يقع في أيدٍ غير مأمونة. هناك أشخاص عملهم "
                "أن يستمعوا وأن يساعدوا أي طفل أو أي شخص تعرّض للعنف. سأخبرك الآن بمكانهم وكيفية الوصول إليهم، "
                "أو أرافقك إليهم إن أردت. القرار لك. وإن كان أحد في خطر الآن فإننا نطلب المساعدة أولاً.",
};

struct slice codebook_referral(const struct codebook *b, enum language language)
{
    if (b != NULL && b->referral[language].n > 0) {
        return buf_slice(&b->referral[language]);
    }
    if (b != NULL && b->referral[LANG_EN].n > 0) {
        return buf_slice(&b->referral[LANG_EN]);
    }
    return slice_text(own_referral[language]);
}

bool codebook_must_stop(const struct code_set *flags)
{
    for (size_t i = 0; i < flags->n; i++) {
        if (slice_equal(flags->codes[i], SLICE_LITERAL("child")) ||
            slice_equal(flags->codes[i], SLICE_LITERAL("gender-based-violence"))) {
            return true;
        }
    }
    return false;
}

// --- what was published ---

static const char *const tags[LANG_COUNT] = { "en", "fr", "pt", "ar" };

// Returns its number, or p->n.
static size_t find(const struct published *p, struct slice code)
{
    size_t i = 0;
    while (i < p->n && !slice_equal(slice_text(p->codes[i].text), code)) {
        i++;
    }
    return i;
}

static bool has(const struct published *p, struct slice code)
{
    return find(p, code) < p->n;
}

// The labels of a later version take the place of those before.
static void take_labels(struct code *out, const struct content *row)
{
    struct content labels = { .count = 0 };
    if (!content_parse(content_value(row, "labels"), &labels)) {
        return;
    }
    for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
        const struct slice label = content_text(&labels, tags[l]);
        if (label.n > 0 && label.n <= CODEBOOK_LABEL) {
            memcpy(out->labels[l], label.p, label.n);
            out->labels[l][label.n] = '\0';
        }
    }
}

static void take_code(struct published *p, const struct content *row)
{
    const struct slice code = content_text(row, "code");
    size_t at = find(p, code);
    if (!text_code_ok(code) || at == CODEBOOK_CODES) {
        return;
    }
    if (at == p->n) {
        p->codes = mem_grow(p->codes, p->n + 1, sizeof *p->codes);
        p->codes[p->n] = (struct code){ .text = "" };
        memcpy(p->codes[p->n++].text, code.p, code.n);
    }
    take_labels(&p->codes[at], row);
    const struct slice parent = content_text(row, "parent");
    memset(p->codes[at].parent, 0, sizeof p->codes[at].parent);
    if (text_code_ok(parent)) {
        memcpy(p->codes[at].parent, parent.p, parent.n);
    }
    p->codes[at].replaced = content_text(row, "replaced").n > 0;
}

// A list of maps that each have a `code`.
static void take_codes(struct published *p, struct slice list)
{
    struct cursor c = cursor_new(list, true);
    const size_t n = list.n > 0 ? cursor_array(&c, CODEBOOK_CODES) : 0;
    for (size_t i = 0; i < n && cursor_ok(&c); i++) {
        struct content row = { .count = 0 };
        if (content_parse(cursor_value(&c), &row)) {
            take_code(p, &row);
        }
    }
}

static void take_texts(struct buf out[static LANG_COUNT], const struct content *guide, const char *field)
{
    struct content by_language = { .count = 0 };
    if (!content_parse(content_value(guide, field), &by_language)) {
        by_language.count = 0;
    }
    for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
        buf_reset(&out[l]);
        buf_put(&out[l], content_text(&by_language, tags[l]));
    }
}

static void forget_questions(struct codebook *b)
{
    for (size_t i = 0; i < b->question_n; i++) {
        for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
            buf_done(&b->questions[i].text[l]);
        }
    }
    free(b->questions);
    b->questions = NULL;
    b->question_n = 0;
}

static void take_questions(struct codebook *b, struct slice list)
{
    struct cursor c = cursor_new(list, true);
    const size_t n = list.n > 0 ? cursor_array(&c, CODEBOOK_CODES) : 0;
    forget_questions(b);
    for (size_t i = 0; i < n && cursor_ok(&c) && b->question_n < CODEBOOK_QUESTIONS; i++) {
        struct content row = { .count = 0 };
        if (!content_parse(cursor_value(&c), &row) || !text_code_ok(content_text(&row, "code"))) {
            continue;
        }
        b->questions = mem_grow(b->questions, b->question_n + 1, sizeof *b->questions);
        struct question *q = &b->questions[b->question_n++];
        *q = (struct question){ .code = "" };
        memcpy(q->code, content_text(&row, "code").p, content_text(&row, "code").n);
        for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
            q->text[l] = buf_new(CODEBOOK_ALOUD);
        }
        take_texts(q->text, &row, "text");
    }
}

static void take_asks(struct codebook *b, struct slice list)
{
    static const char *const known[CODEBOOK_ASKS] = { "sex", "age", "displaced", "disability" };
    struct slice given[CODEBOOK_ASKS];
    const size_t n = content_list(list, given, CODEBOOK_ASKS);
    b->ask_n = 0;
    for (size_t i = 0; i < CODEBOOK_ASKS; i++) {
        bool is = false;
        for (size_t k = 0; k < n; k++) {
            is = is || slice_equal(given[k], slice_text(known[i]));
        }
        if (is) {
            b->asks[b->ask_n++] = slice_text(known[i]);
        }
    }
}

static void take_aloud(struct buf *out, struct slice map)
{
    buf_reset(out);
    buf_put(out, map);
}

static void take_guide(struct codebook *b, uint64_t version, const struct content *guide)
{
    struct slice groups[CODEBOOK_GROUPS];
    if (version < b->guide) {
        return;
    }
    b->guide = version;
    take_texts(b->referral, guide, "referral");
    take_texts(b->script, guide, "script");
    take_aloud(&b->aloud[CODEBOOK_SCRIPT], content_value(guide, "script"));
    take_aloud(&b->aloud[CODEBOOK_REFERRAL], content_value(guide, "referral"));
    take_questions(b, content_value(guide, "questions"));
    take_asks(b, content_value(guide, "asks"));
    const size_t n = content_list(content_value(guide, "groups"), groups, CODEBOOK_GROUPS);
    b->asked_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (text_code_ok(groups[i])) {
            memcpy(b->asked[b->asked_n], groups[i].p, groups[i].n);
            b->asked[b->asked_n++][groups[i].n] = '\0';
        }
    }
}

static void take_published(void *to, const struct publication *p)
{
    struct codebook *b = to;
    struct content c = { .count = 0 };
    if (!content_parse(p->content, &c)) {
        return;
    }
    if (p->kind == KIND_GUIDE) {
        take_guide(b, p->version, &c);
    } else {
        b->version = p->version > b->version ? p->version : b->version;
        take_codes(&b->groups, content_value(&c, "groups"));
        take_codes(&b->themes, content_value(&c, "themes"));
    }
}

enum err codebook_here(struct desk *desk, struct codebook **out, struct why *why)
{
    struct codebook *b = mem_new(sizeof *b);
    for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
        b->referral[l] = buf_new(CODEBOOK_ALOUD);
        b->script[l] = buf_new(CODEBOOK_ALOUD);
    }
    for (size_t i = 0; i < CODEBOOK_ALOUD_COUNT; i++) {
        b->aloud[i] = buf_new(LIMIT_DISCLOSURE_BYTES);
    }
    enum err e = published_read(desk, false, take_published, b, why);
    if (e != OK) {
        codebook_free(b);
        return e;
    }
    *out = b;
    return OK;
}

void codebook_free(struct codebook *b)
{
    if (b == NULL) {
        return;
    }
    for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
        buf_done(&b->referral[l]);
        buf_done(&b->script[l]);
    }
    for (size_t i = 0; i < CODEBOOK_ALOUD_COUNT; i++) {
        buf_done(&b->aloud[i]);
    }
    forget_questions(b);
    free(b->groups.codes);
    free(b->themes.codes);
    free(b);
}

static bool check(const struct published *p, enum code_list starter, const char *what, const struct code_set *codes,
                  struct codebook_unknown *unknown, struct why *why)
{
    for (size_t i = 0; i < codes->n; i++) {
        if (unknown != NULL) {
            *unknown = (struct codebook_unknown){ what, codes->codes[i] };
        }
        if (p->n == 0) {
            if (!code_check(starter, what, codes->codes[i], why)) {
                return false;
            }
            continue;
        }
        if (has(p, codes->codes[i])) {
            continue;
        }
        struct nearest nearest = { .typed = codes->codes[i] };
        struct buf all = buf_new(1024);
        for (size_t k = 0; k < p->n; k++) {
            nearest_offer(&nearest, p->codes[k].text);
            buf_printf(&all, "%s%s", k == 0 ? "" : ", ", p->codes[k].text);
        }
        why_no_code(what, &nearest, &all, why);
        buf_done(&all);
        return false;
    }
    return true;
}

bool codebook_check(const struct codebook *b, const struct contribution *c, struct codebook_unknown *unknown,
                    struct why *why)
{
    return check(&b->groups, CODES_GROUP, "group", &c->groups, unknown, why) &&
           check(&b->themes, CODES_THEME, "theme", &c->themes, unknown, why);
}

// --- on forms ---

// Of the starter codebook, those that most forums have.
static const char *const usual_groups[CODEBOOK_GROUPS] = { "community", "women", "youth", "elders",
                                                           "traditional", "religious", "displaced", "disabilities" };

size_t codebook_groups(const struct codebook *b, struct slice out[static CODEBOOK_GROUPS])
{
    size_t n = 0;
    for (; n < b->asked_n; n++) {
        out[n] = slice_text(b->asked[n]);
    }
    for (size_t i = 0; b->asked_n == 0 && i < b->groups.n && n < CODEBOOK_GROUPS; i++) {
        if (!b->groups.codes[i].replaced) {
            out[n++] = slice_text(b->groups.codes[i].text);
        }
    }
    for (size_t i = 0; b->asked_n == 0 && b->groups.n == 0 && i < CODEBOOK_GROUPS; i++) {
        out[n++] = slice_text(usual_groups[i]);
    }
    return n;
}

static struct slice label_in(const struct published *p, enum code_list list, struct slice code,
                             enum language language)
{
    const size_t at = find(p, code);
    const struct code_row *row = codes_find(list, code);
    const char *given = at < p->n ? p->codes[at].labels[language] : "";
    const char *english = at < p->n ? p->codes[at].labels[LANG_EN] : "";
    return given[0] != '\0'     ? slice_text(given)
           : row != NULL        ? slice_text(row->labels[language])
           : english[0] != '\0' ? slice_text(english)
                                : code;
}

struct slice codebook_label(const struct codebook *b, enum code_list list, struct slice code, enum language language)
{
    CHECK(list == CODES_GROUP || list == CODES_THEME);
    return label_in(list == CODES_GROUP ? &b->groups : &b->themes, list, code, language);
}

bool codebook_row(const struct codebook *b, enum code_list list, size_t i, enum language language,
                  struct codebook_row *out)
{
    const struct published *p = list == CODES_GROUP ? &b->groups : &b->themes;
    size_t n = 0;
    const struct code_row *rows = codes_list(list, &n);
    if (i >= (p->n > 0 ? p->n : n)) {
        return false;
    }
    const char *code = p->n > 0 ? p->codes[i].text : rows[i].code;
    const char *parent = p->n > 0 ? p->codes[i].parent : rows[i].parent;
    *out = (struct codebook_row){ .code = slice_text(code), .parent = slice_text(parent != NULL ? parent : ""),
                                  .replaced = p->n > 0 && p->codes[i].replaced };
    out->label = codebook_label(b, list, out->code, language);
    return true;
}

bool codebook_question(const struct codebook *b, size_t i, enum language language, struct codebook_row *out)
{
    if (i >= b->question_n) {
        return false;
    }
    const struct question *q = &b->questions[i];
    const struct buf *text = q->text[language].n > 0 ? &q->text[language] : &q->text[LANG_EN];
    *out = (struct codebook_row){ .code = slice_text(q->code),
                                  .label = text->n > 0 ? buf_slice(text) : slice_text(q->code) };
    return true;
}

size_t codebook_asks(const struct codebook *b, struct slice out[static CODEBOOK_ASKS])
{
    memcpy(out, b->asks, sizeof b->asks);
    return b->ask_n;
}

uint64_t codebook_guide_version(const struct codebook *b)
{
    return b->guide;
}

uint64_t codebook_version(const struct codebook *b)
{
    return b->version;
}

struct slice codebook_script(const struct codebook *b, enum language language)
{
    return buf_slice(&b->script[language]);
}

bool codebook_aloud(const struct codebook *b, enum codebook_aloud what, size_t i, struct codebook_text *out)
{
    struct content texts = { .count = 0 };
    CHECK(what < CODEBOOK_ALOUD_COUNT);
    if (!content_parse(buf_slice(&b->aloud[what]), &texts) || i >= texts.count) {
        return false;
    }
    *out = (struct codebook_text){ .lang = texts.fields[i].key, .text = texts.fields[i].bytes };
    return true;
}
