// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Notebooks: one small value of the store, canonical [[author key, incarnation, renew, from] …], in the order in which
// people began. Read first: notebook.h.
#include "common/author/notebook.h"

#include "common/format/pack.h"
#include "common/store/store.h"

#define NOTEBOOKS "notebooks"
#define COPY "copy" // [when noticed, gone, held]

static void notebook_read(struct cursor *c, struct notebook *n)
{
    cursor_array_of(c, 4);
    cursor_bin_fixed(c, n->journal.key.b, sizeof n->journal.key.b);
    cursor_bin_fixed(c, n->journal.incarnation.b, sizeof n->journal.incarnation.b);
    uint64_t renew = cursor_uint(c);
    n->from = cursor_uint(c);
    if (renew > NOTEBOOK_UNACCREDITED) {
        cursor_fail(c);
    }
    n->renew = (enum notebook_renew)renew;
}

enum err notebook_all(struct kv_txn *t, struct notebook *out, size_t *count)
{
    struct slice bytes = { NULL, 0 };
    enum err e = store_value_get(t, NOTEBOOKS, &bytes);
    if (e == ERR_NOT_FOUND) {
        *count = 0;
        return OK;
    }
    if (e != OK) {
        return e;
    }
    struct cursor c = cursor_new(bytes, false);
    size_t n = cursor_array(&c, LIMIT_PERSONS);
    for (size_t i = 0; i < n; i++) {
        notebook_read(&c, &out[i]);
    }
    if (!cursor_done(&c)) {
        return ERR_CORRUPT;
    }
    *count = n;
    return OK;
}

enum err notebook_get(struct kv_txn *t, struct pubkey key, struct notebook *out)
{
    struct notebook all[LIMIT_PERSONS];
    size_t n = 0;
    enum err e = notebook_all(t, all, &n);
    if (e != OK) {
        return e;
    }
    for (size_t i = 0; i < n; i++) {
        if (pubkey_equal(all[i].journal.key, key)) {
            *out = all[i];
            return OK;
        }
    }
    return ERR_NOT_FOUND;
}

enum err notebook_put(struct kv_txn *t, const struct notebook *notebook)
{
    struct notebook all[LIMIT_PERSONS];
    size_t n = 0;
    enum err e = notebook_all(t, all, &n);
    if (e != OK) {
        return e;
    }
    size_t at = 0;
    while (at < n && !pubkey_equal(all[at].journal.key, notebook->journal.key)) {
        at++;
    }
    if (at == LIMIT_PERSONS) {
        return ERR_FULL;
    }
    all[at] = *notebook;
    n = at == n ? n + 1 : n;
    struct buf bytes = buf_new(LIMIT_PERSONS * 96);
    pack_array(&bytes, n);
    for (size_t i = 0; i < n; i++) {
        pack_array(&bytes, 4);
        pack_bin(&bytes, SLICE_ARRAY(all[i].journal.key.b));
        pack_bin(&bytes, SLICE_ARRAY(all[i].journal.incarnation.b));
        pack_uint(&bytes, all[i].renew);
        pack_uint(&bytes, all[i].from);
    }
    CHECK(buf_ok(&bytes));
    store_value_put(t, NOTEBOOKS, buf_slice(&bytes));
    buf_done(&bytes);
    return kv_error(t);
}

enum err notebook_forget(struct kv_txn *t)
{
    static const uint8_t none[] = { 0x90 }; // an array of nobody
    store_value_put(t, NOTEBOOKS, slice_of(none, sizeof none));
    return kv_error(t);
}

// --- stranded journals: canonical [[author key, incarnation, from] …] ---
#define STRANDED "stranded"

enum err notebook_stranded(struct kv_txn *t, struct stranded *out, size_t *count)
{
    struct slice bytes = { NULL, 0 };
    enum err e = store_value_get(t, STRANDED, &bytes);
    *count = 0;
    if (e != OK) {
        return e == ERR_NOT_FOUND ? OK : e;
    }
    struct cursor c = cursor_new(bytes, false);
    size_t n = cursor_array(&c, LIMIT_STRANDED);
    for (size_t i = 0; i < n; i++) {
        cursor_array_of(&c, 3);
        cursor_bin_fixed(&c, out[i].journal.key.b, sizeof out[i].journal.key.b);
        cursor_bin_fixed(&c, out[i].journal.incarnation.b, sizeof out[i].journal.incarnation.b);
        out[i].from = cursor_uint(&c);
    }
    if (!cursor_done(&c)) {
        return ERR_CORRUPT;
    }
    *count = n;
    return OK;
}

static enum err stranded_write(struct kv_txn *t, const struct stranded *all, size_t n)
{
    struct buf bytes = buf_new(LIMIT_STRANDED * 80 + 8);
    pack_array(&bytes, n);
    for (size_t i = 0; i < n; i++) {
        pack_array(&bytes, 3);
        pack_bin(&bytes, SLICE_ARRAY(all[i].journal.key.b));
        pack_bin(&bytes, SLICE_ARRAY(all[i].journal.incarnation.b));
        pack_uint(&bytes, all[i].from);
    }
    CHECK(buf_ok(&bytes));
    store_value_put(t, STRANDED, buf_slice(&bytes));
    buf_done(&bytes);
    return kv_error(t);
}

enum err notebook_strand(struct kv_txn *t, const struct stranded *s)
{
    struct stranded all[LIMIT_STRANDED];
    size_t n = 0;
    enum err e = notebook_stranded(t, all, &n);
    if (e != OK) {
        return e;
    }
    for (size_t i = 0; i < n; i++) {
        if (journal_id_equal(all[i].journal, s->journal)) {
            return OK;
        }
    }
    if (n == LIMIT_STRANDED) {
        return ERR_FULL;
    }
    all[n] = *s;
    return stranded_write(t, all, n + 1);
}

enum err notebook_take_stranded(struct kv_txn *t, struct pubkey key, struct stranded *out)
{
    struct stranded all[LIMIT_STRANDED];
    size_t n = 0;
    enum err e = notebook_stranded(t, all, &n);
    if (e != OK) {
        return e;
    }
    for (size_t i = 0; i < n; i++) {
        if (pubkey_equal(all[i].journal.key, key)) {
            *out = all[i];
            memmove(&all[i], &all[i + 1], (n - i - 1) * sizeof all[0]);
            return stranded_write(t, all, n - 1);
        }
    }
    return ERR_NOT_FOUND;
}

// --- a copy, or an earlier state ---

enum err notebook_copy_get(struct kv_txn *t, struct notebook_copy *out)
{
    struct slice bytes = { NULL, 0 };
    struct notebook_copy copy;
    enum err e = store_value_get(t, COPY, &bytes);
    if (e != OK) {
        return e;
    }
    struct cursor c = cursor_new(bytes, false);
    cursor_array_of(&c, 3);
    copy.at_s = cursor_uint(&c);
    copy.gone = cursor_uint(&c);
    copy.held = cursor_uint(&c);
    if (!cursor_done(&c)) {
        return ERR_CORRUPT;
    }
    *out = copy;
    return OK;
}

enum err notebook_copy_note(struct kv_txn *t, const struct notebook_copy *copy)
{
    uint8_t room[64];
    struct buf bytes = buf_over(room, sizeof room);
    struct notebook_copy all = *copy;
    struct notebook_copy before;
    enum err e = notebook_copy_get(t, &before);
    if (e != OK && e != ERR_NOT_FOUND) {
        return e;
    }
    if (e == OK) {
        all.at_s = before.at_s;
        all.gone = before.gone > all.gone ? before.gone : all.gone;
        all.held = before.held > all.held ? before.held : all.held;
    }
    pack_array(&bytes, 3);
    pack_uint(&bytes, all.at_s);
    pack_uint(&bytes, all.gone);
    pack_uint(&bytes, all.held);
    CHECK(buf_ok(&bytes));
    store_value_put(t, COPY, buf_slice(&bytes));
    return kv_error(t);
}

void notebook_copy_say(const struct notebook_copy *copy, struct buf *out)
{
    const bool one = copy->gone == 1;
    buf_put_text(out, "This is a copy of a state, or an earlier one put back. Everything that lies here is kept, and "
                      "goes on in a new notebook.");
    if (copy->held > 0) {
        buf_printf(out,
                   " The hub also holds what the other copy sent (up to %llu entries that are not here): that is safe "
                   "there.",
                   (unsigned long long)copy->held);
    }
    if (copy->gone > 0) {
        buf_printf(out,
                   " At least %llu %s saved on this computer later and %s not here. What of that reached the hub is "
                   "safe there; the rest is only where the newer state is: if it still exists, connect it too, and "
                   "nothing collides.",
                   (unsigned long long)copy->gone, one ? "entry was" : "entries were", one ? "is" : "are");
    }
}
