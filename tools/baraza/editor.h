// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Words written in a person's own editor. What the editor leaves beside the file lies in a folder that is memory, not
// disk, and goes with it. It must never put words on a disk. What an editor keeps elsewhere is not in our hands: the
// well-known ones are asked not to.
#ifndef BARAZA_TOOLS_BARAZA_EDITOR_H
#define BARAZA_TOOLS_BARAZA_EDITOR_H

#include "tools/baraza/cmd.h"

// Opens $VISUAL, $EDITOR, the system's editor or vi on a file that begins with hint and appends what was written to
// out, without the lines that start with #. The folder is removed whatever happens, TERM and HUP included (the editor
// is then ended too). ERR_USAGE: there is no terminal, or no file system in memory; ERR_AGAIN: the editor failed or
// was ended.
MUST_USE enum err editor_ask(const char *hint, struct buf *out, struct why *why);

#endif
