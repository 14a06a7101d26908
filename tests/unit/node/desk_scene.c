// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: desk_scene.h.
#include "tests/unit/node/desk_scene.h"

void desk_scene_init(struct desk_scene *s)
{
    struct why why = { "" };
    *s = (struct desk_scene){ .codebook = NULL };
    site_init(&s->site);
    s->desk = (struct desk){ .state = site_open(&s->site), .keyring = s->site.keyring, .safe = &s->site.safe,
                             .who = s->site.heron, .store_key = unlocked_store_key(s->site.heron), .readable = true };
    (void)site_say(s->desk.state, s->site.heron, NULL, 0);
    cr_assert(author_open(s->desk.state, s->site.heron, &s->desk.author, &why) == OK, "%s", why.text);
    cr_assert(local_session_find(&s->desk, DESK_SCENE_FORUM, &s->session, &why) == OK, "%s", why.text);
    cr_assert(codebook_here(&s->desk, &s->codebook, &why) == OK, "%s", why.text);
}

void desk_scene_done(struct desk_scene *s)
{
    codebook_free(s->codebook);
    author_close(s->desk.author);
    state_close(s->desk.state);
    site_done(&s->site);
}
