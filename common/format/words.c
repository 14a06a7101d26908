// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Words. Work memory is wiped. Read first: words.h, docs/PROTOCOL.md 6.12.
#include "common/format/words.h"

#include <ctype.h>
#include <string.h>

#define WORDS_PREFIX "baraza/invite-words/v1" // hashed with its NUL
#define SEED_BYTES 16
#define FEWEST 4    // letters of a word
#define LONGEST 32  // letters that are looked at
#define PER_LINE 6

// The seed, then the first two bytes of SHA-256(prefix with its NUL ‖ charter ‖ invite ‖ seed).
static void words_bytes(const struct invitation *inv, const uint8_t seed[static SEED_BYTES],
                        uint8_t out[static WORDS_COUNT])
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_of(WORDS_PREFIX, sizeof WORDS_PREFIX));
    sha256_add(&s, SLICE_ARRAY(inv->charter.b));
    sha256_add(&s, SLICE_ARRAY(inv->invite.b));
    sha256_add(&s, slice_of(seed, SEED_BYTES));
    struct hash sum = sha256_done(&s);
    memcpy(out, seed, SEED_BYTES);
    memcpy(out + SEED_BYTES, sum.b, WORDS_COUNT - SEED_BYTES);
    mem_wipe(&sum, sizeof sum);
}

void words_put(const struct invitation *inv, struct buf *out)
{
    uint8_t bytes[WORDS_COUNT];
    words_bytes(inv, inv->seed, bytes);
    for (size_t i = 0; i < WORDS_COUNT; i++) {
        buf_put_text(out, words_list[bytes[i]]);
        buf_put_u8(out, (i + 1) % PER_LINE == 0 ? '\n' : ' ');
    }
    mem_wipe(bytes, sizeof bytes);
}

// Takes the next run of letters off text, in lower case and cut. Returns its length; 0 at the end.
static size_t take_word(struct slice *text, char word[static LONGEST + 1])
{
    size_t n = 0;
    while (text->n > 0 && !isalpha(text->p[0])) {
        *text = slice_of(text->p + 1, text->n - 1);
    }
    while (text->n > 0 && isalpha(text->p[0])) {
        if (n < LONGEST) {
            word[n++] = (char)tolower(text->p[0]);
        }
        *text = slice_of(text->p + 1, text->n - 1);
    }
    word[n] = '\0';
    return n;
}

// The byte of a word: its first four letters are its own.
static bool find_word(const char *word, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < 256 && n >= FEWEST; i++) {
        if (strncmp(words_list[i], word, FEWEST) == 0) {
            *out = (uint8_t)i;
            return true;
        }
    }
    return false;
}

bool words_take(struct slice text, struct invitation *letter, struct why *why)
{
    uint8_t typed[WORDS_COUNT];
    uint8_t meant[WORDS_COUNT];
    char word[LONGEST + 1];
    size_t count = 0;
    size_t n = 0;
    bool ok = true;
    while (ok && (n = take_word(&text, word)) > 0) {
        if (count == WORDS_COUNT) {
            why_set(why, "there are more than %d words", WORDS_COUNT);
            ok = false;
        } else if (!find_word(word, n, &typed[count])) {
            why_set(why, "word %zu, \"%s\", is none of the words that invitations use: ask for it again", count + 1,
                    word);
            ok = false;
        } else {
            count++;
        }
    }
    if (ok && count < WORDS_COUNT) {
        why_set(why, "there are %zu words; the invitation has %d", count, WORDS_COUNT);
        ok = false;
    }
    if (ok) {
        words_bytes(letter, typed, meant);
        ok = memcmp(typed, meant, sizeof typed) == 0;
        why_set(why, "%s", ok ? "" : "a word was misheard, or they belong to another letter: go through them again");
    }
    if (ok) {
        memcpy(letter->seed, typed, SEED_BYTES);
    }
    mem_wipe(typed, sizeof typed);
    mem_wipe(meant, sizeof meant);
    mem_wipe(word, sizeof word);
    return ok;
}
