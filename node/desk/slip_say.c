// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Says what became of one contribution. Read first: slip_say.h.
#include "node/desk/slip_say.h"

#include "common/ops/print.h"
#include "node/desk/slip_words.h"

#define LABEL_SHOWN 80

static bool is_whole(uint32_t withdrawn)
{
    return (withdrawn & amends_scope("record")) != 0;
}

static bool is_answered(const struct slip_fate *f)
{
    return f->answer_n > 0 && f->hit.fate != FATE_WAITING && f->hit.fate != FATE_REFUSED;
}

const char *slip_state(const struct slip_fate *f)
{
    return f->hit.standing != VERDICT_GOOD ? "no-effect" : fate_name(is_answered(f) ? FATE_ANSWERED : f->hit.fate);
}

static enum slip_words state_words(const struct slip_fate *f)
{
    switch (f->hit.fate) {
    case FATE_WAITING:
        return SLIP_WAITING;
    case FATE_REFUSED:
        return SLIP_REFUSED;
    case FATE_LOST:
        return SLIP_LOST;
    case FATE_RECEIVED:
        return SLIP_RECEIVED;
    case FATE_CONFIRMED:
    case FATE_ANSWERED:
    case FATE_REPLACED: // never found
    case FATE_COUNT:
        break;
    }
    return f->hit.standing == VERDICT_GOOD ? SLIP_CONFIRMED : SLIP_NO_EFFECT;
}

static void put_withdrawn(struct buf *out, uint32_t withdrawn, enum language l)
{
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SCOPE, &n);
    if (is_whole(withdrawn)) {
        buf_printf(out, "%s\n", slip_words(SLIP_WITHDRAWN, l));
        return;
    }
    bool first = true;
    buf_put_text(out, slip_words(SLIP_WITHDRAWN_FOR, l));
    for (size_t i = 0; i < n; i++) {
        if ((withdrawn & (1u << i)) != 0) {
            buf_put_text(out, first ? " " : ", ");
            print_line(out, slice_text(rows[i].labels[l]), LABEL_SHOWN);
            first = false;
        }
    }
    buf_put_u8(out, '\n');
}

static void put_answers(struct buf *out, const struct slip_fate *f, enum language l)
{
    if (f->answer_n == 0) {
        buf_printf(out, "%s\n", slip_words(SLIP_UNANSWERED, l));
    }
    for (size_t i = 0; i < f->answer_n; i++) {
        const struct slip_answer *a = &f->answers[i];
        buf_printf(out, "%s %s\n", slip_words(SLIP_ANSWER, l), a->disposition->labels[l]);
        if (a->to.n > 0) {
            buf_printf(out, "%s ", slip_words(SLIP_REFERRED, l));
            print_line(out, buf_slice(&a->to), SIZE_MAX);
            buf_put_u8(out, '\n');
        }
        print_text(out, buf_slice(&a->reason), "  ");
    }
}

const char *slip_state_words(const struct slip_fate *f, enum language l)
{
    return slip_words(state_words(f), l);
}

void slip_say(const struct slip_fate *f, enum language l, struct buf *out)
{
    buf_printf(out, "%s\n", slip_state_words(f, l));
    if (f->withdrawn != 0) {
        put_withdrawn(out, f->withdrawn, l);
    }
    if (f->erased) {
        buf_printf(out, "%s\n", slip_words(SLIP_ERASED, l));
    }
    if (f->hit.fate != FATE_REFUSED && f->hit.fate != FATE_LOST) {
        put_answers(out, f, l);
    }
}
