// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Draws the sheet of a forum. Read first: sheet_page.h.
#include "tools/baraza/sheet_page.h"

#include "tools/baraza/sealing.h"

enum sheet_words {
    SHEET_TITLE, SHEET_FORUM, SHEET_DATE, SHEET_PLACE, SHEET_TYPE, SHEET_SAID, SHEET_PEOPLE, SHEET_FORMS,
    SHEET_WRITTEN, SHEET_BLANK, SHEET_SPOILED, SHEET_SEAL, SHEET_READ, SHEET_SIGN, SHEET_FACILITATOR, SHEET_PRESENT,
    SHEET_NAME, SHEET_WORDS,
};

static const char *const sentences[SHEET_WORDS][LANG_COUNT] = {
    [SHEET_TITLE] = { "Sheet of the forum", "Feuille du forum", "Folha do fórum", "ورقة المنتدى" },
    [SHEET_FORUM] = { "Forum", "Forum", "Fórum", "المنتدى" },
    [SHEET_DATE] = { "Date", "Date", "Data", "التاريخ" },
    [SHEET_PLACE] = { "Place", "Lieu", "Lugar", "المكان" },
    [SHEET_TYPE] = { "Kind of forum", "Type de forum", "Tipo de fórum", "نوع المنتدى" },
    [SHEET_SAID] = { "Contributions", "Contributions", "Contributos", "المساهمات" },
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
    "h1 { font-size: 18pt } h2 { font-size: 13pt; margin-top: 7mm }\n"
    ".of { font-size: 12pt; margin-bottom: 5mm }\n"
    "table { border-collapse: collapse; width: 100% }\n"
    "th, td { text-align: start; padding: 1.5mm 2mm; border: .2mm solid; vertical-align: top }\n"
    "th { font-weight: normal; width: 62mm } td { font-weight: bold } td.n { font-size: 15pt }\n"
    ".sub th { padding-inline-start: 8mm }\n"
    ".seal { font: bold 24pt/1.3 \"Courier New\", \"DejaVu Sans Mono\", monospace; border: .6mm solid; padding: 3mm; "
    "text-align: center }\n"
    ".read { margin-top: 5mm }\n"
    ".hands { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 4mm; margin-top: 4mm; break-inside: avoid }\n"
    ".hand { border: .4mm solid; height: 64mm; padding: 2mm; display: flex; flex-direction: column; "
    "justify-content: space-between; font-size: 10pt }\n"
    ".hand .name { border-top: .2mm solid; padding-top: 1mm; font-size: 9pt }\n";

static const char *word(const struct sheet_print *p, enum sheet_words w)
{
    return sentences[w][p->language];
}

static void put_row(struct buf *out, const struct sheet_print *p, enum sheet_words w, struct slice value)
{
    if (value.n > 0) {
        buf_printf(out, "<tr><th>%s</th><td>", word(p, w));
        page_put_bdi(out, value);
        buf_put_text(out, "</td></tr>\n");
    }
}

static void put_number(struct buf *out, const struct sheet_print *p, enum sheet_words w, uint64_t n, bool under)
{
    buf_printf(out, "<tr%s><th>%s</th><td class=\"n\">%llu</td></tr>\n", under ? " class=\"sub\"" : "", word(p, w),
               (unsigned long long)n);
}

static void put_totals(struct buf *out, const struct sheet_print *p)
{
    const struct forum_state *f = p->forum;
    const struct code_row *type = codes_find(CODES_SESSION_TYPE, slice_text(f->type));
    buf_put_text(out, "<table>\n");
    put_row(out, p, SHEET_FORUM, slice_text(f->code));
    put_row(out, p, SHEET_TYPE, slice_text(type != NULL ? type->labels[p->language] : f->type));
    put_row(out, p, SHEET_DATE, p->date);
    put_row(out, p, SHEET_PLACE, p->place);
    put_number(out, p, SHEET_SAID, f->count, false);
    if (f->people > 0) {
        put_number(out, p, SHEET_PEOPLE, f->people, false);
    }
    if (f->forms > 0) {
        put_number(out, p, SHEET_FORMS, f->forms, false);
        put_number(out, p, SHEET_WRITTEN, f->forms - f->blank - f->spoiled, true);
        put_number(out, p, SHEET_BLANK, f->blank, true);
        put_number(out, p, SHEET_SPOILED, f->spoiled, true);
    }
    buf_put_text(out, "</table>\n");
}

static void put_hand(struct buf *out, const struct sheet_print *p, enum sheet_words who)
{
    buf_printf(out, "<div class=\"hand\"><div><b>%s</b><br>%s</div><div class=\"name\">%s</div></div>\n", word(p, who),
               word(p, SHEET_SIGN), word(p, SHEET_NAME));
}

void sheet_page_put(struct buf *out, const struct sheet_print *p)
{
    page_begin(out, p->charter, p->language, slice_text(p->forum->code), style);
    buf_printf(out, "<h1>%s</h1>\n<p class=\"of\">", word(p, SHEET_TITLE));
    page_put_bdi(out, p->charter->title);
    if (p->title.n > 0) {
        buf_put_text(out, "<br>");
        page_put_bdi(out, p->title);
    }
    buf_put_text(out, "</p>\n");
    put_totals(out, p);
    buf_printf(out, "<h2>%s</h2>\n<p class=\"seal\" dir=\"ltr\">", word(p, SHEET_SEAL));
    sealing_put_seal(out, p->forum->seal);
    buf_printf(out, "</p>\n<p class=\"read\">%s</p>\n<div class=\"hands\">\n", word(p, SHEET_READ));
    put_hand(out, p, SHEET_FACILITATOR);
    put_hand(out, p, SHEET_PRESENT);
    put_hand(out, p, SHEET_PRESENT);
    buf_put_text(out, "</div>\n");
    page_end(out);
}
