// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Canonical values as JSON. Recursion is bounded by the cursor's depth (LIMIT_PACK_DEPTH). Read first: entry_json.h.
#include "tools/baraza/entry_json.h"

#include "common/format/armor.h"
#include "common/format/attachment.h"
#include "common/format/pack.h"
#include "node/desk/recipients.h"
#include "tools/baraza/print.h"

static json_t *value_json(struct cursor *c);
static json_t *id_json(struct cursor *c);
static json_t *bin_json(struct slice bytes);

static json_t *array_json(struct cursor *c)
{
    json_t *array = json_array();
    size_t n = cursor_array(c, SIZE_MAX);
    for (size_t i = 0; i < n && cursor_ok(c); i++) {
        json_push(array, value_json(c));
    }
    return array;
}

static json_t *map_json(struct cursor *c)
{
    json_t *object = json_object();
    size_t n = cursor_map(c, SIZE_MAX);
    for (size_t i = 0; i < n && cursor_ok(c); i++) {
        struct slice key = cursor_str(c);
        json_t *value = slice_equal(key, SLICE_LITERAL("where")) ? id_json(c) : value_json(c);
        if (slice_equal(key, SLICE_LITERAL("slip"))) { // beside the words it would say who said them (PROTOCOL 7.9)
            json_decref(value);
            value = json_string("(not shown)");
        }
        json_put_named(object, key, value);
    }
    return object;
}

// `where` is an id (PROTOCOL 7.5): in hex, as everywhere.
static json_t *id_json(struct cursor *c)
{
    if (cursor_peek(c) != CURSOR_BIN) {
        return value_json(c);
    }
    const struct slice bytes = cursor_bin(c);
    return bytes.n == sizeof(struct hash) ? json_of_hex(bytes) : bin_json(bytes);
}

// Always as base64, also when the bytes happen to be text: a bin is no text.
static json_t *bin_json(struct slice bytes)
{
    struct buf text = buf_new(bytes.n / 3 * 4 + 8);
    armor_put_base64(&text, bytes);
    json_t *object = json_object();
    json_put(object, "base64", json_of_bytes(buf_slice(&text)));
    buf_done(&text);
    return object;
}

static json_t *value_json(struct cursor *c)
{
    switch (cursor_peek(c)) {
    case CURSOR_UINT:
        return json_of_number(cursor_uint(c));
    case CURSOR_STR:
        return json_of_bytes(cursor_str(c));
    case CURSOR_BIN:
        return bin_json(cursor_bin(c));
    case CURSOR_BOOL:
        return json_boolean(cursor_bool(c));
    case CURSOR_ARRAY:
        return array_json(c);
    case CURSOR_MAP:
        return map_json(c);
    case CURSOR_END:
    case CURSOR_BAD:
        break;
    }
    cursor_fail(c);
    return json_null();
}

json_t *content_json(struct slice bytes)
{
    struct cursor c = cursor_new(bytes, true);
    json_t *value = value_json(&c);
    if (cursor_done(&c)) {
        return value;
    }
    json_decref(value);
    return bin_json(bytes);
}

// What is attached, without what opens it: who only looks needs no keys on a screen.
static json_t *manifest_json(const struct charter *charter, const struct manifest *m)
{
    struct attachment list[LIMIT_ATTACHMENTS];
    const bool open = manifest_list(m, m->list, list);
    json_t *rows = json_array();
    for (size_t i = 0; i < m->count; i++) {
        json_t *o = json_object();
        json_t *sealed = open ? NULL : recipients_json(charter, m->list);
        if (open) {
            json_put(o, "name", json_of_bytes(list[i].name));
            json_put(o, "type", json_of_bytes(list[i].type));
        } else if (sealed != NULL) {
            json_put(o, "sealed", sealed);
        }
        json_put(o, "bytes", json_of_number(m->blobs[i].size));
        json_put(o, "root", json_of_hex(SLICE_ARRAY(m->blobs[i].root.b)));
        json_push(rows, o);
    }
    mem_wipe(list, sizeof list);
    return rows;
}

static json_t *part_json(const struct charter *charter, const struct part *p, struct slice name)
{
    static const char *const states[] = {
        [PART_WITHHELD] = "withheld", [PART_TO_COME] = "to come", [PART_ERASED] = "erased",
    };
    if (p->state != PART_DISCLOSED) {
        return json_string(states[p->state]);
    }
    struct manifest m;
    if (slice_equal(name, SLICE_LITERAL("attachments")) && manifest_parse(p->bytes, &m)) {
        return manifest_json(charter, &m);
    }
    json_t *sealed = recipients_json(charter, p->bytes);
    if (sealed == NULL) {
        return content_json(p->bytes);
    }
    json_t *o = json_object();
    json_put(o, "sealed", sealed);
    return o;
}

json_t *parts_json(const struct charter *charter, const struct amends *a, const struct entry *e,
                   const struct disclosure *d)
{
    struct body body;
    const bool known = kind_parse(e, &body) == VERDICT_GOOD;
    const uint32_t clear = known && a != NULL ? amends_in_clear(a, e, &body, d) : 0;
    json_t *object = json_object();
    for (size_t i = 0; i < e->part_count && i < d->count; i++) {
        const struct part *p = &d->parts[i];
        if (p->state == PART_DISCLOSED && p->bytes.n == 0) {
            continue;
        }
        json_put_named(object, e->parts[i].name, (clear & 1u << i) != 0
                                                     ? json_string("in the clear where it should be sealed: not shown")
                                                     : part_json(charter, p, e->parts[i].name));
    }
    return object;
}

static json_t *key_json(struct pubkey key)
{
    return json_of_hex(SLICE_ARRAY(key.b));
}

static json_t *roles_json(uint32_t roles)
{
    json_t *list = json_array();
    for (enum role r = ROLE_ROOT; r < ROLE_COUNT; r++) {
        if ((roles & (1u << r)) != 0) {
            json_push(list, json_string(role_name(r)));
        }
    }
    return list;
}

static json_t *texts_json(const struct slice *texts, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_push(list, json_of_bytes(texts[i]));
    }
    return list;
}

static json_t *chains_json(const struct chain_end *chains, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *o = json_object();
        json_put(o, "incarnation", json_of_hex(SLICE_ARRAY(chains[i].incarnation.b)));
        json_put(o, "number", json_of_number(chains[i].seq));
        json_put(o, "id", json_id(chains[i].id));
        json_push(list, o);
    }
    return list;
}

static json_t *ids_json(const struct hash *ids, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_push(list, json_id(ids[i]));
    }
    return list;
}

// Bodies of the roster: who may do what.
static void put_roster_body(json_t *o, const struct body *b)
{
    if (b->kind == KIND_GRANT) {
        json_put(o, "key", key_json(b->as.grant.key));
        json_put(o, "roles", roles_json(b->as.grant.roles));
        json_put(o, "areas", texts_json(b->as.grant.areas, b->as.grant.area_count));
    } else if (b->kind == KIND_INVITE) {
        json_put(o, "roles", roles_json(b->as.invite.roles));
        json_put(o, "areas", texts_json(b->as.invite.areas, b->as.invite.area_count));
        json_put(o, "uses", json_of_number(b->as.invite.uses));
    } else if (b->kind == KIND_ENROL) {
        json_put(o, "invite", json_id(b->as.enrol.invite));
    } else if (b->kind == KIND_REKEY) {
        json_put(o, "what", json_of_bytes(b->as.rekey.what));
        json_put(o, "old", json_of_hex(b->as.rekey.old_key));
        json_put(o, "new", json_of_hex(b->as.rekey.new_key));
    } else if (b->kind == KIND_RESUME) {
        json_put(o, "old", chains_json(&b->as.resume.old, 1));
    } else if (b->kind == KIND_REVOKE) {
        json_put(o, "key", key_json(b->as.revoke.key));
        json_put(o, "reason", json_of_bytes(b->as.revoke.reason));
        json_put(o, "stands", chains_json(b->as.revoke.chains, b->as.revoke.chain_count));
    } else if (b->kind == KIND_ACCEPT_LATE) {
        json_put(o, "key", key_json(b->as.accept_late.key));
        json_put(o, "accepted", chains_json(b->as.accept_late.chains, b->as.accept_late.chain_count));
    }
}

// Bodies of content: what was said, drafted, answered.
static void put_content_body(json_t *o, const struct body *b)
{
    if (b->kind == KIND_GUIDE || b->kind == KIND_CODEBOOK) {
        json_put(o, "version", json_of_number(b->as.guide.version));
    } else if (b->kind == KIND_SESSION) {
        json_put(o, "area", json_of_bytes(b->as.session.area));
        json_put(o, "code", json_of_bytes(b->as.session.code));
        json_put(o, "type", json_of_bytes(b->as.session.type));
    } else if (b->kind == KIND_CONTRIBUTION) {
        json_put(o, "sensitivity", json_of_number(b->as.contribution.sensitivity));
    } else if (b->kind == KIND_CLAUSE) {
        json_put(o, "type", json_of_bytes(b->as.clause.type));
        json_put(o, "stable", json_id(b->as.clause.stable));
        json_put(o, "version", json_of_number(b->as.clause.version));
    } else if (b->kind == KIND_LINK) {
        json_put(o, "relation", json_of_bytes(b->as.link.relation));
    } else if (b->kind == KIND_RESPONSE) {
        json_put(o, "disposition", json_of_bytes(b->as.response.disposition));
    } else if (b->kind == KIND_REDACTION) {
        json_put(o, "target", json_id(b->as.redaction.target));
        json_put(o, "parts", texts_json(b->as.redaction.parts, b->as.redaction.part_count));
        json_put(o, "reason", json_of_bytes(b->as.redaction.reason));
        json_put(o, "authority", json_of_bytes(b->as.redaction.authority));
    } else if (b->kind == KIND_FORK_EVIDENCE) {
        json_put(o, "key", key_json(b->as.fork_evidence.key));
        json_put(o, "incarnation", json_of_hex(SLICE_ARRAY(b->as.fork_evidence.incarnation.b)));
        json_put(o, "number", json_of_number(b->as.fork_evidence.seq));
        json_put(o, "ids", ids_json(b->as.fork_evidence.ids, b->as.fork_evidence.id_count));
    }
}

static json_t *attendance_json(const struct body *b)
{
    struct attendance row;
    struct slice rows = b->as.attendance.rows;
    json_t *list = json_array();
    while (attendance_next(&rows, &row)) {
        json_t *o = json_object();
        json_put(o, "sex", json_of_bytes(row.sex));
        json_put(o, "age", json_of_bytes(row.age));
        json_put(o, "displaced", json_of_number(row.displaced));
        json_put(o, "disability", json_of_number(row.disability));
        json_put(o, "count", json_of_number(row.count));
        json_push(list, o);
    }
    return list;
}

static void put_seal_body(json_t *o, const struct body *b)
{
    json_put(o, "count", json_of_number(b->as.session_seal.count));
    json_put(o, "root", json_id(b->as.session_seal.root));
    json_put(o, "forms", json_of_number(b->as.session_seal.forms));
    json_put(o, "blank", json_of_number(b->as.session_seal.blank));
    json_put(o, "spoiled", json_of_number(b->as.session_seal.spoiled));
    if (b->as.session_seal.has_minutes) {
        json_put(o, "minutes", json_id(b->as.session_seal.minutes));
    }
}

// Bodies of what happens at a forum, and to what was said there later on.
static void put_forum_body(json_t *o, const struct body *b)
{
    if (b->kind == KIND_FORUM_PLAN) {
        json_put(o, "area", json_of_bytes(b->as.forum_plan.area));
        json_put(o, "code", json_of_bytes(b->as.forum_plan.code));
        json_put(o, "type", json_of_bytes(b->as.forum_plan.type));
        json_put(o, "date", json_of_number(b->as.forum_plan.date));
    } else if (b->kind == KIND_ATTENDANCE) {
        json_put(o, "rows", attendance_json(b));
    } else if (b->kind == KIND_SHARE_SEAL) {
        json_put(o, "count", json_of_number(b->as.share_seal.count));
        json_put(o, "root", json_id(b->as.share_seal.root));
    } else if (b->kind == KIND_SESSION_SEAL) {
        put_seal_body(o, b);
    } else if (b->kind == KIND_ATTEST) {
        json_put(o, "way", json_of_bytes(b->as.attest.way));
    } else if (b->kind == KIND_CORRECTION) {
        json_put(o, "reason", json_of_bytes(b->as.correction.reason));
    } else if (b->kind == KIND_WITHDRAWAL) {
        json_put(o, "scopes", texts_json(b->as.withdrawal.scopes, b->as.withdrawal.scope_count));
    } else if (b->kind == KIND_ERASED) {
        json_put(o, "redaction", json_id(b->as.erased.redaction));
        json_put(o, "target", json_id(b->as.erased.target));
    } else if (b->kind == KIND_OPENED) {
        json_put(o, "part", json_of_bytes(b->as.opened.part));
        json_put(o, "reason", json_of_bytes(b->as.opened.reason));
    } else if (b->kind == KIND_INCIDENT) {
        json_put(o, "code", json_of_bytes(b->as.incident.code));
    }
}

json_t *body_json(const struct reading_item *item)
{
    json_t *o = json_object();
    if (reading_known(item)) {
        put_roster_body(o, &item->body);
        put_content_body(o, &item->body);
        put_forum_body(o, &item->body);
    }
    return o;
}

json_t *entry_json(const struct charter *charter, const struct amends *a, const struct reading_item *item,
                   const struct disclosure *shown)
{
    const struct entry *e = &item->entry;
    json_t *o = json_object();
    json_put(o, "index", json_of_number(item->index));
    json_put(o, "id", json_id(e->id));
    json_put(o, "kind", json_of_bytes(e->kind));
    json_put(o, "author", key_json(e->place.author));
    json_put(o, "incarnation", json_of_hex(SLICE_ARRAY(e->place.incarnation.b)));
    json_put(o, "number", json_of_number(e->place.seq));
    json_put(o, "time", json_time(e->claimed_s));
    json_put(o, "standing", json_string(verdict_code(item->standing)));
    json_t *refs = json_array();
    for (size_t i = 0; i < e->ref_count; i++) {
        json_push(refs, json_id(entry_ref(e, i)));
    }
    json_put(o, "refs", refs);
    json_put(o, "body", body_json(item));
    if (shown != NULL) {
        json_put(o, "parts", parts_json(charter, a, e, shown));
    }
    return o;
}
