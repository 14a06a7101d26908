// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza codebook publish` and `baraza codebook show`: the secretariat's codes of groups, themes and areas. A table is
// shown, edited in any spreadsheet, and published as the next version, which every site then works with. No version
// drops a code. Read first: book.h, published.h, docs/PROTOCOL.md 7.5.
#include "tools/baraza/book.h"
#include "tools/baraza/print.h"
#include "tools/baraza/publish.h"

static void take_all(void *to, const struct publication *p)
{
    if (p->kind == KIND_CODEBOOK) {
        book_take_content(to, p->content);
    }
}

static int publish(struct cmd_context *context, const char *as, const char *path)
{
    struct work w = { .lent = false };
    struct book next, before;
    struct why why = { "" };
    struct book_faults faults = { .text = buf_new((size_t)64 << 10) };
    struct buf file = buf_new(BOOK_FILE_BYTES);
    struct buf content = buf_new(LIMIT_DISCLOSURE_BYTES);
    book_init(&next);
    book_init(&before);
    int code = book_read_file(path, &file);
    if (code < 0) {
        book_read_csv(&next, buf_slice(&file), &faults);
        code = faults.n > 0 ? book_report(&faults, path) : work_write(context, as, &w);
    }
    if (code < 0) {
        enum err e = published_read(&w.desk, true, take_all, &before, &why);
        code = e == OK ? -1 : cmd_fail(e, &why);
    }
    if (code < 0) {
        book_check(&next, &before, &faults);
        code = faults.n > 0 ? book_report(&faults, path) : -1;
    }
    if (code < 0) {
        code = book_put_content(&next, &content)
                   ? publish_content(context, &w, KIND_CODEBOOK, buf_slice(&content))
                   : cmd_usage("the codebook is longer than %d bytes: shorten definitions and examples",
                               LIMIT_DISCLOSURE_BYTES);
    }
    work_close(&w);
    book_free(&before);
    book_free(&next);
    buf_done(&content);
    buf_done(&file);
    buf_done(&faults.text);
    return code;
}

static int print_table(const struct cmd_context *context, const struct book *b, uint64_t version)
{
    struct buf out = buf_new((size_t)4 << 20);
    const struct slice tag = slice_text(context->language);
    if (version == 0) {
        buf_put_text(&out, "the starter codebook: nothing else was published, as far as is known here\n");
    } else {
        buf_printf(&out, "codebook, version %llu\n", (unsigned long long)version);
    }
    for (enum book_list l = BOOK_GROUPS; l < BOOK_LISTS; l++) {
        bool any = false;
        for (size_t i = 0; i < b->n; i++) {
            const struct book_row *row = &b->rows[i];
            if (row->list != l) {
                continue;
            }
            if (!any) {
                buf_printf(&out, "%s\n", book_list_name(l));
            }
            any = true;
            buf_put_text(&out, row->fields[BOOK_PARENT].n > 0 ? "    " : "  ");
            print_line(&out, row->fields[BOOK_CODE], LIMIT_CODE_BYTES);
            buf_put_text(&out, "  ");
            print_line(&out, book_label(b, row, tag), 80);
            if (row->fields[BOOK_REPLACED].n > 0) {
                buf_put_text(&out, "  [replaced by ");
                print_line(&out, row->fields[BOOK_REPLACED], LIMIT_CODE_BYTES);
                buf_put_u8(&out, ']');
            }
            buf_put_u8(&out, '\n');
        }
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int print_csv(const struct book *b)
{
    struct buf out = buf_new((size_t)4 << 20);
    book_put_csv(b, &out);
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int print_json(const struct book *b, const struct published_last *last)
{
    json_t *o = publish_json(last);
    book_put_json(b, o);
    return cmd_print_json(o);
}

static int show(const struct cmd_context *context, bool csv)
{
    struct work w;
    struct book b;
    struct published_last last;
    book_init(&b);
    int code = publish_read(context, &w, KIND_CODEBOOK, &last);
    if (code < 0) {
        if (last.version > 0) {
            book_take_content(&b, buf_slice(&last.content));
        } else {
            book_take_starter(&b);
        }
        code = context->json ? print_json(&b, &last) : csv ? print_csv(&b) : print_table(context, &b, last.version);
    }
    buf_done(&last.content);
    book_free(&b);
    work_close(&w);
    return code;
}

static int run_publish(struct cmd_context *context, int argc, char **argv)
{
    const char *as = NULL;
    const struct arg_spec rows[] = {
        WORK_AS(&as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza codebook publish",
        .summary = "Publish the codebook in a CSV file as its next version: codes of groups, themes and areas. Sites "
                   "offer it in add, import and on paper forms once it came down to them. For the secretariat",
        .positionals = "FILE",
        .min = 1,
        .max = 1,
        .examples = "  baraza codebook show --csv > codebook.csv     # then edit it, in any spreadsheet\n"
                    "  baraza codebook publish codebook.csv --as registrar\n"
                    "Its first line names the columns; list, code and one label are needed, the others as you like:\n"
                    "  list,code,parent,label_en,label_fr,definition,include,exclude,example,from,replaced\n"
                    "  group,fishers,,fishing people,pêcheurs,\"live from the river\",,,,,\n"
                    "  theme,water,,water,eau,,wells and rivers,,,,\n"
                    "  theme,wells,water,wells,puits,,,,,,water\n"
                    "A code that was published stays valid for ever. A later version can change all else of its row,\n"
                    "and name in \"replaced\" the code that is used from now on, but never leave the row out.\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code < 0 ? publish(context, as, args.positionals[0]) : code;
}

static int run_show(struct cmd_context *context, int argc, char **argv)
{
    bool csv = false;
    const struct arg_spec rows[] = {
        { "csv", 0, ARG_FLAG, NULL, "as the file that codebook publish takes", &csv },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza codebook show",
        .summary = "Show the codebook in its last version known here, or the starter codebook, in the language of "
                   "--language",
        .positionals = "",
        .examples = "  baraza codebook show --language fr\n"
                    "  baraza codebook show --csv > codebook.csv\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code < 0 ? show(context, csv) : code;
}

const struct cmd cmd_codebook_publish = { "codebook publish", run_publish,
                                          "publish codes of groups, themes and areas", CMD_FOUND };
const struct cmd cmd_codebook_show = { "codebook show", run_show, "show the codes in use, or a table to edit",
                                       CMD_READ };
