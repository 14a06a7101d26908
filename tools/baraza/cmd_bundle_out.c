// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza bundle out`: a file for a courier. At a site what the hub has not acknowledged, at a hub its answers to one
// site or to all. Nobody need be unlocked, and nobody on the way can read it.
// It must never replace a file. Read first: node/node_bundle.h, hub/hub_bundle.h, bundle_file.h.
#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/net/loop.h"
#include "common/store/exchange_state.h"
#include "common/store/succession_store.h"
#include "hub/hub_bundle.h"
#include "hub/hub_keys.h"
#include "node/desk/courier.h"
#include "tools/baraza/print.h"
#include "tools/baraza/work.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_DIGITS 8 // of a site's transport key, in what is said of it

struct making {
    struct cmd_context *context;
    struct work w;
    const char *where;     // FILE or DIR, as given
    const char *to;        // at a hub: one site
    bool all;
    uint64_t max_mb;       // at a site: of the bundle, about; 0: as it comes
    char *path;            // of the bundle at hand
    struct bundle_making file;
    bool nameless;         // no bundle was made: nothing is said of unplugging
    uint64_t bytes;
    struct hub_keys keys;
    struct serve *serve;
};

// --- the file ---

static enum err put(void *arg, struct slice message, struct why *why)
{
    struct making *m = arg;
    return bundle_making_put(&m->file, message, why);
}

static enum err begin(struct making *m, struct boxkey site, struct slice view, struct why *why)
{
    const struct bundle_about about = { .site = site,
                                        .view = view.n <= LIMIT_BUNDLE_VIEW ? view : slice_of(NULL, 0) };
    free(m->path);
    m->path = courier_name(m->where, "to", site);
    return bundle_making_begin(m->path, BUNDLE_DOWN, state_charter(m->w.desk.state)->id, site, &about, &m->file, why);
}

static enum err commit(struct making *m, const struct seckey *log, enum err e, struct why *why)
{
    if (e != OK) {
        bundle_making_abort(&m->file);
        return e;
    }
    e = bundle_making_commit(&m->file, log, why);
    struct stat st;
    m->bytes = e == OK && stat(m->path, &st) == 0 ? (uint64_t)st.st_size : 0;
    return e;
}

// --- at a site ---

static int say_site(const struct making *m, const struct courier_made *made)
{
    struct buf out = buf_new(8192);
    const size_t others = made->others.given + made->others.there;
    if (m->context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(made->path));
        json_put(o, "entries", json_of_number(made->made.entries));
        json_put(o, "left", json_of_number(made->made.left));
        json_put(o, "chunks", json_of_number(made->made.chunks));
        json_put(o, "chunks_left", json_of_number(made->made.chunks_left));
        json_put(o, "carried", json_of_number(others));
        json_put(o, "bytes", json_of_number(made->bytes));
        return cmd_print_json(o);
    }
    buf_printf(&out, "%s: ", made->path);
    print_count(&out, made->made.entries, "entry", "entries");
    buf_printf(&out, " for the hub, %llu KB, sealed\n", (unsigned long long)((made->bytes + 1023) / 1024));
    if (made->made.chunks_left > 0) {
        buf_printf(&out, "%llu KB of sound and pictures go with the next one, once the hub has answered\n",
                   (unsigned long long)(made->made.chunk_bytes_left + 1023) / 1024);
    }
    if (made->made.left > 0) {
        print_count(&out, made->made.left, "entry is", "entries are");
        buf_put_text(&out, " not in it: baraza unlock, then make another\n");
    }
    if (others > 0) {
        buf_put_text(&out, "with it ");
        print_count(&out, others, "bundle", "bundles");
        buf_put_text(&out, " that this computer carries for other sites\n");
    }
    if (made->others.damaged > 0) {
        print_count(&out, made->others.damaged, "carried bundle was", "carried bundles were");
        buf_put_text(&out, " damaged on this disk, and removed: whoever made it makes another\n");
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int from_site(struct making *m)
{
    struct why why = { "" };
    struct courier_made made;
    if (m->to != NULL || m->all) {
        return cmd_usage("--to and --all are for a hub's state; a site's bundle is for its hub");
    }
    enum err e = courier_out(m->w.desk.state, m->where, m->max_mb << 20, &made, &why);
    if (e == OK && made.stayed > 0) {
        cmd_remark(m->context, "this computer carries bundles of other sites: name a folder, and they go along");
    }
    const int code = e == OK ? say_site(m, &made) : cmd_fail(e, &why);
    courier_made_done(&made);
    return code;
}

// --- at a hub ---

static int say_hub(const struct making *m, struct boxkey site, const struct hub_bundle_made *made)
{
    struct buf out = buf_new(8192);
    if (m->context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(m->path));
        json_put(o, "site", json_of_hex(SLICE_ARRAY(site.b)));
        json_put(o, "notebooks", json_of_number(made->received));
        json_put(o, "refusals", json_of_number(made->refusals));
        json_put(o, "checkpoint", json_of_number(made->size));
        json_put(o, "bytes", json_of_number(m->bytes));
        return cmd_print_json(o);
    }
    buf_printf(&out, "%s: answers for site ", m->path);
    armor_put_hex(&out, slice_of(site.b, KEY_DIGITS / 2));
    buf_printf(&out, " at checkpoint %llu, %llu KB, sealed\n", (unsigned long long)made->size,
               (unsigned long long)((m->bytes + 1023) / 1024));
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

// The path of what is kept here about a site. Gives.
static char *about_site(const struct making *m, struct boxkey site, const char *suffix)
{
    struct buf name = buf_new(256);
    buf_put_text(&name, STATE_HUB_SITES "/");
    armor_put_hex(&name, SLICE_ARRAY(site.b));
    buf_put_text(&name, suffix);
    buf_put_u8(&name, 0);
    char *path = state_path(m->w.desk.state, (const char *)name.p);
    buf_done(&name);
    return path;
}

// What the site said of itself in its last bundle (suffix ""), or what it was answered; empty when there is nothing.
static enum err read_about(const struct making *m, struct boxkey site, const char *suffix, struct buf *out,
                           struct why *why)
{
    char *path = about_site(m, site, suffix);
    enum err e = file_read(path, false, out, why);
    free(path);
    return e == ERR_NOT_FOUND ? OK : e;
}

// Remembers to which checkpoint this answer leads: the site may come to stand there without our knowing. Of many, the
// last ones. Like all that is kept here it only spares the site a trip.
static enum err note_answer(const struct making *m, struct boxkey site, struct slice before, uint64_t size,
                            struct why *why)
{
    struct buf sizes = buf_new(HUB_BUNDLE_ANSWERED * 8);
    const size_t keep = (HUB_BUNDLE_ANSWERED - 1) * sizeof(uint64_t);
    if (before.n > 0 && be64_get(before.p + before.n - 8) == size) {
        return OK;
    }
    buf_put(&sizes, before.n > keep ? slice_of(before.p + before.n - keep, keep) : before);
    buf_put_u64be(&sizes, size);
    char *dir = state_path(m->w.desk.state, STATE_HUB_SITES);
    char *path = about_site(m, site, ".answers");
    enum err e = file_exists(dir) ? OK : file_make_dir(dir, why);
    if (e == OK) {
        e = file_replace(path, buf_slice(&sizes), 0600, why);
    }
    free(dir);
    free(path);
    buf_done(&sizes);
    return e;
}

// What is shown to whoever carries the answer is what the site is shown.
static enum err read_published(const struct making *m, struct buf *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct slice note;
    uint64_t size = 0;
    enum err e = kv_begin_read(state_kv(m->w.desk.state), &t);
    if (e == OK) {
        e = record_checkpoint_last(t, &size, &note);
    }
    if (e == OK) {
        buf_put(out, note);
    }
    kv_abort(t);
    if (e == ERR_NOT_FOUND) {
        why_set(why, "this hub has published no checkpoint yet: start it once");
    }
    return e;
}

static int answer_site(struct making *m, struct boxkey site)
{
    struct why why = { "" };
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    struct hub_bundle_made made;
    uint64_t answered[HUB_BUNDLE_ANSWERED];
    struct bundle_site said = { .view_count = 0 };
    struct buf first = buf_new(LIMIT_FRAME_BYTES);
    struct buf before = buf_new(sizeof answered);
    struct hub_bundle_options options = {
        .kv = state_kv(m->w.desk.state), .serve = m->serve, .sink = put, .arg = m, .answered = answered
    };
    enum err e = read_about(m, site, "", &first, &why);
    if (e == OK && bundle_site_parse(buf_slice(&first), &said)) { // else it never sent one, or it is of no use
        options.views = said.views;
        options.view_count = said.view_count;
    }
    if (e == OK) {
        e = read_about(m, site, ".answers", &before, &why);
    }
    before.n -= before.n % 8;
    for (size_t i = 0; i < before.n / 8; i++) {
        answered[options.answered_count++] = be64_get(before.p + 8 * i);
    }
    if (e == OK) {
        e = read_published(m, &note, &why);
    }
    if (e == OK) {
        e = begin(m, site, buf_slice(&note), &why);
    }
    if (e == OK) {
        e = hub_bundle_make(&options, state_charter(m->w.desk.state)->id, site, said.hello, &made, &why);
        if (e == ERR_CRYPTO) {
            why_set(&why, "the hub has just renewed its store key, because something was erased: try again");
            e = ERR_AGAIN;
        }
        e = commit(m, serve_signer(m->serve), e, &why);
    }
    if (e == OK) {
        e = note_answer(m, site, buf_slice(&before), made.size, &why);
    }
    buf_done(&note);
    buf_done(&first);
    buf_done(&before);
    return e == OK ? say_hub(m, site, &made) : cmd_fail(e, &why);
}

struct sites {
    struct boxkey keys[LIMIT_BUNDLE_FOLDER];
    size_t n;
};

static void add_site(struct sites *s, struct boxkey key)
{
    bool known = s->n == LIMIT_BUNDLE_FOLDER;
    for (size_t i = 0; i < s->n && !known; i++) {
        known = boxkey_equal(s->keys[i], key);
    }
    if (!known) {
        s->keys[s->n++] = key;
    }
}

static bool accredited(const struct making *m, struct boxkey key)
{
    return roster_transport(serve_roster(m->serve), key, NULL) == DOOR_MEMBER;
}

// Sites from which a bundle came. Anybody can make one and name any key in it; --all answers those it knows.
static void list_came(const struct making *m, struct sites *out)
{
    char *path = state_path(m->w.desk.state, STATE_HUB_SITES);
    DIR *dir = opendir(path);
    free(path);
    for (struct dirent *d = dir == NULL ? NULL : readdir(dir); d != NULL; d = readdir(dir)) {
        struct boxkey key;
        if (armor_hex_fixed(slice_text(d->d_name), key.b, sizeof key.b) && (!m->all || accredited(m, key))) {
            add_site(out, key);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

// All that the roster knows besides.
static void list_known(const struct making *m, struct sites *out)
{
    const struct roster *roster = serve_roster(m->serve);
    for (size_t i = 0; i < roster_transport_count(roster); i++) {
        struct boxkey key = roster_transport_key(roster, i);
        if (accredited(m, key)) {
            add_site(out, key);
        }
    }
}

static int answer_one(struct making *m, struct sites *sites)
{
    size_t found = 0;
    size_t fits = 0;
    list_known(m, sites);
    for (size_t i = 0; i < sites->n; i++) {
        struct hash key;
        memcpy(key.b, sites->keys[i].b, sizeof key.b);
        if (id_begins(key, slice_text(m->to))) {
            found = i;
            fits++;
        }
    }
    if (fits != 1) {
        return fits > 1 ? cmd_usage("several sites' keys begin with \"%s\": give more of it", m->to)
                        : cmd_usage("no site's key begins with \"%s\"; see: baraza who", m->to);
    }
    return answer_site(m, sites->keys[found]);
}

static int answer_all(struct making *m, const struct sites *sites)
{
    int worst = EXIT_GOOD;
    if (!courier_is_folder(m->where)) {
        return cmd_usage("--all makes one bundle for each site: name a folder");
    }
    for (size_t i = 0; i < sites->n; i++) {
        int code = answer_site(m, sites->keys[i]);
        worst = code != EXIT_GOOD ? code : worst;
    }
    if (sites->n == 0) {
        cmd_remark(m->context, "no site has sent a bundle here; --to makes one for any site");
        m->nameless = true;
    }
    return worst;
}

static int from_hub(struct making *m)
{
    struct why why = { "" };
    if ((m->to != NULL) == m->all) {
        return cmd_usage("for whom? --to SITEKEY for one site, or --all for every site that sent a bundle");
    }
    enum err e = hub_keys_load(m->w.desk.state, &m->keys, &why);
    if (e == OK) {
        const struct serve_keys keys = {
            .charter = state_charter(m->w.desk.state), .keeper = m->keys.keeper, .logs = &m->keys.logs
        };
        e = serve_open(state_kv(m->w.desk.state), &keys, &m->serve, &why);
    }
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    struct sites *sites = mem_new(sizeof *sites);
    list_came(m, sites);
    int code = m->all ? answer_all(m, sites) : answer_one(m, sites);
    free(sites);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct making m = { .context = context, .file = { .file = { .fd = -1 } } };
    const struct arg_spec rows[] = {
        { "to", 0, ARG_TEXT, "SITEKEY", "at a hub: the site whose transport key begins so (8 digits do)", &m.to },
        { "all", 0, ARG_FLAG, NULL, "at a hub: one bundle for each accredited site that sent one", &m.all },
        { "max", 0, ARG_UINT, "MB", "at a site: about this size at most; words always fit, sound goes on with the next "
          "one", &m.max_mb },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza bundle out",
        .summary = "Make a file for a courier: from a site to its hub, or the hub's answers to a site. Needs no "
                   "passphrase; whoever carries it can read nothing",
        .positionals = "FILE|DIR",
        .min = 1,
        .max = 1,
        .examples = "  baraza bundle out /media/stick\n"
                    "  baraza bundle out --all /media/stick --state /srv/baraza\n"
                    "  baraza bundle out --to 4f2a91c0 answer.bundle --state /srv/baraza\n"
                    "\n"
                    "The file is new, read back from the stick, and only then gets its name; nothing is replaced.\n"
                    "Wait for \"safe to unplug\". Entries count as received when the hub's answer is taken in here:\n"
                    "until then every bundle has them, and the network may carry them too. Into a folder goes also\n"
                    "what this computer carries for other sites (baraza bundle in).\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    m.where = args.positionals[0];
    code = work_state(context, &m.w);
    if (code < 0) {
        code = m.w.desk.keyring == NULL ? from_hub(&m) : from_site(&m);
    }
    if (code == EXIT_GOOD && !context->json && !m.nameless) {
        code = cmd_print(SLICE_LITERAL("safe to unplug\n"));
    }
    serve_close(m.serve);
    hub_keys_done(&m.keys);
    work_close(&m.w);
    free(m.path);
    return code;
}

const struct cmd cmd_bundle_out = { "bundle out", run, "make a file for a courier", CMD_READ };
