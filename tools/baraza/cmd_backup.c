// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza backup DIR`: a copy of a site or a hub as it is at one moment, also while its daemon runs. It is made beside
// its place and renamed. It must never leave half a backup under the name that was asked for.
// Read first: docs/STORAGE.md "Backup and restoring".
#include "common/base/file.h"
#include "common/net/loop.h"
#include "common/store/keys.h"
#include "common/store/record.h"
#include "tools/baraza/print.h"
#include "tools/baraza/state_copy.h"
#include "tools/baraza/work.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OPEN_DIRECTORIES 16

struct backup {
    struct cmd_context *context;
    struct work w;
    char *final; // where it will be
    char *made;  // where it is made
    uint64_t drafts; // of those that were left out
    struct why why;
};

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

// DIR itself when nothing is there; else a new folder in it.
static char *final_place(const char *dir, uint64_t now)
{
    struct buf name = buf_new(64);
    if (!file_exists(dir)) {
        size_t n = strlen(dir);
        while (n > 1 && dir[n - 1] == '/') {
            n--;
        }
        buf_done(&name);
        return strndup(dir, n);
    }
    buf_printf(&name, "baraza-%llu", (unsigned long long)now);
    buf_put_u8(&name, 0);
    char *path = state_path_in(dir, (const char *)name.p);
    buf_done(&name);
    return path;
}

static enum err make_beside(struct backup *b)
{
    const size_t n = strlen(b->final) + sizeof ".new-XXXXXX";
    b->made = mem_new(n);
    (void)snprintf(b->made, n, "%s.new-XXXXXX", b->final);
    if (mkdtemp(b->made) == NULL) {
        const int number = errno;
        why_set(&b->why, "making a directory beside %s: %s", b->final, strerror(number));
        free(b->made);
        b->made = NULL;
        return err_from_errno(number);
    }
    return OK;
}

// The checkpoint beside a hub's store is the last that this very copy of the store was published with: the live one may
// be newer by now.
static enum err write_checkpoint(struct backup *b, const char *store)
{
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    struct slice note;
    uint64_t size = 0;
    enum err e = store_open(store, KV_READ_ONLY | KV_ANY_FILESYSTEM, 0, &kv, NULL, &b->why);
    if (e == OK) {
        e = kv_begin_read(kv, &t);
    }
    if (e == OK) {
        e = record_checkpoint_last(t, &size, &note);
    }
    if (e == OK) {
        char *path = state_path_in(b->made, STATE_HUB_CHECKPOINT);
        e = record_checkpoint_keep(path, note, &b->why);
        free(path);
    }
    kv_abort(t);
    kv_close(kv);
    return e == ERR_NOT_FOUND ? OK : e; // none was published yet
}

// Drafts are in no backup: one that was discarded afterwards would come back with it. Their keys are not copied, and
// what nothing opens then is not kept.
static enum err leave_drafts(struct backup *b, const char *store)
{
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    enum err e = store_open(store, KV_ANY_FILESYSTEM, 0, &kv, NULL, &b->why);
    if (e == OK) {
        e = kv_begin_write(kv, &t);
    }
    if (e == OK) {
        b->drafts = kv_del_all(t, DB_DRAFT, slice_of(NULL, 0));
        e = kv_commit(t);
    }
    kv_close(kv);
    return e;
}

// The file of locks of a copy that was opened: nobody has it open any more.
static void forget_locks(const char *store)
{
    char *lock = state_path_in(store, "lock.mdb");
    (void)remove(lock);
    free(lock);
}

// What says which keys open the store, here or in the copy: an erasure renews them, and a copy of the store from before
// with keys from after would open for nobody.
static struct hash keys_of(const char *dir)
{
    static const char *const names[] = { STATE_HUB_STORE, STATE_HUB_STORE ".new", STATE_KEYRING };
    struct sha256 s;
    sha256_init(&s);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = state_path_in(dir, names[i]);
        struct buf file = buf_new(LIMIT_KEYRING_BYTES);
        sha256_add_u64be(&s, file_exists(path) && file_read(path, false, &file, NULL) == OK ? file.n : UINT64_MAX);
        sha256_add(&s, buf_slice(&file));
        buf_wipe(&file);
        buf_done(&file);
        free(path);
    }
    return sha256_done(&s);
}

static enum err fill(struct backup *b)
{
    static const char *const hub_without[] = { STATE_HUB_CHECKPOINT, NULL };
    static const char *const without[] = { STATE_DRAFTS, NULL };
    const bool hub = state_info(b->w.desk.state)->side == STORE_HUB;
    char *store = state_path_in(b->made, STATE_STORE);
    const struct hash keys = keys_of(state_dir(b->w.desk.state));
    enum err e = file_make_dir(store, &b->why);
    if (e == OK) {
        e = kv_backup(state_kv(b->w.desk.state), store, &b->why);
    }
    if (e == OK) {
        e = state_copy(state_dir(b->w.desk.state), b->made, hub ? hub_without : without, &b->why);
    }
    if (e == OK && !hash_equal(keys, keys_of(b->made))) {
        why_set(&b->why, "the keys of the store were renewed while it was copied, because something was erased; "
                         "nothing was kept: try again");
        e = ERR_AGAIN;
    }
    if (e == OK) {
        e = hub ? write_checkpoint(b, store) : leave_drafts(b, store);
        forget_locks(store);
    }
    free(store);
    return e;
}

static enum err put_in_place(struct backup *b)
{
    enum err e = file_sync_dir(b->made, &b->why);
    if (e == OK && rename(b->made, b->final) != 0) {
        const int number = errno;
        why_set(&b->why, "putting %s in its place: %s", b->final, strerror(number));
        e = number == ENOTEMPTY ? ERR_EXISTS : err_from_errno(number);
    }
    if (e == OK) {
        free(b->made);
        b->made = NULL;
        char *slash = strrchr(b->final, '/');
        const size_t n = slash == NULL ? 0 : slash == b->final ? 1 : (size_t)(slash - b->final);
        char *parent = n == 0 ? strdup(".") : strndup(b->final, n);
        e = file_sync_dir(parent, &b->why);
        free(parent);
    }
    return e;
}

static int say(const struct backup *b)
{
    static const char of_hub[] =
        "It has the hub's keys and every word of the record: keep it as safe as the hub itself.\n"
        "Restored, the hub knows nothing of what came later. Sites deliver that again; but it must not sign another\n"
        "record than the one it published: give it the newest file \"checkpoint\" that is left, and it will say if it\n"
        "may not go on.\n";
    static const char of_site[] =
        "It opens with the passphrases of the people who write here, and not without them.\n"
        "To go on with it, copy it to where the state was. A new notebook begins by itself; nothing is lost or\n"
        "overwritten.\n";
    const bool hub = state_info(b->w.desk.state)->side == STORE_HUB;
    if (b->context->json) {
        json_t *o = json_object();
        json_put(o, "backup", json_of_path(b->final));
        json_put(o, "side", json_string(hub ? "hub" : "site"));
        json_put(o, "drafts_left_out", json_of_number(b->drafts));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(4096);
    buf_put_text(&out, "backup made: ");
    print_line(&out, slice_text(b->final), 200);
    buf_put_text(&out, "\n");
    if (b->drafts > 0) {
        print_count(&out, b->drafts, "draft is", "drafts are");
        buf_put_text(&out, " not in it: a backup must not bring back what is discarded later. Sign them first.\n");
    }
    if (!b->context->quiet) {
        buf_put_text(&out, hub ? of_hub : of_site);
        buf_put_text(&out, "What is erased after this stays in it: destroy backups that are old.\n");
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza backup",
        .summary = "Copy this site or hub as it is now, also while its daemon runs. DIR is made; when it is there "
                   "already, a new folder in it",
        .positionals = "DIR",
        .min = 1,
        .max = 1,
        .examples = "  baraza backup /media/stick\n"
                    "  baraza backup --state /srv/baraza /srv/backup/$(date +%F)\n",
    };
    struct args args;
    struct backup b = { .context = context };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = work_state(context, &b.w);
    if (code < 0) {
        b.final = final_place(args.positionals[0], loop_wall_s());
        enum err e = make_beside(&b);
        if (e == OK) {
            e = fill(&b);
        }
        if (e == OK) {
            e = put_in_place(&b);
        }
        code = e == OK ? say(&b) : cmd_fail(e, &b.why);
    }
    if (b.made != NULL) {
        (void)nftw(b.made, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
    }
    free(b.made);
    free(b.final);
    work_close(&b.w);
    return code;
}

const struct cmd cmd_backup = { "backup", run, "copy this site or hub, also while it runs", CMD_FOUND };
