// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza attachment`: the sound and pictures of a contribution: which there are, how much of each the hub has, and one
// of them written to a file. At a site, and at a hub.
// It must never write what a redaction covers, nor print what opens an attachment.
#include "common/format/armor.h"
#include "common/ops/json_read.h"
#include "node/desk/attaching.h"
#include "tools/baraza/attached_files.h"
#include "tools/baraza/entry_json.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/work.h"

#include <stdlib.h>
#include <string.h>

// What the options say.
struct wanting {
    struct cmd_context *context;
    struct reading_from from;
    const char *out, *opened;
    const char *folder; // of an export's attachments; NULL: none
    bool force;
    uint64_t number;   // from 1; 0: all are listed
    bool hub;
};

static const char *const states[] = {
    [ATTACHED_WAITING] = "waiting", [ATTACHED_HELD] = "held", [ATTACHED_LOST] = "gone",
};

static json_t *row_json(size_t i, const struct attaching_row *row)
{
    json_t *o = json_object();
    json_put(o, "number", json_of_number(i + 1));
    if (!row->sealed) {
        json_put(o, "name", json_of_bytes(row->a.name));
        json_put(o, "type", json_of_bytes(row->a.type));
    }
    json_put(o, "sealed", json_boolean(row->sealed));
    json_put(o, "bytes", json_of_number(row->a.blob.size));
    json_put(o, "received", json_of_number(row->received));
    json_put(o, "state", json_string(states[row->state]));
    json_put(o, "here", json_boolean(row->here));
    json_put(o, "root", json_of_hex(SLICE_ARRAY(row->a.blob.root.b)));
    return o;
}

static void put_row(struct buf *out, bool hub, size_t i, const struct attaching_row *row)
{
    const unsigned long long size = row->a.blob.size, received = row->received;
    buf_printf(out, "%zu  ", i + 1);
    if (row->sealed) {
        buf_put_text(out, "(sealed: only those it is sealed to know its name and can open it)");
    } else {
        print_line(out, row->a.name, 60);
        buf_put_text(out, "  ");
        print_line(out, row->a.type, 40);
    }
    buf_printf(out, "  %llu bytes  ", size);
    if (row->state == ATTACHED_HELD) {
        buf_put_text(out, hub ? "all of it is here" : row->here ? "the hub has all of it"
                                                                : "the hub has all of it; wiped here");
    } else if (row->state == ATTACHED_LOST) {
        buf_put_text(out, hub ? "not here" : "damaged or wiped here before the hub had it");
    } else {
        buf_printf(out, "%s %llu %% of it", hub ? "here is" : "the hub has", received * 100 / size);
    }
    buf_put_u8(out, '\n');
}

static int list_rows(const struct wanting *x, const struct attaching_row *rows, size_t n)
{
    if (x->context->json) {
        json_t *o = json_object();
        json_t *list = json_array();
        for (size_t i = 0; i < n; i++) {
            json_push(list, row_json(i, &rows[i]));
        }
        json_put(o, "attachments", list);
        return cmd_print_json(o);
    }
    struct buf out = buf_new(LIMIT_ATTACHMENTS * 512);
    for (size_t i = 0; i < n; i++) {
        put_row(&out, x->hub, i, &rows[i]);
    }
    if (n == 0) {
        buf_put_text(&out, "nothing is attached to it, or nothing that can be read here\n");
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

// Takes the key of a sealed one from what `baraza open --json --part attachments --out FILE` wrote.
static enum err take_key(const char *path, size_t i, struct attaching_row *row, struct why *why)
{
    struct buf text = buf_new(LIMIT_EXPORT_HEAD);
    enum err e = file_read(path, true, &text, why);
    json_t *o = e == OK ? json_loadb((const char *)text.p, text.n, 0, NULL) : NULL;
    const json_t *one = json_array_get(json_object_get(o, "fields"), i);
    const json_t *key = json_object_get(json_array_get(one, 2), "base64");
    const struct slice base64 = { (const uint8_t *)json_string_value(key), json_string_length(key) };
    if (e == OK && !armor_base64_fixed(base64, row->a.key.b, sizeof row->a.key.b)) {
        why_set(why, "%.120s is not what baraza open --json --part attachments gave of this contribution", path);
        e = ERR_BAD_INPUT;
    }
    row->sealed = row->sealed && e != OK;
    json_decref(o);
    buf_wipe(&text);
    buf_done(&text);
    return e;
}

static int save(const struct wanting *x, struct kv_txn *t, struct attaching_row *rows, size_t n)
{
    struct why why = { "" };
    if (x->number > n) {
        why_set(&why, "it has %zu attachments that can be read here", n);
        return cmd_fail(ERR_NOT_FOUND, &why);
    }
    const size_t i = (size_t)x->number - 1;
    enum err e = rows[i].sealed && x->opened != NULL ? take_key(x->opened, i, &rows[i], &why) : OK;
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (rows[i].sealed) {
        why_set(&why, "it is sealed: who it is sealed to opens it with baraza open --json --part attachments --out "
                      "FILE, then --opened FILE here");
        return cmd_fail(ERR_PERM, &why);
    }
    struct buf bytes = buf_new(LIMIT_ATTACHMENT_BYTES);
    e = t != NULL ? attaching_row_read(t, &rows[i], 0, LIMIT_ATTACHMENT_BYTES, &bytes)
                  : attached_files_open(x->folder, &rows[i].a, &bytes, &why);
    int code = -1;
    if (e != OK && t == NULL) {
        code = cmd_fail(e, &why);
    } else if (e != OK) {
        why_set(&why, e == ERR_NOT_FOUND ? "not all of it is %s" : "it is damaged %s", x->hub ? "at this hub" : "here");
        code = cmd_fail(e, &why);
    } else {
        code = out_write(x->out, buf_slice(&bytes), 0600, x->force);
        code = code < 0 ? EXIT_GOOD : code;
    }
    buf_wipe(&bytes);
    buf_done(&bytes);
    return code;
}

static int act(const struct wanting *x, struct kv *kv, const struct entry *e, const struct disclosure *d)
{
    struct attaching_row rows[LIMIT_ATTACHMENTS];
    struct kv_txn *t = NULL;
    struct why why = { "" };
    enum err err = kv_begin_read(kv, &t);
    if (err != OK) {
        why_set(&why, "reading what is attached: %s", err_text(err));
        return cmd_fail(err, &why);
    }
    const size_t n = d == NULL ? 0 : attaching_of(t, x->hub, e, d, rows);
    int code = x->number == 0 ? list_rows(x, rows, n) : save(x, t, rows, n);
    mem_wipe(rows, sizeof rows);
    kv_abort(t);
    return code;
}

// Of an export: what it tells of them, and where its folder has them.
static int act_export(const struct wanting *x, const struct entry *e, const struct disclosure *d)
{
    struct attaching_row rows[LIMIT_ATTACHMENTS];
    const size_t n = d == NULL ? 0 : attaching_of(NULL, true, e, d, rows);
    for (size_t i = 0; i < n; i++) {
        const struct attachment_blob *a = &rows[i].a.blob;
        rows[i].here = attached_files_has(x->folder, a);
        rows[i].state = rows[i].here ? ATTACHED_HELD : ATTACHED_LOST;
        rows[i].received = rows[i].here ? a->size : 0;
    }
    int code = x->number == 0 ? list_rows(x, rows, n) : save(x, NULL, rows, n);
    mem_wipe(rows, sizeof rows);
    return code;
}

static int at_hub(const struct wanting *x, const char *typed)
{
    struct reading *r = NULL;
    struct reading_item item;
    struct hash id;
    int code = reading_open(x->context, &x->from, &r);
    if (code < 0 && (reading_state(r) == NULL) != (x->folder != NULL)) {
        code = cmd_usage("an export has its attachments in a folder beside it: --attachments DIR; a state has none");
    }
    code = code < 0 ? reading_find(r, typed, &id) : code;
    while (code < 0 && reading_next(r, &item)) {
        if (hash_equal(item.entry.id, id)) {
            const struct disclosure *d = item.has_parts ? &item.disclosure : NULL;
            code = x->folder == NULL ? act(x, state_kv(reading_state(r)), &item.entry, d)
                                     : act_export(x, &item.entry, d);
        }
    }
    if (code < 0) {
        code = reading_end(r);
    }
    reading_close(r);
    return code < 0 ? EXIT_GOOD : code;
}

static int at_site(const struct wanting *x, const char *typed)
{
    struct work w;
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    struct why why = { "" };
    size_t fits = 0;
    int code = work_read(x->context, &w);
    enum err err = code < 0 ? local_begin(&w.desk, &l, &why) : OK;
    if (code < 0 && err != OK) {
        code = cmd_fail(err, &why);
    }
    while (code < 0 && local_next(l, &e)) {
        if (!id_begins(e.entry.id, slice_text(typed)) || fits++ > 0) {
            continue;
        }
        err = w.desk.readable ? local_parts(l, &d, &why) : ERR_LOCKED;
        if (err == OK) {
            code = act(x, state_kv(w.desk.state), &e.entry, &d);
        } else {
            why_set(&why, err == ERR_LOCKED ? "locked: unlock first (baraza unlock)" : "its words are not here");
            code = cmd_fail(err, &why);
        }
    }
    if (code < 0) {
        err = local_end(l, &why);
        if (err == OK) {
            why_set(&why, "nothing here begins with \"%.70s\" (4 hex digits or more; baraza list)", typed);
            err = ERR_NOT_FOUND;
        }
        code = cmd_fail(err, &why);
    } else if (l != NULL) {
        (void)!local_end(l, &why);
    }
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct wanting x = { .context = context };
    const struct arg_spec rows[] = {
        READING_RECORD(&x.from),
        READING_CHARTER(&x.from),
        { "attachments", 0, ARG_TEXT, "DIR", "with --record FILE: the folder that baraza export --attachments made",
          &x.folder },
        { "number", 'n', ARG_UINT, "N", "which one, as it is listed; with --out", &x.number },
        { "out", 'o', ARG_TEXT, "FILE", "write that one into this file", &x.out },
        { "opened", 0, ARG_TEXT, "FILE", "of a sealed one: what baraza open --json --part attachments --out FILE gave",
          &x.opened },
        OUT_FORCE(&x.force),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza attachment",
        .summary = "The sound and pictures of a contribution: how much of each the hub has; and one of them as a file",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza attachment 82011238\n"
                    "  baraza attachment 82011238 --number 1 --out voice.ogg\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if ((x.number > 0) != (x.out != NULL)) {
        return cmd_usage("--number and --out go together: which one, and where to");
    }
    if (x.folder != NULL && x.from.record == NULL) {
        return cmd_usage("--attachments goes with --record FILE");
    }
    code = out_check(x.out, x.force);
    if (code >= 0) {
        return code;
    }
    x.hub = x.from.record != NULL || reading_at_hub(context);
    return x.hub ? at_hub(&x, args.positionals[0]) : at_site(&x, args.positionals[0]);
}

const struct cmd cmd_attachment = { "attachment", run, "list or save what is attached to a contribution", CMD_READ };
