// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Founds the consultation. The hub takes its first entries as it takes all others: from batches, through admission.
// Read first: scene.h.
#include "tests/bench/scene.h"

#include "hub/hub_keys.h"
#include "hub/ingest.h"
#include "hub/sequence.h"

#include <stdio.h>
#include <stdlib.h>

#define CLAIMED_S 1772409600u // a whole hour of 2026

static struct writer writer_new(void)
{
    struct writer w = { .next = 0 };
    sign_keypair(&w.key, &w.sec);
    box_keypair(&w.transport, &w.transport_sec);
    ident_random(&w.incarnation, sizeof w.incarnation);
    return w;
}

void writer_say(const struct scene *s, struct writer *w, const struct append_item *item, struct composed *c)
{
    struct why why = { "" };
    struct compose_place at = { .place = { .consultation = s->charter.id,
                                           .author = w->key,
                                           .incarnation = w->incarnation,
                                           .seq = w->next },
                                .prev = w->prev,
                                .seen_root = tree_head_empty().root,
                                .claimed_s = CLAIMED_S };
    CHECK(compose(&at, item, &w->sec, c, &why));
    w->next++;
    w->prev = c->entry.id;
}

// --- contributions ---
void said_init(struct said *s)
{
    *s = (struct said){ .body.kind = KIND_CONTRIBUTION };
    contribution_parts_init(&s->parts);
}

void said_done(struct said *s)
{
    contribution_parts_done(&s->parts);
}

void said_make(const struct texts *t, const struct hash *session, uint64_t i, bool imported, struct said *out)
{
    static const char *const kinds[] = { "need", "threat", "proposal", "experience" };
    static const char *const channels[] = { "oral-forum", "oral-private", "written" };
    char number[24];
    struct why why = { "" };
    struct contribution c = { .text = texts_piece(t, i),
                              .lang = SLICE_LITERAL("en"),
                              .kind = slice_text(kinds[i % 4]),
                              .channel = slice_text(channels[i % 3]),
                              .basis = SLICE_LITERAL("oral"),
                              .scopes = { .codes = { SLICE_LITERAL("record"), SLICE_LITERAL("analyse") }, .n = 2 } };
    if (imported) {
        (void)snprintf(number, sizeof number, "%llu", (unsigned long long)i);
        c.source = (struct contribution_source){ .row = i + 1,
                                                 .number = slice_text(number),
                                                 .time = SLICE_LITERAL("1772409600000"),
                                                 .author = slice_text(number),
                                                 .file = SLICE_LITERAL("eldoria.security"),
                                                 .tool = SLICE_LITERAL("polis"),
                                                 .agrees = SLICE_LITERAL("12"),
                                                 .disagrees = SLICE_LITERAL("3"),
                                                 .moderated = SLICE_LITERAL("1") };
    }
    out->item = (struct append_item){ .body = &out->body, .refs = session, .ref_count = 1 };
    CHECK(contribution_make(&c, &out->parts, &out->item, &why));
}

// --- founding ---
struct founding {
    struct seckey log, author;
    uint8_t log_seed[32], author_seed[32];
    struct pubkey log_pub, author_pub;
    struct boxkey exchange, intake;
    struct boxsec exchange_sec, intake_sec;
    struct symkey store;
};

static void founding_keys(struct founding *f)
{
    ident_random(f->log_seed, sizeof f->log_seed);
    ident_random(f->author_seed, sizeof f->author_seed);
    sign_keypair_from_seed(f->log_seed, &f->log_pub, &f->log);
    sign_keypair_from_seed(f->author_seed, &f->author_pub, &f->author);
    box_keypair(&f->exchange, &f->exchange_sec);
    box_keypair(&f->intake, &f->intake_sec);
    f->store = symkey_new();
}

static enum err make_charter(struct scene *s, const struct founding *f, struct why *why)
{
    struct boxsec unused;
    struct charter c = { .title = SLICE_LITERAL("Security policy of Eldoria"),
                         .prefix = SLICE_LITERAL("records.example.org/bench"),
                         .opened = SLICE_LITERAL("2026-03-01"),
                         .root_count = 1,
                         .quorum = 1,
                         .exchange = f->exchange,
                         .intake = f->intake,
                         .officer_count = 2,
                         .language_count = 1,
                         .quantum_s = 3600,
                         .threshold = 5 };
    struct buf text = buf_new(LIMIT_CHARTER_BYTES);
    c.log.key = f->log_pub;
    c.languages[0] = SLICE_LITERAL("en");
    c.officers[0].name = SLICE_LITERAL("first");
    c.officers[1].name = SLICE_LITERAL("second");
    box_keypair(&c.officers[0].key, &unused);
    box_keypair(&c.officers[1].key, &unused);
    CHECK(vkey_make(SLICE_LITERAL("records.example.org/bench/root"), VKEY_ED25519, s->root.key, &c.roots[0]));
    enum err e = ERR_BAD_INPUT;
    if (charter_make(&c, &text, why)) {
        note_sign(buf_slice(&text), &c.roots[0], &s->root.sec, &s->note);
        e = charter_verify(buf_slice(&s->note), &s->charter, why) == VERDICT_GOOD ? OK : ERR_BAD_INPUT;
    }
    buf_done(&text);
    return e;
}

static enum err make_state(const struct scene *s, const struct founding *f, struct why *why)
{
    const struct {
        const char *name;
        const uint8_t *secret;
    } files[] = { { STATE_HUB_LOG, f->log_seed },
                  { STATE_HUB_AUTHOR, f->author_seed },
                  { STATE_HUB_EXCHANGE, f->exchange_sec.b },
                  { STATE_HUB_INTAKE, f->intake_sec.b },
                  { STATE_HUB_STORE, f->store.b } };
    struct state_making making;
    enum err e = state_make_begin(STORE_HUB, s->dir, buf_slice(&s->note), 0, &making, why);
    if (e != OK) {
        return e;
    }
    for (size_t i = 0; i < sizeof files / sizeof *files && e == OK; i++) {
        e = state_make_secret(&making, files[i].name, files[i].secret, why);
    }
    if (e == OK) {
        e = state_make_commit(&making, why);
    }
    state_make_abort(&making);
    return e;
}

// What the founders say, as batches.
struct founding_batch {
    struct writer *writer;
    struct wire_maker *maker;
    struct composed composed;
};

static void say(const struct scene *s, struct founding_batch *b, const struct body *body)
{
    struct append_item item = { .body = body };
    writer_say(s, b->writer, &item, &b->composed);
    CHECK(wire_append(b->maker, &b->composed.entry, &b->composed.disclosure));
}

static void grant(const struct scene *s, struct founding_batch *b, struct pubkey key, const struct boxkey *transport,
                  uint32_t roles)
{
    struct body body = { .kind = KIND_GRANT };
    body.as.grant.key = key;
    body.as.grant.has_transport = transport != NULL;
    body.as.grant.transport = transport != NULL ? *transport : (struct boxkey){ 0 };
    body.as.grant.roles = roles;
    say(s, b, &body);
}

static void open_batch(struct founding_batch *b, struct writer *w)
{
    struct wire_head head = { .key = w->key, .incarnation = w->incarnation, .seq = w->next, .prev = w->prev };
    b->writer = w;
    wire_begin(b->maker, &head);
}

// Takes the batch through the hub's own path.
static enum err deliver(struct founding_batch *b, const struct ingest *in, struct sequence *q, struct why *why)
{
    struct buf payload = buf_new(LIMIT_FRAME_BYTES);
    struct msg_entries m = { .form = ENTRIES_WIRE,
                             .journal = { b->writer->key, b->writer->incarnation },
                             .count = wire_count(b->maker),
                             .raw = wire_bytes(b->maker) };
    struct batch batch = { .class = PEER_MEMBER };
    struct batch *const batches[] = { &batch };
    struct batch_outcome outcome;
    wire_end(b->maker, &payload);
    m.payload = buf_slice(&payload);
    CHECK(ingest_verify(in, &m, &batch) == VERDICT_GOOD);
    enum err e = sequence_commit(q, batches, 1, CLAIMED_S, &outcome, why);
    CHECK(e != OK || (outcome.has_ack && outcome.ack.next == b->writer->next));
    batch_done(&batch);
    buf_done(&payload);
    return e;
}

static enum err found(struct scene *s, const struct founding *f, const struct ingest *in, struct sequence *q,
                      struct why *why)
{
    struct founding_batch b = { .maker = wire_maker_new() };
    composed_init(&b.composed);
    open_batch(&b, &s->root);
    grant(s, &b, f->author_pub, NULL, 1u << ROLE_HUB);
    grant(s, &b, s->secretariat.key, &s->secretariat.transport, 1u << ROLE_SECRETARIAT);
    enum err e = deliver(&b, in, q, why);
    open_batch(&b, &s->secretariat);
    for (size_t i = 0; i < SENDERS; i++) {
        grant(s, &b, s->senders[i].key, &s->senders[i].transport, 1u << ROLE_FACILITATOR);
    }
    if (e == OK) {
        e = deliver(&b, in, q, why);
    }
    for (size_t i = 0; i < SENDERS && e == OK; i++) {
        struct body session = { .kind = KIND_SESSION };
        session.as.session.area = SLICE_LITERAL("XM-ARV");
        session.as.session.code = SLICE_LITERAL("XM-ARV-2026-011");
        session.as.session.type = SLICE_LITERAL("town-hall");
        open_batch(&b, &s->senders[i]);
        say(s, &b, &session);
        s->senders[i].session = b.composed.entry.id;
        e = deliver(&b, in, q, why);
    }
    wire_maker_free(b.maker);
    composed_done(&b.composed);
    return e;
}

static enum err fill_record(struct scene *s, const struct founding *f, struct why *why)
{
    struct state *state = NULL;
    struct sequence *q = NULL;
    struct hub_keys keys = { 0 };
    enum err e = state_open(s->dir, 0, &state, why);
    if (e == OK) {
        e = hub_keys_load(state, &keys, why);
    }
    if (e == OK) {
        struct sequence_keys writer = { .charter = state_charter(state),
                                        .keeper = keys.keeper,
                                        .logs = &keys.logs,
                                        .author = &keys.author,
                                        .author_key = keys.author_pub };
        e = sequence_open(state_kv(state), &writer, &q, why);
    }
    if (e == OK) {
        struct ingest in = { .consultation = s->charter.id,
                             .intakes = &keys.intakes,
                             .keeper = keys.keeper };
        e = found(s, f, &in, q, why);
    }
    sequence_close(q);
    hub_keys_done(&keys);
    state_close(state);
    return e;
}

enum err scene_new(struct bench *b, const char *name, struct scene *out, struct why *why)
{
    struct founding f;
    *out = (struct scene){ .texts = &b->texts, .note = buf_new(LIMIT_CHARTER_BYTES) };
    out->dir = state_path_in(b->dir, name);
    out->root = writer_new();
    out->secretariat = writer_new();
    for (size_t i = 0; i < SENDERS; i++) {
        out->senders[i] = writer_new();
    }
    founding_keys(&f);
    enum err e = make_charter(out, &f, why);
    if (e == OK) {
        e = make_state(out, &f, why);
    }
    if (e == OK) {
        e = fill_record(out, &f, why);
    }
    mem_wipe(&f, sizeof f);
    return e;
}

void scene_done(struct scene *s)
{
    buf_done(&s->note);
    free(s->dir);
}
