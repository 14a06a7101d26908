// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The roster: who may do what, a pure fold over the record (PROTOCOL, "Roster"). Hub, node and `verify` run this one
// function, so they cannot disagree. An entry is judged by the roster at its own index, never by a clock.
// It must never see a part, a clock or a disk. Signatures of entries are checked before (entry_verify); the roster
// checks only what an invitation signed.
//
// How it is used, for each entry in the order of the record:
//     form = kind_parse(&e, &body)              GOOD, UNKNOWN_KIND or BAD_BODY
//     roster_admit(r, &e, form, &body)          the hub, before the entry gets an index; an auditor, to see that it did
//     roster_apply(r, &e, form, &body, index)   the standing at its index
//     roster_standing(...)                      at any later time: what the standing is by now
#ifndef BARAZA_FORMAT_ROSTER_H
#define BARAZA_FORMAT_ROSTER_H

#include "common/format/kinds.h"

struct charter;
struct roster;

// Returns the roster of a consultation before its first entry: the root keys and service keys of its charter.
// Copies what it needs. Gives.
struct roster *roster_new(const struct charter *charter);

// Frees it. NULL is harmless. (There is no copy and no undo: whoever must discard a batch folds anew.)
void roster_free(struct roster *r);

// May e be sequenced? Called with the roster as it is before e's index.
//   GOOD                its author is enrolled (in force or revoked), or it is an enrolment that will be sequenced
//   NOT_ENROLLED        refusal: a key that never enrolled, no invitation known, or its signature does not fit
//   WEAK_KEY            refusal: an enrolment by a key that is no valid point of the curve
//   INVITE_SPENT_LIMIT  deferral: the invitation is spent and already has LIMIT_INVITE_SPENT enrolments without
//                       effect; or the author's own enrolment was one of them (a new invitation, or a grant, helps)
// form: what kind_parse said; body (borrowed) is read only when form is GOOD (or SEEN_CONTRADICTS). Changes nothing.
// Costs one look-up; for an enrolment two operations on the curve more.
MUST_USE enum verdict roster_admit(const struct roster *r, const struct entry *e, enum verdict form,
                                   const struct body *body);

// Takes e into the fold at its index and returns its standing there: GOOD (in force) or a no-effect verdict.
// form: GOOD, or the no-effect verdict that whoever looked before has found: UNKNOWN_KIND or BAD_BODY (kind_parse; body
// is not read then), or SEEN_CONTRADICTS (whoever has the record's roots; an entry at index i has seen a size of at
// most i). What SEEN_CONTRADICTS marks has no effect; only an enrolment keeps its effect, and is not marked.
// An entry that roster_admit does not let pass must not be given; an auditor who does so all the same gets
// roster_admit's verdict, and the roster is unchanged.
// Entries of control kinds come in ascending order of index, all of them; others may be left out (a node receives only
// control entries and its own) but those of one journal come in the order of the record.
enum verdict roster_apply(struct roster *r, const struct entry *e, enum verdict form, const struct body *body,
                          uint64_t index);

// The standing by now of e, which has been applied at index with the same form and body (or is content that need not
// be applied: then its session must be). It differs from what roster_apply returned when
//   an act of the root was approved (PENDING -> GOOD) or overtaken by a change of root (PENDING -> VOID),
//   a registrar accepted what came late (LATE or REVOKED -> GOOD, for content; an act that came late is made anew:
//   it stands only when the revocation named that very entry),
//   the author's key turned out to be compromised (GOOD -> REVOKED, for content outside the chains that stand; what its
//   acts did stays until it is revoked by name, but its open invitations are closed),
//   the session of a contribution, attendance or seal, or the seal that is attested, arrived (UNKNOWN_TARGET -> GOOD
//   or OUT_OF_AREA).
MUST_USE enum verdict roster_standing(const struct roster *r, const struct entry *e, enum verdict form,
                                      const struct body *body, uint64_t index);

// A number that grows whenever the standing of an entry applied earlier may have changed: who keeps standings asks
// again then.
uint64_t roster_generation(const struct roster *r);

// True when key may have a journal here: a root key of any time, a key enrolled or granted, also when revoked since.
MUST_USE bool roster_enrolled(const struct roster *r, struct pubkey key);

// True when key holds one of roles (a mask of 1u << role) now, in any area, and is not revoked.
MUST_USE bool roster_has_role(const struct roster *r, struct pubkey key, uint32_t roles);

// True when code is area, or extends it with '-': LR-NIM covers LR-NIM and LR-NIM-SAN, but not LR-NIMBA.
MUST_USE bool area_covers(struct slice area, struct slice code);

// --- the door: transport keys ---
enum roster_door {
    DOOR_CLOSED,     // unknown, or everyone who used it is revoked
    DOOR_MEMBER,     // somebody enrolled
    DOOR_INVITATION, // an invitation: may only enrol, and hear why not
};

// Who knocks with this transport key. invite (may be NULL): the invitation's entry id, for DOOR_INVITATION.
enum roster_door roster_transport(const struct roster *r, struct boxkey key, struct hash *invite);

// All transport keys ever named: number i of roster_transport_count, in the order of their first naming.
size_t roster_transport_count(const struct roster *r);
struct boxkey roster_transport_key(const struct roster *r, size_t i);

// --- keys of the consultation itself, as `rekey` left them ---
enum service { SERVICE_ROOT, SERVICE_LOG, SERVICE_EXCHANGE, SERVICE_INTAKE, SERVICE_COUNT };

// "root", "log", "exchange", "intake"; and back: false, and *out untouched, for anything else.
const char *service_name(enum service s);
MUST_USE bool service_parse(struct slice name, enum service *out);

// The log's, exchange's and intake's key of now; and any of these three, by its bytes.
struct pubkey roster_log_key(const struct roster *r);
struct boxkey roster_exchange_key(const struct roster *r);
struct boxkey roster_intake_key(const struct roster *r);
struct pubkey roster_service_key(const struct roster *r, enum service s);

// One change of key in force, and the entries that brought it: the rekey and the approvals that counted.
struct roster_change {
    enum service what;
    struct pubkey old_key, new_key; // a box key by its bytes
    struct hash act;
    uint64_t since;                 // index of the approval from which it counts
    size_t said_count;
    uint64_t said[LIMIT_ROOT_KEYS]; // indexes of these entries, the rekey's first
};

// How many, at most LIMIT_KEY_CHANGES, and number i of them in the order in which they came into force.
size_t roster_change_count(const struct roster *r);
const struct roster_change *roster_change(const struct roster *r, size_t i); // i < roster_change_count (CHECK)

size_t roster_root_count(const struct roster *r); // root keys of now
struct pubkey roster_root_key(const struct roster *r, size_t i);
size_t roster_quorum(const struct roster *r);

// --- listing (`baraza who`) ---
enum member_state {
    MEMBER_IN_FORCE,
    MEMBER_SPENT,       // enrolled under a spent invitation, without effect
    MEMBER_RETIRED,     // revoked; what is in the record stands
    MEMBER_COMPROMISED, // revoked; only what the revocation and accept-late name stands
    MEMBER_REPLACED,    // a root key after its rekey
};

// A member. Slices borrow the roster until its next change.
struct roster_member {
    struct pubkey key;
    enum member_state state;
    uint64_t since;           // index from which it counts (the approval's, for an act of the root); 0: the charter's
    uint64_t until;           // index of the revocation or rekey; UINT64_MAX while in force
    uint32_t roles;           // of all accreditations together
    size_t accreditations;
    bool has_transport;
    struct boxkey transport;  // the last one named
};

// One accreditation: a grant, or an enrolment under an invitation.
struct roster_accreditation {
    uint32_t roles;
    size_t area_count;        // 0: everywhere
    struct slice areas[LIMIT_AREAS];
    uint64_t since;
    struct pubkey by;         // who granted, or the registrar who invited; zeros for the charter's root keys
    bool invited;
    struct hash act;          // the grant, or the invitation; zeros for the charter's root keys
};

// How many members, and number i of them, in the order of their coming; its accreditation k; the number of a key.
size_t roster_count(const struct roster *r);
void roster_member(const struct roster *r, size_t i, struct roster_member *out); // i < roster_count (CHECK)
void roster_accreditation(const struct roster *r, size_t i, size_t k, struct roster_accreditation *out);
MUST_USE bool roster_find(const struct roster *r, struct pubkey key, size_t *i); // *i for roster_member

// An act of the root that waits for approvals.
struct roster_pending {
    struct hash act;
    struct pubkey by;         // its author, whose signature is the first approval
    bool grant;               // else a change of one of the consultation's keys
    struct pubkey key;        // grant: to whom
    uint32_t roles;           // grant
    enum service what;        // else
    struct pubkey old_key, new_key;
    size_t approvers;         // how many keys of now approved it; roster_quorum of them are needed
    struct pubkey approver[LIMIT_ROOT_KEYS];
};

// How many acts wait, and number i of them, the oldest first.
size_t roster_pending_count(const struct roster *r);
void roster_pending(const struct roster *r, size_t i, struct roster_pending *out); // i < roster_pending_count (CHECK)

// An invitation. Slices borrow the roster until its next change.
struct roster_invite {
    struct hash id;
    struct pubkey by;
    uint64_t since;
    uint32_t roles;
    size_t area_count;
    struct slice areas[LIMIT_AREAS];
    uint64_t uses, used;
    uint64_t spent;           // enrolments without effect
};

// How many invitations in force, and number i of them.
size_t roster_invite_count(const struct roster *r);
void roster_invite(const struct roster *r, size_t i, struct roster_invite *out); // i < roster_invite_count (CHECK)

#endif
