// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza prove`: the receipt of one entry (C2SP tlog-proof) and the entry's bytes beside it, for somebody who has
// neither the record nor this program. From a hub's state, an export, or what the hub has given to a site.
// It must never hand out a receipt that it has not verified.
#include "common/format/armor.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"
#include "tools/baraza/proving.h"

#include <string.h>

#define PROOF_ENDING ".tlog-proof"

struct handing {
    const char *out;
    bool force; // write over what is there
    struct proving p;
};

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
    json_put(o, "id", json_id(merkle_leaf(proven_entry(&p->it, 0)))); // an entry's id is its leaf hash
    json_put(o, "index", json_of_number(p->it.index));
    json_put(o, "size", json_of_number(p->it.head.size));
    json_put(o, "erased", json_boolean(p->erased.n > 0));
    return o;
}

static int print_receipt(const struct cmd_context *context, const struct proving *p)
{
    if (!context->json) {
        return cmd_print(buf_slice(&p->it.proof));
    }
    json_t *o = proof_json(p);
    json_put(o, "receipt", json_of_bytes(buf_slice(&p->it.proof)));
    return cmd_print_json(o);
}

static int print_files(const struct cmd_context *context, const struct proving *p, const char *proof, const char *entry)
{
    struct buf out = buf_new(65536);
    int code = EXIT_GOOD;
    if (context->json) {
        struct buf key = buf_new(4096);
        vkey_put(&p->it.key, &key);
        json_t *o = proof_json(p);
        json_put(o, "proof", json_of_path(proof));
        json_put(o, "leaf", json_of_path(entry));
        json_put(o, "key", json_of_bytes(buf_slice(&key)));
        buf_done(&key);
        code = cmd_print_json(o);
    } else if (!context->quiet) {
        buf_printf(&out, "Entry %llu of %llu: %s and %s. Anybody can check them, without network, with:\n"
                         "  baraza verify --proof %s --leaf %s --key '",
                   (unsigned long long)p->it.index, (unsigned long long)p->it.head.size, proof, entry, proof, entry);
        vkey_put(&p->it.key, &out);
        buf_put_text(&out, "'\n");
        if (p->erased.n > 0) {
            buf_printf(&out, "Signature good, included%.*s. Receipt and entry verify as before.\n", (int)p->erased.n,
                       (const char *)p->erased.p);
        }
        code = cmd_print(buf_slice(&out));
    }
    buf_done(&out);
    return code;
}

// A bare proof says in its `extra` line how keys were changed, so that it can be judged by the charter (PROTOCOL 8.10).
static int say_keys(struct proving *p)
{
    struct proof proof;
    struct why why = { "" };
    struct buf extra = buf_new(2 * LIMIT_SUCCESSION_BYTES);
    struct buf text = buf_new(LIMIT_NOTE_BYTES);
    bool good = true;
    if (p->it.succession.n > 0) {
        CHECK(proof_parse(buf_slice(&p->it.proof), &proof, &why)); // it was verified
        armor_put_base64(&extra, buf_slice(&p->it.succession));
        proof.extra = buf_slice(&extra);
        proof_make(&proof, &text);
        good = buf_ok(&text);
        buf_reset(&p->it.proof);
        buf_put(&p->it.proof, buf_slice(&text));
    }
    buf_done(&extra);
    buf_done(&text);
    return good ? -1 : cmd_fail(ERR_TOO_BIG, &why);
}

static int hand_out(const struct cmd_context *context, const struct handing *h)
{
    const struct proving *p = &h->p;
    struct buf proof = buf_new(4096);
    struct buf entry = buf_new(4096);
    if (h->out == NULL || strcmp(h->out, "-") == 0) {
        return print_receipt(context, p);
    }
    name_files(h->out, &proof, &entry);
    int code = buf_ok(&proof) && buf_ok(&entry) ? -1 : cmd_usage("--out: the path is too long");
    code = code < 0 ? out_check((const char *)proof.p, h->force) : code;
    code = code < 0 ? out_write((const char *)entry.p, proven_entry(&p->it, 0), 0644, h->force) : code;
    code = code < 0 ? out_write((const char *)proof.p, buf_slice(&p->it.proof), 0644, h->force) : code;
    code = code < 0 ? print_files(context, p, (const char *)proof.p, (const char *)entry.p) : code;
    buf_done(&proof);
    buf_done(&entry);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct handing h = { .out = NULL };
    proving_init(&h.p);
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "NAME", "write NAME.tlog-proof and NAME.entry; the receipt is shown when not given",
          &h.out },
        READING_RECORD(&h.p.from),
        READING_CHARTER(&h.p.from),
        OUT_FORCE(&h.force),
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
        code = proving_gather(context, args.positionals[0], false, &h.p);
    }
    code = code < 0 ? say_keys(&h.p) : code;
    code = code < 0 ? hand_out(context, &h) : code;
    proving_done(&h.p);
    return code;
}

const struct cmd cmd_prove = { "prove", run, "give the receipt of one entry", CMD_CHECK };
