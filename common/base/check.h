// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Assertions for our own bugs; they stay on in release builds.
// Never use them on bytes from outside: those get a verdict.
// Read first: docs/HACKING.md, "Three kinds of trouble".
#ifndef BARAZA_BASE_CHECK_H
#define BARAZA_BASE_CHECK_H

#include <assert.h>

#define MUST_USE __attribute__((warn_unused_result))
#define NO_RETURN __attribute__((noreturn))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

// Aborts the process with the condition's text and place when it does not hold.
#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

// Writes one line to standard error and aborts. Called through CHECK only.
NO_RETURN void check_failed(const char *condition, const char *file, int line);

#endif
