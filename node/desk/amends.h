// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What was said of entries later: corrections, withdrawals and openings of sealed parts, by the entry they name
// (PROTOCOL 7.6). The originals stay; who shows an entry shows these beside it. Only what is in force may be given to
// it.
#ifndef BARAZA_NODE_DESK_AMENDS_H
#define BARAZA_NODE_DESK_AMENDS_H

#include "common/base/why.h"
#include "common/format/codes.h"
#include "common/format/erasure.h"
#include "common/ops/json.h"

struct desk;

// The parts of a correction, in the order of its kind; of a withdrawal or an opening there is only the reason.
enum amend_part { AMEND_CONTEXT, AMEND_SAID, AMEND_SPEAKER, AMEND_CONSENT, AMEND_REASON, AMEND_PARTS };

struct amend {
    struct hash id, target, previous;  // previous: the correction whose place it takes, or zeros
    enum kind kind;                    // KIND_CORRECTION, KIND_WITHDRAWAL or KIND_OPENED
    struct pubkey author;
    const struct code_row *reason;     // of a correction or an opening
    char part[LIMIT_CODE_BYTES + 1];   // of an opening: which part
    uint32_t scopes;                   // of a withdrawal: a bit for each row of CODES_SCOPE; all when it is whole
    bool replaced;                     // a later correction takes its place
    struct slice parts[AMEND_PARTS];   // empty: a dummy, or not shown
    size_t next;                       // the next of the same target
};

// What is erased of an entry.
struct amend_erased {
    uint64_t parts;      // a bit for each of its parts
    struct erasure_row by[LIMIT_PARTS]; // of each of these, by which redaction
    size_t part_count;
    char name[LIMIT_PARTS][LIMIT_PART_NAME + 1];
    bool words;          // what is mostly shown of an entry of its kind is among them
    char text[64];       // "(erased by entry 12 on 2026-03-04)"
};

struct amends;

// Returns one that knows of none; frees it and wipes the words in it. NULL is harmless.
struct amends *amends_new(void);
void amends_free(struct amends *a);

// Takes an entry in force, once; other kinds are passed over, but which contributions are sealed is remembered. d
// (NULL: not shown) and all else is copied.
void amends_take(struct amends *a, const struct entry *e, const struct body *body, const struct disclosure *d);

// Takes an entry of which parts are erased by f; others are passed over.
void amends_take_erased(struct amends *a, const struct erasure *f, const struct entry *e);

// Takes all of the notebooks here that the hub did not refuse. ERR_* with why. The caller frees *out.
MUST_USE enum err amends_here(struct desk *desk, struct amends **out, struct why *why);

// Those of target, in the order they were taken: the first and the one after m; NULL at the end. Borrowed.
const struct amend *amends_first(const struct amends *a, struct hash target);
const struct amend *amends_next(const struct amends *a, const struct amend *m);

// The scopes of consent taken back, as bits of CODES_SCOPE's rows; the bit of a scope (a row of that list: CHECK).
uint32_t amends_withdrawn(const struct amends *a, struct hash target);
uint32_t amends_scope(const char *code);

// The only correction of target that none takes the place of; NULL when there is none, or several compete.
const struct amend *amends_sole(const struct amends *a, struct hash target);

// What is erased of target; NULL: nothing. Borrowed.
const struct amend_erased *amends_erased(const struct amends *a, struct hash target);

// Appends ", parts erased by entry 12 on 2026-03-04: said, speaker"; nothing when nothing is erased of target.
void amends_put_erased(const struct amends *a, struct hash target, struct buf *out);

// The words of an entry to show: "(erased by entry 12 on 2026-03-04)", "(withdrawn)" once they are no more to be kept
// in the record, the corrected ones when one correction stands, else `original`.
struct slice amends_words(const struct amends *a, struct hash target, struct slice original);

// The parts of an entry, as bits, that should be sealed and are not (PROTOCOL 4.7): nobody is shown them. What a
// correction must seal is known from the contribution, when that was taken.
uint32_t amends_in_clear(const struct amends *a, const struct entry *e, const struct body *body,
                         const struct disclosure *d);

// How often parts of target were opened.
size_t amends_opened(const struct amends *a, struct hash target);

// Appends "  [withdrawn]", "  [corrected: misheard]", "  [2 corrections compete]", "  [opened 2 times]", "  [erased:
// said, speaker]", what there is; as fields of o: `withdrawn`, a list of scopes;
// `corrections` with id, reason, author, and whether each is current; `opened` with id, part, reason, author; `erased`
// with part, index, redaction and its time.
void amends_put_marks(enum language language, const struct amends *a, struct hash target, struct buf *out);
void amends_put_json(const struct amends *a, struct hash target, json_t *o);

#endif
