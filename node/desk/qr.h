// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A text as a QR code: on a terminal, and as a drawing in a page. The only door to libqrencode.
#ifndef BARAZA_NODE_DESK_QR_H
#define BARAZA_NODE_DESK_QR_H

#include "common/base/bytes.h"

// Appends the code in half blocks of a line's height, light on dark whatever the terminal's colours are, with the light
// border that readers need. False, with out as it was, when text is too long for a code (2,331 bytes).
MUST_USE bool qr_put_terminal(struct slice text, struct buf *out);

// Appends it as an SVG element without a size: the page gives it one. False as above.
MUST_USE bool qr_put_svg(struct slice text, struct buf *out);

#endif
