// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Draws slips. Read first: slip_page.h.
#include "node/desk/slip_page.h"

#include "common/base/text.h"
#include "node/desk/qr.h"
#include "node/desk/slip_words.h"

#define TO_A_SHEET 8

const char slip_page_style[] =
    ".slip { position: relative; padding: 3.5mm 5mm; break-inside: avoid; display: flex; "
    "flex-direction: column; justify-content: space-between }\n"
    ".slip .heard { font-weight: bold; font-size: 12pt }\n"
    ".slip .top { display: flex; gap: 3mm; align-items: center; direction: ltr }\n"
    ".slip .top .said { flex: 1; text-align: start }\n"
    ".slip .icon { width: 11mm; height: 11mm; flex: none }\n"
    ".slip .qr { width: 23mm; height: 23mm; flex: none } .slip .qr svg { width: 100%; height: 100%; display: block }\n"
    ".slip .code { font: bold 20pt/1.1 \"Courier New\", \"DejaVu Sans Mono\", monospace; text-align: center; "
    "border: .4mm solid; padding: 1mm; letter-spacing: .3mm }\n"
    ".slip .ask { font-size: 8.5pt; line-height: 1.25 }\n"
    ".slip .place { font-size: 9.5pt; line-height: 1.25; font-weight: bold; overflow-wrap: anywhere }\n"
    ".slip .no { position: absolute; top: 0; right: -32mm; width: 30mm; text-align: center; font-size: 30pt; "
    "font-weight: bold; line-height: 1.2 }\n"
    ".slip .ask:lang(ar) { font-size: 9.5pt; line-height: 1.35 }\n"
    ".slip .mark { position: absolute; top: .5mm; left: 0; right: 0; font-size: 7pt; font-weight: bold; "
    "text-align: center }\n";

bool slip_page_ask_ok(struct slice ask)
{
    return text_utf8_ok(ask) && text_prefix_bytes(ask, SLIP_PAGE_ASK_MOST) == ask.n;
}

// A speech bubble with a tick, by attributes alone.
static const char icon[] =
    "<svg class=\"icon\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" fill=\"none\" "
    "stroke=\"#000\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\"><path d=\"M3 4h18v13H11l-5 "
    "5v-5H3z\"/><path d=\"M8 10.5l3 3 5-6\"/></svg>";

static void put_heard(struct buf *out, enum language l)
{
    buf_put_text(out, "<p class=\"heard\"");
    a4_put_lang(out, l);
    buf_printf(out, ">%s</p>\n", slip_words(SLIP_HEARD, l));
}

static void put_ask(struct buf *out, const struct slip_print *p, enum language l)
{
    buf_put_text(out, "<p class=\"ask\"");
    a4_put_lang(out, l);
    buf_printf(out, ">%s %s</p>\n", slip_words(p->ask.n > 0 ? SLIP_ASK_AT : SLIP_ASK, l), slip_words(SLIP_KEEP, l));
}

// In both languages: whoever finds it must not take it for a real one.
static void put_mark(struct buf *out, const struct slip_print *p)
{
    buf_printf(out, "<p class=\"mark\" dir=\"ltr\"><bdi lang=\"%s\">%s</bdi> · <bdi lang=\"%s\">%s</bdi></p>\n",
               a4_tag(p->first), a4_practice(p->first), a4_tag(p->second), a4_practice(p->second));
}

void slip_page_put(struct buf *out, const struct slip_print *p, const struct slip *slip, uint64_t number)
{
    buf_put_text(out, "<article class=\"slip\">\n<div class=\"top\">");
    buf_put_text(out, icon);
    buf_put_text(out, "<div class=\"said\">\n");
    put_heard(out, p->first);
    put_heard(out, p->second);
    buf_put_text(out, "</div><div class=\"qr\">");
    CHECK(qr_put_svg(slice_text(slip->text), out)); // eleven characters fit
    buf_printf(out, "</div></div>\n<p class=\"code\" dir=\"ltr\">%s</p>\n", slip->text);
    put_ask(out, p, p->first);
    put_ask(out, p, p->second);
    if (p->ask.n > 0) {
        buf_put_text(out, "<p class=\"place\" dir=\"auto\">");
        a4_put_bdi(out, p->ask);
        buf_put_text(out, "</p>\n");
    }
    if (number > 0) {
        buf_printf(out, "<p class=\"no\" dir=\"ltr\">%llu</p>\n", (unsigned long long)number);
    }
    if (p->practice) {
        put_mark(out, p);
    }
    buf_put_text(out, "</article>\n");
}

void slip_page_put_all(struct buf *out, const struct charter *charter, const struct slip_print *p,
                       const struct slip *slips, size_t n)
{
    struct buf style = buf_new(8192);
    buf_put_text(&style, "@page { size: A4; margin: 8mm }\nbody { width: 193mm }\n"
                         ".sheet { display: grid; grid-template-columns: 96.5mm 96.5mm; grid-auto-rows: 69mm; "
                         "break-after: page }\n.sheet:last-child { break-after: auto }\n"
                         ".sheet .slip { border: .2mm dashed #000; overflow: hidden }\n");
    buf_put_text(&style, slip_page_style);
    buf_put_u8(&style, 0);
    CHECK(buf_ok(&style));
    struct charter unmarked = *charter; // each slip bears the mark itself: a strip above would push the last row off
    unmarked.practice = false;
    a4_begin(out, &unmarked, p->first, slice_text(slip_words(SLIP_HEARD, p->first)), (const char *)style.p);
    for (size_t i = 0; i < n; i++) {
        buf_put_text(out, i % TO_A_SHEET == 0 ? "<section class=\"sheet\">\n" : "");
        slip_page_put(out, p, &slips[i], 0);
        buf_put_text(out, i % TO_A_SHEET == TO_A_SHEET - 1 || i + 1 == n ? "</section>\n" : "");
    }
    a4_end(out);
    buf_done(&style);
}
