// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Refusals in plain words. Read first: refusals.h.
#include "node/desk/refusals.h"

#include "common/base/verdict.h"
#include "common/store/exchange_state.h"

static const struct { enum verdict v; const char *advice; } rows[] = {
    { VERDICT_NOT_ENROLLED, "ask the registrar to invite you again, or to have your key accredited (baraza who shows "
                            "it); it is kept here, and what you wrote after it is sent anew by itself" },
    { VERDICT_WRONG_CONSULTATION, "it was written in a folder of another consultation: join this one in a folder of "
                                  "its own (baraza join --state FOLDER), and write it down again there" },
    { VERDICT_TOO_LARGE, "it is kept here: write it down again as two or more shorter ones" },
    { VERDICT_BAD_PART, "its words were damaged on this computer's disk: write it down again from your notes, and have "
                        "the disk looked at" },
    { VERDICT_BAD_SIGNATURE, "it was damaged on this computer's disk: write it down again from your notes, and have "
                             "the disk looked at" },
    { VERDICT_WEAK_KEY, "this notebook's key is no good: ask the registrar for a new invitation, and join with it in a "
                        "new folder" },
    { VERDICT_KEY_NOT_HELD, "make the key at the hub itself (baraza hub new-key), then type baraza rekey again with "
                            "what it shows; nothing was changed" },
    { VERDICT_NOT_CANONICAL, "this program and the hub's do not agree: bring both to the same version, then write it "
                             "down again; it is kept here" },
};

static const char *const unknown_advice =
    "the hub's program is newer than this one: bring this one to the same version, and look again; it is kept here";

const char *refusal_code(uint64_t number)
{
    enum verdict v = VERDICT_GOOD;
    return verdict_known(number, &v) ? verdict_code(v) : "unknown";
}

const char *refusal_text(uint64_t number)
{
    enum verdict v = VERDICT_GOOD;
    return verdict_known(number, &v) ? verdict_text(v) : "for a reason that this version does not know";
}

const char *refusal_advice(uint64_t number)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if ((uint64_t)rows[i].v == number) {
            return rows[i].advice;
        }
    }
    return unknown_advice;
}

void refusal_put(struct buf *out, uint64_t number, const char *indent)
{
    buf_printf(out, "%srefused: %s (%s)\n%swhat to do: %s\n", indent, refusal_text(number), refusal_code(number),
               indent, refusal_advice(number));
}

void refusal_put_json(json_t *o, uint64_t number)
{
    json_put(o, "refusal", json_string(refusal_code(number)));
    json_put(o, "why", json_string(refusal_text(number)));
    json_put(o, "do", json_string(refusal_advice(number)));
}

void refusals_put(struct buf *out, struct kv_txn *t)
{
    uint64_t codes[sizeof rows / sizeof *rows + 1];
    uint64_t counts[sizeof codes / sizeof *codes] = { 0 };
    size_t n = 0;
    struct refused_range range = refused_range_new(t, NULL);
    while (refused_range_next(&range)) {
        size_t at = 0;
        while (at < n && codes[at] != range.refused.refusal.code) {
            at++;
        }
        if (at == n && n < sizeof codes / sizeof *codes) {
            codes[n++] = range.refused.refusal.code;
        }
        counts[at < n ? at : n - 1]++;
    }
    refused_range_done(&range);
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "  %llu refused: %s (%s)\n    what to do: %s\n", (unsigned long long)counts[i],
                   refusal_text(codes[i]), refusal_code(codes[i]), refusal_advice(codes[i]));
    }
}
