// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A contribution's words in a line, for those who may not read them too: sealed, restricted, never taken down, or in
// the clear where they should have been sealed. Read first: amends.h, recipients.h.
#ifndef BARAZA_NODE_DESK_SHOWN_H
#define BARAZA_NODE_DESK_SHOWN_H

#include "node/desk/amends.h"
#include "node/desk/recipients.h"

// One contribution. All borrowed.
struct shown {
    enum language language;
    const struct charter *charter;
    const struct amends *amends;
    const struct entry *entry;
    const struct body *body;            // of a contribution (CHECK)
    const struct disclosure *disclosure; // NULL: locked, or not shown here
};

// Appends the words, cut to `characters`, or what stands in their place ("(sealed to lark and ombuds)", `hidden` when
// there is no disclosure); then "  [restricted]", "  [identity sealed]" and what was said of it since, where there is
// such. What should have been sealed and is not is never shown, but marked.
void shown_put(const struct shown *s, const char *hidden, size_t characters, struct buf *out);

// `sensitivity`, and where there is such: `sealed` and `identity` (whom to), `in_clear`: names of parts.
void shown_put_json(const struct shown *s, json_t *o);

#endif
