// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// An invitation as a page to print and hand over: one file without anything from outside, A4, in four languages.
// It holds the invitation's secret.
#ifndef BARAZA_TOOLS_BARAZA_INVITE_PAGE_H
#define BARAZA_TOOLS_BARAZA_INVITE_PAGE_H

#include "common/format/charter.h"
#include "common/format/invitation.h"
#include "common/format/kinds.h"

// Appends the page. language: en, fr, pt or ar comes first (anything else: en); body: of the `invite` entry.
// False when it does not become a code.
MUST_USE bool invite_page_put(const struct charter *charter, const struct invitation *inv, const struct body *body,
                              const char *language, struct buf *out);

#endif
