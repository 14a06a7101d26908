// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The table of kinds and the names of roles. What bodies hold is in body.c.
// It must never decide whether an author had her role: that is the roster's.
// Read first: docs/PROTOCOL.md, "Kinds".
#include "common/format/kinds.h"

static const char *const role_names[] = {
    [ROLE_ROOT] = "root",
    [ROLE_REGISTRAR] = "registrar",
    [ROLE_SECRETARIAT] = "secretariat",
    [ROLE_FACILITATOR] = "facilitator",
    [ROLE_ATTESTER] = "attester",
    [ROLE_COORDINATOR] = "coordinator",
    [ROLE_OPERATOR] = "operator",
    [ROLE_ANALYST] = "analyst",
    [ROLE_TRANSLATOR] = "translator",
    [ROLE_PROTECTION] = "protection",
    [ROLE_DRAFTER] = "drafter",
    [ROLE_COMMITTEE] = "committee",
    [ROLE_PLANNER] = "planner",
    [ROLE_WITNESS] = "witness",
    [ROLE_HUB] = "hub",
};

static_assert(sizeof role_names / sizeof role_names[0] == ROLE_COUNT, "every role has a name");

#define BY(role) (1u << ROLE_##role)

// PROTOCOL 7.3: references are positional. One that does not exist is left out at the end, and is zeros before another.
// Content of a fixed number of references may have one more: the entry it replaces, signed anew after a refusal.
static const struct kind_info kinds[] = {
    [KIND_ROOT_APPROVAL] = { .name = "root-approval", .refs_min = 1, .refs_max = 1, .control = true }, // act
    [KIND_GRANT] = { .name = "grant", .parts = { "office" }, .control = true },
    [KIND_REKEY] = { .name = "rekey", .control = true },
    [KIND_INVITE] = { .name = "invite", .control = true, .roles = BY(REGISTRAR) },
    [KIND_ENROL] = { .name = "enrol", .parts = { "office" }, .refs_min = 1, .refs_max = 1, .control = true }, // invite
    [KIND_RESUME] = { .name = "resume" },
    [KIND_REVOKE] = { .name = "revoke", .parts = { "reason" }, .control = true },
    [KIND_ACCEPT_LATE] = { .name = "accept-late", .control = true, .roles = BY(REGISTRAR) },
    [KIND_GUIDE] = { .name = "guide", .parts = { "content" }, .refs_max = 2, // previous
                     .control = true, .content = true, .roles = BY(SECRETARIAT) },
    [KIND_CODEBOOK] = { .name = "codebook", .parts = { "content" }, .refs_max = 2, // previous
                        .control = true, .content = true, .roles = BY(SECRETARIAT) },
    [KIND_SESSION] = { .name = "session", .parts = { "context" }, .refs_max = 2, // forum-plan
                       .content = true, .roles = BY(FACILITATOR) },
    [KIND_CONTRIBUTION] = { .name = "contribution",
                            .parts = { "context", "said", "speaker", "consent", "identity", "attachments" },
                            .refs_min = 1, .refs_max = 2, // session
                            .content = true, .roles = BY(FACILITATOR) },
    [KIND_CLAUSE] = { .name = "clause", .parts = { "text" }, .refs_max = 3, // previous, parent
                      .content = true, .roles = BY(DRAFTER) },
    [KIND_LINK] = { .name = "link", .parts = { "reason" }, .refs_min = 2, .refs_max = 3, // from, to
                    .content = true, .roles = BY(DRAFTER) },
    [KIND_RESPONSE] = { .name = "response", .parts = { "reason" }, .refs_min = 1, .refs_max = LIMIT_REFS, // targets
                        .content = true, .roles = BY(DRAFTER) },
    [KIND_REDACTION] = { .name = "redaction", .refs_min = 1, .refs_max = 1, // target
                         .control = true, .roles = BY(PROTECTION) },
    [KIND_FORK_EVIDENCE] = { .name = "fork-evidence", .roles = BY(HUB) },
    [KIND_FORUM_PLAN] = { .name = "forum-plan", .parts = { "context" }, .refs_max = 2, // previous
                          .control = true, .content = true, .roles = BY(SECRETARIAT) },
    [KIND_ATTENDANCE] = { .name = "attendance", .refs_min = 1, .refs_max = 2, // session
                          .content = true, .roles = BY(FACILITATOR) },
    [KIND_SHARE_SEAL] = { .name = "share-seal", .parts = { "note" }, .refs_min = 1, .refs_max = 2, // session
                          .content = true, .roles = BY(FACILITATOR) },
    [KIND_SESSION_SEAL] = { .name = "session-seal", .parts = { "note" },
                            .refs_min = 1, .refs_max = LIMIT_REFS, // session, share-seal ...
                            .content = true, .roles = BY(FACILITATOR) },
    [KIND_ATTEST] = { .name = "attest", .parts = { "sheet" }, .refs_min = 1, .refs_max = 2, // session-seal
                      .content = true, .roles = BY(ATTESTER) | BY(FACILITATOR) },
    // Whoever wrote a contribution is a facilitator: the role covers the author too.
    [KIND_CORRECTION] = { .name = "correction", .parts = { "context", "said", "speaker", "consent", "reason" },
                          .refs_min = 1, .refs_max = 3, // target, previous correction
                          .content = true, .roles = BY(FACILITATOR) },
    [KIND_WITHDRAWAL] = { .name = "withdrawal", .parts = { "reason" }, .refs_min = 1, .refs_max = 2, // target
                          .content = true, .roles = BY(FACILITATOR) | BY(PROTECTION) },
    [KIND_ERASED] = { .name = "erased", .refs_min = 1, .refs_max = 1, .roles = BY(HUB) | BY(FACILITATOR) }, // redaction
    [KIND_OPENED] = { .name = "opened", .parts = { "reason" }, .refs_min = 1, .refs_max = 2, // target
                      .content = true },
    [KIND_INCIDENT] = { .name = "incident", .parts = { "text" }, .refs_max = 2, // target
                        .content = true },
};

static_assert(sizeof kinds / sizeof kinds[0] == KIND_COUNT, "every kind has a row");

const char *role_name(enum role r)
{
    CHECK(r < ROLE_COUNT);
    return role_names[r];
}

bool role_parse(struct slice code, enum role *out)
{
    for (enum role r = ROLE_ROOT; r < ROLE_COUNT; r++) {
        if (slice_equal(code, slice_text(role_names[r]))) {
            *out = r;
            return true;
        }
    }
    return false;
}

const struct kind_info *kind_info(enum kind k)
{
    CHECK(k < KIND_COUNT);
    return &kinds[k];
}

enum kind kind_of(struct slice name)
{
    for (enum kind k = KIND_ROOT_APPROVAL; k < KIND_COUNT; k++) {
        // The first letter tells nearly all apart, so the length of few names is counted.
        if (name.n > 0 && name.p[0] == (uint8_t)kinds[k].name[0] && slice_equal(name, slice_text(kinds[k].name))) {
            return k;
        }
    }
    return KIND_UNKNOWN;
}
