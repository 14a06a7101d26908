// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Kinds: every body comes back as it was made, and what is not of its kind has no effect.
#include "common/format/pack.h"

#include "tests/unit/format/chain.h"

static struct hash some_hash(uint8_t v)
{
    struct hash h;
    fill(h.b, v, sizeof h.b);
    return h;
}

static struct chain_end some_chain(void)
{
    struct chain_end chain = { .seq = 70000, .id = some_hash(3) };
    fill(chain.incarnation.b, 4, sizeof chain.incarnation.b);
    return chain;
}

// Bodies of the kinds that the roster reads, with something in every field.
static void fill_roster_body(struct body *b)
{
    if (b->kind == KIND_GRANT) {
        b->as.grant.has_transport = true;
        fill(b->as.grant.transport.b, 6, 32);
        b->as.grant.roles = 1u << ROLE_FACILITATOR | 1u << ROLE_HUB;
        b->as.grant.area_count = 2;
        b->as.grant.areas[0] = SLICE_LITERAL("LR-NIM");
        b->as.grant.areas[1] = SLICE_LITERAL("LR-BON");
    } else if (b->kind == KIND_REKEY) {
        b->as.rekey.what = SLICE_LITERAL("exchange");
        b->as.rekey.old_key = b->as.rekey.new_key = SLICE_LITERAL("0123456789abcdef0123456789abcdef");
    } else if (b->kind == KIND_INVITE) {
        b->as.invite.roles = 1u << ROLE_ATTESTER;
        b->as.invite.area_count = 1;
        b->as.invite.areas[0] = SLICE_LITERAL("LR-NIM");
        b->as.invite.uses = 12;
    } else if (b->kind == KIND_ENROL) {
        b->as.enrol.invite = some_hash(9);
    } else if (b->kind == KIND_RESUME) {
        b->as.resume.old = some_chain();
    } else if (b->kind == KIND_REVOKE) {
        b->as.revoke.reason = SLICE_LITERAL("compromised");
        b->as.revoke.chain_count = LIMIT_REVOKE_CHAINS;
        for (size_t i = 0; i < LIMIT_REVOKE_CHAINS; i++) {
            b->as.revoke.chains[i] = some_chain();
        }
    } else if (b->kind == KIND_ACCEPT_LATE) {
        b->as.accept_late.chain_count = 1;
        b->as.accept_late.chains[0] = some_chain();
    }
}

// The same for all other kinds.
static void fill_other_body(struct body *b)
{
    if (b->kind == KIND_GUIDE || b->kind == KIND_CODEBOOK) {
        b->as.guide.version = 3;
    } else if (b->kind == KIND_SESSION) {
        b->as.session.area = SLICE_LITERAL("LR-NIM");
        b->as.session.code = SLICE_LITERAL("LR-NIM-2026-014");
        b->as.session.type = SLICE_LITERAL("town-hall");
    } else if (b->kind == KIND_CONTRIBUTION) {
        b->as.contribution.sensitivity = 2;
    } else if (b->kind == KIND_CLAUSE) {
        b->as.clause.type = SLICE_LITERAL("action");
        b->as.clause.version = 2;
    } else if (b->kind == KIND_LINK) {
        b->as.link.relation = SLICE_LITERAL("considered-not-used");
    } else if (b->kind == KIND_RESPONSE) {
        b->as.response.disposition = SLICE_LITERAL("accepted-in-part");
    } else if (b->kind == KIND_REDACTION) {
        b->as.redaction.target = some_hash(9);
        b->as.redaction.part_count = 2;
        b->as.redaction.parts[0] = SLICE_LITERAL("said");
        b->as.redaction.parts[1] = SLICE_LITERAL("speaker");
        b->as.redaction.reason = SLICE_LITERAL("consent-withdrawn");
        b->as.redaction.authority = SLICE_LITERAL("protection");
    } else if (b->kind == KIND_FORK_EVIDENCE) {
        b->as.fork_evidence.seq = 8;
        b->as.fork_evidence.id_count = LIMIT_BRANCHES;
    }
}

// The same for what happens at a forum, and to what was said there later on.
static void fill_forum_body(struct body *b)
{
    static uint8_t rows[64];
    if (b->kind == KIND_FORUM_PLAN) {
        b->as.forum_plan.area = SLICE_LITERAL("LR-NIM");
        b->as.forum_plan.code = SLICE_LITERAL("LR-NIM-2026-014");
        b->as.forum_plan.type = SLICE_LITERAL("town-hall");
        b->as.forum_plan.date = 20500;
    } else if (b->kind == KIND_ATTENDANCE) {
        struct buf made = buf_over(rows, sizeof rows);
        attendance_put(&(struct attendance){ SLICE_LITERAL("female"), SLICE_LITERAL("18-35"), 1, 2, 40 }, &made);
        attendance_put(&(struct attendance){ SLICE_LITERAL("male"), SLICE_LITERAL("60-over"), 0, 0, 1 }, &made);
        b->as.attendance.count = 2;
        b->as.attendance.rows = buf_slice(&made);
    } else if (b->kind == KIND_SHARE_SEAL) {
        b->as.share_seal.count = 12;
        b->as.share_seal.root = some_hash(5);
    } else if (b->kind == KIND_SESSION_SEAL) {
        b->as.session_seal.count = 300;
        b->as.session_seal.forms = 20;
        b->as.session_seal.spoiled = 1;
        b->as.session_seal.has_minutes = true;
        b->as.session_seal.minutes = some_hash(6);
    } else if (b->kind == KIND_ATTEST) {
        b->as.attest.way = SLICE_LITERAL("sheet");
    } else if (b->kind == KIND_CORRECTION) {
        b->as.correction.reason = SLICE_LITERAL("misheard");
    } else if (b->kind == KIND_WITHDRAWAL) {
        b->as.withdrawal.scope_count = 2;
        b->as.withdrawal.scopes[0] = SLICE_LITERAL("publish-text");
        b->as.withdrawal.scopes[1] = SLICE_LITERAL("archive");
    } else if (b->kind == KIND_ERASED) {
        b->as.erased.redaction = some_hash(9);
        b->as.erased.target = some_hash(8);
    } else if (b->kind == KIND_OPENED) {
        b->as.opened.part = SLICE_LITERAL("identity");
        b->as.opened.reason = SLICE_LITERAL("contact-back");
    } else if (b->kind == KIND_INCIDENT) {
        b->as.incident.code = SLICE_LITERAL("coercion");
    }
}

static struct body sample(enum kind kind)
{
    struct body b = { .kind = kind };
    fill_forum_body(&b);
    fill_roster_body(&b);
    fill_other_body(&b);
    return b;
}

// Signs an entry of kind with that body and as many references (all 9 …) as asked.
static void sign(enum kind kind, struct slice body, size_t refs, struct link *out)
{
    struct chain c = chain_start();
    struct hash ref[LIMIT_REFS];
    struct slice contents[LIMIT_PARTS] = { { NULL, 0 } };
    size_t parts = 0;
    fill(ref, 9, sizeof ref);
    while (kind_info(kind)->parts[parts] != NULL) {
        parts++;
    }
    struct entry_draft draft = { .kind = slice_text(kind_info(kind)->name), .refs = ref, .ref_count = refs,
                                 .body = body };
    chain_sign(&c, draft, kind_info(kind)->parts, contents, parts, out);
}

Test(kinds, every_body_comes_back_as_it_was_made)
{
    for (enum kind k = KIND_ROOT_APPROVAL; k < KIND_COUNT; k++) {
        struct body made = sample(k);
        struct body back;
        struct link l;
        struct buf body = buf_new(LIMIT_BODY_BYTES);
        struct buf again = buf_new(LIMIT_BODY_BYTES);
        body_make(&made, &body);
        cr_assert(buf_ok(&body), "%s", kind_info(k)->name);
        sign(k, buf_slice(&body), kind_info(k)->refs_min, &l);
        cr_assert_eq(kind_parse(&l.e, &back), VERDICT_GOOD, "%s", kind_info(k)->name);
        cr_assert_eq(back.kind, k);
        body_make(&back, &again);
        cr_assert(slice_equal(buf_slice(&body), buf_slice(&again)), "%s", kind_info(k)->name);
        buf_done(&body);
        buf_done(&again);
        buf_done(&l.bytes);
    }
}

Test(kinds, every_body_with_something_more_or_less_has_no_effect)
{
    for (enum kind k = KIND_ROOT_APPROVAL; k < KIND_COUNT; k++) {
        struct body made = sample(k);
        struct body back;
        struct link l;
        struct buf body = buf_new(LIMIT_BODY_BYTES);
        const struct kind_info *info = kind_info(k);
        body_make(&made, &body);
        sign(k, buf_slice(&body), info->refs_min, &l);
        l.e.part_count++;
        l.e.parts[l.e.part_count - 1].name = SLICE_LITERAL("more");
        cr_assert_eq(kind_parse(&l.e, &back), VERDICT_BAD_BODY, "%s: a part more", info->name);
        l.e.part_count--;
        l.e.ref_count = info->refs_max + 1;
        cr_assert_eq(kind_parse(&l.e, &back), VERDICT_BAD_BODY, "%s: a reference more", info->name);
        buf_done(&l.bytes);
        body.p[0]++; // an array of one value more
        buf_put_u8(&body, 0);
        sign(k, buf_slice(&body), info->refs_min, &l);
        cr_assert_eq(kind_parse(&l.e, &back), VERDICT_BAD_BODY, "%s: a value more", info->name);
        buf_done(&l.bytes);
        buf_done(&body);
    }
}

Test(kinds, values_that_no_rule_could_read_have_no_effect)
{
    static const struct {
        enum kind kind;
        const char *body; // hex
    } rows[] = {
        { KIND_CONTRIBUTION, "9103" },                                         // a fourth sensitivity
        { KIND_CONTRIBUTION, "91a130" },                                       // a code for a number
        { KIND_LINK, "91a54c494b4553" },                                       // no relation of ours
        { KIND_RESPONSE, "91a26f6b" },                                         // no disposition of ours
        { KIND_SESSION, "93a14101a142" },                                      // a number for a code
        { KIND_FORUM_PLAN, "94a141a142a143a144" },                             // a code for a day
        { KIND_ATTENDANCE, "90" },                                             // nobody counted
        { KIND_ATTENDANCE, "9195a166a161000000" },                             // a row of none
        { KIND_ATTENDANCE, "9195a166a161030001" },                             // a fourth way to be displaced
        { KIND_ATTENDANCE, "9195a166a1610000ce000f4241" },                     // more than a million in one row
        { KIND_SHARE_SEAL, "9201c40100" },                                     // a root of one byte
        { KIND_ATTEST, "91a57761766564" },                                     // no way of ours
        { KIND_CORRECTION, "91a474797065" },                                   // no reason of ours
        { KIND_WITHDRAWAL, "91a57468696e67" },                                 // no scope of ours
        { KIND_OPENED, "92a86964656e74697479a46e6f7365" },                     // no reason of ours
        { KIND_INCIDENT, "91a472616964" },                                     // no incident of ours
        { KIND_ERASED, "92c4200808080808080808080808080808080808080808080808080808080808080808"
                       "c4200808080808080808080808080808080808080808080808080808080808080808" }, // another redaction
        { KIND_REDACTION, "94c420090909090909090909090909090909090909090909090909090909090909090990a161a162" },
        { KIND_REDACTION, "94c420080808080808080808080808080808080808080808080808080808080808080891a170a161a162" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct link l;
        struct body b;
        struct buf body = hex_buf(rows[i].body);
        sign(rows[i].kind, buf_slice(&body), kind_info(rows[i].kind)->refs_min, &l);
        cr_assert_eq(kind_parse(&l.e, &b), VERDICT_BAD_BODY, "row %zu", i);
        buf_done(&body);
        buf_done(&l.bytes);
    }
}

Test(kinds, the_rows_of_an_attendance_come_back_one_by_one)
{
    const struct body b = sample(KIND_ATTENDANCE);
    struct slice rows = b.as.attendance.rows;
    struct attendance row;
    cr_assert(attendance_next(&rows, &row));
    cr_expect(slice_equal(row.age, SLICE_LITERAL("18-35")));
    cr_expect_eq(row.count, 40);
    cr_assert(attendance_next(&rows, &row));
    cr_expect_eq(row.count, 1);
    cr_expect(!attendance_next(&rows, &row));
    cr_expect_eq(row.count, 1);
}

Test(kinds, a_role_twice_or_unknown_has_no_effect)
{
    static const char *const roles[] = { "92a3687562a3687562", "91a46b696e67" };
    for (size_t i = 0; i < 2; i++) {
        struct link l;
        struct body b;
        uint8_t key[32] = { 1 };
        struct buf body = buf_new(LIMIT_BODY_BYTES);
        pack_array(&body, 4);
        pack_bin(&body, SLICE_ARRAY(key));
        pack_bin(&body, slice_of(NULL, 0));
        hex_append(roles[i], &body);
        pack_array(&body, 0);
        sign(KIND_GRANT, buf_slice(&body), 0, &l);
        cr_assert_eq(kind_parse(&l.e, &b), VERDICT_BAD_BODY);
        buf_done(&body);
        buf_done(&l.bytes);
    }
}

Test(kinds, names_and_roles_lead_back_to_themselves)
{
    for (enum kind k = KIND_ROOT_APPROVAL; k < KIND_COUNT; k++) {
        cr_assert_eq(kind_of(slice_text(kind_info(k)->name)), k);
    }
    for (enum role r = ROLE_ROOT; r < ROLE_COUNT; r++) {
        enum role back = ROLE_COUNT;
        cr_assert(role_parse(slice_text(role_name(r)), &back));
        cr_assert_eq(back, r);
    }
    cr_assert_eq(kind_of(SLICE_LITERAL("sessions")), KIND_UNKNOWN);
}
