// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Failures of our own world (disk, network, memory, configuration), one table.
// Faults in what somebody sent are not here: they are verdicts (base/verdict.h).
#ifndef BARAZA_BASE_ERR_H
#define BARAZA_BASE_ERR_H

#include "common/base/check.h"

// name, sentence for people, exit code of a program that ends on it (sysexits above 64)
#define ERR_TABLE(X)                                                            \
    X(OK, "done", 0)                                                            \
    X(ERR_IO, "the disk or a file could not be read or written", 74)            \
    X(ERR_FULL, "the disk is full", 74)                                         \
    X(ERR_CORRUPT, "stored data is damaged", 65)                                \
    X(ERR_NOT_FOUND, "not found", 66)                                           \
    X(ERR_EXISTS, "already there", 73)                                          \
    X(ERR_TOO_BIG, "larger than the limit", 65)                                 \
    X(ERR_LOCKED, "locked; unlock first", 77)                                   \
    X(ERR_BUSY, "in use by another program", 75)                                \
    X(ERR_USAGE, "the command or its options are not right", 64)                \
    X(ERR_BAD_INPUT, "the input is not what was expected", 65)                  \
    X(ERR_PERM, "not permitted", 77)                                            \
    X(ERR_NET, "the network or the other side could not be reached", 69)        \
    X(ERR_AGAIN, "not now; try again", 75)                                      \
    X(ERR_COPIED, "this store was copied or restored", 75)                      \
    X(ERR_CONFIG, "the configuration is not right", 78)                         \
    X(ERR_CRYPTO, "a key or passphrase does not open this", 77)

#define ERR_ENUM(name, text, code) name,
enum err { ERR_TABLE(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

// Returns the symbol of e ("ERR_IO"), for logs; static storage. e must be in the table.
const char *err_name(enum err e);

// Returns one English sentence for e; static storage. e must be in the table.
const char *err_text(enum err e);

// Returns the exit code a program ends with on e (0, or a sysexits code).
int err_exit_code(enum err e);

// Turns an errno value into an err: ENOSPC, EDQUOT and EFBIG are ERR_FULL, ENOENT is ERR_NOT_FOUND, EEXIST is
// ERR_EXISTS, EACCES and EPERM are ERR_PERM, all else ERR_IO. number must not be 0.
enum err err_from_errno(int number);

#endif
