// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See speech.h.
#include "tests/lib/speech.h"

// Fills in the body of a kind of what happens at a forum, or later to what was said there.
static void fill_forum_body(struct body *b, const struct said *session)
{
    static uint8_t row[32];
    struct buf rows = buf_over(row, sizeof row);
    if (b->kind == KIND_FORUM_PLAN) {
        b->as.forum_plan.area = SLICE_LITERAL("LR-NIM");
        b->as.forum_plan.code = SLICE_LITERAL("LR-NIM-2026-003");
        b->as.forum_plan.type = SLICE_LITERAL("town-hall");
    } else if (b->kind == KIND_ATTENDANCE) {
        attendance_put(&(struct attendance){ SLICE_LITERAL("female"), SLICE_LITERAL("18-35"), 0, 2, 7 }, &rows);
        b->as.attendance.count = 1;
        b->as.attendance.rows = buf_slice(&rows);
    } else if (b->kind == KIND_CORRECTION) {
        b->as.correction.reason = SLICE_LITERAL("misheard");
    } else if (b->kind == KIND_ERASED) {
        b->as.erased.redaction = session->entry.id;
    } else if (b->kind == KIND_OPENED) {
        b->as.opened.part = SLICE_LITERAL("identity");
        b->as.opened.reason = SLICE_LITERAL("protection");
    } else if (b->kind == KIND_INCIDENT) {
        b->as.incident.code = SLICE_LITERAL("leak");
    }
}

struct said *speech_attest(struct world *w, struct person *p, const char *way, const struct said *seal)
{
    struct body b = { .kind = KIND_ATTEST };
    b.as.attest.way = slice_text(way);
    return world_say(w, p, &b, &seal->entry.id, 1, NULL);
}

struct said *speech_of(struct world *w, struct person *p, enum kind kind, const struct said *session)
{
    const struct slice bytes = SLICE_LITERAL("\x80");
    const struct slice parts[LIMIT_PARTS] = { bytes };
    const struct hash refs[2] = { session->entry.id, session->entry.id };
    struct body b = { .kind = kind };
    size_t n = kind_info(kind)->refs_min;
    switch (kind) {
    case KIND_SESSION:
        return world_session(w, p, "LR-NIM", "LR-NIM-2026-002");
    case KIND_CLAUSE:
        b.as.clause.type = SLICE_LITERAL("threat");
        break;
    case KIND_LINK:
        b.as.link.relation = SLICE_LITERAL("supports");
        break;
    case KIND_RESPONSE:
        b.as.response.disposition = SLICE_LITERAL("noted");
        break;
    case KIND_REDACTION:
        b.as.redaction.target = session->entry.id;
        b.as.redaction.part_count = 1;
        b.as.redaction.parts[0] = SLICE_LITERAL("context");
        b.as.redaction.reason = b.as.redaction.authority = SLICE_LITERAL("asked");
        break;
    case KIND_FORK_EVIDENCE:
        b.as.fork_evidence.id_count = 2;
        break;
    case KIND_RESUME: case KIND_GUIDE: case KIND_CODEBOOK: case KIND_CONTRIBUTION:
        break;
    case KIND_FORUM_PLAN: case KIND_ATTENDANCE: case KIND_SHARE_SEAL: case KIND_SESSION_SEAL: case KIND_CORRECTION:
    case KIND_WITHDRAWAL: case KIND_ERASED: case KIND_OPENED: case KIND_INCIDENT:
        fill_forum_body(&b, session);
        break;
    case KIND_ATTEST: // two ways, judged apart
    case KIND_ROOT_APPROVAL: case KIND_GRANT: case KIND_REKEY: case KIND_INVITE: case KIND_ENROL: case KIND_REVOKE:
    case KIND_ACCEPT_LATE: case KIND_COUNT:
        CHECK(!"a kind that has no words here");
    }
    return world_say(w, p, &b, refs, n, n == 0 && kind == KIND_RESUME ? NULL : parts);
}

struct said *speech_rekey(struct world *w, struct person *by, const char *what, struct pubkey old_key,
                          struct pubkey new_key)
{
    struct body b = { .kind = KIND_REKEY };
    b.as.rekey.what = slice_text(what);
    b.as.rekey.old_key = SLICE_ARRAY(old_key.b);
    b.as.rekey.new_key = SLICE_ARRAY(new_key.b);
    return world_say(w, by, &b, NULL, 0, NULL);
}
