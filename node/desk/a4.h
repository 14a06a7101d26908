// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What pages to print share: one file without anything from outside, black on white, A4, in the languages of the
// interface, from right to left where they are written so. What came from people goes through a4_put.
#ifndef BARAZA_NODE_DESK_A4_H
#define BARAZA_NODE_DESK_A4_H

#include "common/base/bytes.h"
#include "common/format/charter.h"
#include "common/format/codes.h"

#define A4_BYTES ((size_t)32 << 20) // a thousand forms with a code each

// The tag of a language, and the direction it is written in.
const char *a4_tag(enum language l);
const char *a4_dir(enum language l);

// Appends ` lang="fr" dir="ltr"`.
void a4_put_lang(struct buf *out, enum language l);

// Appends text from people, escaped; the same set apart, so that its direction changes nothing beside it.
void a4_put(struct buf *out, struct slice text);
void a4_put_bdi(struct buf *out, struct slice text);

// What marks all that is printed of a practice consultation; and appends it as a strip.
const char *a4_practice(enum language l);
void a4_put_practice(struct buf *out, enum language l);

// Begins a page titled so (escaped here), with style added to what all pages share; the practice mark comes first when
// the consultation is one. Ends it.
void a4_begin(struct buf *out, const struct charter *charter, enum language l, struct slice title,
                const char *style);
void a4_end(struct buf *out);

// The second language of what goes into participants' hands: `given` (NULL: the consultation's next that is one of
// ours, else English, else French), other than the first.
enum language a4_second(const struct charter *charter, const char *given, enum language first);

#endif
