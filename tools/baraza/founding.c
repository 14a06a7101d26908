// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Makes a consultation. The root's, registrar's and officers' secrets never touch the hub's directory.
// Read first: founding.h.
#include "tools/baraza/founding.h"

#include "common/author/protect_key.h"
#include "common/base/text.h"
#include "common/format/sealed.h"
#include "common/net/loop.h"
#include "tools/baraza/admitting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Every secret of the hub, and the officers'.
struct hub_keys {
    uint8_t log_seed[32], author_seed[32];
    struct pubkey log, author;
    struct boxkey exchange, intake;
    struct boxsec exchange_sec, intake_sec;
    struct symkey store;
    struct protect_key officers[LIMIT_PROTECT_KEYS];
};

static void seeded_key(uint8_t seed[static 32], struct pubkey *pub)
{
    struct seckey sec;
    ident_random(seed, 32);
    sign_keypair_from_seed(seed, pub, &sec);
    mem_wipe(&sec, sizeof sec);
}

static void hub_keys_new(struct hub_keys *k)
{
    seeded_key(k->log_seed, &k->log);
    seeded_key(k->author_seed, &k->author);
    box_keypair(&k->exchange, &k->exchange_sec);
    box_keypair(&k->intake, &k->intake_sec);
    k->store = symkey_new();
}

static enum err wish_check(const struct founding_wish *w, struct why *why)
{
    const size_t n = w->officers.n + w->body_count;
    if (n < SEALED_FEWEST || n > LIMIT_PROTECT_KEYS) {
        why_set(why, "%d to %d are needed who may open what is sealed, so that no one of them can do so unseen: name "
                     "them with --officer CODE (a key is made here) or --protect NAME=KEY (they bring their own)",
                SEALED_FEWEST, LIMIT_PROTECT_KEYS);
        return ERR_USAGE;
    }
    for (size_t i = 0; i < w->officers.n; i++) {
        if (!text_code_ok(slice_text(w->officers.values[i]))) {
            why_set(why, "--officer takes a code: letters, digits, dot, dash and underscore");
            return ERR_USAGE;
        }
    }
    return OK;
}

// Makes the verifier keys of the roots: PREFIX/root, PREFIX/root-2 …
static bool name_roots(const struct founding_wish *w, const struct founding *f, struct charter *c)
{
    bool good = true;
    for (size_t i = 0; i < f->root_count && good; i++) {
        struct buf name = buf_new(LIMIT_KEY_NAME);
        buf_printf(&name, i == 0 ? "%s/root" : "%s/root-%zu", w->prefix, i + 1);
        good = buf_ok(&name) && vkey_make(buf_slice(&name), VKEY_ED25519, f->roots[i]->person.key, &c->roots[i]);
        buf_done(&name);
    }
    return good;
}

// Writes the charter and the roots' signatures below it.
static enum err make_charter(const struct founding_wish *w, struct hub_keys *k, struct founding *f, struct why *why)
{
    struct charter c = {
        .title = slice_text(w->title),
        .prefix = slice_text(w->prefix),
        .opened = slice_text(w->opened),
        .root_count = f->root_count,
        .quorum = w->quorum,
        .exchange = k->exchange,
        .intake = k->intake,
        .officer_count = w->officers.n + w->body_count,
        .language_count = w->languages.n,
        .quantum_s = w->quantum_s,
        .threshold = w->threshold,
        .practice = w->practice,
        .plan_first = w->plan_first,
    };
    struct buf text = buf_new(LIMIT_CHARTER_BYTES);
    enum err e = ERR_USAGE;
    c.log.key = k->log;
    for (size_t i = 0; i < w->officers.n; i++) {
        protect_key_new(w->officers.values[i], &k->officers[i]);
        c.officers[i] = (struct charter_officer){ slice_text(w->officers.values[i]), k->officers[i].pub };
    }
    for (size_t i = 0; i < w->body_count; i++) {
        c.officers[w->officers.n + i] = w->bodies[i];
    }
    for (size_t i = 0; i < c.language_count; i++) {
        c.languages[i] = slice_text(w->languages.values[i]);
    }
    if (!name_roots(w, f, &c)) {
        why_set(why, "--prefix is like a web address without https://, for example records.example.org/security-2026");
    } else if (charter_make(&c, &text, why)) {
        note_sign(buf_slice(&text), &c.roots[0], &f->roots[0]->sign, &f->note);
        for (size_t i = 1; i < f->root_count; i++) {
            note_add_signature(buf_slice(&text), &c.roots[i], &f->roots[i]->sign, &f->note);
        }
        CHECK(charter_verify(buf_slice(&f->note), &c, why) == VERDICT_GOOD);
        f->id = c.id;
        e = OK;
    }
    buf_done(&text);
    return e;
}

// The first root first: her key makes the store key; then the other roots, and the registrar.
static enum err make_people(const struct founding_wish *w, struct boxkey intake, struct founding *f, struct why *why)
{
    struct pubkey nobody = { { 0 } };
    enum err e = OK;
    f->work.desk.keyring = keyring_new();
    f->root_count = w->roots.n == 0 ? 1 : w->roots.n;
    for (size_t i = 0; i < f->root_count && e == OK; i++) {
        f->roots[i] = safe_slot(&f->work.safe, nobody);
        e = keyring_add(f->work.desk.keyring, w->roots.n == 0 ? FOUNDING_ROOT : w->roots.values[i], w->passphrases[i],
                        i == 0 ? NULL : f->roots[0], intake, f->roots[i], why);
    }
    if (e == OK) {
        f->registrar = safe_slot(&f->work.safe, nobody);
        e = keyring_add(f->work.desk.keyring, w->registrar, w->passphrases[0], f->roots[0], intake, f->registrar, why);
    }
    return e;
}

static enum err write_officers(const struct founding_wish *w, const struct hub_keys *k, const struct state_making *m,
                               struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; i < w->officers.n && e == OK; i++) {
        char name[16 + LIMIT_CODE_BYTES];
        struct buf file = buf_new(PROTECT_KEY_FILE_BYTES);
        (void)snprintf(name, sizeof name, "keys/protect-%s", w->officers.values[i]);
        e = protect_key_seal(&k->officers[i], w->officer_passphrases[i], &file, why);
        if (e == OK) {
            e = state_make_file(m, name, buf_slice(&file), why);
        }
        buf_done(&file);
    }
    return e;
}

static enum err write_founder(const struct founding_wish *w, const struct hub_keys *k, struct founding *f,
                              struct why *why)
{
    struct boxsec transport;
    struct buf conf = buf_new(LIMIT_CONF_BYTES);
    char *keyring = state_path_in(f->founder.dir, STATE_KEYRING);
    box_keypair(&f->transport, &transport);
    buf_put_text(&conf, "hub =");
    for (size_t i = 0; i < w->addresses.n; i++) {
        buf_printf(&conf, " %s", w->addresses.values[i]);
    }
    buf_put_text(&conf, "\n");
    enum err e = keyring_save(f->work.desk.keyring, keyring, why);
    if (e == OK) {
        e = state_make_secret(&f->founder, STATE_TRANSPORT, transport.b, why);
    }
    if (e == OK) {
        e = state_make_file(&f->founder, STATE_CONF, buf_slice(&conf), why);
    }
    if (e == OK) {
        e = write_officers(w, k, &f->founder, why);
    }
    mem_wipe(&transport, sizeof transport);
    buf_done(&conf);
    free(keyring);
    return e;
}

// The hub listens where sites will look for it: at the port of its first address.
static enum err write_hub_conf(const struct founding_wish *w, struct founding *f, struct why *why)
{
    struct buf conf = buf_new(LIMIT_CONF_BYTES);
    const char *colon = strrchr(w->addresses.values[0], ':');
    CHECK(colon != NULL); // the addresses were checked
    buf_printf(&conf, "listen = tcp://*%s\n", colon);
    enum err e = state_make_file(&f->hub, STATE_CONF, buf_slice(&conf), why);
    buf_done(&conf);
    return e;
}

static enum err write_hub(const struct hub_keys *k, struct founding *f, struct why *why)
{
    const struct {
        const char *name;
        const uint8_t *secret;
    } files[] = {
        { STATE_HUB_LOG, k->log_seed },           { STATE_HUB_AUTHOR, k->author_seed },
        { STATE_HUB_EXCHANGE, k->exchange_sec.b }, { STATE_HUB_INTAKE, k->intake_sec.b },
        { STATE_HUB_STORE, k->store.b },
    };
    enum err e = OK;
    for (size_t i = 0; i < sizeof files / sizeof *files && e == OK; i++) {
        e = state_make_secret(&f->hub, files[i].name, files[i].secret, why);
    }
    f->hub_author = k->author;
    return e;
}

static enum err append_one(struct founding *f, const struct body *body, const struct hash *ref, struct hash *id,
                           struct why *why)
{
    const struct append_item item = { .body = body, .refs = ref, .ref_count = ref == NULL ? 0 : 1 };
    struct append_result result;
    enum err e = author_append(f->work.desk.author, loop_wall_s(), &item, 1, &result, why);
    if (e == OK) {
        *id = result.id;
    }
    return e;
}

static enum err write_as(struct founding *f, struct unlocked *root, struct why *why)
{
    author_close(f->work.desk.author);
    f->work.desk.author = NULL;
    f->work.desk.who = root;
    return author_open(f->work.desk.state, root, &f->work.desk.author, why);
}

// The first root accredits the hub's own author key, and the registrar, who is secretariat too and whose transport key
// the hub's door must know; as many other roots approve as the quorum asks for.
static enum err write_grants(const struct founding_wish *w, struct founding *f, struct why *why)
{
    const struct body approval = { .kind = KIND_ROOT_APPROVAL };
    struct body hub = { .kind = KIND_GRANT };
    struct body registrar = { .kind = KIND_GRANT };
    struct hash acts[2];
    struct hash id;
    hub.as.grant.key = f->hub_author;
    hub.as.grant.roles = 1u << ROLE_HUB;
    registrar.as.grant.key = f->registrar->person.key;
    registrar.as.grant.has_transport = true;
    registrar.as.grant.transport = f->transport;
    registrar.as.grant.roles = 1u << ROLE_REGISTRAR | 1u << ROLE_SECRETARIAT;
    enum err e = write_as(f, f->roots[0], why);
    if (e == OK) {
        e = append_one(f, &hub, NULL, &acts[0], why);
    }
    if (e == OK) {
        e = append_one(f, &registrar, NULL, &acts[1], why);
    }
    for (size_t i = 1; i < w->quorum && e == OK; i++) {
        e = write_as(f, f->roots[i], why);
        for (size_t k = 0; k < 2 && e == OK; k++) {
            e = append_one(f, &approval, &acts[k], &id, why);
        }
    }
    return e;
}

// Admits what the roots wrote into the hub's record.
static enum err admit_grants(const struct founding_wish *w, struct founding *f, unsigned flags, struct why *why)
{
    struct store_key key = store_key_of(f->roots[0]->store_key);
    enum err e = OK;
    for (size_t i = 0; i < w->quorum && e == OK; i++) {
        e = admit_journal(f->work.desk.state, &key, f->roots[i]->person.key, f->hub.dir, flags, why);
    }
    mem_wipe(&key, sizeof key);
    return e;
}

enum err founding_begin(const struct founding_wish *wish, unsigned flags, struct founding *f, struct why *why)
{
    struct hub_keys keys;
    *f = (struct founding){ .note = buf_new(LIMIT_CHARTER_BYTES) };
    safe_init(&f->work.safe);
    hub_keys_new(&keys);
    enum err e = wish_check(wish, why);
    if (e == OK) {
        e = make_people(wish, keys.intake, f, why);
    }
    if (e == OK) {
        e = make_charter(wish, &keys, f, why);
    }
    if (e == OK) {
        e = state_make_begin(STORE_NODE, wish->founder_dir, buf_slice(&f->note), flags, &f->founder, why);
    }
    if (e == OK) {
        e = state_make_begin(STORE_HUB, wish->hub_dir, buf_slice(&f->note), flags, &f->hub, why);
    }
    if (e == OK) {
        e = write_founder(wish, &keys, f, why);
    }
    if (e == OK) {
        e = write_hub(&keys, f, why);
    }
    if (e == OK) {
        e = write_hub_conf(wish, f, why);
    }
    mem_wipe(&keys, sizeof keys);
    if (e == OK) {
        e = state_open(f->founder.dir, flags, &f->work.desk.state, why);
    }
    if (e == OK) {
        e = write_grants(wish, f, why);
    }
    if (e == OK) {
        e = admit_grants(wish, f, flags, why);
    }
    return e;
}

enum err founding_commit(struct founding *f, struct why *why)
{
    work_close(&f->work);
    enum err e = state_make_commit(&f->founder, why);
    return e == OK ? state_make_commit(&f->hub, why) : e;
}

void founding_done(struct founding *f)
{
    work_close(&f->work);
    state_make_abort(&f->founder);
    state_make_abort(&f->hub);
    buf_done(&f->note);
}
