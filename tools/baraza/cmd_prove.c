// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza prove`: the receipt of one entry (C2SP tlog-proof) and the entry's bytes beside it, for somebody who has
// neither the record nor this program. From a hub's state, or from what a site has been given by the hub.
#include "common/base/file.h"
#include "common/format/proof.h"
#include "common/store/exchange_state.h"
#include "common/store/record.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct proving {
    const char *out;
    struct buf proof, entry; // what is written
};

// At a hub: the path from the entry to the last published checkpoint.
static enum err prove_at_hub(const struct cmd_context *context, struct work *w, const char *typed, struct proving *p,
                             struct why *why)
{
    struct kv_txn *t = NULL;
    struct record *r = record_new();
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    struct tree_head head;
    struct stored stored;
    struct record_proof path;
    uint64_t index = 0;
    char *outside = state_path_in(context->state, STATE_HUB_CHECKPOINT);
    enum err e = file_read(outside, false, &note, why);
    if (e == OK && checkpoint_verify(buf_slice(&note), &state_charter(w->state)->log, &head, why) != VERDICT_GOOD) {
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        e = kv_begin_read(state_kv(w->state), &t);
    }
    if (e == OK) {
        e = record_load(r, t, why);
    }
    if (e == OK) {
        e = record_find(r, t, slice_text(typed), &index);
    }
    if (e == OK && index >= head.size) {
        why_set(why, "the entry is not in a published checkpoint yet: try again in a second, with the hub running");
        e = ERR_AGAIN;
    }
    if (e == OK) {
        e = leaf_get(t, index, &stored, why);
    }
    if (e == OK) {
        e = record_inclusion(r, t, index, head.size, &path);
    }
    if (e == OK) {
        struct proof proof = { .index = index, .n = path.n, .checkpoint = buf_slice(&note) };
        memcpy(proof.hashes, path.hashes, path.n * sizeof *path.hashes);
        proof_make(&proof, &p->proof);
        buf_put(&p->entry, stored.bytes);
    }
    kv_abort(t);
    record_free(r);
    buf_done(&note);
    free(outside);
    return e;
}

// At a site: the receipt that the hub sent, when it is of this very entry.
static enum err prove_at_site(struct work *w, const char *typed, struct proving *p, struct why *why)
{
    struct kv_txn *t = NULL;
    struct position at;
    struct stored stored;
    struct slice receipt;
    uint64_t found = 0;
    enum err e = kv_begin_read(state_kv(w->state), &t);
    if (e == OK) {
        e = journal_find(t, slice_text(typed), &at);
    }
    if (e == OK) {
        e = journal_get(t, &at, &stored, why);
    }
    if (e == OK) {
        buf_put(&p->entry, stored.bytes);
        e = receipt_get(t, &at, &found, &receipt);
        if (e == ERR_NOT_FOUND) {
            why_set(why, "there is no receipt for it here yet: baraza sync --wait, then try again");
        } else if (e == OK && found != at.seq) {
            why_set(why, "the receipt here is of number %llu of this notebook, which covers number %llu through the "
                         "chain between them; ask the hub for one of its own",
                    (unsigned long long)found, (unsigned long long)at.seq);
            e = ERR_NOT_FOUND;
        } else if (e == OK) {
            buf_put(&p->proof, receipt);
        }
    }
    kv_abort(t);
    return e;
}

static enum err write_files(const struct proving *p, struct why *why)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s.tlog-proof", p->out);
    if (n < 0 || (size_t)n >= sizeof path) {
        return ERR_USAGE;
    }
    enum err e = file_replace(path, buf_slice(&p->proof), 0644, why);
    if (e == OK) {
        (void)snprintf(path, sizeof path, "%s.entry", p->out);
        e = file_replace(path, buf_slice(&p->entry), 0644, why);
    }
    return e;
}

static int hand_out(const struct cmd_context *context, const struct work *w, const struct proving *p)
{
    struct why why = { "" };
    struct buf out = buf_new(LIMIT_NOTE_BYTES);
    if (p->out == NULL) {
        int code = cmd_print(buf_slice(&p->proof));
        buf_done(&out);
        return code;
    }
    enum err e = write_files(p, &why);
    int code = EXIT_GOOD;
    if (e != OK) {
        code = cmd_fail(e, &why);
    } else if (!context->quiet) {
        buf_printf(&out, "%s.tlog-proof and %s.entry; check them with:\n  baraza verify --proof %s.tlog-proof --leaf "
                         "%s.entry --key ",
                   p->out, p->out, p->out, p->out);
        vkey_put(&state_charter(w->state)->log, &out);
        buf_put_u8(&out, '\n');
        code = cmd_print(buf_slice(&out));
    }
    buf_done(&out);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct proving p = { .proof = buf_new(LIMIT_NOTE_BYTES), .entry = buf_new(LIMIT_ENTRY_BYTES) };
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "NAME", "write NAME.tlog-proof and NAME.entry; the proof is shown when not given",
          &p.out },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza prove",
        .summary = "Give the receipt of one entry: proof that it is in the record, which verifies offline",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza prove 82011238 --state /srv/baraza --out village\n",
        .options = rows,
    };
    struct args args;
    struct work w = { .state = NULL };
    struct why why = { "" };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = work_state(context, &w);
    }
    if (code < 0) {
        const char *typed = args.positionals[0];
        bool hub = state_info(w.state)->side == STORE_HUB;
        enum err e = hub ? prove_at_hub(context, &w, typed, &p, &why) : prove_at_site(&w, typed, &p, &why);
        if (e != OK && why.text[0] == '\0') {
            why_set(&why, e == ERR_BUSY        ? "several entries begin with \"%.70s\": give more of the id"
                          : e == ERR_NOT_FOUND ? "no entry here begins with \"%.70s\""
                                               : "the entry \"%.70s\" could not be proved",
                    typed);
        }
        code = e == OK ? hand_out(context, &w, &p) : cmd_fail(e, &why);
    }
    work_close(&w);
    buf_done(&p.proof);
    buf_done(&p.entry);
    return code;
}

const struct cmd cmd_prove = { "prove", run, "give the receipt of one entry", CMD_CHECK };
