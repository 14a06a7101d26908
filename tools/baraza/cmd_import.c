// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza import`: contributions from a table made elsewhere, many to a transaction, each durable before it is counted.
// Read first: import.h.
#include "common/author/append.h"
#include "common/base/arena.h"
#include "common/base/file.h"
#include "common/base/table.h"
#include "common/base/text.h"
#include "common/net/loop.h"
#include "common/ops/progress.h"
#include "node/desk/local.h"
#include "tools/baraza/import.h"
#include "tools/baraza/import_again.h"
#include "tools/baraza/print.h"
#include "node/desk/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES ((size_t)1 << 30)
#define BATCH_ITEMS 256
#define BATCH_BYTES ((size_t)4 << 20) // a transaction is written once its texts have so much
#define ARENA_BYTES (BATCH_BYTES + 4 * LIMIT_DISCLOSURE_BYTES)

// What the options say, and what was found out about the file.
struct importing {
    const char *from, *session, *area, *type, *as, *lang, *title, *name, *sensitivity;
    struct arg_list seal_to;
    struct code_set recipients;
    bool new_codes;
    const struct import_source *source;
    char path[4096];
    char label[256];                  // name of the conversation or file
    char code[LIMIT_CODE_BYTES + 1];  // of the forum it goes to
};

#define SESSION_PREFIX "baraza/import-session/v1" // of what names the forum that an import opens for its rows

// A run over one file.
struct run {
    const struct cmd_context *context;
    const struct importing *in;
    struct work *w;
    struct hash session;
    struct csv csv;
    struct import_columns columns;
    struct table seen;                // import keys of this file's rows
    struct contribution_parts parts;
    struct arena *arena;
    struct import_guard guard;
    struct codebook *codebook;
    struct body bodies[BATCH_ITEMS];
    struct recipients recipients[BATCH_ITEMS];
    struct append_item items[BATCH_ITEMS];
    struct hash keys[BATCH_ITEMS];
    struct again_row places[BATCH_ITEMS]; // of the items
    size_t n;
    struct progress progress;
    struct import_again again;
    uint64_t rows, saved, already, refused, changed;
    uint64_t unreadable; // rows whose text is not UTF-8
    uint64_t sealed;     // rows of which something is sealed
    json_t *refusals, *changes;
};

// Says what is the matter with a row, at once or in the closing JSON value.
static void say_row(struct run *r, const char *what, json_t *list, uint64_t row, uint64_t line, const char *cause)
{
    if (r->context->json) {
        json_t *o = json_object();
        json_put(o, "row", json_of_number(row));
        json_put(o, "line", json_of_number(line));
        json_put(o, "why", json_string(cause));
        json_push(list, o);
        return;
    }
    struct buf text = buf_new(1024);
    print_line(&text, slice_text(cause), 200);
    (void)fprintf(stderr, "%s: row %llu (line %llu): %.*s\n", what, (unsigned long long)row, (unsigned long long)line,
                  (int)text.n, (const char *)text.p);
    buf_done(&text);
}

static void refuse(struct run *r, const char *cause)
{
    r->refused++;
    say_row(r, "refused", r->refusals, r->csv.row - 1, r->csv.row_line, cause);
}

// Rows that stand here with another text than the file has now.
static enum err report_changed(struct run *r, struct why *why)
{
    enum err e = import_again_check(&r->again, r->w, why);
    for (size_t i = 0; i < r->again.n && e == OK; i++) {
        const struct again_row *row = &r->again.rows[i];
        if (row->changed) {
            r->changed++;
            say_row(r, "changed", r->changes, row->row, row->line,
                    "its text is not the one that was imported before; what was signed stands");
        }
    }
    return e;
}

// Writes what was gathered. Returns -1, or has reported.
static int flush_batch(struct run *r)
{
    struct append_result results[BATCH_ITEMS];
    if (r->n == 0) {
        return -1;
    }
    int code = work_append(r->w, r->items, r->n, results);
    if (code >= 0) {
        return code;
    }
    for (size_t i = 0; i < r->n; i++) {
        r->saved += results[i].saved;
        r->already += !results[i].saved;
        if (!results[i].saved) {
            import_again_add(&r->again, results[i].id, &r->places[i]);
        }
    }
    r->n = 0;
    arena_reset(r->arena);
    progress_step(&r->progress, r->rows, loop_now_ms());
    return -1;
}

// Puts a contribution into the batch; its bytes are copied, because the reader goes on.
static bool gather(struct run *r, const struct contribution *c, struct hash key, struct why *why)
{
    struct append_item *item = &r->items[r->n];
    *item = (struct append_item){ .body = &r->bodies[r->n], .refs = &r->session, .ref_count = 1 };
    r->bodies[r->n] = (struct body){ .kind = KIND_CONTRIBUTION };
    r->bodies[r->n].as.contribution.sensitivity = c->sensitivity;
    if (!contribution_make(c, &r->parts, item, why) || !author_item_ok(item, why)) {
        return false;
    }
    for (size_t i = 0; i < LIMIT_PARTS; i++) {
        CHECK(arena_copy(r->arena, item->parts[i], &item->parts[i]));
    }
    r->keys[r->n] = key;
    r->places[r->n] = (struct again_row){ .row = r->csv.row - 1, .line = r->csv.row_line, .text = hash_of(c->text) };
    item->import_key = &r->keys[r->n];
    r->n++;
    return true;
}

static void take_row(struct run *r, struct slice lang)
{
    struct contribution c;
    struct why why = { "" };
    char counted[32];
    uint32_t before = 0;
    struct import_guarded guarded;
    if (!import_row_read(r->in->source, &r->columns, &r->csv, lang, &c, &guarded, &why) ||
        !import_guard_row(&r->guard, &guarded, &c, &r->recipients[r->n], &why)) {
        refuse(r, why.text);
        return;
    }
    // The bytes are kept as they came; but who imports should know before anybody relies on reading them.
    r->unreadable += text_utf8_ok(c.text) ? 0 : 1;
    c.source.file = slice_text(r->in->label);
    struct slice number = c.source.number;
    if (number.n == 0) { // a table without ids: the row's place stands for one
        (void)snprintf(counted, sizeof counted, "row %llu", (unsigned long long)c.source.row);
        number = slice_text(counted);
    }
    struct hash key = import_key(r->in->source->tool, slice_text(r->in->label), number);
    if (table_find(&r->seen, key.b, &before)) {
        why_set(&why, "its id \"%.*s\" is that of row %u already", (int)(number.n > 40 ? 40 : number.n),
                (const char *)number.p, before);
        refuse(r, why.text);
        return;
    }
    table_put(&r->seen, key.b, (size_t)(r->csv.row - 1));
    if (!gather(r, &c, key, &why)) {
        refuse(r, why.text);
    } else {
        r->sealed += contribution_sealed(&c) ? 1 : 0;
    }
}

static int take_rows(struct run *r)
{
    struct slice lang = r->in->lang != NULL ? slice_text(r->in->lang) : SLICE_LITERAL("und");
    for (enum csv_fault f = csv_next(&r->csv); f != CSV_END; f = csv_next(&r->csv)) {
        r->rows++;
        if (f != CSV_ROW) {
            refuse(r, csv_fault_text(f));
            continue;
        }
        take_row(r, lang);
        if (r->n == BATCH_ITEMS || arena_used(r->arena) > BATCH_BYTES) {
            int code = flush_batch(r);
            if (code >= 0) {
                return code;
            }
        }
    }
    return flush_batch(r);
}

static uint64_t count_rows(struct slice input)
{
    struct csv c;
    uint64_t n = 0;
    csv_init(&c, input, 0);
    while (csv_next(&c) != CSV_END) {
        n++;
    }
    csv_done(&c);
    return n > 0 ? n - 1 : 0;
}

// The forum the rows go to: the one of that code here, or a new one.
static int find_session(struct run *r)
{
    const struct importing *in = r->in;
    struct local_session there;
    struct append_result result;
    struct why why = { "" };
    enum err e = local_session_find(&r->w->desk, in->code, &there, &why);
    if (e == OK) {
        r->session = there.id;
        r->guard.session = there;
        return -1;
    }
    if (e != ERR_NOT_FOUND) {
        return cmd_fail(e, &why);
    }
    if (in->area == NULL) {
        return cmd_usage("forum %s is not open here: say for which area with --area CODE, or open it first", in->code);
    }
    struct session_fields f = { .code = slice_text(in->code), .area = slice_text(in->area),
                                .type = slice_text(in->type),
                                .title = slice_text(in->title != NULL ? in->title : "") };
    if (in->lang != NULL) {
        f.languages[f.language_n++] = slice_text(in->lang);
    }
    // So that it is known as one that an import made: nobody who writes next means it without saying so.
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_of(SESSION_PREFIX, sizeof SESSION_PREFIX));
    sha256_add(&s, slice_text(in->code));
    struct hash key = sha256_done(&s);
    struct trouble t = { .code = NULL };
    if (session_append(&r->w->desk, loop_wall_s(), &f, &key, &result, &t) != OK) {
        return cmd_fail(t.err, &t.why);
    }
    r->session = result.id;
    return -1;
}

// What holds for rows that do not say.
static int begin_guard(struct run *r)
{
    struct why why = { "" };
    struct recipients to;
    enum err e = codebook_here(&r->w->desk, &r->codebook, &why);
    r->guard.charter = state_charter(r->w->desk.state);
    r->guard.codebook = r->codebook;
    r->guard.sensitivity = r->in->sensitivity;
    r->guard.seal_to = r->in->recipients;
    r->guard.new_codes = r->in->new_codes;
    if (e == OK && r->guard.seal_to.n > 0 && !recipients_find(r->guard.charter, &r->guard.seal_to, &to, &why)) {
        return cmd_usage("--seal-to: %s", why.text);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

static struct slice referral_of(const struct run *r)
{
    return codebook_referral(r->codebook, language_of(slice_text(r->context->language)));
}

// Before any row is taken: what is sealed cannot be taken back out.
static void say_sealing(const struct run *r)
{
    const struct import_columns *c = &r->columns;
    const char *said = r->in->sensitivity != NULL ? r->in->sensitivity : r->guard.session.sensitivity;
    if (c->at[COLUMN_IDENTITY] != SIZE_MAX || c->at[COLUMN_SENSITIVITY] != SIZE_MAX || strcmp(said, "sealed") == 0) {
        cmd_remark(r->context, "identities, and rows that are sealed, will be for those alone to whom they are sealed: "
                   "nobody else can read them then, you neither");
    }
}

// stopped: it did not come to the end. What was read then and not written is in no other sum.
static int print_result(const struct run *r, bool stopped)
{
    const uint64_t left = r->rows - r->saved - r->already - r->refused;
    if (r->context->json) {
        json_t *o = json_object();
        json_put(o, "session", json_string(r->in->code));
        json_put(o, "rows", json_of_number(r->rows));
        json_put(o, "saved", json_of_number(r->saved));
        json_put(o, "already", json_of_number(r->already));
        json_put(o, "refused", json_incref(r->refusals));
        json_put(o, "changed", json_incref(r->changes));
        json_put(o, "unreadable", json_of_number(r->unreadable));
        json_put(o, "unsaved", json_of_number(left));
        json_put(o, "complete", json_boolean(!stopped));
        if (r->guard.stopped) {
            json_put(o, "referral", json_of_bytes(referral_of(r)));
        }
        return cmd_print_json(o);
    }
    struct buf out = buf_new(32768);
    print_count(&out, r->rows, "row", "rows");
    buf_printf(&out, " = %llu saved + %llu here already + %llu refused", (unsigned long long)r->saved,
               (unsigned long long)r->already, (unsigned long long)r->refused);
    if (left > 0) {
        buf_printf(&out, " + %llu not saved", (unsigned long long)left);
    }
    buf_printf(&out, "; forum %s\n", r->in->code);
    if (stopped) {
        buf_printf(&out, "It stopped there, of %llu rows in the file. What is saved is saved: when what is said above "
                         "is put right, run the\nsame command again, and it goes on with the rest.\n",
                   (unsigned long long)r->progress.total);
    }
    if (r->changed > 0) {
        print_count(&out, r->changed, "of those here already has", "of those here already have");
        buf_put_text(&out, " another text in the file now; what was signed stands\n");
    }
    if (r->unreadable > 0) {
        print_count(&out, r->unreadable, "row is", "rows are");
        buf_put_text(&out, " not UTF-8: the bytes are kept, but read with holes. Was it meant? If not: save the table\n"
                           "as \"CSV UTF-8\", withdraw these, and import it under another --name.\n");
    }
    if (r->guard.stopped) {
        buf_put_text(&out, "To whoever speaks of a child or of gender-based violence, this is read out:\n");
        print_text(&out, referral_of(r), "  ");
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int read_heading(struct run *r)
{
    struct why why = { "" };
    struct buf unknown = buf_new(4096);
    enum csv_fault f = csv_next(&r->csv);
    int code = -1;
    if (f == CSV_END) {
        why_set(&why, "%s is empty", r->in->path);
        code = cmd_fail(ERR_BAD_INPUT, &why);
    } else if (f != CSV_ROW) {
        why_set(&why, "the heading of %s: %s", r->in->path, csv_fault_text(f));
        code = cmd_fail(ERR_BAD_INPUT, &why);
    } else if (!import_columns_read(r->in->source, &r->csv, &r->columns, &unknown, &why)) {
        code = cmd_fail(ERR_BAD_INPUT, &why);
    } else if (unknown.n > 0) {
        cmd_remark(r->context, "columns that are not taken: %.*s", (int)unknown.n, (const char *)unknown.p);
    }
    buf_done(&unknown);
    return code;
}

static int import(const struct cmd_context *context, const struct importing *in, struct work *w, struct slice input)
{
    struct run *r = mem_new(sizeof *r);
    r->context = context;
    r->in = in;
    r->w = w;
    r->seen = table_new(sizeof(struct hash));
    r->arena = arena_new(ARENA_BYTES);
    r->refusals = json_array();
    r->changes = json_array();
    import_again_init(&r->again);
    r->progress = progress_begin(STDERR_FILENO, isatty(STDERR_FILENO) == 1, context->quiet, "importing", "rows",
                                 count_rows(input), loop_now_ms());
    contribution_parts_init(&r->parts);
    csv_init(&r->csv, input, 0);
    int code = read_heading(r);
    if (code < 0) {
        code = begin_guard(r);
    }
    if (code < 0) {
        code = find_session(r);
    }
    if (code < 0) {
        struct why why = { "" };
        say_sealing(r);
        code = take_rows(r);
        const bool stopped = code >= 0;
        progress_end(&r->progress, loop_now_ms());
        enum err e = code < 0 ? report_changed(r, &why) : OK;
        code = e == OK ? code : cmd_fail(e, &why);
        if (r->guard.flagged > 0) {
            cmd_remark(context, "flagged as dangerous and not sealed: %llu of the rows; think of sensitivity sealed, "
                       "so that only protection officers read them", (unsigned long long)r->guard.flagged);
        }
        if (r->sealed > 0) {
            cmd_remark(context, "what was sealed nobody can read now but those it is sealed to; but %s itself still "
                       "has it in the clear: destroy it, and every copy of it", in->path);
        }
        int shown = print_result(r, stopped); // also after a failure: what was saved is saved
        if (code < 0) {
            code = shown != EXIT_GOOD || r->refused == 0 ? shown : err_exit_code(ERR_BAD_INPUT);
        }
    }
    json_decref(r->refusals);
    json_decref(r->changes);
    import_again_done(&r->again);
    codebook_free(r->codebook);
    csv_done(&r->csv);
    contribution_parts_done(&r->parts);
    arena_free(r->arena);
    table_done(&r->seen);
    free(r);
    return code;
}

// The last name of a path, without the ending.
static void stem(const char *path, char *out, size_t room)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');
    size_t n = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
    (void)snprintf(out, room, "%.*s", (int)n, name);
}

// A code made of the label: other characters become hyphens.
static void code_of_label(struct importing *in)
{
    size_t n = strlen(in->label) < LIMIT_CODE_BYTES ? strlen(in->label) : LIMIT_CODE_BYTES;
    for (size_t i = 0; i < n; i++) {
        in->code[i] = text_code_ok(slice_of(in->label + i, 1)) ? in->label[i] : '-';
    }
    in->code[n] = '\0';
}

// Finds the file and what it is called: of comments.csv, the directory's name.
static enum err find_file(struct importing *in, const char *given, struct why *why)
{
    char full[4096];
    struct stat st;
    int n = snprintf(in->path, sizeof in->path, "%s", given);
    if (stat(given, &st) == 0 && S_ISDIR(st.st_mode)) {
        if (in->source->file == NULL) {
            why_set(why, "%s is a directory: name the file in it", given);
            return ERR_USAGE;
        }
        n = snprintf(in->path, sizeof in->path, "%s/%s", given, in->source->file);
    }
    if (n < 0 || (size_t)n >= sizeof in->path || realpath(in->path, full) == NULL) {
        why_set(why, "there is no file %s", in->path);
        return ERR_NOT_FOUND;
    }
    const char *slash = strrchr(full, '/');
    if (in->source->file != NULL && strcmp(slash + 1, in->source->file) == 0 && slash != full) {
        full[slash - full] = '\0';
        slash = strrchr(full, '/');
        (void)snprintf(in->label, sizeof in->label, "%s", slash + 1);
    } else {
        stem(full, in->label, sizeof in->label);
    }
    if (in->name != NULL) {
        (void)snprintf(in->label, sizeof in->label, "%s", in->name);
    }
    if (in->session != NULL) {
        (void)snprintf(in->code, sizeof in->code, "%s", in->session);
    } else {
        code_of_label(in);
    }
    return OK;
}

static int check_options(struct importing *in)
{
    in->source = in->from == NULL ? NULL : import_source_find(in->from);
    if (in->source == NULL) {
        return cmd_usage("say what kind of file it is: --from polis, or --from csv");
    }
    if (in->session != NULL && !text_code_ok(slice_text(in->session))) {
        return cmd_usage("--session takes a code or an id: letters, digits, dot, dash and underscore");
    }
    if (in->area != NULL && !text_code_ok(slice_text(in->area))) {
        return cmd_usage("--area takes a code: letters, digits, dot, dash and underscore");
    }
    if (in->lang != NULL && !language_tag_ok(slice_text(in->lang))) {
        return cmd_usage("--lang takes a language tag such as sw, fr-CF or kpe-LR");
    }
    const bool good = code_known(CODES_SESSION_TYPE, "--type", in->type) &&
                      (in->sensitivity == NULL ||
                       code_known(CODES_SENSITIVITY, "--sensitivity", in->sensitivity)) &&
                      code_set_of(&in->seal_to, "--seal-to", &in->recipients);
    return good ? -1 : EXIT_USAGE;
}

static int read_and_import(const struct cmd_context *context, struct importing *in, const char *given)
{
    struct work w = { .lent = false };
    struct why why = { "" };
    struct buf input = buf_new(FILE_BYTES);
    enum err e = find_file(in, given, &why);
    if (e == OK) {
        e = file_read(in->path, true, &input, &why);
    }
    int code = e == OK ? work_write(context, in->as, &w) : cmd_fail(e, &why);
    if (code < 0) {
        code = import(context, in, &w, buf_slice(&input));
    }
    work_close(&w);
    buf_done(&input);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct importing in = { .type = "submission-desk" };
    const struct arg_spec rows[] = {
        { "from", 'f', ARG_TEXT, "KIND", "polis (comments.csv, or the directory with it) or csv", &in.from },
        { "session", 's', ARG_TEXT, "CODE", "the forum it goes to; made from the file's name when not given",
          &in.session },
        { "area", 'a', ARG_TEXT, "AREA", "area of the forum, when it is not open here yet", &in.area },
        { "type", 't', ARG_TEXT, "TYPE", "type of the forum, when it is not open here yet", &in.type },
        { "title", 0, ARG_TEXT, "TEXT", "title of the forum, when it is not open here yet", &in.title },
        { "lang", 'l', ARG_TEXT, "TAG", "language of rows that do not say; und when not given", &in.lang },
        { "name", 0, ARG_TEXT, "TEXT", "what the source is called: rows are known again by it and their id", &in.name },
        { "sensitivity", 0, ARG_TEXT, "CODE", "of rows that do not say: open, restricted, sealed; the forum's when not "
          "given", &in.sensitivity },
        { "seal-to", 0, ARG_LIST, "NAME", "who may open what is sealed of rows that do not say, two or more",
          &in.seal_to },
        { "new-code", 0, ARG_FLAG, NULL, "take groups and themes that the codebook does not have", &in.new_codes },
        WORK_AS(&in.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza import",
        .summary = "Take over contributions from a file, each with its own number, time and row. Run twice it adds "
                   "nothing",
        .positionals = "PATH",
        .min = 1,
        .max = 1,
        .examples = "  baraza import --from csv XM-KIV-2026-003.csv --area XM-KIV --type town-hall\n"
                    "  baraza import --from polis exports/freshwater --area NZ --lang en\n"
                    "A csv needs the column said (or text); it may have id, language, kind, group, theme, "
                    "question, summary,\n"
                    "ask, time, author, flags; and identity, sensitivity and seal-to, of which what is sealed can be "
                    "read by\n"
                    "those it is sealed to and by nobody else. Exit code 65 when a row was refused. The file itself "
                    "stays as it is.\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = check_options(&in);
    }
    return code >= 0 ? code : read_and_import(context, &in, args.positionals[0]);
}

const struct cmd cmd_import = { "import", run, "take over contributions from a file", CMD_WRITE };
