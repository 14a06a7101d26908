// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza revoke` and `baraza accept-late`: the end of an accreditation, and what stands of that key's work all the
// same. A chain is named by its last entry. Read first: docs/PROTOCOL.md 6.8.
#include "common/store/journal.h"
#include "common/store/leaf.h"
#include "node/desk/reason.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/foresee.h"
#include "tools/baraza/print.h"

#include <string.h>

// What is written, and by whom. places: entries that end the chains that stand.
struct ending {
    struct drafting d;
    struct pubkey key;
    const char *reason, *note;
    struct chain_end chains[LIMIT_REVOKE_CHAINS];
    size_t n;
};

// Reads the entry of a whole id, from the journals here, what came down, or the record. It borrows t or the record.
static bool find_entry(const struct resolver *r, struct kv_txn *t, struct hash id, struct entry *out)
{
    struct buf hex = buf_new(128);
    struct position at;
    struct stored stored;
    struct reading_item item;
    uint64_t index = 0;
    print_id(&hex, id, 2 * sizeof id.b);
    bool found = journal_find(t, buf_slice(&hex), &at) == OK && journal_get(t, &at, &stored, NULL) == OK &&
                 entry_parse(stored.bytes, out) == VERDICT_GOOD;
    found = found || (leaf_find(t, buf_slice(&hex), &index) == OK && leaf_get(t, index, &stored, NULL) == OK &&
                      entry_parse(stored.bytes, out) == VERDICT_GOOD);
    buf_done(&hex);
    if (!found && r->record != NULL) {
        reading_rewind(r->record);
        while (!found && reading_next(r->record, &item)) {
            found = hash_equal(item.entry.id, id);
            *out = found ? item.entry : *out;
        }
    }
    return found;
}

// Takes the entry that was typed as the end of a chain of e->key (has_key), or of its own author, who is the key then.
static int take_end(struct resolver *r, const char *typed, bool has_key, struct ending *e)
{
    struct resolved at;
    struct entry entry;
    struct kv_txn *t = NULL;
    int code = resolve_id(r, typed, &at);
    if (code >= 0) {
        return code;
    }
    if (e->n == LIMIT_REVOKE_CHAINS) {
        return cmd_usage("at most %d entries at once", LIMIT_REVOKE_CHAINS);
    }
    enum err err = kv_begin_read(state_kv(r->w->desk.state), &t);
    if (err != OK) {
        return cmd_fail(err, NULL);
    }
    if (!find_entry(r, t, at.id, &entry)) {
        code = cmd_usage("%.70s is not here: name the record it is in with --record", typed);
    } else if (has_key && !pubkey_equal(entry.place.author, e->key)) {
        code = cmd_usage("%.70s was written by another key", typed);
    } else {
        e->key = entry.place.author;
        e->chains[e->n++] =
            (struct chain_end){ .incarnation = entry.place.incarnation, .seq = entry.place.seq, .id = at.id };
    }
    kv_abort(t);
    return code;
}

// Foresees and writes the act.
static int write_end(const struct cmd_context *context, struct work *w, const struct ending *e, struct body *body)
{
    struct typed t = { .n = 0 };
    struct buf reason = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct slice note = typed_text(&t, slice_text(e->note != NULL ? e->note : ""));
    struct append_item item = { .body = body };
    int code = drafting_check(&e->d, &t);
    if (code < 0) {
        code = foresee_act(w, body);
    }
    if (code < 0) {
        reason_put(drafting_language(&e->d, w), note, (struct slice){ NULL, 0 }, NULL, &reason);
        item.parts[0] = buf_slice(&reason);
        code = drafting_append(context, w, &item, 1);
    }
    typed_done(&t);
    buf_done(&reason);
    return code;
}

static int revoke(struct cmd_context *context, struct ending *e, const char *typed, const struct arg_list *ends)
{
    struct work w;
    struct resolver r = { .context = context, .w = &w, .from = &e->d.from };
    struct body body = { .kind = KIND_REVOKE };
    int code = work_write(context, e->d.as, &w);
    if (code < 0) {
        code = foresee_member(&w, typed, &e->key);
    }
    for (size_t i = 0; i < ends->n && code < 0; i++) {
        code = take_end(&r, ends->values[i], true, e);
    }
    if (code < 0) {
        body.as.revoke.key = e->key;
        body.as.revoke.reason = slice_text(e->reason);
        body.as.revoke.chain_count = e->n;
        memcpy(body.as.revoke.chains, e->chains, sizeof e->chains);
        code = write_end(context, &w, e, &body);
    }
    resolver_done(&r);
    work_close(&w);
    return code;
}

static int run_revoke(struct cmd_context *context, int argc, char **argv)
{
    struct ending e = { .n = 0 };
    struct arg_list ends = { .n = 0 };
    const struct arg_spec rows[] = {
        { "reason", 'r', ARG_TEXT, "CODE", "retired: what is in the record stands; compromised: only what "
          "--stands-at names stands", &e.reason },
        { "stands-at", 0, ARG_LIST, "ID", "this entry, and what leads to it in its notebook, stands",
          &ends },
        { "note", 0, ARG_TEXT, "TEXT", "why, in words; it goes into the record", &e.note },
        DRAFTING_LANG(&e.d),
        WORK_AS(&e.d.as),
        READING_RECORD(&e.d.from),
        READING_CHARTER(&e.d.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza revoke",
        .summary = "End the accreditation of a key, for good: who returns is invited anew",
        .positionals = "KEY",
        .min = 1,
        .max = 1,
        .examples = "  baraza revoke 3d4017c3e843 --as registrar --reason retired\n"
                    "  baraza revoke 3d4017c3e843 --as registrar --reason compromised --stands-at 82011238 \\\n"
                    "      --record record.baraza --note \"her computer was taken\"\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (e.reason == NULL || (strcmp(e.reason, "retired") != 0 && strcmp(e.reason, "compromised") != 0)) {
        return cmd_usage("say --reason retired (she stopped: her work stands) or --reason compromised (somebody else "
                         "may have written with her key)");
    }
    return revoke(context, &e, args.positionals[0], &ends);
}

static int accept_late(struct cmd_context *context, struct ending *e, const struct args *args)
{
    struct work w;
    struct resolver r = { .context = context, .w = &w, .from = &e->d.from };
    struct body body = { .kind = KIND_ACCEPT_LATE };
    int code = work_write(context, e->d.as, &w);
    for (size_t i = 0; i < args->n && code < 0; i++) {
        code = take_end(&r, args->positionals[i], i > 0, e);
    }
    if (code < 0) {
        body.as.accept_late.key = e->key;
        body.as.accept_late.chain_count = e->n;
        memcpy(body.as.accept_late.chains, e->chains, sizeof e->chains);
        code = foresee_act(&w, &body);
    }
    if (code < 0) {
        const struct append_item item = { .body = &body };
        code = drafting_append(context, &w, &item, 1);
    }
    resolver_done(&r);
    work_close(&w);
    return code;
}

static int run_accept(struct cmd_context *context, int argc, char **argv)
{
    struct ending e = { .n = 0 };
    const struct arg_spec rows[] = {
        WORK_AS(&e.d.as),
        READING_RECORD(&e.d.from),
        READING_CHARTER(&e.d.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza accept-late",
        .summary = "Let work stand that came after its author's accreditation had ended: each ID, and what leads to it",
        .positionals = "ID...",
        .min = 1,
        .max = LIMIT_REVOKE_CHAINS,
        .examples = "  baraza log --record record.baraza\n"
                    "  baraza accept-late 82011238 --as registrar --record record.baraza\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code >= 0 ? code : accept_late(context, &e, &args);
}

const struct cmd cmd_revoke = { "revoke", run_revoke, "end somebody's accreditation", CMD_PEOPLE };
const struct cmd cmd_accept_late = { "accept-late", run_accept, "let work stand that came after the end", CMD_PEOPLE };
