// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Every kind of entry, by every role, in every state of its author's accreditation, gets the verdict of the table
// below, and the same one from the hub that sequenced it, from a site to which the roster came down, and from whoever
// verifies an export.
#include "common/base/file.h"
#include "common/ops/settings.h"
#include "common/store/leaf.h"
#include "node/desk/site_roster.h"
#include "tests/lib/cofactored.h"
#include "tests/lib/hub/house.h"
#include "tests/lib/speech.h"
#include "tools/baraza/auditor.h"
#include "tools/baraza/reading.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BIT(role) (1u << ROLE_##role)
#define ANYBODY UINT32_MAX

// What the author's accreditation was when the entry got its place in the record, and what became of it since.
enum when {
    BEFORE,       // enrolled, but granted that role only afterwards
    IN_FORCE,     //
    RETIRED,      // came after the revocation
    COMPROMISED,  // came before the revocation, which names no chain that stands
    ACCEPTED,     // came after the revocation, and a registrar accepted it
    ROOT_CHANGED, // accredited by an act that a change of root overtook
    WHENS,
};

static const char *const when_names[WHENS] = { "before", "in force", "retired", "compromised", "accepted late",
                                               "root changed half way" };

// By the right role; anybody else's is NO_ROLE whatever the state.
static const enum verdict of_the_right_role[WHENS] = { VERDICT_NO_ROLE, VERDICT_GOOD, VERDICT_LATE,
                                                       VERDICT_REVOKED, VERDICT_GOOD, VERDICT_NO_ROLE };

static const struct row {
    enum kind kind;
    const char *way; // of an attestation
    uint32_t roles;
} rows[] = { // speech_of says each so that the right role makes it good
    { KIND_RESUME, NULL, ANYBODY },
    { KIND_GUIDE, NULL, BIT(SECRETARIAT) },
    { KIND_CODEBOOK, NULL, BIT(SECRETARIAT) },
    { KIND_FORUM_PLAN, NULL, BIT(SECRETARIAT) },
    { KIND_SESSION, NULL, BIT(FACILITATOR) },
    { KIND_ATTENDANCE, NULL, BIT(FACILITATOR) },
    { KIND_CONTRIBUTION, NULL, BIT(FACILITATOR) },
    { KIND_SHARE_SEAL, NULL, BIT(FACILITATOR) },
    { KIND_SESSION_SEAL, NULL, BIT(FACILITATOR) },
    { KIND_ATTEST, "own-key", BIT(ATTESTER) },
    { KIND_ATTEST, "sheet", BIT(FACILITATOR) },
    { KIND_CORRECTION, NULL, BIT(FACILITATOR) },
    { KIND_WITHDRAWAL, NULL, BIT(FACILITATOR) | BIT(PROTECTION) },
    { KIND_REDACTION, NULL, BIT(PROTECTION) },
    { KIND_ERASED, NULL, BIT(HUB) | BIT(FACILITATOR) },
    { KIND_OPENED, NULL, ANYBODY },
    { KIND_INCIDENT, NULL, ANYBODY },
    { KIND_FORK_EVIDENCE, NULL, BIT(HUB) },
    { KIND_CLAUSE, NULL, BIT(DRAFTER) },
    { KIND_LINK, NULL, BIT(DRAFTER) },
    { KIND_RESPONSE, NULL, BIT(DRAFTER) },
};
#define ROWS (sizeof rows / sizeof rows[0])

// What was said, with what must be thought of it.
struct due {
    const struct said *said;
    const struct row *row;
    enum role role;
    enum when when;
};

struct scene {
    struct world w;
    struct person secretary, registrar, host, void_secretary;
    const struct said *session, *seal;
    struct person people[ROLE_COUNT][WHENS];
    struct due due[ROLE_COUNT * WHENS * ROWS];
    size_t n;
};

static bool high(enum role role)
{
    return role == ROLE_REGISTRAR || role == ROLE_SECRETARIAT || role == ROLE_HUB;
}

// An act of two roots.
static struct said *root_grant(struct world *w, const struct person *to, uint32_t roles)
{
    struct said *act = world_grant(w, &w->root[0], to, roles, NULL);
    (void)world_approve(w, &w->root[1], act);
    cr_assert_eq(world_standing(w, act), VERDICT_GOOD);
    return act;
}

static void accredit(struct scene *s, const struct person *p, enum role role)
{
    if (high(role)) {
        (void)root_grant(&s->w, p, 1u << role);
    } else {
        cr_assert_eq(world_grant(&s->w, &s->secretary, p, 1u << role, NULL)->standing, VERDICT_GOOD);
    }
}

// A role that says nothing, so that the door is open.
static void enrol(struct scene *s, const struct person *p, enum role role)
{
    const uint32_t harmless = role == ROLE_COORDINATOR ? BIT(PLANNER) : BIT(COORDINATOR);
    cr_assert_eq(world_grant(&s->w, &s->secretary, p, harmless, NULL)->standing, VERDICT_GOOD);
}

// A witness holds no other role, so there is nobody who is enrolled and not yet, or never, a witness.
static bool exists(enum role role, enum when when)
{
    return role != ROLE_WITNESS || (when != BEFORE && when != ROOT_CHANGED);
}

static void speak(struct scene *s, enum role role, enum when when)
{
    struct person *p = &s->people[role][when];
    for (size_t i = 0; i < ROWS; i++) {
        struct said *said = rows[i].kind == KIND_ATTEST ? speech_attest(&s->w, p, rows[i].way, s->seal)
                                                        : speech_of(&s->w, p, rows[i].kind, s->session);
        cr_assert_eq(said->admitted, VERDICT_GOOD);
        s->due[s->n++] = (struct due){ said, &rows[i], role, when };
    }
}

static void everybody(struct scene *s, enum when when, void (*what)(struct scene *s, enum role role, enum when when))
{
    for (enum role role = ROLE_REGISTRAR; role < ROLE_COUNT; role++) {
        if (exists(role, when)) {
            what(s, role, when);
        }
    }
}

static void become(struct scene *s, enum role role, enum when when)
{
    accredit(s, &s->people[role][when], role);
}

static void come(struct scene *s, enum role role, enum when when)
{
    enrol(s, &s->people[role][when], role);
}

static void retire(struct scene *s, enum role role, enum when when)
{
    const struct said *v = world_revoke(&s->w, &s->w.root[0], &s->people[role][when], "retired", NULL, 0);
    cr_assert_eq(v->standing, VERDICT_GOOD);
}

static void compromise(struct scene *s, enum role role, enum when when)
{
    const struct said *v = world_revoke(&s->w, &s->w.root[0], &s->people[role][when], "compromised", NULL, 0);
    cr_assert_eq(v->standing, VERDICT_GOOD);
}

static void accept_late(struct scene *s, enum role role, enum when when)
{
    const struct person *p = &s->people[role][when];
    const struct said *v = world_accept(&s->w, &s->registrar, p, s->w.record[s->w.n - 1]);
    cr_assert_eq(v->standing, VERDICT_GOOD, "%s", verdict_code(v->standing));
}

// Accredited by somebody whose own accreditation was waiting for its second root when the root changed.
static void half_way(struct scene *s, enum role role, enum when when)
{
    const struct person *p = &s->people[role][when];
    enrol(s, p, role);
    if (!high(role)) {
        cr_assert_neq(world_grant(&s->w, &s->void_secretary, p, 1u << role, NULL)->standing, VERDICT_GOOD);
    }
}

static void change_root(struct scene *s)
{
    struct said *pending[ROLE_COUNT] = { NULL };
    const struct person fresh = person_of("fresh root");
    for (enum role role = ROLE_REGISTRAR; role < ROLE_COUNT; role++) {
        if (high(role)) {
            pending[role] = world_grant(&s->w, &s->w.root[0], &s->people[role][ROOT_CHANGED], 1u << role, NULL);
        }
    }
    struct said *lost = world_grant(&s->w, &s->w.root[0], &s->void_secretary, BIT(SECRETARIAT), NULL);
    struct said *change = speech_rekey(&s->w, &s->w.root[0], "root", s->w.root[2].pub, fresh.pub);
    (void)world_approve(&s->w, &s->w.root[1], change);
    cr_assert_eq(world_standing(&s->w, change), VERDICT_GOOD);
    (void)world_approve(&s->w, &s->w.root[1], lost); // in time for nothing
    for (enum role role = ROLE_REGISTRAR; role < ROLE_COUNT; role++) {
        if (pending[role] != NULL) {
            cr_assert_eq(world_standing(&s->w, pending[role]), VERDICT_VOID);
        }
    }
}

static void begin(struct scene *s)
{
    char name[64];
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 2);
    s->secretary = person_of("secretary");
    s->registrar = person_of("registrar");
    s->host = person_of("host");
    s->void_secretary = person_of("void secretary");
    (void)root_grant(&s->w, &s->secretary, BIT(SECRETARIAT));
    (void)root_grant(&s->w, &s->registrar, BIT(REGISTRAR));
    (void)world_grant(&s->w, &s->secretary, &s->host, BIT(FACILITATOR), NULL);
    (void)world_grant(&s->w, &s->secretary, &s->void_secretary, BIT(COORDINATOR), NULL);
    s->session = world_session(&s->w, &s->host, "LR-NIM", "LR-NIM-2026-001");
    s->seal = world_say(&s->w, &s->host, &(struct body){ .kind = KIND_SESSION_SEAL }, &s->session->entry.id, 1, NULL);
    for (enum role role = ROLE_REGISTRAR; role < ROLE_COUNT; role++) {
        for (enum when when = BEFORE; when < WHENS; when++) {
            snprintf(name, sizeof name, "%s, %s", role_name(role), when_names[when]);
            s->people[role][when] = person_of(name);
        }
    }
}

// The record of everything above, in an order that a real one could have.
static void live(struct scene *s)
{
    begin(s);
    everybody(s, BEFORE, come);
    everybody(s, BEFORE, speak);
    for (enum when when = BEFORE; when < ROOT_CHANGED; when++) {
        everybody(s, when, become);
    }
    everybody(s, IN_FORCE, speak);
    everybody(s, COMPROMISED, speak);
    everybody(s, COMPROMISED, compromise);
    everybody(s, RETIRED, retire);
    everybody(s, RETIRED, speak);
    for (enum role role = ROLE_REGISTRAR; role < ROLE_COUNT; role++) {
        retire(s, role, ACCEPTED);
        speak(s, role, ACCEPTED);
        accept_late(s, role, ACCEPTED);
    }
    change_root(s);
    everybody(s, ROOT_CHANGED, half_way);
    everybody(s, ROOT_CHANGED, speak);
}

static enum verdict due_verdict(const struct due *d)
{
    const bool right = (d->row->roles & (1u << d->role)) != 0;
    if (d->row->roles == ANYBODY && (d->when == BEFORE || d->when == ROOT_CHANGED)) {
        return VERDICT_GOOD;
    }
    return right ? of_the_right_role[d->when] : VERDICT_NO_ROLE;
}

static void expect(const struct due *d, enum verdict v, const char *who)
{
    cr_expect_eq(v, due_verdict(d), "%s: %s by %s, %s: %s, not %s", who, kind_info(d->row->kind)->name,
                 role_name(d->role), when_names[d->when], verdict_code(v), verdict_code(due_verdict(d)));
}

// Reads the record at from and compares every standing with the table.
static void compare(const struct scene *s, const char *from, const char *charter, const char *who)
{
    const struct reading_from where = { .record = from, .charter = charter };
    struct cmd_context context = { .state = from, .quiet = true };
    struct reading *r = NULL;
    struct reading_item item;
    enum verdict *found = mem_new(s->w.n * sizeof *found);
    uint64_t n = 0;
    conf_init(&context.conf, settings_hub());
    cr_assert_eq(reading_open(&context, &where, &r), -1);
    while (reading_next(r, &item)) {
        cr_assert(hash_equal(item.entry.id, s->w.record[item.index]->entry.id));
        found[item.index] = item.standing;
        n++;
    }
    cr_expect_eq(n, s->w.n, "%s: %zu of %zu", who, (size_t)n, s->w.n);
    for (size_t i = 0; i < s->n; i++) {
        expect(&s->due[i], found[s->due[i].said->index], who);
    }
    free(found);
    reading_close(r);
}

// The hub takes each entry as its author sent it.
static void at_the_hub(const struct scene *s, struct house *h)
{
    house_open(h);
    for (size_t i = 0; i < s->w.n; i++) {
        (void)house_deliver(h, &s->w.record[i], 1);
        cr_assert_eq(sequence_size(h->sequence), i + 1, "entry %zu was not sequenced", i);
    }
    house_close(h);
    compare(s, h->state, NULL, "hub");
}

static void at_verify(const struct scene *s, const struct house *h)
{
    char path[128];
    char charter[128];
    struct buf export = buf_new(1 << 26);
    snprintf(path, sizeof path, "%s/record.baraza", h->dir);
    snprintf(charter, sizeof charter, "%s/charter", h->dir);
    world_export(&s->w, false, &export); // no words: some are to be erased by what is in it
    cr_assert_eq(file_replace(path, buf_slice(&export), 0600, NULL), OK);
    cr_assert_eq(file_replace(charter, buf_slice(&s->w.charter_note), 0600, NULL), OK);
    compare(s, path, charter, "verify");
    buf_done(&export);
}

// At a site lies what came down; here all of it.
static void at_a_site(const struct scene *s, const struct house *h)
{
    char dir[128];
    struct state_making making;
    struct state *site = NULL;
    struct roster *roster = NULL;
    struct kv_txn *t = NULL;
    snprintf(dir, sizeof dir, "%s/site", h->dir);
    cr_assert_eq(state_make_begin(STORE_NODE, dir, buf_slice(&s->w.charter_note), KV_ANY_FILESYSTEM, &making, NULL),
                 OK);
    cr_assert_eq(state_make_commit(&making, NULL), OK);
    cr_assert_eq(state_open(dir, KV_ANY_FILESYSTEM, &site, NULL), OK);
    cr_assert_eq(kv_begin_write(state_kv(site), &t), OK);
    for (size_t i = 0; i < s->w.n; i++) {
        const struct said *said = s->w.record[i];
        leaf_put(t, i, said->entry.id, said->entry.bytes, slice_of(NULL, 0), NULL);
    }
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(site_roster(site, &roster, NULL), OK);
    for (size_t i = 0; i < s->n; i++) {
        const struct said *said = s->due[i].said;
        expect(&s->due[i], roster_standing(roster, &said->entry, said->form, &said->body, said->index), "site");
    }
    roster_free(roster);
    state_close(site);
}

Test(verdicts, hub_site_and_verify_judge_every_kind_by_every_role_in_every_state_alike)
{
    struct scene *s = mem_new(sizeof *s);
    struct house h;
    live(s);
    for (size_t i = 0; i < s->n; i++) {
        expect(&s->due[i], world_standing(&s->w, s->due[i].said), "roster");
    }
    house_new(&h, &s->w);
    at_the_hub(s, &h);
    at_verify(s, &h);
    at_a_site(s, &h);
    house_done(&h);
    world_done(&s->w);
    free(s);
}

// Signs said anew with R = rB + T, T of order 8: good in the equation with the cofactor, bad in the one without.
static void sign_mixed(struct said *said, const struct person *p)
{
    static const uint8_t order_8[32] = { 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
                                         0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
                                         0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a };
    uint8_t scalar[32], nonce[32], digest[64], k[32], s[32], wide[64] = { 1 };
    struct sig sig;
    struct buf message = buf_new(LIMIT_ENTRY_BYTES + 64);
    crypto_hash_sha512_state h;
    buf_put(&message, slice_of(ENTRY_SIGN_PREFIX, sizeof ENTRY_SIGN_PREFIX));
    buf_put_u64be(&message, said->entry.header.n);
    buf_put(&message, said->entry.header);
    crypto_core_ed25519_scalar_reduce(nonce, wide);
    cr_assert_eq(crypto_sign_ed25519_sk_to_curve25519(scalar, p->sec.b), 0); // the same clamped scalar
    memset(wide, 0, sizeof wide);
    memcpy(wide, scalar, sizeof scalar);
    crypto_core_ed25519_scalar_reduce(scalar, wide);
    cr_assert_eq(crypto_scalarmult_ed25519_base_noclamp(sig.b, nonce), 0);
    cr_assert_eq(crypto_core_ed25519_add(sig.b, sig.b, order_8), 0);
    crypto_hash_sha512_init(&h);
    crypto_hash_sha512_update(&h, sig.b, 32);
    crypto_hash_sha512_update(&h, p->pub.b, sizeof p->pub.b);
    crypto_hash_sha512_update(&h, message.p, message.n);
    crypto_hash_sha512_final(&h, digest);
    crypto_core_ed25519_scalar_reduce(k, digest);
    crypto_core_ed25519_scalar_mul(s, k, scalar);
    crypto_core_ed25519_scalar_add(sig.b + 32, s, nonce);
    cr_assert(verify_cofactored(p->pub, buf_slice(&message), sig));
    memcpy(said->bytes.p + said->bytes.n - sizeof sig.b, sig.b, sizeof sig.b);
    cr_assert_eq(entry_parse(buf_slice(&said->bytes), &said->entry), VERDICT_GOOD);
    buf_done(&message);
}

Test(verdicts, a_signature_on_which_libraries_differ_is_bad_for_everybody)
{
    struct scene *s = mem_new(sizeof *s);
    struct house h;
    struct audit_report report;
    char path[128];
    struct buf export = buf_new(1 << 26);
    begin(s);
    struct said *mixed = world_make(&s->w, &s->host, &(struct body){ .kind = KIND_CONTRIBUTION },
                                    &s->session->entry.id, 1, NULL);
    sign_mixed(mixed, &s->host);
    cr_expect_eq(entry_verify(&mixed->entry, s->w.charter.id), VERDICT_BAD_SIGNATURE);
    house_new(&h, &s->w);
    house_open(&h);
    for (size_t i = 0; i < s->w.n; i++) {
        (void)house_deliver(&h, &s->w.record[i], 1);
    }
    const struct batch_outcome outcome = house_deliver(&h, &mixed, 1);
    cr_expect_eq(outcome.refuse.code, VERDICT_BAD_SIGNATURE);
    cr_expect_eq(sequence_size(h.sequence), s->w.n);
    house_close(&h);
    world_force(&s->w, mixed); // by a hub that does not care
    world_export(&s->w, true, &export);
    snprintf(path, sizeof path, "%s/record.baraza", h.dir);
    cr_assert_eq(file_replace(path, buf_slice(&export), 0600, NULL), OK);
    cr_assert_eq(auditor_run(path, s->w.charter.id, 1, &report, NULL), OK);
    cr_expect_not(report.good);
    cr_expect_eq(report.index, mixed->index);
    buf_done(&export);
    house_done(&h);
    world_done(&s->w);
    free(s);
}

// Run again with a library whose equation is the other one (tests/CMakeLists.txt): then this one must really be there.
Test(verdicts, the_newer_library_is_there_when_it_should_be)
{
    struct scene *s = mem_new(sizeof *s);
    begin(s);
    struct said *mixed = world_make(&s->w, &s->host, &(struct body){ .kind = KIND_CONTRIBUTION },
                                    &s->session->entry.id, 1, NULL);
    struct buf message = buf_new(LIMIT_ENTRY_BYTES + 64);
    sign_mixed(mixed, &s->host);
    buf_put(&message, slice_of(ENTRY_SIGN_PREFIX, sizeof ENTRY_SIGN_PREFIX));
    buf_put_u64be(&message, mixed->entry.header.n);
    buf_put(&message, mixed->entry.header);
    const bool taken = crypto_sign_verify_detached(mixed->entry.signature.b, message.p, message.n, s->host.pub.b) == 0;
    cr_expect_eq(taken, getenv("BARAZA_NEWER_SODIUM") != NULL);
    buf_done(&message);
    world_done(&s->w);
    free(s);
}
