// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza salvage NEWDIR`: a new state from all that is still whole of a site whose store is damaged. The old one is
// only read, page by page, and never opened as a store.
// Read first: common/store/salvage.h, docs/STORAGE.md "Damage".
#include "common/author/mend.h"
#include "common/base/file.h"
#include "common/store/salvage.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/state_copy.h"
#include "tools/baraza/work.h"

#include <stdlib.h>

struct salvage {
    struct cmd_context *context;
    const char *to;
    struct salvaged sum;
    struct why why;
};

// A hub's record has every entry or it is none.
static enum err refuse_hub(struct salvage *s)
{
    if (!reading_at_hub(s->context)) {
        return OK;
    }
    why_set(&s->why, "%s is a hub's: its record has every entry or cannot be proved. Restore the last backup, with the "
                     "newest file \"checkpoint\" that is left; baraza check says what is damaged", s->context->state);
    return ERR_USAGE;
}

static enum err fill(struct salvage *s, const struct state_making *m)
{
    static const char *const without[] = { STATE_CHARTER, NULL };
    char *old = state_path_in(s->context->state, STATE_STORE);
    char *new = state_path_in(m->dir, STATE_STORE);
    struct pages *pages = NULL;
    struct kv *kv = NULL;
    enum err e = pages_open(old, &pages, &s->why);
    if (e == OK) {
        e = store_open(new, work_store_flags(s->context), 0, &kv, NULL, &s->why);
    }
    if (e == OK) {
        e = salvage_store(pages, kv, &s->sum);
    }
    if (e == OK) {
        e = mend_begin_anew(kv, &s->why);
    }
    if (e == OK) {
        e = state_copy(s->context->state, m->dir, without, &s->why);
    }
    kv_close(kv);
    pages_close(pages);
    free(old);
    free(new);
    return e;
}

static enum err salvage(struct salvage *s)
{
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    struct state_making m = { NULL, NULL };
    char *charter = state_path_in(s->context->state, STATE_CHARTER);
    char *lock = state_path_in(s->context->state, STATE_LOCK);
    int held = -1;
    enum err e = refuse_hub(s);
    if (e == OK) {
        e = file_read(charter, false, &note, &s->why);
    }
    if (e == OK) {
        e = state_lock_take(lock, &held, &s->why); // nobody writes while it is read
    }
    if (e == OK) {
        e = state_make_begin(STORE_NODE, s->to, buf_slice(&note), work_store_flags(s->context), &m, &s->why);
    }
    if (e == OK) {
        e = fill(s, &m);
        if (e == OK) {
            e = state_make_commit(&m, &s->why);
        }
        state_make_abort(&m);
    }
    state_lock_drop(held);
    free(lock);
    free(charter);
    buf_done(&note);
    return e;
}

static int say(const struct salvage *s)
{
    const struct salvaged *sum = &s->sum;
    if (s->context->json) {
        json_t *o = json_object();
        json_put(o, "state", json_of_path(s->to));
        json_put(o, "entries", json_of_number(sum->entries));
        json_put(o, "found", json_of_number(sum->found));
        json_put(o, "counted", json_of_number(sum->counted));
        json_put(o, "values", json_of_number(sum->values));
        json_put(o, "damaged", json_of_number(sum->damaged));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(4096);
    print_count(&out, sum->entries, "entry is", "entries are");
    buf_put_text(&out, " in ");
    print_line(&out, slice_text(s->to), 200);
    if (sum->found > 0) {
        buf_put_text(&out, ", of which ");
        print_count(&out, sum->found, "was", "were");
        buf_put_text(&out, " found where the old store does not show them any more");
    }
    buf_put_text(&out, ".\n");
    if (sum->counted > sum->entries) {
        print_count(&out, sum->counted - sum->entries, "entry", "entries");
        buf_put_text(&out, " of the old store could not be found: baraza status there names them.\n");
    }
    if (sum->damaged > 0) {
        print_count(&out, sum->damaged, "value was", "values were");
        buf_put_text(&out, " damaged and left behind.\n");
    }
    buf_printf(&out, "Go on with it: baraza status --state %s. The old state was not changed: keep it until the hub "
                     "has all.\n", s->to);
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza salvage",
        .summary = "Make a new state in NEWDIR from all that is still whole of a site whose store is damaged",
        .positionals = "NEWDIR",
        .min = 1,
        .max = 1,
        .examples = "  baraza salvage ~/baraza-salvaged\n",
    };
    struct args args;
    struct salvage s = { .context = context };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    s.to = args.positionals[0];
    enum err e = salvage(&s);
    return e == OK ? say(&s) : cmd_fail(e, &s.why);
}

const struct cmd cmd_salvage = { "salvage", run, "save what is whole of a damaged site into a new state", CMD_FOUND };
