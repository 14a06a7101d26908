// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Says what a receipt shows. Read first: receipt_check.h.
#include "tools/baraza/receipt_check.h"

#include "common/base/file.h"
#include "common/format/kinds.h"
#include "common/format/receipt.h"
#include "tools/baraza/print.h"
#include "tools/baraza/trust.h"

#include <stdlib.h>

bool receipt_is_whole(struct slice text)
{
    struct proof p;
    return proof_parse(text, &p, NULL) && p.extra.n > 0;
}

static int say_bad(const struct cmd_context *context, const char *path, const char *what)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "good", json_false());
        json_put(o, "what", json_string(what));
        int code = cmd_print_json(o);
        return code == EXIT_GOOD ? EXIT_FOUND : code;
    }
    struct buf out = buf_new(4096);
    buf_put_text(&out, "NOT GOOD  ");
    print_line(&out, slice_text(path), 300);
    buf_put_text(&out, "\n  ");
    print_line(&out, slice_text(what), 400);
    buf_put_text(&out, "\n  Do not rely on this receipt. Whoever gave it to you can make another: baraza receipt ID\n");
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code == EXIT_GOOD ? EXIT_FOUND : code;
}

static int say_json(const struct receipt *r, const struct receipt_facts *f)
{
    json_t *o = json_object();
    json_put(o, "good", json_true());
    json_put(o, "title", json_of_bytes(f->charter.title));
    json_put(o, "consultation", json_id(f->charter.id));
    json_put(o, "id", json_id(f->entry.id));
    json_put(o, "kind", json_of_bytes(f->entry.kind));
    json_put(o, "author", json_of_hex(SLICE_ARRAY(f->entry.place.author.b)));
    json_put(o, "number", json_of_number(f->entry.place.seq));
    json_put(o, "time", json_time(f->entry.claimed_s));
    json_put(o, "index", r->n == 1 ? json_of_number(f->index) : json_null());
    json_put(o, "size", json_of_number(f->head.size));
    json_put(o, "after", json_of_number(r->n - 1));
    return cmd_print_json(o);
}

static int say_text(const char *path, const struct receipt *r, const struct receipt_facts *f)
{
    struct buf out = buf_new(8192);
    buf_put_text(&out, "GOOD  ");
    print_line(&out, slice_text(path), 300);
    buf_put_text(&out, "\n  consultation   ");
    print_line(&out, f->charter.title, LIMIT_TITLE_BYTES);
    buf_put_text(&out, "\n  entry          ");
    print_id(&out, f->entry.id, PRINT_ID);
    buf_printf(&out, ", a %.*s, signed by ", (int)f->entry.kind.n, (const char *)f->entry.kind.p);
    print_key(&out, f->entry.place.author);
    buf_printf(&out, " as number %llu of her notebook, written ", (unsigned long long)f->entry.place.seq);
    print_time(&out, f->entry.claimed_s);
    buf_put_text(&out, " or later (a claim)\n  record         ");
    if (r->n == 1) {
        buf_printf(&out, "it is entry %llu of %llu", (unsigned long long)f->index, (unsigned long long)f->head.size);
    } else {
        buf_printf(&out, "entry %llu of %llu is number %llu of the same notebook, which stands on this one",
                   (unsigned long long)f->index, (unsigned long long)f->head.size,
                   (unsigned long long)(f->entry.place.seq + r->n - 1));
    }
    buf_put_text(&out, ", by a checkpoint that the log signed\n"
                       "  So the hub cannot deny that it has it, nor take it out or change it unnoticed.\n"
                       "  What was said is not in this file.\n");
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

// What the entry in it says of itself, for comparison. False when it says nothing that can be read.
static bool claim_of(const struct receipt *r, struct hash *out)
{
    struct entry e;
    if (entry_parse(r->entries[0], &e) != VERDICT_GOOD) {
        return false;
    }
    *out = e.place.consultation;
    return true;
}

static int judge(const struct cmd_context *context, const char *path, const char *named, struct slice text)
{
    struct buf room = buf_new(LIMIT_NOTE_BYTES);
    struct receipt *r = mem_new(sizeof *r);
    struct receipt_facts f;
    struct hash claimed;
    struct hash trusted;
    struct why why = { "" };
    int code = -1;
    if (!receipt_parse(text, &room, r, &why)) {
        code = say_bad(context, path, why.text);
    } else if (!claim_of(r, &claimed)) {
        code = say_bad(context, path, "the entry in it is not in the one allowed form");
    } else {
        code = trust_receipt(context, named, claimed, &trusted);
    }
    if (code < 0 && receipt_verify(r, trusted, &f, &why) != VERDICT_GOOD) {
        code = say_bad(context, path, why.text);
    }
    if (code < 0 && f.charter.practice) {
        cmd_practice();
    }
    if (code < 0) {
        code = context->json ? say_json(r, &f) : say_text(path, r, &f);
    }
    free(r);
    buf_done(&room);
    return code;
}

int receipt_check(const struct cmd_context *context, const char *path, const char *named)
{
    struct buf text = buf_new(LIMIT_NOTE_BYTES);
    struct why why = { "" };
    enum err e = file_read(path, true, &text, &why);
    int code = e == OK          ? judge(context, path, named, buf_slice(&text))
               : e == ERR_TOO_BIG ? say_bad(context, path, "it is larger than a receipt can be")
                                  : cmd_fail(e, &why);
    buf_done(&text);
    return code;
}
