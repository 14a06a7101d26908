// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The keys of a state directory's `conf`, one table for a site (baraza-node and baraza read it) and one for a hub
// (baraza-hub and baraza). Here, because a program that did not know the other's keys would refuse to start.
// Data only: what a value means is its program's business.
#ifndef BARAZA_OPS_SETTINGS_H
#define BARAZA_OPS_SETTINGS_H

#include "common/ops/conf.h"

// Tables for conf_init; static storage.
const struct conf_key *settings_site(void);
const struct conf_key *settings_hub(void);

#endif
