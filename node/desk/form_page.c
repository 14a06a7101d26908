// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Draws paper forms. Read first: form_page.h.
#include "node/desk/form_page.h"

#define LINES 9

enum form_words {
    FORM_TITLE, FORM_FORUM, FORM_SCRIPT_HEAD, FORM_SCRIPT, FORM_YES, FORM_ONLY, FORM_NO, FORM_WHO, FORM_WHAT,
    FORM_SAID, FORM_LANGUAGE, FORM_WRITTEN, FORM_TYPED, FORM_SPOILED, FORM_TEAR, FORM_WORDS,
};

static const char *const sentences[FORM_WORDS][LANG_COUNT] = {
    [FORM_TITLE] = { "Paper form", "Formulaire papier", "Formulário em papel", "استمارة ورقية" },
    [FORM_FORUM] = { "Forum", "Forum", "Fórum", "المنتدى" },
    [FORM_SCRIPT_HEAD] = { "First read this aloud:", "D'abord, lisez ceci à voix haute :",
                           "Primeiro, leia isto em voz alta:", "أولاً، اقرأ هذا بصوت عالٍ:" },
    [FORM_SCRIPT] = {
        "May we write down what you say, without your name, and bring it to those who write the policy? You may say "
        "no. With the code on the foot you can later ask what became of it, or take it back.",
        "Pouvons-nous écrire ce que vous dites, sans votre nom, et le porter à ceux qui rédigent la politique ? Vous "
        "pouvez dire non. Avec le code au bas de la page, vous pourrez demander ce que c'est devenu, ou le retirer.",
        "Podemos escrever o que diz, sem o seu nome, e levá-lo a quem redige a política? Pode dizer que não. Com o "
        "código no rodapé pode mais tarde perguntar o que aconteceu, ou retirá-lo.",
        "هل تسمح لنا بأن نكتب ما تقوله، دون اسمك، وأن ننقله إلى من يضعون السياسة؟ لك أن ترفض. وبالرمز أسفل الصفحة "
        "يمكنك أن تسأل لاحقاً عمّا آل إليه، أو أن تسحبه." },
    [FORM_YES] = { "Yes", "Oui", "Sim", "نعم" },
    [FORM_ONLY] = { "Only to record and analyse", "Seulement conserver et analyser", "Só registar e analisar",
                    "للحفظ والتحليل فقط" },
    [FORM_NO] = { "No: write nothing", "Non : n'écrivez rien", "Não: não escreva nada", "لا: لا تكتب شيئاً" },
    [FORM_WHO] = { "Who speaks?", "Qui parle ?", "Quem fala?", "من المتحدث؟" },
    [FORM_WHAT] = { "What is it?", "Qu'est-ce que c'est ?", "O que é?", "ما هو؟" },
    [FORM_SAID] = { "What was said, in the words of who said it", "Ce qui a été dit, avec les mots de la personne",
                    "O que foi dito, nas palavras de quem o disse", "ما قيل، بكلمات قائله" },
    [FORM_LANGUAGE] = { "Language", "Langue", "Língua", "اللغة" },
    [FORM_WRITTEN] = { "Written by", "Écrit par", "Escrito por", "كتبه" },
    [FORM_TYPED] = { "Typed by", "Saisi par", "Digitado por", "أدخله" },
    [FORM_SPOILED] = { "Spoiled: cross it out and keep it", "Gâché : barrez-le et gardez-le",
                       "Inutilizado: risque-o e guarde-o", "تالفة: اشطبها واحتفظ بها" },
    [FORM_TEAR] = { "Tear off here, for whoever spoke", "À détacher ici, pour la personne qui a parlé",
                    "Destaque aqui, para quem falou", "اقطع من هنا، لمن تحدّث" },
};

static const char style[] =
    "@page { size: A4; margin: 10mm }\nbody { width: 189mm }\n"
    ".form { height: 276mm; display: flex; flex-direction: column; break-after: page; break-inside: avoid }\n"
    ".form:last-child { break-after: auto }\n"
    ".head { display: flex; justify-content: space-between; align-items: flex-start; border-bottom: .5mm solid; "
    "padding-bottom: 1mm }\n"
    ".head h1 { font-size: 14pt } .head div p { font-size: 10pt }\n"
    ".head .number { font: bold 44pt/1 sans-serif }\n"
    ".script { border: .3mm solid; padding: 2mm; margin-top: 2mm; font-size: 10.5pt }\n"
    ".ticks { display: flex; flex-wrap: wrap; gap: 1mm 4mm; margin-top: 1.5mm }\n"
    ".ticks span, .spoiled { display: inline-flex; gap: 2mm; align-items: center }\n"
    ".groups { display: grid; grid-template-columns: 1fr 1fr }\n"
    ".box { display: inline-block; width: 5mm; height: 5mm; border: .4mm solid; flex: none }\n"
    "h2 { font-size: 11pt; margin-top: 2.5mm }\n"
    ".said { flex: 1; display: flex; flex-direction: column } .said div { flex: 1; border-bottom: .2mm solid #000; "
    "max-height: 11mm }\n"
    ".hands { display: flex; gap: 6mm; margin: 4mm 0 3mm; align-items: flex-end; font-size: 10pt }\n"
    ".hands .blank { flex: 1; border-bottom: .2mm solid; white-space: nowrap; padding-bottom: .5mm }\n"
    ".tear { border-top: .4mm dashed; text-align: center; font-size: 8pt; padding-top: .5mm }\n"
    ".form .slip { height: 62mm; width: 120mm; margin: 0 auto; padding-block: 2mm }\n";

static const char *word(const struct form_print *p, enum form_words w)
{
    return sentences[w][p->slip.first];
}

static void put_tick(struct buf *out, const char *label)
{
    buf_printf(out, "<span><i class=\"box\"></i>%s</span>\n", label);
}

static void put_head(struct buf *out, const struct form_print *p, uint64_t number)
{
    buf_put_text(out, "<div class=\"head\"><div><h1>");
    a4_put_bdi(out, p->charter->title);
    buf_printf(out, "</h1><p>%s: <b>", word(p, FORM_FORUM));
    a4_put_bdi(out, p->code);
    buf_put_text(out, "</b> ");
    a4_put_bdi(out, p->date);
    buf_printf(out, "</p><p>%s</p></div><p class=\"number\" dir=\"ltr\">%llu</p></div>\n", word(p, FORM_TITLE),
               (unsigned long long)number);
    if (p->charter->practice) {
        a4_put_practice(out, p->slip.first);
    }
}

static void put_script(struct buf *out, const struct form_print *p)
{
    buf_printf(out, "<div class=\"script\"><b>%s</b> ", word(p, FORM_SCRIPT_HEAD));
    if (p->script.n > 0) {
        a4_put_bdi(out, p->script);
    } else {
        buf_put_text(out, word(p, FORM_SCRIPT));
    }
    buf_put_text(out, "<div class=\"ticks\">\n");
    put_tick(out, word(p, FORM_YES));
    put_tick(out, word(p, FORM_ONLY));
    put_tick(out, word(p, FORM_NO));
    buf_put_text(out, "</div></div>\n");
}

static void put_groups(struct buf *out, const struct form_print *p)
{
    buf_printf(out, "<h2>%s</h2>\n<div class=\"ticks groups\">\n", word(p, FORM_WHO));
    for (size_t i = 0; i < p->group_n; i++) {
        buf_put_text(out, "<span><i class=\"box\"></i>");
        a4_put_bdi(out, p->groups[i]);
        buf_put_text(out, "</span>\n");
    }
    buf_put_text(out, "</div>\n");
}

static void put_kinds(struct buf *out, const struct form_print *p)
{
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_STATEMENT, &n);
    buf_printf(out, "<h2>%s</h2>\n<div class=\"ticks\">\n", word(p, FORM_WHAT));
    for (size_t i = 0; i < n; i++) {
        put_tick(out, rows[i].labels[p->slip.first]);
    }
    buf_put_text(out, "</div>\n");
}

static void put_form(struct buf *out, const struct form_print *p, const struct slip *slip, uint64_t number)
{
    buf_put_text(out, "<section class=\"form\">\n");
    put_head(out, p, number);
    put_script(out, p);
    put_groups(out, p);
    put_kinds(out, p);
    buf_printf(out, "<h2>%s</h2>\n<div class=\"said\">", word(p, FORM_SAID));
    for (size_t i = 0; i < LINES; i++) {
        buf_put_text(out, "<div></div>");
    }
    buf_printf(out, "</div>\n<div class=\"hands\"><span class=\"blank\">%s</span><span class=\"blank\">%s</span>"
                    "<span class=\"blank\">%s</span><span class=\"spoiled\"><i class=\"box\"></i>%s</span></div>\n",
               word(p, FORM_LANGUAGE), word(p, FORM_WRITTEN), word(p, FORM_TYPED), word(p, FORM_SPOILED));
    buf_printf(out, "<p class=\"tear\">%s</p>\n", word(p, FORM_TEAR));
    slip_page_put(out, &p->slip, slip, number);
    buf_put_text(out, "</section>\n");
}

void form_page_put(struct buf *out, const struct form_print *p, const struct paper *paper)
{
    struct buf all = buf_new(16384);
    buf_put_text(&all, slip_page_style);
    buf_put_text(&all, style);
    buf_put_u8(&all, 0);
    CHECK(buf_ok(&all));
    struct charter unmarked = *p->charter; // each form bears the mark itself
    unmarked.practice = false;
    a4_begin(out, &unmarked, p->slip.first, p->code, (const char *)all.p);
    for (size_t i = 0; i < paper->n; i++) {
        const struct paper_range *r = &paper->ranges[i];
        for (uint64_t number = r->from; number < r->from + r->count; number++) {
            const struct slip slip = paper_slip(paper, number);
            put_form(out, p, &slip, number);
        }
    }
    a4_end(out);
    buf_done(&all);
}
