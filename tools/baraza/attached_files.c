// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: attached_files.h.
#include "tools/baraza/attached_files.h"

#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/format/merkle.h"
#include "common/store/blob.h"

#include <stdlib.h>
#include <string.h>

// dir/ROOT, for the caller to free.
static char *path_of(const char *dir, struct hash root)
{
    struct buf path = buf_new(4096);
    buf_put_text(&path, dir);
    buf_put_u8(&path, '/');
    armor_put_hex(&path, SLICE_ARRAY(root.b));
    buf_put_u8(&path, 0);
    return (char *)path.p; // a path that is too long fails when it is used
}

static void find(const struct entry *e, const struct disclosure *d, struct manifest *out)
{
    out->count = 0;
    for (size_t i = 0; i < e->part_count && i < d->count; i++) {
        struct manifest m;
        if (slice_equal(e->parts[i].name, slice_text("attachments")) && d->parts[i].state == PART_DISCLOSED &&
            manifest_parse(d->parts[i].bytes, &m)) {
            *out = m;
        }
    }
}

static void note(struct attached_files *sum, struct hash root, bool wrong)
{
    if (sum->missing + sum->wrong == 0) {
        sum->first = root;
    }
    sum->missing += !wrong;
    sum->wrong += wrong;
}

static enum err write_one(struct kv_txn *t, const struct blob *b, const char *path, struct why *why)
{
    struct file_writer w = { .fd = -1 };
    enum err e = file_writer_begin(path, &w, why);
    for (uint32_t i = 0; e == OK && i < attachment_chunks(b->size); i++) {
        struct slice chunk;
        e = blob_get(t, b, i, &chunk);
        if (e == OK) {
            e = file_writer_put(&w, chunk, why);
        } else {
            why_set(why, "an attachment is damaged in the hub's store");
        }
    }
    if (e == OK) {
        e = file_writer_commit(&w, 0600, why);
    }
    file_writer_abort(&w);
    return e;
}

enum err attached_files_put(struct kv_txn *t, const struct entry *e, const struct disclosure *d, const char *dir,
                            struct attached_files *sum, struct why *why)
{
    struct manifest m;
    enum err err = OK;
    find(e, d, &m);
    for (size_t i = 0; i < m.count && err == OK; i++) {
        struct blob b;
        char *path = path_of(dir, m.blobs[i].root);
        if (blob_look(t, m.blobs[i].root, &b) != OK || !blob_whole(&b) || b.size != m.blobs[i].size) {
            note(sum, m.blobs[i].root, false);
        } else if (!file_exists(path)) {
            err = write_one(t, &b, path, why);
            sum->bytes += err == OK ? attachment_bytes(b.size) : 0;
            sum->files += err == OK;
        } else {
            sum->files++;
        }
        free(path);
    }
    return err;
}

// True when bytes are the chunks of that root.
static bool leads_to(struct slice bytes, const struct attachment_blob *a)
{
    struct merkle_frontier f = { .size = 0 };
    if (bytes.n != attachment_bytes(a->size)) {
        return false;
    }
    for (uint32_t i = 0; i < attachment_chunks(a->size); i++) {
        const size_t n = attachment_chunk_bytes(a->size, i);
        (void)merkle_append(&f, merkle_leaf(slice_of(bytes.p, n)), NULL);
        bytes = slice_of(bytes.p + n, bytes.n - n);
    }
    return hash_equal(merkle_root(&f), a->root);
}

static enum err read_file(const char *dir, const struct attachment_blob *a, struct buf *out, struct why *why)
{
    char *path = path_of(dir, a->root);
    enum err e = file_read(path, false, out, why);
    free(path);
    return e;
}

enum err attached_files_check(const struct entry *e, const struct disclosure *d, const char *dir,
                              struct attached_files *sum, struct why *why)
{
    struct manifest m;
    struct buf bytes = buf_new(LIMIT_ATTACHMENT_CHUNKS * (size_t)LIMIT_CHUNK_BYTES);
    enum err err = OK;
    find(e, d, &m);
    for (size_t i = 0; i < m.count && err == OK; i++) {
        buf_reset(&bytes);
        err = read_file(dir, &m.blobs[i], &bytes, why);
        if (err == ERR_NOT_FOUND) {
            note(sum, m.blobs[i].root, false);
            err = OK;
        } else if (err == ERR_TOO_BIG || (err == OK && !leads_to(buf_slice(&bytes), &m.blobs[i]))) {
            note(sum, m.blobs[i].root, true);
            err = OK;
        } else if (err == OK) {
            sum->files++;
            sum->bytes += bytes.n;
        }
    }
    buf_done(&bytes);
    return err;
}

bool attached_files_has(const char *dir, const struct attachment_blob *a)
{
    char *path = path_of(dir, a->root);
    bool has = file_exists(path);
    free(path);
    return has;
}

enum err attached_files_open(const char *dir, const struct attachment *a, struct buf *out, struct why *why)
{
    struct buf bytes = buf_new(LIMIT_ATTACHMENT_CHUNKS * (size_t)LIMIT_CHUNK_BYTES);
    enum err e = read_file(dir, &a->blob, &bytes, why);
    if (e == OK && !leads_to(buf_slice(&bytes), &a->blob)) {
        why_set(why, "the file in the folder is not the one that was attached");
        e = ERR_CORRUPT;
    }
    struct slice rest = buf_slice(&bytes);
    for (uint32_t i = 0; e == OK && i < attachment_chunks(a->blob.size); i++) {
        const size_t n = attachment_chunk_bytes(a->blob.size, i);
        if (!attachment_decrypt(&a->key, i, slice_of(rest.p, n), out)) {
            why_set(why, "the key in the record does not open it");
            e = ERR_CRYPTO;
        }
        rest = slice_of(rest.p + n, rest.n - n);
    }
    buf_done(&bytes);
    return e;
}
