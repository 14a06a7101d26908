// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How things look. Everything somebody else wrote goes through text_put_safe. Read first: print.h.
#include "common/ops/print.h"

#include "common/base/text.h"
#include "common/format/armor.h"
#include "common/limits.h"

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

static void put_value(struct buf *out, const json_t *value, const char *indent)
{
    const char *text = json_string_value(value);
    if (text == NULL) {
        char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        CHECK(dumped != NULL);
        print_line(out, slice_text(dumped), 4096);
        free(dumped);
        buf_put_u8(out, '\n');
        return;
    }
    struct slice s = slice_of(text, json_string_length(value));
    bool lines = false;
    for (size_t i = 0; i < s.n; i++) {
        lines = lines || s.p[i] == '\n';
    }
    if (lines) {
        buf_put_u8(out, '\n');
        print_text(out, s, indent);
    } else {
        print_line(out, s, SIZE_MAX);
        buf_put_u8(out, '\n');
    }
}

void print_fields(struct buf *out, json_t *object, const char *indent)
{
    struct buf deeper = buf_new(64);
    const char *key = NULL;
    json_t *value = NULL;
    buf_printf(&deeper, "%s  ", indent);
    buf_put_u8(&deeper, 0);
    json_object_foreach (object, key, value) {
        buf_put_text(out, indent);
        print_line(out, slice_text(key), LIMIT_FIELD_KEY);
        if (json_is_object(value)) {
            buf_put_text(out, ":\n");
            print_fields(out, value, buf_ok(&deeper) ? (const char *)deeper.p : indent);
        } else {
            buf_put_text(out, ": ");
            put_value(out, value, buf_ok(&deeper) ? (const char *)deeper.p : indent);
        }
    }
    buf_done(&deeper);
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

struct slice code_label(enum language language, enum code_list list, struct slice code)
{
    const struct code_row *row = codes_find(list, code);
    return row == NULL ? code : slice_text(row->labels[language]);
}

#define LIST_SHOWN 110 // bytes of the codes there are: a sentence has little room

void why_no_code(const char *what, const struct nearest *nearest, const struct buf *all, struct why *why)
{
    const struct slice typed = nearest->typed;
    const int n = (int)(typed.n > 40 ? 40 : typed.n);
    if (nearest->best != NULL) {
        why_set(why, "%s \"%.*s\" is not known; did you mean \"%s\"?", what, n, (const char *)typed.p, nearest->best);
    } else {
        size_t shown = all->n;
        for (size_t i = LIST_SHOWN; shown > LIST_SHOWN && i > 0; i--) {
            shown = all->p[i] == ',' ? i : shown;
        }
        why_set(why, "%s \"%.*s\" is not known: one of %.*s%s", what, n, (const char *)typed.p, (int)shown,
                (const char *)all->p, shown < all->n ? " …" : "");
    }
}

bool code_check(enum code_list list, const char *what, struct slice code, struct why *why)
{
    if (codes_find(list, code) != NULL) {
        return true;
    }
    size_t n = 0;
    const struct code_row *rows = codes_list(list, &n);
    struct nearest nearest = { .typed = code };
    struct buf all = buf_new(1024);
    for (size_t i = 0; i < n; i++) {
        nearest_offer(&nearest, rows[i].code);
        buf_printf(&all, "%s%s", i == 0 ? "" : ", ", rows[i].code);
    }
    why_no_code(what, &nearest, &all, why);
    buf_done(&all);
    return false;
}

void print_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
    buf_printf(out, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}
