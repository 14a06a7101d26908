// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza log`: the record as people read it, newest last, from a hub's state or an export.
#include "common/format/content.h"
#include "tools/baraza/accredit.h"
#include "tools/baraza/local.h"
#include "tools/baraza/entry_json.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"

#include <string.h>

#define TEXT_SHOWN 60

struct logging {
    struct reading_from from;
    const char *kind;
    uint64_t start, count;
};

static void put_text_of(struct buf *out, const struct reading_item *item, const char *part)
{
    struct content c = item->has_parts ? local_content(&item->entry, &item->disclosure, part)
                                       : (struct content){ .count = 0 };
    struct content inner = { .count = 0 };
    struct slice text = content_text(&c, "text");
    struct slice title = content_text(&c, "title");
    if (text.n == 0 && content_parse(content_value(&c, "text"), &inner) && inner.count > 0) {
        text = inner.fields[0].bytes; // a clause's text is {language: text}
    }
    if (title.n > 0) {
        print_line(out, title, TEXT_SHOWN);
    } else if (text.n > 0) {
        print_line(out, text, TEXT_SHOWN);
    } else if (!item->has_parts) {
        buf_put_text(out, "(not shown)");
    }
}

static void put_code(struct buf *out, const struct cmd_context *context, enum code_list list, struct slice code)
{
    print_line(out, label_of(context, list, code), 40);
    buf_put_text(out, ": ");
}

// What an entry says, in a few words.
static void put_summary(struct buf *out, const struct cmd_context *context, const struct reading_item *item)
{
    const struct body *b = &item->body;
    if (item->form != VERDICT_GOOD) {
        return;
    }
    switch (b->kind) {
    case KIND_GRANT:
        print_key(out, b->as.grant.key);
        buf_put_text(out, " is ");
        accredit_put_roles(out, b->as.grant.roles);
        break;
    case KIND_INVITE:
        accredit_put_roles(out, b->as.invite.roles);
        buf_printf(out, ", %llu at most", (unsigned long long)b->as.invite.uses);
        break;
    case KIND_ENROL:
        buf_put_text(out, "under invitation ");
        print_id(out, b->as.enrol.invite, PRINT_ID);
        break;
    case KIND_SESSION:
        buf_printf(out, "%.*s ", (int)b->as.session.code.n, (const char *)b->as.session.code.p);
        put_text_of(out, item, "context");
        break;
    case KIND_CONTRIBUTION:
        put_text_of(out, item, "said");
        break;
    case KIND_CLAUSE:
        put_code(out, context, CODES_CLAUSE_TYPE, b->as.clause.type);
        put_text_of(out, item, "text");
        break;
    case KIND_LINK:
        print_id(out, entry_ref(&item->entry, 0), PRINT_ID);
        buf_put_u8(out, ' ');
        print_line(out, label_of(context, CODES_RELATION, b->as.link.relation), 40);
        buf_put_u8(out, ' ');
        print_id(out, entry_ref(&item->entry, 1), PRINT_ID);
        break;
    case KIND_RESPONSE:
        put_code(out, context, CODES_DISPOSITION, b->as.response.disposition);
        put_text_of(out, item, "reason");
        break;
    case KIND_REVOKE:
        print_key(out, b->as.revoke.key);
        break;
    case KIND_ACCEPT_LATE:
        print_key(out, b->as.accept_late.key);
        break;
    case KIND_FORK_EVIDENCE:
        print_key(out, b->as.fork_evidence.key);
        break;
    case KIND_ROOT_APPROVAL:
    case KIND_REKEY:
    case KIND_RESUME:
    case KIND_GUIDE:
    case KIND_CODEBOOK:
    case KIND_REDACTION:
    case KIND_COUNT:
        break;
    }
}

static int print_item(const struct cmd_context *context, const struct reading_item *item, size_t digits)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "index", json_of_number(item->index));
        json_put(o, "id", json_id(item->entry.id));
        json_put(o, "kind", json_of_bytes(item->entry.kind));
        json_put(o, "author", json_of_hex(SLICE_ARRAY(item->entry.place.author.b)));
        json_put(o, "time", json_time(item->entry.claimed_s));
        json_put(o, "standing", json_string(verdict_code(item->standing)));
        if (item->has_parts) {
            json_put(o, "parts", parts_json(&item->entry, &item->disclosure));
        }
        return cmd_print_json(o);
    }
    struct buf line = buf_new(8192);
    buf_printf(&line, "%6llu  ", (unsigned long long)item->index);
    print_id(&line, item->entry.id, digits);
    buf_put_text(&line, "  ");
    print_time(&line, item->entry.claimed_s);
    buf_printf(&line, "  %-12.*s ", (int)item->entry.kind.n, (const char *)item->entry.kind.p);
    put_summary(&line, context, item);
    if (item->standing != VERDICT_GOOD) {
        buf_printf(&line, "  [no effect: %s]", verdict_text(item->standing));
    }
    buf_put_u8(&line, '\n');
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

static bool is_kind(const struct logging *l, const struct reading_item *item)
{
    return l->kind == NULL || slice_equal(item->entry.kind, slice_text(l->kind));
}

static int print_log(const struct cmd_context *context, const struct logging *l, struct reading *r)
{
    struct print_ids ids = { NULL, 0, 0 };
    struct reading_item item;
    uint64_t shown = 0;
    int code = EXIT_GOOD;
    while (reading_next(r, &item)) {
        print_ids_add(&ids, item.entry.id);
    }
    size_t digits = print_ids_digits(&ids);
    print_ids_done(&ids);
    reading_rewind(r);
    while (code == EXIT_GOOD && shown < l->count && reading_next(r, &item)) {
        if (item.index >= l->start && is_kind(l, &item)) {
            code = print_item(context, &item, digits);
            shown++;
        }
    }
    int failed = reading_end(r);
    return failed >= 0 ? failed : code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct logging l = { .count = UINT64_MAX };
    const struct arg_spec rows[] = {
        { "kind", 'k', ARG_TEXT, "KIND", "only entries of this kind", &l.kind },
        { "from", 0, ARG_UINT, "INDEX", "begin at this index", &l.start },
        { "count", 'n', ARG_UINT, "N", "show so many at most", &l.count },
        READING_RECORD(&l.from),
        READING_CHARTER(&l.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza log",
        .summary = "Show the record in its order, each entry with its standing",
        .positionals = "",
        .examples = "  baraza log --state /srv/baraza --kind response\n"
                    "  baraza log --record record.baraza --charter charter\n",
        .options = rows,
    };
    struct args args;
    struct reading *r = NULL;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = reading_open(context, &l.from, &r);
    }
    if (code < 0) {
        code = print_log(context, &l, r);
    }
    reading_close(r);
    return code;
}

const struct cmd cmd_log = { "log", run, "show the record as people read it", CMD_READ };
