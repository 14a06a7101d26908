// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Checks counts and writes them. Read first: attendance.h.
#include "node/desk/attendance.h"

#include "common/base/text.h"
#include "common/ops/print.h"

static bool same_people(const struct attendance *a, const struct attendance *b)
{
    return slice_equal(a->sex, b->sex) && slice_equal(a->age, b->age) && a->displaced == b->displaced &&
           a->disability == b->disability;
}

static enum err check_code(enum code_list list, const char *field, struct slice code, struct trouble *t)
{
    struct why why;
    if (text_code_ok(code) && code_check(list, field, code, &why)) {
        return OK;
    }
    enum err e = trouble_with(t, TROUBLE_ATTENDANCE_CODE, TROUBLE_STRING(field), TROUBLE_SLICE(code));
    if (text_code_ok(code)) {
        trouble_say(t, &why);
    }
    return e;
}

static enum err check_row(const struct attendance *rows, size_t i, struct trouble *t)
{
    const struct attendance *row = &rows[i];
    enum err e = check_code(CODES_SEX, "sex", row->sex, t);
    e = e == OK ? check_code(CODES_AGE, "age", row->age, t) : e;
    if (e == OK && (row->count == 0 || row->count > LIMIT_ATTENDANCE || row->displaced > 2 || row->disability > 2)) {
        e = trouble_with(t, TROUBLE_ATTENDANCE_COUNT, TROUBLE_NUMBER(LIMIT_ATTENDANCE));
    }
    for (size_t k = 0; k < i && e == OK; k++) {
        if (same_people(&rows[k], row)) {
            e = trouble_set(t, TROUBLE_ATTENDANCE_TWICE);
        }
    }
    return e;
}

enum err attendance_save(struct desk *desk, uint64_t wall_s, struct hash session, const struct attendance *rows,
                         size_t n, struct append_result *out, uint64_t *people, struct trouble *t)
{
    struct why why = { "" };
    struct body body = { .kind = KIND_ATTENDANCE };
    struct buf packed = buf_new(LIMIT_BODY_BYTES - 8);
    uint64_t sum = 0;
    enum err e = n == 0 ? trouble_with(t, TROUBLE_ATTENDANCE_COUNT, TROUBLE_NUMBER(LIMIT_ATTENDANCE)) : OK;
    for (size_t i = 0; i < n && e == OK; i++) {
        e = check_row(rows, i, t);
        if (e == OK) {
            attendance_put(&rows[i], &packed);
            sum += rows[i].count;
        }
    }
    if (e == OK && !buf_ok(&packed)) {
        e = trouble_with(t, TROUBLE_ATTENDANCE_ROWS, TROUBLE_NUMBER(LIMIT_BODY_BYTES));
    }
    if (e == OK) {
        body.as.attendance.count = n;
        body.as.attendance.rows = buf_slice(&packed);
        const struct append_item item = { .body = &body, .refs = &session, .ref_count = 1 };
        e = trouble_of_err(t, desk_append(desk, wall_s, &item, 1, out, &why), &why);
    }
    if (e == OK) {
        *people = sum;
    }
    buf_done(&packed);
    return e;
}

enum err attendance_last(struct desk *desk, struct hash session, struct buf *rows, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        if (e.known && e.body.kind == KIND_ATTENDANCE && e.fate != FATE_REPLACED && e.fate != FATE_REFUSED &&
            hash_equal(entry_ref(&e.entry, 0), session) &&
            pubkey_equal(e.entry.place.author, desk->who->person.key)) {
            buf_reset(rows);
            buf_put(rows, e.body.as.attendance.rows);
        }
    }
    return local_end(l, why);
}
