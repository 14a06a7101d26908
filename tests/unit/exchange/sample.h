// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One full message of each type, for tests of their form.
#ifndef BARAZA_TESTS_UNIT_EXCHANGE_SAMPLE_H
#define BARAZA_TESTS_UNIT_EXCHANGE_SAMPLE_H

#include "common/exchange/msg.h"

#define SAMPLES 23

// Fills *out with sample i (below SAMPLES); what it points to is static and constant.
void sample_message(size_t i, struct msg *out);

#endif
