// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Writes the page. What came from people is escaped. Read first: invite_page.h.
#include "tools/baraza/invite_page.h"

#include "node/desk/a4.h"
#include "node/desk/qr.h"
#include "tools/baraza/cmd.h"

#include <string.h>

struct words {
    const char *tag, *dir, *title, *roles, *areas, *everywhere, *uses, *warning, *how, *compare;
};

#define COMMAND "<code dir=\"ltr\">baraza join - --charter charter --name &hellip;</code>"

static const struct words languages[] = {
    { "en", "ltr", "Invitation", "For", "Where", "everywhere", "How many people may use it",
      "Whoever has this page can take part in your place. Carry it like a key, show it to nobody, and burn it once you "
      "have joined.",
      "To join, read the code with a camera and give its text, which is also printed below, to " COMMAND ". No network "
      "is needed; the file <code>charter</code> comes with the program or from who invited you.",
      "Compare what the program then shows with this fingerprint, and this one with what was read out in public:" },
    { "fr", "ltr", "Invitation", "Pour", "O&ugrave;", "partout", "Combien de personnes peuvent s&rsquo;en servir",
      "Qui d&eacute;tient cette page peut participer &agrave; votre place. Gardez-la comme une cl&eacute;, ne la "
      "montrez &agrave; personne, et br&ucirc;lez-la une fois inscrit.",
      "Pour vous inscrire, lisez le code avec une cam&eacute;ra et donnez son texte, imprim&eacute; aussi ci-dessous, "
      "&agrave; " COMMAND ". Aucun r&eacute;seau n&rsquo;est n&eacute;cessaire&nbsp;; le fichier <code>charter</code> "
      "vient avec le programme ou de la personne qui vous invite.",
      "Comparez ce que le programme affiche alors avec cette empreinte, et celle-ci avec celle lue en public&nbsp;:" },
    { "pt", "ltr", "Convite", "Para", "Onde", "em toda a parte", "Quantas pessoas podem us&aacute;-lo",
      "Quem tiver esta p&aacute;gina pode participar em seu lugar. Guarde-a como uma chave, n&atilde;o a mostre a "
      "ningu&eacute;m, e queime-a depois de se inscrever.",
      "Para se inscrever, leia o c&oacute;digo com uma c&acirc;mara e d&ecirc; o seu texto, tamb&eacute;m impresso "
      "abaixo, a " COMMAND ". N&atilde;o &eacute; preciso rede; o ficheiro <code>charter</code> vem com o programa ou "
      "de quem o convidou.",
      "Compare o que o programa mostra ent&atilde;o com esta impress&atilde;o digital, e esta com a que foi lida em "
      "p&uacute;blico:" },
    { "ar", "rtl", "دعوة", "الدور", "المنطقة", "كل المناطق", "عدد من يمكنهم استعمالها",
      "من يحمل هذه الصفحة يستطيع أن يشارك مكانك. احفظها كما تحفظ المفتاح، ولا تُرِها لأحد، وأحرقها بعد انضمامك.",
      "للانضمام، اقرأ الرمز بالكاميرا وأعطِ نصّه، وهو مطبوع أدناه أيضًا، إلى " COMMAND ". لا حاجة إلى شبكة؛ "
      "والملف <code dir=\"ltr\">charter</code> يأتي مع البرنامج أو ممّن دعاك.",
      "قارن ما يعرضه البرنامج بعد ذلك بهذه البصمة، وقارن هذه بما قُرئ علنًا:" },
};
#define LANGUAGES (sizeof languages / sizeof *languages)

static void put_terms(struct buf *out, const struct words *w, const struct body *body)
{
    bool first = true;
    buf_printf(out, "<p><b>%s:</b> <bdi>", w->roles);
    for (enum role r = ROLE_ROOT; r < ROLE_COUNT; r++) {
        if ((body->as.invite.roles & (1u << r)) != 0) {
            buf_printf(out, "%s%s", first ? "" : ", ", role_name(r));
            first = false;
        }
    }
    buf_printf(out, "</bdi>. <b>%s:</b> <bdi>", w->areas);
    for (size_t i = 0; i < body->as.invite.area_count; i++) {
        buf_put_text(out, i == 0 ? "" : ", ");
        a4_put(out, body->as.invite.areas[i]);
    }
    buf_printf(out, "%s</bdi>. <b>%s:</b> %llu.</p>\n", body->as.invite.area_count == 0 ? w->everywhere : "", w->uses,
               (unsigned long long)body->as.invite.uses);
}

static void put_language(struct buf *out, const struct words *w, const struct body *body)
{
    buf_printf(out, "<section lang=\"%s\" dir=\"%s\">\n<h2>%s</h2>\n", w->tag, w->dir, w->title);
    put_terms(out, w, body);
    buf_printf(out, "<p>%s</p>\n<p>%s %s</p>\n</section>\n", w->warning, w->how, w->compare);
}

static void put_head(struct buf *out, const struct charter *charter, const char *tag)
{
    buf_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                    "style-src 'unsafe-inline'\">\n<title>", tag);
    a4_put(out, charter->title);
    buf_put_text(out, "</title>\n<style>\n@page { size: A4; margin: 14mm }\n"
                      "body { font: 10pt/1.35 sans-serif; max-width: 182mm; margin: auto; color: #000 }\n"
                      "h1 { font-size: 15pt; margin: 0 0 2mm } h2 { font-size: 11pt; margin: 3mm 0 1mm }\n"
                      "p { margin: 0 0 1.5mm } code { font-size: 9pt }\n"
                      ".code { float: inline-end; width: 66mm; margin-inline-start: 6mm } .code svg { width: 100% }\n"
                      ".text { clear: both; font: 8pt monospace; overflow-wrap: anywhere; border-top: 1px solid }\n"
                      ".practice { border: 1mm solid; padding: 2mm; font-size: 14pt; font-weight: bold }\n"
                      "</style>\n</head>\n<body>\n");
    if (charter->practice) {
        buf_put_text(out, "<p class=\"practice\">" CMD_PRACTICE "</p>\n");
    }
    buf_put_text(out, "<h1><bdi>");
    a4_put(out, charter->title);
    buf_put_text(out, "</bdi></h1>\n");
}

bool invite_page_put(const struct charter *charter, const struct invitation *inv, const struct body *body,
                     const char *language, struct buf *out)
{
    struct buf text = buf_new(LIMIT_INVITATION_BYTES);
    size_t first = 0;
    for (size_t i = 0; i < LANGUAGES; i++) {
        first = strcmp(languages[i].tag, language) == 0 ? i : first;
    }
    put_head(out, charter, languages[first].tag);
    buf_put_text(out, "<div class=\"code\" dir=\"ltr\">");
    bool ok = invitation_make(inv, true, &text) && qr_put_svg(buf_slice(&text), out);
    buf_put_text(out, "</div>\n<p dir=\"ltr\"><code>");
    charter_put_fingerprint(charter->id, out);
    buf_put_text(out, "</code></p>\n");
    put_language(out, &languages[first], body);
    for (size_t i = 0; i < LANGUAGES; i++) {
        if (i != first) {
            put_language(out, &languages[i], body);
        }
    }
    buf_put_text(out, "<p class=\"text\" dir=\"ltr\">");
    a4_put(out, buf_slice(&text));
    buf_put_text(out, "</p>\n</body>\n</html>\n");
    buf_wipe(&text);
    buf_done(&text);
    return ok;
}
