// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reads roles and areas. Read first: accredit.h.
#include "tools/baraza/accredit.h"

#include "common/base/text.h"
#include "common/ops/nearest.h"

int accredit_roles(const struct arg_list *names, uint32_t *out)
{
    uint32_t roles = 0;
    for (size_t i = 0; i < names->n; i++) {
        enum role role = ROLE_ROOT;
        if (role_parse(slice_text(names->values[i]), &role)) {
            roles |= 1u << role;
            continue;
        }
        struct nearest nearest = { .typed = slice_text(names->values[i]) };
        for (enum role r = ROLE_ROOT; r < ROLE_COUNT; r++) {
            nearest_offer(&nearest, role_name(r));
        }
        if (nearest.best != NULL) {
            return cmd_usage("there is no role \"%s\"; did you mean \"%s\"?", names->values[i], nearest.best);
        }
        return cmd_usage("there is no role \"%s\": facilitator, drafter, analyst, translator, attester, coordinator, "
                         "protection, committee, planner, witness, operator, registrar, secretariat",
                         names->values[i]);
    }
    *out = roles;
    return -1;
}

int accredit_areas(const struct arg_list *codes, struct slice *areas, size_t *count)
{
    if (codes->n > LIMIT_AREAS) {
        return cmd_usage("at most %d areas", LIMIT_AREAS);
    }
    for (size_t i = 0; i < codes->n; i++) {
        areas[i] = slice_text(codes->values[i]);
        if (!text_code_ok(areas[i])) {
            return cmd_usage("--area \"%s\" is no code: letters, digits, dot, dash and underscore", codes->values[i]);
        }
    }
    *count = codes->n;
    return -1;
}

void accredit_put_roles(struct buf *out, uint32_t roles)
{
    bool first = true;
    for (enum role r = ROLE_ROOT; r < ROLE_COUNT; r++) {
        if ((roles & (1u << r)) != 0) {
            buf_printf(out, "%s%s", first ? "" : ", ", role_name(r));
            first = false;
        }
    }
}
