// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Faults planted on purpose, so that the tests can be tested: FAULT(NAME) is the constant false but in a build made
// Faults planted on purpose, so that the tests can be tested: FAULT(NAME) is the constant false but in a build made
// tests/faults; a row there and one FAULT() in the sources belong together (tools/tidy checks it).
// It must never change what a build without a planted fault does.
#ifndef BARAZA_BASE_FAULT_H
#define BARAZA_BASE_FAULT_H

// BARAZA_FAULT_NAME is either 1 or not defined at all; a token that is not 1 pastes to nothing that has a comma in it.
#define FAULT_ARGUMENT_1 0,
#define FAULT_SECOND(first, second, ...) second
#define FAULT_CHOOSE(argument) FAULT_SECOND(argument 1, 0, 0)
#define FAULT_PASTE(value) FAULT_CHOOSE(FAULT_ARGUMENT_##value)
#define FAULT_VALUE(value) FAULT_PASTE(value)
#define FAULT(name) (FAULT_VALUE(BARAZA_FAULT_##name) == 1)

#endif
