// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Facts into notices. Read first: notices.h.
#include "node/desk/notices.h"

#include "common/format/armor.h"
#include "node/desk/refusals.h"

#include <string.h>

#define DAY_S 86400u
#define SILENT_DAYS 2u        // a hub that was not heard for so long, with something waiting, is told
#define AHEAD_S (366u * DAY_S) // nothing came down for so long: rather the clock is wrong
#define DISK_LOW ((uint64_t)200 << 20)
#define SOUND_MINUTE 300000u  // bytes of a minute of what the page records

struct row {
    const char *code, *names;
    enum notice_weight weight;
};

#define NOTICE_ROW(symbol, c, w, v) [symbol] = { .code = (c), .names = (v), .weight = (w) },
static const struct row rows[NOTICE_COUNT] = { NOTICE_TABLE(NOTICE_ROW) };
#undef NOTICE_ROW

const char *notice_code(enum notice_code code)
{
    CHECK(code < NOTICE_COUNT);
    return rows[code].code;
}

const char *notice_names(enum notice_code code)
{
    CHECK(code < NOTICE_COUNT);
    return rows[code].names;
}

const char *notice_weight_name(enum notice_weight w)
{
    static const char *const names[] = { [NOTICE_BAD] = "bad", [NOTICE_WARN] = "warn", [NOTICE_INFO] = "info" };
    CHECK(w <= NOTICE_INFO);
    return names[w];
}

struct telling {
    const struct notice_facts *f;
    struct notice *out;
    size_t n;
};

// Adds one; its values come in the order of the table's names. What does not fit is left out: there is enough to do.
static struct notice *tell(struct telling *t, enum notice_code code)
{
    if (t->n == NOTICE_MOST) {
        return NULL;
    }
    struct notice *x = &t->out[t->n++];
    *x = (struct notice){ .code = rows[code].code, .weight = rows[code].weight };
    return x;
}

static struct trouble_arg *value(struct notice *x)
{
    for (enum notice_code c = 0; c < NOTICE_COUNT; c++) {
        const char *name = rows[c].names;
        if (strcmp(rows[c].code, x->code) != 0) {
            continue;
        }
        for (size_t i = 0; i < x->n; i++) {
            name += strcspn(name, " ");
            name += *name == ' ';
        }
        struct trouble_arg *a = &x->args[x->n++];
        const size_t n = strcspn(name, " ");
        CHECK(n > 0);
        CHECK(n < sizeof a->name);
        memcpy(a->name, name, n);
        return a;
    }
    return NULL;
}

static void number(struct notice *x, uint64_t n)
{
    if (x != NULL) {
        value(x)->number = n;
    }
}

static void text(struct notice *x, const char *s)
{
    if (x != NULL) {
        struct trouble_arg *a = value(x);
        a->is_text = true;
        memcpy(a->text, s, strnlen(s, sizeof a->text - 1));
    }
}

static void hex(struct notice *x, struct hash id)
{
    struct buf digits = buf_new(2 * sizeof id.b + 1);
    armor_put_hex(&digits, SLICE_ARRAY(id.b));
    buf_put_u8(&digits, 0);
    text(x, (const char *)digits.p);
    buf_done(&digits);
}

static void tell_number(struct telling *t, enum notice_code code, uint64_t n)
{
    if (n > 0) {
        number(tell(t, code), n);
    }
}

static void tell_if(struct telling *t, bool is, enum notice_code code)
{
    if (is) {
        (void)tell(t, code);
    }
}

static uint64_t days_since(const struct notice_facts *f, uint64_t s)
{
    return f->now_s > s ? (f->now_s - s) / DAY_S : 0;
}

static void tell_disk(struct telling *t)
{
    const uint64_t free_bytes = t->f->disk_free;
    if (free_bytes < LIMIT_DISK_WORDS) {
        number(tell(t, NOTICE_DISK_FULL), free_bytes);
    } else if (free_bytes < DISK_LOW) {
        struct notice *x = tell(t, NOTICE_DISK_LOW);
        number(x, free_bytes);
        number(x, (free_bytes - LIMIT_DISK_WORDS) / SOUND_MINUTE);
    }
}

static void tell_clock(struct telling *t)
{
    const struct notice_facts *f = t->f;
    const bool behind = f->known_s > 0 && f->now_s + DAY_S < f->known_s;
    const bool ahead = f->known_s > 0 && f->now_s > f->known_s + AHEAD_S;
    if (behind || ahead) {
        struct notice *x = tell(t, behind ? NOTICE_CLOCK_BEHIND : NOTICE_CLOCK_AHEAD);
        number(x, f->now_s);
        number(x, f->known_s);
    }
}

static void tell_refused(struct telling *t)
{
    for (size_t i = 0; i < t->f->refused_n; i++) {
        struct notice *x = tell(t, NOTICE_REFUSED);
        number(x, t->f->refused[i].n);
        text(x, refusal_code(t->f->refused[i].code));
    }
}

// What the last try to reach the hub found, where somebody has to do something.
static void tell_contact(struct telling *t)
{
    const struct node_contact *c = &t->f->contact;
    const bool out = c->state == CONTACT_NOT_ADMITTED;
    tell_if(t, out && c->welcomed_s == 0, NOTICE_NOT_ADMITTED);
    tell_if(t, out && c->welcomed_s > 0, NOTICE_SHUT_OUT);
    tell_if(t, c->state == CONTACT_STRANGER, NOTICE_STRANGER);
    tell_if(t, c->state == CONTACT_UNTRUE, NOTICE_UNTRUE);
    tell_if(t, c->state == CONTACT_BEHIND, NOTICE_BEHIND);
    tell_if(t, c->state == CONTACT_PUT_OFF && node_contact_stuck(c), NOTICE_PUT_OFF);
}

static void tell_waiting(struct telling *t)
{
    const struct notice_facts *f = t->f;
    const uint64_t alone = days_since(f, f->alone_s);
    if (f->alone > 0 && alone > 0) {
        struct notice *x = tell(t, NOTICE_ALONE);
        number(x, f->alone);
        number(x, alone);
    }
    const bool never = f->heard_s == 0;
    const uint64_t silent = days_since(f, never ? f->oldest_s : f->heard_s);
    if (f->waiting > 0 && silent >= SILENT_DAYS) {
        struct notice *x = tell(t, never ? NOTICE_NEVER_HEARD : NOTICE_SILENT);
        number(x, f->waiting);
        number(x, silent);
        number(x, f->text_bytes);
        number(x, f->sound_bytes);
    }
}

static void tell_forums(struct telling *t)
{
    for (size_t i = 0; i < t->f->forum_n; i++) {
        const struct notice_forum *forum = &t->f->forums[i];
        if (!forum->sealed && forum->drafts > 0 && days_since(t->f, forum->oldest_s) > 0) {
            struct notice *x = tell(t, NOTICE_UNSEALED);
            number(x, forum->drafts);
            text(x, forum->code);
            hex(x, forum->id);
        }
    }
    for (size_t i = 0; i < t->f->forum_n; i++) {
        if (t->f->forums[i].outside) {
            struct notice *x = tell(t, NOTICE_OUTSIDE);
            text(x, t->f->forums[i].code);
            text(x, t->f->forums[i].area);
        }
    }
}

// The gravest first, else in the order in which they were told.
static void order(struct notice *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct notice one = x[i];
        size_t at = i;
        for (; at > 0 && x[at - 1].weight > one.weight; at--) {
            x[at] = x[at - 1];
        }
        x[at] = one;
    }
}

size_t notices_of(const struct notice_facts *f, struct notice out[static NOTICE_MOST])
{
    struct telling t = { .f = f, .out = out };
    tell_number(&t, NOTICE_DESTROYED, f->destroyed_s);
    tell_if(&t, f->contradicted, NOTICE_CONTRADICTION);
    tell_if(&t, f->false_custody, NOTICE_FALSE_CUSTODY);
    tell_number(&t, NOTICE_TOLD_ELSE, f->told_else);
    tell_number(&t, NOTICE_LOST, f->lost);
    tell_number(&t, NOTICE_SOUND_LOST, f->sound_lost);
    tell_number(&t, NOTICE_HIDDEN, f->hidden);
    tell_disk(&t);
    tell_if(&t, f->contact.state == CONTACT_TROUBLE, NOTICE_NOT_STORED);
    tell_clock(&t);
    tell_if(&t, f->unaccredited, NOTICE_UNACCREDITED);
    tell_refused(&t);
    tell_contact(&t);
    if (f->copied) {
        struct notice *x = tell(&t, NOTICE_COPY);
        number(x, f->copied_gone);
        number(x, f->copied_s);
    }
    tell_number(&t, NOTICE_DAMAGED, f->damaged);
    tell_waiting(&t);
    tell_forums(&t);
    tell_number(&t, NOTICE_ERASURES, f->waits.erasures);
    tell_number(&t, NOTICE_OTHERS_UNLOCK, f->waits.notes + f->waits.successors + f->waits.notebooks + f->waits.untold);
    order(out, t.n);
    return t.n;
}
