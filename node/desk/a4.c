// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The frame of pages to print. Read first: a4.h.
#include "node/desk/a4.h"

#include "common/base/text.h"

static const char *const tags[LANG_COUNT] = { [LANG_EN] = "en", [LANG_FR] = "fr", [LANG_PT] = "pt", [LANG_AR] = "ar" };

static const char *const practice[LANG_COUNT] = {
    [LANG_EN] = "PRACTICE, NOT REAL",
    [LANG_FR] = "EXERCICE, PAS RÉEL",
    [LANG_PT] = "EXERCÍCIO, NÃO É REAL",
    [LANG_AR] = "تمرين وليس حقيقياً",
};

const char *a4_tag(enum language l)
{
    return tags[l];
}

const char *a4_dir(enum language l)
{
    return l == LANG_AR ? "rtl" : "ltr";
}

void a4_put_lang(struct buf *out, enum language l)
{
    buf_printf(out, " lang=\"%s\" dir=\"%s\"", a4_tag(l), a4_dir(l));
}

void a4_put(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '<': buf_put_text(out, "&lt;"); break;
        case '>': buf_put_text(out, "&gt;"); break;
        case '&': buf_put_text(out, "&amp;"); break;
        case '"': buf_put_text(out, "&quot;"); break;
        default: buf_put_u8(out, text.p[i]); break;
        }
    }
}

void a4_put_bdi(struct buf *out, struct slice text)
{
    buf_put_text(out, "<bdi>");
    a4_put(out, text);
    buf_put_text(out, "</bdi>");
}

const char *a4_practice(enum language l)
{
    return practice[l];
}

void a4_put_practice(struct buf *out, enum language l)
{
    buf_put_text(out, "<p class=\"practice\"");
    a4_put_lang(out, l);
    buf_printf(out, ">%s</p>\n", practice[l]);
}

void a4_begin(struct buf *out, const struct charter *charter, enum language l, struct slice title, const char *style)
{
    buf_put_text(out, "<!DOCTYPE html>\n<html");
    a4_put_lang(out, l);
    buf_put_text(out, ">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'\">\n<title>");
    a4_put(out, title);
    buf_put_text(out, "</title>\n<style>\n"
                      "* { box-sizing: border-box }\n"
                      "body { font-size: 11pt; color: #000; background: #fff; margin: 0 auto }\n"
                      ":lang(en), :lang(fr), :lang(pt) { font-family: system-ui, \"Segoe UI\", \"Noto Sans\", "
                      "sans-serif; line-height: 1.35 }\n"
                      ":lang(ar) { font-family: \"Segoe UI\", \"Noto Naskh Arabic\", \"Noto Sans Arabic\", Tahoma, "
                      "sans-serif; line-height: 1.5 }\n"
                      "h1, h2, p { margin: 0 }\n"
                      ".practice { border: 1mm solid; padding: 1mm 2mm; font-size: 13pt; font-weight: bold; "
                      "text-align: center }\n");
    buf_put_text(out, style);
    buf_put_text(out, "</style>\n</head>\n<body>\n");
    if (charter->practice) {
        a4_put_practice(out, l);
    }
}

void a4_end(struct buf *out)
{
    buf_put_text(out, "</body>\n</html>\n");
}

enum language a4_second(const struct charter *charter, const char *given, enum language first)
{
    enum language second = first;
    if (given != NULL) {
        second = language_of(slice_text(given));
    }
    for (size_t i = 0; i < charter->language_count && second == first; i++) {
        const enum language l = language_of(charter->languages[i]);
        const bool ours = l != LANG_EN || text_starts(charter->languages[i], "en", NULL);
        second = ours ? l : second;
    }
    if (second == first) {
        second = first == LANG_EN ? LANG_FR : LANG_EN;
    }
    return second;
}
