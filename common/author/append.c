// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Appending: where a journal stands is read in the transaction that writes, so that page and command line can write
// for the same person at once. It must never say "saved" before the commit returned.
// Read first: append.h, docs/STORAGE.md "Append".
#include "common/author/append.h"

#include "common/author/attach.h"
#include "common/author/compose.h"
#include "common/author/destroyed.h"
#include "common/author/notebook.h"
#include "common/author/renew.h"
#include "common/format/merkle.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/mark.h"
#include "common/store/outbox_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct author {
    struct state *state;
    const struct unlocked *u;
    bool moved;
    uint64_t gone;
    char mark[LIMIT_MARK_PATH]; // empty: there is no place for marks
};

// Where marks lie: $XDG_STATE_HOME, or ~/.local/state. Outside the state, so that a copy of it has no copy of them.
static void find_mark(struct author *a)
{
    char home[LIMIT_MARK_PATH];
    const char *xdg = getenv("XDG_STATE_HOME");
    const char *user = getenv("HOME");
    int n = -1;
    if (xdg != NULL && xdg[0] == '/') {
        n = snprintf(home, sizeof home, "%s", xdg);
    } else if (user != NULL && user[0] == '/') {
        n = snprintf(home, sizeof home, "%s/.local/state", user);
    }
    a->mark[0] = '\0';
    if (n < 0 || (size_t)n >= sizeof home ||
        mark_path(home, state_info(a->state)->name, a->u->person.key, a->mark, sizeof a->mark) != OK) {
        a->mark[0] = '\0';
    }
}

static enum err mark_now(const struct author *a, const struct journal_head *head, struct mark *out)
{
    char *store = state_path(a->state, STATE_STORE);
    enum err e = mark_of_file(store, out, NULL);
    free(store);
    out->incarnation = head->journal.incarnation;
    out->seq = head->next - 1;
    out->id = head->head;
    return e;
}

// ERR_COPIED when the mark speaks against this store being the one that wrote it.
static enum err compare_mark(struct author *a, struct kv_txn *t, const struct journal_head *head, struct why *why)
{
    struct mark mark;
    struct mark now;
    struct stored at_mark;
    if (a->mark[0] == '\0' || mark_read(a->mark, &mark, NULL) != OK || mark_now(a, head, &now) != OK) {
        return OK; // a hint that is not there says nothing
    }
    struct position at = { .journal = { a->u->person.key, mark.incarnation }, .seq = mark.seq };
    struct hash id = { { 0 } };
    enum err e = journal_get(t, &at, &at_mark, why);
    if (e == OK) {
        id = at_mark.id;
    } else if (e != ERR_NOT_FOUND) {
        return kv_error(t); // what is damaged says nothing
    } else {
        const bool same = journal_id_equal(at.journal, head->journal);
        a->gone = mark.seq + 1 - (same && head->next <= mark.seq ? head->next : 0);
    }
    return mark_check(&mark, &now, id, why);
}

enum err author_open(struct state *s, const struct unlocked *u, struct author **out, struct why *why)
{
    CHECK(u->taken);
    struct author *a = mem_new(sizeof *a);
    *a = (struct author){ .state = s, .u = u };
    find_mark(a);
    struct kv_txn *t = NULL;
    struct notebook notebook;
    struct journal_head head;
    enum err e = kv_begin_read(state_kv(s), &t);
    if (e == OK) {
        e = notebook_get(t, u->person.key, &notebook);
    }
    if (e == OK) {
        e = journal_head(t, &notebook.journal, &head);
    }
    if (e == OK) {
        e = compare_mark(a, t, &head, why);
    }
    kv_abort(t);
    if (e == ERR_COPIED) {
        a->moved = true;
    } else if (e != OK && e != ERR_NOT_FOUND) {
        free(a);
        return e;
    }
    *out = a;
    return OK;
}

void author_close(struct author *a)
{
    free(a);
}

bool author_moved(const struct author *a)
{
    return a->moved;
}

bool author_item_ok(const struct append_item *item, struct why *why)
{
    struct composed scratch;
    struct compose_place nowhere = { .seen_root = merkle_empty() };
    composed_init(&scratch);
    bool good = compose(&nowhere, item, NULL, &scratch, why);
    composed_done(&scratch);
    return good;
}

uint64_t author_gone(const struct author *a)
{
    return a->moved ? a->gone : 0;
}

// --- one transaction of writing ---

static enum err load_seen(struct writing *w)
{
    struct tree_head seen = { .size = 0, .root = merkle_empty() };
    struct slice note = { NULL, 0 };
    enum err e = exchange_checkpoint_get(w->t, &seen, &note);
    if (e != OK && e != ERR_NOT_FOUND) {
        return e;
    }
    w->seen_size = e == OK ? seen.size : 0;
    w->seen_root = e == OK ? seen.root : merkle_empty();
    return OK;
}

// What lets the hub open this unlock's outbox copies, and a locked site seal what comes down. Each is written once.
static enum err put_keys(struct writing *w, struct why *why)
{
    struct boxkey half;
    uint8_t id[8];
    if (w->outbox && !outbox_key_here(w->t, w->u->unlock)) {
        struct outbox_cover cover;
        char *path = state_path(w->state, STATE_OUTBOX);
        enum err e = outbox_cover_need(path, &cover, why);
        free(path);
        if (e != OK) {
            return e;
        }
        outbox_key_put(w->t, &cover, w->u->unlock, SLICE_ARRAY(w->u->outbox_record));
        outbox_cover_done(&cover);
    }
    enum err e = store_seal_key_get(w->t, &half, id);
    if (e == ERR_NOT_FOUND || (e == ERR_CORRUPT && kv_error(w->t) == OK)) {
        store_seal_key_put(w->t, &w->store_key);
        return OK;
    }
    if (e == OK && memcmp(id, w->store_key.id, sizeof id) != 0) {
        // Nothing may be put under a key that is being destroyed.
        why_set(why, "the keys of this computer were renewed meanwhile: try again (after baraza unlock)");
        e = ERR_AGAIN;
    }
    return e;
}

static void start_incarnation(struct writing *w)
{
    w->head = (struct journal_head){ .journal.key = w->u->person.key };
    ident_random(w->head.journal.incarnation.b, sizeof w->head.journal.incarnation.b);
}

// What follows a damaged entry could not say for certain what it follows.
static bool ends_whole(struct kv_txn *t, const struct journal_head *head)
{
    struct position last = { .journal = head->journal, .seq = head->next - 1 };
    struct stored stored;
    return head->next == 0 || journal_get(t, &last, &stored, NULL) == OK;
}

// Finds where the journal stands; begins a new incarnation where one is due.
static enum err take_up(struct writing *w, bool moved, struct why *why)
{
    struct notebook old;
    enum err e = notebook_get(w->t, w->u->person.key, &old);
    if (e == ERR_NOT_FOUND) {
        start_incarnation(w);
    } else if (e != OK) {
        return e;
    } else {
        e = journal_head(w->t, &old.journal, &w->head);
        if (e != OK) {
            return e;
        }
        moved = moved || !ends_whole(w->t, &w->head);
        if (moved && old.renew == NOTEBOOK_UNACCREDITED) {
            const struct stranded s = { .journal = old.journal, .from = old.from };
            e = notebook_strand(w->t, &s);
            if (e != OK) {
                return e;
            }
        }
        if (moved && notebook_goes_on(old.renew)) {
            old.renew = NOTEBOOK_RESTORED;
        }
        if (notebook_goes_on(old.renew)) {
            return kv_error(w->t);
        }
        struct journal_head ended = w->head;
        start_incarnation(w);
        e = renew_write(w, &old, &ended, why);
        if (e != OK) {
            return e;
        }
    }
    struct notebook now = { .journal = w->head.journal };
    return notebook_put(w->t, &now);
}

// What the entry names goes up behind it. A hub's own people attach nothing.
static void bind_attachments(struct writing *w, const struct append_item *item)
{
    const struct entry *e = &w->composed.entry;
    for (size_t i = 0; i < e->part_count && w->outbox; i++) {
        if (slice_equal(e->parts[i].name, slice_text("attachments")) && item->parts[i].n > 0) {
            attach_bind(w->t, &w->head.journal, w->head.next, item->parts[i]);
        }
    }
}

enum err writing_put(struct writing *w, const struct append_item *item, struct hash *id, struct why *why)
{
    struct compose_place at = {
        .place = { .consultation = state_charter(w->state)->id,
                   .author = w->u->person.key,
                   .incarnation = w->head.journal.incarnation,
                   .seq = w->head.next },
        .prev = w->head.head,
        .seen_size = w->seen_size,
        .seen_root = w->seen_root,
        .claimed_s = w->claimed_s,
    };
    if (!compose(&at, item, &w->u->sign, &w->composed, why)) {
        return ERR_BAD_INPUT;
    }
    const struct entry *entry = &w->composed.entry;
    buf_reset(&w->plain);
    buf_reset(&w->sealed);
    buf_reset(&w->record);
    if (entry->part_count > 0) {
        disclosure_make(&w->composed.disclosure, &w->plain);
        CHECK(buf_ok(&w->plain));
        vault_seal(&w->store_key, entry->id, buf_slice(&w->plain), &w->sealed, &w->wrapped);
    }
    if (w->outbox) {
        struct nonce nonce = nonce_new();
        outbox_make(w->maker, w->u->unlock, &w->u->outbox_key, &nonce, entry, &w->composed.disclosure, &w->record);
        CHECK(buf_ok(&w->record));
    }
    const struct journal_item put = {
        .at = { .journal = w->head.journal, .seq = w->head.next },
        .id = entry->id,
        .entry = entry->bytes,
        .sealed = buf_slice(&w->sealed),
        .wrapped = entry->part_count > 0 ? &w->wrapped : NULL,
        .outbox = buf_slice(&w->record),
    };
    enum err e = journal_append(w->t, &put);
    if (e == OK) {
        bind_attachments(w, item);
        w->head.next++;
        w->head.head = entry->id;
        *id = entry->id;
    }
    return e == ERR_EXISTS || e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

static enum err put_items(struct writing *w, const struct append_item *items, size_t n, struct append_result *results,
                          struct why *why)
{
    for (size_t i = 0; i < n; i++) {
        results[i] = (struct append_result){ .saved = false };
        if (items[i].import_key != NULL && import_seen(w->t, *items[i].import_key, &results[i].id)) {
            continue;
        }
        // What it names may have been signed anew at the start of this very transaction.
        struct append_item item = items[i];
        struct hash refs[LIMIT_REFS];
        for (size_t k = 0; k < item.ref_count && k < LIMIT_REFS; k++) {
            refs[k] = renew_current(w, item.refs[k]);
        }
        item.refs = refs;
        results[i].seq = w->head.next;
        if (item.body->kind == KIND_CONTRIBUTION && !attach_here(w->t, item.parts[5])) {
            why_set(why, "what is to be attached is not on this computer any more: attach it again");
            return ERR_AGAIN;
        }
        enum err e = writing_put(w, &item, &results[i].id, why);
        if (e != OK) {
            return e;
        }
        results[i].saved = true;
        if (items[i].import_key != NULL) {
            import_put(w->t, *items[i].import_key, results[i].id);
        }
    }
    return OK;
}

static void writing_init(struct writing *w, const struct author *a, uint64_t wall_s)
{
    uint64_t quantum = state_charter(a->state)->quantum_s;
    *w = (struct writing){
        .state = a->state,
        .u = a->u,
        .outbox = state_info(a->state)->side == STORE_NODE,
        .claimed_s = wall_s - wall_s % quantum,
        .store_key = unlocked_store_key(a->u),
        .plain = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES),
        .sealed = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES + VAULT_SEAL_BYTES),
        .record = buf_new(OUTBOX_RECORD_BYTES),
    };
    w->maker = w->outbox ? wire_maker_new() : NULL;
    composed_init(&w->composed);
}

static void writing_done(struct writing *w)
{
    composed_done(&w->composed);
    free(w->replaced);
    wire_maker_free(w->maker);
    buf_wipe(&w->plain);
    buf_done(&w->plain);
    buf_done(&w->sealed);
    buf_done(&w->record);
    mem_wipe(&w->store_key, sizeof w->store_key);
}

// Whoever still had the keys in memory when they were destroyed here writes no more: where her notebook ends was said.
static enum err refuse_destroyed(const struct writing *w, struct why *why)
{
    struct destroyed d;
    enum err e = destroyed_get(w->t, &d);
    if (e == OK && destroyed_has(&d, w->u->person.key)) {
        why_set(why, "the keys of %s were destroyed on this computer", w->u->person.name);
        e = ERR_LOCKED;
    }
    return e;
}

enum err author_append(struct author *a, uint64_t wall_s, const struct append_item *items, size_t n,
                       struct append_result *results, struct why *why)
{
    struct writing w;
    struct mark mark;
    writing_init(&w, a, wall_s);
    enum err e = kv_begin_write(state_kv(a->state), &w.t);
    if (e == OK) {
        e = refuse_destroyed(&w, why);
    }
    if (e == OK) {
        e = load_seen(&w);
    }
    if (e == OK) {
        e = put_keys(&w, why);
    }
    if (e == OK) {
        e = take_up(&w, a->moved, why);
    }
    if (e == OK && a->moved) {
        e = notebook_copy_note(w.t, &(struct notebook_copy){ .at_s = wall_s, .gone = a->gone });
    }
    if (e == OK) {
        e = renew_stranded(&w, why);
    }
    if (e == OK) {
        e = put_items(&w, items, n, results, why);
    }
    if (e == OK) {
        e = kv_commit(w.t);
        w.t = NULL;
    }
    kv_abort(w.t);
    if (e == OK && w.head.next > 0) {
        a->moved = false;
        if (a->mark[0] != '\0' && (mark_now(a, &w.head, &mark) != OK || mark_write(a->mark, &mark, NULL) != OK)) {
            a->mark[0] = '\0'; // there is no place for marks here: one hint less, nothing lost
        }
    }
    writing_done(&w);
    return e;
}
