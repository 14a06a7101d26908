// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Puts a contribution's fields into its parts. Read first: contribution.h.
#include "node/desk/contribution.h"

#include "common/base/text.h"
#include "node/desk/recipients.h"

#define LANGUAGE_TAG_BYTES 35 // the longest registered form of BCP 47, extensions aside
#define PART_BYTES (LIMIT_DISCLOSURE_BYTES + 4096)

void contribution_parts_init(struct contribution_parts *p)
{
    p->context = buf_new(PART_BYTES);
    p->said = buf_new(PART_BYTES);
    p->speaker = buf_new(PART_BYTES);
    p->consent = buf_new(PART_BYTES);
    p->identity = buf_new(PART_BYTES);
}

void contribution_parts_done(struct contribution_parts *p)
{
    struct buf *all[] = { &p->context, &p->said, &p->speaker, &p->consent, &p->identity };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        buf_wipe(all[i]);
        buf_done(all[i]);
    }
}

static void add_given(struct content *c, const char *key, struct slice text)
{
    if (text.n > 0) {
        content_add_text(c, key, text);
    }
}

static void add_version(struct content *c, const char *key, uint64_t version)
{
    if (version > 0) {
        content_add_uint(c, key, version);
    }
}

// A list of codes as a field; its bytes lie in list until the map is made.
static void add_codes(struct content *c, const char *key, const struct code_set *codes, struct buf *list)
{
    if (codes->n > 0) {
        content_make_list(codes->codes, codes->n, list);
        content_add_value(c, key, buf_slice(list));
    }
}

static void make_source(const struct contribution_source *s, struct buf *out)
{
    struct content c = { .count = 0 };
    content_add_uint(&c, "row", s->row);
    add_given(&c, "number", s->number);
    add_given(&c, "time", s->time);
    add_given(&c, "author", s->author);
    add_given(&c, "file", s->file);
    add_given(&c, "tool", s->tool);
    add_given(&c, "agrees", s->agrees);
    add_given(&c, "disagrees", s->disagrees);
    add_given(&c, "moderated", s->moderated);
    content_make(&c, out);
}

static void make_context(const struct contribution *in, struct buf *out)
{
    struct content c = { .count = 0 };
    struct buf themes = buf_new(PART_BYTES);
    struct buf flags = buf_new(PART_BYTES);
    struct buf source = buf_new(PART_BYTES);
    struct buf hands = buf_new(64);
    add_given(&c, "channel", in->channel);
    add_given(&c, "kind", in->kind);
    add_given(&c, "question", in->question);
    add_given(&c, "scale", in->scale);
    add_given(&c, "support", in->support);
    add_given(&c, "table", in->table);
    add_version(&c, "guide", in->guide);
    add_version(&c, "codebook", in->codebook);
    if (in->hands_of > 0) {
        pack_array(&hands, 2);
        pack_uint(&hands, in->hands_for);
        pack_uint(&hands, in->hands_of);
        content_add_value(&c, "hands", buf_slice(&hands));
    }
    add_codes(&c, "themes", &in->themes, &themes);
    add_codes(&c, "flags", &in->flags, &flags);
    add_given(&c, "slip", in->slip);
    if (in->form > 0) {
        content_add_uint(&c, "form", in->form);
        add_given(&c, "written", in->written_by);
        add_given(&c, "typed", in->typed_by);
    }
    if (in->source.row > 0) {
        make_source(&in->source, &source);
        content_add_value(&c, "source", buf_slice(&source));
    }
    content_make(&c, out);
    out->over = out->over || !buf_ok(&source);
    buf_done(&themes);
    buf_done(&flags);
    buf_done(&source);
    buf_done(&hands);
}

static void make_said(const struct contribution *in, struct buf *out)
{
    struct content c = { .count = 0 };
    if (in->wordless) {
        return;
    }
    add_given(&c, "lang", in->lang);
    content_add_text(&c, "text", in->text);
    add_given(&c, "summary", in->summary);
    add_given(&c, "ask", in->ask);
    content_make(&c, out);
}

static void make_speaker(const struct contribution *in, struct buf *out)
{
    struct content c = { .count = 0 };
    struct buf groups = buf_new(PART_BYTES);
    add_given(&c, "kind", in->speaker);
    add_given(&c, "sex", in->sex);
    add_given(&c, "age", in->age);
    add_given(&c, "displaced", in->displaced);
    add_given(&c, "disability", in->disability);
    add_codes(&c, "groups", &in->groups, &groups);
    if (c.count > 0) {
        content_make(&c, out);
    }
    buf_done(&groups);
}

static void make_consent(const struct contribution *in, struct buf *out)
{
    struct content c = { .count = 0 };
    struct buf scopes = buf_new(PART_BYTES);
    add_given(&c, "basis", in->basis);
    add_codes(&c, "scopes", &in->scopes, &scopes);
    content_make(&c, out);
    buf_done(&scopes);
}

static void make_identity(const struct contribution *in, struct buf *out)
{
    struct content c = { .count = 0 };
    if (in->identity.n > 0) {
        content_add_text(&c, "text", in->identity);
        content_make(&c, out);
    }
}

bool contribution_sealed(const struct contribution *c)
{
    return c->sensitivity == SENSITIVITY_SEALED || c->identity.n > 0;
}

// What stands in the clear is not made at all when it should not: PROTOCOL 4.7.
static void seal(const struct contribution *c, struct append_item *item)
{
    item->sealed = 0;
    if (contribution_sealed(c)) {
        CHECK(c->seal_to != NULL);
        item->sealed = sealed_due(KIND_CONTRIBUTION, c->sensitivity);
        item->sealed_to = c->seal_to->keys;
        item->sealed_to_count = c->seal_to->n;
    }
}

bool contribution_make(const struct contribution *c, struct contribution_parts *p, struct append_item *item,
                       struct why *why)
{
    CHECK(item->body->kind == KIND_CONTRIBUTION);
    buf_reset(&p->context);
    buf_reset(&p->said);
    buf_reset(&p->speaker);
    buf_reset(&p->consent);
    buf_reset(&p->identity);
    if (c->text.n <= LIMIT_DISCLOSURE_BYTES) {
        make_identity(c, &p->identity);
        make_context(c, &p->context);
        make_said(c, &p->said);
        make_speaker(c, &p->speaker);
        make_consent(c, &p->consent);
    }
    if (c->text.n > LIMIT_DISCLOSURE_BYTES || !buf_ok(&p->context) || !buf_ok(&p->said) || !buf_ok(&p->speaker) ||
        !buf_ok(&p->consent) || !buf_ok(&p->identity)) {
        why_set(why, "its text has %zu bytes, more than the limit of %d", c->text.n, LIMIT_DISCLOSURE_BYTES);
        return false;
    }
    item->parts[0] = buf_slice(&p->context);
    item->parts[1] = buf_slice(&p->said);
    item->parts[2] = buf_slice(&p->speaker);
    item->parts[3] = buf_slice(&p->consent);
    item->parts[4] = buf_slice(&p->identity);
    seal(c, item);
    return true;
}

static bool is_separator(uint8_t c)
{
    return c == ',' || c == ';' || c == '|' || c == ' ';
}

bool code_set_parse(struct slice text, struct code_set *out, struct why *why)
{
    struct code_set set = { .n = 0 };
    for (size_t at = 0; at < text.n;) {
        size_t end = at;
        while (end < text.n && !is_separator(text.p[end])) {
            end++;
        }
        struct slice code = slice_of(text.p + at, end - at);
        at = end + 1;
        if (code.n == 0) {
            continue;
        }
        if (!text_code_ok(code)) {
            why_set(why, "\"%.*s\" is no code: letters, digits, dot, dash and underscore, at most %d of them",
                    (int)(code.n > 40 ? 40 : code.n), (const char *)code.p, LIMIT_CODE_BYTES);
            return false;
        }
        if (set.n == CONTRIBUTION_CODES) {
            why_set(why, "more than %d codes in one field", CONTRIBUTION_CODES);
            return false;
        }
        set.codes[set.n++] = code;
    }
    *out = set;
    return true;
}

bool language_tag_ok(struct slice tag)
{
    if (tag.n == 0 || tag.n > LANGUAGE_TAG_BYTES) {
        return false;
    }
    for (size_t i = 0; i < tag.n; i++) {
        uint8_t c = tag.p[i];
        bool ok = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        if (!ok) {
            return false;
        }
    }
    return true;
}
