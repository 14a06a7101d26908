// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which redactions in a record were carried out where: by the `erased` entries of the hub and of sites (PROTOCOL 16.6),
// and which site has not said so yet, as far as the record can tell: the one where the words were written.
#ifndef BARAZA_TOOLS_BARAZA_ERASED_WHERE_H
#define BARAZA_TOOLS_BARAZA_ERASED_WHERE_H

#include "tools/baraza/reading.h"

struct erased_where;

// Takes all of a reading, which is then at its start again. Returns -1 and *out, or has reported. The caller frees.
int erased_where_read(struct reading *r, struct erased_where **out);
void erased_where_free(struct erased_where *w);

// Appends a line for each redaction that id is, or that names it: "erased at: the hub (entry 26), the site of
// 3d4017c3e843 (entry 28); not heard of yet: the site of 82aa11f0c25a, which wrote it". For --json, an array; gives.
void erased_where_put(const struct erased_where *w, struct hash id, struct buf *out);
json_t *erased_where_json(const struct erased_where *w, struct hash id);

// Appends a line on all of them, or nothing when there is none. For --json: redactions, at_hub, sites_to_come; gives.
void erased_where_put_totals(const struct erased_where *w, struct buf *out);
json_t *erased_where_totals_json(const struct erased_where *w);

#endif
