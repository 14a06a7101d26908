// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Gathering the thread from entries in force. Texts are copied; ids are resolved when they are asked for, because what
// is named may come later. It must never judge who was allowed to say something: the standing says.
// Read first: hub/draft/fold.h.
#include "hub/draft/fold.h"

#include "common/base/table.h"
#include "common/format/content.h"

#include <stdlib.h>
#include <string.h>

#define THEMES_MAX 32 // themes proposed for one contribution that are kept

#define LINK_KEY (2 * sizeof(struct hash) + LIMIT_CODE_BYTES)

struct list {
    size_t n, cap;
};

struct draft {
    uint64_t next;             // index that has not been seen
    struct list session_list, contribution_list, version_list, clause_list, link_list, response_list, text_list;
    struct draft_session *sessions;
    struct draft_contribution *contributions;
    struct draft_version *versions;
    struct draft_clause *clauses;
    struct draft_link *links;
    struct draft_response *responses;
    void **texts;              // everything copied, freed at the end
    struct table node_of;      // id -> number in nodes
    struct table link_of;      // from ‖ to ‖ relation -> number in links
    struct list node_list;
    struct draft_node *nodes;
};

struct draft *draft_new(void)
{
    struct draft *d = mem_new(sizeof *d);
    d->node_of = table_new(sizeof(struct hash));
    d->link_of = table_new(LINK_KEY);
    return d;
}

void draft_free(struct draft *d)
{
    if (d == NULL) {
        return;
    }
    for (size_t i = 0; i < d->text_list.n; i++) {
        free(d->texts[i]);
    }
    void *lists[] = { d->sessions, d->contributions, d->versions, d->clauses,
                      d->links, d->responses, d->texts, d->nodes };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        free(lists[i]);
    }
    table_done(&d->node_of);
    table_done(&d->link_of);
    free(d);
}

// Makes room for one more value of size bytes and returns the list, which may have moved.
static void *more(void *values, struct list *list, size_t size)
{
    if (list->n < list->cap) {
        return values;
    }
    list->cap = list->cap == 0 ? 16 : list->cap * 2;
    return mem_grow(values, list->cap, size);
}

static void *keep(struct draft *d, const void *p, size_t n)
{
    void *copy = mem_new(n);
    memcpy(copy, p, n);
    d->texts = more(d->texts, &d->text_list, sizeof *d->texts);
    d->texts[d->text_list.n++] = copy;
    return copy;
}

static struct slice keep_text(struct draft *d, struct slice s)
{
    return s.n == 0 ? (struct slice){ 0 } : slice_of(keep(d, s.p, s.n), s.n);
}

// What comes with an id is what the id names, whatever a clause claimed before as its stable id.
static void name(struct draft *d, struct hash id, enum draft_node_type type, size_t i)
{
    uint32_t known = 0;
    const struct draft_node node = { .type = type, .i = i };
    if (table_find(&d->node_of, id.b, &known)) {
        d->nodes[known] = node;
        return;
    }
    d->nodes = more(d->nodes, &d->node_list, sizeof *d->nodes);
    d->nodes[d->node_list.n] = node;
    table_put(&d->node_of, id.b, d->node_list.n++);
}

struct draft_node draft_find(const struct draft *d, struct hash id)
{
    uint32_t i = 0;
    return table_find(&d->node_of, id.b, &i) ? d->nodes[i] : (struct draft_node){ .type = DRAFT_UNKNOWN };
}

// The bytes of the part of that name; none when it is withheld, erased or a dummy.
static struct slice bytes_of(const struct draft_item *item, const char *part)
{
    const struct entry *e = item->entry;
    for (size_t i = 0; item->disclosure != NULL && i < e->part_count && i < item->disclosure->count; i++) {
        const struct part *p = &item->disclosure->parts[i];
        if (slice_equal(e->parts[i].name, slice_text(part)) && p->state == PART_DISCLOSED) {
            return p->bytes;
        }
    }
    return (struct slice){ 0 };
}

// Its fields; none when it is no map.
static struct content part_of(const struct draft_item *item, const char *part)
{
    struct content c = { 0 };
    return content_parse(bytes_of(item, part), &c) ? c : (struct content){ 0 };
}

static struct hash ref_or_none(const struct entry *e, size_t i)
{
    return i < e->ref_count ? entry_ref(e, i) : (struct hash){ { 0 } };
}

static void take_session(struct draft *d, const struct draft_item *item)
{
    d->sessions = more(d->sessions, &d->session_list, sizeof *d->sessions);
    d->sessions[d->session_list.n] = (struct draft_session){
        .id = item->entry->id, .index = item->index, .area = keep_text(d, item->body->as.session.area),
        .code = keep_text(d, item->body->as.session.code), .type = keep_text(d, item->body->as.session.type) };
    name(d, item->entry->id, DRAFT_SESSION, d->session_list.n++);
}

static void take_contribution(struct draft *d, const struct draft_item *item)
{
    const struct content context = part_of(item, "context");
    const struct content said = part_of(item, "said");
    struct slice themes[THEMES_MAX];
    struct draft_contribution c = {
        .id = item->entry->id, .index = item->index, .claimed_s = item->entry->claimed_s,
        .author = item->entry->place.author, .sensitivity = item->body->as.contribution.sensitivity,
        .session = entry_ref(item->entry, 0), .lang = keep_text(d, content_text(&said, "lang")),
        .text = keep_text(d, content_text(&said, "text")), .summary = keep_text(d, content_text(&said, "summary")) };
    c.theme_count = content_list(content_value(&context, "themes"), themes, THEMES_MAX);
    for (size_t i = 0; i < c.theme_count; i++) {
        themes[i] = keep_text(d, themes[i]);
    }
    c.themes = c.theme_count == 0 ? NULL : keep(d, themes, c.theme_count * sizeof themes[0]);
    d->contributions = more(d->contributions, &d->contribution_list, sizeof *d->contributions);
    d->contributions[d->contribution_list.n] = c;
    name(d, c.id, DRAFT_CONTRIBUTION, d->contribution_list.n++);
}

// The text in its own language, or whichever the map has first.
static struct slice in_language(const struct content *text, const char *field, struct slice lang)
{
    struct content by_lang = { 0 };
    const struct content_field *f = content_find(text, field);
    if (f == NULL || f->type != CURSOR_MAP) {
        return content_text(text, field); // one language only
    }
    if (!content_parse(f->value, &by_lang)) {
        return (struct slice){ 0 };
    }
    for (size_t i = 0; i < by_lang.count; i++) {
        if (slice_equal(by_lang.fields[i].key, lang)) {
            return by_lang.fields[i].bytes;
        }
    }
    return by_lang.count > 0 ? by_lang.fields[0].bytes : (struct slice){ 0 };
}

// The clause that a version belongs to: of its stable id, which may have to be started before its first version came.
static size_t clause_of(struct draft *d, struct hash stable)
{
    const struct draft_node node = draft_find(d, stable);
    if (node.type == DRAFT_CLAUSE) {
        return node.i;
    }
    if (node.type != DRAFT_UNKNOWN) {
        return DRAFT_NONE;
    }
    d->clauses = more(d->clauses, &d->clause_list, sizeof *d->clauses);
    d->clauses[d->clause_list.n] = (struct draft_clause){ .stable = stable, .current = DRAFT_NONE };
    name(d, stable, DRAFT_CLAUSE, d->clause_list.n);
    return d->clause_list.n++;
}

static void take_clause(struct draft *d, const struct draft_item *item)
{
    const struct hash said = item->body->as.clause.stable;
    const struct content text = part_of(item, "text");
    const struct slice lang = content_text(&text, "lang");
    const size_t clause = clause_of(d, hash_is_zero(said) ? item->entry->id : said);
    if (clause == DRAFT_NONE) {
        return; // its stable id is no clause's
    }
    d->versions = more(d->versions, &d->version_list, sizeof *d->versions);
    struct draft_version *v = &d->versions[d->version_list.n];
    *v = (struct draft_version){
        .id = item->entry->id, .index = item->index, .version = item->body->as.clause.version, .clause = clause,
        .author = item->entry->place.author, .previous = ref_or_none(item->entry, 0),
        .parent = ref_or_none(item->entry, 1), .type = keep_text(d, item->body->as.clause.type),
        .lang = keep_text(d, lang), .title = keep_text(d, in_language(&text, "title", lang)),
        .text = keep_text(d, in_language(&text, "text", lang)), .content = keep_text(d, bytes_of(item, "text")) };
    struct draft_clause *c = &d->clauses[clause];
    if (c->current == DRAFT_NONE || d->versions[c->current].version <= v->version) {
        c->current = d->version_list.n;
    }
    c->version_count++;
    name(d, v->id, DRAFT_CLAUSE, clause);
    d->version_list.n++;
}

// What was linked twice in the same way is one link, with the last reason that was given for it.
static struct draft_link *link_there(struct draft *d, const struct draft_item *item)
{
    uint8_t key[LINK_KEY] = { 0 };
    const struct hash ends[] = { entry_ref(item->entry, 0), entry_ref(item->entry, 1) };
    const struct slice relation = item->body->as.link.relation;
    uint32_t number = 0;
    CHECK(relation.n <= LIMIT_CODE_BYTES);
    memcpy(key, ends, sizeof ends);
    memcpy(key + sizeof ends, relation.p, relation.n);
    if (table_find(&d->link_of, key, &number)) {
        return &d->links[number];
    }
    table_put(&d->link_of, key, d->link_list.n);
    return NULL;
}

static void take_link(struct draft *d, const struct draft_item *item)
{
    const struct content reason = part_of(item, "reason");
    struct draft_link *there = link_there(d, item);
    if (there != NULL) {
        const struct slice given = content_text(&reason, "text");
        there->reason = given.n > 0 ? keep_text(d, given) : there->reason;
        return;
    }
    d->links = more(d->links, &d->link_list, sizeof *d->links);
    d->links[d->link_list.n++] = (struct draft_link){
        .id = item->entry->id, .index = item->index, .relation = keep_text(d, item->body->as.link.relation),
        .from = entry_ref(item->entry, 0), .to = entry_ref(item->entry, 1),
        .reason = keep_text(d, content_text(&reason, "text")) };
}

static void take_response(struct draft *d, const struct draft_item *item)
{
    const struct content reason = part_of(item, "reason");
    struct hash targets[LIMIT_REFS];
    struct draft_response r = {
        .id = item->entry->id, .index = item->index, .target_count = item->entry->ref_count,
        .disposition = keep_text(d, item->body->as.response.disposition),
        .lang = keep_text(d, content_text(&reason, "lang")), .reason = keep_text(d, content_text(&reason, "text")) };
    for (size_t i = 0; i < r.target_count; i++) {
        targets[i] = entry_ref(item->entry, i);
    }
    r.targets = keep(d, targets, r.target_count * sizeof targets[0]);
    d->responses = more(d->responses, &d->response_list, sizeof *d->responses);
    d->responses[d->response_list.n] = r;
    name(d, r.id, DRAFT_RESPONSE, d->response_list.n++);
}

void draft_take(struct draft *d, const struct draft_item *item)
{
    CHECK(item->index >= d->next);
    d->next = item->index + 1;
    if (item->standing != VERDICT_GOOD || item->body == NULL) {
        return;
    }
    switch (item->body->kind) {
    case KIND_SESSION:
        take_session(d, item);
        return;
    case KIND_CONTRIBUTION:
        take_contribution(d, item);
        return;
    case KIND_CLAUSE:
        take_clause(d, item);
        return;
    case KIND_LINK:
        take_link(d, item);
        return;
    case KIND_RESPONSE:
        take_response(d, item);
        return;
    case KIND_ROOT_APPROVAL: case KIND_GRANT: case KIND_REKEY: case KIND_INVITE: case KIND_ENROL: case KIND_RESUME:
    case KIND_REVOKE: case KIND_ACCEPT_LATE: case KIND_GUIDE: case KIND_CODEBOOK: case KIND_REDACTION:
    case KIND_FORK_EVIDENCE:
    case KIND_FORUM_PLAN: case KIND_ATTENDANCE: case KIND_SHARE_SEAL: case KIND_SESSION_SEAL: case KIND_ATTEST:
    case KIND_CORRECTION: case KIND_WITHDRAWAL: case KIND_ERASED: case KIND_OPENED: case KIND_INCIDENT: case KIND_COUNT:
        return;
    }
}

size_t draft_sessions(const struct draft *d, const struct draft_session **out)
{
    *out = d->sessions;
    return d->session_list.n;
}

size_t draft_contributions(const struct draft *d, const struct draft_contribution **out)
{
    *out = d->contributions;
    return d->contribution_list.n;
}

size_t draft_versions(const struct draft *d, const struct draft_version **out)
{
    *out = d->versions;
    return d->version_list.n;
}

size_t draft_clauses(const struct draft *d, const struct draft_clause **out)
{
    *out = d->clauses;
    return d->clause_list.n;
}

size_t draft_links(const struct draft *d, const struct draft_link **out)
{
    *out = d->links;
    return d->link_list.n;
}

size_t draft_responses(const struct draft *d, const struct draft_response **out)
{
    *out = d->responses;
    return d->response_list.n;
}

size_t draft_session_of(const struct draft *d, size_t contribution)
{
    CHECK(contribution < d->contribution_list.n);
    const struct draft_node node = draft_find(d, d->contributions[contribution].session);
    return node.type == DRAFT_SESSION ? node.i : DRAFT_NONE;
}

const struct draft_version *draft_current(const struct draft *d, size_t clause)
{
    CHECK(clause < d->clause_list.n);
    CHECK(d->clauses[clause].current < d->version_list.n);
    return &d->versions[d->clauses[clause].current];
}
