// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session show`: one forum, and whether it adds up; at a site, at a hub, or from an export.
#include "common/base/date.h"
#include "tools/baraza/gather.h"
#include "tools/baraza/print.h"
#include "node/desk/sealing.h"

static void put_seal(struct buf *out, const struct forum_state *f)
{
    buf_put_text(out, "  seal           ");
    sealing_put_seal(out, f->seal);
    buf_put_text(out, "\n");
    if (f->shares > 0) {
        buf_put_text(out, "  over           ");
        print_count(out, f->shares, "share\n", "shares\n");
    }
    if (f->forms > 0) {
        buf_printf(out, "  paper forms    %llu = %llu typed in + %llu blank + %llu spoiled\n",
                   (unsigned long long)f->forms, (unsigned long long)(f->forms - f->blank - f->spoiled),
                   (unsigned long long)f->blank, (unsigned long long)f->spoiled);
    }
    if (f->missing > 0) {
        buf_printf(out, "  missing        %llu of the %llu that were sealed are not here\n",
                   (unsigned long long)f->missing, (unsigned long long)f->count);
    }
    if (f->attested_keys + f->attested_sheets == 0) {
        buf_put_text(out, "  attested       by nobody yet\n");
    }
}

static int print_one(const struct cmd_context *context, const struct forum_state *f, bool whole)
{
    if (context->json) {
        return cmd_print_json(gather_json(f));
    }
    struct buf out = buf_new(4096);
    buf_printf(&out, "Forum %s, %s, %s\n", f->code, f->area, f->type);
    buf_put_text(&out, "  standing       ");
    gather_put_standing(&out, f, whole);
    buf_put_u8(&out, '\n');
    if (f->planned) {
        buf_put_text(&out, "  planned for    ");
        date_put(&out, f->date);
        buf_put_u8(&out, '\n');
    }
    if (f->held) {
        buf_printf(&out, "  contributions  %llu\n", (unsigned long long)f->contributions);
    }
    if (f->people > 0) {
        buf_put_text(&out, "  attendance     ");
        print_count(&out, f->people, "person\n", "people\n");
    }
    if (f->sealed) {
        put_seal(&out, f);
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza session show",
        .summary = "Show one forum: planned, held, sealed, attested; what is missing, and what was added later",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session show XM-KIV-2026-003\n"
                    "  baraza session show XM-KIV-2026-003 --record record.baraza --charter charter --json\n",
    };
    struct reading_from from;
    struct args args;
    struct forum_fold *f = NULL;
    int code = reading_parse(context, command, argc, argv, &from, &args, NULL);
    if (code >= 0) {
        return code;
    }
    code = gather(context, &from, &f);
    if (code < 0) {
        const struct forum_state *forum = gather_find(f, args.positionals[0], &code);
        code = forum != NULL ? print_one(context, forum, from.record != NULL || reading_at_hub(context)) : code;
    }
    forum_fold_free(f);
    return code;
}

const struct cmd cmd_session_show = { "session show", run, "one forum, and whether it adds up", CMD_READ };
