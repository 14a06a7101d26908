// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See world.h.
#include "tests/lib/world.h"

#include "common/format/checkpoint.h"
#include "common/format/content.h"
#include "common/format/export.h"
#include "common/format/frame.h"
#include "common/format/invitation.h"

#include <stdlib.h>
#include <string.h>

struct person person_of(const char *name)
{
    struct person p = { 0 };
    struct hash seed = hash_of(slice_text(name));
    sign_keypair_from_seed(seed.b, &p.pub, &p.sec);
    seed = hash_of(SLICE_ARRAY(seed.b));
    memcpy(p.transport_sec.b, seed.b, sizeof p.transport_sec.b);
    p.transport = box_public(&p.transport_sec);
    seed = hash_of(SLICE_ARRAY(seed.b));
    memcpy(p.incarnation.b, seed.b, sizeof p.incarnation.b);
    return p;
}

struct person person_again(const struct person *p, unsigned number)
{
    struct person again = *p;
    again.incarnation.b[0] = (uint8_t)(again.incarnation.b[0] + number);
    again.next = 0;
    again.prev = (struct hash){ 0 };
    return again;
}

static void make_charter(struct world *w, unsigned quorum)
{
    struct slice language = SLICE_LITERAL("en");
    struct charter c = { .title = SLICE_LITERAL("Security policy of Eldoria"),
                         .prefix = SLICE_LITERAL("records.example.org/eldoria"),
                         .opened = SLICE_LITERAL("2026-03-01"), .root_count = 3, .quorum = quorum, .officer_count = 2,
                         .language_count = 1, .quantum_s = 3600, .threshold = 5 };
    static const char *const names[] = { "root one", "root two", "root three" };
    for (size_t i = 0; i < 3; i++) {
        w->root[i] = person_of(names[i]);
        CHECK(vkey_make(SLICE_LITERAL("root.eldoria"), VKEY_ED25519, w->root[i].pub, &c.roots[i]));
    }
    w->hub = person_of("the hub's log");
    c.log.key = w->hub.pub;
    c.exchange = person_of("exchange").transport;
    c.intake = person_of("intake").transport;
    c.officers[0] = (struct charter_officer){ SLICE_LITERAL("first"), person_of("officer one").transport };
    c.officers[1] = (struct charter_officer){ SLICE_LITERAL("second"), person_of("officer two").transport };
    c.languages[0] = language;
    struct buf text = buf_new(LIMIT_CHARTER_BYTES);
    struct why why = { { 0 } };
    CHECK(charter_make(&c, &text, &why));
    w->charter_note = buf_new(LIMIT_CHARTER_BYTES);
    note_sign(buf_slice(&text), &c.roots[0], &w->root[0].sec, &w->charter_note);
    for (unsigned i = 1; i < quorum; i++) {
        note_add_signature(buf_slice(&text), &c.roots[i], &w->root[i].sec, &w->charter_note);
    }
    buf_done(&text);
    CHECK(charter_verify(buf_slice(&w->charter_note), &w->charter, &why) == VERDICT_GOOD);
}

void world_init(struct world *w, unsigned quorum)
{
    *w = (struct world){ 0 };
    make_charter(w, quorum);
    w->roster = roster_new(&w->charter);
    w->seen = tree_head_empty();
}

void world_done(struct world *w)
{
    for (size_t i = 0; i < w->made_count; i++) {
        buf_done(&w->made[i]->bytes);
        buf_done(&w->made[i]->given);
        free(w->made[i]);
    }
    free(w->made);
    free(w->record);
    roster_free(w->roster);
    buf_done(&w->charter_note);
}

static void make_parts(struct said *s, const struct place *place, enum kind kind, const struct slice *parts,
                       struct part_ref *refs)
{
    const struct kind_info *info = kind_info(kind);
    struct disclosure d = { .has_seed = true };
    for (; info->parts[d.count] != NULL; d.count++) {
        const struct slice name = slice_text(info->parts[d.count]);
        d.parts[d.count].state = PART_DISCLOSED;
        d.parts[d.count].bytes = parts != NULL ? parts[d.count] : (struct slice){ 0 };
        d.parts[d.count].salt = part_salt(d.seed, name);
        refs[d.count] = (struct part_ref){ .name = name, .commitment = part_commit(place, name, d.parts[d.count].salt,
                                                                                  d.parts[d.count].bytes) };
    }
    s->given = buf_new(LIMIT_DISCLOSURE_BYTES * 2);
    disclosure_make(&d, &s->given);
    CHECK(disclosure_parse(buf_slice(&s->given), &s->disclosure) == VERDICT_GOOD);
    disclosure_derive(&s->disclosure, refs);
}

struct said *world_make(struct world *w, struct person *p, const struct body *body, const struct hash *refs, size_t n,
                        const struct slice *parts)
{
    struct said *s = mem_new(sizeof *s);
    w->made = mem_grow(w->made, w->made_count + 1, sizeof(struct said *));
    w->made[w->made_count++] = s;
    struct entry_draft draft = { .kind = slice_text(kind_info(body->kind)->name), .prev = p->prev,
                                 .place = { .consultation = w->charter.id, .author = p->pub,
                                            .incarnation = p->incarnation, .seq = p->next },
                                 .seen_size = w->seen.size, .seen_root = w->seen.root,
                                 .claimed_s = 1772409600, .refs = refs, .ref_count = n };
    struct part_ref part_refs[LIMIT_PARTS];
    make_parts(s, &draft.place, body->kind, parts, part_refs);
    draft.parts = part_refs;
    draft.part_count = s->disclosure.count;
    struct buf bytes = buf_new(LIMIT_BODY_BYTES);
    body_make(body, &bytes);
    draft.body = buf_slice(&bytes);
    s->bytes = buf_new(LIMIT_ENTRY_BYTES);
    CHECK(entry_make(&draft, &p->sec, &s->bytes));
    buf_done(&bytes);
    CHECK(entry_parse(buf_slice(&s->bytes), &s->entry) == VERDICT_GOOD);
    s->form = kind_parse(&s->entry, &s->body);
    s->index = UINT64_MAX;
    p->next++;
    p->prev = s->entry.id;
    return s;
}

enum verdict world_put(struct world *w, struct said *s)
{
    s->admitted = roster_admit(w->roster, &s->entry, s->form, &s->body);
    s->standing = s->admitted;
    if (s->admitted == VERDICT_GOOD) {
        world_force(w, s);
    }
    return s->standing;
}

void world_force(struct world *w, struct said *s)
{
    w->record = mem_grow(w->record, w->n + 1, sizeof(struct said *));
    w->record[w->n] = s;
    s->index = w->n++;
    (void)merkle_append(&w->tree, s->entry.id, NULL);
    s->standing = roster_apply(w->roster, &s->entry, s->form, &s->body, s->index);
}

struct said *world_say(struct world *w, struct person *p, const struct body *body, const struct hash *refs, size_t n,
                       const struct slice *parts)
{
    struct said *s = world_make(w, p, body, refs, n, parts);
    (void)world_put(w, s);
    return s;
}

enum verdict world_standing(const struct world *w, const struct said *s)
{
    return roster_standing(w->roster, &s->entry, s->form, &s->body, s->index);
}

struct said *world_grant(struct world *w, struct person *by, const struct person *to, uint32_t roles, const char *area)
{
    struct body b = { .kind = KIND_GRANT };
    b.as.grant.key = to->pub;
    b.as.grant.has_transport = true;
    b.as.grant.transport = to->transport;
    b.as.grant.roles = roles;
    b.as.grant.area_count = area != NULL ? 1 : 0;
    b.as.grant.areas[0] = area != NULL ? slice_text(area) : (struct slice){ 0 };
    return world_say(w, by, &b, NULL, 0, NULL);
}

struct said *world_approve(struct world *w, struct person *by, const struct said *act)
{
    return world_say(w, by, &(struct body){ .kind = KIND_ROOT_APPROVAL }, &act->entry.id, 1, NULL);
}

struct said *world_invite(struct world *w, struct person *by, const char *name, uint32_t roles, const char *area,
                          uint64_t uses)
{
    const struct person invitation = person_of(name);
    struct body b = { .kind = KIND_INVITE };
    b.as.invite.sign_key = invitation.pub;
    b.as.invite.curve_key = invitation.transport;
    b.as.invite.roles = roles;
    b.as.invite.area_count = area != NULL ? 1 : 0;
    b.as.invite.areas[0] = area != NULL ? slice_text(area) : (struct slice){ 0 };
    b.as.invite.uses = uses;
    return world_say(w, by, &b, NULL, 0, NULL);
}

struct said *world_enrol(struct world *w, struct person *newcomer, const struct said *invite, const char *name)
{
    const struct person invitation = person_of(name);
    struct body b = { .kind = KIND_ENROL };
    b.as.enrol.invite = invite->entry.id;
    b.as.enrol.transport = newcomer->transport;
    b.as.enrol.proof = enrol_proof_make(&invitation.sec, w->charter.id, newcomer->pub, newcomer->transport);
    return world_say(w, newcomer, &b, &invite->entry.id, 1, NULL);
}

static size_t chains_of(const struct said *const *stands, size_t n, struct chain_end *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct chain_end){ .incarnation = stands[i]->entry.place.incarnation,
                                     .seq = stands[i]->entry.place.seq, .id = stands[i]->entry.id };
    }
    return n;
}

struct said *world_revoke(struct world *w, struct person *by, const struct person *whom, const char *reason,
                          const struct said *const *stands, size_t n)
{
    struct body b = { .kind = KIND_REVOKE };
    b.as.revoke.key = whom->pub;
    b.as.revoke.reason = slice_text(reason);
    b.as.revoke.chain_count = chains_of(stands, n, b.as.revoke.chains);
    return world_say(w, by, &b, NULL, 0, NULL);
}

struct said *world_accept(struct world *w, struct person *by, const struct person *whom, const struct said *last)
{
    struct body b = { .kind = KIND_ACCEPT_LATE };
    b.as.accept_late.key = whom->pub;
    b.as.accept_late.chain_count = chains_of(&last, 1, b.as.accept_late.chains);
    return world_say(w, by, &b, NULL, 0, NULL);
}

struct said *world_session(struct world *w, struct person *by, const char *area, const char *code)
{
    struct body b = { .kind = KIND_SESSION };
    b.as.session.area = slice_text(area);
    b.as.session.code = slice_text(code);
    b.as.session.type = SLICE_LITERAL("town-hall");
    return world_say(w, by, &b, NULL, 0, NULL);
}

struct said *world_contribute(struct world *w, struct person *by, const struct said *session, const char *text)
{
    struct content said = { 0 };
    struct buf bytes = buf_new(LIMIT_DISCLOSURE_BYTES);
    content_add_text(&said, "lang", SLICE_LITERAL("en"));
    content_add_text(&said, "text", slice_text(text));
    content_make(&said, &bytes);
    const struct slice parts[LIMIT_PARTS] = { [1] = buf_slice(&bytes) };
    struct said *s = world_say(w, by, &(struct body){ .kind = KIND_CONTRIBUTION }, &session->entry.id, 1, parts);
    buf_done(&bytes);
    return s;
}

struct said *world_link(struct world *w, struct person *by, const char *relation, const struct said *from,
                        const struct said *to)
{
    const struct hash refs[2] = { from->entry.id, to->entry.id };
    struct body b = { .kind = KIND_LINK };
    b.as.link.relation = slice_text(relation);
    return world_say(w, by, &b, refs, 2, NULL);
}

struct said *world_redact(struct world *w, struct person *by, struct hash target, const char *part, const char *second)
{
    struct body b = { .kind = KIND_REDACTION };
    b.as.redaction.target = target;
    b.as.redaction.parts[0] = slice_text(part);
    b.as.redaction.parts[1] = slice_text(second != NULL ? second : "");
    b.as.redaction.part_count = second != NULL ? 2 : 1;
    b.as.redaction.reason = slice_text("danger");
    b.as.redaction.authority = slice_text("speaker");
    return world_say(w, by, &b, &target, 1, NULL);
}

struct said *world_correct(struct world *w, struct person *by, const struct said *target, const char *text)
{
    struct content said = { 0 };
    struct buf bytes = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct body b = { .kind = KIND_CORRECTION };
    b.as.correction.reason = slice_text("misheard");
    content_add_text(&said, "lang", SLICE_LITERAL("en"));
    content_add_text(&said, "text", slice_text(text));
    content_make(&said, &bytes);
    const struct slice parts[LIMIT_PARTS] = { [1] = buf_slice(&bytes) };
    struct said *s = world_say(w, by, &b, &target->entry.id, 1, parts);
    buf_done(&bytes);
    return s;
}

struct said *world_respond(struct world *w, struct person *by, const struct said *target, const char *disposition)
{
    struct content reason = { 0 };
    struct buf bytes = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct body b = { .kind = KIND_RESPONSE };
    b.as.response.disposition = slice_text(disposition);
    content_add_text(&reason, "lang", SLICE_LITERAL("en"));
    content_add_text(&reason, "text", SLICE_LITERAL("The county plan takes it up."));
    content_make(&reason, &bytes);
    const struct slice parts[LIMIT_PARTS] = { buf_slice(&bytes) };
    struct said *s = world_say(w, by, &b, &target->entry.id, 1, parts);
    buf_done(&bytes);
    return s;
}

struct said *world_clause(struct world *w, struct person *by, const char *type, const char *title,
                          const struct said *first, uint64_t version, const struct said *parent)
{
    struct content by_lang = { 0 };
    struct content text = { 0 };
    struct buf map = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf bytes = buf_new(LIMIT_DISCLOSURE_BYTES);
    const struct hash refs[2] = { first != NULL ? first->entry.id : (struct hash){ { 0 } },
                                  parent != NULL ? parent->entry.id : (struct hash){ { 0 } } };
    struct body b = { .kind = KIND_CLAUSE };
    b.as.clause.type = slice_text(type);
    b.as.clause.stable = refs[0];
    b.as.clause.version = version;
    content_add_text(&by_lang, "en", slice_text(title));
    content_add_text(&by_lang, "fr", SLICE_LITERAL("titre"));
    content_make(&by_lang, &map);
    content_add_text(&text, "lang", SLICE_LITERAL("en"));
    content_add_value(&text, "title", buf_slice(&map));
    content_make(&text, &bytes);
    const struct slice parts[LIMIT_PARTS] = { buf_slice(&bytes) };
    struct said *s = world_say(w, by, &b, refs, parent != NULL ? 2 : first != NULL ? 1 : 0, parts);
    buf_done(&bytes);
    buf_done(&map);
    return s;
}

void world_export(const struct world *w, bool with_parts, struct buf *out)
{
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    checkpoint_make(merkle_head(&w->tree), &w->charter.log, &w->hub.sec, &note);
    struct export_writer writer;
    export_begin(&writer, buf_slice(&w->charter_note), buf_slice(&note), out);
    for (size_t i = 0; i < w->n; i += LIMIT_EXPORT_LEAVES) {
        struct hash leaves[LIMIT_EXPORT_LEAVES];
        size_t k = 0;
        for (; k < LIMIT_EXPORT_LEAVES && i + k < w->n; k++) {
            leaves[k] = w->record[i + k]->entry.id;
        }
        export_put_leaves(&writer, leaves, k, out);
    }
    for (size_t i = 0; i < w->n; i++) {
        const struct said *s = w->record[i];
        const struct disclosure none = { .count = s->disclosure.count };
        struct buf item = buf_new(LIMIT_EXPORT_FRAME);
        frame_entry_make(buf_slice(&s->bytes), with_parts ? &s->disclosure : &none, &item);
        export_put_entry(&writer, buf_slice(&item), out);
        buf_done(&item);
    }
    export_end(&writer, out);
    buf_done(&note);
}
