// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How things look. Everything somebody else wrote goes through text_put_safe. Read first: print.h.
#include "tools/baraza/print.h"

#include "common/base/text.h"
#include "common/format/armor.h"
#include "common/ops/nearest.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ID_DIGITS (2 * sizeof(struct hash))
#define ID_FEWEST 8
#define PREFIX_FEWEST 4

// Around what is written from right to left, so that it does not turn around what stands beside it (UAX 9).
#define FIRST_STRONG_ISOLATE "\xe2\x81\xa8"
#define POP_ISOLATE "\xe2\x81\xa9"

void print_ids_add(struct print_ids *p, struct hash id)
{
    if (p->n == p->room) {
        p->room = p->room == 0 ? 256 : 2 * p->room;
        p->ids = mem_grow(p->ids, p->room, sizeof *p->ids);
    }
    p->ids[p->n++] = id;
}

static int hash_order(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hash));
}

// How many hex digits two ids share.
static size_t shared_digits(struct hash a, struct hash b)
{
    size_t i = 0;
    while (i < sizeof a.b && a.b[i] == b.b[i]) {
        i++;
    }
    return i == sizeof a.b ? ID_DIGITS : 2 * i + ((a.b[i] >> 4) == (b.b[i] >> 4) ? 1 : 0);
}

size_t print_ids_digits(struct print_ids *p)
{
    size_t digits = ID_FEWEST;
    if (p->n > 0) {
        qsort(p->ids, p->n, sizeof *p->ids, hash_order);
    }
    for (size_t i = 1; i < p->n; i++) {
        size_t shared = shared_digits(p->ids[i - 1], p->ids[i]);
        if (shared < ID_DIGITS && shared + 1 > digits) {
            digits = shared + 1;
        }
    }
    return digits;
}

void print_ids_done(struct print_ids *p)
{
    free(p->ids);
    *p = (struct print_ids){ NULL, 0, 0 };
}

void print_id(struct buf *out, struct hash id, size_t digits)
{
    struct buf hex = buf_new(ID_DIGITS);
    armor_put_hex(&hex, SLICE_ARRAY(id.b));
    buf_put(out, slice_of(hex.p, digits < hex.n ? digits : hex.n));
    buf_done(&hex);
}

void print_key(struct buf *out, struct pubkey key)
{
    struct hash same;
    memcpy(same.b, key.b, sizeof same.b);
    print_id(out, same, PRINT_ID);
}

static bool split_time(uint64_t seconds, struct tm *out)
{
    time_t t = (time_t)(seconds > INT64_MAX ? INT64_MAX : seconds);
    return gmtime_r(&t, out) != NULL;
}

static void put_time(struct buf *out, uint64_t seconds, const char *format)
{
    struct tm tm;
    char text[64];
    if (!split_time(seconds, &tm) || strftime(text, sizeof text, format, &tm) == 0) {
        buf_printf(out, "second %llu", (unsigned long long)seconds);
        return;
    }
    buf_put_text(out, text);
}

void print_time(struct buf *out, uint64_t seconds)
{
    put_time(out, seconds, "%Y-%m-%d %H:%M");
}

// True when s, which is valid UTF-8, has a letter of a script that is written from right to left (Hebrew to Arabic
// Extended, their presentation forms, and the old scripts of plane 1).
static bool has_right_to_left(struct slice s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        const uint8_t a = s.p[i];
        const uint8_t b = s.p[i + 1];
        const uint8_t c = i + 2 < s.n ? s.p[i + 2] : 0;
        const bool basic = (a == 0xd6 && b >= 0x90) || (a >= 0xd7 && a <= 0xdf) ||
                           (a == 0xe0 && b >= 0xa0 && b <= 0xa3);
        const bool forms = a == 0xef && ((b == 0xac && c >= 0x9d) || (b >= 0xad && b <= 0xb7) || b == 0xb9 ||
                                         b == 0xba || (b == 0xbb && c <= 0xbc));
        const bool plane_1 = a == 0xf0 && ((b == 0x90 && c >= 0xa0) || b == 0x9e);
        if (basic || forms || plane_1) {
            return true;
        }
    }
    return false;
}

void print_line(struct buf *out, struct slice text, size_t characters)
{
    struct buf safe = buf_new(4 * text.n + 16);
    text_put_safe(&safe, text, true);
    size_t n = text_prefix_bytes(buf_slice(&safe), characters);
    const bool isolate = has_right_to_left(slice_of(safe.p, n));
    buf_put_text(out, isolate ? FIRST_STRONG_ISOLATE : "");
    buf_put(out, slice_of(safe.p, n));
    if (n < safe.n) {
        buf_put_text(out, "…");
    }
    buf_put_text(out, isolate ? POP_ISOLATE : "");
    buf_done(&safe);
}

void print_text(struct buf *out, struct slice text, const char *indent)
{
    struct buf safe = buf_new(4 * text.n + 16);
    text_put_safe(&safe, text, false);
    buf_put_u8(&safe, '\n');
    struct slice rest = buf_slice(&safe);
    struct slice line = { NULL, 0 };
    while (text_take_line(&rest, &line)) {
        buf_put_text(out, indent);
        buf_put(out, line);
        buf_put_u8(out, '\n');
    }
    buf_done(&safe);
}

json_t *json_id(struct hash id)
{
    return json_of_hex(SLICE_ARRAY(id.b));
}

json_t *json_time(uint64_t seconds)
{
    struct buf text = buf_new(64);
    put_time(&text, seconds, "%Y-%m-%dT%H:%M:%SZ");
    json_t *value = json_of_bytes(buf_slice(&text));
    buf_done(&text);
    return value;
}

bool id_begins(struct hash id, struct slice hex)
{
    struct buf text = buf_new(ID_DIGITS);
    armor_put_hex(&text, SLICE_ARRAY(id.b));
    bool begins = hex.n >= PREFIX_FEWEST && hex.n <= text.n;
    for (size_t i = 0; begins && i < hex.n; i++) {
        uint8_t c = hex.p[i];
        c = c >= 'A' && c <= 'F' ? (uint8_t)(c - 'A' + 'a') : c;
        begins = c == text.p[i];
    }
    buf_done(&text);
    return begins;
}

struct slice label_of(const struct cmd_context *context, enum code_list list, struct slice code)
{
    const struct code_row *row = codes_find(list, code);
    return row == NULL ? code : slice_text(row->labels[language_of(slice_text(context->language))]);
}

bool code_known(enum code_list list, const char *what, const char *value)
{
    if (codes_find(list, slice_text(value)) != NULL) {
        return true;
    }
    size_t n = 0;
    const struct code_row *rows = codes_list(list, &n);
    struct nearest nearest = { .typed = slice_text(value) };
    struct buf all = buf_new(1024);
    for (size_t i = 0; i < n; i++) {
        nearest_offer(&nearest, rows[i].code);
        buf_printf(&all, "%s%s", i == 0 ? "" : ", ", rows[i].code);
    }
    if (nearest.best != NULL) {
        (void)cmd_usage("%s \"%s\" is not known; did you mean \"%s\"?", what, value, nearest.best);
    } else {
        (void)cmd_usage("%s \"%s\" is not known: one of %.*s", what, value, (int)all.n, (const char *)all.p);
    }
    buf_done(&all);
    return false;
}

void print_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
    buf_printf(out, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}
