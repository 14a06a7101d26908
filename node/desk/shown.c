// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a reader sees of a contribution. Read first: shown.h.
#include "node/desk/shown.h"

#include "common/format/content.h"
#include "common/ops/print.h"

enum { PART_SAID = 1, PART_IDENTITY = 4 };

// The bytes of part i; empty: a dummy, or not disclosed.
static struct slice part_of(const struct shown *s, size_t i)
{
    const struct disclosure *d = s->disclosure;
    const bool given = d != NULL && i < d->count && d->parts[i].state == PART_DISCLOSED;
    return given ? d->parts[i].bytes : slice_of(NULL, 0);
}

static uint32_t in_clear(const struct shown *s)
{
    return amends_in_clear(s->amends, s->entry, s->body, s->disclosure);
}

static void put_words(const struct shown *s, const char *hidden, size_t characters, struct buf *out)
{
    const struct slice said = part_of(s, PART_SAID);
    struct content c = { .count = 0 };
    const struct amend_erased *erased = amends_erased(s->amends, s->entry->id);
    if (erased != NULL && erased->words) {
        buf_put_text(out, erased->text);
        return;
    }
    if (s->disclosure == NULL) {
        buf_put_text(out, hidden);
        return;
    }
    if ((amends_withdrawn(s->amends, s->entry->id) & amends_scope("record")) == 0) {
        if ((in_clear(s) & 1u << PART_SAID) != 0) {
            buf_put_text(out, "(not shown)");
            return;
        }
        if (recipients_put_sealed(s->charter, said, out)) {
            return;
        }
    }
    if (!content_parse(said, &c)) {
        c.count = 0;
    }
    const struct slice words = amends_words(s->amends, s->entry->id, content_text(&c, "text"));
    const bool withheld = s->disclosure->parts[PART_SAID].state != PART_DISCLOSED;
    const struct slice none = withheld ? slice_text(hidden) : SLICE_LITERAL("(no words were taken)");
    print_line(out, words.n > 0 ? words : none, characters);
}

void shown_put(const struct shown *s, const char *hidden, size_t characters, struct buf *out)
{
    CHECK(s->body->kind == KIND_CONTRIBUTION);
    put_words(s, hidden, characters, out);
    if (s->body->as.contribution.sensitivity == SENSITIVITY_RESTRICTED) {
        buf_put_text(out, "  [restricted]");
    }
    if (sealed_ok(part_of(s, PART_IDENTITY))) {
        buf_put_text(out, "  [identity sealed]");
    }
    const uint32_t clear = in_clear(s);
    for (size_t i = 0; i < s->entry->part_count; i++) {
        if ((clear & 1u << i) != 0) {
            buf_printf(out, "  [%.*s IN THE CLEAR: have it erased]", (int)s->entry->parts[i].name.n,
                       (const char *)s->entry->parts[i].name.p);
        }
    }
    amends_put_marks(s->language, s->amends, s->entry->id, out);
}

static void put_sealed(const struct shown *s, size_t part, const char *name, json_t *o)
{
    json_t *sealed = recipients_json(s->charter, part_of(s, part));
    if (sealed != NULL) {
        json_put(o, name, sealed);
    }
}

void shown_put_json(const struct shown *s, json_t *o)
{
    size_t n = 0;
    const struct code_row *rows = codes_list(CODES_SENSITIVITY, &n);
    CHECK(s->body->kind == KIND_CONTRIBUTION);
    json_put(o, "sensitivity", json_string(rows[s->body->as.contribution.sensitivity].code));
    put_sealed(s, PART_SAID, "sealed", o);
    put_sealed(s, PART_IDENTITY, "identity", o);
    const uint32_t clear = in_clear(s);
    if (clear != 0) {
        json_t *names = json_array();
        for (size_t i = 0; i < s->entry->part_count; i++) {
            if ((clear & 1u << i) != 0) {
                json_push(names, json_of_bytes(s->entry->parts[i].name));
            }
        }
        json_put(o, "in_clear", names);
    }
}
