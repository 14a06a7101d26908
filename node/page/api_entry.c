// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One contribution whole: what may be read of it here, how far it has come and by what evidence, what was said of it
// since, and the answers. Read first: page_call.h, node/desk/listing.h, node/desk/answers.h.
#include "node/page/api.h"

#include "common/format/proof.h"
#include "common/ops/print.h"
#include "node/desk/answers.h"
#include "node/desk/attaching.h"
#include "node/desk/proven.h"
#include "node/desk/recipients.h"
#include "node/page/labels.h"
#include "node/page/list_inside.h"

#include <string.h>

// --- entry ---
// {id, language} -> {id, number, session, forum, when_s, author, own, state, refusal?, words, sealed_to: [name],
// parts: {said: {state, text?, lang?, summary?, ask?}, speaker: {state, groups, kind?}, context: {state, kind?, themes,
// support?, hands?, channel?, question?, scale?}, consent: {state, basis?, scopes}}, flags: [label], paper?: {form,
// written_by?, typed_by?}, attachments: [{number, kind, name?, type, sealed, bytes, received, state, here}] (state:
// held, waiting or gone), marks, ticks: [{tick, when_s, evidence, checkpoint?, index?}], corrections: [{id, when_s,
// reason, why?, text?, state, current, author}], withdrawals: [{id, when_s, reason?, scopes: [label] (empty: all)}],
// opened: [{part, reason, when_s}], responses: [{disposition, code, reason?, where?, to?, when_s, in_force}]}

struct showing {
    struct page_call *c;
    const struct ledger *ledger;
    const struct labels *labels;
    json_t *out;
};

static void put_text(json_t *o, const char *name, struct slice text)
{
    if (text.n > 0) {
        json_put(o, name, labels_text(text));
    }
}

static void put_label(const struct showing *x, json_t *o, const char *name, enum code_list list, struct slice code)
{
    if (code.n > 0) {
        json_put(o, name, labels_json(x->labels, list, code));
    }
}

// --- parts ---

static const struct part *part_of(const struct listing_item *item, const char *name, size_t *at)
{
    for (size_t i = 0; item->disclosure != NULL && i < item->entry.part_count; i++) {
        if (slice_equal(item->entry.parts[i].name, slice_text(name))) {
            *at = i;
            return &item->disclosure->parts[i];
        }
    }
    return NULL;
}

// Why a part is not to be read here; "here" when it is.
static const char *part_state(const struct listing_item *item, const char *name)
{
    size_t at = 0;
    const struct part *part = part_of(item, name, &at);
    const struct amend_erased *erased = amends_erased(item->amends, item->entry.id);
    if (part == NULL) {
        return listing_words_name(item->words == LISTING_SAID ? LISTING_NONE : item->words);
    }
    if (erased != NULL && (erased->parts >> at & 1) != 0) {
        return "erased";
    }
    if (listing_in_clear(item, name)) {
        return "hidden";
    }
    if (part->state == PART_DISCLOSED && sealed_ok(part->bytes)) {
        return "sealed";
    }
    return part->state == PART_DISCLOSED && part->bytes.n > 0 ? "here" : "none";
}

static json_t *part_json(const struct listing_item *item, const char *name)
{
    json_t *o = json_object();
    json_put(o, "state", json_string(part_state(item, name)));
    return o;
}

static json_t *said_json(const struct listing_item *item)
{
    const struct content said = listing_part(item, "said");
    json_t *o = json_object();
    const bool shown = item->words == LISTING_SAID;
    json_put(o, "state", json_string(shown ? "here" : listing_words_name(item->words)));
    if (shown) {
        put_text(o, "text", item->text);
        put_text(o, "original", content_text(&said, "text"));
        put_text(o, "lang", content_text(&said, "lang"));
        put_text(o, "summary", content_text(&said, "summary"));
        put_text(o, "ask", content_text(&said, "ask"));
    }
    return o;
}

static json_t *speaker_json(const struct showing *x, const struct listing_item *item)
{
    const struct content speaker = listing_part(item, "speaker");
    json_t *o = part_json(item, "speaker");
    put_label(x, o, "kind", CODES_SPEAKER, content_text(&speaker, "kind"));
    json_put(o, "groups", labels_list_json(x->labels, CODES_GROUP, content_value(&speaker, "groups")));
    return o;
}

// A show of hands: [for, of].
static void put_hands(json_t *o, const struct content *context)
{
    struct cursor c = cursor_new(content_value(context, "hands"), false);
    cursor_array_of(&c, 2);
    const uint64_t yes = cursor_uint(&c);
    const uint64_t all = cursor_uint(&c);
    if (cursor_done(&c)) {
        json_t *hands = json_array();
        json_push(hands, json_of_number(yes));
        json_push(hands, json_of_number(all));
        json_put(o, "hands", hands);
    }
}

static json_t *context_json(const struct showing *x, const struct listing_item *item)
{
    const struct content c = listing_part(item, "context");
    json_t *o = part_json(item, "context");
    put_label(x, o, "kind", CODES_STATEMENT, content_text(&c, "kind"));
    json_put(o, "themes", labels_list_json(x->labels, CODES_THEME, content_value(&c, "themes")));
    put_label(x, o, "support", CODES_SUPPORT, content_text(&c, "support"));
    put_label(x, o, "channel", CODES_CHANNEL, content_text(&c, "channel"));
    put_label(x, o, "scale", CODES_SCALE, content_text(&c, "scale"));
    put_text(o, "question", content_text(&c, "question"));
    put_text(o, "table", content_text(&c, "table"));
    put_hands(o, &c);
    return o;
}

static json_t *consent_json(const struct showing *x, const struct listing_item *item)
{
    const struct content c = listing_part(item, "consent");
    json_t *o = part_json(item, "consent");
    put_label(x, o, "basis", CODES_CONSENT_BASIS, content_text(&c, "basis"));
    json_put(o, "scopes", labels_list_json(x->labels, CODES_SCOPE, content_value(&c, "scopes")));
    return o;
}

static void put_paper(json_t *out, const struct content *context)
{
    if (content_value(context, "form").n > 0) {
        json_t *o = json_object();
        json_put(o, "form", json_of_number(content_uint(context, "form")));
        put_text(o, "written_by", content_text(context, "written"));
        put_text(o, "typed_by", content_text(context, "typed"));
        json_put(out, "paper", o);
    }
}

static void put_parts(const struct showing *x, const struct listing_item *item)
{
    const struct content context = listing_part(item, "context");
    const struct charter *charter = state_charter(x->c->desk->state);
    json_t *o = json_object();
    size_t at = 0;
    const struct part *said = part_of(item, "said", &at);
    json_t *sealed = said != NULL && said->state == PART_DISCLOSED ? recipients_json(charter, said->bytes) : NULL;
    json_put(o, "said", said_json(item));
    json_put(o, "speaker", speaker_json(x, item));
    json_put(o, "context", context_json(x, item));
    json_put(o, "consent", consent_json(x, item));
    json_put(x->out, "parts", o);
    json_put(x->out, "flags", labels_list_json(x->labels, CODES_RISK, content_value(&context, "flags")));
    json_put(x->out, "sealed_to", sealed != NULL ? json_incref(json_object_get(sealed, "to")) : json_array());
    json_decref(sealed);
    put_paper(x->out, &context);
}

// --- ticks ---

static json_t *tick_json(const char *name, json_t *when, const char *evidence)
{
    json_t *o = json_object();
    json_put(o, "tick", json_string(name));
    json_put(o, "when_s", when);
    json_put(o, "evidence", json_string(evidence));
    return o;
}

// The receipt that covers it: of this entry, or of a later one of its journal.
static void put_receipt(const struct showing *x, const struct ledger_row *r, json_t *tick)
{
    struct kv_txn *t = NULL;
    struct slice text;
    struct proof proof;
    struct checkpoint checkpoint;
    struct note note;
    uint64_t found = 0;
    if (kv_begin_read(state_kv(x->c->desk->state), &t) == OK && receipt_get(t, &r->at, &found, &text) == OK &&
        proof_parse(text, &proof, NULL) && note_parse(proof.checkpoint, &note, NULL) &&
        checkpoint_parse(note.text, CHECKPOINT_FOREIGN, &checkpoint, NULL)) {
        json_put(tick, "checkpoint", json_of_number(checkpoint.head.size));
        json_put(tick, "index", json_of_number(proof.index));
    }
    kv_abort(t);
}

static void put_ticks(const struct showing *x, const struct listing_item *item)
{
    const struct ledger_row *r = item->row;
    const bool received = r->fate == FATE_RECEIVED || r->fate == FATE_CONFIRMED || r->fate == FATE_ANSWERED;
    json_t *ticks = json_array();
    if (r->fate != FATE_LOST) {
        json_push(ticks, tick_json("saved", json_of_number(listing_when(item)), "signature"));
    }
    if (received) {
        json_push(ticks, tick_json("received", json_null(), "custody"));
    }
    if (r->confirmed) {
        json_t *tick = tick_json("confirmed", json_null(), "receipt");
        put_receipt(x, r, tick);
        json_push(ticks, tick);
    }
    json_put(x->out, "ticks", ticks); // "answered" follows from the responses
}

// --- what was said of it since ---

static json_t *author_json(const struct showing *x, struct pubkey key)
{
    const struct keyring *k = x->c->desk->keyring;
    for (size_t i = 0; k != NULL && i < keyring_count(k); i++) {
        const struct person *p = keyring_person(k, i);
        if (pubkey_equal(p->key, key)) {
            return json_of_bytes(slice_text(p->name));
        }
    }
    struct buf text = buf_new(64);
    print_key(&text, key);
    json_t *o = json_of_bytes(buf_slice(&text));
    buf_done(&text);
    return o;
}

static json_t *amend_json(const struct showing *x, const struct amend *m)
{
    const struct ledger_row *r = ledger_find(x->ledger, m->id);
    struct content reason = { .count = 0 };
    json_t *o = json_object();
    json_put(o, "id", json_id(m->id));
    json_put(o, "when_s", json_of_number(r != NULL ? r->claimed_s : 0));
    json_put(o, "author", author_json(x, m->author));
    json_put(o, "state", json_string(r != NULL ? page_state_name(r->fate) : "saved"));
    if (content_parse(m->parts[AMEND_REASON], &reason)) {
        put_text(o, "why", content_text(&reason, "text"));
    }
    return o;
}

static void put_correction(const struct showing *x, const struct amend *m, bool shown, json_t *list)
{
    struct content said = { .count = 0 };
    json_t *o = amend_json(x, m);
    json_put(o, "current", json_boolean(!m->replaced));
    put_label(x, o, "reason", CODES_CORRECT_REASON, slice_text(m->reason->code));
    if (shown && content_parse(m->parts[AMEND_SAID], &said)) {
        put_text(o, "text", content_text(&said, "text"));
    }
    json_push(list, o);
}

static void put_withdrawal(const struct showing *x, const struct amend *m, json_t *list)
{
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SCOPE, &n);
    json_t *o = amend_json(x, m);
    json_t *scopes = json_array();
    for (size_t i = 0; m->scopes != (1u << n) - 1 && i < n; i++) {
        if ((m->scopes & 1u << i) != 0) {
            json_push(scopes, labels_json(x->labels, CODES_SCOPE, slice_text(rows[i].code)));
        }
    }
    json_put(o, "scopes", scopes);
    json_t *why = json_object_get(o, "why");
    if (why != NULL) {
        json_put(o, "reason", json_incref(why));
    }
    json_push(list, o);
}

static void put_opening(const struct showing *x, const struct amend *m, json_t *list)
{
    json_t *o = amend_json(x, m);
    json_put(o, "part", json_string(m->part));
    put_label(x, o, "reason", CODES_OPEN_REASON, slice_text(m->reason->code));
    json_push(list, o);
}

static void put_amends(const struct showing *x, const struct listing_item *item)
{
    json_t *corrections = json_array();
    json_t *withdrawals = json_array();
    json_t *opened = json_array();
    // A correction may say again what was erased, taken back or should have been sealed.
    const bool shown = item->words == LISTING_SAID || item->words == LISTING_NONE;
    for (const struct amend *m = amends_first(item->amends, item->entry.id); m != NULL;
         m = amends_next(item->amends, m)) {
        if (m->kind == KIND_CORRECTION) {
            put_correction(x, m, shown, corrections);
        } else if (m->kind == KIND_WITHDRAWAL) {
            put_withdrawal(x, m, withdrawals);
        } else {
            put_opening(x, m, opened);
        }
    }
    json_put(x->out, "corrections", corrections);
    json_put(x->out, "withdrawals", withdrawals);
    json_put(x->out, "opened", opened);
}

// --- what is attached ---

static const char *attachment_kind(struct slice type)
{
    const bool picture = type.n > 6 && memcmp(type.p, "image/", 6) == 0;
    const bool sound = type.n > 6 && memcmp(type.p, "audio/", 6) == 0;
    return picture ? "photo" : sound ? "sound" : "scan";
}

static json_t *attachment_json(size_t number, const struct attaching_row *row)
{
    json_t *o = json_object();
    json_put(o, "number", json_of_number(number));
    put_text(o, "name", row->a.name);
    json_put(o, "kind", json_string(attachment_kind(row->a.type)));
    json_put(o, "type", json_of_bytes(row->a.type));
    json_put(o, "sealed", json_boolean(row->sealed));
    json_put(o, "bytes", json_of_number(row->a.blob.size));
    json_put(o, "received", json_of_number(row->received));
    json_put(o, "state", json_string(row->state == ATTACHED_HELD ? "held" : row->state == ATTACHED_LOST ? "gone"
                                                                                                       : "waiting"));
    json_put(o, "here", json_boolean(row->here && !row->sealed));
    return o;
}

static void put_attachments(const struct showing *x, const struct listing_item *item)
{
    struct attaching_row rows[LIMIT_ATTACHMENTS];
    struct kv_txn *t = NULL;
    json_t *list = json_array();
    const char *state = part_state(item, "attachments");
    const bool shown = strcmp(state, "here") == 0 && item->disclosure != NULL && item->words != LISTING_WITHDRAWN;
    if (shown && kv_begin_read(state_kv(x->c->desk->state), &t) == OK) {
        const size_t n = attaching_of(t, false, &item->entry, item->disclosure, rows);
        for (size_t i = 0; i < n; i++) {
            json_push(list, attachment_json(i, &rows[i]));
        }
        mem_wipe(rows, sizeof rows);
        kv_abort(t);
    }
    json_put(x->out, "attachments", list);
}

static void show(void *arg, const struct listing_item *item)
{
    const struct showing *x = arg;
    const struct ledger_row *r = item->row;
    json_put(x->out, "id", json_id(r->id));
    json_put(x->out, "number", json_of_number(r->at.seq));
    json_put(x->out, "session", item->forum != NULL ? json_id(item->forum->id) : json_null());
    json_put(x->out, "forum", json_string(item->forum != NULL ? item->forum->code : ""));
    json_put(x->out, "when_s", json_of_number(listing_when(item)));
    json_put(x->out, "author", author_json(x, r->at.journal.key));
    json_put(x->out, "own", json_boolean(pubkey_equal(r->at.journal.key, x->c->desk->who->person.key)));
    json_put(x->out, "state", json_string(page_state_name(r->fate)));
    json_put(x->out, "words", json_string(listing_words_name(item->words)));
    if (r->fate == FATE_REFUSED) {
        json_put(x->out, "refusal", page_refusal_json(r->refusal));
    }
    put_parts(x, item);
    put_attachments(x, item);
    json_put(x->out, "marks", page_marks_json(item));
    put_ticks(x, item);
    put_amends(x, item);
}

// --- answers ---

static void add_answer(void *arg, const struct answer *a)
{
    const struct showing *x = arg;
    const struct slice code = a->body->as.response.disposition;
    struct content reason = { .count = 0 };
    json_t *o = json_object();
    json_put(o, "code", json_of_bytes(code));
    json_put(o, "disposition", labels_json(x->labels, CODES_DISPOSITION, code));
    json_put(o, "when_s", json_of_number(a->entry->claimed_s));
    json_put(o, "in_force", json_boolean(a->in_force));
    for (size_t i = 0; a->disclosure != NULL && i < a->entry->part_count; i++) {
        const struct part *part = &a->disclosure->parts[i];
        if (slice_equal(a->entry->parts[i].name, SLICE_LITERAL("reason")) && part->state == PART_DISCLOSED &&
            content_parse(part->bytes, &reason)) {
            put_text(o, "reason", content_text(&reason, "text"));
            put_text(o, "to", content_text(&reason, "to"));
            const struct slice where = content_text(&reason, "where");
            if (where.n == sizeof(struct hash)) {
                json_put(o, "where", json_of_hex(where));
            }
        }
    }
    if (a->in_force) {
        json_push(json_object_get(x->out, "ticks"),
                  tick_json("answered", json_of_number(a->entry->claimed_s), "response"));
    }
    json_push(json_object_get(x->out, "responses"), o);
}

enum err page_entry(struct page_call *c, struct trouble *t)
{
    struct ledger ledger;
    struct labels *labels = NULL;
    struct why why = { "" };
    struct hash id;
    if (!json_hex(c->in, "id", id.b, sizeof id.b)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    enum err e = page_ledger(c, &ledger, t);
    if (e == OK) {
        e = labels_open(c, &labels, t);
    }
    struct showing x = { .c = c, .ledger = &ledger, .labels = labels, .out = c->out };
    if (e == OK) {
        e = listing_one(c->desk, &ledger, id, show, &x, t);
    }
    if (e == OK) {
        json_put(c->out, "responses", json_array());
        e = trouble_of_err(t, answers_here(c->desk, id, add_answer, &x, &why), &why);
    }
    labels_close(labels);
    return e;
}

// --- receipt: that it is in the record, for whoever asks; no word that was said is in it ---
// {id} -> octet-stream

enum err page_receipt(struct page_call *c, struct trouble *t)
{
    struct proven p;
    struct hash id;
    struct slice hex;
    struct why why = { "" };
    if (!json_hex(c->in, "id", id.b, sizeof id.b) || !json_text(c->in, "id", &hex)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    proven_init(&p);
    enum err e = proven_here(c->desk->state, hex, true, &p, &id, &why);
    if (e == OK) {
        e = proven_check(&p, &why);
    }
    if (e == OK) {
        e = proven_receipt(&p, c->bytes, &why);
    }
    proven_done(&p);
    if (e != OK) {
        buf_reset(c->bytes);
    }
    return e == ERR_AGAIN ? trouble_set(t, TROUBLE_NO_RECEIPT) : trouble_of_err(t, e, &why);
}
