// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How the rows of a table are guarded: which are refused because nothing verbatim may be taken, what is sealed, and to
// whom. It must never let a row pass in the clear that asked to be sealed. Read first: import_guard.h.
#include "tools/baraza/import_guard.h"

#include "tools/baraza/print.h"

static uint64_t number_of(struct slice sensitivity)
{
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SENSITIVITY, &n);
    const struct code_row *row = codes_find(CODES_SENSITIVITY, sensitivity);
    return row == NULL ? SENSITIVITY_OPEN : (uint64_t)(row - rows);
}

// What the row, else the command, else the forum says.
static struct slice sensitivity_of(const struct import_guard *g, const struct import_guarded *said)
{
    return said->sensitivity.n > 0 ? said->sensitivity
           : g->sensitivity != NULL ? slice_text(g->sensitivity)
                                    : slice_text(g->session.sensitivity);
}

static struct code_set recipients_of(const struct import_guard *g, const struct import_guarded *said)
{
    struct code_set names = said->seal_to.n > 0 ? said->seal_to : g->seal_to;
    for (size_t i = 0; names.n < CONTRIBUTION_CODES && said->seal_to.n + g->seal_to.n == 0 && i < g->session.seal_to_n;
         i++) {
        names.codes[names.n++] = slice_text(g->session.seal_to[i]);
    }
    return names;
}

static bool codes_ok(const struct import_guard *g, const struct contribution *c, const struct import_guarded *said,
                     struct why *why)
{
    for (size_t i = 0; i < c->flags.n; i++) {
        if (!code_check(CODES_RISK, "flag", c->flags.codes[i], why)) {
            return false;
        }
    }
    return (said->sensitivity.n == 0 || code_check(CODES_SENSITIVITY, "sensitivity", said->sensitivity, why)) &&
           (g->new_codes || codebook_check(g->codebook, c, NULL, why));
}

bool import_guard_row(struct import_guard *g, const struct import_guarded *said, struct contribution *c,
                      struct recipients *to, struct why *why)
{
    if (!codes_ok(g, c, said, why)) {
        return false;
    }
    if (codebook_must_stop(&c->flags)) {
        g->stopped = true;
        why_set(why, "it is flagged child or gender-based-violence: nothing verbatim is taken. Take its words out of "
                     "the table, and see below what to say instead");
        return false;
    }
    c->sensitivity = number_of(sensitivity_of(g, said));
    g->flagged += c->flags.n > 0 && c->sensitivity != SENSITIVITY_SEALED ? 1 : 0;
    if (!contribution_sealed(c)) {
        return true;
    }
    if (c->sensitivity == SENSITIVITY_SEALED && c->source.author.n > 0) {
        why_set(why, "its author would stand in the clear beside sealed words: move it to the column identity");
        return false;
    }
    const struct code_set names = recipients_of(g, said);
    c->seal_to = to;
    return recipients_find(g->charter, &names, to, why);
}
