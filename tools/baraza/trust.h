// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which consultation an export must belong to: what the person says, or what her state holds; never the export's word.
#ifndef BARAZA_TOOLS_BARAZA_TRUST_H
#define BARAZA_TOOLS_BARAZA_TRUST_H

#include "tools/baraza/cmd.h"
#include "common/format/note.h"

// *out = the charter's id: of the file or fingerprint `named`, else of the state's charter. When neither is there,
// shows the fingerprint that `record` claims, to be compared, and returns EXIT_USAGE. Returns -1, or has reported.
int trust_charter(const struct cmd_context *context, const char *named, const char *record, struct hash *out);

// The same, of a receipt, which claims to be of the consultation `claimed`.
int trust_receipt(const struct cmd_context *context, const char *named, struct hash claimed, struct hash *out);

// The log key that must have signed a bare proof (its text), by the charter that trust_receipt would take and the
// changes of key that the proof itself proves: a fingerprint alone does not say it, unless the state's charter has it.
// Returns -1 and *out, or has reported.
int trust_log_key(const struct cmd_context *context, const char *named, struct hash claimed, struct slice proof,
                  struct vkey *out);

#endif
