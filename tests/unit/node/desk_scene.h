// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// For the tests of node/desk: a site's state with Heron at its desk, and a forum that she opened.
#ifndef BARAZA_TESTS_UNIT_NODE_DESK_SCENE_H
#define BARAZA_TESTS_UNIT_NODE_DESK_SCENE_H

#include "node/desk/codebook.h"
#include "node/desk/local.h"
#include "tests/unit/author/site.h"

#define DESK_SCENE_FORUM "XM-KIV-2026-003"
#define DESK_SCENE_WALL 1770000123 // the clock

struct desk_scene {
    struct site site;
    struct desk desk;
    struct local_session session;
    struct codebook *codebook;
};
// Makes all of it, or fails the test; removes all of it.
void desk_scene_init(struct desk_scene *s);
void desk_scene_done(struct desk_scene *s);

#endif
