// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Text as bytes: what is valid UTF-8, what is a code, where lines end, what is safe to show on a terminal.
#ifndef BARAZA_BASE_TEXT_H
#define BARAZA_BASE_TEXT_H

#include "common/base/bytes.h"

// True when s is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). NUL is allowed.
MUST_USE bool text_utf8_ok(struct slice s);

// True when s is a code: [A-Za-z0-9._-]{1,32}.
MUST_USE bool text_code_ok(struct slice s);

// Takes the first line off *rest into *line, both without the newline. False when *rest holds no newline.
MUST_USE bool text_take_line(struct slice *rest, struct slice *line);

// True when s starts with prefix; then *after (may be NULL) is what follows it.
bool text_starts(struct slice s, const char *prefix, struct slice *after);

// True when s is one line that any terminal shows as it is: valid UTF-8, without control characters (C0, DEL, C1) and
// bidirectional overrides.
MUST_USE bool text_plain_ok(struct slice s);

// Appends s to out so that it is harmless on a terminal: control characters (C0 but tab and newline, DEL, C1)
// and bidirectional overrides and isolates (U+202A-202E, U+2066-2069) become U+FFFD, as do bytes that are not
// UTF-8. one_line turns line breaks and tabs into spaces.
void text_put_safe(struct buf *out, struct slice s, bool one_line);

// Returns how many bytes of s the first `characters` code points take (all of s when it has fewer).
// s must be valid UTF-8.
size_t text_prefix_bytes(struct slice s, size_t characters);

#endif
