// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Draws the sheet of a forum. Read first: sheet_page.h.
#include "node/desk/sheet_page.h"

#include "node/desk/sealing.h"

#include <string.h>

enum sheet_words {
    SHEET_TITLE, SHEET_FORUM, SHEET_DATE, SHEET_PLACE, SHEET_TYPE, SHEET_SAID, SHEET_TABLE, SHEET_NO_TABLE,
    SHEET_PEOPLE, SHEET_FORMS, SHEET_WRITTEN, SHEET_BLANK, SHEET_SPOILED, SHEET_SEAL, SHEET_READ, SHEET_SIGN,
    SHEET_FACILITATOR, SHEET_PRESENT, SHEET_NAME, SHEET_WORDS,
};

static const char *const sentences[SHEET_WORDS][LANG_COUNT] = {
    [SHEET_TITLE] = { "Sheet of the forum", "Feuille du forum", "Folha do fórum", "ورقة المنتدى" },
    [SHEET_FORUM] = { "Forum", "Forum", "Fórum", "المنتدى" },
    [SHEET_DATE] = { "Date", "Date", "Data", "التاريخ" },
    [SHEET_PLACE] = { "Place", "Lieu", "Lugar", "المكان" },
    [SHEET_TYPE] = { "Kind of forum", "Type de forum", "Tipo de fórum", "نوع المنتدى" },
    [SHEET_SAID] = { "Contributions", "Contributions", "Contributos", "المساهمات" },
    [SHEET_TABLE] = { "break-out group", "sous-groupe", "grupo de trabalho", "مجموعة فرعية" },
    [SHEET_NO_TABLE] = { "in the whole room", "en plénière", "em plenário", "في الجلسة العامة" },
    [SHEET_PEOPLE] = { "People present", "Personnes présentes", "Pessoas presentes", "الحاضرون" },
    [SHEET_FORMS] = { "Paper forms", "Formulaires papier", "Formulários em papel", "الاستمارات الورقية" },
    [SHEET_WRITTEN] = { "of these typed in", "dont saisis", "dos quais digitados", "منها ما أُدخل" },
    [SHEET_BLANK] = { "blank", "vierges", "em branco", "فارغة" },
    [SHEET_SPOILED] = { "spoiled", "gâchés", "inutilizados", "تالفة" },
    [SHEET_SEAL] = { "The seal", "Le sceau", "O selo", "الختم" },
    [SHEET_READ] = {
        "These numbers and the seal were read aloud to those present, and they are right. Whoever has this sheet can "
        "later see whether anything was added to the forum, or is missing.",
        "Ces nombres et le sceau ont été lus à voix haute devant les personnes présentes, et ils sont justes. Qui "
        "détient cette feuille pourra voir plus tard si quelque chose a été ajouté au forum, ou manque.",
        "Estes números e o selo foram lidos em voz alta aos presentes e estão certos. Quem tiver esta folha poderá "
        "mais tarde ver se algo foi acrescentado ao fórum, ou falta.",
        "قُرئت هذه الأعداد والختم بصوت عالٍ على الحاضرين، وهي صحيحة. ومن لديه هذه الورقة يستطيع أن يرى لاحقاً هل أُضيف "
        "إلى المنتدى شيء أو نقص منه شيء." },
    [SHEET_SIGN] = { "Signature or thumbprint", "Signature ou empreinte du pouce", "Assinatura ou impressão do polegar",
                     "التوقيع أو بصمة الإبهام" },
    [SHEET_FACILITATOR] = { "For the facilitators", "Pour l'équipe d'animation", "Pela equipa de facilitação",
                            "عن الميسّرين" },
    [SHEET_PRESENT] = { "For those present", "Pour les personnes présentes", "Pelos presentes", "عن الحاضرين" },
    [SHEET_NAME] = { "Name or office, if you wish", "Nom ou fonction, si vous le souhaitez",
                     "Nome ou função, se quiser", "الاسم أو الصفة، إن شئت" },
};

static const char style[] =
    "@page { size: A4; margin: 12mm }\nbody { width: 185mm; font-size: 12pt }\n"
    "h1 { font-size: 18pt; margin-top: 2mm } h2 { font-size: 13pt; margin-top: 4mm }\n"
    ".of { font-size: 12pt; margin-bottom: 3mm }\n"
    "table { border-collapse: collapse; width: 100%; line-height: 1.25 }\n"
    "th, td { text-align: start; padding: .9mm 2mm; border: .2mm solid; vertical-align: middle }\n"
    "th { font-weight: normal; width: 95mm } td { font-weight: bold } td.n { font-size: 14pt }\n"
    ".sub th { padding-inline-start: 8mm }\n"
    ".seal { font: bold 24pt/1.3 \"Courier New\", \"DejaVu Sans Mono\", monospace; border: .6mm solid; padding: 2mm; "
    "text-align: center }\n"
    ".read { margin-top: 3mm } .again { margin-top: 2mm; font-size: 10pt }\n"
    "small { font-size: 80%; font-weight: normal }\n"
    ".hands { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 4mm; margin-top: 4mm; break-inside: avoid }\n"
    ".hand { border: .4mm solid; height: 56mm; padding: 2mm; display: flex; flex-direction: column; "
    "justify-content: space-between; font-size: 10pt }\n"
    ".hand .name { border-top: .2mm solid; padding-top: 1mm; font-size: 9pt }\n";

// A sentence in the first language and, smaller, in the second where it says it otherwise.
static void put_words(struct buf *out, const struct sheet_print *p, enum sheet_words w)
{
    const char *first = sentences[w][p->first];
    const char *second = sentences[w][p->second];
    buf_put_text(out, first);
    if (strcmp(first, second) != 0) {
        buf_put_text(out, " <small");
        a4_put_lang(out, p->second);
        buf_printf(out, ">%s</small>", second);
    }
}

static void put_row(struct buf *out, const struct sheet_print *p, enum sheet_words w, struct slice value)
{
    if (value.n > 0) {
        buf_put_text(out, "<tr><th>");
        put_words(out, p, w);
        buf_put_text(out, "</th><td>");
        a4_put_bdi(out, value);
        buf_put_text(out, "</td></tr>\n");
    }
}

// name: what comes behind the words, set apart; empty: nothing.
static void put_number(struct buf *out, const struct sheet_print *p, enum sheet_words w, struct slice name, uint64_t n,
                       bool under)
{
    buf_printf(out, "<tr%s><th>", under ? " class=\"sub\"" : "");
    put_words(out, p, w);
    if (name.n > 0) {
        buf_put_text(out, " <b>");
        a4_put_bdi(out, name);
        buf_put_text(out, "</b>");
    }
    buf_printf(out, "</th><td class=\"n\">%llu</td></tr>\n", (unsigned long long)n);
}

static void put_type(struct buf *out, const struct sheet_print *p)
{
    const struct code_row *type = codes_find(CODES_SESSION_TYPE, slice_text(p->forum->type));
    put_row(out, p, SHEET_TYPE, slice_text(type != NULL ? type->labels[p->first] : p->forum->type));
}

static void put_tables(struct buf *out, const struct sheet_print *p, struct slice none)
{
    for (size_t i = 0; p->tables != NULL && i < p->tables->n; i++) {
        put_number(out, p, SHEET_TABLE, slice_text(p->tables->rows[i].name), p->tables->rows[i].count, true);
    }
    if (p->tables != NULL && p->tables->none > 0) {
        put_number(out, p, SHEET_NO_TABLE, none, p->tables->none, true);
    }
}

static void put_totals(struct buf *out, const struct sheet_print *p)
{
    const struct forum_state *f = p->forum;
    const struct slice none = { NULL, 0 };
    buf_put_text(out, "<table>\n");
    put_row(out, p, SHEET_FORUM, slice_text(f->code));
    put_type(out, p);
    put_row(out, p, SHEET_DATE, p->date);
    put_row(out, p, SHEET_PLACE, p->place);
    put_number(out, p, SHEET_SAID, none, f->count, false);
    put_tables(out, p, none);
    if (f->people > 0) {
        put_number(out, p, SHEET_PEOPLE, none, f->people, false);
    }
    if (f->forms > 0) {
        put_number(out, p, SHEET_FORMS, none, f->forms, false);
        put_number(out, p, SHEET_WRITTEN, none, f->forms - f->blank - f->spoiled, true);
        put_number(out, p, SHEET_BLANK, none, f->blank, true);
        put_number(out, p, SHEET_SPOILED, none, f->spoiled, true);
    }
    buf_put_text(out, "</table>\n");
}

static void put_hand(struct buf *out, const struct sheet_print *p, enum sheet_words who)
{
    buf_put_text(out, "<div class=\"hand\"><div><b>");
    put_words(out, p, who);
    buf_put_text(out, "</b><br>");
    put_words(out, p, SHEET_SIGN);
    buf_put_text(out, "</div><div class=\"name\">");
    put_words(out, p, SHEET_NAME);
    buf_put_text(out, "</div></div>\n");
}

// What is read out stands there whole in each language.
static void put_read(struct buf *out, const struct sheet_print *p)
{
    buf_printf(out, "<p class=\"read\">%s</p>\n", sentences[SHEET_READ][p->first]);
    if (p->second != p->first) {
        buf_put_text(out, "<p class=\"again\"");
        a4_put_lang(out, p->second);
        buf_printf(out, ">%s</p>\n", sentences[SHEET_READ][p->second]);
    }
}

void sheet_page_put(struct buf *out, const struct sheet_print *p)
{
    a4_begin(out, p->charter, p->first, slice_text(p->forum->code), style);
    buf_put_text(out, "<h1>");
    put_words(out, p, SHEET_TITLE);
    buf_put_text(out, "</h1>\n<p class=\"of\">");
    a4_put_bdi(out, p->charter->title);
    if (p->title.n > 0) {
        buf_put_text(out, "<br>");
        a4_put_bdi(out, p->title);
    }
    buf_put_text(out, "</p>\n");
    put_totals(out, p);
    buf_put_text(out, "<h2>");
    put_words(out, p, SHEET_SEAL);
    buf_put_text(out, "</h2>\n<p class=\"seal\" dir=\"ltr\">");
    sealing_put_seal(out, p->forum->seal);
    buf_put_text(out, "</p>\n");
    put_read(out, p);
    buf_put_text(out, "<div class=\"hands\">\n");
    put_hand(out, p, SHEET_FACILITATOR);
    put_hand(out, p, SHEET_PRESENT);
    put_hand(out, p, SHEET_PRESENT);
    buf_put_text(out, "</div>\n");
    a4_end(out);
}
