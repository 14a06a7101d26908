// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Writes attestations. Read first: attesting.h.
#include "node/desk/attesting.h"

#include <string.h>

#define ROOM 4096 // of a part beside the photograph: its name and type

// The media type by the first bytes; NULL: none that a sheet may have.
static const char *sheet_type(struct slice bytes)
{
    static const struct { const char *magic; size_t n; const char *type; } types[] = {
        { "\xff\xd8\xff", 3, "image/jpeg" }, { "\x89PNG\r\n\x1a\n", 8, "image/png" }, { "%PDF-", 5, "application/pdf" },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (bytes.n >= types[i].n && memcmp(bytes.p, types[i].magic, types[i].n) == 0) {
            return types[i].type;
        }
    }
    return NULL;
}

static enum err put_sheet(const struct sheet_file *sheet, struct buf *out, struct trouble *t)
{
    struct content c = { .count = 0 };
    const char *type = sheet_type(sheet->bytes);
    if (sheet->bytes.n > LIMIT_DISCLOSURE_BYTES - ROOM) {
        return trouble_with(t, TROUBLE_SHEET_BIG, TROUBLE_NUMBER(LIMIT_DISCLOSURE_BYTES - ROOM));
    }
    if (type == NULL || sheet->name.n > ROOM / 2) {
        return trouble_with(t, TROUBLE_SHEET_KIND, TROUBLE_SLICE(sheet->name));
    }
    content_add_text(&c, "name", sheet->name);
    content_add_text(&c, "type", slice_text(type));
    content_add_bin(&c, "bytes", sheet->bytes);
    content_make(&c, out);
    return OK;
}

// Was it she who sealed? Of a seal that was written elsewhere nothing is known here; whoever counts judges it again.
static enum err sealed_by(struct desk *desk, struct hash seal, struct pubkey who, bool *yes, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    enum err err = local_begin(desk, &l, why);
    *yes = false;
    if (err != OK) {
        return err;
    }
    while (!*yes && local_next(l, &e)) {
        *yes = hash_equal(e.entry.id, seal) && pubkey_equal(e.entry.place.author, who);
    }
    return local_end(l, why);
}

enum err attesting_attest(struct desk *desk, uint64_t wall_s, struct hash seal, const struct sheet_file *sheet,
                          struct append_result *out, struct trouble *t)
{
    struct why why = { "" };
    struct body body = { .kind = KIND_ATTEST };
    struct buf part = buf_new(LIMIT_DISCLOSURE_BYTES);
    bool own = false;
    enum err e = OK;
    if (sheet != NULL) {
        e = put_sheet(sheet, &part, t);
    } else {
        e = trouble_of_err(t, sealed_by(desk, seal, desk->who->person.key, &own, &why), &why);
        e = e == OK && own ? trouble_set(t, TROUBLE_ATTEST_OWN) : e;
    }
    if (e == OK) {
        body.as.attest.way = sheet != NULL ? SLICE_LITERAL("sheet") : SLICE_LITERAL("own-key");
        struct append_item item = { .body = &body, .refs = &seal, .ref_count = 1 };
        item.parts[0] = buf_slice(&part);
        e = trouble_of_err(t, desk_append(desk, wall_s, &item, 1, out, &why), &why);
    }
    buf_done(&part);
    return e;
}
