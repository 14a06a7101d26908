// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza verify`: an export against its charter; or one receipt, or one note, against a key. Exit 0: good; 1: not.
// It must never take from a file what the file is to be judged by.
#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/format/charter.h"
#include "common/format/proof.h"
#include "common/net/loop.h"
#include "common/ops/progress.h"
#include "tools/baraza/attached_files.h"
#include "tools/baraza/auditor.h"
#include "tools/baraza/gather.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/receipt_check.h"
#include "tools/baraza/trust.h"

#include <unistd.h>

struct verifying {
    const char *charter, *proof, *leaf, *note, *key, *attachments;
};

static int say(const struct cmd_context *context, bool good, json_t *answer, const char *what)
{
    json_put(answer, "good", json_boolean(good));
    int code = EXIT_GOOD;
    if (context->json) {
        json_put(answer, "what", json_string(what));
        code = cmd_print_json(answer);
    } else {
        json_decref(answer);
        struct buf line = buf_new(1024);
        buf_put_text(&line, good ? "" : "NOT GOOD: ");
        print_line(&line, slice_text(what), 400);
        buf_put_u8(&line, '\n');
        code = cmd_print(buf_slice(&line));
        buf_done(&line);
    }
    return code != EXIT_GOOD ? code : good ? EXIT_GOOD : EXIT_FOUND;
}

// A verifier key as text, or the file that holds it. One that is none is judged like a bad signature: what it signed
// cannot be good.
static int take_key(const struct cmd_context *context, const char *given, struct vkey *out)
{
    struct why why = { "" };
    struct buf text = buf_new(LIMIT_NOTE_LINE);
    if (given == NULL) {
        return cmd_usage("say what it must be signed by: --key VKEY, or for a receipt --charter FILE");
    }
    if (vkey_parse(slice_text(given), out, &why)) {
        return -1;
    }
    bool good = false;
    if (file_read(given, true, &text, NULL) == OK) {
        struct slice s = buf_slice(&text);
        s.n -= s.n > 0 && s.p[s.n - 1] == '\n';
        good = vkey_parse(s, out, &why);
    }
    buf_done(&text);
    return good ? -1 : say(context, false, json_object(), why.text);
}

static int verify_note(const struct cmd_context *context, const struct verifying *v)
{
    struct vkey key;
    struct note note;
    struct why why = { "" };
    struct buf whole = buf_new(LIMIT_NOTE_BYTES);
    int code = take_key(context, v->key, &key);
    if (code < 0) {
        enum err e = file_read(v->note, true, &whole, &why);
        code = e == OK || e == ERR_TOO_BIG ? -1 : cmd_fail(e, &why);
    }
    if (code < 0) {
        bool good = whole.n > 0 && note_parse(buf_slice(&whole), &note, &why) &&
                    note_verify(&note, &key, 1, NULL, &why) == VERDICT_GOOD;
        code = say(context, good, json_object(), good ? "good: signed by that key" : why.text);
    }
    buf_done(&whole);
    return code;
}

// The key that a receipt's checkpoint must be signed by: the one that is named, or the log's of the charter.
static int take_log_key(const struct cmd_context *context, const struct verifying *v, struct slice proof,
                        struct slice leaf, struct vkey *out)
{
    struct entry e;
    if (v->key != NULL) {
        return take_key(context, v->key, out);
    }
    if (entry_parse(leaf, &e) != VERDICT_GOOD) {
        return cmd_usage("--leaf is no entry of ours: name the key of the log that it is in, with --key VKEY");
    }
    return trust_log_key(context, v->charter, e.place.consultation, proof, out);
}

static int verify_proof_of(const struct cmd_context *context, const struct verifying *v, struct slice proof,
                           struct slice leaf)
{
    struct vkey key;
    struct why why = { "" };
    uint64_t index = 0;
    struct tree_head head = tree_head_empty();
    int code = take_log_key(context, v, proof, leaf, &key);
    if (code >= 0) {
        return code;
    }
    const struct proof_trust trust = { .log = &key, .form = v->key != NULL ? CHECKPOINT_FOREIGN : CHECKPOINT_OURS };
    const bool good = proof_verify(proof, merkle_leaf(leaf), &trust, &index, &head, &why) == VERDICT_GOOD;
    json_t *answer = json_object();
    if (good) {
        json_put(answer, "index", json_of_number(index));
        json_put(answer, "size", json_of_number(head.size));
        why_set(&why, "good: entry %llu of a record of %llu", (unsigned long long)index, (unsigned long long)head.size);
    }
    return say(context, good, answer, why.text);
}

// A receipt that holds its entry is judged by the charter alone; any other proof, also of other logs, by a key.
static int verify_proof(const struct cmd_context *context, const struct verifying *v)
{
    struct why why = { "" };
    struct buf proof = buf_new(LIMIT_NOTE_BYTES);
    struct buf leaf = buf_new(LIMIT_NOTE_BYTES);
    enum err e = file_read(v->proof, true, &proof, &why);
    int code = e == OK ? -1 : cmd_fail(e, &why);
    if (code < 0 && v->leaf == NULL && v->key == NULL && receipt_is_whole(buf_slice(&proof))) {
        code = receipt_check(context, v->proof, v->charter);
    } else if (code < 0 && v->leaf == NULL) {
        code = cmd_usage("name the entry it is about: --leaf FILE");
    }
    if (code < 0) {
        e = file_read(v->leaf, true, &leaf, &why);
        code = e == OK ? verify_proof_of(context, v, buf_slice(&proof), buf_slice(&leaf)) : cmd_fail(e, &why);
    }
    buf_done(&proof);
    buf_done(&leaf);
    return code;
}

static json_t *standings_json(const struct audit_report *report)
{
    json_t *o = json_object();
    for (size_t i = 0; i < AUDIT_STANDINGS; i++) {
        enum verdict v = VERDICT_GOOD;
        if (report->standing[i] > 0 && verdict_known(i, &v)) {
            json_put(o, verdict_code(v), json_of_number(report->standing[i]));
        }
    }
    return o;
}

static json_t *kinds_json(const struct audit_report *report)
{
    json_t *o = json_object();
    for (enum kind k = KIND_ROOT_APPROVAL; k <= KIND_COUNT; k++) {
        if (report->kinds[k] > 0) {
            json_put(o, k < KIND_COUNT ? kind_info(k)->name : "unknown", json_of_number(report->kinds[k]));
        }
    }
    return o;
}

static json_t *forums_json(const struct audit_report *report)
{
    json_t *o = json_object();
    json_t *incomplete = json_array();
    json_put(o, "planned", json_of_number(report->forums.planned));
    json_put(o, "held", json_of_number(report->forums.held));
    json_put(o, "sealed", json_of_number(report->forums.sealed));
    json_put(o, "silent", json_of_number(report->forums.silent));
    json_put(o, "unplanned", json_of_number(report->forums.unplanned));
    for (size_t i = 0; i < report->incomplete_n; i++) {
        json_push(incomplete, gather_json(&report->incomplete[i]));
    }
    json_put(o, "incomplete", incomplete);
    json_put(o, "incomplete_count", json_of_number(report->forums.incomplete));
    return o;
}

static json_t *erased_json(const struct audit_report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->erased && i < AUDIT_ERASED; i++) {
        const struct audit_erased *row = &report->erased_first[i];
        json_t *o = json_object();
        json_put(o, "index", json_of_number(row->index));
        json_put(o, "id", json_id(row->id));
        json_put(o, "parts", json_string(row->parts));
        json_put(o, "by", json_of_number(row->by));
        json_put(o, "time", json_time(row->claimed_s));
        json_push(list, o);
    }
    return list;
}

static int report_json(const struct audit_report *report)
{
    json_t *o = json_object();
    json_put(o, "good", json_boolean(report->good));
    json_put(o, "what", json_string(report->what.text));
    if (report->has_index) {
        json_put(o, "index", json_of_number(report->index));
    }
    if (report->has_charter) {
        json_put(o, "title", json_string(report->title));
        json_put(o, "consultation", json_id(report->consultation));
        json_put(o, "practice", json_boolean(report->practice));
    }
    json_put(o, "entries", json_of_number(report->entries));
    if (report->good) {
        json_put(o, "size", json_of_number(report->head.size));
        json_put(o, "root", json_id(report->head.root));
        json_put(o, "journals", json_of_number(report->journals));
        json_put(o, "authors", json_of_number(report->authors));
        json_put(o, "sessions", json_of_number(report->kinds[KIND_SESSION]));
        json_put(o, "contributions", json_of_number(report->kinds[KIND_CONTRIBUTION]));
        json_put(o, "forums", forums_json(report));
        json_put(o, "forks", json_of_number(report->forks));
        json_put(o, "disclosed", json_of_number(report->disclosed));
        json_put(o, "in_clear", json_of_number(report->in_clear));
        json_put(o, "redactions", json_of_number(report->redactions));
        json_put(o, "erased", json_of_number(report->erased));
        json_put(o, "erased_entries", erased_json(report));
        json_put(o, "kinds", kinds_json(report));
        json_put(o, "standing", standings_json(report));
    }
    return cmd_print_json(o);
}

// Each entry counts by what it was when the record took it. What came after, an approval, a late entry that was
// accepted, a key that turned out to be stolen, changes no number here, so that is said: nothing waits that does not.
static void put_standings(struct buf *out, const struct audit_report *report)
{
    uint64_t others = 0;
    buf_printf(out, "  when it came   %llu in force\n", (unsigned long long)report->standing[VERDICT_GOOD]);
    for (size_t i = 0; i < AUDIT_STANDINGS; i++) {
        enum verdict v = VERDICT_GOOD;
        if (i == (size_t)VERDICT_GOOD || report->standing[i] == 0 || !verdict_known(i, &v)) {
            continue;
        }
        buf_printf(out, "                 %llu ", (unsigned long long)report->standing[i]);
        if (v == VERDICT_PENDING) {
            buf_put_text(out, "needed the approval of more root keys (pending)");
            buf_printf(out, report->pending == 0 ? "; none waits now\n" : "; %llu wait now\n",
                       (unsigned long long)report->pending);
        } else {
            buf_printf(out, "without effect: %s (%s)\n", verdict_text(v), verdict_code(v));
            others++;
        }
    }
    if (others > 0 || report->kinds[KIND_REVOKE] > 0) {
        buf_put_text(out, "                 how each entry stands now: baraza log --record FILE\n");
    }
}

static void put_forums(struct buf *out, const struct audit_report *report)
{
    const struct forum_totals *t = &report->forums;
    buf_printf(out, "  forums held    %llu planned, %llu held, %llu sealed, %llu silent\n",
               (unsigned long long)t->planned, (unsigned long long)t->held, (unsigned long long)t->sealed,
               (unsigned long long)t->silent);
    if (t->incomplete > 0) {
        buf_printf(out, "  seals          %llu with missing or other contributions than were sealed:\n",
                   (unsigned long long)t->incomplete);
    }
    for (size_t i = 0; i < report->incomplete_n; i++) {
        gather_put_incomplete(out, &report->incomplete[i]);
    }
}

// What of the record is erased, and that this takes nothing from what is proved of it.
static void put_erased(struct buf *out, const struct audit_report *report)
{
    if (report->redactions > 0) {
        buf_put_text(out, "  redactions     ");
        print_count(out, report->redactions, "redaction", "redactions");
        buf_put_text(out, report->erased == 0 ? ", of which this file shows nothing\n" : "\n");
    }
    for (size_t i = 0; i < report->erased && i < AUDIT_ERASED; i++) {
        const struct audit_erased *row = &report->erased_first[i];
        buf_printf(out, "                 entry %llu: signature good, included, parts erased by entry %llu on ",
                   (unsigned long long)row->index, (unsigned long long)row->by);
        struct buf when = buf_new(64);
        print_time(&when, row->claimed_s);
        buf_printf(out, "%.10s: %s\n", when.n >= 10 ? (const char *)when.p : "", row->parts);
        buf_done(&when);
    }
    if (report->erased > AUDIT_ERASED) {
        buf_printf(out, "                 and %llu more (--json counts them, baraza log shows them)\n",
                   (unsigned long long)(report->erased - AUDIT_ERASED));
    }
}

static void put_counts(struct buf *out, const struct audit_report *report)
{
    buf_put_text(out, "  checkpoint     ");
    print_count(out, report->head.size, "entry, root ", "entries, root ");
    armor_put_base64(out, SLICE_ARRAY(report->head.root.b));
    buf_put_text(out, "\n  entries        ");
    print_count(out, report->entries, "entry", "entries, each");
    buf_put_text(out, " signed by its author, unaltered, in its place in her notebook and in the record\n"
                      "  notebooks      ");
    print_count(out, report->journals, "notebook of ", "notebooks of ");
    print_count(out, report->authors, "key", "keys");
    if (report->forks > 0) {
        buf_put_text(out, "; written on side by side in two places: ");
        print_count(out, report->forks, "notebook", "notebooks");
    }
    buf_put_text(out, "\n  forums         ");
    print_count(out, report->forums.held, "forum, ", "forums, ");
    print_count(out, report->kinds[KIND_CONTRIBUTION], "contribution, ", "contributions, ");
    print_count(out, report->kinds[KIND_CLAUSE], "clause version, ", "clause versions, ");
    print_count(out, report->kinds[KIND_RESPONSE], "response\n", "responses\n");
    put_forums(out, report);
    put_standings(out, report);
    buf_put_text(out, "  words          ");
    if (report->disclosed == 0) {
        buf_put_text(out, "none in this file (baraza export --parts puts them in)\n");
    } else {
        buf_put_text(out, "given for ");
        print_count(out, report->disclosed, "entry, and", "entries, and all");
        buf_put_text(out, " fit what their authors signed\n");
    }
    if (report->in_clear > 0) {
        buf_put_text(out, "  NOT SEALED     ");
        print_count(out, report->in_clear, "entry has", "entries have");
        buf_printf(out, " in the clear what should be sealed, first entry %llu: have it erased\n",
                   (unsigned long long)report->in_clear_first);
    }
    put_erased(out, report);
}

static int report_text(const char *path, const struct audit_report *report)
{
    struct buf out = buf_new(65536);
    buf_put_text(&out, report->good ? "GOOD  " : "NOT GOOD  ");
    print_line(&out, slice_text(path), 300);
    buf_put_u8(&out, '\n');
    if (!report->good) {
        buf_put_text(&out, "  first bad thing  ");
        print_line(&out, slice_text(report->what.text), sizeof report->what.text);
        buf_put_text(&out, "\n  before it        ");
        print_count(&out, report->entries, "entry was good\n", "entries were good\n");
        buf_put_text(&out, "  Do not rely on this file: it is not what the record's checkpoint was signed for. Ask\n"
                           "  for another copy; if that is the same, tell the other auditors, and keep both.\n");
    }
    if (report->has_charter) {
        buf_put_text(&out, "  consultation   ");
        print_line(&out, slice_text(report->title), LIMIT_TITLE_BYTES);
        buf_put_text(&out, report->practice ? "  (practice, not real)\n" : "\n");
        buf_put_text(&out, "  fingerprint    ");
        charter_put_fingerprint(report->consultation, &out);
        buf_put_u8(&out, '\n');
    }
    if (report->good) {
        put_counts(&out, report);
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int say_report(const struct cmd_context *context, const char *path, const struct audit_report *report)
{
    if (report->has_charter && report->practice) {
        cmd_practice();
    }
    int code = context->json ? report_json(report) : report_text(path, report);
    return code != EXIT_GOOD ? code : report->good ? EXIT_GOOD : EXIT_FOUND;
}

static int verify_export(const struct cmd_context *context, const struct verifying *v, const char *path)
{
    struct hash charter;
    struct auditor *auditor = NULL;
    struct audit_report report;
    struct why why = { "" };
    bool more = true;
    int code = trust_charter(context, v->charter, path, &charter);
    if (code >= 0) {
        return code;
    }
    enum err e = auditor_open(path, charter, 0, &auditor, &why);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    struct progress progress = progress_begin(STDERR_FILENO, isatty(STDERR_FILENO) == 1, context->quiet, "verifying",
                                              "entries", 0, loop_now_ms());
    while (e == OK && more) {
        e = auditor_step(auditor, &more, &why);
        auditor_progress(auditor, &progress.done, &progress.total);
        progress_step(&progress, progress.done, loop_now_ms());
    }
    auditor_close(auditor, &report);
    progress_end(&progress, loop_now_ms());
    return e != OK ? cmd_fail(e, &why) : say_report(context, path, &report);
}

// The files of what the export discloses: each must be what was attached.
static int verify_attachments(struct cmd_context *context, const struct verifying *v, const char *path)
{
    const struct reading_from from = { .record = path, .charter = v->charter };
    struct reading *r = NULL;
    struct reading_item item;
    struct attached_files sum = { .files = 0 };
    struct why why = { "" };
    enum err e = OK;
    int code = reading_open(context, &from, &r);
    while (code < 0 && e == OK && reading_next(r, &item)) {
        e = item.has_parts ? attached_files_check(&item.entry, &item.disclosure, v->attachments, &sum, &why) : OK;
    }
    if (code < 0) {
        code = e != OK ? cmd_fail(e, &why) : reading_end(r);
    }
    reading_close(r);
    if (code >= 0) {
        return code;
    }
    const bool good = sum.missing + sum.wrong == 0;
    struct buf out = buf_new(4096);
    buf_printf(&out, "%s  %s\n  %llu of the sounds and pictures are what was attached\n", good ? "GOOD" : "NOT GOOD",
               v->attachments, (unsigned long long)sum.files);
    if (!good) {
        buf_printf(&out, "  %llu are missing and %llu are not what their name says; the first: ",
                   (unsigned long long)sum.missing, (unsigned long long)sum.wrong);
        armor_put_hex(&out, SLICE_ARRAY(sum.first.b));
        buf_put_u8(&out, '\n');
    }
    code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code != EXIT_GOOD ? code : good ? EXIT_GOOD : EXIT_FOUND;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct verifying v = { .charter = NULL };
    const struct arg_spec rows[] = {
        { "charter", 0, ARG_TEXT, "FILE|HASH", "the charter that export or receipt must belong to; the state's when "
          "not given", &v.charter },
        { "proof", 0, ARG_TEXT, "FILE", "verify a receipt (C2SP tlog-proof) instead of an export", &v.proof },
        { "leaf", 0, ARG_TEXT, "FILE", "the entry that the receipt is about", &v.leaf },
        { "note", 0, ARG_TEXT, "FILE", "verify a signed note (C2SP signed-note) instead of an export", &v.note },
        { "attachments", 0, ARG_TEXT, "DIR", "with an export: the files of baraza export --attachments, too",
          &v.attachments },
        { "key", 0, ARG_TEXT, "VKEY", "the verifier key that receipt or note must be signed by", &v.key },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza verify",
        .summary = "Check an export from the first byte to the last, without network, trusting nobody but the charter. "
                   "Exit 0: good; 1: not good, with the first bad thing named",
        .positionals = "[FILE]",
        .max = 1,
        .examples = "  baraza verify record.baraza --charter charter\n"
                    "  baraza verify record.baraza --charter \"4f2a 91c0 ...\"\n"
                    "  baraza verify --proof r.tlog-proof --leaf r.entry --charter charter\n"
                    "  baraza verify --proof r.tlog-proof --leaf r.entry --key \"example.org/...+8f2c41aa+AW...\"\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    int modes = (v.proof != NULL) + (v.note != NULL) + (args.n > 0);
    if (modes != 1) {
        return cmd_usage("name one thing to verify: an export, or --proof FILE, or --note FILE");
    }
    if ((v.leaf != NULL && v.proof == NULL) || (v.key != NULL && args.n > 0)) {
        return cmd_usage("--leaf goes with --proof, and --key with --proof or --note");
    }
    if (v.attachments != NULL && (args.n == 0 || context->json)) {
        return cmd_usage("--attachments goes with an export, and not with --json");
    }
    if (v.charter != NULL && (v.note != NULL || v.key != NULL)) {
        return cmd_usage("--charter goes with an export or --proof, and not with --key");
    }
    if (v.note != NULL) {
        return verify_note(context, &v);
    }
    if (v.proof != NULL) {
        return verify_proof(context, &v);
    }
    code = verify_export(context, &v, args.positionals[0]);
    return code != EXIT_GOOD || v.attachments == NULL ? code : verify_attachments(context, &v, args.positionals[0]);
}

const struct cmd cmd_verify = { "verify", run, "check an export, a receipt or a note", CMD_CHECK };
