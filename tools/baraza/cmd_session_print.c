// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session sheet`, `forms` and `slips`: what is printed for a forum. On no page stands a word that was said, and
// on a slip neither group nor place nor what the forum was about.
#include "common/base/text.h"
#include "node/desk/contribution.h"
#include "node/desk/forms.h"
#include "node/desk/slips.h"
#include "tools/baraza/form_page.h"
#include "tools/baraza/gather.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"
#include "tools/baraza/sheet_page.h"

#include <stdlib.h>

#define FORMS_MOST 1000 // in one file
#define SCRIPT_MOST 1200 // bytes

struct printing {
    struct cmd_context *context;
    const char *as, *out, *ask, *second, *script;
    struct arg_list groups;
    uint64_t count, from;
    bool again, forms_too, force;
    struct work w;
    struct local_session session;
    struct buf page;
};

#define PRINTING_OUT(p) { "out", 'o', ARG_TEXT, "FILE", "the page to write (HTML, A4); required", &(p)->out }
static enum language language_here(const struct printing *p)
{
    return language_of(slice_text(p->context->language));
}

static int write_page(const struct printing *p)
{
    return buf_ok(&p->page) ? out_write(p->out, buf_slice(&p->page), 0600, p->force)
                            : cmd_usage("that is too much for one page file: print fewer at a time");
}

static struct slip_print slip_print_of(const struct printing *p)
{
    const struct charter *c = state_charter(p->w.desk.state);
    return (struct slip_print){ .first = language_here(p),
                                .second = page_second(c, p->second, language_here(p)),
                                .ask = slice_text(p->ask != NULL ? p->ask : ""),
                                .practice = c->practice };
}

// What the session says of itself. All empty where it does not.
struct session_said {
    struct buf parts;
    struct disclosure d;
    struct content context;
};

static enum err read_session(struct printing *p, struct session_said *out, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    bool found = false;
    enum err err = local_begin(&p->w.desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (err == OK && !found && local_next(l, &e)) {
        found = hash_equal(e.entry.id, p->session.id);
        err = found ? local_parts(l, &d, why) : OK;
    }
    if (err == ERR_NOT_FOUND) { // wiped: the page says less
        err = OK;
        found = false;
    }
    if (err == OK && found) {
        const struct content context = local_content(&e.entry, &d, "context");
        content_make(&context, &out->parts);
    }
    const enum err end = local_end(l, err == OK ? why : NULL);
    if (!content_parse(buf_slice(&out->parts), &out->context)) {
        out->context = (struct content){ .count = 0 };
    }
    return err == OK ? end : err;
}

// Finds the forum and reads what its session says. Returns -1, or has reported.
static int open_forum(struct printing *p, const char *code, struct session_said *said)
{
    struct why why = { "" };
    int opened = out_check(p->out, p->force);
    opened = opened < 0 ? work_write(p->context, p->as, &p->w) : opened;
    if (opened >= 0) {
        return opened;
    }
    enum err e = local_session_find(&p->w.desk, code, &p->session, &why);
    if (e == OK) {
        e = read_session(p, said, &why);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

// --- the sheet ---

static int make_sheet(struct printing *p, const struct session_said *said)
{
    struct forum_fold *fold = NULL;
    struct why why = { "" };
    enum err e = gather_site(&p->w, &fold, &why);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    int code = -1;
    const struct forum_state *forum = forum_fold_find(fold, slice_text(p->session.code));
    CHECK(forum != NULL);
    if (!forum->sealed) {
        why_set(&why, "forum %s is not sealed here, so there is nothing to sign yet: baraza session seal %s",
                p->session.code, p->session.code);
        code = cmd_fail(ERR_NOT_FOUND, &why);
    } else {
        const struct sheet_print sheet = { .charter = state_charter(p->w.desk.state), .forum = forum,
                                           .language = language_here(p),
                                           .title = content_text(&said->context, "title"),
                                           .date = content_text(&said->context, "date"),
                                           .place = content_text(&said->context, "place") };
        sheet_page_put(&p->page, &sheet);
        if (forum->late > 0) {
            cmd_remark(p->context, "%llu contributions were added after this seal: seal the forum again, and print "
                                   "the sheet again", (unsigned long long)forum->late);
        }
    }
    forum_fold_free(fold);
    return code;
}

static int say_written(const struct printing *p, const char *what, uint64_t n, uint64_t first)
{
    if (p->context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(p->out));
        json_put(o, what, json_of_number(n));
        if (first > 0) {
            json_put(o, "first", json_of_number(first));
        }
        return cmd_print_json(o);
    }
    cmd_remark(p->context, "to print: %s", p->out);
    return EXIT_GOOD;
}

// --- forms ---

// The groups to tick and what is read aloud: as typed, else as the secretariat published it. They borrow b.
static int take_guide(const struct printing *p, const struct codebook *b, struct form_print *out)
{
    struct contribution named = { .form = 0 };
    struct why why = { "" };
    const enum language l = language_here(p);
    if (!code_set_of(&p->groups, "--group", &named.groups)) {
        return EXIT_USAGE;
    }
    if (named.groups.n > CODEBOOK_GROUPS) {
        return cmd_usage("--group: at most %d fit a form", CODEBOOK_GROUPS);
    }
    if (!codebook_check(b, &named, NULL, &why)) {
        return cmd_usage("--%s", why.text);
    }
    out->group_n = named.groups.n > 0 ? named.groups.n : codebook_groups(b, out->groups);
    for (size_t i = 0; i < out->group_n; i++) {
        const struct slice code = named.groups.n > 0 ? named.groups.codes[i] : out->groups[i];
        out->groups[i] = codebook_label(b, CODES_GROUP, code, l);
    }
    out->script = p->script != NULL ? slice_text(p->script) : codebook_script(b, l);
    return -1;
}

// Takes new numbers for the forms, durably, before any is printed.
static int take_numbers(struct printing *p, struct paper *paper, uint64_t *first)
{
    struct kv_txn *t = NULL;
    struct why why = { "" };
    enum err e = kv_begin_write(state_kv(p->w.desk.state), &t);
    if (e == OK) {
        e = paper_print(t, &p->w.desk.store_key, slice_text(p->session.area), slice_text(p->session.code), p->from,
                        p->count, paper, first);
        if (e == OK) {
            e = kv_commit(t);
        } else {
            kv_abort(t);
        }
    }
    if (e == ERR_EXISTS) {
        why_set(&why, "forms of %s with some of these numbers were printed before: leave --from away for the next "
                      "numbers, or give --again to print the same once more", p->session.code);
    } else if (e == ERR_AGAIN) {
        why_set(&why, "the keys of this computer were renewed meanwhile: try again (after baraza unlock)");
    } else if (e == ERR_TOO_BIG) {
        why_set(&why, "form numbers go up to %d, and at most %d runs of them are kept for one forum",
                PAPER_NUMBER_MOST, LIMIT_PAPER_RANGES);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

// Those that were printed before, once more: from the first to the last.
static int take_again(struct printing *p, struct paper *paper)
{
    struct why why = { "" };
    enum err e = forms_printed(&p->w.desk, &p->session, paper, &why);
    if (e == OK && paper->n == 0) {
        why_set(&why, "no forms were printed here for %s yet: leave --again away", p->session.code);
        e = ERR_NOT_FOUND;
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int make_forms(struct printing *p, const struct session_said *said)
{
    struct paper paper = { .n = 0 };
    struct form_print form = { .charter = state_charter(p->w.desk.state), .slip = slip_print_of(p),
                               .code = slice_text(p->session.code), .date = content_text(&said->context, "date") };
    struct codebook *b = NULL;
    struct why why = { "" };
    uint64_t first = 0;
    enum err e = codebook_here(&p->w.desk, &b, &why);
    int code = e == OK ? take_guide(p, b, &form) : cmd_fail(e, &why);
    if (code < 0) {
        code = p->again ? take_again(p, &paper) : take_numbers(p, &paper, &first);
    }
    if (code < 0) {
        struct paper these = paper;
        if (!p->again) {
            these.n = 1;
            these.ranges[0] = (struct paper_range){ first, p->count };
        }
        form_page_put(&p->page, &form, &these);
        p->count = paper_count(&these);
        p->from = these.ranges[0].from;
        mem_wipe(&these, sizeof these);
    }
    mem_wipe(&paper, sizeof paper);
    codebook_free(b);
    return code;
}

// --- slips ---

static int make_slips(struct printing *p)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    struct slip *slips = NULL;
    size_t n = 0;
    struct why why = { "" };
    enum err err = local_begin(&p->w.desk, &l, &why);
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    while (err == OK && local_next(l, &e)) {
        struct slip slip;
        if (!e.known || e.body.kind != KIND_CONTRIBUTION || !hash_equal(entry_ref(&e.entry, 0), p->session.id) ||
            e.fate == FATE_REPLACED || e.fate == FATE_REFUSED) {
            continue;
        }
        err = local_parts(l, &d, &why);
        if (err == ERR_NOT_FOUND) { // wiped
            err = OK;
            continue;
        }
        const struct content context = err == OK ? local_content(&e.entry, &d, "context")
                                                 : (struct content){ .count = 0 };
        if (err == OK && slips_of(&e.entry, &d, &slip) && (p->forms_too || content_uint(&context, "form") == 0)) {
            slips = mem_grow(slips, n + 1, sizeof *slips);
            slips[n++] = slip;
        }
    }
    const enum err end = local_end(l, err == OK ? &why : NULL);
    err = err == OK ? end : err;
    if (err == OK && n == 0) {
        why_set(&why, "nothing at %s has a code to print: those of paper forms are on their feet (--forms prints them "
                      "too)", p->session.code);
        err = ERR_NOT_FOUND;
    }
    if (err == OK) {
        const struct slip_print print = slip_print_of(p);
        slip_page_put_all(&p->page, state_charter(p->w.desk.state), &print, slips, n);
        p->count = n;
    }
    free(slips);
    return err == OK ? -1 : cmd_fail(err, &why);
}

// --- the commands ---

enum what { SHEET, FORMS, SLIPS };

static int print_it(struct printing *p, enum what what, const char *forum)
{
    struct session_said said = { .parts = buf_new(LIMIT_DISCLOSURE_BYTES) };
    p->page = buf_new(PAGE_BYTES);
    int code = open_forum(p, forum, &said);
    if (code < 0) {
        code = what == SHEET ? make_sheet(p, &said) : what == FORMS ? make_forms(p, &said) : make_slips(p);
    }
    code = code < 0 ? write_page(p) : code;
    if (code < 0) {
        code = what == SHEET   ? say_written(p, "pages", 1, 0)
               : what == FORMS ? say_written(p, "forms", p->count, p->from)
                               : say_written(p, "slips", p->count, 0);
    }
    buf_wipe(&said.parts);
    buf_done(&said.parts);
    buf_wipe(&p->page);
    buf_done(&p->page);
    work_close(&p->w);
    return code;
}

// What every page needs, and that what was typed for it fits.
static int check_options(const struct printing *p)
{
    if (p->out == NULL) {
        return cmd_usage("name the page to write with --out FILE.html");
    }
    const struct slice script = slice_text(p->script != NULL ? p->script : "");
    if (script.n > SCRIPT_MOST || !text_utf8_ok(script)) {
        return cmd_usage("--script: UTF-8, and at most %d bytes leave room to write", SCRIPT_MOST);
    }
    return slip_page_check(p->ask);
}

static int run_sheet(struct cmd_context *context, int argc, char **argv)
{
    struct printing p = { .context = context };
    const struct arg_spec rows[] = {
        PRINTING_OUT(&p),
        OUT_FORCE(&p.force),
        WORK_AS(&p.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session sheet",
        .summary = "Print the sheet of a sealed forum: its totals and the seal, to be read aloud and signed. No word "
                   "that was said stands on it",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session sheet XM-KIV-2026-003 --out sheet.html --language fr\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    code = code < 0 ? check_options(&p) : code;
    return code < 0 ? print_it(&p, SHEET, args.positionals[0]) : code;
}

static int run_forms(struct cmd_context *context, int argc, char **argv)
{
    struct printing p = { .context = context };
    const struct arg_spec rows[] = {
        { "count", 'n', ARG_UINT, "N", "how many, each with a number and a code of its own", &p.count },
        { "from", 0, ARG_UINT, "NUMBER", "the first number; behind those printed before when not given", &p.from },
        { "again", 0, ARG_FLAG, NULL, "print those that were printed before once more, and no new ones", &p.again },
        { "group", 'g', ARG_LIST, "CODE", "a group to tick, at most eight; the guide's when not given",
          &p.groups },
        { "script", 0, ARG_TEXT, "TEXT", "what is read aloud before anything is written; the guide's when not given",
          &p.script },
        SLIP_PAGE_ASK(&p.ask),
        SLIP_PAGE_SECOND(&p.second),
        PRINTING_OUT(&p),
        OUT_FORCE(&p.force),
        WORK_AS(&p.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session forms",
        .summary = "Print numbered paper forms for a forum, each with a slip to tear off. What is written on them is "
                   "typed in with `baraza add --form NUMBER`; the seal accounts for every number that was printed",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session forms XM-KIV-2026-003 --count 20 --out forms.html --language fr --second ar\n"
                    "  baraza session forms XM-KIV-2026-003 --again --out forms.html --force\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    code = code < 0 ? check_options(&p) : code;
    if (code >= 0) {
        return code;
    }
    if (p.again ? p.count > 0 || p.from > 0 : p.count == 0 || p.count > FORMS_MOST) {
        return cmd_usage("say how many with --count, 1 to %d; or --again for those printed before", FORMS_MOST);
    }
    return print_it(&p, FORMS, args.positionals[0]);
}

static int run_slips(struct cmd_context *context, int argc, char **argv)
{
    struct printing p = { .context = context };
    const struct arg_spec rows[] = {
        { "forms", 0, ARG_FLAG, NULL, "those from paper forms too, whose slips are on their feet", &p.forms_too },
        SLIP_PAGE_ASK(&p.ask),
        SLIP_PAGE_SECOND(&p.second),
        PRINTING_OUT(&p),
        OUT_FORCE(&p.force),
        WORK_AS(&p.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session slips",
        .summary = "Print the slips of what was written down at a forum, eight to a sheet, in the order it was "
                   "written; each participant takes hers home. Nothing on them says what was said, by whom or where",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session slips XM-KIV-2026-003 --out slips.html --ask \"District office, on Mondays\"\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    code = code < 0 ? check_options(&p) : code;
    return code < 0 ? print_it(&p, SLIPS, args.positionals[0]) : code;
}

const struct cmd cmd_session_sheet = { "session sheet", run_sheet, "print the sheet of a sealed forum", CMD_WRITE };
const struct cmd cmd_session_forms = { "session forms", run_forms, "print numbered paper forms", CMD_WRITE };
const struct cmd cmd_session_slips = { "session slips", run_slips, "print what participants take home", CMD_WRITE };
