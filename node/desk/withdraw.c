// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Makes withdrawals. Read first: withdraw.h.
#include "node/desk/withdraw.h"

#include "node/desk/contribute.h"
#include "node/desk/reason.h"
#include "node/desk/slips.h"

void withdraw_done(struct withdraw *x)
{
    buf_wipe(&x->text);
    buf_done(&x->text);
    buf_wipe(&x->reason);
    buf_done(&x->reason);
}

enum err withdraw_make(struct desk *desk, const struct withdrawal *given, struct withdraw *x, struct trouble *trouble)
{
    const struct slice lang = given->lang.n > 0 ? given->lang : state_charter(desk->state)->languages[0];
    *x = (struct withdraw){ .target = given->target, .body = { .kind = KIND_WITHDRAWAL },
                            .text = buf_new(LIMIT_DISCLOSURE_BYTES), .reason = buf_new(LIMIT_DISCLOSURE_BYTES) };
    static_assert(CONTRIBUTION_CODES <= LIMIT_SCOPES, "all that are given fit the body");
    for (size_t i = 0; i < given->scopes.n; i++) {
        if (codes_find(CODES_SCOPE, given->scopes.codes[i]) == NULL) {
            return trouble_with(trouble, TROUBLE_CODE_UNKNOWN, TROUBLE_STRING("scope"),
                                TROUBLE_SLICE(given->scopes.codes[i]));
        }
        x->body.as.withdrawal.scopes[i] = given->scopes.codes[i];
    }
    x->body.as.withdrawal.scope_count = given->scopes.n;
    enum err e = contribute_text(given->reason, true, &x->text, trouble);
    if (e == ERR_USAGE) { // nothing but blanks
        e = trouble_set(trouble, TROUBLE_REASON_EMPTY);
    }
    if (e == OK) {
        reason_put(lang, buf_slice(&x->text), slice_of(NULL, 0), NULL, &x->reason);
        x->item = (struct append_item){ .body = &x->body, .refs = &x->target, .ref_count = 1 };
        x->item.parts[0] = buf_slice(&x->reason);
        e = buf_ok(&x->reason) ? OK : trouble_with(trouble, TROUBLE_TEXT_LONG, TROUBLE_NUMBER(LIMIT_DISCLOSURE_BYTES));
    }
    return e;
}

enum err withdraw_known(struct desk *desk, struct hash id, struct trouble *trouble)
{
    struct kv_txn *t = NULL;
    struct position at;
    struct stored stored;
    struct entry entry;
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    e = e == OK ? journal_find_id(t, id, &at) : e;
    e = e == OK ? journal_get(t, &at, &stored, NULL) : e;
    if (e == OK && (entry_parse(stored.bytes, &entry) != VERDICT_GOOD || kind_of(entry.kind) != KIND_CONTRIBUTION)) {
        e = ERR_NOT_FOUND;
    }
    kv_abort(t);
    return e == ERR_NOT_FOUND ? trouble_set(trouble, TROUBLE_ENTRY_UNKNOWN) : trouble_of_err(trouble, e, NULL);
}

enum err withdraw_find(struct desk *desk, struct slice typed, struct hash *target, struct trouble *trouble)
{
    struct slip slip;
    struct slip_hits hits;
    struct why why = { "" };
    if (!slip_parse(typed, &slip, NULL)) {
        return trouble_set(trouble, TROUBLE_SLIP_WRONG);
    }
    const enum err e = slips_here(desk, &slip, &hits, &why);
    if (e != OK) {
        return trouble_of_err(trouble, e, &why);
    }
    if (hits.n != 1) {
        return trouble_with(trouble, hits.n == 0 ? TROUBLE_SLIP_UNKNOWN : TROUBLE_SLIP_SEVERAL,
                            TROUBLE_STRING(slip.text));
    }
    *target = hits.hits[0].id;
    return OK;
}
