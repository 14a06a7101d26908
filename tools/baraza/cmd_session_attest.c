// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session attest`: "I was there and this seal is right", by the attester's own key, or by a photograph of the
// sheet that was signed or thumb-printed.
#include "common/base/file.h"
#include "common/net/loop.h"
#include "node/desk/attesting.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/gather.h"

#include <string.h>

struct attesting {
    const char *sheet;
    struct drafting d;
};

// The seal of the forum of that code here; or of the record that was named; or the id of a seal itself.
static int find_seal(struct cmd_context *context, struct work *w, const struct attesting *a, const char *typed,
                     struct hash *out)
{
    struct resolver r = { .context = context, .w = w, .from = &a->d.from };
    struct forum_fold *f = NULL;
    struct resolved found;
    struct why why = { "" };
    int code = resolver_record(&r);
    if (code < 0 && r.record != NULL) {
        code = gather_record(r.record, &f);
    } else if (code < 0) {
        enum err e = gather_site(&w->desk, &f, &why);
        code = e == OK ? -1 : cmd_fail(e, &why);
    }
    const struct forum_state *forum = code < 0 ? forum_fold_find(f, slice_text(typed)) : NULL;
    if (code < 0 && forum != NULL && forum->sealed) {
        *out = forum->seal;
    } else if (code < 0 && forum != NULL) {
        why_set(&why, "forum %s is not sealed yet: baraza session seal %s", forum->code, forum->code);
        code = cmd_fail(ERR_BAD_INPUT, &why);
    } else if (code < 0 && typed[strspn(typed, "0123456789abcdefABCDEF")] != '\0') {
        why_set(&why, "nothing of forum \"%.70s\" was written here: give the record it is in, --record FILE (baraza "
                      "export, at the hub)", typed);
        code = cmd_fail(ERR_NOT_FOUND, &why);
    } else if (code < 0) {
        code = resolve_kind(&r, typed, KIND_SESSION_SEAL, &found);
        *out = code < 0 ? found.id : *out;
    }
    forum_fold_free(f);
    resolver_done(&r);
    return code;
}

// Reads the sheet's file when one was named.
static int read_sheet(const char *path, struct buf *out)
{
    struct why why = { "" };
    enum err e = path == NULL ? OK : file_read(path, true, out, &why);
    if (e == ERR_TOO_BIG) {
        struct trouble t;
        (void)trouble_with(&t, TROUBLE_SHEET_BIG, TROUBLE_NUMBER(LIMIT_DISCLOSURE_BYTES));
        return work_fail(&t);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int attest(struct cmd_context *context, const struct attesting *a, const char *typed)
{
    struct work w;
    struct hash seal = { { 0 } };
    struct trouble t = { .code = NULL };
    struct append_result result;
    struct buf sheet = buf_new(LIMIT_DISCLOSURE_BYTES);
    int code = work_write(context, a->d.as, &w);
    if (code < 0) {
        code = find_seal(context, &w, a, typed, &seal);
    }
    if (code < 0) {
        code = read_sheet(a->sheet, &sheet);
    }
    if (code < 0) {
        const char *path = a->sheet != NULL ? a->sheet : "";
        const char *slash = strrchr(path, '/');
        const struct sheet_file file = { .name = slice_text(slash != NULL ? slash + 1 : path),
                                         .bytes = buf_slice(&sheet) };
        enum err e = attesting_attest(&w.desk, loop_wall_s(), seal, a->sheet != NULL ? &file : NULL, &result, &t);
        code = e == OK ? drafting_say(context, KIND_ATTEST, &result) : work_fail(&t);
    }
    buf_done(&sheet);
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct attesting a = { .sheet = NULL };
    const struct arg_spec rows[] = {
        { "sheet", 0, ARG_TEXT, "FILE", "photograph (JPEG, PNG) or scan (PDF) of the signed sheet",
          &a.sheet },
        READING_RECORD(&a.d.from),
        READING_CHARTER(&a.d.from),
        WORK_AS(&a.d.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session attest",
        .summary = "Say: I was there, and this seal is right. With the attester's own key; or, for those without one, "
                   "with --sheet, which a facilitator adds. Which of the two is always shown",
        .positionals = "CODE|SEAL",
        .min = 1,
        .max = 1,
        .examples = "  baraza session attest XM-KIV-2026-003 --as Elder --record record.baraza\n"
                    "  baraza session attest XM-KIV-2026-003 --sheet sheet.jpg\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code < 0 ? attest(context, &a, args.positionals[0]) : code;
}

const struct cmd cmd_session_attest = { "session attest", run, "say that a seal is right", CMD_WRITE };
