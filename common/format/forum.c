// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The fold of forums. Shares and their seals are looked at as they come, since a seal covers what stands before it;
// what belongs to which forum is found at the end, since a session may come after what names it. Read first: forum.h.
#include "common/format/forum.h"

#include "common/base/table.h"

#include <stdlib.h>
#include <string.h>

// What one author wrote for one session entry.
struct share {
    struct hash session;
    uint64_t count;
    size_t last;     // index of its last contribution, + 1; 0: none
    uint64_t people; // her last attendance
    bool sealed;     // seal covers exactly count contributions
    struct hash seal;
};

struct statement {
    struct hash id;
    size_t before; // index of the share's contribution before this one, + 1
};

// A share seal, or a session seal.
struct seal {
    struct hash id, session, root;
    struct pubkey author;
    bool whole;         // a session seal
    uint64_t count, forms, blank, spoiled;
    uint64_t found;     // contributions of the author's share when it came
    bool fits;          // they are those that were sealed
    struct hash *named; // the share seals that a session seal names, ascending; NULL: none
    size_t named_n;
};

struct attestation {
    struct hash seal;
    struct pubkey author;
    bool sheet;
};

struct forum_fold {
    bool ended;
    struct table forum_of;   // SHA-256(area ‖ 00 ‖ code) -> forum
    struct table session_of; // session entry -> forum
    struct table share_of;   // SHA-256(session ‖ author) -> share
    struct table seal_of;    // share seal or session seal -> seal
    struct forum_state *forums;
    struct share *shares;
    struct statement *statements;
    struct seal *seals;
    struct attestation *attestations;
    size_t forum_n, share_n, statement_n, seal_n, attestation_n;
};

struct forum_fold *forum_fold_new(void)
{
    struct forum_fold *f = mem_new(sizeof *f);
    f->forum_of = table_new(sizeof(struct hash));
    f->session_of = table_new(sizeof(struct hash));
    f->share_of = table_new(sizeof(struct hash));
    f->seal_of = table_new(sizeof(struct hash));
    return f;
}

void forum_fold_free(struct forum_fold *f)
{
    if (f == NULL) {
        return;
    }
    for (size_t i = 0; i < f->seal_n; i++) {
        free(f->seals[i].named);
    }
    table_done(&f->forum_of);
    table_done(&f->session_of);
    table_done(&f->share_of);
    table_done(&f->seal_of);
    free(f->forums);
    free(f->shares);
    free(f->statements);
    free(f->seals);
    free(f->attestations);
    free(f);
}

// Memory for one more of n: doubled, so that a long record costs no more than its length.
static void *one_more(void *rows, size_t n, size_t size)
{
    return n == 0 || (n & (n - 1)) == 0 ? mem_grow(rows, n == 0 ? 1 : 2 * n, size) : rows;
}

static int hash_order(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hash));
}

struct hash forum_root(struct hash *ids, size_t n)
{
    if (n > 1) {
        qsort(ids, n, sizeof *ids, hash_order);
    }
    return merkle_root_of(ids, n);
}

static void copy_code(char out[static LIMIT_CODE_BYTES + 1], struct slice code)
{
    CHECK(code.n <= LIMIT_CODE_BYTES);
    memset(out, 0, LIMIT_CODE_BYTES + 1);
    memcpy(out, code.p, code.n);
}

// --- as entries come ---

static struct forum_state *forum_named(struct forum_fold *f, struct slice area, struct slice code, struct slice type)
{
    struct sha256 s;
    uint32_t number = 0;
    sha256_init(&s);
    sha256_add(&s, area);
    sha256_add_u8(&s, 0);
    sha256_add(&s, code);
    const struct hash key = sha256_done(&s);
    if (!table_find(&f->forum_of, &key, &number)) {
        number = (uint32_t)f->forum_n;
        table_put(&f->forum_of, &key, number);
        f->forums = one_more(f->forums, f->forum_n++, sizeof *f->forums);
        f->forums[number] = (struct forum_state){ .held = false };
        copy_code(f->forums[number].area, area);
        copy_code(f->forums[number].code, code);
    }
    copy_code(f->forums[number].type, type);
    return &f->forums[number];
}

static void take_session(struct forum_fold *f, const struct entry *e, const struct body *body)
{
    struct forum_state *forum =
        forum_named(f, body->as.session.area, body->as.session.code, body->as.session.type);
    if (!forum->held) {
        forum->held = true;
        forum->session = e->id;
    }
    if (!table_find(&f->session_of, &e->id, NULL)) {
        table_put(&f->session_of, &e->id, (size_t)(forum - f->forums));
    }
}

static struct hash share_key(struct hash session, struct pubkey author)
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, SLICE_ARRAY(session.b));
    sha256_add(&s, SLICE_ARRAY(author.b));
    return sha256_done(&s);
}

static struct share *share_named(struct forum_fold *f, struct hash session, struct pubkey author)
{
    const struct hash key = share_key(session, author);
    uint32_t number = 0;
    if (!table_find(&f->share_of, &key, &number)) {
        number = (uint32_t)f->share_n;
        table_put(&f->share_of, &key, number);
        f->shares = one_more(f->shares, f->share_n++, sizeof *f->shares);
        f->shares[number] = (struct share){ .session = session };
    }
    return &f->shares[number];
}

static void take_contribution(struct forum_fold *f, const struct entry *e)
{
    struct share *share = share_named(f, entry_ref(e, 0), e->place.author);
    f->statements = one_more(f->statements, f->statement_n, sizeof *f->statements);
    f->statements[f->statement_n] = (struct statement){ .id = e->id, .before = share->last };
    share->last = ++f->statement_n;
    share->count++;
    share->sealed = false;
}

static void take_attendance(struct forum_fold *f, const struct entry *e, const struct body *body)
{
    struct slice rows = body->as.attendance.rows;
    struct attendance row;
    uint64_t people = 0;
    while (attendance_next(&rows, &row)) {
        people += row.count;
    }
    share_named(f, entry_ref(e, 0), e->place.author)->people = people;
}

static struct hash share_root(const struct forum_fold *f, const struct share *share)
{
    struct hash *ids = mem_new((size_t)share->count * sizeof *ids);
    size_t n = 0;
    for (size_t at = share->last; at > 0; at = f->statements[at - 1].before) {
        ids[n++] = f->statements[at - 1].id;
    }
    const struct hash root = forum_root(ids, n);
    free(ids);
    return root;
}

static void take_seal(struct forum_fold *f, const struct entry *e, const struct body *body)
{
    struct seal seal = { .id = e->id, .session = entry_ref(e, 0), .author = e->place.author };
    struct share *share = share_named(f, seal.session, seal.author);
    if (table_find(&f->seal_of, &e->id, NULL)) {
        return;
    }
    seal.whole = body->kind == KIND_SESSION_SEAL;
    seal.count = seal.whole ? body->as.session_seal.count : body->as.share_seal.count;
    seal.root = seal.whole ? body->as.session_seal.root : body->as.share_seal.root;
    if (seal.whole) {
        seal.forms = body->as.session_seal.forms;
        seal.blank = body->as.session_seal.blank;
        seal.spoiled = body->as.session_seal.spoiled;
        seal.named_n = e->ref_count - 1;
        seal.named = mem_new(seal.named_n * sizeof *seal.named);
        for (size_t i = 0; i < seal.named_n; i++) {
            seal.named[i] = entry_ref(e, i + 1);
        }
    }
    seal.found = share->count;
    if (!seal.whole || seal.named_n == 0) {
        seal.fits = seal.found == seal.count && hash_equal(share_root(f, share), seal.root);
    }
    if (!seal.whole && seal.fits) {
        share->sealed = true;
        share->seal = e->id;
    }
    table_put(&f->seal_of, &e->id, f->seal_n);
    f->seals = one_more(f->seals, f->seal_n, sizeof *f->seals);
    f->seals[f->seal_n++] = seal;
}

static void take_attest(struct forum_fold *f, const struct entry *e, const struct body *body)
{
    f->attestations = one_more(f->attestations, f->attestation_n, sizeof *f->attestations);
    f->attestations[f->attestation_n++] = (struct attestation){
        .seal = entry_ref(e, 0), .author = e->place.author,
        .sheet = slice_equal(body->as.attest.way, SLICE_LITERAL("sheet")),
    };
}

void forum_fold_add(struct forum_fold *f, const struct entry *e, const struct body *body)
{
    CHECK(!f->ended);
    if (body->kind == KIND_FORUM_PLAN) {
        struct forum_state *forum =
            forum_named(f, body->as.forum_plan.area, body->as.forum_plan.code, body->as.forum_plan.type);
        forum->planned = true;
        forum->date = body->as.forum_plan.date;
    } else if (body->kind == KIND_SESSION) {
        take_session(f, e, body);
    } else if (body->kind == KIND_CONTRIBUTION) {
        take_contribution(f, e);
    } else if (body->kind == KIND_ATTENDANCE) {
        take_attendance(f, e, body);
    } else if (body->kind == KIND_SHARE_SEAL || body->kind == KIND_SESSION_SEAL) {
        take_seal(f, e, body);
    } else if (body->kind == KIND_ATTEST) {
        take_attest(f, e, body);
    }
}

// --- at the end ---

static struct forum_state *forum_of(const struct forum_fold *f, struct hash session)
{
    uint32_t number = 0;
    return table_find(&f->session_of, &session, &number) ? &f->forums[number] : NULL;
}

// A seal over share seals: each must be there and fit, and be of the same forum; the root is over their ids.
static bool judge_shares(const struct forum_fold *f, const struct forum_state *forum, struct seal *seal)
{
    const struct hash root = forum_root(seal->named, seal->named_n);
    uint64_t promised = 0;
    bool fits = hash_equal(root, seal->root);
    bool all = true;
    seal->found = 0;
    for (size_t i = 0; i < seal->named_n; i++) {
        uint32_t number = 0;
        const bool again = i > 0 && hash_equal(seal->named[i], seal->named[i - 1]);
        const bool here = table_find(&f->seal_of, &seal->named[i], &number);
        const struct seal *share = here ? &f->seals[number] : NULL;
        all = all && here;
        if (here && (again || share->whole || forum_of(f, share->session) != forum)) {
            fits = false;
        } else if (here) {
            promised += share->count;
            seal->found += share->found < share->count ? share->found : share->count;
            fits = fits && (share->fits || share->found < share->count);
        }
    }
    return fits && (all ? promised == seal->count : promised <= seal->count);
}

static void judge_seal(const struct forum_fold *f, struct seal *seal)
{
    struct forum_state *forum = forum_of(f, seal->session);
    if (forum == NULL) {
        return;
    }
    const bool forms_fit = seal->blank <= seal->forms && seal->spoiled <= seal->forms - seal->blank &&
                           seal->forms - seal->blank - seal->spoiled <= seal->count;
    const bool fits = seal->named_n > 0 ? judge_shares(f, forum, seal) : seal->fits || seal->found < seal->count;
    forum->sealed = true;
    forum->seal = seal->id;
    forum->sealer = seal->author;
    forum->count = seal->count;
    forum->forms = seal->forms;
    forum->blank = seal->blank;
    forum->spoiled = seal->spoiled;
    forum->shares = seal->named_n;
    forum->missing = seal->found < seal->count ? seal->count - seal->found : 0;
    forum->late = forum->contributions > seal->found ? forum->contributions - seal->found : 0;
    forum->standing = !fits || !forms_fit ? FORUM_DIFFERS : forum->missing > 0 ? FORUM_MISSING : FORUM_SEALED;
}

static void count_attestation(const struct forum_fold *f, const struct attestation *a)
{
    uint32_t number = 0;
    struct forum_state *forum = NULL;
    if (table_find(&f->seal_of, &a->seal, &number)) {
        forum = forum_of(f, f->seals[number].session);
    }
    if (forum != NULL && hash_equal(forum->seal, a->seal)) {
        forum->attested_sheets += a->sheet;
        forum->attested_keys += !a->sheet && !pubkey_equal(a->author, forum->sealer);
    }
}

void forum_fold_end(struct forum_fold *f)
{
    CHECK(!f->ended);
    f->ended = true;
    for (size_t i = 0; i < f->forum_n; i++) {
        f->forums[i].standing = f->forums[i].held ? FORUM_OPEN : FORUM_SILENT;
    }
    for (size_t i = 0; i < f->share_n; i++) {
        struct forum_state *forum = forum_of(f, f->shares[i].session);
        if (forum != NULL) {
            forum->contributions += f->shares[i].count;
            forum->people += f->shares[i].people;
        }
    }
    for (size_t i = 0; i < f->seal_n; i++) {
        if (f->seals[i].whole) {
            judge_seal(f, &f->seals[i]);
        }
    }
    for (size_t i = 0; i < f->attestation_n; i++) {
        count_attestation(f, &f->attestations[i]);
    }
}

// --- what it says ---

const char *forum_standing_name(enum forum_standing s)
{
    static const char *const names[FORUM_STANDINGS] = {
        [FORUM_SILENT] = "silent",   [FORUM_OPEN] = "open",       [FORUM_SEALED] = "sealed",
        [FORUM_MISSING] = "missing", [FORUM_DIFFERS] = "differs",
    };
    CHECK(s < FORUM_STANDINGS);
    return names[s];
}

size_t forum_fold_count(const struct forum_fold *f)
{
    return f->forum_n;
}

const struct forum_state *forum_fold_at(const struct forum_fold *f, size_t i)
{
    CHECK(f->ended && i < f->forum_n);
    return &f->forums[i];
}

const struct forum_state *forum_fold_find(const struct forum_fold *f, struct slice code)
{
    const struct forum_state *found = NULL;
    CHECK(f->ended);
    for (size_t i = 0; i < f->forum_n; i++) {
        const bool better = found == NULL || (!found->held && f->forums[i].held);
        if (better && slice_equal(slice_text(f->forums[i].code), code)) {
            found = &f->forums[i];
        }
    }
    return found;
}

struct forum_totals forum_fold_totals(const struct forum_fold *f)
{
    struct forum_totals t = { .planned = 0 };
    CHECK(f->ended);
    for (size_t i = 0; i < f->forum_n; i++) {
        const struct forum_state *forum = &f->forums[i];
        t.planned += forum->planned;
        t.unplanned += !forum->planned;
        t.held += forum->held;
        t.silent += !forum->held;
        t.sealed += forum->sealed;
        t.incomplete += forum->standing == FORUM_MISSING || forum->standing == FORUM_DIFFERS;
    }
    return t;
}

void forum_fold_share(const struct forum_fold *f, struct hash session, struct pubkey author, struct forum_share *out)
{
    const struct hash key = share_key(session, author);
    uint32_t number = 0;
    *out = (struct forum_share){ .root = merkle_empty() };
    if (table_find(&f->share_of, &key, &number)) {
        const struct share *share = &f->shares[number];
        out->count = share->count;
        out->root = share_root(f, share);
        out->sealed = share->sealed;
        out->seal = share->seal;
    }
}
