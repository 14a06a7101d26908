// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza status`: one line that reconciles, and what to do when something waits. Needs nobody's passphrase.
#include "common/author/agent.h"
#include "common/format/armor.h"
#include "common/net/loop.h"
#include "node/desk/drafts.h"
#include "node/desk/exchanged.h"
#include "node/desk/forums.h"
#include "node/desk/refusals.h"
#include "node/desk/roster_here.h"
#include "node/node_count.h"
#include "tools/baraza/erased_where.h"
#include "tools/baraza/gather.h"
#include "tools/baraza/gone.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/waits.h"

#include <stdlib.h>

#define DAY_S 86400u

// What the exchange has come to.
struct exchange_status {
    struct exchanged it;
    struct node_count count;
    uint64_t drafts;         // of everybody here
};

static enum err load_exchange(struct work *w, struct exchange_status *out, struct why *why)
{
    struct drafts_count drafts;
    *out = (struct exchange_status){ .drafts = 0 };
    enum err e = exchanged_look(&w->desk, &out->it, why);
    if (e == OK) {
        e = node_count(state_kv(w->desk.state), &out->count, why);
    }
    if (e == OK && drafts_of_session(w->desk.state, NULL, &drafts, NULL) == OK) { // the rest is said all the same
        out->drafts = drafts.all;
    }
    return e;
}

// Sound and pictures on their way, and those that will never get there.
static void put_attachments(struct buf *out, const struct node_count *c)
{
    if (c->attachments > 0) {
        print_count(out, c->attachments, "sound or picture waits", "sounds and pictures wait");
        buf_printf(out, ", %llu KB; their words went ahead\n", (unsigned long long)(c->attachment_bytes + 1023) / 1024);
    }
    if (c->attachments_lost > 0) {
        print_count(out, c->attachments_lost, "sound or picture", "sounds and pictures");
        buf_put_text(out, " did not reach the hub before this disk lost them\n");
    }
}

static json_t *tally_json(const struct tally *t)
{
    json_t *o = json_object();
    json_put(o, "saved", json_of_number(t->saved));
    json_put(o, "received", json_of_number(t->received));
    json_put(o, "pending", json_of_number(t->waiting));
    json_put(o, "refused", json_of_number(t->refused));
    json_put(o, "confirmed", json_of_number(t->confirmed));
    json_put(o, "answered", json_of_number(t->answered));
    json_put(o, "lost", json_of_number(t->lost));
    return o;
}

static json_t *told_json(const struct exchange_status *x)
{
    json_t *list = json_array();
    for (size_t i = 0; i < x->it.told_n; i++) {
        json_push(list, json_of_hex(SLICE_ARRAY(x->it.told_else[i].b)));
    }
    return list;
}

static int print_json(struct work *w, const struct forums *f, const struct exchange_status *x)
{
    json_t *o = json_object();
    const struct charter *c = state_charter(w->desk.state);
    json_put(o, "title", json_of_bytes(c->title));
    json_put(o, "consultation", json_id(c->id));
    json_put(o, "practice", json_boolean(c->practice));
    json_put(o, "contributions", tally_json(&f->contributions));
    json_put(o, "entries", tally_json(&f->entries));
    json_put(o, "drafts", json_of_number(x->drafts));
    json_put(o, "forums", json_of_number(f->n));
    json_put(o, "damage", damage_json(&f->damage));
    json_put(o, "contact", json_string(node_contact_name(x->it.contact.state)));
    json_put(o, "heard", x->it.heard_s == 0 ? json_null() : json_time(x->it.heard_s));
    if (x->it.copied) {
        json_t *is = json_object();
        json_put(is, "since", json_time(x->it.copy.at_s));
        json_put(is, "not_here_at_least", json_of_number(x->it.copy.gone));
        json_put(is, "at_hub_at_most", json_of_number(x->it.copy.held));
        json_put(o, "copy", is);
    }
    json_put(o, "carried", json_of_number(x->it.to_hub + x->it.answers));
    json_put(o, "carried_answers", json_of_number(x->it.answers));
    json_put(o, "hub_contradicted", json_boolean(x->it.contradicted));
    json_put(o, "hub_false_custody", json_boolean(x->it.false_custody));
    json_put(o, "told_something_else", told_json(x));
    json_put(o, "waits", waits_json(&x->it.waits));
    json_put(o, "destroyed", w->destroyed.count == 0 ? json_null() : json_time(w->destroyed.wall_s));
    json_put(o, "attachments_waiting", json_of_number(x->count.attachments));
    json_put(o, "attachment_bytes_waiting", json_of_number(x->count.attachment_bytes));
    json_put(o, "verified_size", json_of_number(x->it.verified ? x->it.head.size : 0));
    return cmd_print_json(o);
}

static void put_waiting(struct buf *out, const struct forums *f, bool destroyed)
{
    uint64_t now = loop_wall_s();
    if (f->entries.waiting == 0) {
        return;
    }
    uint64_t days = now > f->oldest_waiting_s ? (now - f->oldest_waiting_s) / DAY_S : 0;
    print_count(out, f->entries.waiting, "entry exists", "entries exist");
    buf_printf(out, " only on this computer");
    if (days > 0) {
        buf_printf(out, ", the oldest for ");
        print_count(out, days, "day", "days");
    }
    buf_put_text(out, destroyed ? ", readable by the hub alone: baraza sync --wait, or baraza bundle out DIR\n"
                                : ". Keep working; connect when you can: baraza sync --wait\n");
}

// "Last heard from the hub: 2026-11-11 10:04, 9 days ago".
static void put_contact(struct buf *out, const struct exchange_status *x)
{
    uint64_t now = loop_wall_s();
    if (x->it.heard_s > 0) {
        buf_put_text(out, "Last heard from the hub: ");
        print_time(out, x->it.heard_s);
        uint64_t days = now > x->it.heard_s ? (now - x->it.heard_s) / DAY_S : 0;
        if (days > 0) {
            buf_put_text(out, ", ");
            print_count(out, days, "day ago", "days ago");
        }
        buf_put_u8(out, '\n');
    }
    if (x->it.contact.state != CONTACT_NONE && x->it.contact.state != CONTACT_UP) {
        buf_put_text(out, "The last try: ");
        node_contact_say(&x->it.contact, out);
        buf_put_u8(out, '\n');
    }
}

// What the hub did that it must not do stands before everything else that could be said of it.
static void put_against(struct buf *out, const struct exchange_status *x)
{
    if (x->it.contradicted) {
        buf_put_text(out, "The hub signed two records that exclude each other. Nothing goes to it any more from here; "
                          "keep writing, nothing here is lost.\n");
    }
    if (x->it.false_custody) {
        buf_put_text(out, "The hub signed that it holds other words than those that were sent from here.\n");
    }
    if (x->it.contradicted || x->it.false_custody) {
        buf_put_text(out, "The proof is kept. Give it to an auditor: baraza evidence --out FILE\n");
    }
}

// Which of the two was kept in the dark, or whether a bundle lied, only people can find out.
static void put_told(struct buf *out, const struct exchange_status *x)
{
    for (size_t i = 0; i < x->it.told_n; i++) {
        buf_put_text(out, "Site ");
        armor_put_hex(out, slice_of(x->it.told_else[i].b, 4));
        buf_put_text(out, " was told something else of who may take part than this one. The hub may keep a revocation "
                          "from one of you:\n  compare baraza who on both computers, and tell the registrar and an "
                          "auditor.\n");
    }
}

static void put_carried(struct buf *out, const struct exchanged *x)
{
    if (x->to_hub > 0) {
        buf_put_text(out, "Carried for other sites: ");
        print_count(out, x->to_hub, "bundle", "bundles");
        buf_put_text(out, "; the next exchange takes them along, or baraza bundle out DIR\n");
    }
    if (x->answers > 0) {
        buf_put_text(out, "The hub's answers to other sites: ");
        print_count(out, x->answers, "bundle", "bundles");
        buf_put_text(out, "; take them there: baraza bundle out DIR\n");
    }
}

static void put_copy(struct buf *out, const struct exchanged *x)
{
    if (x->copied) {
        print_time(out, x->copy.at_s);
        buf_put_text(out, ": ");
        notebook_copy_say(&x->copy, out);
        buf_put_u8(out, '\n');
    }
}

// What the hub refused, and what to do for each reason.
static void put_refused(struct buf *out, const struct work *w, const struct forums *f)
{
    struct kv_txn *t = NULL;
    if (f->entries.refused == 0 || kv_begin_read(state_kv(w->desk.state), &t) != OK) {
        return;
    }
    buf_put_text(out, "The hub refused ");
    print_count(out, f->entries.refused, "entry", "entries");
    buf_put_text(out, "; kept here with its signed word: baraza list --all --only refused\n");
    refusals_put(out, t);
    kv_abort(t);
}

static void put_unlocked(struct buf *out, struct work *w, const struct node_waits *waits)
{
    struct person who[LIMIT_PERSONS];
    size_t n = 0;
    char *path = state_path(w->desk.state, STATE_AGENT);
    const enum err e = agent_who(path, who, LIMIT_PERSONS, &n, NULL);
    if (e != OK && e != ERR_NOT_FOUND) {
        buf_put_text(out, "Whoever is unlocked may still be: the program that holds the keys does not answer "
                          "(baraza lock)\n");
    }
    if (e == OK && n > 0) {
        buf_put_text(out, "Unlocked: ");
        for (size_t i = 0; i < n; i++) {
            buf_put_text(out, i == 0 ? "" : ", ");
            print_line(out, slice_text(who[i].name), LIMIT_PERSON_NAME);
        }
        bool in_advance = false;
        if (agent_sleep(path, &in_advance, NULL) == OK) {
            buf_put_text(out, in_advance ? "; locked before this computer sleeps"
                                         : "; locked when this computer wakes up (systemd-logind does not answer)");
        }
        buf_put_u8(out, '\n');
    }
    free(path);
    // While somebody is unlocked only what needs another person waits for more than the next exchange.
    const bool anybody = keyring_count(w->desk.keyring) > 0; // else the keys were destroyed
    if (anybody && node_waits_count(waits) > 0 && (n == 0 || waits->notes + waits->successors + waits->notebooks > 0)) {
        node_waits_say(waits, out);
        buf_put_text(out, " (baraza unlock)\n");
    }
}

// Forums that nobody here may hold: received and confirmed like others, they count for nothing until somebody acts.
static void put_outside(struct buf *out, struct work *w, const struct forums *f)
{
    struct roster *r = NULL;
    struct why why = { "" };
    if (f->n > 0 && roster_here(&w->desk, &r, &why) == OK) {
        for (size_t i = 0; i < f->n; i++) {
            if (roster_here_nobody(r, &w->desk, slice_text(f->rows[i].area))) {
                buf_printf(out, "Forum %s counts for nothing: nobody here may hold forums in %s. Ask the registrar to "
                                "grant that area, or open it anew under another code\n", f->rows[i].code,
                           f->rows[i].area);
            }
        }
    }
    roster_free(r);
}

static int print_status(const struct cmd_context *context, struct work *w, const struct forums *f,
                        const struct exchange_status *x)
{
    struct buf out = buf_new(32768);
    const struct charter *c = state_charter(w->desk.state);
    const struct tally *t = &f->contributions;
    if (!context->quiet) {
        print_line(&out, c->title, 100);
        buf_put_text(&out, c->practice ? "  (practice, not real)\n" : "\n");
    }
    buf_printf(&out, "%llu saved = %llu received + %llu pending + %llu refused", (unsigned long long)t->saved,
               (unsigned long long)t->received, (unsigned long long)t->waiting, (unsigned long long)t->refused);
    if (t->lost > 0) {
        buf_printf(&out, " + %llu lost", (unsigned long long)t->lost);
    }
    if (t->received > 0) {
        buf_printf(&out, "; %llu confirmed, %llu answered", (unsigned long long)t->confirmed,
                   (unsigned long long)t->answered);
    }
    if (x->drafts > 0) {
        buf_put_text(&out, "; ");
        print_count(&out, x->drafts, "draft", "drafts");
    }
    buf_put_u8(&out, '\n');
    damage_put(&f->damage, &w->desk, &out);
    put_against(&out, x);
    put_told(&out, x);
    if (!context->quiet) {
        if (x->it.verified) {
            buf_printf(&out, "Last checkpoint verified here: %llu entries\n", (unsigned long long)x->it.head.size);
        }
        put_contact(&out, x);
        put_waiting(&out, f, w->destroyed.count > 0);
        put_attachments(&out, &x->count);
        put_refused(&out, w, f);
        put_outside(&out, w, f);
        put_carried(&out, &x->it);
        put_copy(&out, &x->it);
        put_unlocked(&out, w, &x->it.waits);
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

// A hub: what its record holds, up to the checkpoint it published last.
static int hub_status(struct cmd_context *context)
{
    const struct reading_from from = { NULL, NULL };
    struct reading *r = NULL;
    struct reading_item item;
    uint64_t kinds[KIND_COUNT + 1] = { 0 };
    uint64_t idle = 0;
    uint64_t lost = 0;
    struct forum_fold *fold = NULL;
    struct gone gone;
    struct why why = { "" };
    struct erased_where *where = NULL;
    int code = reading_open(context, &from, &r);
    if (code >= 0) {
        return code;
    }
    enum err e = gone_load(context, &gone, &why);
    while (reading_next(r, &item)) {
        gone_take(&gone, &item.entry);
        kinds[kind_of(item.entry.kind)]++;
        idle += item.standing != VERDICT_GOOD;
        lost += reading_known(&item) && item.body.kind == KIND_INCIDENT &&
                slice_equal(item.body.as.incident.code, slice_text("damaged"));
    }
    code = e == OK ? gather_record(r, &fold) : cmd_fail(e, &why);
    if (code < 0) {
        code = erased_where_read(r, &where);
    }
    struct tree_head head = reading_head(r);
    if (code < 0 && context->json) {
        json_t *o = json_object();
        json_put(o, "size", json_of_number(head.size));
        json_put(o, "root", json_id(head.root));
        json_put(o, "sessions", json_of_number(kinds[KIND_SESSION]));
        json_put(o, "contributions", json_of_number(kinds[KIND_CONTRIBUTION]));
        json_put(o, "responses", json_of_number(kinds[KIND_RESPONSE]));
        json_put(o, "without_effect", json_of_number(idle));
        json_put(o, "lost_at_sites", json_of_number(lost));
        json_put(o, "forums", gather_totals_json(fold, loop_wall_s()));
        json_put(o, "destroyed", gone_json(&gone, reading_roster(r)));
        json_put(o, "erasures", erased_where_totals_json(where));
        code = cmd_print_json(o);
    } else if (code < 0) {
        struct buf out = buf_new((size_t)1 << 20);
        print_count(&out, head.size, "entry", "entries");
        buf_put_text(&out, " in the record, root ");
        print_id(&out, head.root, PRINT_ID);
        buf_put_text(&out, "; ");
        print_count(&out, kinds[KIND_CONTRIBUTION], "contribution from ", "contributions from ");
        print_count(&out, forum_fold_totals(fold).held, "forum, ", "forums, ");
        print_count(&out, kinds[KIND_RESPONSE], "response", "responses");
        buf_printf(&out, "; %llu without effect\n", (unsigned long long)idle);
        if (lost > 0) {
            print_count(&out, lost, "entry was", "entries were");
            buf_put_text(&out, " lost by damaged disks at sites, and told: baraza log --kind incident\n");
        }
        gather_put_totals(&out, fold, loop_wall_s());
        gone_put(&out, &gone, reading_roster(r));
        erased_where_put_totals(where, &out);
        code = cmd_print(buf_slice(&out));
        buf_done(&out);
    }
    gone_done(&gone);
    forum_fold_free(fold);
    erased_where_free(where);
    reading_close(r);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza status",
        .summary = "Say where everything is: saved = received + pending + refused",
        .positionals = "",
        .examples = "  baraza status\n  baraza status --json | jq .contributions\n",
    };
    struct args args;
    struct work w;
    struct forums f = { .rows = NULL };
    struct exchange_status x;
    struct why why = { "" };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = work_state(context, &w);
    if (code < 0 && work_destroyed(&w, &why)) {
        cmd_remark(context, "%s", why.text);
    }
    if (code < 0 && state_info(w.desk.state)->side == STORE_HUB) {
        work_close(&w); // a store is open once in a process
        return hub_status(context);
    }
    if (code < 0) {
        enum err e = forums_load(&w.desk, &f, &why);
        if (e == OK) {
            e = load_exchange(&w, &x, &why);
        }
        code = e != OK ? cmd_fail(e, &why) : context->json ? print_json(&w, &f, &x) : print_status(context, &w, &f, &x);
    }
    forums_done(&f);
    work_close(&w);
    return code;
}

const struct cmd cmd_status = { "status", run, "say where everything is, in one line that adds up", CMD_READ };
