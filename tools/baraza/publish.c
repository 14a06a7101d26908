// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Publishes. Only who is of the secretariat may; the record decides, here it is foreseen. Read first: publish.h.
#include "tools/baraza/publish.h"

#include "node/desk/roster_here.h"
#include "tools/baraza/print.h"

static int check_role(struct work *w, enum kind kind)
{
    struct roster *roster = NULL;
    struct why why = { "" };
    enum err e = roster_here(&w->desk, &roster, &why);
    const bool may = e == OK && roster_has_role(roster, w->desk.who->person.key, 1u << ROLE_SECRETARIAT);
    roster_free(roster);
    if (e == OK && !may) {
        why_set(&why, "Not saved: a %s is published by the secretariat, and as far as is known here you are not of it; "
                      "if you are, run baraza sync (or baraza bundle in) first", kind_info(kind)->name);
        e = ERR_PERM;
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int say_published(const struct cmd_context *context, const struct body *body,
                         const struct append_result *result)
{
    const char *name = kind_info(body->kind)->name;
    const unsigned long long version = body->as.guide.version;
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "id", json_id(result->id));
        json_put(o, "number", json_of_number(result->seq));
        json_put(o, "entry", json_string(name));
        json_put(o, "version", json_of_number(version));
        json_put(o, "state", json_string("saved"));
        return cmd_print_json(o);
    }
    struct buf line = buf_new(256);
    buf_put_text(&line, "saved ");
    print_id(&line, result->id, PRINT_ID);
    buf_printf(&line, "  %s, version %llu\n", name, version);
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    cmd_remark(context, "it goes to the hub with the next exchange (baraza sync), and from there to every site");
    return code;
}

int publish_content(const struct cmd_context *context, struct work *w, enum kind kind, struct slice content)
{
    struct published_last last = { .version = 0 };
    struct append_result result;
    struct why why = { "" };
    int code = check_role(w, kind);
    if (code >= 0) {
        return code;
    }
    enum err e = published_last(&w->desk, kind, &last, &why);
    if (e == OK) {
        const struct body body = { .kind = kind, .as.guide.version = last.version + 1 };
        struct append_item item = { .body = &body, .refs = &last.id, .ref_count = last.version > 0 ? 1 : 0 };
        item.parts[0] = content;
        code = work_append(w, &item, 1, &result);
        code = code < 0 ? say_published(context, &body, &result) : code;
    } else {
        code = cmd_fail(e, &why);
    }
    buf_done(&last.content);
    return code;
}

int publish_read(const struct cmd_context *context, struct work *w, enum kind kind, struct published_last *last)
{
    struct why why = { "" };
    *last = (struct published_last){ .version = 0 };
    int code = work_read(context, w);
    if (code < 0 && !w->desk.readable) {
        why_set(&why, "The %s here can be read while somebody is unlocked: baraza unlock", kind_info(kind)->name);
        code = cmd_fail(ERR_LOCKED, &why);
    }
    if (code < 0) {
        const enum err e = published_last(&w->desk, kind, last, &why);
        code = e == OK ? -1 : cmd_fail(e, &why);
    }
    return code;
}

json_t *publish_json(const struct published_last *last)
{
    json_t *o = json_object();
    json_put(o, "version", json_of_number(last->version));
    if (last->version > 0) {
        json_put(o, "id", json_id(last->id));
    }
    return o;
}
