// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Folds what a site has of the roster. Read first: roster_here.h, docs/PROTOCOL.md 6.
#include "node/desk/roster_here.h"

#include "common/author/erasing.h"
#include "common/format/armor.h"
#include "common/ops/print.h"
#include "node/desk/site_roster.h"

#include <string.h>

#define KEY_PREFIX_FEWEST 8
#define BIT(role) (1u << ROLE_##role)
#define HIGH (BIT(REGISTRAR) | BIT(SECRETARIAT) | BIT(HUB))

enum err roster_here(struct desk *desk, struct roster **out, struct why *why)
{
    return site_roster(desk->state, out, why);
}

enum err erasures_here(struct desk *desk, struct erasure **out, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    if (e == OK) {
        e = erasing_fold(t, state_charter(desk->state), NULL, out, why);
    }
    kv_abort(t);
    return e;
}

static bool key_begins(struct pubkey key, struct slice hex)
{
    struct hash same;
    memcpy(same.b, key.b, sizeof same.b);
    return id_begins(same, hex);
}

static enum err find_member(const struct roster *r, const char *typed, struct pubkey *out, struct why *why)
{
    struct slice text = slice_text(typed);
    struct roster_member m;
    size_t fits = 0;
    if (armor_hex_fixed(text, out->b, sizeof out->b)) {
        return OK;
    }
    for (size_t i = 0; i < roster_count(r) && text.n >= KEY_PREFIX_FEWEST; i++) {
        roster_member(r, i, &m);
        if (key_begins(m.key, text)) {
            *out = m.key;
            fits++;
        }
    }
    if (fits == 1) {
        return OK;
    }
    why_set(why, fits > 1 ? "several keys begin with \"%.70s\": give more of it"
                          : "no key here begins with \"%.70s\": baraza who lists them (8 digits or more)", typed);
    return ERR_USAGE;
}

enum err roster_here_member(struct desk *desk, const char *typed, struct pubkey *out, struct why *why)
{
    struct roster *roster = NULL;
    enum err e = roster_here(desk, &roster, why);
    e = e == OK ? find_member(roster, typed, out, why) : e;
    roster_free(roster);
    return e;
}

// --- why not ---

static uint32_t roles_of(const struct roster *r, struct pubkey key)
{
    struct roster_member m;
    size_t i = 0;
    if (!roster_find(r, key, &i)) {
        return 0;
    }
    roster_member(r, i, &m);
    return m.roles;
}

// Which duties are kept apart that these roles would bring together; NULL: none (PROTOCOL 6.4).
static const char *mixed_duties(uint32_t roles)
{
    if ((roles & BIT(WITNESS)) != 0 && roles != BIT(WITNESS)) {
        return "a witness watches over the record and holds no other role: invite somebody else for one of the two";
    }
    if ((roles & BIT(ANALYST)) != 0 && (roles & BIT(PROTECTION)) != 0) {
        return "whoever codes what was said cannot also be the one who redacts it: analyst and protection are kept "
               "apart, in all that one key ever came by";
    }
    if ((roles & BIT(REGISTRAR)) != 0 && (roles & (BIT(HUB) | BIT(OPERATOR))) != 0) {
        return "whoever decides who takes part does not run the hub: registrar is kept apart from hub and operator";
    }
    return NULL;
}

static const char *no_role_to_give(const struct roster *r, uint32_t had, uint32_t given, bool invite,
                                   struct pubkey author)
{
    const char *mixed = mixed_duties(had | given);
    if (mixed != NULL) {
        return mixed;
    }
    if ((given & BIT(ROOT)) != 0) {
        return "nobody is made a root by an accreditation";
    }
    if ((given & HIGH) != 0 && invite) {
        return "nobody is invited to be registrar, secretariat or hub: the root grants that to a key (baraza grant)";
    }
    if ((given & HIGH) != 0 && (given & ~HIGH) != 0) {
        return "the root accredits registrar, secretariat and hub, the secretariat all others: make two grants";
    }
    if ((given & HIGH) != 0 && !roster_has_role(r, author, BIT(ROOT))) {
        return "only the root accredits a registrar, a secretariat or a hub (--as root, where the root key is)";
    }
    return invite ? "only a registrar invites" : "only the secretariat accredits for these roles";
}

static const char *no_role(const struct roster *r, const struct body *b, struct pubkey author)
{
    switch ((int)b->kind) { // of all kinds, those that are foreseen
    case KIND_GRANT:
        return no_role_to_give(r, roles_of(r, b->as.grant.key), b->as.grant.roles, false, author);
    case KIND_INVITE:
        return no_role_to_give(r, 0, b->as.invite.roles, true, author);
    case KIND_REVOKE:
        return (roles_of(r, b->as.revoke.key) & BIT(ROOT)) != 0
                   ? "a root key is not revoked: the other roots put another in its place"
                   : "only a root ends the accreditation of a registrar, a secretariat or a hub; the secretariat that "
                     "of others";
    case KIND_REDACTION:
        return "only a protection officer has what was said erased (baraza who shows who is one)";
    case KIND_REKEY:
        return "only who holds a root key changes keys of the consultation (--as NAME)";
    default:
        return "only a registrar accepts what came late";
    }
}

static const char *explain(const struct roster *r, enum verdict v, const struct body *b, struct pubkey author)
{
    switch ((int)v) { // of all verdicts, those that an act can meet
    case VERDICT_NO_ROLE:
        return no_role(r, b, author);
    case VERDICT_OUT_OF_AREA:
        return "your own accreditation does not reach that far: nobody accredits, invites or revokes beyond her areas "
               "(name areas with --area)";
    case VERDICT_LATE:
    case VERDICT_REVOKED:
        return b->kind == KIND_GRANT && !roster_has_role(r, b->as.grant.key, UINT32_MAX)
                   ? "that key has ended, and a key that has ended stays so: invite the person anew, with a new key"
                   : "your own accreditation has ended";
    case VERDICT_UNKNOWN_TARGET:
        return "the key named as old is not the one of now: baraza sync, then baraza who --keys";
    default:
        return v == VERDICT_BAD_BODY && b->kind == KIND_REKEY
                   ? "that key cannot follow: it has served or ended here before, or it is no key"
                   : verdict_text(v);
    }
}

enum err roster_here_foresee(struct desk *desk, const struct body *body, struct why *why)
{
    struct roster *r = NULL;
    struct pubkey author = desk->who->person.key;
    struct entry e = { .kind = slice_text(kind_info(body->kind)->name) };
    enum err err = roster_here(desk, &r, why);
    if (err != OK) {
        return err;
    }
    e.place.consultation = state_charter(desk->state)->id;
    e.place.author = author;
    if (roster_enrolled(r, author)) {
        enum verdict v = roster_apply(r, &e, VERDICT_GOOD, body, UINT64_MAX - 1);
        // A target may be on its way; what waits for the other roots is as it should be.
        if (v != VERDICT_GOOD && v != VERDICT_PENDING && (v != VERDICT_UNKNOWN_TARGET || body->kind == KIND_REKEY)) {
            why_set(why, "Not saved, it would have no effect: %s", explain(r, v, body, author));
            err = ERR_BAD_INPUT;
        }
    }
    roster_free(r);
    return err;
}

bool roster_here_outside(const struct roster *r, struct pubkey author, struct slice area)
{
    struct roster_member m;
    struct roster_accreditation a;
    size_t i = 0;
    if (!roster_find(r, author, &i)) {
        return false;
    }
    roster_member(r, i, &m);
    bool reached = m.accreditations == 0;
    for (size_t k = 0; k < m.accreditations && !reached; k++) {
        roster_accreditation(r, i, k, &a);
        reached = a.area_count == 0;
        for (size_t n = 0; n < a.area_count; n++) {
            reached = reached || area_covers(a.areas[n], area);
        }
    }
    return !reached;
}

bool roster_here_nobody(const struct roster *r, const struct desk *desk, struct slice area)
{
    const size_t people = desk->keyring == NULL ? 0 : keyring_count(desk->keyring);
    for (size_t i = 0; i < people; i++) {
        if (!roster_here_outside(r, keyring_person(desk->keyring, i)->key, area)) {
            return false;
        }
    }
    return people > 0;
}
