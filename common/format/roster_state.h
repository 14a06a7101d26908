// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Inside of the roster: its state, shared by roster.c (keeping), roster_list.c, roster_judge.c (who may), roster_acts.c
// (what acts do) and roster_journal.c (which chain an entry is on). Nobody else may include this.
// Read first: common/format/roster.h.
#ifndef BARAZA_FORMAT_ROSTER_STATE_H
#define BARAZA_FORMAT_ROSTER_STATE_H

#include "common/base/table.h"
#include "common/format/roster.h"

// Roles that root acts alone give; a secretariat grants the others, a registrar invites to the others.
#define ROSTER_HIGH_ROLES ((1u << ROLE_REGISTRAR) | (1u << ROLE_SECRETARIAT) | (1u << ROLE_HUB))

struct area {
    uint8_t n;
    uint8_t text[LIMIT_CODE_BYTES];
};

struct areas { // none: everywhere
    size_t n;
    struct area *v;
};

struct accreditation {
    uint32_t roles;
    struct areas areas;
    uint64_t since;
    struct pubkey by;
    bool invited;
    struct hash act;
};

struct member {
    struct pubkey key;
    enum member_state state;
    uint64_t since, until;
    size_t accreditation_count;
    struct accreditation *accreditations;
    bool has_transport;
    struct boxkey transport;
    size_t chain_count;       // once revoked: what stands
    struct chain_end *chains;
};

struct invite {
    struct hash id;
    struct pubkey by;
    uint64_t since;
    struct pubkey sign_key;
    uint32_t roles;
    struct areas areas;
    uint64_t uses, used, spent;
};

struct door {
    struct boxkey key;
    size_t members;           // in force, who use it
    bool invitation;
    struct hash invite;
};

// A root act that waits for approvals: what it needs when it comes into force.
struct pending {
    size_t act;
    struct pubkey author;
    bool grant;               // else a rekey
    struct pubkey key;        // grant: to whom
    bool has_transport;
    struct boxkey transport;
    uint32_t roles;
    struct areas areas;
    enum service what;        // rekey
    struct pubkey old_key, new_key;
    size_t approver_count;
    struct pubkey approvers[LIMIT_ROOT_KEYS];
    uint64_t said[LIMIT_ROOT_KEYS]; // where each said so
};

struct act {
    struct hash id;
    enum verdict standing;
};

// One journal as the record shows it. Branches are told apart only after the first fork: what is not in `notes` lies on
// branch 0.
struct branch {
    size_t parent;            // the branch it leaves
    uint64_t first;           // its first seq
    uint64_t next;
    struct hash head;
};

struct fork_note {
    struct hash id;
    size_t branch;
};

struct fork {
    size_t branch_count;
    struct branch *branches;  // [0] is the journal's first
    size_t note_count;
    struct fork_note *notes;
};

struct journal {
    struct hash head;
    uint64_t next;
    struct fork *fork;        // NULL: never forked
};

struct roster {
    struct hash consultation;
    size_t quorum;
    size_t root_count;
    struct pubkey roots[LIMIT_ROOT_KEYS];
    struct pubkey service[SERVICE_COUNT]; // [SERVICE_ROOT] unused; box keys lie here by their bytes
    size_t change_count;
    struct roster_change *changes;
    uint64_t generation;
    uint64_t dangling;                    // content whose session or seal was not there at its index
    size_t member_count, invite_count, door_count, pending_count, act_count, session_count, seal_count,
           journal_count;
    struct member *members;
    struct invite *invites;
    struct door *doors;
    struct pending *pending;
    struct act *acts;
    struct area *sessions;                // where each session is
    struct hash *seals;                   // the session that each session-seal closes
    struct journal *journals;
    struct table member_of, invite_of, door_of, act_of, session_of, seal_of, journal_of;
};

// Makes room for one more value at the end of a list of n values of `size` bytes, doubling. Returns the list.
void *list_grow(void *list, size_t n, size_t size);

// --- roster.c ---
struct member *roster_member_of(const struct roster *r, struct pubkey key); // NULL: unknown
struct member *roster_member_add(struct roster *r, struct pubkey key);
struct invite *roster_invite_of(const struct roster *r, struct hash id);
void roster_set_transport(struct roster *r, struct member *m, struct boxkey key);
void roster_drop_transport(struct roster *r, struct member *m); // m is not in force any more
void roster_add_invitation_door(struct roster *r, struct boxkey key, struct hash invite);
struct areas areas_copy(const struct slice *areas, size_t n);
void areas_free(struct areas *a);
bool roster_is_root(const struct roster *r, struct pubkey key);

// --- roster_judge.c ---
// What the accreditations of m say at index of one who needs one of roles in all of areas (n 0: everywhere).
enum verdict judge_role(const struct member *m, uint32_t roles, const struct slice *areas, size_t n, uint64_t index);
// The same where no area matters.
enum verdict judge_anywhere(const struct member *m, uint32_t roles, uint64_t index);
// GOOD, or LATE or REVOKED when m's key has ended and e, an act that comes now, is not named itself. (No chain leads to
// an act, so that who folds control entries only decides the same as who folds all.)
enum verdict judge_ended(const struct member *m, const struct entry *e);
// The standing by now of anything but an act.
enum verdict judge_content(const struct roster *r, const struct entry *e, const struct body *body, uint64_t index);
// GOOD, or why an enrolment cannot be sequenced; *invite is its invitation when GOOD.
enum verdict judge_enrol(const struct roster *r, const struct entry *e, const struct body *body,
                         struct invite **invite);
// True when that very entry is named among what stands of m.
bool act_stands(const struct member *m, struct hash id);

// --- roster_acts.c ---
bool kind_is_act(enum kind k);
enum verdict act_apply(struct roster *r, struct member *m, const struct entry *e, const struct body *body,
                       uint64_t index);

// --- roster_journal.c ---
// Notes e as the next of its journal. True when it forked it.
bool journal_note(struct roster *r, const struct entry *e);
// True when, in this journal, `at` is `end` or one of the entries before it.
bool journal_leads_to(const struct roster *r, struct pubkey key, struct chain_end at, struct chain_end end);
void journal_free(struct journal *j);

#endif
