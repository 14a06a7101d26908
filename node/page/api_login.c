// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The calls around logging in. Read first: page_call.h, login.h.
#include "node/page/api.h"

#include "common/author/erasing.h"
#include "common/format/charter.h"
#include "node/desk/roster_here.h"
#include "node/node_people.h"
#include "node/page/assets.h"
#include "node/page/page_inside.h"
#include "node/page/prefs.h"

#include <string.h>

#define MINUTE_MS 60000u

// --- hello: what may be known before anybody has logged in ---
// {} -> {practice, consultation: {title, fingerprint}, people: [{name, key, language}], languages, version, nobody?}

static json_t *person_json(const struct page_call *c, const struct person *p)
{
    struct prefs prefs;
    json_t *o = json_object();
    json_put(o, "name", json_of_bytes(slice_text(p->name)));
    json_put(o, "key", json_of_hex(SLICE_ARRAY(p->key.b)));
    if (prefs_get(c->site->state, p->key, &prefs) == OK && prefs.language[0] != '\0') {
        json_put(o, "language", json_string(prefs.language));
    }
    return o;
}

static void put_people(struct page_call *c)
{
    struct keyring *k = NULL;
    struct trouble nobody = { .err = OK };
    json_t *people = json_array();
    enum err e = login_keyring(c->site->state, &k, &nobody);
    for (size_t i = 0; e == OK && i < keyring_count(k); i++) {
        json_push(people, person_json(c, keyring_person(k, i)));
    }
    if (json_array_size(people) == 0) {
        json_put(c->out, "nobody", json_string(e == OK ? trouble_code(TROUBLE_NOBODY_JOINED) : nobody.code));
    }
    json_put(c->out, "people", people);
    keyring_free(k);
}

// The tags of the catalogues that are built in.
static json_t *languages_json(void)
{
    static const char folder[] = "/lang/";
    static const char ending[] = ".json";
    json_t *list = json_array();
    for (const struct page_asset *a = page_assets(); a->path != NULL; a++) {
        const size_t n = strlen(a->path);
        const size_t around = sizeof folder - 1 + sizeof ending - 1;
        if (n > around && strncmp(a->path, folder, sizeof folder - 1) == 0) {
            json_push(list, json_of_bytes(slice_of(a->path + sizeof folder - 1, n - around)));
        }
    }
    return list;
}

enum err page_hello(struct page_call *c, struct trouble *t)
{
    const struct charter *charter = state_charter(c->site->state);
    struct buf fingerprint = buf_new(256);
    json_t *consultation = json_object();
    (void)t;
    charter_put_fingerprint(charter->id, &fingerprint);
    json_put(consultation, "title", json_of_bytes(charter->title));
    json_put(consultation, "fingerprint", json_of_bytes(buf_slice(&fingerprint)));
    buf_done(&fingerprint);
    json_put(c->out, "practice", json_boolean(charter->practice));
    json_put(c->out, "consultation", consultation);
    put_people(c);
    json_put(c->out, "languages", languages_json());
    json_put(c->out, "version", json_string(BARAZA_VERSION));
    return OK;
}

// --- unlock ---
// {key, passphrase} -> {token, name, key, language?, first_use, idle_minutes, roles: [...]}

// What waits for an unlock, as `baraza unlock` does it. What fails is tried again by the daemon's own turns.
static void do_due(struct page_call *c)
{
    struct erasing_done done;
    size_t begun = 0;
    enum err e = erasing_carry_out(c->site->state, c->site->safe, c->wall_s, &done, NULL);
    if (e == OK) {
        e = node_people_renew(c->site->state, c->site->safe, c->wall_s, &begun, NULL);
    }
    if (e != OK) {
        LOG_WITH(c->site->log, LOG_WARN, "page.due-later", log_err("error", e));
    }
}

static json_t *roles_json(struct page_call *c, const struct unlocked *who)
{
    struct desk desk = { .state = c->site->state };
    struct roster *roster = NULL;
    json_t *list = json_array();
    if (roster_here(&desk, &roster, NULL) == OK) {
        for (enum role r = ROLE_ROOT; r < ROLE_COUNT; r++) {
            if (roster_has_role(roster, who->person.key, 1u << r)) {
                json_push(list, json_string(role_name(r)));
            }
        }
    }
    roster_free(roster);
    return list;
}

static void put_prefs(json_t *out, const struct prefs *p)
{
    if (p->language[0] != '\0') {
        json_put(out, "language", json_string(p->language));
    }
    json_put(out, "explained", json_boolean(p->explained));
}

enum err page_unlock(struct page_call *c, struct trouble *t)
{
    struct pubkey key;
    struct slice passphrase;
    struct unlocked *who = NULL;
    struct prefs prefs;
    uint8_t token[LOGIN_TOKEN_TEXT];
    if (!json_hex(c->in, "key", key.b, sizeof key.b) || !json_text(c->in, "passphrase", &passphrase) ||
        passphrase.n == 0 || passphrase.n > LIMIT_PASSPHRASE) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    enum err e = login_begin(c->page->logins, key, passphrase, c->now_ms, token, &who, t);
    if (e != OK) {
        return e;
    }
    do_due(c);
    json_put(c->out, "token", json_of_bytes(SLICE_ARRAY(token)));
    mem_wipe(token, sizeof token);
    json_put(c->out, "name", json_of_bytes(slice_text(who->person.name)));
    json_put(c->out, "key", json_of_hex(SLICE_ARRAY(who->person.key.b)));
    if (prefs_get(c->site->state, key, &prefs) != OK) {
        prefs = (struct prefs){ .explained = true }; // what cannot be read is not asked for at each login
    }
    put_prefs(c->out, &prefs);
    json_put(c->out, "first_use", json_boolean(!prefs.explained));
    json_put(c->out, "idle_minutes", json_of_number(c->site->idle_ms / MINUTE_MS));
    json_put(c->out, "roles", roles_json(c, who));
    return OK;
}

// --- lock: her, on this computer, wherever she is unlocked ---
// {} -> {}

enum err page_lock(struct page_call *c, struct trouble *t)
{
    (void)t;
    login_lock(c->page->logins, c->desk->who->person.key);
    return OK;
}

// --- prefs ---
// {language?, explained?} -> {language?, explained}

enum err page_prefs(struct page_call *c, struct trouble *t)
{
    struct prefs prefs;
    struct slice language;
    bool changed = false;
    enum err e = prefs_get(c->site->state, c->desk->who->person.key, &prefs);
    if (e == OK && json_text(c->in, "language", &language)) {
        if (!prefs_language_ok(language)) {
            return trouble_set(t, TROUBLE_NOT_RIGHT);
        }
        memset(prefs.language, 0, sizeof prefs.language);
        memcpy(prefs.language, language.p, language.n);
        changed = true;
    }
    changed = (e == OK && json_yes(c->in, "explained", &prefs.explained)) || changed;
    if (e == OK && changed) {
        e = prefs_put(c->site->state, &prefs);
    }
    put_prefs(c->out, &prefs);
    return trouble_of_err(t, e, NULL);
}
