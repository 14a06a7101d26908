// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Finds what was published, and publishes. Only who is of the secretariat may; the record decides, here it is foreseen.
// Read first: published.h.
#include "tools/baraza/published.h"

#include "common/format/roster.h"
#include "common/store/leaf.h"
#include "node/desk/local.h"
#include "node/desk/roster_here.h"
#include "tools/baraza/print.h"

static bool publishes(const struct body *body)
{
    return body->kind == KIND_GUIDE || body->kind == KIND_CODEBOOK;
}

static void give(published_fn *take, void *to, const struct entry *e, const struct body *body,
                 const struct disclosure *d)
{
    const struct publication p = { .kind = body->kind, .version = body->as.guide.version, .id = e->id,
                                   .content = d->count > 0 ? d->parts[0].bytes : slice_of(NULL, 0) };
    take(to, &p);
}

// Reads the leaves in their order, with the roster as it was at each.
static void read_leaves(struct work *w, struct kv_txn *t, published_fn *take, void *to)
{
    struct entry e;
    struct body body;
    struct disclosure d;
    struct roster *roster = roster_new(state_charter(w->desk.state));
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct leaf_range range = leaf_range_new(t, 0);
    while (leaf_range_next(&range)) {
        if (entry_parse(range.entry.bytes, &e) != VERDICT_GOOD) {
            continue;
        }
        const enum verdict form = kind_parse(&e, &body);
        const enum verdict standing = roster_apply(roster, &e, form, &body, range.index);
        buf_wipe(&parts);
        if (form == VERDICT_GOOD && publishes(&body) && standing == VERDICT_GOOD &&
            leaf_parts(t, &w->desk.store_key, range.index, &parts, NULL) == OK &&
            disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD) {
            give(take, to, &e, &body, &d);
        }
    }
    leaf_range_done(&range);
    buf_done(&parts);
    roster_free(roster);
}

static enum err read_own(struct work *w, published_fn *take, void *to, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    enum err err = local_begin(&w->desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        const bool counts = e.known && publishes(&e.body) && e.fate != FATE_REFUSED && e.fate != FATE_REPLACED;
        if (counts && local_parts(l, &d, NULL) == OK) {
            give(take, to, &e.entry, &e.body, &d);
        }
    }
    return local_end(l, why);
}

enum err published_read(struct work *w, bool own, published_fn *take, void *to, struct why *why)
{
    struct kv_txn *t = NULL;
    if (!w->desk.readable) {
        return OK;
    }
    enum err e = kv_begin_read(state_kv(w->desk.state), &t);
    if (e == OK) {
        read_leaves(w, t, take, to);
        e = kv_error(t);
    }
    kv_abort(t);
    if (e != OK) {
        why_set(why, "reading the guide and the codebook: %s", err_text(e));
        return e;
    }
    return own ? read_own(w, take, to, why) : OK;
}

struct looking {
    enum kind kind;
    struct published_last *out;
};

static void look(void *to, const struct publication *p)
{
    const struct looking *x = to;
    if (p->kind == x->kind && p->version >= x->out->version) {
        x->out->version = p->version;
        x->out->id = p->id;
        buf_reset(&x->out->content);
        buf_put(&x->out->content, p->content);
    }
}

enum err published_last(struct work *w, enum kind kind, struct published_last *out, struct why *why)
{
    *out = (struct published_last){ .content = buf_new(LIMIT_DISCLOSURE_BYTES) };
    struct looking x = { .kind = kind, .out = out };
    return published_read(w, true, look, &x, why);
}

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

int published_write(const struct cmd_context *context, struct work *w, enum kind kind, struct slice content)
{
    struct published_last last = { .version = 0 };
    struct append_result result;
    struct why why = { "" };
    int code = check_role(w, kind);
    if (code >= 0) {
        return code;
    }
    enum err e = published_last(w, kind, &last, &why);
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
