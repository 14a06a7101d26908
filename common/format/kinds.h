// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The kinds of entry this version knows, one table: name, body, references, parts, and what each is for.
// Bodies are all that any rule reads; parts are listed by name only. To add a kind, see docs/HACKING.md.
#ifndef BARAZA_FORMAT_KINDS_H
#define BARAZA_FORMAT_KINDS_H

#include "common/format/entry.h"

enum kind {
    KIND_ROOT_APPROVAL, KIND_GRANT, KIND_REKEY, KIND_INVITE, KIND_ENROL, KIND_RESUME, KIND_REVOKE, KIND_ACCEPT_LATE,
    KIND_GUIDE, KIND_CODEBOOK, KIND_SESSION, KIND_CONTRIBUTION, KIND_CLAUSE, KIND_LINK, KIND_RESPONSE, KIND_REDACTION,
    KIND_FORK_EVIDENCE, KIND_FORUM_PLAN, KIND_ATTENDANCE, KIND_SHARE_SEAL, KIND_SESSION_SEAL, KIND_ATTEST,
    KIND_CORRECTION, KIND_WITHDRAWAL, KIND_ERASED, KIND_OPENED, KIND_INCIDENT, KIND_COUNT,
    KIND_UNKNOWN = KIND_COUNT,
};

// Who takes part; a set is a bit mask of 1u << role. Wire form: the code.
enum role {
    ROLE_ROOT, ROLE_REGISTRAR, ROLE_SECRETARIAT, ROLE_FACILITATOR, ROLE_ATTESTER, ROLE_COORDINATOR, ROLE_OPERATOR,
    ROLE_ANALYST, ROLE_TRANSLATOR, ROLE_PROTECTION, ROLE_DRAFTER, ROLE_COMMITTEE, ROLE_PLANNER, ROLE_WITNESS, ROLE_HUB,
    ROLE_COUNT,
};

// Returns the code of r < ROLE_COUNT.
const char *role_name(enum role r);

// Reads a role's code. False, and *out untouched, when there is no such role.
MUST_USE bool role_parse(struct slice code, enum role *out);

// Who may read a contribution: everybody whom consent allows, named roles, those to whom it is sealed. Wire numbers.
enum sensitivity { SENSITIVITY_OPEN = 0, SENSITIVITY_RESTRICTED = 1, SENSITIVITY_SEALED = 2 };

struct kind_info {
    const char *name;
    const char *parts[LIMIT_PARTS + 1]; // the fixed set, in order, NULL at the end
    size_t refs_min, refs_max;
    bool control;   // every node receives it: roster, guide, codebook, erasure
    bool content;   // all its parts must be present at admission, or it is deferred
    uint32_t roles; // roles whose holders may author it; 0: judged by a rule of the roster
};

// Returns the row of k < KIND_COUNT.
const struct kind_info *kind_info(enum kind k);

// Returns the kind of that name, or KIND_UNKNOWN.
enum kind kind_of(struct slice name);

// A chain of somebody's journal, named by its last entry.
struct chain_end { struct incarnation incarnation; uint64_t seq; struct hash id; };

// People at a forum, counted: codes of sex and age band; displaced and disability: 0 no, 1 yes, 2 not asked.
struct attendance {
    struct slice sex, age;
    uint64_t displaced, disability;
    uint64_t count; // 1 to LIMIT_ATTENDANCE
};

// A parsed body. Slices borrow the entry.
struct body {
    enum kind kind;
    union {
        struct { struct pubkey key; bool has_transport; struct boxkey transport; uint32_t roles;
                 size_t area_count; struct slice areas[LIMIT_AREAS]; } grant;
        struct { struct slice what; struct slice old_key, new_key; } rekey; // what: root, log, exchange, intake
        struct { struct pubkey sign_key; struct boxkey curve_key; uint32_t roles; size_t area_count;
                 struct slice areas[LIMIT_AREAS]; uint64_t uses; } invite;
        struct { struct hash invite; struct boxkey transport; struct sig proof; } enrol;
        struct { struct chain_end old; } resume;
        struct { struct pubkey key; struct slice reason; size_t chain_count;
                 struct chain_end chains[LIMIT_REVOKE_CHAINS]; } revoke; // reason: retired, compromised
        struct { struct pubkey key; size_t chain_count; struct chain_end chains[LIMIT_REVOKE_CHAINS]; } accept_late;
        struct { uint64_t version; } guide; // and codebook
        struct { struct slice area, code, type; } session;
        struct { uint64_t sensitivity; } contribution; // enum sensitivity
        struct { struct slice type; struct hash stable; uint64_t version; } clause;
        struct { struct slice relation; } link;
        struct { struct slice disposition; } response;
        struct { struct hash target; size_t part_count; struct slice parts[LIMIT_PARTS];
                 struct slice reason, authority; } redaction;
        struct { struct pubkey key; struct incarnation incarnation; uint64_t seq; size_t id_count;
                 struct hash ids[LIMIT_BRANCHES]; } fork_evidence;
        struct { struct slice area, code, type; uint64_t date; } forum_plan; // days since 1970-01-01
        struct { size_t count; struct slice rows; } attendance; // canonical rows: attendance_next, attendance_put
        struct { uint64_t count; struct hash root; } share_seal;
        struct { uint64_t count; struct hash root; uint64_t forms, blank, spoiled; bool has_minutes;
                 struct hash minutes; } session_seal;
        struct { struct slice way; } attest;       // own-key, sheet
        struct { struct slice reason; } correction;
        struct { size_t scope_count; struct slice scopes[LIMIT_SCOPES]; } withdrawal; // none: the whole
        struct { struct hash redaction, target; } erased;
        struct { struct slice part, reason; } opened;
        struct { struct slice code; } incident;
    } as;
};

// Reads e's kind and body and checks them, with its references' count and its parts' names, against the table.
// GOOD, UNKNOWN_KIND or BAD_BODY; out is untouched unless GOOD.
MUST_USE enum verdict kind_parse(const struct entry *e, struct body *out);

// Appends the canonical body to out; b must be within the limits (CHECK).
void body_make(const struct body *b, struct buf *out);

// Appends one canonical row to `rows`, for body.as.attendance; it must be within the limits (CHECK).
void attendance_put(const struct attendance *row, struct buf *rows);

// Takes the first row off rows. False, and *out untouched, at their end or when they are no rows.
MUST_USE bool attendance_next(struct slice *rows, struct attendance *out);

#endif
