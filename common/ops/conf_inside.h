// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the two files of the configuration share; nobody else includes it.
#ifndef BARAZA_OPS_CONF_INSIDE_H
#define BARAZA_OPS_CONF_INSIDE_H

#include "common/ops/conf.h"

// Sets key number i to value. False, with c as it was and the reason in why, when value is not allowed for it.
bool conf_set(struct conf *c, size_t i, struct slice value, enum conf_origin origin, struct why *why);

#endif
