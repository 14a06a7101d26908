// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Making and reading charters. One form only: a text is good when making it again from its fields gives the same bytes.
// It must never decide that a charter is the right one: its fingerprint is compared by people.
// Read first: docs/PROTOCOL.md, "Charter".
#include "common/format/charter.h"

#include "common/base/num.h"
#include "common/base/text.h"
#include "common/format/armor.h"

#include <string.h>

#define QUANTUM_MAX 604800
#define THRESHOLD_MAX 1000
#define TAG_BYTES 35          // a BCP 47 tag
#define FINGERPRINT_GROUP 2   // bytes, four hex digits

static_assert(LIMIT_PREFIX_BYTES + 1 + 64 <= LIMIT_KEY_NAME, "an origin can name a key");

// --- what fields may be ---

static bool in_set(struct slice s, const char *set)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == 0 || strchr(set, s.p[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static bool title_ok(struct slice s)
{
    if (s.n == 0 || s.n > LIMIT_TITLE_BYTES || !text_utf8_ok(s) || s.p[0] == ' ' || s.p[s.n - 1] == ' ') {
        return false;
    }
    // What a terminal may not show unchanged may not be in a title either.
    uint8_t room[LIMIT_TITLE_BYTES * 3];
    struct buf safe = buf_over(room, sizeof room);
    text_put_safe(&safe, s, true);
    return buf_ok(&safe) && slice_equal(buf_slice(&safe), s);
}

static bool prefix_ok(struct slice s)
{
    if (s.n == 0 || s.n > LIMIT_PREFIX_BYTES || s.p[0] == '/' || s.p[s.n - 1] == '/') {
        return false;
    }
    return in_set(s, "abcdefghijklmnopqrstuvwxyz0123456789._-/") && memmem(s.p, s.n, "//", 2) == NULL;
}

static bool date_ok(struct slice s)
{
    static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    unsigned v[8];
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-') {
        return false;
    }
    for (size_t i = 0, k = 0; i < s.n; i++) {
        if (i == 4 || i == 7) {
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        v[k++] = (unsigned)(s.p[i] - '0');
    }
    unsigned year = v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3];
    unsigned month = v[4] * 10 + v[5];
    unsigned day = v[6] * 10 + v[7];
    if (month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static bool tag_ok(struct slice s)
{
    return s.n >= 2 && s.n <= TAG_BYTES && s.p[0] != '-' && s.p[s.n - 1] != '-' &&
           in_set(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
}

static bool roots_ok(const struct charter *c, struct why *why)
{
    if (c->root_count < 1 || c->root_count > LIMIT_ROOT_KEYS || c->quorum < 1 || c->quorum > c->root_count) {
        why_set(why, "a charter has 1 to %d root keys, and a quorum of 1 to their number", LIMIT_ROOT_KEYS);
        return false;
    }
    for (size_t i = 0; i < c->root_count; i++) {
        if (c->roots[i].type != VKEY_ED25519 || !pubkey_valid(c->roots[i].key)) {
            why_set(why, "root key %zu is not a valid Ed25519 key", i + 1);
            return false;
        }
        for (size_t j = 0; j < i; j++) {
            if (pubkey_equal(c->roots[i].key, c->roots[j].key)) {
                why_set(why, "root keys %zu and %zu are the same", j + 1, i + 1);
                return false;
            }
        }
    }
    return true;
}

static bool officers_ok(const struct charter *c, struct why *why)
{
    if (c->officer_count < 2 || c->officer_count > LIMIT_PROTECT_KEYS) {
        why_set(why, "a charter has 2 to %d protection keys", LIMIT_PROTECT_KEYS);
        return false;
    }
    for (size_t i = 0; i < c->officer_count; i++) {
        if (!text_code_ok(c->officers[i].name)) {
            why_set(why, "a protection key's name is 1 to 32 of A-Z a-z 0-9 . _ -");
            return false;
        }
        for (size_t j = 0; j < i; j++) {
            if (boxkey_equal(c->officers[i].key, c->officers[j].key) ||
                slice_equal(c->officers[i].name, c->officers[j].name)) {
                why_set(why, "protection keys %zu and %zu have the same name or key", j + 1, i + 1);
                return false;
            }
        }
    }
    return true;
}

static bool languages_ok(const struct charter *c, struct why *why)
{
    bool ok = c->language_count >= 1 && c->language_count <= LIMIT_LANGUAGES;
    for (size_t i = 0; ok && i < c->language_count; i++) {
        ok = tag_ok(c->languages[i]);
        for (size_t j = 0; ok && j < i; j++) {
            ok = !slice_equal(c->languages[i], c->languages[j]);
        }
    }
    if (!ok) {
        why_set(why, "a charter names 1 to %d languages, each once, by tags like fr or kpe-LR", LIMIT_LANGUAGES);
    }
    return ok;
}

static bool fields_ok(const struct charter *c, struct why *why)
{
    if (!title_ok(c->title)) {
        why_set(why, "the title is one line of 1 to %d bytes without control characters", LIMIT_TITLE_BYTES);
        return false;
    }
    if (!prefix_ok(c->prefix)) {
        why_set(why, "the prefix is like records.example.org/name: a-z 0-9 . _ - /, at most %d bytes",
                LIMIT_PREFIX_BYTES);
        return false;
    }
    if (!date_ok(c->opened)) {
        why_set(why, "the opening date is written like 2026-03-01");
        return false;
    }
    if (c->quantum_s < 1 || c->quantum_s > QUANTUM_MAX || c->threshold < 1 || c->threshold > THRESHOLD_MAX) {
        why_set(why, "the quantum is 1 to %d seconds, the threshold 1 to %d", QUANTUM_MAX, THRESHOLD_MAX);
        return false;
    }
    return roots_ok(c, why) && officers_ok(c, why) && languages_ok(c, why);
}

// --- writing ---

static void put_line(struct buf *out, const char *word, struct slice value)
{
    buf_put_text(out, word);
    buf_put_u8(out, ' ');
    buf_put(out, value);
    buf_put_u8(out, '\n');
}

static void put_number(struct buf *out, const char *word, uint64_t v)
{
    buf_printf(out, "%s %llu\n", word, (unsigned long long)v);
}

static void put_key(struct buf *out, const char *word, struct slice key)
{
    buf_put_text(out, word);
    buf_put_u8(out, ' ');
    armor_put_base64(out, key);
    buf_put_u8(out, '\n');
}

static void put_text(const struct charter *c, struct buf *out)
{
    buf_put_text(out, CHARTER_HEAD "\n");
    put_line(out, "title", c->title);
    put_line(out, "prefix", c->prefix);
    put_line(out, "opened", c->opened);
    for (size_t i = 0; i < c->root_count; i++) {
        buf_put_text(out, "root ");
        vkey_put(&c->roots[i], out);
        buf_put_u8(out, '\n');
    }
    put_number(out, "quorum", c->quorum);
    put_key(out, "log", SLICE_ARRAY(c->log.key.b));
    put_key(out, "exchange", SLICE_ARRAY(c->exchange.b));
    put_key(out, "intake", SLICE_ARRAY(c->intake.b));
    for (size_t i = 0; i < c->officer_count; i++) {
        buf_put_text(out, "protect ");
        buf_put(out, c->officers[i].name);
        put_key(out, "", SLICE_ARRAY(c->officers[i].key.b));
    }
    for (size_t i = 0; i < c->language_count; i++) {
        put_line(out, "language", c->languages[i]);
    }
    put_number(out, "quantum", c->quantum_s);
    put_number(out, "threshold", c->threshold);
    put_line(out, "mode", slice_text(c->practice ? "practice" : "real"));
    put_line(out, "drafting", slice_text(c->plan_first ? "plan-first" : "full"));
}

bool charter_make(const struct charter *c, struct buf *out, struct why *why)
{
    size_t before = out->n;
    if (!fields_ok(c, why)) {
        return false;
    }
    put_text(c, out);
    if (!buf_ok(out)) {
        out->n = before;
        why_set(why, "the charter is longer than %d bytes", LIMIT_CHARTER_BYTES);
        return false;
    }
    return true;
}

// --- reading: loose, because making it again is the judge ---

// Takes the next line if it starts with word and a space; then *value is what follows.
static bool take_word(struct slice *rest, const char *word, struct slice *value)
{
    struct slice after = *rest;
    struct slice line = { NULL, 0 };
    struct slice tail = { NULL, 0 };
    if (!text_take_line(&after, &line) || !text_starts(line, word, &tail) || tail.n == 0 || tail.p[0] != ' ') {
        return false;
    }
    *value = slice_of(tail.p + 1, tail.n - 1);
    *rest = after;
    return true;
}

static bool take_number(struct slice *rest, const char *word, uint64_t *out)
{
    struct slice value = { NULL, 0 };
    return take_word(rest, word, &value) && num_parse_u64(value, out);
}

static bool take_key(struct slice *rest, const char *word, void *out)
{
    struct slice value = { NULL, 0 };
    return take_word(rest, word, &value) && armor_base64_fixed(value, out, 32);
}

// One of two words: true for the second.
static bool take_choice(struct slice *rest, const char *word, const char *second, bool *out)
{
    struct slice value = { NULL, 0 };
    if (!take_word(rest, word, &value)) {
        return false;
    }
    *out = slice_equal(value, slice_text(second));
    return true;
}

static bool take_roots(struct slice *rest, struct charter *c, struct why *why)
{
    struct slice value = { NULL, 0 };
    while (take_word(rest, "root", &value)) {
        if (c->root_count == LIMIT_ROOT_KEYS || !vkey_parse(value, &c->roots[c->root_count], why)) {
            return false;
        }
        c->root_count++;
    }
    return true;
}

static bool take_officers(struct slice *rest, struct charter *c)
{
    struct slice value = { NULL, 0 };
    while (take_word(rest, "protect", &value)) {
        const uint8_t *space = memchr(value.p, ' ', value.n);
        if (c->officer_count == LIMIT_PROTECT_KEYS || space == NULL) {
            return false;
        }
        size_t n = (size_t)(space - value.p);
        struct charter_officer *officer = &c->officers[c->officer_count++];
        officer->name = slice_of(value.p, n);
        if (!armor_base64_fixed(slice_of(space + 1, value.n - n - 1), officer->key.b, sizeof officer->key.b)) {
            return false;
        }
    }
    return true;
}

static bool take_languages(struct slice *rest, struct charter *c)
{
    struct slice value = { NULL, 0 };
    while (take_word(rest, "language", &value)) {
        if (c->language_count == LIMIT_LANGUAGES) {
            return false;
        }
        c->languages[c->language_count++] = value;
    }
    return true;
}

static bool take_all(struct slice text, struct charter *c, struct why *why)
{
    struct slice rest = text;
    struct slice line = { NULL, 0 };
    if (!text_take_line(&rest, &line) || !slice_equal(line, SLICE_LITERAL(CHARTER_HEAD))) {
        why_set(why, "a charter starts with the line " CHARTER_HEAD);
        return false;
    }
    why_set(why, "a line of the charter is missing, out of order or not of its form");
    return take_word(&rest, "title", &c->title) && take_word(&rest, "prefix", &c->prefix) &&
           take_word(&rest, "opened", &c->opened) && take_roots(&rest, c, why) &&
           take_number(&rest, "quorum", &c->quorum) && take_key(&rest, "log", c->log.key.b) &&
           take_key(&rest, "exchange", c->exchange.b) && take_key(&rest, "intake", c->intake.b) &&
           take_officers(&rest, c) && take_languages(&rest, c) && take_number(&rest, "quantum", &c->quantum_s) &&
           take_number(&rest, "threshold", &c->threshold) && take_choice(&rest, "mode", "practice", &c->practice) &&
           take_choice(&rest, "drafting", "plan-first", &c->plan_first) && rest.n == 0;
}

// Fills what follows from the text: id and the log's name.
static void name_log(struct charter *c)
{
    char name[LIMIT_KEY_NAME];
    struct buf origin = buf_over(name, sizeof name);
    struct pubkey key = c->log.key;
    c->id = hash_of(c->text);
    buf_put(&origin, c->prefix);
    buf_put_u8(&origin, '/');
    armor_put_hex(&origin, SLICE_ARRAY(c->id.b));
    CHECK(buf_ok(&origin));
    CHECK(vkey_make(buf_slice(&origin), VKEY_ED25519, key, &c->log));
}

bool charter_parse(struct slice text, struct charter *out, struct why *why)
{
    bool ok = false;
    struct charter c = { .text = text };
    struct buf again = buf_new(LIMIT_CHARTER_BYTES);
    if (text.n > LIMIT_CHARTER_BYTES) {
        why_set(why, "the charter is longer than %d bytes", LIMIT_CHARTER_BYTES);
        goto out;
    }
    if (!take_all(text, &c, why) || !charter_make(&c, &again, why)) {
        goto out;
    }
    if (!slice_equal(buf_slice(&again), text)) {
        why_set(why, "the charter is not in its one form");
        goto out;
    }
    name_log(&c);
    *out = c;
    why_set(why, "%s", "");
    ok = true;
out:
    buf_done(&again);
    return ok;
}

enum verdict charter_verify(struct slice whole, struct charter *out, struct why *why)
{
    struct note note;
    struct charter c;
    uint64_t signers = 0;
    if (whole.n > LIMIT_CHARTER_BYTES) {
        why_set(why, "the charter is longer than %d bytes", LIMIT_CHARTER_BYTES);
        return VERDICT_TOO_LARGE;
    }
    if (!note_parse(whole, &note, why) || !charter_parse(note.text, &c, why)) {
        return VERDICT_NOT_CANONICAL;
    }
    enum verdict v = note_verify(&note, c.roots, c.root_count, &signers, why);
    if (v != VERDICT_GOOD) {
        return v;
    }
    if ((uint64_t)__builtin_popcountll(signers) < c.quorum) {
        why_set(why, "the charter needs %llu signatures of its root keys and has %d", (unsigned long long)c.quorum,
                __builtin_popcountll(signers));
        return VERDICT_BAD_SIGNATURE;
    }
    *out = c;
    return VERDICT_GOOD;
}

struct slice charter_origin(const struct charter *c)
{
    return slice_text(c->log.name);
}

size_t charter_officer_keys(const struct charter *c, struct boxkey out[static LIMIT_PROTECT_KEYS])
{
    for (size_t i = 0; i < c->officer_count; i++) {
        out[i] = c->officers[i].key;
    }
    return c->officer_count;
}

void charter_put_fingerprint(struct hash id, struct buf *out)
{
    for (size_t i = 0; i < sizeof id.b; i += FINGERPRINT_GROUP) {
        if (i > 0) {
            buf_put_u8(out, ' ');
        }
        armor_put_hex(out, slice_of(id.b + i, FINGERPRINT_GROUP));
    }
}

bool charter_parse_fingerprint(struct slice text, struct hash *out)
{
    uint8_t digits[64];
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != 0 && strchr(" \t\r\n:", text.p[i]) != NULL) {
            continue;
        }
        if (n == sizeof digits) {
            return false;
        }
        digits[n++] = text.p[i];
    }
    return armor_hex_fixed(slice_of(digits, n), out->b, sizeof out->b);
}
