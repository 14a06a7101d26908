// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is missing between what was said and what was planned: one table of rules, each a function over the draft.
// A rule names the clause or entry that it fires for. To add one: its row in the table of gap.c.
//   G1  every current version of a threat counts as adopted until approvals exist. An action answers it when links
//       `answers` or `implements`, or being a part of (parent), lead from the action to the threat, directly or through
//       other clauses (an action implements an objective that answers the threat). A threat stands on the contributions
//       that a link originates, supports or modifies it from.
//   G4  a contribution that no response names.
#ifndef BARAZA_HUB_DRAFT_GAP_H
#define BARAZA_HUB_DRAFT_GAP_H

#include "common/base/why.h"
#include "common/format/merkle.h"
#include "hub/draft/fold.h"

struct gap_rule {
    const char *name; // "G1"
    const char *says; // "a threat with no action"
};

// The rules there are: returns how many, *rules in the order of their numbers. Static storage.
size_t gap_rules(const struct gap_rule **rules);

// A finding. Its numbers are what the sentence says, for --json.
struct gap_finding {
    const struct gap_rule *rule;
    struct draft_node node;
    struct hash subject;    // stable id of a clause, id of a contribution
    struct slice title;     // of the clause, or the forum's code; borrows the draft
    uint64_t contributions; // G1: that the threat stands on
    uint64_t forums;        // G1: sessions they come from
    uint64_t actions;       // G1: always 0 in a finding
    struct why text;        // "land disputes: 14 contributions, 6 forums, 0 actions"
};

struct gap_report {
    size_t n;
    struct gap_finding *findings; // by rule, then in the order of the record
    struct hash output;           // SHA-256 over a line for each: rule, space, hex subject, space, text, newline
    struct tree_head head;        // the checkpoint it was computed from
    const char *program;          // name and version of the program
};

// Runs one rule (by its name; NULL: all) over d, which was folded from the record at head. False, and *out untouched,
// when there is no such rule. Gives: gap_done; findings borrow d.
MUST_USE bool gap_run(const struct draft *d, const char *rule, struct tree_head head, struct gap_report *out);
void gap_done(struct gap_report *r);

#endif
