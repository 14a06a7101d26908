// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The calls that say where everything is: the line that adds up, the notices, the list. Read first: page_call.h,
// node/desk/standing.h, node/desk/listing.h.
#include "node/page/api.h"

#include "common/base/fault.h"
#include "common/base/text.h"
#include "common/format/attachment.h"
#include "common/ops/print.h"
#include "node/desk/refusals.h"
#include "node/page/labels.h"
#include "node/page/list_inside.h"
#include "node/page/page_inside.h"

#include <string.h>

#define ROWS 50
#define EXCERPT 120 // characters of the words in a row

// --- state ---
// {} -> {saved, received, waiting, refused, lost, confirmed, answered, replaced, drafts, hub: {state, heard_s, tried_s,
// said}, waiting_bytes: {text, sound}, exclusive: {count, oldest_s, bundle_s}, carried: {hub, sites}, verified, now_s,
// clock_ok, notices: [{code, weight, args}]}

// What the page says of the hub: not the last try, but what it means for who waits.
static const char *hub_state(const struct node_contact *c)
{
    return c->state == CONTACT_NONE          ? "never"
           : c->state == CONTACT_PUT_OFF || c->state == CONTACT_UNLOCK || c->state == CONTACT_BEHIND ? "heard"
           : c->state == CONTACT_UP          ? "talking"
           : c->state == CONTACT_SILENT      ? "silent"
                                             : "unreachable";
}

static json_t *seconds(uint64_t s)
{
    return s == 0 ? json_null() : json_of_number(s);
}

static json_t *hub_json(const struct node_contact *contact, uint64_t heard_s)
{
    json_t *o = json_object();
    json_put(o, "state", json_string(hub_state(contact)));
    json_put(o, "said", json_string(node_contact_name(contact->state)));
    json_put(o, "heard_s", seconds(heard_s));
    json_put(o, "tried_s", seconds(contact->at_s));
    return o;
}

static json_t *pair(const char *one, json_t *first, const char *other, json_t *second)
{
    json_t *o = json_object();
    json_put(o, one, first);
    json_put(o, other, second);
    return o;
}

static json_t *notices_json(const struct standing *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->notice_n; i++) {
        const struct notice *x = &s->notices[i];
        json_t *args = json_object();
        json_t *o = json_object();
        for (size_t k = 0; k < x->n; k++) {
            const struct trouble_arg *a = &x->args[k];
            json_put(args, a->name, a->is_text ? json_string(a->text) : json_of_number(a->number));
        }
        json_put(o, "code", json_string(x->code));
        json_put(o, "weight", json_string(notice_weight_name(x->weight)));
        json_put(o, "args", args);
        json_push(list, o);
    }
    return list;
}

static void put_tally(json_t *o, const struct tally *t)
{
    json_put(o, "saved", json_of_number(t->saved));
    json_put(o, "received", json_of_number(t->received));
    json_put(o, "waiting", json_of_number(t->waiting));
    json_put(o, "refused", json_of_number(t->refused + FAULT(LINE_WRONG)));
    json_put(o, "lost", json_of_number(t->lost));
    json_put(o, "confirmed", json_of_number(t->confirmed));
    json_put(o, "answered", json_of_number(t->answered));
    json_put(o, "replaced", json_of_number(t->replaced));
}

enum err page_state(struct page_call *c, struct trouble *t)
{
    struct standing s;
    const enum err e = standing_look(c->page->standing, c->desk, c->wall_s, &s, t);
    if (e != OK) {
        return e;
    }
    const struct ledger *l = &s.ledger;
    put_tally(c->out, &l->shown);
    json_put(c->out, "drafts", json_of_number(s.drafts));
    json_put(c->out, "hub", hub_json(&s.contact, s.heard_s));
    json_put(c->out, "waiting_bytes",
             pair("text", json_of_number(l->waiting_bytes), "sound", json_of_number(s.sound_bytes)));
    json_t *alone = pair("count", json_of_number(l->alone), "oldest_s", seconds(l->alone_s));
    json_put(alone, "bundle_s", seconds(l->bundle_s));
    json_put(c->out, "exclusive", alone);
    json_put(c->out, "carried", pair("hub", json_of_number(s.carried), "sites", json_of_number(s.answers)));
    json_put(c->out, "verified", json_of_number(s.verified_size));
    json_put(c->out, "now_s", json_of_number(c->wall_s));
    json_put(c->out, "clock_ok", json_boolean(s.clock_ok));
    json_put(c->out, "notices", notices_json(&s));
    return OK;
}

// --- send: try the hub now; what comes of it shows in `state` ---
// {} -> {}

enum err page_send(struct page_call *c, struct trouble *t)
{
    (void)t;
    node_exchange_poke(c->site->exchange);
    return OK;
}

// --- list ---
// {session?, state?, kind?, group?, search?, before?, language} -> {rows: [{id, session, forum, number, when_s,
// groups: [label], kind, state, refusal?: {code}, words, excerpt?, marks: [...]}], next, total, tally}
// next: what to give as `before` for the rows behind these; null at the end. total: null when words have to be read to
// know it. words: why there is no excerpt (listing.h).

#define PLACE_BYTES (sizeof(struct journal_id) + 8)

static json_t *place_json(const struct position *at)
{
    uint8_t room[PLACE_BYTES];
    memcpy(room, &at->journal, sizeof at->journal);
    be64_put(room + sizeof at->journal, at->seq);
    return json_of_hex(SLICE_ARRAY(room));
}

static bool read_place(const json_t *in, const char *name, struct position *out)
{
    uint8_t room[PLACE_BYTES];
    if (!json_hex(in, name, room, sizeof room)) {
        return false;
    }
    *out = (struct position){ .seq = be64_get(room + sizeof out->journal) };
    memcpy(&out->journal, room, sizeof out->journal);
    return true;
}

// A beginning of text, of so many characters.
static struct slice excerpt(struct slice text)
{
    size_t n = 0;
    size_t characters = 0;
    while (n < text.n && characters <= EXCERPT) {
        n++;
        while (n < text.n && (text.p[n] & 0xc0) == 0x80) {
            n++;
        }
        characters++;
    }
    return slice_of(text.p, n);
}

struct listed {
    const struct labels *labels;
    json_t *rows;
};

const char *page_state_name(enum fate f)
{
    return f == FATE_WAITING ? "saved" : f == FATE_REPLACED ? "superseded" : fate_name(f);
}

json_t *page_refusal_json(uint64_t code)
{
    json_t *o = json_object();
    json_put(o, "code", json_string(refusal_code(code)));
    return o;
}

static void mark_if(json_t *marks, bool is, const char *mark)
{
    if (is) {
        json_push(marks, json_string(mark));
    }
}

static size_t corrections(const struct listing_item *item)
{
    size_t n = 0;
    for (const struct amend *m = amends_first(item->amends, item->entry.id); m != NULL;
         m = amends_next(item->amends, m)) {
        n += m->kind == KIND_CORRECTION && !m->replaced;
    }
    return n;
}

// Something is attached whose media type begins so.
static bool has_attached(const struct listing_item *item, const char *begins)
{
    struct attachment list[LIMIT_ATTACHMENTS];
    struct manifest m = { .count = 0 };
    bool has = false;
    for (size_t i = 0; item->disclosure != NULL && i < item->entry.part_count; i++) {
        const struct part *part = &item->disclosure->parts[i];
        if (part->state == PART_DISCLOSED && slice_equal(item->entry.parts[i].name, slice_text("attachments")) &&
            manifest_parse(part->bytes, &m) && m.count > 0 && manifest_list(&m, m.list, list)) {
            for (size_t k = 0; k < m.count; k++) {
                has = has || text_starts(list[k].type, begins, NULL);
            }
        }
    }
    mem_wipe(list, sizeof list);
    return has;
}

json_t *page_marks_json(const struct listing_item *item)
{
    json_t *marks = json_array();
    const bool contribution = item->whole && item->body.kind == KIND_CONTRIBUTION;
    if (!contribution) {
        mark_if(marks, !item->whole, "damaged");
        return marks;
    }
    const struct hash id = item->entry.id;
    const struct content context = listing_part(item, "context");
    const uint64_t s = item->body.as.contribution.sensitivity;
    mark_if(marks, s == SENSITIVITY_RESTRICTED, "restricted");
    mark_if(marks, s == SENSITIVITY_SEALED, "sealed");
    mark_if(marks, listing_has_identity(item), "identity");
    mark_if(marks, amends_withdrawn(item->amends, id) != 0, "withdrawn");
    mark_if(marks, corrections(item) == 1, "corrected");
    mark_if(marks, corrections(item) > 1, "competing");
    mark_if(marks, amends_opened(item->amends, id) > 0, "opened");
    mark_if(marks, amends_erased(item->amends, id) != NULL, "erased");
    mark_if(marks, content_value(&context, "form").n > 0, "paper");
    mark_if(marks, has_attached(item, "audio/"), "sound");
    mark_if(marks, has_attached(item, "image/"), "photo");
    mark_if(marks, has_attached(item, "application/"), "scan");
    mark_if(marks, listing_in_clear(item, NULL), "in-clear");
    mark_if(marks, item->words == LISTING_WIPED, "wiped");
    mark_if(marks, item->words == LISTING_DAMAGED, "damaged");
    return marks;
}

static void add_row(void *arg, const struct listing_item *item)
{
    struct listed *x = arg;
    const struct ledger_row *r = item->row;
    json_t *o = json_object();
    json_put(o, "id", json_id(r->id));
    json_put(o, "session", item->forum != NULL ? json_id(item->forum->id) : json_null());
    json_put(o, "forum", json_string(item->forum != NULL ? item->forum->code : ""));
    json_put(o, "number", json_of_number(r->at.seq));
    json_put(o, "when_s", json_of_number(listing_when(item)));
    json_put(o, "state", json_string(page_state_name(r->fate)));
    if (r->fate == FATE_REFUSED) {
        json_put(o, "refusal", page_refusal_json(r->refusal));
    }
    labels_put_about(x->labels, item, o);
    json_put(o, "words", json_string(listing_words_name(item->words)));
    if (item->words == LISTING_SAID) {
        json_put(o, "excerpt", labels_text(excerpt(item->text)));
    }
    json_put(o, "marks", page_marks_json(item));
    json_push(x->rows, o);
}

// A text, or none.
static struct slice any(const json_t *in, const char *name)
{
    struct slice text = slice_of("", 0);
    return json_text(in, name, &text) ? text : slice_of("", 0);
}

static void read_wish(const struct page_call *c, struct listing_wish *w)
{
    *w = (struct listing_wish){ .session = any(c->in, "session"), .state = any(c->in, "state"),
                                .kind = any(c->in, "kind"), .group = any(c->in, "group"),
                                .search = any(c->in, "search"), .most = ROWS };
    w->has_before = read_place(c->in, "before", &w->before);
}

enum err page_ledger(struct page_call *c, struct ledger *out, struct trouble *t)
{
    return standing_ledger(c->page->standing, c->desk, out, t);
}

enum err page_list(struct page_call *c, struct trouble *t)
{
    struct ledger ledger;
    struct listing_wish wish;
    struct listing_end end;
    struct labels *labels = NULL;
    struct listed x = { .rows = NULL };
    read_wish(c, &wish);
    enum err e = page_ledger(c, &ledger, t);
    if (e == OK) {
        e = labels_open(c, &labels, t);
    }
    if (e != OK) {
        return e;
    }
    x.rows = json_array();
    x.labels = labels;
    e = listing_run(c->desk, &ledger, &wish, add_row, &x, &end, t);
    json_put(c->out, "rows", x.rows);
    if (e == OK) {
        json_t *tally = json_object();
        put_tally(tally, &ledger.shown);
        json_put(c->out, "tally", tally);
        json_put(c->out, "next", end.more ? place_json(&end.last) : json_null());
        json_put(c->out, "total", end.counted ? json_of_number(end.total) : json_null());
    }
    labels_close(labels);
    return e;
}
