// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: waits.h.
#include "tools/baraza/waits.h"

json_t *waits_json(const struct node_waits *w)
{
    json_t *o = json_object();
    json_put(o, "things", json_of_number(node_waits_count(w)));
    json_put(o, "erasures", json_of_number(w->erasures));
    json_put(o, "notes", json_of_number(w->notes));
    json_put(o, "notebooks", json_of_number(w->notebooks));
    json_put(o, "successors", json_of_number(w->successors));
    json_put(o, "untold", json_of_number(w->untold));
    json_put(o, "uncopied", json_of_number(w->uncopied));
    json_put(o, "asked_again", json_boolean(w->asked_again));
    return o;
}

void waits_remark(const struct cmd_context *context, const struct node_waits *w)
{
    struct buf text = buf_new(4096);
    node_waits_say(w, &text);
    if (text.n > 0) {
        cmd_remark(context, "%.*s (baraza unlock)", (int)text.n, (const char *)text.p);
    }
    buf_done(&text);
}
