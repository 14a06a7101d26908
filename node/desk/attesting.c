// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Writes attestations. Read first: attesting.h.
#include "node/desk/attesting.h"

#include "node/desk/roster_here.h"

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

// A role that she is known not to have gives the attestation no effect (PROTOCOL 6.11). Of whom nothing is known yet,
// the record decides.
static enum err check_role(struct desk *desk, bool sheet, struct trouble *t)
{
    struct roster *r = NULL;
    struct why why = { "" };
    size_t i = 0;
    const enum role role = sheet ? ROLE_FACILITATOR : ROLE_ATTESTER;
    enum err e = roster_here(desk, &r, &why);
    if (e != OK) {
        return trouble_of_err(t, e, &why);
    }
    if (roster_find(r, desk->who->person.key, &i) && !roster_has_role(r, desk->who->person.key, 1u << role)) {
        e = trouble_with(t, TROUBLE_ATTEST_ROLE, TROUBLE_STRING(role_name(role)));
    }
    roster_free(r);
    return e;
}

enum err attesting_attest(struct desk *desk, uint64_t wall_s, struct hash seal, const struct sheet_file *sheet,
                          struct append_result *out, struct trouble *t)
{
    struct why why = { "" };
    struct body body = { .kind = KIND_ATTEST };
    struct buf part = buf_new(LIMIT_DISCLOSURE_BYTES);
    bool own = false;
    enum err e = check_role(desk, sheet != NULL, t);
    if (e == OK && sheet != NULL) {
        e = put_sheet(sheet, &part, t);
    } else if (e == OK) {
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
