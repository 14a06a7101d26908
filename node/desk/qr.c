// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Draws QR codes. Read first: qr.h.
#include "node/desk/qr.h"

#include <limits.h>
#include <qrencode.h>
#include <stdlib.h>

#define BORDER 4 // modules of quiet zone (ISO/IEC 18004)

static QRcode *encode(struct slice text)
{
    return text.n == 0 || text.n > INT_MAX ? NULL : QRcode_encodeData((int)text.n, text.p, 0, QR_ECLEVEL_M);
}

static void drop(QRcode *q)
{
    mem_wipe(q->data, (size_t)q->width * (size_t)q->width); // what it shows may be a secret
    QRcode_free(q);
}

// Is the module at x, y dark? Outside is light.
static bool is_dark(const QRcode *q, int x, int y)
{
    return x >= 0 && y >= 0 && x < q->width && y < q->width && (q->data[y * q->width + x] & 1) != 0;
}

bool qr_put_terminal(struct slice text, struct buf *out)
{
    // by what is light above, then below
    static const char *const blocks[2][2] = { { " ", "\xe2\x96\x84" }, { "\xe2\x96\x80", "\xe2\x96\x88" } };
    QRcode *q = encode(text);
    if (q == NULL) {
        return false;
    }
    for (int y = -BORDER; y < q->width + BORDER; y += 2) {
        buf_put_text(out, "\033[37;40m");
        for (int x = -BORDER; x < q->width + BORDER; x++) {
            buf_put_text(out, blocks[is_dark(q, x, y) ? 0 : 1][is_dark(q, x, y + 1) ? 0 : 1]);
        }
        buf_put_text(out, "\033[0m\n");
    }
    drop(q);
    return true;
}

bool qr_put_svg(struct slice text, struct buf *out)
{
    QRcode *q = encode(text);
    if (q == NULL) {
        return false;
    }
    const int side = q->width + 2 * BORDER;
    buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\" "
                    "role=\"img\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"", side, side, side, side);
    for (int y = 0; y < q->width; y++) {
        for (int x = 0; x < q->width; x++) {
            if (is_dark(q, x, y)) {
                buf_printf(out, "M%d %dh1v1h-1z", x + BORDER, y + BORDER);
            }
        }
    }
    buf_put_text(out, "\"/></svg>");
    drop(q);
    return true;
}
