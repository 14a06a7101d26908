// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza prove`: the receipt of one entry (C2SP tlog-proof) and the entry's bytes beside it, for somebody who has
// neither the record nor this program. From a hub's state, an export, or what the hub has given to a site.
// It must never hand out a receipt that it has not verified.
#include "common/format/proof.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/work.h"

#include <stdlib.h>
#include <string.h>

#define PROOF_ENDING ".tlog-proof"

struct proving {
    const char *out;
    bool force;              // write over what is there
    struct reading_from from;
    struct buf proof, entry; // what is written
    struct vkey key;         // that the receipt must be signed by
    uint64_t index;
    struct tree_head head;
};

// --- from the record ---

// The bytes of the entry at an index.
static int load_entry(struct reading *r, uint64_t index, struct buf *out)
{
    struct reading_item item;
    while (out->n == 0 && reading_next(r, &item)) {
        if (item.index == index) {
            buf_put(out, item.entry.bytes);
        }
    }
    return reading_end(r);
}

static int prove_from_record(struct cmd_context *context, const char *typed, struct proving *p)
{
    struct reading *r = NULL;
    struct merkle_plan plan;
    struct hash id;
    uint64_t index = 0;
    int code = reading_open(context, &p->from, &r);
    if (code < 0) {
        code = reading_need_checkpoint(r);
    }
    if (code < 0) {
        code = reading_find(r, typed, &id);
    }
    if (code < 0) {
        CHECK(reading_look(r, slice_text(typed), &index) == OK);
        code = load_entry(r, index, &p->entry);
    }
    if (code < 0) {
        const uint64_t size = reading_head(r).size;
        struct hash hashes[MERKLE_PLAN_MAX];
        CHECK(merkle_plan_inclusion(index, size, &plan));
        CHECK(plan.n <= LIMIT_PROOF_HASHES);
        merkle_plan_hashes(&plan, reading_ids(r), (size_t)size, hashes);
        struct proof proof = { .index = index, .n = plan.n, .checkpoint = reading_checkpoint(r) };
        memcpy(proof.hashes, hashes, plan.n * sizeof *hashes);
        proof_make(&proof, &p->proof);
        CHECK(vkey_make(charter_origin(reading_charter(r)), VKEY_ED25519, roster_log_key(reading_roster(r)), &p->key));
    }
    reading_close(r);
    return code;
}

// --- at a site: what the hub sent, when it is of this very entry ---

static enum err find_receipt(struct kv_txn *t, const char *typed, struct proving *p, struct why *why)
{
    struct position at;
    struct stored stored;
    struct slice receipt;
    uint64_t found = 0;
    enum err e = journal_find(t, slice_text(typed), &at);
    if (e == OK) {
        e = journal_get(t, &at, &stored, why);
    }
    if (e != OK) {
        return e;
    }
    buf_put(&p->entry, stored.bytes);
    e = receipt_get(t, &at, &found, &receipt);
    if (e == ERR_NOT_FOUND) {
        why_set(why, "there is no receipt for it here yet: baraza sync --wait, then try again");
    } else if (e == OK && found != at.seq) {
        why_set(why, "the receipt kept here is of number %llu of this notebook, and covers number %llu through the "
                     "chain between them; for one of its own: baraza prove %.12s… --record EXPORT",
                (unsigned long long)found, (unsigned long long)at.seq, typed);
        e = ERR_NOT_FOUND;
    } else if (e == OK) {
        buf_put(&p->proof, receipt);
    }
    return e;
}

static int prove_at_site(const struct work *w, const char *typed, struct proving *p)
{
    struct kv_txn *t = NULL;
    struct why why = { "" };
    enum err e = kv_begin_read(state_kv(w->state), &t);
    if (e == OK) {
        e = find_receipt(t, typed, p, &why);
    }
    kv_abort(t);
    if (e != OK && why.text[0] == '\0') {
        why_set(&why, e == ERR_BUSY        ? "several entries begin with \"%.70s\": give more of the id"
                      : e == ERR_NOT_FOUND ? "no entry of the notebooks here begins with \"%.70s\""
                                           : "\"%.70s\" is no id: hex digits",
                typed);
    }
    p->key = state_charter(w->state)->log;
    return e == OK ? -1 : cmd_fail(e, &why);
}

// --- handing it out ---

static int check(struct proving *p)
{
    struct why why = { "" };
    const struct proof_trust trust = { .log = &p->key, .form = CHECKPOINT_OURS };
    const struct hash leaf = merkle_leaf(buf_slice(&p->entry));
    if (proof_verify(buf_slice(&p->proof), leaf, &trust, &p->index, &p->head, &why) == VERDICT_GOOD) {
        return -1;
    }
    struct why told;
    why_set(&told, "the receipt is not good, so it is not handed out: %.120s", why.text);
    return cmd_fail(ERR_CORRUPT, &told);
}

// NAME.tlog-proof and NAME.entry for NAME, or for NAME.tlog-proof.
static void name_files(const char *out, struct buf *proof, struct buf *entry)
{
    const size_t n = strlen(out);
    const size_t ending = strlen(PROOF_ENDING);
    const bool ended = n > ending && strcmp(out + n - ending, PROOF_ENDING) == 0;
    const int stem = (int)(ended ? n - ending : n);
    buf_printf(proof, "%.*s%s", stem, out, PROOF_ENDING);
    buf_printf(entry, "%.*s.entry", stem, out);
    buf_put_u8(proof, 0);
    buf_put_u8(entry, 0);
}

static json_t *proof_json(const struct proving *p)
{
    json_t *o = json_object();
    json_put(o, "id", json_id(merkle_leaf(buf_slice(&p->entry)))); // an entry's id is its leaf hash
    json_put(o, "index", json_of_number(p->index));
    json_put(o, "size", json_of_number(p->head.size));
    return o;
}

static int print_receipt(const struct cmd_context *context, const struct proving *p)
{
    if (!context->json) {
        return cmd_print(buf_slice(&p->proof));
    }
    json_t *o = proof_json(p);
    json_put(o, "receipt", json_of_bytes(buf_slice(&p->proof)));
    return cmd_print_json(o);
}

static int print_files(const struct cmd_context *context, const struct proving *p, const char *proof, const char *entry)
{
    struct buf out = buf_new(65536);
    int code = EXIT_GOOD;
    if (context->json) {
        struct buf key = buf_new(4096);
        vkey_put(&p->key, &key);
        json_t *o = proof_json(p);
        json_put(o, "proof", json_string(proof));
        json_put(o, "leaf", json_string(entry));
        json_put(o, "key", json_of_bytes(buf_slice(&key)));
        buf_done(&key);
        code = cmd_print_json(o);
    } else if (!context->quiet) {
        buf_printf(&out, "Entry %llu of %llu: %s and %s. Anybody can check them, without network, with:\n"
                         "  baraza verify --proof %s --leaf %s --key '",
                   (unsigned long long)p->index, (unsigned long long)p->head.size, proof, entry, proof, entry);
        vkey_put(&p->key, &out);
        buf_put_text(&out, "'\n");
        code = cmd_print(buf_slice(&out));
    }
    buf_done(&out);
    return code;
}

static int hand_out(const struct cmd_context *context, const struct proving *p)
{
    struct buf proof = buf_new(4096);
    struct buf entry = buf_new(4096);
    if (p->out == NULL || strcmp(p->out, "-") == 0) {
        return print_receipt(context, p);
    }
    name_files(p->out, &proof, &entry);
    int code = buf_ok(&proof) && buf_ok(&entry) ? -1 : cmd_usage("--out: the path is too long");
    code = code < 0 ? out_check((const char *)proof.p, p->force) : code;
    code = code < 0 ? out_write((const char *)entry.p, buf_slice(&p->entry), 0644, p->force) : code;
    code = code < 0 ? out_write((const char *)proof.p, buf_slice(&p->proof), 0644, p->force) : code;
    code = code < 0 ? print_files(context, p, (const char *)proof.p, (const char *)entry.p) : code;
    buf_done(&proof);
    buf_done(&entry);
    return code;
}

static int prove(struct cmd_context *context, const char *typed, struct proving *p)
{
    struct work w = { .state = NULL };
    char *log = state_path_in(context->state, STATE_HUB_LOG);
    const bool record = p->from.record != NULL || file_exists(log);
    free(log);
    int code = record ? prove_from_record(context, typed, p) : work_state(context, &w);
    if (code < 0 && !record) {
        code = prove_at_site(&w, typed, p);
    }
    if (code < 0) {
        code = check(p);
    }
    work_close(&w);
    return code < 0 ? hand_out(context, p) : code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct proving p = { .proof = buf_new(LIMIT_NOTE_BYTES), .entry = buf_new(LIMIT_ENTRY_BYTES) };
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "NAME", "write NAME.tlog-proof and NAME.entry; the receipt is shown when not given",
          &p.out },
        READING_RECORD(&p.from),
        READING_CHARTER(&p.from),
        OUT_FORCE(&p.force),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza prove",
        .summary = "Give the receipt of one entry: proof that it is in the record, which verifies offline",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza prove 82011238 --out village\n"
                    "  baraza prove 82011238 --record record.baraza --charter charter --out village\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = prove(context, args.positionals[0], &p);
    }
    buf_done(&p.proof);
    buf_done(&p.entry);
    return code;
}

const struct cmd cmd_prove = { "prove", run, "give the receipt of one entry", CMD_CHECK };
