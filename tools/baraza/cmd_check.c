// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza check`: reads every value of a site's or a hub's store and names what is damaged. It must never write.
// Read first: common/store/pages.h, common/store/whole.h.
#include "common/format/armor.h"
#include "common/net/loop.h"
#include "common/ops/progress.h"
#include "common/store/blob.h"
#include "common/store/leaf.h"
#include "common/store/pages.h"
#include "common/store/record.h"
#include "common/store/whole.h"
#include "tools/baraza/print.h"
#include "tools/baraza/work.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN 50      // damaged values that are shown; who wants all of them asks for --json
#define TRIES 5       // a store that is written to is read again: pages of the past are given to others
#define STEP 10000u   // entries whose words are opened in one transaction

struct damaged {
    enum db db;
    struct key_fields at;
    char name[65];      // of a named value, as far as it can be shown; the root of an attachment
    const char *what;   // NULL: what stands there is not whole
};

struct checking {
    struct cmd_context *context;
    struct progress progress;
    uint64_t values;
    uint64_t bad;        // pages and places in them
    uint64_t hidden;     // values that are counted and not found
    uint64_t words;      // entries whose words were opened
    uint64_t sounds;     // attachments that were read
    struct damaged *rows;
    size_t n;
    struct why why;
};

static void add(struct checking *c, enum db db, struct slice key, const char *what)
{
    struct damaged d = { .db = db, .what = what };
    if (db == DB_META) {
        for (size_t i = 0; i < key.n && i < sizeof d.name - 1 && key.p[i] >= ' ' && key.p[i] < 127; i++) {
            d.name[i] = (char)key.p[i];
        }
    } else if (what == NULL && !key_parse(db, key, &d.at)) {
        d.what = "its key is damaged";
    }
    c->rows = mem_grow(c->rows, c->n + 1, sizeof *c->rows);
    c->rows[c->n++] = d;
}

static void add_attachment(struct checking *c, struct hash root)
{
    add(c, DB_BLOB, slice_of(NULL, 0), "attachment");
    struct damaged *d = &c->rows[c->n - 1];
    struct buf hex = buf_over(d->name, sizeof d->name - 1);
    armor_put_hex(&hex, SLICE_ARRAY(root.b));
    CHECK(buf_ok(&hex)); // the name ends in the 0 that was there
}

static void look(void *arg, enum db db, struct slice key, struct slice value)
{
    struct checking *c = arg;
    c->values++;
    progress_step(&c->progress, c->values, loop_now_ms());
    if (!whole_value(db, key, value)) {
        add(c, db, key, NULL);
    }
}

static void begin(struct checking *c, const char *doing, const char *unit)
{
    c->progress = progress_begin(STDERR_FILENO, isatty(STDERR_FILENO) == 1, c->context->quiet, doing, unit, 0,
                                 loop_now_ms());
}

static void forget(struct checking *c)
{
    free(c->rows);
    c->rows = NULL;
    c->n = 0;
    c->values = c->bad = c->hidden = 0;
}

// Reads the file. *quiet: nobody wrote meanwhile, so what looks damaged is.
static enum err read_pages(struct checking *c, const char *store, bool *quiet)
{
    struct pages *pages = NULL;
    forget(c);
    enum err e = pages_open(store, &pages, &c->why);
    if (e != OK) {
        return e;
    }
    for (enum db db = 0; db < DB_COUNT; db++) {
        const struct pages_walk w = pages_walk(pages, db, look, c);
        c->bad += w.bad + (!w.known && db < DB_LATER); // an older program made a store without those
        c->hidden += w.counted > w.seen ? w.counted - w.seen : 0;
    }
    *quiet = pages_quiet(pages);
    pages_close(pages);
    return OK;
}

static bool is_sound(const struct checking *c)
{
    return c->n == 0 && c->bad == 0 && c->hidden == 0;
}

static enum err check_pages(struct checking *c)
{
    char *store = state_path_in(c->context->state, STATE_STORE);
    bool quiet = false;
    enum err e = OK;
    begin(c, "checking", "values");
    for (int i = 0; i < TRIES && e == OK && !quiet; i++) {
        e = read_pages(c, store, &quiet);
        quiet = quiet || is_sound(c);
    }
    progress_end(&c->progress, loop_now_ms());
    if (e == OK && !quiet) {
        why_set(&c->why, "%s is being written to, and what is read looks damaged: stop its daemon and check again",
                c->context->state);
        e = ERR_AGAIN;
    }
    free(store);
    return e;
}

// --- what only the store's key can judge ---

static bool opens(struct buf *plain, enum err e)
{
    struct disclosure d;
    return e == ERR_NOT_FOUND || (e == OK && disclosure_parse(buf_slice(plain), &d) == VERDICT_GOOD);
}

static void count_words(struct checking *c)
{
    c->words++;
    progress_step(&c->progress, c->words, loop_now_ms());
}

static void open_journals(struct checking *c, const struct work *w, struct kv_txn *t, struct buf *plain)
{
    struct journal_id id;
    for (bool more = journal_next(t, false, &id); more; more = journal_next(t, true, &id)) {
        struct journal_range r = journal_range_new(t, &id, 0);
        while (journal_range_next(&r)) {
            buf_wipe(plain);
            count_words(c);
            if (r.whole && !opens(plain, journal_parts(t, &w->desk.store_key, &r.at, plain, NULL))) {
                add(c, DB_PART, r.range.key, NULL);
            }
        }
        journal_range_done(&r);
    }
}

// In short transactions, so that a running hub is not held up.
static enum err open_leaves(struct checking *c, const struct work *w, struct buf *plain)
{
    uint64_t next = 0;
    bool more = true;
    enum err e = OK;
    while (more && e == OK) {
        struct kv_txn *t = NULL;
        e = kv_begin_read(state_kv(w->desk.state), &t);
        if (e != OK) {
            break;
        }
        struct leaf_range r = leaf_range_new(t, next);
        uint64_t n = 0;
        while (n < STEP && (more = leaf_range_next(&r))) {
            n++;
            next = r.index + 1;
            count_words(c);
            buf_wipe(plain);
            if (r.whole && !opens(plain, leaf_parts(t, &w->desk.store_key, r.index, plain, NULL))) {
                add(c, DB_LEAF_PART, r.range.key, NULL);
            }
        }
        leaf_range_done(&r);
        e = kv_commit(t);
    }
    return e;
}

static enum err check_record(struct checking *c, const struct work *w)
{
    struct record *record = record_new();
    struct merkle_frontier f = { 0 };
    struct kv_txn *t = NULL;
    struct why why = { "" };
    enum err e = kv_begin_read(state_kv(w->desk.state), &t);
    if (e == OK) {
        e = record_load(record, t, &why);
    }
    if (e == OK) {
        e = record_verify(record, t, record_size(record), &f, &why);
    }
    kv_abort(t);
    record_free(record);
    if (e == ERR_CORRUPT) {
        add(c, DB_TILE, slice_of(NULL, 0), "the tree of the record does not fit its entries");
        e = OK;
    }
    return e;
}

struct roots {
    struct hash *list;
    size_t n;
};

static void take_root(void *arg, struct hash root)
{
    struct roots *r = arg;
    r->list = mem_grow(r->list, r->n + 1, sizeof *r->list);
    r->list[r->n++] = root;
}

// Sound and pictures: encrypted, and so also what is locked is compared with what was signed.
static enum err check_attachments(struct checking *c, const struct work *w)
{
    struct roots roots = { .n = 0 };
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(state_kv(w->desk.state), &t);
    if (e == OK) {
        blob_each(t, take_root, &roots);
        e = kv_commit(t);
    }
    for (size_t i = 0; i < roots.n && e == OK; i++) {
        e = kv_begin_read(state_kv(w->desk.state), &t);
        const enum err found = e == OK ? blob_check(t, roots.list[i]) : OK;
        if (e == OK) {
            e = kv_commit(t);
        }
        if (e == OK && found == ERR_CORRUPT) {
            add_attachment(c, roots.list[i]);
        } else if (e == OK && found != ERR_NOT_FOUND) { // erased meanwhile
            e = found;
        }
        c->sounds++;
        progress_step(&c->progress, c->words + c->sounds, loop_now_ms());
    }
    free(roots.list);
    return e;
}

// Only a store whose tree is whole is opened as one. Returns -1, or has reported.
static int check_words(struct checking *c)
{
    struct work w;
    struct kv_txn *t = NULL;
    int code = work_read(c->context, &w);
    if (code >= 0) {
        work_close(&w);
        return code;
    }
    begin(c, "opening", "entries");
    struct buf plain = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    enum err e = OK;
    if (w.desk.readable) {
        e = kv_begin_read(state_kv(w.desk.state), &t);
        if (e == OK) {
            open_journals(c, &w, t, &plain);
            e = kv_commit(t);
        }
        if (e == OK) {
            e = open_leaves(c, &w, &plain);
        }
    } else {
        cmd_remark(c->context, "the words are locked, and only their form was checked: unlock (baraza unlock), or give "
                               "--passphrase-file, to check them too");
    }
    if (e == OK) {
        e = check_attachments(c, &w);
    }
    if (e == OK && state_info(w.desk.state)->side == STORE_HUB) {
        e = check_record(c, &w);
    }
    progress_end(&c->progress, loop_now_ms());
    buf_wipe(&plain);
    buf_done(&plain);
    work_close(&w);
    return e == OK ? -1 : cmd_fail(e, NULL);
}

// --- the result ---

static const char *what_of(enum db db)
{
    static const char *const names[DB_COUNT] = {
        [DB_META] = "remembered value",         [DB_VAULT] = "the key of its words",
        [DB_JOURNAL] = "the entry",             [DB_PART] = "its words",
        [DB_BLOB] = "attachment",               [DB_IMPORT] = "what was imported",
        [DB_LEAF] = "the entry",                [DB_LEAF_PART] = "its words",
        [DB_LEAF_VAULT] = "the key of its words", [DB_EXCHANGE] = "what the hub has acknowledged",
        [DB_REFUSED] = "refusal",               [DB_OUTBOX] = "its copy for the hub",
        [DB_UNLOCK] = "a key of the copies",    [DB_PROOF] = "its receipt",
        [DB_SLOT] = "where it lies in the record", [DB_HEAD] = "the end of a notebook",
        [DB_TILE] = "a piece of the tree",      [DB_CHECKPOINT] = "a checkpoint",
        [DB_CONTROL] = "mark of a control entry", [DB_DRAFT] = "a draft",
        [DB_ATTACHED] = "what is attached to it", [DB_DRAFT_BLOB] = "attachment of a draft",
    };
    return names[db];
}

static bool in_journal(enum db db)
{
    return db == DB_JOURNAL || db == DB_PART || db == DB_VAULT || db == DB_OUTBOX || db == DB_PROOF || db == DB_SLOT ||
           db == DB_REFUSED;
}

static bool in_record(enum db db)
{
    return db == DB_LEAF || db == DB_LEAF_PART || db == DB_LEAF_VAULT || db == DB_CONTROL;
}

static void put_row(struct buf *out, const struct damaged *d)
{
    const uint8_t *book = d->at.journal.incarnation.b;
    buf_put_text(out, "  damaged: ");
    if (d->what == NULL && in_journal(d->db)) {
        buf_printf(out, "number %llu of notebook %02x%02x%02x%02x: ", (unsigned long long)d->at.seq, book[0], book[1],
                   book[2], book[3]);
    } else if (d->what == NULL && in_record(d->db)) {
        buf_printf(out, "entry %llu of the record: ", (unsigned long long)d->at.index);
    }
    buf_put_text(out, d->what != NULL ? d->what : what_of(d->db));
    if (d->name[0] != '\0') {
        buf_printf(out, " \"%s\"", d->name);
    }
    buf_put_u8(out, '\n');
}

static json_t *row_json(const struct damaged *d)
{
    json_t *o = json_object();
    json_put(o, "database", json_string(db_names()[d->db]));
    json_put(o, "what", json_string(d->what != NULL ? d->what : what_of(d->db)));
    if (d->name[0] != '\0') {
        json_put(o, "name", json_string(d->name));
    }
    if (d->what == NULL && in_journal(d->db)) {
        json_put(o, "author", json_of_hex(SLICE_ARRAY(d->at.journal.key.b)));
        json_put(o, "incarnation", json_of_hex(SLICE_ARRAY(d->at.journal.incarnation.b)));
        json_put(o, "number", json_of_number(d->at.seq));
    } else if (d->what == NULL && in_record(d->db)) {
        json_put(o, "index", json_of_number(d->at.index));
    }
    return o;
}

static int print_json(const struct checking *c)
{
    json_t *o = json_object();
    json_t *rows = json_array();
    for (size_t i = 0; i < c->n; i++) {
        json_push(rows, row_json(&c->rows[i]));
    }
    json_put(o, "sound", json_boolean(is_sound(c)));
    json_put(o, "values", json_of_number(c->values));
    json_put(o, "words", json_of_number(c->words));
    json_put(o, "attachments", json_of_number(c->sounds));
    json_put(o, "hidden", json_of_number(c->hidden));
    json_put(o, "bad_places", json_of_number(c->bad));
    json_put(o, "damaged", rows);
    return cmd_print_json(o);
}

static int print_words(const struct checking *c)
{
    struct buf out = buf_new(32768);
    print_count(&out, c->values, "value", "values");
    buf_put_text(&out, " read");
    if (c->words > 0) {
        buf_put_text(&out, ", the words of ");
        print_count(&out, c->words, "entry", "entries");
        buf_put_text(&out, " opened");
    }
    if (c->sounds > 0) {
        buf_put_text(&out, ", ");
        print_count(&out, c->sounds, "attachment", "attachments");
        buf_put_text(&out, " compared with what was signed");
    }
    buf_printf(&out, ": %s\n", is_sound(c) ? "nothing is damaged" : "DAMAGED");
    for (size_t i = 0; i < c->n && i < SHOWN; i++) {
        put_row(&out, &c->rows[i]);
    }
    if (c->n > SHOWN) {
        buf_printf(&out, "  and %llu more: --json\n", (unsigned long long)(c->n - SHOWN));
    }
    if (c->bad > 0 || c->hidden > 0) {
        buf_printf(&out, "The tree of the store is damaged in %llu places, and hides ", (unsigned long long)c->bad);
        print_count(&out, c->hidden, "value", "values");
        buf_put_text(&out, ".\nAt a site: baraza salvage NEWDIR. At a hub: restore the last backup.\n");
    } else if (c->n > 0) {
        buf_put_text(&out, "At a site the rest goes on, and baraza status says what is lost. At a hub: restore the "
                           "last backup; sites\ndeliver again what came later. This disk will do it again: use another."
                           "\n");
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza check",
        .summary = "Read everything that this site or hub has on its disk, and name what is damaged",
        .positionals = "",
        .examples = "  baraza check --state /srv/baraza\n"
                    "Exit 0: nothing is damaged. 1: something is.\n",
    };
    struct args args;
    struct checking c = { .context = context };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    enum err e = check_pages(&c);
    code = e == OK ? -1 : cmd_fail(e, &c.why);
    if (code < 0 && c.bad == 0 && c.hidden == 0) {
        code = check_words(&c);
        code = c.n > 0 && code == exit_code_of(ERR_CORRUPT) ? -1 : code; // what is damaged is named
    }
    if (code < 0) {
        code = context->json ? print_json(&c) : print_words(&c);
    }
    if (code == EXIT_GOOD && !is_sound(&c)) {
        code = EXIT_FOUND;
    }
    free(c.rows);
    return code;
}

const struct cmd cmd_check = { "check", run, "read everything on this disk and name what is damaged", CMD_CHECK };
