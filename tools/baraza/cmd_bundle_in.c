// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza bundle in`: takes what a courier brings, a file or a folder of them, each judged alone. At a hub by the door
// of the exchange, at a site by the core of the exchange: so a bundle has the effect of the network, no other. What is
// for others of the consultation is kept at a site and carried along.
// It must never take a bundle that is not whole. Read first: bundle_file.h, visit.h, node/node_bundle.h.
#include "common/author/notebook.h"
#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/store/succession_store.h"
#include "hub/hub_destroyed.h"
#include "hub/hub_keys.h"
#include "hub/serve.h"
#include "node/desk/courier.h"
#include "tools/baraza/print.h"
#include "tools/baraza/visit.h"
#include "tools/baraza/waits.h"
#include "tools/baraza/work.h"

#include <stdlib.h>
#include <string.h>

struct taking {
    struct cmd_context *context;
    unsigned flags;              // of enum kv_flag
    struct bundle_expect expect;
    bool folder;                 // what is for others is passed over
    struct buf note;             // of the charter
    struct charter charter;
    // at a site
    struct work w;
    struct courier courier;
    // at a hub
    bool hub;
    struct box_ring ring;        // what bundles may be boxed to here
    struct host host;
    int worst;                   // exit code so far
};

// --- what is said of each ---

static void put_name(struct buf *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    print_line(out, slice_text(slash == NULL ? path : slash + 1), 200);
}

static int say_refused(struct taking *t, const char *path, enum bundle_fault fault)
{
    const bool others = t->folder && (fault == BUNDLE_NOT_FOR_US || fault == BUNDLE_WAY || fault == BUNDLE_OLDER);
    if (t->context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(path));
        json_put(o, "taken", json_boolean(false));
        json_put(o, "reason", json_string(bundle_fault_name(fault)));
        (void)cmd_print_json(o);
    } else if (!others || !t->context->quiet) {
        struct buf out = buf_new(4096);
        put_name(&out, path);
        buf_printf(&out, ": %s: %s\n", others ? "passed over" : "refused", bundle_fault_text(fault));
        (void)cmd_print(buf_slice(&out));
        buf_done(&out);
    }
    return others ? EXIT_GOOD : EXIT_FOUND;
}

static int say_delivered(struct taking *t, const char *path, struct boxkey site, const struct delivered *d)
{
    if (t->context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(path));
        json_put(o, "taken", json_boolean(true));
        json_put(o, "site", json_of_hex(SLICE_ARRAY(site.b)));
        json_put(o, "entries", json_of_number(d->entries));
        json_put(o, "received", json_of_number(d->received));
        json_put(o, "refused", json_of_number(d->refused));
        json_put(o, "later", json_of_number(d->later));
        json_put(o, "chunks", json_of_number(d->chunks));
        json_put(o, "chunks_received", json_of_number(d->chunks_here));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(4096);
    put_name(&out, path);
    buf_printf(&out, ": %llu of ", (unsigned long long)d->received);
    print_count(&out, d->entries, "entry", "entries");
    buf_put_text(&out, " received from site ");
    armor_put_hex(&out, slice_of(site.b, 4));
    if (d->refused + d->later > 0) {
        buf_printf(&out, "; %llu refused, %llu put off (%s)", (unsigned long long)d->refused,
                   (unsigned long long)d->later, verdict_text(d->code));
    }
    if (d->chunks > 0) {
        buf_printf(&out, "; %llu of %llu pieces of sound and pictures", (unsigned long long)d->chunks_here,
                   (unsigned long long)d->chunks);
    }
    buf_put_u8(&out, '\n');
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static void put_taken(struct buf *out, const struct node_bundle_taken *b, const struct node_count *c)
{
    buf_printf(out, ": taken; %llu of %llu entries received, %llu confirmed", (unsigned long long)c->received,
               (unsigned long long)c->saved, (unsigned long long)c->confirmed);
    if (c->refused > 0) {
        buf_printf(out, ", %llu refused", (unsigned long long)c->refused);
    }
    if (c->lost > 0) {
        buf_printf(out, ", %llu lost by a damaged disk (baraza status names them)", (unsigned long long)c->lost);
    }
    if (c->attachments > 0) {
        buf_printf(out, "; %llu KB of sound and pictures to go",
                   (unsigned long long)(c->attachment_bytes + 1023) / 1024);
    }
    buf_put_u8(out, '\n');
    if (b->restored) {
        notebook_copy_say(&(struct notebook_copy){ .held = b->held }, out);
        buf_put_u8(out, '\n');
    }
    if (b->bad > 0) {
        print_count(out, b->bad, "answer", "answers");
        buf_put_text(out, " in it did not verify and were not believed\n");
    }
}

static int say_taken(struct taking *t, const char *path, const struct node_bundle_taken *b, const struct node_count *c)
{
    if (t->context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(path));
        json_put(o, "taken", json_boolean(true));
        json_put(o, "saved", json_of_number(c->saved));
        json_put(o, "received", json_of_number(c->received));
        json_put(o, "confirmed", json_of_number(c->confirmed));
        json_put(o, "pending", json_of_number(c->waiting));
        json_put(o, "refused", json_of_number(c->refused));
        json_put(o, "lost", json_of_number(c->lost));
        json_put(o, "down", json_of_number(b->down));
        json_put(o, "checkpoint", json_of_number(b->size));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(8192);
    put_name(&out, path);
    put_taken(&out, b, c);
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

// --- at a hub ---

// What the site says of keys that were destroyed on it.
static enum err keep_destroyed(const struct taking *t, const struct bundle_site *who, struct why *why)
{
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    struct msg m;
    enum err e = OK;
    if (msg_parse(who->hello, arena, &m) == VERDICT_GOOD && m.type == MSG_HELLO && m.as.hello.destroyed_count > 0) {
        const struct hub_destroyed said = { .site = who->site,
                                            .by_bundle = true,
                                            .count = m.as.hello.destroyed_count,
                                            .heads = m.as.hello.destroyed };
        e = hub_destroyed_put(t->context->state, &said, NULL, why);
    }
    arena_free(arena);
    return e;
}

// Keeps what the site said of itself, for the way back. A hint: the answer is right without it, only longer.
static enum err keep_hello(const struct taking *t, struct boxkey site, struct slice message, struct why *why)
{
    struct buf name = buf_new(256);
    char *dir = state_path_in(t->context->state, STATE_HUB_SITES);
    struct bundle_site who;
    enum err e = file_exists(dir) ? OK : file_make_dir(dir, why);
    e = e == ERR_EXISTS ? OK : e;
    buf_put_text(&name, STATE_HUB_SITES "/");
    armor_put_hex(&name, SLICE_ARRAY(site.b));
    buf_put_u8(&name, 0);
    char *path = state_path_in(t->context->state, (const char *)name.p);
    if (e == OK) {
        e = file_replace(path, message, 0600, why);
    }
    if (e == OK && bundle_site_parse(message, &who)) {
        e = keep_destroyed(t, &who, why);
    }
    free(dir);
    free(path);
    buf_done(&name);
    return e;
}

// As the hub itself, with its exchange key of now: a bundle before this one may have brought a change of it.
static enum err open_visit(struct taking *t, struct visit **out, struct why *why)
{
    struct state *state = NULL;
    struct serve *serve = NULL;
    struct hub_keys keys = { 0 };
    const struct box_pair *own = NULL;
    enum err e = state_open(t->context->state, t->flags, &state, why);
    if (e == OK) {
        e = hub_keys_load(state, &keys, why);
    }
    if (e == OK) {
        const struct serve_keys with = { .charter = &t->charter, .keeper = keys.keeper, .logs = &keys.logs };
        e = serve_open(state_kv(state), &with, &serve, why);
    }
    if (e == OK) {
        e = hub_keys_check(&keys, state, serve_roster(serve), why);
    }
    if (e == OK) {
        own = box_ring_find(&keys.exchanges, roster_exchange_key(serve_roster(serve)));
        e = visit_open(&t->host, &t->charter, &own->sec, out, why);
    }
    serve_close(serve);
    hub_keys_done(&keys);
    state_close(state);
    return e;
}

static enum err deliver(struct taking *t, struct bundle_file *f, struct boxkey *site, struct delivered *sum,
                        struct why *why)
{
    struct visit *visit = NULL;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    struct buf first = buf_new(LIMIT_FRAME_BYTES);
    bool more = true;
    enum err e = bundle_file_next(f, &message, &more, why);
    if (e == OK) {
        struct bundle_site who;
        CHECK(more); // a bundle has one message at least, and its first is this
        CHECK(bundle_site_parse(buf_slice(&message), &who));
        *site = who.site;
        buf_put(&first, buf_slice(&message));
        e = open_visit(t, &visit, why);
    }
    while (e == OK && more && !sum->bad) {
        e = bundle_file_next(f, &message, &more, why);
        if (e == OK && more) {
            e = visit_give(visit, buf_slice(&message), sum, why);
        }
    }
    if (e == OK && !sum->bad) {
        e = keep_hello(t, *site, buf_slice(&first), why);
    }
    buf_done(&first);
    visit_close(visit);
    buf_done(&message);
    return e;
}

// *again: put off, which may follow from another bundle of the folder; nothing was said.
static enum err take_at_hub(struct taking *t, const char *path, bool patient, bool *again, struct why *why)
{
    struct boxkey site = { { 0 } };
    struct delivered sum = { .code = VERDICT_GOOD };
    struct bundle_file *f = NULL;
    enum bundle_fault fault = BUNDLE_FINE;
    int code = EXIT_GOOD;
    enum err e = bundle_file_open(path, t->context->state, &t->expect, &f, &fault, why);
    if (e == OK && fault == BUNDLE_FINE && t->host.endpoint[0] == '\0') {
        e = host_open(t->context->state, t->flags, &t->host, why);
    }
    if (e == OK && fault == BUNDLE_FINE) {
        e = deliver(t, f, &site, &sum, why);
    }
    *again = e == OK && sum.later > 0 && !sum.bad && patient;
    if (e == OK && (fault != BUNDLE_FINE || (sum.bad && sum.received == 0))) {
        code = say_refused(t, path, fault != BUNDLE_FINE ? fault : BUNDLE_MESSAGE);
    } else if (e == OK && !*again) {
        code = say_delivered(t, path, site, &sum);
        code = sum.bad ? EXIT_FOUND : code;
    }
    bundle_file_close(f);
    t->worst = code != EXIT_GOOD ? code : t->worst;
    return e;
}

// --- at a site ---

static int say_carried(struct taking *t, const char *path, const struct courier_taken *c)
{
    const bool kept = c->fate == COURIER_KEPT;
    const bool up = c->way == BUNDLE_UP;
    if (t->context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(path));
        json_put(o, "taken", json_boolean(kept));
        json_put(o, "carried", json_boolean(true));
        json_put(o, "site", json_of_hex(SLICE_ARRAY(c->site.b)));
        json_put(o, "for", json_string(up ? "hub" : "site"));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(4096);
    put_name(&out, path);
    buf_put_text(&out, up ? ": from site " : ": the hub's answer to site ");
    armor_put_hex(&out, slice_of(c->site.b, 4));
    buf_put_text(&out, kept ? ", kept and carried along\n" : ", carried along already\n");
    int code = kept || !t->context->quiet ? cmd_print(buf_slice(&out)) : EXIT_GOOD;
    buf_done(&out);
    return code;
}

static int say_fate(struct taking *t, const char *path, const struct courier_taken *c)
{
    switch (c->fate) {
    case COURIER_TAKEN:
        return say_taken(t, path, &c->taken, &c->count);
    case COURIER_REFUSED:
        return say_refused(t, path, c->fault);
    case COURIER_KEPT:
    case COURIER_KNOWN:
        return say_carried(t, path, c);
    case COURIER_LATER:
        break;
    }
    return EXIT_GOOD;
}

static enum err take_at_site(struct taking *t, const char *path, bool patient, bool *again, struct why *why)
{
    struct courier_taken taken;
    enum err e = courier_take(&t->courier, path, patient, &taken, why);
    if (e != OK) {
        return e;
    }
    int code = say_fate(t, path, &taken);
    *again = taken.fate == COURIER_LATER;
    if (taken.taken.rekeyed) {
        cmd_remark(t->context, "keys of the hub were changed, and this site knows it now: it finds the hub by network "
                               "again, and its next bundle is sealed to the new key");
    }
    if (taken.differs) {
        cmd_remark(t->context, "site %02x%02x%02x%02x was told something else of who may take part than this one: "
                               "baraza status says what to do",
                   taken.site.b[0], taken.site.b[1], taken.site.b[2], taken.site.b[3]);
        code = code == EXIT_GOOD ? EXIT_FOUND : code;
    }
    t->worst = code != EXIT_GOOD ? code : t->worst;
    return OK;
}

// --- a file, a folder ---

static bool take(void *arg, const char *path, bool patient)
{
    struct taking *t = arg;
    struct why why = { "" };
    bool again = false;
    enum err e = t->hub ? take_at_hub(t, path, patient, &again, &why) : take_at_site(t, path, patient, &again, &why);
    if (e != OK) {
        t->worst = cmd_fail(e, &why);
    }
    return e == OK && again;
}

static void take_folder(struct taking *t, const char *path)
{
    struct courier_folder folder;
    struct why why = { "" };
    t->folder = true;
    enum err e = courier_folder(path, take, t, &folder, &why);
    if (e != OK) {
        t->worst = cmd_fail(e, &why);
        return;
    }
    if (folder.cut) {
        cmd_remark(t->context, "only %d bundles of a folder are taken at once: put those that were taken elsewhere, "
                               "and say this again", LIMIT_BUNDLE_FOLDER);
    }
    if (folder.n == 0) {
        cmd_remark(t->context, "there is no file *" BUNDLE_SUFFIX " in %s", path);
    }
}

// --- which side this is ---

static enum err prepare(struct taking *t, struct why *why)
{
    struct hub_keys keys;
    const struct state *state = t->w.desk.state;
    t->note = buf_new(LIMIT_CHARTER_BYTES);
    buf_put(&t->note, state_charter_note(state));
    if (charter_verify(buf_slice(&t->note), &t->charter, why) != VERDICT_GOOD) {
        return ERR_CORRUPT;
    }
    t->expect = (struct bundle_expect){ .consultation = t->charter.id, .ring = &t->ring, .charter = &t->charter };
    t->hub = t->w.desk.keyring == NULL;
    if (!t->hub) {
        return courier_open(t->w.desk.state, &t->courier, why);
    }
    enum err e = hub_keys_load(state, &keys, why);
    if (e == OK) {
        t->ring = keys.intakes;
        t->expect.way = BUNDLE_UP;
        hub_keys_done(&keys);
        work_close(&t->w); // the daemon opens it, perhaps as a child of this process
    }
    return e;
}

// What came down may ask for something that takes somebody who is unlocked: done, or said.
static int settle_site(struct taking *t)
{
    struct node_waits waits;
    struct why why = { "" };
    enum err e = work_borrow(&t->w) > 0 ? work_do_due(t->context, &t->w, &why) : OK;
    if (e == OK) {
        e = node_waits_look(t->w.desk.state, &waits, &why);
    }
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (keyring_count(t->w.desk.keyring) > 0) {
        waits_remark(t->context, &waits);
    }
    return t->worst;
}

static int take_all(struct taking *t, const char *path)
{
    struct why why = { "" };
    int code = work_state(t->context, &t->w);
    if (code >= 0) {
        return code;
    }
    t->flags = work_store_flags(t->context);
    enum err e = prepare(t, &why);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (courier_is_folder(path)) {
        take_folder(t, path);
    } else {
        (void)take(t, path, false);
    }
    return t->hub ? t->worst : settle_site(t);
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct taking t = { .context = context, .worst = EXIT_GOOD };
    const struct arg_command command = {
        .name = "baraza bundle in",
        .summary = "Take in what a courier brings: at the hub bundles of sites, at a site the hub's answers. A folder "
                   "is taken bundle by bundle: a bad one is refused and stops no other. A site also keeps what is for "
                   "others of its consultation, unread, and carries it on",
        .positionals = "FILE|DIR",
        .min = 1,
        .max = 1,
        .examples = "  baraza bundle in /media/stick --state /srv/baraza\n"
                    "  baraza bundle in 20260304T130507-to-4f2a91c0.bundle\n"
                    "\n"
                    "At a hub the daemon may be running; where it is not, it is started for the moment.\n"
                    "Taking the same bundle again, or what the network brought already, changes nothing.\n"
                    "For a team: the others' bundles go to the hub with your next bundle or sync, and its answers to\n"
                    "them come back the same way. Nobody can read what she carries.\n"
                    "Exit 0: taken. 1: a bundle was refused; the line says why.\n",
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = take_all(&t, args.positionals[0]);
    if (t.hub) {
        host_close(&t.host, context->state, t.flags);
    }
    work_close(&t.w);
    buf_done(&t.note);
    mem_wipe(&t.ring, sizeof t.ring);
    courier_close(&t.courier);
    return code;
}

const struct cmd cmd_bundle_in = { "bundle in", run, "take in what a courier brings", CMD_READ };
