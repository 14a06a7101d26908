// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza open`: a protection officer reads a sealed part. First the record is told, with the reason: an `opened` entry
// is signed and on the disk; only then the part is opened, and shown. Where that entry cannot be written, nothing is.
// It must never put what it opened anywhere but where it was asked to. Read first: docs/PROTOCOL.md 4.6, 7.4.
#include "common/author/protect_key.h"
#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/format/attachment.h"
#include "common/format/sealed.h"
#include "node/desk/local.h"
#include "node/desk/reason.h"
#include "node/desk/recipients.h"
#include "node/desk/roster_here.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/entry_json.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"

// What the options say.
struct wanting {
    struct cmd_context *context;
    struct drafting d;
    const char *part, *key_file, *key_passphrase_file, *reason, *text, *out;
    bool force;
};

// The part, wherever it was found.
struct found {
    bool entry;                 // the entry is here
    struct place place;
    enum kind kind;
    bool anew;
    enum part_state state;
    struct buf bytes;
};

static void take_part(struct found *f, const struct entry *e, const struct body *body, const struct disclosure *d,
                      const char *part)
{
    f->entry = true;
    f->place = e->place;
    f->kind = body->kind;
    f->anew = sealed_anew(body->kind, e->ref_count);
    for (size_t i = 0; i < e->part_count && d != NULL && i < d->count; i++) {
        if (slice_equal(e->parts[i].name, slice_text(part))) {
            f->state = d->parts[i].state;
            buf_reset(&f->bytes);
            struct slice bytes = f->state == PART_DISCLOSED ? d->parts[i].bytes : slice_of(NULL, 0);
            struct manifest m;
            if (manifest_is_sealed(bytes) && manifest_parse(bytes, &m)) {
                bytes = m.list; // PROTOCOL 18.4: of attachments what opens them is sealed, not which there are
            }
            buf_put(&f->bytes, bytes);
        }
    }
}

static int find_in_record(struct reading *r, struct hash id, const char *part, struct found *f)
{
    struct reading_item item;
    reading_rewind(r);
    while (!f->entry && reading_next(r, &item)) {
        if (hash_equal(item.entry.id, id) && reading_known(&item)) {
            take_part(f, &item.entry, &item.body, item.has_parts ? &item.disclosure : NULL, part);
        }
    }
    return reading_end(r);
}

// In the notebooks of her own site, where she may have written it herself.
static int find_here(struct work *w, struct hash id, const char *part, struct found *f)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    struct why why = { "" };
    enum err err = local_begin(&w->desk, &l, &why);
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    while (!f->entry && local_next(l, &e)) {
        if (hash_equal(e.entry.id, id) && e.known) {
            const bool given = e.entry.part_count > 0 && local_parts(l, &d, NULL) == OK;
            take_part(f, &e.entry, &e.body, given ? &d : NULL, part);
        }
    }
    err = local_end(l, &why);
    return err == OK ? -1 : cmd_fail(err, &why);
}

// The part's name is the kind's.
static bool has_part(enum kind kind, const char *part)
{
    const struct kind_info *info = kind_info(kind);
    bool has = false;
    for (size_t i = 0; info->parts[i] != NULL; i++) {
        has = has || slice_equal(slice_text(info->parts[i]), slice_text(part));
    }
    return has;
}

static int not_open(enum err e, const char *code, const char *sentence)
{
    struct why why;
    why_set(&why, "Not opened (%s): %s", code, sentence);
    return cmd_fail(e, &why);
}

// Whether there is something to open at all. -1, or has reported.
static int check_found(const struct found *f, const char *part)
{
    if (!f->entry) {
        return not_open(ERR_NOT_FOUND, "not-here", "name the record it is in with --record: an export made with "
                                                   "--parts --sealed, or a hub's state");
    }
    if (!has_part(f->kind, part)) {
        return cmd_usage("a %s has no part \"%s\"", kind_info(f->kind)->name, part);
    }
    if (f->state == PART_ERASED) {
        return not_open(ERR_NOT_FOUND, "erased", "this part was erased");
    }
    if (f->state != PART_DISCLOSED) {
        return not_open(ERR_NOT_FOUND, "withheld", "this record keeps the part back; whoever runs the hub makes one "
                                                   "that has it: baraza export --parts --restricted --sealed");
    }
    if (f->bytes.n == 0) {
        return not_open(ERR_NOT_FOUND, "not-given", "this part was never given");
    }
    if (!sealed_ok(buf_slice(&f->bytes))) {
        return not_open(ERR_BAD_INPUT, sealed_opening_code(SEALED_NOT),
                        "this part is not sealed, or is damaged; baraza show has what may be shown");
    }
    return -1;
}

// Reads the key file, and asks for its passphrase only when the part is sealed to it.
static int load_key(const struct wanting *x, const struct charter *c, const struct found *f, struct protect_key *key)
{
    struct why why = { "" };
    struct slice name = { NULL, 0 };
    struct boxkey pub;
    struct boxkey to[LIMIT_PROTECT_KEYS];
    struct buf text = buf_new(PROTECT_KEY_FILE_BYTES);
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    struct buf names = buf_new(2048);
    struct cmd_context context = *x->context;
    context.passphrase_file = x->key_passphrase_file;
    int code = -1;
    enum err e = file_read(x->key_file, true, &text, &why);
    if (e == OK && !protect_key_read_line(buf_slice(&text), &name, &pub)) {
        why_set(&why, "%.150s is no protection key file", x->key_file);
        e = ERR_BAD_INPUT;
    }
    const size_t n = sealed_recipients(buf_slice(&f->bytes), to);
    bool mine = false;
    for (size_t i = 0; i < n && e == OK; i++) {
        mine = mine || boxkey_equal(to[i], pub);
    }
    if (e == OK && !mine) {
        recipients_put(c, to, n, &names);
        why_set(&why, "Not opened (%s): it is sealed to %.*s, and not to this key, which is of %.*s",
                sealed_opening_code(SEALED_OTHER_KEY), (int)names.n, (const char *)names.p, (int)name.n,
                (const char *)name.p);
        e = ERR_CRYPTO;
    }
    if (e == OK) {
        e = ask_passphrase(&context, "Passphrase of the protection key", false, &passphrase, &why);
    }
    if (e == OK) {
        e = protect_key_open(buf_slice(&text), buf_slice(&passphrase), key, &why);
    }
    if (e != OK) {
        code = cmd_fail(e, &why);
    }
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    buf_done(&text);
    buf_done(&names);
    return code;
}

// Opening is for protection officers, as the record named or the one that came down here knows them.
static int check_role(struct work *w, const struct reading *record)
{
    struct roster *here = NULL;
    struct why why = { "" };
    const struct pubkey key = w->desk.who->person.key;
    const uint32_t wanted = 1u << ROLE_PROTECTION;
    bool has = record != NULL && roster_has_role(reading_roster(record), key, wanted);
    if (!has) {
        enum err e = roster_here(&w->desk, &here, &why);
        if (e != OK) {
            return cmd_fail(e, &why);
        }
        has = roster_has_role(here, key, wanted);
        roster_free(here);
    }
    return has ? -1
               : not_open(ERR_PERM, "no-role", "as far as is known here you are no protection officer; if you are, run "
                                               "baraza sync (or baraza bundle in) first");
}

// Writes the `opened` entry. -1 and its id, or has reported that nothing was opened.
static int tell_record(const struct wanting *x, struct work *w, struct hash target, struct hash *id)
{
    struct body body = { .kind = KIND_OPENED };
    struct append_item item = { .body = &body, .refs = &target, .ref_count = 1 };
    struct append_result result;
    struct typed typed = { .n = 0 };
    struct buf reason = buf_new(LIMIT_DISCLOSURE_BYTES);
    const struct slice text = typed_text(&typed, slice_text(x->text != NULL ? x->text : ""));
    body.as.opened.part = slice_text(x->part);
    body.as.opened.reason = slice_text(x->reason);
    int code = drafting_check(&x->d, &typed);
    if (code < 0) {
        reason_put(drafting_language(&x->d, w), text, slice_text(""), NULL, &reason);
        item.parts[0] = buf_slice(&reason);
        code = buf_ok(&reason) ? work_append(w, &item, 1, &result) : cmd_usage("--text is too long");
    }
    if (code < 0) {
        *id = result.id;
    } else {
        cmd_remark(x->context, "nothing was opened: it is opened only once the record is told");
    }
    buf_wipe(&reason);
    buf_done(&reason);
    typed_done(&typed);
    return code;
}

static int print_opened(const struct wanting *x, struct hash target, struct hash opened, struct slice content)
{
    struct buf out = buf_new((size_t)8 << 20);
    json_t *o = json_object();
    json_put(o, "id", json_id(target));
    json_put(o, "part", json_string(x->part));
    json_put(o, "opened", json_id(opened));
    json_put(o, "fields", content_json(content));
    if (x->context->json) {
        cmd_mark(o);
        json_print(o, &out);
    } else {
        print_fields(&out, json_object_get(o, "fields"), "");
    }
    json_decref(o);
    int code = x->out == NULL ? cmd_print(buf_slice(&out)) : out_write(x->out, buf_slice(&out), 0600, x->force);
    code = code < 0 ? EXIT_GOOD : code;
    buf_wipe(&out);
    buf_done(&out);
    return code;
}

static int open_and_show(const struct wanting *x, const struct found *f, const struct protect_key *key,
                         struct hash target, struct hash opened)
{
    struct buf content = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf entry = buf_new(PRINT_ID);
    print_id(&entry, opened, PRINT_ID);
    cmd_remark(x->context, "saved %.*s: the record says that you opened this, and why", (int)entry.n,
               (const char *)entry.p);
    const struct slice part = slice_text(x->part);
    const enum sealed_opening o =
        sealed_open(buf_slice(&f->bytes), &f->place, f->anew, part, key->pub, &key->sec, &content);
    int code = EXIT_GOOD;
    if (o == SEALED_OPENED) {
        code = print_opened(x, target, opened, buf_slice(&content));
    } else {
        code = not_open(ERR_CORRUPT, sealed_opening_code(o),
                        o == SEALED_ELSEWHERE ? "it was sealed as a part of another entry, and moved here. Keep the "
                                                "record, and tell an auditor. The attempt stands in it"
                                              : "its bytes are not those that were sealed. Keep the record, and tell "
                                                "an auditor. The attempt stands in it");
    }
    buf_wipe(&content);
    buf_done(&content);
    buf_done(&entry);
    return code;
}

static int open_part(const struct wanting *x, const char *typed)
{
    struct work w;
    struct resolver r = { .context = x->context, .w = &w, .from = &x->d.from };
    struct resolved target;
    struct found f = { .bytes = buf_new(LIMIT_DISCLOSURE_BYTES) };
    struct protect_key key = { .name = "" };
    struct hash opened = { { 0 } };
    int code = work_write(x->context, x->d.as, &w);
    if (code < 0) {
        code = resolve_id(&r, typed, &target);
    }
    if (code < 0 && r.record != NULL) {
        code = find_in_record(r.record, target.id, x->part, &f);
    }
    if (code < 0 && !f.entry) {
        code = find_here(&w, target.id, x->part, &f);
    }
    if (code < 0) {
        code = check_found(&f, x->part);
    }
    if (code < 0) {
        code = check_role(&w, r.record);
    }
    if (code < 0) {
        code = load_key(x, state_charter(w.desk.state), &f, &key);
    }
    if (code < 0) {
        code = tell_record(x, &w, target.id, &opened);
        code = FAULT(OPENED_UNTOLD) ? -1 : code;
    }
    if (code < 0) {
        code = open_and_show(x, &f, &key, target.id, opened);
    }
    mem_wipe(&key, sizeof key);
    buf_done(&f.bytes);
    resolver_done(&r);
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct wanting x = { .context = context };
    const struct arg_spec rows[] = {
        { "part", 0, ARG_TEXT, "NAME",
          "identity, said, speaker or attachments; of a correction also reason; of an incident text; needed", &x.part },
        { "key", 0, ARG_TEXT, "FILE", "your protection key file; required", &x.key_file },
        { "key-passphrase-file", 0, ARG_TEXT, "FILE", "read its passphrase from the first line of FILE; else it is "
          "asked for", &x.key_passphrase_file },
        { "reason", 0, ARG_TEXT, "CODE", "why: protection, contact-back, check, court-order; everybody will see it; "
          "required", &x.reason },
        { "text", 0, ARG_TEXT, "TEXT", "more about why, without what was opened; those who read the hub see it",
          &x.text },
        { "out", 'o', ARG_TEXT, "FILE", "write what was opened to FILE, for you alone (0600), instead of here",
          &x.out },
        OUT_FORCE(&x.force),
        WORK_AS(&x.d.as),
        DRAFTING_LANG(&x.d),
        READING_RECORD(&x.d.from),
        READING_CHARTER(&x.d.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza open",
        .summary = "Open a sealed part with your protection key. The record is told first, by an entry that you sign",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza open 82011238 --part identity --key /media/stick/protect-lark --reason contact-back \\\n"
                    "      --record officers.baraza\n"
                    "The record: baraza export --parts --restricted --sealed, made by whoever runs the hub.\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (x.part == NULL || x.key_file == NULL || x.reason == NULL) {
        return cmd_usage("name --part, --key and --reason: see baraza open --help");
    }
    code = code_known(CODES_OPEN_REASON, "--reason", x.reason) ? out_check(x.out, x.force) : EXIT_USAGE;
    return code < 0 ? open_part(&x, args.positionals[0]) : code;
}

const struct cmd cmd_open = { "open", run, "open a sealed part, and let the record know", CMD_PEOPLE };
