// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Roles and areas as typed, for invitations and grants.
#ifndef BARAZA_TOOLS_BARAZA_ACCREDIT_H
#define BARAZA_TOOLS_BARAZA_ACCREDIT_H

#include "common/format/kinds.h"
#include "tools/baraza/work.h"

// Each returns -1, or has reported. areas holds LIMIT_AREAS; borrows the list.
int accredit_roles(const struct arg_list *names, uint32_t *out);
int accredit_areas(const struct arg_list *codes, struct slice *areas, size_t *count);

// Appends "facilitator, drafter".
void accredit_put_roles(struct buf *out, uint32_t roles);

#endif
