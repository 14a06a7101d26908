// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The forums that the secretariat means to have held, as far as that came down to this site (PROTOCOL 7.7: of one area
// and code the last plan in force counts). It must never write.
#ifndef BARAZA_NODE_DESK_PLANS_H
#define BARAZA_NODE_DESK_PLANS_H

#include "common/format/content.h"
#include "common/format/roster.h"
#include "node/desk/desk.h"

struct plan {
    struct hash id;
    char area[LIMIT_CODE_BYTES + 1], code[LIMIT_CODE_BYTES + 1], type[LIMIT_CODE_BYTES + 1];
    uint64_t date;      // days since 1970-01-01
    bool mine;          // desk->who is accredited for its area, as far as is known here
    struct buf context; // title, place, groups, note (PROTOCOL 7.5): content_parse; empty: not given, or locked
};

struct plans {
    struct plan *rows; // by date, those of one day in the order of their codes
    size_t n;
    struct roster *roster; // as it is known here; borrowed until plans_done
};

// Reads what came down. ERR_* with why; *out is then empty. plans_done frees; all zeros is harmless.
MUST_USE enum err plans_load(struct desk *desk, struct plans *out, struct why *why);
void plans_done(struct plans *p);

// The plan of that id; of that area and code; or NULL. Borrowed.
const struct plan *plans_find(const struct plans *p, struct hash id);
const struct plan *plans_of(const struct plans *p, const char *area, const char *code);

#endif
